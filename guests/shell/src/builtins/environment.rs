//! `set shopt shift unset getopts umask ulimit`

use std::rc::Rc;

use super::Outcome;
use crate::arith::plain_integer;
use crate::names::is_name;
use crate::options::{Options, Shopts};
use crate::shell::{Shell, Stop};
use crate::special;
use crate::vars::{Bytes, NAMEREF, Value};
use crate::world::{Sys, World};

fn list_options(shell: &mut Shell, commands: bool) -> Outcome {
    let mut out = String::new();
    for (name, _) in Options::NAMES {
        let on = shell.options.get(name) == Some(true);
        if commands {
            out.push_str(&format!("set {}o {name}\n", if on { '-' } else { '+' }));
        } else {
            out.push_str(&format!("{name:<15}\t{}\n", if on { "on" } else { "off" }));
        }
    }
    Ok(shell.put_out("set", out.as_bytes()))
}

pub fn set(shell: &mut Shell, args: &[Bytes]) -> Outcome {
    if args.len() == 1 {
        let mut out = Vec::new();
        for (sym, name) in shell.vars.all() {
            if name.contains(&b'%') {
                continue;
            }
            if let Some(line) = super::set_line(shell, sym) {
                out.extend_from_slice(&line);
            }
        }
        if !shell.options.posix {
            let mut names: Vec<Bytes> = shell.functions.keys().cloned().collect();
            names.sort();
            for name in names {
                if let Some(function) = shell.functions.get(&name) {
                    out.extend_from_slice(&crate::print::function_text(&name, function));
                    out.push(b'\n');
                }
            }
        }
        return Ok(shell.put_out("set", &out));
    }
    let mut at = 1;
    let mut positional = false;
    while at < args.len() {
        let arg = &args[at];
        if arg == b"--" {
            at += 1;
            positional = true;
            break;
        }
        if arg == b"-" {
            at += 1;
            shell.options.xtrace = false;
            shell.options.verbose = false;
            if at < args.len() {
                positional = true;
            }
            break;
        }
        if arg.len() < 2 || !matches!(arg[0], b'-' | b'+') {
            positional = true;
            break;
        }
        let on = arg[0] == b'-';
        for &letter in &arg[1..] {
            if letter == b'o' {
                at += 1;
                let Some(name) = args.get(at) else {
                    return list_options(shell, !on);
                };
                let text = String::from_utf8_lossy(name).into_owned();
                if !shell.options.set(&text, on) {
                    shell.fail("set", &[&name[..], b": invalid option name"].concat());
                    return Ok(2);
                }
                if text == "posix" && on {
                    shell.shopts.expand_aliases = true;
                }
                continue;
            }
            match shell.options.letter(letter) {
                Some(name) => {
                    shell.options.set(name, on);
                }
                None => {
                    shell.fail("set", &[&[arg[0], letter][..], b": invalid option"].concat());
                    shell.write_error(b"set: usage: set [-abefhkmnptuvxBCEHPT] [-o option-name] [--] [-] [arg ...]\n");
                    return Ok(2);
                }
            }
        }
        at += 1;
    }
    if positional {
        shell.positional = Rc::new(args[at..].to_vec());
    }
    Ok(0)
}

pub fn shopt(shell: &mut Shell, args: &[Bytes]) -> Outcome {
    let found = match shell.options_of(args, "suqpo", "shopt [-pqsu] [-o] [optname ...]") {
        Ok(found) => found,
        Err(status) => return Ok(status),
    };
    let (on, off, quiet) = (found.has(b's'), found.has(b'u'), found.has(b'q'));
    if on && off {
        shell.fail("shopt", b"cannot set and unset shell options simultaneously");
        return Ok(1);
    }
    let set_options = found.has(b'o');
    let rest = &args[found.rest..];
    let names: Vec<&str> = if set_options {
        Options::NAMES.iter().map(|item| item.0).collect()
    } else {
        Shopts::NAMES.iter().map(|item| item.0).collect()
    };
    let get = |shell: &Shell, name: &str| if set_options { shell.options.get(name) } else { shell.shopts.get(name) };
    let line = |name: &str, value: bool| {
        if found.has(b'p') {
            if set_options {
                format!("set {}o {name}\n", if value { '-' } else { '+' })
            } else {
                format!("shopt -{} {name}\n", if value { 's' } else { 'u' })
            }
        } else if set_options {
            format!("{name:<15}\t{}\n", if value { "on" } else { "off" })
        } else {
            format!("{name:<15}\t{}\n", if value { "on" } else { "off" })
        }
    };
    if rest.is_empty() {
        let mut out = String::new();
        for name in names {
            let value = get(shell, name) == Some(true);
            if (on && !value) || (off && value) {
                continue;
            }
            out.push_str(&line(name, value));
        }
        return Ok(if quiet { 0 } else { shell.put_out("shopt", out.as_bytes()) });
    }
    let mut status = 0;
    for name in rest {
        let text = String::from_utf8_lossy(name).into_owned();
        let Some(value) = get(shell, &text) else {
            let kind: &[u8] = if set_options { b": invalid option name" } else { b": invalid shell option name" };
            shell.fail("shopt", &[&name[..], kind].concat());
            status = 1;
            continue;
        };
        if on || off {
            if set_options {
                shell.options.set(&text, on);
            } else {
                shell.shopts.set(&text, on);
            }
            continue;
        }
        if !value {
            status = 1;
        }
        if !quiet {
            shell.put_out("shopt", line(&text, value).as_bytes());
        }
    }
    Ok(status)
}

pub fn shift(shell: &mut Shell, args: &[Bytes]) -> Outcome {
    let mut rest = &args[1..];
    if rest.first().is_some_and(|arg| arg == b"--") {
        rest = &rest[1..];
    }
    let count = match rest.first() {
        None => 1,
        Some(text) => match plain_integer(text) {
            Some(count) => count,
            None => {
                shell.fail("shift", &[&text[..], b": numeric argument required"].concat());
                return Ok(1);
            }
        },
    };
    if rest.len() > 1 {
        shell.fail("shift", b"too many arguments");
        return Ok(1);
    }
    if count < 0 {
        shell.fail("shift", &[&rest[0][..], b": shift count out of range"].concat());
        return Ok(1);
    }
    if count as usize > shell.positional.len() {
        if shell.shopts.shift_verbose {
            shell.fail("shift", &[crate::arith::itoa(count), b": shift count out of range".to_vec()].concat());
        }
        return Ok(1);
    }
    Rc::make_mut(&mut shell.positional).drain(..count as usize);
    Ok(0)
}

pub fn unset(shell: &mut Shell, args: &[Bytes]) -> Outcome {
    let found = match shell.options_of(args, "fvn", "unset [-f] [-v] [-n] [name ...]") {
        Ok(found) => found,
        Err(status) => return Ok(status),
    };
    let (functions, variables, refs) = (found.has(b'f'), found.has(b'v'), found.has(b'n'));
    if functions && variables {
        shell.fail("unset", b"cannot simultaneously unset a function and a variable");
        return Ok(1);
    }
    let mut status = 0;
    for name in &args[found.rest..] {
        if functions {
            if shell.readonly_functions().contains(name) {
                shell.fail("unset", &[&name[..], b": cannot unset: readonly function"].concat());
                status = 1;
                continue;
            }
            Rc::make_mut(&mut shell.functions).remove(name);
            continue;
        }
        match unset_variable(shell, name, refs, variables) {
            Ok(Some(true)) => {}
            Ok(Some(false)) => status = 1,
            Ok(None) => {
                if !variables && shell.functions.contains_key(name) {
                    if shell.readonly_functions().contains(name) {
                        shell.fail("unset", &[&name[..], b": cannot unset: readonly function"].concat());
                        status = 1;
                        continue;
                    }
                    Rc::make_mut(&mut shell.functions).remove(name);
                }
            }
            Err(Stop::Expansion(_)) => status = 1,
            Err(stop) => return Err(stop),
        }
    }
    Ok(status)
}

/// `None`: there is no such variable; false: an error was reported.
fn unset_variable(shell: &mut Shell, text: &[u8], refs: bool, only: bool) -> Result<Option<bool>, Stop> {
    let mut name = text.to_vec();
    let mut sub = None;
    if let Some(open) = name.iter().position(|&c| c == b'[') {
        if name.last() == Some(&b']') {
            sub = Some(name[open + 1..name.len() - 1].to_vec());
            name.truncate(open);
        }
    }
    if !is_name(&name) {
        if !only {
            return Ok(None);
        }
        shell.fail("unset", &[b"`", text, b"': not a valid identifier"].concat());
        return Ok(Some(false));
    }
    let mut sym = shell.vars.names.sym(&name);
    if !refs {
        let (target, inner) = shell.resolve(sym)?;
        if target != sym {
            sym = target;
            if sub.is_none() {
                sub = inner;
            }
        }
    } else if !shell.vars.get(sym).is_some_and(|var| var.has(NAMEREF)) {
        return Ok(Some(true));
    }
    if shell.is_readonly(sym) {
        let message = [&name[..], b": cannot unset: readonly variable"].concat();
        shell.fail("unset", &message);
        return Ok(Some(false));
    }
    if shell.vars.get(sym).is_none() {
        if sym < special::DYNAMIC {
            *shell.vars.entry(sym) = Some(crate::vars::Var::new(Value::Unset));
            return Ok(Some(true));
        }
        return Ok(None);
    }
    let Some(sub) = sub else {
        shell.vars.unset_dynamic(sym);
        shell.vars.touch_exports();
        if sym < special::HOOKED {
            shell.changed(sym);
        }
        return Ok(Some(true));
    };
    if shell.is_assoc(sym) {
        let key = shell.expand_text(&sub)?;
        if let Value::Assoc(items) = &mut shell.vars.var_mut(sym).value {
            items.remove(&key);
        }
        return Ok(Some(true));
    }
    if sub == b"@" || sub == b"*" {
        if let Value::Array(items) = &mut shell.vars.var_mut(sym).value {
            items.clear();
        }
        return Ok(Some(true));
    }
    let index = shell.arith_bytes(&sub, "")?;
    match &mut shell.vars.var_mut(sym).value {
        Value::Array(items) => {
            let at = if index < 0 { items.last_key_value().map_or(-1, |(last, _)| *last) + 1 + index } else { index };
            if at < 0 {
                let message = [b"[", &sub[..], b"]: bad array subscript"].concat();
                shell.fail("unset", &message);
                return Ok(Some(false));
            }
            items.remove(&at);
        }
        _ => {
            if index == 0 {
                shell.vars.remove(sym);
            } else {
                let message = [&name[..], b": not an array variable"].concat();
                shell.fail("unset", &message);
                return Ok(Some(false));
            }
        }
    }
    Ok(Some(true))
}

pub fn getopts(shell: &mut Shell, args: &[Bytes]) -> Outcome {
    let found = match shell.options_of(args, "", "getopts optstring name [arg ...]") {
        Ok(found) => found,
        Err(status) => return Ok(status),
    };
    // The name stands where it stands without `--`.
    let args = &args[found.rest - 1..];
    if args.len() < 3 {
        shell.write_error(b"getopts: usage: getopts optstring name [arg ...]\n");
        return Ok(2);
    }
    let (spec, name) = (args[1].clone(), args[2].clone());
    if !is_name(&name) {
        shell.fail("getopts", &[b"`", &name[..], b"': not a valid identifier"].concat());
        return Ok(1);
    }
    let list: Vec<Bytes> = if args.len() > 3 { args[3..].to_vec() } else { shell.positional.to_vec() };
    let index = shell.var_text(special::OPTIND)?.as_deref().and_then(plain_integer).unwrap_or(1).max(1) as usize;
    let quiet = spec.first() == Some(&b':');
    let show = !quiet && shell.var_text(special::OPTERR)?.as_deref() != Some(b"0");
    let place = shell.getopts_at;
    let set_index = |shell: &mut Shell, index: usize, place: usize| -> Result<(), Stop> {
        shell.assign(special::OPTIND, index.to_string().into_bytes())?;
        shell.getopts_at = place;
        Ok(())
    };
    let end = |shell: &mut Shell, index: usize| -> Outcome {
        set_index(shell, index, 0)?;
        shell.vars.remove(special::OPTARG);
        shell.set_text(&name, b"?");
        Ok(1)
    };
    let Some(arg) = list.get(index - 1) else { return end(shell, index.min(list.len() + 1)) };
    let place = if place == 0 {
        if arg.len() < 2 || arg[0] != b'-' {
            return end(shell, index);
        }
        if arg == b"--" {
            return end(shell, index + 1);
        }
        1
    } else {
        place
    };
    let Some(&letter) = arg.get(place) else { return end(shell, index) };
    let (mut next, mut next_place) = if place + 1 < arg.len() { (index, place + 1) } else { (index + 1, 0) };
    let known = letter != b':' && spec.iter().skip(usize::from(quiet)).any(|&c| c == letter);
    let who = shell.name.clone();
    if !known {
        set_index(shell, next, next_place)?;
        shell.set_text(&name, b"?");
        if quiet {
            shell.assign(special::OPTARG, vec![letter])?;
        } else {
            shell.vars.remove(special::OPTARG);
            if show {
                shell.write_error(&[&who[..], b": illegal option -- ", &[letter], b"\n"].concat());
            }
        }
        return Ok(0);
    }
    let takes = spec.iter().position(|&c| c == letter).and_then(|at| spec.get(at + 1)) == Some(&b':');
    if !takes {
        set_index(shell, next, next_place)?;
        shell.vars.remove(special::OPTARG);
        shell.set_text(&name, &[letter]);
        return Ok(0);
    }
    let value = if place + 1 < arg.len() {
        next = index + 1;
        Some(arg[place + 1..].to_vec())
    } else {
        let value = list.get(index).cloned();
        next = if value.is_some() { index + 2 } else { index + 1 };
        value
    };
    next_place = 0;
    set_index(shell, next, next_place)?;
    match value {
        Some(value) => {
            shell.assign(special::OPTARG, value)?;
            shell.set_text(&name, &[letter]);
        }
        None if quiet => {
            shell.assign(special::OPTARG, vec![letter])?;
            shell.set_text(&name, b":");
        }
        None => {
            shell.vars.remove(special::OPTARG);
            shell.set_text(&name, b"?");
            if show {
                shell.write_error(&[&who[..], b": option requires an argument -- ", &[letter], b"\n"].concat());
            }
        }
    }
    Ok(0)
}

pub fn umask(shell: &mut Shell, args: &[Bytes]) -> Outcome {
    let found = match shell.options_of(args, "pS", "umask [-p] [-S] [mode]") {
        Ok(found) => found,
        Err(status) => return Ok(status),
    };
    let Some(mode) = args.get(found.rest) else {
        let mask = shell.umask;
        let text = if found.has(b'S') {
            let part = |shift: u32| {
                let allowed = !(mask >> shift) & 7;
                format!(
                    "{}{}{}",
                    if allowed & 4 != 0 { "r" } else { "" },
                    if allowed & 2 != 0 { "w" } else { "" },
                    if allowed & 1 != 0 { "x" } else { "" }
                )
            };
            let modes = format!("u={},g={},o={}", part(6), part(3), part(0));
            if found.has(b'p') { format!("umask -S {modes}\n") } else { format!("{modes}\n") }
        } else if found.has(b'p') {
            format!("umask {mask:04o}\n")
        } else {
            format!("{mask:04o}\n")
        };
        return Ok(shell.put_out("umask", text.as_bytes()));
    };
    let mask = if mode.first().is_some_and(u8::is_ascii_digit) {
        match std::str::from_utf8(mode).ok().and_then(|text| u32::from_str_radix(text, 8).ok()) {
            Some(mask) if mask <= 0o777 => mask,
            _ => {
                let mode = mode.clone();
                shell.fail("umask", &[&mode[..], b": octal number out of range"].concat());
                return Ok(1);
            }
        }
    } else {
        let mut allowed = !shell.umask & 0o777;
        for clause in mode.split(|&c| c == b',') {
            let op_at = clause.iter().position(|c| matches!(c, b'+' | b'-' | b'='));
            let Some(op_at) = op_at else {
                let mode = mode.clone();
                shell.fail("umask", &[b"`", &mode[..1], b"': invalid symbolic mode operator"].concat());
                return Ok(1);
            };
            let mut who = 0;
            for c in &clause[..op_at] {
                who |= match c {
                    b'u' => 0o700,
                    b'g' => 0o070,
                    b'o' => 0o007,
                    _ => 0o777,
                };
            }
            if who == 0 {
                who = 0o777;
            }
            let mut bits = 0;
            for c in &clause[op_at + 1..] {
                bits |= match c {
                    b'r' => 0o444,
                    b'w' => 0o222,
                    b'x' => 0o111,
                    _ => 0,
                };
            }
            match clause[op_at] {
                b'+' => allowed |= bits & who,
                b'-' => allowed &= !(bits & who),
                _ => allowed = (allowed & !who) | (bits & who),
            }
        }
        !allowed & 0o777
    };
    shell.umask = mask;
    Sys::umask(mask);
    Ok(0)
}

pub fn ulimit(shell: &mut Shell, args: &[Bytes]) -> Outcome {
    const USAGE: &str = "ulimit [-SHabcdefiklmnpqrstuvxPRT] [limit]";
    // A letter may stand alone or have its limit behind it.
    for arg in args[1..].iter().filter(|arg| arg.first() == Some(&b'-') && arg[..] != *b"--") {
        if let Some(&letter) = arg[1..].iter().find(|letter| !b"SHabcdefiklmnpqrstuvxPRT".contains(letter)) {
            if letter.is_ascii_digit() && arg.len() > 2 {
                continue;
            }
            shell.fail("ulimit", format!("-{}: invalid option", letter as char).as_bytes());
            shell.write_error(format!("ulimit: usage: {USAGE}\n").as_bytes());
            return Ok(2);
        }
    }
    if args.iter().any(|arg| arg == b"-a") {
        let out = b"core file size              (blocks, -c) unlimited\nopen files                          (-n) unlimited\nmax user processes                  (-u) unlimited\n";
        return Ok(shell.put_out("ulimit", out));
    }
    match args[1..].iter().find(|arg| arg.first() != Some(&b'-')) {
        // Limits are the sandbox' own: asking for one is accepted.
        Some(text) if matches!(&text[..], b"unlimited" | b"hard" | b"soft") || text.iter().all(u8::is_ascii_digit) => Ok(0),
        Some(text) => {
            let message = [&text[..], b": invalid number"].concat();
            shell.fail("ulimit", &message);
            Ok(1)
        }
        None => Ok(shell.put_out("ulimit", b"unlimited\n")),
    }
}
