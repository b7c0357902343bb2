//! One program, told apart by its name: `read_file '{"path":"a.txt"}'`, or the arguments on standard input.

#![forbid(unsafe_code)]

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use sunaba_files::{run, Workspace};

fn main() -> ExitCode {
    sunaba_process::enter();
    let mut args = std::env::args();
    let program = args.next().unwrap_or_default();
    let mut tool = Path::new(&program).file_name().and_then(|name| name.to_str()).unwrap_or_default().to_string();
    if !sunaba_files::TOOLS.contains(&tool.as_str()) {
        tool = args.next().unwrap_or_default();
    }
    let mut input = args.next().unwrap_or_default().into_bytes();
    if input.is_empty() || input == b"-" {
        input.clear();
        if let Err(error) = std::io::stdin().read_to_end(&mut input) {
            eprintln!("{tool}: cannot read the arguments: {error}");
            return ExitCode::FAILURE;
        }
    }
    let reply = run(&Workspace::new(root()), &tool, &input);
    let mut text = reply.to_json();
    text.push('\n');
    match std::io::stdout().write_all(text.as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// Where relative paths start: the mount in the sandbox, the working directory natively.
fn root() -> PathBuf {
    if cfg!(target_os = "wasi") {
        PathBuf::from("/workspace")
    } else {
        std::env::current_dir().unwrap_or_default()
    }
}
