//! Request bodies, one case per thing a real client was seen to send.
#![allow(clippy::unwrap_used)]

use abri_proto_dav::search::{Condition, LikePart, Operator, Select, like};
use abri_proto_dav::*;

const MAX: usize = 1 << 20;

fn names(body: &str) -> String {
    match Propfind::parse(body.as_bytes(), MAX) {
        Ok(Propfind::Prop(names)) => names.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
        other => format!("{other:?}"),
    }
}

fn refusal(body: &[u8]) -> String {
    xml::read(body, MAX).unwrap_err().to_string()
}

#[test]
fn propfind_bodies() {
    let cases = [
        ("an empty body asks for everything", "", "Ok(AllProp { include: [] })"),
        ("so does a blank one", " \r\n", "Ok(AllProp { include: [] })"),
        (
            "ownCloud desktop 2.11 leaves a stray M before the end",
            "<?xml version=\"1.0\" encoding=\"utf-8\"?><d:propfind xmlns:d=\"DAV:\"><d:prop><d:getetag/>\
             <id xmlns=\"http://owncloud.org/ns\"/></d:prop>M</d:propfind>",
            "{DAV:}getetag {http://owncloud.org/ns}id",
        ),
        (
            "nc-py-api says us-ascii and sends UTF-8",
            "<?xml version='1.0' encoding='us-ascii'?>\n<d:propfind xmlns:d=\"DAV:\"><!-- é --><d:prop><d:é/></d:prop></d:propfind>",
            "{DAV:}é",
        ),
        (
            "a name asked twice counts once",
            "<propfind xmlns='DAV:'><prop><a/><b/><a/></prop></propfind>",
            "{DAV:}a {DAV:}b",
        ),
        (
            "litmus asks for a name without namespace",
            "<D:propfind xmlns:D='DAV:'><D:prop><n/></D:prop></D:propfind>",
            "{}n",
        ),
        ("a byte order mark is skipped", "\u{FEFF}<propfind xmlns='DAV:'><propname/></propfind>", "Ok(PropName)"),
        (
            "a namespace may be written with references",
            "<p:propfind xmlns:p='DAV:' xmlns:q='a&amp;b'><p:prop><q:x/></p:prop></p:propfind>",
            "{a&b}x",
        ),
        (
            "allprop may include more",
            "<propfind xmlns='DAV:'><allprop/><include><acl/></include></propfind>",
            "Ok(AllProp { include: [PropName { ns: Dav, local: \"acl\" }] })",
        ),
    ];
    for (case, body, want) in cases {
        assert_eq!(names(body), want, "{case}");
    }
}

#[test]
fn utf16_with_a_mark_is_read() {
    let body = "<propfind xmlns='DAV:'><prop><é/></prop></propfind>";
    let mut bytes = vec![0xFF, 0xFE];
    bytes.extend(body.encode_utf16().flat_map(u16::to_le_bytes));
    assert_eq!(Propfind::parse(&bytes, MAX), Ok(Propfind::Prop(vec![PropName::new("DAV:", "é").unwrap()])));
}

#[test]
fn refusals_say_where_and_what_to_change() {
    let cases: &[(&str, &str, &str)] = &[
        (
            "litmus propfind_invalid",
            "<foo>",
            "byte 5: not well-formed XML ({}foo is never closed): close and name every element properly",
        ),
        (
            "litmus propfind_invalid2",
            "<D:propfind xmlns:D=\"DAV:\"><D:prop><bar:foo xmlns:bar=\"\"/></D:prop></D:propfind>",
            "byte 58: prefix \"bar\" is not bound to a namespace: declare it with a non-empty xmlns",
        ),
        (
            "an undeclared prefix",
            "<d:a/>",
            "byte 6: prefix \"d\" is not bound to a namespace: declare it with a non-empty xmlns",
        ),
        (
            "a document type",
            "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>",
            "byte 30: document type declarations are not accepted: remove the DOCTYPE",
        ),
        ("an entity", "<a>&eacute;</a>", "byte 11: entity &eacute; is not defined: write the character itself"),
        ("NUL by reference", "<a>&#0;</a>", "byte 7: entity &#0; is not defined: write the character itself"),
        (
            "a control character by reference",
            "<a>&#1;</a>",
            "byte 7 holds a control character that XML 1.0 forbids: remove it",
        ),
        ("a control character", "<a>\u{1}</a>", "byte 3 holds a control character that XML 1.0 forbids: remove it"),
        (
            "two roots",
            "<a/><b/>",
            "byte 8: not well-formed XML (there is a second root element): close and name every element properly",
        ),
        (
            "text outside",
            "<a/>x",
            "byte 5: not well-formed XML (there is text outside the root element): close and name every element properly",
        ),
        (
            "an impossible name",
            "<a<b/>",
            "byte 6: not well-formed XML (\"a<b\" is not a name): close and name every element properly",
        ),
    ];
    for (case, body, want) in cases {
        assert_eq!(refusal(body.as_bytes()), *want, "{case}");
    }
    assert!(refusal(b"<a>\xFF</a>").starts_with("byte 3 is not valid UTF-8"));
    let deep = "<a>".repeat(100);
    assert_eq!(refusal(deep.as_bytes()), "the body has more than 64 levels: send less at once");
    let wide = format!("<a>{}</a>", "<b/>".repeat(xml::ELEMENTS_MAX));
    assert_eq!(refusal(wide.as_bytes()), "the body has more than 20000 elements: send less at once");
    assert_eq!(xml::read(b"<a></a>", 3), Err(XmlError::TooLarge { what: "bytes", max: 3 }));
    let many = format!(
        "<propfind xmlns='DAV:'><prop>{}</prop></propfind>",
        (0..600).map(|n| format!("<p{n}/>")).collect::<String>()
    );
    assert_eq!(Propfind::parse(many.as_bytes(), MAX), Err(XmlError::TooLarge { what: "properties", max: 512 }));
}

#[test]
fn proppatch_keeps_order_language_and_xml() {
    let body = r#"<?xml version="1.0"?><D:propertyupdate xmlns:D="DAV:" xmlns:z="http://z.example/">
        <D:set xml:lang="fr"><D:prop><z:a>é &lt; <b xmlns="http://b.example/" z:k="1"><c xml:lang="en"/></b></z:a></D:prop></D:set>
        <D:remove><D:prop><z:a/></D:prop></D:remove>
        <D:set><D:prop><oc:favorite xmlns:oc="http://owncloud.org/ns">1</oc:favorite></D:prop></D:set>
        </D:propertyupdate>"#;
    let PropertyUpdate(changes) = PropertyUpdate::parse(body.as_bytes(), MAX).unwrap();
    let a = PropName::new("http://z.example/", "a").unwrap();
    let value = PropValue {
        xml: r#"é &lt; <b xmlns="http://b.example/" xmlns:a0="http://z.example/" a0:k="1"><c xml:lang="en"/></b>"#
            .into(),
        text: "é < ".into(),
        lang: Some("fr".into()),
    };
    let favorite = PropValue { xml: "1".into(), text: "1".into(), lang: None };
    let want =
        [PropChange::Set(a.clone(), value), PropChange::Remove(a), PropChange::Set(PropName::oc("favorite"), favorite)];
    assert_eq!(changes, want);
}

#[test]
fn litmus_high_unicode_survives() {
    let body = "<propertyupdate xmlns='DAV:'><set><prop><high-unicode xmlns='http://example.com/neon/litmus/'>&#65536;</high-unicode></prop></set></propertyupdate>";
    let PropertyUpdate(changes) = PropertyUpdate::parse(body.as_bytes(), MAX).unwrap();
    let PropChange::Set(_, value) = &changes[0] else { panic!() };
    assert_eq!(value.xml, "\u{10000}");
}

#[test]
fn lock_bodies() {
    assert_eq!(LockInfo::parse(b"", MAX), Ok(None), "an empty body refreshes");
    let body = b"<D:lockinfo xmlns:D='DAV:'><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype><D:owner><D:href>mailto:a</D:href></D:owner></D:lockinfo>";
    let lock = LockInfo::parse(body, MAX).unwrap().unwrap();
    assert_eq!(lock.scope, LockScope::Exclusive);
    assert_eq!(lock.owner_xml, r#"<href xmlns="DAV:">mailto:a</href>"#);
}

#[test]
fn reports() {
    let sync = b"<sync-collection xmlns='DAV:'><sync-token>urn:abri:sync:7</sync-token><sync-level>1</sync-level><limit><nresults>10</nresults></limit><prop><getetag/></prop></sync-collection>";
    let Ok(Report::SyncCollection(sync)) = Report::parse(sync, MAX) else { panic!() };
    assert_eq!(sync.level, Some(SyncLevel::One));
    assert_eq!(sync.limit, Some(10));
    assert_eq!(sync::unwrap_token(&sync.token.unwrap()).as_deref(), Some("7"));

    let filter = b"<oc:filter-files xmlns:d='DAV:' xmlns:oc='http://owncloud.org/ns'><d:prop><oc:fileid/></d:prop><oc:filter-rules><oc:favorite>1</oc:favorite><oc:systemtag>12</oc:systemtag></oc:filter-rules></oc:filter-files>";
    let Ok(Report::FilterFiles(filter)) = Report::parse(filter, MAX) else { panic!() };
    assert_eq!((filter.favorite, filter.tags), (Some(true), vec!["12".to_owned()]));

    let calendar = b"<c:calendar-multiget xmlns:c='urn:ietf:params:xml:ns:caldav'/>";
    let Ok(Report::Other(root)) = Report::parse(calendar, MAX) else { panic!() };
    assert_eq!(root.name.to_string(), "{urn:ietf:params:xml:ns:caldav}calendar-multiget");
}

#[test]
fn ios_media_search() {
    let body = r#"<?xml version="1.0"?><d:searchrequest xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns"><d:basicsearch>
        <d:select><d:prop><d:getetag/></d:prop></d:select>
        <d:from><d:scope><d:href>/files/anna</d:href><d:depth>infinity</d:depth></d:scope></d:from>
        <d:where><d:and><d:or><d:like><d:prop><d:getcontenttype/></d:prop><d:literal>image/%</d:literal></d:like></d:or>
        <d:not><d:is-collection/></d:not></d:and></d:where>
        <d:orderby><d:order><d:prop><d:getlastmodified/></d:prop><d:descending/></d:order></d:orderby>
        <d:limit><d:nresults>500</d:nresults></d:limit></d:basicsearch></d:searchrequest>"#;
    let search = SearchRequest::parse(body.as_bytes(), MAX).unwrap();
    assert_eq!(search.select, Select::Prop(vec![PropName::dav("getetag")]));
    assert_eq!((search.scopes[0].href.as_str(), search.scopes[0].depth), ("/files/anna", Depth::Infinity));
    assert!(search.order[0].is_descending);
    assert_eq!(search.limit, Some(500));
    let image = Condition::Compare {
        operator: Operator::Like,
        prop: PropName::dav("getcontenttype"),
        literal: "image/%".into(),
        is_caseless: None,
    };
    let not_folder = Condition::Not(Box::new(Condition::IsCollection));
    assert_eq!(search.condition, Some(Condition::And(vec![Condition::Or(vec![image]), not_folder])));
    assert_eq!(like(r"a\%%%_"), [LikePart::Text("a%".into()), LikePart::Any, LikePart::One]);
}

#[test]
fn a_long_namespace_cannot_be_multiplied() {
    let many = "<a:x/>".repeat(10_000);
    let body = format!(
        "<propertyupdate xmlns='DAV:' xmlns:a='{}'><set><prop><b>{many}</b></prop></set></propertyupdate>",
        "n".repeat(1_000)
    );
    let refusal = PropertyUpdate::parse(body.as_bytes(), MAX);
    assert_eq!(refusal, Err(XmlError::TooLarge { what: "bytes in a value", max: proppatch::VALUE_BYTES_MAX }));
}
