//! `cd pwd pushd popd dirs`

use super::Outcome;
use crate::shell::Shell;
use crate::special;
use crate::vars::Bytes;
use crate::world::{Errno, FileKind, Sys, World};

/// Takes `.` and `..` and doubled slashes out of a path, as names alone.
pub fn tidy(path: &[u8]) -> Bytes {
    let mut pieces: Vec<&[u8]> = Vec::new();
    for piece in path.split(|&c| c == b'/') {
        match piece {
            b"" | b"." => {}
            b".." => {
                pieces.pop();
            }
            _ => pieces.push(piece),
        }
    }
    let mut out = Vec::new();
    for piece in pieces {
        out.push(b'/');
        out.extend_from_slice(piece);
    }
    if out.is_empty() {
        out.push(b'/');
    }
    out
}

/// The path with every link followed.
pub fn physical(path: &[u8]) -> Result<Bytes, Errno> {
    let mut done: Vec<Bytes> = Vec::new();
    let mut todo: Vec<Bytes> = path.split(|&c| c == b'/').rev().map(<[u8]>::to_vec).collect();
    let mut links = 0;
    while let Some(piece) = todo.pop() {
        match &piece[..] {
            b"" | b"." => continue,
            b".." => {
                done.pop();
                continue;
            }
            _ => {}
        }
        done.push(piece);
        let mut here = Vec::new();
        for piece in &done {
            here.push(b'/');
            here.extend_from_slice(piece);
        }
        if Sys::stat(&here, false)?.kind == FileKind::Link {
            links += 1;
            if links > 40 {
                return Err(Errno(40));
            }
            let target = Sys::read_link(&here)?;
            done.pop();
            if target.first() == Some(&b'/') {
                done.clear();
            }
            todo.extend(target.split(|&c| c == b'/').rev().map(<[u8]>::to_vec));
        }
    }
    let mut out = Vec::new();
    for piece in done {
        out.push(b'/');
        out.extend_from_slice(&piece);
    }
    if out.is_empty() {
        out.push(b'/');
    }
    Ok(out)
}

impl Shell {
    pub(crate) fn change_dir(&mut self, target: &[u8], physically: bool) -> Result<(), Errno> {
        let full = self.path(target);
        let new = if physically {
            physical(&full)?
        } else {
            // Each part in front of `..` must be there.
            let tidied = tidy(&full);
            let mut so_far = Vec::new();
            for piece in full.split(|&c| c == b'/') {
                if piece == b".." {
                    let here = if so_far.is_empty() { b"/".to_vec() } else { so_far.clone() };
                    if Sys::stat(&here, true)?.kind != FileKind::Dir {
                        return Err(Errno::NOTDIR);
                    }
                }
                so_far.push(b'/');
                so_far.extend_from_slice(piece);
            }
            tidied
        };
        Sys::enter(&new)?;
        let old = std::mem::replace(&mut self.cwd, new.clone());
        let _ = self.assign(special::OLDPWD, old);
        let _ = self.assign(special::PWD, new);
        Ok(())
    }

    fn home(&self) -> Option<Bytes> {
        self.vars.get(special::HOME).and_then(|var| var.scalar()).map(<[u8]>::to_vec)
    }

    fn shorten(&self, dir: &[u8]) -> Bytes {
        match self.home() {
            Some(home) if !home.is_empty() && home != b"/" => {
                if dir == home {
                    return b"~".to_vec();
                }
                match dir.strip_prefix(&home[..]) {
                    Some(rest) if rest.first() == Some(&b'/') => [b"~", rest].concat(),
                    _ => dir.to_vec(),
                }
            }
            _ => dir.to_vec(),
        }
    }
}

pub fn cd(shell: &mut Shell, args: &[Bytes]) -> Outcome {
    let found = match shell.options_of(args, "LPe@", "cd [-L|[-P [-e]] [-@]] [dir]") {
        Ok(found) => found,
        Err(status) => return Ok(status),
    };
    let physically = found
        .letters
        .iter()
        .rev()
        .find(|item| item.0 == b'P' || item.0 == b'L')
        .map_or(shell.options.physical, |item| item.0 == b'P');
    let rest = &args[found.rest..];
    if rest.len() > 1 {
        shell.fail("cd", b"too many arguments");
        return Ok(1);
    }
    let mut print = false;
    let target = match rest.first() {
        None => match shell.home() {
            Some(home) => home,
            None => {
                shell.fail("cd", b"HOME not set");
                return Ok(1);
            }
        },
        Some(dash) if dash == b"-" => match shell.var_text(special::OLDPWD)? {
            Some(old) => {
                print = true;
                old
            }
            None => {
                shell.fail("cd", b"OLDPWD not set");
                return Ok(1);
            }
        },
        Some(dir) => dir.clone(),
    };
    if target.is_empty() {
        return Ok(0);
    }
    let relative = !matches!(target.first(), Some(b'/' | b'.'))
        || (target.first() == Some(&b'.') && !matches!(&target[..], b"." | b"..") && !target.starts_with(b"./") && !target.starts_with(b"../"));
    if relative {
        if let Some(paths) = shell.var_text(special::CDPATH)? {
            for base in paths.split(|&c| c == b':') {
                let candidate = if base.is_empty() { target.clone() } else { [base, b"/", &target].concat() };
                if shell.change_dir(&candidate, physically).is_ok() {
                    if !base.is_empty() {
                        let line = [&shell.cwd[..], b"\n"].concat();
                        return Ok(shell.put_out("cd", &line));
                    }
                    return Ok(0);
                }
            }
        }
    }
    match shell.change_dir(&target, physically) {
        Ok(()) => {
            if print {
                let line = [&shell.cwd[..], b"\n"].concat();
                return Ok(shell.put_out("cd", &line));
            }
            Ok(0)
        }
        Err(error) => {
            shell.fail("cd", &[&target[..], b": ", error.text().as_bytes()].concat());
            Ok(1)
        }
    }
}

pub fn pwd(shell: &mut Shell, args: &[Bytes]) -> Outcome {
    let found = match shell.options_of(args, "LP", "pwd [-LP]") {
        Ok(found) => found,
        Err(status) => return Ok(status),
    };
    let physically = found.letters.last().map_or(shell.options.physical, |item| item.0 == b'P');
    let mut dir = if physically { physical(&shell.cwd).unwrap_or_else(|_| shell.cwd.clone()) } else { shell.cwd.clone() };
    dir.push(b'\n');
    Ok(shell.put_out("pwd", &dir))
}

fn show(shell: &mut Shell) -> Outcome {
    let mut all = vec![shell.cwd.clone()];
    all.extend(shell.dirs.iter().rev().cloned());
    let shown: Vec<Bytes> = all.iter().map(|dir| shell.shorten(dir)).collect();
    let mut line = shown.join(&b' ');
    line.push(b'\n');
    Ok(shell.put_out("dirs", &line))
}

/// `+N` or `-N`
fn is_index(arg: &[u8]) -> bool {
    arg.len() > 1 && matches!(arg[0], b'+' | b'-') && arg[1..].iter().all(u8::is_ascii_digit)
}

fn bad_argument(shell: &mut Shell, who: &str, arg: &[u8], what: &str) -> Outcome {
    shell.fail(who, &[arg, b": ", what.as_bytes()].concat());
    let usage = match who {
        "pushd" => "pushd: usage: pushd [-n] [+N | -N | dir]\n",
        "popd" => "popd: usage: popd [-n] [+N | -N]\n",
        _ => "dirs: usage: dirs [-clpv] [+N] [-N]\n",
    };
    shell.write_error(usage.as_bytes());
    Ok(2)
}

/// The place of `+N` or `-N` in the stack, the current directory being 0.
fn place(text: &[u8], count: usize) -> Option<usize> {
    let number = usize::try_from(crate::arith::plain_integer(text.get(1..)?)?).ok()?;
    match text.first()? {
        b'+' if number < count => Some(number),
        b'-' if number < count => Some(count - 1 - number),
        _ => None,
    }
}

pub fn pushd(shell: &mut Shell, args: &[Bytes]) -> Outcome {
    let mut quiet = false;
    let mut rest: Vec<&Bytes> = Vec::new();
    for arg in &args[1..] {
        if arg == b"-n" {
            quiet = true;
        } else if is_index(arg) || rest.is_empty() && arg == b"-" {
            rest.push(arg);
        } else if arg.first() == Some(&b'-') && arg != b"--" {
            return bad_argument(shell, "pushd", arg, "invalid number");
        } else if arg != b"--" {
            rest.push(arg);
        }
    }
    let count = shell.dirs.len() + 1;
    match rest.first() {
        None => {
            let Some(top) = shell.dirs.pop() else {
                shell.fail("pushd", b"no other directory");
                return Ok(1);
            };
            let old = shell.cwd.clone();
            if let Err(error) = shell.change_dir(&top, false) {
                shell.fail("pushd", &[&top[..], b": ", error.text().as_bytes()].concat());
                shell.dirs.push(top);
                return Ok(1);
            }
            shell.dirs.push(old);
        }
        Some(arg) if is_index(arg) => {
            let Some(at) = place(arg, count) else {
                let message = if count == 1 { b"directory stack empty".to_vec() } else { [&arg[..], b": directory stack index out of range"].concat() };
                shell.fail("pushd", &message);
                return Ok(1);
            };
            let mut all = vec![shell.cwd.clone()];
            all.extend(shell.dirs.iter().rev().cloned());
            all.rotate_left(at);
            let top = all.remove(0);
            if let Err(error) = shell.change_dir(&top, false) {
                shell.fail("pushd", &[&top[..], b": ", error.text().as_bytes()].concat());
                return Ok(1);
            }
            all.reverse();
            shell.dirs = all;
        }
        Some(dir) => {
            let dir = (*dir).clone();
            if quiet {
                let full = shell.path(&dir);
                shell.dirs.push(full);
            } else {
                let old = shell.cwd.clone();
                if let Err(error) = shell.change_dir(&dir, false) {
                    shell.fail("pushd", &[&dir[..], b": ", error.text().as_bytes()].concat());
                    return Ok(1);
                }
                shell.dirs.push(old);
            }
        }
    }
    show(shell)
}

pub fn popd(shell: &mut Shell, args: &[Bytes]) -> Outcome {
    let quiet = args.iter().any(|arg| arg == b"-n");
    let count = shell.dirs.len() + 1;
    let index = args[1..].iter().find(|arg| is_index(arg));
    if let Some(arg) = args[1..].iter().find(|arg| !is_index(arg) && *arg != b"-n" && *arg != b"--") {
        return bad_argument(shell, "popd", arg, if arg.first() == Some(&b'-') { "invalid number" } else { "invalid argument" });
    }
    if shell.dirs.is_empty() {
        shell.fail("popd", b"directory stack empty");
        return Ok(1);
    }
    let at = match index {
        None => {
            if quiet {
                1
            } else {
                0
            }
        }
        Some(arg) => match place(arg, count) {
            Some(at) => at,
            None => {
                shell.fail("popd", &[&arg[..], b": directory stack index out of range"].concat());
                return Ok(1);
            }
        },
    };
    if at == 0 {
        if let Some(top) = shell.dirs.pop() {
            if let Err(error) = shell.change_dir(&top, false) {
                shell.fail("popd", &[&top[..], b": ", error.text().as_bytes()].concat());
                shell.dirs.push(top);
                return Ok(1);
            }
        }
    } else {
        let place = shell.dirs.len() - at;
        shell.dirs.remove(place);
    }
    show(shell)
}

pub fn dirs(shell: &mut Shell, args: &[Bytes]) -> Outcome {
    let (mut long, mut lines, mut numbers) = (false, false, false);
    let mut all = vec![shell.cwd.clone()];
    all.extend(shell.dirs.iter().rev().cloned());
    for arg in &args[1..] {
        match &arg[..] {
            _ if matches!(arg.first(), Some(b'+' | b'-')) && arg.len() > 1 && arg[1].is_ascii_digit() => {
                let Some(at) = place(arg, all.len()) else {
                    let message = if all.len() == 1 { b"directory stack empty".to_vec() } else { [&arg[1..], b": directory stack index out of range"].concat() };
                    shell.fail("dirs", &message);
                    return Ok(1);
                };
                let dir = if long { all[at].clone() } else { shell.shorten(&all[at]) };
                return Ok(shell.put_out("dirs", &[&dir[..], b"\n"].concat()));
            }
            b"--" => {}
            _ if arg.len() > 1 && arg[0] == b'-' && arg[1..].iter().all(|c| b"clpv".contains(c)) => {
                if arg.contains(&b'c') {
                    shell.dirs.clear();
                    return Ok(0);
                }
                long |= arg.contains(&b'l');
                lines |= arg.contains(&b'p');
                numbers |= arg.contains(&b'v');
            }
            _ => return bad_argument(shell, "dirs", arg, if matches!(arg.first(), Some(b'-' | b'+')) { "invalid number" } else { "invalid argument" }),
        }
    }
    let mut out = Vec::new();
    for (at, dir) in all.iter().enumerate() {
        let dir = if long { dir.clone() } else { shell.shorten(dir) };
        if numbers {
            out.extend_from_slice(format!("{at:2}  ").as_bytes());
        } else if at > 0 && !lines {
            out.push(b' ');
        }
        out.extend_from_slice(&dir);
        if numbers || lines {
            out.push(b'\n');
        }
    }
    if !numbers && !lines {
        out.push(b'\n');
    }
    Ok(shell.put_out("dirs", &out))
}
