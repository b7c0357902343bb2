//! The text that bc reads, line by line as it comes.

use std::io;
use sunaba_gnu::bytes;
use sunaba_gnu::stream::{PIECE, Source};

pub struct Input {
    source: Source,
    /// What was read; from `at` on it is still to be taken.
    read: Vec<u8>,
    at: usize,
    ended: bool,
}

impl Input {
    /// `-` is standard input.
    pub fn open(name: &[u8]) -> io::Result<Input> {
        Ok(Input { source: Source::open(name)?, read: Vec::new(), at: 0, ended: false })
    }

    /// The next line may have to be waited for.
    pub fn is_dry(&self) -> bool {
        !self.read[self.at..].contains(&b'\n')
    }

    /// The next line with its newline, which the last one may lack. A fault of reading is the end.
    pub fn line(&mut self) -> Option<String> {
        let mut looked = self.at;
        loop {
            if let Some(end) = self.read[looked..].iter().position(|&b| b == b'\n') {
                let line = bytes::lossy(&self.read[self.at..=looked + end]).into_owned();
                self.at = looked + end + 1;
                return Some(line);
            }
            if self.ended {
                let line = bytes::lossy(&self.read[self.at..]).into_owned();
                self.at = self.read.len();
                return (!line.is_empty()).then_some(line);
            }
            self.read.drain(..self.at);
            self.at = 0;
            looked = self.read.len();
            self.read.resize(looked + PIECE, 0);
            let count = self.source.read(&mut self.read[looked..]).unwrap_or(0);
            self.read.truncate(looked + count);
            self.ended = count == 0;
        }
    }
}
