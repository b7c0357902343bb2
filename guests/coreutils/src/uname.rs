//! uname: what scripts ask it for.

use sunaba_gnu::options::{Item, Opt, Order, flag, parse};
use sunaba_gnu::output::{complain, say, version};

const OPTIONS: &[Opt] = &[
    flag('a', "all"), flag('s', "kernel-name"), flag('n', "nodename"), flag('r', "kernel-release"), flag('v', "kernel-version"), flag('m', "machine"),
    flag('p', "processor"), flag('i', "hardware-platform"), flag('o', "operating-system"), flag('\0', "help"), flag('\0', "version"),
];

/// The tools are those of a GNU system, so scripts that ask are told so; the machine is told as it is.
const FIELDS: &[(&str, &str)] = &[
    ("kernel-name", "Linux"), ("nodename", "sunaba"), ("kernel-release", "6.1.0-sunaba"), ("kernel-version", "#1 Sunaba"), ("machine", "wasm32"),
    ("processor", "unknown"), ("hardware-platform", "unknown"), ("operating-system", "GNU/Linux"),
];

pub fn run(args: &[Vec<u8>]) -> i32 {
    let items = match parse(args, OPTIONS, Order::Anywhere) {
        Ok(items) => items,
        Err(fault) => {
            complain("uname", &format!("{fault}\nTry 'uname --help' for more information."));
            return 1;
        }
    };
    let mut asked = Vec::new();
    for item in items {
        match item {
            Item::Operand(name) => {
                complain("uname", &format!("extra operand {}\nTry 'uname --help' for more information.", sunaba_gnu::quote::quoted(&name)));
                return 1;
            }
            Item::Option(name, _) if name == "help" => {
                say("Usage: uname [OPTION]...\nPrint certain system information.  With no OPTION, same as -s.\n\n  -a, --all  -s  -n  -r  -v  -m  -p  -i  -o\n      --help     display this help and exit\n      --version  output version information and exit\n");
                return 0;
            }
            Item::Option(name, _) if name == "version" => {
                say(&version("uname"));
                return 0;
            }
            Item::Option(name, _) => asked.push(name),
        }
    }
    if asked.is_empty() {
        asked.push("kernel-name".into());
    }
    let all = asked.iter().any(|name| name == "all");
    let words: Vec<&str> = FIELDS.iter().filter(|(name, value)| if all { *value != "unknown" } else { asked.iter().any(|a| a == name) }).map(|(_, value)| *value).collect();
    say(&format!("{}\n", words.join(" ")));
    0
}
