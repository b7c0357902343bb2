use std::hash::{DefaultHasher, Hasher};

/// Tells one state of a file from another; not a proof against someone who wants a collision.
#[derive(Default)]
pub struct Fingerprint {
    hasher: DefaultHasher,
    length: u64,
}

impl Fingerprint {
    pub fn of(bytes: &[u8]) -> String {
        let mut fingerprint = Fingerprint::default();
        fingerprint.add(bytes);
        fingerprint.finish()
    }

    pub fn add(&mut self, bytes: &[u8]) {
        self.hasher.write(bytes);
        self.length += bytes.len() as u64;
    }

    pub fn finish(&self) -> String {
        format!("{:x}-{:016x}", self.length, self.hasher.finish())
    }
}
