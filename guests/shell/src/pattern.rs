//! Patterns as in `case`, `[[ == ]]`, `${x#…}` and file names. In the text of a pattern a backslash quotes.

use crate::charset::{Set, char_at, char_len};

#[derive(Debug, Clone)]
enum Token {
    Byte(u8),
    Any,
    Star,
    Set(Set),
    Group(u8, Vec<Vec<Token>>),
}

#[derive(Debug, Clone)]
pub struct Pattern {
    tokens: Vec<Token>,
    groups: bool,
    nocase: bool,
    utf8: bool,
}

#[derive(Debug, Clone, Copy)]
pub struct Flavour {
    pub extglob: bool,
    pub nocase: bool,
    pub utf8: bool,
}

impl Pattern {
    pub fn new(text: &[u8], flavour: Flavour) -> Pattern {
        let mut at = 0;
        let mut groups = false;
        let tokens = tokens(text, &mut at, flavour, false, &mut groups, 0);
        Pattern { tokens, groups, nocase: flavour.nocase, utf8: flavour.utf8 }
    }

    /// The text that the pattern stands for, when it stands for one text alone.
    pub fn literal(&self) -> Option<Vec<u8>> {
        if self.nocase {
            return None;
        }
        self.tokens.iter().map(|token| if let Token::Byte(c) = token { Some(*c) } else { None }).collect()
    }

    pub fn is_empty(&self) -> bool {
        self.tokens.is_empty()
    }

    pub fn matches(&self, text: &[u8]) -> bool {
        if self.groups {
            let mut steps = 0;
            return self.search(&self.tokens, text, 0, &mut steps, &mut |end| end == text.len());
        }
        self.simple(text)
    }

    fn one(&self, token: &Token, text: &[u8]) -> usize {
        let Some(&c) = text.first() else { return 0 };
        match token {
            Token::Byte(b) => {
                if c == *b || (self.nocase && c.eq_ignore_ascii_case(b)) { 1 } else { 0 }
            }
            Token::Any => char_len(text, self.utf8),
            Token::Set(set) => {
                let (code, len) = char_at(text, self.utf8);
                if set.has(code, self.nocase) { len } else { 0 }
            }
            Token::Star | Token::Group(..) => 0,
        }
    }

    /// The whole text, for patterns without groups.
    fn simple(&self, text: &[u8]) -> bool {
        let tokens = &self.tokens;
        let (mut p, mut t) = (0, 0);
        let mut back: Option<(usize, usize)> = None;
        loop {
            if p < tokens.len() && matches!(tokens[p], Token::Star) {
                back = Some((p + 1, t));
                p += 1;
                if p == tokens.len() {
                    return true;
                }
                continue;
            }
            if p == tokens.len() && t == text.len() {
                return true;
            }
            let step = if p < tokens.len() { self.one(&tokens[p], &text[t..]) } else { 0 };
            if step > 0 {
                p += 1;
                t += step;
                continue;
            }
            match back {
                Some((star, at)) if at < text.len() => {
                    let next = at + char_len(&text[at..], self.utf8);
                    back = Some((star, next));
                    p = star;
                    t = next;
                }
                _ => return false,
            }
        }
    }

    /// Calls `done` with each end of a match from `at`, the longest first as a rule, until it says true.
    fn search(&self, tokens: &[Token], text: &[u8], at: usize, steps: &mut u32, done: &mut dyn FnMut(usize) -> bool) -> bool {
        *steps += 1;
        if *steps > 2_000_000 {
            return false;
        }
        let Some((first, rest)) = tokens.split_first() else { return done(at) };
        match first {
            Token::Star => {
                let mut ends = vec![at];
                let mut end = at;
                while end < text.len() {
                    end += char_len(&text[end..], self.utf8);
                    ends.push(end);
                }
                ends.into_iter().rev().any(|end| self.search(rest, text, end, steps, done))
            }
            Token::Group(kind, choices) => match kind {
                b'@' => choices
                    .iter()
                    .any(|choice| self.search(choice, text, at, steps, &mut |end| self.search_again(rest, text, end, done))),
                b'?' => {
                    choices.iter().any(|choice| {
                        self.search(choice, text, at, steps, &mut |end| self.search_again(rest, text, end, done))
                    }) || self.search(rest, text, at, steps, done)
                }
                b'*' => {
                    self.repeat(choices, rest, text, at, steps, done) || self.search(rest, text, at, steps, done)
                }
                b'+' => self.repeat(choices, rest, text, at, steps, done),
                _ => {
                    // `!( )`: whatever none of the choices matches.
                    let mut ends = vec![at];
                    let mut end = at;
                    while end < text.len() {
                        end += char_len(&text[end..], self.utf8);
                        ends.push(end);
                    }
                    ends.into_iter().rev().any(|end| {
                        let part = &text[at..end];
                        let hit = choices.iter().any(|choice| {
                            let mut inner = 0;
                            self.search(choice, part, 0, &mut inner, &mut |stop| stop == part.len())
                        });
                        !hit && self.search(rest, text, end, steps, done)
                    })
                }
            },
            token => {
                let step = self.one(token, &text[at..]);
                step > 0 && self.search(rest, text, at + step, steps, done)
            }
        }
    }

    fn search_again(&self, tokens: &[Token], text: &[u8], at: usize, done: &mut dyn FnMut(usize) -> bool) -> bool {
        let mut steps = 0;
        self.search(tokens, text, at, &mut steps, done)
    }

    /// One choice, then either more of them or the rest.
    fn repeat(
        &self,
        choices: &[Vec<Token>],
        rest: &[Token],
        text: &[u8],
        at: usize,
        steps: &mut u32,
        done: &mut dyn FnMut(usize) -> bool,
    ) -> bool {
        // Every place that some number of choices reaches, the farthest first.
        let mut reached = vec![false; text.len() + 1];
        let mut todo = vec![at];
        let mut ends = Vec::new();
        while let Some(from) = todo.pop() {
            for choice in choices {
                let mut found = Vec::new();
                self.search(choice, text, from, steps, &mut |end| {
                    found.push(end);
                    false
                });
                for end in found {
                    if !reached[end] {
                        reached[end] = true;
                        ends.push(end);
                        if end > from {
                            todo.push(end);
                        }
                    }
                }
            }
        }
        ends.sort_unstable_by(|a, b| b.cmp(a));
        ends.into_iter().any(|end| self.search(rest, text, end, steps, done))
    }

    /// The length of the shortest or longest start of the text that matches.
    pub fn prefix(&self, text: &[u8], longest: bool) -> Option<usize> {
        if !self.groups && !self.nocase {
            if let Some(len) = self.prefix_quick(text, longest) {
                return len;
            }
        }
        if longest {
            return self.longest_at(text, 0);
        }
        let mut end = 0;
        loop {
            if self.matches(&text[..end]) {
                return Some(end);
            }
            if end == text.len() {
                return None;
            }
            end += char_len(&text[end..], self.utf8);
        }
    }

    /// `literal` and `*literal`, the usual ones. The outer option: whether the pattern is such.
    fn prefix_quick(&self, text: &[u8], longest: bool) -> Option<Option<usize>> {
        let star = matches!(self.tokens.first(), Some(Token::Star));
        let tail = &self.tokens[usize::from(star)..];
        let bytes: Option<Vec<u8>> =
            tail.iter().map(|token| if let Token::Byte(c) = token { Some(*c) } else { None }).collect();
        let bytes = bytes?;
        if !star {
            return Some(text.starts_with(&bytes).then_some(bytes.len()));
        }
        if bytes.is_empty() {
            return Some(Some(if longest { text.len() } else { 0 }));
        }
        let found = if longest { rfind(text, &bytes) } else { find(text, &bytes) };
        Some(found.map(|at| at + bytes.len()))
    }

    /// The start of the shortest or longest end of the text that matches.
    pub fn suffix(&self, text: &[u8], longest: bool) -> Option<usize> {
        if !self.groups && !self.nocase {
            let star = matches!(self.tokens.last(), Some(Token::Star));
            let head = &self.tokens[..self.tokens.len() - usize::from(star)];
            let bytes: Option<Vec<u8>> =
                head.iter().map(|token| if let Token::Byte(c) = token { Some(*c) } else { None }).collect();
            if let Some(bytes) = bytes {
                if !star {
                    return text.ends_with(&bytes).then(|| text.len() - bytes.len());
                }
                if bytes.is_empty() {
                    return Some(if longest { 0 } else { text.len() });
                }
                return if longest { find(text, &bytes) } else { rfind(text, &bytes) };
            }
        }
        let mut starts = vec![];
        let mut at = 0;
        while at < text.len() {
            starts.push(at);
            at += char_len(&text[at..], self.utf8);
        }
        starts.push(text.len());
        if longest {
            starts.into_iter().find(|&at| self.matches(&text[at..]))
        } else {
            starts.into_iter().rev().find(|&at| self.matches(&text[at..]))
        }
    }

    /// The end of the longest match that begins at `from`.
    pub fn longest_at(&self, text: &[u8], from: usize) -> Option<usize> {
        if !self.tokens.iter().any(|token| matches!(token, Token::Star | Token::Group(..))) {
            let mut at = from;
            for token in &self.tokens {
                let step = self.one(token, &text[at..]);
                if step == 0 {
                    return None;
                }
                at += step;
            }
            return Some(at);
        }
        let mut best = None;
        let mut steps = 0;
        let groups = self.groups;
        self.search(&self.tokens, text, from, &mut steps, &mut |end| {
            best = best.max(Some(end));
            !groups || end == text.len()
        });
        best
    }

    /// The first match at or behind `from`: start and end.
    pub fn find(&self, text: &[u8], from: usize) -> Option<(usize, usize)> {
        if let Some(bytes) = self.literal() {
            return find(&text[from..], &bytes).map(|at| (from + at, from + at + bytes.len()));
        }
        let mut at = from;
        loop {
            if let Some(end) = self.longest_at(text, at) {
                return Some((at, end));
            }
            if at >= text.len() {
                return None;
            }
            at += char_len(&text[at..], self.utf8);
        }
    }
}

pub fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    if what.is_empty() {
        return Some(0);
    }
    if what.len() == 1 {
        return text.iter().position(|&c| c == what[0]);
    }
    text.windows(what.len()).position(|window| window == what)
}

fn rfind(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).rposition(|window| window == what)
}

fn tokens(text: &[u8], at: &mut usize, flavour: Flavour, inside: bool, groups: &mut bool, depth: u32) -> Vec<Token> {
    let mut out = Vec::new();
    while *at < text.len() {
        let c = text[*at];
        if inside && (c == b'|' || c == b')') {
            break;
        }
        *at += 1;
        if flavour.extglob && depth < 100 && matches!(c, b'?' | b'*' | b'+' | b'@' | b'!') && text.get(*at) == Some(&b'(') {
            let start = *at;
            *at += 1;
            let mut choices = Vec::new();
            let closed = loop {
                choices.push(tokens(text, at, flavour, true, groups, depth + 1));
                match text.get(*at) {
                    Some(b'|') => *at += 1,
                    Some(_) => {
                        *at += 1;
                        break true;
                    }
                    None => break false,
                }
            };
            if closed {
                *groups = true;
                out.push(Token::Group(c, choices));
                continue;
            }
            *at = start;
        }
        match c {
            b'\\' => match text.get(*at) {
                Some(&next) => {
                    out.push(Token::Byte(next));
                    *at += 1;
                }
                None => out.push(Token::Byte(b'\\')),
            },
            b'?' => out.push(Token::Any),
            b'*' => {
                if !matches!(out.last(), Some(Token::Star)) {
                    out.push(Token::Star);
                }
            }
            b'[' => match Set::parse(&text[*at..], true, flavour.utf8) {
                Some((set, len)) => {
                    out.push(Token::Set(set));
                    *at += len;
                }
                None => out.push(Token::Byte(b'[')),
            },
            _ => out.push(Token::Byte(c)),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hit(pattern: &str, text: &str) -> bool {
        Pattern::new(pattern.as_bytes(), Flavour { extglob: true, nocase: false, utf8: true }).matches(text.as_bytes())
    }

    #[test]
    fn plain_and_extended_patterns() {
        assert!(hit("a*c", "abbc") && !hit("a*c", "abbd"));
        assert!(hit("[!a-c]?", "dé") && hit("[[:upper:]]*", "Xy"));
        assert!(hit("+(ab|c)d", "abcabd") && !hit("+(ab|c)d", "d"));
        assert!(hit("!(*.txt)", "a.rs") && !hit("!(*.txt)", "a.txt"));
        assert!(hit("*(a)*(b)", "") && hit("a\\*b", "a*b") && hit("[]-]", "]"));
    }
}
