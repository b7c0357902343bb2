//! The utilities that come from uutils' crates, by name.

use crate::check;
use crate::folders::{self, Aside};
use std::ffi::OsString;

/// Runs the utility; `None` where no crate has it. `args` begin with its name.
pub fn run(name: &str, args: Vec<OsString>) -> Option<i32> {
    match folders::aside(name, args) {
        Aside::Run(args) => crate_of(name, args),
        Aside::Rest(args) => crate_of(name, args).map(|code| code.max(1)),
        Aside::Done(code) => Some(code),
    }
}

fn crate_of(name: &str, args: Vec<OsString>) -> Option<i32> {
    if uucore::locale::setup_localization(name).is_err() {
        return None;
    }
    macro_rules! tool {
        ($krate:ident) => {
            match check::before(name, &args, $krate::uu_app) {
                Some(code) => code,
                None => $krate::uumain(args.into_iter()),
            }
        };
    }
    Some(match name {
        "arch" => tool!(uu_arch),
        "b2sum" => tool!(uu_b2sum),
        "base32" => tool!(uu_base32),
        "base64" => tool!(uu_base64),
        "basenc" => tool!(uu_basenc),
        "cksum" => tool!(uu_cksum),
        "comm" => tool!(uu_comm),
        "csplit" => tool!(uu_csplit),
        "cut" => tool!(uu_cut),
        "date" => tool!(uu_date),
        "dircolors" => tool!(uu_dircolors),
        "echo" => tool!(uu_echo),
        "expand" => tool!(uu_expand),
        "expr" => tool!(uu_expr),
        "factor" => tool!(uu_factor),
        "false" => tool!(uu_false),
        "fmt" => tool!(uu_fmt),
        "fold" => tool!(uu_fold),
        "hostid" => tool!(uu_hostid),
        "join" => tool!(uu_join),
        "link" => tool!(uu_link),
        "md5sum" => tool!(uu_md5sum),
        "mv" => tool!(uu_mv),
        "nl" => tool!(uu_nl),
        "nproc" => tool!(uu_nproc),
        "numfmt" => tool!(uu_numfmt),
        "od" => tool!(uu_od),
        "paste" => tool!(uu_paste),
        "pathchk" => tool!(uu_pathchk),
        "pr" => tool!(uu_pr),
        "printenv" => tool!(uu_printenv),
        "printf" => tool!(uu_printf),
        "ptx" => tool!(uu_ptx),
        "pwd" => tool!(uu_pwd),
        "readlink" => tool!(uu_readlink),
        "realpath" => tool!(uu_realpath),
        "rm" => tool!(uu_rm),
        "rmdir" => tool!(uu_rmdir),
        "seq" => tool!(uu_seq),
        "sha1sum" => tool!(uu_sha1sum),
        "sha224sum" => tool!(uu_sha224sum),
        "sha256sum" => tool!(uu_sha256sum),
        "sha384sum" => tool!(uu_sha384sum),
        "sha512sum" => tool!(uu_sha512sum),
        "shred" => tool!(uu_shred),
        "shuf" => tool!(uu_shuf),
        "sleep" => tool!(uu_sleep),
        "split" => tool!(uu_split),
        "sum" => tool!(uu_sum),
        "tee" => tool!(uu_tee),
        "touch" => tool!(uu_touch),
        "tr" => tool!(uu_tr),
        "true" => tool!(uu_true),
        "truncate" => tool!(uu_truncate),
        "tsort" => tool!(uu_tsort),
        "tty" => tool!(uu_tty),
        "unexpand" => tool!(uu_unexpand),
        "uniq" => tool!(uu_uniq),
        "unlink" => tool!(uu_unlink),
        "yes" => tool!(uu_yes),
        _ => return None,
    })
}
