//! What `$` and the backquote begin: parameters, substitutions, arithmetic; and where each ends.

use std::cell::OnceCell;
use std::rc::Rc;

use super::{Parser, Res};
use super::words::{Builder, Quoting, Until};
use crate::arith::ArithText;
use crate::ast::*;
use crate::names::{is_name_char, is_name_start};
use crate::quote::ansi_c;

impl Parser {
    pub(super) fn backquote(&mut self, out: &mut Builder, quoting: Quoting) -> Res<()> {
        let from = self.pos;
        let line = self.line_at(from);
        self.pos += 1;
        let mut text = Vec::new();
        loop {
            match self.peek() {
                None => return Err(self.unmatched(b'`', from)),
                Some(b'`') => break,
                Some(b'\\') => {
                    let next = self.peek_at(1);
                    self.pos += 2;
                    match next {
                        Some(b'\n') if quoting == Quoting::Double => {}
                        Some(c @ (b'$' | b'`' | b'\\')) => text.push(c),
                        Some(b'"') if quoting == Quoting::Double => text.push(b'"'),
                        Some(c) => text.extend_from_slice(&[b'\\', c]),
                        None => return Err(self.unmatched(b'`', from)),
                    }
                }
                Some(c) => {
                    text.push(c);
                    self.pos += 1;
                }
            }
        }
        self.pos += 1;
        out.part(Part::Command(Rc::new(CommandSub { body: SubBody::Text(text.into(), line, OnceCell::new()), shift: 0 })));
        Ok(())
    }

    pub(super) fn dollar(&mut self, out: &mut Builder, quoting: Quoting) -> Res<()> {
        let from = self.pos;
        let plain = |out: &mut Builder, parser: &mut Parser| {
            if quoting == Quoting::Plain {
                out.lit(b'$');
            } else {
                out.quoted(b"$");
            }
            parser.pos += 1;
        };
        let Some(next) = self.peek_at(1) else {
            plain(out, self);
            return Ok(());
        };
        match next {
            b'(' => {
                if self.peek_at(2) == Some(b'(') {
                    self.pos += 3;
                    if let Some(end) = self.arith_end() {
                        let inner = self.arith_text(end)?;
                        self.pos = end + 2;
                        out.part(Part::Arith(Rc::new(inner)));
                        return Ok(());
                    }
                    self.pos = from;
                }
                self.pos += 2;
                let body = self.substitution(from)?;
                let first = body.first().and_then(|item| item.first.stages.first()).map(|stage| stage.line);
                let shift = first.map_or(0, |first| self.line_at(self.pos - 1).saturating_sub(first));
                out.part(Part::Command(Rc::new(CommandSub { body: SubBody::Parsed(body), shift })));
            }
            b'[' => {
                // The old form of `$(( ))`.
                self.pos += 2;
                let Some(end) = self.bracket_end() else { return Err(self.unmatched(b']', from)) };
                let inner = self.arith_text(end)?;
                self.pos = end + 1;
                out.part(Part::Arith(Rc::new(inner)));
            }
            b'{' => {
                let part = self.braced_param(quoting)?;
                out.part(part);
            }
            b'\'' if quoting == Quoting::Plain => {
                self.pos += 2;
                let start = self.pos;
                loop {
                    match self.peek() {
                        None => return Err(self.unmatched(b'\'', from)),
                        Some(b'\'') => break,
                        Some(b'\\') => self.pos += 2,
                        Some(_) => self.pos += 1,
                    }
                }
                let text = ansi_c(&self.buf[start..self.pos]);
                out.quoted(&text);
                self.pos += 1;
            }
            b'"' if quoting == Quoting::Plain => self.pos += 1,
            c if is_name_start(c) => {
                let mut at = self.pos + 2;
                while at < self.end() && is_name_char(self.buf[at]) {
                    at += 1;
                }
                let sym = self.names.sym(&self.buf[self.pos + 1..at]);
                self.pos = at;
                out.part(self.simple_param(ParamName::Var(sym)));
            }
            c if c.is_ascii_digit() => {
                self.pos += 2;
                let name = if c == b'0' { ParamName::Special(b'0') } else { ParamName::Positional((c - b'0').into()) };
                out.part(self.simple_param(name));
            }
            b'@' | b'*' | b'#' | b'?' | b'-' | b'$' | b'!' => {
                self.pos += 2;
                out.part(self.simple_param(ParamName::Special(next)));
            }
            _ => plain(out, self),
        }
        Ok(())
    }

    fn simple_param(&self, name: ParamName) -> Part {
        Part::Param(Rc::new(Param {
            name,
            sub: None,
            op: ParamOp::None,
            indirect: false,
            length: false,
        }))
    }

    /// The commands up to `)`; stands behind the opening parenthesis.
    fn substitution(&mut self, from: usize) -> Res<List> {
        self.enter()?;
        let outer = std::mem::take(&mut self.pending);
        let list = self.compound_list(&[], true);
        self.leave();
        let list = match list {
            Ok(list) => list,
            Err(error) if error.incomplete && error.message.starts_with(b"syntax error: unexpected end") => {
                let mut error = self.unmatched(b')', from);
                if self.buf[from..].starts_with(b"$((") {
                    error.line = self.line_at(from);
                }
                return Err(error);
            }
            Err(mut error) => {
                if !error.incomplete {
                    error.status = 127;
                }
                return Err(error);
            }
        };
        self.skip_blanks();
        if self.peek() != Some(b')') {
            if self.peek().is_none() {
                return Err(self.unmatched(b')', from));
            }
            return Err(self.unexpected());
        }
        if !self.pending.is_empty() {
            // A here-document whose body never came.
            self.read_heres();
        }
        self.pending = outer;
        self.pos += 1;
        Ok(list)
    }

    pub(super) fn process_sub(&mut self) -> Res<Part> {
        let from = self.pos;
        let read = self.buf[from] == b'<';
        self.pos += 2;
        let body = self.substitution(from)?;
        Ok(Part::Process(Rc::new(ProcessSub { read, body })))
    }

    /// Goes over one quoted or substituted piece when one starts here; true when it did.
    pub(super) fn skip_piece(&mut self) -> bool {
        match self.peek() {
            Some(b'\\') => self.pos = (self.pos + 2).min(self.end()),
            Some(b'\'') => {
                self.pos += 1;
                while self.peek().is_some_and(|c| c != b'\'') {
                    self.pos += 1;
                }
                self.pos = (self.pos + 1).min(self.end());
            }
            Some(b'"') => {
                self.pos += 1;
                while let Some(c) = self.peek() {
                    if c == b'"' {
                        break;
                    }
                    if !(matches!(c, b'\\' | b'$' | b'`') && self.skip_piece()) {
                        self.pos += 1;
                    }
                }
                self.pos = (self.pos + 1).min(self.end());
            }
            Some(b'`') => {
                self.pos += 1;
                while let Some(c) = self.peek() {
                    if c == b'`' {
                        break;
                    }
                    self.pos += if c == b'\\' { 2 } else { 1 };
                }
                self.pos = (self.pos + 1).min(self.end());
            }
            Some(b'$') if matches!(self.peek_at(1), Some(b'(' | b'{')) => {
                let (open, close) = if self.peek_at(1) == Some(b'(') { (b'(', b')') } else { (b'{', b'}') };
                self.pos += 2;
                let mut depth = 1;
                while let Some(c) = self.peek() {
                    if c == open {
                        depth += 1;
                    } else if c == close {
                        depth -= 1;
                        if depth == 0 {
                            break;
                        }
                    }
                    let piece = matches!(c, b'\\' | b'\'' | b'"' | b'`')
                        || (c == b'$' && matches!(self.peek_at(1), Some(b'(' | b'{')));
                    if !(piece && self.skip_piece()) {
                        self.pos += 1;
                    }
                }
                self.pos = (self.pos + 1).min(self.end());
            }
            _ => return false,
        }
        true
    }

    /// Where the `))` stands that closes an arithmetic expression, if one does. The place is kept.
    pub(super) fn arith_end(&mut self) -> Option<usize> {
        let from = self.pos;
        let mut depth = 0;
        let mut found = None;
        while let Some(c) = self.peek() {
            match c {
                b'(' => depth += 1,
                b')' if depth == 0 => {
                    if self.peek_at(1) == Some(b')') {
                        found = Some(self.pos);
                    }
                    break;
                }
                b')' => depth -= 1,
                b'\'' => {}
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

    /// Where the `]` stands that closes a subscript. The place is kept.
    pub(super) fn bracket_end(&mut self) -> Option<usize> {
        let from = self.pos;
        let mut depth = 0;
        let mut found = None;
        while let Some(c) = self.peek() {
            match c {
                b'[' => depth += 1,
                b']' if depth == 0 => {
                    found = Some(self.pos);
                    break;
                }
                b']' => depth -= 1,
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

    pub(super) fn arith_text(&mut self, to: usize) -> Res<ArithText> {
        let from = self.pos;
        let raw = self.slice(from, to);
        let parts = self.limited(to, |parser| parser.parts(Until::End, Quoting::Arith, false))?;
        self.pos = to;
        Ok(ArithText::new(parts, raw))
    }

    /// A subscript up to the `]` at `to`; goes to that place.
    pub(super) fn subscript(&mut self, to: usize) -> Res<SubIndex> {
        let from = self.pos;
        let word = self.limited(to, |parser| parser.word_until(Until::End, false))?;
        self.pos = from;
        let arith = self.arith_text(to)?;
        Ok(SubIndex { word, arith })
    }
}
