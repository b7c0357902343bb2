//! The grammar's upper part: rules and functions.

use super::lexer::{Lexer, SyntaxError, Token};
use super::names::Names;
use super::tree::{Function, Program, Rule, Statement, Trigger};

pub struct Parser<'a> {
    pub(super) lexer: Lexer<'a>,
    pub(super) token: Token,
    /// Where the current token begins.
    pub(super) start: usize,
    pub(super) source: &'a [u8],
    pub(super) names: &'a mut Names,
    /// No `>` and no `in` outside parentheses: a print's list, a for's head.
    pub(super) no_greater: usize,
    pub(super) no_in: usize,
    pub(super) in_function: bool,
    pub(super) reads_main: bool,
    pub(super) loops: usize,
    /// BEGIN and its like, within one of their actions.
    pub(super) section: Option<&'static str>,
    line_starts: Vec<usize>,
}

pub type Parsed<T> = Result<T, SyntaxError>;

/// Parses one source into the program; several are parsed one after the other, with the same names.
pub fn parse(source: &[u8], names: &mut Names, program: &mut Program) -> Result<Vec<(usize, String)>, SyntaxError> {
    let line_starts = std::iter::once(0).chain(memchr::memchr_iter(b'\n', source).map(|at| at + 1)).collect();
    let mut parser = Parser {
        lexer: Lexer::new(source),
        token: Token::Newline,
        start: 0,
        source,
        names,
        no_greater: 0,
        no_in: 0,
        in_function: false,
        section: None,
        reads_main: false,
        loops: 0,
        line_starts,
    };
    parser.advance()?;
    parser.program(program)?;
    program.reads_main |= parser.reads_main;
    let warnings = parser.lexer.warnings.iter().map(|(at, text)| (parser.line(*at) as usize, text.clone())).collect();
    Ok(warnings)
}

impl Parser<'_> {
    pub(super) fn line(&self, at: usize) -> u32 {
        self.line_starts.partition_point(|start| *start <= at) as u32
    }

    pub(super) fn advance(&mut self) -> Parsed<Token> {
        let next = self.lexer.next()?;
        self.start = self.lexer.start;
        Ok(std::mem::replace(&mut self.token, next))
    }

    pub(super) fn is(&self, word: &str) -> bool {
        matches!(&self.token, Token::Word(known) if *known == word)
    }

    /// Takes the word where it comes next.
    pub(super) fn take(&mut self, word: &str) -> Parsed<bool> {
        if self.is(word) {
            self.advance()?;
            return Ok(true);
        }
        Ok(false)
    }

    pub(super) fn expect(&mut self, word: &str) -> Parsed<()> {
        if self.take(word)? { Ok(()) } else { Err(self.unexpected()) }
    }

    pub(super) fn unexpected(&self) -> SyntaxError {
        let text = match self.token {
            Token::Newline | Token::End => "unexpected newline or end of string",
            _ => "syntax error",
        };
        SyntaxError { at: self.start, text: text.into() }
    }

    pub(super) fn skip_newlines(&mut self) -> Parsed<()> {
        while self.token == Token::Newline {
            self.advance()?;
        }
        Ok(())
    }

    fn skip_ends(&mut self) -> Parsed<()> {
        while self.token == Token::Newline || self.is(";") {
            self.advance()?;
        }
        Ok(())
    }

    fn program(&mut self, program: &mut Program) -> Parsed<()> {
        self.skip_ends()?;
        while self.token != Token::End {
            self.item(program)?;
            self.skip_ends()?;
        }
        Ok(())
    }

    fn item(&mut self, program: &mut Program) -> Parsed<()> {
        let line = self.line(self.start);
        for word in ["BEGIN", "END", "BEGINFILE", "ENDFILE"] {
            if self.is(word) {
                self.advance()?;
                if !self.is("{") {
                    return Err(SyntaxError { at: self.start, text: format!("{word} blocks must have an action part") });
                }
                self.section = Some(word);
                let body = self.block()?;
                self.section = None;
                match word {
                    "BEGIN" => program.begin.push(body),
                    "END" => program.end.push(body),
                    "BEGINFILE" => program.begin_file.push(body),
                    _ => program.end_file.push(body),
                }
                return Ok(());
            }
        }
        if self.is("function") {
            return self.function();
        }
        let trigger = if self.is("{") {
            Trigger::Always
        } else {
            let first = self.expression()?;
            if self.take(",")? {
                self.skip_newlines()?;
                let second = self.expression()?;
                program.ranges += 1;
                Trigger::Range(program.ranges - 1, first, second)
            } else {
                Trigger::When(first)
            }
        };
        let body = if self.is("{") { Some(self.block()?) } else { None };
        if body.is_none() && !matches!(self.token, Token::Newline | Token::End) && !self.is(";") {
            return Err(self.unexpected());
        }
        program.rules.push(Rule { trigger, body, line });
        Ok(())
    }

    fn function(&mut self) -> Parsed<()> {
        self.advance()?;
        let at = self.start;
        let Token::Name(name, _) = self.advance()? else {
            return Err(SyntaxError { at, text: "syntax error".into() });
        };
        if self.names.is_function(&name) {
            return Err(SyntaxError { at, text: format!("function name `{name}' previously defined") });
        }
        self.expect("(")?;
        let mut parameters: Vec<String> = Vec::new();
        self.skip_newlines()?;
        while !self.is(")") {
            let at = self.start;
            let Token::Name(parameter, _) = self.advance()? else {
                return Err(SyntaxError { at, text: "syntax error".into() });
            };
            if *parameter == *name {
                return Err(SyntaxError { at, text: format!("error: function `{name}': cannot use function name as parameter name") });
            }
            if parameters.iter().any(|known| *known == *parameter) {
                let text = format!("function `{name}': parameter #{}, `{parameter}', duplicates parameter #{}", parameters.len() + 1,
                    parameters.iter().position(|known| *known == *parameter).unwrap_or(0) + 1);
                return Err(SyntaxError { at, text });
            }
            parameters.push(parameter.to_string());
            self.skip_newlines()?;
            if !self.take(",")? {
                break;
            }
            self.skip_newlines()?;
        }
        self.expect(")")?;
        self.skip_newlines()?;
        let number = self.names.function(&name);
        self.names.enter(number, &parameters);
        self.in_function = true;
        let body = self.block()?;
        self.in_function = false;
        self.names.leave();
        self.names.defined[number] = Some(Function { name: name.to_string(), parameters, arrays: Vec::new(), body });
        Ok(())
    }

    pub(super) fn block(&mut self) -> Parsed<Vec<Statement>> {
        self.expect("{")?;
        let mut body = Vec::new();
        loop {
            self.skip_ends()?;
            if self.take("}")? {
                return Ok(body);
            }
            body.push(self.statement()?);
        }
    }
}
