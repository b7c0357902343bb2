//! The items of xargs' input.

use std::io::{BufRead, BufReader, Read};
use sunaba_gnu::error;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Blanks and newlines separate; quotes and backslashes take their meaning away.
    Words,
    /// One item a line, as for -I; quotes count all the same.
    Lines,
    Delimited(u8),
}

pub struct Item {
    pub text: Vec<u8>,
    /// Whether an input line ends with this item; a blank at its end continues it on the next.
    pub ends_line: bool,
}

pub struct Reader {
    input: BufReader<Box<dyn Read>>,
    mode: Mode,
    end: Option<Vec<u8>>,
    done: bool,
}

impl Reader {
    pub fn new(input: Box<dyn Read>, mode: Mode, end: Option<Vec<u8>>) -> Reader {
        Reader { input: BufReader::with_capacity(1 << 16, input), mode, end, done: false }
    }

    pub fn next(&mut self) -> Result<Option<Item>, String> {
        if self.done {
            return Ok(None);
        }
        let item = match self.mode {
            Mode::Delimited(end) => self.delimited(end)?,
            Mode::Words => self.quoted(false)?,
            Mode::Lines => self.quoted(true)?,
        };
        if item.as_ref().is_none_or(|item| self.end.as_ref() == Some(&item.text) && !matches!(self.mode, Mode::Delimited(_))) {
            self.done = true;
            return Ok(None);
        }
        Ok(item)
    }

    fn byte(&mut self) -> Result<Option<u8>, String> {
        let buffer = self.input.fill_buf().map_err(|e| error::text(&e))?;
        let byte = buffer.first().copied();
        if byte.is_some() {
            self.input.consume(1);
        }
        Ok(byte)
    }

    fn peek(&mut self) -> Result<Option<u8>, String> {
        Ok(self.input.fill_buf().map_err(|e| error::text(&e))?.first().copied())
    }

    fn delimited(&mut self, end: u8) -> Result<Option<Item>, String> {
        let mut text = Vec::new();
        let count = self.input.read_until(end, &mut text).map_err(|e| error::text(&e))?;
        if count == 0 {
            return Ok(None);
        }
        if text.last() == Some(&end) {
            text.pop();
        }
        Ok(Some(Item { text, ends_line: true }))
    }

    fn quoted(&mut self, whole_line: bool) -> Result<Option<Item>, String> {
        let mut text: Option<Vec<u8>> = None;
        loop {
            let Some(b) = self.byte()? else { return Ok(text.map(|text| Item { text, ends_line: true })) };
            match b {
                b'\n' if text.is_some() => return Ok(text.map(|text| Item { text, ends_line: true })),
                b'\n' => {}
                b' ' | b'\t' | 11 | 12 | b'\r' if text.is_none() && b != b'\r' => {}
                b' ' | b'\t' if !whole_line => {
                    // A blank before the newline joins the next line to this one, for -L.
                    while matches!(self.peek()?, Some(b' ' | b'\t')) {
                        self.byte()?;
                    }
                    return Ok(text.map(|text| Item { text, ends_line: false }));
                }
                b'\'' | b'"' => {
                    let into = text.get_or_insert_default();
                    loop {
                        match self.byte()? {
                            Some(c) if c == b => break,
                            Some(b'\n') | None => {
                                let name = if b == b'"' { "double" } else { "single" };
                                return Err(format!("unmatched {name} quote; by default quotes are special to xargs unless you use the -0 option"));
                            }
                            Some(c) => into.push(c),
                        }
                    }
                }
                b'\\' => {
                    if let Some(next) = self.byte()? {
                        text.get_or_insert_default().push(next);
                    }
                }
                _ => text.get_or_insert_default().push(b),
            }
        }
    }
}
