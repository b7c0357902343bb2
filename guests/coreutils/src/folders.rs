//! Folders given as files: preview1 says of them that their descriptor is bad, GNU's tools that they are folders.

use std::ffi::OsString;
use std::path::Path;
use sunaba_gnu::output::{complain, say};
use sunaba_gnu::{bytes, quote, status};

pub enum Aside {
    /// There was no folder.
    Run(Vec<OsString>),
    /// What is left without them.
    Rest(Vec<OsString>),
    Done(i32),
}

/// Names the folders among the operands of a tool that reads files. `args` begin with the tool's name.
pub fn aside(name: &str, args: Vec<OsString>) -> Aside {
    if name == "tr" {
        let folder = status::stat(b"/dev/stdin").is_ok_and(|found| found.kind == status::Kind::Directory);
        if folder {
            complain(name, "read error: Is a directory");
            return Aside::Done(1);
        }
    }
    let whole = matches!(name, "base32" | "base64" | "basenc" | "join" | "shuf" | "split" | "tsort" | "uniq");
    if !(whole || matches!(name, "expand" | "fold" | "od" | "paste" | "unexpand" | "sum")) {
        return Aside::Run(args);
    }
    // The value of an option is no operand: only words that do not follow one are looked at.
    let mut after_option = false;
    let mut found = Vec::new();
    let mut rest = Vec::new();
    let mut operands = 0;
    for (at, arg) in args.into_iter().enumerate() {
        let text = bytes::of(&arg);
        let option = text.len() > 1 && text.starts_with(b"-");
        let folder = at > 0 && !option && !after_option && Path::new(&arg).is_dir();
        operands += usize::from(at > 0 && !option);
        after_option = option && text.len() == 2;
        if folder { found.push(arg) } else { rest.push(arg) }
    }
    if found.is_empty() {
        return Aside::Run(rest);
    }
    for folder in &found {
        let shown = bytes::of(folder);
        complain(
            name,
            &match name {
                "split" => format!("{}: Is a directory", quote::maybe(shown)),
                "uniq" => format!("error reading {}", quote::quoted(shown)),
                _ if whole => "read error: Is a directory".to_owned(),
                _ => format!("{}: Is a directory", quote::maybe(shown)),
            },
        );
    }
    if whole || operands == found.len() {
        if name == "od" {
            say("0000000\n");
        }
        return Aside::Done(1);
    }
    Aside::Rest(rest)
}
