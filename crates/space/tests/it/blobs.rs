//! Bytes: in rows, in chunks, in parts; deduplicated, counted, swept.

use abri_model::Error;
use abri_space::edit::Source;
use abri_space::{Edit, Expect, SinkPlan, UploadAbout};
use bytes::Bytes;
use sha2::{Digest, Sha256};

use crate::house::{House, node, write};

const DAY_MS: i64 = 24 * 3600 * 1000;

pub fn noise(len: usize, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    (0..len)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 24) as u8
        })
        .collect()
}

fn chunk_files(house: &House) -> usize {
    let read = |path: &std::path::Path| std::fs::read_dir(path).into_iter().flatten().flatten().collect::<Vec<_>>();
    let root = house.dir.path().join("blobs").join(house.space.id().to_hex());
    read(&root).iter().map(|shelf| read(&shelf.path()).len()).sum()
}

#[tokio::test]
async fn every_size_comes_back_as_it_went_in() {
    let house = House::new().await;
    for (at, len) in
        [0, 1, 16 << 10, (16 << 10) + 1, 600 << 10, 5 << 20, (8 << 20) + 1, 20 << 20].into_iter().enumerate()
    {
        let bytes = noise(len, at as u64 + 1);
        let file = house.file(house.root(), &format!("f{len}"), &bytes).await.unwrap();
        assert!(house.read(&file).await == bytes, "{len} bytes");
        let content = house.space.content(file.content.unwrap()).await.unwrap();
        assert_eq!(content.digests.sha256.unwrap()[..], Sha256::digest(&bytes)[..], "{len} bytes");
        if len > 100 {
            use futures_util::StreamExt;
            let range = (len as u64 / 3)..(len as u64 * 2 / 3);
            let mut stream = house.space.read(file.content.unwrap(), range.clone()).await.unwrap();
            let mut part = Vec::new();
            while let Some(piece) = stream.next().await {
                part.extend_from_slice(&piece.unwrap());
            }
            assert!(part == bytes[range.start as usize..range.end as usize], "a range of {len} bytes");
        }
    }
    house.is_sound().await;
}

#[tokio::test]
async fn the_same_bytes_are_kept_once_and_swept_when_nobody_has_them() {
    let house = House::new().await;
    let bytes = noise(3 << 20, 5);
    let one = house.file(house.root(), "one", &bytes).await.unwrap();
    let two = house.file(house.root(), "two", &bytes).await.unwrap();
    assert_eq!(one.content, two.content);
    assert_eq!(chunk_files(&house), 1);
    house.edit(Edit::Destroy { node: one.id, expect: Expect::Any }).await.unwrap();
    house.pass(3 * DAY_MS);
    house.space.sweep(house.now()).await.unwrap();
    assert!(house.read(&two).await == bytes);
    house.edit(Edit::Destroy { node: two.id, expect: Expect::Any }).await.unwrap();
    house.space.sweep(house.now()).await.unwrap();
    assert_eq!(chunk_files(&house), 1, "kept for the time of grace");
    house.pass(2 * DAY_MS);
    assert_eq!(house.space.sweep(house.now()).await.unwrap().chunks, 1);
    assert_eq!(chunk_files(&house), 0);
    house.is_sound().await;
}

#[tokio::test]
async fn an_insertion_changes_few_chunks() {
    let house = House::new().await;
    let mut bytes = noise(48 << 20, 9);
    house.file(house.root(), "f", &bytes).await.unwrap();
    let before = chunk_files(&house);
    bytes.insert(20 << 20, 42);
    house.file(house.root(), "g", &bytes).await.unwrap();
    assert!(chunk_files(&house) - before <= 3, "{before} chunks, then {}", chunk_files(&house));
    house.is_sound().await;
}

#[tokio::test]
async fn a_broken_upload_leaves_nothing_behind() {
    let house = House::new().await;
    for sent in [100, 700 << 10, 12 << 20] {
        let mut sink = house.space.sink(SinkPlan { size: Some(30 << 20), ..SinkPlan::default() });
        for piece in noise(sent, 3).chunks(64 << 10) {
            sink.write(Bytes::copy_from_slice(piece)).await.unwrap();
        }
        let short = sink.finish().await;
        assert!(matches!(short, Err(Error::Interrupted)), "{short:?}");
    }
    // What failed is removed by another task: wait for it, with a bound.
    for _ in 0..500 {
        if chunk_files(&house) == 0 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("{} chunk files are left", chunk_files(&house));
}

#[tokio::test]
async fn more_bytes_than_announced_or_than_fit_are_refused_as_they_come() {
    let house = House::new().await;
    let mut sink = house.space.sink(SinkPlan { size: Some(3), ..SinkPlan::default() });
    assert!(matches!(sink.write(Bytes::from_static(b"four")).await, Err(Error::Checksum)));
    let mut sink = house.space.sink(SinkPlan { free_bytes: Some(3), ..SinkPlan::default() });
    assert!(matches!(sink.write(Bytes::from_static(b"four")).await, Err(Error::Quota { .. })));
}

async fn part(house: &House, id: &str, number: i64, bytes: &[u8]) {
    let plan = SinkPlan { size: Some(bytes.len() as u64), ..SinkPlan::default() };
    let mut sink = house.space.upload_part(id, number, &number.to_string(), plan).await.unwrap();
    for piece in bytes.chunks(100_000) {
        sink.write(Bytes::copy_from_slice(piece)).await.unwrap();
    }
    sink.finish(house.now()).await.unwrap();
}

#[tokio::test]
async fn parts_in_any_order_make_the_same_file() {
    let bytes = noise(25 << 20, 11);
    let parts: Vec<&[u8]> = bytes.chunks(7 << 20).collect();
    for (round, order) in
        [vec![1, 2, 3, 4], vec![4, 2, 1, 3], vec![1, 2, 2, 3, 4], vec![2, 1, 3, 4]].into_iter().enumerate()
    {
        let house = House::new().await;
        let id = format!("upload-{round}");
        house.space.upload_begin(&id, "ada", UploadAbout::default(), house.now()).await.unwrap();
        let again = house.space.upload_begin(&id, "ada", UploadAbout::default(), house.now()).await;
        assert!(matches!(again, Err(Error::Exists)));
        for number in &order {
            part(&house, &id, *number, parts[*number as usize - 1]).await;
        }
        house.is_sound().await;
        let upload = house.space.upload(&id).await.unwrap().unwrap();
        assert_eq!(upload.parts.iter().map(|part| part.size).sum::<u64>(), bytes.len() as u64);
        let staged = house.space.upload_join(&id, SinkPlan { md5: round == 0, ..SinkPlan::default() }).await.unwrap();
        assert_eq!(staged.digests.sha256.unwrap()[..], Sha256::digest(&bytes)[..], "order {order:?}");
        let md5 = md5::Md5::digest(&bytes);
        assert_eq!(staged.digests.md5.map(|known| known == md5[..]), (round == 0).then_some(true), "only when wanted");
        let file = node(house.edit(write(house.root(), "f", Source::Staged(staged))).await.unwrap()).unwrap();
        house.space.upload_drop(&id).await.unwrap();
        assert!(house.read(&file).await == bytes, "order {order:?}");
        house.is_sound().await;
    }
}

#[tokio::test]
async fn small_parts_and_offsets_as_numbers_work_too() {
    let house = House::new().await;
    house.space.upload_begin("u", "ada", UploadAbout::default(), house.now()).await.unwrap();
    part(&house, "u", 0, &noise(20_000, 1)).await;
    part(&house, "u", 20_000, &noise(100, 2)).await;
    part(&house, "u", 20_100, &noise(30_000, 3)).await;
    let staged = house.space.upload_join("u", SinkPlan::default()).await.unwrap();
    let whole = [noise(20_000, 1), noise(100, 2), noise(30_000, 3)].concat();
    assert_eq!(staged.digests.sha256.unwrap()[..], Sha256::digest(&whole)[..]);
    let file = node(house.edit(write(house.root(), "f", Source::Staged(staged))).await.unwrap()).unwrap();
    assert!(house.read(&file).await == whole);
    house.pass(2 * DAY_MS);
    assert_eq!(house.space.sweep(house.now()).await.unwrap().uploads, 1, "an upload left alone expires");
    house.is_sound().await;
}

#[tokio::test]
async fn damage_is_noticed_and_what_is_derived_is_mended() {
    let house = House::new().await;
    let file = house.file(house.root(), "f", &noise(100_000, 4)).await.unwrap();
    let content = house.space.content(file.content.unwrap()).await.unwrap();
    let abri_space::content::Body::Chunks(extents) = &content.body else { panic!("in chunks") };
    let blobs = abri_space::blob::BlobDir::new(house.dir.path(), house.space.id());
    let (_, place) = blobs.place(&extents[0].chunk);
    let mut stored = std::fs::read(&place).unwrap();
    stored[5000] ^= 1;
    std::fs::write(&place, &stored).unwrap();
    assert!(house.space.check(false).await.unwrap().is_empty());
    assert_eq!(house.space.check(true).await.unwrap().len(), 1);
    std::fs::remove_file(place).unwrap();
    assert_eq!(house.space.check(false).await.unwrap().len(), 1);
}
