//! The guard on the tree, against a plain picture: random edits by an owner and by an app with rights on some folders.

use std::collections::{BTreeMap, BTreeSet};

use abri_data::{Change, Edit, Expect, Scope, Space};
use abri_model::{Error, Kind, NodeId, Rule, Seq, Verbs};
use proptest::prelude::*;

use crate::house::{House, make_directory, move_node, write_file};

#[derive(Clone, Debug)]
enum Op {
    Directory(usize, usize),
    File(usize, usize),
    Move(usize, usize, usize),
    Trash(usize),
    Destroy(usize),
}

fn op() -> impl Strategy<Value = Op> {
    let at = 0..64_usize;
    prop_oneof![
        3 => (at.clone(), 0..4_usize).prop_map(|(parent, name)| Op::Directory(parent, name)),
        3 => (at.clone(), 0..4_usize).prop_map(|(parent, name)| Op::File(parent, name)),
        3 => (at.clone(), at.clone(), 0..4_usize).prop_map(|(node, parent, name)| Op::Move(node, parent, name)),
        1 => at.clone().prop_map(Op::Trash),
        1 => at.prop_map(Op::Destroy),
    ]
}

/// The whole tree as the owner sees it, with the trash: each node's parent.
async fn everything(own: &Space) -> BTreeMap<NodeId, NodeId> {
    let (root, trash) = own.roots();
    let (mut tree, mut directories) = (BTreeMap::new(), vec![root, trash]);
    while let Some(directory) = directories.pop() {
        for node in own.children(directory, None, 1000).await.expect("listed") {
            tree.insert(node.id, directory);
            if node.is_directory() {
                directories.push(node.id);
            }
        }
    }
    tree
}

fn covered(tree: &BTreeMap<NodeId, NodeId>, values: &[NodeId], mut id: NodeId) -> bool {
    loop {
        if values.contains(&id) {
            return true;
        }
        match tree.get(&id) {
            Some(parent) => id = *parent,
            None => return false,
        }
    }
}

async fn doing(space: &Space, edit: &Op, nodes: &[NodeId]) -> Result<(), Error> {
    let pick = |at: &usize| nodes[at % nodes.len()];
    let name = |at: &usize| ["a", "b", "c", "d"][*at];
    let edits = match edit {
        Op::Directory(parent, at) => return make_directory(space, pick(parent), name(at)).await.map(drop),
        Op::File(parent, at) => return write_file(space, pick(parent), name(at), "x").await.map(drop),
        Op::Move(node, parent, at) => vec![move_node(pick(node), pick(parent), name(at))],
        Op::Trash(node) => vec![Edit::Trash { node: pick(node), expect: Expect::Any, by: "x".into() }],
        Op::Destroy(node) => vec![Edit::Destroy { node: pick(node), expect: Expect::Any }],
    };
    space.commit_tree(edits, Vec::new()).await.map(drop)
}

/// What a client that follows everything knows of the nodes within its reach.
#[derive(Default)]
struct Mirror {
    nodes: BTreeMap<NodeId, NodeId>,
    at: Seq,
}

impl Mirror {
    async fn follow(&mut self, space: &Space) {
        loop {
            let page = space.changes(&Scope::All, self.at, 3).await.expect("changes");
            for change in page.items {
                match change {
                    Change::Node { node, arrived } => {
                        self.nodes.insert(node.id, node.parent);
                        if arrived && node.is_directory() {
                            self.look_into(space, node.id).await;
                        }
                    }
                    Change::Gone { key, .. } => self.forget(NodeId::from_hex(&key.id).expect("a node")),
                    Change::Doc(_) => panic!("there are no documents"),
                }
            }
            self.at = page.last;
            if !page.more {
                return;
            }
        }
    }

    async fn look_into(&mut self, space: &Space, directory: NodeId) {
        let mut directories = vec![directory];
        while let Some(directory) = directories.pop() {
            let children = match space.children(directory, None, 1000).await {
                // It left while we looked: that will be told.
                Err(Error::NotFound) => continue,
                children => children.expect("listed"),
            };
            for node in children {
                self.nodes.insert(node.id, directory);
                if node.is_directory() {
                    directories.push(node.id);
                }
            }
        }
    }

    fn forget(&mut self, id: NodeId) {
        self.nodes.remove(&id);
        let below: Vec<NodeId> = self.nodes.iter().filter(|(_, parent)| **parent == id).map(|(id, _)| *id).collect();
        below.into_iter().for_each(|id| self.forget(id));
    }
}

async fn run(picks: Vec<usize>, ops: Vec<(bool, bool, Op)>) {
    let house = House::new();
    house.person("alice").await;
    let own = house.own("alice").await;
    let root = own.roots().0;
    let mut made = vec![root];
    for (parent, name) in [(0, "a"), (0, "b"), (1, "c"), (1, "d"), (3, "a"), (2, "a")] {
        made.push(make_directory(&own, made[parent], name).await.expect("made"));
    }
    let values: Vec<NodeId> = picks.iter().map(|at| made[1 + at % (made.len() - 1)]).collect();
    let rule = Rule::of(Kind::FILES, Verbs::ALL).only(values.iter().map(|id| id.to_hex()));
    let app = house.by_app("alice", vec![rule]).await.expect("opened");
    let mut mirror = Mirror::default();
    for (by_app, look, op) in ops {
        let tree = everything(&own).await;
        let nodes: Vec<NodeId> = std::iter::once(root).chain(tree.keys().copied()).collect();
        if by_app {
            let outside = |tree: &BTreeMap<NodeId, NodeId>| -> BTreeSet<(NodeId, NodeId)> {
                tree.iter().filter(|(id, _)| !covered(tree, &values, **id)).map(|(id, parent)| (*id, *parent)).collect()
            };
            let before = outside(&tree);
            let done = doing(&app, &op, &nodes).await;
            let after = everything(&own).await;
            let (after_all, after) = (&after, outside(&after));
            assert!(before.is_subset(&after), "an app changes nothing beyond its folders: {op:?} {done:?}");
            // What it put into the trash is out of its folders; nothing else gets out, and nothing new comes to be out there.
            for (id, _) in after.difference(&before) {
                assert!(covered(&tree, &values, *id) && covered(after_all, &[own.roots().1], *id), "{op:?} {done:?}");
            }
        } else {
            // The owner may ask for what cannot be (a cycle, a taken name): then nothing happens.
            let _ = doing(&own, &op, &nodes).await;
        }
        let tree = everything(&own).await;
        for id in std::iter::once(&root).chain(tree.keys()) {
            let seen = app.node(*id).await.expect("read").is_some();
            assert_eq!(seen, covered(&tree, &values, *id), "{id} {values:?} {op:?}");
        }
        if look {
            mirror.follow(&app).await;
        }
    }
    mirror.follow(&app).await;
    let tree = everything(&own).await;
    let wanted: BTreeMap<NodeId, NodeId> =
        tree.iter().filter(|(id, _)| covered(&tree, &values, **id)).map(|(id, parent)| (*id, *parent)).collect();
    assert_eq!(mirror.nodes, wanted, "who follows knows what is within reach: {values:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn an_app_with_rights_on_folders_sees_and_changes_only_these_trees(
        picks in proptest::collection::vec(0..6_usize, 1..3),
        ops in proptest::collection::vec((any::<bool>(), any::<bool>(), op()), 1..20),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(run(picks, ops));
    }
}
