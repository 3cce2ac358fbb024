//! What a statement found, still in numbers of the graph; made into an [`Answer`] when it is given out.

use std::collections::HashMap;

use petgraph::graph::{EdgeIndex, NodeIndex};

use crate::graph::{Answer, Cell, Graph, LinkNo};
use crate::model::{EntityNo, Truth};

/// A value in a found table.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// No value.
    Null,
    /// A whole number.
    Int(i64),
    /// A floating-point number.
    Float(f64),
    /// A text.
    Text(String),
    /// An entity.
    Entity(EntityNo),
    /// A link, and whether it holds in the scope's time.
    Link(LinkNo, Truth),
    /// Several links.
    Links(Vec<(LinkNo, Truth)>),
    /// A walk: an entity more than links.
    Path(Vec<EntityNo>, Vec<(LinkNo, Truth)>),
}

/// A table of [`Item`]s and the entities and links that it speaks of.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// Column names.
    pub columns: Vec<&'static str>,
    /// Rows one after the other, each as wide as `columns`.
    pub items: Vec<Item>,
    /// The entities that were asked about.
    pub focus: Vec<EntityNo>,
    /// Links to draw that stand in no row.
    pub links: Vec<(LinkNo, Truth)>,
    /// Remarks for the reader.
    pub notes: Vec<String>,
}

impl Found {
    /// An empty table.
    pub fn new(columns: &[&'static str]) -> Self {
        Self { columns: columns.to_vec(), ..Self::default() }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.items.len().checked_div(self.columns.len()).unwrap_or(0)
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Adds a row.
    pub fn push<const N: usize>(&mut self, row: [Item; N]) {
        debug_assert_eq!(N, self.columns.len());
        self.items.extend(row);
    }

    /// The rows.
    pub fn rows(&self) -> impl Iterator<Item = &[Item]> {
        self.items.chunks(self.columns.len().max(1))
    }

    /// The answer, detached from the graph. O(items).
    pub fn answer(&self, graph: &Graph) -> Answer {
        let mut subgraph = Drawing { graph, answer: Answer::default(), nodes: HashMap::new(), edges: HashMap::new() };
        for &entity in &self.focus {
            let node = subgraph.node(entity);
            if let Some(node) = subgraph.answer.graph.node_weight_mut(node) {
                node.focus = true;
            }
        }
        let rows: Vec<Vec<Cell>> =
            self.rows().map(|row| row.iter().map(|item| subgraph.cell(item)).collect()).collect();
        for &(link, truth) in &self.links {
            subgraph.edge(link, truth);
        }
        Answer {
            columns: self.columns.iter().map(|column| (*column).to_owned()).collect(),
            rows,
            notes: self.notes.clone(),
            ..subgraph.answer
        }
    }
}

/// Collects the entities and links of an answer, each once.
struct Drawing<'g> {
    graph: &'g Graph,
    answer: Answer,
    nodes: HashMap<EntityNo, NodeIndex>,
    edges: HashMap<LinkNo, EdgeIndex>,
}

impl Drawing<'_> {
    fn node(&mut self, entity: EntityNo) -> NodeIndex {
        *self.nodes.entry(entity).or_insert_with(|| self.answer.graph.add_node(self.graph.show_node(entity)))
    }

    fn edge(&mut self, link: LinkNo, truth: Truth) -> Option<EdgeIndex> {
        if let Some(&edge) = self.edges.get(&link) {
            return Some(edge);
        }
        let view = self.graph.link(link)?;
        let shown = self.graph.show_link(link, truth)?;
        let (from, to) = (self.node(view.from), self.node(view.to));
        let edge = self.answer.graph.add_edge(from, to, shown);
        self.edges.insert(link, edge);
        Some(edge)
    }

    fn cell(&mut self, item: &Item) -> Cell {
        match item {
            Item::Null => Cell::Null,
            Item::Int(number) => Cell::Int(*number),
            Item::Float(number) => Cell::Float(*number),
            Item::Text(text) => Cell::Text(text.clone()),
            Item::Entity(entity) => Cell::Node(self.node(*entity)),
            Item::Link(link, truth) => self.edge(*link, *truth).map_or(Cell::Null, Cell::Edge),
            Item::Links(links) => {
                Cell::List(links.iter().filter_map(|&(link, truth)| self.edge(link, truth)).map(Cell::Edge).collect())
            }
            Item::Path(entities, links) => Cell::Path(
                entities.iter().map(|&entity| self.node(entity)).collect(),
                links.iter().filter_map(|&(link, truth)| self.edge(link, truth)).collect(),
            ),
        }
    }
}
