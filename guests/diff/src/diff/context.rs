//! The context format.

use super::Diff;
use super::compare::{Side, title};
use super::lines::{Change, Text, groups};
use super::unified::function;

pub fn print(diff: &mut Diff, sides: [&Side; 2], texts: [&Text; 2], changes: &[Change]) {
    for (index, sign) in ["*** ", "--- "].iter().enumerate() {
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
        diff.out.put(b"***************");
        if diff.settings.function
            && let Some(line) = function(old, a.0)
        {
            diff.out.put(b" ");
            diff.out.put(&line);
        }
        diff.out.put(b"\n");
        diff.paint("36", format!("*** {} ****", range(a)).as_bytes());
        diff.out.put(b"\n");
        if group.iter().any(|c| c.old.0 < c.old.1) {
            half(diff, old, a, &group, "- ", |c| c.old, |c| c.new.0 < c.new.1);
        }
        diff.paint("36", format!("--- {} ----", range(b)).as_bytes());
        diff.out.put(b"\n");
        if group.iter().any(|c| c.new.0 < c.new.1) {
            half(diff, new, b, &group, "+ ", |c| c.new, |c| c.old.0 < c.old.1);
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

fn range((start, end): (usize, usize)) -> String {
    match end - start {
        0 => format!("{start}"),
        1 => format!("{end}"),
        _ => format!("{},{end}", start + 1),
    }
}
