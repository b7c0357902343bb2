//! Arguments and names are bytes, not text.

use std::ffi::{OsStr, OsString};
#[cfg(unix)]
use std::os::unix::ffi::{OsStrExt, OsStringExt};
#[cfg(target_os = "wasi")]
use std::os::wasi::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

pub fn of(text: &OsStr) -> &[u8] {
    text.as_bytes()
}

pub fn os(bytes: &[u8]) -> &OsStr {
    OsStr::from_bytes(bytes)
}

pub fn os_string(bytes: Vec<u8>) -> OsString {
    OsString::from_vec(bytes)
}

pub fn into_vec(text: OsString) -> Vec<u8> {
    text.into_vec()
}

pub fn path(bytes: &[u8]) -> &Path {
    Path::new(os(bytes))
}

pub fn path_buf(bytes: &[u8]) -> PathBuf {
    path(bytes).to_path_buf()
}

/// For messages: bytes that are no UTF-8 become U+FFFD.
pub fn lossy(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

/// All arguments as bytes, argv[0] first.
pub fn args() -> Vec<Vec<u8>> {
    std::env::args_os().map(OsString::into_vec).collect()
}

/// The base name of argv[0], as a multi-call program chooses its tool by it.
pub fn tool_name(argv0: &[u8]) -> String {
    let base = argv0.rsplit(|&b| b == b'/').next().unwrap_or(argv0);
    let base = base.strip_suffix(b".wasm").unwrap_or(base);
    lossy(base).into_owned()
}
