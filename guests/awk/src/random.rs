//! The generator behind rand(): additive feedback, as in the BSD library.

const DEGREE: usize = 63;
const SEPARATION: usize = 1;

pub struct Random {
    state: [i32; DEGREE],
    front: usize,
    rear: usize,
}

impl Random {
    pub fn new(seed: u32) -> Random {
        let mut random = Random { state: [0; DEGREE], front: SEPARATION, rear: 0 };
        let mut x = seed as i32;
        random.state[0] = x;
        for place in random.state.iter_mut().skip(1) {
            x = next_seed(x);
            *place = x;
        }
        for _ in 0..10 * DEGREE {
            random.next();
        }
        random
    }

    /// 31 bits.
    fn next(&mut self) -> f64 {
        self.state[self.front] = self.state[self.front].wrapping_add(self.state[self.rear]);
        let value = (self.state[self.front] >> 1) & 0x7fff_ffff;
        self.front = (self.front + 1) % DEGREE;
        self.rear = (self.rear + 1) % DEGREE;
        f64::from(value)
    }

    /// At least 0 and less than 1.
    pub fn fraction(&mut self) -> f64 {
        const DIVISOR: f64 = 2_147_483_648.0;
        loop {
            let low = self.next();
            let high = self.next();
            let value = 0.5 + (low / DIVISOR + high) / DIVISOR - 0.5;
            if value != 1.0 {
                return value;
            }
        }
    }
}

fn next_seed(x: i32) -> i32 {
    let x = if x == 0 { 123_459_876 } else { x };
    let (high, low) = (x / 127_773, x % 127_773);
    let next = 16_807 * low - 2_836 * high;
    if next < 0 { next + 0x7fff_ffff } else { next }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_its_own_numbers() {
        let numbers = |seed| {
            let mut random = Random::new(seed);
            (0..1000).map(|_| random.fraction()).collect::<Vec<f64>>()
        };
        let first = numbers(1);
        assert_eq!(first, numbers(1));
        assert_ne!(first, numbers(2));
        assert!(first.iter().all(|value| (0.0..1.0).contains(value)));
        let mean = first.iter().sum::<f64>() / 1000.0;
        assert!((0.45..0.55).contains(&mean), "{mean}");
    }
}
