//! How much head and tail print.

use sunaba_gnu::quote::quoted;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Lines,
    Bytes,
}

impl Unit {
    /// The option's argument without its sign; faults are worded as GNU's.
    pub fn amount(self, text: &[u8], shown: &[u8]) -> Result<u64, String> {
        let what = if self == Unit::Lines { "lines" } else { "bytes" };
        let text = text.strip_prefix(b"+").unwrap_or(text);
        let digits = text.iter().take_while(|b| b.is_ascii_digit()).count();
        let invalid = || format!("invalid number of {what}: {}", quoted(shown));
        let factor = if digits == 0 { None } else { factor(&text[digits..]) }.ok_or_else(invalid)?;
        let number = std::str::from_utf8(&text[..digits]).ok().and_then(|text| text.parse::<u64>().ok());
        number
            .and_then(|number| number.checked_mul(factor))
            .ok_or_else(|| format!("{}: Value too large for defined data type", invalid()))
    }
}

/// `K`, `KiB`, `kB` and their like.
fn factor(suffix: &[u8]) -> Option<u64> {
    let Some((letter, rest)) = suffix.split_first() else { return Some(1) };
    if *letter == b'b' && rest.is_empty() {
        return Some(512);
    }
    let power = 1 + b"KMGTPEZY".iter().position(|known| *known == letter.to_ascii_uppercase())? as u32;
    let base: u64 = match rest {
        b"" | b"iB" => 1024,
        b"B" => 1000,
        _ => return None,
    };
    Some(base.checked_pow(power).unwrap_or(u64::MAX))
}

/// `==> NAME <==` before each file, with an empty line between two.
pub struct Headers {
    pub shown: bool,
    printed: bool,
}

impl Headers {
    pub fn new(shown: bool) -> Headers {
        Headers { shown, printed: false }
    }

    pub fn text(&mut self, name: &[u8]) -> Vec<u8> {
        if !self.shown {
            return Vec::new();
        }
        let gap: &[u8] = if std::mem::replace(&mut self.printed, true) { b"\n" } else { b"" };
        [gap, b"==> ", if name == b"-" { b"standard input" } else { name }, b" <==\n"].concat()
    }
}
