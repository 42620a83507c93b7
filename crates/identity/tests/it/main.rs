//! What people see of logging in, over the memory engine.

mod accounts;
mod app_passwords;
mod audit;
mod house;
mod many;
mod proofs;
mod sessions;
mod setup;
