//! `abri backup`: a consistent copy of everything, made while serving.
//!
//! The rows of a space are copied at one moment; then its contents, which are never changed and not swept for a day after nobody
//! names them any more: so every content that the copied rows name is copied too. System spaces go first, so that every space
//! which a copied directory names existed before it was copied, and is found in the list that is made after.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

use abri_model::SpaceId;
use abri_store::{Snapshots, StoreError};

use super::manifest::{self, Manifest};
use super::{Fault, Out};
use crate::config::StoreChoice;
use crate::data_dir::make_private;
use crate::house::House;

/// The name of the engine in force, as manifests say it.
pub fn engine_name(store: &StoreChoice) -> &'static str {
    match store {
        StoreChoice::Sqlite => "sqlite",
        StoreChoice::Postgres(_) => "postgres",
        StoreChoice::Memory => "memory",
    }
}

/// Writes a backup to `target`.
pub async fn backup(house: &House, target: &Path, link_from: Option<&Path>, out: &Out) -> Result<(), Fault> {
    let Some(snapshots) = &house.snapshots else { return Err(Fault("this store keeps nothing".into())) };
    if let Some(former) = link_from {
        Manifest::read(former)?;
    }
    prepare(target)?;
    let made = house.data.clock().now();
    let mut done: HashSet<SpaceId> = HashSet::new();
    for organisation in house.data.organisations().await? {
        if copy_space(house, snapshots, organisation.id, target, link_from).await? {
            done.insert(organisation.id);
        }
    }
    let mut rest = snapshots.spaces().await.map_err(told)?;
    rest.sort();
    for id in rest {
        if !done.contains(&id) && copy_space(house, snapshots, id, target, link_from).await? {
            done.insert(id);
        }
    }
    let mut spaces: Vec<SpaceId> = done.into_iter().collect();
    spaces.sort();
    let count = spaces.len();
    let manifest = Manifest {
        format: manifest::FORMAT,
        version: env!("CARGO_PKG_VERSION").into(),
        engine: engine_name(&house.config.store).into(),
        made,
        spaces,
    };
    for dir in [target.join("rows"), target.join("blobs"), target.to_owned()] {
        if dir.exists() {
            fs::File::open(&dir).and_then(|dir| dir.sync_all()).map_err(told)?;
        }
    }
    manifest.write(target).map_err(told)?;
    out.say(format!("{count} spaces were copied to {}", target.display())).await;
    Ok(())
}

/// Copies one space; `false` when it was removed meanwhile.
async fn copy_space(
    house: &House,
    snapshots: &Arc<dyn Snapshots>,
    id: SpaceId,
    target: &Path,
    link_from: Option<&Path>,
) -> Result<bool, Fault> {
    let rows = manifest::rows(target, id);
    match snapshots.snapshot(id, &rows).await {
        Ok(()) => {}
        Err(StoreError::NoSpace(_)) => return Ok(false),
        Err(error) => return Err(Fault(format!("space {id}: {error}"))),
    }
    let (source, target, former) = (house.dir.path.clone(), target.to_owned(), link_from.map(Path::to_owned));
    let brought = tokio::task::spawn_blocking(move || manifest::bring(id, &source, &target, former.as_deref()));
    brought.await.map_err(told)?.map_err(|error| Fault(format!("space {id}: {error}")))?;
    Ok(true)
}

/// Makes the directory ready: it must be new, empty or a former backup, whose rows are then replaced.
fn prepare(target: &Path) -> Result<(), Fault> {
    let io = |error: io::Error| Fault(format!("{}: {error}", target.display()));
    if target.exists() {
        let is_backup = target.join(manifest::NAME).exists() || target.join("rows").exists();
        let is_empty = fs::read_dir(target).map_err(io)?.next().is_none();
        if !is_backup && !is_empty {
            return Err(Fault(format!("{} is not empty and is no backup: choose another directory", target.display())));
        }
        // From here on it is not a whole backup until the new manifest is there.
        for (path, is_dir) in [(target.join(manifest::NAME), false), (target.join("rows"), true)] {
            let removed = if is_dir { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
            match removed {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(io(error)),
                _ => {}
            }
        }
    }
    make_private(&target.join("rows")).map_err(io)
}

fn told(error: impl std::fmt::Display) -> Fault {
    Fault(error.to_string())
}
