//! Functions on strings and numbers, and on streams.

use super::{Eval, Run};
use crate::format::{Arguments, TooFew, format};
use crate::number::{number_with_base, push_number};
use crate::random::Random;
use crate::streams::shell;
use crate::syntax::tree::{Builtin, Expr};
use crate::text::{char_count, char_offset};
use crate::value::Value;

impl<'p> Run<'p> {
    pub(super) fn builtin(&mut self, builtin: Builtin, arguments: &'p [Expr]) -> Eval<Value> {
        let numeric = match builtin {
            Builtin::Length => return self.length(arguments),
            Builtin::Substr => return self.substr(arguments),
            Builtin::Index => return self.index(arguments),
            Builtin::Sprintf => {
                let mut text = self.buffer();
                self.format(arguments, &mut text)?;
                let value = Value::string(&text);
                self.release(text);
                return Ok(value);
            }
            Builtin::Tolower | Builtin::Toupper => {
                let text = self.text_of(&arguments[0])?;
                let folded = if builtin == Builtin::Tolower { to_lower(&text) } else { to_upper(&text) };
                self.release(text);
                return Ok(Value::string(&folded));
            }
            Builtin::Strftime => return self.strftime(arguments),
            Builtin::Untranslated => return self.scalar(&arguments[0]),
            Builtin::Plural => return self.plural(arguments),
            Builtin::Strtonum => match self.scalar(&arguments[0])? {
                Value::String(text) | Value::Input(text) => number_with_base(text.bytes()),
                other => other.number(),
            },
            Builtin::Sin => self.number(&arguments[0])?.sin(),
            Builtin::Cos => self.number(&arguments[0])?.cos(),
            Builtin::Atan2 => {
                let y = self.number(&arguments[0])?;
                y.atan2(self.number(&arguments[1])?)
            }
            Builtin::Exp => self.number(&arguments[0])?.exp(),
            Builtin::Log | Builtin::Sqrt => self.root_or_log(builtin, &arguments[0])?,
            Builtin::Int => self.number(&arguments[0])?.trunc(),
            Builtin::Rand => self.random.fraction(),
            Builtin::Srand => {
                let seed = match arguments.first() {
                    Some(seed) => self.number(seed)?,
                    None => super::time::now() as f64,
                };
                self.random = Random::new(seed as i64 as u32);
                std::mem::replace(&mut self.seed, seed.trunc())
            }
            Builtin::System => self.system(&arguments[0])?,
            Builtin::Close => {
                let name = self.text_of(&arguments[0])?;
                let to = match arguments.get(1) {
                    Some(which) => self.text_of(which)? == b"to",
                    None => false,
                };
                f64::from(self.streams.close(&name, to))
            }
            Builtin::Fflush => match arguments.first() {
                Some(name) => {
                    let name = self.text_of(name)?;
                    if name.is_empty() {
                        self.streams.flush_all();
                        0.0
                    } else if self.streams.flush(&name) {
                        0.0
                    } else {
                        -1.0
                    }
                }
                None => {
                    self.streams.flush_all();
                    0.0
                }
            },
            Builtin::Systime => super::time::now() as f64,
            Builtin::Mktime => {
                let text = self.text_of(&arguments[0])?;
                super::time::mktime(&text)
            }
            Builtin::And | Builtin::Or | Builtin::Xor => self.bits(builtin, arguments)?,
            Builtin::Compl => {
                let value = self.whole("compl", &arguments[0])?;
                (!value & ((1 << 53) - 1)) as f64
            }
            Builtin::Lshift | Builtin::Rshift => {
                let name = if builtin == Builtin::Lshift { "lshift" } else { "rshift" };
                let value = self.whole(name, &arguments[0])?;
                let by = self.whole(name, &arguments[1])? as u32;
                let shifted = if builtin == Builtin::Lshift { value.checked_shl(by) } else { value.checked_shr(by) };
                shifted.unwrap_or(0) as f64
            }
            Builtin::Mkbool => f64::from(u8::from(self.truth(&arguments[0])?)),
        };
        Ok(Value::Number(numeric))
    }

    fn length(&mut self, arguments: &'p [Expr]) -> Eval<Value> {
        let count = match arguments.first() {
            None => char_count(self.record.text(&self.settings.ofs, &self.settings.convfmt)),
            Some(expr) => match self.value(expr)? {
                Value::Array(array) => array.borrow().len(),
                Value::String(text) | Value::Input(text) => char_count(text.bytes()),
                other => char_count(other.text(&self.settings.convfmt).bytes()),
            },
        };
        Ok(Value::Number(count as f64))
    }

    fn substr(&mut self, arguments: &'p [Expr]) -> Eval<Value> {
        let text = self.text_of(&arguments[0])?;
        let start = self.number(&arguments[1])?.trunc();
        let length = match arguments.get(2) {
            Some(length) => self.number(length)?.trunc(),
            None => f64::INFINITY,
        };
        let skip = if start >= 1.0 { start - 1.0 } else { 0.0 };
        let value = if length >= 1.0 && skip < text.len() as f64 {
            let ascii = text.is_ascii();
            let offset = |bytes: &[u8], chars: f64| {
                let chars = chars.min(bytes.len() as f64) as usize;
                if ascii { chars } else { char_offset(bytes, chars) }
            };
            let from = offset(&text, skip);
            let rest = &text[from..];
            Value::string(&rest[..offset(rest, length)])
        } else {
            Value::string(b"")
        };
        self.release(text);
        Ok(value)
    }

    fn index(&mut self, arguments: &'p [Expr]) -> Eval<Value> {
        let text = self.text_of(&arguments[0])?;
        let wanted = self.text_of(&arguments[1])?;
        let found = if self.settings.ignore_case {
            memchr::memmem::find(&to_lower(&text), &to_lower(&wanted))
        } else {
            memchr::memmem::find(&text, &wanted)
        };
        let place = match found {
            Some(_) if wanted.is_empty() => 0,
            Some(at) => char_count(&text[..at]) + 1,
            None => 0,
        };
        self.release(text);
        self.release(wanted);
        Ok(Value::Number(place as f64))
    }

    pub(super) fn format(&mut self, list: &'p [Expr], out: &mut Vec<u8>) -> Eval<()> {
        let text = self.text_of(&list[0])?;
        let mut values = Vec::with_capacity(list.len() - 1);
        for expr in &list[1..] {
            values.push(self.scalar(expr)?);
        }
        let outcome = format(out, &text, &mut Values { values: &values, convfmt: &self.settings.convfmt });
        if let Err(TooFew { at }) = outcome {
            let shown = String::from_utf8_lossy(&text).into_owned();
            let caret = " ".repeat(char_count(&text[..at.min(text.len())]));
            self.fatal(&format!("not enough arguments to satisfy format string\n\t`{shown}'\n\t{caret}^ ran out for this one"));
        }
        self.release(text);
        Ok(())
    }

    fn root_or_log(&mut self, builtin: Builtin, argument: &'p Expr) -> Eval<f64> {
        let value = self.number(argument)?;
        let name = if builtin == Builtin::Log { "log" } else { "sqrt" };
        if value < 0.0 {
            let mut shown = Vec::new();
            push_number(&mut shown, value, b"%g");
            self.warn(&format!("{name}: received negative argument {}", String::from_utf8_lossy(&shown)));
            return Ok(-f64::NAN);
        }
        Ok(if builtin == Builtin::Log { value.ln() } else { value.sqrt() })
    }

    fn system(&mut self, command: &'p Expr) -> Eval<f64> {
        let command = self.text_of(command)?;
        self.streams.flush_all();
        let status = shell(&command).status();
        self.release(command);
        Ok(match status {
            Ok(status) => match status.signal() {
                Some(signal) => f64::from(256 + signal),
                None => f64::from(status.shell_code()),
            },
            Err(_) => -1.0,
        })
    }

    fn whole(&mut self, name: &str, expr: &'p Expr) -> Eval<u64> {
        let value = self.number(expr)?;
        if value < 0.0 {
            self.fatal(&format!("{name}: argument 1 negative value {value} is not allowed"));
        }
        Ok(value as u64)
    }

    fn bits(&mut self, builtin: Builtin, arguments: &'p [Expr]) -> Eval<f64> {
        let name = match builtin {
            Builtin::And => "and",
            Builtin::Or => "or",
            _ => "xor",
        };
        let mut result = self.whole(name, &arguments[0])?;
        for argument in &arguments[1..] {
            let value = self.whole(name, argument)?;
            result = match builtin {
                Builtin::And => result & value,
                Builtin::Or => result | value,
                _ => result ^ value,
            };
        }
        Ok(result as f64)
    }

    fn plural(&mut self, arguments: &'p [Expr]) -> Eval<Value> {
        let Some(count) = arguments.get(2) else { return Ok(Value::Nothing) };
        let one = self.number(count)? == 1.0;
        self.scalar(&arguments[if one { 0 } else { 1 }])
    }
}

struct Values<'a> {
    values: &'a [Value],
    convfmt: &'a [u8],
}

impl Arguments for Values<'_> {
    fn number(&mut self, index: usize) -> Option<f64> {
        self.values.get(index).map(Value::number)
    }

    fn string(&mut self, index: usize, out: &mut Vec<u8>) -> bool {
        match self.values.get(index) {
            Some(value) => {
                value.push(out, self.convfmt);
                true
            }
            None => false,
        }
    }

    fn is_number(&mut self, index: usize) -> bool {
        match self.values.get(index) {
            Some(Value::Input(text)) => crate::number::whole_number(text.bytes()).is_some(),
            Some(value) => matches!(value, Value::Number(_)),
            None => false,
        }
    }
}

pub fn to_lower(bytes: &[u8]) -> Vec<u8> {
    fold(bytes, |c| single(c, c.to_lowercase()), <[u8]>::to_ascii_lowercase)
}

pub fn to_upper(bytes: &[u8]) -> Vec<u8> {
    fold(bytes, |c| single(c, c.to_uppercase()), <[u8]>::to_ascii_uppercase)
}

/// A character stays one character, as towupper has it.
fn single(c: char, mut mapped: impl Iterator<Item = char>) -> char {
    match (mapped.next(), mapped.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

fn fold(bytes: &[u8], each: impl Fn(char) -> char, ascii: impl Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    if bytes.is_ascii() {
        return ascii(bytes);
    }
    let mut out = Vec::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            out.extend_from_slice(each(c).encode_utf8(&mut [0; 4]).as_bytes());
        }
        out.extend_from_slice(chunk.invalid());
    }
    out
}
