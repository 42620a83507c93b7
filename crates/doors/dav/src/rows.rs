//! Multistatus answers that are sent while they are made: a page of nodes at a time, never more.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use abri_data::{Change, Changes, Content, ContentId, Node, Scope};
use abri_files::{Hit, Tree, Walk};
use abri_model::{Error, NodeId, Seq};
use abri_proto_dav::{Multistatus, Precondition, path};
use axum::body::Body;
use bytes::Bytes;
use tokio::task::JoinHandle;

use crate::answer::{Answer, multistatus, multistatus_of};
use crate::error::Refusal;
use crate::properties::Teller;

/// Children read at once.
const PAGE_NODES: usize = 1000;
/// Children read at first: the first bytes leave early.
const FIRST_NODES: usize = 200;
/// Bytes handed over at once.
const CHUNK_BYTES: usize = 64 * 1024;
/// Paths of folders remembered while changes are told.
const PATHS_MAX: usize = 10_000;

/// A line of the answer.
pub enum Row {
    /// A child of the folder at [`Rows::base`].
    Child(Arc<Node>),
    /// A node anywhere: its href without the slash at its end.
    At(String, Arc<Node>),
    /// Something that is gone: its href.
    Gone(String),
    /// There would be more: the href asked about.
    More(String),
}

/// Where the lines come from.
pub enum Source {
    /// No more.
    Nothing,
    /// The children of a folder.
    Children {
        /// The folder.
        dir: NodeId,
        /// The last key had.
        after: Option<String>,
        /// How many to read next.
        page: usize,
        /// The next page, being read while this one is told.
        ahead: Option<JoinHandle<Result<Page, Error>>>,
    },
    /// Everything below a folder.
    Walk {
        /// The walk.
        walk: Box<Walk>,
        /// The href down to the folder met last, and where each level ends in it.
        href: String,
        /// See `href`.
        ends: Vec<usize>,
        /// How many may still be told.
        left: usize,
    },
    /// What was found.
    Hits(VecDeque<Hit>),
    /// What is different.
    Changes(Box<Since>),
}

/// Children, with what is known of their contents when that was asked for.
pub struct Page {
    nodes: Vec<Arc<Node>>,
    contents: Vec<Option<Arc<Content>>>,
}

/// A report of changes in progress.
pub struct Since {
    /// What is followed.
    pub scope: Scope,
    /// The folder followed.
    pub dir: NodeId,
    /// From where on.
    pub since: Seq,
    /// The last position to be told.
    pub until: Seq,
    /// How far it was told.
    pub at: Seq,
    /// How many may still be told.
    pub left: usize,
    /// Folders that came as a whole: everything in them that is older is new here.
    pub arrivals: VecDeque<Arc<Node>>,
    /// The one being gone through.
    pub walk: Option<(Walk, String, Vec<usize>)>,
    /// Names that were told as gone.
    pub gone: HashSet<(NodeId, String)>,
    /// Hrefs of folders.
    pub paths: HashMap<NodeId, Option<String>>,
    /// Whether everything was told.
    pub is_whole: bool,
}

/// A multistatus being made.
pub struct Rows {
    /// Tells of nodes.
    pub teller: Teller,
    /// The tree.
    pub tree: Tree,
    /// The href of the tree's root, without the slash at its end.
    pub root: String,
    /// The href of the resource asked about, without the slash at its end.
    pub base: String,
    /// The lines still to come.
    pub source: Source,
    /// Lines to tell before those.
    pub first: VecDeque<Row>,
    out: Option<Multistatus>,
}

impl Rows {
    /// An answer about `base` in a tree whose root's href is `root`.
    pub fn new(teller: Teller, tree: Tree, root: String, base: String, source: Source) -> Rows {
        let out = Some(Multistatus::new(teller.plan().is_minimal));
        Rows { teller, tree, root, base, source, first: VecDeque::new(), out }
    }

    /// The answer: whole when it is short, else its beginning with the rest to follow.
    pub async fn answer(mut self) -> Result<Answer, Refusal> {
        let first = self.chunk().await?;
        if self.out.is_none() {
            return Ok(multistatus(first));
        }
        let stream = async_stream::stream! {
            yield Ok::<Bytes, Error>(Bytes::from(first));
            loop {
                match self.chunk().await {
                    Ok(chunk) if chunk.is_empty() => break,
                    Ok(chunk) => yield Ok(Bytes::from(chunk)),
                    Err(refusal) => {
                        // Nothing better can be said in the middle of an answer than that it broke.
                        tracing::warn!(status = refusal.status().as_u16(), "a listing broke off");
                        yield Err(Error::Interrupted);
                        break;
                    }
                }
            }
        };
        Ok(multistatus_of(Body::from_stream(stream)))
    }

    /// The next bytes; none at the end.
    async fn chunk(&mut self) -> Result<Vec<u8>, Refusal> {
        let Some(mut out) = self.out.take() else { return Ok(Vec::new()) };
        loop {
            while let Some(row) = self.first.pop_front() {
                self.write(&mut out, &row);
                if out.waiting_bytes() >= CHUNK_BYTES {
                    let chunk = out.take();
                    self.out = Some(out);
                    return Ok(chunk);
                }
            }
            let page = self.page().await?;
            if page.is_empty() {
                if let Source::Changes(since) = &self.source {
                    out.sync_token(&token(&self.tree, since.at));
                }
                return Ok(out.end());
            }
            self.prepare(&page).await?;
            self.first = page.into();
        }
    }

    /// Reads what the teller needs for these lines.
    pub async fn prepare(&mut self, page: &[Row]) -> Result<(), Refusal> {
        let has_contents = matches!(page.first(), None | Some(Row::Child(_)));
        let plan = self.teller.plan();
        if (has_contents || !plan.needs_contents) && !plan.needs_locks {
            return Ok(());
        }
        let nodes: Vec<Arc<Node>> = page
            .iter()
            .filter_map(|row| match row {
                Row::Child(node) | Row::At(_, node) => Some(node.clone()),
                _ => None,
            })
            .collect();
        if !has_contents {
            self.teller.read_contents(&nodes).await?;
        }
        self.teller.read_locks(&nodes).await
    }

    fn write(&self, out: &mut Multistatus, row: &Row) {
        match row {
            Row::Child(node) => {
                let mut href = String::with_capacity(self.base.len() + node.name.len() + 16);
                href.push_str(&self.base);
                href.push('/');
                path::push_segment(&mut href, &node.name);
                self.tell(out, href, node);
            }
            Row::At(href, node) => self.tell(out, href.clone(), node),
            Row::Gone(href) => out.status(href, 404, None),
            Row::More(href) => out.status(href, 507, Some(&Precondition::NumberOfMatchesWithinLimits)),
        }
    }

    fn tell(&self, out: &mut Multistatus, mut href: String, node: &Node) {
        if node.is_directory() {
            href.push('/');
        }
        let mut response = out.response(&href);
        self.teller.tell(&mut response, &self.root, node);
        response.end();
    }

    async fn page(&mut self) -> Result<Vec<Row>, Refusal> {
        match &mut self.source {
            Source::Nothing => Ok(Vec::new()),
            Source::Children { dir, after, page, ahead } => {
                let wants = self.teller.wants_contents();
                let read = match ahead.take() {
                    Some(reading) => reading.await.map_err(Error::internal)??,
                    None => read_page(self.tree.clone(), *dir, after.take(), *page, wants).await?,
                };
                let last = read.nodes.last().filter(|_| read.nodes.len() == *page).map(|node| node.key.clone());
                *page = PAGE_NODES;
                match last {
                    Some(last) => {
                        let next = read_page(self.tree.clone(), *dir, Some(last), PAGE_NODES, wants);
                        *ahead = Some(tokio::spawn(next));
                    }
                    None => self.source = Source::Nothing,
                }
                self.teller.have_contents(read.contents);
                Ok(read.nodes.into_iter().map(Row::Child).collect())
            }
            Source::Walk { walk, href, ends, left } => {
                let mut rows = Vec::new();
                while rows.len() < PAGE_NODES {
                    let Some(step) = walk.next().await? else { break };
                    if *left == 0 {
                        rows.push(Row::More(format!("{}/", self.base)));
                        self.source = Source::Nothing;
                        return Ok(rows);
                    }
                    *left -= 1;
                    descend(href, ends, step.depth, &step.node.name);
                    rows.push(Row::At(href.clone(), step.node));
                }
                Ok(rows)
            }
            Source::Hits(hits) => {
                let count = hits.len().min(PAGE_NODES);
                let base = &self.base;
                Ok(hits
                    .drain(..count)
                    .map(|hit| Row::At(crate::answer::href_of(base, &hit.path, false), hit.node))
                    .collect())
            }
            Source::Changes(since) => changes(&self.tree, &self.root, &self.base, since).await,
        }
    }
}

/// Reads a page of children, and what is known of their contents in one more round trip.
async fn read_page(tree: Tree, dir: NodeId, after: Option<String>, limit: usize, wants: bool) -> Result<Page, Error> {
    let nodes = tree.children(dir, after.as_deref(), limit).await?;
    let mut contents = Vec::new();
    if wants {
        let ids: Vec<ContentId> = nodes.iter().filter_map(|node| node.content).collect();
        contents = tree.space().contents(&ids).await?;
    }
    Ok(Page { nodes, contents })
}

impl Source {
    /// The children of a folder.
    pub fn children(dir: NodeId) -> Source {
        Source::Children { dir, after: None, page: FIRST_NODES, ahead: None }
    }

    /// Everything below a folder, at most `left` things.
    pub fn walk(tree: &Tree, dir: NodeId, base: &str, left: usize) -> Source {
        Source::Walk {
            walk: Box::new(tree.walk(dir, Tree::DEPTH_MAX)),
            href: base.to_owned(),
            ends: vec![base.len()],
            left,
        }
    }
}

/// Makes `href` the one of a thing called `name` at `depth` below where it began.
fn descend(href: &mut String, ends: &mut Vec<usize>, depth: usize, name: &str) {
    ends.truncate(depth);
    href.truncate(ends.last().copied().unwrap_or_default());
    href.push('/');
    path::push_segment(href, name);
    ends.push(href.len());
}

/// The token of a position.
pub fn token(tree: &Tree, at: Seq) -> String {
    let cursor = abri_model::Cursor { incarnation: tree.incarnation().to_owned(), seq: at };
    abri_proto_dav::sync::wrap_token(&cursor.to_string())
}

/// The next lines of a report of changes.
async fn changes(tree: &Tree, root: &str, base: &str, since: &mut Since) -> Result<Vec<Row>, Refusal> {
    let mut rows = Vec::new();
    while rows.is_empty() && !since.is_whole {
        if expand(tree, root, since, &mut rows).await? {
            continue;
        }
        if since.left == 0 {
            since.is_whole = true;
            rows.push(Row::More(format!("{base}/")));
            break;
        }
        let Changes { items, last, more } = tree.changes(&since.scope, since.at, PAGE_NODES.min(since.left)).await?;
        let (last, more) = (last.min(since.until), more && last < since.until);
        let here = |change: &Change| match change {
            Change::Node { node, .. } if node.seq <= since.until => Some((node.parent, node.key.clone())),
            _ => None,
        };
        let told: HashSet<(NodeId, String)> = items.iter().filter_map(here).collect();
        for change in items {
            if change.seq() > since.until {
                continue;
            }
            // What is told as being there is not told as gone too, though it may have left by now.
            if let Change::Gone { place, name, .. } = &change
                && told.contains(&(*place, abri_model::name::nfc(name)))
            {
                continue;
            }
            if let Some(row) = line(tree, root, since, change).await? {
                since.left = since.left.saturating_sub(1);
                rows.push(row);
            }
        }
        since.at = last;
        // Folders that arrived are gone through before the answer may end.
        since.is_whole = !more && since.arrivals.is_empty() && since.walk.is_none();
        if !more && !since.is_whole {
            while expand(tree, root, since, &mut rows).await? {}
            since.is_whole = true;
        }
    }
    Ok(rows)
}

/// Goes on through folders that arrived with everything in them; whether there was one.
async fn expand(tree: &Tree, root: &str, since: &mut Since, rows: &mut Vec<Row>) -> Result<bool, Refusal> {
    if since.walk.is_none() {
        let Some(folder) = since.arrivals.pop_front() else { return Ok(false) };
        let Some(href) = href_of(tree, root, since, folder.id).await? else { return Ok(true) };
        let ends = vec![href.len()];
        since.walk = Some((tree.walk(folder.id, Tree::DEPTH_MAX), href, ends));
    }
    let from = since.since;
    if let Some((walk, href, ends)) = &mut since.walk {
        for _ in 0..PAGE_NODES {
            let Some(step) = walk.next().await? else {
                since.walk = None;
                return Ok(true);
            };
            descend(href, ends, step.depth, &step.node.name);
            // What changed since is told by its own change.
            if step.node.seq <= from {
                rows.push(Row::At(href.clone(), step.node));
            }
        }
    }
    Ok(true)
}

/// The line of a change, if it has one.
async fn line(tree: &Tree, root: &str, since: &mut Since, change: Change) -> Result<Option<Row>, Refusal> {
    match change {
        Change::Doc(_) => Ok(None),
        Change::Node { node, .. } if node.id == since.dir => Ok(None),
        Change::Node { node, arrived } => {
            let node = Arc::new(node);
            since.paths.remove(&node.id);
            let is_deep = matches!(since.scope, Scope::Under(_));
            if arrived && is_deep && node.is_directory() && since.since > Seq(0) {
                since.arrivals.push_back(node.clone());
            }
            // Where it was when it was read: should it have moved meanwhile, the next report tells.
            let Some(mut href) = href_of(tree, root, since, node.parent).await? else { return Ok(None) };
            href.push('/');
            path::push_segment(&mut href, &node.name);
            Ok(Some(Row::At(href, node)))
        }
        Change::Gone { place, name, .. } => {
            if since.since == Seq(0) {
                return Ok(None);
            }
            // Another thing of that name speaks for itself, if it came early enough to be told now.
            let key = abri_model::name::nfc(&name);
            let taken = tree.space().child(place, &key).await?;
            if taken.is_some_and(|node| node.placed <= since.until) {
                return Ok(None);
            }
            // A name may have been left more than once; after a bounded number of them, twice is told twice.
            if since.gone.len() < PATHS_MAX && !since.gone.insert((place, key)) {
                return Ok(None);
            }
            let Some(mut href) = href_of(tree, root, since, place).await? else { return Ok(None) };
            href.push('/');
            path::push_segment(&mut href, &name);
            Ok(Some(Row::Gone(href)))
        }
    }
}

/// The href of a node, without the slash at its end; nothing when it is not below the folder followed.
async fn href_of(tree: &Tree, root: &str, since: &mut Since, id: NodeId) -> Result<Option<String>, Refusal> {
    if let Some(known) = since.paths.get(&id) {
        return Ok(known.clone());
    }
    let chain = tree.space().ancestors(id).await?;
    let is_below =
        chain.iter().any(|node| node.id == since.dir) && chain.first().is_some_and(|top| top.id == tree.root());
    let href = is_below.then(|| {
        let names: Vec<&str> = chain.iter().skip(1).map(|node| node.name.as_str()).collect();
        crate::answer::href_of(root, &names, false)
    });
    let is_directory = chain.last().is_some_and(|node| node.is_directory());
    if is_directory && since.paths.len() < PATHS_MAX {
        since.paths.insert(id, href.clone());
    }
    Ok(href)
}
