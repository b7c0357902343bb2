//! The formats of `-printf` and `-ls`.

use crate::walk::Found;
use sunaba_gnu::status::{self, Kind, Moment, Status, mode_text, owner_name};
use sunaba_gnu::time;

pub enum Piece {
    Text(Vec<u8>),
    Field { spec: String, letter: char, detail: char },
    /// `\c`: the output ends here.
    Stop,
}

pub fn parse(text: &[u8]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut plain = Vec::new();
    let mut i = 0;
    while i < text.len() {
        match text[i] {
            b'\\' if i + 1 < text.len() => {
                i += 1;
                match text[i] {
                    b'n' => plain.push(b'\n'),
                    b't' => plain.push(b'\t'),
                    b'r' => plain.push(b'\r'),
                    b'a' => plain.push(7),
                    b'b' => plain.push(8),
                    b'f' => plain.push(12),
                    b'v' => plain.push(11),
                    b'\\' => plain.push(b'\\'),
                    b'c' => {
                        pieces.push(Piece::Text(std::mem::take(&mut plain)));
                        pieces.push(Piece::Stop);
                    }
                    b'0'..=b'7' => {
                        let digits = text[i..].iter().take(3).take_while(|b| (b'0'..=b'7').contains(*b)).count();
                        let value = text[i..i + digits].iter().fold(0_u32, |v, b| v * 8 + u32::from(b - b'0'));
                        plain.push((value & 255) as u8);
                        i += digits - 1;
                    }
                    other => plain.extend([b'\\', other]),
                }
                i += 1;
            }
            b'%' => {
                let start = i + 1;
                i = start;
                while i < text.len() && (text[i].is_ascii_digit() || b"-+ #.".contains(&text[i])) {
                    i += 1;
                }
                let spec = String::from_utf8_lossy(&text[start..i]).into_owned();
                let Some(&letter) = text.get(i) else {
                    plain.push(b'%');
                    break;
                };
                i += 1;
                if letter == b'%' {
                    plain.push(b'%');
                    continue;
                }
                let detail = if b"ACBT".contains(&letter) { text.get(i).copied().inspect(|_| i += 1).unwrap_or(b' ') } else { b' ' };
                pieces.push(Piece::Text(std::mem::take(&mut plain)));
                pieces.push(Piece::Field { spec, letter: letter as char, detail: detail as char });
            }
            b => {
                plain.push(b);
                i += 1;
            }
        }
    }
    pieces.push(Piece::Text(plain));
    pieces
}

/// Whether a field tells more than where a file is and what kind it is.
pub fn wants_status(pieces: &[Piece]) -> bool {
    pieces.iter().any(|piece| matches!(piece, Piece::Field { letter, .. } if "skbmMniDugUGSactACBT".contains(*letter)))
}

/// `status` is there where `wants_status`.
pub fn print(pieces: &[Piece], found: &Found, status: Option<&Status>) -> Vec<u8> {
    let mut out = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Text(text) => out.extend_from_slice(text),
            Piece::Field { spec, letter, detail } => {
                let value = field(*letter, *detail, found, status);
                pad(&mut out, spec, &value);
            }
            Piece::Stop => break,
        }
    }
    out
}

fn pad(out: &mut Vec<u8>, spec: &str, value: &[u8]) {
    let body = spec.trim_start_matches(['-', '+', ' ', '#', '0']);
    let width = body.split('.').next().and_then(|w| w.parse::<usize>().ok()).unwrap_or(0);
    let precision = body.split_once('.').and_then(|(_, p)| p.parse::<usize>().ok()).unwrap_or(usize::MAX);
    let value = &value[..value.len().min(precision)];
    let fill = width.saturating_sub(String::from_utf8_lossy(value).chars().count());
    if spec.starts_with('-') {
        out.extend_from_slice(value);
        out.extend(std::iter::repeat_n(b' ', fill));
    } else {
        let zero = spec.starts_with('0') && value.iter().all(u8::is_ascii_digit);
        out.extend(std::iter::repeat_n(if zero { b'0' } else { b' ' }, fill));
        out.extend_from_slice(value);
    }
}

fn field(letter: char, detail: char, found: &Found, status: Option<&Status>) -> Vec<u8> {
    let text = match letter {
        'p' => return found.path.clone(),
        'f' => return found.base().to_vec(),
        'h' => return found.folder().to_vec(),
        'P' => return found.below_root().to_vec(),
        'H' => return found.root().to_vec(),
        'd' => found.depth.to_string(),
        'l' => return if found.kind == Kind::Link { status::read_link(&found.path).unwrap_or_default() } else { Vec::new() },
        'y' => letter_of(found.kind).into(),
        'Y' if found.kind == Kind::Link => match status::stat(&found.path) {
            Ok(target) => letter_of(target.kind).into(),
            Err(_) => "N".into(),
        },
        'Y' => letter_of(found.kind).into(),
        'F' => "sunaba".into(),
        'Z' => String::new(),
        other => status.and_then(|s| of_status(other, detail, s)).unwrap_or_else(|| format!("%{other}")),
    };
    text.into_bytes()
}

fn of_status(letter: char, detail: char, s: &Status) -> Option<String> {
    Some(match letter {
        's' => s.size.to_string(),
        'k' => s.blocks.div_ceil(2).to_string(),
        'b' => s.blocks.to_string(),
        'm' => format!("{:o}", s.mode),
        'M' => mode_text(s.kind, s.mode),
        'n' => s.links.to_string(),
        'i' => s.inode.to_string(),
        'D' => s.device.to_string(),
        'u' => owner_name(s.uid),
        'g' => owner_name(s.gid),
        'U' => s.uid.to_string(),
        'G' => s.gid.to_string(),
        'S' => if s.size == 0 { "1".into() } else { format!("{}", (s.blocks * 512) as f64 / s.size as f64) },
        'a' => ctime(s.accessed),
        'c' => ctime(s.changed),
        't' => ctime(s.modified),
        'A' => moment(detail, s.accessed),
        'C' | 'B' => moment(detail, s.changed),
        'T' => moment(detail, s.modified),
        _ => return None,
    })
}

fn letter_of(kind: Kind) -> &'static str {
    match kind {
        Kind::File => "f",
        Kind::Directory => "d",
        Kind::Link => "l",
        Kind::Pipe => "p",
        Kind::Socket => "s",
        Kind::CharDevice => "c",
        Kind::BlockDevice => "b",
    }
}

fn fraction(moment: Moment) -> String {
    format!("{:09}0", moment.nanos)
}

fn ctime(at: Moment) -> String {
    format!("{}.{} {}", time::strftime("%a %b %e %H:%M:%S", at), fraction(at), time::strftime("%Y", at))
}

fn moment(detail: char, at: Moment) -> String {
    match detail {
        '@' => format!("{}.{}", at.seconds, fraction(at)),
        '+' => format!("{}.{}", time::strftime("%Y-%m-%d+%H:%M:%S", at), fraction(at)),
        'S' | 'T' | 'X' => format!("{}.{}", time::format_one(if detail == 'X' { 'T' } else { detail }, at).unwrap_or_default(), fraction(at)),
        'c' => format!("{}.{} {}", time::strftime("%a %b %e %H:%M:%S", at), fraction(at), time::strftime("%Y", at)),
        _ => time::format_one(detail, at).unwrap_or_default(),
    }
}

/// A line of `-ls`.
pub fn ls(found: &Found, s: &Status, now: Moment) -> Vec<u8> {
    const HALF_YEAR: i64 = 31_556_952 / 2;
    let recent = s.modified.seconds > now.seconds - HALF_YEAR && s.modified <= now;
    let date = time::strftime(if recent { "%b %e %H:%M" } else { "%b %e  %Y" }, s.modified);
    let mut line = format!(
        "{:>9} {:>6} {} {:>3} {:<8} {:<8} {:>8} {date} ",
        s.inode,
        s.blocks.div_ceil(2),
        mode_text(s.kind, s.mode),
        s.links,
        owner_name(s.uid),
        owner_name(s.gid),
        s.size
    )
    .into_bytes();
    line.extend(found.path.iter().flat_map(|&b| if b == b' ' { vec![b'\\', b' '] } else { vec![b] }));
    if s.kind == Kind::Link {
        line.extend_from_slice(b" -> ");
        line.extend(status::read_link(&found.path).unwrap_or_default());
    }
    line.push(b'\n');
    line
}
