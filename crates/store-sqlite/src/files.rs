//! Where the files of spaces are, and how they come and go without a moment at which a crash leaves half of one.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use abri_model::SpaceId;
use abri_store::Result;
use rusqlite::Connection;

use crate::error::{file, sqlite};
use crate::{ddl, sql::Sql};

/// The name of a space's file in its directory.
const NAME: &str = "space.db";
/// The name it has while it is made.
const NAME_NEW: &str = "space.db.new";

/// The directory of an engine.
pub struct Files {
    spaces: PathBuf,
    template: PathBuf,
}

impl Files {
    /// Prepares the directory, with a fresh template of an empty space.
    pub fn prepare(dir: &Path, sql: &Sql) -> Result<Files> {
        let (spaces, made_in) = (dir.join("spaces"), dir.join("template"));
        fs::create_dir_all(&spaces).map_err(file)?;
        if made_in.exists() {
            fs::remove_dir_all(&made_in).map_err(file)?;
        }
        fs::create_dir(&made_in).map_err(file)?;
        let template = made_in.join(NAME);
        let connection = Connection::open(&template).map_err(sqlite)?;
        ddl::create(&connection, sql.schema)?;
        // Closing moves the log into the file: the template is one file that can be copied.
        connection.close().map_err(|(_, error)| sqlite(error))?;
        for path in [&template, &made_in, &spaces, dir] {
            sync(path).map_err(file)?;
        }
        Ok(Files { spaces, template })
    }

    /// The directory of `space`.
    pub fn directory(&self, space: SpaceId) -> PathBuf {
        let name = space.to_hex();
        self.spaces.join(&name[..2]).join(name)
    }

    /// The file of `space`. The space exists when this does.
    pub fn path(&self, space: SpaceId) -> PathBuf {
        self.directory(space).join(NAME)
    }

    /// Makes an empty space, durably; does nothing when it exists.
    pub fn create(&self, space: SpaceId) -> Result<()> {
        if self.path(space).exists() {
            return Ok(());
        }
        let new = self.make_room(space)?;
        fs::copy(&self.template, &new).map_err(file)?;
        self.put_in_place(space)
    }

    /// Makes the directory of `space` ready for a new file, whose path it gives.
    pub fn make_room(&self, space: SpaceId) -> Result<PathBuf> {
        let directory = self.directory(space);
        let prefix = directory.parent().unwrap_or(&self.spaces);
        for (path, parent) in [(prefix, &*self.spaces), (&directory, prefix)] {
            match fs::create_dir(path) {
                Ok(()) => sync(parent).map_err(file)?,
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(file(error)),
            }
        }
        let new = directory.join(NAME_NEW);
        for left_over in [NAME_NEW, "space.db.new-wal", "space.db.new-shm"] {
            remove(&directory.join(left_over))?;
        }
        Ok(new)
    }

    /// Makes the new file of `space` its file, durably. No connection to the old one may be open.
    pub fn put_in_place(&self, space: SpaceId) -> Result<()> {
        let directory = self.directory(space);
        let new = directory.join(NAME_NEW);
        sync(&new).map_err(file)?;
        // A log left by a removal that a crash cut short would be taken for the new file's.
        self.remove_log(space)?;
        fs::rename(&new, directory.join(NAME)).map_err(file)?;
        sync(&directory).map_err(file)
    }

    /// Removes `space`, durably. No connection to it may be open.
    pub fn delete(&self, space: SpaceId) -> Result<()> {
        let directory = self.directory(space);
        if !remove(&self.path(space))? {
            return Ok(());
        }
        sync(&directory).map_err(file)?;
        self.remove_log(space)?;
        // Others may keep files of the space there.
        if fs::remove_dir(&directory).is_ok() {
            sync(directory.parent().unwrap_or(&self.spaces)).map_err(file)?;
        }
        Ok(())
    }

    fn remove_log(&self, space: SpaceId) -> Result<()> {
        let directory = self.directory(space);
        let (log, index) = (remove(&directory.join("space.db-wal"))?, remove(&directory.join("space.db-shm"))?);
        if log || index { sync(&directory).map_err(file) } else { Ok(()) }
    }

    /// Every space there is.
    pub fn spaces(&self) -> Result<Vec<SpaceId>> {
        let mut spaces = Vec::new();
        for prefix in fs::read_dir(&self.spaces).map_err(file)? {
            for directory in fs::read_dir(prefix.map_err(file)?.path()).map_err(file)? {
                let name = directory.map_err(file)?.file_name();
                let space = name.to_str().and_then(SpaceId::from_hex);
                spaces.extend(space.filter(|space| self.path(*space).exists()));
            }
        }
        Ok(spaces)
    }
}

/// Removes a file: whether there was one.
fn remove(path: &Path) -> Result<bool> {
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(file(error)),
    }
}

/// Makes the content of a file, or the names in a directory, durable.
pub fn sync(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}
