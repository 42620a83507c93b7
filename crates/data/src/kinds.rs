//! The doctypes this crate keeps itself: the directory, groups, grants, mounts, jobs.

use std::sync::Arc;

use abri_model::{Error, Kind, Result};
use serde_json::{Value, json};

use crate::doctype::{Access, Doctype, IndexKey};

/// Spaces of an organisation, in its system space; the id is the space's.
pub const SPACES: &str = "abri.spaces";
/// Organisations, in the root system space; the id is that of its system space.
pub const ORGANISATIONS: &str = "abri.organisations";
/// Which space has which block of node ids, in the root system space.
pub const ID_BLOCKS: &str = "abri.idblocks";
/// Groups of accounts, in the organisation's system space; the id is the group's name.
pub const GROUPS: &str = "abri.groups";
/// What a space allows to others, in that space.
pub const GRANTS: &str = "abri.grants";
/// What others' spaces allow here: derived from their grants.
pub const MOUNTS: &str = "abri.mounts";
/// Work to be done, in the space it is about.
pub const JOBS: &str = "abri.jobs";

/// Spaces by owner: kind of space, owner's name.
pub const SPACES_BY_OWNER: &str = "abri.spaces/owner";
/// Spaces by member: `account` or `group`, name.
pub const SPACES_BY_MEMBER: &str = "abri.spaces/member";
/// Organisations by host name.
pub const ORGANISATIONS_BY_HOST: &str = "abri.organisations/host";
/// Groups by member's name.
pub const GROUPS_BY_MEMBER: &str = "abri.groups/member";
/// Grants in force, by grantee: `account`, `group` or `link`, organisation, name.
pub const GRANTS_BY_GRANTEE: &str = "abri.grants/grantee";
/// Mounts by recipient: `account` or `group`, name.
pub const MOUNTS_BY_RECIPIENT: &str = "abri.mounts/recipient";
/// Jobs waiting or leased, by the time at which they may be (re)started.
pub const JOBS_DUE: &str = "abri.jobs/due";
/// Documents of finished jobs, free for the next ones.
pub const JOBS_FREE: &str = "abri.jobs/free";
/// Jobs given up, by time.
pub const JOBS_DEAD: &str = "abri.jobs/dead";

/// Every doctype of this crate.
pub(crate) fn all() -> Vec<Arc<dyn Doctype>> {
    vec![
        Arc::new(Spaces),
        Arc::new(Organisations),
        Arc::new(Groups),
        Arc::new(Grants),
        Arc::new(Mounts),
        Arc::new(Jobs),
    ]
}

struct Spaces;
struct Organisations;
struct Groups;
struct Grants;
struct Mounts;
struct Jobs;

impl Doctype for Spaces {
    fn kind(&self) -> Kind {
        Kind::known(SPACES)
    }

    fn check(&self, old: Option<&Value>, new: &Value) -> Result<()> {
        unchanged(old, new, &["kind", "organisation"])
    }

    fn indexes(&self) -> &'static [&'static str] {
        &[SPACES_BY_OWNER, SPACES_BY_MEMBER]
    }

    fn keys(&self, doc: &Value) -> Vec<IndexKey> {
        let mut keys = Vec::new();
        if let Some(owner) = doc.get("owner").filter(|owner| owner.is_string()) {
            keys.push(IndexKey::new(SPACES_BY_OWNER, vec![doc["kind"].clone(), owner.clone()]));
        }
        for member in doc["members"].as_array().into_iter().flatten() {
            for word in ["account", "group"] {
                if let Some(name) = member.get(word) {
                    keys.push(IndexKey::new(SPACES_BY_MEMBER, vec![json!(word), name.clone()]));
                }
            }
        }
        keys
    }

    fn access(&self) -> Access {
        Access::System
    }
}

impl Doctype for Organisations {
    fn kind(&self) -> Kind {
        Kind::known(ORGANISATIONS)
    }

    fn indexes(&self) -> &'static [&'static str] {
        &[ORGANISATIONS_BY_HOST]
    }

    fn keys(&self, doc: &Value) -> Vec<IndexKey> {
        let hosts = doc["hosts"].as_array().into_iter().flatten();
        hosts.map(|host| IndexKey::new(ORGANISATIONS_BY_HOST, vec![host.clone()])).collect()
    }

    fn access(&self) -> Access {
        Access::System
    }
}

impl Doctype for Groups {
    fn kind(&self) -> Kind {
        Kind::known(GROUPS)
    }

    fn indexes(&self) -> &'static [&'static str] {
        &[GROUPS_BY_MEMBER]
    }

    fn keys(&self, doc: &Value) -> Vec<IndexKey> {
        let members = doc["members"].as_array().into_iter().flatten();
        members.map(|member| IndexKey::new(GROUPS_BY_MEMBER, vec![member.clone()])).collect()
    }

    fn access(&self) -> Access {
        Access::System
    }
}

impl Doctype for Grants {
    fn kind(&self) -> Kind {
        Kind::known(GRANTS)
    }

    fn check(&self, old: Option<&Value>, new: &Value) -> Result<()> {
        unchanged(old, new, &["grantee"])
    }

    fn indexes(&self) -> &'static [&'static str] {
        &[GRANTS_BY_GRANTEE]
    }

    fn keys(&self, doc: &Value) -> Vec<IndexKey> {
        if !doc["revoked"].is_null() {
            return Vec::new();
        }
        let grantee = &doc["grantee"];
        vec![IndexKey::new(
            GRANTS_BY_GRANTEE,
            vec![grantee["type"].clone(), grantee["organisation"].clone(), grantee["name"].clone()],
        )]
    }

    fn access(&self) -> Access {
        Access::System
    }
}

impl Doctype for Mounts {
    fn kind(&self) -> Kind {
        Kind::known(MOUNTS)
    }

    fn indexes(&self) -> &'static [&'static str] {
        &[MOUNTS_BY_RECIPIENT]
    }

    fn keys(&self, doc: &Value) -> Vec<IndexKey> {
        let grantee = &doc["grantee"];
        vec![IndexKey::new(MOUNTS_BY_RECIPIENT, vec![grantee["type"].clone(), grantee["name"].clone()])]
    }

    fn access(&self) -> Access {
        Access::System
    }
}

impl Doctype for Jobs {
    fn kind(&self) -> Kind {
        Kind::known(JOBS)
    }

    fn indexes(&self) -> &'static [&'static str] {
        &[JOBS_DUE, JOBS_FREE, JOBS_DEAD]
    }

    fn keys(&self, doc: &Value) -> Vec<IndexKey> {
        let due = vec![doc["due"].clone()];
        match doc["state"].as_str() {
            Some("waiting" | "leased") => vec![IndexKey::new(JOBS_DUE, due)],
            Some("free") => vec![IndexKey::new(JOBS_FREE, Vec::new())],
            Some("dead") => vec![IndexKey::new(JOBS_DEAD, due)],
            _ => Vec::new(),
        }
    }

    fn access(&self) -> Access {
        Access::System
    }
}

fn unchanged(old: Option<&Value>, new: &Value, fields: &[&str]) -> Result<()> {
    let Some(old) = old else { return Ok(()) };
    match fields.iter().find(|field| old.get(**field) != new.get(**field)) {
        Some(field) => Err(Error::invalid(format!("{field} cannot be changed"))),
        None => Ok(()),
    }
}
