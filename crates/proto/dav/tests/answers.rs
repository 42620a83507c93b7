//! The bytes of answers, which the strictest clients read with string comparison.
#![allow(clippy::unwrap_used)]

use abri_proto_dav::lock::lock_body;
use abri_proto_dav::multistatus::PropStat;
use abri_proto_dav::*;

const GETETAG: PropName = PropName::dav("getetag");
const SIZE: PropName = PropName::oc("size");
const NOTE: PropName = PropName::nc("note");

fn body(bytes: Vec<u8>) -> String {
    let text = String::from_utf8(bytes).unwrap();
    assert!(xml::read(text.as_bytes(), usize::MAX).unwrap().is_some(), "answers are well-formed");
    let (_, rest) = text.split_once("xmlns:s=\"http://sabredav.org/ns\">").unwrap();
    rest.strip_suffix("</d:multistatus>\n").unwrap().to_owned()
}

#[test]
fn ios_needs_literal_prefixes_and_the_200_propstat_first() {
    let mut answer = Multistatus::new(false);
    let mut response = answer.response("/remote.php/dav/files/anna/");
    response.missing(&NOTE);
    response.etag(&GETETAG, "a&b");
    response.number(&SIZE, -3);
    response.end();
    assert_eq!(
        body(answer.end()),
        "<d:response><d:href>/remote.php/dav/files/anna/</d:href><d:propstat><d:prop>\
         <d:getetag>&quot;a&amp;b&quot;</d:getetag><oc:size>-3</oc:size></d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat>\
         <d:propstat><d:prop><nc:note/></d:prop><d:status>HTTP/1.1 404 Not Found</d:status></d:propstat></d:response>"
    );
}

#[test]
fn minimal_answers_leave_out_what_is_missing() {
    let mut answer = Multistatus::new(true);
    let mut response = answer.response("/a");
    response.missing(&NOTE);
    response.end();
    answer.status("/b", 404, None);
    answer.status("/", 507, Some(&Precondition::NumberOfMatchesWithinLimits));
    answer.sync_token(&sync::wrap_token("7"));
    assert_eq!(
        body(answer.end()),
        "<d:response><d:href>/a</d:href><d:propstat><d:prop/><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>\
         <d:response><d:href>/b</d:href><d:status>HTTP/1.1 404 Not Found</d:status></d:response>\
         <d:response><d:href>/</d:href><d:status>HTTP/1.1 507 Insufficient Storage</d:status><d:error><d:number-of-matches-within-limits/></d:error></d:response>\
         <d:sync-token>urn:abri:sync:7</d:sync-token>"
    );
}

#[test]
fn proppatch_answers_put_success_first() {
    let mut answer = Multistatus::new(false);
    let protected =
        PropStat { status: 403, names: &[&GETETAG], precondition: Some(&Precondition::CannotModifyProtectedProperty) };
    let other = PropName::new("urn:x", "y").unwrap();
    answer.response("/a").end_with(&[protected, PropStat { status: 200, names: &[&other], precondition: None }]);
    assert_eq!(
        body(answer.end()),
        "<d:response><d:href>/a</d:href><d:propstat><d:prop><x:y xmlns:x=\"urn:x\"/></d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat>\
         <d:propstat><d:prop><d:getetag/></d:prop><d:status>HTTP/1.1 403 Forbidden</d:status><d:error><d:cannot-modify-protected-property/></d:error></d:propstat></d:response>"
    );
}

#[test]
fn dates_and_awkward_text() {
    let mut answer = Multistatus::new(false);
    let mut response = answer.response("/a");
    response.http_date(&PropName::dav("getlastmodified"), 784_111_777);
    response.rfc3339(&PropName::dav("creationdate"), 0);
    response.text(&PropName::dav("displayname"), "]]>\u{1}\u{FFFF}<é>");
    response.end();
    assert_eq!(
        body(answer.end()),
        "<d:response><d:href>/a</d:href><d:propstat><d:prop><d:getlastmodified>Sun, 06 Nov 1994 08:49:37 GMT</d:getlastmodified>\
         <d:creationdate>1970-01-01T00:00:00+00:00</d:creationdate><d:displayname>]]&gt;\u{FFFD}\u{FFFD}&lt;é&gt;</d:displayname></d:prop>\
         <d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>"
    );
}

#[test]
fn errors_and_locks() {
    let error = ErrorBody {
        precondition: Some(Precondition::LockTokenSubmitted(vec!["/a".into()])),
        exception: "Sabre\\DAV\\Exception\\Locked",
        message: "a < b",
    };
    assert_eq!(
        error.to_xml(),
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<d:error xmlns:d=\"DAV:\" xmlns:s=\"http://sabredav.org/ns\">\
         <d:lock-token-submitted><d:href>/a</d:href></d:lock-token-submitted>\
         <s:exception>Sabre\\DAV\\Exception\\Locked</s:exception><s:message>a &lt; b</s:message></d:error>\n"
    );
    let lock = ActiveLock {
        scope: LockScope::Shared,
        depth: Depth::Infinity,
        owner_xml: "<href xmlns=\"DAV:\">x</href>",
        timeout: Timeout::Seconds(60),
        token: "urn:t",
        root_href: "/a",
    };
    let text = lock_body(&lock);
    assert!(text.contains("<d:timeout>Second-60</d:timeout><d:locktoken><d:href>urn:t</d:href></d:locktoken>"));
    assert!(xml::read(text.as_bytes(), usize::MAX).is_ok());
    assert!(xml::read(format!("<a xmlns:d='DAV:'>{}</a>", lock::SUPPORTED_LOCK_XML).as_bytes(), usize::MAX).is_ok());
}

/// Run with `--release --ignored --nocapture` for the numbers.
#[test]
#[ignore = "a measurement"]
fn a_thousand_entries() {
    let href = "/remote.php/dav/files/anna/Photos/2024/IMG_0001.jpg";
    let texts = ["id", "fileid", "permissions", "checksums", "owner-id", "owner-display-name"].map(PropName::oc);
    let [size, length, kind, date, tag] =
        ["size", "getcontentlength", "getcontenttype", "getlastmodified", "getetag"].map(PropName::dav);
    let resource = PropName::dav("resourcetype");
    let mut best = std::time::Duration::MAX;
    for _ in 0..50 {
        let start = std::time::Instant::now();
        let mut answer = Multistatus::new(false);
        for n in 0..1_000 {
            let mut response = answer.response(href);
            for name in &texts {
                response.text(name, "00000259oczn5x60nrdu");
            }
            response.number(&size, n);
            response.number(&length, n);
            response.text(&kind, "image/jpeg");
            response.http_date(&date, 1_700_000_000 + n);
            response.etag(&tag, "65b2f3c4d5e6f");
            response.empty(&resource);
            response.end();
        }
        let bytes = answer.end();
        best = best.min(start.elapsed());
        assert!(bytes.len() > 500_000);
    }
    println!("1000 responses of 12 properties: {best:?}");
}
