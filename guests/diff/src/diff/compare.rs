//! The comparison of two files.

use super::lines::{Text, changes};
use super::options::Style;
use super::{Diff, context, formats, other};
use std::io::Read;
use sunaba_gnu::bytes;
use sunaba_gnu::status::{Moment, Status};
use sunaba_gnu::stream::read_sized;
use sunaba_gnu::time::strftime;
use sunaba_gnu::{error, status};

/// One of the two: where it is, and what is known of it. `None`: it is not there, and counts as empty.
pub struct Side {
    pub name: Vec<u8>,
    pub status: Option<Status>,
}

impl Side {
    fn read(&self) -> std::io::Result<Vec<u8>> {
        let Some(status) = &self.status else { return Ok(Vec::new()) };
        if self.name == b"-" {
            let mut content = Vec::new();
            std::io::stdin().read_to_end(&mut content)?;
            return Ok(content);
        }
        read_sized(bytes::path(&self.name), if status.kind == status::Kind::File { status.size } else { 0 })
    }
}

/// How many bytes tell whether a file is text.
const PROBE: usize = 1 << 16;

pub fn files(diff: &mut Diff, old: &Side, new: &Side, titled: bool) {
    let s = &diff.settings;
    if old.name == b"-" && new.name == b"-" {
        return;
    }
    let (a, b) = match (old.read(), new.read()) {
        (Ok(a), Ok(b)) => (a, b),
        (a, b) => {
            for (side, result) in [(old, a), (new, b)] {
                if let Err(fault) = result {
                    diff.complain(&format!("{}: {}", bytes::lossy(&side.name), error::text(&fault)));
                }
            }
            return;
        }
    };
    let names = (bytes::lossy(&old.name).into_owned(), bytes::lossy(&new.name).into_owned());
    if a == b {
        if s.report_same {
            diff.out.text(&format!("Files {} and {} are identical\n", names.0, names.1));
        }
        if s.style == Style::Sides && !s.suppress_common {
            let (a, b) = (Text::new(a), Text::new(b));
            other::sides(diff, &a, &b, &[]);
        } else if s.style == Style::Formats {
            formats::print(diff, &Text::new(a), &Text::new(b), &[]);
        }
        return;
    }
    let binary = |content: &[u8]| content[..content.len().min(PROBE)].contains(&0);
    if !s.text && (binary(&a) || binary(&b)) {
        let text = if s.brief { "Files" } else { "Binary files" };
        diff.out.text(&format!("{text} {} and {} differ\n", names.0, names.1));
        diff.note(1);
        return;
    }
    let clean = |content: Vec<u8>| if s.strip_cr { strip_cr(&content) } else { content };
    let (a, b) = (Text::new(clean(a)), Text::new(clean(b)));
    let list = changes(&a, &b, s);
    if list.iter().all(|change| change.ignored) {
        if s.report_same {
            diff.out.text(&format!("Files {} and {} are identical\n", names.0, names.1));
        }
        if s.style == Style::Sides && !s.suppress_common {
            other::sides(diff, &a, &b, &list);
        }
        return;
    }
    diff.note(1);
    if diff.settings.brief {
        diff.out.text(&format!("Files {} and {} differ\n", names.0, names.1));
        return;
    }
    if titled {
        let line = format!("diff{} {} {}\n", diff.settings.switches, sunaba_gnu::quote::maybe(&old.name), sunaba_gnu::quote::maybe(&new.name));
        diff.paint("1", line.trim_end().as_bytes());
        diff.out.put(b"\n");
    }
    match diff.settings.style {
        Style::Unified => context::unified(diff, [old, new], [&a, &b], &list),
        Style::Context => context::copied(diff, [old, new], [&a, &b], &list),
        Style::Normal => other::normal(diff, &a, &b, &list),
        Style::Sides => other::sides(diff, &a, &b, &list),
        Style::Ed => other::ed(diff, &a, &b, &list),
        Style::Rcs => other::rcs(diff, &b, &list),
        Style::Formats => formats::print(diff, &a, &b, &list),
    }
}

fn strip_cr(content: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(content.len());
    for (i, &b) in content.iter().enumerate() {
        if !(b == b'\r' && matches!(content.get(i + 1), Some(b'\n'))) {
            out.push(b);
        }
    }
    out
}

/// The name and time of a file as headers show them, or the label in their place.
pub fn title(diff: &Diff, side: &Side, index: usize) -> Vec<u8> {
    if let Some(label) = diff.settings.labels.get(index) {
        return label.clone();
    }
    let moment = match &side.status {
        Some(_) if side.name == b"-" => Moment::now(),
        Some(found) => found.modified,
        None => Moment::default(),
    };
    let mut text = if side.name.iter().any(|b| matches!(b, b' ' | b'"' | b'\\') || b.is_ascii_control()) && side.name.iter().any(|b| matches!(b, b'"' | b'\\') || b.is_ascii_control()) {
        format!("\"{}\"", side.name.escape_ascii()).into_bytes()
    } else {
        side.name.clone()
    };
    text.extend_from_slice(strftime("\t%Y-%m-%d %H:%M:%S.%N %z", moment).as_bytes());
    text
}

/// A side by its name; an error where it cannot be looked at.
pub fn side(name: &[u8], follow: bool) -> std::io::Result<Side> {
    if name == b"-" {
        let now = Moment::now();
        let found = status::stat(b".").map(|s| Status { kind: status::Kind::File, modified: now, ..s })?;
        return Ok(Side { name: name.to_vec(), status: Some(found) });
    }
    let found = if follow { status::stat(name) } else { status::lstat(name) }?;
    Ok(Side { name: name.to_vec(), status: Some(found) })
}

impl Diff {
    /// Writes in a colour, where colours are asked for.
    pub fn paint(&mut self, colour: &str, text: &[u8]) {
        if self.settings.colour {
            self.out.text(&format!("\x1b[{colour}m"));
            self.out.put(text);
            self.out.put(b"\x1b[0m");
        } else {
            self.out.put(text);
        }
    }

    /// A line of a file after its sign; tells of a missing newline.
    pub fn line(&mut self, sign: &str, line: &[u8], colour: Option<&str>) {
        let (body, ended) = match line.strip_suffix(b"\n") {
            Some(body) => (body, true),
            None => (line, false),
        };
        let tab = if self.settings.initial_tab { sign.trim_end().to_owned() + "\t" } else { sign.to_owned() };
        let mut text = tab.into_bytes();
        if self.settings.expand_tabs {
            let mut column = 0;
            for &b in body {
                if b == b'\t' {
                    let fill = 8 - column % 8;
                    text.extend(std::iter::repeat_n(b' ', fill));
                    column += fill;
                } else {
                    text.push(b);
                    column += 1;
                }
            }
        } else {
            text.extend_from_slice(body);
        }
        match colour {
            Some(colour) => self.paint(colour, &text),
            None => self.out.put(&text),
        }
        self.out.put(b"\n");
        if !ended {
            self.out.put(b"\\ No newline at end of file\n");
        }
    }
}
