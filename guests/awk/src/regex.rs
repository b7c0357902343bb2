//! awk's regular expressions: POSIX extended ones, with the escapes of strings and GNU's operators.

use sunaba_gnu::regex::{Groups, Matcher, Member, Pattern, bracket, escape_char};

/// A compiled expression.
pub struct Regex {
    matcher: Matcher,
    source: Vec<u8>,
}

impl std::fmt::Debug for Regex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "/{}/", String::from_utf8_lossy(&self.source))
    }
}

impl Regex {
    /// The fault is worded as the C library words it.
    pub fn new(source: &[u8], ignore_case: bool) -> Result<Regex, String> {
        let pattern = translate(source)?;
        Ok(Regex { matcher: Matcher::new(&pattern, ignore_case)?, source: source.to_vec() })
    }

    pub fn is_empty(&self) -> bool {
        self.source.is_empty()
    }

    #[inline]
    pub fn is_match(&self, text: &[u8]) -> bool {
        self.matcher.is_match(text)
    }

    #[inline]
    pub fn find_at(&self, text: &[u8], at: usize) -> Option<(usize, usize)> {
        self.matcher.find_at(text, at)
    }

    pub fn captures_at(&self, text: &[u8], at: usize, groups: &mut Groups) -> bool {
        self.matcher.captures_at(text, at, groups)
    }
}

struct Translator<'a> {
    source: &'a [u8],
    at: usize,
    out: String,
    groups: usize,
    /// Where the last atom begins: what a quantifier applies to.
    atom: Option<usize>,
    quantified: bool,
    open: Vec<usize>,
    ambiguous: bool,
}

fn translate(source: &[u8]) -> Result<Pattern, String> {
    let mut state = Translator {
        source,
        at: 0,
        out: String::new(),
        groups: 0,
        atom: None,
        quantified: false,
        open: Vec::new(),
        ambiguous: false,
    };
    state.run()?;
    Ok(Pattern { text: state.out, groups: state.groups, backrefs: false, ambiguous: state.ambiguous })
}

impl Translator<'_> {
    fn run(&mut self) -> Result<(), String> {
        while let Some(&byte) = self.source.get(self.at) {
            match byte {
                b'\\' => self.escape()?,
                b'(' => {
                    self.open.push(self.out.len());
                    self.groups += 1;
                    self.out.push('(');
                    self.atom = None;
                    self.at += 1;
                }
                b')' => {
                    let Some(start) = self.open.pop() else { return Err("Unmatched ) or \\)".into()) };
                    self.out.push(')');
                    self.atom = Some(start);
                    self.quantified = false;
                    self.at += 1;
                }
                b'|' => {
                    self.out.push('|');
                    self.ambiguous = true;
                    self.atom = None;
                    self.at += 1;
                }
                b'*' | b'+' | b'?' => {
                    self.at += 1;
                    match self.atom {
                        Some(start) => self.quantify(start, &(byte as char).to_string()),
                        // Nothing to repeat: the sign is itself.
                        None => self.push_atom(&escape_char(byte as char)),
                    }
                }
                b'{' => self.interval(),
                b'^' => self.anchor("\\A"),
                b'$' => self.anchor("\\z"),
                b'.' => {
                    self.at += 1;
                    self.push_atom("(?s:.)");
                }
                b'[' => self.bracket()?,
                _ => self.literal(),
            }
        }
        if self.open.is_empty() { Ok(()) } else { Err("Unmatched ( or \\(".into()) }
    }

    fn anchor(&mut self, text: &str) {
        self.out.push_str(text);
        self.atom = None;
        self.at += 1;
    }

    fn push_atom(&mut self, text: &str) {
        self.atom = Some(self.out.len());
        self.quantified = false;
        self.out.push_str(text);
    }

    fn quantify(&mut self, start: usize, sign: &str) {
        if self.quantified {
            self.out.insert_str(start, "(?:");
            self.out.push(')');
        }
        if self.out[start..].starts_with('(') && !self.out[start..].starts_with("(?") {
            self.ambiguous = true;
        }
        self.out.push_str(sign);
        self.quantified = true;
    }

    /// A brace that begins no interval is itself.
    fn interval(&mut self) {
        let body = &self.source[self.at + 1..];
        let parsed = body.iter().position(|byte| *byte == b'}').and_then(|end| {
            let text = std::str::from_utf8(&body[..end]).ok()?;
            let (low, high) = match text.split_once(',') {
                None => (text, Some(text)),
                Some((low, "")) => (low, None),
                Some((low, high)) => (low, Some(high)),
            };
            let number = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse::<u16>().ok()).flatten();
            let low = if low.is_empty() && text.contains(',') { 0 } else { number(low)? };
            let high = match high {
                Some(digits) => Some(number(digits)?),
                None => None,
            };
            Some((end, low, high))
        });
        match (self.atom, parsed) {
            (Some(start), Some((end, low, high))) if high.is_none_or(|high| high >= low) => {
                self.at += end + 2;
                let sign = match high {
                    Some(high) if high == low => format!("{{{low}}}"),
                    Some(high) => format!("{{{low},{high}}}"),
                    None => format!("{{{low},}}"),
                };
                self.quantify(start, &sign);
            }
            _ => self.literal(),
        }
    }

    fn literal(&mut self) {
        let rest = &self.source[self.at..];
        match first_char(rest) {
            Some(c) => {
                self.push_atom(&escape_char(c));
                self.at += c.len_utf8();
            }
            None => {
                let text = format!("(?-u:\\x{:02X})", rest[0]);
                self.push_atom(&text);
                self.at += 1;
            }
        }
    }

    fn escape(&mut self) -> Result<(), String> {
        let Some(&letter) = self.source.get(self.at + 1) else { return Err("Trailing backslash".into()) };
        let operator = match letter {
            b'y' => Some("\\b"),
            b'B' => Some("\\B"),
            b'<' => Some("\\b{start}"),
            b'>' => Some("\\b{end}"),
            b'`' => Some("\\A"),
            b'\'' => Some("\\z"),
            _ => None,
        };
        if let Some(text) = operator {
            self.out.push_str(text);
            self.atom = None;
            self.at += 2;
            return Ok(());
        }
        if matches!(letter, b'w' | b'W' | b's' | b'S') {
            self.push_atom(&format!("\\{}", letter as char));
            self.at += 2;
            return Ok(());
        }
        let (byte, used) = escape_value(&self.source[self.at..]);
        if used == 0 {
            self.at += 1;
            self.literal();
            return Ok(());
        }
        self.at += used;
        match byte.is_ascii() {
            true => self.push_atom(&escape_char(byte as char)),
            false => self.push_atom(&format!("(?-u:\\x{byte:02X})")),
        }
        Ok(())
    }

    fn bracket(&mut self) -> Result<(), String> {
        let (text, used) = bracket(&self.source[self.at..], Some(member))?;
        self.push_atom(&text);
        self.at += used;
        Ok(())
    }
}

/// In a bracket expression of awk's a backslash makes what follows plain, or is an escape as in strings.
fn member(source: &[u8]) -> Option<(Member, usize)> {
    source.get(1)?;
    match escape_value(source) {
        (_, 0) => first_char(&source[1..]).map(|c| (Member::Char(c), 1 + c.len_utf8())),
        (value, used) if value.is_ascii() => Some((Member::Char(value as char), used)),
        (_, used) => Some((Member::Byte, used)),
    }
}

fn first_char(bytes: &[u8]) -> Option<char> {
    let head = &bytes[..bytes.len().min(4)];
    head.utf8_chunks().next().and_then(|chunk| chunk.valid().chars().next())
}

/// The byte of an escape as in strings, and its length; 0 where the backslash only makes the next character plain.
fn escape_value(source: &[u8]) -> (u8, usize) {
    let simple = |byte| (byte, 2);
    match source[1] {
        b'a' => simple(7),
        b'b' => simple(8),
        b'f' => simple(12),
        b'n' => simple(b'\n'),
        b'r' => simple(b'\r'),
        b't' => simple(b'\t'),
        b'v' => simple(11),
        b'0'..=b'7' => {
            let digits = source[1..].iter().take(3).take_while(|byte| (b'0'..b'8').contains(byte)).count();
            let value = source[1..=digits].iter().fold(0u32, |sum, digit| sum * 8 + u32::from(digit - b'0'));
            (value as u8, 1 + digits)
        }
        b'x' => {
            let digits = source[2..].iter().take(2).take_while(|byte| byte.is_ascii_hexdigit()).count();
            let text = std::str::from_utf8(&source[2..2 + digits]).unwrap_or_default();
            u8::from_str_radix(text, 16).map_or((0, 0), |value| (value, 2 + digits))
        }
        _ => (0, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(source: &str, text: &str) -> Option<(usize, usize)> {
        Regex::new(source.as_bytes(), false).unwrap().find_at(text.as_bytes(), 0)
    }

    #[test]
    fn posix_with_escapes() {
        assert_eq!(found("a|ab", "xab"), Some((1, 3)));
        assert_eq!(found("\\.", "a.b"), Some((1, 2)));
        assert_eq!(found("a{2}", "aaa"), Some((0, 2)));
        assert_eq!(found("a{,2}b", "aab"), Some((0, 3)));
        assert_eq!(found("{x}", "{x}"), Some((0, 3)));
        assert_eq!(found("a{x", "a{x"), Some((0, 3)));
        assert_eq!(found("[\\]a]+", "x]a"), Some((1, 3)));
        assert_eq!(found("[]a]+", "x]a"), Some((1, 3)));
        assert_eq!(found("[\\/\\-]", "-"), Some((0, 1)));
        assert_eq!(found("\\yfoo\\y", "a foo b"), Some((2, 5)));
        assert_eq!(found("[[:upper:][:digit:]]+", "aB9c"), Some((1, 3)));
        assert_eq!(found("[^[:space:]]+$", "a bc"), Some((2, 4)));
        assert_eq!(found("\\t\\101", "x\tA"), Some((1, 3)));
        assert_eq!(found("+x", "+x"), Some((0, 2)));
        assert_eq!(found("()", "x"), Some((0, 0)));
        assert_eq!(found("^[0-9]+(\\.[0-9]+)?$", "3.14"), Some((0, 4)));
        assert!(Regex::new(b"(a", false).is_err());
        assert!(Regex::new(b"[a", false).is_err());
    }
}
