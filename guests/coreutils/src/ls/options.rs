//! The options of ls.

use sunaba_gnu::options::{Item, Opt, Order, flag, maybe, parse, value};
use sunaba_gnu::output::{complain, say, version};
use sunaba_gnu::quote;
use sunaba_gnu::bytes;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Long,
    One,
    Commas,
    Down,
    Across,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum By {
    Name,
    Size,
    Time,
    Extension,
    Version,
    Width,
    Nothing,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Time {
    Modified,
    Accessed,
    Changed,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Indicator {
    None,
    Slash,
    FileType,
    Classify,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Quoting {
    Literal,
    Questions,
    Escape,
    C,
    Shell,
    ShellAlways,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Bytes divided by this and rounded up.
    Unit(u64),
    Binary,
    Decimal,
}

pub struct Settings {
    pub format: Format,
    pub by: By,
    pub time: Time,
    pub indicator: Indicator,
    pub quoting: Quoting,
    pub scale: Scale,
    pub scaled: bool,
    pub time_style: String,
    pub all: bool,
    pub almost_all: bool,
    pub directory: bool,
    pub recursive: bool,
    pub reverse: bool,
    pub follow: bool,
    pub follow_named: bool,
    pub inode: bool,
    pub blocks: bool,
    pub numeric: bool,
    pub no_owner: bool,
    pub no_group: bool,
    pub folders_first: bool,
    pub no_backups: bool,
    pub colour: bool,
    pub zero: bool,
    pub width: usize,
    pub ignored: Vec<Vec<u8>>,
    pub hidden: Vec<Vec<u8>>,
}

impl Settings {
    /// Whether a file's name and kind are all that is listed of it, or sorted by.
    pub fn lists_kinds(&self) -> bool {
        let more = self.inode || self.blocks || self.colour || self.follow || self.format == Format::Long || self.indicator == Indicator::Classify;
        !more && !matches!(self.by, By::Size | By::Time)
    }
}

const OPTIONS: &[Opt] = &[
    flag('a', "all"), flag('A', "almost-all"), flag('\0', "author"), flag('b', "escape"), value('\0', "block-size"),
    flag('B', "ignore-backups"), flag('c', ""), flag('C', ""), maybe('\0', "color"), flag('d', "directory"), flag('D', "dired"),
    flag('f', ""), flag('F', ""), maybe('\0', "classify"), flag('\0', "file-type"), value('\0', "format"), flag('\0', "full-time"),
    flag('g', ""), flag('\0', "group-directories-first"), flag('G', "no-group"), flag('h', "human-readable"), flag('\0', "si"),
    flag('H', "dereference-command-line"), flag('\0', "dereference-command-line-symlink-to-dir"), value('\0', "hide"), maybe('\0', "hyperlink"),
    value('\0', "indicator-style"), flag('i', "inode"), value('I', "ignore"), flag('k', "kibibytes"), flag('l', ""), flag('L', "dereference"),
    flag('m', ""), flag('n', "numeric-uid-gid"), flag('N', "literal"), flag('o', ""), flag('p', ""), flag('q', "hide-control-chars"),
    flag('\0', "show-control-chars"), flag('Q', "quote-name"), value('\0', "quoting-style"), flag('r', "reverse"), flag('R', "recursive"),
    flag('s', "size"), flag('S', ""), value('\0', "sort"), value('\0', "time"), value('\0', "time-style"), flag('t', ""), value('T', "tabsize"),
    flag('u', ""), flag('U', ""), flag('v', ""), value('w', "width"), flag('x', ""), flag('X', ""), flag('Z', "context"), flag('\0', "zero"),
    flag('1', ""), flag('\0', "help"), flag('\0', "version"),
];

const HELP: &str = "Usage: ls [OPTION]... [FILE]...
List information about the FILEs (the current directory by default).

  -a, --all                  do not ignore entries starting with .
  -A, --almost-all           do not list implied . and ..
  -b, --escape               print C-style escapes for nongraphic characters
  -B, --ignore-backups       do not list implied entries ending with ~
  -c, -u                     show and sort by change time, by access time
  -C, -x, -m, -1, -l         by columns, by rows, with commas, one per line, long
      --color[=WHEN]         color the output WHEN
  -d, --directory            list directories themselves, not their contents
  -F, --classify, -p, --file-type  append an indicator to entries
      --full-time            like -l --time-style=full-iso
  -g, -o, -G, -n             long listing without owner, group, with numbers
      --group-directories-first  directories before files
  -h, --human-readable, --si print sizes like 1K 234M 2G
  -H, -L                     follow symbolic links of the command line, all
  -i, --inode                print the index number of each file
  -I, --ignore=PATTERN, --hide=PATTERN  do not list entries matching PATTERN
  -k, --block-size=SIZE      scale sizes
  -N, -q, -Q, --quoting-style=WORD  how names are quoted
  -r, --reverse              reverse order while sorting
  -R, --recursive            list subdirectories recursively
  -s, --size                 print the allocated size of each file, in blocks
  -S, -t, -v, -X, -U, --sort=WORD  sort by size, time, version, extension, not
      --time=WORD, --time-style=STYLE  which time is shown, and how
  -w, --width=COLS           set output width
      --help                 display this help and exit
      --version              output version information and exit
";

pub fn read(name: &str, args: &[Vec<u8>]) -> Result<(Settings, Vec<Vec<u8>>), i32> {
    let columns = if name == "ls" { Format::One } else { Format::Down };
    let mut s = Settings {
        format: if name == "vdir" { Format::Long } else { columns },
        by: By::Name, time: Time::Modified, indicator: Indicator::None,
        quoting: if name == "ls" { Quoting::Literal } else { Quoting::Escape },
        scale: Scale::Unit(1024), scaled: false, time_style: "locale".into(), all: false, almost_all: false, directory: false,
        recursive: false, reverse: false, follow: false, follow_named: false, inode: false, blocks: false, numeric: false,
        no_owner: false, no_group: false, folders_first: false, no_backups: false, colour: false, zero: false, width: 80,
        ignored: Vec::new(), hidden: Vec::new(),
    };
    let mut names = Vec::new();
    let mut sorted = false;
    let mut timed = false;
    let items = parse(args, OPTIONS, Order::Anywhere).map_err(|fault| usage(&fault))?;
    for item in items {
        let (option, argument) = match item {
            Item::Operand(name) => {
                names.push(name);
                continue;
            }
            Item::Option(option, argument) => (option, argument),
        };
        let word = argument.as_deref().map(|a| bytes::lossy(a).into_owned());
        let word = word.as_deref();
        match option.as_str() {
            "all" => s.all = true,
            "almost-all" => s.almost_all = true,
            "escape" => s.quoting = Quoting::Escape,
            "ignore-backups" => s.no_backups = true,
            "block-size" => set_block_size(&mut s, word.unwrap_or("")),
            "c" => (s.time, timed) = (Time::Changed, true),
            "u" => (s.time, timed) = (Time::Accessed, true),
            "C" => s.format = Format::Down,
            "x" => s.format = Format::Across,
            "m" => s.format = Format::Commas,
            "1" => if s.format != Format::Long { s.format = Format::One },
            "l" => s.format = Format::Long,
            "color" => s.colour = chosen("color", word.unwrap_or("always"), &[("always", true), ("yes", true), ("force", true), ("never", false), ("no", false), ("none", false), ("auto", false), ("tty", false), ("if-tty", false)])?,
            "directory" => s.directory = true,
            "f" => (s.all, s.by, s.colour, sorted) = (true, By::Nothing, false, true),
            "F" => s.indicator = Indicator::Classify,
            "classify" => if chosen("classify", word.unwrap_or("always"), &[("always", true), ("never", false), ("auto", false)])? { s.indicator = Indicator::Classify },
            "p" => s.indicator = Indicator::Slash,
            "file-type" => s.indicator = Indicator::FileType,
            "indicator-style" => s.indicator = chosen("indicator-style", word.unwrap_or(""), &[("none", Indicator::None), ("slash", Indicator::Slash), ("file-type", Indicator::FileType), ("classify", Indicator::Classify)])?,
            "format" => s.format = chosen("format", word.unwrap_or(""), &[("long", Format::Long), ("verbose", Format::Long), ("single-column", Format::One), ("commas", Format::Commas), ("horizontal", Format::Across), ("across", Format::Across), ("vertical", Format::Down)])?,
            "full-time" => (s.format, s.time_style) = (Format::Long, "full-iso".into()),
            "g" => (s.format, s.no_owner) = (Format::Long, true),
            "o" => (s.format, s.no_group) = (Format::Long, true),
            "no-group" => s.no_group = true,
            "n" | "numeric-uid-gid" => (s.format, s.numeric) = (Format::Long, true),
            "group-directories-first" => s.folders_first = true,
            "human-readable" => (s.scale, s.scaled) = (Scale::Binary, true),
            "si" => (s.scale, s.scaled) = (Scale::Decimal, true),
            "kibibytes" => s.scale = Scale::Unit(1024),
            "dereference-command-line" | "dereference-command-line-symlink-to-dir" => s.follow_named = true,
            "dereference" => s.follow = true,
            "hide" => s.hidden.extend(argument),
            "ignore" => s.ignored.extend(argument),
            "inode" => s.inode = true,
            "literal" => s.quoting = Quoting::Literal,
            "hide-control-chars" => s.quoting = Quoting::Questions,
            "show-control-chars" => if s.quoting == Quoting::Questions { s.quoting = Quoting::Literal },
            "quote-name" => s.quoting = Quoting::C,
            "quoting-style" => s.quoting = chosen("quoting-style", word.unwrap_or(""), &[("literal", Quoting::Literal), ("shell", Quoting::Shell), ("shell-always", Quoting::ShellAlways), ("shell-escape", Quoting::Shell), ("shell-escape-always", Quoting::ShellAlways), ("c", Quoting::C), ("escape", Quoting::Escape), ("locale", Quoting::C)])?,
            "reverse" => s.reverse = true,
            "recursive" => s.recursive = true,
            "size" => s.blocks = true,
            "S" => (s.by, sorted) = (By::Size, true),
            "t" => (s.by, sorted) = (By::Time, true),
            "v" => (s.by, sorted) = (By::Version, true),
            "X" => (s.by, sorted) = (By::Extension, true),
            "U" => (s.by, sorted) = (By::Nothing, true),
            "sort" => (s.by, sorted) = (chosen("sort", word.unwrap_or(""), &[("none", By::Nothing), ("time", By::Time), ("size", By::Size), ("extension", By::Extension), ("version", By::Version), ("name", By::Name), ("width", By::Width)])?, true),
            "time" => (s.time, timed) = (chosen("time", word.unwrap_or(""), &[("atime", Time::Accessed), ("access", Time::Accessed), ("use", Time::Accessed), ("ctime", Time::Changed), ("status", Time::Changed), ("mtime", Time::Modified), ("modification", Time::Modified), ("birth", Time::Modified)])?, true),
            "time-style" => s.time_style = word.unwrap_or("").to_owned(),
            "width" => s.width = match word.unwrap_or("").parse() {
                Ok(0) => usize::MAX,
                Ok(width) => width,
                Err(_) => return Err(fault(&format!("invalid line width: '{}'", word.unwrap_or("")))),
            },
            "zero" => (s.zero, s.format) = (true, if s.format == Format::Long { Format::Long } else { Format::One }),
            "help" => {
                say(HELP);
                return Err(0);
            }
            "version" => {
                say(&version(name));
                return Err(0);
            }
            _ => {}
        }
    }
    s.colour &= colours_known();
    if timed && !sorted && s.format != Format::Long {
        s.by = By::Time;
    }
    Ok((s, names))
}

/// GNU's ls colours nothing, even when told to, on a terminal that it does not know.
fn colours_known() -> bool {
    let set = |name: &str| std::env::var(name).ok().filter(|v| !v.is_empty());
    let term = set("TERM").unwrap_or_default();
    let known = ["xterm", "screen", "tmux", "rxvt", "linux", "ansi", "vt100", "vt220", "konsole", "putty", "alacritty", "cygwin", "dtterm", "Eterm", "foot", "kitty", "st"];
    set("LS_COLORS").is_some() || set("COLORTERM").is_some() || term.contains("color") || known.iter().any(|k| term.starts_with(k))
}

fn set_block_size(s: &mut Settings, word: &str) {
    let digits = word.find(|c: char| !c.is_ascii_digit()).unwrap_or(word.len());
    let count: u64 = word[..digits].parse().unwrap_or(1);
    let unit = match &word[digits..] {
        "" => 1,
        "K" | "k" | "KiB" => 1024,
        "M" | "MiB" => 1 << 20,
        "G" | "GiB" => 1 << 30,
        "KB" | "kB" => 1000,
        "MB" => 1_000_000,
        _ => 1,
    };
    (s.scale, s.scaled) = (Scale::Unit((count * unit).max(1)), true);
}

fn usage(text: &str) -> i32 {
    fault(&format!("{text}\nTry 'ls --help' for more information."))
}

fn fault(text: &str) -> i32 {
    complain("ls", text);
    2
}

fn chosen<T: Copy>(option: &str, word: &str, choices: &[(&str, T)]) -> Result<T, i32> {
    if let Some((_, choice)) = choices.iter().find(|(name, _)| *name == word) {
        return Ok(*choice);
    }
    let list: String = choices.iter().map(|(name, _)| format!("  - '{name}'\n")).collect();
    Err(usage(&format!("invalid argument '{word}' for '--{option}'\nValid arguments are:\n{}", list.trim_end())))
}

impl Settings {
    pub fn quote(&self, name: &[u8]) -> Vec<u8> {
        match self.quoting {
            Quoting::Literal => name.to_vec(),
            Quoting::Questions => String::from_utf8_lossy(name).chars().map(|c| if c.is_control() || c == '\u{fffd}' { '?' } else { c }).collect::<String>().into_bytes(),
            Quoting::Escape => escape(name, b' '),
            Quoting::C => [b"\"".as_slice(), &escape(name, b'"'), b"\""].concat(),
            Quoting::Shell => quote::maybe(name).into_owned().into_bytes(),
            Quoting::ShellAlways => quote::shell_always(name).into_bytes(),
        }
    }
}

fn escape(name: &[u8], special: u8) -> Vec<u8> {
    let mut out = Vec::new();
    for chunk in name.utf8_chunks() {
        for c in chunk.valid().bytes() {
            match c {
                b'\n' => out.extend(b"\\n"),
                b'\t' => out.extend(b"\\t"),
                b'\r' => out.extend(b"\\r"),
                b'\\' => out.extend(b"\\\\"),
                c if c == special => out.extend([b'\\', c]),
                c if c.is_ascii_control() => out.extend(format!("\\{c:03o}").bytes()),
                c => out.push(c),
            }
        }
        chunk.invalid().iter().for_each(|b| out.extend(format!("\\{b:03o}").bytes()));
    }
    out
}
