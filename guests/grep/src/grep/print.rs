//! How selected lines and their context are printed.

use super::options::{Action, Binary, Settings};
use super::pattern::Patterns;
use grep_searcher::{Searcher, Sink, SinkContext, SinkMatch};
use std::io;
use sunaba_gnu::output::Out;

pub struct Printer<'a> {
    settings: &'a Settings,
    patterns: &'a Patterns,
    out: &'a mut Out,
    name: &'a [u8],
    count: u64,
    /// A binary file: at its first selected line nothing is printed, and the reading stops.
    binary: bool,
    separate: bool,
    /// Where the line after the last one of this file begins.
    next: Option<u64>,
    /// Where the last selected line ends.
    selected: u64,
    width: usize,
}

impl<'a> Printer<'a> {
    pub fn new(settings: &'a Settings, patterns: &'a Patterns, out: &'a mut Out, name: &'a [u8], separate: bool, width: usize) -> Printer<'a> {
        Printer { settings, patterns, out, name, count: 0, binary: false, separate, next: None, selected: 0, width }
    }

    pub fn count(&self) -> u64 {
        self.count
    }

    /// Where the last line ends that was to be selected, if so many were found.
    pub fn stopped(&self) -> Option<u64> {
        let whole = !self.settings.quiet && matches!(self.settings.action, Action::Lines | Action::Count);
        (whole && self.settings.most == Some(self.count)).then_some(self.selected)
    }

    pub fn binary(&self) -> bool {
        self.binary
    }

    pub fn separate(&self) -> bool {
        self.separate
    }

    fn lines_wanted(&self) -> bool {
        self.settings.action == Action::Lines && !self.settings.quiet
    }

    fn is_binary(&self, buffer: &[u8], line: &[u8]) -> bool {
        if self.settings.binary == Binary::Text {
            return false;
        }
        let nul = !self.settings.null_data && memchr::memchr(0, buffer).is_some();
        nul || (self.lines_wanted() && std::str::from_utf8(line).is_err())
    }

    fn start(&mut self, number: Option<u64>, offset: u64, sign: u8) {
        prefix(self.out, self.settings, self.name, sign);
        if let Some(number) = number {
            self.number(number);
            separator(self.out, self.settings, sign);
        }
        if self.settings.offsets {
            self.number(offset);
            separator(self.out, self.settings, sign);
        }
        if self.settings.tab && (number.is_some() || self.settings.offsets || self.settings.names == Some(true)) {
            self.out.put(b"\t");
        }
    }

    fn number(&mut self, number: u64) {
        let width = if self.settings.tab { self.width } else { 0 };
        coloured(self.out, self.settings, "32", format!("{number:>width$}").as_bytes());
    }

    fn line(&mut self, line: &[u8], highlighted: bool) {
        let end = if self.settings.null_data { 0 } else { b'\n' };
        let text = line.strip_suffix(&[end]).unwrap_or(line);
        if self.settings.colour && highlighted {
            let mut at = 0;
            while let Some((start, stop)) = self.next_part(text, at) {
                self.out.put(&text[at..start]);
                coloured(self.out, self.settings, "01;31", &text[start..stop]);
                at = stop;
            }
            self.out.put(&text[at..]);
        } else {
            self.out.put(text);
        }
        self.out.put(&[end]);
    }

    /// The next part that is not empty.
    fn next_part(&self, text: &[u8], mut at: usize) -> Option<(usize, usize)> {
        while at <= text.len() {
            let (start, stop) = self.patterns.part(text, at)?;
            if stop > start {
                return Some((start, stop));
            }
            at = start + 1;
        }
        None
    }

    fn parts(&mut self, line: &[u8], number: Option<u64>, offset: u64) {
        let end = if self.settings.null_data { 0 } else { b'\n' };
        let text = line.strip_suffix(&[end]).unwrap_or(line);
        let mut at = 0;
        while let Some((start, stop)) = self.next_part(text, at) {
            self.start(number, offset + start as u64, b':');
            coloured(self.out, self.settings, "01;31", &text[start..stop]);
            self.out.put(&[end]);
            at = stop;
        }
    }
}

impl Sink for Printer<'_> {
    type Error = io::Error;

    fn matched(&mut self, _: &Searcher, found: &SinkMatch<'_>) -> io::Result<bool> {
        if self.is_binary(found.buffer(), found.bytes()) {
            if self.settings.binary == Binary::Skip {
                self.count = 0;
                return Ok(false);
            }
            self.binary = true;
            if self.lines_wanted() {
                self.count += 1;
                return Ok(false);
            }
        }
        self.count += 1;
        self.selected = found.absolute_byte_offset() + found.bytes().len() as u64;
        if self.lines_wanted() {
            self.part_groups(found.absolute_byte_offset(), found.bytes().len());
            let (number, offset) = (found.line_number(), found.absolute_byte_offset());
            if !self.settings.only_matching {
                self.start(number, offset, b':');
                self.line(found.bytes(), !self.settings.invert);
            } else if !self.settings.invert {
                self.parts(found.bytes(), number, offset);
            }
        }
        Ok(true)
    }

    fn context(&mut self, _: &Searcher, found: &SinkContext<'_>) -> io::Result<bool> {
        self.part_groups(found.absolute_byte_offset(), found.bytes().len());
        if !self.settings.only_matching {
            self.start(found.line_number(), found.absolute_byte_offset(), b'-');
            self.line(found.bytes(), self.settings.invert);
        }
        Ok(true)
    }

    fn begin(&mut self, _: &Searcher) -> io::Result<bool> {
        Ok(true)
    }
}

impl Printer<'_> {
    /// Before a line that does not follow the last one: the separator, where context was asked for.
    fn part_groups(&mut self, offset: u64, length: usize) {
        let follows = self.next == Some(offset);
        if self.settings.context && self.separate && !follows {
            if let Some(separator) = &self.settings.separator {
                coloured(self.out, self.settings, "36", separator);
                self.out.put(b"\n");
            }
        }
        self.next = Some(offset + length as u64);
        self.separate = true;
    }
}

/// The name of the file and the sign after it, where names are shown.
pub fn prefix(out: &mut Out, settings: &Settings, name: &[u8], sign: u8) {
    if settings.names == Some(true) {
        coloured(out, settings, "35", name);
        if settings.null {
            out.put(b"\0");
        } else {
            separator(out, settings, sign);
        }
    }
}

fn separator(out: &mut Out, settings: &Settings, sign: u8) {
    coloured(out, settings, "36", &[sign]);
}

pub fn coloured(out: &mut Out, settings: &Settings, colour: &str, text: &[u8]) {
    if settings.colour && !text.is_empty() {
        out.text(&format!("\x1b[{colour}m\x1b[K"));
        out.put(text);
        out.put(b"\x1b[m\x1b[K");
    } else {
        out.put(text);
    }
}
