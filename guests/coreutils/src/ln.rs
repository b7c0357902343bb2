//! ln.

use crate::backup::Backup;
use std::io;
use sunaba_gnu::options::{Item, Opt, Order, flag, maybe, parse, value};
use sunaba_gnu::output::{complain, say, version};
use sunaba_gnu::quote::quoted;
use sunaba_gnu::status;
use sunaba_gnu::{bytes, error};

const OPTIONS: &[Opt] = &[
    flag('s', "symbolic"),
    flag('f', "force"),
    flag('n', "no-dereference"),
    flag('T', "no-target-directory"),
    value('t', "target-directory"),
    flag('v', "verbose"),
    flag('r', "relative"),
    flag('L', "logical"),
    flag('P', "physical"),
    flag('i', "interactive"),
    flag('d', "directory"),
    flag('F', ""),
    maybe('\0', "backup"),
    flag('b', ""),
    value('S', "suffix"),
    flag('\0', "help"),
    flag('\0', "version"),
];

const HELP: &str = "Usage: ln [OPTION]... [-T] TARGET LINK_NAME
  or:  ln [OPTION]... TARGET
  or:  ln [OPTION]... TARGET... DIRECTORY
  or:  ln [OPTION]... -t DIRECTORY TARGET...
Create links to TARGETs: hard links by default, symbolic links with --symbolic.

  -b, --backup[=CONTROL]     make a backup of each existing destination file:
                               simple, numbered, existing, none
  -f, --force                remove existing destination files
  -L, --logical              dereference TARGETs that are symbolic links
  -n, --no-dereference       treat LINK_NAME as a file if it is a link to a directory
  -P, --physical             make hard links directly to symbolic links
  -r, --relative             with -s, create links relative to link location
  -s, --symbolic             make symbolic links instead of hard links
  -S, --suffix=SUFFIX        override the usual backup suffix
  -t, --target-directory=DIRECTORY  the DIRECTORY in which to create the links
  -T, --no-target-directory  treat LINK_NAME as a normal file always
  -v, --verbose              print name of each linked file
      --help                 display this help and exit
      --version              output version information and exit
";

#[derive(Default)]
struct Settings {
    symbolic: bool,
    force: bool,
    plain_target: bool,
    never_directory: bool,
    verbose: bool,
    relative: bool,
    follow: bool,
    backup: Backup,
}

pub fn run(args: &[Vec<u8>]) -> i32 {
    let items = match parse(args, OPTIONS, Order::Anywhere) {
        Ok(items) => items,
        Err(fault) => return usage(&fault),
    };
    let mut settings = Settings::default();
    let (mut names, mut directory) = (Vec::new(), None);
    for item in items {
        match item {
            Item::Operand(name) => names.push(name),
            Item::Option(option, argument) => match option.as_str() {
                "symbolic" => settings.symbolic = true,
                "force" => settings.force = true,
                "no-dereference" => settings.plain_target = true,
                "no-target-directory" => settings.never_directory = true,
                "target-directory" => directory = argument,
                "verbose" => settings.verbose = true,
                "relative" => settings.relative = true,
                "logical" => settings.follow = true,
                "physical" => settings.follow = false,
                "backup" | "b" | "suffix" => {
                    let asked = if option == "suffix" { settings.backup.suffix(argument.unwrap_or_default()) } else { settings.backup.ask(argument.as_deref()) };
                    if let Err(fault) = asked {
                        return usage(&fault);
                    }
                }
                "help" => {
                    say(HELP);
                    return 0;
                }
                "version" => {
                    say(&version("ln"));
                    return 0;
                }
                _ => {}
            },
        }
    }
    if settings.relative && !settings.symbolic {
        complain("ln", "cannot do --relative without --symbolic");
        return 1;
    }
    link_all(&settings, names, directory)
}

fn usage(fault: &str) -> i32 {
    complain("ln", &format!("{fault}\nTry 'ln --help' for more information."));
    1
}

fn link_all(settings: &Settings, mut names: Vec<Vec<u8>>, directory: Option<Vec<u8>>) -> i32 {
    if names.is_empty() {
        return usage("missing file operand");
    }
    let is_directory = |name: &[u8]| {
        let found = if settings.plain_target { status::lstat(name) } else { status::stat(name) };
        found.is_ok_and(|f| f.kind == status::Kind::Directory)
    };
    let directory = match directory {
        Some(directory) if !is_directory(&directory) => {
            complain("ln", &format!("target {} is not a directory", quoted(&directory)));
            return 1;
        }
        Some(directory) => Some(directory),
        None if settings.never_directory => match names.len() {
            1 => return usage(&format!("missing destination file operand after {}", quoted(&names[0]))),
            2 => None,
            _ => return usage(&format!("extra operand {}", quoted(&names[2]))),
        },
        None if names.len() == 1 => Some(b".".to_vec()),
        None => {
            let last = names[names.len() - 1].clone();
            if is_directory(&last) {
                names.pop();
                Some(last)
            } else if names.len() > 2 {
                complain("ln", &format!("target {}: {}", quoted(&last), not_directory(&last)));
                return 1;
            } else {
                None
            }
        }
    };
    let mut code = 0;
    match directory {
        Some(directory) => {
            for name in &names {
                let base = base_name(name);
                let mut path = directory.clone();
                if path == b"." {
                    path = b"./".to_vec();
                } else if !path.ends_with(b"/") {
                    path.push(b'/');
                }
                path.extend_from_slice(base);
                code |= link(settings, name, &path);
            }
        }
        None => code = link(settings, &names[0], &names[1]),
    }
    code
}

fn not_directory(name: &[u8]) -> String {
    match status::stat(name) {
        Ok(_) => "Not a directory".into(),
        Err(fault) => error::text(&fault),
    }
}

fn base_name(name: &[u8]) -> &[u8] {
    let end = name.iter().rposition(|&b| b != b'/').map_or(0, |i| i + 1);
    let trimmed = &name[..end];
    trimmed.rsplit(|&b| b == b'/').next().unwrap_or(trimmed)
}

fn link(settings: &Settings, target: &[u8], path: &[u8]) -> i32 {
    match try_link(settings, target, path) {
        Ok(()) => 0,
        Err((text, fault)) => {
            complain("ln", &format!("{text}: {}", error::text(&fault)));
            1
        }
    }
}

fn try_link(settings: &Settings, target: &[u8], path: &[u8]) -> Result<(), (String, io::Error)> {
    let kind = if settings.symbolic { "symbolic link" } else { "hard link" };
    if !settings.symbolic {
        let found = status::lstat(target).map_err(|e| (format!("failed to access {}", quoted(target)), e))?;
        if found.kind == status::Kind::Directory {
            complain("ln", &format!("{}: hard link not allowed for directory", bytes::lossy(target)));
            std::process::exit(1);
        }
    }
    let mut kept = None;
    if status::exists(path) && (settings.force || settings.backup.wanted()) {
        // Two names of one file are told apart by their place: a backup of the one leaves the other.
        let same = !settings.symbolic && matches!((status::lstat(target), status::lstat(path)), (Ok(a), Ok(b)) if a.inode == b.inode && a.device == b.device);
        if same && (!settings.backup.wanted() || absolute(target) == absolute(path)) {
            complain("ln", &format!("{} and {} are the same file", quoted(target), quoted(path)));
            std::process::exit(1);
        }
        if settings.backup.wanted() {
            kept = Some(settings.backup.make(path).map_err(|e| (format!("cannot backup {}", quoted(path)), e))?);
        } else {
            std::fs::remove_file(bytes::path(path)).map_err(|e| (format!("cannot remove {}", quoted(path)), e))?;
        }
    }
    let text = if settings.relative { relative(target, path) } else { target.to_vec() };
    let made = if settings.symbolic {
        status::symlink(&text, path)
    } else if settings.follow {
        std::fs::canonicalize(bytes::path(target)).and_then(|real| std::fs::hard_link(real, bytes::path(path)))
    } else {
        std::fs::hard_link(bytes::path(target), bytes::path(path))
    };
    made.map_err(|e| {
        if settings.symbolic || e.kind() == io::ErrorKind::AlreadyExists {
            (format!("failed to create {kind} {}", quoted(path)), e)
        } else {
            (format!("failed to create {kind} {} => {}", quoted(path), quoted(target)), e)
        }
    })?;
    if settings.verbose {
        let arrow = if settings.symbolic { "->" } else { "=>" };
        let backup = kept.map(|name| format!("{} ~ ", quoted(&name))).unwrap_or_default();
        say(&format!("{backup}{} {arrow} {}\n", quoted(path), quoted(&text)));
    }
    Ok(())
}

/// The target as seen from the folder of the link.
fn relative(target: &[u8], path: &[u8]) -> Vec<u8> {
    let from = absolute(match path.iter().rposition(|&b| b == b'/') {
        Some(cut) => &path[..cut],
        None => b".",
    });
    let to = absolute(target);
    let same = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let mut parts: Vec<Vec<u8>> = vec![b"..".to_vec(); from.len() - same];
    parts.extend(to[same..].iter().cloned());
    if parts.is_empty() { b".".to_vec() } else { parts.join(&b'/') }
}

fn absolute(name: &[u8]) -> Vec<Vec<u8>> {
    let base = std::env::current_dir().unwrap_or_default();
    let joined = base.join(bytes::path(name));
    let real = std::fs::canonicalize(&joined).unwrap_or(joined);
    let mut parts: Vec<Vec<u8>> = Vec::new();
    for part in bytes::of(real.as_os_str()).split(|&b| b == b'/') {
        match part {
            b"" | b"." => {}
            b".." => {
                parts.pop();
            }
            _ => parts.push(part.to_vec()),
        }
    }
    parts
}
