//! `read mapfile`

use super::Outcome;
use crate::names::is_name;
use crate::shell::Shell;
use crate::special;
use crate::vars::{Bytes, Value};
use crate::world::Errno;

fn timeout(shell: &mut Shell, text: &[u8]) -> Option<u64> {
    let value: f64 = std::str::from_utf8(text).ok()?.trim().parse().ok()?;
    if value.is_finite() && value >= 0.0 {
        Some((value * 1000.0) as u64)
    } else {
        let _ = shell;
        None
    }
}

pub fn read(shell: &mut Shell, args: &[Bytes]) -> Outcome {
    let usage =
        "read [-ers] [-a array] [-d delim] [-i text] [-n nchars] [-N nchars] [-p prompt] [-t timeout] [-u fd] [name ...]";
    let found = match shell.options_of(args, "ersa:d:i:n:N:p:t:u:", usage) {
        Ok(found) => found,
        Err(status) => return Ok(status),
    };
    let raw = found.has(b'r');
    let fd = match found.value(b'u') {
        None => 0,
        Some(text) => match crate::arith::plain_integer(text) {
            Some(fd) if fd >= 0 => fd as u32,
            _ => {
                let text = text.clone();
                shell.fail("read", &[&text[..], b": invalid file descriptor specification"].concat());
                return Ok(1);
            }
        },
    };
    let mut limit = None;
    let mut exact = false;
    for letter in [b'n', b'N'] {
        if let Some(text) = found.value(letter) {
            match crate::arith::plain_integer(text) {
                Some(count) if count >= 0 => {
                    limit = Some(count as usize);
                    exact = letter == b'N';
                }
                _ => {
                    let text = text.clone();
                    shell.fail("read", &[&text[..], b": invalid number"].concat());
                    return Ok(1);
                }
            }
        }
    }
    let wait = match found.value(b't').cloned() {
        None => None,
        Some(text) => match timeout(shell, &text) {
            Some(ms) => Some(ms),
            None => {
                shell.fail("read", &[&text[..], b": invalid timeout specification"].concat());
                return Ok(1);
            }
        },
    };
    let delimiter = match found.value(b'd') {
        Some(text) => text.first().copied().unwrap_or(0),
        None => b'\n',
    };
    let names: Vec<Bytes> = args[found.rest..].to_vec();
    for name in &names {
        let base = name.split(|&c| c == b'[').next().unwrap_or(b"");
        if !is_name(base) {
            shell.fail("read", &[b"`", &name[..], b"': not a valid identifier"].concat());
            return Ok(1);
        }
    }
    let Some(open) = shell.fds.get(fd).cloned() else {
        shell.fail("read", format!("{fd}: invalid file descriptor: {}", Errno::BADF.text()).as_bytes());
        return Ok(1);
    };
    let _ = shell.flush();
    if let Some(prompt) = found.value(b'p').cloned() {
        if open.raw_fd().is_some_and(<crate::world::Sys as crate::world::World>::is_terminal) {
            shell.write_error(&prompt);
        }
    }
    if let Some(ms) = wait {
        match open.readable(ms) {
            Ok(true) => {
                if ms == 0 {
                    return Ok(0);
                }
            }
            Ok(false) => return Ok(if ms == 0 { 1 } else { 142 }),
            Err(_) => return Ok(1),
        }
    }
    // The text, and for each byte whether a backslash stood before it.
    let mut text: Bytes = Vec::new();
    let mut escaped: Vec<bool> = Vec::new();
    let mut complete = false;
    let mut failed = None;
    if limit == Some(0) {
        complete = true;
    } else if let Some(most) = limit {
        let mut count = 0;
        let mut pending = false;
        while count < most {
            let mut byte = Vec::new();
            match open.read_until(None, 1, &mut byte) {
                Ok(0) => break,
                Ok(_) => {}
                Err(error) => {
                    failed = Some(error);
                    break;
                }
            }
            let c = byte[0];
            if !exact && c == delimiter && !pending {
                complete = true;
                break;
            }
            if c == b'\\' && !raw && !pending {
                pending = true;
                continue;
            }
            if pending && c == b'\n' {
                pending = false;
                continue;
            }
            text.push(c);
            escaped.push(pending);
            pending = false;
            // Bytes that go on a character do not count.
            let len = if shell.utf8 {
                match c {
                    0xc2..=0xdf => 1,
                    0xe0..=0xef => 2,
                    0xf0..=0xf4 => 3,
                    _ => 0,
                }
            } else {
                0
            };
            for _ in 0..len {
                let mut more = Vec::new();
                if open.read_until(None, 1, &mut more).unwrap_or(0) == 0 {
                    break;
                }
                text.push(more[0]);
                escaped.push(false);
            }
            count += 1;
            if count == most {
                complete = true;
            }
        }
    } else {
        loop {
            let mut piece = Vec::new();
            match open.read_until(Some(delimiter), usize::MAX, &mut piece) {
                Ok(0) => break,
                Ok(_) => {}
                Err(Errno::INTR) => {
                    if <crate::world::Sys as crate::world::World>::peek_signals() != 0 {
                        shell.run_pending()?;
                    }
                    continue;
                }
                Err(error) => {
                    failed = Some(error);
                    break;
                }
            }
            let ended = piece.last() == Some(&delimiter);
            if ended {
                piece.pop();
            }
            if raw {
                escaped.resize(escaped.len() + piece.len(), false);
                text.extend_from_slice(&piece);
                complete = ended;
                break;
            }
            let mut at = 0;
            let mut open_escape = false;
            while at < piece.len() {
                if piece[at] == b'\\' {
                    at += 1;
                    if at == piece.len() {
                        open_escape = true;
                        break;
                    }
                    if piece[at] != b'\n' {
                        text.push(piece[at]);
                        escaped.push(true);
                    }
                    at += 1;
                    continue;
                }
                text.push(piece[at]);
                escaped.push(false);
                at += 1;
            }
            if open_escape && ended {
                if delimiter != b'\n' {
                    text.push(delimiter);
                    escaped.push(true);
                }
                continue;
            }
            complete = ended;
            break;
        }
    }
    if let Some(error) = failed {
        shell.fail("read", format!("read error: {fd}: {}", error.text()).as_bytes());
        return Ok(1);
    }
    if text.contains(&0) {
        let kept: Vec<(u8, bool)> = text.iter().copied().zip(escaped.iter().copied()).filter(|item| item.0 != 0).collect();
        text = kept.iter().map(|item| item.0).collect();
        escaped = kept.iter().map(|item| item.1).collect();
    }
    let status = i32::from(!complete);
    if let Some(array) = found.value(b'a').cloned() {
        let sym = shell.vars.names.sym(&array);
        if shell.is_assoc(sym) {
            shell.fail("read", &[&array[..], b": cannot convert associative to indexed array"].concat());
            return Ok(1);
        }
        let items = split(shell, &text, &escaped);
        shell.vars.var_mut(sym).value = Value::Unset;
        shell.set_array(sym, items)?;
        return Ok(status);
    }
    if names.is_empty() {
        shell.assign(special::REPLY, text)?;
        return Ok(status);
    }
    if exact {
        for (at, name) in names.iter().enumerate() {
            let value = if at == 0 { text.clone() } else { Vec::new() };
            put(shell, name, value)?;
        }
        return Ok(status);
    }
    let values = split_names(shell, &text, &escaped, names.len());
    for (name, value) in names.iter().zip(values) {
        if put(shell, name, value).is_err() {
            return Ok(1);
        }
    }
    Ok(status)
}

fn put(shell: &mut Shell, name: &[u8], value: Bytes) -> Result<(), crate::shell::Stop> {
    match name.iter().position(|&c| c == b'[') {
        Some(open) if name.last() == Some(&b']') => {
            let sym = shell.vars.names.sym(&name[..open]);
            let sub = name[open + 1..name.len() - 1].to_vec();
            shell.assign_sub(sym, &sub, value, false)
        }
        _ => {
            let sym = shell.vars.names.sym(name);
            shell.assign(sym, value)
        }
    }
}

/// All fields of a line.
fn split(shell: &Shell, text: &[u8], escaped: &[bool]) -> Vec<Bytes> {
    let class = |at: usize| if escaped[at] { 0 } else { shell.ifs.table[text[at] as usize] };
    let mut out = Vec::new();
    let mut at = 0;
    while at < text.len() && class(at) == 1 {
        at += 1;
    }
    while at < text.len() {
        let start = at;
        while at < text.len() && class(at) == 0 {
            at += 1;
        }
        out.push(text[start..at].to_vec());
        at = skip_separator(text.len(), at, &class);
    }
    out
}

fn skip_separator(len: usize, mut at: usize, class: &dyn Fn(usize) -> u8) -> usize {
    while at < len && class(at) == 1 {
        at += 1;
    }
    if at < len && class(at) == 2 {
        at += 1;
        while at < len && class(at) == 1 {
            at += 1;
        }
    }
    at
}

/// One value a name; the last takes what is left.
fn split_names(shell: &Shell, text: &[u8], escaped: &[bool], count: usize) -> Vec<Bytes> {
    let class = |at: usize| if escaped[at] { 0 } else { shell.ifs.table[text[at] as usize] };
    let mut out = Vec::new();
    let mut at = 0;
    while at < text.len() && class(at) == 1 {
        at += 1;
    }
    for n in 0..count {
        if n + 1 == count {
            let mut end = text.len();
            while end > at && class(end - 1) == 1 {
                end -= 1;
            }
            // A lone separator at the end of the only field goes too.
            if end > at && class(end - 1) == 2 {
                let others = (at..end - 1).any(|place| class(place) == 2 || class(place) == 1 && {
                    // Blanks between words count as separators as well.
                    true
                });
                if !others {
                    end -= 1;
                    while end > at && class(end - 1) == 1 {
                        end -= 1;
                    }
                }
            }
            out.push(text[at..end].to_vec());
        } else {
            let start = at;
            while at < text.len() && class(at) == 0 {
                at += 1;
            }
            out.push(text[start..at].to_vec());
            at = skip_separator(text.len(), at, &class);
        }
    }
    out
}

pub fn mapfile(shell: &mut Shell, args: &[Bytes]) -> Outcome {
    let usage = "mapfile [-d delim] [-n count] [-O origin] [-s count] [-t] [-u fd] [-C callback] [-c quantum] [array]";
    let who = String::from_utf8_lossy(&args[0]).into_owned();
    let found = match shell.options_of(args, "d:n:O:s:tu:C:c:", usage) {
        Ok(found) => found,
        Err(status) => return Ok(status),
    };
    let mut numbers = [0i64, -1, 0, 0, 5000];
    for (place, letter, what) in [
        (0, b'n', "invalid line count"),
        (1, b'O', "invalid array origin"),
        (2, b's', "invalid line count"),
        (3, b'u', "invalid file descriptor specification"),
        (4, b'c', "invalid callback quantum"),
    ] {
        if let Some(text) = found.value(letter) {
            match crate::arith::plain_integer(text).filter(|&n| n >= 0) {
                Some(number) => numbers[place] = number,
                None => {
                    let message = [&text[..], b": ", what.as_bytes()].concat();
                    shell.fail(&who, &message);
                    return Ok(1);
                }
            }
        }
    }
    let [count, origin, skip, fd, quantum] = numbers;
    let delimiter = found.value(b'd').map_or(b'\n', |text| text.first().copied().unwrap_or(0));
    let name = args.get(found.rest).cloned().unwrap_or_else(|| b"MAPFILE".to_vec());
    if !is_name(&name) {
        shell.fail(&who, &[b"`", &name[..], b"': not a valid identifier"].concat());
        return Ok(1);
    }
    let sym = shell.vars.names.sym(&name);
    let (sym, _) = shell.resolve(sym)?;
    if shell.is_assoc(sym) {
        shell.fail(&who, &[&name[..], b": not an indexed array"].concat());
        return Ok(1);
    }
    let Some(open) = shell.fds.get(fd as u32).cloned() else {
        shell.fail(&who, format!("{fd}: invalid file descriptor: {}", Errno::BADF.text()).as_bytes());
        return Ok(1);
    };
    let _ = shell.flush();
    if origin < 0 {
        shell.set_array(sym, Vec::new())?;
    }
    let mut index = origin.max(0);
    let mut seen = 0;
    let mut stored = 0;
    let callback = found.value(b'C').cloned();
    let take = |open: &crate::fds::Open, line: &mut Bytes| open.read_until(Some(delimiter), usize::MAX, line).unwrap_or(0);
    if count == 0 && callback.is_none() && open.is_pipe() {
        // All of it: no need to read byte by byte.
        let mut all = Vec::new();
        let _ = open.read_all(&mut all);
        let mut rest: &[u8] = &all;
        while !rest.is_empty() {
            let (line, after) = match rest.iter().position(|&c| c == delimiter) {
                Some(at) => rest.split_at(at + 1),
                None => (rest, &rest[rest.len()..]),
            };
            rest = after;
            seen += 1;
            if seen <= skip {
                continue;
            }
            let line = if found.has(b't') { line.strip_suffix(&[delimiter]).unwrap_or(line) } else { line };
            shell.assign_index(sym, index, line.iter().copied().filter(|&c| c != 0).collect(), false)?;
            index += 1;
        }
        return Ok(0);
    }
    loop {
        if count > 0 && stored >= count {
            break;
        }
        let mut line = Vec::new();
        if take(&open, &mut line) == 0 {
            break;
        }
        seen += 1;
        if seen <= skip {
            continue;
        }
        if (found.has(b't') || delimiter == 0) && line.last() == Some(&delimiter) {
            line.pop();
        }
        stored += 1;
        if let Some(callback) = &callback {
            if stored % quantum.max(1) == 0 {
                let text = [&callback[..], format!(" {index} ").as_bytes(), &crate::quote::quote_q(&line)].concat();
                let at = shell.line;
                shell.run_text(&text, at, "eval")?;
            }
        }
        shell.assign_index(sym, index, line, false)?;
        index += 1;
    }
    Ok(0)
}
