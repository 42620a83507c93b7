//! Documents, read and written through the guard and their doctype.

use abri_model::{DocKey, Error, Kind, NodeId, Result, Rev, Verb};
use abri_space::Doc;
use abri_space::edit::{Done, Edit, EditDone, Expect};
use futures_util::StreamExt;
use serde_json::Value;

use crate::doctype::Access;
use crate::left;
use crate::space::Space;
use crate::standing::Reach;

/// Longest body of a document, in bytes.
pub const BODY_BYTES_MAX: usize = 8 << 20;
/// Most edits of one batch.
pub const BATCH_EDITS_MAX: usize = 10_000;
/// Most documents of one page.
pub const LIST_DOCS_MAX: usize = 1_000;
/// Edits of a batch that are under way at once.
const BATCH_AT_ONCE: usize = 64;
/// How often an edit that expects nothing is judged again because the document changed meanwhile.
const TRIES_MAX: usize = 8;

/// A document's next revision.
#[derive(Clone, Debug, PartialEq)]
pub struct PutDoc {
    /// Its kind.
    pub kind: Kind,
    /// Its id.
    pub id: String,
    /// What it must be like now.
    pub expect: Expect,
    /// The JSON text of an object; kept as it is, byte by byte.
    pub body: String,
    /// The place (calendar, address book) it belongs to.
    pub place: Option<NodeId>,
}

/// One edit of a batch.
#[derive(Clone, Debug, PartialEq)]
pub enum DocEdit {
    /// Writes the next revision.
    Put(PutDoc),
    /// Deletes it.
    Delete {
        /// Its kind.
        kind: Kind,
        /// Its id.
        id: String,
        /// What it must be like now.
        expect: Expect,
    },
}

/// An edit that was judged, ready for the writer.
pub(crate) struct Judged {
    pub(crate) edit: Edit,
    /// Whether what it expects was narrowed to what was judged: a conflict then means judging again.
    pub(crate) narrowed: bool,
}

impl Space {
    /// A document as it is now; `None` when there is none, it is deleted, or the asker may not read it.
    pub async fn get(&self, kind: &Kind, id: &str) -> Result<Option<Doc>> {
        Ok(self.get_or_tombstone(kind, id).await?.filter(|doc| !doc.deleted))
    }

    /// The same, tombstones included.
    pub async fn get_or_tombstone(&self, kind: &Kind, id: &str) -> Result<Option<Doc>> {
        if self.standing().reach(Verb::Get, kind) == Reach::None || self.access(kind, Verb::Get).is_err() {
            return Ok(None);
        }
        let doc = self.raw().doc(&DocKey::new(kind, id)).await?;
        let Some(mut doc) = doc else { return Ok(None) };
        let visible = if doc.deleted { self.knew(&doc).await? } else { self.may_doc(Verb::Get, &doc) };
        strip(&mut doc);
        Ok(visible.then_some(doc))
    }

    /// Several documents at once, in the order asked; `None` as for [`Space::get`].
    pub async fn get_many(&self, kind: &Kind, ids: &[String]) -> Result<Vec<Option<Doc>>> {
        if ids.len() > BATCH_EDITS_MAX {
            return Err(Error::TooLarge { what: "the list of ids", limit: BATCH_EDITS_MAX as u64 });
        }
        let keys: Vec<DocKey> = ids.iter().map(|id| DocKey::new(kind, id.clone())).collect();
        let docs = self.raw().docs(&keys).await?;
        Ok(docs.into_iter().map(|doc| doc.filter(|doc| !doc.deleted && self.may_doc(Verb::Get, doc))).collect())
    }

    /// A page of the documents of a kind that the asker may read, in the order of their ids; `after` is the last id of the page before.
    ///
    /// A page with fewer than `limit` documents is the last one.
    pub async fn list(&self, kind: &Kind, after: Option<&str>, limit: usize) -> Result<Vec<Doc>> {
        self.access(kind, Verb::Get)?;
        let limit = limit.min(LIST_DOCS_MAX);
        match self.standing().reach(Verb::Get, kind) {
            Reach::None => return Err(Error::Forbidden),
            Reach::All => return self.raw().docs_of(kind, after, limit).await,
            Reach::Some => {}
        }
        let (mut docs, mut after) = (Vec::new(), after.map(str::to_owned));
        while docs.len() < limit {
            let page = self.raw().docs_of(kind, after.as_deref(), LIST_DOCS_MAX).await?;
            let ended = page.len() < LIST_DOCS_MAX;
            after = page.last().map(|doc| doc.key.id.clone());
            docs.extend(page.into_iter().filter(|doc| self.may_doc(Verb::Get, doc)).take(limit - docs.len()));
            if ended {
                break;
            }
        }
        Ok(docs)
    }

    /// The kinds of document there are and the asker may see some of.
    pub async fn kinds(&self) -> Result<Vec<Kind>> {
        let kinds = self.raw().kinds().await?;
        let seen =
            |kind: &Kind| self.access(kind, Verb::Get).is_ok() && self.standing().reach(Verb::Get, kind) != Reach::None;
        Ok(kinds.into_iter().filter(seen).collect())
    }

    /// The revisions of a document the asker may read: each with its parent and whether it deleted.
    pub async fn revs(&self, kind: &Kind, id: &str) -> Result<Vec<(Rev, Option<Rev>, bool)>> {
        match self.get_or_tombstone(kind, id).await? {
            Some(doc) => self.raw().revs(&doc.key).await,
            None => Ok(Vec::new()),
        }
    }

    /// Writes a document's next revision.
    ///
    /// # Errors
    /// `Forbidden`; `Invalid` for a body that is no object or that the doctype refuses; `Conflict`, `TooLarge`.
    pub async fn put(&self, put: PutDoc) -> Result<Doc> {
        self.edit(DocEdit::Put(put)).await
    }

    /// Deletes a document; a tombstone remains.
    pub async fn delete(&self, kind: &Kind, id: &str, expect: Expect) -> Result<Doc> {
        self.edit(DocEdit::Delete { kind: kind.clone(), id: id.to_owned(), expect }).await
    }

    /// Several edits, each standing for itself.
    pub async fn batch(&self, edits: Vec<DocEdit>) -> Result<Vec<Result<Doc>>> {
        check_batch(&edits)?;
        let outcomes = futures_util::stream::iter(edits).map(|edit| self.edit(edit)).buffered(BATCH_AT_ONCE);
        Ok(outcomes.collect().await)
    }

    /// Several edits, all or none.
    pub async fn batch_all(&self, edits: Vec<DocEdit>) -> Result<Vec<Doc>> {
        check_batch(&edits)?;
        let mut last = Error::Unavailable;
        for _ in 0..TRIES_MAX {
            let (mut judged, mut narrowed) = (Vec::with_capacity(edits.len()), false);
            for edit in &edits {
                let one = self.judge(edit).await?;
                narrowed |= one.narrowed;
                judged.push(one.edit);
            }
            match self.commit_docs(judged).await {
                // One that was not narrowed may be the one in conflict: after some tries its caller is told.
                Err(error @ Error::Conflict { .. }) if narrowed => last = error,
                Err(error) => return Err(error),
                Ok(done) => return Ok(docs_of(done)),
            }
        }
        Err(last)
    }

    async fn edit(&self, edit: DocEdit) -> Result<Doc> {
        for _ in 0..TRIES_MAX {
            let Judged { edit, narrowed } = self.judge(&edit).await?;
            match self.commit_docs(vec![edit]).await {
                Err(Error::Conflict { .. }) if narrowed => {}
                Err(error) => return Err(error),
                Ok(done) => {
                    return docs_of(done).pop().ok_or_else(|| Error::internal("a document's edit without document"));
                }
            }
        }
        Err(Error::Unavailable)
    }

    async fn commit_docs(&self, edits: Vec<Edit>) -> Result<Done> {
        self.commit(self.data().request(edits)).await
    }

    /// Judges an edit by the document as it is and as it would be.
    pub(crate) async fn judge(&self, edit: &DocEdit) -> Result<Judged> {
        let (kind, id, expect, new, place) = match edit {
            DocEdit::Put(put) => (&put.kind, &put.id, &put.expect, Some(&put.body), put.place),
            DocEdit::Delete { kind, id, expect } => (kind, id, expect, None, None),
        };
        if kind.as_str() == Kind::FILES {
            return Err(Error::invalid("files are written through the tree, not as documents"));
        }
        self.access(kind, Verb::Put)?;
        check_id(id)?;
        let new_value = new.map(|body| parse(body)).transpose()?;
        let key = DocKey::new(kind, id.clone());
        let known = self.data().doctypes().get(kind).is_some();
        let former = self.raw().doc(&key).await?;
        let old = former.as_ref().filter(|doc| !doc.deleted);
        let old_value: Value = old.and_then(|doc| serde_json::from_str(&doc.body).ok()).unwrap_or(Value::Null);
        self.judge_doc(&key, old.map(|_| &old_value), new_value.as_ref())?;
        let mut keys = match &new_value {
            Some(value) => self.data().doctypes().entries(kind, old.map(|_| &old_value), value)?,
            None => Vec::new(),
        };
        let mut body = new.cloned().unwrap_or_default();
        if let Some(former) = &former
            && self.data().doctypes().access(kind) == Access::Free
        {
            let mut values = left::left(self.raw(), former).await?;
            let stay = new_value.as_ref().map(left::fields).unwrap_or_default();
            values.extend(left::fields(&old_value).difference(&stay).cloned());
            match new {
                Some(_) => keys.extend(left::entries(&key, &values)),
                None => body = left::tombstone(&values),
            }
        }
        let judged_by_content = !self.is_everything() || known;
        let (expect, narrowed) = match (expect, old) {
            (Expect::Any, Some(old)) if judged_by_content => (Expect::Rev(old.rev), true),
            (Expect::Any, None) if judged_by_content => (Expect::Absent, true),
            (Expect::Present, Some(old)) if judged_by_content => (Expect::Rev(old.rev), true),
            (expect, _) => (expect.clone(), false),
        };
        Ok(Judged { edit: Edit::PutDoc { key, expect, body, delete: new.is_none(), place, keys }, narrowed })
    }

    fn judge_doc(&self, key: &DocKey, old: Option<&Value>, new: Option<&Value>) -> Result<()> {
        if self.is_everything() {
            return if old.is_none() && new.is_none() { Err(Error::NotFound) } else { Ok(()) };
        }
        let may = |verb, value: &Value| self.standing().may(verb, &key.kind, &key.id, value);
        match (old, new) {
            (None, None) => Err(Error::NotFound),
            (None, Some(new)) if may(Verb::Post, new) => Ok(()),
            (None, Some(_)) => Err(Error::Forbidden),
            (Some(old), new) => {
                let allowed = match new {
                    Some(new) => [Verb::Put, Verb::Patch].into_iter().any(|verb| may(verb, old) && may(verb, new)),
                    None => may(Verb::Delete, old),
                };
                match allowed {
                    true => Ok(()),
                    // Whoever may not read it is not told that it is there.
                    false if new.is_none() && !may(Verb::Get, old) => Err(Error::NotFound),
                    false => Err(Error::Forbidden),
                }
            }
        }
    }

    /// Whether the asker may have known a document that is deleted, or that is not for them any more.
    pub(crate) async fn knew(&self, doc: &Doc) -> Result<bool> {
        let kind = &doc.key.kind;
        if self.access(kind, Verb::Get).is_err() {
            return Ok(false);
        }
        match self.standing().reach(Verb::Get, kind) {
            Reach::All => return Ok(true),
            Reach::None => return Ok(false),
            Reach::Some => {}
        }
        let left = left::left(self.raw(), doc).await?;
        let now = if doc.deleted { Value::Null } else { serde_json::from_str(&doc.body).unwrap_or(Value::Null) };
        Ok(self.standing().might_have(Verb::Get, kind, &doc.key.id, &now, &left))
    }
}

fn docs_of(done: Done) -> Vec<Doc> {
    let docs = done.results.into_iter().filter_map(|result| match result {
        EditDone::Doc(mut doc) => {
            strip(&mut doc);
            Some(doc)
        }
        _ => None,
    });
    docs.collect()
}

/// Takes out of a tombstone what is remembered in it: see [`left`].
pub(crate) fn strip(doc: &mut Doc) {
    if doc.deleted {
        doc.body.clear();
    }
}

fn check_batch(edits: &[DocEdit]) -> Result<()> {
    if edits.len() > BATCH_EDITS_MAX {
        return Err(Error::TooLarge { what: "the batch", limit: BATCH_EDITS_MAX as u64 });
    }
    Ok(())
}

fn check_id(id: &str) -> Result<()> {
    if id.is_empty() || id.contains('\0') {
        return Err(Error::invalid("an id is text that is not empty and holds no NUL"));
    }
    if id.len() > DocKey::ID_LEN_MAX {
        return Err(Error::TooLarge { what: "the id in bytes", limit: DocKey::ID_LEN_MAX as u64 });
    }
    Ok(())
}

fn parse(body: &str) -> Result<Value> {
    if body.len() > BODY_BYTES_MAX {
        return Err(Error::TooLarge { what: "the document in bytes", limit: BODY_BYTES_MAX as u64 });
    }
    match serde_json::from_str(body) {
        Ok(value @ Value::Object(_)) => Ok(value),
        Ok(_) => Err(Error::invalid("a document is a JSON object")),
        Err(error) => Err(Error::invalid(format!("the document is not JSON: {error}"))),
    }
}
