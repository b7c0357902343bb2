//! basename and dirname.

use sunaba_gnu::options::{Item, Opt, Order, flag, parse, value};
use sunaba_gnu::output::{complain, say, version};
use sunaba_gnu::quote::quoted;
use sunaba_gnu::stream::put;

const BASE_OPTIONS: &[Opt] = &[flag('a', "multiple"), value('s', "suffix"), flag('z', "zero"), flag('\0', "help"), flag('\0', "version")];
const DIR_OPTIONS: &[Opt] = &[flag('z', "zero"), flag('\0', "help"), flag('\0', "version")];

const BASE_HELP: &str = "Usage: basename NAME [SUFFIX]
  or:  basename OPTION... NAME...
Print NAME with any leading directory components removed.
If specified, also remove a trailing SUFFIX.

  -a, --multiple       support multiple arguments and treat each as a NAME
  -s, --suffix=SUFFIX  remove a trailing SUFFIX; implies -a
  -z, --zero           end each output line with NUL, not newline
      --help        display this help and exit
      --version     output version information and exit
";

const DIR_HELP: &str = "Usage: dirname [OPTION] NAME...
Output each NAME with its last non-slash component and trailing slashes
removed; if NAME contains no /'s, output '.' (meaning the current directory).

  -z, --zero     end each output line with NUL, not newline
      --help        display this help and exit
      --version     output version information and exit
";

pub fn run(tool: &str, args: &[Vec<u8>]) -> i32 {
    let base = tool == "basename";
    let usage = |fault: &str| {
        complain(tool, &format!("{fault}\nTry '{tool} --help' for more information."));
        1
    };
    // basename's options end at the first name, so that a suffix may begin with a dash.
    let order = if base { Order::First } else { Order::Anywhere };
    let items = match parse(args, if base { BASE_OPTIONS } else { DIR_OPTIONS }, order) {
        Ok(items) => items,
        Err(fault) => return usage(&fault),
    };
    let (mut names, mut many, mut suffix, mut end) = (Vec::new(), !base, Vec::new(), b'\n');
    for item in items {
        match item {
            Item::Operand(name) => names.push(name),
            Item::Option(option, argument) => match option.as_str() {
                "multiple" => many = true,
                "suffix" => (many, suffix) = (true, argument.unwrap_or_default()),
                "zero" => end = 0,
                "help" => {
                    say(if base { BASE_HELP } else { DIR_HELP });
                    return 0;
                }
                _ => {
                    say(&version(tool));
                    return 0;
                }
            },
        }
    }
    if names.is_empty() {
        return usage("missing operand");
    }
    if !many {
        if let Some(extra) = names.get(2) {
            return usage(&format!("extra operand {}", quoted(extra)));
        }
        if names.len() == 2 {
            suffix = names.pop().unwrap_or_default();
        }
    }
    let mut out = Vec::new();
    for name in &names {
        out.extend_from_slice(if base { base_of(name, &suffix) } else { folder_of(name) });
        out.push(end);
    }
    put(tool, &out);
    0
}

fn trimmed(name: &[u8]) -> &[u8] {
    let end = name.iter().rposition(|&b| b != b'/').map_or(0, |at| at + 1);
    &name[..end]
}

fn base_of<'a>(name: &'a [u8], suffix: &[u8]) -> &'a [u8] {
    let whole = trimmed(name);
    if whole.is_empty() {
        return &name[..name.len().min(1)];
    }
    let base = whole.rsplit(|&b| b == b'/').next().unwrap_or(whole);
    match base.strip_suffix(suffix) {
        Some(stem) if !stem.is_empty() => stem,
        _ => base,
    }
}

fn folder_of(name: &[u8]) -> &[u8] {
    let whole = trimmed(name);
    match whole.iter().rposition(|&b| b == b'/') {
        Some(at) => match trimmed(&whole[..at]) {
            [] => b"/",
            folder => folder,
        },
        None if name.starts_with(b"/") => b"/",
        None => b".",
    }
}
