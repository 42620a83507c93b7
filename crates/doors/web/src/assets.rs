//! The embedded files: which one a path means, and in which encoding a browser gets it.

use std::borrow::Cow;

use bytes::Bytes;
use rust_embed::Embed;

/// What the front-end's build made.
#[derive(Embed)]
#[folder = "../../../web/dist"]
struct Dist;

/// Files below this are named by their hash and never change.
const HASHED: &str = "assets/";
/// The shell's page.
const INDEX: &str = "index.html";
/// What robots are told when the build says nothing: a private cloud is not for indexing.
const ROBOTS: &str = "User-agent: *\nDisallow: /\n";

/// A file as it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    /// Its bytes, encoded.
    pub bytes: Bytes,
    /// Its media type.
    pub mime: &'static str,
    /// Its encoding: `br` or `gzip`.
    pub encoding: Option<&'static str>,
    /// Its entity tag, in quotes.
    pub etag: String,
    /// Whether it will never change.
    pub immutable: bool,
}

/// The file for `path` (as in the request, with the slash); `None` when there is none.
pub fn find(path: &str, accept_encoding: Option<&str>) -> Option<Asset> {
    let path = path.strip_prefix('/')?;
    let name = if path.is_empty() || path == "~" || path.starts_with("~/") { INDEX } else { path };
    // Encoded copies are reached through negotiation only.
    if name.ends_with(".br") || name.ends_with(".gz") {
        return None;
    }
    let accepts = |coding: &str| accept_encoding.is_some_and(|header| accepts(header, coding));
    let mut found = None;
    for (coding, suffix) in [("br", ".br"), ("gzip", ".gz")] {
        if accepts(coding)
            && let Some(file) = Dist::get(&format!("{name}{suffix}"))
        {
            found = Some((file, Some(coding)));
            break;
        }
    }
    let (file, encoding) = match found {
        Some(found) => found,
        None => match Dist::get(name) {
            Some(file) => (file, None),
            None if name == "robots.txt" => return Some(robots()),
            None => return None,
        },
    };
    let hash = file.metadata.sha256_hash();
    let etag = format!("\"{:016x}\"", u64::from_be_bytes(hash[..8].try_into().unwrap_or_default()));
    let bytes = match file.data {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => bytes.into(),
    };
    Some(Asset { bytes, mime: mime(name), encoding, etag, immutable: name.starts_with(HASHED) })
}

fn robots() -> Asset {
    Asset {
        bytes: Bytes::from_static(ROBOTS.as_bytes()),
        mime: mime("robots.txt"),
        encoding: None,
        etag: "\"robots\"".into(),
        immutable: false,
    }
}

/// Whether an `Accept-Encoding` header allows `coding`.
fn accepts(header: &str, coding: &str) -> bool {
    header.split(',').any(|part| {
        let mut words = part.split(';').map(str::trim);
        let named = words.next().is_some_and(|name| name.eq_ignore_ascii_case(coding));
        let refused =
            words.any(|word| word.strip_prefix("q=").is_some_and(|q| q.trim().parse::<f32>().is_ok_and(|q| q <= 0.0)));
        named && !refused
    })
}

/// The media type by the end of the name.
fn mime(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, end)| end) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json" | "map") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("webp") => "image/webp",
        Some("avif") => "image/avif",
        Some("woff2") => "font/woff2",
        Some("wasm") => "application/wasm",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shell_answers_its_own_paths() {
        for path in ["/", "/~", "/~/files/abc", "/~/setup", "/index.html"] {
            let asset = find(path, None).unwrap_or_else(|| panic!("{path}"));
            assert_eq!((asset.mime, asset.immutable), ("text/html; charset=utf-8", false), "{path}");
        }
        for path in ["/nothing", "/assets/none.js", "/../Cargo.toml", "/index.html.br", ""] {
            assert!(find(path, Some("br, gzip")).is_none(), "{path}");
        }
    }

    #[test]
    fn robots_are_turned_away() {
        assert!(find("/robots.txt", None).expect("always").bytes.starts_with(b"User-agent"));
    }

    #[test]
    fn encodings_are_read_with_their_weights() {
        let cases = [
            ("br", "br", true),
            ("gzip, br", "br", true),
            ("br;q=0", "br", false),
            ("br; q=0.0, gzip", "gzip", true),
            ("gzip;q=0.5", "gzip", true),
            ("identity", "br", false),
            ("brr", "br", false),
        ];
        for (header, coding, expected) in cases {
            assert_eq!(accepts(header, coding), expected, "{header} {coding}");
        }
    }
}
