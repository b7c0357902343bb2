//! The values of the input files, as one stream.

use crate::diagnose::diagnose;
use crate::options::Settings;
use jaq_json::{Val, read};
use memchr::{memchr, memchr_iter};
use std::cell::RefCell;
use std::rc::Rc;
use sunaba_gnu::stream::{PIECE, Source};
use sunaba_gnu::{bytes, error};

/// Where the reading is, for messages.
#[derive(Clone)]
pub struct State(Rc<RefCell<Place>>);

struct Place {
    name: String,
    file: Option<String>,
    line: usize,
    failed: bool,
}

impl State {
    pub fn name(&self) -> String {
        self.0.borrow().name.clone()
    }

    /// The file that is read, `None` for standard input.
    pub fn file(&self) -> Option<String> {
        self.0.borrow().file.clone()
    }

    pub fn line(&self) -> usize {
        self.0.borrow().line
    }

    pub fn failed(&self) -> bool {
        self.0.borrow().failed
    }
}

pub struct Inputs {
    files: std::vec::IntoIter<Vec<u8>>,
    state: State,
    mode: Mode,
    current: Option<Current>,
    slurped: bool,
    /// Lines of the files that were read to their end.
    passed: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Values,
    Lines,
    Slurp,
    SlurpText,
}

/// A file's text as far as it was read; from `at` on it is still to be taken.
struct Current {
    source: Source,
    text: Vec<u8>,
    at: usize,
    ended: bool,
    failed: bool,
    /// The number of its first line, as messages count: over all files.
    first: usize,
    /// Lines that the last value took, and how far they are counted.
    lines: usize,
    counted: usize,
}

impl Inputs {
    pub fn new(settings: &Settings) -> Inputs {
        let files = if settings.files.is_empty() { vec![b"-".to_vec()] } else { settings.files.clone() };
        let mode = match (settings.raw_input, settings.slurp) {
            (true, true) => Mode::SlurpText,
            (true, false) => Mode::Lines,
            (false, true) => Mode::Slurp,
            (false, false) => Mode::Values,
        };
        let place = Place { name: "<unknown>".into(), file: None, line: 0, failed: false };
        Inputs { files: files.into_iter(), state: State(Rc::new(RefCell::new(place))), mode, current: None, slurped: false, passed: 0 }
    }

    pub fn state(&self) -> State {
        self.state.clone()
    }

    fn open(&mut self) -> Option<Current> {
        loop {
            let name = self.files.next()?;
            let result = Source::open(&name).and_then(|source| {
                let mut current = Current { source, text: Vec::new(), at: 0, ended: false, failed: false, first: self.passed + 1, lines: 0, counted: 0 };
                current.more()?;
                if current.text.starts_with(b"\xef\xbb\xbf") {
                    current.text.drain(..3);
                }
                Ok(current)
            });
            let mut place = self.state.0.borrow_mut();
            match result {
                Ok(current) => {
                    place.name = if name == b"-" { "<stdin>".into() } else { bytes::lossy(&name).into_owned() };
                    place.file = (name != b"-").then(|| bytes::lossy(&name).into_owned());
                    place.line = 0;
                    return Some(current);
                }
                Err(fault) => {
                    eprintln!("jq: error: Could not open file {}: {}", bytes::lossy(&name), error::text(&fault));
                    place.failed = true;
                }
            }
        }
    }

    fn open_whole(&mut self) -> Option<Vec<u8>> {
        let mut current = self.open()?;
        while !current.ended {
            current.ended = current.more().is_err() || current.ended;
        }
        Some(current.text)
    }

    fn slurp(&mut self) -> Option<Result<Val, String>> {
        if std::mem::replace(&mut self.slurped, true) {
            return None;
        }
        if self.mode == Mode::SlurpText {
            let mut all = Vec::new();
            while let Some(text) = self.open_whole() {
                all.extend(text);
            }
            return Some(Ok(text_value(&all)));
        }
        let mut values = Vec::new();
        while let Some(text) = self.open_whole() {
            self.state.0.borrow_mut().line = text.iter().filter(|b| **b == b'\n').count();
            for value in read::parse_many(&text) {
                match value {
                    Ok(value) => values.push(value),
                    Err(fault) => return Some(Err(located(&text, 1, 0, &fault.to_string()))),
                }
            }
        }
        Some(Ok(values.into_iter().collect()))
    }
}

fn text_value(text: &[u8]) -> Val {
    Val::from(String::from_utf8_lossy(text).into_owned())
}

impl Iterator for Inputs {
    type Item = Result<Val, String>;

    fn next(&mut self) -> Option<Self::Item> {
        if matches!(self.mode, Mode::Slurp | Mode::SlurpText) {
            return self.slurp();
        }
        loop {
            if self.current.is_none() {
                self.current = Some(self.open()?);
            }
            let Some(current) = &mut self.current else { continue };
            let next = if self.mode == Mode::Values { current.value() } else { current.line().map(|line| Ok(text_value(&line))) };
            let Some(value) = next else {
                self.passed += memchr_iter(b'\n', &current.text).count();
                self.current = None;
                continue;
            };
            self.state.0.borrow_mut().line += current.lines;
            return Some(value);
        }
    }
}

impl Current {
    /// Reads what there is.
    fn more(&mut self) -> std::io::Result<()> {
        let filled = self.text.len();
        self.text.resize(filled + PIECE, 0);
        let result = self.source.read(&mut self.text[filled..]);
        let count = *result.as_ref().unwrap_or(&0);
        self.text.truncate(filled + count);
        self.ended = count == 0;
        result.map(|_| ())
    }

    /// Reads on; false at the end. A fault of reading is the end.
    fn goes_on(&mut self) -> bool {
        !self.ended && self.more().is_ok() && !self.ended
    }

    fn line(&mut self) -> Option<Vec<u8>> {
        let mut looked = self.at;
        loop {
            if let Some(end) = memchr(b'\n', &self.text[looked..]) {
                let line = self.text[self.at..looked + end].to_vec();
                self.at = looked + end + 1;
                self.lines = 1;
                return Some(line);
            }
            looked = self.text.len();
            if !self.goes_on() {
                let line = self.text[self.at..].to_vec();
                self.at = self.text.len();
                self.lines = 1;
                return (!line.is_empty()).then_some(line);
            }
        }
    }

    /// The next value, as soon as all of it is there; after a fault there is none.
    fn value(&mut self) -> Option<Result<Val, String>> {
        let mut extent = Extent::default();
        let mut looked = self.at;
        let end = loop {
            if let Some(length) = extent.end(&self.text[looked..]) {
                break looked + length;
            }
            looked = self.text.len();
            if !self.goes_on() {
                break looked;
            }
        };
        if self.failed {
            return None;
        }
        let start = self.at;
        let value = if extent.stray { Err(String::new()) } else { read::parse_many(&self.text[start..end]).next()?.map_err(|fault| fault.to_string()) };
        self.failed = value.is_err();
        if self.failed {
            while self.goes_on() {}
        }
        self.at = end;
        // jq takes its input line by line: the line is read on which the value ends.
        let taken = memchr(b'\n', &self.text[end..]).map_or(end, |length| end + length + 1);
        self.lines = self.text[self.counted.min(taken)..taken].iter().filter(|b| **b == b'\n').count();
        self.counted = taken;
        Some(value.map_err(|fault| located(&self.text, self.first, start, &fault)))
    }
}

/// Where the first value of a text ends, looked for piece by piece.
#[derive(Default)]
struct Extent {
    depth: usize,
    string: bool,
    escape: bool,
    literal: bool,
    /// Behind a number or word comes a mark that cannot be there: jq does not take the value either.
    stray: bool,
}

impl Extent {
    /// How much of this piece belongs to the value, if it ends in it.
    fn end(&mut self, piece: &[u8]) -> Option<usize> {
        for (at, &b) in piece.iter().enumerate() {
            if self.string {
                match b {
                    _ if self.escape => self.escape = false,
                    b'\\' => self.escape = true,
                    b'"' => {
                        self.string = false;
                        if self.depth == 0 {
                            return Some(at + 1);
                        }
                    }
                    _ => {}
                }
                continue;
            }
            let structure = matches!(b, b'[' | b'{' | b'"' | b']' | b'}');
            let stray = matches!(b, b']' | b'}' | b',' | b':');
            if self.literal && (structure || stray || b.is_ascii_whitespace()) {
                self.stray = stray;
                return Some(at);
            }
            match b {
                b'"' => self.string = true,
                b'[' | b'{' => self.depth += 1,
                b']' | b'}' => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 {
                        return Some(at + 1);
                    }
                }
                _ => self.literal = self.depth == 0 && !b.is_ascii_whitespace(),
            }
        }
        None
    }
}

/// The message as jq words it; where jq would not complain, the parser's with the line and column of its byte offset
/// from `start` on. `first` is the number of the first line.
fn located(text: &[u8], first: usize, start: usize, message: &str) -> String {
    if let Some(fault) = diagnose(text, first) {
        return fault;
    }
    let Some((offset, what)) = message.strip_prefix("byte offset ").and_then(|rest| rest.split_once(": ")) else { return message.to_owned() };
    let at = (start + offset.parse::<usize>().unwrap_or(0)).min(text.len());
    let line = text[..at].iter().filter(|b| **b == b'\n').count() + first;
    let column = at - text[..at].iter().rposition(|b| *b == b'\n').map_or(0, |i| i + 1);
    format!("Invalid literal ({what}) at line {line}, column {column}")
}
