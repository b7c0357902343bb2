//! The grammar of commands.

use std::cell::OnceCell;
use std::rc::Rc;

use super::words::Until;
use super::{Parser, PendingHere, Res, SyntaxError, is_meta};
use crate::ast::*;
use crate::names::{is_name, is_name_char, is_name_start};

const RESERVED: [&[u8]; 22] = [
    b"if", b"then", b"else", b"elif", b"fi", b"do", b"done", b"case", b"esac", b"while", b"until", b"for", b"in", b"{",
    b"}", b"!", b"[[", b"function", b"select", b"time", b"coproc", b"]]",
];

pub fn is_reserved(word: &[u8]) -> bool {
    RESERVED.contains(&word)
}

fn takes_assignments(word: &[u8]) -> bool {
    matches!(word, b"declare" | b"typeset" | b"local" | b"export" | b"readonly")
}

impl Parser {
    /// The word of plain characters at the current place, which need not be reserved.
    fn peek_plain(&self) -> &[u8] {
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

    fn take_word(&mut self, word: &[u8]) -> bool {
        if self.at_word(word) {
            self.pos += word.len();
            true
        } else {
            false
        }
    }

    fn expect_word(&mut self, word: &[u8]) -> Res<()> {
        self.skip_blanks();
        if self.take_word(word) { Ok(()) } else { Err(self.unexpected()) }
    }

    fn skip_newlines(&mut self) {
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

    fn command(&mut self) -> Res<Command> {
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

    fn if_clause(&mut self) -> Res<Kind> {
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

    fn do_group(&mut self) -> Res<List> {
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

    fn for_clause(&mut self) -> Res<Kind> {
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

    fn names_clause(&mut self, select: bool) -> Res<Kind> {
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

    fn case_clause(&mut self) -> Res<Kind> {
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

    fn function_body(&mut self, name: Str, line: u32) -> Res<Command> {
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

    fn coproc(&mut self, line: u32) -> Res<Command> {
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

    /// Puts the text of an alias in place of the word at the current place.
    fn expand_alias(&mut self) -> Res<()> {
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

    fn simple(&mut self, line: u32) -> Res<Command> {
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

    fn at_process_sub(&self) -> bool {
        matches!(self.peek(), Some(b'<' | b'>')) && self.peek_at(1) == Some(b'(')
    }

    /// The elements of `( … )`; stands behind the parenthesis.
    pub fn elements(&mut self) -> Res<Vec<Element>> {
        let from = self.pos - 1;
        let mut elements = Vec::new();
        loop {
            self.skip_newlines();
            match self.peek() {
                None => return Err(self.unmatched(b')', from)),
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
