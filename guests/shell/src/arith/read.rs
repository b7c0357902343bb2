//! The text of an expression to its tree.

use std::rc::Rc;

use super::number::number;
use super::{ArithError, ArithText, Compiled, MARK, MAX_DEPTH, Node, Op, Res};
use crate::ast::{Param, ParamOp, Part, Str, Subscript};
use crate::names::{is_name_char, is_name_start};

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

pub(super) fn compile(text: &[u8], names: &crate::names::Names, params: Vec<Rc<Param>>) -> Res<Compiled> {
    let mut reader = Reader { text, pos: 0, last: 0, shell_names: names, params: 0, depth: 0, last_primary: 0 };
    let root = reader.whole()?;
    Ok(Compiled { root, params })
}

/// The tree of an expression whose `$name`s stand where a number may stand; `None` where text must be made first.
pub(super) fn precompile(arith: &ArithText, names: &crate::names::Names) -> Option<Compiled> {
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
