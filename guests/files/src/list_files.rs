use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use crate::fault::Fault;
use crate::globs::Globs;
use crate::read_file::missing;
use crate::reply::Reply;
use crate::text::{counted, grouped};
use crate::tree::{walk, Entry, Kind, Walked};
use crate::workspace::{Place, Workspace};

const MAX_SHOWN: usize = 500;
/// A larger tree is walked no further.
const MAX_WALKED: usize = 200_000;

#[derive(Debug, Default, Deserialize)]
pub struct ListFiles {
    pub path: Option<String>,
    pub glob: Option<String>,
    pub depth: Option<u64>,
    pub include_ignored: Option<bool>,
}

pub fn list_files(workspace: &Workspace, args: &ListFiles) -> Result<Reply, Fault> {
    let place = workspace.place(args.path.as_deref().unwrap_or("."));
    let metadata = match std::fs::metadata(&place.path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(missing(workspace, &place, "list", Kind::Folder, error));
        }
        Err(error) => return Err(Fault::file("list", &place.shown, error)),
    };
    if !metadata.is_dir() {
        return Err(Fault::Words(format!("{} is a file. Read it with read_file(path={:?}).", place.shown, place.shown)));
    }
    let globs = Globs::parse(args.glob.as_deref())?;
    let mut notes = Vec::new();
    let mut found = collect(workspace, &place, args.include_ignored.unwrap_or(false), globs.as_ref());
    if found.walked == Walked::StartIgnored {
        found = collect(workspace, &place, true, globs.as_ref());
        notes.push("the folder is ignored by an ignore file, shown all the same".to_string());
    }
    if found.entries.is_empty() {
        let what = if args.glob.is_some() { "nothing matches the glob" } else { "empty folder" };
        let seen = if args.glob.is_some() { format!(" among {}", counted(found.seen, "entry", "entries")) } else { String::new() };
        notes.insert(0, format!("{what}{seen}"));
        return Ok(Reply::success(format!("[{}]", notes.join("; "))));
    }
    if found.walked == Walked::Stopped {
        notes.push(format!("the tree is large, only its first {} entries were walked", grouped(MAX_WALKED as u64)));
    }
    Ok(Reply::success(render(workspace, &place.path, &found.entries, args, notes)))
}

struct Found {
    entries: Vec<Entry>,
    seen: u64,
    walked: Walked,
}

fn collect(workspace: &Workspace, place: &Place, include_ignored: bool, globs: Option<&Globs>) -> Found {
    let mut entries = Vec::new();
    let mut seen = 0;
    let walked = walk(workspace, &place.path, include_ignored, |entry| {
        seen += 1;
        // With a glob the folders on the way are no answer.
        let taken = globs.is_none_or(|globs| entry.kind != Kind::Folder && globs.matches(workspace, &place.path, &entry.path));
        if taken {
            entries.push(entry);
        }
        seen < MAX_WALKED as u64
    });
    Found { entries, seen, walked }
}

/// All where they are few; else down to the depth at which they still are, with the rest counted at their folders.
fn render(workspace: &Workspace, start: &Path, entries: &[Entry], args: &ListFiles, mut notes: Vec<String>) -> String {
    let depth_of = |entry: &Entry| entry.path.strip_prefix(start).map_or(0, |rest| rest.components().count()) as u64;
    let deepest = entries.iter().map(depth_of).max().unwrap_or(0);
    let asked = args.depth.filter(|depth| *depth > 0).unwrap_or(u64::MAX).min(deepest);
    let within = |depth: u64| entries.iter().filter(|entry| depth_of(entry) <= depth).count();
    let globbed = args.glob.is_some();
    let depth = if globbed { asked } else { (1..=asked).rev().find(|depth| within(*depth) <= MAX_SHOWN).unwrap_or(1) };
    let shown: Vec<&Entry> = entries.iter().filter(|entry| depth_of(entry) <= depth).collect();
    let mut below: BTreeMap<&Path, u64> = BTreeMap::new();
    for entry in entries.iter().filter(|entry| depth_of(entry) > depth) {
        let over = (depth_of(entry) - depth) as usize;
        if let Some(folder) = entry.path.ancestors().nth(over) {
            *below.entry(folder).or_default() += 1;
        }
    }
    let mut text = String::new();
    for entry in shown.iter().take(MAX_SHOWN) {
        text.push_str(&workspace.show(&entry.path));
        match entry.kind {
            Kind::Folder => text.push('/'),
            Kind::Link => match std::fs::read_link(&entry.path) {
                Ok(target) => text.push_str(&format!(" -> {}", target.display())),
                Err(_) => text.push_str(" (link)"),
            },
            Kind::Other => text.push_str(" (neither file nor folder)"),
            Kind::File => {}
        }
        if let Some(count) = below.get(entry.path.as_path()) {
            text.push_str(&format!("  ({} below)", grouped(*count)));
        }
        text.push('\n');
    }
    let total = entries.len() as u64;
    let hidden: u64 = below.values().sum();
    let listed = shown.len().min(MAX_SHOWN) as u64;
    notes.insert(0, counted(total, "entry", "entries"));
    if depth < asked {
        notes.push(format!("{listed} shown, to depth {depth}; the rest is counted: list a folder by its path, or use glob"));
    } else if (listed as usize) < shown.len() {
        let more = grouped(shown.len() as u64 - listed);
        notes.push(format!("the first {listed} shown, {more} more: narrow it by path or glob"));
    } else if hidden > 0 {
        notes.push(format!("{listed} shown, to depth {depth}"));
    }
    text.push_str(&format!("[{}]", notes.join("; ")));
    text
}
