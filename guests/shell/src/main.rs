//! The program: `bash` and `sh` of the sandbox.

use sunaba_shell::{Entry, exit_with};

#[cfg(not(target_os = "wasi"))]
fn main() {
    // Deep recursion of scripts needs more stack than a main thread has.
    let run = std::thread::Builder::new().stack_size(1 << 30).spawn(|| sunaba_shell::run(Entry::from_process()));
    // Signals are for the thread that runs the shell.
    sunaba_shell::leave_signals_to_others();
    let status = run.ok().and_then(|thread| thread.join().ok()).unwrap_or(134);
    exit_with(status);
}

#[cfg(target_os = "wasi")]
fn main() {
    exit_with(sunaba_shell::run(Entry::from_process()));
}
