//! Deciding about proposals: plain logic, without a terminal and without files.
//!
//! A [`Desk`] is a document's proposals and what has been decided about them. Every decision is an [`Event`]; a desk is the
//! fold of its events, so that whoever keeps them keeps the review. [`words`] says a proposal in words, and [`draft`]
//! writes proposals as a seed file for a review in an editor.

mod desk;
pub mod draft;
pub mod edit;
mod event;
#[cfg(test)]
mod tests;
pub mod words;

pub use desk::{Accepting, Desk, Fate, Status, Tally};
pub use event::{Event, Settled, Verdict};
