//! Assignments of the program, and how `set -x` shows them.

use std::collections::BTreeMap;

use crate::ast::*;
use crate::names::Sym;
use crate::shell::{Done, Shell, Stop};
use crate::vars::*;

impl Shell {
    pub(crate) fn run_assign(&mut self, assign: &Assign) -> Done {
        if self.options.xtrace {
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
                self.trace_assignment(head, &value);
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

    /// `head` ends in `=`.
    pub(crate) fn trace_assignment(&mut self, head: &[u8], value: &[u8]) {
        let line = if value.is_empty() { head.to_vec() } else { [head, &trace_quote(value)].concat() };
        self.trace(&line);
    }

    /// A list that a declaring builtin assigned: `name=('a' 'b')`, without the first so many.
    pub(crate) fn trace_list(&mut self, assign: &Assign, skip: usize) {
        let keyed = matches!(&assign.value, AssignValue::Array(elements) if elements.iter().any(|element| element.key.is_some()));
        let pairs: Vec<(Bytes, Bytes)> = self.keys(assign.name).into_iter().zip(self.elements(assign.name)).skip(skip).collect();
        let items: Vec<Bytes> = pairs
            .iter()
            .map(|(key, value)| {
                let value = crate::quote::single_quote(value);
                if keyed { [b"[", &crate::quote::single_quote(key)[..], b"]=", &value].concat() } else { value }
            })
            .collect();
        let head = assign.raw.iter().position(|&c| c == b'=').map_or(&assign.raw[..], |at| &assign.raw[..=at]);
        let line = [head, b"(", &items.join(&b' '), b")"].concat();
        self.trace(&line);
    }

    pub(crate) fn trace_command(&mut self, argv: &[Bytes]) {
        let mut line = Vec::new();
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
