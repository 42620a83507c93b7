//! The files changed last.

use std::sync::Arc;

use abri_data::Node;
use abri_model::Result;

use crate::tree::Tree;

/// Most recent files told at once.
const RECENT_MAX: usize = 200;

impl Tree {
    /// The files changed last, newest first, without those in the trash.
    pub async fn recent(&self, limit: usize) -> Result<Vec<Arc<Node>>> {
        self.space.recent(limit.min(RECENT_MAX)).await
    }
}
