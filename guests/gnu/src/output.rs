//! Standard output and the end of a tool.

use std::io::{self, BufWriter, Stdout, Write};

/// Standard output in blocks of 64 KiB, with nothing lost and no panic when the reader is gone.
pub struct Out {
    to: BufWriter<Stdout>,
    tool: &'static str,
}

impl Out {
    pub fn new(tool: &'static str) -> Out {
        Out { to: BufWriter::with_capacity(1 << 16, io::stdout()), tool }
    }

    /// Writes; a reader that is gone ends the process quietly, as SIGPIPE would.
    pub fn put(&mut self, bytes: &[u8]) {
        if let Err(error) = self.to.write_all(bytes) {
            self.fail(&error);
        }
    }

    pub fn text(&mut self, text: &str) {
        self.put(text.as_bytes());
    }

    pub fn flush(&mut self) {
        if let Err(error) = self.to.flush() {
            self.fail(&error);
        }
    }

    fn fail(&self, error: &io::Error) -> ! {
        if error.kind() != io::ErrorKind::BrokenPipe {
            eprintln!("{}: write error: {}", self.tool, crate::error::text(error));
            std::process::exit(2);
        }
        std::process::exit(141)
    }
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.put(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Out::flush(self);
        Ok(())
    }
}

/// Prints to standard output at once: for help and version.
pub fn say(text: &str) {
    let mut to = io::stdout();
    let _ = to.write_all(text.as_bytes()).and_then(|()| to.flush());
}

/// A message on standard error, `tool: text`.
pub fn complain(tool: &str, text: &str) {
    let _ = io::stderr().write_all(format!("{tool}: {text}\n").as_bytes());
}

/// What `--version` prints for a tool of our own.
pub fn version(tool: &str) -> String {
    format!("{tool} (Sunaba) {}\nLicense MIT. It behaves as the GNU tool of its name.\n", env!("CARGO_PKG_VERSION"))
}
