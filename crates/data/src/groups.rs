//! Which groups an account is in: read where rights need it. Groups themselves are kept by `identity`.

use abri_model::{Result, SpaceId};
use serde_json::json;

use crate::data::Data;
use crate::find::{Query, find_raw};
use crate::kinds;

/// Most groups of one account that count.
pub const GROUPS_OF_MAX: usize = 256;

impl Data {
    /// The names of the groups that account `name` is in.
    pub(crate) async fn groups_of(&self, organisation: SpaceId, name: &str) -> Result<Vec<String>> {
        let system = self.system_raw(organisation).await?;
        let query = Query { prefix: vec![json!(name)], limit: GROUPS_OF_MAX, ..Query::default() };
        let found = find_raw(&system, kinds::GROUPS_BY_MEMBER, &query).await?;
        Ok(found.into_iter().map(|(_, key)| key.id).collect())
    }
}
