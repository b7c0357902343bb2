//! Words to fields: expansion, splitting, and the text that patterns are made of.

use std::rc::Rc;

use crate::ast::*;
use crate::fields::{Fields, is_special};
use crate::parse::Parser;
use crate::pattern::{Flavour, Pattern};
use crate::shell::{Done, Shell, Stop};
use crate::special;
use crate::vars::{Bytes, NAMEREF, Value};

/// The field separators, by byte: 0 none, 1 blank, 2 other.
#[derive(Clone)]
pub struct Ifs {
    pub table: [u8; 256],
    /// What joins `"$*"`.
    pub first: Vec<u8>,
    pub empty: bool,
}

impl Ifs {
    pub fn new(ifs: Option<&[u8]>) -> Ifs {
        let text = ifs.unwrap_or(b" \t\n");
        let mut table = [0; 256];
        for &c in text {
            table[c as usize] = if matches!(c, b' ' | b'\t' | b'\n') { 1 } else { 2 };
        }
        let first = text[..crate::charset::char_len(text, true)].to_vec();
        Ifs { table, first, empty: text.is_empty() }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Mode {
    /// Unquoted results are split into fields.
    pub split: bool,
    /// `$@` makes fields even where nothing is split.
    pub list: bool,
}

pub const FIELDS: Mode = Mode { split: true, list: true };
pub const SINGLE: Mode = Mode { split: false, list: false };

impl Shell {
    /// All fields of a word of a command.
    pub fn expand_fields(&mut self, word: &Word, out: &mut Vec<Bytes>) -> Done {
        if let Some(lit) = &word.lit {
            out.push(lit.to_vec());
            return Ok(());
        }
        if word.brace && self.options.braceexpand {
            return self.expand_braces(word, out);
        }
        self.expand_unbraced(&word.parts, out)
    }

    pub fn expand_unbraced(&mut self, parts: &[Part], out: &mut Vec<Bytes>) -> Done {
        // The most usual word: one quoted or unquoted variable.
        if let [part] = parts {
            let (param, quoted) = match part {
                Part::Param(param) => (Some(param), false),
                Part::Double(inner) => match &**inner {
                    [Part::Param(param)] => (Some(param), true),
                    _ => (None, false),
                },
                _ => (None, false),
            };
            if let Some(param) = param {
                if let (ParamName::Var(sym), None, ParamOp::None, false, false) =
                    (param.name, &param.sub, &param.op, param.indirect, param.length)
                {
                    if sym >= special::DYNAMIC {
                        if let Some(var) = self.vars.get(sym) {
                            if let (Value::Str(text), false) = (&var.value, var.has(NAMEREF)) {
                                if quoted {
                                    out.push(text.clone());
                                    return Ok(());
                                }
                                let plain = !text.is_empty()
                                    && !text.iter().any(|&c| self.ifs.table[c as usize] != 0 || is_special(c));
                                if plain {
                                    out.push(text.clone());
                                    return Ok(());
                                }
                            }
                        }
                    }
                }
            }
        }
        let mut fields = Fields::default();
        self.walk(parts, false, FIELDS, &mut fields)?;
        fields.finish();
        for field in fields.out {
            if field.globs(self.shopts.extglob) && !self.options.noglob {
                self.glob(&field, out)?;
            } else {
                out.push(field.text);
            }
        }
        Ok(())
    }

    pub fn expand_words(&mut self, words: &[Word]) -> Result<Vec<Bytes>, Stop> {
        let mut out = Vec::new();
        for word in words {
            self.expand_fields(word, &mut out)?;
        }
        Ok(out)
    }

    /// One text, without splitting: the value of an assignment and the like.
    pub fn expand_single(&mut self, word: &Word) -> Result<Bytes, Stop> {
        if let Some(lit) = &word.lit {
            return Ok(lit.to_vec());
        }
        self.expand_parts(&word.parts)
    }

    pub fn expand_parts(&mut self, parts: &[Part]) -> Result<Bytes, Stop> {
        if let [Part::Arith(arith)] = parts {
            return Ok(crate::arith::itoa(self.arith(arith, "")?));
        }
        let mut fields = Fields::default();
        self.walk(parts, false, SINGLE, &mut fields)?;
        Ok(fields.single())
    }

    /// The body of a here-document.
    pub fn expand_here(&mut self, parts: &[Part]) -> Result<Bytes, Stop> {
        let mut fields = Fields::default();
        self.walk(parts, true, SINGLE, &mut fields)?;
        Ok(fields.single())
    }

    pub fn expand_arith(&mut self, parts: &[Part]) -> Result<Bytes, Stop> {
        self.expand_here(parts)
    }

    /// Text that was not parsed with the program: as between double quotes.
    pub fn expand_double(&mut self, text: &[u8]) -> Result<Bytes, Stop> {
        let mut parser = Parser::new(self.vars.names.clone(), self.parse_settings(), text.to_vec(), self.line);
        match parser.here_text() {
            Ok(parts) => self.expand_here(&parts),
            Err(error) => {
                self.complain(&error.message);
                Err(Stop::Expansion(1))
            }
        }
    }

    /// Text that was not parsed with the program: as a word, quotes and all.
    pub fn expand_text(&mut self, text: &[u8]) -> Result<Bytes, Stop> {
        if !text.iter().any(|c| matches!(c, b'$' | b'`' | b'\'' | b'"' | b'\\')) {
            return Ok(text.to_vec());
        }
        let mut parser = Parser::new(self.vars.names.clone(), self.parse_settings(), text.to_vec(), self.line);
        match parser.whole_word() {
            Ok(word) => self.expand_single(&word),
            Err(error) => {
                self.complain(&error.message);
                Err(Stop::Expansion(1))
            }
        }
    }

    pub fn flavour(&self, nocase: bool) -> Flavour {
        Flavour { extglob: self.shopts.extglob, nocase, utf8: self.utf8 }
    }

    /// The pattern that a word stands for: what was quoted in it is text.
    pub fn expand_pattern(&mut self, word: &Word, flavour: Flavour) -> Result<Rc<Pattern>, Stop> {
        let text = match &word.lit {
            Some(lit) if !lit.iter().any(|&c| is_special(c)) => lit.to_vec(),
            _ => {
                let mut fields = Fields::default();
                self.walk(&word.parts, false, SINGLE, &mut fields)?;
                fields.pattern()
            }
        };
        Ok(self.pattern(text, flavour))
    }

    pub fn pattern(&mut self, text: Bytes, flavour: Flavour) -> Rc<Pattern> {
        let mut key = text;
        key.push(u8::from(flavour.extglob) | u8::from(flavour.nocase) << 1 | u8::from(flavour.utf8) << 2);
        if let Some(pattern) = self.pattern_cache.get(&key) {
            return pattern.clone();
        }
        if self.pattern_cache.len() > 500 {
            self.pattern_cache.clear();
        }
        let pattern = Rc::new(Pattern::new(&key[..key.len() - 1], flavour));
        self.pattern_cache.insert(key, pattern.clone());
        pattern
    }

    /// The text of a regular expression: what was quoted is escaped.
    pub fn expand_regex(&mut self, word: &Word) -> Result<Bytes, Stop> {
        let mut fields = Fields::default();
        self.walk(&word.parts, false, SINGLE, &mut fields)?;
        Ok(fields.regex())
    }

    pub(crate) fn walk(&mut self, parts: &[Part], quoted: bool, mode: Mode, f: &mut Fields) -> Done {
        for part in parts {
            match part {
                Part::Lit(text) => {
                    if quoted {
                        f.quoted(text);
                    } else {
                        f.active(text);
                    }
                }
                Part::Quoted(text) => f.quoted(text),
                Part::Double(inner) => {
                    // `"$@"` with no parameters is no field, `""` is one.
                    let only_list = inner.len() == 1;
                    if inner.is_empty() {
                        f.has = true;
                    }
                    let before = f.has;
                    f.has = true;
                    f.empty_list = false;
                    self.walk(inner, true, mode, f)?;
                    if f.empty_list && only_list && !before {
                        f.has = false;
                    } else if f.empty_list && !before && f.cur.text.is_empty() && inner.iter().all(is_list_part) {
                        f.has = false;
                    }
                    f.empty_list = false;
                }
                Part::Param(param) => self.walk_param(param, quoted, mode, f)?,
                Part::Command(sub) => {
                    let text = self.command_substitution(sub)?;
                    self.put(&text, quoted, mode, f);
                }
                Part::Arith(arith) => {
                    let value = self.arith(arith, "")?;
                    let text = crate::arith::itoa(value);
                    self.put(&text, quoted, mode, f);
                }
                Part::Process(sub) => {
                    let path = self.process_substitution(sub)?;
                    f.quoted(&path);
                }
                Part::Tilde(user) => match self.tilde(user) {
                    Some(home) => f.quoted(&home),
                    None => {
                        f.quoted(b"~");
                        f.quoted(user);
                    }
                },
                Part::Bad(raw) => {
                    let message = [&raw[..], b": bad substitution"].concat();
                    self.complain(&message);
                    return Err(Stop::Expansion(1));
                }
            }
        }
        Ok(())
    }

    pub fn tilde(&mut self, user: &[u8]) -> Option<Bytes> {
        match user {
            b"" => Some(match self.vars.get(special::HOME).and_then(|var| var.scalar()) {
                Some(home) => home.to_vec(),
                None => b"/tmp".to_vec(),
            }),
            b"+" => self.vars.get(special::PWD).and_then(|var| var.scalar()).map(<[u8]>::to_vec),
            b"-" => self.vars.get(special::OLDPWD).and_then(|var| var.scalar()).map(<[u8]>::to_vec),
            b"root" => Some(b"/root".to_vec()),
            _ => {
                let (plus, digits) = match user[0] {
                    b'+' => (true, &user[1..]),
                    b'-' => (false, &user[1..]),
                    _ => (true, user),
                };
                let number = crate::arith::plain_integer(digits)? as usize;
                let mut all = vec![self.cwd.clone()];
                all.extend(self.dirs.iter().rev().cloned());
                if plus { all.get(number).cloned() } else { all.iter().rev().nth(number).cloned() }
            }
        }
    }

    /// Adds the result of an expansion.
    pub(crate) fn put(&mut self, text: &[u8], quoted: bool, mode: Mode, f: &mut Fields) {
        if quoted {
            f.quoted(text);
        } else if mode.split {
            f.split(text, &self.ifs);
        } else {
            f.active(text);
        }
    }

    /// Adds the values of `$@`, `$*` and their like.
    pub(crate) fn put_list(&mut self, items: &[Bytes], at: bool, quoted: bool, mode: Mode, f: &mut Fields) {
        if quoted && !at {
            let first = self.ifs.first.clone();
            f.quoted(&items.join(&first[..]));
            return;
        }
        if !mode.list {
            // Where nothing makes fields, `$@` is joined by blanks.
            let joint = if at || self.ifs.empty { b" ".to_vec() } else { self.ifs.first.clone() };
            let joint = if !at && self.ifs.empty { Vec::new() } else { joint };
            let text = items.join(&joint[..]);
            if quoted {
                f.quoted(&text);
            } else {
                f.active(&text);
            }
            return;
        }
        if items.is_empty() {
            f.empty_list = true;
            return;
        }
        for (i, item) in items.iter().enumerate() {
            if i > 0 {
                if quoted {
                    f.break_field();
                } else {
                    f.break_unquoted();
                }
            }
            if quoted {
                f.quoted(item);
            } else if mode.split {
                f.split(item, &self.ifs);
            } else {
                f.active(item);
            }
        }
    }
}

fn is_list_part(part: &Part) -> bool {
    match part {
        Part::Param(param) => {
            matches!(param.name, ParamName::Special(b'@')) || matches!(param.sub, Some(Subscript::At))
        }
        _ => false,
    }
}
