//! stat, with GNU's formats.

use sunaba_gnu::options::{Item, Opt, Order, flag, parse, value};
use sunaba_gnu::output::{Out, complain, say, version};
use sunaba_gnu::quote::{maybe, quoted, shell_always};
use sunaba_gnu::status::{self, Kind, Moment, Status, mode_text, owner_name};
use sunaba_gnu::time::strftime;
use sunaba_gnu::{bytes, error};

const OPTIONS: &[Opt] = &[
    value('c', "format"), value('\0', "printf"), flag('L', "dereference"), flag('f', "file-system"), flag('t', "terse"),
    value('\0', "cached"), flag('\0', "help"), flag('\0', "version"),
];

const HELP: &str = "Usage: stat [OPTION]... FILE...
Display file or file system status.

  -L, --dereference     follow links
  -f, --file-system     display file system status instead of file status
  -c, --format=FORMAT   use the specified FORMAT instead of the default
      --printf=FORMAT   like --format, but interpret backslash escapes, and do not
                        output a mandatory trailing newline
  -t, --terse           print the information in terse form
      --help            display this help and exit
      --version         output version information and exit

Format sequences: %a %A %b %B %d %f %F %g %G %h %i %m %n %N %o %s %u %U %w %W %x %X %y %Y %z %Z
";

const PLAIN: &str = "  File: %N
  Size: %-10s\tBlocks: %-10b IO Block: %-6o %F
Device: %Hd,%Ld\tInode: %-10i  Links: %h
Access: (%04a/%10.10A)  Uid: (%5u/%8U)   Gid: (%5g/%8G)
Access: %x
Modify: %y
Change: %z
 Birth: %w
";
const TERSE: &str = "%n %s %b %f %u %g %D %i %h %t %T %X %Y %Z %W %o\n";
const FILE_SYSTEM: &str = "  File: \"%n\"\n    ID: 0        Namelen: 255     Type: sunaba\nBlock size: 4096       Fundamental block size: 4096\n";

pub fn run(args: &[Vec<u8>]) -> i32 {
    let items = match parse(args, OPTIONS, Order::Anywhere) {
        Ok(items) => items,
        Err(fault) => return usage(&fault),
    };
    let (mut format, mut follow, mut escapes, mut names) = (None, false, false, Vec::new());
    let (mut terse, mut file_system) = (false, false);
    for item in items {
        match item {
            Item::Operand(name) => names.push(name),
            Item::Option(option, argument) => match option.as_str() {
                "format" => (format, escapes) = (argument.map(|f| bytes::lossy(&f).into_owned() + "\n"), false),
                "printf" => (format, escapes) = (argument.map(|f| bytes::lossy(&f).into_owned()), true),
                "dereference" => follow = true,
                "terse" => terse = true,
                "file-system" => file_system = true,
                "help" => {
                    say(HELP);
                    return 0;
                }
                "version" => {
                    say(&version("stat"));
                    return 0;
                }
                _ => {}
            },
        }
    }
    if names.is_empty() {
        return usage("missing operand");
    }
    let default = if file_system { FILE_SYSTEM } else if terse { TERSE } else { PLAIN };
    let own = format.is_some();
    let format = format.unwrap_or_else(|| default.to_owned());
    let mut out = Out::new("stat");
    let mut code = 0;
    for name in &names {
        let found = if follow { status::stat(name) } else { status::lstat(name) };
        match found {
            Ok(found) => print(&mut out, &format, (own, escapes), name, &found),
            Err(fault) => {
                out.flush();
                let what = if file_system { "cannot read file system information for" } else { "cannot statx" };
                complain("stat", &format!("{what} {}: {}", quoted(name), error::text(&fault)));
                code = 1;
            }
        }
    }
    out.flush();
    code
}

fn usage(fault: &str) -> i32 {
    complain("stat", &format!("{fault}\nTry 'stat --help' for more information."));
    1
}

fn print(out: &mut Out, format: &str, (own, escapes): (bool, bool), name: &[u8], found: &Status) {
    let mut chars = format.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\\' && escapes {
            match chars.next() {
                Some('n') => out.put(b"\n"),
                Some('t') => out.put(b"\t"),
                Some('r') => out.put(b"\r"),
                Some('0') => out.put(b"\0"),
                Some('a') => out.put(b"\x07"),
                Some('e') => out.put(b"\x1b"),
                Some(other) => out.text(&other.to_string()),
                None => out.put(b"\\"),
            }
            continue;
        }
        if c != '%' {
            out.text(&c.to_string());
            continue;
        }
        let mut spec = String::new();
        while let Some(&c) = chars.peek() {
            if !(c.is_ascii_digit() || "-+ #'.0".contains(c)) {
                break;
            }
            spec.push(c);
            chars.next();
        }
        let mut letter = chars.next().unwrap_or('%');
        let mut half = None;
        if matches!(letter, 'H' | 'L') && chars.peek().is_some_and(|c| matches!(c, 'd' | 'r')) {
            half = Some(letter);
            letter = chars.next().unwrap_or('d');
        }
        match letter {
            'n' => out.put(&pad(&spec, &bytes::lossy(name)).into_bytes()),
            _ => out.text(&pad(&spec, &one(letter, (half, own), name, found))),
        }
    }
}

fn one(letter: char, (half, own): (Option<char>, bool), name: &[u8], found: &Status) -> String {
    match letter {
        '%' => "%".into(),
        'a' => format!("{:o}", found.mode),
        'A' => mode_text(found.kind, found.mode),
        'b' => found.blocks.to_string(),
        'B' => "512".into(),
        'd' => match half {
            Some('H') => ((found.device >> 8) & 0xfff).to_string(),
            Some(_) => ((found.device & 0xff) | ((found.device >> 12) & 0xfff00)).to_string(),
            None => found.device.to_string(),
        },
        'D' => format!("{:x}", found.device),
        'f' => format!("{:x}", type_bits(found.kind) | found.mode),
        'F' => kind_name(found).into(),
        'g' => found.gid.to_string(),
        'G' => named(found.gid),
        'h' => found.links.to_string(),
        'i' => found.inode.to_string(),
        'm' => "/".into(),
        'N' => {
            // A format of one's own has names that a shell can read, whatever they are.
            let shown = |name| if own { shell_always(name) } else { maybe(name).into_owned() };
            match status::read_link(name) {
                Ok(target) if found.kind == Kind::Link => format!("{} -> {}", shown(name), shown(&target)),
                _ => shown(name),
            }
        }
        'o' => "4096".into(),
        's' => found.size.to_string(),
        't' | 'T' | 'r' | 'R' => "0".into(),
        'u' => found.uid.to_string(),
        'U' => named(found.uid),
        'w' => "-".into(),
        'W' => "0".into(),
        'x' => full(found.accessed),
        'X' => found.accessed.seconds.to_string(),
        'y' => full(found.modified),
        'Y' => found.modified.seconds.to_string(),
        'z' => full(found.changed),
        'Z' => found.changed.seconds.to_string(),
        _ => "?".into(),
    }
}

fn named(id: u32) -> String {
    let name = owner_name(id);
    if name.chars().all(|c| c.is_ascii_digit()) { "UNKNOWN".into() } else { name }
}

fn full(moment: Moment) -> String {
    strftime("%Y-%m-%d %H:%M:%S.%N %z", moment)
}

fn kind_name(found: &Status) -> &'static str {
    match found.kind {
        Kind::File if found.size == 0 => "regular empty file",
        Kind::File => "regular file",
        Kind::Directory => "directory",
        Kind::Link => "symbolic link",
        Kind::Pipe => "fifo",
        Kind::Socket => "socket",
        Kind::CharDevice => "character special file",
        Kind::BlockDevice => "block special file",
    }
}

fn type_bits(kind: Kind) -> u32 {
    match kind {
        Kind::File => 0o100000,
        Kind::Directory => 0o040000,
        Kind::Link => 0o120000,
        Kind::Pipe => 0o010000,
        Kind::Socket => 0o140000,
        Kind::CharDevice => 0o020000,
        Kind::BlockDevice => 0o060000,
    }
}

/// printf's flags, width and precision for a text.
fn pad(spec: &str, text: &str) -> String {
    let left = spec.contains('-');
    let body = spec.trim_start_matches(['-', '+', ' ', '#', '\'']);
    let zero = body.starts_with('0');
    let (width, precision) = match body.split_once('.') {
        Some((width, precision)) => (width, precision.parse::<usize>().ok()),
        None => (body, None),
    };
    let width: usize = width.parse().unwrap_or(0);
    let text: String = match precision {
        Some(most) => text.chars().take(most).collect(),
        None => text.to_owned(),
    };
    match (left, zero) {
        (true, _) => format!("{text:<width$}"),
        (false, true) => format!("{text:0>width$}"),
        (false, false) => format!("{text:>width$}"),
    }
}
