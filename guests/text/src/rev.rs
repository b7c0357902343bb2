//! rev: each line backwards, by characters.

use crate::input;
use sunaba_gnu::options::{Opt, flag};
use sunaba_gnu::output::{Out, complain};
use sunaba_gnu::{bytes, error};

pub fn run(args: &[Vec<u8>]) -> i32 {
    const OPTIONS: &[Opt] = &[flag('0', "zero"), flag('h', "help"), flag('V', "version")];
    let (options, mut names) = match input::options("rev", args, OPTIONS, "Usage: rev [options] [file ...]\nReverse lines characterwise.\n") {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let end = if options.is_empty() { b'\n' } else { 0 };
    if names.is_empty() {
        names.push(b"-".to_vec());
    }
    let mut out = Out::new("rev");
    let mut code = 0;
    for name in &names {
        match input::read(name) {
            Ok(text) => text.split_inclusive(|&b| b == end).for_each(|line| reverse(&mut out, line, end)),
            Err(fault) => {
                out.flush();
                complain("rev", &format!("cannot open {}: {}", bytes::lossy(name), error::text(&fault)));
                code = 1;
            }
        }
    }
    out.flush();
    code
}

fn reverse(out: &mut Out, line: &[u8], end: u8) {
    let body = line.strip_suffix(&[end]).unwrap_or(line);
    let mut units: Vec<&[u8]> = Vec::new();
    for chunk in body.utf8_chunks() {
        let valid = chunk.valid();
        units.extend(valid.char_indices().map(|(at, c)| valid[at..at + c.len_utf8()].as_bytes()));
        units.extend(chunk.invalid().chunks(1));
    }
    units.iter().rev().for_each(|unit| out.put(unit));
    if line.len() > body.len() {
        out.put(&[end]);
    }
}
