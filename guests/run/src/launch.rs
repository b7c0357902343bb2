//! Starting a command in place of this one, as far as a process without exec can.

use std::io;
use sunaba_gnu::options::{Item, Opt, Order, parse};
use sunaba_gnu::output::{complain, say, version};
use sunaba_gnu::quote::quoted;
use sunaba_gnu::error;
use sunaba_process::Command;

/// 127 where there is no such command, 126 where it cannot be run.
pub fn failure_code(fault: &io::Error) -> i32 {
    if fault.kind() == io::ErrorKind::NotFound { 127 } else { 126 }
}

/// The command and its arguments, ready to be started.
pub fn command(words: &[Vec<u8>]) -> Command {
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]);
    command
}

/// Runs to the end; the status is the command's.
pub fn run(tool: &str, mut command: Command, name: &[u8]) -> i32 {
    match command.status() {
        Ok(status) => status.shell_code(),
        Err(fault) => {
            complain(tool, &format!("{}: {}", quoted(name), error::text(&fault)));
            failure_code(&fault)
        }
    }
}

/// Parses options that end at the first operand; prints help, version and faults itself.
pub fn options(tool: &str, args: &[Vec<u8>], options: &[Opt], help: &str, fault_code: i32) -> Result<Vec<Item>, i32> {
    let items = parse(args, options, Order::First).map_err(|fault| {
        complain(tool, &format!("{fault}\nTry '{tool} --help' for more information."));
        fault_code
    })?;
    for item in &items {
        if let Item::Option(name, _) = item {
            if name == "help" {
                say(help);
                return Err(0);
            }
            if name == "version" {
                say(&version(tool));
                return Err(0);
            }
        }
    }
    Ok(items)
}

/// The operands, and the options without them.
pub fn split(items: Vec<Item>) -> (Vec<(String, Option<Vec<u8>>)>, Vec<Vec<u8>>) {
    let (mut options, mut operands) = (Vec::new(), Vec::new());
    for item in items {
        match item {
            Item::Option(name, argument) => options.push((name, argument)),
            Item::Operand(text) => operands.push(text),
        }
    }
    (options, operands)
}
