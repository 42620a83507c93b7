//! The files room: trees, versions, trash, uploads, locks, properties.
