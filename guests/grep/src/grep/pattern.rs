//! The patterns: a fast matcher that finds lines, and one that finds the parts of a line.

use super::options::{Language, Settings};
use super::print::Printer;
use crate::fancy::Fancy;
use grep_regex::{RegexMatcher, RegexMatcherBuilder};
use grep_searcher::{BinaryDetection, MmapChoice, Searcher, SearcherBuilder};
use std::io;
use sunaba_gnu::regex::{Matcher, Pattern, Syntax, escape_bytes, translate};
use sunaba_gnu::bytes::lossy;

pub struct Patterns {
    lines: Lines,
    parts: Parts,
}

enum Lines {
    Fast(Box<RegexMatcher>),
    Fancy(Fancy),
}

enum Parts {
    Posix(Box<Matcher>),
    Perl,
}

/// An expression that matches nothing.
const NOTHING: &str = "[a&&b]";
const SIZE_LIMIT: usize = 64 << 20;

impl Patterns {
    pub fn compile(settings: &Settings) -> Result<Patterns, String> {
        if settings.language == Language::Perl {
            if settings.patterns.len() > 1 {
                return Err("the -P option only supports a single pattern".into());
            }
            let text = settings.patterns.first().map(|p| lossy(p).into_owned()).unwrap_or_else(|| NOTHING.to_owned());
            let text = enclose(&text, settings);
            return Ok(Patterns { lines: Lines::Fancy(Fancy::new(&text, settings.ignore_case, false)?), parts: Parts::Perl });
        }
        let syntax = Syntax { extended: settings.language == Language::Extended, multi_line: true, escapes: false };
        let mut all = Pattern { ambiguous: settings.patterns.len() > 1 || settings.words, ..Pattern::default() };
        for (i, source) in settings.patterns.iter().enumerate() {
            let one = if settings.language == Language::Fixed {
                Pattern { text: escape_bytes(source), ..Pattern::default() }
            } else {
                warn(source, syntax);
                translate(source, syntax, all.groups)?
            };
            if i > 0 {
                all.text.push('|');
            }
            all.text.push_str(&if settings.patterns.len() > 1 { format!("(?:{})", one.text) } else { one.text });
            all.groups += one.groups;
            all.backrefs |= one.backrefs;
            all.ambiguous |= one.ambiguous;
        }
        if settings.patterns.is_empty() {
            all.text = NOTHING.to_owned();
        }
        all.text = enclose(&all.text, settings);
        let parts = Parts::Posix(Box::new(Matcher::new(&all, settings.ignore_case)?));
        let lines = if all.backrefs {
            Lines::Fancy(Fancy::new(&all.text, settings.ignore_case, true)?)
        } else {
            let end = if settings.null_data { 0 } else { b'\n' };
            let fast = RegexMatcherBuilder::new()
                .case_insensitive(settings.ignore_case)
                .line_terminator(Some(end))
                .size_limit(SIZE_LIMIT)
                .dfa_size_limit(SIZE_LIMIT)
                .build(&all.text)
                .map_err(|_| "Regular expression too big".to_owned())?;
            Lines::Fast(Box::new(fast))
        };
        Ok(Patterns { lines, parts })
    }

    pub fn search(&self, searcher: &mut Searcher, input: impl io::Read, printer: &mut Printer) -> io::Result<()> {
        match &self.lines {
            Lines::Fast(matcher) => searcher.search_reader(&**matcher, input, printer),
            Lines::Fancy(matcher) => searcher.search_reader(matcher, input, printer),
        }
    }

    /// The first match in the line at `at` or after it.
    pub fn part(&self, line: &[u8], at: usize) -> Option<(usize, usize)> {
        match (&self.parts, &self.lines) {
            (Parts::Posix(matcher), _) => matcher.find_at(line, at),
            (Parts::Perl, Lines::Fancy(matcher)) => matcher.find(line, at),
            (Parts::Perl, Lines::Fast(_)) => None,
        }
    }
}

/// What `-w` and `-x` put around the expression.
fn enclose(text: &str, settings: &Settings) -> String {
    let perl = settings.language == Language::Perl;
    if settings.whole_lines {
        if perl { format!("^(?:{text})$") } else { format!("(?m:^)(?:{text})(?m:$)") }
    } else if settings.words {
        if perl { format!("(?<!\\w)(?:{text})(?!\\w)") } else { format!("\\b{{start-half}}(?:{text})\\b{{end-half}}") }
    } else {
        text.to_owned()
    }
}

/// What GNU's grep warns of.
fn warn(source: &[u8], syntax: Syntax) {
    let star = syntax.extended && matches!(source.first(), Some(b'*' | b'+' | b'?'));
    if star {
        eprintln!("grep: warning: {} at start of expression", source[0] as char);
    }
    if source.len() > 4 && source.starts_with(b"[:") && source.ends_with(b":]") {
        eprintln!("grep: character class syntax is [[:space:]], not [:space:]");
        std::process::exit(2);
    }
}

pub fn searcher(settings: &Settings) -> Searcher {
    let end = if settings.null_data { 0 } else { b'\n' };
    SearcherBuilder::new()
        .line_terminator(grep_matcher::LineTerminator::byte(end))
        .invert_match(settings.invert)
        .line_number(settings.numbers)
        .before_context(if settings.action == super::Action::Lines && !settings.quiet { settings.before } else { 0 })
        .after_context(if settings.action == super::Action::Lines && !settings.quiet { settings.after } else { 0 })
        .max_matches(settings.most)
        .memory_map(MmapChoice::never())
        .binary_detection(BinaryDetection::none())
        .bom_sniffing(false)
        .multi_line(false)
        .build()
}
