//! A backtracking expression (look-around, back-references) as a matcher of lines for the searcher.

use grep_matcher::{Match, Matcher, NoCaptures, NoError};

pub struct Fancy {
    regex: fancy_regex::Regex,
}

/// Steps of one match before it is given up, so that no expression runs for ever.
const BACKTRACK_LIMIT: usize = 5_000_000;

impl Fancy {
    pub fn new(pattern: &str, ignore_case: bool, longest: bool) -> Result<Fancy, String> {
        let regex = fancy_regex::RegexBuilder::new(pattern)
            .case_insensitive(ignore_case)
            .multi_line(true)
            .bytes_mode(fancy_regex::BytesMode::UnicodeBytes)
            .backtrack_limit(BACKTRACK_LIMIT)
            .leftmost_longest(longest)
            .build()
            .map_err(|error| error.to_string().lines().last().unwrap_or("invalid pattern").to_owned())?;
        Ok(Fancy { regex })
    }

    pub fn find(&self, text: &[u8], at: usize) -> Option<(usize, usize)> {
        match self.regex.find_from_pos(text, at) {
            Ok(found) => found.map(|m| (m.start(), m.end())),
            Err(_) => {
                eprintln!("grep: exceeded PCRE's backtracking limit");
                std::process::exit(2);
            }
        }
    }
}

impl Matcher for Fancy {
    type Captures = NoCaptures;
    type Error = NoError;

    fn find_at(&self, text: &[u8], at: usize) -> Result<Option<Match>, NoError> {
        Ok(self.find(text, at).map(|(start, end)| Match::new(start, end)))
    }

    fn new_captures(&self) -> Result<NoCaptures, NoError> {
        Ok(NoCaptures::new())
    }
}
