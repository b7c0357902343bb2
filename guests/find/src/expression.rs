//! The expression of a command line, parsed.

use crate::action::Output;
use crate::format::Piece;
use sunaba_gnu::regex::Matcher;
use sunaba_gnu::status::{Kind, Moment};

pub enum Expression {
    True,
    False,
    Not(Box<Expression>),
    And(Box<Expression>, Box<Expression>),
    Or(Box<Expression>, Box<Expression>),
    /// Both are evaluated; the value is the second's.
    List(Box<Expression>, Box<Expression>),
    Name { pattern: Vec<u8>, ignore_case: bool },
    Path { pattern: Vec<u8>, ignore_case: bool },
    LinkName { pattern: Vec<u8>, ignore_case: bool },
    Regex(Matcher),
    Type { kinds: Vec<Kind>, followed: bool },
    Size { count: Comparison, unit: u64 },
    Empty,
    Age { which: Stamp, count: Comparison, unit: i64 },
    Newer { which: Stamp, than: Moment },
    Perm { rule: PermRule, mode: u32 },
    User(u32),
    Group(u32),
    Links(Comparison),
    Inode(Comparison),
    SameFile { device: u64, inode: u64 },
    Access(u32),
    /// Every file of the sandbox has the one owner, which has a name.
    Nobody,
    Prune,
    Quit,
    Print { output: Output, end: u8 },
    Printf { output: Output, pieces: Vec<Piece> },
    Ls(Output),
    Delete,
    /// Index into the list of commands.
    Exec(usize),
}

#[derive(Clone, Copy)]
pub enum Stamp {
    Accessed,
    Modified,
    Changed,
}

#[derive(Clone, Copy)]
pub enum PermRule {
    Exact,
    All,
    Any,
}

#[derive(Clone, Copy)]
pub enum Comparison {
    More(u64),
    Less(u64),
    Equal(u64),
}

impl Comparison {
    pub fn holds(self, value: u64) -> bool {
        match self {
            Comparison::More(n) => value > n,
            Comparison::Less(n) => value < n,
            Comparison::Equal(n) => value == n,
        }
    }
}
