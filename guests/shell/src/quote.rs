//! Quoting for output that can be read again, and the escapes of `$'…'`, `echo -e` and `printf`.

use crate::charset::char_len;

/// `$'…'`
pub fn ansi_c(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        if text[at] != b'\\' || at + 1 == text.len() {
            out.push(text[at]);
            at += 1;
            continue;
        }
        at += 1;
        match escape(text, &mut at, Kind::Quote) {
            Escape::Byte(0) => return cut_nul(out, text, at),
            Escape::Byte(c) => out.push(c),
            Escape::Char(c) => push_char(&mut out, c),
            Escape::Stop | Escape::None => {}
        }
    }
    out
}

/// A NUL ends a `$'…'` string.
fn cut_nul(out: Vec<u8>, _text: &[u8], _at: usize) -> Vec<u8> {
    out
}

pub fn push_char(out: &mut Vec<u8>, code: u32) {
    match char::from_u32(code) {
        Some(c) => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        None => out.push(code as u8),
    }
}

pub enum Escape {
    Byte(u8),
    Char(u32),
    /// `\c` of echo and `%b`: nothing more is to be written.
    Stop,
    None,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `$'…'`
    Quote,
    /// `echo -e` and `%b`: octal needs a leading 0.
    Echo,
    /// `%b` also takes `\nnn`.
    PrintfB,
    /// The format of printf.
    Format,
}

/// Reads one escape; `at` stands behind the backslash and is moved on.
pub fn escape(text: &[u8], at: &mut usize, kind: Kind) -> Escape {
    let c = text[*at];
    *at += 1;
    let number = |at: &mut usize, most: usize, base: u32| -> Option<u32> {
        let mut value = 0u32;
        let mut count = 0;
        while count < most {
            match text.get(*at).and_then(|&c| (c as char).to_digit(base)) {
                Some(digit) => value = value.wrapping_mul(base).wrapping_add(digit),
                None => break,
            }
            *at += 1;
            count += 1;
        }
        (count > 0).then_some(value)
    };
    match c {
        b'a' => Escape::Byte(7),
        b'b' => Escape::Byte(8),
        b'e' | b'E' => Escape::Byte(27),
        b'f' => Escape::Byte(12),
        b'n' => Escape::Byte(10),
        b'r' => Escape::Byte(13),
        b't' => Escape::Byte(9),
        b'v' => Escape::Byte(11),
        b'\\' => Escape::Byte(b'\\'),
        b'\'' | b'"' | b'?' if kind == Kind::Quote || kind == Kind::Format => Escape::Byte(c),
        b'x' => {
            match number(at, 2, 16) {
                Some(value) => Escape::Byte(value as u8),
                None => {
                    *at -= 1;
                    Escape::Byte(b'\\')
                }
            }
        }
        b'u' | b'U' => match number(at, if c == b'u' { 4 } else { 8 }, 16) {
            Some(value) => Escape::Char(value),
            None => {
                *at -= 1;
                Escape::Byte(b'\\')
            }
        },
        b'c' if kind == Kind::Quote => match text.get(*at) {
            Some(&c) => {
                *at += 1;
                Escape::Byte(c.to_ascii_uppercase() ^ 0x40)
            }
            None => Escape::None,
        },
        b'c' if kind == Kind::Echo || kind == Kind::PrintfB => Escape::Stop,
        b'0' if kind == Kind::Echo || kind == Kind::PrintfB => Escape::Byte(number(at, 3, 8).unwrap_or(0) as u8),
        b'0'..=b'7' if kind != Kind::Echo => {
            *at -= 1;
            Escape::Byte(number(at, 3, 8).unwrap_or(0) as u8)
        }
        _ => {
            *at -= 1;
            Escape::Byte(b'\\')
        }
    }
}

/// `$'…'` where characters need it.
pub fn ansi_quote(text: &[u8]) -> Vec<u8> {
    let mut out = b"$'".to_vec();
    let mut at = 0;
    while at < text.len() {
        let len = char_len(&text[at..], true);
        if len > 1 {
            out.extend_from_slice(&text[at..at + len]);
            at += len;
            continue;
        }
        match text[at] {
            7 => out.extend_from_slice(b"\\a"),
            8 => out.extend_from_slice(b"\\b"),
            27 => out.extend_from_slice(b"\\E"),
            12 => out.extend_from_slice(b"\\f"),
            10 => out.extend_from_slice(b"\\n"),
            13 => out.extend_from_slice(b"\\r"),
            9 => out.extend_from_slice(b"\\t"),
            11 => out.extend_from_slice(b"\\v"),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\'' => out.extend_from_slice(b"\\'"),
            c if !(32..127).contains(&c) => out.extend_from_slice(format!("\\{c:03o}").as_bytes()),
            c => out.push(c),
        }
        at += 1;
    }
    out.push(b'\'');
    out
}

fn needs_ansi(text: &[u8]) -> bool {
    let mut at = 0;
    while at < text.len() {
        let len = char_len(&text[at..], true);
        if len == 1 && (text[at] < 32 || text[at] >= 127) {
            return true;
        }
        at += len;
    }
    false
}

pub fn single_quote(text: &[u8]) -> Vec<u8> {
    let mut out = vec![b'\''];
    for &c in text {
        if c == b'\'' {
            out.extend_from_slice(b"'\\''");
        } else {
            out.push(c);
        }
    }
    out.push(b'\'');
    out
}

/// `${x@Q}`, and the values that `set` and `alias` print.
pub fn quote_at_q(text: &[u8]) -> Vec<u8> {
    if needs_ansi(text) {
        return ansi_quote(text);
    }
    single_quote(text)
}

/// The value in `declare -p`.
pub fn quote_declare(text: &[u8]) -> Vec<u8> {
    if needs_ansi(text) {
        return ansi_quote(text);
    }
    let mut out = vec![b'"'];
    for &c in text {
        if matches!(c, b'"' | b'\\' | b'$' | b'`') {
            out.push(b'\\');
        }
        out.push(c);
    }
    out.push(b'"');
    out
}

/// `printf %q`: backslashes.
pub fn quote_q(text: &[u8]) -> Vec<u8> {
    if text.is_empty() {
        return b"''".to_vec();
    }
    if needs_ansi(text) {
        return ansi_quote(text);
    }
    let mut out = Vec::with_capacity(text.len() + 8);
    for (i, &c) in text.iter().enumerate() {
        let special = matches!(
            c,
            b' ' | b'\t' | b'\n' | b'\'' | b'"' | b'\\' | b'|' | b'&' | b';' | b'(' | b')' | b'<' | b'>' | b'!' | b'{' | b'}'
                | b'*' | b'[' | b']' | b'?' | b'^' | b'$' | b'`' | b','
        ) || (i == 0 && (c == b'#' || c == b'~'))
            || (c == b'~' && i > 0 && matches!(text[i - 1], b':' | b'='));
        if special {
            out.push(b'\\');
        }
        out.push(c);
    }
    out
}

/// The value that `set` prints: bare where it can be.
pub fn quote_set(text: &[u8]) -> Vec<u8> {
    if needs_ansi(text) {
        return ansi_quote(text);
    }
    let bare = text.iter().all(|&c| {
        c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-' | b'.' | b'/' | b':' | b'=' | b'+' | b'%' | b'@' | b',') || c >= 0x80
    });
    if bare { text.to_vec() } else { single_quote(text) }
}

/// A key in the output of `declare -p`.
pub fn quote_key(text: &[u8]) -> Vec<u8> {
    let plain = !text.is_empty()
        && text.iter().all(|&c| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-' | b'.' | b'/' | b':' | b'=' | b'+' | b'%' | b'@' | b'#' | b',') || c >= 0x80)
        && text != b"@" && text[0] != b'#';
    if plain { text.to_vec() } else { quote_declare(text) }
}
