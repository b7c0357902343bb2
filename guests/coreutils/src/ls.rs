//! ls, dir and vdir: GNU's, with the permission bits that the kernel keeps.

mod columns;
mod entry;
mod long;
mod options;

use entry::Entry;
use options::{Format, Settings};
use sunaba_gnu::output::{Out, complain};
use sunaba_gnu::quote::quoted;
use sunaba_gnu::status::{self, Kind, Status};
use sunaba_gnu::{bytes, error, fnmatch};

pub fn run(name: &str, args: &[Vec<u8>]) -> i32 {
    let (settings, mut names) = match options::read(name, args) {
        Ok(read) => read,
        Err(code) => return code,
    };
    if names.is_empty() {
        names.push(b".".to_vec());
    }
    let mut listing = Listing { settings, out: Out::new("ls"), code: 0, first: true, coloured: false };
    listing.all(&names);
    listing.out.flush();
    listing.code
}

struct Listing {
    settings: Settings,
    out: Out,
    code: i32,
    first: bool,
    /// Whether a colour was already written: the first one is preceded by a reset.
    coloured: bool,
}

impl Listing {
    fn all(&mut self, names: &[Vec<u8>]) {
        let (mut files, mut folders) = (Vec::new(), Vec::new());
        for name in names {
            match self.named(name) {
                Ok(entry) if entry.is_folder() && !self.settings.directory => folders.push(entry),
                Ok(entry) => files.push(entry),
                Err(fault) => {
                    self.out.flush();
                    complain("ls", &format!("cannot access {}: {}", quoted(name), error::text(&fault)));
                    self.code = 2;
                }
            }
        }
        entry::sort(&mut files, &self.settings);
        entry::sort(&mut folders, &self.settings);
        if !files.is_empty() {
            self.print(&files, false);
            self.first = false;
        }
        let titled = names.len() > 1 || self.settings.recursive;
        for folder in folders {
            self.folder(&folder.name, titled, true);
        }
    }

    /// A name of the command line: a link to a folder counts as the folder, but not for a long listing.
    fn named(&self, name: &[u8]) -> std::io::Result<Entry> {
        let s = &self.settings;
        let stays = matches!(s.format, Format::Long) || s.directory || s.indicator == options::Indicator::Classify;
        let follow = s.follow || s.follow_named || !stays;
        if follow {
            match status::stat(name) {
                Ok(found) if s.follow || s.follow_named || found.kind == Kind::Directory => return Ok(Entry::new(name.to_vec(), name.to_vec(), found)),
                _ => {}
            }
        }
        Ok(Entry::new(name.to_vec(), name.to_vec(), status::lstat(name)?))
    }

    fn folder(&mut self, path: &[u8], titled: bool, top: bool) {
        let entries = match std::fs::read_dir(bytes::path(path)) {
            Ok(entries) => entries,
            Err(fault) => {
                self.out.flush();
                complain("ls", &format!("cannot open directory {}: {}", quoted(path), error::text(&fault)));
                self.code = self.code.max(if top { 2 } else { 1 });
                return;
            }
        };
        if titled {
            if !self.first {
                self.out.put(b"\n");
            }
            let shown = self.settings.quote(path);
            self.out.put(&shown);
            self.out.put(b":\n");
        }
        self.first = false;
        let tells_enough = self.settings.lists_kinds();
        let named = entries.filter_map(Result::ok).map(|e| (bytes::into_vec(e.file_name()), if tells_enough { status::told(&e) } else { None }));
        let mut named: Vec<(Vec<u8>, Option<Kind>)> = named.filter(|(name, _)| self.shown(name)).collect();
        if self.settings.all {
            named.push((b".".to_vec(), None));
            named.push((b"..".to_vec(), None));
        }
        let mut list = Vec::new();
        for (name, told) in named {
            let whole = join(path, &name);
            if let Some(kind) = told {
                list.push(Entry::new(name, whole, Status { kind, ..Status::default() }));
                continue;
            }
            let found = if self.settings.follow { status::stat(&whole).or_else(|_| status::lstat(&whole)) } else { status::lstat(&whole) };
            let found = if name == b".." && found.is_err() { status::lstat(path) } else { found };
            match found {
                Ok(found) => list.push(Entry::new(name, whole, found)),
                Err(fault) => {
                    self.out.flush();
                    complain("ls", &format!("cannot access {}: {}", quoted(&whole), error::text(&fault)));
                    self.code = self.code.max(1);
                }
            }
        }
        entry::sort(&mut list, &self.settings);
        self.print(&list, true);
        if self.settings.recursive {
            for entry in &list {
                if entry.status.kind == Kind::Directory && entry.name != b"." && entry.name != b".." {
                    self.folder(&entry.path, true, false);
                }
            }
        }
    }

    fn shown(&self, name: &[u8]) -> bool {
        let s = &self.settings;
        if name.starts_with(b".") && !s.all && !s.almost_all {
            return false;
        }
        let hit = |pattern: &Vec<u8>| fnmatch::matches(pattern, name, fnmatch::Rules { period: true, ..Default::default() });
        !(s.ignored.iter().any(hit) || (!s.all && !s.almost_all && s.hidden.iter().any(hit)) || (s.no_backups && name.ends_with(b"~")))
    }

    fn print(&mut self, entries: &[Entry], in_folder: bool) {
        let settings = &self.settings;
        let cells: Vec<columns::Cell> = entries.iter().map(|e| columns::cell(e, entries, settings, &mut self.coloured)).collect();
        match settings.format {
            Format::Long => {
                if in_folder {
                    self.out.text(&format!("total {}\n", long::total(entries, settings)));
                }
                long::print(&mut self.out, entries, &cells, settings);
            }
            Format::One => {
                if settings.blocks && in_folder {
                    self.out.text(&format!("total {}\n", long::total(entries, settings)));
                }
                let end: &[u8] = if settings.zero { b"\0" } else { b"\n" };
                for cell in &cells {
                    self.out.put(&cell.text);
                    self.out.put(end);
                }
            }
            Format::Commas => columns::commas(&mut self.out, &cells, settings.width),
            Format::Down => columns::table(&mut self.out, &cells, settings.width, true),
            Format::Across => columns::table(&mut self.out, &cells, settings.width, false),
        }
    }
}

pub fn join(folder: &[u8], name: &[u8]) -> Vec<u8> {
    let mut path = folder.to_vec();
    if !path.ends_with(b"/") {
        path.push(b'/');
    }
    path.extend_from_slice(name);
    path
}

/// A size as `-h` prints it (base 1024) or `--si` (1000).
pub fn human(bytes: u64, base: u64) -> String {
    long::scaled(bytes, if base == 1024 { options::Scale::Binary } else { options::Scale::Decimal })
}
