//! POSIX bracket expressions as classes of `regex`.

use std::fmt::Write;

const UNMATCHED: &str = "Unmatched [, [^, [:, [., or [=";

/// One of what a bracket expression lists.
pub enum Member {
    Char(char),
    /// A byte that is no UTF-8: it is in no set of characters.
    Byte,
}

/// Reads a member that begins with a backslash, and how long it is; `None`: the backslash is one itself.
pub type Escape = fn(&[u8]) -> Option<(Member, usize)>;

/// The class for the bracket expression at the start of `source`, and how long that is.
pub fn translate(source: &[u8], escape: Option<Escape>) -> Result<(String, usize), String> {
    let mut at = 1;
    let negated = source.get(at) == Some(&b'^');
    if negated {
        at += 1;
    }
    let mut class = String::new();
    let mut first = true;
    loop {
        let Some(&b) = source.get(at) else { return Err(UNMATCHED.into()) };
        if b == b']' && !first {
            at += 1;
            break;
        }
        first = false;
        if b == b'[' && source.get(at + 1) == Some(&b':') {
            let end = find(&source[at + 2..], b":]").ok_or(UNMATCHED)?;
            class.push_str(named(&source[at + 2..at + 2 + end])?);
            at += end + 4;
            continue;
        }
        let (low, used) = member(&source[at..], escape)?;
        at += used;
        let ranged = source.get(at) == Some(&b'-') && source.get(at + 1).is_some_and(|&b| b != b']');
        match (low, ranged) {
            (Member::Char(low), true) => {
                let (high, used) = member(&source[at + 1..], escape)?;
                at += 1 + used;
                let Member::Char(high) = high else { return Err("Invalid range end".into()) };
                if high < low {
                    return Err("Invalid range end".into());
                }
                push(&mut class, low);
                class.push('-');
                push(&mut class, high);
            }
            (Member::Char(c), false) => push(&mut class, c),
            (Member::Byte, _) => {}
        }
    }
    let text = match (negated, class.is_empty()) {
        (false, false) => format!("[{class}]"),
        (true, false) => format!("[^{class}]"),
        (false, true) => "[a&&b]".to_owned(),
        (true, true) => "\\p{any}".to_owned(),
    };
    Ok((text, at))
}

fn member(source: &[u8], escape: Option<Escape>) -> Result<(Member, usize), String> {
    let Some(&b) = source.first() else { return Err(UNMATCHED.into()) };
    if b == b'[' {
        for (open, close) in [(b'.', b".]"), (b'=', b"=]")] {
            if source.get(1) == Some(&open) {
                let end = find(&source[2..], close).ok_or(UNMATCHED)?;
                let text = String::from_utf8_lossy(&source[2..2 + end]);
                let mut chars = text.chars();
                let (Some(c), None) = (chars.next(), chars.next()) else {
                    return Err("Invalid collation character".into());
                };
                return Ok((Member::Char(c), end + 4));
            }
        }
    }
    if b == b'\\'
        && let Some(found) = escape.and_then(|escape| escape(source))
    {
        return Ok(found);
    }
    let head = &source[..source.len().min(4)];
    match head.utf8_chunks().next().and_then(|chunk| chunk.valid().chars().next()) {
        Some(c) => Ok((Member::Char(c), c.len_utf8())),
        None => Ok((Member::Byte, 1)),
    }
}

fn push(class: &mut String, c: char) {
    if c.is_ascii_alphanumeric() || !c.is_ascii() {
        class.push(c);
    } else {
        let _ = write!(class, "\\x{:02X}", c as u32);
    }
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|w| w == wanted)
}

fn named(name: &[u8]) -> Result<&'static str, String> {
    Ok(match name {
        b"alpha" => "\\p{Alphabetic}",
        b"digit" => "0-9",
        b"alnum" => "\\p{Alphabetic}0-9",
        b"upper" => "\\p{Uppercase}",
        b"lower" => "\\p{Lowercase}",
        b"space" => "\\s",
        b"blank" => " \\t",
        b"punct" => "[[:punct:]\\p{P}\\p{S}]",
        b"print" => "[^\\p{Cc}\\p{Cn}\\p{Cs}]",
        b"graph" => "[^\\p{Cc}\\p{Cn}\\p{Cs}\\s]",
        b"cntrl" => "\\p{Cc}",
        b"xdigit" => "0-9A-Fa-f",
        _ => return Err("Invalid character class name".into()),
    })
}
