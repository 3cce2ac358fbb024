//! What a statement found, still in numbers of the graph; made into an [`Answer`] when it is given out.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

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

/// The rows of a found table.
#[derive(Clone, Debug, PartialEq)]
pub enum Rows {
    /// One after the other, each as wide as the table has columns.
    Items(Vec<Item>),
    /// What is around an entity: kept as the search made it until rows are needed.
    Around(Around),
}

impl Default for Rows {
    fn default() -> Self {
        Self::Items(Vec::new())
    }
}

/// Entities reached from another, and by which steps.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Around {
    /// Entities in the order of reaching, with the number of links to them; each is a row.
    pub reached: Vec<(EntityNo, u32)>,
    /// Steps that reach them from the level before.
    pub steps: Vec<Step>,
    /// Whether the scope asks for a time.
    pub timed: bool,
}

/// A step to a reached entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The row of the entity that it reaches.
    pub row: u32,
    /// The entity that it starts from.
    pub from: EntityNo,
    /// Which of that entity's ties it takes.
    pub place: u32,
    /// Whether that tie holds.
    pub truth: Truth,
}

impl Around {
    /// Columns of the rows.
    pub const COLUMNS: [&'static str; 5] = ["entity", "kind", "hops", "links", "holds"];

    /// The rows. O(steps).
    fn items(&self, graph: &Graph) -> Vec<Item> {
        let mut links: Vec<Vec<(LinkNo, Truth)>> = vec![Vec::new(); self.reached.len()];
        // Steps from one entity stand together, so that its ties are looked up once.
        for steps in self.steps.chunk_by(|a, b| a.from == b.from) {
            let Some(first) = steps.first() else { continue };
            let ties = graph.ties(first.from);
            for step in steps {
                if let Some(links) = links.get_mut(step.row as usize) {
                    links.push((ties.link(step.place as usize), step.truth));
                }
            }
        }
        let rows = self.reached.iter().zip(links).flat_map(|(&(entity, hops), links)| {
            let kind = graph.kind_of(entity).map_or("", |kind| graph.kind_name(kind));
            let holds = Item::holds(self.timed, links.iter().map(|link| link.1).max());
            [Item::Entity(entity), Item::Text(kind.to_owned()), Item::Int(i64::from(hops)), Item::Links(links), holds]
        });
        rows.collect()
    }
}

impl Item {
    /// Whether something holds in the time that the scope asks for; nothing where it asks for none.
    pub fn holds(timed: bool, truth: Option<Truth>) -> Self {
        match truth.filter(|_| timed) {
            None => Self::Null,
            Some(Truth::Yes) => Self::Text("holds".to_owned()),
            Some(Truth::May) => Self::Text("may hold".to_owned()),
            Some(Truth::No) => Self::Text("does not hold".to_owned()),
        }
    }
}

/// A table of [`Item`]s and the entities and links that it speaks of.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// Column names.
    pub columns: Vec<&'static str>,
    /// The rows.
    pub rows: Rows,
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

    /// What is around an entity.
    pub fn around(around: Around) -> Self {
        Self { columns: Around::COLUMNS.to_vec(), rows: Rows::Around(around), ..Self::default() }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        match &self.rows {
            Rows::Items(items) => items.len().checked_div(self.columns.len()).unwrap_or(0),
            Rows::Around(around) => around.reached.len(),
        }
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds a row to a table of items.
    pub fn push<const N: usize>(&mut self, row: [Item; N]) {
        debug_assert_eq!(N, self.columns.len());
        if let Rows::Items(items) = &mut self.rows {
            items.extend(row);
        }
    }

    /// The table without a column that has no value in any row.
    pub fn without_empty(mut self, column: &str) -> Self {
        let width = self.columns.len();
        let Some(at) = self.columns.iter().position(|known| *known == column) else { return self };
        if let Rows::Items(items) = &mut self.rows
            && items.iter().skip(at).step_by(width).all(|item| *item == Item::Null)
        {
            let mut place = 0;
            items.retain(|_| {
                place += 1;
                (place - 1) % width != at
            });
            self.columns.remove(at);
        }
        self
    }

    /// The entities that the rows are about, each once, in the order of the rows: those of the first column that has
    /// entities, paths or links; of a link both ends.
    pub fn entities(&self, graph: &Graph) -> Vec<EntityNo> {
        let items = match &self.rows {
            Rows::Around(around) => return around.reached.iter().map(|(entity, _)| *entity).collect(),
            Rows::Items(items) => items,
        };
        let of = |item: &Item| match item {
            Item::Entity(entity) => vec![*entity],
            Item::Path(path, _) => path.clone(),
            Item::Link(link, _) => graph.link(*link).map_or_else(Vec::new, |link| vec![link.from, link.to]),
            _ => Vec::new(),
        };
        let column = |column: usize| items.iter().skip(column).step_by(self.columns.len().max(1)).flat_map(of);
        let Some(first) = (0..self.columns.len()).find(|&at| column(at).next().is_some()) else { return Vec::new() };
        let mut seen = HashSet::new();
        column(first).filter(|entity| seen.insert(*entity)).collect()
    }

    /// All rows, one after the other, each as wide as `columns`.
    pub fn items(&self, graph: &Graph) -> Cow<'_, [Item]> {
        match &self.rows {
            Rows::Items(items) => Cow::Borrowed(items),
            Rows::Around(around) => Cow::Owned(around.items(graph)),
        }
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
        let rows: Vec<Vec<Cell>> = self
            .items(graph)
            .chunks(self.columns.len().max(1))
            .map(|row| row.iter().map(|item| subgraph.cell(item)).collect())
            .collect();
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
