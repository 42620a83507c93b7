//! How commands reach a running server: a socket in the data directory that only its owner may use.
//!
//! One JSON line with a [`Command`] goes in, JSON [`Line`]s come out, the last is the end.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::mpsc;

use super::{Command, Line, Out, run};
use crate::house::House;

/// Longest command.
const COMMAND_BYTES_MAX: u64 = 64 << 10;

/// Longest address of a socket that the system takes, in bytes.
const ADDRESS_BYTES_MAX: usize = 107;

/// The socket's address, however deep its directory is: a long one is named through the open directory.
///
/// The second value holds the directory open; the address is good as long as it lives.
fn address(path: &Path) -> io::Result<(PathBuf, Option<File>)> {
    if path.as_os_str().len() <= ADDRESS_BYTES_MAX {
        return Ok((path.to_owned(), None));
    }
    let (Some(dir), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(io::ErrorKind::InvalidInput.into());
    };
    let dir = File::open(dir)?;
    Ok((PathBuf::from(format!("/proc/self/fd/{}", dir.as_raw_fd())).join(name), Some(dir)))
}

/// Answers commands on `path` for ever.
pub fn listen(path: &Path, house: Arc<House>) -> io::Result<impl Future<Output = ()> + Send + use<>> {
    // The lock on the directory is ours, so whatever is there was left by a server that was killed.
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let (address, _dir) = address(path)?;
    let listener = UnixListener::bind(address)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    Ok(async move {
        loop {
            match listener.accept().await {
                Ok((stream, _)) => {
                    let house = house.clone();
                    tokio::spawn(async move {
                        if let Err(error) = answer(stream, &house).await {
                            tracing::debug!(%error, "a command was not heard to its end");
                        }
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "a command could not be accepted");
                    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                }
            }
        }
    })
}

async fn answer(stream: UnixStream, house: &Arc<House>) -> io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut line = String::new();
    BufReader::new(read.take(COMMAND_BYTES_MAX)).read_line(&mut line).await?;
    let (out, mut lines) = Out::new();
    match serde_json::from_str::<Command>(&line) {
        Ok(command) => {
            let house = house.clone();
            // In a task of its own: a command goes on to its end when its reader leaves.
            tokio::spawn(async move { run(command, &house, &out).await });
        }
        Err(error) => {
            let wrong = [
                Line::Err(format!("the server does not know this command ({error}): is it of another version?")),
                Line::End(false),
            ];
            for line in wrong {
                write_line(&mut write, &line).await?;
            }
            return Ok(());
        }
    }
    while let Some(line) = lines.recv().await {
        write_line(&mut write, &line).await?;
    }
    Ok(())
}

async fn write_line(write: &mut (impl AsyncWriteExt + Unpin), line: &Line) -> io::Result<()> {
    let mut text = serde_json::to_vec(line).map_err(io::Error::other)?;
    text.push(b'\n');
    write.write_all(&text).await
}

/// Sends `command` to the server at `path`; the lines it says. `None` when no server is there.
pub async fn send(path: &Path, command: &Command) -> io::Result<Option<mpsc::Receiver<Line>>> {
    let (address, _dir) = match address(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        address => address?,
    };
    let mut stream = match UnixStream::connect(address).await {
        Ok(stream) => stream,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused) => {
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    let mut text = serde_json::to_vec(command).map_err(io::Error::other)?;
    text.push(b'\n');
    stream.write_all(&text).await?;
    let (sender, receiver) = mpsc::channel(super::LINES_MAX);
    tokio::spawn(async move {
        let mut lines = BufReader::new(stream).lines();
        while let Ok(Some(text)) = lines.next_line().await {
            let Ok(line) = serde_json::from_str::<Line>(&text) else { break };
            if sender.send(line).await.is_err() {
                break;
            }
        }
    });
    Ok(Some(receiver))
}
