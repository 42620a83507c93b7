//! A space as seen by someone: the only handle that doors and rooms get.

use std::num::NonZeroUsize;
use std::sync::Arc;

use abri_model::{Cursor, Error, Kind, Result, Seq, SpaceId, Verb, Who};
use abri_space::edit::{Done, Edit, Request};
use abri_space::{ContentId, Doc, State};
use lru::LruCache;
use parking_lot::Mutex;
use serde_json::Value;

use crate::bell::Bell;
use crate::data::Data;
use crate::directory::{SpaceInfo, SpaceKind};
use crate::kinds;
use crate::standing::{Reach, Standing};

/// How many contents a handle with partial rights remembers having shown; only those can be read through it.
const SHOWN_CONTENTS_MAX: NonZeroUsize = NonZeroUsize::new(65_536).expect("not zero");

/// A space as seen by someone. Every method judges rights, on the document or node before and after. Cheap to clone.
///
/// Its methods stand where their subject is: documents in `documents`, queries in `find`, differences in `changes`,
/// the tree in `tree`, edits of the tree in `commit`, bytes and uploads in `bytes`.
#[derive(Clone)]
pub struct Space {
    inner: Arc<Inner>,
}

struct Inner {
    data: Data,
    raw: abri_space::Space,
    who: Who,
    info: Arc<SpaceInfo>,
    standing: Standing,
    everything: bool,
    shown: Mutex<Option<LruCache<ContentId, ()>>>,
}

impl Space {
    pub(crate) fn new(data: Data, raw: abri_space::Space, who: Who, info: Arc<SpaceInfo>, standing: Standing) -> Space {
        let everything = standing.is_everything();
        Space { inner: Arc::new(Inner { data, raw, who, info, standing, everything, shown: Mutex::new(None) }) }
    }

    /// The space.
    pub fn id(&self) -> SpaceId {
        self.inner.raw.id()
    }

    /// Who sees it.
    pub fn who(&self) -> &Who {
        &self.inner.who
    }

    /// What the directory says of it.
    pub fn info(&self) -> &SpaceInfo {
        &self.inner.info
    }

    /// The data it belongs to.
    pub fn data(&self) -> &Data {
        &self.inner.data
    }

    /// What the asker may do in it.
    pub fn standing(&self) -> &Standing {
        &self.inner.standing
    }

    /// The same space, rights read anew.
    ///
    /// # Errors
    /// `NotFound` when the asker may see nothing of it any more.
    pub async fn again(&self) -> Result<Space> {
        self.inner.data.space(&self.inner.who, self.id()).await
    }

    /// How the space stands. Somebody with rights on part of it is not told how much the rest weighs.
    pub async fn state(&self) -> Result<State> {
        let mut state = self.inner.raw.state().await?;
        let files = Kind::known(Kind::FILES);
        if self.inner.standing.reach(Verb::Get, &files) != Reach::All {
            state.files_bytes = 0;
            state.trash_bytes = 0;
            state.versions_bytes = 0;
        }
        Ok(state)
    }

    /// Rings when the space moved, as long as the asker may look.
    pub fn bell(&self) -> Bell {
        Bell::new(self.clone(), self.inner.raw.bell())
    }

    /// Which life of the space this is: see [`Cursor`].
    pub fn incarnation(&self) -> String {
        self.inner.raw.incarnation()
    }

    /// The last committed position, without waiting.
    pub fn seq(&self) -> Seq {
        self.inner.raw.seq()
    }

    /// The present position, as a token.
    pub async fn cursor(&self) -> Result<Cursor> {
        Ok(Cursor { incarnation: self.inner.raw.incarnation(), seq: self.inner.raw.seq() })
    }

    /// The position of a token given out before.
    ///
    /// # Errors
    /// `Expired` when it belongs to another life of the space, is too old, or is ahead of it.
    pub async fn since(&self, cursor: &Cursor) -> Result<Seq> {
        let state = self.inner.raw.state().await?;
        let known = cursor.incarnation == state.incarnation && cursor.seq >= state.min_seq && cursor.seq <= state.seq;
        if known { Ok(cursor.seq) } else { Err(Error::Expired) }
    }

    pub(crate) fn raw(&self) -> &abri_space::Space {
        &self.inner.raw
    }

    pub(crate) fn is_everything(&self) -> bool {
        self.inner.everything
    }

    /// Whether documents of `kind` can be touched so at all.
    pub(crate) fn access(&self, kind: &Kind, verb: Verb) -> Result<()> {
        let access = self.inner.data.doctypes().access(kind);
        if self.inner.standing.may_access(access, verb) { Ok(()) } else { Err(Error::Forbidden) }
    }

    /// Whether `verb` is allowed on a document as it is.
    pub(crate) fn may_doc(&self, verb: Verb, doc: &Doc) -> bool {
        if self.access(&doc.key.kind, verb).is_err() {
            return false;
        }
        match self.inner.standing.reach(verb, &doc.key.kind) {
            Reach::All => true,
            Reach::None => false,
            Reach::Some => {
                let body = serde_json::from_str(&doc.body).unwrap_or(Value::Null);
                self.inner.standing.may(verb, &doc.key.kind, &doc.key.id, &body)
            }
        }
    }

    /// Remembers that a content was shown to the asker: it may be read.
    pub(crate) fn show(&self, contents: impl IntoIterator<Item = ContentId>) {
        if self.inner.everything {
            return;
        }
        let mut slot = self.inner.shown.lock();
        let shown = slot.get_or_insert_with(LruCache::unbounded);
        for content in contents {
            if shown.len() >= SHOWN_CONTENTS_MAX.get() {
                shown.pop_lru();
            }
            shown.put(content, ());
        }
    }

    /// Whether a content was shown to the asker.
    pub(crate) fn shown(&self, content: ContentId) -> Result<()> {
        // Who may read every file needs not to be shown one first.
        let known = self.inner.everything || self.reads_every_file() || self.was_shown(content);
        if known { Ok(()) } else { Err(Error::NotFound) }
    }

    fn was_shown(&self, content: ContentId) -> bool {
        self.inner.shown.lock().as_mut().is_some_and(|shown| shown.get(&content).is_some())
    }

    /// Commits judged edits, then tells whoever waits for it.
    pub(crate) async fn commit(&self, request: Request) -> Result<Done> {
        let directory = self.inner.info.kind == SpaceKind::System && request.edits.iter().any(is_of_directory);
        let done = self.inner.raw.commit(request).await;
        // Also after an error: a commit of unknown outcome may have been done.
        if directory {
            self.inner.data.directory_moved();
        }
        self.ring();
        done
    }

    /// Tells followers and jobs that the space moved.
    pub(crate) fn ring(&self) {
        self.inner.data.inner.wakes.ring(self.id());
    }
}

/// Whether an edit changes what the directory says.
fn is_of_directory(edit: &Edit) -> bool {
    matches!(edit, Edit::PutDoc { key, .. } if matches!(key.kind.as_str(), kinds::SPACES | kinds::ORGANISATIONS))
}
