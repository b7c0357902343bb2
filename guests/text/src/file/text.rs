//! Contents that are text: which encoding, which language, which line ends.

use super::Guess;

pub fn guess(content: &[u8]) -> Guess {
    let Some((encoding_words, encoding)) = encoding(content) else {
        return Guess { words: "data".into(), mime: "application/octet-stream", encoding: "binary" };
    };
    let text = String::from_utf8_lossy(content);
    let (language, mime) = language(&text);
    let mut words = match language {
        Language::Whole(name) => {
            return Guess { words: name.to_owned(), mime, encoding };
        }
        Language::Before(name) => format!("{name}, {encoding_words} text"),
        Language::Script(name) => format!("{name}, {encoding_words} text executable"),
        Language::None => format!("{encoding_words} text"),
    };
    let longest = content.split(|&b| b == b'\n').map(<[u8]>::len).max().unwrap_or(0);
    if longest > 300 {
        words.push_str(&format!(", with very long lines ({longest})"));
    }
    let crlf = content.windows(2).filter(|pair| pair == b"\r\n").count();
    let lf = content.iter().filter(|b| **b == b'\n').count() - crlf;
    let cr = content.iter().filter(|b| **b == b'\r').count() - crlf;
    let kinds: Vec<&str> = [(crlf, "CRLF"), (cr, "CR"), (lf, "LF")].iter().filter(|(count, _)| *count > 0).map(|(_, name)| *name).collect();
    match kinds.as_slice() {
        [] => words.push_str(", with no line terminators"),
        ["LF"] => {}
        kinds => words.push_str(&format!(", with {} line terminators", kinds.join(", "))),
    }
    if content.contains(&0x1b) {
        words.push_str(", with escape sequences");
    }
    Guess { words, mime, encoding }
}

fn encoding(content: &[u8]) -> Option<(&'static str, &'static str)> {
    if content.starts_with(b"\xff\xfe") {
        return Some(("Unicode text, UTF-16, little-endian", "utf-16le"));
    }
    if content.starts_with(b"\xfe\xff") {
        return Some(("Unicode text, UTF-16, big-endian", "utf-16be"));
    }
    let textual = |b: u8| matches!(b, 7..=13 | 27 | 32..=126 | 128..=255);
    if !content.iter().all(|b| textual(*b)) {
        return None;
    }
    if content.is_ascii() {
        return Some(("ASCII", "us-ascii"));
    }
    // A character cut off at the end of what was read does not count.
    let valid = match std::str::from_utf8(content) {
        Ok(_) => true,
        Err(fault) => fault.error_len().is_none(),
    };
    if valid {
        return Some((if content.starts_with(b"\xef\xbb\xbf") { "Unicode text, UTF-8 (with BOM)" } else { "Unicode text, UTF-8" }, "utf-8"));
    }
    if content.iter().any(|b| (128..160).contains(b)) {
        return Some(("Non-ISO extended-ASCII", "unknown-8bit"));
    }
    Some(("ISO-8859", "iso-8859-1"))
}

enum Language {
    None,
    Before(&'static str),
    Script(&'static str),
    Whole(&'static str),
}

fn language(text: &str) -> (Language, &'static str) {
    if let Some(first) = text.strip_prefix("#!") {
        let line = first.lines().next().unwrap_or("");
        let mut words = line.split_whitespace();
        let program = words.next().unwrap_or("").rsplit('/').next().unwrap_or("").to_owned();
        let program = if program == "env" { words.find(|word| !word.starts_with('-')).unwrap_or("").to_owned() } else { program };
        return match program.as_str() {
            "sh" | "dash" => (Language::Script("POSIX shell script"), "text/x-shellscript"),
            "bash" => (Language::Script("Bourne-Again shell script"), "text/x-shellscript"),
            "zsh" => (Language::Script("Paul Falstad's zsh script"), "text/x-shellscript"),
            "node" => (Language::Script("Node.js script"), "application/javascript"),
            "perl" => (Language::Script("Perl script"), "text/x-perl"),
            "ruby" => (Language::Script("Ruby script"), "text/x-ruby"),
            name if name.starts_with("python") => (Language::Script("Python script"), "text/x-script.python"),
            _ => (Language::Script("a script"), "text/plain"),
        };
    }
    let start = text.trim_start_matches('\u{feff}').trim_start();
    let lower: String = start.chars().take(256).collect::<String>().to_lowercase();
    if lower.starts_with("<?xml") {
        if lower.contains("<svg") {
            return (Language::Whole("SVG Scalable Vector Graphics image"), "image/svg+xml");
        }
        return (Language::Before("XML 1.0 document"), "text/xml");
    }
    if lower.starts_with("<svg") {
        return (Language::Whole("SVG Scalable Vector Graphics image"), "image/svg+xml");
    }
    if lower.starts_with("<!doctype html") || lower.starts_with("<html") || lower.starts_with("<head") {
        return (Language::Before("HTML document"), "text/html");
    }
    if start.starts_with(['{', '[']) && json(start) {
        return (Language::Whole("JSON text data"), "application/json");
    }
    let lines = || text.lines().take(200).map(str::trim_start);
    let c_words = ["#include <", "#include \"", "int main(", "void main(", "typedef struct"];
    if lines().any(|line| c_words.iter().any(|word| line.starts_with(word))) {
        return (Language::Before("C source"), "text/x-c");
    }
    let python = lines().any(|line| (line.starts_with("def ") && line.ends_with(':')) || (line.starts_with("from ") && line.contains(" import ")));
    if python {
        return (Language::Script("Python script"), "text/x-script.python");
    }
    if text.contains("\n+++ ") && (text.starts_with("--- ") || text.starts_with("diff --git ")) {
        return (Language::Before("unified diff output"), "text/x-diff");
    }
    if text.starts_with("diff ") {
        return (Language::Before("diff output"), "text/x-diff");
    }
    if csv(text.as_bytes()) {
        return (Language::Whole("CSV text"), "text/csv");
    }
    (Language::None, "text/plain")
}

/// Whether each of the first ten lines, three at least, has as many commas.
fn csv(text: &[u8]) -> bool {
    let (mut commas, mut first, mut lines, mut quoted) = (0, 0, 0, false);
    for b in text {
        match b {
            b'"' => quoted = !quoted,
            b',' if !quoted => commas += 1,
            b'\n' if !quoted => {
                lines += 1;
                if lines == 1 {
                    first = commas;
                }
                if commas != first || commas == 0 {
                    return false;
                }
                if lines == 10 {
                    return true;
                }
                commas = 0;
            }
            _ => {}
        }
    }
    lines > 2
}

/// Whether the text is one JSON value: brackets and strings are looked at, and what may stand between them.
fn json(text: &str) -> bool {
    let mut open = Vec::new();
    let mut string = false;
    let mut escaped = false;
    let mut closed = false;
    for c in text.chars() {
        if string {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => string = false,
                '\n' => return false,
                _ => {}
            }
            continue;
        }
        if closed && !c.is_whitespace() {
            return false;
        }
        match c {
            '"' => string = true,
            '{' | '[' => open.push(c),
            '}' | ']' => {
                if open.pop() != Some(if c == '}' { '{' } else { '[' }) {
                    return false;
                }
                closed = open.is_empty();
            }
            ',' | ':' | '-' | '+' | '.' | 'e' | 'E' | '0'..='9' => {}
            c if c.is_whitespace() || "truefalsn".contains(c) => {}
            _ => return false,
        }
    }
    closed
}
