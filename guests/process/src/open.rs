use std::fs::File;
use std::io;
use std::path::Path;

use crate::sys;

/// Opens for reading by one call. A folder opens: reading it is what fails.
pub fn open(path: impl AsRef<Path>) -> io::Result<File> {
    sys::open(path.as_ref())
}

/// The beginning of a regular file by one call that opens, reads and closes. Fewer bytes than the buffer holds are the
/// whole file; it fails for what is no regular file.
pub fn read(path: impl AsRef<Path>, buffer: &mut [u8]) -> io::Result<usize> {
    sys::read(path.as_ref(), buffer)
}
