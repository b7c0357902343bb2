//! timeout.

use crate::launch;
use std::time::{Duration, Instant};
use sunaba_gnu::bytes::lossy;
use sunaba_gnu::options::{Opt, flag, value};
use sunaba_gnu::output::complain;
use sunaba_gnu::{error, quote::quoted};
use sunaba_process::{Child, ExitStatus, signal};

const OPTIONS: &[Opt] = &[
    flag('f', "foreground"), value('k', "kill-after"), flag('p', "preserve-status"), value('s', "signal"), flag('v', "verbose"),
    flag('\0', "help"), flag('\0', "version"),
];

const HELP: &str = "Usage: timeout [OPTION]... DURATION COMMAND [ARG]...
Start COMMAND, and kill it if still running after DURATION.

      --foreground           accepted
  -k, --kill-after=DURATION  also send a KILL signal if COMMAND is still running this long after
  -p, --preserve-status      exit with the same status as COMMAND, even when it times out
  -s, --signal=SIGNAL        specify the signal to be sent on timeout
  -v, --verbose              diagnose to stderr any signal sent upon timeout
      --help                 display this help and exit
      --version              output version information and exit

DURATION is a floating point number with an optional suffix: s, m, h or d.
";

/// Sleep between two looks at the command: short at first, so that a quick command costs little.
const FIRST_LOOK: Duration = Duration::from_millis(1);
const LAST_LOOK: Duration = Duration::from_millis(20);

pub fn run(args: &[Vec<u8>]) -> i32 {
    let items = match launch::options("timeout", args, OPTIONS, HELP, 125) {
        Ok(items) => items,
        Err(code) => return code,
    };
    let (options, mut words) = launch::split(items);
    let (mut preserve, mut verbose, mut sent, mut kill_after) = (false, false, 15, None);
    for (name, argument) in options {
        let text = argument.unwrap_or_default();
        match name.as_str() {
            "preserve-status" => preserve = true,
            "verbose" => verbose = true,
            "signal" => match signal_number(&lossy(&text)) {
                Some(number) => sent = number,
                None => return usage(&format!("{}: invalid signal", quoted(&text))),
            },
            "kill-after" => match duration(&lossy(&text)) {
                Some(time) => kill_after = Some(time),
                None => return usage(&format!("invalid time interval {}", quoted(&text))),
            },
            _ => {}
        }
    }
    if words.len() < 2 {
        return usage_only();
    }
    let text = words.remove(0);
    let Some(limit) = duration(&lossy(&text)) else { return usage(&format!("invalid time interval {}", quoted(&text))) };
    let mut child = match launch::command(&words).spawn() {
        Ok(child) => child,
        Err(fault) => {
            complain("timeout", &format!("failed to run command {}: {}", quoted(&words[0]), error::text(&fault)));
            return launch::failure_code(&fault);
        }
    };
    if let Some(status) = wait(&mut child, limit) {
        return status.shell_code();
    }
    let tell = |number: u32| {
        if verbose {
            let name = signal::name(number).unwrap_or("KILL");
            complain("timeout", &format!("sending signal {name} to command {}", quoted(&words[0])));
        }
    };
    tell(sent);
    let _ = child.kill(sent);
    let mut killed = sent == 9;
    let status = match kill_after.map(|time| wait(&mut child, time)) {
        Some(Some(status)) => Some(status),
        Some(None) => {
            tell(9);
            killed = true;
            let _ = child.kill(9);
            child.wait().ok()
        }
        None => child.wait().ok(),
    };
    match status {
        Some(status) if preserve => status.shell_code(),
        _ if killed => 137,
        _ => 124,
    }
}

fn usage(fault: &str) -> i32 {
    complain("timeout", &format!("{fault}\nTry 'timeout --help' for more information."));
    125
}

fn usage_only() -> i32 {
    eprintln!("Try 'timeout --help' for more information.");
    125
}

/// The status, if the command ends within the time. A time of zero is none.
fn wait(child: &mut Child, limit: Duration) -> Option<ExitStatus> {
    if limit.is_zero() {
        return child.wait().ok();
    }
    let end = Instant::now() + limit;
    let mut pause = FIRST_LOOK;
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) => {}
            Err(_) => return None,
        }
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return None;
        }
        std::thread::sleep(pause.min(left));
        pause = (pause * 2).min(LAST_LOOK);
    }
}

fn signal_number(text: &str) -> Option<u32> {
    text.parse().ok().filter(|n| *n < 65).or_else(|| signal::number(&text.to_ascii_uppercase()))
}

fn duration(text: &str) -> Option<Duration> {
    let (number, unit) = match text.chars().last()? {
        's' => (&text[..text.len() - 1], 1.0),
        'm' => (&text[..text.len() - 1], 60.0),
        'h' => (&text[..text.len() - 1], 3600.0),
        'd' => (&text[..text.len() - 1], 86_400.0),
        _ => (text, 1.0),
    };
    let seconds: f64 = number.parse().ok().filter(|n: &f64| *n >= 0.0)?;
    Some(Duration::try_from_secs_f64(seconds * unit).unwrap_or(Duration::from_secs(u64::from(u32::MAX))))
}
