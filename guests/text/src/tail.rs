//! tail.

use crate::amount::{Headers, Unit};
use crate::follow::{Followed, Following};
use crate::input;
use rustix::fs::{SeekFrom, seek};
use std::io;
use sunaba_gnu::bytes::lossy;
use sunaba_gnu::options::{Opt, flag, maybe, value};
use sunaba_gnu::output::complain;
use sunaba_gnu::stream::{PIECE, Source, is_file, put};
use sunaba_gnu::{error, quote};

const OPTIONS: &[Opt] = &[
    value('c', "bytes"), flag('f', ""), flag('F', ""), maybe('\0', "follow"), value('n', "lines"), value('\0', "max-unchanged-stats"),
    value('\0', "pid"), flag('q', "quiet"), flag('\0', "silent"), flag('\0', "retry"), value('s', "sleep-interval"), flag('v', "verbose"),
    flag('z', "zero-terminated"), flag('\0', "help"), flag('\0', "version"),
];

const HELP: &str = "Usage: tail [OPTION]... [FILE]...
Print the last 10 lines of each FILE to standard output.
With more than one FILE, precede each with a header giving the file name.

With no FILE, or when FILE is -, read standard input.

  -c, --bytes=[+]NUM       output the last NUM bytes; or use -c +NUM to
                             output starting with byte NUM of each file
  -f, --follow[={name|descriptor}]
                           output appended data as the file grows
  -F                       same as --follow=name --retry
  -n, --lines=[+]NUM       output the last NUM lines, instead of the last 10;
                             or use -n +NUM to skip NUM-1 lines at the start
      --pid=PID            with -f, terminate after process ID, PID dies
  -q, --quiet, --silent    never output headers giving file names
      --retry              keep trying to open a file if it is inaccessible
  -s, --sleep-interval=N   accepted; files are looked at many times a second
  -v, --verbose            always output headers giving file names
  -z, --zero-terminated    line delimiter is NUL, not newline
      --help        display this help and exit
      --version     output version information and exit

NUM may have a multiplier suffix: b 512, kB 1000, K 1024, MB, M, GB, G and so on.
";

#[derive(Clone, Copy)]
struct Wanted {
    unit: Unit,
    amount: u64,
    /// From the line or byte of this number on.
    from_start: bool,
    end: u8,
}

struct Settings {
    wanted: Wanted,
    headers: Option<bool>,
    following: Following,
    follow: bool,
    names: Vec<Vec<u8>>,
}

pub fn run(args: &[Vec<u8>]) -> i32 {
    let settings = match read_settings(args) {
        Ok(settings) => settings,
        Err(code) => return code,
    };
    let Settings { wanted, headers, mut following, mut follow, names } = settings;
    let mut headers = Headers::new(headers.unwrap_or(names.len() > 1));
    let (mut code, mut followed) = (0, Vec::new());
    for name in &names {
        let mut fail = |text: &str| {
            complain("tail", text);
            code = 1;
        };
        let mut entry = Followed::new(name);
        match Source::open(name) {
            Ok(source) => {
                put("tail", &headers.text(name));
                match copy(&source, wanted) {
                    Ok(()) => entry.stand(source),
                    Err(e) => {
                        fail(&format!("error reading {}: {}", quote::quoted(shown(name)), error::text(&e)));
                        if follow && e.kind() == io::ErrorKind::IsADirectory {
                            complain("tail", &format!("{}: cannot follow end of this type of file; giving up on this name", lossy(name)));
                            continue;
                        }
                    }
                }
            }
            Err(e) => fail(&format!("cannot open {} for reading: {}", quote::quoted(name), error::text(&e))),
        }
        if entry.is_open() || following.retry {
            followed.push(entry);
        }
    }
    // What comes through a pipe has been read to its end.
    let piped = |entry: &Followed| entry.name == b"-" && !entry.is_regular();
    if followed.len() == 1 && piped(&followed[0]) && names.len() == 1 {
        follow = false;
    }
    if !follow {
        return code;
    }
    followed.retain(|entry| !piped(entry));
    following.code = code;
    crate::follow::follow(followed, &following, &mut headers)
}

fn shown(name: &[u8]) -> &[u8] {
    if name == b"-" { b"standard input" } else { name }
}

fn read_settings(args: &[Vec<u8>]) -> Result<Settings, i32> {
    let fault = |text: &str| {
        complain("tail", text);
        1
    };
    const HINT: &str = "\nTry 'tail --help' for more information.";
    let args = match old_form(args) {
        Some(args) => args,
        None => args.to_vec(),
    };
    // A number as an option is in its place only where `old_form` takes it.
    for (i, arg) in args.iter().enumerate().take_while(|(_, arg)| *arg != b"--") {
        let value = i > 0 && matches!(args[i - 1].as_slice(), b"-n" | b"-c" | b"-s" | b"--lines" | b"--bytes" | b"--pid" | b"--sleep-interval");
        if let [b'-', digit @ b'0'..=b'9', ..] = arg.as_slice()
            && !value
        {
            return Err(fault(&format!("option used in invalid context -- {}", *digit as char)));
        }
    }
    let (options, mut names) = input::options("tail", &args, OPTIONS, HELP)?;
    let mut wanted = Wanted { unit: Unit::Lines, amount: 10, from_start: false, end: b'\n' };
    let mut following = Following::default();
    let (mut headers, mut follow) = (None, false);
    for (name, argument) in options {
        match name.as_str() {
            "lines" | "bytes" => {
                wanted.unit = if name == "lines" { Unit::Lines } else { Unit::Bytes };
                wanted.from_start = argument.first() == Some(&b'+');
                let bare = if matches!(argument.first(), Some(b'+' | b'-')) { &argument[1..] } else { &argument[..] };
                wanted.amount = wanted.unit.amount(bare, bare).map_err(|text| fault(&text))?;
            }
            "f" => follow = true,
            "F" => (follow, following.by_name, following.retry) = (true, true, true),
            "follow" => {
                let by = |word: &str| word.as_bytes().starts_with(&argument);
                if !(by("descriptor") || by("name")) {
                    let shown = quote::quoted(&argument);
                    return Err(fault(&format!("invalid argument {shown} for '--follow'\nValid arguments are:\n  - 'descriptor'\n  - 'name'{HINT}")));
                }
                follow = true;
                following.by_name = !argument.is_empty() && by("name");
            }
            "retry" => following.retry = true,
            "pid" => match lossy(&argument).parse::<i32>() {
                Ok(pid) if pid >= 0 => following.pid = Some(pid),
                _ => return Err(fault(&format!("invalid PID: {}", quote::quoted(&argument)))),
            },
            "sleep-interval" if lossy(&argument).parse::<f64>().is_ok_and(|n| n >= 0.0) => {}
            "sleep-interval" => return Err(fault(&format!("invalid number of seconds: {}", quote::quoted(&argument)))),
            "max-unchanged-stats" if lossy(&argument).parse::<u64>().is_ok() => {}
            "max-unchanged-stats" => return Err(fault(&format!("invalid maximum number of unchanged stats between opens: {}", quote::quoted(&argument)))),
            "quiet" | "silent" => headers = Some(false),
            "verbose" => headers = Some(true),
            _ => wanted.end = 0,
        }
    }
    if names.is_empty() {
        names.push(b"-".to_vec());
    }
    if follow && following.by_name && names.iter().any(|name| name == b"-") {
        return Err(fault("cannot follow '-' by name"));
    }
    if !follow && following.retry {
        complain("tail", "warning: --retry ignored; --retry is useful only when following");
    } else if following.retry && !following.by_name {
        complain("tail", "warning: --retry only effective for the initial open");
    }
    if !follow && following.pid.is_some() {
        complain("tail", "warning: PID ignored; --pid=PID is useful only when following");
    }
    Ok(Settings { wanted, headers, following, follow, names })
}

/// `-5`, `+3`, `-20c`, `+2lf`: the first argument, with one file after it at most.
fn old_form(args: &[Vec<u8>]) -> Option<Vec<Vec<u8>>> {
    let first = args.first()?;
    let alone = match &args[1..] {
        [] => true,
        [file] => !(file.len() > 1 && file[0] == b'-'),
        [dashes, ..] => dashes == b"--" && args.len() <= 3,
    };
    let (sign, rest) = match first.as_slice() {
        [sign @ (b'-' | b'+'), rest @ ..] if alone && !rest.is_empty() => (*sign, rest),
        _ => return None,
    };
    let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    if digits == 0 && (sign == b'-' || !matches!(rest, b"c" | b"l" | b"b" | b"cf" | b"lf" | b"f")) {
        return None;
    }
    let (letters, follows) = match &rest[digits..] {
        [letters @ .., b'f'] => (letters, true),
        letters => (letters, false),
    };
    let (option, factor): (&[u8], &[u8]) = match letters {
        b"" | b"l" => (b"-n", b""),
        b"c" => (b"-c", b""),
        b"b" => (b"-c", b"b"),
        _ => return None,
    };
    let number: &[u8] = if digits == 0 { b"10" } else { &rest[..digits] };
    let plus: &[u8] = if sign == b'+' { b"+" } else { b"" };
    let mut out = vec![option.to_vec(), [plus, number, factor].concat()];
    if follows {
        out.push(b"-f".to_vec());
    }
    out.extend_from_slice(&args[1..]);
    Some(out)
}

/// Prints what is wanted, and reads to the end.
fn copy(source: &Source, wanted: Wanted) -> io::Result<()> {
    if wanted.from_start {
        skip(source, wanted)?;
    } else if source.status().is_ok_and(|found| is_file(&found)) {
        if !seek_back(source, wanted)? {
            return Ok(());
        }
    } else {
        return last(source, wanted);
    }
    let mut buffer = vec![0; PIECE];
    loop {
        match source.read(&mut buffer)? {
            0 => return Ok(()),
            count => put("tail", &buffer[..count]),
        }
    }
}

/// Reads over what comes before the first line or byte that is wanted; what it read of the rest is printed.
fn skip(source: &Source, wanted: Wanted) -> io::Result<()> {
    let mut left = wanted.amount.saturating_sub(1);
    let mut buffer = vec![0; PIECE];
    while left > 0 {
        let count = source.read(&mut buffer)?;
        if count == 0 {
            break;
        }
        let piece = &buffer[..count];
        let start = match wanted.unit {
            Unit::Bytes => {
                let passed = usize::try_from(left).unwrap_or(count).min(count);
                left -= passed as u64;
                passed
            }
            Unit::Lines => {
                let mut start = count;
                for at in memchr::memchr_iter(wanted.end, piece) {
                    left -= 1;
                    if left == 0 {
                        start = at + 1;
                        break;
                    }
                }
                start
            }
        };
        put("tail", &piece[start..]);
    }
    Ok(())
}

/// Goes to where the end begins that is wanted, but not before where the file stands; false: nothing is wanted.
fn seek_back(source: &Source, wanted: Wanted) -> io::Result<bool> {
    let fd = source.fd();
    let start = seek(fd, SeekFrom::Current(0))?;
    let size = seek(fd, SeekFrom::End(0))?;
    if wanted.amount == 0 || size <= start {
        seek(fd, SeekFrom::Start(size.max(start)))?;
        return Ok(false);
    }
    if wanted.unit == Unit::Bytes {
        seek(fd, SeekFrom::Start(size.saturating_sub(wanted.amount).max(start)))?;
        return Ok(true);
    }
    let (mut at, mut left) = (size, wanted.amount);
    let mut buffer = vec![0; PIECE];
    while at > start {
        let length = usize::try_from(at - start).unwrap_or(PIECE).min(PIECE);
        at -= length as u64;
        seek(fd, SeekFrom::Start(at))?;
        let mut filled = 0;
        while filled < length {
            match source.read(&mut buffer[filled..length])? {
                0 => break,
                count => filled += count,
            }
        }
        for found in memchr::memrchr_iter(wanted.end, &buffer[..filled]) {
            let next = at + found as u64 + 1;
            // The end of the last line begins none.
            if next == size {
                continue;
            }
            left -= 1;
            if left == 0 {
                seek(fd, SeekFrom::Start(next))?;
                return Ok(true);
            }
        }
    }
    seek(fd, SeekFrom::Start(start))?;
    Ok(true)
}

/// The end of what comes through a pipe.
fn last(source: &Source, wanted: Wanted) -> io::Result<()> {
    let mut held = Vec::new();
    let mut buffer = vec![0; PIECE];
    let mut due = 4 * PIECE;
    loop {
        let count = source.read(&mut buffer)?;
        held.extend_from_slice(&buffer[..count]);
        if count > 0 && held.len() < due {
            continue;
        }
        held.drain(..start_of_end(&held, wanted));
        if count == 0 {
            put("tail", &held);
            return Ok(());
        }
        due = held.len() * 2 + 4 * PIECE;
    }
}

fn start_of_end(text: &[u8], wanted: Wanted) -> usize {
    let amount = usize::try_from(wanted.amount).unwrap_or(usize::MAX);
    if amount == 0 {
        return text.len();
    }
    match wanted.unit {
        Unit::Bytes => text.len().saturating_sub(amount),
        Unit::Lines => {
            let body = text.strip_suffix(&[wanted.end]).unwrap_or(text);
            memchr::memrchr_iter(wanted.end, body).nth(amount - 1).map_or(0, |at| at + 1)
        }
    }
}
