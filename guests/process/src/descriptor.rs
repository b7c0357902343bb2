use std::ffi::OsString;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};

use crate::sys;

/// A pipe: its reading end and its writing end. Children get it only where they are given it.
pub fn pipe() -> io::Result<(OwnedFd, OwnedFd)> {
    sys::pipe()
}

/// Another descriptor, the lowest free one from `lowest` on, for the same open file.
pub fn dup(fd: RawFd, lowest: RawFd) -> io::Result<OwnedFd> {
    sys::dup(fd, lowest)
}

/// Makes `to` another name of `fd`'s open file; what `to` was is closed. Nobody in this process may own `to`.
pub fn dup2(fd: RawFd, to: RawFd) -> io::Result<()> {
    sys::dup2(fd, to)
}

/// Closes a descriptor that nobody in this process owns (one that [`dup2`] made).
pub fn close(fd: RawFd) -> io::Result<()> {
    sys::close(fd)
}

/// The path of an open directory, as of now.
pub fn directory_path(fd: &impl AsRawFd) -> io::Result<OsString> {
    sys::fd_path(fd.as_raw_fd())
}
