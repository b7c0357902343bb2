//! What find does with what it found: writing and running commands.

use crate::walk::Found;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use sunaba_gnu::output::Out;
use sunaba_gnu::{bytes, error, quote};

/// One of the outputs; 0 is standard output.
#[derive(Clone, Copy)]
pub struct Output(usize);

pub struct Outputs {
    standard: Out,
    files: Vec<(Vec<u8>, BufWriter<File>)>,
}

impl Outputs {
    pub fn new() -> Outputs {
        Outputs { standard: Out::new("find"), files: Vec::new() }
    }

    pub fn standard(&self) -> Output {
        Output(0)
    }

    pub fn open(&mut self, path: &[u8]) -> io::Result<Output> {
        if path == b"/dev/stdout" {
            return Ok(Output(0));
        }
        if let Some(index) = self.files.iter().position(|(known, _)| known == path) {
            return Ok(Output(index + 1));
        }
        self.files.push((path.to_vec(), BufWriter::new(File::create(bytes::path(path))?)));
        Ok(Output(self.files.len()))
    }

    pub fn write(&mut self, to: Output, text: &[u8]) {
        match to.0 {
            0 => self.standard.put(text),
            n => {
                if let Err(fault) = self.files[n - 1].1.write_all(text) {
                    eprintln!("find: {}: {}", bytes::lossy(&self.files[n - 1].0), error::text(&fault));
                }
            }
        }
    }

    pub fn flush(&mut self) {
        self.standard.flush();
        for (name, file) in &mut self.files {
            if let Err(fault) = file.flush() {
                eprintln!("find: {}: {}", bytes::lossy(name), error::text(&fault));
            }
        }
    }
}

/// Characters of one command line with `+`.
const COMMAND_LENGTH: usize = 131_072;

pub struct Command {
    words: Vec<Vec<u8>>,
    many: bool,
    in_folder: bool,
    ask: bool,
    waiting: Vec<Vec<u8>>,
    length: usize,
    folder: Vec<u8>,
    /// Whether a command of `+` failed: find's own status tells.
    pub failed: bool,
}

impl Command {
    pub fn new(words: Vec<Vec<u8>>, many: bool, in_folder: bool, ask: bool) -> Command {
        let length = words.iter().map(|w| w.len() + 1).sum();
        Command { words, many, in_folder, ask, waiting: Vec::new(), length, folder: Vec::new(), failed: false }
    }

    /// For one file; the value is whether the command succeeded. With `+` always true.
    pub fn run(&mut self, found: &Found, outputs: &mut Outputs) -> bool {
        let (name, folder) = if self.in_folder {
            ([b"./", found.base()].concat(), found.folder().to_vec())
        } else {
            (found.path.clone(), Vec::new())
        };
        if self.many {
            if (self.in_folder && folder != self.folder) || self.length + name.len() + 1 > COMMAND_LENGTH {
                self.finish(outputs);
            }
            self.folder = folder;
            self.length += name.len() + 1;
            self.waiting.push(name);
            return true;
        }
        let words: Vec<Vec<u8>> = self.words.iter().map(|word| replace(word, &name)).collect();
        if self.ask && !confirmed(&words, outputs) {
            return false;
        }
        self.start(&words, &folder, outputs)
    }

    /// Runs what still waits for a `+`.
    pub fn finish(&mut self, outputs: &mut Outputs) {
        if self.waiting.is_empty() {
            return;
        }
        let mut words = self.words.clone();
        words.append(&mut self.waiting);
        self.length = self.words.iter().map(|w| w.len() + 1).sum();
        let folder = self.folder.clone();
        if !self.start(&words, &folder, outputs) {
            self.failed = true;
        }
    }

    fn start(&mut self, words: &[Vec<u8>], folder: &[u8], outputs: &mut Outputs) -> bool {
        outputs.flush();
        let mut command = sunaba_process::Command::new(&words[0]);
        command.args(&words[1..]);
        if self.in_folder {
            let path = std::env::current_dir().unwrap_or_default().join(bytes::path(folder));
            let path = std::fs::canonicalize(&path).unwrap_or(path);
            command.current_dir(bytes::of(path.as_os_str()));
        }
        match command.status() {
            Ok(status) => status.success(),
            Err(fault) => {
                eprintln!("find: {}: {}", quote::quoted(&words[0]), error::text(&fault));
                self.failed |= self.many;
                false
            }
        }
    }
}

fn confirmed(words: &[Vec<u8>], outputs: &mut Outputs) -> bool {
    outputs.flush();
    let mut shown: Vec<String> = words.iter().map(|w| bytes::lossy(w).into_owned()).collect();
    shown.truncate(2);
    eprint!("< {} > ? ", shown.join(" ... "));
    let mut line = String::new();
    io::stdin().read_line(&mut line).is_ok() && line.trim_start().starts_with(['y', 'Y'])
}

fn replace(word: &[u8], name: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < word.len() {
        if word[at..].starts_with(b"{}") {
            out.extend_from_slice(name);
            at += 2;
        } else {
            out.push(word[at]);
            at += 1;
        }
    }
    out
}
