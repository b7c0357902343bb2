//! test and [: what an expression of the shell's says, as a program.

use sunaba_gnu::output::{complain, say, version};
use sunaba_gnu::quote::quoted;
use sunaba_gnu::status::{self, Kind, Status};
use sunaba_gnu::bytes;

const HELP: &str = "Usage: test EXPRESSION
  or:  test
  or:  [ EXPRESSION ]
  or:  [ ]
  or:  [ OPTION
Exit with the status determined by EXPRESSION: of files (-e -f -d -L -s -r -w -x -nt -ot -ef), strings (-n -z = !=) and
integers (-eq -ne -lt -le -gt -ge), with !, -a, -o and parentheses.
";

type Answer = Result<bool, String>;

pub fn run(name: &str, args: &[Vec<u8>]) -> i32 {
    let mut args: Vec<&[u8]> = args.iter().map(Vec::as_slice).collect();
    if name == "[" {
        if let [one] = args.as_slice() {
            match *one {
                b"--help" => {
                    say(HELP);
                    return 0;
                }
                b"--version" => {
                    say(&version("["));
                    return 0;
                }
                _ => {}
            }
        }
        if args.pop() != Some(b"]") {
            complain("[", "missing ']'");
            return 2;
        }
    }
    match evaluate(&args) {
        Ok(true) => 0,
        Ok(false) => 1,
        Err(fault) => {
            complain(name, &fault);
            2
        }
    }
}

fn evaluate(args: &[&[u8]]) -> Answer {
    match *args {
        [] => Ok(false),
        [one] => Ok(!one.is_empty()),
        [b"!", one] => Ok(one.is_empty()),
        [operator, operand] if is_unary(operator) => unary(operator, operand),
        [operator, _] if operator.first() == Some(&b'-') && operator.len() == 2 => Err(format!("{}: unary operator expected", quoted(operator))),
        [operator, _] => Err(format!("missing argument after {}", quoted(args.last().copied().unwrap_or(operator)))),
        [a, b"-a", b] => Ok(!a.is_empty() && !b.is_empty()),
        [a, b"-o", b] => Ok(!a.is_empty() || !b.is_empty()),
        [a, operator, b] if is_binary(operator) => binary(a, operator, b),
        [b"!", a, b] => evaluate(&[a, b]).map(|answer| !answer),
        [b"(", a, b")"] => Ok(!a.is_empty()),
        [_, operator, _] => Err(format!("{}: binary operator expected", quoted(operator))),
        [b"!", a, b, c] => evaluate(&[a, b, c]).map(|answer| !answer),
        [b"(", a, b, b")"] => evaluate(&[a, b]),
        _ => {
            let mut parser = Parser { args, at: 0 };
            let answer = parser.either()?;
            match args.get(parser.at) {
                Some(extra) => Err(format!("extra argument {}", quoted(extra))),
                None => Ok(answer),
            }
        }
    }
}

/// Expressions of more than four words, by precedence.
struct Parser<'a> {
    args: &'a [&'a [u8]],
    at: usize,
}

impl Parser<'_> {
    fn peek(&self, ahead: usize) -> Option<&[u8]> {
        self.args.get(self.at + ahead).copied()
    }

    fn either(&mut self) -> Answer {
        let mut answer = self.both()?;
        while self.peek(0) == Some(b"-o") {
            self.at += 1;
            answer |= self.both()?;
        }
        Ok(answer)
    }

    fn both(&mut self) -> Answer {
        let mut answer = self.term()?;
        while self.peek(0) == Some(b"-a") {
            self.at += 1;
            answer &= self.term()?;
        }
        Ok(answer)
    }

    fn term(&mut self) -> Answer {
        let mut negated = false;
        while self.peek(0) == Some(b"!") && self.peek(1).is_some() {
            self.at += 1;
            negated = !negated;
        }
        let Some(word) = self.args.get(self.at).copied() else {
            return Err(format!("missing argument after {}", quoted(self.args.last().copied().unwrap_or_default())));
        };
        let operator = self.args.get(self.at + 1).copied().filter(|operator| is_binary(operator));
        let answer = if let (Some(operator), Some(right)) = (operator, self.args.get(self.at + 2).copied()) {
            self.at += 3;
            binary(word, operator, right)?
        } else if word == b"(" {
            self.at += 1;
            let inner = self.either()?;
            match self.peek(0) {
                Some(b")") => self.at += 1,
                Some(other) => return Err(format!("')' expected, found {}", other.escape_ascii())),
                None => return Err("')' expected".into()),
            }
            inner
        } else if is_unary(word) && self.peek(1).is_some() {
            let operand = self.args[self.at + 1];
            self.at += 2;
            unary(word, operand)?
        } else {
            self.at += 1;
            !word.is_empty()
        };
        Ok(answer != negated)
    }
}

fn is_unary(operator: &[u8]) -> bool {
    matches!(operator, [b'-', letter] if b"bcdefgGhkLnNOprsStuwxz".contains(letter))
}

fn is_binary(operator: &[u8]) -> bool {
    matches!(
        operator,
        b"=" | b"==" | b"!=" | b"<" | b">" | b"-eq" | b"-ne" | b"-lt" | b"-le" | b"-gt" | b"-ge" | b"-nt" | b"-ot" | b"-ef"
    )
}

fn unary(operator: &[u8], operand: &[u8]) -> Answer {
    let of = |test: fn(&Status) -> bool| status::stat(operand).is_ok_and(|found| test(&found));
    Ok(match operator[1] {
        b'n' => !operand.is_empty(),
        b'z' => operand.is_empty(),
        b'b' => of(|found| found.kind == Kind::BlockDevice),
        b'c' => of(|found| found.kind == Kind::CharDevice),
        b'd' => of(|found| found.kind == Kind::Directory),
        b'e' => of(|_| true),
        b'f' => of(|found| found.kind == Kind::File),
        b'g' => of(|found| found.mode & 0o2000 != 0),
        b'u' => of(|found| found.mode & 0o4000 != 0),
        b'k' => of(|found| found.mode & 0o1000 != 0),
        b'h' | b'L' => status::lstat(operand).is_ok_and(|found| found.kind == Kind::Link),
        b'p' => of(|found| found.kind == Kind::Pipe),
        b'S' => of(|found| found.kind == Kind::Socket),
        b's' => of(|found| found.size > 0),
        b'N' => of(|found| found.modified > found.accessed),
        b'r' => of(|found| found.mode & 0o444 != 0),
        b'w' => of(|found| found.mode & 0o222 != 0),
        b'x' => of(|found| found.mode & 0o111 != 0),
        // Everything is the one user's.
        b'O' | b'G' => of(|_| true),
        // No terminal is there.
        _ => {
            number(operand)?;
            false
        }
    })
}

fn binary(a: &[u8], operator: &[u8], b: &[u8]) -> Answer {
    let times = || (status::stat(a).map(|found| found.modified), status::stat(b).map(|found| found.modified));
    Ok(match operator {
        b"=" | b"==" => a == b,
        b"!=" => a != b,
        b"<" => a < b,
        b">" => a > b,
        b"-nt" => match times() {
            (Ok(a), Ok(b)) => a > b,
            (a, _) => a.is_ok(),
        },
        b"-ot" => match times() {
            (Ok(a), Ok(b)) => a < b,
            (_, b) => b.is_ok(),
        },
        b"-ef" => matches!((status::stat(a), status::stat(b)), (Ok(a), Ok(b)) if (a.device, a.inode) == (b.device, b.inode)),
        _ => {
            let (x, y) = (number(a)?, number(b)?);
            match operator {
                b"-eq" => x == y,
                b"-ne" => x != y,
                b"-lt" => x < y,
                b"-le" => x <= y,
                b"-gt" => x > y,
                _ => x >= y,
            }
        }
    })
}


fn number(text: &[u8]) -> Result<i128, String> {
    let plain = bytes::lossy(text);
    plain.trim_matches([' ', '\t']).parse().map_err(|_| format!("invalid integer {}", quoted(text)))
}
