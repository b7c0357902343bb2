//! Assignments, and the builtins that declare: `declare typeset local export readonly`.

use std::collections::BTreeMap;

use crate::ast::*;
use crate::names::{Sym, is_name};
use crate::shell::{Done, Shell, Stop};
use crate::special;
use crate::vars::*;

/// An argument of a declaring builtin.
pub enum Declared<'a> {
    Text(Bytes),
    Assign(&'a Assign),
}

impl Shell {
    pub(crate) fn run_assign(&mut self, assign: &Assign, temporary: bool) -> Done {
        if self.options.xtrace && !temporary {
            let traced = self.assign_traced(assign)?;
            if traced {
                return Ok(());
            }
        }
        match &assign.value {
            AssignValue::Scalar(word) => {
                let value = self.expand_single(word)?;
                self.store(assign, value)
            }
            AssignValue::Array(elements) => {
                let (sym, _) = self.resolve(assign.name)?;
                self.assign_elements(sym, elements, assign.append)
            }
        }
    }

    fn store(&mut self, assign: &Assign, value: Bytes) -> Done {
        match &assign.sub {
            None if assign.append => self.append(assign.name, &value),
            None => self.assign(assign.name, value),
            Some(sub) => {
                if sub.word.raw.is_empty() {
                    let name = self.vars.names.name(assign.name);
                    let message = [&name[..], b"[]: bad array subscript"].concat();
                    self.complain(&message);
                    return Err(Stop::Expansion(1));
                }
                let (sym, _) = self.resolve(assign.name)?;
                if self.is_assoc(sym) {
                    let key = self.expand_single(&sub.word)?;
                    self.assign_key(sym, key, value, assign.append)
                } else {
                    let index = self.index_of(sub)?;
                    self.assign_index(sym, index, value, assign.append)
                }
            }
        }
    }

    /// With `set -x`: shows the assignment; true when it has been carried out too.
    fn assign_traced(&mut self, assign: &Assign) -> Result<bool, Stop> {
        match &assign.value {
            AssignValue::Scalar(word) => {
                let value = self.expand_single(word)?;
                let head = assign.raw.iter().position(|&c| c == b'=').map_or(&assign.raw[..], |at| &assign.raw[..=at]);
                let line = [head, &trace_quote(&value)].concat();
                self.trace(&line);
                self.store(assign, value)?;
                Ok(true)
            }
            AssignValue::Array(_) => {
                let line = assign.raw.to_vec();
                self.trace(&line);
                Ok(false)
            }
        }
    }

    pub(crate) fn trace_command(&mut self, simple: &Simple, argv: &[Bytes]) {
        let mut line = Vec::new();
        for assign in &simple.assigns {
            if let AssignValue::Scalar(word) = &assign.value {
                let on = std::mem::replace(&mut self.options.xtrace, false);
                let value = self.expand_single(word).unwrap_or_default();
                self.options.xtrace = on;
                let head = assign.raw.iter().position(|&c| c == b'=').map_or(&assign.raw[..], |at| &assign.raw[..=at]);
                let text = [head, &trace_quote(&value)].concat();
                self.trace(&text);
            }
        }
        for (at, arg) in argv.iter().enumerate() {
            if at > 0 {
                line.push(b' ');
            }
            line.extend_from_slice(&trace_quote(arg));
        }
        self.trace(&line);
    }

    /// `name=( … )`
    pub(crate) fn assign_elements(&mut self, sym: Sym, elements: &[Element], append: bool) -> Done {
        if self.is_readonly(sym) {
            return Err(self.readonly_error(sym));
        }
        let flags = self.vars.get(sym).map_or(0, |var| var.flags);
        if self.vars.get(sym).is_some_and(Var::is_assoc) {
            // Values are expanded before anything is stored.
            let mut pairs: Vec<(Bytes, Bytes, bool)> = Vec::new();
            let mut plain: Vec<Bytes> = Vec::new();
            let keyed = elements.iter().any(|element| element.key.is_some());
            for element in elements {
                match &element.key {
                    Some(key) => {
                        let key = self.expand_single(&key.word)?;
                        let value = self.expand_single(&element.word)?;
                        pairs.push((key, value, element.append));
                    }
                    None if keyed => {
                        let name = self.vars.names.name(sym);
                        let message = [
                            &name[..],
                            b": ",
                            &element.word.raw,
                            b": must use subscript when assigning associative array",
                        ]
                        .concat();
                        self.complain(&message);
                    }
                    None => plain.push(self.expand_single(&element.word)?),
                }
            }
            let mut plain = plain.into_iter();
            while let Some(key) = plain.next() {
                pairs.push((key, plain.next().unwrap_or_default(), false));
            }
            if !append {
                self.vars.var_mut(sym).value = Value::Assoc(Assoc::default());
            } else if !matches!(self.vars.var_mut(sym).value, Value::Assoc(_)) {
                self.vars.var_mut(sym).value = Value::Assoc(Assoc::default());
            }
            for (key, value, append) in pairs {
                self.assign_key(sym, key, value, append)?;
            }
            return Ok(());
        }
        let special = flags & (INTEGER | LOWER | UPPER | CAPITAL) != 0;
        if append && !special && elements.iter().all(|element| element.key.is_none()) {
            // The usual `a+=(x)`: what is there stays where it is.
            let mut fields = Vec::new();
            for element in elements {
                self.expand_fields(&element.word, &mut fields)?;
            }
            if let Some(Value::Array(items)) = self.vars.entry(sym).as_mut().map(|var| &mut var.value) {
                let mut next = items.last_key_value().map_or(0, |(last, _)| last + 1);
                for value in fields {
                    items.insert(next, value);
                    next += 1;
                }
                return Ok(());
            }
            return self.append_fields(sym, fields);
        }
        let mut items: BTreeMap<i64, Bytes> = BTreeMap::new();
        if append {
            match self.vars.get(sym).map(|var| var.value.clone()) {
                Some(Value::Array(old)) => items = old,
                Some(Value::Str(text)) => {
                    items.insert(0, text);
                }
                _ => {}
            }
        }
        let mut next = items.last_key_value().map_or(0, |(last, _)| last + 1);
        let mut fields = Vec::new();
        for element in elements {
            match &element.key {
                Some(key) => {
                    let mut index = self.index_of(key)?;
                    if index < 0 {
                        index += items.last_key_value().map_or(0, |(last, _)| last + 1);
                        if index < 0 {
                            let message = [b"[", &key.word.raw[..], b"]=", &element.word.raw, b": bad array subscript"].concat();
                            self.complain(&message);
                            continue;
                        }
                    }
                    let value = self.expand_single(&element.word)?;
                    let old = if element.append { items.get(&index).cloned() } else { None };
                    let value = self.transform(flags, old.as_deref(), value)?;
                    items.insert(index, value);
                    next = index + 1;
                }
                None => {
                    self.expand_fields(&element.word, &mut fields)?;
                    for value in fields.drain(..) {
                        let value = if special { self.transform(flags, None, value)? } else { value };
                        items.insert(next, value);
                        next += 1;
                    }
                }
            }
        }
        let var = self.vars.var_mut(sym);
        var.value = Value::Array(items);
        var.flags |= ARRAY;
        Ok(())
    }

    /// Appends to what is no array yet: a plain value becomes the first element.
    fn append_fields(&mut self, sym: Sym, fields: Vec<Bytes>) -> Done {
        let var = self.vars.var_mut(sym);
        let mut items: BTreeMap<i64, Bytes> = BTreeMap::new();
        if let Value::Str(text) = &mut var.value {
            items.insert(0, std::mem::take(text));
        }
        let first = items.len() as i64;
        items.extend(fields.into_iter().enumerate().map(|(at, value)| (first + at as i64, value)));
        var.value = Value::Array(items);
        var.flags |= ARRAY;
        Ok(())
    }

    pub(crate) fn local_options_saved(&self) -> bool {
        let dash = self.vars.names.sym(b"-");
        self.vars.locals().contains(&dash)
    }

    pub fn readonly_functions(&self) -> Vec<Bytes> {
        self.completions.get(&b"\0readonly"[..]).map(|text| text.split(|&c| c == 0).map(<[u8]>::to_vec).collect()).unwrap_or_default()
    }

    pub fn export_function(&mut self, name: &[u8], on: bool) {
        let sym = self.vars.names.sym(&[b"BASH_FUNC_", name, b"%%"].concat());
        if !on {
            self.vars.remove(sym);
        } else if let Some(function) = self.functions.get(name) {
            let text = crate::print::function_text(name, function);
            let body = text.iter().position(|&c| c == b'{').unwrap_or(0);
            let value = [b"() ", &text[body..]].concat();
            *self.vars.entry(sym) = Some(Var { value: Value::Str(value), flags: EXPORT });
        }
        self.vars.touch_exports();
    }
}

/// A word as `set -x` shows it.
pub fn trace_quote(text: &[u8]) -> Bytes {
    if text.is_empty() {
        return b"''".to_vec();
    }
    let bare = text.iter().enumerate().all(|(at, &c)| {
        c.is_ascii_alphanumeric()
            || c >= 0x80
            || matches!(c, b'_' | b'-' | b'.' | b'/' | b':' | b'=' | b'+' | b'%' | b'@' | b',')
            || (at > 0 && matches!(c, b'#' | b'~'))
    });
    if bare {
        return text.to_vec();
    }
    if text.iter().any(|&c| c < 32 && c != b'\n' && c != b'\t') {
        return crate::quote::ansi_quote(text);
    }
    crate::quote::single_quote(text)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    Declare,
    Local,
    Export,
    Readonly,
}

#[derive(Default)]
struct Wanted {
    on: u16,
    off: u16,
    functions: bool,
    names_only: bool,
    global: bool,
    print: bool,
    inherit: bool,
    array: bool,
    assoc: bool,
}

pub fn declare(shell: &mut Shell, args: Vec<Declared<'_>>) -> Result<i32, Stop> {
    run(shell, args, Which::Declare)
}

pub fn local(shell: &mut Shell, args: Vec<Declared<'_>>) -> Result<i32, Stop> {
    run(shell, args, Which::Local)
}

pub fn export(shell: &mut Shell, args: Vec<Declared<'_>>) -> Result<i32, Stop> {
    run(shell, args, Which::Export)
}

pub fn readonly(shell: &mut Shell, args: Vec<Declared<'_>>) -> Result<i32, Stop> {
    run(shell, args, Which::Readonly)
}

fn run(shell: &mut Shell, args: Vec<Declared<'_>>, which: Which) -> Result<i32, Stop> {
    let mut args = args.into_iter();
    let name = match args.next() {
        Some(Declared::Text(name)) => name,
        _ => b"declare".to_vec(),
    };
    if which == Which::Local && !shell.frames.iter().any(|frame| frame.function) {
        shell.complain_str("local: can only be used in a function");
        return Ok(1);
    }
    let mut wanted = Wanted::default();
    let mut rest: Vec<Declared<'_>> = Vec::new();
    let mut options = true;
    for arg in args {
        match arg {
            Declared::Text(text) if options && text.len() > 1 && (text[0] == b'-' || text[0] == b'+') => {
                if text == b"--" {
                    options = false;
                    continue;
                }
                let on = text[0] == b'-';
                for &letter in &text[1..] {
                    let flag = match letter {
                        b'a' => {
                            wanted.array = on;
                            ARRAY
                        }
                        b'A' => {
                            wanted.assoc = on;
                            ASSOC
                        }
                        b'i' if which != Which::Export => INTEGER,
                        b'l' if which != Which::Export => LOWER,
                        b'u' if which != Which::Export => UPPER,
                        b'c' if which != Which::Export => CAPITAL,
                        b'n' if which == Which::Export => {
                            wanted.off |= EXPORT;
                            continue;
                        }
                        b'n' => NAMEREF,
                        b'r' if which != Which::Export => READONLY,
                        b't' if which != Which::Export => TRACE,
                        b'x' if which != Which::Export => EXPORT,
                        b'f' => {
                            wanted.functions = true;
                            continue;
                        }
                        b'F' => {
                            wanted.functions = true;
                            wanted.names_only = true;
                            continue;
                        }
                        b'g' => {
                            wanted.global = true;
                            continue;
                        }
                        b'p' => {
                            wanted.print = true;
                            continue;
                        }
                        b'I' => {
                            wanted.inherit = true;
                            continue;
                        }
                        other => {
                            let shown = [&name[..], b": -", &[other], b": invalid option"].concat();
                            shell.complain(&shown);
                            let usage: &[u8] = match which {
                                Which::Declare if name == b"typeset" => {
                                    b"typeset: usage: typeset [-aAfFgiIlnrtux] name[=value] ... or typeset -p [-aAfFilnrtux] [name ...]\n"
                                }
                                Which::Declare => {
                                    b"declare: usage: declare [-aAfFgiIlnrtux] [name[=value] ...] or declare -p [-aAfFilnrtux] [name ...]\n"
                                }
                                Which::Local => b"local: usage: local [option] name[=value] ...\n",
                                Which::Export => b"export: usage: export [-fn] [name[=value] ...] or export -p\n",
                                Which::Readonly => {
                                    b"readonly: usage: readonly [-aAf] [name[=value] ...] or readonly -p\n"
                                }
                            };
                            shell.write_error(usage);
                            return Ok(2);
                        }
                    };
                    if on {
                        wanted.on |= flag;
                    } else {
                        wanted.off |= flag;
                    }
                }
            }
            Declared::Text(text) => {
                options = false;
                rest.push(Declared::Text(text));
            }
            other => {
                options = false;
                rest.push(other);
            }
        }
    }
    if which == Which::Export && wanted.off & EXPORT == 0 {
        wanted.on |= EXPORT;
    }
    if which == Which::Readonly {
        wanted.on |= READONLY;
    }
    if wanted.functions {
        return functions(shell, &name, &wanted, rest, which);
    }
    if rest.is_empty() {
        return list_all(shell, &wanted, which);
    }
    if wanted.print && matches!(which, Which::Declare | Which::Local) {
        return print_named(shell, &name, rest);
    }
    let mut status = 0;
    for arg in rest {
        match one(shell, &name, &wanted, arg, which) {
            Ok(true) => {}
            Ok(false) => status = 1,
            Err(Stop::Expansion(_)) => status = 1,
            Err(stop) => return Err(stop),
        }
    }
    Ok(status)
}

fn functions(shell: &mut Shell, name: &[u8], wanted: &Wanted, rest: Vec<Declared<'_>>, which: Which) -> Result<i32, Stop> {
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
        } else if wanted.names_only {
            let line = if all {
                [b"declare -f ", &function_name[..], b"\n"].concat()
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

fn list_all(shell: &mut Shell, wanted: &Wanted, which: Which) -> Result<i32, Stop> {
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

fn print_named(shell: &mut Shell, name: &[u8], rest: Vec<Declared<'_>>) -> Result<i32, Stop> {
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

/// One name, with or without a value; false: it failed and was reported.
fn one(shell: &mut Shell, builtin: &[u8], wanted: &Wanted, arg: Declared<'_>, which: Which) -> Result<bool, Stop> {
    let (text, assign) = match arg {
        Declared::Text(text) => (text, None),
        Declared::Assign(assign) => (assign.raw.to_vec(), Some(assign)),
    };
    if text == b"-" && which == Which::Local {
        let dash = shell.vars.names.sym(b"-");
        shell.vars.make_local(dash, false);
        return Ok(true);
    }
    let equals = text.iter().position(|&c| c == b'=');
    let (mut left, value) = match equals {
        Some(at) => (text[..at].to_vec(), Some(text[at + 1..].to_vec())),
        None => (text.clone(), None),
    };
    let mut append = false;
    if value.is_some() && left.last() == Some(&b'+') {
        left.pop();
        append = true;
    }
    let mut sub = None;
    if let Some(open) = left.iter().position(|&c| c == b'[') {
        if left.last() == Some(&b']') {
            sub = Some(left[open + 1..left.len() - 1].to_vec());
            left.truncate(open);
        }
    }
    if !is_name(&left) {
        let message = [builtin, b": `", &text, b"': not a valid identifier"].concat();
        shell.complain(&message);
        return Ok(false);
    }
    let mut sym = shell.vars.names.sym(&left);
    let in_function = shell.frames.iter().any(|frame| frame.function) && shell.vars.depth() > 0;
    let local = match which {
        Which::Local => true,
        Which::Declare => in_function && !wanted.global,
        _ => false,
    };
    if which == Which::Declare && wanted.global && in_function {
        // The value is expanded here, where the locals are.
        let prepared = match assign {
            Some(Assign { value: AssignValue::Scalar(word), .. }) => Some(shell.expand_single(word)?),
            _ => None,
        };
        // Work on what lies under the locals of that name.
        let hidden = shell.vars.is_hidden(sym);
        let global = shell.vars.with_global(sym, |vars| vars.get(sym).cloned());
        let here = std::mem::replace(shell.vars.entry(sym), global);
        let result = set(shell, builtin, wanted, sym, sub, value, append, assign, prepared, which);
        if hidden {
            let global = std::mem::replace(shell.vars.entry(sym), here);
            shell.vars.with_global(sym, |vars| *vars.entry(sym) = global);
            shell.vars.touch_exports();
        }
        return result;
    }
    if local {
        let fresh = !shell.vars.is_local(sym);
        if fresh {
            if shell.is_readonly(sym) && !shell.vars.is_local(sym) && which == Which::Local && shell.vars.depth() == 1 {
                // A readonly global cannot be hidden.
                let message = [builtin, b": ", &left, b": readonly variable"].concat();
                shell.complain(&message);
                return Ok(false);
            }
            // Values are expanded before the name becomes local: `local x=$x`.
            let prepared = match assign {
                Some(Assign { value: AssignValue::Scalar(word), .. }) => Some(shell.expand_single(word)?),
                _ => None,
            };
            let outer = shell.vars.get(sym).cloned();
            let array_words = match assign {
                Some(Assign { value: AssignValue::Array(elements), .. }) => Some(elements),
                _ => None,
            };
            // Elements may read the outer value too.
            let pre_array = match array_words {
                Some(elements) if elements.iter().all(|element| element.key.is_none()) && wanted.on & ASSOC == 0 => {
                    let mut fields = Vec::new();
                    for element in elements {
                        shell.expand_fields(&element.word, &mut fields)?;
                    }
                    Some(fields)
                }
                _ => None,
            };
            shell.vars.make_local(sym, false);
            let inherit = wanted.inherit || shell.shopts.localvar_inherit;
            if !inherit {
                let temporary = shell.temporary_env > 0 && outer.as_ref().is_some_and(|var| var.has(EXPORT)) && value.is_none();
                if !temporary {
                    *shell.vars.entry(sym) = Some(Var::new(Value::Unset));
                }
            }
            shell.vars.touch_exports();
            if let Some(fields) = pre_array {
                let flags = wanted.on & !READONLY;
                shell.vars.var_mut(sym).flags |= flags;
                let mut items = BTreeMap::new();
                for (at, field) in fields.into_iter().enumerate() {
                    let field = shell.transform(flags, None, field)?;
                    items.insert(at as i64, field);
                }
                let var = shell.vars.var_mut(sym);
                var.value = Value::Array(items);
                var.flags |= ARRAY | wanted.on;
                return Ok(true);
            }
            return set(shell, builtin, wanted, sym, sub, value, append, assign, prepared, which);
        }
    } else if wanted.on & NAMEREF == 0 && wanted.off & NAMEREF == 0 {
        let (target, inner) = shell.resolve(sym)?;
        sym = target;
        if sub.is_none() {
            sub = inner;
        }
    }
    set(shell, builtin, wanted, sym, sub, value, append, assign, None, which)
}

#[allow(clippy::too_many_arguments)]
fn set(
    shell: &mut Shell,
    builtin: &[u8],
    wanted: &Wanted,
    sym: Sym,
    sub: Option<Bytes>,
    value: Option<Bytes>,
    append: bool,
    assign: Option<&Assign>,
    prepared: Option<Bytes>,
    which: Which,
) -> Result<bool, Stop> {
    let name = shell.vars.names.name(sym);
    let _ = which;
    let readonly = shell.is_readonly(sym);
    if readonly && (value.is_some() || wanted.off & READONLY != 0) {
        let message = [builtin, b": ", &name, b": readonly variable"].concat();
        let message = if matches!(builtin, b"export" | b"readonly") { message[builtin.len() + 2..].to_vec() } else { message };
        shell.complain(&message);
        return Ok(false);
    }
    if wanted.on & NAMEREF != 0 {
        let value = match (&prepared, assign) {
            (Some(text), _) => Some(text.clone()),
            (None, Some(Assign { value: AssignValue::Scalar(word), .. })) => Some(shell.expand_single(word)?),
            _ => value,
        };
        if let Some(target) = &value {
            let base = target.split(|&c| c == b'[').next().unwrap_or(b"");
            if !is_name(base) {
                let message = [builtin, b": `", target, b"': invalid variable name for name reference"].concat();
                shell.complain(&message);
                return Ok(false);
            }
            if **target == *name {
                let message = [builtin, b": ", &name, b": nameref variable self references not allowed"].concat();
                if shell.vars.depth() == 0 {
                    shell.complain(&message);
                    return Ok(false);
                }
                let message = [b"warning: ", &name[..], b": circular name reference"].concat();
                shell.complain(&message);
            }
        }
        let var = shell.vars.var_mut(sym);
        var.flags |= NAMEREF;
        if let Some(target) = value {
            var.value = Value::Str(target);
        }
        return Ok(true);
    }
    if wanted.off & NAMEREF != 0 {
        shell.vars.var_mut(sym).flags &= !NAMEREF;
    }
    // Conversions between kinds of arrays are refused.
    if wanted.assoc && shell.vars.get(sym).is_some_and(|var| matches!(var.value, Value::Array(_))) {
        let message = [builtin, b": ", &name, b": cannot convert indexed to associative array"].concat();
        shell.complain(&message);
        return Ok(false);
    }
    if wanted.array && shell.vars.get(sym).is_some_and(Var::is_assoc) {
        let message = [builtin, b": ", &name, b": cannot convert associative to indexed array"].concat();
        shell.complain(&message);
        return Ok(false);
    }
    let exists = shell.vars.get(sym).is_some();
    {
        let mut on = wanted.on & !READONLY;
        if on & LOWER != 0 && on & UPPER != 0 {
            on &= !(LOWER | UPPER);
        }
        let declares = on != 0 || wanted.off != 0 || value.is_none() || wanted.on != 0;
        if declares && !(which == Which::Export && wanted.off & EXPORT != 0 && !exists) {
            let var = shell.vars.var_mut(sym);
            if on & LOWER != 0 {
                var.flags &= !UPPER;
            }
            if on & UPPER != 0 {
                var.flags &= !LOWER;
            }
            var.flags |= on;
            var.flags &= !(wanted.off & !(ARRAY | ASSOC));
            if wanted.assoc {
                if let Value::Str(text) = &var.value {
                    let mut items = Assoc::default();
                    items.insert(b"0".to_vec(), text.clone());
                    var.value = Value::Assoc(items);
                }
            } else if wanted.array {
                if let Value::Str(text) = &var.value {
                    var.value = Value::Array(BTreeMap::from([(0, text.clone())]));
                }
            }
            shell.vars.touch_exports();
        }
    }
    let done: Done = match (assign, value) {
        (Some(assign), _) => match &assign.value {
            AssignValue::Array(elements) => shell.assign_elements(sym, elements, assign.append),
            AssignValue::Scalar(word) => {
                let value = match prepared {
                    Some(value) => value,
                    None => shell.expand_single(word)?,
                };
                put(shell, sym, sub, value, append)
            }
        },
        (None, Some(value)) => {
            // `declare -a "name=(…)"`: the text is read as a list.
            let is_array = shell.vars.get(sym).is_some_and(|var| var.is_array() || var.is_assoc());
            if is_array && sub.is_none() && value.first() == Some(&b'(') && value.last() == Some(&b')') {
                let mut parser = crate::parse::Parser::new(
                    shell.vars.names.clone(),
                    shell.parse_settings(),
                    value[1..].to_vec(),
                    shell.line,
                );
                match parser.elements() {
                    Ok(elements) => shell.assign_elements(sym, &elements, append),
                    Err(_) => Err(Stop::Expansion(1)),
                }
            } else {
                put(shell, sym, sub, value, append)
            }
        }
        (None, None) => Ok(()),
    };
    if wanted.on & READONLY != 0 {
        shell.vars.var_mut(sym).flags |= READONLY;
    }
    if sym < special::HOOKED {
        shell.changed(sym);
    }
    done.map(|()| true)
}

fn put(shell: &mut Shell, sym: Sym, sub: Option<Bytes>, value: Bytes, append: bool) -> Done {
    match sub {
        Some(sub) => shell.assign_sub(sym, &sub, value, append),
        None if append => shell.append(sym, &value),
        None => shell.assign(sym, value),
    }
}
