//! hexdump and hd.

mod formats;

use crate::input;
use formats::Format;
use sunaba_gnu::options::{Opt, flag, value};
use sunaba_gnu::output::{Out, complain};
use sunaba_gnu::{bytes, error};

const HELP: &str = "Usage: hexdump [options] <file>...
Display file contents in hexadecimal, decimal, octal, or ascii.

  -b, --one-byte-octal      one-byte octal display
  -c, --one-byte-char       one-byte character display
  -C, --canonical           canonical hex+ASCII display
  -d, --two-bytes-decimal   two-byte decimal display
  -o, --two-bytes-octal     two-byte octal display
  -x, --two-bytes-hex       two-byte hexadecimal display
  -e, --format <format>     format string to be used for displaying data
  -f, --format-file <file>  file that contains format strings
  -n, --length <length>     interpret only length bytes of input
  -s, --skip <offset>       skip offset bytes from the beginning
  -v, --no-squeezing        output identical lines
  -h, --help                display this help
  -V, --version             display version
";

#[derive(Clone, Copy)]
enum Style {
    Canonical,
    Words,
    ByteOctal,
    ByteChar,
    WordDecimal,
    WordOctal,
    WordHex,
}

impl Style {
    /// The end's offset, and a line.
    fn formats(self) -> Vec<&'static str> {
        let line = match self {
            Style::Canonical => {
                return vec!["\"%08.8_Ax\n\"", "\"%08.8_ax  \" 8/1 \"%02x \" \"  \" 8/1 \"%02x \"", "\"  |\" 16/1 \"%_p\" \"|\n\""];
            }
            Style::Words => "\"%07.7_ax \" 8/2 \"%04x \" \"\n\"",
            Style::ByteOctal => "\"%07.7_ax \" 16/1 \"%03o \" \"\n\"",
            Style::ByteChar => "\"%07.7_ax \" 16/1 \"%3_c \" \"\n\"",
            Style::WordDecimal => "\"%07.7_ax \" 8/2 \"  %05u \" \"\n\"",
            Style::WordOctal => "\"%07.7_ax \" 8/2 \" %06o \" \"\n\"",
            Style::WordHex => "\"%07.7_ax \" 8/2 \"   %04x \" \"\n\"",
        };
        vec!["\"%07.7_Ax\n\"", line]
    }
}

pub fn run(tool: &str, args: &[Vec<u8>]) -> i32 {
    const OPTIONS: &[Opt] = &[
        flag('b', "one-byte-octal"), flag('c', "one-byte-char"), flag('C', "canonical"), flag('d', "two-bytes-decimal"), flag('o', "two-bytes-octal"),
        flag('x', "two-bytes-hex"), value('n', "length"), value('s', "skip"), flag('v', "no-squeezing"), value('e', "format"), value('f', "format-file"),
        flag('h', "help"), flag('V', "version"),
    ];
    let (options, mut names) = match input::options("hexdump", args, OPTIONS, HELP) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let (mut styles, mut length, mut skip, mut squeeze) = (Vec::new(), usize::MAX, 0, true);
    let mut sources = Vec::new();
    if tool == "hd" {
        styles.push(Style::Canonical);
    }
    for (name, argument) in options {
        match name.as_str() {
            "one-byte-octal" => styles.push(Style::ByteOctal),
            "one-byte-char" => styles.push(Style::ByteChar),
            "canonical" => styles.push(Style::Canonical),
            "two-bytes-decimal" => styles.push(Style::WordDecimal),
            "two-bytes-octal" => styles.push(Style::WordOctal),
            "two-bytes-hex" => styles.push(Style::WordHex),
            "no-squeezing" => squeeze = false,
            "length" | "skip" => match input::number(&argument) {
                Some(n) if n >= 0 && name == "length" => length = n as usize,
                Some(n) if n >= 0 => skip = n as usize,
                _ => {
                    complain("hexdump", &format!("failed to parse {name}: '{}'", bytes::lossy(&argument)));
                    return 1;
                }
            },
            "format" => sources.push(argument),
            _ => match input::read(&argument) {
                Ok(text) => {
                    let lines = text.split(|&b| b == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty() && line[0] != b'#');
                    sources.extend(lines.map(<[u8]>::to_vec));
                }
                Err(fault) => {
                    complain("hexdump", &format!("can't read {}: {}", bytes::lossy(&argument), error::text(&fault)));
                    return 1;
                }
            },
        }
    }
    // Beside formats of one's own the others are written in the same language.
    if !sources.is_empty() {
        sources.splice(0..0, styles.iter().flat_map(|style: &Style| style.formats()).map(|format| format.as_bytes().to_vec()));
    } else if styles.is_empty() {
        styles.push(Style::Words);
    }
    let mut formats = Vec::new();
    for source in &sources {
        match Format::parse(source) {
            Ok(format) => formats.push(format),
            Err(fault) => {
                complain("hexdump", &fault);
                return 1;
            }
        }
    }
    if names.is_empty() {
        names.push(b"-".to_vec());
    }
    let (mut all, mut code) = (Vec::new(), 0);
    let mut read = 0;
    for name in &names {
        match input::read(name) {
            Ok(text) => {
                all.extend(text);
                read += 1;
            }
            Err(fault) => {
                complain("hexdump", &format!("{}: {}", bytes::lossy(name), error::text(&fault)));
                code = 1;
            }
        }
    }
    if read == 0 {
        complain("hexdump", "all input file arguments failed");
        return 1;
    }
    let body = &all[skip.min(all.len())..];
    let body = &body[..length.min(body.len())];
    let mut out = Out::new("hexdump");
    if !formats.is_empty() {
        formats::print(&mut out, formats, body, skip.min(all.len()), squeeze);
        out.flush();
        return code;
    }
    let mut last: Option<&[u8]> = None;
    let mut starred = false;
    for (i, line) in body.chunks(16).enumerate() {
        if squeeze && line.len() == 16 && last == Some(line) {
            if !starred {
                out.put(b"*\n");
            }
            starred = true;
            continue;
        }
        (last, starred) = (Some(line), false);
        let offset = skip + i * 16;
        styles.iter().for_each(|style| print(&mut out, *style, offset, line));
    }
    if !body.is_empty() {
        let end = skip + body.len();
        out.text(&if matches!(styles[0], Style::Canonical) { format!("{end:08x}\n") } else { format!("{end:07x}\n") });
    }
    out.flush();
    code
}

fn print(out: &mut Out, style: Style, offset: usize, line: &[u8]) {
    let words = || line.chunks(2).map(|pair| u16::from(pair[0]) | u16::from(pair.get(1).copied().unwrap_or(0)) << 8);
    let (cells, width): (String, usize) = match style {
        Style::Canonical => {
            let mut text = format!("{offset:08x}  ");
            for i in 0..16 {
                text.push_str(&line.get(i).map_or("   ".to_owned(), |b| format!("{b:02x} ")));
                if i == 7 {
                    text.push(' ');
                }
            }
            let shown: String = line.iter().map(|&b| if (32..127).contains(&b) { b as char } else { '.' }).collect();
            out.text(&format!("{text} |{shown}|\n"));
            return;
        }
        Style::Words => (words().map(|w| format!(" {w:04x}")).collect(), 40),
        Style::WordHex => (words().map(|w| format!("    {w:04x}")).collect(), 64),
        Style::WordDecimal => (words().map(|w| format!("   {w:05}")).collect(), 64),
        Style::WordOctal => (words().map(|w| format!("  {w:06o}")).collect(), 64),
        Style::ByteOctal => (line.iter().map(|b| format!(" {b:03o}")).collect(), 64),
        Style::ByteChar => (line.iter().map(|b| character(*b)).collect(), 64),
    };
    out.text(&format!("{offset:07x}{cells:<width$}\n"));
}

fn character(b: u8) -> String {
    match b {
        0 => "  \\0".into(),
        7 => "  \\a".into(),
        8 => "  \\b".into(),
        9 => "  \\t".into(),
        10 => "  \\n".into(),
        11 => "  \\v".into(),
        12 => "  \\f".into(),
        13 => "  \\r".into(),
        32..=126 => format!("   {}", b as char),
        _ => format!(" {b:03o}"),
    }
}
