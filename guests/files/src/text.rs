//! What a file's bytes are as text.

/// A file with a NUL in what is looked at first is no text, but for UTF-16 with its mark.
const LOOKED_AT: usize = 8192;

pub const UTF8_MARK: &[u8] = b"\xef\xbb\xbf";

pub fn is_binary(head: &[u8]) -> bool {
    !is_utf16(head) && head[..head.len().min(LOOKED_AT)].contains(&0)
}

pub fn is_utf16(head: &[u8]) -> bool {
    head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff")
}

/// UTF-16 with its mark, as UTF-8; half pairs become U+FFFD.
pub fn decode_utf16(bytes: &[u8]) -> String {
    let big = bytes.starts_with(b"\xfe\xff");
    let units = bytes[2..].chunks_exact(2).map(|pair| match big {
        true => u16::from_be_bytes([pair[0], pair[1]]),
        false => u16::from_le_bytes([pair[0], pair[1]]),
    });
    char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// What kind of binary a file is, where its first bytes tell.
pub fn binary_kind(head: &[u8]) -> Option<&'static str> {
    const KINDS: [(&[u8], &str); 16] = [
        (b"\x89PNG\r\n\x1a\n", "PNG image"),
        (b"\xff\xd8\xff", "JPEG image"),
        (b"GIF8", "GIF image"),
        (b"BM", "BMP image"),
        (b"%PDF-", "PDF document"),
        (b"PK\x03\x04", "ZIP archive"),
        (b"\x1f\x8b", "gzip data"),
        (b"\xfd7zXZ", "xz data"),
        (b"BZh", "bzip2 data"),
        (b"7z\xbc\xaf", "7-zip archive"),
        (b"\x7fELF", "ELF program"),
        (b"MZ", "Windows program"),
        (b"\0asm", "WebAssembly module"),
        (b"SQLite format 3\0", "SQLite database"),
        (b"wOF2", "WOFF2 font"),
        (b"\xca\xfe\xba\xbe", "Java class"),
    ];
    if head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP") {
        return Some("WebP image");
    }
    KINDS.iter().find(|(start, _)| head.starts_with(start)).map(|(_, kind)| *kind)
}

/// `1234567` as `1,234,567`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1 file`, `2 files`.
pub fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { one } else { many })
}

/// The longest start of a string within `bytes`, on a character's border.
pub fn cut(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(counted(1, "line", "lines"), "1 line");
    }
}
