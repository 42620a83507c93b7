//! Former contents of files.

use std::sync::Arc;

use abri_data::{Edit, Node, Version};
use abri_model::{Error, NodeId, Result};

use crate::tree::Tree;
use crate::write::node_of;

/// Longest name of a version, in bytes.
const LABEL_LEN_MAX: usize = 256;

impl Tree {
    /// The former contents of a file, newest first.
    pub async fn versions(&self, file: NodeId) -> Result<Vec<Version>> {
        self.space.versions(file).await
    }

    /// Makes a former content the present one; the present one becomes a version.
    pub async fn revert(&self, file: NodeId, version: i64) -> Result<Arc<Node>> {
        self.version(file, version).await?;
        self.judge_locks(file, &[]).await?;
        let edit = Edit::RevertTo { node: file, version, by: self.asker() };
        node_of(&self.space.commit_tree(vec![edit], Vec::new()).await?)
    }

    /// Forgets a former content.
    pub async fn drop_version(&self, file: NodeId, version: i64) -> Result<()> {
        self.version(file, version).await?;
        self.space
            .commit_tree(vec![Edit::DropVersions { node: file, versions: vec![version] }], Vec::new())
            .await
            .map(drop)
    }

    /// Names a former content, so that it is never thinned away, or takes its name away.
    pub async fn label_version(&self, file: NodeId, version: i64, label: Option<String>) -> Result<Version> {
        if label.as_ref().is_some_and(|label| label.len() > LABEL_LEN_MAX) {
            return Err(Error::TooLarge { what: "the name of a version, in bytes", limit: LABEL_LEN_MAX as u64 });
        }
        let label = label.filter(|label| !label.is_empty());
        self.version(file, version).await?;
        self.space.commit_tree(vec![Edit::LabelVersion { node: file, version, label }], Vec::new()).await?;
        self.version(file, version).await
    }

    /// One former content.
    pub async fn version(&self, file: NodeId, number: i64) -> Result<Version> {
        self.space.versions(file).await?.into_iter().find(|version| version.number == number).ok_or(Error::NotFound)
    }
}
