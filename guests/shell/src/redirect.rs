//! Redirections.

use std::rc::Rc;

use crate::ast::*;
use crate::fds::{Fds, Open};
use crate::shell::{Shell, Stop};
use crate::vars::Bytes;
use crate::world::{Errno, FileKind, OpenHow, Sys, World};

impl Shell {
    /// Puts back the descriptors, but for those that `{name}>` made to stay.
    pub(crate) fn restore_fds(&mut self, saved: Fds, kept: &[u32]) {
        let _ = self.flush();
        let current = std::mem::replace(&mut self.fds, saved);
        for &fd in kept {
            self.fds.set(fd, current.get(fd).cloned());
        }
    }

    /// Carries out redirections in their order; gives the descriptors that stay open afterwards.
    pub(crate) fn redirect_all(&mut self, redirects: &[Redirect]) -> Result<Vec<u32>, Stop> {
        let mut kept = Vec::new();
        for redirect in redirects {
            self.redirect(redirect, &mut kept)?;
        }
        Ok(kept)
    }

    fn redirect_error(&mut self, what: &[u8], error: &str) -> Stop {
        let message = [what, b": ", error.as_bytes()].concat();
        self.complain(&message);
        Stop::Expansion(1)
    }

    fn redirect(&mut self, redirect: &Redirect, kept: &mut Vec<u32>) -> Result<(), Stop> {
        let default = match redirect.op {
            RedirectOp::Read | RedirectOp::ReadWrite | RedirectOp::DupIn | RedirectOp::Here { .. } | RedirectOp::HereString => 0,
            _ => 1,
        };
        let word_text = match &redirect.target {
            RedirectTarget::Word(word) => {
                if redirect.op == RedirectOp::HereString {
                    let mut text = self.expand_single(word)?;
                    text.push(b'\n');
                    text
                } else {
                    let mut fields = Vec::new();
                    self.expand_fields(word, &mut fields)?;
                    if fields.len() != 1 {
                        return Err(self.redirect_error(&word.raw, "ambiguous redirect"));
                    }
                    fields.remove(0)
                }
            }
            RedirectTarget::Here(cell) => match cell.get() {
                Some(here) if here.quoted => here.text.to_vec(),
                Some(here) => self.expand_here(&here.body)?,
                None => Vec::new(),
            },
        };
        let variable = match &redirect.fd {
            RedirectFd::Variable(name) => Some(name.clone()),
            _ => None,
        };
        let closing = matches!(redirect.op, RedirectOp::DupIn | RedirectOp::DupOut) && word_text == b"-";
        let fd = match &redirect.fd {
            RedirectFd::Default => default,
            RedirectFd::Number(number) => *number,
            RedirectFd::Variable(name) if closing => {
                let sym_text = self.variable_fd(name)?;
                sym_text
            }
            RedirectFd::Variable(_) => self.fds.lowest_free(10),
        };
        if fd > 100_000 {
            return Err(self.redirect_error(fd.to_string().as_bytes(), "Bad file descriptor"));
        }
        match redirect.op {
            RedirectOp::Here { .. } | RedirectOp::HereString => {
                self.fds.set(fd, Some(Open::bytes(word_text.into())));
            }
            RedirectOp::DupIn | RedirectOp::DupOut => {
                if closing {
                    let _ = self.flush();
                    self.fds.set(fd, None);
                    return Ok(());
                }
                let (digits, moves) = match word_text.strip_suffix(b"-") {
                    Some(digits) => (digits, true),
                    None => (&word_text[..], false),
                };
                let number = crate::arith::plain_integer(digits).filter(|n| *n >= 0);
                match number {
                    Some(number) => {
                        let Some(open) = self.fds.get(number as u32).cloned() else {
                            return Err(self.redirect_error(digits, Errno::BADF.text()));
                        };
                        self.fds.set(fd, Some(open));
                        if moves && number as u32 != fd {
                            self.fds.set(number as u32, None);
                        }
                    }
                    None if redirect.op == RedirectOp::DupOut && matches!(redirect.fd, RedirectFd::Default) => {
                        // `>& file`: output and errors.
                        let open = self.open_file(&word_text, RedirectOp::Write)?;
                        self.fds.set(1, Some(open.clone()));
                        self.fds.set(2, Some(open));
                        return Ok(());
                    }
                    None => {
                        let raw = match &redirect.target {
                            RedirectTarget::Word(word) => word.raw.to_vec(),
                            RedirectTarget::Here(_) => word_text.clone(),
                        };
                        return Err(self.redirect_error(&raw, "ambiguous redirect"));
                    }
                }
            }
            RedirectOp::Both | RedirectOp::BothAppend => {
                let op = if redirect.op == RedirectOp::Both { RedirectOp::Write } else { RedirectOp::Append };
                let open = self.open_file(&word_text, op)?;
                self.fds.set(1, Some(open.clone()));
                self.fds.set(2, Some(open));
            }
            op => {
                let open = self.open_file(&word_text, op)?;
                self.fds.set(fd, Some(open));
            }
        }
        if let Some(name) = variable {
            let value = fd.to_string().into_bytes();
            match name.iter().position(|&c| c == b'[') {
                Some(open) if name.last() == Some(&b']') => {
                    let sym = self.vars.names.sym(&name[..open]);
                    let sub = name[open + 1..name.len() - 1].to_vec();
                    self.assign_sub(sym, &sub, value, false)?;
                }
                _ => {
                    let sym = self.vars.names.sym(&name);
                    self.assign(sym, value)?;
                }
            }
            if !self.shopts.varredir_close {
                kept.push(fd);
            }
        }
        Ok(())
    }

    fn variable_fd(&mut self, name: &Str) -> Result<u32, Stop> {
        let text = match name.iter().position(|&c| c == b'[') {
            Some(open) if name.last() == Some(&b']') => {
                let sym = self.vars.names.sym(&name[..open]);
                let sub = name[open + 1..name.len() - 1].to_vec();
                self.sub_text(sym, &sub)?
            }
            _ => {
                let sym = self.vars.names.sym(name);
                self.var_text(sym)?
            }
        };
        match text.as_deref().and_then(crate::arith::plain_integer) {
            Some(number) if number >= 0 => Ok(number as u32),
            _ => Err(self.redirect_error(name, "ambiguous redirect")),
        }
    }

    /// Opens a file of a redirection.
    pub(crate) fn open_file(&mut self, path: &[u8], op: RedirectOp) -> Result<Rc<Open>, Stop> {
        let _ = self.flush();
        if let Some(open) = self.device(path)? {
            return Ok(open);
        }
        if path.is_empty() {
            return Err(self.redirect_error(b"", Errno::NOENT.text()));
        }
        let full = self.path(path);
        let how = match op {
            RedirectOp::Read => OpenHow { read: true, ..OpenHow::default() },
            RedirectOp::ReadWrite => OpenHow { read: true, write: true, create: true, ..OpenHow::default() },
            RedirectOp::Append => OpenHow { write: true, create: true, append: true, ..OpenHow::default() },
            RedirectOp::Write if self.options.noclobber => {
                match Sys::stat(&full, true) {
                    Ok(stat) if stat.kind == FileKind::File => {
                        return Err(self.redirect_error(path, "cannot overwrite existing file"));
                    }
                    Ok(_) => OpenHow { write: true, ..OpenHow::default() },
                    Err(_) => OpenHow { write: true, create: true, exclusive: true, ..OpenHow::default() },
                }
            }
            _ => OpenHow { write: true, create: true, truncate: true, ..OpenHow::default() },
        };
        match Sys::open(&full, how, 0o666) {
            Ok(raw) => Ok(Open::raw(raw)),
            Err(error) => Err(self.redirect_error(path, error.text())),
        }
    }

    /// `/dev/fd/N`, `/dev/stdin` and their like are this shell's own descriptors.
    fn device(&mut self, path: &[u8]) -> Result<Option<Rc<Open>>, Stop> {
        let number = match path {
            b"/dev/stdin" => 0,
            b"/dev/stdout" => 1,
            b"/dev/stderr" => 2,
            _ => match path.strip_prefix(b"/dev/fd/").and_then(crate::arith::plain_integer) {
                Some(number) if number >= 0 => number as u32,
                _ => {
                    if path.starts_with(b"/dev/tcp/") || path.starts_with(b"/dev/udp/") {
                        return Err(self.redirect_error(path, "there is no network in this sandbox"));
                    }
                    return Ok(None);
                }
            },
        };
        match self.fds.get(number) {
            Some(open) => Ok(Some(open.clone())),
            None => Err(self.redirect_error(path, Errno::NOENT.text())),
        }
    }

    /// A line of a script's redirect target, for messages.
    pub fn read_whole(&mut self, path: &[u8]) -> Result<Bytes, Errno> {
        let mut text = Vec::new();
        if let Some(number) = path.strip_prefix(b"/dev/fd/").and_then(crate::arith::plain_integer) {
            if let Some(open) = self.fds.get(number as u32).cloned() {
                open.read_all(&mut text)?;
                return Ok(text);
            }
        }
        if path == b"/dev/stdin" {
            if let Some(open) = self.fds.get(0).cloned() {
                open.read_all(&mut text)?;
                return Ok(text);
            }
        }
        let full = self.path(path);
        let stat = Sys::stat(&full, true)?;
        if stat.kind == FileKind::Dir {
            return Err(Errno::ISDIR);
        }
        let raw = Sys::open(&full, OpenHow { read: true, ..OpenHow::default() }, 0)?;
        let result = crate::fds::drain(raw, &mut text);
        Sys::close(raw);
        result.map(|()| text)
    }
}
