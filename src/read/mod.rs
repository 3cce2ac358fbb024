//! Formats in: each reader turns files into [`Changes`](crate::model::Changes).

pub mod csv;
