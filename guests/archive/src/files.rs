//! Files as archives need them: times, modes, folders on the way.

use std::io;

use rustix::fs::{AtFlags, CWD, Timespec, Timestamps, utimensat};
use sunaba_gnu::bytes::path;
use sunaba_gnu::status::Moment;
use sunaba_process::{Links, chmod};

/// Sets the time of a file's last change, of a link itself where it is one.
pub fn set_modified(name: &[u8], moment: Moment) -> io::Result<()> {
    let time = Timespec { tv_sec: moment.seconds, tv_nsec: moment.nanos as _ };
    let times = Timestamps { last_access: time, last_modification: time };
    Ok(utimensat(CWD, path(name), &times, AtFlags::SYMLINK_NOFOLLOW)?)
}

/// Permission bits less what the user's mask takes away.
pub fn set_mode(name: &[u8], mode: u32) -> io::Result<()> {
    chmod(path(name), Links::Follow, mode & 0o777 & !0o022)
}

pub fn create_folders(name: &[u8]) -> io::Result<()> {
    match path(name).parent() {
        Some(parent) if !parent.as_os_str().is_empty() => std::fs::create_dir_all(parent),
        _ => Ok(()),
    }
}

/// Where a name of an archive may go: below here and nowhere else. Gives what was taken off its front, and the rest.
pub fn inward(name: &[u8]) -> (&[u8], &[u8]) {
    let mut cut = 0;
    let mut at = 0;
    while at < name.len() {
        let end = name[at..].iter().position(|byte| *byte == b'/').map_or(name.len(), |length| at + length);
        if &name[at..end] == b".." {
            cut = end;
        }
        at = end + 1;
    }
    while name.get(cut) == Some(&b'/') {
        cut += 1;
    }
    (&name[..cut], &name[cut..])
}

/// Names in a folder, in their order.
pub fn entries(folder: &[u8]) -> io::Result<Vec<Vec<u8>>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(path(folder))? {
        names.push(sunaba_gnu::bytes::into_vec(entry?.file_name()));
    }
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_inward() {
        let parts = |name: &'static str| {
            let (cut, rest) = inward(name.as_bytes());
            (String::from_utf8_lossy(cut).into_owned(), String::from_utf8_lossy(rest).into_owned())
        };
        assert_eq!(parts("a/b"), (String::new(), "a/b".into()));
        assert_eq!(parts("/etc/x"), ("/".into(), "etc/x".into()));
        assert_eq!(parts("../../x"), ("../../".into(), "x".into()));
        assert_eq!(parts("a/../../x"), ("a/../../".into(), "x".into()));
        assert_eq!(parts("a..b/..c"), (String::new(), "a..b/..c".into()));
        assert_eq!(parts("./a"), (String::new(), "./a".into()));
    }
}
