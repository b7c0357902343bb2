//! mv between /tmp and the workspace, which are two trees: `rename` refuses it, and the crate's way around that is for
//! Unix. What crosses is copied with all that it has, and removed; the rest is the crate's.

use std::fs;
use sunaba_gnu::{bytes, output, quote, status};

struct Asked {
    flags: Vec<u8>,
    target: Option<Vec<u8>>,
    operands: Vec<Vec<u8>>,
}

/// Moves what crosses from tree to tree. Gives the words that the crate is to run with, if any are left, and the status.
pub fn run(args: &[Vec<u8>]) -> (Option<Vec<Vec<u8>>>, i32) {
    let Some(asked) = parse(args) else { return (Some(args.to_vec()), 0) };
    let (sources, into) = match (&asked.target, asked.operands.split_last()) {
        (Some(folder), _) => (&asked.operands[..], folder.clone()),
        (None, Some((last, rest))) if !rest.is_empty() => (rest, last.clone()),
        _ => return (Some(args.to_vec()), 0),
    };
    if !sources.iter().any(|source| top(source) != top(&into)) {
        return (Some(args.to_vec()), 0);
    }
    let folder = !asked.flags.contains(&b'T') && status::stat(&into).is_ok_and(|found| found.kind == status::Kind::Directory);
    if sources.len() > 1 && !folder {
        return (Some(args.to_vec()), 0);
    }
    let mut code = 0;
    let mut left = Vec::new();
    for source in sources {
        if top(source) == top(&into) {
            left.push(source.clone());
            continue;
        }
        let to = if folder { [&into[..], b"/", base(source)].concat() } else { into.clone() };
        if !cross(source, &to, &asked.flags) {
            code = 1;
        }
    }
    if left.is_empty() {
        return (None, code);
    }
    let mut rest: Vec<Vec<u8>> = asked.flags.iter().map(|&flag| vec![b'-', flag]).collect();
    rest.extend([b"-t".to_vec(), into, b"--".to_vec()]);
    rest.extend(left);
    (Some(rest), code)
}

/// The options that a move between trees knows; with others all is left to the crate.
fn parse(args: &[Vec<u8>]) -> Option<Asked> {
    let mut asked = Asked { flags: Vec::new(), target: None, operands: Vec::new() };
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match &arg[..] {
            b"--" => {
                asked.operands.extend(args.by_ref().cloned());
            }
            b"--force" => asked.flags.push(b'f'),
            b"--verbose" => asked.flags.push(b'v'),
            b"--no-clobber" => asked.flags.push(b'n'),
            b"--no-target-directory" => asked.flags.push(b'T'),
            b"-t" | b"--target-directory" => asked.target = Some(args.next()?.clone()),
            [b'-', letters @ ..] if !letters.is_empty() => {
                if let Some(folder) = arg.strip_prefix(b"--target-directory=") {
                    asked.target = Some(folder.to_vec());
                } else if letters.iter().all(|letter| b"fvnT".contains(letter)) {
                    asked.flags.extend_from_slice(letters);
                } else {
                    return None;
                }
            }
            _ => asked.operands.push(arg.clone()),
        }
    }
    Some(asked)
}

/// The first part of a path, which is its tree.
fn top(path: &[u8]) -> Vec<u8> {
    let mut full = Vec::new();
    if path.first() != Some(&b'/') {
        full = std::env::current_dir().map(|dir| bytes::into_vec(dir.into_os_string())).unwrap_or_default();
        full.push(b'/');
    }
    full.extend_from_slice(path);
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in full.split(|&c| c == b'/') {
        match part {
            b"" | b"." => {}
            b".." => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    parts.first().map_or_else(Vec::new, |part| part.to_vec())
}

fn base(path: &[u8]) -> &[u8] {
    let end = path.iter().rposition(|&c| c != b'/').map_or(0, |at| at + 1);
    let path = &path[..end];
    &path[path.iter().rposition(|&c| c == b'/').map_or(0, |at| at + 1)..]
}

fn cross(from: &[u8], to: &[u8], flags: &[u8]) -> bool {
    let found = match status::lstat(from) {
        Ok(found) => found,
        Err(fault) => {
            output::complain("mv", &format!("cannot stat {}: {}", quote::quoted(from), sunaba_gnu::error::text(&fault)));
            return false;
        }
    };
    let there = status::lstat(to).ok();
    if let Some(there) = &there {
        let last = |list: &[u8]| list.iter().rev().find(|flag| b"fn".contains(flag)).copied();
        if last(flags) == Some(b'n') {
            return true;
        }
        let (ours, theirs) = (found.kind == status::Kind::Directory, there.kind == status::Kind::Directory);
        if ours != theirs {
            let text = if theirs {
                format!("cannot overwrite directory {} with non-directory", quote::quoted(to))
            } else {
                format!("cannot overwrite non-directory {} with directory {}", quote::quoted(to), quote::quoted(from))
            };
            output::complain("mv", &text);
            return false;
        }
        // As a rename does it: the old file gives way, also where it is a link.
        let removed = if theirs { fs::remove_dir(bytes::path(to)) } else { fs::remove_file(bytes::path(to)) };
        if let Err(fault) = removed {
            output::complain("mv", &format!("cannot move {} to {}: {}", quote::quoted(from), quote::quoted(to), sunaba_gnu::error::text(&fault)));
            return false;
        }
    }
    let words = [b"-aT".to_vec(), b"--".to_vec(), from.to_vec(), to.to_vec()];
    if crate::cp::run(&words) != 0 {
        return false;
    }
    let directory = found.kind == status::Kind::Directory;
    let gone = if directory { fs::remove_dir_all(bytes::path(from)) } else { fs::remove_file(bytes::path(from)) };
    if let Err(fault) = gone {
        output::complain("mv", &format!("cannot remove {}: {}", quote::quoted(from), sunaba_gnu::error::text(&fault)));
        return false;
    }
    if flags.contains(&b'v') {
        println!("copied {} -> {}", quote::quoted(from), quote::quoted(to));
        println!("removed {}{}", if directory { "directory " } else { "" }, quote::quoted(from));
    }
    true
}
