//! What the door stands on.

use std::sync::Arc;

use abri_data::{Data, SpaceKind};
use abri_files::{Files, Tree};
use abri_identity::{Identity, Session};
use abri_model::{Error, Result, SpaceId};

/// How this server names itself to clients.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// Its name.
    pub name: String,
    /// Its own version.
    pub version: String,
    /// The realm in the login prompt.
    pub realm: String,
}

/// The version of Nextcloud whose protocol is spoken: clients choose by it what they try.
pub const SPOKEN: (u32, u32, u32) = (31, 0, 0);

pub(crate) struct Door {
    pub data: Data,
    pub identity: Identity,
    pub files: Files,
    pub product: Product,
}

impl Default for Product {
    fn default() -> Self {
        Product { name: "Abri".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned(), realm: "Abri".to_owned() }
    }
}

impl Door {
    pub fn new(data: Data, identity: Identity, files: Files, product: Product) -> Arc<Door> {
        Arc::new(Door { data, identity, files, product })
    }

    /// The asker's own files.
    pub async fn own(&self, session: &Session) -> Result<Tree> {
        Ok(self.files.tree(self.data.space(&session.who, session.account.space).await?))
    }

    /// A shared space's files.
    pub async fn shared(&self, session: &Session, id: SpaceId) -> Result<Tree> {
        Ok(self.files.tree(self.data.space(&session.who, id).await?))
    }

    /// The tree in which the asker has an upload of this name: their own, or the shared space it was begun for.
    pub async fn tree_of_upload(&self, session: &Session, id: &str) -> Result<Tree> {
        let own = self.own(session).await?;
        match own.upload(id).await {
            Err(Error::NotFound) => {}
            Ok(_) => return Ok(own),
            Err(other) => return Err(other),
        }
        for space in self.data.spaces_of(&session.who).await? {
            if space.kind == SpaceKind::Shared {
                let tree = self.shared(session, space.id).await?;
                if tree.upload(id).await.is_ok() {
                    return Ok(tree);
                }
            }
        }
        Err(Error::NotFound)
    }
}
