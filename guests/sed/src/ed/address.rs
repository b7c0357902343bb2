//! The addresses before a command.

use super::{Ed, Fault};

/// Where the reading of a command line stands.
pub struct Cursor<'a> {
    pub text: &'a [u8],
    pub at: usize,
}

impl Cursor<'_> {
    pub fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    pub fn take(&mut self, wanted: u8) -> bool {
        let there = self.peek() == Some(wanted);
        self.at += usize::from(there);
        there
    }

    pub fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t')) {
            self.at += 1;
        }
    }

    pub fn number(&mut self) -> Option<Result<usize, Fault>> {
        let start = self.at;
        while self.peek().is_some_and(|b| b.is_ascii_digit()) {
            self.at += 1;
        }
        let digits = std::str::from_utf8(&self.text[start..self.at]).unwrap_or_default();
        if digits.is_empty() {
            return None;
        }
        Some(digits.parse::<usize>().ok().filter(|&n| n <= i32::MAX as usize).ok_or("Number out of range".into()))
    }

    /// The text up to an unescaped `delimiter`, which is taken; and whether it was there.
    pub fn until(&mut self, delimiter: u8) -> (Vec<u8>, bool) {
        let mut out = Vec::new();
        let mut bracket = false;
        while let Some(b) = self.peek() {
            self.at += 1;
            match b {
                b'\\' if !bracket => match self.peek() {
                    Some(next) => {
                        self.at += 1;
                        if next != delimiter {
                            out.push(b'\\');
                        }
                        out.push(next);
                        continue;
                    }
                    None => out.push(b),
                },
                b if b == delimiter && !bracket => return (out, true),
                b'[' => bracket = true,
                b']' if bracket && !out.ends_with(b"[") && !out.ends_with(b"[^") => bracket = false,
                _ => {}
            }
            if b != b'\\' || bracket {
                out.push(b);
            }
        }
        (out, false)
    }
}

/// The first and the last line that were named, and how many addresses there were.
pub struct Range {
    pub first: usize,
    pub last: usize,
    pub named: usize,
}

pub fn range(ed: &mut Ed, cursor: &mut Cursor<'_>) -> Result<Range, Fault> {
    let mut range = Range { first: ed.buffer.current, last: ed.buffer.current, named: 0 };
    loop {
        cursor.blanks();
        let found = address(ed, cursor)?;
        cursor.blanks();
        if let Some(line) = found {
            (range.first, range.last) = (range.last, line);
            range.named = (range.named + 1).min(2);
            if range.named == 1 {
                range.first = line;
            }
        }
        match cursor.peek() {
            Some(separator @ (b',' | b';' | b'%')) => {
                if separator == b'%' && found.is_some() {
                    return Err("Invalid address".into());
                }
                cursor.at += 1;
                if separator == b';' && found.is_some() {
                    ed.buffer.current = range.last;
                }
                if found.is_none() {
                    range.last = if separator == b';' { ed.buffer.current } else { 1.min(ed.buffer.last()) };
                }
                cursor.blanks();
                range.first = range.last;
                let second = address(ed, cursor)?;
                range.last = match second {
                    Some(line) => line,
                    None if found.is_some() => range.first,
                    None => ed.buffer.last(),
                };
                range.named = 2;
                cursor.blanks();
                if !matches!(cursor.peek(), Some(b',' | b';')) {
                    break;
                }
                // A further separator takes what was named last as its first address.
                while matches!(cursor.peek(), Some(b',' | b';')) {
                    if cursor.peek() == Some(b';') {
                        ed.buffer.current = range.last;
                    }
                    cursor.at += 1;
                    cursor.blanks();
                    range.first = range.last;
                    range.last = address(ed, cursor)?.unwrap_or(range.first);
                    cursor.blanks();
                }
                break;
            }
            _ => break,
        }
    }
    Ok(range)
}

fn address(ed: &mut Ed, cursor: &mut Cursor<'_>) -> Result<Option<usize>, Fault> {
    let mut line: Option<i64> = None;
    match cursor.peek() {
        Some(b'0'..=b'9') => line = cursor.number().transpose()?.map(|n| n as i64),
        Some(b'.') => {
            cursor.at += 1;
            line = Some(ed.buffer.current as i64);
        }
        Some(b'$') => {
            cursor.at += 1;
            line = Some(ed.buffer.last() as i64);
        }
        Some(delimiter @ (b'/' | b'?')) => {
            cursor.at += 1;
            let (pattern, _) = cursor.until(delimiter);
            line = Some(ed.search(&pattern, delimiter == b'/')? as i64);
        }
        Some(b'\'') => {
            let mark = cursor.text.get(cursor.at + 1).copied().filter(u8::is_ascii_lowercase).ok_or("Invalid mark character")?;
            cursor.at += 2;
            let found = ed.buffer.marks.get(&mark).and_then(|&id| ed.buffer.position(id));
            line = Some(found.ok_or("Invalid address")? as i64);
        }
        _ => {}
    }
    loop {
        cursor.blanks();
        let sign = match cursor.peek() {
            Some(b'+') => 1,
            Some(b'-' | b'^') => -1,
            Some(b'0'..=b'9') if line.is_some() => 0,
            _ => break,
        };
        cursor.at += usize::from(sign != 0);
        cursor.blanks();
        let amount = cursor.number().transpose()?.map_or(1, |n| n as i64);
        let sign = if sign == 0 { 1 } else { sign };
        line = Some(line.unwrap_or(ed.buffer.current as i64) + sign * amount);
    }
    match line {
        None => Ok(None),
        Some(line) => match usize::try_from(line).ok().filter(|&line| line <= ed.buffer.last()) {
            Some(line) => Ok(Some(line)),
            None => Err("Invalid address".into()),
        },
    }
}
