//! jaq's errors in jq's words.

use jaq_core::Error;
use jaq_json::{Val, read};

/// What stands after `jq: error (at …)`.
pub fn text(error: Error<Val>) -> String {
    match error.into_val() {
        Val::TStr(message) => {
            let message = String::from_utf8_lossy(&message).into_owned();
            format!(": {}", translate(&message))
        }
        Val::Null => " (not a string): null".to_owned(),
        other => format!(" (not a string): {other}"),
    }
}

fn translate(message: &str) -> String {
    if let Some(rest) = message.strip_prefix("cannot index ") {
        for (at, _) in rest.match_indices(" with ") {
            let (left, right) = (&rest[..at], &rest[at + 6..]);
            if let (Some(left), Some(right)) = (value(left), value(right)) {
                return cannot_index(&left, &right);
            }
        }
    }
    if let Some(rest) = message.strip_prefix("cannot calculate ") {
        for (sign, verb) in [(" + ", "added"), (" - ", "subtracted"), (" * ", "multiplied"), (" / ", "divided"), (" % ", "divided (remainder)")] {
            for (at, _) in rest.match_indices(sign) {
                let (left, right) = (value(&rest[..at]), value(&rest[at + 3..]));
                if let (Some(left), Some(right)) = (left, right) {
                    let zero = verb.starts_with("divided") && right.to_string() == "0" && kind(&left) == "number";
                    let tail = if zero { " because the divisor is zero" } else { "" };
                    return format!("{} and {} cannot be {verb}{tail}", described(&left), described(&right));
                }
            }
        }
    }
    if let Some(rest) = message.strip_prefix("cannot use ")
        && let Some((left, wanted)) = rest.rsplit_once(" as ")
        && let Some(found) = value(left)
    {
        return match wanted {
            "iterable (array or object)" => format!("Cannot iterate over {}", described(&found)),
            "string" => format!("{} cannot be used as a string", described(&found)),
            "array" => format!("{} is not an array", described(&found)),
            "number" => format!("{} number required", described(&found)),
            other => format!("{} cannot be used as {other}", described(&found)),
        };
    }
    message.to_owned()
}

pub fn cannot_index(left: &Val, right: &Val) -> String {
    match (left, right) {
        (_, Val::TStr(_)) => format!("Cannot index {} with string {right}", kind(left)),
        (_, other) => format!("Cannot index {} with {}", kind(left), kind(other)),
    }
}

fn value(text: &str) -> Option<Val> {
    read::parse_single(text.as_bytes()).ok()
}

pub fn kind(value: &Val) -> &'static str {
    match value {
        Val::Null => "null",
        Val::Bool(_) => "boolean",
        Val::Num(_) => "number",
        Val::BStr(_) | Val::TStr(_) => "string",
        Val::Arr(_) => "array",
        Val::Obj(_) => "object",
    }
}

/// The kind and the value, cut as jq cuts it.
pub fn described(value: &Val) -> String {
    const MOST: usize = 11;
    let text = crate::write::compact(value);
    let shown = if text.len() > MOST {
        let end = (0..=MOST - 3 + 2).rev().find(|&i| text.is_char_boundary(i)).unwrap_or(0);
        format!("{}...", &text[..end.min(10)])
    } else {
        text
    };
    format!("{} ({shown})", kind(value))
}
