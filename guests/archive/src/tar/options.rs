//! tar's command line, in the old style too: `tar xzf a.tgz`.

use sunaba_gnu::bytes::lossy;
use sunaba_gnu::options::{Item, Opt, Order, flag, maybe, parse as parse_items, value};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    Create,
    Append,
    List,
    Extract,
    Compare,
    Delete,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    /// `-C` before the names that follow.
    Directory(Vec<u8>),
    Name(Vec<u8>),
}

#[derive(Debug)]
pub struct Options {
    pub action: Action,
    /// `None`: standard input or output.
    pub file: Option<Vec<u8>>,
    pub gzip: bool,
    pub auto_compress: bool,
    pub verbose: usize,
    pub names: Vec<Named>,
    pub exclude: Vec<Vec<u8>>,
    pub strip: usize,
    pub to_stdout: bool,
    pub keep_old: bool,
    pub skip_old: bool,
    pub wildcards: bool,
    pub absolute_names: bool,
    pub dereference: bool,
    pub recursive: bool,
    pub touch: bool,
    pub keep_modes: bool,
    pub owner: Option<String>,
    pub group: Option<String>,
    pub numeric_owner: bool,
    pub mtime: Option<i64>,
    /// Expressions of `--transform`.
    pub transform: Vec<Vec<u8>>,
}

pub enum Fault {
    Help,
    Version,
    Usage(String),
    Fatal(String),
}

const OPTIONS: &[Opt] = &[
    flag('c', "create"), flag('r', "append"), flag('u', "update"), flag('t', "list"), flag('x', "extract"), flag('\0', "get"), flag('d', "diff"),
    flag('\0', "compare"), flag('\0', "delete"), value('\0', "xform"),
    value('f', "file"), flag('z', "gzip"), flag('\0', "gunzip"), flag('j', "bzip2"), flag('J', "xz"), flag('\0', "zstd"),
    flag('a', "auto-compress"), flag('v', "verbose"), value('C', "directory"), value('\0', "exclude"), value('X', "exclude-from"),
    flag('\0', "exclude-vcs"), value('\0', "strip-components"), flag('O', "to-stdout"), flag('k', "keep-old-files"),
    flag('\0', "skip-old-files"), flag('\0', "overwrite"), flag('\0', "wildcards"), flag('\0', "no-wildcards"), flag('P', "absolute-names"),
    flag('h', "dereference"), flag('\0', "no-recursion"), flag('\0', "recursion"), value('T', "files-from"), flag('m', "touch"),
    flag('p', "preserve-permissions"), flag('\0', "same-permissions"), flag('\0', "no-same-permissions"), flag('\0', "no-same-owner"),
    flag('o', ""), flag('\0', "same-owner"), value('\0', "owner"), value('\0', "group"), flag('\0', "numeric-owner"), value('\0', "mtime"),
    value('\0', "sort"), value('H', "format"), flag('\0', "posix"), value('b', "blocking-factor"), flag('S', "sparse"), flag('w', "interactive"),
    flag('l', "check-links"), flag('W', "verify"), flag('\0', "totals"), flag('\0', "warning"), flag('\0', "anchored"), flag('\0', "no-anchored"),
    flag('i', "ignore-zeros"), flag('U', "unlink-first"), maybe('\0', "checkpoint"), flag('\0', "help"), flag('\0', "usage"), flag('\0', "version"),
    flag('\0', "null"), value('\0', "transform"), flag('R', "block-number"), value('\0', "mode"), flag('n', "seek"), flag('B', "read-full-records"),
];

pub const HELP: &str = "\
Usage: tar [OPTION...] [FILE]...
GNU 'tar' saves many files together into a single archive, and can restore individual files from it.

Examples:
  tar -cf archive.tar foo bar  # Create archive.tar from files foo and bar.
  tar -tvf archive.tar         # List all files in archive.tar verbosely.
  tar -xf archive.tar          # Extract all files from archive.tar.

  -c, --create  -r, --append  -t, --list  -x, --extract, --get  -d, --diff, --compare  --delete
  -f, --file=ARCHIVE  -z, --gzip  -a, --auto-compress  -v, --verbose  -C, --directory=DIR
      --exclude=PATTERN  -X, --exclude-from=FILE  -T, --files-from=FILE  --strip-components=NUMBER
  -O, --to-stdout  -k, --keep-old-files  --skip-old-files  --wildcards  -h, --dereference
      --no-recursion  -m, --touch  -p, --preserve-permissions  -P, --absolute-names
      --transform=s/EXPRESSION/REPLACEMENT/FLAGS
      --owner=NAME  --group=NAME  --numeric-owner  --mtime=@SECONDS
      --help  --version
";

pub fn parse(args: &[Vec<u8>]) -> Result<Options, Fault> {
    let args = old_style(args)?;
    let items = parse_items(&args, OPTIONS, Order::Anywhere).map_err(Fault::Usage)?;
    let mut options = Options {
        action: Action::List,
        file: None,
        gzip: false,
        auto_compress: false,
        verbose: 0,
        names: Vec::new(),
        exclude: Vec::new(),
        strip: 0,
        to_stdout: false,
        keep_old: false,
        skip_old: false,
        wildcards: false,
        absolute_names: false,
        dereference: false,
        recursive: true,
        touch: false,
        keep_modes: false,
        owner: None,
        group: None,
        numeric_owner: false,
        mtime: None,
        transform: Vec::new(),
    };
    let mut action = None;
    for item in items {
        let (name, given) = match item {
            Item::Operand(name) => {
                options.names.push(Named::Name(name));
                continue;
            }
            Item::Option(name, given) => (name, given.unwrap_or_default()),
        };
        match name.as_str() {
            "create" | "append" | "update" | "list" | "extract" | "get" | "diff" | "compare" | "delete" => {
                let wanted = match name.as_str() {
                    "create" => Action::Create,
                    "append" | "update" => Action::Append,
                    "list" => Action::List,
                    "diff" | "compare" => Action::Compare,
                    "delete" => Action::Delete,
                    _ => Action::Extract,
                };
                if action.is_some_and(|known| known != wanted) {
                    return Err(Fault::Usage("You may not specify more than one '-Acdtrux', '--delete' or  '--test-label' option".into()));
                }
                action = Some(wanted);
            }
            "file" => options.file = if given == b"-" { None } else { Some(given) },
            "gzip" | "gunzip" => options.gzip = true,
            "bzip2" | "xz" | "zstd" => {
                return Err(Fault::Fatal(format!("{name}: there is no such compression in this sandbox; gzip (-z) is")));
            }
            "auto-compress" => options.auto_compress = true,
            "verbose" => options.verbose += 1,
            "directory" => options.names.push(Named::Directory(given)),
            "exclude" => options.exclude.push(given),
            "exclude-from" => options.exclude.extend(lines_of(&given)?),
            "exclude-vcs" => options.exclude.extend([b".git".to_vec(), b".svn".to_vec(), b".hg".to_vec(), b".gitignore".to_vec()]),
            "files-from" => options.names.extend(lines_of(&given)?.into_iter().map(Named::Name)),
            "strip-components" => {
                let text = lossy(&given).into_owned();
                options.strip = text.parse().map_err(|_| Fault::Usage(format!("{text}: Invalid number of elements")))?;
            }
            "to-stdout" => options.to_stdout = true,
            "keep-old-files" => options.keep_old = true,
            "skip-old-files" => options.skip_old = true,
            "wildcards" => options.wildcards = true,
            "no-wildcards" => options.wildcards = false,
            "absolute-names" => options.absolute_names = true,
            "dereference" => options.dereference = true,
            "no-recursion" => options.recursive = false,
            "recursion" => options.recursive = true,
            "touch" => options.touch = true,
            "preserve-permissions" | "same-permissions" => options.keep_modes = true,
            "owner" => options.owner = Some(lossy(&given).into_owned()),
            "group" => options.group = Some(lossy(&given).into_owned()),
            "numeric-owner" => options.numeric_owner = true,
            "mtime" => {
                let text = lossy(&given).into_owned();
                let seconds = text.strip_prefix('@').and_then(|digits| digits.parse().ok());
                let date = || date_seconds(&text);
                options.mtime = Some(seconds.or_else(date).ok_or_else(|| Fault::Fatal(format!("Invalid mtime: '{text}'; give @SECONDS or YYYY-MM-DD")))?);
            }
            "transform" | "xform" => options.transform.push(given),
            "mode" => return Err(Fault::Fatal(format!("--{name} is not supported in this sandbox"))),
            "help" | "usage" => return Err(Fault::Help),
            "version" => return Err(Fault::Version),
            _ => {}
        }
    }
    let Some(action) = action else {
        return Err(Fault::Usage("You must specify one of the '-Acdtrux', '--delete' or '--test-label' options".into()));
    };
    options.action = action;
    let has_name = options.names.iter().any(|named| matches!(named, Named::Name(_)));
    if action == Action::Create && !has_name {
        return Err(Fault::Usage("Cowardly refusing to create an empty archive".into()));
    }
    Ok(options)
}

/// `xzf a.tgz rest` as `-x -z -f a.tgz rest`.
fn old_style(args: &[Vec<u8>]) -> Result<Vec<Vec<u8>>, Fault> {
    let Some(first) = args.first().filter(|first| !first.is_empty() && first[0] != b'-') else { return Ok(args.to_vec()) };
    let mut out = Vec::new();
    let mut rest = args[1..].iter();
    for letter in first {
        out.push(vec![b'-', *letter]);
        if matches!(letter, b'f' | b'C' | b'T' | b'X' | b'b' | b'H') {
            let Some(given) = rest.next() else {
                return Err(Fault::Usage(format!("Old option '{}' requires an argument.", *letter as char)));
            };
            out.push(given.clone());
        }
    }
    out.extend(rest.cloned());
    Ok(out)
}

fn lines_of(name: &[u8]) -> Result<Vec<Vec<u8>>, Fault> {
    let read = if name == b"-" {
        std::io::read_to_string(std::io::stdin()).map(String::into_bytes)
    } else {
        std::fs::read(sunaba_gnu::bytes::path(name))
    };
    let bytes = read.map_err(|error| Fault::Fatal(format!("{}: Cannot open: {}", lossy(name), sunaba_gnu::error::text(&error))))?;
    let end = if bytes.contains(&0) { 0 } else { b'\n' };
    Ok(bytes.split(|byte| *byte == end).filter(|line| !line.is_empty()).map(<[u8]>::to_vec).collect())
}

fn date_seconds(text: &str) -> Option<i64> {
    let day = text.split(['T', ' ']).next()?;
    let mut parts = day.split('-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    let time = text.split(['T', ' ']).nth(1).unwrap_or("00:00");
    let mut clock = time.trim_end_matches('Z').split(':').map(|part| part.parse::<i64>().ok());
    let (hour, minute, second) = (clock.next()??, clock.next().flatten().unwrap_or(0), clock.next().flatten().unwrap_or(0));
    let month = u32::try_from(month).ok().filter(|month| (1..=12).contains(month))?;
    Some(sunaba_gnu::time::to_days(year, month, u32::try_from(day).ok()?) * 86_400 + hour * 3600 + minute * 60 + second)
}
