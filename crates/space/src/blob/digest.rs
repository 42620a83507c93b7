//! Hashes computed while bytes go by, able to stop at the end of a part and go on with the next.

use md5::Md5;
use sha1::Sha1;
use sha2::Sha256;
use sha2::digest::Digest;
use sha2::digest::common::hazmat::{SerializableState, SerializedState};

use crate::content::Digests;

/// Running hashes of a content.
#[derive(Clone)]
pub(crate) struct Running {
    sha256: Sha256,
    md5: Option<Md5>,
    /// Bytes after which the MD5 is given up.
    md5_bytes_max: u64,
    sha1: Option<Sha1>,
    adler32: Option<adler2::Adler32>,
    bytes: u64,
}

/// First byte of a packed state: which format follows.
const STATE_FORMAT: u8 = 1;

impl Running {
    /// Hashes over nothing yet: SHA-256 always, SHA-1 and Adler-32 when asked for, MD5 over small contents or when asked for.
    pub fn new(md5: bool, sha1: bool, adler32: bool) -> Self {
        Running {
            sha256: Sha256::new(),
            md5: Some(Md5::new()),
            md5_bytes_max: if md5 { u64::MAX } else { Digests::MD5_BYTES_MAX },
            sha1: sha1.then(Sha1::new),
            adler32: adler32.then(adler2::Adler32::new),
            bytes: 0,
        }
    }

    /// Takes bytes in.
    pub fn update(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        self.sha256.update(bytes);
        if let Some(md5) = &mut self.md5 {
            // The slowest hash is given up when nobody asked for it by name and the content turns out large.
            if self.bytes <= self.md5_bytes_max { md5.update(bytes) } else { self.md5 = None }
        }
        if let Some(sha1) = &mut self.sha1 {
            sha1.update(bytes);
        }
        if let Some(adler32) = &mut self.adler32 {
            adler32.write_slice(bytes);
        }
    }

    /// How many bytes were taken in.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The same without an MD5: nobody asked, and the content is known to be large.
    pub fn without_md5(self) -> Self {
        Running { md5: None, ..self }
    }

    /// The hashes of everything taken in.
    pub fn finish(self) -> Digests {
        Digests {
            sha256: Some(self.sha256.finalize().into()),
            md5: self.md5.map(|md5| md5.finalize().into()),
            sha1: self.sha1.map(|sha1| sha1.finalize().into()),
            adler32: self.adler32.map(|adler32| adler32.checksum()),
        }
    }

    /// The state as bytes, to go on later: SHA-256 and SHA-1 (what the clients that upload in parts announce).
    pub fn pack(&self) -> Option<Vec<u8>> {
        let sha1 = self.sha1.as_ref()?;
        let mut packed = vec![STATE_FORMAT];
        packed.extend_from_slice(&self.bytes.to_le_bytes());
        packed.extend_from_slice(&self.sha256.serialize());
        packed.extend_from_slice(&sha1.serialize());
        Some(packed)
    }

    /// Goes on from what [`Running::pack`] wrote; `None` when it is something else.
    pub fn unpack(packed: &[u8]) -> Option<Self> {
        let (format, rest) = packed.split_first()?;
        if *format != STATE_FORMAT || rest.len() < 8 {
            return None;
        }
        let (bytes, rest) = rest.split_at(8);
        let sha256_len = SerializedState::<Sha256>::default().len();
        if rest.len() != sha256_len + SerializedState::<Sha1>::default().len() {
            return None;
        }
        let (sha256, sha1) = rest.split_at(sha256_len);
        Some(Running {
            sha256: Sha256::deserialize(sha256.try_into().ok()?).ok()?,
            sha1: Some(Sha1::deserialize(sha1.try_into().ok()?).ok()?),
            md5: None,
            md5_bytes_max: 0,
            adler32: None,
            bytes: u64::from_le_bytes(bytes.try_into().ok()?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_goes_on_after_its_state_was_stored() {
        let mut whole = Running::new(false, true, false).without_md5();
        whole.update(b"first part, second part");
        let mut first = Running::new(false, true, false).without_md5();
        first.update(b"first part,");
        let mut second = Running::unpack(&first.pack().expect("has SHA-1")).expect("reads what it wrote");
        second.update(b" second part");
        assert_eq!(second.finish(), whole.finish());
        assert!(Running::unpack(b"").is_none());
        assert!(Running::unpack(&[1; 40]).is_none());
    }
}
