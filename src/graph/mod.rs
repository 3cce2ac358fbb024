//! The graph: a projection of the live claims, mapped from a file, on which questions are answered.

mod answer;

pub use answer::{Answer, Cell, Edge, Node, Subgraph};
