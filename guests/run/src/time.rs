//! time, the program: elapsed time of a command; the kernel counts no processor time apart.

use crate::launch;
use std::io::Write;
use std::time::Instant;
use sunaba_gnu::bytes;
use sunaba_gnu::options::{Opt, flag, value};
use sunaba_gnu::output::complain;

const OPTIONS: &[Opt] = &[
    flag('a', "append"), value('f', "format"), value('o', "output"), flag('p', "portability"), flag('q', "quiet"), flag('v', "verbose"),
    flag('h', "help"), flag('V', "version"),
];

const HELP: &str = "Usage: time [-apqvV] [-f format] [-o file] [--append] [--verbose]
       [--portability] [--format=format] [--output=file] [--version]
       [--help] command [arg...]
Run COMMAND and tell how long it took. Processor time is not told apart: it is shown as the elapsed time.
";

const DEFAULT: &str = "%Uuser %Ssystem %Eelapsed %PCPU (%Xavgtext+%Davgdata %Mmaxresident)k\n%Iinputs+%Ooutputs (%Fmajor+%Rminor)pagefaults %Wswaps";
const PORTABLE: &str = "real %e\nuser %U\nsys %S";
const VERBOSE: &str = "\tCommand being timed: \"%C\"\n\tUser time (seconds): %U\n\tSystem time (seconds): %S\n\tPercent of CPU this job got: %P\n\tElapsed (wall clock) time (h:mm:ss or m:ss): %E\n\tMaximum resident set size (kbytes): %M\n\tExit status: %x";

pub fn run(args: &[Vec<u8>]) -> i32 {
    let items = match launch::options("time", args, OPTIONS, HELP, 125) {
        Ok(items) => items,
        Err(code) => return code,
    };
    let (options, words) = launch::split(items);
    let (mut format, mut file, mut append, mut quiet) = (DEFAULT.to_owned(), None, false, false);
    for (name, argument) in options {
        match name.as_str() {
            "append" => append = true,
            "format" => format = bytes::lossy(&argument.unwrap_or_default()).into_owned(),
            "output" => file = argument,
            "portability" => format = PORTABLE.into(),
            "verbose" => format = VERBOSE.into(),
            "quiet" => quiet = true,
            _ => {}
        }
    }
    if words.is_empty() {
        complain("time", "missing program to run\nTry 'time --help' for more information.");
        return 125;
    }
    let start = Instant::now();
    let (code, status) = match launch::command(&words).status() {
        Ok(status) => (status.shell_code(), Some(status)),
        Err(fault) => {
            complain("time", &format!("cannot run {}: {}", bytes::lossy(&words[0]), sunaba_gnu::error::text(&fault)));
            (launch::failure_code(&fault), None)
        }
    };
    let seconds = start.elapsed().as_secs_f64();
    let mut text = String::new();
    if let Some(status) = status.filter(|status| !status.success() && !quiet) {
        match status.signal() {
            Some(signal) => text.push_str(&format!("Command terminated by signal {signal}\n")),
            None => text.push_str(&format!("Command exited with non-zero status {code}\n")),
        }
    }
    text.push_str(&report(&format, seconds, code, &words));
    text.push('\n');
    let written = match file {
        Some(file) => std::fs::OpenOptions::new()
            .create(true)
            .append(append)
            .write(true)
            .truncate(!append)
            .open(bytes::path(&file))
            .and_then(|mut to| to.write_all(text.as_bytes())),
        None => std::io::stderr().write_all(text.as_bytes()),
    };
    if let Err(fault) = written {
        complain("time", &sunaba_gnu::error::text(&fault));
    }
    code
}

fn report(format: &str, seconds: f64, code: i32, words: &[Vec<u8>]) -> String {
    let mut out = String::new();
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        match (c, if c == '%' || c == '\\' { chars.next() } else { None }) {
            ('%', Some('e' | 'U')) => out.push_str(&format!("{seconds:.2}")),
            ('%', Some('S')) => out.push_str("0.00"),
            ('%', Some('E')) => out.push_str(&format!("{}:{:05.2}", seconds as u64 / 60, seconds % 60.0)),
            ('%', Some('P')) => out.push_str("100%"),
            ('%', Some('x')) => out.push_str(&code.to_string()),
            ('%', Some('C')) => out.push_str(&bytes::lossy(&words.join(&b' '))),
            ('%', Some('%')) => out.push('%'),
            ('%', Some(_)) => out.push('0'),
            ('\\', Some('n')) => out.push('\n'),
            ('\\', Some('t')) => out.push('\t'),
            ('\\', Some(other)) => out.push(other),
            (c, _) => out.push(c),
        }
    }
    out
}
