//! The functions of `-l`, by series, with more digits than asked for and then cut off.

use crate::decimal::Decimal;

/// Digits beyond those asked for, so that what is cut off is right.
const GUARD: usize = 10;

/// e to the power of x.
pub fn exponential(x: &Decimal, scale: usize) -> Decimal {
    let negative = x.compare(&Decimal::whole(0)).is_lt();
    let mut x = if negative { x.negate() } else { x.clone() };
    let size = x.integer().to_string().len();
    let work = scale + GUARD + size * 2;
    let mut halvings = 0;
    while x.compare(&Decimal::whole(1)).is_gt() {
        halvings += 1;
        x = x.with_scale(work).divide(&Decimal::whole(2), work).unwrap_or(x);
    }
    let (mut sum, mut term) = (Decimal::whole(1).with_scale(work), Decimal::whole(1).with_scale(work));
    for n in 1.. {
        term = term.multiply(&x, work).with_scale(work).divide(&Decimal::whole(n), work).unwrap_or_else(|| Decimal::whole(0));
        if term.is_zero() {
            break;
        }
        sum = sum.add(&term);
    }
    for _ in 0..halvings {
        sum = sum.multiply(&sum.clone(), work).with_scale(work);
    }
    if negative {
        sum = Decimal::whole(1).divide(&sum, work).unwrap_or(sum);
    }
    sum.with_scale(scale)
}

/// The natural logarithm; of what has none a large negative number, as GNU's.
pub fn logarithm(x: &Decimal, scale: usize) -> Decimal {
    if x.compare(&Decimal::whole(0)).is_le() {
        return Decimal::whole(1).subtract(&Decimal::whole(10).power(scale as i64, 0).unwrap_or_else(|| Decimal::whole(0))).with_scale(scale);
    }
    let work = scale + GUARD + x.integer().to_string().len();
    let two = Decimal::whole(2);
    let half = Decimal::parse(".5", 10);
    let (mut x, mut factor) = (x.with_scale(work), Decimal::whole(2));
    while x.compare(&two).is_ge() || x.compare(&half).is_le() {
        x = x.square_root(work).unwrap_or(x);
        factor = factor.multiply(&two, 0);
    }
    let ratio = x.subtract(&Decimal::whole(1)).divide(&x.add(&Decimal::whole(1)), work).unwrap_or_else(|| Decimal::whole(0));
    let square = ratio.multiply(&ratio, work).with_scale(work);
    let (mut sum, mut power) = (ratio.clone(), ratio);
    for n in (3..).step_by(2) {
        power = power.multiply(&square, work).with_scale(work);
        let term = power.divide(&Decimal::whole(n), work).unwrap_or_else(|| Decimal::whole(0));
        if term.is_zero() {
            break;
        }
        sum = sum.add(&term);
    }
    sum.multiply(&factor, work).with_scale(scale)
}

/// Sine, or cosine with `shift`.
pub fn sine(x: &Decimal, scale: usize, shift: bool) -> Decimal {
    let work = scale + GUARD + x.integer().to_string().len();
    let quarter = arctangent(&Decimal::whole(1), work);
    let half_turn = quarter.multiply(&Decimal::whole(4), work);
    let mut x = x.with_scale(work);
    if shift {
        x = x.add(&quarter.multiply(&Decimal::whole(2), work));
    }
    let turns = x.divide(&half_turn, 0).unwrap_or_else(|| Decimal::whole(0));
    x = x.subtract(&turns.multiply(&half_turn, work)).with_scale(work);
    let odd = turns.integer() % 2 != num_bigint::BigInt::from(0);
    let square = x.multiply(&x, work).with_scale(work).negate();
    let (mut sum, mut term) = (x.clone(), x);
    for n in (3..).step_by(2) {
        term = term.multiply(&square, work).with_scale(work).divide(&Decimal::whole(n * (n - 1)), work).unwrap_or_else(|| Decimal::whole(0));
        if term.is_zero() {
            break;
        }
        sum = sum.add(&term);
    }
    let sum = if odd { sum.negate() } else { sum };
    // A result a hair below a whole number is that number.
    let nudge = Decimal::new(num_bigint::BigInt::from(1), scale + GUARD / 2);
    let near = if sum.compare(&Decimal::whole(0)).is_lt() { sum.subtract(&nudge) } else { sum.add(&nudge) };
    near.with_scale(scale)
}

pub fn arctangent(x: &Decimal, scale: usize) -> Decimal {
    let work = scale + GUARD;
    if x.compare(&Decimal::whole(0)).is_lt() {
        return arctangent(&x.negate(), scale).negate();
    }
    // atan(x) = 2 atan(x / (1 + sqrt(1 + x²))) makes the series short.
    let (mut x, mut factor) = (x.with_scale(work), Decimal::whole(1));
    let limit = Decimal::parse(".2", 10);
    while x.compare(&limit).is_gt() {
        let root = Decimal::whole(1).add(&x.multiply(&x, work).with_scale(work)).square_root(work).unwrap_or_else(|| Decimal::whole(1));
        x = x.divide(&Decimal::whole(1).add(&root), work).unwrap_or(x);
        factor = factor.multiply(&Decimal::whole(2), 0);
    }
    let square = x.multiply(&x, work).with_scale(work).negate();
    let (mut sum, mut power) = (x.clone(), x);
    for n in (3..).step_by(2) {
        power = power.multiply(&square, work).with_scale(work);
        let term = power.divide(&Decimal::whole(n), work).unwrap_or_else(|| Decimal::whole(0));
        if term.is_zero() {
            break;
        }
        sum = sum.add(&term);
    }
    sum.multiply(&factor, work).with_scale(scale)
}
