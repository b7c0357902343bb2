//! The order in which `for (k in a)` gives the keys.
//!
//! POSIX leaves it open; programs and their expected outputs lean on gawk's. That is a table of chains, filled at their
//! heads and grown through a row of primes, with positive whole keys apart and by size unless the array began with
//! a string. The same table is played over the keys in the order in which they came.

use super::{Eval, Run};
use crate::array::Array;
use crate::syntax::tree::Special;
use crate::text::Text;
use crate::value::{ArrayHandle, Value};

const SIZES: [usize; 15] =
    [13, 127, 1021, 8191, 16_381, 32_749, 65_497, 131_101, 262_147, 524_309, 1_048_583, 2_097_169, 4_194_319, 8_388_617, 16_777_259];
/// Keys for each chain on average before the table grows.
const CHAIN: usize = 2;

impl Run<'_> {
    pub(super) fn keys_for_loop(&mut self, array: &ArrayHandle) -> Eval<Vec<Text>> {
        let how = match self.special(Special::Procinfo) {
            Value::Array(procinfo) => procinfo.borrow().get(b"sorted_in").map(|value| value.text(b"%.6g")),
            _ => None,
        };
        match how {
            Some(how) if !how.bytes().is_empty() && how.bytes() != b"@unsorted" => {
                Ok(self.sorted_keys(array, how.bytes())?.into_iter().map(|(key, _)| key).collect())
            }
            _ => Ok(natural(&array.borrow())),
        }
    }
}

fn natural(array: &Array) -> Vec<Text> {
    let keys: Vec<Text> = array.iter().map(|(key, _)| key.clone()).collect();
    let Some(first) = keys.first() else { return keys };
    if !is_whole(first.bytes()) {
        return chained(keys);
    }
    let (mut numbers, words): (Vec<(u64, Text)>, Vec<Text>) = {
        let mut numbers = Vec::new();
        let mut words = Vec::new();
        for key in keys {
            match positive(key.bytes()) {
                Some(number) => numbers.push((number, key)),
                None => words.push(key),
            }
        }
        (numbers, words)
    };
    if !numbers.is_sorted_by_key(|(number, _)| *number) {
        numbers.sort_by_key(|(number, _)| *number);
    }
    let mut ordered = if words.is_empty() { words } else { chained(words) };
    ordered.extend(numbers.into_iter().map(|(_, key)| key));
    ordered
}

fn chained(keys: Vec<Text>) -> Vec<Text> {
    let hashes: Vec<u32> = keys.iter().map(|key| hash(key.bytes())).collect();
    let mut size = SIZES[0];
    let mut chains: Vec<Vec<u32>> = vec![Vec::new(); size];
    for number in 0..keys.len() {
        if (number + 1) / size > CHAIN {
            let next = SIZES.iter().copied().find(|next| *next > size).unwrap_or(size);
            if next > size {
                let mut grown: Vec<Vec<u32>> = vec![Vec::new(); next];
                // A chain's head is the end of its list here; from head to tail each goes to its new chain's head.
                for chain in &chains {
                    for &key in chain.iter().rev() {
                        grown[hashes[key as usize] as usize % next].push(key);
                    }
                }
                (chains, size) = (grown, next);
            }
        }
        chains[hashes[number] as usize % size].push(number as u32);
    }
    chains.iter().flat_map(|chain| chain.iter().rev()).map(|&number| keys[number as usize].clone()).collect()
}

/// The hash of the sdbm library.
fn hash(key: &[u8]) -> u32 {
    key.iter().fold(0, |hash: u32, &byte| hash.wrapping_mul(65_599).wrapping_add(byte as i8 as u32))
}

fn is_whole(key: &[u8]) -> bool {
    let digits = key.strip_prefix(b"-").unwrap_or(key);
    key == b"0" || (digits.first().is_some_and(|first| *first != b'0') && digits.iter().all(u8::is_ascii_digit))
}

fn positive(key: &[u8]) -> Option<u64> {
    let whole = is_whole(key) && key[0] != b'-' && key != b"0" && key.len() < 10;
    whole.then(|| key.iter().fold(0, |number, digit| number * 10 + u64::from(digit - b'0')))
}
