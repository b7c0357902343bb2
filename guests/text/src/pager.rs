//! less and more, where no one sits before the terminal: the text as it is.

use crate::input;
use sunaba_gnu::output::{Out, complain, say, version};
use sunaba_gnu::{bytes, error};

pub fn run(tool: &str, args: &[Vec<u8>]) -> i32 {
    if args.iter().any(|arg| arg == b"--version") {
        say(&version(tool));
        return 0;
    }
    if args.iter().any(|arg| arg == b"--help") {
        say(&format!("Usage: {tool} [options] file...\nIn the sandbox {tool} prints its files, as cat does; options are accepted and without effect.\n"));
        return 0;
    }
    if let Some(word) = args.iter().take_while(|arg| arg.as_slice() != b"--").find(|arg| arg.starts_with(b"--") && !known(tool, arg)) {
        let word = bytes::lossy(word);
        if tool == "more" {
            complain("more", &format!("unrecognized option '{word}'\nTry 'more --help' for more information."));
        } else {
            eprintln!("There is no {} option (\"less --help\" for help)", word.trim_start_matches('-'));
        }
        return 1;
    }
    let mut names: Vec<&Vec<u8>> = args.iter().filter(|arg| arg.as_slice() == b"-" || !arg.starts_with(b"-") && !arg.starts_with(b"+")).collect();
    let standard = b"-".to_vec();
    if names.is_empty() {
        names.push(&standard);
    }
    let mut out = Out::new("less");
    let mut code = 0;
    for name in &names {
        match input::read(name) {
            Ok(text) => {
                if tool == "more" && names.len() > 1 {
                    out.text(&format!("::::::::::::::\n{}\n::::::::::::::\n", bytes::lossy(name)));
                }
                out.put(&text);
            }
            Err(fault) if fault.kind() == std::io::ErrorKind::IsADirectory => {
                out.flush();
                if tool == "more" { out.text(&format!("\n*** {}: directory ***\n\n", bytes::lossy(name))) } else { eprintln!("{} is a directory", bytes::lossy(name)) }
                code = i32::from(tool == "less");
            }
            Err(fault) => {
                out.flush();
                let text = format!("{}: {}", bytes::lossy(name), error::text(&fault));
                if tool == "more" { complain("more", &format!("cannot open {text}")) } else { eprintln!("{text}") }
                code = 1;
            }
        }
    }
    out.flush();
    code
}

/// Long options that are accepted and without effect.
fn known(tool: &str, word: &[u8]) -> bool {
    let name = word[2..].split(|&b| b == b'=').next().unwrap_or_default();
    let list: &[&str] = if tool == "more" {
        &["silent", "logical", "exit-on-eof", "no-pause", "print-over", "clean-print", "squeeze", "plain", "lines"]
    } else {
        &[
            "quit-if-one-screen", "quit-at-eof", "QUIT-AT-EOF", "RAW-CONTROL-CHARS", "raw-control-chars", "LINE-NUMBERS", "line-numbers",
            "ignore-case", "IGNORE-CASE", "chop-long-lines", "no-init", "squeeze-blank-lines", "force", "tabs", "pattern", "window",
            "silent", "quiet", "long-prompt", "LONG-PROMPT", "hilite-search", "status-column", "mouse", "use-color", "shift", "prompt",
        ]
    };
    name.is_empty() || list.iter().any(|known| known.as_bytes() == name)
}
