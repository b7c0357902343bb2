//! From the text of a script to its commands, with GNU sed's messages.

use crate::options::Settings;
use crate::replace;
use crate::script::{Action, Address, Addresses, Command, Pattern, Program, RangeState, Substitute, Translation};
use std::rc::Rc;
use sunaba_gnu::bytes::lossy;
use sunaba_gnu::regex::{Matcher, Syntax, escape_value, translate};

struct Compiler<'a> {
    text: &'a [u8],
    at: usize,
    settings: &'a Settings,
    commands: Vec<Command>,
    files: Vec<Vec<u8>>,
    blocks: Vec<usize>,
    labels: Vec<(Vec<u8>, usize)>,
    jumps: Vec<(usize, Vec<u8>)>,
}

type Compiled<T> = Result<T, String>;

pub fn compile(text: &[u8], settings: &Settings) -> Compiled<Program> {
    let quiet = text == b"#n" || text.starts_with(b"#n\n");
    let mut compiler =
        Compiler { text, at: 0, settings, commands: Vec::new(), files: Vec::new(), blocks: Vec::new(), labels: Vec::new(), jumps: Vec::new() };
    compiler.all()?;
    compiler.link()?;
    Ok(Program { commands: compiler.commands, quiet, files: compiler.files })
}

impl Compiler<'_> {
    fn fault<T>(&self, text: &str) -> Compiled<T> {
        Err(format!("-e expression #1, char {}: {text}", self.at))
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn take(&mut self) -> Option<u8> {
        let b = self.peek()?;
        self.at += 1;
        Some(b)
    }

    fn skip(&mut self, wanted: impl Fn(u8) -> bool) {
        while self.peek().is_some_and(&wanted) {
            self.at += 1;
        }
    }

    fn blanks(&mut self) {
        self.skip(|b| b == b' ' || b == b'\t');
    }

    fn all(&mut self) -> Compiled<()> {
        loop {
            self.skip(|b| b.is_ascii_whitespace() || b == b';');
            if self.peek().is_none() {
                break;
            }
            self.command()?;
        }
        if !self.blocks.is_empty() {
            self.at = 0;
            return self.fault("unmatched `{'");
        }
        Ok(())
    }

    fn command(&mut self) -> Compiled<()> {
        let addresses = self.addresses()?;
        self.blanks();
        let mut negated = false;
        while self.peek() == Some(b'!') {
            self.at += 1;
            if negated {
                return self.fault("multiple `!'s");
            }
            negated = true;
            self.blanks();
        }
        let Some(letter) = self.take() else { return self.fault("missing command") };
        let action = match letter {
            b'#' => {
                if !matches!(addresses, Addresses::None) {
                    return self.fault("comments don't accept any addresses");
                }
                self.skip(|b| b != b'\n');
                return Ok(());
            }
            b':' => {
                if !matches!(addresses, Addresses::None) {
                    return self.fault(": doesn't want any addresses");
                }
                self.blanks();
                let label = self.word();
                if label.is_empty() {
                    return self.fault("\":\" lacks a label");
                }
                self.labels.push((label, self.commands.len()));
                return Ok(());
            }
            b'{' => {
                self.blocks.push(self.commands.len());
                self.push(addresses, negated, Action::Block(0));
                return Ok(());
            }
            b'}' => {
                if !matches!(addresses, Addresses::None) {
                    return self.fault("} doesn't want any addresses");
                }
                let Some(open) = self.blocks.pop() else { return self.fault("unexpected `}'") };
                let next = self.commands.len();
                self.commands[open].action = Action::Block(next);
                return self.end_of_command();
            }
            b'a' | b'i' | b'c' => {
                let text = self.text_argument()?;
                match letter {
                    b'a' => Action::Append(text),
                    b'i' => Action::Insert(text),
                    _ => Action::Change(text),
                }
            }
            b'b' | b't' | b'T' => {
                self.blanks();
                let label = self.word();
                if !label.is_empty() {
                    self.jumps.push((self.commands.len(), label));
                }
                match letter {
                    b'b' => Action::Branch(None),
                    b't' => Action::BranchIf(None),
                    _ => Action::BranchUnless(None),
                }
            }
            b'r' | b'R' | b'w' | b'W' => {
                if self.settings.sandbox {
                    return self.fault("e/r/w commands disabled in sandbox mode");
                }
                let name = self.file_name()?;
                match letter {
                    b'r' => Action::ReadFile(name),
                    b'R' => Action::ReadLine(name),
                    b'w' => Action::WriteFile(self.file(name)),
                    _ => Action::WriteFirst(self.file(name)),
                }
            }
            b's' => self.substitute()?,
            b'y' => self.translation()?,
            b'q' | b'Q' | b'l' | b'L' => {
                if matches!(letter, b'q' | b'Q') && matches!(addresses, Addresses::Range(..)) {
                    return self.fault("command only uses one address");
                }
                self.blanks();
                let number = self.number();
                self.end_of_command()?;
                match letter {
                    b'q' => Action::Quit(number.unwrap_or(0) as i32),
                    b'Q' => Action::QuitSilently(number.unwrap_or(0) as i32),
                    _ => Action::List(number.map(|n| n as usize)),
                }
            }
            b'=' | b'd' | b'D' | b'e' | b'F' | b'g' | b'G' | b'h' | b'H' | b'n' | b'N' | b'p' | b'P' | b'x' | b'z' => {
                if letter == b'e' {
                    return self.fault("the e command does not exist in the sandbox: pipe the output to a shell instead");
                }
                self.end_of_command()?;
                match letter {
                    b'=' => Action::Equals,
                    b'd' => Action::Delete,
                    b'D' => Action::DeleteFirst,
                    b'F' => Action::FileName,
                    b'g' => Action::Get,
                    b'G' => Action::GetAppend,
                    b'h' => Action::Hold,
                    b'H' => Action::HoldAppend,
                    b'n' => Action::Next,
                    b'N' => Action::NextAppend,
                    b'p' => Action::Print,
                    b'P' => Action::PrintFirst,
                    b'x' => Action::Exchange,
                    _ => Action::Zap,
                }
            }
            b'v' => {
                self.skip(|b| b != b'\n' && b != b';');
                Action::Nothing
            }
            b'\n' | b';' => return self.fault("missing command"),
            other => return self.fault(&format!("unknown command: `{}'", other as char)),
        };
        self.push(addresses, negated, action);
        Ok(())
    }

    fn push(&mut self, addresses: Addresses, negated: bool, action: Action) {
        self.commands.push(Command { addresses, negated, action, state: RangeState::Outside });
    }

    fn end_of_command(&mut self) -> Compiled<()> {
        self.blanks();
        match self.peek() {
            None | Some(b'\n' | b';') => {
                self.at += 1;
                self.at = self.at.min(self.text.len());
                Ok(())
            }
            Some(b'}' | b'#') => Ok(()),
            Some(_) => {
                self.at += 1;
                self.fault("extra characters after command")
            }
        }
    }

    fn number(&mut self) -> Option<u64> {
        let start = self.at;
        self.skip(|b| b.is_ascii_digit());
        lossy(&self.text[start..self.at]).parse().ok()
    }

    /// A label: up to a blank or a semicolon.
    fn word(&mut self) -> Vec<u8> {
        let start = self.at;
        self.skip(|b| !b.is_ascii_whitespace() && b != b';');
        self.text[start..self.at].to_vec()
    }

    fn file_name(&mut self) -> Compiled<Vec<u8>> {
        self.blanks();
        let start = self.at;
        self.skip(|b| b != b'\n');
        if start == self.at {
            return self.fault("missing filename in r/R/w/W commands");
        }
        Ok(self.text[start..self.at].to_vec())
    }

    fn file(&mut self, name: Vec<u8>) -> usize {
        match self.files.iter().position(|known| *known == name) {
            Some(index) => index,
            None => {
                self.files.push(name);
                self.files.len() - 1
            }
        }
    }

    fn addresses(&mut self) -> Compiled<Addresses> {
        let Some(first) = self.address(false)? else {
            return Ok(Addresses::None);
        };
        self.blanks();
        if self.peek() != Some(b',') {
            return match first {
                Address::Zero => {
                    self.at += 1;
                    self.fault("invalid usage of line address 0")
                }
                first => Ok(Addresses::One(first)),
            };
        }
        self.at += 1;
        self.blanks();
        let Some(second) = self.address(true)? else {
            self.at += 1;
            return self.fault("unexpected `,'");
        };
        if matches!(first, Address::Zero) && !matches!(second, Address::Regex(_)) {
            return self.fault("invalid usage of line address 0");
        }
        Ok(Addresses::Range(first, second))
    }

    fn address(&mut self, second: bool) -> Compiled<Option<Address>> {
        match self.peek() {
            Some(b'0'..=b'9') => {
                let first = self.number().unwrap_or(u64::MAX);
                if self.peek() == Some(b'~') {
                    self.at += 1;
                    let step = self.number().unwrap_or(0);
                    return Ok(Some(Address::Step { first, step }));
                }
                Ok(Some(if first == 0 { if second { Address::Line(0) } else { Address::Zero } } else { Address::Line(first) }))
            }
            Some(b'+' | b'~') if second => {
                let sign = self.take();
                let Some(number) = self.number() else { return self.fault("expected newer version of sed") };
                Ok(Some(if sign == Some(b'+') { Address::Plus(number) } else { Address::Multiple(number) }))
            }
            Some(b'$') => {
                self.at += 1;
                Ok(Some(Address::Last))
            }
            Some(b'/' | b'\\') => {
                let mut delimiter = self.take();
                if delimiter == Some(b'\\') {
                    delimiter = self.take();
                }
                let Some(source) = delimiter.and_then(|d| self.delimited(d, true)) else {
                    return self.fault("unterminated address regex");
                };
                let (mut ignore_case, mut multi_line) = (false, false);
                loop {
                    match self.peek() {
                        Some(b'I') => ignore_case = true,
                        Some(b'M') => multi_line = true,
                        _ => break,
                    }
                    self.at += 1;
                }
                Ok(Some(Address::Regex(self.pattern(&source, ignore_case, multi_line)?.0)))
            }
            _ => Ok(None),
        }
    }

    /// Text up to the delimiter, as GNU's match_slash reads it. `None`: it is not closed.
    fn delimited(&mut self, delimiter: u8, regex: bool) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        loop {
            match self.take()? {
                b if b == delimiter => return Some(out),
                b'\n' if regex => return None,
                b'[' if regex => {
                    out.push(b'[');
                    let Some(end) = self.bracket_end() else {
                        // All that follows would stand in it.
                        self.at = self.text.len();
                        return None;
                    };
                    let inside = &self.text[self.at..end];
                    let mut i = 0;
                    while i < inside.len() {
                        match (inside[i], inside.get(i + 1)) {
                            (b'\\', Some(b'n')) => {
                                out.push(b'\n');
                                i += 1;
                            }
                            (b'\\', Some(next)) if *next == delimiter => {}
                            (b, _) => out.push(b),
                        }
                        i += 1;
                    }
                    self.at = end;
                }
                b'\\' => {
                    let next = self.take()?;
                    if next == delimiter && !(next == b'&' && !regex) {
                        out.push(next);
                    } else if next == b'n' && regex {
                        out.push(b'\n');
                    } else if next == b'\n' && regex {
                        out.push(b'\n');
                    } else {
                        out.extend([b'\\', next]);
                    }
                }
                b => out.push(b),
            }
        }
    }

    /// Where the bracket expression ends whose `[` was just read; `None`: it is not closed on this line.
    fn bracket_end(&self) -> Option<usize> {
        let mut at = self.at;
        if self.text.get(at) == Some(&b'^') {
            at += 1;
        }
        if self.text.get(at) == Some(&b']') {
            at += 1;
        }
        loop {
            match self.text.get(at)? {
                b'\n' => return None,
                b']' => return Some(at + 1),
                b'[' if matches!(self.text.get(at + 1), Some(b':' | b'.' | b'=')) => {
                    let sign = self.text[at + 1];
                    let rest = &self.text[at + 2..];
                    at += 2 + rest.windows(2).position(|w| w == [sign, b']'])? + 2;
                }
                _ => at += 1,
            }
        }
    }

    /// The compiled expression and how many groups it has. Empty: the last one used.
    fn pattern(&self, source: &[u8], ignore_case: bool, multi_line: bool) -> Compiled<(Pattern, usize)> {
        if source.is_empty() {
            return Ok((Pattern(None), 9));
        }
        let syntax = Syntax { extended: self.settings.extended, multi_line, escapes: true };
        let place = |text: String| format!("-e expression #1, char {}: {text}", self.at);
        let pattern = translate(source, syntax, 0).map_err(place)?;
        let matcher = Matcher::new(&pattern, ignore_case).map_err(place)?;
        Ok((Pattern(Some(Rc::new(matcher))), pattern.groups))
    }

    fn substitute(&mut self) -> Compiled<Action> {
        let unterminated = "unterminated `s' command";
        let Some(delimiter) = self.take() else { return self.fault(unterminated) };
        if delimiter == b'\n' || delimiter == b'\\' {
            return self.fault(unterminated);
        }
        let Some(source) = self.delimited(delimiter, true) else { return self.fault(unterminated) };
        let Some(right) = self.delimited(delimiter, false) else { return self.fault(unterminated) };
        let (pieces, highest) = replace::parse(&right);
        let mut s = Substitute { pattern: Pattern(None), pieces, global: false, nth: 0, print: 0, write: None };
        let (mut ignore_case, mut multi_line) = (false, false);
        loop {
            match self.take() {
                Some(b'g') if s.global => return self.fault("multiple `g' options to `s' command"),
                Some(b'g') => s.global = true,
                Some(b'p') if s.print > 0 => return self.fault("multiple `p' options to `s' command"),
                Some(b'p') => s.print += 1,
                Some(b'i' | b'I') => ignore_case = true,
                Some(b'm' | b'M') => multi_line = true,
                Some(b'e') => return self.fault("the e flag does not exist in the sandbox: pipe the output to a shell instead"),
                Some(b'0'..=b'9') => {
                    self.at -= 1;
                    if s.nth > 0 {
                        return self.fault("multiple number options to `s' command");
                    }
                    s.nth = self.number().unwrap_or(0) as usize;
                    if s.nth == 0 {
                        return self.fault("number option to `s' command may not be zero");
                    }
                }
                Some(b'w') => {
                    let name = self.file_name()?;
                    s.write = Some(self.file(name));
                    break;
                }
                None | Some(b'\n' | b';') => break,
                Some(b'}' | b'#') => {
                    self.at -= 1;
                    break;
                }
                Some(b' ' | b'\t' | b'\r') => {}
                Some(_) => return self.fault("unknown option to `s'"),
            }
        }
        let (pattern, groups) = self.pattern(&source, ignore_case, multi_line)?;
        if highest > groups {
            return self.fault(&format!("invalid reference \\{highest} on `s' command's RHS"));
        }
        s.pattern = pattern;
        Ok(Action::Substitute(Box::new(s)))
    }

    fn translation(&mut self) -> Compiled<Action> {
        let unterminated = "unterminated `y' command";
        let Some(delimiter) = self.take() else { return self.fault(unterminated) };
        let Some(from) = self.delimited(delimiter, false) else { return self.fault(unterminated) };
        let Some(to) = self.delimited(delimiter, false) else { return self.fault(unterminated) };
        let (from, to) = (unescape(&from), unescape(&to));
        let action = match (std::str::from_utf8(&from), std::str::from_utf8(&to)) {
            (Ok(from), Ok(to)) if !from.is_ascii() || !to.is_ascii() => {
                if from.chars().count() != to.chars().count() {
                    return self.fault("strings for `y' command are different lengths");
                }
                Translation::Chars(from.chars().zip(to.chars()).collect())
            }
            _ => {
                if from.len() != to.len() {
                    return self.fault("strings for `y' command are different lengths");
                }
                let mut table = [0; 256];
                (0..=255_u8).for_each(|b| table[usize::from(b)] = b);
                from.iter().zip(&to).for_each(|(a, b)| table[usize::from(*a)] = *b);
                Translation::Bytes(table)
            }
        };
        self.end_of_command()?;
        Ok(Action::Translate(Box::new(action)))
    }

    /// The text of a, i and c: on the same line, or after a backslash and a newline.
    fn text_argument(&mut self) -> Compiled<Vec<u8>> {
        self.blanks();
        if self.peek().is_none() {
            return self.fault("expected \\ after `a', `c' or `i'");
        }
        if self.peek() == Some(b'\\') {
            self.at += 1;
            let mark = self.at;
            self.blanks();
            if self.peek() == Some(b'\n') {
                self.at += 1;
            } else if self.peek().is_none() {
                // `$a\` alone: no text, but a missing last newline is put right.
                return Ok(Vec::new());
            } else {
                // `a\   text`: what stands behind the backslash is the text, blanks and all.
                self.at = mark;
            }
        }
        let mut out = Vec::new();
        while let Some(b) = self.take() {
            match b {
                b'\n' => break,
                b'\\' => match self.peek() {
                    None => break,
                    Some(b'\n') => {
                        out.push(b'\n');
                        self.at += 1;
                    }
                    Some(_) => match escape_value(&self.text[self.at - 1..]).filter(|_| !out.is_empty()) {
                        Some((byte, used)) => {
                            out.push(byte);
                            self.at += used - 1;
                        }
                        None => out.extend(self.take()),
                    },
                },
                b => out.push(b),
            }
        }
        out.push(b'\n');
        Ok(out)
    }

    fn link(&mut self) -> Compiled<()> {
        for (command, label) in std::mem::take(&mut self.jumps) {
            let Some((_, target)) = self.labels.iter().find(|(known, _)| *known == label) else {
                return Err(format!("can't find label for jump to `{}'", lossy(&label)));
            };
            let target = Some(*target);
            match &mut self.commands[command].action {
                Action::Branch(to) | Action::BranchIf(to) | Action::BranchUnless(to) => *to = target,
                _ => {}
            }
        }
        Ok(())
    }
}

/// The escapes of y's strings.
fn unescape(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < text.len() {
        if text[at] == b'\\' && at + 1 < text.len() {
            match escape_value(&text[at..]) {
                Some((byte, used)) => {
                    out.push(byte);
                    at += used;
                }
                None => {
                    if text[at + 1] != b'\\' {
                        out.push(b'\\');
                    }
                    out.push(text[at + 1]);
                    at += 2;
                }
            }
        } else {
            out.push(text[at]);
            at += 1;
        }
    }
    out
}
