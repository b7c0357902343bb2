//! The command line: options, starting points, expression.

use crate::action::{Command, Outputs};
use crate::expression::{Comparison, Expression, PermRule, Stamp};
use crate::{date, format};
use sunaba_gnu::bytes::lossy;
use sunaba_gnu::output::{say, version};
use sunaba_gnu::quote::quoted;
use sunaba_gnu::regex::{Matcher, Syntax, translate};
use sunaba_gnu::status::{self, Kind, Moment};
use sunaba_gnu::error;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Follow {
    Never,
    Named,
    Always,
}

pub struct CommandLine {
    pub roots: Vec<Vec<u8>>,
    pub expression: Expression,
    pub follow: Follow,
    pub min_depth: usize,
    pub max_depth: usize,
    pub depth_first: bool,
    pub now: Moment,
    pub commands: Vec<Command>,
    pub outputs: Outputs,
}

pub enum End {
    /// Help or version was printed.
    Said,
    Fault(String),
}

type Parsed<T> = Result<T, End>;

const HELP: &str = "Usage: find [-H] [-L] [-P] [path...] [expression]

Default path is the current directory; default expression is -print.
Operators: ( EXPR )   ! EXPR   -not EXPR   EXPR1 -a EXPR2   EXPR1 EXPR2   EXPR1 -o EXPR2   EXPR1 , EXPR2
Options: -depth -follow -daystart -maxdepth LEVELS -mindepth LEVELS -mount -xdev -regextype TYPE
Tests: -amin N -anewer FILE -atime N -cmin N -cnewer FILE -ctime N -empty -executable -false -gid N -group NAME
      -ilname PATTERN -iname PATTERN -inum N -ipath PATTERN -iregex PATTERN -links N -lname PATTERN -mmin N -mtime N
      -name PATTERN -newer FILE -newerXY FILE -nogroup -nouser -path PATTERN -perm [-/]MODE -readable -regex PATTERN
      -samefile FILE -size N[bcwkMG] -true -type [bcdpfls] -uid N -user NAME -wholename PATTERN -writable -xtype TYPE
Actions: -delete -print0 -printf FORMAT -fprintf FILE FORMAT -print -fprint0 FILE -fprint FILE -ls -fls FILE -prune
      -quit -exec COMMAND ; -exec COMMAND {} + -ok COMMAND ; -execdir COMMAND ; -execdir COMMAND {} + -okdir COMMAND ;
";

const REGEX_TYPES: [&str; 13] = [
    "findutils-default", "ed", "emacs", "gnu-awk", "grep", "posix-awk", "awk", "posix-basic", "posix-egrep", "egrep", "posix-extended",
    "posix-minimal-basic", "sed",
];

struct Parser<'a> {
    words: &'a [Vec<u8>],
    at: usize,
    line: CommandLine,
    syntax: Syntax,
    emacs: bool,
    acts: bool,
    day_start: bool,
    /// The last test that was read, for messages.
    last: String,
}

pub fn command_line(words: &[Vec<u8>]) -> Parsed<CommandLine> {
    let mut line = CommandLine {
        roots: Vec::new(), expression: Expression::True, follow: Follow::Never, min_depth: 0, max_depth: usize::MAX, depth_first: false,
        now: Moment::now(), commands: Vec::new(), outputs: Outputs::new(),
    };
    let mut at = 0;
    while let Some(word) = words.get(at) {
        match word.as_slice() {
            b"-H" => line.follow = Follow::Named,
            b"-L" => line.follow = Follow::Always,
            b"-P" => line.follow = Follow::Never,
            b"--" => {}
            b"-D" => at += 1,
            word if word.starts_with(b"-O") => {}
            _ => break,
        }
        at += 1;
    }
    while let Some(word) = words.get(at) {
        if word.starts_with(b"-") && word.len() > 1 || matches!(word.as_slice(), b"(" | b"!" | b")" | b",") {
            break;
        }
        line.roots.push(word.clone());
        at += 1;
    }
    if line.roots.is_empty() {
        line.roots.push(b".".to_vec());
    }
    let mut parser = Parser { words, at, line, syntax: Syntax::default(), emacs: true, acts: false, day_start: false, last: String::new() };
    if parser.at < words.len() {
        parser.line.expression = parser.list()?;
        if let Some(word) = parser.peek() {
            return Err(if word == b")" { fault("you have too many ')'") } else { fault(&format!("paths must precede expression: `{}'", lossy(word))) });
        }
    }
    if !parser.acts {
        let output = parser.line.outputs.standard();
        let print = Expression::Print { output, end: b'\n' };
        let whole = std::mem::replace(&mut parser.line.expression, Expression::True);
        parser.line.expression = Expression::And(Box::new(whole), Box::new(print));
    }
    Ok(parser.line)
}

fn fault(text: &str) -> End {
    End::Fault(text.to_owned())
}

impl Parser<'_> {
    fn peek(&self) -> Option<&[u8]> {
        self.words.get(self.at).map(Vec::as_slice)
    }

    fn list(&mut self) -> Parsed<Expression> {
        let mut left = self.or()?;
        while self.peek() == Some(b",") {
            self.at += 1;
            left = Expression::List(Box::new(left), Box::new(self.or()?));
        }
        Ok(left)
    }

    fn or(&mut self) -> Parsed<Expression> {
        let mut left = self.and()?;
        while matches!(self.peek(), Some(b"-o" | b"-or")) {
            self.last = lossy(&self.words[self.at]).into_owned();
            self.at += 1;
            left = Expression::Or(Box::new(left), Box::new(self.and()?));
        }
        Ok(left)
    }

    fn and(&mut self) -> Parsed<Expression> {
        let mut left = self.not()?;
        loop {
            match self.peek() {
                None | Some(b")" | b"," | b"-o" | b"-or") => return Ok(left),
                Some(b"-a" | b"-and") => self.at += 1,
                Some(_) => {}
            }
            left = Expression::And(Box::new(left), Box::new(self.not()?));
        }
    }

    fn not(&mut self) -> Parsed<Expression> {
        match self.peek() {
            Some(b"!" | b"-not") => {
                self.at += 1;
                if self.peek().is_none() {
                    return Err(fault("expected an expression after '!'"));
                }
                Ok(Expression::Not(Box::new(self.not()?)))
            }
            Some(b"(") => {
                self.at += 1;
                if self.peek() == Some(b")") {
                    return Err(fault("invalid expression; empty parentheses are not allowed."));
                }
                let inner = self.list()?;
                if self.peek() != Some(b")") {
                    return Err(fault("invalid expression; I was expecting to find a ')' somewhere but did not see one."));
                }
                self.at += 1;
                Ok(inner)
            }
            Some(b")") => Err(fault("invalid expression; you have used a binary operator '(' with nothing before it.")),
            Some(b"-o" | b"-or" | b"-a" | b"-and") => {
                let word = lossy(&self.words[self.at]).into_owned();
                Err(fault(&format!("invalid expression; you have used a binary operator '{word}' with nothing before it.")))
            }
            Some(_) => self.primary(),
            None => Err(fault(&format!("expected an expression after '{}'", self.last))),
        }
    }

    fn argument(&mut self, name: &str) -> Parsed<Vec<u8>> {
        let Some(word) = self.words.get(self.at) else { return Err(fault(&format!("missing argument to `{name}'"))) };
        self.at += 1;
        Ok(word.clone())
    }

    fn primary(&mut self) -> Parsed<Expression> {
        let name = lossy(&self.words[self.at]).into_owned();
        self.at += 1;
        if !name.starts_with('-') {
            return Err(End::Fault(format!("paths must precede expression: `{name}'")));
        }
        self.last = name.clone();
        let folded = name.starts_with("-i");
        Ok(match name.as_str() {
            "-help" | "--help" => {
                say(HELP);
                return Err(End::Said);
            }
            "-version" | "--version" => {
                say(&version("find"));
                return Err(End::Said);
            }
            "-true" | "-mount" | "-xdev" | "-noleaf" | "-warn" | "-nowarn" | "-ignore_readdir_race" | "-noignore_readdir_race" => Expression::True,
            "-false" => Expression::False,
            "-daystart" => {
                self.day_start = true;
                Expression::True
            }
            "-follow" => {
                self.line.follow = Follow::Always;
                Expression::True
            }
            "-depth" | "-d" => {
                self.line.depth_first = true;
                Expression::True
            }
            "-maxdepth" => {
                self.line.max_depth = self.level(&name)?;
                Expression::True
            }
            "-mindepth" => {
                self.line.min_depth = self.level(&name)?;
                Expression::True
            }
            "-regextype" => {
                let kind = self.argument(&name)?;
                if !REGEX_TYPES.iter().any(|known| known.as_bytes() == kind) {
                    let known = REGEX_TYPES.map(|name| format!("'{name}'")).join(", ");
                    return Err(fault(&format!("Unknown regular expression type '{}'; valid types are {known}.", lossy(&kind))));
                }
                self.emacs = matches!(kind.as_slice(), b"emacs" | b"findutils-default");
                self.syntax.extended = matches!(kind.as_slice(), b"posix-extended" | b"egrep" | b"posix-egrep" | b"awk" | b"posix-awk" | b"gnu-awk" | b"posix-minimal-extended");
                Expression::True
            }
            "-name" | "-iname" => Expression::Name { pattern: self.argument(&name)?, ignore_case: folded },
            "-path" | "-wholename" | "-ipath" | "-iwholename" => Expression::Path { pattern: self.argument(&name)?, ignore_case: folded },
            "-lname" | "-ilname" => Expression::LinkName { pattern: self.argument(&name)?, ignore_case: folded },
            "-regex" | "-iregex" => self.regex(&name, folded)?,
            "-type" | "-xtype" => Expression::Type { kinds: self.kinds(&name)?, followed: name == "-xtype" },
            "-size" => self.size(&name)?,
            "-empty" => Expression::Empty,
            "-amin" | "-cmin" | "-mmin" => Expression::Age { which: stamp(&name[1..2]), count: self.count(&name)?, unit: 60 },
            "-atime" | "-ctime" | "-mtime" => {
                if self.day_start {
                    let today = self.line.now.seconds.div_euclid(86_400);
                    self.line.now = Moment { seconds: (today + 1) * 86_400, nanos: 0 };
                    self.day_start = false;
                }
                Expression::Age { which: stamp(&name[1..2]), count: self.count(&name)?, unit: 86_400 }
            }
            "-newer" | "-mnewer" => Expression::Newer { which: Stamp::Modified, than: self.stamp_of(&name, "m")? },
            "-anewer" => Expression::Newer { which: Stamp::Accessed, than: self.stamp_of(&name, "m")? },
            "-cnewer" => Expression::Newer { which: Stamp::Changed, than: self.stamp_of(&name, "m")? },
            _ if name.len() == 8 && name.starts_with("-newer") => {
                Expression::Newer { which: stamp(&name[6..7]), than: self.stamp_of(&name, &name[7..8])? }
            }
            "-perm" => self.perm(&name)?,
            "-user" | "-uid" => Expression::User(self.owner(&name)?),
            "-group" | "-gid" => Expression::Group(self.owner(&name)?),
            "-nouser" | "-nogroup" => Expression::Nobody,
            "-links" => Expression::Links(self.count(&name)?),
            "-inum" => Expression::Inode(self.count(&name)?),
            "-samefile" => {
                let file = self.argument(&name)?;
                let found = status::lstat(&file).map_err(|e| End::Fault(format!("{}: {}", quoted(&file), error::text(&e))))?;
                Expression::SameFile { device: found.device, inode: found.inode }
            }
            "-readable" => Expression::Access(0o4),
            "-writable" => Expression::Access(0o2),
            "-executable" => Expression::Access(0o1),
            "-fstype" => {
                self.argument(&name)?;
                Expression::False
            }
            "-prune" => Expression::Prune,
            "-quit" => Expression::Quit,
            "-print" | "-print0" => {
                self.acts = true;
                Expression::Print { output: self.line.outputs.standard(), end: if name == "-print" { b'\n' } else { 0 } }
            }
            "-fprint" | "-fprint0" => {
                self.acts = true;
                Expression::Print { output: self.file(&name)?, end: if name == "-fprint" { b'\n' } else { 0 } }
            }
            "-printf" => {
                self.acts = true;
                let text = self.argument(&name)?;
                Expression::Printf { output: self.line.outputs.standard(), pieces: format::parse(&text) }
            }
            "-fprintf" => {
                self.acts = true;
                let output = self.file(&name)?;
                let text = self.argument(&name)?;
                Expression::Printf { output, pieces: format::parse(&text) }
            }
            "-ls" => {
                self.acts = true;
                Expression::Ls(self.line.outputs.standard())
            }
            "-fls" => {
                self.acts = true;
                Expression::Ls(self.file(&name)?)
            }
            "-delete" => {
                self.acts = true;
                self.line.depth_first = true;
                Expression::Delete
            }
            "-exec" | "-execdir" | "-ok" | "-okdir" => self.exec(&name)?,
            _ => return Err(fault(&format!("unknown predicate `{name}'"))),
        })
    }

    fn level(&mut self, name: &str) -> Parsed<usize> {
        let text = self.argument(name)?;
        lossy(&text).parse().map_err(|_| fault(&format!("Expected a positive decimal integer argument to {name}, but got {}", quoted(&text))))
    }

    fn count(&mut self, name: &str) -> Parsed<Comparison> {
        let text = self.argument(name)?;
        comparison(&lossy(&text)).ok_or_else(|| fault(&format!("invalid argument `{}' to `{name}'", lossy(&text))))
    }

    fn size(&mut self, name: &str) -> Parsed<Expression> {
        let text = lossy(&self.argument(name)?).into_owned();
        let (number, unit) = match text.chars().last() {
            Some('b') => (&text[..text.len() - 1], 512),
            Some('c') => (&text[..text.len() - 1], 1),
            Some('w') => (&text[..text.len() - 1], 2),
            Some('k') => (&text[..text.len() - 1], 1024),
            Some('M') => (&text[..text.len() - 1], 1 << 20),
            Some('G') => (&text[..text.len() - 1], 1 << 30),
            Some(c) if !c.is_ascii_digit() => return Err(fault(&format!("invalid -size type `{c}'"))),
            _ => (text.as_str(), 512),
        };
        let count = comparison(number).ok_or_else(|| fault(&format!("Invalid argument `{text}' to -size")))?;
        Ok(Expression::Size { count, unit })
    }

    fn kinds(&mut self, name: &str) -> Parsed<Vec<Kind>> {
        let text = lossy(&self.argument(name)?).into_owned();
        text.split(',')
            .map(|letter| {
                Ok(match letter {
                    "f" => Kind::File,
                    "d" => Kind::Directory,
                    "l" => Kind::Link,
                    "p" => Kind::Pipe,
                    "s" => Kind::Socket,
                    "c" => Kind::CharDevice,
                    "b" => Kind::BlockDevice,
                    "" => return Err(fault(&format!("Last file type in list argument to {name} is missing, i.e., list is ending on: ','"))),
                    other if other.len() > 1 => return Err(fault(&format!("Must separate multiple arguments to {name} using: ','"))),
                    other => return Err(fault(&format!("Unknown argument to {name}: {other}"))),
                })
            })
            .collect()
    }

    fn regex(&mut self, name: &str, ignore_case: bool) -> Parsed<Expression> {
        let mut text = self.argument(name)?;
        if self.emacs {
            text = emacs(&text);
        }
        let pattern = translate(&text, self.syntax, 0).map_err(|e| End::Fault(format!("failed to compile regular expression '{}': {e}", lossy(&text))))?;
        let matcher = Matcher::new(&pattern, ignore_case).map_err(End::Fault)?;
        Ok(Expression::Regex(matcher))
    }

    fn stamp_of(&mut self, name: &str, which: &str) -> Parsed<Moment> {
        let text = self.argument(name)?;
        if which == "t" {
            return date::parse(&lossy(&text), self.line.now)
                .ok_or_else(|| fault(&format!("I cannot figure out how to interpret {} as a date or time", quoted(&text))));
        }
        let found = status::stat(&text).map_err(|e| End::Fault(format!("{}: {}", quoted(&text), error::text(&e))))?;
        Ok(match which {
            "a" => found.accessed,
            "c" => found.changed,
            _ => found.modified,
        })
    }

    fn perm(&mut self, name: &str) -> Parsed<Expression> {
        let text = self.argument(name)?;
        let word = lossy(&text).into_owned();
        let (rule, body) = match word.chars().next() {
            Some('-') => (PermRule::All, &word[1..]),
            Some('/') => (PermRule::Any, &word[1..]),
            _ => (PermRule::Exact, word.as_str()),
        };
        let mode = status::parse_mode(body, 0, false, 0).ok_or_else(|| fault(&format!("invalid mode {}", quoted(&text))))?;
        Ok(Expression::Perm { rule, mode })
    }

    fn owner(&mut self, name: &str) -> Parsed<u32> {
        let text = self.argument(name)?;
        let word = lossy(&text).into_owned();
        let digits = word.trim_start_matches(['+', '-']);
        match (digits.parse(), word.as_str()) {
            (Ok(id), _) => Ok(id),
            (_, "root") => Ok(0),
            (_, "user") => Ok(1000),
            _ if name == "-user" => Err(fault(&format!("{} is not the name of a known user", quoted(&text)))),
            _ => Err(fault(&format!("{} is not the name of an existing group", quoted(&text)))),
        }
    }

    fn file(&mut self, name: &str) -> Parsed<crate::action::Output> {
        let path = self.argument(name)?;
        self.line.outputs.open(&path).map_err(|e| End::Fault(format!("{}: {}", quoted(&path), error::text(&e))))
    }

    fn exec(&mut self, name: &str) -> Parsed<Expression> {
        self.acts = true;
        let start = self.at;
        while let Some(word) = self.peek() {
            let plus = word == b"+" && self.at > start && self.words[self.at - 1] == b"{}" && name.starts_with("-exec");
            if word == b";" || plus {
                let mut words = self.words[start..self.at].to_vec();
                self.at += 1;
                if words.is_empty() || (plus && words.len() == 1 && words[0] == b"{}") {
                    return Err(fault(&format!("{} `{name}'", if words.is_empty() { "invalid argument `;' to" } else { "missing argument to" })));
                }
                if plus {
                    words.pop();
                    if words.iter().any(|w| w.windows(2).any(|p| p == b"{}")) {
                        return Err(fault("only one instance of {} is supported with -exec ... +"));
                    }
                }
                self.line.commands.push(Command::new(words, plus, name.ends_with("dir"), name.starts_with("-ok")));
                return Ok(Expression::Exec(self.line.commands.len() - 1));
            }
            self.at += 1;
        }
        Err(fault(&format!("missing argument to `{name}'")))
    }
}

fn stamp(letter: &str) -> Stamp {
    match letter {
        "a" => Stamp::Accessed,
        "c" | "B" => Stamp::Changed,
        _ => Stamp::Modified,
    }
}

fn comparison(text: &str) -> Option<Comparison> {
    let number = |text: &str| text.parse::<f64>().ok().filter(|n| *n >= 0.0 && !text.starts_with(['+', '-'])).map(|n| n as u64);
    match text.chars().next()? {
        '+' => number(&text[1..]).map(Comparison::More),
        '-' => number(&text[1..]).map(Comparison::Less),
        _ => number(text).map(Comparison::Equal),
    }
}

/// Emacs' syntax as a basic expression: `+` and `?` are operators there.
fn emacs(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut i = 0;
    let mut bracket = false;
    while i < text.len() {
        match text[i] {
            b'\\' if !bracket && i + 1 < text.len() => {
                out.push(b'\\');
                i += 1;
                out.push(text[i]);
            }
            b'[' if !bracket => {
                bracket = true;
                out.push(b'[');
                for _ in 0..2 {
                    if matches!(text.get(i + 1), Some(b'^' | b']')) {
                        i += 1;
                        out.push(text[i]);
                    }
                }
            }
            b']' => {
                bracket = false;
                out.push(b']');
            }
            b'+' | b'?' if !bracket => out.extend([b'\\', text[i]]),
            b => out.push(b),
        }
        i += 1;
    }
    out
}
