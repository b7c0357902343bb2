//! The command line.

/// What the command line asks for.
#[derive(Debug, Default)]
pub struct Options {
    /// Each with the name that messages give it; `None`: the text of the command line.
    pub sources: Vec<(Option<Vec<u8>>, Vec<u8>)>,
    pub assignments: Vec<Vec<u8>>,
    pub separator: Option<Vec<u8>>,
    pub csv: bool,
    pub help: bool,
    pub version: bool,
    pub operands: Vec<Vec<u8>>,
}

pub enum Fault {
    /// The usage is shown on standard error.
    Usage,
    /// As getopt words it; the usage follows.
    Option(String),
    Fatal(String),
}

const LONG: [(&str, char, bool); 26] = [
    ("assign", 'v', true),
    ("bignum", 'M', false),
    ("characters-as-bytes", 'b', false),
    ("copyright", 'C', false),
    ("csv", 'k', false),
    ("debug", 'D', false),
    ("dump-variables", 'd', false),
    ("exec", 'E', true),
    ("field-separator", 'F', true),
    ("file", 'f', true),
    ("gen-pot", 'g', false),
    ("help", 'h', false),
    ("include", 'i', true),
    ("lint", 'L', false),
    ("lint-old", 't', false),
    ("non-decimal-data", 'n', false),
    ("no-optimize", 's', false),
    ("optimize", 'O', false),
    ("posix", 'P', false),
    ("pretty-print", 'o', false),
    ("profile", 'p', false),
    ("re-interval", 'r', false),
    ("sandbox", 'S', false),
    ("source", 'e', true),
    ("traditional", 'c', false),
    ("version", 'V', false),
];

pub fn parse(arguments: &[Vec<u8>]) -> Result<Options, Fault> {
    let mut options = Options::default();
    let mut at = 0;
    while at < arguments.len() {
        let argument = &arguments[at];
        if argument == b"--" {
            at += 1;
            break;
        }
        if argument.len() < 2 || argument[0] != b'-' {
            break;
        }
        at += 1;
        if let Some(body) = argument.strip_prefix(b"--") {
            let (name, inline) = match memchr::memchr(b'=', body) {
                Some(cut) => (&body[..cut], Some(body[cut + 1..].to_vec())),
                None => (body, None),
            };
            let name = String::from_utf8_lossy(name).into_owned();
            let Some((_, letter, takes)) = find_long(&name) else {
                return Err(Fault::Option(format!("unrecognized option '--{name}'")));
            };
            let value = match (takes, inline) {
                (true, Some(value)) => Some(value),
                (true, None) => {
                    let value = arguments.get(at).cloned().ok_or_else(|| Fault::Option(format!("option '--{name}' requires an argument")))?;
                    at += 1;
                    Some(value)
                }
                (false, _) => None,
            };
            apply(&mut options, letter, value)?;
            continue;
        }
        let mut index = 1;
        while index < argument.len() {
            let letter = argument[index] as char;
            index += 1;
            let takes = match LONG.iter().find(|(_, known, _)| *known == letter) {
                Some((_, _, takes)) => *takes,
                None if matches!(letter, 'N' | 'I' | 'W' | 'l') => letter == 'l',
                None => return Err(Fault::Option(format!("invalid option -- '{letter}'"))),
            };
            if !takes {
                apply(&mut options, letter, None)?;
                // What may follow -d, -o, -p, -L, -D is theirs.
                if matches!(letter, 'd' | 'o' | 'p' | 'L' | 'D') {
                    break;
                }
                continue;
            }
            let value = if index < argument.len() {
                argument[index..].to_vec()
            } else {
                let value = arguments.get(at).cloned().ok_or_else(|| Fault::Option(format!("option requires an argument -- '{letter}'")))?;
                at += 1;
                value
            };
            apply(&mut options, letter, Some(value))?;
            break;
        }
    }
    options.operands = arguments[at.min(arguments.len())..].to_vec();
    if options.help || options.version {
        return Ok(options);
    }
    if options.sources.is_empty() {
        if options.operands.is_empty() {
            return Err(Fault::Usage);
        }
        let program = options.operands.remove(0);
        options.sources.push((None, program));
    }
    Ok(options)
}

fn find_long(name: &str) -> Option<(&'static str, char, bool)> {
    let exact = LONG.iter().find(|(known, ..)| *known == name);
    let mut near = LONG.iter().filter(|(known, ..)| known.starts_with(name));
    exact.or_else(|| near.next().filter(|_| near.next().is_none())).copied()
}

fn apply(options: &mut Options, letter: char, value: Option<Vec<u8>>) -> Result<(), Fault> {
    let value = value.unwrap_or_default();
    match letter {
        'v' => {
            if crate::run_split_assignment(&value).is_none() {
                let shown = String::from_utf8_lossy(&value).into_owned();
                return Err(Fault::Fatal(format!("`{shown}' argument to `-v' not in `var=value' form\n")));
            }
            options.assignments.push(value);
        }
        'F' => options.separator = Some(value),
        'f' | 'i' | 'E' => {
            let source = read_source(&value)?;
            options.sources.push((Some(value), source));
        }
        'e' => options.sources.push((None, value)),
        'k' => options.csv = true,
        'h' => options.help = true,
        'V' | 'C' => options.version = true,
        _ => {}
    }
    Ok(())
}

fn read_source(name: &[u8]) -> Result<Vec<u8>, Fault> {
    let read = || {
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut crate::streams::open_input(name)?, &mut bytes)?;
        Ok(bytes)
    };
    read().map_err(|error: std::io::Error| {
        let shown = String::from_utf8_lossy(name).into_owned();
        Fault::Fatal(format!("cannot open source file `{shown}' for reading: {}", sunaba_gnu::error::text(&error)))
    })
}

pub const USAGE: &str = "\
Usage: awk [POSIX or GNU style options] -f progfile [--] file ...
Usage: awk [POSIX or GNU style options] [--] 'program' file ...
POSIX options:\t\tGNU long options: (standard)
\t-f progfile\t\t--file=progfile
\t-F fs\t\t\t--field-separator=fs
\t-v var=val\t\t--assign=var=val
Short options:\t\tGNU long options: (extensions)
\t-b\t\t\t--characters-as-bytes
\t-e 'program-text'\t--source='program-text'
\t-h\t\t\t--help
\t-k\t\t\t--csv
\t-V\t\t\t--version
";
