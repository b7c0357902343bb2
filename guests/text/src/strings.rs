//! strings: runs of printable characters.

use crate::input;
use sunaba_gnu::options::{Opt, flag, value};
use sunaba_gnu::output::{Out, complain};
use sunaba_gnu::{bytes, error};

const HELP: &str = "Usage: strings [option(s)] [file(s)]
Display printable strings in [file(s)] (stdin by default)

  -a --all                  Scan the entire file
  -f --print-file-name      Print the name of the file before each string
  -n --bytes=<number>       Locate sequences of at least <number> characters (default 4)
  -t --radix={o,d,x}        Print the location of the string in base 8, 10 or 16
  -o                        An alias for --radix=o
  -w --include-all-whitespace  Include all whitespace as valid string characters
";

pub fn run(args: &[Vec<u8>]) -> i32 {
    const OPTIONS: &[Opt] = &[
        flag('a', "all"), flag('d', "data"), flag('f', "print-file-name"), value('n', "bytes"), value('t', "radix"), flag('o', ""),
        flag('w', "include-all-whitespace"), value('e', "encoding"), value('s', "output-separator"), value('T', "target"), flag('h', "help"), flag('v', "version"),
    ];
    // `-8` is the old form of `-n 8`.
    let args: Vec<Vec<u8>> = args.iter().map(|arg| if arg.len() > 1 && arg[0] == b'-' && arg[1..].iter().all(u8::is_ascii_digit) { [b"-n", &arg[1..]].concat() } else { arg.clone() }).collect();
    let (options, mut names) = match input::options("strings", &args, OPTIONS, HELP) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let (mut least, mut radix, mut named, mut blanks) = (4, None, false, false);
    for (name, argument) in options {
        match name.as_str() {
            "bytes" => match input::number(&argument) {
                Some(n) if n > 0 => least = n as usize,
                _ => {
                    complain("strings", &format!("invalid minimum string length {}", bytes::lossy(&argument)));
                    return 1;
                }
            },
            "radix" => radix = argument.first().copied(),
            "o" => radix = Some(b'o'),
            "print-file-name" => named = true,
            "include-all-whitespace" => blanks = true,
            _ => {}
        }
    }
    if names.is_empty() {
        names.push(b"-".to_vec());
    }
    let mut out = Out::new("strings");
    let mut code = 0;
    for name in &names {
        let text = match input::read(name) {
            Ok(text) => text,
            Err(fault) => {
                out.flush();
                let shown = bytes::lossy(name);
                match fault.kind() {
                    std::io::ErrorKind::NotFound => complain("strings", &format!("'{shown}': No such file")),
                    std::io::ErrorKind::IsADirectory => complain("strings", &format!("Warning: '{shown}' is a directory")),
                    _ => complain("strings", &format!("{shown}: {}", error::text(&fault))),
                }
                code = 1;
                continue;
            }
        };
        let printable = |b: u8| (32..127).contains(&b) || b == b'\t' || (blanks && b.is_ascii_whitespace());
        let mut at = 0;
        while at < text.len() {
            let run = text[at..].iter().take_while(|b| printable(**b)).count();
            if run >= least {
                if named {
                    out.text(&format!("{}: ", bytes::lossy(name)));
                }
                match radix {
                    Some(b'o') => out.text(&format!("{at:>7o} ")),
                    Some(b'x') => out.text(&format!("{at:>7x} ")),
                    Some(_) => out.text(&format!("{at:>7} ")),
                    None => {}
                }
                out.put(&text[at..at + run]);
                out.put(b"\n");
            }
            at += run + 1;
        }
    }
    out.flush();
    code
}
