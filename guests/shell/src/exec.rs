//! Running commands: lists, compound commands, and simple commands up to the point where something is started.

use std::rc::Rc;

use crate::ast::*;
use crate::builtins::Builtin;
use crate::declare::Declared;
use crate::shell::{Done, Frame, MAX_EXEC_DEPTH, Shell, Stop};
use crate::special;
use crate::traps::Trap;
use crate::vars::{Bytes, EXPORT};
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
            let text = crate::builtins::format_times(&format, real, user, system);
            self.write_error(&text);
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
                self.line = command.line;
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
                self.line = command.line;
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
                self.line = command.line;
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
                self.line = command.line;
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

    fn run_while(&mut self, until: bool, test: &List, body: &List) -> Done {
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

    fn run_for(&mut self, command: &Command, name: u32, text: &Str, words: Option<&[Word]>, body: &List) -> Done {
        self.line = command.line;
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
                self.line = command.line;
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

    fn run_arith_for(
        &mut self,
        command: &Command,
        init: &crate::arith::ArithText,
        test: &crate::arith::ArithText,
        step: &crate::arith::ArithText,
        body: &List,
    ) -> Done {
        self.line = command.line;
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
                self.line = command.line;
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

    fn run_select(&mut self, command: &Command, name: u32, text: &Str, words: Option<&[Word]>, body: &List) -> Done {
        self.line = command.line;
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

    fn run_case(&mut self, command: &Command, word: &Word, arms: &[CaseArm]) -> Done {
        self.line = command.line;
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

    /// `BASH_COMMAND`, made only where something may read it.
    pub(crate) fn note_command(&mut self, command: &Command) {
        if self.traps.any() && !self.traps.is_running() {
            self.command_text = crate::print::command_line(command);
        }
    }

    pub(crate) fn run_simple(&mut self, simple: &Simple, command: &Command) -> Done {
        self.line = command.line;
        self.substitution_status = None;
        if self.traps.any() {
            self.note_command(command);
            self.run_trap(Trap::Debug)?;
        }
        if simple.args.is_empty() {
            return self.run_assignments(simple, command);
        }
        let mut argv: Vec<Bytes> = Vec::with_capacity(simple.args.len());
        let mut declared: Vec<Declared<'_>> = Vec::new();
        for arg in &simple.args {
            match arg {
                Arg::Word(word) => {
                    let before = argv.len();
                    self.expand_fields(word, &mut argv)?;
                    if !declared.is_empty() {
                        declared.extend(argv[before..].iter().cloned().map(Declared::Text));
                    }
                }
                Arg::Assign(assign) => {
                    if declared.is_empty() {
                        declared.extend(argv.iter().cloned().map(Declared::Text));
                    }
                    if let (true, AssignValue::Scalar(word)) = (self.options.xtrace, &assign.value) {
                        // What is shown is what will be assigned.
                        let value = self.expand_single(word)?;
                        let head = assign.raw.iter().position(|&c| c == b'=').map_or(0, |at| at + 1);
                        let text = [&assign.raw[..head], &value].concat();
                        argv.push(text.clone());
                        declared.push(Declared::Text(text));
                        continue;
                    }
                    argv.push(assign.raw.to_vec());
                    declared.push(Declared::Assign(assign));
                }
            }
        }
        if argv.is_empty() {
            return self.run_assignments(simple, command);
        }
        self.close_process_subs_after(|shell| shell.run_expanded(argv, declared, simple, command))
    }

    /// Process substitutions made for a command live as long as the command.
    pub(crate) fn close_process_subs_after(&mut self, run: impl FnOnce(&mut Shell) -> Done) -> Done {
        if self.process_subs.is_empty() {
            return run(self);
        }
        let mine = std::mem::take(&mut self.process_subs);
        let result = run(self);
        for fd in mine {
            self.fds.set(fd, None);
        }
        result
    }

    /// Assignments without a command.
    fn run_assignments(&mut self, simple: &Simple, command: &Command) -> Done {
        if !command.redirects.is_empty() {
            let saved = self.fds.clone();
            let result = self.redirect_all(&command.redirects);
            let kept = result.as_ref().map(Vec::clone).unwrap_or_default();
            self.restore_fds(saved, &kept);
            match result {
                Ok(_) => {}
                Err(Stop::Expansion(_)) => {
                    self.status = 1;
                    return Ok(());
                }
                Err(stop) => return Err(stop),
            }
        }
        for assign in &simple.assigns {
            self.run_assign(assign, false)?;
        }
        self.status = self.substitution_status.unwrap_or(0);
        Ok(())
    }

    /// The rest of a simple command, its words expanded.
    fn run_expanded(&mut self, argv: Vec<Bytes>, declared: Vec<Declared<'_>>, simple: &Simple, command: &Command) -> Done {
        if self.options.xtrace {
            self.trace_command(simple, &argv);
        }
        let saved = if command.redirects.is_empty() {
            None
        } else {
            let saved = self.fds.clone();
            match self.redirect_all(&command.redirects) {
                Ok(kept) => Some((saved, kept)),
                Err(stop) => {
                    self.restore_fds(saved, &[]);
                    return match stop {
                        Stop::Expansion(_) => {
                            self.status = 1;
                            Ok(())
                        }
                        other => Err(other),
                    };
                }
            }
        };
        let scoped = !simple.assigns.is_empty();
        if scoped {
            self.vars.push_scope(true);
            self.temporary_env += 1;
            for assign in &simple.assigns {
                self.vars.make_local(assign.name, true);
                let result = self.run_assign(assign, true);
                if let Some(var) = self.vars.entry(assign.name) {
                    var.flags |= EXPORT;
                }
                self.vars.touch_exports();
                match result {
                    // A readonly name keeps its value, and the command runs.
                    Ok(()) | Err(Stop::Expansion(_)) => {}
                    Err(stop) => {
                        self.leave_temporary(simple);
                        if let Some((saved, kept)) = saved {
                            self.restore_fds(saved, &kept);
                        }
                        return Err(stop);
                    }
                }
            }
        }
        let exec = argv[0] == b"exec";
        let last = argv.last().cloned();
        let result = self.dispatch(argv, declared);
        if scoped {
            self.leave_temporary(simple);
        }
        if let Some((saved, kept)) = saved {
            let _ = self.flush();
            if exec && result.is_ok() && self.status == 0 {
                // `exec` without a command makes its redirections stay.
            } else {
                self.restore_fds(saved, &kept);
            }
        }
        if let Some(last) = last {
            self.last_argument = last;
        }
        result
    }

    fn leave_temporary(&mut self, simple: &Simple) {
        self.temporary_env -= 1;
        self.vars.pop_scope();
        self.vars.touch_exports();
        for assign in &simple.assigns {
            if assign.name < special::HOOKED {
                self.changed(assign.name);
            }
        }
    }

    fn dispatch(&mut self, argv: Vec<Bytes>, declared: Vec<Declared<'_>>) -> Done {
        let name = &argv[0];
        if !name.contains(&b'/') {
            if let Some(function) = self.functions.get(&name[..]) {
                let function = function.clone();
                return self.call(&function, argv);
            }
            if let Some(builtin) = self.find_builtin(name) {
                return self.run_builtin(builtin, argv, declared);
            }
        }
        self.run_external(argv)
    }

    pub fn find_builtin(&self, name: &[u8]) -> Option<Builtin> {
        let builtin = self.builtins.get(name)?;
        if !self.disabled.is_empty() && self.disabled.iter().any(|other| other == name) {
            return None;
        }
        Some(*builtin)
    }

    pub(crate) fn run_builtin(&mut self, builtin: Builtin, argv: Vec<Bytes>, declared: Vec<Declared<'_>>) -> Done {
        let result = match builtin {
            Builtin::Plain(run) => run(self, &argv),
            Builtin::Declare(run) => {
                let declared =
                    if declared.is_empty() { argv.into_iter().map(Declared::Text).collect() } else { declared };
                run(self, declared)
            }
        };
        match result {
            Ok(status) => {
                self.status = status;
                Ok(())
            }
            // What fails in a builtin fails the builtin alone.
            Err(Stop::Expansion(_)) => {
                self.status = 1;
                Ok(())
            }
            Err(stop) => Err(stop),
        }
    }

    /// Calls a function.
    pub fn call(&mut self, function: &Rc<Function>, argv: Vec<Bytes>) -> Done {
        if let Some(most) = self.vars.get(special::FUNCNEST).and_then(|var| var.scalar()).and_then(crate::arith::plain_integer) {
            if most > 0 && self.frames.iter().filter(|frame| frame.function).count() as i64 >= most {
                let message = [&function.name[..], format!(": maximum function nesting level exceeded ({most})").as_bytes()].concat();
                self.complain(&message);
                self.status = 1;
                return Err(Stop::Expansion(1));
            }
        }
        let mut params = argv;
        params.remove(0);
        let outer = std::mem::replace(&mut self.positional, Rc::new(params));
        let line = self.line;
        self.frames.push(Frame { name: function.name.clone(), source: function.source.clone(), line, function: true });
        self.vars.push_scope(false);
        let loops = std::mem::replace(&mut self.loops, 0);
        let options = self.options;
        let hidden = self.hide_traps();
        let result = self.run_command(&function.body);
        let result = match result {
            Err(Stop::Return) => Ok(()),
            Err(Stop::Break(_) | Stop::Continue(_)) => Ok(()),
            other => other,
        };
        if self.traps.has(Trap::Return) && !matches!(result, Err(Stop::Exit)) {
            let status = self.status;
            let ran = self.run_trap(Trap::Return);
            self.status = status;
            if ran.is_err() {
                self.show_traps(hidden);
                self.end_call(outer, loops, options);
                return ran;
            }
        }
        self.show_traps(hidden);
        self.end_call(outer, loops, options);
        self.line = line;
        result
    }

    fn end_call(&mut self, outer: Rc<Vec<Bytes>>, loops: u32, options: crate::options::Options) {
        let getopts = self.vars.is_local(special::OPTIND);
        let ifs = self.vars.locals().iter().any(|&sym| sym < special::HOOKED);
        let dash = self.local_options_saved();
        self.vars.pop_scope();
        if ifs {
            for sym in [special::IFS, special::PATH, special::LC_ALL] {
                self.changed(sym);
            }
        }
        if getopts {
            self.getopts_at = 0;
        }
        if dash {
            self.options = options;
        }
        self.frames.pop();
        self.positional = outer;
        self.loops = loops;
    }
}

pub(crate) fn trim(text: &[u8]) -> Vec<u8> {
    text.trim_ascii().to_vec()
}
