//! Entity tags: the same through every door.

use std::fmt::Write;

use abri_data::{Node, NodeKind};
use abri_model::SpaceId;

/// How many digits of the incarnation an entity tag carries: enough that a restored space changes every tag.
const INCARNATION_DIGITS: usize = 8;

/// The entity tag of a node, without quotes: `incarnation-id-content` for a file, `incarnation-id-tail` for a directory.
///
/// A file's changes with its content only; a directory's with anything at any depth below it, which is what
/// the desktop clients poll for.
pub fn etag(incarnation: &str, node: &Node) -> String {
    let mut tag = String::with_capacity(40);
    push_etag(&mut tag, incarnation, node);
    tag
}

/// Writes [`etag`] to the end of `out`, for listings that write thousands.
pub fn push_etag(out: &mut String, incarnation: &str, node: &Node) {
    let position = match node.kind {
        NodeKind::File => node.content_seq,
        NodeKind::Directory => node.tail,
    };
    out.push_str(incarnation.get(..INCARNATION_DIGITS).unwrap_or(incarnation));
    // Writing to a String cannot fail.
    let _ = write!(out, "-{}-{}", node.id.0, position.0);
}

/// Writes a node's number as ownCloud's clients keep it (`oc:id`): padded to eight digits, then a mark of the space.
///
/// The mark begins with `oc`, where the desktop client cuts the number off. It must be the same wherever it is told:
/// owncloudcmd aborts when an upload's answer and a listing differ.
pub fn push_file_id(out: &mut String, space: SpaceId, node: &Node) {
    // Writing to a String cannot fail.
    let _ = write!(out, "{:08}oc{:010x}", node.id.0, space.0 & 0xff_ffff_ffff);
}
