//! `$0` and its fields, split only as far as somebody looks.

use crate::split::{Cursor, Splitter};
use crate::text::Text;
use crate::value::Value;

pub struct Record {
    text: Vec<u8>,
    /// False: a field has changed, and `$0` is to be joined anew.
    text_valid: bool,
    ranges: Vec<(u32, u32)>,
    cursor: Cursor,
    split: bool,
    /// Fields that were assigned; the others are ranges of the text.
    assigned: Vec<Option<Value>>,
    splitter: Splitter,
    /// The splitter of the next record.
    next_splitter: Option<Splitter>,
}

impl Record {
    pub fn new(splitter: Splitter) -> Record {
        Record {
            text: Vec::new(),
            text_valid: true,
            ranges: Vec::new(),
            cursor: Cursor::default(),
            split: true,
            assigned: Vec::new(),
            splitter,
            next_splitter: None,
        }
    }

    /// A new splitter is for the next record; this one stays as it was read.
    pub fn set_splitter(&mut self, splitter: Splitter) {
        self.next_splitter = Some(splitter);
    }

    pub fn splitter(&self) -> &Splitter {
        self.next_splitter.as_ref().unwrap_or(&self.splitter)
    }

    /// Takes a new record's bytes in exchange for the old one's buffer.
    #[inline]
    pub fn exchange(&mut self, text: &mut Vec<u8>) {
        std::mem::swap(&mut self.text, text);
        self.begin();
    }

    #[inline]
    fn begin(&mut self) {
        if let Some(splitter) = self.next_splitter.take() {
            self.splitter = splitter;
        }
        self.text_valid = true;
        self.ranges.clear();
        self.assigned.clear();
        self.cursor = Cursor::default();
        self.split = false;
    }

    pub fn set_text(&mut self, text: &[u8]) {
        self.text.clear();
        self.text.extend_from_slice(text);
        self.begin();
    }

    #[inline]
    fn split_to(&mut self, count: usize) {
        while !self.split && self.ranges.len() < count {
            match self.splitter.next(&self.text, &mut self.cursor) {
                Some(piece) => self.ranges.push((piece.field.0 as u32, piece.field.1 as u32)),
                None => self.split = true,
            }
        }
    }

    pub fn count(&mut self) -> usize {
        self.split_to(usize::MAX);
        self.ranges.len()
    }

    /// `$0`; `join` is called where it has to be put together.
    #[inline]
    pub fn text(&mut self, separator: &[u8], format: &[u8]) -> &[u8] {
        if !self.text_valid {
            self.join(separator, format);
        }
        &self.text
    }

    fn join(&mut self, separator: &[u8], format: &[u8]) {
        let mut text = Vec::with_capacity(self.text.len() + 16);
        let mut ranges = Vec::with_capacity(self.ranges.len());
        for index in 0..self.ranges.len() {
            if index > 0 {
                text.extend_from_slice(separator);
            }
            let start = text.len() as u32;
            match self.assigned.get(index) {
                Some(Some(value)) => value.push(&mut text, format),
                _ => {
                    let (from, to) = self.ranges[index];
                    text.extend_from_slice(&self.text[from as usize..to as usize]);
                }
            }
            ranges.push((start, text.len() as u32));
        }
        self.text = text;
        self.ranges = ranges;
        self.text_valid = true;
    }

    /// A field by number, from 1: its bytes where it came from the input.
    #[inline]
    pub fn field(&mut self, number: usize) -> Field<'_> {
        self.split_to(number);
        if !self.assigned.is_empty() {
            if let Some(Some(value)) = self.assigned.get(number - 1) {
                return Field::Assigned(value);
            }
        }
        match self.ranges.get(number - 1) {
            Some((from, to)) => Field::Input(&self.text[*from as usize..*to as usize]),
            None => Field::Missing,
        }
    }

    pub fn field_value(&mut self, number: usize) -> Value {
        match self.field(number) {
            Field::Input(bytes) => Value::Input(Text::new(bytes)),
            Field::Assigned(value) => value.clone(),
            Field::Missing => Value::Nothing,
        }
    }

    pub fn set_field(&mut self, number: usize, value: Value) {
        if self.count() < number {
            self.set_count(number);
        }
        if self.assigned.len() < number {
            self.assigned.resize(number, None);
        }
        self.assigned[number - 1] = Some(value);
        self.text_valid = false;
    }

    pub fn set_count(&mut self, count: usize) {
        let now = self.count();
        self.ranges.resize(count, (0, 0));
        if count > now {
            self.assigned.resize(count, None);
            for place in &mut self.assigned[now..] {
                *place = Some(Value::Nothing);
            }
        } else {
            self.assigned.truncate(count);
        }
        self.text_valid = false;
    }
}

pub enum Field<'a> {
    Input(&'a [u8]),
    Assigned(&'a Value),
    Missing,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_and_text_follow_each_other() {
        let mut record = Record::new(Splitter::Blanks);
        record.set_text(b"a b c");
        record.set_field(5, Value::string(b"e"));
        assert_eq!(record.text(b" ", b"%.6g"), b"a b c  e");
        record.set_count(2);
        assert_eq!(record.text(b"-", b"%.6g"), b"a-b");
        record.set_text(b"  x  y ");
        let first = record.field_value(1);
        record.set_field(1, first);
        assert_eq!(record.text(b" ", b"%.6g"), b"x y");
        assert_eq!(record.count(), 2);
    }

    #[test]
    fn a_new_splitter_waits_for_the_next_record() {
        let mut record = Record::new(Splitter::Blanks);
        record.set_text(b"a:b c");
        record.set_splitter(Splitter::Byte(b':'));
        assert_eq!(record.count(), 2);
        record.set_text(b"a:b c");
        assert!(matches!(record.field(2), Field::Input(b"b c")));
    }
}
