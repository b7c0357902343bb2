//! The input files as one stream of lines, with a line of look-ahead for `$`.

use crate::options::Settings;
use std::io::{self, BufRead, BufReader, Read};
use sunaba_gnu::stream::Source;
use sunaba_gnu::{bytes, error, stdin};

pub struct Input {
    files: std::vec::IntoIter<Vec<u8>>,
    current: Option<BufReader<Piecewise>>,
    /// Name of the file that the current line came from.
    pub name: Vec<u8>,
    separate: bool,
    in_place: bool,
    follow: bool,
    /// No more is read than is needed.
    unbuffered: bool,
    end: u8,
    ahead: Option<Line>,
    pub line: u64,
    /// 0, or the status that a file which could not be read asks for.
    pub code: i32,
}

pub struct Line {
    pub text: Vec<u8>,
    /// The line ended with its terminator.
    pub ended: bool,
    /// A new file begins with this line; its name.
    pub opens: Option<Vec<u8>>,
}

impl Input {
    pub fn new(settings: &Settings) -> Input {
        Input {
            files: settings.files.clone().into_iter(),
            current: None,
            name: b"-".to_vec(),
            separate: settings.separate,
            in_place: settings.in_place,
            follow: settings.in_place && settings.follow,
            unbuffered: settings.unbuffered,
            end: if settings.null_data { 0 } else { b'\n' },
            ahead: None,
            line: 0,
            code: 0,
        }
    }

    /// The next line; counts it.
    pub fn next(&mut self) -> Option<Line> {
        let line = match self.ahead.take() {
            Some(line) => Some(line),
            None => self.read(),
        }?;
        if let Some(name) = &line.opens {
            self.name = name.clone();
            if self.separate {
                self.line = 0;
            }
        }
        self.line += 1;
        Some(line)
    }

    /// Whether the current line is the last: of its file, where files are separate.
    pub fn is_last(&mut self) -> bool {
        if self.ahead.is_none() {
            self.ahead = self.read();
        }
        match &self.ahead {
            None => true,
            Some(line) => self.separate && line.opens.is_some(),
        }
    }

    /// Whether there is no line at all after the current one.
    pub fn is_over(&mut self) -> bool {
        if self.ahead.is_none() {
            self.ahead = self.read();
        }
        self.ahead.is_none()
    }

    fn read(&mut self) -> Option<Line> {
        let mut opens = None;
        loop {
            if self.current.is_none() {
                let name = self.files.next()?;
                match self.open(&name) {
                    Ok(reader) => {
                        self.current = Some(reader);
                        opens = Some(name);
                    }
                    Err((text, code)) => {
                        eprintln!("sed: {text}");
                        self.code = self.code.max(code);
                        if code == 4 && !self.in_place {
                            self.files = Vec::new().into_iter();
                        }
                        continue;
                    }
                }
            }
            let Some(reader) = &mut self.current else { continue };
            let mut text = Vec::new();
            match reader.read_until(self.end, &mut text) {
                Ok(0) => self.current = None,
                Ok(_) => {
                    let ended = text.last() == Some(&self.end);
                    if ended {
                        text.pop();
                    }
                    return Some(Line { text, ended, opens });
                }
                Err(fault) => {
                    eprintln!("sed: read error on {}: {}", bytes::lossy(opens.as_deref().unwrap_or(&self.name)), error::text(&fault));
                    self.code = 2;
                    self.current = None;
                }
            }
        }
    }

    /// Standard input stands behind the current line again, where that is possible.
    pub fn give_back(&self) {
        if let Some(reader) = &self.current
            && matches!(reader.get_ref().0, Source::Stdin(_))
        {
            let ahead = self.ahead.as_ref().map_or(0, |line| line.text.len() + usize::from(line.ended));
            stdin::give_back(reader.buffer().len() + ahead);
        }
    }

    fn open(&self, name: &[u8]) -> Result<BufReader<Piecewise>, (String, i32)> {
        let fault = |e: io::Error| (format!("can't read {}: {}", bytes::lossy(name), error::text(&e)), 2);
        if name != b"-" {
            let path = bytes::path(name);
            if self.follow && let Ok(target) = std::fs::read_link(path) && let Err(e) = std::fs::canonicalize(path) {
                return Err((format!("couldn't readlink {}: {}", bytes::lossy(bytes::of(target.as_os_str())), error::text(&e)), 4));
            }
            let metadata = std::fs::metadata(path).map_err(fault)?;
            if metadata.is_dir() {
                let text = if self.in_place {
                    format!("couldn't edit {}: not a regular file", bytes::lossy(name))
                } else {
                    format!("read error on {}: Is a directory", bytes::lossy(name))
                };
                return Err((text, 4));
            }
        }
        Ok(BufReader::with_capacity(if self.unbuffered { 1 } else { 1 << 16 }, Piecewise(Source::open(name).map_err(fault)?)))
    }
}

/// Reads go straight to the descriptor.
struct Piecewise(Source);

impl Read for Piecewise {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}
