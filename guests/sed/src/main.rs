//! GNU sed.
#![forbid(unsafe_code)]

mod compile;
mod execute;
mod input;
mod options;
mod output;
mod replace;
mod script;

use std::process::ExitCode;
use sunaba_gnu::bytes;

fn main() -> ExitCode {
    sunaba_process::enter();
    let args = bytes::args();
    let code = match options::read(args.get(1..).unwrap_or_default()) {
        Ok((settings, text)) => match compile::compile(&text, &settings) {
            Ok(program) => execute::run(program, settings),
            Err(fault) => {
                eprintln!("sed: {fault}");
                1
            }
        },
        Err(code) => code,
    };
    ExitCode::from(u8::try_from(code).unwrap_or(1))
}
