//! The table: which verb of which area goes where.

use std::sync::Arc;

use abri_data::Data;
use abri_files::Files;
use abri_identity::Identity;
use abri_identity::proof::Connection;
use abri_model::Error;
use abri_proto_dav::DavPath;
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::routing::any;
use http::{Request, header};

use crate::answer::Answer;
use crate::area::Area;
use crate::asker::asker;
use crate::door::{DavPolicy, Door};
use crate::error::Refusal;
use crate::options::{allow, options};
use crate::request::{Asked, Verb, refused_body};
use crate::{copymove, delete, get, hall, lock, mkcol, propfind, proppatch, put, report, search, trashbin, versions};

/// The door's paths: `/remote.php/dav`, `/remote.php/webdav` and `/dav` with everything below.
pub fn router(data: Data, identity: Identity, files: Files) -> Router {
    router_with(data, identity, files, DavPolicy::default())
}

/// The same with choices of one's own.
pub fn router_with(data: Data, identity: Identity, files: Files, policy: DavPolicy) -> Router {
    let door = Door::new(data, identity, files, policy);
    let mut router = Router::new();
    for root in ["/remote.php/dav", "/remote.php/webdav", "/dav"] {
        router = router
            .route(root, any(serve))
            .route(&format!("{root}/"), any(serve))
            .route(&format!("{root}/{{*path}}"), any(serve));
    }
    router.with_state(door)
}

async fn serve(State(door): State<Arc<Door>>, request: Request<Body>) -> Answer {
    let (parts, body) = request.into_parts();
    let waits = parts.headers.contains_key(header::EXPECT);
    match answer(&door, parts, body).await {
        Ok(answer) => answer,
        Err((refusal, body)) => {
            if let Some(body) = body {
                refused_body(waits, body).await;
            }
            refusal.answer(&door.policy.realm)
        }
    }
}

/// The answer; or the refusal with the body that was not read.
async fn answer(door: &Door, parts: http::request::Parts, body: Body) -> Result<Answer, (Refusal, Option<Body>)> {
    let asked = match ask(door, parts).await {
        Ok(asked) => asked,
        Err(refusal) => return Err((refusal, Some(body))),
    };
    let area = Area::of(&asked.path);
    if asked.verb == Verb::Options {
        return Ok(options(&area));
    }
    let mut body = Some(body);
    let outcome = match &area {
        Area::Files(base) => match asked.verb {
            Verb::Get | Verb::Head => get::get(door, &asked, base).await,
            Verb::PropFind => propfind::propfind(door, &asked, base, taken(&mut body)).await,
            Verb::Put => put::put(door, &asked, base, &mut body).await,
            Verb::Delete => delete::delete(door, &asked, base).await,
            Verb::MkCol => mkcol::mkcol(door, &asked, base, taken(&mut body)).await,
            Verb::Copy | Verb::Move => copymove::copymove(door, &asked, base).await,
            Verb::PropPatch => proppatch::proppatch(door, &asked, base, taken(&mut body)).await,
            Verb::Lock => lock::lock(door, &asked, base, taken(&mut body)).await,
            Verb::Unlock => lock::unlock(door, &asked, base).await,
            Verb::Report => report::report(door, &asked, base, taken(&mut body)).await,
            Verb::Search => search::search(door, &asked, taken(&mut body)).await,
            Verb::Options => Ok(options(&area)),
        },
        Area::Hall(hall) => match asked.verb {
            Verb::PropFind => hall::propfind(door, &asked, hall, taken(&mut body)).await,
            Verb::Search => search::search(door, &asked, taken(&mut body)).await,
            _ => Err(Refusal::NotAllowed(allow(&area))),
        },
        Area::Trash { user, at } => trashbin::serve(door, &asked, user, at, &mut body).await,
        Area::Versions { user, at } => versions::serve(door, &asked, user, at, &mut body).await,
        Area::Nowhere => Err(Refusal::House(Error::NotFound)),
    };
    outcome.map_err(|refusal| (refusal, body))
}

/// The body, for a verb that reads it.
fn taken(body: &mut Option<Body>) -> Body {
    body.take().unwrap_or_default()
}

/// Who asks what, before any body is read.
async fn ask(door: &Door, mut parts: http::request::Parts) -> Result<Asked, Refusal> {
    let session = asker(&door.identity, &parts).await?;
    let verb = Verb::of(&parts.method)
        .ok_or(Refusal::NotImplemented("this method is not known here: OPTIONS tells those that are"))?;
    let path = DavPath::parse(parts.uri.path())?;
    let query = parts.uri.query().map(str::to_owned);
    let host = parts.extensions.remove::<Connection>().and_then(|connection| connection.host);
    let authority = parts.uri.into_parts().authority;
    Ok(Asked { session, verb, path, query, headers: parts.headers, host, authority })
}
