//! How GNU's messages quote names.

use std::borrow::Cow;

/// `'name'`, with what is not printable as an escape.
pub fn quoted(name: &[u8]) -> String {
    if name.contains(&b'\'') && !name.iter().any(|b| b.is_ascii_control()) {
        return format!("\"{}\"", String::from_utf8_lossy(name));
    }
    if name.iter().any(|b| b.is_ascii_control()) || std::str::from_utf8(name).is_err() {
        return shell_always(name);
    }
    format!("'{}'", String::from_utf8_lossy(name))
}

/// The name as it is, or quoted for a shell where it holds a character that a shell reads.
pub fn maybe(name: &[u8]) -> Cow<'_, str> {
    const SPECIAL: &[u8] = b" \t\n\r!\"$&'()*;<=>?[\\^`|";
    let plain = !name.is_empty()
        && std::str::from_utf8(name).is_ok()
        && !name.iter().any(|b| SPECIAL.contains(b) || b.is_ascii_control())
        && !matches!(name[0], b'#' | b'~');
    if plain {
        return String::from_utf8_lossy(name);
    }
    Cow::Owned(shell_always(name))
}

/// Quoted for a shell, whatever it holds (`--quoting-style=shell-escape-always`).
pub fn shell_always(name: &[u8]) -> String {
    let odd = name.iter().any(|b| b.is_ascii_control()) || std::str::from_utf8(name).is_err();
    if !odd {
        let text = String::from_utf8_lossy(name);
        if !text.contains('\'') {
            return format!("'{text}'");
        }
        if !text.contains(['"', '$', '`', '\\', '!']) {
            return format!("\"{text}\"");
        }
        return format!("'{}'", text.replace('\'', "'\\''"));
    }
    let mut out = String::from("'");
    let mut escaped = false;
    for chunk in name.utf8_chunks() {
        for c in chunk.valid().chars() {
            if c.is_ascii_control() {
                if !escaped {
                    out.push_str("'$'");
                }
                escaped = true;
                push_escape(&mut out, c as u8);
            } else {
                if escaped {
                    out.push_str("''");
                }
                escaped = false;
                if c == '\'' { out.push_str("'\\''") } else { out.push(c) }
            }
        }
        for &b in chunk.invalid() {
            if !escaped {
                out.push_str("'$'");
            }
            escaped = true;
            push_escape(&mut out, b);
        }
    }
    out.push('\'');
    out
}

fn push_escape(out: &mut String, b: u8) {
    match b {
        b'\n' => out.push_str("\\n"),
        b'\t' => out.push_str("\\t"),
        b'\r' => out.push_str("\\r"),
        7 => out.push_str("\\a"),
        8 => out.push_str("\\b"),
        11 => out.push_str("\\v"),
        12 => out.push_str("\\f"),
        _ => out.push_str(&format!("\\{b:03o}")),
    }
}
