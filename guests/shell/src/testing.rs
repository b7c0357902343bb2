//! `[[ … ]]`, and the primaries that it shares with `test`.

use std::rc::Rc;

use crate::ast::{Test, Word};
use crate::regex::Regex;
use crate::shell::{Shell, Stop};
use crate::special;
use crate::vars::{ARRAY, Bytes, Value, Var};
use crate::world::{Access, FileKind, Stat, Sys, World};

impl Shell {
    pub(crate) fn run_test(&mut self, test: &Test) -> Result<bool, Stop> {
        Ok(match test {
            Test::Not(inner) => !self.run_test(inner)?,
            Test::And(left, right) => self.run_test(left)? && self.run_test(right)?,
            Test::Or(left, right) => self.run_test(left)? || self.run_test(right)?,
            Test::Group(inner) => self.run_test(inner)?,
            Test::Word(word) => {
                let value = self.expand_single(word)?;
                if self.options.xtrace {
                    let line = [b"[[ -n ", &value[..], b" ]]"].concat();
                    self.trace(&line);
                }
                !value.is_empty()
            }
            Test::Unary(op, word) => {
                let value = self.expand_single(word)?;
                if self.options.xtrace {
                    let line = [b"[[ -", &[*op][..], b" ", &value, b" ]]"].concat();
                    self.trace(&line);
                }
                self.unary(*op, &value, "[[")?.unwrap_or(false)
            }
            Test::Binary(op, left, right) => self.run_binary(op, left, right)?,
        })
    }

    fn run_binary(&mut self, op: &[u8], left: &Word, right: &Word) -> Result<bool, Stop> {
        let value = self.expand_single(left)?;
        if self.options.xtrace {
            let shown = match op {
                b"=~" | b"==" | b"=" | b"!=" => self.expand_single(right).map(|text| text.to_vec())?,
                _ => self.expand_single(right)?,
            };
            let line =
                [b"[[ ", &value[..], b" ", op, b" ", &shown, b" ]]"].concat();
            self.trace(&line);
        }
        Ok(match op {
            b"==" | b"=" | b"!=" => {
                let flavour = crate::pattern::Flavour { extglob: true, nocase: self.shopts.nocasematch, utf8: self.utf8 };
                let hit = match &right.lit {
                    Some(lit) if !flavour.nocase && !lit.iter().any(|&c| crate::fields::is_special(c)) => **lit == value[..],
                    _ => self.expand_pattern(right, flavour)?.matches(&value),
                };
                hit == (op != b"!=")
            }
            b"=~" => {
                let regex = self.expand_regex(right)?;
                self.match_regex(&value, regex)?
            }
            b"<" => value < self.expand_single(right)?,
            b">" => value > self.expand_single(right)?,
            b"-eq" | b"-ne" | b"-lt" | b"-le" | b"-gt" | b"-ge" => {
                let left = self.arith_bytes(&value, "[[")?;
                let text = self.expand_single(right)?;
                let right = self.arith_bytes(&text, "[[")?;
                compare(op, left, right)
            }
            _ => {
                let right = self.expand_single(right)?;
                self.compare_files(op, &value, &right)
            }
        })
    }

    fn match_regex(&mut self, value: &[u8], text: Bytes) -> Result<bool, Stop> {
        let nocase = self.shopts.nocasematch;
        let regex = match &self.regex_cache {
            Some((known, case, regex)) if *known == text && *case == nocase => regex.clone(),
            _ => match Regex::new(&text, nocase, self.utf8) {
                Some(regex) => {
                    let regex = Rc::new(regex);
                    self.regex_cache = Some((text, nocase, regex.clone()));
                    regex
                }
                None => {
                    return Err(Stop::Expansion(2));
                }
            },
        };
        let found = regex.find(value);
        let items: Vec<Bytes> = match &found {
            Some(spans) => spans.iter().map(|span| span.map_or(Vec::new(), |(a, b)| value[a..b].to_vec())).collect(),
            None => Vec::new(),
        };
        *self.vars.entry(special::BASH_REMATCH) = Some(Var {
            value: Value::Array(items.into_iter().enumerate().map(|(at, item)| (at as i64, item)).collect()),
            flags: ARRAY,
        });
        Ok(found.is_some())
    }

    fn stat_path(&self, path: &[u8], follow: bool) -> Option<Stat> {
        if path.is_empty() {
            return None;
        }
        let number = match path {
            b"/dev/stdin" => Some(0),
            b"/dev/stdout" => Some(1),
            b"/dev/stderr" => Some(2),
            _ => path.strip_prefix(b"/dev/fd/").and_then(crate::arith::plain_integer),
        };
        if let Some(number) = number {
            let open = self.fds.get(number as u32)?;
            let raw = open.materialise().ok()?;
            return Sys::fstat(raw).ok();
        }
        Sys::stat(&self.path(path), follow).ok()
    }

    pub(crate) fn compare_files(&mut self, op: &[u8], left: &[u8], right: &[u8]) -> bool {
        let _ = self.flush();
        let (a, b) = (self.stat_path(left, true), self.stat_path(right, true));
        match op {
            b"-nt" => match (a, b) {
                (Some(a), Some(b)) => a.mtime > b.mtime,
                (Some(_), None) => true,
                _ => false,
            },
            b"-ot" => match (a, b) {
                (Some(a), Some(b)) => a.mtime < b.mtime,
                (None, Some(_)) => true,
                _ => false,
            },
            _ => matches!((a, b), (Some(a), Some(b)) if a.dev == b.dev && a.ino == b.ino),
        }
    }

    /// A unary primary; `None`: there is no such one.
    pub(crate) fn unary(&mut self, op: u8, value: &[u8], context: &str) -> Result<Option<bool>, Stop> {
        let _ = self.flush();
        let kind = |shell: &Shell, kind: FileKind| shell.stat_path(value, true).is_some_and(|stat| stat.kind == kind);
        let mode = |shell: &Shell, bit: u32| shell.stat_path(value, true).is_some_and(|stat| stat.mode & bit != 0);
        Ok(Some(match op {
            b'n' => !value.is_empty(),
            b'z' => value.is_empty(),
            b'a' | b'e' => self.stat_path(value, true).is_some(),
            b'f' => kind(self, FileKind::File),
            b'd' => kind(self, FileKind::Dir),
            b'p' => kind(self, FileKind::Fifo),
            b'S' => kind(self, FileKind::Socket),
            b'b' => kind(self, FileKind::Block),
            b'c' => kind(self, FileKind::Char),
            b'h' | b'L' => self.stat_path(value, false).is_some_and(|stat| stat.kind == FileKind::Link),
            b's' => self.stat_path(value, true).is_some_and(|stat| stat.size > 0),
            b'r' => !value.is_empty() && Sys::access(&self.path(value), Access::Read),
            b'w' => !value.is_empty() && Sys::access(&self.path(value), Access::Write),
            b'x' => !value.is_empty() && Sys::access(&self.path(value), Access::Execute),
            b'u' => mode(self, 0o4000),
            b'g' => mode(self, 0o2000),
            b'k' => mode(self, 0o1000),
            b'O' => self.stat_path(value, true).is_some_and(|stat| stat.uid == Sys::ids().0),
            b'G' => self.stat_path(value, true).is_some_and(|stat| stat.gid == Sys::ids().1),
            b'N' => self.stat_path(value, true).is_some_and(|stat| stat.mtime > stat.atime),
            b't' => {
                let number = self.arith_bytes(value, context)?;
                match self.fds.get(number as u32).and_then(|open| open.raw_fd()) {
                    Some(raw) => Sys::is_terminal(raw),
                    None => false,
                }
            }
            b'o' => std::str::from_utf8(value).ok().and_then(|name| self.options.get(name)).unwrap_or(false),
            b'v' => self.is_set(value)?,
            b'R' => {
                let sym = self.vars.names.sym(value);
                self.vars.get(sym).is_some_and(|var| var.has(crate::vars::NAMEREF) && var.scalar().is_some())
            }
            _ => return Ok(None),
        }))
    }

    /// `-v name`, `-v name[sub]`
    pub(crate) fn is_set(&mut self, text: &[u8]) -> Result<bool, Stop> {
        if let Some(open) = text.iter().position(|&c| c == b'[') {
            if text.last() == Some(&b']') {
                let sym = self.vars.names.sym(&text[..open]);
                let (sym, _) = self.resolve(sym)?;
                let sub = &text[open + 1..text.len() - 1];
                if sub == b"@" || sub == b"*" {
                    return Ok(!self.elements(sym).is_empty());
                }
                if self.vars.get(sym).is_none() && sym >= special::DYNAMIC {
                    return Ok(false);
                }
                // A quote that stands alone is a key like any other.
                if self.is_assoc(sym) && sub.iter().filter(|&&c| c == b'"').count() % 2 == 1 {
                    return Ok(self.elem_text(sym, sub).is_some());
                }
                return Ok(self.sub_text(sym, sub)?.is_some());
            }
        }
        if let Some(number) = crate::arith::plain_integer(text) {
            return Ok(number >= 0 && number as usize <= self.positional.len());
        }
        let sym = self.vars.names.sym(text);
        Ok(self.var_text(sym)?.is_some())
    }
}

pub fn compare(op: &[u8], left: i64, right: i64) -> bool {
    match op {
        b"-eq" => left == right,
        b"-ne" => left != right,
        b"-lt" => left < right,
        b"-le" => left <= right,
        b"-gt" => left > right,
        _ => left >= right,
    }
}
