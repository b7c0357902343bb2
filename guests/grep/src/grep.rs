//! GNU grep.

mod files;
mod options;
mod pattern;
mod print;

use options::{Action, Settings};
use pattern::Patterns;
use print::Printer;
use std::io;
use sunaba_gnu::output::Out;
use sunaba_gnu::stream::PIECE;
use sunaba_gnu::{bytes, error};

pub fn run(name: &str, args: &[Vec<u8>]) -> i32 {
    let settings = match options::read(name, args) {
        Ok(settings) => settings,
        Err(code) => return code,
    };
    if settings.most == Some(0) {
        return 1;
    }
    let patterns = match Patterns::compile(&settings) {
        Ok(patterns) => patterns,
        Err(fault) => {
            eprintln!("grep: {fault}");
            return 2;
        }
    };
    let mut grep = Grep { searcher: pattern::searcher(&settings), out: Out::new("grep"), small: vec![0; PIECE / 2], settings, patterns, matched: false, failed: false, separate: false, stopped: None, width: files::WIDEST };
    if grep.settings.by_line {
        grep.out.write_by_line();
    }
    files::all(&mut grep);
    grep.out.flush();
    match (grep.failed, grep.matched, grep.settings.quiet) {
        (true, true, true) => 0,
        (true, _, _) => 2,
        (false, true, _) => 0,
        (false, false, _) => 1,
    }
}

pub struct Grep {
    settings: Settings,
    patterns: Patterns,
    searcher: grep_searcher::Searcher,
    out: Out,
    /// What a small file is read into.
    small: Vec<u8>,
    matched: bool,
    failed: bool,
    /// Whether lines of a group were printed before: groups with context are parted by `--`.
    separate: bool,
    /// Where in the last input the last of the most lines ended that were asked for.
    stopped: Option<u64>,
    /// With -T: as wide as the greatest number of the input that is searched may be.
    width: usize,
}

impl Grep {
    pub fn complain(&mut self, name: &[u8], fault: &io::Error) {
        self.failed = true;
        if !self.settings.no_messages {
            self.out.flush();
            eprintln!("grep: {}: {}", bytes::lossy(name), error::text(fault));
        }
    }

    /// Searches one input; false: nothing more is to be read.
    pub fn search(&mut self, name: &[u8], input: impl io::Read) -> bool {
        let mut printer = Printer::new(&self.settings, &self.patterns, &mut self.out, name, self.separate, self.width);
        let result = self.patterns.search(&mut self.searcher, input, &mut printer);
        let (count, separate) = (printer.count(), printer.separate());
        let binary = printer.binary();
        self.stopped = printer.stopped();
        self.separate = separate;
        if let Err(fault) = result {
            self.complain(name, &fault);
            if count == 0 {
                return true;
            }
        }
        let selected = count > 0;
        match self.settings.action {
            Action::FilesWithout => {
                if !selected {
                    self.name_only(name);
                }
                self.matched |= selected;
                return true;
            }
            Action::FilesWith if selected => self.name_only(name),
            Action::Count => {
                print::prefix(&mut self.out, &self.settings, name, b':');
                self.out.text(&format!("{count}\n"));
            }
            Action::Lines if binary && selected && !self.settings.quiet => {
                self.out.flush();
                eprintln!("grep: {}: binary file matches", bytes::lossy(name));
            }
            _ => {}
        }
        self.matched |= selected;
        !(self.settings.quiet && selected)
    }

    fn name_only(&mut self, name: &[u8]) {
        if self.settings.quiet {
            return;
        }
        print::coloured(&mut self.out, &self.settings, "35", name);
        self.out.put(if self.settings.null { b"\0" } else { b"\n" });
    }
}
