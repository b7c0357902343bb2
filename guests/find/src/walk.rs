//! The walk over the trees.

use crate::action::{Command, Outputs};
use crate::expression::Expression;
use crate::parse::{CommandLine, Follow};
use crate::test::evaluate;
use sunaba_gnu::quote::quoted;
use sunaba_gnu::status::{self, Kind, Moment, Status};
use sunaba_gnu::{bytes, error};

/// A file that the walk came to.
pub struct Found {
    pub path: Vec<u8>,
    pub status: Status,
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
    /// The folders above, by device and inode: a loop of links ends here.
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
        walk.visit(root.clone(), 0, root.len(), &line.expression);
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

    fn status(&self, path: &[u8], depth: usize) -> std::io::Result<Status> {
        let follow = self.follow == Follow::Always || (self.follow == Follow::Named && depth == 0);
        if follow { status::stat(path).or_else(|_| status::lstat(path)) } else { status::lstat(path) }
    }

    fn visit(&mut self, path: Vec<u8>, depth: usize, root: usize, expression: &Expression) {
        let found = match self.status(&path, depth) {
            Ok(status) => Found { path, status, depth, root },
            Err(fault) => return self.complain(&format!("{}: {}", quoted(&path), error::text(&fault))),
        };
        let folder = found.status.kind == Kind::Directory;
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
        let identity = (found.status.device, found.status.inode);
        if self.follow == Follow::Always && found.status.inode != 0 && self.above.contains(&identity) {
            let text = format!("File system loop detected; {} is part of the same file system loop as {}.", quoted(&found.path), quoted(found.folder()));
            return self.complain(&text);
        }
        let entries = match std::fs::read_dir(bytes::path(&found.path)) {
            Ok(entries) => entries,
            Err(fault) => return self.complain(&format!("{}: {}", quoted(&found.path), error::text(&fault))),
        };
        self.above.push(identity);
        let names: Vec<Vec<u8>> = entries.filter_map(Result::ok).map(|e| bytes::into_vec(e.file_name())).collect();
        for name in names {
            if self.quit {
                break;
            }
            let mut path = found.path.clone();
            if !path.ends_with(b"/") {
                path.push(b'/');
            }
            path.extend(name);
            self.visit(path, found.depth + 1, found.root, expression);
        }
        self.above.pop();
    }
}
