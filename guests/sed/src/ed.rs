//! ed, the line editor.

mod address;
mod buffer;
mod commands;
mod substitute;

use sunaba_gnu::stream::{Source, put};
use buffer::Buffer;
use std::collections::VecDeque;
use std::rc::Rc;
use sunaba_gnu::options::{self, Opt, flag, value};
use sunaba_gnu::regex::{Matcher, Syntax, translate};
use sunaba_gnu::{bytes, error};

const OPTIONS: &[Opt] = &[
    flag('E', "extended-regexp"),
    flag('r', ""),
    flag('G', "traditional"),
    flag('l', "loose-exit-status"),
    value('p', "prompt"),
    flag('s', "quiet"),
    flag('\0', "silent"),
    flag('v', "verbose"),
    flag('h', "help"),
    flag('V', "version"),
];

const HELP: &str = "Usage: ed [options] [file]
A line-oriented text editor; commands come from standard input.

  -h, --help                 display this help and exit
  -V, --version              output version information and exit
  -E, --extended-regexp      use extended regular expressions
  -l, --loose-exit-status    exit with 0 status even if a command fails
  -p, --prompt=STRING        use STRING as an interactive prompt
  -s, --quiet, --silent      suppress diagnostics and byte counts
  -v, --verbose              be verbose; equivalent to the 'H' command
";

type Fault = String;

/// What is printed behind a command.
#[derive(Clone, Copy, Default)]
struct Suffix {
    print: bool,
    list: bool,
    number: bool,
}

#[derive(Default)]
struct Ed {
    buffer: Buffer,
    name: Vec<u8>,
    commands: VecDeque<Vec<u8>>,
    /// The commands of `g` for one line; they take the place of standard input.
    inner: Option<VecDeque<Vec<u8>>>,
    pattern: Option<Rc<Matcher>>,
    substitution: Option<substitute::Last>,
    cut: Vec<Vec<u8>>,
    fault: Fault,
    verbose: bool,
    silent: bool,
    extended: bool,
    prompt: Vec<u8>,
    prompting: bool,
    /// The last command was refused for unwritten changes: said again, it is done.
    warned: bool,
}

/// How a command went on.
enum Next {
    Go,
    End,
}

pub fn run(args: &[Vec<u8>]) -> i32 {
    let (options, names) = match options::simple("ed", args, OPTIONS, HELP) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let (mut ed, mut loose) = (Ed { prompt: b"*".to_vec(), ..Ed::default() }, false);
    for (name, argument) in options {
        match name.as_str() {
            "extended-regexp" | "r" => ed.extended = true,
            "loose-exit-status" => loose = true,
            "prompt" => (ed.prompt, ed.prompting) = (argument, true),
            "quiet" | "silent" => ed.silent = true,
            "verbose" => ed.verbose = true,
            _ => {}
        }
    }
    let text = Source::Stdin(std::io::stdin()).read_to_end().unwrap_or_default();
    ed.commands = text.split_inclusive(|&b| b == b'\n').map(|line| line.strip_suffix(b"\n").unwrap_or(line).to_vec()).collect();
    let mut code = 0;
    if let Some(name) = names.first().filter(|name| name.as_slice() != b"-") {
        ed.name = name.clone();
        if let Err(fault) = ed.load(name, 0) {
            ed.fault = fault;
            code = 1;
        }
        ed.buffer.modified = false;
        ed.buffer.forget();
    }
    loop {
        if ed.prompting {
            put("ed", &ed.prompt.clone());
        }
        let Some(line) = ed.commands.pop_front() else {
            if !ed.buffer.modified || ed.warned {
                return if loose { 0 } else { code };
            }
            ed.complain("Warning: buffer modified".into());
            return if loose { 0 } else { 1.max(code) };
        };
        match commands::execute(&mut ed, &line) {
            Ok(Next::Go) => {}
            Ok(Next::End) => return if loose { 0 } else { code },
            Err(fault) => {
                ed.complain(fault);
                code = 1;
            }
        }
    }
}

impl Ed {
    fn complain(&mut self, fault: Fault) {
        put("ed", b"?\n");
        if self.verbose {
            put("ed", format!("{fault}\n").as_bytes());
        }
        self.fault = fault;
    }

    fn in_global(&self) -> bool {
        self.inner.is_some()
    }

    fn read_line(&mut self) -> Option<Vec<u8>> {
        match &mut self.inner {
            Some(lines) => lines.pop_front(),
            None => self.commands.pop_front(),
        }
    }

    /// The lines of `a`, `c` and `i`, up to the one that is a period.
    fn read_text(&mut self) -> Vec<Vec<u8>> {
        let mut lines = Vec::new();
        while let Some(line) = self.read_line() {
            if line == b"." {
                break;
            }
            lines.push(line);
        }
        lines
    }

    /// For `u`; within `g` the whole of it is one change.
    fn remember(&mut self) {
        if !self.in_global() {
            self.buffer.remember();
        }
    }

    /// An empty pattern is the last one.
    fn compile(&mut self, pattern: &[u8]) -> Result<Rc<Matcher>, Fault> {
        if pattern.is_empty() {
            return self.pattern.clone().ok_or("No previous pattern".into());
        }
        let syntax = Syntax { extended: self.extended, ..Syntax::default() };
        let matcher = Rc::new(translate(pattern, syntax, 0).and_then(|pattern| Matcher::new(&pattern, false))?);
        self.pattern = Some(matcher.clone());
        Ok(matcher)
    }

    /// The next line that matches, round the end of the buffer.
    fn search(&mut self, pattern: &[u8], forward: bool) -> Result<usize, Fault> {
        let matcher = self.compile(pattern)?;
        let count = self.buffer.last();
        let current = self.buffer.current;
        (1..=count)
            .map(|step| {
                // Line 0 stands before the first: both ways lead round it.
                let at = if forward { current + step } else { current + 2 * count + 1 - step };
                if forward { (at - 1) % count + 1 } else { (at - count + count - 2) % count + 1 }
            })
            .find(|&line| matcher.is_match(self.buffer.text(line)))
            .ok_or("No match".into())
    }

    fn show(&self, first: usize, last: usize, suffix: &Suffix) {
        if !(suffix.print || suffix.list || suffix.number) {
            return;
        }
        let mut out = Vec::new();
        for line in first..=last {
            if suffix.number {
                out.extend_from_slice(format!("{line}\t").as_bytes());
            }
            let text = self.buffer.text(line);
            if suffix.list { listed(&mut out, text) } else { out.extend_from_slice(text) }
            out.push(b'\n');
        }
        put("ed", &out);
    }

    /// Reads a file behind line `after`; prints its size.
    fn load(&mut self, name: &[u8], after: usize) -> Result<(), Fault> {
        let text = match Source::open(name).and_then(|source| source.read_to_end()) {
            Ok(text) => text,
            Err(fault) => {
                eprintln!("{}: {}", bytes::lossy(name), error::text(&fault));
                return Err("Cannot open input file".into());
            }
        };
        self.take(&text, after);
        Ok(())
    }

    fn take(&mut self, text: &[u8], after: usize) {
        let ended = text.is_empty() || text.ends_with(b"\n");
        let lines = text.split_inclusive(|&b| b == b'\n').map(|line| line.strip_suffix(b"\n").unwrap_or(line).to_vec()).collect();
        self.buffer.insert(after, lines);
        if !ended {
            eprintln!("Newline appended");
        }
        if !self.silent {
            put("ed", format!("{}\n", text.len() + usize::from(!ended)).as_bytes());
        }
    }
}

/// As `l` prints it: unambiguous, folded at 72 columns.
fn listed(out: &mut Vec<u8>, text: &[u8]) {
    let mut column = 0;
    for &b in text {
        let piece = match b {
            b'\\' => b"\\\\".to_vec(),
            b'$' => b"\\$".to_vec(),
            7 => b"\\a".to_vec(),
            8 => b"\\b".to_vec(),
            b'\t' => b"\\t".to_vec(),
            11 => b"\\v".to_vec(),
            12 => b"\\f".to_vec(),
            b'\r' => b"\\r".to_vec(),
            b' '..=b'~' => vec![b],
            _ => format!("\\{b:03o}").into_bytes(),
        };
        if column + piece.len() > 71 {
            out.extend_from_slice(b"\\\n");
            column = 0;
        }
        column += piece.len();
        out.extend_from_slice(&piece);
    }
    out.push(b'$');
}

/// Runs a shell command: `text` is its standard input where there is any, and what it prints is given back where wanted.
fn shell(command: &[u8], text: Option<&[u8]>, gather: bool) -> Result<Vec<u8>, Fault> {
    use std::io::{Read, Write};
    use sunaba_process::{Command, Stdio};
    let fault = |_| "Cannot run the command".to_owned();
    let mut run = Command::new("sh");
    run.arg("-c").arg(command);
    run.stdin(if text.is_some() { Stdio::Piped } else { Stdio::Null });
    run.stdout(if gather { Stdio::Piped } else { Stdio::Inherit });
    let mut child = run.spawn().map_err(fault)?;
    if let (Some(text), Some(mut to)) = (text, child.stdin.take()) {
        // A command that reads no more ends the writing, not the editor.
        let _ = to.write_all(text);
    }
    let mut out = Vec::new();
    if let Some(mut from) = child.stdout.take() {
        from.read_to_end(&mut out).map_err(fault)?;
    }
    child.wait().map_err(fault)?;
    Ok(out)
}
