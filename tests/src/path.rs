//! Paths as they stand in a URL.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// What RFC 3986 lets stand bare in a segment and no client is confused by.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A path percent-encoded segment by segment.
pub fn encode(path: &str) -> String {
    path.split('/').map(|segment| utf8_percent_encode(segment, SEGMENT).to_string()).collect::<Vec<_>>().join("/")
}

/// The text behind a percent-encoded path.
pub fn decode(path: &str) -> String {
    percent_decode_str(path).decode_utf8().expect("hrefs are UTF-8").into_owned()
}
