//! Names as they are shown, in columns.

use super::entry::Entry;
use super::long;
use super::options::{Format, Indicator, Settings};
use sunaba_gnu::output::Out;
use sunaba_gnu::status::{self, Kind, Status};

pub struct Cell {
    pub text: Vec<u8>,
    /// Columns of a terminal.
    pub width: usize,
}

pub fn cell(entry: &Entry, all: &[Entry], settings: &Settings, coloured: &mut bool) -> Cell {
    let mut text = Vec::new();
    let mut width = 0;
    if settings.inode {
        let most = if settings.format == Format::Commas { 0 } else { all.iter().map(|e| e.status.inode.to_string().len()).max().unwrap_or(0) };
        let number = format!("{:>most$} ", entry.status.inode);
        width += number.len();
        text.extend(number.bytes());
    }
    if settings.blocks {
        let most = if settings.format == Format::Commas { 0 } else { all.iter().map(|e| long::blocks(&e.status, settings).len()).max().unwrap_or(0) };
        let number = format!("{:>most$} ", long::blocks(&entry.status, settings));
        width += number.len();
        text.extend(number.bytes());
    }
    if settings.format == Format::Long {
        // The prefix of a long line stands before its other fields.
        return Cell { text, width };
    }
    let name = name(entry, settings, coloured);
    width += name.width;
    text.extend(name.text);
    Cell { text, width }
}

/// The name with its colour, quotes and indicator.
pub fn name(entry: &Entry, settings: &Settings, coloured: &mut bool) -> Cell {
    let quoted = settings.quote(&entry.name);
    let mut width = String::from_utf8_lossy(&quoted).chars().map(char_width).sum();
    let mut text = paint(quoted, colour(&entry.status, &entry.path), settings, coloured);
    if let Some(sign) = indicator(&entry.status, settings) {
        text.push(sign);
        width += 1;
    }
    Cell { text, width }
}

pub fn paint(text: Vec<u8>, colour: Option<&str>, settings: &Settings, coloured: &mut bool) -> Vec<u8> {
    match colour.filter(|_| settings.colour) {
        None => text,
        Some(colour) => {
            let reset: &[u8] = if std::mem::replace(coloured, true) { b"" } else { b"\x1b[0m" };
            [reset, b"\x1b[", colour.as_bytes(), b"m", &text, b"\x1b[0m"].concat()
        }
    }
}

pub fn colour(found: &Status, path: &[u8]) -> Option<&'static str> {
    match found.kind {
        Kind::Directory => Some(match found.mode & 0o1002 {
            0o1002 => "30;42",
            0o1000 => "37;44",
            0o0002 => "34;42",
            _ => "01;34",
        }),
        Kind::Link if status::stat(path).is_err() => None,
        Kind::Link => Some("01;36"),
        Kind::Pipe => Some("33"),
        Kind::Socket => Some("01;35"),
        Kind::CharDevice | Kind::BlockDevice => Some("01;33"),
        Kind::File if found.mode & 0o4000 != 0 => Some("37;41"),
        Kind::File if found.mode & 0o2000 != 0 => Some("30;43"),
        Kind::File if found.mode & 0o111 != 0 => Some("01;32"),
        Kind::File => None,
    }
}

pub fn indicator(found: &Status, settings: &Settings) -> Option<u8> {
    match (settings.indicator, found.kind) {
        (Indicator::None, _) => None,
        (_, Kind::Directory) => Some(b'/'),
        (Indicator::Slash, _) => None,
        (Indicator::Classify, Kind::File) if found.mode & 0o111 != 0 => Some(b'*'),
        (_, Kind::Link) if settings.format == Format::Long => None,
        (_, Kind::Link) => Some(b'@'),
        (_, Kind::Pipe) => Some(b'|'),
        (_, Kind::Socket) => Some(b'='),
        _ => None,
    }
}

fn char_width(c: char) -> usize {
    match c as u32 {
        0..=0x1f | 0x7f..=0x9f | 0x300..=0x36f | 0x200b..=0x200f => 0,
        0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xfe30..=0xfe6f | 0xff00..=0xff60 | 0x1f300..=0x1faff => 2,
        _ => 1,
    }
}

pub fn commas(out: &mut Out, cells: &[Cell], line: usize) {
    let mut at = 0;
    for (i, cell) in cells.iter().enumerate() {
        if i > 0 {
            if at + cell.width + 2 < line {
                out.put(b", ");
                at += 2;
            } else {
                out.put(b",\n");
                at = 0;
            }
        }
        out.put(&cell.text);
        at += cell.width;
    }
    out.put(b"\n");
}

/// As many columns as the line holds; between them tabs and spaces, as GNU sets them.
pub fn table(out: &mut Out, cells: &[Cell], line: usize, down: bool) {
    const GAP: usize = 2;
    if cells.is_empty() {
        return;
    }
    let most = cells.len().min((line / (GAP + 1)).max(1));
    let mut columns = 1;
    let mut widths = vec![cells.iter().map(|c| c.width).max().unwrap_or(0)];
    for count in (1..=most).rev() {
        let rows = cells.len().div_ceil(count);
        let mut candidate = vec![0; count];
        for (i, cell) in cells.iter().enumerate() {
            let column = if down { i / rows } else { i % count };
            let gap = if column == count - 1 { 0 } else { GAP };
            candidate[column] = candidate[column].max(cell.width + gap);
        }
        if candidate.iter().sum::<usize>() < line || count == 1 {
            (columns, widths) = (count, candidate);
            break;
        }
    }
    let rows = cells.len().div_ceil(columns);
    for row in 0..rows {
        let mut at = 0;
        let mut start = 0;
        for (column, width) in widths.iter().enumerate() {
            let index = if down { column * rows + row } else { row * columns + column };
            let Some(cell) = cells.get(index) else { break };
            indent(out, at, start);
            out.put(&cell.text);
            at = start + cell.width;
            start += width;
        }
        out.put(b"\n");
    }
}

fn indent(out: &mut Out, mut from: usize, to: usize) {
    const TAB: usize = 8;
    while from < to {
        if to / TAB > (from + 1) / TAB {
            out.put(b"\t");
            from += TAB - from % TAB;
        } else {
            out.put(b" ");
            from += 1;
        }
    }
}
