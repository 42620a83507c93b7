//! Reading a request body into a bounded tree.
//!
//! Strict where being lenient would be dangerous (document types, entities, unbound prefixes, size),
//! lenient where clients are sloppy: any encoding label is accepted when the bytes are UTF-8 (nc-py-api
//! says `us-ascii`), stray text is kept apart from elements (ownCloud's desktop client 2.11 sends a lone
//! `M`), and the HTTP `Content-Type` is never looked at.

use std::borrow::Cow;

use quick_xml::XmlVersion;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::{NamespaceResolver, PrefixDeclaration, ResolveResult};
use quick_xml::reader::NsReader;

use crate::element::{Attribute, Element, Node};
use crate::escape::{find_forbidden, is_xml_char};
use crate::name::{PropName, is_ncname};

/// How deep elements may nest.
pub const DEPTH_MAX: usize = 64;
/// How many elements a body may hold.
pub const ELEMENTS_MAX: usize = 20_000;
/// How many attributes, namespace declarations included, one element may have.
pub const ATTRIBUTES_MAX: usize = 64;
/// How many namespace declarations may be in force at one place; each name is looked up among them.
pub const NAMESPACES_MAX: usize = 256;
/// How many bytes a namespace may have; they are repeated in answers.
pub const NAMESPACE_BYTES_MAX: usize = 1_024;

/// The namespace of `xml:lang`.
pub const XML_NS: &str = "http://www.w3.org/XML/1998/namespace";

/// Why a body was refused: what to change, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum XmlError {
    /// A limit was passed; answer 413 for `bytes`, 400 for the rest.
    #[error("the body has more than {max} {what}: send less at once")]
    TooLarge {
        /// What there was too much of: `bytes`, `elements`, `levels`, `properties`…
        what: &'static str,
        /// The limit.
        max: usize,
    },
    /// The bytes are not text.
    #[error("byte {at} is not valid UTF-8: encode the body as UTF-8, or as UTF-16 with a byte order mark")]
    NotText {
        /// Where, in bytes.
        at: usize,
    },
    /// A character XML cannot hold.
    #[error("byte {at} holds a control character that XML 1.0 forbids: remove it")]
    ForbiddenCharacter {
        /// Where, in bytes of the decoded body.
        at: usize,
    },
    /// A document type, hence the door to entities (RFC 4918 §20.6).
    #[error("byte {at}: document type declarations are not accepted: remove the DOCTYPE")]
    DocType {
        /// Where, in bytes of the decoded body.
        at: usize,
    },
    /// An entity other than the five every parser knows.
    #[error("byte {at}: entity &{name}; is not defined: write the character itself")]
    Entity {
        /// The entity's name.
        name: String,
        /// Where, in bytes of the decoded body.
        at: usize,
    },
    /// A prefix that nothing declares, or `xmlns:x=""` (litmus `propfind_invalid2`).
    #[error("byte {at}: prefix {prefix:?} is not bound to a namespace: declare it with a non-empty xmlns")]
    Prefix {
        /// The prefix.
        prefix: String,
        /// Where, in bytes of the decoded body.
        at: usize,
    },
    /// The body is not well-formed XML.
    #[error("byte {at}: not well-formed XML ({reason}): close and name every element properly")]
    Malformed {
        /// What the parser saw.
        reason: String,
        /// Where, in bytes of the decoded body.
        at: usize,
    },
    /// The body is there but empty, and this method needs one.
    #[error("the body is empty: send a {want} element")]
    Empty {
        /// The element wanted.
        want: &'static str,
    },
    /// The root is not what this method takes.
    #[error("the body's root is {got}: send a {want} element")]
    Root {
        /// The element wanted.
        want: &'static str,
        /// The element found.
        got: PropName,
    },
    /// An element lacks a part.
    #[error("{inside} near byte {at} lacks {want}")]
    Missing {
        /// The element that lacks it.
        inside: PropName,
        /// What to add.
        want: &'static str,
        /// Where, in bytes of the decoded body.
        at: usize,
    },
    /// An element holds what it may not.
    #[error("{inside} near byte {at} holds something else than {want}")]
    Unexpected {
        /// The element in question.
        inside: PropName,
        /// What it may hold.
        want: &'static str,
        /// Where, in bytes of the decoded body.
        at: usize,
    },
}

/// Returns the root of a body, or nothing if the body is empty or blank.
pub fn read(body: &[u8], body_bytes_max: usize) -> Result<Option<Element>, XmlError> {
    if body.len() > body_bytes_max {
        return Err(XmlError::TooLarge { what: "bytes", max: body_bytes_max });
    }
    let text = decode(body)?;
    if let Some(at) = find_forbidden(&text) {
        return Err(XmlError::ForbiddenCharacter { at });
    }
    if text.trim_ascii().is_empty() {
        return Ok(None);
    }
    Tree::default().read(&text).map(Some)
}

/// Returns the root of a body, which must be `want`.
pub(crate) fn read_root(body: &[u8], body_bytes_max: usize, want: &'static str) -> Result<Element, XmlError> {
    read(body, body_bytes_max)?.ok_or(XmlError::Empty { want })
}

/// Returns the body as text: UTF-8 with or without a mark, or UTF-16 with one (XML 1.0 §4.3.3).
fn decode(body: &[u8]) -> Result<Cow<'_, str>, XmlError> {
    match body {
        [0xFE, 0xFF, rest @ ..] => decode_utf16(rest, u16::from_be_bytes).map(Cow::Owned),
        [0xFF, 0xFE, rest @ ..] => decode_utf16(rest, u16::from_le_bytes).map(Cow::Owned),
        [0xEF, 0xBB, 0xBF, rest @ ..] => decode_utf8(rest, 3),
        rest => decode_utf8(rest, 0),
    }
}

fn decode_utf8(bytes: &[u8], skipped: usize) -> Result<Cow<'_, str>, XmlError> {
    let text = std::str::from_utf8(bytes);
    text.map(Cow::Borrowed).map_err(|error| XmlError::NotText { at: skipped + error.valid_up_to() })
}

fn decode_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, XmlError> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(XmlError::NotText { at: 2 + bytes.len() - 1 });
    }
    let mut at = 2;
    let mut text = String::with_capacity(pairs.len());
    for unit in char::decode_utf16(pairs.iter().map(|pair| unit(*pair))) {
        let c = unit.map_err(|_| XmlError::NotText { at })?;
        at += 2 * c.len_utf16();
        text.push(c);
    }
    Ok(text)
}

/// The elements that are open, outermost first.
#[derive(Default)]
struct Tree {
    open: Vec<Element>,
    root: Option<Element>,
    elements: usize,
}

impl Tree {
    fn read(mut self, text: &str) -> Result<Element, XmlError> {
        let mut reader = NsReader::from_str(text);
        reader.config_mut().expand_empty_elements = true;
        reader.resolver_mut().set_max_namespace_bindings(NAMESPACES_MAX);
        loop {
            let event = reader.read_event().map_err(|error| malformed(&error, reader.error_position()))?;
            let at = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
            match event {
                Event::Start(start) => self.start(&start, reader.resolver(), at)?,
                Event::End(_) => self.end(at)?,
                Event::Text(text) => self.text(&text.xml10_content(), at)?,
                Event::CData(text) => self.text(&text.xml10_content(), at)?,
                Event::GeneralRef(reference) => self.reference(&reference, at)?,
                Event::DocType(_) => return Err(XmlError::DocType { at }),
                Event::Comment(_) | Event::PI(_) | Event::Decl(_) => {}
                Event::Empty(_) => {}
                Event::Eof => break,
            }
        }
        if let Some(element) = self.open.last() {
            return Err(ill_formed(format!("{} is never closed", element.name), element.at));
        }
        self.root.ok_or_else(|| ill_formed("there is no element", text.len()))
    }

    fn start(&mut self, start: &BytesStart<'_>, scope: &NamespaceResolver, at: usize) -> Result<(), XmlError> {
        if self.open.is_empty() && self.root.is_some() {
            return Err(ill_formed("there is a second root element", at));
        }
        if self.open.len() >= DEPTH_MAX {
            return Err(XmlError::TooLarge { what: "levels", max: DEPTH_MAX });
        }
        self.elements += 1;
        if self.elements > ELEMENTS_MAX {
            return Err(XmlError::TooLarge { what: "elements", max: ELEMENTS_MAX });
        }
        let attributes = read_attributes(start, scope, at)?;
        let (ns, local) = scope.resolve_element(start.name());
        let name = expand(&ns, local.into_inner(), at)?;
        self.open.push(Element { name, attributes, children: Vec::new(), at });
        Ok(())
    }

    fn end(&mut self, at: usize) -> Result<(), XmlError> {
        let element = self.open.pop().ok_or_else(|| ill_formed("an end tag has no start", at))?;
        match self.open.last_mut() {
            Some(parent) => parent.children.push(Node::Element(element)),
            None => self.root = Some(element),
        }
        Ok(())
    }

    fn text(&mut self, text: &str, at: usize) -> Result<(), XmlError> {
        match self.open.last_mut() {
            None if text.trim_ascii().is_empty() => {}
            None => return Err(ill_formed("there is text outside the root element", at)),
            Some(element) => match element.children.last_mut() {
                Some(Node::Text(before)) => before.push_str(text),
                _ if text.is_empty() => {}
                _ => element.children.push(Node::Text(text.to_owned())),
            },
        }
        Ok(())
    }

    fn reference(&mut self, reference: &BytesRef<'_>, at: usize) -> Result<(), XmlError> {
        let name = reference.xml10_content();
        let character = match &*name {
            "lt" => Some('<'),
            "gt" => Some('>'),
            "amp" => Some('&'),
            "apos" => Some('\''),
            "quot" => Some('"'),
            _ => reference.resolve_char_ref().ok().flatten(),
        };
        match character {
            Some(c) if is_xml_char(c) => self.text(c.encode_utf8(&mut [0; 4]), at),
            Some(_) => Err(XmlError::ForbiddenCharacter { at }),
            None => Err(XmlError::Entity { name: name.into_owned(), at }),
        }
    }
}

fn read_attributes(start: &BytesStart<'_>, scope: &NamespaceResolver, at: usize) -> Result<Vec<Attribute>, XmlError> {
    let mut attributes: Vec<Attribute> = Vec::new();
    for (index, attribute) in start.attributes().enumerate() {
        if index >= ATTRIBUTES_MAX {
            return Err(XmlError::TooLarge { what: "attributes", max: ATTRIBUTES_MAX });
        }
        let attribute = attribute.map_err(|error| ill_formed(error, at))?;
        let value = attribute.normalized_value(XmlVersion::Explicit1_0);
        let value = value.map_err(|error| ill_formed(error, at))?;
        if find_forbidden(&value).is_some() {
            return Err(XmlError::ForbiddenCharacter { at });
        }
        match attribute.key.as_namespace_binding() {
            Some(PrefixDeclaration::Named(prefix)) if value.is_empty() => {
                return Err(XmlError::Prefix { prefix: prefix.to_owned(), at });
            }
            Some(_) if value.len() > NAMESPACE_BYTES_MAX => {
                return Err(XmlError::TooLarge { what: "bytes in a namespace", max: NAMESPACE_BYTES_MAX });
            }
            Some(_) => continue,
            None => {}
        }
        let (ns, local) = scope.resolve_attribute(attribute.key);
        let name = expand(&ns, local.into_inner(), at)?;
        if attributes.iter().any(|other| other.name == name) {
            return Err(ill_formed(format!("attribute {name} is given twice"), at));
        }
        attributes.push(Attribute { name, value: value.into_owned() });
    }
    Ok(attributes)
}

fn expand(ns: &ResolveResult<'_>, local: &str, at: usize) -> Result<PropName, XmlError> {
    let ns = match ns {
        ResolveResult::Unbound => Cow::Borrowed(""),
        ResolveResult::Bound(ns) if ns.0.contains(['&', '\n', '\t', '\r']) => {
            // the resolver keeps namespaces as written; XML 1.0 §3.3.3 says what they mean
            let spaced = ns.0.replace(['\n', '\t', '\r'], " ");
            let plain = quick_xml::escape::unescape(&spaced).map(Cow::into_owned);
            Cow::Owned(plain.map_err(|error| ill_formed(error, at))?)
        }
        ResolveResult::Bound(ns) => Cow::Borrowed(ns.0),
        ResolveResult::Unknown(prefix) => {
            return Err(XmlError::Prefix { prefix: prefix.clone(), at });
        }
    };
    if !is_ncname(local) {
        return Err(ill_formed(format!("{local:?} is not a name"), at));
    }
    PropName::new(&ns, local).ok_or_else(|| ill_formed("this is not a name", at))
}

fn malformed(error: &quick_xml::Error, at: u64) -> XmlError {
    let at = usize::try_from(at).unwrap_or(usize::MAX);
    match error {
        quick_xml::Error::Namespace(quick_xml::name::NamespaceError::UnknownPrefix(prefix)) => {
            XmlError::Prefix { prefix: prefix.clone(), at }
        }
        other => ill_formed(other, at),
    }
}

/// How many characters of a parser's complaint are repeated; it may quote the body.
const REASON_CHARS_MAX: usize = 120;

fn ill_formed(reason: impl std::fmt::Display, at: usize) -> XmlError {
    XmlError::Malformed { reason: reason.to_string().chars().take(REASON_CHARS_MAX).collect(), at }
}
