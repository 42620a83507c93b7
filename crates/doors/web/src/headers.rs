//! What the shell's pages tell the browser: where scripts may come from, who may frame them, what they may use.
//!
//! Sources are written as the origin itself, never as `'self'`: in a sandboxed frame some browsers match `'self'` with nothing.
//! Scripts come from `/assets/` alone, so that a file of a user or an app can never be loaded as one of ours.

use http::{HeaderMap, HeaderName, HeaderValue, header};

/// A year, as HSTS and caches want it.
const YEAR: &str = "max-age=31536000";

/// The content security policy of the shell at `origin`.
pub fn policy(origin: &str) -> String {
    format!(
        "default-src 'none'; script-src {origin}/assets/; style-src {origin}/assets/; img-src {origin} blob: data:; \
         font-src {origin}/assets/; connect-src {origin}; manifest-src {origin}; worker-src {origin}; media-src {origin} blob:; \
         frame-src {origin}; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
}

/// Adds what every answer of the shell carries.
pub fn add(headers: &mut HeaderMap, origin: &str, secure: bool) {
    // An origin that is no header value cannot come from a request that was accepted; then nothing is allowed at all.
    let policy = HeaderValue::try_from(policy(origin)).unwrap_or(HeaderValue::from_static("default-src 'none'"));
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin"));
    headers.insert(HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin"));
    let unused = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), bluetooth=(), midi=(), magnetometer=(), gyroscope=(), accelerometer=(), browsing-topics=()";
    headers.insert(HeaderName::from_static("permissions-policy"), HeaderValue::from_static(unused));
    if secure {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(YEAR));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_names_the_origin_and_nothing_else() {
        assert_eq!(
            policy("https://a.example"),
            "default-src 'none'; script-src https://a.example/assets/; style-src https://a.example/assets/; img-src https://a.example blob: data:; \
             font-src https://a.example/assets/; connect-src https://a.example; manifest-src https://a.example; worker-src https://a.example; \
             media-src https://a.example blob:; frame-src https://a.example; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
        );
    }
}
