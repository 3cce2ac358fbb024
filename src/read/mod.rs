//! Formats in: each reader turns files into [`Changes`](crate::model::Changes).

#![deny(clippy::indexing_slicing, clippy::string_slice)]

pub mod csv;
pub mod seed;

pub use self::csv::csv;
pub use seed::{seed_text, seeds};
