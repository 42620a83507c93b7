//! Documents in a batch: revisions, index entries, departures from places.

use abri_model::{DocKey, Error, Kind, Millis, NodeId, Result, Rev, Seq};
use abri_store::{Row, V};
use bytes::Bytes;

use super::{Batch, Departure};
use crate::doc::{Doc, KeyEntry};
use crate::edit::{Edit, EditDone, Expect};
use crate::tables::{DOC, IX, REV};

/// A tombstone.
const DELETED: i64 = 1;
/// First byte of a packed list of index entries: which format follows.
const ENTRIES_FORMAT: u8 = 1;
/// Former revisions remembered per document: older ones are forgotten.
const REVS_MAX: i64 = 100;

impl Batch<'_> {
    pub(super) async fn put_doc(&mut self, edit: &Edit, now: Millis) -> Result<EditDone> {
        let Edit::PutDoc { key, expect, body, delete, place, keys } = edit else { return Ok(EditDone::Nothing) };
        if key.id.is_empty() || key.id.len() > DocKey::ID_LEN_MAX || key.id.contains('\0') {
            return Err(Error::invalid(format!("a document id has 1 to {} bytes and no NUL", DocKey::ID_LEN_MAX)));
        }
        if key.kind.as_str() == Kind::FILES {
            return Err(Error::invalid("files are changed through the tree"));
        }
        let row_key = vec![V::T(key.kind.as_str().to_owned()), V::T(key.id.clone())];
        let row = self.row(&DOC, row_key.clone()).await?;
        let former = row.as_ref().and_then(doc_from_row);
        expect_doc(expect, former.as_ref())?;
        if *delete && former.as_ref().is_none_or(|doc| doc.deleted) {
            return Err(Error::NotFound);
        }
        let parent = former.as_ref().map(|doc| doc.rev);
        let rev = next_rev(parent, *delete, body);
        let seq = self.next_seq();
        if let Some(former) = &former {
            self.remember_rev(former).await?;
        }
        let former_keys = row.as_ref().and_then(|row| row[7].as_bytes()).map(|b| unpack_keys(b)).unwrap_or_default();
        let keys: &[KeyEntry] = if *delete { &[] } else { keys };
        for gone in former_keys.iter().filter(|entry| !keys.contains(entry)) {
            self.set_row(&IX, ix_row(gone, key), None);
        }
        for new in keys.iter().filter(|entry| !former_keys.contains(entry)) {
            let row = ix_row(new, key);
            self.set_row(&IX, row.clone(), Some(row));
        }
        let place = if *delete { former.as_ref().and_then(|doc| doc.place) } else { *place };
        if let Some(former) = former.as_ref().filter(|doc| !doc.deleted)
            && let Some(left) = former.place.filter(|left| *delete || Some(*left) != place)
        {
            self.departed(Departure {
                seq,
                kind: key.kind.as_str(),
                id: &key.id,
                place: left,
                generation: rev.generation,
                rev: &rev.hash,
                name: &key.id,
                destroyed: *delete,
                at: now,
            });
        }
        let doc = Doc { key: key.clone(), seq, rev, deleted: *delete, place, body: body.clone() };
        self.set_row(&DOC, row_key, Some(doc_to_row(&doc, keys)));
        Ok(EditDone::Doc(doc))
    }

    /// Keeps the mark of a revision that is superseded, and forgets the oldest.
    async fn remember_rev(&mut self, former: &Doc) -> Result<()> {
        let key = |generation: i64, hash: &[u8; 16]| -> Row {
            vec![
                V::T(former.key.kind.as_str().to_owned()),
                V::T(former.key.id.clone()),
                V::I(generation),
                V::B(Bytes::copy_from_slice(hash)),
            ]
        };
        let mut row = key(former.rev.generation, &former.rev.hash);
        row.extend([V::Null, V::I(if former.deleted { DELETED } else { 0 }), V::Null]);
        self.set_row(&REV, key(former.rev.generation, &former.rev.hash), Some(row));
        let oldest = former.rev.generation - REVS_MAX;
        if oldest > 0 {
            let prefix = vec![V::T(former.key.kind.as_str().to_owned()), V::T(former.key.id.clone()), V::I(oldest)];
            for row in self.rows(abri_store::Scan::by_key(&REV, prefix, 16)).await? {
                self.set_row(&REV, row[..4].to_vec(), None);
            }
        }
        Ok(())
    }
}

fn expect_doc(expect: &Expect, there: Option<&Doc>) -> Result<()> {
    let alive = there.filter(|doc| !doc.deleted);
    match expect {
        Expect::Any => Ok(()),
        Expect::Absent => match alive {
            None => Ok(()),
            Some(doc) => Err(Error::Conflict { current: Some(doc.rev) }),
        },
        Expect::Present => alive.map(drop).ok_or(Error::NotFound),
        Expect::Rev(rev) => match there {
            Some(doc) if doc.rev == *rev => Ok(()),
            Some(doc) => Err(Error::Conflict { current: Some(doc.rev) }),
            None => Err(Error::Conflict { current: None }),
        },
    }
}

/// The revision an edit makes: the same edit of the same revision makes the same one everywhere.
fn next_rev(parent: Option<Rev>, delete: bool, body: &str) -> Rev {
    let mut hasher = blake3::Hasher::new();
    if let Some(parent) = parent {
        hasher.update(&parent.generation.to_be_bytes());
        hasher.update(&parent.hash);
    }
    hasher.update(&[delete.into()]);
    hasher.update(body.as_bytes());
    let mut hash = [0; 16];
    hash.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    Rev { generation: parent.map_or(0, |parent| parent.generation) + 1, hash }
}

fn ix_row(entry: &KeyEntry, key: &DocKey) -> Row {
    vec![V::T(entry.index.clone()), V::B(entry.key.clone()), V::T(key.kind.as_str().to_owned()), V::T(key.id.clone())]
}

fn doc_to_row(doc: &Doc, keys: &[KeyEntry]) -> Row {
    vec![
        V::T(doc.key.kind.as_str().to_owned()),
        V::T(doc.key.id.clone()),
        V::I(doc.seq.0),
        V::I(doc.rev.generation),
        V::B(Bytes::copy_from_slice(&doc.rev.hash)),
        V::I(if doc.deleted { DELETED } else { 0 }),
        doc.place.map(|place| place.0).into(),
        V::B(pack_keys(keys)),
        V::T(doc.body.clone()),
    ]
}

/// Reads a row of [`DOC`]; `None` when it is damaged.
pub(crate) fn doc_from_row(row: &Row) -> Option<Doc> {
    Some(Doc {
        key: DocKey { kind: Kind::parse(row[0].as_text()?)?, id: row[1].as_text()?.to_owned() },
        seq: Seq(row[2].as_i64()?),
        rev: Rev { generation: row[3].as_i64()?, hash: row[4].as_bytes()?[..].try_into().ok()? },
        deleted: row[5].as_i64()? & DELETED != 0,
        place: row[6].as_i64().map(NodeId),
        body: row[8].as_text()?.to_owned(),
    })
}

/// Packs index entries: a format byte, then per entry two lengths (u32, little endian), the index and the key.
fn pack_keys(keys: &[KeyEntry]) -> Bytes {
    let mut packed = vec![ENTRIES_FORMAT];
    for entry in keys {
        packed.extend_from_slice(&(entry.index.len() as u32).to_le_bytes());
        packed.extend_from_slice(&(entry.key.len() as u32).to_le_bytes());
        packed.extend_from_slice(entry.index.as_bytes());
        packed.extend_from_slice(&entry.key);
    }
    packed.into()
}

/// Reads what [`pack_keys`] wrote; stops at the first thing that makes no sense.
pub(crate) fn unpack_keys(packed: &[u8]) -> Vec<KeyEntry> {
    let mut entries = Vec::new();
    let Some((&ENTRIES_FORMAT, mut rest)) = packed.split_first() else { return entries };
    let number = |bytes: &[u8]| bytes.try_into().map(u32::from_le_bytes).map_or(usize::MAX, |n| n as usize);
    while rest.len() >= 8 {
        let (index, key) = (number(&rest[..4]), number(&rest[4..8]));
        rest = &rest[8..];
        let Some(end) = index.checked_add(key).filter(|end| *end <= rest.len()) else { break };
        let Ok(name) = std::str::from_utf8(&rest[..index]) else { break };
        entries.push(KeyEntry { index: name.to_owned(), key: Bytes::copy_from_slice(&rest[index..end]) });
        rest = &rest[end..];
    }
    entries
}
