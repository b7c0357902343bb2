//! The command s.

use super::address::{Cursor, Range};
use super::{Ed, Fault, Suffix};
use std::rc::Rc;
use sunaba_gnu::regex::Matcher;

/// What the last `s` was, for one without a pattern.
#[derive(Clone)]
pub struct Last {
    matcher: Rc<Matcher>,
    template: Vec<u8>,
    global: bool,
    number: usize,
    suffix: Suffix,
}

pub fn run(ed: &mut Ed, range: &Range, cursor: &mut Cursor<'_>) -> Result<(), Fault> {
    let delimiter = cursor.peek();
    let mut flags = cursor.text[cursor.at..].to_vec();
    let mut last = match delimiter {
        None | Some(b'\n' | b'0'..=b'9' | b'g' | b'p' | b'r' | b'l' | b'n') => {
            let mut last = ed.substitution.clone().ok_or("No previous substitution")?;
            (last.global, last.number, last.suffix) = (false, 1, Suffix::default());
            last
        }
        Some(b' ') => return Err("Invalid pattern delimiter".into()),
        Some(delimiter) => {
            cursor.at += 1;
            let (pattern, closed) = cursor.until(delimiter);
            if !closed {
                return Err("Missing pattern delimiter".into());
            }
            let matcher = ed.compile(&pattern)?;
            let (template, behind) = template(ed, cursor, delimiter);
            let print = behind.is_none();
            flags = behind.unwrap_or_default();
            let template = if template == b"%" {
                ed.substitution.as_ref().map(|last| last.template.clone()).ok_or("No previous substitution")?
            } else {
                template
            };
            Last { matcher, template, global: false, number: 1, suffix: Suffix { print, ..Suffix::default() } }
        }
    };
    let mut cursor = Cursor { text: &flags, at: 0 };
    loop {
        match cursor.peek() {
            Some(b'g') => last.global = true,
            Some(b'0'..=b'9') => {
                last.number = cursor.number().transpose()?.filter(|&n| n > 0).ok_or("Invalid command suffix")?;
                continue;
            }
            Some(b'p') => last.suffix.print = true,
            Some(b'l') => last.suffix.list = true,
            Some(b'n') => last.suffix.number = true,
            Some(b'I' | b'i') => {}
            None => break,
            Some(_) => return Err("Invalid command suffix".into()),
        }
        cursor.at += 1;
    }
    ed.substitution = Some(last.clone());
    if range.first == 0 {
        return Err("Invalid address".into());
    }
    ed.remember();
    let (mut line, mut end, mut changed) = (range.first, range.last, None);
    while line <= end {
        if let Some(text) = replaced(&last, ed.buffer.text(line)) {
            let pieces: Vec<Vec<u8>> = text.split(|&b| b == b'\n').map(<[u8]>::to_vec).collect();
            let count = pieces.len();
            let id = ed.buffer.lines[line - 1].id;
            ed.buffer.delete(line, line);
            ed.buffer.insert(line - 1, pieces);
            // A mark stays with what the line became.
            ed.buffer.lines[line + count - 2].id = id;
            line += count - 1;
            end += count - 1;
            changed = Some(line);
        }
        line += 1;
    }
    match changed {
        Some(line) => ed.buffer.current = line,
        None if ed.in_global() => return Ok(()),
        None => return Err("No match".into()),
    }
    ed.show(ed.buffer.current, ed.buffer.current, &last.suffix);
    Ok(())
}

/// The replacement, over further lines where they end in a backslash; and the flags behind its delimiter, where that is.
fn template(ed: &mut Ed, cursor: &Cursor<'_>, delimiter: u8) -> (Vec<u8>, Option<Vec<u8>>) {
    let mut out = Vec::new();
    let mut rest: Vec<u8> = cursor.text[cursor.at..].to_vec();
    loop {
        let mut at = 0;
        while let Some(&b) = rest.get(at) {
            at += 1;
            if b == delimiter {
                // Flags of a template over several lines stand on its last one.
                let flags = rest[at..].to_vec();
                return (out, Some(flags));
            }
            out.push(b);
            if b == b'\\' {
                if let Some(&next) = rest.get(at) {
                    at += 1;
                    if next == delimiter {
                        out.pop();
                    }
                    out.push(next);
                }
            }
        }
        if !out.ends_with(b"\\") {
            return (out, None);
        }
        out.pop();
        out.extend_from_slice(b"\\\n");
        match ed.read_line() {
            Some(more) => rest = more,
            None => return (out, None),
        }
    }
}

fn replaced(last: &Last, text: &[u8]) -> Option<Vec<u8>> {
    let (mut out, mut at, mut copied, mut count, mut done) = (Vec::new(), 0, 0, 0, false);
    let mut groups = Vec::new();
    while at <= text.len() && last.matcher.captures_at(text, at, &mut groups) {
        let Some(Some((start, end))) = groups.first().copied() else { break };
        let fresh = !(start == end && copied == start && count > 0);
        if fresh {
            count += 1;
            if count >= last.number {
                out.extend_from_slice(&text[copied..start]);
                fill(&mut out, &last.template, text, &groups);
                copied = end;
                done = true;
                if !last.global {
                    break;
                }
            }
        }
        at = if end > start { end } else { end + 1 };
    }
    out.extend_from_slice(&text[copied.min(text.len())..]);
    done.then_some(out)
}

fn fill(out: &mut Vec<u8>, template: &[u8], text: &[u8], groups: &[Option<(usize, usize)>]) {
    let mut bytes = template.iter();
    let group = |out: &mut Vec<u8>, at: usize| {
        if let Some(Some((start, end))) = groups.get(at) {
            out.extend_from_slice(&text[*start..*end]);
        }
    };
    while let Some(&b) = bytes.next() {
        match b {
            b'&' => group(out, 0),
            b'\\' => match bytes.next() {
                Some(&digit @ b'0'..=b'9') => group(out, usize::from(digit - b'0')),
                Some(&other) => out.push(other),
                None => {}
            },
            b => out.push(b),
        }
    }
}
