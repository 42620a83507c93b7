//! The files room over the memory engine: what a person would notice.
#![allow(clippy::unwrap_used)]

mod house;
mod listing;
mod locks;
mod moves;
mod trash;
mod uploads;
mod versions;
mod writing;
