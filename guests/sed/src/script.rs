//! A compiled script.

use crate::replace::Piece;
use std::rc::Rc;
use sunaba_gnu::regex::Matcher;

pub struct Program {
    pub commands: Vec<Command>,
    /// The script begins with `#n`.
    pub quiet: bool,
    /// Names of the files that are written.
    pub files: Vec<Vec<u8>>,
}

pub struct Command {
    pub addresses: Addresses,
    pub negated: bool,
    pub action: Action,
    pub state: RangeState,
}

/// Whether a range is being matched, and where it ends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum RangeState {
    Outside,
    Inside,
    /// Until this line.
    Until(u64),
    /// A range that begins at a line number is entered but once.
    Done,
}

pub enum Addresses {
    None,
    One(Address),
    Range(Address, Address),
}

pub enum Address {
    Line(u64),
    Step { first: u64, step: u64 },
    Last,
    Zero,
    Regex(Pattern),
    /// `+N` and `~N`, as second addresses.
    Plus(u64),
    Multiple(u64),
}

/// `None`: the last expression that was used when it runs.
#[derive(Clone)]
pub struct Pattern(pub Option<Rc<Matcher>>);

pub enum Action {
    /// Index of the command after the block's end.
    Block(usize),
    Nothing,
    Equals,
    Append(Vec<u8>),
    Insert(Vec<u8>),
    Change(Vec<u8>),
    Branch(Option<usize>),
    BranchIf(Option<usize>),
    BranchUnless(Option<usize>),
    Delete,
    DeleteFirst,
    FileName,
    Get,
    GetAppend,
    Hold,
    HoldAppend,
    List(Option<usize>),
    Next,
    NextAppend,
    Print,
    PrintFirst,
    Quit(i32),
    QuitSilently(i32),
    ReadFile(Vec<u8>),
    ReadLine(Vec<u8>),
    Substitute(Box<Substitute>),
    WriteFile(usize),
    WriteFirst(usize),
    Exchange,
    Translate(Box<Translation>),
    Zap,
}

pub struct Substitute {
    pub pattern: Pattern,
    pub pieces: Vec<Piece>,
    pub global: bool,
    pub nth: usize,
    pub print: usize,
    pub write: Option<usize>,
}

pub enum Translation {
    Bytes([u8; 256]),
    Chars(Vec<(char, char)>),
}
