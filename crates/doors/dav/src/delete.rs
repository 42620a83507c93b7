//! DELETE: to the trash (RFC 4918 §9.6).

use abri_model::Error;
use abri_proto_dav::Depth;
use http::StatusCode;

use crate::answer::empty;
use crate::area::Base;
use crate::door::Door;
use crate::error::{Outcome, Refusal};
use crate::precondition::guard;
use crate::request::Asked;

/// Answers DELETE.
pub async fn delete(door: &Door, asked: &Asked, base: &Base) -> Outcome {
    let tree = door.tree(&asked.session, &base.which).await?;
    let found = tree.find(base.names(&asked.path)).await?;
    let guarded = guard(door, asked, &tree, &found, false).await?;
    let node = found.node().ok_or(Error::NotFound)?;
    // §9.6.1: a collection goes as a whole.
    if node.is_directory() && matches!(asked.depth()?, Some(Depth::Zero | Depth::One)) {
        return Err(Refusal::Bad(
            "a folder is deleted with everything in it: send Depth: infinity or no Depth".to_owned(),
        ));
    }
    tree.trash(node.id, guarded.condition, guarded.tokens).await.map_err(Refusal::Precondition)?;
    Ok(empty(StatusCode::NO_CONTENT))
}
