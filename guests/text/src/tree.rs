//! tree.

mod listed;
mod structured;

use crate::input;
use sunaba_gnu::fnmatch::{Rules, matches};
use sunaba_gnu::options::{Opt, flag, maybe, value};
use sunaba_gnu::output::complain;
use sunaba_gnu::status::{self, Kind, Status, mode_text};
use sunaba_gnu::stream::put;
use sunaba_gnu::{bytes, time::strftime};

const HELP: &str = "usage: tree [-adfghilnpqrstuvxACDFJQNSUX] [-L level] [-I pattern] [-P pattern] [--noreport] [--dirsfirst] [directory ...]
  -a            All files are listed.
  -d            List directories only.
  -l            Follow symbolic links like directories.
  -f            Print the full path prefix for each file.
  -L level      Descend only level directories deep.
  -P pattern    List only those files that match the pattern given.
  -I pattern    Do not list files that match the given pattern.
  --prune       Prune empty directories from the output.
  --filelimit # Do not descend dirs with more than # files in them.
  --noreport    Turn off file/directory count at end of tree listing.
  -p -s -h -D   Print the protections, size, readable size, date of each file.
  -F            Appends '/', '=', '*', '@', '|' or '>' as per ls -F.
  -i            Don't print indentation lines.
  -r -t -v -U   Sort in reverse, by time, by version, not at all.
  --dirsfirst   List directories before files, or with --filesfirst after them.
  --si          Like -h, but in powers of 1000.
  --timefmt fmt Print times by this format.
  --fromfile    The operands are lists of paths, . is standard input.
  -J -X         Prints out a JSON or XML representation of the tree.
  -o filename   Output to file instead of stdout.
";

#[derive(Default)]
struct Settings {
    all: bool,
    folders_only: bool,
    follow: bool,
    full: bool,
    depth: Option<usize>,
    wanted: Vec<Vec<u8>>,
    ignored: Vec<Vec<u8>>,
    ignore_case: bool,
    prune: bool,
    limit: Option<usize>,
    report: bool,
    modes: bool,
    sizes: bool,
    /// Sizes by powers of this.
    power: Option<f64>,
    /// Times in this format.
    dates: Option<String>,
    indicators: bool,
    quoted: bool,
    bare: bool,
    reverse: bool,
    by_time: bool,
    by_size: bool,
    unsorted: bool,
    folders_first: bool,
    files_first: bool,
    ascii: bool,
    structure: Option<Structure>,
    listed: bool,
    output: Option<Vec<u8>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Structure {
    Json,
    Xml,
}

struct Node {
    name: Vec<u8>,
    path: Vec<u8>,
    status: Status,
    target: Option<Vec<u8>>,
    children: Vec<Node>,
    note: Option<String>,
}

pub fn run(args: &[Vec<u8>]) -> i32 {
    const OPTIONS: &[Opt] = &[
        flag('a', ""), flag('d', ""), flag('l', ""), flag('f', ""), flag('x', ""), value('L', ""), value('P', ""), value('I', ""), flag('\0', "ignore-case"),
        flag('\0', "matchdirs"), flag('\0', "prune"), value('\0', "filelimit"), flag('\0', "noreport"), flag('p', ""), flag('s', ""), flag('h', ""),
        flag('D', ""), flag('F', ""), flag('i', ""), flag('r', ""), flag('t', ""), flag('v', ""), flag('U', ""), value('\0', "sort"),
        flag('\0', "dirsfirst"), flag('\0', "filesfirst"), maybe('\0', "charset"), flag('A', ""), flag('S', ""), flag('n', ""), flag('C', ""), flag('N', ""),
        flag('q', ""), flag('Q', ""), flag('u', ""), flag('g', ""), flag('J', ""), flag('\0', "gitignore"), flag('\0', "du"), flag('\0', "si"), value('o', ""),
        flag('\0', "help"), flag('\0', "version"), value('\0', "timefmt"), flag('c', ""), flag('X', ""), flag('\0', "fromfile"),
    ];
    let (options, mut names) = match input::options("tree", args, OPTIONS, HELP) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let mut s = Settings { report: true, ..Settings::default() };
    for (name, argument) in options {
        let alternatives = || argument.split(|&b| b == b'|').map(<[u8]>::to_vec).collect::<Vec<_>>();
        match name.as_str() {
            "a" => s.all = true,
            "d" => s.folders_only = true,
            "l" => s.follow = true,
            "f" => s.full = true,
            "L" => match bytes::lossy(&argument).parse::<usize>() {
                Ok(level) if level > 0 => s.depth = Some(level),
                _ => {
                    complain("tree", "Invalid level, must be greater than 0.");
                    return 1;
                }
            },
            "P" => s.wanted.extend(alternatives()),
            "I" => s.ignored.extend(alternatives()),
            "ignore-case" => s.ignore_case = true,
            "prune" => s.prune = true,
            "filelimit" => s.limit = bytes::lossy(&argument).parse().ok(),
            "noreport" => s.report = false,
            "p" => s.modes = true,
            "s" => s.sizes = true,
            "h" => (s.sizes, s.power) = (true, s.power.or(Some(1024.0))),
            "si" => (s.sizes, s.power) = (true, Some(1000.0)),
            "D" => s.dates = s.dates.or(Some("%b %e %H:%M".into())),
            "timefmt" => s.dates = Some(bytes::lossy(&argument).into_owned()),
            "o" => s.output = Some(argument),
            "fromfile" => s.listed = true,
            "F" => s.indicators = true,
            "Q" => s.quoted = true,
            "i" => s.bare = true,
            "r" => s.reverse = true,
            "t" => s.by_time = true,
            "U" => s.unsorted = true,
            "sort" => match argument.as_slice() {
                b"size" => s.by_size = true,
                b"mtime" | b"ctime" => s.by_time = true,
                b"none" => s.unsorted = true,
                _ => {}
            },
            "dirsfirst" => s.folders_first = true,
            "charset" => s.ascii = argument.eq_ignore_ascii_case(b"ascii"),
            "filesfirst" => s.files_first = true,
            "J" => s.structure = Some(Structure::Json),
            "X" => s.structure = Some(Structure::Xml),
            _ => {}
        }
    }
    if names.is_empty() {
        names.push(b".".to_vec());
    }
    let mut tree = Tree { settings: s, out: Vec::new(), folders: 0, files: 0, code: 0 };
    tree.all(&names);
    match &tree.settings.output {
        None => put("tree", &tree.out),
        Some(name) => {
            if std::fs::write(bytes::path(name), &tree.out).is_err() {
                complain("tree", &format!("invalid filename '{}'", bytes::lossy(name)));
                return 1;
            }
        }
    }
    tree.code
}

struct Tree {
    settings: Settings,
    out: Vec<u8>,
    folders: usize,
    files: usize,
    code: i32,
}

impl Tree {
    fn all(&mut self, names: &[Vec<u8>]) {
        self.begin();
        for (i, name) in names.iter().enumerate() {
            match if self.settings.listed { self.from_list(name) } else { self.from_folder(name) } {
                Ok(root) => {
                    self.folders += usize::from(!root.children.is_empty() || root.note.is_some());
                    if self.settings.structure.is_some() {
                        self.structured(&root, i);
                    } else {
                        let line = self.line(&root, true);
                        self.out.extend(line);
                        self.children(&root.children, "");
                    }
                }
                Err(is_file) => {
                    self.text(&format!("{}  [error opening dir]\n", bytes::lossy(name)));
                    self.files += usize::from(is_file);
                    self.code = if is_file { self.code } else { 2 };
                }
            }
        }
        self.end();
    }

    fn text(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    /// An error tells whether there is a file of the name.
    fn from_folder(&mut self, name: &[u8]) -> Result<Node, bool> {
        let found = status::stat(name).map_err(|_| false)?;
        if found.kind != Kind::Directory {
            return Err(true);
        }
        let mut root = Node { name: name.to_vec(), path: name.to_vec(), status: found, target: None, children: self.read(name, 1), note: None };
        self.limit(&mut root);
        Ok(root)
    }

    fn limit(&self, node: &mut Node) {
        if let Some(most) = self.settings.limit
            && node.children.len() > most
        {
            node.note = Some(format!("  [{} entries exceeds filelimit, not opening dir]", node.children.len()));
            node.children.clear();
        }
    }

    fn end(&mut self) {
        if self.settings.structure.is_some() {
            self.structured_end();
        } else if self.settings.report {
            let folders = format!("{} director{}", self.folders, if self.folders == 1 { "y" } else { "ies" });
            let files = if self.settings.folders_only { String::new() } else { format!(", {} file{}", self.files, if self.files == 1 { "" } else { "s" }) };
            self.text(&format!("\n{folders}{files}\n"));
        }
    }

    fn count(&mut self, node: &Node) {
        let led_to_folder = node.target.is_some() && status::stat(&node.path).is_ok_and(|found| found.kind == Kind::Directory);
        if node.status.kind == Kind::Directory || led_to_folder { self.folders += 1 } else { self.files += 1 }
    }

    fn read(&mut self, folder: &[u8], depth: usize) -> Vec<Node> {
        if self.settings.depth.is_some_and(|most| depth > most) {
            return Vec::new();
        }
        let Ok(entries) = std::fs::read_dir(bytes::path(folder)) else {
            self.code = 2;
            return Vec::new();
        };
        let mut nodes = Vec::new();
        for entry in entries.filter_map(Result::ok) {
            let name = bytes::into_vec(entry.file_name());
            let mut path = folder.to_vec();
            if !path.ends_with(b"/") {
                path.push(b'/');
            }
            path.extend_from_slice(&name);
            let Ok(found) = status::lstat(&path) else { continue };
            let target = if found.kind == Kind::Link { status::read_link(&path).ok() } else { None };
            let led = if target.is_some() { status::stat(&path).ok() } else { None };
            let is_folder = found.kind == Kind::Directory || led.as_ref().is_some_and(|l| l.kind == Kind::Directory);
            // A link that is not followed is a file to -P, and a folder to -d.
            let counts = if self.settings.wanted.is_empty() { is_folder } else { is_folder && (target.is_none() || self.settings.follow) };
            if !self.shown(&name, counts) {
                continue;
            }
            let mut node = Node { name, path, status: found, target, children: Vec::new(), note: None };
            if node.status.kind == Kind::Directory || (self.settings.follow && is_folder) {
                node.children = self.read(&node.path.clone(), depth + 1);
                if self.settings.prune && node.children.is_empty() {
                    continue;
                }
                self.limit(&mut node);
            }
            nodes.push(node);
        }
        self.sort(&mut nodes);
        nodes
    }

    fn shown(&self, name: &[u8], is_folder: bool) -> bool {
        let s = &self.settings;
        let rules = Rules { ignore_case: s.ignore_case, ..Rules::default() };
        if (!s.all && name.starts_with(b".")) || (s.folders_only && !is_folder) {
            return false;
        }
        let hit = |list: &[Vec<u8>]| list.iter().any(|pattern| matches(pattern.strip_suffix(b"/").unwrap_or(pattern), name, rules));
        !hit(&s.ignored) && (is_folder || s.wanted.is_empty() || hit(&s.wanted))
    }

    fn sort(&self, nodes: &mut [Node]) {
        let s = &self.settings;
        if !s.unsorted {
            nodes.sort_by(|a, b| {
                let order = if s.by_time {
                    a.status.modified.cmp(&b.status.modified).then_with(|| a.name.cmp(&b.name))
                } else if s.by_size {
                    b.status.size.cmp(&a.status.size).then_with(|| a.name.cmp(&b.name))
                } else {
                    a.name.cmp(&b.name)
                };
                if s.reverse { order.reverse() } else { order }
            });
        }
        if s.folders_first || s.files_first {
            nodes.sort_by_cached_key(|node| {
                let led = node.target.is_some() && status::stat(&node.path).is_ok_and(|led| led.kind == Kind::Directory);
                (node.status.kind == Kind::Directory || led) == s.files_first
            });
        }
    }

    fn children(&mut self, nodes: &[Node], prefix: &str) {
        let (tee, corner, bar, gap) = if self.settings.ascii { ("|-- ", "`-- ", "|   ", "    ") } else { ("├── ", "└── ", "│\u{a0}\u{a0} ", "    ") };
        for (i, node) in nodes.iter().enumerate() {
            let last = i + 1 == nodes.len();
            if !self.settings.bare {
                self.text(prefix);
                self.text(if last { corner } else { tee });
            }
            self.count(node);
            let line = self.line(node, false);
            self.out.extend(line);
            let deeper = format!("{prefix}{}", if last { gap } else { bar });
            self.children(&node.children, &deeper);
        }
    }

    fn line(&self, node: &Node, root: bool) -> Vec<u8> {
        let s = &self.settings;
        let mut facts = Vec::new();
        if s.modes {
            facts.push(mode_text(node.status.kind, node.status.mode));
        }
        if s.sizes {
            facts.push(s.power.map_or_else(|| format!("{:>11}", node.status.size), |power| format!("{:>4}", readable(node.status.size, power))));
        }
        if let Some(format) = &s.dates {
            facts.push(strftime(format, node.status.modified));
        }
        let mut line = if facts.is_empty() { Vec::new() } else { format!("[{}]  ", facts.join(" ")).into_bytes() };
        let shown = |name: &[u8]| if s.quoted { [b"\"", name, b"\""].concat() } else { name.to_vec() };
        line.extend(shown(if s.full || root { &node.path } else { &node.name }));
        if let Some(target) = &node.target {
            line.extend_from_slice(b" -> ");
            line.extend(shown(target));
        }
        if s.indicators {
            match node.status.kind {
                Kind::Directory if !line.ends_with(b"/") => line.push(b'/'),
                Kind::File if node.status.mode & 0o111 != 0 => line.push(b'*'),
                _ => {}
            }
        }
        line.extend(node.note.clone().unwrap_or_default().bytes());
        line.push(b'\n');
        line
    }
}

fn readable(size: u64, power: f64) -> String {
    let (mut value, mut unit) = (size as f64, 0);
    while value >= power && unit < 5 {
        value /= power;
        unit += 1;
    }
    let letter = ["", if power < 1024.0 { "k" } else { "K" }, "M", "G", "T", "P"][unit];
    if unit > 0 && value < 10.0 { format!("{value:.1}{letter}") } else { format!("{value:.0}{letter}") }
}
