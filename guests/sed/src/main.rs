//! sed, ed and tac; which one runs is chosen by the base name of argv[0].
#![forbid(unsafe_code)]

mod compile;
mod ed;
mod execute;
mod input;
mod options;
mod output;
mod replace;
mod script;
mod tac;

use std::process::ExitCode;
use sunaba_gnu::bytes;

fn main() -> ExitCode {
    sunaba_process::enter();
    let args = bytes::args();
    let rest = args.get(1..).unwrap_or_default();
    let code = match args.first().map(|arg| bytes::tool_name(arg)).as_deref() {
        Some("ed" | "red") => ed::run(rest),
        Some("tac") => tac::run(rest),
        _ => sed(rest),
    };
    ExitCode::from(u8::try_from(code).unwrap_or(1))
}

fn sed(args: &[Vec<u8>]) -> i32 {
    match options::read(args) {
        Ok((settings, text)) => match compile::compile(&text, &settings) {
            Ok(program) => execute::run(program, settings),
            Err(fault) => {
                eprintln!("sed: {fault}");
                1
            }
        },
        Err(code) => code,
    }
}
