//! The headers that come with contents: modification times, lengths, and what a `PUT` may not say.

use crate::header::{HeaderError, digits, trim};

/// The latest time accepted: the end of the year 9999, the last that HTTP can write.
pub const TIME_S_MAX: i64 = 253_402_300_799;

/// Returns the time in `X-OC-Mtime` or `X-OC-CTime`, in seconds since 1970.
///
/// iOS sends decimals, which are cut off. Times before 1970 are refused: the desktop client sends 0
/// or less when it has lost the time, and storing that would destroy it.
pub fn parse_time(header: &'static str, value: &str) -> Result<i64, HeaderError> {
    let refusal = || HeaderError::new(header, "seconds since 1970, not negative");
    let value = trim(value);
    let (whole, decimals) = value.split_once('.').unwrap_or((value, ""));
    if !decimals.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(refusal());
    }
    let seconds = digits(whole).and_then(|seconds| i64::try_from(seconds).ok());
    seconds.filter(|seconds| *seconds <= TIME_S_MAX).ok_or_else(refusal)
}

/// Returns the number of bytes in `OC-Total-Length`, `OC-Chunk-Offset` and their like.
pub fn parse_length(header: &'static str, value: &str) -> Result<u64, HeaderError> {
    let length = digits(trim(value)).filter(|length| *length < u64::MAX);
    length.ok_or(HeaderError::new(header, "a whole number of bytes"))
}

/// Refuses a `PUT` of part of a resource, which would replace all of it (RFC 9110 §14.5).
pub fn refuse_content_range(value: Option<&str>) -> Result<(), HeaderError> {
    match value {
        None => Ok(()),
        Some(_) => Err(HeaderError::new("Content-Range", "the whole content, without this header")),
    }
}
