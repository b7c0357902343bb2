//! sub, gsub and gensub.

use super::{Eval, Run};
use crate::regex::Regex;
use crate::syntax::tree::{Expr, Pattern, Target};
use crate::text::char_length;
use crate::value::Value;

/// Pieces of a replacement.
enum Piece {
    Plain(Vec<u8>),
    Group(usize),
}

impl<'p> Run<'p> {
    pub(super) fn substitute(
        &mut self,
        all: bool,
        pattern: &'p Pattern,
        replacement: &'p Expr,
        target: Option<&'p Target>,
        value: Option<&'p Expr>,
    ) -> Eval<Value> {
        let regex = self.pattern(pattern)?;
        let replacement = self.text_of(replacement)?;
        let pieces = parse(&replacement, false);
        self.release(replacement);
        let mut text = self.buffer();
        match (target, value) {
            (Some(Target::Variable(place)), _) => {
                let value = self.variable(*place);
                if let Value::Array(_) = value {
                    let name = self.name_at(*place);
                    self.not_scalar(&name);
                }
                value.push(&mut text, &self.settings.convfmt);
            }
            (Some(Target::Field(index)), _) => {
                let number = self.field_number(index)?;
                self.field(number).push(&mut text, &self.settings.convfmt);
            }
            (Some(Target::Element(array, keys)), _) => {
                let handle = self.array(array)?;
                let key = self.key(keys)?;
                handle.borrow_mut().entry(&key).push(&mut text, &self.settings.convfmt);
                self.release(key);
            }
            (None, Some(value)) => self.append(value, &mut text)?,
            (None, None) => text.extend_from_slice(self.record.text(&self.settings.ofs, &self.settings.convfmt)),
        }
        let mut out = self.buffer();
        let which = if all { Which::All } else { Which::Number(1) };
        let count = replace(&regex, &text, &pieces, which, &mut out);
        if count > 0 {
            match (target, value) {
                (Some(target), _) => self.assign(target, Value::string(&out))?,
                (None, Some(_)) => {}
                (None, None) => self.record.set_text(&out),
            }
        }
        self.release(text);
        self.release(out);
        Ok(Value::Number(count as f64))
    }

    pub(super) fn general(&mut self, pattern: &'p Pattern, replacement: &'p Expr, how: &'p Expr, subject: Option<&'p Expr>) -> Eval<Value> {
        let regex = self.pattern(pattern)?;
        let replacement = self.text_of(replacement)?;
        let pieces = parse(&replacement, true);
        let how = self.scalar(how)?;
        let how_text = how.text(b"%.6g");
        let which = if matches!(how_text.bytes().first(), Some(b'g' | b'G')) {
            Which::All
        } else {
            let number = how.number();
            if number < 1.0 {
                let shown = String::from_utf8_lossy(how_text.bytes()).into_owned();
                self.warn(&format!("gensub: third argument `{shown}' treated as 1"));
            }
            Which::Number(number.max(1.0) as usize)
        };
        let mut text = self.buffer();
        match subject {
            Some(subject) => self.append(subject, &mut text)?,
            None => text.extend_from_slice(self.record.text(&self.settings.ofs, &self.settings.convfmt)),
        }
        let mut out = self.buffer();
        replace(&regex, &text, &pieces, which, &mut out);
        let value = Value::string(&out);
        for buffer in [replacement, text, out] {
            self.release(buffer);
        }
        Ok(value)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    All,
    Number(usize),
}

/// `&` is the match and `\&` an ampersand; `general`: `\0` to `\9` are groups.
fn parse(replacement: &[u8], general: bool) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut plain = Vec::new();
    let mut at = 0;
    while at < replacement.len() {
        let group = match replacement[at] {
            b'&' => Some((0, 1)),
            b'\\' => match replacement.get(at + 1) {
                Some(b'&') => {
                    plain.push(b'&');
                    at += 2;
                    continue;
                }
                Some(b'\\') if general || replacement.get(at + 2) == Some(&b'&') => {
                    plain.push(b'\\');
                    at += 2;
                    continue;
                }
                Some(digit @ b'0'..=b'9') if general => Some((usize::from(digit - b'0'), 2)),
                _ => None,
            },
            _ => None,
        };
        match group {
            Some((number, used)) => {
                if !plain.is_empty() {
                    pieces.push(Piece::Plain(std::mem::take(&mut plain)));
                }
                pieces.push(Piece::Group(number));
                at += used;
            }
            None => {
                plain.push(replacement[at]);
                at += 1;
            }
        }
    }
    if !plain.is_empty() {
        pieces.push(Piece::Plain(plain));
    }
    pieces
}

fn replace(regex: &Regex, text: &[u8], pieces: &[Piece], which: Which, out: &mut Vec<u8>) -> usize {
    let needs_groups = pieces.iter().any(|piece| matches!(piece, Piece::Group(number) if *number > 0));
    let mut groups = Vec::new();
    let (mut at, mut copied, mut count, mut seen) = (0, 0, 0, 0);
    let mut matched_to = usize::MAX;
    while at <= text.len() {
        let found = if needs_groups {
            if regex.captures_at(text, at, &mut groups) { groups[0] } else { None }
        } else {
            regex.find_at(text, at)
        };
        let Some((start, end)) = found else { break };
        // An empty match right behind another is none.
        if start == end && start == matched_to {
            at = if start < text.len() { start + char_length(&text[start..]) } else { start + 1 };
            continue;
        }
        seen += 1;
        if which == Which::All || which == Which::Number(seen) {
            out.extend_from_slice(&text[copied..start]);
            for piece in pieces {
                match piece {
                    Piece::Plain(bytes) => out.extend_from_slice(bytes),
                    Piece::Group(0) => out.extend_from_slice(&text[start..end]),
                    Piece::Group(number) => {
                        if let Some(Some((from, to))) = groups.get(*number) {
                            out.extend_from_slice(&text[*from..*to]);
                        }
                    }
                }
            }
            copied = end;
            count += 1;
            if which != Which::All {
                break;
            }
        }
        matched_to = end;
        at = match end > start {
            true => end,
            false if end < text.len() => end + char_length(&text[end..]),
            false => end + 1,
        };
    }
    out.extend_from_slice(&text[copied.min(text.len())..]);
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(regex: &str, replacement: &str, text: &str) -> String {
        let regex = Regex::new(regex.as_bytes(), false).unwrap();
        let mut out = Vec::new();
        replace(&regex, text.as_bytes(), &parse(replacement.as_bytes(), true), Which::All, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn every_match_once() {
        assert_eq!(all("x*", "-", "abc"), "-a-b-c-");
        assert_eq!(all("a*", "-", "baaac"), "-b-c-");
        assert_eq!(all("b", "[&]", "abcb"), "a[b]c[b]");
        assert_eq!(all("b", "\\&", "ab"), "a&");
        assert_eq!(all("(a)(b)", "\\2\\1", "abab"), "baba");
        assert_eq!(all("^a", "x", "aaa"), "xaa");
        assert_eq!(all("$", "!", "a"), "a!");
        assert_eq!(all("é", "e", "aéé"), "aee");
    }
}
