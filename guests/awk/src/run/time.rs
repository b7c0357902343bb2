//! The clock: systime, strftime, mktime. The sandbox' time zone is UTC.

use std::time::{SystemTime, UNIX_EPOCH};

use sunaba_gnu::status::Moment;
use sunaba_gnu::time::{strftime, to_days};

use super::{Eval, Run};
use crate::syntax::tree::{Expr, Special};
use crate::value::Value;

pub fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() as i64)
}

impl<'p> Run<'p> {
    pub(super) fn strftime(&mut self, arguments: &'p [Expr]) -> Eval<Value> {
        let format = match arguments.first() {
            Some(format) => self.text_of(format)?,
            None => match self.special(Special::Procinfo) {
                Value::Array(array) => array.borrow().get(b"strftime").map(|value| value.text(b"%.6g").bytes().to_vec()).unwrap_or_default(),
                _ => Vec::new(),
            },
        };
        let seconds = match arguments.get(1) {
            Some(seconds) => self.number(seconds)?.floor() as i64,
            None => now(),
        };
        let text = strftime(&String::from_utf8_lossy(&format), Moment { seconds, nanos: 0 });
        Ok(Value::string(text.as_bytes()))
    }
}

/// `YYYY MM DD HH MM SS [DST]`, values out of range carried on; -1 where it is none.
pub fn mktime(text: &[u8]) -> f64 {
    let text = String::from_utf8_lossy(text);
    let numbers: Option<Vec<i64>> = text.split_whitespace().map(|word| word.parse().ok()).collect();
    let Some(&[year, month, day, hour, minute, second, ..]) = numbers.as_deref() else { return -1.0 };
    let months = year * 12 + month - 1;
    let days = to_days(months.div_euclid(12), months.rem_euclid(12) as u32 + 1, 1) + day - 1;
    (days * 86_400 + hour * 3600 + minute * 60 + second) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_made() {
        assert_eq!(mktime(b"1970 01 01 00 00 00"), 0.0);
        assert_eq!(mktime(b"2024 02 29 12 34 56"), 1_709_210_096.0);
        assert_eq!(mktime(b"2023 14 1 0 0 -1"), 1_706_745_599.0);
        assert_eq!(mktime(b"x"), -1.0);
    }
}
