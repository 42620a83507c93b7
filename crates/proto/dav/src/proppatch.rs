//! `PROPPATCH` bodies (RFC 4918 §9.2, §14.19).

use crate::PROPS_MAX;
use crate::canonical::inner_xml;
use crate::element::Element;
use crate::name::{Ns, PropName};
use crate::xml::{self, XmlError};

/// How many bytes one property's value may take once rewritten.
pub const VALUE_BYTES_MAX: usize = 256 * 1_024;
/// How many bytes all values of one request may take once rewritten.
pub const VALUES_BYTES_MAX: usize = 4 * 1_024 * 1_024;

/// The changes a `PROPPATCH` asks for, to be done in this order, all or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PropertyUpdate(pub Vec<PropChange>);

/// One change to one property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PropChange {
    /// Give the property this value.
    Set(PropName, PropValue),
    /// Remove the property; removing what is not there succeeds (RFC 4918 §14.23).
    Remove(PropName),
}

impl PropChange {
    /// Returns the property that changes.
    pub fn name(&self) -> &PropName {
        match self {
            Self::Set(name, _) | Self::Remove(name) => name,
        }
    }
}

/// A property's value as a client sent it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PropValue {
    /// What the element held, as self-contained XML ([`crate::canonical`]); store this.
    pub xml: String,
    /// The text directly inside, unescaped; live properties read this.
    pub text: String,
    /// The language in force (`xml:lang` here or on a parent), which must be kept (RFC 4918 §4.3).
    pub lang: Option<String>,
}

impl PropertyUpdate {
    /// Returns the changes the body asks for.
    pub fn parse(body: &[u8], body_bytes_max: usize) -> Result<Self, XmlError> {
        let root = xml::read_root(body, body_bytes_max, "DAV:propertyupdate")?;
        if !root.is(&Ns::Dav, "propertyupdate") {
            return Err(XmlError::Root { want: "DAV:propertyupdate", got: root.name });
        }
        let changes = read_changes(&root)?;
        if changes.is_empty() {
            let want = "a DAV:set or DAV:remove with a DAV:prop that names a property";
            return Err(XmlError::Missing { at: root.at, inside: root.name, want });
        }
        Ok(Self(changes))
    }
}

/// Returns the changes that the `set` and `remove` inside `root` ask for; extended `MKCOL` has the same shape.
pub fn read_changes(root: &Element) -> Result<Vec<PropChange>, XmlError> {
    let mut changes = Vec::new();
    let mut values_bytes = 0;
    for part in root.elements() {
        let is_set = part.is(&Ns::Dav, "set");
        if !is_set && !part.is(&Ns::Dav, "remove") {
            continue;
        }
        for prop in part.elements().filter(|e| e.is(&Ns::Dav, "prop")) {
            let lang = prop.lang().or(part.lang()).or(root.lang());
            for property in prop.elements() {
                if changes.len() >= PROPS_MAX {
                    return Err(XmlError::TooLarge { what: "properties", max: PROPS_MAX });
                }
                let name = property.name.clone();
                if !is_set {
                    changes.push(PropChange::Remove(name));
                    continue;
                }
                let value = read_value(property, lang)?;
                values_bytes += value.xml.len();
                if values_bytes > VALUES_BYTES_MAX {
                    return Err(XmlError::TooLarge { what: "bytes in values", max: VALUES_BYTES_MAX });
                }
                changes.push(PropChange::Set(name, value));
            }
        }
    }
    Ok(changes)
}

fn read_value(property: &Element, inherited: Option<&str>) -> Result<PropValue, XmlError> {
    let lang = property.lang().or(inherited).filter(|lang| !lang.is_empty());
    let too_large = XmlError::TooLarge { what: "bytes in a value", max: VALUE_BYTES_MAX };
    Ok(PropValue {
        xml: inner_xml(property, VALUE_BYTES_MAX).ok_or(too_large)?,
        text: property.text().into_owned(),
        lang: lang.map(str::to_owned),
    })
}
