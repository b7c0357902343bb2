//! The file tools: JSON arguments in, a reply for the model out. A failure is a reply too and says what to do next.

#![forbid(unsafe_code)]

mod edit_file;
mod edit_match;
mod fault;
mod fingerprint;
mod globs;
mod list_files;
mod nearest_block;
mod nearest_path;
mod placeholder;
mod read_file;
mod reply;
mod search;
mod search_report;
mod text;
mod tree;
mod workspace;
mod write_file;

use serde::de::DeserializeOwned;

pub use fault::Fault;
pub use reply::Reply;
pub use workspace::Workspace;

pub const TOOLS: [&str; 5] = ["read_file", "list_files", "search", "write_file", "edit_file"];

/// Runs one call.
pub fn run(workspace: &Workspace, tool: &str, input: &[u8]) -> Reply {
    let outcome = match tool {
        "read_file" => parse(input).and_then(|args| read_file::read_file(workspace, &args)),
        "list_files" => parse(input).and_then(|args| list_files::list_files(workspace, &args)),
        "search" => parse(input).and_then(|args| search::search(workspace, &args)),
        "write_file" => parse(input).and_then(|args| write_file::write_file(workspace, &args)),
        "edit_file" => parse(input).and_then(|args| edit_file::edit_file(workspace, &args)),
        _ => Err(Fault::Words(format!("there is no tool {tool:?}; there are {}", TOOLS.join(", ")))),
    };
    outcome.unwrap_or_else(|fault| Reply::failure(&fault))
}

fn parse<T: DeserializeOwned>(input: &[u8]) -> Result<T, Fault> {
    serde_json::from_slice(input).map_err(Fault::Arguments)
}
