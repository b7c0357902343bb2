//! Every case of cases.txt with this program and with the machine's own tools: same output, standard error and status.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

const TOOLS: [&str; 6] = ["tar", "gzip", "gunzip", "zcat", "zip", "unzip"];

fn folder() -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let folder = std::env::temp_dir().join(format!("sunaba-archive-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed)));
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// The files of a case; the archives are made by the tests themselves, byte by byte where they are hostile.
fn fixture(folder: &Path) {
    fs::create_dir_all(folder.join("d/s")).unwrap();
    fs::create_dir_all(folder.join("out")).unwrap();
    fs::write(folder.join("d/a.txt"), "hello\n").unwrap();
    fs::write(folder.join("d/s/b"), "w\n").unwrap();
    fs::write(folder.join("b.txt"), "bee\n").unwrap();
    symlink("a.txt", folder.join("d/l")).unwrap();
    let member = |builder: &mut tar::Builder<fs::File>, name: &str, kind: tar::EntryType, link: &str, data: &[u8]| {
        let mut header = tar::Header::new_gnu();
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.as_old_mut().linkname[..link.len()].copy_from_slice(link.as_bytes());
        header.set_entry_type(kind);
        header.set_mode(if kind == tar::EntryType::Directory { 0o755 } else { 0o644 });
        header.set_uid(0);
        header.set_gid(0);
        header.set_username("root").unwrap();
        header.set_groupname("root").unwrap();
        header.set_mtime(1_000_000_000);
        header.set_size(data.len() as u64);
        header.set_cksum();
        builder.append(&header, data).unwrap();
    };
    let mut plain = tar::Builder::new(fs::File::create(folder.join("x.tar")).unwrap());
    member(&mut plain, "d/", tar::EntryType::Directory, "", b"");
    member(&mut plain, "d/a.txt", tar::EntryType::Regular, "", b"hello\n");
    member(&mut plain, "d/l", tar::EntryType::Symlink, "a.txt", b"");
    member(&mut plain, "d/s/", tar::EntryType::Directory, "", b"");
    member(&mut plain, "d/s/b", tar::EntryType::Regular, "", b"w\n");
    plain.finish().unwrap();
    let mut evil = tar::Builder::new(fs::File::create(folder.join("evil.tar")).unwrap());
    member(&mut evil, "../up.txt", tar::EntryType::Regular, "", b"up\n");
    member(&mut evil, "/abs.txt", tar::EntryType::Regular, "", b"abs\n");
    evil.finish().unwrap();
}

fn run(script: &str, bin: &Path) -> (String, String, Option<i32>) {
    let folder = folder();
    fixture(&folder);
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default());
    let output = Command::new("sh")
        .args(["-c", script])
        .current_dir(&folder)
        .env("PATH", path)
        .env("LC_ALL", "C.UTF-8")
        .env("TZ", "UTC")
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    fs::remove_dir_all(&folder).unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr), output.status.code())
}

#[test]
fn as_the_tools_of_the_machine() {
    let bins = folder();
    fs::create_dir_all(bins.join("ours")).unwrap();
    fs::create_dir_all(bins.join("theirs")).unwrap();
    let mut missing = Vec::new();
    for tool in TOOLS {
        symlink(env!("CARGO_BIN_EXE_sunaba-archive"), bins.join("ours").join(tool)).unwrap();
        if !Path::new("/usr/bin").join(tool).exists() && !Path::new("/bin").join(tool).exists() {
            missing.push(tool);
        }
    }
    if !missing.is_empty() {
        eprintln!("not run: this machine has no {}", missing.join(", "));
        return;
    }
    let mut failures = Vec::new();
    let mut count = 0;
    for case in include_str!("cases.txt").split("### ").skip(1) {
        let (name, script) = case.split_once('\n').unwrap();
        let ours = run(script, &bins.join("ours"));
        let theirs = run(script, &bins.join("theirs"));
        count += 1;
        if ours != theirs {
            failures.push(format!("{name}\n  ours:   {ours:?}\n  theirs: {theirs:?}"));
        }
    }
    fs::remove_dir_all(&bins).unwrap();
    assert!(failures.is_empty(), "{} of {count} differ:\n{}", failures.len(), failures.join("\n"));
}
