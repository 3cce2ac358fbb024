//! The graph: a projection of the live claims, mapped from a file, on which questions are answered.
//!
//! [`Builder`] folds claims into the sections of a snapshot; [`Graph`] answers from the mapped file with an overlay of
//! the small changes since; [`LinkFilter`] says which links a question may walk; [`Answer`] is what a question gets.
//!
//! Deliberately absent: any way to change a graph. It is a projection of the store and is only ever built.

#![deny(clippy::indexing_slicing, clippy::string_slice)]

mod answer;
mod assemble;
mod build;
mod filter;
#[expect(clippy::module_inception, reason = "the graph is the one concept of this module")]
mod graph;
mod image;
mod layout;
mod links;
mod map;
mod meta;
mod name_index;
mod near;
mod overlay;
mod search;
mod view;
pub mod visit;

pub use answer::{Answer, Cell, Edge, Node, Subgraph};
pub use assemble::Sections;
pub use build::Builder;
pub use filter::{KindSet, LinkFilter};
pub use graph::{Graph, LinkNo, LinkView, NodeView, Ties};
pub use image::ImageError;
pub use layout::{GONE, LIVE, MERGED, Tie};
pub use meta::{LinkEnds, LinkKindMeta, Meta, SourceMeta};
pub use overlay::{Delta, DeltaEvidence, DeltaLink, DeltaNode};
pub use search::Hit;

/// Why a graph cannot be built or opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GraphError {
    /// The snapshot file cannot be used; it can be rebuilt from the store.
    #[error(transparent)]
    Image(#[from] ImageError),
    /// Claims contradict each other in a way that the store does not allow.
    #[error("the claims are inconsistent: {0}")]
    Inconsistent(&'static str),
    /// There is more of something than the layout of snapshots can hold.
    #[error("there are too many {0} for one snapshot")]
    TooLarge(&'static str),
}
