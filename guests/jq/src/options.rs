//! The options of jq.

use jaq_json::{Val, read};
use sunaba_gnu::output::{say, version};
use sunaba_gnu::{bytes, error};

#[derive(Default)]
pub struct Settings {
    pub filter: String,
    pub files: Vec<Vec<u8>>,
    pub null_input: bool,
    pub raw_input: bool,
    pub slurp: bool,
    pub compact: bool,
    pub raw_output: bool,
    pub join_output: bool,
    pub zero: bool,
    pub ascii: bool,
    pub sort_keys: bool,
    pub colour: bool,
    pub tab: bool,
    pub indent: usize,
    pub exit_status: bool,
    pub unbuffered: bool,
    pub named: Vec<(String, Val)>,
    pub positional: Vec<Val>,
}

const HELP: &str = "Usage:\tjq [OPTIONS] FILTER [FILES...]
\tjq [OPTIONS] -f FILE [FILES...]
\tjq [OPTIONS] --args FILTER [ARGUMENTS...]
\tjq [OPTIONS] --jsonargs FILTER [JSON_VALUES...]

jq is a tool for processing JSON inputs, applying the given filter to
its JSON text inputs and producing the filter's results as JSON on
standard output.

  -n, --null-input          use `null` as the single input value
  -R, --raw-input           read each line as string instead of JSON
  -s, --slurp               read all inputs into an array and use it as the single input value
  -c, --compact-output      compact instead of pretty-printed output
  -r, --raw-output          output strings without escapes and quotes
      --raw-output0         implies -r and output NUL after each output
  -j, --join-output         implies -r and output without newline after each output
  -a, --ascii-output        output strings by only ASCII characters using escape sequences
  -S, --sort-keys           sort keys of each object on output
  -C, --color-output        colorize JSON output
  -M, --monochrome-output   disable colored output
      --tab                 use tabs for indentation
      --indent n            use n spaces for indentation (max 7 spaces)
      --unbuffered          flush output stream after each output
  -f, --from-file file      load filter from the file
      --arg name value      set $name to the string value
      --argjson name value  set $name to the JSON value
      --slurpfile name file set $name to an array of JSON values read from the file
      --rawfile name file   set $name to string contents of file
      --args                consume remaining arguments as positional string values
      --jsonargs            consume remaining arguments as positional JSON values
  -e, --exit-status         set exit status code based on the output
  -V, --version             show the version
  -h, --help                show the help
";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Rest {
    Files,
    Texts,
    Values,
}

pub fn read(args: &[Vec<u8>]) -> Result<Settings, i32> {
    let mut s = Settings { indent: 2, ..Settings::default() };
    let (mut filter, mut from_file) = (None, None);
    let mut operands_only = false;
    let mut rest = Rest::Files;
    let mut at = 0;
    let next = |at: &mut usize| -> Option<Vec<u8>> {
        let word = args.get(*at).cloned();
        *at += 1;
        word
    };
    while let Some(arg) = next(&mut at) {
        let text = bytes::lossy(&arg).into_owned();
        if operands_only || !text.starts_with('-') || text == "-" {
            operand(&mut s, &mut filter, from_file.is_some(), rest, arg)?;
            continue;
        }
        if text == "--" {
            operands_only = true;
            continue;
        }
        let Some(long) = text.strip_prefix("--") else {
            for letter in text[1..].chars() {
                match letter {
                    'n' => s.null_input = true,
                    'R' => s.raw_input = true,
                    's' => s.slurp = true,
                    'c' => s.compact = true,
                    'r' => s.raw_output = true,
                    'j' => (s.raw_output, s.join_output) = (true, true),
                    'a' => s.ascii = true,
                    'S' => s.sort_keys = true,
                    'C' => s.colour = true,
                    'M' => s.colour = false,
                    'e' => s.exit_status = true,
                    'f' => from_file = Some(()),
                    'L' => drop(next(&mut at)),
                    'h' => {
                        say(HELP);
                        return Err(0);
                    }
                    'V' => {
                        say(&version("jq"));
                        return Err(0);
                    }
                    _ => return Err(unknown(&text)),
                }
            }
            continue;
        };
        match long {
            "null-input" => s.null_input = true,
            "raw-input" => s.raw_input = true,
            "slurp" => s.slurp = true,
            "compact-output" => s.compact = true,
            "raw-output" => s.raw_output = true,
            "raw-output0" => (s.raw_output, s.zero) = (true, true),
            "join-output" => (s.raw_output, s.join_output) = (true, true),
            "ascii-output" => s.ascii = true,
            "sort-keys" => s.sort_keys = true,
            "color-output" => s.colour = true,
            "monochrome-output" => s.colour = false,
            "tab" => s.tab = true,
            "indent" => match next(&mut at).and_then(|n| bytes::lossy(&n).parse::<i64>().ok()) {
                Some(n) if n < 0 => return Err(usage("Cannot indent less than zero characters")),
                Some(n) if n > 7 => return Err(usage("Cannot indent more than 7 characters")),
                Some(n) => s.indent = n as usize,
                None => return Err(usage("--indent takes one parameter")),
            },
            "unbuffered" => s.unbuffered = true,
            "from-file" => from_file = Some(()),
            "exit-status" => s.exit_status = true,
            "seq" | "stream" | "stream-errors" => return Err(usage(&format!("--{long} is not built in the sandbox' jq; use tostream in the filter"))),
            "arg" => match (next(&mut at), next(&mut at)) {
                (Some(name), Some(value)) => bind(&mut s, &name, Val::from(bytes::lossy(&value).into_owned())),
                _ => return Err(usage("--arg takes two parameters (e.g. --arg varname value)")),
            },
            "argjson" => match (next(&mut at), next(&mut at)) {
                (Some(name), Some(value)) => match read::parse_single(&value) {
                    Ok(value) => bind(&mut s, &name, value),
                    Err(_) => return Err(usage(&format!("Invalid JSON text passed to --{long}"))),
                },
                _ => return Err(usage("--argjson takes two parameters (e.g. --argjson varname text)")),
            },
            "slurpfile" | "rawfile" => match (next(&mut at), next(&mut at)) {
                (Some(name), Some(file)) => {
                    let value = file_value(&file, long == "rawfile").map_err(|fault| {
                        eprintln!("jq: Bad JSON in --{long} {} {}: {fault}", bytes::lossy(&name), bytes::lossy(&file));
                        2
                    })?;
                    bind(&mut s, &name, value);
                }
                _ => return Err(usage(&format!("--{long} takes two parameters (e.g. --{long} varname filename)"))),
            },
            "args" => rest = Rest::Texts,
            "jsonargs" => rest = Rest::Values,
            "help" => {
                say(HELP);
                return Err(0);
            }
            "version" => {
                say(&version("jq"));
                return Err(0);
            }
            _ => return Err(unknown(&text)),
        }
    }
    match (filter, from_file) {
        (Some(name), Some(())) => match std::fs::read(bytes::path(&name)) {
            Ok(text) => s.filter = bytes::lossy(&text).into_owned(),
            Err(fault) => {
                eprintln!("jq: Could not open {}: {}", bytes::lossy(&name), error::text(&fault));
                return Err(2);
            }
        },
        (Some(text), None) => s.filter = bytes::lossy(&text).into_owned(),
        (None, _) => s.filter = ".".into(),
    }
    Ok(s)
}

fn operand(s: &mut Settings, filter: &mut Option<Vec<u8>>, _from_file: bool, rest: Rest, word: Vec<u8>) -> Result<(), i32> {
    if filter.is_none() {
        *filter = Some(word);
        return Ok(());
    }
    match rest {
        Rest::Files => s.files.push(word),
        Rest::Texts => s.positional.push(Val::from(bytes::lossy(&word).into_owned())),
        Rest::Values => match read::parse_single(&word) {
            Ok(value) => s.positional.push(value),
            Err(_) => return Err(usage("Invalid JSON text passed to --jsonargs")),
        },
    }
    Ok(())
}

fn bind(s: &mut Settings, name: &[u8], value: Val) {
    let name = bytes::lossy(name).into_owned();
    if !s.named.iter().any(|(known, _)| *known == name) {
        s.named.push((name, value));
    }
}

fn file_value(file: &[u8], raw: bool) -> Result<Val, String> {
    let text = std::fs::read(bytes::path(file)).map_err(|fault| format!("Could not open {}: {}", bytes::lossy(file), error::text(&fault)))?;
    if raw {
        return Ok(Val::from(bytes::lossy(&text).into_owned()));
    }
    read::parse_many(&text).collect::<Result<Vec<Val>, _>>().map(|list| list.into_iter().collect()).map_err(|fault| fault.to_string())
}

fn unknown(text: &str) -> i32 {
    usage(&format!("Unknown option {text}")).max(2)
}

fn usage(fault: &str) -> i32 {
    eprintln!("jq: {fault}\nUse jq --help for help with command-line options,\nor see the jq manpage, or online docs  at https://stedolan.github.io/jq");
    2
}
