//! Calls of the functions that awk has.

use super::lexer::{SyntaxError, Token};
use super::parser::{Parsed, Parser};
use super::tree::{ArrayRef, Builtin, Expr, Matching, NameQuestion, Pattern};

/// How many arguments a function takes: at least, at most.
const COUNTS: [(&str, Builtin, usize, usize); 31] = [
    ("length", Builtin::Length, 0, 1),
    ("substr", Builtin::Substr, 2, 3),
    ("index", Builtin::Index, 2, 2),
    ("sprintf", Builtin::Sprintf, 1, usize::MAX),
    ("sin", Builtin::Sin, 1, 1),
    ("cos", Builtin::Cos, 1, 1),
    ("atan2", Builtin::Atan2, 2, 2),
    ("exp", Builtin::Exp, 1, 1),
    ("log", Builtin::Log, 1, 1),
    ("sqrt", Builtin::Sqrt, 1, 1),
    ("int", Builtin::Int, 1, 1),
    ("rand", Builtin::Rand, 0, 0),
    ("srand", Builtin::Srand, 0, 1),
    ("tolower", Builtin::Tolower, 1, 1),
    ("toupper", Builtin::Toupper, 1, 1),
    ("system", Builtin::System, 1, 1),
    ("close", Builtin::Close, 1, 2),
    ("fflush", Builtin::Fflush, 0, 1),
    ("systime", Builtin::Systime, 0, 0),
    ("strftime", Builtin::Strftime, 0, 3),
    ("mktime", Builtin::Mktime, 1, 2),
    ("strtonum", Builtin::Strtonum, 1, 1),
    ("and", Builtin::And, 2, usize::MAX),
    ("or", Builtin::Or, 2, usize::MAX),
    ("xor", Builtin::Xor, 2, usize::MAX),
    ("compl", Builtin::Compl, 1, 1),
    ("lshift", Builtin::Lshift, 2, 2),
    ("rshift", Builtin::Rshift, 2, 2),
    ("mkbool", Builtin::Mkbool, 1, 1),
    ("dcgettext", Builtin::Untranslated, 1, 3),
    ("bindtextdomain", Builtin::Untranslated, 1, 2),
];

impl Parser<'_> {
    /// The name is taken already.
    pub(super) fn builtin(&mut self, name: &'static str) -> Parsed<Expr> {
        let at = self.start;
        if name == "length" && !self.is("(") {
            return Ok(Expr::Builtin(Builtin::Length, Vec::new()));
        }
        match name {
            "length" => {
                if let Some(question) = self.question(NameQuestion::Length)? {
                    return Ok(question);
                }
            }
            "isarray" | "typeof" => {
                let question = if name == "isarray" { NameQuestion::IsArray } else { NameQuestion::TypeOf };
                if let Some(question) = self.question(question)? {
                    return Ok(question);
                }
                let mut arguments = self.arguments()?;
                if arguments.len() != 1 {
                    return Err(SyntaxError { at, text: format!("{} is invalid as number of arguments for {name}", arguments.len()) });
                }
                return Ok(Expr::OfValue(question, Box::new(arguments.remove(0))));
            }
            "split" | "patsplit" => return self.split(name == "patsplit"),
            "match" => return self.match_call(),
            "sub" | "gsub" => return self.substitute(name == "gsub"),
            "gensub" => return self.general_substitute(),
            "asort" | "asorti" => return self.sort(name == "asorti"),
            "dcngettext" => return self.arguments().map(|arguments| Expr::Builtin(Builtin::Plural, arguments)),
            _ => {}
        }
        let arguments = self.arguments()?;
        let Some((_, builtin, least, most)) = COUNTS.iter().find(|(known, ..)| *known == name) else { return Err(self.unexpected()) };
        if arguments.len() < *least || arguments.len() > *most {
            let text = format!("{} is invalid as number of arguments for {name}", arguments.len());
            return Err(SyntaxError { at, text });
        }
        Ok(Expr::Builtin(*builtin, arguments))
    }

    /// `(name)` or `(name[keys])`: what that is only the run knows. Anything else is left as it stands.
    fn question(&mut self, question: NameQuestion) -> Parsed<Option<Expr>> {
        let kept = (self.lexer.at, self.token.clone(), self.start, self.lexer.warnings.len());
        self.expect("(")?;
        if let Token::Name(name, false) = self.token.clone() {
            self.advance()?;
            if self.take(")")? {
                return Ok(Some(Expr::OfName(question, self.names.place(&name))));
            }
            if self.is("[") {
                let mut array = ArrayRef::Variable(self.names.array(&name));
                let mut keys = self.subscript()?;
                while self.is("[") {
                    array = ArrayRef::Element(Box::new(array), keys);
                    keys = self.subscript()?;
                }
                if self.take(")")? {
                    return Ok(Some(Expr::OfElement(question, array, keys)));
                }
            }
        }
        self.lexer.warnings.truncate(kept.3);
        (self.lexer.at, self.token, self.start, _) = kept;
        Ok(None)
    }

    fn comma(&mut self) -> Parsed<()> {
        self.skip_newlines()?;
        self.expect(",")?;
        self.skip_newlines()
    }

    fn array_argument(&mut self) -> Parsed<ArrayRef> {
        let Token::Name(name, false) = self.token.clone() else { return Err(self.unexpected()) };
        self.advance()?;
        self.array_reference(&name)
    }

    fn pattern_argument(&mut self) -> Parsed<Pattern> {
        let expr = self.expression()?;
        self.pattern(expr)
    }

    /// Opens the parenthesis, inside which `>` and `in` are what they are.
    fn opened<T>(&mut self, inside: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        self.expect("(")?;
        let (no_greater, no_in) = (std::mem::take(&mut self.no_greater), std::mem::take(&mut self.no_in));
        let result = self.skip_newlines().and_then(|()| inside(self));
        (self.no_greater, self.no_in) = (no_greater, no_in);
        let result = result?;
        self.skip_newlines()?;
        self.expect(")")?;
        Ok(result)
    }

    fn split(&mut self, by_pattern: bool) -> Parsed<Expr> {
        self.opened(|p| {
            let subject = p.expression()?;
            p.comma()?;
            let into = p.array_argument()?;
            let mut pattern = None;
            let mut separators = None;
            if p.is(",") {
                p.comma()?;
                let expr = p.expression()?;
                // A string by itself means what FS would: a blank is no expression.
                pattern = Some(match expr {
                    Expr::String(_) if !by_pattern => Pattern::Made(Box::new(expr)),
                    expr => p.pattern(expr)?,
                });
                if p.is(",") {
                    p.comma()?;
                    separators = Some(p.array_argument()?);
                }
            }
            Ok(Expr::Matching(Box::new(match by_pattern {
                false => Matching::Split { subject, into, separator: pattern, separators },
                true => Matching::PatternSplit { subject, into, pattern, separators },
            })))
        })
    }

    fn match_call(&mut self) -> Parsed<Expr> {
        self.opened(|p| {
            let subject = p.expression()?;
            p.comma()?;
            let pattern = p.pattern_argument()?;
            let mut groups = None;
            if p.is(",") {
                p.comma()?;
                groups = Some(p.array_argument()?);
            }
            Ok(Expr::Matching(Box::new(Matching::Match { subject, pattern, groups })))
        })
    }

    fn substitute(&mut self, all: bool) -> Parsed<Expr> {
        self.opened(|p| {
            let pattern = p.pattern_argument()?;
            p.comma()?;
            let replacement = p.expression()?;
            let (mut target, mut value) = (None, None);
            if p.is(",") {
                p.comma()?;
                match p.expression()? {
                    expr @ (Expr::Variable(_) | Expr::Field(_) | Expr::Element(..)) => target = Some(p.target(expr)?),
                    expr => value = Some(expr),
                }
            }
            Ok(Expr::Matching(Box::new(Matching::Substitute { all, pattern, replacement, target, value })))
        })
    }

    fn general_substitute(&mut self) -> Parsed<Expr> {
        self.opened(|p| {
            let pattern = p.pattern_argument()?;
            p.comma()?;
            let replacement = p.expression()?;
            p.comma()?;
            let how = p.expression()?;
            let mut subject = None;
            if p.is(",") {
                p.comma()?;
                subject = Some(p.expression()?);
            }
            Ok(Expr::Matching(Box::new(Matching::General { pattern, replacement, how, subject })))
        })
    }

    fn sort(&mut self, by_index: bool) -> Parsed<Expr> {
        self.opened(|p| {
            let source = p.array_argument()?;
            let (mut target, mut how) = (None, None);
            if p.is(",") {
                p.comma()?;
                target = Some(p.array_argument()?);
                if p.is(",") {
                    p.comma()?;
                    how = Some(Box::new(p.expression()?));
                }
            }
            Ok(Expr::Sort { by_index, source, target, how })
        })
    }
}
