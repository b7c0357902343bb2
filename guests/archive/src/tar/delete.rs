//! `--delete`: an archive without some of its members.

use std::fs;
use std::io;

use sunaba_gnu::bytes::{lossy, path};
use sunaba_gnu::output::complain;
use tar::Archive;

use super::Run;
use super::options::Named;
use super::pattern::asked;

const BLOCK: usize = 512;
const RECORD: usize = 20 * BLOCK;

pub fn delete(run: &mut Run) -> io::Result<()> {
    let Some(file) = run.options.file.clone() else {
        complain("tar", "--delete needs an archive's name (-f)");
        std::process::exit(2);
    };
    let text = match fs::read(path(&file)) {
        Ok(text) => text,
        Err(error) => {
            run.file_fault(&file, "Cannot open", &error);
            complain("tar", "Error is not recoverable: exiting now");
            std::process::exit(2);
        }
    };
    let mut wanted: Vec<(Vec<u8>, bool)> =
        std::mem::take(&mut run.options.names).into_iter().filter_map(|named| if let Named::Name(name) = named { Some((name, false)) } else { None }).collect();
    let mut kept = Vec::with_capacity(text.len());
    let mut start = 0;
    for entry in Archive::new(text.as_slice()).entries()? {
        let entry = entry?;
        // A long name stands in a member of its own before the one that it is for.
        let end = (entry.raw_file_position() as usize + entry.size() as usize).next_multiple_of(BLOCK).min(text.len());
        let name = entry.path_bytes().into_owned();
        let mut hit = false;
        for (asked_for, found) in &mut wanted {
            if asked(asked_for, &name, run.options.wildcards) {
                (*found, hit) = (true, true);
            }
        }
        if !hit {
            kept.extend_from_slice(&text[start..end]);
        }
        start = end;
    }
    kept.resize((kept.len() + 2 * BLOCK).next_multiple_of(RECORD), 0);
    fs::write(path(&file), kept)?;
    for (name, _) in wanted.iter().filter(|(_, found)| !found) {
        run.fault(&format!("{}: Not found in archive", lossy(name)));
    }
    Ok(())
}
