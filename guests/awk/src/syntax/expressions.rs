//! Expressions, by precedence.

use std::rc::Rc;

use super::lexer::{SyntaxError, Token};
use super::parser::{Parsed, Parser};
use super::tree::{Arithmetic, ArrayRef, Expr, Input, Order, Pattern, Place, SPECIALS, Target};
use crate::regex::Regex;
use crate::text::Text;

impl Parser<'_> {
    pub(super) fn expression(&mut self) -> Parsed<Expr> {
        let test = self.or()?;
        if !self.is("?") {
            return Ok(test);
        }
        self.advance()?;
        self.skip_newlines()?;
        let yes = self.expression()?;
        self.skip_newlines()?;
        self.expect(":")?;
        self.skip_newlines()?;
        let no = self.expression()?;
        Ok(Expr::Choose(Box::new(test), Box::new(yes), Box::new(no)))
    }

    fn or(&mut self) -> Parsed<Expr> {
        let mut left = self.and()?;
        while self.take("||")? {
            self.skip_newlines()?;
            left = Expr::Or(Box::new(left), Box::new(self.and()?));
        }
        Ok(left)
    }

    fn and(&mut self) -> Parsed<Expr> {
        let mut left = self.membership()?;
        while self.take("&&")? {
            self.skip_newlines()?;
            left = Expr::And(Box::new(left), Box::new(self.membership()?));
        }
        Ok(left)
    }

    fn membership(&mut self) -> Parsed<Expr> {
        let mut left = self.matching()?;
        while self.no_in == 0 && self.is("in") {
            self.advance()?;
            let array = self.named_array()?;
            left = Expr::In(vec![left], array);
        }
        Ok(left)
    }

    fn named_array(&mut self) -> Parsed<ArrayRef> {
        let Token::Name(name, _) = self.token.clone() else { return Err(self.unexpected()) };
        self.advance()?;
        self.array_reference(&name)
    }

    fn matching(&mut self) -> Parsed<Expr> {
        let mut left = self.comparison()?;
        while self.is("~") || self.is("!~") {
            let negated = self.is("!~");
            self.advance()?;
            self.skip_newlines()?;
            let right = self.comparison()?;
            let pattern = self.pattern(right)?;
            left = Expr::Match { negated, subject: Box::new(left), pattern };
        }
        Ok(left)
    }

    fn comparison(&mut self) -> Parsed<Expr> {
        let mut left = self.concatenation()?;
        loop {
            let order = match self.token {
                Token::Word("<") => Order::Less,
                Token::Word("<=") => Order::LessOrEqual,
                Token::Word("==") => Order::Equal,
                Token::Word("!=") => Order::NotEqual,
                Token::Word(">") if self.no_greater == 0 => Order::Greater,
                Token::Word(">=") => Order::GreaterOrEqual,
                _ => return Ok(left),
            };
            self.advance()?;
            let right = self.concatenation()?;
            left = Expr::Compare(order, Box::new(left), Box::new(right));
        }
    }

    pub(super) fn concatenation(&mut self) -> Parsed<Expr> {
        let mut left = self.additive()?;
        loop {
            if self.begins_operand() {
                let right = self.additive()?;
                left = match left {
                    Expr::Concat(mut list) => {
                        list.push(right);
                        Expr::Concat(list)
                    }
                    left => Expr::Concat(vec![left, right]),
                };
            } else if (self.is("|") || self.is("|&")) && self.getline_follows()? {
                let coprocess = self.is("|&");
                self.advance()?;
                self.advance()?;
                let command = Box::new(left);
                let target = self.getline_target()?;
                let input = if coprocess { Input::Coprocess(command) } else { Input::Command(command) };
                left = Expr::Getline { input, target };
            } else {
                return Ok(left);
            }
        }
    }

    fn begins_operand(&self) -> bool {
        match &self.token {
            Token::Number(_) | Token::String(_) | Token::Name(..) | Token::Function(_) => true,
            Token::Word(word) => matches!(*word, "$" | "!" | "(" | "++" | "--" | "@"),
            Token::Newline | Token::End => false,
        }
    }

    fn getline_follows(&mut self) -> Parsed<bool> {
        let kept = (self.lexer.at, self.token.clone(), self.start);
        self.advance()?;
        let found = self.is("getline");
        (self.lexer.at, self.token, self.start) = kept;
        Ok(found)
    }

    fn additive(&mut self) -> Parsed<Expr> {
        let mut left = self.multiplicative()?;
        loop {
            let operation = match self.token {
                Token::Word("+") => Arithmetic::Add,
                Token::Word("-") => Arithmetic::Subtract,
                _ => return Ok(left),
            };
            self.advance()?;
            let right = self.multiplicative()?;
            left = Expr::Arithmetic(operation, Box::new(left), Box::new(right));
        }
    }

    fn multiplicative(&mut self) -> Parsed<Expr> {
        let mut left = self.unary()?;
        loop {
            let operation = match self.token {
                Token::Word("*") => Arithmetic::Multiply,
                Token::Word("/") => Arithmetic::Divide,
                Token::Word("%") => Arithmetic::Remainder,
                _ => return Ok(left),
            };
            self.advance()?;
            let at = self.start;
            let right = self.unary()?;
            if matches!((&left, &right), (Expr::Number(_), Expr::Number(0.0))) && operation != Arithmetic::Multiply {
                let by = if operation == Arithmetic::Divide { "" } else { " in `%'" };
                return Err(SyntaxError { at, text: format!("error: division by zero attempted{by}") });
            }
            left = Expr::Arithmetic(operation, Box::new(left), Box::new(right));
        }
    }

    fn unary(&mut self) -> Parsed<Expr> {
        if self.take("!")? {
            return Ok(Expr::Not(Box::new(self.unary()?)));
        }
        if self.take("-")? {
            return Ok(match self.unary()? {
                Expr::Number(value) => Expr::Number(-value),
                operand => Expr::Negate(Box::new(operand)),
            });
        }
        if self.take("+")? {
            return Ok(Expr::Plus(Box::new(self.unary()?)));
        }
        self.power()
    }

    fn power(&mut self) -> Parsed<Expr> {
        let base = self.postfix(true)?;
        if !self.take("^")? {
            return Ok(base);
        }
        // Associates to the right, and takes a sign.
        let exponent = self.unary()?;
        Ok(Expr::Arithmetic(Arithmetic::Power, Box::new(base), Box::new(exponent)))
    }

    /// A primary with `++`, `--` or an assignment after it. An assignment to what looks like the last operand of
    /// something is one of that operand, as every awk takes it: `a && b = 1`.
    fn postfix(&mut self, may_assign: bool) -> Parsed<Expr> {
        if self.is("++") || self.is("--") {
            let by = if self.is("++") { 1.0 } else { -1.0 };
            self.advance()?;
            let operand = self.postfix(false)?;
            let target = self.target(operand)?;
            return Ok(Expr::Step { target: Box::new(target), by, prefix: true });
        }
        let operand = self.primary()?;
        if !matches!(operand, Expr::Variable(_) | Expr::Field(_) | Expr::Element(..)) {
            return Ok(operand);
        }
        if self.is("++") || self.is("--") {
            let by = if self.is("++") { 1.0 } else { -1.0 };
            self.advance()?;
            let target = self.target(operand)?;
            return Ok(Expr::Step { target: Box::new(target), by, prefix: false });
        }
        let Token::Word(word) = self.token else { return Ok(operand) };
        let operation = match word {
            "=" => None,
            "+=" => Some(Arithmetic::Add),
            "-=" => Some(Arithmetic::Subtract),
            "*=" => Some(Arithmetic::Multiply),
            "/=" => Some(Arithmetic::Divide),
            "%=" => Some(Arithmetic::Remainder),
            "^=" => Some(Arithmetic::Power),
            _ => return Ok(operand),
        };
        if !may_assign {
            return Ok(operand);
        }
        self.advance()?;
        self.skip_newlines()?;
        let target = self.target(operand)?;
        let value = self.expression()?;
        Ok(match operation {
            Some(operation) => Expr::Update(operation, Box::new(target), Box::new(value)),
            None => assignment(target, value),
        })
    }

    pub(super) fn target(&mut self, operand: Expr) -> Parsed<Target> {
        Ok(match operand {
            Expr::Variable(place) => Target::Variable(place),
            Expr::Field(index) => Target::Field(index),
            Expr::Element(array, keys) => Target::Element(array, keys),
            _ => return Err(self.unexpected()),
        })
    }

    fn primary(&mut self) -> Parsed<Expr> {
        let at = self.start;
        match self.token.clone() {
            Token::Number(value) => {
                self.advance()?;
                Ok(Expr::Number(value))
            }
            Token::String(bytes) => {
                self.advance()?;
                Ok(Expr::String(Text::new(&bytes)))
            }
            Token::Name(name, called) => {
                self.advance()?;
                if called {
                    return self.call(&name, at);
                }
                self.variable(&name)
            }
            Token::Function(name) => {
                self.advance()?;
                self.builtin(name)
            }
            Token::Word("$") => {
                self.advance()?;
                let index = if self.is("-") || self.is("!") || self.is("+") { self.unary()? } else { self.postfix_of_field()? };
                Ok(Expr::Field(Box::new(index)))
            }
            Token::Word("(") => self.group(),
            Token::Word("/" | "/=") => {
                let regex = self.regex_source()?;
                self.regex_expression(regex)
            }
            Token::Word("getline") => {
                self.advance()?;
                let target = self.getline_target()?;
                if self.take("<")? {
                    let file = self.postfix(false)?;
                    return Ok(Expr::Getline { input: Input::File(Box::new(file)), target });
                }
                self.reads_main = true;
                Ok(Expr::Getline { input: Input::Main, target })
            }
            Token::Word("@") => {
                self.advance()?;
                if self.is("/") {
                    let regex = self.regex_source()?;
                    return self.regex_expression(regex);
                }
                let Token::Name(name, _) = self.token.clone() else { return Err(self.unexpected()) };
                self.advance()?;
                let place = self.names.place(&name);
                let arguments = self.arguments()?;
                Ok(Expr::CallNamed { name: Box::new(Expr::Variable(place)), arguments })
            }
            _ => Err(self.unexpected()),
        }
    }

    /// `$i++` steps the field, `$++i` the index.
    fn postfix_of_field(&mut self) -> Parsed<Expr> {
        if self.is("++") || self.is("--") { self.postfix(false) } else { self.primary() }
    }

    fn variable(&mut self, name: &str) -> Parsed<Expr> {
        if !self.is("[") {
            return Ok(Expr::Variable(self.names.place(name)));
        }
        let mut array = ArrayRef::Variable(self.names.array(name));
        let mut keys = self.subscript()?;
        while self.is("[") {
            array = ArrayRef::Element(Box::new(array), keys);
            keys = self.subscript()?;
        }
        Ok(Expr::Element(array, keys))
    }

    pub(super) fn subscript(&mut self) -> Parsed<Vec<Expr>> {
        self.expect("[")?;
        let (no_greater, no_in) = (std::mem::take(&mut self.no_greater), std::mem::take(&mut self.no_in));
        let keys = self.expressions("]");
        (self.no_greater, self.no_in) = (no_greater, no_in);
        let keys = keys?;
        if keys.is_empty() { Err(self.unexpected()) } else { Ok(keys) }
    }

    /// A list up to and with a closing sign.
    fn expressions(&mut self, close: &str) -> Parsed<Vec<Expr>> {
        let mut list = Vec::new();
        self.skip_newlines()?;
        while !self.is(close) {
            list.push(self.expression()?);
            self.skip_newlines()?;
            if !self.take(",")? {
                break;
            }
            self.skip_newlines()?;
        }
        self.expect(close)?;
        Ok(list)
    }

    pub(super) fn arguments(&mut self) -> Parsed<Vec<Expr>> {
        self.expect("(")?;
        let (no_greater, no_in) = (std::mem::take(&mut self.no_greater), std::mem::take(&mut self.no_in));
        let list = self.expressions(")");
        (self.no_greater, self.no_in) = (no_greater, no_in);
        list
    }

    fn group(&mut self) -> Parsed<Expr> {
        let mut list = self.arguments()?;
        if list.len() > 1 {
            if !self.take("in")? {
                return Err(self.unexpected());
            }
            let array = self.named_array()?;
            return Ok(Expr::In(list, array));
        }
        let Some(inner) = list.pop() else { return Err(self.unexpected()) };
        // A variable in parentheses is nothing to assign to; a string of parts in them is one part.
        Ok(match inner {
            Expr::Variable(_) | Expr::Field(_) | Expr::Element(..) | Expr::Concat(_) => Expr::Group(Box::new(inner)),
            inner => inner,
        })
    }

    fn call(&mut self, name: &str, at: usize) -> Parsed<Expr> {
        let line = self.line(at);
        let arguments = self.arguments()?;
        let function = self.names.function(name);
        self.names.note_call(function, &arguments);
        Ok(Expr::Call { function, arguments, line })
    }

    fn getline_target(&mut self) -> Parsed<Option<Box<Target>>> {
        let begins = matches!(self.token, Token::Name(_, false)) || self.is("$");
        if !begins {
            return Ok(None);
        }
        let operand = self.primary()?;
        self.target(operand).map(|target| Some(Box::new(target)))
    }

    fn regex_source(&mut self) -> Parsed<Vec<u8>> {
        let source = self.lexer.regex(self.start)?;
        self.advance()?;
        Ok(source)
    }

    pub(super) fn regex_literal(&mut self) -> Parsed<Rc<Regex>> {
        let source = self.regex_source()?;
        self.compile(&source)
    }

    fn compile(&mut self, source: &[u8]) -> Parsed<Rc<Regex>> {
        Regex::new(source, false).map(Rc::new).map_err(|fault| SyntaxError {
            at: self.start,
            text: format!("invalid regexp: {fault}: /{}/", String::from_utf8_lossy(source)),
        })
    }

    fn regex_expression(&mut self, source: Vec<u8>) -> Parsed<Expr> {
        if self.ignores_case() {
            let pattern = Pattern::Made(Box::new(Expr::String(Text::new(&source))));
            return Ok(Expr::Match { negated: false, subject: Box::new(Expr::Field(Box::new(Expr::Number(0.0)))), pattern });
        }
        self.compile(&source).map(Expr::Regex)
    }

    /// Where a program may set IGNORECASE, expressions are made anew as it is then.
    fn ignores_case(&self) -> bool {
        memchr::memmem::find(self.source, b"IGNORECASE").is_some() || self.names.ignores_case
    }

    /// What an operand of `~` or an argument stands for as a pattern.
    pub(super) fn pattern(&mut self, expr: Expr) -> Parsed<Pattern> {
        Ok(match expr {
            Expr::Regex(regex) => Pattern::Fixed(regex),
            Expr::String(text) if !self.ignores_case() => match Regex::new(text.bytes(), false) {
                Ok(regex) => Pattern::Fixed(Rc::new(regex)),
                // The fault is told when the program comes there.
                Err(_) => Pattern::Made(Box::new(Expr::String(text))),
            },
            Expr::Match { negated: false, subject, pattern: Pattern::Made(source) }
                if matches!(&*subject, Expr::Field(index) if matches!(**index, Expr::Number(0.0)))
                    && matches!(*source, Expr::String(_)) =>
            {
                Pattern::Made(source)
            }
            expr => Pattern::Made(Box::new(expr)),
        })
    }

    pub(super) fn case_value(&mut self) -> Parsed<Expr> {
        let negative = self.take("-")?;
        if !negative {
            self.take("+")?;
        }
        match self.advance()? {
            Token::Number(value) => Ok(Expr::Number(if negative { -value } else { value })),
            Token::String(bytes) if !negative => Ok(Expr::String(Text::new(&bytes))),
            _ => Err(self.unexpected()),
        }
    }
}

fn assignment(target: Target, value: Expr) -> Expr {
    match (target, value) {
        (Target::Variable(place), Expr::Concat(mut list))
            if matches!(list.first(), Some(Expr::Variable(first)) if *first == place) && !is_special(place) =>
        {
            list.remove(0);
            Expr::Append(place, list)
        }
        (target, value) => Expr::Assign(Box::new(target), Box::new(value)),
    }
}

fn is_special(place: Place) -> bool {
    matches!(place, Place::Global(number) if (number as usize) < SPECIALS.len())
}
