//! GNU tar's common part: create, append, list and extract, with gzip.

mod compare;
mod create;
mod delete;
mod extract;
mod options;
mod pattern;
mod transform;

use std::io;

use sunaba_gnu::bytes::lossy;
use sunaba_gnu::error::text;
use sunaba_gnu::output::{complain, say, version};

use options::{Action, Fault, Options};
use transform::Transform;

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
    let mut transforms = Vec::new();
    for expression in &options.transform {
        match Transform::parse(expression) {
            Ok(more) => transforms.extend(more),
            Err(text) => return fatal(&text),
        }
    }
    let mut run = Run { options, transforms, failed: false, differs: false, stripped: Vec::new() };
    let done = match run.options.action {
        Action::Create | Action::Append => create::create(&mut run),
        Action::List | Action::Extract | Action::Compare => extract::read(&mut run),
        Action::Delete => delete::delete(&mut run),
    };
    match done {
        Ok(()) if run.failed => {
            complain("tar", "Exiting with failure status due to previous errors");
            2
        }
        Ok(()) => i32::from(run.differs),
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
    pub transforms: Vec<Transform>,
    /// Something failed, and the rest was done.
    pub failed: bool,
    /// A file is not as its member.
    pub differs: bool,
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

    /// A member's name as `--transform` makes it.
    pub fn transformed(&self, name: &[u8]) -> Vec<u8> {
        self.transforms.iter().fold(name.to_vec(), |name, transform| transform.apply(&name))
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
