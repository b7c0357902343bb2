//! The commands that the shell itself has.

mod complete;
mod control;
mod dirs;
mod environment;
mod input;
mod jobs;
mod lookup;
mod output;
mod printf;
mod test;

use std::collections::HashMap;

use crate::declare::{self, Declared};
use crate::names::Sym;
use crate::quote;
use crate::shell::{Shell, Stop};
use crate::special;
use crate::vars::{Bytes, Value};

pub type Outcome = Result<i32, Stop>;

#[derive(Clone, Copy)]
pub enum Builtin {
    Plain(fn(&mut Shell, &[Bytes]) -> Outcome),
    /// Takes assignments as arguments.
    Declare(for<'a> fn(&mut Shell, Vec<Declared<'a>>) -> Outcome),
}

pub fn table() -> HashMap<&'static [u8], Builtin> {
    use Builtin::{Declare, Plain};
    let all: [(&'static [u8], Builtin); 61] = [
        (b":", Plain(|_, _| Ok(0))),
        (b"true", Plain(|_, _| Ok(0))),
        (b"false", Plain(|_, _| Ok(1))),
        (b"echo", Plain(output::echo)),
        (b"printf", Plain(printf::printf)),
        (b"test", Plain(test::test)),
        (b"[", Plain(test::bracket)),
        (b"cd", Plain(dirs::cd)),
        (b"pwd", Plain(dirs::pwd)),
        (b"pushd", Plain(dirs::pushd)),
        (b"popd", Plain(dirs::popd)),
        (b"dirs", Plain(dirs::dirs)),
        (b"read", Plain(input::read)),
        (b"mapfile", Plain(input::mapfile)),
        (b"readarray", Plain(input::mapfile)),
        (b"break", Plain(control::break_loop)),
        (b"continue", Plain(control::continue_loop)),
        (b"return", Plain(control::return_from)),
        (b"exit", Plain(control::exit)),
        (b"logout", Plain(control::logout)),
        (b"eval", Plain(control::eval)),
        (b".", Plain(control::source)),
        (b"source", Plain(control::source)),
        (b"exec", Plain(control::exec)),
        (b"let", Plain(control::let_values)),
        (b"times", Plain(control::times)),
        (b"caller", Plain(control::caller)),
        (b"trap", Plain(control::trap)),
        (b"command", Plain(lookup::command)),
        (b"builtin", Plain(lookup::builtin)),
        (b"type", Plain(lookup::type_of)),
        (b"hash", Plain(lookup::hash)),
        (b"enable", Plain(lookup::enable)),
        (b"alias", Plain(lookup::alias)),
        (b"unalias", Plain(lookup::unalias)),
        (b"help", Plain(lookup::help)),
        (b"set", Plain(environment::set)),
        (b"shopt", Plain(environment::shopt)),
        (b"shift", Plain(environment::shift)),
        (b"unset", Plain(environment::unset)),
        (b"getopts", Plain(environment::getopts)),
        (b"umask", Plain(environment::umask)),
        (b"ulimit", Plain(environment::ulimit)),
        (b"wait", Plain(jobs::wait)),
        (b"jobs", Plain(jobs::jobs)),
        (b"kill", Plain(jobs::kill)),
        (b"fg", Plain(jobs::foreground)),
        (b"bg", Plain(jobs::background)),
        (b"disown", Plain(jobs::disown)),
        (b"suspend", Plain(jobs::suspend)),
        (b"compgen", Plain(complete::compgen)),
        (b"complete", Plain(complete::complete)),
        (b"compopt", Plain(complete::compopt)),
        (b"history", Plain(complete::history)),
        (b"fc", Plain(complete::fc)),
        (b"bind", Plain(complete::bind)),
        (b"declare", Declare(declare::declare)),
        (b"typeset", Declare(declare::declare)),
        (b"local", Declare(declare::local)),
        (b"export", Declare(declare::export)),
        (b"readonly", Declare(declare::readonly)),
    ];
    all.into_iter().collect()
}

/// Letters that an option parser found, each with its argument if it takes one.
pub struct Found {
    pub letters: Vec<(u8, Option<Bytes>)>,
    /// Where the operands begin.
    pub rest: usize,
}

impl Shell {
    pub(crate) fn fail(&mut self, who: &str, what: &[u8]) {
        let message = [who.as_bytes(), b": ", what].concat();
        self.complain(&message);
    }

    /// Writes a builtin's output; a status for when that failed.
    pub(crate) fn put_out(&mut self, who: &str, text: &[u8]) -> i32 {
        match self.write_fd(1, text) {
            Ok(()) => 0,
            Err(crate::world::Errno::PIPE) => {
                self.broken_pipe = true;
                1
            }
            Err(error) => {
                self.fail(who, format!("write error: {}", error.text()).as_bytes());
                1
            }
        }
    }

    /// Reads options as getopt does; `spec`: letters, a colon behind those with an argument.
    pub(crate) fn options_of(&mut self, args: &[Bytes], spec: &str, usage: &str) -> Result<Found, i32> {
        let who = String::from_utf8_lossy(&args[0]).into_owned();
        let mut letters = Vec::new();
        let mut at = 1;
        while at < args.len() {
            let arg = &args[at];
            if arg.len() < 2 || arg[0] != b'-' {
                break;
            }
            at += 1;
            if arg == b"--" {
                break;
            }
            let mut place = 1;
            while place < arg.len() {
                let letter = arg[place];
                place += 1;
                let known = spec.as_bytes().iter().position(|&c| c == letter && c != b':');
                let Some(known) = known else {
                    self.fail(&who, format!("-{}: invalid option", letter as char).as_bytes());
                    self.write_error(format!("{who}: usage: {usage}\n").as_bytes());
                    return Err(2);
                };
                if spec.as_bytes().get(known + 1) == Some(&b':') {
                    let value = if place < arg.len() {
                        arg[place..].to_vec()
                    } else if at < args.len() {
                        at += 1;
                        args[at - 1].clone()
                    } else {
                        self.fail(&who, format!("-{}: option requires an argument", letter as char).as_bytes());
                        self.write_error(format!("{who}: usage: {usage}\n").as_bytes());
                        return Err(2);
                    };
                    letters.push((letter, Some(value)));
                    break;
                }
                letters.push((letter, None));
            }
        }
        Ok(Found { letters, rest: at })
    }
}

impl Found {
    pub fn has(&self, letter: u8) -> bool {
        self.letters.iter().any(|item| item.0 == letter)
    }
    pub fn value(&self, letter: u8) -> Option<&Bytes> {
        self.letters.iter().rev().find(|item| item.0 == letter).and_then(|item| item.1.as_ref())
    }
}

/// One line of what `set` prints.
pub fn set_line(shell: &Shell, sym: Sym) -> Option<Bytes> {
    let var = shell.vars.get(sym)?;
    let name = shell.vars.names.name(sym);
    let value = match &var.value {
        Value::Unset => return None,
        Value::Str(text) => quote::quote_set(text),
        _ => crate::values::declared_value(var)?,
    };
    Some([&name[..], b"=", &value, b"\n"].concat())
}

/// The output of `time`, or what is wrong with its format.
pub fn format_times(format: &[u8], real: u64, user: u64, system: u64) -> Result<Bytes, Bytes> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < format.len() {
        if format[at] != b'%' {
            out.push(format[at]);
            at += 1;
            continue;
        }
        at += 1;
        let mut places = 3;
        let mut long = false;
        if let Some(c @ b'0'..=b'9') = format.get(at) {
            places = usize::from(c - b'0').min(3);
            at += 1;
        }
        if format.get(at) == Some(&b'l') {
            long = true;
            at += 1;
        }
        match format.get(at) {
            Some(b'%') => out.push(b'%'),
            Some(b'P') => {
                let percent = if real == 0 { 0.0 } else { (user + system) as f64 * 100.0 / real as f64 };
                out.extend_from_slice(format!("{percent:.2}").as_bytes());
            }
            Some(c @ (b'R' | b'U' | b'S')) => {
                let micros = match c {
                    b'R' => real,
                    b'U' => user,
                    _ => system,
                };
                let (seconds, rest) = (micros / 1_000_000, micros % 1_000_000);
                let fraction = format!("{rest:06}");
                let tail = if places == 0 { String::new() } else { format!(".{}", &fraction[..places]) };
                if long {
                    out.extend_from_slice(format!("{}m{}{tail}s", seconds / 60, seconds % 60).as_bytes());
                } else {
                    out.extend_from_slice(format!("{seconds}{tail}").as_bytes());
                }
            }
            None if format.last() == Some(&b'%') => out.push(b'%'),
            other => {
                let letter = other.copied().unwrap_or(0);
                return Err([b"TIMEFORMAT: `", &[letter][..], b"': invalid format character"].concat());
            }
        }
        at += 1;
    }
    out.push(b'\n');
    Ok(out)
}

/// The menu of `select`, in columns as bash lays them out.
pub fn menu(shell: &Shell, items: &[Bytes]) -> Bytes {
    let columns = shell
        .vars
        .get(shell.vars.names.sym(b"COLUMNS"))
        .and_then(|var| var.scalar())
        .and_then(crate::arith::plain_integer)
        .filter(|&n| n > 0)
        .unwrap_or(80) as usize;
    let digits = items.len().to_string().len();
    let widest = items.iter().map(|item| crate::charset::count_chars(item, true)).max().unwrap_or(0);
    let width = widest + digits + 2 + 1;
    let mut cols = if width > 0 { columns / width } else { 0 }.max(1);
    let mut rows = items.len().div_ceil(cols);
    cols = items.len().div_ceil(rows);
    if rows == 1 {
        rows = cols;
    }
    let mut out = Vec::new();
    for row in 0..rows {
        let mut at = row;
        let mut position = 0;
        loop {
            let line = format!("{:>digits$}) ", at + 1);
            out.extend_from_slice(line.as_bytes());
            out.extend_from_slice(&items[at]);
            let length = digits + 2 + crate::charset::count_chars(&items[at], true);
            at += rows;
            if at >= items.len() {
                break;
            }
            // Blanks and tabs up to the next column, as bash writes them.
            let (mut from, to) = (position + length, position + width);
            while from < to {
                if to / 8 > from / 8 {
                    out.push(b'\t');
                    from += 8 - from % 8;
                } else {
                    out.push(b' ');
                    from += 1;
                }
            }
            position += width;
        }
        out.push(b'\n');
    }
    out
}

/// `${x@P}`: the escapes of prompts.
pub fn prompt(shell: &mut Shell, text: &[u8]) -> Result<Bytes, Stop> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < text.len() {
        if text[at] != b'\\' || at + 1 == text.len() {
            out.push(text[at]);
            at += 1;
            continue;
        }
        let c = text[at + 1];
        at += 2;
        let cwd = shell.cwd.clone();
        let (now, _) = <crate::world::Sys as crate::world::World>::now();
        let time = |format: &[u8]| <crate::world::Sys as crate::world::World>::local_time(now, format);
        match c {
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b'a' => out.push(7),
            b'e' => out.push(27),
            b'\\' => out.push(b'\\'),
            b'[' | b']' => {}
            b'$' => out.extend_from_slice(if <crate::world::Sys as crate::world::World>::ids().0 == 0 { &b"#"[..] } else { &b"\\$"[..] }),
            b'u' => {
                let user = shell.vars.names.sym(b"USER");
                let user = shell.vars.get(user).and_then(|var| var.scalar()).unwrap_or(b"root").to_vec();
                out.extend_from_slice(&user);
            }
            b'h' | b'H' => {
                let host = shell.vars.get(special::HOSTNAME).and_then(|var| var.scalar()).unwrap_or(b"").to_vec();
                let short = host.split(|&c| c == b'.').next().unwrap_or(b"");
                out.extend_from_slice(if c == b'h' { short } else { &host });
            }
            b'w' | b'W' => {
                let home = shell.vars.get(special::HOME).and_then(|var| var.scalar()).unwrap_or(b"").to_vec();
                let shown = if !home.is_empty() && cwd == home {
                    b"~".to_vec()
                } else if c == b'W' {
                    cwd.rsplit(|&c| c == b'/').next().filter(|name| !name.is_empty()).unwrap_or(b"/").to_vec()
                } else if !home.is_empty() && cwd.starts_with(&[&home[..], b"/"].concat()) {
                    [b"~", &cwd[home.len()..]].concat()
                } else {
                    cwd
                };
                out.extend_from_slice(&shown);
            }
            b't' => out.extend_from_slice(&time(b"%H:%M:%S")),
            b'T' => out.extend_from_slice(&time(b"%I:%M:%S")),
            b'@' => out.extend_from_slice(&time(b"%I:%M %p")),
            b'A' => out.extend_from_slice(&time(b"%H:%M")),
            b'd' => out.extend_from_slice(&time(b"%a %b %d")),
            b'D' if text.get(at) == Some(&b'{') => {
                let end = text[at..].iter().position(|&c| c == b'}').map_or(text.len(), |len| at + len);
                let format = &text[at + 1..end];
                out.extend_from_slice(&time(if format.is_empty() { b"%X" } else { format }));
                at = (end + 1).min(text.len());
            }
            b's' => out.extend_from_slice(shell.name.rsplit(|&c| c == b'/').next().unwrap_or(b"bash")),
            b'v' => out.extend_from_slice(b"5.2"),
            b'V' => out.extend_from_slice(b"5.2.37"),
            b'j' => out.extend_from_slice(shell.jobs.list.len().to_string().as_bytes()),
            b'!' | b'#' => out.push(b'1'),
            b'0'..=b'7' => {
                let mut value = u32::from(c - b'0');
                let mut count = 1;
                while count < 3 {
                    match text.get(at) {
                        Some(d @ b'0'..=b'7') => value = value * 8 + u32::from(d - b'0'),
                        _ => break,
                    }
                    at += 1;
                    count += 1;
                }
                out.push(value as u8);
            }
            other => out.extend_from_slice(&[b'\\', other]),
        }
    }
    shell.expand_double(&out)
}
