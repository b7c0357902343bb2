//! Part A of the threats, each tried in every folder that the process was given.

use crate::raw::{given, Folder};
use crate::report::Attempt;

/// Where the links and folders of the attempts are made, below each folder given.
const PLACE: &str = ".sunaba-check";

pub fn all(outside: &str) -> Vec<Attempt> {
    let mut report = Vec::new();
    let folders = given();
    for (folder, name) in &folders {
        in_folder(*folder, name, outside, &mut report);
    }
    other_descriptors(folders.len(), &mut report);
    environment(&mut report);
    network(&mut report);
    report
}

fn in_folder(folder: Folder, name: &str, outside: &str, report: &mut Vec<Attempt>) {
    let mut add = |id, what: String, result| report.push(Attempt::new(id, format!("{what} (in {name})"), result));
    let canary = format!("{outside}/canary");
    let own = name.trim_start_matches('/').to_owned();
    let climb = "../".repeat(16);
    let at = |path: &str| format!("{PLACE}/{path}");
    // Where the folder cannot be written to, the attempts that need a link of their own fail at making it.
    let _ = folder.make_directory(PLACE);
    let _ = folder.make_directory(&at("d"));

    add("T01", "leave the folder and come back by its name".into(), folder.read(&format!("{PLACE}/d/../../../{own}/{PLACE}")));
    for path in ["/etc/passwd", "/etc/hosts", canary.as_str()] {
        add("T02", format!("read {path}"), folder.read(path));
        add("T02", format!("read {path} by climbing"), folder.read(&format!("{climb}{}", path.trim_start_matches('/'))));
    }
    add("T02", "list /".into(), folder.list("/"));
    add("T03", "a sibling whose name begins alike".into(), folder.list(&format!("../{own}-evil")));

    let link = |target: &str, path: &str| folder.symlink(target, &at(path)).map(|()| at(path));
    let through = |made: Result<String, String>, act: &dyn Fn(&str) -> Result<String, String>| made.and_then(|path| act(&path));

    let made = link(&canary, "leaf");
    add("T04", "read a link to a file outside".into(), through(made.clone(), &|path| folder.read(path)));
    add("T04", "write a link to a file outside".into(), through(made.clone(), &|path| folder.write(path, false)));
    add("T04", "stat a link to a file outside".into(), through(made.clone(), &|path| folder.stat(path)));
    add("T10", "open a link of one's own to /etc/passwd".into(), through(link("/etc/passwd", "passwd"), &|path| folder.read(path)));

    let made = link(outside, "folder");
    add("T05", "make a folder through a link".into(), through(made.clone(), &|path| folder.make_directory(&format!("{path}/new"))));
    add("T05", "make a file through a link".into(), through(made.clone(), &|path| folder.write(&format!("{path}/new.txt"), true)));
    add("T06", "write through a link to nothing".into(), through(link(&format!("{outside}/nothing"), "dangling"), &|path| folder.write(path, true)));

    let made = link(outside, "evil").and_then(|_| link("evil/", "l"));
    add("T07", "read through a link to a link".into(), through(made.clone(), &|path| folder.read(&format!("{path}/canary"))));
    add("T07", "list through a link to a link".into(), through(made.clone(), &|path| folder.list(path)));
    add("T07", "make a folder through a link to a link".into(), through(made.clone(), &|path| folder.make_directory(&format!("{path}/made"))));
    add("T07", "remove through a link to a link".into(), through(made.clone(), &|path| folder.unlink(&format!("{path}/canary"))));
    add("T07", "rename through a link to a link".into(), through(made, &|path| folder.rename(&format!("{path}/canary"), &at("taken"))));

    let moved = link(&canary, "before").and_then(|path| folder.rename(&path, &at("after"))).map(|_| at("after"));
    add("T08", "read a link that was renamed".into(), through(moved, &|path| folder.read(path)));
    add("T09", "a folder swapped for a link and back, 500 times".into(), swap(folder, outside, &at));
    add("T11", "a hard link to a file outside".into(), folder.link(&canary, &at("hard")));
    for device in ["/dev/tty", "/dev/mem", "/proc/self/environ", "/proc/self/root", "/sys/kernel"] {
        add("T12", format!("read {device}"), folder.read(device));
    }
    add("T16", "a name with NUL in it".into(), folder.read("a\0/../../etc/passwd"));
    add("T17", "a link to itself".into(), through(link("loop", "loop"), &|path| folder.read(path)));
    add("T17", "a chain of 41 links".into(), chain(folder, &at));
    add("T18", "climb out behind a folder".into(), folder.read(&format!("{PLACE}/d/{climb}etc/passwd")));
    add("T18", "climb out behind a link".into(), through(link("..", "up"), &|path| folder.read(&format!("{path}/{climb}etc/passwd"))));
    add("T18", "read below a link to /etc".into(), through(link("/etc", "etc"), &|path| folder.read(&format!("{path}/passwd"))));
}

/// Succeeds, and so fails the check, where the outside was read at any moment.
fn swap(folder: Folder, outside: &str, at: &dyn Fn(&str) -> String) -> Result<String, String> {
    let (flip, kept, leading) = (at("flip"), at("kept"), at("leading"));
    folder.make_directory(&flip)?;
    folder.symlink(outside, &leading)?;
    let mut last = String::from("never refused");
    for _ in 0..500 {
        folder.rename(&flip, &kept)?;
        folder.rename(&leading, &flip)?;
        match folder.read(&format!("{flip}/canary")) {
            Ok(reached) => return Ok(reached),
            Err(errno) => last = errno,
        }
        folder.rename(&flip, &leading)?;
        folder.rename(&kept, &flip)?;
    }
    Err(last)
}

fn chain(folder: Folder, at: &dyn Fn(&str) -> String) -> Result<String, String> {
    folder.write(&at("end"), true)?;
    let mut target = String::from("end");
    for index in 0..41 {
        let name = format!("chain{index}");
        folder.symlink(&target, &at(&name))?;
        target = name;
    }
    folder.read(&at(&target))
}

/// Descriptors that nobody gave: none of them may be a way to anything.
fn other_descriptors(given: usize, report: &mut Vec<Attempt>) {
    let first = 3 + u32::try_from(given).unwrap_or(0);
    let reached = (first..first + 64).find_map(|fd| Folder(fd).list(".").ok().map(|said| format!("descriptor {fd}: {said}")));
    report.push(Attempt::new("T02", "use a descriptor that was not given", reached.map_or_else(|| Err("BADF".into()), Ok)));
}

fn environment(report: &mut Vec<Attempt>) {
    let allowed = ["PATH", "HOME", "PWD", "USER", "LOGNAME", "SHELL", "TERM", "TMPDIR", "TZ", "LANG", "LC_ALL"];
    let other: Vec<String> = std::env::vars_os()
        .map(|(name, _)| name.to_string_lossy().into_owned())
        .filter(|name| !allowed.contains(&name.as_str()))
        .collect();
    let result = if other.is_empty() { Err("only what is allowed".into()) } else { Ok(other.join(" ")) };
    report.push(Attempt::new("T30", "find the host's variables in the environment", result));
}

fn network(report: &mut Vec<Attempt>) {
    let result = std::net::TcpStream::connect("127.0.0.1:80").map(|_| "connected".to_owned()).map_err(|error| error.to_string());
    report.push(Attempt::new("net", "connect to a server", result));
}
