//! Values: what a variable, a field or an element holds.

use std::cell::RefCell;
use std::rc::Rc;

use crate::array::Array;
use crate::number::{leading_number, push_number, whole_number};
use crate::syntax::tree::Order;
use crate::text::Text;

pub type ArrayHandle = Rc<RefCell<Array>>;

#[derive(Debug, Clone, Default)]
pub enum Value {
    /// Never assigned: the empty string and 0 at once.
    #[default]
    Nothing,
    Number(f64),
    String(Text),
    /// From outside: a number where it looks like one, else a string.
    Input(Text),
    Array(ArrayHandle),
}

impl Value {
    pub fn string(bytes: &[u8]) -> Value {
        Value::String(Text::new(bytes))
    }

    pub fn input(bytes: &[u8]) -> Value {
        Value::Input(Text::new(bytes))
    }

    pub fn number(&self) -> f64 {
        match self {
            Value::Number(value) => *value,
            Value::String(text) | Value::Input(text) => leading_number(text.bytes()),
            Value::Nothing | Value::Array(_) => 0.0,
        }
    }

    pub fn truth(&self) -> bool {
        match self {
            Value::Nothing | Value::Array(_) => false,
            Value::Number(value) => *value != 0.0,
            Value::String(text) => !text.bytes().is_empty(),
            Value::Input(text) => input_truth(text.bytes()),
        }
    }

    /// Appends it as a string; `format` is for numbers that are not whole.
    pub fn push(&self, out: &mut Vec<u8>, format: &[u8]) {
        match self {
            Value::Nothing | Value::Array(_) => {}
            Value::Number(value) => push_number(out, *value, format),
            Value::String(text) | Value::Input(text) => out.extend_from_slice(text.bytes()),
        }
    }

    pub fn text(&self, format: &[u8]) -> Text {
        match self {
            Value::String(text) | Value::Input(text) => text.clone(),
            _ => {
                let mut bytes = Vec::new();
                self.push(&mut bytes, format);
                Text::from_vec(bytes)
            }
        }
    }

    /// The value where it counts as a number in a comparison.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Value::Nothing => Some(0.0),
            Value::Number(value) => Some(*value),
            Value::Input(text) => whole_number(text.bytes()),
            Value::String(_) | Value::Array(_) => None,
        }
    }
}

pub fn input_truth(bytes: &[u8]) -> bool {
    match whole_number(bytes) {
        Some(value) => value != 0.0,
        None => !bytes.is_empty(),
    }
}

pub fn order_holds<T: PartialOrd>(order: Order, left: &T, right: &T) -> bool {
    match order {
        Order::Less => left < right,
        Order::LessOrEqual => left <= right,
        Order::Equal => left == right,
        Order::NotEqual => left != right,
        Order::Greater => left > right,
        Order::GreaterOrEqual => left >= right,
    }
}

/// By number where both are numbers, else by their bytes as strings.
pub fn compare(order: Order, left: &Value, right: &Value, format: &[u8]) -> bool {
    if let (Some(a), Some(b)) = (left.as_number(), right.as_number()) {
        return order_holds(order, &a, &b);
    }
    match (left, right) {
        (Value::String(a) | Value::Input(a), Value::String(b) | Value::Input(b)) => order_holds(order, &a.bytes(), &b.bytes()),
        _ => order_holds(order, &left.text(format).bytes(), &right.text(format).bytes()),
    }
}
