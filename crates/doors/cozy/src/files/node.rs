//! A node as a document.

use std::collections::HashMap;

use abri_data::{Content, ContentId, Node};
use abri_files::{Tree, class_of};
use abri_model::{Error, NodeId, Result};
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
struct Home {
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
async fn home(tree: &Tree, dir: NodeId) -> Result<Home> {
    let chain = tree.space().ancestors(dir).await?;
    if chain.is_empty() {
        return Err(Error::NotFound);
    }
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

/// A node's document.
pub(crate) async fn show(tree: &Tree, node: &Node) -> Result<Value> {
    show_all(tree, &[node]).await?.pop().flatten().ok_or(Error::NotFound)
}

/// The documents of nodes, in their order; `None` for one that was destroyed since it was read.
///
/// The places of their directories are found once each, what is known of their contents in one round trip.
pub(crate) async fn show_all(tree: &Tree, nodes: &[&Node]) -> Result<Vec<Option<Value>>> {
    let ids: Vec<ContentId> = nodes.iter().filter_map(|node| node.content).collect();
    let mut contents = match ids.as_slice() {
        [] => Vec::new(),
        // A single one may be at hand.
        [id] => vec![found(tree.space().content(*id).await)?],
        ids => tree.space().contents(ids).await?,
    }
    .into_iter();
    let mut homes: HashMap<NodeId, Option<Home>> = HashMap::new();
    let mut documents = Vec::with_capacity(nodes.len());
    for node in nodes {
        let content = node.content.and_then(|_| contents.next().flatten());
        if node.id == tree.root() || node.id == tree.trash_root() {
            let place = Place { path: special_path(tree, node), restore_path: None, in_trash: false };
            documents.push(Some(directory(tree, node, &place)));
            continue;
        }
        let home = match homes.get(&node.parent) {
            Some(home) => home,
            None => {
                let home = found(home(tree, node.parent).await)?;
                homes.entry(node.parent).or_insert(home)
            }
        };
        documents.push(match (home, content) {
            (None, _) => None,
            (Some(home), content) => show_in(tree, node, home, content.as_deref()).await?,
        });
    }
    Ok(documents)
}

/// What was found, or `None`.
fn found<T>(outcome: Result<T>) -> Result<Option<T>> {
    match outcome {
        Ok(value) => Ok(Some(value)),
        Err(Error::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

async fn show_in(tree: &Tree, node: &Node, home: &Home, content: Option<&Content>) -> Result<Option<Value>> {
    let restore_path = match &home.trash {
        None => None,
        Some(TrashHome::Top) => Some(former_home(tree, node).await?),
        Some(TrashHome::Below(path)) => Some(path.clone()),
    };
    let place = Place { path: format!("{}/{}", home.path, node.name), in_trash: home.trash.is_some(), restore_path };
    Ok(match (node.content, content) {
        (None, _) => Some(directory(tree, node, &place)),
        (Some(_), Some(content)) => Some(file(tree, node, content, &place)),
        (Some(_), None) => None,
    })
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
