//! One surface, two systems behind it.

#[cfg(target_os = "wasi")]
mod kernel;
#[cfg(target_os = "wasi")]
pub(crate) use kernel::*;
#[cfg(target_os = "wasi")]
pub use kernel::{status, Status};

#[cfg(unix)]
mod native;
#[cfg(unix)]
mod native_signals;
#[cfg(unix)]
pub(crate) use native::*;
#[cfg(unix)]
pub(crate) use native_signals::*;

/// Which of two descriptors can be read without blocking (or are at their end); waits until one can.
pub(crate) fn readable(first: std::os::fd::RawFd, second: std::os::fd::RawFd) -> std::io::Result<(bool, bool)> {
    let poll = |fd| libc::pollfd { fd, events: libc::POLLIN, revents: 0 };
    let mut asked = [poll(first), poll(second)];
    // SAFETY: the pointer and the count are of one live array.
    if unsafe { libc::poll(asked.as_mut_ptr(), 2, -1) } < 0 {
        return Err(std::io::Error::last_os_error());
    }
    Ok((asked[0].revents != 0, asked[1].revents != 0))
}
