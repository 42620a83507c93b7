//! `DAV:sync-collection` (RFC 6578 §3.2, §6.1) and how a sync token is wrapped as a URI.

use crate::element::Element;
use crate::name::{Ns, PropName};
use crate::propfind::read_prop;
use crate::xml::XmlError;

/// A request for what changed since a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncCollection {
    /// The token as sent; nothing the first time.
    pub token: Option<String>,
    /// How deep; nothing if absent, then the `Depth` header decides (RFC 6578 Appendix A).
    pub level: Option<SyncLevel>,
    /// How many results the client wants at most.
    pub limit: Option<u64>,
    /// The properties wanted of each result.
    pub props: Vec<PropName>,
}

/// How deep a sync reaches (RFC 6578 §6.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncLevel {
    /// The collection's own members.
    One,
    /// Members at any depth.
    Infinite,
}

impl SyncCollection {
    pub(crate) fn read(root: &Element) -> Result<Self, XmlError> {
        let token = root.child(&Ns::Dav, "sync-token").map(|e| e.text().trim_ascii().to_owned());
        let level = match root.child(&Ns::Dav, "sync-level") {
            None => None,
            Some(level) => Some(match level.text().trim_ascii() {
                "1" => SyncLevel::One,
                "infinite" | "infinity" => SyncLevel::Infinite,
                _ => {
                    return Err(XmlError::Unexpected {
                        inside: level.name.clone(),
                        want: "1 or infinite",
                        at: level.at,
                    });
                }
            }),
        };
        Ok(Self {
            token: token.filter(|token| !token.is_empty()),
            level,
            limit: read_limit(root)?,
            props: read_prop(root)?,
        })
    }
}

/// Returns the number in `DAV:limit/DAV:nresults` (RFC 5323 §5.17), if any.
pub(crate) fn read_limit(parent: &Element) -> Result<Option<u64>, XmlError> {
    let results = parent.child(&Ns::Dav, "limit").and_then(|limit| limit.child(&Ns::Dav, "nresults"));
    results.map(read_number).transpose()
}

/// Returns the whole number an element holds; too large a number is the largest one.
pub(crate) fn read_number(element: &Element) -> Result<u64, XmlError> {
    let text = element.text();
    crate::header::digits(text.trim_ascii()).ok_or_else(|| XmlError::Unexpected {
        inside: element.name.clone(),
        want: "a whole number",
        at: element.at,
    })
}

/// What a sync token begins with on the wire; it must be a URI (RFC 6578 §6.2).
pub const TOKEN_PREFIX: &str = "urn:abri:sync:";

/// Returns an opaque token as the URI that stands in `DAV:sync-token`.
pub fn wrap_token(opaque: &str) -> String {
    let kept = percent_encoding::utf8_percent_encode(opaque, &crate::path::ENCODED);
    format!("{TOKEN_PREFIX}{kept}")
}

/// Returns the opaque token inside a URI; nothing if it is not one of ours (`DAV:valid-sync-token`).
pub fn unwrap_token(uri: &str) -> Option<String> {
    let opaque = uri.trim_ascii().strip_prefix(TOKEN_PREFIX)?;
    percent_encoding::percent_decode_str(opaque).decode_utf8().ok().map(|text| text.into_owned())
}
