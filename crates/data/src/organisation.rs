//! Organisations: each has a system space of its own and is known by host names.

use abri_model::{DocKey, Error, Kind, Name, Result, SpaceId, Who};
use abri_space::NewSpace;
use abri_space::edit::{Edit, Expect};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::data::Data;
use crate::directory::is_system;
use crate::find::{Query, find_raw};
use crate::kinds;

/// Most organisations of an installation.
pub const ORGANISATIONS_MAX: usize = 10_000;
/// Most host names of an organisation.
pub const HOSTS_MAX: usize = 64;
/// Longest host name, in bytes (RFC 1035 §2.3.4).
pub const HOST_LEN_MAX: usize = 253;

/// An organisation: people who share a host name and a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organisation {
    /// Its system space.
    pub id: SpaceId,
    /// Its name, for people.
    pub name: String,
    /// The host names by which it is reached, in lower case without port.
    pub hosts: Vec<String>,
    /// The language of people who have not chosen one: `fr`, `en`.
    pub locale: String,
}

#[derive(Serialize, Deserialize)]
struct Record {
    name: String,
    #[serde(default)]
    hosts: Vec<String>,
    #[serde(default)]
    locale: String,
}

impl Organisation {
    /// What the root organisation is before anybody says otherwise.
    fn first() -> Organisation {
        Organisation { id: SpaceId::ROOT, name: "Abri".to_owned(), hosts: Vec::new(), locale: "en".to_owned() }
    }
}

impl Data {
    /// The organisation reached by `host` (a host name, with or without port); the first one when nobody claims it.
    pub async fn organisation_of_host(&self, host: Option<&str>) -> Result<SpaceId> {
        let Some(host) = host.and_then(host_name) else { return Ok(SpaceId::ROOT) };
        let at = self.directory_count();
        let cached = self.inner.hosts.lock().get(&host).copied();
        if let Some((organisation, count)) = cached
            && count == at
        {
            return Ok(organisation);
        }
        let root = self.system_raw(SpaceId::ROOT).await?;
        let query = Query { prefix: vec![json!(host)], limit: 1, ..Query::default() };
        let found = find_raw(&root, kinds::ORGANISATIONS_BY_HOST, &query).await?;
        let organisation = found.first().and_then(|(_, key)| SpaceId::from_hex(&key.id)).unwrap_or(SpaceId::ROOT);
        self.inner.hosts.lock().put(host, (organisation, at));
        Ok(organisation)
    }

    /// What is known about an organisation.
    pub async fn organisation(&self, id: SpaceId) -> Result<Organisation> {
        let root = self.system_raw(SpaceId::ROOT).await?;
        let doc = root.doc(&DocKey::new(&Kind::known(kinds::ORGANISATIONS), id.to_hex())).await?;
        match doc.filter(|doc| !doc.deleted) {
            Some(doc) => {
                let record: Record = serde_json::from_str(&doc.body).map_err(Error::internal)?;
                Ok(Organisation { id, name: record.name, hosts: record.hosts, locale: record.locale })
            }
            None if id == SpaceId::ROOT => Ok(Organisation::first()),
            None => Err(Error::NotFound),
        }
    }

    /// Every organisation: the first one, then the others in the order of their ids. At most [`ORGANISATIONS_MAX`].
    pub async fn organisations(&self) -> Result<Vec<Organisation>> {
        let mut all = Vec::new();
        for id in self.organisation_ids().await? {
            all.push(self.organisation(id).await?);
        }
        Ok(all)
    }

    /// Makes an organisation and its system space. Only for the system.
    pub async fn create_organisation(
        &self,
        who: &Who,
        name: &str,
        hosts: Vec<String>,
        locale: &str,
    ) -> Result<Organisation> {
        if !is_system(who) {
            return Err(Error::Forbidden);
        }
        let id = SpaceId::random();
        let organisation = Organisation { id, name: name.to_owned(), hosts, locale: locale.to_owned() };
        let organisation = self.checked(organisation).await?;
        let first_block = self.inner.ids.take(id).await?;
        self.inner.engine.create(id, NewSpace { first_block, quota: None }).await?;
        self.write_organisation(&organisation).await?;
        Ok(organisation)
    }

    /// Changes an organisation's name, host names and language. Only for the system.
    pub async fn set_organisation(&self, who: &Who, organisation: Organisation) -> Result<Organisation> {
        if !is_system(who) {
            return Err(Error::Forbidden);
        }
        self.organisation_exists(organisation.id).await?;
        let organisation = self.checked(organisation).await?;
        self.write_organisation(&organisation).await?;
        Ok(organisation)
    }

    async fn checked(&self, mut organisation: Organisation) -> Result<Organisation> {
        Name::parse(&organisation.name)?;
        if organisation.hosts.len() > HOSTS_MAX {
            return Err(Error::TooLarge { what: "the list of host names", limit: HOSTS_MAX as u64 });
        }
        for host in &mut organisation.hosts {
            let good = host_name(host).ok_or_else(|| Error::invalid(format!("{host:?} is not a host name")))?;
            let claimed = self.organisation_of_host(Some(&good)).await?;
            if claimed != organisation.id && self.organisation(claimed).await?.hosts.contains(&good) {
                return Err(Error::Exists);
            }
            *host = good;
        }
        Ok(organisation)
    }

    async fn write_organisation(&self, organisation: &Organisation) -> Result<()> {
        let kind = Kind::known(kinds::ORGANISATIONS);
        let record = Record {
            name: organisation.name.clone(),
            hosts: organisation.hosts.clone(),
            locale: organisation.locale.clone(),
        };
        let body = serde_json::to_value(record).map_err(Error::internal)?;
        let edit = Edit::PutDoc {
            key: DocKey::new(&kind, organisation.id.to_hex()),
            expect: Expect::Any,
            keys: self.inner.doctypes.entries(&kind, None, &body)?,
            body: body.to_string(),
            delete: false,
            place: None,
        };
        let root = self.system_raw(SpaceId::ROOT).await?;
        root.commit(self.request(vec![edit])).await?;
        self.directory_moved();
        self.inner.wakes.ring(SpaceId::ROOT);
        Ok(())
    }

    pub(crate) async fn is_organisation(&self, id: SpaceId) -> Result<bool> {
        if id == SpaceId::ROOT {
            return Ok(true);
        }
        let root = self.system_raw(SpaceId::ROOT).await?;
        let doc = root.doc(&DocKey::new(&Kind::known(kinds::ORGANISATIONS), id.to_hex())).await?;
        Ok(doc.is_some_and(|doc| !doc.deleted))
    }

    pub(crate) async fn organisation_exists(&self, id: SpaceId) -> Result<()> {
        if self.is_organisation(id).await? { Ok(()) } else { Err(Error::NotFound) }
    }

    pub(crate) async fn organisation_ids(&self) -> Result<Vec<SpaceId>> {
        let root = self.system_raw(SpaceId::ROOT).await?;
        let docs = root.docs_of(&Kind::known(kinds::ORGANISATIONS), None, ORGANISATIONS_MAX).await?;
        let others = docs.iter().filter_map(|doc| SpaceId::from_hex(&doc.key.id)).filter(|id| *id != SpaceId::ROOT);
        Ok(std::iter::once(SpaceId::ROOT).chain(others).collect())
    }
}

/// A host name as it is compared: lower case, without port and closing dot; `None` when it is none.
fn host_name(host: &str) -> Option<String> {
    let host = match host.strip_prefix('[') {
        Some(literal) => literal.split(']').next()?,
        None if host.matches(':').count() > 1 => host,
        None => host.split(':').next()?,
    };
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let good = !host.is_empty()
        && host.len() <= HOST_LEN_MAX
        && host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b':'));
    good.then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_names_are_compared_without_port_case_and_closing_dot() {
        let cases = [
            ("Cloud.Example.org:8443", Some("cloud.example.org")),
            ("cloud.example.org.", Some("cloud.example.org")),
            ("127.0.0.1:80", Some("127.0.0.1")),
            ("[::1]:8080", Some("::1")),
            ("::1", Some("::1")),
            ("", None),
            ("a b", None),
            ("a/b", None),
        ];
        for (given, wanted) in cases {
            assert_eq!(host_name(given).as_deref(), wanted, "{given}");
        }
    }
}
