//! The binary's parts: configuration, command line, listeners, the list of doors.
//!
//! Time, randomness and the environment enter here. It knows every crate and no business rule: what is decided is decided below.
//! Start with [`serve`] (from the settings to the first answer), [`house`] (what is built on what), [`listen`] (how requests come
//! in), then [`command`] (what the administrator can ask) and [`config`] (the table of settings).

pub mod cli;
pub mod command;
pub mod config;
pub mod data_dir;
pub mod house;
pub mod listen;
pub mod log;
pub mod serve;
pub mod tls;
