//! What preview1 lacks and a program of a shell needs: processes, pipes, descriptors, signals, permission bits and a
//! working directory that children share.
//!
//! In the sandbox it speaks to the kernel's module `sunaba` (docs/kernel.md); natively to the operating system, so that
//! a guest runs and is tested without WebAssembly. A program begins `main` with [`enter`].

#![deny(unsafe_op_in_unsafe_fn)]

mod child;
mod command;
mod cwd;
mod descriptor;
mod mode;
mod open;
pub mod signal;
mod status;
mod sys;

pub use child::{wait_any, Child, Output};
pub use command::{Command, Stdio};
pub use cwd::{chdir, cwd, enter};
pub use descriptor::{close, directory_path, dup, dup2, pipe};
pub use mode::{chmod, fd_chmod, fd_mode, mode, Links};
pub use open::{open, read};
pub use signal::kill;
pub use status::ExitStatus;
/// preview1's own record, by one call for all of it; natively `stat` tells as much.
#[cfg(target_os = "wasi")]
pub use sys::{status, Status};

/// The process' own id.
pub fn pid() -> u32 {
    sys::ids().0
}

/// The id of the process that started this one.
pub fn parent_pid() -> u32 {
    sys::ids().1
}
