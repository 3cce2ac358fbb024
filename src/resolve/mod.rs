//! Entity resolution: which entities may be one, what has been decided of them, and whom a name may mean.
//!
//! It reads the graph, claims and names, and writes nothing. [`Facts`] are gathered from the claims once; [`propose`] finds
//! pairs that may be one by [`blocks`] and weighs them by [`weigh`](Weigher::weigh); [`Sameness`] keeps what has been
//! decided; [`Screener`] looks up names, one after the other, and says how far each hit is from a designated organisation.
//!
//! Deliberately absent: deciding. A person does that, or a file that a person has written.

#![deny(clippy::indexing_slicing, clippy::string_slice)]

pub mod blocks;
mod dates;
mod decided;
mod facts;
mod index;
mod propose;
mod reach;
mod screen;
mod spelling;
mod weigh;

pub use dates::{Meeting, meet};
pub use decided::{Conflict, Effect, Said, Sameness, Verdict, verdict};
pub use facts::{Fact, FactKind, Facts, Gather, Named};
pub use propose::{Between, Proposal, Proposals, Wanted, propose};
pub use reach::{Reach, Step};
pub use screen::{Asked, SCREEN_THRESHOLD, ScreenHit, Screener};
pub use weigh::{Reason, Weighed, Weigher};
