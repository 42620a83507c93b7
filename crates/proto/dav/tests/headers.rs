//! Headers and paths, one case per thing a real client was seen to send.
#![allow(clippy::unwrap_used)]

use abri_proto_dav::byteranges::Byteranges;
use abri_proto_dav::conditions::may_use_range;
use abri_proto_dav::if_header::State;
use abri_proto_dav::*;

#[test]
fn destinations() {
    let cases = [
        ("a full URI", "https://cloud.example/remote.php/dav/files/u/a%20b", "/remote.php/dav/files/u/a%20b"),
        ("a path", "/remote.php/dav/files/u/a%20b/", "/remote.php/dav/files/u/a%20b/"),
        ("a port and a name in capitals", "http://Cloud.Example:80/x", "/x"),
        (
            "Nextcloud desktop encodes everything but slashes",
            "https%3A//cloud.example/remote.php/dav/files/u/a%20b",
            "/remote.php/dav/files/u/a%20b",
        ),
        ("it does so with a percent sign in the name", "https%3A//cloud.example/u/100%2525.txt", "/u/100%25.txt"),
        ("a path encoded as a whole", "%2Fremote.php%2Fdav%2Fé", "/remote.php/dav/%C3%A9"),
        (
            "another server",
            "https://evil.example/x",
            "header Destination: \"evil.example\" is not this server; copy across servers with GET and PUT",
        ),
        (
            "a name that hides behind ours",
            "https://cloud.example@evil.example/x",
            "header Destination: \"evil.example\" is not this server; copy across servers with GET and PUT",
        ),
        ("a relative path", "x/y", "header Destination: send an absolute http(s) URI or an absolute path"),
        (
            "a way out",
            "/a/%2e%2e/b",
            "header Destination: segment 1 of the path is ., .. or holds a slash or NUL: use a plain name",
        ),
    ];
    for (case, value, want) in cases {
        let got = match destination::parse(value, &["cloud.example"]) {
            Ok(path) => path.to_href(),
            Err(error) => error.to_string(),
        };
        assert_eq!(got, want, "{case}");
    }
}

#[test]
fn paths() {
    let refused = |raw| DavPath::parse(raw).unwrap_err();
    assert_eq!(refused("/a/%zz"), PathError::Escape { index: 1 });
    assert_eq!(refused("/a%"), PathError::Escape { index: 0 });
    assert_eq!(refused("/%FF"), PathError::NotUtf8 { index: 0 });
    assert_eq!(refused("/a%2Fb"), PathError::Forbidden { index: 0 });
    assert_eq!(refused("/a%00"), PathError::Forbidden { index: 0 });
    assert_eq!(refused("/frag/#ment"), PathError::Fragment);
    assert_eq!(refused("a"), PathError::NotAbsolute);
    let path = DavPath::parse("//a//caf%C3%A9 (1)&/?x=/y").unwrap();
    assert_eq!(path.segments, ["a", "café (1)&"]);
    assert_eq!(path.to_href(), "/a/caf%C3%A9%20(1)%26/");
    assert_eq!(DavPath::parse("/").unwrap().to_href(), "/");
    let decomposed = DavPath::parse("/e%CC%81").unwrap();
    assert_eq!(decomposed.segments, ["e\u{301}"], "a Mac's accents stay as they were sent");
}

fn is_true(header: &str) -> bool {
    If::parse(header).unwrap().evaluate(|resource| match resource {
        None | Some("/x") => State { etag: Some(EntityTag::strong("e")), lock_tokens: vec!["urn:t".into()] },
        Some(_) => State::default(),
    })
}

#[test]
fn if_conditions() {
    let cases = [
        ("(<urn:t>)", true),
        ("(<urn:u>)", false),
        ("(<urn:u>) (<urn:t>)", true),
        ("(<urn:t> [\"e\"])", true),
        ("(<urn:t> [\"f\"])", false),
        ("(Not <urn:u>)", true),
        ("(<urn:t>) (Not <DAV:no-lock>)", true),
        ("(<urn:u>) (Not <DAV:no-lock>)", true),
        ("(<DAV:no-lock>)", false),
        ("(<urn:t> Not <DAV:no-lock> [\"e\"])", true),
        ("([W/\"e\"])", true),
        ("</x> ([\"e\"])", true),
        ("</other> ([\"e\"])", false),
        ("</other>(<urn:t>)(Not [\"e\"])", true),
        ("<http://host/x> (<urn:t>) </x>(<urn:t>)", true),
    ];
    for (header, want) in cases {
        assert_eq!(is_true(header), want, "{header}");
    }
    let header = If::parse("</a> (<urn:t> [\"a]b\"]) (Not <DAV:no-lock>) </b> (Not <urn:v>)").unwrap();
    assert_eq!(header.tokens().collect::<Vec<_>>(), ["urn:t", "urn:v"]);
    assert_eq!(header.resources().collect::<Vec<_>>(), ["/a", "/a", "/b"]);
    for broken in
        ["", "()", "(", "(<urn:t>", "(Not)", "<urn:t>", "(<urn:t>) </x> (<urn:t>)", "([\"e\")", "urn:t", "(<>)"]
    {
        assert!(If::parse(broken).is_err(), "{broken}");
    }
    assert_eq!(if_header::parse_lock_token(" <urn:t> "), Ok("urn:t".into()));
    assert!(if_header::parse_lock_token("<>").is_err());
}

#[test]
fn conditions_in_the_order_of_rfc_9110() {
    use Verdict::*;
    let day = "Sun, 06 Nov 1994 08:49:37 GMT";
    let none = [None; 4];
    type Case = (&'static str, [Option<&'static str>; 4], bool, bool, Verdict);
    let cases: [Case; 13] = [
        ("nothing asked", none, true, true, Proceed),
        ("If-Match holds", [Some("\"x\", \"e\""), None, None, None], false, true, Proceed),
        ("If-Match fails", [Some("\"x\""), None, None, None], false, true, PreconditionFailed),
        ("If-Match is strong", [Some("W/\"e\""), None, None, None], false, true, PreconditionFailed),
        ("If-Match: * on nothing", [Some("*"), None, None, None], false, false, PreconditionFailed),
        ("If-None-Match: * creates", [None, Some("*"), None, None], false, false, Proceed),
        ("If-None-Match: * does not replace", [None, Some("*"), None, None], false, true, PreconditionFailed),
        ("If-None-Match on GET", [None, Some("W/\"e\""), None, None], true, true, NotModified),
        ("If-Match before If-None-Match", [Some("\"x\""), Some("\"e\""), None, None], true, true, PreconditionFailed),
        ("If-Modified-Since on GET", [None, None, Some(day), None], true, true, NotModified),
        ("it means nothing beside If-None-Match", [None, Some("\"x\""), Some(day), None], true, true, Proceed),
        ("If-Unmodified-Since holds", [None, None, None, Some(day)], false, true, Proceed),
        ("a date that is none", [None, None, Some("yesterday"), Some("never")], true, true, Proceed),
    ];
    let etag = EntityTag::strong("e");
    let current = Current { etag: Some(&etag), modified_s: date::parse_http_date(day) };
    for (case, [a, b, c, d], is_read, exists, want) in cases {
        let got = Conditions::parse(a, b, c, d).evaluate(is_read, exists.then_some(current));
        assert_eq!(got, want, "{case}");
    }
    assert!(may_use_range(None, current) && may_use_range(Some("\"e\""), current) && may_use_range(Some(day), current));
    assert!(!may_use_range(Some("W/\"e\""), current) && !may_use_range(Some("\"x\""), current));
}

#[test]
fn ranges() {
    let cases = [
        ("bytes=0-9", "One 0-9"),
        ("bytes=990-", "One 990-999"),
        ("bytes=-5", "One 995-999"),
        ("bytes=-5000", "One 0-999"),
        ("bytes=0-99999999999999999999999", "One 0-999"),
        ("bytes=1000-", "416"),
        ("bytes=-0", "416"),
        ("bytes=500-599, 0-9", "Many 500-599 0-9"),
        ("bytes=0-9,5-20", "One 0-20"),
        ("bytes=0-9,900-,50-60,1000-2000", "Many 0-60 900-999"),
        ("bytes=9-0", "Whole"),
        ("bytes=a-b", "Whole"),
        ("bytes=", "Whole"),
        ("lines=0-9", "Whole"),
        ("", "Whole"),
    ];
    let show = |ranges: &[ByteRange]| {
        ranges.iter().map(|range| format!(" {}-{}", range.first, range.last)).collect::<String>()
    };
    for (value, want) in cases {
        let got = match Ranges::parse(Some(value), 1_000) {
            Ranges::Whole => "Whole".into(),
            Ranges::Unsatisfiable => "416".into(),
            Ranges::One(one) => format!("One{}", show(&[one])),
            Ranges::Many(many) => format!("Many{}", show(&many)),
        };
        assert_eq!(got, want, "{value}");
    }
    assert_eq!(Ranges::parse(Some("bytes=0-"), 0), Ranges::Unsatisfiable);
    let many = format!("bytes={}", (0..40).map(|n| format!("{n}-{n},")).collect::<String>());
    assert_eq!(Ranges::parse(Some(&many), 1_000), Ranges::Whole, "too many ranges");
}

#[test]
fn byteranges_are_as_long_as_promised() {
    let parts = Byteranges { boundary: "b", content_type: "text/plain", total_bytes: 1_000 };
    let ranges = [ByteRange { first: 0, last: 9 }, ByteRange { first: 990, last: 999 }];
    let mut body = String::new();
    for range in ranges {
        body += &parts.part_header(range);
        body += "0123456789";
    }
    body += &parts.end();
    assert_eq!(body.len() as u64, parts.content_length(&ranges));
    assert!(body.starts_with(
        "\r\n--b\r\nContent-Type: text/plain\r\nContent-Range: bytes 0-9/1000\r\n\r\n0123456789\r\n--b\r\n"
    ));
}

#[test]
fn small_headers() {
    assert_eq!(Depth::parse(Some("Infinity")), Ok(Some(Depth::Infinity)));
    assert_eq!(Depth::parse(None), Ok(None));
    assert!(Depth::parse(Some("2")).is_err());
    assert_eq!(depth::parse_overwrite(Some("true")), Ok(true), "iOS says true");
    assert_eq!(depth::parse_overwrite(Some("F")), Ok(false));
    assert_eq!(Timeout::parse(Some("Extend, Infinite, Second-4100000000")), Some(Timeout::Infinite));
    assert_eq!(Timeout::parse(Some("Second-9999999999")).unwrap().clamp_s(60), 60);
    assert_eq!(Timeout::parse(Some("soon")), None);
    let time = |value| upload::parse_time("X-OC-Mtime", value).ok();
    assert_eq!(time("1700000000.987"), Some(1_700_000_000), "iOS sends decimals");
    assert_eq!((time("-1"), time("NaN"), time("1e9"), time("")), (None, None, None, None));
    assert!(upload::refuse_content_range(Some("bytes 0-1/2")).is_err());
    assert!(Prefer::parse(Some("respond-async, return=minimal"), None).is_minimal);
    assert!(Prefer::parse(None, Some("t")).is_minimal);
    let sums =
        checksum::parse_oc_checksum("SHA1:DA39A3EE5E6B4B0D3255BFEF95601890AFD80709 ADLER32:00000001 XX:1").unwrap();
    assert_eq!(sums[0].to_string(), "SHA1:da39a3ee5e6b4b0d3255bfef95601890afd80709");
    assert_eq!(sums.len(), 2);
    assert!(checksum::parse_oc_checksum("SHA1:abc").is_err());
    assert_eq!(
        checksum::parse_content_md5("1B2M2Y8AsgTpgAmY7PhCfg==").unwrap().hex,
        "d41d8cd98f00b204e9800998ecf8427e"
    );
    assert_eq!(checksum::parse_digest("md5=:1B2M2Y8AsgTpgAmY7PhCfg==:").unwrap()[0].algorithm, Algorithm::Md5);
    assert_eq!(date::parse_any("2024-02-29T12:00:00+01:00"), Some(1_709_204_400));
}
