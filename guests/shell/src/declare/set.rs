//! One name that `declare` and its kin are given: its attributes and its value.

use std::collections::BTreeMap;

use super::{Declared, Wanted, Which};
use crate::ast::*;
use crate::names::{Sym, is_name};
use crate::shell::{Done, Shell, Stop};
use crate::special;
use crate::vars::*;

/// One name, with or without a value; false: it failed and was reported.
pub(super) fn one(shell: &mut Shell, builtin: &[u8], wanted: &Wanted, arg: Declared<'_>, which: Which) -> Result<bool, Stop> {
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
                if (wanted.array || wanted.assoc) && sub.is_none() && is_list(&value) {
                    put_list(shell, sym, &value, append)
                } else {
                    put(shell, sym, sub, value, append)
                }
            }
        },
        (None, Some(value)) => {
            // `declare -a "name=(…)"`: the text is read as a list.
            let is_array = shell.vars.get(sym).is_some_and(|var| var.is_array() || var.is_assoc());
            if is_array && sub.is_none() && is_list(&value) {
                put_list(shell, sym, &value, append)
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

fn is_list(value: &[u8]) -> bool {
    value.first() == Some(&b'(') && value.last() == Some(&b')')
}

/// A value that is the text of a list.
fn put_list(shell: &mut Shell, sym: Sym, value: &[u8], append: bool) -> Done {
    let mut parser = crate::parse::Parser::new(shell.vars.names.clone(), shell.parse_settings(), value[1..].to_vec(), shell.line);
    match parser.elements() {
        Ok(elements) => shell.assign_elements(sym, &elements, append),
        Err(_) => Err(Stop::Expansion(1)),
    }
}

fn put(shell: &mut Shell, sym: Sym, sub: Option<Bytes>, value: Bytes, append: bool) -> Done {
    match sub {
        Some(sub) => shell.assign_sub(sym, &sub, value, append),
        None if append => shell.append(sym, &value),
        None => shell.assign(sym, value),
    }
}
