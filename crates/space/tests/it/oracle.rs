//! Random edits against a plain picture of a tree: both must tell the same story, also after the space was reopened.

use std::collections::BTreeMap;
use std::sync::Arc;

use abri_model::{Error, NodeId, SpaceId};
use abri_space::edit::Source;
use abri_space::{Edit, Expect, IfExists, Space};
use abri_store::Store;
use abri_store::memory::MemoryStore;
use abri_store_sqlite::{Options, SqliteStore};

use crate::house::{House, folder, name, shift, write};

struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((self.0 >> 33) as usize) % sides
    }
}

/// The picture: node → (parent, name, bytes of a file).
type Picture = BTreeMap<NodeId, (NodeId, String, Option<Vec<u8>>)>;

fn is_within(picture: &Picture, root: NodeId, mut at: NodeId, top: NodeId) -> bool {
    loop {
        if at == top {
            return true;
        }
        if at == root {
            return false;
        }
        match picture.get(&at) {
            Some((parent, _, _)) => at = *parent,
            None => return false,
        }
    }
}

fn child(picture: &Picture, parent: NodeId, name: &str) -> Option<NodeId> {
    picture.iter().find(|(_, node)| node.0 == parent && node.1 == name).map(|(id, _)| *id)
}

fn remove_tree(picture: &mut Picture, root: NodeId, top: NodeId) {
    let gone: Vec<NodeId> = picture.keys().copied().filter(|id| is_within(picture, root, *id, top)).collect();
    for id in gone {
        picture.remove(&id);
    }
}

async fn same(space: &Space, picture: &Picture, root: NodeId, house: &House) {
    let mut waiting = vec![root];
    let mut seen = 0;
    while let Some(at) = waiting.pop() {
        let children = space.children(at, None, 10_000).await.unwrap();
        let expected: Vec<(&str, NodeId)> = {
            let mut list: Vec<_> =
                picture.iter().filter(|(_, node)| node.0 == at).map(|(id, node)| (node.1.as_str(), *id)).collect();
            list.sort();
            list
        };
        let got: Vec<(&str, NodeId)> = children.iter().map(|node| (node.name.as_str(), node.id)).collect();
        assert_eq!(got, expected, "children of {at}");
        for node in &children {
            seen += 1;
            match &picture[&node.id].2 {
                Some(bytes) => assert!(house.read(node).await == *bytes, "bytes of {}", node.id),
                None => waiting.push(node.id),
            }
        }
    }
    assert_eq!(seen, picture.len());
}

async fn story(store: Arc<dyn Store>, seed: u64, steps: usize) {
    let mut house = House::over(store).await;
    let root = house.root();
    let mut dice = Dice(seed);
    let mut picture = Picture::new();
    for step in 0..steps {
        let directories: Vec<NodeId> =
            picture.iter().filter(|(_, node)| node.2.is_none()).map(|(id, _)| *id).chain([root]).collect();
        let parent = directories[dice.roll(directories.len())];
        let title = format!("n{}", dice.roll(6));
        let any: Vec<NodeId> = picture.keys().copied().collect();
        let chosen = (!any.is_empty()).then(|| any[dice.roll(any.len())]);
        let there = child(&picture, parent, &title);
        match (dice.roll(10), chosen) {
            (0 | 1, _) => match (house.edit(folder(parent, &title)).await, there) {
                (Ok(done), None) => drop(picture.insert(done.node().unwrap().id, (parent, title, None))),
                (Err(Error::Exists), Some(_)) => {}
                other => panic!("seed {seed} step {step}: folder {other:?}"),
            },
            (2..=5, _) => {
                let size = [10, 3000, 17_000, 40_000][dice.roll(4)];
                let bytes = crate::blobs::noise(size, dice.roll(12) as u64);
                let staged = house.stage(&bytes).await;
                let done = house.edit(write(parent, &title, Source::Staged(staged))).await;
                match (done, there.map(|id| picture[&id].2.is_some())) {
                    (Ok(done), None | Some(true)) => {
                        let id = done.node().unwrap().id;
                        assert!(there.is_none_or(|there| there == id));
                        picture.insert(id, (parent, title, Some(bytes)));
                    }
                    (Err(Error::IsDirectory), Some(false)) => {}
                    other => panic!("seed {seed} step {step}: write {other:?}"),
                }
            }
            (6, Some(node)) => {
                let cycle = is_within(&picture, root, parent, node) && picture[&node].2.is_none();
                let taken = there.is_some_and(|there| there != node);
                match house.edit(shift(node, parent, &title)).await {
                    Ok(_) => {
                        assert!(!cycle && !taken, "seed {seed} step {step}");
                        let bytes = picture.remove(&node).unwrap().2;
                        picture.insert(node, (parent, title, bytes));
                    }
                    Err(Error::Cycle) => assert!(cycle, "seed {seed} step {step}"),
                    Err(Error::Exists) => assert!(taken, "seed {seed} step {step}"),
                    other => panic!("seed {seed} step {step}: move {other:?}"),
                }
            }
            (7, Some(node)) => {
                house.edit(Edit::Destroy { node, expect: Expect::Any }).await.unwrap();
                remove_tree(&mut picture, root, node);
            }
            (8, Some(node)) => {
                let trashed = Edit::Trash { node, expect: Expect::Any, by: "ada".into() };
                house.edit(trashed).await.unwrap();
                if dice.roll(2) == 0 && there.is_none() && !is_within(&picture, root, parent, node) {
                    house.edit(Edit::Restore { node, parent, name: name(&title) }).await.unwrap();
                    let bytes = picture.remove(&node).unwrap().2;
                    picture.insert(node, (parent, title, bytes));
                } else {
                    remove_tree(&mut picture, root, node);
                }
            }
            (9, Some(node)) => {
                let cycle = is_within(&picture, root, parent, node) && picture[&node].2.is_none();
                let made = house
                    .space
                    .copy_tree(node, parent, name(&title), IfExists::Fail, "ada", house.now(), vec![], true)
                    .await;
                match made {
                    Ok(done) => {
                        assert!(!cycle && there.is_none(), "seed {seed} step {step}");
                        let top = done.node().unwrap().id;
                        let bytes = picture[&node].2.clone();
                        picture.insert(top, (parent, title, bytes));
                        let mut waiting = vec![(node, top)];
                        while let Some((from, to)) = waiting.pop() {
                            for copy in house.space.children(to, None, 10_000).await.unwrap() {
                                let original = child(&picture, from, &copy.name).unwrap();
                                let bytes = picture[&original].2.clone();
                                picture.insert(copy.id, (to, copy.name.clone(), bytes));
                                waiting.push((original, copy.id));
                            }
                        }
                    }
                    Err(Error::Cycle) => assert!(cycle, "seed {seed} step {step}"),
                    Err(Error::Exists) => assert!(there.is_some(), "seed {seed} step {step}"),
                    other => panic!("seed {seed} step {step}: copy {other:?}"),
                }
            }
            _ => {}
        }
        if dice.roll(40) == 0 {
            house.space.purge_destroyed().await.unwrap();
        }
        if dice.roll(60) == 0 {
            let House { dir, engine, space, now } = house;
            drop(space);
            engine.close().await;
            let space = engine.open(SpaceId(77)).await.unwrap();
            house = House { dir, engine, space, now };
        }
        if step % 50 == 49 {
            same(&house.space, &picture, root, &house).await;
            house.is_sound().await;
        }
    }
}

#[tokio::test]
async fn random_edits_tell_the_same_story_over_the_memory_engine() {
    for seed in 1..=12 {
        story(Arc::new(MemoryStore::new(&abri_space::tables::SCHEMA)), seed, 250).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_edits_tell_the_same_story_over_sqlite() {
    for seed in 100..=103 {
        let dir = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(dir.path(), &abri_space::tables::SCHEMA, Options::default()).unwrap();
        story(Arc::new(store), seed, 200).await;
    }
}
