//! Runs a program over its input.

use crate::input::Input;
use crate::options::Settings;
use crate::output::Outputs;
use crate::replace;
use crate::script::{Action, Address, Addresses, Command, Pattern, Program, RangeState, Substitute, Translation};
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::rc::Rc;
use sunaba_gnu::regex::{Groups, Matcher};
use sunaba_gnu::status;
use sunaba_gnu::{bytes, error};
use sunaba_process::{Links, chmod};

pub fn run(program: Program, settings: Settings) -> i32 {
    let end = if settings.null_data { 0 } else { b'\n' };
    let outputs = match Outputs::new(&program.files, end, settings.unbuffered) {
        Ok(outputs) => outputs,
        Err(fault) => {
            eprintln!("sed: {fault}");
            return 4;
        }
    };
    let mut machine = Machine {
        input: Input::new(&settings), outputs, quiet: settings.quiet || program.quiet, settings, pattern: Vec::new(), ended: true, hold: Vec::new(), hold_ended: true,
        appended: Vec::new(), substituted: false, last: None, editing: None, readers: HashMap::new(), code: 0, spare: Vec::new(), groups: Vec::new(),
    };
    let mut commands = program.commands;
    let mut restart = false;
    loop {
        if !restart && !machine.read() {
            break;
        }
        restart = false;
        machine.substituted = false;
        let flow = machine.cycle(&mut commands);
        match flow {
            Flow::End => machine.finish_cycle(),
            Flow::Delete => machine.dump_appended(),
            Flow::Restart => {
                machine.dump_appended();
                restart = true;
            }
            Flow::Quit(code) => {
                machine.finish_cycle();
                machine.code = code;
                machine.copy_rest();
                machine.input.give_back();
                break;
            }
            Flow::QuitSilently(code) => {
                machine.dump_appended();
                machine.code = code;
                machine.copy_rest();
                machine.input.give_back();
                break;
            }
            Flow::Fault(text) => {
                machine.outputs.flush();
                eprintln!("sed: {text}");
                return 1;
            }
        }
    }
    machine.close_edited();
    machine.outputs.flush();
    if machine.code == 0 { machine.input.code } else { machine.code }
}

enum Flow {
    End,
    Delete,
    /// `D`: the script again, without reading a line.
    Restart,
    Quit(i32),
    QuitSilently(i32),
    Fault(String),
}

enum Later {
    Text(Vec<u8>),
    File(Vec<u8>),
}

struct Machine {
    settings: Settings,
    input: Input,
    outputs: Outputs,
    quiet: bool,
    pattern: Vec<u8>,
    /// Whether the last line read ended with a newline.
    ended: bool,
    hold: Vec<u8>,
    /// As `ended`, of the line whose text the hold space has.
    hold_ended: bool,
    appended: Vec<Later>,
    substituted: bool,
    /// The expression that an empty one stands for.
    last: Option<Rc<Matcher>>,
    /// The file that is edited in place.
    editing: Option<Vec<u8>>,
    readers: HashMap<Vec<u8>, Option<BufReader<File>>>,
    code: i32,
    spare: Vec<u8>,
    groups: Groups,
}

impl Machine {
    fn read(&mut self) -> bool {
        let Some(line) = self.input.next() else { return false };
        self.take(line, false);
        true
    }

    fn take(&mut self, line: crate::input::Line, join: bool) {
        if line.opens.is_some() && self.settings.in_place {
            self.close_edited();
            if self.input.name != b"-" {
                self.outputs.edit();
                self.editing = Some(self.input.name.clone());
            }
        }
        if join {
            self.pattern.push(if self.settings.null_data { 0 } else { b'\n' });
            self.pattern.extend_from_slice(&line.text);
        } else {
            self.pattern = line.text;
        }
        self.ended = line.ended;
    }

    fn finish_cycle(&mut self) {
        if !self.quiet {
            self.outputs.line(&self.pattern, self.ended);
        }
        self.dump_appended();
    }

    fn dump_appended(&mut self) {
        for later in std::mem::take(&mut self.appended) {
            match later {
                Later::Text(text) => self.outputs.text(&text),
                Later::File(name) => {
                    let content = if name == b"/dev/stdin" { read_standard_input() } else { std::fs::read(bytes::path(&name)) };
                    // GNU's sed passes over a file that it cannot read.
                    if let Ok(content) = content
                        && !content.is_empty()
                    {
                        self.outputs.content(&content);
                    }
                }
            }
        }
    }

    /// After `q` in a file that is edited in place the rest is kept.
    fn copy_rest(&mut self) {
        if self.editing.is_some() {
            while !self.input.is_last() {
                let Some(line) = self.input.next() else { break };
                self.outputs.line(&line.text, line.ended);
            }
        }
    }

    fn close_edited(&mut self) {
        let (Some(name), Some(content)) = (self.editing.take(), self.outputs.edited()) else { return };
        if let Err(fault) = self.replace_file(&name, &content) {
            eprintln!("sed: couldn't edit {}: {}", bytes::lossy(&name), error::text(&fault));
            self.code = 4;
        }
    }

    fn replace_file(&self, name: &[u8], content: &[u8]) -> std::io::Result<()> {
        let real = if self.settings.follow { bytes::into_vec(std::fs::canonicalize(bytes::path(name))?.into_os_string()) } else { name.to_vec() };
        let mode = status::stat(&real)?.mode;
        let cut = real.iter().rposition(|&b| b == b'/').map_or(0, |i| i + 1);
        let temporary = [&real[..cut], format!("sed{:06x}", sunaba_process::pid() ^ (content.len() as u32)).as_bytes()].concat();
        std::fs::write(bytes::path(&temporary), content)?;
        chmod(bytes::path(&temporary), Links::Follow, mode)?;
        if !self.settings.suffix.is_empty() {
            std::fs::rename(bytes::path(&real), bytes::path(&self.backup_name(&real[..cut], &real[cut..])))?;
        }
        std::fs::rename(bytes::path(&temporary), bytes::path(&real))
    }

    fn backup_name(&self, folder: &[u8], base: &[u8]) -> Vec<u8> {
        let suffix = &self.settings.suffix;
        let name = if suffix.contains(&b'*') {
            suffix.split(|&b| b == b'*').map(<[u8]>::to_vec).collect::<Vec<_>>().join(base)
        } else {
            [base, suffix].concat()
        };
        if name.contains(&b'/') { name } else { [folder, &name].concat() }
    }

    fn cycle(&mut self, commands: &mut [Command]) -> Flow {
        let mut at = 0;
        while at < commands.len() {
            let command = &mut commands[at];
            let selected = match self.selected(&command.addresses, &mut command.state) {
                Ok(selected) => selected,
                Err(fault) => return Flow::Fault(fault),
            };
            let next = at + 1;
            if selected == command.negated {
                at = if let Action::Block(end) = command.action { end } else { next };
                continue;
            }
            at = next;
            match &command.action {
                Action::Block(_) | Action::Nothing => {}
                Action::Equals => {
                    let text = format!("{}\n", self.input.line);
                    self.outputs.text(text.as_bytes());
                }
                Action::Append(text) => self.appended.push(Later::Text(text.clone())),
                Action::Insert(text) => self.outputs.text(text),
                Action::Change(text) => {
                    let within = matches!(command.addresses, Addresses::Range(..)) && !command.negated && !matches!(command.state, RangeState::Outside | RangeState::Done);
                    if !within {
                        self.outputs.text(text);
                    }
                    return Flow::Delete;
                }
                Action::Branch(to) => at = to.unwrap_or(commands.len()),
                Action::BranchIf(to) => {
                    if std::mem::take(&mut self.substituted) {
                        at = to.unwrap_or(commands.len());
                    }
                }
                Action::BranchUnless(to) => {
                    if !std::mem::take(&mut self.substituted) {
                        at = to.unwrap_or(commands.len());
                    }
                }
                Action::Delete => return Flow::Delete,
                Action::DeleteFirst => match self.first_line_end() {
                    Some(end) => {
                        self.pattern.drain(..=end);
                        return Flow::Restart;
                    }
                    None => return Flow::Delete,
                },
                Action::FileName => {
                    let text = [&self.input.name, b"\n".as_slice()].concat();
                    self.outputs.text(&text);
                }
                Action::Get => {
                    self.pattern.clone_from(&self.hold);
                    self.ended = self.hold_ended;
                }
                Action::GetAppend => {
                    self.pattern.push(b'\n');
                    self.pattern.extend_from_slice(&self.hold);
                    self.ended = self.hold_ended;
                }
                Action::Hold => {
                    self.hold.clone_from(&self.pattern);
                    self.hold_ended = self.ended;
                }
                Action::HoldAppend => {
                    self.hold.push(b'\n');
                    self.hold.extend_from_slice(&self.pattern);
                    self.hold_ended = self.ended;
                }
                Action::List(length) => {
                    let text = list(&self.pattern, length.unwrap_or(self.settings.line_length));
                    self.outputs.text(&text);
                }
                Action::Next => {
                    if self.input.is_over() {
                        return if self.settings.posix { Flow::QuitSilently(0) } else { Flow::Quit(self.code) };
                    }
                    if !self.quiet {
                        self.outputs.line(&self.pattern, self.ended);
                    }
                    self.dump_appended();
                    self.read();
                }
                Action::NextAppend => {
                    self.dump_appended();
                    if self.input.is_over() {
                        return if self.settings.posix { Flow::QuitSilently(0) } else { Flow::Quit(self.code) };
                    }
                    if let Some(line) = self.input.next() {
                        self.take(line, true);
                    }
                }
                Action::Print => self.outputs.line(&self.pattern, self.ended),
                Action::PrintFirst => {
                    let end = self.first_line_end();
                    match end {
                        Some(end) => self.outputs.line(&self.pattern[..end], true),
                        None => self.outputs.line(&self.pattern, true),
                    }
                }
                Action::Quit(code) => return Flow::Quit(*code),
                Action::QuitSilently(code) => return Flow::QuitSilently(*code),
                Action::ReadFile(name) => self.appended.push(Later::File(name.clone())),
                Action::ReadLine(name) => {
                    if let Some(line) = self.line_of(name) {
                        self.appended.push(Later::Text(line));
                    }
                }
                Action::Substitute(s) => {
                    if let Err(fault) = self.substitute(s) {
                        return Flow::Fault(fault);
                    }
                }
                Action::WriteFile(file) => self.outputs.file_line(*file, &self.pattern, self.ended),
                Action::WriteFirst(file) => {
                    let end = self.first_line_end().unwrap_or(self.pattern.len());
                    self.outputs.file_line(*file, &self.pattern[..end], true);
                }
                Action::Exchange => {
                    std::mem::swap(&mut self.pattern, &mut self.hold);
                    std::mem::swap(&mut self.ended, &mut self.hold_ended);
                }
                Action::Translate(table) => self.translate(table),
                Action::Zap => self.pattern.clear(),
            }
        }
        Flow::End
    }

    fn first_line_end(&self) -> Option<usize> {
        memchr::memchr(b'\n', &self.pattern)
    }

    fn line_of(&mut self, name: &[u8]) -> Option<Vec<u8>> {
        let reader = self.readers.entry(name.to_vec()).or_insert_with(|| File::open(bytes::path(name)).ok().map(BufReader::new));
        let mut line = Vec::new();
        reader.as_mut()?.read_until(b'\n', &mut line).ok().filter(|count| *count > 0)?;
        if line.last() != Some(&b'\n') {
            line.push(b'\n');
        }
        Some(line)
    }

    fn matcher(&mut self, pattern: &Pattern) -> Result<Rc<Matcher>, String> {
        if let Some(matcher) = &pattern.0 {
            self.last = Some(Rc::clone(matcher));
        }
        self.last.clone().ok_or_else(|| "-e expression #1, char 0: no previous regular expression".to_owned())
    }

    fn matches(&mut self, address: &Address) -> Result<bool, String> {
        Ok(match address {
            Address::Line(n) => self.input.line == *n,
            Address::Step { first, step } => match step {
                0 => self.input.line == *first,
                step => self.input.line >= *first && (self.input.line - first) % step == 0,
            },
            Address::Last => self.input.is_last(),
            Address::Regex(pattern) => self.matcher(pattern)?.is_match(&self.pattern),
            Address::Zero | Address::Plus(_) | Address::Multiple(_) => false,
        })
    }

    fn selected(&mut self, addresses: &Addresses, state: &mut RangeState) -> Result<bool, String> {
        let line = self.input.line;
        let (first, second) = match addresses {
            Addresses::None => return Ok(true),
            Addresses::One(address) => return self.matches(address),
            Addresses::Range(first, second) => (first, second),
        };
        if matches!(first, Address::Zero) && *state == RangeState::Outside && line == 1 {
            *state = RangeState::Inside;
        }
        match *state {
            RangeState::Outside | RangeState::Done => {
                let starts = match first {
                    Address::Line(n) => *state != RangeState::Done && line == *n,
                    Address::Zero => false,
                    other => self.matches(other)?,
                };
                if !starts {
                    return Ok(false);
                }
                let rest = |end: u64| if end > line { RangeState::Until(end) } else { RangeState::Outside };
                *state = match second {
                    Address::Line(n) => rest(*n),
                    Address::Plus(n) => rest(line + n),
                    Address::Multiple(0) => RangeState::Outside,
                    Address::Multiple(n) => rest(line.div_ceil(*n) * n),
                    Address::Last if self.input.is_last() => RangeState::Outside,
                    _ => RangeState::Inside,
                };
                Ok(true)
            }
            RangeState::Until(end) => {
                if line >= end {
                    *state = RangeState::Outside;
                }
                // A line past the end: it was skipped by commands that read.
                Ok(line <= end)
            }
            RangeState::Inside => {
                if self.matches(second)? {
                    *state = if matches!(first, Address::Zero) { RangeState::Done } else { RangeState::Outside };
                }
                Ok(true)
            }
        }
    }

    fn substitute(&mut self, s: &Substitute) -> Result<(), String> {
        let matcher = self.matcher(&s.pattern)?;
        let mut out = std::mem::take(&mut self.spare);
        let mut groups = std::mem::take(&mut self.groups);
        out.clear();
        let text = &self.pattern;
        let (mut at, mut copied, mut count, mut done) = (0, 0, 0, false);
        let mut previous = None;
        while at <= text.len() {
            if !matcher.captures_at(text, at, &mut groups) {
                break;
            }
            let Some(Some((start, end))) = groups.first().copied() else { break };
            let repeated = start == end && previous == Some(start);
            if !repeated {
                count += 1;
                if count >= s.nth.max(1) {
                    out.extend_from_slice(&text[copied..start]);
                    replace::expand(&s.pieces, text, &groups, &mut out);
                    copied = end;
                    done = true;
                    if !s.global {
                        break;
                    }
                }
            }
            previous = Some(end);
            at = if start == end { end + char_length(&text[end..]) } else { end };
        }
        if done {
            out.extend_from_slice(&text[copied..]);
            std::mem::swap(&mut self.pattern, &mut out);
            self.substituted = true;
        }
        (self.spare, self.groups) = (out, groups);
        if done {
            for _ in 0..s.print {
                self.outputs.line(&self.pattern, self.ended);
            }
            if let Some(file) = s.write {
                self.outputs.file_line(file, &self.pattern, self.ended);
            }
        }
        Ok(())
    }

    fn translate(&mut self, table: &Translation) {
        match table {
            Translation::Bytes(table) => self.pattern.iter_mut().for_each(|b| *b = table[usize::from(*b)]),
            Translation::Chars(pairs) => {
                let mut out = Vec::with_capacity(self.pattern.len());
                for chunk in self.pattern.utf8_chunks() {
                    for c in chunk.valid().chars() {
                        let c = pairs.iter().find(|(from, _)| *from == c).map_or(c, |(_, to)| *to);
                        out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                    }
                    out.extend_from_slice(chunk.invalid());
                }
                self.pattern = out;
            }
        }
    }
}

fn read_standard_input() -> std::io::Result<Vec<u8>> {
    let mut text = Vec::new();
    std::io::Read::read_to_end(&mut std::io::stdin(), &mut text)?;
    Ok(text)
}

fn char_length(text: &[u8]) -> usize {
    let head = &text[..text.len().min(4)];
    head.utf8_chunks().next().and_then(|chunk| chunk.valid().chars().next()).map_or(1, char::len_utf8)
}

/// The pattern space for the command `l`.
fn list(text: &[u8], length: usize) -> Vec<u8> {
    let mut out = Vec::new();
    let mut column = 0;
    for chunk in text.utf8_chunks() {
        let mut units: Vec<Vec<u8>> = Vec::new();
        for c in chunk.valid().chars() {
            let escape: Option<&[u8]> = match c {
                '\\' => Some(b"\\\\"),
                '\u{7}' => Some(b"\\a"),
                '\u{8}' => Some(b"\\b"),
                '\u{c}' => Some(b"\\f"),
                '\n' => Some(b"\\n"),
                '\r' => Some(b"\\r"),
                '\t' => Some(b"\\t"),
                '\u{b}' => Some(b"\\v"),
                _ => None,
            };
            match escape {
                Some(escape) => units.push(escape.to_vec()),
                None if c.is_control() || !c.is_ascii() => c.encode_utf8(&mut [0; 4]).bytes().for_each(|b| units.push(format!("\\{b:03o}").into_bytes())),
                None => units.push(vec![c as u8]),
            }
        }
        chunk.invalid().iter().for_each(|b| units.push(format!("\\{b:03o}").into_bytes()));
        for unit in units {
            if length > 1 && column + unit.len() > length - 1 {
                out.extend_from_slice(b"\\\n");
                column = 0;
            }
            column += unit.len();
            out.extend(unit);
        }
    }
    out.extend_from_slice(b"$\n");
    out
}
