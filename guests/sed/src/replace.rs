//! The right side of `s`: groups, and the case conversions \U \L \u \l \E.

use sunaba_gnu::regex::{Groups, escape_value};

pub enum Piece {
    Text(Vec<u8>),
    Group(usize),
    Case(Case),
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Case {
    Upper,
    Lower,
    UpperNext,
    LowerNext,
    End,
}

/// Parses; gives the highest group that is named.
pub fn parse(source: &[u8]) -> (Vec<Piece>, usize) {
    let (mut pieces, mut text, mut highest) = (Vec::new(), Vec::new(), 0);
    let flush = |text: &mut Vec<u8>, pieces: &mut Vec<Piece>| {
        if !text.is_empty() {
            pieces.push(Piece::Text(std::mem::take(text)));
        }
    };
    let mut at = 0;
    while at < source.len() {
        match source[at] {
            b'&' => {
                flush(&mut text, &mut pieces);
                pieces.push(Piece::Group(0));
                at += 1;
            }
            b'\\' if at + 1 < source.len() => {
                let next = source[at + 1];
                let case = match next {
                    b'U' => Some(Case::Upper),
                    b'L' => Some(Case::Lower),
                    b'u' => Some(Case::UpperNext),
                    b'l' => Some(Case::LowerNext),
                    b'E' => Some(Case::End),
                    _ => None,
                };
                if let Some(case) = case {
                    flush(&mut text, &mut pieces);
                    pieces.push(Piece::Case(case));
                    at += 2;
                } else if next.is_ascii_digit() {
                    flush(&mut text, &mut pieces);
                    let group = usize::from(next - b'0');
                    highest = highest.max(group);
                    pieces.push(Piece::Group(group));
                    at += 2;
                } else if let Some((byte, used)) = escape_value(&source[at..]) {
                    text.push(byte);
                    at += used;
                } else {
                    text.push(next);
                    at += 2;
                }
            }
            b => {
                text.push(b);
                at += 1;
            }
        }
    }
    flush(&mut text, &mut pieces);
    (pieces, highest)
}

/// Appends the replacement of one match.
pub fn expand(pieces: &[Piece], line: &[u8], groups: &Groups, out: &mut Vec<u8>) {
    let mut run = None;
    let mut once = None;
    for piece in pieces {
        let text = match piece {
            Piece::Text(text) => text.as_slice(),
            Piece::Group(n) => match groups.get(*n).copied().flatten() {
                Some((start, end)) => &line[start..end],
                None => b"",
            },
            Piece::Case(case) => {
                match case {
                    Case::Upper | Case::Lower => (run, once) = (Some(*case), once),
                    Case::End => (run, once) = (None, None),
                    Case::UpperNext | Case::LowerNext => once = Some(*case),
                }
                continue;
            }
        };
        if run.is_none() && once.is_none() {
            out.extend_from_slice(text);
        } else {
            convert(text, run, &mut once, out);
        }
    }
}

fn convert(text: &[u8], run: Option<Case>, once: &mut Option<Case>, out: &mut Vec<u8>) {
    for chunk in text.utf8_chunks() {
        for c in chunk.valid().chars() {
            let how = once.take().or(run);
            let mut buffer = [0; 4];
            match how {
                Some(Case::Upper | Case::UpperNext) => c.to_uppercase().for_each(|c| out.extend_from_slice(c.encode_utf8(&mut buffer).as_bytes())),
                Some(Case::Lower | Case::LowerNext) => c.to_lowercase().for_each(|c| out.extend_from_slice(c.encode_utf8(&mut buffer).as_bytes())),
                _ => out.extend_from_slice(c.encode_utf8(&mut buffer).as_bytes()),
            }
        }
        out.extend_from_slice(chunk.invalid());
    }
}
