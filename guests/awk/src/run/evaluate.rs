//! Expressions: as a value, a number, a truth, or appended as a string, whichever is wanted.

use super::{Eval, Run};
use crate::number::{leading_number, push_number, whole_number};
use crate::record::Field;
use crate::syntax::tree::{Arithmetic, Expr, NameQuestion, Order, Pattern, Place, SPECIALS, Special};
use crate::text::{Text, char_count};
use crate::value::{Value, compare, input_truth, order_holds};

/// NF, NR and FNR are not kept among the globals.
const COUNTED: u32 = 3;

impl<'p> Run<'p> {
    pub(super) fn value(&mut self, expr: &'p Expr) -> Eval<Value> {
        Ok(match expr {
            Expr::Number(value) => Value::Number(*value),
            Expr::String(text) => Value::String(text.clone()),
            Expr::Variable(place) => self.variable(*place),
            Expr::Field(index) => {
                let number = self.field_number(index)?;
                self.field(number)
            }
            Expr::Element(array, keys) => {
                let handle = self.array(array)?;
                let key = self.key(keys)?;
                let value = handle.borrow_mut().entry(&key).clone();
                self.release(key);
                if matches!(value, Value::Array(_)) {
                    self.fatal("attempt to use array in a scalar context");
                }
                value
            }
            Expr::Assign(target, value) => {
                let value = self.scalar(value)?;
                self.assign(target, value.clone())?;
                value
            }
            Expr::Append(place, parts) => {
                self.append_to(*place, parts)?;
                self.variable(*place)
            }
            Expr::Concat(_) => {
                let mut buffer = self.buffer();
                self.append(expr, &mut buffer)?;
                let text = Text::new(&buffer);
                self.release(buffer);
                Value::String(text)
            }
            Expr::Choose(test, yes, no) => {
                if self.truth(test)? {
                    self.value(yes)?
                } else {
                    self.value(no)?
                }
            }
            Expr::Group(inner) => self.value(inner)?,
            Expr::Call { function, arguments, line } => self.call(*function, arguments, *line)?,
            Expr::CallNamed { name, arguments } => self.call_named(name, arguments)?,
            Expr::Builtin(builtin, arguments) => self.builtin(*builtin, arguments)?,
            Expr::Matching(matching) => self.matching(matching)?,
            Expr::Sort { by_index, source, target, how } => Value::Number(self.sort(*by_index, source, target.as_ref(), how.as_deref())?),
            Expr::OfName(question, place) => self.question_of_name(*question, *place),
            Expr::OfElement(question, array, keys) => {
                let handle = self.array(array)?;
                let key = self.key(keys)?;
                let found = handle.borrow().get(&key).cloned();
                let value = match (question, found) {
                    (NameQuestion::Length, None) => handle.borrow_mut().entry(&key).clone(),
                    (_, found) => found.unwrap_or_default(),
                };
                self.release(key);
                self.question(*question, &value, false)
            }
            Expr::OfValue(question, inner) => {
                if let (NameQuestion::TypeOf, Expr::Regex(_)) = (question, &**inner) {
                    return Ok(Value::string(b"regexp"));
                }
                let value = self.value(inner)?;
                self.question(*question, &value, matches!(**inner, Expr::Field(_)))
            }
            Expr::Getline { input, target } => Value::Number(self.getline(input, target.as_deref())?),
            Expr::Regex(_) | Expr::Not(_) | Expr::Compare(..) | Expr::Match { .. } | Expr::And(..) | Expr::Or(..) | Expr::In(..) => {
                Value::Number(f64::from(u8::from(self.truth(expr)?)))
            }
            Expr::Update(..) | Expr::Step { .. } | Expr::Negate(_) | Expr::Plus(_) | Expr::Arithmetic(..) => Value::Number(self.number(expr)?),
        })
    }

    /// A value that is no array.
    pub(super) fn scalar(&mut self, expr: &'p Expr) -> Eval<Value> {
        let value = self.value(expr)?;
        if let Value::Array(_) = value {
            let name = self.name_of(expr);
            self.not_scalar(&name);
        }
        Ok(value)
    }

    pub(super) fn name_of(&self, expr: &Expr) -> String {
        match expr {
            Expr::Variable(Place::Global(number)) => self.program.globals[*number as usize].clone(),
            _ => "variable".into(),
        }
    }

    #[inline]
    pub(super) fn variable(&mut self, place: Place) -> Value {
        match place {
            Place::Local(number) => self.stack[self.base + number as usize].clone(),
            Place::Global(number) if number < COUNTED => Value::Number(self.counted(number)),
            Place::Global(number) => self.globals[number as usize].clone(),
        }
    }

    fn counted(&mut self, number: u32) -> f64 {
        match SPECIALS[number as usize].1 {
            Special::Nf => self.record.count() as f64,
            Special::Nr => self.records,
            _ => self.file_records,
        }
    }

    #[inline]
    fn slot(&self, place: Place) -> &Value {
        match place {
            Place::Local(number) => &self.stack[self.base + number as usize],
            Place::Global(number) => &self.globals[number as usize],
        }
    }

    pub(super) fn slot_mut(&mut self, place: Place) -> &mut Value {
        match place {
            Place::Local(number) => &mut self.stack[self.base + number as usize],
            Place::Global(number) => &mut self.globals[number as usize],
        }
    }

    pub(super) fn field_number(&mut self, index: &'p Expr) -> Eval<usize> {
        let number = self.number(index)?;
        if number < 0.0 {
            self.fatal(&format!("attempt to access field {}", number as i64));
        }
        Ok(number as usize)
    }

    pub(super) fn field(&mut self, number: usize) -> Value {
        if number == 0 {
            return Value::input(self.record.text(&self.settings.ofs, &self.settings.convfmt));
        }
        self.record.field_value(number)
    }

    pub(super) fn number(&mut self, expr: &'p Expr) -> Eval<f64> {
        Ok(match expr {
            Expr::Number(value) => *value,
            Expr::Variable(place) => match place {
                Place::Global(number) if *number < COUNTED => self.counted(*number),
                place => match self.slot(*place) {
                    Value::Number(value) => *value,
                    Value::Array(_) => {
                        let name = self.name_of(expr);
                        self.not_scalar(&name)
                    }
                    other => other.number(),
                },
            },
            Expr::Field(index) => {
                let number = self.field_number(index)?;
                if number == 0 {
                    return Ok(leading_number(self.record.text(&self.settings.ofs, &self.settings.convfmt)));
                }
                match self.record.field(number) {
                    Field::Input(bytes) => leading_number(bytes),
                    Field::Assigned(value) => value.number(),
                    Field::Missing => 0.0,
                }
            }
            Expr::Arithmetic(operation, left, right) => {
                let left = self.number(left)?;
                let right = self.number(right)?;
                self.arithmetic(*operation, left, right)
            }
            Expr::Negate(operand) => -self.number(operand)?,
            Expr::Plus(operand) => self.number(operand)?,
            Expr::Step { target, by, prefix } => {
                let by = *by;
                let (old, new) = self.update(target, |_, old| old + by)?;
                if *prefix { new } else { old }
            }
            Expr::Update(operation, target, value) => {
                let operation = *operation;
                let right = self.number(value)?;
                self.update(target, |run, old| run.arithmetic(operation, old, right))?.1
            }
            Expr::Group(inner) => self.number(inner)?,
            Expr::Not(_) | Expr::Compare(..) | Expr::Match { .. } | Expr::And(..) | Expr::Or(..) | Expr::In(..) | Expr::Regex(_) => {
                f64::from(u8::from(self.truth(expr)?))
            }
            _ => self.scalar(expr)?.number(),
        })
    }

    #[inline]
    pub(super) fn arithmetic(&mut self, operation: Arithmetic, left: f64, right: f64) -> f64 {
        match operation {
            Arithmetic::Add => left + right,
            Arithmetic::Subtract => left - right,
            Arithmetic::Multiply => left * right,
            Arithmetic::Divide if right == 0.0 => self.fatal("division by zero attempted"),
            Arithmetic::Divide => left / right,
            Arithmetic::Remainder if right == 0.0 => self.fatal("division by zero attempted in `%'"),
            Arithmetic::Remainder => left % right,
            Arithmetic::Power => power(left, right),
        }
    }

    pub(super) fn truth(&mut self, expr: &'p Expr) -> Eval<bool> {
        Ok(match expr {
            Expr::Number(value) => *value != 0.0,
            Expr::Regex(regex) => {
                let text = self.record.text(&self.settings.ofs, &self.settings.convfmt);
                regex.is_match(text)
            }
            Expr::Not(operand) => !self.truth(operand)?,
            Expr::And(left, right) => self.truth(left)? && self.truth(right)?,
            Expr::Or(left, right) => self.truth(left)? || self.truth(right)?,
            Expr::Compare(order, left, right) => self.compare(*order, left, right)?,
            Expr::Match { negated, subject, pattern } => self.matches(subject, pattern)? != *negated,
            Expr::In(keys, array) => {
                let handle = self.array(array)?;
                let key = self.key(keys)?;
                let found = handle.borrow().contains(&key);
                self.release(key);
                found
            }
            Expr::Group(inner) => self.truth(inner)?,
            Expr::Arithmetic(..) | Expr::Step { .. } | Expr::Update(..) | Expr::Negate(_) | Expr::Plus(_) => self.number(expr)? != 0.0,
            Expr::Field(index) => {
                let number = self.field_number(index)?;
                if number == 0 {
                    return Ok(input_truth(self.record.text(&self.settings.ofs, &self.settings.convfmt)));
                }
                match self.record.field(number) {
                    Field::Input(bytes) => input_truth(bytes),
                    Field::Assigned(value) => value.truth(),
                    Field::Missing => false,
                }
            }
            _ => self.scalar(expr)?.truth(),
        })
    }

    fn compare(&mut self, order: Order, left: &'p Expr, right: &'p Expr) -> Eval<bool> {
        // A field beside a constant is by far the most frequent, and needs no copy.
        if let (Expr::Field(index), Expr::Number(constant)) = (left, right) {
            let number = self.field_number(index)?;
            if number > 0 {
                if let Field::Input(bytes) = self.record.field(number) {
                    if let Some(value) = whole_number(bytes) {
                        return Ok(order_holds(order, &value, constant));
                    }
                    let mut text = Vec::new();
                    push_number(&mut text, *constant, b"%.6g");
                    return Ok(order_holds(order, &bytes, &text.as_slice()));
                }
            }
        }
        if let (Expr::Field(index), Expr::String(constant)) = (left, right) {
            let number = self.field_number(index)?;
            if number > 0 {
                if let Field::Input(bytes) = self.record.field(number) {
                    if !self.settings.ignore_case {
                        return Ok(order_holds(order, &bytes, &constant.bytes()));
                    }
                }
            }
        }
        let left = self.scalar(left)?;
        let right = self.scalar(right)?;
        if self.settings.ignore_case && (left.as_number().is_none() || right.as_number().is_none()) {
            let fold = |value: &Value| super::builtins::to_lower(value.text(b"%.6g").bytes());
            return Ok(order_holds(order, &fold(&left), &fold(&right)));
        }
        Ok(compare(order, &left, &right, &self.settings.convfmt))
    }

    fn matches(&mut self, subject: &'p Expr, pattern: &'p Pattern) -> Eval<bool> {
        if let (Expr::Field(index), Pattern::Fixed(regex)) = (subject, pattern) {
            let number = self.field_number(index)?;
            if number == 0 {
                return Ok(regex.is_match(self.record.text(&self.settings.ofs, &self.settings.convfmt)));
            }
            if let Field::Input(bytes) = self.record.field(number) {
                return Ok(regex.is_match(bytes));
            }
        }
        let mut text = self.buffer();
        self.append(subject, &mut text)?;
        let regex = self.pattern(pattern)?;
        let found = regex.is_match(&text);
        self.release(text);
        Ok(found)
    }

    pub(super) fn pattern(&mut self, pattern: &'p Pattern) -> Eval<std::rc::Rc<crate::regex::Regex>> {
        match pattern {
            Pattern::Fixed(regex) => Ok(regex.clone()),
            Pattern::Made(source) => {
                let mut text = self.buffer();
                self.append(source, &mut text)?;
                let regex = self.regex(&text);
                self.release(text);
                Ok(regex)
            }
        }
    }

    /// Appends an expression's value as a string, numbers by CONVFMT.
    pub(super) fn append(&mut self, expr: &'p Expr, out: &mut Vec<u8>) -> Eval<()> {
        match expr {
            Expr::String(text) => out.extend_from_slice(text.bytes()),
            Expr::Field(index) => {
                let number = self.field_number(index)?;
                if number == 0 {
                    out.extend_from_slice(self.record.text(&self.settings.ofs, &self.settings.convfmt));
                    return Ok(());
                }
                match self.record.field(number) {
                    Field::Input(bytes) => out.extend_from_slice(bytes),
                    Field::Assigned(value) => value.push(out, &self.settings.convfmt),
                    Field::Missing => {}
                }
            }
            Expr::Variable(place @ Place::Local(_)) => self.append_slot(expr, *place, out),
            Expr::Variable(place @ Place::Global(number)) if *number >= COUNTED => self.append_slot(expr, *place, out),
            Expr::Concat(parts) => {
                for part in parts {
                    self.append(part, out)?;
                }
            }
            Expr::Group(inner) => self.append(inner, out)?,
            _ => {
                let value = self.scalar(expr)?;
                value.push(out, &self.settings.convfmt);
            }
        }
        Ok(())
    }

    fn append_slot(&mut self, expr: &Expr, place: Place, out: &mut Vec<u8>) {
        let slot = match place {
            Place::Local(number) => &self.stack[self.base + number as usize],
            Place::Global(number) => &self.globals[number as usize],
        };
        if let Value::Array(_) = slot {
            let name = self.name_of(expr);
            self.not_scalar(&name);
        }
        slot.push(out, &self.settings.convfmt);
    }

    /// As `append`, but a number by OFMT, as print has it.
    pub(super) fn append_for_print(&mut self, expr: &'p Expr, out: &mut Vec<u8>) -> Eval<()> {
        match expr {
            Expr::String(_) | Expr::Concat(_) => self.append(expr, out),
            Expr::Field(index) if matches!(**index, Expr::Number(_)) => {
                let number = self.field_number(index)?;
                if number > 0 {
                    if let Field::Assigned(value) = self.record.field(number) {
                        value.push(out, &self.settings.ofmt);
                        return Ok(());
                    }
                }
                self.append(expr, out)
            }
            _ => {
                let value = self.scalar(expr)?;
                value.push(out, &self.settings.ofmt);
                Ok(())
            }
        }
    }

    /// The key of an element, in a buffer to be released.
    pub(super) fn key(&mut self, keys: &'p [Expr]) -> Eval<Vec<u8>> {
        let mut key = self.buffer();
        for (index, part) in keys.iter().enumerate() {
            if index > 0 {
                key.extend_from_slice(&self.settings.subsep);
            }
            self.append(part, &mut key)?;
        }
        Ok(key)
    }

    fn question_of_name(&mut self, question: NameQuestion, place: Place) -> Value {
        let value = self.variable(place);
        self.question(question, &value, false)
    }

    fn question(&mut self, question: NameQuestion, value: &Value, element: bool) -> Value {
        match question {
            NameQuestion::IsArray => Value::Number(f64::from(u8::from(matches!(value, Value::Array(_))))),
            NameQuestion::Length => match value {
                Value::Array(array) => Value::Number(array.borrow().len() as f64),
                value => Value::Number(char_count(value.text(&self.settings.convfmt).bytes()) as f64),
            },
            NameQuestion::TypeOf => Value::string(match value {
                Value::Array(_) => b"array".as_slice(),
                Value::Number(_) => b"number",
                Value::String(_) => b"string",
                Value::Input(text) if whole_number(text.bytes()).is_some() => b"strnum",
                Value::Input(_) => b"string",
                Value::Nothing if element => b"unassigned",
                Value::Nothing => b"untyped",
            }),
        }
    }
}

fn power(base: f64, exponent: f64) -> f64 {
    if exponent == exponent.trunc() && exponent.abs() <= 1024.0 { base.powi(exponent as i32) } else { base.powf(exponent) }
}
