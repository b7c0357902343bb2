//! Formats of hexdump's own language (`-e`): `[ITERATIONS]/[BYTES] "FORMAT"` units, each with printf-like conversions.

use sunaba_gnu::bytes::lossy;
use sunaba_gnu::output::Out;

/// One format: its units all print the same block.
pub struct Format {
    units: Vec<Unit>,
}

struct Unit {
    repeats: usize,
    /// The repeats were given.
    fixed: bool,
    parts: Vec<Part>,
}

/// A conversion with the text before it, or the text after the last one.
struct Part {
    text: Vec<u8>,
    flags: Vec<u8>,
    width: usize,
    precision: Option<usize>,
    what: What,
    bytes: usize,
    /// Its last blank is left out the last time.
    trimmed: bool,
    /// The input has ended: blanks are printed in place of what is not there.
    padded: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    Text,
    /// The offset, in this base.
    Offset(u8),
    /// The offset of the end, once there.
    End(u8),
    Char,
    Escaped,
    Printable,
    Named,
    String,
    Integer(u8),
    Float(u8),
}

impl Format {
    /// Faults are worded as hexdump's.
    pub fn parse(source: &[u8]) -> Result<Format, String> {
        let bad = || format!("bad format {{{}}}", lossy(source));
        let mut rest = source.trim_ascii_start();
        let mut units = Vec::new();
        while !rest.is_empty() {
            let number = |rest: &mut &[u8]| {
                let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
                let value = lossy(&rest[..digits]).parse::<usize>().ok();
                *rest = &rest[digits..];
                value
            };
            let repeats = number(&mut rest);
            rest = rest.trim_ascii_start();
            let mut bytes = None;
            if let Some(after) = rest.strip_prefix(b"/") {
                rest = after.trim_ascii_start();
                bytes = number(&mut rest);
                rest = rest.trim_ascii_start();
            }
            rest = rest.strip_prefix(b"\"").ok_or_else(bad)?;
            let end = rest.iter().position(|b| *b == b'"').ok_or_else(bad)?;
            units.push(Unit { repeats: repeats.unwrap_or(1), fixed: repeats.is_some(), parts: parts(&rest[..end], bytes)? });
            rest = rest[end + 1..].trim_ascii_start();
        }
        Ok(Format { units })
    }

    /// Bytes that one application takes.
    fn size(&self) -> usize {
        self.units.iter().map(|unit| unit.size() * unit.repeats).sum()
    }
}

impl Unit {
    fn size(&self) -> usize {
        self.parts.iter().map(|part| part.bytes).sum()
    }
}

fn parts(format: &[u8], bytes: Option<usize>) -> Result<Vec<Part>, String> {
    let mut parts: Vec<Part> = Vec::new();
    let mut rest = format;
    while !rest.is_empty() {
        let mut part = Part {
            text: Vec::new(), flags: Vec::new(), width: 0, precision: None, what: What::Text, bytes: 0, trimmed: false, padded: false,
        };
        let cut = rest.iter().position(|b| *b == b'%');
        part.text = unescape(&rest[..cut.unwrap_or(rest.len())]);
        let Some(cut) = cut else {
            parts.push(part);
            break;
        };
        rest = &rest[cut + 1..];
        let flags = rest.iter().take_while(|b| b"-0+# ".contains(b)).count();
        part.flags = rest[..flags].to_vec();
        rest = &rest[flags..];
        let digits = |rest: &mut &[u8]| {
            let count = rest.iter().take_while(|b| b.is_ascii_digit()).count();
            let value = lossy(&rest[..count]).parse().unwrap_or(0);
            *rest = &rest[count..];
            value
        };
        part.width = digits(&mut rest);
        if let Some(after) = rest.strip_prefix(b".") {
            rest = after;
            part.precision = Some(digits(&mut rest));
        }
        let length = if rest.starts_with(b"_") { if matches!(rest.get(1), Some(b'a' | b'A')) { 3 } else { 2 } } else { 1 };
        let name = &rest[..length.min(rest.len())];
        let counted = |known: &[usize], default: usize| match bytes {
            None => Ok(default),
            Some(count) if known.contains(&count) => Ok(count),
            Some(_) => Err(format!("bad byte count for conversion character {}", lossy(name))),
        };
        (part.what, part.bytes) = match name {
            [b'_', b'a', base @ (b'd' | b'o' | b'x')] => (What::Offset(*base), 0),
            [b'_', b'A', base @ (b'd' | b'o' | b'x')] => (What::End(*base), 0),
            b"_c" => (What::Escaped, counted(&[1], 1)?),
            b"_p" => (What::Printable, counted(&[1], 1)?),
            b"_u" => (What::Named, counted(&[1], 1)?),
            b"c" => (What::Char, counted(&[1], 1)?),
            [letter @ (b'd' | b'i' | b'o' | b'u' | b'x' | b'X')] => (What::Integer(*letter), counted(&[1, 2, 4, 8], 4)?),
            [letter @ (b'e' | b'E' | b'f' | b'g' | b'G')] => (What::Float(*letter), counted(&[4, 8], 8)?),
            b"s" => match bytes.or(part.precision) {
                Some(count) => (What::String, count),
                None => return Err("%s requires a precision or a byte count".into()),
            },
            _ => return Err(format!("bad conversion character %{}", lossy(name))),
        };
        rest = &rest[length..];
        if bytes.is_some() && part.bytes > 0 && parts.iter().any(|part| part.bytes > 0) {
            return Err("byte count with multiple conversion characters".into());
        }
        parts.push(part);
    }
    Ok(parts)
}

fn unescape(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut bytes = text.iter();
    while let Some(&b) = bytes.next() {
        out.push(match b {
            b'\\' => match bytes.next() {
                Some(b'a') => 7,
                Some(b'b') => 8,
                Some(b'f') => 12,
                Some(b'n') => b'\n',
                Some(b'r') => b'\r',
                Some(b't') => b'\t',
                Some(b'v') => 11,
                Some(other) => *other,
                None => break,
            },
            b => b,
        });
    }
    out
}

/// Prints the text block by block, each by all formats; `start` is the offset of its first byte.
pub fn print(out: &mut Out, mut formats: Vec<Format>, text: &[u8], start: usize, squeeze: bool) {
    let block = formats.iter().map(Format::size).max().unwrap_or(0);
    if block == 0 || text.is_empty() {
        return;
    }
    for format in &mut formats {
        let left = block - format.size();
        let last = format.units.len() - 1;
        for (i, unit) in format.units.iter_mut().enumerate() {
            let size = unit.size();
            if i == last && !unit.fixed && size > 0 {
                unit.repeats += left / size;
            }
            if unit.repeats > 1
                && let Some(part) = unit.parts.last_mut()
            {
                part.trimmed = part.what == What::Text && part.text.last().is_some_and(u8::is_ascii_whitespace);
            }
        }
    }
    let end = start + text.len();
    let (mut before, mut starred): (Option<&[u8]>, bool) = (None, false);
    for (i, bytes) in text.chunks(block).enumerate() {
        if squeeze && bytes.len() == block && before == Some(bytes) {
            if !std::mem::replace(&mut starred, true) {
                out.put(b"*\n");
            }
            continue;
        }
        (before, starred) = (Some(bytes), false);
        let mut whole = bytes.to_vec();
        whole.resize(block, 0);
        for format in &mut formats {
            format.apply(out, &whole, start + i * block, end);
        }
    }
    for unit in formats.iter().flat_map(|format| &format.units).filter(|unit| unit.is_end()) {
        for part in &unit.parts {
            out.put(&part.text);
            if let What::End(base) = part.what {
                out.put(&part.padded_to(integer(end as u64, base, part)));
            }
        }
    }
}

impl Format {
    fn apply(&mut self, out: &mut Out, block: &[u8], start: usize, end: usize) {
        let mut at = 0;
        for unit in self.units.iter_mut().take_while(|unit| !unit.is_end()) {
            for left in (1..=unit.repeats).rev() {
                for part in &mut unit.parts {
                    part.padded |= start + at >= end && part.what != What::Text;
                    let text = &part.text[..part.text.len() - usize::from(left == 1 && part.trimmed)];
                    out.put(text);
                    out.put(&part.value(block.get(at..).unwrap_or_default(), start + at));
                    at += part.bytes;
                }
            }
        }
    }
}

impl Unit {
    /// It is printed once, after everything.
    fn is_end(&self) -> bool {
        self.parts.iter().any(|part| matches!(part.what, What::End(_)))
    }
}

impl Part {
    fn value(&self, bytes: &[u8], offset: usize) -> Vec<u8> {
        if self.what == What::Text || matches!(self.what, What::End(_)) {
            return Vec::new();
        }
        if self.padded {
            return vec![b' '; self.width];
        }
        let first = bytes.first().copied().unwrap_or(0);
        let shown = match self.what {
            What::Offset(base) => integer(offset as u64, base, self),
            What::Integer(letter) => {
                let raw = bytes[..self.bytes].iter().rev().fold(0_u64, |sum, b| sum << 8 | u64::from(*b));
                let unused = 64 - 8 * self.bytes as u32;
                match letter {
                    b'd' | b'i' => signed((raw as i64) << unused >> unused, self),
                    letter => integer(raw, letter, self),
                }
            }
            What::Float(letter) => {
                let value = match bytes[..self.bytes] {
                    [a, b, c, d] => f64::from(f32::from_le_bytes([a, b, c, d])),
                    _ => f64::from_le_bytes(std::array::from_fn(|i| bytes.get(i).copied().unwrap_or(0))),
                };
                float(value, letter, self.precision.unwrap_or(6)).into_bytes()
            }
            What::Char => vec![first],
            What::Printable => vec![if (32..127).contains(&first) { first } else { b'.' }],
            What::Escaped => escaped(first),
            What::Named => named(first),
            What::String => {
                let most = self.precision.unwrap_or(usize::MAX).min(bytes.len());
                bytes[..most].split(|b| *b == 0).next().unwrap_or_default().to_vec()
            }
            What::Text | What::End(_) => Vec::new(),
        };
        self.padded_to(shown)
    }

    fn has(&self, flag: u8) -> bool {
        self.flags.contains(&flag)
    }

    fn padded_to(&self, shown: Vec<u8>) -> Vec<u8> {
        let fill = self.width.saturating_sub(shown.len());
        let numeric = matches!(self.what, What::Integer(_) | What::Float(_) | What::Offset(_) | What::End(_));
        if self.has(b'-') {
            [shown, vec![b' '; fill]].concat()
        } else if self.has(b'0') && numeric && (self.precision.is_none() || matches!(self.what, What::Float(_))) {
            let sign = usize::from(matches!(shown.first(), Some(b'-' | b'+')));
            [&shown[..sign], &vec![b'0'; fill], &shown[sign..]].concat()
        } else {
            [vec![b' '; fill], shown].concat()
        }
    }
}

fn integer(value: u64, letter: u8, part: &Part) -> Vec<u8> {
    let digits = match letter {
        b'o' => format!("{value:o}"),
        b'x' => format!("{value:x}"),
        b'X' => format!("{value:X}"),
        _ => value.to_string(),
    };
    let prefix = match letter {
        b'x' if part.has(b'#') && value != 0 => "0x",
        b'X' if part.has(b'#') && value != 0 => "0X",
        b'o' if part.has(b'#') => "0",
        _ => "",
    };
    format!("{prefix}{digits:0>0$}", part.precision.unwrap_or(1)).into_bytes()
}

fn signed(value: i64, part: &Part) -> Vec<u8> {
    let sign = if value < 0 { "-" } else if part.has(b'+') { "+" } else if part.has(b' ') { " " } else { "" };
    format!("{sign}{:0>1$}", value.unsigned_abs(), part.precision.unwrap_or(1)).into_bytes()
}

fn exponent(value: f64, digits: usize) -> String {
    let text = format!("{value:.digits$e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, exponent) = exponent.strip_prefix('-').map_or(('+', exponent), |exponent| ('-', exponent));
    format!("{mantissa}e{sign}{exponent:0>2}")
}

fn float(value: f64, letter: u8, precision: usize) -> String {
    if !value.is_finite() {
        let sign = if value.is_sign_negative() { "-" } else { "" };
        return if value.is_nan() { format!("{sign}nan") } else { format!("{sign}inf") };
    }
    let text = match letter.to_ascii_lowercase() {
        b'f' => format!("{value:.precision$}"),
        b'e' => exponent(value, precision),
        _ => {
            let most = precision.max(1);
            let scientific = exponent(value, most - 1);
            let power: i32 = scientific.rsplit_once('e').and_then(|(_, power)| power.parse().ok()).unwrap_or(0);
            let trim = |text: &str| if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text.to_owned() };
            if value == 0.0 {
                "0".to_owned()
            } else if power < -4 || power >= most as i32 {
                let (mantissa, power) = scientific.split_once('e').unwrap_or((&scientific, ""));
                format!("{}e{power}", trim(mantissa))
            } else {
                trim(&format!("{value:.0$}", (most as i32 - 1 - power) as usize))
            }
        }
    };
    if letter.is_ascii_uppercase() { text.to_uppercase() } else { text }
}

fn escaped(b: u8) -> Vec<u8> {
    let letter = match b {
        0 => b'0',
        7 => b'a',
        8 => b'b',
        9 => b't',
        10 => b'n',
        11 => b'v',
        12 => b'f',
        13 => b'r',
        32..127 => return vec![b],
        _ => return format!("{b:03o}").into_bytes(),
    };
    vec![b'\\', letter]
}

fn named(b: u8) -> Vec<u8> {
    const NAMES: [&str; 32] = [
        "nul", "soh", "stx", "etx", "eot", "enq", "ack", "bel", "bs", "ht", "lf", "vt", "ff", "cr", "so", "si", "dle", "dc1", "dc2", "dc3", "dc4",
        "nak", "syn", "etb", "can", "em", "sub", "esc", "fs", "gs", "rs", "us",
    ];
    match b {
        0..32 => NAMES[b as usize].as_bytes().to_vec(),
        127 => b"del".to_vec(),
        32..127 => vec![b],
        _ => format!("{b:02x}").into_bytes(),
    }
}
