//! What a backup says about itself, and how files of contents are brought from one place to another.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use abri_model::{Millis, SpaceId};
use abri_space::blob::BlobDir;
use serde::{Deserialize, Serialize};

use crate::data_dir::{make_private, read_small, write_private};

/// The name of the manifest. A backup without it was cut off and is none.
pub const NAME: &str = "abri-backup.json";
/// The present format of backups.
pub const FORMAT: u32 = 1;
/// Longest manifest: a hundred bytes a space.
const BYTES_MAX: u64 = 256 << 20;

/// What is in a backup.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// The format.
    pub format: u32,
    /// The version of the program that made it.
    pub version: String,
    /// The engine whose rows are in it: `sqlite` or `postgres`.
    pub engine: String,
    /// When it was begun.
    pub made: Millis,
    /// Its spaces.
    pub spaces: Vec<SpaceId>,
}

impl Manifest {
    /// Reads the manifest of a backup; an error says what is wrong.
    pub fn read(backup: &Path) -> Result<Manifest, String> {
        let path = backup.join(NAME);
        let bytes = read_small(&path, BYTES_MAX).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => {
                format!("{} is no backup, or one that was cut off: {NAME} is missing", backup.display())
            }
            _ => format!("{}: {error}", path.display()),
        })?;
        #[derive(Deserialize)]
        struct Head {
            format: u32,
        }
        let head: Head = serde_json::from_slice(&bytes).map_err(|error| format!("{}: {error}", path.display()))?;
        if head.format > FORMAT {
            return Err(format!(
                "this backup was made by a newer version of Abri (format {}, this program knows {FORMAT})",
                head.format
            ));
        }
        serde_json::from_slice(&bytes).map_err(|error| format!("{}: {error}", path.display()))
    }

    /// Writes the manifest: the last thing of a backup.
    pub fn write(&self, backup: &Path) -> io::Result<()> {
        write_private(&backup.join(NAME), &serde_json::to_vec_pretty(self).map_err(io::Error::other)?)
    }
}

/// Where a backup keeps the rows of a space.
pub fn rows(backup: &Path, space: SpaceId) -> PathBuf {
    backup.join("rows").join(space.to_hex())
}

/// Brings the contents of a space from one root to another, which is durable afterwards: by links where both are on one file
/// system, else by copies. What is there already is left; `former` is a root whose files may be linked instead.
///
/// Contents never change once they have their name, so a link is as good as a copy.
pub fn bring(space: SpaceId, source: &Path, target: &Path, former: Option<&Path>) -> io::Result<()> {
    let from = BlobDir::new(source, space);
    let to = BlobDir::new(target, space);
    let former = former.map(|former| BlobDir::new(former, space));
    let shelves = match fs::read_dir(from.root()) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        shelves => shelves?,
    };
    for shelf in shelves {
        let shelf = shelf?;
        if !shelf.file_type()?.is_dir() {
            continue;
        }
        let mut target_dir = None;
        for file in fs::read_dir(shelf.path())? {
            let path = file?.path();
            // Unfinished ones have other names.
            let Some(chunk) = BlobDir::chunk_of(&path) else { continue };
            let (dir, place) = to.place(&chunk);
            if target_dir.is_none() {
                make_private(&dir)?;
                target_dir = Some(dir);
            }
            if place.exists() {
                continue;
            }
            match former.as_ref().map(|former| former.place(&chunk).1).filter(|former| former.exists()) {
                Some(former) => link_or_copy(&former, &place)?,
                None => link_or_copy(&path, &place)?,
            }
        }
        if let Some(dir) = target_dir {
            File::open(dir)?.sync_all()?;
        }
    }
    Ok(())
}

fn link_or_copy(source: &Path, target: &Path) -> io::Result<()> {
    match fs::hard_link(source, target) {
        Ok(()) => return Ok(()),
        // It was swept since the directory was read: nothing in the rows names it.
        Err(error) if error.kind() == io::ErrorKind::NotFound && !source.exists() => return Ok(()),
        Err(_) => {}
    }
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let unfinished = target.with_file_name(format!(".{name}.new"));
    match fs::copy(source, &unfinished) {
        Err(error) if error.kind() == io::ErrorKind::NotFound && !source.exists() => return Ok(()),
        copied => copied?,
    };
    File::open(&unfinished)?.sync_all()?;
    fs::rename(&unfinished, target)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contents_are_brought_and_unfinished_ones_left() {
        let scratch = tempfile::tempdir().expect("a directory");
        let (source, target) = (scratch.path().join("a"), scratch.path().join("b"));
        let space = SpaceId(77);
        let from = BlobDir::new(&source, space);
        let (dir, place) = from.place(&[7; 32]);
        fs::create_dir_all(&dir).expect("made");
        fs::write(&place, "content").expect("written");
        fs::create_dir_all(from.unfinished()).expect("made");
        fs::write(from.unfinished().join("x"), "half").expect("written");
        for _ in 0..2 {
            bring(space, &source, &target, None).expect("brought");
        }
        let to = BlobDir::new(&target, space);
        assert_eq!(fs::read_to_string(to.place(&[7; 32]).1).expect("there"), "content");
        assert!(!to.unfinished().exists());
        bring(SpaceId(78), &source, &target, None).expect("a space without contents is none the worse");
    }

    #[test]
    fn manifests_of_the_future_and_no_manifests_are_refused() {
        let scratch = tempfile::tempdir().expect("a directory");
        assert!(Manifest::read(scratch.path()).expect_err("none").contains("no backup"));
        let manifest = Manifest {
            format: FORMAT,
            version: "0".into(),
            engine: "sqlite".into(),
            made: Millis(1),
            spaces: vec![SpaceId(1)],
        };
        manifest.write(scratch.path()).expect("written");
        assert_eq!(Manifest::read(scratch.path()), Ok(manifest));
        fs::write(scratch.path().join(NAME), "{\"format\": 9, \"and\": \"more\"}").expect("written");
        assert!(Manifest::read(scratch.path()).expect_err("newer").contains("newer version"));
    }
}
