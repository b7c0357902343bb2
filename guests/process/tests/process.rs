//! The surface against the machine's own programs.

use std::io::{Read, Write};
use std::os::fd::AsRawFd;

use sunaba_process::{chmod, dup, fd_mode, mode, pipe, signal, Command, ExitStatus, Links, Stdio};

#[test]
fn output_and_status() {
    let output = Command::new("sh").args(["-c", "printf '%s' \"$0-$1\"; exit 3", "a b", "c"]).output().unwrap();
    assert_eq!(output.stdout, b"a b-c");
    assert_eq!(output.status, ExitStatus::Exited(3));
}

#[test]
fn both_streams_larger_than_a_pipe() {
    let script = "head -c 300000 /dev/zero; head -c 300000 /dev/zero >&2";
    let output = Command::new("sh").args(["-c", script]).stderr(Stdio::Piped).output().unwrap();
    assert_eq!((output.stdout.len(), output.stderr.len()), (300_000, 300_000));
}

#[test]
fn environment_is_built_over_the_own() {
    let output = Command::new("env").env_clear().env("A", "1").env("B", "2").env_remove("A").output().unwrap();
    assert_eq!(output.stdout, b"B=2\n");
}

#[test]
fn descriptors_are_handed_down_by_number() {
    let (mut read, write) = pipe().map(|(r, w)| (std::fs::File::from(r), w)).unwrap();
    let mut child = Command::new("sh").args(["-c", "echo seven >&7"]).fd(7, write.as_raw_fd()).spawn().unwrap();
    drop(write);
    let mut text = String::new();
    read.read_to_string(&mut text).unwrap();
    assert_eq!(text, "seven\n");
    assert!(child.wait().unwrap().success());
}

#[test]
fn streams_can_be_swapped() {
    let (read_one, one) = pipe().unwrap();
    let (read_two, two) = pipe().unwrap();
    let script = "echo out; echo err >&2";
    Command::new("sh").args(["-c", script]).fd(1, two.as_raw_fd()).fd(2, one.as_raw_fd()).status().unwrap();
    drop((one, two));
    let text = |fd| std::io::read_to_string(std::fs::File::from(fd)).unwrap();
    assert_eq!((text(read_one), text(read_two)), ("err\n".into(), "out\n".into()));
}

#[test]
fn stdin_is_a_pipe_that_ends() {
    let mut child = Command::new("cat").stdin(Stdio::Piped).stdout(Stdio::Piped).spawn().unwrap();
    child.stdin.as_mut().unwrap().write_all(b"hello").unwrap();
    assert_eq!(child.wait_with_output().unwrap().stdout, b"hello");
}

#[test]
fn a_signal_ends_a_child() {
    let mut child = Command::new("sleep").arg("60").spawn().unwrap();
    assert_eq!(child.try_wait().unwrap(), None);
    child.kill(signal::TERM).unwrap();
    let status = child.wait().unwrap();
    assert_eq!((status.signal(), status.shell_code()), (Some(15), 143));
}

#[test]
fn a_missing_program_is_not_found() {
    let error = Command::new("no-such-program-anywhere").spawn().unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::NotFound);
}

#[test]
fn permission_bits() {
    let path = std::env::temp_dir().join(format!("sunaba-process-{}", std::process::id()));
    let file = std::fs::File::create(&path).unwrap();
    chmod(&path, Links::Follow, 0o751).unwrap();
    assert_eq!(mode(&path, Links::Stay).unwrap(), 0o751);
    assert_eq!(fd_mode(file.as_raw_fd()).unwrap(), 0o751);
    std::fs::remove_file(&path).unwrap();
}

#[test]
fn dup_takes_the_lowest_free_from_a_bound() {
    let (read, _write) = pipe().unwrap();
    assert!(dup(read.as_raw_fd(), 50).unwrap().as_raw_fd() >= 50);
}

#[test]
fn signal_names() {
    assert_eq!(signal::number("SIGTERM"), Some(15));
    assert_eq!(signal::number("kill"), Some(9));
    assert_eq!(signal::name(17), Some("CHLD"));
    assert_eq!(signal::number("NOPE"), None);
}

#[test]
fn a_caught_signal_is_pending_until_taken() {
    signal::catch(signal::SignalSet::empty().with(signal::USR1)).unwrap();
    sunaba_process::kill(sunaba_process::pid() as i32, signal::USR1).unwrap();
    let mut taken = signal::take();
    for _ in 0..1000 {
        if !taken.is_empty() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(1));
        taken = signal::take();
    }
    assert!(taken.contains(signal::USR1));
    assert!(signal::take().is_empty());
}
