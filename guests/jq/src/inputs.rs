//! The values of the input files, as one stream.

use crate::diagnose::diagnose;
use crate::options::Settings;
use jaq_json::{Val, read};
use std::cell::RefCell;
use std::io::Read;
use std::rc::Rc;
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
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Values,
    Lines,
    Slurp,
    SlurpText,
}

/// A file's text, and what is left of it.
struct Current {
    text: Vec<u8>,
    at: usize,
    ready: std::vec::IntoIter<Result<Val, String>>,
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
        Inputs { files: files.into_iter(), state: State(Rc::new(RefCell::new(place))), mode, current: None, slurped: false }
    }

    pub fn state(&self) -> State {
        self.state.clone()
    }

    fn open(&mut self) -> Option<Vec<u8>> {
        loop {
            let name = self.files.next()?;
            let result = if name == b"-" {
                let mut text = Vec::new();
                std::io::stdin().read_to_end(&mut text).map(|_| text)
            } else {
                std::fs::read(bytes::path(&name))
            };
            let mut place = self.state.0.borrow_mut();
            match result {
                Ok(text) => {
                    // jq names every input so.
                    place.name = "<stdin>".into();
                    place.file = (name != b"-").then(|| bytes::lossy(&name).into_owned());
                    place.line = 0;
                    return Some(text.strip_prefix(b"\xef\xbb\xbf").map(<[u8]>::to_vec).unwrap_or(text));
                }
                Err(fault) => {
                    eprintln!("jq: error: Could not open file {}: {}", bytes::lossy(&name), error::text(&fault));
                    place.failed = true;
                }
            }
        }
    }

    fn slurp(&mut self) -> Option<Result<Val, String>> {
        if std::mem::replace(&mut self.slurped, true) {
            return None;
        }
        if self.mode == Mode::SlurpText {
            let mut all = Vec::new();
            while let Some(text) = self.open() {
                all.extend(text);
            }
            return Some(Ok(text_value(&all)));
        }
        let mut values = Vec::new();
        while let Some(text) = self.open() {
            self.state.0.borrow_mut().line = text.iter().filter(|b| **b == b'\n').count();
            for value in read::parse_many(&text) {
                match value {
                    Ok(value) => values.push(value),
                    Err(fault) => return Some(Err(located(&text, &fault.to_string()))),
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
                let text = self.open()?;
                let ready = if self.mode == Mode::Values { values(&text) } else { Vec::new() };
                self.state.0.borrow_mut().line = if self.mode == Mode::Values { text.iter().filter(|b| **b == b'\n').count() } else { 0 };
                self.current = Some(Current { text, at: 0, ready: ready.into_iter() });
            }
            let Some(current) = &mut self.current else { continue };
            if self.mode == Mode::Values {
                if let Some(value) = current.ready.next() {
                    return Some(value);
                }
            } else if current.at < current.text.len() {
                let rest = &current.text[current.at..];
                let end = rest.iter().position(|&b| b == b'\n');
                let line = &rest[..end.unwrap_or(rest.len())];
                let value = text_value(line);
                current.at += line.len() + 1;
                self.state.0.borrow_mut().line += 1;
                return Some(Ok(value));
            }
            self.current = None;
        }
    }
}

fn values(text: &[u8]) -> Vec<Result<Val, String>> {
    let mut list: Vec<Result<Val, String>> = Vec::new();
    for value in read::parse_many(text) {
        let failed = value.is_err();
        list.push(value.map_err(|fault| located(text, &fault.to_string())));
        if failed {
            break;
        }
    }
    list
}

/// The message as jq words it; where jq would not complain, the parser's with the line and column of its byte offset.
fn located(text: &[u8], message: &str) -> String {
    if let Some(fault) = diagnose(text) {
        return fault;
    }
    let Some((offset, what)) = message.strip_prefix("byte offset ").and_then(|rest| rest.split_once(": ")) else { return message.to_owned() };
    let at = offset.parse::<usize>().unwrap_or(0).min(text.len());
    let line = text[..at].iter().filter(|b| **b == b'\n').count() + 1;
    let column = at - text[..at].iter().rposition(|b| *b == b'\n').map_or(0, |i| i + 1);
    format!("Invalid literal ({what}) at line {line}, column {column}")
}
