//! The `REPORT` envelope (RFC 3253 §3.6): the root element says which report it is.

use crate::element::Element;
use crate::filter::{FilterFiles, SearchFiles};
use crate::name::Ns;
use crate::sync::SyncCollection;
use crate::xml::{self, XmlError};

/// The report asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Report {
    /// What changed since a token.
    SyncCollection(SyncCollection),
    /// Favourites, or files with a tag.
    FilterFiles(FilterFiles),
    /// Full-text search.
    SearchFiles(SearchFiles),
    /// Any other; a door that knows none of this name answers 403 with `DAV:supported-report`.
    Other(Element),
}

impl Report {
    /// Returns the report the body asks for.
    pub fn parse(body: &[u8], body_bytes_max: usize) -> Result<Self, XmlError> {
        let root = xml::read_root(body, body_bytes_max, "report (such as DAV:sync-collection)")?;
        match (&root.name.ns, &*root.name.local) {
            (Ns::Dav, "sync-collection") => SyncCollection::read(&root).map(Self::SyncCollection),
            (Ns::Owncloud, "filter-files") => FilterFiles::read(&root).map(Self::FilterFiles),
            (Ns::Owncloud, "search-files") => SearchFiles::read(&root).map(Self::SearchFiles),
            _ => Ok(Self::Other(root)),
        }
    }
}
