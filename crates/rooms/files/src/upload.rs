//! Uploads in parts: kept as they come, joined without copying, visible all at once.

use abri_data::{PartSink, Upload, UploadAbout};
use abri_model::{Error, Millis, Result};
use bytes::Bytes;
use futures_util::StreamExt;

use crate::condition::Condition;
use crate::mime;
use crate::place::At;
use crate::tree::Tree;
use crate::write::{About, Announced, Incoming, Written};

/// Longest name of an upload, in bytes.
const ID_LEN_MAX: usize = 128;
/// Longest name of a part, in bytes.
const PART_NAME_LEN_MAX: usize = 64;

/// An upload to be begun.
#[derive(Clone, Debug, Default)]
pub struct UploadAsk {
    /// The name its client chose.
    pub id: String,
    /// Where the file shall go, if the client says so already.
    pub dest: Option<String>,
    /// How many bytes there will be, if the client says so already.
    pub total: Option<u64>,
}

/// A part of an upload.
pub struct Part {
    /// The upload's name.
    pub id: String,
    /// The part's name: a number comes first, and orders the parts.
    pub name: String,
    /// Its bytes.
    pub body: Incoming,
}

/// An upload to be made a file.
pub struct Join {
    /// The upload's name.
    pub id: String,
    /// Where the file shall be.
    pub at: At,
    /// What must be there now.
    pub condition: Condition,
    /// What the sender says of the whole.
    pub announced: Announced,
    /// When the content was last changed.
    pub mtime: Option<Millis>,
    /// When the file was made.
    pub created: Option<Millis>,
    /// What the sender takes the media type to be.
    pub mime: Option<String>,
    /// Whether missing folders are made.
    pub make_parents: bool,
    /// Lock tokens the asker submits.
    pub tokens: Vec<String>,
}

/// The number a part's name begins with: `00001`, `0000000010000000`, `000000000000000-000000010485759`.
pub fn part_number(name: &str) -> Result<i64> {
    let digits = name.bytes().take_while(u8::is_ascii_digit).count();
    if name.len() <= PART_NAME_LEN_MAX
        && let Ok(number) = name[..digits].parse()
    {
        return Ok(number);
    }
    Err(Error::invalid("the name of a part begins with its number: use 00001, 00002 and so on"))
}

impl Tree {
    /// Begins an upload; [`Error::Exists`] when the asker has one of that name, [`Error::Quota`] when it cannot fit.
    pub async fn upload_begin(&self, ask: UploadAsk) -> Result<()> {
        let id = self.upload_id(&ask.id)?;
        self.judge_free(ask.total).await?;
        self.space.upload_begin(&id, &self.asker(), UploadAbout { dest: ask.dest, total: ask.total }, self.now()).await
    }

    /// An upload of the asker, its parts in order.
    pub async fn upload(&self, id: &str) -> Result<Upload> {
        let upload = self.space.upload(&self.upload_id(id)?).await?.ok_or(Error::NotFound)?;
        if upload.owner == self.asker() { Ok(upload) } else { Err(Error::NotFound) }
    }

    /// The uploads of the asker that are not finished.
    pub async fn uploads(&self) -> Result<Vec<Upload>> {
        self.space.uploads(&self.asker()).await
    }

    /// The name by which its client knows an upload.
    pub fn upload_name(upload: &Upload) -> &str {
        upload.id.split_once('/').map_or(&upload.id, |(_, name)| name)
    }

    /// Stores a part; one of the same number is replaced.
    pub async fn upload_part(&self, part: Part) -> Result<u64> {
        let number = part_number(&part.name)?;
        let upload = self.upload(&part.id).await?;
        let held: u64 = upload.parts.iter().filter(|known| known.number != number).map(|known| known.size).sum();
        let Incoming { size, mut stream, announced } = part.body;
        let free = self.judge_free(size.map(|size| size + held)).await?.map(|free| free.saturating_sub(held));
        let mut sink: PartSink =
            self.space.upload_part(&upload.id, number, &part.name, announced.plan(size, free)).await?;
        let mut received = 0;
        while let Some(piece) = stream.next().await {
            let piece: Bytes = piece?;
            received += piece.len() as u64;
            sink.write(piece).await?;
        }
        if size.is_some_and(|size| size != received) {
            return Err(Error::Interrupted);
        }
        sink.finish(self.now()).await?;
        Ok(received)
    }

    /// Makes an upload a file in one commit and forgets the upload. Moves no bytes.
    pub async fn upload_join(&self, join: Join) -> Result<Written> {
        let tokens = self.usable_tokens(join.tokens).await?;
        let upload = self.upload(&join.id).await?;
        let sum: u64 = upload.parts.iter().map(|part| part.size).sum();
        if let Some(total) = join.announced.total.or(upload.about.total)
            && total != sum
        {
            return Err(Error::invalid(format!(
                "Chunks on server do not sum up to {total} but to {sum} bytes: send the missing ones"
            )));
        }
        let target = self.target(&join.at, join.make_parents).await?;
        self.judge_write(&target, &join.condition, &tokens, Some(sum)).await?;
        let staged = self.space.upload_join(&upload.id, join.announced.plan(Some(sum), None)).await?;
        join.announced.check(staged.size, &staged.digests)?;
        let head = match &staged.bytes {
            abri_data::StagedBytes::Inline(bytes) => bytes.slice(..bytes.len().min(mime::SNIFF_BYTES)),
            abri_data::StagedBytes::Chunks(_) => Bytes::new(),
        };
        let mime = mime::of(target.name(), &head, join.mime.as_deref());
        let about = About { mime, mtime: join.mtime, created: join.created, executable: None, tokens };
        let written = self.put(target, &join.condition, staged, about).await?;
        self.space.upload_drop(&upload.id).await?;
        Ok(written)
    }

    /// Gives an upload up.
    pub async fn upload_drop(&self, id: &str) -> Result<()> {
        let upload = self.upload(id).await?;
        self.space.upload_drop(&upload.id).await
    }

    async fn judge_free(&self, needed: Option<u64>) -> Result<Option<u64>> {
        let free = self.quota().await?.free;
        match (needed, free) {
            (Some(needed_bytes), Some(free_bytes)) if needed_bytes > free_bytes => {
                Err(Error::Quota { needed_bytes, free_bytes })
            }
            _ => Ok(free),
        }
    }

    /// Uploads of one space are named by their owner and the client's name, so that members never meet.
    fn upload_id(&self, id: &str) -> Result<String> {
        let good = !id.is_empty()
            && id.len() <= ID_LEN_MAX
            && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
            && !id.starts_with('.');
        if !good {
            return Err(Error::invalid(
                "the name of an upload is 1 to 128 letters, digits, dashes and dots: choose another",
            ));
        }
        Ok(format!("{}/{id}", self.asker()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_client_numbers_its_parts() {
        let check = |name: &str, expected: Option<i64>| assert_eq!(part_number(name).ok(), expected, "{name}");
        check("0000000000000000", Some(0));
        check("00001", Some(1));
        check("0000000010000000", Some(10_000_000));
        check("000001", Some(1));
        check("7", Some(7));
        check("000000010485760-000000020971519", Some(10_485_760));
        check(".file", None);
        check("part1", None);
        check("99999999999999999999", None);
    }
}
