//! Writing archives, in GNU's format.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use sunaba_gnu::bytes::{lossy, path};
use sunaba_gnu::status::{Kind, Status, lstat, owner_name, read_link, stat};
use sunaba_gnu::stream::read_small;
use tar::{EntryType, Header};

use super::Run;
use super::options::{Action, Named};
use super::pattern::excluded;
use crate::files::entries;

const BLOCK: usize = 512;
/// An archive's length is a multiple of this.
const RECORD: u64 = 20 * BLOCK as u64;

struct Output {
    to: Box<dyn Write>,
    written: u64,
    /// Device and inode of the archive itself, which is not put into itself.
    own: Option<(u64, u64)>,
    /// Names of files with several links, by device and inode.
    linked: HashMap<(u64, u64), Vec<u8>>,
}

pub fn create(run: &mut Run) -> io::Result<()> {
    let Some(mut output) = open(run)? else { return Ok(()) };
    let start = std::env::current_dir()?;
    for named in std::mem::take(&mut run.options.names) {
        match named {
            Named::Directory(directory) => {
                if let Err(error) = sunaba_process::chdir(path(&directory)) {
                    run.file_fault(&directory, "Cannot open", &error);
                    sunaba_gnu::output::complain("tar", "Error is not recoverable: exiting now");
                    std::process::exit(2);
                }
            }
            Named::Name(name) => add(run, &mut output, &name)?,
        }
    }
    let _ = sunaba_process::chdir(start);
    output.write(&[0; 2 * BLOCK])?;
    let rest = output.written % RECORD;
    if rest > 0 {
        output.write(&vec![0; (RECORD - rest) as usize])?;
    }
    output.to.flush()
}

fn open(run: &mut Run) -> io::Result<Option<Output>> {
    let options = &run.options;
    let Some(name) = options.file.clone() else {
        let out = io::stdout().lock();
        let to: Box<dyn Write> = if options.gzip { Box::new(Finishing::new(out)) } else { Box::new(BufWriter::with_capacity(1 << 16, out)) };
        return Ok(Some(Output { to, written: 0, own: None, linked: HashMap::new() }));
    };
    let gzip = options.gzip || (options.auto_compress && (name.ends_with(b".gz") || name.ends_with(b".tgz")));
    let opened = if options.action == Action::Append { open_end(&name) } else { File::create(path(&name)).map(|file| (file, 0)) };
    let (file, written) = match opened {
        Ok(opened) => opened,
        Err(error) => {
            run.file_fault(&name, "Cannot open", &error);
            sunaba_gnu::output::complain("tar", "Error is not recoverable: exiting now");
            std::process::exit(2);
        }
    };
    let own = stat(&name).ok().map(|status| (status.device, status.inode));
    let to: Box<dyn Write> = if gzip { Box::new(Finishing::new(file)) } else { Box::new(BufWriter::with_capacity(1 << 16, file)) };
    Ok(Some(Output { to, written, own, linked: HashMap::new() }))
}

/// The archive's end, before its closing blocks.
fn open_end(name: &[u8]) -> io::Result<(File, u64)> {
    let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path(name))?;
    let mut end = 0;
    for entry in tar::Archive::new(&file).entries_with_seek()?.raw(true) {
        let entry = entry?;
        end = entry.raw_file_position() + entry.header().size()?.div_ceil(BLOCK as u64) * BLOCK as u64;
    }
    file.set_len(end)?;
    file.seek(SeekFrom::Start(end))?;
    Ok((file, end))
}

/// gzip whose end is written with the last flush.
struct Finishing<W: Write> {
    encoder: GzEncoder<BufWriter<W>>,
}

impl<W: Write> Finishing<W> {
    fn new(to: W) -> Self {
        Finishing { encoder: GzEncoder::new(BufWriter::with_capacity(1 << 16, to), Compression::new(6)) }
    }
}

impl<W: Write> Write for Finishing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.encoder.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.encoder.try_finish()?;
        self.encoder.get_mut().flush()
    }
}

impl Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.written += bytes.len() as u64;
        self.to.write_all(bytes)
    }

    fn pad(&mut self) -> io::Result<()> {
        let rest = self.written as usize % BLOCK;
        if rest > 0 { self.write(&[0; BLOCK][..BLOCK - rest]) } else { Ok(()) }
    }

    /// A header, with entries before it for names that do not fit.
    fn header(&mut self, mut header: Header, name: &[u8], link: &[u8]) -> io::Result<()> {
        for (long, letter) in [(link, b'K'), (name, b'L')] {
            if long.len() > 100 {
                let mut before = Header::new_gnu();
                before.as_old_mut().name[..13].copy_from_slice(b"././@LongLink");
                before.set_entry_type(EntryType::new(letter));
                before.set_mode(0o644);
                before.set_uid(0);
                before.set_gid(0);
                before.set_mtime(0);
                before.set_size(long.len() as u64 + 1);
                before.set_cksum();
                self.write(before.as_bytes())?;
                self.write(long)?;
                self.write(&[0])?;
                self.pad()?;
            }
        }
        let old = header.as_old_mut();
        let count = name.len().min(100);
        old.name[..count].copy_from_slice(&name[..count]);
        let count = link.len().min(100);
        old.linkname[..count].copy_from_slice(&link[..count]);
        header.set_cksum();
        self.write(header.as_bytes())
    }
}

fn add(run: &mut Run, output: &mut Output, name: &[u8]) -> io::Result<()> {
    if excluded(&run.options.exclude, name) {
        return Ok(());
    }
    let status = match if run.options.dereference { stat(name) } else { lstat(name) } {
        Ok(status) => status,
        Err(error) => {
            run.file_fault(name, "Cannot stat", &error);
            return Ok(());
        }
    };
    let member = run.inward(name, "member names").to_vec();
    // Told is the name before `--transform`.
    let mut told = if member.is_empty() { b"./".to_vec() } else { member };
    if status.kind == Kind::Directory {
        while told.len() > 1 && told.ends_with(b"/") {
            told.pop();
        }
    }
    let mut member = run.transformed(&told);
    match status.kind {
        Kind::Directory => {
            told.push(b'/');
            member.push(b'/');
            tell(run, &told);
            let header = describe(run, &status, EntryType::Directory, 0);
            output.header(header, &member, b"")?;
            if !run.options.recursive {
                return Ok(());
            }
            match entries(name) {
                Ok(names) => {
                    let folder = name.strip_suffix(b"/").unwrap_or(name);
                    for entry in names {
                        add(run, output, &[folder, b"/", &entry].concat())?;
                    }
                }
                Err(error) => run.file_fault(name, "Cannot open", &error),
            }
            Ok(())
        }
        Kind::Link => {
            let target = read_link(name)?;
            tell(run, &told);
            output.header(describe(run, &status, EntryType::Symlink, 0), &member, &target)
        }
        Kind::File => add_file(run, output, name, (&told, &member), &status),
        _ => {
            run.fault(&format!("{}: not a file, folder or link; left out", lossy(name)));
            Ok(())
        }
    }
}

fn add_file(run: &mut Run, output: &mut Output, name: &[u8], (told, member): (&[u8], &[u8]), status: &Status) -> io::Result<()> {
    let identity = (status.device, status.inode);
    if output.own == Some(identity) && run.options.file.is_some() {
        sunaba_gnu::output::complain("tar", &format!("{}: file is the archive; not dumped", lossy(name)));
        return Ok(());
    }
    if status.links > 1 {
        if let Some(first) = output.linked.get(&identity).cloned() {
            tell(run, told);
            return output.header(describe(run, status, EntryType::Link, 0), member, &first);
        }
        output.linked.insert(identity, member.to_vec());
    }
    let mut buffer = vec![0; status.size.min(1 << 16) as usize + 1];
    if status.size < 1 << 16 && read_small(path(name), &mut buffer).is_some_and(|count| count as u64 == status.size) {
        tell(run, told);
        output.header(describe(run, status, EntryType::Regular, status.size), member, b"")?;
        output.write(&buffer[..status.size as usize])?;
        return output.pad();
    }
    let mut file = match sunaba_process::open(path(name)) {
        Ok(file) => file,
        Err(error) => {
            run.file_fault(name, "Cannot open", &error);
            return Ok(());
        }
    };
    tell(run, told);
    output.header(describe(run, status, EntryType::Regular, status.size), member, b"")?;
    let mut left = status.size;
    while left > 0 {
        let wanted = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let count = file.read(&mut buffer[..wanted])?;
        if count == 0 {
            // A header has promised the bytes.
            run.fault(&format!("{}: File shrank by {left} bytes; padding with zeros", lossy(name)));
            buffer.fill(0);
            output.write(&buffer[..wanted])?;
            left -= wanted as u64;
            continue;
        }
        output.write(&buffer[..count])?;
        left -= count as u64;
    }
    output.pad()
}

fn tell(run: &Run, member: &[u8]) {
    if run.options.verbose == 0 {
        return;
    }
    let line = format!("{}\n", lossy(member));
    let _ = if run.options.file.is_none() { io::stderr().write_all(line.as_bytes()) } else { io::stdout().write_all(line.as_bytes()) };
}

fn describe(run: &Run, status: &Status, kind: EntryType, size: u64) -> Header {
    let options = &run.options;
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(status.mode & 0o7777);
    header.set_size(size);
    header.set_mtime(options.mtime.unwrap_or(status.modified.seconds).max(0) as u64);
    let (owner, uid) = split_owner(options.owner.as_deref(), status.uid);
    let (group, gid) = split_owner(options.group.as_deref(), status.gid);
    header.set_uid(u64::from(uid));
    header.set_gid(u64::from(gid));
    if !options.numeric_owner {
        let _ = header.set_username(&owner);
        let _ = header.set_groupname(&group);
    }
    header
}

/// `NAME:ID`, `NAME`, `ID` or `+ID`.
fn split_owner(given: Option<&str>, own: u32) -> (String, u32) {
    let Some(given) = given else { return (owner_name(own), own) };
    match given.split_once(':') {
        Some((name, id)) => (name.to_string(), id.parse().unwrap_or(0)),
        None => match given.trim_start_matches('+').parse() {
            Ok(id) => (String::new(), id),
            Err(_) => (given.to_string(), 0),
        },
    }
}
