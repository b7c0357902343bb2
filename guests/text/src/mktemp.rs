//! mktemp: a new file of mode 600, or a folder of mode 700, with a name of its own.

use std::fs::OpenOptions;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;
use sunaba_gnu::options::{self, Opt, flag, maybe, value};
use sunaba_gnu::output::{complain, say};
use sunaba_gnu::quote::quoted;
use sunaba_gnu::{bytes, error};
use sunaba_process::Links;

const OPTIONS: &[Opt] = &[
    flag('d', "directory"),
    flag('u', "dry-run"),
    flag('q', "quiet"),
    value('\0', "suffix"),
    value('p', ""),
    maybe('\0', "tmpdir"),
    flag('t', ""),
    flag('\0', "help"),
    flag('\0', "version"),
];

const HELP: &str = "Usage: mktemp [OPTION]... [TEMPLATE]
Create a temporary file or directory, safely, and print its name.
TEMPLATE must contain at least 3 consecutive 'X's in last component.
If TEMPLATE is not specified, use tmp.XXXXXXXXXX, and --tmpdir is implied.

  -d, --directory     create a directory, not a file
  -u, --dry-run       do not create anything; merely print a name (unsafe)
  -q, --quiet         suppress diagnostics about file/dir-creation failure
      --suffix=SUFF   append SUFF to TEMPLATE; SUFF must not contain a slash
  -p DIR, --tmpdir[=DIR]  interpret TEMPLATE relative to DIR; if DIR is not
                        specified, use $TMPDIR if set, else /tmp
  -t                  interpret TEMPLATE as a single file name component,
                        relative to a directory: $TMPDIR, if set; else -p; else /tmp
      --help        display this help and exit
      --version     output version information and exit
";

/// Names are drawn again this often where one is taken.
const TRIES: usize = 1000;

pub fn run(args: &[Vec<u8>]) -> i32 {
    let (options, names) = match options::simple("mktemp", args, OPTIONS, HELP) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let (mut folder, mut dry, mut quiet, mut suffix, mut place, mut single) = (false, false, false, None, None, false);
    for (name, argument) in options {
        match name.as_str() {
            "directory" => folder = true,
            "dry-run" => dry = true,
            "quiet" => quiet = true,
            "suffix" => suffix = Some(argument),
            "p" | "tmpdir" => place = Some(argument),
            _ => single = true,
        }
    }
    if names.len() > 1 {
        complain("mktemp", "too many templates\nTry 'mktemp --help' for more information.");
        return 1;
    }
    let refuse = |text: String| {
        complain("mktemp", &text);
        1
    };
    let template = names.first().cloned().unwrap_or_else(|| b"tmp.XXXXXXXXXX".to_vec());
    if names.is_empty() && place.is_none() {
        place = Some(Vec::new());
    }
    let (stem, end) = match suffix {
        Some(_) if !template.ends_with(b"X") => {
            return refuse(format!("with --suffix, template {} must end in X", quoted(&template)));
        }
        Some(suffix) => (template.clone(), suffix),
        None => {
            let cut = template.iter().rposition(|&b| b == b'X').map_or(0, |at| at + 1);
            (template[..cut].to_vec(), template[cut..].to_vec())
        }
    };
    if end.contains(&b'/') {
        return refuse(format!("invalid suffix {}, contains directory separator", quoted(&end)));
    }
    let count = stem.iter().rev().take_while(|&&b| b == b'X').count();
    if count < 3 {
        return refuse(format!("too few X's in template {}", quoted(&template)));
    }
    let environment = || std::env::var_os("TMPDIR").map(bytes::into_vec).filter(|dir| !dir.is_empty());
    let place = match place {
        _ if single => Some(environment().or(place).filter(|dir| !dir.is_empty()).unwrap_or_else(|| b"/tmp".to_vec())),
        Some(dir) if dir.is_empty() => Some(environment().unwrap_or_else(|| b"/tmp".to_vec())),
        other => other,
    };
    if single && template.contains(&b'/') {
        return refuse(format!("invalid template, {}, contains directory separator", quoted(&template)));
    }
    if place.is_some() && !single && template.starts_with(b"/") {
        return refuse(format!("invalid template, {}; with --tmpdir, it may not be absolute", quoted(&template)));
    }
    let before = match place {
        Some(mut dir) => {
            if !dir.ends_with(b"/") {
                dir.push(b'/');
            }
            dir
        }
        None => Vec::new(),
    };
    let fixed = [before.as_slice(), &stem[..stem.len() - count]].concat();
    let mut fault = io::Error::from(io::ErrorKind::AlreadyExists);
    for _ in 0..TRIES {
        let path = [fixed.clone(), letters(count), end.clone()].concat();
        let made = if dry { unused(&path) } else { make(&path, folder) };
        match made {
            Ok(()) => {
                say(&format!("{}\n", bytes::lossy(&path)));
                return 0;
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => {
                fault = error;
                break;
            }
        }
    }
    if !quiet {
        let kind = if folder { "directory" } else { "file" };
        let shown = [fixed.as_slice(), &vec![b'X'; count], &end].concat();
        complain("mktemp", &format!("failed to create {kind} via template {}: {}", quoted(&shown), error::text(&fault)));
    }
    1
}

fn unused(path: &[u8]) -> io::Result<()> {
    if sunaba_gnu::status::exists(path) { Err(io::ErrorKind::AlreadyExists.into()) } else { Ok(()) }
}

fn make(path: &[u8], folder: bool) -> io::Result<()> {
    let named = bytes::path(path);
    if folder {
        std::fs::create_dir(named)?;
    } else {
        OpenOptions::new().write(true).create_new(true).open(named)?;
    }
    sunaba_process::chmod(named, Links::Follow, if folder { 0o700 } else { 0o600 })
}

fn letters(count: usize) -> Vec<u8> {
    const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    (0..count).map(|_| ALPHABET[(RandomState::new().build_hasher().finish() % 62) as usize]).collect()
}
