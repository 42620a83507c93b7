//! Times as the API writes them: RFC 3339 in UTC with milliseconds.

use abri_model::{Error, Millis, Result};
use jiff::Timestamp;

/// Writes a time.
pub(crate) fn write(time: Millis) -> String {
    let time = Timestamp::from_millisecond(time.0).unwrap_or(if time.0 < 0 { Timestamp::MIN } else { Timestamp::MAX });
    time.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// Reads a time in any offset.
pub(crate) fn read(text: &str) -> Result<Millis> {
    let time: Timestamp = text
        .trim()
        .parse()
        .map_err(|_| Error::invalid(format!("{text:?} is not a time: write it like 2026-01-31T12:00:00.000Z")))?;
    Ok(Millis(time.as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_milliseconds_and_come_back() {
        let cases = [
            (0, "1970-01-01T00:00:00.000Z"),
            (1_767_225_600_001, "2026-01-01T00:00:00.001Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
        ];
        for (millis, text) in cases {
            assert_eq!(write(Millis(millis)), text);
            assert_eq!(read(text).ok(), Some(Millis(millis)));
        }
        assert_eq!(read("2026-01-01T02:00:00+02:00").ok(), Some(Millis(1_767_225_600_000)));
        assert!(read("yesterday").is_err());
        // Whatever a client once set, an answer is written.
        assert!(write(Millis(i64::MAX)).starts_with("9999"));
    }
}
