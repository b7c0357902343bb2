//! Reading and assigning variables as programs do: attributes, namerefs, arrays, and the names that compute.

use std::collections::BTreeMap;

use crate::arith::{itoa, plain_integer};
use crate::expand::Ifs;
use crate::names::{Sym, is_name};
use crate::quote;
use crate::shell::{Done, Shell, Stop};
use crate::special::*;
use crate::vars::*;
use crate::world::{Sys, World};

impl Shell {
    /// Follows namerefs: the variable meant, and a subscript if the reference has one.
    pub fn resolve(&mut self, sym: Sym) -> Result<(Sym, Option<Bytes>), Stop> {
        let mut at = sym;
        for _ in 0..9 {
            let Some(var) = self.vars.get(at) else { return Ok((at, None)) };
            if !var.has(NAMEREF) {
                return Ok((at, None));
            }
            let Value::Str(target) = &var.value else { return Ok((at, None)) };
            if target.is_empty() {
                return Ok((at, None));
            }
            if let Some(open) = target.iter().position(|&c| c == b'[') {
                if target.last() == Some(&b']') {
                    let sub = target[open + 1..target.len() - 1].to_vec();
                    let name = target[..open].to_vec();
                    return Ok((self.vars.names.sym(&name), Some(sub)));
                }
            }
            let target = target.clone();
            let next = self.vars.names.sym(&target);
            if next == at {
                break;
            }
            at = next;
        }
        let name = self.vars.names.name(sym);
        let message = [b"warning: ", &name[..], b": circular name reference"].concat();
        self.complain(&message);
        Err(Stop::Expansion(1))
    }

    /// What `$name` gives.
    pub fn var_text(&mut self, sym: Sym) -> Result<Option<Bytes>, Stop> {
        if sym < DYNAMIC {
            if matches!(sym, RANDOM | SRANDOM) && self.vars.get(sym).is_none() {
                return Ok(Some(self.next_random(sym)));
            }
            return Ok(match self.dynamic(sym) {
                Some(Value::Str(text)) => Some(text),
                Some(Value::Array(items)) => items.get(&0).cloned(),
                Some(Value::Assoc(items)) => items.get(b"0").map(<[u8]>::to_vec),
                _ => None,
            });
        }
        match self.vars.get(sym) {
            Some(var) if !var.has(NAMEREF) => Ok(var.scalar().map(<[u8]>::to_vec)),
            Some(_) => {
                let (target, sub) = self.resolve(sym)?;
                match sub {
                    Some(sub) => self.sub_text(target, &sub),
                    None if target == sym => Ok(self.vars.get(sym).and_then(|v| v.scalar()).map(<[u8]>::to_vec)),
                    None => self.var_text(target),
                }
            }
            None => Ok(None),
        }
    }

    /// An element by a subscript given as text.
    pub fn sub_text(&mut self, sym: Sym, sub: &[u8]) -> Result<Option<Bytes>, Stop> {
        if sub == b"@" || sub == b"*" {
            let all = self.elements(sym);
            return Ok(if all.is_empty() { None } else { Some(all.join(&b' ')) });
        }
        if self.is_assoc(sym) {
            let key = self.expand_text(sub)?;
            return Ok(self.elem_text(sym, &key));
        }
        let index = self.arith_bytes(sub, "")?;
        Ok(self.index_text(sym, index))
    }

    pub fn is_assoc(&self, sym: Sym) -> bool {
        sym == BASH_ALIASES || sym == BASH_CMDS || self.vars.get(sym).is_some_and(Var::is_assoc)
    }

    pub fn elem_text(&self, sym: Sym, key: &[u8]) -> Option<Bytes> {
        if sym < DYNAMIC {
            return match self.dynamic(sym) {
                Some(Value::Assoc(items)) => items.get(key).map(<[u8]>::to_vec),
                _ => None,
            };
        }
        match self.vars.get(sym).map(|var| &var.value) {
            Some(Value::Assoc(items)) => items.get(key).map(<[u8]>::to_vec),
            _ => None,
        }
    }

    /// An element of an indexed array; a plain value is its element 0.
    pub fn index_text(&mut self, sym: Sym, index: i64) -> Option<Bytes> {
        let computed;
        let value = if sym < DYNAMIC {
            computed = self.dynamic(sym)?;
            &computed
        } else {
            &self.vars.get(sym)?.value
        };
        match value {
            Value::Array(items) => {
                let index =
                    if index < 0 { items.last_key_value().map_or(0, |(last, _)| *last) + 1 + index } else { index };
                if index < 0 {
                    let name = self.vars.names.name(sym).to_vec();
                    self.complain(&[&name[..], b": bad array subscript"].concat());
                    return None;
                }
                items.get(&index).cloned()
            }
            Value::Str(text) if index == 0 || index == -1 => Some(text.clone()),
            Value::Assoc(items) => items.get(&itoa(index)).map(<[u8]>::to_vec),
            _ => None,
        }
    }

    /// All values, for `${name[@]}`.
    pub fn elements(&mut self, sym: Sym) -> Vec<Bytes> {
        let computed;
        let value = if sym < DYNAMIC {
            match self.dynamic(sym) {
                Some(value) => {
                    computed = value;
                    &computed
                }
                None => return Vec::new(),
            }
        } else {
            match self.vars.get(sym) {
                Some(var) => &var.value,
                None => return Vec::new(),
            }
        };
        match value {
            Value::Unset => Vec::new(),
            Value::Str(text) => vec![text.clone()],
            Value::Array(items) => items.values().cloned().collect(),
            Value::Assoc(items) => items.iter().map(|(_, value)| value.to_vec()).collect(),
        }
    }

    /// All subscripts, for `${!name[@]}`.
    pub fn keys(&mut self, sym: Sym) -> Vec<Bytes> {
        let computed;
        let value = if sym < DYNAMIC {
            match self.dynamic(sym) {
                Some(value) => {
                    computed = value;
                    &computed
                }
                None => return Vec::new(),
            }
        } else {
            match self.vars.get(sym) {
                Some(var) => &var.value,
                None => return Vec::new(),
            }
        };
        match value {
            Value::Unset => Vec::new(),
            Value::Str(_) => vec![b"0".to_vec()],
            Value::Array(items) => items.keys().map(|&key| itoa(key)).collect(),
            Value::Assoc(items) => items.iter().map(|(key, _)| key.to_vec()).collect(),
        }
    }

    /// Values that are made when they are asked for.
    pub fn dynamic(&self, sym: Sym) -> Option<Value> {
        let text = |text: String| Some(Value::Str(text.into_bytes()));
        let list = |items: Vec<Bytes>| {
            Some(Value::Array(items.into_iter().enumerate().map(|(at, item)| (at as i64, item)).collect()))
        };
        if let Some(var) = self.vars.get(sym) {
            // Made local or unset by the program: a plain variable.
            if !matches!(sym, SECONDS | RANDOM | LINENO) || !matches!(var.value, Value::Unset) {
                if matches!(sym, FUNCNAME | BASH_SOURCE | BASH_LINENO | DIRSTACK) {
                } else {
                    return Some(var.value.clone());
                }
            }
        }
        match sym {
            RANDOM | SRANDOM => None,
            SECONDS => text((Sys::now().0 - self.seconds_base).to_string()),
            LINENO => text(self.line.to_string()),
            EPOCHSECONDS => text(Sys::now().0.to_string()),
            EPOCHREALTIME => {
                let (secs, nanos) = Sys::now();
                text(format!("{secs}.{:06}", nanos / 1000))
            }
            BASHPID => text(if self.subshell > 0 && self.shell_pid == Sys::pid() {
                // A subshell in this process: a number of its own all the same.
                (i64::from(Sys::pid()) + i64::from(self.subshell) * 100_000).to_string()
            } else {
                Sys::pid().to_string()
            }),
            FUNCNAME => {
                if !self.frames.iter().any(|frame| frame.function) {
                    return None;
                }
                let mut names: Vec<Bytes> = self.frames.iter().rev().map(|frame| frame.name.to_vec()).collect();
                if !self.from_string {
                    names.push(b"main".to_vec());
                }
                list(names)
            }
            BASH_SOURCE => {
                let mut sources: Vec<Bytes> = self.frames.iter().rev().map(|frame| frame.source.to_vec()).collect();
                if !self.from_string && !self.source.is_empty() {
                    sources.push(self.source.to_vec());
                }
                list(sources)
            }
            BASH_LINENO => {
                let mut lines: Vec<Bytes> = self.frames.iter().rev().map(|frame| itoa(frame.line.into())).collect();
                if !self.from_string && !self.source.is_empty() {
                    lines.push(b"0".to_vec());
                }
                list(lines)
            }
            PIPESTATUS => list(self.pipe_status.iter().map(|&status| itoa(status.into())).collect()),
            DIRSTACK => {
                let mut dirs = vec![self.cwd.clone()];
                dirs.extend(self.dirs.iter().rev().cloned());
                list(dirs)
            }
            BASH_COMMAND => Some(Value::Str(self.command_text.clone())),
            BASH_SUBSHELL => text(self.subshell.to_string()),
            GROUPS => list(vec![itoa(Sys::ids().1.into())]),
            BASH_ARGV0 => Some(Value::Str(self.name.clone())),
            HISTCMD => text("1".into()),
            BASH_ALIASES => {
                let mut items = Assoc::default();
                for (name, value) in self.aliases.iter() {
                    items.insert(name.clone(), value.clone());
                }
                Some(Value::Assoc(items))
            }
            BASH_CMDS => {
                let mut items = Assoc::default();
                for (name, (path, _)) in &self.hash {
                    items.insert(name.clone(), path.clone());
                }
                Some(Value::Assoc(items))
            }
            SHELLOPTS => {
                let on: Vec<&str> = crate::options::Options::NAMES
                    .iter()
                    .map(|(name, _)| *name)
                    .filter(|name| self.options.get(name) == Some(true))
                    .collect();
                text(on.join(":"))
            }
            BASHOPTS => {
                let on: Vec<&str> = crate::options::Shopts::NAMES
                    .iter()
                    .map(|(name, _)| *name)
                    .filter(|name| self.shopts.get(name) == Some(true))
                    .collect();
                text(on.join(":"))
            }
            _ => None,
        }
    }

    /// `RANDOM` and `SRANDOM`, which change by being read.
    pub fn next_random(&mut self, sym: Sym) -> Bytes {
        if sym == SRANDOM {
            return itoa(Sys::random().into());
        }
        // The minimal standard generator, as bash has it.
        let mut seed = i64::from(self.random & 0x7fff_ffff);
        if seed == 0 {
            seed = 123_459_876;
        }
        let (high, low) = (seed / 127_773, seed - (seed / 127_773) * 127_773);
        let mut next = 16_807 * low - 2_836 * high;
        if next < 0 {
            next += 0x7fff_ffff;
        }
        self.random = next as u32;
        itoa(((next >> 16) ^ (next & 65_535)) & 32_767)
    }

    pub fn readonly_error(&mut self, sym: Sym) -> Stop {
        let name = self.vars.names.name(sym);
        let message = [&name[..], b": readonly variable"].concat();
        self.complain(&message);
        Stop::Expansion(1)
    }

    /// `name=value` with all that the name's attributes ask for.
    pub fn assign(&mut self, sym: Sym, value: Bytes) -> Done {
        if sym >= HOOKED && !self.options.allexport {
            match self.vars.get(sym) {
                None => {
                    *self.vars.entry(sym) = Some(Var::new(Value::Str(value)));
                    return Ok(());
                }
                Some(var) if var.flags & !(EXPORT | TRACE) == 0 => {
                    self.vars.set_raw(sym, value);
                    return Ok(());
                }
                Some(_) => {}
            }
        }
        self.assign_slow(sym, value, false)
    }

    pub fn append(&mut self, sym: Sym, value: &[u8]) -> Done {
        if sym >= HOOKED {
            if let Some(var) = self.vars.get(sym) {
                if var.flags == 0 && matches!(var.value, Value::Str(_)) {
                    if let Some(Var { value: Value::Str(text), .. }) = self.vars.entry(sym) {
                        text.extend_from_slice(value);
                    }
                    return Ok(());
                }
            }
        }
        self.assign_slow(sym, value.to_vec(), true)
    }

    fn assign_slow(&mut self, sym: Sym, value: Bytes, append: bool) -> Done {
        let is_ref = self.vars.get(sym).is_some_and(|var| var.has(NAMEREF));
        if is_ref {
            let unset_ref = self.vars.get(sym).is_some_and(|var| var.scalar().is_none_or(<[u8]>::is_empty));
            if unset_ref {
                // The first value of a reference is its target.
                if !is_name(value.split(|&c| c == b'[').next().unwrap_or(b"")) {
                    let message = [b"`", &value[..], b"': not a valid identifier"].concat();
                    self.complain(&message);
                    return Err(Stop::Expansion(1));
                }
                self.vars.set_raw(sym, value);
                return Ok(());
            }
            let (target, sub) = self.resolve(sym)?;
            return match sub {
                Some(sub) => self.assign_sub(target, &sub, value, append),
                None => self.assign_slow_at(target, value, append),
            };
        }
        self.assign_slow_at(sym, value, append)
    }

    fn assign_slow_at(&mut self, sym: Sym, value: Bytes, append: bool) -> Done {
        let flags = self.vars.get(sym).map_or(0, |var| var.flags);
        if flags & READONLY != 0 || matches!(sym, SHELLOPTS | BASHOPTS) {
            return Err(self.readonly_error(sym));
        }
        if sym < DYNAMIC && self.assign_dynamic(sym, &value)? {
            return Ok(());
        }
        if flags & ASSOC != 0 || self.vars.get(sym).is_some_and(Var::is_assoc) {
            return self.assign_key(sym, b"0".to_vec(), value, append);
        }
        if self.vars.get(sym).is_some_and(Var::is_array) {
            return self.assign_index(sym, 0, value, append);
        }
        let old = if append { self.vars.get(sym).and_then(|var| var.scalar()).map(<[u8]>::to_vec) } else { None };
        let value = self.transform(flags, old.as_deref(), value)?;
        self.vars.set_raw(sym, value);
        if self.options.allexport {
            self.vars.var_mut(sym).flags |= EXPORT;
            self.vars.touch_exports();
        }
        if sym < HOOKED {
            self.changed(sym);
        }
        Ok(())
    }

    fn assign_dynamic(&mut self, sym: Sym, value: &[u8]) -> Result<bool, Stop> {
        match sym {
            RANDOM => self.random = plain_integer(value).unwrap_or(0) as u32,
            SECONDS => self.seconds_base = Sys::now().0 - plain_integer(value).unwrap_or(0),
            BASH_ARGV0 => self.name = value.to_vec(),
            LINENO => self.line = plain_integer(value).unwrap_or(0) as u32,
            FUNCNAME | BASH_SOURCE | BASH_LINENO | GROUPS | PIPESTATUS | BASHPID | EPOCHSECONDS | EPOCHREALTIME | SRANDOM
            | BASH_SUBSHELL | BASH_COMMAND | HISTCMD | DIRSTACK => {}
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// What attributes make of a value; `old` is what it is appended to.
    pub fn transform(&mut self, flags: u16, old: Option<&[u8]>, value: Bytes) -> Result<Bytes, Stop> {
        if flags & INTEGER != 0 {
            let added = self.arith_bytes(&value, "")?;
            let base = match old {
                Some(old) => self.arith_bytes(&old.to_vec(), "")?,
                None => 0,
            };
            return Ok(itoa(base.wrapping_add(added)));
        }
        let mut all = match old {
            Some(old) => [old, &value].concat(),
            None => value,
        };
        if flags & (LOWER | UPPER | CAPITAL) != 0 {
            let text = String::from_utf8_lossy(&all);
            all = if flags & LOWER != 0 {
                text.to_lowercase().into_bytes()
            } else if flags & UPPER != 0 {
                text.to_uppercase().into_bytes()
            } else {
                let lower = text.to_lowercase();
                let mut chars = lower.chars();
                let first: String = chars.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
                (first + chars.as_str()).into_bytes()
            };
        }
        Ok(all)
    }

    /// `name[sub]=value` with the subscript as text.
    pub fn assign_sub(&mut self, sym: Sym, sub: &[u8], value: Bytes, append: bool) -> Done {
        let (sym, _) = self.resolve(sym)?;
        if self.is_assoc(sym) {
            let key = self.expand_text(sub)?;
            return self.assign_key(sym, key, value, append);
        }
        let index = self.arith_bytes(sub, "")?;
        self.assign_index(sym, index, value, append)
    }

    pub fn assign_key(&mut self, sym: Sym, key: Bytes, value: Bytes, append: bool) -> Done {
        if sym == BASH_ALIASES {
            std::rc::Rc::make_mut(&mut self.aliases).insert(key, value);
            return Ok(());
        }
        let flags = self.vars.get(sym).map_or(0, |var| var.flags);
        if flags & READONLY != 0 {
            return Err(self.readonly_error(sym));
        }
        let old = if append { self.elem_text(sym, &key) } else { None };
        let value = self.transform(flags, old.as_deref(), value)?;
        let var = self.vars.var_mut(sym);
        match &mut var.value {
            Value::Assoc(items) => items.insert(key, value),
            other => {
                let mut items = Assoc::default();
                if let Value::Str(text) = other {
                    items.insert(b"0".to_vec(), std::mem::take(text));
                }
                items.insert(key, value);
                *other = Value::Assoc(items);
            }
        }
        var.flags |= ASSOC;
        Ok(())
    }

    pub fn assign_index(&mut self, sym: Sym, index: i64, value: Bytes, append: bool) -> Done {
        let (flags, last) = match self.vars.get(sym) {
            Some(var) => (
                var.flags,
                match &var.value {
                    Value::Array(items) => items.last_key_value().map_or(-1, |(last, _)| *last),
                    Value::Str(_) => 0,
                    _ => -1,
                },
            ),
            None => (0, -1),
        };
        if flags & READONLY != 0 {
            return Err(self.readonly_error(sym));
        }
        let at = if index < 0 { last + 1 + index } else { index };
        if at < 0 {
            let name = self.vars.names.name(sym);
            let message = [&name[..], b"[", &itoa(index), b"]: bad array subscript"].concat();
            self.complain(&message);
            return Err(Stop::Expansion(1));
        }
        if sym < DYNAMIC && !matches!(sym, BASH_ARGC | BASH_ARGV) {
            if sym == DIRSTACK {
                let dirs = self.dirs.len();
                if at > 0 && at as usize <= dirs {
                    self.dirs[dirs - at as usize] = value;
                }
            }
            return Ok(());
        }
        let value = if append || flags & !(EXPORT | ARRAY) != 0 {
            let old = if append { self.index_text(sym, at) } else { None };
            self.transform(flags, old.as_deref(), value)?
        } else {
            value
        };
        let var = self.vars.var_mut(sym);
        match &mut var.value {
            Value::Array(items) => {
                items.insert(at, value);
            }
            other => {
                let mut items = BTreeMap::new();
                if let Value::Str(text) = other {
                    items.insert(0, std::mem::take(text));
                }
                items.insert(at, value);
                *other = Value::Array(items);
            }
        }
        Ok(())
    }

    /// Whole arrays, as builtins set them.
    pub fn set_array(&mut self, sym: Sym, items: Vec<Bytes>) -> Done {
        let (sym, _) = self.resolve(sym)?;
        let flags = self.vars.get(sym).map_or(0, |var| var.flags);
        if flags & READONLY != 0 {
            return Err(self.readonly_error(sym));
        }
        let items = items.into_iter().enumerate().map(|(at, item)| (at as i64, item)).collect();
        self.vars.var_mut(sym).value = Value::Array(items);
        Ok(())
    }

    pub fn set_text(&mut self, name: &[u8], value: &[u8]) {
        let sym = self.vars.names.sym(name);
        let _ = self.assign(sym, value.to_vec());
    }

    /// Keeps in step what is made from variables.
    pub fn changed(&mut self, sym: Sym) {
        match sym {
            IFS => {
                let ifs = self.vars.get(IFS).and_then(|var| var.scalar()).map(<[u8]>::to_vec);
                self.ifs = Ifs::new(ifs.as_deref());
            }
            PATH => self.hash.clear(),
            OPTIND => self.getopts_at = 0,
            LC_ALL | LC_CTYPE | LANG => {
                let name = [LC_ALL, LC_CTYPE, LANG]
                    .iter()
                    .filter_map(|&sym| self.vars.get(sym).and_then(|var| var.scalar()))
                    .find(|text| !text.is_empty());
                self.utf8 = !matches!(name, Some(b"C" | b"POSIX"));
            }
            POSIXLY_CORRECT => self.options.posix = self.vars.get(sym).is_some(),
            _ => {}
        }
    }

    /// Says whether an assignment or `unset` may change the name.
    pub fn is_readonly(&self, sym: Sym) -> bool {
        matches!(sym, SHELLOPTS | BASHOPTS) || self.vars.get(sym).is_some_and(|var| var.has(READONLY))
    }

    /// The letters of `declare -p` and `${x@a}`.
    pub fn flag_letters(var: &Var) -> String {
        let mut out = String::new();
        if var.is_array() && !var.is_assoc() {
            out.push('a');
        }
        if var.is_assoc() {
            out.push('A');
        }
        for (flag, letter) in [
            (INTEGER, 'i'),
            (NAMEREF, 'n'),
            (READONLY, 'r'),
            (TRACE, 't'),
            (EXPORT, 'x'),
            (CAPITAL, 'c'),
            (LOWER, 'l'),
            (UPPER, 'u'),
        ] {
            if var.has(flag) {
                out.push(letter);
            }
        }
        out
    }

    /// `declare -x name="value"`; nothing for a name that is not there.
    pub fn declaration(&self, sym: Sym) -> Option<Bytes> {
        let computed;
        let var = match self.vars.get(sym) {
            Some(var) if sym >= DYNAMIC => var,
            other => {
                let value = self.dynamic(sym)?;
                computed = Var { value, flags: other.map_or(0, |var| var.flags) };
                &computed
            }
        };
        let name = self.vars.names.name(sym);
        let mut out = b"declare -".to_vec();
        let letters = Shell::flag_letters(var);
        out.extend_from_slice(if letters.is_empty() { b"-" } else { letters.as_bytes() });
        out.push(b' ');
        out.extend_from_slice(&name);
        if let Some(value) = declared_value(var) {
            out.push(b'=');
            out.extend_from_slice(&value);
        }
        Some(out)
    }
}

/// What stands behind `=` in `declare -p`.
pub fn declared_value(var: &Var) -> Option<Bytes> {
    match &var.value {
        Value::Unset => None,
        Value::Str(text) => Some(quote::quote_declare(text)),
        Value::Array(items) => {
            let mut out = b"(".to_vec();
            for (at, (index, item)) in items.iter().enumerate() {
                if at > 0 {
                    out.push(b' ');
                }
                out.push(b'[');
                out.extend_from_slice(&itoa(*index));
                out.extend_from_slice(b"]=");
                out.extend_from_slice(&quote::quote_declare(item));
            }
            out.push(b')');
            Some(out)
        }
        Value::Assoc(items) => {
            let mut out = b"(".to_vec();
            for (key, item) in items.iter() {
                out.push(b'[');
                out.extend_from_slice(&quote::quote_key(key));
                out.extend_from_slice(b"]=");
                out.extend_from_slice(&quote::quote_declare(item));
                out.push(b' ');
            }
            out.push(b')');
            Some(out)
        }
    }
}
