//! chmod, on the kernel's permission bits.

use sunaba_gnu::options::{Item, Opt, Order, flag, parse, value};
use sunaba_gnu::output::{complain, say, version};
use sunaba_gnu::quote::quoted;
use sunaba_gnu::status::{self, Kind};
use sunaba_gnu::{bytes, error};
use sunaba_process::Links;

const OPTIONS: &[Opt] = &[
    flag('R', "recursive"),
    flag('v', "verbose"),
    flag('c', "changes"),
    flag('f', "silent"),
    flag('\0', "quiet"),
    value('\0', "reference"),
    flag('\0', "preserve-root"),
    flag('\0', "no-preserve-root"),
    flag('\0', "help"),
    flag('\0', "version"),
];

const HELP: &str = "Usage: chmod [OPTION]... MODE[,MODE]... FILE...
  or:  chmod [OPTION]... OCTAL-MODE FILE...
  or:  chmod [OPTION]... --reference=RFILE FILE...
Change the mode of each FILE to MODE.

  -c, --changes          like verbose but report only when a change is made
  -f, --silent, --quiet  suppress most error messages
  -v, --verbose          output a diagnostic for every file processed
      --reference=RFILE  use RFILE's mode instead of specifying MODE values
  -R, --recursive        change files and directories recursively
      --help             display this help and exit
      --version          output version information and exit

Each MODE is of the form '[ugoa]*([-+=]([rwxXst]*|[ugo]))+|[-+=][0-7]+'.
";

/// What `umask` would be: the sandbox has the usual one.
const UMASK: u32 = 0o022;

#[derive(Default)]
struct Settings {
    recursive: bool,
    verbose: bool,
    changes: bool,
    silent: bool,
    mode: String,
}

pub fn run(args: &[Vec<u8>]) -> i32 {
    // A mode such as -w looks like an option: it is put aside first.
    let mut rest = Vec::new();
    let mut dashed: Vec<String> = Vec::new();
    let mut options_end = false;
    for arg in args {
        let text = bytes::lossy(arg);
        options_end |= arg == b"--";
        let is_mode = !options_end && text.len() > 1 && text.starts_with('-') && text[1..].chars().all(|c| "rwxXstugo,+=-".contains(c)) && text.as_bytes()[1] != b'-';
        if is_mode { dashed.push(text.into_owned()) } else { rest.push(arg.clone()) }
    }
    let items = match parse(&rest, OPTIONS, Order::Anywhere) {
        Ok(items) => items,
        Err(fault) => return usage(&fault),
    };
    let mut settings = Settings { mode: dashed.join(","), ..Settings::default() };
    let (mut names, mut reference) = (Vec::new(), None);
    for item in items {
        match item {
            Item::Operand(name) => names.push(name),
            Item::Option(option, argument) => match option.as_str() {
                "recursive" => settings.recursive = true,
                "verbose" => settings.verbose = true,
                "changes" => settings.changes = true,
                "silent" | "quiet" => settings.silent = true,
                "reference" => reference = argument,
                "help" => {
                    say(HELP);
                    return 0;
                }
                "version" => {
                    say(&version("chmod"));
                    return 0;
                }
                _ => {}
            },
        }
    }
    if let Some(reference) = reference {
        match status::stat(&reference) {
            Ok(found) => settings.mode = format!("{:o}", found.mode),
            Err(fault) => {
                complain("chmod", &format!("failed to get attributes of {}: {}", quoted(&reference), error::text(&fault)));
                return 1;
            }
        }
    } else if settings.mode.is_empty() {
        if names.is_empty() {
            return usage("missing operand");
        }
        settings.mode = bytes::lossy(&names.remove(0)).into_owned();
        if names.is_empty() {
            return usage(&format!("missing operand after {}", quoted(settings.mode.as_bytes())));
        }
    }
    if names.is_empty() {
        return usage("missing operand");
    }
    if status::parse_mode(&settings.mode, 0, false, UMASK).is_none() {
        return usage(&format!("invalid mode: {}", quoted(settings.mode.as_bytes())));
    }
    names.iter().fold(0, |code, name| code | change(&settings, name, true))
}

fn usage(fault: &str) -> i32 {
    complain("chmod", &format!("{fault}\nTry 'chmod --help' for more information."));
    1
}

fn change(settings: &Settings, name: &[u8], top: bool) -> i32 {
    let link = status::lstat(name);
    if !top && link.as_ref().is_ok_and(|l| l.kind == Kind::Link) {
        return 0;
    }
    let found = match status::stat(name) {
        Ok(found) => found,
        Err(fault) => {
            if !settings.silent {
                let text = if link.is_ok() {
                    format!("cannot operate on dangling symlink {}", quoted(name))
                } else {
                    format!("cannot access {}: {}", quoted(name), error::text(&fault))
                };
                complain("chmod", &text);
            }
            return 1;
        }
    };
    let directory = found.kind == Kind::Directory;
    let mut code = 0;
    let mode = status::parse_mode(&settings.mode, found.mode, directory, UMASK).unwrap_or(found.mode);
    match sunaba_process::chmod(bytes::path(name), Links::Follow, mode) {
        Ok(()) => report(settings, name, found.mode, mode),
        Err(fault) => {
            if !settings.silent {
                complain("chmod", &format!("changing permissions of {}: {}", quoted(name), error::text(&fault)));
            }
            code = 1;
        }
    }
    if settings.recursive && directory {
        let mut children: Vec<Vec<u8>> = match std::fs::read_dir(bytes::path(name)) {
            Ok(entries) => entries.filter_map(Result::ok).map(|e| bytes::into_vec(e.path().into_os_string())).collect(),
            Err(fault) => {
                complain("chmod", &format!("cannot read directory {}: {}", quoted(name), error::text(&fault)));
                return 1;
            }
        };
        children.sort();
        code = children.iter().fold(code, |code, child| code | change(settings, child, false));
    }
    code
}

fn report(settings: &Settings, name: &[u8], old: u32, new: u32) {
    let text = |mode: u32| format!("{mode:04o} ({})", &status::mode_text(Kind::File, mode)[1..]);
    if old != new && (settings.verbose || settings.changes) {
        say(&format!("mode of {} changed from {} to {}\n", quoted(name), text(old), text(new)));
    } else if settings.verbose {
        say(&format!("mode of {} retained as {}\n", quoted(name), text(new)));
    }
}
