//! Several clients at once, and a memory of what the server acknowledged.
//!
//! Each client owns a folder and works in it alone, so its memory is exact: after a crash everything it was told
//! is done must be there with its bytes, and the one request that was never answered may have happened or not,
//! but never half. A follower keeps a copy of the whole tree by sync reports only (RFC 6578), as a
//! synchronising client does; its copy must equal the tree, which shows that positions have neither gap nor twin.

use crate::body;
use crate::dav::{self, Multistatus, propfind, proppatch, sync_report};
use crate::dice::Dice;
use crate::house::{Account, House};
use crate::http::{Answer, Ask, Line};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};

/// More files than this and a client deletes before it writes, so that a round stays short.
const FILES_MAX: usize = 24;
/// The properties a follower asks for.
const FOLLOWED: &str = "<d:getetag/><d:resourcetype/>";

/// A file as a client remembers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    seed: u64,
    size_bytes: usize,
    mood: Option<String>,
}

/// The files of a client by path below its folder.
pub type Tree = BTreeMap<String, File>;

/// What a client finds in its folder: bytes and property by path.
type Seen = BTreeMap<String, (Vec<u8>, Option<String>)>;

/// Something a client asks for, and what the tree is when it happened.
#[derive(Clone, Debug)]
enum Deed {
    Put(String, File),
    Chunked(String, File),
    Move(String, String),
    MoveDir(String, String),
    Copy(String, String),
    Delete(String),
    DeleteDir(String),
    Mood(String, String),
}

impl Deed {
    /// The tree after this.
    fn done(&self, tree: &Tree) -> Tree {
        let mut after = tree.clone();
        match self {
            Deed::Put(path, file) | Deed::Chunked(path, file) => {
                // Dead properties belong to the resource, not to its bytes (RFC 4918 §9.7.1).
                let mood = tree.get(path).and_then(|old| old.mood.clone());
                after.insert(path.clone(), File { mood, ..file.clone() });
            }
            Deed::Move(from, to) => {
                let file = after.remove(from).expect("only what exists is moved");
                after.insert(to.clone(), file);
            }
            Deed::MoveDir(from, to) => {
                after = Tree::new();
                for (path, file) in tree {
                    let path = match path.strip_prefix(&format!("{from}/")) {
                        Some(rest) => format!("{to}/{rest}"),
                        None => path.clone(),
                    };
                    after.insert(path, file.clone());
                }
            }
            Deed::Copy(from, to) => {
                let file = tree.get(from).expect("only what exists is copied").clone();
                after.insert(to.clone(), file);
            }
            Deed::Delete(path) => {
                after.remove(path);
            }
            Deed::DeleteDir(dir) => after.retain(|path, _| !path.starts_with(&format!("{dir}/"))),
            Deed::Mood(path, mood) => {
                let file = after.get_mut(path).expect("only what exists has properties");
                file.mood = Some(mood.clone());
            }
        }
        after
    }
}

/// One client.
#[derive(Debug)]
pub struct Client {
    account: Account,
    /// The folder of this client, encoded, with a slash at the end.
    pub home: String,
    dice: Dice,
    tree: Tree,
    /// The folders that are there for certain; a folder that may or may not be is made again.
    dirs: BTreeSet<String>,
    pending: Option<Deed>,
    uploads: u64,
    /// Requests that were acknowledged.
    pub acknowledged: u64,
    /// What sizes this client writes at most.
    pub size_bytes_max: u64,
}

impl Client {
    /// A client with a folder of its own below `root`, which it makes.
    #[track_caller]
    pub fn new(house: &House, account: &Account, root: &str, name: &str, dice: Dice) -> Client {
        let home = format!("{root}{name}/");
        house.ask_as(account, Ask::new("MKCOL", &home)).expect(&[201], "the client's folder");
        Client {
            account: account.clone(),
            home,
            dice,
            tree: Tree::new(),
            dirs: BTreeSet::new(),
            pending: None,
            uploads: 0,
            acknowledged: 0,
            size_bytes_max: 60_000,
        }
    }

    /// Works until told to stop or until the server is gone. Any answer but the expected one is a failure.
    pub fn work(&mut self, address: SocketAddr, stop: &AtomicBool) -> Result<(), String> {
        let Ok(mut line) = Line::open(address) else {
            return Ok(());
        };
        while !stop.load(Ordering::Relaxed) {
            let deed = self.choose();
            self.pending = Some(deed.clone());
            match self.perform(&mut line, &deed) {
                Ok(answer) => {
                    if let Some(wrong) = unexpected(&deed, &answer) {
                        return Err(format!("{}: {deed:?}: {wrong}: {answer}", self.home));
                    }
                    self.tree = deed.done(&self.tree);
                    self.pending = None;
                    self.acknowledged += 1;
                }
                Err(_) => return Ok(()),
            }
        }
        Ok(())
    }

    fn choose(&mut self) -> Deed {
        let paths: Vec<String> = self.tree.keys().cloned().collect();
        if paths.len() >= FILES_MAX {
            return Deed::Delete(self.dice.pick(&paths).clone());
        }
        let fresh = self.fresh_path();
        let file = File { seed: self.dice.roll(), size_bytes: self.size(), mood: None };
        if paths.is_empty() {
            return Deed::Put(fresh, file);
        }
        let old = self.dice.pick(&paths).clone();
        let dirs: Vec<String> =
            paths.iter().filter_map(|path| path.split_once('/')).map(|(dir, _)| dir.to_string()).collect();
        match self.dice.below(100) {
            0..30 => Deed::Put(fresh, file),
            30..45 => Deed::Put(old, file),
            45..55 => {
                let target = if self.dice.chance(50) { fresh } else { old };
                Deed::Chunked(target, File { size_bytes: file.size_bytes * 3 + 1, ..file })
            }
            55..67 => Deed::Move(old, fresh),
            67..73 => Deed::Copy(old, fresh),
            73..83 => Deed::Mood(old, format!("mood {}", self.dice.below(1_000))),
            83..87 if !dirs.is_empty() => {
                let from = self.dice.pick(&dirs).clone();
                Deed::MoveDir(from, format!("m{}", self.dice.below(1 << 40)))
            }
            87..89 if !dirs.is_empty() => Deed::DeleteDir(self.dice.pick(&dirs).clone()),
            _ => Deed::Delete(old),
        }
    }

    fn fresh_path(&mut self) -> String {
        let name = format!("f{}", self.dice.below(1 << 40));
        if self.dice.chance(40) { format!("d{}/{name}", self.dice.below(3)) } else { name }
    }

    /// Sizes on both sides of every threshold that a store may have: empty, inline, one object.
    fn size(&mut self) -> usize {
        let limit = match self.dice.below(10) {
            0 => 2,
            1..=5 => 6_000,
            6..=7 => 20_000,
            _ => self.size_bytes_max,
        };
        self.dice.below(limit) as usize
    }

    fn perform(&mut self, line: &mut Line, deed: &Deed) -> io::Result<Answer> {
        match deed {
            Deed::Put(path, file) => {
                self.need_dir(line, path)?;
                line.ask(&self.at("PUT", path).body(body::bytes(file.seed, file.size_bytes)))
            }
            Deed::Chunked(path, file) => {
                self.need_dir(line, path)?;
                self.chunked(line, path, file)
            }
            Deed::Move(from, to) => {
                self.need_dir(line, to)?;
                line.ask(&self.at("MOVE", from).header("Destination", self.url(to)))
            }
            Deed::MoveDir(from, to) => {
                self.dirs.remove(from);
                let answer = line.ask(&self.at("MOVE", from).header("Destination", self.url(to)))?;
                self.dirs.insert(to.clone());
                Ok(answer)
            }
            Deed::Copy(from, to) => {
                self.need_dir(line, to)?;
                line.ask(&self.at("COPY", from).header("Destination", self.url(to)))
            }
            Deed::Delete(path) => line.ask(&self.at("DELETE", path)),
            Deed::DeleteDir(dir) => {
                self.dirs.remove(dir);
                line.ask(&self.at("DELETE", dir))
            }
            Deed::Mood(path, mood) => {
                let set = format!("<d:set><d:prop><t:mood>{mood}</t:mood></d:prop></d:set>");
                line.ask(&proppatch(&self.url(path), &set).basic(&self.account.name, &self.account.secret))
            }
        }
    }

    fn chunked(&mut self, line: &mut Line, path: &str, file: &File) -> io::Result<Answer> {
        self.uploads += 1;
        let folder = format!("{}{}-{}/", self.account.uploads(), self.dice.below(1 << 60), self.uploads);
        let bytes = body::bytes(file.seed, file.size_bytes);
        let signed = |ask: Ask| ask.basic(&self.account.name, &self.account.secret);
        let total = bytes.len().to_string();
        let mut open = Ask::new("MKCOL", &folder).header("OC-Total-Length", &total);
        // Older clients do not say where an upload goes before its end; for a space of one's own that is no matter.
        if self.home.contains("/spaces/") || self.dice.chance(50) {
            open = open.header("Destination", self.url(path));
        }
        let opened = line.ask(&signed(open))?;
        if opened.status != 201 {
            return Ok(opened);
        }
        for (number, part) in bytes.chunks(bytes.len().div_ceil(3).max(1)).enumerate() {
            let put = line.ask(&signed(Ask::new("PUT", &format!("{folder}{:05}", number + 1)).body(part)))?;
            if put.status != 201 {
                return Ok(put);
            }
        }
        let close = Ask::new("MOVE", &format!("{folder}.file"))
            .header("Destination", self.url(path))
            .header("OC-Total-Length", &total);
        line.ask(&signed(close))
    }

    fn need_dir(&mut self, line: &mut Line, path: &str) -> io::Result<()> {
        if let Some((dir, _)) = path.split_once('/')
            && !self.dirs.contains(dir)
        {
            let answer = line.ask(&self.at("MKCOL", dir))?;
            assert!([201, 405].contains(&answer.status), "MKCOL {dir}: {answer}");
            self.dirs.insert(dir.into());
        }
        Ok(())
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.home)
    }

    fn at(&self, method: &str, path: &str) -> Ask {
        Ask::new(method, &self.url(path)).basic(&self.account.name, &self.account.secret)
    }

    /// Compares the server with what was acknowledged, and settles what was not answered.
    pub fn verify(&mut self, address: SocketAddr) -> Result<(), String> {
        let mut line = Line::open(address).map_err(|cause| format!("the restarted server refuses: {cause}"))?;
        let seen = self.seen(&mut line)?;
        let before = self.tree.clone();
        let pending = self.pending.take();
        let after = pending.as_ref().map(|deed| deed.done(&before));
        let same = |tree: &Tree| {
            tree.len() == seen.len()
                && tree.iter().all(|(path, file)| {
                    seen.get(path).is_some_and(|(bytes, mood)| {
                        *mood == file.mood && *bytes == body::bytes(file.seed, file.size_bytes)
                    })
                })
        };
        if same(&before) {
            return Ok(());
        }
        if let Some(after) = after
            && same(&after)
        {
            self.tree = after;
            return Ok(());
        }
        Err(format!("{}: {}", self.home, difference(&before, &seen, pending.as_ref())))
    }

    /// Everything in this client's folder: bytes and property by path.
    fn seen(&mut self, line: &mut Line) -> Result<Seen, String> {
        let mut seen = BTreeMap::new();
        self.dirs.clear();
        let mut waiting = vec![String::new()];
        while let Some(dir) = waiting.pop() {
            let props = "<d:resourcetype/><d:getcontentlength/><t:mood xmlns:t=\"urn:abri:test\"/>";
            let ask = propfind(&self.url(&dir), "1", props).basic(&self.account.name, &self.account.secret);
            let answer = line.ask(&ask).map_err(|cause| format!("PROPFIND: {cause}"))?;
            for row in &Multistatus::of(&answer).rows {
                let path = row.path();
                let path = path.strip_prefix(&self.home).unwrap_or_default().trim_end_matches('/').to_string();
                if path == dir.trim_end_matches('/') {
                    continue;
                }
                if row.is_collection {
                    self.dirs.insert(path.clone());
                    waiting.push(format!("{path}/"));
                    continue;
                }
                let got = line.ask(&self.at("GET", &path)).map_err(|cause| format!("GET {path}: {cause}"))?;
                if got.status != 200 {
                    return Err(format!("{path} is listed but cannot be read: {got}"));
                }
                if row.dav("getcontentlength") != Some(&got.body.len().to_string()) {
                    return Err(format!("{path} is listed with another length than it has"));
                }
                let mood = row.prop("urn:abri:test", "mood").map(str::to_owned);
                seen.insert(path, (got.body, mood));
            }
        }
        Ok(seen)
    }
}

fn unexpected(deed: &Deed, answer: &Answer) -> Option<&'static str> {
    let fine = match deed {
        Deed::Put(..) | Deed::Chunked(..) | Deed::Move(..) | Deed::MoveDir(..) | Deed::Copy(..) => {
            matches!(answer.status, 201 | 204)
        }
        Deed::Delete(_) | Deed::DeleteDir(_) => answer.status == 204,
        Deed::Mood(..) => answer.status == 207 && answer.text().contains("200 OK"),
    };
    (!fine).then_some("an answer that the request does not deserve")
}

fn difference(tree: &Tree, seen: &Seen, pending: Option<&Deed>) -> String {
    let mut lines = vec![format!("the server differs from what it acknowledged; unanswered was {pending:?}")];
    for (path, file) in tree {
        match seen.get(path) {
            None => lines.push(format!("  lost: {path} ({} bytes)", file.size_bytes)),
            Some((bytes, _)) if *bytes != body::bytes(file.seed, file.size_bytes) => {
                lines.push(format!("  other bytes: {path}: {} acknowledged, {} found", file.size_bytes, bytes.len()));
            }
            Some((_, mood)) if *mood != file.mood => {
                lines.push(format!("  other property: {path}: {:?} acknowledged, {mood:?} found", file.mood));
            }
            Some(_) => {}
        }
    }
    lines.extend(seen.keys().filter(|path| !tree.contains_key(*path)).map(|path| format!("  not ours: {path}")));
    lines.join("\n")
}

/// A copy of a tree kept by sync reports alone.
#[derive(Debug)]
pub struct Follower {
    account: Account,
    root: String,
    token: String,
    /// ETag by href; collections have none.
    copy: BTreeMap<String, Option<String>>,
    /// Reports that were read.
    pub reports: u64,
    /// How often its token was refused.
    pub restarts: u64,
}

impl Follower {
    /// A follower of everything below `root`, with an empty copy.
    pub fn new(account: &Account, root: &str) -> Follower {
        Follower {
            account: account.clone(),
            root: root.into(),
            token: String::new(),
            copy: BTreeMap::new(),
            reports: 0,
            restarts: 0,
        }
    }

    /// Follows until told to stop or until the server is gone.
    pub fn follow(&mut self, address: SocketAddr, stop: &AtomicBool) -> Result<(), String> {
        let Ok(mut line) = Line::open(address) else {
            return Ok(());
        };
        while !stop.load(Ordering::Relaxed) {
            match self.step(&mut line) {
                Ok(Ok(_)) => {}
                Ok(Err(wrong)) => return Err(wrong),
                Err(_) => return Ok(()),
            }
        }
        Ok(())
    }

    /// One report: how many changes it held.
    fn step(&mut self, line: &mut Line) -> io::Result<Result<usize, String>> {
        let ask = sync_report(&self.root, &self.token, "infinite", FOLLOWED);
        let answer = line.ask(&ask.basic(&self.account.name, &self.account.secret))?;
        // A refused token is an answer too (RFC 6578 §3.2): the client forgets everything and starts again. The empty
        // token may never be refused.
        if answer.status == 403 && !self.token.is_empty() && answer.text().contains("valid-sync-token") {
            self.token.clear();
            self.copy.clear();
            self.restarts += 1;
            return Ok(Ok(1));
        }
        if answer.status != 207 {
            return Ok(Err(format!("sync-collection since {:?}: {answer}", self.token)));
        }
        let report = Multistatus::of(&answer);
        let mut met = BTreeSet::new();
        for row in &report.rows {
            let href = row.href.trim_end_matches('/').to_string();
            // 507 on the root itself says that the report is a page (RFC 6578 §3.6).
            if row.status == Some(507) {
                continue;
            }
            if !met.insert(href.clone()) {
                return Ok(Err(format!("{href} stands twice in one report: {answer}")));
            }
            if row.status == Some(404) {
                let below = format!("{href}/");
                self.copy.retain(|path, _| *path != href && !path.starts_with(&below));
            } else if href != self.root.trim_end_matches('/') {
                let etag = if row.is_collection { None } else { row.dav("getetag").map(str::to_owned) };
                self.copy.insert(href, etag);
            }
        }
        self.token = report.sync_token.ok_or_else(|| io::Error::other("a report without a token"))?;
        self.reports += 1;
        met.remove(self.root.trim_end_matches('/'));
        Ok(Ok(met.len()))
    }

    /// Reads what is left of the changes, and compares the copy with the tree as it is.
    pub fn verify(&mut self, address: SocketAddr) -> Result<(), String> {
        let mut line = Line::open(address).map_err(|cause| format!("the restarted server refuses: {cause}"))?;
        loop {
            match self.step(&mut line).map_err(|cause| format!("sync-collection: {cause}"))? {
                Ok(0) => break,
                Ok(_) => {}
                Err(wrong) => return Err(wrong),
            }
        }
        let mut truth = BTreeMap::new();
        let mut waiting = vec![self.root.clone()];
        while let Some(dir) = waiting.pop() {
            let ask = dav::propfind(&dir, "1", FOLLOWED).basic(&self.account.name, &self.account.secret);
            let answer = line.ask(&ask).map_err(|cause| format!("PROPFIND: {cause}"))?;
            for row in &Multistatus::of(&answer).rows {
                let href = row.href.trim_end_matches('/').to_string();
                if href == dir.trim_end_matches('/') {
                    continue;
                }
                if row.is_collection {
                    waiting.push(format!("{href}/"));
                    truth.insert(href, None);
                } else {
                    truth.insert(href, row.dav("getetag").map(str::to_owned));
                }
            }
        }
        if truth == self.copy {
            return Ok(());
        }
        let mut lines = vec![format!("a copy kept by sync reports differs from the tree at {}", self.token)];
        for (path, etag) in &truth {
            if self.copy.get(path) != Some(etag) {
                lines.push(format!("  {path}: tree {etag:?}, copy {:?}", self.copy.get(path)));
            }
        }
        lines.extend(self.copy.keys().filter(|path| !truth.contains_key(*path)).map(|path| format!("  stale: {path}")));
        Err(lines.join("\n"))
    }
}

/// Lets everybody work until `stop`, which `meanwhile` sets off by returning; the failures of all.
pub fn together(
    address: SocketAddr,
    clients: &mut [Client],
    follower: &mut Follower,
    meanwhile: impl FnOnce(),
) -> Vec<String> {
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let mut hands = Vec::new();
        for client in clients.iter_mut() {
            hands.push(scope.spawn(|| client.work(address, &stop)));
        }
        hands.push(scope.spawn(|| follower.follow(address, &stop)));
        meanwhile();
        stop.store(true, Ordering::Relaxed);
        hands.into_iter().filter_map(|hand| hand.join().expect("a client does not panic").err()).collect()
    })
}

/// Everybody compares; the first difference ends the test.
#[track_caller]
pub fn verify_all(house: &House, clients: &mut [Client], follower: &mut Follower, round: &str) {
    let mut wrongs: Vec<String> =
        clients.iter_mut().filter_map(|client| client.verify(house.address()).err()).collect();
    wrongs.extend(follower.verify(house.address()).err());
    assert!(wrongs.is_empty(), "{round}: {}\n{}", wrongs.join("\n"), house.log_tail());
}
