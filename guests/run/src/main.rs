//! The tools that run other tools; which one is chosen by the base name of argv[0].
#![forbid(unsafe_code)]

mod env;
mod launch;
mod time;
mod timeout;
mod which;
mod wrap;
mod xargs;

use std::process::ExitCode;
use sunaba_gnu::{bytes, output};

fn main() -> ExitCode {
    sunaba_process::enter();
    let args = bytes::args();
    let name = args.first().map(|arg| bytes::tool_name(arg)).unwrap_or_default();
    let rest = args.get(1..).unwrap_or_default();
    let code = match name.as_str() {
        "env" => env::run(rest),
        "nice" => wrap::nice(rest),
        "nohup" => wrap::nohup(rest),
        "setsid" => wrap::setsid(rest),
        "stdbuf" => wrap::stdbuf(rest),
        "time" => time::run(rest),
        "timeout" => timeout::run(rest),
        "which" => which::run(rest),
        "xargs" => xargs::run(rest),
        _ => {
            output::complain("run", &format!("no such tool: {name}"));
            127
        }
    };
    ExitCode::from(u8::try_from(code).unwrap_or(1))
}
