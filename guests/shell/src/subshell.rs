//! Subshells: in this process where no one can tell, in a second one where they must run beside us.

use std::rc::Rc;

use crate::ast::*;
use crate::fds::{Open, drain, temporary};
use crate::jobs::Job;
use crate::shell::{Done, Shell, Stop};
use crate::vars::Bytes;
use crate::world::{Errno, OpenHow, Pid, Raw, Spawn, Sys, World};

/// A stage that was started.
pub enum Stage {
    Runs(Pid),
    /// It ran in this process, and this was its status.
    Over(i32),
}

/// Descriptors for a child, and the pipes through which captures are filled.
pub struct ChildFds {
    pub fds: Vec<(u32, Raw)>,
    pub captures: Vec<(Rc<Open>, Raw, Raw)>,
}

/// Where a second shell finds its state.
pub const STATE_FD: u32 = 255;
pub const STATE_FLAG: &[u8] = b"--sunaba-state";

impl Shell {
    /// Runs in a copy of this shell's state; gives the status.
    pub fn in_subshell(&mut self, body: impl FnOnce(&mut Shell) -> Done) -> i32 {
        let functions = self.functions.clone();
        let aliases = self.aliases.clone();
        let (options, shopts) = (self.options, self.shopts);
        let fds = self.fds.clone();
        let cwd = self.cwd.clone();
        let positional = self.positional.clone();
        let traps = self.traps.clone();
        let (umask, loops, random) = (self.umask, self.loops, self.random);
        let ifs = self.ifs.clone();
        let utf8 = self.utf8;
        let dirs = self.dirs.clone();
        let frames = self.frames.len();
        let last_background = self.last_background;
        let hash = if self.hash.is_empty() { None } else { Some(self.hash.clone()) };
        let getopts = self.getopts_at;
        let pipe_status = self.pipe_status.clone();
        let line = self.line;
        let exec_depth = self.exec_depth;
        let errexit_off = self.errexit_off;
        let jobs = self.jobs.enter_subshell();
        let process_subs = std::mem::take(&mut self.process_subs);
        let name = self.name.clone();
        let last_argument = self.last_argument.clone();
        let disabled = self.disabled.len();
        self.vars.enter_subshell();
        self.subshell += 1;
        self.enter_subshell_traps();
        let result = body(self);
        let mut status = match result {
            Err(Stop::Expansion(status)) => status,
            _ => self.status,
        };
        self.status = status;
        if self.broken_pipe {
            status = 141;
            self.broken_pipe = false;
        } else if self.run_exit_trap() {
            status = self.status;
        }
        let _ = self.flush();
        if self.broken_pipe {
            self.broken_pipe = false;
            status = 141;
        }
        self.subshell -= 1;
        self.vars.leave_subshell();
        self.functions = functions;
        self.aliases = aliases;
        self.options = options;
        self.shopts = shopts;
        self.fds = fds;
        self.cwd = cwd;
        self.positional = positional;
        self.restore_traps(traps);
        if self.umask != umask {
            Sys::umask(umask);
        }
        self.umask = umask;
        self.loops = loops;
        self.random = random;
        self.ifs = ifs;
        self.utf8 = utf8;
        self.dirs = dirs;
        self.frames.truncate(frames);
        self.last_background = last_background;
        self.hash = hash.unwrap_or_default();
        self.getopts_at = getopts;
        self.pipe_status = pipe_status;
        self.line = line;
        self.exec_depth = exec_depth;
        self.errexit_off = errexit_off;
        self.jobs.leave_subshell(jobs);
        self.process_subs = process_subs;
        self.name = name;
        self.last_argument = last_argument;
        self.disabled.truncate(disabled);
        status
    }

    /// `$( … )`: what the commands write, without the newlines at its end.
    pub fn command_substitution(&mut self, sub: &CommandSub) -> Result<Bytes, Stop> {
        let parsed;
        let list: &List = match &sub.body {
            SubBody::Parsed(list) => list,
            SubBody::Text(text, line, cell) => {
                if self.shopts.expand_aliases || cell.get().is_none() {
                    parsed = self.parse_substitution(text, *line);
                    match &parsed {
                        Some(list) => {
                            let _ = cell.set(parsed.clone());
                            list
                        }
                        None => {
                            self.substitution_status = Some(2);
                            return Ok(Vec::new());
                        }
                    }
                } else if let Some(Some(list)) = cell.get() {
                    list
                } else {
                    return Ok(Vec::new());
                }
            }
        };
        if let Some(result) = self.read_file_substitution(list) {
            return result;
        }
        let capture = Open::capture();
        let _ = self.flush();
        let errexit = self.options.errexit;
        self.captures.push(capture.clone());
        let source = self.sub_source;
        self.sub_source += 1;
        let shift = self.line_shift;
        self.line_shift += sub.shift;
        let status = self.in_subshell(|shell| {
            if !shell.shopts.inherit_errexit && !shell.options.posix {
                shell.options.errexit = false;
            }
            shell.fds.set(1, Some(capture.clone()));
            shell.run_list(list)
        });
        self.sub_source = source;
        self.line_shift = shift;
        self.captures.pop();
        self.options.errexit = errexit;
        self.drain_background(&capture);
        self.substitution_status = Some(status);
        self.status = status;
        Ok(self.trim_output(capture.take_capture()))
    }

    fn parse_substitution(&mut self, text: &Str, line: u32) -> Option<Rc<List>> {
        let settings = self.parse_settings();
        let mut parser = crate::parse::Parser::new(self.vars.names.clone(), settings, text.to_vec(), line);
        let mut all = Vec::new();
        loop {
            match parser.next_list() {
                Ok(Some(list)) => all.extend(list),
                Ok(None) => return Some(Rc::new(all)),
                Err(error) => {
                    self.syntax_error(&error, "command substitution");
                    return None;
                }
            }
        }
    }

    fn trim_output(&mut self, mut text: Bytes) -> Bytes {
        if text.contains(&0) {
            text.retain(|&c| c != 0);
            self.complain_str("warning: command substitution: ignored null byte in input");
        }
        while text.last() == Some(&b'\n') {
            text.pop();
        }
        text
    }

    /// `$(< file)`
    fn read_file_substitution(&mut self, list: &List) -> Option<Result<Bytes, Stop>> {
        let [AndOr { first, rest, background: false }] = &list[..] else { return None };
        let [command] = &first.stages[..] else { return None };
        let Kind::Simple(simple) = &command.kind else { return None };
        let [redirect] = &command.redirects[..] else { return None };
        if !rest.is_empty() || first.bang || first.time.is_some() || !simple.args.is_empty() || !simple.assigns.is_empty() {
            return None;
        }
        if redirect.op != RedirectOp::Read || !matches!(redirect.fd, RedirectFd::Default) {
            return None;
        }
        let saved = self.fds.clone();
        let result = match self.redirect_all(&command.redirects) {
            Ok(_) => {
                let mut text = Vec::new();
                let status = match self.fds.get(0).cloned() {
                    Some(open) => match open.read_all(&mut text) {
                        Ok(()) => 0,
                        Err(error) => {
                            self.complain(format!("read error: {}", error.text()).as_bytes());
                            1
                        }
                    },
                    None => 1,
                };
                self.substitution_status = Some(status);
                self.status = status;
                Ok(self.trim_output(text))
            }
            Err(Stop::Expansion(_)) => {
                self.substitution_status = Some(1);
                self.status = 1;
                Ok(Vec::new())
            }
            Err(stop) => Err(stop),
        };
        self.restore_fds(saved, &[]);
        Some(result)
    }

    /// Reads what background commands still write into a capture.
    pub fn drain_background(&mut self, capture: &Rc<Open>) {
        let waiting = std::mem::take(&mut self.jobs.drains);
        let (mine, others): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|item| Rc::ptr_eq(&item.0, capture));
        self.jobs.drains = others;
        for (open, raw) in mine {
            let mut text = Vec::new();
            let _ = drain(raw, &mut text);
            Sys::close(raw);
            open.append_capture(&text);
        }
    }

    pub fn drain_all_background(&mut self) {
        for (open, raw) in std::mem::take(&mut self.jobs.drains) {
            let mut text = Vec::new();
            let _ = drain(raw, &mut text);
            Sys::close(raw);
            open.append_capture(&text);
        }
    }

    /// The descriptors of a child: all that this shell has.
    pub fn child_fds(&mut self) -> Result<ChildFds, Errno> {
        let _ = self.flush();
        let mut child = ChildFds { fds: Vec::new(), captures: Vec::new() };
        let all: Vec<(u32, Rc<Open>)> = self.fds.iter().map(|(fd, open)| (fd, open.clone())).collect();
        for (fd, open) in all {
            if open.is_capture() {
                let known = child.captures.iter().find(|item| Rc::ptr_eq(&item.0, &open)).map(|item| item.2);
                let write = match known {
                    Some(write) => write,
                    None => {
                        let (read, write) = Sys::pipe()?;
                        child.captures.push((open, read, write));
                        write
                    }
                };
                child.fds.push((fd, write));
            } else {
                child.fds.push((fd, open.materialise()?));
            }
        }
        Ok(child)
    }

    /// After a spawn: closes the child's ends. Foreground: reads the captures to their end.
    pub fn after_spawn(&mut self, child: ChildFds, foreground: bool) {
        for (_, _, write) in &child.captures {
            Sys::close(*write);
        }
        for (open, read, _) in child.captures {
            if foreground {
                let mut text = Vec::new();
                let _ = drain(read, &mut text);
                Sys::close(read);
                open.append_capture(&text);
            } else {
                self.jobs.drains.push((open, read));
            }
        }
    }

    /// Starts a second shell that has this one's state and runs the text.
    pub fn spawn_shell(&mut self, text: &[u8], line: u32) -> Result<(Pid, ChildFds), Errno> {
        let state = crate::state::save(self, text, line);
        let mut child = self.child_fds()?;
        let (read, write) = Sys::pipe()?;
        child.fds.push((STATE_FD, read));
        let env = self.environment();
        let argv = vec![self.name.clone(), STATE_FLAG.to_vec(), STATE_FD.to_string().into_bytes()];
        let program = Sys::own_program();
        let pid = Sys::spawn(&Spawn {
            program: &program,
            argv: &argv,
            env: &env,
            cwd: &self.cwd,
            fds: &child.fds,
            ignored: self.traps.ignored_mask(),
            umask: self.umask,
        });
        Sys::close(read);
        let pid = match pid {
            Ok(pid) => pid,
            Err(error) => {
                Sys::close(write);
                for (_, read, write) in child.captures {
                    Sys::close(read);
                    Sys::close(write);
                }
                return Err(error);
            }
        };
        let _ = crate::fds::write_all(write, &state);
        Sys::close(write);
        Ok((pid, child))
    }

    /// A pipeline of more than one command.
    pub(crate) fn run_many(&mut self, stages: &[Command]) -> Done {
        let outer = self.fds.clone();
        let mut started: Vec<Stage> = Vec::new();
        let mut input: Option<Rc<Open>> = None;
        let last = stages.len() - 1;
        let in_process = self.shopts.lastpipe && !self.options.monitor;
        let mut ended = Ok(());
        for (at, stage) in stages.iter().enumerate() {
            if let Some(open) = input.take() {
                self.fds.set(0, Some(open));
            }
            if at == last {
                if in_process {
                    ended = self.run_command(stage);
                    let _ = self.flush();
                    started.push(Stage::Over(self.status));
                } else {
                    let status = self.in_subshell(|shell| shell.run_command(stage));
                    started.push(Stage::Over(status));
                }
                self.fds = outer.clone();
                break;
            }
            match self.start_stage(stage) {
                Ok((stage, output)) => {
                    started.push(stage);
                    input = output;
                }
                Err(error) => {
                    self.fds = outer.clone();
                    self.complain(format!("pipe error: {}", error.text()).as_bytes());
                    started.push(Stage::Over(1));
                    break;
                }
            }
            self.fds = outer.clone();
        }
        drop(input);
        let mut statuses = Vec::with_capacity(started.len());
        for stage in started {
            statuses.push(match stage {
                Stage::Over(status) => status,
                Stage::Runs(pid) => self.wait_foreground(pid),
            });
        }
        self.status = if self.options.pipefail {
            statuses.iter().rev().copied().find(|&status| status != 0).unwrap_or(0)
        } else {
            statuses.last().copied().unwrap_or(0)
        };
        self.pipe_status = statuses;
        ended
    }

    /// Starts one stage with its output in a pipe; gives the other end of it.
    fn start_stage(&mut self, stage: &Command) -> Result<(Stage, Option<Rc<Open>>), Errno> {
        if self.is_bounded(stage, 0) {
            let capture = Open::capture();
            let status = self.in_subshell(|shell| {
                shell.fds.set(1, Some(capture.clone()));
                shell.run_command(stage)
            });
            self.drain_background(&capture);
            let text = capture.take_capture();
            let open = if text.len() <= 32 * 1024 {
                let (read, write) = Sys::pipe()?;
                crate::fds::write_all(write, &text)?;
                Sys::close(write);
                Open::raw(read)
            } else {
                Open::raw(temporary(&text)?)
            };
            return Ok((Stage::Over(status), Some(open)));
        }
        let (read, write) = Sys::pipe()?;
        let write = Open::raw(write);
        let read = Open::raw(read);
        self.fds.set(1, Some(write));
        let stage = self.start(stage);
        Ok((stage, Some(read)))
    }

    /// Starts a command beside this shell, with the descriptors as they stand.
    pub(crate) fn start(&mut self, command: &Command) -> Stage {
        if let Kind::Simple(simple) = &command.kind {
            if !simple.args.is_empty() {
                let mut pid = None;
                let direct = match &simple.args[0] {
                    Arg::Word(word) => match &word.lit {
                        Some(lit) => self.functions.get(&lit[..]).is_none() && self.find_builtin(lit).is_none(),
                        None => false,
                    },
                    Arg::Assign(_) => false,
                };
                if direct {
                    let mut drains = Vec::new();
                    let status = self.in_subshell(|shell| {
                        let result = shell.start_external(simple, command);
                        drains = std::mem::take(&mut shell.jobs.drains);
                        match result {
                            Ok(started) => {
                                pid = started;
                                Ok(())
                            }
                            Err(stop) => Err(stop),
                        }
                    });
                    self.jobs.drains.extend(drains);
                    return match pid {
                        Some(pid) => Stage::Runs(pid),
                        None => Stage::Over(status),
                    };
                }
            }
        }
        let text = crate::print::command_text(command);
        self.start_text(&text, command.line)
    }

    pub(crate) fn start_text(&mut self, text: &[u8], line: u32) -> Stage {
        match self.spawn_shell(text, line) {
            Ok((pid, child)) => {
                self.after_spawn(child, false);
                Stage::Runs(pid)
            }
            Err(error) => {
                self.complain(format!("fork: {}", error.text()).as_bytes());
                Stage::Over(254)
            }
        }
    }

    /// Expands a simple command and starts the program: its process, or `None` when it could not be started.
    fn start_external(&mut self, simple: &Simple, command: &Command) -> Result<Option<Pid>, Stop> {
        self.line = command.line + self.line_shift;
        let mut argv = Vec::new();
        for arg in &simple.args {
            match arg {
                Arg::Word(word) => self.expand_fields(word, &mut argv)?,
                Arg::Assign(assign) => argv.push(assign.raw.to_vec()),
            }
        }
        for assign in &simple.assigns {
            self.run_assign(assign)?;
            if let Some(var) = self.vars.entry(assign.name) {
                var.flags |= crate::vars::EXPORT;
            }
            self.vars.touch_exports();
        }
        if self.options.xtrace {
            self.trace_command(&argv);
        }
        self.redirect_all(&command.redirects).inspect_err(|_| self.status = 1)?;
        match self.spawn_external(&argv) {
            Ok((pid, child)) => {
                self.after_spawn(child, false);
                Ok(Some(pid))
            }
            Err(status) => {
                self.status = status;
                Ok(None)
            }
        }
    }

    /// `command &`
    pub(crate) fn run_background(&mut self, item: &AndOr) -> Done {
        let text = crate::print::and_or_text(item);
        let line = item.first.stages.first().map_or(self.line, |stage| stage.line);
        let saved = self.fds.clone();
        if let Ok(raw) = Sys::open(b"/dev/null", OpenHow { read: true, ..OpenHow::default() }, 0) {
            self.fds.set(0, Some(Open::raw(raw)));
        }
        let single = item.rest.is_empty() && item.first.stages.len() == 1 && !item.first.bang && item.first.time.is_none();
        let stage = if single { self.start(&item.first.stages[0]) } else { self.start_text(&text, line) };
        self.fds = saved;
        match stage {
            Stage::Runs(pid) => {
                self.last_background = Some(pid);
                self.jobs.add(Job::new(pid, text));
            }
            Stage::Over(status) => {
                // It could not be started: a job that has ended.
                let pid = self.jobs.invented_pid();
                self.last_background = Some(pid);
                self.jobs.add(Job::ended(pid, text, status));
            }
        }
        self.status = 0;
        Ok(())
    }

    /// `<( … )` and `>( … )`: the path under which a command finds the pipe.
    pub(crate) fn process_substitution(&mut self, sub: &ProcessSub) -> Result<Bytes, Stop> {
        let saved = self.fds.clone();
        let fd = (10..=63).rev().find(|&fd| self.fds.get(fd).is_none()).unwrap_or(64);
        let mut kept = None;
        if sub.read {
            if let [AndOr { first, rest, background: false }] = &sub.body[..] {
                if let ([stage], true, false, None) = (&first.stages[..], rest.is_empty(), first.bang, first.time) {
                    if let Ok((stage, Some(read))) = self.start_stage(stage) {
                        if let Stage::Runs(pid) = stage {
                            self.process_sub_pids.push(pid);
                            self.last_background = Some(pid);
                        }
                        kept = Some(read);
                    }
                }
            }
        }
        if kept.is_none() {
            let Ok((read, write)) = Sys::pipe() else {
                self.complain_str("cannot make pipe for process substitution: Too many open files");
                return Err(Stop::Expansion(1));
            };
            let (read, write) = (Open::raw(read), Open::raw(write));
            let line = self.line;
            let text = crate::print::list_text(&sub.body);
            if sub.read {
                self.fds.set(1, Some(write));
                kept = Some(read);
            } else {
                self.fds.set(0, Some(read));
                kept = Some(write);
            }
            if let Stage::Runs(pid) = self.start_text(&text, line) {
                self.process_sub_pids.push(pid);
                self.last_background = Some(pid);
            }
        }
        self.fds = saved;
        self.fds.set(fd, kept);
        self.process_subs.push(fd);
        Ok(format!("/dev/fd/{fd}").into_bytes())
    }

    pub(crate) fn run_coproc(&mut self, name: &Str, body: &Command) -> Done {
        let (Ok((in_read, in_write)), Ok((out_read, out_write))) = (Sys::pipe(), Sys::pipe()) else {
            self.complain_str("cannot make pipe for coproc: Too many open files");
            self.status = 1;
            return Ok(());
        };
        let saved = self.fds.clone();
        self.fds.set(0, Some(Open::raw(in_read)));
        self.fds.set(1, Some(Open::raw(out_write)));
        let stage = self.start(body);
        self.fds = saved;
        let (read, write) = (Open::raw(out_read), Open::raw(in_write));
        let read_fd = (10..=63).rev().find(|&fd| self.fds.get(fd).is_none()).unwrap_or(63);
        self.fds.set(read_fd, Some(read));
        let write_fd = (10..=63).rev().find(|&fd| self.fds.get(fd).is_none()).unwrap_or(62);
        self.fds.set(write_fd, Some(write));
        let sym = self.vars.names.sym(name);
        self.set_array(sym, vec![read_fd.to_string().into_bytes(), write_fd.to_string().into_bytes()])?;
        if let Stage::Runs(pid) = stage {
            let pid_name = [&name[..], b"_PID"].concat();
            self.set_text(&pid_name, pid.to_string().as_bytes());
            self.last_background = Some(pid);
            self.jobs.add(Job::new(pid, crate::print::command_line(body)));
        }
        self.status = 0;
        Ok(())
    }

    /// Whether a command ends by itself, reads no input and starts nothing that would have to run beside others:
    /// then it may run in this process, before what reads from it.
    fn is_bounded(&self, command: &Command, depth: u32) -> bool {
        if depth > 6 {
            return false;
        }
        if command.redirects.iter().any(|redirect| !matches!(redirect.op, RedirectOp::Write | RedirectOp::Append | RedirectOp::DupOut)) {
            return false;
        }
        let lists = |list: &List| list.iter().all(|item| self.is_bounded_item(item, depth + 1));
        match &command.kind {
            Kind::Simple(simple) => {
                let Some(Arg::Word(word)) = simple.args.first() else { return simple.args.is_empty() };
                let Some(lit) = &word.lit else { return false };
                if let Some(function) = self.functions.get(&lit[..]) {
                    return self.is_bounded(&function.body, depth + 1);
                }
                self.find_builtin(lit).is_some()
                    && matches!(
                        &lit[..],
                        b"echo" | b"printf" | b":" | b"true" | b"false" | b"pwd" | b"test" | b"[" | b"declare" | b"typeset"
                            | b"local" | b"export" | b"set" | b"shopt" | b"type" | b"alias" | b"dirs" | b"let" | b"shift"
                            | b"compgen" | b"jobs" | b"trap" | b"hash" | b"umask" | b"return" | b"cd" | b"unset" | b"readonly"
                    )
            }
            Kind::Brace(list) | Kind::Subshell(list) => lists(list),
            Kind::If { arms, otherwise } => {
                arms.iter().all(|(test, body)| lists(test) && lists(body)) && otherwise.as_ref().is_none_or(lists)
            }
            Kind::For { body, .. } => lists(body),
            Kind::Case { arms, .. } => arms.iter().all(|arm| lists(&arm.body)),
            Kind::Arith(_) | Kind::Test(_) => true,
            Kind::ArithFor { .. }
            | Kind::While { .. }
            | Kind::Select { .. }
            | Kind::Function(_)
            | Kind::Coproc { .. } => false,
        }
    }

    fn is_bounded_item(&self, item: &AndOr, depth: u32) -> bool {
        !item.background
            && [&item.first].into_iter().chain(item.rest.iter().map(|(_, pipeline)| pipeline)).all(|pipeline| {
                pipeline.time.is_none()
                    && pipeline.stages.len() == 1
                    && pipeline.stages.iter().all(|stage| self.is_bounded(stage, depth))
            })
    }
}
