//! How text falls into fields.

use std::rc::Rc;

use crate::regex::Regex;
use crate::text::char_length;

#[derive(Debug, Clone)]
pub enum Splitter {
    /// Runs of blanks and newlines; those at the ends divide nothing.
    Blanks,
    Byte(u8),
    /// One byte, or a newline (records that are paragraphs).
    ByteOrNewline(u8),
    Regex(Rc<Regex>),
    /// FPAT: the fields are what matches.
    Contents(Rc<Regex>),
    /// FIELDWIDTHS: what to skip and how wide (in characters); `None`: the rest.
    Widths(Vec<(usize, Option<usize>)>),
    Characters,
    /// RFC 4180.
    Csv,
}

/// A cursor over the fields of one text.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cursor {
    at: usize,
    done: bool,
    /// FIELDWIDTHS: the next width.
    index: usize,
    /// The end of the last match that was not empty.
    matched: Option<usize>,
}

impl Splitter {
    /// The next field, as a range; then also the separator after it.
    #[inline]
    pub fn next(&self, text: &[u8], cursor: &mut Cursor) -> Option<Piece> {
        if cursor.done {
            return None;
        }
        match self {
            Splitter::Blanks => blank_piece(text, cursor),
            Splitter::Byte(byte) => separated(text, cursor, |rest| memchr::memchr(*byte, rest)),
            Splitter::ByteOrNewline(byte) => separated(text, cursor, |rest| memchr::memchr2(*byte, b'\n', rest)),
            Splitter::Regex(regex) => regex_piece(regex, text, cursor),
            Splitter::Contents(regex) => content_piece(regex, text, cursor),
            Splitter::Widths(widths) => width_piece(widths, text, cursor),
            Splitter::Characters => {
                if cursor.at >= text.len() {
                    return None;
                }
                let start = cursor.at;
                cursor.at += char_length(&text[start..]);
                Some(Piece { field: (start, cursor.at), separator: (cursor.at, cursor.at) })
            }
            Splitter::Csv => csv_piece(text, cursor),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    pub field: (usize, usize),
    pub separator: (usize, usize),
}

#[inline]
fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n')
}

#[inline]
fn blank_piece(text: &[u8], cursor: &mut Cursor) -> Option<Piece> {
    let mut at = cursor.at;
    while at < text.len() && is_blank(text[at]) {
        at += 1;
    }
    if at == text.len() {
        cursor.done = true;
        return None;
    }
    let start = at;
    while at < text.len() && !is_blank(text[at]) {
        at += 1;
    }
    let end = at;
    while at < text.len() && is_blank(text[at]) {
        at += 1;
    }
    cursor.at = at;
    Some(Piece { field: (start, end), separator: (end, at) })
}

#[inline]
fn separated(text: &[u8], cursor: &mut Cursor, find: impl Fn(&[u8]) -> Option<usize>) -> Option<Piece> {
    if text.is_empty() {
        cursor.done = true;
        return None;
    }
    let start = cursor.at;
    match find(&text[start..]) {
        Some(length) => {
            cursor.at = start + length + 1;
            Some(Piece { field: (start, start + length), separator: (start + length, start + length + 1) })
        }
        None => {
            cursor.done = true;
            Some(Piece { field: (start, text.len()), separator: (text.len(), text.len()) })
        }
    }
}

fn regex_piece(regex: &Regex, text: &[u8], cursor: &mut Cursor) -> Option<Piece> {
    if text.is_empty() {
        cursor.done = true;
        return None;
    }
    let start = cursor.at;
    let mut from = start;
    // An empty match divides nothing.
    while let Some((s, e)) = regex.find_at(text, from) {
        if e > s {
            cursor.at = e;
            return Some(Piece { field: (start, s), separator: (s, e) });
        }
        if s >= text.len() {
            break;
        }
        from = s + char_length(&text[s..]);
    }
    cursor.done = true;
    Some(Piece { field: (start, text.len()), separator: (text.len(), text.len()) })
}

fn content_piece(regex: &Regex, text: &[u8], cursor: &mut Cursor) -> Option<Piece> {
    let mut from = cursor.at;
    while let Some((s, e)) = regex.find_at(text, from) {
        // An empty match right behind a field is none.
        if s == e && cursor.matched == Some(s) {
            if s >= text.len() {
                break;
            }
            from = s + char_length(&text[s..]);
            continue;
        }
        cursor.matched = Some(e);
        if s == e {
            if s >= text.len() {
                cursor.done = true;
            } else {
                cursor.at = s + char_length(&text[s..]);
            }
        } else {
            cursor.at = e;
        }
        return Some(Piece { field: (s, e), separator: (e, e) });
    }
    cursor.done = true;
    None
}

fn width_piece(widths: &[(usize, Option<usize>)], text: &[u8], cursor: &mut Cursor) -> Option<Piece> {
    let Some((skip, width)) = widths.get(cursor.index) else {
        cursor.done = true;
        return None;
    };
    cursor.index += 1;
    let start = (cursor.at + crate::text::char_offset(&text[cursor.at..], *skip)).min(text.len());
    if start >= text.len() {
        cursor.done = true;
        return None;
    }
    let end = match width {
        Some(width) => start + crate::text::char_offset(&text[start..], *width),
        None => text.len(),
    };
    cursor.at = end;
    Some(Piece { field: (start, end), separator: (end, end) })
}

/// A quoted field keeps its quotes out; doubled quotes inside stay doubled for `unquote`.
fn csv_piece(text: &[u8], cursor: &mut Cursor) -> Option<Piece> {
    if text.is_empty() {
        cursor.done = true;
        return None;
    }
    let start = cursor.at;
    if text.get(start) == Some(&b'"') {
        let mut at = start + 1;
        while at < text.len() {
            if text[at] == b'"' {
                if text.get(at + 1) != Some(&b'"') {
                    break;
                }
                at += 1;
            }
            at += 1;
        }
        let end = at.min(text.len());
        let comma = memchr::memchr(b',', &text[end..]).map(|length| end + length);
        cursor.at = comma.map_or(text.len(), |comma| comma + 1);
        cursor.done = comma.is_none();
        return Some(Piece { field: (start + 1, end), separator: (end, cursor.at) });
    }
    separated(text, cursor, |rest| memchr::memchr(b',', rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields<'a>(splitter: &Splitter, text: &'a str) -> Vec<&'a str> {
        let mut cursor = Cursor::default();
        std::iter::from_fn(|| splitter.next(text.as_bytes(), &mut cursor)).map(|piece| &text[piece.field.0..piece.field.1]).collect()
    }

    fn regex(source: &str) -> Rc<Regex> {
        Rc::new(Regex::new(source.as_bytes(), false).unwrap())
    }

    #[test]
    fn each_way() {
        assert_eq!(fields(&Splitter::Blanks, "  a b\t\nc "), ["a", "b", "c"]);
        assert_eq!(fields(&Splitter::Blanks, "  "), [""; 0]);
        assert_eq!(fields(&Splitter::Byte(b':'), ":a::b:"), ["", "a", "", "b", ""]);
        assert_eq!(fields(&Splitter::Byte(b':'), ""), [""; 0]);
        assert_eq!(fields(&Splitter::Regex(regex(", *")), "a, b,c,"), ["a", "b", "c", ""]);
        assert_eq!(fields(&Splitter::Characters, "aé漢"), ["a", "é", "漢"]);
        assert_eq!(fields(&Splitter::Contents(regex("([^,]*)|(\"[^\"]*\")")), "a,\"b,c\",,d"), ["a", "\"b,c\"", "", "d"]);
        assert_eq!(fields(&Splitter::Widths(vec![(0, Some(2)), (1, Some(3)), (0, None)]), "ab-cdefg"), ["ab", "cde", "fg"]);
        assert_eq!(fields(&Splitter::Csv, "a,\"b,c\",d"), ["a", "b,c", "d"]);
    }
}
