//! The patterns as one matcher: ripgrep's own, or one that backtracks for -P.

use crate::options::{Case, Settings};
use grep_matcher::{Captures, Match, Matcher, NoError};
use grep_regex::{RegexMatcher, RegexMatcherBuilder};

pub enum Pattern {
    Fast(Box<RegexMatcher>),
    Perl(Perl),
}

/// Steps of one match before it is given up.
const BACKTRACK_LIMIT: usize = 5_000_000;

impl Pattern {
    pub fn compile(s: &Settings) -> Result<Pattern, String> {
        if s.pcre {
            return perl(s).map(Pattern::Perl);
        }
        let mut builder = RegexMatcherBuilder::new();
        builder
            .multi_line(true)
            .unicode(true)
            .octal(false)
            .fixed_strings(s.fixed)
            .whole_line(s.whole_lines)
            .word(s.words)
            .case_insensitive(s.case == Case::Insensitive)
            .case_smart(s.case == Case::Smart);
        if s.multiline {
            builder.dot_matches_new_line(s.dotall);
        } else if s.null_data {
            builder.line_terminator(Some(0));
        } else {
            builder.line_terminator(Some(b'\n')).dot_matches_new_line(false);
        }
        if s.crlf && !s.null_data {
            builder.crlf(true);
        }
        builder.build_many(&s.patterns).map(|m| Pattern::Fast(Box::new(m))).map_err(|fault| fault.to_string())
    }
}

pub struct Perl(fancy_regex::Regex);

fn perl(s: &Settings) -> Result<Perl, String> {
    let parts: Vec<String> = s.patterns.iter().map(|p| if s.fixed { fancy_regex::escape(p).into_owned() } else { p.clone() }).collect();
    let mut text = if parts.len() == 1 { parts[0].clone() } else { parts.iter().map(|p| format!("(?:{p})")).collect::<Vec<_>>().join("|") };
    if s.whole_lines {
        text = format!("^(?:{text})$");
    } else if s.words {
        text = format!("(?<!\\w)(?:{text})(?!\\w)");
    }
    let upper = s.patterns.iter().any(|p| p.chars().any(char::is_uppercase));
    fancy_regex::RegexBuilder::new(&text)
        .case_insensitive(s.case == Case::Insensitive || (s.case == Case::Smart && !upper))
        .multi_line(true)
        .dot_matches_new_line(s.dotall)
        .bytes_mode(fancy_regex::BytesMode::UnicodeBytes)
        .backtrack_limit(BACKTRACK_LIMIT)
        .build()
        .map(Perl)
        .map_err(|fault| format!("PCRE2: {fault}"))
}

/// The groups of one match.
pub struct Groups(Vec<Option<Match>>);

impl Captures for Groups {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn get(&self, index: usize) -> Option<Match> {
        self.0.get(index).copied().flatten()
    }
}

impl Matcher for Perl {
    type Captures = Groups;
    type Error = NoError;

    fn find_at(&self, text: &[u8], at: usize) -> Result<Option<Match>, NoError> {
        match self.0.find_from_pos(text, at) {
            Ok(found) => Ok(found.map(|m| Match::new(m.start(), m.end()))),
            Err(_) => {
                eprintln!("rg: PCRE2: error matching: match limit exceeded");
                std::process::exit(2);
            }
        }
    }

    fn new_captures(&self) -> Result<Groups, NoError> {
        Ok(Groups(Vec::new()))
    }

    fn capture_count(&self) -> usize {
        self.0.captures_len()
    }

    fn capture_index(&self, name: &str) -> Option<usize> {
        self.0.capture_names().position(|known| known == Some(name))
    }

    fn captures_at(&self, text: &[u8], at: usize, groups: &mut Groups) -> Result<bool, NoError> {
        let Ok(Some(found)) = self.0.captures_from_pos(text, at) else { return Ok(false) };
        groups.0 = (0..found.len()).map(|i| found.get(i).map(|m| Match::new(m.start(), m.end()))).collect();
        Ok(true)
    }
}
