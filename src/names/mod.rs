//! Names: folding, transliteration, comparison.
//!
//! Three keys, from strict to lenient, shared by loading, look-up, completion and deduplication:
//!
//! - [`fold`]: the same name whatever its case, script, diacritics and punctuation.
//! - [`skeleton`]: the same name whatever the romanisation of its letters.
//! - [`compare`]: how alike two names are, and why.

mod compare;
mod fold;
mod skeleton;

pub use compare::{Comparison, compare, similarity};
pub use fold::{fold, fold_into};
pub use skeleton::{skeleton, skeleton_word};
