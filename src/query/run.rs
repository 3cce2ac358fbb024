//! From a statement's text to what it found.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashSet};
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use petgraph::graph::NodeIndex;

use super::ast::{Body, Explain, Pipe, ScopeAst, Statement};
use super::budget::{Budget, Meter};
use super::claims::ClaimSource;
use super::context::Context;
use super::core;
use super::execute::Parameters;
use super::found::{Found, Item};
use super::known::Known;
use super::paths::Scratch;
use super::verbs::{self, Verbs};
use crate::graph::{Answer, Cell, Graph, Node};
use crate::model::Diagnostic;
use crate::schema::Schema;

/// Why a statement has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QueryError<E> {
    /// The statement is not one, or names what is not there.
    Refused(Diagnostic),
    /// Claims cannot be read.
    Claims(E),
}

impl<E> From<Diagnostic> for QueryError<E> {
    fn from(refused: Diagnostic) -> Self {
        Self::Refused(refused)
    }
}

/// How long the parts of a statement took, in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Timing {
    /// Text to syntax tree.
    pub parse_us: f64,
    /// Binding and planning.
    pub plan_us: f64,
    /// Searching.
    pub run_us: f64,
    /// Rows found.
    pub rows: usize,
}

/// What a statement is run with.
pub struct Run<'a, C: ClaimSource> {
    /// The graph.
    pub graph: &'a Graph,
    /// What kinds there are.
    pub schema: &'a Schema,
    /// Where claims are read.
    pub claims: &'a mut C,
    /// Kept between statements.
    pub scratch: &'a mut Scratch,
    /// What it may use.
    pub budget: Budget,
    /// Set to end the statement.
    pub stop: &'a AtomicBool,
    /// Link ids of the last answer.
    pub last: &'a [String],
    /// The values of the parameters that the statement names.
    pub parameters: &'a Parameters,
}

/// What a statement found.
pub enum Table {
    /// What a verb found, still in numbers of the graph.
    Found(Found),
    /// What a `match` query answers.
    Answer(Answer),
}

impl Table {
    /// The answer, detached from the graph.
    pub fn answer(self, graph: &Graph) -> Answer {
        match self {
            Table::Found(found) => found.answer(graph),
            Table::Answer(answer) => answer,
        }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        match self {
            Table::Found(found) => found.len(),
            Table::Answer(answer) => answer.rows.len(),
        }
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn note(&mut self, note: String) {
        match self {
            Table::Found(found) => found.notes.push(note),
            Table::Answer(answer) => answer.notes.push(note),
        }
    }
}

/// What a statement found, and what ended it early.
pub struct Outcome {
    /// The table.
    pub table: Table,
    /// The budget that ended it, if one did.
    pub cut: Option<String>,
    /// Links looked at.
    pub visited: u64,
    /// How long it took.
    pub timing: Timing,
}

impl<C: ClaimSource> Run<'_, C> {
    /// Runs a parsed statement. `text` is what it was parsed from; `scope` already holds the session's.
    ///
    /// # Errors
    /// The statement names what is not there, or claims cannot be read.
    pub fn run(
        &mut self,
        text: &str,
        statement: &Statement,
        scope: &ScopeAst,
    ) -> Result<Outcome, QueryError<C::Error>> {
        let started = Instant::now();
        let notes = RefCell::default();
        let context = Context { graph: self.graph, schema: self.schema, text, notes: &notes };
        let filter = context.filter(scope)?;
        let plan_us = micros(started);
        let known = Known { graph: self.graph, schema: self.schema, notes: &notes };
        let parameters = self.parameters;
        let started = Instant::now();
        let counted = statement.pipes.iter().any(|pipe| matches!(pipe.value, Pipe::Count | Pipe::CountByKind));
        // What is only counted takes no room in the answer.
        let rows = if counted { usize::MAX } else { self.budget.rows };
        let asked = |query| core::Asked { query, text, known, filter: &filter, parameters };
        let mut meter = Meter::new(Budget { rows, ..self.budget }, self.stop);
        let mut answered = None;
        let (mut table, visited, cut) = match (&statement.body, statement.explain) {
            (Body::Verb(verb), None | Some(Explain::Profile)) => {
                let mut verbs = Verbs {
                    context,
                    filter: filter.clone(),
                    scratch: self.scratch,
                    meter: &mut meter,
                    claims: self.claims,
                    last: self.last,
                };
                let found = verbs::answer(&mut verbs, verb)?;
                (Table::Found(found), meter.visited(), meter.cut().map(str::to_owned))
            }
            (Body::Verb(verb), Some(Explain::Explain)) => {
                (Table::Found(super::desugar::table(verb, scope, self.schema)), 0, None)
            }
            (Body::Query(query), Some(Explain::Explain)) => {
                let mut found = Found::new(&["plan"]);
                for line in core::explained(asked(query), self.claims)? {
                    found.push([Item::Text(line)]);
                }
                (Table::Found(found), 0, None)
            }
            (Body::Query(query), Some(Explain::Profile)) => {
                let (answer, visited, lines) = core::profiled(asked(query), self.claims, meter)?;
                let mut found = Found::new(&["operator", "rows", "visited", "microseconds"]);
                for core::Profiled { line, work } in lines {
                    let [rows, visited, time] = work.map_or([Item::Null, Item::Null, Item::Null], |work| {
                        let micros = work.time.as_nanos() as f64 / 1000.0;
                        [Item::Int(work.rows as i64), Item::Int(work.visited as i64), Item::Int(micros.round() as i64)]
                    });
                    found.push([Item::Text(line), rows, visited, time]);
                }
                found.notes = answer.notes;
                answered = Some(answer.rows.len());
                (Table::Found(found), visited, answer.cut)
            }
            (Body::Query(query), None) => {
                let (answer, visited) = core::answer(asked(query), self.claims, meter)?;
                let cut = answer.cut.clone();
                (Table::Answer(answer), visited, cut)
            }
        };
        notes.into_inner().into_iter().for_each(|note| table.note(note));
        for pipe in &statement.pipes {
            reduce(&mut table, &pipe.value, self.graph);
        }
        let run_us = micros(started);
        let rows = answered.unwrap_or_else(|| table.len());
        if statement.explain == Some(Explain::Profile) {
            table.note(format!("{rows} rows, {visited} links visited, {run_us:.0} microseconds"));
        }
        let timing = Timing { parse_us: 0.0, plan_us, run_us, rows };
        Ok(Outcome { table, cut, visited, timing })
    }
}

/// Microseconds since `started`.
pub fn micros(started: Instant) -> f64 {
    started.elapsed().as_nanos() as f64 / 1000.0
}

/// Applies `| count`, `| count by kind` and `| ids`; renderings are left to the faces.
fn reduce(table: &mut Table, pipe: &Pipe, graph: &Graph) {
    let mut reduced = match pipe {
        Pipe::Render(_) => return,
        Pipe::Count => {
            let mut reduced = Found::new(&["count"]);
            reduced.push([Item::Int(table.len() as i64)]);
            reduced
        }
        Pipe::CountByKind => {
            let mut counted: BTreeMap<&str, i64> = BTreeMap::new();
            match table {
                Table::Found(found) => {
                    let mut counts = [0i64; 256];
                    for kind in found.entities(graph).into_iter().filter_map(|entity| graph.kind_of(entity)) {
                        if let Some(count) = counts.get_mut(usize::from(kind)) {
                            *count += 1;
                        }
                    }
                    let counts = (0..=u8::MAX).zip(counts).filter(|(_, count)| *count > 0);
                    counted.extend(counts.map(|(kind, count)| (graph.kind_name(kind), count)));
                }
                Table::Answer(answer) => {
                    for node in entities(answer) {
                        *counted.entry(&node.kind).or_default() += 1;
                    }
                }
            }
            let mut reduced = Found::new(&["kind", "count"]);
            for (kind, count) in counted {
                reduced.push([Item::Text(kind.to_owned()), Item::Int(count)]);
            }
            reduced
        }
        Pipe::Ids => {
            let ids: Vec<String> = match table {
                Table::Found(found) => {
                    let id = |entity| graph.node(entity).map_or("", |node| node.id).to_owned();
                    found.entities(graph).into_iter().map(id).collect()
                }
                Table::Answer(answer) => entities(answer).map(|node| node.id.clone()).collect(),
            };
            let mut reduced = Found::new(&["id"]);
            for id in ids {
                reduced.push([Item::Text(id)]);
            }
            reduced
        }
    };
    reduced.notes = match table {
        Table::Found(found) => std::mem::take(&mut found.notes),
        Table::Answer(answer) => std::mem::take(&mut answer.notes),
    };
    *table = Table::Found(reduced);
}

/// The entities that the rows of an answer are about, by the rule of [`Found::entities`].
fn entities(answer: &Answer) -> impl Iterator<Item = &Node> {
    fn gather(answer: &Answer, cell: &Cell, nodes: &mut Vec<NodeIndex>) {
        match cell {
            Cell::Node(node) => nodes.push(*node),
            Cell::Path(path, _) => nodes.extend(path),
            Cell::Edge(edge) => {
                nodes.extend(answer.graph.edge_endpoints(*edge).into_iter().flat_map(|(from, to)| [from, to]));
            }
            Cell::List(cells) => cells.iter().for_each(|cell| gather(answer, cell, nodes)),
            Cell::Map(entries) => entries.iter().for_each(|(_, cell)| gather(answer, cell, nodes)),
            _ => {}
        }
    }
    let column = |column: usize| {
        let mut nodes = Vec::new();
        answer.rows.iter().filter_map(|row| row.get(column)).for_each(|cell| gather(answer, cell, &mut nodes));
        nodes
    };
    let mut nodes = (0..answer.columns.len()).map(column).find(|nodes| !nodes.is_empty()).unwrap_or_default();
    let mut seen = HashSet::new();
    nodes.retain(|node| seen.insert(*node));
    nodes.into_iter().filter_map(|node| answer.graph.node_weight(node))
}
