//! The bodies of refusals (RFC 4918 §16), in the shape clients know from sabre/dav.

use crate::escape::push_text;

/// Which rule was broken, so that a client may act on it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Precondition {
    /// 423: these locked resources need their token in `If`.
    LockTokenSubmitted(Vec<String>),
    /// 423: these locks are in the way.
    NoConflictingLock(Vec<String>),
    /// 409: the token is not a lock on this resource.
    LockTokenMatchesRequestUri,
    /// 403: `Depth: infinity` is refused.
    PropfindFiniteDepth,
    /// 403: the property is the server's.
    CannotModifyProtectedProperty,
    /// 409: properties would not survive the copy.
    PreservedLiveProperties,
    /// 403: entities are refused.
    NoExternalEntities,
    /// 403: the sync token is unknown or too old (RFC 6578 §3.2).
    ValidSyncToken,
    /// 403: this sync level is not offered here (RFC 6578 §3.3).
    SyncTraversalSupported,
    /// 507: there is more than was asked for (RFC 6578 §3.6, RFC 5323).
    NumberOfMatchesWithinLimits,
    /// 403: no such report here (RFC 3253 §3.6).
    SupportedReport,
    /// 507: the quota is used up (RFC 4331 §6).
    QuotaNotExceeded,
    /// 507: the disk is full (RFC 4331 §6).
    SufficientDiskSpace,
    /// 400: no such search grammar (RFC 5323 §2.4).
    SearchGrammarSupported,
    /// 409: no such place to search in (RFC 5323 §2.4).
    SearchScopeValid,
}

impl Precondition {
    /// Returns the name of its element in `DAV:`.
    pub fn element(&self) -> &'static str {
        match self {
            Self::LockTokenSubmitted(_) => "lock-token-submitted",
            Self::NoConflictingLock(_) => "no-conflicting-lock",
            Self::LockTokenMatchesRequestUri => "lock-token-matches-request-uri",
            Self::PropfindFiniteDepth => "propfind-finite-depth",
            Self::CannotModifyProtectedProperty => "cannot-modify-protected-property",
            Self::PreservedLiveProperties => "preserved-live-properties",
            Self::NoExternalEntities => "no-external-entities",
            Self::ValidSyncToken => "valid-sync-token",
            Self::SyncTraversalSupported => "sync-traversal-supported",
            Self::NumberOfMatchesWithinLimits => "number-of-matches-within-limits",
            Self::SupportedReport => "supported-report",
            Self::QuotaNotExceeded => "quota-not-exceeded",
            Self::SufficientDiskSpace => "sufficient-disk-space",
            Self::SearchGrammarSupported => "search-grammar-supported",
            Self::SearchScopeValid => "search-scope-valid",
        }
    }

    /// Appends its element, with the prefix `d:` that the place must have declared.
    pub(crate) fn push(&self, out: &mut String) {
        let hrefs: &[String] = match self {
            Self::LockTokenSubmitted(hrefs) | Self::NoConflictingLock(hrefs) => hrefs,
            _ => &[],
        };
        out.push_str("<d:");
        out.push_str(self.element());
        if hrefs.is_empty() {
            out.push_str("/>");
            return;
        }
        out.push('>');
        for href in hrefs {
            out.push_str("<d:href>");
            push_text(out, href);
            out.push_str("</d:href>");
        }
        out.push_str("</d:");
        out.push_str(self.element());
        out.push('>');
    }
}

/// A refusal.
#[derive(Clone, Debug, Default)]
pub struct ErrorBody<'a> {
    /// The rule that was broken, if it has a name.
    pub precondition: Option<Precondition>,
    /// The class clients know, such as `Sabre\DAV\Exception\NotFound`; the desktop reads it.
    pub exception: &'a str,
    /// What to tell the person; clients show it.
    pub message: &'a str,
}

impl ErrorBody<'_> {
    /// Returns the body, of type `application/xml; charset=utf-8`.
    pub fn to_xml(&self) -> String {
        let mut out = String::from(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
             <d:error xmlns:d=\"DAV:\" xmlns:s=\"http://sabredav.org/ns\">",
        );
        if let Some(precondition) = &self.precondition {
            precondition.push(&mut out);
        }
        out.push_str("<s:exception>");
        push_text(&mut out, self.exception);
        out.push_str("</s:exception><s:message>");
        push_text(&mut out, self.message);
        out.push_str("</s:message></d:error>\n");
        out
    }
}
