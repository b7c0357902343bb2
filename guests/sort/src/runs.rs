//! Sorting: as much of the input as fits is read and sorted; where that is not all, it goes to a file as one run, and the
//! runs are merged.

use crate::input::{Code, Input, exhausted, open};
use crate::line::{Line, compare};
use crate::merge::{Stream, merge};
use crate::options::Settings;
use crate::output::Output;
use std::cmp::Ordering;
use sunaba_gnu::status;
use sunaba_gnu::stream::Source;

/// Runs that are merged at once.
const AT_ONCE: usize = 16;

pub fn sort(s: &Settings) -> Result<(), Code> {
    let mut input = Input::new(s);
    let mut runs = Runs { s, runs: Vec::new() };
    let mut text = Vec::new();
    let mut lines = Vec::new();
    let mut room = s.room;
    loop {
        let more = gather(s, &mut input, &mut text, room)?;
        let mut end = if more { memchr::memrchr(s.end, &text).map_or(0, |at| at + 1) } else { text.len() };
        // Where the lines' places find no room any more, part of the text goes first.
        while !find(s, &text[..end], &mut lines) {
            room = end / 2;
            end = memchr::memrchr(s.end, &text[..room]).ok_or_else(exhausted)? + 1;
        }
        order(s, &text, &mut lines);
        if end == text.len() && !more && runs.runs.is_empty() {
            return put(&text, &lines, &mut Output::result(s)?);
        }
        let mut out = Output::spill(s)?;
        put(&text, &lines, &mut out)?;
        runs.add(out)?;
        text.drain(..end);
        if text.is_empty() && !more {
            drop((text, lines));
            return runs.finish();
        }
    }
}

/// Reads until all is there, or no more fits; at least one whole line. Whether there may be more.
fn gather(s: &Settings, input: &mut Input, text: &mut Vec<u8>, room: usize) -> Result<bool, Code> {
    let mut lines = memchr::memchr_iter(s.end, text).count();
    loop {
        let taken = text.len() + lines * size_of::<Line>();
        if taken >= room && lines > 0 {
            return Ok(true);
        }
        if text.capacity() == text.len() {
            // Half as much again, as long as that leaves room for the lines' places.
            let most = if lines > 0 { room - taken } else { usize::MAX };
            let step = (text.len() / 2).clamp(1 << 16, 1 << 26).min(most.max(1 << 12));
            if text.len() + step > u32::MAX as usize || text.try_reserve_exact(step).is_err() {
                return if lines > 0 { Ok(true) } else { Err(exhausted()) };
            }
        }
        let before = text.len();
        if !input.read(text)? {
            return Ok(false);
        }
        lines += memchr::memchr_iter(s.end, &text[before..]).count();
    }
}

/// The lines of a text; `false` where there is no memory for them.
fn find(s: &Settings, text: &[u8], lines: &mut Vec<Line>) -> bool {
    lines.clear();
    if lines.try_reserve_exact(memchr::memchr_iter(s.end, text).count()).is_err() {
        return false;
    }
    let mut start = 0;
    for at in memchr::memchr_iter(s.end, text) {
        lines.push(Line::new(s, text, start, at));
        start = at + 1;
    }
    true
}

fn order(s: &Settings, text: &[u8], lines: &mut [Line]) {
    if s.bytes {
        // Equal lines are the same bytes.
        return lines.sort_unstable_by(|a, b| by_bytes(s, text, a, b));
    }
    lines.sort_unstable_by(|a, b| compare(s, (a, text), (b, text)).then_with(|| a.place(b)));
}

fn by_bytes(s: &Settings, text: &[u8], a: &Line, b: &Line) -> Ordering {
    let order = a.prefix.cmp(&b.prefix).then_with(|| a.of(text).cmp(b.of(text)));
    if s.reverse { order.reverse() } else { order }
}

fn put(text: &[u8], lines: &[Line], out: &mut Output) -> Result<(), Code> {
    for line in lines {
        out.put(line, text)?;
    }
    out.flush()
}

/// Runs in files, in the order in which they were read, each with how often it was merged.
struct Runs<'a> {
    s: &'a Settings,
    runs: Vec<(u32, Output<'a>)>,
}

impl<'a> Runs<'a> {
    fn add(&mut self, run: Output<'a>) -> Result<(), Code> {
        self.runs.push((0, run));
        while let Some(&(level, _)) = self.runs.last() {
            let alike = self.runs.iter().rev().take_while(|run| run.0 == level).count();
            if alike < AT_ONCE {
                break;
            }
            let merged = self.merged(AT_ONCE, Output::spill(self.s)?)?;
            self.runs.push((level + 1, merged));
        }
        Ok(())
    }

    /// The last runs, as one.
    fn merged(&mut self, count: usize, mut out: Output<'a>) -> Result<Output<'a>, Code> {
        let last = self.runs.split_off(self.runs.len().saturating_sub(count));
        let streams = last.into_iter().map(|(_, run)| Stream::new(self.s, run.into_source()?)).collect::<Result<_, _>>()?;
        merge(self.s, streams, &mut out)?;
        out.flush()?;
        Ok(out)
    }

    fn finish(mut self) -> Result<(), Code> {
        while self.runs.len() > AT_ONCE * 4 {
            let merged = self.merged(AT_ONCE, Output::spill(self.s)?)?;
            self.runs.push((0, merged));
        }
        self.merged(usize::MAX, Output::result(self.s)?).map(drop)
    }
}

/// `-m`: the files are sorted already.
pub fn merge_files(s: &Settings) -> Result<(), Code> {
    // More would be more descriptors than a process may have.
    const FILES: usize = 256;
    let mut runs = Runs { s, runs: Vec::new() };
    let direct = s.files.len() <= FILES;
    for names in s.files.chunks(FILES) {
        let sources = names.iter().map(|name| Ok((open(name)?, name.clone()))).collect::<Result<Vec<_>, Code>>()?;
        // What is read and written at once is written anew when all has been read.
        let direct = direct && !sources.iter().any(|(source, _)| is_output(s, source));
        let streams = sources.into_iter().map(|source| Stream::new(s, source)).collect::<Result<_, _>>()?;
        let mut out = if direct { Output::result(s)? } else { Output::spill(s)? };
        merge(s, streams, &mut out)?;
        out.flush()?;
        if direct {
            return Ok(());
        }
        runs.add(out)?;
    }
    runs.finish()
}

fn is_output(s: &Settings, source: &Source) -> bool {
    let Some(found) = s.output.as_ref().and_then(|name| status::stat(name).ok()) else { return false };
    source.status().is_ok_and(|of| (of.st_dev as u64, of.st_ino as u64) == (found.device, found.inode))
}
