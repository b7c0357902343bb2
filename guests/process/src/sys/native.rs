//! The same on the operating system, for tests and development.

use std::ffi::{CString, OsStr, OsString};
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};

use crate::command::Request;
use crate::ExitStatus;

fn check(result: libc::c_int) -> io::Result<libc::c_int> {
    if result < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(result)
    }
}

/// Descriptors from here on are free for a moment while a child sorts its own.
const SPARE: RawFd = 200;

pub(crate) fn spawn(request: &Request) -> io::Result<u32> {
    let word = |bytes: &[u8]| OsStr::from_bytes(bytes).to_os_string();
    let mut command = std::process::Command::new(word(request.program));
    command.arg0(word(request.argv[0]));
    command.args(request.argv[1..].iter().map(|arg| word(arg)));
    command.env_clear();
    for variable in &request.environment {
        let split = variable.iter().position(|byte| *byte == b'=').unwrap_or(variable.len());
        command.env(word(&variable[..split]), word(variable.get(split + 1..).unwrap_or_default()));
    }
    if let Some(cwd) = request.cwd {
        command.current_dir(word(cwd));
    }
    // Copies above every number in use, so that no target overwrites a source; close-on-exec but for the final ones.
    let mut copies: Vec<(RawFd, OwnedFd)> = Vec::new();
    for (child, parent) in &request.descriptors {
        copies.push((*child, dup(*parent, SPARE)?));
    }
    // SAFETY: only async-signal-safe calls between fork and exec.
    unsafe {
        command.pre_exec(move || {
            for (child, copy) in &copies {
                check(libc::dup2(copy.as_raw_fd(), *child))?;
            }
            Ok(())
        });
    }
    Ok(command.spawn()?.id())
}

pub(crate) fn wait(pid: i32, block: bool) -> io::Result<Option<(u32, ExitStatus)>> {
    let mut status = 0;
    // SAFETY: `status` is a live integer.
    let ended = check(unsafe { libc::waitpid(pid, &mut status, if block { 0 } else { libc::WNOHANG }) })?;
    Ok(match ended {
        0 => None,
        _ if libc::WIFSIGNALED(status) => Some((ended as u32, ExitStatus::Signaled(libc::WTERMSIG(status) as u32))),
        _ => Some((ended as u32, ExitStatus::Exited(libc::WEXITSTATUS(status) as u32))),
    })
}

pub(crate) fn kill(pid: i32, signal: u32) -> io::Result<()> {
    // SAFETY: no pointers.
    check(unsafe { libc::kill(pid, signal as libc::c_int) }).map(drop)
}

pub(crate) fn ids() -> (u32, u32) {
    // SAFETY: no pointers, no errors.
    unsafe { (libc::getpid() as u32, libc::getppid() as u32) }
}

pub(crate) fn enter() -> Result<(), (PathBuf, io::Error)> {
    // SAFETY: sets a default disposition; no handler is involved.
    unsafe { libc::signal(libc::SIGPIPE, libc::SIG_DFL) };
    Ok(())
}

pub(crate) fn chdir(_path: &Path) -> io::Result<()> {
    Ok(())
}

pub(crate) fn pipe() -> io::Result<(OwnedFd, OwnedFd)> {
    let mut fds = [0; 2];
    // SAFETY: `fds` is a live array of two; both descriptors are new and ours.
    unsafe {
        check(libc::pipe(fds.as_mut_ptr()))?;
        for fd in fds {
            check(libc::fcntl(fd, libc::F_SETFD, libc::FD_CLOEXEC))?;
        }
        Ok((OwnedFd::from_raw_fd(fds[0]), OwnedFd::from_raw_fd(fds[1])))
    }
}

pub(crate) fn dup(fd: RawFd, lowest: RawFd) -> io::Result<OwnedFd> {
    // SAFETY: no pointers; the descriptor is new and ours.
    unsafe { check(libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, lowest)).map(|new| OwnedFd::from_raw_fd(new)) }
}

pub(crate) fn dup2(fd: RawFd, to: RawFd) -> io::Result<()> {
    // SAFETY: no pointers; the caller says that nobody owns `to`.
    check(unsafe { libc::dup2(fd, to) }).map(drop)
}

/// The operating system hands these down by itself: what this process opened is closed in a child.
pub(crate) fn given() -> io::Result<Vec<RawFd>> {
    Ok(Vec::new())
}

pub(crate) fn close(fd: RawFd) -> io::Result<()> {
    // SAFETY: the caller says that nobody owns the descriptor.
    check(unsafe { libc::close(fd) }).map(drop)
}

pub(crate) fn fd_path(fd: RawFd) -> io::Result<OsString> {
    std::fs::read_link(format!("/proc/self/fd/{fd}")).map(PathBuf::into_os_string)
}

pub(crate) fn fd_chmod(fd: RawFd, mode: u32) -> io::Result<()> {
    // SAFETY: no pointers.
    check(unsafe { libc::fchmod(fd, mode as libc::mode_t) }).map(drop)
}

pub(crate) fn fd_mode(fd: RawFd) -> io::Result<u32> {
    let mut stat = std::mem::MaybeUninit::<libc::stat>::uninit();
    // SAFETY: `stat` is written before it is read.
    unsafe {
        check(libc::fstat(fd, stat.as_mut_ptr()))?;
        Ok(stat.assume_init().st_mode as u32 & 0o7777)
    }
}

fn terminated(path: &Path) -> io::Result<CString> {
    CString::new(path.as_os_str().as_bytes()).map_err(|_| io::Error::from_raw_os_error(libc::EINVAL))
}

pub(crate) fn path_chmod(path: &Path, follow: bool, mode: u32) -> io::Result<()> {
    let path = terminated(path)?;
    let flags = if follow { 0 } else { libc::AT_SYMLINK_NOFOLLOW };
    // SAFETY: `path` is a live, terminated string.
    check(unsafe { libc::fchmodat(libc::AT_FDCWD, path.as_ptr(), mode as libc::mode_t, flags) }).map(drop)
}

pub(crate) fn path_mode(path: &Path, follow: bool) -> io::Result<u32> {
    use std::os::unix::fs::MetadataExt;
    let metadata = if follow { path.metadata() } else { path.symlink_metadata() };
    Ok(metadata?.mode() & 0o7777)
}

pub(crate) fn open(path: &Path) -> io::Result<std::fs::File> {
    std::fs::File::open(path)
}

pub(crate) fn read(path: &Path, buffer: &mut [u8]) -> io::Result<usize> {
    use std::io::Read;
    if !path.metadata()?.is_file() {
        return Err(io::Error::from_raw_os_error(libc::ESPIPE));
    }
    let mut file = open(path)?;
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read(&mut buffer[filled..])? {
            0 => break,
            count => filled += count,
        }
    }
    Ok(filled)
}
