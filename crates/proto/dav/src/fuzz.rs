//! What the fuzz targets run: each decoder on any bytes, with the laws it must obey.
//!
//! They live here so that a plain test replays the seeds. Each may panic only to report a broken law.

use crate::canonical::push_element;
use crate::conditions::{Conditions, Current, may_use_range};
use crate::{
    DavPath, Depth, EntityTag, If, LockInfo, Prefer, PropertyUpdate, Propfind, Ranges, Report, SearchRequest, Timeout,
    checksum, depth, destination, if_header, search, sync, upload, xml,
};

/// The limit on bodies here.
pub const BODY_BYTES_MAX: usize = 1 << 20;

/// Reads a body as every request; whatever is a tree means the same after being rewritten.
pub fn xml_bodies(bytes: &[u8]) {
    let _ = Propfind::parse(bytes, BODY_BYTES_MAX);
    let _ = PropertyUpdate::parse(bytes, BODY_BYTES_MAX);
    let _ = LockInfo::parse(bytes, BODY_BYTES_MAX);
    let _ = Report::parse(bytes, BODY_BYTES_MAX);
    let _ = SearchRequest::parse(bytes, BODY_BYTES_MAX);
    let Ok(Some(tree)) = xml::read(bytes, BODY_BYTES_MAX) else {
        return;
    };
    let mut once = String::new();
    push_element(&mut once, &tree);
    let again = xml::read(once.as_bytes(), usize::MAX);
    let mut twice = String::new();
    if let Ok(Some(tree)) = &again {
        push_element(&mut twice, tree);
    }
    assert_eq!(once, twice, "rewriting is stable: {again:?}");
}

/// Reads an `If` header and evaluates it.
pub fn if_header(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let _ = if_header::parse_lock_token(text);
    let Ok(header) = If::parse(text) else { return };
    assert!(!header.lists.is_empty() && header.lists.iter().all(|list| !list.conditions.is_empty()));
    let _ = header.evaluate(|_| if_header::State::default());
    let everything = if_header::State {
        etag: Some(EntityTag::strong("a")),
        lock_tokens: header.tokens().map(str::to_owned).collect(),
    };
    let _ = header.evaluate(|_| everything.clone());
}

/// Reads the small headers.
pub fn headers(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let _ = (Depth::parse(Some(text)), depth::parse_overwrite(Some(text)));
    let _ = Timeout::parse(Some(text)).map(|timeout| timeout.clamp_s(60));
    let _ = Prefer::parse(Some(text), Some(text));
    let _ = (checksum::parse_content_md5(text), checksum::parse_digest(text));
    let _ = upload::parse_length("OC-Total-Length", text);
    let _ = (sync::unwrap_token(text), search::like(text), crate::date::parse_any(text));
    assert_eq!(sync::unwrap_token(&sync::wrap_token(text)).as_deref(), Some(text));
    if let Ok(time_s) = upload::parse_time("X-OC-Mtime", text) {
        let mut date = String::new();
        crate::date::push_rfc3339(&mut date, time_s);
        assert_eq!(crate::date::parse_any(&date), Some(time_s));
        date.clear();
        crate::date::push_http_date(&mut date, time_s);
        assert_eq!(crate::date::parse_http_date(&date), Some(time_s));
    }
    for checksum in checksum::parse_oc_checksum(text).unwrap_or_default() {
        assert_eq!(checksum::parse_oc_checksum(&checksum.to_string()), Ok(vec![checksum]));
    }
    let conditions = Conditions::parse(Some(text), Some(text), Some(text), Some(text));
    let etag = EntityTag::parse(text);
    let current = Current { etag: etag.as_ref(), modified_s: Some(0) };
    let _ = (conditions.evaluate(true, Some(current)), conditions.evaluate(false, None));
    let _ = may_use_range(Some(text), current);
}

/// Reads a `Range`; the first line may say how long the content is.
pub fn range(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let (total, value) = text.split_once('\n').unwrap_or(("1000", text));
    let total_bytes = total.trim().parse().unwrap_or(1_000);
    let ranges = match Ranges::parse(Some(value.trim_end()), total_bytes) {
        Ranges::Whole | Ranges::Unsatisfiable => return,
        Ranges::One(one) => vec![one],
        Ranges::Many(many) => many,
    };
    assert!(ranges.iter().all(|range| range.first <= range.last && range.last < total_bytes));
    assert!(ranges.iter().map(|range| u128::from(range.size_bytes())).sum::<u128>() <= u128::from(total_bytes));
}

/// Reads a path; its href is read as the same path.
pub fn path(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let Ok(path) = DavPath::parse(text) else {
        return;
    };
    let again = DavPath::parse(&path.to_href());
    if text.len() * 3 < crate::path::PATH_BYTES_MAX {
        assert_eq!(again.map(|path| path.segments), Ok(path.segments));
    }
}

/// Reads a destination.
pub fn destination(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let Ok(path) = destination::parse(text, &["cloud.example", "localhost:8080"]) else {
        return;
    };
    assert!(path.segments.iter().all(|segment| !segment.is_empty() && !segment.contains(['/', '\0'])));
}
