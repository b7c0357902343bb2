use serde::Serialize;

use crate::fault::Fault;

/// What a call gives, as one line of JSON.
#[derive(Debug, Default, Serialize)]
pub struct Reply {
    pub ok: bool,
    pub text: String,
    /// The file that was read or written, by its path below the workspace (absolute where it is elsewhere).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Stands for the file's contents as of now; given back to `write_file` it proves that they were read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
}

impl Reply {
    pub fn success(text: String) -> Self {
        Reply { ok: true, text, ..Reply::default() }
    }

    pub fn of_file(text: String, path: &str, fingerprint: String) -> Self {
        Reply { ok: true, text, path: Some(path.to_string()), fingerprint: Some(fingerprint) }
    }

    pub fn failure(fault: &Fault) -> Self {
        Reply { ok: false, text: fault.to_string(), ..Reply::default() }
    }

    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|error| format!("{{\"ok\":false,\"text\":\"no reply: {error}\"}}"))
    }
}
