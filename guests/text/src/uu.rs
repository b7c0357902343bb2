//! uuencode and uudecode, with base64 as -m.

use crate::input;
use sunaba_gnu::options::{Opt, flag, value};
use sunaba_gnu::output::{Out, complain};
use sunaba_gnu::{bytes, error, status};

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

pub fn encode(args: &[Vec<u8>]) -> i32 {
    const OPTIONS: &[Opt] = &[flag('m', "base64"), flag('h', "help"), flag('v', "version")];
    let (options, names) = match input::options("uuencode", args, OPTIONS, "Usage: uuencode [-m] [file] name\nEncode a file (standard input) as text.\n") {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let base64 = !options.is_empty();
    let (source, name) = match names.as_slice() {
        [name] => (b"-".to_vec(), name),
        [source, name] => (source.clone(), name),
        _ => {
            complain("uuencode", "Usage: uuencode [-m] [file] name");
            return 2;
        }
    };
    let text = match input::read(&source) {
        Ok(text) => text,
        Err(fault) => {
            complain("uuencode", &format!("{}: {}", bytes::lossy(&source), error::text(&fault)));
            return 1;
        }
    };
    let mode = status::stat(&source).map_or(0o644, |found| found.mode & 0o777);
    let mut out = Out::new("uuencode");
    out.text(&format!("begin{} {mode:o} ", if base64 { "-base64" } else { "" }));
    out.put(name);
    out.put(b"\n");
    for line in text.chunks(45) {
        let symbol = |value: u32| if base64 { ALPHABET[value as usize] } else if value == 0 { b'`' } else { value as u8 + 32 };
        if !base64 {
            out.put(&[line.len() as u8 + 32]);
        }
        for group in line.chunks(3) {
            let at = |i: usize| u32::from(group.get(i).copied().unwrap_or(0));
            let bits = at(0) << 16 | at(1) << 8 | at(2);
            let mut four = [symbol(bits >> 18 & 63), symbol(bits >> 12 & 63), symbol(bits >> 6 & 63), symbol(bits & 63)];
            if base64 {
                (group.len() + 1..4).for_each(|i| four[i] = b'=');
            }
            out.put(&four);
        }
        out.put(b"\n");
    }
    out.text(if base64 { "====\n" } else { "`\nend\n" });
    out.flush();
    0
}

pub fn decode(args: &[Vec<u8>]) -> i32 {
    const OPTIONS: &[Opt] = &[value('o', "output-file"), flag('c', "ignore-chmod"), flag('h', "help"), flag('v', "version")];
    let (options, mut names) = match input::options("uudecode", args, OPTIONS, "Usage: uudecode [-o file] [file]...\nDecode what uuencode made.\n") {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let output = options.into_iter().find(|(name, _)| name == "output-file").map(|(_, file)| file);
    if names.is_empty() {
        names.push(b"-".to_vec());
    }
    names.iter().fold(0, |code, name| code.max(decode_one(name, output.as_deref())))
}

fn decode_one(name: &[u8], output: Option<&[u8]>) -> i32 {
    let text = match input::read(name) {
        Ok(text) => text,
        Err(fault) => {
            complain("uudecode", &format!("{}: {}", bytes::lossy(name), error::text(&fault)));
            return 4;
        }
    };
    let shown = if name == b"-" { "standard input".into() } else { bytes::lossy(name) };
    let mut lines = text.split(|&b| b == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let head = lines.find(|line| line.starts_with(b"begin ") || line.starts_with(b"begin-base64 "));
    let Some(head) = head else {
        eprintln!("uudecode fatal error:\n{shown}: Invalid or missing 'begin' line");
        return 2;
    };
    let base64 = head.starts_with(b"begin-base64");
    let target = output.map(<[u8]>::to_vec).unwrap_or_else(|| head.splitn(3, |b| *b == b' ').nth(2).unwrap_or_default().to_vec());
    let mut content = Vec::new();
    for line in lines {
        if line == b"end" || line == b"====" {
            break;
        }
        if base64 {
            for group in line.chunks(4) {
                let value = |b: &u8| ALPHABET.iter().position(|a| a == b).unwrap_or(0) as u32;
                let bits = group.iter().fold(0, |bits, b| bits << 6 | value(b));
                let count = 3 - group.iter().filter(|b| **b == b'=').count();
                content.extend_from_slice(&bits.to_be_bytes()[1..1 + count]);
            }
        } else {
            let value = |b: u8| u32::from(b.wrapping_sub(32) & 63);
            let Some(&first) = line.first() else { continue };
            let length = value(first) as usize;
            let mut decoded = Vec::new();
            for group in line[1..].chunks(4) {
                let bits = (0..4).fold(0, |bits, i| bits << 6 | group.get(i).map_or(0, |b| value(*b)));
                decoded.extend_from_slice(&bits.to_be_bytes()[1..]);
            }
            decoded.truncate(length);
            content.extend(decoded);
        }
    }
    if target == b"-" || target == b"/dev/stdout" {
        let mut out = Out::new("uudecode");
        out.put(&content);
        out.flush();
        return 0;
    }
    match std::fs::write(bytes::path(&target), content) {
        Ok(()) => 0,
        Err(fault) => {
            complain("uudecode", &format!("{}: {}", bytes::lossy(&target), error::text(&fault)));
            1
        }
    }
}
