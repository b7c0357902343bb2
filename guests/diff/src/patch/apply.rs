//! Finds where a hunk belongs, and applies it.

use super::options::Settings;
use super::read::{FilePatch, Hunk, Sign};

#[derive(Default)]
pub struct Applied {
    pub content: Vec<u8>,
    pub failed: Vec<usize>,
    pub notes: Vec<String>,
    /// A hunk was found with an offset or fuzz, or not at all.
    pub inexact: bool,
    /// The first hunk does not apply, but would the other way round.
    pub looks_reversed: bool,
    pub ignored: bool,
}

struct Place {
    /// Index of the first line of the pattern in the file.
    at: usize,
    fuzz: usize,
    /// Lines of leading and trailing context left out.
    cut: (usize, usize),
}

pub fn apply(content: &[u8], patch: &FilePatch, settings: &Settings) -> Applied {
    let lines: Vec<&[u8]> = content.split_inclusive(|&b| b == b'\n').collect();
    let mut done = Applied::default();
    let mut out: Vec<&[u8]> = Vec::new();
    let mut used = 0;
    let mut offset: isize = 0;
    let mut shift: isize = 0;
    for (index, hunk) in patch.hunks.iter().enumerate() {
        let old: Vec<&[u8]> = hunk.lines.iter().filter(|(sign, _)| *sign != Sign::Add).map(|(_, line)| line.as_slice()).collect();
        let first = if old.is_empty() { hunk.old_start } else { hunk.old_start.saturating_sub(1) };
        let creates_over = patch.creates && index == 0 && old.is_empty() && !lines.is_empty();
        let place = if creates_over { None } else { locate(&lines, &old, hunk, first, offset, used, settings) };
        let Some(place) = place else {
            if index == 0 && reversed(&lines, hunk, patch, settings) {
                done.looks_reversed = true;
            }
            done.notes.push(format!("Hunk #{} FAILED at {}.\n", index + 1, (hunk.old_start as isize + shift).max(0)));
            done.failed.push(index);
            done.inexact = true;
            continue;
        };
        let found_first = place.at as isize - place.cut.0 as isize;
        offset = found_first - first as isize;
        if offset != 0 || place.fuzz > 0 {
            done.inexact = true;
            let line = found_first + 1 + shift + isize::from(false);
            let mut note = format!("Hunk #{} succeeded at {line}", index + 1);
            if place.fuzz > 0 {
                note.push_str(&format!(" with fuzz {}", place.fuzz));
            }
            if offset != 0 {
                note.push_str(&format!(" (offset {offset} line{})", if offset == 1 { "" } else { "s" }));
            }
            done.notes.push(note + ".\n");
        }
        out.extend_from_slice(&lines[used..place.at]);
        let body = &hunk.lines[place.cut.0..hunk.lines.len() - place.cut.1];
        let mut at = place.at;
        for (sign, line) in body {
            match sign {
                Sign::Keep => {
                    out.push(lines[at]);
                    at += 1;
                }
                Sign::Remove => at += 1,
                Sign::Add => out.push(line),
            }
        }
        used = at;
        let added = hunk.lines.iter().filter(|(sign, _)| *sign == Sign::Add).count() as isize;
        let removed = hunk.lines.iter().filter(|(sign, _)| *sign == Sign::Remove).count() as isize;
        shift += added - removed;
    }
    out.extend_from_slice(&lines[used..]);
    done.content = out.concat();
    done
}

fn reversed(lines: &[&[u8]], hunk: &Hunk, patch: &FilePatch, settings: &Settings) -> bool {
    let new: Vec<&[u8]> = hunk.lines.iter().filter(|(sign, _)| *sign != Sign::Remove).map(|(_, line)| line.as_slice()).collect();
    if patch.creates {
        return lines == new.as_slice() || !lines.is_empty();
    }
    let first = if new.is_empty() { hunk.new_start } else { hunk.new_start.saturating_sub(1) };
    !new.is_empty() && locate(lines, &new, hunk, first, 0, 0, &Settings { fuzz: 0, ignore_space: settings.ignore_space, ..Settings::default() }).is_some()
}

fn locate(lines: &[&[u8]], old: &[&[u8]], hunk: &Hunk, first: usize, offset: isize, from: usize, settings: &Settings) -> Option<Place> {
    let lead = hunk.lines.iter().take_while(|(sign, _)| *sign == Sign::Keep).count();
    let trail = hunk.lines.iter().rev().take_while(|(sign, _)| *sign == Sign::Keep).count();
    let context = lead.max(trail);
    for fuzz in 0..=settings.fuzz.min(context) {
        // Only context beyond the shorter side's is left out first.
        let cut_lead = (fuzz + lead).saturating_sub(context).min(lead);
        let cut_trail = (fuzz + trail).saturating_sub(context).min(trail);
        if cut_lead + cut_trail > old.len() {
            break;
        }
        let pattern = &old[cut_lead..old.len() - cut_trail];
        let Some(last) = lines.len().checked_sub(pattern.len()) else { continue };
        let expected = (first as isize + offset + cut_lead as isize).max(0) as usize;
        let fits = |at: usize| at >= from && at <= last && pattern.iter().zip(&lines[at..]).all(|(a, b)| same(a, b, settings.ignore_space));
        // Less context before than after means the beginning of the file, and the other way round its end.
        if fuzz == 0 && lead < trail && hunk.old_start <= 1 && pattern.len() > trail.min(1) {
            if fits(0) && from == 0 {
                return Some(Place { at: 0, fuzz, cut: (0, 0) });
            }
            if offset == 0 && !old.is_empty() && lead == 0 && first == 0 {
                continue;
            }
        }
        let reach = expected.max(last.saturating_sub(expected)).max(lines.len()) + 1;
        for distance in 0..=reach {
            if fits(expected + distance) {
                return Some(Place { at: expected + distance, fuzz, cut: (cut_lead, cut_trail) });
            }
            if distance > 0 && distance <= expected && fits(expected - distance) {
                return Some(Place { at: expected - distance, fuzz, cut: (cut_lead, cut_trail) });
            }
        }
    }
    None
}

fn same(a: &[u8], b: &[u8], ignore_space: bool) -> bool {
    if !ignore_space {
        return a == b;
    }
    let squeeze = |line: &[u8]| -> Vec<Vec<u8>> { line.split(u8::is_ascii_whitespace).filter(|w| !w.is_empty()).map(<[u8]>::to_vec).collect() };
    squeeze(a) == squeeze(b)
}
