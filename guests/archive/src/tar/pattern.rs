//! Which members a name of the command line means, and which are left out.

use sunaba_gnu::fnmatch::{Rules, matches};

/// `--exclude`: the pattern matches the name, or the part of it after any slash, or a folder above.
pub fn excluded(patterns: &[Vec<u8>], name: &[u8]) -> bool {
    let name = name.strip_suffix(b"/").unwrap_or(name);
    let rules = Rules { leading_dir: true, ..Rules::default() };
    patterns.iter().any(|pattern| {
        let pattern = pattern.strip_suffix(b"/").unwrap_or(pattern);
        let starts = std::iter::once(0).chain(name.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(index, _)| index + 1));
        starts.into_iter().any(|start| matches(pattern, &name[start..], rules))
    })
}

/// Whether a member is what was asked for, or is below it.
pub fn asked(wanted: &[u8], name: &[u8], wildcards: bool) -> bool {
    let wanted = wanted.strip_suffix(b"/").unwrap_or(wanted);
    let name = name.strip_suffix(b"/").unwrap_or(name);
    if wildcards {
        return matches(wanted, name, Rules { leading_dir: true, ..Rules::default() });
    }
    name == wanted || (name.starts_with(wanted) && name.get(wanted.len()) == Some(&b'/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_patterns() {
        assert!(excluded(&[b"*.o".to_vec()], b"src/a.o"));
        assert!(excluded(&[b"node_modules".to_vec()], b"a/node_modules/b/c"));
        assert!(!excluded(&[b"node".to_vec()], b"a/node_modules"));
        assert!(asked(b"d/s", b"d/s/b", false) && asked(b"d/s/", b"d/s/", false));
        assert!(!asked(b"d/s", b"d/sx", false));
        assert!(asked(b"*.txt", b"d/a.txt", true));
    }
}
