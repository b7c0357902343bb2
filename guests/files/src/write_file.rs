use std::fs;
use std::io::ErrorKind;

use serde::Deserialize;

use crate::fault::Fault;
use crate::fingerprint::Fingerprint;
use crate::placeholder::find_placeholder;
use crate::reply::Reply;
use crate::text::{counted, UTF8_MARK};
use crate::workspace::Workspace;

#[derive(Debug, Deserialize)]
pub struct WriteFile {
    pub path: String,
    pub content: String,
    /// What the last read or write of this file in the conversation gave. Without it nothing is overwritten.
    pub fingerprint: Option<String>,
}

pub fn write_file(workspace: &Workspace, args: &WriteFile) -> Result<Reply, Fault> {
    let place = workspace.place(&args.path);
    let shown = &place.shown;
    if args.path.ends_with('/') || place.path == workspace.root() {
        return Err(Fault::Words(format!("{shown} names a folder; write_file takes the path of a file.")));
    }
    let old = match fs::read(&place.path) {
        Ok(bytes) => Some(bytes),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(_) if place.path.is_dir() => return Err(Fault::Words(format!("{shown} is a folder."))),
        Err(error) => return Err(Fault::file("write", shown, error)),
    };
    if let Some(old) = &old {
        match &args.fingerprint {
            None => {
                return Err(Fault::Words(format!(
                    "{shown} is there already, and was not read in this conversation. \
                     Read it first with read_file, or change a part of it with edit_file."
                )));
            }
            Some(known) if *known != Fingerprint::of(old) => {
                return Err(Fault::Words(format!(
                    "{shown} has changed since it was last read. Read it again with read_file, then write."
                )));
            }
            Some(_) => {}
        }
    }
    let old_text = old.as_deref().map(String::from_utf8_lossy).unwrap_or_default();
    if let Some(line) = find_placeholder(&args.content, &old_text) {
        return Err(Fault::Words(format!(
            "nothing was written: the line {line:?} stands for text that was left out. \
             Send the whole content, or change a part with edit_file."
        )));
    }
    let mut notes = Vec::new();
    let bytes = shaped_as(old.as_deref(), &args.content, &mut notes);
    let lines = counted(line_count(&bytes), "line", "lines");
    let fingerprint = Fingerprint::of(&bytes);
    if old.as_deref() == Some(&bytes) {
        return Ok(Reply::of_file(format!("no change: {shown} already has this content ({lines})."), shown, fingerprint));
    }
    if let Some(folder) = place.path.parent() {
        fs::create_dir_all(folder).map_err(|error| Fault::file("create the folder of", shown, error))?;
    }
    fs::write(&place.path, &bytes).map_err(|error| Fault::file("write", shown, error))?;
    let letter = if old.is_some() { 'M' } else { 'A' };
    let notes: String = notes.iter().map(|note| format!(" {note}")).collect();
    let text = format!("staged: {letter} {shown} ({lines}, {}){notes}", counted(bytes.len() as u64, "byte", "bytes"));
    Ok(Reply::of_file(text, shown, fingerprint))
}

/// read_file shows text without its mark and with plain line ends; what the file had stays.
fn shaped_as(old: Option<&[u8]>, content: &str, notes: &mut Vec<&'static str>) -> Vec<u8> {
    let Some(old) = old else { return content.as_bytes().to_vec() };
    let mut content = content.to_string();
    let lines = old.iter().filter(|byte| **byte == b'\n').count();
    let crlf = old.windows(2).filter(|pair| pair == b"\r\n").count();
    if crlf > 0 && crlf == lines && content.contains('\n') && !content.contains("\r\n") {
        content = content.replace('\n', "\r\n");
        notes.push("CRLF line ends kept.");
    }
    let mut bytes = Vec::new();
    if old.starts_with(UTF8_MARK) && !content.as_bytes().starts_with(UTF8_MARK) {
        bytes.extend_from_slice(UTF8_MARK);
        notes.push("Byte order mark kept.");
    }
    bytes.extend_from_slice(content.as_bytes());
    bytes
}

pub fn line_count(bytes: &[u8]) -> u64 {
    let ends = bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
    ends + u64::from(bytes.last().is_some_and(|byte| *byte != b'\n'))
}
