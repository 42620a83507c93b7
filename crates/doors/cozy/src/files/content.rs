//! `PUT /files/:id`: a new content of a file.

use abri_files::{At, Condition, Write};
use abri_model::Rev;
use axum::body::Body;
use axum::extract::{Path, State};
use http::{HeaderMap, StatusCode, header};

use super::create::incoming;
use super::{id, node};
use crate::door::House;
use crate::error::Outcome;
use crate::request::{Asker, Query, header as text_of};
use crate::{json, time};

/// Replaces it; the former content becomes a version.
pub(crate) async fn replace(
    State(house): State<House>,
    Asker(session): Asker,
    Path(text): Path<String>,
    query: Query,
    headers: HeaderMap,
    body: Body,
) -> Outcome {
    let tree = house.tree(&session).await?;
    let write = Write {
        at: At::Node(id::read(&tree, &text)?),
        condition: if_match(&headers).unwrap_or(Condition::Present),
        body: incoming(&headers, &query, body)?,
        mtime: query.get("UpdatedAt").map(time::read).transpose()?,
        created: None,
        mime: text_of(&headers, header::CONTENT_TYPE).map(str::to_owned),
        executable: query.is("Executable"),
        make_parents: false,
        tokens: Vec::new(),
    };
    let written = tree.write(write).await?;
    Ok(json::one(StatusCode::OK, node::show(&tree, &written.node).await?))
}

/// `If-Match`: revisions or entity tags, in quotes or not. An empty one is as good as none.
pub(crate) fn if_match(headers: &HeaderMap) -> Option<Condition> {
    let text = text_of(headers, header::IF_MATCH).filter(|text| !matches!(*text, "\"\""))?;
    if text == "*" {
        return Some(Condition::Present);
    }
    let tags: Vec<String> = text.split(',').map(|tag| tag.trim().trim_matches('"').to_owned()).collect();
    match tags.as_slice() {
        [tag] => Some(Rev::parse(tag).map_or_else(|| Condition::Etag(tags.clone()), Condition::Rev)),
        _ => Some(Condition::Etag(tags)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_revisions_or_entity_tags() {
        let rev = format!("3-{}", "a".repeat(32));
        let parsed = Rev::parse(&rev).expect("a revision");
        let cases = [
            ("", None),
            ("\"\"", None),
            ("*", Some(Condition::Present)),
            (rev.as_str(), Some(Condition::Rev(parsed))),
            ("\"x-1-2\"", Some(Condition::Etag(vec!["x-1-2".into()]))),
            ("\"a\", \"b\"", Some(Condition::Etag(vec!["a".into(), "b".into()]))),
        ];
        for (text, expected) in cases {
            let mut headers = HeaderMap::new();
            headers.insert(header::IF_MATCH, text.parse().expect("a value"));
            assert_eq!(if_match(&headers), expected, "{text}");
        }
    }
}
