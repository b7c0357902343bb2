//! What is known of a file, permission bits included.

use crate::bytes;
use rustix::fs::{self, FileType};
use std::io;
use std::path::Path;
use sunaba_process::{Links, mode};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    File,
    Directory,
    Link,
    Pipe,
    Socket,
    CharDevice,
    BlockDevice,
}

#[derive(Debug, Clone)]
pub struct Status {
    pub kind: Kind,
    /// Permission bits, 0o7777.
    pub mode: u32,
    pub device: u64,
    pub inode: u64,
    pub links: u64,
    pub uid: u32,
    pub gid: u32,
    pub size: u64,
    /// Units of 512 bytes.
    pub blocks: u64,
    pub accessed: Moment,
    pub modified: Moment,
    pub changed: Moment,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Moment {
    pub seconds: i64,
    pub nanos: u32,
}

impl Moment {
    pub fn now() -> Moment {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Moment { seconds: since.as_secs() as i64, nanos: since.subsec_nanos() }
    }
}

/// Of the file that a link leads to.
pub fn stat(path: &[u8]) -> io::Result<Status> {
    let found = fs::stat(bytes::path(path))?;
    Ok(convert(&found, path, Links::Follow))
}

/// Of a link itself.
pub fn lstat(path: &[u8]) -> io::Result<Status> {
    let found = fs::lstat(bytes::path(path))?;
    Ok(convert(&found, path, Links::Stay))
}

pub fn exists(path: &[u8]) -> bool {
    fs::lstat(bytes::path(path)).is_ok()
}

pub fn read_link(path: &[u8]) -> io::Result<Vec<u8>> {
    Ok(bytes::into_vec(std::fs::read_link(bytes::path(path))?.into_os_string()))
}

pub fn symlink(target: &[u8], path: &[u8]) -> io::Result<()> {
    Ok(fs::symlink(bytes::path(target), bytes::path(path))?)
}

fn convert(found: &fs::Stat, path: &[u8], links: Links) -> Status {
    let kind = match FileType::from_raw_mode(found.st_mode as _) {
        FileType::Directory => Kind::Directory,
        FileType::Symlink => Kind::Link,
        #[cfg(unix)]
        FileType::Fifo => Kind::Pipe,
        #[cfg(unix)]
        FileType::Socket => Kind::Socket,
        FileType::CharacterDevice => Kind::CharDevice,
        // Pipes are sockets to preview1.
        #[cfg(target_os = "wasi")]
        _ if matches!(found.st_mode & 0xf000, 0x1000 | 0xc000) => Kind::Pipe,
        FileType::BlockDevice => Kind::BlockDevice,
        _ => Kind::File,
    };
    Status {
        kind,
        mode: permissions(found, bytes::path(path), links, kind),
        device: found.st_dev as u64,
        inode: found.st_ino as u64,
        links: found.st_nlink as u64,
        uid: owner(found.st_uid),
        gid: owner(found.st_gid),
        size: found.st_size as u64,
        blocks: blocks(found),
        accessed: times(found).0,
        modified: times(found).1,
        changed: times(found).2,
    }
}

/// preview1 tells no permission bits: the kernel's own call does.
fn permissions(found: &fs::Stat, path: &Path, links: Links, kind: Kind) -> u32 {
    if cfg!(unix) {
        return (found.st_mode as u32) & 0o7777;
    }
    mode(path, links).unwrap_or(match kind {
        Kind::Directory => 0o755,
        Kind::Link => 0o777,
        _ => 0o644,
    })
}

/// In the sandbox everything belongs to its one user.
fn owner(id: u32) -> u32 {
    if cfg!(unix) { id } else { 1000 }
}

#[allow(clippy::unnecessary_cast)]
fn blocks(found: &fs::Stat) -> u64 {
    let told = found.st_blocks as u64;
    if cfg!(unix) || told > 0 { told } else { (found.st_size as u64).div_ceil(4096) * 8 }
}

#[cfg(unix)]
#[allow(clippy::unnecessary_cast)]
fn times(found: &fs::Stat) -> (Moment, Moment, Moment) {
    (
        Moment { seconds: found.st_atime as i64, nanos: found.st_atime_nsec as u32 },
        Moment { seconds: found.st_mtime as i64, nanos: found.st_mtime_nsec as u32 },
        Moment { seconds: found.st_ctime as i64, nanos: found.st_ctime_nsec as u32 },
    )
}

#[cfg(target_os = "wasi")]
fn times(found: &fs::Stat) -> (Moment, Moment, Moment) {
    let moment = |t: &libc::timespec| Moment { seconds: t.tv_sec, nanos: t.tv_nsec as u32 };
    (moment(&found.st_atim), moment(&found.st_mtim), moment(&found.st_ctim))
}

impl Kind {
    /// The letter of `ls -l`.
    pub fn letter(self) -> char {
        match self {
            Kind::File => '-',
            Kind::Directory => 'd',
            Kind::Link => 'l',
            Kind::Pipe => 'p',
            Kind::Socket => 's',
            Kind::CharDevice => 'c',
            Kind::BlockDevice => 'b',
        }
    }
}

/// `-rw-r--r--` and its like.
pub fn mode_text(kind: Kind, mode: u32) -> String {
    let mut text = String::with_capacity(10);
    text.push(kind.letter());
    for (shift, special, set, unset) in [(6, 0o4000, 's', 'S'), (3, 0o2000, 's', 'S'), (0, 0o1000, 't', 'T')] {
        let bits = mode >> shift;
        text.push(if bits & 4 != 0 { 'r' } else { '-' });
        text.push(if bits & 2 != 0 { 'w' } else { '-' });
        text.push(match (bits & 1 != 0, mode & special != 0) {
            (true, false) => 'x',
            (true, true) => set,
            (false, true) => unset,
            (false, false) => '-',
        });
    }
    text
}

/// The name of an owner: the sandbox knows its one user.
pub fn owner_name(id: u32) -> String {
    match id {
        0 => "root".into(),
        1000 if cfg!(target_os = "wasi") => "user".into(),
        id => id.to_string(),
    }
}

/// A mode as chmod reads it, octal or symbolic, applied to `current`. `umask` counts where no one is named.
pub fn parse_mode(text: &str, current: u32, directory: bool, umask: u32) -> Option<u32> {
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        return u32::from_str_radix(text, 8).ok().filter(|m| *m <= 0o7777);
    }
    let mut mode = current;
    for clause in text.split(',') {
        let cut = clause.find(['+', '-', '='])?;
        let mut who = 0;
        for c in clause[..cut].chars() {
            who |= match c {
                'u' => 0o4700,
                'g' => 0o2070,
                'o' => 0o1007,
                'a' => 0o7777,
                _ => return None,
            };
        }
        let (scope, mask) = if who == 0 { (0o7777, !umask) } else { (who, !0) };
        let mut rest = &clause[cut..];
        while let Some(sign) = rest.chars().next() {
            rest = &rest[1..];
            let end = rest.find(['+', '-', '=']).unwrap_or(rest.len());
            let bits = symbolic_bits(&rest[..end], mode, directory)?;
            rest = &rest[end..];
            let bits = bits & scope & (mask | 0o7000);
            match sign {
                '+' => mode |= bits,
                '-' => mode &= !bits,
                '=' => {
                    let keep = if directory { 0o6000 } else { 0 };
                    mode = (mode & (!scope | keep)) | bits;
                }
                _ => return None,
            }
        }
    }
    Some(mode)
}

fn symbolic_bits(letters: &str, mode: u32, directory: bool) -> Option<u32> {
    let mut bits = 0;
    for c in letters.chars() {
        bits |= match c {
            'r' => 0o444,
            'w' => 0o222,
            'x' => 0o111,
            'X' if directory || mode & 0o111 != 0 => 0o111,
            'X' => 0,
            's' => 0o6000,
            't' => 0o1000,
            'u' => ((mode >> 6) & 7) * 0o111,
            'g' => ((mode >> 3) & 7) * 0o111,
            'o' => (mode & 7) * 0o111,
            _ => return None,
        };
    }
    Some(bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_are_read_as_chmod_reads_them() {
        assert_eq!(parse_mode("+x", 0o644, false, 0o022), Some(0o755));
        assert_eq!(parse_mode("u=rw,go=", 0o777, false, 0o022), Some(0o600));
        assert_eq!(parse_mode("a+X", 0o644, true, 0), Some(0o755));
        assert_eq!(parse_mode("g=u", 0o740, false, 0), Some(0o770));
        assert_eq!(parse_mode("u+q", 0o644, false, 0), None);
        assert_eq!(mode_text(Kind::File, 0o4755), "-rwsr-xr-x");
    }
}
