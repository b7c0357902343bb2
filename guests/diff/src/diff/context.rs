//! The formats with context: unified and copied.

use super::Diff;
use super::compare::{Side, title};
use super::lines::{Change, Text, groups};

/// Changes, and the lines of both files that are shown with them.
struct Hunk {
    changes: Vec<Change>,
    old: (usize, usize),
    new: (usize, usize),
}

fn hunks(diff: &Diff, [old, new]: [&Text; 2], changes: &[Change]) -> Vec<Hunk> {
    let context = diff.settings.context;
    let hunk = |changes: Vec<Change>| {
        let (first, last) = (*changes.first()?, *changes.last()?);
        let lead = context.min(first.old.0).min(first.new.0);
        let trail = context.min(old.count() - last.old.1).min(new.count() - last.new.1);
        Some(Hunk { changes, old: (first.old.0 - lead, last.old.1 + trail), new: (first.new.0 - lead, last.new.1 + trail) })
    };
    groups(changes, context).into_iter().filter_map(hunk).collect()
}

fn titles(diff: &mut Diff, sides: [&Side; 2], signs: [&str; 2]) {
    for (index, sign) in signs.iter().enumerate() {
        let line = [sign.as_bytes(), &title(diff, sides[index], index)].concat();
        diff.paint("1", &line);
        diff.out.put(b"\n");
    }
}

/// The end of a hunk's first line: the function that it is in (-p).
fn function_of(diff: &mut Diff, old: &Text, start: usize) {
    if diff.settings.function
        && let Some(line) = function(old, start)
    {
        diff.out.put(b" ");
        diff.out.put(&line);
    }
    diff.out.put(b"\n");
}

pub fn unified(diff: &mut Diff, sides: [&Side; 2], texts: [&Text; 2], changes: &[Change]) {
    titles(diff, sides, ["--- ", "+++ "]);
    let [old, new] = texts;
    for hunk in hunks(diff, texts, changes) {
        let range = |(start, end): (usize, usize)| match end - start {
            0 => format!("{start},0"),
            1 => format!("{}", start + 1),
            count => format!("{},{count}", start + 1),
        };
        diff.paint("36", format!("@@ -{} +{} @@", range(hunk.old), range(hunk.new)).as_bytes());
        function_of(diff, old, hunk.old.0);
        let mut at = hunk.old.0;
        for change in &hunk.changes {
            (at..change.old.0).for_each(|i| diff.line(" ", old.line(i), None));
            (change.old.0..change.old.1).for_each(|i| diff.line("-", old.line(i), Some("31")));
            (change.new.0..change.new.1).for_each(|i| diff.line("+", new.line(i), Some("32")));
            at = change.old.1;
        }
        (at..hunk.old.1).for_each(|i| diff.line(" ", old.line(i), None));
    }
}

pub fn copied(diff: &mut Diff, sides: [&Side; 2], texts: [&Text; 2], changes: &[Change]) {
    titles(diff, sides, ["*** ", "--- "]);
    let [old, new] = texts;
    for Hunk { changes, old: a, new: b } in hunks(diff, texts, changes) {
        let range = |(start, end): (usize, usize)| match end - start {
            0 => format!("{start}"),
            1 => format!("{end}"),
            _ => format!("{},{end}", start + 1),
        };
        diff.out.put(b"***************");
        function_of(diff, old, a.0);
        diff.paint("36", format!("*** {} ****", range(a)).as_bytes());
        diff.out.put(b"\n");
        if changes.iter().any(|c| c.old.0 < c.old.1) {
            half(diff, old, a, &changes, "- ", |c| c.old, |c| c.new.0 < c.new.1);
        }
        diff.paint("36", format!("--- {} ----", range(b)).as_bytes());
        diff.out.put(b"\n");
        if changes.iter().any(|c| c.new.0 < c.new.1) {
            half(diff, new, b, &changes, "+ ", |c| c.new, |c| c.old.0 < c.old.1);
        }
    }
}

fn half(diff: &mut Diff, text: &Text, whole: (usize, usize), group: &[Change], sign: &str, own: impl Fn(&Change) -> (usize, usize), both: impl Fn(&Change) -> bool) {
    let mut at = whole.0;
    let colour = if sign == "- " { "31" } else { "32" };
    for change in group {
        let (start, end) = own(change);
        (at..start).for_each(|i| diff.line("  ", text.line(i), None));
        let sign = if both(change) { "! " } else { sign };
        (start..end).for_each(|i| diff.line(sign, text.line(i), Some(colour)));
        at = end;
    }
    (at..whole.1).for_each(|i| diff.line("  ", text.line(i), None));
}

/// The last line before this one that looks like the head of a function.
fn function(text: &Text, before: usize) -> Option<Vec<u8>> {
    (0..before).rev().map(|i| text.line(i)).find(|line| line.first().is_some_and(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b'$'))).map(|line| {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = &line[..line.len().min(40)];
        let end = line.iter().rposition(|b| !b.is_ascii_whitespace()).map_or(0, |i| i + 1);
        line[..end].to_vec()
    })
}
