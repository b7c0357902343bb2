//! Following files as they grow, for `tail -f`.

use crate::amount::Headers;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{SeekFrom, seek};
use std::io;
use std::time::Duration;
use sunaba_gnu::bytes::{lossy, path};
use sunaba_gnu::output::complain;
use sunaba_gnu::quote::quoted;
use sunaba_gnu::stream::{PIECE, Source, is_file, put};
use sunaba_gnu::error;

/// Sleep between two looks: short after something came, longer where nothing does.
const FIRST_LOOK: Duration = Duration::from_millis(5);
const LAST_LOOK: Duration = Duration::from_millis(50);

#[derive(Default)]
pub struct Following {
    pub by_name: bool,
    pub retry: bool,
    /// The process with whose end the following ends.
    pub pid: Option<i32>,
    /// The status so far.
    pub code: i32,
}

pub struct Followed {
    pub name: Vec<u8>,
    file: Option<Source>,
    identity: (u64, u64),
    given_up: bool,
}

impl Followed {
    pub fn new(name: &[u8]) -> Followed {
        Followed { name: name.to_vec(), file: None, identity: (0, 0), given_up: false }
    }

    /// It is this file that the name stands for.
    pub fn stand(&mut self, file: Source) {
        self.identity = file.status().map_or((0, 0), |found| (found.st_dev, found.st_ino));
        self.file = Some(file);
    }

    pub fn is_open(&self) -> bool {
        self.file.is_some()
    }

    pub fn is_regular(&self) -> bool {
        self.file.as_ref().is_some_and(|file| file.status().is_ok_and(|found| is_file(&found)))
    }

    /// Opens what has the name now, where that is another file than before.
    fn look_again(&mut self) {
        let shown = quoted(&self.name);
        match std::fs::metadata(path(&self.name)).and_then(|_| Source::open(&self.name)) {
            Ok(source) => {
                let found = source.status().map_or((0, 0), |found| (found.st_dev, found.st_ino));
                if self.file.is_none() {
                    complain("tail", &format!("{shown} has appeared;  following new file"));
                } else if found != self.identity {
                    complain("tail", &format!("{shown} has been replaced;  following new file"));
                } else {
                    return;
                }
                self.stand(source);
            }
            Err(fault) => {
                if self.file.take().is_some() {
                    complain("tail", &format!("{shown} has become inaccessible: {}", error::text(&fault)));
                }
            }
        }
    }

    /// What has come since the last look.
    fn news(&self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(file) = &self.file else { return Ok(0) };
        let count = file.read(buffer)?;
        if count > 0 || !self.is_regular() {
            return Ok(count);
        }
        let (at, size) = (seek(file.fd(), SeekFrom::Current(0))?, file.status()?.st_size as u64);
        if size >= at {
            return Ok(0);
        }
        complain("tail", &format!("{}: file truncated", lossy(&self.name)));
        seek(file.fd(), SeekFrom::Start(0))?;
        file.read(buffer)
    }
}

/// Prints what is added to the files, until none is left, the process has ended or nobody reads; gives the status.
pub fn follow(mut files: Vec<Followed>, following: &Following, headers: &mut Headers) -> i32 {
    let mut buffer = vec![0; PIECE];
    let mut last = files.iter().rposition(Followed::is_open);
    let mut pause = FIRST_LOOK;
    loop {
        if files.iter().all(|file| file.given_up || !(file.is_open() || following.retry)) {
            complain("tail", "no files remaining");
            return 1;
        }
        let over = following.pid.is_some_and(|pid| sunaba_process::kill(pid, 0).is_err());
        let mut came = false;
        for (i, file) in files.iter_mut().enumerate().filter(|(_, file)| !file.given_up) {
            loop {
                match file.news(&mut buffer) {
                    Ok(0) => break,
                    Ok(count) => {
                        if last.replace(i) != Some(i) {
                            put("tail", &headers.text(&file.name));
                        }
                        put("tail", &buffer[..count]);
                        came = true;
                    }
                    Err(fault) => {
                        complain("tail", &format!("error reading {}: {}", quoted(&file.name), error::text(&fault)));
                        file.given_up = true;
                        break;
                    }
                }
            }
            if following.by_name || (following.retry && !file.is_open()) {
                file.look_again();
            }
        }
        if over {
            return following.code;
        }
        if nobody_reads() {
            return 141;
        }
        pause = if came { FIRST_LOOK } else { (pause * 2).min(LAST_LOOK) };
        std::thread::sleep(pause);
    }
}

/// Whether the other end of the pipe that is written to is closed.
fn nobody_reads() -> bool {
    let stdout = io::stdout();
    let mut polled = [PollFd::new(&stdout, PollFlags::OUT)];
    let now = Timespec { tv_sec: 0, tv_nsec: 0 };
    poll(&mut polled, Some(&now)).is_ok_and(|count| count > 0) && polled[0].revents().intersects(PollFlags::ERR | PollFlags::HUP)
}
