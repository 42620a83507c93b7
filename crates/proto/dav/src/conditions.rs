//! Conditional requests (RFC 9110 §13), evaluated in the order of §13.2.2.

use crate::date::parse_http_date;
use crate::etag::{EntityTag, TagList};

/// The conditional headers of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conditions {
    /// `If-Match`.
    pub if_match: Option<TagList>,
    /// `If-None-Match`.
    pub if_none_match: Option<TagList>,
    /// `If-Modified-Since`, in seconds since 1970.
    pub if_modified_since_s: Option<i64>,
    /// `If-Unmodified-Since`, in seconds since 1970.
    pub if_unmodified_since_s: Option<i64>,
}

/// What a request's target is now.
#[derive(Clone, Copy, Debug, Default)]
pub struct Current<'a> {
    /// Its entity tag.
    pub etag: Option<&'a EntityTag>,
    /// When it was modified, in seconds since 1970.
    pub modified_s: Option<i64>,
}

/// What follows from the conditions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Do what is asked.
    Proceed,
    /// Answer 304.
    NotModified,
    /// Answer 412.
    PreconditionFailed,
}

impl Conditions {
    /// Returns the conditions that these headers state; dates that are no dates count as absent (§13.1.3).
    pub fn parse(
        if_match: Option<&str>,
        if_none_match: Option<&str>,
        if_modified_since: Option<&str>,
        if_unmodified_since: Option<&str>,
    ) -> Self {
        Self {
            if_match: if_match.map(TagList::parse),
            if_none_match: if_none_match.map(TagList::parse),
            if_modified_since_s: if_modified_since.and_then(parse_http_date),
            if_unmodified_since_s: if_unmodified_since.and_then(parse_http_date),
        }
    }

    /// Returns what follows for a target that is as `current` says, or is not there at all.
    ///
    /// `is_read` is true for `GET` and `HEAD` alone.
    pub fn evaluate(&self, is_read: bool, current: Option<Current<'_>>) -> Verdict {
        let etag = current.and_then(|current| current.etag);
        let modified_s = current.and_then(|current| current.modified_s);
        // §13.2.2 steps 1 and 2
        let may_change = match (&self.if_match, self.if_unmodified_since_s) {
            (Some(list), _) => is_listed(list, current.is_some(), etag, EntityTag::matches_strongly),
            (None, Some(since_s)) => current.is_none() || modified_s.is_none_or(|at_s| at_s <= since_s),
            (None, None) => true,
        };
        if !may_change {
            return Verdict::PreconditionFailed;
        }
        // steps 3 and 4
        match (&self.if_none_match, self.if_modified_since_s) {
            (Some(list), _) if is_listed(list, current.is_some(), etag, EntityTag::matches_weakly) => {
                if is_read {
                    Verdict::NotModified
                } else {
                    Verdict::PreconditionFailed
                }
            }
            (None, Some(since_s)) if is_read && modified_s.is_some_and(|at_s| at_s <= since_s) => Verdict::NotModified,
            _ => Verdict::Proceed,
        }
    }
}

fn is_listed(
    list: &TagList,
    exists: bool,
    etag: Option<&EntityTag>,
    matches: fn(&EntityTag, &EntityTag) -> bool,
) -> bool {
    match (list, etag) {
        (TagList::Any, _) => exists,
        (TagList::Tags(tags), Some(etag)) => tags.iter().any(|tag| matches(tag, etag)),
        (TagList::Tags(_), None) => false,
    }
}

/// Says whether `Range` may be honoured: there is no `If-Range`, or it names what is there now (§13.1.5).
pub fn may_use_range(if_range: Option<&str>, current: Current<'_>) -> bool {
    let Some(value) = if_range else { return true };
    if let Some(date_s) = parse_http_date(value) {
        return current.modified_s == Some(date_s);
    }
    match (EntityTag::parse(value), current.etag) {
        (Some(wanted), Some(etag)) => wanted.matches_strongly(etag),
        _ => false,
    }
}
