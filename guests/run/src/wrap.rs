//! nice, nohup, setsid and stdbuf: in the sandbox there is nothing for them to change, so they run the command.

use crate::launch;
use sunaba_gnu::options::{Opt, flag, value};
use sunaba_gnu::output::{BUFFERING, complain, say};
use sunaba_gnu::bytes::lossy;
use sunaba_gnu::quote::quoted;

pub fn nice(args: &[Vec<u8>]) -> i32 {
    const OPTIONS: &[Opt] = &[value('n', "adjustment"), flag('\0', "help"), flag('\0', "version")];
    const HELP: &str = "Usage: nice [OPTION] [COMMAND [ARG]...]
Run COMMAND. All processes of the sandbox have the same niceness, 0.

  -n, --adjustment=N   accepted and without effect
      --help           display this help and exit
      --version        output version information and exit
";
    // `-5` and `--5` are the old forms of `-n 5` and `-n -5`.
    let old = args.first().is_some_and(|arg| arg.len() > 1 && arg[0] == b'-' && lossy(&arg[1..]).trim_start_matches(['-', '+']).chars().all(|c| c.is_ascii_digit()) && arg != b"--");
    let args = if old { &args[1..] } else { args };
    let items = match launch::options("nice", args, OPTIONS, HELP, 125) {
        Ok(items) => items,
        Err(code) => return code,
    };
    let (options, words) = launch::split(items);
    let adjusted = old || !options.is_empty();
    for (_, argument) in options {
        let text = argument.unwrap_or_default();
        if lossy(&text).trim_start_matches('+').parse::<i32>().is_err() {
            complain("nice", &format!("invalid adjustment {}", quoted(&text)));
            return 125;
        }
    }
    if words.is_empty() {
        if adjusted {
            complain("nice", "a command must be given with an adjustment\nTry 'nice --help' for more information.");
            return 125;
        }
        say("0\n");
        return 0;
    }
    launch::run("nice", launch::command(&words), &words[0])
}

pub fn nohup(args: &[Vec<u8>]) -> i32 {
    const HELP: &str = "Usage: nohup COMMAND [ARG]...
Run COMMAND. In the sandbox a command ends with the call that started it, nohup or not.

      --help     display this help and exit
      --version  output version information and exit
";
    simple("nohup", args, HELP)
}

pub fn setsid(args: &[Vec<u8>]) -> i32 {
    const HELP: &str = "Usage: setsid [options] COMMAND [ARG]...
Run COMMAND. The sandbox has no sessions.
";
    const OPTIONS: &[Opt] = &[flag('c', "ctty"), flag('f', "fork"), flag('w', "wait"), flag('\0', "help"), flag('\0', "version")];
    wrapped("setsid", args, OPTIONS, HELP, "no command specified", 1)
}

pub fn stdbuf(args: &[Vec<u8>]) -> i32 {
    const HELP: &str = "Usage: stdbuf OPTION... COMMAND
Run COMMAND. In the sandbox the mode of the output alone has an effect, and only on some tools.

  -i, --input=MODE   accepted and without effect
  -o, --output=MODE  L or 0: each line is written as it comes
  -e, --error=MODE   accepted and without effect
";
    const OPTIONS: &[Opt] = &[value('i', "input"), value('o', "output"), value('e', "error"), flag('\0', "help"), flag('\0', "version")];
    let items = match launch::options("stdbuf", args, OPTIONS, HELP, 125) {
        Ok(items) => items,
        Err(code) => return code,
    };
    let (options, words) = launch::split(items);
    let fault = |text: &str| {
        complain("stdbuf", text);
        125
    };
    const HINT: &str = "\nTry 'stdbuf --help' for more information.";
    for (name, mode) in &options {
        let mode = mode.as_deref().unwrap_or_default();
        if name == "input" && mode == b"L" {
            return fault(&format!("line buffering stdin is meaningless{HINT}"));
        }
        if mode != b"L" && !mode.first().is_some_and(u8::is_ascii_digit) {
            return fault(&format!("invalid mode {}", quoted(mode)));
        }
    }
    if words.is_empty() {
        return fault(&format!("missing operand{HINT}"));
    }
    if options.is_empty() {
        return fault(&format!("you must specify a buffering mode option{HINT}"));
    }
    let mut command = launch::command(&words);
    for (_, mode) in options.iter().filter(|(name, _)| name == "output") {
        command.env(BUFFERING, mode.as_deref().unwrap_or_default());
    }
    launch::run("stdbuf", command, &words[0])
}

fn simple(tool: &str, args: &[Vec<u8>], help: &str) -> i32 {
    wrapped(tool, args, &[flag('\0', "help"), flag('\0', "version")], help, "missing operand", 125)
}

fn wrapped(tool: &str, args: &[Vec<u8>], options: &[Opt], help: &str, missing: &str, code: i32) -> i32 {
    let items = match launch::options(tool, args, options, help, code) {
        Ok(items) => items,
        Err(code) => return code,
    };
    let (_, words) = launch::split(items);
    if words.is_empty() {
        complain(tool, &format!("{missing}\nTry '{tool} --help' for more information."));
        return code;
    }
    if tool == "nohup" {
        return match launch::command(&words).status() {
            Ok(status) => status.shell_code(),
            Err(fault) => {
                complain(tool, &format!("failed to run command {}: {}", quoted(&words[0]), sunaba_gnu::error::text(&fault)));
                launch::failure_code(&fault)
            }
        };
    }
    launch::run(tool, launch::command(&words), &words[0])
}
