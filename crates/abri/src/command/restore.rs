//! `abri restore`: a backup becomes the data again, under new incarnations, so that clients notice that time went back.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

use abri_model::SpaceId;
use abri_space::blob::BlobDir;
use abri_store::{Snapshots, Store};

use super::backup::engine_name;
use super::manifest::{self, Manifest};
use crate::config::Config;
use crate::data_dir::{DataDir, write_private};
use crate::house::{self, House};

/// Marks a data directory in which a restore is under way.
const MARK: &str = "restoring";

/// Whether a restore into this data directory was cut off: what is there is neither the old nor the new.
pub fn was_cut_off(data: &Path) -> bool {
    data.join(MARK).exists()
}

/// Puts the backup `source` into the data directory; `replace` allows it to take the place of what is there.
pub async fn restore(config: &Config, source: &Path, replace: bool) -> Result<(), String> {
    let manifest = Manifest::read(source)?;
    let engine = engine_name(&config.store);
    if manifest.engine != engine {
        return Err(format!("the backup holds rows of {}, but `store` says {engine}", manifest.engine));
    }
    for id in &manifest.spaces {
        if !manifest::rows(source, *id).exists() {
            return Err(format!("the backup is not whole: the rows of space {id} are missing"));
        }
    }
    let dir = DataDir::open(&config.data, true).map_err(|error| format!("{error} (the server must not run)"))?;
    let (store, snapshots) = house::rows(config, &dir.path).await?;
    let snapshots = snapshots.ok_or("this store keeps nothing")?;
    let former = snapshots.spaces().await.map_err(told)?;
    if !former.is_empty() && !replace && !was_cut_off(&dir.path) {
        return Err(format!(
            "there are {} spaces in {} already: say --replace to lose them",
            former.len(),
            dir.path.display()
        ));
    }
    let mark = dir.path.join(MARK);
    write_private(&mark, source.display().to_string().as_bytes()).map_err(told)?;
    for id in former {
        remove(&*store, &dir.path, id).await?;
    }
    for id in &manifest.spaces {
        put_back(&snapshots, source, &dir.path, *id).await?;
    }
    drop(snapshots);
    drop(store);
    renew(config, dir, &mark, &manifest.spaces).await?;
    println!("{} spaces were restored", manifest.spaces.len());
    Ok(())
}

async fn remove(store: &dyn Store, data: &Path, id: SpaceId) -> Result<(), String> {
    store.delete_space(id).await.map_err(told)?;
    match fs::remove_dir_all(BlobDir::new(data, id).root()) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(format!("space {id}: {error}")),
        _ => Ok(()),
    }
}

/// Contents first, rows second: never a document that names a content which is not there.
async fn put_back(snapshots: &Arc<dyn Snapshots>, source: &Path, data: &Path, id: SpaceId) -> Result<(), String> {
    let (from, to) = (source.to_owned(), data.to_owned());
    let brought = tokio::task::spawn_blocking(move || manifest::bring(id, &from, &to, None));
    brought.await.map_err(told)?.map_err(|error| format!("space {id}: {error}"))?;
    snapshots.restore(id, &manifest::rows(source, id)).await.map_err(|error| format!("space {id}: {error}"))
}

async fn renew(config: &Config, dir: DataDir, mark: &Path, spaces: &[SpaceId]) -> Result<(), String> {
    let (store, snapshots) = house::rows(config, &dir.path).await?;
    let house = House::build(config.clone(), dir, store, snapshots).await?;
    for id in spaces {
        house.engine.open(*id).await.map_err(told)?.renew_incarnation().await.map_err(told)?;
    }
    house.close().await;
    fs::remove_file(mark).map_err(told)?;
    fs::File::open(&house.dir.path).and_then(|dir| dir.sync_all()).map_err(told)
}

fn told(error: impl std::fmt::Display) -> String {
    error.to_string()
}
