//! Which command a name means: `command builtin type hash enable alias unalias help`.

use std::rc::Rc;

use super::Outcome;
use crate::parse::commands::is_reserved;
use crate::shell::Shell;
use crate::vars::Bytes;
use crate::world::{Access, FileKind, Sys, World};

fn is_keyword(name: &[u8]) -> bool {
    is_reserved(name)
}

/// What a name is, in the order in which bash looks.
enum Meaning {
    Alias(Bytes),
    Keyword,
    Function,
    Builtin,
    File(Bytes),
    Hashed(Bytes),
}

fn meanings(shell: &Shell, name: &[u8], all: bool, functions: bool, path_only: bool) -> Vec<Meaning> {
    let mut found = Vec::new();
    if !path_only {
        if shell.shopts.expand_aliases {
            if let Some(text) = shell.aliases.get(name) {
                found.push(Meaning::Alias(text.clone()));
            }
        }
        if is_keyword(name) {
            found.push(Meaning::Keyword);
        }
        if functions && shell.functions.contains_key(name) {
            found.push(Meaning::Function);
        }
        if shell.find_builtin(name).is_some() {
            found.push(Meaning::Builtin);
        }
        if !found.is_empty() && !all {
            return found;
        }
    }
    if name.contains(&b'/') {
        let full = shell.path(name);
        if Sys::stat(&full, true).is_ok_and(|stat| stat.kind == FileKind::File) && Sys::access(&full, Access::Execute) {
            found.push(Meaning::File(name.to_vec()));
        }
        return found;
    }
    if !all {
        if let Some((path, _)) = shell.hash.get(name) {
            found.push(Meaning::Hashed(path.clone()));
            return found;
        }
    }
    found.extend(shell.search_all(name).into_iter().map(Meaning::File));
    found
}

/// `name is …`, as `type` and `command -V` say it.
fn describe(shell: &Shell, name: &[u8], meaning: &Meaning) -> Bytes {
    let text: Bytes = match meaning {
        Meaning::Alias(text) => [b"is aliased to `", &text[..], b"'"].concat(),
        Meaning::Keyword => b"is a shell keyword".to_vec(),
        Meaning::Function => {
            let body = shell.functions.get(name).map(|function| crate::print::function_text(name, function)).unwrap_or_default();
            [b"is a function\n", &body[..]].concat()
        }
        Meaning::Builtin => b"is a shell builtin".to_vec(),
        Meaning::File(path) => [b"is ", &path[..]].concat(),
        Meaning::Hashed(path) => [b"is hashed (", &path[..], b")"].concat(),
    };
    [name, b" ", &text, b"\n"].concat()
}

pub fn type_of(shell: &mut Shell, args: &[Bytes]) -> Outcome {
    let found = match shell.options_of(args, "afptP", "type [-afptP] name [name ...]") {
        Ok(found) => found,
        Err(status) => return Ok(status),
    };
    let (all, word, path) = (found.has(b'a'), found.has(b't'), found.has(b'p') || found.has(b'P'));
    let mut status = 0;
    for name in &args[found.rest..] {
        let list = meanings(shell, name, all, !found.has(b'f'), found.has(b'P'));
        if list.is_empty() {
            if !word && !path {
                shell.fail("type", &[&name[..], b": not found"].concat());
            }
            status = 1;
            continue;
        }
        let mut out = Vec::new();
        for meaning in list.iter().take(if all { usize::MAX } else { 1 }) {
            if word {
                out.extend_from_slice(match meaning {
                    Meaning::Alias(_) => b"alias\n",
                    Meaning::Keyword => b"keyword\n",
                    Meaning::Function => b"function\n",
                    Meaning::Builtin => b"builtin\n",
                    Meaning::File(_) | Meaning::Hashed(_) => b"file\n",
                });
            } else if path {
                if let Meaning::File(path) | Meaning::Hashed(path) = meaning {
                    out.extend_from_slice(path);
                    out.push(b'\n');
                }
            } else {
                out.extend_from_slice(&describe(shell, name, meaning));
            }
        }
        shell.put_out("type", &out);
    }
    Ok(status)
}

pub fn command(shell: &mut Shell, args: &[Bytes]) -> Outcome {
    let found = match shell.options_of(args, "pvV", "command [-pVv] command [arg ...]") {
        Ok(found) => found,
        Err(status) => return Ok(status),
    };
    let rest = &args[found.rest..];
    if rest.is_empty() {
        return Ok(0);
    }
    if found.has(b'v') || found.has(b'V') {
        let mut status = 1;
        for name in rest {
            let list = meanings(shell, name, false, true, false);
            let Some(meaning) = list.first() else {
                if found.has(b'V') {
                    shell.fail("command", &[&name[..], b": not found"].concat());
                }
                continue;
            };
            status = 0;
            let out = if found.has(b'V') {
                describe(shell, name, meaning)
            } else {
                match meaning {
                    Meaning::Alias(text) => [b"alias ", &name[..], b"=", &crate::quote::single_quote(text), b"\n"].concat(),
                    Meaning::File(path) | Meaning::Hashed(path) => [&path[..], b"\n"].concat(),
                    _ => [&name[..], b"\n"].concat(),
                }
            };
            shell.put_out("command", &out);
        }
        return Ok(status);
    }
    let argv = rest.to_vec();
    if let Some(builtin) = shell.find_builtin(&argv[0]) {
        shell.run_builtin(builtin, argv, Vec::new())?;
    } else {
        shell.run_external(argv)?;
    }
    Ok(shell.status)
}

pub fn builtin(shell: &mut Shell, args: &[Bytes]) -> Outcome {
    let found = match shell.options_of(args, "", "builtin [shell-builtin [arg ...]]") {
        Ok(found) => found,
        Err(status) => return Ok(status),
    };
    let rest = &args[found.rest..];
    let Some(name) = rest.first() else { return Ok(0) };
    match shell.builtins.get(&name[..]).copied() {
        Some(found) => {
            shell.run_builtin(found, rest.to_vec(), Vec::new())?;
            Ok(shell.status)
        }
        None => {
            shell.fail("builtin", &[&name[..], b": not a shell builtin"].concat());
            Ok(1)
        }
    }
}

pub fn hash(shell: &mut Shell, args: &[Bytes]) -> Outcome {
    let found = match shell.options_of(args, "lrp:dt", "hash [-lr] [-p pathname] [-dt] [name ...]") {
        Ok(found) => found,
        Err(status) => return Ok(status),
    };
    if found.has(b'r') {
        shell.hash.clear();
    }
    let rest = &args[found.rest..];
    if rest.is_empty() {
        if let Some(letter) = [b't', b'd'].into_iter().find(|&letter| found.has(letter)) {
            shell.fail("hash", format!("-{}: option requires an argument", letter as char).as_bytes());
            return Ok(1);
        }
        if found.has(b'r') {
            return Ok(0);
        }
        if shell.hash.is_empty() {
            return Ok(shell.put_out("hash", b"hash: hash table empty\n"));
        }
        let mut names: Vec<_> = shell.hash.iter().map(|(name, item)| (name.clone(), item.clone())).collect();
        names.sort();
        let mut out = Vec::new();
        if !found.has(b'l') {
            out.extend_from_slice(b"hits\tcommand\n");
        }
        for (name, (path, hits)) in names {
            if found.has(b'l') {
                out.extend_from_slice(&[b"builtin hash -p ", &path[..], b" ", &name, b"\n"].concat());
            } else {
                out.extend_from_slice(&[format!("{hits:4}\t").as_bytes(), &path, b"\n"].concat());
            }
        }
        return Ok(shell.put_out("hash", &out));
    }
    let mut status = 0;
    for name in rest {
        if let Some(path) = found.value(b'p') {
            shell.hash.insert(name.clone(), (path.clone(), 0));
        } else if found.has(b'd') {
            if shell.hash.remove(name).is_none() {
                shell.fail("hash", &[&name[..], b": not found"].concat());
                status = 1;
            }
        } else if found.has(b't') {
            match shell.hash.get(name) {
                Some((path, _)) => {
                    let line = if rest.len() > 1 {
                        [&name[..], b"\t", path, b"\n"].concat()
                    } else {
                        [&path[..], b"\n"].concat()
                    };
                    shell.put_out("hash", &line);
                }
                None => {
                    shell.fail("hash", &[&name[..], b": not found"].concat());
                    status = 1;
                }
            }
        } else if !name.contains(&b'/') && shell.find_builtin(name).is_none() && !shell.functions.contains_key(name) {
            match shell.search_path(name) {
                Some(path) => {
                    shell.hash.insert(name.clone(), (path, 0));
                }
                None => {
                    shell.fail("hash", &[&name[..], b": not found"].concat());
                    status = 1;
                }
            }
        }
    }
    Ok(status)
}

pub fn enable(shell: &mut Shell, args: &[Bytes]) -> Outcome {
    let found = match shell.options_of(args, "anpsdf:", "enable [-a] [-dnps] [-f filename] [name ...]") {
        Ok(found) => found,
        Err(status) => return Ok(status),
    };
    if found.has(b'f') || found.has(b'd') {
        shell.fail("enable", b"loadable builtins are not supported");
        return Ok(1);
    }
    let rest = &args[found.rest..];
    if rest.is_empty() {
        let mut names: Vec<&[u8]> = shell.builtins.keys().copied().collect();
        names.sort_unstable();
        let mut out = Vec::new();
        for name in names {
            let off = shell.disabled.iter().any(|other| other == name);
            if found.has(b'a') || off == found.has(b'n') {
                out.extend_from_slice(if off { b"enable -n " } else { b"enable " });
                out.extend_from_slice(name);
                out.push(b'\n');
            }
        }
        return Ok(shell.put_out("enable", &out));
    }
    let mut status = 0;
    for name in rest {
        if !shell.builtins.contains_key(&name[..]) {
            shell.fail("enable", &[&name[..], b": not a shell builtin"].concat());
            status = 1;
        } else if found.has(b'n') {
            shell.disabled.push(name.clone());
        } else {
            shell.disabled.retain(|other| other != name);
        }
    }
    Ok(status)
}

fn alias_line(name: &[u8], text: &[u8]) -> Bytes {
    [b"alias ", name, b"=", &crate::quote::single_quote(text), b"\n"].concat()
}

pub fn alias(shell: &mut Shell, args: &[Bytes]) -> Outcome {
    let found = match shell.options_of(args, "p", "alias [-p] [name[=value] ... ]") {
        Ok(found) => found,
        Err(status) => return Ok(status),
    };
    let rest = &args[found.rest..];
    if rest.is_empty() || found.has(b'p') {
        let mut all: Vec<_> = shell.aliases.iter().map(|(name, text)| (name.clone(), text.clone())).collect();
        all.sort();
        let out: Bytes = all.iter().flat_map(|(name, text)| alias_line(name, text)).collect();
        shell.put_out("alias", &out);
    }
    let mut status = 0;
    for arg in rest {
        match arg.iter().position(|&c| c == b'=') {
            Some(at) if at > 0 => {
                let name = arg[..at].to_vec();
                if name.iter().any(|c| matches!(c, b'/' | b'$' | b'`' | b'\'' | b'"' | b' ' | b'\t' | b'\n' | b'|' | b'&' | b';' | b'(' | b')' | b'<' | b'>' | b'\\')) {
                    shell.fail("alias", &[b"`", &name[..], b"': invalid alias name"].concat());
                    status = 1;
                    continue;
                }
                Rc::make_mut(&mut shell.aliases).insert(name, arg[at + 1..].to_vec());
            }
            _ => match shell.aliases.get(arg) {
                Some(text) => {
                    let line = alias_line(arg, text);
                    shell.put_out("alias", &line);
                }
                None => {
                    shell.fail("alias", &[&arg[..], b": not found"].concat());
                    status = 1;
                }
            },
        }
    }
    Ok(status)
}

pub fn unalias(shell: &mut Shell, args: &[Bytes]) -> Outcome {
    let found = match shell.options_of(args, "a", "unalias [-a] name [name ...]") {
        Ok(found) => found,
        Err(status) => return Ok(status),
    };
    if found.has(b'a') {
        Rc::make_mut(&mut shell.aliases).clear();
        return Ok(0);
    }
    if args.len() == found.rest {
        shell.write_error(b"unalias: usage: unalias [-a] name [name ...]\n");
        return Ok(2);
    }
    let mut status = 0;
    for name in &args[found.rest..] {
        if Rc::make_mut(&mut shell.aliases).remove(name).is_none() {
            shell.fail("unalias", &[&name[..], b": not found"].concat());
            status = 1;
        }
    }
    Ok(status)
}

pub fn help(shell: &mut Shell, args: &[Bytes]) -> Outcome {
    let mut names: Vec<&[u8]> = shell.builtins.keys().copied().collect();
    names.sort_unstable();
    let mut status = 0;
    if args.len() > 1 {
        for name in args[1..].iter().filter(|arg| arg.first() != Some(&b'-')) {
            if names.contains(&&name[..]) || is_keyword(name) {
                let line = [&name[..], b": a command of the shell; GNU bash's manual describes it\n"].concat();
                shell.put_out("help", &line);
            } else {
                shell.fail("help", &[b"no help topics match `", &name[..], b"'.  Try `help help' or `man -k ", name, b"' or `info ", name, b"'."].concat());
                status = 1;
            }
        }
        return Ok(status);
    }
    let mut out = b"These commands are the shell's own:\n".to_vec();
    for name in names {
        out.extend_from_slice(b" ");
        out.extend_from_slice(name);
        out.push(b'\n');
    }
    Ok(shell.put_out("help", &out))
}
