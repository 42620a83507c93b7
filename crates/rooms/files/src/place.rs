//! Where things are, and where they shall go.

use std::sync::Arc;

use abri_data::Node;
use abri_model::{Name, NodeId};

/// A name in a directory, taken or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The directory.
    pub parent: NodeId,
    /// The name in it.
    pub name: Name,
}

/// Where bytes shall go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum At {
    /// Under a name in a directory.
    Place(Place),
    /// Into an existing file.
    Node(NodeId),
    /// To a path from the root, whose folders are made when [`crate::Write::make_parents`] says so.
    Path(Vec<String>),
}

/// How far a path goes.
#[derive(Clone, Debug)]
pub struct Found {
    /// The nodes on the way: the root first.
    pub chain: Vec<Arc<Node>>,
    /// How many names at the end of the path are not there.
    pub missing: usize,
}

impl Found {
    /// The node itself, when the whole path is there.
    pub fn node(&self) -> Option<&Arc<Node>> {
        if self.missing == 0 { self.chain.last() } else { None }
    }

    /// The deepest node that is there.
    pub fn last(&self) -> Option<&Arc<Node>> {
        self.chain.last()
    }

    /// The directory the path's last name is in, when that directory is there.
    pub fn parent(&self) -> Option<&Arc<Node>> {
        match self.missing {
            0 => self.chain.len().checked_sub(2).and_then(|at| self.chain.get(at)),
            1 => self.chain.last(),
            _ => None,
        }
    }
}
