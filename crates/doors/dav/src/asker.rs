//! Who asks.

use std::sync::Arc;

use abri_identity::proof::{self, Connection};
use abri_identity::{Identity, Session};
use abri_model::{Error, Result};
use http::request::Parts;

/// Whoever a request proves to come from; [`Error::Unauthenticated`] when it proves nobody.
pub async fn asker(identity: &Identity, parts: &Parts) -> Result<Arc<Session>> {
    let connection =
        parts.extensions.get::<Connection>().ok_or_else(|| Error::internal("a request without its connection"))?;
    proof::who(identity, &parts.headers, connection).await?.ok_or(Error::Unauthenticated)
}
