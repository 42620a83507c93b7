//! Upkeep: what was in the trash long enough is destroyed, what nobody finished is forgotten.

use abri_model::Result;

use crate::tree::Tree;

const DAY_MS: i64 = 24 * 3600 * 1000;

/// What a sweep did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Things of the trash that were destroyed.
    pub destroyed: u64,
}

impl Tree {
    /// Destroys what has been in the trash longer than the policy keeps it. Run daily for every space, as the system.
    pub async fn sweep(&self) -> Result<Swept> {
        let days = i64::from(self.room.policy.trash_days);
        if days == 0 {
            return Ok(Swept::default());
        }
        let oldest = self.now().plus(-days * DAY_MS);
        let destroyed = self.empty_trash_where(|was| was.at < oldest).await?;
        Ok(Swept { destroyed })
    }
}
