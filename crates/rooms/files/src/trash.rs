//! The trash: deleting, restoring, destroying.

use std::sync::Arc;

use abri_data::{Edit, Node, Trashed};
use abri_model::{Error, Name, NodeId, Result};

use crate::condition::Condition;
use crate::moves::TRIES_MAX;
use crate::place::Place;
use crate::tree::Tree;
use crate::write::node_of;

/// Most suffixes tried for a taken name.
const SUFFIXES_MAX: u32 = 1000;
/// How many nodes of the trash are read at once.
const PAGE_NODES: usize = 256;

impl Tree {
    /// Moves a node to the trash.
    pub async fn trash(&self, id: NodeId, condition: Condition, tokens: Vec<String>) -> Result<Arc<Node>> {
        let tokens = self.usable_tokens(tokens).await?;
        let mut tries = 0;
        loop {
            tries += 1;
            let node = self.node(id).await?;
            self.judge_movable(&node)?;
            let expect = condition.judge(&self.incarnation, Some(&node))?;
            let edit = Edit::Trash { node: id, expect, by: self.asker() };
            match self.space.commit_tree(vec![edit], tokens.clone()).await {
                Ok(done) => return node_of(&done),
                Err(Error::Conflict { .. }) if condition.may_retry() && tries < TRIES_MAX => {}
                Err(other) => return Err(other),
            }
        }
    }

    /// A page of what is in the trash: `after` is the last node had.
    pub async fn trash_list(&self, after: Option<NodeId>, limit: usize) -> Result<Vec<(Trashed, Arc<Node>)>> {
        self.space.trashed(after, limit).await
    }

    /// Where a node in the trash came from; `None` when it is not directly in the trash.
    pub async fn trashed(&self, id: NodeId) -> Result<Option<Trashed>> {
        self.space.trashed_one(id).await
    }

    /// Brings a node back to where it was. Its folders are made again if they are gone; a taken name gets a number.
    pub async fn restore(&self, id: NodeId) -> Result<Arc<Node>> {
        let was = self.space.trashed_one(id).await?.ok_or(Error::NotFound)?;
        let parent = match self.space.node(was.parent).await? {
            Some(node) if node.is_directory() && !self.is_trashed(node.id).await? => node.id,
            _ => self.remake_parents(&was).await?,
        };
        self.restore_under(id, parent, &Name::parse(&was.name)?).await
    }

    /// Brings a node back to a place that is free; [`Error::Exists`] when it is not.
    pub async fn restore_to(&self, id: NodeId, to: Place) -> Result<Arc<Node>> {
        self.directory(to.parent).await?;
        let edit = Edit::Restore { node: id, parent: to.parent, name: to.name };
        node_of(&self.space.commit_tree(vec![edit], Vec::new()).await?)
    }

    /// Removes a node and everything below for good.
    pub async fn destroy(&self, id: NodeId, condition: Condition, tokens: Vec<String>) -> Result<()> {
        let tokens = self.usable_tokens(tokens).await?;
        let node = self.node(id).await?;
        self.judge_movable(&node)?;
        let expect = condition.judge(&self.incarnation, Some(&node))?;
        self.space.commit_tree(vec![Edit::Destroy { node: id, expect }], tokens).await.map(drop)
    }

    /// Destroys everything in the trash; returns how many things that were.
    pub async fn empty_trash(&self) -> Result<u64> {
        self.empty_trash_where(|_| true).await
    }

    /// Destroys what is in the trash and `chosen`, in batches.
    pub(crate) async fn empty_trash_where(&self, chosen: impl Fn(&Trashed) -> bool) -> Result<u64> {
        let (mut after, mut count) = (None, 0);
        loop {
            let page = self.space.trashed(after, PAGE_NODES).await?;
            let Some((_, last)) = page.last() else { return Ok(count) };
            after = Some(last.id);
            let edits: Vec<Edit> = page
                .iter()
                .filter(|(was, _)| chosen(was))
                .map(|(was, _)| Edit::Destroy { node: was.node, expect: abri_data::Expect::Any })
                .collect();
            if !edits.is_empty() {
                count += edits.len() as u64;
                self.space.commit_tree(edits, Vec::new()).await?;
            }
        }
    }

    /// Makes the folders again that a deleted thing was in.
    async fn remake_parents(&self, was: &Trashed) -> Result<NodeId> {
        let path: Vec<&str> = was.path.split('/').filter(|part| !part.is_empty()).collect();
        let folders = match path.split_last() {
            Some((last, folders)) if *last == was.name => folders,
            _ => &path[..],
        };
        let mut at = self.root;
        for folder in folders {
            let name = Name::parse(folder)?;
            at = match self.child(at, &name).await? {
                Some(node) if node.is_directory() => node.id,
                Some(_) => self.make_beside(at, &name).await?,
                None => self.make_directories(at, &[name], &[]).await?.id,
            };
        }
        Ok(at)
    }

    /// Makes a folder whose name a file has, with a number.
    async fn make_beside(&self, parent: NodeId, name: &Name) -> Result<NodeId> {
        for number in 2..SUFFIXES_MAX {
            let name = numbered(name, number)?;
            match self.child(parent, &name).await? {
                Some(node) if node.is_directory() => return Ok(node.id),
                Some(_) => {}
                None => return Ok(self.make_directories(parent, &[name], &[]).await?.id),
            }
        }
        Err(Error::Exists)
    }

    async fn restore_under(&self, id: NodeId, parent: NodeId, name: &Name) -> Result<Arc<Node>> {
        for number in 1..SUFFIXES_MAX {
            let name = if number == 1 { name.clone() } else { numbered(name, number)? };
            match self.restore_to(id, Place { parent, name }).await {
                Err(Error::Exists) => {}
                outcome => return outcome,
            }
        }
        Err(Error::Exists)
    }
}

/// `photo.jpg` → `photo (2).jpg`, shortened where the number would make it too long.
pub(crate) fn numbered(name: &Name, number: u32) -> Result<Name> {
    let text = name.as_str();
    let (stem, extension) = match text.rfind('.') {
        Some(at) if at > 0 && text.len() - at <= 16 => text.split_at(at),
        _ => (text, ""),
    };
    let suffix = format!(" ({number}){extension}");
    let mut end = stem.len().min(Name::LEN_MAX.saturating_sub(suffix.len()));
    while !stem.is_char_boundary(end) {
        end -= 1;
    }
    Ok(Name::parse(&format!("{}{suffix}", &stem[..end]))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_go_before_the_extension() {
        let check = |name: &str, expected: &str| {
            assert_eq!(numbered(&Name::parse(name).expect("good"), 2).expect("good").as_str(), expected)
        };
        check("photo.jpg", "photo (2).jpg");
        check("folder", "folder (2)");
        check(".hidden", ".hidden (2)");
        check("a.very-long-thing-after-a-dot", "a.very-long-thing-after-a-dot (2)");
        let long = "é".repeat(127);
        assert!(numbered(&Name::parse(&long).expect("good"), 999).expect("good").as_str().len() <= Name::LEN_MAX);
    }
}
