//! wc.

use crate::input;
use sunaba_gnu::stream::{PIECE, Source, is_file, put, read_small};
use sunaba_gnu::options::{Opt, flag, value};
use sunaba_gnu::output::complain;
use sunaba_gnu::{bytes, error, quote};
use std::io::{self, IsTerminal};

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
    let (wide, sizes) = if piped { (1, Vec::new()) } else { width(&names, columns, &total) };
    let (mut sum, mut code) = (Counts::default(), 0);
    let mut report = Report { text: Vec::new(), at_once: io::stdout().is_terminal(), shown };
    let mut buffer = vec![0; PIECE];
    for (index, name) in names.iter().enumerate() {
        let size = sizes.get(index).copied().unwrap_or_default();
        let small = if name == b"-" || size >= PIECE as u64 { None } else { read_small(bytes::path(name), &mut buffer) };
        if let Some(read) = small {
            let counts = count_all(&buffer[..read], shown);
            sum.add(&counts);
            if total != "only" {
                report.line(&counts, wide, Some(&quote::maybe(name)));
            }
            continue;
        }
        let source = match Source::open(name) {
            Ok(source) => source,
            Err(fault) => {
                report.fail(name, &fault);
                code = 1;
                continue;
            }
        };
        let (counts, fault) = count(&source, shown, size, &mut buffer);
        if let Some(fault) = fault {
            report.fail(name, &fault);
            code = 1;
        }
        sum.add(&counts);
        if total != "only" {
            let label = quote::maybe(name);
            report.line(&counts, wide, if nameless { None } else { Some(&label) });
        }
    }
    match total.as_str() {
        "only" => report.line(&sum, 1, None),
        "always" => report.line(&sum, wide, Some("total")),
        "auto" if names.len() > 1 => report.line(&sum, wide, Some("total")),
        _ => {}
    }
    report.flush();
    code
}

/// As wide as the sizes of all files together; seven where one is no regular file. Also the size of each that was asked
/// for, 0 where it is not known.
fn width(names: &[Vec<u8>], columns: usize, total: &str) -> (usize, Vec<u64>) {
    if total == "only" || (names.len() == 1 && columns == 1) {
        return (1, Vec::new());
    }
    let mut least = 1;
    let sizes: Vec<u64> = names
        .iter()
        .map(|name| {
            let found = if name == b"-" { Source::open(name).and_then(|source| source.status()) } else { rustix::fs::stat(bytes::path(name)).map_err(io::Error::from) };
            match found {
                Ok(found) if is_file(&found) => found.st_size as u64,
                Ok(_) => {
                    least = 7;
                    0
                }
                Err(_) => 0,
            }
        })
        .collect();
    let size: u64 = sizes.iter().sum();
    (size.to_string().len().max(least), sizes)
}

/// The lines, gathered: as stdio does, a terminal gets each at once, and all else before a complaint.
struct Report {
    text: Vec<u8>,
    at_once: bool,
    shown: Shown,
}

impl Report {
    fn line(&mut self, counts: &Counts, width: usize, name: Option<&str>) {
        let columns = [
            (self.shown.lines, counts.lines),
            (self.shown.words, counts.words),
            (self.shown.chars, counts.chars),
            (self.shown.bytes, counts.bytes),
            (self.shown.width, counts.width),
        ];
        let text = columns.iter().filter(|(on, _)| *on).map(|(_, n)| format!("{n:width$}")).collect::<Vec<_>>().join(" ");
        self.text.extend_from_slice(text.as_bytes());
        if let Some(name) = name {
            self.text.push(b' ');
            self.text.extend_from_slice(name.as_bytes());
        }
        self.text.push(b'\n');
        if self.at_once || self.text.len() >= PIECE / 2 {
            self.flush();
        }
    }

    fn fail(&mut self, name: &[u8], fault: &io::Error) {
        self.flush();
        complain("wc", &format!("{}: {}", quote::maybe(name), error::text(fault)));
    }

    fn flush(&mut self) {
        put("wc", &self.text);
        self.text.clear();
    }
}

fn count_all(text: &[u8], shown: Shown) -> Counts {
    let mut counts = Counts { bytes: text.len() as u64, ..Counts::default() };
    if shown.words || shown.chars || shown.width {
        let mut scan = Scan::default();
        scan.feed(&mut counts, text, true);
        counts.width = counts.width.max(scan.column);
    } else if shown.lines {
        counts.lines = newlines(text);
    }
    counts
}

/// `size` is what the file was seen to hold: once that is read, a read that is not filled is the last. 0 says nothing.
fn count(source: &Source, shown: Shown, size: u64, buffer: &mut [u8]) -> (Counts, Option<io::Error>) {
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
    let mut held = 0;
    loop {
        let room = buffer.len() - held;
        let read = match source.read(&mut buffer[held..]) {
            Ok(0) => break,
            Ok(read) => read,
            Err(fault) => return (counts, Some(fault)),
        };
        counts.bytes += read as u64;
        let end = held + read;
        if by_chars {
            let used = scan.feed(&mut counts, &buffer[..end], false);
            buffer.copy_within(used..end, 0);
            held = end - used;
        } else {
            counts.lines += newlines(&buffer[..end]);
        }
        if read < room && size > 0 && counts.bytes >= size {
            break;
        }
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
