//! Strings of awk: bytes, short ones in place.

use std::rc::Rc;

const IN_PLACE: usize = 18;

/// A string of bytes. Cloning is cheap.
#[derive(Clone)]
pub enum Text {
    Short { length: u8, bytes: [u8; IN_PLACE] },
    Long(Rc<Vec<u8>>),
}

impl Text {
    #[inline]
    pub fn new(bytes: &[u8]) -> Text {
        if bytes.len() <= IN_PLACE {
            let mut place = [0; IN_PLACE];
            place[..bytes.len()].copy_from_slice(bytes);
            Text::Short { length: bytes.len() as u8, bytes: place }
        } else {
            Text::Long(Rc::new(bytes.to_vec()))
        }
    }

    pub fn from_vec(bytes: Vec<u8>) -> Text {
        if bytes.len() <= IN_PLACE { Text::new(&bytes) } else { Text::Long(Rc::new(bytes)) }
    }

    #[inline]
    pub fn bytes(&self) -> &[u8] {
        match self {
            Text::Short { length, bytes } => &bytes[..usize::from(*length)],
            Text::Long(bytes) => bytes,
        }
    }

    /// Appends in place where nobody else holds this string.
    pub fn push(&mut self, more: &[u8]) {
        if let Text::Long(bytes) = self {
            if let Some(own) = Rc::get_mut(bytes) {
                own.extend_from_slice(more);
                return;
            }
        }
        let mut joined = Vec::with_capacity((self.bytes().len() + more.len()) * 2);
        joined.extend_from_slice(self.bytes());
        joined.extend_from_slice(more);
        *self = Text::from_vec(joined);
    }
}

impl std::fmt::Debug for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", String::from_utf8_lossy(self.bytes()))
    }
}

/// The length of the character at the start; a byte that begins none counts as one.
#[inline]
pub fn char_length(bytes: &[u8]) -> usize {
    let first = bytes[0];
    if first < 0x80 {
        return 1;
    }
    let wanted = match first {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return 1,
    };
    match bytes.get(..wanted) {
        Some(head) if std::str::from_utf8(head).is_ok() => wanted,
        _ => 1,
    }
}

/// Characters, with each byte that belongs to none as one.
pub fn char_count(bytes: &[u8]) -> usize {
    if bytes.is_ascii() {
        return bytes.len();
    }
    let (mut at, mut count) = (0, 0);
    while at < bytes.len() {
        at += char_length(&bytes[at..]);
        count += 1;
    }
    count
}

/// Where character number `index` (from 0) begins; the end where there are fewer.
pub fn char_offset(bytes: &[u8], index: usize) -> usize {
    let mut at = 0;
    for _ in 0..index {
        if at >= bytes.len() {
            break;
        }
        at += char_length(&bytes[at..]);
    }
    at.min(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_grow() {
        let mut text = Text::new(b"short");
        text.push(b", and then it is a long one");
        let other = text.clone();
        text.push(b"!");
        assert_eq!(text.bytes(), b"short, and then it is a long one!");
        assert_eq!(other.bytes(), b"short, and then it is a long one");
    }

    #[test]
    fn characters_are_counted() {
        assert_eq!(char_count("aé漢😀".as_bytes()), 4);
        assert_eq!(char_count(b"a\xff\xc3("), 4);
        assert_eq!(char_offset("aé漢".as_bytes(), 2), 3);
        assert_eq!(char_offset(b"ab", 9), 2);
    }
}
