//! Why a text is no JSON, in jq's words: its parser's steps without the values.

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Array { empty: bool },
    Object { empty: bool },
    /// An object's key whose value is to come.
    Key,
    Text,
    Other,
}

struct Parser {
    stack: Vec<Kind>,
    /// The value that is complete, and not yet put anywhere.
    next: Option<Kind>,
    token: Vec<u8>,
}

type Step = Result<(), &'static str>;

/// `MESSAGE at line L, column C`, counted from line `first` on; `None` for a text without faults.
pub fn diagnose(text: &[u8], first: usize) -> Option<String> {
    let mut parser = Parser { stack: Vec::new(), next: None, token: Vec::new() };
    let (mut line, mut column) = (first, 0);
    let (mut string, mut escape) = (false, false);
    for &b in text {
        column += 1;
        if b == b'\n' {
            (line, column) = (line + 1, 0);
        }
        let step = if string {
            if b == b'"' && !escape {
                string = false;
                parser.string()
            } else {
                escape = b == b'\\' && !escape;
                parser.token.push(b);
                Ok(())
            }
        } else {
            match b {
                b' ' | b'\t' | b'\r' | b'\n' => parser.literal(),
                b'[' | b'{' | b':' | b',' | b']' | b'}' => parser.literal().and_then(|()| parser.structure(b)),
                b'"' => {
                    string = true;
                    parser.literal()
                }
                _ => {
                    parser.token.push(b);
                    Ok(())
                }
            }
        };
        if let Err(message) = step {
            return Some(format!("{message} at line {line}, column {column}"));
        }
        if parser.stack.is_empty() && !string && parser.token.is_empty() {
            parser.next = None;
        }
    }
    let message = if string {
        "Unfinished string"
    } else if let Err(message) = parser.literal() {
        message
    } else if !parser.stack.is_empty() {
        "Unfinished JSON term"
    } else {
        return None;
    };
    Some(format!("{message} at EOF at line {line}, column {column}"))
}

impl Parser {
    fn value(&mut self, kind: Kind) -> Step {
        if self.next.is_some() {
            return Err("Expected separator between values");
        }
        self.next = Some(kind);
        Ok(())
    }

    fn literal(&mut self) -> Step {
        let token = std::mem::take(&mut self.token);
        let word: &[u8] = match token.first() {
            None => return Ok(()),
            Some(b't') => b"true",
            Some(b'f') => b"false",
            Some(b'n') => b"null",
            Some(_) if number(&token) => b"",
            Some(_) => return Err("Invalid numeric literal"),
        };
        if !word.is_empty() && token != word {
            return Err("Invalid literal");
        }
        self.value(Kind::Other)
    }

    fn string(&mut self) -> Step {
        let text = std::mem::take(&mut self.token);
        let mut rest = text.as_slice();
        while let Some(at) = rest.iter().position(|b| *b == b'\\') {
            rest = &rest[at + 1..];
            match rest.first() {
                Some(b'\\' | b'"' | b'/' | b'b' | b'f' | b't' | b'n' | b'r') => rest = &rest[1..],
                Some(b'u') => {
                    let unit = unit(&rest[1..]).ok_or("Invalid escape")?;
                    rest = &rest[5..];
                    if (0xd800..0xdc00).contains(&unit) {
                        let low = rest.strip_prefix(b"\\u").and_then(self::unit);
                        if !low.is_some_and(|low| (0xdc00..0xe000).contains(&low)) {
                            return Err("Invalid \\uXXXX\\uXXXX surrogate pair escape");
                        }
                        rest = &rest[6..];
                    }
                }
                _ => return Err("Invalid escape"),
            }
        }
        self.value(Kind::Text)
    }

    fn structure(&mut self, b: u8) -> Step {
        match b {
            b'[' | b'{' => {
                if self.next.is_some() {
                    return Err("Expected separator between values");
                }
                self.stack.push(if b == b'[' { Kind::Array { empty: true } } else { Kind::Object { empty: true } });
            }
            b':' => {
                let Some(next) = self.next else { return Err("Expected string key before ':'") };
                if !matches!(self.stack.last(), Some(Kind::Object { .. })) {
                    return Err("':' not as part of an object");
                }
                if next != Kind::Text {
                    return Err("Object keys must be strings");
                }
                self.next = None;
                self.stack.push(Kind::Key);
            }
            b',' => {
                if self.next.is_none() || self.stack.is_empty() {
                    return Err("Expected value before ','");
                }
                self.put()?;
            }
            b']' => {
                let Some(Kind::Array { empty }) = self.stack.last().copied() else { return Err("Unmatched ']'") };
                if self.next.take().is_none() && !empty {
                    return Err("Expected another array element");
                }
                self.stack.pop();
                self.next = Some(Kind::Other);
            }
            _ => {
                let Some(last) = self.stack.last().copied() else { return Err("Unmatched '}'") };
                if self.next.is_some() {
                    if last != Kind::Key {
                        return Err("Objects must consist of key:value pairs");
                    }
                    self.put()?;
                } else {
                    let Kind::Object { empty } = last else { return Err("Unmatched '}'") };
                    if !empty {
                        return Err("Expected another key-value pair");
                    }
                }
                self.stack.pop();
                self.next = Some(Kind::Other);
            }
        }
        Ok(())
    }

    /// The value that is complete goes to where it belongs.
    fn put(&mut self) -> Step {
        self.next = None;
        let paired = self.stack.last() == Some(&Kind::Key);
        if paired {
            self.stack.pop();
        }
        match self.stack.last_mut() {
            Some(Kind::Object { .. }) if !paired => return Err("Objects must consist of key:value pairs"),
            Some(Kind::Array { empty } | Kind::Object { empty }) => *empty = false,
            _ => {}
        }
        Ok(())
    }
}

fn unit(text: &[u8]) -> Option<u32> {
    u32::from_str_radix(std::str::from_utf8(text.get(..4)?).ok()?, 16).ok()
}

/// As strtod reads it, and nothing behind it.
fn number(token: &[u8]) -> bool {
    std::str::from_utf8(token).is_ok_and(|text| text.parse::<f64>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::diagnose;

    #[test]
    fn faults_are_told_as_jq_does() {
        for (text, expected) in [
            ("[1 2]\n", "Expected separator between values at line 1, column 5"),
            ("{\"a\":1,}", "Expected another key-value pair at line 1, column 8"),
            ("[1,]", "Expected another array element at line 1, column 4"),
            ("{1:2}", "Object keys must be strings at line 1, column 3"),
            ("{\"a\"}", "Objects must consist of key:value pairs at line 1, column 5"),
            ("{\"a\":1]", "Unmatched ']' at line 1, column 7"),
            ("[1}", "Objects must consist of key:value pairs at line 1, column 3"),
            ("{\"a\":}", "Unmatched '}' at line 1, column 6"),
            ("not json\n", "Invalid literal at line 1, column 4"),
            ("tru", "Invalid literal at EOF at line 1, column 3"),
            ("\"a\n", "Unfinished string at EOF at line 2, column 0"),
            ("\"\\x\"", "Invalid escape at line 1, column 4"),
            ("1 2 x\n", "Invalid numeric literal at line 2, column 0"),
            ("{,}", "Expected value before ',' at line 1, column 2"),
            ("1,2", "Expected value before ',' at line 1, column 2"),
            ("\"a\":1", "Expected string key before ':' at line 1, column 4"),
            ("{\"a\":1 \"b\":2}", "Expected separator between values at line 1, column 10"),
            ("{\"a\":[1,{", "Unfinished JSON term at EOF at line 1, column 10"),
        ] {
            assert_eq!(diagnose(text.as_bytes(), 1).as_deref(), Some(expected), "{text}");
        }
        assert_eq!(diagnose(b"{\"a\":[1,{\"b\":{}}],\"c\":-1.5e3} [] \"\\u00e9\" null\n1", 1), None);
    }
}
