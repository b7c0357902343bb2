//! The one seam between the language and what it runs on: descriptors, files, processes, signals, clocks.

#[cfg(any(target_os = "wasi", test))]
mod clock;
mod errno;
#[cfg(target_os = "wasi")]
mod kernel;
#[cfg(not(target_os = "wasi"))]
mod native;

pub use errno::Errno;
#[cfg(target_os = "wasi")]
pub use kernel::Kernel as Sys;
#[cfg(not(target_os = "wasi"))]
pub use native::{Native as Sys, block_signals};

/// A descriptor of the system below; the shell's own numbers are mapped to these.
pub type Raw = i32;
pub type Pid = i32;
pub type Res<T> = Result<T, Errno>;

#[derive(Clone, Copy, Default, Debug)]
pub struct OpenHow {
    pub read: bool,
    pub write: bool,
    pub create: bool,
    pub exclusive: bool,
    pub truncate: bool,
    pub append: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FileKind {
    File,
    Dir,
    Link,
    Char,
    Block,
    Fifo,
    Socket,
    Unknown,
}

#[derive(Clone, Copy, Debug)]
pub struct Stat {
    pub kind: FileKind,
    pub size: u64,
    pub mode: u32,
    pub dev: u64,
    pub ino: u64,
    pub mtime: (i64, u32),
    pub atime: (i64, u32),
    pub uid: u32,
    pub gid: u32,
}

#[derive(Clone, Copy, Debug)]
pub enum Access {
    Read,
    Write,
    Execute,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    Exited(i32),
    Signaled(i32),
}

pub struct Spawn<'a> {
    pub program: &'a [u8],
    pub argv: &'a [Vec<u8>],
    pub env: &'a [Vec<u8>],
    pub cwd: &'a [u8],
    /// Number in the child, descriptor here. Nothing else is inherited.
    pub fds: &'a [(u32, Raw)],
    /// Bit n−1: signal n stays ignored in the child.
    pub ignored: u64,
    /// The kernel has no such mask: files get the mode that is asked for.
    #[cfg_attr(target_os = "wasi", allow(dead_code))]
    pub umask: u32,
}

pub trait World {
    fn open(path: &[u8], how: OpenHow, mode: u32) -> Res<Raw>;
    fn close(raw: Raw);
    fn read(raw: Raw, buffer: &mut [u8]) -> Res<usize>;
    fn write(raw: Raw, data: &[u8]) -> Res<usize>;
    /// Moves by `delta` from where the descriptor stands.
    fn seek(raw: Raw, delta: i64) -> Res<u64>;
    /// The bytes up to `delimiter`, and it, when the world can tell in one call; `None` when it cannot.
    fn read_until(raw: Raw, delimiter: u8, out: &mut Vec<u8>) -> Option<Res<usize>>;
    fn pipe() -> Res<(Raw, Raw)>;
    fn spawn(request: &Spawn<'_>) -> Res<Pid>;
    /// The program that a second shell runs: this one.
    fn own_program() -> Vec<u8>;
    /// `None` without blocking: nothing has ended yet.
    fn wait(pid: Option<Pid>, block: bool) -> Res<Option<(Pid, Ended)>>;
    fn kill(pid: Pid, signal: i32) -> Res<()>;
    fn stat(path: &[u8], follow: bool) -> Res<Stat>;
    fn fstat(raw: Raw) -> Res<Stat>;
    fn access(path: &[u8], access: Access) -> bool;
    fn read_dir(path: &[u8]) -> Res<Vec<(Vec<u8>, FileKind)>>;
    fn read_link(path: &[u8]) -> Res<Vec<u8>>;
    fn unlink(path: &[u8]) -> Res<()>;
    fn enter(path: &[u8]) -> Res<()>;
    fn cwd() -> Vec<u8>;
    fn catch(signal: i32);
    /// As `catch`, for what need not be noticed before the next blocking call or so.
    fn catch_softly(signal: i32);
    fn ignore(signal: i32);
    fn restore(signal: i32);
    /// Signals that were ignored when the shell started: bit n−1.
    fn ignored_at_start() -> u64;
    /// Whether a caught signal may be waiting: cheap.
    fn signals_waiting() -> bool;
    fn take_signals() -> u64;
    /// What waits, without taking it.
    fn peek_signals() -> u64;
    fn pid() -> Pid;
    fn ppid() -> Pid;
    /// Seconds and nanoseconds since 1970.
    fn now() -> (i64, u32);
    /// Nanoseconds of a clock that only goes forward.
    fn ticks() -> u64;
    /// User and system time of this process, then of its children, in microseconds.
    fn times() -> [u64; 4];
    fn is_terminal(raw: Raw) -> bool;
    /// Waits until a read would not block, at most so many milliseconds.
    fn readable(raw: Raw, timeout_ms: u64) -> Res<bool>;
    fn umask(mask: u32);
    fn initial_umask() -> u32;
    fn random() -> u32;
    fn ids() -> (u32, u32);
    fn local_time(seconds: i64, format: &[u8]) -> Vec<u8>;
    fn exit(status: i32) -> !;
    /// Ends the process as the signal would.
    fn die(signal: i32) -> !;
    /// Moves the descriptors that the process was given out of the way: the shell's number, the descriptor.
    fn inherited() -> Vec<(u32, Raw)>;
}
