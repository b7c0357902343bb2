//! Where lines go: standard output, a file, or a file of our own that is read again.

use crate::input::{Code, fault};
use crate::line::{Line, by_keys};
use crate::options::Settings;
use std::cmp::Ordering;
use std::fs::File;
use std::io::{self, Seek, SeekFrom};
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use sunaba_gnu::stream::{self, PIECE, Source};
use sunaba_gnu::{bytes, output::complain};

enum To {
    Stdout,
    File(File, Vec<u8>),
}

/// Gathers lines in blocks; with `-u` it leaves out those that are equal to the one before.
pub struct Output<'a> {
    s: &'a Settings,
    to: To,
    block: Vec<u8>,
    last: Option<(Line, Vec<u8>)>,
}

impl<'a> Output<'a> {
    /// The result's place. A file is emptied here, when all has been read.
    pub fn result(s: &'a Settings) -> Result<Output<'a>, Code> {
        let to = match &s.output {
            None => To::Stdout,
            Some(name) => To::File(File::create(bytes::path(name)).map_err(|why| fault("open failed", name, &why))?, name.clone()),
        };
        Ok(Output::new(s, to))
    }

    /// A file for lines that do not fit into memory. It has no name any more, so nothing is left of it, however sort ends.
    pub fn spill(s: &'a Settings) -> Result<Output<'a>, Code> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let folder = s.folder.clone().or_else(|| std::env::var_os("TMPDIR").map(bytes::into_vec)).unwrap_or_else(|| b"/tmp".to_vec());
        let mut name = folder.clone();
        name.extend_from_slice(format!("/sort{:04x}{:02x}", sunaba_process::pid(), COUNT.fetch_add(1, Relaxed)).as_bytes());
        let open = || {
            let file = File::options().read(true).write(true).create_new(true).open(bytes::path(&name))?;
            std::fs::remove_file(bytes::path(&name))?;
            Ok(file)
        };
        let file = open().map_err(|why: io::Error| {
            complain("sort", &format!("cannot create temporary file in {}: {}", sunaba_gnu::quote::quoted(&folder), sunaba_gnu::error::text(&why)));
            2
        })?;
        Ok(Output::new(s, To::File(file, name)))
    }

    fn new(s: &'a Settings, to: To) -> Output<'a> {
        Output { s, to, block: Vec::with_capacity(PIECE), last: None }
    }

    pub fn put(&mut self, line: &Line, text: &[u8]) -> Result<(), Code> {
        if self.s.unique {
            if let Some((last, before)) = &mut self.last {
                if by_keys(self.s, (last, before), (line, text)) == Ordering::Equal {
                    return Ok(());
                }
            }
            let (last, before) = self.last.get_or_insert_default();
            before.clear();
            before.extend_from_slice(line.ended(text));
            *last = line.at_start();
        }
        let line = line.ended(text);
        if self.block.len() + line.len() > PIECE {
            self.flush()?;
            if line.len() > PIECE {
                return self.write(line);
            }
        }
        self.block.extend_from_slice(line);
        Ok(())
    }

    fn write(&self, text: &[u8]) -> Result<(), Code> {
        match &self.to {
            To::Stdout => stream::put("sort", text),
            To::File(file, name) => stream::write_all(file.as_fd(), text).map_err(|why| fault("write failed", name, &why))?,
        }
        Ok(())
    }

    pub fn flush(&mut self) -> Result<(), Code> {
        let block = std::mem::take(&mut self.block);
        self.write(&block)?;
        self.block = block;
        self.block.clear();
        Ok(())
    }

    /// The file from its beginning, to be read.
    pub fn into_source(mut self) -> Result<(Source, Vec<u8>), Code> {
        self.flush()?;
        match self.to {
            To::Stdout => Ok((Source::Stdin(io::stdin()), b"-".to_vec())),
            To::File(mut file, name) => {
                file.seek(SeekFrom::Start(0)).map_err(|why| fault("read failed", &name, &why))?;
                Ok((Source::File(file), name))
            }
        }
    }
}
