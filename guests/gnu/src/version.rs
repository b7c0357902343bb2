//! Names with numbers in them, in the order of `ls -v` and `sort -V`.

use std::cmp::Ordering;

/// As gnulib's filevercmp: hidden names first, suffixes like `.tar.gz` last of all, `~` before the end.
pub fn compare(a: &[u8], b: &[u8]) -> Ordering {
    let special = |name: &[u8]| match name {
        b"" => 0,
        b"." => 1,
        b".." => 2,
        [b'.', ..] => 3,
        _ => 4,
    };
    let order = special(a).cmp(&special(b));
    if order != Ordering::Equal || special(a) < 3 {
        return order;
    }
    let (stem, other) = (stem(a), stem(b));
    runs(stem, other).then_with(|| if stem.len() == a.len() && other.len() == b.len() { Ordering::Equal } else { runs(a, b) })
}

/// The name without its suffixes: each a dot, a letter or `~`, and letters, digits and `~`.
fn stem(name: &[u8]) -> &[u8] {
    let (mut at, mut end) = (0, 0);
    while at < name.len() {
        at += 1;
        end = at;
        while at + 1 < name.len() && name[at] == b'.' && (name[at + 1].is_ascii_alphabetic() || name[at + 1] == b'~') {
            at += 2;
            while at < name.len() && (name[at].is_ascii_alphanumeric() || name[at] == b'~') {
                at += 1;
            }
        }
    }
    &name[..end]
}

/// Runs of digits by value, the rest letter by letter: letters before other signs.
fn runs(a: &[u8], b: &[u8]) -> Ordering {
    fn rank(b: Option<&u8>) -> i32 {
        match b {
            Some(b'~') => -2,
            None => -1,
            Some(b) if b.is_ascii_digit() => 0,
            Some(b) if b.is_ascii_alphabetic() => i32::from(*b),
            Some(b) => i32::from(*b) + 256,
        }
    }
    let text = |b: Option<&u8>| b.is_some_and(|b| !b.is_ascii_digit());
    let (mut i, mut j) = (0, 0);
    while i < a.len() || j < b.len() {
        while text(a.get(i)) || text(b.get(j)) {
            let order = rank(a.get(i)).cmp(&rank(b.get(j)));
            if order != Ordering::Equal {
                return order;
            }
            i += 1;
            j += 1;
        }
        let (x, y) = (digits(a, &mut i), digits(b, &mut j));
        let order = x.len().cmp(&y.len()).then_with(|| x.cmp(y));
        if order != Ordering::Equal {
            return order;
        }
    }
    Ordering::Equal
}

/// The digits from a place on, without zeros before them.
fn digits<'a>(text: &'a [u8], at: &mut usize) -> &'a [u8] {
    let rest = text.get(*at..).unwrap_or_default();
    let end = rest.iter().position(|b| !b.is_ascii_digit()).unwrap_or(rest.len());
    *at += end;
    let zeros = rest[..end].iter().take_while(|b| **b == b'0').count();
    &rest[zeros..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_as_in_ls_v() {
        let names = ["", ".", "..", ".0", ".9", ".A", ".a~", ".a", "0", "9", "a~", "a", "a.b~", "a.b", "a.bc~", "a.bc", "a-1.9", "a-1.10", "a-1.10.tar"];
        for (at, name) in names.iter().enumerate() {
            for later in &names[at + 1..] {
                assert_eq!(compare(name.as_bytes(), later.as_bytes()), Ordering::Less, "{name} {later}");
                assert_eq!(compare(later.as_bytes(), name.as_bytes()), Ordering::Greater, "{later} {name}");
            }
        }
        assert_eq!(compare(b"a001", b"a1"), Ordering::Equal);
    }
}
