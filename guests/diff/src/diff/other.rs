//! The normal, side-by-side, ed and RCS formats.

use super::Diff;
use super::lines::{Change, Text};

pub fn normal(diff: &mut Diff, old: &Text, new: &Text, changes: &[Change]) {
    for change in changes.iter().filter(|change| !change.ignored) {
        let (a, b) = (change.old, change.new);
        let head = match (a.0 < a.1, b.0 < b.1) {
            (true, true) => format!("{}c{}", range(a), range(b)),
            (true, false) => format!("{}d{}", range(a), b.0),
            _ => format!("{}a{}", a.0, range(b)),
        };
        diff.paint("36", head.as_bytes());
        diff.out.put(b"\n");
        (a.0..a.1).for_each(|i| diff.line("< ", old.line(i), Some("31")));
        if a.0 < a.1 && b.0 < b.1 {
            diff.out.put(b"---\n");
        }
        (b.0..b.1).for_each(|i| diff.line("> ", new.line(i), Some("32")));
    }
}

fn range((start, end): (usize, usize)) -> String {
    if end - start <= 1 { format!("{end}") } else { format!("{},{end}", start + 1) }
}

pub fn ed(diff: &mut Diff, _old: &Text, new: &Text, changes: &[Change]) {
    for change in changes.iter().rev().filter(|change| !change.ignored) {
        let (a, b) = (change.old, change.new);
        let letter = match (a.0 < a.1, b.0 < b.1) {
            (true, true) => 'c',
            (true, false) => 'd',
            _ => 'a',
        };
        let place = if a.0 < a.1 { range(a) } else { a.0.to_string() };
        diff.out.text(&format!("{place}{letter}\n"));
        if b.0 < b.1 {
            for i in b.0..b.1 {
                let line = new.line(i);
                if line == b".\n" {
                    diff.out.put(b"..\n.\ns/.//\na\n");
                } else {
                    diff.out.put(line);
                }
            }
            diff.out.put(b".\n");
        }
    }
}

pub fn rcs(diff: &mut Diff, new: &Text, changes: &[Change]) {
    for change in changes.iter().filter(|change| !change.ignored) {
        let (a, b) = (change.old, change.new);
        if a.0 < a.1 {
            diff.out.text(&format!("d{} {}\n", a.0 + 1, a.1 - a.0));
        }
        if b.0 < b.1 {
            diff.out.text(&format!("a{} {}\n", a.1, b.1 - b.0));
            (b.0..b.1).for_each(|i| diff.out.put(new.line(i)));
        }
    }
}

const TAB: usize = 8;

pub fn sides(diff: &mut Diff, old: &Text, new: &Text, changes: &[Change]) {
    let width = diff.settings.width;
    let tab = if diff.settings.expand_tabs { 1 } else { TAB };
    let offset = (width + tab + 3) / (2 * tab) * tab;
    let half = offset.saturating_sub(3).min(width.saturating_sub(offset));
    let layout = Layout { half, second: if half > 0 { offset } else { width }, spaces: diff.settings.expand_tabs };
    let (mut x, mut y) = (0, 0);
    let mut row = |left: Option<&[u8]>, sign: u8, right: Option<&[u8]>| {
        if sign == b' ' && diff.settings.suppress_common {
            return;
        }
        let (sign, right) = if sign == b' ' && diff.settings.left_column { (b'(', None) } else { (sign, right) };
        let mut line = Vec::new();
        let mut column = left.map_or(0, |text| layout.put(&mut line, text, 0));
        if sign != b' ' {
            column = layout.move_to(&mut line, column, (layout.half + layout.second - 1) / 2) + 1;
            line.push(sign);
        }
        if let Some(text) = right.filter(|text| !matches!(*text, b"\n" | b"")) {
            layout.move_to(&mut line, column, layout.second);
            layout.put(&mut line, text, layout.second);
        }
        line.push(b'\n');
        diff.out.put(&line);
    };
    for change in changes {
        while x < change.old.0 {
            row(Some(old.line(x)), b' ', Some(new.line(y)));
            (x, y) = (x + 1, y + 1);
        }
        let sign = if change.ignored { b' ' } else { b'|' };
        while x < change.old.1 && y < change.new.1 {
            row(Some(old.line(x)), sign, Some(new.line(y)));
            (x, y) = (x + 1, y + 1);
        }
        while y < change.new.1 {
            row(None, b'>', Some(new.line(y)));
            y += 1;
        }
        while x < change.old.1 {
            row(Some(old.line(x)), b'<', None);
            x += 1;
        }
    }
    while x < old.count() && y < new.count() {
        row(Some(old.line(x)), b' ', Some(new.line(y)));
        (x, y) = (x + 1, y + 1);
    }
}

struct Layout {
    half: usize,
    second: usize,
    spaces: bool,
}

impl Layout {
    /// Writes as much of the text as the half holds; the column after it.
    fn put(&self, line: &mut Vec<u8>, text: &[u8], from: usize) -> usize {
        let mut column = 0;
        for c in String::from_utf8_lossy(text.strip_suffix(b"\n").unwrap_or(text)).chars() {
            if c == '\t' {
                let fill = TAB - column % TAB;
                if column + fill > self.half {
                    break;
                }
                if self.spaces { line.extend(std::iter::repeat_n(b' ', fill)) } else { line.push(b'\t') }
                column += fill;
            } else {
                if column + 1 > self.half {
                    break;
                }
                line.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                column += 1;
            }
        }
        from + column
    }

    fn move_to(&self, line: &mut Vec<u8>, mut from: usize, to: usize) -> usize {
        if !self.spaces {
            while from + TAB - from % TAB <= to {
                line.push(b'\t');
                from += TAB - from % TAB;
            }
        }
        while from < to {
            line.push(b' ');
            from += 1;
        }
        to.max(from)
    }
}
