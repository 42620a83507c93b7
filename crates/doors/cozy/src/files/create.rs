//! `POST /files/:dir`: a new folder, or a new file from the request's body.

use abri_data::Times;
use abri_files::{Announced, At, Condition, Incoming, MakeDirectory, Place, Write};
use abri_model::Error;
use axum::body::Body;
use axum::extract::{Path, State};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::StreamExt;
use http::{HeaderMap, HeaderName, StatusCode, header};

use super::{id, node};
use crate::door::House;
use crate::error::{Outcome, Refusal};
use crate::request::{Asker, Query, header as text_of};
use crate::{json, time};

/// Makes it.
pub(crate) async fn create(
    State(house): State<House>,
    Asker(session): Asker,
    Path(text): Path<String>,
    query: Query,
    headers: HeaderMap,
    body: Body,
) -> Outcome {
    let tree = house.tree(&session).await?;
    let place = Place { parent: id::read(&tree, &text)?, name: query.name("Name")? };
    let mtime = query.get("UpdatedAt").map(time::read).transpose()?;
    let created = query.get("CreatedAt").map(time::read).transpose()?;
    let made = match query.need("Type")? {
        "directory" => {
            tree.make_directory(MakeDirectory { place, times: Times { mtime, created }, tokens: Vec::new() }).await?
        }
        "file" => {
            let write = Write {
                at: At::Place(place),
                condition: Condition::Absent,
                body: incoming(&headers, &query, body)?,
                mtime,
                created,
                mime: text_of(&headers, header::CONTENT_TYPE).map(str::to_owned),
                executable: query.is("Executable"),
                make_parents: false,
                tokens: Vec::new(),
            };
            tree.write(write).await?.node
        }
        other => {
            return Err(Refusal::Parameter(
                "Type",
                Error::invalid(format!("there is no type {other:?}: directory or file")),
            ));
        }
    };
    Ok(json::one(StatusCode::CREATED, node::show(&tree, &made).await?))
}

/// The bytes on their way in, with what the sender says of them.
pub(crate) fn incoming(headers: &HeaderMap, query: &Query, body: Body) -> Result<Incoming, Refusal> {
    let number = |text: &str, what: &'static str| {
        text.parse::<u64>()
            .map_err(|_| Refusal::Parameter(what, Error::invalid(format!("{text:?} is not a number of bytes"))))
    };
    let length = text_of(headers, header::CONTENT_LENGTH).map(|text| number(text, "Content-Length")).transpose()?;
    let total = query.get("Size").map(|text| number(text, "Size")).transpose()?;
    let md5 = match text_of(headers, HeaderName::from_static("content-md5")) {
        None => None,
        Some(text) => Some(STANDARD.decode(text).ok().and_then(|bytes| bytes.try_into().ok()).ok_or_else(|| {
            Refusal::Parameter("Content-MD5", Error::invalid("Content-MD5 must be the base64 of 16 bytes"))
        })?),
    };
    let stream = body.into_data_stream().map(|piece| piece.map_err(|_| Error::Interrupted));
    Ok(Incoming { size: length, stream: Box::pin(stream), announced: Announced { md5, total, ..Announced::default() } })
}
