//! getopt_long as the GNU C library has it: operands anywhere, long options by any unambiguous
//! beginning, and its messages.

use crate::bytes::lossy;
use crate::output::{complain, say, version};

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    Nothing,
    Value,
    Maybe,
}

/// One option. `short` is `'\0'` where there is none, `long` empty where there is none.
#[derive(Clone, Copy)]
pub struct Opt {
    pub short: char,
    pub long: &'static str,
    pub takes: Takes,
}

pub const fn flag(short: char, long: &'static str) -> Opt {
    Opt { short, long, takes: Takes::Nothing }
}

pub const fn value(short: char, long: &'static str) -> Opt {
    Opt { short, long, takes: Takes::Value }
}

pub const fn maybe(short: char, long: &'static str) -> Opt {
    Opt { short, long, takes: Takes::Maybe }
}

impl Opt {
    /// By what a tool tells its options apart: the long name, or the letter where there is none.
    pub fn is(&self, name: &str) -> bool {
        if self.long.is_empty() { name.len() == 1 && name.starts_with(self.short) } else { self.long == name }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// The long name (the letter where it has none) and the argument.
    Option(String, Option<Vec<u8>>),
    Operand(Vec<u8>),
}

/// Where operands may stand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Order {
    Anywhere,
    /// The first operand ends the options, as for `env` and `xargs`.
    First,
}

/// What GNU prints after the tool's name and a colon.
pub type Fault = String;

pub fn parse(args: &[Vec<u8>], options: &[Opt], order: Order) -> Result<Vec<Item>, Fault> {
    let mut items = Vec::new();
    let mut at = 0;
    while at < args.len() {
        let arg = &args[at];
        at += 1;
        if arg == b"--" {
            items.extend(args[at..].iter().cloned().map(Item::Operand));
            break;
        }
        if let Some(body) = arg.strip_prefix(b"--") {
            let (name, inline) = match body.iter().position(|&b| b == b'=') {
                Some(cut) => (&body[..cut], Some(body[cut + 1..].to_vec())),
                None => (body, None),
            };
            let option = find_long(options, &lossy(name), &lossy(body))?;
            let argument = match (option.takes, inline) {
                (Takes::Nothing, Some(_)) => {
                    return Err(format!("option '--{}' doesn't allow an argument", option.long));
                }
                (Takes::Nothing, None) => None,
                (Takes::Maybe, inline) => inline,
                (Takes::Value, Some(text)) => Some(text),
                (Takes::Value, None) => {
                    let Some(next) = args.get(at) else {
                        return Err(format!("option '--{}' requires an argument", option.long));
                    };
                    at += 1;
                    Some(next.clone())
                }
            };
            items.push(Item::Option(option.long.to_owned(), argument));
        } else if arg.len() > 1 && arg[0] == b'-' {
            at = short_cluster(arg, args, at, options, &mut items)?;
        } else if order == Order::First {
            items.extend(args[at - 1..].iter().cloned().map(Item::Operand));
            break;
        } else {
            items.push(Item::Operand(arg.clone()));
        }
    }
    Ok(items)
}

fn short_cluster(
    arg: &[u8],
    args: &[Vec<u8>],
    mut at: usize,
    options: &[Opt],
    items: &mut Vec<Item>,
) -> Result<usize, Fault> {
    let mut i = 1;
    while i < arg.len() {
        let letter = arg[i] as char;
        i += 1;
        let Some(option) = options.iter().find(|o| o.short == letter && letter != '\0') else {
            return Err(format!("invalid option -- '{letter}'"));
        };
        let name = if option.long.is_empty() { letter.to_string() } else { option.long.to_owned() };
        match option.takes {
            Takes::Nothing => items.push(Item::Option(name, None)),
            Takes::Maybe => {
                let rest = (i < arg.len()).then(|| arg[i..].to_vec());
                items.push(Item::Option(name, rest));
                return Ok(at);
            }
            Takes::Value => {
                let text = if i < arg.len() {
                    arg[i..].to_vec()
                } else if let Some(next) = args.get(at) {
                    at += 1;
                    next.clone()
                } else {
                    return Err(format!("option requires an argument -- '{letter}'"));
                };
                items.push(Item::Option(name, Some(text)));
                return Ok(at);
            }
        }
    }
    Ok(at)
}

pub type Parsed = (Vec<(String, Vec<u8>)>, Vec<Vec<u8>>);

/// The options with their arguments, and the operands; help, version and faults are printed here.
pub fn simple(tool: &str, args: &[Vec<u8>], table: &[Opt], help: &str) -> Result<Parsed, i32> {
    let items = parse(args, table, Order::Anywhere).map_err(|fault| {
        complain(tool, &format!("{fault}\nTry '{tool} --help' for more information."));
        1
    })?;
    let (mut options, mut operands) = (Vec::new(), Vec::new());
    for item in items {
        match item {
            Item::Operand(name) => operands.push(name),
            Item::Option(name, _) if name == "help" => {
                say(help);
                return Err(0);
            }
            Item::Option(name, _) if name == "version" => {
                say(&version(tool));
                return Err(0);
            }
            Item::Option(name, argument) => options.push((name, argument.unwrap_or_default())),
        }
    }
    Ok((options, operands))
}

fn find_long(options: &[Opt], name: &str, whole: &str) -> Result<Opt, Fault> {
    if let Some(exact) = options.iter().find(|o| o.long == name && !name.is_empty()) {
        return Ok(*exact);
    }
    let near: Vec<&Opt> = options.iter().filter(|o| !o.long.is_empty() && o.long.starts_with(name)).collect();
    match near.as_slice() {
        [] => Err(format!("unrecognized option '--{whole}'")),
        [one] => Ok(**one),
        [first, rest @ ..] if first.short != '\0' && rest.iter().all(|o| o.short == first.short) => Ok(**first),
        many => {
            let list: Vec<String> = many.iter().map(|o| format!("'--{}'", o.long)).collect();
            Err(format!("option '--{whole}' is ambiguous; possibilities: {}", list.join(" ")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPTIONS: &[Opt] = &[flag('n', "line-number"), value('A', "after-context"), maybe('\0', "color")];

    fn run(args: &[&str]) -> Result<Vec<Item>, Fault> {
        let args: Vec<Vec<u8>> = args.iter().map(|a| a.as_bytes().to_vec()).collect();
        parse(&args, OPTIONS, Order::Anywhere)
    }

    #[test]
    fn clusters_and_operands_mix() {
        let items = run(&["x", "-nA2", "--col", "y", "--", "-n"]).expect("parses");
        assert_eq!(items.len(), 6);
        assert_eq!(items[2], Item::Option("after-context".into(), Some(b"2".to_vec())));
        assert_eq!(items[5], Item::Operand(b"-n".to_vec()));
    }

    #[test]
    fn faults_are_worded_as_the_c_library_does() {
        assert_eq!(run(&["-z"]), Err("invalid option -- 'z'".into()));
        assert_eq!(run(&["--nope"]), Err("unrecognized option '--nope'".into()));
        assert_eq!(run(&["-A"]), Err("option requires an argument -- 'A'".into()));
        assert_eq!(run(&["--line-number=3"]), Err("option '--line-number' doesn't allow an argument".into()));
    }
}
