//! The unified format.

use super::Diff;
use super::compare::{Side, title};
use super::lines::{Change, Text, groups};

pub fn print(diff: &mut Diff, sides: [&Side; 2], texts: [&Text; 2], changes: &[Change]) {
    for (index, sign) in ["--- ", "+++ "].iter().enumerate() {
        let line = [sign.as_bytes(), &title(diff, sides[index], index)].concat();
        diff.paint("1", &line);
        diff.out.put(b"\n");
    }
    let context = diff.settings.context;
    let [old, new] = texts;
    for group in groups(changes, context) {
        let (Some(first), Some(last)) = (group.first(), group.last()) else { continue };
        let lead = context.min(first.old.0).min(first.new.0);
        let trail = context.min(old.count() - last.old.1).min(new.count() - last.new.1);
        let (a, b) = ((first.old.0 - lead, last.old.1 + trail), (first.new.0 - lead, last.new.1 + trail));
        let range = format!("@@ -{} +{} @@", range(a), range(b));
        diff.paint("36", range.as_bytes());
        if diff.settings.function
            && let Some(line) = function(old, a.0)
        {
            diff.out.put(b" ");
            diff.out.put(&line);
        }
        diff.out.put(b"\n");
        let mut at = a.0;
        for change in &group {
            (at..change.old.0).for_each(|i| diff.line(" ", old.line(i), None));
            (change.old.0..change.old.1).for_each(|i| diff.line("-", old.line(i), Some("31")));
            (change.new.0..change.new.1).for_each(|i| diff.line("+", new.line(i), Some("32")));
            at = change.old.1;
        }
        (at..a.1).for_each(|i| diff.line(" ", old.line(i), None));
    }
}

fn range((start, end): (usize, usize)) -> String {
    match end - start {
        0 => format!("{start},0"),
        1 => format!("{}", start + 1),
        count => format!("{},{count}", start + 1),
    }
}

/// The last line before this one that looks like the head of a function.
pub fn function(text: &Text, before: usize) -> Option<Vec<u8>> {
    (0..before).rev().map(|i| text.line(i)).find(|line| line.first().is_some_and(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b'$'))).map(|line| {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = &line[..line.len().min(40)];
        let end = line.iter().rposition(|b| !b.is_ascii_whitespace()).map_or(0, |i| i + 1);
        line[..end].to_vec()
    })
}
