//! The options of diff.

use super::formats::Formats;
use sunaba_gnu::options::{Item, Opt, Order, flag, maybe, parse, value};
use sunaba_gnu::output::{complain, say, version};
use sunaba_gnu::quote::{maybe as shell_word, quoted};
use sunaba_gnu::regex::{Matcher, Syntax, translate};
use sunaba_gnu::{bytes, error};

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Style {
    Normal,
    Unified,
    Context,
    Sides,
    Ed,
    Rcs,
    Formats,
}

pub struct Settings {
    pub style: Style,
    pub formats: Formats,
    pub context: usize,
    pub brief: bool,
    pub report_same: bool,
    pub recursive: bool,
    pub absent_as_empty: bool,
    pub first_absent_as_empty: bool,
    pub ignore_case: bool,
    pub ignore_space_change: bool,
    pub ignore_all_space: bool,
    pub ignore_trailing_space: bool,
    pub ignore_tab_expansion: bool,
    pub ignore_blank_lines: bool,
    pub ignore_matching: Vec<Matcher>,
    pub strip_cr: bool,
    pub text: bool,
    pub expand_tabs: bool,
    pub initial_tab: bool,
    pub width: usize,
    pub left_column: bool,
    pub suppress_common: bool,
    pub function: bool,
    pub no_follow: bool,
    pub labels: Vec<Vec<u8>>,
    pub excluded: Vec<Vec<u8>>,
    pub colour: bool,
    /// The options as they are repeated before each pair of a recursive comparison.
    pub switches: String,
}

const OPTIONS: &[Opt] = &[
    flag('\0', "normal"), flag('q', "brief"), flag('s', "report-identical-files"), maybe('c', ""), maybe('\0', "context"), value('C', ""),
    maybe('u', ""), maybe('\0', "unified"), value('U', ""), flag('e', "ed"), flag('n', "rcs"), flag('y', "side-by-side"), value('W', "width"),
    flag('\0', "left-column"), flag('\0', "suppress-common-lines"), flag('p', "show-c-function"), value('F', "show-function-line"),
    value('L', "label"), flag('t', "expand-tabs"), flag('T', "initial-tab"), value('\0', "tabsize"), flag('\0', "suppress-blank-empty"),
    flag('l', "paginate"), flag('r', "recursive"), flag('\0', "no-dereference"), flag('N', "new-file"), flag('P', "unidirectional-new-file"),
    flag('\0', "ignore-file-name-case"), value('x', "exclude"), value('X', "exclude-from"), value('S', "starting-file"), flag('i', "ignore-case"),
    flag('E', "ignore-tab-expansion"), flag('Z', "ignore-trailing-space"), flag('b', "ignore-space-change"), flag('w', "ignore-all-space"),
    flag('B', "ignore-blank-lines"), value('I', "ignore-matching-lines"), flag('a', "text"), flag('\0', "strip-trailing-cr"), flag('d', "minimal"),
    flag('\0', "speed-large-files"), value('\0', "horizon-lines"), maybe('\0', "color"), flag('v', "version"), flag('\0', "help"),
    value('D', "ifdef"), value('\0', "line-format"), value('\0', "old-line-format"), value('\0', "new-line-format"),
    value('\0', "unchanged-line-format"), value('\0', "old-group-format"), value('\0', "new-group-format"),
    value('\0', "unchanged-group-format"), value('\0', "changed-group-format"),
];

const HELP: &str = "Usage: diff [OPTION]... FILES
Compare FILES line by line.

      --normal                  output a normal diff (the default)
  -q, --brief                   report only when files differ
  -s, --report-identical-files  report when two files are the same
  -c, -C NUM, --context[=NUM]   output NUM (default 3) lines of copied context
  -u, -U NUM, --unified[=NUM]   output NUM (default 3) lines of unified context
  -e, --ed                      output an ed script
  -n, --rcs                     output an RCS format diff
  -y, --side-by-side            output in two columns
  -W, --width=NUM               output at most NUM (default 130) print columns
      --left-column             output only the left column of common lines
      --suppress-common-lines   do not output common lines
  -p, --show-c-function         show which C function each change is in
      --label LABEL             use LABEL instead of file name and timestamp
  -t, --expand-tabs             expand tabs to spaces in output
  -T, --initial-tab             make tabs line up by prepending a tab
  -r, --recursive               recursively compare any subdirectories found
  -N, --new-file                treat absent files as empty
  -x, --exclude=PAT             exclude files that match PAT
  -X, --exclude-from=FILE       exclude files that match any pattern in FILE
  -i, --ignore-case             ignore case differences in file contents
  -E, -Z, -b, -w                ignore tab expansion, trailing, changed, all white space
  -B, --ignore-blank-lines      ignore changes where lines are all blank
  -I, --ignore-matching-lines=RE  ignore changes where all lines match RE
  -a, --text                    treat all files as text
      --strip-trailing-cr       strip trailing carriage return on input
  -D, --ifdef=NAME              output merged file with '#ifdef NAME' diffs
      --GTYPE-group-format=GFMT  format GTYPE input groups with GFMT
      --line-format=LFMT        format all input lines with LFMT
      --LTYPE-line-format=LFMT  format LTYPE input lines with LFMT
                                  GTYPE is old, new, unchanged or changed; LTYPE is old, new or unchanged
      --color[=WHEN]            color output
      --help                    display this help and exit
  -v, --version                 output version information and exit

Exit status is 0 if inputs are the same, 1 if different, 2 if trouble.
";

pub fn usage(fault: &str) -> i32 {
    complain("diff", &format!("{fault}\ndiff: Try 'diff --help' for more information."));
    2
}

pub fn read(args: &[Vec<u8>]) -> Result<(Settings, Vec<Vec<u8>>), i32> {
    let mut s = Settings {
        style: Style::Normal, formats: Formats::default(), context: 3, brief: false, report_same: false, recursive: false, absent_as_empty: false, first_absent_as_empty: false,
        ignore_case: false, ignore_space_change: false, ignore_all_space: false, ignore_trailing_space: false, ignore_tab_expansion: false,
        ignore_blank_lines: false, ignore_matching: Vec::new(), strip_cr: false, text: false, expand_tabs: false, initial_tab: false, width: 130,
        left_column: false, suppress_common: false, function: false, no_follow: false, labels: Vec::new(), excluded: Vec::new(), colour: false,
        switches: String::new(),
    };
    let items = parse(&context_digits(args), OPTIONS, Order::Anywhere).map_err(|fault| usage(&fault))?;
    let mut names = Vec::new();
    for item in items {
        let (option, argument) = match item {
            Item::Operand(name) => {
                names.push(name);
                continue;
            }
            Item::Option(option, argument) => (option, argument),
        };
        let text = argument.as_deref().map(|a| bytes::lossy(a).into_owned()).unwrap_or_default();
        let lines = |s: &mut Settings, text: &str| match text.parse() {
            Ok(n) => {
                s.context = n;
                Ok(())
            }
            Err(_) if text.is_empty() => Ok(()),
            Err(_) => Err(usage(&format!("invalid context length '{text}'"))),
        };
        match option.as_str() {
            "normal" => s.style = Style::Normal,
            "brief" => s.brief = true,
            "report-identical-files" => s.report_same = true,
            "c" | "context" | "C" => {
                s.style = Style::Context;
                lines(&mut s, &text)?;
            }
            "u" | "unified" | "U" => {
                s.style = Style::Unified;
                lines(&mut s, &text)?;
            }
            "ed" => s.style = Style::Ed,
            "rcs" => s.style = Style::Rcs,
            "side-by-side" => s.style = Style::Sides,
            "width" => s.width = text.parse().map_err(|_| usage(&format!("invalid width '{text}'")))?,
            "left-column" => s.left_column = true,
            "suppress-common-lines" => s.suppress_common = true,
            "show-c-function" => {
                s.function = true;
                if s.style == Style::Normal {
                    s.style = Style::Context;
                }
            }
            "label" => s.labels.extend(argument),
            "expand-tabs" => s.expand_tabs = true,
            "initial-tab" => s.initial_tab = true,
            "recursive" => s.recursive = true,
            "no-dereference" => s.no_follow = true,
            "new-file" => s.absent_as_empty = true,
            "unidirectional-new-file" => s.first_absent_as_empty = true,
            "exclude" => s.excluded.extend(argument),
            "exclude-from" => {
                let content = std::fs::read(bytes::path(text.as_bytes())).map_err(|e| usage(&format!("{text}: {}", error::text(&e))))?;
                s.excluded.extend(content.split(|&b| b == b'\n').filter(|l| !l.is_empty()).map(<[u8]>::to_vec));
            }
            "ignore-case" => s.ignore_case = true,
            "ignore-tab-expansion" => s.ignore_tab_expansion = true,
            "ignore-trailing-space" => s.ignore_trailing_space = true,
            "ignore-space-change" => s.ignore_space_change = true,
            "ignore-all-space" => s.ignore_all_space = true,
            "ignore-blank-lines" => s.ignore_blank_lines = true,
            "ignore-matching-lines" => {
                let matcher = translate(text.as_bytes(), Syntax::default(), 0).and_then(|p| Matcher::new(&p, false));
                s.ignore_matching.push(matcher.map_err(|e| usage(&format!("{text}: {e}")))?);
            }
            "text" => s.text = true,
            "ifdef" => {
                s.style = Style::Formats;
                s.formats.define(text.as_bytes());
            }
            option if s.formats.take(option, argument.as_deref().unwrap_or_default()) => s.style = Style::Formats,
            "strip-trailing-cr" => s.strip_cr = true,
            "color" => s.colour = match text.as_str() {
                "" | "auto" | "never" => false,
                "always" => true,
                _ => return Err(usage(&format!("invalid color '{text}'"))),
            },
            "help" => {
                say(HELP);
                return Err(0);
            }
            "version" => {
                say(&version("diff"));
                return Err(0);
            }
            _ => {}
        }
    }
    match names.len() {
        0 => return Err(usage("missing operand after 'diff'")),
        1 => return Err(usage(&format!("missing operand after {}", quoted(&names[0])))),
        2 => {}
        _ => return Err(usage(&format!("extra operand {}", quoted(&names[2])))),
    }
    s.switches = args.iter().filter(|a| a.len() > 1 && a[0] == b'-' && a.as_slice() != b"--").map(|a| format!(" {}", shell_word(a))).collect();
    Ok((s, names))
}

/// `-5` is the context of 5 lines; `-u5` and `-c5` are read as their own argument.
fn context_digits(args: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let mut out: Vec<Vec<u8>> = Vec::new();
    for arg in args {
        // `-ur`: the letters after u and c are options, unless they are digits.
        let cut = arg.iter().skip(1).position(|b| matches!(b, b'u' | b'c')).map(|i| i + 2);
        let cluster = arg.len() > 2 && arg[0] == b'-' && arg[1] != b'-' && !arg[1..].iter().any(|b| matches!(b, b'U' | b'C' | b'L' | b'x' | b'X' | b'I' | b'W' | b'F' | b'S'));
        match cut {
            Some(cut) if cluster && cut < arg.len() && !arg[cut].is_ascii_digit() => {
                out.push(arg[..cut].to_vec());
                let rest = [b"-".as_slice(), &arg[cut..]].concat();
                out.extend(context_digits(&[rest]));
            }
            _ => out.push(arg.clone()),
        }
    }
    out
}
