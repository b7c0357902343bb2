//! What GNU's tools say before they begin: a fault in the options, a missing operand, the version.
//!
//! uutils' crates word these as clap does; here they are worded as the GNU C library and coreutils word them.

use clap::{ArgAction, Command};
use std::ffi::OsString;
use sunaba_gnu::bytes;
use sunaba_gnu::options::{Item, Opt, Order, Takes, parse};
use sunaba_gnu::output::{complain, say};
use sunaba_gnu::quote::quoted;

/// Tools whose arguments are no options in getopt's sense.
const WITHOUT_OPTIONS: &[&str] = &["echo", "expr", "false", "printf", "true", "yes"];

/// Tools that take `-5` or `+3`.
const OBSOLETE: &[&str] = &["expand", "fmt", "fold", "join", "od", "pr", "seq", "split", "unexpand", "uniq"];

/// The status with which the tool ends at once, if it does.
pub fn before(name: &str, args: &[OsString], app: fn() -> Command) -> Option<i32> {
    if WITHOUT_OPTIONS.contains(&name) {
        return None;
    }
    let args: Vec<Vec<u8>> = args.iter().skip(1).map(|arg| bytes::of(arg).to_vec()).collect();
    let dashed = args.iter().any(|arg| arg.len() > 1 && arg[0] == b'-');
    let (operands, named_target) = if dashed {
        if OBSOLETE.contains(&name) && args.iter().any(|arg| obsolete(arg)) {
            return None;
        }
        let mut app = app();
        app.build();
        let names: Vec<(char, String, Takes)> = app.get_arguments().filter(|a| !a.is_positional()).flat_map(spellings).collect();
        // Long names live as long as the program: they are few, and the tool runs once.
        let options: Vec<Opt> =
            names.into_iter().map(|(short, long, takes)| Opt { short, long: Box::leak(long.into_boxed_str()), takes }).collect();
        let items = match parse(&args, &options, Order::Anywhere) {
            Ok(items) => items,
            Err(fault) => return Some(refuse(name, &fault)),
        };
        if items.iter().any(|item| matches!(item, Item::Option(option, _) if option == "version")) {
            say(&format!("{name} (Sunaba) {}\nFrom uutils coreutils {}, licence MIT.\n", env!("CARGO_PKG_VERSION"), uucore_version(&app)));
            return Some(0);
        }
        if items.iter().any(|item| matches!(item, Item::Option(option, _) if option == "help")) {
            return None;
        }
        let named = |wanted: &[&str]| items.iter().any(|item| matches!(item, Item::Option(option, _) if wanted.contains(&option.as_str())));
        if name == "truncate" && !named(&["size", "reference"]) {
            return Some(refuse(name, "you must specify either '--size' or '--reference'"));
        }
        if let Some(code) = items.iter().find_map(|item| if let Item::Option(option, Some(text)) = item { argument(name, option, text) } else { None }) {
            return Some(code);
        }
        let target = items.iter().any(|item| matches!(item, Item::Option(option, _) if option == "target-directory"));
        let operands: Vec<Vec<u8>> = items.into_iter().filter_map(|item| if let Item::Operand(text) = item { Some(text) } else { None }).collect();
        (operands, target)
    } else {
        if name == "truncate" {
            return Some(refuse(name, "you must specify either '--size' or '--reference'"));
        }
        (args, false)
    };
    missing(name, &operands, named_target).map(|fault| refuse(name, &fault))
}

fn uucore_version(app: &Command) -> String {
    app.get_version().unwrap_or("").trim_start_matches("(uutils coreutils) ").to_owned()
}

fn refuse(name: &str, fault: &str) -> i32 {
    complain(name, &format!("{fault}\nTry '{name} --help' for more information."));
    1
}

/// Arguments that the crates word in their own way.
fn argument(name: &str, option: &str, text: &[u8]) -> Option<i32> {
    let shown = quoted(text);
    let number = || std::str::from_utf8(text).ok().and_then(|text| text.trim_start_matches('+').parse::<u64>().ok());
    let fault = |text: String| {
        complain(name, &text);
        Some(1)
    };
    match (name, option) {
        ("date", "set") => fault("cannot set date: Operation not permitted".into()),
        ("nl", "body-numbering" | "header-numbering" | "footer-numbering") if !matches!(text, b"a" | b"t" | b"n" | [b'p', ..]) => {
            let part = option.split('-').next().unwrap_or_default();
            Some(refuse(name, &format!("invalid {part} numbering style: {shown}")))
        }
        ("nl", "number-width") if number().is_none() => fault(format!("invalid line number field width: {shown}")),
        ("nl", "number-width") if number() == Some(0) => fault(format!("invalid line number field width: {shown}: Numerical result out of range")),
        ("shuf", "head-count") if text.is_empty() || !text.iter().all(u8::is_ascii_digit) => fault(format!("invalid line count: {shown}")),
        ("shuf", "input-range") if !range(text) => fault(format!("invalid input range: {shown}")),
        ("uniq", "skip-fields" | "skip-chars" | "check-chars") if number().is_none() => {
            let what = if option == "skip-fields" { "fields to skip" } else if option == "skip-chars" { "bytes to skip" } else { "bytes to compare" };
            fault(format!("{}: invalid number of {what}", bytes::lossy(text)))
        }
        ("touch", "time") if !["atime", "access", "use", "mtime", "modify"].iter().any(|word| !text.is_empty() && word.as_bytes().starts_with(text)) => Some(refuse(
            name,
            &format!("invalid argument {shown} for '--time'\nValid arguments are:\n  - 'atime', 'access', 'use'\n  - 'mtime', 'modify'"),
        )),
        ("touch", "date") if parse_datetime::parse_datetime(bytes::lossy(text)).is_err() => fault(format!("invalid date format {shown}")),
        ("numfmt", "to" | "from") => {
            let words: &[&str] = if option == "to" { &["none", "si", "iec", "iec-i"] } else { &["none", "auto", "si", "iec", "iec-i"] };
            let known = words.iter().any(|word| !text.is_empty() && word.as_bytes().starts_with(text));
            let list = words.iter().map(|word| format!("  - '{word}'")).collect::<Vec<_>>().join("\n");
            if known { None } else { Some(refuse(name, &format!("invalid argument {shown} for '--{option}'\nValid arguments are:\n{list}"))) }
        }
        ("seq", "format") => {
            let at = text.iter().position(|b| *b == b'%')?;
            let letter = text[at + 1..].iter().find(|b| !b"-+ #0'.123456789".contains(b))?;
            let good = b"aefgAEFG%L".contains(letter);
            if good { None } else { fault(format!("format {shown} has unknown %{} directive", *letter as char)) }
        }
        _ => None,
    }
}

/// `LO-HI`; one less than LO is a range of nothing.
fn range(text: &[u8]) -> bool {
    let text = bytes::lossy(text);
    let Some((low, high)) = text.split_once('-') else { return false };
    matches!((low.parse::<u64>(), high.parse::<u64>()), (Ok(low), Ok(high)) if low <= high.saturating_add(1))
}

/// `-5`, `+3`: forms that the tools themselves read.
fn obsolete(arg: &[u8]) -> bool {
    matches!(arg, [b'-', b'0'..=b'9', ..] | [b'+', ..])
}

fn spellings(arg: &clap::Arg) -> Vec<(char, String, Takes)> {
    let takes = match arg.get_action() {
        ArgAction::Set | ArgAction::Append => match arg.get_num_args() {
            Some(range) if range.min_values() == 0 => Takes::Maybe,
            _ => Takes::Value,
        },
        _ => Takes::Nothing,
    };
    let longs = arg.get_long_and_visible_aliases().unwrap_or_default().into_iter().chain(arg.get_all_aliases().unwrap_or_default());
    let mut all: Vec<String> = Vec::new();
    for long in longs {
        if !all.iter().any(|known| known == long) {
            all.push(long.to_owned());
        }
    }
    let shorts: Vec<char> = arg.get_short_and_visible_aliases().unwrap_or_default();
    let mut out: Vec<(char, String, Takes)> = Vec::new();
    for (i, long) in all.iter().enumerate() {
        out.push((if i == 0 { shorts.first().copied().unwrap_or('\0') } else { '\0' }, long.clone(), takes));
    }
    let first = if all.is_empty() { 0 } else { 1 };
    out.extend(shorts.iter().skip(first).map(|&short| (short, String::new(), takes)));
    out
}

/// What coreutils says when operands are missing.
fn missing(name: &str, operands: &[Vec<u8>], named_target: bool) -> Option<String> {
    let after = |text: &str, operand: &[u8]| format!("{text} after {}", quoted(operand));
    match (name, operands) {
        ("mv", []) => Some("missing file operand".into()),
        ("mv", [one]) if !named_target => Some(after("missing destination file operand", one)),
        ("rmdir" | "unlink" | "readlink" | "realpath" | "pathchk" | "mkfifo", []) => Some("missing operand".into()),
        ("touch", []) => Some("missing file operand".into()),
        ("link", []) => Some("missing operand".into()),
        ("link" | "join" | "comm", [one]) => Some(after("missing operand", one)),
        ("join" | "comm", []) => Some("missing operand".into()),
        ("seq" | "sleep", []) => Some("missing operand".into()),
        ("truncate", []) => Some("missing file operand".into()),
        ("seq", [_, _, _, extra, ..]) => Some(format!("extra operand {}", quoted(extra))),
        ("uniq", [_, _, extra, ..]) | ("tsort", [_, extra, ..]) => Some(format!("extra operand {}", quoted(extra))),
        ("csplit", [] | [_]) => Some(operands.first().map_or("missing operand".into(), |one| after("missing operand", one))),
        _ => None,
    }
}
