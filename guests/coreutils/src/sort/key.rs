//! Keys: which part of a line, and in which order.

use std::cmp::Ordering;

#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Order {
    pub blanks: bool,
    pub dictionary: bool,
    pub fold: bool,
    pub printable: bool,
    pub numeric: bool,
    pub general: bool,
    pub human: bool,
    pub month: bool,
    pub version: bool,
    pub random: bool,
    pub reverse: bool,
}

impl Order {
    pub fn is_default(&self) -> bool {
        *self == Order::default()
    }
}

/// A place: field and character, both from 1; a character of 0 is the field's end.
#[derive(Clone, Copy)]
pub struct Place {
    pub field: usize,
    pub character: usize,
    pub skip_blanks: bool,
}

#[derive(Clone, Copy)]
pub struct Key {
    pub start: Place,
    pub end: Option<Place>,
    pub order: Order,
}

fn blank(b: u8) -> bool {
    b == b' ' || b == b'\t' || b == b'\n'
}

impl Key {
    pub fn whole(order: Order) -> Key {
        Key { start: Place { field: 1, character: 1, skip_blanks: order.blanks }, end: None, order }
    }

    /// Where a field begins: after its separator, or with the blanks before it.
    fn field(line: &[u8], number: usize, separator: Option<u8>) -> usize {
        let mut at = 0;
        for _ in 1..number {
            match separator {
                Some(separator) => match memchr::memchr(separator, &line[at..]) {
                    Some(cut) => at += cut + 1,
                    None => return line.len(),
                },
                None => at = Key::past_field(line, at),
            }
            if at >= line.len() {
                return line.len();
            }
        }
        at
    }

    fn past_field(line: &[u8], mut at: usize) -> usize {
        while at < line.len() && blank(line[at]) {
            at += 1;
        }
        while at < line.len() && !blank(line[at]) {
            at += 1;
        }
        at
    }

    pub fn of<'a>(&self, line: &'a [u8], separator: Option<u8>) -> &'a [u8] {
        let place = |place: &Place| {
            let mut at = Key::field(line, place.field, separator);
            if place.skip_blanks {
                while at < line.len() && blank(line[at]) {
                    at += 1;
                }
            }
            at
        };
        let start = (place(&self.start) + self.start.character.saturating_sub(1)).min(line.len());
        let end = match &self.end {
            None => line.len(),
            Some(end) if end.character == 0 => {
                let at = Key::field(line, end.field, separator);
                match separator {
                    Some(separator) => memchr::memchr(separator, &line[at..]).map_or(line.len(), |cut| at + cut),
                    None => Key::past_field(line, at),
                }
            }
            Some(end) => (place(end) + end.character).min(line.len()),
        };
        &line[start..end.max(start)]
    }

    pub fn compare(&self, a: &[u8], b: &[u8], separator: Option<u8>) -> Ordering {
        let (a, b) = (self.of(a, separator), self.of(b, separator));
        let o = &self.order;
        let order = if o.numeric {
            numbers(leading_number(a), leading_number(b))
        } else if o.general {
            general(a).partial_cmp(&general(b)).unwrap_or(Ordering::Equal)
        } else if o.human {
            human(a, b)
        } else if o.month {
            month(a).cmp(&month(b))
        } else if o.version {
            versions(a, b)
        } else {
            text(a, b, o)
        };
        if o.reverse { order.reverse() } else { order }
    }
}

fn text(a: &[u8], b: &[u8], o: &Order) -> Ordering {
    if !(o.dictionary || o.printable || o.fold) {
        return a.cmp(b);
    }
    let kept = |b: &u8| (!o.dictionary || b.is_ascii_alphanumeric() || blank(*b)) && (!o.printable || (32..127).contains(b));
    let fold = |b: &u8| if o.fold { b.to_ascii_uppercase() } else { *b };
    a.iter().filter(|b| kept(b)).map(fold).cmp(b.iter().filter(|b| kept(b)).map(fold))
}

fn trim(text: &[u8]) -> &[u8] {
    let start = text.iter().position(|b| !blank(*b)).unwrap_or(text.len());
    &text[start..]
}

/// Blanks passed over: an optional minus, digits, and a fraction.
pub fn leading_number(text: &[u8]) -> &[u8] {
    let text = trim(text);
    let mut at = usize::from(text.first() == Some(&b'-'));
    while text.get(at).is_some_and(u8::is_ascii_digit) {
        at += 1;
    }
    if text.get(at) == Some(&b'.') {
        at += 1;
        while text.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
    }
    let number = &text[..at];
    if number.iter().any(u8::is_ascii_digit) { number } else { b"" }
}

/// Decimal numbers of any length.
fn numbers(a: &[u8], b: &[u8]) -> Ordering {
    struct Number<'a> {
        negative: bool,
        whole: &'a [u8],
        fraction: &'a [u8],
    }
    fn split(text: &[u8]) -> Number<'_> {
        let negative = text.first() == Some(&b'-');
        let body = &text[usize::from(negative)..];
        let point = body.iter().position(|b| *b == b'.').unwrap_or(body.len());
        let zeros = body[..point].iter().take_while(|b| **b == b'0').count();
        let fraction = body.get(point + 1..).unwrap_or_default();
        let last = fraction.iter().rposition(|b| *b != b'0').map_or(0, |i| i + 1);
        let number = Number { negative, whole: &body[zeros..point], fraction: &fraction[..last] };
        // Minus zero is zero.
        if number.whole.is_empty() && number.fraction.is_empty() { Number { negative: false, ..number } } else { number }
    }
    let (x, y) = (split(a), split(b));
    let size = |x: &Number, y: &Number| x.whole.len().cmp(&y.whole.len()).then_with(|| x.whole.cmp(y.whole)).then_with(|| x.fraction.cmp(y.fraction));
    match (x.negative, y.negative) {
        (false, false) => size(&x, &y),
        (true, true) => size(&y, &x),
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
    }
}

/// As strtold reads it; what is no number stands before all numbers.
fn general(text: &[u8]) -> f64 {
    let text = String::from_utf8_lossy(trim(text)).into_owned();
    let lower = text.to_ascii_lowercase();
    for (word, value) in [("-inf", f64::NEG_INFINITY), ("inf", f64::INFINITY), ("+inf", f64::INFINITY)] {
        if lower.starts_with(word) {
            return value;
        }
    }
    let mut end = 0;
    let bytes = text.as_bytes();
    for length in (1..=bytes.len().min(64)).rev() {
        if text.is_char_boundary(length) && text[..length].parse::<f64>().is_ok() && bytes[length - 1] != b'+' {
            end = length;
            break;
        }
    }
    text[..end].parse().unwrap_or(f64::MIN)
}

/// `2K`, `1.5M`: first by the unit, then by the number.
fn human(a: &[u8], b: &[u8]) -> Ordering {
    let parts = |text: &[u8]| {
        let number = leading_number(text).to_vec();
        let rest = &trim(text)[number.len().min(trim(text).len())..];
        let unit = rest.first().map_or(0, |c| b"KMGTPEZY".iter().position(|u| u.eq_ignore_ascii_case(c)).map_or(0, |i| i + 1)) as i32;
        let sign = if number.first() == Some(&b'-') { -1 } else if number.iter().any(|b| (b'1'..=b'9').contains(b)) { 1 } else { 0 };
        (sign * (unit + 1), number)
    };
    let (x, y) = (parts(a), parts(b));
    x.0.cmp(&y.0).then_with(|| numbers(&x.1, &y.1))
}

fn month(text: &[u8]) -> usize {
    const MONTHS: [&[u8]; 12] = [b"JAN", b"FEB", b"MAR", b"APR", b"MAY", b"JUN", b"JUL", b"AUG", b"SEP", b"OCT", b"NOV", b"DEC"];
    let head = trim(text).get(..3).map(<[u8]>::to_ascii_uppercase).unwrap_or_default();
    MONTHS.iter().position(|month| *month == head.as_slice()).map_or(0, |i| i + 1)
}

/// Runs of digits by value; `~` before the end, letters before other signs.
pub fn versions(a: &[u8], b: &[u8]) -> Ordering {
    fn rank(b: Option<&u8>) -> i32 {
        match b {
            Some(b'~') => -1,
            None => 0,
            Some(b) if b.is_ascii_digit() => 0,
            Some(b) if b.is_ascii_alphabetic() => i32::from(*b),
            Some(b) => i32::from(*b) + 256,
        }
    }
    let (mut i, mut j) = (0, 0);
    while i < a.len() || j < b.len() {
        while a.get(i).is_some_and(|b| !b.is_ascii_digit()) || b.get(j).is_some_and(|b| !b.is_ascii_digit()) {
            let order = rank(a.get(i)).cmp(&rank(b.get(j)));
            if order != Ordering::Equal {
                return order;
            }
            i += 1;
            j += 1;
        }
        let run = |text: &[u8], at: usize| text.get(at..).unwrap_or_default().iter().take_while(|b| b.is_ascii_digit()).count();
        let (m, n) = (run(a, i), run(b, j));
        let order = numbers(&a[i.min(a.len())..(i + m).min(a.len())], &b[j.min(b.len())..(j + n).min(b.len())]);
        if order != Ordering::Equal {
            return order;
        }
        i += m;
        j += n;
    }
    Ordering::Equal
}
