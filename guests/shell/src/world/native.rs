//! The world as Linux gives it: for building and testing the language beside GNU bash.
#![allow(unsafe_code)]

use std::ffi::CString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::sync::atomic::{AtomicU64, Ordering};

use super::{Access, Ended, Errno, FileKind, OpenHow, Pid, Raw, Res, Spawn, Stat, World};

pub struct Native;

/// Set by the signal handler, which may do nothing more.
static PENDING: AtomicU64 = AtomicU64::new(0);
/// The lowest descriptor of the shell's own: what is below belongs to the program's numbers.
const LOWEST: i32 = 256;

extern "C" fn note(signal: i32) {
    PENDING.fetch_or(1 << (signal - 1), Ordering::SeqCst);
}

fn last() -> Errno {
    Errno(std::io::Error::last_os_error().raw_os_error().unwrap_or(5))
}

fn check(result: i32) -> Res<i32> {
    if result < 0 { Err(last()) } else { Ok(result) }
}

fn c(text: &[u8]) -> Res<CString> {
    CString::new(text).map_err(|_| Errno::NOENT)
}

fn high(fd: i32) -> Res<Raw> {
    // SAFETY: plain descriptor calls.
    unsafe {
        let moved = libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, LOWEST);
        let error = last();
        libc::close(fd);
        if moved < 0 { Err(error) } else { Ok(moved) }
    }
}

fn convert(st: &libc::stat) -> Stat {
    let kind = match st.st_mode & libc::S_IFMT {
        libc::S_IFREG => FileKind::File,
        libc::S_IFDIR => FileKind::Dir,
        libc::S_IFLNK => FileKind::Link,
        libc::S_IFCHR => FileKind::Char,
        libc::S_IFBLK => FileKind::Block,
        libc::S_IFIFO => FileKind::Fifo,
        libc::S_IFSOCK => FileKind::Socket,
        _ => FileKind::Unknown,
    };
    Stat {
        kind,
        size: st.st_size as u64,
        mode: st.st_mode & 0o7777,
        dev: st.st_dev,
        ino: st.st_ino,
        mtime: (st.st_mtime, st.st_mtime_nsec as u32),
        atime: (st.st_atime, st.st_atime_nsec as u32),
        uid: st.st_uid,
        gid: st.st_gid,
    }
}

fn ended(status: i32) -> Ended {
    if libc::WIFSIGNALED(status) { Ended::Signaled(libc::WTERMSIG(status)) } else { Ended::Exited(libc::WEXITSTATUS(status)) }
}

/// Keeps signals from the calling thread.
pub fn block_signals() {
    // SAFETY: the set is filled by the call before it is used.
    unsafe {
        let mut set: libc::sigset_t = std::mem::zeroed();
        libc::sigfillset(&raw mut set);
        libc::pthread_sigmask(libc::SIG_BLOCK, &raw const set, std::ptr::null_mut());
    }
}

impl World for Native {
    fn open(path: &[u8], how: OpenHow, mode: u32) -> Res<Raw> {
        let mut flags = libc::O_CLOEXEC
            | match (how.read, how.write) {
                (true, true) => libc::O_RDWR,
                (false, true) => libc::O_WRONLY,
                _ => libc::O_RDONLY,
            };
        for (set, flag) in [
            (how.create, libc::O_CREAT),
            (how.exclusive, libc::O_EXCL),
            (how.truncate, libc::O_TRUNC),
            (how.append, libc::O_APPEND),
        ] {
            if set {
                flags |= flag;
            }
        }
        let path = c(path)?;
        // SAFETY: the path is a C string.
        high(check(unsafe { libc::open(path.as_ptr(), flags, mode) })?)
    }

    fn close(raw: Raw) {
        // SAFETY: plain descriptor call.
        unsafe { libc::close(raw) };
    }

    fn read(raw: Raw, buffer: &mut [u8]) -> Res<usize> {
        // SAFETY: the buffer is ours and as long as said.
        let n = unsafe { libc::read(raw, buffer.as_mut_ptr().cast(), buffer.len()) };
        if n < 0 { Err(last()) } else { Ok(n as usize) }
    }

    fn write(raw: Raw, data: &[u8]) -> Res<usize> {
        // SAFETY: the data is ours and as long as said.
        let n = unsafe { libc::write(raw, data.as_ptr().cast(), data.len()) };
        if n < 0 { Err(last()) } else { Ok(n as usize) }
    }

    fn seek(raw: Raw, delta: i64) -> Res<u64> {
        // SAFETY: plain descriptor call.
        let at = unsafe { libc::lseek(raw, delta, libc::SEEK_CUR) };
        if at < 0 { Err(last()) } else { Ok(at as u64) }
    }

    fn read_until(_: Raw, _: u8, _: &mut Vec<u8>) -> Option<Res<usize>> {
        None
    }

    fn pipe() -> Res<(Raw, Raw)> {
        let mut fds = [0i32; 2];
        // SAFETY: room for two descriptors.
        check(unsafe { libc::pipe2(fds.as_mut_ptr(), libc::O_CLOEXEC) })?;
        Ok((high(fds[0])?, high(fds[1])?))
    }

    fn spawn(request: &Spawn<'_>) -> Res<Pid> {
        let program = c(request.program)?;
        let cwd = c(request.cwd)?;
        let argv: Vec<CString> = request.argv.iter().map(|a| c(a)).collect::<Res<_>>()?;
        let env: Vec<CString> = request.env.iter().map(|a| c(a)).collect::<Res<_>>()?;
        let mut argv_ptrs: Vec<*const libc::c_char> = argv.iter().map(|a| a.as_ptr()).collect();
        argv_ptrs.push(std::ptr::null());
        let mut env_ptrs: Vec<*const libc::c_char> = env.iter().map(|a| a.as_ptr()).collect();
        env_ptrs.push(std::ptr::null());
        let mut report = [0i32; 2];
        // SAFETY: between fork and exec only calls that are safe there; everything was allocated before.
        unsafe {
            check(libc::pipe2(report.as_mut_ptr(), libc::O_CLOEXEC))?;
            let report_write = high(report[1])?;
            let pid = libc::fork();
            if pid < 0 {
                let error = last();
                libc::close(report[0]);
                libc::close(report_write);
                return Err(error);
            }
            if pid == 0 {
                for signal in 1..=31 {
                    let ignored = request.ignored & (1 << (signal - 1)) != 0;
                    if signal != libc::SIGKILL && signal != libc::SIGSTOP {
                        libc::signal(signal, if ignored { libc::SIG_IGN } else { libc::SIG_DFL });
                    }
                }
                let mut failed = libc::chdir(cwd.as_ptr()) < 0;
                for &(child, raw) in request.fds {
                    if libc::dup2(raw, child as i32) < 0 {
                        failed = true;
                    }
                }
                libc::umask(request.umask);
                if !failed {
                    libc::execve(program.as_ptr(), argv_ptrs.as_ptr(), env_ptrs.as_ptr());
                }
                let code = *libc::__errno_location();
                libc::write(report_write, (&raw const code).cast(), 4);
                libc::_exit(126);
            }
            libc::close(report_write);
            let mut code = 0i32;
            let got = loop {
                let got = libc::read(report[0], (&raw mut code).cast(), 4);
                if got < 0 && last() == Errno::INTR {
                    continue;
                }
                break got;
            };
            libc::close(report[0]);
            if got == 4 {
                let mut status = 0;
                libc::waitpid(pid, &raw mut status, 0);
                return Err(Errno(code));
            }
            Ok(pid)
        }
    }

    fn own_program() -> Vec<u8> {
        std::env::current_exe().map(|path| path.into_os_string().into_vec()).unwrap_or_default()
    }

    fn wait(pid: Option<Pid>, block: bool) -> Res<Option<(Pid, Ended)>> {
        let mut status = 0;
        // SAFETY: plain call.
        let found = unsafe { libc::waitpid(pid.unwrap_or(-1), &raw mut status, if block { 0 } else { libc::WNOHANG }) };
        match found {
            0 => Ok(None),
            n if n < 0 => Err(last()),
            n => Ok(Some((n, ended(status)))),
        }
    }

    fn kill(pid: Pid, signal: i32) -> Res<()> {
        // SAFETY: plain call.
        check(unsafe { libc::kill(pid, signal) }).map(|_| ())
    }

    fn stat(path: &[u8], follow: bool) -> Res<Stat> {
        let path = c(path)?;
        // SAFETY: the record is filled by the call.
        unsafe {
            let mut st: libc::stat = std::mem::zeroed();
            check(if follow { libc::stat(path.as_ptr(), &raw mut st) } else { libc::lstat(path.as_ptr(), &raw mut st) })?;
            Ok(convert(&st))
        }
    }

    fn fstat(raw: Raw) -> Res<Stat> {
        // SAFETY: the record is filled by the call.
        unsafe {
            let mut st: libc::stat = std::mem::zeroed();
            check(libc::fstat(raw, &raw mut st))?;
            Ok(convert(&st))
        }
    }

    fn access(path: &[u8], access: Access) -> bool {
        let Ok(path) = c(path) else { return false };
        let mode = match access {
            Access::Read => libc::R_OK,
            Access::Write => libc::W_OK,
            Access::Execute => libc::X_OK,
        };
        // SAFETY: the path is a C string.
        unsafe { libc::faccessat(libc::AT_FDCWD, path.as_ptr(), mode, libc::AT_EACCESS) == 0 }
    }

    fn read_dir(path: &[u8]) -> Res<Vec<(Vec<u8>, FileKind)>> {
        let path = std::path::Path::new(std::ffi::OsStr::from_bytes(path));
        let entries = std::fs::read_dir(path).map_err(|e| Errno(e.raw_os_error().unwrap_or(5)))?;
        Ok(entries
            .flatten()
            .map(|entry| {
                let kind = match entry.file_type() {
                    Ok(kind) if kind.is_dir() => FileKind::Dir,
                    Ok(kind) if kind.is_symlink() => FileKind::Link,
                    Ok(kind) if kind.is_file() => FileKind::File,
                    _ => FileKind::Unknown,
                };
                (entry.file_name().into_vec(), kind)
            })
            .collect())
    }

    fn read_link(path: &[u8]) -> Res<Vec<u8>> {
        std::fs::read_link(std::ffi::OsStr::from_bytes(path))
            .map(|path| path.into_os_string().into_vec())
            .map_err(|e| Errno(e.raw_os_error().unwrap_or(5)))
    }

    fn unlink(path: &[u8]) -> Res<()> {
        let path = c(path)?;
        // SAFETY: the path is a C string.
        check(unsafe { libc::unlink(path.as_ptr()) }).map(|_| ())
    }

    fn enter(path: &[u8]) -> Res<()> {
        let stat = Native::stat(path, true)?;
        if stat.kind != FileKind::Dir {
            return Err(Errno::NOTDIR);
        }
        if Native::access(path, Access::Execute) { Ok(()) } else { Err(Errno::ACCES) }
    }

    fn cwd() -> Vec<u8> {
        std::env::current_dir().map(|path| path.into_os_string().into_vec()).unwrap_or_else(|_| b"/".to_vec())
    }

    fn catch(signal: i32) {
        // SAFETY: the handler only sets a bit.
        unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = note as *const () as usize;
            libc::sigaction(signal, &raw const action, std::ptr::null_mut());
        }
    }

    fn catch_softly(signal: i32) {
        Native::catch(signal);
    }

    fn ignore(signal: i32) {
        // SAFETY: plain call.
        unsafe { libc::signal(signal, libc::SIG_IGN) };
    }

    fn restore(signal: i32) {
        // SAFETY: plain call.
        unsafe { libc::signal(signal, libc::SIG_DFL) };
    }

    fn ignored_at_start() -> u64 {
        let mut mask = 0;
        for signal in 1..=31 {
            // SAFETY: only asks.
            unsafe {
                let mut action: libc::sigaction = std::mem::zeroed();
                if libc::sigaction(signal, std::ptr::null(), &raw mut action) == 0
                    && action.sa_sigaction == libc::SIG_IGN
                    && signal != libc::SIGPIPE
                {
                    mask |= 1 << (signal - 1);
                }
            }
        }
        mask
    }

    fn signals_waiting() -> bool {
        PENDING.load(Ordering::Relaxed) != 0
    }

    fn peek_signals() -> u64 {
        PENDING.load(Ordering::SeqCst)
    }

    fn take_signals() -> u64 {
        PENDING.swap(0, Ordering::SeqCst)
    }

    fn pid() -> Pid {
        std::process::id() as Pid
    }

    fn ppid() -> Pid {
        // SAFETY: plain call.
        unsafe { libc::getppid() }
    }

    fn now() -> (i64, u32) {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        (now.as_secs() as i64, now.subsec_nanos())
    }

    fn ticks() -> u64 {
        // SAFETY: the record is filled by the call.
        unsafe {
            let mut ts: libc::timespec = std::mem::zeroed();
            libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut ts);
            ts.tv_sec as u64 * 1_000_000_000 + ts.tv_nsec as u64
        }
    }

    fn times() -> [u64; 4] {
        let usage = |who| {
            // SAFETY: the record is filled by the call.
            unsafe {
                let mut usage: libc::rusage = std::mem::zeroed();
                libc::getrusage(who, &raw mut usage);
                let micros = |t: libc::timeval| t.tv_sec as u64 * 1_000_000 + t.tv_usec as u64;
                (micros(usage.ru_utime), micros(usage.ru_stime))
            }
        };
        let (own, children) = (usage(libc::RUSAGE_SELF), usage(libc::RUSAGE_CHILDREN));
        [own.0, own.1, children.0, children.1]
    }

    fn is_terminal(raw: Raw) -> bool {
        // SAFETY: plain call.
        unsafe { libc::isatty(raw) == 1 }
    }

    fn readable(raw: Raw, timeout_ms: u64) -> Res<bool> {
        let mut fd = libc::pollfd { fd: raw, events: libc::POLLIN, revents: 0 };
        // SAFETY: one record.
        let n = unsafe { libc::poll(&raw mut fd, 1, timeout_ms.min(i32::MAX as u64) as i32) };
        check(n).map(|n| n > 0)
    }

    fn umask(mask: u32) {
        // SAFETY: plain call.
        unsafe { libc::umask(mask) };
    }

    fn initial_umask() -> u32 {
        // SAFETY: plain calls.
        unsafe {
            let mask = libc::umask(0o022);
            libc::umask(mask);
            mask
        }
    }

    fn random() -> u32 {
        let mut bytes = [0u8; 4];
        // SAFETY: four bytes of ours.
        unsafe { libc::getrandom(bytes.as_mut_ptr().cast(), 4, 0) };
        u32::from_le_bytes(bytes)
    }

    fn ids() -> (u32, u32) {
        // SAFETY: plain calls.
        unsafe { (libc::geteuid(), libc::getegid()) }
    }

    fn local_time(seconds: i64, format: &[u8]) -> Vec<u8> {
        let Ok(format) = c(format) else { return Vec::new() };
        let mut buffer = vec![0u8; 4096];
        // SAFETY: all records and buffers are ours.
        unsafe {
            let mut tm: libc::tm = std::mem::zeroed();
            libc::localtime_r(&raw const seconds, &raw mut tm);
            let len = libc::strftime(buffer.as_mut_ptr().cast(), buffer.len(), format.as_ptr(), &raw const tm);
            buffer.truncate(len);
        }
        buffer
    }

    fn exit(status: i32) -> ! {
        // SAFETY: nothing is left to be done.
        unsafe { libc::_exit(status) }
    }

    fn die(signal: i32) -> ! {
        // SAFETY: the default action ends the process.
        unsafe {
            libc::signal(signal, libc::SIG_DFL);
            libc::kill(libc::getpid(), signal);
            libc::_exit(128 + signal)
        }
    }

    fn inherited() -> Vec<(u32, Raw)> {
        let mut found = Vec::new();
        for fd in 0..LOWEST {
            // SAFETY: plain descriptor calls at the start of the process.
            unsafe {
                let flags = libc::fcntl(fd, libc::F_GETFD);
                if flags >= 0 && flags & libc::FD_CLOEXEC == 0 {
                    if let Ok(raw) = high(fd) {
                        found.push((fd as u32, raw));
                    }
                }
            }
        }
        found
    }
}
