//! file: what a file holds, by its first bytes.

use crate::input;
use std::io::Read;
use sunaba_gnu::options::{Opt, flag, value};
use sunaba_gnu::output::{Out, complain};
use sunaba_gnu::status::{self, Kind};
use sunaba_gnu::{bytes, error};

mod magic;
mod text;

const HELP: &str = "Usage: file [OPTION...] [FILE...]
Determine type of FILEs.

  -b, --brief                do not prepend filenames to output lines
  -f, --files-from FILE      read the filenames to be examined from FILE
  -F, --separator STRING     use string as separator instead of `:'
  -i, --mime                 output MIME type strings (--mime-type and --mime-encoding)
      --mime-type            output the MIME type
      --mime-encoding        output the MIME encoding
  -L, --dereference          follow symlinks
  -h, --no-dereference       don't follow symlinks (default)
  -N, --no-pad               do not pad output
  -0, --print0               terminate filenames with ASCII NUL
";

/// How much of a file is looked at.
const PROBE: u64 = 1 << 20;

/// What is known of a content: in words, as a MIME type, and its encoding.
pub struct Guess {
    pub words: String,
    pub mime: &'static str,
    pub encoding: &'static str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    Words,
    Mime,
    Type,
    Encoding,
}

pub fn run(args: &[Vec<u8>]) -> i32 {
    const OPTIONS: &[Opt] = &[
        flag('b', "brief"), value('f', "files-from"), value('F', "separator"), flag('i', "mime"), flag('\0', "mime-type"), flag('\0', "mime-encoding"),
        flag('L', "dereference"), flag('h', "no-dereference"), flag('N', "no-pad"), flag('0', "print0"), flag('k', "keep-going"), flag('n', "no-buffer"),
        flag('p', "preserve-date"), flag('r', "raw"), flag('s', "special-files"), flag('z', "uncompress"), flag('E', ""), flag('v', "version"), flag('\0', "help"),
    ];
    let (options, mut names) = match input::options("file", args, OPTIONS, HELP) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let (mut brief, mut shown, mut follow, mut pad, mut separator, mut nul) = (false, Shown::Words, false, true, ":".to_owned(), false);
    for (name, argument) in options {
        match name.as_str() {
            "brief" => brief = true,
            "mime" => shown = Shown::Mime,
            "mime-type" => shown = Shown::Type,
            "mime-encoding" => shown = Shown::Encoding,
            "dereference" => follow = true,
            "no-dereference" => follow = false,
            "no-pad" => pad = false,
            "separator" => separator = bytes::lossy(&argument).into_owned(),
            "print0" => nul = true,
            "files-from" => match input::read(&argument) {
                Ok(list) => names.extend(list.split(|&b| b == b'\n').filter(|line| !line.is_empty()).map(<[u8]>::to_vec)),
                Err(fault) => {
                    complain("file", &format!("Cannot open `{}' ({})", bytes::lossy(&argument), error::text(&fault)));
                    return 1;
                }
            },
            _ => {}
        }
    }
    if names.is_empty() {
        eprintln!("Usage: file [-bcCdEhikLlNnprsSvzZ0] [--apple] [--extension] [--mime-encoding]\n            [--mime-type] [-e <testname>] [-F <separator>]  [-f <namefile>]\n            [-m <magicfiles>] [-P <parameter=value>] [--exclude-quiet]\n            <file> ...\n       file -C [-m <magicfiles>]\n       file [--help]");
        return 1;
    }
    let widest = names.iter().map(|name| bytes::lossy(name).chars().count()).max().unwrap_or(0);
    let mut out = Out::new("file");
    for name in &names {
        if !brief {
            let label = if name == b"-" { "/dev/stdin".into() } else { bytes::lossy(name) };
            out.text(&label);
            if nul {
                out.put(b"\0");
            }
            let fill = if pad { widest - bytes::lossy(name).chars().count().min(widest) } else { 0 };
            out.text(&format!("{separator}{} ", " ".repeat(fill)));
        }
        out.text(&describe(name, follow, shown));
        out.put(b"\n");
    }
    out.flush();
    0
}

fn describe(name: &[u8], follow: bool, shown: Shown) -> String {
    let special = |words: String, mime: &str| match shown {
        Shown::Words => words,
        Shown::Mime => format!("{mime}; charset=binary"),
        Shown::Type => mime.to_owned(),
        Shown::Encoding => "binary".to_owned(),
    };
    let content = if name == b"-" {
        let mut text = Vec::new();
        std::io::stdin().take(PROBE).read_to_end(&mut text).map(|_| text)
    } else {
        let found = if follow { status::stat(name) } else { status::lstat(name) };
        let found = match found {
            Ok(found) => found,
            Err(fault) => return format!("cannot open `{}' ({})", bytes::lossy(name), error::text(&fault)),
        };
        match found.kind {
            Kind::Directory => return special("directory".into(), "inode/directory"),
            Kind::Link => {
                let target = bytes::lossy(&status::read_link(name).unwrap_or_default()).into_owned();
                let broken = status::stat(name).is_err();
                return special(format!("{}symbolic link to {target}", if broken { "broken " } else { "" }), "inode/symlink");
            }
            Kind::Pipe => return special("fifo (named pipe)".into(), "inode/fifo"),
            Kind::Socket => return special("socket".into(), "inode/socket"),
            Kind::CharDevice => return special("character special (1/3)".into(), "inode/chardevice"),
            Kind::BlockDevice => return special("block special".into(), "inode/blockdevice"),
            Kind::File if found.size == 0 => return special("empty".into(), "inode/x-empty"),
            Kind::File => {}
        }
        let mut text = Vec::new();
        std::fs::File::open(bytes::path(name)).and_then(|file| file.take(PROBE).read_to_end(&mut text)).map(|_| text)
    };
    let content = match content {
        Ok(content) if content.is_empty() => return special("empty".into(), "inode/x-empty"),
        Ok(content) => content,
        Err(fault) => return format!("cannot open `{}' ({})", bytes::lossy(name), error::text(&fault)),
    };
    let guess = magic::guess(&content).unwrap_or_else(|| text::guess(&content));
    match shown {
        Shown::Words => guess.words,
        Shown::Mime => format!("{}; charset={}", guess.mime, guess.encoding),
        Shown::Type => guess.mime.to_owned(),
        Shown::Encoding => guess.encoding.to_owned(),
    }
}
