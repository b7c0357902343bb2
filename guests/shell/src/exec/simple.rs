//! Simple commands: what their words become, and who runs them.

use std::rc::Rc;

use crate::ast::*;
use crate::builtins::Builtin;
use crate::declare::Declared;
use crate::shell::{Done, Frame, Shell, Stop};
use crate::special;
use crate::traps::Trap;
use crate::vars::{Bytes, EXPORT};

impl Shell {
    pub(crate) fn run_simple(&mut self, simple: &Simple, command: &Command) -> Done {
        self.line = command.line + self.line_shift;
        self.substitution_status = None;
        if self.traps.any() {
            self.note_command(command);
            self.run_trap(Trap::Debug)?;
            if self.debug_refused() {
                return Ok(());
            }
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
                    match (&assign.value, self.declaring(&argv[0])) {
                        // Values are expanded before the command runs: `local a=1 b=$a` knows no new `a`.
                        (AssignValue::Scalar(word), _) => {
                            let value = self.expand_single(word)?;
                            let head = assign.raw.iter().position(|&c| c == b'=').map_or(0, |at| at + 1);
                            let text = [&assign.raw[..head], &value].concat();
                            argv.push(text.clone());
                            declared.push(Declared::Text(text));
                        }
                        // A list is assigned at once: what follows sees it.
                        (AssignValue::Array(_), Some(builtin)) => {
                            let options = argv[1..].iter().take_while(|text| text.len() > 1 && matches!(text[0], b'-' | b'+')).cloned();
                            let mut now: Vec<Declared<'_>> = std::iter::once(argv[0].clone()).chain(options).map(Declared::Text).collect();
                            now.push(Declared::Assign(assign));
                            let before = if assign.append { self.keys(assign.name).len() } else { 0 };
                            self.run_builtin(builtin, vec![argv[0].clone()], now)?;
                            if self.status != 0 {
                                return Ok(());
                            }
                            if self.options.xtrace {
                                self.trace_list(assign, before);
                            }
                            let name = self.vars.names.name(assign.name).to_vec();
                            argv.push(name.clone());
                            declared.push(Declared::Text(name));
                        }
                        (AssignValue::Array(_), None) => {
                            argv.push(assign.raw.to_vec());
                            declared.push(Declared::Assign(assign));
                        }
                    }
                }
            }
        }
        if argv.is_empty() {
            return self.run_assignments(simple, command);
        }
        self.close_process_subs_after(|shell| shell.run_expanded(argv, declared, simple, command))
    }

    /// The declaring builtin of that name, if it is what the name means.
    fn declaring(&self, name: &[u8]) -> Option<Builtin> {
        let builtin = self.find_builtin(name).filter(|builtin| matches!(builtin, Builtin::Declare(_)))?;
        (!self.functions.contains_key(name)).then_some(builtin)
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
            self.run_assign(assign)?;
        }
        self.status = self.substitution_status.unwrap_or(0);
        Ok(())
    }

    /// The rest of a simple command, its words expanded.
    fn run_expanded(&mut self, argv: Vec<Bytes>, declared: Vec<Declared<'_>>, simple: &Simple, command: &Command) -> Done {
        let scoped = !simple.assigns.is_empty();
        if scoped {
            self.vars.push_scope(true);
            self.temporary_env += 1;
            for assign in &simple.assigns {
                self.vars.make_local(assign.name, true);
                let result = self.run_assign(assign);
                if let Some(var) = self.vars.entry(assign.name) {
                    var.flags |= EXPORT;
                }
                self.vars.touch_exports();
                match result {
                    // A readonly name keeps its value, and the command runs.
                    Ok(()) | Err(Stop::Expansion(_)) => {}
                    Err(stop) => {
                        self.leave_temporary(simple);
                        return Err(stop);
                    }
                }
            }
        }
        if self.options.xtrace {
            self.trace_command(&argv);
        }
        let saved = if command.redirects.is_empty() {
            None
        } else {
            let saved = self.fds.clone();
            match self.redirect_all(&command.redirects) {
                Ok(kept) => Some((saved, kept)),
                Err(stop) => {
                    self.restore_fds(saved, &[]);
                    if scoped {
                        self.leave_temporary(simple);
                    }
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
        if !self.notices.is_empty() {
            self.tell_notices();
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
        let leaves = matches!(&argv[0][..], b"return" | b"exit");
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
            Err(Stop::Expansion(_)) if !leaves => {
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
        let shift = std::mem::replace(&mut self.line_shift, 0);
        let hidden = self.hide_traps();
        // With `set -T` the trap runs once more inside, before the first command.
        let entered = if self.traps.has(Trap::Debug) { self.run_trap(Trap::Debug) } else { Ok(()) };
        let result = entered.and_then(|()| self.run_command(&function.body));
        self.line_shift = shift;
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
