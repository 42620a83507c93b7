//! What can be told of a node: live properties computed, dead ones as they were set.

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::Arc;

use abri_data::{Content, ContentId, Lock, Node, NodeKind};
use abri_files::{Meta, PropertyName, Quota, Tree};
use abri_identity::Session;
use abri_model::{Kind, Millis, NodeId, Verb};
use abri_proto_dav::escape::push_text;
use abri_proto_dav::multistatus::Response;
use abri_proto_dav::{ActiveLock, Depth, LockScope, PropName, PropValue, Timeout, lock};

use crate::error::Refusal;
use crate::plan::{Plan, Prop};

/// Stands before and after the language of a dead property's value: XML cannot hold it.
const LANG_MARK: char = '\u{1}';

/// Tells of nodes of one tree.
pub struct Teller {
    tree: Tree,
    plan: Plan,
    /// The asker.
    asker: String,
    owner: String,
    owner_name: String,
    letters: Letters,
    quota: Option<Quota>,
    now: Millis,
    contents: HashMap<ContentId, Arc<Content>>,
    locks: HashMap<NodeId, Vec<(Lock, String)>>,
    /// The present token of the space, for collections.
    sync_token: Option<String>,
}

/// What the asker may do, as `oc:permissions` spells it.
struct Letters {
    file: &'static str,
    directory: &'static str,
}

impl Teller {
    /// Somebody who tells `session`'s person of `tree` what `plan` wants.
    pub async fn new(tree: &Tree, session: &Session, plan: Plan) -> Result<Teller, Refusal> {
        let quota = if plan.needs_quota { Some(tree.quota().await?) } else { None };
        let sync_token = if plan.props.iter().any(|(prop, _)| *prop == Prop::SyncToken) {
            Some(abri_proto_dav::sync::wrap_token(&tree.cursor().await?.to_string()))
        } else {
            None
        };
        let info = tree.space().info();
        let is_own = info.owner.as_deref() == Some(&session.account.name);
        let owner = info.owner.clone().unwrap_or_else(|| session.account.name.clone());
        let owner_name =
            if is_own || info.owner.is_none() { session.account.public_name.clone() } else { owner.clone() };
        Ok(Teller {
            letters: letters(tree),
            plan,
            asker: tree.asker(),
            owner,
            owner_name,
            quota,
            now: tree.now(),
            contents: HashMap::new(),
            locks: HashMap::new(),
            sync_token,
            tree: tree.clone(),
        })
    }

    /// What is wanted.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Whether hashes of contents are told.
    pub fn wants_contents(&self) -> bool {
        self.plan.needs_contents && !self.plan.names_only
    }

    /// Takes over what is known of the contents of a page of nodes.
    pub fn have_contents(&mut self, contents: Vec<Option<Arc<Content>>>) {
        self.contents.clear();
        self.contents.extend(contents.into_iter().flatten().map(|content| (content.id, content)));
    }

    /// Reads what the plan needs besides the nodes themselves, for a page of them at once.
    pub async fn prepare(&mut self, nodes: &[Arc<Node>]) -> Result<(), Refusal> {
        self.read_contents(nodes).await?;
        self.read_locks(nodes).await
    }

    /// Reads what is known of contents, in one round trip.
    pub async fn read_contents(&mut self, nodes: &[Arc<Node>]) -> Result<(), Refusal> {
        if self.wants_contents() {
            let ids: Vec<ContentId> = nodes.iter().filter_map(|node| node.content).collect();
            let contents = self.tree.space().contents(&ids).await?;
            self.have_contents(contents);
        }
        Ok(())
    }

    /// Reads the locks on nodes; they are kept in memory.
    pub async fn read_locks(&mut self, nodes: &[Arc<Node>]) -> Result<(), Refusal> {
        if !self.plan.needs_locks || self.plan.names_only {
            return Ok(());
        }
        self.locks.clear();
        for node in nodes {
            let locks = self.tree.locks_on(node.id).await?;
            if locks.is_empty() {
                continue;
            }
            let mut rooted = Vec::with_capacity(locks.len());
            for lock in locks {
                let names = self.tree.path_of(lock.node).await.unwrap_or_default();
                rooted.push((lock, crate::answer::href_of("", &names, false)));
            }
            self.locks.insert(node.id, rooted);
        }
        Ok(())
    }

    /// Tells of one node. `base` is the href of the tree's root, for the roots of locks.
    pub fn tell(&self, response: &mut Response<'_>, base: &str, node: &Node) {
        if self.plan.names_only {
            return self.tell_names(response, node);
        }
        let meta = match &node.meta {
            Some(_) if self.plan.needs_meta || self.plan.all_dead => Some(Meta::of(node)),
            _ => None,
        };
        self.tell_props(response, base, node, meta.as_ref(), &self.plan.props);
        if self.plan.all_dead
            && let Some(meta) = &meta
        {
            for (name, value) in meta.named() {
                let Some(name) = PropName::new(&name.namespace, &name.local) else { continue };
                if !self.plan.props.iter().any(|(_, known)| *known == name) {
                    response.dead(&name, &value_of(value));
                }
            }
        }
    }

    /// Tells of one node what is in `props`.
    pub fn tell_some(&self, response: &mut Response<'_>, base: &str, node: &Node, props: &[(Prop, PropName)]) {
        let meta = node.meta.as_ref().map(|_| Meta::of(node));
        self.tell_props(response, base, node, meta.as_ref(), props);
    }

    fn tell_props(
        &self,
        response: &mut Response<'_>,
        base: &str,
        node: &Node,
        meta: Option<&Meta>,
        props: &[(Prop, PropName)],
    ) {
        for (prop, name) in props {
            self.tell_one(response, base, node, meta, *prop, name);
        }
    }

    fn tell_names(&self, response: &mut Response<'_>, node: &Node) {
        for (prop, name) in &self.plan.props {
            let files_only = matches!(prop, Prop::ContentLength | Prop::ContentType | Prop::Checksums);
            let folders_only = matches!(prop, Prop::QuotaUsed | Prop::QuotaAvailable | Prop::SyncToken);
            if !(files_only && node.is_directory() || folders_only && !node.is_directory()) {
                response.empty(name);
            }
        }
        for (name, _) in Meta::of(node).named() {
            if let Some(name) = PropName::new(&name.namespace, &name.local) {
                response.empty(&name);
            }
        }
    }

    fn tell_one(
        &self,
        response: &mut Response<'_>,
        base: &str,
        node: &Node,
        meta: Option<&Meta>,
        prop: Prop,
        name: &PropName,
    ) {
        let is_directory = node.kind == NodeKind::Directory;
        match prop {
            Prop::ResourceType if is_directory => response.xml(name, "<d:collection/>"),
            Prop::ResourceType => response.empty(name),
            Prop::ContentLength if !is_directory => response.number(name, node.size),
            Prop::ContentType if !is_directory => {
                response.text(name, if node.mime.is_empty() { "application/octet-stream" } else { &node.mime });
            }
            Prop::LastModified => response.http_date(name, modified(node).seconds()),
            Prop::CreationDate => response.rfc3339(name, node.created.seconds()),
            Prop::ETag => response.with(name, |out| {
                out.push_str("&quot;");
                abri_files::push_etag(out, self.tree.incarnation(), node);
                out.push_str("&quot;");
            }),
            Prop::DisplayName if node.name.is_empty() => response.text(name, &self.owner),
            Prop::DisplayName => response.text(name, &node.name),
            Prop::OcId => response.with(name, |out| abri_files::push_file_id(out, self.tree.id(), node)),
            Prop::FileId => response.number(name, node.id.0),
            Prop::Permissions => {
                response.xml(name, if is_directory { self.letters.directory } else { self.letters.file })
            }
            Prop::Size => response.number(name, node.size),
            Prop::Checksums => match node.content.and_then(|id| self.contents.get(&id)) {
                Some(content) if has_checksum(content) => response.with(name, |out| push_checksums(out, content)),
                _ => response.missing(name),
            },
            Prop::ShareTypes | Prop::Empty | Prop::MountType => response.empty(name),
            Prop::IsEncrypted | Prop::CommentsUnread => response.bit(name, false),
            Prop::HasPreview | Prop::Hidden => response.flag(name, false),
            Prop::IsMountRoot => response.flag(name, node.id == self.tree.root()),
            Prop::SupportedLock => response.xml(name, lock::SUPPORTED_LOCK_XML),
            Prop::LockDiscovery => response.with(name, |out| self.push_locks(out, base, node)),
            Prop::Dead => match meta.and_then(|meta| meta.property(&key_of(name))) {
                Some(value) => response.dead(name, &value_of(value)),
                None => response.missing(name),
            },
            other => self.tell_rare(response, node, meta, other, name),
        }
    }

    fn tell_rare(&self, response: &mut Response<'_>, node: &Node, meta: Option<&Meta>, prop: Prop, name: &PropName) {
        let is_directory = node.kind == NodeKind::Directory;
        let lock = self.locks.get(&node.id).and_then(|locks| locks.first());
        match (prop, lock) {
            (Prop::QuotaUsed, _) if is_directory => response.number(name, node.size),
            (Prop::QuotaAvailable, _) if is_directory => {
                // -3 is what clients of this family read as "no limit".
                let free = self.quota.and_then(|quota| quota.free);
                response.number(name, free.map_or(-3, |free| i64::try_from(free).unwrap_or(i64::MAX)));
            }
            (Prop::SyncToken, _) if is_directory => match &self.sync_token {
                Some(token) => response.text(name, token),
                None => response.missing(name),
            },
            (Prop::SupportedReports, _) => response.xml(name, SUPPORTED_REPORTS_XML),
            (Prop::CurrentUserPrincipal, _) => response.with(name, |out| push_principal(out, &self.asker)),
            (Prop::Owner, _) => response.with(name, |out| push_principal(out, &self.owner)),
            (Prop::Executable, _) if !is_directory => {
                response.text(name, if node.flags.executable() { "T" } else { "F" })
            }
            (Prop::Favorite, _) => response.bit(name, meta.is_some_and(|meta| meta.is_starred_by(&self.asker))),
            (Prop::Tags, _) => response.with(name, |out| {
                for tag in meta.map(|meta| &meta.tags[..]).unwrap_or_default() {
                    out.push_str("<oc:tag>");
                    push_text(out, tag);
                    out.push_str("</oc:tag>");
                }
            }),
            (Prop::OwnerId, _) => response.text(name, &self.owner),
            (Prop::OwnerName, _) => response.text(name, &self.owner_name),
            // Another value tells clients that a backup was restored, and that what they have may be newer.
            (Prop::Fingerprint, _) => response.text(name, self.tree.incarnation()),
            (Prop::CreationTime, _) => response.number(name, node.created.seconds()),
            (Prop::UploadTime, _) => response.number(name, node.uploaded.seconds()),
            (Prop::NcLock, None) => response.empty(name),
            (Prop::NcLock, Some(_)) => response.bit(name, true),
            (Prop::NcLockOwner, Some((lock, _))) => response.text(name, &lock.creator),
            // A lock with a token, made by a client.
            (Prop::NcLockOwnerType, Some(_)) => response.number(name, 2),
            (Prop::NcLockTimeout, Some((lock, _))) => response.number(name, (lock.expires.0 - self.now.0) / 1000),
            (Prop::NcLockToken, Some((lock, _))) => response.text(name, &lock.token),
            _ => response.missing(name),
        }
    }

    fn push_locks(&self, out: &mut String, base: &str, node: &Node) {
        for (lock, root) in self.locks.get(&node.id).map(Vec::as_slice).unwrap_or_default() {
            let root_href = if root.is_empty() { format!("{base}/") } else { format!("{base}{root}") };
            active_lock(lock, self.now, &root_href).push(out);
        }
    }
}

/// A lock as answers show it.
pub fn active_lock<'a>(lock: &'a Lock, now: Millis, root_href: &'a str) -> ActiveLock<'a> {
    let seconds = u32::try_from(((lock.expires.0 - now.0) / 1000).max(0)).unwrap_or(u32::MAX);
    ActiveLock {
        scope: if lock.exclusive { LockScope::Exclusive } else { LockScope::Shared },
        depth: if lock.deep { Depth::Infinity } else { Depth::Zero },
        owner_xml: &lock.owner,
        timeout: Timeout::Seconds(seconds),
        token: &lock.token,
        root_href,
    }
}

const SUPPORTED_REPORTS_XML: &str = "<d:supported-report><d:report><d:sync-collection/></d:report></d:supported-report>\
     <d:supported-report><d:report><oc:filter-files/></d:report></d:supported-report>";

/// When a node was last changed: a folder, when anything below it was.
pub fn modified(node: &Node) -> Millis {
    match node.kind {
        NodeKind::File => node.mtime,
        NodeKind::Directory => node.tree_mtime.max(node.mtime),
    }
}

/// The name under which the room keeps a dead property.
pub fn key_of(name: &PropName) -> PropertyName {
    PropertyName::new(name.ns.as_str(), &*name.local)
}

/// What the room keeps of a dead property: its XML, after its language if it has one.
pub fn text_of(value: &PropValue) -> String {
    match &value.lang {
        Some(lang) => format!("{LANG_MARK}{lang}{LANG_MARK}{}", value.xml),
        None => value.xml.clone(),
    }
}

/// A dead property as it was set.
fn value_of(text: &str) -> PropValue {
    let marked = text.strip_prefix(LANG_MARK).and_then(|rest| rest.split_once(LANG_MARK));
    let (lang, xml) = match marked {
        Some((lang, xml)) => (Some(lang.to_owned()), xml),
        None => (None, text),
    };
    PropValue { xml: xml.to_owned(), text: String::new(), lang }
}

/// Writes the href of a person's principal.
pub fn push_principal(out: &mut String, account: &str) {
    out.push_str("<d:href>/remote.php/dav/principals/users/");
    abri_proto_dav::path::push_segment(out, account);
    out.push_str("/</d:href>");
}

fn has_checksum(content: &Content) -> bool {
    content.digests.sha1.is_some() || content.digests.md5.is_some() || content.digests.adler32.is_some()
}

/// The hashes that the desktop clients can compute; SHA-256 is none of them.
fn push_checksums(out: &mut String, content: &Content) {
    out.push_str("<oc:checksum>");
    let mut first = true;
    let mut push = |label: &str, hex: std::fmt::Arguments<'_>| {
        if !std::mem::take(&mut first) {
            out.push(' ');
        }
        out.push_str(label);
        // Writing to a String cannot fail.
        let _ = out.write_fmt(hex);
    };
    let hex = |bytes: &[u8]| data_encoding::HEXLOWER.encode(bytes);
    if let Some(sha1) = &content.digests.sha1 {
        push("SHA1:", format_args!("{}", hex(sha1)));
    }
    if let Some(md5) = &content.digests.md5 {
        push("MD5:", format_args!("{}", hex(md5)));
    }
    if let Some(adler32) = content.digests.adler32 {
        push("ADLER32:", format_args!("{adler32:08x}"));
    }
    out.push_str("</oc:checksum>");
}

/// `oc:permissions`: G readable, D deletable, N renamable, V movable, W writable, C and K may make files and folders.
/// No R: there is nothing to share with yet.
fn letters(tree: &Tree) -> Letters {
    let standing = tree.space().standing();
    let files = Kind::known(Kind::FILES);
    let may = |verb| standing.is_everything() || standing.reach(verb, &files) != abri_data::standing::Reach::None;
    match (may(Verb::Put) && may(Verb::Patch), may(Verb::Post), may(Verb::Delete)) {
        (true, true, true) => Letters { file: "GDNVW", directory: "GDNVCK" },
        (true, true, false) => Letters { file: "GNVW", directory: "GNVCK" },
        (true, false, true) => Letters { file: "GDNVW", directory: "GDNV" },
        (true, false, false) => Letters { file: "GNVW", directory: "GNV" },
        (false, true, _) => Letters { file: "G", directory: "GCK" },
        (false, false, true) => Letters { file: "GD", directory: "GD" },
        (false, false, false) => Letters { file: "G", directory: "G" },
    }
}
