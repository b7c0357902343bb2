//! Contents that are no text, by their first bytes.

use super::Guess;

pub fn guess(content: &[u8]) -> Option<Guess> {
    let binary = |words: String, mime: &'static str| Some(Guess { words, mime, encoding: "binary" });
    let starts = |magic: &[u8]| content.starts_with(magic);
    let u16be = |at: usize| content.get(at..at + 2).map_or(0, |b| u32::from(b[0]) << 8 | u32::from(b[1]));
    let u16le = |at: usize| content.get(at..at + 2).map_or(0, |b| u32::from(b[1]) << 8 | u32::from(b[0]));
    let u32be = |at: usize| u16be(at) << 16 | u16be(at + 2);
    let u32le = |at: usize| u16le(at) | u16le(at + 2) << 16;
    if starts(b"\x89PNG\r\n\x1a\n") {
        let kind = match content.get(25) {
            Some(0) => "grayscale",
            Some(2) => "/color RGB",
            Some(3) => "colormap",
            Some(4) => "gray+alpha",
            _ => "/color RGBA",
        };
        let interlaced = if content.get(28) == Some(&1) { "interlaced" } else { "non-interlaced" };
        let depth = format!("{}-bit", content.get(24).copied().unwrap_or(0));
        let gap = if kind.starts_with('/') { "" } else { " " };
        return binary(format!("PNG image data, {} x {}, {depth}{gap}{kind}, {interlaced}", u32be(16), u32be(20)), "image/png");
    }
    if starts(b"\xff\xd8\xff") {
        return binary("JPEG image data".into(), "image/jpeg");
    }
    if starts(b"GIF8") {
        return binary(format!("GIF image data, version {}, {} x {}", String::from_utf8_lossy(&content[3..6.min(content.len())]), u16le(6), u16le(8)), "image/gif");
    }
    if starts(b"%PDF-") {
        let version: String = content[5..].iter().take_while(|b| b.is_ascii_digit() || **b == b'.').map(|b| *b as char).collect();
        return binary(format!("PDF document, version {version}"), "application/pdf");
    }
    if starts(b"PK\x03\x04") {
        let method = match u16le(8) {
            0 => "store",
            _ => "deflate",
        };
        let version = u16le(4);
        return binary(format!("Zip archive data, at least v{}.{} to extract, compression method={method}", version / 10, version % 10), "application/zip");
    }
    if starts(b"PK\x05\x06") {
        return binary("Zip archive data (empty)".into(), "application/zip");
    }
    if starts(b"\x1f\x8b") {
        let flags = content.get(3).copied().unwrap_or(0);
        let mut words = "gzip compressed data".to_owned();
        if flags & 8 != 0 {
            let name: Vec<u8> = content.get(10..).unwrap_or_default().iter().copied().take_while(|b| *b != 0).collect();
            words.push_str(&format!(", was \"{}\"", String::from_utf8_lossy(&name)));
        }
        let time = u32le(4);
        if time != 0 {
            let moment = sunaba_gnu::status::Moment { seconds: i64::from(time), nanos: 0 };
            words.push_str(&format!(", last modified: {}", sunaba_gnu::time::strftime("%a %b %e %H:%M:%S %Y", moment)));
        }
        if content.get(8) == Some(&2) {
            words.push_str(", max compression");
        }
        if content.get(9) == Some(&3) {
            words.push_str(", from Unix");
        }
        if content.len() < (1 << 20) && content.len() >= 18 {
            words.push_str(&format!(", original size modulo 2^32 {}", u32le(content.len() - 4)));
        }
        return binary(words, "application/gzip");
    }
    if content.len() > 262 && &content[257..262] == b"ustar" {
        let gnu = content.get(262) == Some(&b' ');
        return binary(format!("POSIX tar archive{}", if gnu { " (GNU)" } else { "" }), "application/x-tar");
    }
    if starts(b"\x7fELF") {
        let bits = if content.get(4) == Some(&2) { "64-bit" } else { "32-bit" };
        let order = if content.get(5) == Some(&1) { "LSB" } else { "MSB" };
        let kind = match u16le(16) {
            1 => "relocatable",
            2 => "executable",
            3 => "shared object",
            _ => "core file",
        };
        let machine = match u16le(18) {
            0x3e => ", x86-64",
            0x03 => ", Intel 80386",
            0xb7 => ", ARM aarch64",
            0x28 => ", ARM",
            0xf3 => ", UCB RISC-V",
            _ => "",
        };
        return binary(format!("ELF {bits} {order} {kind}{machine}, version 1 (SYSV)"), "application/x-executable");
    }
    if starts(b"\0asm") {
        return binary(format!("WebAssembly (wasm) binary module version {:#x} (MVP)", u32le(4)), "application/wasm");
    }
    if starts(b"SQLite format 3\0") {
        return binary("SQLite 3.x database".into(), "application/vnd.sqlite3");
    }
    let fixed: &[(&[u8], &str, &'static str)] = &[
        (b"BZh", "bzip2 compressed data", "application/x-bzip2"),
        (b"\xfd7zXZ\0", "XZ compressed data, checksum CRC64", "application/x-xz"),
        (b"\x28\xb5\x2f\xfd", "Zstandard compressed data (v0.8+), Dictionary ID: None", "application/zstd"),
        (b"7z\xbc\xaf\x27\x1c", "7-zip archive data, version 0.4", "application/x-7z-compressed"),
        (b"\xca\xfe\xba\xbe", "compiled Java class data", "application/x-java-applet"),
        (b"!<arch>\n", "current ar archive", "application/x-archive"),
        (b"OggS", "Ogg data", "application/ogg"),
        (b"fLaC", "FLAC audio bitstream data", "audio/flac"),
        (b"ID3", "Audio file with ID3", "audio/mpeg"),
        (b"wOFF", "Web Open Font Format", "font/woff"),
        (b"wOF2", "Web Open Font Format (Version 2)", "font/woff2"),
        (b"BM", "PC bitmap", "image/bmp"),
        (b"MZ", "MS-DOS executable", "application/x-dosexec"),
    ];
    if let Some((_, words, mime)) = fixed.iter().find(|(magic, ..)| starts(magic)) {
        return binary((*words).to_owned(), mime);
    }
    if starts(b"RIFF") && content.len() > 12 {
        return match &content[8..12] {
            b"WEBP" => binary("RIFF (little-endian) data, Web/P image".into(), "image/webp"),
            b"WAVE" => binary("RIFF (little-endian) data, WAVE audio".into(), "audio/x-wav"),
            _ => binary("RIFF (little-endian) data".into(), "application/octet-stream"),
        };
    }
    if content.len() > 11 && &content[4..8] == b"ftyp" {
        return binary("ISO Media".into(), "video/mp4");
    }
    None
}
