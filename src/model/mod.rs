//! The model: plain data without input or output.
//!
//! Everything Tieline knows is a [`Claim`]: a [`Source`] says, at a place in its text, in a modality, that an entity has
//! a name or an attribute, or that a link holds in a period. Entities and links are folds of their live claims
//! (`fold`). What readers hand to the database is a [`Changes`].

#![deny(clippy::indexing_slicing, clippy::string_slice)]

mod changes;
mod claim;
mod commit;
mod date;
mod diagnostic;
mod entity;
mod fold;
mod grade;
mod source;
mod words;

pub use changes::{Changes, ChangesError, Lookup, Match};
pub use claim::{Claim, Locator, Modality, NameRole, Says};
pub use commit::Commit;
pub use date::{Bounds, DateError, Period, Truth};
pub use diagnostic::Diagnostic;
pub use entity::Entity;
pub use fold::{Evidence, primary_name, strongest};
pub use grade::{Credibility, Grade, Reliability};
pub use source::{Source, is_release};
pub use words::{Word, Words};

/// The number of an entity inside one [`Changes`], one store or one graph: dense, from 0, never shown to users.
pub type EntityNo = u32;
/// The number of a source inside one [`Changes`] or one store.
pub type SourceNo = u32;
/// The number of a claim inside one store, in the order of adding.
pub type ClaimNo = u32;
/// The number of a commit inside one store; the first is 1.
pub type CommitNo = u32;
