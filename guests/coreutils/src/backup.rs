//! Backups of files that cp, install and ln would replace: `--backup[=CONTROL]`, `-b`, `-S`.

use std::io;
use sunaba_gnu::{bytes, status};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Control {
    Simple,
    Numbered,
    /// Numbered where there are such already.
    Existing,
}

#[derive(Clone)]
pub struct Backup {
    control: Option<Control>,
    suffix: Vec<u8>,
}

impl Default for Backup {
    fn default() -> Backup {
        let suffix = std::env::var_os("SIMPLE_BACKUP_SUFFIX").map(bytes::into_vec).filter(|suffix| !suffix.is_empty());
        Backup { control: None, suffix: suffix.unwrap_or_else(|| b"~".to_vec()) }
    }
}

fn control(word: &[u8]) -> Option<Option<Control>> {
    const WORDS: [(&str, Option<Control>); 8] = [
        ("none", None),
        ("off", None),
        ("simple", Some(Control::Simple)),
        ("never", Some(Control::Simple)),
        ("existing", Some(Control::Existing)),
        ("nil", Some(Control::Existing)),
        ("numbered", Some(Control::Numbered)),
        ("t", Some(Control::Numbered)),
    ];
    let near: Vec<_> = WORDS.iter().filter(|(name, _)| !word.is_empty() && name.as_bytes().starts_with(word)).collect();
    match near.as_slice() {
        [(_, control)] => Some(*control),
        many => many.iter().find(|(name, _)| name.as_bytes() == word).map(|(_, control)| *control),
    }
}

impl Backup {
    pub fn wanted(&self) -> bool {
        self.control.is_some()
    }

    /// `-b` and `--backup`, whose argument is one of CONTROL's words; what GNU says of another.
    pub fn ask(&mut self, argument: Option<&[u8]>) -> Result<(), String> {
        let variable = std::env::var_os("VERSION_CONTROL").map(bytes::into_vec);
        let (word, of) = match (argument, &variable) {
            (Some(word), _) => (word, "backup type"),
            (None, Some(word)) => (word.as_slice(), "$VERSION_CONTROL"),
            (None, None) => (b"existing".as_slice(), ""),
        };
        self.control = control(word).ok_or_else(|| {
            format!(
                "invalid argument '{}' for '{of}'\nValid arguments are:\n  - 'none', 'off'\n  - 'simple', 'never'\n  - 'existing', 'nil'\n  - 'numbered', 't'",
                bytes::lossy(word)
            )
        })?;
        Ok(())
    }

    /// `-S`, which asks for a backup too.
    pub fn suffix(&mut self, suffix: Vec<u8>) -> Result<(), String> {
        self.suffix = suffix;
        if self.control.is_none() { self.ask(None) } else { Ok(()) }
    }

    /// Renames a file out of the way, and gives its new name.
    pub fn make(&self, path: &[u8]) -> io::Result<Vec<u8>> {
        let last = numbers(path).max().unwrap_or(0);
        let to = match self.control {
            Some(Control::Numbered) => numbered(path, last + 1),
            Some(Control::Existing) if last > 0 => numbered(path, last + 1),
            _ => [path, &self.suffix].concat(),
        };
        std::fs::rename(bytes::path(path), bytes::path(&to))?;
        Ok(to)
    }

    /// Whether a copy of `from` over `to` would make its backup of the very file that is copied.
    pub fn would_destroy(&self, from: &[u8], to: &[u8]) -> bool {
        self.control != Some(Control::Numbered) && from == [to, &self.suffix].concat() && status::exists(from)
    }
}

fn numbered(path: &[u8], number: u64) -> Vec<u8> {
    [path, format!(".~{number}~").as_bytes()].concat()
}

/// The numbers of the backups that there are.
fn numbers(path: &[u8]) -> impl Iterator<Item = u64> {
    let cut = path.iter().rposition(|&b| b == b'/').map_or(0, |at| at + 1);
    let (folder, base) = path.split_at(cut);
    let beginning = [base, b".~"].concat();
    let folder = if folder.is_empty() { b".".as_slice() } else { folder };
    std::fs::read_dir(bytes::path(folder)).into_iter().flatten().flatten().filter_map(move |entry| {
        let name = bytes::into_vec(entry.file_name());
        let number = name.strip_prefix(beginning.as_slice())?.strip_suffix(b"~")?;
        std::str::from_utf8(number).ok()?.parse().ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_may_be_cut_short() {
        assert_eq!(control(b"num"), Some(Some(Control::Numbered)));
        assert_eq!(control(b"t"), Some(Some(Control::Numbered)));
        assert_eq!(control(b"none"), Some(None));
        assert_eq!(control(b"n"), None);
        assert_eq!(control(b"x"), None);
    }
}
