use std::fs::File;
use std::io;
use std::path::Path;

use crate::sys;

/// Opens for reading by one call. A folder opens: reading it is what fails.
pub fn open(path: impl AsRef<Path>) -> io::Result<File> {
    sys::open(path.as_ref())
}
