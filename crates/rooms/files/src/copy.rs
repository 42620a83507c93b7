//! Copying files and whole trees: new numbers, shared bytes.

use abri_data::{EditDone, Expect, IfExists};
use abri_model::{Error, NodeId, Result};

use crate::condition::Condition;
use crate::moves::Moved;
use crate::place::Place;
use crate::tree::Tree;

/// A copy.
#[derive(Clone, Debug)]
pub struct Copy {
    /// What is copied.
    pub node: NodeId,
    /// What it must be like.
    pub condition: Condition,
    /// Where to.
    pub to: Place,
    /// Whether what has that name goes to the trash first; else [`Error::Exists`].
    pub replace: bool,
    /// Whether what is below a directory is copied too (RFC 4918 §9.8.3).
    pub deep: bool,
    /// Lock tokens the asker submits.
    pub tokens: Vec<String>,
}

impl Tree {
    /// Copies a node with its properties and times, not its locks nor its versions. The bytes are shared until one side changes.
    pub async fn copy(&self, ask: Copy) -> Result<Moved> {
        let tokens = self.usable_tokens(ask.tokens).await?;
        self.directory(ask.to.parent).await?;
        let node = self.node(ask.node).await?;
        ask.condition.judge(&self.incarnation, Some(&node))?;
        let there = self.child(ask.to.parent, &ask.to.name).await?;
        if let Some(there) = &there {
            if !ask.replace {
                return Err(Error::Exists);
            }
            if there.id == node.id {
                return Err(Error::Cycle);
            }
        }
        if let (Some(free_bytes), needed_bytes) = (self.quota().await?.free, node.size.max(0) as u64)
            && needed_bytes > free_bytes
            && (ask.deep || !node.is_directory())
        {
            return Err(Error::Quota { needed_bytes, free_bytes });
        }
        let if_exists = if ask.replace { IfExists::Replace { expect: Expect::Any } } else { IfExists::Fail };
        let done = self
            .space
            .copy_tree(
                node.id,
                ask.to.parent,
                ask.to.name.clone(),
                if_exists,
                &self.asker(),
                self.now(),
                tokens,
                ask.deep,
            )
            .await?;
        let key = ask.to.name.key();
        let top = done.results.into_iter().find_map(|result| match result {
            EditDone::Node { node, .. } if node.parent == ask.to.parent && node.key == key => Some(node),
            _ => None,
        });
        let top = match top {
            Some(node) => std::sync::Arc::new(node),
            None => {
                self.child(ask.to.parent, &ask.to.name).await?.ok_or_else(|| Error::internal("a copy is not there"))?
            }
        };
        debug_assert_ne!(top.id, NodeId::NONE);
        Ok(Moved { node: top, replaced: there.is_some() })
    }
}
