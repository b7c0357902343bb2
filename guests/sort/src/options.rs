//! The options of sort.

use crate::input::{self, Code};
use crate::key::{Key, Kind, Order};
use crate::keydef::{Definition, letter, modern, older};
use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Read};
use sunaba_gnu::bytes::{self, lossy};
use sunaba_gnu::options::{Item, Opt, Order as Operands, flag, maybe, parse, value};
use sunaba_gnu::output::{complain, say, version};
use sunaba_gnu::quote::{self, quoted};
use sunaba_gnu::stream::Source;

pub struct Settings {
    /// At least one: whole lines are a key too.
    pub keys: Vec<Key>,
    /// Lines are compared by all their bytes and nothing else.
    pub bytes: bool,
    /// Of the last resort.
    pub reverse: bool,
    /// Lines whose keys are equal are told apart by their bytes.
    pub last_resort: bool,
    pub unique: bool,
    /// What ends a line.
    pub end: u8,
    /// Whether a disorder is told; none where there is nothing to check.
    pub check: Option<bool>,
    pub merge: bool,
    pub separator: Option<u8>,
    pub output: Option<Vec<u8>>,
    /// Where what does not fit into memory goes.
    pub folder: Option<Vec<u8>>,
    /// Bytes of memory for lines.
    pub room: usize,
    pub files: Vec<Vec<u8>>,
}

/// Three fifths of what a process has by default: while it grows, what is there is held twice.
const ROOM: usize = 300 << 20;
/// Less is no use.
const LEAST: usize = 64 << 10;

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
  -S, --buffer-size=SIZE        use SIZE for main memory buffer
  -T, --temporary-directory=DIR  use DIR for temporaries, not $TMPDIR or /tmp
      --files0-from=F           read input from the files specified by
                                  NUL-terminated names in file F
      --random-source=FILE      get random bytes from FILE
      --sort=WORD               sort according to WORD: general-numeric -g,
                                  human-numeric -h, month -M, numeric -n,
                                  random -R, version -V
      --parallel=N, --batch-size=N, --compress-program=PROG
                                accepted and without effect
      --help                    display this help and exit
      --version                 output version information and exit

KEYDEF is F[.C][OPTS][,F[.C][OPTS]] for start and stop position.
";

fn fault(text: &str) -> Code {
    complain("sort", text);
    2
}

fn usage(text: &str) -> Code {
    fault(&format!("{text}\nTry 'sort --help' for more information."))
}

fn word(option: &str, text: &[u8], words: &[&str], shown: &str) -> Result<String, Code> {
    let text = lossy(text);
    if let Some(word) = words.iter().find(|word| **word == text) {
        return Ok((*word).to_owned());
    }
    match words.iter().filter(|word| word.starts_with(&*text)).collect::<Vec<_>>().as_slice() {
        [one] => Ok((**one).to_owned()),
        found => {
            let what = if found.is_empty() { "invalid" } else { "ambiguous" };
            usage(&format!("{what} argument '{text}' for '--{option}'\nValid arguments are:\n{shown}"));
            Err(1)
        }
    }
}

/// `-S`: kibibytes without a unit, a share of the memory with `%`.
fn size(option: &str, text: &[u8]) -> Result<usize, Code> {
    let shown = lossy(text);
    let digits = text.iter().take_while(|b| b.is_ascii_digit()).count();
    if digits == 0 {
        return Err(fault(&format!("invalid {option} argument '{shown}'")));
    }
    let number = lossy(&text[..digits]).parse().unwrap_or(u64::MAX);
    let unit = match &text[digits..] {
        b"%" => return Ok((ROOM as u64 / 100).saturating_mul(number).min(ROOM as u64) as usize),
        b"b" => 1,
        b"" => 1 << 10,
        [letter] => match b"KMGTPEZY".iter().position(|unit| unit.eq_ignore_ascii_case(letter)) {
            Some(power) => 1u64.checked_shl(10 * (power as u32 + 1)).unwrap_or(u64::MAX),
            None => return Err(fault(&format!("invalid suffix in {option} argument '{shown}'"))),
        },
        _ => return Err(fault(&format!("invalid suffix in {option} argument '{shown}'"))),
    };
    Ok(number.saturating_mul(unit).clamp(LEAST as u64, ROOM as u64) as usize)
}

fn count(option: &str, text: &[u8]) -> Result<u64, Code> {
    let digits = !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    if digits { Ok(lossy(text).parse().unwrap_or(u64::MAX)) } else { Err(fault(&format!("invalid --{option} argument '{}'", lossy(text)))) }
}

fn content(name: &[u8]) -> Result<Vec<u8>, Code> {
    Source::open(name).and_then(|source| source.read_to_end()).map_err(|why| input::fault("open failed", name, &why))
}

/// 16 bytes, of a file or by chance.
fn salt(source: Option<&[u8]>) -> Result<[u8; 16], Code> {
    let mut salt = [0; 16];
    let Some(name) = source else {
        for half in salt.chunks_mut(8) {
            half.copy_from_slice(&RandomState::new().hash_one(0).to_ne_bytes());
        }
        return Ok(salt);
    };
    let mut file = File::open(bytes::path(name)).map_err(|why| input::fault("open failed", name, &why))?;
    file.read_exact(&mut salt).map_err(|why| match why.kind() {
        io::ErrorKind::UnexpectedEof => fault(&format!("{}: end of file", quoted(name))),
        _ => input::fault("read failed", name, &why),
    })?;
    Ok(salt)
}

/// What the options say, before it is put together.
#[derive(Default)]
struct Given {
    keys: Vec<Definition>,
    order: Order,
    stable: bool,
    unique: bool,
    zero: bool,
    merge: bool,
    check: Option<char>,
    separator: Option<u8>,
    output: Option<Vec<u8>>,
    folder: Option<Vec<u8>>,
    room: Option<usize>,
    list: Option<Vec<u8>>,
    chance: Option<Vec<u8>>,
    files: Vec<Vec<u8>>,
}

pub fn read(args: &[Vec<u8>]) -> Result<Settings, Code> {
    let mut given = Given::default();
    let (older_keys, args) = older_forms(args);
    given.keys = older_keys;
    for item in parse(&args, OPTIONS, Operands::Anywhere).map_err(|text| usage(&text))? {
        match item {
            Item::Operand(name) => given.files.push(name),
            Item::Option(option, argument) => given.take(&option, argument.as_deref())?,
        }
    }
    given.settings()
}

/// Takes `+F [-F]` out of the arguments.
fn older_forms(args: &[Vec<u8>]) -> (Vec<Definition>, Vec<Vec<u8>>) {
    let (mut keys, mut rest) = (Vec::new(), Vec::new());
    let mut at = 0;
    while at < args.len() {
        let arg = &args[at];
        if arg == b"--" {
            rest.extend_from_slice(&args[at..]);
            break;
        }
        at += 1;
        if arg.starts_with(b"+") {
            if let Some(key) = args.get(at).and_then(|second| older(arg, Some(second))) {
                keys.push(key);
                at += 1;
                continue;
            }
            if let Some(key) = older(arg, None) {
                keys.push(key);
                continue;
            }
        }
        rest.push(arg.clone());
    }
    (keys, rest)
}

impl Given {
    fn take(&mut self, option: &str, argument: Option<&[u8]>) -> Result<(), Code> {
        let text = argument.unwrap_or_default();
        match option {
            "sort" => {
                const WORDS: [&str; 6] = ["general-numeric", "human-numeric", "month", "numeric", "random", "version"];
                let shown = WORDS.map(|word| format!("  - '{word}'")).join("\n");
                let word = word("sort", text, &WORDS, &shown)?;
                letter(&mut self.order, if word == "month" { b'M' } else if word == "random" { b'R' } else if word == "version" { b'V' } else { word.as_bytes()[0] });
            }
            "check" => {
                let word = match argument {
                    None => "diagnose-first".to_owned(),
                    Some(text) => word("check", text, &["quiet", "silent", "diagnose-first"], "  - 'quiet', 'silent'\n  - 'diagnose-first'")?,
                };
                self.check(if word == "diagnose-first" { 'c' } else { 'C' })?;
            }
            "c" => self.check('c')?,
            "C" => self.check('C')?,
            "key" => self.keys.push(modern(text).map_err(|text| fault(&text))?),
            "merge" => self.merge = true,
            "output" => {
                if self.output.as_ref().is_some_and(|before| before != text) {
                    return Err(fault("multiple output files specified"));
                }
                self.output = Some(text.to_vec());
            }
            "stable" => self.stable = true,
            "field-separator" => {
                let separator = match text {
                    [one] => *one,
                    b"\\0" => 0,
                    [] => return Err(fault("empty tab")),
                    _ => return Err(fault(&format!("multi-character tab {}", quoted(text)))),
                };
                if self.separator.is_some_and(|before| before != separator) {
                    return Err(fault("incompatible tabs"));
                }
                self.separator = Some(separator);
            }
            "unique" => self.unique = true,
            "zero-terminated" => self.zero = true,
            "files0-from" => self.list = Some(text.to_vec()),
            "buffer-size" => self.room = Some(size("-S", text)?),
            "temporary-directory" => self.folder = Some(text.to_vec()),
            "random-source" => self.chance = Some(text.to_vec()),
            "parallel" => {
                if count(option, text)? == 0 {
                    return Err(fault("number in parallel must be nonzero"));
                }
            }
            "batch-size" => {
                if count(option, text)? < 2 {
                    fault(&format!("invalid --batch-size argument {}", quoted(text)));
                    return Err(fault("minimum --batch-size argument is '2'"));
                }
            }
            "debug" => return Err(fault("--debug is not there in the sandbox")),
            "help" => {
                say(HELP);
                return Err(0);
            }
            "version" => {
                say(&version("sort"));
                return Err(0);
            }
            _ => {
                if let Some(one) = OPTIONS.iter().find(|one| one.long == option) {
                    letter(&mut self.order, one.short as u8);
                }
            }
        }
        Ok(())
    }

    fn check(&mut self, how: char) -> Result<(), Code> {
        if self.check.is_some_and(|before| before != how) {
            return Err(fault("options '-cC' are incompatible"));
        }
        self.check = Some(how);
        Ok(())
    }

    fn listed(&mut self, list: &[u8]) -> Result<(), Code> {
        if let Some(extra) = self.files.first() {
            return Err(usage(&format!("extra operand {}\nfile operands cannot be combined with --files0-from", quoted(extra))));
        }
        let text = content(list)?;
        let names = text.strip_suffix(b"\0").unwrap_or(&text);
        if text.is_empty() {
            return Err(fault(&format!("no input from {}", quoted(list))));
        }
        for (at, name) in names.split(|b| *b == 0).enumerate() {
            if name.is_empty() {
                return Err(fault(&format!("{}:{}: invalid zero-length file name", quote::maybe(list), at + 1)));
            }
            if name == b"-" && list == b"-" {
                return Err(fault(&format!("when reading file names from stdin, no file name of {} allowed", quoted(name))));
            }
            self.files.push(name.to_vec());
        }
        Ok(())
    }

    fn settings(mut self) -> Result<Settings, Code> {
        if let Some(list) = self.list.take() {
            self.listed(&list)?;
        }
        let order = self.order;
        let mut keys = Vec::new();
        for (mut key, bare) in self.keys {
            // A key without letters of its own takes those of all.
            if bare {
                key.order = order;
                key.kind = order.kind();
                key.start.skip_blanks |= order.blanks;
                if let Some(end) = &mut key.end {
                    end.skip_blanks |= order.blanks;
                }
            }
            keys.push(key);
        }
        if keys.is_empty() {
            keys.push(Key::whole(order));
        }
        if let Some(letters) = keys.iter().find_map(|key| key.order.clash()) {
            return Err(fault(&format!("options '-{letters}' are incompatible")));
        }
        if keys.iter().any(|key| key.kind == Kind::Random) {
            let salt = salt(self.chance.as_deref())?;
            keys.iter_mut().for_each(|key| key.salt = salt);
        }
        if let Some(how) = self.check {
            if let Some(extra) = self.files.get(1) {
                return Err(fault(&format!("extra operand {} not allowed with -{how}", quoted(extra))));
            }
            if self.output.is_some() {
                return Err(fault(&format!("options '-{how}o' are incompatible")));
            }
        }
        if self.files.is_empty() {
            self.files.push(b"-".to_vec());
        }
        let whole = matches!(keys.as_slice(), [key] if key.kind == Kind::Bytes && key.end.is_none() && key.start.field == 1 && key.start.character == 1 && !key.start.skip_blanks);
        Ok(Settings {
            bytes: whole && keys[0].order.reverse == order.reverse,
            reverse: order.reverse,
            last_resort: !self.stable && !self.unique,
            unique: self.unique,
            end: if self.zero { 0 } else { b'\n' },
            check: self.check.map(|how| how == 'c'),
            merge: self.merge,
            separator: self.separator,
            output: self.output,
            folder: self.folder,
            room: self.room.unwrap_or(ROOM),
            files: self.files,
            keys,
        })
    }
}
