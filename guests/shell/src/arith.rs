//! Arithmetic: text to a tree, kept with the program, and its value.

mod number;
mod read;
mod value;

use std::cell::OnceCell;
use std::rc::Rc;

use crate::ast::{Param, Part, Str, SubIndex};
use crate::names::Sym;
use crate::shell::{Shell, Stop};
use read::{compile, precompile};
pub use number::{itoa, plain_integer};

/// An arithmetic expression as it stands in the program: subject to expansion first.
#[derive(Debug)]
pub struct ArithText {
    pub parts: Box<[Part]>,
    pub raw: Str,
    compiled: OnceCell<Option<Compiled>>,
}

impl ArithText {
    pub fn new(parts: Box<[Part]>, raw: Str) -> ArithText {
        ArithText { parts, raw, compiled: OnceCell::new() }
    }
    pub fn is_blank(&self) -> bool {
        self.raw.iter().all(u8::is_ascii_whitespace)
    }
}

#[derive(Debug)]
pub struct Compiled {
    root: Node,
    params: Vec<Rc<Param>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    Mul,
    Div,
    Mod,
    Add,
    Sub,
    Shl,
    Shr,
    Lt,
    Le,
    Gt,
    Ge,
    Eq,
    Ne,
    BitAnd,
    BitXor,
    BitOr,
    Pow,
}

#[derive(Debug)]
enum Node {
    Num(i64),
    Var(Sym),
    /// Array, subscript as text, subscript as expression when it is one.
    Elem(Sym, Str, Option<Box<Node>>),
    Dollar(usize),
    Neg(Box<Node>),
    Not(Box<Node>),
    BitNot(Box<Node>),
    /// The offset of the right side, for the message on a division by zero.
    Binary(Op, Box<Node>, Box<Node>, usize),
    And(Box<Node>, Box<Node>),
    Or(Box<Node>, Box<Node>),
    Cond(Box<Node>, Box<Node>, Box<Node>),
    Assign(Option<Op>, Box<Node>, Box<Node>, usize),
    /// Delta, whether the old value is the result.
    Step(i64, bool, Box<Node>),
    Comma(Box<Node>, Box<Node>),
}

/// Why an expression has no value.
#[derive(Debug)]
pub enum ArithError {
    /// Message and the text from which it could not be understood.
    Syntax(&'static str, usize),
    /// An error that was in the value of a variable: already worded.
    Worded(Vec<u8>),
    /// Reported already, or a stop of the shell.
    Stop(Stop),
    /// Must be made text first: the subscript is a key.
    Retry,
}

type Res<T> = Result<T, ArithError>;

const MARK: u8 = 1;
const MAX_DEPTH: u32 = if cfg!(target_os = "wasi") { 250 } else { 1024 };

impl Shell {
    /// The value of an expression of the program. `context` is named in front of an error: `((`, `let`.
    pub fn arith(&mut self, arith: &ArithText, context: &str) -> Result<i64, Stop> {
        let compiled = arith.compiled.get_or_init(|| precompile(arith, &self.vars.names));
        if let Some(compiled) = compiled {
            match self.arith_compiled(compiled) {
                Ok(Some(value)) => return Ok(value),
                Ok(None) | Err(ArithError::Retry) => {}
                Err(ArithError::Stop(stop)) => return Err(stop),
                Err(error) => {
                    let text =
                        if compiled.params.is_empty() { arith.raw.to_vec() } else { self.expand_arith(&arith.parts)? };
                    return Err(self.arith_complain(error, &text, context, compiled.params.is_empty()));
                }
            }
        }
        let text = self.expand_arith(&arith.parts)?;
        self.arith_bytes(&text, context)
    }

    /// The value of text that has been expanded.
    pub fn arith_bytes(&mut self, text: &[u8], context: &str) -> Result<i64, Stop> {
        if let Some(value) = plain_integer(text) {
            return Ok(value);
        }
        match self.arith_eval_text(text) {
            Ok(value) => Ok(value),
            Err(ArithError::Stop(stop)) => Err(stop),
            Err(error) => Err(self.arith_complain(error, text, context, true)),
        }
    }

    fn arith_complain(&mut self, error: ArithError, text: &[u8], context: &str, exact: bool) -> Stop {
        let mut message = Vec::new();
        if !context.is_empty() {
            message.extend_from_slice(context.as_bytes());
            message.extend_from_slice(b": ");
        }
        match error {
            ArithError::Stop(stop) => return stop,
            ArithError::Worded(worded) => message.extend_from_slice(&worded),
            ArithError::Retry => message.extend_from_slice(b"bad array subscript"),
            ArithError::Syntax(what, at) => {
                let at = if exact { at } else { 0 };
                message.extend_from_slice(&word_error(what, text, at));
            }
        }
        self.complain(&message);
        Stop::Expansion(1)
    }

    fn arith_eval_text(&mut self, text: &[u8]) -> Res<i64> {
        if let Some(cached) = self.arith_cache.get(text) {
            let cached = cached.clone();
            return self.arith_node(&cached.root, &[]);
        }
        let compiled = Rc::new(compile(text, &self.vars.names, Vec::new())?);
        if self.arith_cache.len() > 200 {
            self.arith_cache.clear();
        }
        self.arith_cache.insert(text.to_vec(), compiled.clone());
        self.arith_node(&compiled.root, &[])
    }

    fn arith_compiled(&mut self, compiled: &Compiled) -> Res<Option<i64>> {
        match compiled.params.len() {
            0 => self.arith_node(&compiled.root, &[]).map(Some),
            count => {
                let mut values = [0i64; 8];
                if count > values.len() {
                    return Ok(None);
                }
                for (param, value) in compiled.params.iter().zip(&mut values) {
                    match self.param_integer(param) {
                        Ok(Some(number)) => *value = number,
                        Ok(None) => return Ok(None),
                        Err(stop) => return Err(ArithError::Stop(stop)),
                    }
                }
                self.arith_node(&compiled.root, &values[..count]).map(Some)
            }
        }
    }

    /// The value of a parameter when it is a plain integer.
    fn param_integer(&mut self, param: &Param) -> Result<Option<i64>, Stop> {
        if let (crate::ast::ParamName::Var(sym), None, false) = (param.name, &param.sub, param.length) {
            if sym >= crate::special::DYNAMIC {
                if let Some(var) = self.vars.get(sym) {
                    if !var.has(crate::vars::NAMEREF) {
                        return Ok(var.scalar().and_then(plain_integer));
                    }
                }
            }
        }
        let text = self.param_text(param)?;
        Ok(plain_integer(&text))
    }

    /// The subscript of an indexed array.
    pub fn index_of(&mut self, sub: &SubIndex) -> Result<i64, Stop> {
        self.arith(&sub.arith, "")
    }
}

fn word_error(what: &str, text: &[u8], at: usize) -> Vec<u8> {
    let start = text.iter().position(|c| !c.is_ascii_whitespace()).unwrap_or(text.len());
    let mut message = text[start..].to_vec();
    message.extend_from_slice(b": ");
    message.extend_from_slice(what.as_bytes());
    message.extend_from_slice(b" (error token is \"");
    message.extend_from_slice(&text[at.min(text.len())..]);
    message.extend_from_slice(b"\")");
    message
}
