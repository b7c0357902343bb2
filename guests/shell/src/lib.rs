//! A shell that behaves like GNU bash 5.2.
#![deny(unsafe_code)]

mod arith;
mod assign;
mod ast;
mod brace;
mod builtins;
mod charset;
mod declare;
mod exec;
mod expand;
mod external;
mod fds;
mod fields;
mod glob;
mod jobs;
mod names;
mod options;
mod params;
mod parse;
mod pattern;
mod print;
mod quote;
mod redirect;
mod regex;
mod run;
mod shell;
mod special;
mod state;
mod subshell;
mod testing;
mod traps;
mod values;
mod vars;
mod world;

use std::ffi::OsString;

#[cfg(unix)]
use std::os::unix::ffi::OsStringExt;
#[cfg(target_os = "wasi")]
use std::os::wasi::ffi::OsStringExt;

use world::World;

/// What the program was started with.
pub struct Entry {
    args: Vec<Vec<u8>>,
    env: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Entry {
    pub fn from_process() -> Entry {
        let bytes = |text: OsString| text.into_vec();
        Entry {
            args: std::env::args_os().map(bytes).collect(),
            env: std::env::vars_os().map(|(name, value)| (bytes(name), bytes(value))).collect(),
        }
    }
}

/// Runs the shell; the status to exit with.
pub fn run(entry: Entry) -> i32 {
    run::main(entry.args, entry.env)
}

/// Natively: no signal is delivered to this thread any more.
#[cfg(not(target_os = "wasi"))]
pub fn leave_signals_to_others() {
    world::block_signals();
}

pub fn exit_with(status: i32) -> ! {
    world::Sys::exit(status)
}
