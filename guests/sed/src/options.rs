//! The options of sed.

use sunaba_gnu::options::{Item, Opt, Order, flag, maybe, parse, value};
use sunaba_gnu::output::{say, version};
use sunaba_gnu::{bytes, error};

#[derive(Default)]
pub struct Settings {
    pub quiet: bool,
    pub extended: bool,
    pub separate: bool,
    pub null_data: bool,
    pub in_place: bool,
    pub suffix: Vec<u8>,
    pub follow: bool,
    pub posix: bool,
    pub sandbox: bool,
    pub unbuffered: bool,
    pub line_length: usize,
    pub files: Vec<Vec<u8>>,
}

const OPTIONS: &[Opt] = &[
    flag('n', "quiet"), flag('\0', "silent"), flag('\0', "debug"), value('e', "expression"), value('f', "file"), flag('\0', "follow-symlinks"),
    maybe('i', "in-place"), value('l', "line-length"), flag('\0', "posix"), flag('b', "binary"), flag('E', "regexp-extended"),
    flag('r', "regexp-extended"), flag('s', "separate"), flag('\0', "sandbox"), flag('u', "unbuffered"), flag('z', "null-data"),
    flag('\0', "zero-terminated"), flag('\0', "help"), flag('\0', "version"),
];

const HELP: &str = "Usage: sed [OPTION]... {script-only-if-no-other-script} [input-file]...

  -n, --quiet, --silent
                 suppress automatic printing of pattern space
      --debug
                 annotate program execution
  -e script, --expression=script
                 add the script to the commands to be executed
  -f script-file, --file=script-file
                 add the contents of script-file to the commands to be executed
  --follow-symlinks
                 follow symlinks when processing in place
  -i[SUFFIX], --in-place[=SUFFIX]
                 edit files in place (makes backup if SUFFIX supplied)
  -l N, --line-length=N
                 specify the desired line-wrap length for the `l' command
  --posix
                 disable all GNU extensions.
  -E, -r, --regexp-extended
                 use extended regular expressions in the script
                 (for portability use POSIX -E).
  -s, --separate
                 consider files as separate rather than as a single,
                 continuous long stream.
      --sandbox
                 operate in sandbox mode (disable e/r/w commands).
  -u, --unbuffered
                 load minimal amounts of data from the input files and flush
                 the output buffers more often
  -z, --null-data
                 separate lines by NUL characters
      --help     display this help and exit
      --version  output version information and exit

If no -e, --expression, -f, or --file option is given, then the first
non-option argument is taken as the sed script to interpret.  All
remaining arguments are names of input files; if no input files are
specified, then the standard input is read.

";

pub fn read(args: &[Vec<u8>]) -> Result<(Settings, Vec<u8>), i32> {
    let items = parse(args, OPTIONS, Order::Anywhere).map_err(|fault| {
        eprint!("sed: {fault}\n{HELP}");
        1
    })?;
    let mut s = Settings { line_length: 70, ..Settings::default() };
    let mut script: Option<Vec<u8>> = None;
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
            "quiet" | "silent" => s.quiet = true,
            "expression" => add(&mut script, &text),
            "file" => {
                let content = if text == b"-" { read_standard_input() } else { std::fs::read(bytes::path(&text)) };
                let content = content.map_err(|e| {
                    eprintln!("sed: couldn't open file {}: {}", bytes::lossy(&text), error::text(&e));
                    1
                })?;
                add(&mut script, content.strip_suffix(b"\n").unwrap_or(&content));
            }
            "follow-symlinks" => s.follow = true,
            "in-place" => (s.in_place, s.separate, s.suffix) = (true, true, text),
            "line-length" => match bytes::lossy(&text).parse() {
                Ok(length) => s.line_length = length,
                Err(_) => {
                    eprintln!("sed: invalid line length: {}", bytes::lossy(&text));
                    return Err(1);
                }
            },
            "posix" => s.posix = true,
            "regexp-extended" => s.extended = true,
            "separate" => s.separate = true,
            "sandbox" => s.sandbox = true,
            "unbuffered" => s.unbuffered = true,
            "null-data" | "zero-terminated" => s.null_data = true,
            "help" => {
                say(HELP);
                return Err(0);
            }
            "version" => {
                say(&version("sed"));
                return Err(0);
            }
            _ => {}
        }
    }
    let script = match script {
        Some(script) => script,
        None if s.files.is_empty() => {
            eprint!("{HELP}");
            return Err(1);
        }
        None => s.files.remove(0),
    };
    if s.files.is_empty() {
        if s.in_place {
            eprintln!("sed: no input files");
            return Err(4);
        }
        s.files.push(b"-".to_vec());
    }
    Ok((s, script))
}

fn add(script: &mut Option<Vec<u8>>, text: &[u8]) {
    match script {
        Some(all) => {
            all.push(b'\n');
            all.extend_from_slice(text);
        }
        None => *script = Some(text.to_vec()),
    }
}

fn read_standard_input() -> std::io::Result<Vec<u8>> {
    let mut text = Vec::new();
    std::io::Read::read_to_end(&mut std::io::stdin(), &mut text)?;
    Ok(text)
}
