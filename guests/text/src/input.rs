//! Reading what the command line names, and its options.

use std::io::{self, Read};
use sunaba_gnu::bytes;
pub use sunaba_gnu::options::simple as options;

/// The whole of a file; `-` is standard input.
pub fn read(name: &[u8]) -> io::Result<Vec<u8>> {
    read_at_most(name, u64::MAX)
}

/// The beginning of a file.
pub fn read_at_most(name: &[u8], most: u64) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    if name == b"-" {
        io::stdin().take(most).read_to_end(&mut text)?;
        return Ok(text);
    }
    let path = bytes::path(name);
    if path.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    std::fs::File::open(path)?.take(most).read_to_end(&mut text)?;
    Ok(text)
}

/// A number as C reads it: decimal, octal after 0, hexadecimal after 0x, with a unit.
pub fn number(text: &[u8]) -> Option<i64> {
    let text = bytes::lossy(text).into_owned();
    let (sign, body) = match text.strip_prefix('-') {
        Some(body) => (-1, body),
        None => (1, text.strip_prefix('+').unwrap_or(&text)),
    };
    let (body, unit) = match body.chars().last()? {
        'k' | 'K' => (&body[..body.len() - 1], 1024),
        'm' | 'M' => (&body[..body.len() - 1], 1 << 20),
        _ => (body, 1),
    };
    let value = if let Some(hex) = body.strip_prefix("0x").or_else(|| body.strip_prefix("0X")) {
        i64::from_str_radix(hex, 16).ok()?
    } else if body.len() > 1 && body.starts_with('0') {
        i64::from_str_radix(&body[1..], 8).ok()?
    } else {
        body.parse().ok()?
    };
    Some(sign * value * unit)
}
