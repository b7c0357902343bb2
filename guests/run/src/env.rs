//! env.

use crate::launch;
use sunaba_gnu::options::{Opt, flag, maybe, value};
use sunaba_gnu::output::{Out, complain};
use sunaba_gnu::quote::quoted;
use sunaba_gnu::{bytes, error};

const OPTIONS: &[Opt] = &[
    flag('i', "ignore-environment"), flag('0', "null"), value('u', "unset"), value('C', "chdir"), value('S', "split-string"),
    flag('v', "debug"), maybe('\0', "block-signal"), maybe('\0', "default-signal"), maybe('\0', "ignore-signal"), value('a', "argv0"),
    flag('\0', "help"), flag('\0', "version"),
];

const HELP: &str = "Usage: env [OPTION]... [-] [NAME=VALUE]... [COMMAND [ARG]...]
Set each NAME to VALUE in the environment and run COMMAND.

  -i, --ignore-environment  start with an empty environment
  -0, --null                end each output line with NUL, not newline
  -u, --unset=NAME          remove variable from the environment
  -C, --chdir=DIR           change working directory to DIR
  -S, --split-string=S      process and split S into separate arguments
      --help                display this help and exit
      --version             output version information and exit

If no COMMAND, print the resulting environment.
";

pub fn run(args: &[Vec<u8>]) -> i32 {
    let args = match expand(args) {
        Ok(args) => args,
        Err(fault) => {
            complain("env", &fault);
            return 125;
        }
    };
    let items = match launch::options("env", &args, OPTIONS, HELP, 125) {
        Ok(items) => items,
        Err(code) => return code,
    };
    let (options, mut operands) = launch::split(items);
    let (mut empty, mut end, mut unset, mut folder) = (false, b'\n', Vec::new(), None);
    for (name, argument) in options {
        match name.as_str() {
            "ignore-environment" => empty = true,
            "null" => end = 0,
            "unset" => unset.extend(argument),
            "chdir" => folder = argument,
            _ => {}
        }
    }
    if operands.first().is_some_and(|first| first == b"-") {
        operands.remove(0);
        empty = true;
    }
    let assigned = operands.iter().take_while(|word| word.contains(&b'=')).count();
    let words = operands.split_off(assigned);
    let mut set: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
    for word in operands {
        let cut = word.iter().position(|&b| b == b'=').unwrap_or(word.len());
        let name = word[..cut].to_vec();
        set.retain(|(known, _)| *known != name);
        set.push((name, word[cut + 1..].to_vec()));
    }
    if words.is_empty() {
        if folder.is_some() {
            complain("env", "must specify command with --chdir (-C)\nTry 'env --help' for more information.");
            return 125;
        }
        return print(empty, &unset, set, end);
    }
    if end == 0 {
        complain("env", "cannot specify --null (-0) with command\nTry 'env --help' for more information.");
        return 125;
    }
    let mut command = launch::command(&words);
    if empty {
        command.env_clear();
    }
    for name in &unset {
        command.env_remove(name);
    }
    for (name, value) in &set {
        command.env(name, value);
    }
    if let Some(folder) = folder {
        match std::fs::canonicalize(bytes::path(&folder)) {
            Ok(path) if path.is_dir() => {
                command.current_dir(bytes::of(path.as_os_str()));
            }
            Ok(_) => {
                complain("env", &format!("cannot change directory to {}: Not a directory", quoted(&folder)));
                return 125;
            }
            Err(fault) => {
                complain("env", &format!("cannot change directory to {}: {}", quoted(&folder), error::text(&fault)));
                return 125;
            }
        }
    }
    launch::run("env", command, &words[0])
}

fn print(empty: bool, unset: &[Vec<u8>], set: Vec<(Vec<u8>, Vec<u8>)>, end: u8) -> i32 {
    let mut all: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
    if !empty {
        all.extend(std::env::vars_os().map(|(name, value)| (bytes::into_vec(name), bytes::into_vec(value))));
        all.retain(|(name, _)| !unset.contains(name));
    }
    for (name, value) in set {
        match all.iter_mut().find(|(known, _)| *known == name) {
            Some(entry) => entry.1 = value,
            None => all.push((name, value)),
        }
    }
    let mut out = Out::new("env");
    for (name, value) in all {
        out.put(&name);
        out.put(b"=");
        out.put(&value);
        out.put(&[end]);
    }
    out.flush();
    0
}

/// Replaces `-S TEXT` by the words of the text.
fn expand(args: &[Vec<u8>]) -> Result<Vec<Vec<u8>>, String> {
    let mut out = Vec::new();
    let mut rest = args.iter();
    while let Some(arg) = rest.next() {
        let text = if arg == b"-S" || arg == b"--split-string" {
            match rest.next() {
                Some(text) => text.clone(),
                None => return Err("option requires an argument -- 'S'\nTry 'env --help' for more information.".into()),
            }
        } else if let Some(text) = arg.strip_prefix(b"--split-string=").or_else(|| arg.strip_prefix(b"-S")) {
            text.to_vec()
        } else {
            out.push(arg.clone());
            if !arg.starts_with(b"-") && !arg.contains(&b'=') {
                break;
            }
            continue;
        };
        out.extend(words(&text)?);
    }
    out.extend(rest.cloned());
    Ok(out)
}

fn words(text: &[u8]) -> Result<Vec<Vec<u8>>, String> {
    let mut out = Vec::new();
    let mut word: Option<Vec<u8>> = None;
    let mut quote = 0;
    let mut bytes = text.iter().copied();
    while let Some(b) = bytes.next() {
        match b {
            b'\'' | b'"' if quote == 0 => {
                quote = b;
                word.get_or_insert_default();
            }
            _ if b == quote => quote = 0,
            b'\\' if quote != b'\'' => {
                let next = bytes.next().ok_or("invalid backslash at end of string in -S")?;
                let escaped = match next {
                    b'n' => b'\n',
                    b't' => b'\t',
                    b'_' => b' ',
                    other => other,
                };
                word.get_or_insert_default().push(escaped);
            }
            b' ' | b'\t' | b'\n' if quote == 0 => out.extend(word.take()),
            _ => word.get_or_insert_default().push(b),
        }
    }
    if quote != 0 {
        return Err("no terminating quote in -S string".into());
    }
    out.extend(word);
    Ok(out)
}
