//! Which files are searched.

use crate::options::Settings;
use ignore::overrides::OverrideBuilder;
use ignore::types::TypesBuilder;
use ignore::{Walk, WalkBuilder};
use std::path::PathBuf;
use sunaba_gnu::bytes;

pub fn type_list(s: &Settings) -> Result<String, String> {
    let types = builder(s)?;
    Ok(types.definitions().iter().map(|definition| format!("{}: {}\n", definition.name(), definition.globs().join(", "))).collect())
}

fn builder(s: &Settings) -> Result<TypesBuilder, String> {
    let mut types = TypesBuilder::new();
    types.add_defaults();
    for definition in &s.type_definitions {
        types.add_def(definition).map_err(|fault| fault.to_string())?;
    }
    for (wanted, name) in &s.types {
        if *wanted { types.select(name) } else { types.negate(name) };
    }
    Ok(types)
}

pub fn roots(s: &Settings) -> Vec<PathBuf> {
    if s.paths.is_empty() { vec![PathBuf::from("./")] } else { s.paths.iter().map(|path| bytes::path_buf(path)).collect() }
}

/// Links are not followed: the crate tells loops of them by what WASI does not have.
pub fn walk(s: &Settings, roots: &[PathBuf]) -> Result<Walk, String> {
    let mut walk = WalkBuilder::new(&roots[0]);
    roots[1..].iter().for_each(|root| {
        walk.add(root);
    });
    let here = std::env::current_dir().map_err(|fault| fault.to_string())?;
    let mut globs = OverrideBuilder::new(here);
    for (ignore_case, glob) in &s.globs {
        globs.case_insensitive(*ignore_case).and_then(|globs| globs.add(glob)).map_err(|fault| fault.to_string())?;
    }
    walk.overrides(globs.build().map_err(|fault| fault.to_string())?)
        .types(builder(s)?.build().map_err(|fault| fault.to_string())?)
        .hidden(!s.hidden)
        .ignore(!s.no_ignore)
        .git_ignore(!s.no_ignore)
        .git_exclude(!s.no_ignore)
        .git_global(false)
        .parents(!s.no_ignore)
        .max_depth(s.depth)
        .max_filesize(s.max_size)
        .threads(1);
    if !s.no_ignore {
        walk.add_custom_ignore_filename(".rgignore");
    }
    if s.sort.as_ref().is_some_and(|(by, _)| by == "path") {
        walk.sort_by_file_name(std::ffi::OsStr::cmp);
    }
    Ok(walk.build())
}
