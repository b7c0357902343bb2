//! `${…}`: the name, its subscript, the operator and its operands.

use std::rc::Rc;

use super::{Parser, Res};
use super::words::{Quoting, Until, make_word};
use crate::ast::*;
use crate::names::{is_name_char, is_name_start};

impl Parser {
    pub(super) fn braced_param(&mut self, quoting: Quoting) -> Res<Part> {
        let from = self.pos;
        match self.try_braced(quoting)? {
            Some(part) => Ok(part),
            None => {
                // Not understood: an error when it is expanded, so go to its end.
                self.pos = from;
                self.skip_piece();
                if self.buf[self.pos - 1] != b'}' || self.pos - from < 3 {
                    return Err(self.unmatched(b'}', from));
                }
                Ok(Part::Bad(self.slice(from, self.pos)))
            }
        }
    }

    fn param_name(&mut self) -> Option<ParamName> {
        let c = self.peek()?;
        if is_name_start(c) {
            let from = self.pos;
            while self.peek().is_some_and(is_name_char) {
                self.pos += 1;
            }
            let sym = self.names.sym(&self.buf[from..self.pos]);
            return Some(ParamName::Var(sym));
        }
        if c.is_ascii_digit() {
            let mut number = 0u32;
            while let Some(d @ b'0'..=b'9') = self.peek() {
                number = number.saturating_mul(10).saturating_add(u32::from(d - b'0'));
                self.pos += 1;
            }
            return Some(if number == 0 { ParamName::Special(b'0') } else { ParamName::Positional(number) });
        }
        if matches!(c, b'@' | b'*' | b'#' | b'?' | b'-' | b'$' | b'!') {
            self.pos += 1;
            return Some(ParamName::Special(c));
        }
        None
    }

    fn try_braced(&mut self, quoting: Quoting) -> Res<Option<Part>> {
        let from = self.pos;
        self.pos += 2;
        let mut length = false;
        let mut indirect = false;
        if self.peek() == Some(b'#') {
            let at = self.pos;
            self.pos += 1;
            if self.param_name().is_some() && matches!(self.peek(), Some(b'}' | b'[')) {
                length = true;
                self.pos = at + 1;
            } else {
                self.pos = at;
            }
        } else if self.peek() == Some(b'!') {
            let at = self.pos;
            self.pos += 1;
            match self.peek() {
                Some(c) if is_name_char(c) => indirect = true,
                Some(b'#' | b'@' | b'*' | b'?' | b'$' | b'!') if self.peek_at(1) == Some(b'}') => indirect = true,
                _ => self.pos = at,
            }
        }
        let Some(name) = self.param_name() else { return Ok(None) };
        let mut sub = None;
        if self.peek() == Some(b'[') && matches!(name, ParamName::Var(_)) {
            self.pos += 1;
            let Some(end) = self.bracket_end() else { return Ok(None) };
            match &self.buf[self.pos..end] {
                b"@" => sub = Some(Subscript::At),
                b"*" => sub = Some(Subscript::Star),
                b"" => return Ok(None),
                _ => sub = Some(Subscript::Index(Box::new(self.subscript(end)?))),
            }
            self.pos = end + 1;
        }
        let Some(op) = self.param_op(quoting, name, &mut sub, indirect)? else { return Ok(None) };
        if self.peek() != Some(b'}') {
            if self.peek().is_none() {
                return Err(self.unmatched(b'}', from));
            }
            return Ok(None);
        }
        if length && !matches!(op, ParamOp::None) {
            return Ok(None);
        }
        self.pos += 1;
        Ok(Some(Part::Param(Rc::new(Param { name, sub, op, indirect, length }))))
    }

    /// A word inside `${ }`, up to its `}`.
    fn operand(&mut self, until: Until, quoting: Quoting, tilde: bool) -> Res<Word> {
        let from = self.pos;
        let parts = self.parts(until, quoting, tilde)?;
        Ok(make_word(parts, self.slice(from, self.pos)))
    }

    fn param_op(
        &mut self,
        quoting: Quoting,
        name: ParamName,
        sub: &mut Option<Subscript>,
        indirect: bool,
    ) -> Res<Option<ParamOp>> {
        let Some(c) = self.peek() else { return Ok(None) };
        let word_quoting = if quoting == Quoting::Plain { Quoting::Plain } else { Quoting::Double };
        let op = match c {
            b'}' => {
                if indirect && matches!(sub, Some(Subscript::At | Subscript::Star)) {
                    let at = matches!(sub, Some(Subscript::At));
                    ParamOp::Keys { at }
                } else {
                    ParamOp::None
                }
            }
            b'*' | b'@' if indirect && matches!(name, ParamName::Var(_)) && self.peek_at(1) == Some(b'}') && sub.is_none() => {
                self.pos += 1;
                ParamOp::Names { at: c == b'@' }
            }
            b':' if matches!(self.peek_at(1), Some(b'-' | b'=' | b'?' | b'+')) => {
                self.pos += 1;
                self.fallback(true, word_quoting)?
            }
            b'-' | b'=' | b'?' | b'+' => self.fallback(false, word_quoting)?,
            b':' => {
                self.pos += 1;
                let Some((end, more)) = self.substring_end() else { return Ok(None) };
                let offset = self.arith_text(end)?;
                let length = if more {
                    self.pos = end + 1;
                    let Some((end, _)) = self.length_end() else { return Ok(None) };
                    Some(self.arith_text(end)?)
                } else {
                    None
                };
                ParamOp::Substring { offset, length }
            }
            b'#' | b'%' => {
                self.pos += 1;
                let longest = self.peek() == Some(c);
                if longest {
                    self.pos += 1;
                }
                let pattern = self.operand(Until::Brace, Quoting::Plain, false)?;
                if c == b'#' {
                    ParamOp::RemovePrefix { longest, pattern }
                } else {
                    ParamOp::RemoveSuffix { longest, pattern }
                }
            }
            b'/' => {
                self.pos += 1;
                let kind = match self.peek() {
                    Some(b'/') => Replace::All,
                    Some(b'#') => Replace::Prefix,
                    Some(b'%') => Replace::Suffix,
                    _ => Replace::First,
                };
                if kind != Replace::First {
                    self.pos += 1;
                }
                // A slash at once is part of the pattern; behind `#` and `%` it ends an empty one.
                let start = self.pos;
                let mut pattern = if self.peek() == Some(b'/') && matches!(kind, Replace::First | Replace::All) {
                    self.pos += 1;
                    let rest = self.parts(Until::BraceOrSlash, Quoting::Plain, false)?;
                    let mut parts = vec![Part::Lit(Rc::from(&b"/"[..]))];
                    parts.extend(rest);
                    make_word(parts.into(), self.slice(start, self.pos))
                } else {
                    self.operand(Until::BraceOrSlash, Quoting::Plain, false)?
                };
                let with = if self.peek() == Some(b'/') {
                    self.pos += 1;
                    self.operand(Until::Brace, Quoting::Plain, true)?
                } else {
                    make_word(Box::new([]), Rc::from(&b""[..]))
                };
                pattern.brace = false;
                ParamOp::Replace { kind, pattern, with }
            }
            b'^' | b',' | b'~' => {
                self.pos += 1;
                let all = self.peek() == Some(c);
                if all {
                    self.pos += 1;
                }
                let pattern = self.operand(Until::Brace, Quoting::Plain, false)?;
                let kind = match c {
                    b'^' => Case::Upper,
                    b',' => Case::Lower,
                    _ => Case::Toggle,
                };
                ParamOp::Case { kind, all, pattern }
            }
            b'@' => {
                let Some(letter) = self.peek_at(1) else { return Ok(None) };
                if !b"QEPAKauULk".contains(&letter) || self.peek_at(2) != Some(b'}') {
                    return Ok(None);
                }
                self.pos += 2;
                ParamOp::Transform(letter)
            }
            _ => return Ok(None),
        };
        Ok(Some(op))
    }

    fn fallback(&mut self, or_null: bool, quoting: Quoting) -> Res<ParamOp> {
        let kind = match self.buf[self.pos] {
            b'-' => Fallback::Use,
            b'=' => Fallback::Assign,
            b'?' => Fallback::Error,
            _ => Fallback::Alternative,
        };
        self.pos += 1;
        let word = self.operand(Until::Brace, quoting, quoting == Quoting::Plain)?;
        Ok(ParamOp::Fallback { kind, or_null, word })
    }

    fn substring_end(&mut self) -> Option<(usize, bool)> {
        self.expression_end(true)
    }

    fn length_end(&mut self) -> Option<(usize, bool)> {
        self.expression_end(false)
    }

    /// The end of an expression in `${name:…}`; whether `:` ends it.
    fn expression_end(&mut self, colon: bool) -> Option<(usize, bool)> {
        let from = self.pos;
        let (mut parens, mut asks) = (0, 0);
        let mut found = None;
        while let Some(c) = self.peek() {
            match c {
                b'(' => parens += 1,
                b')' => parens -= 1,
                b'?' => asks += 1,
                b':' if asks > 0 => asks -= 1,
                b':' if parens == 0 && colon => {
                    found = Some((self.pos, true));
                    break;
                }
                b'}' if parens <= 0 => {
                    found = Some((self.pos, false));
                    break;
                }
                b'[' => {
                    self.pos += 1;
                    if let Some(end) = self.bracket_end() {
                        self.pos = end;
                    }
                }
                _ => {
                    if self.skip_piece() {
                        continue;
                    }
                }
            }
            self.pos += 1;
        }
        self.pos = from;
        found
    }
}
