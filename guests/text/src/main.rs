//! Small tools that show files; which one runs is chosen by the base name of argv[0].
#![forbid(unsafe_code)]

mod amount;
mod cat;
mod column;
mod condition;
mod dd;
mod endings;
mod file;
mod follow;
mod head;
mod hexdump;
mod identity;
mod input;
mod mktemp;
mod names;
mod pager;
mod rev;
mod strings;
mod tail;
mod tree;
mod uu;
mod wc;
mod xxd;

use std::process::ExitCode;
use sunaba_gnu::{bytes, output};

fn main() -> ExitCode {
    sunaba_process::enter();
    let args = bytes::args();
    let name = args.first().map(|arg| bytes::tool_name(arg)).unwrap_or_default();
    let rest = args.get(1..).unwrap_or_default();
    let code = match name.as_str() {
        "[" | "test" => condition::run(&name, rest),
        "basename" | "dirname" => names::run(&name, rest),
        "cat" => cat::run(rest),
        // Nothing waits to be written.
        "clear" | "sync" => 0,
        "column" => column::run(rest),
        "dd" => dd::run(rest),
        "dos2unix" | "unix2dos" => endings::run(&name, rest),
        "file" => file::run(rest),
        "groups" | "hostname" | "id" | "whoami" => identity::run(&name, rest),
        "head" => head::run(rest),
        "hd" | "hexdump" => hexdump::run(&name, rest),
        "less" | "more" => pager::run(&name, rest),
        "mktemp" => mktemp::run(rest),
        "rev" => rev::run(rest),
        "strings" => strings::run(rest),
        "tail" => tail::run(rest),
        "tree" => tree::run(rest),
        "uudecode" => uu::decode(rest),
        "uuencode" => uu::encode(rest),
        "wc" => wc::run(rest),
        "xxd" => xxd::run(rest),
        _ => {
            output::complain("text", &format!("no such tool: {name}"));
            127
        }
    };
    ExitCode::from(u8::try_from(code).unwrap_or(1))
}
