//! dos2unix and unix2dos, in place.

use crate::input;
use sunaba_gnu::options::{Opt, flag};
use sunaba_gnu::output::{complain, say};
use sunaba_gnu::{bytes, error};
use std::io::Write;

pub fn run(tool: &str, args: &[Vec<u8>]) -> i32 {
    const OPTIONS: &[Opt] = &[flag('q', "quiet"), flag('k', "keepdate"), flag('f', "force"), flag('n', "newfile"), flag('o', "oldfile"), flag('h', "help"), flag('V', "version")];
    let help = format!("Usage: {tool} [options] [file ...] [-n infile outfile ...]\nConvert line endings; without a file, of standard input.\n");
    let (options, names) = match input::options(tool, args, OPTIONS, &help) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let quiet = options.iter().any(|(name, _)| name == "quiet");
    let convert = |text: &[u8]| if tool == "dos2unix" { to_unix(text) } else { to_dos(text) };
    if names.is_empty() {
        return match input::read(b"-").and_then(|text| std::io::stdout().write_all(&convert(&text))) {
            Ok(()) => 0,
            Err(_) => 1,
        };
    }
    let pairs: Vec<(&Vec<u8>, &Vec<u8>)> = if options.iter().any(|(name, _)| name == "newfile") {
        names.chunks(2).filter(|pair| pair.len() == 2).map(|pair| (&pair[0], &pair[1])).collect()
    } else {
        names.iter().map(|name| (name, name)).collect()
    };
    let mut code = 0;
    for (from, to) in pairs {
        let done = input::read(from).and_then(|text| std::fs::write(bytes::path(to), convert(&text)));
        match done {
            Ok(()) if !quiet => {
                let kind = if tool == "dos2unix" { "Unix" } else { "DOS" };
                eprintln!("{tool}: converting file {} to {kind} format...", bytes::lossy(from));
            }
            Ok(()) => {}
            Err(fault) => {
                complain(tool, &format!("{}: {}", bytes::lossy(from), error::text(&fault)));
                code = 2;
            }
        }
    }
    say("");
    code
}

fn to_unix(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for (i, &b) in text.iter().enumerate() {
        if !(b == b'\r' && text.get(i + 1) == Some(&b'\n')) {
            out.push(b);
        }
    }
    out
}

fn to_dos(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for (i, &b) in text.iter().enumerate() {
        if b == b'\n' && (i == 0 || text[i - 1] != b'\r') {
            out.push(b'\r');
        }
        out.push(b);
    }
    out
}
