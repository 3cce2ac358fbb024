//! Formats in: each reader turns files into [`Changes`](crate::model::Changes).

pub mod csv;
pub mod seed;

pub use self::csv::csv;
pub use seed::seeds;
