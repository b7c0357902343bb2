//! The grammar of commands.

use std::rc::Rc;

use super::{Parser, Res, is_meta};
use crate::ast::*;

const RESERVED: [&[u8]; 22] = [
    b"if", b"then", b"else", b"elif", b"fi", b"do", b"done", b"case", b"esac", b"while", b"until", b"for", b"in", b"{",
    b"}", b"!", b"[[", b"function", b"select", b"time", b"coproc", b"]]",
];

pub fn is_reserved(word: &[u8]) -> bool {
    RESERVED.contains(&word)
}

pub(super) fn takes_assignments(word: &[u8]) -> bool {
    matches!(word, b"declare" | b"typeset" | b"local" | b"export" | b"readonly")
}

impl Parser {
    /// The word of plain characters at the current place, which need not be reserved.
    pub(super) fn peek_plain(&self) -> &[u8] {
        let mut at = self.pos;
        let end = self.end();
        while at < end && !is_meta(self.buf[at]) {
            if matches!(self.buf[at], b'\\' | b'\'' | b'"' | b'$' | b'`') {
                return b"";
            }
            at += 1;
        }
        &self.buf[self.pos..at]
    }

    fn at_word(&self, word: &[u8]) -> bool {
        self.peek_plain() == word
    }

    pub(super) fn take_word(&mut self, word: &[u8]) -> bool {
        if self.at_word(word) {
            self.pos += word.len();
            true
        } else {
            false
        }
    }

    pub(super) fn expect_word(&mut self, word: &[u8]) -> Res<()> {
        self.skip_blanks();
        if self.take_word(word) { Ok(()) } else { Err(self.unexpected()) }
    }

    pub(super) fn skip_newlines(&mut self) {
        loop {
            self.skip_blanks();
            if self.peek() != Some(b'\n') {
                return;
            }
            self.newline();
        }
    }

    /// Commands up to the end of the line.
    pub(super) fn line_list(&mut self) -> Res<List> {
        let mut list = Vec::new();
        loop {
            let mut item = self.and_or()?;
            self.skip_blanks();
            match self.peek() {
                Some(b';') if !matches!(self.peek_at(1), Some(b';' | b'&')) => {
                    self.pos += 1;
                    list.push(item);
                }
                Some(b'&') => {
                    self.pos += 1;
                    item.background = true;
                    list.push(item);
                }
                Some(b'\n') => {
                    list.push(item);
                    self.newline();
                    return Ok(list);
                }
                None => {
                    list.push(item);
                    if !self.pending.is_empty() {
                        self.read_heres();
                    }
                    return Ok(list);
                }
                Some(_) => return Err(self.unexpected()),
            }
            self.skip_blanks();
            match self.peek() {
                Some(b'\n') => {
                    self.newline();
                    return Ok(list);
                }
                None => {
                    if !self.pending.is_empty() {
                        self.read_heres();
                    }
                    return Ok(list);
                }
                Some(_) => {}
            }
        }
    }

    /// Commands up to one of the words, or `)`: at least one command, but for an empty substitution.
    pub(super) fn compound_list(&mut self, ends: &[&[u8]], may_be_empty: bool) -> Res<List> {
        self.enter()?;
        let result = self.compound_list_inner(ends, may_be_empty);
        self.leave();
        result
    }

    fn at_end_of(&self, ends: &[&[u8]]) -> bool {
        match self.peek() {
            None => false,
            Some(b')') => ends.is_empty(),
            Some(b';') => ends.contains(&&b";;"[..]) && matches!(self.peek_at(1), Some(b';' | b'&')),
            Some(_) => !ends.is_empty() && ends.contains(&self.peek_plain()),
        }
    }

    fn compound_list_inner(&mut self, ends: &[&[u8]], may_be_empty: bool) -> Res<List> {
        let mut list = Vec::new();
        loop {
            self.skip_newlines();
            if self.at_end_of(ends) {
                if list.is_empty() && !may_be_empty {
                    return Err(self.unexpected());
                }
                return Ok(list);
            }
            if self.peek().is_none() {
                return Err(self.unexpected_end());
            }
            let mut item = self.and_or()?;
            self.skip_blanks();
            match self.peek() {
                Some(b';') if !matches!(self.peek_at(1), Some(b';' | b'&')) => {
                    self.pos += 1;
                    list.push(item);
                }
                Some(b'&') => {
                    self.pos += 1;
                    item.background = true;
                    list.push(item);
                }
                Some(b'\n') => list.push(item),
                None => return Err(self.unexpected_end()),
                Some(b')') if ends.is_empty() => list.push(item),
                // Behind a compound command a reserved word needs no separator: `if (( x )) then`.
                Some(_) if self.at_end_of(ends) => list.push(item),
                Some(_) => return Err(self.unexpected()),
            }
        }
    }

    fn and_or(&mut self) -> Res<AndOr> {
        let first = self.pipeline()?;
        let mut rest = Vec::new();
        loop {
            self.skip_blanks();
            let and = if self.starts_with(b"&&") {
                true
            } else if self.starts_with(b"||") {
                false
            } else {
                break;
            };
            self.pos += 2;
            self.skip_newlines();
            rest.push((and, self.pipeline()?));
        }
        Ok(AndOr { first, rest, background: false })
    }

    fn pipeline(&mut self) -> Res<Pipeline> {
        let mut bang = false;
        let mut time = None;
        loop {
            self.skip_blanks();
            if self.take_word(b"!") {
                bang = !bang;
            } else if time.is_none() && self.at_word(b"time") {
                self.pos += 4;
                time = Some(Time::Bash);
                self.skip_blanks();
                if self.take_word(b"-p") {
                    time = Some(Time::Posix);
                    self.skip_blanks();
                }
                self.take_word(b"--");
            } else {
                break;
            }
        }
        if (time.is_some() || bang) && (matches!(self.peek(), None | Some(b'\n' | b';' | b')')) && !self.starts_with(b";;")) {
            // `time` and `!` alone are commands.
            return Ok(Pipeline { bang, time, stages: Vec::new() });
        }
        let mut stages = vec![self.command()?];
        loop {
            self.skip_blanks();
            if self.starts_with(b"||") || self.peek() != Some(b'|') {
                break;
            }
            self.pos += 1;
            let with_errors = self.peek() == Some(b'&');
            if with_errors {
                self.pos += 1;
                // As bash has it: `2>&1`, after the command's own redirections.
                let one: Str = Rc::from(&b"1"[..]);
                let target = super::words::make_word(Box::new([Part::Lit(one.clone())]), one);
                if let Some(stage) = stages.last_mut() {
                    stage.redirects.push(Redirect {
                        fd: RedirectFd::Number(2),
                        op: RedirectOp::DupOut,
                        target: RedirectTarget::Word(target),
                    });
                }
            }
            self.skip_newlines();
            stages.push(self.command()?);
        }
        Ok(Pipeline { bang, time, stages })
    }

    pub(super) fn command(&mut self) -> Res<Command> {
        self.enter()?;
        let result = self.command_inner();
        self.leave();
        result
    }

    fn command_inner(&mut self) -> Res<Command> {
        self.skip_blanks();
        self.expand_alias()?;
        let line = self.line_at(self.pos);
        let Some(c) = self.peek() else { return Err(self.unexpected_end()) };
        let kind = match c {
            b'(' => {
                if self.peek_at(1) == Some(b'(') {
                    let from = self.pos;
                    self.pos += 2;
                    if let Some(end) = self.arith_end() {
                        let text = self.arith_text(end)?;
                        self.pos = end + 2;
                        return self.with_redirects(Kind::Arith(text), line);
                    }
                    self.pos = from;
                }
                self.pos += 1;
                let list = self.compound_list(&[], false)?;
                self.pos += 1;
                Kind::Subshell(list)
            }
            b'\n' | b';' | b'&' | b'|' | b')' if !self.starts_with(b"&>") => return Err(self.unexpected()),
            _ => {
                let word = self.peek_plain();
                match word {
                    b"if" => {
                        self.pos += 2;
                        self.if_clause()?
                    }
                    b"for" => {
                        self.pos += 3;
                        self.for_clause()?
                    }
                    b"select" => {
                        self.pos += 6;
                        self.names_clause(true)?
                    }
                    b"while" | b"until" => {
                        let until = word == b"until";
                        self.pos += 5;
                        let test = self.compound_list(&[b"do"], false)?;
                        let body = self.do_group()?;
                        Kind::While { until, test, body }
                    }
                    b"case" => {
                        self.pos += 4;
                        self.case_clause()?
                    }
                    b"{" => {
                        self.pos += 1;
                        let list = self.compound_list(&[b"}"], false)?;
                        self.pos += 1;
                        Kind::Brace(list)
                    }
                    b"[[" => {
                        self.pos += 2;
                        let test = self.test_command()?;
                        Kind::Test(test)
                    }
                    b"function" if self.peek_at(8).is_some_and(|c| c == b' ' || c == b'\t') => {
                        self.pos += 8;
                        self.skip_blanks();
                        let from = self.pos;
                        if self.peek().is_none_or(is_meta) {
                            return Err(self.unexpected());
                        }
                        self.word_raw()?;
                        let name = self.slice(from, self.pos);
                        self.skip_blanks();
                        if self.peek() == Some(b'(') {
                            let at = self.pos;
                            self.pos += 1;
                            self.skip_blanks();
                            if self.peek() == Some(b')') {
                                self.pos += 1;
                            } else {
                                // `function f (list)`: the body is a subshell.
                                self.pos = at;
                            }
                        }
                        return self.function_body(name, line);
                    }
                    b"coproc" => {
                        self.pos += 6;
                        return self.coproc(line);
                    }
                    b"then" | b"else" | b"elif" | b"fi" | b"do" | b"done" | b"esac" | b"}" | b"in" if word != b"in" => {
                        return Err(self.unexpected());
                    }
                    _ => return self.simple(line),
                }
            }
        };
        self.with_redirects(kind, line)
    }

    fn with_redirects(&mut self, kind: Kind, line: u32) -> Res<Command> {
        let mut redirects = Vec::new();
        loop {
            self.skip_blanks();
            match self.redirect()? {
                Some(redirect) => redirects.push(redirect),
                None => break,
            }
        }
        Ok(Command { kind, redirects, line })
    }
}
