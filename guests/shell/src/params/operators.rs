//! What the operators of `${name…}` make of a value.

use super::{Got, param_label};
use crate::ast::*;
use crate::charset::{char_len, char_offset, count_chars};
use crate::expand::SINGLE;
use crate::fields::Fields;
use crate::names::Sym;
use crate::quote;
use crate::shell::{Shell, Stop};
use crate::vars::{Bytes, Value};

impl Shell {
    /// The replacement of `${x/…/…}`: an unquoted `&` stands for the match.
    pub(super) fn replacement(&mut self, word: &Word, quoted: bool) -> Result<Vec<Option<Bytes>>, Stop> {
        if let Some(lit) = &word.lit {
            if !word.raw.contains(&b'&') {
                return Ok(vec![Some(lit.to_vec())]);
            }
        }
        let mut pieces: Vec<Option<Bytes>> = Vec::new();
        for part in &word.parts {
            let mut f = Fields::default();
            self.walk(std::slice::from_ref(part), false, SINGLE, &mut f)?;
            let text = f.single();
            let raw = matches!(part, Part::Quoted(_) | Part::Double(_)) || !self.shopts.patsub_replacement;
            if raw {
                pieces.push(Some(text));
                continue;
            }
            let mut current = Vec::new();
            let mut at = 0;
            while at < text.len() {
                match text[at] {
                    b'\\' if text.get(at + 1) == Some(&b'&') => {
                        current.push(b'&');
                        at += 1;
                    }
                    b'\\' if text.get(at + 1) == Some(&b'\\') && !matches!(part, Part::Lit(_)) => {
                        current.push(b'\\');
                        at += 1;
                    }
                    b'&' => {
                        pieces.push(Some(std::mem::take(&mut current)));
                        pieces.push(None);
                    }
                    c => current.push(c),
                }
                at += 1;
            }
            pieces.push(Some(current));
        }
        let _ = quoted;
        Ok(pieces)
    }

    pub(super) fn substring(&mut self, param: &Param, got: Got, offset: &crate::arith::ArithText, length: Option<&crate::arith::ArithText>) -> Result<Got, Stop> {
        let from = self.arith(offset, "")?;
        let count = match length {
            Some(length) => Some(self.arith(length, "")?),
            None => None,
        };
        let label = |shell: &mut Shell, value: i64, text: &[u8]| {
            let message = [text, b": substring expression < 0"].concat();
            let _ = value;
            shell.complain(&message);
            Stop::Expansion(1)
        };
        Ok(match got {
            Got::Unset => Got::Unset,
            Got::Text(text) => {
                let total = count_chars(&text, self.utf8) as i64;
                let start = if from < 0 { total + from } else { from };
                if start < 0 || start > total {
                    return Ok(Got::Text(Vec::new()));
                }
                let end = match count {
                    None => total,
                    Some(count) if count < 0 => {
                        let end = total + count;
                        if end < start {
                            let text = length.map(|length| length.raw.to_vec()).unwrap_or_default();
                            return Err(label(self, count, &text));
                        }
                        end
                    }
                    Some(count) => start.saturating_add(count).min(total),
                };
                let low = char_offset(&text, start as usize, self.utf8);
                let high = char_offset(&text, end as usize, self.utf8);
                Got::Text(text[low..high].to_vec())
            }
            Got::List(items, at) => {
                if let Some(count) = count {
                    if count < 0 {
                        let text = length.map(|length| length.raw.to_vec()).unwrap_or_default();
                        return Err(label(self, count, &text));
                    }
                }
                // Of the positional parameters, 0 is the name of the shell; of an array, subscripts count.
                let mut pairs: Vec<(i64, Bytes)> = match param.name {
                    ParamName::Special(_) => {
                        let mut pairs = vec![(0, self.name.clone())];
                        pairs.extend(items.into_iter().enumerate().map(|(i, item)| (i as i64 + 1, item)));
                        pairs
                    }
                    ParamName::Var(sym) => {
                        let (sym, _) = self.resolve(sym)?;
                        match self.vars.get(sym).map(|var| &var.value) {
                            Some(Value::Array(map)) => map.iter().map(|(k, v)| (*k, v.clone())).collect(),
                            _ => items.into_iter().enumerate().map(|(i, item)| (i as i64, item)).collect(),
                        }
                    }
                    ParamName::Positional(_) => Vec::new(),
                };
                let last = pairs.last().map_or(-1, |pair| pair.0);
                let start = if from < 0 { last + 1 + from } else { from };
                if start < 0 {
                    return Ok(Got::List(Vec::new(), at));
                }
                pairs.retain(|pair| pair.0 >= start);
                if let Some(count) = count {
                    pairs.truncate(count as usize);
                }
                Got::List(pairs.into_iter().map(|pair| pair.1).collect(), at)
            }
        })
    }

    pub(super) fn transform_param(&mut self, param: &Param, got: Got, letter: u8) -> Result<Got, Stop> {
        let sym: Option<Sym> = match param.name {
            ParamName::Var(sym) => Some(self.resolve(sym)?.0),
            _ => None,
        };
        match letter {
            b'a' => {
                let Some(sym) = sym else { return Ok(Got::Text(Vec::new())) };
                let letters = match self.vars.get(sym) {
                    Some(var) => Shell::flag_letters(var).into_bytes(),
                    None => return Ok(Got::Unset),
                };
                return Ok(match got {
                    Got::List(items, at) => Got::List(items.iter().map(|_| letters.clone()).collect(), at),
                    _ => Got::Text(letters),
                });
            }
            b'A' => {
                let Some(sym) = sym else { return Ok(match got {
                    Got::List(items, _) => {
                        let all: Vec<Bytes> = items.iter().map(|item| quote::single_quote(item)).collect();
                        Got::Text([b"set -- ".to_vec(), all.join(&b' ')].concat())
                    }
                    other => other,
                }) };
                let Some(var) = self.vars.get(sym) else { return Ok(Got::Unset) };
                let letters = Shell::flag_letters(var);
                let name = self.vars.names.name(sym);
                let array = matches!(got, Got::List(..)) && !matches!(var.value, Value::Str(_));
                let value = if array {
                    crate::values::declared_value(var)
                } else {
                    match &got {
                        Got::Text(text) => Some(quote::quote_at_q(text)),
                        Got::List(items, _) => items.first().map(|text| quote::quote_at_q(text)),
                        Got::Unset => None,
                    }
                };
                let mut out = Vec::new();
                if !letters.is_empty() {
                    out.extend_from_slice(format!("declare -{letters} ").as_bytes());
                }
                out.extend_from_slice(&name);
                match value {
                    Some(value) => {
                        out.push(b'=');
                        out.extend_from_slice(&value);
                    }
                    None if letters.is_empty() => return Ok(Got::Unset),
                    None => {}
                }
                return Ok(Got::Text(out));
            }
            b'K' | b'k' => {
                if let (Got::List(_, at), Some(sym)) = (&got, sym) {
                    let at = *at;
                    if letter == b'k' {
                        let keys = self.keys(sym);
                        let values = self.elements(sym);
                        let pairs = keys.into_iter().zip(values).flat_map(|(k, v)| [k, v]).collect();
                        return Ok(Got::List(pairs, at));
                    }
                    let keys = self.keys(sym);
                    let values = self.elements(sym);
                    let mut out = Vec::new();
                    let assoc = self.is_assoc(sym);
                    for (i, (key, value)) in keys.into_iter().zip(values).enumerate() {
                        if i > 0 {
                            out.push(b' ');
                        }
                        out.extend_from_slice(&if assoc { quote::quote_key(&key) } else { key });
                        out.push(b' ');
                        out.extend_from_slice(&quote::quote_declare(&value));
                    }
                    if assoc && !out.is_empty() {
                        out.push(b' ');
                    }
                    return Ok(Got::Text(out));
                }
                return Ok(each(got, quote::quote_at_q));
            }
            _ => {}
        }
        if matches!(got, Got::Unset) && self.options.nounset {
            let label = param_label(self, param);
            return Err(self.unbound(&label));
        }
        if letter == b'P' {
            let mut failed = None;
            let got = each(got, |text| match crate::builtins::prompt(self, text) {
                Ok(text) => text,
                Err(stop) => {
                    failed = Some(stop);
                    Vec::new()
                }
            });
            return match failed {
                Some(stop) => Err(stop),
                None => Ok(got),
            };
        }
        Ok(each(got, |text| match letter {
            b'Q' => quote::quote_at_q(text),
            b'U' => change_case(text, Case::Upper),
            b'L' => change_case(text, Case::Lower),
            b'u' => {
                let len = char_len(text, true);
                [change_case(&text[..len], Case::Upper), text[len..].to_vec()].concat()
            }
            b'E' => quote::ansi_c(text),
            _ => text.to_vec(),
        }))
    }
}

pub(super) fn each(got: Got, mut change: impl FnMut(&[u8]) -> Bytes) -> Got {
    match got {
        Got::Unset => Got::Unset,
        Got::Text(text) => Got::Text(change(&text)),
        Got::List(items, at) => Got::List(items.iter().map(|item| change(item)).collect(), at),
    }
}

/// Bytes that are no text stay as they are.
pub(super) fn change_case(bytes: &[u8], kind: Case) -> Bytes {
    let mut out = Vec::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        let text = chunk.valid();
        let changed = match kind {
            Case::Upper => text.to_uppercase(),
            Case::Lower => text.to_lowercase(),
            Case::Toggle if text.chars().all(char::is_lowercase) => text.to_uppercase(),
            Case::Toggle => text.to_lowercase(),
        };
        out.extend_from_slice(changed.as_bytes());
        out.extend_from_slice(chunk.invalid());
    }
    out
}

pub(super) fn replace(text: &[u8], pattern: &crate::pattern::Pattern, kind: Replace, with: &[Option<Bytes>], utf8: bool) -> Bytes {
    let put = |out: &mut Vec<u8>, hit: &[u8]| {
        for piece in with {
            match piece {
                Some(text) => out.extend_from_slice(text),
                None => out.extend_from_slice(hit),
            }
        }
    };
    let mut out = Vec::with_capacity(text.len());
    match kind {
        Replace::Prefix => match pattern.longest_at(text, 0) {
            Some(end) => {
                put(&mut out, &text[..end]);
                out.extend_from_slice(&text[end..]);
            }
            None => return text.to_vec(),
        },
        Replace::Suffix => match pattern.suffix(text, true) {
            Some(at) => {
                out.extend_from_slice(&text[..at]);
                put(&mut out, &text[at..]);
            }
            None => return text.to_vec(),
        },
        Replace::First | Replace::All => {
            if pattern.is_empty() {
                return text.to_vec();
            }
            let mut at = 0;
            while let Some((start, end)) = pattern.find(text, at) {
                if end == start && start >= text.len() && !(text.is_empty()) {
                    break;
                }
                out.extend_from_slice(&text[at..start]);
                put(&mut out, &text[start..end]);
                if end == start {
                    let len = char_len(&text[start..], utf8);
                    out.extend_from_slice(&text[start..start + len]);
                    at = start + len;
                } else {
                    at = end;
                }
                if kind == Replace::First || at >= text.len() {
                    break;
                }
            }
            out.extend_from_slice(&text[at.min(text.len())..]);
        }
    }
    out
}
