//! PROPFIND: what is known of a resource and its members (RFC 4918 §9.1).

use abri_model::Error;
use abri_proto_dav::{Depth, Precondition, Propfind};
use axum::body::Body;
use http::StatusCode;

use crate::area::Base;
use crate::door::Door;
use crate::error::{Outcome, Refusal};
use crate::plan::Plan;
use crate::precondition::guard;
use crate::properties::Teller;
use crate::request::{Asked, XML_BYTES_MAX, read_body};
use crate::rows::{Row, Rows, Source};

/// Answers PROPFIND.
pub async fn propfind(door: &Door, asked: &Asked, base: &Base, body: Body) -> Outcome {
    // §9.1: no Depth means infinity.
    let depth = asked.depth()?.unwrap_or(Depth::Infinity);
    let wanted = Propfind::parse(&read_body(body, XML_BYTES_MAX).await?, XML_BYTES_MAX)?;
    let tree = door.tree(&asked.session, &base.which).await?;
    let found = tree.find(base.names(&asked.path)).await?;
    guard(door, asked, &tree, &found, false).await?;
    let node = found.node().ok_or(Error::NotFound)?.clone();
    if depth == Depth::Infinity && node.is_directory() && !door.policy.infinity {
        return Err(Refusal::Rule(
            StatusCode::FORBIDDEN,
            Precondition::PropfindFiniteDepth,
            "listing everything below a folder at once is not offered here: send Depth: 1, folder by folder",
        ));
    }
    let prefer = asked.prefer();
    let root = base.href(&asked.path);
    let href = crate::answer::href_of(&root, base.names(&asked.path), false);
    let source = match depth {
        _ if !node.is_directory() => Source::Nothing,
        Depth::Zero => Source::Nothing,
        Depth::One => Source::children(node.id),
        Depth::Infinity => Source::walk(&tree, node.id, &href, door.policy.infinity_nodes_max),
    };
    let teller = Teller::new(&tree, &asked.session, Plan::of(&wanted, prefer.is_minimal)).await?;
    let mut rows = Rows::new(teller, tree, root, href.clone(), source);
    // The resource itself comes first: both desktop clients silently sync nothing when it does not.
    if !(prefer.wants_no_root && depth == Depth::One) {
        let first = [Row::At(href, node)];
        rows.prepare(&first).await?;
        rows.first.extend(first);
    }
    rows.answer().await
}
