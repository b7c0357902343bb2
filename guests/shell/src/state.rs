//! A shell's state as bytes, from which a second shell goes on.

use std::rc::Rc;

use crate::options::{Options, Shopts};
use crate::parse::Parser;
use crate::shell::{Frame, Shell};
use crate::traps::Trap;
use crate::vars::{Assoc, Bytes, Value, Var};

struct Writer(Vec<u8>);

impl Writer {
    fn number(&mut self, value: i64) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }
    fn bytes(&mut self, text: &[u8]) {
        self.number(text.len() as i64);
        self.0.extend_from_slice(text);
    }
    fn list<'a>(&mut self, items: impl ExactSizeIterator<Item = &'a [u8]>) {
        self.number(items.len() as i64);
        for item in items {
            self.bytes(item);
        }
    }
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn number(&mut self) -> Option<i64> {
        let (head, rest) = self.0.split_first_chunk::<8>()?;
        self.0 = rest;
        Some(i64::from_le_bytes(*head))
    }
    fn count(&mut self) -> Option<usize> {
        usize::try_from(self.number()?).ok()
    }
    fn bytes(&mut self) -> Option<Bytes> {
        let len = self.count()?;
        let (head, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(head.to_vec())
    }
    fn list(&mut self) -> Option<Vec<Bytes>> {
        let count = self.count()?;
        (0..count).map(|_| self.bytes()).collect()
    }
}

/// The state of a shell, and the command that the second one is to run.
pub fn save(shell: &Shell, text: &[u8], line: u32) -> Vec<u8> {
    let mut out = Writer(Vec::new());
    out.bytes(text);
    out.number(line.into());
    out.bytes(&shell.name);
    out.bytes(&shell.cwd);
    out.bytes(&shell.source);
    for number in [
        i64::from(shell.from_string),
        shell.shell_pid.into(),
        i64::from(shell.subshell) + 1,
        shell.status.into(),
        i64::from(shell.umask),
        i64::from(shell.errexit_off > 0),
        shell.last_background.map_or(-1, i64::from),
        shell.seconds_base,
        i64::from(shell.random),
        shell.getopts_at as i64,
        i64::from(shell.sub_source),
        shell.traps.ignored_mask() as i64,
        i64::from(shell.loops),
    ] {
        out.number(number);
    }
    out.bytes(&shell.last_argument);
    out.list(shell.positional.iter().map(Vec::as_slice));
    out.list(shell.dirs.iter().map(Vec::as_slice));
    out.list(shell.disabled.iter().map(Vec::as_slice));
    let on: Vec<&str> =
        Options::NAMES.iter().map(|item| item.0).filter(|name| shell.options.get(name) == Some(true)).collect();
    out.list(on.iter().map(|name| name.as_bytes()));
    let on: Vec<&str> =
        Shopts::NAMES.iter().map(|item| item.0).filter(|name| shell.shopts.get(name) == Some(true)).collect();
    out.list(on.iter().map(|name| name.as_bytes()));
    out.number(shell.frames.len() as i64);
    for frame in &shell.frames {
        out.bytes(&frame.name);
        out.bytes(&frame.source);
        out.number(frame.line.into());
        out.number(frame.function.into());
    }
    out.number(shell.aliases.len() as i64);
    for (name, value) in shell.aliases.iter() {
        out.bytes(name);
        out.bytes(value);
    }
    let traps = shell.traps.all();
    let kept: Vec<_> = traps
        .iter()
        .filter(|(trap, text)| match trap {
            Trap::Signal(_) => text.is_empty(),
            Trap::Err => shell.options.errtrace,
            Trap::Debug | Trap::Return => shell.options.functrace,
            Trap::Exit => false,
        })
        .collect();
    out.number(kept.len() as i64);
    for (trap, text) in kept {
        out.bytes(trap.name().as_bytes());
        out.bytes(text);
    }
    out.number(traps.len() as i64);
    for (trap, text) in &traps {
        out.bytes(trap.name().as_bytes());
        out.bytes(text);
    }
    out.number(shell.functions.len() as i64);
    for (name, function) in shell.functions.iter() {
        out.bytes(name);
        out.bytes(&function.source);
        out.number(function.line.into());
        out.bytes(&crate::print::function_text(name, function));
    }
    let all = shell.vars.all();
    let mut vars = Writer(Vec::new());
    let mut count = 0;
    for (sym, name) in all {
        let Some(var) = shell.vars.get(sym) else { continue };
        count += 1;
        vars.bytes(&name);
        vars.number(var.flags.into());
        match &var.value {
            Value::Unset => vars.number(0),
            Value::Str(text) => {
                vars.number(1);
                vars.bytes(text);
            }
            Value::Array(items) => {
                vars.number(2);
                vars.number(items.len() as i64);
                for (index, item) in items {
                    vars.number(*index);
                    vars.bytes(item);
                }
            }
            Value::Assoc(items) => {
                vars.number(3);
                vars.number(items.len() as i64);
                for (key, item) in items.iter() {
                    vars.bytes(key);
                    vars.bytes(item);
                }
            }
        }
    }
    out.number(count);
    out.0.extend_from_slice(&vars.0);
    out.0
}

/// Takes over a state; gives the command to run and its line.
pub fn load(shell: &mut Shell, state: &[u8]) -> Option<(Bytes, u32)> {
    let mut input = Reader(state);
    let text = input.bytes()?;
    let line = input.number()? as u32;
    shell.name = input.bytes()?;
    shell.cwd = input.bytes()?;
    shell.source = input.bytes()?.into();
    shell.from_string = input.number()? != 0;
    shell.shell_pid = input.number()? as i32;
    shell.subshell = input.number()? as u32;
    shell.status = input.number()? as i32;
    shell.umask = input.number()? as u32;
    shell.errexit_off = u32::from(input.number()? != 0);
    let background = input.number()?;
    shell.last_background = (background >= 0).then_some(background as i32);
    shell.seconds_base = input.number()?;
    shell.random = input.number()? as u32;
    shell.getopts_at = input.number()? as usize;
    shell.sub_source = input.number()? as u32;
    shell.traps.ignored_at_start = input.number()? as u64;
    shell.loops = input.number()? as u32;
    shell.last_argument = input.bytes()?;
    shell.positional = Rc::new(input.list()?);
    shell.dirs = input.list()?;
    shell.disabled = input.list()?;
    for (name, _) in Options::NAMES {
        shell.options.set(name, false);
    }
    for name in input.list()? {
        shell.options.set(std::str::from_utf8(&name).ok()?, true);
    }
    for (name, _) in Shopts::NAMES {
        shell.shopts.set(name, false);
    }
    for name in input.list()? {
        shell.shopts.set(std::str::from_utf8(&name).ok()?, true);
    }
    for _ in 0..input.count()? {
        let (name, source) = (input.bytes()?, input.bytes()?);
        let line = input.number()? as u32;
        let function = input.number()? != 0;
        shell.frames.push(Frame { name: name.into(), source: source.into(), line, function });
        if function {
            shell.vars.push_scope(false);
        }
    }
    let aliases = Rc::make_mut(&mut shell.aliases);
    for _ in 0..input.count()? {
        let (name, value) = (input.bytes()?, input.bytes()?);
        aliases.insert(name, value);
    }
    for _ in 0..input.count()? {
        let (name, text) = (input.bytes()?, input.bytes()?);
        if let Some(trap) = Trap::parse(&name) {
            shell.set_trap(trap, Some(text));
        }
    }
    let mut outer = Vec::new();
    for _ in 0..input.count()? {
        let (name, text) = (input.bytes()?, input.bytes()?);
        outer.extend(Trap::parse(&name).map(|trap| (trap, text)));
    }
    shell.show_outer_traps(outer);
    let extglob = shell.shopts.extglob;
    for _ in 0..input.count()? {
        let name = input.bytes()?;
        let source = input.bytes()?;
        let line = input.number()? as u32;
        let body = input.bytes()?;
        let mut settings = shell.parse_settings();
        settings.aliases = None;
        settings.extglob = true;
        settings.source = source.into();
        let mut parser = Parser::new(shell.vars.names.clone(), settings, body, line);
        if let Ok(Some(list)) = parser.next_list() {
            shell.define(&name, &list);
        }
    }
    shell.shopts.extglob = extglob;
    for _ in 0..input.count()? {
        let name = input.bytes()?;
        let flags = input.number()? as u16;
        let value = match input.number()? {
            0 => Value::Unset,
            1 => Value::Str(input.bytes()?),
            2 => {
                let mut items = std::collections::BTreeMap::new();
                for _ in 0..input.count()? {
                    let index = input.number()?;
                    items.insert(index, input.bytes()?);
                }
                Value::Array(items)
            }
            _ => {
                let mut items = Assoc::default();
                for _ in 0..input.count()? {
                    let key = input.bytes()?;
                    let value = input.bytes()?;
                    items.insert(key, value);
                }
                Value::Assoc(items)
            }
        };
        let sym = shell.vars.names.sym(&name);
        *shell.vars.entry(sym) = Some(Var { value, flags });
        if sym < crate::special::HOOKED {
            shell.changed(sym);
        }
    }
    shell.vars.touch_exports();
    Some((text, line))
}
