//! patch.

mod apply;
mod options;
mod read;
mod target;

use apply::{Applied, apply};
use options::Settings;
use read::FilePatch;
use std::io::{self, Read, Write};
use sunaba_gnu::output::{Out, complain};
use sunaba_gnu::{bytes, error};

pub fn run(args: &[Vec<u8>]) -> i32 {
    let settings = match options::read(args) {
        Ok(settings) => settings,
        Err(code) => return code,
    };
    let mut text = Vec::new();
    let result = match &settings.input {
        Some(name) if name != b"-" => std::fs::read(bytes::path(name)).map(|content| text = content),
        _ => io::stdin().read_to_end(&mut text).map(drop),
    };
    if let Err(fault) = result {
        let name = settings.input.clone().unwrap_or_default();
        complain("patch", &format!("**** Can't open patch file {} : {}", bytes::lossy(&name), error::text(&fault)));
        return 2;
    }
    if let Some(folder) = &settings.folder
        && let Err(fault) = std::env::set_current_dir(bytes::path(folder))
    {
        complain("patch", &format!("**** Can't change to directory {} : {}", bytes::lossy(folder), error::text(&fault)));
        return 2;
    }
    let mut patch = Patch { settings, out: Out::new("patch"), code: 0 };
    let read = read::all(&text);
    if read.patches.is_empty() && read.fault.is_none() {
        if !text.is_empty() {
            complain("patch", "**** Only garbage was found in the patch input.");
            return 2;
        }
        return 0;
    }
    if read.stripped_cr {
        patch.say("(Stripping trailing CRs from patch; use --binary to disable.)\n");
    }
    for file in read.patches {
        if !patch.file(file) {
            break;
        }
    }
    if let Some((file, fault)) = read.fault {
        if let Some(name) = target::choose(&file, &patch.settings) {
            let verb = if patch.settings.dry_run { "checking" } else { "patching" };
            patch.say(&format!("{verb} file {}\n", bytes::lossy(&name)));
        }
        patch.fail(&fault);
    }
    patch.out.flush();
    patch.code
}

struct Patch {
    settings: Settings,
    out: Out,
    code: i32,
}

impl Patch {
    fn say(&mut self, text: &str) {
        if !self.settings.silent {
            self.out.text(text);
        }
    }

    fn fail(&mut self, text: &str) -> bool {
        self.out.flush();
        complain("patch", &format!("**** {text}"));
        self.code = 2;
        false
    }

    /// One file's hunks; false: give up.
    fn file(&mut self, mut patch: FilePatch) -> bool {
        if self.settings.reverse {
            patch.reverse();
        }
        let Some(name) = target::choose(&patch, &self.settings) else {
            return self.not_found(&patch);
        };
        if target::escapes(&name) && self.settings.file.is_none() {
            self.out.flush();
            self.say(&format!("Ignoring potentially dangerous file name {}\n", bytes::lossy(&name)));
            return self.not_found(&patch);
        }
        let exists = bytes::path(&name).exists();
        let content = match std::fs::read(bytes::path(&name)) {
            Ok(content) => content,
            Err(fault) if !exists && fault.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(fault) => return self.fail(&format!("Can't open file {} : {}", bytes::lossy(&name), error::text(&fault))),
        };
        let output = self.settings.output.clone().unwrap_or_else(|| patch.renamed.clone().filter(|_| !exists || patch.renamed.is_some()).unwrap_or_else(|| name.clone()));
        let verb = if self.settings.dry_run { "checking" } else { "patching" };
        let from = if let Some(output) = &self.settings.output {
            format!("{} (read from {})", bytes::lossy(output), bytes::lossy(&name))
        } else if output != name {
            format!("{} (renamed from {})", bytes::lossy(&output), bytes::lossy(&name))
        } else {
            bytes::lossy(&name).into_owned()
        };
        self.say(&format!("{verb} file {from}\n"));
        let mut applied = apply(&content, &patch, &self.settings);
        if applied.looks_reversed {
            let mut ignored = true;
            let sign = if self.settings.reverse { "Unreversed" } else { "Reversed (or previously applied)" };
            if self.settings.batch {
                self.say(&format!("{sign} patch detected!  {}.\n", if self.settings.reverse { "Ignoring -R" } else { "Assuming -R" }));
                patch.reverse();
                applied = apply(&content, &patch, &self.settings);
                ignored = false;
            } else if self.settings.forward {
                self.say(&format!("{sign} patch detected!  Skipping patch.\n"));
            } else if self.settings.force {
                ignored = false;
            } else {
                self.out.text(&format!("{sign} patch detected!  {} [n] \nApply anyway? [n] \n", if self.settings.reverse { "Ignore -R?" } else { "Assume -R?" }));
                self.say("Skipping patch.\n");
            }
            if ignored {
                applied = Applied { failed: (0..patch.hunks.len()).collect(), notes: Vec::new(), ignored: true, ..applied };
            }
        }
        for note in std::mem::take(&mut applied.notes) {
            self.say(&note);
        }
        self.finish(&patch, &name, &output, exists, content, applied)
    }

    fn finish(&mut self, patch: &FilePatch, name: &[u8], output: &[u8], exists: bool, content: Vec<u8>, applied: Applied) -> bool {
        let total = patch.hunks.len();
        let failed = applied.failed.len();
        if failed > 0 {
            self.code = self.code.max(1);
            let rejects = [output, b".rej".as_slice()].concat();
            let saved = if self.settings.dry_run { String::new() } else { format!(" -- saving rejects to file {}", bytes::lossy(&rejects)) };
            let hunks = if total == 1 { "hunk" } else { "hunks" };
            let verb = if applied.ignored { "ignored" } else { "FAILED" };
            self.out.text(&format!("{failed} out of {total} {hunks} {verb}{saved}\n"));
            if !self.settings.dry_run
                && let Err(fault) = std::fs::write(bytes::path(&rejects), patch.rejects(&applied.failed))
            {
                return self.fail(&format!("Can't create file {} : {}", bytes::lossy(&rejects), error::text(&fault)));
            }
        }
        if self.settings.dry_run {
            return true;
        }
        let removes = applied.content.is_empty() && (patch.deletes || self.settings.remove_empty);
        if patch.deletes && !applied.content.is_empty() {
            self.say(&format!("Not deleting file {} as content differs from patch\n", bytes::lossy(name)));
            self.code = self.code.max(1);
        }
        if exists && !applied.ignored && (self.settings.backup || (applied.inexact && self.settings.output.is_none())) {
            let backup = [&self.settings.prefix, name, &self.settings.suffix].concat();
            if let Err(fault) = std::fs::write(bytes::path(&backup), content) {
                return self.fail(&format!("Can't create file {} : {}", bytes::lossy(&backup), error::text(&fault)));
            }
        }
        if failed == total && total > 0 {
            return true;
        }
        let result = if removes {
            std::fs::remove_file(bytes::path(name)).map(|()| remove_empty_parents(bytes::path(name)))
        } else if output == b"-" {
            self.out.flush();
            io::stdout().write_all(&applied.content)
        } else {
            target::write(output, &applied.content, name, patch.mode)
        };
        if let Err(fault) = result {
            return self.fail(&format!("Can't create file {} : {}", bytes::lossy(output), error::text(&fault)));
        }
        if output != name && patch.renamed.is_some() && exists && self.settings.output.is_none() {
            // A rename takes the old name away.
            let _ = std::fs::remove_file(bytes::path(name));
        }
        true
    }

    fn not_found(&mut self, patch: &FilePatch) -> bool {
        self.code = self.code.max(1);
        let total = patch.hunks.len();
        let hunks = if total == 1 { "hunk" } else { "hunks" };
        let mut text = format!("can't find file to patch at input line {}\n", patch.line);
        text.push_str(if self.settings.strip.is_none() {
            "Perhaps you should have used the -p or --strip option?\n"
        } else {
            "Perhaps you used the wrong -p or --strip option?\n"
        });
        text.push_str("The text leading up to this was:\n--------------------------\n");
        for line in &patch.leading {
            text.push_str(&format!("|{}\n", bytes::lossy(line)));
        }
        text.push_str("--------------------------\n");
        if self.settings.force || self.settings.batch || self.settings.forward {
            text.push_str("No file to patch.  Skipping patch.\n");
        } else {
            text.push_str("File to patch: \nSkip this patch? [y] \nSkipping patch.\n");
        }
        text.push_str(&format!("{total} out of {total} {hunks} ignored\n"));
        self.say(&text);
        true
    }
}

/// As GNU's: a folder that a removed file leaves empty goes too.
fn remove_empty_parents(name: &std::path::Path) {
    let parents = name.ancestors().skip(1).take_while(|folder| !folder.as_os_str().is_empty());
    for folder in parents {
        if std::fs::remove_dir(folder).is_err() {
            break;
        }
    }
}
