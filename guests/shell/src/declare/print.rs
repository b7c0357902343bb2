//! What `declare -p`, `declare -f` and `export` alone print.

use super::{Declared, Wanted, Which};
use crate::shell::{Shell, Stop};
use crate::vars::*;

pub(super) fn functions(shell: &mut Shell, name: &[u8], wanted: &Wanted, rest: Vec<Declared<'_>>, which: Which) -> Result<i32, Stop> {
    let mut status = 0;
    let mut names: Vec<Bytes> = rest
        .into_iter()
        .map(|arg| match arg {
            Declared::Text(text) => text,
            Declared::Assign(assign) => assign.raw.to_vec(),
        })
        .collect();
    let all = names.is_empty();
    if all {
        names = shell.functions.keys().cloned().collect();
        names.sort();
    }
    for function_name in names {
        let Some(function) = shell.functions.get(&function_name).cloned() else {
            if which != Which::Declare || wanted.on != 0 {
                shell.complain(&[name, b": ", &function_name, b": not a function"].concat());
            }
            status = 1;
            continue;
        };
        if !all && wanted.on & EXPORT != 0 {
            shell.export_function(&function_name, true);
        } else if !all && wanted.off & EXPORT != 0 {
            shell.export_function(&function_name, false);
        } else if !all && wanted.on & READONLY != 0 {
            let mut list = shell.completions.remove(&b"\0readonly"[..]).unwrap_or_default();
            list.extend_from_slice(&function_name);
            list.push(0);
            shell.completions.insert(b"\0readonly".to_vec(), list);
        } else if !all && (wanted.on | wanted.off) & TRACE != 0 {
            // DEBUG and RETURN are inherited by `set -T` alone.
        } else if wanted.names_only {
            let line = if all {
                let mut letters = b"declare -f".to_vec();
                if shell.readonly_functions().contains(&function_name) {
                    letters.push(b'r');
                }
                let exported = shell.vars.names.sym(&[b"BASH_FUNC_", &function_name[..], b"%%"].concat());
                if shell.vars.get(exported).is_some() {
                    letters.push(b'x');
                }
                [&letters[..], b" ", &function_name, b"\n"].concat()
            } else if shell.shopts.extdebug {
                [&function_name[..], format!(" {} ", function.line).as_bytes(), &function.source, b"\n"].concat()
            } else {
                [&function_name[..], b"\n"].concat()
            };
            let _ = shell.write_fd(1, &line);
        } else {
            let mut text = crate::print::function_text(&function_name, &function);
            text.push(b'\n');
            let _ = shell.write_fd(1, &text);
        }
    }
    Ok(status)
}

pub(super) fn list_all(shell: &mut Shell, wanted: &Wanted, which: Which) -> Result<i32, Stop> {
    let mut out = Vec::new();
    let filter = wanted.on & !(if which == Which::Local { 0 } else { 0 });
    let locals = if which == Which::Local { Some(shell.vars.locals()) } else { None };
    for (sym, name) in shell.vars.all() {
        let Some(var) = shell.vars.get(sym) else { continue };
        if name.contains(&b'%') {
            continue;
        }
        if let Some(locals) = &locals {
            if !locals.contains(&sym) {
                continue;
            }
        }
        let kinds = filter & (ARRAY | ASSOC);
        let flags = filter & !(ARRAY | ASSOC);
        if flags != 0 && var.flags & flags != flags {
            continue;
        }
        if kinds & ARRAY != 0 && (!var.is_array() || var.is_assoc()) || kinds & ASSOC != 0 && !var.is_assoc() {
            continue;
        }
        if filter != 0 || wanted.print || which == Which::Local {
            if let Some(line) = shell.declaration(sym) {
                out.extend_from_slice(&line);
                out.push(b'\n');
            }
        } else {
            if let Some(line) = crate::builtins::set_line(shell, sym) {
                out.extend_from_slice(&line);
            }
        }
    }
    if filter == 0 && !wanted.print && which == Which::Declare {
        let mut names: Vec<Bytes> = shell.functions.keys().cloned().collect();
        names.sort();
        for name in names {
            if let Some(function) = shell.functions.get(&name) {
                out.extend_from_slice(&crate::print::function_text(&name, function));
                out.push(b'\n');
            }
        }
    }
    let _ = shell.write_fd(1, &out);
    Ok(0)
}

pub(super) fn print_named(shell: &mut Shell, name: &[u8], rest: Vec<Declared<'_>>) -> Result<i32, Stop> {
    let mut status = 0;
    for arg in rest {
        let text = match arg {
            Declared::Text(text) => text,
            Declared::Assign(assign) => assign.raw.to_vec(),
        };
        let sym = shell.vars.names.sym(&text);
        match shell.declaration(sym) {
            Some(mut line) => {
                line.push(b'\n');
                let _ = shell.write_fd(1, &line);
            }
            None => {
                if let Some(function) = shell.functions.get(&text).cloned() {
                    if name == b"declare" && false {
                        let _ = function;
                    }
                }
                shell.complain(&[name, b": ", &text, b": not found"].concat());
                status = 1;
            }
        }
    }
    Ok(status)
}
