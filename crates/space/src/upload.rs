//! Uploads in parts: each part is stored as it will stay, so that joining them writes metadata only.
//!
//! Parts that come in order carry a running hash from one to the next. Only when they did not is the joined content
//! read again, from the first part that was out of order, to be hashed.

use abri_model::{Error, Millis, Result};
use abri_store::{Row, Scan, V};
use bytes::Bytes;
use futures_util::StreamExt;

use crate::actor::Ask;
use crate::blob::{Carried, Running, Sink, SinkPlan, stream};
use crate::content::{Digests, Extent, Staged, StagedBytes, unpack_extents};
use crate::engine::store_error;
use crate::space::Space;
use crate::tables::{PART, UPLOAD};

/// Parts of one upload at most.
pub const PARTS_MAX: usize = 10_000;
/// Uploads of one space looked at together.
const UPLOADS_MAX: usize = 1000;
/// Longest upload id, in bytes.
const ID_LEN_MAX: usize = 128;
/// In place of the last hashed part: none yet.
const NONE_YET: i64 = -1;
/// In place of the last hashed part: they did not come in order.
const OUT_OF_ORDER: i64 = -2;

/// What a client says about an upload when it begins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UploadAbout {
    /// Where it will go, in the client's words.
    pub dest: Option<String>,
    /// Its bytes in all.
    pub total: Option<u64>,
}

/// An upload under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// Its id, chosen by the client.
    pub id: String,
    /// Whose it is.
    pub owner: String,
    /// What was said about it.
    pub about: UploadAbout,
    /// When it began.
    pub made: Millis,
    /// When its last part came.
    pub touched: Millis,
    /// Its parts, in order.
    pub parts: Vec<UploadPart>,
}

/// A part that is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadPart {
    /// Its place among the parts.
    pub number: i64,
    /// The name the client gave it.
    pub name: String,
    /// Its bytes.
    pub size: u64,
}

/// A part that is durable and wants to be noted.
#[derive(Clone, Debug)]
pub(crate) struct PartDone {
    pub upload: String,
    pub number: i64,
    pub name: String,
    pub staged: Staged,
    pub now: Millis,
    /// The last hashed part when this one began, and the hash after it.
    pub base: i64,
    pub carried: Option<Vec<u8>>,
}

/// Takes the bytes of a part.
pub struct PartSink {
    space: Space,
    sink: Sink,
    upload: String,
    number: i64,
    name: String,
    base: Option<i64>,
}

impl PartSink {
    /// See [`Sink::write`].
    pub async fn write(&mut self, bytes: Bytes) -> Result<()> {
        self.sink.write(bytes).await
    }

    /// Ends the part: it is durable and noted when this returns. A part of the same number is replaced.
    pub async fn finish(self, now: Millis) -> Result<Digests> {
        let (staged, carried): (Staged, Carried) = self.sink.finish_carrying().await?;
        let digests = staged.digests.clone();
        let part = PartDone {
            upload: self.upload,
            number: self.number,
            name: self.name,
            staged,
            now,
            base: self.base.unwrap_or(OUT_OF_ORDER),
            carried: carried.filter(|_| self.base.is_some()),
        };
        let pins = part.staged.pins.clone();
        self.space.core.ask(Ask::UploadPart(part)).await?;
        pins.iter().for_each(|pin| pin.named());
        // What a carried hash says is about all parts so far, not about this one.
        Ok(if self.base.is_some_and(|base| base != NONE_YET) { Digests::default() } else { digests })
    }
}

pub(crate) fn fresh_row(id: &str, owner: &str, about: &UploadAbout, now: Millis) -> Row {
    vec![
        V::T(id.to_owned()),
        V::T(owner.to_owned()),
        about.dest.clone().into(),
        about.total.map(|total| i64::try_from(total).unwrap_or(i64::MAX)).into(),
        V::I(now.0),
        V::I(now.0),
        V::I(NONE_YET),
        V::Null,
    ]
}

/// Moves the running hash of an upload along, when the part continues it.
pub(crate) fn note_part(row: &mut Row, part: &PartDone, replaced: bool) {
    row[5] = V::I(part.now.0);
    let hashed = row[6].as_i64().unwrap_or(OUT_OF_ORDER);
    if replaced || part.number <= hashed {
        row[6] = V::I(OUT_OF_ORDER);
        row[7] = V::Null;
    } else if hashed == part.base
        && let Some(state) = &part.carried
    {
        row[6] = V::I(part.number);
        row[7] = V::B(state.clone().into());
    }
}

impl Space {
    /// Begins an upload in parts. [`Error::Exists`] when there is one of this id.
    pub async fn upload_begin(&self, id: &str, owner: &str, about: UploadAbout, now: Millis) -> Result<()> {
        if id.is_empty() || id.len() > ID_LEN_MAX {
            return Err(Error::invalid(format!("an upload id has 1 to {ID_LEN_MAX} bytes")));
        }
        self.core.ask(Ask::UploadBegin { id: id.to_owned(), owner: owner.to_owned(), about, now }).await.map(drop)
    }

    async fn upload_row(&self, id: &str) -> Result<Option<Row>> {
        let key = [vec![V::T(id.to_owned())]];
        let rows = self.core.shared.store.get(self.core.id, &UPLOAD, &key).await.map_err(store_error)?;
        Ok(rows.into_iter().next().flatten())
    }

    async fn part_rows(&self, id: &str) -> Result<Vec<Row>> {
        let scan = Scan::by_key(&PART, vec![V::T(id.to_owned())], PARTS_MAX);
        self.core.shared.store.scan(self.core.id, scan).await.map_err(store_error)
    }

    /// An upload under way.
    pub async fn upload(&self, id: &str) -> Result<Option<Upload>> {
        let Some(row) = self.upload_row(id).await? else { return Ok(None) };
        let parts = self.part_rows(id).await?;
        Ok(read_upload(&row, &parts))
    }

    /// The uploads of one owner that are under way, without their parts.
    pub async fn uploads(&self, owner: &str) -> Result<Vec<Upload>> {
        let rows = self.core.shared.store.scan(self.core.id, Scan::by_key(&UPLOAD, vec![], UPLOADS_MAX)).await;
        let rows = rows.map_err(store_error)?;
        Ok(rows.iter().filter_map(|row| read_upload(row, &[])).filter(|upload| upload.owner == owner).collect())
    }

    /// Takes a part of an upload. Parts are joined in the order of their numbers.
    pub async fn upload_part(&self, id: &str, number: i64, name: &str, plan: SinkPlan) -> Result<PartSink> {
        if number < 0 {
            return Err(Error::invalid("the number of a part is not negative"));
        }
        let row = self.upload_row(id).await?.ok_or(Error::NotFound)?;
        let hashed = row[6].as_i64().unwrap_or(OUT_OF_ORDER);
        let state = row[7].as_bytes().and_then(|packed| Running::unpack(packed));
        // Numbers count parts (from 0 or 1) or bytes: the next in order is one more, or where the bytes so far end.
        let next = match hashed {
            NONE_YET => number <= 1,
            OUT_OF_ORDER => false,
            last => number == last + 1 || state.as_ref().is_some_and(|state| number as u64 == state.bytes()),
        };
        let (blobs, pins) = (self.core.blobs.clone(), self.core.shared.pins.clone());
        let running = match (next, hashed) {
            (true, NONE_YET) => Some(Running::new(false, true, false).without_md5()),
            (true, _) => state,
            (false, _) => None,
        };
        let (sink, base) = match running {
            Some(running) => (Sink::carrying(blobs, pins, plan, running), Some(hashed)),
            None => (Sink::new(blobs, pins, plan), None),
        };
        Ok(PartSink { space: self.clone(), sink, upload: id.to_owned(), number, name: name.to_owned(), base })
    }

    /// The parts of an upload as one content. The upload stays until it is dropped.
    ///
    /// SHA-256 and SHA-1 are known from the parts when they came in order. `wanted.md5` and `wanted.adler32` cost reading
    /// the content again: what a client announced has to be compared with something.
    pub async fn upload_join(&self, id: &str, wanted: SinkPlan) -> Result<Staged> {
        let row = self.upload_row(id).await?.ok_or(Error::NotFound)?;
        let parts = self.part_rows(id).await?;
        let hashed = row[6].as_i64().unwrap_or(OUT_OF_ORDER);
        let state = row[7].as_bytes().and_then(|packed| Running::unpack(packed));
        let size: u64 = parts.iter().map(|part| part[3].as_i64().unwrap_or(0) as u64).sum();
        let mut running = match (state, parts.is_empty()) {
            (Some(state), _) if hashed >= 0 && !wanted.md5 && !wanted.adler32 => state,
            _ if wanted.md5 => Running::new(true, true, wanted.adler32),
            _ => Running::new(false, true, wanted.adler32).without_md5(),
        };
        let seen = running.bytes();
        let mut extents: Vec<Extent> = Vec::new();
        let mut pins = Vec::new();
        let inline = size <= crate::blob::INLINE_BYTES_MAX;
        let mut bytes = Vec::new();
        for part in &parts {
            if let Some(packed) = part[4].as_bytes() {
                extents
                    .extend(unpack_extents(packed).ok_or_else(|| Error::internal("a part's extents make no sense"))?);
            } else if let Some(data) = part[5].as_bytes().filter(|data| !data.is_empty()) {
                if inline {
                    bytes.extend_from_slice(data);
                } else {
                    // A small part among others becomes a chunk of its own.
                    let (extent, pin) = self.store_chunk(data.clone()).await?;
                    extents.push(extent);
                    pins.push(pin);
                }
            }
        }
        if inline {
            let mut running = Running::new(true, true, true);
            running.update(&bytes);
            return Ok(Staged { size, digests: running.finish(), bytes: StagedBytes::Inline(bytes.into()), pins });
        }
        if seen < size {
            let mut rest =
                stream(self.core.blobs.clone(), self.core.shared.maps.clone(), extents.as_slice().into(), seen..size);
            while let Some(piece) = rest.next().await {
                let piece = piece?;
                running = tokio::task::spawn_blocking(move || {
                    running.update(&piece);
                    running
                })
                .await
                .map_err(Error::internal)?;
            }
        }
        Ok(Staged { size, digests: running.finish(), bytes: StagedBytes::Chunks(extents), pins })
    }

    async fn store_chunk(&self, data: Bytes) -> Result<(Extent, std::sync::Arc<crate::blob::pins::Pin>)> {
        let (dir, pins) = (self.core.blobs.clone(), self.core.shared.pins.clone());
        tokio::task::spawn_blocking(move || crate::blob::store_chunk(&dir, &pins, &data))
            .await
            .map_err(Error::internal)?
            .map_err(crate::blob::disk_error)
    }

    /// Forgets an upload and its parts.
    pub async fn upload_drop(&self, id: &str) -> Result<()> {
        self.core.ask(Ask::UploadDrop { id: id.to_owned() }).await.map(drop)
    }

    /// Uploads of anybody whose last part came before `before`.
    pub(crate) async fn stale_uploads(&self, before: Millis) -> Result<Vec<String>> {
        let rows = self.core.shared.store.scan(self.core.id, Scan::by_key(&UPLOAD, vec![], UPLOADS_MAX)).await;
        let rows = rows.map_err(store_error)?;
        let stale = rows.iter().filter(|row| row[5].as_i64().is_some_and(|touched| touched < before.0));
        Ok(stale.filter_map(|row| row[0].as_text().map(str::to_owned)).collect())
    }
}

fn read_upload(row: &Row, parts: &[Row]) -> Option<Upload> {
    let part = |row: &Row| {
        Some(UploadPart { number: row[1].as_i64()?, name: row[2].as_text()?.to_owned(), size: row[3].as_i64()? as u64 })
    };
    Some(Upload {
        id: row[0].as_text()?.to_owned(),
        owner: row[1].as_text()?.to_owned(),
        about: UploadAbout {
            dest: row[2].as_text().map(str::to_owned),
            total: row[3].as_i64().map(|total| total as u64),
        },
        made: Millis(row[4].as_i64()?),
        touched: Millis(row[5].as_i64()?),
        parts: parts.iter().filter_map(part).collect(),
    })
}
