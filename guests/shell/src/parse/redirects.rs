//! Redirections, and where here-documents are waited for.

use std::cell::OnceCell;
use std::rc::Rc;

use super::words::Until;
use super::{Parser, PendingHere, Res, is_meta};
use crate::ast::*;
use crate::names::{is_name_char, is_name_start};

impl Parser {
    pub(super) fn redirect(&mut self) -> Res<Option<Redirect>> {
        let from = self.pos;
        let Some(c) = self.peek() else { return Ok(None) };
        let mut fd = RedirectFd::Default;
        match c {
            b'<' | b'>' => {}
            b'&' if self.peek_at(1) == Some(b'>') => {}
            b'0'..=b'9' => {
                let mut at = self.pos;
                while at < self.end() && self.buf[at].is_ascii_digit() {
                    at += 1;
                }
                if at >= self.end() || !matches!(self.buf[at], b'<' | b'>') || at - self.pos > 9 {
                    return Ok(None);
                }
                let number = self.buf[self.pos..at].iter().fold(0u32, |n, d| n * 10 + u32::from(d - b'0'));
                fd = RedirectFd::Number(number);
                self.pos = at;
            }
            b'{' => {
                let mut at = self.pos + 1;
                while at < self.end() && (is_name_char(self.buf[at]) || matches!(self.buf[at], b'[' | b']')) {
                    at += 1;
                }
                if at + 1 >= self.end() || self.buf[at] != b'}' || !matches!(self.buf[at + 1], b'<' | b'>') {
                    return Ok(None);
                }
                if !is_name_start(self.buf[self.pos + 1]) {
                    return Ok(None);
                }
                fd = RedirectFd::Variable(self.slice(self.pos + 1, at));
                self.pos = at + 1;
            }
            _ => return Ok(None),
        }
        let (op, len) = match self.peek_operator() {
            Some(b"<<<") => (RedirectOp::HereString, 3),
            Some(b"<<-") => (RedirectOp::Here { strip: true }, 3),
            Some(b"<<") => (RedirectOp::Here { strip: false }, 2),
            Some(b"<&") => (RedirectOp::DupIn, 2),
            Some(b">&") => (RedirectOp::DupOut, 2),
            Some(b"<>") => (RedirectOp::ReadWrite, 2),
            Some(b">>") => (RedirectOp::Append, 2),
            Some(b">|") => (RedirectOp::Clobber, 2),
            Some(b"&>>") => (RedirectOp::BothAppend, 3),
            Some(b"&>") => (RedirectOp::Both, 2),
            Some(b"<") if self.peek_at(1) != Some(b'(') || !matches!(fd, RedirectFd::Default) => (RedirectOp::Read, 1),
            Some(b">") if self.peek_at(1) != Some(b'(') || !matches!(fd, RedirectFd::Default) => (RedirectOp::Write, 1),
            _ => {
                self.pos = from;
                return Ok(None);
            }
        };
        self.pos += len;
        self.skip_blanks();
        if self.peek().is_none() {
            return Err(self.unexpected_newline());
        }
        if self.peek().is_none_or(is_meta) && !self.at_process_sub() {
            return Err(self.unexpected());
        }
        let target = if let RedirectOp::Here { strip } = op {
            let start = self.pos;
            let line = self.line_at(start);
            let word = self.word()?;
            let raw = self.slice(start, self.pos);
            let quoted = raw.iter().any(|c| matches!(c, b'\'' | b'"' | b'\\'));
            let delimiter: Str = if quoted { word.lit.clone().unwrap_or_else(|| raw.clone()) } else { raw.clone() };
            let cell = Rc::new(OnceCell::new());
            self.pending.push(PendingHere { cell: cell.clone(), delimiter, raw, quoted, strip, line });
            RedirectTarget::Here(cell)
        } else {
            RedirectTarget::Word(self.word_until(Until::Meta, true)?)
        };
        Ok(Some(Redirect { fd, op, target }))
    }
}
