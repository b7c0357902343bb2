//! What `-k` says: `F[.C][OPTS][,F[.C][OPTS]]`, and the older `+F[.C] [-F[.C]]`.

use crate::key::{Key, Order, Place};
use sunaba_gnu::quote::quoted;

/// A key, and whether it has no letters of its own.
pub type Definition = (Key, bool);

pub fn letter(order: &mut Order, letter: u8) -> bool {
    match letter {
        b'b' => order.blanks = true,
        b'd' => order.dictionary = true,
        b'f' => order.fold = true,
        b'g' => order.general = true,
        b'h' => order.human = true,
        b'i' => order.printable = true,
        b'M' => order.month = true,
        b'n' => order.numeric = true,
        b'R' => order.random = true,
        b'r' => order.reverse = true,
        b'V' => order.version = true,
        _ => return false,
    }
    true
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    order: Order,
    bare: bool,
}

impl Reader<'_> {
    fn take(&mut self, b: u8) -> bool {
        let there = self.text.get(self.at) == Some(&b);
        self.at += usize::from(there);
        there
    }

    fn number(&mut self, place: &str) -> Result<usize, String> {
        let rest = &self.text[self.at..];
        let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
        if digits == 0 {
            return Err(format!("invalid number {place}: invalid count at start of {}", quoted(rest)));
        }
        self.at += digits;
        Ok(rest[..digits].iter().fold(0usize, |sum, b| sum.saturating_mul(10).saturating_add(usize::from(b - b'0'))))
    }

    fn letters(&mut self) -> bool {
        let mut blanks = false;
        while let Some(&b) = self.text.get(self.at) {
            if b == b'b' {
                blanks = true;
            } else if !letter(&mut self.order, b) {
                break;
            }
            self.bare = false;
            self.at += 1;
        }
        blanks
    }

    fn invalid(&self, what: &str) -> String {
        format!("{what}: invalid field specification {}", quoted(self.text))
    }
}

pub fn modern(text: &[u8]) -> Result<Definition, String> {
    let mut reader = Reader { text, at: 0, order: Order::default(), bare: true };
    let field = reader.number("at field start")?;
    if field == 0 {
        return Err(reader.invalid("field number is zero"));
    }
    let character = if reader.take(b'.') { reader.number("after '.'")? } else { 1 };
    if character == 0 {
        return Err(reader.invalid("character offset is zero"));
    }
    let start = Place { field, character, skip_blanks: reader.letters() };
    let mut end = None;
    if reader.take(b',') {
        let field = reader.number("after ','")?;
        if field == 0 {
            return Err(reader.invalid("field number is zero"));
        }
        let character = if reader.take(b'.') { reader.number("after '.'")? } else { 0 };
        end = Some(Place { field, character, skip_blanks: reader.letters() });
    }
    if reader.at < text.len() {
        return Err(reader.invalid("stray character in field spec"));
    }
    Ok((Key::new(start, end, reader.order), reader.bare))
}

/// The older form, with fields and characters from 0; `None` where the words are no such thing but names.
pub fn older(first: &[u8], second: Option<&[u8]>) -> Option<Definition> {
    let mut reader = Reader { text: first.strip_prefix(b"+")?, at: 0, order: Order::default(), bare: true };
    let place = |reader: &mut Reader| -> Option<(usize, usize, bool)> {
        let field = reader.number("").ok()?;
        let character = if reader.take(b'.') { reader.number("").ok()? } else { 0 };
        let blanks = reader.letters();
        (reader.at == reader.text.len()).then_some((field, character, blanks))
    };
    let (field, character, skip_blanks) = place(&mut reader)?;
    let start = Place { field: field.saturating_add(1), character: character.saturating_add(1), skip_blanks };
    let end = match second {
        None => None,
        Some(text) => {
            (reader.text, reader.at) = (text.strip_prefix(b"-")?, 0);
            let (field, character, skip_blanks) = place(&mut reader)?;
            // A character of 0 is the end of the field before.
            let field = if character == 0 { field } else { field.saturating_add(1) };
            Some(Place { field, character, skip_blanks })
        }
    };
    Some((Key::new(start, end, reader.order), reader.bare))
}
