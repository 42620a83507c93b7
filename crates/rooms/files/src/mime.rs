//! Media types: by name and by the first bytes.

/// How many bytes at the start of a file are looked at.
pub const SNIFF_BYTES: usize = 4096;

const UNKNOWN: &str = "application/octet-stream";

/// The media type of a file: what its first bytes prove, what its name says, or what its sender takes it to be.
///
/// The name wins over the bytes where these prove only the container (an `.odt` is a zip) or that it is text.
pub(crate) fn of(name: &str, head: &[u8], said: Option<&str>) -> String {
    let by_name = mime_guess::from_path(name).first_raw();
    let by_bytes = infer::get(head).map(|found| found.mime_type());
    let chosen = match (by_bytes, by_name) {
        (Some(bytes), Some(name)) if is_container(bytes) || same_family(bytes, name) => name,
        (Some(bytes), _) => bytes,
        (None, Some(name)) => name,
        (None, None) => match said.and_then(sane) {
            Some(said) => said,
            None if !head.is_empty() && is_text(head) => "text/plain",
            None => UNKNOWN,
        },
    };
    chosen.to_owned()
}

/// The media type a name suggests.
pub fn guess(name: &str) -> &'static str {
    mime_guess::from_path(name).first_raw().unwrap_or(UNKNOWN)
}

/// The family of a media type, as the JSON dialect and its screens sort them.
pub fn class_of(mime: &str) -> &'static str {
    let (top, sub) = mime.split_once('/').unwrap_or((mime, ""));
    match (top, sub) {
        ("image", _) => "image",
        ("video", _) => "video",
        ("audio", _) => "audio",
        ("application", "pdf") => "pdf",
        ("application", sub) if sub.contains("spreadsheet") || sub.contains("excel") => "spreadsheet",
        ("text", "csv") => "spreadsheet",
        ("application", sub) if sub.contains("presentation") || sub.contains("powerpoint") => "slide",
        ("application", sub)
            if sub.contains("wordprocessing") || sub.contains("msword") || sub.contains("opendocument.text") =>
        {
            "text"
        }
        (
            "application",
            "zip" | "gzip" | "x-tar" | "x-7z-compressed" | "vnd.rar" | "x-rar-compressed" | "x-bzip2" | "x-xz" | "zstd",
        ) => "zip",
        ("application", "json" | "javascript" | "xml" | "x-sh" | "x-httpd-php" | "toml" | "yaml" | "sql") => "code",
        ("text", "html" | "css" | "javascript" | "x-python" | "x-rust" | "x-c" | "x-java" | "xml" | "x-sh") => "code",
        ("text", _) => "text",
        _ => "binary",
    }
}

fn is_container(mime: &str) -> bool {
    mime.starts_with("text/")
        || matches!(
            mime,
            "application/zip"
                | "application/gzip"
                | "application/x-ole-storage"
                | "application/xml"
                | "application/x-cfb"
        )
}

fn same_family(bytes: &str, name: &str) -> bool {
    bytes.split('/').next() == name.split('/').next() && !bytes.starts_with("application/")
}

/// What a sender said, when it says something and is a media type without surprises.
fn sane(said: &str) -> Option<&str> {
    let said = said.split(';').next().unwrap_or_default().trim();
    let (top, sub) = said.split_once('/')?;
    let token = |part: &str| {
        !part.is_empty()
            && part.len() <= 64
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b))
    };
    (token(top) && token(sub) && said != UNKNOWN && said != "application/x-www-form-urlencoded").then_some(said)
}

fn is_text(head: &[u8]) -> bool {
    let whole = match std::str::from_utf8(head) {
        Ok(_) => true,
        // A character cut at the end of the head is no proof against text.
        Err(error) => error.error_len().is_none(),
    };
    whole && !head.contains(&0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_bytes_together_tell() {
        let check = |name, head: &[u8], said, expected| assert_eq!(of(name, head, said), expected, "{name}");
        check("a.txt", b"hello", None, "text/plain");
        check("a.png", b"\x89PNG\r\n\x1a\n0000", None, "image/png");
        check("wrong.txt", b"\x89PNG\r\n\x1a\n0000", None, "image/png");
        check(
            "doc.odt",
            b"PK\x03\x04aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            None,
            "application/vnd.oasis.opendocument.text",
        );
        check("README", b"plain words", None, "text/plain");
        check("blob", b"\x00\x01\x02", None, "application/octet-stream");
        check("blob", b"\x00\x01\x02", Some("application/x-thing; v=1"), "application/x-thing");
        check("blob", b"\x00\x01\x02", Some("nonsense"), "application/octet-stream");
        check("page.html", b"<!DOCTYPE html><html>", None, "text/html");
        check("empty", b"", None, "application/octet-stream");
    }
}
