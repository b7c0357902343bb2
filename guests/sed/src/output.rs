//! Where sed writes: standard output, the file that is edited in place, and the files of `w`.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use sunaba_gnu::output::Out;
use sunaba_gnu::{bytes, error};

enum To {
    Standard,
    Edited(Vec<u8>),
    File(Vec<u8>, BufWriter<File>),
}

/// One output; it knows whether its last line still lacks a newline.
pub struct Output {
    to: To,
    missing: bool,
}

pub struct Outputs {
    standard: Out,
    main: Output,
    files: Vec<Output>,
    end: u8,
    unbuffered: bool,
}

impl Outputs {
    pub fn new(names: &[Vec<u8>], end: u8, unbuffered: bool) -> Result<Outputs, String> {
        let mut files = Vec::new();
        for name in names {
            let to = match name.as_slice() {
                b"/dev/stdout" => To::Standard,
                _ => To::File(
                    name.clone(),
                    BufWriter::new(File::create(bytes::path(name)).map_err(|e| format!("couldn't open file {}: {}", bytes::lossy(name), error::text(&e)))?),
                ),
            };
            files.push(Output { to, missing: false });
        }
        Ok(Outputs { standard: Out::new("sed"), main: Output { to: To::Standard, missing: false }, files, end, unbuffered })
    }

    /// What follows is the new content of a file.
    pub fn edit(&mut self) {
        self.main = Output { to: To::Edited(Vec::new()), missing: false };
    }

    /// The content since `edit`, and back to standard output.
    pub fn edited(&mut self) -> Option<Vec<u8>> {
        match std::mem::replace(&mut self.main, Output { to: To::Standard, missing: false }).to {
            To::Edited(text) => Some(text),
            _ => None,
        }
    }

    /// A line; without its terminator where the input's last line had none.
    pub fn line(&mut self, text: &[u8], ended: bool) {
        let end = self.end;
        put(&mut self.main, &mut self.standard, text, ended, end);
        if self.unbuffered {
            self.standard.flush();
        }
    }

    /// Text that has its newlines.
    pub fn text(&mut self, text: &[u8]) {
        raw(&mut self.main, &mut self.standard, text, self.end);
    }

    /// As `text`, for the content of a file, which may lack the last newline.
    pub fn content(&mut self, text: &[u8]) {
        raw(&mut self.main, &mut self.standard, text, self.end);
    }

    pub fn file_line(&mut self, index: usize, text: &[u8], ended: bool) {
        let end = self.end;
        let output = if matches!(self.files[index].to, To::Standard) { &mut self.main } else { &mut self.files[index] };
        put(output, &mut self.standard, text, ended, end);
        if let To::File(_, writer) = &mut output.to {
            // A file that is read back by `r` or by another program must be whole.
            let _ = writer.flush();
        }
    }

    pub fn flush(&mut self) {
        self.standard.flush();
        for file in &mut self.files {
            if let To::File(name, writer) = &mut file.to {
                report(name, writer.flush());
            }
        }
    }
}

fn put(output: &mut Output, standard: &mut Out, text: &[u8], ended: bool, end: u8) {
    raw(output, standard, text, end);
    if ended {
        write(output, standard, &[end]);
    } else {
        output.missing = true;
    }
}

fn raw(output: &mut Output, standard: &mut Out, text: &[u8], end: u8) {
    if std::mem::take(&mut output.missing) {
        write(output, standard, &[end]);
    }
    write(output, standard, text);
}

fn write(output: &mut Output, standard: &mut Out, text: &[u8]) {
    match &mut output.to {
        To::Standard => standard.put(text),
        To::Edited(content) => content.extend_from_slice(text),
        To::File(name, writer) => report(name, writer.write_all(text)),
    }
}

fn report(name: &[u8], result: io::Result<()>) {
    if let Err(fault) = result {
        eprintln!("sed: couldn't write to {}: {}", bytes::lossy(name), error::text(&fault));
        std::process::exit(4);
    }
}
