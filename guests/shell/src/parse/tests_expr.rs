//! The expression of `[[ … ]]`.

use std::rc::Rc;

use super::words::Until;
use super::{Parser, Res, SyntaxError, is_meta};
use crate::ast::*;

impl Parser {
    pub(super) fn test_command(&mut self) -> Res<Test> {
        let extglob = self.settings.extglob;
        self.settings.extglob = true;
        let result = self.test_or();
        self.settings.extglob = extglob;
        let test = result?;
        self.test_blanks();
        if !self.starts_with(b"]]") {
            if self.peek().is_none() {
                return Err(self.unexpected_end());
            }
            return Err(self.test_error());
        }
        self.pos += 2;
        Ok(test)
    }

    fn conditional(&mut self, message: Vec<u8>) -> Box<SyntaxError> {
        let line = self.line_at(self.pos);
        let incomplete = self.peek().is_none();
        Box::new(SyntaxError { line, message, shown: None, incomplete, conditional: !incomplete, status: 2 })
    }

    /// The token at the current place, as messages name it.
    fn token(&mut self) -> Vec<u8> {
        let pos = self.pos;
        let token = match self.peek() {
            None | Some(b'\n') => b"newline".to_vec(),
            Some(_) => match self.peek_operator() {
                Some(op) => op.to_vec(),
                None => {
                    let _ = self.word_raw();
                    self.buf[pos..self.pos].to_vec()
                }
            },
        };
        self.pos = pos;
        token
    }

    fn test_error(&mut self) -> Box<SyntaxError> {
        if self.peek() == Some(b')') || self.starts_with(b"]]") {
            return self.conditional(Vec::new());
        }
        self.conditional(b"syntax error in conditional expression".to_vec())
    }

    fn missing_operand(&mut self, kind: &str) -> Box<SyntaxError> {
        let token = self.token();
        self.conditional([b"unexpected argument `", &token[..], b"' to conditional ", kind.as_bytes(), b" operator"].concat())
    }

    fn test_blanks(&mut self) {
        loop {
            self.skip_blanks();
            if self.peek() != Some(b'\n') {
                return;
            }
            self.newline();
        }
    }

    fn test_or(&mut self) -> Res<Test> {
        self.enter()?;
        let mut left = self.test_and()?;
        loop {
            self.test_blanks();
            if !self.starts_with(b"||") {
                self.leave();
                return Ok(left);
            }
            self.pos += 2;
            let right = self.test_and()?;
            left = Test::Or(Box::new(left), Box::new(right));
        }
    }

    fn test_and(&mut self) -> Res<Test> {
        let mut left = self.test_term()?;
        loop {
            self.test_blanks();
            if !self.starts_with(b"&&") {
                return Ok(left);
            }
            self.pos += 2;
            let right = self.test_term()?;
            left = Test::And(Box::new(left), Box::new(right));
        }
    }

    fn test_term(&mut self) -> Res<Test> {
        self.test_blanks();
        let Some(c) = self.peek() else { return Err(self.unexpected_end()) };
        if c == b'!' && self.peek_at(1).is_some_and(|c| matches!(c, b' ' | b'\t' | b'\n' | b'(')) {
            self.pos += 1;
            self.enter()?;
            let inner = self.test_term()?;
            self.leave();
            return Ok(Test::Not(Box::new(inner)));
        }
        if c == b'(' {
            self.pos += 1;
            let inner = self.test_or()?;
            self.test_blanks();
            if self.peek() != Some(b')') {
                let token = self.token();
                return Err(self.conditional([b"unexpected token `", &token[..], b"', expected `)'"].concat()));
            }
            self.pos += 1;
            return Ok(Test::Group(Box::new(inner)));
        }
        if is_meta(c) {
            return Err(self.test_error());
        }
        if self.starts_with(b"]]") {
            return Err(self.test_error());
        }
        let first = self.word()?;
        if let [b'-', op] = *first.raw {
            if op.is_ascii_alphabetic() {
                let at = self.pos;
                self.test_blanks();
                // `[[ -n ]]` and `[[ -f == x ]]` are not unary.
                let operand = self.peek().is_some_and(|c| !is_meta(c) || c == b'<' || c == b'>')
                    && !self.starts_with(b"]]")
                    && !self.binary_ahead();
                if operand {
                    let word = self.word()?;
                    return Ok(Test::Unary(op, word));
                }
                self.pos = at;
                self.test_blanks();
                if op != b'a' && op != b'o' && self.starts_with(b"]]") && b"bcdefghknprstuvwxzGLNORS".contains(&op) {
                    return Err(self.missing_operand("unary"));
                }
            }
        }
        self.test_blanks();
        if self.peek().is_none() {
            return Err(self.conditional(b"unexpected token `newline', conditional binary operator expected".to_vec()));
        }
        let Some(c) = self.peek() else { return Err(self.unexpected_end()) };
        if c == b'<' || c == b'>' {
            self.pos += 1;
            self.test_blanks();
            let right = self.word()?;
            return Ok(Test::Binary(Rc::from(&[c][..]), first, right));
        }
        if let Some(len) = self.binary_operator() {
            let op = self.slice(self.pos, self.pos + len);
            self.pos += len;
            self.test_blanks();
            if self.peek().is_none() {
                return Err(self.unexpected_end());
            }
            let right = if &*op == b"=~" { self.word_until(Until::Regex, true)? } else { self.test_operand()? };
            return Ok(Test::Binary(op, first, right));
        }
        if self.starts_with(b"]]") || matches!(c, b'&' | b'|' | b')') {
            return Ok(Test::Word(first));
        }
        if is_meta(c) {
            let token = self.token();
            return Err(self.conditional([b"unexpected token `", &token[..], b"', conditional binary operator expected"].concat()));
        }
        Err(self.conditional(b"conditional binary operator expected".to_vec()))
    }

    fn test_operand(&mut self) -> Res<Word> {
        if self.peek().is_none_or(|c| is_meta(c) && c != b'(' && !(c == b'<' && self.peek_at(1) == Some(b'('))) {
            return Err(self.missing_operand("binary"));
        }
        if self.starts_with(b"]]") {
            return Err(self.missing_operand("binary"));
        }
        self.word()
    }

    /// Whether a binary operator and an operand stand here, so that what was before is no unary operator.
    fn binary_ahead(&mut self) -> bool {
        let Some(len) = self.binary_operator() else { return false };
        let at = self.pos;
        self.pos += len;
        self.test_blanks();
        let operand = !self.starts_with(b"]]") && self.peek().is_some_and(|c| !is_meta(c));
        self.pos = at;
        operand
    }

    fn binary_operator(&self) -> Option<usize> {
        const OPERATORS: [&[u8]; 13] = [
            b"==", b"!=", b"=~", b"=", b"-eq", b"-ne", b"-lt", b"-le", b"-gt", b"-ge", b"-nt", b"-ot", b"-ef",
        ];
        let rest = &self.buf[self.pos..self.end()];
        OPERATORS
            .iter()
            .find(|op| rest.starts_with(op) && rest.get(op.len()).is_some_and(|&c| is_meta(c)))
            .map(|op| op.len())
    }
}
