//! Traps and signals.

use std::rc::Rc;

use crate::shell::{Done, Shell, Stop};
use crate::vars::Bytes;
use crate::world::{Sys, World};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Trap {
    Exit,
    Debug,
    Err,
    Return,
    Signal(i32),
}

/// Names, numbers and what bash says of a command that they ended.
pub const SIGNALS: [(&str, i32, &str); 31] = [
    ("HUP", 1, "Hangup"),
    ("INT", 2, "Interrupt"),
    ("QUIT", 3, "Quit"),
    ("ILL", 4, "Illegal instruction"),
    ("TRAP", 5, "Trace/breakpoint trap"),
    ("ABRT", 6, "Aborted"),
    ("BUS", 7, "Bus error"),
    ("FPE", 8, "Floating point exception"),
    ("KILL", 9, "Killed"),
    ("USR1", 10, "User defined signal 1"),
    ("SEGV", 11, "Segmentation fault"),
    ("USR2", 12, "User defined signal 2"),
    ("PIPE", 13, "Broken pipe"),
    ("ALRM", 14, "Alarm clock"),
    ("TERM", 15, "Terminated"),
    ("STKFLT", 16, "Stack fault"),
    ("CHLD", 17, "Child exited"),
    ("CONT", 18, "Continued"),
    ("STOP", 19, "Stopped (signal)"),
    ("TSTP", 20, "Stopped"),
    ("TTIN", 21, "Stopped (tty input)"),
    ("TTOU", 22, "Stopped (tty output)"),
    ("URG", 23, "Urgent I/O condition"),
    ("XCPU", 24, "CPU time limit exceeded"),
    ("XFSZ", 25, "File size limit exceeded"),
    ("VTALRM", 26, "Virtual timer expired"),
    ("PROF", 27, "Profiling timer expired"),
    ("WINCH", 28, "Window changed"),
    ("IO", 29, "I/O possible"),
    ("PWR", 30, "Power failure"),
    ("SYS", 31, "Bad system call"),
];

/// What ends a shell that sets no trap for it; its EXIT trap runs before.
const FATAL: [i32; 3] = [1, 2, 15];

pub fn describe(signal: i32) -> String {
    match SIGNALS.iter().find(|item| item.1 == signal) {
        Some(item) => item.2.to_string(),
        None => format!("Unknown signal {signal}"),
    }
}

/// A signal by name, with or without `SIG`, or by number.
pub fn signal_number(text: &[u8]) -> Option<i32> {
    if let Some(number) = crate::arith::plain_integer(text) {
        return (0..=64).contains(&number).then_some(number as i32);
    }
    let upper = text.to_ascii_uppercase();
    let name = upper.strip_prefix(b"SIG").unwrap_or(&upper);
    SIGNALS.iter().find(|item| item.0.as_bytes() == name).map(|item| item.1)
}

pub fn signal_name(number: i32) -> Option<&'static str> {
    SIGNALS.iter().find(|item| item.1 == number).map(|item| item.0)
}

impl Trap {
    pub fn parse(text: &[u8]) -> Option<Trap> {
        let upper = text.to_ascii_uppercase();
        Some(match &upper[..] {
            b"EXIT" | b"0" => Trap::Exit,
            b"DEBUG" => Trap::Debug,
            b"ERR" => Trap::Err,
            b"RETURN" => Trap::Return,
            _ => match signal_number(text)? {
                0 => Trap::Exit,
                number => Trap::Signal(number),
            },
        })
    }

    pub fn name(self) -> String {
        match self {
            Trap::Exit => "EXIT".into(),
            Trap::Debug => "DEBUG".into(),
            Trap::Err => "ERR".into(),
            Trap::Return => "RETURN".into(),
            Trap::Signal(number) => match signal_name(number) {
                Some(name) => format!("SIG{name}"),
                None => number.to_string(),
            },
        }
    }

    /// The order in which `trap -p` lists them.
    pub fn order(self) -> i32 {
        match self {
            Trap::Exit => 0,
            Trap::Signal(number) => number,
            Trap::Debug => 65,
            Trap::Err => 66,
            Trap::Return => 67,
        }
    }
}

#[derive(Clone, Default)]
pub struct Traps {
    set: Rc<Vec<(Trap, Bytes)>>,
    /// Not to be run inside themselves.
    running: Vec<Trap>,
    /// Ignored when the shell started: they stay so.
    pub ignored_at_start: u64,
    /// What the DEBUG trap's last run ended with.
    debug_status: i32,
    /// Listed by `trap -p` in a subshell though they do not act there.
    shown: Rc<Vec<(Trap, Bytes)>>,
}

impl Traps {
    pub fn get(&self, trap: Trap) -> Option<&Bytes> {
        self.set.iter().find(|item| item.0 == trap).map(|item| &item.1)
    }
    pub fn has(&self, trap: Trap) -> bool {
        !self.set.is_empty() && self.get(trap).is_some()
    }
    pub fn any(&self) -> bool {
        !self.set.is_empty()
    }
    pub fn all(&self) -> Vec<(Trap, Bytes)> {
        let mut all = if self.shown.is_empty() { self.set.to_vec() } else { self.shown.to_vec() };
        for number in 1..=64 {
            let trap = Trap::Signal(number);
            if self.ignored_at_start & (1 << (number - 1)) != 0 && !all.iter().any(|item| item.0 == trap) {
                all.push((trap, Vec::new()));
            }
        }
        all.sort_by_key(|item| item.0.order());
        all
    }
    pub fn is_running(&self) -> bool {
        !self.running.is_empty()
    }
    pub fn clear_exit(&mut self) {
        if self.has(Trap::Exit) {
            Rc::make_mut(&mut self.set).retain(|item| item.0 != Trap::Exit);
        }
    }
    pub fn ignored_mask(&self) -> u64 {
        self.set.iter().fold(self.ignored_at_start, |mask, item| match item {
            (Trap::Signal(number), text) if text.is_empty() && *number > 0 => mask | 1 << (number - 1),
            _ => mask,
        })
    }
}

pub struct Hidden {
    debug: Option<Bytes>,
    err: Option<Bytes>,
    ret: Option<Bytes>,
}

impl Shell {
    /// Sets, ignores (`Some` of nothing) or resets a trap.
    pub fn set_trap(&mut self, trap: Trap, action: Option<Bytes>) {
        let set = Rc::make_mut(&mut self.traps.set);
        set.retain(|item| item.0 != trap);
        self.traps.shown = Rc::default();
        if let Trap::Signal(number) = trap {
            if self.traps.ignored_at_start & (1 << (number - 1)) != 0 {
                return;
            }
            match &action {
                None => Sys::restore(number),
                Some(text) if text.is_empty() => Sys::ignore(number),
                Some(_) => Sys::catch(number),
            }
        }
        if let Some(action) = action {
            set.push((trap, action));
        }
        if matches!(trap, Trap::Exit | Trap::Signal(_)) {
            self.guard_exit();
        }
    }

    /// With an EXIT trap the signals that would end the shell are caught, so that it can run.
    fn guard_exit(&mut self) {
        if self.subshell > 0 {
            return;
        }
        let wanted = self.traps.get(Trap::Exit).is_some_and(|action| !action.is_empty());
        if !wanted && !self.exit_guarded {
            return;
        }
        self.exit_guarded = wanted;
        for number in FATAL {
            if self.traps.has(Trap::Signal(number)) || self.traps.ignored_at_start & (1 << (number - 1)) != 0 {
                continue;
            }
            if wanted { Sys::catch_softly(number) } else { Sys::restore(number) }
        }
    }

    /// A signal came: its trap runs, or it ends the shell as it would have without the EXIT trap.
    pub(crate) fn act_on_signal(&mut self, number: i32) -> Done {
        if FATAL.contains(&number) && !self.traps.has(Trap::Signal(number)) {
            if self.subshell == 0 {
                self.run_exit_trap();
            }
            let _ = self.flush();
            Sys::die(number);
        }
        self.run_trap(Trap::Signal(number))
    }

    /// While a command is waited for: a signal that ends the shell does so at once.
    pub(crate) fn end_by_signal(&mut self) {
        let waiting = Sys::peek_signals();
        if let Some(number) = FATAL.into_iter().find(|number| waiting & (1 << (number - 1)) != 0 && !self.traps.has(Trap::Signal(*number))) {
            // The trap's own commands do not find it waiting again.
            Sys::take_signals();
            let _ = self.act_on_signal(number);
        }
    }

    /// In a subshell traps are reset; what is ignored stays so.
    pub(crate) fn enter_subshell_traps(&mut self) {
        if !self.traps.any() {
            return;
        }
        if self.traps.shown.is_empty() {
            self.traps.shown = self.traps.set.clone();
        }
        let (errtrace, functrace) = (self.options.errtrace, self.options.functrace);
        let set = Rc::make_mut(&mut self.traps.set);
        set.retain(|(trap, text)| match trap {
            Trap::Signal(_) => text.is_empty(),
            Trap::Err => errtrace,
            Trap::Debug | Trap::Return => functrace,
            Trap::Exit => false,
        });
        for (trap, text) in self.traps.shown.iter() {
            if let (Trap::Signal(number), false) = (trap, text.is_empty()) {
                Sys::restore(*number);
            }
        }
    }

    /// In a second shell: what the outer one had, for `trap -p` until a trap is set here.
    pub(crate) fn show_outer_traps(&mut self, outer: Vec<(Trap, Bytes)>) {
        self.traps.shown = Rc::new(outer);
    }

    pub(crate) fn restore_traps(&mut self, traps: Traps) {
        for (trap, text) in self.traps.set.iter() {
            if let Trap::Signal(number) = trap {
                if traps.get(*trap) != Some(text) {
                    Sys::restore(*number);
                }
            }
        }
        self.traps = traps;
        for (trap, text) in self.traps.set.iter() {
            if let Trap::Signal(number) = trap {
                if text.is_empty() { Sys::ignore(*number) } else { Sys::catch(*number) }
            }
        }
        self.guard_exit();
    }

    /// A function does not inherit DEBUG, RETURN and ERR, unless told to.
    pub(crate) fn hide_traps(&mut self) -> Option<Hidden> {
        if !self.traps.any() {
            return None;
        }
        let (errtrace, functrace) = (self.options.errtrace, self.options.functrace);
        let hidden = Hidden {
            debug: (!functrace).then(|| self.traps.get(Trap::Debug).cloned()).flatten(),
            ret: (!functrace).then(|| self.traps.get(Trap::Return).cloned()).flatten(),
            err: (!errtrace).then(|| self.traps.get(Trap::Err).cloned()).flatten(),
        };
        let set = Rc::make_mut(&mut self.traps.set);
        set.retain(|(trap, _)| match trap {
            Trap::Debug | Trap::Return => functrace,
            Trap::Err => errtrace,
            _ => true,
        });
        Some(hidden)
    }

    pub(crate) fn show_traps(&mut self, hidden: Option<Hidden>) {
        let Some(hidden) = hidden else { return };
        for (trap, text) in [(Trap::Debug, hidden.debug), (Trap::Return, hidden.ret), (Trap::Err, hidden.err)] {
            if let Some(text) = text {
                if !self.traps.has(trap) {
                    Rc::make_mut(&mut self.traps.set).push((trap, text));
                }
            }
        }
    }

    /// Runs a trap's commands, if there are any; the status stays what it was.
    pub(crate) fn run_trap(&mut self, trap: Trap) -> Done {
        if !self.traps.any() {
            return Ok(());
        }
        let Some(action) = self.traps.get(trap).cloned() else { return Ok(()) };
        if action.is_empty() || self.traps.running.contains(&trap) {
            return Ok(());
        }
        self.traps.running.push(trap);
        let (status, line, pipes) = (self.status, self.line, self.pipe_status.clone());
        let off = self.errexit_off;
        self.errexit_off += u32::from(trap == Trap::Debug);
        let command = self.command_text.clone();
        let first = if matches!(trap, Trap::Exit | Trap::Signal(_)) { 1 } else { line };
        let result = self.run_text(&action, first, "trap");
        self.errexit_off = off;
        self.traps.running.retain(|other| *other != trap);
        self.command_text = command;
        match result {
            Ok(()) => {
                self.traps.debug_status = if trap == Trap::Debug { self.status } else { 0 };
                self.status = status;
                self.line = line;
                self.pipe_status = pipes;
                Ok(())
            }
            other => other,
        }
    }

    /// `shopt -s extdebug`: a DEBUG trap that fails keeps the command from being run.
    pub(crate) fn debug_refused(&mut self) -> bool {
        let refused = self.shopts.extdebug && !self.traps.is_running() && self.traps.has(Trap::Debug) && self.traps.debug_status != 0;
        if refused {
            self.status = 1;
        }
        refused
    }

    /// Signals that came in the meantime, and pipes that were closed.
    pub(crate) fn run_pending(&mut self) -> Done {
        if self.broken_pipe {
            if self.subshell == 0 && !self.traps.has(Trap::Signal(13)) {
                Sys::die(13);
            }
            self.status = 141;
            return Err(Stop::Exit);
        }
        let mask = Sys::take_signals();
        for number in 1..=64 {
            if mask & (1 << (number - 1)) != 0 {
                self.act_on_signal(number)?;
            }
        }
        Ok(())
    }

    /// The EXIT trap, once: true when there was one. The status may be changed by it.
    pub(crate) fn run_exit_trap(&mut self) -> bool {
        let Some(action) = self.traps.get(Trap::Exit).cloned() else { return false };
        self.traps.clear_exit();
        if action.is_empty() {
            return false;
        }
        let status = self.status;
        self.loops = 0;
        let off = self.options.errexit;
        match self.run_text(&action, 1, "exit trap") {
            Err(Stop::Exit) => {}
            _ => self.status = status,
        }
        self.options.errexit = off;
        true
    }
}
