//! Shell patterns as fnmatch(3) matches them.

#[derive(Clone, Copy, Default)]
pub struct Rules {
    /// `*`, `?` and brackets do not match a slash.
    pub pathname: bool,
    /// A leading full stop must be matched by itself.
    pub period: bool,
    pub ignore_case: bool,
    /// The pattern may match the beginning of the text up to a slash.
    pub leading_dir: bool,
}

pub fn matches(pattern: &[u8], text: &[u8], rules: Rules) -> bool {
    step(pattern, text, rules, true)
}

fn step(mut pattern: &[u8], mut text: &[u8], rules: Rules, mut start: bool) -> bool {
    loop {
        let Some(&p) = pattern.first() else {
            return text.is_empty() || (rules.leading_dir && text[0] == b'/');
        };
        let hidden = rules.period && start && text.first() == Some(&b'.');
        match p {
            b'*' => {
                if hidden {
                    return false;
                }
                while pattern.first() == Some(&b'*') {
                    pattern = &pattern[1..];
                }
                if pattern.is_empty() {
                    return !rules.pathname || rules.leading_dir || !text.contains(&b'/');
                }
                let mut rest = text;
                loop {
                    if step(pattern, rest, Rules { period: false, ..rules }, false) {
                        return true;
                    }
                    let Some(&t) = rest.first() else { return false };
                    if rules.pathname && t == b'/' {
                        return false;
                    }
                    rest = &rest[char_len(rest)..];
                }
            }
            b'?' => {
                if text.is_empty() || hidden || (rules.pathname && text[0] == b'/') {
                    return false;
                }
                text = &text[char_len(text)..];
                pattern = &pattern[1..];
                start = false;
            }
            b'[' if bracket(pattern, text, rules).is_some() => {
                let Some((used, yes)) = bracket(pattern, text, rules) else { return false };
                if text.is_empty() || hidden || (rules.pathname && text[0] == b'/') || !yes {
                    return false;
                }
                start = false;
                pattern = &pattern[used..];
                text = &text[char_len(text)..];
            }
            _ => {
                let literal = if p == b'\\' && pattern.len() > 1 {
                    pattern = &pattern[1..];
                    pattern[0]
                } else {
                    p
                };
                let Some(&t) = text.first() else { return false };
                if !same(literal, t, rules) {
                    return false;
                }
                start = rules.pathname && t == b'/';
                pattern = &pattern[1..];
                text = &text[1..];
            }
        }
    }
}

fn same(a: u8, b: u8, rules: Rules) -> bool {
    a == b || (rules.ignore_case && a.eq_ignore_ascii_case(&b))
}

/// Bytes of the first character; 1 where it is no UTF-8.
fn char_len(text: &[u8]) -> usize {
    first_char(text).map_or(1, char::len_utf8)
}

fn first_char(text: &[u8]) -> Option<char> {
    let head = &text[..text.len().min(4)];
    match head.utf8_chunks().next() {
        Some(chunk) => chunk.valid().chars().next(),
        None => None,
    }
}

/// The bracket expression at the start of `pattern`: its length and whether the text's first
/// character is in it. `None` where it is not closed, so that `[` stands for itself.
fn bracket(pattern: &[u8], text: &[u8], rules: Rules) -> Option<(usize, bool)> {
    let wanted = first_char(text).unwrap_or('\u{fffd}');
    let mut i = 1;
    let negated = matches!(pattern.get(i), Some(b'!' | b'^'));
    if negated {
        i += 1;
    }
    let mut found = false;
    let mut first = true;
    loop {
        let &b = pattern.get(i)?;
        if b == b']' && !first {
            return Some((i + 1, found != negated));
        }
        first = false;
        if b == b'[' && pattern.get(i + 1) == Some(&b':') {
            let end = pattern[i + 2..].windows(2).position(|w| w == b":]")?;
            let name = &pattern[i + 2..i + 2 + end];
            found |= class(name, wanted) || (rules.ignore_case && matches!(name, b"upper" | b"lower") && wanted.is_alphabetic());
            i += end + 4;
            continue;
        }
        let (low, used) = member(&pattern[i..])?;
        i += used;
        let high = if pattern.get(i) == Some(&b'-') && pattern.get(i + 1).is_some_and(|&b| b != b']') {
            let (high, used) = member(&pattern[i + 1..])?;
            i += 1 + used;
            high
        } else {
            low
        };
        found |= low <= wanted && wanted <= high;
        if rules.ignore_case {
            let (l, u) = (wanted.to_ascii_lowercase(), wanted.to_ascii_uppercase());
            found |= (low <= l && l <= high) || (low <= u && u <= high);
        }
    }
}

fn member(pattern: &[u8]) -> Option<(char, usize)> {
    if pattern.first() == Some(&b'\\') && pattern.len() > 1 {
        let c = first_char(&pattern[1..])?;
        return Some((c, 1 + c.len_utf8()));
    }
    let c = first_char(pattern)?;
    Some((c, c.len_utf8()))
}

fn class(name: &[u8], c: char) -> bool {
    match name {
        b"alpha" => c.is_alphabetic(),
        b"digit" => c.is_ascii_digit(),
        b"alnum" => c.is_alphanumeric(),
        b"upper" => c.is_uppercase(),
        b"lower" => c.is_lowercase(),
        b"space" => c.is_whitespace() || c == '\u{b}',
        b"blank" => c == ' ' || c == '\t',
        b"punct" => c.is_ascii_punctuation(),
        b"print" => !c.is_control(),
        b"graph" => !c.is_control() && c != ' ',
        b"cntrl" => c.is_control(),
        b"xdigit" => c.is_ascii_hexdigit(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn yes(pattern: &str, text: &str) -> bool {
        matches(pattern.as_bytes(), text.as_bytes(), Rules::default())
    }

    #[test]
    fn stars_brackets_and_escapes() {
        assert!(yes("*.rs", "main.rs"));
        assert!(yes("a[b-d]?", "aczé".trim_end_matches('é')));
        assert!(yes("[!a]*", "b.txt"));
        assert!(!yes("[!a]*", "a.txt"));
        assert!(yes("\\*", "*"));
        assert!(yes("[[:digit:]]x", "7x"));
        assert!(yes("[", "["));
    }

    #[test]
    fn slashes_and_dots_by_the_rules() {
        let path = Rules { pathname: true, ..Rules::default() };
        assert!(!matches(b"*.c", b"a/b.c", path));
        assert!(matches(b"*.c", b"a/b.c", Rules::default()));
        assert!(!matches(b"*", b".hidden", Rules { period: true, ..Rules::default() }));
    }
}
