//! A program's run: the tree is walked over the state that is here.

mod assign;
mod builtins;
mod calls;
mod evaluate;
mod execute;
mod fault;
mod input;
mod matching;
mod order;
mod settings;
mod sort;
mod substitute;
mod time;

pub use input::split_assignment;

use std::collections::HashMap;
use std::rc::Rc;

use crate::random::Random;
use crate::record::Record;
use crate::regex::Regex;
use crate::split::Splitter;
use crate::streams::Streams;
use crate::syntax::tree::{Program, Special, Trigger};
use crate::value::Value;
use input::MainInput;
use settings::Settings;

/// What ends more than one statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unwind {
    Next,
    NextFile,
    Exit,
}

pub type Eval<T> = Result<T, Unwind>;

/// How a statement ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    On,
    Break,
    Continue,
    Return,
}

pub struct Run<'p> {
    program: &'p Program,
    globals: Vec<Value>,
    /// Locals of all calls under way; those of the innermost begin at `base`.
    stack: Vec<Value>,
    base: usize,
    depth: usize,
    returned: Value,
    record: Record,
    records: f64,
    file_records: f64,
    settings: Settings,
    regexes: HashMap<Vec<u8>, Rc<Regex>>,
    streams: Streams,
    input: MainInput,
    random: Random,
    seed: f64,
    line: u32,
    /// Buffers that are free.
    pool: Vec<Vec<u8>>,
    in_range: Vec<bool>,
    exit_code: i32,
    /// How a source is named in messages: `cmd. line` or its file.
    source: String,
}

impl<'p> Run<'p> {
    pub fn new(program: &'p Program, source: String) -> Run<'p> {
        let mut run = Run {
            program,
            globals: vec![Value::Nothing; program.globals.len()],
            stack: Vec::new(),
            base: 0,
            depth: 0,
            returned: Value::Nothing,
            record: Record::new(Splitter::Blanks),
            records: 0.0,
            file_records: 0.0,
            settings: Settings::default(),
            regexes: HashMap::new(),
            streams: Streams::new(),
            input: MainInput::default(),
            random: Random::new(1),
            seed: 1.0,
            line: 0,
            pool: Vec::new(),
            in_range: vec![false; program.ranges],
            exit_code: 0,
            source,
        };
        run.set_defaults();
        run
    }

    /// Runs everything and gives the exit status.
    pub fn run(mut self) -> i32 {
        let program = self.program;
        let mut outcome = Ok(());
        for body in &program.begin {
            outcome = self.top(body);
            self.refuse_next(&outcome, "BEGIN");
            if outcome.is_err() {
                break;
            }
        }
        let needs_input = !program.rules.is_empty() || !program.end.is_empty() || !program.end_file.is_empty() || !program.begin_file.is_empty();
        if outcome.is_ok() && needs_input {
            outcome = self.main_loop();
        }
        // An exit in BEGIN or a rule still runs END; one in END ends.
        if !(outcome == Err(Unwind::Exit) && self.settings.exited_in_begin && !needs_input) {
            self.settings.in_end = true;
            for body in &program.end {
                let outcome = self.top(body);
                self.refuse_next(&outcome, "END");
                if outcome.is_err() {
                    break;
                }
            }
        }
        self.finish()
    }

    fn finish(&mut self) -> i32 {
        self.streams.close_all();
        self.exit_code
    }

    fn top(&mut self, body: &'p [crate::syntax::tree::Statement]) -> Eval<()> {
        self.stack.clear();
        self.base = 0;
        self.depth = 0;
        self.block(body).map(drop)
    }

    /// A function that says `next` has been called where there is no record.
    fn refuse_next(&mut self, outcome: &Eval<()>, section: &str) {
        match outcome {
            Err(Unwind::Next) => self.fatal(&format!("`next' cannot be called from a `{section}' rule")),
            Err(Unwind::NextFile) => self.fatal(&format!("`nextfile' cannot be called from a `{section}' rule")),
            _ => {}
        }
    }

    fn main_loop(&mut self) -> Eval<()> {
        loop {
            match self.next_main_record() {
                Ok(true) => {}
                Ok(false) => return Ok(()),
                Err(Unwind::Next | Unwind::NextFile) => continue,
                Err(Unwind::Exit) => return Err(Unwind::Exit),
            }
            match self.rules() {
                Ok(()) | Err(Unwind::Next) => {}
                Err(Unwind::NextFile) => self.skip_file()?,
                Err(Unwind::Exit) => return Err(Unwind::Exit),
            }
        }
    }

    fn rules(&mut self) -> Eval<()> {
        let program = self.program;
        self.stack.clear();
        self.base = 0;
        self.depth = 0;
        for rule in &program.rules {
            self.line = rule.line;
            let runs = match &rule.trigger {
                Trigger::Always => true,
                Trigger::When(test) => self.truth(test)?,
                Trigger::Range(number, first, last) => self.range(*number, first, last)?,
            };
            if !runs {
                continue;
            }
            match &rule.body {
                Some(body) => drop(self.block(body)?),
                None => self.print_record(),
            }
        }
        Ok(())
    }

    fn range(&mut self, number: usize, first: &'p crate::syntax::tree::Expr, last: &'p crate::syntax::tree::Expr) -> Eval<bool> {
        if !self.in_range[number] && !self.truth(first)? {
            return Ok(false);
        }
        self.in_range[number] = !self.truth(last)?;
        Ok(true)
    }

    fn buffer(&mut self) -> Vec<u8> {
        self.pool.pop().unwrap_or_default()
    }

    fn release(&mut self, mut buffer: Vec<u8>) {
        if self.pool.len() < 16 && buffer.capacity() < 1 << 20 {
            buffer.clear();
            self.pool.push(buffer);
        }
    }

    fn special(&self, special: Special) -> &Value {
        &self.globals[special as usize]
    }

    fn set_special_quietly(&mut self, special: Special, value: Value) {
        self.globals[special as usize] = value;
    }

    /// The expression of a string that a program makes while it runs.
    fn regex(&mut self, source: &[u8]) -> Rc<Regex> {
        if let Some(known) = self.regexes.get(source) {
            return known.clone();
        }
        match Regex::new(source, self.settings.ignore_case) {
            Ok(regex) => {
                let regex = Rc::new(regex);
                if self.regexes.len() >= 500 {
                    self.regexes.clear();
                }
                self.regexes.insert(source.to_vec(), regex.clone());
                regex
            }
            Err(fault) => self.fatal(&format!("invalid regexp: {fault}: /{}/", String::from_utf8_lossy(source))),
        }
    }
}
