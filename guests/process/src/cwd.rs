use std::io;
use std::path::{Path, PathBuf};

use crate::sys;

/// First thing in `main`: takes over the working directory that the process was started with, and lets a broken pipe
/// end the program silently, as in any program of a shell.
///
/// Where the directory is gone, no relative path leads anywhere; where it cannot be entered for another reason the program
/// ends with status 1: a relative path must not fall on another folder.
pub fn enter() {
    if let Err((directory, error)) = sys::enter() {
        eprintln!("cannot enter the working directory {}: {error}", directory.display());
        std::process::exit(1);
    }
}

/// Changes the working directory of this process and the default of its children.
pub fn chdir(path: impl AsRef<Path>) -> io::Result<()> {
    std::env::set_current_dir(path.as_ref())?;
    sys::chdir(&std::env::current_dir()?)
}

/// The working directory, absolute.
pub fn cwd() -> io::Result<PathBuf> {
    std::env::current_dir()
}
