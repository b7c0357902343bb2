//! Lines with the place of their first key, and the order between them.

use crate::key::Key;
use crate::options::Settings;
use std::cmp::Ordering;

/// A line of some text: where it is, without its terminator, and its first key.
#[derive(Clone, Copy, Default)]
pub struct Line {
    pub prefix: u64,
    start: u32,
    length: u32,
    /// From the line's beginning.
    key: u32,
    key_length: u32,
}

impl Line {
    pub fn new(s: &Settings, text: &[u8], start: usize, end: usize) -> Line {
        let line = &text[start..end];
        let (from, to) = s.keys[0].range(line, s.separator);
        Line { prefix: s.keys[0].prefix(&line[from..to]), start: start as u32, length: line.len() as u32, key: from as u32, key_length: (to - from) as u32 }
    }

    pub fn of<'a>(&self, text: &'a [u8]) -> &'a [u8] {
        &text[self.start as usize..][..self.length as usize]
    }

    /// With its terminator, which every line of a text has.
    pub fn ended<'a>(&self, text: &'a [u8]) -> &'a [u8] {
        &text[self.start as usize..][..self.length as usize + 1]
    }

    fn key<'a>(&self, text: &'a [u8]) -> &'a [u8] {
        &text[(self.start + self.key) as usize..][..self.key_length as usize]
    }

    /// The same line where it stands alone, at the beginning of a text.
    pub fn at_start(&self) -> Line {
        Line { start: 0, ..*self }
    }

    /// Of two lines of one text: which of them was read first.
    pub fn place(&self, other: &Line) -> Ordering {
        self.start.cmp(&other.start)
    }
}

/// By the keys alone.
pub fn by_keys(s: &Settings, a: (&Line, &[u8]), b: (&Line, &[u8])) -> Ordering {
    let first = &s.keys[0];
    let order = a.0.prefix.cmp(&b.0.prefix).then_with(|| first.compare(a.0.key(a.1), b.0.key(b.1), a.0.prefix));
    let order = if first.order.reverse { order.reverse() } else { order };
    if order != Ordering::Equal || s.keys.len() == 1 {
        return order;
    }
    let (a, b) = (a.0.of(a.1), b.0.of(b.1));
    s.keys[1..].iter().map(|key| by_key(s, key, a, b)).find(|order| *order != Ordering::Equal).unwrap_or(Ordering::Equal)
}

fn by_key(s: &Settings, key: &Key, a: &[u8], b: &[u8]) -> Ordering {
    let of = |line| {
        let (from, to) = key.range(line, s.separator);
        from..to
    };
    let (a, b) = (&a[of(a)], &b[of(b)]);
    let prefix = key.prefix(a);
    let order = prefix.cmp(&key.prefix(b)).then_with(|| key.compare(a, b, prefix));
    if key.order.reverse { order.reverse() } else { order }
}

/// By the keys, then as a last resort by all their bytes.
pub fn compare(s: &Settings, a: (&Line, &[u8]), b: (&Line, &[u8])) -> Ordering {
    let order = by_keys(s, a, b);
    if order != Ordering::Equal || !s.last_resort {
        return order;
    }
    let order = a.0.of(a.1).cmp(b.0.of(b.1));
    if s.reverse { order.reverse() } else { order }
}
