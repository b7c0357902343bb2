//! A program as a tree, with every name resolved to a place.

use std::rc::Rc;

use crate::regex::Regex;
use crate::text::Text;

/// Variables that the program's run gives a meaning. Their globals come first, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Special {
    Nf,
    Nr,
    Fnr,
    Fs,
    Ofs,
    Ors,
    Rs,
    Rt,
    Subsep,
    Convfmt,
    Ofmt,
    Rstart,
    Rlength,
    Filename,
    Environ,
    Argc,
    Argv,
    Argind,
    Errno,
    Procinfo,
    Ignorecase,
    Fieldwidths,
    Fpat,
}

pub const SPECIALS: [(&str, Special); 23] = [
    ("NF", Special::Nf),
    ("NR", Special::Nr),
    ("FNR", Special::Fnr),
    ("FS", Special::Fs),
    ("OFS", Special::Ofs),
    ("ORS", Special::Ors),
    ("RS", Special::Rs),
    ("RT", Special::Rt),
    ("SUBSEP", Special::Subsep),
    ("CONVFMT", Special::Convfmt),
    ("OFMT", Special::Ofmt),
    ("RSTART", Special::Rstart),
    ("RLENGTH", Special::Rlength),
    ("FILENAME", Special::Filename),
    ("ENVIRON", Special::Environ),
    ("ARGC", Special::Argc),
    ("ARGV", Special::Argv),
    ("ARGIND", Special::Argind),
    ("ERRNO", Special::Errno),
    ("PROCINFO", Special::Procinfo),
    ("IGNORECASE", Special::Ignorecase),
    ("FIELDWIDTHS", Special::Fieldwidths),
    ("FPAT", Special::Fpat),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Number in the globals. The specials are among them.
    Global(u32),
    /// Number in the frame of the function that runs.
    Local(u32),
}

#[derive(Debug)]
pub enum ArrayRef {
    Variable(Place),
    /// An array that is an element of one.
    Element(Box<ArrayRef>, Vec<Expr>),
}

#[derive(Debug)]
pub enum Target {
    Variable(Place),
    Field(Box<Expr>),
    Element(ArrayRef, Vec<Expr>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Power,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    Less,
    LessOrEqual,
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
}

/// What a string is matched with: an expression that stands there, or one that a string makes.
#[derive(Debug)]
pub enum Pattern {
    Fixed(Rc<Regex>),
    Made(Box<Expr>),
}

#[derive(Debug)]
pub enum Input {
    /// The next record of the main input.
    Main,
    File(Box<Expr>),
    Command(Box<Expr>),
    Coprocess(Box<Expr>),
}

#[derive(Debug)]
pub enum Expr {
    Number(f64),
    String(Text),
    /// A regular expression by itself: whether `$0` matches.
    Regex(Rc<Regex>),
    Variable(Place),
    Field(Box<Expr>),
    Element(ArrayRef, Vec<Expr>),
    Assign(Box<Target>, Box<Expr>),
    Update(Arithmetic, Box<Target>, Box<Expr>),
    /// `x = x a b`: the string grows where it is.
    Append(Place, Vec<Expr>),
    /// `++` and `--`; `prefix`: the value is the new one.
    Step { target: Box<Target>, by: f64, prefix: bool },
    Negate(Box<Expr>),
    Plus(Box<Expr>),
    Not(Box<Expr>),
    Arithmetic(Arithmetic, Box<Expr>, Box<Expr>),
    Concat(Vec<Expr>),
    Compare(Order, Box<Expr>, Box<Expr>),
    Match { negated: bool, subject: Box<Expr>, pattern: Pattern },
    And(Box<Expr>, Box<Expr>),
    Or(Box<Expr>, Box<Expr>),
    Choose(Box<Expr>, Box<Expr>, Box<Expr>),
    In(Vec<Expr>, ArrayRef),
    Call { function: usize, arguments: Vec<Expr>, line: u32 },
    /// `@name(…)`: the function that a variable names.
    CallNamed { name: Box<Expr>, arguments: Vec<Expr> },
    Builtin(Builtin, Vec<Expr>),
    /// match, split, patsplit, sub, gsub, gensub: they take an expression, an array or a target.
    Matching(Box<Matching>),
    /// asort, asorti.
    Sort { by_index: bool, source: ArrayRef, target: Option<ArrayRef>, how: Option<Box<Expr>> },
    /// length, isarray, typeof of a name: only the run knows what it is.
    OfName(NameQuestion, Place),
    OfElement(NameQuestion, ArrayRef, Vec<Expr>),
    OfValue(NameQuestion, Box<Expr>),
    Getline { input: Input, target: Option<Box<Target>> },
    /// In parentheses: a comparison there is no redirection, and a list is none of `in`.
    Group(Box<Expr>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameQuestion {
    Length,
    IsArray,
    TypeOf,
}

#[derive(Debug)]
pub enum Matching {
    Match { subject: Expr, pattern: Pattern, groups: Option<ArrayRef> },
    Split { subject: Expr, into: ArrayRef, separator: Option<Pattern>, separators: Option<ArrayRef> },
    PatternSplit { subject: Expr, into: ArrayRef, pattern: Option<Pattern>, separators: Option<ArrayRef> },
    /// `target` absent: `$0`. Where it is no target the result is dropped.
    Substitute { all: bool, pattern: Pattern, replacement: Expr, target: Option<Target>, value: Option<Expr> },
    General { pattern: Pattern, replacement: Expr, how: Expr, subject: Option<Expr> },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Builtin {
    Length,
    Substr,
    Index,
    Sprintf,
    Sin,
    Cos,
    Atan2,
    Exp,
    Log,
    Sqrt,
    Int,
    Rand,
    Srand,
    Tolower,
    Toupper,
    System,
    Close,
    Fflush,
    Systime,
    Strftime,
    Mktime,
    Strtonum,
    And,
    Or,
    Xor,
    Compl,
    Lshift,
    Rshift,
    Mkbool,
    /// dcgettext and bindtextdomain: there are no translations, the text is its own.
    Untranslated,
    Plural,
}

#[derive(Debug)]
pub enum Output {
    Standard,
    File(Expr),
    Append(Expr),
    Command(Expr),
    Coprocess(Expr),
}

#[derive(Debug)]
pub struct Statement {
    pub line: u32,
    pub kind: Kind,
}

#[derive(Debug)]
pub enum Kind {
    Expression(Expr),
    Print(Vec<Expr>, Output),
    Printf(Vec<Expr>, Output),
    If(Expr, Vec<Statement>, Vec<Statement>),
    While(Expr, Vec<Statement>),
    Do(Vec<Statement>, Expr),
    For { start: Option<Box<Statement>>, test: Option<Expr>, step: Option<Box<Statement>>, body: Vec<Statement> },
    ForIn { target: Target, array: ArrayRef, body: Vec<Statement> },
    Switch(Expr, Vec<Case>),
    Block(Vec<Statement>),
    Break,
    Continue,
    Next,
    NextFile,
    Exit(Option<Expr>),
    Return(Option<Expr>),
    DeleteElement(ArrayRef, Vec<Expr>),
    DeleteAll(ArrayRef),
}

#[derive(Debug)]
pub struct Case {
    /// `None`: default.
    pub label: Option<Label>,
    pub body: Vec<Statement>,
}

#[derive(Debug)]
pub enum Label {
    Value(Expr),
    Regex(Rc<Regex>),
}

#[derive(Debug)]
pub enum Trigger {
    Always,
    When(Expr),
    /// The number tells ranges apart.
    Range(usize, Expr, Expr),
}

#[derive(Debug)]
pub struct Rule {
    pub trigger: Trigger,
    /// `None`: print.
    pub body: Option<Vec<Statement>>,
    pub line: u32,
}

#[derive(Debug, Default)]
pub struct Function {
    pub name: String,
    pub parameters: Vec<String>,
    /// Parameters that the body uses as arrays.
    pub arrays: Vec<bool>,
    pub body: Vec<Statement>,
}

#[derive(Debug, Default)]
pub struct Program {
    pub begin: Vec<Vec<Statement>>,
    pub end: Vec<Vec<Statement>>,
    pub begin_file: Vec<Vec<Statement>>,
    pub end_file: Vec<Vec<Statement>>,
    pub rules: Vec<Rule>,
    pub ranges: usize,
    pub functions: Vec<Function>,
    /// Names of the globals, the specials first.
    pub globals: Vec<String>,
    /// Whether some getline reads the main input, so that a BEGIN alone has need of it.
    pub reads_main: bool,
}
