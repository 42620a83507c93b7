//! A house to test in: an engine in memory, a clock that stands, people with personal spaces.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use abri_data::{
    Change, CreateSpace, Data, Doc, Doctype, Doctypes, Edit, EditDone, Expect, IfExists, IndexKey, Keep, Node, PutDoc,
    Scope, SinkPlan, Source, Space, SpaceKind, Times,
};
use abri_model::{Kind, Millis, Name, NodeId, Principal, Result, Right, Rule, Seq, SpaceId, Who};
use abri_space::{Config, Engine};
use abri_store::memory::MemoryStore;
use serde_json::{Value, json};
use tempfile::TempDir;

pub struct House {
    pub data: Data,
    pub now: Arc<AtomicI64>,
    _dir: TempDir,
}

/// A doctype with an index and an invariant: things with a colour and a size.
pub struct Things;

pub const THINGS: &str = "com.example.things";
pub const THINGS_BY_COLOR: &str = "com.example.things/color";

impl Doctype for Things {
    fn kind(&self) -> Kind {
        Kind::known(THINGS)
    }

    fn check(&self, old: Option<&Value>, new: &Value) -> Result<()> {
        if new["size"].as_i64().is_some_and(|size| size < 0) {
            return Err(abri_model::Error::invalid("size must not be negative"));
        }
        if old.is_some_and(|old| old.get("born") != new.get("born")) {
            return Err(abri_model::Error::invalid("born cannot be changed"));
        }
        Ok(())
    }

    fn indexes(&self) -> &'static [&'static str] {
        &[THINGS_BY_COLOR]
    }

    fn keys(&self, doc: &Value) -> Vec<IndexKey> {
        match doc.get("color") {
            Some(color) => vec![IndexKey::new(THINGS_BY_COLOR, vec![color.clone(), doc["size"].clone()])],
            None => Vec::new(),
        }
    }

    fn text(&self, doc: &Value) -> Option<String> {
        doc["color"].as_str().map(str::to_owned)
    }
}

impl House {
    pub fn new() -> House {
        let dir = tempfile::tempdir().expect("a directory");
        let now = Arc::new(AtomicI64::new(1_700_000_000_000));
        let time = now.clone();
        let clock: Arc<dyn abri_model::time::Clock> = Arc::new(move || Millis(time.load(Ordering::SeqCst)));
        let store = Arc::new(MemoryStore::new(&abri_space::tables::SCHEMA));
        let engine = |ids| Engine::new(store, dir.path(), ids, Config::default(), clock.clone());
        let data = Data::build(engine, Doctypes::new().with(Things), clock.clone());
        House { data, now, _dir: dir }
    }

    pub fn pass_ms(&self, ms: i64) {
        self.now.fetch_add(ms, Ordering::SeqCst);
    }

    pub async fn person(&self, name: &str) -> SpaceId {
        self.person_of(SpaceId::ROOT, name).await
    }

    pub async fn person_of(&self, organisation: SpaceId, name: &str) -> SpaceId {
        let new = CreateSpace {
            organisation,
            kind: SpaceKind::Personal,
            name: name.to_owned(),
            owner: Some(name.to_owned()),
            members: Vec::new(),
            quota: None,
        };
        self.data.create_space(&system(), new).await.expect("created").id
    }

    /// A person's own space as they see it.
    pub async fn own(&self, name: &str) -> Space {
        self.data.personal(&user(name)).await.expect("there")
    }

    /// A person's own space as an app of theirs sees it.
    pub async fn by_app(&self, name: &str, rules: Vec<Rule>) -> Result<Space> {
        let who = app(name, rules);
        self.data.personal(&who).await
    }
}

pub fn system() -> Who {
    Who::system("test")
}

pub fn user(name: &str) -> Who {
    user_of(SpaceId::ROOT, name)
}

pub fn user_of(organisation: SpaceId, name: &str) -> Who {
    Who {
        principal: Principal::User { name: name.to_owned(), organisation },
        right: Right::EVERYTHING,
        via: "session:test".into(),
    }
}

pub fn app(name: &str, rules: Vec<Rule>) -> Who {
    let principal = Principal::App { user: name.to_owned(), organisation: SpaceId::ROOT, slug: "shop".into() };
    Who { principal, right: Right::Rules(rules), via: "token:test".into() }
}

pub fn link(share: &str) -> Who {
    Who { principal: Principal::Link { share: share.to_owned() }, right: Right::EVERYTHING, via: "link".into() }
}

pub fn kind(text: &str) -> Kind {
    Kind::parse(text).expect("a kind")
}

pub fn thing(id: &str, body: Value) -> PutDoc {
    doc(THINGS, id, body)
}

pub fn doc(of: &str, id: &str, body: Value) -> PutDoc {
    PutDoc { kind: kind(of), id: id.to_owned(), expect: Expect::Any, body: body.to_string(), place: None }
}

pub fn ids(docs: &[Doc]) -> Vec<&str> {
    docs.iter().map(|doc| doc.key.id.as_str()).collect()
}

pub async fn make_directory(space: &Space, parent: NodeId, name: &str) -> Result<NodeId> {
    let edit =
        Edit::MakeDirectory { parent, name: Name::parse(name).expect("a name"), times: Times::default(), meta: None };
    let done = space.commit_tree(vec![edit], Vec::new()).await?;
    Ok(made(&done.results).id)
}

pub async fn write_file(space: &Space, parent: NodeId, name: &str, text: &str) -> Result<Node> {
    let mut sink = space.sink(SinkPlan::default());
    sink.write(text.to_owned().into()).await?;
    let staged = sink.finish().await?;
    let edit = Edit::WriteFile {
        parent,
        name: Name::parse(name).expect("a name"),
        source: Source::Staged(staged),
        mime: "text/plain".into(),
        executable: None,
        times: Times::default(),
        meta: None,
        if_exists: IfExists::Replace { expect: Expect::Any },
        may_create: true,
        version: Keep::Nothing,
    };
    let done = space.commit_tree(vec![edit], Vec::new()).await?;
    Ok(made(&done.results).clone())
}

pub fn move_node(node: NodeId, parent: NodeId, name: &str) -> Edit {
    let name = Name::parse(name).expect("a name");
    Edit::MoveNode { node, expect: Expect::Any, parent, name, if_exists: IfExists::Fail, by: "test".into() }
}

fn made(results: &[EditDone]) -> &Node {
    match results {
        [EditDone::Node { node, .. }] => node,
        other => panic!("no node: {other:?}"),
    }
}

/// Every difference of a scope from a position on, in words, with the position reached.
pub async fn told(space: &Space, scope: &Scope, since: Seq) -> (Vec<String>, Seq) {
    let (mut words, mut since) = (Vec::new(), since);
    loop {
        let page = space.changes(scope, since, 3).await.expect("changes");
        assert!(page.last >= since, "a page never goes back");
        words.extend(page.items.iter().map(word));
        since = page.last;
        if !page.more {
            return (words, since);
        }
    }
}

fn word(change: &Change) -> String {
    match change {
        Change::Doc(doc) if doc.deleted => format!("deleted {}", doc.key.id),
        Change::Doc(doc) => format!("doc {} {}", doc.key.id, doc.body),
        Change::Node { node, .. } => format!("node {}", node.name),
        Change::Gone { key, name, .. } if name.is_empty() => format!("gone {}", key.id),
        Change::Gone { name, .. } => format!("gone {name}"),
    }
}

pub fn colored(color: &str) -> Value {
    json!({"color": color})
}
