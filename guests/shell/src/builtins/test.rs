//! `test` and `[`

use super::Outcome;
use crate::shell::{Shell, Stop};
use crate::testing::compare;
use crate::vars::Bytes;

pub fn bracket(shell: &mut Shell, args: &[Bytes]) -> Outcome {
    if args.last().is_none_or(|last| last != b"]") || args.len() < 2 {
        shell.fail("[", b"missing `]'");
        return Ok(2);
    }
    run(shell, &args[1..args.len() - 1], "[")
}

pub fn test(shell: &mut Shell, args: &[Bytes]) -> Outcome {
    run(shell, &args[1..], "test")
}

fn run(shell: &mut Shell, args: &[Bytes], who: &'static str) -> Outcome {
    let mut expression = Expression { args, at: 0, who };
    match expression.whole(shell) {
        Ok(value) => Ok(i32::from(!value)),
        Err(Fault::Message(message)) => {
            shell.fail(who, &message);
            Ok(2)
        }
        Err(Fault::Stop(Stop::Expansion(_))) => Ok(2),
        Err(Fault::Stop(stop)) => Err(stop),
    }
}

enum Fault {
    Message(Bytes),
    Stop(Stop),
}

type Res = Result<bool, Fault>;

struct Expression<'a> {
    args: &'a [Bytes],
    at: usize,
    who: &'static str,
}

fn is_binary(op: &[u8]) -> bool {
    matches!(
        op,
        b"=" | b"==" | b"!=" | b"<" | b">" | b"-eq" | b"-ne" | b"-lt" | b"-le" | b"-gt" | b"-ge" | b"-nt" | b"-ot" | b"-ef"
    )
}

fn is_unary(op: &[u8]) -> bool {
    op.len() == 2 && op[0] == b'-' && b"abcdefghknoprstuvwxzGLNORS".contains(&op[1])
}

fn message(parts: &[&[u8]]) -> Fault {
    Fault::Message(parts.concat())
}

impl Expression<'_> {
    fn whole(&mut self, shell: &mut Shell) -> Res {
        let args = self.args;
        match args {
            [] => Ok(false),
            [one] => Ok(!one.is_empty()),
            [op, one] => {
                if op == b"!" {
                    Ok(one.is_empty())
                } else if is_unary(op) {
                    self.unary(shell, op[1], one)
                } else {
                    Err(message(&[op, b": unary operator expected"]))
                }
            }
            [a, op, b] => self.three(shell, a, op, b),
            [not, rest @ ..] if not == b"!" && rest.len() == 3 => {
                let [a, op, b] = rest else { return Ok(false) };
                self.three(shell, a, op, b).map(|value| !value)
            }
            [open, a, b, close] if open == b"(" && close == b")" => {
                let inner = [a.clone(), b.clone()];
                Expression { args: &inner, at: 0, who: self.who }.whole(shell)
            }
            _ => {
                let value = self.or(shell)?;
                if self.at < self.args.len() {
                    return Err(Fault::Message(b"too many arguments".to_vec()));
                }
                Ok(value)
            }
        }
    }

    fn three(&mut self, shell: &mut Shell, a: &[u8], op: &[u8], b: &[u8]) -> Res {
        if is_binary(op) {
            return self.binary(shell, a, op, b);
        }
        if op == b"-a" {
            return Ok(!a.is_empty() && !b.is_empty());
        }
        if op == b"-o" {
            return Ok(!a.is_empty() || !b.is_empty());
        }
        if a == b"!" {
            if is_unary(op) {
                return self.unary(shell, op[1], b).map(|value| !value);
            }
            return Err(message(&[op, b": unary operator expected"]));
        }
        if a == b"(" && b == b")" {
            return Ok(!op.is_empty());
        }
        Err(message(&[op, b": binary operator expected"]))
    }

    fn or(&mut self, shell: &mut Shell) -> Res {
        let mut value = self.and(shell)?;
        while self.args.get(self.at).is_some_and(|arg| arg == b"-o") {
            self.at += 1;
            let right = self.and(shell)?;
            value = value || right;
        }
        Ok(value)
    }

    fn and(&mut self, shell: &mut Shell) -> Res {
        let mut value = self.term(shell)?;
        while self.args.get(self.at).is_some_and(|arg| arg == b"-a") {
            self.at += 1;
            let right = self.term(shell)?;
            value = value && right;
        }
        Ok(value)
    }

    fn term(&mut self, shell: &mut Shell) -> Res {
        let Some(first) = self.args.get(self.at) else {
            return Err(Fault::Message(b"argument expected".to_vec()));
        };
        if first == b"!" {
            self.at += 1;
            return self.term(shell).map(|value| !value);
        }
        if self.args.get(self.at + 1).is_some_and(|op| is_binary(op)) && self.at + 2 < self.args.len() {
            let (a, op, b) = (first.clone(), self.args[self.at + 1].clone(), self.args[self.at + 2].clone());
            self.at += 3;
            return self.binary(shell, &a, &op, &b);
        }
        if first == b"(" {
            self.at += 1;
            let value = self.or(shell)?;
            if self.args.get(self.at).is_none_or(|arg| arg != b")") {
                return Err(Fault::Message(b"`)' expected".to_vec()));
            }
            self.at += 1;
            return Ok(value);
        }
        if is_unary(first) && self.at + 1 < self.args.len() {
            let (op, value) = (first[1], self.args[self.at + 1].clone());
            self.at += 2;
            return self.unary(shell, op, &value);
        }
        self.at += 1;
        Ok(!first.is_empty())
    }

    fn unary(&self, shell: &mut Shell, op: u8, value: &[u8]) -> Res {
        if op == b't' && crate::arith::plain_integer(value).is_none() {
            return Err(message(&[value, b": integer expression expected"]));
        }
        match shell.unary(op, value, self.who) {
            Ok(Some(value)) => Ok(value),
            Ok(None) => Err(message(&[&[b'-', op], b": unary operator expected"])),
            Err(stop) => Err(Fault::Stop(stop)),
        }
    }

    fn binary(&self, shell: &mut Shell, a: &[u8], op: &[u8], b: &[u8]) -> Res {
        Ok(match op {
            b"=" | b"==" => a == b,
            b"!=" => a != b,
            b"<" => a < b,
            b">" => a > b,
            b"-nt" | b"-ot" | b"-ef" => shell.compare_files(op, a, b),
            _ => {
                let left = whole_number(a).ok_or_else(|| message(&[a, b": integer expression expected"]))?;
                let right = whole_number(b).ok_or_else(|| message(&[b, b": integer expression expected"]))?;
                compare(op, left, right)
            }
        })
    }
}

/// A decimal integer with blanks around it.
fn whole_number(text: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(text.trim_ascii()).ok()?;
    let text = text.strip_prefix('+').filter(|rest| !rest.starts_with('-')).unwrap_or(text);
    text.parse().ok()
}
