//! Running commands: lists, compound commands, and simple commands up to the point where something is started.

mod compound;
mod simple;

use std::rc::Rc;

use crate::ast::*;
use crate::shell::{Done, MAX_EXEC_DEPTH, Shell, Stop};
use crate::special;
use crate::traps::Trap;
use crate::world::{Sys, World};

impl Shell {
    pub fn run_list(&mut self, list: &[AndOr]) -> Done {
        for item in list {
            self.run_and_or(item)?;
        }
        Ok(())
    }

    pub(crate) fn run_and_or(&mut self, item: &AndOr) -> Done {
        if self.broken_pipe || Sys::signals_waiting() {
            self.run_pending()?;
        }
        if item.background {
            return self.run_background(item);
        }
        if item.rest.is_empty() {
            return self.run_pipeline(&item.first);
        }
        self.errexit_off += 1;
        let result = self.run_pipeline(&item.first);
        self.errexit_off -= 1;
        result?;
        let last = item.rest.len() - 1;
        for (at, (and, pipeline)) in item.rest.iter().enumerate() {
            if (self.status == 0) != *and {
                continue;
            }
            if at == last {
                return self.run_pipeline(pipeline);
            }
            self.errexit_off += 1;
            let result = self.run_pipeline(pipeline);
            self.errexit_off -= 1;
            result?;
        }
        Ok(())
    }

    fn run_pipeline(&mut self, pipeline: &Pipeline) -> Done {
        if pipeline.bang {
            self.errexit_off += 1;
        }
        let result = match pipeline.time {
            Some(time) => self.run_timed(pipeline, time),
            None => self.run_stages(pipeline),
        };
        if pipeline.bang {
            self.errexit_off -= 1;
        }
        result?;
        if pipeline.bang {
            self.status = i32::from(self.status == 0);
            return Ok(());
        }
        if self.status != 0 && self.errexit_off == 0 {
            let checked = match &pipeline.stages[..] {
                [one] => {
                    matches!(one.kind, Kind::Simple(_) | Kind::Subshell(_) | Kind::Arith(_) | Kind::Test(_))
                }
                _ => true,
            };
            if checked {
                return self.failed();
            }
        }
        Ok(())
    }

    /// A command failed where that counts: the ERR trap, and `set -e`.
    pub(crate) fn failed(&mut self) -> Done {
        self.run_trap(Trap::Err)?;
        if self.options.errexit {
            return Err(Stop::Exit);
        }
        Ok(())
    }

    fn run_timed(&mut self, pipeline: &Pipeline, time: Time) -> Done {
        let (start, before) = (Sys::ticks(), Sys::times());
        let result = if pipeline.stages.is_empty() {
            self.status = 0;
            Ok(())
        } else {
            self.run_stages(pipeline)
        };
        let after = Sys::times();
        let real = (Sys::ticks() - start) / 1000;
        let user = after[0] + after[2] - before[0] - before[2];
        let system = after[1] + after[3] - before[1] - before[3];
        let format = match time {
            Time::Posix => b"real %2R\nuser %2U\nsys %2S".to_vec(),
            Time::Bash => match self.vars.get(special::TIMEFORMAT).and_then(|var| var.scalar()) {
                Some(text) => text.to_vec(),
                None => b"\nreal\t%3lR\nuser\t%3lU\nsys\t%3lS".to_vec(),
            },
        };
        if !format.is_empty() {
            match crate::builtins::format_times(&format, real, user, system) {
                Ok(text) => self.write_error(&text),
                Err(message) => self.complain(&message),
            }
        }
        result
    }

    fn run_stages(&mut self, pipeline: &Pipeline) -> Done {
        match &pipeline.stages[..] {
            [] => {
                self.status = 0;
                Ok(())
            }
            [one] => {
                let result = self.run_command(one);
                self.pipe_status.clear();
                self.pipe_status.push(self.status);
                result
            }
            many => self.run_many(many),
        }
    }

    pub(crate) fn run_command(&mut self, command: &Command) -> Done {
        if self.options.noexec {
            return Ok(());
        }
        self.exec_depth += 1;
        if self.exec_depth > MAX_EXEC_DEPTH {
            self.exec_depth = 0;
            self.complain_str("maximum nesting level of running commands exceeded");
            self.status = 2;
            return Err(Stop::Exit);
        }
        let depth = self.exec_depth;
        let result = match &command.kind {
            Kind::Simple(simple) => self.run_simple(simple, command),
            _ if command.redirects.is_empty() => self.run_kind(command),
            Kind::Function(_) => self.run_kind(command),
            _ => {
                let saved = self.fds.clone();
                self.line = command.line + self.line_shift;
                match self.redirect_all(&command.redirects) {
                    Ok(kept) => {
                        let result = self.run_kind(command);
                        let _ = self.flush();
                        self.restore_fds(saved, &kept);
                        result
                    }
                    Err(stop) => {
                        self.restore_fds(saved, &[]);
                        match stop {
                            Stop::Expansion(_) => {
                                self.status = 1;
                                if self.errexit_off == 0 { self.failed() } else { Ok(()) }
                            }
                            other => Err(other),
                        }
                    }
                }
            }
        };
        self.exec_depth = depth - 1;
        result
    }

    fn run_kind(&mut self, command: &Command) -> Done {
        match &command.kind {
            Kind::Simple(simple) => self.run_simple(simple, command),
            Kind::Brace(list) => self.run_list(list),
            Kind::Subshell(list) => {
                self.status = self.in_subshell(|shell| shell.run_list(list));
                Ok(())
            }
            Kind::If { arms, otherwise } => {
                for (test, body) in arms {
                    self.errexit_off += 1;
                    let result = self.run_list(test);
                    self.errexit_off -= 1;
                    result?;
                    if self.status == 0 {
                        return self.run_list(body);
                    }
                }
                match otherwise {
                    Some(body) => self.run_list(body),
                    None => {
                        self.status = 0;
                        Ok(())
                    }
                }
            }
            Kind::While { until, test, body } => self.run_while(*until, test, body),
            Kind::For { name, text, words, body } => self.run_for(command, *name, text, words.as_deref(), body),
            Kind::Select { name, text, words, body } => self.run_select(command, *name, text, words.as_deref(), body),
            Kind::ArithFor { init, test, step, body } => self.run_arith_for(command, init, test, step, body),
            Kind::Case { word, arms } => self.run_case(command, word, arms),
            Kind::Arith(text) => {
                self.line = command.line + self.line_shift;
                self.note_command(command);
                self.run_trap(Trap::Debug)?;
                if self.options.xtrace {
                    let raw = [b"(( ", &text.raw[..], b" ))"].concat();
                    self.trace(&raw);
                }
                match self.arith(text, "((") {
                    Ok(value) => self.status = i32::from(value == 0),
                    Err(Stop::Expansion(_)) => self.status = 1,
                    Err(stop) => return Err(stop),
                }
                Ok(())
            }
            Kind::Test(test) => {
                self.line = command.line + self.line_shift;
                self.note_command(command);
                self.run_trap(Trap::Debug)?;
                match self.run_test(test) {
                    Ok(value) => self.status = i32::from(!value),
                    Err(Stop::Expansion(status)) if status > 1 => self.status = status,
                    Err(stop) => return Err(stop),
                }
                Ok(())
            }
            Kind::Function(function) => {
                self.line = command.line + self.line_shift;
                if let Some(old) = self.functions.get(&function.name[..]) {
                    if self.readonly_functions().contains(&function.name.to_vec()) {
                        let message = [&old.name[..], b": readonly function"].concat();
                        self.complain(&message);
                        self.status = 1;
                        return Ok(());
                    }
                }
                Rc::make_mut(&mut self.functions).insert(function.name.to_vec(), function.clone());
                self.status = 0;
                Ok(())
            }
            Kind::Coproc { name, body } => self.run_coproc(name, body),
        }
    }

    /// The head of a compound command as `BASH_COMMAND`.
    pub(crate) fn note_head(&mut self, head: impl FnOnce() -> Vec<u8>) {
        if self.traps.any() && !self.traps.is_running() {
            self.command_text = head();
        }
    }

    /// `BASH_COMMAND`, made only where something may read it.
    pub(crate) fn note_command(&mut self, command: &Command) {
        if self.traps.any() && !self.traps.is_running() {
            self.command_text = crate::print::command_line(command);
        }
    }
}

pub(crate) fn trim(text: &[u8]) -> Vec<u8> {
    text.trim_ascii().to_vec()
}
