//! The small tree a request body becomes.

use std::borrow::Cow;

use crate::name::{Ns, PropName};

/// An element with its namespaces resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element {
    /// Its name.
    pub name: PropName,
    /// Its attributes in document order, without namespace declarations.
    pub attributes: Vec<Attribute>,
    /// What it holds, in document order; neighbouring text is one node.
    pub children: Vec<Node>,
    /// Where its start tag ended, in bytes of the decoded body.
    pub at: usize,
}

/// An attribute; its namespace is [`Ns::None`] unless it was written with a prefix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Its name.
    pub name: PropName,
    /// Its value, references resolved.
    pub value: String,
}

/// What an element holds; comments and processing instructions are dropped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// An element.
    Element(Element),
    /// Text, references and CDATA resolved.
    Text(String),
}

impl Element {
    /// Says whether this is `local` in `ns`.
    pub fn is(&self, ns: &Ns, local: &str) -> bool {
        self.name.is(ns, local)
    }

    /// Returns the elements directly inside, stray text left out.
    pub fn elements(&self) -> impl Iterator<Item = &Element> {
        self.children.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// Returns the first element of this name directly inside.
    pub fn child(&self, ns: &Ns, local: &str) -> Option<&Element> {
        self.elements().find(|element| element.is(ns, local))
    }

    /// Returns the text directly inside.
    pub fn text(&self) -> Cow<'_, str> {
        let mut texts = self.children.iter().filter_map(|node| match node {
            Node::Text(text) => Some(text.as_str()),
            Node::Element(_) => None,
        });
        let first = texts.next().unwrap_or("");
        match texts.next() {
            None => Cow::Borrowed(first),
            Some(second) => {
                let mut all = format!("{first}{second}");
                texts.for_each(|text| all.push_str(text));
                Cow::Owned(all)
            }
        }
    }

    /// Returns the value of an attribute that has no namespace.
    pub fn attribute(&self, local: &str) -> Option<&str> {
        self.attributes.iter().find(|a| a.name.is(&Ns::None, local)).map(|a| a.value.as_str())
    }

    /// Returns the value of `xml:lang`.
    pub fn lang(&self) -> Option<&str> {
        self.attributes
            .iter()
            .find(|a| a.name.local == "lang" && a.name.ns.as_str() == crate::xml::XML_NS)
            .map(|a| a.value.as_str())
    }
}
