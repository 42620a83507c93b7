//! `LOCK` bodies and the lock properties (RFC 4918 §9.10, §14.1, §15.8, §15.10).

use crate::canonical::inner_xml;
use crate::depth::Depth;
use crate::escape::push_text;
use crate::name::Ns;
use crate::timeout::Timeout;
use crate::xml::{self, XmlError};

/// How many bytes an owner's description may have; it is repeated in every listing.
pub const OWNER_BYTES_MAX: usize = 4 * 1_024;

/// Whether others may lock too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockScope {
    /// Nobody else.
    Exclusive,
    /// Whoever asks for a shared lock.
    Shared,
}

/// A request for a new lock; all locks are write locks (§7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockInfo {
    /// Whether others may lock too.
    pub scope: LockScope,
    /// Who asks, in the client's words: self-contained XML to give back as it is.
    pub owner_xml: String,
}

impl LockInfo {
    /// Returns the lock asked for; an empty body asks to refresh one instead (§9.10.2).
    pub fn parse(body: &[u8], body_bytes_max: usize) -> Result<Option<Self>, XmlError> {
        let Some(root) = xml::read(body, body_bytes_max)? else {
            return Ok(None);
        };
        if !root.is(&Ns::Dav, "lockinfo") {
            return Err(XmlError::Root { want: "DAV:lockinfo", got: root.name });
        }
        let missing = |want| XmlError::Missing { inside: root.name.clone(), want, at: root.at };
        let scope = root.child(&Ns::Dav, "lockscope").ok_or_else(|| missing("DAV:lockscope"))?;
        let scope = match scope.elements().next() {
            Some(element) if element.is(&Ns::Dav, "exclusive") => LockScope::Exclusive,
            Some(element) if element.is(&Ns::Dav, "shared") => LockScope::Shared,
            _ => {
                let want = "DAV:exclusive or DAV:shared";
                return Err(XmlError::Unexpected { inside: scope.name.clone(), want, at: scope.at });
            }
        };
        let kind = root.child(&Ns::Dav, "locktype").ok_or_else(|| missing("DAV:locktype"))?;
        if kind.child(&Ns::Dav, "write").is_none() {
            return Err(XmlError::Unexpected { inside: kind.name.clone(), want: "DAV:write", at: kind.at });
        }
        let owner = root.child(&Ns::Dav, "owner");
        let owner_xml = owner.map_or(Some(String::new()), |owner| inner_xml(owner, OWNER_BYTES_MAX));
        let too_large = XmlError::TooLarge { what: "bytes in DAV:owner", max: OWNER_BYTES_MAX };
        let owner_xml = owner_xml.ok_or(too_large)?;
        Ok(Some(Self { scope, owner_xml }))
    }
}

/// A lock in force, as answers show it.
#[derive(Clone, Copy, Debug)]
pub struct ActiveLock<'a> {
    /// Whether others may lock too.
    pub scope: LockScope,
    /// What it covers.
    pub depth: Depth,
    /// What [`LockInfo::owner_xml`] was.
    pub owner_xml: &'a str,
    /// How long it still lasts.
    pub timeout: Timeout,
    /// Its token, a URI.
    pub token: &'a str,
    /// The href of what was locked.
    pub root_href: &'a str,
}

impl ActiveLock<'_> {
    /// Appends `DAV:activelock`, with the prefix `d:` that the place must have declared.
    pub fn push(&self, out: &mut String) {
        out.push_str("<d:activelock><d:locktype><d:write/></d:locktype><d:lockscope>");
        out.push_str(match self.scope {
            LockScope::Exclusive => "<d:exclusive/>",
            LockScope::Shared => "<d:shared/>",
        });
        out.push_str("</d:lockscope><d:depth>");
        out.push_str(self.depth.as_str());
        out.push_str("</d:depth>");
        if !self.owner_xml.is_empty() {
            out.push_str("<d:owner>");
            out.push_str(self.owner_xml);
            out.push_str("</d:owner>");
        }
        out.push_str("<d:timeout>");
        out.push_str(&self.timeout.to_string());
        out.push_str("</d:timeout><d:locktoken><d:href>");
        push_text(out, self.token);
        out.push_str("</d:href></d:locktoken><d:lockroot><d:href>");
        push_text(out, self.root_href);
        out.push_str("</d:href></d:lockroot></d:activelock>");
    }
}

/// What `DAV:supportedlock` holds: both scopes, write locks.
pub const SUPPORTED_LOCK_XML: &str = "<d:lockentry><d:lockscope><d:exclusive/></d:lockscope>\
     <d:locktype><d:write/></d:locktype></d:lockentry><d:lockentry><d:lockscope><d:shared/></d:lockscope>\
     <d:locktype><d:write/></d:locktype></d:lockentry>";

/// Returns the body of an answer to `LOCK`: `DAV:prop` with `DAV:lockdiscovery` (§9.10.1).
pub fn lock_body(lock: &ActiveLock<'_>) -> String {
    let mut out =
        String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<d:prop xmlns:d=\"DAV:\"><d:lockdiscovery>");
    lock.push(&mut out);
    out.push_str("</d:lockdiscovery></d:prop>\n");
    out
}
