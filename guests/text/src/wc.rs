//! wc.

use crate::input;
use sunaba_gnu::stream::{PIECE, Source, is_file, put};
use sunaba_gnu::options::{Opt, flag, value};
use sunaba_gnu::output::complain;
use sunaba_gnu::{error, quote, status};
use std::io;

const OPTIONS: &[Opt] = &[
    flag('c', "bytes"),
    flag('m', "chars"),
    flag('l', "lines"),
    flag('w', "words"),
    flag('L', "max-line-length"),
    value('\0', "files0-from"),
    value('\0', "total"),
    flag('\0', "help"),
    flag('\0', "version"),
];

const HELP: &str = "Usage: wc [OPTION]... [FILE]...
  or:  wc [OPTION]... --files0-from=F
Print newline, word, and byte counts for each FILE, and a total line if
more than one FILE is specified.

With no FILE, or when FILE is -, read standard input.

  -c, --bytes            print the byte counts
  -m, --chars            print the character counts
  -l, --lines            print the newline counts
      --files0-from=F    read input from the files specified by
                           NUL-terminated names in file F
  -L, --max-line-length  print the maximum display width
  -w, --words            print the word counts
      --total=WHEN       when to print a line with total counts;
                           WHEN can be: auto, always, only, never
      --help        display this help and exit
      --version     output version information and exit
";

#[derive(Default, Clone, Copy)]
struct Shown {
    lines: bool,
    words: bool,
    chars: bool,
    bytes: bool,
    width: bool,
}

#[derive(Default, Clone, Copy)]
struct Counts {
    lines: u64,
    words: u64,
    chars: u64,
    bytes: u64,
    width: u64,
}

impl Counts {
    fn add(&mut self, other: &Counts) {
        self.lines += other.lines;
        self.words += other.words;
        self.chars += other.chars;
        self.bytes += other.bytes;
        self.width = self.width.max(other.width);
    }
}

pub fn run(args: &[Vec<u8>]) -> i32 {
    let (options, mut names) = match input::options("wc", args, OPTIONS, HELP) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let mut shown = Shown::default();
    let (mut list, mut total) = (None, "auto".to_owned());
    for (name, argument) in options {
        match name.as_str() {
            "bytes" => shown.bytes = true,
            "chars" => shown.chars = true,
            "lines" => shown.lines = true,
            "words" => shown.words = true,
            "max-line-length" => shown.width = true,
            "files0-from" => list = Some(argument),
            _ => total = String::from_utf8_lossy(&argument).into_owned(),
        }
    }
    if !["auto", "always", "only", "never"].contains(&total.as_str()) {
        complain("wc", &format!("invalid argument '{total}' for '--total'\nValid arguments are:\n  - 'auto'\n  - 'always'\n  - 'only'\n  - 'never'\nTry 'wc --help' for more information."));
        return 1;
    }
    if !(shown.bytes || shown.chars || shown.lines || shown.words || shown.width) {
        (shown.lines, shown.words, shown.bytes) = (true, true, true);
    }
    let piped = list.as_deref() == Some(b"-");
    if let Some(list) = list {
        if let Some(extra) = names.first() {
            complain("wc", &format!("extra operand {}\nfile operands cannot be combined with --files0-from\nTry 'wc --help' for more information.", quote::quoted(extra)));
            return 1;
        }
        match Source::open(&list).and_then(|source| source.read_to_end()) {
            Ok(text) => names = text.split(|&b| b == 0).filter(|name| !name.is_empty()).map(<[u8]>::to_vec).collect(),
            Err(fault) => {
                complain("wc", &format!("cannot open {} for reading: {}", quote::quoted(&list), error::text(&fault)));
                return 1;
            }
        }
        if names.is_empty() {
            return 0;
        }
    }
    let nameless = names.is_empty();
    if nameless {
        names.push(b"-".to_vec());
    }
    let columns = [shown.lines, shown.words, shown.chars, shown.bytes, shown.width].iter().filter(|on| **on).count();
    // A list from a pipe is taken name by name: no width is known before.
    let wide = if piped { 1 } else { width(&names, columns, &total) };
    let (mut sum, mut code) = (Counts::default(), 0);
    for name in &names {
        let fail = |fault: &io::Error| complain("wc", &format!("{}: {}", quote::maybe(name), error::text(fault)));
        let source = match Source::open(name) {
            Ok(source) => source,
            Err(fault) => {
                fail(&fault);
                code = 1;
                continue;
            }
        };
        let (counts, fault) = count(&source, shown);
        if let Some(fault) = fault {
            fail(&fault);
            code = 1;
        }
        sum.add(&counts);
        if total != "only" {
            let label = quote::maybe(name);
            line(&counts, shown, wide, if nameless { None } else { Some(&label) });
        }
    }
    match total.as_str() {
        "only" => line(&sum, shown, 1, None),
        "always" => line(&sum, shown, wide, Some("total")),
        "auto" if names.len() > 1 => line(&sum, shown, wide, Some("total")),
        _ => {}
    }
    code
}

/// As wide as the sizes of all files together; seven where one is no regular file.
fn width(names: &[Vec<u8>], columns: usize, total: &str) -> usize {
    if total == "only" || (names.len() == 1 && columns == 1) {
        return 1;
    }
    let (mut size, mut least) = (0, 1);
    for name in names {
        let found = if name == b"-" {
            Source::open(name).and_then(|source| source.status()).map(|found| (is_file(&found), found.st_size as u64))
        } else {
            status::stat(name).map(|found| (found.kind == status::Kind::File, found.size))
        };
        match found {
            Ok((true, bytes)) => size += bytes,
            Ok((false, _)) => least = 7,
            Err(_) => {}
        }
    }
    size.to_string().len().max(least)
}

fn line(counts: &Counts, shown: Shown, width: usize, name: Option<&str>) {
    let columns = [
        (shown.lines, counts.lines),
        (shown.words, counts.words),
        (shown.chars, counts.chars),
        (shown.bytes, counts.bytes),
        (shown.width, counts.width),
    ];
    let mut text = columns.iter().filter(|(on, _)| *on).map(|(_, n)| format!("{n:width$}")).collect::<Vec<_>>().join(" ");
    if let Some(name) = name {
        text.push(' ');
        text.push_str(name);
    }
    text.push('\n');
    put("wc", text.as_bytes());
}

fn count(source: &Source, shown: Shown) -> (Counts, Option<io::Error>) {
    let mut counts = Counts::default();
    let mut scan = Scan::default();
    let by_chars = shown.words || shown.chars || shown.width;
    // The size alone tells the bytes of a file.
    if shown.bytes && !shown.lines && !by_chars {
        if let Ok(found) = source.status() {
            let at = rustix::fs::tell(source.fd()).unwrap_or(0);
            if is_file(&found) && found.st_size > 0 && (found.st_size as u64) >= at {
                counts.bytes = found.st_size as u64 - at;
                let _ = rustix::fs::seek(source.fd(), rustix::fs::SeekFrom::End(0));
                return (counts, None);
            }
        }
    }
    let mut buffer = vec![0; PIECE];
    let mut held = 0;
    loop {
        let read = match source.read(&mut buffer[held..]) {
            Ok(0) => break,
            Ok(read) => read,
            Err(fault) => return (counts, Some(fault)),
        };
        counts.bytes += read as u64;
        if !by_chars {
            counts.lines += newlines(&buffer[held..held + read]);
            continue;
        }
        let end = held + read;
        let used = scan.feed(&mut counts, &buffer[..end], false);
        buffer.copy_within(used..end, 0);
        held = end - used;
    }
    scan.feed(&mut counts, &buffer[..held], true);
    counts.width = counts.width.max(scan.column);
    (counts, None)
}

fn newlines(text: &[u8]) -> u64 {
    // Sums of at most 255 bytes fit a byte: what the compiler makes vectors of.
    text.chunks(255).map(|piece| u64::from(piece.iter().fold(0u8, |sum, &b| sum + u8::from(b == b'\n')))).sum()
}

#[derive(Default)]
struct Scan {
    in_word: bool,
    column: u64,
}

impl Scan {
    /// Counts what is whole, and returns how many bytes that was.
    fn feed(&mut self, counts: &mut Counts, text: &[u8], last: bool) -> usize {
        let mut at = 0;
        while let Some(&b) = text.get(at) {
            if b < 128 {
                at += 1;
                counts.chars += 1;
                self.ascii(counts, b);
                continue;
            }
            let head = &text[at..text.len().min(at + 4)];
            let Some(chunk) = head.utf8_chunks().next() else { break };
            if let Some(c) = chunk.valid().chars().next() {
                at += c.len_utf8();
                counts.chars += 1;
                if c.is_whitespace() && !matches!(c, '\u{a0}' | '\u{2007}' | '\u{202f}') {
                    self.in_word = false;
                } else if !c.is_control() {
                    counts.words += u64::from(!self.in_word);
                    self.in_word = true;
                }
                self.column += columns(c);
                continue;
            }
            if !last && head.len() < 4 && chunk.invalid().len() == head.len() {
                break;
            }
            at += 1;
        }
        at
    }

    fn ascii(&mut self, counts: &mut Counts, b: u8) {
        match b {
            b'\n' | b'\r' | 12 => {
                counts.lines += u64::from(b == b'\n');
                counts.width = counts.width.max(self.column);
                self.column = 0;
                self.in_word = false;
            }
            b'\t' => {
                self.column += 8 - self.column % 8;
                self.in_word = false;
            }
            b' ' => {
                self.column += 1;
                self.in_word = false;
            }
            11 => self.in_word = false,
            33..127 => {
                self.column += 1;
                counts.words += u64::from(!self.in_word);
                self.in_word = true;
            }
            _ => {}
        }
    }
}

/// How many columns a character takes.
fn columns(c: char) -> u64 {
    match c as u32 {
        0x300..=0x36f | 0x200b..=0x200f | 0xfe00..=0xfe0f => 0,
        0x1100..=0x115f | 0x2e80..=0x303e | 0x3041..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xfe30..=0xfe6f | 0xff00..=0xff60 | 0xffe0..=0xffe6 | 0x1f300..=0x1faff | 0x20000..=0x3fffd => 2,
        _ => u64::from(!c.is_control()),
    }
}
