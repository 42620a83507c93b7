//! `Depth` (RFC 4918 §10.2) and `Overwrite` (§10.6).

use crate::header::{HeaderError, trim};

/// How deep a request reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// The resource alone.
    Zero,
    /// The resource and its members.
    One,
    /// Everything below.
    Infinity,
}

impl Depth {
    /// Returns the header's value; without a header, nothing: the default is the method's matter.
    pub fn parse(value: Option<&str>) -> Result<Option<Self>, HeaderError> {
        let Some(value) = value else { return Ok(None) };
        let refusal = || HeaderError::new("Depth", "0, 1 or infinity");
        Self::read(value).map(Some).ok_or_else(refusal)
    }

    /// Returns the depth this text names; old Microsoft clients add `,noroot`, which is not heeded.
    pub(crate) fn read(value: &str) -> Option<Self> {
        match trim(value.trim_ascii()).to_ascii_lowercase().as_str() {
            "0" => Some(Self::Zero),
            "1" | "1,noroot" => Some(Self::One),
            "infinity" | "infinite" | "infinity,noroot" => Some(Self::Infinity),
            _ => None,
        }
    }

    /// Returns the text that stands in headers and in `DAV:depth`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Zero => "0",
            Self::One => "1",
            Self::Infinity => "infinity",
        }
    }
}

/// Says whether `COPY` or `MOVE` may replace the target; yes without a header.
///
/// iOS sends `Overwrite: true` (even on `PUT`).
pub fn parse_overwrite(value: Option<&str>) -> Result<bool, HeaderError> {
    match value.map(|value| trim(value).to_ascii_lowercase()).as_deref() {
        None | Some("t" | "true") => Ok(true),
        Some("f" | "false") => Ok(false),
        Some(_) => Err(HeaderError::new("Overwrite", "T or F")),
    }
}
