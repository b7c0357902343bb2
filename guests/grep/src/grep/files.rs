//! Which files are searched.

use super::Grep;
use super::options::Folders;
use std::fs::DirEntry;
use std::io::{self, BufReader};
use sunaba_gnu::bytes;
use sunaba_gnu::fnmatch::{Rules, matches};
use sunaba_gnu::status::{self, Kind, Status};
use sunaba_gnu::stdin;
use sunaba_gnu::stream::{Regular, read_small};

/// Digits of the greatest offset that there is.
pub const WIDEST: usize = 19;

pub fn all(grep: &mut Grep) {
    let names = grep.settings.files.clone();
    let implied = names.len() == 1 && names[0] == b"." && grep.settings.folders == Folders::Recurse;
    for name in &names {
        let goes_on = if name == b"-" { standard_input(grep) } else { named(grep, name, implied && !typed_dot()) };
        if !goes_on {
            return;
        }
    }
}

/// Whether `.` was typed: then names begin with `./`.
fn typed_dot() -> bool {
    std::env::args_os().skip(1).any(|arg| arg == ".")
}

fn standard_input(grep: &mut Grep) -> bool {
    let label = grep.settings.label.clone();
    let start = stdin::offset();
    grep.width = WIDEST;
    let goes_on = grep.search(&label, io::stdin());
    // After the most lines that were asked for whoever reads on begins behind the last of them.
    if let (Some(start), Some(end)) = (start, grep.stopped) {
        stdin::go_to(start + end);
    }
    goes_on
}

fn named(grep: &mut Grep, name: &[u8], bare: bool) -> bool {
    let found = match status::stat(name) {
        Ok(found) => found,
        Err(fault) => {
            grep.complain(name, &fault);
            return true;
        }
    };
    if found.kind == Kind::Directory {
        return match grep.settings.folders {
            Folders::Recurse => {
                if excluded_folder(grep, name) && !bare {
                    return true;
                }
                folder(grep, name, if bare { b"" } else { name }, &mut vec![(found.device, found.inode)])
            }
            Folders::Skip => true,
            Folders::Read => {
                let whole = grep.settings.no_messages;
                if !whole {
                    grep.out.flush();
                    eprintln!("grep: {}: Is a directory", bytes::lossy(name));
                }
                grep.failed = true;
                true
            }
        };
    }
    if !included(grep, name) {
        return true;
    }
    file(grep, name, &found)
}

fn file(grep: &mut Grep, name: &[u8], found: &Status) -> bool {
    grep.width = if found.kind == Kind::File { found.size.to_string().len() } else { WIDEST };
    // `/dev/fd/63` looks like an empty file, and is a pipe as a rule.
    if found.size == 0 && found.kind == Kind::File && !name.starts_with(b"/dev/") {
        return grep.search(name, io::empty());
    }
    if found.kind == Kind::File && !name.starts_with(b"/dev/") {
        return regular(grep, name);
    }
    open(grep, name, sunaba_process::open(bytes::path(name)))
}

fn regular(grep: &mut Grep, name: &[u8]) -> bool {
    const SMALL: usize = 16 << 10;
    let mut buffer = std::mem::take(&mut grep.small);
    let goes_on = read_small(bytes::path(name), &mut buffer).map(|count| grep.search(name, &buffer[..count]));
    grep.small = buffer;
    if let Some(goes_on) = goes_on {
        return goes_on;
    }
    // The searcher looks at three bytes before it reads on: a buffer makes one read of both.
    open(grep, name, Regular::open(bytes::path(name)).map(|file| BufReader::with_capacity(SMALL, file)))
}

fn open(grep: &mut Grep, name: &[u8], file: io::Result<impl io::Read>) -> bool {
    match file {
        Ok(file) => grep.search(name, file),
        Err(fault) => {
            grep.complain(name, &fault);
            true
        }
    }
}

fn folder(grep: &mut Grep, path: &[u8], shown: &[u8], above: &mut Vec<(u64, u64)>) -> bool {
    let entries = match std::fs::read_dir(bytes::path(path)) {
        Ok(entries) => entries,
        Err(fault) => {
            grep.complain(path, &fault);
            return true;
        }
    };
    let entries: Vec<DirEntry> = entries.filter_map(Result::ok).collect();
    for entry in entries {
        let base = bytes::into_vec(entry.file_name());
        let mut name = shown.to_vec();
        if !name.is_empty() && !name.ends_with(b"/") {
            name.push(b'/');
        }
        name.extend_from_slice(&base);
        let goes_on = if grep.settings.follow { followed(grep, &base, &name, above) } else { listed(grep, &entry, &base, &name, above) };
        if !goes_on {
            return false;
        }
    }
    true
}

/// What the folder's list says of an entry is enough where links are not followed: no walk to it but the one that opens it.
fn listed(grep: &mut Grep, entry: &DirEntry, base: &[u8], name: &[u8], above: &mut Vec<(u64, u64)>) -> bool {
    match entry.file_type() {
        Ok(kind) if kind.is_dir() => excluded_folder(grep, base) || folder(grep, name, name, above),
        Ok(kind) if kind.is_file() && included(grep, base) => regular(grep, name),
        Ok(_) => true,
        Err(fault) => {
            grep.complain(name, &fault);
            true
        }
    }
}

/// With `-R` an entry is what it leads to, which may be a folder that stands above it.
fn followed(grep: &mut Grep, base: &[u8], name: &[u8], above: &mut Vec<(u64, u64)>) -> bool {
    let found = match status::stat(name) {
        Ok(found) => found,
        Err(fault) => {
            grep.complain(name, &fault);
            return true;
        }
    };
    match found.kind {
        Kind::Directory if excluded_folder(grep, base) => true,
        Kind::Directory => {
            let identity = (found.device, found.inode);
            if found.inode != 0 && above.contains(&identity) {
                if !grep.settings.no_messages {
                    grep.out.flush();
                    eprintln!("grep: {}: warning: recursive directory loop", bytes::lossy(name));
                }
                return true;
            }
            above.push(identity);
            let goes_on = folder(grep, name, name, above);
            above.pop();
            goes_on
        }
        Kind::File if included(grep, base) => file(grep, name, &found),
        _ => true,
    }
}

/// Of the globs that match the last one decides; where none does, a file is in unless the first is `--include`.
fn included(grep: &Grep, name: &[u8]) -> bool {
    let globs = &grep.settings.globs;
    let hit = |glob: &[u8]| {
        let whole = matches(glob, name, Rules::default());
        whole || name.iter().enumerate().any(|(i, &b)| b == b'/' && matches(glob, &name[i + 1..], Rules::default()))
    };
    match globs.iter().rev().find(|(_, glob)| hit(glob)) {
        Some((include, _)) => *include,
        None => !globs.first().is_some_and(|(include, _)| *include),
    }
}

fn excluded_folder(grep: &Grep, name: &[u8]) -> bool {
    let base = name.strip_suffix(b"/").unwrap_or(name);
    grep.settings.excluded_folders.iter().any(|glob| matches(glob, base, Rules::default()))
}
