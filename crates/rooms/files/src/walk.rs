//! Going through everything below a directory, in the order of names, without holding more than a page per level.

use std::collections::VecDeque;
use std::sync::Arc;

use abri_data::Node;
use abri_model::{NodeId, Result};

use crate::tree::Tree;

/// How many children are read at once.
const PAGE_NODES: usize = 256;

/// Something met on a walk.
#[derive(Clone, Debug)]
pub struct Step {
    /// What was met.
    pub node: Arc<Node>,
    /// How deep below the start: 1 for its children.
    pub depth: usize,
}

/// A walk through everything below a directory: each folder before what is in it.
pub struct Walk {
    tree: Tree,
    levels: Vec<Level>,
    /// The folder met last: gone into when the next step is asked for.
    into: Option<NodeId>,
    depth_max: usize,
}

struct Level {
    dir: NodeId,
    page: VecDeque<Arc<Node>>,
    after: Option<String>,
    more: bool,
}

impl Tree {
    /// A walk below a directory, at most `depth_max` levels deep.
    pub fn walk(&self, dir: NodeId, depth_max: usize) -> Walk {
        Walk { tree: self.clone(), levels: Vec::new(), into: Some(dir), depth_max }
    }
}

impl Walk {
    /// The next thing; `None` when everything was met.
    pub async fn next(&mut self) -> Result<Option<Step>> {
        if let Some(dir) = self.into.take()
            && self.levels.len() < self.depth_max
        {
            self.levels.push(Level { dir, page: VecDeque::new(), after: None, more: true });
        }
        while let Some(level) = self.levels.last_mut() {
            if let Some(node) = level.page.pop_front() {
                if node.is_directory() {
                    self.into = Some(node.id);
                }
                return Ok(Some(Step { node, depth: self.levels.len() }));
            }
            if !level.more {
                self.levels.pop();
                continue;
            }
            let page = self.tree.space.children(level.dir, level.after.as_deref(), PAGE_NODES).await?;
            level.more = page.len() == PAGE_NODES;
            level.after = page.last().map(|node| node.key.clone());
            level.page = page.into();
        }
        Ok(None)
    }

    /// Does not go into the folder met last.
    pub fn skip(&mut self) {
        self.into = None;
    }
}
