//! The options of grep.

use sunaba_gnu::options::{Item, Opt, Order, flag, maybe, parse, value};
use sunaba_gnu::output::{say, version};
use sunaba_gnu::{bytes, error};

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Language {
    Basic,
    Extended,
    Fixed,
    Perl,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Action {
    Lines,
    Count,
    FilesWith,
    FilesWithout,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Binary {
    /// Say only that it matches.
    Tell,
    Text,
    Skip,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Folders {
    Read,
    Skip,
    Recurse,
}

pub struct Settings {
    pub language: Language,
    pub patterns: Vec<Vec<u8>>,
    pub files: Vec<Vec<u8>>,
    pub action: Action,
    pub binary: Binary,
    pub folders: Folders,
    pub follow: bool,
    pub ignore_case: bool,
    pub words: bool,
    pub whole_lines: bool,
    pub invert: bool,
    pub null_data: bool,
    pub no_messages: bool,
    pub quiet: bool,
    pub most: Option<u64>,
    pub offsets: bool,
    pub numbers: bool,
    /// `None`: where more than one file may be read.
    pub names: Option<bool>,
    pub label: Vec<u8>,
    pub only_matching: bool,
    pub null: bool,
    pub tab: bool,
    /// Each line is printed as it is found.
    pub by_line: bool,
    /// Whether context was asked for, if only of 0 lines: then groups are parted.
    pub context: bool,
    pub before: usize,
    pub after: usize,
    pub separator: Option<Vec<u8>>,
    pub colour: bool,
    /// In the order given: whether to include, and the glob.
    pub globs: Vec<(bool, Vec<u8>)>,
    pub excluded_folders: Vec<Vec<u8>>,
}

const OPTIONS: &[Opt] = &[
    flag('E', "extended-regexp"), flag('F', "fixed-strings"), flag('G', "basic-regexp"), flag('P', "perl-regexp"), value('e', "regexp"),
    value('f', "file"), flag('i', "ignore-case"), flag('y', "ignore-case"), flag('\0', "no-ignore-case"), flag('w', "word-regexp"),
    flag('x', "line-regexp"), flag('z', "null-data"), flag('s', "no-messages"), flag('v', "invert-match"), flag('V', "version"),
    flag('\0', "help"), value('m', "max-count"), flag('b', "byte-offset"), flag('n', "line-number"), flag('\0', "line-buffered"),
    flag('H', "with-filename"), flag('h', "no-filename"), value('\0', "label"), flag('o', "only-matching"), flag('q', "quiet"),
    flag('\0', "silent"), value('\0', "binary-files"), flag('a', "text"), flag('I', ""), value('d', "directories"), value('D', "devices"),
    flag('r', "recursive"), flag('R', "dereference-recursive"), value('\0', "include"), value('\0', "exclude"), value('\0', "exclude-from"),
    value('\0', "exclude-dir"), flag('L', "files-without-match"), flag('l', "files-with-matches"), flag('c', "count"), flag('T', "initial-tab"),
    flag('Z', "null"), value('B', "before-context"), value('A', "after-context"), value('C', "context"), value('\0', "group-separator"),
    flag('\0', "no-group-separator"), maybe('\0', "color"), maybe('\0', "colour"), flag('U', "binary"), flag('u', "unix-byte-offsets"),
];

const HELP: &str = "Usage: grep [OPTION]... PATTERNS [FILE]...
Search for PATTERNS in each FILE.
Example: grep -i 'hello world' menu.h main.c
PATTERNS can contain multiple patterns separated by newlines.

Pattern selection and interpretation:
  -E, --extended-regexp     PATTERNS are extended regular expressions
  -F, --fixed-strings       PATTERNS are strings
  -G, --basic-regexp        PATTERNS are basic regular expressions
  -P, --perl-regexp         PATTERNS are Perl regular expressions
  -e, --regexp=PATTERNS     use PATTERNS for matching
  -f, --file=FILE           take PATTERNS from FILE
  -i, --ignore-case         ignore case distinctions in patterns and data
  -w, --word-regexp         match only whole words
  -x, --line-regexp         match only whole lines
  -z, --null-data           a data line ends in 0 byte, not newline

Miscellaneous:
  -s, --no-messages         suppress error messages
  -v, --invert-match        select non-matching lines
  -V, --version             display version information and exit
      --help                display this help text and exit

Output control:
  -m, --max-count=NUM       stop after NUM selected lines
  -b, --byte-offset         print the byte offset with output lines
  -n, --line-number         print line number with output lines
      --line-buffered       flush output on every line
  -H, --with-filename       print file name with output lines
  -h, --no-filename         suppress the file name prefix on output
      --label=LABEL         use LABEL as the standard input file name prefix
  -o, --only-matching       show only nonempty parts of lines that match
  -q, --quiet, --silent     suppress all normal output
      --binary-files=TYPE   assume that binary files are TYPE;
                            TYPE is 'binary', 'text', or 'without-match'
  -a, --text                equivalent to --binary-files=text
  -I                        equivalent to --binary-files=without-match
  -d, --directories=ACTION  how to handle directories; 'read', 'recurse', or 'skip'
  -D, --devices=ACTION      accepted
  -r, --recursive           like --directories=recurse
  -R, --dereference-recursive  likewise, but follow all symlinks
      --include=GLOB        search only files that match GLOB (a file pattern)
      --exclude=GLOB        skip files that match GLOB
      --exclude-from=FILE   skip files that match any file pattern from FILE
      --exclude-dir=GLOB    skip directories that match GLOB
  -L, --files-without-match print only names of FILEs with no selected lines
  -l, --files-with-matches  print only names of FILEs with selected lines
  -c, --count               print only a count of selected lines per FILE
  -T, --initial-tab         make tabs line up (if needed)
  -Z, --null                print 0 byte after FILE name

Context control:
  -B, --before-context=NUM  print NUM lines of leading context
  -A, --after-context=NUM   print NUM lines of trailing context
  -C, --context=NUM         print NUM lines of output context
  -NUM                      same as --context=NUM
      --group-separator=SEP print SEP on line between matches with context
      --no-group-separator  do not print separator for matches with context
      --color[=WHEN]        use markers to highlight the matching strings;
                            WHEN is 'always', 'never', or 'auto'

When FILE is '-', read standard input.  With no FILE, read '.' if recursive,
'-' otherwise.  Exit status is 0 if any line is selected, 1 otherwise;
if any error occurs and -q is not given, the exit status is 2.
";

pub fn usage() -> i32 {
    eprintln!("Usage: grep [OPTION]... PATTERNS [FILE]...\nTry 'grep --help' for more information.");
    2
}

fn fault(text: &str) -> i32 {
    eprintln!("grep: {text}");
    2
}

pub fn read(name: &str, args: &[Vec<u8>]) -> Result<Settings, i32> {
    let mut s = Settings {
        language: match name {
            "egrep" => Language::Extended,
            "fgrep" => Language::Fixed,
            _ => Language::Basic,
        },
        patterns: Vec::new(), files: Vec::new(), action: Action::Lines, binary: Binary::Tell, folders: Folders::Read, follow: false,
        ignore_case: false, words: false, whole_lines: false, invert: false, null_data: false, no_messages: false, quiet: false, most: None,
        offsets: false, numbers: false, names: None, label: b"(standard input)".to_vec(), only_matching: false, null: false, tab: false, by_line: false,
        context: false, before: 0, after: 0, separator: Some(b"--".to_vec()), colour: false, globs: Vec::new(), excluded_folders: Vec::new(),
    };
    let (mut before, mut after, mut around) = (None, None, None);
    let mut patterns: Option<Vec<u8>> = None;
    let add = |patterns: &mut Option<Vec<u8>>, text: &[u8]| match patterns {
        Some(all) => {
            all.push(b'\n');
            all.extend_from_slice(text);
        }
        None => *patterns = Some(text.to_vec()),
    };
    let mut no_patterns_file = false;
    let items = parse(&context_digits(args), OPTIONS, Order::Anywhere).map_err(|text| {
        fault(&text);
        usage()
    })?;
    for item in items {
        let (option, argument) = match item {
            Item::Operand(word) => {
                s.files.push(word);
                continue;
            }
            Item::Option(option, argument) => (option, argument.unwrap_or_default()),
        };
        let word = bytes::lossy(&argument).into_owned();
        match option.as_str() {
            "extended-regexp" => s.language = Language::Extended,
            "fixed-strings" => s.language = Language::Fixed,
            "basic-regexp" => s.language = Language::Basic,
            "perl-regexp" => s.language = Language::Perl,
            "regexp" => add(&mut patterns, &argument),
            "file" => {
                let text = if argument == b"-" { read_all(std::io::stdin()) } else { std::fs::read(bytes::path(&argument)) };
                let text = text.map_err(|e| fault(&format!("{word}: {}", error::text(&e))))?;
                if text.is_empty() {
                    no_patterns_file = true;
                } else {
                    add(&mut patterns, text.strip_suffix(b"\n").unwrap_or(&text));
                }
            }
            "ignore-case" => s.ignore_case = true,
            "no-ignore-case" => s.ignore_case = false,
            "word-regexp" => s.words = true,
            "line-regexp" => s.whole_lines = true,
            "null-data" => s.null_data = true,
            "no-messages" => s.no_messages = true,
            "invert-match" => s.invert = true,
            "version" => {
                say(&version("grep"));
                return Err(0);
            }
            "help" => {
                say(HELP);
                return Err(0);
            }
            "max-count" => match word.trim().parse::<i64>() {
                Ok(n) => s.most = u64::try_from(n).ok(),
                Err(_) => return Err(fault("invalid max count")),
            },
            "byte-offset" => s.offsets = true,
            "line-number" => s.numbers = true,
            "with-filename" => s.names = Some(true),
            "no-filename" => s.names = Some(false),
            "label" => s.label = argument,
            "only-matching" => s.only_matching = true,
            "quiet" | "silent" => s.quiet = true,
            "binary-files" => s.binary = match word.as_str() {
                "binary" => Binary::Tell,
                "text" => Binary::Text,
                "without-match" => Binary::Skip,
                _ => return Err(fault("unknown binary-files type\n").max(usage())),
            },
            "text" => s.binary = Binary::Text,
            "I" => s.binary = Binary::Skip,
            "directories" => s.folders = match word.as_str() {
                "read" => Folders::Read,
                "skip" => Folders::Skip,
                "recurse" => Folders::Recurse,
                _ => return Err(fault(&format!("invalid argument '{word}' for '--directories'\nValid arguments are:\n  - 'read'\n  - 'recurse'\n  - 'skip'")).max(usage())),
            },
            "recursive" => s.folders = Folders::Recurse,
            "dereference-recursive" => (s.folders, s.follow) = (Folders::Recurse, true),
            "include" => s.globs.push((true, argument)),
            "exclude" => s.globs.push((false, argument)),
            "exclude-from" => {
                let text = std::fs::read(bytes::path(&argument)).map_err(|e| fault(&format!("{word}: {}", error::text(&e))))?;
                s.globs.extend(text.split(|&b| b == b'\n').filter(|l| !l.is_empty()).map(|l| (false, l.to_vec())));
            }
            "exclude-dir" => {
                let end = argument.iter().rposition(|&b| b != b'/').map_or(1, |i| i + 1).min(argument.len());
                s.excluded_folders.push(argument[..end].to_vec());
            }
            "files-without-match" => s.action = Action::FilesWithout,
            "files-with-matches" => s.action = Action::FilesWith,
            "line-buffered" => s.by_line = true,
            "count" => if s.action == Action::Lines { s.action = Action::Count },
            "initial-tab" => s.tab = true,
            "null" => s.null = true,
            "before-context" => before = Some(context(&word)?),
            "after-context" => after = Some(context(&word)?),
            "context" => around = Some(context(&word)?),
            "group-separator" => s.separator = Some(argument),
            "no-group-separator" => s.separator = None,
            "color" | "colour" => s.colour = match word.as_str() {
                "always" | "yes" | "force" => true,
                "never" | "no" | "none" | "auto" | "tty" | "if-tty" | "" => false,
                _ => return Err(usage()),
            },
            _ => {}
        }
    }
    (s.before, s.after) = (before.or(around).unwrap_or(0), after.or(around).unwrap_or(0));
    s.context = before.is_some() || after.is_some() || around.is_some();
    let patterns = match patterns {
        Some(patterns) => Some(patterns),
        None if no_patterns_file => None,
        None if s.files.is_empty() => return Err(usage()),
        None => Some(s.files.remove(0)),
    };
    if let Some(patterns) = patterns {
        s.patterns = patterns.split(|&b| b == b'\n').map(<[u8]>::to_vec).collect();
    }
    if s.files.is_empty() {
        s.files.push(if s.folders == Folders::Recurse { b".".to_vec() } else { b"-".to_vec() });
        if s.names.is_none() && s.folders == Folders::Recurse {
            s.names = Some(true);
        }
    } else if s.names.is_none() {
        s.names = Some(s.files.len() > 1 || (s.folders == Folders::Recurse && bytes::path(&s.files[0]).is_dir()));
    }
    if matches!(s.action, Action::FilesWith | Action::FilesWithout) || s.quiet {
        s.most = Some(1);
    }
    Ok(s)
}

fn read_all(mut input: impl std::io::Read) -> std::io::Result<Vec<u8>> {
    let mut text = Vec::new();
    input.read_to_end(&mut text)?;
    Ok(text)
}

fn context(word: &str) -> Result<usize, i32> {
    word.parse().map_err(|_| fault(&format!("{word}: invalid context length argument")))
}

/// `-3` and `-3n` are `-C 3` and `-C 3 -n`.
fn context_digits(args: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let mut out = Vec::new();
    for (i, arg) in args.iter().enumerate() {
        if arg == b"--" {
            out.extend_from_slice(&args[i..]);
            break;
        }
        let digits = arg.iter().skip(1).take_while(|b| b.is_ascii_digit()).count();
        let value_before = i > 0 && matches!(args[i - 1].as_slice(), b"-e" | b"-f" | b"-m" | b"-A" | b"-B" | b"-C");
        if arg.first() == Some(&b'-') && digits > 0 && !value_before {
            out.push([b"-C", &arg[1..=digits]].concat());
            if arg.len() > digits + 1 {
                out.push([b"-", &arg[digits + 1..]].concat());
            }
        } else {
            out.push(arg.clone());
        }
    }
    out
}
