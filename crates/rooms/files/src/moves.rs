//! Moving and renaming: one row, however much is below.

use std::sync::Arc;

use abri_data::{Done, Edit, EditDone, Expect, IfExists, Node};
use abri_model::{Error, NodeId, Result};

use crate::condition::Condition;
use crate::place::Place;
use crate::tree::Tree;

/// How often a commit is tried again when the node changed in something the condition does not ask about.
pub(crate) const TRIES_MAX: usize = 4;

/// A move or a rename.
#[derive(Clone, Debug)]
pub struct Move {
    /// What is moved.
    pub node: NodeId,
    /// What it must be like.
    pub condition: Condition,
    /// Where to.
    pub to: Place,
    /// Whether what has that name goes to the trash first; else [`Error::Exists`].
    pub replace: bool,
    /// Lock tokens the asker submits.
    pub tokens: Vec<String>,
}

/// A node that came to a new place.
#[derive(Clone, Debug)]
pub struct Moved {
    /// As it is now.
    pub node: Arc<Node>,
    /// Whether something that had its name was replaced.
    pub replaced: bool,
}

impl Tree {
    /// Moves or renames a node. [`Error::Cycle`] into itself, [`Error::NoParent`] when the directory is not there.
    pub async fn move_to(&self, ask: Move) -> Result<Moved> {
        let tokens = self.usable_tokens(ask.tokens).await?;
        self.directory(ask.to.parent).await?;
        let mut tries = 0;
        loop {
            tries += 1;
            let node = self.node(ask.node).await?;
            self.judge_movable(&node)?;
            let expect = ask.condition.judge(&self.incarnation, Some(&node))?;
            let there = self.child(ask.to.parent, &ask.to.name).await?.filter(|there| there.id != node.id);
            if there.is_some() && !ask.replace {
                return Err(Error::Exists);
            }
            let if_exists = if ask.replace { IfExists::Replace { expect: Expect::Any } } else { IfExists::Fail };
            let edit = Edit::MoveNode {
                node: node.id,
                expect,
                parent: ask.to.parent,
                name: ask.to.name.clone(),
                if_exists,
                by: self.asker(),
            };
            match self.space.commit_tree(vec![edit], tokens.clone()).await {
                Ok(done) => return moved(done, node.id, there.is_some()),
                Err(Error::Conflict { .. }) if ask.condition.may_retry() && tries < TRIES_MAX => {}
                Err(other) => return Err(other),
            }
        }
    }

    /// The root and the trash stay where they are.
    pub(crate) fn judge_movable(&self, node: &Node) -> Result<()> {
        if node.id == self.root || node.id == self.trash { Err(Error::Forbidden) } else { Ok(()) }
    }
}

pub(crate) fn moved(done: Done, id: NodeId, replaced: bool) -> Result<Moved> {
    done.results
        .into_iter()
        .rev()
        .find_map(|result| match result {
            EditDone::Node { node, .. } if node.id == id || id == NodeId::NONE => {
                Some(Moved { node: Arc::new(node), replaced })
            }
            _ => None,
        })
        .ok_or_else(|| Error::internal("a move returned no node"))
}
