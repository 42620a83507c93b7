//! The directory of spaces: a document per space in its organisation's system space.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use abri_model::{DocKey, Error, Kind, Millis, Name, Principal, Result, SpaceId, Verb, Verbs, Who};
use abri_space::edit::{Edit, Expect};
use abri_space::{Doc, NewSpace};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::data::Data;
use crate::find::{Query, find_raw};
use crate::kinds;

/// Most members of a shared space: larger teams are groups.
pub const MEMBERS_MAX: usize = 1_000;

/// What a space is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpaceKind {
    /// One person's own.
    Personal,
    /// A team's, project's or family's.
    Shared,
    /// An organisation's accounts, groups and directory: only for the system.
    System,
}

/// A person or a group of an organisation.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// The account of this name.
    Account(String),
    /// Everybody in the group of this name.
    Group(String),
}

/// Who belongs to a shared space, and what they may do there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Who.
    #[serde(flatten)]
    pub party: Party,
    /// What they may do with everything in it.
    pub verbs: Verbs,
    /// Whether they may change members, settings and grants.
    #[serde(default)]
    pub manage: bool,
}

impl Member {
    /// An account that may do `verbs`.
    pub fn account(name: impl Into<String>, verbs: Verbs) -> Member {
        Member { party: Party::Account(name.into()), verbs, manage: false }
    }

    /// A group that may do `verbs`.
    pub fn group(name: impl Into<String>, verbs: Verbs) -> Member {
        Member { party: Party::Group(name.into()), verbs, manage: false }
    }

    /// The same, allowed to change members, settings and grants.
    pub fn manager(self) -> Member {
        Member { manage: true, ..self }
    }
}

/// What the directory says about a space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpaceInfo {
    /// The space.
    pub id: SpaceId,
    /// What it is for.
    pub kind: SpaceKind,
    /// Its name, for people: the account's for a personal space.
    pub name: String,
    /// The account that owns it.
    pub owner: Option<String>,
    /// The system space of its organisation.
    pub organisation: SpaceId,
    /// Who belongs to a shared space.
    pub members: Vec<Member>,
    /// When it was made.
    pub created: Millis,
}

/// A space to be made.
#[derive(Clone, Debug)]
pub struct CreateSpace {
    /// The system space of its organisation.
    pub organisation: SpaceId,
    /// What it is for: personal or shared.
    pub kind: SpaceKind,
    /// Its name, for people.
    pub name: String,
    /// The account that owns it; a personal space needs one.
    pub owner: Option<String>,
    /// Who belongs to it, if it is shared.
    pub members: Vec<Member>,
    /// Its quota in bytes; `None` means no limit.
    pub quota: Option<u64>,
}

/// The directory's document.
#[derive(Serialize, Deserialize)]
struct Record {
    kind: SpaceKind,
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    owner: Option<String>,
    organisation: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    members: Vec<Member>,
    created: Millis,
}

/// A directory entry kept in memory, and how often the directory had changed when it was true.
#[derive(Clone)]
pub(crate) struct Known {
    pub(crate) info: Arc<SpaceInfo>,
    pub(crate) at: u64,
}

impl SpaceInfo {
    fn of_doc(doc: &Doc) -> Result<SpaceInfo> {
        let record: Record = serde_json::from_str(&doc.body).map_err(Error::internal)?;
        let id =
            SpaceId::from_hex(&doc.key.id).ok_or_else(|| Error::internal("the directory holds an id that is none"))?;
        let organisation =
            SpaceId::from_hex(&record.organisation).ok_or_else(|| Error::internal("a space without organisation"))?;
        Ok(SpaceInfo {
            id,
            kind: record.kind,
            name: record.name,
            owner: record.owner,
            organisation,
            members: record.members,
            created: record.created,
        })
    }

    fn to_body(&self) -> Result<Value> {
        serde_json::to_value(Record {
            kind: self.kind,
            name: self.name.clone(),
            owner: self.owner.clone(),
            organisation: self.organisation.to_hex(),
            members: self.members.clone(),
            created: self.created,
        })
        .map_err(Error::internal)
    }

    /// What the directory would say of an organisation's system space.
    pub(crate) fn system(id: SpaceId) -> SpaceInfo {
        SpaceInfo {
            id,
            kind: SpaceKind::System,
            name: "system".to_owned(),
            owner: None,
            organisation: id,
            members: Vec::new(),
            created: Millis(0),
        }
    }
}

impl Data {
    /// Makes a space and enters it in the directory.
    ///
    /// # Errors
    /// `Forbidden` unless the system asks, or somebody of the organisation for a shared space of their own; `Exists` when
    /// the account has a personal space already; `Invalid` for a name or members that cannot be.
    pub async fn create_space(&self, who: &Who, new: CreateSpace) -> Result<SpaceInfo> {
        self.judge_creation(who, &new)?;
        check_new(&new)?;
        self.organisation_exists(new.organisation).await?;
        let _turn = match new.kind {
            SpaceKind::Personal => Some(self.creating_turn(new.organisation, new.owner.as_deref()).await),
            _ => None,
        };
        if new.kind == SpaceKind::Personal
            && let Some(owner) = &new.owner
            && self.personal_id(new.organisation, owner).await?.is_some()
        {
            return Err(Error::Exists);
        }
        let id = SpaceId::random();
        let first_block = self.inner.ids.take(id).await?;
        let raw = self.inner.engine.create(id, NewSpace { first_block, quota: new.quota }).await?;
        let info = SpaceInfo {
            id: raw.id(),
            kind: new.kind,
            name: new.name,
            owner: new.owner,
            organisation: new.organisation,
            members: new.members,
            created: self.clock().now(),
        };
        self.write_info(&info, Expect::Absent).await?;
        self.inner.wakes.ring(id);
        Ok(info)
    }

    fn judge_creation(&self, who: &Who, new: &CreateSpace) -> Result<()> {
        let own = || {
            who.right == abri_model::Right::EVERYTHING
                && matches!(&who.principal, Principal::User { name, organisation }
                    if *organisation == new.organisation && new.owner.as_deref() == Some(name) && new.kind == SpaceKind::Shared && new.quota.is_none())
        };
        if is_system(who) || own() { Ok(()) } else { Err(Error::Forbidden) }
    }

    /// Removes a space, its documents, files and directory entry for good.
    ///
    /// # Errors
    /// `NotFound`; `Forbidden` unless the system or the owner of a shared space asks.
    pub async fn delete_space(&self, who: &Who, id: SpaceId) -> Result<()> {
        let space = self.space(who, id).await?;
        let info = space.info();
        let owner = info.kind == SpaceKind::Shared && space.standing().is_everything() && owns(who, info);
        if info.kind == SpaceKind::System || !(is_system(who) || owner) {
            return Err(Error::Forbidden);
        }
        let system = self.system_raw(info.organisation).await?;
        // The entry goes first: from then on nobody reaches the space, and a crash leaves only bytes to be swept.
        let edit = Edit::PutDoc {
            key: DocKey::new(&Kind::known(kinds::SPACES), id.to_hex()),
            expect: Expect::Any,
            body: String::new(),
            delete: true,
            place: None,
            keys: Vec::new(),
        };
        system.commit(self.request(vec![edit])).await?;
        self.directory_moved();
        self.inner.wakes.ring(info.organisation);
        self.inner.engine.delete(id).await
    }

    /// Sets a space's quota in bytes; `None` means no limit. Only for the system.
    pub async fn set_quota(&self, who: &Who, id: SpaceId, quota: Option<u64>) -> Result<()> {
        if !is_system(who) {
            return Err(Error::Forbidden);
        }
        let space = self.space(who, id).await?;
        space.raw().commit(self.request(vec![Edit::SetQuota(quota)])).await?;
        Ok(())
    }

    /// Replaces the members of a shared space.
    ///
    /// # Errors
    /// `Forbidden` unless the system, the owner or a managing member asks.
    pub async fn set_members(&self, who: &Who, id: SpaceId, members: Vec<Member>) -> Result<SpaceInfo> {
        self.change_info(who, id, |info| info.members = members.clone()).await
    }

    /// Renames a shared space.
    pub async fn rename_space(&self, who: &Who, id: SpaceId, name: &str) -> Result<SpaceInfo> {
        self.change_info(who, id, |info| name.clone_into(&mut info.name)).await
    }

    async fn change_info(&self, who: &Who, id: SpaceId, change: impl Fn(&mut SpaceInfo)) -> Result<SpaceInfo> {
        const TRIES_MAX: usize = 8;
        for _ in 0..TRIES_MAX {
            let space = self.space(who, id).await?;
            if space.info().kind != SpaceKind::Shared || !space.standing().manage {
                return Err(Error::Forbidden);
            }
            let organisation = space.info().organisation;
            let key = DocKey::new(&Kind::known(kinds::SPACES), id.to_hex());
            let doc = self.system_raw(organisation).await?.doc(&key).await?.ok_or(Error::NotFound)?;
            let mut info = SpaceInfo::of_doc(&doc)?;
            change(&mut info);
            check_members(&info.members)?;
            check_name(&info.name)?;
            match self.write_info(&info, Expect::Rev(doc.rev)).await {
                Err(Error::Conflict { .. }) => continue,
                done => return done.map(|()| info),
            }
        }
        Err(Error::Unavailable)
    }

    async fn write_info(&self, info: &SpaceInfo, expect: Expect) -> Result<()> {
        let kind = Kind::known(kinds::SPACES);
        let body = info.to_body()?;
        let edit = Edit::PutDoc {
            key: DocKey::new(&kind, info.id.to_hex()),
            expect,
            keys: self.inner.doctypes.entries(&kind, None, &body)?,
            body: body.to_string(),
            delete: false,
            place: None,
        };
        self.system_raw(info.organisation).await?.commit(self.request(vec![edit])).await?;
        self.directory_moved();
        self.inner.wakes.ring(info.organisation);
        Ok(())
    }

    /// What the directory says about `id`, looked for where `who` may know of it.
    pub(crate) async fn info(&self, who: &Who, id: SpaceId) -> Result<Arc<SpaceInfo>> {
        if let Some(info) = self.known(id) {
            return Ok(info);
        }
        if self.is_organisation(id).await? {
            return Ok(Arc::new(SpaceInfo::system(id)));
        }
        let home = who.account().map_or(SpaceId::ROOT, |(_, organisation)| organisation);
        if let Some(info) = self.info_in(home, id).await? {
            return Ok(info);
        }
        // Elsewhere: by a grant or a link of another organisation, or the system asks.
        for organisation in self.organisation_ids().await? {
            if organisation != home
                && let Some(info) = self.info_in(organisation, id).await?
            {
                return Ok(info);
            }
        }
        Err(Error::NotFound)
    }

    /// What the directory said about `id`, if it has not changed since.
    fn known(&self, id: SpaceId) -> Option<Arc<SpaceInfo>> {
        let at = self.directory_count();
        self.inner.known.lock().get(&id).filter(|known| known.at == at).map(|known| known.info.clone())
    }

    /// How often the directory has changed in this process.
    pub(crate) fn directory_count(&self) -> u64 {
        self.inner.directory.load(Ordering::Acquire)
    }

    /// Makes what is known of the directory count no more: it was changed, here or (the binary calls this after a restore) elsewhere.
    pub fn directory_moved(&self) {
        self.inner.directory.fetch_add(1, Ordering::AcqRel);
    }

    async fn info_in(&self, organisation: SpaceId, id: SpaceId) -> Result<Option<Arc<SpaceInfo>>> {
        let at = self.directory_count();
        let system = self.system_raw(organisation).await?;
        let doc = system.doc(&DocKey::new(&Kind::known(kinds::SPACES), id.to_hex())).await?;
        let Some(doc) = doc.filter(|doc| !doc.deleted) else {
            self.inner.known.lock().pop(&id);
            return Ok(None);
        };
        let info = Arc::new(SpaceInfo::of_doc(&doc)?);
        self.inner.known.lock().put(id, Known { info: info.clone(), at });
        Ok(Some(info))
    }

    /// The id of an account's personal space, if there is one.
    pub(crate) async fn personal_id(&self, organisation: SpaceId, owner: &str) -> Result<Option<SpaceId>> {
        let key = (organisation, owner.to_owned());
        let cached = self.inner.personal.lock().get(&key).copied();
        if let Some(id) = cached {
            let info = match self.known(id) {
                Some(info) => Some(info),
                None => self.info_in(organisation, id).await?,
            };
            if info.is_some_and(|info| info.owner.as_deref() == Some(owner)) {
                return Ok(Some(id));
            }
        }
        let query = Query { prefix: vec![json!("personal"), json!(owner)], limit: 1, ..Query::default() };
        let system = self.system_raw(organisation).await?;
        let found = find_raw(&system, kinds::SPACES_BY_OWNER, &query).await?;
        let id = found.first().and_then(|(_, key)| SpaceId::from_hex(&key.id));
        if let Some(id) = id {
            self.inner.personal.lock().put(key, id);
        }
        Ok(id)
    }

    /// A page of an organisation's spaces, in the order of their ids. Only for the system.
    pub async fn directory(
        &self,
        who: &Who,
        organisation: SpaceId,
        after: Option<SpaceId>,
        limit: usize,
    ) -> Result<Vec<SpaceInfo>> {
        if !is_system(who) {
            return Err(Error::Forbidden);
        }
        let after = after.map(SpaceId::to_hex);
        let system = self.system_raw(organisation).await?;
        let docs = system.docs_of(&Kind::known(kinds::SPACES), after.as_deref(), limit).await?;
        docs.iter().map(SpaceInfo::of_doc).collect()
    }

    /// The spaces that `who` owns or belongs to: their personal one first. Grants are not among them: see [`crate::Grants`].
    pub async fn spaces_of(&self, who: &Who) -> Result<Vec<SpaceInfo>> {
        let Some((name, organisation)) = who.account() else { return Ok(Vec::new()) };
        let system = self.system_raw(organisation).await?;
        let mut prefixes = vec![
            (kinds::SPACES_BY_OWNER, vec![json!("personal"), json!(name)]),
            (kinds::SPACES_BY_OWNER, vec![json!("shared"), json!(name)]),
            (kinds::SPACES_BY_MEMBER, vec![json!("account"), json!(name)]),
        ];
        for group in self.groups_of(organisation, name).await? {
            prefixes.push((kinds::SPACES_BY_MEMBER, vec![json!("group"), json!(group)]));
        }
        let mut infos: Vec<SpaceInfo> = Vec::new();
        for (index, prefix) in prefixes {
            let query = Query { prefix, limit: SPACES_OF_MAX, ..Query::default() };
            for (_, key) in find_raw(&system, index, &query).await? {
                let Some(id) = SpaceId::from_hex(&key.id) else { continue };
                if infos.iter().any(|info| info.id == id) || infos.len() >= SPACES_OF_MAX {
                    continue;
                }
                if let Some(info) = self.info_in(organisation, id).await? {
                    infos.push(SpaceInfo::clone(&info));
                }
            }
        }
        Ok(infos)
    }
}

/// Most spaces shown to one account.
pub const SPACES_OF_MAX: usize = 1_000;

/// Whether the installation itself asks.
pub(crate) fn is_system(who: &Who) -> bool {
    matches!(who.principal, Principal::System { .. }) && who.right == abri_model::Right::EVERYTHING
}

/// Whether the space is this account's own.
pub(crate) fn owns(who: &Who, info: &SpaceInfo) -> bool {
    who.account()
        .is_some_and(|(name, organisation)| organisation == info.organisation && info.owner.as_deref() == Some(name))
}

fn check_new(new: &CreateSpace) -> Result<()> {
    check_name(&new.name)?;
    check_members(&new.members)?;
    match new.kind {
        SpaceKind::System => Err(Error::invalid("system spaces are made with their organisation")),
        SpaceKind::Personal if new.owner.is_none() => Err(Error::invalid("a personal space needs an owner")),
        SpaceKind::Personal if !new.members.is_empty() => {
            Err(Error::invalid("a personal space has no members: grant access instead"))
        }
        _ => Ok(()),
    }
}

fn check_name(name: &str) -> Result<()> {
    Name::parse(name)?;
    Ok(())
}

fn check_members(members: &[Member]) -> Result<()> {
    if members.len() > MEMBERS_MAX {
        return Err(Error::TooLarge { what: "the list of members", limit: MEMBERS_MAX as u64 });
    }
    if members.iter().any(|member| !member.verbs.has(Verb::Get)) {
        return Err(Error::invalid("a member must at least be allowed to read"));
    }
    Ok(())
}
