//! Formats in: each reader turns files into [`Changes`](crate::model::Changes).

#![deny(clippy::indexing_slicing, clippy::string_slice)]

pub mod csv;
pub mod list;
pub mod ofac;
pub mod seed;
mod slug;
pub mod un_sc;
mod xml;

pub use self::csv::csv;
pub use seed::seeds;
