//! Keys that are numbers, and what else has an order of its own. Each has a prefix: 64 bits in the same order, so that
//! most comparisons look at nothing else.

use std::cmp::Ordering;

pub fn blank(b: u8) -> bool {
    b == b' ' || b == b'\t' || b == b'\n'
}

pub fn trim(text: &[u8]) -> &[u8] {
    let start = text.iter().position(|b| !blank(*b)).unwrap_or(text.len());
    &text[start..]
}

/// A decimal number of any length: blanks passed over, an optional minus, digits, a fraction. What is no number is 0.
pub struct Decimal<'a> {
    negative: bool,
    /// Without zeros before.
    whole: &'a [u8],
    /// Without zeros behind.
    fraction: &'a [u8],
    /// What follows.
    pub rest: &'a [u8],
}

/// Digits of a number that its prefix holds.
const DIGITS: usize = 16;
const SIGN: u64 = 1 << 63;

impl<'a> Decimal<'a> {
    pub fn read(text: &'a [u8]) -> Decimal<'a> {
        let text = trim(text);
        let negative = text.first() == Some(&b'-');
        let body = &text[usize::from(negative)..];
        let digits = |text: &[u8]| text.iter().position(|b| !b.is_ascii_digit()).unwrap_or(text.len());
        let point = digits(body);
        let zeros = body[..point].iter().take_while(|b| **b == b'0').count();
        let (mut fraction, mut rest): (&[u8], _) = (b"", &body[point..]);
        if let Some(after) = rest.strip_prefix(b".") {
            let end = digits(after);
            let last = after[..end].iter().rposition(|b| *b != b'0').map_or(0, |at| at + 1);
            (fraction, rest) = (&after[..last], &after[end..]);
        }
        let whole = &body[zeros..point];
        // Minus zero is zero.
        Decimal { negative: negative && !(whole.is_empty() && fraction.is_empty()), whole, fraction, rest }
    }

    pub fn sign(&self) -> i32 {
        if self.negative { -1 } else { i32::from(!(self.whole.is_empty() && self.fraction.is_empty())) }
    }

    /// Sign, digits before the point, the first digits; the last bit tells that there are more.
    pub fn prefix(&self) -> u64 {
        let (mut first, mut places) = (0u64, DIGITS);
        for digit in self.whole.iter().chain(self.fraction).take(DIGITS) {
            first = first * 10 + u64::from(digit - b'0');
            places -= 1;
        }
        first *= 10u64.pow(places as u32);
        let size = if self.whole.len() >= 255 { SIGN - 1 } else { (self.whole.len() as u64) << 55 | first << 1 | u64::from(self.whole.len() + self.fraction.len() > DIGITS) };
        if self.negative { !(SIGN | size) } else { SIGN | size }
    }

    /// Whether numbers with this prefix are one number.
    pub fn whole(prefix: u64) -> bool {
        (prefix & 1 == 0) == (prefix & SIGN != 0)
    }

    pub fn compare(&self, other: &Decimal) -> Ordering {
        let size = |x: &Decimal, y: &Decimal| x.whole.len().cmp(&y.whole.len()).then_with(|| x.whole.cmp(y.whole)).then_with(|| x.fraction.cmp(y.fraction));
        match (self.negative, other.negative) {
            (false, false) => size(self, other),
            (true, true) => size(other, self),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }
}

/// `2K`, `1.5M`: the unit, by whose size numbers stand first; negative for a number below zero.
pub fn unit(number: &Decimal) -> i32 {
    let unit = match number.rest.first() {
        Some(b'K' | b'k') => 1,
        Some(letter) => b"MGTPEZY".iter().position(|u| u == letter).map_or(0, |at| at as i32 + 2),
        None => 0,
    };
    number.sign() * unit
}

pub fn human(a: &[u8], b: &[u8]) -> Ordering {
    let (x, y) = (Decimal::read(a), Decimal::read(b));
    unit(&x).cmp(&unit(&y)).then_with(|| x.compare(&y))
}

/// As strtold reads it: what is no number first, then what is none by name, then by value.
pub fn general(text: &[u8]) -> u64 {
    let text = trim(text);
    let sign = text.first().is_some_and(|b| matches!(b, b'-' | b'+'));
    let body = &text[usize::from(sign)..];
    let word = |word: &[u8]| body.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word));
    let value = if word(b"nan") {
        return 1;
    } else if word(b"inf") {
        f64::INFINITY
    } else if word(b"0x") && body.get(2).is_some_and(|b| b.is_ascii_hexdigit() || *b == b'.') {
        hexadecimal(&body[2..])
    } else {
        match decimal(body).and_then(|text| text.parse().ok()) {
            Some(value) => value,
            None => return 0,
        }
    };
    let value = if text.first() == Some(&b'-') { -value } else { value } + 0.0;
    let bits = value.to_bits();
    if bits & SIGN != 0 { !bits } else { SIGN | bits }
}

/// The beginning that is a number.
fn decimal(text: &[u8]) -> Option<&str> {
    let digits = |from: usize| text[from..].iter().take_while(|b| b.is_ascii_digit()).count();
    let whole = digits(0);
    let mut end = whole;
    let mut count = whole;
    if text.get(end) == Some(&b'.') {
        let fraction = digits(end + 1);
        count += fraction;
        end += 1 + fraction;
    }
    if count == 0 {
        return None;
    }
    if matches!(text.get(end), Some(b'e' | b'E')) {
        let at = end + 1 + usize::from(matches!(text.get(end + 1), Some(b'+' | b'-')));
        if at <= text.len() && digits(at) > 0 {
            end = at + digits(at);
        }
    }
    std::str::from_utf8(&text[..end]).ok()
}

fn hexadecimal(text: &[u8]) -> f64 {
    let (mut value, mut scale, mut point, mut at) = (0.0f64, 0i32, false, 0);
    while let Some(&b) = text.get(at) {
        if b == b'.' && !point {
            point = true;
        } else if let Some(digit) = (b as char).to_digit(16) {
            value = value * 16.0 + f64::from(digit);
            scale -= if point { 4 } else { 0 };
        } else {
            break;
        }
        at += 1;
    }
    if matches!(text.get(at), Some(b'p' | b'P')) {
        let rest = String::from_utf8_lossy(&text[at + 1..]);
        let end = rest.char_indices().find(|(i, c)| !(c.is_ascii_digit() || (*i == 0 && matches!(c, '+' | '-')))).map_or(rest.len(), |(i, _)| i);
        scale += rest[..end].parse::<i32>().unwrap_or(0);
    }
    value * 2f64.powi(scale)
}

/// Three letters, whatever their case; what is no month is 0.
pub fn month(text: &[u8]) -> u64 {
    const MONTHS: [&[u8]; 12] = [b"JAN", b"FEB", b"MAR", b"APR", b"MAY", b"JUN", b"JUL", b"AUG", b"SEP", b"OCT", b"NOV", b"DEC"];
    let text = trim(text);
    MONTHS.iter().position(|month| text.get(..3).is_some_and(|head| head.eq_ignore_ascii_case(month))).map_or(0, |at| at as u64 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_stands_as_its_number_does() {
        let texts = [
            "-99999999999999999999", "-12345678901234567.9", "-12345678901234567", "-10", "-9.50001", "-9.5", "-.5", "-0.01", "0", "0.01", ".5", "9.5",
            "9.50001", "10", "1234567890123456", "12345678901234567", "12345678901234567.9", "12345678901234568",
        ];
        for (at, text) in texts.iter().enumerate() {
            for (to, other) in texts.iter().enumerate() {
                let (x, y) = (Decimal::read(text.as_bytes()), Decimal::read(other.as_bytes()));
                assert_eq!(x.compare(&y), at.cmp(&to), "{text} {other}");
                let by_prefix = x.prefix().cmp(&y.prefix());
                assert!(by_prefix == at.cmp(&to) || (by_prefix == Ordering::Equal && !Decimal::whole(x.prefix())), "{text} {other}");
            }
        }
        let long = "1".repeat(300);
        assert!(!Decimal::whole(Decimal::read(long.as_bytes()).prefix()));
        assert!(Decimal::whole(Decimal::read(b"-3").prefix()));
    }

    #[test]
    fn general_numbers_stand_by_value() {
        let texts = ["x", "nan", "-inf", "-1e300", "-0x10", "-1", "-0", "1e-5", ".5", "0x1p0", "1.5", "1e3", "1e3x1"];
        let values: Vec<u64> = texts.iter().map(|text| general(text.as_bytes())).collect();
        assert!(values.is_sorted(), "{values:?}");
        assert_eq!(general(b"-0"), general(b"0"));
        assert_eq!(general(b"1e"), general(b"1"));
    }
}
