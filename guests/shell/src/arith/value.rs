//! The value of a tree: variables, elements, operators.

use super::number::{itoa, plain_integer};
use super::{ArithError, MARK, MAX_DEPTH, Node, Op, Res, word_error};
use crate::ast::Str;
use crate::names::Sym;
use crate::shell::Shell;

impl Shell {
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

    pub(super) fn arith_node(&mut self, node: &Node, params: &[i64]) -> Res<i64> {
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
