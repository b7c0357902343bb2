//! awk: options, the program's parse, and its run.

#![forbid(unsafe_code)]

mod array;
mod format;
mod number;
mod options;
mod random;
mod reader;
mod record;
mod regex;
mod run;
mod split;
mod streams;
mod syntax;
mod text;
mod value;

use std::io::Write;

use options::{Fault, Options};
use run::Run;
use syntax::lexer::{SyntaxError, unescape};
use syntax::names::Names;
use syntax::tree::Program;

pub(crate) use run::split_assignment as run_split_assignment;

fn main() {
    sunaba_process::enter();
    let mut arguments = sunaba_gnu::bytes::args();
    let name = if arguments.is_empty() { b"awk".to_vec() } else { arguments.remove(0) };
    let options = match options::parse(&arguments) {
        Ok(options) => options,
        Err(Fault::Usage) => stop(options::USAGE, 1),
        Err(Fault::Option(text)) => stop(&format!("awk: {text}\n{}", options::USAGE), 2),
        Err(Fault::Fatal(text)) => stop(&format!("awk: fatal: {text}\n"), 2),
    };
    if options.help {
        sunaba_gnu::output::say(options::USAGE);
        return;
    }
    if options.version {
        sunaba_gnu::output::say(&sunaba_gnu::output::version("awk"));
        return;
    }
    let code = run(name, options);
    std::process::exit(code);
}

fn run(name: Vec<u8>, options: Options) -> i32 {
    let mut names = Names::new();
    let mut program = Program::default();
    names.ignores_case = options.sources.iter().any(|(_, source)| memchr::memmem::find(source, b"IGNORECASE").is_some())
        || options.assignments.iter().any(|assignment| assignment.starts_with(b"IGNORECASE="));
    let mut shown_source = "cmd. line".to_string();
    for (file, source) in &options.sources {
        if let Some(file) = file {
            shown_source = String::from_utf8_lossy(file).into_owned();
        }
        match syntax::parser::parse(source, &mut names, &mut program) {
            Ok(warnings) => {
                for (line, text) in warnings {
                    let _ = writeln!(std::io::stderr(), "awk: {shown_source}:{line}: warning: {text}");
                }
            }
            Err(error) => stop(&explain(&shown_source, source, &error), if error.text.starts_with("fatal: ") { 2 } else { 1 }),
        }
    }
    match names.finish() {
        Ok(functions) => program.functions = functions,
        Err(missing) => stop(&format!("awk: {shown_source}:1: fatal: function `{missing}' not defined\n"), 2),
    }
    for operand in options.assignments.iter().chain(&options.operands) {
        if let Some((name, _)) = run::split_assignment(operand) {
            names.global(&name);
        }
    }
    program.globals = std::mem::take(&mut names.global_names);
    let mut run = Run::new(&program, shown_source);
    if options.csv {
        run.set_csv();
    }
    if let Some(separator) = &options.separator {
        run.assign_by_name("FS", &unescape(separator, &mut Vec::new()));
    }
    for assignment in &options.assignments {
        if let Some((name, value)) = run::split_assignment(assignment) {
            run.assign_by_name(&name, &unescape(value, &mut Vec::new()));
        }
    }
    let mut words = vec![name];
    words.extend(options.operands);
    run.set_arguments(&words);
    run.run()
}

fn explain(shown_source: &str, source: &[u8], error: &SyntaxError) -> String {
    let at = error.at.min(source.len());
    // What is missing at a line's end is shown there.
    let start = source[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |index| index + 1);
    let end = source[start..].iter().position(|byte| *byte == b'\n').map_or(source.len(), |index| index + start);
    let line = source[..start].iter().filter(|byte| **byte == b'\n').count() + 1;
    // A newline is read before it is found wrong.
    let line = line + usize::from(source.get(at) == Some(&b'\n'));
    let text = String::from_utf8_lossy(&source[start..end]);
    let column: String = String::from_utf8_lossy(&source[start..at]).chars().map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
    if error.text.starts_with("error: ") || error.text.starts_with("fatal: ") {
        return format!("awk: {shown_source}:{line}: {}\n", error.text);
    }
    if error.text.starts_with("invalid regexp: ") {
        return format!("awk: {shown_source}:{line}: error: {}\n", error.text.trim_start_matches("invalid regexp: "));
    }
    format!("awk: {shown_source}:{line}: {text}\nawk: {shown_source}:{line}: {column}^ {}\n", error.text)
}

fn stop(text: &str, code: i32) -> ! {
    let _ = std::io::stderr().write_all(text.as_bytes());
    std::process::exit(code)
}
