//! Keys: which part of a line, and in which order.

use crate::number::{self, Decimal, blank};
use md5::{Digest, Md5};
use std::cmp::Ordering;
use sunaba_gnu::version;

/// What a key's letters say beside `b`.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Order {
    pub blanks: bool,
    pub dictionary: bool,
    pub fold: bool,
    pub printable: bool,
    pub numeric: bool,
    pub general: bool,
    pub human: bool,
    pub month: bool,
    pub version: bool,
    pub random: bool,
    pub reverse: bool,
}

impl Order {
    /// The letters that cannot stand together, as GNU's message names them.
    pub fn clash(&self) -> Option<String> {
        let text = self.dictionary || self.printable;
        let kinds = [self.numeric, self.general, self.human, self.month, self.version || self.random || text];
        if kinds.iter().filter(|on| **on).count() < 2 {
            return None;
        }
        let letters = [
            (self.dictionary, 'd'),
            (self.fold, 'f'),
            (self.general, 'g'),
            (self.human, 'h'),
            (self.printable && !self.dictionary, 'i'),
            (self.month, 'M'),
            (self.numeric, 'n'),
            (self.random, 'R'),
            (self.version, 'V'),
        ];
        Some(letters.iter().filter(|(on, _)| *on).map(|(_, letter)| *letter).collect())
    }

    /// How a key's bytes are compared.
    pub fn kind(&self) -> Kind {
        match self {
            _ if self.numeric => Kind::Numeric,
            _ if self.general => Kind::General,
            _ if self.human => Kind::Human,
            _ if self.month => Kind::Month,
            _ if self.random => Kind::Random,
            _ if self.version => Kind::Version,
            _ if self.dictionary || self.printable || self.fold => Kind::Text,
            _ => Kind::Bytes,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Bytes,
    /// Some bytes left out, or letters folded.
    Text,
    Numeric,
    General,
    Human,
    Month,
    Random,
    Version,
}

/// A place: field and character, both from 1; a character of 0 is the field's end.
#[derive(Clone, Copy)]
pub struct Place {
    pub field: usize,
    pub character: usize,
    pub skip_blanks: bool,
}

#[derive(Clone)]
pub struct Key {
    pub start: Place,
    pub end: Option<Place>,
    pub order: Order,
    pub kind: Kind,
    /// For `R`: what is hashed with a key.
    pub salt: [u8; 16],
}

impl Key {
    pub fn new(start: Place, end: Option<Place>, order: Order) -> Key {
        Key { start, end, order, kind: order.kind(), salt: [0; 16] }
    }

    pub fn whole(order: Order) -> Key {
        Key::new(Place { field: 1, character: 1, skip_blanks: order.blanks }, None, order)
    }

    /// Where a field begins: after its separator, or with the blanks before it.
    fn field(line: &[u8], number: usize, separator: Option<u8>) -> usize {
        let mut at = 0;
        for _ in 1..number {
            match separator {
                Some(separator) => match memchr::memchr(separator, &line[at..]) {
                    Some(cut) => at += cut + 1,
                    None => return line.len(),
                },
                None => at = Key::past_field(line, at),
            }
            if at >= line.len() {
                return line.len();
            }
        }
        at
    }

    fn past_field(line: &[u8], mut at: usize) -> usize {
        while at < line.len() && blank(line[at]) {
            at += 1;
        }
        while at < line.len() && !blank(line[at]) {
            at += 1;
        }
        at
    }

    fn place(place: &Place, line: &[u8], separator: Option<u8>) -> usize {
        let mut at = Key::field(line, place.field, separator);
        while place.skip_blanks && at < line.len() && blank(line[at]) {
            at += 1;
        }
        at
    }

    /// From where to where in a line.
    pub fn range(&self, line: &[u8], separator: Option<u8>) -> (usize, usize) {
        let start = Key::place(&self.start, line, separator).saturating_add(self.start.character - 1).min(line.len());
        let end = match &self.end {
            None => line.len(),
            Some(end) if end.character == 0 => {
                let at = Key::field(line, end.field, separator);
                match separator {
                    Some(separator) => memchr::memchr(separator, &line[at..]).map_or(line.len(), |cut| at + cut),
                    None => Key::past_field(line, at),
                }
            }
            Some(end) => Key::place(end, line, separator).saturating_add(end.character).min(line.len()),
        };
        (start, end.max(start))
    }

    /// 64 bits in the order of the keys; equal ones may differ yet.
    pub fn prefix(&self, key: &[u8]) -> u64 {
        match self.kind {
            Kind::Bytes => match key.first_chunk() {
                Some(first) => u64::from_be_bytes(*first),
                None => first_eight(key.iter().copied()),
            },
            Kind::Text => first_eight(self.text(key)),
            Kind::Numeric => Decimal::read(key).prefix(),
            Kind::General => number::general(key),
            Kind::Human => {
                let number = Decimal::read(key);
                // Of the number itself the unit leaves room for the sign and the digits before the point.
                ((number::unit(&number) + 16) as u64) << 58 | number.prefix() >> 6
            }
            Kind::Month => number::month(key),
            Kind::Random => first_eight(self.hash(key).into_iter()),
            Kind::Version => 0,
        }
    }

    /// Keys whose prefixes are equal.
    pub fn compare(&self, a: &[u8], b: &[u8], prefix: u64) -> Ordering {
        match self.kind {
            Kind::Bytes => a.cmp(b),
            Kind::Random => self.hash(a).cmp(&self.hash(b)).then_with(|| a.cmp(b)),
            Kind::Text => self.text(a).cmp(self.text(b)),
            Kind::Numeric if Decimal::whole(prefix) => Ordering::Equal,
            Kind::Numeric => Decimal::read(a).compare(&Decimal::read(b)),
            Kind::Human => number::human(a, b),
            Kind::General | Kind::Month => Ordering::Equal,
            Kind::Version => version::compare(a, b),
        }
    }

    /// By chance, but equal keys stand together.
    fn hash(&self, key: &[u8]) -> [u8; 16] {
        Md5::new().chain_update(self.salt).chain_update(key).chain_update(if key.is_empty() { b"".as_slice() } else { b"\0" }).finalize().into()
    }

    /// What of a key counts, letters folded where that is asked for.
    fn text<'a>(&self, key: &'a [u8]) -> impl Iterator<Item = u8> + use<'a> {
        let Order { dictionary, printable, fold, .. } = self.order;
        let kept = move |b: &u8| if dictionary { b.is_ascii_alphanumeric() || blank(*b) } else { !printable || (32..127).contains(b) };
        key.iter().copied().filter(kept).map(move |b| if fold { b.to_ascii_uppercase() } else { b })
    }
}

fn first_eight(text: impl Iterator<Item = u8>) -> u64 {
    let (mut prefix, mut room) = (0, 64);
    for b in text.take(8) {
        room -= 8;
        prefix |= u64::from(b) << room;
    }
    prefix
}
