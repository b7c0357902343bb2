//! Arithmetic: text to a tree, kept with the program, and its value.

use std::cell::OnceCell;
use std::rc::Rc;

use crate::ast::{Param, ParamOp, Part, Str, SubIndex, Subscript};
use crate::names::{Sym, is_name_char, is_name_start};
use crate::shell::{Shell, Stop};

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

struct Reader<'a> {
    text: &'a [u8],
    pos: usize,
    /// Where the last token began.
    last: usize,
    shell_names: &'a crate::names::Names,
    params: usize,
    depth: u32,
    last_primary: usize,
}

impl Reader<'_> {
    fn blanks(&mut self) {
        while self.pos < self.text.len() && self.text[self.pos].is_ascii_whitespace() {
            self.pos += 1;
        }
    }
    fn peek(&mut self) -> u8 {
        self.blanks();
        match self.text.get(self.pos) {
            Some(&c) => {
                self.last = self.pos;
                c
            }
            None => 0,
        }
    }
    fn at(&self, ahead: usize) -> u8 {
        self.text.get(self.pos + ahead).copied().unwrap_or(0)
    }
    fn comma(&mut self) -> Res<Node> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(ArithError::Syntax("expression recursion level exceeded", self.pos));
        }
        let mut left = self.assign()?;
        while self.peek() == b',' {
            self.pos += 1;
            let right = self.assign()?;
            left = Node::Comma(Box::new(left), Box::new(right));
        }
        self.depth -= 1;
        Ok(left)
    }

    fn assign(&mut self) -> Res<Node> {
        let left = self.cond()?;
        let c = self.peek();
        let at = self.pos;
        let op = match c {
            b'=' if self.at(1) != b'=' => {
                self.pos += 1;
                None
            }
            b'*' if self.at(1) == b'=' => Some(Op::Mul),
            b'/' if self.at(1) == b'=' => Some(Op::Div),
            b'%' if self.at(1) == b'=' => Some(Op::Mod),
            b'+' if self.at(1) == b'=' => Some(Op::Add),
            b'-' if self.at(1) == b'=' => Some(Op::Sub),
            b'&' if self.at(1) == b'=' => Some(Op::BitAnd),
            b'^' if self.at(1) == b'=' => Some(Op::BitXor),
            b'|' if self.at(1) == b'=' => Some(Op::BitOr),
            b'<' if self.at(1) == b'<' && self.at(2) == b'=' => Some(Op::Shl),
            b'>' if self.at(1) == b'>' && self.at(2) == b'=' => Some(Op::Shr),
            _ => return Ok(left),
        };
        if !matches!(left, Node::Var(_) | Node::Elem(..)) {
            return Err(ArithError::Syntax("attempted assignment to non-variable", at));
        }
        self.pos += match op {
            None => 0,
            Some(Op::Shl | Op::Shr) => 3,
            Some(_) => 2,
        };
        self.blanks();
        let right_at = self.pos;
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(ArithError::Syntax("expression recursion level exceeded", self.pos));
        }
        let right = self.assign()?;
        self.depth -= 1;
        Ok(Node::Assign(op, Box::new(left), Box::new(right), right_at))
    }

    fn cond(&mut self) -> Res<Node> {
        let test = self.or()?;
        if self.peek() != b'?' {
            return Ok(test);
        }
        self.pos += 1;
        if matches!(self.peek(), 0 | b':') {
            return Err(ArithError::Syntax("expression expected", self.pos));
        }
        let yes = self.comma()?;
        if self.peek() != b':' {
            return Err(ArithError::Syntax("`:' expected for conditional expression", self.last));
        }
        self.pos += 1;
        if self.peek() == 0 {
            return Err(ArithError::Syntax("expression expected", self.pos));
        }
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(ArithError::Syntax("expression recursion level exceeded", self.pos));
        }
        let no = self.assign_free_cond()?;
        self.depth -= 1;
        Ok(Node::Cond(Box::new(test), Box::new(yes), Box::new(no)))
    }

    fn assign_free_cond(&mut self) -> Res<Node> {
        self.cond()
    }

    fn or(&mut self) -> Res<Node> {
        let mut left = self.and()?;
        while self.peek() == b'|' && self.at(1) == b'|' {
            self.pos += 2;
            let right = self.and()?;
            left = Node::Or(Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    fn and(&mut self) -> Res<Node> {
        let mut left = self.binary(0)?;
        while self.peek() == b'&' && self.at(1) == b'&' {
            self.pos += 2;
            let right = self.binary(0)?;
            left = Node::And(Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    fn operator(&mut self) -> Option<(Op, usize, u8)> {
        let c = self.peek();
        let (d, e) = (self.at(1), self.at(2));
        Some(match c {
            b'|' if d != b'|' && d != b'=' => (Op::BitOr, 1, 0),
            b'^' if d != b'=' => (Op::BitXor, 1, 1),
            b'&' if d != b'&' && d != b'=' => (Op::BitAnd, 1, 2),
            b'=' if d == b'=' => (Op::Eq, 2, 3),
            b'!' if d == b'=' => (Op::Ne, 2, 3),
            b'<' if d == b'<' && e != b'=' => (Op::Shl, 2, 5),
            b'>' if d == b'>' && e != b'=' => (Op::Shr, 2, 5),
            b'<' if d == b'=' => (Op::Le, 2, 4),
            b'>' if d == b'=' => (Op::Ge, 2, 4),
            b'<' if d != b'<' => (Op::Lt, 1, 4),
            b'>' if d != b'>' => (Op::Gt, 1, 4),
            b'+' if d != b'=' => (Op::Add, 1, 6),
            b'-' if d != b'=' => (Op::Sub, 1, 6),
            b'*' if d == b'*' => (Op::Pow, 2, 8),
            b'*' if d != b'=' => (Op::Mul, 1, 7),
            b'/' if d != b'=' => (Op::Div, 1, 7),
            b'%' if d != b'=' => (Op::Mod, 1, 7),
            _ => return None,
        })
    }

    fn binary(&mut self, lowest: u8) -> Res<Node> {
        let mut left = self.unary()?;
        while let Some((op, len, level)) = self.operator() {
            if level < lowest {
                break;
            }
            self.pos += len;
            self.blanks();
            let right_at = self.pos;
            let right = if op == Op::Pow { self.binary(level)? } else { self.binary(level + 1)? };
            let at = if op == Op::Pow { self.last_primary } else { right_at };
            left = Node::Binary(op, Box::new(left), Box::new(right), at);
        }
        Ok(left)
    }

    fn unary(&mut self) -> Res<Node> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(ArithError::Syntax("expression recursion level exceeded", self.pos));
        }
        let c = self.peek();
        let node = match c {
            b'!' => {
                self.pos += 1;
                Node::Not(Box::new(self.unary()?))
            }
            b'~' => {
                self.pos += 1;
                Node::BitNot(Box::new(self.unary()?))
            }
            b'+' | b'-' if self.at(1) == c => {
                // An increment when a name follows, two signs otherwise.
                let mut ahead = 2;
                while self.at(ahead).is_ascii_whitespace() {
                    ahead += 1;
                }
                if is_name_start(self.at(ahead)) {
                    self.pos += 2;
                    let target = self.primary()?;
                    Node::Step(if c == b'+' { 1 } else { -1 }, false, Box::new(target))
                } else {
                    self.pos += 1;
                    let inner = self.unary()?;
                    if c == b'-' { Node::Neg(Box::new(inner)) } else { inner }
                }
            }
            b'-' => {
                self.pos += 1;
                Node::Neg(Box::new(self.unary()?))
            }
            b'+' => {
                self.pos += 1;
                self.unary()?
            }
            _ => self.postfix()?,
        };
        self.depth -= 1;
        Ok(node)
    }

    fn postfix(&mut self) -> Res<Node> {
        let node = self.primary()?;
        if matches!(node, Node::Var(_) | Node::Elem(..)) {
            let c = self.peek();
            if (c == b'+' || c == b'-') && self.at(1) == c {
                self.pos += 2;
                return Ok(Node::Step(if c == b'+' { 1 } else { -1 }, true, Box::new(node)));
            }
        }
        Ok(node)
    }

    fn primary(&mut self) -> Res<Node> {
        let c = self.peek();
        let from = self.pos;
        self.last_primary = from;
        if c == b'(' {
            self.pos += 1;
            let inner = self.comma()?;
            if self.peek() != b')' {
                return Err(ArithError::Syntax("missing `)'", self.last));
            }
            self.pos += 1;
            // Not a place to assign to.
            return Ok(match inner {
                Node::Var(_) | Node::Elem(..) => Node::Binary(Op::Add, Box::new(inner), Box::new(Node::Num(0)), 0),
                other => other,
            });
        }
        if c == MARK {
            self.pos += 1;
            self.params += 1;
            return Ok(Node::Dollar(self.params - 1));
        }
        if is_name_start(c) {
            while is_name_char(self.at(0)) {
                self.pos += 1;
            }
            let sym = self.shell_names.sym(&self.text[from..self.pos]);
            if self.at(0) == b'[' {
                let start = self.pos + 1;
                let mut depth = 0;
                let mut end = start;
                loop {
                    match self.text.get(end) {
                        None => return Err(ArithError::Syntax("bad array subscript", from)),
                        Some(b'[') => depth += 1,
                        Some(b']') if depth == 0 => break,
                        Some(b']') => depth -= 1,
                        Some(_) => {}
                    }
                    end += 1;
                }
                let inner = &self.text[start..end];
                let raw: Str = inner.into();
                let mut reader = Reader {
                    text: inner,
                    pos: 0,
                    last: 0,
                    shell_names: self.shell_names,
                    params: self.params,
                    depth: self.depth,
                    last_primary: 0,
                };
                let marks = inner.iter().filter(|&&c| c == MARK).count();
                let index = reader.whole().ok().map(Box::new);
                if marks > 0 && index.is_none() {
                    return Err(ArithError::Retry);
                }
                self.params += marks;
                self.pos = end + 1;
                return Ok(Node::Elem(sym, raw, index));
            }
            return Ok(Node::Var(sym));
        }
        if c.is_ascii_digit() {
            while is_name_char(self.at(0)) || matches!(self.at(0), b'#' | b'@') {
                self.pos += 1;
            }
            return match number(&self.text[from..self.pos]) {
                Ok(value) => Ok(Node::Num(value)),
                Err(message) => Err(ArithError::Syntax(message, from)),
            };
        }
        Err(ArithError::Syntax("syntax error: operand expected", if from >= self.text.len() { self.last } else { from }))
    }

    fn whole(&mut self) -> Res<Node> {
        if self.peek() == 0 {
            return Ok(Node::Num(0));
        }
        let node = self.comma()?;
        let c = self.peek();
        if self.pos < self.text.len() {
            let message = if is_name_char(c) || c == MARK || c == b'(' || c == b')' || c == b'[' {
                "syntax error in expression"
            } else if matches!(c, b'=') {
                "attempted assignment to non-variable"
            } else if matches!(c, b':' | b'?' | b',' | b'+' | b'-') {
                "syntax error in expression"
            } else {
                "syntax error: invalid arithmetic operator"
            };
            return Err(ArithError::Syntax(message, self.last));
        }
        Ok(node)
    }
}

/// An integer constant as in C, or `base#digits`.
pub fn number(text: &[u8]) -> Result<i64, &'static str> {
    if let Some(at) = text.iter().position(|&c| c == b'#') {
        let base = number(&text[..at])?;
        if !(2..=64).contains(&base) {
            return Err("invalid arithmetic base");
        }
        if at + 1 == text.len() {
            return Err("invalid integer constant");
        }
        return digits(&text[at + 1..], base);
    }
    if text.len() > 1 && text[0] == b'0' {
        if text[1] == b'x' || text[1] == b'X' {
            return digits(&text[2..], 16);
        }
        return digits(&text[1..], 8);
    }
    digits(text, 10)
}

fn digits(text: &[u8], base: i64) -> Result<i64, &'static str> {
    let mut value: i64 = 0;
    for &c in text {
        let digit = match c {
            b'0'..=b'9' => i64::from(c - b'0'),
            b'a'..=b'z' => i64::from(c - b'a') + 10,
            b'A'..=b'Z' if base <= 36 => i64::from(c - b'A') + 10,
            b'A'..=b'Z' => i64::from(c - b'A') + 36,
            b'@' => 62,
            b'_' => 63,
            _ => return Err("invalid number"),
        };
        if digit >= base {
            return Err("value too great for base");
        }
        value = value.wrapping_mul(base).wrapping_add(digit);
    }
    Ok(value)
}

/// A decimal integer, perhaps negative, with nothing around it: what needs no parsing.
pub fn plain_integer(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text.first() {
        Some(b'-') => (true, &text[1..]),
        Some(_) => (false, text),
        None => return None,
    };
    if digits.is_empty() || digits.len() > 18 || (digits[0] == b'0' && digits.len() > 1) {
        return None;
    }
    let mut value = 0i64;
    for &c in digits {
        if !c.is_ascii_digit() {
            return None;
        }
        value = value * 10 + i64::from(c - b'0');
    }
    Some(if negative { -value } else { value })
}

fn compile(text: &[u8], names: &crate::names::Names, params: Vec<Rc<Param>>) -> Res<Compiled> {
    let mut reader = Reader { text, pos: 0, last: 0, shell_names: names, params: 0, depth: 0, last_primary: 0 };
    let root = reader.whole()?;
    Ok(Compiled { root, params })
}

/// The tree of an expression whose `$name`s stand where a number may stand; `None` where text must be made first.
fn precompile(arith: &ArithText, names: &crate::names::Names) -> Option<Compiled> {
    let mut text = Vec::new();
    let mut params = Vec::new();
    let mut glued = false;
    for part in &arith.parts {
        match part {
            Part::Lit(t) | Part::Quoted(t) => {
                if glued && t.first().is_some_and(|&c| is_name_char(c) || matches!(c, b'#' | b'[' | b'@')) {
                    return None;
                }
                glued = false;
                if t.contains(&MARK) {
                    return None;
                }
                text.extend_from_slice(t);
            }
            Part::Param(param) if matches!(param.op, ParamOp::None) && !param.indirect => {
                if glued || text.last().is_some_and(|&c| is_name_char(c) || c == b'#') {
                    return None;
                }
                if matches!(param.sub, Some(Subscript::At | Subscript::Star)) && !param.length {
                    return None;
                }
                // Signs in front of a negative value would read as another operator.
                if matches!(text.last(), Some(b'-' | b'+')) {
                    text.push(b' ');
                }
                params.push(param.clone());
                text.push(MARK);
                glued = true;
            }
            _ => return None,
        }
    }
    // `**` binds tighter than the sign that a value may have.
    if !params.is_empty() && text.windows(2).any(|pair| pair == b"**") {
        return None;
    }
    compile(&text, names, params).ok()
}

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

    fn arith_var(&mut self, sym: Sym) -> Res<i64> {
        if sym >= crate::special::DYNAMIC {
            if let Some(var) = self.vars.get(sym) {
                if !var.has(crate::vars::NAMEREF) {
                    if let Some(text) = var.scalar() {
                        if let Some(value) = plain_integer(text) {
                            return Ok(value);
                        }
                        let text = text.to_vec();
                        return self.arith_value(&text);
                    }
                }
            }
        }
        match self.var_text(sym) {
            Ok(Some(text)) => self.arith_value(&text),
            Ok(None) => self.arith_unset(sym, b""),
            Err(stop) => Err(ArithError::Stop(stop)),
        }
    }

    fn arith_unset(&mut self, sym: Sym, sub: &[u8]) -> Res<i64> {
        if self.options.nounset {
            let mut name = self.vars.names.name(sym).to_vec();
            if !sub.is_empty() {
                name.push(b'[');
                name.extend_from_slice(sub);
                name.push(b']');
            }
            return Err(ArithError::Stop(self.unbound(&name)));
        }
        Ok(0)
    }

    /// The value of the text that a variable holds.
    fn arith_value(&mut self, text: &[u8]) -> Res<i64> {
        if let Some(value) = plain_integer(text) {
            return Ok(value);
        }
        if text.iter().all(u8::is_ascii_whitespace) {
            return Ok(0);
        }
        self.arith_depth += 1;
        if self.arith_depth > MAX_DEPTH {
            self.arith_depth = 0;
            return Err(ArithError::Worded(word_error("expression recursion level exceeded", text, 0)));
        }
        let result = match self.arith_eval_text(text) {
            Err(ArithError::Syntax(what, at)) => Err(ArithError::Worded(word_error(what, text, at))),
            other => other,
        };
        self.arith_depth = self.arith_depth.saturating_sub(1);
        result
    }

    fn arith_elem(&mut self, sym: Sym, raw: &Str, index: &Option<Box<Node>>, params: &[i64]) -> Res<i64> {
        let (sym, _) = self.resolve(sym).map_err(ArithError::Stop)?;
        if self.vars.get(sym).is_some_and(|var| var.is_assoc()) {
            let key = self.arith_key(raw)?;
            return match self.elem_text(sym, &key) {
                Some(text) => self.arith_value(&text),
                None => self.arith_unset(sym, raw),
            };
        }
        let index = self.arith_index(raw, index, params)?;
        match self.vars.get(sym).map(|var| &var.value) {
            Some(crate::vars::Value::Array(items)) if sym >= crate::special::DYNAMIC => {
                let index = if index < 0 { items.last_key_value().map_or(0, |(k, _)| *k) + 1 + index } else { index };
                match items.get(&index) {
                    Some(text) => match plain_integer(text) {
                        Some(value) => Ok(value),
                        None => {
                            let text = text.clone();
                            self.arith_value(&text)
                        }
                    },
                    None => self.arith_unset(sym, raw),
                }
            }
            _ => match self.index_text(sym, index) {
                Some(text) => self.arith_value(&text),
                None => self.arith_unset(sym, raw),
            },
        }
    }

    /// A key of an associative array as it stands in an expression: quotes are taken off.
    fn arith_key(&mut self, raw: &Str) -> Res<Vec<u8>> {
        if raw.contains(&MARK) {
            return Err(ArithError::Retry);
        }
        self.expand_text(raw).map_err(ArithError::Stop)
    }

    fn arith_index(&mut self, raw: &Str, index: &Option<Box<Node>>, params: &[i64]) -> Res<i64> {
        match index {
            Some(node) => self.arith_node(node, params),
            None => {
                let text = self.expand_text(raw).map_err(ArithError::Stop)?;
                match self.arith_eval_text(&text) {
                    Err(ArithError::Syntax(what, at)) => Err(ArithError::Worded(word_error(what, &text, at))),
                    other => other,
                }
            }
        }
    }

    fn arith_store(&mut self, target: &Node, value: i64, params: &[i64]) -> Res<()> {
        let text = itoa(value);
        let result = match target {
            Node::Var(sym) => self.assign(*sym, text),
            Node::Elem(sym, raw, index) => {
                let (sym, _) = self.resolve(*sym).map_err(ArithError::Stop)?;
                if self.vars.get(sym).is_some_and(|var| var.is_assoc()) {
                    let key = self.arith_key(raw)?;
                    self.assign_key(sym, key, text, false)
                } else {
                    let index = self.arith_index(raw, index, params)?;
                    self.assign_index(sym, index, text, false)
                }
            }
            _ => return Err(ArithError::Syntax("attempted assignment to non-variable", 0)),
        };
        result.map_err(ArithError::Stop)
    }

    fn arith_node(&mut self, node: &Node, params: &[i64]) -> Res<i64> {
        Ok(match node {
            Node::Num(value) => *value,
            Node::Var(sym) => self.arith_var(*sym)?,
            Node::Elem(sym, raw, index) => self.arith_elem(*sym, raw, index, params)?,
            Node::Dollar(index) => params.get(*index).copied().unwrap_or(0),
            Node::Neg(inner) => self.arith_node(inner, params)?.wrapping_neg(),
            Node::Not(inner) => i64::from(self.arith_node(inner, params)? == 0),
            Node::BitNot(inner) => !self.arith_node(inner, params)?,
            Node::Binary(op, left, right, at) => {
                let left = self.arith_node(left, params)?;
                let right = self.arith_node(right, params)?;
                apply(*op, left, right, *at)?
            }
            Node::And(left, right) => {
                i64::from(self.arith_node(left, params)? != 0 && self.arith_node(right, params)? != 0)
            }
            Node::Or(left, right) => {
                i64::from(self.arith_node(left, params)? != 0 || self.arith_node(right, params)? != 0)
            }
            Node::Cond(test, yes, no) => {
                if self.arith_node(test, params)? != 0 {
                    self.arith_node(yes, params)?
                } else {
                    self.arith_node(no, params)?
                }
            }
            Node::Assign(op, target, right, at) => {
                let value = match op {
                    None => self.arith_node(right, params)?,
                    Some(op) => {
                        let old = self.arith_node(target, params)?;
                        let right = self.arith_node(right, params)?;
                        apply(*op, old, right, *at)?
                    }
                };
                self.arith_store(target, value, params)?;
                value
            }
            Node::Step(delta, post, target) => {
                let old = self.arith_node(target, params)?;
                let new = old.wrapping_add(*delta);
                self.arith_store(target, new, params)?;
                if *post { old } else { new }
            }
            Node::Comma(left, right) => {
                self.arith_node(left, params)?;
                self.arith_node(right, params)?
            }
        })
    }

    /// The subscript of an indexed array.
    pub fn index_of(&mut self, sub: &SubIndex) -> Result<i64, Stop> {
        self.arith(&sub.arith, "")
    }
}

fn apply(op: Op, left: i64, right: i64, at: usize) -> Res<i64> {
    Ok(match op {
        Op::Mul => left.wrapping_mul(right),
        Op::Div | Op::Mod if right == 0 => return Err(ArithError::Syntax("division by 0", at)),
        Op::Div => left.wrapping_div(right),
        Op::Mod => left.wrapping_rem(right),
        Op::Add => left.wrapping_add(right),
        Op::Sub => left.wrapping_sub(right),
        Op::Shl => left.wrapping_shl(right as u32),
        Op::Shr => left.wrapping_shr(right as u32),
        Op::Lt => i64::from(left < right),
        Op::Le => i64::from(left <= right),
        Op::Gt => i64::from(left > right),
        Op::Ge => i64::from(left >= right),
        Op::Eq => i64::from(left == right),
        Op::Ne => i64::from(left != right),
        Op::BitAnd => left & right,
        Op::BitXor => left ^ right,
        Op::BitOr => left | right,
        Op::Pow if right < 0 => return Err(ArithError::Syntax("exponent less than 0", at)),
        Op::Pow => {
            let (mut result, mut base, mut exponent) = (1i64, left, right);
            while exponent > 0 {
                if exponent & 1 == 1 {
                    result = result.wrapping_mul(base);
                }
                base = base.wrapping_mul(base);
                exponent >>= 1;
            }
            result
        }
    })
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

pub fn itoa(value: i64) -> Vec<u8> {
    let mut buffer = [0u8; 20];
    let mut at = buffer.len();
    let mut rest = value.unsigned_abs();
    loop {
        at -= 1;
        buffer[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if value < 0 {
        at -= 1;
        buffer[at] = b'-';
    }
    buffer[at..].to_vec()
}
