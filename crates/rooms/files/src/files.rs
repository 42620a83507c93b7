//! The room itself.

use std::sync::Arc;

use abri_data::{Data, Space};

use crate::list::Listings;
use crate::policy::FilesPolicy;
use crate::tree::Tree;

/// The files room. Cheap to clone.
#[derive(Clone)]
pub struct Files {
    pub(crate) house: Arc<Room>,
}

/// What every tree of the room shares.
pub(crate) struct Room {
    pub(crate) data: Data,
    pub(crate) policy: FilesPolicy,
    pub(crate) listings: Listings,
}

impl Files {
    /// Opens the room.
    pub fn new(data: Data, policy: FilesPolicy) -> Files {
        Files { house: Arc::new(Room { data, policy, listings: Listings::new() }) }
    }

    /// The way down.
    pub fn data(&self) -> &Data {
        &self.house.data
    }

    /// What was chosen when the room was opened.
    pub fn policy(&self) -> &FilesPolicy {
        &self.house.policy
    }

    /// The files of a space, as seen by whoever `space` was opened for.
    pub fn tree(&self, space: Space) -> Tree {
        let (root, trash) = space.roots();
        Tree { room: self.house.clone(), root, trash, incarnation: space.incarnation().into(), space }
    }
}
