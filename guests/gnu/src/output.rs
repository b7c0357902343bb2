//! Standard output and the end of a tool.

use std::io::{self, BufWriter, Stdout, Write};

/// Standard output in blocks of 64 KiB, with nothing lost and no panic when the reader is gone.
pub struct Out {
    to: BufWriter<Stdout>,
    tool: &'static str,
    /// Each line is written as it comes.
    by_line: bool,
}

/// By which `stdbuf` tells a command how to write.
pub const BUFFERING: &str = "_STDBUF_O";

impl Out {
    pub fn new(tool: &'static str) -> Out {
        let by_line = std::env::var_os(BUFFERING).is_some_and(|mode| mode == "L" || mode == "0");
        Out { to: BufWriter::with_capacity(1 << 16, io::stdout()), tool, by_line }
    }

    pub fn write_by_line(&mut self) {
        self.by_line = true;
    }

    /// Writes; a reader that is gone ends the process quietly, as SIGPIPE would.
    pub fn put(&mut self, bytes: &[u8]) {
        if let Err(error) = self.to.write_all(bytes) {
            self.fail(&error);
        }
        if self.by_line && matches!(bytes.last(), Some(b'\n' | 0)) {
            self.flush();
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
