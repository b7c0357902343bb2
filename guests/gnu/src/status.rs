//! What is known of a file, permission bits included.

use crate::bytes;
use rustix::fs;
use std::io;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kind {
    #[default]
    File,
    Directory,
    Link,
    Pipe,
    Socket,
    CharDevice,
    BlockDevice,
}

#[derive(Debug, Clone, Default)]
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
    status(path, true)
}

/// Of a link itself.
pub fn lstat(path: &[u8]) -> io::Result<Status> {
    status(path, false)
}

/// What a folder's list tells of an entry; `None` where only the file itself can.
pub fn told(entry: &std::fs::DirEntry) -> Option<Kind> {
    let kind = entry.file_type().ok()?;
    match (kind.is_file(), kind.is_dir(), kind.is_symlink()) {
        (true, _, _) => Some(Kind::File),
        (_, true, _) => Some(Kind::Directory),
        (_, _, true) => Some(Kind::Link),
        _ => None,
    }
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

#[cfg(unix)]
#[allow(clippy::unnecessary_cast)]
fn status(path: &[u8], follow: bool) -> io::Result<Status> {
    use rustix::fs::FileType;
    let path = bytes::path(path);
    let found = if follow { fs::stat(path)? } else { fs::lstat(path)? };
    let moment = |seconds, nanos| Moment { seconds, nanos };
    Ok(Status {
        kind: match FileType::from_raw_mode(found.st_mode as _) {
            FileType::Directory => Kind::Directory,
            FileType::Symlink => Kind::Link,
            FileType::Fifo => Kind::Pipe,
            FileType::Socket => Kind::Socket,
            FileType::CharacterDevice => Kind::CharDevice,
            FileType::BlockDevice => Kind::BlockDevice,
            _ => Kind::File,
        },
        mode: (found.st_mode as u32) & 0o7777,
        device: found.st_dev as u64,
        inode: found.st_ino as u64,
        links: found.st_nlink as u64,
        uid: found.st_uid,
        gid: found.st_gid,
        size: found.st_size as u64,
        blocks: found.st_blocks as u64,
        accessed: moment(found.st_atime as i64, found.st_atime_nsec as u32),
        modified: moment(found.st_mtime as i64, found.st_mtime_nsec as u32),
        changed: moment(found.st_ctime as i64, found.st_ctime_nsec as u32),
    })
}

/// preview1 knows neither owners nor blocks: in the sandbox everything belongs to its one user.
#[cfg(target_os = "wasi")]
fn status(path: &[u8], follow: bool) -> io::Result<Status> {
    let found = sunaba_process::status(bytes::path(path), follow)?;
    let moment = |nanos: u64| Moment { seconds: (nanos / 1_000_000_000) as i64, nanos: (nanos % 1_000_000_000) as u32 };
    Ok(Status {
        kind: match found.filetype {
            1 => Kind::BlockDevice,
            2 => Kind::CharDevice,
            3 => Kind::Directory,
            // Pipes are sockets to preview1.
            5 | 6 => Kind::Pipe,
            7 => Kind::Link,
            _ => Kind::File,
        },
        mode: found.mode as u32,
        device: found.device,
        inode: found.inode,
        links: found.links,
        uid: 1000,
        gid: 1000,
        size: found.size,
        blocks: found.size.div_ceil(4096) * 8,
        accessed: moment(found.accessed),
        modified: moment(found.modified),
        changed: moment(found.changed),
    })
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
