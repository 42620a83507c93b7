//! What the door stands on.

use std::sync::Arc;

use abri_data::Data;
use abri_files::{Files, Tree};
use abri_identity::{Identity, Session};
use abri_model::Result;

use crate::secrets::Secrets;

/// The parts of the house that the door needs.
pub(crate) struct Door {
    pub data: Data,
    pub identity: Identity,
    pub files: Files,
    pub secrets: Secrets,
}

/// The door as handlers get it.
pub(crate) type House = Arc<Door>;

impl Door {
    pub fn open(data: Data, identity: Identity, files: Files) -> House {
        Arc::new(Door { data, identity, files, secrets: Secrets::default() })
    }

    /// The files of the asker's own space.
    pub async fn tree(&self, session: &Session) -> Result<Tree> {
        Ok(self.files.tree(self.data.personal(&session.who).await?))
    }
}
