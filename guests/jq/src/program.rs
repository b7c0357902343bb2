//! The filter, compiled, with the definitions that jq has and jaq lacks.

use jaq_core::data::{DataT, HasLut};
use jaq_core::load::{Arena, File, Loader, parse};
use jaq_core::{Ctx, Lut, compile, load};
use crate::inputs::State;
use crate::{natives, rewrite};
use jaq_json::Val;
use jaq_std::input::{HasInputs, Inputs};

pub struct Kind;

impl DataT for Kind {
    type V<'a> = Val;
    type Data<'a> = &'a Data<'a>;
}

pub struct Data<'a> {
    pub lut: &'a Lut<Kind>,
    pub inputs: Inputs<'a, Val>,
    pub state: State,
}

impl<'a> HasLut<'a, Kind> for &'a Data<'a> {
    fn lut(&self) -> &'a Lut<Kind> {
        self.lut
    }
}

impl<'a> HasInputs<'a, Val> for &'a Data<'a> {
    fn inputs(&self) -> Inputs<'a, Val> {
        self.inputs
    }
}

pub type Filter = jaq_core::Filter<Kind>;
pub type Context<'a> = Ctx<'a, Kind>;

const PRELUDE: &str = include_str!("prelude.jq");

/// Compiles; the faults are worded for the user, one an error.
///
/// The filter is parsed and rewritten here, and becomes the last definition of jaq's prelude.
pub fn compile(code: &str, variables: &[String]) -> Result<Filter, Vec<String>> {
    let code = if code.trim().is_empty() { "." } else { code };
    let tokens = load::Lexer::new(code).lex().map_err(|list| list.into_iter().map(|(_, found)| syntax(code, found)).collect::<Vec<_>>())?;
    let parsed = load::Parser::new(&tokens).parse(|parser| parser.term());
    let term = parsed.map_err(|list| list.into_iter().map(|(_, found)| syntax(code, load::lex::Token::opt_as_str(found, code))).collect::<Vec<_>>())?;
    let main = parse::Def { name: MAIN, args: Vec::new(), body: rewrite::go(term) };
    let own = load::parse(PRELUDE, |parser| parser.defs()).unwrap_or_default();
    let definitions = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs()).chain(own).map(shorten).chain([main]);
    let inputs = jaq_std::input::funs::<Kind>().into_vec().into_iter().map(|filter| jaq_core::native::run::<Kind>(filter));
    let more = inputs.chain(natives::all().into_iter().map(|filter| jaq_core::native::run::<Kind>(filter)));
    let functions = jaq_core::funs().chain(jaq_std::funs()).chain(jaq_json::funs()).chain(more);
    let arena = Arena::default();
    let modules = Loader::new(definitions).load(&arena, File { code: MAIN, path: () }).map_err(|_| vec!["the filter cannot be loaded".to_owned()])?;
    jaq_core::Compiler::default()
        .with_funs(functions)
        .with_global_vars(variables.iter().map(String::as_str))
        .compile(modules)
        .map_err(|errors| errors.into_iter().flat_map(|(_, list)| list.into_iter().map(|error| undefined(code, error))).collect())
}

/// A definition of the prelude beside one that lives as long as the user's filter.
fn shorten<'a>(definition: parse::Def<&'static str>) -> parse::Def<&'a str> {
    definition
}

/// The name of the definition that holds the user's filter.
const MAIN: &str = "_main";

fn line(code: &str) -> String {
    format!("at <top-level>, line 1:\n{code}")
}

fn syntax(code: &str, found: &str) -> String {
    let unexpected = match found.lines().next().filter(|line| !line.is_empty()) {
        Some(word) => format!("unexpected {word} (Unix shell quoting issues?)"),
        None => "unexpected $end (Unix shell quoting issues?)".to_owned(),
    };
    format!("syntax error, {unexpected} {}", line(code))
}

fn undefined(code: &str, (name, what): compile::Error<&str>) -> String {
    match what {
        compile::Undefined::Filter(arity) => format!("{name}/{arity} is not defined {}", line(code)),
        compile::Undefined::Var => format!("{name} is not defined {}", line(code)),
        other => format!("{} {name} is not defined {}", other.as_str(), line(code)),
    }
}
