//! Finds a line that stands for text which was left out. Written to a file, it would lose that text.

/// The first such line of `new` that `old` does not hold itself.
pub fn find_placeholder<'a>(new: &'a str, old: &str) -> Option<&'a str> {
    new.lines().map(str::trim).find(|line| is_placeholder(line) && !old.lines().any(|there| there.trim() == *line))
}

fn is_placeholder(line: &str) -> bool {
    if line.len() > 200 {
        return false;
    }
    let lower = line.to_lowercase();
    let (bare, commented) = strip_comment(&lower);
    let dots = bare.contains("...") || bare.contains('…');
    let words = bare.trim_matches(|c: char| !c.is_alphanumeric()).trim();
    const STARTS: [&str; 9] = [
        "rest of",
        "the rest of",
        "rest unchanged",
        "rest is unchanged",
        "existing ",
        "remaining ",
        "unchanged ",
        "previous ",
        "other existing ",
    ];
    const ENDS: [&str; 12] = [
        "unchanged",
        "remains the same",
        "remain the same",
        "stays the same",
        "stay the same",
        "omitted",
        "omitted for brevity",
        "as before",
        "same as before",
        "same as above",
        "goes here",
        "existing code",
    ];
    const WHOLE: [&str; 6] = ["rest unchanged", "rest is unchanged", "existing code", "unchanged", "rest of file", "rest of the file"];
    let starts = STARTS.iter().any(|start| words.starts_with(start));
    let ends = ENDS.iter().any(|end| words.ends_with(end));
    // Prose may say such words; a comment or a pair of dots makes them a sign.
    (dots && (commented || bare.starts_with(['.', '…', '(', '['])) && (starts || ends))
        || (commented && starts && ends)
        || (commented && WHOLE.contains(&words))
}

fn strip_comment(line: &str) -> (&str, bool) {
    const OPENERS: [&str; 10] = ["<!--", "{/*", "/**", "/*", "///", "//", "--", "#", ";", "%"];
    for opener in OPENERS {
        if let Some(rest) = line.strip_prefix(opener) {
            let rest = rest.trim_end_matches(['}', '/', '*', '>', '-']).trim();
            return (rest, true);
        }
    }
    (line, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_seen() {
        for line in [
            "// ... rest of code ...",
            "// rest unchanged",
            "# ... existing code ...",
            "/* ... remaining methods unchanged ... */",
            "<!-- rest of the file stays the same -->",
            "{/* ... existing imports ... */}",
            "(rest of methods ...)",
            "... rest of the file ...",
            "// The rest of the function remains the same",
            "-- … unchanged …",
        ] {
            assert_eq!(find_placeholder(line, ""), Some(line), "{line}");
        }
    }

    #[test]
    fn text_is_text() {
        for line in [
            "The rest of the day was quiet.",
            "// Handles the rest of the arguments.",
            "const rest = [...existing, next];",
            "existing code is read first...",
            "# Other sections",
            "// previous value, for undo",
            "for (const x of ...rest) {}",
        ] {
            assert_eq!(find_placeholder(line, ""), None, "{line}");
        }
        assert_eq!(find_placeholder("  // ... rest of code ...", "// ... rest of code ..."), None);
    }
}
