//! What strangers send: every malformed thing gets a 4xx that helps, the server lives on, nothing stays behind.
//!
//! Most of this is a table: a name, a request, the statuses that are right, a word the explanation must contain.

use abri_house::dav::{LOCK_EXCLUSIVE, Multistatus, propfind};
use abri_house::stranger::until;
use abri_house::{Answer, Ask, House, body};
use std::time::{Duration, Instant};

/// No refusal may take longer: an attack must be cheap to refuse.
const REFUSAL_WAIT: Duration = Duration::from_secs(5);

struct Case {
    name: &'static str,
    ask: Ask,
    statuses: &'static [u16],
    says: &'static str,
}

fn case(name: &'static str, ask: Ask, statuses: &'static [u16], says: &'static str) -> Case {
    Case { name, ask, statuses, says }
}

/// Runs a table; every failing case is told, not only the first.
#[track_caller]
fn table(house: &House, cases: Vec<Case>) {
    let mut wrongs = Vec::new();
    let count = cases.len();
    for Case { name, ask, statuses, says } in cases {
        let started = Instant::now();
        let ask = ask.basic(&house.ada.name, &house.ada.secret);
        let answer = match house.line().ask(&ask) {
            Ok(answer) => answer,
            Err(cause) => {
                wrongs.push(format!("{name}: no answer at all ({cause})"));
                continue;
            }
        };
        if !statuses.contains(&answer.status) {
            wrongs.push(format!("{name}: expected {statuses:?}, got {answer}"));
        } else if let Some(wrong) = unhelpful(&answer, says, ask.method == "HEAD") {
            wrongs.push(format!("{name}: {wrong}: {answer}"));
        }
        if started.elapsed() > REFUSAL_WAIT {
            wrongs.push(format!("{name}: took {:?}", started.elapsed()));
        }
    }
    assert!(wrongs.is_empty(), "{} of {count} are wrong:\n{}\n{}", wrongs.len(), wrongs.join("\n"), house.log_tail());
    println!("{count} refusals, all right");
}

/// A refusal explains itself, and does not show its insides.
fn unhelpful(answer: &Answer, says: &str, bodiless: bool) -> Option<String> {
    // These say everything by their number; 414 and 431 come from the HTTP parser, before there is a request.
    if answer.status < 400 || bodiless || [412, 414, 416, 431].contains(&answer.status) {
        return None;
    }
    let text = answer.text();
    if text.trim().len() < 10 {
        return Some("no explanation".into());
    }
    if !text.to_lowercase().contains(&says.to_lowercase()) {
        return Some(format!("the explanation does not mention {says:?}"));
    }
    ["panicked", ".rs:", "rusqlite", "SQLITE", "/root/", "/home/"]
        .iter()
        .find(|inside| text.contains(**inside))
        .map(|inside| format!("the explanation shows {inside:?}"))
}

/// The tree must be what it was: only the file that was put there before.
#[track_caller]
fn nothing_stayed(house: &House, expected: &[&str]) {
    let root = house.ada.files();
    let rows = Multistatus::of(&house.ask(propfind(&root, "1", "<d:getetag/>")));
    assert_eq!(rows.names(&root), expected, "a refused request left something behind");
}

fn root() -> &'static str {
    "/remote.php/dav/files/ada/"
}

fn at(name: &str) -> String {
    format!("{}{name}", root())
}

#[test]
fn xml() {
    let house = House::open();
    house.ask(Ask::new("PUT", &at("f")).body("x")).expect(&[201], "a file");
    let find = |xml: String| Ask::new("PROPFIND", root()).header("Depth", "0").xml(&xml);
    let patch = |xml: &str| Ask::new("PROPPATCH", &at("f")).xml(xml);
    let report = |xml: &str| Ask::new("REPORT", root()).header("Depth", "0").xml(xml);
    let deep = |levels: usize| format!("{}{}", "<a>".repeat(levels), "</a>".repeat(levels));
    let bomb = {
        let mut text = String::from("<?xml version=\"1.0\"?><!DOCTYPE d [<!ENTITY a0 \"ha\">");
        for level in 1..30 {
            text += &format!("<!ENTITY a{level} \"&a{0};&a{0};&a{0};&a{0};\">", level - 1);
        }
        text + "]><d:propfind xmlns:d=\"DAV:\"><d:prop><d:x>&a29;</d:x></d:prop></d:propfind>"
    };
    let outside = "<?xml version=\"1.0\"?><!DOCTYPE d [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><d:propfind xmlns:d=\"DAV:\"><d:prop><d:x>&x;</d:x></d:prop></d:propfind>";
    let many_attributes = (0..20_000).map(|n| format!(" a{n}=\"1\"")).collect::<String>();
    let many_properties = (0..200_000).map(|n| format!("<x{n} xmlns=\"urn:x\"/>")).collect::<String>();
    let mut cases = vec![
        case("cut off", find("<d:propfind xmlns:d=\"DAV:\"><d:prop>".into()), &[400], "xml"),
        case("crossed tags", find("<d:propfind xmlns:d=\"DAV:\"><d:prop></d:propfind></d:prop>".into()), &[400], "xml"),
        case("no XML", find("hello".into()), &[400], "xml"),
        case("JSON", find("{\"depth\": 0}".into()), &[400], "xml"),
        case("only a declaration", find("<?xml version=\"1.0\"?>".into()), &[400], "xml"),
        case("two roots", find("<d:propfind xmlns:d=\"DAV:\"><d:allprop/></d:propfind><x/>".into()), &[400], "xml"),
        case("no prefix declared", find("<d:propfind><d:allprop/></d:propfind>".into()), &[400], "prefix"),
        case("a prefix of nothing", find("<d:propfind xmlns:d=\"DAV:\"><d:prop><x:y xmlns:x=\"\"/></d:prop></d:propfind>".into()), &[400], "namespace"),
        case("another root", find("<d:propertyupdate xmlns:d=\"DAV:\"/>".into()), &[400, 422], "propfind"),
        case("a root of no namespace", find("<propfind><allprop/></propfind>".into()), &[400, 422], "propfind"),
        case("an empty propfind", find("<d:propfind xmlns:d=\"DAV:\"/>".into()), &[400, 422], "prop"),
        case("two wishes", find("<d:propfind xmlns:d=\"DAV:\"><d:allprop/><d:propname/></d:propfind>".into()), &[207, 400, 422], "prop"),
        case("an unknown entity", find("<d:propfind xmlns:d=\"DAV:\"><d:prop>&who;<d:x/></d:prop></d:propfind>".into()), &[400], "entit"),
        case("a control character", find("<d:propfind xmlns:d=\"DAV:\"><d:prop><d:x>\u{1}</d:x></d:prop></d:propfind>".into()), &[400], ""),
        case("a forbidden reference", find("<d:propfind xmlns:d=\"DAV:\"><d:prop><d:x>&#0;</d:x></d:prop></d:propfind>".into()), &[400], ""),
        case("an attribute twice", find("<d:propfind xmlns:d=\"DAV:\" a=\"1\" a=\"2\"><d:allprop/></d:propfind>".into()), &[400], "xml"),
        case("an entity bomb", find(bomb), &[400], "doctype"),
        case("a file from outside", find(outside.into()), &[400], "doctype"),
        case("deep nesting", find(format!("<d:propfind xmlns:d=\"DAV:\"><d:prop>{}</d:prop></d:propfind>", deep(100_000))), &[400, 413], ""),
        case("deep nesting, not closed", find("<a>".repeat(200_000)), &[400, 413], ""),
        case("twenty thousand attributes", find(format!("<d:propfind xmlns:d=\"DAV:\"{many_attributes}><d:allprop/></d:propfind>")), &[400, 413], ""),
        case("two hundred thousand properties", find(format!("<d:propfind xmlns:d=\"DAV:\"><d:prop>{many_properties}</d:prop></d:propfind>")), &[400, 413], ""),
        case("a body of 40 MB", find(format!("<d:propfind xmlns:d=\"DAV:\"><!--{}--><d:allprop/></d:propfind>", "x".repeat(40_000_000))), &[413], ""),
        case("proppatch without instructions", patch("<d:propertyupdate xmlns:d=\"DAV:\"/>"), &[400, 422], "propert"),
        case("proppatch with another root", patch("<d:propfind xmlns:d=\"DAV:\"><d:allprop/></d:propfind>"), &[400, 422], "propertyupdate"),
        case("proppatch without a body", Ask::new("PROPPATCH", &at("f")), &[400, 422], ""),
        case("report without a body", Ask::new("REPORT", root()), &[400, 422], ""),
        case("a report nobody knows", report("<x:y xmlns:x=\"urn:x\"/>"), &[403, 501], "report"),
        case("sync without a level", report("<d:sync-collection xmlns:d=\"DAV:\"><d:sync-token/><d:prop><d:getetag/></d:prop></d:sync-collection>"), &[400], "sync-level"),
        case("sync with an odd level", report("<d:sync-collection xmlns:d=\"DAV:\"><d:sync-token/><d:sync-level>7</d:sync-level><d:prop/></d:sync-collection>"), &[400], "sync-level"),
        case("sync with an odd limit", report("<d:sync-collection xmlns:d=\"DAV:\"><d:sync-token/><d:sync-level>1</d:sync-level><d:limit><d:nresults>-4</d:nresults></d:limit><d:prop/></d:sync-collection>"), &[400], "nresults"),
        case("sync on a file", Ask::new("REPORT", &at("f")).header("Depth", "0").xml("<d:sync-collection xmlns:d=\"DAV:\"><d:sync-token/><d:sync-level>1</d:sync-level><d:prop/></d:sync-collection>"), &[403, 409], ""),
        case("a lock without a body", Ask::new("LOCK", &at("f")), &[400], "if"),
        case("a lock of no scope", Ask::new("LOCK", &at("f")).xml("<d:lockinfo xmlns:d=\"DAV:\"><d:locktype><d:write/></d:locktype></d:lockinfo>"), &[400, 422], "lockscope"),
        case("a lock of an odd type", Ask::new("LOCK", &at("f")).xml("<d:lockinfo xmlns:d=\"DAV:\"><d:lockscope><d:exclusive/></d:lockscope><d:locktype><d:read/></d:locktype></d:lockinfo>"), &[400, 412, 422], "locktype"),
        case("a search in no language", Ask::new("SEARCH", "/remote.php/dav/").xml("<d:searchrequest xmlns:d=\"DAV:\"><d:sql>x</d:sql></d:searchrequest>"), &[400, 422], "basicsearch"),
        case("a search nested deeply", Ask::new("SEARCH", "/remote.php/dav/").xml(&format!(
            "<d:searchrequest xmlns:d=\"DAV:\"><d:basicsearch><d:select><d:allprop/></d:select><d:from><d:scope><d:href>/files/ada</d:href><d:depth>infinity</d:depth></d:scope></d:from><d:where>{}{}</d:where></d:basicsearch></d:searchrequest>",
            "<d:not>".repeat(5_000), "</d:not>".repeat(5_000))), &[400, 413, 422], ""),
    ];
    // Bytes that are not UTF-8, with and without saying so.
    let mut latin = b"<?xml version=\"1.0\" encoding=\"utf-8\"?><d:propfind xmlns:d=\"DAV:\"><d:prop><d:x>".to_vec();
    latin.extend([0xe9, 0xe8]);
    latin.extend(b"</d:x></d:prop></d:propfind>");
    cases.push(Case {
        name: "not UTF-8",
        ask: Ask::new("PROPFIND", root()).header("Depth", "0").body(latin),
        statuses: &[400],
        says: "utf-8",
    });
    table(&house, cases);
    nothing_stayed(&house, &["f"]);
    house.close();
}

#[test]
fn headers() {
    let house = House::open();
    house.ask(Ask::new("PUT", &at("f")).body("x")).expect(&[201], "a file");
    let find = |name: &str, value: &str| Ask::new("PROPFIND", root()).header(name, value);
    let put = |name: &str, value: &str| Ask::new("PUT", &at("new")).header(name, value).body("x");
    let shift = |name: &str, value: &str| Ask::new("MOVE", &at("f")).header(name, value);
    let lock = |name: &str, value: &str| Ask::new("LOCK", &at("f")).header(name, value).xml(LOCK_EXCLUSIVE);
    table(
        &house,
        vec![
            case("Depth: 2", find("Depth", "2"), &[400], "depth"),
            case("Depth: -1", find("Depth", "-1"), &[400], "depth"),
            case("Depth: nonsense", find("Depth", "all"), &[400], "depth"),
            case("Depth: empty", find("Depth", ""), &[400], "depth"),
            case("LOCK with Depth: 1", lock("Depth", "1"), &[400], "depth"),
            case("LOCK with a nonsensical Timeout", lock("Timeout", "soon"), &[200, 400], ""),
            case(
                "COPY with Depth: 1",
                Ask::new("COPY", root()).header("Depth", "1").header("Destination", at("z")),
                &[400, 403],
                "",
            ),
            case("no Destination", Ask::new("MOVE", &at("f")), &[400], "destination"),
            case("an empty Destination", shift("Destination", ""), &[400], "destination"),
            case("a relative Destination", shift("Destination", "g"), &[400], "destination"),
            case("a Destination that is no URL", shift("Destination", "http://[::bad/x"), &[400], "destination"),
            case(
                "a Destination of another kind",
                shift("Destination", "ftp://127.0.0.1/x"),
                &[400, 502],
                "destination",
            ),
            case("a Destination outside", shift("Destination", "/etc/passwd"), &[400, 403, 409, 502], ""),
            case("a Destination that climbs", shift("Destination", &at("../bob/x")), &[400, 403, 409], ""),
            case("a Destination with a NUL", shift("Destination", &at("a%00b")), &[400], "name"),
            case("a Destination with bad escapes", shift("Destination", &at("a%zz")), &[400], ""),
            case(
                "Overwrite: perhaps",
                shift("Destination", &at("g")).header("Overwrite", "perhaps"),
                &[400],
                "overwrite",
            ),
            case("If: nonsense", put("If", "x"), &[400], "if"),
            case("If without end", put("If", "(<urn:x>"), &[400], "if"),
            case("If with nothing", put("If", ""), &[400], "if"),
            case("a very long If", put("If", &"(<urn:x>) ".repeat(3_000)), &[400, 412, 431], ""),
            case("If-Match: nonsense", put("If-Match", "abc"), &[400, 412], ""),
            case(
                "If-None-Match: *, on what is there",
                Ask::new("PUT", &at("f")).header("If-None-Match", "*").body("y"),
                &[412],
                "",
            ),
            case("X-OC-Mtime: nonsense", put("X-OC-Mtime", "yesterday"), &[400], "mtime"),
            case("X-OC-Mtime: infinity", put("X-OC-Mtime", "inf"), &[400], "mtime"),
            case("X-OC-Mtime: NaN", put("X-OC-Mtime", "NaN"), &[400], "mtime"),
            case("X-OC-Mtime: beyond time", put("X-OC-Mtime", "99999999999999999999"), &[400], "mtime"),
            case(
                "OC-Total-Length: nonsense",
                Ask::new("MKCOL", "/remote.php/dav/uploads/ada/u1").header("OC-Total-Length", "many"),
                &[400],
                "length",
            ),
            case(
                "OC-Total-Length: negative",
                Ask::new("MKCOL", "/remote.php/dav/uploads/ada/u2").header("OC-Total-Length", "-1"),
                &[400],
                "length",
            ),
            case(
                "OC-Checksum: wrong",
                put("OC-Checksum", "SHA1:da39a3ee5e6b4b0d3255bfef95601890afd80709"),
                &[400, 412],
                "checksum",
            ),
            case("OC-Checksum: no hash", put("OC-Checksum", "SHA1:xyz"), &[400], "checksum"),
            case("OC-Checksum: nameless", put("OC-Checksum", "da39a3ee"), &[400], "checksum"),
            case(
                "OC-Checksum: MD5, wrong",
                put("OC-Checksum", "MD5:d41d8cd98f00b204e9800998ecf8427e"),
                &[400, 412],
                "checksum",
            ),
            case("OC-Checksum: ADLER32, wrong", put("OC-Checksum", "ADLER32:00000001"), &[400, 412], "checksum"),
            case("Content-Range on PUT", put("Content-Range", "bytes 0-0/5"), &[400, 501], "content-range"),
            case("UNLOCK: nonsense", Ask::new("UNLOCK", &at("f")).header("Lock-Token", "token"), &[400], "lock-token"),
            case("UNLOCK: nothing", Ask::new("UNLOCK", &at("f")), &[400], "lock-token"),
            case("a method nobody knows", Ask::new("FROBNICATE", &at("f")), &[405, 501], ""),
            case("POST to a file", Ask::new("POST", &at("f")).body("x"), &[405, 415, 501], ""),
            case("PATCH of a file", Ask::new("PATCH", &at("f")).body("x"), &[405, 415, 501], ""),
            case("MKCOL with a body", Ask::new("MKCOL", &at("c")).body("x"), &[415], ""),
        ],
    );
    house.ask(Ask::new("DELETE", &at("f"))).expect(&[204, 423], "the file, perhaps locked by a lenient Timeout");
    let rows = Multistatus::of(&house.ask(propfind(root(), "1", "<d:getetag/>")));
    assert!(rows.names(root()).iter().all(|name| name == "f"), "{:?}", rows.paths());
    house.close();
}

#[test]
fn names_and_paths() {
    let house = House::open();
    let put = |name: &str| Ask::new("PUT", &at(name)).body("x");
    let make = |name: &str| Ask::new("MKCOL", &at(name));
    let long = "n".repeat(256);
    let longer = "n".repeat(5_000);
    let deep = "d/".repeat(1_000);
    table(
        &house,
        vec![
            case("a NUL", put("a%00b"), &[400, 403], "name"),
            case("a line break", put("a%0Ab"), &[400, 403], "name"),
            case("a carriage return", put("a%0Db"), &[400, 403], "name"),
            case("an escape", put("a%1Bb"), &[400, 403], "name"),
            case("DEL", put("a%7Fb"), &[400, 403], "name"),
            case("a slash in disguise", put("a%2Fb"), &[400, 403, 409], ""),
            case("not UTF-8", put("a%FFb"), &[400, 403], "utf-8"),
            case("half an escape", put("a%4"), &[400], ""),
            case("no escape", put("a%zzb"), &[400], ""),
            case("dot", put("%2E"), &[400, 403, 405, 409], ""),
            case("dot dot", put("%2E%2E"), &[400, 403, 405, 409], ""),
            case("climbing", put("x/../../../../etc/passwd"), &[400, 403, 404, 405, 409], ""),
            case("climbing in disguise", put("%2e%2e%2f%2e%2e%2fetc"), &[400, 403, 404, 409], ""),
            case("256 letters", put(&long), &[400, 403, 414], "long"),
            case("256 letters, a folder", make(&long), &[400, 403, 414], "long"),
            case("5,000 letters", put(&longer), &[400, 403, 414], ""),
            case("a thousand levels", put(&deep), &[400, 403, 404, 405, 409, 414], ""),
            case("100 kB of path", Ask::new("GET", &at(&"x".repeat(100_000))), &[400, 404, 414, 431], ""),
            case("PUT to the root", Ask::new("PUT", root()).body("x"), &[403, 405, 409], ""),
            case("DELETE of the root", Ask::new("DELETE", root()), &[403, 405], ""),
            case("MOVE of the root", Ask::new("MOVE", root()).header("Destination", at("x")), &[403, 405], ""),
            case("MKCOL of the root", Ask::new("MKCOL", root()), &[405], ""),
            case("PUT above", Ask::new("PUT", "/remote.php/dav/x").body("x"), &[403, 404, 405, 409], ""),
            case("PUT to another door", Ask::new("PUT", "/remote.php/dav/files/").body("x"), &[403, 404, 405, 409], ""),
            case("nobody's files", Ask::new("GET", "/remote.php/dav/files/nobody/x"), &[403, 404], ""),
            case("no such space", propfind("/dav/spaces/0123456789/", "0", "<d:getetag/>"), &[400, 403, 404], ""),
            case("a space that is no id", propfind("/dav/spaces/..%2f/", "0", "<d:getetag/>"), &[400, 403, 404], ""),
            case(
                "an upload of odd name",
                Ask::new("MKCOL", "/remote.php/dav/uploads/ada/..%2f..%2fx"),
                &[400, 403, 404],
                "",
            ),
            case(
                "an upload of long name",
                Ask::new("MKCOL", &format!("/remote.php/dav/uploads/ada/{longer}")),
                &[400, 403, 414],
                "",
            ),
            case(
                "a chunk without upload",
                Ask::new("PUT", "/remote.php/dav/uploads/ada/none/00001").body("x"),
                &[404, 409],
                "",
            ),
            case(
                "an end without upload",
                Ask::new("MOVE", "/remote.php/dav/uploads/ada/none/.file").header("Destination", at("x")),
                &[404, 409],
                "",
            ),
        ],
    );
    nothing_stayed(&house, &[]);

    // And what may look dangerous but is a fair name.
    let fair = [
        "CON",
        "a:b",
        "a*b?",
        "a\\b",
        " ",
        "..hidden",
        ".htaccess",
        "~",
        "a..b",
        "  lead",
        "'quote'",
        "<tag>",
        "%25",
        "💾",
        "e\u{301}",
        "trailing.",
    ];
    for name in fair {
        let path = at(&abri_house::path::encode(name));
        let answer = house.ask(Ask::new("PUT", &path).body("x"));
        // A server may refuse some of these by policy, but then clearly; and what it takes it must give back.
        if answer.status == 201 {
            house.ask(Ask::new("GET", &path)).expect(&[200], name);
        } else {
            assert!(
                [400, 403].contains(&answer.status) && answer.text().to_lowercase().contains("name"),
                "{name}: {answer}"
            );
        }
    }
    house.close();
}

#[test]
fn values_that_are_too_long() {
    let house = House::open();
    house.ask(Ask::new("PUT", &at("f")).body("x")).expect(&[201], "a file");
    let patch = |inside: &str| abri_house::dav::proppatch(&at("f"), inside);
    let value = "v".repeat(3_000_000);
    let name = "n".repeat(70_000);
    let owner = format!(
        r#"<d:lockinfo xmlns:d="DAV:"><d:lockscope><d:exclusive/></d:lockscope><d:locktype><d:write/></d:locktype><d:owner>{}</d:owner></d:lockinfo>"#,
        "o".repeat(500_000)
    );
    let mut cases = vec![
        case(
            "a name of 70 kB",
            patch(&format!("<d:set><d:prop><t:{name}>1</t:{name}></d:prop></d:set>")),
            &[207, 400, 413, 507],
            "",
        ),
        case("an owner of 500 kB", Ask::new("LOCK", &at("f")).xml(&owner), &[400, 413], ""),
        case("a header of 100 kB", Ask::new("GET", &at("f")).header("X-Long", "h".repeat(100_000)), &[400, 431], ""),
        case(
            "a token of 100 kB",
            abri_house::dav::sync_report(root(), &"9".repeat(100_000), "1", "<d:getetag/>"),
            &[400, 403, 409, 413],
            "",
        ),
    ];
    let mut crowded = Ask::new("GET", &at("f"));
    for number in 0..2_000 {
        crowded = crowded.header(&format!("X-H{number}"), "1");
    }
    cases.push(case("two thousand headers", crowded, &[400, 431], ""));
    table(&house, cases);
    let answer = house.ask(patch(&format!("<d:set><d:prop><t:v>{value}</t:v></d:prop></d:set>")));
    let refused = answer.status >= 400
        || Multistatus::of(&answer).rows[0].refused.values().any(|status| [409, 413, 507].contains(status));
    assert!(refused, "a property of 3 MB has a limit with a name: {answer}");
    // A hundred thousand small ones are one large one.
    let mut line = house.line();
    let mut stopped = false;
    for round in 0..200 {
        let many: String = (0..500).map(|n| format!("<t:p{round}-{n}>{}</t:p{round}-{n}>", "x".repeat(100))).collect();
        let ask = patch(&format!("<d:set><d:prop>{many}</d:prop></d:set>")).basic(&house.ada.name, &house.ada.secret);
        let answer = line.ask(&ask).expect("an answer");
        if answer.status >= 400
            || answer.text().contains(" 507 ")
            || answer.text().contains(" 413 ")
            || answer.text().contains(" 409 ")
        {
            stopped = true;
            break;
        }
    }
    assert!(stopped, "100,000 dead properties on one file: there must be a limit");
    house.close();
}

/// Requests that are not HTTP: refused or hung up on, at once, and the next client is served.
#[test]
fn broken_requests() {
    let house = House::open();
    let basic = "Authorization: Basic YWRhOng=\r\n";
    let mut cases: Vec<(&str, Vec<u8>)> = vec![
        ("no HTTP", b"hello\r\n\r\n".to_vec()),
        (
            "TLS to a plain port",
            vec![0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03, 0x0d, 0x0a, 0x0d, 0x0a],
        ),
        ("a version of the future", b"GET / HTTP/7.0\r\nHost: x\r\n\r\n".to_vec()),
        ("a blank in the target", b"GET /a b HTTP/1.1\r\nHost: x\r\n\r\n".to_vec()),
        ("a NUL in a header", b"GET / HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n".to_vec()),
        ("a header without a colon", b"GET / HTTP/1.1\r\nHost: x\r\nnonsense\r\n\r\n".to_vec()),
        (
            "a negative length",
            format!("PUT /dav/x HTTP/1.1\r\nHost: x\r\n{basic}Content-Length: -1\r\n\r\n").into_bytes(),
        ),
        (
            "a length that is no number",
            format!("PUT /dav/x HTTP/1.1\r\nHost: x\r\n{basic}Content-Length: ten\r\n\r\n").into_bytes(),
        ),
        (
            "two lengths",
            format!("PUT /dav/x HTTP/1.1\r\nHost: x\r\n{basic}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab")
                .into_bytes(),
        ),
        (
            "a length beyond numbers",
            format!("PUT /dav/x HTTP/1.1\r\nHost: x\r\n{basic}Content-Length: 99999999999999999999999\r\n\r\n")
                .into_bytes(),
        ),
        (
            "a coding nobody knows",
            format!("PUT /dav/x HTTP/1.1\r\nHost: x\r\n{basic}Transfer-Encoding: zip\r\n\r\n").into_bytes(),
        ),
        (
            "a chunk size that is no number",
            format!("PUT /dav/x HTTP/1.1\r\nHost: x\r\n{basic}Transfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n0\r\n\r\n")
                .into_bytes(),
        ),
        ("no Host", b"GET / HTTP/1.1\r\n\r\n".to_vec()),
    ];
    // A length and a coding together are how requests are smuggled past a proxy (RFC 9112 §6.1).
    cases.push(("a length and a coding", format!("PUT /dav/x HTTP/1.1\r\nHost: x\r\n{basic}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /dav/smuggled HTTP/1.1\r\n\r\n").into_bytes()));
    for (name, bytes) in cases {
        let mut line = house.line();
        let _ = line.send(&bytes);
        match line.answer("GET") {
            Ok(answer) => assert!((400..=505).contains(&answer.status) && answer.status != 500, "{name}: {answer}"),
            Err(cause) => assert!(
                !matches!(cause.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut),
                "{name}: left waiting"
            ),
        }
        house.ask(propfind(root(), "0", "<d:getetag/>")).expect(&[207], "the next client is served");
    }
    nothing_stayed(&house, &[]);
    house.close();
}

/// All bytes below the data directory. Derived files may come and go; content must not pile up.
fn stored_bytes(house: &House) -> u64 {
    fn walk(dir: &std::path::Path) -> u64 {
        std::fs::read_dir(dir).map_or(0, |entries| {
            entries
                .filter_map(Result::ok)
                .map(|entry| match entry.metadata() {
                    Ok(found) if found.is_dir() => walk(&entry.path()),
                    Ok(found) => found.len(),
                    // A file that went between listing and looking.
                    Err(_) => 0,
                })
                .sum()
        })
    }
    walk(house.data())
}

#[test]
fn a_broken_upload_leaves_nothing_behind() {
    let house = House::open();
    house.ask(Ask::new("PUT", &at("kept")).body("before")).expect(&[201], "a file");
    // Small, one object, several chunks: cut in the head, at the first byte, in the middle, before the last byte.
    for (name, size) in [("small", 10_000), ("object", 2_000_000), ("large", 40_000_000)] {
        let bytes = body::bytes(1, size);
        for sent in [0, 1, size / 2, size - 1] {
            for target in [at(name), at("kept")] {
                let ask = Ask::new("PUT", &target)
                    .basic(&house.ada.name, &house.ada.secret)
                    .header("Content-Length", size.to_string());
                let mut line = house.line();
                line.send(&ask.head("abri")).expect("the head");
                line.send(&bytes[..sent]).expect("a part of the body");
                line.cut();
            }
        }
    }
    // A chunked body without its end is broken as well, not short.
    let mut line = house.line();
    let ask = Ask::new("PUT", &at("chunked"))
        .basic(&house.ada.name, &house.ada.secret)
        .header("Transfer-Encoding", "chunked");
    line.send(&ask.head("abri")).expect("the head");
    line.send(b"5\r\nhello\r\n").expect("a part of the body");
    line.cut();

    let got = house.ask(Ask::new("GET", &at("kept"))).expect(&[200], "the file that was there");
    assert_eq!(got.text(), "before", "an overwrite that broke did not happen");
    nothing_stayed(&house, &["kept"]);
    let used = house.ask(propfind(root(), "0", "<d:quota-used-bytes/>"));
    assert_eq!(Multistatus::of(&used).rows[0].dav("quota-used-bytes"), Some("6"), "what broke is not counted");
    house.close();
}

/// What broke counts for no quota, so it must not stay on the disk either: cutting uploads must not fill it.
#[test]
fn broken_uploads_do_not_pile_up() {
    let mut house = House::open();
    for number in 0..10 {
        let bytes = body::bytes(number, 20_000_000);
        let ask = Ask::new("PUT", &at("cut"))
            .basic(&house.ada.name, &house.ada.secret)
            .header("Content-Length", bytes.len().to_string());
        let mut line = house.line();
        line.send(&ask.head("abri")).expect("the head");
        line.send(&bytes[..19_999_999]).expect("all but the last byte");
        line.cut();
    }
    // 200 MB were sent. A start may tidy; more than the tail of one upload must not be left by then.
    until("what is left of broken uploads goes away", Duration::from_secs(20), || {
        house.restart();
        stored_bytes(&house) < 25_000_000
    });
    house.close();
}

/// A client that sends nothing must not hold a place for ever, and many of them must not lock others out.
#[test]
fn slow_clients() {
    let house = House::open();
    let mut lines: Vec<_> = (0..300).map(|_| house.line()).collect();
    for line in &mut lines {
        line.send(b"PROPFIND /dav/ HTTP/1.1\r\nHost: x\r\nX-Slow: ").expect("a start");
    }
    let started = Instant::now();
    house.ask(propfind(root(), "0", "<d:getetag/>")).expect(&[207], "others are served");
    assert!(started.elapsed() < REFUSAL_WAIT, "{:?}", started.elapsed());
    assert!(lines[0].is_closed_within(Duration::from_secs(120)), "a request that never ends is given up");
    house.close();
}

/// Guessing is slowed down, but the owner gets in.
#[test]
fn guessing() {
    let house = House::open();
    let mut throttled = false;
    for number in 0..60 {
        let answer = house.ask_bare(propfind(root(), "0", "<d:getetag/>").basic("ada", &format!("guess {number}")));
        assert!([401, 429].contains(&answer.status), "{answer}");
        if answer.status == 429 {
            answer.must_header("retry-after");
            throttled = true;
        }
    }
    assert!(throttled, "60 wrong guesses in a row are throttled with 429");
    // An app password that was seen to be right goes on working from the same address.
    house.ask(propfind(root(), "0", "<d:getetag/>")).expect(&[207], "the owner is not locked out");
    house.close();
}
