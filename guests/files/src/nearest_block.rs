use crate::nearest_path::pairs_alike;

const MAX_LINES: usize = 25;
/// Less alike than this on average, a block would only mislead.
const LIKE: f64 = 0.45;
/// Comparisons of lines that a large file is worth.
const MAX_COMPARED: usize = 400_000;

/// The lines of `text` that are most like `old`, as `12: …`, with the number of the first and the last.
pub fn nearest_block(text: &str, old: &str) -> Option<(usize, usize, String)> {
    let lines: Vec<&str> = text.lines().collect();
    let wanted: Vec<&str> = old.lines().map(str::trim).skip_while(|line| line.is_empty()).collect();
    let size = wanted.len().clamp(1, MAX_LINES);
    if wanted.is_empty() || lines.is_empty() || lines.len().saturating_mul(size) > MAX_COMPARED {
        return None;
    }
    let wanted = &wanted[..size.min(wanted.len())];
    let size = size.min(lines.len());
    // Likeness of each line with each wanted one is asked for once.
    let alike = |line: &str, want: &str| match (line.trim(), want) {
        (line, want) if line == want => 1.0,
        (line, want) => pairs_alike(line, want),
    };
    let mut best = (LIKE, None);
    for start in 0..=lines.len() - size {
        let score: f64 = lines[start..start + size].iter().zip(wanted).map(|(line, want)| alike(line, want)).sum();
        let mean = score / wanted.len() as f64;
        if mean > best.0 {
            best = (mean, Some(start));
        }
    }
    let start = best.1?;
    let shown: Vec<String> =
        lines[start..start + size].iter().enumerate().map(|(index, line)| format!("{}: {line}", start + index + 1)).collect();
    Some((start + 1, start + size, shown.join("\n")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_likest_lines_are_named() {
        let text = "one\nlet total = count(items);\nreturn total;\nlast\n";
        let (first, last, shown) = nearest_block(text, "let total = count(item);\nreturn total").unwrap();
        assert_eq!((first, last), (2, 3));
        assert_eq!(shown, "2: let total = count(items);\n3: return total;");
        assert!(nearest_block(text, "zzz qqq").is_none());
    }
}
