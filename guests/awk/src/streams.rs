//! Files and commands that a program reads and writes, by name.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Write};

use sunaba_process::{Child, Command, ExitStatus, Stdio};

use crate::reader::Reader;

const BUFFERED: usize = 1 << 16;

/// Standard output, in blocks.
pub struct StandardOutput {
    pub buffer: Vec<u8>,
    interactive: bool,
}

impl StandardOutput {
    fn new() -> Self {
        StandardOutput { buffer: Vec::with_capacity(BUFFERED + 4096), interactive: false }
    }

    #[inline]
    pub fn settle(&mut self) {
        if self.buffer.len() >= BUFFERED || self.interactive {
            self.flush();
        }
    }

    pub fn flush(&mut self) {
        let result = io::stdout().write_all(&self.buffer).and_then(|()| io::stdout().flush());
        self.buffer.clear();
        if let Err(error) = result {
            if error.kind() == ErrorKind::BrokenPipe {
                std::process::exit(141);
            }
            let _ = writeln!(io::stderr(), "awk: fatal: print to \"standard output\" failed: {}", sunaba_gnu::error::text(&error));
            std::process::exit(2);
        }
    }
}

struct Writer {
    to: Option<File>,
    buffer: Vec<u8>,
    child: Option<Child>,
    /// Written at once: somebody waits at the other end.
    direct: bool,
}

impl Writer {
    fn flush(&mut self) -> io::Result<()> {
        if let Some(to) = &mut self.to {
            to.write_all(&self.buffer)?;
        }
        self.buffer.clear();
        Ok(())
    }
}

struct Source {
    reader: Reader,
    child: Option<Child>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sink {
    File,
    Append,
    Command,
    Coprocess,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    File,
    Command,
    Coprocess,
}

pub struct Streams {
    pub standard: StandardOutput,
    writers: HashMap<(bool, Vec<u8>), Writer>,
    readers: HashMap<(Origin2, Vec<u8>), Source>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Origin2 {
    File,
    Process,
}

fn kind_of(origin: Origin) -> Origin2 {
    if origin == Origin::File { Origin2::File } else { Origin2::Process }
}

impl Streams {
    pub fn new() -> Self {
        Streams { standard: StandardOutput::new(), writers: HashMap::new(), readers: HashMap::new() }
    }

    /// Everything that is written so far is out.
    pub fn flush_all(&mut self) {
        self.standard.flush();
        for writer in self.writers.values_mut() {
            let _ = writer.flush();
        }
    }

    pub fn flush(&mut self, name: &[u8]) -> bool {
        if name == b"/dev/stdout" || name == b"-" {
            self.standard.flush();
            return true;
        }
        let mut found = false;
        for ((_, known), writer) in &mut self.writers {
            if known == name {
                found = true;
                let _ = writer.flush();
            }
        }
        found
    }

    pub fn write(&mut self, sink: Sink, name: &[u8], bytes: &[u8]) -> io::Result<()> {
        if sink == Sink::File || sink == Sink::Append {
            match name {
                b"/dev/stdout" | b"-" => {
                    self.standard.buffer.extend_from_slice(bytes);
                    self.standard.settle();
                    return Ok(());
                }
                b"/dev/stderr" => {
                    self.standard.flush();
                    return io::stderr().write_all(bytes);
                }
                _ => {}
            }
        }
        let process = matches!(sink, Sink::Command | Sink::Coprocess);
        let key = (process, name.to_vec());
        if !self.writers.contains_key(&key) {
            let writer = self.open_writer(sink, name)?;
            self.writers.insert(key.clone(), writer);
        }
        let Some(writer) = self.writers.get_mut(&key) else { return Ok(()) };
        writer.buffer.extend_from_slice(bytes);
        if writer.buffer.len() >= BUFFERED || writer.direct {
            // A command that has stopped to read ends the writing to it alone.
            match writer.flush() {
                Err(error) if error.kind() == ErrorKind::BrokenPipe => {}
                other => return other,
            }
        }
        Ok(())
    }

    fn open_writer(&mut self, sink: Sink, name: &[u8]) -> io::Result<Writer> {
        let path = sunaba_gnu::bytes::path_buf(name);
        let plain = |file| Writer { to: Some(file), buffer: Vec::new(), child: None, direct: false };
        match sink {
            Sink::File => File::create(path).map(plain),
            Sink::Append => OpenOptions::new().append(true).create(true).open(path).map(plain),
            Sink::Command => {
                self.flush_all();
                let mut child = shell(name).stdin(Stdio::Piped).spawn()?;
                Ok(Writer { to: child.stdin.take(), buffer: Vec::new(), child: Some(child), direct: false })
            }
            Sink::Coprocess => {
                self.flush_all();
                let mut child = shell(name).stdin(Stdio::Piped).stdout(Stdio::Piped).spawn()?;
                let to = child.stdin.take();
                if let Some(from) = child.stdout.take() {
                    self.readers.insert((Origin2::Process, name.to_vec()), Source { reader: Reader::new(from), child: None });
                }
                Ok(Writer { to, buffer: Vec::new(), child: Some(child), direct: true })
            }
        }
    }

    /// The reader of a name, opened where it is not yet.
    pub fn reader(&mut self, origin: Origin, name: &[u8]) -> io::Result<&mut Reader> {
        let key = (kind_of(origin), name.to_vec());
        if !self.readers.contains_key(&key) {
            let source = match origin {
                Origin::File => Source { reader: Reader::new(open_input(name)?), child: None },
                Origin::Command => {
                    self.flush_all();
                    let mut child = shell(name).stdout(Stdio::Piped).spawn()?;
                    let Some(from) = child.stdout.take() else { return Err(ErrorKind::BrokenPipe.into()) };
                    Source { reader: Reader::new(from), child: Some(child) }
                }
                Origin::Coprocess => {
                    let writer = self.open_writer(Sink::Coprocess, name)?;
                    self.writers.insert((true, name.to_vec()), writer);
                    return self.reader(Origin::Coprocess, name);
                }
            };
            self.readers.insert(key.clone(), source);
        }
        match self.readers.get_mut(&key) {
            Some(source) => Ok(&mut source.reader),
            None => Err(ErrorKind::NotFound.into()),
        }
    }

    /// What close() gives: -1 where nothing of the name is open. `to`: only the writing end of a coprocess.
    pub fn close(&mut self, name: &[u8], to: bool) -> i32 {
        let mut result = -1;
        for process in [false, true] {
            let key = (process, name.to_vec());
            if to {
                if let Some(writer) = self.writers.get_mut(&key) {
                    let _ = writer.flush();
                    writer.to = None;
                    result = 0;
                }
                continue;
            }
            if let Some(mut writer) = self.writers.remove(&key) {
                let flushed = writer.flush().is_ok();
                writer.to = None;
                result = if flushed { 0 } else { -1 };
                if let Some(mut child) = writer.child.take() {
                    self.readers.remove(&(Origin2::Process, name.to_vec()));
                    result = child.wait().map_or(-1, close_status);
                }
            }
        }
        if to {
            return result;
        }
        for kind in [Origin2::File, Origin2::Process] {
            if let Some(source) = self.readers.remove(&(kind, name.to_vec())) {
                drop(source.reader);
                result = source.child.map_or(0, |mut child| child.wait().map_or(-1, close_status));
            }
        }
        result
    }

    pub fn close_all(&mut self) {
        self.standard.flush();
        let mut children = Vec::new();
        for (_, mut writer) in self.writers.drain() {
            let _ = writer.flush();
            writer.to = None;
            children.extend(writer.child.take());
        }
        for (_, source) in self.readers.drain() {
            drop(source.reader);
            children.extend(source.child);
        }
        for mut child in children {
            let _ = child.wait();
        }
    }
}

fn close_status(status: ExitStatus) -> i32 {
    match status {
        ExitStatus::Exited(code) => code as i32,
        ExitStatus::Signaled(signal) => 256 + signal as i32,
    }
}

pub fn shell(command: &[u8]) -> Command {
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(command);
    shell
}

/// A file to read by name; `-` and `/dev/stdin` are standard input.
pub fn open_input(name: &[u8]) -> io::Result<File> {
    if name == b"-" || name == b"/dev/stdin" {
        return sunaba_process::dup(0, 3).map(File::from);
    }
    let file = File::open(sunaba_gnu::bytes::path_buf(name))?;
    if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
        return Err(ErrorKind::IsADirectory.into());
    }
    Ok(file)
}
