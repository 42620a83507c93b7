//! File managers by transcript: GNOME Files (gvfs), macOS Finder, Windows Explorer, KDE Dolphin.
//!
//! None of them can be run without a desktop. These are the requests that they send, in their order and with their
//! oddities, and what each needs to see in the answers to go on.

use abri_house::dav::{self, LOCK_EXCLUSIVE, Multistatus, lock_token};
use abri_house::{Ask, House, body};

/// gvfs: libsoup, depth-1 with a fixed list, `<D:getetag>` without a value kept between listings.
#[test]
fn gnome_files() {
    let house = House::open();
    let root = house.ada.files();
    let agent = |ask: Ask| ask.header("User-Agent", "gvfs/1.50.3").header("Accept-Encoding", "gzip, deflate");
    let list = r#"<?xml version="1.0" encoding="utf-8" ?>
 <D:propfind xmlns:D="DAV:">
  <D:prop>
<D:creationdate/>
<D:displayname/>
<D:getcontentlength/>
<D:getcontenttype/>
<D:getetag/>
<D:getlastmodified/>
<D:resourcetype/>
  </D:prop>
 </D:propfind>"#;

    // gvfs finds out what it talks to: without credentials first, then OPTIONS, then the root.
    let refused = house.ask_bare(agent(Ask::new("OPTIONS", &root)));
    if refused.status == 401 {
        assert!(refused.must_header("www-authenticate").contains("Basic"), "{refused}");
    }
    let options = house.ask(agent(Ask::new("OPTIONS", &root))).expect(&[200, 204], "OPTIONS");
    for class in ["1", "2", "3"] {
        let dav: Vec<&str> = options.must_header("dav").split(',').map(str::trim).collect();
        assert!(dav.contains(&class), "class {class}: {options}");
    }
    for method in ["PROPFIND", "PUT", "LOCK", "UNLOCK", "MOVE", "COPY", "MKCOL", "DELETE", "PROPPATCH", "REPORT"] {
        assert!(options.must_header("allow").contains(method), "{method} is allowed: {options}");
    }
    let found = Multistatus::of(&house.ask(agent(Ask::new("PROPFIND", &root).header("Depth", "0")).xml(list)));
    assert!(found.row(&root).is_collection);
    assert!(found.row(&root).dav("displayname").is_some(), "the root has a name to show");

    // Quota of the sidebar.
    let quota = r#"<?xml version="1.0" encoding="utf-8" ?><D:propfind xmlns:D="DAV:"><D:prop><D:quota-available-bytes/><D:quota-used-bytes/></D:prop></D:propfind>"#;
    let found = Multistatus::of(&house.ask(agent(Ask::new("PROPFIND", &root).header("Depth", "0")).xml(quota)));
    assert!(found.row(&root).dav("quota-used-bytes").is_some_and(|used| used.parse::<u64>().is_ok()));

    // Paste: PUT only if nobody is there, then the listing.
    let file = format!("{root}Photo%20%C3%A9t%C3%A9.jpg");
    house.ask(agent(Ask::new("PUT", &file).header("If-None-Match", "*")).body("jpeg")).expect(&[201], "a paste");
    house.ask(agent(Ask::new("PUT", &file).header("If-None-Match", "*")).body("jpeg")).expect(&[412], "not twice");
    let found = Multistatus::of(&house.ask(agent(Ask::new("PROPFIND", &root).header("Depth", "1")).xml(list)));
    let row = found.row(&format!("{root}Photo été.jpg"));
    assert_eq!(row.dav("getcontentlength"), Some("4"));
    assert_eq!(row.dav("getcontenttype"), Some("image/jpeg"));
    assert!(row.dav("creationdate").is_some_and(|date| date.contains('T')), "RFC 3339 (RFC 4918 §15.1): {row:?}");
    assert!(row.dav("getlastmodified").is_some_and(|date| date.ends_with("GMT")), "RFC 1123 (§15.7): {row:?}");

    // Saving an open file: replace only what was read.
    let etag = row.dav("getetag").expect("an ETag").to_string();
    house.ask(agent(Ask::new("PUT", &file).header("If-Match", &etag)).body("jpeg2")).expect(&[204], "a save");
    house.ask(agent(Ask::new("PUT", &file).header("If-Match", &etag)).body("jpeg3")).expect(&[412], "a stale save");

    // Rename is a MOVE that must not overwrite; the destination is a full URL.
    let to = house.url(&format!("{root}Photo%202.jpg"));
    house
        .ask(agent(Ask::new("MOVE", &file).header("Destination", to).header("Overwrite", "F")))
        .expect(&[201], "a rename");
    house.ask(agent(Ask::new("DELETE", &format!("{root}Photo%202.jpg")))).expect(&[204], "a removal");
    house.close();
}

/// Finder: locks before it writes, writes an empty file first, sends chunked bodies with their real length beside,
/// and strews `._` and `.DS_Store` files around.
#[test]
fn finder() {
    let house = House::open();
    let root = "/dav/";
    let agent = |ask: Ask| ask.header("User-Agent", "WebDAVFS/3.0.0 (03008000) Darwin/23.1.0 (x86_64)");
    let options = house.ask(agent(Ask::new("OPTIONS", root))).expect(&[200, 204], "OPTIONS");
    assert!(options.must_header("dav").split(',').any(|class| class.trim() == "2"), "read-only without class 2");

    let stat = r#"<?xml version="1.0" encoding="utf-8"?><D:propfind xmlns:D="DAV:"><D:prop><D:getlastmodified/><D:getcontentlength/><D:creationdate/><D:resourcetype/></D:prop></D:propfind>"#;
    for name in ["", "._.", ".DS_Store", "letter.txt", "._letter.txt"] {
        let target = format!("{root}{name}");
        let expected: &[u16] = if name.is_empty() { &[207] } else { &[404] };
        house.ask(agent(Ask::new("PROPFIND", &target).header("Depth", "0")).xml(stat)).expect(expected, "a look");
    }
    let file = format!("{root}letter.txt");
    house.ask(agent(Ask::new("PUT", &file)).body("")).expect(&[201], "an empty file first");
    let lock = house
        .ask(agent(Ask::new("LOCK", &file).header("Depth", "0").header("Timeout", "Second-600")).xml(LOCK_EXCLUSIVE))
        .expect(&[200], "a lock");
    let token = lock_token(&lock);
    let text = body::bytes(1, 200_000);
    let mut chunked = Vec::new();
    for part in text.chunks(65_536) {
        chunked.extend(format!("{:x}\r\n", part.len()).bytes());
        chunked.extend(part);
        chunked.extend(b"\r\n");
    }
    chunked.extend(b"0\r\n\r\n");
    house
        .ask(
            agent(Ask::new("PUT", &file))
                .header("If", format!("(<{token}>)"))
                .header("X-Expected-Entity-Length", text.len().to_string())
                .header("Transfer-Encoding", "chunked")
                .body(chunked),
        )
        .expect(&[204], "the bytes, chunked");
    house
        .ask(agent(Ask::new("UNLOCK", &file).header("Lock-Token", format!("<{token}>"))))
        .expect(&[204], "the lock given back");
    house.ask(agent(Ask::new("PUT", &format!("{root}._letter.txt"))).body("AppleDouble")).expect(&[201], "a fork");
    let got = house.ask(agent(Ask::new("GET", &file))).expect(&[200], "the file");
    assert_eq!(got.body, text);
    // Finder reads in ranges.
    let got = house.ask(agent(Ask::new("GET", &file).header("Range", "bytes=0-0"))).expect(&[206], "a range");
    assert_eq!(got.must_header("content-range"), format!("bytes 0-0/{}", text.len()));
    // macOS decomposes names; asking for either form finds the one file.
    house.ask(agent(Ask::new("PUT", &format!("{root}e%CC%81te%CC%81.txt"))).body("x")).expect(&[201], "an NFD name");
    house.ask(agent(Ask::new("GET", &format!("{root}%C3%A9t%C3%A9.txt")))).expect(&[200], "the same name in NFC");
    house.close();
}

/// The mini-redirector: no body in PROPFIND, `Translate: f`, Win32 properties by PROPPATCH, locks without depth.
#[test]
fn windows_explorer() {
    let house = House::open();
    let root = "/remote.php/webdav/";
    let agent = |ask: Ask| {
        ask.header("User-Agent", "Microsoft-WebDAV-MiniRedir/10.0.19045")
            .header("translate", "f")
            .header("Connection", "Keep-Alive")
    };
    let options = house.ask(agent(Ask::new("OPTIONS", root))).expect(&[200, 204], "OPTIONS");
    assert_eq!(options.must_header("ms-author-via"), "DAV", "Explorer asks FrontPage otherwise");
    let found = Multistatus::of(
        &house.ask(agent(Ask::new("PROPFIND", root).header("Depth", "0").header("Content-Length", "0"))),
    );
    assert!(found.row(root).is_collection, "no body means allprop (RFC 4918 §9.1)");
    let found = Multistatus::of(
        &house.ask(agent(Ask::new("PROPFIND", root).header("Depth", "1").header("Content-Length", "0"))),
    );
    assert_eq!(found.rows.len(), 1);

    let file = format!("{root}New%20Text%20Document.txt");
    house.ask(agent(Ask::new("PUT", &file).header("Content-Length", "0"))).expect(&[201], "an empty file");
    let lock = house
        .ask(agent(Ask::new("LOCK", &file).header("Timeout", "Second-3600")).header("Content-Type", "text/xml; charset=\"utf-8\"").body(
            r#"<?xml version="1.0" encoding="utf-8" ?><D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype><D:owner><D:href>HOST\ada</D:href></D:owner></D:lockinfo>"#,
        ))
        .expect(&[200], "a lock");
    let token = lock_token(&lock);
    house.ask(agent(Ask::new("HEAD", &file))).expect(&[200], "HEAD");
    house.ask(agent(Ask::new("PUT", &file).header("If", format!("(<{token}>)"))).body("text")).expect(&[204], "bytes");
    let win32 = r#"<?xml version="1.0" encoding="utf-8" ?><D:propertyupdate xmlns:D="DAV:" xmlns:Z="urn:schemas-microsoft-com:"><D:set><D:prop><Z:Win32CreationTime>Tue, 05 Mar 2024 10:11:12 GMT</Z:Win32CreationTime><Z:Win32LastAccessTime>Tue, 05 Mar 2024 10:11:12 GMT</Z:Win32LastAccessTime><Z:Win32LastModifiedTime>Tue, 05 Mar 2024 10:11:12 GMT</Z:Win32LastModifiedTime><Z:Win32FileAttributes>00000020</Z:Win32FileAttributes></D:prop></D:set></D:propertyupdate>"#;
    let patched = house.ask(agent(Ask::new("PROPPATCH", &file).header("If", format!("(<{token}>)"))).xml(win32));
    let rows = Multistatus::of(&patched).rows;
    assert!(rows[0].refused.is_empty(), "every Win32 property is taken, or Explorer reports a failure: {patched}");
    house
        .ask(agent(Ask::new("UNLOCK", &file).header("Lock-Token", format!("<{token}>"))))
        .expect(&[204], "the lock given back");
    // A rename that changes the case only.
    house
        .ask(agent(
            Ask::new("MOVE", &file)
                .header("Destination", house.url(&format!("{root}new%20text%20document.txt")))
                .header("Overwrite", "F"),
        ))
        .expect(&[201], "a change of case is a rename");
    house.close();
}

/// KIO: an empty `Depth: 1` allprop with a namespace of its own, and a HEAD before every copy.
#[test]
fn dolphin() {
    let house = House::open();
    let root = house.ada.files();
    let agent = |ask: Ask| {
        ask.header("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) KHTML/5.103.0 (like Gecko) Konqueror/5 KIO/5.103")
            .header("Accept", "text/html, text/*;q=0.9, image/jpeg;q=0.9, image/png;q=0.9, image/*;q=0.9, */*;q=0.8")
            .header("Cache-control", "no-cache")
            .header("Pragma", "no-cache")
    };
    let list = r#"<?xml version="1.0" encoding="utf-8"?><D:propfind xmlns:D="DAV:"><D:prop><D:creationdate/><D:getcontentlength/><D:displayname/><D:source/><D:getcontentlanguage/><D:getcontenttype/><D:executable/><D:getlastmodified/><D:getetag/><D:supportedlock/><D:lockdiscovery/><D:resourcetype/></D:prop></D:propfind>"#;
    house.ask(agent(Ask::new("MKCOL", &format!("{root}Nouveau%20dossier")))).expect(&[201], "a folder");
    let file = format!("{root}Nouveau%20dossier/a.odt");
    house.ask(agent(Ask::new("PROPFIND", &file).header("Depth", "0")).xml(list)).expect(&[404], "not there yet");
    house.ask(agent(Ask::new("PUT", &file).header("Overwrite", "F")).body("odt")).expect(&[201], "a copy");
    let found = Multistatus::of(
        &house.ask(agent(Ask::new("PROPFIND", &format!("{root}Nouveau%20dossier/")).header("Depth", "1")).xml(list)),
    );
    let row = found.row(&format!("{root}Nouveau dossier/a.odt"));
    assert_eq!(row.dav("getcontenttype"), Some("application/vnd.oasis.opendocument.text"));
    assert!(row.dav("supportedlock").is_some(), "{row:?}");
    assert_eq!(row.refused.get(&(dav::DAV.to_string(), "executable".to_string())), Some(&404), "{row:?}");
    // A folder without its slash is found as well.
    let found = Multistatus::of(
        &house.ask(agent(Ask::new("PROPFIND", &format!("{root}Nouveau%20dossier")).header("Depth", "1")).xml(list)),
    );
    assert_eq!(found.rows.len(), 2);
    assert!(
        found.rows[0].is_collection && found.rows[0].href.ends_with('/'),
        "collections end with a slash (RFC 4918 §5.2)"
    );
    house.ask(agent(Ask::new("DELETE", &format!("{root}Nouveau%20dossier/")))).expect(&[204], "a removal");
    house.close();
}
