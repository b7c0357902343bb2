//! Brace expansion: one word to many, before anything else happens to it.

use std::rc::Rc;

use crate::arith::{itoa, plain_integer};
use crate::ast::{Part, Word};
use crate::parse::make_word;
use crate::shell::{Done, Shell, Stop};
use crate::vars::Bytes;

#[derive(Clone)]
enum Atom {
    Byte(u8),
    Part(Part),
}

/// More words than this are refused.
const MOST: u64 = 2_000_000;

struct TooMany(u64);

impl Shell {
    pub(crate) fn expand_braces(&mut self, word: &Word, out: &mut Vec<Bytes>) -> Done {
        if word.braced.get().is_none() {
            let mut atoms = Vec::new();
            for part in &word.parts {
                match part {
                    Part::Lit(text) => atoms.extend(text.iter().map(|&c| Atom::Byte(c))),
                    other => atoms.push(Atom::Part(other.clone())),
                }
            }
            // A lone sequence is made without words.
            if let Some(range) = whole_range(&atoms) {
                return match range {
                    Ok(items) => {
                        out.extend(items);
                        Ok(())
                    }
                    Err(TooMany(count)) => self.too_many(count),
                };
            }
            let made = match expand(&atoms, 0) {
                Ok(words) => words,
                Err(TooMany(count)) => return self.too_many(count),
            };
            let single = made.len() == 1 && made[0].len() == atoms.len();
            let _ = word.braced.set(if single {
                None
            } else {
                Some(made.into_iter().map(|atoms| from_atoms(&atoms)).collect())
            });
        }
        match word.braced.get() {
            Some(Some(words)) => {
                for word in words {
                    if let Some(lit) = &word.lit {
                        out.push(lit.to_vec());
                    } else {
                        self.expand_unbraced(&word.parts, out)?;
                    }
                }
                Ok(())
            }
            _ => self.expand_unbraced(&word.parts, out),
        }
    }

    fn too_many(&mut self, count: u64) -> Done {
        self.complain(format!("brace expansion: failed to allocate memory for {count} elements").as_bytes());
        Err(Stop::Expansion(1))
    }
}

fn from_atoms(atoms: &[Atom]) -> Word {
    let mut parts = Vec::new();
    let mut lit = Vec::new();
    for atom in atoms {
        match atom {
            Atom::Byte(c) => lit.push(*c),
            Atom::Part(part) => {
                if !lit.is_empty() {
                    parts.push(Part::Lit(std::mem::take(&mut lit).into()));
                }
                parts.push(part.clone());
            }
        }
    }
    if !lit.is_empty() {
        parts.push(Part::Lit(lit.into()));
    }
    // A tilde that now stands first counts.
    if let Some(Part::Lit(text)) = parts.first() {
        if text.first() == Some(&b'~') {
            let len = text.iter().position(|&c| c == b'/').unwrap_or(text.len());
            let (user, rest) = (text[1..len].to_vec(), text[len..].to_vec());
            let mut all = vec![Part::Tilde(user.into())];
            if !rest.is_empty() {
                all.push(Part::Lit(rest.into()));
            }
            all.extend(parts.into_iter().skip(1));
            parts = all;
        }
    }
    if parts.is_empty() {
        // An empty alternative is no field.
        return make_word(Box::new([]), Rc::from(&b""[..]));
    }
    let mut word = make_word(parts.into(), Rc::from(&b""[..]));
    if word.brace {
        word.brace = false;
    }
    word
}

fn byte(atoms: &[Atom], at: usize) -> Option<u8> {
    match atoms.get(at) {
        Some(Atom::Byte(c)) => Some(*c),
        _ => None,
    }
}

/// The place of the matching `}`, and of the commas on this level.
fn matching(atoms: &[Atom], open: usize) -> Option<(usize, Vec<usize>)> {
    let mut depth = 0;
    let mut commas = Vec::new();
    for at in open + 1..atoms.len() {
        match byte(atoms, at) {
            Some(b'{') => depth += 1,
            Some(b'}') if depth == 0 => return Some((at, commas)),
            Some(b'}') => depth -= 1,
            Some(b',') if depth == 0 => commas.push(at),
            _ => {}
        }
    }
    None
}

fn expand(atoms: &[Atom], depth: u32) -> Result<Vec<Vec<Atom>>, TooMany> {
    let mut from = 0;
    while let Some(open) = (from..atoms.len()).find(|&at| byte(atoms, at) == Some(b'{')) {
        let Some((close, commas)) = matching(atoms, open) else {
            from = open + 1;
            continue;
        };
        let inner: Vec<Vec<Atom>> = if commas.is_empty() {
            match range(&atoms[open + 1..close]) {
                Some(Ok(items)) => items.into_iter().map(|item| item.into_iter().map(Atom::Byte).collect()).collect(),
                Some(Err(error)) => return Err(error),
                None => {
                    // Not a brace expression: but one may stand inside it.
                    from = open + 1;
                    continue;
                }
            }
        } else if depth > 200 {
            return Err(TooMany(MOST));
        } else {
            let mut all = Vec::new();
            let mut start = open + 1;
            for end in commas.iter().copied().chain([close]) {
                all.extend(expand(&atoms[start..end], depth + 1)?);
                start = end + 1;
            }
            all
        };
        let tails = expand(&atoms[close + 1..], depth + 1)?;
        if inner.len() as u64 * tails.len() as u64 > MOST {
            return Err(TooMany(inner.len() as u64 * tails.len() as u64));
        }
        let head = &atoms[..open];
        let mut out = Vec::new();
        for middle in &inner {
            for tail in &tails {
                out.push([head, middle, tail].concat());
            }
        }
        return Ok(out);
    }
    Ok(vec![atoms.to_vec()])
}

fn whole_range(atoms: &[Atom]) -> Option<Result<Vec<Bytes>, TooMany>> {
    if byte(atoms, 0)? != b'{' || byte(atoms, atoms.len() - 1)? != b'}' {
        return None;
    }
    range(&atoms[1..atoms.len() - 1])
}

/// `a..b` and `a..b..step`.
fn range(atoms: &[Atom]) -> Option<Result<Vec<Bytes>, TooMany>> {
    let text: Option<Bytes> = atoms.iter().map(|atom| if let Atom::Byte(c) = atom { Some(*c) } else { None }).collect();
    let text = text?;
    let mut pieces = Vec::new();
    let mut rest: &[u8] = &text;
    while let Some(at) = rest.windows(2).position(|pair| pair == b"..") {
        pieces.push(&rest[..at]);
        rest = &rest[at + 2..];
    }
    pieces.push(rest);
    if !(2..=3).contains(&pieces.len()) {
        return None;
    }
    let number = |text: &[u8]| {
        let digits = text.strip_prefix(b"-").or(text.strip_prefix(b"+")).unwrap_or(text);
        if digits.is_empty() || digits.len() > 18 || !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let trimmed: Vec<u8> = digits.iter().copied().skip_while(|&c| c == b'0').collect();
        let value = if trimmed.is_empty() { 0 } else { plain_integer(&trimmed)? };
        Some(if text.first() == Some(&b'-') { -value } else { value })
    };
    let step = match pieces.get(2) {
        Some(step) => number(step)?,
        None => 1,
    };
    let step = if step == 0 { 1 } else { step.unsigned_abs() as i64 };
    let (low, high, width, letters) = match (number(pieces[0]), number(pieces[1])) {
        (Some(low), Some(high)) => {
            let padded = |text: &[u8]| {
                let digits = text.strip_prefix(b"-").unwrap_or(text);
                digits.len() > 1 && digits[0] == b'0'
            };
            let width = if padded(pieces[0]) || padded(pieces[1]) { pieces[0].len().max(pieces[1].len()) } else { 0 };
            (low, high, width, false)
        }
        _ => match (pieces[0], pieces[1]) {
            ([a], [b]) if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() => (i64::from(*a), i64::from(*b), 0, true),
            _ => return None,
        },
    };
    let count = (low.abs_diff(high)) / step as u64 + 1;
    if count > MOST {
        return Some(Err(TooMany(count)));
    }
    let mut out = Vec::with_capacity(count as usize);
    let mut value = low;
    for _ in 0..count {
        if letters {
            // A backslash quotes the end of the word: nothing.
            out.push(if value == i64::from(b'\\') { Vec::new() } else { vec![value as u8] });
        } else {
            let mut text = itoa(value);
            if text.len() < width {
                let at = usize::from(value < 0);
                let zeros = width - text.len();
                text.splice(at..at, std::iter::repeat_n(b'0', zeros));
            }
            out.push(text);
        }
        value = if low <= high { value.wrapping_add(step) } else { value.wrapping_sub(step) };
    }
    Some(Ok(out))
}
