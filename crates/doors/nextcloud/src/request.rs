//! What can be asked about uploads: a verb, an upload, a part.

use std::sync::Arc;

use abri_files::{Announced, Incoming};
use abri_identity::Session;
use abri_model::{Error, Millis};
use abri_proto_dav::{Algorithm, DavPath, Depth, If, checksum, depth, upload};
use axum::body::Body;
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use http::{HeaderMap, Method};
use http_body::Body as _;

use crate::error::Refusal;

/// Most bytes of an XML body.
pub const XML_BYTES_MAX: usize = 256 * 1024;
/// Bytes of a refused part that are read and thrown away, so that the client gets to read the answer.
const DRAIN_BYTES_MAX: usize = 4 << 20;

/// Everything that can be asked about uploads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// What can be done?
    Options,
    /// Which uploads are there?
    ListAll,
    /// Begin this one.
    Begin(String),
    /// Which parts of it are there?
    List(String),
    /// Give it up.
    Drop(String),
    /// Take this part of it.
    Part(String, String),
    /// Make it a file.
    Join(String),
}

/// A request, its body not yet read.
pub struct Asked {
    /// Who asks.
    pub session: Arc<Session>,
    /// Everything else it says.
    pub headers: HeaderMap,
    /// The names by which this server was called.
    pub hosts: Vec<String>,
}

/// The name that stands for the finished file.
const FINISHED: &str = ".file";
/// What an upload takes.
pub const ALLOW: &str = "OPTIONS, MKCOL, PUT, MOVE, PROPFIND, DELETE";

impl Ask {
    /// Reads a method and the names below `/remote.php/dav/uploads/{user}`.
    pub fn of(method: &Method, names: &[String]) -> Result<Ask, Refusal> {
        let refused = Err(Refusal::NotAllowed(ALLOW));
        match (method.as_str(), names) {
            ("OPTIONS", _) => Ok(Ask::Options),
            ("PROPFIND", []) => Ok(Ask::ListAll),
            ("MKCOL", [id]) => Ok(Ask::Begin(id.clone())),
            ("PROPFIND", [id]) => Ok(Ask::List(id.clone())),
            ("DELETE", [id]) => Ok(Ask::Drop(id.clone())),
            ("MOVE", [id, name]) if name == FINISHED => Ok(Ask::Join(id.clone())),
            ("PUT", [id, name]) if name != FINISHED => Ok(Ask::Part(id.clone(), name.clone())),
            (_, [] | [_] | [_, _]) => refused,
            _ => Err(Error::NotFound.into()),
        }
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

    /// `If`.
    pub fn if_header(&self) -> Result<Option<If>, Refusal> {
        Ok(self.header("if").map(If::parse).transpose()?)
    }

    /// A path in a header, in any of the spellings that clients use.
    pub fn destination(&self) -> Result<Option<DavPath>, Refusal> {
        let Some(value) = self.header("destination") else { return Ok(None) };
        let hosts: Vec<&str> = self.hosts.iter().map(String::as_str).collect();
        abri_proto_dav::destination::parse(value, &hosts).map(Some).map_err(|error| Refusal::Bad(error.to_string()))
    }

    /// A time given in seconds by a header.
    pub fn time(&self, name: &'static str) -> Result<Option<Millis>, Refusal> {
        let Some(value) = self.header(name) else { return Ok(None) };
        Ok(Some(Millis(upload::parse_time(name, value)? * 1000)))
    }

    /// The length of the whole file, by one of the two names clients have for it.
    pub fn total(&self) -> Result<Option<u64>, Refusal> {
        for name in ["OC-Total-Length", "OC-Total-File-Length"] {
            if let Some(value) = self.header(name) {
                return Ok(Some(upload::parse_length(name, value)?));
            }
        }
        Ok(None)
    }

    /// What `OC-Checksum` says of the bytes.
    pub fn announced(&self) -> Result<Announced, Refusal> {
        let mut announced = Announced::default();
        let Some(value) = self.header("oc-checksum") else { return Ok(announced) };
        for checksum in checksum::parse_oc_checksum(value)? {
            let Ok(bytes) = data_encoding::HEXLOWER.decode(checksum.hex.as_bytes()) else { continue };
            match checksum.algorithm {
                Algorithm::Sha1 => announced.sha1 = bytes.try_into().ok(),
                Algorithm::Sha256 => announced.sha256 = bytes.try_into().ok(),
                Algorithm::Md5 => announced.md5 = bytes.try_into().ok(),
                Algorithm::Adler32 => announced.adler32 = bytes.try_into().ok().map(u32::from_be_bytes),
            }
        }
        Ok(announced)
    }
}

/// The body as bytes on their way in; nothing is read before the room asks for it.
pub fn body_stream(body: Body, announced: Announced) -> Incoming {
    let size = body.size_hint().exact();
    let stream = body.into_data_stream().map(|piece| piece.map_err(|_| Error::Interrupted));
    Incoming { size, stream: Box::pin(stream), announced }
}

/// The whole of a small body.
pub async fn read_body(body: Body) -> Result<Bytes, Refusal> {
    let mut stream = body.into_data_stream();
    let mut held = BytesMut::new();
    while let Some(piece) = stream.next().await {
        held.extend_from_slice(&piece.map_err(|_| Error::Interrupted)?);
        if held.len() > XML_BYTES_MAX {
            return Err(Error::TooLarge { what: "the request body, in bytes", limit: XML_BYTES_MAX as u64 }.into());
        }
    }
    Ok(held.freeze())
}

/// Reads and throws away what a client is sending while it is being refused, unless it waits for `100 Continue`.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dialects_of_uploads() {
        let check = |method: &str, path: &str, expected: Option<Ask>| {
            let names: Vec<String> = path.split('/').filter(|name| !name.is_empty()).map(str::to_owned).collect();
            let method = Method::from_bytes(method.as_bytes()).expect("a method");
            assert_eq!(Ask::of(&method, &names).ok(), expected, "{method} {path}");
        };
        check("MKCOL", "1234", Some(Ask::Begin("1234".into())));
        check("PUT", "1234/0000000000000000", Some(Ask::Part("1234".into(), "0000000000000000".into())));
        check("MOVE", "1234/.file", Some(Ask::Join("1234".into())));
        check("MOVE", "1234/00001", None);
        check("PUT", "1234/.file", None);
        check("PROPFIND", "1234", Some(Ask::List("1234".into())));
        check("PROPFIND", "", Some(Ask::ListAll));
        check("DELETE", "1234", Some(Ask::Drop("1234".into())));
        check("DELETE", "", None);
        check("PUT", "a/b/c", None);
    }
}
