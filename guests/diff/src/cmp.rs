//! cmp.

use std::fs::File;
use std::io::{self, BufReader, Read};
use sunaba_gnu::options::{Item, Opt, Order, flag, parse, value};
use sunaba_gnu::output::{Out, complain, say, version};
use sunaba_gnu::{bytes, error};

const OPTIONS: &[Opt] = &[
    flag('b', "print-bytes"), value('i', "ignore-initial"), flag('l', "verbose"), value('n', "bytes"), flag('s', "quiet"), flag('\0', "silent"),
    flag('v', "version"), flag('\0', "help"),
];

const HELP: &str = "Usage: cmp [OPTION]... FILE1 [FILE2 [SKIP1 [SKIP2]]]
Compare two files byte by byte.

  -b, --print-bytes          print differing bytes
  -i, --ignore-initial=SKIP  skip first SKIP bytes of both inputs
  -l, --verbose              output byte numbers and differing byte values
  -n, --bytes=LIMIT          compare at most LIMIT bytes
  -s, --quiet, --silent      suppress all normal output
      --help                 display this help and exit
  -v, --version              output version information and exit
";

pub fn run(args: &[Vec<u8>]) -> i32 {
    let items = match parse(args, OPTIONS, Order::Anywhere) {
        Ok(items) => items,
        Err(fault) => return usage(&fault),
    };
    let (mut shown, mut verbose, mut quiet, mut limit, mut skips, mut names) = (false, false, false, u64::MAX, [0_u64; 2], Vec::new());
    for item in items {
        match item {
            Item::Operand(name) => names.push(name),
            Item::Option(option, argument) => {
                let text = bytes::lossy(&argument.unwrap_or_default()).into_owned();
                match option.as_str() {
                    "print-bytes" => shown = true,
                    "verbose" => verbose = true,
                    "quiet" | "silent" => quiet = true,
                    "bytes" => match text.parse() {
                        Ok(n) => limit = n,
                        Err(_) => return usage(&format!("invalid --bytes value '{text}'")),
                    },
                    "ignore-initial" => {
                        let (a, b) = text.split_once(':').unwrap_or((&text, &text));
                        match (a.parse(), b.parse()) {
                            (Ok(a), Ok(b)) => skips = [a, b],
                            _ => return usage(&format!("invalid --ignore-initial value '{text}'")),
                        }
                    }
                    "help" => {
                        say(HELP);
                        return 0;
                    }
                    _ => {
                        say(&version("cmp"));
                        return 0;
                    }
                }
            }
        }
    }
    if verbose && quiet {
        return usage("options -l and -s are incompatible");
    }
    if names.is_empty() {
        return usage("missing operand after 'cmp'");
    }
    if names.len() == 1 {
        names.push(b"-".to_vec());
    }
    for (i, text) in names.iter().skip(2).take(2).enumerate() {
        skips[i] = bytes::lossy(text).parse().unwrap_or(0);
    }
    let mut inputs = Vec::new();
    for (name, skip) in names.iter().zip(skips) {
        match open(name, skip) {
            Ok(input) => inputs.push(input),
            Err(fault) => {
                if !quiet {
                    complain("cmp", &format!("{}: {}", bytes::lossy(name), error::text(&fault)));
                }
                return 2;
            }
        }
    }
    let (Some(mut b), Some(mut a)) = (inputs.pop(), inputs.pop()) else { return 2 };
    match compare(&mut a, &mut b, [&names[0], &names[1]], limit, shown, verbose, quiet) {
        Ok(code) => code,
        Err(fault) => {
            complain("cmp", &format!("{}: {}", bytes::lossy(&names[0]), error::text(&fault)));
            2
        }
    }
}

fn usage(fault: &str) -> i32 {
    complain("cmp", &format!("{fault}\ncmp: Try 'cmp --help' for more information."));
    2
}

fn open(name: &[u8], skip: u64) -> io::Result<BufReader<Box<dyn Read>>> {
    let reader: Box<dyn Read> = if name == b"-" {
        Box::new(io::stdin())
    } else {
        let file = File::open(bytes::path(name))?;
        if file.metadata()?.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        Box::new(file)
    };
    let mut reader = BufReader::with_capacity(1 << 16, reader);
    io::copy(&mut reader.by_ref().take(skip), &mut io::sink())?;
    Ok(reader)
}

/// As wide as the last offset that two files can differ at.
fn offset_width(names: [&Vec<u8>; 2], limit: u64) -> usize {
    // `/dev/fd/63` looks like an empty file, and is a pipe.
    let sizes = names.iter().filter(|name| !name.starts_with(b"/dev/")).filter_map(|name| std::fs::metadata(bytes::path(name)).ok()).filter(|found| found.is_file()).map(|found| found.len());
    sizes.fold(limit.min(i64::MAX as u64), u64::min).to_string().len()
}

fn compare(a: &mut impl Read, b: &mut impl Read, names: [&Vec<u8>; 2], limit: u64, shown: bool, verbose: bool, quiet: bool) -> io::Result<i32> {
    let mut out = Out::new("cmp");
    let width = offset_width(names, limit);
    let (mut x, mut y) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    let (mut offset, mut line, mut differs, mut ends_line) = (0_u64, 1_u64, false, true);
    loop {
        let want = (x.len() as u64).min(limit - offset) as usize;
        let (n, m) = (fill(a, &mut x[..want])?, fill(b, &mut y[..want])?);
        let both = n.min(m);
        for i in 0..both {
            if x[i] != y[i] {
                differs = true;
                if quiet {
                    return Ok(1);
                }
                let at = offset + i as u64 + 1;
                if !verbose {
                    let values = if shown { format!(" is {:>3o} {} {:>3o} {}", x[i], visible(x[i]), y[i], visible(y[i])) } else { String::new() };
                    let (one, two) = (bytes::lossy(names[0]), bytes::lossy(names[1]));
                    out.text(&format!("{one} {two} differ: byte {at}, line {line}{values}\n"));
                    out.flush();
                    return Ok(1);
                }
                let row = if shown { format!("{at:>width$} {:>3o} {:<4} {:>3o} {}\n", x[i], visible(x[i]), y[i], visible(y[i])) } else { format!("{at:>width$} {:>3o} {:>3o}\n", x[i], y[i]) };
                out.text(&row);
            }
            if x[i] == b'\n' {
                line += 1;
            }
            ends_line = x[i] == b'\n';
        }
        offset += both as u64;
        if n != m {
            out.flush();
            if !quiet {
                let short = bytes::lossy(names[usize::from(m < n)]);
                let place = if offset == 0 {
                    format!("EOF on {short} which is empty")
                } else if verbose {
                    format!("EOF on {short} after byte {offset}")
                } else if ends_line {
                    format!("EOF on {short} after byte {offset}, line {}", line - 1)
                } else {
                    format!("EOF on {short} after byte {offset}, in line {line}")
                };
                complain("cmp", &place);
            }
            return Ok(1);
        }
        if n == 0 || offset >= limit {
            out.flush();
            return Ok(i32::from(differs));
        }
    }
}

fn fill(input: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut at = 0;
    while at < buffer.len() {
        match input.read(&mut buffer[at..])? {
            0 => break,
            n => at += n,
        }
    }
    Ok(at)
}

fn visible(b: u8) -> String {
    let (prefix, b) = if b >= 128 { ("M-", b - 128) } else { ("", b) };
    match b {
        0..=31 => format!("{prefix}^{}", (b + 64) as char),
        127 => format!("{prefix}^?"),
        b => format!("{prefix}{}", b as char),
    }
}
