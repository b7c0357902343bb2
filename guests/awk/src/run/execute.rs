//! Statements.

use super::{Eval, Flow, Run, Unwind};
use crate::streams::Sink;
use crate::syntax::tree::{Case, Expr, Kind, Label, Output, Statement};
use crate::value::{Value, compare};

impl<'p> Run<'p> {
    pub(super) fn block(&mut self, body: &'p [Statement]) -> Eval<Flow> {
        for statement in body {
            let flow = self.statement(statement)?;
            if flow != Flow::On {
                return Ok(flow);
            }
        }
        Ok(Flow::On)
    }

    fn statement(&mut self, statement: &'p Statement) -> Eval<Flow> {
        self.line = statement.line;
        match &statement.kind {
            Kind::Expression(expr) => self.effect(expr)?,
            Kind::Print(list, output) => self.print(list, output)?,
            Kind::Printf(list, output) => self.printf(list, output)?,
            Kind::If(test, yes, no) => {
                return if self.truth(test)? { self.block(yes) } else { self.block(no) };
            }
            Kind::While(test, body) => {
                while self.truth(test)? {
                    match self.block(body)? {
                        Flow::Break => break,
                        Flow::Return => return Ok(Flow::Return),
                        Flow::On | Flow::Continue => {}
                    }
                }
            }
            Kind::Do(body, test) => loop {
                match self.block(body)? {
                    Flow::Break => break,
                    Flow::Return => return Ok(Flow::Return),
                    Flow::On | Flow::Continue => {}
                }
                if !self.truth(test)? {
                    break;
                }
            },
            Kind::For { start, test, step, body } => {
                if let Some(start) = start {
                    self.statement(start)?;
                }
                while match test {
                    Some(test) => self.truth(test)?,
                    None => true,
                } {
                    match self.block(body)? {
                        Flow::Break => break,
                        Flow::Return => return Ok(Flow::Return),
                        Flow::On | Flow::Continue => {}
                    }
                    if let Some(step) = step {
                        self.statement(step)?;
                    }
                }
            }
            Kind::ForIn { target, array, body } => {
                let handle = self.array(array)?;
                for key in self.keys_for_loop(&handle)? {
                    self.assign(target, Value::Input(key))?;
                    match self.block(body)? {
                        Flow::Break => break,
                        Flow::Return => return Ok(Flow::Return),
                        Flow::On | Flow::Continue => {}
                    }
                }
            }
            Kind::Switch(value, cases) => {
                let value = self.scalar(value)?;
                return self.switch(&value, cases);
            }
            Kind::Block(body) => return self.block(body),
            Kind::Break => return Ok(Flow::Break),
            Kind::Continue => return Ok(Flow::Continue),
            Kind::Next => return Err(Unwind::Next),
            Kind::NextFile => return Err(Unwind::NextFile),
            Kind::Exit(code) => {
                if let Some(code) = code {
                    self.exit_code = self.number(code)? as i64 as i32 & 0xff;
                }
                return Err(Unwind::Exit);
            }
            Kind::Return(value) => {
                self.returned = match value {
                    Some(value) => self.scalar(value)?,
                    None => Value::Nothing,
                };
                return Ok(Flow::Return);
            }
            Kind::DeleteElement(array, keys) => {
                let handle = self.array(array)?;
                let key = self.key(keys)?;
                handle.borrow_mut().remove(&key);
                self.release(key);
            }
            Kind::DeleteAll(array) => self.array(array)?.borrow_mut().clear(),
        }
        Ok(Flow::On)
    }

    /// An expression whose value nobody wants.
    fn effect(&mut self, expr: &'p Expr) -> Eval<()> {
        match expr {
            Expr::Step { .. } | Expr::Update(..) => self.number(expr).map(drop),
            Expr::Assign(target, value) => {
                let value = self.scalar(value)?;
                self.assign(target, value)
            }
            Expr::Append(place, parts) => self.append_to(*place, parts),
            _ => self.value(expr).map(drop),
        }
    }

    fn switch(&mut self, value: &Value, cases: &'p [Case]) -> Eval<Flow> {
        let mut chosen = cases.iter().position(|case| case.label.is_none());
        for (index, case) in cases.iter().enumerate() {
            let hit = match &case.label {
                None => false,
                Some(Label::Regex(regex)) => regex.is_match(value.text(&self.settings.convfmt).bytes()),
                Some(Label::Value(label)) => {
                    let label = self.value(label)?;
                    // A number and a string are never the same case.
                    value.as_number().is_some() == label.as_number().is_some()
                        && compare(crate::syntax::tree::Order::Equal, value, &label, &self.settings.convfmt)
                }
            };
            if hit {
                chosen = Some(index);
                break;
            }
        }
        let Some(chosen) = chosen else { return Ok(Flow::On) };
        for case in &cases[chosen..] {
            match self.block(&case.body)? {
                Flow::On => {}
                Flow::Break => return Ok(Flow::On),
                flow => return Ok(flow),
            }
        }
        Ok(Flow::On)
    }

    pub(super) fn print_record(&mut self) {
        let text = self.record.text(&self.settings.ofs, &self.settings.convfmt);
        let out = &mut self.streams.standard;
        out.buffer.extend_from_slice(text);
        out.buffer.extend_from_slice(&self.settings.ors);
        out.settle();
    }

    fn print(&mut self, list: &'p [Expr], output: &'p Output) -> Eval<()> {
        if list.is_empty() && matches!(output, Output::Standard) {
            self.print_record();
            return Ok(());
        }
        let mut line = self.buffer();
        if list.is_empty() {
            line.extend_from_slice(self.record.text(&self.settings.ofs, &self.settings.convfmt));
        }
        for (index, item) in list.iter().enumerate() {
            if index > 0 {
                line.extend_from_slice(&self.settings.ofs);
            }
            self.append_for_print(item, &mut line)?;
        }
        line.extend_from_slice(&self.settings.ors);
        self.write(&line, output)?;
        self.release(line);
        Ok(())
    }

    fn printf(&mut self, list: &'p [Expr], output: &'p Output) -> Eval<()> {
        let mut text = self.buffer();
        self.format(list, &mut text)?;
        self.write(&text, output)?;
        self.release(text);
        Ok(())
    }

    fn write(&mut self, bytes: &[u8], output: &'p Output) -> Eval<()> {
        let (sink, name) = match output {
            Output::Standard => {
                self.streams.standard.buffer.extend_from_slice(bytes);
                self.streams.standard.settle();
                return Ok(());
            }
            Output::File(name) => (Sink::File, name),
            Output::Append(name) => (Sink::Append, name),
            Output::Command(name) => (Sink::Command, name),
            Output::Coprocess(name) => (Sink::Coprocess, name),
        };
        let mut path = self.buffer();
        self.append(name, &mut path)?;
        if path.is_empty() {
            let sign = match sink {
                Sink::File => ">",
                Sink::Append => ">>",
                Sink::Command => "|",
                Sink::Coprocess => "|&",
            };
            self.fatal(&format!("expression for `{sign}' redirection has null string value"));
        }
        if let Err(error) = self.streams.write(sink, &path, bytes) {
            let why = sunaba_gnu::error::text(&error);
            let shown = String::from_utf8_lossy(&path).into_owned();
            match sink {
                Sink::File | Sink::Append => self.fatal(&format!("cannot redirect to `{shown}': {why}")),
                _ => self.fatal(&format!("cannot open pipe `{shown}' for output: {why}")),
            }
        }
        self.release(path);
        Ok(())
    }
}
