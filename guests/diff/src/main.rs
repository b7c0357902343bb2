//! diff, cmp and patch: which tool runs is chosen by the base name of argv[0].
#![forbid(unsafe_code)]

mod cmp;
mod diff;
mod patch;

use std::process::ExitCode;
use sunaba_gnu::{bytes, output};

fn main() -> ExitCode {
    sunaba_process::enter();
    let args = bytes::args();
    let name = args.first().map(|arg| bytes::tool_name(arg)).unwrap_or_default();
    let rest = args.get(1..).unwrap_or_default();
    let code = match name.as_str() {
        "cmp" => cmp::run(rest),
        "diff" => diff::run(rest),
        "patch" => patch::run(rest),
        _ => {
            output::complain("diff", &format!("no such tool: {name}"));
            127
        }
    };
    ExitCode::from(u8::try_from(code).unwrap_or(2))
}
