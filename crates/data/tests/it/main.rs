//! What people and apps see of their data, over the memory engine.

mod changes;
mod directory;
mod documents;
mod followers;
mod grants;
mod guard;
mod house;
mod jobs;
mod tree;
mod tree_guard;
