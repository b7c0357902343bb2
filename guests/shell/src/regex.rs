//! POSIX extended regular expressions for `[[ =~ ]]`: leftmost, longest, in time linear in the text.

use crate::charset::{Class, Set, char_at, char_len};

#[derive(Debug)]
enum Inst {
    Byte(u8),
    Any,
    Set(Box<Set>),
    Split(usize, usize),
    Jump(usize),
    Save(usize),
    Start,
    End,
    WordEdge(bool),
    WordStart,
    WordEnd,
    Back(usize),
    Match,
}

#[derive(Debug)]
enum Node {
    Empty,
    Byte(u8),
    Any,
    Set(Box<Set>),
    Start,
    End,
    WordEdge(bool),
    WordStart,
    WordEnd,
    Back(usize),
    Group(usize, Box<Node>),
    Cat(Vec<Node>),
    Alt(Vec<Node>),
    Repeat(Box<Node>, u32, Option<u32>),
}

pub struct Regex {
    program: Vec<Inst>,
    groups: usize,
    nocase: bool,
    utf8: bool,
    back: bool,
}

pub type Spans = Vec<Option<(usize, usize)>>;

const MAX_PROGRAM: usize = 20_000;

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    groups: usize,
    utf8: bool,
    back: bool,
    depth: u32,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn alt(&mut self) -> Option<Node> {
        self.depth += 1;
        if self.depth > 200 {
            return None;
        }
        let mut choices = vec![self.cat()?];
        while self.peek() == Some(b'|') {
            self.at += 1;
            choices.push(self.cat()?);
        }
        self.depth -= 1;
        Some(if choices.len() == 1 { choices.pop()? } else { Node::Alt(choices) })
    }

    fn cat(&mut self) -> Option<Node> {
        let mut items = Vec::new();
        while let Some(c) = self.peek() {
            if c == b'|' || (c == b')' && self.depth > 1) {
                break;
            }
            let mut atom = self.atom(items.is_empty())?;
            loop {
                let (low, high) = match self.peek() {
                    Some(b'*') => (0, None),
                    Some(b'+') => (1, None),
                    Some(b'?') => (0, Some(1)),
                    Some(b'{') if self.text.get(self.at + 1).is_some_and(|c| c.is_ascii_digit() || *c == b',') => {
                        let end = self.text[self.at..].iter().position(|&c| c == b'}')? + self.at;
                        let inner = std::str::from_utf8(&self.text[self.at + 1..end]).ok()?;
                        let (low, high) = match inner.split_once(',') {
                            None => (inner.parse().ok()?, Some(inner.parse().ok()?)),
                            Some((low, "")) => (low.parse().ok()?, None),
                            Some(("", high)) => (0, Some(high.parse().ok()?)),
                            Some((low, high)) => (low.parse().ok()?, Some(high.parse().ok()?)),
                        };
                        if high.is_some_and(|high| high < low || high > 32767) || low > 32767 {
                            return None;
                        }
                        self.at = end;
                        (low, high)
                    }
                    _ => break,
                };
                self.at += 1;
                atom = Node::Repeat(Box::new(atom), low, high);
            }
            items.push(atom);
        }
        Some(match items.len() {
            0 => Node::Empty,
            1 => items.pop()?,
            _ => Node::Cat(items),
        })
    }

    fn atom(&mut self, first: bool) -> Option<Node> {
        let c = self.peek()?;
        self.at += 1;
        Some(match c {
            b'.' => Node::Any,
            b'^' => Node::Start,
            b'$' => Node::End,
            b'(' => {
                self.groups += 1;
                let index = self.groups;
                let inner = self.alt()?;
                if self.peek() != Some(b')') {
                    return None;
                }
                self.at += 1;
                Node::Group(index, Box::new(inner))
            }
            b'[' => {
                let (set, len) = Set::parse(&self.text[self.at..], false, self.utf8)?;
                self.at += len;
                Node::Set(Box::new(set))
            }
            b'*' | b'+' | b'?' if first => {
                if c == b'*' { Node::Byte(b'*') } else { return None }
            }
            b'{' if first => return None,
            b'\\' => {
                let next = self.peek()?;
                self.at += 1;
                match next {
                    b'w' => Node::Set(Box::new(Set::of_class(Class::Word, false))),
                    b'W' => Node::Set(Box::new(Set::of_class(Class::Word, true))),
                    b's' => Node::Set(Box::new(Set::of_class(Class::Space, false))),
                    b'S' => Node::Set(Box::new(Set::of_class(Class::Space, true))),
                    b'b' => Node::WordEdge(true),
                    b'B' => Node::WordEdge(false),
                    b'<' => Node::WordStart,
                    b'>' => Node::WordEnd,
                    b'`' => Node::Start,
                    b'\'' => Node::End,
                    b'1'..=b'9' => {
                        self.back = true;
                        Node::Back(usize::from(next - b'0'))
                    }
                    other => Node::Byte(other),
                }
            }
            _ => {
                let len = char_len(&self.text[self.at - 1..], self.utf8);
                if len > 1 {
                    let bytes = self.text[self.at - 1..self.at - 1 + len].to_vec();
                    self.at += len - 1;
                    Node::Cat(bytes.into_iter().map(Node::Byte).collect())
                } else {
                    Node::Byte(c)
                }
            }
        })
    }
}

impl Regex {
    /// `None`: not a valid expression.
    pub fn new(text: &[u8], nocase: bool, utf8: bool) -> Option<Regex> {
        let mut reader = Reader { text, at: 0, groups: 0, utf8, back: false, depth: 0 };
        let node = reader.alt()?;
        if reader.at < text.len() {
            return None;
        }
        let mut regex =
            Regex { program: Vec::new(), groups: reader.groups + 1, nocase, utf8, back: reader.back };
        regex.emit(&Node::Group(0, Box::new(node)))?;
        regex.program.push(Inst::Match);
        Some(regex)
    }

    fn emit(&mut self, node: &Node) -> Option<()> {
        if self.program.len() > MAX_PROGRAM {
            return None;
        }
        match node {
            Node::Empty => {}
            Node::Byte(c) => self.program.push(Inst::Byte(*c)),
            Node::Any => self.program.push(Inst::Any),
            Node::Set(set) => self.program.push(Inst::Set(set.clone())),
            Node::Start => self.program.push(Inst::Start),
            Node::End => self.program.push(Inst::End),
            Node::WordEdge(edge) => self.program.push(Inst::WordEdge(*edge)),
            Node::WordStart => self.program.push(Inst::WordStart),
            Node::WordEnd => self.program.push(Inst::WordEnd),
            Node::Back(index) => self.program.push(Inst::Back(*index)),
            Node::Group(index, inner) => {
                self.program.push(Inst::Save(index * 2));
                self.emit(inner)?;
                self.program.push(Inst::Save(index * 2 + 1));
            }
            Node::Cat(items) => {
                for item in items {
                    self.emit(item)?;
                }
            }
            Node::Alt(choices) => {
                let mut jumps = Vec::new();
                for (i, choice) in choices.iter().enumerate() {
                    if i + 1 < choices.len() {
                        let split = self.program.len();
                        self.program.push(Inst::Split(split + 1, 0));
                        self.emit(choice)?;
                        jumps.push(self.program.len());
                        self.program.push(Inst::Jump(0));
                        self.program[split] = Inst::Split(split + 1, self.program.len());
                    } else {
                        self.emit(choice)?;
                    }
                }
                let end = self.program.len();
                for jump in jumps {
                    self.program[jump] = Inst::Jump(end);
                }
            }
            Node::Repeat(inner, low, high) => {
                for _ in 0..*low {
                    self.emit(inner)?;
                }
                match high {
                    None => {
                        let split = self.program.len();
                        self.program.push(Inst::Jump(0));
                        self.emit(inner)?;
                        self.program.push(Inst::Jump(split));
                        self.program[split] = Inst::Split(split + 1, self.program.len());
                    }
                    Some(high) => {
                        let mut splits = Vec::new();
                        for _ in *low..*high {
                            splits.push(self.program.len());
                            self.program.push(Inst::Jump(0));
                            self.emit(inner)?;
                        }
                        let end = self.program.len();
                        for split in splits {
                            self.program[split] = Inst::Split(split + 1, end);
                        }
                    }
                }
            }
        }
        Some(())
    }

    /// The spans of the whole match and of every group.
    pub fn find(&self, text: &[u8]) -> Option<Spans> {
        let mut seen = vec![0u64; (self.program.len() * (text.len() + 1)).div_ceil(64)];
        let mut from = 0;
        loop {
            if let Some(spans) = self.find_at(text, from, &mut seen) {
                return Some(spans);
            }
            if from >= text.len() {
                return None;
            }
            from += char_len(&text[from..], self.utf8);
        }
    }

    fn find_at(&self, text: &[u8], from: usize, seen: &mut [u64]) -> Option<Spans> {
        let mut best: Option<(usize, Vec<usize>)> = None;
        let mut stack: Vec<(usize, usize, Vec<usize>)> = vec![(0, from, vec![usize::MAX; self.groups * 2])];
        let mut steps = 0u32;
        let width = text.len() + 1;
        let word = |at: usize| at < text.len() && (text[at].is_ascii_alphanumeric() || text[at] == b'_' || text[at] >= 0x80);
        'threads: while let Some((mut pc, mut at, mut saves)) = stack.pop() {
            loop {
                steps += 1;
                if self.back {
                    if steps > 1_000_000 {
                        break 'threads;
                    }
                } else {
                    // What failed from here before fails again, whatever start it came from.
                    let bit = pc * width + at;
                    if seen[bit / 64] & (1 << (bit % 64)) != 0 {
                        continue 'threads;
                    }
                    seen[bit / 64] |= 1 << (bit % 64);
                }
                let before = at > 0 && word(at - 1);
                match &self.program[pc] {
                    Inst::Byte(c) => {
                        let hit = text.get(at).is_some_and(|b| b == c || (self.nocase && b.eq_ignore_ascii_case(c)));
                        if !hit {
                            continue 'threads;
                        }
                        at += 1;
                        pc += 1;
                    }
                    Inst::Any => {
                        if at >= text.len() {
                            continue 'threads;
                        }
                        at += char_len(&text[at..], self.utf8);
                        pc += 1;
                    }
                    Inst::Set(set) => {
                        if at >= text.len() {
                            continue 'threads;
                        }
                        let (code, len) = char_at(&text[at..], self.utf8);
                        if !set.has(code, self.nocase) {
                            continue 'threads;
                        }
                        at += len;
                        pc += 1;
                    }
                    Inst::Split(first, second) => {
                        stack.push((*second, at, saves.clone()));
                        pc = *first;
                    }
                    Inst::Jump(to) => pc = *to,
                    Inst::Save(slot) => {
                        saves[*slot] = at;
                        pc += 1;
                    }
                    Inst::Start if at == 0 => pc += 1,
                    Inst::End if at == text.len() => pc += 1,
                    Inst::WordEdge(edge) if (before != word(at)) == *edge => pc += 1,
                    Inst::WordStart if !before && word(at) => pc += 1,
                    Inst::WordEnd if before && !word(at) => pc += 1,
                    Inst::Start | Inst::End | Inst::WordEdge(_) | Inst::WordStart | Inst::WordEnd => continue 'threads,
                    Inst::Back(index) => {
                        let (low, high) = match (saves.get(index * 2), saves.get(index * 2 + 1)) {
                            (Some(&low), Some(&high)) if high != usize::MAX => (low, high),
                            _ => continue 'threads,
                        };
                        if !text[at..].starts_with(&text[low..high]) {
                            continue 'threads;
                        }
                        at += high - low;
                        pc += 1;
                    }
                    Inst::Match => {
                        if best.as_ref().is_none_or(|(end, _)| at > *end) {
                            best = Some((at, saves));
                        }
                        if at == text.len() {
                            break 'threads;
                        }
                        continue 'threads;
                    }
                }
            }
        }
        let (_, saves) = best?;
        Some(
            (0..self.groups)
                .map(|group| match (saves[group * 2], saves[group * 2 + 1]) {
                    (low, high) if low != usize::MAX && high != usize::MAX => Some((low, high)),
                    _ => None,
                })
                .collect(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(regex: &str, text: &str) -> Option<Vec<String>> {
        let spans = Regex::new(regex.as_bytes(), false, true)?.find(text.as_bytes())?;
        Some(spans.iter().map(|span| span.map_or(String::new(), |(a, b)| text[a..b].to_string())).collect())
    }

    #[test]
    fn longest_match_and_groups() {
        assert_eq!(find("foo|foobar", "xfoobar"), Some(vec!["foobar".into()]));
        assert_eq!(find("([a-z]+)([0-9]{2,3})$", "ab1234 cd123"), Some(vec!["cd123".into(), "cd".into(), "123".into()]));
        assert_eq!(find("^a?b*$", "abbb"), Some(vec!["abbb".into()]));
        assert_eq!(find("(a)|(b)", "b"), Some(vec!["b".into(), String::new(), "b".into()]));
        assert!(find("(", "(").is_none());
    }
}
