//! Errors worded as glibc's strerror words them.

use std::io;

/// The text of an I/O error as the C library prints it, without Rust's "(os error N)".
pub fn text(error: &io::Error) -> String {
    use io::ErrorKind as K;
    let fixed = match error.kind() {
        K::NotFound => "No such file or directory",
        K::PermissionDenied if rustix::io::Errno::from_io_error(error) == Some(rustix::io::Errno::PERM) => {
            "Operation not permitted"
        }
        K::PermissionDenied => "Permission denied",
        K::AlreadyExists => "File exists",
        K::NotADirectory => "Not a directory",
        K::IsADirectory => "Is a directory",
        K::DirectoryNotEmpty => "Directory not empty",
        K::ReadOnlyFilesystem => "Read-only file system",
        K::StorageFull => "No space left on device",
        K::FileTooLarge => "File too large",
        K::BrokenPipe => "Broken pipe",
        K::InvalidFilename => "File name too long",
        K::CrossesDevices => "Invalid cross-device link",
        K::TooManyLinks => "Too many links",
        K::InvalidInput if error.raw_os_error().is_some() => "Invalid argument",
        K::QuotaExceeded => "Disk quota exceeded",
        K::OutOfMemory => "Cannot allocate memory",
        _ => {
            if let Some(code) = rustix::io::Errno::from_io_error(error) {
                use rustix::io::Errno as E;
                if code == E::LOOP {
                    return "Too many levels of symbolic links".into();
                }
                #[cfg(target_os = "wasi")]
                if code == E::NOTCAPABLE {
                    return "Permission denied".into();
                }
                if code == E::INVAL {
                    return "Invalid argument".into();
                }
            }
            let full = error.to_string();
            return match full.rfind(" (os error ") {
                Some(at) => full[..at].to_owned(),
                None => full,
            };
        }
    };
    fixed.to_owned()
}
