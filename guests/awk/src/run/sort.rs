//! asort, asorti and sorted loops.

use std::cmp::Ordering;

use super::{Eval, Run};
use crate::array::Array;
use crate::number::leading_number;
use crate::syntax::tree::{ArrayRef, Expr};
use crate::text::Text;
use crate::value::{ArrayHandle, Value};

type Pair = (Text, Value);

impl<'p> Run<'p> {
    pub(super) fn sort(&mut self, by_index: bool, source: &'p ArrayRef, target: Option<&'p ArrayRef>, how: Option<&'p Expr>) -> Eval<f64> {
        let source = self.array(source)?;
        let how = match how {
            Some(how) => self.text_of(how)?,
            None if by_index => b"@ind_str_asc".to_vec(),
            None => b"@val_type_asc".to_vec(),
        };
        let pairs = self.sorted_keys(&source, &how)?;
        let target = match target {
            Some(target) => self.array(target)?,
            None => source,
        };
        let mut array = target.borrow_mut();
        array.clear();
        let count = pairs.len();
        for (index, (key, value)) in pairs.into_iter().enumerate() {
            array.set_at(index + 1, if by_index { Value::String(key) } else { value });
        }
        Ok(count as f64)
    }

    /// The elements in an order by name (`@ind_num_asc`) or by a function of the program.
    pub(super) fn sorted_keys(&mut self, array: &ArrayHandle, how: &[u8]) -> Eval<Vec<Pair>> {
        let pairs: Vec<Pair> = pairs_of(&array.borrow());
        let name = String::from_utf8_lossy(how).into_owned();
        let rest = name.strip_prefix('@').unwrap_or(&name);
        let (rest, descending) = match (rest.strip_suffix("_asc"), rest.strip_suffix("_desc")) {
            (Some(rest), _) => (rest, false),
            (_, Some(rest)) => (rest, true),
            _ => (rest, false),
        };
        let format = self.settings.convfmt.clone();
        let by: fn(&Pair, &Pair, &[u8]) -> Ordering = match rest {
            "unsorted" => return Ok(pairs),
            "ind_str" => |a, b, _| a.0.bytes().cmp(b.0.bytes()),
            "ind_num" => |a, b, _| by_number(leading_number(a.0.bytes()), leading_number(b.0.bytes())).then_with(|| a.0.bytes().cmp(b.0.bytes())),
            "val_str" => |a, b, format| by_string(a, b, format).then_with(|| a.0.bytes().cmp(b.0.bytes())),
            "val_num" => |a, b, format| by_number(a.1.number(), b.1.number()).then_with(|| by_string(a, b, format)).then_with(|| a.0.bytes().cmp(b.0.bytes())),
            "val_type" => |a, b, format| by_type(a, b, format).then_with(|| a.0.bytes().cmp(b.0.bytes())),
            _ => return self.sorted_by_function(&name, pairs),
        };
        let mut pairs = pairs;
        pairs.sort_by(|a, b| by(a, b, &format));
        if descending {
            pairs.reverse();
        }
        Ok(pairs)
    }

    fn sorted_by_function(&mut self, name: &str, pairs: Vec<Pair>) -> Eval<Vec<Pair>> {
        let Some(function) = self.function_named(name) else {
            self.fatal(&format!("sort comparison function `{name}' is not defined"));
        };
        // Merge sort: the comparison may unwind, and need not be an order.
        let mut runs: Vec<Vec<Pair>> = pairs.into_iter().map(|pair| vec![pair]).collect();
        while runs.len() > 1 {
            let mut merged = Vec::new();
            let mut queue = runs.into_iter();
            while let Some(left) = queue.next() {
                match queue.next() {
                    Some(right) => merged.push(self.merge(function, left, right)?),
                    None => merged.push(left),
                }
            }
            runs = merged;
        }
        Ok(runs.pop().unwrap_or_default())
    }

    fn merge(&mut self, function: usize, left: Vec<Pair>, right: Vec<Pair>) -> Eval<Vec<Pair>> {
        let mut out = Vec::with_capacity(left.len() + right.len());
        let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
        while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
            let values = vec![Value::Input(a.0.clone()), a.1.clone(), Value::Input(b.0.clone()), b.1.clone()];
            let order = self.call_with(function, values)?.number();
            out.extend(if order <= 0.0 { left.next() } else { right.next() });
        }
        out.extend(left);
        out.extend(right);
        Ok(out)
    }
}

fn pairs_of(array: &Array) -> Vec<Pair> {
    array.iter().map(|(key, value)| (key.clone(), value.clone())).collect()
}

fn by_number(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b).unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
}

fn by_string(a: &Pair, b: &Pair, format: &[u8]) -> Ordering {
    a.1.text(format).bytes().cmp(b.1.text(format).bytes())
}

/// Numbers before strings before arrays.
fn by_type(a: &Pair, b: &Pair, format: &[u8]) -> Ordering {
    let rank = |value: &Value| match value {
        Value::Array(_) => 2,
        value if value.as_number().is_some() => 0,
        _ => 1,
    };
    rank(&a.1).cmp(&rank(&b.1)).then_with(|| match (a.1.as_number(), b.1.as_number()) {
        (Some(x), Some(y)) => by_number(x, y),
        _ => by_string(a, b, format),
    })
}
