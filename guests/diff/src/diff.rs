//! diff.

mod compare;
mod context;
mod folders;
mod formats;
mod lines;
mod options;
mod other;

use options::Settings;
use sunaba_gnu::output::Out;

pub fn run(args: &[Vec<u8>]) -> i32 {
    let (settings, names) = match options::read(args) {
        Ok(read) => read,
        Err(code) => return code,
    };
    let mut diff = Diff { settings, out: Out::new("diff"), code: 0 };
    folders::top(&mut diff, &names[0], &names[1]);
    diff.out.flush();
    diff.code
}

pub struct Diff {
    settings: Settings,
    out: Out,
    /// 0 the same, 1 different, 2 trouble.
    code: i32,
}

impl Diff {
    fn note(&mut self, code: i32) {
        self.code = self.code.max(code);
    }

    fn complain(&mut self, text: &str) {
        self.out.flush();
        eprintln!("diff: {text}");
        self.note(2);
    }
}
