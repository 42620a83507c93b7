//! The table.

use std::sync::Arc;

use abri_data::Data;
use abri_files::Files;
use abri_identity::Identity;
use abri_identity::proof::Connection;
use abri_model::Error;
use abri_proto_dav::DavPath;
use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::routing::{any, get};
use http::{HeaderMap, Method, Request, header};

use crate::asker::asker;
use crate::capabilities::capabilities;
use crate::door::{Door, Product};
use crate::error::{Answer, Outcome, Refusal};
use crate::ocs::{Format, Version, bad, good};
use crate::request::{Ask, Asked, refused_body};
use crate::{status, uploads, user};

/// How many segments lead to a person's uploads.
const UPLOADS_SEGMENTS: usize = 4;

/// The door's paths.
pub fn router(data: Data, identity: Identity, files: Files) -> Router {
    router_with(data, identity, files, Product::default())
}

/// The same under another name.
pub fn router_with(data: Data, identity: Identity, files: Files, product: Product) -> Router {
    let door = Door::new(data, identity, files, product);
    Router::new()
        .route("/remote.php/dav/uploads/{user}", any(serve_uploads))
        .route("/remote.php/dav/uploads/{user}/", any(serve_uploads))
        .route("/remote.php/dav/uploads/{user}/{*rest}", any(serve_uploads))
        .route("/status.php", get(serve_status))
        .route("/index.php/204", get(serve_free_way))
        .route("/ocs/v1.php/{*call}", any(ocs_v1))
        .route("/ocs/v2.php/{*call}", any(ocs_v2))
        .with_state(door)
}

async fn serve_status(State(door): State<Arc<Door>>) -> Answer {
    status::answer(&door.product)
}

async fn serve_free_way() -> Answer {
    status::no_content()
}

async fn ocs_v1(State(door): State<Arc<Door>>, Path(call): Path<String>, request: Request<Body>) -> Answer {
    ocs(&door, Version::V1, &call, request).await
}

async fn ocs_v2(State(door): State<Arc<Door>>, Path(call): Path<String>, request: Request<Body>) -> Answer {
    ocs(&door, Version::V2, &call, request).await
}

async fn ocs(door: &Door, version: Version, call: &str, request: Request<Body>) -> Answer {
    let (parts, _) = request.into_parts();
    let format = Format::of(parts.uri.query(), &parts.headers);
    let outcome = match (&parts.method, call.trim_end_matches('/')) {
        // Asked before there is a login: the desktop client finds out by it how to log in.
        (&Method::GET, "cloud/capabilities") => Ok(capabilities(&door.product)),
        (&Method::GET, "cloud/user") => asked_user(door, &parts).await,
        (_, "cloud/capabilities" | "cloud/user") => Err(Refusal::NotAllowed("GET")),
        _ => Err(Refusal::House(Error::NotFound)),
    };
    match outcome {
        Ok(data) => good(version, format, &data),
        Err(refusal) => bad(version, format, &refusal, &door.product.realm),
    }
}

async fn asked_user(door: &Door, parts: &http::request::Parts) -> Result<serde_json::Value, Refusal> {
    let session = asker(&door.identity, parts).await?;
    let quota = door.own(&session).await?.quota().await?;
    Ok(user::user(&session, quota))
}

async fn serve_uploads(State(door): State<Arc<Door>>, request: Request<Body>) -> Answer {
    let (parts, body) = request.into_parts();
    let waits = parts.headers.contains_key(header::EXPECT);
    let mut body = Some(body);
    match answer_upload(&door, parts, &mut body).await {
        Ok(answer) => answer,
        Err(refusal) => {
            if let Some(body) = body {
                refused_body(waits, body).await;
            }
            refusal.answer(&door.product.realm)
        }
    }
}

async fn answer_upload(door: &Door, parts: http::request::Parts, body: &mut Option<Body>) -> Outcome {
    let session = asker(&door.identity, &parts).await?;
    let path = DavPath::parse(parts.uri.path())?;
    if path.segments.get(UPLOADS_SEGMENTS - 1) != Some(&session.account.name) {
        return Err(Error::NotFound.into());
    }
    let ask = Ask::of(&parts.method, &path.segments[UPLOADS_SEGMENTS..])?;
    let hosts = hosts(&parts.headers, &parts);
    let asked = Asked { session, headers: parts.headers, hosts };
    uploads::serve(door, &asked, ask, body).await
}

/// The names by which the client called us, itself or through a proxy.
fn hosts(headers: &HeaderMap, parts: &http::request::Parts) -> Vec<String> {
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok());
    let connection = parts.extensions.get::<Connection>().and_then(|connection| connection.host.as_deref());
    let authority = parts.uri.authority().map(|authority| authority.as_str());
    [host, connection, authority].into_iter().flatten().map(str::to_owned).collect()
}
