//! Queries by a declared index: a range of keys, in order, page by page.

use abri_model::{DocKey, Error, Kind, Result, Verb};
use abri_space::{Doc, KeyRange, collate};
use bytes::Bytes;
use data_encoding::BASE64URL_NOPAD;
use serde_json::Value;

use crate::space::Space;
use crate::standing::Reach;

/// Most documents of one answer.
pub const FIND_DOCS_MAX: usize = 1_000;
/// Most index entries looked at for one answer: with rights on few of them, a page may hold fewer documents than asked.
const FIND_ENTRIES_MAX: usize = 10_000;

/// What to find in an index.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Query {
    /// Values that every key starts with.
    pub prefix: Vec<Value>,
    /// Where to start, inclusive; after the prefix.
    pub from: Vec<Value>,
    /// Where to end, inclusive: keys that start with it are found. After the prefix. Empty: to the end of the prefix.
    pub to: Vec<Value>,
    /// Whether to go from the end.
    pub desc: bool,
    /// Where the page before ended: [`Found::bookmark`].
    pub bookmark: Option<String>,
    /// How many documents at most; 0 means [`FIND_DOCS_MAX`].
    pub limit: usize,
}

/// A page of documents.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The documents, in the order of their keys; one may stand under several keys.
    pub docs: Vec<Doc>,
    /// Ask again with it; absent when this was the end.
    pub bookmark: Option<String>,
}

type Entry = (Bytes, DocKey);

impl Space {
    /// A page of the documents that `index` holds in a range, as far as the asker may read them.
    ///
    /// # Errors
    /// `Invalid` for an index nobody declared or a bookmark that is none; `Forbidden` when no document of its kind may be read.
    pub async fn find(&self, index: &str, query: &Query) -> Result<Found> {
        let kind = self.data().doctypes().kind_of_index(index)?.clone();
        self.access(&kind, Verb::Get)?;
        if self.standing().reach(Verb::Get, &kind) == Reach::None {
            return Err(Error::Forbidden);
        }
        let wanted = match query.limit {
            0 => FIND_DOCS_MAX,
            limit => limit.min(FIND_DOCS_MAX),
        };
        let mut after = query.bookmark.as_deref().map(|mark| read_bookmark(mark, &kind)).transpose()?;
        let (mut docs, mut looked_at) = (Vec::new(), 0);
        loop {
            let page = wanted - docs.len();
            let entries = self.raw().find(index, range(query, after.clone()), page).await?;
            looked_at += entries.len();
            let ended = entries.len() < page;
            let keys: Vec<DocKey> = entries.iter().map(|(_, key)| key.clone()).collect();
            after = entries.last().cloned().or(after);
            for doc in self.raw().docs(&keys).await?.into_iter().flatten() {
                if !doc.deleted && self.may_doc(Verb::Get, &doc) {
                    docs.push(doc);
                }
            }
            if ended {
                return Ok(Found { docs, bookmark: None });
            }
            if docs.len() >= wanted || looked_at >= FIND_ENTRIES_MAX {
                return Ok(Found { docs, bookmark: after.map(|entry| write_bookmark(&entry)) });
            }
        }
    }
}

/// The entries of a range, for our own directory and queues.
pub(crate) async fn find_raw(raw: &abri_space::Space, index: &str, query: &Query) -> Result<Vec<Entry>> {
    let limit = if query.limit == 0 { FIND_DOCS_MAX } else { query.limit };
    raw.find(index, range(query, None), limit).await
}

fn range(query: &Query, after: Option<Entry>) -> KeyRange {
    let prefix = collate::encode(&query.prefix);
    let with = |values: &[Value]| {
        let mut key = prefix.clone();
        values.iter().for_each(|value| collate::encode_into(value, &mut key));
        key
    };
    let to = collate::after_prefix(&with(&query.to)).map(|end| (Bytes::from(end), false));
    KeyRange { from: Some((with(&query.from).into(), true)), to, after, desc: query.desc }
}

fn write_bookmark((key, doc): &Entry) -> String {
    let mut mark = Vec::with_capacity(4 + key.len() + doc.id.len());
    mark.extend_from_slice(&u32::try_from(key.len()).unwrap_or(u32::MAX).to_be_bytes());
    mark.extend_from_slice(key);
    mark.extend_from_slice(doc.id.as_bytes());
    BASE64URL_NOPAD.encode(&mark)
}

fn read_bookmark(mark: &str, kind: &Kind) -> Result<Entry> {
    let bad = || Error::invalid("the bookmark is not one of ours: start again without it");
    let bytes = BASE64URL_NOPAD.decode(mark.as_bytes()).map_err(|_| bad())?;
    let (len, rest) = bytes.split_first_chunk::<4>().ok_or_else(bad)?;
    let (key, id) = rest.split_at_checked(u32::from_be_bytes(*len) as usize).ok_or_else(bad)?;
    let id = std::str::from_utf8(id).map_err(|_| bad())?;
    Ok((Bytes::copy_from_slice(key), DocKey::new(kind, id)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bookmarks_survive_the_way_to_the_client_and_back() {
        let kind = Kind::known("com.example.a");
        let entry = (Bytes::from_static(b"\x05a\0"), DocKey::new(&kind, "é"));
        assert_eq!(read_bookmark(&write_bookmark(&entry), &kind).expect("ours"), entry);
        for bad in ["", "x", "AAAA", "_____w", "AAAAAP8"] {
            assert!(read_bookmark(bad, &kind).is_err(), "{bad}");
        }
    }
}
