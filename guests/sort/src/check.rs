//! `-c` and `-C`: whether a file is sorted.

use crate::input::{Code, fault};
use crate::line::{Line, compare};
use crate::merge::Stream;
use crate::options::Settings;
use std::cmp::Ordering;
use std::io::{self, Write};
use sunaba_gnu::stream::Source;

pub fn check(s: &Settings, loud: bool) -> Result<Code, Code> {
    let name = &s.files[0];
    let source = Source::open(name).map_err(|why| fault("open failed", name, &why))?;
    let mut stream = Stream::new(s, (source, name.clone()))?;
    let mut last: Option<(Line, Vec<u8>)> = None;
    let mut number = 0u64;
    while let Some((line, text)) = stream.head() {
        number += 1;
        if let Some((before, from)) = &last {
            let order = compare(s, (before, from), (line, text));
            if order == Ordering::Greater || (s.unique && order == Ordering::Equal) {
                if loud {
                    let message = [b"sort: ", name.as_slice(), format!(":{number}: disorder: ").as_bytes(), line.of(text), b"\n"].concat();
                    let _ = io::stderr().write_all(&message);
                }
                return Ok(1);
            }
        }
        let (before, from) = last.get_or_insert_default();
        from.clear();
        from.extend_from_slice(line.ended(text));
        *before = line.at_start();
        stream.advance(s)?;
    }
    Ok(0)
}
