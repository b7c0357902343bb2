use std::fs;
use std::io::ErrorKind;

use serde::Deserialize;

use crate::edit_match::{find_places, Replacement};
use crate::fault::Fault;
use crate::fingerprint::Fingerprint;
use crate::nearest_block::nearest_block;
use crate::placeholder::find_placeholder;
use crate::read_file::missing;
use crate::reply::Reply;
use crate::text::{binary_kind, counted, is_binary, is_utf16};
use crate::tree::Kind;
use crate::workspace::Workspace;
use crate::write_file::line_count;

const MAX_SNIPPET_LINES: usize = 30;
const SNIPPET_CONTEXT: usize = 2;
const MAX_NAMED_PLACES: usize = 20;

#[derive(Debug, Deserialize)]
pub struct EditFile {
    pub path: String,
    pub old_text: String,
    pub new_text: String,
    pub replace_all: Option<bool>,
}

pub fn edit_file(workspace: &Workspace, args: &EditFile) -> Result<Reply, Fault> {
    let place = workspace.place(&args.path);
    let shown = &place.shown;
    let bytes = match fs::read(&place.path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err(missing(workspace, &place, "edit", Kind::File, error));
        }
        Err(_) if place.path.is_dir() => return Err(Fault::Words(format!("{shown} is a folder."))),
        Err(error) => return Err(Fault::file("edit", shown, error)),
    };
    if is_binary(&bytes) || is_utf16(&bytes) {
        let kind = if is_utf16(&bytes) { "UTF-16 text" } else { binary_kind(&bytes).unwrap_or("binary data") };
        return Err(Fault::Words(format!("{shown} is {kind}; edit_file changes text in UTF-8.")));
    }
    let Ok(original) = String::from_utf8(bytes) else {
        return Err(Fault::Words(format!("{shown} is not UTF-8; edit_file would damage its other bytes. Use bash (sed) on it.")));
    };
    let (old, new) = (args.old_text.replace("\r\n", "\n"), args.new_text.replace("\r\n", "\n"));
    if old.is_empty() {
        return Err(Fault::Words("old_text is empty. Give the text to replace; to write a whole file use write_file.".into()));
    }
    if old == new {
        return Err(Fault::Words("no change: old_text and new_text are the same.".into()));
    }
    if let Some(line) = find_placeholder(&new, &old) {
        return Err(Fault::Words(format!(
            "nothing was changed: the line {line:?} in new_text stands for text that was left out. Send the text itself."
        )));
    }
    let text = original.replace("\r\n", "\n");
    let places = find_places(&text, &old, &new);
    let all = args.replace_all.unwrap_or(false);
    if places.is_empty() {
        return Err(not_found(shown, &text, &old));
    }
    if places.len() > 1 && !all {
        return Err(several(shown, &text, &places));
    }
    let (edited, changed) = apply(&text, &places);
    if edited == text {
        return Err(Fault::Words(format!("no change: {shown} already reads so.")));
    }
    let bytes = with_line_ends_of(&original, &text, &edited, &places).into_bytes();
    fs::write(&place.path, &bytes).map_err(|error| Fault::file("edit", shown, error))?;
    let removed: u64 = places.iter().map(|place| line_count(&text.as_bytes()[place.range.clone()])).sum();
    let added: u64 = places.iter().map(|place| line_count(place.text.as_bytes())).sum();
    let times = if places.len() > 1 { format!(", {} places", places.len()) } else { String::new() };
    let reply = format!("staged: M {shown} (+{added} -{removed} lines{times})\n{}", snippet(&edited, changed));
    Ok(Reply::of_file(reply, shown, Fingerprint::of(&bytes)))
}

fn not_found(shown: &str, text: &str, old: &str) -> Fault {
    let near = match nearest_block(text, old) {
        Some((first, last, block)) => format!(" The nearest is at lines {first}-{last}:\n{block}"),
        None => " Nothing in the file is like it; read the file again with read_file.".into(),
    };
    Fault::Words(format!("old_text is not in {shown} ({}).{near}", counted(line_count(text.as_bytes()), "line", "lines")))
}

fn several(shown: &str, text: &str, places: &[Replacement]) -> Fault {
    let mut lines: Vec<String> =
        places.iter().take(MAX_NAMED_PLACES).map(|place| line_of(text, place.range.start).to_string()).collect();
    if places.len() > MAX_NAMED_PLACES {
        lines.push("…".into());
    }
    Fault::Words(format!(
        "old_text is in {shown} {} times, at lines {}. Give more of the text around the one you mean, or replace_all=true.",
        places.len(),
        lines.join(", ")
    ))
}

fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes()[..offset].iter().filter(|byte| **byte == b'\n').count() + 1
}

/// The new text, and the range in it that the first replacement takes.
fn apply(text: &str, places: &[Replacement]) -> (String, std::ops::Range<usize>) {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    let mut first = None;
    for place in places {
        out.push_str(&text[from..place.range.start]);
        let start = out.len();
        out.push_str(&place.text);
        first.get_or_insert(start..out.len());
        from = place.range.end;
    }
    out.push_str(&text[from..]);
    if text.ends_with('\n') && !out.is_empty() && !out.ends_with('\n') {
        out.push('\n');
    }
    (out, first.unwrap_or(0..0))
}

/// Bytes outside the replacements stay as they were; new lines end as the lines do that they replace.
fn with_line_ends_of(original: &str, text: &str, edited: &str, places: &[Replacement]) -> String {
    if original.len() == text.len() {
        return edited.to_string();
    }
    // Offsets in `text` of the newlines that were CRLF.
    let crlf: Vec<usize> =
        original.match_indices("\r\n").enumerate().map(|(dropped, (index, _))| index - dropped).collect();
    let mostly_crlf = crlf.len() * 2 >= text.matches('\n').count();
    let restore = |range: std::ops::Range<usize>| {
        let mut out = String::new();
        let mut from = range.start;
        for &offset in &crlf[crlf.partition_point(|at| *at < range.start)..crlf.partition_point(|at| *at < range.end)] {
            out.push_str(&text[from..offset]);
            out.push('\r');
            from = offset;
        }
        out.push_str(&text[from..range.end]);
        out
    };
    let mut out = String::new();
    let mut from = 0;
    for place in places {
        out.push_str(&restore(from..place.range.start));
        let newlines = text[place.range.clone()].matches('\n').count();
        let crlf_here = crlf.iter().filter(|at| place.range.contains(at)).count();
        let as_crlf = if newlines == 0 { mostly_crlf } else { crlf_here * 2 >= newlines };
        out.push_str(&if as_crlf { place.text.replace('\n', "\r\n") } else { place.text.clone() });
        from = place.range.end;
    }
    out.push_str(&restore(from..text.len()));
    if text.ends_with('\n') && !out.is_empty() && !out.ends_with('\n') {
        out.push_str(if mostly_crlf { "\r\n" } else { "\n" });
    }
    out
}

fn snippet(text: &str, changed: std::ops::Range<usize>) -> String {
    let first = line_of(text, changed.start);
    let last = line_of(text, changed.end.saturating_sub(1).max(changed.start));
    let start = first.saturating_sub(SNIPPET_CONTEXT).max(1);
    let lines: Vec<&str> = text.lines().collect();
    let end = (last + SNIPPET_CONTEXT).min(lines.len());
    let mut out: Vec<String> = Vec::new();
    for number in start..=end {
        if out.len() == MAX_SNIPPET_LINES {
            out.push(format!("… to line {end}"));
            break;
        }
        let line = lines.get(number - 1).copied().unwrap_or_default();
        out.push(format!("{number}: {}", crate::text::cut(line, 300)));
    }
    out.join("\n")
}
