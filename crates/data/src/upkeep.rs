//! Upkeep of every space: sweeping, checking, rebuilding. Only for the system.

use abri_model::{Error, Result, SpaceId, Who};

use crate::data::Data;
use crate::directory::is_system;

/// Directory entries read at once.
const PAGE_SPACES: usize = 1_000;

/// What a round over every space did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Upkept {
    /// How many spaces were visited.
    pub spaces: usize,
    /// What is wrong, in sentences, and where. Empty when all is well.
    pub findings: Vec<(SpaceId, String)>,
}

impl Data {
    /// Every space: the system spaces and all that the directories name. Nothing of a space is opened.
    pub(crate) async fn every_space(&self) -> Result<Vec<SpaceId>> {
        let who = Who::system("upkeep");
        let mut ids = Vec::new();
        for organisation in self.organisation_ids().await? {
            ids.push(organisation);
            let mut after = None;
            loop {
                let page = self.directory(&who, organisation, after, PAGE_SPACES).await?;
                ids.extend(page.iter().map(|info| info.id));
                after = page.last().map(|info| info.id);
                if page.len() < PAGE_SPACES {
                    break;
                }
            }
        }
        Ok(ids)
    }

    /// Every space of the installation, for the system.
    pub async fn all_spaces(&self, who: &Who) -> Result<Vec<SpaceId>> {
        if is_system(who) { self.every_space().await } else { Err(Error::Forbidden) }
    }

    /// Sweeps every space: destroyed trees, expired locks and uploads, chunks that nothing names. Goes on after an error in one.
    pub async fn sweep_all(&self, who: &Who) -> Result<Upkept> {
        let now = self.now();
        self.each(who, async |raw| raw.sweep(now).await.map(|_| Vec::new())).await
    }

    /// Recomputes everything derived and says where it lies; `deep` reads and hashes the bytes of files too.
    pub async fn check_all(&self, who: &Who, deep: bool) -> Result<Upkept> {
        self.each(who, async |raw| raw.check(deep).await).await
    }

    /// Builds everything derived anew; the findings say what was mended.
    pub async fn rebuild_all(&self, who: &Who) -> Result<Upkept> {
        self.each(who, async |raw| raw.rebuild().await).await
    }

    async fn each(&self, who: &Who, visit: impl AsyncFn(&abri_space::Space) -> Result<Vec<String>>) -> Result<Upkept> {
        let mut upkept = Upkept::default();
        for id in self.all_spaces(who).await? {
            let found = match self.inner.engine.open(id).await {
                Ok(raw) => visit(&raw).await,
                Err(Error::NotFound) => Ok(vec!["the directory names it, but it is not there".to_owned()]),
                Err(error) => Err(error),
            };
            let sentences = found.unwrap_or_else(|error| vec![format!("could not be visited: {}", said(&error))]);
            upkept.findings.extend(sentences.into_iter().map(|sentence| (id, sentence)));
            upkept.spaces += 1;
        }
        Ok(upkept)
    }
}

/// An error with its cause: what an administrator may read.
fn said(error: &Error) -> String {
    match error {
        Error::Internal(cause) => format!("{error}: {cause}"),
        other => other.to_string(),
    }
}
