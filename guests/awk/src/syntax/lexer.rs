//! Tokens. Whether a slash divides or begins a regular expression is the parser's knowledge: it asks for one.

use std::rc::Rc;

#[derive(Debug, Clone, PartialEq)]
pub enum Token {
    Number(f64),
    String(Vec<u8>),
    /// A name, and whether `(` follows at once.
    Name(Rc<str>, bool),
    /// A keyword, a built-in function or a sign.
    Word(&'static str),
    /// A function that awk has.
    Function(&'static str),
    Newline,
    End,
}

const KEYWORDS: [&str; 25] = [
    "BEGIN", "END", "BEGINFILE", "ENDFILE", "function", "func", "if", "else", "while", "for", "do", "break", "continue", "next",
    "nextfile", "exit", "return", "delete", "in", "getline", "print", "printf", "switch", "case", "default",
];

const FUNCTIONS: [&str; 41] = [
    "length", "substr", "index", "split", "sub", "gsub", "gensub", "match", "sprintf", "sin", "cos", "atan2", "exp", "log", "sqrt",
    "int", "rand", "srand", "tolower", "toupper", "system", "close", "fflush", "systime", "strftime", "mktime", "strtonum", "and",
    "or", "xor", "compl", "lshift", "rshift", "asort", "asorti", "patsplit", "isarray", "typeof", "mkbool", "dcgettext",
    "bindtextdomain",
];

/// Longest first.
const SIGNS: [&str; 48] = [
    "**=", "|&", "&&", "||", "++", "--", "+=", "-=", "*=", "/=", "%=", "^=", "**", "==", "<=", ">=", "!=", "!~", ">>", "{", "}", "(",
    ")", "[", "]", ";", ",", "+", "-", "*", "/", "%", "^", "!", ">", "<", "|", "?", ":", "~", "$", "=", "@", "&", "\\", "`", "'", ".",
];

/// A fault in the program's text, at an offset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    pub at: usize,
    pub text: String,
}

pub struct Lexer<'a> {
    source: &'a [u8],
    pub at: usize,
    /// Where the last token began.
    pub start: usize,
    pub warnings: Vec<(usize, String)>,
}

impl<'a> Lexer<'a> {
    pub fn new(source: &'a [u8]) -> Self {
        Lexer { source, at: 0, start: 0, warnings: Vec::new() }
    }

    fn skip_blank(&mut self) {
        loop {
            match self.source.get(self.at) {
                Some(b' ' | b'\t' | b'\r') => self.at += 1,
                Some(b'\\') if self.source.get(self.at + 1) == Some(&b'\n') => self.at += 2,
                Some(b'\\') if self.source[self.at + 1..].starts_with(b"\r\n") => self.at += 3,
                Some(b'#') => {
                    while self.source.get(self.at).is_some_and(|byte| *byte != b'\n') {
                        self.at += 1;
                    }
                }
                _ => return,
            }
        }
    }

    pub fn next(&mut self) -> Result<Token, SyntaxError> {
        self.skip_blank();
        self.start = self.at;
        let Some(&byte) = self.source.get(self.at) else { return Ok(Token::End) };
        match byte {
            b'\n' => {
                self.at += 1;
                Ok(Token::Newline)
            }
            b'"' => self.string(),
            b'0'..=b'9' => Ok(self.number()),
            b'.' if self.source.get(self.at + 1).is_some_and(u8::is_ascii_digit) => Ok(self.number()),
            b'_' | b'a'..=b'z' | b'A'..=b'Z' => Ok(self.word()),
            _ => {
                let rest = &self.source[self.at..];
                match SIGNS.iter().find(|sign| rest.starts_with(sign.as_bytes())) {
                    Some(sign) => {
                        self.at += sign.len();
                        Ok(Token::Word(match *sign {
                            "**" => "^",
                            "**=" => "^=",
                            sign => sign,
                        }))
                    }
                    None => Err(SyntaxError { at: self.at, text: "invalid char in expression".into() }),
                }
            }
        }
    }

    fn word(&mut self) -> Token {
        let length = self.source[self.at..].iter().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_')).count();
        let mut end = self.at + length;
        // A name of a namespace: one name with `::` in it.
        while self.source[end..].starts_with(b"::") && self.source.get(end + 2).is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_') {
            end += 2;
            while self.source.get(end).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_') {
                end += 1;
            }
        }
        let text = String::from_utf8_lossy(&self.source[self.at..end]).into_owned();
        self.at = end;
        let text = text.strip_prefix("awk::").unwrap_or(&text);
        if let Some(word) = KEYWORDS.iter().find(|word| **word == text) {
            return Token::Word(if *word == "func" { "function" } else { word });
        }
        if let Some(function) = FUNCTIONS.iter().find(|function| **function == text) {
            return Token::Function(function);
        }
        if text == "dcngettext" {
            return Token::Function("dcngettext");
        }
        Token::Name(text.into(), self.source.get(self.at) == Some(&b'('))
    }

    fn number(&mut self) -> Token {
        let rest = &self.source[self.at..];
        if rest.len() > 2 && rest[0] == b'0' && rest[1] | 32 == b'x' && rest[2].is_ascii_hexdigit() {
            let digits = rest[2..].iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
            self.at += 2 + digits;
            return Token::Number(crate::number::number_with_base(&rest[..2 + digits]));
        }
        let count = |from: usize| rest[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let mut end = count(0);
        if rest.get(end) == Some(&b'.') {
            end += 1;
            end += count(end);
        }
        if rest.get(end).is_some_and(|byte| byte | 32 == b'e') {
            let sign = usize::from(matches!(rest.get(end + 1), Some(b'+' | b'-')));
            let digits = if end + 1 + sign <= rest.len() { count(end + 1 + sign) } else { 0 };
            if digits > 0 {
                end += 1 + sign + digits;
            }
        }
        self.at += end;
        let text = &rest[..end];
        let octal = text.len() > 1 && text[0] == b'0' && text.iter().all(|byte| (b'0'..b'8').contains(byte));
        Token::Number(if octal { crate::number::number_with_base(text) } else { crate::number::leading_number(text) })
    }

    fn string(&mut self) -> Result<Token, SyntaxError> {
        let start = self.at;
        self.at += 1;
        let begin = self.at;
        loop {
            match self.source.get(self.at) {
                None | Some(b'\n') => return Err(SyntaxError { at: start, text: "unterminated string".into() }),
                Some(b'"') => break,
                Some(b'\\') => self.at += 2,
                Some(_) => self.at += 1,
            }
        }
        let body = &self.source[begin..self.at.min(self.source.len())];
        self.at += 1;
        let mut odd = Vec::new();
        let value = unescape(body, &mut odd);
        for letter in odd {
            let shown = String::from_utf8_lossy(&[letter]).into_owned();
            self.warnings.push((start, format!("escape sequence `\\{shown}' treated as plain `{shown}'")));
        }
        Ok(Token::String(value))
    }

    /// The body of a regular expression whose opening slash is at `start`, `\/` made plain.
    pub fn regex(&mut self, start: usize) -> Result<Vec<u8>, SyntaxError> {
        self.start = start;
        self.at = start + 1;
        let mut body = Vec::new();
        let mut bracket = None;
        loop {
            match self.source.get(self.at) {
                None | Some(b'\n') => return Err(SyntaxError { at: start, text: "unterminated regexp".into() }),
                Some(b'\\') => match self.source.get(self.at + 1) {
                    Some(b'/') => {
                        body.push(b'/');
                        self.at += 2;
                    }
                    Some(b'\n') => self.at += 2,
                    Some(other) => {
                        body.extend_from_slice(&[b'\\', *other]);
                        self.at += 2;
                    }
                    None => return Err(SyntaxError { at: start, text: "unterminated regexp ends with `\\' at end of file".into() }),
                },
                Some(b'/') if bracket.is_none() => {
                    self.at += 1;
                    return Ok(body);
                }
                Some(byte) => {
                    match (byte, bracket) {
                        // The first `]` of a class is one of its members.
                        (b'[', None) => bracket = Some(body.len()),
                        (b']', Some(open)) if body.len() > open + 1 + usize::from(body.get(open + 1) == Some(&b'^')) => {
                            let named = body[open..].windows(2).rposition(|pair| pair == b"[:").map(|index| index + open);
                            let inside = named.is_some_and(|at| at > open && !body[at..].windows(2).skip(1).any(|pair| pair == b":]") && body.last() == Some(&b':'));
                            if !inside {
                                bracket = None;
                            }
                        }
                        _ => {}
                    }
                    body.push(*byte);
                    self.at += 1;
                }
            }
        }
    }
}

/// The value of a string's body. `odd` gets the letters whose backslash means nothing.
pub fn unescape(body: &[u8], odd: &mut Vec<u8>) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    let mut at = 0;
    while at < body.len() {
        if body[at] != b'\\' {
            out.push(body[at]);
            at += 1;
            continue;
        }
        let Some(&letter) = body.get(at + 1) else {
            out.push(b'\\');
            break;
        };
        at += 2;
        match letter {
            b'"' | b'\\' => out.push(letter),
            b'a' => out.push(7),
            b'b' => out.push(8),
            b'f' => out.push(12),
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            b'v' => out.push(11),
            b'\n' => {}
            b'0'..=b'7' => {
                let digits = body[at - 1..].iter().take(3).take_while(|byte| (b'0'..b'8').contains(byte)).count();
                out.push(body[at - 1..at - 1 + digits].iter().fold(0u32, |sum, digit| sum * 8 + u32::from(digit - b'0')) as u8);
                at += digits - 1;
            }
            b'x' if body.get(at).is_some_and(u8::is_ascii_hexdigit) => {
                let digits = body[at..].iter().take(2).take_while(|byte| byte.is_ascii_hexdigit()).count();
                let text = std::str::from_utf8(&body[at..at + digits]).unwrap_or("0");
                out.push(u8::from_str_radix(text, 16).unwrap_or(0));
                at += digits;
            }
            b'u' if body.get(at).is_some_and(u8::is_ascii_hexdigit) => {
                let digits = body[at..].iter().take(8).take_while(|byte| byte.is_ascii_hexdigit()).count();
                let text = std::str::from_utf8(&body[at..at + digits]).unwrap_or("0");
                let c = u32::from_str_radix(text, 16).ok().and_then(char::from_u32).unwrap_or('?');
                out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                at += digits;
            }
            _ => {
                odd.push(letter);
                out.push(letter);
            }
        }
    }
    out
}
