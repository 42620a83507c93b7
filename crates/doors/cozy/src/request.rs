//! Bytes to values: who asks, from where, with what parameters and what body.

use std::sync::Arc;

use abri_identity::proof;
use abri_identity::{Connection, From, Session};
use abri_model::{Error, Name, Result, SpaceId};
use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts};
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, HeaderName, Request, header};
use http_body_util::{BodyExt, Limited};
use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::door::House;
use crate::error::Refusal;

/// Longest JSON body.
pub(crate) const BODY_BYTES_MAX: usize = 4 << 20;
/// Longest page.
pub(crate) const PAGE_MAX: usize = 1000;

/// Whoever the request proves to come from.
pub(crate) struct Asker(pub Arc<Session>);

impl FromRequestParts<House> for Asker {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, house: &House) -> Result<Asker, Refusal> {
        let connection = connection(parts)?;
        match proof::who(&house.identity, &parts.headers, &connection).await? {
            Some(session) => Ok(Asker(session)),
            None => Err(Error::Unauthenticated.into()),
        }
    }
}

/// Where the request comes from: for calls that need nobody.
pub(crate) struct Origin {
    pub connection: Connection,
    pub organisation: SpaceId,
    pub from: From,
}

impl FromRequestParts<House> for Origin {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, house: &House) -> Result<Origin, Refusal> {
        let connection = connection(parts)?;
        let organisation = house.identity.organisation_of_host(connection.host.as_deref()).await?;
        let from = connection.from(&parts.headers);
        Ok(Origin { connection, organisation, from })
    }
}

/// The same, refused when a page of another origin sent it: calls that set a cookie.
pub(crate) struct OwnOrigin(pub Origin);

impl FromRequestParts<House> for OwnOrigin {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, house: &House) -> Result<OwnOrigin, Refusal> {
        let origin = Origin::from_request_parts(parts, house).await?;
        if is_foreign(&parts.headers, &origin.connection) {
            Err(Error::Forbidden.into())
        } else {
            Ok(OwnOrigin(origin))
        }
    }
}

/// Whether a browser says that a page of another origin makes the request. Programs say neither.
fn is_foreign(headers: &HeaderMap, connection: &Connection) -> bool {
    let site = header(headers, HeaderName::from_static("sec-fetch-site"));
    let origin = header(headers, header::ORIGIN);
    let scheme = if connection.secure { "https" } else { "http" };
    let own = format!("{scheme}://{}", connection.host.as_deref().unwrap_or_default());
    site.is_some_and(|site| !matches!(site, "same-origin" | "none"))
        || origin.is_some_and(|origin| !origin.eq_ignore_ascii_case(&own))
}

pub(crate) fn connection(parts: &Parts) -> Result<Connection> {
    parts.extensions.get::<Connection>().cloned().ok_or_else(|| Error::internal("a request without its connection"))
}

/// A header's text; an empty one is as good as none, because old clients send them.
pub(crate) fn header(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim).filter(|text| !text.is_empty())
}

/// The parameters of the address.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query(Vec<(String, String)>);

impl<S: Sync> FromRequestParts<S> for Query {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Query, Refusal> {
        Ok(Query::parse(parts.uri.query().unwrap_or_default()))
    }
}

impl Query {
    /// Reads `a=b&c=d`, percent-encoded, with `+` for a space.
    pub fn parse(text: &str) -> Query {
        let decode = |part: &str| percent_decode_str(&part.replace('+', " ")).decode_utf8_lossy().into_owned();
        let pairs = text.split('&').filter(|pair| !pair.is_empty());
        Query(
            pairs
                .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
                .map(|(name, value)| (decode(name), decode(value)))
                .collect(),
        )
    }

    /// The value of a parameter; an empty one is as good as none.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// The value of a parameter that must be there.
    pub fn need(&self, name: &'static str) -> Result<&str, Refusal> {
        self.get(name)
            .ok_or_else(|| Refusal::Parameter(name, Error::invalid(format!("the parameter {name} is needed"))))
    }

    /// A name of a node.
    pub fn name(&self, parameter: &'static str) -> Result<Name, Refusal> {
        // An empty name is told as such, not as a missing parameter.
        let text = self.0.iter().find(|(known, _)| known == parameter).map(|(_, value)| value.as_str());
        let text = text.ok_or_else(|| {
            Refusal::Parameter(parameter, Error::invalid(format!("the parameter {parameter} is needed")))
        })?;
        Name::parse(text).map_err(|error| Refusal::Parameter(parameter, error.into()))
    }

    /// Whether a parameter says yes.
    pub fn is(&self, name: &str) -> Option<bool> {
        self.get(name).map(|value| matches!(value, "true" | "1" | "yes"))
    }

    /// How many at most: `page[limit]` or `limit`.
    pub fn limit(&self, default: usize) -> Result<usize, Refusal> {
        let Some(text) = self.get("page[limit]").or_else(|| self.get("limit")) else { return Ok(default) };
        match text.parse::<usize>() {
            Ok(limit) if limit > 0 => Ok(limit.min(PAGE_MAX)),
            _ => Err(Refusal::Parameter(
                "page[limit]",
                Error::invalid(format!("{text:?} is not a number of things: write one from 1 to {PAGE_MAX}")),
            )),
        }
    }
}

/// A JSON body.
pub(crate) struct Json<T>(pub T);

impl<T: DeserializeOwned> FromRequest<House> for Json<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request<Body>, _: &House) -> Result<Json<T>, Refusal> {
        let bytes = body(request.into_body()).await?;
        let value = serde_json::from_slice(&bytes)
            .map_err(|error| Error::invalid(format!("the body is not the JSON that is expected here: {error}")))?;
        Ok(Json(value))
    }
}

/// A whole body, bounded.
pub(crate) async fn body(body: Body) -> Result<Bytes> {
    match Limited::new(body, BODY_BYTES_MAX).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => {
            Err(Error::TooLarge { what: "the body, in bytes", limit: BODY_BYTES_MAX as u64 })
        }
        Err(_) => Err(Error::Interrupted),
    }
}

/// The `data` of a JSON:API document.
pub(crate) fn data(document: &Value) -> Result<&Value> {
    document
        .get("data")
        .filter(|data| data.is_object())
        .ok_or_else(|| Error::invalid("the body needs {\"data\": {\"attributes\": …}}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_decoded() {
        let query = Query::parse("page[limit]=7&page%5Bcursor%5D=a%2Eb&Name=a+b%20c&empty=&flag");
        assert_eq!(query.limit(100).ok(), Some(7));
        assert_eq!(query.get("page[cursor]"), Some("a.b"));
        assert_eq!(query.get("Name"), Some("a b c"));
        assert_eq!((query.get("empty"), query.get("flag")), (None, None));
        assert!(query.need("Type").is_err());
        assert_eq!(Query::parse("limit=99999").limit(1).ok(), Some(PAGE_MAX));
        for bad in ["limit=0", "limit=-1", "page[limit]=many"] {
            assert!(Query::parse(bad).limit(1).is_err(), "{bad}");
        }
    }

    #[test]
    fn pages_of_other_origins_are_told_apart() {
        let connection = Connection { address: [127, 0, 0, 1].into(), secure: true, host: Some("a.example".into()) };
        let cases: &[(&[(&str, &str)], bool)] = &[
            (&[], false),
            (&[("sec-fetch-site", "same-origin")], false),
            (&[("sec-fetch-site", "none")], false),
            (&[("sec-fetch-site", "same-site")], true),
            (&[("sec-fetch-site", "cross-site")], true),
            (&[("origin", "https://a.example")], false),
            (&[("origin", "http://a.example")], true),
            (&[("origin", "null")], true),
            (&[("origin", "https://b.a.example")], true),
            (&[("sec-fetch-site", "same-origin"), ("origin", "https://a.example")], false),
        ];
        for (headers, expected) in cases {
            let headers: HeaderMap = headers
                .iter()
                .map(|(name, value)| (HeaderName::from_static(name), value.parse().expect("a value")))
                .collect();
            assert_eq!(is_foreign(&headers, &connection), *expected, "{headers:?}");
        }
    }
}
