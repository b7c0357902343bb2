//! What ends a run at once, worded as gawk words it.

use std::io::Write;

use super::Run;

impl Run<'_> {
    pub(super) fn fatal(&mut self, text: &str) -> ! {
        self.complain("fatal", text);
        self.streams.close_all();
        std::process::exit(2)
    }

    pub(super) fn complain(&mut self, kind: &str, text: &str) {
        self.streams.standard.flush();
        let place = if self.line > 0 { format!("{}:{}: ", self.source, self.line) } else { String::new() };
        let record = if self.file_records > 0.0 {
            let name = self.special(crate::syntax::tree::Special::Filename).text(b"%.6g");
            let name = if name.bytes().is_empty() { "-".into() } else { String::from_utf8_lossy(name.bytes()).into_owned() };
            format!("(FILENAME={name} FNR={}) ", self.file_records)
        } else {
            String::new()
        };
        let _ = writeln!(std::io::stderr(), "awk: {place}{record}{kind}: {text}");
    }

    pub(super) fn warn(&mut self, text: &str) {
        self.complain("warning", text);
    }

    pub(super) fn not_scalar(&mut self, name: &str) -> ! {
        self.fatal(&format!("attempt to use array `{name}' in a scalar context"))
    }

    pub(super) fn not_array(&mut self, name: &str) -> ! {
        self.fatal(&format!("attempt to use scalar `{name}' as an array"))
    }
}
