//! Answers: a table and the subgraph it speaks of, detached from the database.

use petgraph::graph::{DiGraph, EdgeIndex, NodeIndex};

use crate::model::{Modality, Truth};

/// What a statement answers.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// Column names.
    pub columns: Vec<String>,
    /// Whether the statement chose the columns (`return ...`), so that a table shows even those without any value.
    pub chosen: bool,
    /// Rows, each as wide as `columns`.
    pub rows: Vec<Vec<Cell>>,
    /// The entities and links that the rows speak of.
    pub graph: Subgraph,
    /// Remarks for the reader: uncertain hops, what was left out, how to go on.
    pub notes: Vec<String>,
    /// The budget that ended the search before it was complete, if one did.
    pub cut: Option<String>,
}

/// An answer's entities and links as a petgraph graph.
pub type Subgraph = DiGraph<Node, Edge>;

/// A value in a table. Entities and links are places in [`Answer::graph`].
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// No value.
    Null,
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A floating-point number.
    Float(f64),
    /// A text.
    Text(String),
    /// An entity.
    Node(NodeIndex),
    /// A link.
    Edge(EdgeIndex),
    /// A list.
    List(Vec<Cell>),
    /// A map, in the order of its keys.
    Map(Vec<(String, Cell)>),
    /// A walk: entities and the links between them; one entity more than links.
    Path(Vec<NodeIndex>, Vec<EdgeIndex>),
}

/// An entity in an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// The id, without `@`.
    pub id: String,
    /// The name to show.
    pub name: String,
    /// The kind, such as `Organisation`.
    pub kind: String,
    /// The finer type, such as `militant_group`.
    pub finer: Option<String>,
    /// Whether the question was asked about it (the start of a path, the centre of a neighbourhood).
    pub focus: bool,
}

/// A link in an answer; its ends are the edge's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// The id, as `why` takes it.
    pub id: String,
    /// The link kind, such as `affiliated_with`.
    pub kind: String,
    /// How it reads from its start to its end: `is affiliated with`.
    pub reading: String,
    /// Whether the kind has no direction.
    pub symmetric: bool,
    /// Start of the period (EDTF), if known.
    pub since: Option<String>,
    /// End of the period (EDTF), if known; `..` for one that is still open.
    pub until: Option<String>,
    /// The whole period as claimed (EDTF), if known: several are separated by `; `.
    pub when: Option<String>,
    /// The best grade among its claims (`B2`).
    pub grade: String,
    /// How many sources say it.
    pub sources: u32,
    /// How many claims say it.
    pub claims: u32,
    /// The strongest modality among its claims.
    pub modality: Modality,
    /// Whether it holds in the scope's time (`Yes` when the scope asks for no time).
    pub truth: Truth,
    /// Where its best claim stands, for a tooltip: source id, paragraph, sentence.
    pub citation: String,
}
