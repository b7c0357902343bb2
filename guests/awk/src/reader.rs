//! Records from a stream.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::rc::Rc;

use crate::regex::Regex;

#[derive(Debug, Clone)]
pub enum RecordEnd {
    Byte(u8),
    /// Empty lines: a record is a paragraph.
    Paragraph,
    Regex(Rc<Regex>),
    /// The whole stream, as `RS = "^$"` has it by never matching.
    Csv,
}

const CHUNK: usize = 1 << 16;

pub struct Reader {
    file: File,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    at_end: bool,
}

impl Reader {
    pub fn new(file: File) -> Reader {
        Reader { file, buffer: Vec::new(), start: 0, end: 0, at_end: false }
    }

    /// Reads on; false at the stream's end.
    fn fill(&mut self) -> io::Result<bool> {
        if self.at_end {
            return Ok(false);
        }
        if self.start > 0 && self.start == self.end {
            self.start = 0;
            self.end = 0;
        }
        if self.buffer.len() - self.end < CHUNK / 2 {
            if self.start > 0 {
                self.buffer.copy_within(self.start..self.end, 0);
                self.end -= self.start;
                self.start = 0;
            }
            let wanted = (self.end + CHUNK).max(self.end * 2);
            if self.buffer.len() < wanted {
                self.buffer.resize(wanted, 0);
            }
        }
        loop {
            match self.file.read(&mut self.buffer[self.end..]) {
                Ok(0) => {
                    self.at_end = true;
                    return Ok(false);
                }
                Ok(count) => {
                    self.end += count;
                    return Ok(true);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Puts the next record into `out` and what ended it into `terminator`; false: there is none.
    #[inline]
    pub fn next(&mut self, how: &RecordEnd, out: &mut Vec<u8>, terminator: &mut Vec<u8>) -> io::Result<bool> {
        match how {
            RecordEnd::Byte(byte) => self.until_byte(*byte, out, terminator),
            RecordEnd::Paragraph => self.paragraph(out, terminator),
            RecordEnd::Regex(regex) => self.until_match(regex, out, terminator),
            RecordEnd::Csv => self.csv(out, terminator),
        }
    }

    #[inline]
    fn until_byte(&mut self, byte: u8, out: &mut Vec<u8>, terminator: &mut Vec<u8>) -> io::Result<bool> {
        terminator.clear();
        let mut looked = 0;
        loop {
            if let Some(length) = memchr::memchr(byte, &self.buffer[self.start + looked..self.end]) {
                let end = self.start + looked + length;
                out.extend_from_slice(&self.buffer[self.start..end]);
                terminator.push(byte);
                self.start = end + 1;
                return Ok(true);
            }
            looked = self.end - self.start;
            if !self.fill()? {
                return Ok(self.rest(out));
            }
        }
    }

    /// What is left, as the last record; false where nothing is.
    fn rest(&mut self, out: &mut Vec<u8>) -> bool {
        let found = self.start < self.end;
        out.extend_from_slice(&self.buffer[self.start..self.end]);
        self.start = self.end;
        found
    }

    fn paragraph(&mut self, out: &mut Vec<u8>, terminator: &mut Vec<u8>) -> io::Result<bool> {
        terminator.clear();
        loop {
            while self.start < self.end && self.buffer[self.start] == b'\n' {
                self.start += 1;
            }
            if self.start < self.end || !self.fill()? {
                break;
            }
        }
        let mut looked = 0;
        loop {
            let data = &self.buffer[self.start..self.end];
            if let Some(found) = memchr::memmem::find(&data[looked..], b"\n\n").map(|index| index + looked) {
                out.extend_from_slice(&data[..found]);
                let mut end = self.start + found;
                self.start = end;
                // All the newlines are one separator.
                loop {
                    while end < self.end && self.buffer[end] == b'\n' {
                        end += 1;
                    }
                    if end < self.end {
                        break;
                    }
                    let length = end - self.start;
                    if !self.fill()? {
                        break;
                    }
                    end = self.start + length;
                }
                terminator.extend_from_slice(&self.buffer[self.start..end]);
                self.start = end;
                return Ok(true);
            }
            looked = data.len().saturating_sub(1);
            if !self.fill()? {
                let found = self.rest(out);
                if out.last() == Some(&b'\n') {
                    out.pop();
                    terminator.push(b'\n');
                }
                return Ok(found);
            }
        }
    }

    fn until_match(&mut self, regex: &Regex, out: &mut Vec<u8>, terminator: &mut Vec<u8>) -> io::Result<bool> {
        terminator.clear();
        loop {
            let data = &self.buffer[self.start..self.end];
            if let Some((s, e)) = first_filled_match(regex, data) {
                // A match at the end of what was read may go on.
                if e < data.len() || self.at_end || !self.fill()? {
                    let data = &self.buffer[self.start..self.end];
                    out.extend_from_slice(&data[..s]);
                    terminator.extend_from_slice(&data[s..e]);
                    self.start += e;
                    return Ok(true);
                }
                continue;
            }
            if !self.fill()? {
                let found = self.rest(out);
                return Ok(found);
            }
        }
    }

    /// A newline within quotes ends nothing.
    fn csv(&mut self, out: &mut Vec<u8>, terminator: &mut Vec<u8>) -> io::Result<bool> {
        let mut found = false;
        loop {
            let before = out.len();
            if !self.until_byte(b'\n', out, terminator)? {
                return Ok(found);
            }
            found = true;
            let quotes = memchr::memchr_iter(b'"', out).count();
            if quotes % 2 == 0 {
                if out.last() == Some(&b'\r') {
                    out.pop();
                }
                return Ok(true);
            }
            if terminator.is_empty() || out.len() == before {
                return Ok(true);
            }
            out.push(b'\n');
        }
    }
}

fn first_filled_match(regex: &Regex, data: &[u8]) -> Option<(usize, usize)> {
    let mut from = 0;
    loop {
        let (s, e) = regex.find_at(data, from)?;
        if e > s {
            return Some((s, e));
        }
        from = s + 1;
        if from > data.len() {
            return None;
        }
    }
}
