//! The web door: the shell's files, precompressed and hashed, with strict headers.
//!
//! The files are those that `npm run build` put into `web/dist`, embedded when the binary is compiled. It must not know data or
//! accounts: who may see what is decided by the doors that the shell calls. Start with [`router`], then [`headers`] (the isolation
//! rules of the shell) and [`assets`] (which file in which encoding).

pub mod assets;
pub mod headers;
mod serve;

use axum::Router;

/// The door: answers every path that no other door claims.
pub fn router() -> Router {
    Router::new().fallback(serve::serve)
}
