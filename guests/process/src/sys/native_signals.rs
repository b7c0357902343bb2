//! Signals that become pending, by handlers that only set a bit.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};

/// Shared with the signal handlers, which can reach nothing else.
static PENDING: AtomicU64 = AtomicU64::new(0);
static CAUGHT: AtomicU64 = AtomicU64::new(0);
static IGNORED: AtomicU64 = AtomicU64::new(0);

extern "C" fn note(signal: libc::c_int) {
    PENDING.fetch_or(1 << (signal - 1), Ordering::SeqCst);
}

fn dispose(changed: u64, handler: libc::sighandler_t) {
    for signal in (1..=31).filter(|signal| changed & 1 << (signal - 1) != 0) {
        // SAFETY: `action` is whole, and `note` only touches an atomic. SIGKILL and SIGSTOP give an error, and stay.
        unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = handler;
            libc::sigaction(signal, &action, std::ptr::null_mut());
        }
    }
}

pub(crate) fn catch_signals(mask: u64) -> io::Result<()> {
    let before = CAUGHT.swap(mask, Ordering::SeqCst);
    dispose(before & !mask & !IGNORED.load(Ordering::SeqCst), libc::SIG_DFL);
    dispose(mask, note as *const () as libc::sighandler_t);
    Ok(())
}

pub(crate) fn ignore_signals(mask: u64) -> io::Result<()> {
    let before = IGNORED.swap(mask, Ordering::SeqCst);
    dispose(before & !mask & !CAUGHT.load(Ordering::SeqCst), libc::SIG_DFL);
    dispose(mask, libc::SIG_IGN);
    Ok(())
}

pub(crate) fn take_signals() -> u64 {
    PENDING.swap(0, Ordering::SeqCst)
}
