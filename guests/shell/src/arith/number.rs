//! Integers as text.

/// An integer constant as in C, or `base#digits`.
pub fn number(text: &[u8]) -> Result<i64, &'static str> {
    if let Some(at) = text.iter().position(|&c| c == b'#') {
        let base = number(&text[..at])?;
        if !(2..=64).contains(&base) {
            return Err("invalid arithmetic base");
        }
        if at + 1 == text.len() {
            return Err("invalid integer constant");
        }
        return digits(&text[at + 1..], base);
    }
    if text.len() > 1 && text[0] == b'0' {
        if text[1] == b'x' || text[1] == b'X' {
            return digits(&text[2..], 16);
        }
        return digits(&text[1..], 8);
    }
    digits(text, 10)
}

fn digits(text: &[u8], base: i64) -> Result<i64, &'static str> {
    let mut value: i64 = 0;
    for &c in text {
        let digit = match c {
            b'0'..=b'9' => i64::from(c - b'0'),
            b'a'..=b'z' => i64::from(c - b'a') + 10,
            b'A'..=b'Z' if base <= 36 => i64::from(c - b'A') + 10,
            b'A'..=b'Z' => i64::from(c - b'A') + 36,
            b'@' => 62,
            b'_' => 63,
            _ => return Err("invalid number"),
        };
        if digit >= base {
            return Err("value too great for base");
        }
        value = value.wrapping_mul(base).wrapping_add(digit);
    }
    Ok(value)
}

/// A decimal integer, perhaps negative, with nothing around it: what needs no parsing.
pub fn plain_integer(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text.first() {
        Some(b'-') => (true, &text[1..]),
        Some(_) => (false, text),
        None => return None,
    };
    if digits.is_empty() || digits.len() > 18 || (digits[0] == b'0' && digits.len() > 1) {
        return None;
    }
    let mut value = 0i64;
    for &c in digits {
        if !c.is_ascii_digit() {
            return None;
        }
        value = value * 10 + i64::from(c - b'0');
    }
    Some(if negative { -value } else { value })
}

pub fn itoa(value: i64) -> Vec<u8> {
    let mut buffer = [0u8; 20];
    let mut at = buffer.len();
    let mut rest = value.unsigned_abs();
    loop {
        at -= 1;
        buffer[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if value < 0 {
        at -= 1;
        buffer[at] = b'-';
    }
    buffer[at..].to_vec()
}
