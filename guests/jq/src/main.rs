//! jq's command line, over jaq.
#![forbid(unsafe_code)]

mod diagnose;
mod errors;
mod inputs;
mod natives;
mod options;
mod program;
mod rewrite;
mod write;

use jaq_core::{Vars, unwrap_valr};
use jaq_json::{Map, Val};
use jaq_std::input::RcIter;
use options::Settings;
use program::Data;
use std::process::ExitCode;
use sunaba_gnu::bytes;
use sunaba_gnu::output::Out;

fn main() -> ExitCode {
    sunaba_process::enter();
    let args = bytes::args();
    let code = match options::read(args.get(1..).unwrap_or_default()) {
        Ok(settings) => run(&settings),
        Err(code) => code,
    };
    ExitCode::from(u8::try_from(code).unwrap_or(5))
}

/// The filter's variables by name, `$` included.
fn variables(settings: &Settings) -> (Vec<String>, Vec<Val>) {
    let mut names = vec!["$ENV".to_owned(), "$__prog_args".to_owned()];
    let environment: Map = std::env::vars().map(|(name, value)| (Val::from(name), Val::from(value))).collect();
    let named: Map = settings.named.iter().map(|(name, value)| (Val::from(name.clone()), value.clone())).collect();
    let positional: Val = settings.positional.iter().cloned().collect();
    let mut map = Map::default();
    map.insert(Val::from("positional".to_owned()), positional);
    map.insert(Val::from("named".to_owned()), Val::obj(named));
    let mut values = vec![Val::obj(environment), Val::Null];
    names.push("$ARGS".to_owned());
    values.push(Val::obj(map));
    for (name, value) in &settings.named {
        names.push(format!("${name}"));
        values.push(value.clone());
    }
    (names, values)
}

fn run(settings: &Settings) -> i32 {
    let (names, values) = variables(settings);
    let filter = match program::compile(&settings.filter, &names) {
        Ok(filter) => filter,
        Err(faults) => {
            for fault in &faults {
                eprintln!("jq: error: {fault}");
            }
            eprintln!("jq: {} compile error{}", faults.len(), if faults.len() == 1 { "" } else { "s" });
            return 3;
        }
    };
    let reader = inputs::Inputs::new(settings);
    let state = reader.state();
    let inputs: RcIter<_> = RcIter::new(reader);
    let inputs: &RcIter<dyn Iterator<Item = Result<Val, String>>> = &inputs;
    let data = Data { lut: &filter.lut, inputs, state: state.clone() };
    let mut out = Out::new("jq");
    let mut result = Outcome { code: 0, last: None };
    if settings.null_input {
        evaluate(settings, &filter, &data, &values, Val::Null, &mut out, &mut result, &state);
    } else {
        let mut stream = inputs;
        while let Some(input) = stream.next() {
            match input {
                Ok(value) => {
                    if evaluate(settings, &filter, &data, &values, value, &mut out, &mut result, &state) {
                        break;
                    }
                }
                Err(fault) => {
                    out.flush();
                    eprintln!("parse error: {fault}");
                    result.code = 4;
                    break;
                }
            }
        }
    }
    out.flush();
    if state.failed() && result.code == 0 {
        return 2;
    }
    if result.code == 0 && settings.exit_status {
        return match result.last {
            None => 4,
            Some(true) => 0,
            Some(false) => 1,
        };
    }
    result.code
}

struct Outcome {
    code: i32,
    /// Whether the last output was neither false nor null.
    last: Option<bool>,
}

/// Runs the filter on one input; true: `halt` ended the program.
#[allow(clippy::too_many_arguments)]
fn evaluate<'a>(
    settings: &Settings,
    filter: &program::Filter,
    data: &'a Data<'a>,
    values: &[Val],
    input: Val,
    out: &mut Out,
    result: &mut Outcome,
    state: &inputs::State,
) -> bool {
    let context = program::Context::new(data, Vars::new(values.iter().cloned()));
    for output in filter.id.run((context, input)) {
        let value = match output.map_err(|exception| exception.get_halt()) {
            Ok(value) => value,
            Err(Ok(code)) => {
                result.code = code;
                return true;
            }
            Err(Err(exception)) => match unwrap_valr(Err(exception)) {
                Ok(value) => value,
                Err(error) => {
                    out.flush();
                    let place = if settings.null_input { "<unknown>".to_owned() } else { format!("{}:{}", state.name(), state.line()) };
                    eprintln!("jq: error (at {place}){}", errors::text(error));
                    result.code = 5;
                    return false;
                }
            },
        };
        result.last = Some(!matches!(value, Val::Null | Val::Bool(false)));
        write::value(out, &value, settings);
        if settings.unbuffered {
            out.flush();
        }
    }
    false
}
