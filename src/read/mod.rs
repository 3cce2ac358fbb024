//! Formats in: each reader turns files into [`Changes`](crate::model::Changes).

pub mod csv;
pub mod seed;

pub use seed::seeds;
