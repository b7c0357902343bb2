//! sort: which way the lines go.
#![forbid(unsafe_code)]

mod check;
mod input;
mod key;
mod keydef;
mod line;
mod merge;
mod number;
mod options;
mod output;
mod runs;

use input::{Code, fault};
use options::Settings;
use std::process::ExitCode;
use sunaba_gnu::{bytes, status};

fn main() -> ExitCode {
    sunaba_process::enter();
    let args = bytes::args();
    let code = match options::read(args.get(1..).unwrap_or_default()).and_then(|settings| run(&settings)) {
        Ok(code) | Err(code) => code,
    };
    ExitCode::from(u8::try_from(code).unwrap_or(2))
}

fn run(s: &Settings) -> Result<Code, Code> {
    if let Some(loud) = s.check {
        return check::check(s, loud);
    }
    // What cannot be read or written is told before anything is done.
    for name in s.files.iter().filter(|name| *name != b"-") {
        status::stat(name).map_err(|why| fault("cannot read", name, &why))?;
    }
    if let Some(name) = &s.output {
        std::fs::File::options().append(true).create(true).open(bytes::path(name)).map_err(|why| fault("open failed", name, &why))?;
    }
    if s.merge { runs::merge_files(s)? } else { runs::sort(s)? }
    Ok(0)
}
