//! A node as a document.

use abri_data::{Content, Node};
use abri_files::{Tree, class_of};
use abri_model::{NodeId, Result};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::id;
use crate::{json, time};

/// The type of the documents.
pub(crate) const KIND: &str = "io.cozy.files";
/// The name of the trash among paths.
const TRASH_NAME: &str = ".cozy_trash";

/// Where the children of a directory are: what they share, found once.
#[derive(Clone, Debug)]
pub(crate) struct Home {
    /// The directory's path, without a slash at the end; empty for the root.
    path: String,
    /// For what is in the trash: where the directory was, and whether it is the trash itself.
    trash: Option<TrashHome>,
}

#[derive(Clone, Debug)]
enum TrashHome {
    /// The trash itself: each child knows where it was.
    Top,
    /// A directory in the trash, which was there.
    Below(String),
}

/// What is known of a directory's place.
pub(crate) async fn home(tree: &Tree, dir: NodeId) -> Result<Home> {
    let chain = tree.space().ancestors(dir).await?;
    let names = |from: usize| chain.iter().skip(from).fold(String::new(), |path, node| format!("{path}/{}", node.name));
    let Some(at) = chain.iter().position(|node| node.id == tree.trash_root()) else {
        return Ok(Home { path: names(1), trash: None });
    };
    let below = names(at + 1);
    let trash = match chain.get(at + 1) {
        None => TrashHome::Top,
        Some(top) => {
            let was = former_home(tree, top).await?;
            TrashHome::Below(format!("{}{below}", if was == "/" { "" } else { &was }))
        }
    };
    Ok(Home { path: format!("/{TRASH_NAME}{below}"), trash: Some(trash) })
}

/// The directory from which something was thrown away.
async fn former_home(tree: &Tree, node: &Node) -> Result<String> {
    let Some(was) = tree.trashed(node.id).await? else { return Ok("/".to_owned()) };
    let mut names: Vec<&str> = was.path.split('/').filter(|name| !name.is_empty()).collect();
    if names.last() == Some(&was.name.as_str()) {
        names.pop();
    }
    Ok(format!("/{}", names.join("/")))
}

/// A node's document, its place found.
pub(crate) async fn show(tree: &Tree, node: &Node) -> Result<Value> {
    if node.id == tree.root() || node.id == tree.trash_root() {
        return Ok(directory(tree, node, &Place { path: special_path(tree, node), restore_path: None, in_trash: false }));
    }
    show_in(tree, node, &home(tree, node.parent).await?).await
}

/// A node's document, when the place of its directory is known.
pub(crate) async fn show_in(tree: &Tree, node: &Node, home: &Home) -> Result<Value> {
    let restore_path = match &home.trash {
        None => None,
        Some(TrashHome::Top) => Some(former_home(tree, node).await?),
        Some(TrashHome::Below(path)) => Some(path.clone()),
    };
    let place = Place { path: format!("{}/{}", home.path, node.name), in_trash: home.trash.is_some(), restore_path };
    match node.content {
        None => Ok(directory(tree, node, &place)),
        Some(content) => {
            let content = tree.space().content(content).await?;
            Ok(file(tree, node, &content, &place))
        }
    }
}

struct Place {
    path: String,
    restore_path: Option<String>,
    in_trash: bool,
}

fn special_path(tree: &Tree, node: &Node) -> String {
    if node.id == tree.root() { "/".to_owned() } else { format!("/{TRASH_NAME}") }
}

fn directory(tree: &Tree, node: &Node, place: &Place) -> Value {
    let mut attributes = shared(tree, node, place);
    attributes["type"] = "directory".into();
    attributes["size"] = node.size.to_string().into();
    attributes["metadata"] = json!({});
    if place.in_trash {
        attributes["trashed"] = true.into();
    }
    document(tree, node, attributes)
}

fn file(tree: &Tree, node: &Node, content: &Content, place: &Place) -> Value {
    let mut attributes = shared(tree, node, place);
    attributes["type"] = "file".into();
    attributes["size"] = node.size.to_string().into();
    attributes["mime"] = node.mime.as_str().into();
    attributes["class"] = class_of(&node.mime).into();
    attributes["executable"] = node.flags.executable().into();
    attributes["trashed"] = place.in_trash.into();
    if let Some(md5) = &content.digests.md5 {
        attributes["md5sum"] = STANDARD.encode(md5).into();
    }
    if let Some(sha256) = &content.digests.sha256 {
        attributes["sha256"] = data_encoding::HEXLOWER.encode(sha256).into();
    }
    document(tree, node, attributes)
}

fn shared(tree: &Tree, node: &Node, place: &Place) -> Value {
    let meta = tree.meta(node);
    let name = if node.id == tree.trash_root() { TRASH_NAME } else { &node.name };
    let mut attributes = json!({
        "name": name,
        "dir_id": parent(tree, node),
        "path": place.path,
        "created_at": time::write(node.created),
        "updated_at": time::write(if node.is_directory() { node.mtime.max(node.tree_mtime) } else { node.mtime }),
        "tags": meta.tags,
        "cozyMetadata": { "favorite": meta.is_starred_by(&tree.asker()) },
        "file_id": node.id.0,
        "etag": tree.etag(node),
    });
    if let Some(path) = &place.restore_path {
        attributes["restore_path"] = path.as_str().into();
    }
    attributes
}

fn parent(tree: &Tree, node: &Node) -> String {
    if node.id == tree.root() {
        String::new()
    } else if node.parent == NodeId::NONE {
        id::ROOT.to_owned()
    } else {
        id::write(tree, node.parent)
    }
}

fn document(tree: &Tree, node: &Node, attributes: Value) -> Value {
    let id = id::write(tree, node.id);
    let mut document = json::document(KIND, &id, Some(&node.rev().to_string()), attributes);
    document["links"] = json!({ "self": format!("/files/{id}") });
    document
}
