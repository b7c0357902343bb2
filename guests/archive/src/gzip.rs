//! gzip, gunzip and zcat.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};

use flate2::read::MultiGzDecoder;
use flate2::{Compression, GzBuilder};
use sunaba_gnu::bytes::{lossy, path};
use sunaba_gnu::error::text;
use sunaba_gnu::options::{Item, Opt, Order, flag, parse, value};
use sunaba_gnu::output::{complain, say, version};
use sunaba_gnu::status::{Kind, Moment, lstat, stat};

use crate::files::{entries, set_mode, set_modified};

const OPTIONS: &[Opt] = &[
    flag('a', "ascii"), flag('c', "stdout"), flag('\0', "to-stdout"), flag('d', "decompress"), flag('\0', "uncompress"), flag('f', "force"),
    flag('h', "help"), flag('k', "keep"), flag('l', "list"), flag('L', "license"), flag('n', "no-name"), flag('N', "name"), flag('q', "quiet"),
    flag('\0', "silent"), flag('r', "recursive"), flag('\0', "rsyncable"), value('S', "suffix"), flag('\0', "synchronous"), flag('t', "test"),
    flag('v', "verbose"), flag('V', "version"), flag('1', "fast"), flag('9', "best"), flag('2', ""), flag('3', ""), flag('4', ""),
    flag('5', ""), flag('6', ""), flag('7', ""), flag('8', ""),
];

const HELP: &str = "\
Usage: gzip [OPTION]... [FILE]...
Compress or uncompress FILEs (by default, compress FILES in-place).

  -c, --stdout      write on standard output, keep original files unchanged
  -d, --decompress  decompress
  -f, --force       force overwrite of output file and compress links
  -h, --help        give this help
  -k, --keep        keep (don't delete) input files
  -l, --list        list compressed file contents
  -n, --no-name     do not save or restore the original name and timestamp
  -q, --quiet       suppress all warnings
  -r, --recursive   operate recursively on directories
  -S, --suffix=SUF  use suffix SUF on compressed files
  -t, --test        test compressed file integrity
  -v, --verbose     verbose mode
  -V, --version     display version number
  -1, --fast        compress faster
  -9, --best        compress better

With no FILE, or when FILE is -, read standard input.
";

struct Gzip {
    stdout: bool,
    decompress: bool,
    force: bool,
    keep: bool,
    list: bool,
    no_name: bool,
    quiet: bool,
    recursive: bool,
    test: bool,
    verbose: bool,
    suffix: Vec<u8>,
    level: u32,
    code: i32,
    listed: bool,
    totals: (u64, u64),
}

pub fn main(tool: &str, args: &[Vec<u8>]) -> i32 {
    let mut run = Gzip {
        stdout: tool == "zcat",
        decompress: tool != "gzip",
        force: false,
        keep: false,
        list: false,
        no_name: false,
        quiet: false,
        recursive: false,
        test: false,
        verbose: false,
        suffix: b".gz".to_vec(),
        level: 6,
        code: 0,
        listed: false,
        totals: (0, 0),
    };
    let items = match parse(args, OPTIONS, Order::Anywhere) {
        Ok(items) => items,
        Err(fault) => {
            complain("gzip", &format!("{fault}\nTry `gzip --help' for more information."));
            return 1;
        }
    };
    let mut operands = Vec::new();
    for item in items {
        match item {
            Item::Operand(name) => operands.push(name),
            Item::Option(name, given) => match name.as_str() {
                "stdout" | "to-stdout" => run.stdout = true,
                "decompress" | "uncompress" => run.decompress = true,
                "force" => run.force = true,
                "keep" => run.keep = true,
                "list" => run.list = true,
                "no-name" => run.no_name = true,
                "quiet" | "silent" => run.quiet = true,
                "recursive" => run.recursive = true,
                "test" => run.test = true,
                "verbose" => run.verbose = true,
                "suffix" => run.suffix = given.unwrap_or_default(),
                "fast" => run.level = 1,
                "best" => run.level = 9,
                "help" => {
                    say(HELP);
                    return 0;
                }
                "version" | "license" => {
                    say(&version("gzip"));
                    return 0;
                }
                digit => run.level = digit.parse().unwrap_or(run.level),
            },
        }
    }
    run.decompress |= run.list || run.test;
    if operands.is_empty() {
        operands.push(b"-".to_vec());
    }
    let count = operands.len();
    for name in operands {
        run.operand(&name);
    }
    if run.list && count > 1 {
        let (packed, plain) = run.totals;
        say(&format!("{packed:>19} {plain:>19} {} (totals)\n", ratio(plain as f64 - packed as f64, plain)));
    }
    run.code
}

impl Gzip {
    fn fail(&mut self, text: &str) {
        complain("gzip", text);
        self.code = 1;
    }

    fn warn(&mut self, text: &str) {
        if !self.quiet {
            complain("gzip", text);
        }
        if self.code == 0 {
            self.code = 2;
        }
    }

    fn operand(&mut self, name: &[u8]) {
        if name == b"-" {
            return self.standard();
        }
        let shown = lossy(name).into_owned();
        let mut name = name.to_vec();
        let follows = self.stdout || self.force || self.list || self.test;
        if !follows && lstat(&name).is_ok_and(|own| own.kind == Kind::Link) {
            return self.fail(&format!("{shown}: Too many levels of symbolic links"));
        }
        let status = match stat(&name) {
            Err(error) if self.decompress && error.kind() == io::ErrorKind::NotFound && !name.ends_with(&self.suffix) => {
                name.extend_from_slice(&self.suffix);
                match stat(&name) {
                    Ok(status) => status,
                    Err(error) => return self.fail(&format!("{}: {}", lossy(&name), text(&error))),
                }
            }
            Err(error) => return self.fail(&format!("{shown}: {}", text(&error))),
            Ok(status) => status,
        };
        if status.kind == Kind::Directory {
            if !self.recursive {
                return self.warn(&format!("{shown} is a directory -- ignored"));
            }
            match entries(&name) {
                Ok(names) => {
                    for entry in names {
                        self.operand(&[name.as_slice(), b"/", &entry].concat());
                    }
                }
                Err(error) => self.fail(&format!("{shown}: {}", text(&error))),
            }
            return;
        }
        let done = if self.decompress { self.unpack(&name, status.modified, status.mode) } else { self.pack(&name, status.modified, status.mode) };
        if let Err(error) = done {
            let shown = lossy(&name).into_owned();
            match format_fault(&error) {
                Some(words) => {
                    eprintln!("\ngzip: {shown}: {words}");
                    self.code = 1;
                }
                None => self.fail(&format!("{shown}: {}", text(&error))),
            }
        }
    }

    /// Standard input to standard output.
    fn standard(&mut self) {
        let input = io::stdin().lock();
        let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
        let copy = || -> io::Result<u64> {
            if !self.decompress {
                let mut encoder = GzBuilder::new().write(&mut out, Compression::new(self.level));
                let count = io::copy(&mut BufReader::with_capacity(1 << 16, input), &mut encoder)?;
                return encoder.finish().map(|_| count);
            }
            let mut input = BufReader::with_capacity(1 << 16, input);
            check_magic(&mut input)?;
            let mut decoder = MultiGzDecoder::new(input);
            if self.test { io::copy(&mut decoder, &mut io::sink()) } else { io::copy(&mut decoder, &mut out) }
        };
        let done = copy();
        if let Err(error) = done.and_then(|_| out.flush().map(|()| 0)) {
            match format_fault(&error) {
                Some(words) => {
                    eprintln!("\ngzip: stdin: {words}");
                    self.code = 1;
                }
                None if error.kind() == io::ErrorKind::BrokenPipe => self.code = 141,
                None => self.fail(&format!("stdin: {}", text(&error))),
            }
        }
    }

    fn pack(&mut self, name: &[u8], modified: Moment, mode: u32) -> io::Result<()> {
        if name.ends_with(&self.suffix) && !self.force && !self.stdout {
            if !self.quiet {
                complain("gzip", &format!("{} already has {} suffix -- unchanged", lossy(name), lossy(&self.suffix)));
            }
            return Ok(());
        }
        let target = [name, self.suffix.as_slice()].concat();
        if !self.may_write(&target) {
            return Ok(());
        }
        let mut input = BufReader::with_capacity(1 << 16, File::open(path(name))?);
        let mut builder = GzBuilder::new().operating_system(3);
        let mut header = 18;
        if !self.no_name {
            let base = name.rsplit(|byte| *byte == b'/').next().unwrap_or(name);
            header += base.len() as u64 + 1;
            builder = builder.filename(base).mtime(u32::try_from(modified.seconds).unwrap_or(0));
        }
        let level = Compression::new(self.level);
        if self.stdout {
            let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
            let mut encoder = builder.write(&mut out, level);
            io::copy(&mut input, &mut encoder)?;
            encoder.finish()?;
            return out.flush();
        }
        let mut encoder = builder.write(BufWriter::with_capacity(1 << 16, File::create(path(&target))?), level);
        let plain = io::copy(&mut input, &mut encoder)?;
        encoder.finish()?.flush()?;
        self.finish(name, &target, modified, mode)?;
        if self.verbose {
            let packed = stat(&target)?.size;
            let saved = plain as f64 - (packed as f64 - header as f64);
            eprintln!("{}:\t{} -- {} {}", lossy(name), ratio(saved, plain), self.verb(), lossy(&target));
        }
        Ok(())
    }

    fn verb(&self) -> &'static str {
        if self.keep { "created" } else { "replaced with" }
    }

    fn finish(&self, name: &[u8], target: &[u8], modified: Moment, mode: u32) -> io::Result<()> {
        let _ = set_mode(target, mode);
        let _ = set_modified(target, modified);
        if self.keep { Ok(()) } else { std::fs::remove_file(path(name)) }
    }

    fn may_write(&mut self, target: &[u8]) -> bool {
        if self.stdout || self.force || !sunaba_gnu::status::exists(target) {
            return true;
        }
        complain("gzip", &format!("{} already exists;\tnot overwritten", lossy(target)));
        self.code = 2;
        false
    }

    fn unpack(&mut self, name: &[u8], modified: Moment, mode: u32) -> io::Result<()> {
        let target = match name.strip_suffix(self.suffix.as_slice()) {
            Some(stem) if !stem.is_empty() => stem.to_vec(),
            _ => match (name.strip_suffix(b".tgz"), name.strip_suffix(b".taz")) {
                (Some(stem), _) | (_, Some(stem)) => [stem, b".tar"].concat(),
                _ if self.stdout || self.test || self.list => name.to_vec(),
                _ => {
                    self.warn(&format!("{}: unknown suffix -- ignored", lossy(name)));
                    return Ok(());
                }
            },
        };
        let mut input = BufReader::with_capacity(1 << 16, File::open(path(name))?);
        check_magic(&mut input)?;
        let mut decoder = MultiGzDecoder::new(input);
        if self.list {
            let plain = io::copy(&mut decoder, &mut io::sink())?;
            return self.list_one(name, &target, plain);
        }
        if self.test {
            io::copy(&mut decoder, &mut io::sink())?;
            if self.verbose {
                eprintln!("{}:\t OK", lossy(name));
            }
            return Ok(());
        }
        if self.stdout {
            let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
            io::copy(&mut decoder, &mut out)?;
            return out.flush();
        }
        // The first bytes are read before anything of an old file is lost.
        let mut first = vec![0; 1 << 16];
        let count = decoder.read(&mut first)?;
        if !self.may_write(&target) {
            return Ok(());
        }
        let mut out = BufWriter::with_capacity(1 << 16, File::create(path(&target))?);
        out.write_all(&first[..count])?;
        let copied = io::copy(&mut decoder, &mut out).and_then(|more| out.flush().map(|()| more));
        let plain = match copied {
            Ok(more) => more + count as u64,
            Err(error) => {
                drop(out);
                let _ = std::fs::remove_file(path(&target));
                return Err(error);
            }
        };
        drop(out);
        let packed = stat(name)?.size;
        self.finish(name, &target, modified, mode)?;
        if self.verbose {
            eprintln!("{}:\t{} -- {} {}", lossy(name), ratio(plain as f64 - packed as f64, plain), self.verb(), lossy(&target));
        }
        Ok(())
    }

    fn list_one(&mut self, name: &[u8], target: &[u8], plain: u64) -> io::Result<()> {
        let packed = stat(name)?.size;
        if !self.listed && !self.quiet {
            say("         compressed        uncompressed  ratio uncompressed_name\n");
        }
        self.listed = true;
        self.totals = (self.totals.0 + packed, self.totals.1 + plain);
        let header = header_length(name)?;
        say(&format!("{packed:>19} {plain:>19} {} {}\n", ratio(plain as f64 - (packed as f64 - header as f64), plain), lossy(target)));
        Ok(())
    }
}

/// Fails as gzip does where the stream is none of its own.
fn check_magic(input: &mut impl BufRead) -> io::Result<()> {
    match input.fill_buf()? {
        head if head.starts_with(b"\x1f\x8b") => Ok(()),
        head if head.is_empty() => Err(io::ErrorKind::UnexpectedEof.into()),
        _ => Err(io::Error::new(io::ErrorKind::InvalidInput, "no gzip header")),
    }
}

/// Header and trailer of a file's first member.
fn header_length(name: &[u8]) -> io::Result<u64> {
    let decoder = flate2::bufread::GzDecoder::new(BufReader::new(File::open(path(name))?));
    let header = decoder.header().map_or(0, |header| {
        header.filename().map_or(0, |name| name.len() as u64 + 1) + header.comment().map_or(0, |text| text.len() as u64 + 1)
    });
    Ok(18 + header)
}

fn ratio(saved: f64, whole: u64) -> String {
    let percent = if whole == 0 { 0.0 } else { 100.0 * saved / whole as f64 };
    format!("{percent:5.1}%")
}

/// gzip's words where the data is at fault.
fn format_fault(error: &io::Error) -> Option<&'static str> {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => Some("unexpected end of file"),
        io::ErrorKind::InvalidInput if error.raw_os_error().is_none() => Some(if error.to_string().contains("header") { "not in gzip format" } else { "invalid compressed data--format violated" }),
        io::ErrorKind::InvalidData => Some("invalid compressed data--format violated"),
        _ => None,
    }
}
