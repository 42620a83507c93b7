//! What WebDAV answers say, read by an XML parser that is not the server's.

use crate::http::{Answer, Ask};
use crate::path;
use roxmltree::{Document, Node};
use std::collections::BTreeMap;

/// `DAV:`
pub const DAV: &str = "DAV:";
/// ownCloud's properties.
pub const OC: &str = "http://owncloud.org/ns";
/// Nextcloud's properties.
pub const NC: &str = "http://nextcloud.org/ns";

/// The properties the Nextcloud desktop client asks for, in its words.
pub const DESKTOP_PROPERTIES: &str = r#"<?xml version="1.0" ?><d:propfind xmlns:d="DAV:"><d:prop><d:resourcetype/><d:getlastmodified/><d:getcontentlength/><d:getetag/><size xmlns="http://owncloud.org/ns"/><id xmlns="http://owncloud.org/ns"/><fileid xmlns="http://owncloud.org/ns"/><downloadURL xmlns="http://owncloud.org/ns"/><dDC xmlns="http://owncloud.org/ns"/><permissions xmlns="http://owncloud.org/ns"/><checksums xmlns="http://owncloud.org/ns"/><share-types xmlns="http://owncloud.org/ns"/></d:prop></d:propfind>"#;

/// One resource of a multistatus answer.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// The href as it stands.
    pub href: String,
    /// The status of the whole resource, when it has one (`404` in a sync report).
    pub status: Option<u16>,
    /// Properties that have a value: (namespace, name) → text.
    pub props: BTreeMap<(String, String), String>,
    /// Properties that the resource does not have, or may not change: (namespace, name) → status.
    pub refused: BTreeMap<(String, String), u16>,
    /// Is it a collection?
    pub is_collection: bool,
}

impl Row {
    /// A `DAV:` property.
    pub fn dav(&self, name: &str) -> Option<&str> {
        self.prop(DAV, name)
    }

    /// An ownCloud property.
    pub fn oc(&self, name: &str) -> Option<&str> {
        self.prop(OC, name)
    }

    /// A property.
    pub fn prop(&self, namespace: &str, name: &str) -> Option<&str> {
        self.props.get(&(namespace.to_string(), name.to_string())).map(String::as_str)
    }

    /// The decoded path.
    pub fn path(&self) -> String {
        path::decode(&self.href)
    }
}

/// A `207` answer.
#[derive(Clone, Debug, Default)]
pub struct Multistatus {
    /// Its resources in order.
    pub rows: Vec<Row>,
    /// The new position of a sync report.
    pub sync_token: Option<String>,
}

impl Multistatus {
    /// Reads a `207`; anything that is not one, or that is not well-formed, fails the test with the answer shown.
    #[track_caller]
    pub fn of(answer: &Answer) -> Multistatus {
        assert_eq!(answer.status, 207, "a multistatus: {answer}");
        let text = std::str::from_utf8(&answer.body).expect("XML in UTF-8");
        let document = Document::parse(text).unwrap_or_else(|cause| panic!("not well-formed ({cause}): {answer}"));
        let root = document.root_element();
        assert!(root.has_tag_name((DAV, "multistatus")), "a multistatus: {answer}");
        Multistatus {
            rows: children(root, "response").map(row).collect(),
            sync_token: children(root, "sync-token").next().and_then(|token| token.text()).map(str::to_owned),
        }
    }

    /// The row of a decoded path; a slash at the end is not looked at.
    #[track_caller]
    pub fn row(&self, path: &str) -> &Row {
        self.find(path).unwrap_or_else(|| panic!("{path} is not among {:?}", self.paths()))
    }

    /// The row of a decoded path, if there.
    pub fn find(&self, path: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.path().trim_end_matches('/') == path.trim_end_matches('/'))
    }

    /// The decoded paths in order.
    pub fn paths(&self) -> Vec<String> {
        self.rows.iter().map(Row::path).collect()
    }

    /// The names below a directory, without the directory itself, sorted.
    pub fn names(&self, dir: &str) -> Vec<String> {
        let dir = dir.trim_end_matches('/');
        let mut names: Vec<String> = self
            .paths()
            .iter()
            .filter_map(|path| path.trim_end_matches('/').strip_prefix(dir)?.strip_prefix('/').map(str::to_owned))
            .collect();
        names.sort();
        names
    }
}

fn children<'a>(node: Node<'a, 'a>, name: &'static str) -> impl Iterator<Item = Node<'a, 'a>> {
    node.children().filter(move |child| child.has_tag_name((DAV, name)))
}

fn row(response: Node<'_, '_>) -> Row {
    let text = |name| children_text(response, name);
    let mut row = Row { href: text("href").expect("a response has an href"), ..Row::default() };
    row.status = text("status").map(|line| code(&line));
    for propstat in response.children().filter(|child| child.has_tag_name((DAV, "propstat"))) {
        let status = code(&children_text(propstat, "status").expect("a propstat has a status"));
        for prop in propstat.children().filter(|child| child.has_tag_name((DAV, "prop"))) {
            for value in prop.children().filter(Node::is_element) {
                let tag = value.tag_name();
                let key = (tag.namespace().unwrap_or_default().to_string(), tag.name().to_string());
                if status != 200 {
                    row.refused.insert(key, status);
                    continue;
                }
                if key.0 == DAV && key.1 == "resourcetype" {
                    row.is_collection = value.children().any(|child| child.has_tag_name((DAV, "collection")));
                }
                row.props.insert(key, inner_text(value));
            }
        }
    }
    row
}

fn children_text(node: Node<'_, '_>, name: &str) -> Option<String> {
    node.children().find(|child| child.has_tag_name((DAV, name))).map(inner_text)
}

/// All text below a node, joined.
fn inner_text(node: Node<'_, '_>) -> String {
    node.descendants().filter(Node::is_text).filter_map(|part| part.text()).collect::<String>().trim().to_string()
}

fn code(line: &str) -> u16 {
    line.split_whitespace()
        .nth(1)
        .and_then(|code| code.parse().ok())
        .unwrap_or_else(|| panic!("not a status: {line:?}"))
}

/// A PROPFIND for these properties (`d:`, `oc:` and `nc:` prefixes are declared).
pub fn propfind(target: &str, depth: &str, props: &str) -> Ask {
    Ask::new("PROPFIND", target).header("Depth", depth).xml(&format!(
        r#"<?xml version="1.0" encoding="utf-8"?><d:propfind xmlns:d="{DAV}" xmlns:oc="{OC}" xmlns:nc="{NC}"><d:prop>{props}</d:prop></d:propfind>"#
    ))
}

/// A PROPPATCH with this inside.
pub fn proppatch(target: &str, inside: &str) -> Ask {
    Ask::new("PROPPATCH", target).xml(&format!(
        r#"<?xml version="1.0" encoding="utf-8"?><d:propertyupdate xmlns:d="{DAV}" xmlns:oc="{OC}" xmlns:nc="{NC}" xmlns:t="urn:abri:test">{inside}</d:propertyupdate>"#
    ))
}

/// A sync-collection report (RFC 6578) since a token; an empty one is the first.
pub fn sync_report(target: &str, token: &str, level: &str, props: &str) -> Ask {
    Ask::new("REPORT", target).header("Depth", "0").xml(&format!(
        r#"<?xml version="1.0" encoding="utf-8"?><d:sync-collection xmlns:d="{DAV}" xmlns:oc="{OC}"><d:sync-token>{token}</d:sync-token><d:sync-level>{level}</d:sync-level><d:prop>{props}</d:prop></d:sync-collection>"#
    ))
}

/// The body of an exclusive write lock.
pub const LOCK_EXCLUSIVE: &str = r#"<?xml version="1.0" encoding="utf-8"?><d:lockinfo xmlns:d="DAV:"><d:lockscope><d:exclusive/></d:lockscope><d:locktype><d:write/></d:locktype><d:owner><d:href>mailto:ada@example.org</d:href></d:owner></d:lockinfo>"#;
/// The body of a shared write lock.
pub const LOCK_SHARED: &str = r#"<?xml version="1.0" encoding="utf-8"?><d:lockinfo xmlns:d="DAV:"><d:lockscope><d:shared/></d:lockscope><d:locktype><d:write/></d:locktype><d:owner>shared by ada</d:owner></d:lockinfo>"#;

/// The token of a LOCK answer, as it stands between the angle brackets.
#[track_caller]
pub fn lock_token(answer: &Answer) -> String {
    let header = answer.must_header("lock-token");
    header.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')).expect("a Coded-URL (RFC 4918 §10.5)").to_string()
}
