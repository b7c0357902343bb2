//! The main input (the files of ARGV) and getline.

use std::fs::File;

use super::{Eval, Run, Unwind};
use crate::reader::Reader;
use crate::streams::{Origin, open_input};
use crate::syntax::lexer::unescape;
use crate::syntax::tree::{Expr, Input, Special, Target};
use crate::value::Value;

#[derive(Default)]
pub struct MainInput {
    /// The place in ARGV that is looked at next, from 1.
    next: usize,
    reader: Option<Reader>,
    /// Some file was opened, or standard input was.
    opened: bool,
    ended: bool,
    /// The record that is being read.
    line: Vec<u8>,
    terminator: Vec<u8>,
}

impl<'p> Run<'p> {
    /// Reads the next record of the main input into `$0`.
    pub(super) fn next_main_record(&mut self) -> Eval<bool> {
        loop {
            if self.input.reader.is_none() && !self.open_next()? {
                return Ok(false);
            }
            let Some(reader) = &mut self.input.reader else { continue };
            // At the end of all the last record stays, for END.
            self.input.line.clear();
            let found = reader.next(&self.settings.record_end, &mut self.input.line, &mut self.input.terminator);
            match found {
                Ok(true) => {
                    self.record.exchange(&mut self.input.line);
                    self.records += 1.0;
                    self.file_records += 1.0;
                    self.note_terminator();
                    return Ok(true);
                }
                Ok(false) => self.end_file()?,
                Err(error) => {
                    let name = self.special(Special::Filename).text(b"%.6g");
                    let name = String::from_utf8_lossy(name.bytes()).into_owned();
                    let why = sunaba_gnu::error::text(&error);
                    self.fatal(&format!("error reading input file `{name}': {why}"));
                }
            }
        }
    }

    /// RT. A newline is what it is nearly always: seen by a look.
    fn note_terminator(&mut self) {
        let terminator = &self.input.terminator;
        if let Value::String(text) = self.special(Special::Rt) {
            if text.bytes() == terminator.as_slice() {
                return;
            }
        }
        let value = Value::string(terminator);
        self.set_special_quietly(Special::Rt, value);
    }

    fn end_file(&mut self) -> Eval<()> {
        self.input.reader = None;
        let program = self.program;
        for body in &program.end_file {
            self.block(body)?;
        }
        Ok(())
    }

    pub(super) fn skip_file(&mut self) -> Eval<()> {
        if self.input.reader.is_some() { self.end_file() } else { Ok(()) }
    }

    /// Opens the next file of ARGV, making the assignments on the way; standard input where there is none at all.
    fn open_next(&mut self) -> Eval<bool> {
        if self.input.ended {
            return Ok(false);
        }
        loop {
            self.input.next += 1;
            let count = self.special(Special::Argc).number() as usize;
            if self.input.next >= count {
                if self.input.opened {
                    self.input.ended = true;
                    return Ok(false);
                }
                self.input.ended = true;
                return self.begin_file(b"", sunaba_process::dup(0, 3).map(File::from), false);
            }
            let mut key = Vec::new();
            crate::number::push_integer(&mut key, self.input.next as i64);
            let argument = match self.special(Special::Argv) {
                Value::Array(array) => array.borrow().get(&key).map(|value| value.text(b"%.6g")),
                _ => None,
            };
            let Some(argument) = argument.filter(|argument| !argument.bytes().is_empty()) else { continue };
            if let Some((name, value)) = split_assignment(argument.bytes()) {
                self.assign_by_name(&name, &unescape(value, &mut Vec::new()));
                continue;
            }
            self.set_special_quietly(Special::Argind, Value::Number(self.input.next as f64));
            let opened = open_input(argument.bytes());
            if self.begin_file(argument.bytes(), opened, true)? {
                return Ok(true);
            }
        }
    }

    /// False: the file is left out (a folder, or what BEGINFILE passes over).
    fn begin_file(&mut self, name: &[u8], opened: std::io::Result<File>, named: bool) -> Eval<bool> {
        self.set_special_quietly(Special::Filename, Value::input(name));
        self.file_records = 0.0;
        let program = self.program;
        let fault = match opened {
            Ok(file) => {
                self.input.reader = Some(Reader::new(file));
                self.input.opened = true;
                None
            }
            Err(error) => Some(error),
        };
        let why = fault.as_ref().map(sunaba_gnu::error::text).unwrap_or_default();
        self.set_special_quietly(Special::Errno, Value::string(why.as_bytes()));
        if !program.begin_file.is_empty() {
            for body in &program.begin_file {
                match self.block(body) {
                    Err(Unwind::NextFile) => {
                        self.input.reader = None;
                        self.input.opened = true;
                        return Ok(false);
                    }
                    other => drop(other?),
                }
            }
        }
        let Some(error) = fault else { return Ok(true) };
        let shown = String::from_utf8_lossy(name).into_owned();
        if named && error.kind() == std::io::ErrorKind::IsADirectory {
            self.input.opened = true;
            if self.records == 0.0 {
                self.line = 0;
            }
            self.warn(&format!("command line argument `{shown}' is a directory: skipped"));
            return Ok(false);
        }
        if self.records == 0.0 {
            self.line = 0;
        }
        self.fatal(&format!("cannot open file `{shown}' for reading: {why}"))
    }

    pub(super) fn getline(&mut self, input: &'p Input, target: Option<&'p Target>) -> Eval<f64> {
        let (origin, name) = match input {
            Input::Main => return self.getline_main(target),
            Input::File(name) => (Origin::File, name),
            Input::Command(name) => (Origin::Command, name),
            Input::Coprocess(name) => (Origin::Coprocess, name),
        };
        let mut path = self.buffer();
        self.append(name, &mut path)?;
        let mut record = self.buffer();
        let how = self.settings.record_end.clone();
        let mut terminator = std::mem::take(&mut self.input.terminator);
        let outcome = self.streams.reader(origin, &path).and_then(|reader| reader.next(&how, &mut record, &mut terminator));
        self.input.terminator = terminator;
        self.release(path);
        let result = match outcome {
            Ok(true) => {
                self.note_terminator();
                match target {
                    Some(target) => self.assign(target, Value::input(&record))?,
                    None => self.record.set_text(&record),
                }
                1.0
            }
            Ok(false) => 0.0,
            Err(error) => {
                let why = sunaba_gnu::error::text(&error);
                self.set_special_quietly(Special::Errno, Value::string(why.as_bytes()));
                -1.0
            }
        };
        self.release(record);
        Ok(result)
    }

    fn getline_main(&mut self, target: Option<&'p Target>) -> Eval<f64> {
        let Some(target) = target else { return Ok(f64::from(u8::from(self.next_main_record()?))) };
        // The record is the target's, and `$0` stays.
        let settings = &self.settings;
        let kept = self.record.text(&settings.ofs, &settings.convfmt).to_vec();
        let before = std::mem::replace(&mut self.record, crate::record::Record::new(crate::split::Splitter::Blanks));
        let found = self.next_main_record();
        let mut read = std::mem::replace(&mut self.record, before);
        drop(kept);
        if !found? {
            return Ok(0.0);
        }
        let value = Value::input(read.text(b" ", b"%.6g"));
        self.assign(target, value)?;
        Ok(1.0)
    }

    pub(super) fn text_of(&mut self, expr: &'p Expr) -> Eval<Vec<u8>> {
        let mut text = self.buffer();
        self.append(expr, &mut text)?;
        Ok(text)
    }
}

/// `name=value` of the command line.
pub fn split_assignment(argument: &[u8]) -> Option<(String, &[u8])> {
    let equals = memchr::memchr(b'=', argument)?;
    let name = &argument[..equals];
    let first = name.first()?;
    let good = (first.is_ascii_alphabetic() || *first == b'_') && name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    good.then(|| (String::from_utf8_lossy(name).into_owned(), &argument[equals + 1..]))
}
