//! Grants: what a space allows to others. The grant is authoritative in the owner's space; the recipient's mount is a derived pointer.
//!
//! A grant is never changed into one for somebody else, and is revoked before it is forgotten: so a follower that
//! sees it at any later time still knows whose mount to take away.

use abri_model::{DocKey, Error, Kind, Millis, Principal, Result, Right, Rule, Rules, SpaceId, Verb, Who};
use abri_space::edit::Expect;
use abri_space::{Change, Changes, Doc, Scope};
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::data::Data;
use crate::directory::is_system;
use crate::documents::PutDoc;
use crate::find::{Query, find_raw};
use crate::follower::Follower;
use crate::kinds;
use crate::space::Space;
use crate::standing::{Cover, Reach, node_of};

/// Most grants that count for one asker in one space.
pub const GRANTS_COUNTED_MAX: usize = 256;
/// Most rules of one grant.
pub const RULES_MAX: usize = 100;
/// Most values of one rule.
pub const VALUES_MAX: usize = 1_000;

/// Who is granted something.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Grantee {
    /// A person.
    Account {
        /// The account's name.
        name: String,
        /// The account's organisation.
        organisation: String,
    },
    /// Everybody in a group.
    Group {
        /// The group's name.
        name: String,
        /// The group's organisation.
        organisation: String,
    },
    /// Whoever holds the link of this share.
    Link {
        /// The share.
        name: String,
    },
}

/// A grant, as its document says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// Its id; not written in the document.
    #[serde(skip)]
    pub id: String,
    /// Who is granted it.
    pub grantee: Grantee,
    /// What they may do.
    pub rules: Rules,
    /// A name for it, for people.
    #[serde(default)]
    pub name: String,
    /// Who granted it.
    pub by: String,
    /// When.
    pub made: Millis,
    /// When it ends by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Millis>,
    /// When it was revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked: Option<Millis>,
}

/// A grant to be made.
#[derive(Clone, Debug)]
pub struct NewGrant {
    /// Who is granted it.
    pub grantee: Grantee,
    /// What they may do.
    pub rules: Rules,
    /// A name for it, for people.
    pub name: String,
    /// When it ends by itself.
    pub expires: Option<Millis>,
}

/// The recipient's pointer to a grant in another space.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mount {
    /// The space that grants, in sixteen hexadecimal digits.
    pub space: String,
    /// The organisation of that space.
    pub organisation: String,
    /// The grant there.
    pub grant: String,
    /// Who is granted it.
    pub grantee: Grantee,
    /// What they may do, for showing; what counts is the grant.
    pub rules: Rules,
    /// Its name, for people.
    pub name: String,
    /// Who granted it.
    pub by: String,
}

impl Grantee {
    /// An account.
    pub fn account(name: impl Into<String>, organisation: SpaceId) -> Grantee {
        Grantee::Account { name: name.into(), organisation: organisation.to_hex() }
    }

    /// A group.
    pub fn group(name: impl Into<String>, organisation: SpaceId) -> Grantee {
        Grantee::Group { name: name.into(), organisation: organisation.to_hex() }
    }

    /// A link.
    pub fn link(share: impl Into<String>) -> Grantee {
        Grantee::Link { name: share.into() }
    }

    fn key(&self) -> Vec<serde_json::Value> {
        match self {
            Grantee::Account { name, organisation } => vec![json!("account"), json!(organisation), json!(name)],
            Grantee::Group { name, organisation } => vec![json!("group"), json!(organisation), json!(name)],
            Grantee::Link { name } => vec![json!("link"), serde_json::Value::Null, json!(name)],
        }
    }
}

impl Grant {
    fn of_doc(doc: &Doc) -> Result<Grant> {
        let mut grant: Grant = serde_json::from_str(&doc.body).map_err(Error::internal)?;
        grant.id.clone_from(&doc.key.id);
        Ok(grant)
    }

    fn in_force(&self, now: Millis) -> bool {
        self.revoked.is_none() && self.expires.is_none_or(|end| end > now)
    }
}

/// What a space's grants allow to `who`.
pub(crate) async fn rules_for(data: &Data, raw: &abri_space::Space, who: &Who, groups: &[String]) -> Result<Rules> {
    let mut grantees = Vec::new();
    match &who.principal {
        Principal::Link { share } => grantees.push(Grantee::link(share)),
        Principal::User { name, organisation } | Principal::App { user: name, organisation, .. } => {
            grantees.push(Grantee::account(name, *organisation));
            grantees.extend(groups.iter().map(|group| Grantee::group(group, *organisation)));
        }
        Principal::System { .. } => {}
    }
    let mut keys: Vec<DocKey> = Vec::new();
    for grantee in grantees {
        let query = Query { prefix: grantee.key(), limit: GRANTS_COUNTED_MAX, ..Query::default() };
        keys.extend(find_raw(raw, kinds::GRANTS_BY_GRANTEE, &query).await?.into_iter().map(|(_, key)| key));
    }
    keys.truncate(GRANTS_COUNTED_MAX);
    let mut rules = Rules::new();
    for doc in raw.docs(&keys).await?.into_iter().flatten().filter(|doc| !doc.deleted) {
        let grant = Grant::of_doc(&doc)?;
        if grant.in_force(data.now()) {
            rules.extend(grant.rules);
        }
    }
    Ok(rules)
}

/// The grants of a space, for one who may manage it.
pub struct Grants {
    space: Space,
    system: Space,
}

impl Grants {
    /// The grants of `space`, as its asker may manage them.
    ///
    /// # Errors
    /// `Forbidden` when the asker neither owns nor manages the space.
    pub async fn of(space: &Space) -> Result<Grants> {
        if !space.standing().manage && !is_system(space.who()) {
            return Err(Error::Forbidden);
        }
        // Grants are documents of the system's: the guard on them is this type.
        let system = space.data().space(&Who::system("grants"), space.id()).await?;
        Ok(Grants { space: space.clone(), system })
    }

    /// Grants something. What is granted must be within what the asker may do.
    ///
    /// # Errors
    /// `Forbidden` when it is wider than the asker's own right; `Invalid` for rules that make no sense.
    pub async fn add(&self, new: NewGrant) -> Result<Grant> {
        check_rules(&new.rules)?;
        for rule in &new.rules {
            self.judge_rule(rule).await?;
        }
        let data = self.space.data();
        let grant = Grant {
            id: data_encoding::HEXLOWER.encode(&rand::random::<[u8; 16]>()),
            grantee: new.grantee,
            rules: new.rules,
            name: new.name,
            by: self.space.who().author(),
            made: data.now(),
            expires: new.expires,
            revoked: None,
        };
        self.write(&grant, Expect::Absent).await?;
        Ok(grant)
    }

    /// Revokes a grant: it counts no more from now on.
    pub async fn revoke(&self, id: &str) -> Result<()> {
        let doc = self.system.get(&Kind::known(kinds::GRANTS), id).await?.ok_or(Error::NotFound)?;
        let mut grant = Grant::of_doc(&doc)?;
        grant.revoked = Some(self.space.data().now());
        self.write(&grant, Expect::Rev(doc.rev)).await
    }

    /// A page of the grants in force, in the order of their ids.
    pub async fn list(&self, after: Option<&str>, limit: usize) -> Result<Vec<Grant>> {
        let now = self.space.data().now();
        let docs = self.system.list(&Kind::known(kinds::GRANTS), after, limit).await?;
        let grants =
            docs.iter().map(Grant::of_doc).filter(|grant| grant.as_ref().map_or(true, |grant| grant.in_force(now)));
        grants.collect()
    }

    async fn write(&self, grant: &Grant, expect: Expect) -> Result<()> {
        let body = serde_json::to_string(grant).map_err(Error::internal)?;
        let put = PutDoc { kind: Kind::known(kinds::GRANTS), id: grant.id.clone(), expect, body, place: None };
        self.system.put(put).await.map(drop)
    }

    /// Judges that the asker may do everything that `rule` allows.
    async fn judge_rule(&self, rule: &Rule) -> Result<()> {
        let standing = self.space.standing();
        if standing.is_everything() {
            return Ok(());
        }
        let rights = [&standing.credential, &standing.space];
        if rights.into_iter().all(|right| Right::Rules(vec![rule.clone()]).within(right)) {
            return Ok(());
        }
        if rule.kind != Kind::FILES || rule.selector.is_some() || rule.values.is_empty() {
            return Err(Error::Forbidden);
        }
        // Files below a directory that the asker's rules name: only the tree knows.
        let (root, trash) = self.space.roots();
        for value in &rule.values {
            let id = node_of(value, root, trash).ok_or(Error::Forbidden)?;
            let node = self.space.node(id).await?.ok_or(Error::Forbidden)?;
            for verb in rule.verbs.list() {
                if self.space.cover(verb, &node).await? != Cover::Whole {
                    return Err(Error::Forbidden);
                }
            }
        }
        Ok(())
    }
}

fn check_rules(rules: &[Rule]) -> Result<()> {
    if rules.is_empty() || rules.len() > RULES_MAX || rules.iter().any(|rule| rule.values.len() > VALUES_MAX) {
        return Err(Error::invalid(format!("a grant has 1 to {RULES_MAX} rules of at most {VALUES_MAX} values")));
    }
    for rule in rules {
        let wildcard = rule
            .kind
            .strip_suffix(".*")
            .is_some_and(|prefix| prefix.split('.').count() >= 3 && Kind::parse(prefix).is_some());
        if !(rule.kind == "*" || wildcard || Kind::parse(&rule.kind).is_some()) {
            return Err(Error::invalid(format!(
                "{:?} is not a doctype; a wildcard needs three parts before it",
                rule.kind
            )));
        }
        if rule.verbs.list().is_empty() {
            return Err(Error::invalid("a rule allows at least one verb"));
        }
    }
    Ok(())
}

impl Data {
    /// What other spaces grant to `who`: their own mounts, and those of their groups. At most [`GRANTS_COUNTED_MAX`] each.
    pub async fn mounts_of(&self, who: &Who) -> Result<Vec<Mount>> {
        let Some((name, organisation)) = who.account() else { return Ok(Vec::new()) };
        if self.standing_of_own(who).await? == Reach::None {
            return Ok(Vec::new());
        }
        let mut places = Vec::new();
        if let Some(id) = self.personal_id(organisation, name).await? {
            places.push((id, json!("account"), name.to_owned()));
        }
        for group in self.groups_of(organisation, name).await? {
            places.push((organisation, json!("group"), group));
        }
        let mut mounts = Vec::new();
        for (space, word, name) in places {
            let raw = self.inner.engine.open(space).await?;
            let query = Query { prefix: vec![word, json!(name)], limit: GRANTS_COUNTED_MAX, ..Query::default() };
            let keys: Vec<DocKey> =
                find_raw(&raw, kinds::MOUNTS_BY_RECIPIENT, &query).await?.into_iter().map(|(_, key)| key).collect();
            for doc in raw.docs(&keys).await?.into_iter().flatten().filter(|doc| !doc.deleted) {
                mounts.push(serde_json::from_str(&doc.body).map_err(Error::internal)?);
            }
        }
        Ok(mounts)
    }

    /// How far the credential of `who` reaches into what is theirs: an app without a right on files learns of no mount.
    async fn standing_of_own(&self, who: &Who) -> Result<Reach> {
        let own = crate::standing::Standing::new(who, Right::EVERYTHING, false);
        Ok(own.reach(Verb::Get, &Kind::known(Kind::FILES)))
    }
}

/// Follows grants and writes the mounts they mean into the recipients' spaces.
pub struct Mounts;

impl Follower for Mounts {
    fn name(&self) -> &str {
        "mounts"
    }

    fn scope(&self) -> Scope {
        Scope::Kind(Kind::known(kinds::GRANTS))
    }

    fn follow<'a>(&'a self, space: &'a Space, changes: &'a Changes) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            for change in &changes.items {
                if let Change::Doc(doc) = change
                    && !doc.deleted
                {
                    mirror(space, &Grant::of_doc(doc)?).await?;
                }
            }
            Ok(())
        })
    }
}

async fn mirror(space: &Space, grant: &Grant) -> Result<()> {
    let data = space.data();
    let recipient = match &grant.grantee {
        Grantee::Link { .. } => return Ok(()),
        Grantee::Account { name, organisation } => match SpaceId::from_hex(organisation) {
            Some(organisation) => data.personal_id(organisation, name).await?,
            None => None,
        },
        Grantee::Group { organisation, .. } => SpaceId::from_hex(organisation),
    };
    let target = match recipient {
        Some(id) => data.space(&Who::system("mounts"), id).await,
        None => Err(Error::NotFound),
    };
    let target = match target {
        Ok(target) => target,
        // The recipient is gone: there is nothing to mirror to.
        Err(Error::NotFound) => return Ok(()),
        Err(error) => return Err(error),
    };
    let kind = Kind::known(kinds::MOUNTS);
    let id = format!("{}-{}", space.id(), grant.id);
    if !grant.in_force(data.now()) {
        return match target.delete(&kind, &id, Expect::Any).await {
            Err(Error::NotFound) => Ok(()),
            done => done.map(drop),
        };
    }
    let mount = Mount {
        space: space.id().to_hex(),
        organisation: space.info().organisation.to_hex(),
        grant: grant.id.clone(),
        grantee: grant.grantee.clone(),
        rules: grant.rules.clone(),
        name: grant.name.clone(),
        by: grant.by.clone(),
    };
    let body = serde_json::to_string(&mount).map_err(Error::internal)?;
    if target.get(&kind, &id).await?.is_some_and(|doc| doc.body == body) {
        return Ok(());
    }
    target.put(PutDoc { kind, id, expect: Expect::Any, body, place: None }).await.map(drop)
}
