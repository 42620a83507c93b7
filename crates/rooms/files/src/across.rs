//! Copying from one space to another: the bytes travel, since spaces share nothing.

use abri_data::{NodeKind, Times};
use abri_model::{Error, Name, NodeId, Result};

use crate::condition::Condition;
use crate::moves::Moved;
use crate::place::{At, Place};
use crate::tree::Tree;
use crate::write::{Incoming, MakeDirectory, Write};

impl Tree {
    /// Copies a node, with everything below when `deep`, into another tree. Not one commit: a failure leaves what was copied.
    pub async fn copy_across(&self, id: NodeId, to: &Tree, place: Place, replace: bool, deep: bool) -> Result<Moved> {
        let node = self.node(id).await?;
        let there = to.space.child(place.parent, &place.name.key()).await?;
        if let Some(there) = &there {
            if !replace {
                return Err(Error::Exists);
            }
            if there.is_directory() || node.is_directory() {
                to.trash(there.id, Condition::Any, Vec::new()).await?;
            }
        }
        let needed_bytes = node.size.max(0) as u64;
        if let Some(free_bytes) = to.quota().await?.free
            && needed_bytes > free_bytes
        {
            return Err(Error::Quota { needed_bytes, free_bytes });
        }
        let top = self.copy_one(&node, to, place).await?;
        if node.is_directory() && deep {
            let mut parents = vec![top.id];
            let mut walk = self.walk(id, Tree::DEPTH_MAX);
            while let Some(step) = walk.next().await? {
                parents.truncate(step.depth);
                let parent = parents.last().copied().ok_or(Error::NoParent)?;
                let made = self.copy_one(&step.node, to, Place { parent, name: Name::parse(&step.node.name)? }).await?;
                if made.is_directory() {
                    parents.push(made.id);
                }
            }
        }
        Ok(Moved { node: to.node(top.id).await?, replaced: there.is_some() })
    }

    async fn copy_one(
        &self,
        node: &abri_data::Node,
        to: &Tree,
        place: Place,
    ) -> Result<std::sync::Arc<abri_data::Node>> {
        let times = Times { mtime: Some(node.mtime), created: Some(node.created) };
        if node.kind == NodeKind::Directory {
            return to.make_directory(MakeDirectory { place, times, tokens: Vec::new() }).await;
        }
        let content = node.content.ok_or(Error::IsDirectory)?;
        let size = node.size.max(0) as u64;
        let stream = self.space.read(content, 0..size).await?;
        let write = Write {
            at: At::Place(place),
            condition: Condition::Any,
            body: Incoming { size: Some(size), stream, announced: Default::default() },
            mtime: times.mtime,
            created: times.created,
            mime: Some(node.mime.clone()),
            executable: Some(node.flags.executable()),
            make_parents: false,
            tokens: Vec::new(),
        };
        Ok(to.write(write).await?.node)
    }
}
