//! Formats of the user's own: `--old-line-format`, `--changed-group-format` and their like, and `--ifdef`.

use super::Diff;
use super::lines::{Change, Text};
use std::ops::Range;

/// What kind of lines a format is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Old,
    New,
    Unchanged,
    Changed,
}

#[derive(Clone, Default)]
pub struct Formats {
    lines: [Option<Vec<u8>>; 3],
    groups: [Option<Vec<u8>>; 4],
}

impl Formats {
    /// The format's option, if it is one: `old-line-format` and so on.
    pub fn take(&mut self, option: &str, format: &[u8]) -> bool {
        let Some(name) = option.strip_suffix("-format") else { return false };
        if name == "line" {
            self.lines = std::array::from_fn(|_| Some(format.to_vec()));
            return true;
        }
        let Some((kind, what)) = name.split_once('-') else { return false };
        let kind = match kind {
            "old" => Kind::Old,
            "new" => Kind::New,
            "unchanged" => Kind::Unchanged,
            _ => Kind::Changed,
        };
        *(if what == "line" { &mut self.lines[kind as usize] } else { &mut self.groups[kind as usize] }) = Some(format.to_vec());
        true
    }

    /// `-D NAME`: both files in one, for the C preprocessor.
    pub fn define(&mut self, name: &[u8]) {
        let put = |parts: &[&[u8]]| Some(parts.concat());
        self.groups = [
            put(&[b"#ifndef ", name, b"\n%<#endif /* ! ", name, b" */\n"]),
            put(&[b"#ifdef ", name, b"\n%>#endif /* ", name, b" */\n"]),
            put(&[b"%="]),
            put(&[b"#ifndef ", name, b"\n%<#else /* ", name, b" */\n%>#endif /* ", name, b" */\n"]),
        ];
    }

    fn line(&self, kind: Kind) -> &[u8] {
        self.lines[kind as usize].as_deref().unwrap_or(b"%l\n")
    }

    fn group(&self, kind: Kind) -> Vec<u8> {
        let given = |kind: Kind| self.groups[kind as usize].clone();
        let changed = given(Kind::Changed);
        let one = |kind: Kind, default: &[u8]| given(kind).or_else(|| changed.clone()).unwrap_or_else(|| default.to_vec());
        match kind {
            Kind::Unchanged => given(kind).unwrap_or_else(|| b"%=".to_vec()),
            Kind::Old => one(kind, b"%<"),
            Kind::New => one(kind, b"%>"),
            Kind::Changed => changed.clone().unwrap_or_else(|| [one(Kind::Old, b"%<"), one(Kind::New, b"%>")].concat()),
        }
    }
}

/// The lines of both files that a group is of.
struct Group<'a> {
    texts: [&'a Text; 2],
    old: Range<usize>,
    new: Range<usize>,
}

pub fn print(diff: &mut Diff, old: &Text, new: &Text, changes: &[Change]) {
    let formats = diff.settings.formats.clone();
    let mut show = |kind: Kind, old_lines: Range<usize>, new_lines: Range<usize>| {
        let group = Group { texts: [old, new], old: old_lines, new: new_lines };
        let mut out = Vec::new();
        group.write(&formats, &mut formats.group(kind).as_slice(), None, Some(&mut out));
        diff.out.put(&out);
    };
    let (mut x, mut y) = (0, 0);
    for change in changes.iter().filter(|change| !change.ignored) {
        let ((a, b), (c, d)) = (change.old, change.new);
        if x < a {
            show(Kind::Unchanged, x..a, y..c);
        }
        let kind = if c == d { Kind::Old } else if a == b { Kind::New } else { Kind::Changed };
        show(kind, a..b, c..d);
        (x, y) = (b, d);
    }
    if x < old.count() {
        show(Kind::Unchanged, x..old.count(), y..new.count());
    }
}

impl Group<'_> {
    /// Writes by the format up to `end`, and takes it off; without `out` it is only passed over.
    fn write(&self, formats: &Formats, format: &mut &[u8], end: Option<u8>, mut out: Option<&mut Vec<u8>>) {
        while let Some((&b, rest)) = format.split_first() {
            *format = rest;
            if Some(b) == end {
                return;
            }
            if b != b'%' {
                put(&mut out, &[b]);
                continue;
            }
            let (lines, kind, text) = match rest.first() {
                Some(b'<') => (&self.old, Kind::Old, self.texts[0]),
                Some(b'>') => (&self.new, Kind::New, self.texts[1]),
                Some(b'=') => (&self.old, Kind::Unchanged, self.texts[0]),
                Some(b'(') => {
                    *format = &rest[1..];
                    let holds = self.operand(format, b'=') == self.operand(format, b'?');
                    self.write(formats, format, Some(b':'), if holds { out.as_deref_mut() } else { None });
                    self.write(formats, format, Some(b')'), if holds { None } else { out.as_deref_mut() });
                    continue;
                }
                _ => {
                    common(format, &mut out, |letter| self.number(letter));
                    continue;
                }
            };
            *format = &rest[1..];
            if let Some(out) = out.as_deref_mut() {
                for i in lines.clone() {
                    line(formats.line(kind), text.line(i), i + 1, out);
                }
            }
        }
    }

    /// A number or the letter of one, and the sign behind it.
    fn operand(&self, format: &mut &[u8], sign: u8) -> Option<i64> {
        let end = format.iter().position(|b| *b == sign)?;
        let word = &format[..end];
        *format = &format[end + 1..];
        match word {
            [letter] if letter.is_ascii_alphabetic() => self.number(*letter),
            _ => std::str::from_utf8(word).ok()?.parse().ok(),
        }
    }

    /// First and last line, the ones beside them, and how many: small letters are the first file's.
    fn number(&self, letter: u8) -> Option<i64> {
        let lines = if letter.is_ascii_lowercase() { &self.old } else { &self.new };
        let (start, end) = (lines.start as i64, lines.end as i64);
        Some(match letter.to_ascii_lowercase() {
            b'e' => start,
            b'f' => start + 1,
            b'l' => end,
            b'm' => end + 1,
            b'n' => end - start,
            _ => return None,
        })
    }
}

fn put(out: &mut Option<&mut Vec<u8>>, text: &[u8]) {
    if let Some(out) = out {
        out.extend_from_slice(text);
    }
}

fn line(format: &[u8], text: &[u8], number: usize, out: &mut Vec<u8>) {
    let body = text.strip_suffix(b"\n").unwrap_or(text);
    let mut rest = format;
    while let Some((&b, after)) = rest.split_first() {
        rest = after;
        match (b, after.first()) {
            (b'%', Some(b'l')) => out.extend_from_slice(body),
            (b'%', Some(b'L')) => out.extend_from_slice(text),
            (b'%', _) => {
                common(&mut rest, &mut Some(&mut *out), |letter| (letter == b'n').then_some(number as i64));
                continue;
            }
            _ => {
                out.push(b);
                continue;
            }
        }
        rest = &after[1..];
    }
}

/// `%%`, `%c'C'` and numbers; what is none of them stands for itself.
fn common(format: &mut &[u8], out: &mut Option<&mut Vec<u8>>, number: impl Fn(u8) -> Option<i64>) {
    let rest = *format;
    match rest {
        [b'%', after @ ..] => {
            put(out, b"%");
            *format = after;
        }
        [b'c', b'\'', b'\\', after @ ..] => {
            let digits = after.iter().take_while(|b| b.is_ascii_digit()).count();
            let code = after[..digits].iter().fold(0_u32, |sum, b| sum * 8 + u32::from(b - b'0'));
            put(out, &[code as u8]);
            *format = after.get(digits + 1..).unwrap_or_default();
        }
        [b'c', b'\'', c, b'\'', after @ ..] => {
            put(out, &[*c]);
            *format = after;
        }
        _ => {
            let plain = rest.iter().take_while(|b| matches!(b, b'-' | b'\'' | b'0'..=b'9' | b'.')).count();
            let found = match &rest[plain..] {
                [style @ (b'd' | b'o' | b'x' | b'X'), letter, ..] => number(*letter).map(|value| (*style, value)),
                _ => None,
            };
            let Some((style, value)) = found else { return put(out, b"%") };
            put(out, &shaped(&rest[..plain], style, value));
            *format = &rest[plain + 2..];
        }
    }
}

/// The number as printf has it with these flags, width and precision.
fn shaped(flags: &[u8], style: u8, value: i64) -> Vec<u8> {
    let digits = match style {
        b'o' => format!("{value:o}"),
        b'x' => format!("{value:x}"),
        b'X' => format!("{value:X}"),
        _ => value.to_string(),
    };
    let left = flags.contains(&b'-');
    let spec: String = flags.iter().filter(|b| matches!(b, b'0'..=b'9' | b'.')).map(|b| *b as char).collect();
    let (width, precision) = spec.split_once('.').unwrap_or((&spec, ""));
    let digits = format!("{digits:0>0$}", precision.parse().unwrap_or(0));
    let zeros = width.starts_with('0') && precision.is_empty() && !left;
    let width = width.parse().unwrap_or(0);
    if left { format!("{digits:<width$}") } else if zeros { format!("{digits:0>width$}") } else { format!("{digits:>width$}") }.into_bytes()
}
