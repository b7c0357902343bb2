//! cat.

use crate::input;
use sunaba_gnu::stream::{self, PIECE, Source, put, read_small};
use std::borrow::Cow;
use std::os::fd::AsFd;
use sunaba_gnu::options::{Opt, flag};
use sunaba_gnu::output::complain;
use sunaba_gnu::{bytes, error, quote};

const OPTIONS: &[Opt] = &[
    flag('A', "show-all"),
    flag('b', "number-nonblank"),
    flag('e', ""),
    flag('E', "show-ends"),
    flag('n', "number"),
    flag('s', "squeeze-blank"),
    flag('t', ""),
    flag('T', "show-tabs"),
    flag('u', ""),
    flag('v', "show-nonprinting"),
    flag('\0', "help"),
    flag('\0', "version"),
];

const HELP: &str = "Usage: cat [OPTION]... [FILE]...
Concatenate FILE(s) to standard output.

With no FILE, or when FILE is -, read standard input.

  -A, --show-all           equivalent to -vET
  -b, --number-nonblank    number nonempty output lines, overrides -n
  -e                       equivalent to -vE
  -E, --show-ends          display $ at end of each line
  -n, --number             number all output lines
  -s, --squeeze-blank      suppress repeated empty output lines
  -t                       equivalent to -vT
  -T, --show-tabs          display TAB characters as ^I
  -u                       (ignored)
  -v, --show-nonprinting   use ^ and M- notation, except for LFD and TAB
      --help        display this help and exit
      --version     output version information and exit
";

#[derive(Default)]
struct Shape {
    number: bool,
    nonblank: bool,
    ends: bool,
    squeeze: bool,
    tabs: bool,
    marks: bool,
}

/// What goes on from one file to the next.
struct State {
    line: u64,
    at_start: bool,
    blanks: u32,
    /// A carriage return waits for what follows it (-E).
    returned: bool,
}

pub fn run(args: &[Vec<u8>]) -> i32 {
    let (options, mut names) = match input::options("cat", args, OPTIONS, HELP) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let mut shape = Shape::default();
    for (name, _) in &options {
        match name.as_str() {
            "show-all" => (shape.marks, shape.ends, shape.tabs) = (true, true, true),
            "e" => (shape.marks, shape.ends) = (true, true),
            "t" => (shape.marks, shape.tabs) = (true, true),
            "number-nonblank" => shape.nonblank = true,
            "show-ends" => shape.ends = true,
            "number" => shape.number = true,
            "squeeze-blank" => shape.squeeze = true,
            "show-tabs" => shape.tabs = true,
            "show-nonprinting" => shape.marks = true,
            _ => {}
        }
    }
    if names.is_empty() {
        names.push(b"-".to_vec());
    }
    let plain = !(shape.number || shape.nonblank || shape.ends || shape.squeeze || shape.tabs || shape.marks);
    let target = rustix::fs::fstat(std::io::stdout().as_fd()).ok().filter(stream::is_file);
    let mut state = State { line: 0, at_start: true, blanks: 0, returned: false };
    let mut buffer = vec![0; PIECE];
    let mut code = 0;
    for name in &names {
        let mut fail = |text: &str| {
            complain("cat", &format!("{}: {text}", quote::maybe(name)));
            code = 1;
        };
        if target.is_none() && name != b"-" {
            if let Some(count) = read_small(bytes::path(name), &mut buffer) {
                put("cat", &if plain { Cow::Borrowed(&buffer[..count]) } else { Cow::Owned(shaped(&shape, &mut state, &buffer[..count])) });
                continue;
            }
        }
        let source = match Source::open(name) {
            Ok(source) => source,
            Err(fault) => {
                fail(&error::text(&fault));
                continue;
            }
        };
        let found = source.status().ok().filter(stream::is_file);
        if let (Some(target), Some(found)) = (&target, &found) {
            let same = found.st_ino == target.st_ino && found.st_dev == target.st_dev;
            if same && found.st_size > 0 {
                fail("input file is output file");
                continue;
            }
        }
        // Once what the file was seen to hold is read, a read that is not filled is the last.
        let (size, mut seen) = (found.map_or(0, |found| found.st_size as u64), 0);
        loop {
            match source.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => {
                    if plain {
                        put("cat", &buffer[..count]);
                    } else {
                        put("cat", &shaped(&shape, &mut state, &buffer[..count]));
                    }
                    seen += count as u64;
                    if count < buffer.len() && size > 0 && seen >= size {
                        break;
                    }
                }
                Err(fault) => {
                    fail(&error::text(&fault));
                    break;
                }
            }
        }
    }
    if state.returned {
        put("cat", if shape.marks { b"^M" } else { b"\r" });
    }
    code
}

fn shaped(shape: &Shape, state: &mut State, text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() * 2);
    for &b in text {
        if state.at_start {
            if b == b'\n' {
                state.blanks += 1;
                if shape.squeeze && state.blanks > 1 {
                    continue;
                }
            } else {
                state.blanks = 0;
            }
            if shape.nonblank && b != b'\n' || shape.number && !shape.nonblank {
                state.line += 1;
                out.extend_from_slice(format!("{:6}\t", state.line).as_bytes());
            }
        }
        state.at_start = b == b'\n';
        if std::mem::take(&mut state.returned) {
            out.extend_from_slice(if shape.marks || b == b'\n' { b"^M" } else { b"\r" });
        }
        match b {
            b'\n' if shape.ends => out.extend_from_slice(b"$\n"),
            b'\r' if shape.ends => state.returned = true,
            b'\t' if shape.tabs => out.extend_from_slice(b"^I"),
            b'\n' | b'\t' => out.push(b),
            b if shape.marks => mark(&mut out, b),
            b => out.push(b),
        }
    }
    out
}

fn mark(out: &mut Vec<u8>, b: u8) {
    let low = b & 127;
    if b > 127 {
        out.extend_from_slice(b"M-");
    }
    match low {
        0..32 => out.extend_from_slice(&[b'^', low + 64]),
        127 => out.extend_from_slice(b"^?"),
        _ => out.push(low),
    }
}
