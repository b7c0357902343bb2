//! Words: quotes, `$` in all its forms, and what ends a word in each place.

use std::cell::OnceCell;

use super::{Parser, Res, is_meta};
use crate::ast::*;

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
pub(super) struct Builder {
    parts: Vec<Part>,
    lit: Vec<u8>,
    quoted: Vec<u8>,
    /// A quote was there, though perhaps nothing in it.
    empty_quote: bool,
}

impl Builder {
    pub(super) fn lit(&mut self, c: u8) {
        if !self.quoted.is_empty() || self.empty_quote {
            self.flush();
        }
        self.lit.push(c);
    }
    pub(super) fn quoted(&mut self, text: &[u8]) {
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
    pub(super) fn part(&mut self, part: Part) {
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
