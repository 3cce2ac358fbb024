//! Documents to proposed claims: what an extractor found in a text, for a person to decide.
//!
//! A [`Proposal`] is one claim that may be made. It is in ids and words and not in numbers, so that it can be written to
//! a file, read by people and made by any other program; `docs/proposals.md` describes the files.

#![deny(clippy::indexing_slicing, clippy::string_slice)]

pub mod proposal;
pub mod review;

pub use proposal::{
    DocumentMeta, EntityRef, Extraction, Fault, Given, KeepText, Mention, Named, Participant, Place, Proposal, Said,
    Span,
};
