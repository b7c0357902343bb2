//! Compound commands: the loops, `select` and `case`.

use crate::ast::*;
use crate::shell::{Done, Shell, Stop};
use crate::special;
use crate::traps::Trap;
use crate::vars::Bytes;

impl Shell {
    /// What a loop does with a stop from its body: go on, or end with this result.
    fn loop_step(&mut self, result: Done) -> Option<Done> {
        match result {
            Ok(()) => None,
            Err(Stop::Break(1)) => Some(Ok(())),
            Err(Stop::Break(n)) => Some(Err(Stop::Break(n - 1))),
            Err(Stop::Continue(1)) => None,
            Err(Stop::Continue(n)) => Some(Err(Stop::Continue(n - 1))),
            Err(stop) => Some(Err(stop)),
        }
    }

    pub(super) fn run_while(&mut self, until: bool, test: &List, body: &List) -> Done {
        self.loops += 1;
        let mut status = 0;
        let result = loop {
            self.errexit_off += 1;
            let result = self.run_list(test);
            self.errexit_off -= 1;
            if let Some(end) = self.loop_step(result.clone()) {
                if end.is_ok() {
                    status = self.status;
                }
                break end;
            }
            if result.is_err() {
                continue;
            }
            if (self.status == 0) == until {
                break Ok(());
            }
            let result = self.run_list(body);
            status = self.status;
            if let Some(end) = self.loop_step(result) {
                break end;
            }
        };
        self.loops -= 1;
        if result.is_ok() {
            self.status = status;
        }
        result
    }

    fn loop_name(&mut self, text: &Str) -> bool {
        if crate::names::is_name(text) {
            return true;
        }
        let message = [b"`", &text[..], b"': not a valid identifier"].concat();
        self.complain(&message);
        self.status = 1;
        false
    }

    pub(super) fn run_for(&mut self, command: &Command, name: u32, text: &Str, words: Option<&[Word]>, body: &List) -> Done {
        self.line = command.line + self.line_shift;
        if !self.loop_name(text) {
            return Ok(());
        }
        let items = match words {
            Some(words) => self.expand_words(words)?,
            None => self.positional.to_vec(),
        };
        self.loops += 1;
        self.status = 0;
        let mut result = Ok(());
        let debug = self.traps.has(Trap::Debug);
        for item in items {
            if debug {
                self.note_command(command);
                self.line = command.line + self.line_shift;
                self.run_trap(Trap::Debug)?;
            }
            if self.options.xtrace {
                let words: Vec<Bytes> = match words {
                    Some(words) => words.iter().map(|word| word.raw.to_vec()).collect(),
                    None => vec![b"\"$@\"".to_vec()],
                };
                let line = [b"for ", &text[..], b" in ", &words.join(&b' ')].concat();
                self.trace(&line);
            }
            let nameref = self.vars.get(name).is_some_and(|var| var.has(crate::vars::NAMEREF));
            let assigned = if nameref {
                self.vars.set_raw(name, item);
                Ok(())
            } else {
                self.assign(name, item)
            };
            match assigned {
                Ok(()) => {}
                Err(Stop::Expansion(_)) => {
                    self.status = 1;
                    break;
                }
                Err(stop) => {
                    result = Err(stop);
                    break;
                }
            }
            let step = self.run_list(body);
            if let Some(end) = self.loop_step(step) {
                result = end;
                break;
            }
        }
        self.loops -= 1;
        result
    }

    pub(super) fn run_arith_for(
        &mut self,
        command: &Command,
        init: &crate::arith::ArithText,
        test: &crate::arith::ArithText,
        step: &crate::arith::ArithText,
        body: &List,
    ) -> Done {
        self.line = command.line + self.line_shift;
        let fail = |shell: &mut Shell, stop: Stop| match stop {
            Stop::Expansion(_) => {
                shell.status = 1;
                Ok(())
            }
            other => Err(other),
        };
        if !init.is_blank() {
            if let Err(stop) = self.arith(init, "((") {
                return fail(self, stop);
            }
        }
        self.loops += 1;
        let mut status = 0;
        let result = loop {
            if !test.is_blank() {
                match self.arith(test, "((") {
                    Ok(0) => break Ok(()),
                    Ok(_) => {}
                    Err(stop) => {
                        status = 1;
                        break fail(self, stop);
                    }
                }
            }
            let ran = self.run_list(body);
            status = self.status;
            if let Some(end) = self.loop_step(ran) {
                break end;
            }
            if !step.is_blank() {
                self.line = command.line + self.line_shift;
                if let Err(stop) = self.arith(step, "((") {
                    status = 1;
                    break fail(self, stop);
                }
            }
        };
        self.loops -= 1;
        if result.is_ok() {
            self.status = status;
        }
        result
    }

    pub(super) fn run_select(&mut self, command: &Command, name: u32, text: &Str, words: Option<&[Word]>, body: &List) -> Done {
        self.line = command.line + self.line_shift;
        if !self.loop_name(text) {
            return Ok(());
        }
        let items = match words {
            Some(words) => self.expand_words(words)?,
            None => self.positional.to_vec(),
        };
        if items.is_empty() {
            self.status = 0;
            return Ok(());
        }
        let mut show = true;
        self.loops += 1;
        self.status = 0;
        let result = loop {
            if show {
                let menu = crate::builtins::menu(self, &items);
                self.write_error(&menu);
            }
            let prompt = self.var_text(special::PS3)?.unwrap_or_else(|| b"#? ".to_vec());
            self.write_error(&prompt);
            let mut line = Vec::new();
            let _ = self.flush();
            let read = match self.fds.get(0).cloned() {
                Some(open) => open.read_until(Some(b'\n'), usize::MAX, &mut line).unwrap_or(0),
                None => 0,
            };
            if read == 0 {
                self.put_out("select", b"\n");
                self.status = 1;
                break Ok(());
            }
            if line.last() == Some(&b'\n') {
                line.pop();
            }
            let reply: Bytes = line.trim_ascii().to_vec();
            self.assign(special::REPLY, line)?;
            show = reply.is_empty();
            if show {
                continue;
            }
            let chosen = crate::arith::plain_integer(&reply)
                .and_then(|number| usize::try_from(number - 1).ok())
                .and_then(|at| items.get(at))
                .cloned()
                .unwrap_or_default();
            self.assign(name, chosen)?;
            let ran = self.run_list(body);
            if let Some(end) = self.loop_step(ran) {
                break end;
            }
        };
        self.loops -= 1;
        result
    }

    pub(super) fn run_case(&mut self, command: &Command, word: &Word, arms: &[CaseArm]) -> Done {
        self.line = command.line + self.line_shift;
        self.note_head(|| [b"case ", &word.raw[..], b" in "].concat());
        self.run_trap(Trap::Debug)?;
        let value = self.expand_single(word)?;
        if self.options.xtrace {
            let line = [b"case ", &word.raw[..], b" in"].concat();
            self.trace(&line);
        }
        self.status = 0;
        let mut fall = false;
        for arm in arms {
            let mut hit = fall;
            if !hit {
                for pattern in &arm.patterns {
                    let flavour = self.flavour(self.shopts.nocasematch);
                    let matched = match &pattern.lit {
                        Some(lit) if !self.shopts.nocasematch && !lit.iter().any(|&c| crate::fields::is_special(c)) => {
                            **lit == value[..]
                        }
                        _ => self.expand_pattern(pattern, flavour)?.matches(&value),
                    };
                    if matched {
                        hit = true;
                        break;
                    }
                }
            }
            if hit {
                self.run_list(&arm.body)?;
                match arm.end {
                    CaseEnd::Break => return Ok(()),
                    CaseEnd::FallThrough => fall = true,
                    CaseEnd::TestNext => fall = false,
                }
            } else {
                fall = false;
            }
        }
        Ok(())
    }
}
