//! df: the sandbox has one file system, whose room the host does not tell.

use sunaba_gnu::options::{Item, Opt, Order, flag, maybe, parse, value};
use sunaba_gnu::output::{complain, say, version};
use sunaba_gnu::{bytes, error, status};

const OPTIONS: &[Opt] = &[
    flag('a', "all"), value('B', "block-size"), flag('h', "human-readable"), flag('H', "si"), flag('i', "inodes"), flag('k', ""),
    flag('l', "local"), maybe('\0', "output"), flag('P', "portability"), flag('T', "print-type"), value('t', "type"), value('x', "exclude-type"),
    flag('\0', "total"), flag('\0', "help"), flag('\0', "version"),
];

const HELP: &str = "Usage: df [OPTION]... [FILE]...
Show information about the file systems of the sandbox: /workspace and /tmp.
Their size is not known inside the sandbox and is shown as '-'.

  -h, --human-readable, -k, -T, -i, -P  accepted; the columns are the usual ones
      --help     display this help and exit
      --version  output version information and exit
";

pub fn run(args: &[Vec<u8>]) -> i32 {
    let items = match parse(args, OPTIONS, Order::Anywhere) {
        Ok(items) => items,
        Err(fault) => {
            complain("df", &format!("{fault}\nTry 'df --help' for more information."));
            return 1;
        }
    };
    let (mut human, mut types, mut names) = (false, false, Vec::new());
    for item in items {
        match item {
            Item::Operand(name) => names.push(name),
            Item::Option(option, _) => match option.as_str() {
                "human-readable" | "si" => human = true,
                "print-type" => types = true,
                "help" => {
                    say(HELP);
                    return 0;
                }
                "version" => {
                    say(&version("df"));
                    return 0;
                }
                _ => {}
            },
        }
    }
    let mut code = 0;
    let mut mounts: Vec<&str> = Vec::new();
    for name in &names {
        match status::stat(name) {
            Ok(_) => {
                let whole = std::env::current_dir().unwrap_or_default().join(bytes::path(name));
                mounts.push(if whole.starts_with("/tmp") { "/tmp" } else { "/workspace" });
            }
            Err(fault) => {
                complain("df", &format!("{}: {}", bytes::lossy(name), error::text(&fault)));
                code = 1;
            }
        }
    }
    if names.is_empty() {
        mounts = vec!["/workspace", "/tmp"];
    }
    if !mounts.is_empty() {
        let kind = if types { " Type  " } else { "" };
        let size = if human { " Size  Used Avail Use% Mounted on" } else { "1K-blocks  Used Available Use% Mounted on" };
        let mut text = format!("Filesystem    {kind} {size}\n");
        for mount in mounts {
            let kind = if types { " sunaba" } else { "" };
            let row = if human { "    -     -     -    -" } else { "        -     -         -    -" };
            text.push_str(&format!("sunaba        {kind} {row} {mount}\n"));
        }
        say(&text);
    }
    code
}
