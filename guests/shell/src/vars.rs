//! Variables: values, attributes, scopes of functions, and the journal that lets a subshell run in this process.

use std::collections::{BTreeMap, HashMap};

use crate::names::{Names, Sym};

pub type Bytes = Vec<u8>;

#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Unset,
    Str(Bytes),
    Array(BTreeMap<i64, Bytes>),
    Assoc(Assoc),
}

pub const EXPORT: u16 = 1;
pub const READONLY: u16 = 2;
pub const INTEGER: u16 = 4;
pub const LOWER: u16 = 8;
pub const UPPER: u16 = 16;
pub const NAMEREF: u16 = 32;
pub const TRACE: u16 = 64;
pub const CAPITAL: u16 = 128;
/// Declared as an array though it has no value yet.
pub const ARRAY: u16 = 256;
pub const ASSOC: u16 = 512;

#[derive(Clone, Debug)]
pub struct Var {
    pub value: Value,
    pub flags: u16,
}

impl Var {
    pub fn new(value: Value) -> Var {
        Var { value, flags: 0 }
    }
    pub fn has(&self, flag: u16) -> bool {
        self.flags & flag != 0
    }
    pub fn is_array(&self) -> bool {
        matches!(self.value, Value::Array(_)) || self.has(ARRAY)
    }
    pub fn is_assoc(&self) -> bool {
        matches!(self.value, Value::Assoc(_)) || self.has(ASSOC)
    }
    /// What `$name` gives.
    pub fn scalar(&self) -> Option<&[u8]> {
        match &self.value {
            Value::Unset => None,
            Value::Str(text) => Some(text),
            Value::Array(items) => items.get(&0).map(Vec::as_slice),
            Value::Assoc(items) => items.get(b"0"),
        }
    }
}

/// An associative array that is walked in the order in which bash walks its hash table.
#[derive(Clone, Debug, Default)]
pub struct Assoc {
    items: HashMap<Bytes, (Bytes, u64)>,
    next: u64,
    buckets: u32,
}

impl PartialEq for Assoc {
    fn eq(&self, other: &Assoc) -> bool {
        self.items.len() == other.items.len() && self.iter().all(|(key, value)| other.get(key) == Some(value))
    }
}

impl Assoc {
    pub fn get(&self, key: &[u8]) -> Option<&[u8]> {
        self.items.get(key).map(|item| item.0.as_slice())
    }
    pub fn insert(&mut self, key: Bytes, value: Bytes) {
        if self.buckets == 0 {
            self.buckets = 1024;
        }
        self.next += 1;
        let next = self.next;
        match self.items.get_mut(&key) {
            Some(item) => item.0 = value,
            None => {
                if self.items.len() as u32 >= self.buckets * 2 {
                    self.buckets *= 4;
                }
                self.items.insert(key, (value, next));
            }
        }
    }
    pub fn remove(&mut self, key: &[u8]) {
        self.items.remove(key);
    }
    pub fn len(&self) -> usize {
        self.items.len()
    }
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let mask = self.buckets.max(1024) - 1;
        let mut all: Vec<_> = self.items.iter().map(|(key, (value, seq))| (hash(key) & mask, !seq, key, value)).collect();
        all.sort_unstable_by_key(|item| (item.0, item.1));
        all.into_iter().map(|item| (item.2.as_slice(), item.3.as_slice()))
    }
}

/// FNV-1, as bash uses it.
fn hash(text: &[u8]) -> u32 {
    text.iter().fold(2_166_136_261_u32, |sum, &c| sum.wrapping_mul(16_777_619) ^ (c as i8 as i32 as u32))
}

#[derive(Default)]
struct Slot {
    var: Option<Var>,
    /// The subshell level in which it was last journalled.
    level: u32,
}

/// Variables that a function made local, with what they were before.
#[derive(Default)]
pub struct Scope {
    saved: Vec<(Sym, Option<Var>)>,
    /// The assignments in front of a command, which `local` may inherit.
    pub temporary: bool,
}

pub struct Vars {
    pub names: Names,
    slots: Vec<Slot>,
    scopes: Vec<Scope>,
    level: u32,
    next_level: u32,
    journals: Vec<Journal>,
    /// Changes when an exported variable may have changed.
    pub exports_version: u64,
}

struct Journal {
    outer_level: u32,
    old: Vec<(Sym, Option<Var>, u32)>,
    scope_lengths: Vec<usize>,
}

impl Vars {
    pub fn new(names: Names) -> Vars {
        Vars {
            names,
            slots: Vec::new(),
            scopes: Vec::new(),
            level: 0,
            next_level: 1,
            journals: Vec::new(),
            exports_version: 0,
        }
    }

    pub fn get(&self, sym: Sym) -> Option<&Var> {
        self.slots.get(sym as usize)?.var.as_ref()
    }

    fn slot(&mut self, sym: Sym) -> &mut Slot {
        let index = sym as usize;
        if index >= self.slots.len() {
            let level = 0;
            self.slots.resize_with(index + 1, || Slot { var: None, level });
        }
        if self.slots[index].level != self.level {
            if let Some(journal) = self.journals.last_mut() {
                journal.old.push((sym, self.slots[index].var.clone(), self.slots[index].level));
            }
            self.slots[index].level = self.level;
        }
        let slot = &mut self.slots[index];
        if slot.var.as_ref().is_some_and(|var| var.has(EXPORT)) {
            self.exports_version += 1;
        }
        slot
    }

    /// The place of a variable, for any change.
    pub fn entry(&mut self, sym: Sym) -> &mut Option<Var> {
        &mut self.slot(sym).var
    }

    pub fn var_mut(&mut self, sym: Sym) -> &mut Var {
        self.slot(sym).var.get_or_insert_with(|| Var::new(Value::Unset))
    }

    /// Sets a plain value without looking at attributes.
    pub fn set_raw(&mut self, sym: Sym, value: Bytes) {
        match self.slot(sym).var {
            Some(Var { value: Value::Str(ref mut old), .. }) => *old = value,
            Some(Var { value: Value::Array(ref mut items), .. }) => {
                items.insert(0, value);
            }
            Some(Var { value: Value::Assoc(ref mut items), .. }) => items.insert(b"0".to_vec(), value),
            Some(ref mut var) => var.value = Value::Str(value),
            ref mut none => *none = Some(Var::new(Value::Str(value))),
        }
    }

    pub fn touch_exports(&mut self) {
        self.exports_version += 1;
    }

    pub fn remove(&mut self, sym: Sym) {
        if self.get(sym).is_some() {
            *self.entry(sym) = None;
        }
    }

    pub fn push_scope(&mut self, temporary: bool) {
        self.scopes.push(Scope { saved: Vec::new(), temporary });
    }

    pub fn pop_scope(&mut self) {
        if let Some(scope) = self.scopes.pop() {
            for (sym, var) in scope.saved.into_iter().rev() {
                if var.as_ref().is_some_and(|var| var.has(EXPORT)) {
                    self.exports_version += 1;
                }
                *self.entry(sym) = var;
            }
        }
    }

    pub fn depth(&self) -> usize {
        self.scopes.len()
    }

    /// Whether the scope at the top, temporary assignments apart, made this name local.
    pub fn is_local(&self, sym: Sym) -> bool {
        for scope in self.scopes.iter().rev() {
            if scope.saved.iter().any(|item| item.0 == sym) && !scope.temporary {
                return true;
            }
            if !scope.temporary {
                return false;
            }
        }
        false
    }

    /// Makes a name local to the scope at the top. Its old value stays until it is set.
    pub fn make_local(&mut self, sym: Sym, temporary: bool) {
        let Some(index) = self.scopes.iter().rposition(|scope| scope.temporary == temporary) else { return };
        if self.scopes[index].saved.iter().any(|item| item.0 == sym) {
            return;
        }
        let old = self.get(sym).cloned();
        self.entry(sym);
        self.scopes[index].saved.push((sym, old));
    }

    /// The value that a name has in the outermost scope, to be changed by `declare -g`.
    pub fn with_global<T>(&mut self, sym: Sym, change: impl FnOnce(&mut Vars) -> T) -> T {
        let at = self.scopes.iter().position(|scope| scope.saved.iter().any(|item| item.0 == sym));
        let Some(at) = at else { return change(self) };
        let Some(item) = self.scopes[at].saved.iter().position(|item| item.0 == sym) else { return change(self) };
        let global = self.scopes[at].saved[item].1.clone();
        let here = std::mem::replace(self.entry(sym), global);
        let result = change(self);
        let global = std::mem::replace(self.entry(sym), here);
        self.scopes[at].saved[item].1 = global;
        result
    }

    /// Whether some function made the name local.
    pub fn is_hidden(&self, sym: Sym) -> bool {
        self.scopes.iter().any(|scope| scope.saved.iter().any(|item| item.0 == sym))
    }

    /// `unset` of a local of an outer function, or of an assignment in front of a command, shows what was before it; of
    /// one's own local leaves it local and unset.
    pub fn unset_dynamic(&mut self, sym: Sym) {
        let function_top = self.scopes.iter().rposition(|scope| !scope.temporary);
        let at = self.scopes.iter().rposition(|scope| scope.saved.iter().any(|item| item.0 == sym));
        match (at, function_top) {
            (Some(at), top) if self.scopes[at].temporary || top.is_some_and(|top| at < top) => {
                let Some(item) = self.scopes[at].saved.iter().position(|item| item.0 == sym) else { return };
                let (_, old) = self.scopes[at].saved.remove(item);
                *self.entry(sym) = old;
            }
            _ => self.remove(sym),
        }
    }

    /// From here every change is noted, until `leave_subshell` takes it back.
    pub fn enter_subshell(&mut self) {
        let scope_lengths = self.scopes.iter().map(|scope| scope.saved.len()).collect();
        self.journals.push(Journal { outer_level: self.level, old: Vec::new(), scope_lengths });
        self.level = self.next_level;
        self.next_level += 1;
    }

    pub fn leave_subshell(&mut self) {
        let Some(journal) = self.journals.pop() else { return };
        self.level = journal.outer_level;
        if !journal.old.is_empty() {
            self.exports_version += 1;
        }
        for (sym, var, level) in journal.old.into_iter().rev() {
            self.slots[sym as usize] = Slot { var, level };
        }
        self.scopes.truncate(journal.scope_lengths.len());
        for (scope, &length) in self.scopes.iter_mut().zip(&journal.scope_lengths) {
            scope.saved.truncate(length);
        }
    }

    /// All variables that exist, by name.
    pub fn all(&self) -> Vec<(Sym, std::rc::Rc<[u8]>)> {
        let mut all: Vec<_> = self
            .slots
            .iter()
            .enumerate()
            .filter(|(_, slot)| slot.var.is_some())
            .map(|(index, _)| (index as Sym, self.names.name(index as Sym)))
            .collect();
        all.sort_by(|a, b| a.1.cmp(&b.1));
        all
    }

    /// Names that the function at the top made local.
    pub fn locals(&self) -> Vec<Sym> {
        let mut found = Vec::new();
        for scope in self.scopes.iter().rev() {
            found.extend(scope.saved.iter().map(|item| item.0));
            if !scope.temporary {
                break;
            }
        }
        found
    }
}
