//! From words to statements.

use crate::lex::Token;

#[derive(Clone, Debug)]
pub enum Expression {
    Number(String),
    Place(Place),
    Last,
    Unary(&'static str, Box<Expression>),
    Binary(String, Box<Expression>, Box<Expression>),
    Assign(Place, String, Box<Expression>),
    /// Place, by how much, and whether the value is the one before.
    Step(Place, i64, bool),
    Call(String, Vec<Argument>),
    /// In parentheses: an assignment in them is printed.
    Grouped(Box<Expression>),
}

#[derive(Clone, Debug)]
pub enum Argument {
    Value(Expression),
    Array(String),
}

#[derive(Clone, Debug)]
pub enum Place {
    Variable(String),
    Element(String, Box<Expression>),
}

#[derive(Clone, Debug)]
pub enum Statement {
    Expression(Expression),
    Text(String),
    Print(Vec<Piece>),
    Block(Vec<Statement>),
    If(Expression, Box<Statement>, Option<Box<Statement>>),
    While(Expression, Box<Statement>),
    For(Option<Expression>, Option<Expression>, Option<Expression>, Box<Statement>),
    Break,
    Continue,
    Return(Option<Expression>),
    Halt,
    Define(String, Function),
}

impl Statement {
    /// Another statement may follow at once.
    fn is_compound(&self) -> bool {
        matches!(self, Statement::Define(..) | Statement::Block(_) | Statement::If(..) | Statement::While(..) | Statement::For(..))
    }
}

#[derive(Clone, Debug)]
pub enum Piece {
    Text(String),
    Value(Expression),
}

#[derive(Clone, Debug)]
pub struct Function {
    /// It has no value: calling it prints none.
    pub void: bool,
    /// Names; an array's ends with `[]`.
    pub parameters: Vec<String>,
    pub locals: Vec<String>,
    pub body: Vec<Statement>,
}

/// Why there is no statement.
pub enum Fault {
    /// A syntax error in this line.
    Syntax(usize),
    /// The text ends too early.
    Open,
    /// `quit`, which ends bc as soon as it is read.
    Quit,
}

type Parsed<T> = Result<T, Fault>;

/// Names that are no variables.
const RESERVED: &[&str] = &["auto", "break", "continue", "define", "else", "for", "halt", "if", "print", "quit", "return", "while"];

pub struct Parser<'a> {
    words: &'a [(Token, usize)],
    at: usize,
}

impl<'a> Parser<'a> {
    pub fn new(words: &'a [(Token, usize)]) -> Parser<'a> {
        Parser { words, at: 0 }
    }

    fn peek(&self) -> &Token {
        self.words.get(self.at).map_or(&Token::End, |(token, _)| token)
    }

    fn is_over(&self) -> bool {
        *self.peek() == Token::End
    }

    fn line(&self) -> usize {
        self.words.get(self.at.min(self.words.len() - 1)).map_or(1, |(_, line)| *line)
    }

    fn fault<T>(&self) -> Parsed<T> {
        Err(if self.is_over() { Fault::Open } else { Fault::Syntax(self.line()) })
    }

    fn sign(&mut self, wanted: &str) -> bool {
        let hit = matches!(self.peek(), Token::Sign(sign) if sign == wanted);
        self.at += usize::from(hit);
        hit
    }

    fn need(&mut self, wanted: &str) -> Parsed<()> {
        if self.sign(wanted) { Ok(()) } else { self.fault() }
    }

    fn word(&mut self, wanted: &str) -> bool {
        let hit = matches!(self.peek(), Token::Name(name) if name == wanted);
        self.at += usize::from(hit);
        hit
    }

    fn newlines(&mut self) {
        while *self.peek() == Token::Newline || matches!(self.peek(), Token::Sign(sign) if sign == ";") {
            self.at += 1;
        }
    }

    fn only_newlines(&mut self) {
        while *self.peek() == Token::Newline {
            self.at += 1;
        }
    }

    /// The statements of the top level.
    pub fn all(&mut self) -> Parsed<Vec<Statement>> {
        let mut statements = Vec::new();
        loop {
            self.newlines();
            if self.is_over() {
                return Ok(statements);
            }
            statements.push(self.top()?);
        }
    }

    /// One statement of the top level, with what ends it.
    fn top(&mut self) -> Parsed<Statement> {
        let statement = self.statement()?;
        match self.peek() {
            Token::Newline => self.at += 1,
            Token::Sign(sign) if sign == ";" => self.at += 1,
            _ if statement.is_compound() => {}
            _ => return self.fault(),
        }
        Ok(statement)
    }

    fn statement(&mut self) -> Parsed<Statement> {
        match self.peek().clone() {
            Token::Text(text) => {
                self.at += 1;
                Ok(Statement::Text(text))
            }
            Token::Sign(sign) if sign == "{" => {
                self.at += 1;
                Ok(Statement::Block(self.block()?))
            }
            Token::Name(name) => match name.as_str() {
                "if" => {
                    self.at += 1;
                    self.need("(")?;
                    let test = self.expression()?;
                    self.need(")")?;
                    self.only_newlines();
                    let then = Box::new(self.statement()?);
                    if self.word("else") {
                        self.only_newlines();
                        return Ok(Statement::If(test, then, Some(Box::new(self.statement()?))));
                    }
                    Ok(Statement::If(test, then, None))
                }
                "while" => {
                    self.at += 1;
                    self.need("(")?;
                    let test = self.expression()?;
                    self.need(")")?;
                    self.only_newlines();
                    Ok(Statement::While(test, Box::new(self.statement()?)))
                }
                "for" => {
                    self.at += 1;
                    self.need("(")?;
                    let first = self.optional(";")?;
                    self.need(";")?;
                    let test = self.optional(";")?;
                    self.need(";")?;
                    let step = self.optional(")")?;
                    self.need(")")?;
                    self.only_newlines();
                    Ok(Statement::For(first, test, step, Box::new(self.statement()?)))
                }
                "quit" => Err(Fault::Quit),
                "break" | "continue" | "halt" => {
                    self.at += 1;
                    Ok(match name.as_str() {
                        "break" => Statement::Break,
                        "continue" => Statement::Continue,
                        _ => Statement::Halt,
                    })
                }
                "return" => {
                    self.at += 1;
                    let empty = matches!(self.peek(), Token::Newline | Token::End) || matches!(self.peek(), Token::Sign(sign) if sign == ";" || sign == "}");
                    Ok(Statement::Return(if empty { None } else { Some(self.expression()?) }))
                }
                "print" => {
                    self.at += 1;
                    let mut pieces = vec![self.piece()?];
                    while self.sign(",") {
                        pieces.push(self.piece()?);
                    }
                    Ok(Statement::Print(pieces))
                }
                "define" => self.define(),
                "limits" | "warranty" => {
                    self.at += 1;
                    Ok(Statement::Block(Vec::new()))
                }
                _ => Ok(Statement::Expression(self.expression()?)),
            },
            _ => Ok(Statement::Expression(self.expression()?)),
        }
    }

    fn optional(&mut self, end: &str) -> Parsed<Option<Expression>> {
        if matches!(self.peek(), Token::Sign(sign) if sign == end) { Ok(None) } else { self.expression().map(Some) }
    }

    fn piece(&mut self) -> Parsed<Piece> {
        if let Token::Text(text) = self.peek().clone() {
            self.at += 1;
            return Ok(Piece::Text(text));
        }
        self.expression().map(Piece::Value)
    }

    fn block(&mut self) -> Parsed<Vec<Statement>> {
        let mut body = Vec::new();
        loop {
            self.newlines();
            if self.sign("}") {
                return Ok(body);
            }
            body.push(self.statement()?);
            let ends = matches!(self.peek(), Token::Newline | Token::End) || matches!(self.peek(), Token::Sign(sign) if sign == ";" || sign == "}");
            if !ends && !body.last().is_some_and(Statement::is_compound) {
                return self.fault();
            }
        }
    }

    fn name(&mut self) -> Parsed<String> {
        let Token::Name(name) = self.peek().clone() else { return self.fault() };
        self.at += 1;
        if self.sign("[") {
            self.need("]")?;
            return Ok(format!("{name}[]"));
        }
        Ok(name)
    }

    fn define(&mut self) -> Parsed<Statement> {
        self.at += 1;
        let void = self.word("void");
        let Token::Name(name) = self.peek().clone() else { return self.fault() };
        self.at += 1;
        self.need("(")?;
        let mut parameters = Vec::new();
        while !self.sign(")") {
            if !parameters.is_empty() {
                self.need(",")?;
            }
            parameters.push(self.name()?);
        }
        self.only_newlines();
        self.need("{")?;
        self.newlines();
        let mut locals = Vec::new();
        if self.word("auto") {
            locals.push(self.name()?);
            while self.sign(",") {
                locals.push(self.name()?);
            }
        }
        Ok(Statement::Define(name, Function { void, parameters, locals, body: self.block()? }))
    }

    pub fn expression(&mut self) -> Parsed<Expression> {
        let mut left = self.and()?;
        while self.sign("||") {
            left = Expression::Binary("||".into(), Box::new(left), Box::new(self.and()?));
        }
        Ok(left)
    }

    fn and(&mut self) -> Parsed<Expression> {
        let mut left = self.not()?;
        while self.sign("&&") {
            left = Expression::Binary("&&".into(), Box::new(left), Box::new(self.not()?));
        }
        Ok(left)
    }

    fn not(&mut self) -> Parsed<Expression> {
        if self.sign("!") {
            return Ok(Expression::Unary("!", Box::new(self.not()?)));
        }
        self.relation()
    }

    fn relation(&mut self) -> Parsed<Expression> {
        let mut left = self.assignment()?;
        while let Token::Sign(sign) = self.peek().clone() {
            if !["<", ">", "<=", ">=", "==", "!="].contains(&sign.as_str()) {
                break;
            }
            self.at += 1;
            left = Expression::Binary(sign, Box::new(left), Box::new(self.assignment()?));
        }
        Ok(left)
    }

    fn assignment(&mut self) -> Parsed<Expression> {
        let left = self.sum()?;
        if let (Expression::Place(place), Token::Sign(sign)) = (&left, self.peek().clone()) {
            if ["=", "+=", "-=", "*=", "/=", "%=", "^="].contains(&sign.as_str()) {
                self.at += 1;
                let right = self.assignment()?;
                return Ok(Expression::Assign(place.clone(), sign.trim_end_matches('=').to_owned(), Box::new(right)));
            }
        }
        Ok(left)
    }

    fn sum(&mut self) -> Parsed<Expression> {
        let mut left = self.product()?;
        while let Token::Sign(sign) = self.peek().clone() {
            if sign != "+" && sign != "-" {
                break;
            }
            self.at += 1;
            left = Expression::Binary(sign, Box::new(left), Box::new(self.product()?));
        }
        Ok(left)
    }

    fn product(&mut self) -> Parsed<Expression> {
        let mut left = self.power()?;
        while let Token::Sign(sign) = self.peek().clone() {
            if !["*", "/", "%"].contains(&sign.as_str()) {
                break;
            }
            self.at += 1;
            left = Expression::Binary(sign, Box::new(left), Box::new(self.power()?));
        }
        Ok(left)
    }

    /// In bc the sign binds closer than the power: `-2^2` is 4.
    fn power(&mut self) -> Parsed<Expression> {
        let left = self.unary()?;
        if self.sign("^") {
            return Ok(Expression::Binary("^".into(), Box::new(left), Box::new(self.power()?)));
        }
        Ok(left)
    }

    fn unary(&mut self) -> Parsed<Expression> {
        if self.sign("-") {
            return Ok(Expression::Unary("-", Box::new(self.unary()?)));
        }
        for (sign, step) in [("++", 1), ("--", -1)] {
            if self.sign(sign) {
                let Expression::Place(place) = self.primary()? else { return self.fault() };
                return Ok(Expression::Step(place, step, false));
            }
        }
        let value = self.primary()?;
        if let Expression::Place(place) = &value {
            for (sign, step) in [("++", 1), ("--", -1)] {
                if self.sign(sign) {
                    return Ok(Expression::Step(place.clone(), step, true));
                }
            }
        }
        Ok(value)
    }

    fn primary(&mut self) -> Parsed<Expression> {
        match self.peek().clone() {
            Token::Number(text) => {
                self.at += 1;
                Ok(Expression::Number(text))
            }
            Token::Sign(sign) if sign == "(" => {
                self.at += 1;
                let inner = self.expression()?;
                self.need(")")?;
                Ok(Expression::Grouped(Box::new(inner)))
            }
            Token::Sign(sign) if sign == "." => {
                self.at += 1;
                Ok(Expression::Last)
            }
            Token::Name(name) if name == "last" => {
                self.at += 1;
                Ok(Expression::Last)
            }
            Token::Name(name) if RESERVED.contains(&name.as_str()) => self.fault(),
            Token::Name(name) => {
                self.at += 1;
                if self.sign("(") {
                    let mut arguments = Vec::new();
                    while !self.sign(")") {
                        if !arguments.is_empty() {
                            self.need(",")?;
                        }
                        arguments.push(self.argument()?);
                    }
                    return Ok(Expression::Call(name, arguments));
                }
                if self.sign("[") {
                    let index = self.expression()?;
                    self.need("]")?;
                    return Ok(Expression::Place(Place::Element(name, Box::new(index))));
                }
                Ok(Expression::Place(Place::Variable(name)))
            }
            _ => self.fault(),
        }
    }

    fn argument(&mut self) -> Parsed<Argument> {
        if let (Token::Name(name), Some((Token::Sign(open), _)), Some((Token::Sign(close), _))) = (self.peek().clone(), self.words.get(self.at + 1), self.words.get(self.at + 2)) {
            if open == "[" && close == "]" {
                self.at += 3;
                return Ok(Argument::Array(name));
            }
        }
        self.expression().map(Argument::Value)
    }
}
