//! A file as lines, and the changes between two of them.

use super::options::Settings;
use imara_diff::{Algorithm, InternedInput};
use std::borrow::Cow;

pub struct Text {
    pub content: Vec<u8>,
    /// Where each line begins, and the end of the last one.
    starts: Vec<usize>,
}

impl Text {
    pub fn new(content: Vec<u8>) -> Text {
        let mut starts = vec![0];
        starts.extend(content.iter().enumerate().filter(|(_, b)| **b == b'\n').map(|(i, _)| i + 1));
        if starts.last() != Some(&content.len()) {
            starts.push(content.len());
        }
        Text { content, starts }
    }

    pub fn count(&self) -> usize {
        self.starts.len() - 1
    }

    /// With its newline, where it has one.
    pub fn line(&self, index: usize) -> &[u8] {
        &self.content[self.starts[index]..self.starts[index + 1]]
    }
}

/// Lines `old.0..old.1` of the first file are `new.0..new.1` of the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    pub old: (usize, usize),
    pub new: (usize, usize),
    /// It counts for nothing (-B, -I), but is shown beside others.
    pub ignored: bool,
}

pub fn changes(old: &Text, new: &Text, settings: &Settings) -> Vec<Change> {
    let mut input: InternedInput<Cow<[u8]>> = InternedInput::default();
    input.update_before((0..old.count()).map(|i| key(old.line(i), settings)));
    input.update_after((0..new.count()).map(|i| key(new.line(i), settings)));
    let mut diff = imara_diff::Diff::compute(Algorithm::Myers, &input);
    diff.postprocess_no_heuristic(&input);
    diff.hunks()
        .map(|hunk| {
            let mut change = Change {
                old: (hunk.before.start as usize, hunk.before.end as usize),
                new: (hunk.after.start as usize, hunk.after.end as usize),
                ignored: false,
            };
            change.ignored = ignorable(&change, old, new, settings);
            change
        })
        .collect()
}

fn ignorable(change: &Change, old: &Text, new: &Text, settings: &Settings) -> bool {
    if !settings.ignore_blank_lines && settings.ignore_matching.is_empty() {
        return false;
    }
    let passes = |line: &[u8]| {
        let bare = line.strip_suffix(b"\n").unwrap_or(line);
        let blank = if settings.ignore_all_space || settings.ignore_space_change || settings.ignore_trailing_space { bare.iter().all(u8::is_ascii_whitespace) } else { bare.is_empty() };
        (settings.ignore_blank_lines && blank) || settings.ignore_matching.iter().any(|m| m.is_match(bare))
    };
    (change.old.0..change.old.1).all(|i| passes(old.line(i))) && (change.new.0..change.new.1).all(|i| passes(new.line(i)))
}

/// What of a line is compared.
fn key<'a>(line: &'a [u8], s: &Settings) -> Cow<'a, [u8]> {
    let spaces = s.ignore_all_space || s.ignore_space_change || s.ignore_trailing_space;
    if !(spaces || s.ignore_case || s.ignore_tab_expansion) {
        return Cow::Borrowed(line);
    }
    let mut text = line.to_vec();
    if spaces {
        let end = text.iter().rposition(|b| !b.is_ascii_whitespace()).map_or(0, |i| i + 1);
        text.truncate(end);
    }
    if s.ignore_all_space {
        text.retain(|b| !b.is_ascii_whitespace());
    } else if s.ignore_space_change {
        let mut out = Vec::with_capacity(text.len());
        let mut blank = false;
        for b in text {
            if b.is_ascii_whitespace() {
                blank = true;
                continue;
            }
            if std::mem::take(&mut blank) {
                out.push(b' ');
            }
            out.push(b);
        }
        text = out;
    } else if s.ignore_tab_expansion {
        let mut out = Vec::with_capacity(text.len());
        for b in text {
            if b == b'\t' {
                out.push(b' ');
                while out.len() % 8 != 0 {
                    out.push(b' ');
                }
            } else {
                out.push(b);
            }
        }
        text = out;
    }
    if s.ignore_case {
        text = String::from_utf8_lossy(&text).to_lowercase().into_bytes();
    }
    Cow::Owned(text)
}

/// Changes so near to each other that their contexts touch.
pub fn groups(changes: &[Change], context: usize) -> Vec<Vec<Change>> {
    let mut groups: Vec<Vec<Change>> = Vec::new();
    for change in changes {
        match groups.last_mut() {
            Some(group) if group.last().is_some_and(|last| change.old.0 - last.old.1 <= if change.ignored || last.ignored { context } else { 2 * context }) => group.push(*change),
            _ => groups.push(vec![*change]),
        }
    }
    groups.retain(|group| group.iter().any(|change| !change.ignored));
    groups
}
