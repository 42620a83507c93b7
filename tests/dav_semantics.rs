//! WebDAV to the letter, where litmus does not look: one test per clause, named after it.

use abri_house::dav::{LOCK_EXCLUSIVE, LOCK_SHARED, Multistatus, lock_token, propfind, proppatch, sync_report};
use abri_house::{Answer, Ask, House, body};

/// A file with this text; its ETag.
#[track_caller]
fn put(house: &House, path: &str, text: impl Into<Vec<u8>>) -> String {
    let answer = house.ask(Ask::new("PUT", path).body(text)).expect(&[201, 204], "a file");
    answer.must_header("etag").to_string()
}

#[track_caller]
fn mkcol(house: &House, path: &str) {
    house.ask(Ask::new("MKCOL", path)).expect(&[201], "a folder");
}

#[track_caller]
fn text(house: &House, path: &str) -> String {
    house.ask(Ask::new("GET", path)).expect(&[200], "a file").text()
}

fn status(house: &House, ask: Ask) -> u16 {
    house.ask(ask).status
}

// --- RFC 9110 §13: conditions ---

#[test]
fn conditional_requests() {
    let house = House::open();
    let file = format!("{}f.txt", house.ada.files());
    let etag = put(&house, &file, "one");
    let get = |name: &str, value: &str| house.ask(Ask::new("GET", &file).header(name, value));
    assert_eq!(get("If-None-Match", &etag).status, 304);
    assert_eq!(get("If-None-Match", &etag).must_header("etag"), etag, "304 repeats the ETag (RFC 9110 §15.4.5)");
    assert_eq!(get("If-None-Match", &format!("\"other\", W/{etag}")).status, 304, "weak comparison, a list (§13.1.2)");
    assert_eq!(get("If-None-Match", "*").status, 304);
    assert_eq!(get("If-None-Match", "\"other\"").status, 200);
    assert_eq!(get("If-Match", &etag).status, 200);
    assert_eq!(get("If-Match", "\"other\"").status, 412);
    assert_eq!(get("If-Match", &format!("W/{etag}")).status, 412, "strong comparison (§13.1.1)");
    let modified = house.ask(Ask::new("GET", &file)).must_header("last-modified").to_string();
    assert_eq!(get("If-Modified-Since", &modified).status, 304);
    assert_eq!(get("If-Modified-Since", "Mon, 01 Jan 1990 00:00:00 GMT").status, 200);
    assert_eq!(get("If-Unmodified-Since", "Mon, 01 Jan 1990 00:00:00 GMT").status, 412);
    assert_eq!(get("If-Modified-Since", "yesterday").status, 200, "an unreadable date is not there (§13.1.3)");
    let both = Ask::new("GET", &file).header("If-None-Match", "\"other\"").header("If-Modified-Since", &modified);
    assert_eq!(status(&house, both), 200, "If-None-Match decides alone (§13.1.3)");

    let write = |name: &str, value: &str| status(&house, Ask::new("PUT", &file).header(name, value).body("two"));
    assert_eq!(write("If-None-Match", "*"), 412);
    assert_eq!(write("If-Match", "\"other\""), 412);
    assert_eq!(text(&house, &file), "one");
    assert_eq!(write("If-Match", &etag), 204);
    assert_eq!(write("If-Match", &etag), 412, "the ETag is another one now");
    assert_eq!(status(&house, Ask::new("DELETE", &file).header("If-Match", &etag)), 412);
    let gone = format!("{}gone", house.ada.files());
    assert_eq!(status(&house, Ask::new("PUT", &gone).header("If-Match", "*").body("x")), 412, "nothing there to match");
    assert_eq!(status(&house, Ask::new("GET", &gone)), 404);
    house.close();
}

#[test]
fn an_etag_changes_with_the_bytes_only() {
    let house = House::open();
    let file = format!("{}f.txt", house.ada.files());
    let first = put(&house, &file, "one");
    assert!(first.starts_with('"') && first.ends_with('"') && !first.starts_with("W/"), "strong and quoted: {first}");
    let etag =
        || Multistatus::of(&house.ask(propfind(&file, "0", "<d:getetag/>"))).rows[0].dav("getetag").map(str::to_owned);
    assert_eq!(etag().as_deref(), Some(first.as_str()));
    assert_eq!(house.ask(Ask::new("HEAD", &file)).must_header("etag"), first);
    let second = put(&house, &file, "two");
    assert_ne!(first, second);
    assert_eq!(etag().as_deref(), Some(second.as_str()));
    house.close();
}

#[test]
fn every_ancestor_changes_its_etag() {
    let house = House::open();
    let root = house.ada.files();
    let dirs = [root.clone(), format!("{root}a/"), format!("{root}a/b/"), format!("{root}a/b/c/")];
    for dir in &dirs[1..] {
        mkcol(&house, dir);
    }
    mkcol(&house, &format!("{root}beside/"));
    let etags = || -> Vec<String> {
        dirs.iter()
            .chain([&format!("{root}beside/")])
            .map(|dir| {
                Multistatus::of(&house.ask(propfind(dir, "0", "<d:getetag/>"))).rows[0]
                    .dav("getetag")
                    .expect("an ETag")
                    .to_string()
            })
            .collect()
    };
    let file = format!("{root}a/b/c/deep.txt");
    let moves = format!("{root}a/b/c/deeper.txt");
    let mut before = etags();
    for ask in [
        Ask::new("PUT", &file).body("1"),
        Ask::new("PUT", &file).body("2"),
        Ask::new("MOVE", &file).header("Destination", &moves),
        Ask::new("COPY", &moves).header("Destination", &file),
        Ask::new("DELETE", &moves),
    ] {
        let shown = ask.method.clone();
        let answer = house.ask(ask);
        assert!(answer.status < 300, "{shown}: {answer}");
        let after = etags();
        for (index, dir) in dirs.iter().enumerate() {
            assert_ne!(before[index], after[index], "{shown} deep below must change the ETag of {dir}");
        }
        assert_eq!(before[4], after[4], "{shown} must not change the ETag of a folder beside");
        before = after;
    }
    house.close();
}

// --- RFC 9110 §14: ranges ---

#[test]
fn ranges() {
    let house = House::open();
    let file = format!("{}f.bin", house.ada.files());
    // Larger than an inline body and than one object, so that a range starts in the middle of a stored chunk.
    let bytes = body::bytes(1, 9_000_000);
    let etag = put(&house, &file, bytes.clone());
    let get = |range: &str| house.ask(Ask::new("GET", &file).header("Range", range));
    for (range, from, to) in [
        ("bytes=0-0", 0, 0),
        ("bytes=1-1000", 1, 1_000),
        ("bytes=8999999-", 8_999_999, 8_999_999),
        ("bytes=8000000-", 8_000_000, 8_999_999),
        ("bytes=-5", 8_999_995, 8_999_999),
        ("bytes=-99999999", 0, 8_999_999),
        ("bytes=4000000-99999999", 4_000_000, 8_999_999),
    ] {
        let answer = get(range).expect(&[206], range);
        assert_eq!(answer.must_header("content-range"), format!("bytes {from}-{to}/9000000"), "{range}");
        assert!(answer.body == bytes[from..=to], "{range}: other bytes");
        assert_eq!(answer.must_header("etag"), etag, "{range}");
    }
    for range in ["bytes=9000000-", "bytes=99999999-999999999"] {
        let answer = get(range).expect(&[416], range);
        assert_eq!(answer.must_header("content-range"), "bytes */9000000", "{range} (RFC 9110 §15.5.17)");
    }
    for range in ["bytes=5-1", "lines=1-2", "bytes=x-y", "bytes=", "nonsense"] {
        let answer = get(range);
        assert!(
            [200, 400, 416].contains(&answer.status),
            "{range} is invalid or unknown and may be ignored (§14.2): {}",
            answer.status
        );
    }
    let answer = house.ask(Ask::new("HEAD", &file)).expect(&[200], "HEAD");
    assert_eq!(answer.must_header("accept-ranges"), "bytes");
    assert_eq!(answer.must_header("content-length"), "9000000");

    // If-Range: the part if unchanged, else the whole.
    let resumed = |validator: &str| {
        house.ask(Ask::new("GET", &file).header("Range", "bytes=10-19").header("If-Range", validator)).status
    };
    assert_eq!(resumed(&etag), 206);
    assert_eq!(resumed("\"other\""), 200);
    assert_eq!(resumed(&format!("W/{etag}")), 200, "weak validators do not match (§13.1.5)");
    assert_eq!(resumed("Mon, 01 Jan 1990 00:00:00 GMT"), 200);
    // A condition is judged before the range.
    assert_eq!(status(&house, Ask::new("GET", &file).header("Range", "bytes=0-0").header("If-None-Match", &etag)), 304);
    house.close();
}

#[test]
fn several_ranges_at_once() {
    let house = House::open();
    let file = format!("{}f.bin", house.ada.files());
    let bytes = body::bytes(2, 100_000);
    put(&house, &file, bytes.clone());
    let answer =
        house.ask(Ask::new("GET", &file).header("Range", "bytes=0-9, 50000-50009,-10")).expect(&[206], "three ranges");
    let kind = answer.must_header("content-type").to_string();
    let boundary =
        kind.strip_prefix("multipart/byteranges; boundary=").unwrap_or_else(|| panic!("{answer}")).trim_matches('"');
    let mut rest: &[u8] = &answer.body;
    for (from, to) in [(0, 9), (50_000, 50_009), (99_990, 99_999)] {
        let head_end = rest.windows(4).position(|four| four == b"\r\n\r\n").expect("a part has headers") + 4;
        let head = String::from_utf8_lossy(&rest[..head_end]).to_ascii_lowercase();
        assert!(head.contains(&format!("--{}", boundary.to_ascii_lowercase())), "{head}");
        assert!(head.contains(&format!("content-range: bytes {from}-{to}/100000")), "{head}");
        assert_eq!(&rest[head_end..head_end + 10], &bytes[from..=to]);
        rest = &rest[head_end + 10..];
    }
    assert!(String::from_utf8_lossy(rest).contains(&format!("--{boundary}--")), "the end is marked");
    // Hundreds of overlapping ranges are an attack (§14.2): refused, ignored or merged, never multiplied.
    let many: Vec<String> = (0..500).map(|_| "0-99999".to_string()).collect();
    let answer = house.ask(Ask::new("GET", &file).header("Range", format!("bytes={}", many.join(","))));
    assert!(answer.body.len() <= 210_000, "{} bytes for a file of 100,000", answer.body.len());
    house.close();
}

// --- RFC 9110 §10.1.1 ---

#[test]
fn expect_100_continue() {
    let house = House::open();
    let file = format!("{}f.bin", house.ada.files());
    let mut line = house.line();
    let head = |ask: Ask| {
        ask.basic(&house.ada.name, &house.ada.secret)
            .header("Content-Length", "5")
            .header("Expect", "100-continue")
            .head("abri")
    };
    line.send(&head(Ask::new("PUT", &file))).expect("a head");
    assert_eq!(line.any_answer("PUT").expect("an interim answer").status, 100);
    line.send(b"hello").expect("a body");
    assert_eq!(line.any_answer("PUT").expect("an answer").status, 201);
    // A request that fails anyway is refused before the body is sent.
    let mut line = house.line();
    line.send(&head(Ask::new("PUT", &file).header("If-None-Match", "*"))).expect("a head");
    assert_eq!(line.any_answer("PUT").expect("an answer").status, 412, "told before the body");
    let mut line = house.line();
    line.send(b"PUT /dav/x HTTP/1.1\r\nHost: abri\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
        .expect("a head");
    assert_eq!(line.any_answer("PUT").expect("an answer").status, 401, "told before the body");
    house.close();
}

// --- RFC 4918 §9.3: MKCOL ---

#[test]
fn mkcol_clauses() {
    let house = House::open();
    let root = house.ada.files();
    mkcol(&house, &format!("{root}a"));
    assert_eq!(status(&house, Ask::new("MKCOL", &format!("{root}a"))), 405);
    assert_eq!(status(&house, Ask::new("MKCOL", &format!("{root}a/"))), 405);
    assert_eq!(status(&house, Ask::new("MKCOL", &format!("{root}x/y/z"))), 409);
    assert_eq!(status(&house, Ask::new("MKCOL", &format!("{root}b")).xml("<x/>")), 415);
    put(&house, &format!("{root}file"), "x");
    assert_eq!(status(&house, Ask::new("MKCOL", &format!("{root}file"))), 405);
    assert_eq!(status(&house, Ask::new("MKCOL", &format!("{root}file/below"))), 409, "a file has no members");
    assert_eq!(status(&house, Ask::new("PUT", &format!("{root}file/below")).body("x")), 409);
    assert_eq!(status(&house, Ask::new("PUT", &format!("{root}x/y")).body("x")), 409, "no parent (§9.7.1)");
    assert_eq!(
        status(&house, Ask::new("PUT", &format!("{root}a")).body("x")),
        405,
        "a collection has no body to put (§9.7.2)"
    );
    house.close();
}

// --- RFC 4918 §9.8, §9.9: COPY, MOVE ---

#[test]
fn copy_and_move_clauses() {
    let house = House::open();
    let root = house.ada.files();
    let at = |name: &str| format!("{root}{name}");
    let go = |method: &str, from: &str, to: &str, overwrite: &str| {
        status(
            &house,
            Ask::new(method, &at(from)).header("Destination", house.url(&at(to))).header("Overwrite", overwrite),
        )
    };
    put(&house, &at("a"), "a");
    put(&house, &at("b"), "b");
    assert_eq!(go("COPY", "a", "b", "F"), 412);
    assert_eq!(go("MOVE", "a", "b", "F"), 412);
    assert_eq!(text(&house, &at("b")), "b");
    assert_eq!(go("COPY", "a", "b", "T"), 204);
    assert_eq!(go("COPY", "a", "c", "F"), 201);
    assert_eq!(go("MOVE", "a", "no/parent", "T"), 409);
    assert_eq!(go("MOVE", "nothing", "d", "T"), 404);
    assert_eq!(go("MOVE", "a", "a", "T"), 403, "the same resource (§9.9.4)");
    assert_eq!(go("COPY", "a", "a", "T"), 403, "the same resource (§9.8.5)");
    assert_eq!(text(&house, &at("a")), "a");

    // A collection replaces, and is not merged into, what is there (§9.8.4, §9.9.3).
    mkcol(&house, &at("from"));
    put(&house, &at("from/x"), "x");
    mkcol(&house, &at("to"));
    put(&house, &at("to/y"), "y");
    assert_eq!(go("COPY", "from", "to", "T"), 204);
    assert_eq!(status(&house, Ask::new("GET", &at("to/y"))), 404);
    assert_eq!(text(&house, &at("to/x")), "x");
    assert!([403, 409].contains(&go("MOVE", "from", "from/inside", "T")), "into itself");
    assert!(
        [201, 403, 409].contains(&go("COPY", "from", "from/inside", "F")),
        "into itself: refused, or a copy of what was there"
    );
    // Depth 0 copies the collection without its members (§9.8.3).
    let shallow = Ask::new("COPY", &at("from")).header("Destination", at("shallow")).header("Depth", "0");
    assert_eq!(status(&house, shallow), 201);
    assert_eq!(status(&house, Ask::new("GET", &at("shallow/x"))), 404);
    assert_eq!(
        status(&house, Ask::new("MOVE", &at("from")).header("Destination", at("z")).header("Depth", "0")),
        400,
        "MOVE is infinity (§9.9.2)"
    );

    // A move keeps the number, a copy has a new one; dead properties go with both (§9.8.2, §9.9.1).
    house
        .ask(proppatch(&at("a"), "<d:set><d:prop><t:mood>glad</t:mood></d:prop></d:set>"))
        .expect(&[207], "a property");
    let look = |name: &str| {
        let rows =
            Multistatus::of(&house.ask(propfind(&at(name), "0", "<oc:fileid/><t:mood xmlns:t=\"urn:abri:test\"/>")));
        (
            rows.rows[0].oc("fileid").expect("a number").to_string(),
            rows.rows[0].prop("urn:abri:test", "mood").map(str::to_owned),
        )
    };
    let (id, _) = look("a");
    assert_eq!(go("COPY", "a", "a2", "T"), 201);
    assert_eq!(go("MOVE", "a", "a3", "T"), 201);
    assert_eq!(look("a3"), (id.clone(), Some("glad".into())));
    assert_ne!(look("a2").0, id);
    assert_eq!(look("a2").1.as_deref(), Some("glad"));
    // Other servers are not ours to write to.
    let away = Ask::new("COPY", &at("b")).header("Destination", "http://example.org/remote.php/dav/files/ada/b2");
    assert_eq!(status(&house, away), 502, "§9.8.5");
    house.close();
}

#[test]
fn a_folder_of_ten_thousand_moves_at_once() {
    let house = House::open();
    let root = house.ada.files();
    mkcol(&house, &format!("{root}many"));
    let mut line = house.line();
    for number in 0..2_000 {
        let ask = Ask::new("PUT", &format!("{root}many/{number}")).basic(&house.ada.name, &house.ada.secret).body("x");
        assert_eq!(line.ask(&ask).expect("an answer").status, 201);
    }
    let answer = house.ask(Ask::new("MOVE", &format!("{root}many")).header("Destination", format!("{root}moved")));
    assert_eq!(answer.status, 201, "{answer}");
    let rows = Multistatus::of(&house.ask(propfind(&format!("{root}moved/"), "1", "<d:getetag/>")));
    assert_eq!(rows.rows.len(), 2_001);
    assert_eq!(rows.rows[0].path(), format!("{root}moved/"), "the collection itself comes first");
    house.close();
}

// --- RFC 4918 §9.1: PROPFIND ---

#[test]
fn propfind_clauses() {
    let house = House::open();
    let root = house.ada.files();
    mkcol(&house, &format!("{root}d"));
    put(
        &house,
        &format!("{root}d/f &<>\"'.txt")
            .replace(' ', "%20")
            .replace('<', "%3C")
            .replace('>', "%3E")
            .replace('"', "%22"),
        "x",
    );
    house
        .ask(proppatch(&format!("{root}d"), "<d:set><d:prop><t:mood>glad</t:mood></d:prop></d:set>"))
        .expect(&[207], "a property");
    let ask = |inside: &str| {
        let xml = format!(
            r#"<d:propfind xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns" xmlns:t="urn:abri:test">{inside}</d:propfind>"#
        );
        Multistatus::of(&house.ask(Ask::new("PROPFIND", &format!("{root}d/")).header("Depth", "0").xml(&xml))).rows[0]
            .clone()
    };
    let all = ask("<d:allprop/>");
    assert_eq!(all.prop("urn:abri:test", "mood"), Some("glad"), "allprop has the dead ones");
    assert!(all.dav("resourcetype").is_some() && all.dav("getetag").is_some() && all.dav("getlastmodified").is_some());
    let names = ask("<d:propname/>");
    assert_eq!(names.prop("urn:abri:test", "mood"), Some(""), "names without values");
    let more = ask("<d:allprop/><d:include><oc:fileid/></d:include>");
    assert!(more.oc("fileid").is_some(), "include adds (§14.8)");
    let some = ask("<d:prop><d:getetag/><t:nothing/></d:prop>");
    assert_eq!(some.refused.get(&("urn:abri:test".into(), "nothing".into())), Some(&404));

    // Names that XML and URLs would both like to have.
    let rows = Multistatus::of(&house.ask(propfind(&format!("{root}d/"), "1", "<d:displayname/>")));
    let row = rows.row(&format!("{root}d/f &<>\"'.txt"));
    assert_eq!(row.dav("displayname"), Some("f &<>\"'.txt"));
    house.ask(Ask::new("GET", &row.href)).expect(&[200], "an href can be asked for as it stands");

    // Depth: infinity is answered whole, or refused in the words of §9.1.1.
    let deep = house.ask(propfind(&root, "infinity", "<d:getetag/>"));
    if deep.status == 403 {
        assert!(deep.text().contains("propfind-finite-depth"), "{deep}");
    } else {
        assert_eq!(Multistatus::of(&deep).rows.len(), 3);
    }
    // Missing Depth means infinity (§9.1).
    let missing = house.ask(Ask::new("PROPFIND", &root));
    assert!(missing.status == 207 || missing.text().contains("propfind-finite-depth"), "{missing}");
    // The prefer header of RFC 8144.
    let lean = Multistatus::of(
        &house
            .ask(propfind(&root, "0", "<d:getetag/><t:nothing xmlns:t=\"urn:x\"/>").header("Prefer", "return=minimal")),
    );
    assert!(lean.rows[0].refused.is_empty(), "return=minimal leaves out what is not there");
    // The exact type that the ownCloud client insists on.
    let answer = house.ask(propfind(&root, "0", "<d:getetag/>"));
    assert_eq!(answer.must_header("content-type"), "application/xml; charset=utf-8");
    let body = answer.text();
    assert!(body.contains("<d:multistatus") && body.contains("<d:getetag>"), "prefixes are literally d: (iOS): {body}");
    house.close();
}

#[test]
fn propfind_as_the_owncloud_client_sends_it() {
    let house = House::open();
    // A stray text node, as seen from ownCloud 2.11; and a body in a declared foreign encoding, as nc-py-api sends.
    for xml in [
        r#"<?xml version="1.0" ?><d:propfind xmlns:d="DAV:"><d:prop><d:getetag/></d:prop>M</d:propfind>"#,
        r#"<?xml version='1.0' encoding='us-ascii'?><d:propfind xmlns:d="DAV:"><d:prop><d:getetag /></d:prop></d:propfind>"#,
        "\u{feff}<?xml version=\"1.0\" encoding=\"UTF-8\"?><propfind xmlns=\"DAV:\"><prop><getetag/></prop></propfind>",
    ] {
        let answer = house.ask(
            Ask::new("PROPFIND", &house.ada.files())
                .header("Depth", "0")
                .header("Content-Type", "text/plain")
                .body(xml),
        );
        assert!(Multistatus::of(&answer).rows[0].dav("getetag").is_some(), "{xml}");
    }
    house.close();
}

// --- RFC 4918 §9.2: PROPPATCH ---

#[test]
fn proppatch_is_all_or_nothing_and_in_order() {
    let house = House::open();
    let file = format!("{}f", house.ada.files());
    put(&house, &file, "x");
    let patch = |inside: &str| Multistatus::of(&house.ask(proppatch(&file, inside))).rows[0].clone();
    let mood = || {
        let row =
            Multistatus::of(&house.ask(propfind(&file, "0", "<t:mood xmlns:t=\"urn:abri:test\"/>"))).rows[0].clone();
        row.prop("urn:abri:test", "mood").map(str::to_owned)
    };
    patch(
        "<d:set><d:prop><t:mood>one</t:mood></d:prop></d:set><d:remove><d:prop><t:mood/></d:prop></d:remove><d:set><d:prop><t:mood>two</t:mood></d:prop></d:set>",
    );
    assert_eq!(mood().as_deref(), Some("two"), "instructions in document order");
    let refused = patch(
        "<d:set><d:prop><t:mood>three</t:mood></d:prop></d:set><d:set><d:prop><d:getcontentlength>7</d:getcontentlength></d:prop></d:set>",
    );
    assert_eq!(refused.refused.get(&("DAV:".into(), "getcontentlength".into())), Some(&403), "protected (§9.2.1)");
    assert_eq!(
        refused.refused.get(&("urn:abri:test".into(), "mood".into())),
        Some(&424),
        "and so the other failed too"
    );
    assert_eq!(mood().as_deref(), Some("two"), "nothing was set");
    patch("<d:remove><d:prop><t:mood/></d:prop></d:remove>");
    assert_eq!(mood(), None);
    let again = patch("<d:remove><d:prop><t:mood/></d:prop></d:remove>");
    assert!(again.refused.is_empty(), "removing what is not there is no error (§14.23)");
    // Values keep their markup, language and outer namespaces (§4.3, §4.4).
    house
        .ask(proppatch(&file, r#"<d:set><d:prop xml:lang="fr"><t:rich>a <b xmlns="urn:b" c="1">bold</b> &amp; &#x2603;</t:rich></d:prop></d:set>"#))
        .expect(&[207], "a rich value");
    let answer = house.ask(propfind(&file, "0", "<t:rich xmlns:t=\"urn:abri:test\"/>")).text();
    for part in ["bold", "urn:b", "c=\"1\"", "&amp;", "\u{2603}"] {
        assert!(answer.contains(part) || (part == "\u{2603}" && answer.contains("&#x2603;")), "{part}: {answer}");
    }
    assert!(answer.contains("xml:lang=\"fr\""), "the language is part of the value (§4.3): {answer}");
    // A property outside of any namespace, and a very foreign one.
    let odd = r#"<?xml version="1.0"?><d:propertyupdate xmlns:d="DAV:"><d:set><d:prop><bare xmlns="">1</bare><p:x xmlns:p="http://example.org/a?b=c&amp;d#e">2</p:x></d:prop></d:set></d:propertyupdate>"#;
    house.ask(Ask::new("PROPPATCH", &file).xml(odd)).expect(&[207], "odd namespaces");
    let row = Multistatus::of(&house.ask(Ask::new("PROPFIND", &file).header("Depth", "0"))).rows[0].clone();
    assert_eq!(row.prop("", "bare"), Some("1"), "{row:?}");
    assert_eq!(row.prop("http://example.org/a?b=c&d#e", "x"), Some("2"), "{row:?}");
    house.close();
}

#[test]
fn favourites_and_times() {
    let house = House::open();
    let file = format!("{}f", house.ada.files());
    house
        .ask(Ask::new("PUT", &file).header("X-OC-Mtime", "1500000000").header("X-OC-CTime", "1400000000").body("x"))
        .expect(&[201], "a file of 2017");
    let row = || {
        Multistatus::of(&house.ask(propfind(
            &file,
            "0",
            "<d:getlastmodified/><d:creationdate/><nc:creation_time/><oc:favorite/>",
        )))
        .rows[0]
            .clone()
    };
    assert_eq!(row().dav("getlastmodified"), Some("Fri, 14 Jul 2017 02:40:00 GMT"));
    assert_eq!(row().prop("http://nextcloud.org/ns", "creation_time"), Some("1400000000"));
    assert_eq!(row().oc("favorite"), Some("0"));
    house
        .ask(proppatch(&file, "<d:set><d:prop><oc:favorite>1</oc:favorite></d:prop></d:set>"))
        .expect(&[207], "a star");
    assert_eq!(row().oc("favorite"), Some("1"));
    // rclone sets the time of a file that it need not send again.
    house
        .ask(proppatch(&file, "<d:set><d:prop><d:lastmodified>1600000000</d:lastmodified></d:prop></d:set>"))
        .expect(&[207], "another time");
    assert_eq!(row().dav("getlastmodified"), Some("Sun, 13 Sep 2020 12:26:40 GMT"));
    house.close();
}

// --- RFC 4918 §6, §7, §9.10, §10.4: locks ---

#[test]
fn a_deep_lock_holds_what_is_below_and_what_comes() {
    let house = House::open();
    let root = house.ada.files();
    let dir = format!("{root}d");
    mkcol(&house, &dir);
    put(&house, &format!("{dir}/f"), "x");
    let lock = house
        .ask(
            Ask::new("LOCK", &dir)
                .header("Depth", "infinity")
                .header("Timeout", "Infinite, Second-4100000000")
                .xml(LOCK_EXCLUSIVE),
        )
        .expect(&[200], "a lock");
    let token = lock_token(&lock);
    let with = |ask: Ask| ask.header("If", format!("<{}/> (<{token}>)", house.url(&dir)));
    assert!(token.starts_with("urn:uuid:") || token.starts_with("opaquelocktoken:"), "{token}");
    assert_eq!(status(&house, Ask::new("PUT", &format!("{dir}/f")).body("y")), 423);
    assert_eq!(status(&house, Ask::new("PUT", &format!("{dir}/new")).body("y")), 423, "a new member (§7.4)");
    assert_eq!(status(&house, Ask::new("DELETE", &format!("{dir}/f"))), 423);
    assert_eq!(status(&house, Ask::new("MKCOL", &format!("{dir}/sub"))), 423);
    assert_eq!(status(&house, Ask::new("MOVE", &dir).header("Destination", format!("{root}e"))), 423);
    assert_eq!(status(&house, proppatch(&format!("{dir}/f"), "<d:set><d:prop><t:m>1</t:m></d:prop></d:set>")), 423);
    assert_eq!(status(&house, Ask::new("GET", &format!("{dir}/f"))), 200, "reading is free");
    assert_eq!(
        status(&house, Ask::new("COPY", &format!("{dir}/f")).header("Destination", format!("{root}g"))),
        201,
        "copying away is free"
    );
    assert_eq!(status(&house, Ask::new("PUT", &format!("{root}beside")).body("y")), 201);
    assert_eq!(status(&house, with(Ask::new("PUT", &format!("{dir}/new")).body("y"))), 201, "with the token");
    assert_eq!(
        status(&house, Ask::new("PUT", &format!("{dir}/new")).body("z")),
        423,
        "the new member is under the lock"
    );

    // The 423 says where the lock is.
    let answer = house.ask(Ask::new("DELETE", &format!("{dir}/f")));
    assert!(answer.text().contains("lock-token-submitted"), "§16: {answer}");

    // Others may not lock inside, nor around.
    assert_eq!(status(&house, Ask::new("LOCK", &format!("{dir}/f")).xml(LOCK_SHARED)), 423);
    let around = house.ask(Ask::new("LOCK", &root).header("Depth", "infinity").xml(LOCK_EXCLUSIVE));
    assert!([207, 423].contains(&around.status), "§9.10.6: {around}");

    // Discovery on a member shows the lock of the ancestor (§6.8 , §15.8).
    let found = house.ask(propfind(&format!("{dir}/f"), "0", "<d:lockdiscovery/>")).text();
    assert!(found.contains(&token) && found.contains("lockroot"), "{found}");

    // A refresh has no body, and names the lock in If (§9.10.2).
    let refreshed = house.ask(with(Ask::new("LOCK", &dir).header("Timeout", "Second-120"))).expect(&[200], "a refresh");
    assert!(refreshed.text().contains("Second-1"), "the new time is told: {refreshed}");
    assert_eq!(
        status(
            &house,
            Ask::new("UNLOCK", &dir).header("Lock-Token", "<urn:uuid:00000000-0000-0000-0000-000000000000>")
        ),
        409,
        "§9.11.1"
    );
    assert_eq!(status(&house, Ask::new("UNLOCK", &dir)), 400, "UNLOCK names its lock (§9.11)");
    // Unlocking through a member is unlocking the whole.
    assert_eq!(status(&house, Ask::new("UNLOCK", &format!("{dir}/f")).header("Lock-Token", format!("<{token}>"))), 204);
    assert_eq!(status(&house, Ask::new("PUT", &format!("{dir}/f")).body("free")), 204);
    house.close();
}

#[test]
fn a_lock_ends_by_itself_and_survives_a_restart() {
    let mut house = House::open();
    let file = format!("{}f", house.ada.files());
    put(&house, &file, "x");
    let lock =
        house.ask(Ask::new("LOCK", &file).header("Timeout", "Second-600").xml(LOCK_EXCLUSIVE)).expect(&[200], "a lock");
    let token = lock_token(&lock);
    house.kill();
    house.start();
    assert_eq!(status(&house, Ask::new("PUT", &file).body("y")), 423, "acknowledged means kept, locks too");
    house.ask(Ask::new("UNLOCK", &file).header("Lock-Token", format!("<{token}>"))).expect(&[204], "given back");
    house.ask(Ask::new("LOCK", &file).header("Timeout", "Second-1").xml(LOCK_EXCLUSIVE)).expect(&[200], "a short lock");
    abri_house::stranger::until("a lock of one second ends", std::time::Duration::from_secs(30), || {
        status(&house, Ask::new("PUT", &file).body("z")) == 204
    });
    house.close();
}

#[test]
fn a_lock_does_not_travel() {
    let house = House::open();
    let root = house.ada.files();
    put(&house, &format!("{root}a"), "x");
    let lock = house.ask(Ask::new("LOCK", &format!("{root}a")).xml(LOCK_EXCLUSIVE)).expect(&[200], "a lock");
    let token = lock_token(&lock);
    let moved = Ask::new("MOVE", &format!("{root}a"))
        .header("Destination", format!("{root}b"))
        .header("If", format!("(<{token}>)"));
    assert_eq!(status(&house, moved), 201);
    assert_eq!(
        status(&house, Ask::new("PUT", &format!("{root}b")).body("y")),
        204,
        "a move leaves its locks behind (§7.5)"
    );
    assert_eq!(
        status(&house, Ask::new("PUT", &format!("{root}a")).body("y")),
        201,
        "and they are gone with the resource"
    );
    house.close();
}

#[test]
fn shared_locks() {
    let house = House::open();
    let file = format!("{}f", house.ada.files());
    put(&house, &file, "x");
    let take = |body: &str| house.ask(Ask::new("LOCK", &file).xml(body));
    let first = lock_token(&take(LOCK_SHARED).expect(&[200], "shared"));
    let second = lock_token(&take(LOCK_SHARED).expect(&[200], "shared twice"));
    assert_ne!(first, second);
    take(LOCK_EXCLUSIVE).expect(&[423], "not exclusive beside");
    assert_eq!(status(&house, Ask::new("PUT", &file).body("y")), 423);
    assert_eq!(
        status(&house, Ask::new("PUT", &file).header("If", format!("(<{second}>)")).body("y")),
        204,
        "any of them will do"
    );
    for token in [first, second] {
        house.ask(Ask::new("UNLOCK", &file).header("Lock-Token", format!("<{token}>"))).expect(&[204], "given back");
    }
    assert_eq!(status(&house, Ask::new("PUT", &file).body("z")), 204);
    house.close();
}

#[test]
fn locking_a_name_that_is_not_there_makes_an_empty_file() {
    let house = House::open();
    let root = house.ada.files();
    let lock = house.ask(Ask::new("LOCK", &format!("{root}new")).xml(LOCK_EXCLUSIVE)).expect(&[201], "§9.10.4");
    let token = lock_token(&lock);
    assert_eq!(text(&house, &format!("{root}new")), "");
    assert_eq!(status(&house, Ask::new("LOCK", &format!("{root}no/parent")).xml(LOCK_EXCLUSIVE)), 409);
    house
        .ask(Ask::new("DELETE", &format!("{root}new")).header("If", format!("(<{token}>)")))
        .expect(&[204], "gone with its lock");
    house.close();
}

#[test]
fn the_if_header_in_all_its_forms() {
    let house = House::open();
    let root = house.ada.files();
    let file = format!("{root}f");
    let other = format!("{root}other");
    let etag = put(&house, &file, "x");
    let other_etag = put(&house, &other, "o");
    let dead = "urn:uuid:181d4fae-7d8c-11d0-a765-00a0c91e6bf2";
    let ask = |value: String| {
        // A PROPPATCH changes no ETag, so every case starts from the same state.
        status(&house, proppatch(&file, "<d:set><d:prop><t:m>1</t:m></d:prop></d:set>").header("If", value))
    };
    let url = house.url(&file);
    let away = house.url(&other);
    for (value, expected) in [
        (format!("([{etag}])"), 207),
        ("([\"no\"])".to_string(), 412),
        ("(Not [\"no\"])".to_string(), 207),
        (format!("(Not [{etag}])"), 412),
        (format!("(<{dead}>)"), 412),
        (format!("(Not <{dead}>)"), 207),
        ("(Not <DAV:no-lock>)".to_string(), 207),
        ("(<DAV:no-lock>)".to_string(), 412),
        (format!("(<{dead}>) (Not <DAV:no-lock>)"), 207),
        (format!("(<{dead}> [{etag}]) ([{etag}])"), 207),
        (format!("([\"no\"]) ([{etag}])"), 207),
        (format!("<{url}> ([{etag}])"), 207),
        (format!("<{file}> ([{etag}])"), 207),
        (format!("<{url}> ([\"no\"])"), 412),
        (format!("<{away}> ([{other_etag}])"), 207),
        (format!("<{away}> ([\"no\"])"), 412),
        (format!("<{url}> ([\"no\"]) <{away}> ([{other_etag}])"), 207),
        (format!("<{}> (Not [\"x\"])", house.url(&format!("{root}nowhere"))), 207),
        (format!("<{}> ([\"x\"])", house.url(&format!("{root}nowhere"))), 412),
    ] {
        assert_eq!(ask(value.clone()), expected, "If: {value}");
    }
    for broken in ["(", "()", "([\"x\")", "<x (<y>)", "(<urn:x> Not)", "nonsense", "(Not)"] {
        assert_eq!(ask(broken.to_string()), 400, "If: {broken}");
    }
    let lock = house.ask(Ask::new("LOCK", &file).xml(LOCK_EXCLUSIVE)).expect(&[200], "a lock");
    let token = lock_token(&lock);
    for (value, expected) in [
        (format!("(<{token}>)"), 207),
        (format!("(<{token}> [{etag}])"), 207),
        (format!("(<{token}> [\"no\"])"), 412),
        (format!("(<{token}> Not [\"no\"])"), 207),
        (format!("<{url}> (<{token}>)"), 207),
        (format!("([{etag}])"), 423),
        ("(Not <DAV:no-lock>)".to_string(), 423),
        (format!("(Not <{token}>) ([{etag}])"), 207),
        (format!("<{away}> (<{token}>)"), 412),
    ] {
        // `(Not <token>) ([etag])` is the trick of §10.4.9: the token is submitted although its list is false.
        assert_eq!(ask(value.clone()), expected, "If (locked): {value}");
    }
    house.close();
}

// --- RFC 4331: quota ---

#[test]
fn quota() {
    let house = House::open();
    let eve = house.account("eve", &["--quota", "1000000"]);
    let look = || {
        let rows = Multistatus::of(
            &house.ask_as(&eve, propfind(&eve.files(), "0", "<d:quota-used-bytes/><d:quota-available-bytes/>")),
        );
        let number = |name: &str| rows.rows[0].dav(name).and_then(|text| text.parse::<i64>().ok()).expect("a number");
        (number("quota-used-bytes"), number("quota-available-bytes"))
    };
    assert_eq!(look(), (0, 1_000_000));
    house
        .ask_as(&eve, Ask::new("PUT", &format!("{}a", eve.files())).body(body::bytes(1, 600_000)))
        .expect(&[201], "room");
    assert_eq!(look(), (600_000, 400_000));
    let over = house.ask_as(&eve, Ask::new("PUT", &format!("{}b", eve.files())).body(body::bytes(2, 600_000)));
    assert_eq!(over.status, 507, "{over}");
    let copied = Ask::new("COPY", &format!("{}a", eve.files())).header("Destination", format!("{}c", eve.files()));
    assert_eq!(house.ask_as(&eve, copied).status, 507, "a copy counts (RFC 4331 §6)");
    // The end of a stream of unknown length is not a way round.
    let endless = {
        let mut chunked = Vec::new();
        for number in 0..10 {
            let part = body::bytes(number, 65_536);
            chunked.extend(format!("{:x}\r\n", part.len()).bytes());
            chunked.extend(part);
            chunked.extend(b"\r\n");
        }
        chunked.extend(b"0\r\n\r\n");
        Ask::new("PUT", &format!("{}d", eve.files())).header("Transfer-Encoding", "chunked").body(chunked)
    };
    assert_eq!(house.ask_as(&eve, endless).status, 507, "told while streaming");
    assert_eq!(house.ask_as(&eve, Ask::new("GET", &format!("{}d", eve.files()))).status, 404);
    assert_eq!(look().0, 600_000, "what was refused does not count");
    house.close();
}

// --- RFC 6578: sync-collection ---

struct Sync<'a> {
    house: &'a House,
    root: String,
    token: String,
    level: &'static str,
}

impl Sync<'_> {
    /// What changed since the last time: (path below the root, gone).
    #[track_caller]
    fn changes(&mut self) -> Vec<(String, bool)> {
        let answer = self.house.ask(sync_report(&self.root, &self.token, self.level, "<d:getetag/>"));
        let report = Multistatus::of(&answer);
        self.token = report.sync_token.clone().expect("a report has a token");
        let mut changes: Vec<(String, bool)> = report
            .rows
            .iter()
            .map(|row| {
                (row.path().trim_start_matches(&self.root).trim_end_matches('/').to_string(), row.status == Some(404))
            })
            .filter(|(path, _)| !path.is_empty())
            .collect();
        changes.sort();
        changes
    }
}

fn here(path: &str) -> (String, bool) {
    (path.to_string(), false)
}

fn gone(path: &str) -> (String, bool) {
    (path.to_string(), true)
}

#[test]
fn sync_collection() {
    let mut house = House::open();
    let root = house.ada.files();
    mkcol(&house, &format!("{root}d"));
    mkcol(&house, &format!("{root}out"));
    put(&house, &format!("{root}d/a"), "a");
    put(&house, &format!("{root}d/b"), "b");
    let go = |house: &House, method: &str, from: &str, to: &str| {
        let answer = house.ask(Ask::new(method, &format!("{root}{from}")).header("Destination", format!("{root}{to}")));
        assert!(answer.status < 300, "{method} {from} {to}: {answer}");
    };
    let reports = house.ask(propfind(&format!("{root}d/"), "0", "<d:supported-report-set/><d:sync-token/>"));
    assert!(reports.text().contains("sync-collection"), "§3.2 : {reports}");
    {
        let mut flat = Sync { house: &house, root: format!("{root}d/"), token: String::new(), level: "1" };
        let mut whole = Sync { house: &house, root: root.clone(), token: String::new(), level: "infinite" };
        assert_eq!(flat.changes(), [here("a"), here("b")]);
        assert_eq!(whole.changes(), [here("d"), here("d/a"), here("d/b"), here("out")]);
        assert_eq!(flat.changes(), [], "nothing since");

        put(&house, &format!("{root}d/c"), "c");
        house.ask(Ask::new("DELETE", &format!("{root}d/a"))).expect(&[204], "a removal");
        assert_eq!(flat.changes(), [gone("a"), here("c")]);
        go(&house, "MOVE", "d/b", "out/b");
        assert_eq!(flat.changes(), [gone("b")], "what moved out is gone from here (§3.5.2)");
        go(&house, "MOVE", "out/b", "d/b2");
        go(&house, "MOVE", "d/b2", "d/b3");
        let renamed = flat.changes();
        assert!(renamed.contains(&here("b3")) && !renamed.contains(&here("b2")), "{renamed:?}");
        put(&house, &format!("{root}out/deep"), "x");
        assert_eq!(flat.changes(), [], "what is elsewhere is not reported");

        // A moved folder: its members are at another path, and whoever follows the tree must learn it.
        go(&house, "MOVE", "d", "out/d");
        let changes = whole.changes();
        assert!(changes.contains(&gone("d")), "{changes:?}");
        for path in ["out/d", "out/d/b3", "out/d/c"] {
            assert!(changes.contains(&here(path)), "{path} is new to a follower: {changes:?}");
        }
        // Made and removed between two looks: nothing, or gone, never there.
        put(&house, &format!("{root}brief"), "x");
        house.ask(Ask::new("DELETE", &format!("{root}brief"))).expect(&[204], "a removal");
        assert!(!whole.changes().contains(&here("brief")));

        // Every name once, whatever happened to it.
        put(&house, &format!("{root}again"), "1");
        put(&house, &format!("{root}again"), "2");
        house.ask(Ask::new("DELETE", &format!("{root}again"))).expect(&[204], "a removal");
        put(&house, &format!("{root}again"), "3");
        let changes = whole.changes();
        assert_eq!(changes.iter().filter(|(path, _)| path == "again").count(), 1, "{changes:?}");
        assert!(changes.contains(&here("again")));
    }
    // Tokens live longer than the process.
    let token =
        Multistatus::of(&house.ask(sync_report(&root, "", "infinite", "<d:getetag/>"))).sync_token.expect("a token");
    house.restart();
    let report = Multistatus::of(&house.ask(sync_report(&root, &token, "infinite", "<d:getetag/>")));
    assert_eq!(report.rows.len(), 0, "nothing happened while it was down");
    // A token that is not ours is refused in the words of §3.2.
    for wrong in ["urn:x:never", "0.0", "http://example.org/ns/sync/1", &format!("{token}9999999")] {
        let answer = house.ask(sync_report(&root, wrong, "infinite", "<d:getetag/>"));
        assert!(
            [403, 409, 410].contains(&answer.status) && answer.text().contains("valid-sync-token"),
            "{wrong}: {answer}"
        );
    }
    house.close();
}

/// A folder that went, and another that came under its name, between two looks: its former members are gone from
/// there, and since the name itself is not gone, each must be said to be (RFC 6578 §3.5.2). Or the token is refused.
#[test]
fn a_folder_replaced_by_another_of_its_name() {
    for (how, take_away) in [("moved away", "MOVE"), ("deleted", "DELETE")] {
        let house = House::open();
        let root = house.ada.files();
        mkcol(&house, &format!("{root}d"));
        put(&house, &format!("{root}d/old"), "x");
        mkcol(&house, &format!("{root}d/sub"));
        put(&house, &format!("{root}d/sub/deep"), "x");
        let token = Multistatus::of(&house.ask(sync_report(&root, "", "infinite", "<d:getetag/>")))
            .sync_token
            .expect("a token");
        house
            .ask(Ask::new(take_away, &format!("{root}d")).header("Destination", format!("{root}elsewhere")))
            .expect(&[201, 204], how);
        mkcol(&house, &format!("{root}d"));
        put(&house, &format!("{root}d/new"), "x");
        let answer = house.ask(sync_report(&root, &token, "infinite", "<d:getetag/>"));
        if answer.text().contains("valid-sync-token") {
            house.close();
            continue;
        }
        let report = Multistatus::of(&answer);
        let status = |path: &str| report.find(&format!("{root}{path}")).map(|row| row.status);
        assert_eq!(status("d/new"), Some(None), "{how}: the new member is there: {answer}");
        let told = |path: &str| status(path) == Some(Some(404));
        assert!(told("d/old"), "{how}: d/old is gone and must be said to be: {answer}");
        assert!(told("d/sub") || told("d/sub/deep"), "{how}: d/sub is gone and must be said to be: {answer}");
        house.close();
    }
}

#[test]
fn sync_collection_in_pages() {
    let house = House::open();
    let root = house.ada.files();
    for number in 0..25 {
        put(&house, &format!("{root}f{number:02}"), "x");
    }
    let mut token = String::new();
    let mut names = Vec::new();
    for page in 0..50 {
        assert!(page < 49, "the pages have no end");
        let xml = format!(
            r#"<?xml version="1.0"?><d:sync-collection xmlns:d="DAV:"><d:sync-token>{token}</d:sync-token><d:sync-level>1</d:sync-level><d:limit><d:nresults>10</d:nresults></d:limit><d:prop><d:getetag/></d:prop></d:sync-collection>"#
        );
        let answer = house.ask(Ask::new("REPORT", &root).header("Depth", "0").xml(&xml));
        let report = Multistatus::of(&answer);
        let more = report.rows.iter().any(|row| row.status == Some(507));
        let page: Vec<String> =
            report.rows.iter().filter(|row| row.status != Some(507)).map(|row| row.path()).collect();
        assert!(page.len() <= 10, "{answer}");
        names.extend(page);
        token = report.sync_token.expect("a token");
        if !more {
            break;
        }
    }
    names.sort();
    let expected: Vec<String> = (0..25).map(|number| format!("{root}f{number:02}")).collect();
    assert_eq!(names, expected, "each once over all pages");
    house.close();
}

#[test]
fn a_token_from_before_a_restored_backup_is_refused() {
    let mut house = House::open();
    let root = house.ada.files();
    put(&house, &format!("{root}kept"), "x");
    let backup = house.scratch("backups").join("one");
    house.abri(&["backup", backup.to_str().expect("UTF-8")]).good();
    put(&house, &format!("{root}later"), "x");
    let token =
        Multistatus::of(&house.ask(sync_report(&root, "", "infinite", "<d:getetag/>"))).sync_token.expect("a token");
    house.stop();
    std::fs::remove_dir_all(house.data()).expect("the disk is lost");
    house.abri(&["restore", backup.to_str().expect("UTF-8")]).good();
    house.start();
    assert_eq!(text(&house, &format!("{root}kept")), "x");
    assert_eq!(status(&house, Ask::new("GET", &format!("{root}later"))), 404);
    put(&house, &format!("{root}other"), "x");
    let answer = house.ask(sync_report(&root, &token, "infinite", "<d:getetag/>"));
    assert!(
        [403, 409, 410].contains(&answer.status) && answer.text().contains("valid-sync-token"),
        "a client must start again: {answer}"
    );
    house.close();
}

// --- RFC 5323: SEARCH ---

#[test]
fn search_basics() {
    let house = House::open();
    let root = house.ada.files();
    mkcol(&house, &format!("{root}d"));
    put(&house, &format!("{root}d/Holiday.jpg"), "jpeg");
    put(&house, &format!("{root}d/notes.txt"), "text");
    put(&house, &format!("{root}holiday plan.txt").replace(' ', "%20"), "text");
    let options = house.ask(Ask::new("OPTIONS", &root));
    assert!(options.must_header("allow").contains("SEARCH"), "{options}");
    assert!(options.must_header("dasl").contains("<DAV:basicsearch>"), "RFC 5323 §3.2 : {options}");
    let search = |condition: &str, more: &str| -> Vec<String> {
        let xml = format!(
            r#"<?xml version="1.0" encoding="UTF-8"?><d:searchrequest xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns"><d:basicsearch><d:select><d:prop><d:displayname/><oc:fileid/></d:prop></d:select><d:from><d:scope><d:href>/files/ada</d:href><d:depth>infinity</d:depth></d:scope></d:from><d:where>{condition}</d:where>{more}</d:basicsearch></d:searchrequest>"#
        );
        let answer = house.ask(Ask::new("SEARCH", "/remote.php/dav/").xml(&xml));
        let mut names: Vec<String> = Multistatus::of(&answer)
            .rows
            .iter()
            .map(|row| row.dav("displayname").expect("a name").to_string())
            .collect();
        names.sort();
        names
    };
    let like = "<d:like><d:prop><d:displayname/></d:prop><d:literal>%holiday%</d:literal></d:like>";
    assert_eq!(search(like, ""), ["Holiday.jpg", "holiday plan.txt"]);
    let kind = "<d:like><d:prop><d:getcontenttype/></d:prop><d:literal>image/%</d:literal></d:like>";
    assert_eq!(search(kind, ""), ["Holiday.jpg"]);
    assert_eq!(search(&format!("<d:and>{like}<d:not>{kind}</d:not></d:and>"), ""), ["holiday plan.txt"]);
    assert_eq!(search(like, "<d:limit><d:nresults>1</d:nresults></d:limit>").len(), 1);
    assert_eq!(search("<d:gt><d:prop><oc:size/></d:prop><d:literal>1000</d:literal></d:gt>", ""), Vec::<String>::new());
    house.close();
}

// --- who may see what ---

#[test]
fn the_files_of_others_are_out_of_reach() {
    let house = House::open();
    let bob = house.account("bob", &[]);
    let file = format!("{}secret.txt", house.ada.files());
    put(&house, &file, "for ada only");
    let check = |ask: Ask| -> Answer { house.ask_as(&bob, ask) };
    for ask in [
        Ask::new("GET", &file),
        Ask::new("HEAD", &file),
        propfind(&house.ada.files(), "1", "<d:getetag/>"),
        Ask::new("PUT", &file).body("x"),
        Ask::new("DELETE", &file),
        Ask::new("MKCOL", &format!("{}x", house.ada.files())),
        Ask::new("LOCK", &file).xml(LOCK_EXCLUSIVE),
        sync_report(&house.ada.files(), "", "infinite", "<d:getetag/>"),
        Ask::new("COPY", &file).header("Destination", format!("{}stolen", bob.files())),
        Ask::new("MOVE", &file).header("Destination", format!("{}stolen", bob.files())),
    ] {
        let shown = ask.method.clone();
        let answer = check(ask);
        assert!([403, 404].contains(&answer.status), "{shown}: {answer}");
        assert!(!answer.text().contains("for ada only"), "{shown}");
    }
    put_as(&house, &bob, &format!("{}mine", bob.files()));
    let planted = check(
        Ask::new("COPY", &format!("{}mine", bob.files()))
            .header("Destination", format!("{}planted", house.ada.files())),
    );
    assert!([403, 404, 409].contains(&planted.status), "{planted}");
    assert_eq!(text(&house, &file), "for ada only");
    // Paths that try to climb.
    for path in [
        "/remote.php/dav/files/bob/../ada/secret.txt",
        "/remote.php/dav/files/bob/%2e%2e/ada/secret.txt",
        "/remote.php/dav/files/bob/..%2fada%2fsecret.txt",
        "/dav/../../../etc/passwd",
    ] {
        let answer = check(Ask::new("GET", path));
        assert!((400..500).contains(&answer.status), "{path}: {answer}");
    }
    // A shared space shows itself to its members only.
    let space = house.shared_space("Secrets", &["ada"]);
    let answer = check(propfind(&space, "0", "<d:getetag/>"));
    assert!([403, 404].contains(&answer.status), "{answer}");
    house.close();
}

fn put_as(house: &House, who: &abri_house::house::Account, path: &str) {
    house.ask_as(who, Ask::new("PUT", path).body("x")).expect(&[201], "a file");
}

#[test]
fn credentials() {
    let house = House::open();
    let root = house.ada.files();
    let look = || propfind(&root, "0", "<d:getetag/>");
    let none = house.ask_bare(look());
    assert_eq!(none.status, 401, "{none}");
    assert!(none.must_header("www-authenticate").starts_with("Basic realm="), "{none}");
    assert_eq!(house.ask_bare(look().basic("ada", "wrong")).status, 401);
    assert_eq!(house.ask_bare(look().basic("nobody", "wrong")).status, 401);
    assert_eq!(
        house.ask_bare(look().basic("ada", abri_house::house::PASSPHRASE)).status,
        207,
        "the passphrase works too"
    );
    assert_eq!(house.ask_bare(look().header("Authorization", "Basic !!!")).status, 401);
    assert_eq!(house.ask_bare(look().header("Authorization", "Basic")).status, 401);
    assert_eq!(house.ask_bare(look().header("Authorization", "Negotiate x")).status, 401);
    house.close();
}

#[test]
fn names_in_nfc_and_nfd_are_one() {
    let house = House::open();
    let root = house.ada.files();
    put(&house, &format!("{root}%C3%A9"), "composed");
    let answer = house.ask(Ask::new("PUT", &format!("{root}e%CC%81")).body("decomposed"));
    assert_eq!(answer.status, 204, "the same name to a person: {answer}");
    let rows = Multistatus::of(&house.ask(propfind(&root, "1", "<d:getetag/>")));
    assert_eq!(rows.rows.len(), 2, "{:?}", rows.paths());
    assert_eq!(status(&house, Ask::new("MKCOL", &format!("{root}e%CC%81"))), 405);
    house.close();
}
