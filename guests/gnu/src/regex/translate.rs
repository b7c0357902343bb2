//! POSIX regular expressions, basic and extended with GNU's additions, in the syntax of `regex`.

use super::bracket::{Escape, Member, translate as bracket};

/// Which of the POSIX syntaxes, and what a tool adds to it.
#[derive(Clone, Copy, Default)]
pub struct Syntax {
    pub extended: bool,
    /// `^` and `$` match at every line; `` \` `` and `\'` at the ends of the text (sed's flag M).
    pub multi_line: bool,
    /// `\n`, `\t`, `\xHH` and their like stand for characters, also in brackets (sed).
    pub escapes: bool,
}

/// A translated expression.
#[derive(Debug, Clone, Default)]
pub struct Pattern {
    pub text: String,
    pub groups: usize,
    /// It holds `\1` or its like: only a backtracking matcher can run it.
    pub backrefs: bool,
    /// The first match in order of preference may not be the longest one.
    pub ambiguous: bool,
}

/// Translates; an error is worded as GNU's regcomp words it. `before`: groups that stand in front.
pub fn translate(source: &[u8], syntax: Syntax, before: usize) -> Result<Pattern, String> {
    let mut state = Translator {
        source,
        at: 0,
        syntax,
        before,
        out: Pattern::default(),
        atom: None,
        quantified: false,
        open: Vec::new(),
        closed: Vec::new(),
    };
    state.run()?;
    Ok(state.out)
}

struct Translator<'a> {
    source: &'a [u8],
    at: usize,
    syntax: Syntax,
    before: usize,
    out: Pattern,
    /// Where in the output the last atom begins: what a quantifier applies to.
    atom: Option<usize>,
    quantified: bool,
    /// Open groups: where their text begins and their number.
    open: Vec<(usize, usize)>,
    closed: Vec<usize>,
}

impl Translator<'_> {
    fn run(&mut self) -> Result<(), String> {
        while let Some(&b) = self.source.get(self.at) {
            let extended = self.syntax.extended;
            match b {
                b'\\' => self.escape()?,
                b'(' if extended => self.open_group(1),
                b')' if extended && !self.open.is_empty() => self.close_group(1)?,
                b')' if extended => return Err("Unmatched ) or \\)".into()),
                b'|' if extended => self.alternate(1),
                b'+' | b'?' if extended => self.quantify(b, 1),
                b'*' => self.quantify(b, 1),
                b'{' if extended => self.interval(1)?,
                b'^' if extended || self.begins() => self.anchor("^", "\\A"),
                b'$' if extended || self.ends() => self.anchor("$", "\\z"),
                b'.' => {
                    self.push_atom("(?s:.)");
                    self.at += 1;
                }
                b'[' => {
                    let (text, used) = bracket(&self.source[self.at..], self.syntax.escapes.then_some(escaped as Escape))?;
                    self.push_atom(&text);
                    self.at += used;
                }
                _ => self.literal_here(),
            }
        }
        if self.open.is_empty() { Ok(()) } else { Err("Unmatched ( or \\(".into()) }
    }

    /// Whether `^` is an anchor here in a basic expression.
    fn begins(&self) -> bool {
        let s = &self.source[..self.at];
        s.is_empty() || s.ends_with(b"\\(") || s.ends_with(b"\\|") || s.ends_with(b"\n")
    }

    /// Whether `$` is an anchor here in a basic expression.
    fn ends(&self) -> bool {
        let s = &self.source[self.at + 1..];
        s.is_empty() || s.starts_with(b"\\)") || s.starts_with(b"\\|") || s.starts_with(b"\n")
    }

    fn push_atom(&mut self, text: &str) {
        self.atom = Some(self.out.text.len());
        self.quantified = false;
        self.out.text.push_str(text);
    }

    fn anchor(&mut self, line: &str, whole: &str) {
        if self.syntax.multi_line {
            self.out.text.push_str(&format!("(?m:{line})"));
        } else {
            self.out.text.push_str(whole);
        }
        self.atom = None;
        self.at += 1;
    }

    fn literal_here(&mut self) {
        let rest = &self.source[self.at..];
        let head = &rest[..rest.len().min(4)];
        match head.utf8_chunks().next().and_then(|chunk| chunk.valid().chars().next()) {
            Some(c) => {
                self.push_atom(&super::escape_char(c));
                self.at += c.len_utf8();
            }
            None => {
                let byte = rest[0];
                self.push_atom(&format!("(?-u:\\x{byte:02X})"));
                self.at += 1;
            }
        }
    }

    fn push_byte(&mut self, byte: u8) {
        if byte.is_ascii() {
            self.push_atom(&super::escape_char(byte as char));
        } else {
            self.push_atom(&format!("(?-u:\\x{byte:02X})"));
        }
    }

    fn open_group(&mut self, used: usize) {
        self.out.groups += 1;
        self.open.push((self.out.text.len(), self.out.groups));
        self.out.text.push('(');
        self.atom = None;
        self.at += used;
    }

    fn close_group(&mut self, used: usize) -> Result<(), String> {
        let Some((start, number)) = self.open.pop() else {
            return Err("Unmatched ) or \\)".into());
        };
        self.out.text.push(')');
        self.closed.push(number);
        self.atom = Some(start);
        self.quantified = false;
        self.at += used;
        Ok(())
    }

    fn alternate(&mut self, used: usize) {
        self.out.text.push('|');
        self.out.ambiguous = true;
        self.atom = None;
        self.at += used;
    }

    fn quantify(&mut self, sign: u8, used: usize) {
        match self.atom {
            Some(start) => {
                self.at += used;
                self.apply(start, &(sign as char).to_string());
            }
            // Nothing to repeat: a star of a basic expression is itself, an extended one's is skipped.
            None if self.syntax.extended => self.at += used,
            None => {
                self.at += used;
                self.push_atom(&super::escape_char(sign as char));
            }
        }
    }

    fn apply(&mut self, start: usize, quantifier: &str) {
        if self.quantified {
            self.out.text.insert_str(start, "(?:");
            self.out.text.push(')');
        }
        if self.out.text[start..].starts_with('(') && !self.out.text[start..].starts_with("(?s:.)") {
            self.out.ambiguous = true;
        }
        self.out.text.push_str(quantifier);
        self.quantified = true;
    }

    /// `{n,m}` or `\{n,m\}`; in an extended expression a brace that begins no interval is itself.
    fn interval(&mut self, used: usize) -> Result<(), String> {
        let close: &[u8] = if self.syntax.extended { b"}" } else { b"\\}" };
        let body = &self.source[self.at + used..];
        let end = body.windows(close.len()).position(|w| w == close);
        let parsed = end.and_then(|end| parse_interval(&body[..end]).map(|p| (end, p)));
        let Some((end, (low, high))) = parsed else {
            if self.syntax.extended {
                self.literal_here();
                return Ok(());
            }
            return Err(if end.is_some() { "Invalid content of \\{\\}" } else { "Unmatched \\{" }.into());
        };
        if high.is_some_and(|h| h < low) {
            return Err("Invalid content of \\{\\}".into());
        }
        if low > 32767 || high.is_some_and(|h| h > 32767) {
            return Err("Regular expression too big".into());
        }
        let Some(start) = self.atom else {
            if self.syntax.extended && self.at > 0 {
                self.literal_here();
                return Ok(());
            }
            return Err("Invalid preceding regular expression".into());
        };
        self.at += used + end + close.len();
        let text = match high {
            Some(high) if high == low => format!("{{{low}}}"),
            Some(high) => format!("{{{low},{high}}}"),
            None => format!("{{{low},}}"),
        };
        self.apply(start, &text);
        Ok(())
    }

    fn escape(&mut self) -> Result<(), String> {
        let Some(&b) = self.source.get(self.at + 1) else {
            return Err("Trailing backslash".into());
        };
        let basic = !self.syntax.extended;
        match b {
            b'(' if basic => self.open_group(2),
            b')' if basic => self.close_group(2)?,
            b'|' if basic => self.alternate(2),
            b'{' if basic => self.interval(2)?,
            b'+' | b'?' if basic => self.quantify(b, 2),
            b'1'..=b'9' => {
                let number = usize::from(b - b'0');
                if !self.closed.contains(&number) {
                    return Err("Invalid back reference".into());
                }
                self.out.backrefs = true;
                self.out.ambiguous = true;
                let number = number + self.before;
                self.push_atom(&format!("(?:\\{number})"));
                self.at += 2;
            }
            b'w' | b'W' | b's' | b'S' => {
                self.push_atom(&format!("\\{}", b as char));
                self.at += 2;
            }
            b'b' | b'B' | b'<' | b'>' | b'`' | b'\'' => {
                self.out.text.push_str(match b {
                    b'b' => "\\b",
                    b'B' => "\\B",
                    b'<' => "\\b{start}",
                    b'>' => "\\b{end}",
                    b'`' => "\\A",
                    _ => "\\z",
                });
                self.atom = None;
                self.at += 2;
            }
            _ if self.syntax.escapes => match super::escape_value(&self.source[self.at..]) {
                Some((byte, used)) => {
                    self.at += used;
                    self.push_byte(byte);
                }
                None => {
                    self.at += 1;
                    self.literal_here();
                }
            },
            _ => {
                self.at += 1;
                self.literal_here();
            }
        }
        Ok(())
    }
}

/// `n`, `n,`, `,m` or `n,m`.
fn parse_interval(body: &[u8]) -> Option<(u32, Option<u32>)> {
    let text = std::str::from_utf8(body).ok()?;
    let number = |s: &str| if s.is_empty() { Some(None) } else { digits(s).map(Some) };
    match text.split_once(',') {
        Some((low, high)) => Some((number(low)?.unwrap_or(0), number(high)?)),
        None => digits(text).map(|n| (n, Some(n))),
    }
}

fn digits(text: &str) -> Option<u32> {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Some(text.parse().unwrap_or(u32::MAX))
}

/// The escapes that sed knows in a bracket expression.
fn escaped(source: &[u8]) -> Option<(Member, usize)> {
    match super::escape_value(source) {
        Some((byte, used)) if byte.is_ascii() => Some((Member::Char(byte as char), used)),
        _ if source.get(1) == Some(&b']') => Some((Member::Char('\\'), 1)),
        _ => None,
    }
}
