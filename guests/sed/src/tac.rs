//! tac: the records of each file in reverse.

use sunaba_gnu::stream::{Source, put};
use sunaba_gnu::options::{self, Opt, flag, value};
use sunaba_gnu::output::complain;
use sunaba_gnu::regex::{Matcher, Syntax, translate};
use sunaba_gnu::{bytes, error, quote};

const OPTIONS: &[Opt] =
    &[flag('b', "before"), flag('r', "regex"), value('s', "separator"), flag('\0', "help"), flag('\0', "version")];

const HELP: &str = "Usage: tac [OPTION]... [FILE]...
Write each FILE to standard output, last line first.

With no FILE, or when FILE is -, read standard input.

  -b, --before             attach the separator before instead of after
  -r, --regex              interpret the separator as a regular expression
  -s, --separator=STRING   use STRING as the separator instead of newline
      --help        display this help and exit
      --version     output version information and exit
";

enum Separator {
    Text(Vec<u8>),
    Pattern(Matcher),
}

pub fn run(args: &[Vec<u8>]) -> i32 {
    let (options, mut names) = match options::simple("tac", args, OPTIONS, HELP) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let (mut before, mut regex, mut separator) = (false, false, b"\n".to_vec());
    for (name, argument) in options {
        match name.as_str() {
            "before" => before = true,
            "regex" => regex = true,
            _ => separator = argument,
        }
    }
    let separator = if regex {
        if separator.is_empty() {
            complain("tac", "separator cannot be empty");
            return 1;
        }
        match translate(&separator, Syntax::default(), 0).and_then(|pattern| Matcher::new(&pattern, false)) {
            Ok(matcher) => Separator::Pattern(matcher),
            Err(fault) => {
                complain("tac", &fault);
                return 1;
            }
        }
    } else {
        Separator::Text(if separator.is_empty() { vec![0] } else { separator })
    };
    if names.is_empty() {
        names.push(b"-".to_vec());
    }
    let mut code = 0;
    for name in &names {
        let source = match Source::open(name) {
            Ok(source) => source,
            Err(fault) => {
                complain("tac", &format!("failed to open {} for reading: {}", quote::quoted(name), error::text(&fault)));
                code = 1;
                continue;
            }
        };
        match source.read_to_end() {
            Ok(text) => put("tac", &reversed(&text, &separator, before)),
            Err(fault) => {
                let shown = if name == b"-" { "standard input".into() } else { bytes::lossy(name) };
                // GNU's seeks before it reads, and it is the seek that fails on a folder.
                let folder = fault.kind() == std::io::ErrorKind::IsADirectory;
                let text = if folder { "Invalid argument".to_owned() } else { error::text(&fault) };
                complain("tac", &format!("{shown}: read error: {text}"));
                code = 1;
            }
        }
    }
    code
}

fn reversed(text: &[u8], separator: &Separator, before: bool) -> Vec<u8> {
    let mut cuts = vec![0];
    let mut at = 0;
    while let Some((start, end)) = next(text, separator, at) {
        cuts.push(if before { start } else { end });
        at = end;
    }
    cuts.push(text.len());
    let mut out = Vec::with_capacity(text.len());
    cuts.windows(2).rev().for_each(|pair| out.extend_from_slice(&text[pair[0]..pair[1]]));
    out
}

fn next(text: &[u8], separator: &Separator, at: usize) -> Option<(usize, usize)> {
    match separator {
        Separator::Text(wanted) => {
            let first = wanted[0];
            let mut from = at;
            loop {
                let start = from + text.get(from..)?.iter().position(|&b| b == first)?;
                if text[start..].starts_with(wanted) {
                    return Some((start, start + wanted.len()));
                }
                from = start + 1;
            }
        }
        Separator::Pattern(matcher) => {
            let mut from = at;
            while from <= text.len() {
                let (start, end) = matcher.find_at(text, from)?;
                if end > start {
                    return Some((start, end));
                }
                from = end + 1;
            }
            None
        }
    }
}
