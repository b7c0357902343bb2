//! The options of rg.

use grep_searcher::Encoding;
use sunaba_gnu::options::{Item, Opt, Order, flag, parse, value};
use sunaba_gnu::output::{say, version};
use sunaba_gnu::{bytes, error};

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Action {
    Lines,
    Count,
    CountMatches,
    FilesWith,
    FilesWithout,
    ListFiles,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Case {
    Sensitive,
    Insensitive,
    Smart,
}

pub struct Settings {
    pub action: Action,
    pub patterns: Vec<String>,
    pub paths: Vec<Vec<u8>>,
    pub case: Case,
    pub fixed: bool,
    pub words: bool,
    pub whole_lines: bool,
    pub pcre: bool,
    pub multiline: bool,
    pub dotall: bool,
    pub invert: bool,
    pub numbers: Option<bool>,
    pub column: bool,
    pub names: Option<bool>,
    pub heading: bool,
    pub colour: bool,
    pub only_matching: bool,
    pub replace: Option<Vec<u8>>,
    pub before: usize,
    pub after: usize,
    pub passthru: bool,
    pub most: Option<u64>,
    pub quiet: bool,
    pub null: bool,
    pub trim: bool,
    pub vimgrep: bool,
    pub offsets: bool,
    pub max_columns: Option<u64>,
    pub text: bool,
    pub null_data: bool,
    pub stats: bool,
    pub crlf: bool,
    pub binary: bool,
    pub encoding: Option<String>,
    pub include_zero: bool,
    pub no_messages: bool,
    pub separator: Option<Vec<u8>>,
    pub hidden: bool,
    pub unrestricted: usize,
    pub no_ignore: bool,
    pub follow: bool,
    pub depth: Option<usize>,
    pub max_size: Option<u64>,
    pub globs: Vec<(bool, String)>,
    pub types: Vec<(bool, String)>,
    pub type_definitions: Vec<String>,
    pub list_types: bool,
    pub sort: Option<(String, bool)>,
}

const OPTIONS: &[Opt] = &[
    value('e', "regexp"), value('f', "file"), flag('i', "ignore-case"), flag('s', "case-sensitive"), flag('S', "smart-case"), flag('F', "fixed-strings"),
    flag('w', "word-regexp"), flag('x', "line-regexp"), flag('P', "pcre2"), flag('\0', "auto-hybrid-regex"), value('\0', "engine"), flag('U', "multiline"),
    flag('\0', "multiline-dotall"), flag('v', "invert-match"), flag('n', "line-number"), flag('N', "no-line-number"), flag('\0', "column"),
    flag('\0', "no-column"), flag('H', "with-filename"), flag('I', "no-filename"), flag('\0', "heading"), flag('\0', "no-heading"), value('\0', "color"),
    value('\0', "colors"), flag('o', "only-matching"), value('r', "replace"), value('A', "after-context"), value('B', "before-context"),
    value('C', "context"), flag('\0', "passthru"), value('m', "max-count"), flag('q', "quiet"), flag('0', "null"), flag('\0', "trim"), flag('\0', "vimgrep"),
    flag('b', "byte-offset"), value('M', "max-columns"), flag('a', "text"), flag('\0', "null-data"), flag('\0', "stats"), flag('\0', "include-zero"),
    flag('\0', "no-messages"), value('\0', "context-separator"), flag('\0', "no-context-separator"), flag('.', "hidden"), flag('\0', "no-hidden"),
    flag('u', "unrestricted"), flag('\0', "no-ignore"), flag('\0', "no-ignore-vcs"), flag('\0', "no-ignore-parent"), flag('\0', "no-ignore-dot"),
    flag('L', "follow"), value('\0', "max-depth"), value('d', "max-depth"), value('\0', "maxdepth"), value('\0', "max-filesize"), value('g', "glob"),
    value('\0', "iglob"), value('t', "type"), value('T', "type-not"), value('\0', "type-add"), flag('\0', "type-list"), value('\0', "sort"),
    value('\0', "sortr"), flag('c', "count"), flag('\0', "count-matches"), flag('l', "files-with-matches"), flag('\0', "files-without-match"),
    flag('\0', "files"), value('j', "threads"), flag('\0', "line-buffered"), flag('\0', "block-buffered"), flag('\0', "no-config"), flag('p', "pretty"),
    flag('\0', "no-require-git"), flag('z', "search-zip"), flag('\0', "mmap"), flag('\0', "no-mmap"), flag('\0', "crlf"), value('E', "encoding"),
    flag('\0', "binary"), flag('\0', "json"), flag('\0', "debug"), flag('\0', "glob-case-insensitive"), flag('\0', "one-file-system"), value('\0', "pre"),
    flag('\0', "unicode"), flag('\0', "no-unicode"), value('\0', "dfa-size-limit"), value('\0', "regex-size-limit"), value('\0', "path-separator"),
    flag('h', "help"), flag('V', "version"),
];

const HELP: &str = "Usage: rg [OPTIONS] PATTERN [PATH ...]
       rg [OPTIONS] -e PATTERN ... [PATH ...]
       rg [OPTIONS] --files [PATH ...]
       rg [OPTIONS] --type-list
Recursively searches the current directory for lines matching a regex; .gitignore and hidden files are respected.

  -e, --regexp=PATTERN, -f, --file=FILE     patterns
  -F, --fixed-strings, -w, --word-regexp, -x, --line-regexp, -P, --pcre2
  -i, --ignore-case, -s, --case-sensitive, -S, --smart-case
  -v, --invert-match, -U, --multiline, --multiline-dotall, -m, --max-count=NUM
  -A, -B, -C NUM                            lines of context
  -n, -N, --column, -H, -I, -b, --heading, --no-heading, --vimgrep, --trim, -0, --null
  -o, --only-matching, -r, --replace=TEXT, --passthru, -M, --max-columns=NUM
  -c, --count, --count-matches, -l, --files-with-matches, --files-without-match, --files, -q, --quiet, --stats
  -g, --glob=GLOB, --iglob=GLOB, -t, --type=TYPE, -T, --type-not=TYPE, --type-add=SPEC, --type-list
  -., --hidden, --no-ignore, -u, --unrestricted, -L, --follow, -d, --max-depth=NUM, --max-filesize=SIZE
  -a, --text, --null-data, --sort=path, --sortr=path, --color=WHEN
";

fn fault(text: &str) -> i32 {
    eprintln!("rg: {text}");
    2
}

pub fn read(args: &[Vec<u8>]) -> Result<Settings, i32> {
    let mut s = Settings {
        action: Action::Lines, patterns: Vec::new(), paths: Vec::new(), case: Case::Sensitive, fixed: false, words: false, whole_lines: false, pcre: false,
        multiline: false, dotall: false, invert: false, numbers: None, column: false, names: None, heading: false, colour: false, only_matching: false,
        replace: None, before: 0, after: 0, passthru: false, most: None, quiet: false, null: false, trim: false, vimgrep: false, offsets: false,
        max_columns: None, text: false, null_data: false, stats: false, crlf: false, binary: false, encoding: None, include_zero: false, no_messages: false, separator: Some(b"--".to_vec()), hidden: false,
        unrestricted: 0, no_ignore: false, follow: false, depth: None, max_size: None, globs: Vec::new(), types: Vec::new(), type_definitions: Vec::new(), list_types: false, sort: None,
    };
    let items = parse(args, OPTIONS, Order::Anywhere).map_err(|text| fault(&format!("{text}\nTry 'rg --help' for more information.")))?;
    let (mut before, mut after, mut around, mut patterns_given) = (None, None, None, false);
    for item in items {
        let (option, argument) = match item {
            Item::Operand(path) => {
                s.paths.push(path);
                continue;
            }
            Item::Option(option, argument) => (option, argument.unwrap_or_default()),
        };
        let text = bytes::lossy(&argument).into_owned();
        let number = || text.parse::<u64>().map_err(|_| fault(&format!("error parsing flag --{option}: value is not a valid number: invalid digit found in string")));
        match option.as_str() {
            "regexp" => {
                patterns_given = true;
                s.patterns.push(text);
            }
            "file" => {
                patterns_given = true;
                let content = if text == "-" { std::io::read_to_string(std::io::stdin()).map(String::into_bytes) } else { std::fs::read(bytes::path(&argument)) };
                let content = content.map_err(|e| fault(&format!("{text}: {} (os error 2)", error::text(&e))))?;
                s.patterns.extend(bytes::lossy(&content).lines().map(str::to_owned));
            }
            "ignore-case" => s.case = Case::Insensitive,
            "case-sensitive" => s.case = Case::Sensitive,
            "smart-case" => s.case = Case::Smart,
            "fixed-strings" => s.fixed = true,
            "word-regexp" => s.words = true,
            "line-regexp" => s.whole_lines = true,
            "pcre2" | "auto-hybrid-regex" => s.pcre = true,
            "engine" => s.pcre = text != "default",
            "multiline" => s.multiline = true,
            "multiline-dotall" => s.dotall = true,
            "invert-match" => s.invert = true,
            "line-number" => s.numbers = Some(true),
            "no-line-number" => s.numbers = Some(false),
            "column" => s.column = true,
            "with-filename" => s.names = Some(true),
            "no-filename" => s.names = Some(false),
            "heading" => s.heading = true,
            "no-heading" => s.heading = false,
            "color" => s.colour = matches!(text.as_str(), "always" | "ansi"),
            "pretty" => (s.colour, s.heading, s.numbers) = (true, true, Some(true)),
            "only-matching" => s.only_matching = true,
            "replace" => s.replace = Some(argument),
            "after-context" => after = Some(number()? as usize),
            "before-context" => before = Some(number()? as usize),
            "context" => around = Some(number()? as usize),
            "passthru" => s.passthru = true,
            "max-count" => s.most = Some(number()?),
            "quiet" => s.quiet = true,
            "null" => s.null = true,
            "trim" => s.trim = true,
            "vimgrep" => s.vimgrep = true,
            "byte-offset" => s.offsets = true,
            "max-columns" => s.max_columns = Some(number()?).filter(|n| *n > 0),
            "text" => s.text = true,
            "null-data" => s.null_data = true,
            "stats" => s.stats = true,
            "crlf" => s.crlf = true,
            "binary" => s.binary = true,
            "encoding" if text != "auto" && text != "none" && Encoding::new(&text).is_err() => {
                return Err(fault(&format!("grep config error: unknown encoding: {text}")));
            }
            "encoding" => s.encoding = Some(text),
            "include-zero" => s.include_zero = true,
            "no-messages" => s.no_messages = true,
            "context-separator" => s.separator = Some(argument),
            "no-context-separator" => s.separator = None,
            "hidden" => s.hidden = true,
            "unrestricted" => s.unrestricted += 1,
            "no-ignore" | "no-ignore-vcs" => s.no_ignore = true,
            "follow" => s.follow = true,
            "max-depth" | "maxdepth" => s.depth = Some(number()? as usize),
            "max-filesize" => s.max_size = Some(size(&text).ok_or_else(|| fault(&format!("invalid size '{text}'")))?),
            "glob" => s.globs.push((false, text)),
            "iglob" => s.globs.push((true, text)),
            "type" => s.types.push((true, text)),
            "type-not" => s.types.push((false, text)),
            "type-add" => s.type_definitions.push(text),
            "type-list" => s.list_types = true,
            "sort" => s.sort = Some((text, false)),
            "sortr" => s.sort = Some((text, true)),
            "count" => s.action = if s.only_matching { Action::CountMatches } else { Action::Count },
            "count-matches" => s.action = Action::CountMatches,
            "files-with-matches" => s.action = Action::FilesWith,
            "files-without-match" => s.action = Action::FilesWithout,
            "files" => s.action = Action::ListFiles,
            "json" | "search-zip" | "pre" => return Err(fault(&format!("--{option} is not built in the sandbox"))),
            "help" => {
                say(HELP);
                return Err(0);
            }
            "version" => {
                say(&version("rg"));
                return Err(0);
            }
            _ => {}
        }
    }
    (s.before, s.after) = (before.or(around).unwrap_or(0), after.or(around).unwrap_or(0));
    if s.action == Action::Count && s.only_matching {
        s.action = Action::CountMatches;
    }
    if !patterns_given && s.action != Action::ListFiles && !s.list_types {
        if s.paths.is_empty() {
            return Err(fault("the following required arguments were not provided:\n  <PATTERN>\n\nUSAGE:\n    \n    rg [OPTIONS] PATTERN [PATH ...]\n    rg [OPTIONS] -e PATTERN ... [PATH ...]\n    rg [OPTIONS] -f PATTERNFILE ... [PATH ...]\n    rg [OPTIONS] --files [PATH ...]\n    rg [OPTIONS] --type-list\n    command | rg [OPTIONS] PATTERN\n    rg [OPTIONS] --help\n    rg [OPTIONS] --version\n\nFor more information try --help"));
        }
        s.patterns = vec![bytes::lossy(&s.paths.remove(0)).into_owned()];
    }
    s.hidden |= s.unrestricted >= 2;
    s.text |= s.unrestricted >= 3;
    s.no_ignore |= s.unrestricted >= 1;
    Ok(s)
}

fn size(text: &str) -> Option<u64> {
    let (number, unit) = match text.chars().last()? {
        'K' => (&text[..text.len() - 1], 1 << 10),
        'M' => (&text[..text.len() - 1], 1 << 20),
        'G' => (&text[..text.len() - 1], 1 << 30),
        _ => (text, 1),
    };
    number.parse::<u64>().ok().map(|n| n * unit)
}
