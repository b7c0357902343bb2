//! `-d`: how the files differ from the archive.

use std::io::{self, Read, Write};

use sunaba_gnu::bytes::path;
use sunaba_gnu::output::complain;
use sunaba_gnu::status::{Kind, lstat, read_link};
use tar::{Entry, EntryType};

use super::Run;

/// Tells each difference of one member.
pub fn compare(run: &mut Run, entry: &mut Entry<'_, Box<dyn Read>>, name: &[u8], out: &mut impl Write) -> io::Result<()> {
    let bare = run.inward(name, "member names").to_vec();
    let bare = bare.strip_suffix(b"/").unwrap_or(&bare);
    let found = match lstat(bare) {
        Ok(found) => found,
        Err(error) => {
            out.flush()?;
            complain("tar", &format!("{}: Warning: Cannot stat: {}", sunaba_gnu::bytes::lossy(name), sunaba_gnu::error::text(&error)));
            run.differs = true;
            return Ok(());
        }
    };
    let header = entry.header();
    let kind = match header.entry_type() {
        EntryType::Directory => Kind::Directory,
        EntryType::Symlink => Kind::Link,
        _ => Kind::File,
    };
    let mut faults = Vec::new();
    if kind != found.kind {
        faults.push("File type differs");
    } else if kind == Kind::Link {
        if entry.link_name_bytes().is_none_or(|link| read_link(bare).is_ok_and(|there| there != *link)) {
            faults.push("Symlink differs");
        }
    } else {
        if header.mode().is_ok_and(|mode| mode & 0o7777 != found.mode) {
            faults.push("Mode differs");
        }
        if kind == Kind::File && header.entry_type() != EntryType::Link {
            if header.uid().is_ok_and(|uid| uid != u64::from(found.uid)) {
                faults.push("Uid differs");
            }
            if header.gid().is_ok_and(|gid| gid != u64::from(found.gid)) {
                faults.push("Gid differs");
            }
            if header.mtime().is_ok_and(|seconds| seconds as i64 != found.modified.seconds) {
                faults.push("Mod time differs");
            }
            if header.size().is_ok_and(|size| size != found.size) {
                faults.push("Size differs");
            } else if !same(entry, &mut sunaba_process::open(path(bare))?)? {
                faults.push("Contents differ");
            }
        }
    }
    for fault in faults {
        run.differs = true;
        out.write_all(name)?;
        writeln!(out, ": {fault}")?;
    }
    Ok(())
}

fn same(a: &mut impl Read, b: &mut impl Read) -> io::Result<bool> {
    let (mut x, mut y) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    loop {
        let count = a.read(&mut x)?;
        if count == 0 {
            return Ok(b.read(&mut y[..1])? == 0);
        }
        if b.read_exact(&mut y[..count]).is_err() || x[..count] != y[..count] {
            return Ok(false);
        }
    }
}
