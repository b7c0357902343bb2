use std::io;
use std::os::fd::RawFd;
use std::path::Path;

use crate::sys;

/// Whether a symbolic link at the end of a path is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Links {
    Follow,
    Stay,
}

/// Sets the permission bits (`0o7777`) of what the path names.
pub fn chmod(path: impl AsRef<Path>, links: Links, mode: u32) -> io::Result<()> {
    sys::path_chmod(path.as_ref(), links == Links::Follow, mode)
}

/// The permission bits (`0o7777`) of what the path names.
pub fn mode(path: impl AsRef<Path>, links: Links) -> io::Result<u32> {
    sys::path_mode(path.as_ref(), links == Links::Follow)
}

pub fn fd_chmod(fd: RawFd, mode: u32) -> io::Result<()> {
    sys::fd_chmod(fd, mode)
}

pub fn fd_mode(fd: RawFd) -> io::Result<u32> {
    sys::fd_mode(fd)
}
