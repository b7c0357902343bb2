//! The long listing.

use super::columns::{self, Cell};
use super::entry::Entry;
use super::options::{Scale, Settings};
use sunaba_gnu::output::Out;
use sunaba_gnu::status::{self, Kind, Moment, Status};
use sunaba_gnu::time::strftime;

pub fn total(entries: &[Entry], settings: &Settings) -> String {
    scaled(entries.iter().map(|e| e.status.blocks * 512).sum(), settings.scale)
}

pub fn blocks(found: &Status, settings: &Settings) -> String {
    scaled(found.blocks * 512, settings.scale)
}

pub fn print(out: &mut Out, entries: &[Entry], prefixes: &[Cell], settings: &Settings) {
    let now = Moment::now();
    let rows: Vec<[String; 6]> = entries.iter().map(|entry| fields(entry, settings, now)).collect();
    let width = |i: usize| rows.iter().map(|row| row[i].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..6).map(width).collect();
    let end = if settings.zero { "\0" } else { "\n" };
    let mut coloured = false;
    for ((entry, row), prefix) in entries.iter().zip(&rows).zip(prefixes) {
        out.put(&prefix.text);
        out.text(&format!("{} {:>w$} ", row[0], row[1], w = widths[1]));
        if !settings.no_owner {
            out.text(&format!("{:<w$} ", row[2], w = widths[2]));
        }
        if !settings.no_group {
            out.text(&format!("{:<w$} ", row[3], w = widths[3]));
        }
        out.text(&format!("{:>w$} {:>t$} ", row[4], row[5], w = widths[4], t = widths[5]));
        out.put(&columns::name(entry, settings, &mut coloured).text);
        if entry.status.kind == Kind::Link {
            if let Ok(target) = status::read_link(&entry.path) {
                out.put(b" -> ");
                let led = status::stat(&entry.path).ok();
                let colour = led.as_ref().and_then(|found| columns::colour(found, &entry.path));
                out.put(&columns::paint(settings.quote(&target), colour, settings, &mut coloured));
                if let Some(sign) = led.and_then(|found| columns::indicator(&found, settings)) {
                    out.put(&[sign]);
                }
            }
        }
        out.text(end);
    }
}

/// Mode, links, owner, group, size, time.
fn fields(entry: &Entry, settings: &Settings, now: Moment) -> [String; 6] {
    let found = &entry.status;
    let owner = |id: u32| if settings.numeric { id.to_string() } else { status::owner_name(id) };
    let size = match settings.scale {
        Scale::Unit(_) if !settings.scaled => found.size.to_string(),
        scale => scaled(found.size, scale),
    };
    [
        status::mode_text(found.kind, found.mode),
        found.links.to_string(),
        owner(found.uid),
        owner(found.gid),
        size,
        time(entry.time(settings), &settings.time_style, now),
    ]
}

fn time(moment: Moment, style: &str, now: Moment) -> String {
    const HALF_YEAR: i64 = 31_556_952 / 2;
    let recent = moment.seconds > now.seconds - HALF_YEAR && moment <= now;
    match style.strip_prefix("posix-").unwrap_or(style) {
        "full-iso" => strftime("%Y-%m-%d %H:%M:%S.%N %z", moment),
        "long-iso" => strftime("%Y-%m-%d %H:%M", moment),
        "iso" if recent => strftime("%m-%d %H:%M", moment),
        "iso" => strftime("%Y-%m-%d ", moment),
        format if format.starts_with('+') => {
            let mut halves = format[1..].splitn(2, '\n');
            let old = halves.next().unwrap_or("");
            strftime(if recent { halves.next().unwrap_or(old) } else { old }, moment)
        }
        _ if recent => strftime("%b %e %H:%M", moment),
        _ => strftime("%b %e  %Y", moment),
    }
}

/// A size in the units asked for, rounded up as GNU rounds.
pub fn scaled(bytes: u64, scale: Scale) -> String {
    let base = match scale {
        Scale::Unit(unit) => return bytes.div_ceil(unit).to_string(),
        Scale::Binary => 1024_u64,
        Scale::Decimal => 1000,
    };
    if bytes < base {
        return bytes.to_string();
    }
    let letters = if base == 1024 { ['K', 'M', 'G', 'T', 'P', 'E'] } else { ['k', 'M', 'G', 'T', 'P', 'E'] };
    let mut unit = u128::from(base);
    for (i, letter) in letters.iter().enumerate() {
        let tenths = (u128::from(bytes) * 10).div_ceil(unit);
        if tenths < 100 {
            return format!("{}.{}{letter}", tenths / 10, tenths % 10);
        }
        let whole = u128::from(bytes).div_ceil(unit);
        if whole < u128::from(base) || i + 1 == letters.len() {
            return format!("{whole}{letter}");
        }
        unit *= u128::from(base);
    }
    bytes.to_string()
}
