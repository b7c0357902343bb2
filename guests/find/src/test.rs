//! Whether a file is what the expression asks for.

use crate::expression::{Comparison, Expression, PermRule, Stamp};
use crate::format;
use crate::walk::{Found, Walk};
use sunaba_gnu::fnmatch::{Rules, matches};
use sunaba_gnu::quote::quoted;
use sunaba_gnu::status::{self, Kind, Moment, Status};
use sunaba_gnu::{bytes, error};

/// The value of the expression for one file, actions done on the way.
pub fn evaluate(expression: &Expression, found: &Found, walk: &mut Walk) -> bool {
    match expression {
        Expression::True => true,
        Expression::False | Expression::Nobody => false,
        Expression::Not(inner) => !evaluate(inner, found, walk),
        Expression::And(a, b) => evaluate(a, found, walk) && !walk.quit && evaluate(b, found, walk),
        Expression::Or(a, b) => evaluate(a, found, walk) || (!walk.quit && evaluate(b, found, walk)),
        Expression::List(a, b) => {
            evaluate(a, found, walk);
            !walk.quit && evaluate(b, found, walk)
        }
        Expression::Name { pattern, ignore_case } => matches(pattern, found.base(), Rules { ignore_case: *ignore_case, ..Rules::default() }),
        Expression::Path { pattern, ignore_case } => matches(pattern, &found.path, Rules { ignore_case: *ignore_case, ..Rules::default() }),
        Expression::LinkName { pattern, ignore_case } => {
            found.kind == Kind::Link
                && status::read_link(&found.path).is_ok_and(|target| matches(pattern, &target, Rules { ignore_case: *ignore_case, ..Rules::default() }))
        }
        Expression::Regex(matcher) => matcher.find_at(&found.path, 0) == Some((0, found.path.len())),
        Expression::Type { kinds, followed } => {
            let kind = if *followed && found.kind == Kind::Link { status::stat(&found.path).map_or(Kind::Link, |t| t.kind) } else { found.kind };
            kinds.contains(&kind)
        }
        Expression::Size { count, unit } => walk.status(found).is_some_and(|s| count.holds(s.size.div_ceil(*unit))),
        Expression::Empty => match found.kind {
            Kind::File => walk.status(found).is_some_and(|s| s.size == 0),
            Kind::Directory => std::fs::read_dir(bytes::path(&found.path)).is_ok_and(|mut entries| entries.next().is_none()),
            _ => false,
        },
        Expression::Age { which, count, unit } => {
            let now = walk.now;
            walk.status(found).is_some_and(|s| age(now, stamp(*which, s), *count, *unit))
        }
        Expression::Newer { which, than } => walk.status(found).is_some_and(|s| stamp(*which, s) > *than),
        Expression::Perm { rule, mode } => walk.status(found).is_some_and(|s| match rule {
            PermRule::Exact => s.mode == *mode,
            PermRule::All => s.mode & mode == *mode,
            PermRule::Any => *mode == 0 || s.mode & mode != 0,
        }),
        Expression::User(id) => walk.status(found).is_some_and(|s| s.uid == *id),
        Expression::Group(id) => walk.status(found).is_some_and(|s| s.gid == *id),
        Expression::Links(count) => walk.status(found).is_some_and(|s| count.holds(s.links)),
        Expression::Inode(count) => walk.status(found).is_some_and(|s| count.holds(s.inode)),
        Expression::SameFile { device, inode } => walk.status(found).is_some_and(|s| s.device == *device && s.inode == *inode),
        Expression::Access(bit) => {
            let mode = status::stat(&found.path).map_or(0, |t| t.mode);
            // The sandbox' user owns every file; natively the tests may run as root, who may read and write all.
            let owner = (mode >> 6) & bit != 0;
            owner || (cfg!(unix) && (*bit != 1 || mode & 0o111 != 0))
        }
        Expression::Prune => {
            walk.prune = true;
            true
        }
        Expression::Quit => {
            walk.quit = true;
            true
        }
        Expression::Print { output, end } => {
            walk.outputs.write(*output, &found.path);
            walk.outputs.write(*output, &[*end]);
            true
        }
        Expression::Printf { output, pieces } => {
            let asked = if format::wants_status(pieces) { walk.status(found).map(Some) } else { Some(None) };
            let Some(status) = asked else { return false };
            walk.outputs.write(*output, &format::print(pieces, found, status));
            true
        }
        Expression::Ls(output) => {
            let Some(status) = walk.status(found) else { return false };
            walk.outputs.write(*output, &format::ls(found, status, walk.now));
            true
        }
        Expression::Delete => delete(found, walk),
        Expression::Exec(index) => {
            let mut command = walk.commands.swap_remove(*index);
            let value = command.run(found, &mut walk.outputs);
            walk.commands.push(command);
            let last = walk.commands.len() - 1;
            walk.commands.swap(*index, last);
            value
        }
    }
}

fn delete(found: &Found, walk: &mut Walk) -> bool {
    if found.path == b"." {
        return true;
    }
    let path = bytes::path(&found.path);
    let done = if found.kind == Kind::Directory { std::fs::remove_dir(path) } else { std::fs::remove_file(path) };
    match done {
        Ok(()) => true,
        Err(fault) => {
            walk.complain(&format!("cannot delete {}: {}", quoted(&found.path), error::text(&fault)));
            false
        }
    }
}

fn stamp(which: Stamp, status: &Status) -> Moment {
    match which {
        Stamp::Accessed => status.accessed,
        Stamp::Modified => status.modified,
        Stamp::Changed => status.changed,
    }
}

/// Minutes count exactly; of days the fraction is dropped.
fn age(now: Moment, then: Moment, count: Comparison, unit: i64) -> bool {
    let age = (now.seconds - then.seconds) as f64 + (f64::from(now.nanos) - f64::from(then.nanos)) / 1e9;
    let unit = unit as f64;
    if unit < 3600.0 {
        match count {
            Comparison::More(n) => age > n as f64 * unit,
            Comparison::Less(n) => age < n as f64 * unit,
            Comparison::Equal(n) => age > (n as f64 - 1.0) * unit && age <= n as f64 * unit,
        }
    } else {
        let whole = (age / unit).floor();
        match count {
            Comparison::More(n) => whole > n as f64,
            Comparison::Less(n) => whole < n as f64,
            Comparison::Equal(n) => whole == n as f64,
        }
    }
}
