//! Walks of the folder: without what the repository's ignore files name, and never through a link.

use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

use crate::workspace::Workspace;

#[derive(Debug, Clone)]
pub struct Entry {
    pub path: PathBuf,
    pub kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    File,
    Folder,
    Link,
    Other,
}

/// How a walk ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Walked {
    Whole,
    /// The visitor stopped it.
    Stopped,
    /// Ignore files hide the start itself, so that nothing was visited.
    StartIgnored,
}

/// Visits what is below `start` in the order of names, `start` left out; `visit` gives false to stop. The walk begins
/// at the workspace's root, whose ignore files count, and descends only towards `start`.
pub fn walk(workspace: &Workspace, start: &Path, include_ignored: bool, mut visit: impl FnMut(Entry) -> bool) -> Walked {
    let inside = start.starts_with(workspace.root());
    let root = if inside && !include_ignored { workspace.root() } else { start };
    let target = start.to_path_buf();
    let mut builder = WalkBuilder::new(root);
    builder
        .hidden(false)
        .parents(false)
        .ignore(!include_ignored)
        .git_ignore(!include_ignored)
        .git_exclude(!include_ignored)
        .git_global(false)
        .require_git(false)
        .follow_links(false)
        .sort_by_file_name(std::cmp::Ord::cmp)
        .filter_entry(move |entry| {
            let path = entry.path();
            (include_ignored || entry.file_name() != ".git") && (path.starts_with(&target) || target.starts_with(path))
        });
    let mut reached = false;
    for entry in builder.build() {
        // An unreadable folder, or one that went away in between, holds nothing to show.
        let Ok(entry) = entry else { continue };
        let path = entry.path();
        if path == start {
            reached = true;
            continue;
        }
        if !path.starts_with(start) {
            continue;
        }
        let kind = match entry.file_type() {
            Some(kind) if kind.is_dir() => Kind::Folder,
            Some(kind) if kind.is_file() => Kind::File,
            Some(kind) if kind.is_symlink() => Kind::Link,
            _ => Kind::Other,
        };
        if !visit(Entry { path: path.to_path_buf(), kind }) {
            return Walked::Stopped;
        }
    }
    if reached {
        Walked::Whole
    } else {
        Walked::StartIgnored
    }
}
