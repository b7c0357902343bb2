//! Arrays: keys are strings; entries keep the order in which they came.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

use crate::text::Text;
use crate::value::Value;

#[derive(Default)]
pub struct Array {
    places: HashTable<u32>,
    entries: Vec<Entry>,
    live: usize,
    hasher: DefaultHashBuilder,
}

struct Entry {
    /// `None`: deleted.
    key: Option<Text>,
    value: Value,
    hash: u64,
}

impl std::fmt::Debug for Array {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "array of {}", self.live)
    }
}

impl Array {
    pub fn len(&self) -> usize {
        self.live
    }

    #[inline]
    fn find(&self, key: &[u8], hash: u64) -> Option<u32> {
        let same = |place: &u32| self.entries[*place as usize].key.as_ref().is_some_and(|known| known.bytes() == key);
        self.places.find(hash, same).copied()
    }

    pub fn get(&self, key: &[u8]) -> Option<&Value> {
        let place = self.find(key, self.hasher.hash_one(key))?;
        Some(&self.entries[place as usize].value)
    }

    pub fn contains(&self, key: &[u8]) -> bool {
        self.find(key, self.hasher.hash_one(key)).is_some()
    }

    /// The element of a key, made where it is not there.
    pub fn entry(&mut self, key: &[u8]) -> &mut Value {
        let hash = self.hasher.hash_one(key);
        let place = match self.find(key, hash) {
            Some(place) => place as usize,
            None => {
                let place = self.entries.len();
                self.entries.push(Entry { key: Some(Text::new(key)), value: Value::Nothing, hash });
                let entries = &self.entries;
                self.places.insert_unique(hash, place as u32, |place| entries[*place as usize].hash);
                self.live += 1;
                place
            }
        };
        &mut self.entries[place].value
    }

    pub fn remove(&mut self, key: &[u8]) {
        let hash = self.hasher.hash_one(key);
        let entries = &mut self.entries;
        let same = |place: &u32| entries[*place as usize].key.as_ref().is_some_and(|known| known.bytes() == key);
        if let Ok(found) = self.places.find_entry(hash, same) {
            let (place, _) = found.remove();
            let entry = &mut entries[place as usize];
            entry.key = None;
            entry.value = Value::Nothing;
            self.live -= 1;
            if self.entries.len() > 32 && self.live * 2 < self.entries.len() {
                self.compact();
            }
        }
    }

    fn compact(&mut self) {
        self.entries.retain(|entry| entry.key.is_some());
        self.places.clear();
        let entries = &self.entries;
        for (place, entry) in entries.iter().enumerate() {
            self.places.insert_unique(entry.hash, place as u32, |place| entries[*place as usize].hash);
        }
    }

    pub fn clear(&mut self) {
        self.places.clear();
        self.entries.clear();
        self.live = 0;
    }

    /// As they came.
    pub fn iter(&self) -> impl Iterator<Item = (&Text, &Value)> {
        self.entries.iter().filter_map(|entry| entry.key.as_ref().map(|key| (key, &entry.value)))
    }

    pub fn set(&mut self, key: &[u8], value: Value) {
        *self.entry(key) = value;
    }

    pub fn set_at(&mut self, index: usize, value: Value) {
        let mut key = Vec::with_capacity(12);
        crate::number::push_integer(&mut key, index as i64);
        self.set(&key, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_come_and_go() {
        let mut array = Array::default();
        for number in 0..1000 {
            array.set_at(number, Value::Number(number as f64));
        }
        for number in 0..990 {
            array.remove(number.to_string().as_bytes());
        }
        assert_eq!(array.len(), 10);
        assert!(array.contains(b"995") && !array.contains(b"5"));
        assert_eq!(array.get(b"999").map(Value::number), Some(999.0));
        let keys: Vec<&[u8]> = array.iter().map(|(key, _)| key.bytes()).collect();
        assert_eq!(keys[0], b"990");
    }
}
