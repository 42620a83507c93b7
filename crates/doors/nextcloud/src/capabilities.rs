//! What this server can do, in the words clients look for. Nothing that is not there: they call it at once.

use serde_json::{Value, json};

use crate::door::{Product, SPOKEN};

/// Parts of one file that a client may send at the same time.
const PARALLEL_PARTS: u32 = 5;

/// The data of `cloud/capabilities`. Types are strict: the phones refuse the whole answer for one that is wrong.
pub fn capabilities(product: &Product) -> Value {
    let (major, minor, micro) = SPOKEN;
    json!({
        "version": {
            "major": major,
            "minor": minor,
            "micro": micro,
            "string": format!("{major}.{minor}.{micro}"),
            "edition": "",
            "extendedSupport": false,
        },
        "capabilities": {
            "core": {
                "pollinterval": 60,
                "webdav-root": "remote.php/webdav",
                "status": crate::status::status(product),
            },
            "dav": { "chunking": "1.0" },
            "checksums": {
                "preferredUploadType": "SHA1",
                "supportedTypes": ["SHA1", "MD5", "ADLER32", "SHA256"],
            },
            "files": {
                "bigfilechunking": true,
                "blacklisted_files": [],
                "forbidden_filenames": [],
                "forbidden_filename_characters": ["/"],
                "forbidden_filename_basenames": [],
                "forbidden_filename_extensions": [],
                "undelete": true,
                "versioning": true,
                "version_labeling": true,
                "version_deletion": true,
                "favorites": true,
                "comments": false,
                "chunked_upload": { "max_size": 0, "max_parallel_count": PARALLEL_PARTS },
            },
        },
    })
}
