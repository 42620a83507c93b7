//! What can be asked: a method, a path, and the headers that more than one verb reads.

use std::sync::Arc;

use abri_files::{Announced, Incoming};
use abri_identity::Session;
use abri_model::Error;
use abri_proto_dav::{Algorithm, Checksum, DavPath, Depth, DestinationError, If, Prefer, checksum, depth, upload};
use axum::body::Body;
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use http::{HeaderMap, Method};
use http_body::Body as _;

use crate::error::Refusal;

/// Most bytes of an XML body.
pub const XML_BYTES_MAX: usize = 1 << 20;
/// Bytes of a refused upload that are read and thrown away, so that the client gets to read the answer.
const DRAIN_BYTES_MAX: usize = 4 << 20;

/// Everything this door can be asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// What can be done here?
    Options,
    /// The bytes.
    Get,
    /// The headers of the bytes.
    Head,
    /// These bytes from now on.
    Put,
    /// Away with it.
    Delete,
    /// A new collection.
    MkCol,
    /// The same there too.
    Copy,
    /// There instead of here.
    Move,
    /// What is known of it?
    PropFind,
    /// This is known of it from now on.
    PropPatch,
    /// Nobody else may change it.
    Lock,
    /// Others may change it again.
    Unlock,
    /// An answer to a question of its own kind.
    Report,
    /// What is like this?
    Search,
}

/// A request, its body not yet read.
pub struct Asked {
    /// Who asks.
    pub session: Arc<Session>,
    /// What for.
    pub verb: Verb,
    /// Of what.
    pub path: DavPath,
    /// The query, without `?`.
    pub query: Option<String>,
    /// Everything else it says.
    pub headers: HeaderMap,
    /// The host that the client asked for, as the listener knows it.
    pub host: Option<String>,
    /// The host in the request's target, when it is there.
    pub authority: Option<http::uri::Authority>,
}

impl Verb {
    /// The verb of a method; `None` when this door knows none of that name.
    pub fn of(method: &Method) -> Option<Verb> {
        Some(match method.as_str() {
            "OPTIONS" => Verb::Options,
            "GET" => Verb::Get,
            "HEAD" => Verb::Head,
            "PUT" => Verb::Put,
            "DELETE" => Verb::Delete,
            "MKCOL" => Verb::MkCol,
            "COPY" => Verb::Copy,
            "MOVE" => Verb::Move,
            "PROPFIND" => Verb::PropFind,
            "PROPPATCH" => Verb::PropPatch,
            "LOCK" => Verb::Lock,
            "UNLOCK" => Verb::Unlock,
            "REPORT" => Verb::Report,
            "SEARCH" => Verb::Search,
            _ => return None,
        })
    }
}

impl Asked {
    /// A header's text; what is not text counts as absent.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// `Depth`.
    pub fn depth(&self) -> Result<Option<Depth>, Refusal> {
        Ok(Depth::parse(self.header("depth"))?)
    }

    /// `Overwrite`.
    pub fn overwrite(&self) -> Result<bool, Refusal> {
        Ok(depth::parse_overwrite(self.header("overwrite"))?)
    }

    /// `Prefer` and `Brief`.
    pub fn prefer(&self) -> Prefer {
        Prefer::parse(self.header("prefer"), self.header("brief"))
    }

    /// `If`.
    pub fn if_header(&self) -> Result<Option<If>, Refusal> {
        Ok(self.header("if").map(If::parse).transpose()?)
    }

    /// `Destination`, which must be here.
    pub fn destination(&self) -> Result<DavPath, Refusal> {
        let value = self
            .header("destination")
            .ok_or_else(|| Refusal::Bad("the Destination header is needed: say where to".to_owned()))?;
        Ok(self.path_of(value)?)
    }

    /// The path that a header names, when it is one on this server.
    pub fn path_of(&self, value: &str) -> Result<DavPath, DestinationError> {
        let authority = self.authority.as_ref().map(|authority| authority.as_str());
        let hosts: Vec<&str> = [self.header("host"), self.host.as_deref(), authority].into_iter().flatten().collect();
        abri_proto_dav::destination::parse(value, &hosts)
    }

    /// A time given in seconds by a header.
    pub fn time(&self, name: &'static str) -> Result<Option<abri_model::Millis>, Refusal> {
        let Some(value) = self.header(name) else { return Ok(None) };
        Ok(Some(abri_model::Millis(upload::parse_time(name, value)? * 1000)))
    }

    /// A number of bytes given by a header.
    pub fn length(&self, name: &'static str) -> Result<Option<u64>, Refusal> {
        Ok(self.header(name).map(|value| upload::parse_length(name, value)).transpose()?)
    }

    /// The path's href, as it was asked for.
    pub fn href(&self) -> String {
        self.path.to_href()
    }
}

/// What a request says of the bytes it brings: `OC-Checksum`, `Content-MD5`, `Digest`, `OC-Total-Length`.
pub fn announced(asked: &Asked) -> Result<Announced, Refusal> {
    let mut announced = Announced::default();
    let mut told: Vec<Checksum> = Vec::new();
    if let Some(value) = asked.header("oc-checksum") {
        told.extend(checksum::parse_oc_checksum(value)?);
    }
    if let Some(value) = asked.header("content-md5") {
        told.push(checksum::parse_content_md5(value)?);
    }
    for name in ["repr-digest", "content-digest", "digest"] {
        if let Some(value) = asked.header(name) {
            told.extend(checksum::parse_digest(value)?);
        }
    }
    for checksum in told {
        let Ok(bytes) = data_encoding::HEXLOWER.decode(checksum.hex.as_bytes()) else { continue };
        match checksum.algorithm {
            Algorithm::Sha1 => announced.sha1 = bytes.try_into().ok(),
            Algorithm::Sha256 => announced.sha256 = bytes.try_into().ok(),
            Algorithm::Md5 => announced.md5 = bytes.try_into().ok(),
            Algorithm::Adler32 => announced.adler32 = bytes.try_into().ok().map(u32::from_be_bytes),
        }
    }
    announced.total = asked.length("OC-Total-Length")?;
    Ok(announced)
}

/// The body as bytes on their way in. Nothing is read before the room asks for the first piece: only then does
/// the server send `100 Continue`.
pub fn body_stream(body: Body, announced: Announced) -> Incoming {
    let size = body.size_hint().exact();
    let stream = body.into_data_stream().map(|piece| piece.map_err(|_| Error::Interrupted));
    Incoming { size, stream: Box::pin(stream), announced }
}

/// The whole of a small body.
pub async fn read_body(body: Body, bytes_max: usize) -> Result<Bytes, Refusal> {
    if body.size_hint().lower() > bytes_max as u64 {
        return Err(too_large(bytes_max));
    }
    let mut stream = body.into_data_stream();
    let mut held: Option<Bytes> = None;
    let mut more = BytesMut::new();
    while let Some(piece) = stream.next().await {
        let piece = piece.map_err(|_| Refusal::House(Error::Interrupted))?;
        match held.take() {
            None if more.is_empty() => held = Some(piece),
            None => more.extend_from_slice(&piece),
            Some(first) => {
                more.extend_from_slice(&first);
                more.extend_from_slice(&piece);
            }
        }
        if more.len().max(held.as_ref().map_or(0, Bytes::len)) > bytes_max {
            return Err(too_large(bytes_max));
        }
    }
    Ok(held.unwrap_or_else(|| more.freeze()))
}

fn too_large(bytes_max: usize) -> Refusal {
    Refusal::House(Error::TooLarge { what: "the request body, in bytes", limit: bytes_max as u64 })
}

/// Reads and throws away what a client is sending while it is being refused: many read no answer before they have
/// sent everything. Not for those that wait for `100 Continue`, and not without end.
pub async fn refused_body(waits: bool, body: Body) {
    if waits || body.size_hint().lower() > DRAIN_BYTES_MAX as u64 {
        return;
    }
    let mut stream = body.into_data_stream();
    let mut seen = 0;
    while let Some(Ok(piece)) = stream.next().await {
        seen += piece.len();
        if seen > DRAIN_BYTES_MAX {
            return;
        }
    }
}
