use std::io;

/// Why a call failed, in words for the model. Errors of files keep what libc says.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    #[error("the arguments are not what this tool takes: {0}")]
    Arguments(#[source] serde_json::Error),
    #[error("cannot {action} {path}: {error}{hint}")]
    File { action: &'static str, path: String, error: io::Error, hint: &'static str },
    #[error("{0}")]
    Words(String),
}

impl Fault {
    /// `path` as [`crate::workspace::Place`] shows it.
    pub fn file(action: &'static str, path: &str, error: io::Error) -> Self {
        Fault::File { action, path: path.to_string(), hint: hint(path), error }
    }
}

fn hint(shown: &str) -> &'static str {
    if shown.starts_with('/') && !shown.starts_with("/tmp/") || shown.split('/').any(|part| part == "..") {
        "\nThis process has been given the workspace folder alone; paths are relative to it."
    } else {
        ""
    }
}
