//! Programs: finding them, starting them, waiting for them.

use crate::shell::{Done, Shell, Stop};
use crate::special;
use crate::subshell::ChildFds;
use crate::vars::Bytes;
use crate::world::{Access, Ended, Errno, FileKind, Pid, Spawn, Sys, World};

/// What cannot be in the sandbox, and what to do instead.
fn absent(name: &[u8]) -> Option<&'static str> {
    Some(match name {
        b"npm" | b"npx" | b"yarn" | b"pnpm" | b"bun" | b"deno" => {
            "there is no JavaScript package manager in this sandbox, and no network; edit package.json and ask the user to install"
        }
        b"node" | b"tsc" | b"tsx" | b"ts-node" | b"jest" | b"vitest" => {
            "there is no JavaScript engine in this sandbox; read and edit the files, and ask the user to run it"
        }
        b"python" | b"python3" | b"pip" | b"pip3" | b"pytest" | b"poetry" | b"uv" => {
            "there is no Python in this sandbox; use bash, awk, sed or jq, or ask the user to run it"
        }
        b"cargo" | b"rustc" | b"go" | b"gcc" | b"cc" | b"clang" | b"g++" | b"javac" | b"java" | b"mvn" | b"gradle" | b"dotnet"
        | b"cmake" | b"make" | b"ninja" => "there are no compilers or build tools in this sandbox; edit the sources, and ask the user to build",
        b"ruby" | b"perl" | b"php" | b"lua" => "this interpreter is not in this sandbox; use bash, awk, sed or jq",
        b"docker" | b"podman" | b"kubectl" | b"terraform" | b"helm" => {
            "containers and clusters cannot be reached from this sandbox; ask the user to run it"
        }
        b"curl" | b"wget" | b"ping" | b"nc" | b"telnet" | b"ftp" | b"dig" | b"nslookup" | b"gh" => {
            "there is no network in this sandbox; work with the files in the workspace, or ask the user to fetch it"
        }
        b"ssh" | b"scp" | b"rsync" | b"sftp" => "other machines cannot be reached from this sandbox; ask the user to run it",
        b"sudo" | b"su" | b"doas" => "there are no other users in this sandbox; run the command without it",
        b"apt" | b"apt-get" | b"dnf" | b"yum" | b"brew" | b"apk" | b"pacman" | b"snap" => {
            "nothing can be installed in this sandbox; use the tools that are here (ls /bin)"
        }
        b"systemctl" | b"service" | b"crontab" | b"mount" => "there is no system to administer in this sandbox",
        b"vi" | b"vim" | b"nano" | b"emacs" | b"less" | b"more" | b"top" | b"htop" | b"man" => {
            "there is no terminal to draw on in this sandbox; use cat, head, tail, sed or the file tools"
        }
        b"git" => "there is no git in this sandbox; read and edit the files, and ask the user to run it",
        _ => return None,
    })
}

impl Shell {
    pub(crate) fn run_external(&mut self, argv: Vec<Bytes>) -> Done {
        match self.spawn_external(&argv) {
            Ok((pid, child)) => {
                self.after_spawn(child, true);
                self.hold_notices = true;
                self.status = self.wait_foreground_named(pid, &argv);
                self.hold_notices = false;
            }
            Err(status) if status < 0 => {
                // A handler for unknown commands.
                let Some(function) = self.functions.get(&b"command_not_found_handle"[..]).cloned() else { return Ok(()) };
                let mut all = vec![function.name.to_vec()];
                all.extend(argv);
                self.status = self.in_subshell(|shell| shell.call(&function, all));
            }
            Err(status) => self.status = status,
        }
        if Sys::signals_waiting() {
            self.run_pending()?;
        }
        Ok(())
    }

    /// The path of a command without a slash: by `PATH`, remembered.
    pub fn find_program(&mut self, name: &[u8]) -> Option<Bytes> {
        if let Some((path, hits)) = self.hash.get_mut(name) {
            *hits += 1;
            return Some(path.clone());
        }
        let path = self.search_path(name)?;
        if self.options.hashall && path.first() == Some(&b'/') {
            self.hash.insert(name.to_vec(), (path.clone(), 1));
        }
        Some(path)
    }

    pub fn search_path(&self, name: &[u8]) -> Option<Bytes> {
        self.search_all(name).into_iter().next()
    }

    pub fn search_all(&self, name: &[u8]) -> Vec<Bytes> {
        let mut found = Vec::new();
        let Some(path) = self.vars.get(special::PATH).and_then(|var| var.scalar()) else { return found };
        for dir in path.split(|&c| c == b':') {
            let dir: &[u8] = if dir.is_empty() { b"." } else { dir };
            let mut full = dir.to_vec();
            if full.last() != Some(&b'/') {
                full.push(b'/');
            }
            full.extend_from_slice(name);
            let absolute = self.path(&full);
            if Sys::stat(&absolute, true).is_ok_and(|stat| stat.kind == FileKind::File)
                && Sys::access(&absolute, Access::Execute)
            {
                found.push(full);
            }
        }
        found
    }

    /// Starts a program; on failure the status, after saying why. Negative: there is a handler for it.
    pub(crate) fn spawn_external(&mut self, argv: &[Bytes]) -> Result<(Pid, ChildFds), i32> {
        let name = &argv[0];
        let path = if name.contains(&b'/') {
            self.path(name)
        } else {
            match self.find_program(name) {
                Some(path) => self.path(&path),
                None => {
                    if self.functions.contains_key(&b"command_not_found_handle"[..]) {
                        return Err(-1);
                    }
                    let mut message = [&name[..], b": command not found"].concat();
                    if cfg!(target_os = "wasi") {
                        if let Some(hint) = absent(name) {
                            message.extend_from_slice(b": ");
                            message.extend_from_slice(hint.as_bytes());
                        }
                    }
                    self.complain(&message);
                    return Err(127);
                }
            }
        };
        let child = match self.child_fds() {
            Ok(child) => child,
            Err(error) => {
                self.complain(&[&name[..], b": ", error.text().as_bytes()].concat());
                return Err(126);
            }
        };
        let env = self.environment();
        let first = self.spawn_at(&path, argv, &env, &child);
        let result = match first {
            Err(Errno::NOEXEC) => self.spawn_script(&path, argv, &env, &child),
            other => other,
        };
        match result {
            Ok(pid) => Ok((pid, child)),
            Err(error) => {
                for (_, read, write) in child.captures {
                    Sys::close(read);
                    Sys::close(write);
                }
                let directory = Sys::stat(&path, true).is_ok_and(|stat| stat.kind == FileKind::Dir);
                let (text, status) = match error {
                    Errno::NOENT if Sys::stat(&path, true).is_ok() => {
                        ("cannot execute: required file not found", 127)
                    }
                    Errno::NOENT => (error.text(), 127),
                    _ if directory => (Errno::ISDIR.text(), 126),
                    Errno::NOEXEC => ("cannot execute binary file: Exec format error", 126),
                    _ => (error.text(), 126),
                };
                self.complain(&[&name[..], b": ", text.as_bytes()].concat());
                Err(status)
            }
        }
    }

    fn spawn_at(&self, path: &[u8], argv: &[Bytes], env: &[Bytes], child: &ChildFds) -> Result<Pid, Errno> {
        Sys::spawn(&Spawn {
            program: path,
            argv,
            env,
            cwd: &self.cwd,
            fds: &child.fds,
            ignored: self.traps.ignored_mask(),
            umask: self.umask,
        })
    }

    /// A file that is no program: by its first line, or as a script of this shell.
    fn spawn_script(&mut self, path: &[u8], argv: &[Bytes], env: &[Bytes], child: &ChildFds) -> Result<Pid, Errno> {
        let text = self.read_whole(path)?;
        let first = text.split(|&c| c == b'\n').next().unwrap_or(b"");
        if let Some(line) = first.strip_prefix(b"#!") {
            let line = line.trim_ascii();
            let split = line.iter().position(|c| c.is_ascii_whitespace()).unwrap_or(line.len());
            let (mut interpreter, mut argument) = (&line[..split], line[split..].trim_ascii());
            if interpreter.rsplit(|&c| c == b'/').next() == Some(b"env") {
                let rest = argument.strip_prefix(b"-S").map_or(argument, |rest| rest.trim_ascii());
                let split = rest.iter().position(|c| c.is_ascii_whitespace()).unwrap_or(rest.len());
                (interpreter, argument) = (&rest[..split], rest[split..].trim_ascii());
            }
            let base = interpreter.rsplit(|&c| c == b'/').next().unwrap_or(b"").to_vec();
            let program = match base.as_slice() {
                b"bash" | b"sh" | b"dash" | b"ash" => Sys::own_program(),
                _ => match self.search_path(&base) {
                    Some(found) => self.path(&found),
                    None => return Err(Errno::NOENT),
                },
            };
            let mut all = vec![base];
            if !argument.is_empty() {
                all.push(argument.to_vec());
            }
            all.push(argv[0].clone());
            if !argv[0].contains(&b'/') {
                let at = all.len() - 1;
                all[at] = path.to_vec();
            }
            all.extend_from_slice(&argv[1..]);
            return self.spawn_at(&program, &all, env, child);
        }
        // Binary data is no script.
        let head = &text[..text.len().min(80)];
        let line = head.split(|&c| c == b'\n').next().unwrap_or(b"");
        if line.contains(&0) {
            return Err(Errno::NOEXEC);
        }
        let mut all = vec![self.name.clone(), if argv[0].contains(&b'/') { argv[0].clone() } else { path.to_vec() }];
        all.extend_from_slice(&argv[1..]);
        self.spawn_at(&Sys::own_program(), &all, env, child)
    }

    pub(crate) fn wait_foreground(&mut self, pid: Pid) -> i32 {
        self.wait_foreground_named(pid, &[])
    }

    fn wait_foreground_named(&mut self, pid: Pid, argv: &[Bytes]) -> i32 {
        if let Some(status) = self.jobs.take_ended(pid) {
            return status;
        }
        loop {
            match Sys::wait(Some(pid), true) {
                Ok(Some((_, ended))) => {
                    let status = ended_status(ended);
                    if let Ended::Signaled(signal) = ended {
                        self.say_signaled(pid, signal, &argv.join(&b' '));
                    }
                    return status;
                }
                Ok(None) => {}
                Err(Errno::INTR) => self.end_by_signal(),
                Err(_) => return 127,
            }
        }
    }

    /// What bash says when a command was ended by a signal.
    pub(crate) fn say_signaled(&mut self, pid: Pid, signal: i32, text: &[u8]) {
        if signal == 2 || signal == 13 {
            return;
        }
        let what = crate::traps::describe(signal);
        if signal == 15 {
            if self.hold_notices {
                self.notices.push((true, what.into_bytes()));
            } else {
                self.write_error(&[what.as_bytes(), b"\n"].concat());
            }
            return;
        }
        let mut line = format!("{pid} {what}").into_bytes();
        let pad = 24usize.saturating_sub(what.len());
        line.extend(std::iter::repeat_n(b' ', pad));
        line.extend_from_slice(text);
        if self.hold_notices {
            self.notices.push((false, line));
        } else {
            self.complain(&line);
        }
    }

    /// What is told of a command that a signal ended, when its redirections are undone.
    pub(crate) fn tell_notices(&mut self) {
        for (plain, text) in std::mem::take(&mut self.notices) {
            if plain {
                self.write_error(&[&text[..], b"\n"].concat());
            } else {
                self.complain(&text);
            }
        }
    }

    /// `exec command`: the program takes this shell's place.
    pub(crate) fn exec_program(&mut self, argv: &[Bytes], name: Option<Bytes>, clean: bool) -> Done {
        let mut argv = argv.to_vec();
        let shown = argv[0].clone();
        if clean {
            for (sym, _) in self.vars.all() {
                if let Some(var) = self.vars.get(sym) {
                    if var.has(crate::vars::EXPORT) {
                        self.vars.var_mut(sym).flags &= !crate::vars::EXPORT;
                    }
                }
            }
            self.vars.touch_exports();
        }
        if !shown.contains(&b'/') && self.search_path(&shown).is_none() {
            let message = [b"exec: ", &shown[..], b": not found"].concat();
            self.complain(&message);
            self.status = 127;
            if self.shopts.execfail {
                return Ok(());
            }
            return Err(Stop::Exit);
        }
        if let Some(name) = name {
            let path = self.find_program(&shown).map_or(shown.clone(), |path| path);
            argv[0] = path;
            let child = self.child_fds();
            if let Ok(child) = child {
                let program = self.path(&argv[0]);
                let mut named = argv.clone();
                named[0] = name;
                let env = self.environment();
                if let Ok(pid) = self.spawn_at(&program, &named, &env, &child) {
                    self.after_spawn(child, true);
                    self.traps.clear_exit();
                    self.status = self.wait_foreground(pid);
                    self.traps.clear_exit();
                    return Err(Stop::Exit);
                }
            }
        }
        match self.spawn_external(&argv) {
            Ok((pid, child)) => {
                self.after_spawn(child, true);
                self.traps.clear_exit();
                self.status = self.wait_foreground(pid);
            }
            Err(status) => self.status = status,
        }
        self.traps.clear_exit();
        Err(Stop::Exit)
    }
}

pub fn ended_status(ended: Ended) -> i32 {
    match ended {
        Ended::Exited(status) => status,
        Ended::Signaled(signal) => 128 + signal,
    }
}
