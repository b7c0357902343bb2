//! What belongs to a person at a keyboard: only as much as scripts ask of it.

use super::Outcome;
use crate::shell::Shell;
use crate::vars::Bytes;
use crate::world::{FileKind, Sys, World};

pub fn compgen(shell: &mut Shell, args: &[Bytes]) -> Outcome {
    let found = match shell.options_of(
        args,
        "abcdefgjksuvo:A:G:W:F:C:X:P:S:",
        "compgen [-abcdefgjksuv] [-o option] [-A action] [-G globpat] [-W wordlist] [-F function] [-C command] [-X filterpat] [-P prefix] [-S suffix] [word]",
    ) {
        Ok(found) => found,
        Err(status) => return Ok(status),
    };
    let prefix = args.get(found.rest).cloned().unwrap_or_default();
    let mut words: Vec<Bytes> = Vec::new();
    let action = found.value(b'A').map(|text| String::from_utf8_lossy(text).into_owned()).unwrap_or_default();
    let wants = |letter: u8, name: &str| found.has(letter) || action == name;
    let sorted = |mut all: Vec<Bytes>| {
        all.sort();
        all.dedup();
        all
    };
    if wants(b'a', "alias") {
        words.extend(sorted(shell.aliases.keys().cloned().collect()));
    }
    if wants(b'c', "command") {
        let mut all: Vec<Bytes> = shell.builtins.keys().map(|name| name.to_vec()).collect();
        all.extend(shell.functions.keys().cloned());
        all.extend(shell.aliases.keys().cloned());
        let path = shell.var_text(crate::special::PATH)?.unwrap_or_default();
        for dir in path.split(|&c| c == b':') {
            all.extend(Sys::read_dir(dir).unwrap_or_default().into_iter().map(|item| item.0));
        }
        words.extend(sorted(all));
    }
    if wants(b'b', "builtin") {
        words.extend(sorted(shell.builtins.keys().map(|name| name.to_vec()).collect()));
    }
    if wants(b'k', "keyword") {
        for word in ["if", "then", "else", "elif", "fi", "case", "esac", "for", "select", "while", "until", "do", "done", "in", "function", "time", "{", "}", "!", "[[", "]]", "coproc"] {
            words.push(word.as_bytes().to_vec());
        }
    }
    if action == "function" {
        words.extend(sorted(shell.functions.keys().cloned().collect()));
    }
    if wants(b'v', "variable") || wants(b'e', "export") {
        let exported = !wants(b'v', "variable");
        words.extend(
            shell
                .vars
                .all()
                .into_iter()
                .filter(|(sym, _)| !exported || shell.vars.get(*sym).is_some_and(|var| var.has(crate::vars::EXPORT)))
                .map(|(_, name)| name.to_vec()),
        );
    }
    if action == "shopt" || action == "setopt" {
        let names = if action == "shopt" { crate::options::Shopts::NAMES } else { crate::options::Options::NAMES };
        words.extend(names.iter().map(|item| item.0.as_bytes().to_vec()));
    }
    if action == "signal" {
        words.extend(crate::traps::SIGNALS.iter().map(|item| format!("SIG{}", item.0).into_bytes()));
    }
    if wants(b'f', "file") || wants(b'd', "directory") {
        let split = prefix.iter().rposition(|&c| c == b'/').map_or(0, |at| at + 1);
        let dir = if split == 0 { shell.cwd.clone() } else { shell.path(&prefix[..split]) };
        let mut all = Vec::new();
        for (name, kind) in Sys::read_dir(&dir).unwrap_or_default() {
            if wants(b'f', "file") || kind == FileKind::Dir {
                all.push([&prefix[..split], &name].concat());
            }
        }
        words.extend(sorted(all));
    }
    if let Some(list) = found.value(b'W').cloned() {
        let expanded = shell.expand_double(&list)?;
        let mut fields = crate::fields::Fields::default();
        let ifs = shell.ifs.clone();
        fields.split(&expanded, &ifs);
        fields.finish();
        words.extend(fields.out.into_iter().map(|field| field.text));
    }
    if let Some(pattern) = found.value(b'G').cloned() {
        let mut fields = crate::fields::Fields::default();
        fields.active(&pattern);
        fields.finish();
        if let Some(field) = fields.out.first() {
            let field = field.clone();
            words.extend(shell.glob_names(&field));
        }
    }
    words.retain(|word| word.starts_with(&prefix));
    if let Some(filter) = found.value(b'X').cloned() {
        let (negated, text) = match filter.strip_prefix(b"!") {
            Some(rest) => (true, rest.to_vec()),
            None => (false, filter),
        };
        let flavour = shell.flavour(false);
        let pattern = shell.pattern(text, flavour);
        words.retain(|word| pattern.matches(word) == negated);
    }
    if words.is_empty() {
        return Ok(1);
    }
    let (before, after) = (found.value(b'P').cloned().unwrap_or_default(), found.value(b'S').cloned().unwrap_or_default());
    let out: Bytes = words.iter().flat_map(|word| [&before[..], word, &after, b"\n"].concat()).collect();
    Ok(shell.put_out("compgen", &out))
}

/// Completions are kept, though nobody will press the key.
pub fn complete(shell: &mut Shell, args: &[Bytes]) -> Outcome {
    const USAGE: &str = "complete [-abcdefgjksuv] [-pr] [-DEI] [-o option] [-A action] [-G globpat] [-W wordlist] [-F function] [-C command] [-X filterpat] [-P prefix] [-S suffix] [name ...]";
    if let Err(status) = shell.options_of(args, "abcdefgjksuvprDEIo:A:G:W:F:C:X:P:S:", USAGE) {
        return Ok(status);
    }
    if args.iter().any(|arg| arg == b"-p") || args.len() == 1 {
        let mut lines: Vec<Bytes> =
            shell.completions.iter().filter(|(name, _)| name.first() != Some(&0)).map(|(_, line)| line.clone()).collect();
        lines.sort();
        let out = lines.concat();
        return Ok(shell.put_out("complete", &out));
    }
    if args[1] == b"-r" {
        if args.len() == 2 {
            shell.completions.retain(|name, _| name.first() == Some(&0));
        }
        for name in &args[2..] {
            shell.completions.remove(name);
        }
        return Ok(0);
    }
    if let Some(name) = args.last() {
        let line = [&args.join(&b' ')[..], b"\n"].concat();
        shell.completions.insert(name.clone(), line);
    }
    Ok(0)
}

pub fn compopt(shell: &mut Shell, _: &[Bytes]) -> Outcome {
    shell.fail("compopt", b"not currently executing completion function");
    Ok(1)
}

pub fn history(shell: &mut Shell, args: &[Bytes]) -> Outcome {
    const USAGE: &str = "history [-c] [-d offset] [n] or history -anrw [filename] or history -ps arg [arg...]";
    Ok(shell.options_of(args, "cd:anrwps", USAGE).err().unwrap_or(0))
}

pub fn fc(shell: &mut Shell, args: &[Bytes]) -> Outcome {
    if args.iter().any(|arg| arg == b"-l") {
        return Ok(0);
    }
    shell.fail("fc", b"no command found");
    Ok(1)
}

pub fn bind(shell: &mut Shell, _: &[Bytes]) -> Outcome {
    shell.fail("bind", b"warning: line editing not enabled");
    Ok(0)
}
