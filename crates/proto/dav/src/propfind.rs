//! `PROPFIND` bodies (RFC 4918 §9.1, §14.20).

use crate::PROPS_MAX;
use crate::element::Element;
use crate::name::{Ns, PropName};
use crate::xml::{self, XmlError};

/// What a `PROPFIND` asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Propfind {
    /// The usual properties, and these besides; also what an empty body means.
    AllProp {
        /// Properties wanted besides the usual ones.
        include: Vec<PropName>,
    },
    /// The names of all properties, without values.
    PropName,
    /// These properties, in this order, each once.
    Prop(Vec<PropName>),
}

impl Propfind {
    /// Returns what the body asks for.
    pub fn parse(body: &[u8], body_bytes_max: usize) -> Result<Self, XmlError> {
        let Some(root) = xml::read(body, body_bytes_max)? else {
            return Ok(Self::AllProp { include: Vec::new() });
        };
        if !root.is(&Ns::Dav, "propfind") {
            return Err(XmlError::Root { want: "DAV:propfind", got: root.name });
        }
        let prop = root.child(&Ns::Dav, "prop");
        if root.child(&Ns::Dav, "allprop").is_some() {
            let mut include = prop.map(read_names).transpose()?.unwrap_or_default();
            if let Some(more) = root.child(&Ns::Dav, "include") {
                push_names(&mut include, more)?;
            }
            return Ok(Self::AllProp { include });
        }
        if let Some(prop) = prop {
            return Ok(Self::Prop(read_names(prop)?));
        }
        if root.child(&Ns::Dav, "propname").is_some() {
            return Ok(Self::PropName);
        }
        Err(XmlError::Missing { at: root.at, inside: root.name, want: "DAV:prop, DAV:allprop or DAV:propname" })
    }
}

/// Returns the names of the elements inside `prop`, each once.
pub(crate) fn read_names(prop: &Element) -> Result<Vec<PropName>, XmlError> {
    let mut names = Vec::new();
    push_names(&mut names, prop)?;
    Ok(names)
}

/// Returns the names inside the `DAV:prop` that `parent` may hold.
pub(crate) fn read_prop(parent: &Element) -> Result<Vec<PropName>, XmlError> {
    parent.child(&Ns::Dav, "prop").map_or(Ok(Vec::new()), read_names)
}

fn push_names(names: &mut Vec<PropName>, prop: &Element) -> Result<(), XmlError> {
    for element in prop.elements() {
        if names.contains(&element.name) {
            continue;
        }
        if names.len() >= PROPS_MAX {
            return Err(XmlError::TooLarge { what: "properties", max: PROPS_MAX });
        }
        names.push(element.name.clone());
    }
    Ok(())
}
