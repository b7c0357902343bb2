//! Characters: UTF-8 where it is valid, single bytes where not; and bracket expressions.

/// Length of the character at the start: 1 for what is not valid UTF-8.
pub fn char_len(text: &[u8], utf8: bool) -> usize {
    let Some(&first) = text.first() else { return 0 };
    if first < 0x80 || !utf8 {
        return 1;
    }
    let len = match first {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return 1,
    };
    if text.len() >= len && std::str::from_utf8(&text[..len]).is_ok() { len } else { 1 }
}

/// The character at the start as a number; bytes that are not UTF-8 lie above all characters.
pub fn char_at(text: &[u8], utf8: bool) -> (u32, usize) {
    let len = char_len(text, utf8);
    if len == 1 {
        let byte = u32::from(text[0]);
        return (if byte < 0x80 || !utf8 { byte } else { 0x11_0000 + byte }, 1);
    }
    match std::str::from_utf8(&text[..len]).ok().and_then(|s| s.chars().next()) {
        Some(c) => (c as u32, len),
        None => (0x11_0000 + u32::from(text[0]), 1),
    }
}

pub fn count_chars(text: &[u8], utf8: bool) -> usize {
    if !utf8 || text.is_ascii() {
        return text.len();
    }
    let (mut at, mut count) = (0, 0);
    while at < text.len() {
        at += char_len(&text[at..], true);
        count += 1;
    }
    count
}

/// The offset of the n-th character.
pub fn char_offset(text: &[u8], n: usize, utf8: bool) -> usize {
    if !utf8 || text.is_ascii() {
        return n.min(text.len());
    }
    let mut at = 0;
    for _ in 0..n {
        if at >= text.len() {
            break;
        }
        at += char_len(&text[at..], true);
    }
    at
}

#[derive(Debug, Clone)]
enum Item {
    Range(u32, u32),
    Class(Class),
}

#[derive(Debug, Clone, Copy)]
pub enum Class {
    Alnum,
    Alpha,
    Blank,
    Cntrl,
    Digit,
    Graph,
    Lower,
    Print,
    Punct,
    Space,
    Upper,
    Xdigit,
    Word,
}

impl Class {
    pub fn named(name: &[u8]) -> Option<Class> {
        Some(match name {
            b"alnum" => Class::Alnum,
            b"alpha" => Class::Alpha,
            b"blank" => Class::Blank,
            b"cntrl" => Class::Cntrl,
            b"digit" => Class::Digit,
            b"graph" => Class::Graph,
            b"lower" => Class::Lower,
            b"print" => Class::Print,
            b"punct" => Class::Punct,
            b"space" => Class::Space,
            b"upper" => Class::Upper,
            b"xdigit" => Class::Xdigit,
            b"word" => Class::Word,
            b"ascii" => Class::Print,
            _ => return None,
        })
    }
    pub fn has(self, code: u32) -> bool {
        let Some(c) = char::from_u32(code) else { return false };
        match self {
            Class::Alnum => c.is_alphanumeric(),
            Class::Alpha => c.is_alphabetic(),
            Class::Blank => c == ' ' || c == '\t',
            Class::Cntrl => c.is_control(),
            Class::Digit => c.is_ascii_digit(),
            Class::Graph => !c.is_control() && !c.is_whitespace(),
            Class::Lower => c.is_lowercase(),
            Class::Print => !c.is_control(),
            Class::Punct => {
                c.is_ascii_punctuation() || (!c.is_ascii() && !c.is_alphanumeric() && !c.is_control() && !c.is_whitespace())
            }
            Class::Space => c.is_whitespace(),
            Class::Upper => c.is_uppercase(),
            Class::Xdigit => c.is_ascii_hexdigit(),
            Class::Word => c.is_alphanumeric() || c == '_',
        }
    }
}

#[derive(Debug, Clone, Default)]
pub struct Set {
    negated: bool,
    items: Vec<Item>,
}

impl Set {
    pub fn of_class(class: Class, negated: bool) -> Set {
        Set { negated, items: vec![Item::Class(class)] }
    }

    /// Reads what follows `[`; the length up to and with `]`. `escapes`: a backslash quotes, as in a pattern.
    pub fn parse(text: &[u8], escapes: bool, utf8: bool) -> Option<(Set, usize)> {
        let mut set = Set::default();
        let mut at = 0;
        if matches!(text.first(), Some(b'!')) && escapes || matches!(text.first(), Some(b'^')) {
            set.negated = true;
            at = 1;
        }
        let start = at;
        loop {
            let &c = text.get(at)?;
            if c == b']' && at > start {
                return Some((set, at + 1));
            }
            if c == b'[' && matches!(text.get(at + 1), Some(b':' | b'.' | b'=')) {
                let kind = text[at + 1];
                let rest = &text[at + 2..];
                if let Some(len) = rest.windows(2).position(|pair| pair == [kind, b']']) {
                    let name = &rest[..len];
                    if kind == b':' {
                        match Class::named(name) {
                            Some(class) => set.items.push(Item::Class(class)),
                            // An unknown class matches nothing.
                            None => {}
                        }
                        at += len + 4;
                        continue;
                    }
                    if !name.is_empty() {
                        let (code, _) = char_at(name, utf8);
                        at += len + 4;
                        self::Set::range_or_one(&mut set, code, text, &mut at, escapes, utf8)?;
                        continue;
                    }
                }
            }
            let mut here = at;
            if c == b'\\' && escapes {
                here += 1;
                text.get(here)?;
            }
            let (code, len) = char_at(&text[here..], utf8);
            at = here + len;
            Set::range_or_one(&mut set, code, text, &mut at, escapes, utf8)?;
        }
    }

    fn range_or_one(set: &mut Set, low: u32, text: &[u8], at: &mut usize, escapes: bool, utf8: bool) -> Option<()> {
        if text.get(*at) == Some(&b'-') && text.get(*at + 1).is_some_and(|&c| c != b']') {
            let mut here = *at + 1;
            if text[here] == b'\\' && escapes {
                here += 1;
                text.get(here)?;
            }
            if text[here] == b'[' && matches!(text.get(here + 1), Some(b'.' | b'=')) {
                let kind = text[here + 1];
                let rest = &text[here + 2..];
                let len = rest.windows(2).position(|pair| pair == [kind, b']'])?;
                let (high, _) = char_at(&rest[..len], utf8);
                set.items.push(Item::Range(low, high));
                *at = here + len + 4;
                return Some(());
            }
            let (high, len) = char_at(&text[here..], utf8);
            set.items.push(Item::Range(low, high));
            *at = here + len;
        } else {
            set.items.push(Item::Range(low, low));
        }
        Some(())
    }

    pub fn has(&self, code: u32, nocase: bool) -> bool {
        let mut found = self.has_exact(code);
        if !found && nocase {
            if let Some(c) = char::from_u32(code) {
                found = c.to_lowercase().chain(c.to_uppercase()).any(|other| self.has_exact(other as u32));
            }
        }
        found != self.negated
    }

    fn has_exact(&self, code: u32) -> bool {
        self.items.iter().any(|item| match item {
            Item::Range(low, high) => *low <= code && code <= *high,
            Item::Class(class) => class.has(code),
        })
    }
}
