use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};

use crate::child::{Child, Output};
use crate::{sys, ExitStatus};

/// What a standard stream of the child is.
#[derive(Debug)]
pub enum Stdio {
    /// This process' own.
    Inherit,
    /// `/dev/null`.
    Null,
    /// A new pipe, whose other end is in [`Child`].
    Piped,
    Fd(OwnedFd),
}

impl From<OwnedFd> for Stdio {
    fn from(fd: OwnedFd) -> Self {
        Stdio::Fd(fd)
    }
}

impl From<File> for Stdio {
    fn from(file: File) -> Self {
        Stdio::Fd(file.into())
    }
}

/// Builds a process as `std::process::Command` does; words are bytes, and any descriptor can be handed down.
#[derive(Debug)]
pub struct Command {
    program: Vec<u8>,
    arg0: Option<Vec<u8>>,
    args: Vec<Vec<u8>>,
    environment_cleared: bool,
    environment: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
    cwd: Option<Vec<u8>>,
    streams: [Stdio; 3],
    descriptors: Vec<(RawFd, RawFd)>,
}

/// All that a system needs to start a process.
pub(crate) struct Request<'a> {
    pub program: &'a [u8],
    pub argv: Vec<&'a [u8]>,
    /// `NAME=value`.
    pub environment: Vec<Vec<u8>>,
    pub cwd: Option<&'a [u8]>,
    /// Descriptor of the child, descriptor of this process. No others are inherited.
    pub descriptors: Vec<(RawFd, RawFd)>,
}

impl Command {
    /// A name without `/` is looked up where the shell's commands are.
    pub fn new(program: impl AsRef<[u8]>) -> Self {
        Command {
            program: program.as_ref().to_vec(),
            arg0: None,
            args: Vec::new(),
            environment_cleared: false,
            environment: BTreeMap::new(),
            cwd: None,
            streams: [Stdio::Inherit, Stdio::Inherit, Stdio::Inherit],
            descriptors: Vec::new(),
        }
    }

    /// What the child sees as its own name; the program where it is not set.
    pub fn arg0(&mut self, name: impl AsRef<[u8]>) -> &mut Self {
        self.arg0 = Some(name.as_ref().to_vec());
        self
    }

    pub fn arg(&mut self, arg: impl AsRef<[u8]>) -> &mut Self {
        self.args.push(arg.as_ref().to_vec());
        self
    }

    pub fn args(&mut self, args: impl IntoIterator<Item = impl AsRef<[u8]>>) -> &mut Self {
        for arg in args {
            self.arg(arg);
        }
        self
    }

    pub fn env(&mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> &mut Self {
        self.environment.insert(name.as_ref().to_vec(), Some(value.as_ref().to_vec()));
        self
    }

    pub fn env_remove(&mut self, name: impl AsRef<[u8]>) -> &mut Self {
        self.environment.insert(name.as_ref().to_vec(), None);
        self
    }

    /// The child's environment holds only what is set after this.
    pub fn env_clear(&mut self) -> &mut Self {
        self.environment_cleared = true;
        self.environment.clear();
        self
    }

    pub fn current_dir(&mut self, path: impl AsRef<[u8]>) -> &mut Self {
        self.cwd = Some(path.as_ref().to_vec());
        self
    }

    pub fn stdin(&mut self, stdin: impl Into<Stdio>) -> &mut Self {
        self.streams[0] = stdin.into();
        self
    }

    pub fn stdout(&mut self, stdout: impl Into<Stdio>) -> &mut Self {
        self.streams[1] = stdout.into();
        self
    }

    pub fn stderr(&mut self, stderr: impl Into<Stdio>) -> &mut Self {
        self.streams[2] = stderr.into();
        self
    }

    /// The child's descriptor `child` is this process' `parent`, which must be open when the child is started. Before
    /// this, 0 to 2 are inherited, and what this process was itself given; what is set here stands above that.
    pub fn fd(&mut self, child: RawFd, parent: RawFd) -> &mut Self {
        self.descriptors.retain(|(known, _)| *known != child);
        self.descriptors.push((child, parent));
        self
    }

    pub fn spawn(&mut self) -> io::Result<Child> {
        let mut descriptors: Vec<(RawFd, RawFd)> = Vec::new();
        let mut kept: Vec<OwnedFd> = Vec::new();
        let mut ends: [Option<File>; 3] = [None, None, None];
        for (index, stream) in self.streams.iter().enumerate() {
            let child = index as RawFd;
            if self.descriptors.iter().any(|(known, _)| *known == child) {
                continue;
            }
            let parent = match stream {
                Stdio::Inherit => child,
                Stdio::Fd(fd) => fd.as_raw_fd(),
                Stdio::Null => {
                    let null = File::options().read(child == 0).write(child != 0).open("/dev/null")?;
                    kept.push(null.into());
                    kept[kept.len() - 1].as_raw_fd()
                }
                Stdio::Piped => {
                    let (read, write) = sys::pipe()?;
                    let (theirs, ours) = if child == 0 { (read, write) } else { (write, read) };
                    ends[index] = Some(ours.into());
                    kept.push(theirs);
                    kept[kept.len() - 1].as_raw_fd()
                }
            };
            descriptors.push((child, parent));
        }
        descriptors.extend(self.descriptors.iter().copied());
        for fd in sys::given()? {
            if !descriptors.iter().any(|(known, _)| *known == fd) {
                descriptors.push((fd, fd));
            }
        }
        let mut argv: Vec<&[u8]> = vec![self.arg0.as_deref().unwrap_or(&self.program)];
        argv.extend(self.args.iter().map(Vec::as_slice));
        let pid = sys::spawn(&Request {
            program: &self.program,
            argv,
            environment: self.environment(),
            cwd: self.cwd.as_deref(),
            descriptors,
        })?;
        let [stdin, stdout, stderr] = ends;
        Ok(Child::new(pid, stdin, stdout, stderr))
    }

    /// Runs the process to its end.
    pub fn status(&mut self) -> io::Result<ExitStatus> {
        self.spawn()?.wait()
    }

    /// Runs the process to its end and gives its standard output; standard error too where it is [`Stdio::Piped`].
    pub fn output(&mut self) -> io::Result<Output> {
        self.stdout(Stdio::Piped);
        self.spawn()?.wait_with_output()
    }

    fn environment(&self) -> Vec<Vec<u8>> {
        let mut merged: BTreeMap<Vec<u8>, Vec<u8>> = BTreeMap::new();
        if !self.environment_cleared {
            for (name, value) in std::env::vars_os() {
                merged.insert(name.into_encoded_bytes(), value.into_encoded_bytes());
            }
        }
        for (name, value) in &self.environment {
            match value {
                Some(value) => merged.insert(name.clone(), value.clone()),
                None => merged.remove(name),
            };
        }
        merged.into_iter().map(|(name, value)| [name.as_slice(), b"=", value.as_slice()].concat()).collect()
    }
}
