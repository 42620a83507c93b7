//! The data directory: its format, its owner, and the lock that only one process holds.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use nix::fcntl::{Flock, FlockArg};

/// The file that says what the directory is.
const VERSION_FILE: &str = "abri-data";
/// The present format of the directory.
pub const FORMAT: u32 = 1;
/// The file that is locked while somebody uses the directory.
const LOCK_FILE: &str = "lock";
/// The socket by which commands reach a running server.
pub const SOCKET_FILE: &str = "abri.sock";

/// The data directory, held by this process alone until it is dropped.
#[derive(Debug)]
pub struct DataDir {
    /// Where it is, absolute.
    pub path: PathBuf,
    _lock: Flock<File>,
}

/// Why a data directory cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A server, or a command, is using it.
    #[error("{0} is in use by another process")]
    Busy(PathBuf),
    /// It was made by a newer version of this program.
    #[error(
        "{path} was made by a newer version of Abri (data format {found}, this program knows {FORMAT}): install that version"
    )]
    Newer {
        /// The directory.
        path: PathBuf,
        /// Its format.
        found: u32,
    },
    /// There is something else in it.
    #[error("{0} is not empty and is no data directory of Abri: choose another with --data")]
    Foreign(PathBuf),
    /// It is not there, and must be.
    #[error("there is no data directory at {0}: choose it with --data, or start with `abri serve` or `abri user add`")]
    Missing(PathBuf),
    /// The system refuses.
    #[error("{path}: {error}")]
    Io {
        /// What was touched.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
}

impl DataDir {
    /// Takes the directory; makes it when it is missing and `make` is set.
    pub fn open(path: &Path, make: bool) -> Result<DataDir, OpenError> {
        let io = |error| OpenError::Io { path: path.to_owned(), error };
        if !path.exists() {
            if !make {
                return Err(OpenError::Missing(path.to_owned()));
            }
            make_private(path).map_err(io)?;
        }
        let path = path.canonicalize().map_err(io)?;
        let is_new = !is_data(&path)?;
        if is_new && !make {
            return Err(OpenError::Missing(path));
        }
        if is_new
            && fs::read_dir(&path)
                .map_err(io)?
                .next()
                .is_some_and(|entry| entry.is_ok_and(|entry| entry.file_name() != LOCK_FILE))
        {
            return Err(OpenError::Foreign(path));
        }
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(path.join(LOCK_FILE))
            .map_err(io)?;
        let lock = Flock::lock(lock, FlockArg::LockExclusiveNonblock).map_err(|(_, error)| match error {
            nix::errno::Errno::EWOULDBLOCK => OpenError::Busy(path.clone()),
            other => OpenError::Io { path: path.clone(), error: other.into() },
        })?;
        if is_new {
            fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).map_err(io)?;
            write_private(&path.join(VERSION_FILE), format!("abri-data {FORMAT}\n").as_bytes()).map_err(io)?;
        }
        Ok(DataDir { path, _lock: lock })
    }

    /// Where the command socket of a server on this directory is.
    pub fn socket(data: &Path) -> PathBuf {
        data.join(SOCKET_FILE)
    }
}

/// The format of the data in `path`; `None` when there is no data.
pub fn format_of(path: &Path) -> Result<Option<u32>, OpenError> {
    let file = path.join(VERSION_FILE);
    let text = match fs::read_to_string(&file) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(OpenError::Io { path: file, error }),
    };
    let format = text.strip_prefix("abri-data ").and_then(|rest| rest.trim().parse().ok());
    format.map(Some).ok_or(OpenError::Foreign(path.to_owned()))
}

fn is_data(path: &Path) -> Result<bool, OpenError> {
    match format_of(path)? {
        None => Ok(false),
        Some(found) if found > FORMAT => Err(OpenError::Newer { path: path.to_owned(), found }),
        Some(_) => Ok(true),
    }
}

/// Makes a directory that only its owner may enter, with its parents.
pub fn make_private(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Writes a file that only its owner may read: whole and durable, or not at all.
pub fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let dir = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_string_lossy().into_owned();
    let temporary = dir.join(format!(".{name}.new"));
    let mut file = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&temporary)?;
    // The mode above counts only for a file that was not there.
    file.set_permissions(fs::Permissions::from_mode(0o600))?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&temporary, path)?;
    File::open(dir)?.sync_all()
}

/// Reads a whole small file; refuses one that is longer than `max_bytes`.
pub fn read_small(path: &Path, max_bytes: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(max_bytes + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > max_bytes { Err(io::Error::other("the file is too long")) } else { Ok(bytes) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_directory_is_private_and_marked() {
        let scratch = tempfile::tempdir().expect("a directory");
        let path = scratch.path().join("a/b");
        let dir = DataDir::open(&path, true).expect("made");
        assert_eq!(fs::metadata(&dir.path).expect("there").permissions().mode() & 0o777, 0o700);
        assert_eq!(fs::read_to_string(path.join(VERSION_FILE)).expect("there"), "abri-data 1\n");
        drop(dir);
        assert!(DataDir::open(&path, false).is_ok());
    }

    #[test]
    fn one_process_at_a_time() {
        let scratch = tempfile::tempdir().expect("a directory");
        let path = scratch.path().join("data");
        let held = DataDir::open(&path, true).expect("made");
        assert!(matches!(DataDir::open(&path, true), Err(OpenError::Busy(_))));
        drop(held);
        assert!(DataDir::open(&path, true).is_ok());
    }

    #[test]
    fn what_is_not_ours_is_left_alone() {
        let scratch = tempfile::tempdir().expect("a directory");
        assert!(matches!(DataDir::open(&scratch.path().join("none"), false), Err(OpenError::Missing(_))));
        fs::write(scratch.path().join("thesis.odt"), "x").expect("written");
        assert!(matches!(DataDir::open(scratch.path(), true), Err(OpenError::Foreign(_))));
        let newer = tempfile::tempdir().expect("a directory");
        fs::write(newer.path().join(VERSION_FILE), "abri-data 2\n").expect("written");
        assert!(matches!(DataDir::open(newer.path(), true), Err(OpenError::Newer { found: 2, .. })));
    }
}
