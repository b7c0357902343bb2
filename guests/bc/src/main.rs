//! bc.
#![forbid(unsafe_code)]

mod decimal;
mod input;
mod lex;
mod library;
mod machine;
mod parse;

use input::Input;
use machine::{Flow, Machine};
use std::process::ExitCode;
use sunaba_gnu::options::{Item, Opt, Order, flag, parse as parse_options, value};
use sunaba_gnu::output::{complain, say, version};
use sunaba_gnu::bytes;

const HELP: &str = "usage: bc [options] [file ...]
  -h  --help         print this usage and exit
  -i  --interactive  accepted
  -l  --mathlib      use the predefined math routines
  -q  --quiet        don't print initial banner
  -s  --standard, -w  --warn  accepted
  -v  --version      print version information and exit
";

fn main() -> ExitCode {
    sunaba_process::enter();
    let args = bytes::args();
    ExitCode::from(u8::try_from(run(args.get(1..).unwrap_or_default())).unwrap_or(1))
}

fn run(args: &[Vec<u8>]) -> i32 {
    const OPTIONS: &[Opt] = &[
        flag('h', "help"), flag('i', "interactive"), flag('l', "mathlib"), flag('q', "quiet"), flag('s', "standard"), flag('w', "warn"),
        flag('v', "version"), value('e', "expression"),
    ];
    let items = match parse_options(args, OPTIONS, Order::Anywhere) {
        Ok(items) => items,
        Err(fault) => {
            complain("bc", &fault);
            eprint!("{HELP}");
            return 1;
        }
    };
    let mut machine = Machine::new();
    let mut names = Vec::new();
    for item in items {
        match item {
            Item::Operand(name) => names.push(name),
            Item::Option(option, _) => match option.as_str() {
                "mathlib" => machine.use_library(),
                "help" => {
                    say(HELP);
                    return 0;
                }
                "version" => {
                    say(&version("bc"));
                    return 0;
                }
                _ => {}
            },
        }
    }
    names.push(b"-".to_vec());
    for name in &names {
        let Ok(mut input) = Input::open(name) else {
            machine.flush();
            eprintln!("File {} is unavailable.", bytes::lossy(name));
            return 1;
        };
        let shown = if name == b"-" { "(standard_in)".into() } else { bytes::lossy(name) };
        if let Flow::Quit = machine.run(&mut input, &shown) {
            break;
        }
    }
    machine.flush();
    0
}
