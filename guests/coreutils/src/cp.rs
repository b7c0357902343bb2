//! cp, with the permission bits that the kernel keeps, and with symbolic links.

use crate::backup::Backup;
use crate::ls::join;
use std::io::{self, Read, Write};
use sunaba_gnu::options::{Item, Opt, Order, flag, maybe, parse, value};
use sunaba_gnu::output::{complain, say, version};
use sunaba_gnu::quote::quoted;
use sunaba_gnu::status::{self, Kind, Status};
use sunaba_gnu::stream::PIECE;
use sunaba_gnu::{bytes, error};
use sunaba_process::{Links, chmod};

const OPTIONS: &[Opt] = &[
    flag('a', "archive"), flag('\0', "attributes-only"), maybe('\0', "backup"), flag('b', ""), flag('d', ""), flag('f', "force"), flag('i', "interactive"),
    flag('H', ""), flag('l', "link"), flag('L', "dereference"), flag('n', "no-clobber"), flag('P', "no-dereference"), flag('p', ""), maybe('\0', "preserve"),
    value('\0', "no-preserve"), flag('\0', "parents"), flag('R', "recursive"), flag('r', "recursive"), maybe('\0', "reflink"), flag('\0', "remove-destination"),
    value('\0', "sparse"), flag('\0', "strip-trailing-slashes"), flag('s', "symbolic-link"), value('S', "suffix"), value('t', "target-directory"),
    flag('T', "no-target-directory"), maybe('u', "update"), flag('v', "verbose"), flag('x', "one-file-system"), flag('Z', ""), flag('\0', "help"), flag('\0', "version"),
];

const HELP: &str = "Usage: cp [OPTION]... [-T] SOURCE DEST
  or:  cp [OPTION]... SOURCE... DIRECTORY
  or:  cp [OPTION]... -t DIRECTORY SOURCE...
Copy SOURCE to DEST, or multiple SOURCE(s) to DIRECTORY.

  -a, --archive            same as -dR --preserve=all
  -b, --backup[=CONTROL]   make a backup of each existing destination file:
                             simple, numbered, existing, none
  -d                       same as --no-dereference --preserve=links
  -f, --force              remove a destination that cannot be opened
  -H, -L, -P               follow links of the command line, all, none
  -i, -n, -u               prompt, never overwrite, only overwrite older files
  -l, -s                   make hard links, symbolic links instead of copying
  -p, --preserve[=ATTRS]   preserve mode and timestamps
      --parents            use full source file name under DIRECTORY
  -R, -r, --recursive      copy directories recursively
      --remove-destination remove each existing destination file first
  -S, --suffix=SUFFIX      override the usual backup suffix
  -t, -T                   the target is a directory, a normal file
  -v, --verbose            explain what is being done
      --help               display this help and exit
      --version            output version information and exit
";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Follow {
    Never,
    Named,
    Always,
}

struct Settings {
    recursive: bool,
    follow: Option<Follow>,
    preserve: bool,
    no_clobber: bool,
    ask: bool,
    update: bool,
    verbose: bool,
    hard: bool,
    symbolic: bool,
    parents: bool,
    remove: bool,
    backup: Backup,
    plain: bool,
}

pub fn run(args: &[Vec<u8>]) -> i32 {
    let items = match parse(args, OPTIONS, Order::Anywhere) {
        Ok(items) => items,
        Err(fault) => return usage(&fault),
    };
    let mut s = Settings {
        recursive: false, follow: None, preserve: false, no_clobber: false, ask: false, update: false, verbose: false, hard: false, symbolic: false,
        parents: false, remove: false, backup: Backup::default(), plain: false,
    };
    let (mut names, mut target) = (Vec::new(), None);
    for item in items {
        match item {
            Item::Operand(name) => names.push(name),
            Item::Option(option, argument) => match option.as_str() {
                "archive" => (s.recursive, s.preserve, s.follow) = (true, true, Some(Follow::Never)),
                "d" | "no-dereference" => s.follow = Some(Follow::Never),
                "H" => s.follow = Some(Follow::Named),
                "dereference" => s.follow = Some(Follow::Always),
                "recursive" => s.recursive = true,
                "p" | "preserve" => s.preserve = true,
                "no-preserve" => s.preserve = false,
                "no-clobber" => (s.no_clobber, s.ask) = (true, false),
                "interactive" => (s.ask, s.no_clobber) = (true, false),
                "update" => match argument.as_deref() {
                    Some(b"none" | b"none-fail") => s.no_clobber = true,
                    Some(b"all") => {}
                    _ => s.update = true,
                },
                "verbose" => s.verbose = true,
                "link" => s.hard = true,
                "symbolic-link" => s.symbolic = true,
                "parents" => s.parents = true,
                "remove-destination" => s.remove = true,
                "backup" | "b" | "suffix" => {
                    let asked = if option == "suffix" { s.backup.suffix(argument.unwrap_or_default()) } else { s.backup.ask(argument.as_deref()) };
                    if let Err(fault) = asked {
                        return usage(&fault);
                    }
                }
                "target-directory" => target = argument,
                "no-target-directory" => s.plain = true,
                "help" => {
                    say(HELP);
                    return 0;
                }
                "version" => {
                    say(&version("cp"));
                    return 0;
                }
                _ => {}
            },
        }
    }
    if names.is_empty() {
        return usage("missing file operand");
    }
    let folder = match target {
        Some(target) if is_folder(&target) => Some(target),
        Some(target) => return refuse(&format!("target directory {}: No such file or directory", quoted(&target))),
        None if names.len() == 1 => return usage(&format!("missing destination file operand after {}", quoted(&names[0]))),
        None if s.plain && names.len() > 2 => return usage(&format!("extra operand {}", quoted(&names[2]))),
        None => {
            let last = names[names.len() - 1].clone();
            if !s.plain && is_folder(&last) {
                names.pop();
                Some(last)
            } else if names.len() > 2 || s.parents {
                let why = if status::exists(&last) { "Not a directory" } else { "No such file or directory" };
                return refuse(&if s.parents { "with --parents, the destination must be a directory\nTry 'cp --help' for more information.".to_owned() } else { format!("target {}: {why}", quoted(&last)) });
            } else {
                None
            }
        }
    };
    let mut code = 0;
    match folder {
        Some(folder) => {
            for name in &names {
                let end = name.iter().rposition(|&b| b != b'/').map_or(0, |i| i + 1);
                let trimmed = &name[..end];
                let base = if s.parents { trimmed } else { trimmed.rsplit(|&b| b == b'/').next().unwrap_or(trimmed) };
                let to = if base == b".." || base == b"." || base.is_empty() { folder.clone() } else { join(&folder, base) };
                if s.parents && let Some(parent) = bytes::path(&to).parent() {
                    let _ = std::fs::create_dir_all(parent);
                }
                code |= copy(&s, name, &to, true);
            }
        }
        None => {
            if names[1].ends_with(b"/") && !s.recursive && !is_folder(&names[1]) {
                return refuse(&format!("cannot create regular file {}: Not a directory", quoted(&names[1])));
            }
            code = copy(&s, &names[0], &names[1], true);
        }
    }
    code
}

fn usage(fault: &str) -> i32 {
    refuse(&format!("{fault}\nTry 'cp --help' for more information."))
}

fn refuse(fault: &str) -> i32 {
    complain("cp", fault);
    1
}

fn is_folder(name: &[u8]) -> bool {
    status::stat(name).is_ok_and(|found| found.kind == Kind::Directory)
}

fn same(a: &Status, b: &Status) -> bool {
    a.inode == b.inode && a.device == b.device && a.inode != 0
}

fn copy(s: &Settings, from: &[u8], to: &[u8], top: bool) -> i32 {
    let follow = match s.follow.unwrap_or(if s.recursive { Follow::Never } else { Follow::Always }) {
        Follow::Always => true,
        Follow::Named => top,
        Follow::Never => false,
    };
    let found = if follow { status::stat(from) } else { status::lstat(from) };
    let found = match found {
        Ok(found) => found,
        Err(fault) => return refuse(&format!("cannot stat {}: {}", quoted(from), error::text(&fault))),
    };
    if found.kind == Kind::Directory {
        if !s.recursive {
            return refuse(&format!("-r not specified; omitting directory {}", quoted(from)));
        }
        return folder(s, from, to, &found);
    }
    let old = status::lstat(to).ok();
    let mut kept = None;
    if let Some(old) = &old {
        let led = if old.kind == Kind::Link { status::stat(to).unwrap_or_else(|_| old.clone()) } else { old.clone() };
        if led.kind == Kind::Directory && old.kind == Kind::Directory {
            return refuse(&format!("cannot overwrite directory {} with non-directory {}", quoted(to), quoted(from)));
        }
        if same(&led, &found) && !(s.symbolic || s.hard) && !s.backup.wanted() {
            return refuse(&format!("{} and {} are the same file", quoted(from), quoted(to)));
        }
        if s.no_clobber || (s.update && led.modified >= found.modified) {
            return 0;
        }
        if s.ask {
            eprint!("cp: overwrite {}? ", quoted(to));
            let mut answer = String::new();
            if io::stdin().read_line(&mut answer).is_err() || !answer.trim_start().starts_with(['y', 'Y']) {
                return 1;
            }
        }
        if s.backup.wanted() {
            if s.backup.would_destroy(from, to) {
                return refuse(&format!("backing up {} might destroy source;  {} not copied", quoted(to), quoted(from)));
            }
            match s.backup.make(to) {
                Ok(name) => kept = Some(name),
                Err(fault) => return refuse(&format!("cannot backup {}: {}", quoted(to), error::text(&fault))),
            }
        } else if s.remove || found.kind == Kind::Link || s.hard || s.symbolic {
            if !s.remove && (s.hard || s.symbolic) {
                return refuse(&format!("cannot create {} {} to {}: File exists", if s.hard { "hard link" } else { "symbolic link" }, quoted(to), quoted(from)));
            }
            let _ = std::fs::remove_file(bytes::path(to));
        } else if old.kind == Kind::Link && status::stat(to).is_err() {
            return refuse(&format!("not writing through dangling symlink {}", quoted(to)));
        }
    }
    let fresh = old.is_none() || !status::exists(to);
    let done = if s.hard {
        std::fs::hard_link(bytes::path(from), bytes::path(to))
    } else if s.symbolic {
        status::symlink(from, to)
    } else if found.kind == Kind::Link {
        status::read_link(from).and_then(|target| status::symlink(&target, to))
    } else {
        content(s, from, to, &found, fresh)
    };
    match done {
        Ok(()) => {
            if s.verbose {
                let backup = kept.map(|name| format!(" (backup: {})", quoted(&name))).unwrap_or_default();
                say(&format!("{} -> {}{backup}\n", quoted(from), quoted(to)));
            }
            0
        }
        Err(fault) => {
            let unreadable = found.kind == Kind::File && std::fs::File::open(bytes::path(from)).is_err();
            let text = if unreadable { format!("cannot open {} for reading: {}", quoted(from), error::text(&fault)) } else { format!("cannot create regular file {}: {}", quoted(to), error::text(&fault)) };
            refuse(&text)
        }
    }
}

fn content(s: &Settings, from: &[u8], to: &[u8], found: &Status, fresh: bool) -> io::Result<()> {
    let mut source = sunaba_process::open(bytes::path(from))?;
    let mut target = std::fs::File::create(bytes::path(to))?;
    pour(&mut source, &mut target, if found.kind == Kind::File { found.size } else { 0 })?;
    if s.preserve {
        set_time(&target, found)?;
    }
    drop(target);
    if s.preserve {
        chmod(bytes::path(to), Links::Follow, found.mode)?;
    } else if fresh {
        chmod(bytes::path(to), Links::Follow, found.mode & 0o777 & !0o022)?;
    }
    Ok(())
}

/// `size` is what the source was seen to hold: once that is read, a read that is not filled is the last. 0 says nothing.
fn pour(source: &mut std::fs::File, target: &mut std::fs::File, size: u64) -> io::Result<()> {
    let mut buffer = vec![0; if size == 0 { PIECE } else { PIECE.min(size as usize + 1) }];
    let mut poured = 0;
    loop {
        let count = match source.read(&mut buffer) {
            Ok(count) => count,
            Err(fault) if fault.kind() == io::ErrorKind::Interrupted => continue,
            Err(fault) => return Err(fault),
        };
        target.write_all(&buffer[..count])?;
        poured += count as u64;
        if count == 0 || count < buffer.len() && size > 0 && poured >= size {
            return Ok(());
        }
    }
}

pub fn set_time(file: &std::fs::File, found: &Status) -> io::Result<()> {
    let moment = |m: status::Moment| std::time::UNIX_EPOCH + std::time::Duration::new(m.seconds.max(0) as u64, m.nanos);
    file.set_times(std::fs::FileTimes::new().set_modified(moment(found.modified)).set_accessed(moment(found.accessed)))
}

fn folder(s: &Settings, from: &[u8], to: &[u8], found: &Status) -> i32 {
    let inside = |path: &[u8]| std::fs::canonicalize(bytes::path(path)).ok();
    if let (Some(source), Some(target)) = (inside(from), inside(to).or_else(|| bytes::path(to).parent().and_then(|p| inside(if p.as_os_str().is_empty() { b"." } else { bytes::of(p.as_os_str()) })))) {
        if target.starts_with(&source) && target != source || (target == source && !status::exists(to)) {
            return refuse(&format!("cannot copy a directory, {}, into itself, {}", quoted(from), quoted(to)));
        }
        if target == source {
            return refuse(&format!("cannot copy a directory, {}, into itself, {}", quoted(from), quoted(to)));
        }
    }
    let old = status::stat(to).ok();
    match &old {
        Some(old) if old.kind != Kind::Directory => return refuse(&format!("cannot overwrite non-directory {} with directory {}", quoted(to), quoted(from))),
        Some(_) => {}
        None => {
            if let Err(fault) = std::fs::create_dir(bytes::path(to)) {
                return refuse(&format!("cannot create directory {}: {}", quoted(to), error::text(&fault)));
            }
            if s.verbose {
                say(&format!("{} -> {}\n", quoted(from), quoted(to)));
            }
        }
    }
    let mut children: Vec<Vec<u8>> = match std::fs::read_dir(bytes::path(from)) {
        Ok(entries) => entries.filter_map(Result::ok).map(|e| bytes::into_vec(e.file_name())).collect(),
        Err(fault) => return refuse(&format!("cannot access {}: {}", quoted(from), error::text(&fault))),
    };
    children.sort();
    let code = children.iter().fold(0, |code, child| code | copy(s, &join(from, child), &join(to, child), false));
    if old.is_none() {
        let mode = if s.preserve { found.mode } else { found.mode & 0o777 & !0o022 };
        let _ = chmod(bytes::path(to), Links::Follow, mode);
    }
    if s.preserve {
        let _ = std::fs::File::open(bytes::path(to)).and_then(|folder| set_time(&folder, found));
    }
    code
}
