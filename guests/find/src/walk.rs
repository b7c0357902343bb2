//! The walk over the trees.

use crate::action::{Command, Outputs};
use crate::expression::Expression;
use crate::parse::{CommandLine, Follow};
use crate::test::evaluate;
use sunaba_gnu::quote::quoted;
use sunaba_gnu::status::{self, Kind, Moment, Status};
use sunaba_gnu::{bytes, error};
use std::cell::OnceCell;
use std::fs::DirEntry;
use std::io;

/// A file that the walk came to. Its folder told what kind it is: the rest is asked for where a test or an action wants it.
pub struct Found {
    pub path: Vec<u8>,
    pub kind: Kind,
    status: OnceCell<Status>,
    pub depth: usize,
    /// How many bytes of the path are the starting point.
    root: usize,
}

impl Found {
    pub fn base(&self) -> &[u8] {
        let end = self.path.iter().rposition(|&b| b != b'/').map_or(self.path.len().min(1), |i| i + 1);
        let trimmed = &self.path[..end];
        if trimmed == b"/" {
            return trimmed;
        }
        trimmed.rsplit(|&b| b == b'/').next().unwrap_or(trimmed)
    }

    pub fn folder(&self) -> &[u8] {
        match self.path.iter().rposition(|&b| b == b'/') {
            Some(0) => b"/",
            Some(cut) => &self.path[..cut],
            None => b".",
        }
    }

    pub fn root(&self) -> &[u8] {
        &self.path[..self.root]
    }

    pub fn below_root(&self) -> &[u8] {
        let rest = &self.path[self.root..];
        rest.strip_prefix(b"/").unwrap_or(rest)
    }
}

pub struct Walk {
    pub now: Moment,
    pub commands: Vec<Command>,
    pub outputs: Outputs,
    pub prune: bool,
    pub quit: bool,
    code: i32,
    follow: Follow,
    min_depth: usize,
    max_depth: usize,
    depth_first: bool,
    /// The folders above where links are followed, by device and inode: a loop of links ends here.
    above: Vec<(u64, u64)>,
}

pub fn run(line: CommandLine) -> i32 {
    let mut walk = Walk {
        now: line.now,
        commands: line.commands,
        outputs: line.outputs,
        prune: false,
        quit: false,
        code: 0,
        follow: line.follow,
        min_depth: line.min_depth,
        max_depth: line.max_depth,
        depth_first: line.depth_first,
        above: Vec::new(),
    };
    for root in &line.roots {
        if walk.quit {
            break;
        }
        walk.visit(root.clone(), None, 0, root.len(), &line.expression);
    }
    for i in 0..walk.commands.len() {
        walk.commands[i].finish(&mut walk.outputs);
        if walk.commands[i].failed {
            walk.code = 1;
        }
    }
    walk.outputs.flush();
    walk.code
}

impl Walk {
    pub fn complain(&mut self, text: &str) {
        self.outputs.flush();
        eprintln!("find: {text}");
        self.code = 1;
    }

    fn ask(&self, path: &[u8], depth: usize) -> io::Result<Status> {
        let follow = self.follow == Follow::Always || (self.follow == Follow::Named && depth == 0);
        if follow { status::stat(path).or_else(|_| status::lstat(path)) } else { status::lstat(path) }
    }

    /// A file that is gone by now has none: that is said, and no test of it holds.
    pub fn status<'a>(&mut self, found: &'a Found) -> Option<&'a Status> {
        if found.status.get().is_none() {
            match self.ask(&found.path, found.depth) {
                Ok(status) => return Some(found.status.get_or_init(|| status)),
                Err(fault) => self.complain(&format!("{}: {}", quoted(&found.path), error::text(&fault))),
            }
        }
        found.status.get()
    }

    /// `told` is the kind that the folder tells; `None` where only the file itself can.
    fn visit(&mut self, path: Vec<u8>, told: Option<Kind>, depth: usize, root: usize, expression: &Expression) {
        let found = match told {
            Some(kind) => Found { path, kind, status: OnceCell::new(), depth, root },
            None => match self.ask(&path, depth) {
                Ok(status) => Found { path, kind: status.kind, status: status.into(), depth, root },
                Err(fault) => return self.complain(&format!("{}: {}", quoted(&path), error::text(&fault))),
            },
        };
        let folder = found.kind == Kind::Directory;
        let wanted = depth >= self.min_depth;
        self.prune = false;
        if wanted && !self.depth_first {
            evaluate(expression, &found, self);
        }
        let pruned = self.prune && !self.depth_first;
        if folder && !pruned && !self.quit && depth < self.max_depth {
            self.children(&found, expression);
        }
        if wanted && self.depth_first && !self.quit {
            evaluate(expression, &found, self);
        }
    }

    fn children(&mut self, found: &Found, expression: &Expression) {
        let follows = self.follow == Follow::Always;
        if follows {
            let Some(status) = self.status(found) else { return };
            let identity = (status.device, status.inode);
            if status.inode != 0 && self.above.contains(&identity) {
                let text = format!("File system loop detected; {} is part of the same file system loop as {}.", quoted(&found.path), quoted(found.folder()));
                return self.complain(&text);
            }
            self.above.push(identity);
        }
        self.list(found, expression);
        if follows {
            self.above.pop();
        }
    }

    fn list(&mut self, found: &Found, expression: &Expression) {
        let entries = match std::fs::read_dir(bytes::path(&found.path)) {
            Ok(entries) => entries,
            Err(fault) => return self.complain(&format!("{}: {}", quoted(&found.path), error::text(&fault))),
        };
        // All of them before the first is visited: an action may change the folder.
        let named: Vec<(Vec<u8>, Option<Kind>)> = entries.filter_map(Result::ok).map(|e| (bytes::into_vec(e.file_name()), self.told(&e))).collect();
        for (name, told) in named {
            if self.quit {
                break;
            }
            let mut path = found.path.clone();
            if !path.ends_with(b"/") {
                path.push(b'/');
            }
            path.extend(name);
            self.visit(path, told, found.depth + 1, found.root, expression);
        }
    }

    fn told(&self, entry: &DirEntry) -> Option<Kind> {
        status::told(entry).filter(|kind| match kind {
            // What was in the folder is done with before it is its turn: its status is of before that.
            Kind::Directory => !self.depth_first,
            Kind::Link => self.follow != Follow::Always,
            _ => true,
        })
    }
}
