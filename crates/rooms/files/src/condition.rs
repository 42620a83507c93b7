//! What a thing must be like for a change to be made.

use abri_data::{Expect, Node};
use abri_model::{Error, Result, Rev};

use crate::etag::etag;

/// What a thing must be like for a change to be made; judged again in the commit itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Condition {
    /// Anything.
    #[default]
    Any,
    /// Not there.
    Absent,
    /// There, at whatever revision.
    Present,
    /// There, at this revision.
    Rev(Rev),
    /// There, with one of these entity tags (without quotes).
    Etag(Vec<String>),
}

impl Condition {
    /// Judges what is there now, and says what the commit must still find.
    pub(crate) fn judge(&self, incarnation: &str, node: Option<&Node>) -> Result<Expect> {
        let conflict = || Error::Conflict { current: node.map(Node::rev) };
        match (self, node) {
            (Condition::Any, _) => Ok(Expect::Any),
            (Condition::Absent, None) => Ok(Expect::Absent),
            (Condition::Absent, Some(_)) => Err(Error::Exists),
            (Condition::Present, Some(_)) => Ok(Expect::Present),
            (Condition::Rev(rev), Some(node)) if node.rev() == *rev => Ok(Expect::Rev(*rev)),
            (Condition::Etag(tags), Some(node)) if tags.contains(&etag(incarnation, node)) => {
                Ok(Expect::Rev(node.rev()))
            }
            _ => Err(conflict()),
        }
    }

    /// Whether a refused commit may be tried again after reading: the node changed, perhaps not in what is asked about.
    pub(crate) fn may_retry(&self) -> bool {
        matches!(self, Condition::Etag(_))
    }
}

impl From<Expect> for Condition {
    fn from(expect: Expect) -> Self {
        match expect {
            Expect::Any => Condition::Any,
            Expect::Absent => Condition::Absent,
            Expect::Present => Condition::Present,
            Expect::Rev(rev) => Condition::Rev(rev),
        }
    }
}
