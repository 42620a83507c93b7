//! Changing what hangs on a node: times, marks, stars, tags, dead properties.

use std::sync::Arc;

use abri_data::{Edit, Expect, Node, NodePatch};
use abri_model::{Error, Millis, NodeId, Result};

use crate::condition::Condition;
use crate::meta::{Meta, PropertyName};
use crate::tree::Tree;
use crate::write::node_of;

/// How often a change is tried again when the node changed in between.
const TRIES_MAX: usize = 8;

/// Changes to what hangs on a node; absent ones leave it as it is. Done together or not at all.
#[derive(Clone, Debug, Default)]
pub struct MetaPatch {
    /// When its content was last changed.
    pub mtime: Option<Millis>,
    /// When it was made.
    pub created: Option<Millis>,
    /// Whether it may be executed.
    pub executable: Option<bool>,
    /// Its media type.
    pub mime: Option<String>,
    /// Whether the asker stars it.
    pub starred: Option<bool>,
    /// Its tags from now on.
    pub tags: Option<Vec<String>>,
    /// Dead properties to set (with a value) or to take away, in order.
    pub properties: Vec<(PropertyName, Option<String>)>,
    /// What other doors keep with the node: set, or taken away when `Null`.
    pub extra: Vec<(String, serde_json::Value)>,
}

impl Tree {
    /// What the room keeps with a node.
    pub fn meta(&self, node: &Node) -> Meta {
        Meta::of(node)
    }

    /// Whether the asker starred a node.
    pub fn is_starred(&self, node: &Node) -> bool {
        // Most nodes carry nothing, and that must cost nothing.
        node.meta.is_some() && Meta::of(node).is_starred_by(&self.asker())
    }

    /// Changes what hangs on a node, in one commit.
    pub async fn patch(
        &self,
        id: NodeId,
        patch: MetaPatch,
        condition: Condition,
        tokens: Vec<String>,
    ) -> Result<Arc<Node>> {
        let tokens = self.usable_tokens(tokens).await?;
        let mut tries = 0;
        loop {
            tries += 1;
            let node = self.node(id).await?;
            condition.judge(&self.incarnation, Some(&node))?;
            let meta = self.patched(&node, &patch)?;
            let edit = Edit::UpdateNode {
                node: id,
                expect: Expect::Rev(node.rev()),
                patch: NodePatch {
                    mtime: patch.mtime,
                    created: patch.created,
                    mime: patch.mime.clone(),
                    executable: patch.executable,
                    meta,
                },
            };
            match self.space.commit_tree(vec![edit], tokens.clone()).await {
                Ok(done) => return node_of(&done),
                Err(Error::Conflict { .. }) if !matches!(condition, Condition::Rev(_)) && tries < TRIES_MAX => {}
                Err(other) => return Err(other),
            }
        }
    }

    fn patched(&self, node: &Node, patch: &MetaPatch) -> Result<Option<Option<String>>> {
        let mut meta = Meta::of(node);
        if let Some(on) = patch.starred {
            meta.star(&self.asker(), on);
        }
        if let Some(tags) = &patch.tags {
            meta.tags = tags.clone();
        }
        for (name, value) in &patch.properties {
            meta.set_property(name, value.clone());
        }
        for (name, value) in &patch.extra {
            match value {
                serde_json::Value::Null => meta.extra.remove(name),
                value => meta.extra.insert(name.clone(), value.clone()),
            };
        }
        let text = meta.to_text()?;
        Ok((text != node.meta).then_some(text))
    }
}
