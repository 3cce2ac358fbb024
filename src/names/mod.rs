//! Names: folding, transliteration, comparison.
//!
//! Three keys, from strict to lenient, shared by loading, look-up, completion and deduplication:
//!
//! - [`fold`]: the same name whatever its case, script, diacritics and punctuation.
//! - [`skeleton`]: the same name whatever the romanisation of its letters.
//! - [`score`] and [`explain`]: how alike two names are, and why. From [`THRESHOLD`] on they are taken for the same.
//!
//! To compare many names, take each apart once with [`Prepared::of`] and put its [`keys`] into a table: names that match
//! share a key nearly always, so that only those with a key in common need be scored.
//!
//! ```
//! use std::collections::HashMap;
//! use tieline::names::{NameKind, Prepared, THRESHOLD, explain, keys, score_at_least};
//!
//! let list = ["Jalaluddin Example", "Example Trading GmbH"].map(|name| Prepared::of(name, NameKind::Unknown));
//! let mut table: HashMap<u64, Vec<usize>> = HashMap::new();
//! for (number, name) in list.iter().enumerate() {
//!     keys(name).into_iter().for_each(|key| table.entry(key).or_default().push(number));
//! }
//!
//! let wanted = Prepared::of("EXAMPEL, Jalal al-Din", NameKind::Person);
//! let mut near: Vec<usize> = keys(&wanted).iter().filter_map(|key| table.get(key)).flatten().copied().collect();
//! near.sort_unstable();
//! near.dedup();
//! let hits: Vec<usize> =
//!     near.into_iter().filter(|&number| score_at_least(&wanted, &list[number], THRESHOLD).is_some()).collect();
//! assert_eq!(hits, [0]);
//! assert_eq!(explain(&wanted, &list[0]).reasons[0], "parts in another order");
//! ```

#![deny(clippy::indexing_slicing, clippy::string_slice)]

mod align;
mod compare;
mod fold;
mod keys;
mod prepared;
mod script;
mod skeleton;
mod tables;
mod word;

pub use compare::{Comparison, THRESHOLD, compare, explain, score, score_at_least};
pub use fold::{fold, fold_into};
pub use keys::keys;
pub use prepared::{NameKind, Prepared};
pub use skeleton::{skeleton, skeleton_word};
pub use word::similarity;
