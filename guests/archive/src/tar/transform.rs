//! `--transform=s/EXPRESSION/REPLACEMENT/FLAGS`: other names for members.

use sunaba_gnu::regex::{Groups, Matcher, Syntax, translate};

pub struct Transform {
    matcher: Matcher,
    replacement: Vec<Piece>,
    all: bool,
}

enum Piece {
    Text(Vec<u8>),
    Group(usize),
}

impl Transform {
    /// Several expressions are parted by `;`.
    pub fn parse(text: &[u8]) -> Result<Vec<Transform>, String> {
        let mut list = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let (one, after) = Transform::one(rest)?;
            list.push(one);
            rest = after;
        }
        Ok(list)
    }

    fn one(text: &[u8]) -> Result<(Transform, &[u8]), String> {
        let invalid = || "Invalid transform expression".to_owned();
        let [b's', delimiter, rest @ ..] = text else { return Err(invalid()) };
        let (expression, rest) = part(rest, *delimiter).ok_or_else(invalid)?;
        let (replacement, rest) = part(rest, *delimiter).ok_or_else(invalid)?;
        let end = rest.iter().position(|b| *b == b';').unwrap_or(rest.len());
        let (mut all, mut ignore_case, mut extended) = (false, false, false);
        for flag in &rest[..end] {
            match flag {
                b'g' => all = true,
                b'i' => ignore_case = true,
                b'x' => extended = true,
                // Which names it is for: all of them are meant.
                b'r' | b's' | b'h' => {}
                _ => return Err(format!("Unknown flag in transform expression: {}", *flag as char)),
            }
        }
        let pattern = translate(&expression, Syntax { extended, multi_line: false, escapes: false }, 0)?;
        let matcher = Matcher::new(&pattern, ignore_case)?;
        Ok((Transform { matcher, replacement: pieces(&replacement), all }, &rest[(end + 1).min(rest.len())..]))
    }

    pub fn apply(&self, name: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut groups = Groups::default();
        let mut at = 0;
        while self.matcher.captures_at(name, at, &mut groups) {
            let Some((start, end)) = groups.first().copied().flatten() else { break };
            out.extend_from_slice(&name[at..start]);
            for piece in &self.replacement {
                match piece {
                    Piece::Text(text) => out.extend_from_slice(text),
                    Piece::Group(number) => {
                        let (start, end) = groups.get(*number).copied().flatten().unwrap_or((0, 0));
                        out.extend_from_slice(&name[start..end]);
                    },
                }
            }
            at = end;
            if end == start {
                out.extend(name.get(end));
                at += 1;
            }
            if !self.all || at > name.len() {
                break;
            }
        }
        out.extend(name.get(at..).unwrap_or_default());
        out
    }
}

/// Up to the delimiter, which a backslash before it makes a plain character.
fn part(text: &[u8], delimiter: u8) -> Option<(Vec<u8>, &[u8])> {
    let mut out = Vec::new();
    let mut at = 0;
    loop {
        match *text.get(at)? {
            b'\\' if text.get(at + 1) == Some(&delimiter) => {
                out.push(delimiter);
                at += 2;
            }
            b'\\' => {
                out.extend(text.get(at..at + 2)?);
                at += 2;
            }
            b if b == delimiter => return Some((out, &text[at + 1..])),
            b => {
                out.push(b);
                at += 1;
            }
        }
    }
}

fn pieces(text: &[u8]) -> Vec<Piece> {
    let mut list = Vec::new();
    let mut plain = Vec::new();
    let mut bytes = text.iter().copied();
    while let Some(b) = bytes.next() {
        let group = match b {
            b'&' => 0,
            b'\\' => match bytes.next() {
                Some(digit) if digit.is_ascii_digit() => usize::from(digit - b'0'),
                Some(next) => {
                    plain.push(next);
                    continue;
                }
                None => continue,
            },
            _ => {
                plain.push(b);
                continue;
            }
        };
        list.push(Piece::Text(std::mem::take(&mut plain)));
        list.push(Piece::Group(group));
    }
    list.push(Piece::Text(plain));
    list
}

#[cfg(test)]
mod tests {
    use super::Transform;

    fn names(expression: &str, name: &str) -> String {
        let list = Transform::parse(expression.as_bytes()).unwrap_or_default();
        let name = list.iter().fold(name.as_bytes().to_vec(), |name, one| one.apply(&name));
        String::from_utf8_lossy(&name).into_owned()
    }

    #[test]
    fn names_are_replaced() {
        assert_eq!(names("s,^,p/,", "a/b"), "p/a/b");
        assert_eq!(names("s/a/X/", "aa"), "Xa");
        assert_eq!(names("s/a/X/g;s/X/[&]/", "aa"), "[X]X");
        assert_eq!(names("s/\\(.*\\)\\.txt/\\1.md/", "n.txt"), "n.md");
        assert_eq!(names("s|A(b)|\\1\\||xi", "ab"), "b|");
        assert!(Transform::parse(b"s/a").is_err());
        assert!(Transform::parse(b"s/a/b/q").is_err());
    }
}
