//! Assignments, and the arrays that names stand for.

use std::rc::Rc;

use super::{Eval, Run};
use crate::syntax::tree::{ArrayRef, Expr, Place, SPECIALS, Target};
use crate::text::Text;
use crate::value::{ArrayHandle, Value};

impl<'p> Run<'p> {
    pub(super) fn assign(&mut self, target: &'p Target, value: Value) -> Eval<()> {
        match target {
            Target::Variable(place) => self.assign_place(*place, value),
            Target::Field(index) => {
                let number = self.field_number(index)?;
                self.assign_field(number, value);
            }
            Target::Element(array, keys) => {
                let handle = self.array(array)?;
                let key = self.key(keys)?;
                *handle.borrow_mut().entry(&key) = value;
                self.release(key);
            }
        }
        Ok(())
    }

    pub(super) fn assign_place(&mut self, place: Place, value: Value) {
        match place {
            Place::Global(number) => self.assign_global(number, value),
            Place::Local(number) => self.stack[self.base + number as usize] = value,
        }
    }

    pub(super) fn assign_global(&mut self, number: u32, value: Value) {
        let number = number as usize;
        if number < SPECIALS.len() {
            self.assign_special(number, value);
            return;
        }
        if let Value::Array(_) = self.globals[number] {
            let name = self.program.globals[number].clone();
            self.not_scalar(&name);
        }
        self.globals[number] = value;
    }

    pub(super) fn assign_field(&mut self, number: usize, value: Value) {
        if number == 0 {
            let mut text = self.buffer();
            value.push(&mut text, &self.settings.convfmt);
            self.record.set_text(&text);
            self.release(text);
            return;
        }
        if number > 10_000_000 {
            self.fatal(&format!("field number {number} is too large"));
        }
        self.record.set_field(number, value);
    }

    /// Changes a number in place; gives the old and the new one.
    pub(super) fn update(&mut self, target: &'p Target, change: impl FnOnce(&mut Self, f64) -> f64) -> Eval<(f64, f64)> {
        match target {
            Target::Variable(place) => {
                let special = matches!(place, Place::Global(number) if (*number as usize) < SPECIALS.len());
                let old = if special { self.variable(*place).number() } else { self.scalar_slot(*place) };
                let new = change(self, old);
                if special {
                    self.assign_place(*place, Value::Number(new));
                } else {
                    *self.slot_mut(*place) = Value::Number(new);
                }
                Ok((old, new))
            }
            Target::Field(index) => {
                let number = self.field_number(index)?;
                let old = self.field(number).number();
                let new = change(self, old);
                self.assign_field(number, Value::Number(new));
                Ok((old, new))
            }
            Target::Element(array, keys) => {
                let handle = self.array(array)?;
                let key = self.key(keys)?;
                let old = {
                    let mut array = handle.borrow_mut();
                    let slot = array.entry(&key);
                    slot.number()
                };
                let new = change(self, old);
                *handle.borrow_mut().entry(&key) = Value::Number(new);
                self.release(key);
                Ok((old, new))
            }
        }
    }

    fn scalar_slot(&mut self, place: Place) -> f64 {
        let value = self.slot_mut(place);
        if let Value::Array(_) = value {
            let name = self.name_of(&Expr::Variable(place));
            self.not_scalar(&name);
        }
        self.slot_mut(place).number()
    }

    /// `x = x a b`.
    pub(super) fn append_to(&mut self, place: Place, parts: &'p [Expr]) -> Eval<()> {
        let mut more = self.buffer();
        for part in parts {
            self.append(part, &mut more)?;
        }
        let mut text = match std::mem::take(self.slot_mut(place)) {
            Value::String(text) | Value::Input(text) => text,
            Value::Array(_) => {
                let name = self.name_of(&Expr::Variable(place));
                self.not_scalar(&name)
            }
            other => {
                let mut bytes = Vec::new();
                other.push(&mut bytes, &self.settings.convfmt);
                Text::from_vec(bytes)
            }
        };
        text.push(&more);
        self.release(more);
        *self.slot_mut(place) = Value::String(text);
        Ok(())
    }

    pub(super) fn array(&mut self, array: &'p ArrayRef) -> Eval<ArrayHandle> {
        match array {
            ArrayRef::Variable(place) => Ok(self.array_at(*place)),
            ArrayRef::Element(outer, keys) => {
                let outer = self.array(outer)?;
                let key = self.key(keys)?;
                let handle = self.array_within(&outer, &key);
                self.release(key);
                Ok(handle)
            }
        }
    }

    pub(super) fn array_within(&mut self, outer: &ArrayHandle, key: &[u8]) -> ArrayHandle {
        let mut array = outer.borrow_mut();
        let slot = array.entry(key);
        match slot {
            Value::Array(handle) => handle.clone(),
            Value::Nothing => {
                let handle = ArrayHandle::default();
                *slot = Value::Array(handle.clone());
                handle
            }
            _ => {
                drop(array);
                let key = String::from_utf8_lossy(key).into_owned();
                self.fatal(&format!("attempt to use scalar `[\"{key}\"]' as an array"))
            }
        }
    }

    #[inline]
    pub(super) fn array_at(&mut self, place: Place) -> ArrayHandle {
        let slot = self.slot_mut(place);
        match slot {
            Value::Array(handle) => Rc::clone(handle),
            Value::Nothing => {
                let handle = ArrayHandle::default();
                *slot = Value::Array(handle.clone());
                handle
            }
            _ => {
                let name = self.name_of(&Expr::Variable(place));
                self.not_array(&name)
            }
        }
    }
}
