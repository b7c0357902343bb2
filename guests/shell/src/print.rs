//! Commands back to text, laid out as `declare -f` lays them out; the text can be read again.

use std::rc::Rc;

use crate::ast::*;

#[derive(Default)]
struct Printer {
    out: Vec<u8>,
    indent: usize,
    heres: Vec<Rc<std::cell::OnceCell<HereDoc>>>,
}

/// A whole command, complete with its here-documents.
pub fn command_text(command: &Command) -> Vec<u8> {
    let mut printer = Printer::default();
    printer.command(command);
    printer.end();
    printer.out
}

/// Without the `&` that may stand behind it: whoever runs the text is in the background already.
pub fn and_or_text(item: &AndOr) -> Vec<u8> {
    let mut printer = Printer::default();
    printer.and_or_alone(item);
    printer.end();
    printer.out
}

pub fn list_text(list: &List) -> Vec<u8> {
    let mut printer = Printer::default();
    printer.list(list, false);
    printer.end();
    printer.out
}

/// What `BASH_COMMAND` and `jobs` show.
pub fn command_line(command: &Command) -> Vec<u8> {
    let mut printer = Printer::default();
    match &command.kind {
        Kind::For { text, words, .. } => printer.for_head(b"for ", text, words),
        Kind::Select { text, words, .. } => printer.for_head(b"select ", text, words),
        _ => printer.command(command),
    }
    printer.out
}

/// `name () { … }`
pub fn function_text(name: &[u8], function: &Function) -> Vec<u8> {
    let mut printer = Printer::default();
    printer.put(name);
    printer.put(b" () \n");
    printer.function_body(&function.body);
    printer.end();
    printer.out
}

impl Printer {
    fn put(&mut self, text: &[u8]) {
        self.out.extend_from_slice(text);
    }

    fn end(&mut self) {
        if !self.heres.is_empty() {
            self.newline();
        }
    }

    fn newline(&mut self) {
        self.out.push(b'\n');
        for here in std::mem::take(&mut self.heres) {
            if let Some(here) = here.get() {
                self.put(&here.text);
                let delimiter: Vec<u8> = if here.quoted {
                    here.delimiter.iter().copied().filter(|c| !matches!(c, b'\'' | b'"' | b'\\')).collect()
                } else {
                    here.delimiter.to_vec()
                };
                self.put(&delimiter);
                self.out.push(b'\n');
            }
        }
    }

    fn line(&mut self) {
        let here = !self.heres.is_empty();
        self.newline();
        if here {
            // bash leaves an empty line behind a here-document.
            self.out.push(b'\n');
        }
        let indent = self.indent;
        self.out.extend(std::iter::repeat_n(b' ', indent));
    }

    fn function_body(&mut self, body: &Command) {
        match &body.kind {
            Kind::Brace(list) => {
                self.put(b"{ ");
                self.indent += 4;
                self.line();
                self.list(list, false);
                self.indent -= 4;
                self.line();
                self.put(b"}");
                self.redirects(&body.redirects);
            }
            _ => {
                self.put(b"{ ");
                self.indent += 4;
                self.line();
                self.command(body);
                self.indent -= 4;
                self.line();
                self.put(b"}");
            }
        }
    }

    /// The commands of a list; `closed`: a semicolon also after the last.
    fn list(&mut self, list: &List, closed: bool) {
        for (at, item) in list.iter().enumerate() {
            self.and_or(item);
            let last = at + 1 == list.len();
            if !item.background && (closed || !last) && self.heres.is_empty() {
                self.out.push(b';');
            }
            if !last {
                self.line();
            }
        }
    }

    fn and_or(&mut self, item: &AndOr) {
        self.and_or_alone(item);
        if item.background {
            self.put(b" &");
        }
    }

    fn and_or_alone(&mut self, item: &AndOr) {
        self.pipeline(&item.first);
        for (and, pipeline) in &item.rest {
            self.put(if *and { b" && " } else { b" || " });
            self.pipeline(pipeline);
        }
    }

    fn pipeline(&mut self, pipeline: &Pipeline) {
        match pipeline.time {
            Some(Time::Bash) => self.put(b"time "),
            Some(Time::Posix) => self.put(b"time -p "),
            None => {}
        }
        if pipeline.bang {
            self.put(b"! ");
        }
        for (at, stage) in pipeline.stages.iter().enumerate() {
            if at > 0 {
                self.put(b" | ");
            }
            self.command(stage);
        }
    }

    fn block(&mut self, list: &List) {
        self.indent += 4;
        self.line();
        self.list(list, true);
        self.indent -= 4;
        self.line();
    }

    fn inline(&mut self, list: &List) {
        self.list(list, false);
    }

    fn for_head(&mut self, word: &[u8], text: &Str, words: &Option<Vec<Word>>) {
        self.put(word);
        self.put(text);
        match words {
            Some(words) => {
                self.put(b" in");
                for word in words {
                    self.put(b" ");
                    self.put(&word.raw);
                }
            }
            None => self.put(b" in \"$@\""),
        }
    }

    fn command(&mut self, command: &Command) {
        match &command.kind {
            Kind::Simple(simple) => {
                let mut first = true;
                for assign in &simple.assigns {
                    if !std::mem::take(&mut first) {
                        self.put(b" ");
                    }
                    self.put(&assign.raw);
                }
                for arg in &simple.args {
                    if !std::mem::take(&mut first) {
                        self.put(b" ");
                    }
                    match arg {
                        Arg::Word(word) => self.put(&word.raw),
                        Arg::Assign(assign) => self.put(&assign.raw),
                    }
                }
                if first && !command.redirects.is_empty() {
                    self.redirects(&command.redirects);
                    return;
                }
            }
            Kind::Brace(list) => {
                self.put(b"{ ");
                self.indent += 4;
                self.line();
                self.list(list, false);
                self.indent -= 4;
                self.line();
                self.put(b"}");
            }
            Kind::Subshell(list) => {
                self.put(b"( ");
                self.inline(list);
                if !self.heres.is_empty() {
                    self.line();
                }
                self.put(b" )");
            }
            Kind::If { arms, otherwise } => {
                for (at, (test, body)) in arms.iter().enumerate() {
                    // What bash prints for `elif` is a nested `if`.
                    self.put(if at == 0 { b"if " } else { b"elif " });
                    self.inline(test);
                    if self.heres.is_empty() {
                        self.put(b"; then");
                    } else {
                        self.line();
                        self.put(b"then");
                    }
                    self.block(body);
                }
                if let Some(body) = otherwise {
                    self.put(b"else");
                    self.block(body);
                }
                self.put(b"fi");
            }
            Kind::For { text, words, body, .. } => {
                self.for_head(b"for ", text, words);
                self.put(b";");
                self.line();
                self.put(b"do");
                self.block(body);
                self.put(b"done");
            }
            Kind::Select { text, words, body, .. } => {
                self.for_head(b"select ", text, words);
                self.put(b";");
                self.line();
                self.put(b"do");
                self.block(body);
                self.put(b"done");
            }
            Kind::ArithFor { init, test, step, body } => {
                self.put(b"for ((");
                self.put(&init.raw);
                self.put(b"; ");
                self.put(&crate::exec::trim(&test.raw));
                self.put(b"; ");
                self.put(&crate::exec::trim(&step.raw));
                self.put(b"))");
                self.line();
                self.put(b"do");
                self.block(body);
                self.put(b"done");
            }
            Kind::While { until, test, body } => {
                self.put(if *until { b"until " } else { b"while " });
                self.inline(test);
                if self.heres.is_empty() {
                    self.put(b"; do");
                } else {
                    self.line();
                    self.put(b"do");
                }
                self.block(body);
                self.put(b"done");
            }
            Kind::Case { word, arms } => {
                self.put(b"case ");
                self.put(&word.raw);
                self.put(b" in ");
                self.indent += 4;
                for arm in arms {
                    self.line();
                    for (at, pattern) in arm.patterns.iter().enumerate() {
                        if at > 0 {
                            self.put(b" | ");
                        }
                        if at == 0 && &*pattern.raw == b"esac" {
                            self.put(b"(");
                        }
                        self.put(&pattern.raw);
                    }
                    self.put(b")");
                    if !arm.body.is_empty() {
                        self.indent += 4;
                        self.line();
                        self.list(&arm.body, false);
                        self.indent -= 4;
                    }
                    self.line();
                    self.put(match arm.end {
                        CaseEnd::Break => b";;",
                        CaseEnd::FallThrough => b";&",
                        CaseEnd::TestNext => b";;&",
                    });
                }
                self.indent -= 4;
                self.line();
                self.put(b"esac");
            }
            Kind::Arith(text) => {
                self.put(b"((");
                self.put(&text.raw);
                self.put(b"))");
            }
            Kind::Test(test) => {
                self.put(b"[[ ");
                self.test(test);
                self.put(b" ]]");
            }
            Kind::Function(function) => {
                self.put(b"function ");
                self.put(&function.name);
                self.put(b" () ");
                self.line();
                self.function_body(&function.body);
            }
            Kind::Coproc { name, body } => {
                self.put(b"coproc ");
                if !matches!(body.kind, Kind::Simple(_)) {
                    self.put(name);
                    self.put(b" ");
                }
                self.command(body);
            }
        }
        self.redirects_after(&command.redirects);
    }

    fn redirects_after(&mut self, redirects: &[Redirect]) {
        for redirect in redirects {
            self.put(b" ");
            self.redirect(redirect);
        }
    }

    fn redirects(&mut self, redirects: &[Redirect]) {
        for (at, redirect) in redirects.iter().enumerate() {
            if at > 0 {
                self.put(b" ");
            }
            self.redirect(redirect);
        }
    }

    fn redirect(&mut self, redirect: &Redirect) {
        match &redirect.fd {
            RedirectFd::Default => {}
            RedirectFd::Number(number) => self.put(number.to_string().as_bytes()),
            RedirectFd::Variable(name) => {
                self.put(b"{");
                self.put(name);
                self.put(b"}");
            }
        }
        let (op, space): (&[u8], bool) = match redirect.op {
            RedirectOp::Read => (b"<", true),
            RedirectOp::Write => (b">", true),
            RedirectOp::Clobber => (b">|", true),
            RedirectOp::Append => (b">>", true),
            RedirectOp::ReadWrite => (b"<>", true),
            RedirectOp::DupIn => (b"<&", false),
            RedirectOp::DupOut => (b">&", false),
            RedirectOp::Both => (b"&>", true),
            RedirectOp::BothAppend => (b"&>>", true),
            RedirectOp::Here { .. } => (b"<<", false),
            RedirectOp::HereString => (b"<<<", true),
        };
        self.put(op);
        if space {
            self.put(b" ");
        }
        match &redirect.target {
            RedirectTarget::Word(word) => self.put(&word.raw),
            RedirectTarget::Here(cell) => {
                if let Some(here) = cell.get() {
                    self.put(&here.delimiter);
                }
                self.heres.push(cell.clone());
            }
        }
    }

    fn test(&mut self, test: &Test) {
        match test {
            Test::Not(inner) => {
                self.put(b"! ");
                self.test(inner);
            }
            Test::And(left, right) => {
                self.test(left);
                self.put(b" && ");
                self.test(right);
            }
            Test::Or(left, right) => {
                self.test(left);
                self.put(b" || ");
                self.test(right);
            }
            Test::Group(inner) => {
                self.put(b"( ");
                self.test(inner);
                self.put(b" )");
            }
            Test::Unary(op, word) => {
                self.put(&[b'-', *op, b' ']);
                self.put(&word.raw);
            }
            Test::Binary(op, left, right) => {
                self.put(&left.raw);
                self.put(b" ");
                self.put(op);
                self.put(b" ");
                self.put(&right.raw);
            }
            Test::Word(word) => self.put(&word.raw),
        }
    }
}
