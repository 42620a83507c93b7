//! Where every request comes in: who asks from where, which door answers, what every answer carries.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use abri_identity::proof::Connection;
use axum::Router;
use axum::body::Body;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, header};
use http_body::Body as _;
use hyper::body::Incoming;
use tower::Service;

use super::patience::Patient;
use super::proxy::{self, Network};

/// The doors, by what they answer.
#[derive(Clone, Debug)]
pub struct Doors {
    /// WebDAV: files.
    pub dav: Router,
    /// What Nextcloud's clients ask beside WebDAV, and uploads in chunks.
    pub nextcloud: Router,
    /// The JSON API.
    pub cozy: Router,
    /// Live changes.
    pub realtime: Router,
    /// The screens.
    pub web: Router,
}

/// The entrance, shared by all connections.
#[derive(Clone, Debug)]
pub struct Front(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    doors: Doors,
    rules: Rules,
}

/// What holds for every request.
#[derive(Clone, Debug)]
pub struct Rules {
    /// Proxies that are believed.
    pub proxies: Vec<Network>,
    /// Longest head, in bytes.
    pub head_bytes_max: usize,
    /// How long a sender may pause within a body.
    pub body_wait: Duration,
    /// The port of HTTPS when plain HTTP only leads there.
    pub redirect: Option<u16>,
}

impl Front {
    /// The entrance to `doors`.
    pub fn new(doors: Doors, rules: Rules) -> Front {
        Front(Arc::new(Inner { doors, rules }))
    }

    /// Answers one request.
    pub async fn answer(&self, peer: SocketAddr, secure: bool, request: Request<Incoming>) -> Response<Body> {
        let wait = self.0.rules.body_wait;
        // Most requests have no body, and pay nothing for waiting.
        let request =
            request.map(|body| if body.is_end_stream() { Body::empty() } else { Body::new(Patient::new(body, wait)) });
        self.answer_any(peer, secure, request).await
    }

    /// Answers one request with any body.
    pub async fn answer_any(&self, peer: SocketAddr, secure: bool, mut request: Request<Body>) -> Response<Body> {
        let headers = request.headers();
        if head_bytes(headers) + request.uri().path_and_query().map_or(0, |path| path.as_str().len())
            > self.0.rules.head_bytes_max
        {
            return told(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "the head of the request is too long\n");
        }
        // RFC 9112 §3.2: without a host nobody can know whose house was meant.
        if request.version() == http::Version::HTTP_11 && !headers.contains_key(header::HOST) {
            return told(StatusCode::BAD_REQUEST, "a Host header is needed\n");
        }
        let client = proxy::client(
            peer,
            secure,
            request.uri().authority().map(http::uri::Authority::as_str),
            headers,
            &self.0.rules.proxies,
        );
        if client.host.as_deref().is_some_and(|host| !is_plain_host(host)) {
            return told(StatusCode::BAD_REQUEST, "the Host header is not the name of a host\n");
        }
        if let (Some(port), false) = (self.0.rules.redirect, client.secure) {
            return redirected(client.host.as_deref(), port, request.uri());
        }
        let secure = client.secure;
        request.extensions_mut().insert(Connection { address: client.address, secure, host: client.host });
        let mut door = self.0.door(request.uri().path()).clone();
        let access = tracing::enabled!(tracing::Level::DEBUG).then(|| (Instant::now(), request.method().clone()));
        let mut answer = match door.call(request).await {
            Ok(answer) => answer,
            Err(never) => match never {},
        };
        harden(answer.headers_mut(), secure);
        if let Some((begun, method)) = access {
            tracing::debug!(%method, status = answer.status().as_u16(), wait_us = begun.elapsed().as_micros() as u64, %peer, "answered");
        }
        answer
    }
}

impl Inner {
    /// The door for a path, by its first part.
    fn door(&self, path: &str) -> &Router {
        let rest = path.strip_prefix('/').unwrap_or(path);
        let (first, rest) = rest.split_once('/').unwrap_or((rest, ""));
        let doors = &self.doors;
        match first {
            "remote.php" if rest.starts_with("dav/uploads") => &doors.nextcloud,
            "remote.php" | "dav" | "public.php" => &doors.dav,
            "status.php" | "ocs" | "index.php" => &doors.nextcloud,
            ".well-known" => &doors.nextcloud,
            "realtime" => &doors.realtime,
            "files" | "data" | "settings" | "auth" | "public" | "permissions" | "apps" | "konnectors" | "version" => {
                &doors.cozy
            }
            _ => &doors.web,
        }
    }
}

/// The bytes of all header fields.
fn head_bytes(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum()
}

/// Whether `host` can stand in a policy or an address without meaning anything else.
fn is_plain_host(host: &str) -> bool {
    !host.is_empty()
        && host.len() <= 255
        && host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b':' | b'[' | b']'))
}

/// What every answer carries unless its door said otherwise: bytes of users must never act as a page of ours.
fn harden(headers: &mut HeaderMap, secure: bool) {
    const SANDBOX: HeaderValue = HeaderValue::from_static("default-src 'none'; sandbox");
    const NOSNIFF: HeaderValue = HeaderValue::from_static("nosniff");
    const NO_REFERRER: HeaderValue = HeaderValue::from_static("no-referrer");
    const SAME_ORIGIN: HeaderValue = HeaderValue::from_static("same-origin");
    const YEAR: HeaderValue = HeaderValue::from_static("max-age=31536000");
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(SANDBOX);
    headers.entry(header::X_CONTENT_TYPE_OPTIONS).or_insert(NOSNIFF);
    headers.entry(header::REFERRER_POLICY).or_insert(NO_REFERRER);
    headers.entry(HeaderName::from_static("cross-origin-resource-policy")).or_insert(SAME_ORIGIN);
    if secure {
        headers.entry(header::STRICT_TRANSPORT_SECURITY).or_insert(YEAR);
    }
}

fn redirected(host: Option<&str>, port: u16, uri: &http::Uri) -> Response<Body> {
    let name = host.map(|host| {
        host.rsplit_once(':')
            .filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()))
            .map_or(host, |(name, _)| name)
    });
    let Some(name) = name else { return told(StatusCode::BAD_REQUEST, "a Host header is needed\n") };
    let port = if port == 443 { String::new() } else { format!(":{port}") };
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let mut answer = told(StatusCode::PERMANENT_REDIRECT, "use https\n");
    match HeaderValue::try_from(format!("https://{name}{port}{path}")) {
        Ok(location) => answer.headers_mut().insert(header::LOCATION, location),
        Err(_) => return told(StatusCode::BAD_REQUEST, "the address cannot be redirected\n"),
    };
    answer
}

/// The answer to a request whose target has a fragment (RFC 9110 §7.1 has none).
pub(super) fn fragment_refused() -> Response<Body> {
    told(StatusCode::BAD_REQUEST, "the path holds #: write it as %23, or leave the fragment out\n")
}

fn told(status: StatusCode, text: &'static str) -> Response<Body> {
    let mut answer = Response::new(Body::from(text));
    *answer.status_mut() = status;
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    answer
}

#[cfg(test)]
mod tests {
    use axum::Extension;

    use super::*;

    fn named(name: &'static str) -> Router {
        Router::new().fallback(move |Extension(connection): Extension<Connection>| async move {
            format!("{name} {} {}", connection.address, connection.secure)
        })
    }

    fn front(redirect: Option<u16>) -> Front {
        let doors = Doors {
            dav: named("dav"),
            nextcloud: named("nextcloud"),
            cozy: named("cozy"),
            realtime: named("realtime"),
            web: named("web"),
        };
        Front::new(
            doors,
            Rules { proxies: Vec::new(), head_bytes_max: 8192, body_wait: Duration::from_secs(9), redirect },
        )
    }

    async fn answer(front: &Front, path: &str, headers: &[(&str, &str)]) -> Response<Body> {
        let mut request = Request::builder().uri(path).version(http::Version::HTTP_2);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        front.answer_any(([192, 0, 2, 7], 4000).into(), false, request.body(Body::empty()).expect("a request")).await
    }

    #[tokio::test]
    async fn each_path_has_its_door() {
        let cases = [
            ("/remote.php/dav/files/ada/x", "dav"),
            ("/remote.php/webdav/x", "dav"),
            ("/remote.php/dav/uploads/ada/1/00001", "nextcloud"),
            ("/dav", "dav"),
            ("/dav/spaces/1/", "dav"),
            ("/status.php", "nextcloud"),
            ("/ocs/v2.php/cloud/capabilities", "nextcloud"),
            ("/files/_recent", "cozy"),
            ("/auth/login", "cozy"),
            ("/public/status", "cozy"),
            ("/settings/instance", "cozy"),
            ("/realtime/bell", "realtime"),
            ("/", "web"),
            ("/~/files", "web"),
            ("/filesystem", "web"),
            ("/assets/x.js", "web"),
        ];
        let front = front(None);
        for (path, door) in cases {
            let body = axum::body::to_bytes(answer(&front, path, &[]).await.into_body(), 1000).await.expect("a body");
            assert_eq!(String::from_utf8_lossy(&body), format!("{door} 192.0.2.7 false"), "{path}");
        }
    }

    #[tokio::test]
    async fn every_answer_is_hardened() {
        let answer = answer(&front(None), "/files/x", &[]).await;
        assert_eq!(answer.headers()["content-security-policy"], "default-src 'none'; sandbox");
        assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
    }

    #[tokio::test]
    async fn heads_that_make_no_sense_are_refused() {
        let front = front(None);
        let long = "x".repeat(9000);
        assert_eq!(answer(&front, "/", &[("x-long", &long)]).await.status(), 431);
        for host in ["a;script-src", "a b", "a'b", "a/b"] {
            assert_eq!(answer(&front, "/", &[("host", host)]).await.status(), 400, "{host}");
        }
        for host in ["a.example", "a.example:8080", "[::1]:80", "127.0.0.1"] {
            assert_eq!(answer(&front, "/", &[("host", host)]).await.status(), 200, "{host}");
        }
    }

    #[tokio::test]
    async fn plain_http_leads_to_https_when_told_to() {
        let cases = [
            ("a.example", 443, "https://a.example/x?y=1"),
            ("a.example:80", 443, "https://a.example/x?y=1"),
            ("a.example:8080", 8443, "https://a.example:8443/x?y=1"),
            ("[::1]:80", 443, "https://[::1]/x?y=1"),
            ("[::1]", 443, "https://[::1]/x?y=1"),
        ];
        for (host, port, location) in cases {
            let answer = answer(&front(Some(port)), "/x?y=1", &[("host", host)]).await;
            assert_eq!(
                (answer.status().as_u16(), answer.headers()["location"].to_str().expect("text")),
                (308, location),
                "{host}"
            );
        }
    }
}
