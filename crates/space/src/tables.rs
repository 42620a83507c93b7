//! The tables of a space. Each protocol's every question is a range of one of these orders.
//!
//! Shipped tables and columns are never changed, only added to (with a higher `since`).

use abri_store::table::{Column, Index, Schema, Table, Type};

const fn int(name: &'static str) -> Column {
    Column { name, ty: Type::I, null: false, since: 1 }
}

const fn text(name: &'static str) -> Column {
    Column { name, ty: Type::T, null: false, since: 1 }
}

const fn bytes(name: &'static str) -> Column {
    Column { name, ty: Type::B, null: false, since: 1 }
}

const fn maybe(column: Column) -> Column {
    Column { null: true, ..column }
}

const fn index(name: &'static str, columns: &'static [usize]) -> Index {
    Index { name, columns, not_null: None, since: 1 }
}

const fn table(name: &'static str, key: usize, columns: &'static [Column], indexes: &'static [Index]) -> Table {
    Table { name, columns, key, large: false, indexes, since: 1 }
}

/// Small facts of the space itself, and notes of rooms and doors: see `meta`.
pub static KV: Table = table("kv", 1, &[text("k"), text("v")], &[]);

/// The winning revision of each document, tombstones included.
pub static DOC: Table = Table {
    large: true,
    ..table(
        "doc",
        2,
        &[
            text("kind"),
            text("id"),
            int("seq"),
            int("gen"),
            bytes("rev"),
            int("flags"),
            maybe(int("place")),
            bytes("entries"),
            text("body"),
        ],
        &[index("doc_seq", &[0, 2]), Index { name: "doc_place", columns: &[6, 2], not_null: Some(6), since: 1 }],
    )
};
/// Positions of [`DOC`]'s indexes.
pub mod doc_by {
    /// By kind and position.
    pub const SEQ: usize = 0;
    /// By place and position.
    pub const PLACE: usize = 1;
}

/// Former and losing revisions; bodies only of conflicting leaves.
pub static REV: Table = table(
    "rev",
    4,
    &[text("kind"), text("id"), int("gen"), bytes("rev"), maybe(bytes("parent")), int("flags"), maybe(text("body"))],
    &[],
);

/// Index entries of documents.
pub static IX: Table = table("ix", 4, &[text("ix"), bytes("k"), text("kind"), text("id")], &[]);

/// What left a place: a deletion, or a move elsewhere. Keyed by the position at which it left.
pub static GONE: Table = table(
    "gone",
    3,
    &[
        int("seq"),
        text("kind"),
        text("id"),
        int("place"),
        int("gen"),
        bytes("rev"),
        text("name"),
        int("destroyed"),
        int("at"),
    ],
    &[index("gone_place", &[3, 0])],
);

/// Nodes of the tree. There is no path anywhere.
pub static NODE: Table = table(
    "node",
    1,
    &[
        int("id"),
        int("parent"),
        text("k"),
        maybe(text("name")),
        int("dir"),
        int("seq"),
        int("tail"),
        int("content_seq"),
        int("placed"),
        int("gen"),
        int("size"),
        int("mtime"),
        int("tree_mtime"),
        int("created"),
        int("uploaded"),
        text("mime"),
        int("flags"),
        maybe(int("content")),
        maybe(text("meta")),
    ],
    &[index("node_name", &[1, 2]), index("node_seq", &[5])],
);
/// Positions of [`NODE`]'s indexes.
pub mod node_by {
    /// By parent and name key.
    pub const NAME: usize = 0;
    /// By position.
    pub const SEQ: usize = 1;
}

/// Former contents of files.
pub static VERSION: Table = table(
    "version",
    2,
    &[
        int("node"),
        int("n"),
        int("content"),
        int("size"),
        int("mtime"),
        int("at"),
        text("author"),
        maybe(text("label")),
        text("mime"),
    ],
    &[],
);

/// Where the things in the trash were.
pub static TRASH: Table =
    table("trash", 1, &[int("node"), int("parent"), text("name"), text("path"), int("at"), text("who")], &[]);

/// Write locks.
pub static LOCK: Table = table(
    "lck",
    1,
    &[text("token"), int("node"), int("deep"), int("exclusive"), text("creator"), text("owner"), int("expires")],
    &[],
);

/// Contents: immutable byte strings.
pub static CONTENT: Table = table(
    "content",
    1,
    &[
        int("id"),
        int("size"),
        maybe(bytes("sha256")),
        maybe(bytes("md5")),
        maybe(bytes("sha1")),
        maybe(int("adler32")),
        int("refs"),
        maybe(bytes("extents")),
        int("made"),
    ],
    &[Index { name: "content_sha256", columns: &[2], not_null: Some(7), since: 1 }],
);
/// Positions of [`CONTENT`]'s indexes.
pub mod content_by {
    /// By SHA-256, of the contents in chunks.
    pub const SHA256: usize = 0;
}

/// The bytes of small contents.
pub static INLINE: Table = Table { large: true, ..table("inline_blob", 1, &[int("content"), bytes("data")], &[]) };

/// Chunks in the object store, and how many pieces of contents and uploads point at each.
/// `dead` is the time since which none does; null while some do.
pub static CHUNK: Table = table(
    "chunk",
    1,
    &[bytes("hash"), int("size"), int("refs"), maybe(int("dead"))],
    &[Index { name: "chunk_dead", columns: &[3], not_null: Some(3), since: 1 }],
);
/// Positions of [`CHUNK`]'s indexes.
pub mod chunk_by {
    /// By the time since which nothing points at it.
    pub const DEAD: usize = 0;
}

/// Uploads in parts, not yet joined. `state` is the packed running hash over the parts that came in order.
pub static UPLOAD: Table = table(
    "upload",
    1,
    &[
        text("id"),
        text("owner"),
        maybe(text("dest")),
        maybe(int("total")),
        int("made"),
        int("touched"),
        int("hashed"),
        maybe(bytes("state")),
    ],
    &[],
);

/// Parts of uploads: inline bytes or extents.
pub static PART: Table = Table {
    large: true,
    ..table(
        "upload_part",
        2,
        &[text("upload"), int("n"), text("name"), int("size"), maybe(bytes("extents")), maybe(bytes("data"))],
        &[],
    )
};

/// Every table of a space.
pub static SCHEMA: Schema = Schema {
    version: 1,
    tables: &[&KV, &DOC, &REV, &IX, &GONE, &NODE, &VERSION, &TRASH, &LOCK, &CONTENT, &INLINE, &CHUNK, &UPLOAD, &PART],
};
