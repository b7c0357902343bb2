use std::fs::File;
use std::io::{ErrorKind, Read};

use serde::Deserialize;

use crate::fault::Fault;
use crate::fingerprint::Fingerprint;
use crate::nearest_path::nearest_paths;
use crate::reply::Reply;
use crate::text::{binary_kind, counted, cut, decode_utf16, is_binary, is_utf16, UTF8_MARK};
use crate::tree::Kind;
use crate::workspace::{Place, Workspace};

const MAX_LINES: u64 = 2000;
const MAX_BYTES: usize = 50 * 1024;
/// A larger file of UTF-16 is not decoded whole.
const MAX_DECODED: u64 = 64 << 20;

#[derive(Debug, Deserialize)]
pub struct ReadFile {
    pub path: String,
    /// From 1.
    pub start_line: Option<u64>,
    /// Included.
    pub end_line: Option<u64>,
}

pub fn read_file(workspace: &Workspace, args: &ReadFile) -> Result<Reply, Fault> {
    let place = workspace.place(&args.path);
    let mut file = open(workspace, &place)?;
    let fault = |error| Fault::file("read", &place.shown, error);
    let size = file.metadata().map_err(fault)?.len();
    let mut buffer = vec![0; 256 * 1024];
    let mut filled = read_some(&mut file, &mut buffer).map_err(fault)?;
    let head = &buffer[..filled];
    if is_binary(head) {
        let kind = binary_kind(head).map(|kind| format!("{kind}, ")).unwrap_or_default();
        let text = format!("{} is a binary file ({kind}{}).", place.shown, counted(size, "byte", "bytes"));
        return Err(Fault::Words(text));
    }
    let first = args.start_line.unwrap_or(1).max(1);
    let mut page = Page::new(first, args.end_line);
    let mut fingerprint = Fingerprint::default();
    if is_utf16(head) && size <= MAX_DECODED {
        let mut bytes = head.to_vec();
        file.read_to_end(&mut bytes).map_err(fault)?;
        fingerprint.add(&bytes);
        page.add(decode_utf16(&bytes).as_bytes());
        page.notes.push("decoded from UTF-16");
    } else {
        let mut start = if head.starts_with(UTF8_MARK) { UTF8_MARK.len() } else { 0 };
        while filled > 0 {
            fingerprint.add(&buffer[..filled]);
            page.add(&buffer[start..filled]);
            start = 0;
            filled = read_some(&mut file, &mut buffer).map_err(fault)?;
        }
    }
    let text = page.finish(&place.shown)?;
    Ok(Reply::of_file(text, &place.shown, fingerprint.finish()))
}

/// Opens a file to read; the fault names what may have been meant.
pub fn open(workspace: &Workspace, place: &Place) -> Result<File, Fault> {
    let folder = || {
        Fault::Words(format!("{} is a folder. See what is in it with list_files(path={:?}).", place.shown, place.shown))
    };
    match File::open(&place.path) {
        // Some systems open a folder as a file and refuse to read it.
        Ok(file) => match file.metadata() {
            Ok(metadata) if metadata.is_dir() => Err(folder()),
            _ => Ok(file),
        },
        Err(_) if place.path.is_dir() => Err(folder()),
        Err(error) if error.kind() == ErrorKind::NotFound => Err(missing(workspace, place, "read", Kind::File, error)),
        Err(error) => Err(Fault::file("read", &place.shown, error)),
    }
}

pub fn missing(
    workspace: &Workspace,
    place: &Place,
    action: &'static str,
    kind: Kind,
    error: std::io::Error,
) -> Fault {
    let near = nearest_paths(workspace, place, kind);
    let hint = if near.is_empty() { String::new() } else { format!("\nDid you mean: {}", near.join(", ")) };
    Fault::Words(format!("{}{hint}", Fault::file(action, &place.shown, error)))
}

fn read_some(file: &mut File, buffer: &mut [u8]) -> std::io::Result<usize> {
    loop {
        match file.read(buffer) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}

/// Collects the asked lines within the limits, and counts all lines.
struct Page {
    first: u64,
    last: u64,
    /// Lines that have begun; the one that bytes go to is number `lines`.
    lines: u64,
    at_start: bool,
    kept: Vec<u8>,
    /// The last line that is kept, whole or cut.
    kept_to: u64,
    full: bool,
    /// Bytes of the current line that found no place, where it is the page's first.
    cut_bytes: u64,
    crlf: u64,
    last_byte: u8,
    notes: Vec<&'static str>,
}

impl Page {
    fn new(first: u64, end_line: Option<u64>) -> Self {
        let limit = first.saturating_add(MAX_LINES - 1);
        let last = end_line.map_or(limit, |end| end.min(limit));
        Page {
            first,
            last,
            lines: 0,
            at_start: true,
            kept: Vec::new(),
            kept_to: first.saturating_sub(1),
            full: false,
            cut_bytes: 0,
            crlf: 0,
            last_byte: b'\n',
            notes: Vec::new(),
        }
    }

    fn add(&mut self, bytes: &[u8]) {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            if self.at_start {
                self.lines += 1;
            }
            self.at_start = piece.ends_with(b"\n");
            let before = if piece.len() >= 2 { piece[piece.len() - 2] } else { self.last_byte };
            if self.at_start && before == b'\r' {
                self.crlf += 1;
            }
            self.last_byte = piece.last().copied().unwrap_or(b'\n');
            if self.lines >= self.first && self.lines <= self.last && !self.full {
                self.keep(piece);
            } else if self.cut_bytes > 0 && self.lines == self.kept_to {
                self.cut_bytes += piece.len() as u64;
            }
        }
    }

    fn keep(&mut self, piece: &[u8]) {
        let room = MAX_BYTES - self.kept.len();
        if piece.len() <= room {
            self.kept.extend_from_slice(piece);
            self.kept_to = self.lines;
            return;
        }
        self.full = true;
        let line_start = self.kept.iter().rposition(|byte| *byte == b'\n').map_or(0, |index| index + 1);
        if self.lines == self.first {
            // Not one line fits: a part of it is better than nothing.
            self.kept.extend_from_slice(&piece[..room]);
            self.kept_to = self.lines;
            self.cut_bytes = (piece.len() - room) as u64;
        } else if self.kept_to == self.lines {
            // This line began in an earlier piece.
            self.kept.truncate(line_start);
            self.kept_to = self.lines - 1;
        }
    }

    fn finish(mut self, shown: &str) -> Result<String, Fault> {
        if self.first > self.lines.max(1) {
            let total = counted(self.lines, "line", "lines");
            return Err(Fault::Words(format!("start_line={} is past the end: {shown} has {total}.", self.first)));
        }
        if self.last < self.first {
            return Err(Fault::Words(format!("end_line={} is before start_line={}.", self.last, self.first)));
        }
        if std::str::from_utf8(&self.kept).is_err_and(|error| error.error_len().is_some()) {
            self.notes.push("bytes that are not UTF-8 are shown as \u{fffd}");
        }
        let mut text = String::from_utf8_lossy(&self.kept).replace("\r\n", "\n");
        if self.cut_bytes > 0 {
            text = cut(&text, text.trim_end_matches(char::REPLACEMENT_CHARACTER).len()).to_string();
            let more = counted(self.cut_bytes, "byte", "bytes");
            text.push_str(&format!("\n[line {} is cut here, {more} more; use search to look into it]", self.first));
        }
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        if self.crlf > 0 {
            self.notes.push(if self.crlf == self.lines { "line ends are CRLF" } else { "some line ends are CRLF" });
        }
        if self.kept_to >= self.lines {
            if self.last_byte != b'\n' {
                self.notes.push("no newline at the end");
            }
            text.push_str(&format!("[end of file, {}", counted(self.lines, "line", "lines")));
        } else {
            let (first, last, next) = (self.first, self.kept_to, self.kept_to + 1);
            text.push_str(&format!("[lines {first}-{last} of {}; continue with start_line={next}", self.lines));
        }
        for note in &self.notes {
            text.push_str("; ");
            text.push_str(note);
        }
        text.push(']');
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(bytes: &[u8], first: u64, last: Option<u64>, piece: usize) -> String {
        let mut page = Page::new(first, last);
        for part in bytes.chunks(piece) {
            page.add(part);
        }
        page.finish("f").unwrap_or_else(|fault| fault.to_string())
    }

    #[test]
    fn pieces_do_not_matter() {
        for piece in [1, 2, 3, 100] {
            assert_eq!(page(b"a\r\nb\r\n", 1, None, piece), "a\nb\n[end of file, 2 lines; line ends are CRLF]");
            assert_eq!(page(b"a\nbb\nc", 2, Some(2), piece), "bb\n[lines 2-2 of 3; continue with start_line=3]");
            assert_eq!(page(b"a\nbb\nc", 2, None, piece), "bb\nc\n[end of file, 3 lines; no newline at the end]");
            assert_eq!(page(b"", 1, None, piece), "[end of file, 0 lines]");
            assert_eq!(page(b"a\n", 3, None, piece), "start_line=3 is past the end: f has 1 line.");
        }
    }

    #[test]
    fn two_thousand_lines() {
        let bytes = "x\n".repeat(9120);
        let text = page(bytes.as_bytes(), 1, None, 77);
        assert!(text.ends_with("[lines 1-2000 of 9120; continue with start_line=2001]"));
        assert_eq!(text.lines().count(), 2001);
    }

    #[test]
    fn fifty_kilobytes() {
        let bytes = format!("{}\n", "y".repeat(999)).repeat(100);
        for piece in [64, 1000, 1 << 20] {
            let text = page(bytes.as_bytes(), 1, None, piece);
            assert!(text.ends_with("[lines 1-51 of 100; continue with start_line=52]"), "{piece}");
            assert_eq!(text.lines().count(), 52);
        }
    }

    #[test]
    fn one_long_line_is_cut() {
        let bytes = format!("{}\nnext\n", "é".repeat(60_000));
        for piece in [63, 1 << 20] {
            let text = page(bytes.as_bytes(), 1, None, piece);
            assert!(text.contains("[line 1 is cut here, 68,801 bytes more"), "{}", &text[text.len() - 200..]);
            assert!(text.ends_with("[lines 1-1 of 2; continue with start_line=2]"), "{piece}");
        }
    }
}
