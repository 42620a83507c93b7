//! The fifth ring of tests: the binary as strangers meet it.
//!
//! Everything here is black box: a real `abri` process, real sockets, real clients, real kills.
//! Nothing in this crate may name another crate of the workspace; what a test knows about the server it
//! learned from the RFCs, from the documented API and from what clients send.
//!
//! Start reading at [`house::House`]: a server of one's own, on a free port, in a directory that goes away.

pub mod body;
pub mod crowd;
pub mod dav;
pub mod desktop;
pub mod dice;
pub mod house;
pub mod http;
pub mod path;
pub mod stranger;

pub use dav::Multistatus;
pub use dice::Dice;
pub use house::House;
pub use http::{Answer, Ask, Line};
pub use stranger::{Outcome, Stranger};
