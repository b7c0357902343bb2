//! The shell's descriptors: its own numbers, each a shared open file that may buffer.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::world::{Errno, FileKind, OpenHow, Raw, Res, Sys, World};

#[derive(Debug)]
enum Kind {
    Raw(Raw),
    /// What is written is kept, for `$( )`.
    Capture(Vec<u8>),
    /// A here-document, read from memory as long as only the shell reads it.
    Bytes(Rc<[u8]>, usize),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Unknown,
    /// Regular file: may be read ahead, since one can seek back.
    File,
    Pipe,
    Other,
}

/// An open file description as the shell sees it.
pub struct Open {
    kind: RefCell<Kind>,
    class: Cell<Class>,
    out: RefCell<Vec<u8>>,
    ahead: RefCell<(Vec<u8>, usize)>,
}

impl Drop for Open {
    fn drop(&mut self) {
        let _ = self.flush();
        if let Kind::Raw(raw) = *self.kind.borrow() {
            Sys::close(raw);
        }
    }
}

impl Open {
    pub fn raw(raw: Raw) -> Rc<Open> {
        Rc::new(Open {
            kind: RefCell::new(Kind::Raw(raw)),
            class: Cell::new(Class::Unknown),
            out: RefCell::default(),
            ahead: RefCell::default(),
        })
    }

    pub fn capture() -> Rc<Open> {
        let open = Open::raw(-1);
        *open.kind.borrow_mut() = Kind::Capture(Vec::new());
        open.class.set(Class::Other);
        open
    }

    pub fn bytes(data: Rc<[u8]>) -> Rc<Open> {
        let open = Open::raw(-1);
        *open.kind.borrow_mut() = Kind::Bytes(data, 0);
        open.class.set(Class::Other);
        open
    }

    fn class(&self) -> Class {
        if self.class.get() == Class::Unknown {
            if let Kind::Raw(raw) = *self.kind.borrow() {
                self.class.set(match Sys::fstat(raw).map(|stat| stat.kind) {
                    Ok(FileKind::File) => Class::File,
                    Ok(FileKind::Fifo | FileKind::Socket) => Class::Pipe,
                    _ => Class::Other,
                });
            }
        }
        self.class.get()
    }

    pub fn is_capture(&self) -> bool {
        matches!(*self.kind.borrow(), Kind::Capture(_))
    }

    pub fn take_capture(&self) -> Vec<u8> {
        match &mut *self.kind.borrow_mut() {
            Kind::Capture(data) => std::mem::take(data),
            _ => Vec::new(),
        }
    }

    pub fn is_pipe(&self) -> bool {
        self.class() == Class::Pipe
    }

    pub fn append_capture(&self, more: &[u8]) {
        if let Kind::Capture(data) = &mut *self.kind.borrow_mut() {
            data.extend_from_slice(more);
        }
    }

    pub fn raw_fd(&self) -> Option<Raw> {
        match *self.kind.borrow() {
            Kind::Raw(raw) => Some(raw),
            _ => None,
        }
    }

    /// A descriptor to give to a child. A here-document becomes a pipe or a temporary file now.
    pub fn materialise(&self) -> Res<Raw> {
        let _ = self.flush();
        self.sync_input();
        let rest = match &*self.kind.borrow() {
            Kind::Raw(raw) => return Ok(*raw),
            Kind::Capture(_) => return Err(Errno::BADF),
            Kind::Bytes(data, at) => data[*at..].to_vec(),
        };
        let raw = if rest.len() <= 32 * 1024 {
            let (read, write) = Sys::pipe()?;
            let mut done = 0;
            while done < rest.len() {
                done += Sys::write(write, &rest[done..])?;
            }
            Sys::close(write);
            read
        } else {
            temporary(&rest)?
        };
        *self.kind.borrow_mut() = Kind::Raw(raw);
        self.class.set(Class::Unknown);
        Ok(raw)
    }

    /// Writes, perhaps only into the buffer: true when something waits in it.
    pub fn write(&self, data: &[u8]) -> Res<bool> {
        let raw = match &mut *self.kind.borrow_mut() {
            Kind::Capture(held) => {
                held.extend_from_slice(data);
                return Ok(false);
            }
            Kind::Bytes(..) => return Err(Errno::BADF),
            Kind::Raw(raw) => *raw,
        };
        if !self.ahead.borrow().0.is_empty() {
            self.sync_input();
        }
        if self.class() == Class::Other {
            write_all(raw, data)?;
            return Ok(false);
        }
        let mut out = self.out.borrow_mut();
        out.extend_from_slice(data);
        if out.len() >= 16 * 1024 {
            let full = std::mem::take(&mut *out);
            drop(out);
            write_all(raw, &full)?;
            return Ok(false);
        }
        Ok(true)
    }

    pub fn flush(&self) -> Res<()> {
        let waiting = std::mem::take(&mut *self.out.borrow_mut());
        if waiting.is_empty() {
            return Ok(());
        }
        match *self.kind.borrow() {
            Kind::Raw(raw) => write_all(raw, &waiting),
            _ => Ok(()),
        }
    }

    /// Gives back what was read ahead, before anyone else reads.
    pub fn sync_input(&self) {
        let mut ahead = self.ahead.borrow_mut();
        let rest = ahead.0.len() - ahead.1;
        if rest > 0 {
            if let Kind::Raw(raw) = *self.kind.borrow() {
                let _ = Sys::seek(raw, -(rest as i64));
            }
        }
        ahead.0.clear();
        ahead.1 = 0;
    }

    /// Up to and with the delimiter, or at most `most` bytes; nothing read: the end.
    pub fn read_until(&self, delimiter: Option<u8>, most: usize, out: &mut Vec<u8>) -> Res<usize> {
        if let Kind::Bytes(data, at) = &mut *self.kind.borrow_mut() {
            let rest = &data[*at..];
            let rest = &rest[..rest.len().min(most)];
            let len = match delimiter.and_then(|d| rest.iter().position(|&c| c == d)) {
                Some(found) => found + 1,
                None => rest.len(),
            };
            out.extend_from_slice(&rest[..len]);
            *at += len;
            return Ok(len);
        }
        let Some(raw) = self.raw_fd() else { return Err(Errno::BADF) };
        if self.class() == Class::File {
            let mut total = 0;
            loop {
                let mut ahead = self.ahead.borrow_mut();
                if ahead.1 == ahead.0.len() {
                    let mut buffer = vec![0u8; 8192];
                    let n = Sys::read(raw, &mut buffer)?;
                    buffer.truncate(n);
                    *ahead = (buffer, 0);
                    if n == 0 {
                        return Ok(total);
                    }
                }
                let rest = &ahead.0[ahead.1..];
                let rest = &rest[..rest.len().min(most - total)];
                let found = delimiter.and_then(|d| rest.iter().position(|&c| c == d));
                let len = found.map_or(rest.len(), |at| at + 1);
                out.extend_from_slice(&rest[..len]);
                ahead.1 += len;
                total += len;
                if found.is_some() || total >= most {
                    return Ok(total);
                }
            }
        }
        if let (Some(d), usize::MAX) = (delimiter, most) {
            if let Some(result) = Sys::read_until(raw, d, out) {
                return result;
            }
        }
        let mut total = 0;
        while total < most {
            let mut byte = [0u8; 1];
            if Sys::read(raw, &mut byte)? == 0 {
                break;
            }
            out.push(byte[0]);
            total += 1;
            if Some(byte[0]) == delimiter {
                break;
            }
        }
        Ok(total)
    }

    /// Everything up to the end.
    pub fn read_all(&self, out: &mut Vec<u8>) -> Res<()> {
        if let Kind::Bytes(data, at) = &mut *self.kind.borrow_mut() {
            out.extend_from_slice(&data[*at..]);
            *at = data.len();
            return Ok(());
        }
        {
            let mut ahead = self.ahead.borrow_mut();
            out.extend_from_slice(&ahead.0[ahead.1..]);
            ahead.0.clear();
            ahead.1 = 0;
        }
        let Some(raw) = self.raw_fd() else { return Err(Errno::BADF) };
        drain(raw, out)
    }

    /// Whether a read would find something at once.
    pub fn readable(&self, timeout_ms: u64) -> Res<bool> {
        if matches!(*self.kind.borrow(), Kind::Bytes(..)) {
            return Ok(true);
        }
        {
            let ahead = self.ahead.borrow();
            if ahead.1 < ahead.0.len() {
                return Ok(true);
            }
        }
        match self.raw_fd() {
            Some(raw) => Sys::readable(raw, timeout_ms),
            None => Err(Errno::BADF),
        }
    }
}

pub fn write_all(raw: Raw, data: &[u8]) -> Res<()> {
    let mut done = 0;
    while done < data.len() {
        match Sys::write(raw, &data[done..]) {
            Ok(n) => done += n,
            Err(Errno::INTR) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

pub fn drain(raw: Raw, out: &mut Vec<u8>) -> Res<()> {
    let mut buffer = vec![0u8; 64 * 1024];
    loop {
        match Sys::read(raw, &mut buffer) {
            Ok(0) => return Ok(()),
            Ok(n) => out.extend_from_slice(&buffer[..n]),
            Err(Errno::INTR) => {}
            Err(error) => return Err(error),
        }
    }
}

/// A file without a name that holds the data, at its start.
pub fn temporary(data: &[u8]) -> Res<Raw> {
    for _ in 0..20 {
        let path = format!("/tmp/.sh-{}-{:08x}", Sys::pid(), Sys::random());
        let how = OpenHow { read: true, write: true, create: true, exclusive: true, ..OpenHow::default() };
        match Sys::open(path.as_bytes(), how, 0o600) {
            Ok(raw) => {
                write_all(raw, data)?;
                let again = Sys::open(path.as_bytes(), OpenHow { read: true, ..OpenHow::default() }, 0);
                let _ = Sys::unlink(path.as_bytes());
                Sys::close(raw);
                return again;
            }
            Err(Errno::EXIST) => {}
            Err(error) => return Err(error),
        }
    }
    Err(Errno::EXIST)
}

#[derive(Clone, Default)]
pub struct Fds {
    table: Vec<Option<Rc<Open>>>,
}

impl Fds {
    pub fn get(&self, fd: u32) -> Option<&Rc<Open>> {
        self.table.get(fd as usize)?.as_ref()
    }
    pub fn set(&mut self, fd: u32, open: Option<Rc<Open>>) {
        let at = fd as usize;
        if at >= self.table.len() {
            if open.is_none() {
                return;
            }
            self.table.resize(at + 1, None);
        }
        self.table[at] = open;
    }
    pub fn lowest_free(&self, from: u32) -> u32 {
        (from..).find(|&fd| self.get(fd).is_none()).unwrap_or(from)
    }
    pub fn iter(&self) -> impl Iterator<Item = (u32, &Rc<Open>)> {
        self.table.iter().enumerate().filter_map(|(fd, open)| open.as_ref().map(|open| (fd as u32, open)))
    }
}
