//! The system of record: claims in sled.
//!
//! Everything is append-only and numbered densely, table by table ([`Table`]). Rows are stored in frames of at most
//! 7 KB; a manifest says how many rows of each table count, and what lies beyond is invisible. `docs/storage.md`
//! describes every byte and the order of writes.
//!
//! - `error`: the one error of this module
//! - `column`: whole numbers, bit-packed
//! - `rows`, `claims`: rows of each table as columns, and back
//! - `frame`: a checksummed, compressed value
//! - `cut`: how many rows go into a frame
//! - `manifest`, `format`: what counts, and the file beside sled that knows the last generation
//! - `pages`: sled, and the seam where tests put something else
//! - `lock`: one writer at a time
//! - `directory`: making, finding and syncing the files
//! - `open`: [`Store`]: creating, opening, reading
//! - `transaction`: writing and committing
//! - `verify`, `backup`: checking and copying

#![deny(clippy::indexing_slicing, clippy::string_slice)]

mod backup;
mod claims;
mod column;
mod cut;
mod directory;
mod error;
#[cfg(test)]
mod faults;
mod format;
mod frame;
#[cfg(fuzzing)]
pub mod fuzzing;
mod lock;
mod manifest;
mod open;
mod pages;
mod read;
mod rows;
mod table;
mod texts;
mod transaction;
mod verify;

pub use backup::Backup;
pub use error::StoreError;
pub use format::Format;
pub use open::Store;
pub use rows::{CommitRecord, Retraction};
pub use table::{Counts, Table};
pub use transaction::Transaction;
pub use verify::{TableReport, Verified};
