//! Which file a patch is for, and writing it.

use super::options::Settings;
use super::read::FilePatch;
use std::io;
use sunaba_gnu::{bytes, status};
use sunaba_process::{Links, chmod};

/// The file to patch; `None`: there is none.
pub fn choose(patch: &FilePatch, settings: &Settings) -> Option<Vec<u8>> {
    if let Some(file) = &settings.file {
        return Some(file.clone());
    }
    let candidates: Vec<Vec<u8>> = [&patch.old_name, &patch.new_name]
        .into_iter()
        .flatten()
        .filter(|name| name.as_slice() != b"/dev/null")
        .filter_map(|name| strip(name, settings.strip))
        .collect();
    let mut there: Vec<&Vec<u8>> = candidates.iter().filter(|name| bytes::path(name).is_file()).collect();
    let depth = |name: &[u8]| name.iter().filter(|b| **b == b'/').count();
    there.sort_by_key(|name| (depth(name), name.rsplit(|b| *b == b'/').next().map_or(0, <[u8]>::len), name.len()));
    if let Some(name) = there.first() {
        return Some((*name).clone());
    }
    if patch.creates || patch.hunks.first().is_some_and(|hunk| hunk.old_start == 0) {
        return candidates.last().cloned();
    }
    None
}

/// Without a count only the last component is left.
fn strip(name: &[u8], count: Option<usize>) -> Option<Vec<u8>> {
    let Some(count) = count else {
        return name.rsplit(|&b| b == b'/').next().map(<[u8]>::to_vec);
    };
    let mut rest = name;
    for _ in 0..count {
        let cut = rest.iter().position(|&b| b == b'/')?;
        rest = &rest[cut..];
        while rest.first() == Some(&b'/') {
            rest = &rest[1..];
        }
    }
    (!rest.is_empty()).then(|| rest.to_vec())
}

/// Names that lead out of the working directory are never patched.
pub fn escapes(name: &[u8]) -> bool {
    name.starts_with(b"/") || name.split(|&b| b == b'/').any(|part| part == b"..")
}

pub fn write(output: &[u8], content: &[u8], original: &[u8], mode: Option<u32>) -> io::Result<()> {
    let path = bytes::path(output);
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        std::fs::create_dir_all(parent)?;
    }
    let mode = mode.or_else(|| status::stat(original).ok().map(|found| found.mode));
    std::fs::write(path, content)?;
    match mode {
        Some(mode) => chmod(path, Links::Follow, mode),
        None => Ok(()),
    }
}
