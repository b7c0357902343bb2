//! `$name` and `${name…}` in all their forms.

mod operators;

use crate::arith::itoa;
use crate::ast::*;
use crate::charset::{char_len, count_chars};
use crate::expand::{Mode, SINGLE};
use crate::fields::Fields;
use crate::shell::{Done, Shell, Stop};
use crate::special;
use crate::vars::{Bytes, Value};
use operators::{change_case, each, replace};

enum Got {
    Unset,
    Text(Bytes),
    /// `true`: as `@`.
    List(Vec<Bytes>, bool),
}

impl Shell {
    pub(crate) fn walk_param(&mut self, param: &Param, quoted: bool, mode: Mode, f: &mut Fields) -> Done {
        if let (ParamName::Var(sym), None, ParamOp::None, false, false) =
            (param.name, &param.sub, &param.op, param.indirect, param.length)
        {
            if sym >= special::DYNAMIC {
                if let Some(var) = self.vars.get(sym) {
                    if let (Value::Str(text), false) = (&var.value, var.has(crate::vars::NAMEREF)) {
                        if quoted {
                            f.quoted(text);
                        } else if mode.split {
                            f.split(text, &self.ifs);
                        } else {
                            f.active(text);
                        }
                        return Ok(());
                    }
                }
            }
        }
        if let ParamOp::Fallback { kind, or_null, word } = &param.op {
            if !param.length {
                return self.walk_fallback(param, *kind, *or_null, word, quoted, mode, f);
            }
        }
        match self.param_got(param, quoted)? {
            Got::Unset => {
                if quoted {
                    f.quoted(b"");
                }
            }
            Got::Text(text) => self.put(&text, quoted, mode, f),
            Got::List(items, at) => self.put_list(&items, at, quoted, mode, f),
        }
        Ok(())
    }

    /// The value as one text.
    pub fn param_text(&mut self, param: &Param) -> Result<Bytes, Stop> {
        let mut f = Fields::default();
        self.walk_param(param, true, SINGLE, &mut f)?;
        Ok(f.single())
    }

    #[allow(clippy::too_many_arguments)]
    fn walk_fallback(
        &mut self,
        param: &Param,
        kind: Fallback,
        or_null: bool,
        word: &Word,
        quoted: bool,
        mode: Mode,
        f: &mut Fields,
    ) -> Done {
        let nounset = std::mem::replace(&mut self.options.nounset, false);
        let got = self.param_base(param);
        self.options.nounset = nounset;
        let got = got?;
        let missing = match &got {
            Got::Unset => true,
            Got::Text(text) => or_null && text.is_empty(),
            Got::List(items, _) => {
                items.is_empty() || (or_null && items.iter().all(Vec::is_empty) && (items.len() == 1))
            }
        };
        if kind == Fallback::Alternative {
            if !missing {
                return self.walk_operand(word, quoted, mode, f);
            }
            if quoted && !matches!(got, Got::List(..)) {
                f.quoted(b"");
            } else if quoted {
                f.empty_list = true;
            }
            return Ok(());
        }
        if !missing {
            match got {
                Got::Unset => {}
                Got::Text(text) => self.put(&text, quoted, mode, f),
                Got::List(items, at) => self.put_list(&items, at, quoted, mode, f),
            }
            return Ok(());
        }
        match kind {
            Fallback::Use | Fallback::Alternative => self.walk_operand(word, quoted, mode, f),
            Fallback::Assign => {
                let mut inner = Fields::default();
                self.walk_operand(word, quoted, SINGLE, &mut inner)?;
                let value = inner.single();
                let ParamName::Var(sym) = param.name else {
                    let message = [&param_label(self, param)[..], b": cannot assign in this way"].concat();
                    self.complain(&[b"$", &message[..]].concat());
                    return Err(Stop::Expansion(1));
                };
                match &param.sub {
                    None if param.indirect => {
                        let target = self.var_text(sym)?.unwrap_or_default();
                        let target = self.vars.names.sym(&target);
                        self.assign(target, value.clone())?;
                    }
                    None => self.assign(sym, value.clone())?,
                    Some(Subscript::Index(index)) => {
                        if self.is_assoc(sym) {
                            let key = self.expand_single(&index.word)?;
                            self.assign_key(sym, key, value.clone(), false)?;
                        } else {
                            let at = self.index_of(index)?;
                            self.assign_index(sym, at, value.clone(), false)?;
                        }
                    }
                    Some(_) => return Err(Stop::Expansion(1)),
                }
                let value = self.var_text(sym).ok().flatten().filter(|_| param.sub.is_none() && !param.indirect).unwrap_or(value);
                self.put(&value, quoted, mode, f);
                Ok(())
            }
            Fallback::Error => {
                let mut inner = Fields::default();
                self.walk_operand(word, quoted, SINGLE, &mut inner)?;
                let mut text = inner.single();
                if word.parts.is_empty() {
                    text = if or_null { b"parameter null or not set".to_vec() } else { b"parameter not set".to_vec() };
                }
                let label = param_label(self, param);
                self.complain(&[&label[..], b": ", &text].concat());
                self.status = if self.subshell > 0 || !self.from_string || self.options.errexit { 1 } else { 127 };
                Err(Stop::Exit)
            }
        }
    }

    fn walk_operand(&mut self, word: &Word, quoted: bool, mode: Mode, f: &mut Fields) -> Done {
        if word.parts.is_empty() && quoted {
            f.quoted(b"");
        }
        if quoted || !mode.split {
            return self.walk(&word.parts, quoted, mode, f);
        }
        // What was not quoted is split like the result of an expansion.
        for part in &word.parts {
            match part {
                Part::Lit(text) => f.split(text, &self.ifs),
                part => self.walk(std::slice::from_ref(part), false, mode, f)?,
            }
        }
        Ok(())
    }

    /// The value before any operator, subscript and indirection seen to.
    fn param_base(&mut self, param: &Param) -> Result<Got, Stop> {
        let got = self.param_direct(param.name, param.sub.as_ref())?;
        if !param.indirect || matches!(param.op, ParamOp::Names { .. } | ParamOp::Keys { .. }) {
            return Ok(got);
        }
        // A nameref names its target.
        if let (ParamName::Var(sym), None) = (param.name, &param.sub) {
            if self.vars.get(sym).is_some_and(|var| var.has(crate::vars::NAMEREF)) {
                if let Some(Value::Str(target)) = self.vars.get(sym).map(|var| &var.value) {
                    return Ok(Got::Text(target.clone()));
                }
            }
        }
        let target = match got {
            Got::Text(text) => text,
            Got::List(items, _) => items.join(&b' '),
            Got::Unset => {
                let label = param_label(self, param);
                self.complain(&[&label[..], b": invalid indirect expansion"].concat());
                return Err(Stop::Expansion(1));
            }
        };
        self.indirect(&target)
    }

    /// The value of the parameter that a text names.
    fn indirect(&mut self, target: &[u8]) -> Result<Got, Stop> {
        if let Some(open) = target.iter().position(|&c| c == b'[') {
            if target.last() == Some(&b']') && crate::names::is_name(&target[..open]) {
                let sym = self.vars.names.sym(&target[..open]);
                let sub = &target[open + 1..target.len() - 1];
                if sub == b"@" || sub == b"*" {
                    return Ok(Got::List(self.elements(sym), sub == b"@"));
                }
                return Ok(self.sub_text(sym, sub)?.map_or(Got::Unset, Got::Text));
            }
        }
        if crate::names::is_name(target) {
            let sym = self.vars.names.sym(target);
            return self.param_direct(ParamName::Var(sym), None);
        }
        if let Some(number) = crate::arith::plain_integer(target) {
            if number >= 0 {
                let name = if number == 0 { ParamName::Special(b'0') } else { ParamName::Positional(number as u32) };
                return self.param_direct(name, None);
            }
        }
        if let [c @ (b'@' | b'*' | b'#' | b'?' | b'-' | b'$' | b'!')] = *target {
            return self.param_direct(ParamName::Special(c), None);
        }
        let message = [target, b": invalid variable name"].concat();
        self.complain(&message);
        Err(Stop::Expansion(1))
    }

    fn param_direct(&mut self, name: ParamName, sub: Option<&Subscript>) -> Result<Got, Stop> {
        let text = |text: Option<Bytes>| text.map_or(Got::Unset, Got::Text);
        Ok(match name {
            ParamName::Positional(number) => text(self.positional.get(number as usize - 1).cloned()),
            ParamName::Special(c) => match c {
                b'@' | b'*' => Got::List(self.positional.to_vec(), c == b'@'),
                b'#' => Got::Text(itoa(self.positional.len() as i64)),
                b'?' => Got::Text(itoa(self.status.into())),
                b'-' => {
                    let mut letters = self.options.letters();
                    if self.from_string {
                        letters.push('c');
                    }
                    Got::Text(letters.into_bytes())
                }
                b'$' => Got::Text(itoa(self.shell_pid.into())),
                b'!' => text(self.last_background.map(|pid| itoa(pid.into()))),
                _ => Got::Text(self.name.clone()),
            },
            ParamName::Var(sym) => match sub {
                None => {
                    if sym == special::UNDERSCORE {
                        return Ok(Got::Text(self.last_argument.clone()));
                    }
                    text(self.var_text(sym)?)
                }
                Some(Subscript::At | Subscript::Star) => {
                    let (sym, inner) = self.resolve(sym)?;
                    let at = matches!(sub, Some(Subscript::At));
                    match inner {
                        Some(_) => Got::Unset,
                        None => Got::List(self.elements(sym), at),
                    }
                }
                Some(Subscript::Index(index)) => {
                    let (sym, _) = self.resolve(sym)?;
                    if self.is_assoc(sym) {
                        let key = self.expand_single(&index.word)?;
                        return Ok(text(self.elem_text(sym, &key)));
                    }
                    let at = self.index_of(index)?;
                    text(self.index_text(sym, at))
                }
            },
        })
    }

    fn param_got(&mut self, param: &Param, quoted: bool) -> Result<Got, Stop> {
        match &param.op {
            ParamOp::Names { at } => {
                let ParamName::Var(sym) = param.name else { return Ok(Got::Unset) };
                let prefix = self.vars.names.name(sym);
                let mut names: Vec<Bytes> =
                    self.vars.all().into_iter().map(|(_, name)| name.to_vec()).filter(|name| name.starts_with(&prefix)).collect();
                for sym in 0..special::DYNAMIC {
                    let name = self.vars.names.name(sym).to_vec();
                    if name.starts_with(&prefix) && !names.contains(&name) {
                        names.push(name);
                    }
                }
                names.sort();
                return Ok(Got::List(names, *at));
            }
            ParamOp::Keys { at } => {
                let ParamName::Var(sym) = param.name else { return Ok(Got::Unset) };
                let (sym, _) = self.resolve(sym)?;
                return Ok(Got::List(self.keys(sym), *at));
            }
            _ => {}
        }
        let got = self.param_base(param)?;
        if param.length {
            return Ok(Got::Text(itoa(match got {
                Got::Unset => {
                    if self.options.nounset {
                        let label = param_label(self, param);
                        return Err(self.unbound(&label));
                    }
                    0
                }
                Got::Text(text) => count_chars(&text, self.utf8) as i64,
                Got::List(items, _) => items.len() as i64,
            })));
        }
        if matches!(got, Got::Unset) && self.options.nounset && !matches!(param.op, ParamOp::Transform(_)) {
            let label = param_label(self, param);
            return Err(self.unbound(&label));
        }
        match &param.op {
            ParamOp::None => Ok(got),
            ParamOp::RemovePrefix { longest, pattern } => {
                let pattern = self.expand_pattern(pattern, self.flavour(false))?;
                Ok(each(got, |text| match pattern.prefix(text, *longest) {
                    Some(len) => text[len..].to_vec(),
                    None => text.to_vec(),
                }))
            }
            ParamOp::RemoveSuffix { longest, pattern } => {
                let pattern = self.expand_pattern(pattern, self.flavour(false))?;
                Ok(each(got, |text| match pattern.suffix(text, *longest) {
                    Some(at) => text[..at].to_vec(),
                    None => text.to_vec(),
                }))
            }
            ParamOp::Substring { .. } if matches!(got, Got::Unset) => Ok(got),
            ParamOp::Substring { offset, length } => self.substring(param, got, offset, length.as_ref()),
            ParamOp::Replace { kind, pattern, with } => {
                let pattern = self.expand_pattern(pattern, self.flavour(self.shopts.nocasematch))?;
                let with = self.replacement(with, quoted)?;
                Ok(each(got, |text| replace(text, &pattern, *kind, &with, self.utf8)))
            }
            ParamOp::Case { kind, all, pattern } => {
                let pattern = if pattern.parts.is_empty() {
                    None
                } else {
                    Some(self.expand_pattern(pattern, self.flavour(self.shopts.nocasematch))?)
                };
                let utf8 = self.utf8;
                Ok(each(got, |text| {
                    let mut out = Vec::with_capacity(text.len());
                    let mut at = 0;
                    while at < text.len() {
                        let len = char_len(&text[at..], utf8);
                        let c = &text[at..at + len];
                        let hit = (*all || at == 0) && pattern.as_ref().is_none_or(|pattern| pattern.matches(c));
                        if hit {
                            out.extend_from_slice(&change_case(c, *kind));
                        } else {
                            out.extend_from_slice(c);
                        }
                        at += len;
                    }
                    out
                }))
            }
            ParamOp::Transform(letter) => self.transform_param(param, got, *letter),
            ParamOp::Fallback { .. } | ParamOp::Names { .. } | ParamOp::Keys { .. } => Ok(got),
        }
    }
}

/// How an error names the parameter.
fn param_label(shell: &Shell, param: &Param) -> Bytes {
    match param.name {
        ParamName::Var(sym) => {
            let mut name = shell.vars.names.name(sym).to_vec();
            match &param.sub {
                None => {}
                Some(Subscript::At) => name.extend_from_slice(b"[@]"),
                Some(Subscript::Star) => name.extend_from_slice(b"[*]"),
                Some(Subscript::Index(index)) => {
                    name.push(b'[');
                    name.extend_from_slice(&index.word.raw);
                    name.push(b']');
                }
            }
            name
        }
        ParamName::Positional(number) if shell.options.nounset => [b"$".to_vec(), itoa(number.into())].concat(),
        ParamName::Positional(number) => itoa(number.into()),
        ParamName::Special(c) => vec![c],
    }
}
