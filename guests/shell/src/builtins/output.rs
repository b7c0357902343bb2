//! `echo`

use super::Outcome;
use crate::quote::{Escape, Kind, escape, push_char};
use crate::shell::Shell;
use crate::vars::Bytes;

pub fn echo(shell: &mut Shell, args: &[Bytes]) -> Outcome {
    let mut newline = true;
    let mut escapes = shell.shopts.xpg_echo;
    let mut at = 1;
    while let Some(arg) = args.get(at) {
        let is_option = arg.len() > 1 && arg[0] == b'-' && arg[1..].iter().all(|c| matches!(c, b'n' | b'e' | b'E'));
        if !is_option {
            break;
        }
        for c in &arg[1..] {
            match c {
                b'n' => newline = false,
                b'e' => escapes = true,
                _ => escapes = false,
            }
        }
        at += 1;
    }
    let mut out = Vec::new();
    'words: for (i, arg) in args[at..].iter().enumerate() {
        if i > 0 {
            out.push(b' ');
        }
        if !escapes {
            out.extend_from_slice(arg);
            continue;
        }
        if expand_escapes(arg, &mut out, Kind::Echo) {
            newline = false;
            break 'words;
        }
    }
    if newline {
        out.push(b'\n');
    }
    Ok(shell.put_out("echo", &out))
}

/// Adds the text with its escapes carried out; true: `\c` ends all output.
pub fn expand_escapes(text: &[u8], out: &mut Vec<u8>, kind: Kind) -> bool {
    let mut at = 0;
    while at < text.len() {
        if text[at] != b'\\' || at + 1 == text.len() {
            out.push(text[at]);
            at += 1;
            continue;
        }
        at += 1;
        match escape(text, &mut at, kind) {
            Escape::Byte(c) => out.push(c),
            Escape::Char(c) => push_char(out, c),
            Escape::Stop => return true,
            Escape::None => {}
        }
    }
    false
}
