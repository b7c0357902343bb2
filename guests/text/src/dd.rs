//! dd: copies in blocks, converting.

mod operands;

use sunaba_gnu::stream::{self, Source};
use operands::{Settings, Status};
use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom};
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Instant;
use sunaba_gnu::output::{complain, say, version};
use sunaba_gnu::quote::quoted;
use sunaba_gnu::{bytes, error};

const HELP: &str = "Usage: dd [OPERAND]...
  or:  dd OPTION
Copy a file, converting and formatting according to the operands.

  bs=BYTES        read and write up to BYTES bytes at a time (default: 512)
  cbs=BYTES       convert BYTES bytes at a time
  conv=CONVS      convert the file as per the comma separated symbol list
  count=N         copy only N input blocks
  ibs=BYTES       read up to BYTES bytes at a time (default: 512)
  if=FILE         read from FILE instead of stdin
  iflag=FLAGS     read as per the comma separated symbol list
  obs=BYTES       write BYTES bytes at a time (default: 512)
  of=FILE         write to FILE instead of stdout
  oflag=FLAGS     write as per the comma separated symbol list
  seek=N          (or oseek=N) skip N obs-sized output blocks
  skip=N          (or iseek=N) skip N ibs-sized input blocks
  status=LEVEL    none, noxfer or progress

CONVS: lcase ucase swab sync block unblock notrunc noerror excl nocreat fsync fdatasync sparse
FLAGS: append fullblock count_bytes skip_bytes seek_bytes
";

enum Sink {
    Stdout(io::Stdout),
    File(File),
}

impl Sink {
    fn fd(&self) -> BorrowedFd<'_> {
        match self {
            Sink::Stdout(stdout) => stdout.as_fd(),
            Sink::File(file) => file.as_fd(),
        }
    }
}

#[derive(Default)]
struct Counts {
    read: (u64, u64),
    written: (u64, u64),
    bytes: u64,
}

pub fn run(args: &[Vec<u8>]) -> i32 {
    match args {
        [one] if one == b"--help" => {
            say(HELP);
            return 0;
        }
        [one] if one == b"--version" => {
            say(&version("dd"));
            return 0;
        }
        _ => {}
    }
    if let Some(option) = args.iter().find(|arg| arg.starts_with(b"-") && arg.as_slice() != b"--") {
        let text = bytes::lossy(option);
        let fault = if text.starts_with("--") {
            format!("unrecognized option '{text}'")
        } else {
            format!("invalid option -- '{}'", text.chars().nth(1).unwrap_or('-'))
        };
        complain("dd", &format!("{fault}\nTry 'dd --help' for more information."));
        return 1;
    }
    let done = operands::parse(args).and_then(|settings| copy(&settings));
    match done {
        Ok(code) => code,
        Err(fault) => {
            complain("dd", &fault);
            1
        }
    }
}

fn copy(settings: &Settings) -> Result<i32, String> {
    let began = Instant::now();
    let conv = |name: &str| settings.conv.iter().any(|c| c == name);
    let iflag = |name: &str| settings.iflag.iter().any(|f| f == name);
    let oflag = |name: &str| settings.oflag.iter().any(|f| f == name);
    let failed = |name: &[u8], fault: &io::Error| format!("failed to open {}: {}", quoted(name), error::text(fault));

    let input_name = settings.input.as_deref().unwrap_or(b"standard input");
    let input = match &settings.input {
        Some(name) => Source::File(File::open(bytes::path(name)).map_err(|fault| failed(name, &fault))?),
        None => Source::Stdin(io::stdin()),
    };
    let offset = if oflag("seek_bytes") { settings.seek } else { settings.seek * settings.write as u64 };
    let sink = match &settings.output {
        Some(name) => {
            let mut how = OpenOptions::new();
            how.write(true).create(!conv("nocreat")).create_new(conv("excl")).append(oflag("append"));
            how.truncate(offset == 0 && !conv("notrunc") && !oflag("append"));
            let mut file = how.open(bytes::path(name)).map_err(|fault| failed(name, &fault))?;
            if offset > 0 {
                let placed = if conv("notrunc") { Ok(()) } else { file.set_len(offset) };
                placed.and_then(|()| file.seek(SeekFrom::Start(offset))).map_err(|fault| format!("{}: cannot seek: {}", quoted(name), error::text(&fault)))?;
            }
            Sink::File(file)
        }
        None => Sink::Stdout(io::stdout()),
    };
    if offset > 0 && settings.output.is_none() {
        let target = sink.fd();
        if rustix::fs::seek(target, rustix::fs::SeekFrom::Current(offset as i64)).is_err() {
            return Err("'standard output': cannot seek: Illegal seek".into());
        }
    }

    let mut code = 0;
    let skip = if iflag("skip_bytes") { settings.skip } else { settings.skip * settings.read as u64 };
    if skip > 0 && !skipped(&input, skip) {
        complain("dd", &format!("{}: cannot skip to specified offset", quoted(input_name)));
    }
    let mut counts = Counts::default();
    let mut limit = settings.count.map(|count| if iflag("count_bytes") { (u64::MAX, count) } else { (count, u64::MAX) });
    let mut gathered = Vec::new();
    let mut converter = Converter::new(settings);
    let mut block = vec![0; settings.read];
    let write = |piece: &[u8], counts: &mut Counts| -> Result<(), String> {
        if let Err(fault) = stream::write_all(sink.fd(), piece) {
            if fault.kind() == io::ErrorKind::BrokenPipe {
                std::process::exit(141);
            }
            let name = settings.output.as_deref().unwrap_or(b"standard output");
            return Err(format!("error writing {}: {}", quoted(name), error::text(&fault)));
        }
        counts.bytes += piece.len() as u64;
        if piece.len() == settings.write { counts.written.0 += 1 } else { counts.written.1 += 1 }
        Ok(())
    };
    let mut fault = None;
    loop {
        let want = match &mut limit {
            Some((0, _)) | Some((_, 0)) => break,
            Some((blocks, bytes)) => {
                *blocks -= 1;
                settings.read.min(usize::try_from(*bytes).unwrap_or(usize::MAX))
            }
            None => settings.read,
        };
        let mut filled = 0;
        while filled < want {
            match input.read(&mut block[filled..want]) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) => {
                    complain("dd", &format!("error reading {}: {}", quoted(input_name), error::text(&error)));
                    code = 1;
                    break;
                }
            }
            if !iflag("fullblock") {
                break;
            }
        }
        if filled == 0 {
            break;
        }
        if let Some((_, bytes)) = &mut limit {
            *bytes -= (filled as u64).min(*bytes);
        }
        if filled == settings.read { counts.read.0 += 1 } else { counts.read.1 += 1 }
        if conv("sync") && filled < settings.read {
            block[filled..].fill(if conv("block") || conv("unblock") { b' ' } else { 0 });
            filled = settings.read;
        }
        let piece = converter.convert(&block[..filled]);
        let done = if settings.block.is_some() && settings.conv.iter().all(|c| !matches!(c.as_str(), "block" | "unblock" | "swab")) {
            write(&piece, &mut counts)
        } else {
            gathered.extend_from_slice(&piece);
            let whole = gathered.len() / settings.write * settings.write;
            let done = gathered[..whole].chunks(settings.write).try_for_each(|piece| write(piece, &mut counts));
            gathered.drain(..whole);
            done
        };
        if let Err(text) = done {
            fault = Some(text);
            break;
        }
    }
    gathered.extend(converter.finish());
    if fault.is_none() {
        fault = gathered.chunks(settings.write).try_for_each(|piece| write(piece, &mut counts)).err();
    }
    if let Some(text) = fault {
        complain("dd", &text);
        code = 1;
    }
    if let (Sink::File(file), true) = (&sink, conv("fsync") || conv("fdatasync")) {
        let _ = file.sync_all();
    }
    report(settings.status, &counts, began);
    Ok(code)
}

/// False where the input ends before.
fn skipped(input: &Source, mut count: u64) -> bool {
    if let Ok(found) = input.status() {
        if stream::is_file(&found) {
            let at = rustix::fs::tell(input.fd()).unwrap_or(0);
            let there = rustix::fs::seek(input.fd(), rustix::fs::SeekFrom::Start(at + count)).is_ok();
            return there && at + count <= found.st_size as u64;
        }
    }
    let mut buffer = vec![0; stream::PIECE];
    while count > 0 {
        let want = buffer.len().min(usize::try_from(count).unwrap_or(usize::MAX));
        match input.read(&mut buffer[..want]) {
            Ok(0) | Err(_) => return false,
            Ok(read) => count -= read as u64,
        }
    }
    true
}

struct Converter<'a> {
    settings: &'a Settings,
    lower: bool,
    upper: bool,
    swap: bool,
    /// `Some(true)`: lines become records; `Some(false)`: records become lines.
    records: Option<bool>,
    odd: Option<u8>,
    held: Vec<u8>,
}

impl<'a> Converter<'a> {
    fn new(settings: &'a Settings) -> Converter<'a> {
        let has = |name: &str| settings.conv.iter().any(|c| c == name);
        let records = if settings.conversion == 0 { None } else if has("block") { Some(true) } else if has("unblock") { Some(false) } else { None };
        Converter { settings, lower: has("lcase"), upper: has("ucase"), swap: has("swab"), records, odd: None, held: Vec::new() }
    }

    fn convert(&mut self, block: &[u8]) -> Vec<u8> {
        let mut out = block.to_vec();
        if self.lower {
            out.make_ascii_lowercase();
        }
        if self.upper {
            out.make_ascii_uppercase();
        }
        if self.swap {
            if let Some(odd) = self.odd.take() {
                out.insert(0, odd);
            }
            if out.len() % 2 == 1 {
                self.odd = out.pop();
            }
            out.chunks_exact_mut(2).for_each(|pair| pair.swap(0, 1));
        }
        match self.records {
            None => out,
            Some(true) => {
                self.held.extend(out);
                let mut made = Vec::new();
                while let Some(end) = self.held.iter().position(|&b| b == b'\n') {
                    let line: Vec<u8> = self.held.drain(..=end).collect();
                    made.extend(self.padded(&line[..end]));
                }
                made
            }
            Some(false) => {
                self.held.extend(out);
                let whole = self.held.len() / self.settings.conversion * self.settings.conversion;
                let records: Vec<u8> = self.held.drain(..whole).collect();
                records.chunks(self.settings.conversion).flat_map(unpadded).collect()
            }
        }
    }

    fn padded(&self, line: &[u8]) -> Vec<u8> {
        let mut record = line.to_vec();
        record.resize(self.settings.conversion, b' ');
        record
    }

    fn finish(&mut self) -> Vec<u8> {
        let mut out: Vec<u8> = self.odd.take().into_iter().collect();
        let held = std::mem::take(&mut self.held);
        if !held.is_empty() {
            out.extend(if self.records == Some(true) { self.padded(&held) } else { unpadded(&held) });
        }
        out
    }
}

fn unpadded(record: &[u8]) -> Vec<u8> {
    let end = record.iter().rposition(|&b| b != b' ').map_or(0, |at| at + 1);
    let mut line = record[..end].to_vec();
    line.push(b'\n');
    line
}

fn report(status: Status, counts: &Counts, began: Instant) {
    if status == Status::Silent {
        return;
    }
    eprintln!("{}+{} records in\n{}+{} records out", counts.read.0, counts.read.1, counts.written.0, counts.written.1);
    if status == Status::NoRates {
        return;
    }
    let bytes = counts.bytes;
    let seconds = began.elapsed().as_secs_f64();
    let sizes = match bytes {
        0..1000 => String::new(),
        1000..1024 => format!(" ({})", scaled(bytes as f64, 1000.0, &["B", "kB", "MB", "GB", "TB"])),
        _ => format!(
            " ({}, {})",
            scaled(bytes as f64, 1000.0, &["B", "kB", "MB", "GB", "TB"]),
            scaled(bytes as f64, 1024.0, &["B", "KiB", "MiB", "GiB", "TiB"])
        ),
    };
    let unit = if bytes == 1 { "byte" } else { "bytes" };
    let rate = scaled(bytes as f64 / seconds.max(1e-9), 1000.0, &["B", "kB", "MB", "GB", "TB"]);
    eprintln!("{bytes} {unit}{sizes} copied, {} s, {rate}/s", significant(seconds));
}

fn scaled(mut value: f64, base: f64, units: &[&str]) -> String {
    let mut at = 0;
    while value >= base && at + 1 < units.len() {
        value /= base;
        at += 1;
    }
    if at > 0 && value < 10.0 { format!("{value:.1} {}", units[at]) } else { format!("{value:.0} {}", units[at]) }
}

/// Six significant digits, as `%g` prints them.
fn significant(value: f64) -> String {
    let digits = 5 - value.max(1e-9).log10().floor() as i32;
    let text = format!("{value:.*}", usize::try_from(digits.clamp(0, 12)).unwrap_or(6));
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}
