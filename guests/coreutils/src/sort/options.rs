//! The options of sort.

use super::key::{Key, Order, Place};
use sunaba_gnu::bytes::lossy;
use sunaba_gnu::options::{Item, Opt, Order as Operands, flag, maybe, parse, value};
use sunaba_gnu::output::{complain, say, version};
use sunaba_gnu::quote::quoted;
use sunaba_gnu::{bytes, error};

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Check {
    No,
    Loud,
    Quiet,
}

pub struct Settings {
    pub keys: Vec<Key>,
    /// Of whole lines, where there are no keys.
    pub order: Order,
    pub reverse: bool,
    pub unique: bool,
    pub stable: bool,
    pub zero: bool,
    pub random: bool,
    pub check: Check,
    pub separator: Option<u8>,
    pub output: Option<Vec<u8>>,
    pub files: Vec<Vec<u8>>,
}

impl Settings {
    pub fn plain(&self) -> bool {
        Order { reverse: false, ..self.order }.is_default()
    }
}

const OPTIONS: &[Opt] = &[
    flag('b', "ignore-leading-blanks"), flag('d', "dictionary-order"), flag('f', "ignore-case"), flag('g', "general-numeric-sort"),
    flag('h', "human-numeric-sort"), flag('i', "ignore-nonprinting"), flag('M', "month-sort"), flag('n', "numeric-sort"), flag('R', "random-sort"),
    flag('r', "reverse"), value('\0', "sort"), flag('V', "version-sort"), value('\0', "random-source"), value('\0', "batch-size"), maybe('\0', "check"),
    flag('c', ""), flag('C', ""), value('\0', "compress-program"), flag('\0', "debug"), value('\0', "files0-from"), value('k', "key"), flag('m', "merge"),
    value('o', "output"), flag('s', "stable"), value('S', "buffer-size"), value('t', "field-separator"), value('T', "temporary-directory"),
    value('\0', "parallel"), flag('u', "unique"), flag('z', "zero-terminated"), flag('\0', "help"), flag('\0', "version"), value('y', ""),
];

const HELP: &str = "Usage: sort [OPTION]... [FILE]...
Write sorted concatenation of all FILE(s) to standard output.

  -b, --ignore-leading-blanks   ignore leading blanks
  -d, --dictionary-order        consider only blanks and alphanumeric characters
  -f, --ignore-case             fold lower case to upper case characters
  -g, --general-numeric-sort    compare according to general numerical value
  -h, --human-numeric-sort      compare human readable numbers (e.g., 2K 1G)
  -i, --ignore-nonprinting      consider only printable characters
  -M, --month-sort              compare (unknown) < 'JAN' < ... < 'DEC'
  -n, --numeric-sort            compare according to string numerical value
  -R, --random-sort             shuffle, but group identical keys
  -r, --reverse                 reverse the result of comparisons
  -V, --version-sort            natural sort of (version) numbers within text
  -c, --check, -C, --check=quiet  check for sorted input; do not sort
  -k, --key=KEYDEF              sort via a key; KEYDEF gives location and type
  -m, --merge                   merge already sorted files
  -o, --output=FILE             write result to FILE instead of standard output
  -s, --stable                  stabilize sort by disabling last-resort comparison
  -t, --field-separator=SEP     use SEP instead of non-blank to blank transition
  -u, --unique                  output only the first of an equal run
  -z, --zero-terminated         line delimiter is NUL, not newline
      --parallel=N, -S, -T      accepted and without effect
      --help                    display this help and exit
      --version                 output version information and exit

KEYDEF is F[.C][OPTS][,F[.C][OPTS]] for start and stop position.
";

fn fault(text: &str) -> i32 {
    complain("sort", text);
    2
}

pub fn read(args: &[Vec<u8>]) -> Result<Settings, i32> {
    let mut s = Settings {
        keys: Vec::new(), order: Order::default(), reverse: false, unique: false, stable: false, zero: false, random: false, check: Check::No,
        separator: None, output: None, files: Vec::new(),
    };
    let mut inherits: Vec<bool> = Vec::new();
    let items = parse(args, OPTIONS, Operands::Anywhere).map_err(|text| fault(&format!("{text}\nTry 'sort --help' for more information.")))?;
    for item in items {
        let (option, argument) = match item {
            Item::Operand(name) => {
                s.files.push(name);
                continue;
            }
            Item::Option(option, argument) => (option, argument),
        };
        let text = argument.clone().unwrap_or_default();
        match option.as_str() {
            "sort" => {
                let letter = match text.as_slice() {
                    b"general-numeric" => b'g',
                    b"human-numeric" => b'h',
                    b"month" => b'M',
                    b"numeric" => b'n',
                    b"random" => b'R',
                    b"version" => b'V',
                    _ => return Err(fault(&format!("invalid argument {} for '--sort'\nTry 'sort --help' for more information.", quoted(&text)))),
                };
                apply(&mut s.order, letter);
            }
            "check" => s.check = if matches!(text.as_slice(), b"quiet" | b"silent") { Check::Quiet } else { Check::Loud },
            "c" => s.check = Check::Loud,
            "C" => s.check = Check::Quiet,
            "key" => {
                let (key, bare) = key(&lossy(&text)).map_err(|text| fault(&text))?;
                s.keys.push(key);
                inherits.push(bare);
            }
            "output" => s.output = argument,
            "stable" => s.stable = true,
            "field-separator" => {
                s.separator = Some(match text.as_slice() {
                    [one] => *one,
                    b"\\0" => 0,
                    [] => return Err(fault("empty tab")),
                    _ => return Err(fault(&format!("multi-character tab {}", quoted(&text)))),
                });
            }
            "unique" => s.unique = true,
            "zero-terminated" => s.zero = true,
            "files0-from" => {
                let list = std::fs::read(bytes::path(&text)).map_err(|e| fault(&format!("cannot open {}: {}", quoted(&text), error::text(&e))))?;
                s.files.extend(list.split(|&b| b == 0).filter(|name| !name.is_empty()).map(<[u8]>::to_vec));
            }
            "help" => {
                say(HELP);
                return Err(0);
            }
            "version" => {
                say(&version("sort"));
                return Err(0);
            }
            "ignore-leading-blanks" => drop(apply(&mut s.order, b'b')),
            "dictionary-order" => drop(apply(&mut s.order, b'd')),
            "ignore-case" => drop(apply(&mut s.order, b'f')),
            "general-numeric-sort" => drop(apply(&mut s.order, b'g')),
            "human-numeric-sort" => drop(apply(&mut s.order, b'h')),
            "ignore-nonprinting" => drop(apply(&mut s.order, b'i')),
            "month-sort" => drop(apply(&mut s.order, b'M')),
            "numeric-sort" => drop(apply(&mut s.order, b'n')),
            "random-sort" => drop(apply(&mut s.order, b'R')),
            "reverse" => drop(apply(&mut s.order, b'r')),
            "version-sort" => drop(apply(&mut s.order, b'V')),
            _ => {}
        }
    }
    for (key, bare) in s.keys.iter_mut().zip(inherits) {
        // A key without letters of its own takes the options of all.
        if bare {
            key.order = s.order;
            key.start.skip_blanks |= s.order.blanks;
            if let Some(end) = &mut key.end {
                end.skip_blanks |= s.order.blanks;
            }
        }
    }
    s.reverse = s.order.reverse;
    s.random = s.order.random && s.keys.is_empty();
    let kinds = [s.order.numeric, s.order.general, s.order.human, s.order.month].iter().filter(|kind| **kind).count();
    if kinds > 1 {
        let letters: String = [(s.order.general, 'g'), (s.order.human, 'h'), (s.order.month, 'M'), (s.order.numeric, 'n')].iter().filter(|(on, _)| *on).map(|(_, c)| *c).collect();
        return Err(fault(&format!("options '-{letters}' are incompatible")));
    }
    if s.files.is_empty() {
        s.files.push(b"-".to_vec());
    }
    Ok(s)
}

fn apply(order: &mut Order, letter: u8) -> bool {
    match letter {
        b'b' => order.blanks = true,
        b'd' => order.dictionary = true,
        b'f' => order.fold = true,
        b'g' => order.general = true,
        b'h' => order.human = true,
        b'i' => order.printable = true,
        b'M' => order.month = true,
        b'n' => order.numeric = true,
        b'R' => order.random = true,
        b'r' => order.reverse = true,
        b'V' => order.version = true,
        _ => return false,
    }
    true
}

/// A key, and whether it has no letters of its own.
fn key(text: &str) -> Result<(Key, bool), String> {
    let invalid = |what: &str| format!("{what}: invalid field specification {}", quoted(text.as_bytes()));
    let mut order = Order::default();
    let mut bare = true;
    let mut place = |part: &str, end: bool| -> Result<Place, String> {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let field: usize = part[..digits].parse().map_err(|_| format!("invalid number {}: invalid field specification {}", if end { "after ','" } else { "at field start" }, quoted(text.as_bytes())))?;
        if field == 0 {
            return Err(invalid("field number is zero"));
        }
        let mut rest = &part[digits..];
        let mut character = if end { 0 } else { 1 };
        if let Some(after) = rest.strip_prefix('.') {
            let digits = after.bytes().take_while(u8::is_ascii_digit).count();
            character = after[..digits].parse().map_err(|_| format!("invalid number after '.': invalid field specification {}", quoted(text.as_bytes())))?;
            if character == 0 && !end {
                return Err(invalid("character offset is zero"));
            }
            rest = &after[digits..];
        }
        let mut skip_blanks = false;
        for letter in rest.bytes() {
            if letter == b'b' {
                skip_blanks = true;
            } else if !apply(&mut order, letter) {
                return Err(invalid("stray character in field spec"));
            }
            bare = false;
        }
        Ok(Place { field, character, skip_blanks })
    };
    let (first, second) = text.split_once(',').map_or((text, None), |(a, b)| (a, Some(b)));
    let start = place(first, false)?;
    let end = second.map(|part| place(part, true)).transpose()?;
    Ok((Key { start, end, order }, bare))
}
