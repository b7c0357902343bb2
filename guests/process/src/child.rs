use std::fs::File;
use std::io::{self, Read};
use std::os::fd::AsRawFd;

use crate::{sys, ExitStatus};

/// A process that this one started.
#[derive(Debug)]
pub struct Child {
    pid: u32,
    status: Option<ExitStatus>,
    /// Writes to the child's standard input, where that is a pipe. Drop it to end the input.
    pub stdin: Option<File>,
    pub stdout: Option<File>,
    pub stderr: Option<File>,
}

#[derive(Debug)]
pub struct Output {
    pub status: ExitStatus,
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
}

impl Child {
    pub(crate) fn new(pid: u32, stdin: Option<File>, stdout: Option<File>, stderr: Option<File>) -> Self {
        Child { pid, status: None, stdin, stdout, stderr }
    }

    pub fn id(&self) -> u32 {
        self.pid
    }

    /// Ends the input and waits for the process to end. `Interrupted`: a caught signal came first.
    pub fn wait(&mut self) -> io::Result<ExitStatus> {
        self.stdin = None;
        self.settle(true).map(|status| status.unwrap_or(ExitStatus::Exited(0)))
    }

    /// The status where the process has ended.
    pub fn try_wait(&mut self) -> io::Result<Option<ExitStatus>> {
        self.settle(false)
    }

    pub fn kill(&self, signal: u32) -> io::Result<()> {
        match self.status {
            Some(_) => Ok(()),
            None => sys::kill(self.pid as i32, signal),
        }
    }

    /// Reads both streams to their ends, then waits.
    pub fn wait_with_output(mut self) -> io::Result<Output> {
        self.stdin = None;
        let mut out = Vec::new();
        let mut err = Vec::new();
        match (self.stdout.take(), self.stderr.take()) {
            (Some(stdout), Some(stderr)) => read_both(stdout, &mut out, stderr, &mut err)?,
            (Some(mut stdout), None) => drop(stdout.read_to_end(&mut out)?),
            (None, Some(mut stderr)) => drop(stderr.read_to_end(&mut err)?),
            (None, None) => {}
        }
        Ok(Output { status: self.wait()?, stdout: out, stderr: err })
    }

    fn settle(&mut self, block: bool) -> io::Result<Option<ExitStatus>> {
        if self.status.is_none() {
            self.status = sys::wait(self.pid as i32, block)?.map(|(_, status)| status);
        }
        Ok(self.status)
    }
}

/// Waits for any child. `None`: `block` is false and none has ended. A [`Child`] whose end is taken here must not be
/// waited for again.
pub fn wait_any(block: bool) -> io::Result<Option<(u32, ExitStatus)>> {
    sys::wait(-1, block)
}

fn read_both(mut stdout: File, out: &mut Vec<u8>, mut stderr: File, err: &mut Vec<u8>) -> io::Result<()> {
    let mut buffer = vec![0; 65536];
    loop {
        let (first, second) = sys::readable(stdout.as_raw_fd(), stderr.as_raw_fd())?;
        if first {
            let count = stdout.read(&mut buffer)?;
            out.extend_from_slice(&buffer[..count]);
            if count == 0 {
                stderr.read_to_end(err)?;
                return Ok(());
            }
        }
        if second {
            let count = stderr.read(&mut buffer)?;
            err.extend_from_slice(&buffer[..count]);
            if count == 0 {
                stdout.read_to_end(out)?;
                return Ok(());
            }
        }
    }
}
