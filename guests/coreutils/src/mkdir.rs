//! mkdir.

use std::io;
use sunaba_gnu::options::{Item, Opt, Order, flag, parse, value};
use sunaba_gnu::output::{complain, say, version};
use sunaba_gnu::quote::quoted;
use sunaba_gnu::status::{self, Kind};
use sunaba_gnu::{bytes, error};
use sunaba_process::{Links, chmod};

const OPTIONS: &[Opt] =
    &[value('m', "mode"), flag('p', "parents"), flag('v', "verbose"), flag('\0', "help"), flag('\0', "version")];

const HELP: &str = "Usage: mkdir [OPTION]... DIRECTORY...
Create the DIRECTORY(ies), if they do not already exist.

  -m, --mode=MODE   set file mode (as in chmod), not a=rwx - umask
  -p, --parents     no error if existing, make parent directories as needed
  -v, --verbose     print a message for each created directory
      --help        display this help and exit
      --version     output version information and exit
";

pub fn run(args: &[Vec<u8>]) -> i32 {
    let items = match parse(args, OPTIONS, Order::Anywhere) {
        Ok(items) => items,
        Err(fault) => return usage(&fault),
    };
    let (mut parents, mut verbose, mut mode, mut names) = (false, false, None, Vec::new());
    for item in items {
        match item {
            Item::Operand(name) => names.push(name),
            Item::Option(option, argument) => match option.as_str() {
                "parents" => parents = true,
                "verbose" => verbose = true,
                "mode" => {
                    let text = argument.unwrap_or_default();
                    mode = status::parse_mode(&bytes::lossy(&text), 0o777, true, 0o022);
                    if mode.is_none() {
                        complain("mkdir", &format!("invalid mode {}", quoted(&text)));
                        return 1;
                    }
                }
                "help" => {
                    say(HELP);
                    return 0;
                }
                _ => {
                    say(&version("mkdir"));
                    return 0;
                }
            },
        }
    }
    if names.is_empty() {
        return usage("missing operand");
    }
    let mut code = 0;
    for name in &names {
        let made = if parents { make_all(name, verbose) } else { make(name, verbose) };
        let made = made.and_then(|()| match mode {
            Some(mode) => chmod(bytes::path(name), Links::Follow, mode).map_err(|e| (name.clone(), e)),
            None => Ok(()),
        });
        if let Err((name, fault)) = made {
            complain("mkdir", &format!("cannot create directory {}: {}", quoted(&name), error::text(&fault)));
            code = 1;
        }
    }
    code
}

fn usage(fault: &str) -> i32 {
    complain("mkdir", &format!("{fault}\nTry 'mkdir --help' for more information."));
    1
}

type Made = Result<(), (Vec<u8>, io::Error)>;

fn make(name: &[u8], verbose: bool) -> Made {
    std::fs::create_dir(bytes::path(name)).map_err(|e| (name.to_vec(), e))?;
    if verbose {
        say(&format!("mkdir: created directory {}\n", quoted(name)));
    }
    Ok(())
}

fn make_all(name: &[u8], verbose: bool) -> Made {
    let mut ends: Vec<usize> = (1..name.len()).filter(|&i| name[i] == b'/' && name[i - 1] != b'/').collect();
    ends.push(name.len());
    for end in ends {
        let part = &name[..end];
        match status::stat(part) {
            Ok(found) if found.kind == Kind::Directory => {}
            Ok(_) if end < name.len() => return Err((part.to_vec(), io::ErrorKind::NotADirectory.into())),
            Ok(_) => return Err((part.to_vec(), io::ErrorKind::AlreadyExists.into())),
            Err(_) => match make(part, verbose) {
                // Another process may have made it meanwhile.
                Err((_, e)) if e.kind() == io::ErrorKind::AlreadyExists && bytes::path(part).is_dir() => {}
                other => other?,
            },
        }
    }
    Ok(())
}
