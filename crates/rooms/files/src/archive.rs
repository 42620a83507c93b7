//! Files and folders as one zip, made while it is sent.

use std::sync::Arc;

use abri_data::{BytesStream, Node};
use abri_model::{Error, NodeId, Result};
use async_zip::tokio::write::ZipFileWriter;
use async_zip::{Compression, ZipEntryBuilder};
use futures_util::StreamExt;
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio_util::compat::FuturesAsyncWriteCompatExt;
use tokio_util::io::ReaderStream;

use crate::tree::Tree;

/// The media type of an archive.
pub const ARCHIVE_MIME: &str = "application/zip";
/// Bytes made ahead of the receiver.
const AHEAD_BYTES: usize = 256 * 1024;
/// Most things in one archive: its table of contents is held until the end.
const ARCHIVE_NODES_MAX: usize = 500_000;
/// Deepest folder in an archive.
const DEPTH_MAX: usize = Tree::DEPTH_MAX;

impl Tree {
    /// A zip of nodes with everything below them, as a stream. Nothing is held but a little of it.
    ///
    /// Files are stored, not squeezed: most of what people keep is compressed already, and the receiver waits less.
    /// A failure in the middle cuts the stream, which every unzip notices.
    pub async fn archive(&self, ids: &[NodeId]) -> Result<BytesStream> {
        let mut tops = Vec::with_capacity(ids.len());
        for id in ids {
            tops.push(self.node(*id).await?);
        }
        let (writer, reader) = tokio::io::duplex(AHEAD_BYTES);
        let tree = self.clone();
        let made = tokio::spawn(async move {
            let outcome = tree.write_archive(tops, writer).await;
            if let Err(error) = &outcome {
                tracing::debug!(%error, "an archive was cut off");
            }
            outcome
        });
        let pieces =
            ReaderStream::with_capacity(reader, AHEAD_BYTES / 4).map(|piece| piece.map_err(|_| Error::Interrupted));
        // The end of the pipe is a good end only when its writer says so.
        let end = futures_util::stream::once(made).filter_map(|outcome| async move {
            match outcome {
                Ok(Ok(())) => None,
                Ok(Err(error)) => Some(Err(error)),
                Err(_) => Some(Err(Error::Interrupted)),
            }
        });
        Ok(Box::pin(pieces.chain(end)))
    }

    async fn write_archive(&self, tops: Vec<Arc<Node>>, writer: impl AsyncWrite + Unpin) -> Result<()> {
        let mut zip = ZipFileWriter::with_tokio(writer);
        let mut count = 0;
        for top in tops {
            let mut names = vec![if top.name.is_empty() { "files".to_owned() } else { top.name.clone() }];
            self.add(&mut zip, &names, &top).await?;
            if !top.is_directory() {
                continue;
            }
            let mut walk = self.walk(top.id, DEPTH_MAX);
            while let Some(step) = walk.next().await? {
                count += 1;
                if count > ARCHIVE_NODES_MAX {
                    return Err(Error::TooLarge { what: "the archive, in files", limit: ARCHIVE_NODES_MAX as u64 });
                }
                names.truncate(step.depth);
                names.push(step.node.name.clone());
                self.add(&mut zip, &names, &step.node).await?;
            }
        }
        zip.close().await.map_err(Error::internal)?;
        Ok(())
    }

    async fn add<W: AsyncWrite + Unpin>(
        &self,
        zip: &mut ZipFileWriter<W>,
        names: &[String],
        node: &Node,
    ) -> Result<()> {
        let mut path = names.join("/");
        if node.is_directory() {
            path.push('/');
        }
        let entry = ZipEntryBuilder::new(path.into(), Compression::Stored)
            .last_modification_date(dos_time(node.mtime.seconds()))
            .unix_permissions(if node.is_directory() {
                0o40755
            } else if node.flags.executable() {
                0o100_755
            } else {
                0o100_644
            });
        let Some(content) = node.content else {
            return zip.write_entry_whole(entry, &[]).await.map_err(Error::internal);
        };
        if let Some(bytes) = self.space.read_small(content).await? {
            return zip.write_entry_whole(entry, &bytes).await.map_err(Error::internal);
        }
        let mut pieces = self.space.read(content, 0..node.size.max(0) as u64).await?;
        let mut out = zip.write_entry_stream(entry).await.map_err(Error::internal)?.compat_write();
        while let Some(piece) = pieces.next().await {
            out.write_all(&piece?).await.map_err(|_| Error::Interrupted)?;
        }
        out.into_inner().close().await.map_err(Error::internal)
    }
}

/// A time as zip keeps it: UTC, two seconds exact, from 1980 on.
fn dos_time(seconds: i64) -> async_zip::ZipDateTime {
    // Days to a civil date after H. Hinnant, "chrono-compatible low-level date algorithms".
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let (day, month) = (doy - (153 * mp + 2) / 5 + 1, if mp < 10 { mp + 3 } else { mp - 9 });
    let year = (yoe + era * 400 + i64::from(month <= 2)).clamp(1980, 2107);
    async_zip::ZipDateTimeBuilder::new()
        .year(year as i32)
        .month(month as u32)
        .day(day as u32)
        .hour((second / 3600) as u32)
        .minute((second / 60 % 60) as u32)
        .second((second % 60) as u32)
        .build()
}
