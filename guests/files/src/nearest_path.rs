use std::collections::HashMap;

use crate::tree::{walk, Kind};
use crate::workspace::{Place, Workspace};

/// The most entries that are looked at for a likeness.
const LOOKED_AT: usize = 20_000;
const NAMED: usize = 3;
const LIKE: f64 = 0.4;

/// Up to three files that a missing path may have meant, the likeliest first.
pub fn nearest_paths(workspace: &Workspace, missing: &Place, kind: Kind) -> Vec<String> {
    if !missing.path.starts_with(workspace.root()) {
        return Vec::new();
    }
    let mut scored: Vec<(f64, String)> = Vec::new();
    let mut seen = 0;
    walk(workspace, workspace.root(), false, |entry| {
        if entry.kind == kind || entry.kind == Kind::Link {
            let shown = workspace.show(&entry.path);
            let score = likeness(&missing.shown, &shown);
            if score >= LIKE {
                scored.push((score, shown));
            }
        }
        seen += 1;
        seen < LOOKED_AT
    });
    scored.sort_by(|(a, x), (b, y)| b.total_cmp(a).then_with(|| x.cmp(y)));
    scored.into_iter().take(NAMED).map(|(_, shown)| shown).collect()
}

/// The name counts most, then the folders.
fn likeness(wanted: &str, there: &str) -> f64 {
    let split = |path: &str| {
        let lower = path.to_lowercase();
        match lower.rsplit_once('/') {
            Some((folder, name)) => (folder.to_string(), name.to_string()),
            None => (String::new(), lower),
        }
    };
    let (wanted_folder, wanted_name) = split(wanted);
    let (folder, name) = split(there);
    let stem = |name: &str| name.split('.').next().unwrap_or_default().to_string();
    let by_name = if wanted_name == name {
        1.0
    } else if !stem(&name).is_empty() && stem(&wanted_name) == stem(&name) {
        0.85
    } else {
        // The ending alone makes no likeness.
        let ending = |name: &str| name.split_once('.').map(|(_, ending)| ending.to_string());
        pairs_alike(&stem(&wanted_name), &stem(&name)) * if ending(&wanted_name) == ending(&name) { 1.0 } else { 0.9 }
    };
    let by_folder = if wanted_folder == folder { 1.0 } else { pairs_alike(&wanted_folder, &folder) };
    by_name * 0.8 + by_folder * 0.2 * by_name
}

/// Sørensen–Dice over pairs of characters: 0 for nothing in common, 1 for the same.
pub fn pairs_alike(a: &str, b: &str) -> f64 {
    let pairs = |text: &str| {
        let chars: Vec<char> = text.chars().collect();
        let mut counts: HashMap<(char, char), i32> = HashMap::new();
        for pair in chars.windows(2) {
            *counts.entry((pair[0], pair[1])).or_default() += 1;
        }
        counts
    };
    let (mut left, right) = (pairs(a), pairs(b));
    let total: i32 = left.values().sum::<i32>() + right.values().sum::<i32>();
    if total == 0 {
        return 0.0;
    }
    let mut shared = 0;
    for (pair, count) in right {
        let there = left.remove(&pair).unwrap_or(0);
        shared += there.min(count);
    }
    f64::from(2 * shared) / f64::from(total)
}
