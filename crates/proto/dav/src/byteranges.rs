//! `multipart/byteranges` (RFC 9110 §14.6): what stands between the parts, and how long it all is.

use crate::range::ByteRange;

/// An answer with several ranges; the caller sends header, bytes, header, bytes, …, end.
#[derive(Clone, Copy, Debug)]
pub struct Byteranges<'a> {
    /// A line that is not in the content; the caller makes it (it takes randomness).
    pub boundary: &'a str,
    /// The type of the content itself.
    pub content_type: &'a str,
    /// How long the whole content is.
    pub total_bytes: u64,
}

impl Byteranges<'_> {
    /// Returns the answer's own `Content-Type`.
    pub fn content_type(&self) -> String {
        format!("multipart/byteranges; boundary={}", self.boundary)
    }

    /// Returns what precedes the bytes of a part.
    pub fn part_header(&self, range: ByteRange) -> String {
        format!(
            "\r\n--{}\r\nContent-Type: {}\r\nContent-Range: {}\r\n\r\n",
            self.boundary,
            self.content_type,
            range.content_range(self.total_bytes)
        )
    }

    /// Returns what follows the last part.
    pub fn end(&self) -> String {
        format!("\r\n--{}--\r\n", self.boundary)
    }

    /// Returns the answer's `Content-Length`.
    pub fn content_length(&self, ranges: &[ByteRange]) -> u64 {
        let part = |range: &ByteRange| self.part_header(*range).len() as u64 + range.size_bytes();
        ranges.iter().map(part).fold(self.end().len() as u64, u64::saturating_add)
    }
}
