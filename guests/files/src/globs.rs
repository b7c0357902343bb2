use std::path::Path;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use crate::fault::Fault;
use crate::workspace::Workspace;

/// Globs of a call. Without a slash they match a name at any depth; with one, a path from the workspace or from the
/// folder that the call names. Several are divided by commas; `!` excludes.
pub struct Globs {
    taken: GlobSet,
    left_out: GlobSet,
}

impl Globs {
    pub fn parse(given: Option<&str>) -> Result<Option<Self>, Fault> {
        let Some(given) = given.filter(|glob| !glob.trim().is_empty()) else { return Ok(None) };
        let mut taken = GlobSetBuilder::new();
        let mut left_out = GlobSetBuilder::new();
        let mut takes = 0;
        for part in split(given) {
            let (set, pattern) = match part.strip_prefix('!') {
                Some(rest) => (&mut left_out, rest),
                None => {
                    takes += 1;
                    (&mut taken, part)
                }
            };
            let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
            let pattern = pattern.strip_prefix("/workspace/").unwrap_or(pattern);
            let pattern = match pattern.trim_end_matches('/') {
                whole if whole.contains('/') => whole.trim_start_matches('/').to_string(),
                name => format!("**/{name}"),
            };
            set.add(build(&pattern)?);
            // A folder's name stands for all below it.
            set.add(build(&format!("{pattern}/**"))?);
        }
        if takes == 0 {
            taken.add(build("**")?);
        }
        let fault = |error: globset::Error| Fault::Words(format!("the glob {given:?} is not valid: {error}"));
        Ok(Some(Globs { taken: taken.build().map_err(fault)?, left_out: left_out.build().map_err(fault)? }))
    }

    pub fn matches(&self, workspace: &Workspace, start: &Path, path: &Path) -> bool {
        let from_root = path.strip_prefix(workspace.root()).unwrap_or(path);
        let from_start = path.strip_prefix(start).unwrap_or(path);
        let among = |set: &GlobSet| set.is_match(from_root) || set.is_match(from_start);
        among(&self.taken) && !among(&self.left_out)
    }
}

fn build(pattern: &str) -> Result<globset::Glob, Fault> {
    GlobBuilder::new(pattern)
        .literal_separator(true)
        .build()
        .map_err(|error| Fault::Words(format!("the glob {pattern:?} is not valid: {error}")))
}

/// At commas outside braces.
fn split(given: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut depth, mut start) = (0, 0);
    for (index, byte) in given.bytes().enumerate() {
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth -= 1,
            b',' if depth == 0 => {
                parts.push(given[start..index].trim());
                start = index + 1;
            }
            _ => {}
        }
    }
    parts.push(given[start..].trim());
    parts.retain(|part| !part.is_empty());
    parts
}
