//! head.

use crate::amount::{Headers, Unit};
use crate::input;
use sunaba_gnu::options::{Opt, flag, value};
use sunaba_gnu::output::complain;
use sunaba_gnu::stream::{PIECE, Source, put};
use sunaba_gnu::{error, quote, stdin};
use std::io;

const OPTIONS: &[Opt] = &[
    value('c', "bytes"), value('n', "lines"), flag('q', "quiet"), flag('\0', "silent"), flag('v', "verbose"), flag('z', "zero-terminated"),
    flag('\0', "help"), flag('\0', "version"),
];

const HELP: &str = "Usage: head [OPTION]... [FILE]...
Print the first 10 lines of each FILE to standard output.
With more than one FILE, precede each with a header giving the file name.

With no FILE, or when FILE is -, read standard input.

  -c, --bytes=[-]NUM       print the first NUM bytes of each file;
                             with the leading '-', print all but the last
                             NUM bytes of each file
  -n, --lines=[-]NUM       print the first NUM lines instead of the first 10;
                             with the leading '-', print all but the last
                             NUM lines of each file
  -q, --quiet, --silent    never print headers giving file names
  -v, --verbose            always print headers giving file names
  -z, --zero-terminated    line delimiter is NUL, not newline
      --help        display this help and exit
      --version     output version information and exit

NUM may have a multiplier suffix: b 512, kB 1000, K 1024, MB, M, GB, G and so on.
";

struct Wanted {
    unit: Unit,
    amount: u64,
    /// All but so much of the end.
    but: bool,
    end: u8,
}

pub fn run(args: &[Vec<u8>]) -> i32 {
    let fault = |text: &str| {
        complain("head", text);
        1
    };
    let args = match old_form(args) {
        Ok(args) => args,
        Err(text) => return fault(&format!("{text}\nTry 'head --help' for more information.")),
    };
    let (options, mut names) = match input::options("head", &args, OPTIONS, HELP) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let mut wanted = Wanted { unit: Unit::Lines, amount: 10, but: false, end: b'\n' };
    let mut headers = None;
    for (name, argument) in options {
        match name.as_str() {
            "quiet" | "silent" => headers = Some(false),
            "verbose" => headers = Some(true),
            "zero-terminated" => wanted.end = 0,
            name => {
                wanted.unit = if name == "lines" { Unit::Lines } else { Unit::Bytes };
                let bare = argument.strip_prefix(b"-");
                wanted.but = bare.is_some();
                match wanted.unit.amount(bare.unwrap_or(&argument), bare.unwrap_or(&argument)) {
                    Ok(amount) => wanted.amount = amount,
                    Err(text) => return fault(&text),
                }
            }
        }
    }
    if names.is_empty() {
        names.push(b"-".to_vec());
    }
    let mut headers = Headers::new(headers.unwrap_or(names.len() > 1));
    let mut code = 0;
    for name in &names {
        let source = match Source::open(name) {
            Ok(source) => source,
            Err(e) => {
                code = fault(&format!("cannot open {} for reading: {}", quote::quoted(name), error::text(&e)));
                continue;
            }
        };
        put("head", &headers.text(name));
        match copy(&source, &wanted) {
            Ok(rest) if name == b"-" => stdin::give_back(rest),
            Ok(_) => {}
            Err(e) => code = fault(&format!("error reading {}: {}", quote::quoted(if name == b"-" { b"standard input" } else { name }), error::text(&e))),
        }
    }
    code
}

/// `-5`, `-20c`, `-3qv` as the first argument.
fn old_form(args: &[Vec<u8>]) -> Result<Vec<Vec<u8>>, String> {
    let Some(first) = args.first().filter(|arg| matches!(arg.as_slice(), [b'-', b'0'..=b'9', ..])) else { return Ok(args.to_vec()) };
    let digits = 1 + first[1..].iter().take_while(|b| b.is_ascii_digit()).count();
    let (mut option, mut factor, mut others) = (b"-n".to_vec(), b"".as_slice(), Vec::new());
    for &letter in &first[digits..] {
        match letter {
            b'c' => (option, factor) = (b"-c".to_vec(), b""),
            b'b' => (option, factor) = (b"-c".to_vec(), b"b"),
            b'k' => (option, factor) = (b"-c".to_vec(), b"K"),
            b'm' => (option, factor) = (b"-c".to_vec(), b"M"),
            b'l' => (option, factor) = (b"-n".to_vec(), b""),
            b'q' | b'v' | b'z' => others.push(vec![b'-', letter]),
            other => return Err(format!("invalid trailing option -- {}", other as char)),
        }
    }
    let amount = [&first[1..digits], factor].concat();
    Ok([vec![option, amount], others, args[1..].to_vec()].concat())
}

/// Copies what is wanted; gives how much was read beyond it.
fn copy(source: &Source, wanted: &Wanted) -> io::Result<usize> {
    if wanted.but {
        return all_but(source, wanted);
    }
    let mut left = wanted.amount;
    if left == 0 {
        return Ok(0);
    }
    let mut buffer = vec![0; PIECE];
    loop {
        let most = if wanted.unit == Unit::Bytes { usize::try_from(left).unwrap_or(PIECE).min(PIECE) } else { PIECE };
        let count = source.read(&mut buffer[..most])?;
        let piece = &buffer[..count];
        let end = match wanted.unit {
            Unit::Bytes => {
                left -= count as u64;
                count
            }
            Unit::Lines => take_lines(piece, wanted.end, &mut left),
        };
        put("head", &piece[..end]);
        if count == 0 || left == 0 {
            return Ok(count - end);
        }
    }
}

/// Where in the piece the last of the lines ends that are left; counts them off.
fn take_lines(piece: &[u8], end: u8, left: &mut u64) -> usize {
    for at in memchr::memchr_iter(end, piece) {
        *left -= 1;
        if *left == 0 {
            return at + 1;
        }
    }
    piece.len()
}

/// Holds back the end, as it may be, and gives how much of it there was.
fn all_but(source: &Source, wanted: &Wanted) -> io::Result<usize> {
    let mut held = Vec::new();
    let mut buffer = vec![0; PIECE];
    let mut lines = 0;
    loop {
        let count = source.read(&mut buffer)?;
        held.extend_from_slice(&buffer[..count]);
        let sure = match wanted.unit {
            Unit::Bytes => held.len() - usize::try_from(wanted.amount).unwrap_or(usize::MAX).min(held.len()),
            Unit::Lines => {
                lines += memchr::memchr_iter(wanted.end, &buffer[..count]).count() as u64;
                // A last line without an end is one too.
                let open = count == 0 && held.last().is_some_and(|b| *b != wanted.end);
                let mut sure = (lines + u64::from(open)).saturating_sub(wanted.amount);
                if sure > lines {
                    held.len()
                } else if sure == 0 {
                    0
                } else {
                    lines -= sure;
                    take_lines(&held, wanted.end, &mut sure)
                }
            }
        };
        put("head", &held[..sure]);
        held.drain(..sure);
        if count == 0 {
            return Ok(held.len());
        }
    }
}
