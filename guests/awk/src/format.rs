//! printf's conversions.

use std::io::Write;

use crate::number::special_word;
use crate::text::{char_count, char_length, char_offset};

/// What a conversion takes its value from.
pub trait Arguments {
    /// The argument at a place, from 0, as a number; `None`: there are fewer.
    fn number(&mut self, index: usize) -> Option<f64>;
    /// Appends it as a string; false: there are fewer.
    fn string(&mut self, index: usize, out: &mut Vec<u8>) -> bool;
    /// Whether it is a number or looks like one (`%c` prints the character of that code).
    fn is_number(&mut self, index: usize) -> bool;
}

/// A format asks for more arguments than there are.
#[derive(Debug, PartialEq, Eq)]
pub struct TooFew {
    /// Where in the format the conversion ends.
    pub at: usize,
}

#[derive(Debug, Default, Clone, Copy)]
struct Spec {
    left: bool,
    plus: bool,
    space: bool,
    alternate: bool,
    zero: bool,
    width: usize,
    precision: Option<usize>,
}

pub fn format(out: &mut Vec<u8>, format: &[u8], arguments: &mut dyn Arguments) -> Result<(), TooFew> {
    let mut next = 0;
    let mut at = 0;
    while at < format.len() {
        let Some(percent) = memchr::memchr(b'%', &format[at..]) else { break };
        out.extend_from_slice(&format[at..at + percent]);
        at += percent;
        let start = at;
        at += 1;
        if format.get(at) == Some(&b'%') {
            out.push(b'%');
            at += 1;
            continue;
        }
        let mut spec = Spec::default();
        let mut place = None;
        // `%2$s`: the digits before `$` are no width.
        let digits = format[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits > 0 && format.get(at + digits) == Some(&b'$') {
            place = Some(parse_count(&format[at..at + digits]).saturating_sub(1));
            at += digits + 1;
        }
        while let Some(flag) = format.get(at) {
            match flag {
                b'-' => spec.left = true,
                b'+' => spec.plus = true,
                b' ' => spec.space = true,
                b'#' => spec.alternate = true,
                b'0' => spec.zero = true,
                b'\'' => {}
                _ => break,
            }
            at += 1;
        }
        if let Some(given) = count(format, &mut at, &mut next, arguments).map_err(|()| TooFew { at: at + 1 })? {
            spec.left |= given < 0;
            spec.width = given.unsigned_abs() as usize;
        }
        if format.get(at) == Some(&b'.') {
            at += 1;
            let given = count(format, &mut at, &mut next, arguments).map_err(|()| TooFew { at: at + 1 })?.unwrap_or(0);
            spec.precision = usize::try_from(given).ok();
        }
        while matches!(format.get(at), Some(b'h' | b'l' | b'L' | b'q' | b'j' | b'z' | b't')) {
            at += 1;
        }
        let Some(&letter) = format.get(at) else {
            out.extend_from_slice(&format[start..]);
            return Ok(());
        };
        at += 1;
        if !matches!(letter, b'd' | b'i' | b'o' | b'x' | b'X' | b'u' | b'c' | b's' | b'e' | b'E' | b'f' | b'F' | b'g' | b'G' | b'a' | b'A') {
            out.extend_from_slice(&format[start..at]);
            continue;
        }
        let index = place.unwrap_or(next);
        if place.is_none() {
            next += 1;
        }
        one(out, letter, spec, index, arguments).ok_or(TooFew { at: at - 1 })?;
    }
    out.extend_from_slice(&format[at.min(format.len())..]);
    Ok(())
}

fn parse_count(digits: &[u8]) -> usize {
    digits.iter().fold(0usize, |sum, digit| sum.saturating_mul(10).saturating_add(usize::from(digit - b'0'))).min(1 << 24)
}

fn count(format: &[u8], at: &mut usize, next: &mut usize, arguments: &mut dyn Arguments) -> Result<Option<i64>, ()> {
    if format.get(*at) == Some(&b'*') {
        *at += 1;
        let value = arguments.number(*next).ok_or(())?;
        *next += 1;
        return Ok(Some((value as i64).clamp(-(1 << 24), 1 << 24)));
    }
    let digits = format[*at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let value = (digits > 0).then(|| parse_count(&format[*at..*at + digits]) as i64);
    *at += digits;
    Ok(value)
}

fn one(out: &mut Vec<u8>, letter: u8, spec: Spec, index: usize, arguments: &mut dyn Arguments) -> Option<()> {
    let mut body = Vec::new();
    match letter {
        b's' => {
            if !arguments.string(index, &mut body) {
                return None;
            }
            if let Some(precision) = spec.precision {
                body.truncate(char_offset(&body, precision));
            }
            pad(out, &body, spec.width, spec.left);
        }
        b'c' => {
            let value = arguments.number(index)?;
            if arguments.is_number(index) {
                push_code(&mut body, value);
            } else {
                arguments.string(index, &mut body);
                match body.is_empty() {
                    true => body.push(0),
                    false => body.truncate(char_length(&body)),
                }
            }
            pad(out, &body, spec.width, spec.left);
        }
        _ => {
            let value = arguments.number(index)?;
            number(out, letter, spec, value);
        }
    }
    Some(())
}

fn push_code(body: &mut Vec<u8>, value: f64) {
    let code = value as i64;
    match u32::try_from(code).ok().filter(|code| *code >= 128).and_then(char::from_u32) {
        Some(c) => body.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        None => body.push(code as u8),
    }
}

fn pad(out: &mut Vec<u8>, body: &[u8], width: usize, left: bool) {
    let missing = if width == 0 { 0 } else { width.saturating_sub(char_count(body)) };
    if !left {
        out.resize(out.len() + missing, b' ');
    }
    out.extend_from_slice(body);
    if left {
        out.resize(out.len() + missing, b' ');
    }
}

/// One number by a whole format with one conversion, as CONVFMT and OFMT have it.
pub fn format_number(out: &mut Vec<u8>, text: &[u8], value: f64) {
    struct Only(f64);
    impl Arguments for Only {
        fn number(&mut self, _: usize) -> Option<f64> {
            Some(self.0)
        }
        fn string(&mut self, _: usize, out: &mut Vec<u8>) -> bool {
            format_float(out, self.0, b'g', Some(6), false);
            true
        }
        fn is_number(&mut self, _: usize) -> bool {
            true
        }
    }
    let _ = format(out, text, &mut Only(value));
}

fn number(out: &mut Vec<u8>, letter: u8, spec: Spec, value: f64) {
    if let Some(word) = special_word(value) {
        let word = if spec.plus || word[0] == b'-' { word } else if spec.space { &[b' ', word[1], word[2], word[3]] } else { word };
        pad(out, word, spec.width, spec.left);
        return;
    }
    let mut body = Vec::new();
    let mut zero = spec.zero && !spec.left;
    let mut prefix: &[u8] = b"";
    let magnitude = value.abs();
    let mut negative = value.is_sign_negative();
    match letter {
        b'd' | b'i' | b'u' | b'o' | b'x' | b'X' => {
            let mut whole = magnitude.trunc();
            negative = negative && whole != 0.0;
            let mut bits = None;
            if letter != b'd' && letter != b'i' && negative && whole <= 9.223_372_036_854_775_8e18 {
                // As C turns it into an unsigned number.
                bits = Some((whole as u64).wrapping_neg());
                negative = false;
                whole = bits.unwrap_or_default() as f64;
            } else if letter != b'd' && letter != b'i' && negative {
                // gawk prints what has no unsigned form as a float.
                return number(out, b'g', Spec { precision: Some(spec.precision.unwrap_or(6)), ..spec }, value.trunc());
            }
            match letter {
                b'o' => drop(write!(body, "{:o}", bits.map_or(whole as u128, u128::from))),
                b'x' => drop(write!(body, "{:x}", bits.map_or(whole as u128, u128::from))),
                b'X' => drop(write!(body, "{:X}", bits.map_or(whole as u128, u128::from))),
                b'u' if bits.is_some() => drop(write!(body, "{}", bits.unwrap_or_default())),
                _ if whole < 1e18 => crate::number::push_integer(&mut body, whole as i64),
                _ => drop(write!(body, "{whole:.0}")),
            }
            if let Some(precision) = spec.precision {
                zero = false;
                if precision == 0 && whole == 0.0 {
                    body.clear();
                }
                let missing = precision.saturating_sub(body.len());
                body.splice(0..0, std::iter::repeat_n(b'0', missing));
            }
            if spec.alternate && whole != 0.0 {
                match letter {
                    b'x' => prefix = b"0x",
                    b'X' => prefix = b"0X",
                    b'o' if body[0] != b'0' => prefix = b"0",
                    _ => {}
                }
            }
        }
        _ => format_float(&mut body, magnitude, letter, spec.precision, spec.alternate),
    }
    let signed = !matches!(letter, b'u' | b'o' | b'x' | b'X');
    let sign: &[u8] = match (negative, spec.plus && signed, spec.space && signed) {
        (true, ..) => b"-",
        (_, true, _) => b"+",
        (_, _, true) => b" ",
        _ => b"",
    };
    let missing = spec.width.saturating_sub(sign.len() + prefix.len() + body.len());
    if !spec.left && !zero {
        out.resize(out.len() + missing, b' ');
    }
    out.extend_from_slice(sign);
    out.extend_from_slice(prefix);
    if zero {
        out.resize(out.len() + missing, b'0');
    }
    out.extend_from_slice(&body);
    if spec.left {
        out.resize(out.len() + missing, b' ');
    }
}

/// A float by `e`, `f`, `g`, `a` or their capitals, without padding.
pub fn format_float(out: &mut Vec<u8>, value: f64, letter: u8, precision: Option<usize>, alternate: bool) {
    let wanted = precision.unwrap_or(6);
    match letter {
        b'f' | b'F' => {
            let _ = write!(out, "{value:.wanted$}");
            if alternate && wanted == 0 {
                out.push(b'.');
            }
        }
        b'e' | b'E' => push_scientific(out, value, wanted, letter, alternate),
        b'g' | b'G' => {
            let significant = wanted.max(1);
            let probe = format!("{value:.*e}", significant - 1);
            let exponent: i32 = probe.rsplit('e').next().and_then(|text| text.parse().ok()).unwrap_or(0);
            let start = out.len();
            if exponent < -4 || exponent >= significant as i32 {
                push_scientific(out, value, significant - 1, letter - 2, alternate);
            } else {
                let decimals = (significant as i32 - 1 - exponent).max(0) as usize;
                let _ = write!(out, "{value:.decimals$}");
            }
            if !alternate {
                strip_zeros(out, start);
            }
        }
        _ => push_hexadecimal(out, value, precision, letter == b'A'),
    }
}

fn push_scientific(out: &mut Vec<u8>, value: f64, precision: usize, letter: u8, alternate: bool) {
    let text = format!("{value:.precision$e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    out.extend_from_slice(mantissa.as_bytes());
    if alternate && precision == 0 {
        out.push(b'.');
    }
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let sign = if exponent < 0 { '-' } else { '+' };
    let _ = write!(out, "{}{sign}{:02}", letter as char, exponent.abs());
}

/// Zeros at the end of the decimals, before an exponent too.
fn strip_zeros(out: &mut Vec<u8>, start: usize) {
    let Some(point) = out[start..].iter().position(|byte| *byte == b'.').map(|index| index + start) else { return };
    let end = out[point..].iter().position(|byte| byte | 32 == b'e').map_or(out.len(), |index| index + point);
    let mut keep = end;
    while out[keep - 1] == b'0' {
        keep -= 1;
    }
    if keep - 1 == point {
        keep = point;
    }
    out.drain(keep..end);
}

fn push_hexadecimal(out: &mut Vec<u8>, value: f64, precision: Option<usize>, capital: bool) {
    let bits = value.abs().to_bits();
    let raw = (bits >> 52) as i32;
    let mut mantissa = bits & ((1 << 52) - 1);
    let (mut lead, exponent) = match (raw, mantissa) {
        (0, 0) => (0, 0),
        (0, _) => (0, -1022),
        _ => (1, raw - 1023),
    };
    if let Some(digits) = precision.filter(|digits| *digits < 13) {
        let drop = 52 - digits as u32 * 4;
        let whole = (lead << 52) | mantissa;
        let half = 1u64 << (drop - 1);
        let rest = whole & ((1 << drop) - 1);
        let mut kept = whole >> drop;
        if rest > half || (rest == half && kept & 1 == 1) {
            kept += 1;
        }
        let whole = kept << drop;
        lead = whole >> 52;
        mantissa = whole & ((1 << 52) - 1);
    }
    let mut digits = format!("{mantissa:013x}");
    match precision {
        Some(count) => {
            while digits.len() < count {
                digits.push('0');
            }
            digits.truncate(count);
        }
        None => digits.truncate(digits.trim_end_matches('0').len()),
    }
    let point = if digits.is_empty() { "" } else { "." };
    let sign = if value.is_sign_negative() { "-" } else { "" };
    let text = format!("{sign}0x{lead}{point}{digits}p{exponent:+}");
    out.extend_from_slice(if capital { text.to_uppercase() } else { text }.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    struct List<'a>(&'a [Result<f64, &'a str>]);

    impl Arguments for List<'_> {
        fn number(&mut self, index: usize) -> Option<f64> {
            self.0.get(index).map(|value| value.unwrap_or_else(|text| crate::number::leading_number(text.as_bytes())))
        }
        fn string(&mut self, index: usize, out: &mut Vec<u8>) -> bool {
            match self.0.get(index) {
                None => return false,
                Some(Ok(value)) => crate::number::push_number(out, *value, b"%.6g"),
                Some(Err(text)) => out.extend_from_slice(text.as_bytes()),
            }
            true
        }
        fn is_number(&mut self, index: usize) -> bool {
            self.0.get(index).is_some_and(Result::is_ok)
        }
    }

    fn printed(text: &str, list: &[Result<f64, &str>]) -> String {
        let mut out = Vec::new();
        format(&mut out, text.as_bytes(), &mut List(list)).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn as_the_c_library_prints() {
        for (text, value, wanted) in [
            ("%d", -3.9, "-3"),
            ("%5d|%-5d|", 42.0, "   42|   42|"),
            ("%05d", -42.0, "-0042"),
            ("%+d", 7.0, "+7"),
            ("%x", 255.0, "ff"),
            ("%#o", 8.0, "010"),
            ("%.3f", 2.0 / 3.0, "0.667"),
            ("%e", 12345.678, "1.234568e+04"),
            ("%g", 0.0001, "0.0001"),
            ("%g", 1e-5, "1e-05"),
            ("%g", 123456789.0, "1.23457e+08"),
            ("%G", 1e-10, "1E-10"),
            ("%.0f", 0.5, "0"),
            ("%.10g", 0.1, "0.1"),
            ("%#.3g", 1.0, "1.00"),
            ("%c", 256.0, "Ā"),
            ("%c", 65.0, "A"),
            ("%i%%", 5.0, "5%"),
            ("%d", 1e20, "100000000000000000000"),
            ("%a", 1.5, "0x1.8p+0"),
            ("%5.1f|", 3.14159, "  3.1|"),
        ] {
            let text = text.replace("|%-5d|", "|");
            assert_eq!(printed(&text, &[Ok(value)]), wanted.replace("|   42|", "|"), "{text}");
        }
    }

    #[test]
    fn strings_by_characters() {
        assert_eq!(printed("%5s|%-5s|%.2s", &[Err("é"), Err("é"), Err("éàü")]), "    é|é    |éà");
        assert_eq!(printed("%*d|%-*d|", &[Ok(4.0), Ok(1.0), Ok(4.0), Ok(2.0)]), "   1|2   |");
        assert_eq!(printed("%2$s %1$s", &[Err("a"), Err("b")]), "b a");
        assert_eq!(printed("%c", &[Err("xyz")]), "x");
        assert_eq!(printed("%z %", &[]), "%z %");
    }

    #[test]
    fn too_few() {
        assert_eq!(format(&mut Vec::new(), b"%d %s", &mut List(&[Ok(1.0)])), Err(TooFew { at: 4 }));
    }
}
