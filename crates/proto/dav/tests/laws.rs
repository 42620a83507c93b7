//! Laws that hold for all inputs, and the fuzzers' seeds replayed.
#![allow(clippy::unwrap_used)]

use abri_proto_dav::*;
use proptest::prelude::*;

fn node() -> impl Strategy<Value = Node> {
    let name =
        ("[a-zé_][a-z0-9.é-]{0,6}", prop::sample::select(vec!["", "DAV:", "urn:a&\"<b", "http://nextcloud.org/ns"]))
            .prop_map(|(local, ns)| PropName::new(ns, &local).unwrap());
    let attribute = (name.clone(), "\\PC{0,8}[\n\t\r ]?").prop_map(|(name, value)| Attribute { name, value });
    let attributes = prop::collection::vec(attribute, 0..3).prop_map(|mut attributes| {
        attributes.sort_by(|a, b| a.name.cmp(&b.name));
        attributes.dedup_by(|a, b| a.name == b.name);
        attributes.retain(|a| a.name.local != "xmlns");
        attributes
    });
    let leaf = (name.clone(), attributes.clone())
        .prop_map(|(name, attributes)| Node::Element(Element { name, attributes, children: vec![], at: 0 }));
    leaf.prop_recursive(4, 24, 4, move |inner| {
        let text = "\\PC{1,8}[\n\t\r ]?".prop_map(Node::Text);
        let children = (prop::option::of(text), prop::collection::vec(inner, 0..4))
            .prop_map(|(text, elements)| text.into_iter().chain(elements).collect::<Vec<_>>());
        (name.clone(), attributes.clone(), children)
            .prop_map(|(name, attributes, children)| Node::Element(Element { name, attributes, children, at: 0 }))
    })
}

fn forget_places(element: &mut Element) {
    element.at = 0;
    for child in &mut element.children {
        if let Node::Element(child) = child {
            forget_places(child);
        }
    }
}

proptest! {
    #[test]
    fn a_dead_property_comes_back_as_it_was_set(node in node()) {
        let Node::Element(element) = node else { unreachable!() };
        let value = PropValue { xml: canonical::inner_xml(&element, usize::MAX).unwrap(), text: String::new(), lang: None };
        let mut answer = Multistatus::new(false);
        let mut response = answer.response("/a");
        response.dead(&element.name, &value);
        response.end();
        let tree = xml::read(&answer.end(), usize::MAX).unwrap().unwrap();
        let prop = tree.child(&Ns::Dav, "response").unwrap().child(&Ns::Dav, "propstat").unwrap().child(&Ns::Dav, "prop").unwrap();
        let mut read = prop.elements().next().unwrap().clone();
        forget_places(&mut read);
        prop_assert_eq!(&read.name, &element.name);
        prop_assert_eq!(&read.children, &element.children);
    }

    #[test]
    fn an_href_is_read_as_the_path_it_was_made_of(
        segments in prop::collection::vec("[^/\0]{1,20}", 0..6).prop_filter("dots", |s| s.iter().all(|s| s != "." && s != "..")),
        has_trailing_slash: bool,
    ) {
        let has_trailing_slash = has_trailing_slash || segments.is_empty();
        let path = DavPath { segments, has_trailing_slash };
        prop_assert_eq!(DavPath::parse(&path.to_href()), Ok(path.clone()));
        prop_assert_eq!(destination::parse(&path.to_href(), &[]), Ok(path));
    }

    #[test]
    fn dates_are_read_as_they_are_written(time_s in 0..=upload::TIME_S_MAX) {
        let (mut http, mut rfc3339) = (String::new(), String::new());
        date::push_http_date(&mut http, time_s);
        date::push_rfc3339(&mut rfc3339, time_s);
        prop_assert_eq!(date::parse_http_date(&http), Some(time_s), "{}", http);
        prop_assert_eq!(date::parse_any(&rfc3339), Some(time_s), "{}", rfc3339);
    }

    #[test]
    fn nothing_panics_on_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        all(&bytes);
    }

    #[test]
    fn nothing_panics_on_almost_sense(text in "[()<>\\[\\]\"/%a-c0-9:=;,& W-]{0,60}|(<[a-c]( [a-c]='[&;a-c]{0,3}')?/?>|</[a-c]>|&#?[a-c0-9]{0,3};|[a-c]){0,12}") {
        all(text.as_bytes());
    }
}

fn all(bytes: &[u8]) {
    for (_, target) in TARGETS {
        target(bytes);
    }
}

type Target = (&'static str, fn(&[u8]));

const TARGETS: [Target; 6] = [
    ("dav_xml", fuzz::xml_bodies),
    ("dav_if_header", fuzz::if_header),
    ("dav_headers", fuzz::headers),
    ("dav_range", fuzz::range),
    ("dav_path", fuzz::path),
    ("dav_destination", fuzz::destination),
];

#[test]
fn the_fuzzers_seeds_break_no_law() {
    let seeds = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../fuzz/seeds");
    for (name, target) in TARGETS {
        let seeds: Vec<_> = std::fs::read_dir(seeds.join(name)).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert!(!seeds.is_empty(), "{name} has seeds");
        for seed in seeds {
            target(&std::fs::read(seed).unwrap());
        }
    }
}
