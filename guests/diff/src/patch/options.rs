//! The options of patch.

use sunaba_gnu::options::{Item, Opt, Order, flag, parse, value};
use sunaba_gnu::output::{complain, say, version};
use sunaba_gnu::bytes;

#[derive(Default)]
pub struct Settings {
    pub strip: Option<usize>,
    pub reverse: bool,
    pub forward: bool,
    pub force: bool,
    pub batch: bool,
    pub silent: bool,
    pub dry_run: bool,
    pub backup: bool,
    pub remove_empty: bool,
    pub ignore_space: bool,
    pub fuzz: usize,
    pub input: Option<Vec<u8>>,
    pub output: Option<Vec<u8>>,
    pub folder: Option<Vec<u8>>,
    pub file: Option<Vec<u8>>,
    pub suffix: Vec<u8>,
    pub prefix: Vec<u8>,
}

const OPTIONS: &[Opt] = &[
    value('p', "strip"), value('F', "fuzz"), flag('l', "ignore-whitespace"), flag('c', "context"), flag('e', "ed"), flag('n', "normal"),
    flag('u', "unified"), flag('N', "forward"), flag('R', "reverse"), value('i', "input"), value('o', "output"), value('r', "reject-file"),
    value('D', "ifdef"), flag('E', "remove-empty-files"), flag('Z', "set-utc"), flag('T', "set-time"), flag('b', "backup"),
    flag('\0', "backup-if-mismatch"), flag('\0', "no-backup-if-mismatch"), value('V', "version-control"), value('B', "prefix"),
    value('Y', "basename-prefix"), value('z', "suffix"), flag('t', "batch"), flag('f', "force"), flag('s', "quiet"), flag('\0', "silent"),
    flag('\0', "verbose"), flag('\0', "dry-run"), value('d', "directory"), flag('\0', "binary"), flag('\0', "merge"), flag('\0', "posix"),
    value('\0', "read-only"), value('\0', "reject-format"), flag('\0', "help"), flag('v', "version"),
];

const HELP: &str = "Usage: patch [OPTION]... [ORIGFILE [PATCHFILE]]

  -p NUM  --strip=NUM  Strip NUM leading components from file names.
  -F LINES  --fuzz LINES  Set the fuzz factor to LINES for inexact matching.
  -l  --ignore-whitespace  Ignore white space changes between patch and input.
  -N  --forward  Ignore patches that appear to be reversed or already applied.
  -R  --reverse  Assume patches were created with old and new files swapped.
  -i PATCHFILE  --input=PATCHFILE  Read patch from PATCHFILE instead of stdin.
  -o FILE  --output=FILE  Output patched files to FILE.
  -E  --remove-empty-files  Remove output files that are empty after patching.
  -b  --backup  Back up the original contents of each file.
  -z SUFFIX  --suffix=SUFFIX  Append SUFFIX to backup file names.
  -t  --batch  Ask no questions; skip bad-Prereq patches; assume reversed.
  -f  --force  Like -t, but ignore bad-Prereq patches, and assume unreversed.
  -s  --quiet  --silent  Work silently unless an error occurs.
  --dry-run  Do not actually change any files; just print what would happen.
  -d DIR  --directory=DIR  Change the working directory to DIR first.
  --help  Output this help.
  -v  --version  Output version info.
";

pub fn read(args: &[Vec<u8>]) -> Result<Settings, i32> {
    let usage = |fault: &str| {
        complain("patch", &format!("{fault}\npatch: Try 'patch --help' for more information."));
        2
    };
    let refuse = |fault: &str| {
        complain("patch", &format!("**** {fault}"));
        2
    };
    let mut s = Settings { fuzz: 2, suffix: b".orig".to_vec(), ..Settings::default() };
    let items = parse(args, OPTIONS, Order::Anywhere).map_err(|fault| usage(&fault))?;
    let mut names = Vec::new();
    for item in items {
        let (option, argument) = match item {
            Item::Operand(name) => {
                names.push(name);
                continue;
            }
            Item::Option(option, argument) => (option, argument),
        };
        let number = || bytes::lossy(argument.as_deref().unwrap_or_default()).parse::<usize>();
        match option.as_str() {
            "strip" => s.strip = Some(number().map_err(|_| refuse(&format!("strip count {} is not a number", bytes::lossy(argument.as_deref().unwrap_or_default()))))?),
            "fuzz" => s.fuzz = number().map_err(|_| refuse(&format!("fuzz factor {} is not a number", bytes::lossy(argument.as_deref().unwrap_or_default()))))?,
            "ignore-whitespace" => s.ignore_space = true,
            "forward" => s.forward = true,
            "reverse" => s.reverse = true,
            "input" => s.input = argument,
            "output" => s.output = argument,
            "remove-empty-files" => s.remove_empty = true,
            "backup" => s.backup = true,
            "suffix" => s.suffix = argument.unwrap_or_default(),
            "prefix" => (s.prefix, s.suffix) = (argument.unwrap_or_default(), Vec::new()),
            "batch" => s.batch = true,
            "force" => s.force = true,
            "quiet" | "silent" => s.silent = true,
            "dry-run" => s.dry_run = true,
            "directory" => s.folder = argument,
            "help" => {
                say(HELP);
                return Err(0);
            }
            "version" => {
                say(&version("patch"));
                return Err(0);
            }
            _ => {}
        }
    }
    let mut names = names.into_iter();
    s.file = names.next();
    if let Some(input) = names.next() {
        s.input = Some(input);
    }
    if let Some(extra) = names.next() {
        return Err(usage(&format!("{}: extra operand", bytes::lossy(&extra))));
    }
    Ok(s)
}
