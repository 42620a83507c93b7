//! Names of properties and elements: a namespace and a local part.

use std::borrow::Cow;
use std::fmt;

/// A namespace; the ones clients ask for all day cost nothing to copy or compare.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Ns {
    /// No namespace at all (`xmlns=""`).
    None,
    /// `DAV:`, written `d:`.
    Dav,
    /// `http://owncloud.org/ns`, written `oc:`.
    Owncloud,
    /// `http://nextcloud.org/ns`, written `nc:`.
    Nextcloud,
    /// `http://open-collaboration-services.org/ns`, written `x1:`.
    Ocs,
    /// `http://open-cloud-mesh.org/ns`, written `x2:`.
    Ocm,
    /// Any other; always made by [`Ns::new`], so that equal namespaces compare equal.
    Other(Box<str>),
}

impl Ns {
    /// Returns the namespace with this name.
    pub fn new(uri: &str) -> Self {
        match uri {
            "" => Self::None,
            "DAV:" => Self::Dav,
            "http://owncloud.org/ns" => Self::Owncloud,
            "http://nextcloud.org/ns" => Self::Nextcloud,
            "http://open-collaboration-services.org/ns" => Self::Ocs,
            "http://open-cloud-mesh.org/ns" => Self::Ocm,
            other => Self::Other(other.into()),
        }
    }

    /// Returns the namespace's name, empty for none.
    pub fn as_str(&self) -> &str {
        match self {
            Self::None => "",
            Self::Dav => "DAV:",
            Self::Owncloud => "http://owncloud.org/ns",
            Self::Nextcloud => "http://nextcloud.org/ns",
            Self::Ocs => "http://open-collaboration-services.org/ns",
            Self::Ocm => "http://open-cloud-mesh.org/ns",
            Self::Other(uri) => uri,
        }
    }

    /// Returns the prefix every answer declares on its root, colon included.
    pub(crate) fn prefix(&self) -> Option<&'static str> {
        match self {
            Self::Dav => Some("d:"),
            Self::Owncloud => Some("oc:"),
            Self::Nextcloud => Some("nc:"),
            Self::Ocs => Some("x1:"),
            Self::Ocm => Some("x2:"),
            Self::None | Self::Other(_) => None,
        }
    }
}

/// The name of a property or element (RFC 4918 §4.4: namespace and local part, never the prefix).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PropName {
    /// Where the name lives.
    pub ns: Ns,
    /// The part after the colon.
    pub local: Cow<'static, str>,
}

impl PropName {
    /// Returns a name made at run time, or nothing if `local` could not stand in an XML document.
    pub fn new(ns: &str, local: &str) -> Option<Self> {
        is_ncname(local).then(|| Self { ns: Ns::new(ns), local: Cow::Owned(local.to_owned()) })
    }

    /// Returns a name written in the source.
    pub const fn known(ns: Ns, local: &'static str) -> Self {
        Self { ns, local: Cow::Borrowed(local) }
    }

    /// Returns a name in `DAV:`.
    pub const fn dav(local: &'static str) -> Self {
        Self::known(Ns::Dav, local)
    }

    /// Returns a name in ownCloud's namespace.
    pub const fn oc(local: &'static str) -> Self {
        Self::known(Ns::Owncloud, local)
    }

    /// Returns a name in Nextcloud's namespace.
    pub const fn nc(local: &'static str) -> Self {
        Self::known(Ns::Nextcloud, local)
    }

    /// Says whether this is `local` in `ns`.
    pub fn is(&self, ns: &Ns, local: &str) -> bool {
        self.local == local && self.ns == *ns
    }
}

/// Writes Clark's notation, `{namespace}local`.
impl fmt::Display for PropName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{{}}}{}", self.ns.as_str(), self.local)
    }
}

/// Says whether `name` is an NCName (Namespaces in XML 1.0 §3): a name without a colon.
pub fn is_ncname(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(is_name_start) && chars.all(is_name_char)
}

fn is_name_start(c: char) -> bool {
    matches!(c, 'A'..='Z' | '_' | 'a'..='z'
        | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}'
        | '\u{370}'..='\u{37D}' | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}'
        | '\u{2070}'..='\u{218F}' | '\u{2C00}'..='\u{2FEF}' | '\u{3001}'..='\u{D7FF}'
        | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}' | '\u{10000}'..='\u{EFFFF}')
}

fn is_name_char(c: char) -> bool {
    is_name_start(c) || matches!(c, '-' | '.' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}
