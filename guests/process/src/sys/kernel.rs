//! The kernel's module `sunaba`; docs/kernel.md says what each call does.

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::os::fd::{FromRawFd, OwnedFd, RawFd};
use std::os::wasi::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::command::Request;
use crate::ExitStatus;

#[link(wasm_import_module = "sunaba")]
extern "C" {
    fn proc_spawn(request: *const u8, length: usize, pid: *mut u32) -> u32;
    fn proc_wait(pid: i32, flags: u32, status: *mut [u32; 3]) -> u32;
    fn proc_kill(pid: i32, signal: u32) -> u32;
    fn proc_getpid(ids: *mut [u32; 2]) -> u32;
    fn proc_sigcatch(mask: u64) -> u32;
    fn proc_sigignore(mask: u64) -> u32;
    fn proc_sigtake(mask: *mut u64) -> u32;
    fn proc_cwd(buffer: *mut u8, length: usize, used: *mut usize) -> u32;
    fn proc_chdir(path: *const u8, length: usize) -> u32;
    fn fd_pipe(fds: *mut [u32; 2]) -> u32;
    fn fd_dup(fd: u32, lowest: u32, new: *mut u32) -> u32;
    fn fd_dup2(fd: u32, to: u32) -> u32;
    fn fd_given(fds: *mut u32, most: usize, count: *mut usize) -> u32;
    #[link_name = "fd_chmod"]
    fn sunaba_fd_chmod(fd: u32, mode: u32) -> u32;
    #[link_name = "path_chmod"]
    fn sunaba_path_chmod(fd: u32, flags: u32, path: *const u8, length: usize, mode: u32) -> u32;
    #[link_name = "fd_mode"]
    fn sunaba_fd_mode(fd: u32, mode: *mut u32) -> u32;
    #[link_name = "path_mode"]
    fn sunaba_path_mode(fd: u32, flags: u32, path: *const u8, length: usize, mode: *mut u32) -> u32;
    #[link_name = "path_status"]
    fn sunaba_path_status(fd: u32, flags: u32, path: *const u8, length: usize, status: *mut Status) -> u32;
    #[link_name = "path_read"]
    fn sunaba_path_read(fd: u32, flags: u32, path: *const u8, length: usize, buffer: *mut u8, size: usize, read: *mut usize) -> u32;
    #[link_name = "fd_path"]
    fn sunaba_fd_path(fd: u32, buffer: *mut u8, length: usize, used: *mut usize) -> u32;
}

#[link(wasm_import_module = "wasi_snapshot_preview1")]
extern "C" {
    #[link_name = "fd_prestat_get"]
    fn preview1_prestat_get(fd: u32, prestat: *mut [u32; 2]) -> u32;
    #[link_name = "fd_prestat_dir_name"]
    fn preview1_prestat_dir_name(fd: u32, buffer: *mut u8, length: usize) -> u32;
    #[link_name = "fd_fdstat_get"]
    fn preview1_fdstat_get(fd: u32, fdstat: *mut [u64; 3]) -> u32;
    #[link_name = "path_open"]
    fn preview1_path_open(
        fd: u32, lookup: u32, path: *const u8, length: usize, oflags: u32, rights: u64, inheriting: u64, fdflags: u32, opened: *mut u32,
    ) -> u32;
}

/// What the kernel tells of a file: preview1's `filestat`, and the permission bits. Moments are in nanoseconds.
#[repr(C)]
#[derive(Clone, Debug, Default)]
pub struct Status {
    pub device: u64,
    pub inode: u64,
    /// preview1's `filetype`.
    pub filetype: u8,
    pub links: u64,
    pub size: u64,
    pub accessed: u64,
    pub modified: u64,
    pub changed: u64,
    /// Permission bits, `0o7777`.
    pub mode: u64,
}

const ERANGE: u32 = 68;
const WAIT_WITHOUT_BLOCKING: u32 = 1;
const FOLLOW: u32 = 1;
const FIRST_PREOPEN: u32 = 3;
/// fd_write, fd_allocate, fd_filestat_set_size, fd_datasync: what wasi-libc asks for only where a file is opened for writing.
const RIGHTS_TO_WRITE: u64 = 1 << 6 | 1 << 8 | 1 << 22 | 1;

fn check(errno: u32) -> io::Result<()> {
    match errno {
        0 => Ok(()),
        errno => Err(io::Error::from_raw_os_error(errno as i32)),
    }
}

fn put_count(record: &mut Vec<u8>, count: usize) {
    record.extend_from_slice(&(count as u32).to_le_bytes());
}

fn put_string(record: &mut Vec<u8>, string: &[u8]) {
    put_count(record, string.len());
    record.extend_from_slice(string);
}

pub(crate) fn spawn(request: &Request) -> io::Result<u32> {
    let cwd = match request.cwd {
        None => std::env::current_dir()?.into_os_string().into_vec(),
        Some(path) => absolute(Path::new(std::ffi::OsStr::from_bytes(path)))?.into_os_string().into_vec(),
    };
    let mut record = Vec::new();
    put_string(&mut record, request.program);
    put_string(&mut record, &cwd);
    put_count(&mut record, request.argv.len());
    for arg in &request.argv {
        put_string(&mut record, arg);
    }
    put_count(&mut record, request.environment.len());
    for variable in &request.environment {
        put_string(&mut record, variable);
    }
    put_count(&mut record, request.descriptors.len());
    for (child, parent) in &request.descriptors {
        put_count(&mut record, *child as usize);
        put_count(&mut record, *parent as usize);
    }
    let mut pid = 0;
    // SAFETY: pointer and length are of one live buffer; `pid` is a live u32.
    check(unsafe { proc_spawn(record.as_ptr(), record.len(), &mut pid) })?;
    Ok(pid)
}

pub(crate) fn wait(pid: i32, block: bool) -> io::Result<Option<(u32, ExitStatus)>> {
    let mut status = [0; 3];
    let flags = if block { 0 } else { WAIT_WITHOUT_BLOCKING };
    // SAFETY: `status` is a live record of the size the call writes.
    check(unsafe { proc_wait(pid, flags, &mut status) })?;
    let [pid, kind, code] = status;
    Ok(match (pid, kind) {
        (0, _) => None,
        (_, 0) => Some((pid, ExitStatus::Exited(code))),
        _ => Some((pid, ExitStatus::Signaled(code))),
    })
}

pub(crate) fn kill(pid: i32, signal: u32) -> io::Result<()> {
    // SAFETY: no pointers.
    check(unsafe { proc_kill(pid, signal) })
}

pub(crate) fn ids() -> (u32, u32) {
    let mut ids = [0; 2];
    // SAFETY: `ids` is a live record of the size the call writes; the call has no error.
    unsafe { proc_getpid(&mut ids) };
    (ids[0], ids[1])
}

pub(crate) fn catch_signals(mask: u64) -> io::Result<()> {
    // SAFETY: no pointers.
    check(unsafe { proc_sigcatch(mask) })
}

pub(crate) fn ignore_signals(mask: u64) -> io::Result<()> {
    // SAFETY: no pointers.
    check(unsafe { proc_sigignore(mask) })
}

pub(crate) fn take_signals() -> u64 {
    let mut mask = 0;
    // SAFETY: `mask` is a live u64; the call has no error.
    unsafe { proc_sigtake(&mut mask) };
    mask
}

/// Calls with a larger buffer until the answer fits.
fn read_path(mut call: impl FnMut(*mut u8, usize, *mut usize) -> u32) -> io::Result<OsString> {
    let mut buffer = vec![0; 256];
    loop {
        let mut used = 0;
        match call(buffer.as_mut_ptr(), buffer.len(), &mut used) {
            ERANGE if buffer.len() < 1 << 20 => buffer.resize(buffer.len() * 4, 0),
            errno => {
                check(errno)?;
                buffer.truncate(used);
                return Ok(OsString::from_vec(buffer));
            }
        }
    }
}

pub(crate) fn enter() -> Result<(), (PathBuf, io::Error)> {
    // SAFETY: pointer and length are of one live buffer.
    let directory = read_path(|buffer, length, used| unsafe { proc_cwd(buffer, length, used) })
        .map(PathBuf::from)
        .map_err(|error| (PathBuf::new(), error))?;
    match std::env::set_current_dir(&directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            stay_in(&directory);
            Ok(())
        }
        result => result.map_err(|error| (directory, error)),
    }
}

/// A working directory that is gone stays the working directory: no relative path leads anywhere then.
fn stay_in(directory: &Path) {
    unsafe extern "C" {
        static mut __wasilibc_cwd: *mut std::ffi::c_char;
    }
    if let Ok(text) = std::ffi::CString::new(directory.as_os_str().as_bytes()) {
        // SAFETY: wasi-libc reads the pointer in calls of this thread alone, and frees only what it allocated itself.
        unsafe { __wasilibc_cwd = text.into_raw() };
    }
}

pub(crate) fn chdir(path: &Path) -> io::Result<()> {
    let bytes = path.as_os_str().as_bytes();
    // SAFETY: pointer and length are of one live buffer.
    check(unsafe { proc_chdir(bytes.as_ptr(), bytes.len()) })
}

pub(crate) fn pipe() -> io::Result<(OwnedFd, OwnedFd)> {
    let mut fds = [0; 2];
    // SAFETY: `fds` is a live record of the size the call writes; both descriptors are new and ours.
    unsafe {
        check(fd_pipe(&mut fds))?;
        Ok((OwnedFd::from_raw_fd(fds[0] as RawFd), OwnedFd::from_raw_fd(fds[1] as RawFd)))
    }
}

pub(crate) fn dup(fd: RawFd, lowest: RawFd) -> io::Result<OwnedFd> {
    let mut new = 0;
    // SAFETY: `new` is a live u32; the descriptor is new and ours.
    unsafe {
        check(fd_dup(fd as u32, lowest as u32, &mut new))?;
        Ok(OwnedFd::from_raw_fd(new as RawFd))
    }
}

pub(crate) fn dup2(fd: RawFd, to: RawFd) -> io::Result<()> {
    // SAFETY: no pointers; the caller says that nobody owns `to`.
    check(unsafe { fd_dup2(fd as u32, to as u32) })
}

/// The descriptors above 2 that this process was started with and has not closed.
pub(crate) fn given() -> io::Result<Vec<RawFd>> {
    let mut fds = vec![0u32; 16];
    loop {
        let mut count = 0;
        // SAFETY: pointer and length are of one live buffer; `count` is a live usize.
        match unsafe { fd_given(fds.as_mut_ptr(), fds.len(), &mut count) } {
            ERANGE if count > fds.len() => fds.resize(count, 0),
            errno => {
                check(errno)?;
                return Ok(fds[..count.min(fds.len())].iter().map(|fd| *fd as RawFd).collect());
            }
        }
    }
}

pub(crate) fn close(fd: RawFd) -> io::Result<()> {
    // SAFETY: the caller says that nobody owns the descriptor.
    match unsafe { libc::close(fd) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

pub(crate) fn fd_path(fd: RawFd) -> io::Result<OsString> {
    // SAFETY: pointer and length are of one live buffer.
    read_path(|buffer, length, used| unsafe { sunaba_fd_path(fd as u32, buffer, length, used) })
}

pub(crate) fn fd_chmod(fd: RawFd, mode: u32) -> io::Result<()> {
    // SAFETY: no pointers.
    check(unsafe { sunaba_fd_chmod(fd as u32, mode) })
}

pub(crate) fn fd_mode(fd: RawFd) -> io::Result<u32> {
    let mut mode = 0;
    // SAFETY: `mode` is a live u32.
    check(unsafe { sunaba_fd_mode(fd as u32, &mut mode) })?;
    Ok(mode)
}

pub(crate) fn path_chmod(path: &Path, follow: bool, mode: u32) -> io::Result<()> {
    let (preopen, relative) = beneath_preopen(path)?;
    let flags = if follow { FOLLOW } else { 0 };
    // SAFETY: pointer and length are of one live buffer.
    check(unsafe { sunaba_path_chmod(preopen.fd, flags, relative.as_ptr(), relative.len(), mode) })
}

pub(crate) fn path_mode(path: &Path, follow: bool) -> io::Result<u32> {
    let (preopen, relative) = beneath_preopen(path)?;
    let flags = if follow { FOLLOW } else { 0 };
    let mut mode = 0;
    // SAFETY: pointer and length are of one live buffer; `mode` is a live u32.
    check(unsafe { sunaba_path_mode(preopen.fd, flags, relative.as_ptr(), relative.len(), &mut mode) })?;
    Ok(mode)
}

pub fn status(path: &Path, follow: bool) -> io::Result<Status> {
    let (preopen, relative) = beneath_preopen(path)?;
    let flags = if follow { FOLLOW } else { 0 };
    let mut status = Status::default();
    // SAFETY: pointer and length are of one live buffer; `status` is a live record of the size the call writes.
    check(unsafe { sunaba_path_status(preopen.fd, flags, relative.as_ptr(), relative.len(), &mut status) })?;
    Ok(status)
}

pub(crate) fn read(path: &Path, buffer: &mut [u8]) -> io::Result<usize> {
    let (preopen, relative) = beneath_preopen(path)?;
    let mut count = 0;
    // SAFETY: pointers and lengths are of live buffers; `count` is a live usize.
    check(unsafe { sunaba_path_read(preopen.fd, FOLLOW, relative.as_ptr(), relative.len(), buffer.as_mut_ptr(), buffer.len(), &mut count) })?;
    Ok(count.min(buffer.len()))
}

/// As wasi-libc's `open`, which asks for the preopen's rights every time.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    let (preopen, relative) = beneath_preopen(path)?;
    let inheriting = preopen.inheriting();
    let mut fd = 0;
    // SAFETY: pointer and length are of one live buffer; `fd` is a live u32, and the descriptor is new and ours.
    unsafe {
        let rights = inheriting & !RIGHTS_TO_WRITE;
        check(preview1_path_open(preopen.fd, FOLLOW, relative.as_ptr(), relative.len(), 0, rights, inheriting, 0, &mut fd))?;
        Ok(File::from_raw_fd(fd as RawFd))
    }
}

fn absolute(path: &Path) -> io::Result<PathBuf> {
    match path.is_absolute() {
        true => Ok(path.to_path_buf()),
        false => Ok(std::env::current_dir()?.join(path)),
    }
}

struct Preopen {
    fd: u32,
    /// Without slashes at its end.
    name: Vec<u8>,
    inheriting: OnceLock<u64>,
}

impl Preopen {
    /// The rights that what is opened below it can have.
    fn inheriting(&self) -> u64 {
        *self.inheriting.get_or_init(|| {
            let mut fdstat = [0; 3];
            // SAFETY: `fdstat` is a live record of the size the call writes.
            unsafe { preview1_fdstat_get(self.fd, &mut fdstat) };
            fdstat[2]
        })
    }
}

/// Asked for once: a program that gives the number of a preopen away loses wasi-libc's as well.
fn preopens() -> &'static [Preopen] {
    static PREOPENS: OnceLock<Vec<Preopen>> = OnceLock::new();
    PREOPENS.get_or_init(|| {
        let mut found = Vec::new();
        for fd in FIRST_PREOPEN.. {
            let mut prestat = [0; 2];
            // SAFETY: `prestat` is a live record of the size the call writes.
            if unsafe { preview1_prestat_get(fd, &mut prestat) } != 0 {
                break;
            }
            let mut name = vec![0; prestat[1] as usize];
            // SAFETY: pointer and length are of one live buffer.
            if unsafe { preview1_prestat_dir_name(fd, name.as_mut_ptr(), name.len()) } != 0 {
                break;
            }
            while name.last() == Some(&b'/') {
                name.pop();
            }
            found.push(Preopen { fd, name, inheriting: OnceLock::new() });
        }
        found
    })
}

/// The preopened directory with the longest name that the path is below, and the path within it. Errors are those that
/// wasi-libc gives for such a path.
fn beneath_preopen(path: &Path) -> io::Result<(&'static Preopen, Vec<u8>)> {
    if path.as_os_str().is_empty() {
        return Err(io::Error::from_raw_os_error(libc::ENOENT));
    }
    if path.as_os_str().as_bytes().contains(&0) {
        return Err(io::Error::from_raw_os_error(libc::EINVAL));
    }
    let path = absolute(path)?.into_os_string().into_vec();
    let below = |preopen: &&Preopen| path.starts_with(&preopen.name) && matches!(path.get(preopen.name.len()), None | Some(b'/'));
    // Of two of one name the first counts.
    let best = preopens().iter().rev().filter(below).max_by_key(|preopen| preopen.name.len());
    let preopen = best.ok_or_else(|| io::Error::from_raw_os_error(libc::ENOENT))?;
    let rest = &path[preopen.name.len()..];
    let start = rest.iter().position(|byte| *byte != b'/').unwrap_or(rest.len());
    Ok((preopen, if start == rest.len() { b".".to_vec() } else { rest[start..].to_vec() }))
}
