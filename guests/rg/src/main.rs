//! rg, over the crates that ripgrep itself is made of.
#![forbid(unsafe_code)]

mod files;
mod matcher;
mod options;
mod output;
mod search;

use std::process::ExitCode;
use sunaba_gnu::bytes;

fn main() -> ExitCode {
    sunaba_process::enter();
    let args = bytes::args();
    let code = match options::read(args.get(1..).unwrap_or_default()) {
        Ok(settings) => search::run(settings),
        Err(code) => code,
    };
    ExitCode::from(u8::try_from(code).unwrap_or(2))
}
