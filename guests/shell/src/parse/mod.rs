//! Bytes to commands, one complete line of commands at a time, as bash reads its input.

mod braced;
pub(crate) mod commands;
mod compound;
mod dollar;
mod redirects;
mod simple;
mod tests_expr;
pub(crate) mod words;

use std::cell::OnceCell;
use std::collections::HashMap;
use std::rc::Rc;

use crate::ast::{HereDoc, List, Part, Str};
use crate::names::Names;

/// Nesting beyond this is refused: recursion must not meet the end of the stack.
pub const MAX_NESTING: u32 = if cfg!(target_os = "wasi") { 400 } else { 4000 };

pub type Aliases = HashMap<Vec<u8>, Vec<u8>>;

/// What the parser must know of the shell; it may change between two commands.
#[derive(Clone)]
pub struct Settings {
    pub aliases: Option<Rc<Aliases>>,
    pub extglob: bool,
    /// `BASH_SOURCE` of functions defined here.
    pub source: Str,
}

#[derive(Debug, Clone)]
pub struct SyntaxError {
    pub line: u32,
    /// Without file and line.
    pub message: Vec<u8>,
    /// The line of input to show after the message.
    pub shown: Option<Vec<u8>>,
    /// More input might complete the command.
    pub incomplete: bool,
    /// Inside `[[ ]]`, where bash stops without a status of its own.
    pub conditional: bool,
    /// The status that the shell ends with, where it is not 2.
    pub status: i32,
}

pub(crate) use words::make_word;

type Res<T> = Result<T, Box<SyntaxError>>;

pub(crate) struct PendingHere {
    cell: Rc<OnceCell<HereDoc>>,
    delimiter: Str,
    raw: Str,
    quoted: bool,
    strip: bool,
    line: u32,
}

pub struct Parser {
    names: Names,
    settings: Settings,
    buf: Vec<u8>,
    pos: usize,
    /// Bytes at the end of `buf` that are not to be read now.
    tail: usize,
    first_line: u32,
    line_cache: (usize, u32),
    pending: Vec<PendingHere>,
    /// Text that aliases put in: no alias is expanded inside its own text.
    alias_regions: Vec<(usize, usize, Vec<u8>)>,
    alias_check_after: Option<usize>,
    depth: u32,
    /// Complaints that do not stop the parsing: line, text.
    pub warnings: Vec<(u32, String)>,
}

impl Parser {
    pub fn new(names: Names, settings: Settings, text: Vec<u8>, first_line: u32) -> Parser {
        Parser {
            names,
            settings,
            buf: text,
            pos: 0,
            tail: 0,
            first_line,
            line_cache: (0, first_line),
            pending: Vec::new(),
            alias_regions: Vec::new(),
            alias_check_after: None,
            depth: 0,
            warnings: Vec::new(),
        }
    }

    pub fn configure(&mut self, settings: Settings) {
        self.settings = settings;
    }

    /// The next line of commands, or `None` at the end of the input.
    pub fn next_list(&mut self) -> Res<Option<List>> {
        loop {
            self.skip_blanks();
            match self.peek() {
                None => return Ok(None),
                Some(b'\n') => self.newline(),
                Some(_) => break,
            }
        }
        self.alias_regions.retain(|region| region.1 > self.pos);
        let list = self.line_list()?;
        Ok(Some(list))
    }

    /// The whole text as between double quotes, where a `"` is text.
    pub fn here_text(&mut self) -> Res<Box<[Part]>> {
        self.here_parts()
    }

    /// The whole text as one word.
    pub fn whole_word(&mut self) -> Res<crate::ast::Word> {
        self.word_until(words::Until::End, false)
    }

    /// Where the parser stands: what follows has not been read.
    pub fn position(&self) -> usize {
        self.pos
    }

    pub fn text(&self) -> &[u8] {
        &self.buf
    }

    pub fn append(&mut self, more: &[u8]) {
        self.buf.extend_from_slice(more);
    }

    pub fn snapshot(&self) -> (Vec<u8>, usize) {
        (self.buf.clone(), self.pos)
    }

    pub fn restore(&mut self, (buf, pos): (Vec<u8>, usize)) {
        self.buf = buf;
        self.pos = pos;
        self.pending.clear();
        self.alias_regions.clear();
        self.warnings.clear();
        self.tail = 0;
        self.line_cache = (0, self.first_line);
    }

    /// Forgets what was read, so that a long input by lines stays small.
    pub fn drop_consumed(&mut self) {
        let line = self.line_at(self.pos);
        self.buf.drain(..self.pos);
        self.alias_regions.clear();
        self.alias_check_after = None;
        self.pos = 0;
        self.first_line = line;
        self.line_cache = (0, line);
    }

    fn end(&self) -> usize {
        self.buf.len() - self.tail
    }

    fn peek(&self) -> Option<u8> {
        if self.pos < self.end() { Some(self.buf[self.pos]) } else { None }
    }

    fn peek_at(&self, ahead: usize) -> Option<u8> {
        let at = self.pos + ahead;
        if at < self.end() { Some(self.buf[at]) } else { None }
    }

    fn starts_with(&self, text: &[u8]) -> bool {
        self.buf[self.pos..self.end()].starts_with(text)
    }

    fn slice(&self, from: usize, to: usize) -> Str {
        Rc::from(&self.buf[from..to])
    }

    fn line_at(&mut self, pos: usize) -> u32 {
        let (at, line) = self.line_cache;
        let found = if pos >= at {
            line + self.buf[at..pos.min(self.buf.len())].iter().filter(|&&c| c == b'\n').count() as u32
        } else {
            line - self.buf[pos..at.min(self.buf.len())].iter().filter(|&&c| c == b'\n').count() as u32
        };
        self.line_cache = (pos, found);
        found
    }

    fn enter(&mut self) -> Res<()> {
        self.depth += 1;
        if self.depth > MAX_NESTING {
            let line = self.line_at(self.pos);
            return Err(Box::new(SyntaxError {
                line,
                message: format!("maximum nesting level of commands exceeded ({MAX_NESTING})").into_bytes(),
                shown: None,
                incomplete: false,
                conditional: false,
                status: 2,
            }));
        }
        Ok(())
    }

    fn leave(&mut self) {
        self.depth -= 1;
    }

    fn line_text(&self, pos: usize) -> Vec<u8> {
        let from = self.buf[..pos.min(self.buf.len())].iter().rposition(|&c| c == b'\n').map_or(0, |at| at + 1);
        let to = self.buf[from..].iter().position(|&c| c == b'\n').map_or(self.buf.len(), |at| from + at);
        self.buf[from..to].to_vec()
    }

    /// The error for the token at the current place.
    fn unexpected(&mut self) -> Box<SyntaxError> {
        self.skip_blanks();
        let pos = self.pos;
        let Some(c) = self.peek() else { return self.unexpected_end() };
        let token: Vec<u8> = if c == b'\n' {
            b"newline".to_vec()
        } else if let Some(op) = self.peek_operator() {
            op.to_vec()
        } else {
            let from = self.pos;
            match self.word_raw() {
                Ok(()) => self.buf[from..self.pos].to_vec(),
                Err(error) => return error,
            }
        };
        self.pos = pos;
        self.unexpected_token(&token, pos)
    }

    /// The error for a token that is missing at the end.
    fn unexpected_newline(&mut self) -> Box<SyntaxError> {
        let pos = self.pos;
        self.unexpected_token(b"newline", pos)
    }

    fn unexpected_token(&mut self, token: &[u8], pos: usize) -> Box<SyntaxError> {
        let line = self.line_at(pos);
        let mut message = b"syntax error near unexpected token `".to_vec();
        message.extend_from_slice(token);
        message.push(b'\'');
        Box::new(SyntaxError { line, message, shown: Some(self.line_text(pos)), incomplete: false, conditional: false, status: 2 })
    }

    fn unexpected_end(&mut self) -> Box<SyntaxError> {
        let line = self.end_line();
        Box::new(SyntaxError {
            line,
            message: b"syntax error: unexpected end of file".to_vec(),
            shown: None,
            incomplete: true,
            conditional: false,
            status: 2,
        })
    }

    /// The line that bash names at the end of its input: one more than the last that ends in a newline.
    fn end_line(&mut self) -> u32 {
        let end = self.end();
        let line = self.line_at(end);
        if end > 0 && self.buf[end - 1] == b'\n' { line } else { line + 1 }
    }

    fn unmatched(&mut self, close: u8, from: usize) -> Box<SyntaxError> {
        let line = if close == b')' { self.end_line() } else { self.line_at(from) };
        Box::new(SyntaxError {
            line,
            message: format!("unexpected EOF while looking for matching `{}'", close as char).into_bytes(),
            shown: None,
            incomplete: true,
            conditional: false,
            status: 2,
        })
    }

    fn skip_blanks(&mut self) {
        loop {
            match self.peek() {
                Some(b' ' | b'\t') => self.pos += 1,
                Some(b'\\') if self.peek_at(1) == Some(b'\n') => self.pos += 2,
                Some(b'#') => {
                    let end = self.end();
                    while self.pos < end && self.buf[self.pos] != b'\n' {
                        self.pos += 1;
                    }
                    return;
                }
                _ => return,
            }
        }
    }

    /// Goes over a newline, and reads the here-documents that were waiting for it.
    fn newline(&mut self) {
        debug_assert_eq!(self.peek(), Some(b'\n'));
        self.pos += 1;
        if !self.pending.is_empty() {
            self.read_heres();
        }
    }

    fn read_heres(&mut self) {
        for here in std::mem::take(&mut self.pending) {
            let body_from = self.pos;
            let mut text = Vec::new();
            let mut found = false;
            while self.pos < self.end() {
                let mut from = self.pos;
                let to = self.buf[from..self.end()].iter().position(|&c| c == b'\n').map_or(self.end(), |at| from + at);
                self.pos = (to + 1).min(self.end());
                if here.strip {
                    while from < to && self.buf[from] == b'\t' {
                        from += 1;
                    }
                }
                if self.buf[from..to] == *here.delimiter {
                    found = true;
                    break;
                }
                // Inside `$( … )` the delimiter may be followed by the closing parenthesis.
                if to == self.end()
                    && self.depth > 0
                    && self.buf[from..to].starts_with(&here.delimiter)
                    && self.buf.get(from + here.delimiter.len()) == Some(&b')')
                {
                    self.pos = from + here.delimiter.len();
                    found = true;
                    break;
                }
                let mut line = self.buf[from..to].to_vec();
                if !here.quoted {
                    // A line that ends in an odd number of backslashes goes on in the next one.
                    while line.iter().rev().take_while(|&&c| c == b'\\').count() % 2 == 1 && self.pos < self.end() {
                        line.push(b'\n');
                        let next = self.pos;
                        let stop =
                            self.buf[next..self.end()].iter().position(|&c| c == b'\n').map_or(self.end(), |at| next + at);
                        let mut skip = next;
                        if here.strip {
                            while skip < stop && self.buf[skip] == b'\t' {
                                skip += 1;
                            }
                        }
                        line.extend_from_slice(&self.buf[skip..stop]);
                        self.pos = (stop + 1).min(self.end());
                    }
                }
                text.extend_from_slice(&line);
                text.push(b'\n');
            }
            if !found {
                let line = self.end_line().saturating_sub(1);
                self.warnings.push((
                    line,
                    format!(
                        "here-document at line {} delimited by end-of-file (wanted `{}')",
                        here.line,
                        String::from_utf8_lossy(&here.delimiter)
                    ),
                ));
            }
            let text: Str = text.into();
            let body: Box<[Part]> = if here.quoted {
                Box::new([Part::Quoted(text.clone())])
            } else {
                let line = self.line_at(body_from);
                let mut inner = Parser::new(self.names.clone(), self.settings.clone(), text.to_vec(), line);
                inner.depth = self.depth;
                match inner.here_parts() {
                    Ok(parts) => parts,
                    Err(error) => {
                        self.warnings.push((error.line, String::from_utf8_lossy(&error.message).into_owned()));
                        Box::new([Part::Bad(text.clone())])
                    }
                }
            };
            let _ = here.cell.set(HereDoc { delimiter: here.raw, quoted: here.quoted, body, text });
        }
    }

    /// The longest operator at the current place.
    fn peek_operator(&self) -> Option<&'static [u8]> {
        const OPERATORS: [&[u8]; 22] = [
            b"&>>", b";;&", b"<<<", b"<<-", b"&&", b"||", b";;", b";&", b"<<", b">>", b"<&", b">&", b"<>", b"&>", b">|",
            b"|&", b";", b"&", b"|", b"(", b")", b"<",
        ];
        let rest = &self.buf[self.pos..self.end()];
        if let Some(op) = OPERATORS.iter().find(|op| rest.starts_with(op)) {
            return Some(op);
        }
        if rest.first() == Some(&b'>') { Some(b">") } else { None }
    }
}

pub(crate) fn is_meta(c: u8) -> bool {
    matches!(c, b' ' | b'\t' | b'\n' | b';' | b'&' | b'|' | b'(' | b')' | b'<' | b'>')
}
