//! The files that are sorted, as one stream whose last line always has its terminator.

use crate::options::Settings;
use rustix::buffer::spare_capacity;
use std::io;
use sunaba_gnu::output::complain;
use sunaba_gnu::stream::Source;
use sunaba_gnu::{error, quote};

/// What ends a sort: told, with the status.
pub type Code = i32;

/// `what: NAME: why`.
pub fn fault(what: &str, name: &[u8], why: &io::Error) -> Code {
    complain("sort", &format!("{what}: {}: {}", quote::maybe(name), error::text(why)));
    2
}

pub fn exhausted() -> Code {
    complain("sort", "memory exhausted");
    2
}

pub fn open(name: &[u8]) -> Result<Source, Code> {
    Source::open(name).map_err(|why| fault("cannot read", name, &why))
}

/// Reads what there is into the room that a buffer has.
pub fn fill(source: &Source, name: &[u8], buffer: &mut Vec<u8>) -> Result<usize, Code> {
    let read = rustix::io::retry_on_intr(|| rustix::io::read(source.fd(), spare_capacity(buffer)));
    read.map_err(|why| {
        // Of a folder preview1 says that its descriptor is bad.
        let folder = source.status().is_ok_and(|found| sunaba_gnu::stream::is_folder(&found));
        fault("read failed", name, &if folder { io::ErrorKind::IsADirectory.into() } else { why.into() })
    })
}

pub struct Input<'a> {
    names: std::slice::Iter<'a, Vec<u8>>,
    current: Option<(Source, &'a [u8])>,
    end: u8,
}

impl<'a> Input<'a> {
    pub fn new(s: &'a Settings) -> Input<'a> {
        Input { names: s.files.iter(), current: None, end: s.end }
    }

    /// Adds something to a buffer that has room; `false` when all has been read.
    pub fn read(&mut self, buffer: &mut Vec<u8>) -> Result<bool, Code> {
        loop {
            let Some((source, name)) = &self.current else {
                let Some(name) = self.names.next() else { return Ok(false) };
                self.current = Some((open(name)?, name));
                continue;
            };
            if fill(source, name, buffer)? > 0 {
                return Ok(true);
            }
            self.current = None;
            if buffer.last().is_some_and(|last| *last != self.end) {
                buffer.push(self.end);
                return Ok(true);
            }
        }
    }
}
