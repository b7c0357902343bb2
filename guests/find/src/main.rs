//! find.
#![forbid(unsafe_code)]

mod action;
mod date;
mod expression;
mod format;
mod parse;
mod test;
mod walk;

use std::process::ExitCode;
use sunaba_gnu::bytes;

fn main() -> ExitCode {
    sunaba_process::enter();
    let args = bytes::args();
    let code = match parse::command_line(args.get(1..).unwrap_or_default()) {
        Ok(command) => walk::run(command),
        Err(parse::End::Said) => 0,
        Err(parse::End::Fault(text)) => {
            eprintln!("find: {text}");
            1
        }
    };
    ExitCode::from(u8::try_from(code).unwrap_or(1))
}
