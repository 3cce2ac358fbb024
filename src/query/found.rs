//! What a statement found, still in numbers of the graph; made into an [`Answer`] when it is given out.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use petgraph::graph::{EdgeIndex, NodeIndex};

use super::execute::Reached;
use super::marks::Marks;
use super::steps::Hop;
use super::value::Value;
use crate::graph::{Answer, Cell, Graph, LinkFilter, LinkNo};
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
#[derive(Clone, Debug)]
pub enum Rows {
    /// One after the other, each as wide as the table has columns.
    Items(Vec<Item>),
    /// The same, as the core makes them; links are there that a filter admits.
    Values(Vec<Value>, LinkFilter),
    /// Nodes, each a row of its own.
    Nodes(Vec<EntityNo>),
    /// What is around an entity: kept as the search made it until rows are needed.
    Around(Around),
}

impl Default for Rows {
    fn default() -> Self {
        Self::Items(Vec::new())
    }
}

/// Entities reached from another. By which links they are reached is found when rows are needed, by going once more
/// where the search went.
#[derive(Clone, Debug)]
pub struct Around {
    /// What was reached, by levels.
    pub reached: Reached,
    /// The places of the entities that are rows; all but the first if none are given.
    pub rows: Option<Vec<usize>>,
    /// The steps that were taken.
    pub hop: Hop,
    /// The links that were there.
    pub filter: LinkFilter,
}

impl Around {
    /// Columns of the rows.
    pub const COLUMNS: [&'static str; 5] = ["entity", "kind", "hops", "links", "holds"];

    /// How many rows there are.
    fn len(&self) -> usize {
        self.rows.as_ref().map_or_else(|| self.reached.nodes.len().saturating_sub(1), Vec::len)
    }

    /// The entities of the rows.
    fn entities(&self) -> Vec<EntityNo> {
        let nodes = &self.reached.nodes;
        match &self.rows {
            None => nodes.get(1..).unwrap_or_default().to_vec(),
            Some(rows) => rows.iter().filter_map(|at| nodes.get(*at).copied()).collect(),
        }
    }

    /// The rows. O(links of the entities reached).
    fn items(&self, graph: &Graph) -> Vec<Item> {
        let nodes = &self.reached.nodes;
        // The row of each place, or none.
        let mut rows = vec![u32::MAX; nodes.len()];
        let places: Vec<usize> = self.rows.clone().unwrap_or_else(|| (1..nodes.len()).collect());
        for (row, &place) in (0..).zip(&places) {
            if let Some(cell) = rows.get_mut(place) {
                *cell = row;
            }
        }
        let mut marks = Marks::default();
        marks.clear(graph.entity_count());
        for (place, &node) in (0..).zip(nodes) {
            marks.note(node, place);
        }
        let weigh = self.filter.weighs_claims(graph);
        let mut links: Vec<Vec<(LinkNo, Truth)>> = vec![Vec::new(); places.len()];
        let levels = self.reached.levels.iter().copied();
        let starts = std::iter::once(0).chain(levels.clone());
        for ((before, start), end) in starts.zip(levels.clone()).zip(levels.skip(1)) {
            for &from in nodes.get(before..start).unwrap_or_default() {
                let ties = graph.ties(from);
                self.hop.each(graph, &self.filter, from, |to, place| {
                    let reached = marks.get(to).map_or(0, |at| at as usize);
                    let row = rows.get(reached).filter(|_| (start..end).contains(&reached));
                    if let Some(links) = row.and_then(|row| links.get_mut(*row as usize))
                        && let Some((_, tie)) = ties.at(place as usize)
                    {
                        let link = ties.link(place as usize);
                        links.push((link, self.filter.admits(graph, tie, weigh, || link)));
                    }
                    true
                });
            }
        }
        let timed = self.filter.time.is_some();
        let rows = places.into_iter().zip(links).flat_map(|(place, links)| {
            let entity = nodes.get(place).copied().unwrap_or_default();
            let hops = self.reached.levels.partition_point(|end| *end <= place);
            let kind = graph.kind_of(entity).map_or("", |kind| graph.kind_name(kind));
            let holds = Item::holds(timed, links.iter().map(|link| link.1).max());
            [Item::Entity(entity), Item::Text(kind.to_owned()), Item::Int(hops as i64), Item::Links(links), holds]
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

/// What a statement found: a table, and the entities and links that it speaks of.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Column names.
    pub columns: Vec<Cow<'static, str>>,
    /// Whether the statement chose the columns.
    pub chosen: bool,
    /// The rows.
    pub rows: Rows,
    /// The entities that were asked about.
    pub focus: Vec<EntityNo>,
    /// Remarks for the reader.
    pub notes: Vec<String>,
}

impl Found {
    /// An empty table.
    pub fn new(columns: &[&'static str]) -> Self {
        Self { columns: columns.iter().map(|column| Cow::Borrowed(*column)).collect(), ..Self::default() }
    }

    /// What is around an entity.
    pub fn around(around: Around) -> Self {
        Self { rows: Rows::Around(around), ..Self::new(&Around::COLUMNS) }
    }

    /// What a query answers, in columns that it chose.
    pub fn chosen(columns: &[Box<str>], rows: Rows) -> Self {
        let columns = columns.iter().map(|column| Cow::Owned(column.to_string())).collect();
        Self { columns, chosen: true, rows, ..Self::default() }
    }

    fn width(&self) -> usize {
        self.columns.len().max(1)
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        match &self.rows {
            Rows::Items(items) => items.len() / self.width(),
            Rows::Values(values, _) => values.len() / self.width(),
            Rows::Nodes(nodes) => nodes.len(),
            Rows::Around(around) => around.len(),
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

    /// Adds the rows of another table of items with as many columns.
    pub fn append(&mut self, other: Found) {
        if let (Rows::Items(items), Rows::Items(more)) = (&mut self.rows, other.rows) {
            items.extend(more);
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
        let mut found = match &self.rows {
            // Each stands there once.
            Rows::Around(around) => return around.entities(),
            Rows::Nodes(nodes) => return nodes.clone(),
            Rows::Items(items) => self.first_with(items, |item, into| of_item(graph, item, into)),
            Rows::Values(values, _) => self.first_with(values, |value, into| of_value(graph, value, into)),
        };
        let mut seen = HashSet::new();
        found.retain(|entity| seen.insert(*entity));
        found
    }

    /// The entities of the first column that has any.
    fn first_with<T>(&self, cells: &[T], gather: impl Fn(&T, &mut Vec<EntityNo>)) -> Vec<EntityNo> {
        let column = |column: usize| {
            let mut entities = Vec::new();
            cells.iter().skip(column).step_by(self.width()).for_each(|cell| gather(cell, &mut entities));
            entities
        };
        (0..self.columns.len()).map(column).find(|entities| !entities.is_empty()).unwrap_or_default()
    }

    /// The answer, detached from the graph. O(items).
    pub fn answer(&self, graph: &Graph) -> Answer {
        let mut drawing = Drawing { graph, answer: Answer::default(), nodes: HashMap::new(), edges: HashMap::new() };
        for &entity in &self.focus {
            let node = drawing.node(entity);
            if let Some(node) = drawing.answer.graph.node_weight_mut(node) {
                node.focus = true;
            }
        }
        let width = self.width();
        let items = |drawing: &mut Drawing<'_>, items: &[Item]| {
            items.chunks(width).map(|row| row.iter().map(|item| drawing.cell(item)).collect()).collect()
        };
        let rows: Vec<Vec<Cell>> = match &self.rows {
            Rows::Items(all) => items(&mut drawing, all),
            Rows::Around(around) => items(&mut drawing, &around.items(graph)),
            Rows::Nodes(nodes) => nodes.iter().map(|node| vec![Cell::Node(drawing.node(*node))]).collect(),
            Rows::Values(values, filter) => {
                let weigh = filter.weighs_claims(graph);
                let truth = |link: LinkNo| {
                    graph.link(link).map_or(Truth::No, |view| filter.admits(graph, view.tie, weigh, || link))
                };
                let row = |row: &[Value]| row.iter().map(|value| drawing.value(value, &truth)).collect();
                values.chunks(width).map(row).collect()
            }
        };
        let mut notes = self.notes.clone();
        if self.chosen {
            let doubtful = drawing.answer.graph.edge_weights().filter(|edge| edge.truth == Truth::May).count();
            if doubtful > 0 {
                notes.push(format!("{doubtful} of the links only may hold in the time asked for"));
            }
        }
        let columns = self.columns.iter().map(|column| column.to_string()).collect();
        Answer { columns, chosen: self.chosen, rows, notes, ..drawing.answer }
    }
}

fn of_link(graph: &Graph, link: LinkNo, into: &mut Vec<EntityNo>) {
    into.extend(graph.link(link).into_iter().flat_map(|link| [link.from, link.to]));
}

fn of_item(graph: &Graph, item: &Item, into: &mut Vec<EntityNo>) {
    match item {
        Item::Entity(entity) => into.push(*entity),
        Item::Path(path, _) => into.extend(path),
        Item::Link(link, _) => of_link(graph, *link, into),
        _ => {}
    }
}

fn of_value(graph: &Graph, value: &Value, into: &mut Vec<EntityNo>) {
    match value {
        Value::Node(entity) => into.push(*entity),
        Value::Path(path) => into.extend(&path.nodes),
        Value::Link(link) => of_link(graph, *link, into),
        Value::List(values) => values.iter().for_each(|value| of_value(graph, value, into)),
        Value::Map(entries) => entries.iter().for_each(|(_, value)| of_value(graph, value, into)),
        _ => {}
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

    fn value(&mut self, value: &Value, truth: &impl Fn(LinkNo) -> Truth) -> Cell {
        match value {
            Value::Null => Cell::Null,
            Value::Bool(value) => Cell::Bool(*value),
            Value::Int(value) => Cell::Int(*value),
            Value::Float(value) => Cell::Float(*value),
            Value::Text(text) => Cell::Text(text.to_string()),
            Value::List(items) => Cell::List(items.iter().map(|item| self.value(item, truth)).collect()),
            Value::Map(entries) => {
                Cell::Map(entries.iter().map(|(key, value)| (key.to_string(), self.value(value, truth))).collect())
            }
            Value::Node(entity) => Cell::Node(self.node(*entity)),
            Value::Link(link) => self.edge(*link, truth(*link)).map_or(Cell::Null, Cell::Edge),
            Value::Path(path) => {
                let nodes = path.nodes.iter().map(|entity| self.node(*entity)).collect();
                Cell::Path(nodes, path.links.iter().filter_map(|link| self.edge(*link, truth(*link))).collect())
            }
        }
    }
}
