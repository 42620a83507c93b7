//! Files and folders, as JSON:API documents of the type `io.cozy.files`.

pub(crate) mod batch;
pub(crate) mod changes;
pub(crate) mod content;
pub(crate) mod copy;
pub(crate) mod create;
pub(crate) mod download;
pub(crate) mod id;
pub(crate) mod node;
pub(crate) mod read;
pub(crate) mod secret;
pub(crate) mod trash;
pub(crate) mod update;
pub(crate) mod versions;
