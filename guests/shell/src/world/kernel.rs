//! The world as the sandbox' kernel gives it: preview1, and the calls of module `sunaba` (docs/kernel.md).
#![allow(unsafe_code)]

use std::cell::Cell;
use std::sync::OnceLock;

use super::{Access, Ended, Errno, FileKind, OpenHow, Pid, Raw, Res, Spawn, Stat, World};

pub struct Kernel;

/// The root of all paths, where the shell keeps it.
const ROOT: u32 = 3;
/// All but those of sockets.
const RIGHTS_ALL: u64 = (1 << 28) - 1;

#[repr(C)]
#[derive(Default)]
struct Filestat {
    dev: u64,
    ino: u64,
    kind: u8,
    nlink: u64,
    size: u64,
    atim: u64,
    mtim: u64,
    ctim: u64,
}

/// What `path_status` writes.
#[repr(C)]
#[derive(Default)]
struct Status {
    stat: Filestat,
    mode: u64,
}

#[repr(C)]
#[derive(Default)]
struct Fdstat {
    kind: u8,
    flags: u16,
    rights: u64,
    inheriting: u64,
}

#[repr(C)]
struct Iovec {
    at: *mut u8,
    len: usize,
}

#[link(wasm_import_module = "wasi_snapshot_preview1")]
unsafe extern "C" {
    fn clock_time_get(id: u32, precision: u64, time: *mut u64) -> i32;
    fn fd_close(fd: u32) -> i32;
    fn fd_fdstat_get(fd: u32, stat: *mut Fdstat) -> i32;
    fn fd_filestat_get(fd: u32, stat: *mut Filestat) -> i32;
    fn fd_read(fd: u32, iovs: *const Iovec, count: usize, read: *mut usize) -> i32;
    fn fd_readdir(fd: u32, buffer: *mut u8, len: usize, cookie: u64, used: *mut usize) -> i32;
    fn fd_seek(fd: u32, delta: i64, whence: u32, at: *mut u64) -> i32;
    fn fd_write(fd: u32, iovs: *const Iovec, count: usize, written: *mut usize) -> i32;
    fn path_open(
        fd: u32,
        lookup: u32,
        path: *const u8,
        len: usize,
        oflags: u32,
        rights: u64,
        inheriting: u64,
        fdflags: u32,
        opened: *mut u32,
    ) -> i32;
    fn path_readlink(fd: u32, path: *const u8, len: usize, buffer: *mut u8, size: usize, used: *mut usize) -> i32;
    fn path_unlink_file(fd: u32, path: *const u8, len: usize) -> i32;
    fn poll_oneoff(subscriptions: *const u8, events: *mut u8, count: usize, happened: *mut usize) -> i32;
    fn proc_exit(status: u32) -> !;
    fn random_get(buffer: *mut u8, len: usize) -> i32;
}

#[link(wasm_import_module = "sunaba")]
unsafe extern "C" {
    fn proc_spawn(request: *const u8, len: usize, pid: *mut u32) -> i32;
    fn proc_wait(pid: i32, flags: u32, status: *mut [u32; 3]) -> i32;
    fn proc_kill(pid: i32, signal: u32) -> i32;
    fn proc_getpid(ids: *mut [u32; 2]) -> i32;
    fn proc_sigcatch(mask: u64) -> i32;
    fn proc_sigignore(mask: u64) -> i32;
    fn proc_sigignored(mask: *mut u64) -> i32;
    fn proc_sigtake(mask: *mut u64) -> i32;
    fn proc_cwd(buffer: *mut u8, len: usize, used: *mut usize) -> i32;
    fn proc_chdir(path: *const u8, len: usize) -> i32;
    fn fd_pipe(fds: *mut [u32; 2]) -> i32;
    fn fd_dup(fd: u32, lowest: u32, new: *mut u32) -> i32;
    fn fd_dup2(fd: u32, to: u32) -> i32;
    fn fd_given(fds: *mut u32, most: usize, count: *mut usize) -> i32;
    fn fd_read_until(fd: u32, buffer: *mut u8, len: usize, delimiter: u32, count: *mut usize) -> i32;
    fn path_status(fd: u32, flags: u32, path: *const u8, len: usize, status: *mut Status) -> i32;
}

/// What Linux calls each error of preview1.
const ERRNOS: [i32; 77] = [
    0, 7, 13, 98, 99, 97, 11, 114, 9, 74, 16, 125, 10, 103, 111, 104, 35, 89, 33, 122, 17, 14, 27, 113, 43, 84, 115, 4, 22,
    5, 106, 21, 40, 24, 31, 90, 72, 36, 100, 102, 101, 23, 105, 19, 2, 8, 37, 67, 12, 42, 92, 28, 38, 107, 20, 39, 131, 88,
    95, 25, 6, 75, 130, 1, 32, 71, 93, 91, 34, 30, 29, 3, 116, 110, 26, 18, 13,
];

fn check(result: i32) -> Res<()> {
    match result {
        0 => Ok(()),
        code => Err(Errno(ERRNOS.get(code as usize).copied().unwrap_or(5))),
    }
}

/// A path below the root.
fn below(path: &[u8]) -> &[u8] {
    let start = path.iter().position(|&c| c != b'/').unwrap_or(path.len());
    if start == path.len() { b"." } else { &path[start..] }
}

fn kind(code: u8) -> FileKind {
    match code {
        1 => FileKind::Block,
        2 => FileKind::Char,
        3 => FileKind::Dir,
        4 => FileKind::File,
        5 => FileKind::Socket,
        7 => FileKind::Link,
        _ => FileKind::Fifo,
    }
}

fn convert(stat: &Filestat, mode: u32) -> Stat {
    let time = |nanos: u64| ((nanos / 1_000_000_000) as i64, (nanos % 1_000_000_000) as u32);
    Stat {
        kind: kind(stat.kind),
        size: stat.size,
        mode,
        dev: stat.dev,
        ino: stat.ino,
        mtime: time(stat.mtim),
        atime: time(stat.atim),
        uid: 1000,
        gid: 1000,
    }
}

thread_local! {
    static CAUGHT: Cell<u64> = const { Cell::new(0) };
    static IGNORED: Cell<u64> = const { Cell::new(0) };
    /// Of those caught: what is asked for now and then only.
    static SOFT: Cell<u64> = const { Cell::new(0) };
    static SKIPPED: Cell<u32> = const { Cell::new(0) };
}

fn set_masks(signal: i32, caught: bool, ignored: bool) {
    let bit = 1u64 << (signal - 1);
    SOFT.with(|mask| mask.set(mask.get() & !bit));
    CAUGHT.with(|mask| mask.set(if caught { mask.get() | bit } else { mask.get() & !bit }));
    IGNORED.with(|mask| mask.set(if ignored { mask.get() | bit } else { mask.get() & !bit }));
    // SAFETY: plain calls.
    unsafe {
        proc_sigcatch(CAUGHT.with(Cell::get));
        proc_sigignore(IGNORED.with(Cell::get));
    }
}

fn own_path() -> &'static [u8] {
    static OWN: OnceLock<Vec<u8>> = OnceLock::new();
    OWN.get_or_init(|| b"/bin/bash".to_vec())
}

impl World for Kernel {
    fn open(path: &[u8], how: OpenHow, _mode: u32) -> Res<Raw> {
        let path = below(path);
        let mut rights = RIGHTS_ALL;
        if !how.write {
            // fd_write, fd_allocate, fd_filestat_set_size
            rights &= !(1 << 6 | 1 << 8 | 1 << 22);
        }
        if !how.read {
            rights &= !(1 << 1);
        }
        let oflags = u32::from(how.create) | u32::from(how.exclusive) << 2 | u32::from(how.truncate) << 3;
        let mut fd = 0;
        // SAFETY: pointers to values that live through the call.
        check(unsafe {
            path_open(ROOT, 1, path.as_ptr(), path.len(), oflags, rights, 0, u32::from(how.append), &raw mut fd)
        })?;
        if how.write {
            let mut stat = Fdstat::default();
            // SAFETY: as above.
            if unsafe { fd_fdstat_get(fd, &raw mut stat) } == 0 && stat.kind == 3 {
                Kernel::close(fd as Raw);
                return Err(Errno::ISDIR);
            }
        }
        Ok(fd as Raw)
    }

    fn close(raw: Raw) {
        // SAFETY: plain call.
        unsafe { fd_close(raw as u32) };
    }

    fn read(raw: Raw, buffer: &mut [u8]) -> Res<usize> {
        let iov = Iovec { at: buffer.as_mut_ptr(), len: buffer.len() };
        let mut count = 0;
        // SAFETY: the buffer is ours and as long as said.
        check(unsafe { fd_read(raw as u32, &raw const iov, 1, &raw mut count) })?;
        Ok(count)
    }

    fn write(raw: Raw, data: &[u8]) -> Res<usize> {
        let iov = Iovec { at: data.as_ptr().cast_mut(), len: data.len() };
        let mut count = 0;
        // SAFETY: the kernel only reads the data.
        check(unsafe { fd_write(raw as u32, &raw const iov, 1, &raw mut count) })?;
        Ok(count)
    }

    fn seek(raw: Raw, delta: i64) -> Res<u64> {
        let mut at = 0;
        // SAFETY: pointer to a value that lives through the call.
        check(unsafe { fd_seek(raw as u32, delta, 1, &raw mut at) })?;
        Ok(at)
    }

    fn read_until(raw: Raw, delimiter: u8, out: &mut Vec<u8>) -> Option<Res<usize>> {
        let mut buffer = [0u8; 4096];
        let mut total = 0;
        loop {
            let mut count = 0;
            // SAFETY: the buffer is ours and as long as said.
            let errno = unsafe { fd_read_until(raw as u32, buffer.as_mut_ptr(), buffer.len(), u32::from(delimiter), &raw mut count) };
            match check(errno) {
                Err(Errno::NOTSUP) => return None,
                Err(error) => return Some(Err(error)),
                Ok(()) => {}
            }
            out.extend_from_slice(&buffer[..count]);
            total += count;
            if count == 0 || buffer[count - 1] == delimiter {
                return Some(Ok(total));
            }
        }
    }

    fn pipe() -> Res<(Raw, Raw)> {
        let mut fds = [0u32; 2];
        // SAFETY: room for two descriptors.
        check(unsafe { fd_pipe(&raw mut fds) })?;
        Ok((fds[0] as Raw, fds[1] as Raw))
    }

    fn spawn(request: &Spawn<'_>) -> Res<Pid> {
        let mut out = Vec::new();
        let number = |out: &mut Vec<u8>, value: usize| out.extend_from_slice(&(value as u32).to_le_bytes());
        let string = |out: &mut Vec<u8>, text: &[u8]| {
            out.extend_from_slice(&(text.len() as u32).to_le_bytes());
            out.extend_from_slice(text);
        };
        string(&mut out, request.program);
        string(&mut out, request.cwd);
        number(&mut out, request.argv.len());
        for arg in request.argv {
            string(&mut out, arg);
        }
        number(&mut out, request.env.len());
        for entry in request.env {
            string(&mut out, entry);
        }
        number(&mut out, request.fds.len());
        for &(child, raw) in request.fds {
            number(&mut out, child as usize);
            number(&mut out, raw as usize);
        }
        let mut pid = 0;
        // The kernel's ignored signals are inherited: they must be the child's for a moment.
        let own = IGNORED.with(Cell::get);
        if own != request.ignored {
            // SAFETY: plain call.
            unsafe { proc_sigignore(request.ignored) };
        }
        // SAFETY: the request lives through the call.
        let result = check(unsafe { proc_spawn(out.as_ptr(), out.len(), &raw mut pid) });
        if own != request.ignored {
            // SAFETY: plain call.
            unsafe { proc_sigignore(own) };
        }
        match result {
            // A file that is there but is no program may be a script.
            Err(Errno::ACCES) if Kernel::access(request.program, Access::Execute) => Err(Errno::NOEXEC),
            Err(error) => Err(error),
            Ok(()) => Ok(pid as Pid),
        }
    }

    fn own_program() -> Vec<u8> {
        own_path().to_vec()
    }

    fn wait(pid: Option<Pid>, block: bool) -> Res<Option<(Pid, Ended)>> {
        let mut status = [0u32; 3];
        // SAFETY: room for a status.
        check(unsafe { proc_wait(pid.unwrap_or(-1), u32::from(!block), &raw mut status) })?;
        let [pid, kind, code] = status;
        if pid == 0 {
            return Ok(None);
        }
        Ok(Some((pid as Pid, if kind == 1 { Ended::Signaled(code as i32) } else { Ended::Exited(code as i32 & 0xff) })))
    }

    fn kill(pid: Pid, signal: i32) -> Res<()> {
        // SAFETY: plain call.
        check(unsafe { proc_kill(pid, signal as u32) })
    }

    fn stat(path: &[u8], follow: bool) -> Res<Stat> {
        let short = below(path);
        let mut status = Status::default();
        // SAFETY: pointers to values that live through the call.
        check(unsafe { path_status(ROOT, u32::from(follow), short.as_ptr(), short.len(), &raw mut status) })?;
        if path.len() > 1 && path.last() == Some(&b'/') && status.stat.kind != 3 {
            return Err(Errno::NOTDIR);
        }
        Ok(convert(&status.stat, status.mode as u32))
    }

    fn fstat(raw: Raw) -> Res<Stat> {
        let mut stat = Filestat::default();
        // SAFETY: pointer to a value that lives through the call.
        check(unsafe { fd_filestat_get(raw as u32, &raw mut stat) })?;
        Ok(convert(&stat, 0o644))
    }

    fn access(path: &[u8], access: Access) -> bool {
        let Ok(stat) = Kernel::stat(path, true) else { return false };
        match access {
            Access::Read => stat.mode & 0o444 != 0,
            Access::Write => stat.mode & 0o222 != 0,
            Access::Execute => stat.mode & 0o111 != 0 || stat.kind == FileKind::Dir,
        }
    }

    fn read_dir(path: &[u8]) -> Res<Vec<(Vec<u8>, FileKind)>> {
        let short = below(path);
        let mut fd = 0;
        // SAFETY: pointers to values that live through the calls.
        check(unsafe { path_open(ROOT, 1, short.as_ptr(), short.len(), 2, 1 << 14 | 1 << 21, 0, 0, &raw mut fd) })?;
        let mut found = Vec::new();
        let mut cookie = 0u64;
        let mut buffer = vec![0u8; 16 * 1024];
        let result = 'read: loop {
            let mut used = 0;
            // SAFETY: as above.
            if let Err(error) = check(unsafe { fd_readdir(fd, buffer.as_mut_ptr(), buffer.len(), cookie, &raw mut used) }) {
                break Err(error);
            }
            let mut at = 0;
            let mut whole = 0;
            while at + 24 <= used {
                let word = |from: usize| u64::from_le_bytes(buffer[from..from + 8].try_into().unwrap_or_default());
                let next = word(at);
                let len = u32::from_le_bytes(buffer[at + 16..at + 20].try_into().unwrap_or_default()) as usize;
                let code = buffer[at + 20];
                if at + 24 + len > used {
                    break;
                }
                let name = buffer[at + 24..at + 24 + len].to_vec();
                if name != b"." && name != b".." {
                    found.push((name, if code == 0 { FileKind::Unknown } else { kind(code) }));
                }
                cookie = next;
                at += 24 + len;
                whole += 1;
            }
            if used < buffer.len() {
                break 'read Ok(());
            }
            if whole == 0 {
                let len = buffer.len() * 2;
                buffer.resize(len, 0);
            }
        };
        Kernel::close(fd as Raw);
        result.map(|()| found)
    }

    fn read_link(path: &[u8]) -> Res<Vec<u8>> {
        let short = below(path);
        let mut buffer = vec![0u8; 4096];
        let mut used = 0;
        // SAFETY: pointers to values that live through the call.
        check(unsafe {
            path_readlink(ROOT, short.as_ptr(), short.len(), buffer.as_mut_ptr(), buffer.len(), &raw mut used)
        })?;
        buffer.truncate(used);
        Ok(buffer)
    }

    fn unlink(path: &[u8]) -> Res<()> {
        let short = below(path);
        // SAFETY: the path lives through the call.
        check(unsafe { path_unlink_file(ROOT, short.as_ptr(), short.len()) })
    }

    fn enter(path: &[u8]) -> Res<()> {
        // SAFETY: the path lives through the call.
        check(unsafe { proc_chdir(path.as_ptr(), path.len()) })
    }

    fn cwd() -> Vec<u8> {
        let mut buffer = vec![0u8; 4096];
        let mut used = 0;
        // SAFETY: the buffer is as long as said.
        match check(unsafe { proc_cwd(buffer.as_mut_ptr(), buffer.len(), &raw mut used) }) {
            Ok(()) => {
                buffer.truncate(used);
                buffer
            }
            Err(_) => b"/".to_vec(),
        }
    }

    fn catch(signal: i32) {
        set_masks(signal, true, false);
    }

    fn catch_softly(signal: i32) {
        set_masks(signal, true, false);
        SOFT.with(|mask| mask.set(mask.get() | 1 << (signal - 1)));
    }

    fn ignore(signal: i32) {
        set_masks(signal, false, true);
    }

    fn restore(signal: i32) {
        set_masks(signal, false, false);
    }

    fn ignored_at_start() -> u64 {
        let mut mask = 0;
        // SAFETY: pointer to a value that lives through the call.
        unsafe { proc_sigignored(&raw mut mask) };
        IGNORED.with(|ignored| ignored.set(mask));
        mask
    }

    fn signals_waiting() -> bool {
        // Asking costs a call: only where something is caught.
        let caught = CAUGHT.with(Cell::get);
        if caught == 0 {
            return false;
        }
        if caught & !SOFT.with(Cell::get) == 0 {
            let skipped = SKIPPED.with(|skipped| skipped.replace((skipped.get() + 1) % 64));
            if skipped != 0 {
                return TAKEN.with(Cell::get) != 0;
            }
        }
        Kernel::peek_signals() != 0
    }

    fn peek_signals() -> u64 {
        if CAUGHT.with(Cell::get) == 0 {
            return TAKEN.with(Cell::get);
        }
        let mut mask = 0;
        // SAFETY: pointer to a value that lives through the call.
        unsafe { proc_sigtake(&raw mut mask) };
        TAKEN.with(|taken| {
            taken.set(taken.get() | mask);
            taken.get()
        })
    }

    fn take_signals() -> u64 {
        let mut mask = 0;
        // SAFETY: pointer to a value that lives through the call.
        unsafe { proc_sigtake(&raw mut mask) };
        TAKEN.with(|taken| taken.replace(0)) | mask
    }

    fn pid() -> Pid {
        thread_local! { static PID: Cell<Pid> = const { Cell::new(0) }; }
        PID.with(|pid| {
            if pid.get() == 0 {
                let mut ids = [0u32; 2];
                // SAFETY: room for two numbers.
                unsafe { proc_getpid(&raw mut ids) };
                pid.set(ids[0] as Pid);
            }
            pid.get()
        })
    }

    fn ppid() -> Pid {
        let mut ids = [0u32; 2];
        // SAFETY: room for two numbers.
        unsafe { proc_getpid(&raw mut ids) };
        ids[1] as Pid
    }

    fn now() -> (i64, u32) {
        let mut time = 0u64;
        // SAFETY: pointer to a value that lives through the call.
        unsafe { clock_time_get(0, 1000, &raw mut time) };
        ((time / 1_000_000_000) as i64, (time % 1_000_000_000) as u32)
    }

    fn ticks() -> u64 {
        let mut time = 0u64;
        // SAFETY: pointer to a value that lives through the call.
        unsafe { clock_time_get(1, 1000, &raw mut time) };
        time
    }

    fn times() -> [u64; 4] {
        [0; 4]
    }

    fn is_terminal(_: Raw) -> bool {
        false
    }

    fn readable(raw: Raw, timeout_ms: u64) -> Res<bool> {
        let mut subscriptions = [0u8; 96];
        // A clock, relative.
        subscriptions[8] = 0;
        subscriptions[16..20].copy_from_slice(&1u32.to_le_bytes());
        subscriptions[24..32].copy_from_slice(&(timeout_ms.saturating_mul(1_000_000)).to_le_bytes());
        // A descriptor to read from.
        subscriptions[48] = 1;
        subscriptions[56] = 1;
        subscriptions[64..68].copy_from_slice(&(raw as u32).to_le_bytes());
        let mut events = [0u8; 64];
        let mut count = 0;
        // SAFETY: room for two events.
        check(unsafe { poll_oneoff(subscriptions.as_ptr(), events.as_mut_ptr(), 2, &raw mut count) })?;
        Ok((0..count).any(|at| events[at * 32] == 1))
    }

    fn umask(_: u32) {}

    fn initial_umask() -> u32 {
        0o022
    }

    fn random() -> u32 {
        let mut bytes = [0u8; 4];
        // SAFETY: four bytes of ours.
        unsafe { random_get(bytes.as_mut_ptr(), 4) };
        u32::from_le_bytes(bytes)
    }

    fn ids() -> (u32, u32) {
        (1000, 1000)
    }

    fn local_time(seconds: i64, format: &[u8]) -> Vec<u8> {
        super::clock::format_utc(seconds, format)
    }

    fn exit(status: i32) -> ! {
        // SAFETY: never comes back.
        unsafe { proc_exit(status as u32) }
    }

    fn die(signal: i32) -> ! {
        set_masks(signal, false, false);
        let _ = Kernel::kill(Kernel::pid(), signal);
        Kernel::exit(128 + signal)
    }

    fn inherited() -> Vec<(u32, Raw)> {
        let open = |fd: u32| {
            let mut stat = Fdstat::default();
            // SAFETY: pointer to a value that lives through the call.
            unsafe { fd_fdstat_get(fd, &raw mut stat) == 0 }
        };
        let mut found: Vec<(u32, Raw)> = (0..3).filter(|&fd| open(fd)).map(|fd| (fd, fd as Raw)).collect();
        let mut given = [0u32; 256];
        let mut count = 0;
        // SAFETY: room for as many numbers as it says.
        let _ = unsafe { fd_given(given.as_mut_ptr(), given.len(), &raw mut count) };
        for &fd in given.iter().take(count) {
            let raw = if fd == ROOT { move_from_root(&given) } else { Some(fd as Raw) };
            found.extend(raw.map(|raw| (fd, raw)));
        }
        found
    }
}

/// Makes room for the root where another descriptor was given at its number; gives that one's new place.
fn move_from_root(given: &[u32]) -> Option<Raw> {
    let root = (ROOT + 1..).find(|fd| !given.contains(fd))?;
    let mut moved = 0;
    // SAFETY: a pointer to a value that lives through the call; nobody owns these numbers yet.
    unsafe {
        check(fd_dup(ROOT, 10, &raw mut moved)).ok()?;
        check(fd_dup2(root, ROOT)).ok()?;
    }
    Some(moved as Raw)
}

thread_local! {
    static TAKEN: Cell<u64> = const { Cell::new(0) };
}
