//! The words every part of Abri speaks: identifiers, positions, revisions, names, who asks, and outcomes.
//!
//! Pure values and rules. This crate must not know storage, HTTP, clocks or configuration.
//! Start with [`id`], then [`seq`] (positions and cursors), [`who`] (who asks and what they may do) and [`error`].

pub mod error;
pub mod id;
pub mod name;
pub mod rev;
pub mod seq;
pub mod time;
pub mod who;

pub use error::{Error, Result};
pub use id::{DocKey, Kind, NodeId, SpaceId};
pub use name::{Name, NameError};
pub use rev::Rev;
pub use seq::{Cursor, Seq};
pub use time::Millis;
pub use who::{Principal, Right, Rule, Rules, Verb, Verbs, Who};
