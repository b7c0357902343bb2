//! install: copies files and sets their mode.

use crate::backup::Backup;
use crate::ls::join;
use sunaba_gnu::options::{Item, Opt, Order, flag, maybe, parse, value};
use sunaba_gnu::output::{complain, say, version};
use sunaba_gnu::quote::quoted;
use sunaba_gnu::status::{self, Kind};
use sunaba_gnu::{bytes, error};
use sunaba_process::{Links, chmod};

const OPTIONS: &[Opt] = &[
    flag('b', ""), maybe('\0', "backup"), flag('c', ""), flag('C', "compare"), flag('d', "directory"), flag('D', ""), value('g', "group"),
    value('m', "mode"), value('o', "owner"), flag('p', "preserve-timestamps"), flag('s', "strip"), value('S', "suffix"),
    value('t', "target-directory"), flag('T', "no-target-directory"), flag('v', "verbose"), flag('\0', "help"), flag('\0', "version"),
];

const HELP: &str = "Usage: install [OPTION]... [-T] SOURCE DEST
  or:  install [OPTION]... SOURCE... DIRECTORY
  or:  install [OPTION]... -t DIRECTORY SOURCE...
  or:  install [OPTION]... -d DIRECTORY...
Copy files and set their mode.

  -b, --backup[=CONTROL]  make a backup of each existing destination file:
                        simple, numbered, existing, none
  -d, --directory     treat all arguments as directory names
  -D                  create all leading components of DEST except the last
  -m, --mode=MODE     set permission mode (as in chmod), instead of rwxr-xr-x
  -p, --preserve-timestamps  apply the times of SOURCE files to the copies
  -S, --suffix=SUFFIX override the usual backup suffix
  -t, --target-directory=DIRECTORY  copy all SOURCE arguments into DIRECTORY
  -T, --no-target-directory         treat DEST as a normal file
  -v, --verbose       print the name of each created file or directory
      --help          display this help and exit
      --version       output version information and exit
";

#[derive(Default)]
struct Settings {
    leading: bool,
    folders: bool,
    plain: bool,
    verbose: bool,
    times: bool,
    mode: u32,
    backup: Backup,
}

pub fn run(args: &[Vec<u8>]) -> i32 {
    let items = match parse(args, OPTIONS, Order::Anywhere) {
        Ok(items) => items,
        Err(fault) => return usage(&fault),
    };
    let mut s = Settings { mode: 0o755, ..Settings::default() };
    let (mut names, mut target) = (Vec::new(), None);
    for item in items {
        match item {
            Item::Operand(name) => names.push(name),
            Item::Option(option, argument) => match option.as_str() {
                "directory" => s.folders = true,
                "D" => s.leading = true,
                "no-target-directory" => s.plain = true,
                "verbose" => s.verbose = true,
                "target-directory" => target = argument,
                "preserve-timestamps" => s.times = true,
                "backup" | "b" | "suffix" => {
                    let asked = if option == "suffix" { s.backup.suffix(argument.unwrap_or_default()) } else { s.backup.ask(argument.as_deref()) };
                    if let Err(fault) = asked {
                        return usage(&fault);
                    }
                }
                "mode" => match status::parse_mode(&bytes::lossy(&argument.clone().unwrap_or_default()), 0, false, 0) {
                    Some(mode) => s.mode = mode,
                    None => return usage(&format!("invalid mode {}", quoted(&argument.unwrap_or_default()))),
                },
                "help" => {
                    say(HELP);
                    return 0;
                }
                "version" => {
                    say(&version("install"));
                    return 0;
                }
                _ => {}
            },
        }
    }
    if s.folders {
        if names.is_empty() {
            return usage("missing file operand");
        }
        return names.iter().fold(0, |code, name| code | folder(&s, name));
    }
    match (names.len(), &target) {
        (0, _) => return usage("missing file operand"),
        (1, None) => return usage(&format!("missing destination file operand after {}", quoted(&names[0]))),
        _ => {}
    }
    let is_folder = |name: &[u8]| status::stat(name).is_ok_and(|f| f.kind == Kind::Directory);
    let target = match target {
        Some(target) => {
            if s.leading && !is_folder(&target) && std::fs::create_dir_all(bytes::path(&target)).is_err() {
                return usage(&format!("cannot create directory {}", quoted(&target)));
            }
            Some(target)
        }
        None if !s.plain && is_folder(&names[names.len() - 1]) => names.pop(),
        None if names.len() > 2 => {
            complain("install", &format!("target {} is not a directory", quoted(&names[names.len() - 1])));
            return 1;
        }
        None => None,
    };
    match target {
        Some(target) => names.iter().fold(0, |code, name| {
            let base = name.rsplit(|&b| b == b'/').next().unwrap_or(name);
            code | file(&s, name, &join(&target, base))
        }),
        None => file(&s, &names[0], &names[1]),
    }
}

fn usage(fault: &str) -> i32 {
    complain("install", &format!("{fault}\nTry 'install --help' for more information."));
    1
}

fn folder(s: &Settings, name: &[u8]) -> i32 {
    let made = std::fs::create_dir_all(bytes::path(name)).and_then(|()| chmod(bytes::path(name), Links::Follow, s.mode));
    if let Err(fault) = made {
        complain("install", &format!("cannot create directory {}: {}", quoted(name), error::text(&fault)));
        return 1;
    }
    if s.verbose {
        say(&format!("install: creating directory {}\n", quoted(name)));
    }
    0
}

fn file(s: &Settings, from: &[u8], to: &[u8]) -> i32 {
    let found = match status::stat(from) {
        Ok(found) => found,
        Err(fault) => {
            complain("install", &format!("cannot stat {}: {}", quoted(from), error::text(&fault)));
            return 1;
        }
    };
    if found.kind == Kind::Directory {
        complain("install", &format!("omitting directory {}", quoted(from)));
        return 1;
    }
    if s.leading && let Some(parent) = bytes::path(to).parent() {
        // A failure shows in the copy.
        let _ = std::fs::create_dir_all(parent);
    }
    if status::lstat(to).is_ok_and(|old| old.kind == Kind::Directory) {
        complain("install", &format!("cannot overwrite directory {} with non-directory", quoted(to)));
        return 1;
    }
    if to.ends_with(b"/") {
        complain("install", &format!("cannot create regular file {}: Not a directory", quoted(to)));
        return 1;
    }
    let mut kept = None;
    let copied = std::fs::read(bytes::path(from)).and_then(|text| {
        if s.backup.wanted() && status::exists(to) {
            kept = Some(s.backup.make(to)?);
        } else {
            let _ = std::fs::remove_file(bytes::path(to));
        }
        std::fs::write(bytes::path(to), text)?;
        if s.times {
            crate::cp::set_time(&std::fs::File::options().write(true).open(bytes::path(to))?, &found)?;
        }
        chmod(bytes::path(to), Links::Follow, s.mode)
    });
    if let Err(fault) = copied {
        complain("install", &format!("cannot create regular file {}: {}", quoted(to), error::text(&fault)));
        return 1;
    }
    if s.verbose {
        let backup = kept.map(|name| format!(" (backup: {})", quoted(&name))).unwrap_or_default();
        say(&format!("{} -> {}{backup}\n", quoted(from), quoted(to)));
    }
    0
}
