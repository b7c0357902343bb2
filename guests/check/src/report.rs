use serde::Serialize;

/// What became of one attempt.
#[derive(Debug, Serialize)]
pub struct Attempt {
    /// The threat's id.
    pub id: &'static str,
    pub what: String,
    /// Whether the attempt failed, as it must.
    pub refused: bool,
    /// The errno, or what was reached.
    pub said: String,
}

impl Attempt {
    pub fn new(id: &'static str, what: impl Into<String>, result: Result<String, String>) -> Self {
        let refused = result.is_err();
        let said = result.unwrap_or_else(|said| said);
        Self { id, what: what.into(), refused, said }
    }
}

#[cfg(test)]
mod tests {
    use super::Attempt;

    #[test]
    fn an_error_is_a_refusal() {
        assert!(Attempt::new("T02", "read", Err("NOTCAPABLE".into())).refused);
        assert!(!Attempt::new("T02", "read", Ok("read 3 bytes".into())).refused);
    }
}
