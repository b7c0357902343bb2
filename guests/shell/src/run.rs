//! From arguments to a running program: options, scripts, strings, standard input.

use std::rc::Rc;

use crate::ast::{AndOr, Kind, List};
use crate::fds::Open;
use crate::parse::{Parser, SyntaxError};
use crate::shell::{Done, Shell, Stop};
use crate::special;
use crate::subshell::STATE_FLAG;
use crate::vars::{Bytes, EXPORT, INTEGER, READONLY, Value, Var};
use crate::world::{Errno, FileKind, Sys, World};

pub const VERSION: &str = "5.2.37(1)-release";

/// Runs the shell as a program with these arguments and this environment; the status to exit with.
pub fn main(args: Vec<Bytes>, env: Vec<(Bytes, Bytes)>) -> i32 {
    let mut shell = Shell::new();
    for (fd, raw) in Sys::inherited() {
        shell.fds.set(fd, Some(Open::raw(raw)));
    }
    shell.traps.ignored_at_start = Sys::ignored_at_start();
    Sys::ignore(13);
    shell.umask = Sys::initial_umask();
    if args.get(1).map(Vec::as_slice) == Some(STATE_FLAG) {
        return run_state(&mut shell, &args);
    }
    let result = start(&mut shell, args, env);
    let _ = result;
    finish(&mut shell)
}

fn finish(shell: &mut Shell) -> i32 {
    shell.run_exit_trap();
    let _ = shell.flush();
    if shell.broken_pipe {
        Sys::die(13);
    }
    shell.status & 0xff
}

fn run_state(shell: &mut Shell, args: &[Bytes]) -> i32 {
    let fd = args.get(2).and_then(|text| crate::arith::plain_integer(text)).unwrap_or(-1);
    let mut state = Vec::new();
    let Some(open) = shell.fds.get(fd as u32).cloned() else { return 126 };
    if open.read_all(&mut state).is_err() {
        return 126;
    }
    drop(open);
    shell.fds.set(fd as u32, None);
    let Some((text, line)) = crate::state::load(shell, &state) else {
        shell.complain_str("the state of the outer shell cannot be read");
        return 126;
    };
    Sys::umask(shell.umask);
    // A command that failed must not be read by errexit of an outer condition.
    let off = shell.errexit_off;
    let result = shell.run_text(&text, line, "");
    shell.errexit_off = off;
    if let Err(Stop::Expansion(status)) = result {
        shell.status = status;
    }
    finish(shell)
}

fn import(shell: &mut Shell, env: Vec<(Bytes, Bytes)>) {
    for (name, value) in env {
        if let Some(function) = name.strip_prefix(b"BASH_FUNC_").and_then(|rest| rest.strip_suffix(b"%%")) {
            let text = [function, b" ", &value].concat();
            let mut parser = Parser::new(shell.vars.names.clone(), shell.parse_settings(), text, 1);
            if let Ok(Some(list)) = parser.next_list() {
                shell.define(function, &list);
                shell.export_function(function, true);
            }
            continue;
        }
        if !crate::names::is_name(&name) {
            continue;
        }
        let sym = shell.vars.names.sym(&name);
        if sym == special::UNDERSCORE || sym < special::DYNAMIC {
            continue;
        }
        *shell.vars.entry(sym) = Some(Var { value: Value::Str(value), flags: EXPORT });
        if sym < special::HOOKED {
            shell.changed(sym);
        }
    }
    shell.vars.touch_exports();
    let set = |shell: &mut Shell, sym, value: &[u8], flags| {
        *shell.vars.entry(sym) = Some(Var { value: Value::Str(value.to_vec()), flags });
    };
    let default = |shell: &mut Shell, sym, value: &[u8]| {
        if shell.vars.get(sym).is_none() {
            *shell.vars.entry(sym) = Some(Var::new(Value::Str(value.to_vec())));
        }
    };
    let cwd = Sys::cwd();
    shell.cwd = match shell.vars.get(special::PWD).and_then(|var| var.scalar()) {
        Some(pwd) if pwd.starts_with(b"/") && same_place(pwd, &cwd) => pwd.to_vec(),
        _ => cwd,
    };
    let cwd = shell.cwd.clone();
    set(shell, special::PWD, &cwd, EXPORT);
    if shell.vars.get(special::OLDPWD).is_none() {
        *shell.vars.entry(special::OLDPWD) = Some(Var { value: Value::Unset, flags: EXPORT });
    }
    default(shell, special::PATH, b"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    set(shell, special::IFS, b" \t\n", 0);
    shell.changed(special::IFS);
    set(shell, special::OPTIND, b"1", 0);
    set(shell, special::OPTERR, b"1", 0);
    default(shell, special::PS4, b"+ ");
    let level = shell
        .vars
        .get(special::SHLVL)
        .and_then(|var| var.scalar())
        .and_then(crate::arith::plain_integer)
        .unwrap_or(0);
    set(shell, special::SHLVL, &crate::arith::itoa(level + 1), EXPORT);
    let (uid, _) = Sys::ids();
    set(shell, special::UID, &crate::arith::itoa(uid.into()), READONLY | INTEGER);
    set(shell, special::EUID, &crate::arith::itoa(uid.into()), READONLY | INTEGER);
    set(shell, special::PPID, &crate::arith::itoa(Sys::ppid().into()), READONLY | INTEGER);
    set(shell, special::BASH_VERSION, VERSION.as_bytes(), 0);
    let info: Vec<Bytes> =
        ["5", "2", "37", "1", "release", "x86_64-pc-linux-gnu"].iter().map(|text| text.as_bytes().to_vec()).collect();
    *shell.vars.entry(special::BASH_VERSINFO) = Some(Var {
        value: Value::Array(info.into_iter().enumerate().map(|(at, item)| (at as i64, item)).collect()),
        flags: READONLY,
    });
    default(shell, special::BASH, b"/bin/bash");
    default(shell, special::HOSTTYPE, b"x86_64");
    default(shell, special::MACHTYPE, b"x86_64-pc-linux-gnu");
    default(shell, special::OSTYPE, b"linux-gnu");
    default(shell, special::HOSTNAME, b"sunaba");
    default(shell, special::SHELL, b"/bin/bash");
    default(shell, special::TERM, b"dumb");
}

fn same_place(a: &[u8], b: &[u8]) -> bool {
    match (Sys::stat(a, true), Sys::stat(b, true)) {
        (Ok(a), Ok(b)) => a.dev == b.dev && a.ino == b.ino && a.kind == FileKind::Dir,
        _ => false,
    }
}

const USAGE: &str = "Usage:\tbash [GNU long option] [option] ...\n\tbash [GNU long option] [option] script-file ...\n";

fn start(shell: &mut Shell, args: Vec<Bytes>, env: Vec<(Bytes, Bytes)>) -> Done {
    let called = args.first().cloned().unwrap_or_else(|| b"bash".to_vec());
    let base = called.rsplit(|&c| c == b'/').next().unwrap_or(b"bash").to_vec();
    shell.name = called.clone();
    import(shell, env);
    if base == b"sh" || base == b"-sh" {
        shell.options.posix = true;
        shell.shopts.expand_aliases = true;
    }
    let mut at = 1;
    let (mut string, mut stdin) = (false, false);
    while at < args.len() {
        let arg = &args[at];
        match &arg[..] {
            b"--" | b"-" => {
                at += 1;
                break;
            }
            b"--version" => {
                let text = format!("GNU bash, version {VERSION} (x86_64-pc-linux-gnu)\nSunaba's shell, which behaves like it.\n");
                let _ = shell.write_fd(1, text.as_bytes());
                shell.status = 0;
                return Err(Stop::Exit);
            }
            b"--help" => {
                let _ = shell.write_fd(1, USAGE.as_bytes());
                return Err(Stop::Exit);
            }
            b"--posix" => {
                shell.options.posix = true;
                shell.shopts.expand_aliases = true;
            }
            b"--norc" | b"--noprofile" | b"--login" | b"--noediting" | b"--debugger" => {}
            b"--rcfile" | b"--init-file" => at += 1,
            _ if arg.starts_with(b"--") => {
                let message = [&called[..], b": ", arg, b": invalid option\n", USAGE.as_bytes()].concat();
                shell.write_error(&message);
                shell.status = 2;
                return Err(Stop::Exit);
            }
            _ if arg.len() > 1 && (arg[0] == b'-' || arg[0] == b'+') => {
                let on = arg[0] == b'-';
                for &letter in &arg[1..] {
                    match letter {
                        b'c' => string = true,
                        b's' => stdin = true,
                        b'i' | b'l' | b'r' => {}
                        b'o' | b'O' => {
                            at += 1;
                            let name = args.get(at).map(|name| String::from_utf8_lossy(name).into_owned()).unwrap_or_default();
                            let known = if letter == b'o' { shell.options.set(&name, on) } else { shell.shopts.set(&name, on) };
                            if !known {
                                let message = format!("{}: {name}: invalid option name\n", String::from_utf8_lossy(&called));
                                shell.write_error(message.as_bytes());
                                shell.status = 2;
                                return Err(Stop::Exit);
                            }
                        }
                        _ => match shell.options.letter(letter) {
                            Some(name) => {
                                shell.options.set(name, on);
                            }
                            None => {
                                let message =
                                    [&called[..], b": -", &[letter], b": invalid option\n", USAGE.as_bytes()].concat();
                                shell.write_error(&message);
                                shell.status = 2;
                                return Err(Stop::Exit);
                            }
                        },
                    }
                }
            }
            _ => break,
        }
        at += 1;
    }
    let rest = args[at.min(args.len())..].to_vec();
    if string {
        let Some(text) = rest.first() else {
            let message = [&called[..], b": -c: option requires an argument\n"].concat();
            shell.write_error(&message);
            shell.status = 2;
            return Err(Stop::Exit);
        };
        if let Some(name) = rest.get(1) {
            shell.name = name.clone();
        }
        shell.positional = Rc::new(rest.iter().skip(2).cloned().collect());
        shell.from_string = true;
        *shell.vars.entry(special::BASH_EXECUTION_STRING) = Some(Var::new(Value::Str(text.clone())));
        return shell.run_text(text, 1, "-c");
    }
    if let (Some(script), false) = (rest.first(), stdin) {
        shell.name = script.clone();
        shell.source = script.as_slice().into();
        shell.positional = Rc::new(rest[1..].to_vec());
        let found = match shell.read_whole(script) {
            Err(Errno::NOENT) if !script.contains(&b'/') => match shell.search_path(script) {
                Some(path) => shell.read_whole(&path),
                None => Err(Errno::NOENT),
            },
            other => other,
        };
        return match found {
            Ok(text) => {
                let head = &text[..text.len().min(80)];
                if head.split(|&c| c == b'\n').next().is_some_and(|line| line.contains(&0)) {
                    let message =
                        [&called[..], b": ", script, b": cannot execute binary file\n"].concat();
                    shell.write_error(&message);
                    shell.status = 126;
                    return Err(Stop::Exit);
                }
                shell.run_text(&text, 1, "")
            }
            Err(error) => {
                let why = if error == Errno::ISDIR { "Is a directory" } else { error.text() };
                let message = [&called[..], b": ", script, b": ", why.as_bytes(), b"\n"].concat();
                shell.write_error(&message);
                shell.status = if error == Errno::NOENT { 127 } else { 126 };
                Err(Stop::Exit)
            }
        };
    }
    shell.positional = Rc::new(rest);
    shell.run_input()
}

impl Shell {
    /// Makes a function of a parsed definition, under this name.
    pub fn define(&mut self, name: &[u8], list: &List) {
        if let [AndOr { first, .. }] = &list[..] {
            if let [command] = &first.stages[..] {
                if let Kind::Function(function) = &command.kind {
                    Rc::make_mut(&mut self.functions).insert(name.to_vec(), function.clone());
                }
            }
        }
    }

    pub(crate) fn syntax_error(&mut self, error: &SyntaxError, context: &str) {
        let mut prefix = self.complainer();
        if !context.is_empty() && context != "trap" && context != "exit trap" && context != "source" {
            prefix.extend_from_slice(b": ");
            prefix.extend_from_slice(context.as_bytes());
        }
        prefix.extend_from_slice(format!(": line {}: ", error.line).as_bytes());
        let mut out = Vec::new();
        for line in error.message.split(|&c| c == b'\n') {
            out.extend_from_slice(&prefix);
            out.extend_from_slice(line);
            out.push(b'\n');
        }
        if let Some(shown) = &error.shown {
            out.extend_from_slice(&prefix);
            out.push(b'`');
            out.extend_from_slice(shown);
            out.extend_from_slice(b"'\n");
        }
        if !error.message.is_empty() {
            self.write_error(&out);
        }
        if !error.conditional {
            self.status = error.status;
        }
    }

    fn parse_warnings(&mut self, parser: &mut Parser) {
        for (line, text) in std::mem::take(&mut parser.warnings) {
            let mut message = self.complainer();
            message.extend_from_slice(format!(": line {line}: warning: {text}\n").as_bytes());
            self.write_error(&message);
        }
    }

    /// Reads and runs a program, line by line.
    pub fn run_text(&mut self, text: &[u8], first_line: u32, context: &str) -> Done {
        self.parse_depth += 1;
        if self.parse_depth > crate::parse::MAX_NESTING / 4 {
            self.parse_depth = 0;
            self.complain_str("maximum nesting level of eval and source exceeded");
            self.status = 1;
            return Err(Stop::Exit);
        }
        let depth = self.parse_depth;
        let shift = std::mem::replace(&mut self.line_shift, 0);
        let result = self.run_text_inner(text, first_line, context);
        self.line_shift = shift;
        self.parse_depth = depth - 1;
        result
    }

    fn run_text_inner(&mut self, text: &[u8], first_line: u32, context: &str) -> Done {
        let mut parser = Parser::new(self.vars.names.clone(), self.parse_settings(), text.to_vec(), first_line);
        let mut any = false;
        let exec_depth = self.exec_depth;
        loop {
            let from = parser.position();
            let parsed = parser.next_list();
            self.parse_warnings(&mut parser);
            match parsed {
                Ok(None) => {
                    if !any && context != "trap" && context != "exit trap" {
                        self.status = 0;
                    }
                    return Ok(());
                }
                Err(error) => {
                    self.syntax_error(&error, context);
                    if context == "eval" || context == "trap" || context == "source" {
                        return Ok(());
                    }
                    return Err(Stop::Exit);
                }
                Ok(Some(list)) => {
                    any = true;
                    if self.options.verbose {
                        let mut shown = parser.text()[from..parser.position()].to_vec();
                        if shown.last() != Some(&b'\n') {
                            shown.push(b'\n');
                        }
                        self.write_error(&shown);
                    }
                    if self.options.noexec {
                        continue;
                    }
                    match self.run_list(&list) {
                        Ok(()) => {}
                        Err(Stop::Expansion(status)) => {
                            self.status = status;
                            self.exec_depth = exec_depth;
                            if self.options.errexit && self.errexit_off == 0 {
                                return Err(Stop::Exit);
                            }
                            if self.subshell > 0 && context != "" {
                                return Err(Stop::Expansion(status));
                            }
                        }
                        Err(stop) => return Err(stop),
                    }
                    parser.configure(self.parse_settings());
                }
            }
        }
    }

    /// Commands from standard input, of which each reads no more than its lines.
    fn run_input(&mut self) -> Done {
        let Some(open) = self.fds.get(0).cloned() else { return Ok(()) };
        let mut parser = Parser::new(self.vars.names.clone(), self.parse_settings(), Vec::new(), 1);
        loop {
            let mut line = Vec::new();
            let _ = self.flush();
            let read = open.read_until(Some(b'\n'), usize::MAX, &mut line).unwrap_or(0);
            if read == 0 && parser.position() == parser.text().len() {
                return Ok(());
            }
            parser.append(&line);
            let before = parser.snapshot();
            let parsed = parser.next_list();
            match parsed {
                Err(error) if error.incomplete && read > 0 => {
                    parser.restore(before);
                    continue;
                }
                Err(error) => {
                    self.parse_warnings(&mut parser);
                    self.syntax_error(&error, "");
                    return Err(Stop::Exit);
                }
                Ok(list) => {
                    if read > 0 && !parser.warnings.is_empty() {
                        // A here-document that goes on in the next line.
                        parser.restore(before);
                        continue;
                    }
                    self.parse_warnings(&mut parser);
                    if let Some(list) = list {
                        match self.run_list(&list) {
                            Ok(()) => {}
                            Err(Stop::Expansion(status)) => self.status = status,
                            Err(stop) => return Err(stop),
                        }
                    }
                    parser.drop_consumed();
                    parser.configure(self.parse_settings());
                }
            }
        }
    }
}
