//! Ids of nodes: 32 hexadecimal digits, or the two names that every space has.

use abri_files::Tree;
use abri_model::{Error, NodeId, Result};

/// The root of a space.
pub(crate) const ROOT: &str = "io.cozy.files.root-dir";
/// Its trash.
pub(crate) const TRASH: &str = "io.cozy.files.trash-dir";

/// Writes an id.
pub(crate) fn write(tree: &Tree, id: NodeId) -> String {
    if id == tree.root() {
        ROOT.to_owned()
    } else if id == tree.trash_root() {
        TRASH.to_owned()
    } else {
        id.to_hex()
    }
}

/// Reads an id; what is none names nothing.
pub(crate) fn read(tree: &Tree, text: &str) -> Result<NodeId> {
    match text {
        ROOT => Ok(tree.root()),
        TRASH => Ok(tree.trash_root()),
        hex => NodeId::from_hex(hex).ok_or(Error::NotFound),
    }
}
