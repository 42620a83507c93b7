use abri_files::{Filter, Pattern, Query, Sort, SortBy};
use futures_util::StreamExt;

use crate::house::*;

#[tokio::test]
async fn folders_first_and_numbers_by_value() {
    let house = House::open().await;
    let tree = house.tree("ada").await;
    for name in ["file10.txt", "file9.txt", "File1.txt", "été.txt", "zoo.txt"] {
        put(&tree, name, &"x".repeat(name.len())).await;
    }
    mkdir(&tree, tree.root(), "z folder").await.unwrap();
    let names = async |sort: Sort| -> Vec<String> {
        let (mut names, mut after) = (Vec::new(), None);
        loop {
            let page = tree.list(tree.root(), sort, after.as_deref(), 2).await.unwrap();
            assert_eq!(page.total, 6);
            names.extend(page.nodes.iter().map(|node| node.name.clone()));
            after = page.next;
            if after.is_none() {
                return names;
            }
        }
    };
    let by_name = names(Sort::default()).await;
    assert_eq!(by_name, ["z folder", "été.txt", "File1.txt", "file9.txt", "file10.txt", "zoo.txt"]);
    let by_size = names(Sort { by: SortBy::Size, is_descending: true }).await;
    assert_eq!(by_size[..2], ["z folder", "file10.txt"]);
    assert!(tree.list(tree.root(), Sort::default(), Some("nonsense"), 2).await.is_err());
}

#[tokio::test]
async fn a_walk_meets_everything_and_a_search_finds() {
    let house = House::open().await;
    let tree = house.tree("ada").await;
    for path in ["a/1.jpg", "a/b/2.jpg", "a/b/c/3.txt", "z.jpg"] {
        put(&tree, path, "x").await;
    }
    let mut walk = tree.walk(tree.root(), usize::MAX);
    let mut met = Vec::new();
    while let Some(step) = walk.next().await.unwrap() {
        met.push((step.depth, step.node.name.clone()));
    }
    let met: Vec<(usize, &str)> = met.iter().map(|(depth, name)| (*depth, name.as_str())).collect();
    assert_eq!(met, [(1, "a"), (2, "1.jpg"), (2, "b"), (3, "2.jpg"), (3, "c"), (4, "3.txt"), (1, "z.jpg")]);
    let query = Query {
        dir: tree.root(),
        depth: 99,
        filter: Filter::Name(Pattern::containing(".JPG")),
        sort: None,
        offset: 1,
        limit: 5,
    };
    let hits = tree.search(&query).await.unwrap();
    let paths: Vec<String> = hits.hits.iter().map(|hit| hit.path.join("/")).collect();
    assert_eq!(paths, ["a/b/2.jpg", "z.jpg"]);
}

#[tokio::test]
async fn an_archive_holds_what_was_asked() {
    let house = House::open().await;
    let tree = house.tree("ada").await;
    put(&tree, "a/é.txt", "hello").await;
    put(&tree, "a/b/large.bin", &"x".repeat(300_000)).await;
    let a = at(&tree, "a").await.unwrap();
    let mut stream = tree.archive(&[a.id]).await.unwrap();
    let mut bytes = Vec::new();
    while let Some(piece) = stream.next().await {
        bytes.extend_from_slice(&piece.unwrap());
    }
    assert_eq!(&bytes[..4], b"PK\x03\x04");
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("a.zip");
    std::fs::write(&file, &bytes).unwrap();
    let script =
        "import sys,zipfile; z=zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; print('|'.join(z.namelist()))";
    let output = std::process::Command::new("python3").args(["-c", script]).arg(&file).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "a/|a/b/|a/b/large.bin|a/é.txt");
}

#[tokio::test]
async fn recent_files_come_newest_first() {
    let house = House::open().await;
    let tree = house.tree("ada").await;
    for name in ["1.txt", "2.txt", "3.txt"] {
        put(&tree, name, "x").await;
        house.pass(1);
    }
    let gone = at(&tree, "2.txt").await.unwrap();
    tree.trash(gone.id, Default::default(), vec![]).await.unwrap();
    let names: Vec<String> = tree.recent(10).await.unwrap().iter().map(|node| node.name.clone()).collect();
    assert_eq!(names, ["3.txt", "1.txt"]);
}
