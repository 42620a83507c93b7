//! XML kept from a request, rewritten so that it means the same wherever it is pasted.
//!
//! Dead properties and lock owners must come back as they were sent (RFC 4918 §4.3, §14.17). Each
//! element declares the namespace it needs as the default one, so nothing depends on prefixes that
//! the answer might bind differently. Prefixes themselves are not kept. The text must be pasted where
//! no default namespace is declared; [`crate::Multistatus`] never declares one.

use crate::element::{Element, Node};
use crate::escape::{push_attribute, push_text};
use crate::name::Ns;
use crate::xml::XML_NS;

/// Returns what `element` holds, as self-contained XML; nothing if that takes more than `bytes_max`.
///
/// Without the limit, one long namespace declared once could be repeated for every element.
pub fn inner_xml(element: &Element, bytes_max: usize) -> Option<String> {
    let mut out = String::new();
    push_children(&mut out, element, &Ns::None, bytes_max);
    (out.len() <= bytes_max).then_some(out)
}

/// Appends `element` itself, as self-contained XML.
pub fn push_element(out: &mut String, element: &Element) {
    push_in(out, element, &Ns::None, usize::MAX);
}

/// Stops, leaving something too long, once `bytes_max` is passed.
fn push_children(out: &mut String, element: &Element, default: &Ns, bytes_max: usize) {
    for node in &element.children {
        if out.len() > bytes_max {
            return;
        }
        match node {
            Node::Text(text) => push_text(out, text),
            Node::Element(child) => push_in(out, child, default, bytes_max),
        }
    }
}

fn push_in(out: &mut String, element: &Element, default: &Ns, bytes_max: usize) {
    let name = &element.name;
    out.push('<');
    out.push_str(&name.local);
    if name.ns != *default {
        out.push_str(" xmlns=\"");
        push_attribute(out, name.ns.as_str());
        out.push('"');
    }
    for (index, attribute) in element.attributes.iter().enumerate() {
        let prefix = match attribute.name.ns.as_str() {
            "" => String::new(),
            XML_NS => "xml:".to_owned(),
            uri => {
                let prefix = format!("a{index}");
                out.push_str(" xmlns:");
                out.push_str(&prefix);
                out.push_str("=\"");
                push_attribute(out, uri);
                out.push('"');
                prefix + ":"
            }
        };
        out.push(' ');
        out.push_str(&prefix);
        out.push_str(&attribute.name.local);
        out.push_str("=\"");
        push_attribute(out, &attribute.value);
        out.push('"');
    }
    if element.children.is_empty() {
        out.push_str("/>");
        return;
    }
    out.push('>');
    push_children(out, element, &name.ns, bytes_max);
    out.push_str("</");
    out.push_str(&name.local);
    out.push('>');
}
