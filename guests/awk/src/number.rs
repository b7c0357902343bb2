//! Numbers as text and text as numbers.

use std::io::Write;

use crate::format::format_float;

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)
}

/// The number that a string begins with, 0 where it begins with none.
#[inline]
pub fn leading_number(bytes: &[u8]) -> f64 {
    scan(bytes).0
}

/// The value of a string that is a number and nothing else, blanks around it aside.
#[inline]
pub fn whole_number(bytes: &[u8]) -> Option<f64> {
    // Most fields are words: told by their first byte.
    match bytes.first() {
        None => return None,
        Some(first) if first.is_ascii_alphabetic() || *first >= 0x80 => return None,
        _ => {}
    }
    let (value, used) = scan(bytes);
    if used == 0 || bytes[used..].iter().any(|byte| !is_blank(*byte)) {
        return None;
    }
    Some(value)
}

/// The number at the start and how many bytes it takes (0: none).
fn scan(bytes: &[u8]) -> (f64, usize) {
    let mut at = 0;
    while at < bytes.len() && is_blank(bytes[at]) {
        at += 1;
    }
    let start = at;
    let negative = bytes.get(at) == Some(&b'-');
    if matches!(bytes.get(at), Some(b'+' | b'-')) {
        at += 1;
    }
    let mut mantissa: u64 = 0;
    let mut digits = 0;
    let first = at;
    while let Some(digit) = bytes.get(at).filter(|byte| byte.is_ascii_digit()) {
        mantissa = mantissa.wrapping_mul(10).wrapping_add(u64::from(digit - b'0'));
        digits += 1;
        at += 1;
    }
    let mut scale = 0;
    if bytes.get(at) == Some(&b'.') {
        let point = at;
        at += 1;
        while let Some(digit) = bytes.get(at).filter(|byte| byte.is_ascii_digit()) {
            mantissa = mantissa.wrapping_mul(10).wrapping_add(u64::from(digit - b'0'));
            digits += 1;
            scale += 1;
            at += 1;
        }
        if digits == 0 {
            at = point;
        }
    }
    if digits == 0 {
        return special(bytes, start, first);
    }
    let mut exponent = 0;
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let mut next = at + 1;
        if matches!(bytes.get(next), Some(b'+' | b'-')) {
            next += 1;
        }
        if bytes.get(next).is_some_and(u8::is_ascii_digit) {
            while bytes.get(next).is_some_and(u8::is_ascii_digit) {
                next += 1;
            }
            exponent = next - at;
            at = next;
        }
    }
    // Up to fifteen digits and small powers of ten are exact in one step.
    if digits <= 15 && exponent == 0 && scale <= 22 {
        let value = if scale == 0 { mantissa as f64 } else { mantissa as f64 / POWERS[scale] };
        return (if negative { -value } else { value }, at);
    }
    let text = std::str::from_utf8(&bytes[start..at]).unwrap_or("0");
    (text.parse().unwrap_or(0.0), at)
}

const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
];

/// `+inf`, `-nan`: with a sign, and nothing after it.
fn special(bytes: &[u8], start: usize, first: usize) -> (f64, usize) {
    if first == start {
        return (0.0, 0);
    }
    let word = &bytes[first..];
    let value = if word.len() >= 3 && word[..3].eq_ignore_ascii_case(b"inf") {
        f64::INFINITY
    } else if word.len() >= 3 && word[..3].eq_ignore_ascii_case(b"nan") {
        f64::NAN
    } else {
        return (0.0, 0);
    };
    if word.get(3).is_some_and(|byte| !is_blank(*byte)) {
        return (0.0, 0);
    }
    (if bytes[start] == b'-' { -value } else { value }, first + 3)
}

/// Appends a number as awk shows it: whole ones as integers, others by a format such as `%.6g`.
#[inline]
pub fn push_number(out: &mut Vec<u8>, value: f64, format: &[u8]) {
    if value == value.trunc() && value.abs() < 1e16 {
        push_integer(out, value as i64);
    } else {
        push_other(out, value, format);
    }
}

#[inline]
pub fn push_integer(out: &mut Vec<u8>, value: i64) {
    let mut place = [0; 20];
    let mut at = place.len();
    let mut rest = value.unsigned_abs();
    // Halves of a 64-bit division are dear where words have 32 bits.
    while rest > u64::from(u32::MAX) {
        at -= 1;
        place[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    let mut rest = rest as u32;
    loop {
        at -= 1;
        place[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if value < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(&place[at..]);
}

fn push_other(out: &mut Vec<u8>, value: f64, format: &[u8]) {
    if let Some(word) = special_word(value) {
        out.extend_from_slice(word);
    } else if value == value.trunc() {
        let _ = write!(out, "{value:.0}");
    } else if format == b"%.6g" {
        format_float(out, value, b'g', Some(6), false);
    } else {
        crate::format::format_number(out, format, value);
    }
}

/// What gawk prints for what is no number.
pub fn special_word(value: f64) -> Option<&'static [u8]> {
    match (value.is_nan(), value.is_infinite(), value.is_sign_negative()) {
        (true, _, true) => Some(b"-nan"),
        (true, _, false) => Some(b"+nan"),
        (_, true, true) => Some(b"-inf"),
        (_, true, false) => Some(b"+inf"),
        _ => None,
    }
}

/// gawk's strtonum: octal and hexadecimal by their prefixes.
pub fn number_with_base(bytes: &[u8]) -> f64 {
    let start = bytes.iter().position(|byte| !is_blank(*byte)).unwrap_or(bytes.len());
    let rest = &bytes[start..];
    let (negative, rest) = match rest.first() {
        Some(b'-') => (true, &rest[1..]),
        Some(b'+') => (false, &rest[1..]),
        _ => (false, rest),
    };
    let digits = |text: &[u8], radix: u32| {
        text.iter().map_while(|byte| (*byte as char).to_digit(radix)).fold(0.0, |sum, digit| sum * f64::from(radix) + f64::from(digit))
    };
    let value = if rest.len() > 2 && rest[0] == b'0' && rest[1] | 32 == b'x' {
        digits(&rest[2..], 16)
    } else if rest.len() > 1
        && rest[0] == b'0'
        && rest.iter().take_while(|byte| byte.is_ascii_digit()).all(|byte| *byte < b'8')
        && !rest.iter().any(|byte| matches!(byte, b'.' | b'e' | b'E'))
    {
        digits(&rest[1..], 8)
    } else {
        leading_number(rest)
    };
    if negative { -value } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(value: f64) -> String {
        let mut out = Vec::new();
        push_number(&mut out, value, b"%.6g");
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn texts_begin_with_numbers() {
        for (text, value) in [
            ("12abc", 12.0),
            (" -3.5e2x", -350.0),
            (".5.", 0.5),
            ("e5", 0.0),
            ("1e", 1.0),
            ("0x1A", 0.0),
            ("+", 0.0),
            ("123456789012345678901", 123_456_789_012_345_678_901.0),
            ("0.1", 0.1),
            (".", 0.0),
        ] {
            assert_eq!(leading_number(text.as_bytes()), value, "{text}");
        }
        assert_eq!(leading_number(b"+inf"), f64::INFINITY);
        assert_eq!(leading_number(b"inf"), 0.0);
    }

    #[test]
    fn whole_numbers_have_nothing_beside() {
        assert_eq!(whole_number(b" 12 "), Some(12.0));
        assert_eq!(whole_number(b"12a"), None);
        assert_eq!(whole_number(b""), None);
        assert_eq!(whole_number(b" "), None);
        assert_eq!(whole_number(b"1e3\n"), Some(1000.0));
    }

    #[test]
    fn numbers_are_shown() {
        assert_eq!(shown(3.0), "3");
        assert_eq!(shown(-0.0), "0");
        assert_eq!(shown(0.1 + 0.2), "0.3");
        assert_eq!(shown(1e6 / 7.0), "142857");
        assert_eq!(shown(1e30), "1000000000000000019884624838656");
        assert_eq!(shown(1e-5), "1e-05");
        assert_eq!(shown(9_007_199_254_740_993.0), "9007199254740992");
        assert_eq!(shown(f64::NAN), "+nan");
    }

    #[test]
    fn bases() {
        assert_eq!(number_with_base(b"0x1F"), 31.0);
        assert_eq!(number_with_base(b"017"), 15.0);
        assert_eq!(number_with_base(b"019"), 19.0);
        assert_eq!(number_with_base(b"-12.5z"), -12.5);
    }
}
