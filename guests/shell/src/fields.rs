//! Fields while they are made: their text, and which of its characters are active in patterns.

use crate::expand::Ifs;
use crate::vars::Bytes;

/// Characters that mean something in a pattern or a regular expression.
pub fn is_special(c: u8) -> bool {
    matches!(
        c,
        b'*' | b'?' | b'[' | b']' | b'\\' | b'!' | b'^' | b'-' | b'|' | b'(' | b')' | b'+' | b'@' | b'.' | b'$' | b'{' | b'}'
    )
}

#[derive(Default, Clone, Debug)]
pub struct Field {
    pub text: Bytes,
    /// Places of the special characters that were not quoted.
    pub active: Vec<u32>,
}

impl Field {
    /// Whether file names are to be looked for.
    pub fn globs(&self, extglob: bool) -> bool {
        self.active.iter().any(|&at| {
            let at = at as usize;
            if at > 0 && self.text[at - 1] == b'\\' && self.active.contains(&(at as u32 - 1)) {
                return false;
            }
            match self.text[at] {
                b'*' | b'?' => true,
                b'[' => self.text[at..].contains(&b']'),
                b'+' | b'@' | b'!' => extglob && self.text.get(at + 1) == Some(&b'('),
                _ => false,
            }
        })
    }

    /// The text with everything escaped that is special and was quoted.
    pub fn pattern(&self) -> Bytes {
        let mut out = Vec::with_capacity(self.text.len() + 4);
        let mut next = 0;
        for (at, &c) in self.text.iter().enumerate() {
            let is_active = self.active.get(next) == Some(&(at as u32));
            if is_active {
                next += 1;
            } else if is_special(c) {
                out.push(b'\\');
            }
            out.push(c);
        }
        out
    }
}

#[derive(Default)]
pub struct Fields {
    pub out: Vec<Field>,
    pub cur: Field,
    /// The current field exists, though it may be empty.
    pub has: bool,
    /// A field was just ended by blanks: one other separator still belongs to that end.
    after_blank: bool,
    /// An empty `"$@"` was met.
    pub empty_list: bool,
}

impl Fields {
    pub fn quoted(&mut self, text: &[u8]) {
        self.cur.text.extend_from_slice(text);
        self.has = true;
        self.after_blank = false;
    }

    pub fn active(&mut self, text: &[u8]) {
        if text.is_empty() {
            return;
        }
        let base = self.cur.text.len() as u32;
        for (at, &c) in text.iter().enumerate() {
            if is_special(c) {
                self.cur.active.push(base + at as u32);
            }
        }
        self.cur.text.extend_from_slice(text);
        self.has = true;
        self.after_blank = false;
    }

    pub fn break_field(&mut self) {
        self.out.push(std::mem::take(&mut self.cur));
        self.has = true;
        self.after_blank = false;
    }

    pub fn break_unquoted(&mut self) {
        if self.has {
            self.out.push(std::mem::take(&mut self.cur));
        }
        self.has = false;
        self.after_blank = false;
    }

    pub fn split(&mut self, text: &[u8], ifs: &Ifs) {
        let mut start = 0;
        let mut at = 0;
        while at < text.len() {
            let class = ifs.table[text[at] as usize];
            if class == 0 {
                at += 1;
                continue;
            }
            if at > start {
                self.active(&text[start..at]);
            }
            if class == 1 {
                if self.has {
                    self.break_unquoted();
                    self.after_blank = true;
                }
            } else if self.after_blank {
                self.after_blank = false;
            } else {
                self.out.push(std::mem::take(&mut self.cur));
                self.has = false;
            }
            at += 1;
            start = at;
        }
        if at > start {
            self.active(&text[start..at]);
        }
    }

    pub fn finish(&mut self) {
        if self.has {
            self.out.push(std::mem::take(&mut self.cur));
            self.has = false;
        }
    }

    fn joined(mut self) -> Field {
        self.finish();
        let mut all = Field::default();
        for (at, field) in self.out.into_iter().enumerate() {
            if at > 0 {
                all.text.push(b' ');
            }
            let base = all.text.len() as u32;
            all.active.extend(field.active.iter().map(|at| at + base));
            all.text.extend_from_slice(&field.text);
        }
        all
    }

    pub fn single(mut self) -> Bytes {
        if self.out.is_empty() {
            return std::mem::take(&mut self.cur.text);
        }
        self.joined().text
    }

    pub fn pattern(self) -> Bytes {
        self.joined().pattern()
    }

    pub fn regex(self) -> Bytes {
        self.joined().pattern()
    }
}
