//! ed's commands but `s`.

use super::address::{Cursor, Range, range};
use super::{Ed, Fault, Next, Suffix, shell, substitute};
use std::collections::VecDeque;
use sunaba_gnu::stream::put;
use sunaba_gnu::{bytes, error};

/// One command line of the script.
pub fn execute(ed: &mut Ed, line: &[u8]) -> Result<Next, Fault> {
    let mut cursor = Cursor { text: line, at: 0 };
    let mut range = range(ed, &mut cursor)?;
    if range.first > range.last {
        return Err("Invalid address".into());
    }
    cursor.blanks();
    let command = cursor.peek();
    cursor.at += usize::from(command.is_some());
    let warned = std::mem::take(&mut ed.warned);
    match command {
        None => {
            let line = if range.named > 0 { range.last } else { ed.buffer.current + 1 };
            if line == 0 || line > ed.buffer.last() {
                return Err("Invalid address".into());
            }
            ed.buffer.current = line;
            ed.show(line, line, &Suffix { print: true, ..Suffix::default() });
        }
        Some(b'a') => {
            let suffix = suffix(&mut cursor)?;
            add(ed, range.last, &suffix);
        }
        Some(b'i') => {
            let suffix = suffix(&mut cursor)?;
            add(ed, range.last.saturating_sub(1), &suffix);
        }
        Some(b'c') => {
            let suffix = suffix(&mut cursor)?;
            needs_line(&range)?;
            ed.remember();
            ed.cut = texts(ed, &range);
            let lines = ed.read_text();
            let last_before = range.last == ed.buffer.last();
            ed.buffer.delete(range.first, range.last);
            if lines.is_empty() {
                ed.buffer.current = if last_before { ed.buffer.last() } else { range.first };
            } else {
                ed.buffer.insert(range.first - 1, lines);
            }
            ed.show(ed.buffer.current, ed.buffer.current, &suffix);
        }
        Some(b'd') => {
            let suffix = suffix(&mut cursor)?;
            needs_line(&range)?;
            ed.remember();
            ed.cut = texts(ed, &range);
            ed.buffer.delete(range.first, range.last);
            ed.show(ed.buffer.current, ed.buffer.current, &suffix);
        }
        Some(b'p' | b'l' | b'n') => {
            cursor.at -= 1;
            let suffix = suffix(&mut cursor)?;
            needs_line(&range)?;
            ed.show(range.first, range.last, &suffix);
            ed.buffer.current = range.last;
        }
        Some(b'=') => {
            suffix(&mut cursor)?;
            let line = if range.named > 0 { range.last } else { ed.buffer.last() };
            put("ed", format!("{line}\n").as_bytes());
        }
        Some(b'#') => {}
        Some(b'k') => {
            let mark = cursor.peek().filter(u8::is_ascii_lowercase).ok_or("Invalid command suffix")?;
            cursor.at += 1;
            suffix(&mut cursor)?;
            needs_line(&range)?;
            ed.buffer.marks.insert(mark, ed.buffer.lines[range.last - 1].id);
        }
        Some(b'j') => {
            let suffix = suffix(&mut cursor)?;
            if range.named == 0 {
                (range.first, range.last) = (range.last, range.last + 1);
                if range.last > ed.buffer.last() {
                    return Err("Invalid address".into());
                }
            }
            needs_line(&range)?;
            if range.first < range.last {
                ed.remember();
                let joined = texts(ed, &range).concat();
                ed.buffer.delete(range.first, range.last);
                ed.buffer.insert(range.first - 1, vec![joined]);
            }
            ed.show(ed.buffer.current, ed.buffer.current, &suffix);
        }
        Some(letter @ (b'm' | b't')) => {
            let target = destination(ed, &mut cursor)?;
            let suffix = suffix(&mut cursor)?;
            needs_line(&range)?;
            if letter == b't' {
                ed.remember();
                let copies = texts(ed, &range);
                ed.buffer.insert(target, copies);
            } else {
                if (range.first..range.last).contains(&target) {
                    return Err("Invalid destination".into());
                }
                ed.remember();
                if target == range.last || target + 1 == range.first {
                    ed.buffer.current = range.last;
                } else {
                    ed.buffer.move_lines(range.first, range.last, target);
                }
            }
            ed.show(ed.buffer.current, ed.buffer.current, &suffix);
        }
        Some(b'y') => {
            let suffix = suffix(&mut cursor)?;
            needs_line(&range)?;
            ed.cut = texts(ed, &range);
            ed.show(ed.buffer.current, ed.buffer.current, &suffix);
        }
        Some(b'x') => {
            let suffix = suffix(&mut cursor)?;
            if ed.cut.is_empty() {
                return Err("Nothing to put".into());
            }
            ed.remember();
            let lines = ed.cut.clone();
            ed.buffer.insert(range.last, lines);
            ed.show(ed.buffer.current, ed.buffer.current, &suffix);
        }
        Some(b'z') => {
            let count = cursor.number().transpose()?.unwrap_or(22);
            let first = if range.named > 0 { range.last } else { ed.buffer.current + 1 };
            if first == 0 || first > ed.buffer.last() {
                return Err("Invalid address".into());
            }
            let mut suffix = suffix(&mut cursor)?;
            suffix.print = true;
            let last = (first + count.max(1) - 1).min(ed.buffer.last());
            ed.show(first, last, &suffix);
            ed.buffer.current = last;
        }
        Some(b's') => {
            substitute::run(ed, &range, &mut cursor)?;
        }
        Some(b'u') => {
            let suffix = suffix(&mut cursor)?;
            if range.named > 0 {
                return Err("Unexpected address".into());
            }
            if !ed.buffer.undo() {
                return Err("Nothing to undo".into());
            }
            ed.show(ed.buffer.current, ed.buffer.current, &suffix);
        }
        Some(letter @ (b'g' | b'v' | b'G' | b'V')) => {
            if ed.in_global() {
                return Err("Cannot nest global commands".into());
            }
            return global(ed, &range, &mut cursor, letter);
        }
        Some(b'h') => {
            suffix(&mut cursor)?;
            if !ed.fault.is_empty() {
                put("ed", format!("{}\n", ed.fault).as_bytes());
            }
        }
        Some(b'H') => {
            suffix(&mut cursor)?;
            ed.verbose = !ed.verbose;
            if ed.verbose && !ed.fault.is_empty() {
                put("ed", format!("{}\n", ed.fault).as_bytes());
            }
        }
        Some(b'P') => {
            suffix(&mut cursor)?;
            ed.prompting = !ed.prompting;
        }
        Some(letter @ (b'q' | b'Q')) => {
            if range.named > 0 {
                return Err("Unexpected address".into());
            }
            suffix(&mut cursor)?;
            if letter == b'q' && ed.buffer.modified && !warned {
                ed.warned = true;
                return Err("Warning: buffer modified".into());
            }
            return Ok(Next::End);
        }
        Some(b'f') => {
            let name = file_name(ed, &mut cursor, false)?;
            if let Some(name) = name {
                ed.name = name;
            }
            if ed.name.is_empty() {
                return Err("No current filename".into());
            }
            put("ed", &[ed.name.as_slice(), b"\n"].concat());
        }
        Some(letter @ (b'e' | b'E')) => {
            if range.named > 0 {
                return Err("Unexpected address".into());
            }
            if letter == b'e' && ed.buffer.modified && !warned {
                ed.warned = true;
                return Err("Warning: buffer modified".into());
            }
            let name = file_name(ed, &mut cursor, true)?.unwrap_or_default();
            ed.buffer.lines.clear();
            ed.buffer.current = 0;
            read(ed, &name, 0)?;
            if !name.starts_with(b"!") {
                ed.name = name;
            }
            ed.buffer.modified = false;
            ed.buffer.forget();
        }
        Some(b'r') => {
            let after = if range.named > 0 { range.last } else { ed.buffer.last() };
            let name = file_name(ed, &mut cursor, true)?.unwrap_or_default();
            ed.remember();
            read(ed, &name, after)?;
            if ed.name.is_empty() && !name.starts_with(b"!") {
                ed.name = name;
            }
        }
        Some(letter @ (b'w' | b'W')) => {
            let quit = letter == b'w' && cursor.take(b'q');
            let name = file_name(ed, &mut cursor, true)?.unwrap_or_default();
            if range.named == 0 {
                (range.first, range.last) = (1.min(ed.buffer.last()), ed.buffer.last());
            }
            write(ed, &range, &name, letter == b'W')?;
            if quit {
                return Ok(Next::End);
            }
        }
        Some(b'!') => {
            let command = shell_command(ed, &cursor.text[cursor.at..]);
            if range.named > 0 {
                return Err("Unexpected address".into());
            }
            shell(&command, None, false)?;
            if !ed.silent {
                put("ed", b"!\n");
            }
        }
        Some(_) => return Err("Unknown command".into()),
    }
    Ok(Next::Go)
}

fn needs_line(range: &Range) -> Result<(), Fault> {
    if range.first == 0 { Err("Invalid address".into()) } else { Ok(()) }
}

fn texts(ed: &Ed, range: &Range) -> Vec<Vec<u8>> {
    (range.first..=range.last).map(|line| ed.buffer.text(line).to_vec()).collect()
}

fn add(ed: &mut Ed, after: usize, suffix: &Suffix) {
    ed.remember();
    let lines = ed.read_text();
    if lines.is_empty() {
        ed.buffer.current = after;
    } else {
        ed.buffer.insert(after, lines);
    }
    if ed.buffer.current > 0 {
        ed.show(ed.buffer.current, ed.buffer.current, suffix);
    }
}

fn suffix(cursor: &mut Cursor<'_>) -> Result<Suffix, Fault> {
    let mut suffix = Suffix::default();
    while let Some(b) = cursor.peek() {
        match b {
            b'p' => suffix.print = true,
            b'l' => suffix.list = true,
            b'n' => suffix.number = true,
            _ => return Err("Invalid command suffix".into()),
        }
        cursor.at += 1;
    }
    Ok(suffix)
}

fn destination(ed: &mut Ed, cursor: &mut Cursor<'_>) -> Result<usize, Fault> {
    let current = ed.buffer.current;
    let target = range(ed, cursor)?;
    ed.buffer.current = current;
    Ok(target.last)
}

fn file_name(ed: &Ed, cursor: &mut Cursor<'_>, needed: bool) -> Result<Option<Vec<u8>>, Fault> {
    if !matches!(cursor.peek(), None | Some(b' ' | b'\t' | b'!')) {
        return Err("Unexpected command suffix".into());
    }
    cursor.blanks();
    let name = cursor.text[cursor.at..].to_vec();
    match (name.is_empty(), needed) {
        (false, _) => Ok(Some(name)),
        (true, false) => Ok(None),
        (true, true) if ed.name.is_empty() => Err("No current filename".into()),
        (true, true) => Ok(Some(ed.name.clone())),
    }
}

fn read(ed: &mut Ed, name: &[u8], after: usize) -> Result<(), Fault> {
    match name.strip_prefix(b"!") {
        Some(command) => {
            let text = shell(&shell_command(ed, command), None, true)?;
            ed.take(&text, after);
            Ok(())
        }
        None => ed.load(name, after),
    }
}

fn write(ed: &mut Ed, range: &Range, name: &[u8], append: bool) -> Result<(), Fault> {
    let mut text = Vec::new();
    if range.first > 0 {
        for line in range.first..=range.last {
            text.extend_from_slice(ed.buffer.text(line));
            text.push(b'\n');
        }
    }
    if let Some(command) = name.strip_prefix(b"!") {
        shell(&shell_command(ed, command), Some(&text), false)?;
    } else {
        let mut how = std::fs::OpenOptions::new();
        how.create(true).write(!append).append(append).truncate(!append);
        let done = how.open(bytes::path(name)).and_then(|mut file| std::io::Write::write_all(&mut file, &text));
        if let Err(fault) = done {
            eprintln!("{}: {}", bytes::lossy(name), error::text(&fault));
            return Err("Cannot open output file".into());
        }
        if ed.name.is_empty() {
            ed.name = name.to_vec();
        }
        if range.last == ed.buffer.last() && range.first <= 1 {
            ed.buffer.modified = false;
        }
    }
    if !ed.silent {
        put("ed", format!("{}\n", text.len()).as_bytes());
    }
    Ok(())
}

/// An unescaped `%` stands for the file's name.
fn shell_command(ed: &Ed, command: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut bytes = command.iter().peekable();
    while let Some(&b) = bytes.next() {
        match b {
            b'\\' if bytes.peek() == Some(&&b'%') => out.extend(bytes.next()),
            b'%' => out.extend_from_slice(&ed.name),
            _ => out.push(b),
        }
    }
    out
}

fn global(ed: &mut Ed, range: &Range, cursor: &mut Cursor<'_>, letter: u8) -> Result<Next, Fault> {
    let (first, last) = if range.named == 0 { (1.min(ed.buffer.last()), ed.buffer.last()) } else { (range.first, range.last) };
    let delimiter = cursor.peek().filter(|&b| b != b' ').ok_or("Invalid pattern delimiter")?;
    cursor.at += 1;
    let (pattern, _) = cursor.until(delimiter);
    let matcher = ed.compile(&pattern)?;
    let wanted = matches!(letter, b'g' | b'G');
    let chosen: Vec<u64> = (first..=last)
        .filter(|&line| line > 0 && matcher.is_match(ed.buffer.text(line)) == wanted)
        .map(|line| ed.buffer.lines[line - 1].id)
        .collect();
    let mut commands = vec![cursor.text[cursor.at..].to_vec()];
    while commands.last().is_some_and(|line| line.ends_with(b"\\")) {
        if let Some(line) = commands.last_mut() {
            line.pop();
        }
        match ed.read_line() {
            Some(more) => commands.push(more),
            None => break,
        }
    }
    let interactive = matches!(letter, b'G' | b'V');
    if commands.len() == 1 && commands[0].is_empty() {
        commands[0] = b"p".to_vec();
    }
    ed.remember();
    for id in chosen {
        let Some(line) = ed.buffer.position(id) else { continue };
        ed.buffer.current = line;
        let mut pending: VecDeque<Vec<u8>> = commands.clone().into();
        if interactive {
            ed.show(line, line, &Suffix { print: true, ..Suffix::default() });
            match ed.read_line() {
                Some(line) if line.is_empty() => continue,
                Some(line) if line == b"&" => {}
                Some(line) => {
                    commands = vec![line];
                    pending = commands.clone().into();
                }
                None => return Err("Unexpected end-of-file".into()),
            }
        }
        ed.inner = Some(pending);
        while let Some(command) = ed.inner.as_mut().and_then(VecDeque::pop_front) {
            match execute(ed, &command) {
                Ok(Next::Go) => {}
                other => {
                    ed.inner = None;
                    return other;
                }
            }
        }
        ed.inner = None;
    }
    Ok(Next::Go)
}
