//! Runs statements.

use crate::decimal::Decimal;
use crate::input::Input;
use crate::lex::{self, Token};
use crate::library;
use crate::parse::{Argument, Expression, Fault, Function, Parser, Piece, Place, Statement};
use num_bigint::BigInt;
use std::cmp::Ordering;
use std::collections::HashMap;
use std::rc::Rc;
use sunaba_gnu::output::Out;

pub enum Flow {
    On,
    Break,
    Continue,
    Return(Decimal),
    Quit,
}

type Array = HashMap<i64, Decimal>;
type Value = Result<Decimal, String>;

/// Calls within calls before a program is stopped.
const DEPTH: usize = 5_000;
/// Characters of an output line, the backslash at its end included.
const LINE: usize = 69;

pub struct Machine {
    scale: usize,
    ibase: u32,
    obase: u32,
    last: Decimal,
    library: bool,
    variables: HashMap<String, Decimal>,
    arrays: HashMap<String, Array>,
    functions: HashMap<String, Rc<Function>>,
    out: Out,
    depth: usize,
    column: usize,
}

impl Machine {
    pub fn new() -> Machine {
        Machine {
            scale: 0, ibase: 10, obase: 10, last: Decimal::whole(0), library: false, variables: HashMap::new(), arrays: HashMap::new(),
            functions: HashMap::new(), out: Out::new("bc"), depth: 0, column: 0,
        }
    }

    pub fn use_library(&mut self) {
        self.library = true;
        self.scale = 20;
    }

    pub fn flush(&mut self) {
        self.out.flush();
    }

    /// Runs a text line by line, as it comes: what one line begins and the next ones end is one item.
    pub fn run(&mut self, input: &mut Input, name: &str) -> Flow {
        let mut item = String::new();
        let (mut first, mut next) = (1, 1);
        // Braces that a faulty item has left open: what is in them belongs to it.
        let mut open = 0;
        loop {
            if input.is_dry() {
                self.out.flush();
            }
            let Some(line) = input.line() else { break };
            next += 1;
            if open > 0 {
                open += braces(&lex::words(&line, 1).unwrap_or_default());
                first = next;
                continue;
            }
            item.push_str(&line);
            let Some(words) = lex::words(&item, first) else { continue };
            match Parser::new(&words).all() {
                Ok(statements) => {
                    if let Flow::Quit = self.item(&statements) {
                        return Flow::Quit;
                    }
                }
                Err(Fault::Open) if line.ends_with('\n') => continue,
                Err(Fault::Quit) => return Flow::Quit,
                Err(Fault::Syntax(line)) => {
                    self.complain(name, line);
                    open = braces(&words);
                }
                Err(Fault::Open) => break,
            }
            item.clear();
            first = next;
        }
        if !item.is_empty() {
            // At the end of a file bc has begun to count anew.
            self.complain(name, 1);
        }
        Flow::On
    }

    fn complain(&mut self, name: &str, line: usize) {
        self.out.flush();
        eprintln!("{name} {line}: syntax error");
    }

    /// A fault ends the item.
    fn item(&mut self, statements: &[Statement]) -> Flow {
        for statement in statements {
            match self.statement(statement) {
                Ok(Flow::Quit) => return Flow::Quit,
                Ok(_) => {}
                Err(fault) => {
                    self.out.flush();
                    eprintln!("Runtime error (func=(main), adr=0): {fault}");
                    break;
                }
            }
        }
        Flow::On
    }

    fn body(&mut self, statements: &[Statement]) -> Result<Flow, String> {
        for statement in statements {
            match self.statement(statement)? {
                Flow::On => {}
                other => return Ok(other),
            }
        }
        Ok(Flow::On)
    }

    fn statement(&mut self, statement: &Statement) -> Result<Flow, String> {
        match statement {
            Statement::Expression(expression) => {
                let value = self.value(expression)?;
                let silent = match expression {
                    Expression::Assign(..) => true,
                    Expression::Call(name, _) => self.functions.get(name).is_some_and(|function| function.void),
                    _ => false,
                };
                if !silent {
                    let text = value.text(self.obase);
                    self.wrapped(&text);
                    self.out.put(b"\n");
                    self.column = 0;
                    self.last = value;
                }
            }
            Statement::Text(text) => self.out.text(text),
            Statement::Print(pieces) => {
                for piece in pieces {
                    match piece {
                        Piece::Text(text) => self.out.text(&unescape(text)),
                        Piece::Value(expression) => {
                            let value = self.value(expression)?;
                            let text = value.text(self.obase);
                            self.wrapped(&text);
                            self.last = value;
                        }
                    }
                }
            }
            Statement::Block(body) => return self.body(body),
            Statement::If(test, then, otherwise) => {
                if !self.value(test)?.is_zero() {
                    return self.statement(then);
                }
                if let Some(otherwise) = otherwise {
                    return self.statement(otherwise);
                }
            }
            Statement::While(test, body) => {
                while !self.value(test)?.is_zero() {
                    match self.statement(body)? {
                        Flow::On | Flow::Continue => {}
                        Flow::Break => break,
                        other => return Ok(other),
                    }
                }
            }
            Statement::For(first, test, step, body) => {
                if let Some(first) = first {
                    self.value(first)?;
                }
                while test.as_ref().map_or(Ok(true), |test| self.value(test).map(|v| !v.is_zero()))? {
                    match self.statement(body)? {
                        Flow::On | Flow::Continue => {}
                        Flow::Break => break,
                        other => return Ok(other),
                    }
                    if let Some(step) = step {
                        self.value(step)?;
                    }
                }
            }
            Statement::Break => return Ok(Flow::Break),
            Statement::Continue => return Ok(Flow::Continue),
            Statement::Return(value) => {
                let value = value.as_ref().map_or(Ok(Decimal::whole(0)), |value| self.value(value))?;
                return Ok(Flow::Return(value));
            }
            Statement::Halt => return Ok(Flow::Quit),
            Statement::Define(name, function) => {
                self.functions.insert(name.clone(), Rc::new(function.clone()));
            }
        }
        Ok(Flow::On)
    }

    /// A long number goes over several lines, each but the last ended by a backslash.
    fn wrapped(&mut self, text: &str) {
        let most = match std::env::var("BC_LINE_LENGTH").ok().and_then(|n| n.parse::<usize>().ok()) {
            Some(0) => usize::MAX,
            Some(n) if n > 2 => n - 1,
            _ => LINE,
        };
        let mut count = 0;
        for c in text.chars() {
            if text.len() > most && count + 1 >= most {
                self.out.put(b"\\\n");
                count = 0;
            }
            self.out.text(&c.to_string());
            count += 1;
        }
    }

    fn value(&mut self, expression: &Expression) -> Value {
        match expression {
            Expression::Number(text) => Ok(Decimal::parse(text, self.ibase)),
            Expression::Last => Ok(self.last.clone()),
            Expression::Grouped(inner) => self.value(inner),
            Expression::Place(place) => self.read(place),
            Expression::Unary("-", inner) => Ok(self.value(inner)?.negate()),
            Expression::Unary(_, inner) => Ok(Decimal::whole(i64::from(self.value(inner)?.is_zero()))),
            Expression::Binary(sign, left, right) => {
                let (a, b) = (self.value(left)?, self.value(right)?);
                self.compute(sign, &a, &b)
            }
            Expression::Assign(place, sign, right) => {
                let right = self.value(right)?;
                let value = if sign.is_empty() {
                    right
                } else {
                    let old = self.read(place)?;
                    self.compute(sign, &old, &right)?
                };
                self.write(place, value.clone())?;
                Ok(value)
            }
            Expression::Step(place, step, before) => {
                let old = self.read(place)?;
                let new = old.add(&Decimal::whole(*step));
                self.write(place, new.clone())?;
                Ok(if *before { old } else { new })
            }
            Expression::Call(name, arguments) => self.call(name, arguments),
        }
    }

    fn compute(&self, sign: &str, a: &Decimal, b: &Decimal) -> Value {
        let truth = |yes: bool| Ok(Decimal::whole(i64::from(yes)));
        let order = || a.compare(b);
        match sign {
            "+" => Ok(a.add(b)),
            "-" => Ok(a.subtract(b)),
            "*" => Ok(a.multiply(b, self.scale)),
            "/" => a.divide(b, self.scale).ok_or_else(|| "Divide by zero".into()),
            "%" => a.remainder(b, self.scale).ok_or_else(|| "Modulo by zero".into()),
            "^" => {
                /// A power past this would fill the memory.
                const MOST: i64 = 10_000_000;
                let exponent = b.to_i64().filter(|n| n.abs() <= MOST).ok_or("exponent too large in raise")?;
                a.power(exponent, self.scale).ok_or_else(|| "Divide by zero".into())
            }
            "<" => truth(order() == Ordering::Less),
            ">" => truth(order() == Ordering::Greater),
            "<=" => truth(order() != Ordering::Greater),
            ">=" => truth(order() != Ordering::Less),
            "==" => truth(order() == Ordering::Equal),
            "!=" => truth(order() != Ordering::Equal),
            "&&" => truth(!a.is_zero() && !b.is_zero()),
            _ => truth(!a.is_zero() || !b.is_zero()),
        }
    }

    fn index(&mut self, index: &Expression) -> Result<i64, String> {
        self.value(index)?.to_i64().filter(|n| (0..=16_777_215).contains(n)).ok_or_else(|| "Array index out of bounds".into())
    }

    fn read(&mut self, place: &Place) -> Value {
        match place {
            Place::Variable(name) => Ok(match name.as_str() {
                "scale" => Decimal::whole(self.scale as i64),
                "ibase" => Decimal::whole(i64::from(self.ibase)),
                "obase" => Decimal::whole(i64::from(self.obase)),
                name => self.variables.get(name).cloned().unwrap_or_else(|| Decimal::whole(0)),
            }),
            Place::Element(name, index) => {
                let index = self.index(index)?;
                Ok(self.arrays.get(name).and_then(|array| array.get(&index)).cloned().unwrap_or_else(|| Decimal::whole(0)))
            }
        }
    }

    fn write(&mut self, place: &Place, value: Decimal) -> Result<(), String> {
        match place {
            Place::Variable(name) => {
                let number = value.to_i64().unwrap_or(i64::MAX);
                match name.as_str() {
                    "scale" if number < 0 => return Err("negative scale, set to 0".into()),
                    "scale" => self.scale = number.min(1_000_000) as usize,
                    "ibase" => self.ibase = number.clamp(2, 16) as u32,
                    "obase" => self.obase = number.clamp(2, 1_000_000) as u32,
                    name => {
                        self.variables.insert(name.to_owned(), value);
                    }
                }
            }
            Place::Element(name, index) => {
                let index = self.index(index)?;
                self.arrays.entry(name.clone()).or_default().insert(index, value);
            }
        }
        Ok(())
    }

    fn call(&mut self, name: &str, arguments: &[Argument]) -> Value {
        if let Some(function) = self.functions.get(name).cloned() {
            return self.defined(&function, arguments);
        }
        if let ("length", [Argument::Array(array)]) = (name, arguments) {
            let length = self.arrays.get(array).and_then(|a| a.keys().max()).map_or(0, |n| n + 1);
            return Ok(Decimal::whole(length));
        }
        let mut values = Vec::new();
        for argument in arguments {
            match argument {
                Argument::Value(expression) => values.push(self.value(expression)?),
                Argument::Array(_) => return Err("Parameter type mismatch".into()),
            }
        }
        match (name, values.as_slice()) {
            ("length", [x]) => Ok(Decimal::whole(x.length() as i64)),
            ("scale", [x]) => Ok(Decimal::whole(x.scale as i64)),
            ("sqrt", [x]) => x.square_root(self.scale).ok_or_else(|| "Square root of a negative number".into()),
            ("read", []) => Ok(Decimal::whole(0)),
            ("e", [x]) if self.library => Ok(library::exponential(x, self.scale)),
            ("l", [x]) if self.library => Ok(library::logarithm(x, self.scale)),
            ("s", [x]) if self.library => Ok(library::sine(x, self.scale, false)),
            ("c", [x]) if self.library => Ok(library::sine(x, self.scale, true)),
            ("a", [x]) if self.library => Ok(library::arctangent(x, self.scale)),
            _ => Err(format!("Function {name} not defined.")),
        }
    }

    fn defined(&mut self, function: &Function, arguments: &[Argument]) -> Value {
        if arguments.len() != function.parameters.len() {
            return Err("Parameter number mismatch".into());
        }
        if self.depth >= DEPTH {
            return Err("the calls are nested too deeply".into());
        }
        enum Passed {
            Number(Decimal),
            Array(Array),
        }
        let mut passed = Vec::new();
        for argument in arguments {
            passed.push(match argument {
                Argument::Value(expression) => Passed::Number(self.value(expression)?),
                Argument::Array(name) => Passed::Array(self.arrays.get(name).cloned().unwrap_or_default()),
            });
        }
        let names: Vec<&String> = function.parameters.iter().chain(&function.locals).collect();
        let mut saved: Vec<(String, Option<Decimal>, Option<Array>)> = Vec::new();
        for (i, name) in names.iter().enumerate() {
            match name.strip_suffix("[]") {
                Some(array) => {
                    let old = self.arrays.remove(array);
                    saved.push((array.to_owned(), None, Some(old.unwrap_or_default())));
                    if let Some(Passed::Array(values)) = passed.get(i) {
                        self.arrays.insert(array.to_owned(), values.clone());
                    }
                }
                None => {
                    saved.push(((*name).clone(), self.variables.remove(*name), None));
                    if let Some(Passed::Number(value)) = passed.get(i) {
                        self.variables.insert((*name).clone(), value.clone());
                    }
                }
            }
        }
        self.depth += 1;
        let flow = self.body(&function.body);
        self.depth -= 1;
        for (name, number, array) in saved {
            match (number, array) {
                (_, Some(array)) => drop(self.arrays.insert(name, array)),
                (Some(number), None) => drop(self.variables.insert(name, number)),
                (None, None) => drop(self.variables.remove(&name)),
            }
        }
        Ok(match flow? {
            Flow::Return(value) => value,
            _ => Decimal::new(BigInt::from(0), 0),
        })
    }
}

/// How many braces the words leave open.
fn braces(words: &[(Token, usize)]) -> i64 {
    let count = |wanted: &str| words.iter().filter(|(token, _)| matches!(token, Token::Sign(sign) if sign == wanted)).count() as i64;
    count("{") - count("}")
}

fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('r') => out.push('\r'),
            Some('a') => out.push('\u{7}'),
            Some('b') => out.push('\u{8}'),
            Some('f') => out.push('\u{c}'),
            Some('q') => out.push('"'),
            Some('\\') => out.push('\\'),
            Some(other) => {
                out.push('\\');
                out.push(other);
            }
            None => out.push('\\'),
        }
    }
    out
}
