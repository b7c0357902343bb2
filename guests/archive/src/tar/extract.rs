//! Reading archives: listing and extraction.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter, ErrorKind, Read, Write};

use flate2::read::MultiGzDecoder;
use sunaba_gnu::bytes::{lossy, path};
use sunaba_gnu::error::text;
use sunaba_gnu::output::complain;
use sunaba_gnu::status::{Kind, Moment, lstat, mode_text, symlink};
use tar::{Archive, Entry, EntryType};

use super::Run;
use super::compare::compare;
use super::options::{Action, Named};
use super::pattern::{asked, excluded};
use crate::files::{create_folders, set_mode, set_modified};

/// What was asked for, and whether it was met.
struct Wanted {
    name: Vec<u8>,
    found: bool,
}

pub fn read(run: &mut Run) -> io::Result<()> {
    let input: Box<dyn Read> = match run.options.file.clone() {
        None => Box::new(io::stdin().lock()),
        Some(name) => match File::open(path(&name)) {
            Ok(file) => Box::new(file),
            Err(error) => {
                run.file_fault(&name, "Cannot open", &error);
                complain("tar", "Error is not recoverable: exiting now");
                std::process::exit(2);
            }
        },
    };
    let mut input = BufReader::with_capacity(1 << 16, input);
    let compressed = is_gzip(input.fill_buf()?);
    if let Some(name) = other_compression(input.buffer()) {
        complain("tar", &format!("the archive is compressed by {name}, which this sandbox does not have; gzip it has"));
        complain("tar", "Error is not recoverable: exiting now");
        std::process::exit(2);
    }
    if run.options.gzip && !compressed {
        eprintln!("\ngzip: stdin: not in gzip format");
        complain("tar", "Child returned status 1");
        complain("tar", "Error is not recoverable: exiting now");
        std::process::exit(2);
    }
    let input: Box<dyn Read> = if compressed { Box::new(MultiGzDecoder::new(input)) } else { Box::new(input) };
    let mut wanted = Vec::new();
    for named in std::mem::take(&mut run.options.names) {
        match named {
            Named::Name(name) => wanted.push(Wanted { name, found: false }),
            Named::Directory(directory) => {
                if run.options.action != Action::Create {
                    if let Err(error) = sunaba_process::chdir(path(&directory)) {
                        run.file_fault(&directory, "Cannot open", &error);
                        complain("tar", "Error is not recoverable: exiting now");
                        std::process::exit(2);
                    }
                }
            }
        }
    }
    members(run, input, &mut wanted)?;
    for want in wanted.iter().filter(|want| !want.found) {
        run.fault(&format!("{}: Not found in archive", lossy(&want.name)));
    }
    Ok(())
}

fn is_gzip(head: &[u8]) -> bool {
    head.starts_with(b"\x1f\x8b")
}

fn other_compression(head: &[u8]) -> Option<&'static str> {
    [(b"BZh".as_slice(), "bzip2"), (b"\xfd7zXZ\0", "xz"), (b"\x28\xb5\x2f\xfd", "zstd")]
        .iter()
        .find(|(magic, _)| head.starts_with(magic))
        .map(|(_, name)| *name)
}

fn members(run: &mut Run, input: Box<dyn Read>, wanted: &mut [Wanted]) -> io::Result<()> {
    let mut archive = Archive::new(input);
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let mut folders: Vec<(Vec<u8>, u32, Moment)> = Vec::new();
    let mut first = true;
    for entry in archive.entries()? {
        let mut entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                out.flush()?;
                damaged(run, &error, first);
                break;
            }
        };
        first = false;
        let name = entry.path_bytes().into_owned();
        let mut hit = wanted.is_empty();
        for want in wanted.iter_mut() {
            if asked(&want.name, &name, run.options.wildcards) {
                want.found = true;
                hit = true;
            }
        }
        if !hit || excluded(&run.options.exclude, &name) {
            continue;
        }
        if run.options.action == Action::List {
            list(run, &entry, &name, &mut out)?;
            continue;
        }
        if run.options.verbose > 0 {
            if run.options.to_stdout {
                eprintln!("{}", lossy(&name));
            } else if run.options.verbose > 1 {
                list(run, &entry, &name, &mut out)?;
            } else {
                out.write_all(&name)?;
                out.write_all(b"\n")?;
            }
        }
        if run.options.action == Action::Compare {
            compare(run, &mut entry, &name, &mut out)?;
            continue;
        }
        if run.options.to_stdout {
            if entry.header().entry_type().is_file() {
                io::copy(&mut entry, &mut out)?;
            }
            continue;
        }
        if let Err(error) = extract(run, &mut entry, &name, &mut folders) {
            if matches!(error.kind(), ErrorKind::UnexpectedEof) {
                out.flush()?;
                damaged(run, &error, false);
                break;
            }
            run.file_fault(&name, "Cannot open", &error);
        }
    }
    // Last, so that what was put into them does not change their times, nor their modes hinder it.
    for (name, mode, modified) in folders.into_iter().rev() {
        let _ = set_mode(&name, mode);
        let _ = set_modified(&name, modified);
    }
    out.flush()
}

fn damaged(run: &mut Run, error: &io::Error, first: bool) {
    if !first && error.to_string().contains("entire block") {
        // An archive that ends within a header ends before it.
        return;
    }
    if error.kind() == ErrorKind::UnexpectedEof || error.to_string().contains("unexpected EOF") {
        if first {
            run.fault("This does not look like a tar archive");
            return;
        }
        complain("tar", "Unexpected EOF in archive");
        complain("tar", "Error is not recoverable: exiting now");
        std::process::exit(2);
    }
    if first {
        run.fault("This does not look like a tar archive");
    } else {
        run.fault("Skipping to next header");
    }
}

fn extract(run: &mut Run, entry: &mut Entry<'_, Box<dyn Read>>, name: &[u8], folders: &mut Vec<(Vec<u8>, u32, Moment)>) -> io::Result<()> {
    let inner = run.inward(name, "member names").to_vec();
    if !run.options.absolute_names && name.split(|byte| *byte == b'/').any(|part| part == b"..") {
        run.fault(&format!("{}: Member name contains '..'", lossy(name)));
        return Ok(());
    }
    let Some(target) = stripped(&run.transformed(&inner), run.options.strip) else { return Ok(()) };
    if target.is_empty() || target == b"./" || target == b"." {
        return Ok(());
    }
    let header = entry.header();
    let kind = header.entry_type();
    let mode = header.mode().unwrap_or(0o644);
    let modified = Moment { seconds: header.mtime().unwrap_or(0) as i64, nanos: 0 };
    if kind == EntryType::Directory {
        let bare = target.strip_suffix(b"/").unwrap_or(&target).to_vec();
        match fs::create_dir_all(path(&bare)) {
            Err(error) if !path(&bare).is_dir() => return Err(error),
            _ => {}
        }
        let kept = if run.options.touch { Moment::now() } else { modified };
        folders.push((bare, mode, kept));
        return Ok(());
    }
    if let Ok(there) = lstat(&target) {
        if run.options.skip_old {
            return Ok(());
        }
        if run.options.keep_old {
            run.fault(&format!("{}: Cannot open: File exists", lossy(&target)));
            return Ok(());
        }
        // A link that stands there is replaced, never written through.
        match there.kind {
            Kind::Directory => fs::remove_dir(path(&target))?,
            _ => fs::remove_file(path(&target))?,
        }
    }
    create_folders(&target)?;
    match kind {
        EntryType::Symlink => {
            let link = entry.link_name_bytes().map(|link| link.into_owned()).unwrap_or_default();
            symlink(&link, &target)?;
            if !run.options.touch {
                let _ = set_modified(&target, modified);
            }
        }
        EntryType::Link => {
            let link = entry.link_name_bytes().map(|link| link.into_owned()).unwrap_or_default();
            let inner = run.inward(&link, "hard link targets").to_vec();
            let Some(source) = stripped(&inner, run.options.strip) else { return Ok(()) };
            if let Err(error) = fs::hard_link(path(&source), path(&target)) {
                run.fault(&format!("{}: Cannot hard link to '{}': {}", lossy(&target), lossy(&source), text(&error)));
            }
        }
        kind if kind.is_file() || kind == EntryType::GNUSparse => {
            let mut file = BufWriter::with_capacity(1 << 16, fs::OpenOptions::new().write(true).create_new(true).open(path(&target))?);
            io::copy(entry, &mut file)?;
            file.flush()?;
            drop(file);
            let _ = set_mode(&target, mode);
            if !run.options.touch {
                let _ = set_modified(&target, modified);
            }
        }
        _ => run.fault(&format!("{}: not a file, folder or link; left out", lossy(name))),
    }
    Ok(())
}

/// Without its first components; `None`: nothing is left.
fn stripped(name: &[u8], count: usize) -> Option<Vec<u8>> {
    let mut rest = name;
    for _ in 0..count {
        let slash = rest.iter().position(|byte| *byte == b'/')?;
        rest = &rest[slash..];
        while rest.first() == Some(&b'/') {
            rest = &rest[1..];
        }
    }
    (!rest.is_empty()).then(|| rest.to_vec())
}

fn list(run: &Run, entry: &Entry<'_, Box<dyn Read>>, name: &[u8], out: &mut impl Write) -> io::Result<()> {
    let link = entry.link_name_bytes().map(|link| link.into_owned());
    if run.options.verbose == 0 {
        out.write_all(name)?;
        return out.write_all(b"\n");
    }
    let header = entry.header();
    let kind = match header.entry_type() {
        EntryType::Directory => Kind::Directory,
        EntryType::Symlink => Kind::Link,
        _ => Kind::File,
    };
    let mut modes = mode_text(kind, header.mode().unwrap_or(0));
    if header.entry_type() == EntryType::Link {
        modes.replace_range(0..1, "h");
    }
    let named = |bytes: Option<&[u8]>, id: io::Result<u64>| match bytes {
        Some(bytes) if !bytes.is_empty() && !run.options.numeric_owner => lossy(bytes).into_owned(),
        _ => id.unwrap_or(0).to_string(),
    };
    let owner = format!("{}/{}", named(header.username_bytes(), header.uid()), named(header.groupname_bytes(), header.gid()));
    let size = header.size().unwrap_or(0).to_string();
    let width = 19usize.saturating_sub(owner.len() + 1).max(size.len());
    let time = sunaba_gnu::time::strftime("%Y-%m-%d %H:%M", Moment { seconds: header.mtime().unwrap_or(0) as i64, nanos: 0 });
    write!(out, "{modes} {owner} {size:>width$} {time} ")?;
    out.write_all(name)?;
    match (header.entry_type(), link) {
        (EntryType::Symlink, Some(link)) => {
            out.write_all(b" -> ")?;
            out.write_all(&link)?;
        }
        (EntryType::Link, Some(link)) => {
            out.write_all(b" link to ")?;
            out.write_all(&link)?;
        }
        _ => {}
    }
    out.write_all(b"\n")
}
