//! Doctypes: what is known about a kind of document. Kinds nobody registered are free JSON.

use std::collections::HashMap;
use std::sync::Arc;

use abri_model::{Error, Kind, Result};
use abri_space::KeyEntry;
use abri_space::collate;
use serde_json::Value;

use crate::kinds;

/// What is known about one kind of document.
pub trait Doctype: Send + Sync + 'static {
    /// The kind.
    fn kind(&self) -> Kind;

    /// Says whether `new` may take the place of `old` (absent when it is made). Pure; called before each commit.
    ///
    /// # Errors
    /// [`Error::Invalid`] with what to change, [`Error::Forbidden`] for what may never change.
    fn check(&self, old: Option<&Value>, new: &Value) -> Result<()> {
        let _ = (old, new);
        Ok(())
    }

    /// The names of this kind's indexes: what [`Doctype::keys`] may write and [`crate::Space::find`] may ask.
    fn indexes(&self) -> &'static [&'static str] {
        &[]
    }

    /// The index entries of a document. Pure: the same document gives the same entries.
    fn keys(&self, doc: &Value) -> Vec<IndexKey> {
        let _ = doc;
        Vec::new()
    }

    /// The text by which people search for the document.
    fn text(&self, doc: &Value) -> Option<String> {
        let _ = doc;
        None
    }

    /// Who may touch documents of this kind at all.
    fn access(&self) -> Access {
        Access::Free
    }
}

/// Who may touch a kind of document, whatever right they have in the space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Whoever has the right.
    Free,
    /// Whoever has the right may read; only the system writes.
    ReadOnly,
    /// Only the system.
    System,
}

/// An entry of an index: its name and the values it is ordered by.
#[derive(Clone, Debug, PartialEq)]
pub struct IndexKey {
    /// The index, one of [`Doctype::indexes`].
    pub index: &'static str,
    /// The values, in order.
    pub values: Vec<Value>,
}

impl IndexKey {
    /// An entry of `index` under `values`.
    pub fn new(index: &'static str, values: Vec<Value>) -> Self {
        IndexKey { index, values }
    }
}

/// The registered doctypes.
#[derive(Clone)]
pub struct Doctypes {
    kinds: Arc<HashMap<Kind, Arc<dyn Doctype>>>,
    indexes: Arc<HashMap<&'static str, Kind>>,
}

impl Doctypes {
    /// Kinds of ours begin so; those not registered belong to the system.
    pub const OURS: &'static str = "abri.";

    /// The doctypes that this crate itself keeps.
    pub fn new() -> Self {
        let none = Doctypes { kinds: Arc::default(), indexes: Arc::default() };
        kinds::all().into_iter().fold(none, Doctypes::with_arc)
    }

    /// The same with one more.
    pub fn with(self, doctype: impl Doctype) -> Self {
        self.with_arc(Arc::new(doctype))
    }

    /// The same with one more.
    pub fn with_arc(mut self, doctype: Arc<dyn Doctype>) -> Self {
        let indexes = Arc::make_mut(&mut self.indexes);
        for index in doctype.indexes() {
            indexes.insert(index, doctype.kind());
        }
        Arc::make_mut(&mut self.kinds).insert(doctype.kind(), doctype);
        self
    }

    /// What is known about `kind`.
    pub fn get(&self, kind: &Kind) -> Option<&Arc<dyn Doctype>> {
        self.kinds.get(kind)
    }

    /// The kind whose documents `index` holds.
    pub fn kind_of_index(&self, index: &str) -> Result<&Kind> {
        self.indexes.get(index).ok_or_else(|| Error::invalid(format!("there is no index {index:?}")))
    }

    /// Who may touch `kind` at all.
    pub fn access(&self, kind: &Kind) -> Access {
        match self.get(kind) {
            Some(doctype) => doctype.access(),
            None if kind.as_str().starts_with(Self::OURS) => Access::System,
            None => Access::Free,
        }
    }

    /// The searchable text of a document.
    pub fn text(&self, kind: &Kind, doc: &Value) -> Option<String> {
        self.get(kind).and_then(|doctype| doctype.text(doc))
    }

    /// Checks a document and returns its index entries, encoded.
    pub(crate) fn entries(&self, kind: &Kind, old: Option<&Value>, new: &Value) -> Result<Vec<KeyEntry>> {
        let Some(doctype) = self.get(kind) else { return Ok(Vec::new()) };
        doctype.check(old, new)?;
        Ok(self.keys(kind, new))
    }

    /// The index entries of a document, encoded.
    pub(crate) fn keys(&self, kind: &Kind, doc: &Value) -> Vec<KeyEntry> {
        let keys = self.get(kind).map(|doctype| doctype.keys(doc)).unwrap_or_default();
        keys.into_iter()
            .map(|key| KeyEntry { index: key.index.to_owned(), key: collate::encode(&key.values).into() })
            .collect()
    }
}

impl Default for Doctypes {
    fn default() -> Self {
        Doctypes::new()
    }
}
