//! POSIX matching: the leftmost match, and of those that begin there the longest.

mod bracket;
mod translate;

use regex_automata::{
    Anchored, Input, MatchKind,
    hybrid::dfa::{Cache, DFA},
    util::syntax,
};
use std::cell::RefCell;

pub use bracket::{Escape, Member, translate as bracket};
pub use translate::{Pattern, Syntax, translate};

/// Groups by number; group 0 is the whole match.
pub type Groups = Vec<Option<(usize, usize)>>;

/// A compiled expression.
pub struct Matcher {
    engine: Engine,
}

enum Engine {
    Plain(regex::bytes::Regex),
    /// The preferred match may be too short: a second automaton knows the longest.
    Longest { plain: regex::bytes::Regex, dfa: Box<DFA>, cache: RefCell<Cache>, exact: Box<fancy_regex::Regex> },
    /// With back-references, by backtracking within a limit of steps.
    Backtracking(Box<fancy_regex::Regex>),
}

const SIZE_LIMIT: usize = 64 << 20;
/// Steps of a backtracking match before it is given up.
const BACKTRACK_LIMIT: usize = 5_000_000;

impl Matcher {
    /// Compiles; an error is one line for the user.
    pub fn new(pattern: &Pattern, ignore_case: bool) -> Result<Matcher, String> {
        let text = &pattern.text;
        if pattern.backrefs {
            return Ok(Matcher { engine: Engine::Backtracking(Box::new(backtracking(text, ignore_case)?)) });
        }
        let plain = regex::bytes::RegexBuilder::new(text)
            .case_insensitive(ignore_case)
            .size_limit(SIZE_LIMIT)
            .dfa_size_limit(SIZE_LIMIT)
            .build()
            .map_err(|_| "Regular expression too big".to_owned())?;
        if !pattern.ambiguous {
            return Ok(Matcher { engine: Engine::Plain(plain) });
        }
        let dfa = DFA::builder()
            .configure(DFA::config().match_kind(MatchKind::All).skip_cache_capacity_check(true).unicode_word_boundary(true))
            .syntax(syntax::Config::new().case_insensitive(ignore_case).utf8(false))
            .thompson(regex_automata::nfa::thompson::Config::new().utf8(false).nfa_size_limit(Some(SIZE_LIMIT)))
            .build(text);
        match (dfa, backtracking(text, ignore_case)) {
            (Ok(dfa), Ok(exact)) => {
                let cache = RefCell::new(dfa.create_cache());
                Ok(Matcher { engine: Engine::Longest { plain, dfa: Box::new(dfa), cache, exact: Box::new(exact) } })
            }
            _ => Ok(Matcher { engine: Engine::Plain(plain) }),
        }
    }

    pub fn is_match(&self, text: &[u8]) -> bool {
        match &self.engine {
            Engine::Plain(plain) | Engine::Longest { plain, .. } => plain.is_match(text),
            Engine::Backtracking(regex) => regex.is_match(text).unwrap_or(false),
        }
    }

    /// The leftmost longest match that begins at `at` or after it.
    pub fn find_at(&self, text: &[u8], at: usize) -> Option<(usize, usize)> {
        match &self.engine {
            Engine::Plain(plain) => plain.find_at(text, at).map(|m| (m.start(), m.end())),
            Engine::Longest { plain, dfa, cache, .. } => {
                let m = plain.find_at(text, at)?;
                let end = longest(dfa, cache, text, m.start()).unwrap_or(m.end());
                Some((m.start(), end.max(m.end())))
            }
            Engine::Backtracking(regex) => {
                let m = regex.find_from_pos(text, at).ok().flatten()?;
                Some((m.start(), m.end()))
            }
        }
    }

    /// As `find_at`, with the groups.
    pub fn captures_at(&self, text: &[u8], at: usize, groups: &mut Groups) -> bool {
        groups.clear();
        match &self.engine {
            Engine::Plain(plain) => plain_captures(plain, text, at, groups),
            Engine::Longest { plain, dfa, cache, exact } => {
                if !plain_captures(plain, text, at, groups) {
                    return false;
                }
                let Some(Some((start, end))) = groups.first().copied() else { return false };
                if longest(dfa, cache, text, start).is_some_and(|longest| longest > end) {
                    exact_captures(exact, text, start, groups);
                }
                true
            }
            Engine::Backtracking(regex) => exact_captures(regex, text, at, groups),
        }
    }
}

fn backtracking(text: &str, ignore_case: bool) -> Result<fancy_regex::Regex, String> {
    fancy_regex::RegexBuilder::new(text)
        .case_insensitive(ignore_case)
        .bytes_mode(fancy_regex::BytesMode::UnicodeBytes)
        .backtrack_limit(BACKTRACK_LIMIT)
        .leftmost_longest(true)
        .build()
        .map_err(|error| error.to_string().lines().last().unwrap_or("Invalid regular expression").to_owned())
}

fn longest(dfa: &DFA, cache: &RefCell<Cache>, text: &[u8], start: usize) -> Option<usize> {
    let input = Input::new(text).range(start..).anchored(Anchored::Yes);
    let half = dfa.try_search_fwd(&mut cache.borrow_mut(), &input).ok()??;
    Some(half.offset())
}

fn plain_captures(regex: &regex::bytes::Regex, text: &[u8], at: usize, groups: &mut Groups) -> bool {
    let Some(found) = regex.captures_at(text, at) else { return false };
    groups.clear();
    groups.extend(found.iter().map(|group| group.map(|m| (m.start(), m.end()))));
    true
}

fn exact_captures(regex: &fancy_regex::Regex, text: &[u8], at: usize, groups: &mut Groups) -> bool {
    let Ok(Some(found)) = regex.captures_from_pos(text, at) else { return false };
    groups.clear();
    for i in 0..found.len() {
        groups.push(found.get(i).map(|m| (m.start(), m.end())));
    }
    true
}

/// One character as a literal of the translated syntax.
pub fn escape_char(c: char) -> String {
    if c.is_ascii_alphanumeric() || !c.is_ascii() || matches!(c, ' ' | '_' | '"' | '\'' | '/' | ',' | ';' | ':' | '=' | '<' | '>' | '@' | '!' | '%' | '`') {
        return c.to_string();
    }
    if c.is_ascii_punctuation() {
        return format!("\\{c}");
    }
    format!("\\x{:02X}", c as u32)
}

/// Literal bytes as an expression of the translated syntax.
pub fn escape_bytes(text: &[u8]) -> String {
    let mut out = String::new();
    for chunk in text.utf8_chunks() {
        chunk.valid().chars().for_each(|c| out.push_str(&escape_char(c)));
        chunk.invalid().iter().for_each(|b| out.push_str(&format!("(?-u:\\x{b:02X})")));
    }
    out
}

/// The byte that an escape like `\n`, `\x41`, `\d065`, `\o101` or `\cA` stands for, and its length.
pub fn escape_value(source: &[u8]) -> Option<(u8, usize)> {
    let number = |radix: u32, most: usize| {
        let digits: Vec<u8> = source[2..].iter().copied().take(most).take_while(|b| (*b as char).is_digit(radix)).collect();
        let text = String::from_utf8(digits).ok().filter(|t| !t.is_empty())?;
        let value = u32::from_str_radix(&text, radix).ok()?;
        Some(((value & 255) as u8, 2 + text.len()))
    };
    match source.get(1)? {
        b'n' => Some((b'\n', 2)),
        b't' => Some((b'\t', 2)),
        b'r' => Some((b'\r', 2)),
        b'f' => Some((12, 2)),
        b'v' => Some((11, 2)),
        b'a' => Some((7, 2)),
        b'x' => number(16, 2),
        b'd' => number(10, 3),
        b'o' => number(8, 3),
        b'c' => source.get(2).map(|b| (b.to_ascii_uppercase() ^ 64, 3)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(pattern: &str, extended: bool, text: &str) -> Option<(usize, usize)> {
        let pattern = translate(pattern.as_bytes(), Syntax { extended, ..Syntax::default() }, 0).expect("translates");
        Matcher::new(&pattern, false).expect("compiles").find_at(text.as_bytes(), 0)
    }

    #[test]
    fn the_longest_alternative_wins() {
        assert_eq!(find("a|ab|abc", true, "xabcd"), Some((1, 4)));
        assert_eq!(find("a*(ab)?", true, "aab"), Some((0, 3)));
    }

    #[test]
    fn basic_expressions_keep_their_literals() {
        assert_eq!(find("*a", false, "x*a"), Some((1, 3)));
        assert_eq!(find("a+b{1}(", false, "a+b{1}("), Some((0, 7)));
        assert_eq!(find("a\\{2\\}", false, "caat"), Some((1, 3)));
        assert_eq!(find("a^b$c", false, "a^b$c"), Some((0, 5)));
        assert_eq!(find("\\(ab\\)*\\1", false, "ababab"), Some((0, 6)));
    }

    #[test]
    fn brackets_are_posix() {
        assert_eq!(find("[]a]*", false, "]a]b"), Some((0, 3)));
        assert_eq!(find("[\\n]", false, "\\"), Some((0, 1)));
        assert_eq!(find("[[:upper:]-]+", true, "aB-C"), Some((1, 4)));
        assert_eq!(find("[^[:space:]]+", true, "  xy "), Some((2, 4)));
    }

    #[test]
    fn faults_are_worded_as_regcomp_words_them() {
        let fault = |p: &str, extended| translate(p.as_bytes(), Syntax { extended, ..Syntax::default() }, 0).map(|p| p.text);
        assert_eq!(fault("a[b", false), Err("Unmatched [, [^, [:, [., or [=".into()));
        assert_eq!(fault("(a", true), Err("Unmatched ( or \\(".into()));
        assert_eq!(fault("a\\", true), Err("Trailing backslash".into()));
        assert_eq!(fault("\\1", true), Err("Invalid back reference".into()));
    }
}
