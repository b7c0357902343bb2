//! Reading and writing in large pieces, by descriptors rather than through the standard library's buffers.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::path::Path;
use rustix::fs::{FileType, Stat};
use crate::{bytes, error};

/// How much is read at once.
pub const PIECE: usize = 1 << 17;

/// A file that is read, or standard input.
pub enum Source {
    Stdin(io::Stdin),
    File(File),
}

impl Source {
    /// `-` is standard input. A folder opens: reading it is what fails.
    pub fn open(name: &[u8]) -> io::Result<Source> {
        if name == b"-" { Ok(Source::Stdin(io::stdin())) } else { Ok(Source::File(sunaba_process::open(bytes::path(name))?)) }
    }

    pub fn fd(&self) -> BorrowedFd<'_> {
        match self {
            Source::Stdin(stdin) => stdin.as_fd(),
            Source::File(file) => file.as_fd(),
        }
    }

    pub fn status(&self) -> io::Result<Stat> {
        Ok(rustix::fs::fstat(self.fd())?)
    }

    /// Reads what there is; preview1 says of a folder that its descriptor is bad.
    pub fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        rustix::io::retry_on_intr(|| rustix::io::read(self.fd(), &mut *buffer)).map_err(|fault| {
            let folder = fault == rustix::io::Errno::BADF && self.status().is_ok_and(|found| is_folder(&found));
            if folder { io::ErrorKind::IsADirectory.into() } else { fault.into() }
        })
    }

    pub fn read_to_end(&self) -> io::Result<Vec<u8>> {
        let mut text = Vec::new();
        let mut filled = 0;
        loop {
            if text.len() - filled < PIECE / 2 {
                text.resize(text.len() + PIECE.max(text.len() / 2), 0);
            }
            match self.read(&mut text[filled..])? {
                0 => break,
                count => filled += count,
            }
        }
        text.truncate(filled);
        Ok(text)
    }
}

/// A regular file of which a read that is not filled is the last: what most files take is one read.
pub struct Regular {
    file: File,
    ended: bool,
}

impl Regular {
    pub fn open(path: &Path) -> io::Result<Regular> {
        Ok(Regular { file: sunaba_process::open(path)?, ended: false })
    }
}

/// The whole of a regular file that is smaller than the buffer, by one call; `None`: it has to be opened, which may fail.
pub fn read_small(path: &Path, buffer: &mut [u8]) -> Option<usize> {
    sunaba_process::read(path, buffer).ok().filter(|count| *count < buffer.len())
}

/// The whole of a file that was seen to hold `size` bytes, by one read where it still does. Of 0 nothing is known: a
/// stream's name (`/dev/fd/63`) is told to be an empty file.
pub fn read_sized(path: &Path, size: u64) -> io::Result<Vec<u8>> {
    let mut text = vec![0; size as usize + 1];
    if let Some(count) = read_small(path, &mut text) {
        text.truncate(count);
        return Ok(text);
    }
    let mut file = sunaba_process::open(path)?;
    if size == 0 {
        text.clear();
        io::Read::read_to_end(&mut file, &mut text)?;
        return Ok(text);
    }
    let mut filled = 0;
    loop {
        if filled == text.len() {
            text.resize(filled + PIECE.max(filled / 2), 0);
        }
        let room = text.len() - filled;
        let count = io::Read::read(&mut file, &mut text[filled..])?;
        filled += count;
        if count == 0 || count < room && filled as u64 >= size {
            break;
        }
    }
    text.truncate(filled);
    Ok(text)
}

impl io::Read for Regular {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.ended {
            return Ok(0);
        }
        let count = self.file.read(buffer)?;
        self.ended = count < buffer.len();
        Ok(count)
    }
}

pub fn is_folder(found: &Stat) -> bool {
    FileType::from_raw_mode(found.st_mode as _) == FileType::Directory
}

pub fn is_file(found: &Stat) -> bool {
    FileType::from_raw_mode(found.st_mode as _) == FileType::RegularFile
}

/// Writes all of it to standard output; a reader that is gone ends the process as SIGPIPE would.
pub fn put(tool: &str, bytes: &[u8]) {
    if let Err(fault) = write_all(io::stdout().as_fd(), bytes) {
        if fault.kind() != io::ErrorKind::BrokenPipe {
            eprintln!("{tool}: write error: {}", error::text(&fault));
            std::process::exit(1);
        }
        std::process::exit(141);
    }
}

pub fn write_all(to: BorrowedFd<'_>, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        let count = rustix::io::retry_on_intr(|| rustix::io::write(to, bytes))?;
        bytes = &bytes[count..];
    }
    Ok(())
}
