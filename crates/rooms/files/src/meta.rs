//! What the room keeps with a node: favourites, tags, dead properties. One JSON object with a version.

use std::collections::BTreeMap;

use abri_data::Node;
use abri_model::{Error, Result};
use serde::{Deserialize, Serialize};

/// Most bytes of dead properties on one node: names and values together.
pub const PROPERTIES_BYTES_MAX: usize = 64 * 1024;
/// Most tags on one node.
pub const TAGS_MAX: usize = 128;
/// Longest tag, in bytes.
pub const TAG_LEN_MAX: usize = 256;
/// The version of the shape written here.
const VERSION: u32 = 1;

/// What the room keeps with a node. Members that this version does not know are kept as they are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Meta {
    /// Which version of this shape.
    #[serde(rename = "v")]
    version: u32,
    /// The accounts that starred it.
    #[serde(rename = "stars", default, skip_serializing_if = "Vec::is_empty")]
    pub stars: Vec<String>,
    /// Tags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Dead properties (RFC 4918 §4.1): `{namespace}name` → the element's content and attributes, as its door wrote them.
    #[serde(rename = "props", default, skip_serializing_if = "BTreeMap::is_empty")]
    pub properties: BTreeMap<String, String>,
    /// What other rooms and doors keep here, each under its own name.
    #[serde(flatten)]
    pub extra: BTreeMap<String, serde_json::Value>,
}

/// The name of a property: its namespace and local name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PropertyName {
    /// The namespace; empty for none.
    pub namespace: String,
    /// The local name.
    pub local: String,
}

impl Default for Meta {
    fn default() -> Self {
        Meta {
            version: VERSION,
            stars: Vec::new(),
            tags: Vec::new(),
            properties: BTreeMap::new(),
            extra: BTreeMap::new(),
        }
    }
}

impl Meta {
    /// What is kept with a node; nothing when it is unreadable (the check reports that).
    pub fn of(node: &Node) -> Meta {
        node.meta.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }

    /// Whether an account starred it.
    pub fn is_starred_by(&self, account: &str) -> bool {
        self.stars.iter().any(|name| name == account)
    }

    /// A dead property's value.
    pub fn property(&self, name: &PropertyName) -> Option<&str> {
        self.properties.get(&name.to_key()).map(String::as_str)
    }

    /// The dead properties, by name.
    pub fn named(&self) -> impl Iterator<Item = (PropertyName, &str)> {
        self.properties.iter().filter_map(|(key, value)| Some((PropertyName::from_key(key)?, value.as_str())))
    }

    /// The text kept with the node: nothing when there is nothing to keep.
    pub(crate) fn to_text(&self) -> Result<Option<String>> {
        let held: usize = self.properties.iter().map(|(name, value)| name.len() + value.len()).sum();
        if held > PROPERTIES_BYTES_MAX {
            return Err(Error::TooLarge {
                what: "the properties of this file or folder, in bytes",
                limit: PROPERTIES_BYTES_MAX as u64,
            });
        }
        if self.tags.len() > TAGS_MAX {
            return Err(Error::TooLarge { what: "the list of tags", limit: TAGS_MAX as u64 });
        }
        if self.tags.iter().any(|tag| tag.is_empty() || tag.len() > TAG_LEN_MAX) {
            return Err(Error::invalid(format!("a tag has 1 to {TAG_LEN_MAX} bytes: shorten it")));
        }
        if *self == Meta::default() {
            return Ok(None);
        }
        serde_json::to_string(self).map(Some).map_err(Error::internal)
    }
}

impl PropertyName {
    /// A name from its two parts.
    pub fn new(namespace: impl Into<String>, local: impl Into<String>) -> Self {
        PropertyName { namespace: namespace.into(), local: local.into() }
    }

    fn to_key(&self) -> String {
        format!("{{{}}}{}", self.namespace, self.local)
    }

    /// A namespace may hold `}`, a local name may not.
    fn from_key(key: &str) -> Option<Self> {
        let (namespace, local) = key.strip_prefix('{')?.rsplit_once('}')?;
        Some(PropertyName::new(namespace, local))
    }
}

impl Meta {
    /// Sets a dead property, or takes it away.
    pub fn set_property(&mut self, name: &PropertyName, value: Option<String>) {
        match value {
            Some(value) => self.properties.insert(name.to_key(), value),
            None => self.properties.remove(&name.to_key()),
        };
    }

    /// Sets or takes away an account's star.
    pub fn star(&mut self, account: &str, on: bool) {
        self.stars.retain(|name| name != account);
        if on {
            self.stars.push(account.to_owned());
            self.stars.sort();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_members_survive() {
        let text = r#"{"v":1,"tags":["a"],"cozy":{"x":1}}"#;
        let meta: Meta = serde_json::from_str(text).expect("readable");
        assert_eq!(meta.to_text().expect("fits").as_deref(), Some(text));
        assert_eq!(Meta::default().to_text().expect("fits"), None);
    }

    #[test]
    fn properties_are_bounded() {
        let mut meta = Meta::default();
        let name = PropertyName::new("urn:}odd", "p");
        meta.set_property(&name, Some("v".into()));
        assert_eq!(meta.property(&name), Some("v"));
        assert_eq!(meta.named().next(), Some((name.clone(), "v")));
        meta.set_property(&name, Some("x".repeat(PROPERTIES_BYTES_MAX)));
        assert!(matches!(meta.to_text(), Err(Error::TooLarge { .. })));
    }
}
