//! Bytes that can be recognised: a body is made from a seed and a size, and needs not be kept to be compared.

use crate::Dice;
use sha2::{Digest, Sha256};

/// The bytes of this seed: incompressible, and different at every offset.
pub fn bytes(seed: u64, size_bytes: usize) -> Vec<u8> {
    let mut dice = Dice::new(seed);
    let mut body = Vec::with_capacity(size_bytes + 8);
    while body.len() < size_bytes {
        body.extend_from_slice(&dice.roll().to_le_bytes());
    }
    body.truncate(size_bytes);
    body
}

/// SHA-256 in hexadecimal.
pub fn sha256(body: &[u8]) -> String {
    hex(&Sha256::digest(body))
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
