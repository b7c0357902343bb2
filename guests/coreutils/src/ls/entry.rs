//! One file of a listing, and the orders in which files are listed.

use super::options::{By, Settings, Time};
use std::cmp::Ordering;
use sunaba_gnu::{
    bytes,
    status::{Kind, Moment, Status},
    version,
};

pub struct Entry {
    pub name: Vec<u8>,
    pub path: Vec<u8>,
    pub status: Status,
}

impl Entry {
    pub fn new(name: Vec<u8>, path: Vec<u8>, status: Status) -> Entry {
        Entry { name, path, status }
    }

    pub fn is_folder(&self) -> bool {
        self.status.kind == Kind::Directory
    }

    pub fn time(&self, settings: &Settings) -> Moment {
        match settings.time {
            Time::Modified => self.status.modified,
            Time::Accessed => self.status.accessed,
            Time::Changed => self.status.changed,
        }
    }
}

pub fn sort(entries: &mut [Entry], settings: &Settings) {
    if settings.by != By::Nothing {
        entries.sort_by(|a, b| {
            let order = compare(a, b, settings).then_with(|| a.name.cmp(&b.name));
            if settings.reverse { order.reverse() } else { order }
        });
    }
    if settings.folders_first {
        // A link to a folder counts as one.
        entries.sort_by_cached_key(|entry| !(entry.is_folder() || entry.status.kind == Kind::Link && std::fs::metadata(bytes::path(&entry.path)).is_ok_and(|led| led.is_dir())));
    }
}

fn compare(a: &Entry, b: &Entry, settings: &Settings) -> Ordering {
    match settings.by {
        By::Name | By::Nothing => a.name.cmp(&b.name),
        By::Size => b.status.size.cmp(&a.status.size),
        By::Time => b.time(settings).cmp(&a.time(settings)),
        By::Extension => extension(&a.name).cmp(extension(&b.name)),
        By::Version => version::compare(&a.name, &b.name),
        By::Width => a.name.len().cmp(&b.name.len()),
    }
}

fn extension(name: &[u8]) -> &[u8] {
    match name.iter().rposition(|&b| b == b'.') {
        Some(dot) => &name[dot..],
        None => b"",
    }
}
