//! Jobs: commands that run in the background.

use std::collections::HashMap;
use std::rc::Rc;

use crate::external::ended_status;
use crate::fds::Open;
use crate::shell::Shell;
use crate::vars::Bytes;
use crate::world::{Ended, Errno, Pid, Raw, Sys, World};

#[derive(Clone, Debug)]
pub struct Job {
    pub number: u32,
    pub pid: Pid,
    pub text: Bytes,
    pub status: Option<i32>,
    pub signaled: Option<i32>,
    /// Its end has been reported.
    pub told: bool,
    /// The outer shell's: shown, but not this subshell's to wait for.
    pub foreign: bool,
}

impl Job {
    pub fn new(pid: Pid, text: Bytes) -> Job {
        Job { number: 0, pid, text, status: None, signaled: None, told: false, foreign: false }
    }
    pub fn ended(pid: Pid, text: Bytes, status: i32) -> Job {
        Job { status: Some(status), ..Job::new(pid, text) }
    }
}

#[derive(Default)]
pub struct Jobs {
    pub list: Vec<Job>,
    /// Children that ended while another was waited for.
    ended: HashMap<Pid, Ended>,
    /// Pipes through which background commands fill captures.
    pub drains: Vec<(Rc<Open>, Raw)>,
    invented: Pid,
}

impl Jobs {
    pub fn add(&mut self, mut job: Job) -> u32 {
        job.number = self.list.iter().map(|job| job.number).max().unwrap_or(0) + 1;
        let number = job.number;
        self.list.push(job);
        number
    }
    pub fn invented_pid(&mut self) -> Pid {
        self.invented += 1;
        4_000_000 + self.invented
    }
    pub fn enter_subshell(&mut self) -> Vec<Job> {
        let outer = self.list.clone();
        for job in &mut self.list {
            job.foreign = true;
        }
        outer
    }
    pub fn leave_subshell(&mut self, list: Vec<Job>) {
        self.list = list;
    }
    pub fn take_ended(&mut self, pid: Pid) -> Option<i32> {
        self.ended.remove(&pid).map(ended_status)
    }
    pub fn by_pid(&mut self, pid: Pid) -> Option<&mut Job> {
        self.list.iter_mut().find(|job| job.pid == pid)
    }

    /// Notes an ended child.
    pub fn note(&mut self, pid: Pid, ended: Ended) {
        match self.by_pid(pid) {
            Some(job) => {
                job.status = Some(ended_status(ended));
                if let Ended::Signaled(signal) = ended {
                    job.signaled = Some(signal);
                }
            }
            None => {
                self.ended.insert(pid, ended);
            }
        }
    }

    /// Looks which children have ended, without waiting.
    pub fn poll(&mut self) {
        if self.list.iter().all(|job| job.status.is_some()) {
            return;
        }
        let pids: Vec<Pid> = self.list.iter().filter(|job| job.status.is_none()).map(|job| job.pid).collect();
        for pid in pids {
            if let Ok(Some((pid, ended))) = Sys::wait(Some(pid), false) {
                self.note(pid, ended);
            }
        }
    }

    /// `%1`, `%+`, `%name` and the like: the place in the list.
    pub fn find(&self, spec: &[u8]) -> Option<usize> {
        let name = spec.strip_prefix(b"%")?;
        match name {
            b"" | b"%" | b"+" => self.list.len().checked_sub(1),
            b"-" => self.list.len().checked_sub(2).or(self.list.len().checked_sub(1)),
            _ => {
                if let Some(number) = crate::arith::plain_integer(name) {
                    return self.list.iter().position(|job| i64::from(job.number) == number);
                }
                match name.strip_prefix(b"?") {
                    Some(part) => self.list.iter().position(|job| crate::pattern::find(&job.text, part).is_some()),
                    None => self.list.iter().position(|job| job.text.starts_with(name)),
                }
            }
        }
    }
}

impl Shell {
    /// Waits for one child of ours; the status, or `None` when a signal with a trap came first.
    pub fn wait_pid(&mut self, pid: Pid) -> Option<i32> {
        if let Some(job) = self.jobs.by_pid(pid) {
            if let Some(status) = job.status {
                return Some(status);
            }
        }
        if let Some(status) = self.jobs.take_ended(pid) {
            return Some(status);
        }
        let _ = self.flush();
        self.drain_all_background();
        loop {
            match Sys::wait(Some(pid), true) {
                Ok(Some((pid, ended))) => {
                    let text = self.jobs.by_pid(pid).map(|job| job.text.clone());
                    self.jobs.note(pid, ended);
                    if let (Ended::Signaled(signal), Some(text)) = (ended, text) {
                        // As bash: a job ended by SIGTERM is not spoken of.
                        if signal != 15 {
                            self.say_signaled(pid, signal, &text);
                        }
                    }
                    return Some(ended_status(ended));
                }
                Ok(None) => {}
                Err(Errno::INTR) => {
                    if Sys::peek_signals() != 0 {
                        return None;
                    }
                }
                Err(_) => return Some(127),
            }
        }
    }

    /// Waits until one of the jobs ends: its place in the list.
    pub fn wait_next(&mut self, among: Option<&[Pid]>) -> Option<Pid> {
        let _ = self.flush();
        self.drain_all_background();
        loop {
            let done = self
                .jobs
                .list
                .iter()
                .find(|job| job.status.is_some() && !job.told && !job.foreign && among.is_none_or(|pids| pids.contains(&job.pid)))
                .map(|job| job.pid);
            if let Some(pid) = done {
                if let Some(job) = self.jobs.by_pid(pid) {
                    job.told = true;
                }
                return Some(pid);
            }
            if !self.jobs.list.iter().any(|job| job.status.is_none() && !job.foreign && among.is_none_or(|pids| pids.contains(&job.pid))) {
                return None;
            }
            match Sys::wait(None, true) {
                Ok(Some((pid, ended))) => self.jobs.note(pid, ended),
                Ok(None) => {}
                Err(Errno::INTR) => {
                    if Sys::peek_signals() != 0 {
                        return None;
                    }
                }
                Err(_) => return None,
            }
        }
    }
}
