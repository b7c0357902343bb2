//! The coreutils: which tool runs is chosen by the base name of argv[0].
#![forbid(unsafe_code)]

mod backup;
mod check;
mod chmod;
mod cp;
mod crates;
mod df;
mod du;
mod folders;
mod install;
mod ln;
mod ls;
mod mkdir;
mod mv;
mod stat;
mod uname;

use std::process::ExitCode;
use sunaba_gnu::{bytes, output};

fn main() -> ExitCode {
    sunaba_process::enter();
    let mut args = bytes::args();
    let name = args.first().map(|arg| bytes::tool_name(arg)).unwrap_or_default();
    if let Some(first) = args.first_mut() {
        *first = name.clone().into_bytes();
    }
    let code = match name.as_str() {
        "chmod" => chmod::run(&args[1..]),
        "cp" => cp::run(&args[1..]),
        "df" => df::run(&args[1..]),
        "du" => du::run(&args[1..]),
        "install" => install::run(&args[1..]),
        "ln" => ln::run(&args[1..]),
        "ls" | "dir" | "vdir" => ls::run(&name, &args[1..]),
        "mkdir" => mkdir::run(&args[1..]),
        "mv" => {
            let (rest, code) = mv::run(&args[1..]);
            match rest {
                None => code,
                Some(rest) => {
                    let words = std::iter::once(b"mv".to_vec()).chain(rest).map(bytes::os_string).collect();
                    crates::run("mv", words).unwrap_or(127).max(code)
                }
            }
        }
        "uname" => uname::run(&args[1..]),
        "stat" => stat::run(&args[1..]),
        _ => match crates::run(&name, args.into_iter().map(bytes::os_string).collect()) {
            Some(code) => code,
            None => {
                output::complain("coreutils", &format!("no such tool: {name}"));
                127
            }
        },
    };
    ExitCode::from(u8::try_from(code).unwrap_or(1))
}
