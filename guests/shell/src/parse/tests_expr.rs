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

    fn test_error(&mut self) -> Box<SyntaxError> {
        let mut error = self.unexpected();
        if error.message.starts_with(b"syntax error near unexpected token `") {
            let token = error.message["syntax error near unexpected token `".len()..].to_vec();
            error.message = [b"syntax error in conditional expression: unexpected token `", &token[..]].concat();
            error.shown = None;
            // bash complains twice, the second time with the line.
            let second = [b"syntax error near `", &token[..]].concat();
            error.message.push(b'\n');
            error.message.extend_from_slice(&second);
            let text = self.line_text(self.pos);
            error.shown = Some(text);
        }
        error
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
                return Err(self.test_error());
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
            }
        }
        self.test_blanks();
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
        let mut error = self.unexpected();
        let token_start = b"syntax error near unexpected token `".len();
        if error.message.len() > token_start {
            let token = error.message[token_start..error.message.len() - 1].to_vec();
            let mut message = b"conditional binary operator expected\nsyntax error near `".to_vec();
            message.extend_from_slice(&token);
            message.push(b'\'');
            error.message = message;
        }
        Err(error)
    }

    fn test_operand(&mut self) -> Res<Word> {
        if self.peek().is_none_or(|c| is_meta(c) && c != b'(' && !(c == b'<' && self.peek_at(1) == Some(b'('))) {
            return Err(self.test_error());
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
