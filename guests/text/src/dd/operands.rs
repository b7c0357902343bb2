//! dd's operands.

use sunaba_gnu::bytes::lossy;
use sunaba_gnu::quote::quoted;

#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub enum Status {
    #[default]
    All,
    NoRates,
    Silent,
}

#[derive(Default)]
pub struct Settings {
    pub input: Option<Vec<u8>>,
    pub output: Option<Vec<u8>>,
    pub block: Option<usize>,
    pub read: usize,
    pub write: usize,
    pub conversion: usize,
    pub count: Option<u64>,
    pub skip: u64,
    pub seek: u64,
    pub status: Status,
    pub conv: Vec<String>,
    pub iflag: Vec<String>,
    pub oflag: Vec<String>,
}

const CONVERSIONS: &[&str] = &[
    "lcase", "ucase", "swab", "sync", "notrunc", "noerror", "excl", "nocreat", "fsync", "fdatasync", "sparse", "block", "unblock",
];
const FLAGS: &[&str] = &[
    "append", "direct", "directory", "dsync", "sync", "fullblock", "nonblock", "noatime", "nocache", "noctty", "nofollow",
    "count_bytes", "skip_bytes", "seek_bytes",
];

/// The fault is what follows `dd: `.
pub fn parse(args: &[Vec<u8>]) -> Result<Settings, String> {
    let mut settings = Settings { read: 512, write: 512, ..Settings::default() };
    let usage = |text: String| format!("{text}\nTry 'dd --help' for more information.");
    for arg in args.iter().filter(|arg| arg.as_slice() != b"--") {
        let Some(cut) = arg.iter().position(|&b| b == b'=') else {
            return Err(usage(format!("unrecognized operand {}", quoted(arg))));
        };
        let value = arg[cut + 1..].to_vec();
        match &arg[..cut] {
            b"if" => settings.input = Some(value),
            b"of" => settings.output = Some(value),
            b"bs" => settings.block = Some(size(&value)?),
            b"ibs" => settings.read = size(&value)?,
            b"obs" => settings.write = size(&value)?,
            b"cbs" => settings.conversion = size(&value)?,
            b"count" => settings.count = Some(counted(&value, &mut settings.iflag, "count_bytes")?),
            b"skip" | b"iseek" => settings.skip = counted(&value, &mut settings.iflag, "skip_bytes")?,
            b"seek" | b"oseek" => settings.seek = counted(&value, &mut settings.oflag, "seek_bytes")?,
            b"status" => {
                settings.status = match value.as_slice() {
                    b"none" => Status::Silent,
                    b"noxfer" => Status::NoRates,
                    b"progress" => Status::All,
                    other => return Err(usage(format!("invalid status level: {}", quoted(other)))),
                }
            }
            b"conv" => words(&value, CONVERSIONS, "invalid conversion", &mut settings.conv).map_err(usage)?,
            b"iflag" => words(&value, FLAGS, "invalid input flag", &mut settings.iflag).map_err(usage)?,
            b"oflag" => words(&value, FLAGS, "invalid output flag", &mut settings.oflag).map_err(usage)?,
            _ => return Err(usage(format!("unrecognized operand {}", quoted(arg)))),
        }
    }
    if let Some(block) = settings.block {
        (settings.read, settings.write) = (block, block);
    }
    Ok(settings)
}

fn words(value: &[u8], known: &[&str], fault: &str, into: &mut Vec<String>) -> Result<(), String> {
    for word in lossy(value).split(',') {
        if !known.contains(&word) {
            return Err(format!("{fault}: {}", quoted(word.as_bytes())));
        }
        into.push(word.to_owned());
    }
    Ok(())
}

fn size(value: &[u8]) -> Result<usize, String> {
    let number = number(value)?;
    usize::try_from(number).ok().filter(|&n| n > 0 && n <= 1 << 30).ok_or_else(|| format!("invalid number: {}", quoted(value)))
}

/// A count of blocks, or of bytes where it ends in B.
fn counted(value: &[u8], flags: &mut Vec<String>, bytes: &str) -> Result<u64, String> {
    if let [number @ .., b'B'] = value {
        if number.last().is_some_and(u8::is_ascii_digit) {
            flags.push(bytes.to_owned());
            return self::number(number);
        }
    }
    number(value)
}

/// `4`, `2k`, `1MB`, `0x10`... and products such as `2x512`.
pub fn number(value: &[u8]) -> Result<u64, String> {
    let fault = || format!("invalid number: {}", quoted(value));
    let text = lossy(value);
    let mut product: u64 = 1;
    for part in text.split('x') {
        let end = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
        let base: u64 = part[..end].parse().map_err(|_| fault())?;
        let unit: u64 = match &part[end..] {
            "" | "c" => 1,
            "w" => 2,
            "b" => 512,
            "k" | "K" | "KiB" => 1 << 10,
            "M" | "MiB" => 1 << 20,
            "G" | "GiB" => 1 << 30,
            "T" | "TiB" => 1 << 40,
            "kB" | "KB" => 1000,
            "MB" => 1_000_000,
            "GB" => 1_000_000_000,
            _ => return Err(fault()),
        };
        product = base.checked_mul(unit).and_then(|n| product.checked_mul(n)).ok_or_else(fault)?;
    }
    Ok(product)
}
