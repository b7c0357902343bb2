//! Names that the shell itself knows, at fixed numbers; those below `DYNAMIC` are computed when read.

use crate::names::{Names, Sym};

macro_rules! known {
    ($($name:ident),* $(,)?) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms, dead_code)]
        enum Known { $($name),* }
        $(pub const $name: Sym = Known::$name as Sym;)*
        const ALL: &[&str] = &[$(stringify!($name)),*];
    };
}

known! {
    RANDOM, SECONDS, LINENO, EPOCHSECONDS, EPOCHREALTIME, BASHPID, SRANDOM, FUNCNAME, BASH_SOURCE, BASH_LINENO,
    PIPESTATUS, DIRSTACK, BASH_COMMAND, BASH_SUBSHELL, GROUPS, BASH_ARGV0, HISTCMD, BASH_ALIASES, BASH_CMDS, SHELLOPTS,
    BASHOPTS, BASH_ARGC, BASH_ARGV,
    DYNAMIC_END,
    IFS, PATH, OPTIND, LC_ALL, LC_CTYPE, LANG, POSIXLY_CORRECT, HOOKED_END,
    OPTARG, OPTERR, HOME, PWD, OLDPWD, BASH_REMATCH, REPLY, GLOBIGNORE, TIMEFORMAT, PS3, PS4, CDPATH,
    FUNCNEST, UNDERSCORE, BASH_EXECUTION_STRING, BASH, BASH_VERSION, BASH_VERSINFO, SHLVL,
    HOSTNAME, HOSTTYPE, MACHTYPE, OSTYPE, UID, EUID, PPID, SHELL, TERM,
}

pub const DYNAMIC: Sym = DYNAMIC_END;
pub const HOOKED: Sym = HOOKED_END;

pub fn intern(names: &Names) {
    for name in ALL {
        let name = if *name == "UNDERSCORE" { "_" } else { name };
        names.sym(name.as_bytes());
    }
}
