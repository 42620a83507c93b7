//! What the door stands on.

use std::sync::Arc;

use abri_data::Data;
use abri_files::{Files, Tree};
use abri_identity::{Identity, Session};
use abri_model::{Error, Result};

use crate::area::Which;

/// What an installation may choose about WebDAV.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DavPolicy {
    /// Whether `PROPFIND` with `Depth: infinity` is answered at all.
    pub infinity: bool,
    /// Most resources told by one `PROPFIND` with `Depth: infinity`.
    pub infinity_nodes_max: usize,
    /// Most resources told by one `sync-collection`.
    pub sync_nodes_max: usize,
    /// The realm in the login prompt.
    pub realm: String,
}

/// The door: the parts of the house it needs.
pub struct Door {
    /// The way down.
    pub data: Data,
    /// Who asks.
    pub identity: Identity,
    /// The room.
    pub files: Files,
    /// What was chosen.
    pub policy: DavPolicy,
}

impl Default for DavPolicy {
    fn default() -> Self {
        DavPolicy { infinity: true, infinity_nodes_max: 100_000, sync_nodes_max: 50_000, realm: "Abri".to_owned() }
    }
}

impl Door {
    /// Builds the door.
    pub fn new(data: Data, identity: Identity, files: Files, policy: DavPolicy) -> Arc<Door> {
        Arc::new(Door { data, identity, files, policy })
    }

    /// The tree that a path speaks of, as the asker sees it.
    pub async fn tree(&self, session: &Session, which: &Which) -> Result<Tree> {
        let space = match which {
            Which::Own => self.data.space(&session.who, session.account.space).await?,
            Which::Named(name) if *name == session.account.name => {
                self.data.space(&session.who, session.account.space).await?
            }
            Which::Named(_) => return Err(Error::NotFound),
            Which::Shared(id) => self.data.space(&session.who, *id).await?,
        };
        Ok(self.files.tree(space))
    }
}
