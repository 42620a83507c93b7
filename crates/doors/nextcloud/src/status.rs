//! `status.php`: the first thing a client asks.

use axum::body::Body;
use http::{HeaderValue, Response, StatusCode, header};
use serde_json::{Value, json};

use crate::door::{Product, SPOKEN};
use crate::error::Answer;

/// What this server says of itself.
pub fn status(product: &Product) -> Value {
    let (major, minor, micro) = SPOKEN;
    json!({
        "installed": true,
        "maintenance": false,
        "needsDbUpgrade": false,
        "version": format!("{major}.{minor}.{micro}.1"),
        "versionstring": format!("{major}.{minor}.{micro}"),
        "edition": "",
        "productname": product.name,
        "product": product.name,
        "productversion": product.version,
        "extendedSupport": false,
    })
}

/// Answers GET `/status.php`, without a redirect: ownCloud's client takes none.
pub fn answer(product: &Product) -> Answer {
    let mut answer = Response::new(Body::from(status(product).to_string()));
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    // The phones' web views read it from elsewhere; it tells nothing that is not public.
    answer.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    answer
}

/// Answers GET `/index.php/204`: the way to the server is free (no hotel's login page in between).
pub fn no_content() -> Answer {
    let mut answer = Response::new(Body::empty());
    *answer.status_mut() = StatusCode::NO_CONTENT;
    answer
}
