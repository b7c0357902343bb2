//! du.

use crate::ls::join;
use std::collections::HashSet;
use sunaba_gnu::options::{Item, Opt, Order, flag, parse, value};
use sunaba_gnu::output::{Out, complain, say, version};
use sunaba_gnu::quote::quoted;
use sunaba_gnu::status::{self, Kind};
use sunaba_gnu::{bytes, error, fnmatch};

const OPTIONS: &[Opt] = &[
    flag('a', "all"), flag('\0', "apparent-size"), value('B', "block-size"), flag('b', "bytes"), flag('c', "total"),
    flag('D', "dereference-args"), flag('H', ""), value('d', "max-depth"), flag('h', "human-readable"), flag('\0', "si"), flag('k', ""),
    flag('m', ""), flag('L', "dereference"), flag('l', "count-links"), flag('P', "no-dereference"), flag('S', "separate-dirs"),
    flag('s', "summarize"), value('t', "threshold"), flag('x', "one-file-system"), value('\0', "exclude"), value('X', "exclude-from"),
    flag('0', "null"), flag('\0', "inodes"), flag('\0', "help"), flag('\0', "version"),
];

const HELP: &str = "Usage: du [OPTION]... [FILE]...
Summarize device usage of the set of FILEs, recursively for directories.

  -0, --null            end each output line with NUL, not newline
  -a, --all             write counts for all files, not just directories
      --apparent-size   print apparent sizes rather than device usage
  -B, --block-size=SIZE scale sizes by SIZE before printing them
  -b, --bytes           equivalent to '--apparent-size --block-size=1'
  -c, --total           produce a grand total
  -d, --max-depth=N     print the total for a directory only if it is N or fewer levels below
  -h, --human-readable  print sizes in human readable format (e.g., 1K 234M 2G)
      --inodes          list inode usage information instead of block usage
  -k, -m                like --block-size=1K, --block-size=1M
  -L, --dereference     dereference all symbolic links
  -S, --separate-dirs   for directories do not include size of subdirectories
  -s, --summarize       display only a total for each argument
      --si              like -h, but use powers of 1000 not 1024
      --exclude=PATTERN exclude files that match PATTERN
      --help            display this help and exit
      --version         output version information and exit
";

struct Settings {
    all: bool,
    apparent: bool,
    unit: Unit,
    depth: Option<usize>,
    follow: bool,
    separate: bool,
    count_links: bool,
    inodes: bool,
    end: &'static str,
    excluded: Vec<Vec<u8>>,
}

#[derive(Clone, Copy)]
enum Unit {
    Bytes(u64),
    Human(u64),
}

struct Walk {
    settings: Settings,
    out: Out,
    seen: HashSet<(u64, u64)>,
    code: i32,
}

pub fn run(args: &[Vec<u8>]) -> i32 {
    let items = match parse(args, OPTIONS, Order::Anywhere) {
        Ok(items) => items,
        Err(fault) => return usage(&fault),
    };
    let mut s = Settings {
        all: false, apparent: false, unit: Unit::Bytes(1024), depth: None, follow: false, separate: false, count_links: false, inodes: false, end: "\n", excluded: Vec::new(),
    };
    let (mut names, mut total, mut summarize) = (Vec::new(), false, false);
    for item in items {
        let (option, argument) = match item {
            Item::Operand(name) => {
                names.push(name);
                continue;
            }
            Item::Option(option, argument) => (option, argument.unwrap_or_default()),
        };
        match option.as_str() {
            "all" => s.all = true,
            "apparent-size" => s.apparent = true,
            "bytes" => (s.apparent, s.unit) = (true, Unit::Bytes(1)),
            "total" => total = true,
            "max-depth" => match bytes::lossy(&argument).parse() {
                Ok(depth) => s.depth = Some(depth),
                Err(_) => return usage(&format!("invalid maximum depth {}", quoted(&argument))),
            },
            "human-readable" => s.unit = Unit::Human(1024),
            "si" => s.unit = Unit::Human(1000),
            "k" => s.unit = Unit::Bytes(1024),
            "m" => s.unit = Unit::Bytes(1 << 20),
            "block-size" => match block_size(&bytes::lossy(&argument)) {
                Some(unit) => s.unit = unit,
                None => return usage(&format!("invalid --block-size argument {}", quoted(&argument))),
            },
            "dereference" => s.follow = true,
            "separate-dirs" => s.separate = true,
            "count-links" => s.count_links = true,
            "summarize" => summarize = true,
            "inodes" => s.inodes = true,
            "null" => s.end = "\0",
            "exclude" => s.excluded.push(argument),
            "exclude-from" => match std::fs::read(bytes::path(&argument)) {
                Ok(text) => s.excluded.extend(text.split(|&b| b == b'\n').filter(|l| !l.is_empty()).map(<[u8]>::to_vec)),
                Err(fault) => {
                    complain("du", &format!("{}: {}", bytes::lossy(&argument), error::text(&fault)));
                    return 1;
                }
            },
            "help" => {
                say(HELP);
                return 0;
            }
            "version" => {
                say(&version("du"));
                return 0;
            }
            _ => {}
        }
    }
    if summarize && s.all {
        return usage("cannot both summarize and show all entries");
    }
    if summarize {
        s.depth = Some(0);
    }
    if names.is_empty() {
        names.push(b".".to_vec());
    }
    let mut walk = Walk { settings: s, out: Out::new("du"), seen: HashSet::new(), code: 0 };
    let sum = names.iter().map(|name| walk.visit(name, 0)).sum();
    if total {
        walk.print(sum, b"total");
    }
    walk.out.flush();
    walk.code
}

fn usage(fault: &str) -> i32 {
    complain("du", &format!("{fault}\nTry 'du --help' for more information."));
    1
}

fn block_size(word: &str) -> Option<Unit> {
    let cut = word.find(|c: char| !c.is_ascii_digit()).unwrap_or(word.len());
    let count: u64 = if cut == 0 { 1 } else { word[..cut].parse().ok()? };
    let unit = match &word[cut..] {
        "" => 1,
        "K" | "k" | "KiB" => 1024,
        "M" | "MiB" => 1 << 20,
        "G" | "GiB" => 1 << 30,
        "KB" | "kB" => 1000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        _ => return None,
    };
    (count > 0).then_some(Unit::Bytes(count * unit))
}

impl Walk {
    /// What the tree takes; prints its lines, children first.
    fn visit(&mut self, path: &[u8], depth: usize) -> u64 {
        let found = if self.settings.follow { status::stat(path) } else { status::lstat(path) };
        let found = match found {
            Ok(found) => found,
            Err(fault) => return self.fail(&format!("cannot access {}", quoted(path)), &fault),
        };
        if self.excluded(path) {
            return 0;
        }
        if !self.settings.count_links && (found.links > 1 || depth == 0 || self.settings.follow) && found.inode != 0 && !self.seen.insert((found.device, found.inode)) {
            return 0;
        }
        let directory = found.kind == Kind::Directory;
        let own = if self.settings.inodes {
            1
        } else if !self.settings.apparent {
            found.blocks * 512
        } else if directory || found.kind == Kind::File || found.kind == Kind::Link {
            found.size
        } else {
            0
        };
        let (mut sum, mut shown) = (own, own);
        if directory {
            let entries = match std::fs::read_dir(bytes::path(path)) {
                Ok(entries) => entries,
                Err(fault) => return own + self.fail(&format!("cannot read directory {}", quoted(path)), &fault),
            };
            for entry in entries.filter_map(Result::ok) {
                let child = join(path, &bytes::into_vec(entry.file_name()));
                let folder = entry.file_type().is_ok_and(|t| t.is_dir());
                let size = self.visit(&child, depth + 1);
                sum += size;
                if !folder || !self.settings.separate {
                    shown += size;
                }
            }
        }
        if (directory || self.settings.all || depth == 0) && self.settings.depth.is_none_or(|most| depth <= most) {
            self.print(shown, path);
        }
        sum
    }

    fn excluded(&self, path: &[u8]) -> bool {
        let base = path.rsplit(|&b| b == b'/').next().unwrap_or(path);
        self.settings.excluded.iter().any(|pattern| fnmatch::matches(pattern, base, fnmatch::Rules::default()) || fnmatch::matches(pattern, path, fnmatch::Rules::default()))
    }

    fn fail(&mut self, what: &str, fault: &std::io::Error) -> u64 {
        self.out.flush();
        complain("du", &format!("{what}: {}", error::text(fault)));
        self.code = 1;
        0
    }

    fn print(&mut self, size: u64, path: &[u8]) {
        let number = match self.settings.unit {
            _ if self.settings.inodes => size.to_string(),
            Unit::Bytes(unit) => size.div_ceil(unit).to_string(),
            Unit::Human(base) => crate::ls::human(size, base),
        };
        self.out.text(&number);
        self.out.put(b"\t");
        self.out.put(path);
        self.out.text(self.settings.end);
    }
}
