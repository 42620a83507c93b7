//! A node as Cozy's websocket tells it: flat, with `_id` and `_rev`.

use abri_data::Node;
use abri_files::{Tree, class_of};
use abri_model::{Millis, NodeId};
use jiff::Timestamp;
use serde_json::{Value, json};

const ROOT: &str = "io.cozy.files.root-dir";
const TRASH: &str = "io.cozy.files.trash-dir";

/// The id by which the JSON dialect knows a node.
pub(crate) fn id(tree: &Tree, node: NodeId) -> String {
    if node == tree.root() {
        ROOT.into()
    } else if node == tree.trash_root() {
        TRASH.into()
    } else {
        node.to_hex()
    }
}

/// The document of a node.
pub(crate) fn doc(tree: &Tree, node: &Node, trashed: bool) -> Value {
    let mut doc = json!({
        "_id": id(tree, node.id),
        "_rev": node.rev().to_string(),
        "_type": "io.cozy.files",
        "type": if node.is_directory() { "directory" } else { "file" },
        "name": node.name,
        "dir_id": if node.parent == NodeId::NONE { String::new() } else { id(tree, node.parent) },
        "created_at": time(node.created),
        "updated_at": time(node.mtime),
        "tags": tree.meta(node).tags,
        "trashed": trashed,
    });
    if !node.is_directory() {
        doc["size"] = node.size.to_string().into();
        doc["mime"] = node.mime.as_str().into();
        doc["class"] = class_of(&node.mime).into();
        doc["executable"] = node.flags.executable().into();
    }
    doc
}

fn time(time: Millis) -> String {
    Timestamp::from_millisecond(time.0).unwrap_or(Timestamp::UNIX_EPOCH).strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}
