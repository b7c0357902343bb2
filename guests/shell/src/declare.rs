//! Assignments, and the builtins that declare: `declare typeset local export readonly`.

mod print;
mod set;


use crate::ast::*;
use crate::shell::{Shell, Stop};
use crate::vars::*;
use print::{functions, list_all, print_named};
use set::one;

/// An argument of a declaring builtin.
pub enum Declared<'a> {
    Text(Bytes),
    Assign(&'a Assign),
}

impl Shell {
    pub(crate) fn local_options_saved(&self) -> bool {
        let dash = self.vars.names.sym(b"-");
        self.vars.locals().contains(&dash)
    }

    pub fn readonly_functions(&self) -> Vec<Bytes> {
        self.completions.get(&b"\0readonly"[..]).map(|text| text.split(|&c| c == 0).map(<[u8]>::to_vec).collect()).unwrap_or_default()
    }

    pub fn export_function(&mut self, name: &[u8], on: bool) {
        let sym = self.vars.names.sym(&[b"BASH_FUNC_", name, b"%%"].concat());
        if !on {
            self.vars.remove(sym);
        } else if let Some(function) = self.functions.get(name) {
            let text = crate::print::function_text(name, function);
            let body = text.iter().position(|&c| c == b'{').unwrap_or(0);
            let value = [b"() ", &text[body..]].concat();
            *self.vars.entry(sym) = Some(Var { value: Value::Str(value), flags: EXPORT });
        }
        self.vars.touch_exports();
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    Declare,
    Local,
    Export,
    Readonly,
}

#[derive(Default)]
struct Wanted {
    on: u16,
    off: u16,
    functions: bool,
    names_only: bool,
    global: bool,
    print: bool,
    inherit: bool,
    array: bool,
    assoc: bool,
}

pub fn declare(shell: &mut Shell, args: Vec<Declared<'_>>) -> Result<i32, Stop> {
    run(shell, args, Which::Declare)
}

pub fn local(shell: &mut Shell, args: Vec<Declared<'_>>) -> Result<i32, Stop> {
    run(shell, args, Which::Local)
}

pub fn export(shell: &mut Shell, args: Vec<Declared<'_>>) -> Result<i32, Stop> {
    run(shell, args, Which::Export)
}

pub fn readonly(shell: &mut Shell, args: Vec<Declared<'_>>) -> Result<i32, Stop> {
    run(shell, args, Which::Readonly)
}

fn run(shell: &mut Shell, args: Vec<Declared<'_>>, which: Which) -> Result<i32, Stop> {
    let mut args = args.into_iter();
    let name = match args.next() {
        Some(Declared::Text(name)) => name,
        _ => b"declare".to_vec(),
    };
    if which == Which::Local && !shell.frames.iter().any(|frame| frame.function) {
        shell.complain_str("local: can only be used in a function");
        return Ok(1);
    }
    let mut wanted = Wanted::default();
    let mut rest: Vec<Declared<'_>> = Vec::new();
    let mut options = true;
    for arg in args {
        match arg {
            Declared::Text(text) if options && text.len() > 1 && (text[0] == b'-' || text[0] == b'+') => {
                if text == b"--" {
                    options = false;
                    continue;
                }
                let on = text[0] == b'-';
                for &letter in &text[1..] {
                    let flag = match letter {
                        b'a' => {
                            wanted.array = on;
                            ARRAY
                        }
                        b'A' => {
                            wanted.assoc = on;
                            ASSOC
                        }
                        b'i' if which != Which::Export => INTEGER,
                        b'l' if which != Which::Export => LOWER,
                        b'u' if which != Which::Export => UPPER,
                        b'c' if which != Which::Export => CAPITAL,
                        b'n' if which == Which::Export => {
                            wanted.off |= EXPORT;
                            continue;
                        }
                        b'n' => NAMEREF,
                        b'r' if which != Which::Export => READONLY,
                        b't' if which != Which::Export => TRACE,
                        b'x' if which != Which::Export => EXPORT,
                        b'f' => {
                            wanted.functions = true;
                            continue;
                        }
                        b'F' => {
                            wanted.functions = true;
                            wanted.names_only = true;
                            continue;
                        }
                        b'g' => {
                            wanted.global = true;
                            continue;
                        }
                        b'p' => {
                            wanted.print = true;
                            continue;
                        }
                        b'I' => {
                            wanted.inherit = true;
                            continue;
                        }
                        other => {
                            let shown = [&name[..], b": -", &[other], b": invalid option"].concat();
                            shell.complain(&shown);
                            let usage: &[u8] = match which {
                                Which::Declare if name == b"typeset" => {
                                    b"typeset: usage: typeset [-aAfFgiIlnrtux] name[=value] ... or typeset -p [-aAfFilnrtux] [name ...]\n"
                                }
                                Which::Declare => {
                                    b"declare: usage: declare [-aAfFgiIlnrtux] [name[=value] ...] or declare -p [-aAfFilnrtux] [name ...]\n"
                                }
                                Which::Local => b"local: usage: local [option] name[=value] ...\n",
                                Which::Export => b"export: usage: export [-fn] [name[=value] ...] or export -p\n",
                                Which::Readonly => {
                                    b"readonly: usage: readonly [-aAf] [name[=value] ...] or readonly -p\n"
                                }
                            };
                            shell.write_error(usage);
                            return Ok(2);
                        }
                    };
                    if on {
                        wanted.on |= flag;
                    } else {
                        wanted.off |= flag;
                    }
                }
            }
            Declared::Text(text) => {
                options = false;
                rest.push(Declared::Text(text));
            }
            other => {
                options = false;
                rest.push(other);
            }
        }
    }
    if which == Which::Export && wanted.off & EXPORT == 0 {
        wanted.on |= EXPORT;
    }
    if which == Which::Readonly {
        wanted.on |= READONLY;
    }
    if wanted.functions {
        return functions(shell, &name, &wanted, rest, which);
    }
    if rest.is_empty() {
        return list_all(shell, &wanted, which);
    }
    if wanted.print && matches!(which, Which::Declare | Which::Local) {
        return print_named(shell, &name, rest);
    }
    let mut status = 0;
    for arg in rest {
        if let (true, Which::Export | Which::Readonly, Declared::Text(text)) = (shell.options.xtrace, which, &arg) {
            if let Some(at) = text.iter().position(|&c| c == b'=').filter(|&at| crate::names::is_name(&text[..at])) {
                shell.trace_assignment(&text[..=at], &text[at + 1..]);
            }
        }
        match one(shell, &name, &wanted, arg, which) {
            Ok(true) => {}
            Ok(false) => status = 1,
            Err(Stop::Expansion(_)) => status = 1,
            Err(stop) => return Err(stop),
        }
    }
    Ok(status)
}
