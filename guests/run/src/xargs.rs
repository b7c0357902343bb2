//! xargs.

mod read;

use crate::launch;
use read::{Mode, Reader};
use std::io::{self, Write};
use sunaba_gnu::bytes::{self, lossy};
use sunaba_gnu::options::{Opt, flag, maybe, value};
use sunaba_gnu::output::complain;
use sunaba_gnu::{error, quote};
use sunaba_process::{Child, Command, ExitStatus, Stdio};

const OPTIONS: &[Opt] = &[
    flag('0', "null"), value('a', "arg-file"), value('d', "delimiter"), value('E', ""), maybe('e', "eof"), value('I', ""), maybe('i', "replace"),
    value('L', ""), maybe('l', "max-lines"), value('n', "max-args"), flag('o', "open-tty"), value('P', "max-procs"), flag('p', "interactive"),
    value('\0', "process-slot-var"), flag('r', "no-run-if-empty"), value('s', "max-chars"), flag('\0', "show-limits"), flag('t', "verbose"),
    flag('x', "exit"), flag('\0', "help"), flag('\0', "version"),
];

const HELP: &str = "Usage: xargs [OPTION]... COMMAND [INITIAL-ARGS]...
Run COMMAND with arguments INITIAL-ARGS and more arguments read from input.

  -0, --null                   items are separated by a null, not whitespace
  -a, --arg-file=FILE          read arguments from FILE, not standard input
  -d, --delimiter=CHARACTER    items in input stream are separated by CHARACTER
  -E END, -e[END]              set logical EOF string
  -I R, -i[R]                  replace R in INITIAL-ARGS with names read from input
  -L, -l, --max-lines=N        use at most N non-blank input lines per command line
  -n, --max-args=MAX-ARGS      use at most MAX-ARGS arguments per command line
  -P, --max-procs=MAX-PROCS    run at most MAX-PROCS processes at a time
      --process-slot-var=VAR   set environment variable VAR in child processes
  -r, --no-run-if-empty        if there are no arguments, then do not run COMMAND
  -s, --max-chars=MAX-CHARS    limit length of command line to MAX-CHARS
  -t, --verbose                print commands before executing them
  -x, --exit                   exit if the size (see -s) is exceeded
      --help                   display this help and exit
      --version                output version information and exit
";

/// What findutils' xargs uses where the system allows more.
const COMMAND_LENGTH: usize = 131_072;

struct Settings {
    replace: Option<Vec<u8>>,
    lines: Option<usize>,
    items: Option<usize>,
    length: usize,
    most: usize,
    only_with_items: bool,
    verbose: bool,
    exit: bool,
    slot: Option<Vec<u8>>,
    words: Vec<Vec<u8>>,
}

struct Xargs {
    settings: Settings,
    running: Vec<Option<Child>>,
    code: i32,
    stop: bool,
}

pub fn run(args: &[Vec<u8>]) -> i32 {
    let items = match launch::options("xargs", args, OPTIONS, HELP, 1) {
        Ok(items) => items,
        Err(code) => return code,
    };
    let (options, words) = launch::split(items);
    let mut s = Settings {
        replace: None, lines: None, items: None, length: COMMAND_LENGTH, most: 1, only_with_items: false, verbose: false, exit: false, slot: None,
        words: if words.is_empty() { vec![b"echo".to_vec()] } else { words },
    };
    let (mut mode, mut file, mut end) = (Mode::Words, None, None);
    for (name, argument) in options {
        let text = argument.clone().unwrap_or_default();
        let number = lossy(&text).trim().parse::<usize>().ok();
        match name.as_str() {
            "null" => mode = Mode::Delimited(0),
            "delimiter" => match delimiter(&text) {
                Some(b) => mode = Mode::Delimited(b),
                None => return fault(&format!("Invalid input delimiter specification {}: the delimiter must be either a single character or an escape sequence starting with \\.", lossy(&text))),
            },
            "arg-file" => file = argument,
            "E" | "eof" => end = argument.filter(|a| !a.is_empty()),
            "I" | "replace" => {
                (s.replace, s.items, s.lines) = (Some(argument.unwrap_or_else(|| b"{}".to_vec())), None, None);
                s.exit = true;
            }
            "L" | "max-lines" => match if argument.is_none() { Some(1) } else { number } {
                Some(n) if n > 0 => (s.lines, s.items, s.replace) = (Some(n), None, None),
                _ => return bad_number(&text, "L"),
            },
            "max-args" => match number {
                Some(n) if n > 0 => {
                    s.items = Some(n);
                    s.lines = None;
                    if s.replace.is_some() && n != 1 {
                        complain("xargs", "warning: options --replace and --max-args/-n are mutually exclusive, ignoring previous --replace value");
                        s.replace = None;
                    }
                }
                Some(n) => {
                    complain("xargs", &format!("value {n} for -n option should be >= 1\nTry 'xargs --help' for more information."));
                    return 1;
                }
                None => return bad_number(&text, "n"),
            },
            "max-procs" => match number {
                Some(n) => s.most = if n == 0 { usize::MAX } else { n },
                None => return bad_number(&text, "P"),
            },
            "max-chars" => match number {
                Some(n) if n > 0 => s.length = n.min(COMMAND_LENGTH),
                _ => return bad_number(&text, "s"),
            },
            "no-run-if-empty" => s.only_with_items = true,
            "verbose" | "interactive" => s.verbose = true,
            "exit" => s.exit = true,
            "process-slot-var" => s.slot = argument,
            _ => {}
        }
    }
    if s.replace.is_some() && mode == Mode::Words {
        mode = Mode::Lines;
    }
    let input: Box<dyn io::Read> = match file {
        None => Box::new(io::stdin()),
        Some(name) if name == b"-" => Box::new(io::stdin()),
        Some(name) => match std::fs::File::open(bytes::path(&name)) {
            Ok(file) => Box::new(file),
            Err(e) => return fault(&format!("Cannot open input file {}: {}", quote::quoted(&name), error::text(&e))),
        },
    };
    let mut xargs = Xargs { settings: s, running: Vec::new(), code: 0, stop: false };
    xargs.all(Reader::new(input, mode, end));
    xargs.code
}

fn bad_number(text: &[u8], option: &str) -> i32 {
    fault(&format!("invalid number \"{}\" for -{option} option\nTry 'xargs --help' for more information.", lossy(text)))
}

fn fault(text: &str) -> i32 {
    complain("xargs", text);
    1
}

fn delimiter(text: &[u8]) -> Option<u8> {
    match text {
        [one] => Some(*one),
        [b'\\', letter] => Some(match letter {
            b'n' => b'\n',
            b't' => b'\t',
            b'r' => b'\r',
            b'0' => 0,
            b'a' => 7,
            b'b' => 8,
            b'f' => 12,
            b'v' => 11,
            b'\\' => b'\\',
            _ => return None,
        }),
        [b'\\', b'x', hex @ ..] => u8::from_str_radix(&lossy(hex), 16).ok(),
        [b'\\', octal @ ..] => u8::from_str_radix(&lossy(octal), 8).ok(),
        _ => None,
    }
}

impl Xargs {
    fn all(&mut self, mut reader: Reader) {
        let fixed: usize = self.settings.words.iter().map(|w| w.len() + 1).sum();
        let (mut batch, mut size, mut lines, mut any) = (Vec::new(), fixed, 0, false);
        while !self.stop {
            let item = match reader.next() {
                Ok(Some(item)) => item,
                Ok(None) => break,
                Err(text) => {
                    complain("xargs", &text);
                    self.code = 1;
                    self.stop = true;
                    break;
                }
            };
            any = true;
            if let Some(sign) = self.settings.replace.clone() {
                let words = self.settings.words.iter().map(|word| replace(word, &sign, &item.text)).collect();
                self.start(words);
                continue;
            }
            let cost = item.text.len() + 1;
            let full = self.settings.items.is_some_and(|most| batch.len() >= most);
            if full || (size + cost > self.settings.length && !batch.is_empty()) {
                if !full && self.settings.exit && (self.settings.items.is_some() || self.settings.lines.is_some()) {
                    complain("xargs", "argument list too long");
                    self.code = 1;
                    self.stop = true;
                    return;
                }
                self.batch(std::mem::take(&mut batch));
                size = fixed;
            }
            if fixed + cost > self.settings.length {
                complain("xargs", "argument line too long");
                self.code = 1;
                self.stop = true;
                break;
            }
            size += cost;
            batch.push(item.text);
            if item.ends_line {
                lines += 1;
                if self.settings.lines.is_some_and(|most| lines >= most) {
                    self.batch(std::mem::take(&mut batch));
                    (size, lines) = (fixed, 0);
                }
            }
        }
        let bare = !any && !self.settings.only_with_items && self.settings.replace.is_none();
        if (!batch.is_empty() || bare) && !(self.stop && self.code != 1) {
            if !self.stop || !batch.is_empty() {
                self.stop = false;
                self.batch(batch);
            }
        }
        while self.running.iter().any(Option::is_some) {
            self.settle_one();
        }
    }

    fn batch(&mut self, items: Vec<Vec<u8>>) {
        let mut words = self.settings.words.clone();
        words.extend(items);
        self.start(words);
    }

    fn start(&mut self, words: Vec<Vec<u8>>) {
        if self.stop {
            return;
        }
        if self.settings.verbose {
            let shown: Vec<String> = words.iter().map(|w| quote::maybe(w).into_owned()).collect();
            let _ = io::stderr().write_all(format!("{}\n", shown.join(" ")).as_bytes());
        }
        while self.running.iter().flatten().count() >= self.settings.most {
            self.settle_one();
        }
        if self.stop {
            return;
        }
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]).stdin(Stdio::Null);
        let slot = self.running.iter().position(Option::is_none).unwrap_or(self.running.len());
        if let Some(variable) = &self.settings.slot {
            command.env(variable, slot.to_string());
        }
        match command.spawn() {
            Ok(child) if slot == self.running.len() => self.running.push(Some(child)),
            Ok(child) => self.running[slot] = Some(child),
            Err(e) => {
                complain("xargs", &format!("{}: {}", lossy(&words[0]), error::text(&e)));
                self.code = launch::failure_code(&e);
                self.stop = true;
            }
        }
    }

    /// Waits until one of the commands ends.
    fn settle_one(&mut self) {
        let only = self.running.iter().flatten().count() == 1;
        let ended = if only {
            let slot = self.running.iter().position(Option::is_some);
            slot.and_then(|slot| self.running[slot].take()).map(|mut child| child.wait())
        } else {
            match sunaba_process::wait_any(true) {
                Ok(Some((pid, status))) => {
                    for slot in &mut self.running {
                        if slot.as_ref().is_some_and(|child| child.id() == pid) {
                            *slot = None;
                        }
                    }
                    Some(Ok(status))
                }
                Ok(None) => None,
                Err(e) => {
                    self.running.clear();
                    Some(Err(e))
                }
            }
        };
        match ended {
            Some(Ok(status)) => self.note(status),
            Some(Err(e)) => {
                complain("xargs", &error::text(&e));
                self.code = 1;
            }
            None => {}
        }
    }

    fn note(&mut self, status: ExitStatus) {
        let name = lossy(&self.settings.words[0]).into_owned();
        match (status.code(), status.signal()) {
            (Some(0), _) => {}
            (Some(255), _) => {
                complain("xargs", &format!("{name}: exited with status 255; aborting"));
                self.code = 124;
                self.stop = true;
            }
            (_, Some(signal)) => {
                complain("xargs", &format!("{name}: terminated by signal {signal}"));
                self.code = 125;
                self.stop = true;
            }
            _ if self.code == 0 => self.code = 123,
            _ => {}
        }
    }
}

fn replace(word: &[u8], sign: &[u8], text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < word.len() {
        if !sign.is_empty() && word[at..].starts_with(sign) {
            out.extend_from_slice(text);
            at += sign.len();
        } else {
            out.push(word[at]);
            at += 1;
        }
    }
    out
}
