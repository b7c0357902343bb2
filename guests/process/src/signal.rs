//! Signals. A caught signal does not run a handler: it becomes pending, interrupts a blocking call, and is taken by
//! [`take`] where the program is ready for it.

use std::io;

use crate::sys;

pub const HUP: u32 = 1;
pub const INT: u32 = 2;
pub const QUIT: u32 = 3;
pub const ILL: u32 = 4;
pub const TRAP: u32 = 5;
pub const ABRT: u32 = 6;
pub const BUS: u32 = 7;
pub const FPE: u32 = 8;
pub const KILL: u32 = 9;
pub const USR1: u32 = 10;
pub const SEGV: u32 = 11;
pub const USR2: u32 = 12;
pub const PIPE: u32 = 13;
pub const ALRM: u32 = 14;
pub const TERM: u32 = 15;
pub const CHLD: u32 = 17;
pub const CONT: u32 = 18;
pub const STOP: u32 = 19;
pub const TSTP: u32 = 20;
pub const TTIN: u32 = 21;
pub const TTOU: u32 = 22;
pub const URG: u32 = 23;
pub const XCPU: u32 = 24;
pub const XFSZ: u32 = 25;
pub const VTALRM: u32 = 26;
pub const PROF: u32 = 27;
pub const WINCH: u32 = 28;
pub const IO: u32 = 29;
pub const PWR: u32 = 30;
pub const SYS: u32 = 31;

/// Names as `kill -l` prints them, without SIG; the index is the number less one.
const NAMES: [&str; 31] = [
    "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM", "STKFLT",
    "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
];

/// A set of signals 1 to 64.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SignalSet(pub u64);

impl SignalSet {
    pub fn empty() -> Self {
        SignalSet(0)
    }

    #[must_use]
    pub fn with(self, signal: u32) -> Self {
        SignalSet(self.0 | bit(signal))
    }

    #[must_use]
    pub fn without(self, signal: u32) -> Self {
        SignalSet(self.0 & !bit(signal))
    }

    pub fn contains(self, signal: u32) -> bool {
        self.0 & bit(signal) != 0
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub fn iter(self) -> impl Iterator<Item = u32> {
        (1..=64).filter(move |&signal| self.contains(signal))
    }
}

fn bit(signal: u32) -> u64 {
    if (1..=64).contains(&signal) {
        1 << (signal - 1)
    } else {
        0
    }
}

/// The signals of the set become pending instead of ending the process; all others have their default again.
pub fn catch(signals: SignalSet) -> io::Result<()> {
    sys::catch_signals(signals.0)
}

/// The signals of the set are dropped, in children too.
pub fn ignore(signals: SignalSet) -> io::Result<()> {
    sys::ignore_signals(signals.0)
}

/// Gives and clears the pending signals.
pub fn take() -> SignalSet {
    SignalSet(sys::take_signals())
}

/// Sends a signal; 0 probes whether the process is there.
pub fn kill(pid: i32, signal: u32) -> io::Result<()> {
    sys::kill(pid, signal)
}

/// `15`, `TERM`, `SIGTERM`, `term` → 15. `EXIT` and 0 are 0.
pub fn number(name: &str) -> Option<u32> {
    if let Ok(number) = name.parse::<u32>() {
        return (number <= 64).then_some(number);
    }
    let upper = name.to_ascii_uppercase();
    let bare = upper.strip_prefix("SIG").unwrap_or(&upper);
    match bare {
        "EXIT" => Some(0),
        "CLD" => Some(CHLD),
        "POLL" => Some(IO),
        "IOT" => Some(ABRT),
        _ => NAMES.iter().position(|known| *known == bare).map(|index| index as u32 + 1),
    }
}

/// 15 → `TERM`.
pub fn name(signal: u32) -> Option<&'static str> {
    NAMES.get((signal as usize).checked_sub(1)?).copied()
}
