//! sort: in memory, stable where asked to be, with GNU's keys.

mod key;
mod options;

use key::Key;
use options::{Check, Settings};
use std::cmp::Ordering;
use std::io::{self, Read};
use sunaba_gnu::output::{Out, complain};
use sunaba_gnu::{bytes, error};

pub fn run(args: &[Vec<u8>]) -> i32 {
    let settings = match options::read(args) {
        Ok(settings) => settings,
        Err(code) => return code,
    };
    match settings.check {
        Check::No => sort(&settings),
        Check::Loud | Check::Quiet => check(&settings),
    }
}

/// A line: where it is in the text, without its terminator.
type Line = (u32, u32);

fn read(name: &[u8]) -> Result<Vec<u8>, i32> {
    let mut text = Vec::new();
    let result = if name == b"-" {
        io::stdin().read_to_end(&mut text).map(drop)
    } else {
        std::fs::File::open(bytes::path(name)).and_then(|mut file| {
            if file.metadata()?.is_dir() {
                return Err(io::ErrorKind::IsADirectory.into());
            }
            file.read_to_end(&mut text).map(drop)
        })
    };
    result.map(|()| text).map_err(|fault| {
        let what = if fault.kind() == io::ErrorKind::IsADirectory { "read failed" } else { "cannot read" };
        complain("sort", &format!("{what}: {}: {}", bytes::lossy(name), error::text(&fault)));
        2
    })
}

fn lines(text: &[u8], end: u8) -> Vec<Line> {
    let mut list = Vec::new();
    let mut start = 0;
    for at in memchr::memchr_iter(end, text) {
        list.push((start as u32, at as u32));
        start = at + 1;
    }
    if start < text.len() {
        list.push((start as u32, text.len() as u32));
    }
    list
}

/// More text than this is refused: positions are counted in 32 bits.
const MOST: usize = u32::MAX as usize - 1;

fn sort(s: &Settings) -> i32 {
    let end = if s.zero { 0 } else { b'\n' };
    let mut text = Vec::new();
    for name in &s.files {
        match read(name) {
            Ok(more) if text.is_empty() => text = more,
            Ok(more) => text.extend_from_slice(&more),
            Err(code) => return code,
        }
        if text.last().is_some_and(|last| *last != end) {
            text.push(end);
        }
        if text.len() > MOST {
            complain("sort", "the input is larger than the sandbox' memory");
            return 2;
        }
    }
    let mut list = lines(&text, end);
    let line = |(start, stop): Line| &text[start as usize..stop as usize];
    if s.random {
        shuffle(&mut list, s.unique, &text);
    } else if s.keys.is_empty() && s.plain() {
        // Whole lines by their bytes: nothing tells equal ones apart.
        if s.reverse { list.sort_unstable_by(|a, b| line(*b).cmp(line(*a))) } else { list.sort_unstable_by(|a, b| line(*a).cmp(line(*b))) }
    } else if let Some(numbers) = numeric(s, &list, &text) {
        list = numbers;
    } else {
        list.sort_by(|a, b| compare(s, line(*a), line(*b)));
    }
    if s.unique && !s.random {
        list.dedup_by(|b, a| keys(s, line(*a), line(*b)) == Ordering::Equal);
    }
    match &s.output {
        None => {
            let mut out = Out::new("sort");
            for item in list {
                out.put(line(item));
                out.put(&[end]);
            }
            out.flush();
            0
        }
        Some(name) => {
            let mut whole = Vec::with_capacity(text.len());
            for item in list {
                whole.extend_from_slice(line(item));
                whole.push(end);
            }
            match std::fs::write(bytes::path(name), whole) {
                Ok(()) => 0,
                Err(fault) => {
                    complain("sort", &format!("open failed: {}: {}", bytes::lossy(name), error::text(&fault)));
                    2
                }
            }
        }
    }
}

/// The commonest order, `-n` over whole lines or one key, with each number read but once.
fn numeric(s: &Settings, list: &[Line], text: &[u8]) -> Option<Vec<Line>> {
    let key = match s.keys.as_slice() {
        [] if s.order.numeric => Key::whole(s.order),
        [key] if key.order.numeric => *key,
        _ => return None,
    };
    let mut pairs: Vec<(f64, Line)> = Vec::with_capacity(list.len());
    for &(start, stop) in list {
        let line = &text[start as usize..stop as usize];
        let digits = key::leading_number(key.of(line, s.separator));
        // Past this many characters a double is not exact.
        if digits.len() > 15 {
            return None;
        }
        pairs.push((bytes::lossy(digits).parse().unwrap_or(0.0), (start, stop)));
    }
    let line = |(start, stop): Line| &text[start as usize..stop as usize];
    pairs.sort_by(|a, b| {
        let order = a.0.partial_cmp(&b.0).unwrap_or(Ordering::Equal);
        let order = if key.order.reverse { order.reverse() } else { order };
        if order != Ordering::Equal || s.stable || s.unique {
            return order;
        }
        let last = line(a.1).cmp(line(b.1));
        if s.reverse { last.reverse() } else { last }
    });
    Some(pairs.into_iter().map(|(_, line)| line).collect())
}

fn keys(s: &Settings, a: &[u8], b: &[u8]) -> Ordering {
    if s.keys.is_empty() {
        let key = Key::whole(s.order);
        return key.compare(a, b, s.separator);
    }
    s.keys.iter().map(|key| key.compare(a, b, s.separator)).find(|order| *order != Ordering::Equal).unwrap_or(Ordering::Equal)
}

fn compare(s: &Settings, a: &[u8], b: &[u8]) -> Ordering {
    let order = keys(s, a, b);
    if order != Ordering::Equal || s.stable || s.unique {
        return order;
    }
    // The last resort is the whole line by its bytes.
    let order = a.cmp(b);
    if s.reverse { order.reverse() } else { order }
}

fn check(s: &Settings) -> i32 {
    let name = s.files.first().cloned().unwrap_or_else(|| b"-".to_vec());
    if s.files.len() > 1 {
        complain("sort", &format!("extra operand {} not allowed with -c", sunaba_gnu::quote::quoted(&s.files[1])));
        return 2;
    }
    let text = match read(&name) {
        Ok(text) => text,
        Err(code) => return code,
    };
    let list = lines(&text, if s.zero { 0 } else { b'\n' });
    let line = |(start, stop): Line| &text[start as usize..stop as usize];
    for (number, pair) in list.windows(2).enumerate() {
        let order = compare(s, line(pair[0]), line(pair[1]));
        if order == Ordering::Greater || (s.unique && order == Ordering::Equal) {
            if s.check == Check::Loud {
                complain("sort", &format!("{}:{}: disorder: {}", bytes::lossy(&name), number + 2, bytes::lossy(line(pair[1]))));
            }
            return 1;
        }
    }
    0
}

/// `-R`: equal lines stand together, their order is by chance.
fn shuffle(list: &mut Vec<Line>, unique: bool, text: &[u8]) {
    use std::hash::{BuildHasher, Hasher};
    let state = std::collections::hash_map::RandomState::new();
    let hash = |&(start, stop): &Line| {
        let mut hasher = state.build_hasher();
        hasher.write(&text[start as usize..stop as usize]);
        hasher.finish()
    };
    list.sort_by_cached_key(hash);
    if unique {
        list.dedup_by_key(|line| hash(line));
    }
}
