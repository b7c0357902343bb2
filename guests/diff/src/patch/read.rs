//! Reads patches: unified, context and normal, with git's headers.

use sunaba_gnu::bytes::lossy;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    Keep,
    Remove,
    Add,
}

#[derive(Clone)]
pub struct Hunk {
    /// First line in the old file, from 1; the line before where there are no old lines.
    pub old_start: usize,
    pub new_start: usize,
    pub lines: Vec<(Sign, Vec<u8>)>,
}

#[derive(Clone, Default)]
pub struct FilePatch {
    pub old_name: Option<Vec<u8>>,
    pub new_name: Option<Vec<u8>>,
    /// The header lines as they were.
    pub headers: [Vec<u8>; 2],
    pub hunks: Vec<Hunk>,
    pub creates: bool,
    pub deletes: bool,
    pub renamed: Option<Vec<u8>>,
    pub mode: Option<u32>,
    /// Line of the patch where the first hunk begins, for messages, and the lines before it.
    pub line: usize,
    pub leading: Vec<Vec<u8>>,
}

pub struct Read {
    pub patches: Vec<FilePatch>,
    pub stripped_cr: bool,
    /// Where reading stopped: the patch whose hunks are damaged, and what is wrong.
    pub fault: Option<(FilePatch, String)>,
}

impl FilePatch {
    pub fn reverse(&mut self) {
        std::mem::swap(&mut self.old_name, &mut self.new_name);
        std::mem::swap(&mut self.creates, &mut self.deletes);
        self.headers.swap(0, 1);
        for hunk in &mut self.hunks {
            std::mem::swap(&mut hunk.old_start, &mut hunk.new_start);
            for (sign, _) in &mut hunk.lines {
                *sign = match sign {
                    Sign::Keep => Sign::Keep,
                    Sign::Remove => Sign::Add,
                    Sign::Add => Sign::Remove,
                };
            }
        }
    }

    /// The hunks that failed, as a patch.
    pub fn rejects(&self, failed: &[usize]) -> Vec<u8> {
        let mut out = Vec::new();
        out.extend([b"--- ".as_slice(), &self.headers[0], b"\n+++ ", &self.headers[1], b"\n"].concat());
        for &index in failed {
            let hunk = &self.hunks[index];
            let count = |without: Sign| hunk.lines.iter().filter(|(sign, _)| *sign != without).count();
            let range = |start: usize, count: usize| if count == 1 { format!("{start}") } else { format!("{start},{count}") };
            out.extend(format!("@@ -{} +{} @@\n", range(hunk.old_start, count(Sign::Add)), range(hunk.new_start, count(Sign::Remove))).bytes());
            for (sign, line) in &hunk.lines {
                out.push(match sign {
                    Sign::Keep => b' ',
                    Sign::Remove => b'-',
                    Sign::Add => b'+',
                });
                out.extend_from_slice(line);
                if !line.ends_with(b"\n") {
                    out.extend_from_slice(b"\n\\ No newline at end of file\n");
                }
            }
        }
        out
    }
}

struct Lines<'a> {
    lines: Vec<&'a [u8]>,
    at: usize,
    cr: bool,
}

impl<'a> Lines<'a> {
    fn peek(&self) -> Option<&'a [u8]> {
        self.ahead(0)
    }

    fn ahead(&self, by: usize) -> Option<&'a [u8]> {
        self.lines.get(self.at + by).copied()
    }

    /// The text of a line of a hunk, with its newline; a following `\` line takes the newline away.
    fn body(&mut self, text: &[u8]) -> Vec<u8> {
        let mut line = text.to_vec();
        if self.cr && line.last() == Some(&b'\r') {
            line.pop();
        }
        if self.peek().is_some_and(|next| next.starts_with(b"\\ ")) {
            self.at += 1;
        } else {
            line.push(b'\n');
        }
        line
    }
}

pub fn all(text: &[u8]) -> Read {
    let mut lines: Vec<&[u8]> = text.split(|&b| b == b'\n').collect();
    if lines.last().is_some_and(|line| line.is_empty()) {
        lines.pop();
    }
    let cr = lines.iter().any(|line| (line.starts_with(b"--- ") || line.starts_with(b"*** ")) && line.ends_with(b"\r"));
    let mut input = Lines { lines, at: 0, cr };
    let mut patches = Vec::new();
    let mut next = FilePatch::default();
    let mut begin = 0;
    while let Some(line) = input.peek() {
        let line = trim_cr(line);
        if let Some(rest) = line.strip_prefix(b"--- ")
            && input.ahead(1).is_some_and(|next| next.starts_with(b"+++ "))
            && input.ahead(2).is_some_and(|next| next.starts_with(b"@@ -"))
        {
            let new = trim_cr(&input.ahead(1).unwrap_or_default()[4..]).to_vec();
            named(&mut next, rest, &new);
            input.at += 2;
            start(&mut next, &input, begin);
            while input.peek().is_some_and(|line| line.starts_with(b"@@ -")) {
                match unified(&mut input) {
                    Ok(hunk) => next.hunks.push(hunk),
                    Err(fault) => return Read { patches, stripped_cr: cr, fault: Some((next, fault)) },
                }
            }
            patches.push(std::mem::take(&mut next));
            begin = input.at;
        } else if let Some(rest) = line.strip_prefix(b"*** ")
            && input.ahead(1).is_some_and(|next| next.starts_with(b"--- "))
            && input.ahead(2).is_some_and(|next| next.starts_with(b"***************"))
        {
            let new = trim_cr(&input.ahead(1).unwrap_or_default()[4..]).to_vec();
            named(&mut next, rest, &new);
            input.at += 2;
            start(&mut next, &input, begin);
            while input.peek().is_some_and(|line| line.starts_with(b"***************")) {
                match context(&mut input) {
                    Ok(hunk) => next.hunks.push(hunk),
                    Err(fault) => return Read { patches, stripped_cr: cr, fault: Some((next, fault)) },
                }
            }
            patches.push(std::mem::take(&mut next));
            begin = input.at;
        } else if next.old_name.is_none() && normal_head(line).is_some() && input.ahead(1).is_some_and(|l| l.starts_with(b"< ") || l.starts_with(b"> ")) {
            start(&mut next, &input, begin);
            while input.peek().is_some_and(|line| normal_head(trim_cr(line)).is_some()) {
                match normal(&mut input) {
                    Ok(hunk) => next.hunks.push(hunk),
                    Err(fault) => return Read { patches, stripped_cr: cr, fault: Some((next, fault)) },
                }
            }
            patches.push(std::mem::take(&mut next));
            begin = input.at;
        } else {
            let pending = git(&mut next, line);
            if pending && next.renamed.is_some() && input.ahead(1).is_none_or(|l| l.starts_with(b"diff --git ")) {
                next.line = input.at + 1;
                patches.push(std::mem::take(&mut next));
            }
            input.at += 1;
        }
    }
    Read { patches, stripped_cr: cr, fault: None }
}

fn trim_cr(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

fn start(patch: &mut FilePatch, input: &Lines, begin: usize) {
    patch.line = input.at + 1;
    patch.leading = input.lines[begin..input.at].iter().map(|line| line.to_vec()).collect();
}

fn named(patch: &mut FilePatch, old: &[u8], new: &[u8]) {
    let absent = |header: &[u8]| header.starts_with(b"/dev/null") || at_epoch(header);
    patch.headers = [trim_cr(old).to_vec(), new.to_vec()];
    patch.creates |= absent(old);
    patch.deletes |= absent(new);
    patch.old_name = Some(name(trim_cr(old)));
    patch.new_name = Some(name(new));
}

/// A file that is not there has the time 0, in whatever zone.
fn at_epoch(header: &[u8]) -> bool {
    let Some(tab) = header.iter().position(|b| *b == b'\t') else { return false };
    let time = String::from_utf8_lossy(&header[tab + 1..]).into_owned();
    let mut words = time.split_whitespace();
    let days = match words.next() {
        Some("1970-01-01") => 0,
        Some("1969-12-31") => -1,
        _ => return false,
    };
    let clock = words.next().unwrap_or_default();
    let (whole, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    let seconds = whole.split(':').try_fold(0, |sum, part| Some(sum * 60 + part.parse::<i64>().ok()?));
    let zone = words.next().and_then(|zone| zone.parse::<i64>().ok()).unwrap_or(0);
    let offset = (zone / 100 * 60 + zone % 100) * 60;
    fraction.bytes().all(|b| b == b'0') && seconds.is_some_and(|seconds| days * 86_400 + seconds == offset)
}

/// The name at the start of a header: up to a tab, or quoted.
fn name(header: &[u8]) -> Vec<u8> {
    if let Some(body) = header.strip_prefix(b"\"") {
        let mut out = Vec::new();
        let mut bytes = body.iter();
        while let Some(&b) = bytes.next() {
            match b {
                b'"' => break,
                b'\\' => match bytes.next() {
                    Some(b'n') => out.push(b'\n'),
                    Some(b't') => out.push(b'\t'),
                    Some(&other) => out.push(other),
                    None => {}
                },
                b => out.push(b),
            }
        }
        return out;
    }
    let end = header.iter().position(|&b| b == b'\t').unwrap_or(header.len());
    let end = header[..end].iter().rposition(|b| *b != b' ').map_or(0, |i| i + 1);
    header[..end].to_vec()
}

/// A line of a git header; true: it belongs to one.
fn git(patch: &mut FilePatch, line: &[u8]) -> bool {
    if let Some(rest) = line.strip_prefix(b"diff --git ") {
        *patch = FilePatch::default();
        let text = lossy(rest).into_owned();
        if let Some((old, new)) = text.split_once(" b/") {
            patch.old_name = Some(old.as_bytes().to_vec());
            patch.new_name = Some([b"b/", new.as_bytes()].concat());
        }
        return true;
    }
    if let Some(mode) = line.strip_prefix(b"new file mode ") {
        patch.creates = true;
        patch.mode = u32::from_str_radix(lossy(mode).trim(), 8).ok().map(|m| m & 0o7777);
    } else if let Some(mode) = line.strip_prefix(b"new mode ") {
        patch.mode = u32::from_str_radix(lossy(mode).trim(), 8).ok().map(|m| m & 0o7777);
    } else if line.starts_with(b"deleted file mode ") {
        patch.deletes = true;
    } else if let Some(to) = line.strip_prefix(b"rename to ") {
        patch.renamed = Some(to.to_vec());
    } else {
        return false;
    }
    true
}

fn malformed(input: &Lines) -> String {
    format!("malformed patch at line {}: {}\n", input.at + 1, lossy(input.peek().unwrap_or_default()))
}

fn numbers(text: &str) -> Option<(usize, usize)> {
    match text.split_once(',') {
        Some((start, count)) => Some((start.parse().ok()?, count.parse().ok()?)),
        None => Some((text.parse().ok()?, 1)),
    }
}

fn unified(input: &mut Lines) -> Result<Hunk, String> {
    let head = lossy(input.peek().unwrap_or_default()).into_owned();
    let mut words = head.split_whitespace().skip(1);
    let old = words.next().and_then(|w| numbers(w.trim_start_matches('-')));
    let new = words.next().and_then(|w| numbers(w.trim_start_matches('+')));
    let (Some((old_start, mut old_left)), Some((new_start, mut new_left))) = (old, new) else { return Err(malformed(input)) };
    input.at += 1;
    let mut lines = Vec::new();
    while old_left > 0 || new_left > 0 {
        let Some(line) = input.peek() else {
            // An empty context line at the end may have been cut off.
            if old_left == new_left && old_left <= 3 && lines.iter().any(|(sign, _)| *sign != Sign::Keep) {
                break;
            }
            return Err(format!("unexpected end of file in patch at line {}", input.at));
        };
        let (sign, text) = match line.first() {
            Some(b' ') | Some(b'\t') => (Sign::Keep, if line[0] == b' ' { &line[1..] } else { line }),
            None | Some(b'\r') => (Sign::Keep, line),
            Some(b'-') => (Sign::Remove, &line[1..]),
            Some(b'+') => (Sign::Add, &line[1..]),
            _ => return Err(malformed(input)),
        };
        let enough = (sign == Sign::Add || old_left > 0) && (sign == Sign::Remove || new_left > 0);
        if !enough {
            return Err(malformed(input));
        }
        input.at += 1;
        let body = input.body(text);
        old_left -= usize::from(sign != Sign::Add);
        new_left -= usize::from(sign != Sign::Remove);
        lines.push((sign, body));
    }
    Ok(Hunk { old_start, new_start, lines })
}

fn context(input: &mut Lines) -> Result<Hunk, String> {
    input.at += 1;
    let half = |input: &mut Lines, mark: &[u8]| -> Result<(usize, usize, Vec<(u8, Vec<u8>)>), String> {
        let head = input.peek().filter(|line| line.starts_with(mark)).ok_or_else(|| malformed(input))?;
        let text = lossy(head).trim_matches(['*', '-', ' ', '\r']).to_owned();
        let (start, end) = match text.split_once(',') {
            Some((a, b)) => (a.parse().map_err(|_| malformed(input))?, b.parse().map_err(|_| malformed(input))?),
            None => {
                let n: usize = text.parse().map_err(|_| malformed(input))?;
                (n, n)
            }
        };
        input.at += 1;
        let mut lines = Vec::new();
        while let Some(line) = input.peek() {
            if line.len() < 2 && !line.is_empty() || !matches!(line.first(), Some(b' ' | b'!' | b'-' | b'+')) || line.get(1) != Some(&b' ') {
                break;
            }
            input.at += 1;
            let body = input.body(&line[2..]);
            lines.push((line[0], body));
        }
        Ok((start, end, lines))
    };
    let (old_start, old_end, old) = half(input, b"*** ")?;
    let (new_start, new_end, new) = half(input, b"--- ")?;
    let mut lines = Vec::new();
    let (mut i, mut j) = (0, 0);
    // A half without changes is left out: its context is the other one's.
    let old: Vec<(u8, Vec<u8>)> = if old.is_empty() && old_end > 0 { new.iter().filter(|(sign, _)| *sign == b' ').cloned().collect() } else { old };
    let new: Vec<(u8, Vec<u8>)> = if new.is_empty() && new_end > 0 { old.iter().filter(|(sign, _)| *sign == b' ').cloned().collect() } else { new };
    while i < old.len() || j < new.len() {
        if i < old.len() && old[i].0 != b' ' {
            lines.push((Sign::Remove, old[i].1.clone()));
            i += 1;
        } else if j < new.len() && new[j].0 != b' ' {
            lines.push((Sign::Add, new[j].1.clone()));
            j += 1;
        } else {
            let text = if i < old.len() { old[i].1.clone() } else { new[j].1.clone() };
            lines.push((Sign::Keep, text));
            (i, j) = (i + 1, j + 1);
        }
    }
    Ok(Hunk { old_start, new_start, lines })
}

/// `2,3c4`: first and last old line, the letter, first and last new line.
fn normal_head(line: &[u8]) -> Option<(usize, usize, char, usize, usize)> {
    let text = std::str::from_utf8(line).ok()?;
    let at = text.find(['a', 'c', 'd'])?;
    let pair = |text: &str| -> Option<(usize, usize)> {
        match text.split_once(',') {
            Some((a, b)) => Some((a.parse().ok()?, b.parse().ok()?)),
            None => text.parse().ok().map(|n| (n, n)),
        }
    };
    let (a, b) = pair(&text[..at])?;
    let (c, d) = pair(&text[at + 1..])?;
    Some((a, b, text[at..].chars().next()?, c, d))
}

fn normal(input: &mut Lines) -> Result<Hunk, String> {
    let Some((a, _, _, c, _)) = input.peek().and_then(|line| normal_head(trim_cr(line))) else { return Err(malformed(input)) };
    input.at += 1;
    let mut lines = Vec::new();
    while let Some(line) = input.peek() {
        let sign = match line {
            _ if line.starts_with(b"< ") => Sign::Remove,
            _ if line.starts_with(b"> ") => Sign::Add,
            b"---" => {
                input.at += 1;
                continue;
            }
            _ => break,
        };
        input.at += 1;
        let body = input.body(&line[2..]);
        lines.push((sign, body));
    }
    Ok(Hunk { old_start: a, new_start: c, lines })
}

#[cfg(test)]
mod tests {
    use super::at_epoch;

    #[test]
    fn a_time_of_zero_is_a_file_that_is_not_there() {
        for header in ["a\t1970-01-01 00:00:00.000000000 +0000", "a\t1969-12-31 19:00:00 -0500", "a\t1970-01-01 05:30:00.000 +0530"] {
            assert!(at_epoch(header.as_bytes()), "{header}");
        }
        for header in ["a\t1970-01-01 00:00:09.000000000 +0000", "a", "a\t2024-01-01 00:00:00 +0000", "a\t1970-01-01 00:00:00 +0100"] {
            assert!(!at_epoch(header.as_bytes()), "{header}");
        }
    }
}
