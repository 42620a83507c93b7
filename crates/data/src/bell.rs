//! The bell of a space, for one who may look at it.

use abri_model::{Error, Result, Seq};
use tokio::sync::watch;

use crate::space::Space;

/// Rings when the space moved. It carries no facts: read what changed.
pub struct Bell {
    space: Space,
    raw: watch::Receiver<Seq>,
}

impl Bell {
    pub(crate) fn new(space: Space, mut raw: watch::Receiver<Seq>) -> Bell {
        raw.mark_unchanged();
        Bell { space, raw }
    }

    /// Waits until the space has moved since the last call, and reads the asker's rights again.
    ///
    /// # Errors
    /// `Forbidden` when the right to look is lost; `Unavailable` when the server stops.
    pub async fn moved(&mut self) -> Result<Seq> {
        self.raw.changed().await.map_err(|_| Error::Unavailable)?;
        let seq = *self.raw.borrow_and_update();
        self.still_allowed().await?;
        Ok(seq)
    }

    /// Reads the asker's rights again, without waiting: streams call it now and then.
    pub async fn still_allowed(&mut self) -> Result<()> {
        match self.space.again().await {
            Ok(space) => self.space = space,
            Err(Error::NotFound | Error::Forbidden) => return Err(Error::Forbidden),
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// The space, rights as last read.
    pub fn space(&self) -> &Space {
        &self.space
    }
}
