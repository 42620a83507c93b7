//! Paths: from a request's raw path to decoded segments, and back to an href.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// How many bytes a raw path may have.
pub const PATH_BYTES_MAX: usize = 16 * 1_024;
/// How many segments a path may have.
pub const SEGMENTS_MAX: usize = 256;
/// How many bytes one decoded segment may have; rooms may be stricter.
pub const SEGMENT_BYTES_MAX: usize = 1_024;

/// What an href encodes: all but the unreserved characters and parentheses, as sabre/dav does.
pub(crate) const ENCODED: AsciiSet =
    NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'(').remove(b')');

/// A path without its percent signs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct DavPath {
    /// The names, outermost first; never empty, `.`, `..`, nor holding `/` or NUL.
    pub segments: Vec<String>,
    /// It was written with a slash at the end.
    pub has_trailing_slash: bool,
}

/// Why a path was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PathError {
    /// It does not begin with a slash.
    #[error("the path does not begin with /: send an absolute path")]
    NotAbsolute,
    /// It holds a fragment (litmus `delete_fragment`).
    #[error("the path holds #: write it as %23, or leave the fragment out")]
    Fragment,
    /// A percent sign without two hexadecimal digits.
    #[error("segment {index} of the path has a % that begins no escape: write %25")]
    Escape {
        /// Which segment, from 0.
        index: usize,
    },
    /// The bytes are not UTF-8.
    #[error("segment {index} of the path is not UTF-8: percent-encode the UTF-8 bytes of the name")]
    NotUtf8 {
        /// Which segment, from 0.
        index: usize,
    },
    /// `.`, `..`, an encoded slash, or NUL.
    #[error("segment {index} of the path is ., .. or holds a slash or NUL: use a plain name")]
    Forbidden {
        /// Which segment, from 0.
        index: usize,
    },
    /// A limit was passed.
    #[error("the path has more than {max} {what}: shorten it")]
    TooLong {
        /// What there was too much of.
        what: &'static str,
        /// The limit.
        max: usize,
    },
}

impl DavPath {
    /// Returns the path of a request target; a query is left out and `//` counts as `/`.
    pub fn parse(raw: &str) -> Result<Self, PathError> {
        Self::read(raw, true)
    }

    /// Returns the path of something already decoded once, in which a lone `%` stands for itself.
    pub(crate) fn parse_lenient(raw: &str) -> Result<Self, PathError> {
        Self::read(raw, false)
    }

    fn read(raw: &str, is_strict: bool) -> Result<Self, PathError> {
        if raw.len() > PATH_BYTES_MAX {
            return Err(PathError::TooLong { what: "bytes", max: PATH_BYTES_MAX });
        }
        if is_strict && raw.contains('#') {
            return Err(PathError::Fragment);
        }
        let path = match raw.split_once('?') {
            Some((path, _)) if is_strict => path,
            _ => raw,
        };
        let rest = path.strip_prefix('/').ok_or(PathError::NotAbsolute)?;
        let mut segments = Vec::new();
        for raw in rest.split('/').filter(|segment| !segment.is_empty()) {
            if segments.len() >= SEGMENTS_MAX {
                return Err(PathError::TooLong { what: "segments", max: SEGMENTS_MAX });
            }
            segments.push(decode_segment(raw, segments.len(), is_strict)?);
        }
        Ok(Self { has_trailing_slash: path.ends_with('/'), segments })
    }

    /// Returns the href of this path.
    pub fn to_href(&self) -> String {
        let mut out = String::new();
        push_href(&mut out, &self.segments, self.has_trailing_slash);
        out
    }
}

fn decode_segment(raw: &str, index: usize, is_strict: bool) -> Result<String, PathError> {
    if is_strict && !has_only_escapes(raw.as_bytes()) {
        return Err(PathError::Escape { index });
    }
    let segment = percent_decode_str(raw).decode_utf8().map_err(|_| PathError::NotUtf8 { index })?;
    if matches!(&*segment, "." | "..") || segment.contains(['/', '\0']) {
        return Err(PathError::Forbidden { index });
    }
    if segment.len() > SEGMENT_BYTES_MAX {
        return Err(PathError::TooLong { what: "bytes in one segment", max: SEGMENT_BYTES_MAX });
    }
    Ok(segment.into_owned())
}

fn has_only_escapes(raw: &[u8]) -> bool {
    raw.iter().enumerate().all(|(at, byte)| {
        *byte != b'%' || raw.get(at + 1..at + 3).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit))
    })
}

/// Appends the href of a path: always absolute, percent-encoded, safe inside XML as it stands.
pub fn push_href<S: AsRef<str>>(out: &mut String, segments: &[S], has_trailing_slash: bool) {
    for segment in segments {
        out.push('/');
        push_segment(out, segment.as_ref());
    }
    if has_trailing_slash || segments.is_empty() {
        out.push('/');
    }
}

/// Appends one name, percent-encoded.
pub fn push_segment(out: &mut String, segment: &str) {
    out.extend(utf8_percent_encode(segment, &ENCODED));
}
