//! Writing `207 Multi-Status` bodies (RFC 4918 §13, §14.16) piece by piece.
//!
//! Real clients fix the shape. The prefixes `d:`, `oc:`, `nc:`, `x1:`, `x2:` are literal, since iOS
//! reads prefixed names and knows no namespaces. The first propstat of a response is the 200 one,
//! since iOS reads only that and Android gives up otherwise. Nothing is allocated per property: what
//! is missing gathers in a second buffer that all responses share.

use crate::date::{push_http_date, push_rfc3339};
use crate::error_body::Precondition;
use crate::escape::{push_attribute, push_number, push_text};
use crate::name::{Ns, PropName};
use crate::proppatch::PropValue;

/// The type to send; ownCloud's desktop client takes no other spelling.
pub const CONTENT_TYPE: &str = "application/xml; charset=utf-8";

const START: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<d:multistatus xmlns:d=\"DAV:\" \
     xmlns:oc=\"http://owncloud.org/ns\" xmlns:nc=\"http://nextcloud.org/ns\" \
     xmlns:x1=\"http://open-collaboration-services.org/ns\" xmlns:x2=\"http://open-cloud-mesh.org/ns\" \
     xmlns:s=\"http://sabredav.org/ns\">";

/// A body being written.
#[derive(Debug)]
pub struct Multistatus {
    out: String,
    missing: String,
    is_minimal: bool,
}

impl Multistatus {
    /// Returns a body with its root begun; `is_minimal` leaves missing properties out (RFC 8144 §2.1).
    pub fn new(is_minimal: bool) -> Self {
        Self { out: String::from(START), missing: String::new(), is_minimal }
    }

    /// Begins the response of one resource; end it with [`Response::end`].
    ///
    /// `href` is what [`crate::path::push_href`] makes; the collection asked about comes first.
    pub fn response(&mut self, href: &str) -> Response<'_> {
        self.out.push_str("<d:response><d:href>");
        push_text(&mut self.out, href);
        self.out.push_str("</d:href>");
        self.missing.clear();
        Response { body: self, has_found: false }
    }

    /// Appends the response of a resource that has no properties to tell but a status of its own.
    pub fn status(&mut self, href: &str, status: u16, precondition: Option<&Precondition>) {
        self.out.push_str("<d:response><d:href>");
        push_text(&mut self.out, href);
        self.out.push_str("</d:href>");
        push_status(&mut self.out, status);
        push_error(&mut self.out, precondition);
        self.out.push_str("</d:response>");
    }

    /// Appends `DAV:sync-token` (RFC 6578 §6.4); call it last.
    pub fn sync_token(&mut self, uri: &str) {
        self.out.push_str("<d:sync-token>");
        push_text(&mut self.out, uri);
        self.out.push_str("</d:sync-token>");
    }

    /// Returns how many bytes wait to be taken.
    pub fn waiting_bytes(&self) -> usize {
        self.out.len()
    }

    /// Returns what was written since the last time, for an answer that is sent while it is made.
    pub fn take(&mut self) -> Vec<u8> {
        let room = self.out.len();
        std::mem::replace(&mut self.out, String::with_capacity(room)).into_bytes()
    }

    /// Returns the rest, root ended.
    pub fn end(mut self) -> Vec<u8> {
        self.out.push_str("</d:multistatus>\n");
        self.out.into_bytes()
    }
}

/// The response of one resource being written.
#[derive(Debug)]
pub struct Response<'m> {
    body: &'m mut Multistatus,
    has_found: bool,
}

impl Response<'_> {
    /// Appends a property with this text.
    pub fn text(&mut self, name: &PropName, text: &str) {
        self.with(name, |out| push_text(out, text));
    }

    /// Appends a property with this number.
    pub fn number(&mut self, name: &PropName, number: i64) {
        self.with(name, |out| {
            if number < 0 {
                out.push('-');
            }
            push_number(out, number.unsigned_abs());
        });
    }

    /// Appends a property that is `true` or `false`.
    pub fn flag(&mut self, name: &PropName, is_true: bool) {
        self.with(name, |out| out.push_str(if is_true { "true" } else { "false" }));
    }

    /// Appends a property that is `1` or `0`.
    pub fn bit(&mut self, name: &PropName, is_one: bool) {
        self.with(name, |out| out.push(if is_one { '1' } else { '0' }));
    }

    /// Appends a property with a strong entity tag; `value` comes without quotes.
    pub fn etag(&mut self, name: &PropName, value: &str) {
        self.with(name, |out| {
            out.push_str("&quot;");
            push_text(out, value);
            out.push_str("&quot;");
        });
    }

    /// Appends a property with a date as in `getlastmodified`.
    pub fn http_date(&mut self, name: &PropName, time_s: i64) {
        self.with(name, |out| push_http_date(out, time_s));
    }

    /// Appends a property with a date as in `creationdate`.
    pub fn rfc3339(&mut self, name: &PropName, time_s: i64) {
        self.with(name, |out| push_rfc3339(out, time_s));
    }

    /// Appends a property that holds nothing.
    pub fn empty(&mut self, name: &PropName) {
        self.begin_found();
        push_open(&mut self.body.out, name, None, "/>");
    }

    /// Appends a property with this XML, which must be well-formed and use declared prefixes.
    pub fn xml(&mut self, name: &PropName, xml: &str) {
        self.with(name, |out| out.push_str(xml));
    }

    /// Appends a property whose XML `write` appends.
    pub fn with(&mut self, name: &PropName, write: impl FnOnce(&mut String)) {
        self.begin_found();
        push_open(&mut self.body.out, name, None, ">");
        write(&mut self.body.out);
        push_close(&mut self.body.out, name);
    }

    /// Appends a dead property as it was set.
    pub fn dead(&mut self, name: &PropName, value: &PropValue) {
        self.begin_found();
        push_open(&mut self.body.out, name, value.lang.as_deref(), ">");
        self.body.out.push_str(&value.xml);
        push_close(&mut self.body.out, name);
    }

    /// Notes that a property asked for is not there.
    pub fn missing(&mut self, name: &PropName) {
        if !self.body.is_minimal {
            push_open(&mut self.body.missing, name, None, "/>");
        }
    }

    /// Ends the response.
    pub fn end(self) {
        let Multistatus { out, missing, .. } = self.body;
        if self.has_found {
            out.push_str("</d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat>");
        } else if missing.is_empty() {
            out.push_str("<d:propstat><d:prop/><d:status>HTTP/1.1 200 OK</d:status></d:propstat>");
        }
        if !missing.is_empty() {
            out.push_str("<d:propstat><d:prop>");
            out.push_str(missing);
            out.push_str("</d:prop><d:status>HTTP/1.1 404 Not Found</d:status></d:propstat>");
        }
        out.push_str("</d:response>");
    }

    /// Ends the response of a `PROPPATCH`: each group of properties with what became of it, the 200 one first.
    pub fn end_with(self, groups: &[PropStat<'_>]) {
        let out = &mut self.body.out;
        if self.has_found {
            out.push_str("</d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat>");
        }
        let good = groups.iter().filter(|group| group.status == 200);
        for group in good.chain(groups.iter().filter(|group| group.status != 200)) {
            out.push_str("<d:propstat><d:prop>");
            for name in group.names {
                push_open(out, name, None, "/>");
            }
            out.push_str("</d:prop>");
            push_status(out, group.status);
            push_error(out, group.precondition);
            out.push_str("</d:propstat>");
        }
        out.push_str("</d:response>");
    }

    fn begin_found(&mut self) {
        if !self.has_found {
            self.has_found = true;
            self.body.out.push_str("<d:propstat><d:prop>");
        }
    }
}

/// Properties that share a fate.
#[derive(Clone, Copy, Debug)]
pub struct PropStat<'a> {
    /// The status.
    pub status: u16,
    /// The properties.
    pub names: &'a [&'a PropName],
    /// The rule that was broken.
    pub precondition: Option<&'a Precondition>,
}

fn push_open(out: &mut String, name: &PropName, lang: Option<&str>, end: &str) {
    out.push('<');
    match name.ns.prefix() {
        Some(prefix) => {
            out.push_str(prefix);
            out.push_str(&name.local);
        }
        // a property without namespace (litmus `propnullns`); no default namespace is in force
        None if name.ns == Ns::None => out.push_str(&name.local),
        None => {
            out.push_str("x:");
            out.push_str(&name.local);
            out.push_str(" xmlns:x=\"");
            push_attribute(out, name.ns.as_str());
            out.push('"');
        }
    }
    if let Some(lang) = lang {
        out.push_str(" xml:lang=\"");
        push_attribute(out, lang);
        out.push('"');
    }
    out.push_str(end);
}

fn push_close(out: &mut String, name: &PropName) {
    out.push_str("</");
    match name.ns.prefix() {
        Some(prefix) => out.push_str(prefix),
        None if name.ns == Ns::None => {}
        None => out.push_str("x:"),
    }
    out.push_str(&name.local);
    out.push('>');
}

fn push_status(out: &mut String, status: u16) {
    out.push_str("<d:status>HTTP/1.1 ");
    push_number(out, u64::from(status));
    out.push(' ');
    out.push_str(reason(status));
    out.push_str("</d:status>");
}

fn push_error(out: &mut String, precondition: Option<&Precondition>) {
    if let Some(precondition) = precondition {
        out.push_str("<d:error>");
        precondition.push(out);
        out.push_str("</d:error>");
    }
}

/// Returns the phrase of a status (RFC 9110 §15); clients split the line at its spaces and need one.
pub fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        204 => "No Content",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        409 => "Conflict",
        412 => "Precondition Failed",
        413 => "Content Too Large",
        422 => "Unprocessable Content",
        423 => "Locked",
        424 => "Failed Dependency",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        507 => "Insufficient Storage",
        _ => "Unknown",
    }
}
