//! The compound commands: `if`, the loops, `case`, functions, `coproc`.

use std::rc::Rc;

use super::{Parser, Res, SyntaxError, is_meta};
use super::commands::is_reserved;
use crate::ast::*;
use crate::names::is_name;

impl Parser {
    pub(super) fn if_clause(&mut self) -> Res<Kind> {
        let mut arms = Vec::new();
        let mut otherwise = None;
        loop {
            let test = self.compound_list(&[b"then"], false)?;
            self.pos += 4;
            let body = self.compound_list(&[b"elif", b"else", b"fi"], false)?;
            arms.push((test, body));
            if self.take_word(b"elif") {
                continue;
            }
            if self.take_word(b"else") {
                otherwise = Some(self.compound_list(&[b"fi"], false)?);
            }
            self.expect_word(b"fi")?;
            return Ok(Kind::If { arms, otherwise });
        }
    }

    pub(super) fn do_group(&mut self) -> Res<List> {
        self.expect_word(b"do")?;
        let body = self.compound_list(&[b"done"], false)?;
        self.pos += 4;
        Ok(body)
    }

    /// `do … done`, or the undocumented `{ … }`.
    fn loop_body(&mut self) -> Res<List> {
        self.skip_blanks();
        if self.peek() == Some(b';') {
            self.pos += 1;
        }
        self.skip_newlines();
        if self.take_word(b"{") {
            let body = self.compound_list(&[b"}"], false)?;
            self.pos += 1;
            return Ok(body);
        }
        self.do_group()
    }

    pub(super) fn for_clause(&mut self) -> Res<Kind> {
        self.skip_blanks();
        if self.starts_with(b"((") {
            self.pos += 2;
            let from = self.pos;
            let Some(end) = self.arith_end() else { return Err(self.unexpected()) };
            let mut pieces = Vec::new();
            let mut start = from;
            while self.pos < end {
                match self.buf[self.pos] {
                    b';' => {
                        let stop = self.pos;
                        self.pos = start;
                        pieces.push(self.arith_text(stop)?);
                        self.pos = stop + 1;
                        start = self.pos;
                    }
                    b'"' | b'\'' => {
                        let quote = self.buf[self.pos];
                        self.pos += 1;
                        while self.pos < end && self.buf[self.pos] != quote {
                            self.pos += 1;
                        }
                        self.pos += 1;
                    }
                    _ => self.pos += 1,
                }
            }
            self.pos = start.min(end);
            pieces.push(self.arith_text(end)?);
            self.pos = end + 2;
            if pieces.len() != 3 {
                let line = self.line_at(from);
                return Err(Box::new(SyntaxError {
                    line,
                    message: b"syntax error: arithmetic expression required".to_vec(),
                    shown: None,
                    incomplete: false,
                    conditional: false,
                    status: 2,
                }));
            }
            let body = self.loop_body()?;
            let mut pieces = pieces.into_iter();
            if let (Some(init), Some(test), Some(step)) = (pieces.next(), pieces.next(), pieces.next()) {
                return Ok(Kind::ArithFor { init, test, step, body });
            }
            return Err(self.unexpected());
        }
        self.names_clause(false)
    }

    pub(super) fn names_clause(&mut self, select: bool) -> Res<Kind> {
        self.skip_blanks();
        let from = self.pos;
        if self.peek().is_none_or(is_meta) {
            return Err(self.unexpected());
        }
        self.word_raw()?;
        let text = self.slice(from, self.pos);
        let name = self.names.sym(&text);
        self.skip_blanks();
        let mut words = None;
        if self.peek() == Some(b'\n') {
            self.skip_newlines();
        }
        if self.take_word(b"in") {
            let mut list = Vec::new();
            loop {
                self.skip_blanks();
                match self.peek() {
                    None | Some(b'\n' | b';') => break,
                    Some(b'<' | b'>') if self.peek_at(1) == Some(b'(') => list.push(self.word()?),
                    Some(c) if is_meta(c) => return Err(self.unexpected()),
                    Some(_) => list.push(self.word()?),
                }
            }
            words = Some(list);
        }
        let body = self.loop_body()?;
        Ok(if select { Kind::Select { name, text, words, body } } else { Kind::For { name, text, words, body } })
    }

    pub(super) fn case_clause(&mut self) -> Res<Kind> {
        self.skip_blanks();
        if self.peek().is_none_or(is_meta) {
            return Err(self.unexpected());
        }
        let word = self.word()?;
        self.skip_newlines();
        self.expect_word(b"in")?;
        let mut arms = Vec::new();
        loop {
            self.skip_newlines();
            if self.take_word(b"esac") {
                break;
            }
            if self.peek().is_none() {
                return Err(self.unexpected_end());
            }
            if self.peek() == Some(b'(') {
                self.pos += 1;
                self.skip_blanks();
            }
            let mut patterns = Vec::new();
            loop {
                self.skip_blanks();
                if self.peek().is_none_or(is_meta) {
                    return Err(self.unexpected());
                }
                patterns.push(self.word()?);
                self.skip_blanks();
                match self.peek() {
                    Some(b'|') => self.pos += 1,
                    Some(b')') => break,
                    _ => return Err(self.unexpected()),
                }
            }
            self.pos += 1;
            let body = self.compound_list(&[b"esac", b";;"], true)?;
            let end = if self.starts_with(b";;&") {
                self.pos += 3;
                CaseEnd::TestNext
            } else if self.starts_with(b";;") {
                self.pos += 2;
                CaseEnd::Break
            } else if self.starts_with(b";&") {
                self.pos += 2;
                CaseEnd::FallThrough
            } else {
                CaseEnd::Break
            };
            arms.push(CaseArm { patterns, body, end });
        }
        Ok(Kind::Case { word, arms })
    }

    pub(super) fn function_body(&mut self, name: Str, line: u32) -> Res<Command> {
        self.skip_newlines();
        let compound = match self.peek() {
            Some(b'(') => true,
            None => return Err(self.unexpected_end()),
            Some(_) => matches!(
                self.peek_plain(),
                b"{" | b"if" | b"for" | b"while" | b"until" | b"case" | b"select" | b"[["
            ),
        };
        if !compound {
            return Err(self.unexpected());
        }
        let body = self.command()?;
        let source = self.settings.source.clone();
        let function = Function { name, body, source, line };
        Ok(Command { kind: Kind::Function(Rc::new(function)), redirects: Vec::new(), line })
    }

    pub(super) fn coproc(&mut self, line: u32) -> Res<Command> {
        self.skip_blanks();
        let mut name: Str = Rc::from(&b"COPROC"[..]);
        let plain = self.peek_plain();
        let len = plain.len();
        if is_name(plain) && !is_reserved(plain) {
            let from = self.pos;
            self.pos += len;
            self.skip_blanks();
            let compound = self.peek() == Some(b'(')
                || matches!(self.peek_plain(), b"{" | b"if" | b"for" | b"while" | b"until" | b"case" | b"select");
            if compound {
                name = self.slice(from, from + len);
            } else {
                self.pos = from;
            }
        }
        let body = self.command()?;
        Ok(Command { kind: Kind::Coproc { name, body: Box::new(body) }, redirects: Vec::new(), line })
    }
}
