use std::io;

use grep_matcher::Matcher;
use grep_regex::RegexMatcher;
use grep_searcher::{Searcher, Sink, SinkContext, SinkFinish, SinkMatch};

use crate::search::summary;
use crate::text::counted;

const MAX_LINE_CHARS: usize = 500;
/// Past this no further match is shown, however few they are.
const MAX_TEXT: usize = 200_000;

/// The matches as text, by file, up to a limit.
pub struct Report {
    text: String,
    max_matches: u64,
    matches: u64,
    files_with_matches: u64,
    files_searched: u64,
    binary: Vec<String>,
    unread: Vec<String>,
    full: bool,
}

impl Report {
    pub fn new(max_matches: u64) -> Self {
        Report {
            text: String::new(),
            max_matches,
            matches: 0,
            files_with_matches: 0,
            files_searched: 0,
            binary: Vec::new(),
            unread: Vec::new(),
            full: false,
        }
    }

    pub fn is_full(&self) -> bool {
        self.full
    }

    pub fn file<'a>(&'a mut self, shown: &'a str, matcher: &'a RegexMatcher) -> FileSink<'a> {
        self.files_searched += 1;
        FileSink { length_before: self.text.len(), matches_before: self.matches, report: self, shown, matcher }
    }

    pub fn end_file(&mut self, shown: &str, error: Option<io::Error>) {
        if let Some(error) = error {
            self.files_searched -= 1;
            self.unread.push(format!("{shown}: {error}"));
        }
    }

    /// Whether this file proved binary; it is counted no more.
    pub fn take_binary(&mut self, shown: &str) -> bool {
        self.binary.last().is_some_and(|path| path == shown)
    }

    pub fn finish(mut self, globbed: bool) -> String {
        let mut notes = Vec::new();
        if self.matches == 0 {
            notes.push(format!("no matches in {}", counted(self.files_searched, "file", "files")));
            if self.files_searched == 0 && globbed {
                notes.push("no file matches the glob".into());
            }
        } else if self.full {
            notes.push(format!("the first {}", summary(self.matches, self.files_with_matches)));
            notes.push("there are more: narrow it by pattern, path or glob, or raise max_matches".into());
        } else {
            notes.push(format!(
                "{} of {} searched",
                summary(self.matches, self.files_with_matches),
                counted(self.files_searched, "file", "files")
            ));
        }
        if !self.unread.is_empty() {
            let named: Vec<&str> = self.unread.iter().take(3).map(String::as_str).collect();
            notes.push(format!("{} could not be read: {}", self.unread.len(), named.join(", ")));
        }
        self.text.push_str(&format!("[{}]", notes.join("; ")));
        self.text
    }
}

pub struct FileSink<'a> {
    report: &'a mut Report,
    shown: &'a str,
    matcher: &'a RegexMatcher,
    length_before: usize,
    matches_before: u64,
}

impl FileSink<'_> {
    fn line(&mut self, number: Option<u64>, mark: char, bytes: &[u8]) {
        if self.report.text.len() == self.length_before {
            self.report.text.push_str(self.shown);
            self.report.text.push('\n');
        }
        let line = window(bytes, self.matcher);
        self.report.text.push_str(&format!("{}{mark} {line}\n", number.unwrap_or(0)));
    }
}

impl Sink for FileSink<'_> {
    type Error = io::Error;

    fn matched(&mut self, _searcher: &Searcher, found: &SinkMatch<'_>) -> Result<bool, io::Error> {
        if self.report.matches >= self.report.max_matches || self.report.text.len() > MAX_TEXT {
            self.report.full = true;
            return Ok(false);
        }
        for (index, line) in found.lines().enumerate() {
            self.line(found.line_number().map(|number| number + index as u64), ':', line);
        }
        self.report.matches += 1;
        Ok(true)
    }

    fn context(&mut self, _searcher: &Searcher, context: &SinkContext<'_>) -> Result<bool, io::Error> {
        self.line(context.line_number(), '-', context.bytes());
        Ok(true)
    }

    fn context_break(&mut self, _searcher: &Searcher) -> Result<bool, io::Error> {
        if self.report.text.len() > self.length_before {
            self.report.text.push_str("--\n");
        }
        Ok(true)
    }

    fn finish(&mut self, _searcher: &Searcher, end: &SinkFinish) -> Result<(), io::Error> {
        if end.binary_byte_offset().is_some() {
            // What it gave so far are bytes, not lines.
            self.report.text.truncate(self.length_before);
            self.report.matches = self.matches_before;
            self.report.files_searched -= 1;
            self.report.binary.push(self.shown.to_string());
        } else if self.report.matches > self.matches_before {
            self.report.files_with_matches += 1;
        }
        Ok(())
    }
}

/// The line without its end; of a long one the part around the first match.
fn window(bytes: &[u8], matcher: &RegexMatcher) -> String {
    let end = bytes.iter().rposition(|byte| !matches!(byte, b'\n' | b'\r')).map_or(0, |index| index + 1);
    let line = &bytes[..end];
    if line.len() <= MAX_LINE_CHARS {
        return String::from_utf8_lossy(line).into_owned();
    }
    let text = String::from_utf8_lossy(line);
    let total = text.chars().count();
    if total <= MAX_LINE_CHARS {
        return text.into_owned();
    }
    let found = matcher.find(line).ok().flatten().map_or(0, |found| found.start());
    let before = String::from_utf8_lossy(&line[..found]).chars().count();
    let start = before.saturating_sub(MAX_LINE_CHARS / 5).min(total - MAX_LINE_CHARS);
    let kept: String = text.chars().skip(start).take(MAX_LINE_CHARS).collect();
    let head = if start > 0 { "…" } else { "" };
    let tail = if start + MAX_LINE_CHARS < total { "…" } else { "" };
    format!("{head}{kept}{tail} [line of {}]", counted(total as u64, "character", "characters"))
}
