//! Small facts of a space, kept as rows of [`crate::tables::KV`].

use abri_model::{Error, Millis, NodeId, Result, Seq};
use abri_store::{Mut, Row, Store, V};

use crate::tables::KV;

/// The facts a space's writer needs at hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Meta {
    pub incarnation: String,
    pub root: NodeId,
    pub trash: NodeId,
    /// Parent of what was destroyed and waits to be purged.
    pub limbo: NodeId,
    /// Parent of copies being made: not seen until they are whole.
    pub workshop: NodeId,
    pub quota: Option<i64>,
    pub versions_bytes: i64,
    pub next_content: i64,
    pub next_node: i64,
    /// First id beyond the leased block.
    pub block_end: i64,
    /// Departures up to here have been forgotten.
    pub min_seq: Seq,
    pub created: Millis,
}

/// Prefix of the notes that rooms and doors keep, so that they never meet a fact of ours.
const NOTE: &str = "note.";

/// The row key of a note.
pub(crate) fn note_key(name: &str) -> Row {
    vec![V::T(format!("{NOTE}{name}"))]
}

impl Meta {
    /// The facts of a space made now, whose first id block is `block`.
    pub fn fresh(incarnation: String, block: i64, quota: Option<i64>, now: Millis) -> Meta {
        let first = NodeId::first_of(block).0;
        Meta {
            incarnation,
            root: NodeId(first),
            trash: NodeId(first + 1),
            limbo: NodeId(first + 2),
            workshop: NodeId(first + 3),
            quota,
            versions_bytes: 0,
            next_content: 1,
            next_node: first + 4,
            block_end: (block + 1) << NodeId::BLOCK_BITS,
            min_seq: Seq(0),
            created: now,
        }
    }

    fn facts(&self) -> Vec<(&'static str, Option<String>)> {
        let number = |n: i64| Some(n.to_string());
        vec![
            ("block_end", number(self.block_end)),
            ("created", number(self.created.0)),
            ("incarnation", Some(self.incarnation.clone())),
            ("limbo", number(self.limbo.0)),
            ("min_seq", number(self.min_seq.0)),
            ("next_content", number(self.next_content)),
            ("next_node", number(self.next_node)),
            ("quota", self.quota.map(|quota| quota.to_string())),
            ("root", number(self.root.0)),
            ("trash", number(self.trash.0)),
            ("versions_bytes", number(self.versions_bytes)),
            ("workshop", number(self.workshop.0)),
        ]
    }

    /// The rows that make `former` (nothing, for a new space) into this.
    pub fn changes_from(&self, former: Option<&Meta>) -> Vec<Mut> {
        let former = former.map(Meta::facts);
        let mut muts = Vec::new();
        for (at, (name, value)) in self.facts().into_iter().enumerate() {
            let before = former.as_ref().and_then(|facts| facts[at].1.as_ref());
            if before == value.as_ref() {
                continue;
            }
            muts.push(match value {
                Some(value) => Mut::Put(&KV, vec![name.into(), V::T(value)]),
                None => Mut::Delete(&KV, vec![name.into()]),
            });
        }
        muts
    }

    /// Reads the facts of a space; [`Error::NotFound`] when it has none: it was never finished.
    pub async fn load(store: &dyn Store, space: abri_model::SpaceId) -> Result<Meta> {
        let names: Vec<Row> = Meta::fresh(String::new(), 1, None, Millis(0))
            .facts()
            .into_iter()
            .map(|(name, _)| vec![name.into()])
            .collect();
        let rows = store.get(space, &KV, &names).await.map_err(crate::engine::store_error)?;
        let text = |at: usize| rows[at].as_ref().and_then(|row| row[1].as_text());
        let number = |at: usize| text(at).and_then(|text| text.parse::<i64>().ok());
        let read = || {
            Some(Meta {
                block_end: number(0)?,
                created: Millis(number(1)?),
                incarnation: text(2)?.to_owned(),
                limbo: NodeId(number(3)?),
                min_seq: Seq(number(4)?),
                next_content: number(5)?,
                next_node: number(6)?,
                quota: number(7),
                root: NodeId(number(8)?),
                trash: NodeId(number(9)?),
                versions_bytes: number(10)?,
                workshop: NodeId(number(11)?),
            })
        };
        read().ok_or(Error::NotFound)
    }
}
