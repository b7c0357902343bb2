//! Calls of the program's own functions.

use super::{Eval, Flow, Run};
use crate::syntax::tree::{Expr, Place};
use crate::value::{ArrayHandle, Value};

/// Calls within calls; the stack of the process ends not far beyond.
const MAX_DEPTH: usize = 8_000;

impl<'p> Run<'p> {
    pub(super) fn call(&mut self, function: usize, arguments: &'p [Expr], line: u32) -> Eval<Value> {
        let program = self.program;
        let callee = &program.functions[function];
        if arguments.len() > callee.parameters.len() {
            self.fatal(&format!("function `{}' called with more arguments than declared", callee.name));
        }
        if self.depth >= MAX_DEPTH {
            self.line = line;
            self.fatal(&format!("function `{}' calls itself too deep ({MAX_DEPTH} calls)", callee.name));
        }
        let base = self.stack.len();
        for (index, argument) in arguments.iter().enumerate() {
            let value = if callee.arrays[index] { Value::Array(self.array_argument(argument)?) } else { self.value(argument)? };
            self.stack.push(value);
        }
        self.stack.resize(base + callee.parameters.len(), Value::Nothing);
        let kept = (std::mem::replace(&mut self.base, base), self.line);
        self.depth += 1;
        let flow = self.block(&callee.body)?;
        self.depth -= 1;
        (self.base, self.line) = kept;
        self.stack.truncate(base);
        Ok(if flow == Flow::Return { std::mem::take(&mut self.returned) } else { Value::Nothing })
    }

    fn array_argument(&mut self, argument: &'p Expr) -> Eval<ArrayHandle> {
        match argument {
            Expr::Variable(place) => Ok(self.array_at(*place)),
            Expr::Element(array, keys) => {
                let outer = self.array(array)?;
                let key = self.key(keys)?;
                let handle = self.array_within(&outer, &key);
                self.release(key);
                Ok(handle)
            }
            _ => self.fatal("attempt to use scalar value as array"),
        }
    }

    pub(super) fn call_named(&mut self, name: &'p Expr, arguments: &'p [Expr]) -> Eval<Value> {
        let name = self.value(name)?.text(b"%.6g");
        let shown = String::from_utf8_lossy(name.bytes()).into_owned();
        match self.function_named(&shown) {
            Some(function) => self.call(function, arguments, self.line),
            None => self.fatal(&format!("function called indirectly through `{shown}' does not exist")),
        }
    }

    pub(super) fn function_named(&self, name: &str) -> Option<usize> {
        self.program.functions.iter().position(|function| function.name == name)
    }

    /// A call from within: a comparison of a sort.
    pub(super) fn call_with(&mut self, function: usize, values: Vec<Value>) -> Eval<Value> {
        let program = self.program;
        let callee = &program.functions[function];
        let base = self.stack.len();
        self.stack.extend(values.into_iter().take(callee.parameters.len()));
        self.stack.resize(base + callee.parameters.len(), Value::Nothing);
        let kept = std::mem::replace(&mut self.base, base);
        self.depth += 1;
        let flow = self.block(&callee.body)?;
        self.depth -= 1;
        self.base = kept;
        self.stack.truncate(base);
        Ok(if flow == Flow::Return { std::mem::take(&mut self.returned) } else { Value::Nothing })
    }

    pub(super) fn name_at(&self, place: Place) -> String {
        self.name_of(&Expr::Variable(place))
    }
}
