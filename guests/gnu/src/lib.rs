//! What the GNU-like tools of the sandbox share: option parsing, messages, patterns, file status, output.
#![forbid(unsafe_code)]

pub mod bytes;
pub mod error;
pub mod fnmatch;
pub mod options;
pub mod output;
pub mod quote;
pub mod regex;
pub mod stdin;
pub mod status;
pub mod stream;
pub mod time;
pub mod version;
