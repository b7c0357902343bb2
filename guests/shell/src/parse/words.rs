//! Words: quotes, `$` in all its forms, and what ends a word in each place.

use std::cell::OnceCell;
use std::rc::Rc;

use super::{Parser, Res, is_meta};
use crate::arith::ArithText;
use crate::ast::*;
use crate::names::{is_name_char, is_name_start};
use crate::quote::ansi_c;

/// What ends the text that is being read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Until {
    /// A blank or an operator.
    Meta,
    /// `"`
    Quote,
    /// `}`
    Brace,
    /// `}` or `/`
    BraceOrSlash,
    /// The end of the readable text.
    End,
    /// A blank outside of parentheses.
    Regex,
    /// `)` of an extended pattern.
    Paren,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Quoting {
    Plain,
    /// Inside double quotes.
    Double,
    /// The body of a here-document.
    Here,
    /// An arithmetic expression.
    Arith,
}

#[derive(Default)]
struct Builder {
    parts: Vec<Part>,
    lit: Vec<u8>,
    quoted: Vec<u8>,
    /// A quote was there, though perhaps nothing in it.
    empty_quote: bool,
}

impl Builder {
    fn lit(&mut self, c: u8) {
        if !self.quoted.is_empty() || self.empty_quote {
            self.flush();
        }
        self.lit.push(c);
    }
    fn quoted(&mut self, text: &[u8]) {
        if !self.lit.is_empty() {
            self.flush();
        }
        if text.is_empty() {
            self.empty_quote = true;
        }
        self.quoted.extend_from_slice(text);
    }
    fn flush(&mut self) {
        if !self.lit.is_empty() {
            self.parts.push(Part::Lit(std::mem::take(&mut self.lit).into()));
        }
        if !self.quoted.is_empty() || self.empty_quote {
            self.parts.push(Part::Quoted(std::mem::take(&mut self.quoted).into()));
            self.empty_quote = false;
        }
    }
    fn part(&mut self, part: Part) {
        self.flush();
        self.parts.push(part);
    }
    fn is_empty(&self) -> bool {
        self.parts.is_empty() && self.lit.is_empty() && self.quoted.is_empty() && !self.empty_quote
    }
    fn done(mut self) -> Box<[Part]> {
        self.flush();
        self.parts.into()
    }
}

impl Parser {
    /// A word at the current place, which is not a blank or an operator.
    pub(super) fn word(&mut self) -> Res<Word> {
        self.word_until(Until::Meta, true)
    }

    pub(super) fn word_until(&mut self, until: Until, tilde: bool) -> Res<Word> {
        let from = self.pos;
        let parts = self.parts(until, Quoting::Plain, tilde)?;
        Ok(make_word(parts, self.slice(from, self.pos)))
    }

    /// Goes over a word without keeping it.
    pub(super) fn word_raw(&mut self) -> Res<()> {
        self.parts(Until::Meta, Quoting::Plain, false).map(|_| ())
    }

    pub(super) fn here_parts(&mut self) -> Res<Box<[Part]>> {
        self.parts(Until::End, Quoting::Here, false)
    }

    /// Runs `read` on the text up to `to` alone.
    pub(super) fn limited<T>(&mut self, to: usize, read: impl FnOnce(&mut Parser) -> Res<T>) -> Res<T> {
        let tail = self.tail;
        self.tail = self.buf.len() - to;
        let result = read(self);
        self.tail = tail;
        result
    }

    pub(super) fn parts(&mut self, until: Until, quoting: Quoting, tilde: bool) -> Res<Box<[Part]>> {
        self.enter()?;
        let result = self.parts_inner(until, quoting, tilde);
        self.leave();
        result
    }

    fn parts_inner(&mut self, until: Until, quoting: Quoting, tilde: bool) -> Res<Box<[Part]>> {
        let mut out = Builder::default();
        let from = self.pos;
        let mut parens = 0usize;
        if tilde && self.peek() == Some(b'~') {
            self.tilde(&mut out, until);
        }
        loop {
            let Some(c) = self.peek() else {
                match until {
                    Until::Meta | Until::End | Until::Regex => break,
                    Until::Quote => return Err(self.unmatched(b'"', from)),
                    Until::Brace | Until::BraceOrSlash => return Err(self.unmatched(b'}', from)),
                    Until::Paren => return Err(self.unmatched(b')', from)),
                }
            };
            match until {
                Until::Meta if is_meta(c) => {
                    if (c == b'<' || c == b'>') && self.peek_at(1) == Some(b'(') {
                        let part = self.process_sub()?;
                        out.part(part);
                        continue;
                    }
                    break;
                }
                Until::Quote if c == b'"' => break,
                Until::Brace if c == b'}' => break,
                Until::BraceOrSlash if c == b'}' || c == b'/' => break,
                Until::Paren => match c {
                    b')' if parens == 0 => break,
                    b')' => parens -= 1,
                    b'(' => parens += 1,
                    _ => {}
                },
                Until::Regex => match c {
                    b' ' | b'\t' | b'\n' if parens == 0 => break,
                    b'(' => parens += 1,
                    b')' if parens == 0 => break,
                    b')' => parens -= 1,
                    b';' | b'&' if parens == 0 => break,
                    b'[' => {
                        // A bracket expression may hold anything.
                        out.lit(c);
                        self.pos += 1;
                        continue;
                    }
                    _ => {}
                },
                _ => {}
            }
            match c {
                b'\\' => self.backslash(&mut out, until, quoting)?,
                b'\'' if quoting == Quoting::Plain => {
                    let at = self.pos;
                    self.pos += 1;
                    let Some(len) = self.buf[self.pos..self.end()].iter().position(|&c| c == b'\'') else {
                        return Err(self.unmatched(b'\'', at));
                    };
                    let text = self.buf[self.pos..self.pos + len].to_vec();
                    out.quoted(&text);
                    self.pos += len + 1;
                }
                b'"' => match quoting {
                    Quoting::Here if until == Until::End => {
                        out.quoted(b"\"");
                        self.pos += 1;
                    }
                    Quoting::Arith => self.pos += 1,
                    _ => {
                        let at = self.pos;
                        self.pos += 1;
                        let inner = match self.parts(Until::Quote, Quoting::Double, false) {
                            Ok(parts) => parts,
                            Err(mut error) => {
                                if self.pos >= self.end() && error.incomplete && error.message.ends_with(b"`\"'") {
                                    error.line = self.line_at(at);
                                }
                                return Err(error);
                            }
                        };
                        self.pos += 1;
                        if quoting == Quoting::Plain {
                            out.part(Part::Double(inner.into()));
                        } else {
                            for part in inner {
                                out.part(part);
                            }
                        }
                    }
                },
                b'$' => self.dollar(&mut out, quoting)?,
                b'`' => self.backquote(&mut out, quoting)?,
                b'?' | b'*' | b'+' | b'@' | b'!'
                    if quoting == Quoting::Plain
                        && self.settings.extglob
                        && self.peek_at(1) == Some(b'(')
                        && until != Until::Regex =>
                {
                    out.lit(c);
                    out.lit(b'(');
                    self.pos += 2;
                    let inner = self.parts(Until::Paren, Quoting::Plain, false)?;
                    for part in inner {
                        out.part(part);
                    }
                    out.lit(b')');
                    self.pos += 1;
                }
                _ => {
                    if quoting == Quoting::Plain || quoting == Quoting::Arith {
                        out.lit(c);
                    } else {
                        out.quoted(&[c]);
                    }
                    self.pos += 1;
                }
            }
        }
        if until == Until::Quote && out.is_empty() {
            return Ok(Box::new([]));
        }
        Ok(out.done())
    }

    fn tilde(&mut self, out: &mut Builder, until: Until) {
        let mut at = self.pos + 1;
        while at < self.end() && (self.buf[at].is_ascii_alphanumeric() || matches!(self.buf[at], b'_' | b'-' | b'.' | b'+')) {
            at += 1;
        }
        let ends = at >= self.end()
            || self.buf[at] == b'/'
            || match until {
                Until::Brace | Until::BraceOrSlash => self.buf[at] == b'}',
                _ => is_meta(self.buf[at]),
            };
        if ends {
            let user = self.slice(self.pos + 1, at);
            out.part(Part::Tilde(user));
            self.pos = at;
        }
    }

    fn backslash(&mut self, out: &mut Builder, until: Until, quoting: Quoting) -> Res<()> {
        let Some(next) = self.peek_at(1) else {
            self.pos += 1;
            out.quoted(b"\\");
            return Ok(());
        };
        self.pos += 2;
        if next == b'\n' && !(until == Until::Paren && quoting == Quoting::Plain) {
            return Ok(());
        }
        match quoting {
            Quoting::Plain => {
                if until == Until::Regex {
                    out.lit(b'\\');
                    out.lit(next);
                } else {
                    out.quoted(&[next]);
                }
            }
            Quoting::Double | Quoting::Here | Quoting::Arith => {
                let special = matches!(next, b'$' | b'`' | b'\\')
                    || (next == b'"' && quoting != Quoting::Here)
                    || (next == b'}' && matches!(until, Until::Brace | Until::BraceOrSlash));
                if special {
                    out.quoted(&[next]);
                } else {
                    out.quoted(&[b'\\', next]);
                }
            }
        }
        Ok(())
    }

    fn backquote(&mut self, out: &mut Builder, quoting: Quoting) -> Res<()> {
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
        out.part(Part::Command(Rc::new(CommandSub { body: SubBody::Text(text.into(), line, OnceCell::new()) })));
        Ok(())
    }

    fn dollar(&mut self, out: &mut Builder, quoting: Quoting) -> Res<()> {
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
                out.part(Part::Command(Rc::new(CommandSub { body: SubBody::Parsed(body) })));
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

    fn process_sub(&mut self) -> Res<Part> {
        let from = self.pos;
        let read = self.buf[from] == b'<';
        self.pos += 2;
        let body = self.substitution(from)?;
        Ok(Part::Process(Rc::new(ProcessSub { read, body })))
    }

    /// Goes over one quoted or substituted piece when one starts here; true when it did.
    fn skip_piece(&mut self) -> bool {
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

    fn braced_param(&mut self, quoting: Quoting) -> Res<Part> {
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

pub(crate) fn make_word(parts: Box<[Part]>, raw: Str) -> Word {
    let mut lit = None;
    let mut brace = false;
    let mut plain = true;
    for part in &parts {
        match part {
            Part::Lit(text) => {
                if text.contains(&b'{') {
                    brace = true;
                }
                if text.iter().any(|&c| matches!(c, b'*' | b'?' | b'[' | b'{' | b'(' | b'\\')) {
                    plain = false;
                }
            }
            Part::Quoted(_) => {}
            Part::Double(inner) => {
                if !inner.iter().all(|part| matches!(part, Part::Quoted(_))) {
                    plain = false;
                }
            }
            _ => plain = false,
        }
    }
    if brace && !(raw.contains(&b',') || raw.windows(2).any(|pair| pair == b"..")) {
        brace = false;
        // A lone brace is text.
        plain = parts.iter().all(|part| match part {
            Part::Lit(text) => !text.iter().any(|&c| matches!(c, b'*' | b'?' | b'[' | b'(' | b'\\')),
            Part::Quoted(_) => true,
            Part::Double(inner) => inner.iter().all(|part| matches!(part, Part::Quoted(_))),
            _ => false,
        });
    }
    if plain && !parts.is_empty() {
        let mut text = Vec::new();
        for part in &parts {
            match part {
                Part::Lit(t) | Part::Quoted(t) => text.extend_from_slice(t),
                Part::Double(inner) => {
                    for part in inner.iter() {
                        if let Part::Quoted(t) = part {
                            text.extend_from_slice(t);
                        }
                    }
                }
                _ => {}
            }
        }
        lit = Some(text.into());
    }
    Word { parts, raw, lit, brace, braced: OnceCell::new() }
}
