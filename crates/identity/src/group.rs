//! Groups of accounts: named in memberships and grants. A document each.

use abri_data::{Doc, Expect, Query};
use abri_model::{Error, Kind, Result, SpaceId, Who};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::identity::{Identity, read, write};
use crate::kinds;
use crate::name::account_name;

/// Most members of a group.
pub const MEMBERS_MAX: usize = 20_000;
/// Most groups of one page.
pub const PAGE_GROUPS_MAX: usize = 1_000;
/// How often a change is made again because the group changed meanwhile.
const TRIES_MAX: usize = 8;

/// A group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its name: as for an account.
    pub name: String,
    /// Its name for people.
    pub public_name: String,
    /// The names of its members, in order.
    pub members: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct Record {
    public_name: String,
    members: Vec<String>,
}

impl Group {
    fn of_doc(doc: &Doc) -> Result<Group> {
        let Record { public_name, members } = read(doc)?;
        Ok(Group { name: doc.key.id.clone(), public_name, members })
    }
}

impl Identity {
    /// Makes a group without members.
    ///
    /// # Errors
    /// `AccountName`, `Exists`; `Forbidden` unless `by` administers the organisation.
    pub async fn add_group(&self, by: &Who, organisation: SpaceId, name: &str, public_name: &str) -> Result<Group> {
        self.judge_admin(by, organisation).await?;
        let name = account_name(name)?;
        let public_name = if public_name.trim().is_empty() { name.clone() } else { public_name.trim().to_owned() };
        let record = Record { public_name: public_name.clone(), members: Vec::new() };
        match write(&self.system(organisation).await?, kinds::GROUPS, &name, Expect::Absent, &record).await {
            Ok(_) => Ok(Group { name, public_name, members: Vec::new() }),
            Err(Error::Conflict { .. }) => Err(Error::Exists),
            Err(error) => Err(error),
        }
    }

    /// Puts an account into a group, or takes it out. What it may do by the group follows at once.
    ///
    /// # Errors
    /// `NotFound` when there is no such group or account; `Forbidden` unless `by` administers the organisation.
    pub async fn set_member(
        &self,
        by: &Who,
        organisation: SpaceId,
        group: &str,
        account: &str,
        is_member: bool,
    ) -> Result<Group> {
        self.judge_admin(by, organisation).await?;
        let (group, account) = (account_name(group)?, account_name(account)?);
        if is_member {
            self.existing(organisation, &account).await?;
        }
        let space = self.system(organisation).await?;
        for _ in 0..TRIES_MAX {
            let doc = space.get(&Kind::known(kinds::GROUPS), &group).await?.ok_or(Error::NotFound)?;
            let mut record: Record = read(&doc)?;
            record.members.retain(|member| *member != account);
            if is_member {
                record.members.push(account.clone());
                record.members.sort();
            }
            if record.members.len() > MEMBERS_MAX {
                return Err(Error::TooLarge { what: "the group", limit: MEMBERS_MAX as u64 });
            }
            match write(&space, kinds::GROUPS, &group, Expect::Rev(doc.rev), &record).await {
                Err(Error::Conflict { .. }) => {}
                Err(error) => return Err(error),
                Ok(doc) => return Group::of_doc(&doc),
            }
        }
        Err(Error::Unavailable)
    }

    /// Removes a group. What its members might do by it ends at once.
    pub async fn remove_group(&self, by: &Who, organisation: SpaceId, name: &str) -> Result<()> {
        self.judge_admin(by, organisation).await?;
        let space = self.system(organisation).await?;
        space.delete(&Kind::known(kinds::GROUPS), &account_name(name)?, Expect::Present).await.map(drop)
    }

    /// A page of an organisation's groups in the order of their names.
    pub async fn groups(&self, organisation: SpaceId, after: Option<&str>, limit: usize) -> Result<Vec<Group>> {
        let limit = limit.min(PAGE_GROUPS_MAX);
        let docs = self.system(organisation).await?.list(&Kind::known(kinds::GROUPS), after, limit).await?;
        docs.iter().map(Group::of_doc).collect()
    }

    /// The groups an account is in.
    pub async fn groups_of(&self, organisation: SpaceId, account: &str) -> Result<Vec<Group>> {
        let query = Query { prefix: vec![json!(account_name(account)?)], limit: PAGE_GROUPS_MAX, ..Query::default() };
        let found = self.system(organisation).await?.find(kinds::GROUPS_BY_MEMBER, &query).await?;
        found.docs.iter().map(Group::of_doc).collect()
    }
}
