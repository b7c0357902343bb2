//! xxd.

use crate::input;
use std::io::Write;
use sunaba_gnu::output::{Out, say, version};
use sunaba_gnu::{bytes, error};

const HELP: &str = "Usage:
       xxd [options] [infile [outfile]]
    or
       xxd -r [-s [-]offset] [-c cols] [-ps] [infile [outfile]]
Options:
    -a          toggle autoskip: A single '*' replaces nul-lines. Default off.
    -b          binary digit dump. Default hex.
    -c cols     format <cols> octets per line. Default 16 (-i: 12, -ps: 30).
    -e          little-endian dump.
    -g bytes    number of octets per group in normal output. Default 2 (-e: 4).
    -i          output in C include file style.
    -l len      stop after <len> octets.
    -n name     set the variable name used in C include output (-i).
    -o off      add <off> to the displayed file position.
    -p, -ps     output in postscript plain hexdump style.
    -r          reverse operation: convert (or patch) hexdump into binary.
    -s seek     start at <seek> bytes abs. infile offset.
    -u          use upper case hex letters.
    -v          show version.
";

#[derive(Default)]
struct Settings {
    skip_nuls: bool,
    bits: bool,
    columns: Option<usize>,
    little: bool,
    group: Option<usize>,
    include: bool,
    length: Option<usize>,
    name: Option<Vec<u8>>,
    offset: i64,
    plain: bool,
    reverse: bool,
    seek: i64,
    upper: bool,
}

pub fn run(args: &[Vec<u8>]) -> i32 {
    let mut s = Settings::default();
    let mut names: Vec<&Vec<u8>> = Vec::new();
    let mut at = 0;
    while at < args.len() {
        let text = bytes::lossy(&args[at]).into_owned();
        let word = text.strip_prefix("--").map(|w| format!("-{w}")).unwrap_or_else(|| text.clone());
        at += 1;
        if !word.starts_with('-') || word == "-" {
            names.push(&args[at - 1]);
            continue;
        }
        let letter = word[1..].chars().next().unwrap_or('h');
        match word.as_str() {
            "-ps" | "-p" | "-postscript" | "-plain" => s.plain = true,
            "-a" | "-autoskip" => s.skip_nuls = true,
            "-b" | "-bits" => s.bits = true,
            "-e" => s.little = true,
            "-i" | "-include" => s.include = true,
            "-r" | "-revert" => s.reverse = true,
            "-u" | "-uppercase" | "-U" => s.upper = true,
            "-C" | "-capitalize" | "-E" | "-EBCDIC" => {}
            "-v" | "-version" => {
                say(&version("xxd"));
                return 0;
            }
            "-h" | "-help" => {
                say(HELP);
                return 0;
            }
            _ if "cglnos".contains(letter) => {
                let rest = word[2..].trim_start_matches(|c: char| c.is_ascii_alphabetic() && !word[2..].starts_with("0x") && word.len() > 3 && matches!(word.as_str(), "-cols" | "-groupsize" | "-len" | "-seek" | "-name")).to_owned();
                let argument = if rest.is_empty() || matches!(word.as_str(), "-cols" | "-groupsize" | "-len" | "-seek" | "-name" | "-offset") {
                    at += 1;
                    args.get(at - 1).cloned()
                } else {
                    Some(rest.into_bytes())
                };
                let Some(argument) = argument else {
                    eprint!("{HELP}");
                    return 1;
                };
                let value = input::number(&argument).unwrap_or(0);
                match letter {
                    'c' => s.columns = Some(value.max(0) as usize),
                    'g' => s.group = Some(value.max(0) as usize),
                    'l' => s.length = Some(value.max(0) as usize),
                    'n' => s.name = Some(argument),
                    'o' => s.offset = value,
                    _ => s.seek = value,
                }
            }
            // A cluster of flags, which xxd itself does not take apart but people write.
            _ if word[1..].chars().all(|c| "abeipru".contains(c)) => {
                for c in word[1..].chars() {
                    match c {
                        'a' => s.skip_nuls = true,
                        'b' => s.bits = true,
                        'e' => s.little = true,
                        'i' => s.include = true,
                        'p' => s.plain = true,
                        'r' => s.reverse = true,
                        _ => s.upper = true,
                    }
                }
            }
            _ => {
                eprint!("{HELP}");
                return 1;
            }
        }
    }
    let standard = b"-".to_vec();
    let source = names.first().copied().unwrap_or(&standard);
    // No more than is shown: the rest may be endless.
    let most = match s.length {
        Some(length) if !s.reverse && s.seek >= 0 => length as u64 + s.seek as u64,
        _ => u64::MAX,
    };
    let text = match input::read_at_most(source, most) {
        Ok(text) => text,
        Err(fault) => {
            eprintln!("xxd: {}: {}", bytes::lossy(source), error::text(&fault));
            return 2;
        }
    };
    let mut made = Vec::new();
    if s.reverse { reverse(&mut made, &text, &s) } else { dump(&mut made, &text, &s, source) }
    match names.get(1).filter(|name| name.as_slice() != b"-") {
        Some(target) => match std::fs::write(bytes::path(target), made) {
            Ok(()) => 0,
            Err(fault) => {
                eprintln!("xxd: {}: {}", bytes::lossy(target), error::text(&fault));
                3
            }
        },
        None => {
            let mut out = Out::new("xxd");
            out.put(&made);
            out.flush();
            0
        }
    }
}

fn dump(out: &mut Vec<u8>, text: &[u8], s: &Settings, name: &[u8]) {
    let start = if s.seek < 0 { text.len().saturating_sub(s.seek.unsigned_abs() as usize) } else { (s.seek as usize).min(text.len()) };
    let body = &text[start..];
    let body = &body[..s.length.unwrap_or(body.len()).min(body.len())];
    if s.include {
        return include(out, body, s, name);
    }
    let hex = |b: u8| if s.upper { format!("{b:02X}") } else { format!("{b:02x}") };
    if s.plain {
        let columns = s.columns.unwrap_or(30);
        let columns = if columns == 0 { body.len().max(1) } else { columns };
        for line in body.chunks(columns) {
            line.iter().for_each(|&b| out.extend(hex(b).bytes()));
            out.push(b'\n');
        }
        return;
    }
    let columns = s.columns.filter(|c| *c > 0).unwrap_or(if s.bits { 6 } else { 16 });
    let group = s.group.unwrap_or(if s.bits { 1 } else if s.little { 4 } else { 2 });
    let group = if group == 0 { columns } else { group };
    let digits = if s.bits { 8 } else { 2 };
    let width = digits * columns + columns.div_ceil(group) - 1 + if s.little { 0 } else { 0 };
    let mut skipped = 0;
    let lines: Vec<&[u8]> = body.chunks(columns).collect();
    for (i, line) in lines.iter().enumerate() {
        let nul = |line: &[u8]| line.iter().all(|b| *b == 0);
        if s.skip_nuls && nul(line) && i + 1 < lines.len() {
            skipped += 1;
            // Two are shown as they are; the last line of all is shown anyhow.
            let more = skipped > 2 || lines.get(i + 1).is_some_and(|next| nul(next) && i + 2 < lines.len());
            if skipped > 1 && more {
                if skipped == 2 {
                    out.extend_from_slice(b"*\n");
                }
                continue;
            }
        } else {
            skipped = 0;
        }
        let offset = (start + i * columns) as i64 + s.offset;
        out.extend(format!("{offset:08x}: ").bytes());
        let mut shown = String::new();
        for (j, part) in line.chunks(group).enumerate() {
            if j > 0 {
                shown.push(' ');
            }
            if s.little {
                shown.push_str(&" ".repeat(digits * (group - part.len())));
                part.iter().rev().for_each(|&b| shown.push_str(&hex(b)));
            } else {
                part.iter().for_each(|&b| shown.push_str(&if s.bits { format!("{b:08b}") } else { hex(b) }));
            }
        }
        out.extend(format!("{shown:<width$}  ").bytes());
        out.extend(line.iter().map(|&b| if (32..127).contains(&b) { b } else { b'.' }));
        out.push(b'\n');
    }
}

fn include(out: &mut Vec<u8>, body: &[u8], s: &Settings, name: &[u8]) {
    let named = name != b"-" || s.name.is_some();
    let variable: String = bytes::lossy(s.name.as_deref().unwrap_or(name)).chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    let variable = if variable.starts_with(|c: char| c.is_ascii_digit()) { format!("__{variable}") } else { variable };
    if named {
        out.extend(format!("unsigned char {variable}[] = {{\n").bytes());
    }
    let columns = s.columns.filter(|c| *c > 0).unwrap_or(12);
    let lines: Vec<String> = body
        .chunks(columns)
        .map(|line| line.iter().map(|b| if s.upper { format!("0X{b:02X}") } else { format!("0x{b:02x}") }).collect::<Vec<_>>().join(", "))
        .collect();
    out.extend(lines.iter().map(|line| format!("  {line}")).collect::<Vec<_>>().join(",\n").bytes());
    out.push(b'\n');
    if named {
        out.extend(format!("}};\nunsigned int {variable}_len = {};\n", body.len()).bytes());
    }
}

fn reverse(out: &mut Vec<u8>, text: &[u8], s: &Settings) {
    for line in text.split(|&b| b == b'\n') {
        if s.plain {
            let digits: Vec<u8> = line.iter().copied().filter(u8::is_ascii_hexdigit).collect();
            out.extend(pairs(&digits));
            continue;
        }
        let Some(colon) = line.iter().position(|&b| b == b':') else { continue };
        let Ok(offset) = usize::from_str_radix(bytes::lossy(&line[..colon]).trim(), 16) else { continue };
        // The characters stand after two blanks.
        let rest = &line[colon + 1..];
        let rest = rest.strip_prefix(b" ").unwrap_or(rest);
        let end = rest.windows(2).position(|w| w == b"  ").unwrap_or(rest.len());
        let digits: Vec<u8> = rest[..end].iter().copied().filter(u8::is_ascii_hexdigit).collect();
        let offset = (offset as i64 + s.seek).max(0) as usize;
        if out.len() < offset {
            out.resize(offset, 0);
        }
        let made = pairs(&digits);
        let end = (offset + made.len()).max(out.len());
        out.resize(end, 0);
        let _ = (&mut out[offset..]).write_all(&made);
    }
}

fn pairs(digits: &[u8]) -> Vec<u8> {
    digits.chunks_exact(2).filter_map(|pair| u8::from_str_radix(&bytes::lossy(pair), 16).ok()).collect()
}
