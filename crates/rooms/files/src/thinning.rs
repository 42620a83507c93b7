//! Which former contents go when a new one comes.

use std::collections::HashSet;

use abri_data::{Edit, Node, Version};
use abri_model::{Millis, Result};

use crate::policy::VersionPolicy;
use crate::tree::Tree;

const HOUR_SECONDS: i64 = 3600;
const DAY_SECONDS: i64 = 24 * HOUR_SECONDS;
const WEEK_SECONDS: i64 = 7 * DAY_SECONDS;

impl Tree {
    /// The edit that thins a file's versions while it gets a new content, if any has to go.
    pub(crate) async fn thin(&self, node: &Node, _incoming_bytes: u64) -> Result<Option<Edit>> {
        let policy = &self.room.policy.versions;
        if !policy.keep || node.size == 0 {
            return Ok(None);
        }
        let versions = self.space.versions(node.id).await?;
        if versions.is_empty() {
            return Ok(None);
        }
        let mut drop = superfluous(policy, self.now(), &versions);
        let state = self.space.state().await?;
        if let Some(quota) = state.quota {
            // Half of what would be free without versions.
            let may_hold = (quota.saturating_sub(state.used) + state.versions_bytes) / 2;
            let holds = state.versions_bytes + node.size.max(0) as u64;
            drop.extend(oldest(&versions, &drop, holds.saturating_sub(may_hold)));
        }
        Ok((!drop.is_empty()).then(|| Edit::DropVersions { node: node.id, versions: drop }))
    }
}

/// The versions that the policy does not keep, of a list that is newest first.
fn superfluous(policy: &VersionPolicy, now: Millis, versions: &[Version]) -> Vec<i64> {
    let mut taken = HashSet::new();
    let mut count = 0;
    let mut drop = Vec::new();
    for version in versions.iter().filter(|version| version.label.is_none()) {
        let age_seconds = (now.0 - version.at.0) / 1000;
        let slot = match age_seconds {
            age if age <= policy.all_seconds => None,
            age if age <= policy.hourly_seconds => Some((HOUR_SECONDS, version.at.seconds() / HOUR_SECONDS)),
            age if age <= policy.daily_seconds => Some((DAY_SECONDS, version.at.seconds() / DAY_SECONDS)),
            _ => Some((WEEK_SECONDS, version.at.seconds() / WEEK_SECONDS)),
        };
        let kept = slot.is_none_or(|slot| taken.insert(slot)) && count < policy.count_max;
        if kept {
            count += 1;
        } else {
            drop.push(version.number);
        }
    }
    drop
}

/// The oldest unnamed versions that together hold at least `bytes`, beside those already given up.
fn oldest(versions: &[Version], given_up: &[i64], bytes: u64) -> Vec<i64> {
    let mut freed: u64 = versions.iter().filter(|v| given_up.contains(&v.number)).map(|v| v.size.max(0) as u64).sum();
    let mut more = Vec::new();
    for version in versions.iter().rev().filter(|v| v.label.is_none() && !given_up.contains(&v.number)) {
        if freed >= bytes {
            break;
        }
        freed += version.size.max(0) as u64;
        more.push(version.number);
    }
    more
}

#[cfg(test)]
mod tests {
    use abri_data::ContentId;
    use abri_model::NodeId;

    use super::*;

    fn version(number: i64, age_seconds: i64, now: Millis) -> Version {
        Version {
            node: NodeId(1),
            number,
            content: ContentId(number),
            size: 10,
            mtime: now,
            at: now.plus(-age_seconds * 1000),
            author: "ada".into(),
            label: None,
            mime: "text/plain".into(),
        }
    }

    #[test]
    fn all_then_hourly_then_daily_then_weekly() {
        let now = Millis(1_800_000_000_000);
        let policy = VersionPolicy::default();
        // One every ten minutes for sixty days, newest first.
        let versions: Vec<Version> = (0..60 * 144).map(|at| version(100_000 - at, at * 600, now)).collect();
        let policy = VersionPolicy { count_max: usize::MAX, ..policy };
        let drop: HashSet<i64> = superfluous(&policy, now, &versions).into_iter().collect();
        let kept: Vec<i64> =
            versions.iter().filter(|v| !drop.contains(&v.number)).map(|v| (now.0 - v.at.0) / 1000).collect();
        assert_eq!(kept.iter().filter(|age| **age <= 3600).count(), 7, "all of the last hour");
        assert!(
            (22..=24).contains(&kept.iter().filter(|age| **age > 3600 && **age <= 86_400).count()),
            "hourly for a day"
        );
        assert!(
            (29..=30).contains(&kept.iter().filter(|age| **age > 86_400 && **age <= 30 * 86_400).count()),
            "daily for a month"
        );
        assert!((4..=6).contains(&kept.iter().filter(|age| **age > 30 * 86_400).count()), "weekly beyond");
    }

    #[test]
    fn named_versions_stay() {
        let now = Millis(1_800_000_000_000);
        let mut versions: Vec<Version> = (0..10).map(|at| version(100 - at, 90_000 + at, now)).collect();
        versions[5].label = Some("sent to the printer".into());
        let drop = superfluous(&VersionPolicy::default(), now, &versions);
        assert!(!drop.contains(&versions[5].number));
        assert_eq!(drop.len(), 8);
        assert_eq!(oldest(&versions, &drop, 81).len(), 1, "only what is still needed");
    }
}
