//! What the parser makes and the executor runs. Words keep their source text, so that a command can be printed again.

use std::cell::OnceCell;
use std::rc::Rc;

use crate::arith::ArithText;
use crate::names::Sym;

/// Immutable bytes of the program, shared between nodes.
pub type Str = Rc<[u8]>;

/// A word before any expansion.
#[derive(Debug)]
pub struct Word {
    pub parts: Box<[Part]>,
    /// The source text, quotes included.
    pub raw: Str,
    /// The whole word is text without any expansion: its value after quote removal.
    pub lit: Option<Str>,
    /// An unquoted `{` stands in it.
    pub brace: bool,
    /// The words that brace expansion makes, made when first needed.
    pub braced: OnceCell<Option<Box<[Word]>>>,
}

#[derive(Debug, Clone)]
pub enum Part {
    /// Unquoted text; glob characters are active in it.
    Lit(Str),
    /// Quoted text.
    Quoted(Str),
    /// What stands between double quotes.
    Double(Rc<[Part]>),
    Param(Rc<Param>),
    Command(Rc<CommandSub>),
    Arith(Rc<ArithText>),
    Process(Rc<ProcessSub>),
    /// `~` or `~name` where tilde expansion applies.
    Tilde(Str),
    /// `${…}` that cannot be understood: an error when it is expanded.
    Bad(Str),
}

#[derive(Debug)]
pub struct CommandSub {
    pub body: SubBody,
    /// bash counts the lines inside from the line on which the substitution ends.
    pub shift: u32,
}

#[derive(Debug)]
pub enum SubBody {
    Parsed(List),
    /// Back quotes: parsed when run, after their own unescaping. The line it stands on.
    Text(Str, u32, OnceCell<Option<Rc<List>>>),
}

#[derive(Debug)]
pub struct ProcessSub {
    /// `<(…)`: the reader is this shell.
    pub read: bool,
    pub body: List,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParamName {
    Var(Sym),
    Positional(u32),
    /// One of `@ * # ? - $ ! 0`.
    Special(u8),
}

#[derive(Debug)]
pub enum Subscript {
    At,
    Star,
    Index(Box<SubIndex>),
}

#[derive(Debug)]
pub struct SubIndex {
    pub word: Word,
    pub arith: ArithText,
}

#[derive(Debug)]
pub struct Param {
    pub name: ParamName,
    pub sub: Option<Subscript>,
    pub op: ParamOp,
    /// `${!name…}`
    pub indirect: bool,
    /// `${#name}`
    pub length: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fallback {
    Use,
    Assign,
    Error,
    Alternative,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replace {
    First,
    All,
    Prefix,
    Suffix,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Case {
    Upper,
    Lower,
    Toggle,
}

#[derive(Debug)]
pub enum ParamOp {
    None,
    Fallback { kind: Fallback, or_null: bool, word: Word },
    RemovePrefix { longest: bool, pattern: Word },
    RemoveSuffix { longest: bool, pattern: Word },
    Substring { offset: ArithText, length: Option<ArithText> },
    Replace { kind: Replace, pattern: Word, with: Word },
    Case { kind: Case, all: bool, pattern: Word },
    Transform(u8),
    /// `${!prefix*}` and `${!prefix@}`
    Names { at: bool },
    /// `${!name[*]}` and `${!name[@]}`
    Keys { at: bool },
}

#[derive(Debug)]
pub struct Assign {
    pub name: Sym,
    pub sub: Option<SubIndex>,
    pub append: bool,
    pub value: AssignValue,
    pub raw: Str,
}

#[derive(Debug)]
pub enum AssignValue {
    Scalar(Word),
    Array(Vec<Element>),
}

/// One element of `name=( … )`.
#[derive(Debug)]
pub struct Element {
    pub key: Option<SubIndex>,
    pub append: bool,
    pub word: Word,
}

#[derive(Debug)]
pub enum Arg {
    Word(Word),
    /// An assignment as argument of `declare` and its like.
    Assign(Assign),
}

#[derive(Debug)]
pub struct Redirect {
    pub fd: RedirectFd,
    pub op: RedirectOp,
    pub target: RedirectTarget,
}

#[derive(Debug)]
pub enum RedirectFd {
    Default,
    Number(u32),
    /// `{name}>`, with a subscript perhaps.
    Variable(Str),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RedirectOp {
    Read,
    Write,
    Clobber,
    Append,
    ReadWrite,
    DupIn,
    DupOut,
    /// `&>`
    Both,
    /// `&>>`
    BothAppend,
    Here { strip: bool },
    HereString,
}

#[derive(Debug)]
pub enum RedirectTarget {
    Word(Word),
    Here(Rc<OnceCell<HereDoc>>),
}

#[derive(Debug)]
pub struct HereDoc {
    /// As it stood after `<<`.
    pub delimiter: Str,
    pub quoted: bool,
    pub body: Box<[Part]>,
    pub text: Str,
}

#[derive(Debug)]
pub struct Simple {
    pub assigns: Vec<Assign>,
    pub args: Vec<Arg>,
}

#[derive(Debug)]
pub struct Command {
    pub kind: Kind,
    pub redirects: Vec<Redirect>,
    pub line: u32,
}

#[derive(Debug)]
pub struct CaseArm {
    pub patterns: Vec<Word>,
    pub body: List,
    pub end: CaseEnd,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaseEnd {
    Break,
    FallThrough,
    TestNext,
}

#[derive(Debug)]
pub struct Function {
    pub name: Str,
    pub body: Command,
    /// File it was read from, for `BASH_SOURCE`.
    pub source: Str,
    pub line: u32,
}

#[derive(Debug)]
pub enum Kind {
    Simple(Simple),
    Brace(List),
    Subshell(List),
    If { arms: Vec<(List, List)>, otherwise: Option<List> },
    For { name: Sym, text: Str, words: Option<Vec<Word>>, body: List },
    Select { name: Sym, text: Str, words: Option<Vec<Word>>, body: List },
    ArithFor { init: ArithText, test: ArithText, step: ArithText, body: List },
    While { until: bool, test: List, body: List },
    Case { word: Word, arms: Vec<CaseArm> },
    Arith(ArithText),
    Test(Test),
    Function(Rc<Function>),
    Coproc { name: Str, body: Box<Command> },
}

/// The expression inside `[[ ]]`.
#[derive(Debug)]
pub enum Test {
    Not(Box<Test>),
    And(Box<Test>, Box<Test>),
    Or(Box<Test>, Box<Test>),
    Group(Box<Test>),
    Unary(u8, Word),
    Binary(Str, Word, Word),
    Word(Word),
}

#[derive(Debug)]
pub struct Pipeline {
    pub bang: bool,
    pub time: Option<Time>,
    pub stages: Vec<Command>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Time {
    Bash,
    Posix,
}

#[derive(Debug)]
pub struct AndOr {
    pub first: Pipeline,
    /// `true`: `&&`.
    pub rest: Vec<(bool, Pipeline)>,
    pub background: bool,
}

pub type List = Vec<AndOr>;
