//! GNU tar's common part: create, append, list and extract, with gzip.

mod create;
mod extract;
mod options;
mod pattern;

use std::io;

use sunaba_gnu::bytes::lossy;
use sunaba_gnu::error::text;
use sunaba_gnu::output::{complain, say, version};

use options::{Action, Fault, Options};

pub fn main(args: &[Vec<u8>]) -> i32 {
    let options = match options::parse(args) {
        Ok(options) => options,
        Err(Fault::Help) => {
            say(options::HELP);
            return 0;
        }
        Err(Fault::Version) => {
            say(&version("tar"));
            return 0;
        }
        Err(Fault::Usage(text)) => {
            complain("tar", &format!("{text}\nTry 'tar --help' or 'tar --usage' for more information."));
            return if text.contains("option '--") || text.starts_with("invalid option") { 64 } else { 2 };
        }
        Err(Fault::Fatal(text)) => return fatal(&text),
    };
    let mut run = Run { options, failed: false, stripped: Vec::new() };
    let done = match run.options.action {
        Action::Create | Action::Append => create::create(&mut run),
        Action::List | Action::Extract => extract::read(&mut run),
    };
    match done {
        Ok(()) if run.failed => {
            complain("tar", "Exiting with failure status due to previous errors");
            2
        }
        Ok(()) => 0,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => 141,
        Err(error) => fatal(&text(&error)),
    }
}

fn fatal(text: &str) -> i32 {
    complain("tar", text);
    complain("tar", "Error is not recoverable: exiting now");
    2
}

/// One run of tar and what it has met.
pub struct Run {
    pub options: Options,
    /// Something failed, and the rest was done.
    pub failed: bool,
    /// Leading parts that were taken off: each is said once.
    pub stripped: Vec<Vec<u8>>,
}

impl Run {
    pub fn fault(&mut self, text: &str) {
        complain("tar", text);
        self.failed = true;
    }

    pub fn file_fault(&mut self, name: &[u8], what: &str, error: &io::Error) {
        self.fault(&format!("{}: {what}: {}", lossy(name), text(error)));
    }

    /// A member's name without what would lead out.
    pub fn inward<'a>(&mut self, name: &'a [u8], what: &str) -> &'a [u8] {
        if self.options.absolute_names {
            return name;
        }
        let (cut, rest) = crate::files::inward(name);
        if !cut.is_empty() && !self.stripped.iter().any(|known| known == cut) {
            self.stripped.push(cut.to_vec());
            complain("tar", &format!("Removing leading `{}' from {what}", lossy(cut)));
        }
        rest
    }
}
