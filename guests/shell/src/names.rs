//! Names of variables as small numbers, so that a variable is found without hashing while a program runs.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

pub type Sym = u32;

#[derive(Default)]
struct Table {
    by_name: HashMap<Rc<[u8]>, Sym>,
    names: Vec<Rc<[u8]>>,
}

/// Shared by the parser, which meets names, and the variables, which are stored by them.
#[derive(Clone, Default)]
pub struct Names(Rc<RefCell<Table>>);

impl Names {
    pub fn sym(&self, name: &[u8]) -> Sym {
        let mut table = self.0.borrow_mut();
        if let Some(&sym) = table.by_name.get(name) {
            return sym;
        }
        let shared: Rc<[u8]> = name.into();
        let sym = table.names.len() as Sym;
        table.names.push(shared.clone());
        table.by_name.insert(shared, sym);
        sym
    }

    pub fn name(&self, sym: Sym) -> Rc<[u8]> {
        self.0.borrow().names[sym as usize].clone()
    }
}

pub fn is_name_start(c: u8) -> bool {
    c == b'_' || c.is_ascii_alphabetic()
}

pub fn is_name_char(c: u8) -> bool {
    c == b'_' || c.is_ascii_alphanumeric()
}

pub fn is_name(text: &[u8]) -> bool {
    text.first().is_some_and(|&c| is_name_start(c)) && text.iter().all(|&c| is_name_char(c))
}
