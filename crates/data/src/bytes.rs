//! Contents and uploads as seen by someone: who was shown a file may read its bytes; an upload belongs to who began it.

use std::ops::Range;
use std::sync::Arc;

use abri_model::{Error, Kind, Millis, Principal, Result, Verb};
use abri_space::{BytesStream, Content, ContentId, PartSink, Sink, SinkPlan, Staged, Upload, UploadAbout};
use bytes::Bytes;

use crate::directory::is_system;
use crate::space::Space;
use crate::standing::Reach;

impl Space {
    /// What is known of a content. With rights on part of the space, only of contents whose node or version this handle has shown.
    pub async fn content(&self, id: ContentId) -> Result<Arc<Content>> {
        self.shown(id)?;
        self.raw().content(id).await
    }

    /// What is known of several contents, in the order asked; `None` for those that are not there or were not shown.
    pub async fn contents(&self, ids: &[ContentId]) -> Result<Vec<Option<Arc<Content>>>> {
        let contents = self.raw().contents(ids).await?;
        Ok(ids.iter().zip(contents).map(|(id, content)| content.filter(|_| self.shown(*id).is_ok())).collect())
    }

    /// The bytes of a small content that readers asked for lately, without waiting; `None` when they are not at hand.
    pub fn small_at_hand(&self, id: ContentId) -> Option<Bytes> {
        self.shown(id).ok()?;
        self.raw().small_at_hand(id)
    }

    /// The bytes of a content in a range, streamed.
    pub async fn read(&self, id: ContentId, range: Range<u64>) -> Result<BytesStream> {
        self.shown(id)?;
        self.raw().read(id, range).await
    }

    /// The bytes of a small content, when they are at hand.
    pub async fn read_small(&self, id: ContentId) -> Result<Option<Bytes>> {
        self.shown(id)?;
        self.raw().read_small(id).await
    }

    /// Takes bytes in. They are nobody's until an edit names them, and that edit is judged.
    pub fn sink(&self, plan: SinkPlan) -> Sink {
        self.raw().sink(plan)
    }

    /// Begins an upload in parts. `owner` is the asker's account (or author) name.
    ///
    /// # Errors
    /// `Exists` when there is one of this id; `Forbidden` when the asker may write no file, or is not `owner`.
    pub async fn upload_begin(&self, id: &str, owner: &str, about: UploadAbout, now: Millis) -> Result<()> {
        self.may_write_files()?;
        if !self.is_me(owner) {
            return Err(Error::Forbidden);
        }
        self.raw().upload_begin(id, owner, about, now).await
    }

    /// An upload of the asker's.
    pub async fn upload(&self, id: &str) -> Result<Option<Upload>> {
        Ok(self.raw().upload(id).await?.filter(|upload| self.is_me(&upload.owner)))
    }

    /// The uploads of `owner`, who must be the asker.
    pub async fn uploads(&self, owner: &str) -> Result<Vec<Upload>> {
        if self.is_me(owner) { self.raw().uploads(owner).await } else { Ok(Vec::new()) }
    }

    /// Takes a part of an upload in.
    pub async fn upload_part(&self, id: &str, number: i64, name: &str, plan: SinkPlan) -> Result<PartSink> {
        self.my_upload(id).await?;
        self.raw().upload_part(id, number, name, plan).await
    }

    /// Joins the parts of an upload: reads nothing when they came in order and `wanted` asks for no MD5 or Adler-32.
    pub async fn upload_join(&self, id: &str, wanted: SinkPlan) -> Result<Staged> {
        self.my_upload(id).await?;
        self.raw().upload_join(id, wanted).await
    }

    /// Gives an upload up.
    pub async fn upload_drop(&self, id: &str) -> Result<()> {
        self.my_upload(id).await?;
        self.raw().upload_drop(id).await
    }

    async fn my_upload(&self, id: &str) -> Result<()> {
        self.may_write_files()?;
        if self.upload(id).await?.is_some() { Ok(()) } else { Err(Error::NotFound) }
    }

    /// Whether `name` is how the asker signs: their account, or their author name.
    pub(crate) fn is_me(&self, name: &str) -> bool {
        let who = self.who();
        let account = match &who.principal {
            Principal::User { name, .. } | Principal::App { user: name, .. } => Some(name.as_str()),
            _ => None,
        };
        is_system(who) || account == Some(name) || who.author() == name
    }

    pub(crate) fn may_write_files(&self) -> Result<()> {
        let files = Kind::known(Kind::FILES);
        let writes = [Verb::Post, Verb::Put, Verb::Patch].into_iter();
        if self.is_everything() || writes.into_iter().any(|verb| self.standing().reach(verb, &files) != Reach::None) {
            Ok(())
        } else {
            Err(Error::Forbidden)
        }
    }
}
