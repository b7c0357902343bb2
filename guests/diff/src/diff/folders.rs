//! Which files are compared: the two named, or what is in two folders.

use super::Diff;
use super::compare::{self, Side};
use std::collections::BTreeSet;
use sunaba_gnu::fnmatch::{Rules, matches};
use sunaba_gnu::status::Kind;
use sunaba_gnu::{bytes, error};

pub fn top(diff: &mut Diff, old: &[u8], new: &[u8]) {
    let absent_ok = |diff: &Diff, first: bool| diff.settings.absent_as_empty || (first && diff.settings.first_absent_as_empty);
    let mut sides = Vec::new();
    for (index, name) in [old, new].into_iter().enumerate() {
        match compare::side(name, true) {
            Ok(side) => sides.push(Some(side)),
            Err(fault) if fault.kind() == std::io::ErrorKind::NotFound && absent_ok(diff, index == 0) => sides.push(Some(Side { name: name.to_vec(), status: None })),
            Err(fault) => {
                diff.complain(&format!("{}: {}", bytes::lossy(name), error::text(&fault)));
                sides.push(None);
            }
        }
    }
    let (Some(Some(new)), Some(Some(old))) = (sides.pop(), sides.pop()) else { return };
    if old.status.is_none() && new.status.is_none() {
        diff.complain(&format!("{}: No such file or directory", bytes::lossy(&old.name)));
        diff.complain(&format!("{}: No such file or directory", bytes::lossy(&new.name)));
        return;
    }
    let is_folder = |side: &Side| side.status.as_ref().is_some_and(|s| s.kind == Kind::Directory);
    match (is_folder(&old), is_folder(&new)) {
        (true, true) => folders(diff, &old.name, &new.name),
        (true, false) if new.status.is_some() => inside(diff, &old.name, &new, true),
        (false, true) if old.status.is_some() => inside(diff, &new.name, &old, false),
        _ => compare::files(diff, &old, &new, false),
    }
}

/// A folder and a file: the file of the same name in the folder.
fn inside(diff: &mut Diff, folder: &[u8], file: &Side, folder_first: bool) {
    if file.name == b"-" {
        diff.complain("cannot compare '-' to a directory");
        return;
    }
    let base = file.name.rsplit(|&b| b == b'/').next().unwrap_or(&file.name);
    let name = join(folder, base);
    match compare::side(&name, true) {
        Ok(side) if folder_first => compare::files(diff, &side, file, false),
        Ok(side) => compare::files(diff, file, &side, false),
        Err(fault) => diff.complain(&format!("{}: {}", bytes::lossy(&name), error::text(&fault))),
    }
}

fn join(folder: &[u8], name: &[u8]) -> Vec<u8> {
    let mut path = folder.to_vec();
    if !path.ends_with(b"/") {
        path.push(b'/');
    }
    path.extend_from_slice(name);
    path
}

fn names(diff: &mut Diff, folder: &[u8]) -> BTreeSet<Vec<u8>> {
    match std::fs::read_dir(bytes::path(folder)) {
        Ok(entries) => {
            let excluded = &diff.settings.excluded;
            entries
                .filter_map(Result::ok)
                .map(|e| bytes::into_vec(e.file_name()))
                .filter(|name| !excluded.iter().any(|pattern| matches(pattern, name, Rules::default())))
                .collect()
        }
        Err(fault) => {
            diff.complain(&format!("{}: {}", bytes::lossy(folder), error::text(&fault)));
            BTreeSet::new()
        }
    }
}

fn folders(diff: &mut Diff, old: &[u8], new: &[u8]) {
    let (left, right) = (names(diff, old), names(diff, new));
    for name in left.union(&right) {
        let (a, b) = (join(old, name), join(new, name));
        let both = left.contains(name) && right.contains(name);
        let empty_ok = diff.settings.absent_as_empty || (diff.settings.first_absent_as_empty && right.contains(name));
        if !both && !empty_ok {
            let folder = if left.contains(name) { old } else { new };
            diff.out.text(&format!("Only in {}: {}\n", bytes::lossy(folder), bytes::lossy(name)));
            diff.note(1);
            continue;
        }
        pair(diff, &a, &b, left.contains(name), right.contains(name));
    }
}

fn pair(diff: &mut Diff, a: &[u8], b: &[u8], has_a: bool, has_b: bool) {
    let follow = !diff.settings.no_follow;
    let look = |name: &[u8], there: bool| if there { compare::side(name, follow) } else { Ok(Side { name: name.to_vec(), status: None }) };
    let (old, new) = match (look(a, has_a), look(b, has_b)) {
        (Ok(old), Ok(new)) => (old, new),
        (old, new) => {
            for (name, result) in [(a, old), (b, new)] {
                if let Err(fault) = result {
                    diff.complain(&format!("{}: {}", bytes::lossy(name), error::text(&fault)));
                }
            }
            return;
        }
    };
    let kind = |side: &Side| side.status.as_ref().map(|s| s.kind);
    let folder = Some(Kind::Directory);
    match (kind(&old), kind(&new)) {
        (Some(Kind::Directory), Some(Kind::Directory)) => {
            if diff.settings.recursive {
                folders(diff, a, b);
            } else {
                diff.out.text(&format!("Common subdirectories: {} and {}\n", bytes::lossy(a), bytes::lossy(b)));
            }
        }
        (x, None) | (None, x) if x == folder => {
            if diff.settings.recursive {
                one_sided(diff, a, b, has_a);
            }
        }
        (Some(x), Some(y)) if x == Kind::Directory || y == Kind::Directory || (x != y && (x != Kind::File || y != Kind::File)) => {
            let text = format!("File {} is a {} while file {} is a {}\n", bytes::lossy(a), describe(&old), bytes::lossy(b), describe(&new));
            diff.out.text(&text);
            diff.note(1);
        }
        (Some(Kind::Link), Some(Kind::Link)) => {
            let (x, y) = (sunaba_gnu::status::read_link(a).unwrap_or_default(), sunaba_gnu::status::read_link(b).unwrap_or_default());
            if x != y {
                diff.out.text(&format!("Symbolic links {} and {} differ\n", bytes::lossy(a), bytes::lossy(b)));
                diff.note(1);
            }
        }
        _ => compare::files(diff, &old, &new, true),
    }
}

/// With -N a folder that is on one side alone: all in it against nothing.
fn one_sided(diff: &mut Diff, a: &[u8], b: &[u8], has_a: bool) {
    let list = names(diff, if has_a { a } else { b });
    for name in list {
        pair(diff, &join(a, &name), &join(b, &name), has_a, !has_a);
    }
}

fn describe(side: &Side) -> &'static str {
    match side.status.as_ref().map(|s| (s.kind, s.size)) {
        Some((Kind::Directory, _)) => "directory",
        Some((Kind::File, 0)) => "regular empty file",
        Some((Kind::File, _)) => "regular file",
        Some((Kind::Link, _)) => "symbolic link",
        Some((Kind::Pipe, _)) => "fifo",
        Some((Kind::Socket, _)) => "socket",
        Some((Kind::CharDevice, _)) => "character special file",
        Some((Kind::BlockDevice, _)) => "block special file",
        None => "regular empty file",
    }
}
