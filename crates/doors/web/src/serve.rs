//! GET and HEAD of a file.

use abri_identity::proof::Connection;
use axum::Extension;
use axum::body::Body;
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, Uri, header};

use crate::{assets, headers};

/// Answers with the file that the path means.
pub(crate) async fn serve(
    Extension(connection): Extension<Connection>,
    method: Method,
    uri: Uri,
    asked: HeaderMap,
) -> Response<Body> {
    let mut answer = match method {
        Method::GET | Method::HEAD => file(uri.path(), &asked),
        _ => {
            let mut answer = text(StatusCode::METHOD_NOT_ALLOWED, "this address can only be read\n");
            answer.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
            answer
        }
    };
    let scheme = if connection.secure { "https" } else { "http" };
    let origin = format!("{scheme}://{}", connection.host.as_deref().unwrap_or("localhost"));
    headers::add(answer.headers_mut(), &origin, connection.secure);
    answer
}

fn file(path: &str, asked: &HeaderMap) -> Response<Body> {
    let header = |name| asked.get(name).and_then(|value| value.to_str().ok());
    let Some(asset) = assets::find(path, header(header::ACCEPT_ENCODING)) else {
        return text(StatusCode::NOT_FOUND, "there is nothing at this address\n");
    };
    let known = header(header::IF_NONE_MATCH)
        .is_some_and(|tags| tags.split(',').any(|tag| tag.trim().trim_start_matches("W/") == asset.etag));
    let length = asset.bytes.len();
    let mut answer = Response::new(if known { Body::empty() } else { Body::from(asset.bytes) });
    let headers = answer.headers_mut();
    if let Ok(etag) = HeaderValue::try_from(asset.etag) {
        headers.insert(header::ETAG, etag);
    }
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    let cache = if asset.immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    if known {
        *answer.status_mut() = StatusCode::NOT_MODIFIED;
        return answer;
    }
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.mime));
    headers.insert(header::CONTENT_LENGTH, length.into());
    if let Some(encoding) = asset.encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    answer
}

fn text(status: StatusCode, text: &'static str) -> Response<Body> {
    let mut answer = Response::new(Body::from(text));
    *answer.status_mut() = status;
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    answer
}

#[cfg(test)]
mod tests {
    use http::Request;
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    use super::*;

    /// The answer to a request with these headers: status, the named headers, and the length of the body.
    async fn answer(method: &str, path: &str, secure: bool, with: &[(&str, &str)], shown: &[&str]) -> String {
        let connection = Connection { address: [127, 0, 0, 1].into(), secure, host: Some("a.example".into()) };
        let mut request = Request::builder().method(method).uri(path).extension(connection);
        for (name, value) in with {
            request = request.header(*name, *value);
        }
        let answer = crate::router().oneshot(request.body(Body::empty()).expect("a request")).await.expect("an answer");
        let mut out = answer.status().as_u16().to_string();
        for name in shown {
            let value = answer.headers().get(*name).and_then(|value| value.to_str().ok()).unwrap_or("-");
            out = format!("{out} | {value}");
        }
        let body = answer.into_body().collect().await.expect("a body").to_bytes();
        format!("{out} | {}", if body.is_empty() { "empty" } else { "body" })
    }

    #[tokio::test]
    async fn pages_are_asked_for_again_and_strangers_are_told() {
        let shown = [
            "content-type",
            "cache-control",
            "x-content-type-options",
            "referrer-policy",
            "cross-origin-opener-policy",
            "strict-transport-security",
        ];
        let page = "text/html; charset=utf-8 | no-cache | nosniff | no-referrer | same-origin";
        assert_eq!(answer("GET", "/", false, &[], &shown).await, format!("200 | {page} | - | body"));
        assert_eq!(
            answer("GET", "/~/files", true, &[], &shown).await,
            format!("200 | {page} | max-age=31536000 | body")
        );
        assert_eq!(answer("GET", "/nothing", false, &[], &[]).await, "404 | body");
        assert_eq!(answer("POST", "/", false, &[], &["allow"]).await, "405 | GET, HEAD | body");
    }

    #[tokio::test]
    async fn a_known_page_is_not_sent_again() {
        let etag = assets::find("/", None).expect("the shell").etag;
        assert_eq!(
            answer("GET", "/", false, &[("if-none-match", &etag)], &["etag"]).await,
            format!("304 | {etag} | empty")
        );
    }
}
