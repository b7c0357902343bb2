//! Where standard input stands: whoever reads it next goes on there.

use rustix::fs::SeekFrom;
use std::io;

/// The offset, where it is a file.
pub fn offset() -> Option<u64> {
    rustix::fs::seek(io::stdin(), SeekFrom::Current(0)).ok()
}

/// Goes back over what was read and not used; a pipe has no way back.
pub fn give_back(count: usize) {
    if count > 0 {
        let _ = rustix::fs::seek(io::stdin(), SeekFrom::Current(-(count as i64)));
    }
}

pub fn go_to(offset: u64) {
    let _ = rustix::fs::seek(io::stdin(), SeekFrom::Start(offset));
}
