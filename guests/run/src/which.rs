//! which.

use crate::launch;
use sunaba_gnu::options::{Opt, flag};
use sunaba_gnu::output::{Out, say, version};
use sunaba_gnu::status::{self, Kind};
use sunaba_gnu::bytes;

const OPTIONS: &[Opt] = &[flag('a', "all"), flag('s', ""), flag('\0', "help"), flag('\0', "version")];

pub fn run(args: &[Vec<u8>]) -> i32 {
    let items = match launch::options("which", args, OPTIONS, "Usage: which [-as] args\n", 2) {
        Ok(items) => items,
        Err(code) => return code,
    };
    let (options, names) = launch::split(items);
    let has = |wanted: &str| options.iter().any(|(name, _)| name == wanted);
    if has("version") {
        say(&version("which"));
        return 0;
    }
    let path = std::env::var_os("PATH").map(bytes::into_vec).unwrap_or_else(|| b"/usr/bin:/bin".to_vec());
    let mut out = Out::new("which");
    let mut code = if names.is_empty() { 1 } else { 0 };
    for name in &names {
        let candidates: Vec<Vec<u8>> = if name.contains(&b'/') {
            vec![name.clone()]
        } else {
            path.split(|&b| b == b':').map(|folder| [if folder.is_empty() { b"." } else { folder }, b"/", name].concat()).collect()
        };
        let found: Vec<Vec<u8>> = candidates.into_iter().filter(|path| runnable(path)).collect();
        if found.is_empty() {
            code = 1;
        }
        for path in found.iter().take(if has("all") { usize::MAX } else { 1 }) {
            if !has("s") {
                out.put(path);
                out.put(b"\n");
            }
        }
    }
    out.flush();
    code
}

fn runnable(path: &[u8]) -> bool {
    status::stat(path).is_ok_and(|found| found.kind == Kind::File && found.mode & 0o111 != 0)
}
