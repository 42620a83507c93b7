//! The house's data: opens spaces for someone, and for nobody else.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use abri_model::time::Clock;
use abri_model::{Error, Millis, Principal, Result, Right, Rule, SpaceId, Verbs, Who};
use abri_space::edit::{Edit, Request};
use abri_space::{Engine, Ids};
use lru::LruCache;
use parking_lot::Mutex;

use crate::directory::{Known, Party, SpaceInfo, SpaceKind, is_system, owns};
use crate::doctype::Doctypes;
use crate::ids::IdBlocks;
use crate::space::Space;
use crate::standing::Standing;
use crate::wake::Wakes;

/// How many directory entries are kept in memory.
const KNOWN_SPACES: NonZeroUsize = NonZeroUsize::new(16_384).expect("not zero");
/// How many host names are kept in memory.
const KNOWN_HOSTS: NonZeroUsize = NonZeroUsize::new(4_096).expect("not zero");
/// Creators of spaces of different owners that do not wait for one another.
const CREATING_TURNS: usize = 64;

/// Every space of the installation, opened only for someone. Cheap to clone.
#[derive(Clone)]
pub struct Data {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) engine: Engine,
    pub(crate) doctypes: Doctypes,
    pub(crate) ids: Arc<IdBlocks>,
    pub(crate) known: Mutex<LruCache<SpaceId, Known>>,
    pub(crate) personal: Mutex<LruCache<(SpaceId, String), SpaceId>>,
    pub(crate) hosts: Mutex<LruCache<String, (SpaceId, u64)>>,
    pub(crate) directory: AtomicU64,
    pub(crate) wakes: Wakes,
    creating: Vec<tokio::sync::Mutex<()>>,
    clock: Arc<dyn Clock>,
}

impl Data {
    /// Builds the engine, which needs id blocks from the root system space, and the data over it.
    pub fn build(engine: impl FnOnce(Arc<dyn Ids>) -> Engine, doctypes: Doctypes, clock: Arc<dyn Clock>) -> Data {
        let ids = Arc::new(IdBlocks::default());
        let engine = engine(ids.clone());
        ids.attach(Some(engine.clone()));
        let inner = Inner {
            engine,
            doctypes,
            ids,
            known: Mutex::new(LruCache::new(KNOWN_SPACES)),
            personal: Mutex::new(LruCache::new(KNOWN_SPACES)),
            hosts: Mutex::new(LruCache::new(KNOWN_HOSTS)),
            directory: AtomicU64::new(0),
            wakes: Wakes::default(),
            creating: (0..CREATING_TURNS).map(|_| tokio::sync::Mutex::new(())).collect(),
            clock,
        };
        Data { inner: Arc::new(inner) }
    }

    /// The clock.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.inner.clock
    }

    /// The registered doctypes.
    pub fn doctypes(&self) -> &Doctypes {
        &self.inner.doctypes
    }

    /// Space `id` as seen by `who`. Good for one request: rights are read now (streams use [`Space::bell`], which reads them again).
    ///
    /// # Errors
    /// `NotFound` when there is none, or `who` may see nothing of it.
    pub async fn space(&self, who: &Who, id: SpaceId) -> Result<Space> {
        let info = self.info(who, id).await?;
        let raw = if info.kind == SpaceKind::System {
            self.system_raw(id).await?
        } else {
            self.inner.engine.open(id).await?
        };
        let standing = self.standing(who, &info, &raw).await?;
        if standing.is_nothing() {
            return Err(Error::NotFound);
        }
        Ok(Space::new(self.clone(), raw, who.clone(), info, standing))
    }

    /// The personal space of the account behind `who`, as seen by `who`.
    pub async fn personal(&self, who: &Who) -> Result<Space> {
        let (name, organisation) = who.account().ok_or(Error::NotFound)?;
        let id = self.personal_id(organisation, name).await?.ok_or(Error::NotFound)?;
        self.space(who, id).await
    }

    /// The personal space of account `name`, as seen by `who`.
    pub async fn personal_of(&self, who: &Who, organisation: SpaceId, name: &str) -> Result<Space> {
        let id = self.personal_id(organisation, name).await?.ok_or(Error::NotFound)?;
        self.space(who, id).await
    }

    /// Finishes what is being written and stops every space's writer. Nothing can be opened afterwards.
    pub async fn close(&self) {
        self.inner.engine.close().await;
        self.inner.ids.attach(None);
    }

    async fn standing(&self, who: &Who, info: &SpaceInfo, raw: &abri_space::Space) -> Result<Standing> {
        if matches!(who.principal, Principal::System { .. }) {
            return Ok(Standing::new(who, Right::EVERYTHING, is_system(who)));
        }
        if info.kind == SpaceKind::System {
            return Ok(Standing::new(who, Right::Rules(Vec::new()), false));
        }
        let plain = who.right == Right::EVERYTHING;
        if owns(who, info) {
            return Ok(Standing::new(who, Right::EVERYTHING, plain));
        }
        let groups = match who.account() {
            Some((name, organisation)) => self.groups_of(organisation, name).await?,
            None => Vec::new(),
        };
        let (mut verbs, mut manage) = (Verbs::NONE, false);
        if let Some((name, organisation)) = who.account()
            && organisation == info.organisation
        {
            let mine = info.members.iter().filter(|member| match &member.party {
                Party::Account(account) => account == name,
                Party::Group(group) => groups.contains(group),
            });
            for member in mine {
                verbs = verbs.either(member.verbs);
                manage |= member.manage;
            }
        }
        if manage || verbs == Verbs::ALL {
            return Ok(Standing::new(who, Right::EVERYTHING, manage && plain));
        }
        let mut rules = crate::grant::rules_for(self, raw, who, &groups).await?;
        if verbs != Verbs::NONE {
            rules.push(Rule::of("*", verbs));
        }
        Ok(Standing::new(who, Right::Rules(rules), false))
    }

    /// Those who create a space of this owner go one after the other: of two who want a personal space, one is told that there is one.
    pub(crate) async fn creating_turn(
        &self,
        organisation: SpaceId,
        owner: Option<&str>,
    ) -> tokio::sync::MutexGuard<'_, ()> {
        let mut hasher = DefaultHasher::new();
        (organisation, owner).hash(&mut hasher);
        self.inner.creating[(hasher.finish() % CREATING_TURNS as u64) as usize].lock().await
    }

    /// The raw system space of an organisation.
    pub(crate) async fn system_raw(&self, organisation: SpaceId) -> Result<abri_space::Space> {
        if organisation == SpaceId::ROOT {
            self.inner.ids.root().await
        } else {
            self.inner.engine.open(organisation).await
        }
    }

    /// Edits as a request at the present time.
    pub(crate) fn request(&self, edits: Vec<Edit>) -> Request {
        Request { edits, now: self.now(), tokens: Vec::new() }
    }

    /// The present time.
    pub(crate) fn now(&self) -> Millis {
        self.inner.clock.now()
    }
}
