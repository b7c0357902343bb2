//! Every case of cases.txt with this program and with the machine's gawk: same output, same standard error (but for
//! the program's name), same status.

use std::fs;
use std::path::Path;
use std::process::Command;

const FILES: [(&str, &str); 7] = [
    ("words", "one\ntwo\nthree\nfour five\nsix\n"),
    ("table", "apple 10\nbanana 20 x\ncherry 15\n"),
    ("dup", "apple 1\nbanana 2\napple 1\ncherry 3\nbanana 9\n"),
    ("passwd", "root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1::/usr/sbin:/bin/sh\n"),
    ("tabs", "a\tb c\td\n\tx\t\n"),
    ("csv", "a,b;;c\n1,2\n"),
    ("sales.csv", "day,item,amount\nmon,tea,1.50\ntue,tea,2\nwed,milk,0.25\n"),
];

struct Outcome {
    stdout: Vec<u8>,
    stderr: String,
    status: Option<i32>,
}

fn run(script: &str, bin: &Path, name: &str) -> Outcome {
    let folder = tempdir();
    for (file, content) in FILES {
        fs::write(folder.join(file), content).unwrap();
    }
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
    let stderr = String::from_utf8_lossy(&output.stderr).replace(&format!("{name}: "), "awk: ");
    Outcome { stdout: output.stdout, stderr, status: output.status.code() }
}

fn tempdir() -> std::path::PathBuf {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let folder = std::env::temp_dir().join(format!("sunaba-awk-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed)));
    fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn as_gawk() {
    let gawk = ["/usr/bin/gawk", "/usr/local/bin/gawk"].into_iter().find(|path| Path::new(path).exists());
    let Some(gawk) = gawk else {
        eprintln!("not run: there is no gawk on this machine");
        return;
    };
    let bins = tempdir();
    for name in ["ours", "theirs"] {
        fs::create_dir_all(bins.join(name)).unwrap();
    }
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_sunaba-awk"), bins.join("ours/awk")).unwrap();
    std::os::unix::fs::symlink(gawk, bins.join("theirs/awk")).unwrap();
    let mut failures = Vec::new();
    let mut count = 0;
    for case in include_str!("cases.txt").split("### ").skip(1) {
        let (name, script) = case.split_once('\n').unwrap();
        let ours = run(script, &bins.join("ours"), "sunaba-awk");
        let theirs = run(script, &bins.join("theirs"), "gawk");
        count += 1;
        if ours.stdout != theirs.stdout || ours.stderr != theirs.stderr || ours.status != theirs.status {
            failures.push(format!(
                "{name}\n  ours:   {:?} {:?} {:?}\n  theirs: {:?} {:?} {:?}",
                String::from_utf8_lossy(&ours.stdout),
                ours.stderr,
                ours.status,
                String::from_utf8_lossy(&theirs.stdout),
                theirs.stderr,
                theirs.status
            ));
        }
    }
    fs::remove_dir_all(&bins).unwrap();
    assert!(failures.is_empty(), "{} of {count} differ:\n{}", failures.len(), failures.join("\n"));
}
