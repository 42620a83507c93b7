//! Shared spaces and organisations: make and list.

use abri_data::{CreateSpace, Member, SpaceKind};
use abri_model::{SpaceId, Verbs};
use serde::{Deserialize, Serialize};

use super::user::{organisation, system};
use super::{Fault, Out};
use crate::house::House;

/// Spaces read at once.
const PAGE: usize = 500;

/// A shared space to be made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Add {
    /// What people call it.
    pub name: String,
    /// The accounts that may use it; the first one manages it.
    pub members: Vec<String>,
    /// The organisation, by host; none: the default one.
    pub organisation: Option<String>,
    /// What it may hold, in bytes; none: no limit.
    pub quota: Option<u64>,
}

/// Makes a shared space and says its id.
pub async fn add(house: &House, new: Add, out: &Out) -> Result<(), Fault> {
    let organisation = organisation(house, new.organisation.as_deref()).await?;
    for name in &new.members {
        if house.identity.account(organisation, name).await?.is_none() {
            return Err(Fault(format!("there is no account {name}: `abri user list` shows them")));
        }
    }
    let member = |(at, name): (usize, &String)| {
        let member = Member::account(name.clone(), Verbs::ALL);
        if at == 0 { member.manager() } else { member }
    };
    let members = new.members.iter().enumerate().map(member).collect();
    let space =
        CreateSpace { organisation, kind: SpaceKind::Shared, name: new.name, owner: None, members, quota: new.quota };
    let info = house.data.create_space(&system(), space).await?;
    out.say(info.id.to_hex()).await;
    Ok(())
}

/// Lists spaces: id, kind, name.
pub async fn list(house: &House, host: Option<String>, out: &Out) -> Result<(), Fault> {
    let organisation = organisation(house, host.as_deref()).await?;
    let mut after: Option<SpaceId> = None;
    loop {
        let page = house.data.directory(&system(), organisation, after, PAGE).await?;
        for info in &page {
            let kind = match info.kind {
                SpaceKind::Personal => "personal",
                SpaceKind::Shared => "shared",
                SpaceKind::System => "system",
            };
            out.say(format!("{}\t{kind}\t{}", info.id, info.name)).await;
        }
        match page.last() {
            Some(last) if page.len() == PAGE => after = Some(last.id),
            _ => return Ok(()),
        }
    }
}

/// Makes an organisation and says its id.
pub async fn add_organisation(house: &House, name: &str, hosts: &[String], out: &Out) -> Result<(), Fault> {
    let locale = &house.config.accounts.locale;
    let made = house.data.create_organisation(&system(), name, hosts.to_vec(), locale).await?;
    out.say(made.id.to_hex()).await;
    Ok(())
}

/// Lists organisations: id, name, host names.
pub async fn list_organisations(house: &House, out: &Out) -> Result<(), Fault> {
    for organisation in house.data.organisations().await? {
        out.say(format!("{}\t{}\t{}", organisation.id, organisation.name, organisation.hosts.join(" "))).await;
    }
    Ok(())
}
