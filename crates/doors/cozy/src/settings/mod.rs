//! What an account says about itself, and its ways in.

pub(crate) mod app_passwords;
pub(crate) mod audit;
pub(crate) mod fixed;
pub(crate) mod instance;
pub(crate) mod passphrase;
pub(crate) mod sessions;
