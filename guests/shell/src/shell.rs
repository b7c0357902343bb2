//! The state of a shell, and what every part of it uses: complaints, paths, output.

use std::collections::HashMap;
use std::rc::Rc;

use crate::arith::Compiled;
use crate::ast::{Function, Str};
use crate::builtins::Builtin;
use crate::expand::Ifs;
use crate::fds::{Fds, Open};
use crate::jobs::Jobs;
use crate::names::Names;
use crate::options::{Options, Shopts};
use crate::parse::{Aliases, Settings};
use crate::special;
use crate::traps::Traps;
use crate::vars::Vars;
use crate::world::{Errno, Pid, Sys, World};

/// Why the commands that follow are not run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    Break(u32),
    Continue(u32),
    Return,
    Exit,
    /// An error in an expansion: the rest of the line is given up.
    Expansion(i32),
}

pub type Done = Result<(), Stop>;

/// One function call, sourced file or the like.
#[derive(Clone, Debug)]
pub struct Frame {
    pub name: Str,
    pub source: Str,
    /// The line of the call.
    pub line: u32,
    pub function: bool,
}

/// How deep commands may run into each other before the stack would end.
pub const MAX_EXEC_DEPTH: u32 = if cfg!(target_os = "wasi") { 600 } else { 20_000 };

pub struct Shell {
    pub vars: Vars,
    pub functions: Rc<HashMap<Vec<u8>, Rc<Function>>>,
    pub aliases: Rc<Aliases>,
    pub options: Options,
    pub shopts: Shopts,
    pub fds: Fds,
    pub cwd: Vec<u8>,
    pub positional: Rc<Vec<Vec<u8>>>,
    /// `$0`
    pub name: Vec<u8>,
    pub status: i32,
    pub pipe_status: Vec<i32>,
    pub line: u32,
    pub frames: Vec<Frame>,
    pub traps: Traps,
    pub jobs: Jobs,
    pub ifs: Ifs,
    pub utf8: bool,
    pub umask: u32,
    pub subshell: u32,
    /// Contexts in which `set -e` does not act.
    pub errexit_off: u32,
    pub loops: u32,
    pub exec_depth: u32,
    pub dirs: Vec<Vec<u8>>,
    pub hash: HashMap<Vec<u8>, (Vec<u8>, u32)>,
    pub builtins: Rc<HashMap<&'static [u8], Builtin>>,
    pub disabled: Vec<Vec<u8>>,
    pub arith_cache: HashMap<Vec<u8>, Rc<Compiled>>,
    pub arith_depth: u32,
    pub regex_cache: Option<(Vec<u8>, bool, Rc<crate::regex::Regex>)>,
    pub pattern_cache: HashMap<Vec<u8>, Rc<crate::pattern::Pattern>>,
    pub random: u32,
    pub seconds_base: i64,
    pub shell_pid: Pid,
    pub last_background: Option<Pid>,
    pub last_argument: Vec<u8>,
    pub command_text: Vec<u8>,
    /// Status of the last command substitution of the command being expanded.
    pub substitution_status: Option<i32>,
    pub started_ticks: u64,
    pub getopts_at: usize,
    /// The file that commands come from, for `BASH_SOURCE`.
    pub source: Str,
    /// `-c`: named in syntax errors.
    pub from_string: bool,
    /// What a pipeline of this process must tell: a write met a closed pipe.
    pub broken_pipe: bool,
    pub dirty: Option<Rc<Open>>,
    pub env_cache: (u64, Rc<Vec<Vec<u8>>>),
    pub process_subs: Vec<u32>,
    pub process_sub_pids: Vec<Pid>,
    pub parse_depth: u32,
    pub completions: HashMap<Vec<u8>, Vec<u8>>,
    pub trace_depth: u32,
    pub temporary_env: u32,
    pub captures: Vec<Rc<Open>>,
    pub sub_source: u32,
    /// Added to the lines of the commands that run: those of a substitution.
    pub line_shift: u32,
    /// Ends by signals that are told when the command's redirections are undone; true: without file and line.
    pub notices: Vec<(bool, Vec<u8>)>,
    pub hold_notices: bool,
    /// Signals are caught for the sake of the EXIT trap.
    pub exit_guarded: bool,
}

impl Shell {
    pub fn new() -> Shell {
        let names = Names::default();
        special::intern(&names);
        Shell {
            vars: Vars::new(names),
            functions: Rc::default(),
            aliases: Rc::default(),
            options: Options::default(),
            shopts: Shopts::default(),
            fds: Fds::default(),
            cwd: b"/".to_vec(),
            positional: Rc::default(),
            name: b"bash".to_vec(),
            status: 0,
            pipe_status: vec![0],
            line: 1,
            frames: Vec::new(),
            traps: Traps::default(),
            jobs: Jobs::default(),
            ifs: Ifs::new(Some(b" \t\n")),
            utf8: true,
            umask: 0o022,
            subshell: 0,
            errexit_off: 0,
            loops: 0,
            exec_depth: 0,
            dirs: Vec::new(),
            hash: HashMap::new(),
            builtins: Rc::new(crate::builtins::table()),
            disabled: Vec::new(),
            arith_cache: HashMap::new(),
            arith_depth: 0,
            regex_cache: None,
            pattern_cache: HashMap::new(),
            random: Sys::random() | 1,
            seconds_base: Sys::now().0,
            shell_pid: Sys::pid(),
            last_background: None,
            last_argument: Vec::new(),
            command_text: Vec::new(),
            substitution_status: None,
            started_ticks: Sys::ticks(),
            getopts_at: 0,
            source: Rc::from(&b""[..]),
            from_string: false,
            broken_pipe: false,
            dirty: None,
            env_cache: (u64::MAX, Rc::default()),
            process_subs: Vec::new(),
            process_sub_pids: Vec::new(),
            parse_depth: 0,
            completions: HashMap::new(),
            trace_depth: 0,
            temporary_env: 0,
            captures: Vec::new(),
            sub_source: 0,
            line_shift: 0,
            notices: Vec::new(),
            hold_notices: false,
            exit_guarded: false,
        }
    }

    pub fn parse_settings(&self) -> Settings {
        Settings {
            aliases: self.shopts.expand_aliases.then(|| self.aliases.clone()),
            extglob: self.shopts.extglob,
            source: self.current_source(),
        }
    }

    fn current_source(&self) -> Str {
        for frame in self.frames.iter().rev() {
            if !frame.function {
                return frame.source.clone();
            }
        }
        if self.from_string { Rc::from(&b"environment"[..]) } else { self.source.clone() }
    }

    /// Who complains: the file of the code that runs.
    pub fn complainer(&self) -> Vec<u8> {
        match self.frames.last() {
            Some(frame) if !frame.source.is_empty() => frame.source.to_vec(),
            _ => self.name.clone(),
        }
    }

    /// Writes `name: line N: message` to standard error.
    pub fn complain(&mut self, message: &[u8]) {
        let mut text = self.complainer();
        text.extend_from_slice(format!(": line {}: ", self.line).as_bytes());
        text.extend_from_slice(message);
        text.push(b'\n');
        self.write_error(&text);
    }

    pub fn complain_str(&mut self, message: &str) {
        self.complain(message.as_bytes());
    }

    pub fn write_error(&mut self, text: &[u8]) {
        let _ = self.flush();
        if let Some(open) = self.fds.get(2).cloned() {
            let _ = open.write(text);
            let _ = open.flush();
        }
    }

    /// Writes to one of the shell's descriptors; small writes wait until something else happens.
    pub fn write_fd(&mut self, fd: u32, data: &[u8]) -> Result<(), Errno> {
        let Some(open) = self.fds.get(fd) else { return Err(Errno::BADF) };
        let other = self.dirty.as_ref().is_some_and(|dirty| !Rc::ptr_eq(dirty, open));
        let open = open.clone();
        if other {
            self.flush()?;
        }
        match open.write(data) {
            Ok(true) => {
                if self.dirty.is_none() {
                    self.dirty = Some(open);
                }
                Ok(())
            }
            Ok(false) => Ok(()),
            Err(error) => {
                if error == Errno::PIPE {
                    self.broken_pipe = true;
                }
                Err(error)
            }
        }
    }

    /// Writes out what waits in the buffer of an open file.
    pub fn flush(&mut self) -> Result<(), Errno> {
        let Some(open) = self.dirty.take() else { return Ok(()) };
        let result = open.flush();
        if result == Err(Errno::PIPE) {
            self.broken_pipe = true;
        }
        result
    }

    /// A path of the program as an absolute one.
    pub fn path(&self, path: &[u8]) -> Vec<u8> {
        if path.first() == Some(&b'/') {
            return path.to_vec();
        }
        let mut full = self.cwd.clone();
        if path.is_empty() {
            // An empty path names nothing.
            return Vec::new();
        }
        if full.last() != Some(&b'/') {
            full.push(b'/');
        }
        full.extend_from_slice(path);
        full
    }

    /// The environment of a command.
    pub fn environment(&mut self) -> Rc<Vec<Vec<u8>>> {
        if self.env_cache.0 == self.vars.exports_version {
            return self.env_cache.1.clone();
        }
        let mut env = Vec::new();
        for (sym, name) in self.vars.all() {
            let Some(var) = self.vars.get(sym) else { continue };
            if !var.has(crate::vars::EXPORT) {
                continue;
            }
            if let crate::vars::Value::Str(value) = &var.value {
                env.push([&name, &b"="[..], value].concat());
            }
        }
        let env = Rc::new(env);
        self.env_cache = (self.vars.exports_version, env.clone());
        env
    }

    /// The error for an unset variable under `set -u`; ends the shell.
    pub fn unbound(&mut self, name: &[u8]) -> Stop {
        let message = [name, b": unbound variable"].concat();
        self.complain(&message);
        self.status = if self.subshell > 0 || !self.from_string || self.options.errexit { 1 } else { 127 };
        Stop::Exit
    }

    /// Printed by `set -x` in front of a command.
    pub fn trace(&mut self, text: &[u8]) {
        let ps4 = match self.vars.get(special::PS4).and_then(|var| var.scalar()) {
            Some(text) => text.to_vec(),
            None => Vec::new(),
        };
        let prefix = if ps4.contains(&b'$') || ps4.contains(&b'`') {
            let on = std::mem::replace(&mut self.options.xtrace, false);
            let status = self.status;
            let value = self.expand_double(&ps4);
            self.options.xtrace = on;
            self.status = status;
            value.unwrap_or_default()
        } else {
            ps4
        };
        let depth = (self.trace_depth + self.sub_source) as usize + 1;
        let mut line = Vec::new();
        if let Some(&first) = prefix.first() {
            line.extend(std::iter::repeat_n(first, depth));
            line.extend_from_slice(&prefix[1..]);
        }
        line.extend_from_slice(text);
        line.push(b'\n');
        let into = self.vars.get(self.vars.names.sym(b"BASH_XTRACEFD")).and_then(|var| var.scalar()).and_then(crate::arith::plain_integer);
        match into.and_then(|fd| self.fds.get(u32::try_from(fd).ok()?).cloned()) {
            Some(open) => {
                let _ = self.flush();
                let _ = open.write(&line);
                let _ = open.flush();
            }
            None => self.write_error(&line),
        }
    }
}
