//! preview1's own calls, without a libc that would refuse on its own account.

pub type Outcome<T> = Result<T, String>;

fn said(errno: wasi::Errno) -> String {
    errno.name().to_owned()
}

/// A directory that the process was given.
#[derive(Clone, Copy)]
pub struct Folder(pub u32);

impl Folder {
    pub fn open(self, path: &str, create: bool, write: bool, follow: bool) -> Outcome<u32> {
        let rights = if write { wasi::RIGHTS_FD_WRITE } else { wasi::RIGHTS_FD_READ };
        let look = if follow { wasi::LOOKUPFLAGS_SYMLINK_FOLLOW } else { 0 };
        let flags = if create { wasi::OFLAGS_CREAT } else { 0 };
        // SAFETY: the arguments are borrowed for the call alone.
        unsafe { wasi::path_open(self.0, look, path, flags, rights, 0, 0) }.map_err(said)
    }

    pub fn read(self, path: &str) -> Outcome<String> {
        let fd = self.open(path, false, false, true)?;
        let mut buffer = [0_u8; 64];
        let into = [wasi::Iovec { buf: buffer.as_mut_ptr(), buf_len: buffer.len() }];
        // SAFETY: the buffer outlives the call and is as long as said.
        let read = unsafe { wasi::fd_read(fd, &into) }.map_err(said);
        close(fd);
        read.map(|length| format!("read {length} bytes"))
    }

    pub fn write(self, path: &str, create: bool) -> Outcome<String> {
        let fd = self.open(path, create, true, true)?;
        let text = b"written by sunaba-check";
        let from = [wasi::Ciovec { buf: text.as_ptr(), buf_len: text.len() }];
        // SAFETY: the text outlives the call and is as long as said.
        let written = unsafe { wasi::fd_write(fd, &from) }.map_err(said);
        close(fd);
        written.map(|length| format!("wrote {length} bytes"))
    }

    pub fn stat(self, path: &str) -> Outcome<String> {
        // SAFETY: the path is borrowed for the call alone.
        unsafe { wasi::path_filestat_get(self.0, wasi::LOOKUPFLAGS_SYMLINK_FOLLOW, path) }
            .map(|stat| format!("it has {} bytes", stat.size))
            .map_err(said)
    }

    pub fn list(self, path: &str) -> Outcome<String> {
        // SAFETY: the path is borrowed for the call alone.
        let fd = unsafe {
            wasi::path_open(self.0, wasi::LOOKUPFLAGS_SYMLINK_FOLLOW, path, wasi::OFLAGS_DIRECTORY, wasi::RIGHTS_FD_READDIR, 0, 0)
        }
        .map_err(said)?;
        let mut buffer = [0_u8; 1024];
        // SAFETY: the buffer outlives the call and is as long as said.
        let used = unsafe { wasi::fd_readdir(fd, buffer.as_mut_ptr(), buffer.len(), 0) }.map_err(said);
        close(fd);
        used.map(|length| format!("listed {length} bytes of entries"))
    }

    pub fn make_directory(self, path: &str) -> Outcome<String> {
        // SAFETY: the path is borrowed for the call alone.
        unsafe { wasi::path_create_directory(self.0, path) }.map(|()| "made".to_owned()).map_err(said)
    }

    pub fn unlink(self, path: &str) -> Outcome<String> {
        // SAFETY: the path is borrowed for the call alone.
        unsafe { wasi::path_unlink_file(self.0, path) }.map(|()| "removed".to_owned()).map_err(said)
    }

    pub fn rename(self, from: &str, to: &str) -> Outcome<String> {
        // SAFETY: the paths are borrowed for the call alone.
        unsafe { wasi::path_rename(self.0, from, self.0, to) }.map(|()| "renamed".to_owned()).map_err(said)
    }

    pub fn link(self, from: &str, to: &str) -> Outcome<String> {
        // SAFETY: the paths are borrowed for the call alone.
        unsafe { wasi::path_link(self.0, wasi::LOOKUPFLAGS_SYMLINK_FOLLOW, from, self.0, to) }
            .map(|()| "linked".to_owned())
            .map_err(said)
    }

    pub fn symlink(self, target: &str, path: &str) -> Outcome<()> {
        // SAFETY: the paths are borrowed for the call alone.
        unsafe { wasi::path_symlink(target, self.0, path) }.map_err(said)
    }
}

pub fn close(fd: u32) {
    // SAFETY: nothing else uses the descriptor. One that cannot be closed is no concern here.
    let _ = unsafe { wasi::fd_close(fd) };
}

/// The folders that the process was given, by their names.
pub fn given() -> Vec<(Folder, String)> {
    let mut folders = Vec::new();
    for fd in 3.. {
        // SAFETY: asks about a descriptor by number.
        let Ok(prestat) = (unsafe { wasi::fd_prestat_get(fd) }) else { break };
        // SAFETY: preview1 knows no other kind of preopen.
        let mut name = vec![0_u8; unsafe { prestat.u.dir }.pr_name_len];
        // SAFETY: the buffer is as long as said.
        if unsafe { wasi::fd_prestat_dir_name(fd, name.as_mut_ptr(), name.len()) }.is_ok() {
            folders.push((Folder(fd), String::from_utf8_lossy(&name).into_owned()));
        }
    }
    folders
}
