//! Simple commands: aliases, assignments, words and redirections in any order.

use std::rc::Rc;

use super::{Parser, Res, SyntaxError, is_meta};
use super::commands::takes_assignments;
use crate::ast::*;
use crate::names::{is_name, is_name_char, is_name_start};

impl Parser {
    /// Puts the text of an alias in place of the word at the current place.
    pub(super) fn expand_alias(&mut self) -> Res<()> {
        let Some(aliases) = self.settings.aliases.clone() else { return Ok(()) };
        if aliases.is_empty() {
            return Ok(());
        }
        for _ in 0..1000 {
            let word = self.peek_plain().to_vec();
            if word.is_empty() {
                return Ok(());
            }
            let Some(text) = aliases.get(&word) else { return Ok(()) };
            let pos = self.pos;
            if self.alias_regions.iter().any(|(from, to, name)| *from <= pos && pos < *to && *name == word) {
                return Ok(());
            }
            let mut text = text.clone();
            let blank = matches!(text.last(), Some(b' ' | b'\t'));
            if text.is_empty() {
                text.push(b' ');
            }
            let end = pos + word.len();
            for region in &mut self.alias_regions {
                if region.1 >= end {
                    region.1 = region.1 - word.len() + text.len();
                }
            }
            self.alias_regions.push((pos, pos + text.len(), word.clone()));
            if self.alias_regions.len() > 1000 {
                let line = self.line_at(pos);
                return Err(Box::new(SyntaxError {
                    line,
                    message: b"alias expansion: too many levels".to_vec(),
                    shown: None,
                    incomplete: false,
                    conditional: false,
                    status: 2,
                }));
            }
            self.alias_check_after = blank.then_some(pos + text.len());
            self.buf.splice(pos..end, text);
            self.skip_blanks();
        }
        Ok(())
    }

    pub(super) fn simple(&mut self, line: u32) -> Res<Command> {
        let mut assigns = Vec::new();
        let mut args: Vec<Arg> = Vec::new();
        let mut redirects = Vec::new();
        let mut declares = false;
        loop {
            self.skip_blanks();
            if let Some(redirect) = self.redirect()? {
                redirects.push(redirect);
                continue;
            }
            let Some(c) = self.peek() else { break };
            if c == b'(' {
                if let ([Arg::Word(word)], true, true) = (&args[..], assigns.is_empty(), redirects.is_empty()) {
                    let at = self.pos;
                    self.pos += 1;
                    self.skip_blanks();
                    if self.peek() == Some(b')') {
                        let name = word.raw.clone();
                        self.pos += 1;
                        return self.function_body(name, line);
                    }
                    if self.peek().is_none() {
                        return Err(self.unexpected_newline());
                    }
                    let _ = at;
                    return Err(self.unexpected());
                }
                return Err(self.unexpected());
            }
            if is_meta(c) && !(matches!(c, b'<' | b'>') && self.peek_at(1) == Some(b'(')) {
                break;
            }
            if args.is_empty() {
                if !(assigns.is_empty() && redirects.is_empty()) {
                    self.expand_alias()?;
                    if self.peek().is_none_or(is_meta) {
                        continue;
                    }
                }
                if let Some(assign) = self.assignment(true)? {
                    assigns.push(assign);
                    continue;
                }
            } else if declares {
                if let Some(assign) = self.assignment(true)? {
                    args.push(Arg::Assign(assign));
                    continue;
                }
            }
            if let Some(after) = self.alias_check_after {
                if self.pos >= after && !args.is_empty() {
                    self.alias_check_after = None;
                    self.expand_alias()?;
                    if self.peek().is_none_or(is_meta) {
                        continue;
                    }
                }
            }
            let mut word = self.word()?;
            if let Some(at) = word.raw.iter().position(|&c| c == b'=') {
                if word.raw.get(at + 1) == Some(&b'~') && is_name(&word.raw[..at]) {
                    tilde_after_equals(&mut word);
                }
            }
            if args.is_empty() || args.iter().all(|arg| matches!(arg, Arg::Word(w) if matches!(w.lit.as_deref(), Some(b"command" | b"builtin")))) {
                declares = word.lit.as_deref().is_some_and(takes_assignments);
            }
            args.push(Arg::Word(word));
        }
        if assigns.is_empty() && args.is_empty() && redirects.is_empty() {
            return Err(self.unexpected());
        }
        Ok(Command { kind: Kind::Simple(Simple { assigns, args }), redirects, line })
    }

    /// `name=…`, `name+=…`, `name[…]=…` when one stands here.
    fn assignment(&mut self, arrays: bool) -> Res<Option<Assign>> {
        let from = self.pos;
        if !self.peek().is_some_and(is_name_start) {
            return Ok(None);
        }
        let mut at = self.pos;
        let end = self.end();
        while at < end && is_name_char(self.buf[at]) {
            at += 1;
        }
        let name_end = at;
        let mut sub_range = None;
        if at < end && self.buf[at] == b'[' {
            self.pos = at + 1;
            match self.bracket_end() {
                Some(close) => {
                    sub_range = Some((at + 1, close));
                    at = close + 1;
                }
                None => {
                    self.pos = from;
                    return Ok(None);
                }
            }
            self.pos = from;
        }
        let append = at + 1 < end && self.buf[at] == b'+' && self.buf[at + 1] == b'=';
        if !(append || at < end && self.buf[at] == b'=') {
            return Ok(None);
        }
        let value_at = at + if append { 2 } else { 1 };
        let name_text = self.slice(from, name_end);
        let name = self.names.sym(&name_text);
        let sub = match sub_range {
            Some((_, close)) => {
                self.pos = name_end + 1;
                if self.pos == close {
                    let word = super::words::make_word(Box::new([]), Rc::from(&b""[..]));
                    let arith = crate::arith::ArithText::new(Box::new([]), Rc::from(&b""[..]));
                    Some(SubIndex { word, arith })
                } else {
                    Some(self.subscript(close)?)
                }
            }
            None => None,
        };
        self.pos = value_at;
        let value = if self.peek() == Some(b'(') && sub.is_none() && arrays {
            self.pos += 1;
            AssignValue::Array(self.elements().map_err(|mut error| {
                if !error.incomplete {
                    error.status = 1;
                }
                error
            })?)
        } else if self.peek().is_none_or(is_meta) && !self.at_process_sub() {
            AssignValue::Scalar(super::words::make_word(Box::new([]), Rc::from(&b""[..])))
        } else {
            let mut word = self.word()?;
            tilde_after_colons(&mut word);
            AssignValue::Scalar(word)
        };
        let raw = self.slice(from, self.pos);
        Ok(Some(Assign { name, sub, append, value, raw }))
    }

    pub(super) fn at_process_sub(&self) -> bool {
        matches!(self.peek(), Some(b'<' | b'>')) && self.peek_at(1) == Some(b'(')
    }

    /// The elements of `( … )`; stands behind the parenthesis.
    pub fn elements(&mut self) -> Res<Vec<Element>> {
        let from = self.pos.saturating_sub(1);
        let mut elements = Vec::new();
        loop {
            self.skip_newlines();
            match self.peek() {
                None => {
                    let mut error = self.unmatched(b')', from);
                    error.line = self.line_at(from);
                    error.status = 1;
                    return Err(error);
                }
                Some(b')') => {
                    self.pos += 1;
                    return Ok(elements);
                }
                Some(c) if is_meta(c) && !self.at_process_sub() => return Err(self.unexpected()),
                Some(b'[') => {
                    let at = self.pos;
                    self.pos += 1;
                    let close = self.bracket_end();
                    if let Some(close) = close {
                        let append = self.buf.get(close + 1) == Some(&b'+') && self.buf.get(close + 2) == Some(&b'=');
                        if (append || self.buf.get(close + 1) == Some(&b'=')) && close > self.pos {
                            let key = self.subscript(close)?;
                            self.pos = close + if append { 3 } else { 2 };
                            let word = if self.peek().is_none_or(is_meta) && !self.at_process_sub() {
                                super::words::make_word(Box::new([]), Rc::from(&b""[..]))
                            } else {
                                self.word()?
                            };
                            elements.push(Element { key: Some(key), append, word });
                            continue;
                        }
                    }
                    self.pos = at;
                    let word = self.word()?;
                    elements.push(Element { key: None, append: false, word });
                }
                Some(_) => {
                    let word = self.word()?;
                    elements.push(Element { key: None, append: false, word });
                }
            }
        }
    }
}

/// `name=~…` as an argument.
fn tilde_after_equals(word: &mut Word) {
    let mut parts = word.parts.to_vec();
    if let Some(Part::Lit(text)) = parts.first().cloned() {
        if let Some(at) = text.windows(2).position(|pair| pair == b"=~") {
            let after = &text[at + 2..];
            let len = after.iter().position(|&c| c == b'/' || c == b':').unwrap_or(after.len());
            let mut pieces = vec![Part::Lit(Rc::from(&text[..=at])), Part::Tilde(Rc::from(&after[..len]))];
            if len < after.len() {
                pieces.push(Part::Lit(Rc::from(&after[len..])));
            }
            parts.splice(0..1, pieces);
            word.parts = parts.into();
            word.lit = None;
        }
    }
}

/// In the value of an assignment a tilde also counts behind `:`.
fn tilde_after_colons(word: &mut Word) {
    let needs = word.parts.iter().any(|part| matches!(part, Part::Lit(text) if text.windows(2).any(|p| p == b":~")));
    if !needs {
        return;
    }
    let mut parts = Vec::new();
    for part in &word.parts {
        match part {
            Part::Lit(text) => {
                let mut rest: &[u8] = text;
                while let Some(at) = rest.windows(2).position(|pair| pair == b":~") {
                    let after = &rest[at + 2..];
                    let len = after.iter().position(|&c| c == b'/' || c == b':').unwrap_or(after.len());
                    parts.push(Part::Lit(Rc::from(&rest[..=at])));
                    parts.push(Part::Tilde(Rc::from(&after[..len])));
                    rest = &after[len..];
                }
                if !rest.is_empty() {
                    parts.push(Part::Lit(Rc::from(rest)));
                }
            }
            other => parts.push(other.clone()),
        }
    }
    word.parts = parts.into();
    word.lit = None;
}
