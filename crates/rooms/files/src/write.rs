//! Bytes coming in: judged before they are read, hashed while they stream, visible all at once or not at all.

use std::pin::Pin;
use std::sync::Arc;

use abri_data::{Digests, Done, Edit, EditDone, IfExists, Keep, Node, SinkPlan, Source, Staged, Times};
use abri_model::{Error, Millis, Name, NodeId, Result};
use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt};

use crate::condition::Condition;
use crate::mime::{self, SNIFF_BYTES};
use crate::place::{At, Place};
use crate::tree::Tree;

/// How often a commit is tried again when the node changed in something the condition does not ask about.
const TRIES_MAX: usize = 4;

/// Bytes on their way in.
pub struct Incoming {
    /// How many there will be, when the sender said so.
    pub size: Option<u64>,
    /// The bytes; an error ends the write and leaves nothing behind.
    pub stream: Pin<Box<dyn Stream<Item = Result<Bytes>> + Send>>,
    /// What the sender says they are.
    pub announced: Announced,
}

/// What a sender says of the bytes; checked when they are all there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Announced {
    /// Their MD5.
    pub md5: Option<[u8; 16]>,
    /// Their SHA-1.
    pub sha1: Option<[u8; 20]>,
    /// Their SHA-256.
    pub sha256: Option<[u8; 32]>,
    /// Their Adler-32.
    pub adler32: Option<u32>,
    /// How many they are.
    pub total: Option<u64>,
}

/// A file to be written.
pub struct Write {
    /// Where.
    pub at: At,
    /// What must be there now; [`Condition::Absent`] refuses a taken name with [`Error::Exists`].
    pub condition: Condition,
    /// The bytes.
    pub body: Incoming,
    /// When the content was last changed; absent: now.
    pub mtime: Option<Millis>,
    /// When the file was made; absent: now, or as it was.
    pub created: Option<Millis>,
    /// What the sender takes the media type to be: used when neither name nor bytes say more.
    pub mime: Option<String>,
    /// The executable mark; absent leaves it.
    pub executable: Option<bool>,
    /// Whether missing folders of an [`At::Path`] are made.
    pub make_parents: bool,
    /// Lock tokens the asker submits.
    pub tokens: Vec<String>,
}

/// A file that was written.
#[derive(Clone, Debug)]
pub struct Written {
    /// As it is now.
    pub node: Arc<Node>,
    /// Whether it was not there before.
    pub created: bool,
}

/// A directory to be made.
#[derive(Clone, Debug)]
pub struct MakeDirectory {
    /// Where.
    pub place: Place,
    /// When it was made and changed, if its author knows.
    pub times: Times,
    /// Lock tokens the asker submits.
    pub tokens: Vec<String>,
}

/// Where bytes will go, as it was found before they were read.
pub(crate) struct Target {
    parent: Arc<Node>,
    /// Folders between `parent` and the file that have to be made.
    missing: Vec<Name>,
    name: Name,
    existing: Option<Arc<Node>>,
}

/// What is known of a file beside its place and bytes.
pub(crate) struct About {
    pub mime: String,
    pub mtime: Option<Millis>,
    pub created: Option<Millis>,
    pub executable: Option<bool>,
    pub tokens: Vec<String>,
}

impl Target {
    pub(crate) fn name(&self) -> &str {
        self.name.as_str()
    }
}

impl Incoming {
    /// Bytes that are all here.
    pub fn of(bytes: impl Into<Bytes>) -> Incoming {
        let bytes = bytes.into();
        Incoming {
            size: Some(bytes.len() as u64),
            stream: Box::pin(futures_util::stream::once(async move { Ok(bytes) })),
            announced: Announced::default(),
        }
    }
}

impl Announced {
    /// Compares with what arrived; [`Error::Checksum`] when something differs.
    ///
    /// A hash that was announced was also computed: [`Announced::plan`] asks for it.
    pub fn check(&self, size: u64, digests: &Digests) -> Result<()> {
        fn differs<T: PartialEq>(said: &Option<T>, found: &Option<T>) -> bool {
            said.is_some() && said != found
        }
        let wrong = self.total.is_some_and(|total| total != size)
            || differs(&self.md5, &digests.md5)
            || differs(&self.sha1, &digests.sha1)
            || differs(&self.sha256, &digests.sha256)
            || differs(&self.adler32, &digests.adler32);
        if wrong { Err(Error::Checksum) } else { Ok(()) }
    }

    /// What a sink must do to check this.
    pub(crate) fn plan(&self, size: Option<u64>, free_bytes: Option<u64>) -> SinkPlan {
        SinkPlan {
            size,
            md5: self.md5.is_some(),
            sha1: self.sha1.is_some(),
            adler32: self.adler32.is_some(),
            free_bytes,
        }
    }
}

impl Tree {
    /// Writes a file. Conditions, locks and quota are judged before the first byte is asked for, and again in the commit.
    pub async fn write(&self, write: Write) -> Result<Written> {
        let Write { at, condition, body, mtime, created, mime, executable, make_parents, tokens } = write;
        let tokens = self.usable_tokens(tokens).await?;
        let target = self.target(&at, make_parents).await?;
        let free = self.judge_write(&target, &condition, &tokens, body.size.or(body.announced.total)).await?;
        let (staged, head) = self.receive(body, free).await?;
        let mime = mime::of(target.name.as_str(), &head, mime.as_deref());
        self.put(target, &condition, staged, About { mime, mtime, created, executable, tokens }).await
    }

    /// Makes a directory; [`Error::Exists`] when the name is taken, [`Error::NoParent`] when the place is not there.
    pub async fn make_directory(&self, make: MakeDirectory) -> Result<Arc<Node>> {
        let tokens = self.usable_tokens(make.tokens).await?;
        self.directory(make.place.parent).await?;
        self.make_one(make.place, make.times, tokens).await
    }

    async fn make_one(&self, place: Place, times: Times, tokens: Vec<String>) -> Result<Arc<Node>> {
        let edit = Edit::MakeDirectory { parent: place.parent, name: place.name, times, meta: None };
        node_of(&self.space.commit_tree(vec![edit], tokens).await?)
    }

    /// Makes the folders of `names` below `parent` that are not there, and returns the last.
    pub async fn make_directories(&self, parent: NodeId, names: &[Name], tokens: &[String]) -> Result<Arc<Node>> {
        let mut at = self.directory(parent).await?;
        for name in names {
            let made = match self.child(at.id, name).await? {
                Some(node) => Ok(node),
                None => {
                    self.make_one(Place { parent: at.id, name: name.clone() }, Times::default(), tokens.to_vec()).await
                }
            };
            at = match made {
                Ok(node) => node,
                // Another request made it first.
                Err(Error::Exists) => self.child(at.id, name).await?.ok_or(Error::Conflict { current: None })?,
                Err(other) => return Err(other),
            };
            if !at.is_directory() {
                return Err(Error::NotDirectory);
            }
        }
        Ok(at)
    }

    /// Finds where bytes shall go, without changing anything.
    pub(crate) async fn target(&self, at: &At, make_parents: bool) -> Result<Target> {
        match at {
            At::Place(place) => {
                let parent = self.directory(place.parent).await?;
                let existing = self.child(parent.id, &place.name).await?;
                Ok(Target { parent, missing: Vec::new(), name: place.name.clone(), existing })
            }
            At::Node(id) => {
                let node = self.node(*id).await?;
                let parent = self.directory(node.parent).await.map_err(|_| Error::IsDirectory)?;
                Ok(Target { parent, missing: Vec::new(), name: Name::parse(&node.name)?, existing: Some(node) })
            }
            At::Path(path) => self.target_of_path(path, make_parents).await,
        }
    }

    async fn target_of_path(&self, path: &[String], make_parents: bool) -> Result<Target> {
        let (name, folders) = path.split_last().ok_or(Error::IsDirectory)?;
        let name = Name::parse(name)?;
        let mut found = self.find(path).await?;
        let existing = if found.missing == 0 { found.chain.pop() } else { None };
        let parent = found.chain.pop().ok_or(Error::NoParent)?;
        if found.missing > 1 && !parent.is_directory() || existing.is_none() && !parent.is_directory() {
            return Err(Error::NoParent);
        }
        let missing = match found.missing {
            0 | 1 => Vec::new(),
            _ if !make_parents => return Err(Error::NoParent),
            count => {
                folders[folders.len() + 1 - count..].iter().map(|name| Name::parse(name)).collect::<Result<_, _>>()?
            }
        };
        Ok(Target { parent, missing, name, existing })
    }

    /// Refuses a write that is bound to fail, before its bytes are read; else returns how many bytes are free.
    pub(crate) async fn judge_write(
        &self,
        target: &Target,
        condition: &Condition,
        tokens: &[String],
        size: Option<u64>,
    ) -> Result<Option<u64>> {
        condition.judge(&self.incarnation, target.existing.as_deref())?;
        if target.existing.as_ref().is_some_and(|node| node.is_directory()) {
            return Err(Error::IsDirectory);
        }
        let guarded = target.existing.as_ref().unwrap_or(&target.parent);
        self.judge_locks(guarded.id, tokens).await?;
        let free = self.quota().await?.free;
        match (size, free) {
            (Some(needed_bytes), Some(free_bytes)) if needed_bytes > free_bytes => {
                Err(Error::Quota { needed_bytes, free_bytes })
            }
            _ => Ok(free),
        }
    }

    /// Streams bytes into storage; returns them staged, with the first few for telling the media type.
    async fn receive(&self, body: Incoming, free: Option<u64>) -> Result<(Staged, Bytes)> {
        let Incoming { size, mut stream, announced } = body;
        let mut sink = self.space.sink(announced.plan(size, free));
        let mut head = Head::default();
        while let Some(piece) = stream.next().await {
            let piece = piece?;
            head.see(&piece);
            sink.write(piece).await?;
        }
        let staged = sink.finish().await?;
        if size.is_some_and(|size| size != staged.size) {
            return Err(Error::Interrupted);
        }
        announced.check(staged.size, &staged.digests)?;
        Ok((staged, head.bytes()))
    }

    /// Makes staged bytes a file, in one commit.
    pub(crate) async fn put(
        &self,
        target: Target,
        condition: &Condition,
        staged: Staged,
        about: About,
    ) -> Result<Written> {
        let Target { mut parent, missing, name, mut existing } = target;
        if !missing.is_empty() {
            parent = self.make_directories(parent.id, &missing, &about.tokens).await?;
        }
        let mut tries = 0;
        loop {
            tries += 1;
            let expect = condition.judge(&self.incarnation, existing.as_deref())?;
            let if_exists = match condition {
                Condition::Absent => IfExists::Fail,
                _ => IfExists::Replace { expect },
            };
            let mut edits = vec![Edit::WriteFile {
                parent: parent.id,
                name: name.clone(),
                source: Source::Staged(staged.clone()),
                mime: about.mime.clone(),
                executable: about.executable,
                times: Times { mtime: about.mtime, created: about.created },
                meta: None,
                if_exists,
                may_create: matches!(condition, Condition::Any | Condition::Absent),
                version: self.keep(existing.as_deref()),
            }];
            if let Some(node) = &existing {
                edits.extend(self.thin(node, staged.size).await?);
            }
            match self.space.commit_tree(edits, about.tokens.clone()).await {
                Ok(done) => return written(&done),
                Err(Error::Conflict { .. }) if condition.may_retry() && tries < TRIES_MAX => {
                    existing = self.child(parent.id, &name).await?;
                }
                Err(other) => return Err(other),
            }
        }
    }

    /// Whether a former content is worth keeping: an empty one is not.
    fn keep(&self, existing: Option<&Node>) -> Keep {
        match existing {
            Some(node) if node.size > 0 && self.room.policy.versions.keep => Keep::Version { author: self.asker() },
            _ => Keep::Nothing,
        }
    }
}

/// The first bytes of a stream, kept without copying when one piece holds them.
#[derive(Default)]
struct Head {
    first: Bytes,
    more: BytesMut,
}

impl Head {
    fn see(&mut self, piece: &Bytes) {
        if self.first.is_empty() && self.more.is_empty() {
            self.first = piece.slice(..piece.len().min(SNIFF_BYTES));
            return;
        }
        let have = self.first.len().max(self.more.len());
        if have < SNIFF_BYTES {
            if self.more.is_empty() {
                self.more.extend_from_slice(&self.first);
            }
            self.more.extend_from_slice(&piece[..piece.len().min(SNIFF_BYTES - have)]);
        }
    }

    fn bytes(self) -> Bytes {
        if self.more.is_empty() { self.first } else { self.more.freeze() }
    }
}

/// The node a commit left behind.
pub(crate) fn node_of(done: &Done) -> Result<Arc<Node>> {
    done.node().cloned().map(Arc::new).ok_or_else(|| Error::internal("a commit of one node returned none"))
}

fn written(done: &Done) -> Result<Written> {
    done.results
        .iter()
        .find_map(|result| match result {
            EditDone::Node { node, created, .. } => Some(Written { node: Arc::new(node.clone()), created: *created }),
            _ => None,
        })
        .ok_or_else(|| Error::internal("a write returned no node"))
}
