//! What steers the program: `break continue return exit eval source exec let times caller trap`.

use std::rc::Rc;

use super::Outcome;
use crate::arith::plain_integer;
use crate::shell::{Frame, Shell, Stop};
use crate::traps::{SIGNALS, Trap};
use crate::vars::Bytes;
use crate::world::{Errno, Sys, World};

fn count(shell: &mut Shell, args: &[Bytes], who: &str) -> Result<u32, Outcome> {
    let mut rest = &args[1..];
    if rest.first().is_some_and(|arg| arg == b"--") {
        rest = &rest[1..];
    }
    if rest.len() > 1 {
        shell.fail(who, b"too many arguments");
        shell.status = 1;
        return Err(Err(Stop::Break(u32::MAX)));
    }
    match rest.first() {
        None => Ok(1),
        Some(text) => match plain_integer(text) {
            Some(number) if number >= 1 => Ok(number.min(1 << 30) as u32),
            Some(_) => {
                shell.fail(who, &[&text[..], b": loop count out of range"].concat());
                shell.status = 1;
                Err(Err(Stop::Break(shell.loops)))
            }
            None => {
                shell.fail(who, &[&text[..], b": numeric argument required"].concat());
                shell.status = 128;
                Err(Err(Stop::Exit))
            }
        },
    }
}

pub fn break_loop(shell: &mut Shell, args: &[Bytes]) -> Outcome {
    if shell.loops == 0 {
        shell.fail("break", b"only meaningful in a `for', `while', or `until' loop");
        return Ok(0);
    }
    match count(shell, args, "break") {
        Ok(number) => {
            shell.status = 0;
            Err(Stop::Break(number.min(shell.loops)))
        }
        Err(outcome) => outcome,
    }
}

pub fn continue_loop(shell: &mut Shell, args: &[Bytes]) -> Outcome {
    if shell.loops == 0 {
        shell.fail("continue", b"only meaningful in a `for', `while', or `until' loop");
        return Ok(0);
    }
    match count(shell, args, "continue") {
        Ok(number) => {
            shell.status = 0;
            Err(Stop::Continue(number.min(shell.loops)))
        }
        Err(outcome) => outcome,
    }
}

/// The status that an argument of `exit` or `return` gives.
fn status_of(shell: &mut Shell, args: &[Bytes], who: &str) -> Result<i32, Outcome> {
    let mut rest = &args[1..];
    if rest.first().is_some_and(|arg| arg == b"--") {
        rest = &rest[1..];
    }
    let Some(text) = rest.first() else { return Ok(shell.status) };
    let Some(number) = plain_integer(text.trim_ascii()).or_else(|| {
        let text = text.strip_prefix(b"+")?;
        plain_integer(text)
    }).or_else(|| {
        // Leading zeros are fine.
        let digits = text.strip_prefix(b"-").unwrap_or(text);
        (!digits.is_empty() && digits.len() < 18 && digits.iter().all(u8::is_ascii_digit))
            .then(|| digits.iter().fold(0i64, |n, c| n * 10 + i64::from(c - b'0')))
    }) else {
        shell.fail(who, &[&text[..], b": numeric argument required"].concat());
        return Ok(2);
    };
    if rest.len() > 1 {
        shell.fail(who, b"too many arguments");
        // The rest of the line is given up.
        return Err(Err(Stop::Expansion(1)));
    }
    Ok((number & 0xff) as i32)
}

pub fn return_from(shell: &mut Shell, args: &[Bytes]) -> Outcome {
    if shell.frames.is_empty() {
        shell.fail("return", b"can only `return' from a function or sourced script");
        return Ok(2);
    }
    match status_of(shell, args, "return") {
        Ok(status) => {
            shell.status = status;
            Err(Stop::Return)
        }
        Err(outcome) => outcome,
    }
}

pub fn exit(shell: &mut Shell, args: &[Bytes]) -> Outcome {
    match status_of(shell, args, "exit") {
        Ok(status) => {
            shell.status = status;
            Err(Stop::Exit)
        }
        Err(outcome) => outcome,
    }
}

pub fn logout(shell: &mut Shell, _: &[Bytes]) -> Outcome {
    shell.fail("logout", b"not login shell: use `exit'");
    Ok(1)
}

pub fn eval(shell: &mut Shell, args: &[Bytes]) -> Outcome {
    let mut rest = &args[1..];
    if rest.first().is_some_and(|arg| arg == b"--") {
        rest = &rest[1..];
    } else if rest.first().is_some_and(|arg| arg.len() > 1 && arg[0] == b'-') {
        let letter = rest[0][1];
        shell.fail("eval", format!("-{}: invalid option", letter as char).as_bytes());
        shell.write_error(b"eval: usage: eval [arg ...]\n");
        return Ok(2);
    }
    let text = rest.join(&b' ');
    if text.iter().all(u8::is_ascii_whitespace) {
        return Ok(0);
    }
    let line = shell.line;
    shell.run_text(&text, line, "eval")?;
    Ok(shell.status)
}

pub fn source(shell: &mut Shell, args: &[Bytes]) -> Outcome {
    let who = String::from_utf8_lossy(&args[0]).into_owned();
    let found = match shell.options_of(args, "", &format!("{who} filename [arguments]")) {
        Ok(found) => found,
        Err(status) => return Ok(status),
    };
    let rest = &args[found.rest..];
    let Some(file) = rest.first().cloned() else {
        shell.fail(&who, b"filename argument required");
        shell.write_error(format!("{who}: usage: {who} filename [arguments]\n").as_bytes());
        return Ok(2);
    };
    let mut path = file.clone();
    if !file.contains(&b'/') && shell.shopts.sourcepath {
        let dirs = shell.var_text(crate::special::PATH)?.unwrap_or_default();
        for dir in dirs.split(|&c| c == b':').filter(|dir| !dir.is_empty()) {
            let candidate = [dir, b"/", &file].concat();
            if Sys::stat(&shell.path(&candidate), true).is_ok_and(|stat| stat.kind == crate::world::FileKind::File) {
                path = candidate;
                break;
            }
        }
    }
    let _ = shell.flush();
    let text = match shell.read_whole(&path) {
        Ok(text) => text,
        Err(error) => {
            let why = if error == Errno::ISDIR { "is a directory" } else { error.text() };
            let message: Vec<u8> = if error == Errno::ISDIR {
                [who.as_bytes(), b": ", &file, b": ", why.as_bytes()].concat()
            } else {
                [&file[..], b": ", why.as_bytes()].concat()
            };
            shell.complain(&message);
            return Ok(1);
        }
    };
    if text[..text.len().min(80)].contains(&0) {
        shell.fail(&who, &[&file[..], b": cannot execute binary file"].concat());
        return Ok(126);
    }
    let line = shell.line;
    let outer = if rest.len() > 1 {
        let given = Rc::new(rest[1..].to_vec());
        Some((std::mem::replace(&mut shell.positional, given.clone()), given))
    } else {
        None
    };
    shell.frames.push(Frame { name: b"source"[..].into(), source: path.into(), line, function: false });
    let loops = std::mem::replace(&mut shell.loops, 0);
    let result = shell.run_text(&text, 1, "source");
    shell.loops = loops;
    shell.frames.pop();
    if let Some((outer, given)) = outer {
        // What the file set stays.
        if Rc::ptr_eq(&shell.positional, &given) || *shell.positional == *given {
            shell.positional = outer;
        }
    }
    shell.line = line;
    match result {
        Ok(()) | Err(Stop::Return) => {}
        Err(stop) => return Err(stop),
    }
    let status = shell.status;
    shell.run_trap(Trap::Return)?;
    Ok(status)
}

pub fn exec(shell: &mut Shell, args: &[Bytes]) -> Outcome {
    let found = match shell.options_of(args, "cla:", "exec [-cl] [-a name] [command [argument ...]] [redirection ...]") {
        Ok(found) => found,
        Err(status) => return Ok(status),
    };
    let rest = &args[found.rest..];
    if rest.is_empty() {
        return Ok(0);
    }
    let name = match found.value(b'a') {
        Some(name) => Some(name.clone()),
        None if found.has(b'l') => Some([b"-", &rest[0][..]].concat()),
        None => None,
    };
    shell.exec_program(rest, name, found.has(b'c'))?;
    Ok(shell.status)
}

pub fn let_values(shell: &mut Shell, args: &[Bytes]) -> Outcome {
    let mut rest = &args[1..];
    if rest.first().is_some_and(|arg| arg == b"--") {
        rest = &rest[1..];
    }
    if rest.is_empty() {
        shell.fail("let", b"expression expected");
        return Ok(1);
    }
    let mut value = 0;
    for text in rest {
        match shell.arith_bytes(text, "let") {
            Ok(number) => value = number,
            Err(Stop::Expansion(_)) => return Ok(1),
            Err(stop) => return Err(stop),
        }
    }
    Ok(i32::from(value == 0))
}

pub fn times(shell: &mut Shell, _: &[Bytes]) -> Outcome {
    let t = Sys::times();
    let show = |micros: u64| format!("{}m{}.{:03}s", micros / 60_000_000, micros / 1_000_000 % 60, micros / 1000 % 1000);
    let text = format!("{} {}\n{} {}\n", show(t[0]), show(t[1]), show(t[2]), show(t[3]));
    Ok(shell.put_out("times", text.as_bytes()))
}

pub fn caller(shell: &mut Shell, args: &[Bytes]) -> Outcome {
    let frames = &shell.frames;
    if frames.is_empty() {
        return Ok(1);
    }
    let main = if shell.from_string { b"environment".to_vec() } else { shell.source.to_vec() };
    let source_of = |level: usize| -> Bytes {
        if level + 1 < frames.len() { frames[frames.len() - 2 - level].source.to_vec() } else { main.clone() }
    };
    let text = match args.get(1) {
        None => {
            let line = frames[frames.len() - 1].line;
            let source = if frames.len() < 2 && shell.from_string { b"NULL".to_vec() } else { source_of(0) };
            [format!("{line} ").as_bytes(), &source, b"\n"].concat()
        }
        Some(level) => {
            let Some(level) = plain_integer(level).and_then(|n| usize::try_from(n).ok()) else {
                let message = [&level[..], b": invalid number"].concat();
                shell.fail("caller", &message);
                shell.write_error(b"caller: usage: caller [expr]\n");
                return Ok(2);
            };
            if level >= frames.len() {
                return Ok(1);
            }
            let frame = &frames[frames.len() - 1 - level];
            let name = if level + 1 < frames.len() { frames[frames.len() - 2 - level].name.to_vec() } else { b"main".to_vec() };
            if level + 1 == frames.len() && shell.from_string {
                return Ok(1);
            }
            [format!("{} ", frame.line).as_bytes(), &name, b" ", &source_of(level), b"\n"].concat()
        }
    };
    Ok(shell.put_out("caller", &text))
}

pub fn trap(shell: &mut Shell, args: &[Bytes]) -> Outcome {
    let mut rest = &args[1..];
    let mut print = false;
    while let Some(arg) = rest.first() {
        match &arg[..] {
            b"--" => {
                rest = &rest[1..];
                break;
            }
            b"-p" => print = true,
            b"-l" => return super::jobs::list_signals(shell),
            b"-" => break,
            _ if arg.len() > 1 && arg[0] == b'-' => {
                shell.fail("trap", &[&arg[..2], b": invalid option"].concat());
                shell.write_error(b"trap: usage: trap [-lp] [[arg] signal_spec ...]\n");
                return Ok(2);
            }
            _ => break,
        }
        rest = &rest[1..];
    }
    if print || rest.is_empty() {
        let mut out = Vec::new();
        let mut status = 0;
        let wanted: Option<Vec<Trap>> = if rest.is_empty() {
            None
        } else {
            let mut all = Vec::new();
            for name in rest {
                match Trap::parse(name) {
                    Some(trap) => all.push(trap),
                    None => {
                        shell.fail("trap", &[&name[..], b": invalid signal specification"].concat());
                        status = 1;
                    }
                }
            }
            Some(all)
        };
        let all = shell.traps.all();
        let wanted = wanted.unwrap_or_else(|| all.iter().map(|item| item.0).collect());
        for trap in wanted {
            if let Some((_, action)) = all.iter().find(|item| item.0 == trap) {
                out.extend_from_slice(b"trap -- ");
                out.extend_from_slice(&crate::quote::single_quote(action));
                out.push(b' ');
                out.extend_from_slice(trap.name().as_bytes());
                out.push(b'\n');
            }
        }
        let written = shell.put_out("trap", &out);
        return Ok(if written != 0 { written } else { status });
    }
    let reset = rest[0] == b"-" || (rest.len() == 1 && Trap::parse(&rest[0]).is_some())
        || (plain_integer(&rest[0]).is_some() && Trap::parse(&rest[0]).is_some());
    let (action, names) = if rest[0] == b"-" {
        (None, &rest[1..])
    } else if reset {
        (None, rest)
    } else {
        (Some(rest[0].clone()), &rest[1..])
    };
    if names.is_empty() {
        shell.write_error(b"trap: usage: trap [-lp] [[arg] signal_spec ...]\n");
        return Ok(2);
    }
    let mut status = 0;
    for name in names {
        match Trap::parse(name) {
            Some(trap) => {
                if matches!(trap, Trap::Signal(9 | 19)) {
                    continue;
                }
                shell.set_trap(trap, action.clone());
            }
            None => {
                shell.fail("trap", &[&name[..], b": invalid signal specification"].concat());
                status = 1;
            }
        }
    }
    let _ = SIGNALS;
    Ok(status)
}
