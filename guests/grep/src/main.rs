//! grep, egrep, fgrep and rg: which tool runs is chosen by the base name of argv[0].
#![forbid(unsafe_code)]

mod fancy;
mod grep;

use std::process::ExitCode;
use sunaba_gnu::bytes;

fn main() -> ExitCode {
    sunaba_process::enter();
    let args = bytes::args();
    let name = args.first().map(|arg| bytes::tool_name(arg)).unwrap_or_default();
    let rest = args.get(1..).unwrap_or_default();
    let code = grep::run(&name, rest);
    ExitCode::from(u8::try_from(code).unwrap_or(2))
}
