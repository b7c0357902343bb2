//! Sorted streams become one. Of equal lines those of the earlier stream come first.

use crate::input::{Code, exhausted, fill};
use crate::line::{Line, compare};
use crate::options::Settings;
use crate::output::Output;
use std::cmp::Ordering;
use sunaba_gnu::stream::{PIECE, Source};

/// A stream's line that is next.
pub struct Stream {
    source: Option<Source>,
    name: Vec<u8>,
    text: Vec<u8>,
    at: usize,
    head: Option<Line>,
}

impl Stream {
    pub fn new(s: &Settings, (source, name): (Source, Vec<u8>)) -> Result<Stream, Code> {
        let mut stream = Stream { source: Some(source), name, text: Vec::with_capacity(PIECE), at: 0, head: None };
        stream.advance(s)?;
        Ok(stream)
    }

    pub fn head(&self) -> Option<(&Line, &[u8])> {
        self.head.as_ref().map(|line| (line, self.text.as_slice()))
    }

    pub fn advance(&mut self, s: &Settings) -> Result<(), Code> {
        let mut looked = self.at;
        loop {
            if let Some(cut) = memchr::memchr(s.end, &self.text[looked..]) {
                self.head = Some(Line::new(s, &self.text, self.at, looked + cut));
                self.at = looked + cut + 1;
                return Ok(());
            }
            let Some(source) = &self.source else {
                self.head = None;
                return Ok(());
            };
            self.text.drain(..self.at);
            self.at = 0;
            looked = self.text.len();
            if looked * 2 > self.text.capacity() {
                self.text.try_reserve(looked).map_err(|_| exhausted())?;
            }
            if fill(source, &self.name, &mut self.text)? == 0 {
                self.source = None;
                if looked > 0 {
                    self.text.push(s.end);
                }
            }
        }
    }
}

pub fn merge(s: &Settings, mut streams: Vec<Stream>, out: &mut Output) -> Result<(), Code> {
    // A heap of streams by their next lines.
    let mut heap: Vec<usize> = (0..streams.len()).filter(|&at| streams[at].head.is_some()).collect();
    for at in (0..heap.len() / 2).rev() {
        sink(s, &streams, &mut heap, at);
    }
    while let Some(&first) = heap.first() {
        let stream = &mut streams[first];
        if let Some((line, text)) = stream.head() {
            out.put(line, text)?;
        }
        stream.advance(s)?;
        if stream.head.is_none() {
            heap.swap_remove(0);
        }
        sink(s, &streams, &mut heap, 0);
    }
    Ok(())
}

fn sink(s: &Settings, streams: &[Stream], heap: &mut [usize], mut at: usize) {
    let before = |a: usize, b: usize| match (streams[a].head(), streams[b].head()) {
        (Some(x), Some(y)) => compare(s, x, y).then(a.cmp(&b)) == Ordering::Less,
        _ => false,
    };
    loop {
        let mut least = at;
        for child in [at * 2 + 1, at * 2 + 2] {
            if child < heap.len() && before(heap[child], heap[least]) {
                least = child;
            }
        }
        if least == at {
            return;
        }
        heap.swap(at, least);
        at = least;
    }
}
