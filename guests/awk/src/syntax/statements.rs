//! Statements.

use super::lexer::{SyntaxError, Token};
use super::parser::{Parsed, Parser};
use super::tree::{ArrayRef, Case, Expr, Kind, Label, Output, Statement, Target};

impl Parser<'_> {
    pub(super) fn statement(&mut self) -> Parsed<Statement> {
        let line = self.line(self.start);
        let kind = self.statement_kind()?;
        Ok(Statement { line, kind })
    }

    fn statement_kind(&mut self) -> Parsed<Kind> {
        let Token::Word(word) = self.token else { return self.simple_and_end() };
        match word {
            "{" => Ok(Kind::Block(self.block()?)),
            "if" => self.if_statement(),
            "while" => {
                self.advance()?;
                let test = self.parenthesised()?;
                if self.take(";")? {
                    return Ok(Kind::While(test, Vec::new()));
                }
                Ok(Kind::While(test, self.loop_body()?))
            }
            "do" => {
                self.advance()?;
                let body = self.loop_body()?;
                self.skip_ends_of_statement()?;
                if !self.take("while")? {
                    return Err(self.unexpected());
                }
                let test = self.parenthesised()?;
                self.end_of_statement()?;
                Ok(Kind::Do(body, test))
            }
            "for" => self.for_statement(),
            "switch" => self.switch(),
            ";" => {
                self.advance()?;
                Ok(Kind::Block(Vec::new()))
            }
            _ => self.simple_and_end(),
        }
    }

    fn simple_and_end(&mut self) -> Parsed<Kind> {
        let kind = self.simple()?;
        self.end_of_statement()?;
        Ok(kind)
    }

    fn skip_ends_of_statement(&mut self) -> Parsed<()> {
        while self.token == Token::Newline || self.is(";") {
            self.advance()?;
        }
        Ok(())
    }

    /// A newline, a semicolon, or a brace that stays.
    fn end_of_statement(&mut self) -> Parsed<()> {
        if self.token == Token::Newline || self.is(";") {
            self.advance()?;
            return Ok(());
        }
        if self.is("}") || self.token == Token::End { Ok(()) } else { Err(self.unexpected()) }
    }

    fn parenthesised(&mut self) -> Parsed<Expr> {
        self.expect("(")?;
        let (no_greater, no_in) = (std::mem::take(&mut self.no_greater), std::mem::take(&mut self.no_in));
        let test = self.expression()?;
        (self.no_greater, self.no_in) = (no_greater, no_in);
        self.expect(")")?;
        Ok(test)
    }

    /// The statement under an if or a loop, which may stand on the next line.
    fn body(&mut self) -> Parsed<Vec<Statement>> {
        self.skip_newlines()?;
        if self.is("{") {
            return self.block();
        }
        if self.take(";")? {
            return Ok(Vec::new());
        }
        Ok(vec![self.statement()?])
    }

    fn loop_body(&mut self) -> Parsed<Vec<Statement>> {
        self.loops += 1;
        let body = self.body();
        self.loops -= 1;
        body
    }

    fn if_statement(&mut self) -> Parsed<Kind> {
        self.advance()?;
        let test = self.parenthesised()?;
        let body = self.body()?;
        // `else` may stand after newlines and semicolons; what stands there otherwise is the next statement.
        let kept = (self.lexer.at, self.token.clone(), self.start);
        self.skip_ends_of_statement()?;
        if self.take("else")? {
            return Ok(Kind::If(test, body, self.body()?));
        }
        (self.lexer.at, self.token, self.start) = kept;
        Ok(Kind::If(test, body, Vec::new()))
    }

    fn for_statement(&mut self) -> Parsed<Kind> {
        self.advance()?;
        self.expect("(")?;
        if let Some(kind) = self.for_in()? {
            return Ok(kind);
        }
        let start = if self.is(";") { None } else { Some(Box::new(self.simple_statement()?)) };
        self.expect(";")?;
        self.skip_newlines()?;
        let test = if self.is(";") { None } else { Some(self.expression()?) };
        self.expect(";")?;
        self.skip_newlines()?;
        let step = if self.is(")") { None } else { Some(Box::new(self.simple_statement()?)) };
        self.expect(")")?;
        if self.take(";")? {
            return Ok(Kind::For { start, test, step, body: Vec::new() });
        }
        Ok(Kind::For { start, test, step, body: self.loop_body()? })
    }

    fn simple_statement(&mut self) -> Parsed<Statement> {
        let line = self.line(self.start);
        Ok(Statement { line, kind: self.simple()? })
    }

    /// `name in array)`, or nothing taken.
    fn for_in(&mut self) -> Parsed<Option<Kind>> {
        let kept = (self.lexer.at, self.token.clone(), self.start, self.lexer.warnings.len());
        if let Token::Name(name, false) = self.token.clone() {
            self.advance()?;
            let mut target = None;
            if self.is("in") {
                target = Some(Target::Variable(self.names.place(&name)));
            }
            if let Some(target) = target {
                self.advance()?;
                if let Token::Name(array, false) = self.token.clone() {
                    self.advance()?;
                    let array = self.array_reference(&array)?;
                    if self.take(")")? {
                        let body = self.loop_body()?;
                        return Ok(Some(Kind::ForIn { target, array, body }));
                    }
                }
            }
        }
        self.lexer.warnings.truncate(kept.3);
        (self.lexer.at, self.token, self.start, _) = kept;
        Ok(None)
    }

    /// An array by name, with subscripts that lead to one within it.
    pub(super) fn array_reference(&mut self, name: &str) -> Parsed<ArrayRef> {
        let mut array = ArrayRef::Variable(self.names.array(name));
        while self.is("[") {
            let keys = self.subscript()?;
            array = ArrayRef::Element(Box::new(array), keys);
        }
        Ok(array)
    }

    fn switch(&mut self) -> Parsed<Kind> {
        self.advance()?;
        let value = self.parenthesised()?;
        self.skip_newlines()?;
        self.expect("{")?;
        self.loops += 1;
        let mut cases = Vec::new();
        loop {
            self.skip_ends_of_statement()?;
            if self.take("}")? {
                break;
            }
            let label = if self.take("default")? {
                None
            } else {
                self.expect("case")?;
                Some(self.case_label()?)
            };
            self.expect(":")?;
            let mut body = Vec::new();
            loop {
                self.skip_ends_of_statement()?;
                if self.is("case") || self.is("default") || self.is("}") {
                    break;
                }
                body.push(self.statement()?);
            }
            cases.push(Case { label, body });
        }
        self.loops -= 1;
        Ok(Kind::Switch(value, cases))
    }

    fn case_label(&mut self) -> Parsed<Label> {
        if self.is("/") || self.is("/=") {
            let regex = self.regex_literal()?;
            return Ok(Label::Regex(regex));
        }
        Ok(Label::Value(self.case_value()?))
    }

    fn simple(&mut self) -> Parsed<Kind> {
        let Token::Word(word) = self.token else { return Ok(Kind::Expression(self.expression()?)) };
        let at = self.start;
        let refuse = |text: &str| Err(SyntaxError { at, text: text.into() });
        match word {
            "print" => self.print(),
            "printf" => {
                let Kind::Print(list, output) = self.print()? else { return Err(self.unexpected()) };
                if list.is_empty() {
                    return refuse("fatal: printf: no arguments");
                }
                Ok(Kind::Printf(list, output))
            }
            "break" | "continue" => {
                if self.loops == 0 {
                    return refuse(&format!("error: `{word}' is not allowed outside a loop{}", if word == "break" { " or switch" } else { "" }));
                }
                self.advance()?;
                Ok(if word == "break" { Kind::Break } else { Kind::Continue })
            }
            "next" | "nextfile" => {
                let refused = self.section.filter(|section| !(word == "nextfile" && *section == "BEGINFILE"));
                if let Some(section) = refused {
                    return refuse(&format!("error: `{word}' used in {section} action"));
                }
                self.advance()?;
                Ok(if word == "next" { Kind::Next } else { Kind::NextFile })
            }
            "exit" => {
                self.advance()?;
                Ok(Kind::Exit(self.optional_expression()?))
            }
            "return" => {
                if !self.in_function {
                    return refuse("`return' used outside function context");
                }
                self.advance()?;
                Ok(Kind::Return(self.optional_expression()?))
            }
            "delete" => self.delete(),
            _ => Ok(Kind::Expression(self.expression()?)),
        }
    }

    fn optional_expression(&mut self) -> Parsed<Option<Expr>> {
        if self.token == Token::Newline || self.token == Token::End || self.is(";") || self.is("}") {
            return Ok(None);
        }
        self.expression().map(Some)
    }

    fn delete(&mut self) -> Parsed<Kind> {
        self.advance()?;
        let grouped = self.take("(")?;
        let Token::Name(name, false) = self.token.clone() else { return Err(self.unexpected()) };
        self.advance()?;
        let mut array = ArrayRef::Variable(self.names.array(&name));
        let mut keys = None;
        while self.is("[") {
            if let Some(keys) = keys.take() {
                array = ArrayRef::Element(Box::new(array), keys);
            }
            keys = Some(self.subscript()?);
        }
        if grouped {
            self.expect(")")?;
        }
        Ok(match keys {
            Some(keys) => Kind::DeleteElement(array, keys),
            None => Kind::DeleteAll(array),
        })
    }

    fn print(&mut self) -> Parsed<Kind> {
        self.advance()?;
        let list = self.print_list()?;
        let output = match self.token {
            Token::Word(">") => {
                self.advance()?;
                Output::File(self.redirection()?)
            }
            Token::Word(">>") => {
                self.advance()?;
                Output::Append(self.redirection()?)
            }
            Token::Word("|") => {
                self.advance()?;
                Output::Command(self.redirection()?)
            }
            Token::Word("|&") => {
                self.advance()?;
                Output::Coprocess(self.redirection()?)
            }
            _ => Output::Standard,
        };
        Ok(Kind::Print(list, output))
    }

    fn redirection(&mut self) -> Parsed<Expr> {
        self.no_greater += 1;
        let name = self.concatenation();
        self.no_greater -= 1;
        name
    }

    fn print_list(&mut self) -> Parsed<Vec<Expr>> {
        if self.token == Token::Newline
            || self.token == Token::End
            || [";", "}", ">", ">>", "|", "|&"].iter().any(|word| self.is(word))
        {
            return Ok(Vec::new());
        }
        self.no_greater += 1;
        let list = self.print_items();
        self.no_greater -= 1;
        list
    }

    fn print_items(&mut self) -> Parsed<Vec<Expr>> {
        let mut list = Vec::new();
        loop {
            let item = self.print_item(list.is_empty())?;
            match item {
                Item::One(expr) => list.push(expr),
                Item::Whole(items) => return Ok(items),
            }
            if !self.take(",")? {
                return Ok(list);
            }
            self.skip_newlines()?;
        }
    }

    /// `(a, b)` alone is the whole list; `(a)(b)`, `(a, b) in c` and `(a) + 1` are expressions that begin so.
    fn print_item(&mut self, first: bool) -> Parsed<Item> {
        if !first || !self.is("(") {
            return self.expression().map(Item::One);
        }
        let kept = (self.lexer.at, self.token.clone(), self.start, self.lexer.warnings.len());
        self.advance()?;
        let (no_greater, no_in) = (std::mem::take(&mut self.no_greater), std::mem::take(&mut self.no_in));
        let mut items = Vec::new();
        self.skip_newlines()?;
        let list = loop {
            match self.expression() {
                Ok(item) => items.push(item),
                Err(error) => break Err(error),
            }
            if let Err(error) = self.skip_newlines() {
                break Err(error);
            }
            match self.take(",") {
                Ok(true) => self.skip_newlines()?,
                Ok(false) => break Ok(()),
                Err(error) => break Err(error),
            }
        };
        (self.no_greater, self.no_in) = (no_greater, no_in);
        list?;
        if items.len() > 1 && self.is(")") {
            self.advance()?;
            let ends = self.token == Token::Newline
                || self.token == Token::End
                || [";", "}", ">", ">>", "|", "|&"].iter().any(|word| self.is(word));
            if ends {
                return Ok(Item::Whole(items));
            }
        }
        self.lexer.warnings.truncate(kept.3);
        (self.lexer.at, self.token, self.start, _) = kept;
        self.expression().map(Item::One)
    }
}

enum Item {
    One(Expr),
    Whole(Vec<Expr>),
}
