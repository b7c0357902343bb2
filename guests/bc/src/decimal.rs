//! Decimal numbers with a scale of their own, as bc computes with them.

use num_bigint::{BigInt, Sign};
use num_integer::Integer;
use num_traits::{Signed, ToPrimitive, Zero};
use std::cmp::Ordering;

/// `digits` divided by ten to the power of `scale`.
#[derive(Clone, Debug)]
pub struct Decimal {
    pub digits: BigInt,
    pub scale: usize,
}

fn power_of_ten(n: usize) -> BigInt {
    BigInt::from(10).pow(u32::try_from(n).unwrap_or(u32::MAX))
}

impl Decimal {
    pub fn new(digits: BigInt, scale: usize) -> Decimal {
        Decimal { digits, scale }
    }

    pub fn whole(n: i64) -> Decimal {
        Decimal::new(BigInt::from(n), 0)
    }

    pub fn is_zero(&self) -> bool {
        self.digits.is_zero()
    }

    /// With this many digits after the point, cut off, not rounded.
    pub fn with_scale(&self, scale: usize) -> Decimal {
        let digits = match scale.cmp(&self.scale) {
            Ordering::Greater => &self.digits * power_of_ten(scale - self.scale),
            Ordering::Less => &self.digits / power_of_ten(self.scale - scale),
            Ordering::Equal => self.digits.clone(),
        };
        Decimal { digits, scale }
    }

    pub fn integer(&self) -> BigInt {
        self.with_scale(0).digits
    }

    pub fn to_i64(&self) -> Option<i64> {
        self.integer().to_i64()
    }

    pub fn negate(&self) -> Decimal {
        Decimal::new(-&self.digits, self.scale)
    }

    pub fn add(&self, other: &Decimal) -> Decimal {
        let scale = self.scale.max(other.scale);
        Decimal::new(self.with_scale(scale).digits + other.with_scale(scale).digits, scale)
    }

    pub fn subtract(&self, other: &Decimal) -> Decimal {
        self.add(&other.negate())
    }

    pub fn multiply(&self, other: &Decimal, scale: usize) -> Decimal {
        let full = self.scale + other.scale;
        let kept = full.min(scale.max(self.scale).max(other.scale));
        Decimal::new(&self.digits * &other.digits, full).with_scale(kept)
    }

    /// `None`: divided by zero.
    pub fn divide(&self, other: &Decimal, scale: usize) -> Option<Decimal> {
        if other.is_zero() {
            return None;
        }
        let shifted = &self.digits * power_of_ten(scale + other.scale);
        let divisor = &other.digits * power_of_ten(self.scale);
        Some(Decimal::new(shifted / divisor, scale))
    }

    pub fn remainder(&self, other: &Decimal, scale: usize) -> Option<Decimal> {
        let quotient = self.divide(other, scale)?;
        let kept = self.scale.max(other.scale + scale);
        let product = Decimal::new(&quotient.digits * &other.digits, quotient.scale + other.scale);
        Some(self.subtract(&product).with_scale(kept))
    }

    /// `None`: zero to a negative power.
    pub fn power(&self, exponent: i64, scale: usize) -> Option<Decimal> {
        let count = exponent.unsigned_abs();
        let full = Decimal::new(self.digits.pow(u32::try_from(count).unwrap_or(u32::MAX)), self.scale * count as usize);
        if exponent >= 0 {
            let kept = full.scale.min(scale.max(self.scale));
            return Some(full.with_scale(kept));
        }
        Decimal::whole(1).divide(&full, scale)
    }

    /// `None` for negative numbers.
    pub fn square_root(&self, scale: usize) -> Option<Decimal> {
        if self.digits.sign() == Sign::Minus {
            return None;
        }
        let kept = scale.max(self.scale);
        let shifted = self.with_scale(2 * kept);
        Some(Decimal::new(shifted.digits.sqrt(), kept))
    }

    pub fn compare(&self, other: &Decimal) -> Ordering {
        let scale = self.scale.max(other.scale);
        self.with_scale(scale).digits.cmp(&other.with_scale(scale).digits)
    }

    /// Digits that count, before and after the point.
    pub fn length(&self) -> usize {
        let text = self.digits.abs().to_string();
        if self.digits.is_zero() { self.scale.max(1) } else { text.len().max(self.scale) }
    }

    /// A number as it is written, in a base from 2 to 16.
    pub fn parse(text: &str, base: u32) -> Decimal {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let single = text.len() == 1;
        let digit = |c: char| {
            let value = c.to_digit(36).unwrap_or(0);
            // A digit past the base counts as the highest, but for a number of one digit.
            BigInt::from(if single { value } else { value.min(base - 1) })
        };
        let base = BigInt::from(base);
        let number = whole.chars().fold(BigInt::zero(), |n, c| n * &base + digit(c));
        if fraction.is_empty() {
            return Decimal::new(number, 0);
        }
        let scale = fraction.len();
        let (top, bottom) = fraction.chars().fold((BigInt::zero(), BigInt::from(1)), |(n, d), c| (n * &base + digit(c), d * &base));
        let part = top * power_of_ten(scale) / bottom;
        Decimal::new(number * power_of_ten(scale) + part, scale)
    }

    pub fn text(&self, base: u32) -> String {
        if self.is_zero() {
            return "0".into();
        }
        let sign = if self.digits.is_negative() { "-" } else { "" };
        let (whole, rest) = self.digits.abs().div_rem(&power_of_ten(self.scale));
        if base == 10 {
            let fraction = if self.scale > 0 { format!(".{:0>width$}", rest.to_string(), width = self.scale) } else { String::new() };
            let whole = if whole.is_zero() && self.scale > 0 { String::new() } else { whole.to_string() };
            return format!("{sign}{whole}{fraction}");
        }
        let cell = |n: u32, first: bool| -> String {
            if base <= 16 {
                return char::from_digit(n, 16).map(|c| c.to_ascii_uppercase().to_string()).unwrap_or_default();
            }
            let width = (base - 1).to_string().len();
            let _ = first;
            format!(" {n:0width$}")
        };
        let big = BigInt::from(base);
        let mut cells = Vec::new();
        let mut left = whole;
        while !left.is_zero() {
            let (quotient, digit) = left.div_rem(&big);
            cells.push(digit.to_u32().unwrap_or(0));
            left = quotient;
        }
        let mut out: String = cells.iter().rev().enumerate().map(|(i, n)| cell(*n, i == 0)).collect();
        if self.scale > 0 {
            out.push('.');
            let mut fraction = rest;
            let unit = power_of_ten(self.scale);
            let mut reached = BigInt::from(1);
            while reached < unit {
                fraction *= &big;
                let (digit, next) = fraction.div_rem(&unit);
                out.push_str(&cell(digit.to_u32().unwrap_or(0), false));
                fraction = next;
                reached *= &big;
            }
        }
        format!("{sign}{out}")
    }
}
