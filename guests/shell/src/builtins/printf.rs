//! `printf`

use super::Outcome;
use super::output::expand_escapes;
use crate::charset::{char_at, char_len};
use crate::names::is_name;
use crate::quote::{self, Escape, Kind, escape, push_char};
use crate::shell::Shell;
use crate::vars::Bytes;
use crate::world::{Sys, World};

struct Args<'a> {
    items: &'a [Bytes],
    at: usize,
    status: i32,
}

impl Args<'_> {
    fn next(&mut self) -> Option<&Bytes> {
        self.at += 1;
        self.items.get(self.at - 1)
    }
}

#[derive(Default, Clone)]
struct Spec {
    left: bool,
    plus: bool,
    space: bool,
    alternative: bool,
    zero: bool,
    width: usize,
    precision: Option<usize>,
}

pub fn printf(shell: &mut Shell, args: &[Bytes]) -> Outcome {
    let mut target = None;
    let mut at = 1;
    if args.get(1).is_some_and(|arg| arg.starts_with(b"-v")) {
        let name = if args[1].len() > 2 {
            args[1][2..].to_vec()
        } else {
            at += 1;
            match args.get(2) {
                Some(name) => name.clone(),
                None => {
                    shell.fail("printf", b"-v: option requires an argument");
                    shell.write_error(b"printf: usage: printf [-v var] format [arguments]\n");
                    return Ok(2);
                }
            }
        };
        let base = name.split(|&c| c == b'[').next().unwrap_or(b"");
        if !is_name(base) {
            shell.fail("printf", &[b"`", &name[..], b"': not a valid identifier"].concat());
            return Ok(2);
        }
        target = Some(name);
        at += 1;
    } else if args.get(1).is_some_and(|arg| arg.len() > 1 && arg[0] == b'-' && arg != b"--") {
        shell.fail("printf", &[&args[1][..2], b": invalid option"].concat());
        shell.write_error(b"printf: usage: printf [-v var] format [arguments]\n");
        return Ok(2);
    }
    if args.get(at).is_some_and(|arg| arg == b"--") {
        at += 1;
    }
    let Some(format) = args.get(at) else {
        shell.write_error(b"printf: usage: printf [-v var] format [arguments]\n");
        return Ok(2);
    };
    let mut rest = Args { items: &args[at + 1..], at: 0, status: 0 };
    let mut out = Vec::new();
    loop {
        let before = rest.at;
        if !once(shell, format, &mut rest, &mut out) {
            break;
        }
        if rest.at >= rest.items.len() || rest.at == before {
            break;
        }
    }
    match target {
        None => {
            let status = shell.put_out("printf", &out);
            Ok(if status != 0 { status } else { rest.status })
        }
        Some(name) => {
            match name.iter().position(|&c| c == b'[') {
                Some(open) if name.last() == Some(&b']') => {
                    let sym = shell.vars.names.sym(&name[..open]);
                    let sub = name[open + 1..name.len() - 1].to_vec();
                    shell.assign_sub(sym, &sub, out, false)?;
                }
                _ => {
                    let sym = shell.vars.names.sym(&name);
                    shell.assign(sym, out)?;
                }
            }
            Ok(rest.status)
        }
    }
}

/// Goes through the format once; false: no more output.
fn once(shell: &mut Shell, format: &[u8], args: &mut Args<'_>, out: &mut Vec<u8>) -> bool {
    let mut at = 0;
    while at < format.len() {
        let c = format[at];
        at += 1;
        match c {
            b'\\' if at < format.len() => match escape(format, &mut at, Kind::Format) {
                Escape::Byte(c) => out.push(c),
                Escape::Char(c) => push_char(out, c),
                Escape::Stop => return false,
                Escape::None => {}
            },
            b'%' => {
                if format.get(at) == Some(&b'%') {
                    out.push(b'%');
                    at += 1;
                    continue;
                }
                if !directive(shell, format, &mut at, args, out) {
                    return false;
                }
            }
            _ => out.push(c),
        }
    }
    true
}

fn directive(shell: &mut Shell, format: &[u8], at: &mut usize, args: &mut Args<'_>, out: &mut Vec<u8>) -> bool {
    let start = *at;
    let mut spec = Spec::default();
    loop {
        match format.get(*at) {
            Some(b'-') => spec.left = true,
            Some(b'+') => spec.plus = true,
            Some(b' ') => spec.space = true,
            Some(b'#') => spec.alternative = true,
            Some(b'0') => spec.zero = true,
            Some(b'\'') => {}
            _ => break,
        }
        *at += 1;
    }
    let number = |at: &mut usize| {
        let mut value = 0usize;
        while let Some(c @ b'0'..=b'9') = format.get(*at) {
            value = (value * 10 + usize::from(c - b'0')).min(100_000_000);
            *at += 1;
        }
        value
    };
    if format.get(*at) == Some(&b'*') {
        *at += 1;
        let width = integer_argument(shell, args);
        if width < 0 {
            spec.left = true;
        }
        spec.width = width.unsigned_abs().min(100_000_000) as usize;
    } else {
        spec.width = number(at);
    }
    if format.get(*at) == Some(&b'.') {
        *at += 1;
        if format.get(*at) == Some(&b'*') {
            *at += 1;
            let precision = integer_argument(shell, args);
            spec.precision = usize::try_from(precision).ok();
        } else {
            spec.precision = Some(number(at));
        }
    }
    while matches!(format.get(*at), Some(b'l' | b'h' | b'j' | b'z' | b't' | b'L')) {
        *at += 1;
    }
    let Some(&letter) = format.get(*at) else {
        shell.fail("printf", b"`%': missing format character");
        args.status = 1;
        return false;
    };
    *at += 1;
    match letter {
        b's' | b'b' | b'q' | b'Q' => {
            let text = args.next().cloned().unwrap_or_default();
            let mut stop = false;
            let text = match letter {
                b's' => text,
                b'b' => {
                    let mut expanded = Vec::new();
                    stop = expand_escapes(&text, &mut expanded, Kind::PrintfB);
                    expanded
                }
                b'Q' => quote::quote_q(&cut(&text, spec.precision.take(), shell.utf8)),
                _ => quote::quote_q(&text),
            };
            let text = cut(&text, spec.precision, false);
            pad(out, &text, &spec, shell.utf8);
            return !stop;
        }
        b'c' => {
            let text = args.next().cloned().unwrap_or_default();
            let text = text.get(..1).unwrap_or(b"").to_vec();
            if text.is_empty() {
                pad(out, b"\0", &spec, false);
            } else {
                pad(out, &text, &spec, false);
            }
        }
        b'd' | b'i' => {
            let value = integer_argument(shell, args);
            let digits = value.unsigned_abs().to_string();
            let sign = if value < 0 {
                "-"
            } else if spec.plus {
                "+"
            } else if spec.space {
                " "
            } else {
                ""
            };
            whole(out, sign, &digits, &spec);
        }
        b'u' | b'o' | b'x' | b'X' => {
            let value = integer_argument(shell, args) as u64;
            let (digits, prefix) = match letter {
                b'u' => (value.to_string(), ""),
                b'o' => {
                    let text = format!("{value:o}");
                    (if spec.alternative && !text.starts_with('0') { format!("0{text}") } else { text }, "")
                }
                b'x' => (format!("{value:x}"), if spec.alternative && value != 0 { "0x" } else { "" }),
                _ => (format!("{value:X}"), if spec.alternative && value != 0 { "0X" } else { "" }),
            };
            whole(out, prefix, &digits, &spec);
        }
        b'e' | b'E' | b'f' | b'F' | b'g' | b'G' | b'a' | b'A' => {
            let value = float_argument(shell, args);
            let text = float(value.abs(), letter, &spec);
            let sign = if value.is_sign_negative() && !value.is_nan() {
                "-"
            } else if spec.plus {
                "+"
            } else if spec.space {
                " "
            } else {
                ""
            };
            let mut inner = spec.clone();
            inner.precision = None;
            if !value.is_finite() {
                inner.zero = false;
            }
            whole(out, sign, &text, &inner);
        }
        b'(' => {
            let end = format[*at..].iter().position(|&c| c == b')').map(|len| *at + len);
            let Some(end) = end.filter(|&end| format.get(end + 1) == Some(&b'T')) else {
                shell.fail("printf", &[b"`", &format[*at..], b"': invalid time format specification"].concat());
                args.status = 1;
                return false;
            };
            let layout: &[u8] = if end == *at { b"%X" } else { &format[*at..end] };
            *at = end + 2;
            let (now, _) = Sys::now();
            let seconds = if args.at >= args.items.len() {
                args.at += 1;
                now
            } else {
                match integer_argument(shell, args) {
                    -1 => now,
                    -2 => now - (Sys::ticks() - shell.started_ticks) as i64 / 1_000_000_000,
                    other => other,
                }
            };
            let text = Sys::local_time(seconds, layout);
            pad(out, &cut(&text, spec.precision, false), &spec, shell.utf8);
        }
        b'n' => {
            if let Some(name) = args.next().cloned() {
                let count = out.len().to_string();
                shell.set_text(&name, count.as_bytes());
            }
        }
        other => {
            let _ = start;
            shell.fail("printf", &[b"`", &[other][..], b"': invalid format character"].concat());
            args.status = 1;
            return false;
        }
    }
    true
}

fn cut(text: &[u8], precision: Option<usize>, utf8: bool) -> Bytes {
    match precision {
        Some(most) => text[..crate::charset::char_offset(text, most, utf8)].to_vec(),
        None => text.to_vec(),
    }
}

fn pad(out: &mut Vec<u8>, text: &[u8], spec: &Spec, _utf8: bool) {
    // bash counts bytes here.
    let fill = spec.width.saturating_sub(text.len());
    if spec.left {
        out.extend_from_slice(text);
        out.extend(std::iter::repeat_n(b' ', fill));
    } else {
        out.extend(std::iter::repeat_n(b' ', fill));
        out.extend_from_slice(text);
    }
}

fn whole(out: &mut Vec<u8>, prefix: &str, digits: &str, spec: &Spec) {
    let mut digits = digits.to_string();
    if let Some(precision) = spec.precision {
        if precision == 0 && digits == "0" {
            digits.clear();
        }
        if digits.len() < precision {
            digits = "0".repeat(precision - digits.len()) + &digits;
        }
    }
    let length = prefix.len() + digits.len();
    let fill = spec.width.saturating_sub(length);
    let zero = spec.zero && !spec.left && spec.precision.is_none();
    if spec.left {
        out.extend_from_slice(prefix.as_bytes());
        out.extend_from_slice(digits.as_bytes());
        out.extend(std::iter::repeat_n(b' ', fill));
    } else if zero {
        out.extend_from_slice(prefix.as_bytes());
        out.extend(std::iter::repeat_n(b'0', fill));
        out.extend_from_slice(digits.as_bytes());
    } else {
        out.extend(std::iter::repeat_n(b' ', fill));
        out.extend_from_slice(prefix.as_bytes());
        out.extend_from_slice(digits.as_bytes());
    }
}

fn integer_argument(shell: &mut Shell, args: &mut Args<'_>) -> i64 {
    let Some(text) = args.next().cloned() else { return 0 };
    if let Some(&quote) = text.first() {
        if quote == b'\'' || quote == b'"' {
            if text.len() == 1 {
                return 0;
            }
            let (code, len) = char_at(&text[1..], shell.utf8);
            return if len == 1 { i64::from(text[1]) } else { i64::from(code) };
        }
    }
    match whole_number(&text) {
        Ok(value) => value,
        Err((value, message)) => {
            shell.fail("printf", &[&text[..], b": ", message.as_bytes()].concat());
            args.status = 1;
            value
        }
    }
}

/// A C integer: what could be read of it, and what is wrong.
fn whole_number(text: &[u8]) -> Result<i64, (i64, &'static str)> {
    let trimmed = text.trim_ascii_start();
    let (negative, digits) = match trimmed.first() {
        Some(b'-') => (true, &trimmed[1..]),
        Some(b'+') => (false, &trimmed[1..]),
        _ => (false, trimmed),
    };
    let (base, digits): (u32, &[u8]) = match digits {
        [b'0', b'x' | b'X', rest @ ..] if rest.first().is_some_and(u8::is_ascii_hexdigit) => (16, rest),
        [b'0', rest @ ..] if rest.first().is_some_and(u8::is_ascii_digit) => (8, rest),
        _ => (10, digits),
    };
    let mut value: i128 = 0;
    let mut used = 0;
    for &c in digits {
        let Some(digit) = (c as char).to_digit(base) else { break };
        value = (value * i128::from(base) + i128::from(digit)).min(i128::from(u64::MAX));
        used += 1;
    }
    let signed = if negative { -value } else { value };
    let result = if signed > i128::from(i64::MAX) && signed <= i128::from(u64::MAX) && !negative {
        if signed > i128::from(i64::MAX) { (signed as u64) as i64 } else { signed as i64 }
    } else {
        signed.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64
    };
    if used == 0 {
        return if text.is_empty() { Ok(0) } else { Err((0, "invalid number")) };
    }
    if used < digits.len() {
        return Err((result, "invalid number"));
    }
    Ok(result)
}

fn float_argument(shell: &mut Shell, args: &mut Args<'_>) -> f64 {
    let Some(text) = args.next().cloned() else { return 0.0 };
    if matches!(text.first(), Some(b'\'' | b'"')) {
        let len = char_len(text.get(1..).unwrap_or(b""), true);
        return if len == 0 { 0.0 } else { f64::from(char_at(&text[1..], shell.utf8).0) };
    }
    let trimmed = String::from_utf8_lossy(text.trim_ascii_start()).into_owned();
    if trimmed.is_empty() {
        return 0.0;
    }
    if let Ok(value) = trimmed.parse::<f64>() {
        return value;
    }
    if let Ok(value) = whole_number(&text) {
        return value as f64;
    }
    // The longest start that is a number.
    let mut value = 0.0;
    for end in (1..trimmed.len()).rev() {
        if let Some(Ok(number)) = trimmed.get(..end).map(str::parse::<f64>) {
            value = number;
            break;
        }
    }
    shell.fail("printf", &[&text[..], b": invalid number"].concat());
    args.status = 1;
    value
}

/// A number that is not negative, in the notation of the letter.
fn float(value: f64, letter: u8, spec: &Spec) -> String {
    let upper = letter.is_ascii_uppercase();
    if !value.is_finite() {
        let text = if value.is_nan() { "nan" } else { "inf" };
        return if upper { text.to_uppercase() } else { text.into() };
    }
    let precision = spec.precision.unwrap_or(6).min(1000);
    let text = match letter.to_ascii_lowercase() {
        b'f' => {
            let text = format!("{value:.precision$}");
            if spec.alternative && precision == 0 { text + "." } else { text }
        }
        b'e' => exponent(value, precision),
        b'a' => hex_float(value),
        _ => {
            let significant = precision.max(1);
            let shown = exponent(value, significant - 1);
            let power: i32 = shown.rsplit('e').next().and_then(|text| text.parse().ok()).unwrap_or(0);
            let text = if power < -4 || power >= significant as i32 {
                shown
            } else {
                let places = (significant as i32 - 1 - power).max(0) as usize;
                format!("{value:.places$}")
            };
            if spec.alternative {
                text
            } else {
                match text.split_once('e') {
                    Some((mantissa, power)) => format!("{}e{power}", strip_zeros(mantissa)),
                    None => strip_zeros(&text),
                }
            }
        }
    };
    if upper { text.to_uppercase() } else { text }
}

fn strip_zeros(text: &str) -> String {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_string() } else { text.to_string() }
}

fn exponent(value: f64, precision: usize) -> String {
    let text = format!("{value:.precision$e}");
    match text.split_once('e') {
        Some((mantissa, power)) => {
            let power: i32 = power.parse().unwrap_or(0);
            format!("{mantissa}e{}{:02}", if power < 0 { '-' } else { '+' }, power.abs())
        }
        None => text,
    }
}

fn hex_float(value: f64) -> String {
    if value == 0.0 {
        return "0x0p+0".into();
    }
    let bits = value.to_bits();
    let power = ((bits >> 52) & 0x7ff) as i64 - 1023;
    let fraction = bits & ((1 << 52) - 1);
    // As long double prints it: one hexadecimal digit in front holds three more bits.
    let mantissa = (1u64 << 52 | fraction) << 11;
    let digits = format!("{:x}", mantissa & ((1 << 60) - 1));
    let digits = format!("{digits:0>15}");
    let tail = digits.trim_end_matches('0');
    let power = power - 3;
    let sign = if power < 0 { '-' } else { '+' };
    if tail.is_empty() {
        format!("0x{:x}p{sign}{}", mantissa >> 60, power.abs())
    } else {
        format!("0x{:x}.{tail}p{sign}{}", mantissa >> 60, power.abs())
    }
}
