//! `POST /files/:id/copy`: a copy of a file or of a whole tree.

use std::sync::Arc;

use abri_data::Node;
use abri_files::{Condition, Copy, Place, Tree};
use abri_model::{Error, Name, NodeId, Result};
use axum::extract::{Path, State};
use http::StatusCode;

use super::{id, node};
use crate::door::House;
use crate::error::{Outcome, Refusal};
use crate::json;
use crate::request::{Asker, Query};

/// Most suffixes tried when nobody chose a name.
const SUFFIXES_MAX: u32 = 100;

/// Copies it.
pub(crate) async fn copy(
    State(house): State<House>,
    Asker(session): Asker,
    Path(text): Path<String>,
    query: Query,
) -> Outcome {
    let tree = house.tree(&session).await?;
    let source = id::read(&tree, &text)?;
    let name = if query.get("Name").is_some() { Some(query.name("Name")?) } else { None };
    let dir = query
        .get("DirID")
        .map(|dir| id::read(&tree, dir).map_err(|_| Refusal::Parameter("DirID", Error::NoParent)))
        .transpose()?;
    let copied = apply(&tree, source, dir, name).await?;
    Ok(json::one(StatusCode::CREATED, node::show(&tree, &copied).await?))
}

/// Copies a node; into its own directory and under its own name with a number when nobody says otherwise.
pub(crate) async fn apply(tree: &Tree, source: NodeId, dir: Option<NodeId>, name: Option<Name>) -> Result<Arc<Node>> {
    let now = tree.node(source).await?;
    let parent = dir.unwrap_or(now.parent);
    let attempt = async |name: Name| {
        let to = Place { parent, name };
        tree.copy(Copy {
            node: source,
            condition: Condition::Present,
            to,
            replace: false,
            deep: true,
            tokens: Vec::new(),
        })
        .await
        .map(|moved| moved.node)
    };
    if let Some(name) = name {
        return attempt(name).await;
    }
    for number in 1..SUFFIXES_MAX {
        match attempt(numbered(&now.name, number)?).await {
            Err(Error::Exists | Error::Cycle) if parent == now.parent || number < SUFFIXES_MAX => {}
            outcome => return outcome,
        }
    }
    Err(Error::Exists)
}

/// `photo.jpg` → `photo (2).jpg`; the first is the name itself.
fn numbered(name: &str, number: u32) -> Result<Name> {
    if number == 1 {
        return Ok(Name::parse(name)?);
    }
    let (stem, extension) = match name.rfind('.') {
        Some(at) if at > 0 && name.len() - at <= 16 => name.split_at(at),
        _ => (name, ""),
    };
    let suffix = format!(" ({number}){extension}");
    let mut end = stem.len().min(Name::LEN_MAX.saturating_sub(suffix.len()));
    while !stem.is_char_boundary(end) {
        end -= 1;
    }
    Ok(Name::parse(&format!("{}{suffix}", &stem[..end]))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_are_numbered_before_the_extension() {
        let check = |name: &str, number: u32, expected: &str| {
            assert_eq!(numbered(name, number).expect("good").as_str(), expected)
        };
        check("photo.jpg", 1, "photo.jpg");
        check("photo.jpg", 2, "photo (2).jpg");
        check(".hidden", 3, ".hidden (3)");
        assert!(numbered(&"é".repeat(127), 99).expect("good").as_str().len() <= Name::LEN_MAX);
    }
}
