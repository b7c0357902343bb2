//! Values as jq prints them.

use crate::options::Settings;
use jaq_json::{Num, Val};
use sunaba_gnu::output::Out;

pub fn value(out: &mut Out, value: &Val, settings: &Settings) {
    let mut text = Vec::new();
    match value {
        Val::TStr(raw) | Val::BStr(raw) if settings.raw_output && !settings.ascii => text.extend_from_slice(raw),
        Val::TStr(raw) | Val::BStr(raw) if settings.raw_output => {
            string(&mut text, raw, true);
            text = text[1..text.len() - 1].to_vec();
        }
        _ => json(&mut text, value, settings, 0),
    }
    if settings.zero {
        text.push(0);
    } else if !settings.join_output {
        text.push(b'\n');
    }
    out.put(&text);
}

struct Colours;

impl Colours {
    const NULL: &'static str = "1;30";
    const PLAIN: &'static str = "0;39";
    const STRING: &'static str = "0;32";
    const COMPOUND: &'static str = "1;39";
    const KEY: &'static str = "34;1";
}

fn start(text: &mut Vec<u8>, settings: &Settings, colour: &str) {
    if settings.colour {
        text.extend_from_slice(format!("\x1b[{colour}m").as_bytes());
    }
}

fn stop(text: &mut Vec<u8>, settings: &Settings) {
    if settings.colour {
        text.extend_from_slice(b"\x1b[0m");
    }
}

fn json(text: &mut Vec<u8>, value: &Val, settings: &Settings, level: usize) {
    match value {
        Val::Null => leaf(text, settings, Colours::NULL, |text| text.extend_from_slice(b"null")),
        Val::Bool(yes) => leaf(text, settings, Colours::PLAIN, |text| text.extend_from_slice(if *yes { b"true" } else { b"false" })),
        Val::Num(number) => leaf(text, settings, Colours::PLAIN, |text| text.extend_from_slice(self::number(number).as_bytes())),
        Val::TStr(raw) | Val::BStr(raw) => leaf(text, settings, Colours::STRING, |text| string(text, raw, settings.ascii)),
        Val::Arr(items) => {
            start(text, settings, Colours::COMPOUND);
            if items.is_empty() {
                text.extend_from_slice(b"[]");
                return stop(text, settings);
            }
            text.push(b'[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    start(text, settings, Colours::COMPOUND);
                    text.push(b',');
                }
                newline(text, settings, level + 1);
                json(text, item, settings, level + 1);
            }
            start(text, settings, Colours::COMPOUND);
            newline(text, settings, level);
            start(text, settings, Colours::COMPOUND);
            text.push(b']');
            stop(text, settings);
        }
        Val::Obj(map) => object(text, map, settings, level),
    }
}

fn object(text: &mut Vec<u8>, map: &jaq_json::Map, settings: &Settings, level: usize) {
    let mut entries: Vec<(&Val, &Val)> = map.iter().collect();
    if settings.sort_keys {
        entries.sort_by(|a, b| a.0.cmp(b.0));
    }
    start(text, settings, Colours::COMPOUND);
    if entries.is_empty() {
        text.extend_from_slice(b"{}");
        return stop(text, settings);
    }
    text.push(b'{');
    for (i, (key, item)) in entries.iter().enumerate() {
        if i > 0 {
            start(text, settings, Colours::COMPOUND);
            text.push(b',');
        }
        newline(text, settings, level + 1);
        stop(text, settings);
        start(text, settings, Colours::KEY);
        match key {
            Val::TStr(raw) | Val::BStr(raw) => string(text, raw, settings.ascii),
            other => json(text, other, settings, level + 1),
        }
        stop(text, settings);
        start(text, settings, Colours::COMPOUND);
        text.push(b':');
        if !on_one_line(settings) {
            text.push(b' ');
        }
        stop(text, settings);
        json(text, item, settings, level + 1);
    }
    start(text, settings, Colours::COMPOUND);
    newline(text, settings, level);
    start(text, settings, Colours::COMPOUND);
    text.push(b'}');
    stop(text, settings);
}

fn leaf(text: &mut Vec<u8>, settings: &Settings, colour: &str, write: impl Fn(&mut Vec<u8>)) {
    start(text, settings, colour);
    write(text);
    stop(text, settings);
}

fn on_one_line(settings: &Settings) -> bool {
    settings.compact || (settings.indent == 0 && !settings.tab)
}

fn newline(text: &mut Vec<u8>, settings: &Settings, level: usize) {
    if on_one_line(settings) {
        return;
    }
    text.push(b'\n');
    let (unit, count) = if settings.tab { (b'\t', level) } else { (b' ', level * settings.indent) };
    text.extend(std::iter::repeat_n(unit, count));
}

fn string(text: &mut Vec<u8>, raw: &[u8], ascii: bool) {
    text.push(b'"');
    for c in String::from_utf8_lossy(raw).chars() {
        match c {
            '"' => text.extend_from_slice(b"\\\""),
            '\\' => text.extend_from_slice(b"\\\\"),
            '\n' => text.extend_from_slice(b"\\n"),
            '\t' => text.extend_from_slice(b"\\t"),
            '\r' => text.extend_from_slice(b"\\r"),
            '\u{8}' => text.extend_from_slice(b"\\b"),
            '\u{c}' => text.extend_from_slice(b"\\f"),
            '\u{7f}' => text.extend_from_slice(b"\\u007f"),
            c if (c as u32) < 32 => text.extend_from_slice(format!("\\u{:04x}", c as u32).as_bytes()),
            c if ascii && !c.is_ascii() => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    text.extend_from_slice(format!("\\u{unit:04x}").as_bytes());
                }
            }
            c => text.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    text.push(b'"');
}

/// The value on one line, without colours.
pub fn compact(value: &Val) -> String {
    let mut text = Vec::new();
    json(&mut text, value, &Settings { compact: true, ..Settings::default() }, 0);
    String::from_utf8_lossy(&text).into_owned()
}

/// A number as jq's printer has it: whole numbers without a fraction, and of doubles 17 digits at most.
pub fn number(number: &Num) -> String {
    /// Past this a double may not hold the integer: it is printed as one.
    const EXACT: usize = 15;
    match number {
        Num::Int(n) if n.to_string().len() <= EXACT => n.to_string(),
        Num::Int(n) => double(*n as f64),
        Num::BigInt(n) => match n.to_string() {
            text if text.len() <= EXACT => text,
            text => text.parse().map_or(text, double),
        },
        Num::Float(n) => double(*n),
        Num::Dec(text) => text.parse().map_or_else(|_| text.to_string(), double),
    }
}

fn double(n: f64) -> String {
    if n.is_nan() {
        return "null".into();
    }
    let n = n.clamp(-f64::MAX, f64::MAX);
    if n == 0.0 {
        return if n.is_sign_negative() { "-0".into() } else { "0".into() };
    }
    let mut buffer = ryu::Buffer::new();
    scientific(buffer.format_finite(n))
}

/// The digits and exponent of a shortest form, laid out as jq's printer does.
fn scientific(shortest: &str) -> String {
    let (sign, body) = shortest.strip_prefix('-').map_or(("", shortest), |body| ("-", body));
    let (mantissa, exponent) = body.split_once('e').unwrap_or((body, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits: String = format!("{whole}{fraction}");
    // The point stands after the first `whole` digits, leading zeros not counted.
    let leading = digits.len() - digits.trim_start_matches('0').len();
    let point = whole.len() as i32 + exponent - leading as i32;
    let digits = digits.trim_start_matches('0').trim_end_matches('0').to_owned();
    let digits = if digits.is_empty() { "0".to_owned() } else { digits };
    let count = digits.len() as i32;
    if point <= -5 || point > count + 15 {
        let rest = if count > 1 { format!(".{}", &digits[1..]) } else { String::new() };
        let e = point - 1;
        return format!("{sign}{}{rest}e{}{:02}", &digits[..1], if e < 0 { "-" } else { "+" }, e.abs());
    }
    if point <= 0 {
        return format!("{sign}0.{}{digits}", "0".repeat(-point as usize));
    }
    if count <= point {
        return format!("{sign}{digits}{}", "0".repeat((point - count) as usize));
    }
    format!("{sign}{}.{}", &digits[..point as usize], &digits[point as usize..])
}
