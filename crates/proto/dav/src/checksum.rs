//! Checksums of contents: `OC-Checksum`, `Content-MD5`, `Digest` and `Repr-Digest`.

use std::fmt;

use data_encoding::{BASE64, HEXLOWER};

use crate::header::{HeaderError, members, trim};

/// How many checksums one header may hold.
pub const CHECKSUMS_MAX: usize = 8;

/// How a checksum is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// SHA-1, what desktop clients send.
    Sha1,
    /// SHA-256.
    Sha256,
    /// MD5.
    Md5,
    /// Adler-32.
    Adler32,
}

impl Algorithm {
    /// Returns the name in `OC-Checksum` and in `oc:checksum`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
            Self::Md5 => "MD5",
            Self::Adler32 => "ADLER32",
        }
    }

    /// Returns how many bytes a checksum has.
    pub const fn size_bytes(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Md5 => 16,
            Self::Adler32 => 4,
        }
    }

    fn read(name: &str) -> Option<Self> {
        match name.to_ascii_uppercase().as_str() {
            "SHA1" | "SHA-1" | "SHA" => Some(Self::Sha1),
            "SHA256" | "SHA-256" => Some(Self::Sha256),
            "MD5" => Some(Self::Md5),
            "ADLER32" => Some(Self::Adler32),
            _ => None,
        }
    }
}

/// A checksum; it displays as `SHA1:da39a3…`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Checksum {
    /// How it was computed.
    pub algorithm: Algorithm,
    /// Its value in lower-case hexadecimal digits.
    pub hex: String,
}

impl fmt::Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.algorithm.as_str(), self.hex)
    }
}

/// Returns the checksums of `OC-Checksum`, space separated; algorithms not known here are left out.
pub fn parse_oc_checksum(value: &str) -> Result<Vec<Checksum>, HeaderError> {
    let refusal = || HeaderError::new("OC-Checksum", "ALGORITHM:hexadecimal, such as SHA1:da39a3ee…");
    let mut checksums = Vec::new();
    for member in value.split_ascii_whitespace().take(CHECKSUMS_MAX) {
        let (name, hex) = member.split_once(':').ok_or_else(refusal)?;
        let Some(algorithm) = Algorithm::read(name) else {
            continue;
        };
        let is_hex = hex.len() == 2 * algorithm.size_bytes() && hex.bytes().all(|b| b.is_ascii_hexdigit());
        if !is_hex {
            return Err(refusal());
        }
        checksums.push(Checksum { algorithm, hex: hex.to_ascii_lowercase() });
    }
    Ok(checksums)
}

/// Returns the checksum of `Content-MD5` (RFC 1864, base64).
pub fn parse_content_md5(value: &str) -> Result<Checksum, HeaderError> {
    read_base64(Algorithm::Md5, trim(value)).ok_or(HeaderError::new("Content-MD5", "the MD5 of the body in base64"))
}

/// Returns the checksums of `Repr-Digest` or `Content-Digest` (RFC 9530), or of `Digest` (RFC 3230).
pub fn parse_digest(value: &str) -> Result<Vec<Checksum>, HeaderError> {
    let refusal = || HeaderError::new("Repr-Digest", "sha-256=:base64:");
    let mut checksums = Vec::new();
    for member in members(value).take(CHECKSUMS_MAX) {
        let (name, value) = member.split_once('=').ok_or_else(refusal)?;
        let Some(algorithm) = Algorithm::read(name) else {
            continue;
        };
        let base64 = value.strip_prefix(':').and_then(|v| v.strip_suffix(':')).unwrap_or(value);
        let checksum = match algorithm {
            Algorithm::Adler32 => continue,
            _ => read_base64(algorithm, base64).ok_or_else(refusal)?,
        };
        checksums.push(checksum);
    }
    Ok(checksums)
}

fn read_base64(algorithm: Algorithm, text: &str) -> Option<Checksum> {
    let bytes = BASE64.decode(text.as_bytes()).ok()?;
    (bytes.len() == algorithm.size_bytes()).then(|| Checksum { algorithm, hex: HEXLOWER.encode(&bytes) })
}
