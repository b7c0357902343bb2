//! The words of bc's language.

#[derive(Clone, Debug, PartialEq)]
pub enum Token {
    Number(String),
    Name(String),
    Text(String),
    /// An operator or a mark, of one to three characters.
    Sign(String),
    Newline,
    End,
}

/// The words with their lines, of which the first is `line`; a newline's is the one that it begins, as messages count.
/// `None` where the text ends within a comment, a string or a continued line.
pub fn words(source: &str, mut line: usize) -> Option<Vec<(Token, usize)>> {
    let chars: Vec<char> = source.chars().collect();
    let mut at = 0;
    let mut out = Vec::new();
    while at < chars.len() {
        let c = chars[at];
        match c {
            '\n' => {
                line += 1;
                out.push((Token::Newline, line));
                at += 1;
            }
            '\\' if chars.get(at + 1) == Some(&'\n') => {
                line += 1;
                at += 2;
                if at >= chars.len() {
                    return None;
                }
            }
            ' ' | '\t' | '\r' | '\u{c}' => at += 1,
            '#' => {
                while at < chars.len() && chars[at] != '\n' {
                    at += 1;
                }
            }
            '/' if chars.get(at + 1) == Some(&'*') => {
                at += 2;
                while at < chars.len() && !(chars[at] == '*' && chars.get(at + 1) == Some(&'/')) {
                    line += usize::from(chars[at] == '\n');
                    at += 1;
                }
                if at >= chars.len() {
                    return None;
                }
                at += 2;
            }
            '"' => {
                let start = at + 1;
                at = start;
                while at < chars.len() && chars[at] != '"' {
                    line += usize::from(chars[at] == '\n');
                    at += 1;
                }
                if at >= chars.len() {
                    return None;
                }
                out.push((Token::Text(chars[start..at].iter().collect()), line));
                at += 1;
            }
            _ if c.is_ascii_digit() || ('A'..='F').contains(&c) || (c == '.' && chars.get(at + 1).is_some_and(|n| n.is_ascii_digit() || ('A'..='F').contains(n))) => {
                let mut text = String::new();
                while let Some(&n) = chars.get(at) {
                    if n == '\\' && chars.get(at + 1) == Some(&'\n') {
                        at += 2;
                        line += 1;
                        if at >= chars.len() {
                            return None;
                        }
                        continue;
                    }
                    if !(n.is_ascii_digit() || ('A'..='F').contains(&n) || (n == '.' && !text.contains('.'))) {
                        break;
                    }
                    text.push(n);
                    at += 1;
                }
                out.push((Token::Number(text), line));
            }
            _ if c.is_ascii_lowercase() => {
                let start = at;
                while chars.get(at).is_some_and(|n| n.is_ascii_lowercase() || n.is_ascii_digit() || *n == '_') {
                    at += 1;
                }
                out.push((Token::Name(chars[start..at].iter().collect()), line));
            }
            _ => {
                let two: String = chars[at..chars.len().min(at + 2)].iter().collect();
                let known = ["+=", "-=", "*=", "/=", "%=", "^=", "==", "<=", ">=", "!=", "&&", "||", "++", "--"];
                let sign = if known.contains(&two.as_str()) { two } else { c.to_string() };
                at += sign.chars().count();
                out.push((Token::Sign(sign), line));
            }
        }
    }
    out.push((Token::End, line));
    Some(out)
}
