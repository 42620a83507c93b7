//! REPORT: what changed (RFC 6578), and favourites (`oc:filter-files`).

use std::collections::{HashMap, HashSet, VecDeque};

use abri_data::{Change, Changes, Scope};
use abri_files::{Filter, Found, Query, Tree};
use abri_model::{Cursor, Error, NodeId, Seq};
use abri_proto_dav::sync::{SyncCollection, SyncLevel, unwrap_token};
use abri_proto_dav::{Depth, FilterFiles, Precondition, Report};
use axum::body::Body;
use http::StatusCode;

use crate::answer::href_of;
use crate::area::Base;
use crate::door::Door;
use crate::error::{Outcome, Refusal};
use crate::plan::Plan;
use crate::precondition::guard;
use crate::properties::Teller;
use crate::request::{Asked, XML_BYTES_MAX, read_body};
use crate::rows::{Rows, Since, Source};

/// Most results of a filter that names no limit.
const FILTER_HITS_MAX: u64 = 10_000;
/// Changes looked at together before a report is begun.
const CHANGES_PAGE: usize = 1000;

/// Answers REPORT.
pub async fn report(door: &Door, asked: &Asked, base: &Base, body: Body) -> Outcome {
    let report = Report::parse(&read_body(body, XML_BYTES_MAX).await?, XML_BYTES_MAX)?;
    let tree = door.tree(&asked.session, &base.which).await?;
    let found = tree.find(base.names(&asked.path)).await?;
    guard(door, asked, &tree, &found, false).await?;
    match report {
        Report::SyncCollection(sync) => sync_collection(door, asked, base, &tree, &found, sync).await,
        Report::FilterFiles(filter) => filter_files(asked, base, &tree, &found, filter).await,
        _ => Err(unknown_report()),
    }
}

/// RFC 3253 §3.6.
fn unknown_report() -> Refusal {
    Refusal::Rule(
        StatusCode::FORBIDDEN,
        Precondition::SupportedReport,
        "this report is not offered here: DAV:supported-report-set tells those that are",
    )
}

async fn sync_collection(
    door: &Door,
    asked: &Asked,
    base: &Base,
    tree: &Tree,
    found: &Found,
    sync: SyncCollection,
) -> Outcome {
    let node = found.node().ok_or(Error::NotFound)?;
    if !node.is_directory() {
        return Err(unknown_report());
    }
    // §3.2: Depth is 0; the level tells how deep. Early clients say it with Depth alone (Appendix A).
    let deep = match (sync.level, asked.depth()?) {
        (Some(level), _) => level == SyncLevel::Infinite,
        (None, Some(Depth::Infinity)) => true,
        (None, Some(Depth::One)) => false,
        (None, _) => return Err(Refusal::Bad("the sync-level is missing: send 1 or infinite".to_owned())),
    };
    let since = match &sync.token {
        None => Seq(0),
        Some(token) => {
            let cursor = unwrap_token(token).as_deref().and_then(Cursor::parse).ok_or(Error::Expired)?;
            tree.since(&cursor).await?
        }
    };
    let limit = sync.limit.map_or(door.policy.sync_nodes_max, |limit| {
        usize::try_from(limit).unwrap_or(usize::MAX).clamp(1, door.policy.sync_nodes_max)
    });
    let scope = if deep { Scope::Under(node.id) } else { Scope::In(node.id) };
    let until = if deep && since > Seq(0) {
        told_until(tree, &scope, since).await?.ok_or(Error::Expired)?
    } else {
        // What leaves while a first report is under way is told by the next.
        tree.space().seq()
    };
    let source = Source::Changes(Box::new(Since {
        scope,
        dir: node.id,
        since,
        until,
        at: since,
        left: limit,
        arrivals: VecDeque::new(),
        walk: None,
        gone: HashSet::new(),
        paths: HashMap::new(),
        is_whole: false,
    }));
    let root = base.href(&asked.path);
    let href = href_of(&root, base.names(&asked.path), false);
    let teller = Teller::new(tree, &asked.session, Plan::named(&sync.props, asked.prefer().is_minimal)).await?;
    Rows::new(teller, tree.clone(), root, href, source).answer().await
}

/// Up to which position changes can be told; nothing when a folder left since then and another took its name.
///
/// The address of such a folder has not gone, but those of everything that was in it have (RFC 6578 §3.5.2), and what
/// that was is not remembered: the token is refused, and the client starts again. What is written while the report is
/// under way has not been looked at here, so the report ends before it.
async fn told_until(tree: &Tree, scope: &Scope, since: Seq) -> Result<Option<Seq>, Refusal> {
    let mut at = since;
    loop {
        let Changes { items, last, more } = tree.changes(scope, at, CHANGES_PAGE).await?;
        for change in items {
            let Change::Gone { key, place, name, .. } = change else { continue };
            let now = tree.space().child(place, &abri_model::name::nfc(&name)).await?;
            if !now.is_some_and(|node| node.is_directory() && node.placed > since) {
                continue;
            }
            // One that exists no more may have been a folder.
            let left = NodeId::from_hex(&key.id);
            let was_file = match left {
                Some(id) => tree.space().node(id).await?.is_some_and(|node| !node.is_directory()),
                None => true,
            };
            if !was_file {
                return Ok(None);
            }
        }
        at = last;
        if !more {
            return Ok(Some(at));
        }
    }
}

async fn filter_files(asked: &Asked, base: &Base, tree: &Tree, found: &Found, filter: FilterFiles) -> Outcome {
    let node = found.node().ok_or(Error::NotFound)?;
    let mut all = Vec::new();
    if let Some(on) = filter.favorite {
        all.push(Filter::Starred(on));
    }
    all.extend(filter.tags.into_iter().map(Filter::Tag));
    if all.is_empty() {
        return Err(Refusal::Bad("the filter has no rule: send oc:favorite or oc:systemtag".to_owned()));
    }
    let query = Query {
        dir: node.id,
        depth: Tree::DEPTH_MAX,
        filter: Filter::And(all),
        sort: None,
        offset: usize::try_from(filter.offset.unwrap_or(0)).unwrap_or(usize::MAX),
        limit: usize::try_from(filter.limit.unwrap_or(FILTER_HITS_MAX)).unwrap_or(usize::MAX),
    };
    let hits = tree.search(&query).await?;
    let root = base.href(&asked.path);
    let href = href_of(&root, base.names(&asked.path), false);
    let teller = Teller::new(tree, &asked.session, Plan::named(&filter.props, asked.prefer().is_minimal)).await?;
    Rows::new(teller, tree.clone(), root, href, Source::Hits(hits.hits.into())).answer().await
}
