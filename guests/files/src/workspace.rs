use std::path::{Path, PathBuf};

/// The folder that relative paths start from.
#[derive(Debug)]
pub struct Workspace {
    root: PathBuf,
}

/// A path of a call: where it leads, and how it is shown.
#[derive(Debug)]
pub struct Place {
    pub path: PathBuf,
    /// Relative to the workspace where it is below it; `.` for the workspace itself.
    pub shown: String,
}

impl Workspace {
    pub fn new(root: PathBuf) -> Self {
        Workspace { root }
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Confinement is not here: the kernel refuses what is not below the mounts, and its words are shown.
    pub fn place(&self, given: &str) -> Place {
        let given = given.strip_prefix("file://").unwrap_or(given);
        // Joining anew drops `./` and doubled slashes; `..` stays for the kernel to judge.
        let path: PathBuf = self.root.join(given).components().collect();
        let shown = self.show(&path);
        Place { path, shown }
    }

    pub fn show(&self, path: &Path) -> String {
        match path.strip_prefix(&self.root) {
            Ok(rest) if rest.as_os_str().is_empty() => ".".into(),
            Ok(rest) => rest.to_string_lossy().into_owned(),
            Err(_) => path.to_string_lossy().into_owned(),
        }
    }
}
