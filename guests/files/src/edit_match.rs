//! Where an edit's old text stands in a file, and what takes its place. Exactly, or line by line without regard to
//! indentation; never by likeness.

use std::ops::Range;

/// A place in the text and what is to stand there.
#[derive(Debug, PartialEq, Eq)]
pub struct Replacement {
    pub range: Range<usize>,
    pub text: String,
}

/// All places of `old` in `text` (line ends are `\n` in all three). Empty: there is none.
pub fn find_places(text: &str, old: &str, new: &str) -> Vec<Replacement> {
    let exact = exact_places(text, old, new);
    if !exact.is_empty() {
        return exact;
    }
    let trimmed = trimmed_places(text, old, new);
    if !trimmed.is_empty() {
        return trimmed;
    }
    // A model may have escaped its text once too often.
    let (plain_old, plain_new) = (unescape(old), unescape(new));
    if plain_old == old {
        return Vec::new();
    }
    let exact = exact_places(text, &plain_old, &plain_new);
    if exact.is_empty() {
        trimmed_places(text, &plain_old, &plain_new)
    } else {
        exact
    }
}

fn exact_places(text: &str, old: &str, new: &str) -> Vec<Replacement> {
    text.match_indices(old).map(|(start, found)| Replacement { range: start..start + found.len(), text: new.to_string() }).collect()
}

fn trimmed_places(text: &str, old: &str, new: &str) -> Vec<Replacement> {
    let old_lines: Vec<&str> = without_blank_ends(old);
    if old_lines.is_empty() {
        return Vec::new();
    }
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let mut starts = Vec::with_capacity(lines.len() + 1);
    let mut offset = 0;
    for line in &lines {
        starts.push(offset);
        offset += line.len();
    }
    starts.push(offset);
    let mut places = Vec::new();
    let mut index = 0;
    while index + old_lines.len() <= lines.len() {
        let window = &lines[index..index + old_lines.len()];
        if window.iter().zip(&old_lines).all(|(line, wanted)| line.trim() == wanted.trim()) {
            let end = index + old_lines.len();
            let mut replacement = reindent(&without_blank_ends(new), &old_lines, window);
            // The range ends with its last line's newline where there is one; the replacement too, unless it is nothing.
            if window[window.len() - 1].ends_with('\n') && !replacement.is_empty() {
                replacement.push('\n');
            }
            places.push(Replacement { range: starts[index]..starts[end], text: replacement });
            index = end;
        } else {
            index += 1;
        }
    }
    places
}

fn without_blank_ends(text: &str) -> Vec<&str> {
    let lines: Vec<&str> = text.lines().collect();
    let start = lines.iter().position(|line| !line.trim().is_empty()).unwrap_or(lines.len());
    let end = lines.iter().rposition(|line| !line.trim().is_empty()).map_or(start, |index| index + 1);
    lines[start..end].to_vec()
}

fn indent_of(line: &str) -> &str {
    &line[..line.len() - line.trim_start().len()]
}

/// Gives each new line the indentation that the file has where the old text had the new line's own.
fn reindent(new: &[&str], old: &[&str], there: &[&str]) -> String {
    let pairs: Vec<(&str, &str)> = old
        .iter()
        .zip(there)
        .filter(|(wanted, _)| !wanted.trim().is_empty())
        .map(|(wanted, line)| (indent_of(wanted), indent_of(line.trim_end_matches('\n'))))
        .collect();
    let lines: Vec<String> = new
        .iter()
        .map(|line| {
            if line.trim().is_empty() {
                return String::new();
            }
            let own = indent_of(line);
            let best = pairs.iter().filter(|(wanted, _)| own.starts_with(wanted)).max_by_key(|(wanted, _)| wanted.len());
            match best {
                Some((wanted, actual)) => format!("{actual}{}{}", &own[wanted.len()..], line.trim_start()),
                None => (*line).to_string(),
            }
        })
        .collect();
    lines.join("\n")
}

fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let plain = match (c, chars.peek()) {
            ('\\', Some('n')) => Some('\n'),
            ('\\', Some('t')) => Some('\t'),
            ('\\', Some('r')) => Some('\r'),
            ('\\', Some(quote @ ('"' | '\'' | '`' | '\\'))) => Some(*quote),
            _ => None,
        };
        out.push(plain.unwrap_or(c));
        if plain.is_some() {
            chars.next();
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(text: &str, old: &str, new: &str) -> String {
        let places = find_places(text, old, new);
        let mut out = text.to_string();
        for place in places.iter().rev() {
            out.replace_range(place.range.clone(), &place.text);
        }
        out
    }

    #[test]
    fn exact_comes_first() {
        assert_eq!(applied("a b a", "b", "c"), "a c a");
        assert_eq!(find_places("a b a", "a", "c").len(), 2);
        assert!(find_places("abc", "x", "y").is_empty());
    }

    #[test]
    fn lines_without_their_indentation() {
        let text = "fn f() {\n    if x {\n        go();\n    }\n}\n";
        let new = applied(text, "if x {\n    go();\n}", "if y {\n    stay();\n    go();\n}");
        assert_eq!(new, "fn f() {\n    if y {\n        stay();\n        go();\n    }\n}\n");
    }

    #[test]
    fn tabs_stay_tabs() {
        let text = "\tif x {\n\t\tgo();\n\t}\n";
        assert_eq!(applied(text, "if x {\n  go();\n}", "if x {\n  stop();\n}"), "\tif x {\n\t\tstop();\n\t}\n");
    }

    #[test]
    fn trailing_space_and_last_newline_do_not_hinder() {
        assert_eq!(applied("a  \nb\n", "a\nb\n", "c\n"), "c\n");
        assert_eq!(applied("x\na\nb", "a\nb\n", "c\n"), "x\nc");
    }

    #[test]
    fn lines_are_removed_whole() {
        assert_eq!(applied("  a\n  b\n  c\n", "b\n\n", ""), "  a\n  c\n");
    }

    #[test]
    fn escapes_are_undone_only_after_a_miss() {
        assert_eq!(applied("say \"hi\"\nbye\n", "say \\\"hi\\\"\\nbye", "say \\\"ho\\\"\\nbye"), "say \"ho\"\nbye\n");
        assert_eq!(applied("print(\"a\\n\")", "\"a\\n\"", "\"b\\n\""), "print(\"b\\n\")");
    }

    #[test]
    fn a_part_of_a_line_is_no_line() {
        assert!(find_places("foobar\n", "foo \n", "x").is_empty());
    }
}
