//! File names that a pattern matches.

use crate::fields::Field;
use crate::pattern::Pattern;
use crate::shell::{Done, Shell, Stop};
use crate::special;
use crate::vars::Bytes;
use crate::world::{FileKind, Sys, World};

enum Piece {
    Text(Bytes),
    Pattern(Pattern, bool),
    /// `**`
    Deep,
}

impl Shell {
    /// Adds the names that match, or the word itself.
    pub(crate) fn glob(&mut self, field: &Field, out: &mut Vec<Bytes>) -> Done {
        let found = self.glob_names(field);
        if !found.is_empty() {
            out.extend(found);
            return Ok(());
        }
        if self.shopts.failglob {
            let message = [b"no match: ", &field.text[..]].concat();
            self.complain(&message);
            return Err(Stop::Expansion(1));
        }
        if !self.shopts.nullglob {
            out.push(field.text.clone());
        }
        Ok(())
    }

    pub fn glob_names(&mut self, field: &Field) -> Vec<Bytes> {
        let mut pieces = Vec::new();
        let mut start = 0;
        let text = &field.text;
        let absolute = text.first() == Some(&b'/');
        for end in (0..=text.len()).filter(|&at| at == text.len() || text[at] == b'/') {
            if end > start {
                let piece = Field {
                    text: text[start..end].to_vec(),
                    active: field
                        .active
                        .iter()
                        .filter(|&&at| (start..end).contains(&(at as usize)))
                        .map(|&at| at - start as u32)
                        .collect(),
                };
                if piece.globs(self.shopts.extglob) {
                    if self.shopts.globstar && piece.text == b"**" {
                        pieces.push(Piece::Deep);
                    } else {
                        let dotted = piece.text.first() == Some(&b'.');
                        let flavour = crate::pattern::Flavour {
                            extglob: self.shopts.extglob,
                            nocase: self.shopts.nocaseglob,
                            utf8: self.utf8,
                        };
                        pieces.push(Piece::Pattern(Pattern::new(&piece.pattern(), flavour), dotted));
                    }
                } else {
                    pieces.push(Piece::Text(piece.text));
                }
            }
            start = end + 1;
        }
        let only_dirs = text.last() == Some(&b'/');
        let base = if absolute { b"/".to_vec() } else { Vec::new() };
        let mut found = Vec::new();
        self.glob_walk(&base, &pieces, only_dirs, &mut found, 0);
        let ignore = self.vars.get(special::GLOBIGNORE).and_then(|var| var.scalar()).map(<[u8]>::to_vec);
        if let Some(ignore) = ignore.filter(|text| !text.is_empty()) {
            let flavour = self.flavour(self.shopts.nocaseglob);
            for pattern in ignore.split(|&c| c == b':') {
                // As in file names, `*` does not reach over a slash.
                let parts: Vec<Pattern> = pattern.split(|&c| c == b'/').map(|part| Pattern::new(part, flavour)).collect();
                found.retain(|name| {
                    let names: Vec<&[u8]> = name.split(|&c| c == b'/').collect();
                    names.len() != parts.len() || !parts.iter().zip(names).all(|(part, name)| part.matches(name))
                });
            }
            found.retain(|name| !matches!(name.rsplit(|&c| c == b'/').next(), Some(b"." | b"..")));
        }
        found.sort();
        found.dedup();
        found
    }

    fn list(&self, base: &[u8]) -> Vec<(Bytes, FileKind)> {
        let path = if base.is_empty() { self.cwd.clone() } else { self.path(base) };
        Sys::read_dir(&path).unwrap_or_default()
    }

    fn hidden_shown(&self) -> bool {
        self.shopts.dotglob
            || self.vars.get(special::GLOBIGNORE).and_then(|var| var.scalar()).is_some_and(|text| !text.is_empty())
    }

    fn glob_walk(&self, base: &[u8], pieces: &[Piece], only_dirs: bool, found: &mut Vec<Bytes>, depth: u32) {
        let join = |name: &[u8]| -> Bytes {
            let mut path = base.to_vec();
            if !path.is_empty() && path.last() != Some(&b'/') {
                path.push(b'/');
            }
            path.extend_from_slice(name);
            path
        };
        let Some((first, rest)) = pieces.split_first() else { return };
        let last = rest.is_empty();
        let finish = |mut path: Bytes, found: &mut Vec<Bytes>| {
            if only_dirs {
                path.push(b'/');
            }
            found.push(path);
        };
        match first {
            Piece::Text(name) => {
                let path = join(name);
                if last {
                    let full = self.path(&path);
                    let exists = if only_dirs {
                        Sys::stat(&full, true).is_ok_and(|stat| stat.kind == FileKind::Dir)
                    } else {
                        Sys::stat(&full, false).is_ok()
                    };
                    if exists {
                        finish(path, found);
                    }
                } else {
                    self.glob_walk(&path, rest, only_dirs, found, depth);
                }
            }
            Piece::Pattern(pattern, dotted) => {
                let mut names = self.list(base);
                if *dotted && !self.shopts.globskipdots {
                    names.push((b".".to_vec(), FileKind::Dir));
                    names.push((b"..".to_vec(), FileKind::Dir));
                }
                for (name, kind) in names {
                    if name.first() == Some(&b'.') && !dotted && !self.hidden_shown() {
                        continue;
                    }
                    if !pattern.matches(&name) {
                        continue;
                    }
                    let path = join(&name);
                    if last && !only_dirs {
                        found.push(path);
                        continue;
                    }
                    let is_dir = match kind {
                        FileKind::Dir => true,
                        FileKind::Link | FileKind::Unknown => {
                            Sys::stat(&self.path(&path), true).is_ok_and(|stat| stat.kind == FileKind::Dir)
                        }
                        _ => false,
                    };
                    if !is_dir {
                        continue;
                    }
                    if last {
                        finish(path, found);
                    } else {
                        self.glob_walk(&path, rest, only_dirs, found, depth);
                    }
                }
            }
            Piece::Deep => {
                if depth > 200 {
                    return;
                }
                // No directory at all, then each one below.
                if last {
                    if !base.is_empty() && depth == 0 {
                        let mut path = base.to_vec();
                        if path.last() != Some(&b'/') {
                            path.push(b'/');
                        }
                        found.push(path);
                    }
                } else {
                    self.glob_walk(base, rest, only_dirs, found, 0);
                }
                for (name, kind) in self.list(base) {
                    if name.first() == Some(&b'.') && !self.hidden_shown() {
                        continue;
                    }
                    let path = join(&name);
                    if last {
                        if only_dirs {
                            if kind == FileKind::Dir {
                                finish(path.clone(), found);
                            }
                        } else {
                            found.push(path.clone());
                        }
                    }
                    if kind == FileKind::Dir {
                        self.glob_walk(&path, pieces, only_dirs, found, depth + 1);
                    }
                }
            }
        }
    }
}
