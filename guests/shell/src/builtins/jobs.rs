//! `wait jobs kill fg bg disown suspend`

use super::Outcome;
use crate::arith::plain_integer;
use crate::names::is_name;
use crate::shell::Shell;
use crate::traps::{SIGNALS, Trap, signal_name, signal_number};
use crate::vars::Bytes;
use crate::world::{Pid, Sys, World};

pub fn wait(shell: &mut Shell, args: &[Bytes]) -> Outcome {
    let found = match shell.options_of(args, "nfp:", "wait [-fn] [-p var] [id ...]") {
        Ok(found) => found,
        Err(status) => return Ok(status),
    };
    let into = found.value(b'p').cloned();
    if let Some(name) = &into {
        if !is_name(name) {
            shell.fail("wait", &[b"`", &name[..], b"': not a valid identifier"].concat());
            return Ok(1);
        }
        let sym = shell.vars.names.sym(name);
        shell.vars.remove(sym);
    }
    let rest = &args[found.rest..];
    let mut pids: Vec<Pid> = Vec::new();
    let mut status = 0;
    for id in rest {
        if id.first() == Some(&b'%') {
            match shell.jobs.find(id) {
                Some(at) => pids.push(shell.jobs.list[at].pid),
                None => {
                    shell.fail("wait", &[&id[..], b": no such job"].concat());
                    status = 127;
                }
            }
            continue;
        }
        match plain_integer(id) {
            Some(number) => {
                let pid = number as Pid;
                let known = shell.jobs.by_pid(pid).is_some_and(|job| !job.foreign) || shell.process_sub_pids.contains(&pid) || shell.last_background == Some(pid);
                if known {
                    pids.push(pid);
                } else {
                    shell.fail("wait", format!("pid {number} is not a child of this shell").as_bytes());
                    status = 127;
                }
            }
            None if found.has(b'n') => {
                shell.fail("wait", &[&id[..], b": no such job"].concat());
                status = 127;
            }
            None => {
                shell.fail("wait", &[b"`", &id[..], b"': not a pid or valid job spec"].concat());
                status = 1;
            }
        }
    }
    if found.has(b'n') {
        if !rest.is_empty() && pids.is_empty() {
            return Ok(127);
        }
        let among = if rest.is_empty() { None } else { Some(&pids[..]) };
        let Some(pid) = shell.wait_next(among) else {
            if Sys::peek_signals() != 0 {
                return interrupted(shell);
            }
            return Ok(127);
        };
        if let Some(name) = into {
            shell.set_text(&name, pid.to_string().as_bytes());
        }
        let status = shell.jobs.by_pid(pid).and_then(|job| job.status).unwrap_or(127);
        shell.jobs.list.retain(|job| job.pid != pid);
        return Ok(status);
    }
    if rest.is_empty() {
        let all: Vec<Pid> = shell.jobs.list.iter().filter(|job| !job.foreign).map(|job| job.pid).chain(std::mem::take(&mut shell.process_sub_pids)).collect();
        for pid in all {
            if shell.wait_pid(pid).is_none() || signal_came() {
                return interrupted(shell);
            }
        }
        shell.jobs.list.retain(|job| job.foreign);
        return Ok(0);
    }
    for pid in pids {
        match shell.wait_pid(pid) {
            Some(code) => status = code,
            None => return interrupted(shell),
        }
        if let Some(name) = &into {
            let name = name.clone();
            shell.set_text(&name, pid.to_string().as_bytes());
        }
        if let Some(job) = shell.jobs.by_pid(pid) {
            job.told = true;
        }
    }
    Ok(status)
}

/// A trapped signal ends `wait` at once.
/// A signal that ends `wait`, though what was waited for may have ended at the same moment.
fn signal_came() -> bool {
    const CHILD: u64 = 1 << 16;
    Sys::peek_signals() & !CHILD != 0
}

fn interrupted(shell: &mut Shell) -> Outcome {
    let mask = Sys::take_signals();
    let mut status = 128;
    for number in 1..=64 {
        if mask & (1 << (number - 1)) != 0 {
            status = 128 + number;
            shell.act_on_signal(number)?;
        }
    }
    Ok(status)
}

pub fn jobs(shell: &mut Shell, args: &[Bytes]) -> Outcome {
    let found = match shell.options_of(args, "lpnrsx", "jobs [-lnprs] [jobspec ...] or jobs -x command [args]") {
        Ok(found) => found,
        Err(status) => return Ok(status),
    };
    shell.jobs.poll();
    let wanted = &args[found.rest..];
    let mut status = 0;
    let mut chosen = None;
    if !wanted.is_empty() {
        let mut all = Vec::new();
        for spec in wanted {
            let name = if spec.first() == Some(&b'%') { spec.clone() } else { [b"%", &spec[..]].concat() };
            match shell.jobs.find(&name) {
                Some(at) => all.push(shell.jobs.list[at].number),
                None => {
                    shell.fail("jobs", &[&spec[..], b": no such job"].concat());
                    status = 1;
                }
            }
        }
        chosen = Some(all);
    }
    let count = shell.jobs.list.len();
    let mut out = Vec::new();
    for (at, job) in shell.jobs.list.iter_mut().enumerate() {
        if chosen.as_ref().is_some_and(|all| !all.contains(&job.number)) {
            continue;
        }
        if found.has(b'r') && job.status.is_some() || found.has(b's') {
            continue;
        }
        if job.told && job.status.is_some() {
            continue;
        }
        if found.has(b'p') {
            out.extend_from_slice(format!("{}\n", job.pid).as_bytes());
            continue;
        }
        let mark = if at + 1 == count {
            '+'
        } else if at + 2 == count {
            '-'
        } else {
            ' '
        };
        let state = match (job.status, job.signaled) {
            (None, _) => "Running".to_string(),
            (Some(_), Some(signal)) => crate::traps::describe(signal),
            (Some(0), None) => "Done".to_string(),
            (Some(code), None) => format!("Exit {code}"),
        };
        let pid = if found.has(b'l') { format!("{} ", job.pid) } else { String::new() };
        let mut line = format!("[{}]{mark}  {pid}{state:<24}", job.number).into_bytes();
        line.extend_from_slice(job.text.split(|&c| c == b'\n').next().unwrap_or(b""));
        if job.status.is_none() && !job.text.ends_with(b"&") {
            line.extend_from_slice(b" &");
        }
        if job.status.is_some() {
            job.told = true;
            if let Some(text) = line.strip_suffix(b" &") {
                line = text.to_vec();
            }
        }
        line.push(b'\n');
        out.extend_from_slice(&line);
    }
    let written = shell.put_out("jobs", &out);
    Ok(if written != 0 { written } else { status })
}

pub fn list_signals(shell: &mut Shell) -> Outcome {
    let mut out = String::new();
    let mut column = 0;
    let realtime: Vec<(String, i32)> = (34..=64)
        .map(|n| {
            let name = match n {
                34 => "SIGRTMIN".to_string(),
                35..=49 => format!("SIGRTMIN+{}", n - 34),
                64 => "SIGRTMAX".to_string(),
                _ => format!("SIGRTMAX-{}", 64 - n),
            };
            (name, n)
        })
        .collect();
    for (name, number) in SIGNALS.iter().map(|item| (format!("SIG{}", item.0), item.1)).chain(realtime) {
        out.push_str(&format!("{number:2}) {name}"));
        column += 1;
        if column == 5 {
            out.push('\n');
            column = 0;
        } else {
            out.push('\t');
        }
    }
    if column != 0 {
        out.push('\n');
    }
    Ok(shell.put_out("kill", out.as_bytes()))
}

pub fn kill(shell: &mut Shell, args: &[Bytes]) -> Outcome {
    const USAGE: &[u8] =
        b"kill: usage: kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]\n";
    if args.len() == 1 {
        shell.write_error(USAGE);
        return Ok(2);
    }
    let mut at = 1;
    let mut signal = 15;
    let first = &args[1];
    if first == b"-l" || first == b"-L" {
        if args.len() == 2 {
            return list_signals(shell);
        }
        let mut status = 0;
        for arg in &args[2..] {
            let line = match plain_integer(arg) {
                Some(number) => {
                    let number = if number > 128 { number - 128 } else { number } as i32;
                    if number == 0 { Some("EXIT".to_string()) } else { signal_name(number).map(str::to_string) }
                }
                None => signal_number(arg).map(|number| number.to_string()),
            };
            match line {
                Some(line) => {
                    shell.put_out("kill", format!("{line}\n").as_bytes());
                }
                None => {
                    shell.fail("kill", &[&arg[..], b": invalid signal specification"].concat());
                    status = 1;
                }
            }
        }
        return Ok(status);
    }
    if first == b"--" {
        at = 2;
    } else if first.len() > 1 && first[0] == b'-' {
        let spec = match &first[..] {
            b"-s" | b"-n" => {
                at = 2;
                args.get(2).cloned().unwrap_or_default()
            }
            other if other.starts_with(b"-s") && signal_number(&other[1..]).is_none() => other[2..].to_vec(),
            other => other[1..].to_vec(),
        };
        at += 1;
        match signal_number(&spec) {
            Some(number) => signal = number,
            None => {
                shell.fail("kill", &[&spec[..], b": invalid signal specification"].concat());
                return Ok(1);
            }
        }
        if args.get(at).is_some_and(|arg| arg == b"--") {
            at += 1;
        }
    }
    if at >= args.len() {
        shell.write_error(USAGE);
        return Ok(2);
    }
    let _ = shell.flush();
    let mut status = 0;
    for target in &args[at..] {
        let pid = if target.first() == Some(&b'%') {
            match shell.jobs.find(target) {
                Some(place) => {
                    let job = &shell.jobs.list[place];
                    if job.status.is_some() {
                        let pid = job.pid;
                        shell.fail("kill", format!("({pid}) - No such process").as_bytes());
                        status = 1;
                        continue;
                    }
                    job.pid
                }
                None => {
                    shell.fail("kill", &[&target[..], b": no such job"].concat());
                    status = 1;
                    continue;
                }
            }
        } else {
            match plain_integer(target) {
                Some(number) => number as Pid,
                None => {
                    shell.fail("kill", &[&target[..], b": arguments must be process or job IDs"].concat());
                    status = 1;
                    continue;
                }
            }
        };
        // A subshell in this process has a number of its own.
        let own = Sys::pid() + shell.subshell as Pid * 100_000;
        if shell.subshell > 0 && pid == own {
            if signal != 0 {
                if shell.traps.has(Trap::Signal(signal)) {
                    shell.run_trap(Trap::Signal(signal))?;
                    continue;
                }
                shell.status = 128 + signal;
                return Err(crate::shell::Stop::Exit);
            }
            continue;
        }
        if let Err(error) = Sys::kill(pid, signal) {
            shell.fail("kill", format!("({pid}) - {}", error.text()).as_bytes());
            status = 1;
        }
    }
    if Sys::peek_signals() != 0 {
        shell.run_pending()?;
    }
    Ok(status)
}

pub fn foreground(shell: &mut Shell, args: &[Bytes]) -> Outcome {
    if !shell.options.monitor {
        shell.fail("fg", b"no job control");
        return Ok(1);
    }
    let spec = args.get(1).cloned().unwrap_or_else(|| b"%%".to_vec());
    match shell.jobs.find(&spec) {
        Some(at) => {
            let (pid, text) = (shell.jobs.list[at].pid, shell.jobs.list[at].text.clone());
            let shown = text.strip_suffix(b" &").unwrap_or(&text);
            shell.put_out("fg", &[shown, b"\n"].concat());
            let status = shell.wait_pid(pid).unwrap_or(128);
            shell.jobs.list.retain(|job| job.pid != pid);
            Ok(status)
        }
        None => {
            shell.fail("fg", &[&spec[..], b": no such job"].concat());
            Ok(1)
        }
    }
}

pub fn background(shell: &mut Shell, _: &[Bytes]) -> Outcome {
    shell.fail("bg", if shell.options.monitor { b"current: no such job" } else { b"no job control" });
    Ok(1)
}

pub fn disown(shell: &mut Shell, args: &[Bytes]) -> Outcome {
    let found = match shell.options_of(args, "ahr", "disown [-h] [-ar] [jobspec ... | pid ...]") {
        Ok(found) => found,
        Err(status) => return Ok(status),
    };
    if found.has(b'h') {
        return Ok(0);
    }
    let rest = &args[found.rest..];
    if rest.is_empty() {
        if found.has(b'a') || found.has(b'r') {
            shell.jobs.list.clear();
        } else if shell.jobs.list.pop().is_none() {
            shell.fail("disown", b"current: no such job");
            return Ok(1);
        }
        return Ok(0);
    }
    let mut status = 0;
    for spec in rest {
        let at = match plain_integer(spec) {
            Some(pid) => shell.jobs.list.iter().position(|job| i64::from(job.pid) == pid),
            None => shell.jobs.find(spec),
        };
        match at {
            Some(at) => {
                shell.jobs.list.remove(at);
            }
            None => {
                shell.fail("disown", &[&spec[..], b": no such job"].concat());
                status = 1;
            }
        }
    }
    Ok(status)
}

pub fn suspend(shell: &mut Shell, _: &[Bytes]) -> Outcome {
    shell.fail("suspend", b"cannot suspend: no job control");
    Ok(1)
}
