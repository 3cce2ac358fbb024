//! A query of the core on Tieline's graph: from its syntax tree to an answer.

use std::collections::HashMap;

use petgraph::graph::{EdgeIndex, NodeIndex};

use super::ast::Query;
use super::budget::Meter;
use super::claims::ClaimSource;
use super::execute::{Executor, Parameters, Work};
use super::explain::{explain, operators};
use super::known::Known;
use super::mapped::Mapped;
use super::parameters::check;
use super::run::QueryError;
use super::value::Value;
use super::{bind, plan::Plan};
use crate::graph::{Answer, Cell, Graph, LinkFilter};
use crate::model::{EntityNo, Truth};

/// A query, and what it is asked on.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// The query.
    pub query: &'a Query,
    /// The statement that it was parsed from.
    pub text: &'a str,
    /// The graph and its schema.
    pub known: Known<'a>,
    /// Which links are there.
    pub filter: &'a LinkFilter,
    /// The values of the parameters.
    pub parameters: &'a Parameters,
}

/// Answers a query on the links that its filter admits; beside the answer, how many links and nodes were looked at.
///
/// # Arguments
/// `meter` counts what it uses, and ends it.
///
/// # Errors
/// The query makes no sense or fails, or claims cannot be read. Running into a budget is no error: see [`Answer::cut`].
pub fn answer<C: ClaimSource>(
    asked: Asked<'_>,
    claims: &mut C,
    meter: Meter<'_>,
) -> Result<(Answer, u64), QueryError<C::Error>> {
    run(asked, claims, meter, false).map(|(answer, visited, _)| (answer, visited))
}

/// A line of a plan, with what its operator did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profiled {
    /// The line, as `explain` shows it.
    pub line: String,
    /// What the operator that begins with it did, without those after it; nothing for lines that say more of it.
    pub work: Option<Work>,
}

/// Answers a query as [`answer`] does, and gives what each operator of its plan did.
///
/// # Errors
/// As for [`answer`].
pub fn profiled<C: ClaimSource>(
    asked: Asked<'_>,
    claims: &mut C,
    meter: Meter<'_>,
) -> Result<(Answer, u64, Vec<Profiled>), QueryError<C::Error>> {
    run(asked, claims, meter, true)
}

fn run<C: ClaimSource>(
    asked: Asked<'_>,
    claims: &mut C,
    meter: Meter<'_>,
    profile: bool,
) -> Result<(Answer, u64, Vec<Profiled>), QueryError<C::Error>> {
    let Asked { query, text, known, filter, parameters } = asked;
    let graph = known.graph;
    let mapped = Mapped::new(known, filter, claims);
    let refused = |fault: super::diagnostics::Fault| QueryError::Refused(fault.diagnostic(text));
    check(text, parameters).map_err(refused)?;
    let plan = bind::plan(query, text, &mapped).map_err(refused)?;
    let mut executor = Executor::new(&mapped, parameters, meter);
    if profile {
        executor.keep_accounts();
    }
    let table = executor.table(&plan).map_err(refused)?;
    let accounts = executor.accounts();
    let (cut, visited) = (executor.cut(), executor.visited());
    if let Some(error) = mapped.failure() {
        return Err(QueryError::Claims(error));
    }
    let mut lines = Vec::new();
    if profile {
        let work = |operator| accounts.get(&operator).copied().unwrap_or_default();
        let operators = operators(&plan, &mapped).into_iter();
        lines.extend(operators.map(|(line, operator)| Profiled { line, work: operator.map(work) }));
    }
    let mut drawing =
        Drawing { graph, filter, answer: Answer::default(), nodes: HashMap::new(), edges: HashMap::new() };
    let rows = table.rows.iter().map(|row| row.iter().map(|value| drawing.cell(value)).collect()).collect();
    let mut answer = drawing.answer;
    answer.columns = table.columns.iter().map(|name| name.to_string()).collect();
    answer.chosen = true;
    answer.rows = rows;
    answer.cut = cut;
    answer.notes = notes(&plan, &answer);
    Ok((answer, visited, lines))
}

/// The plan of a query, as `explain` shows it, a line each.
///
/// # Errors
/// The query makes no sense.
pub fn explained<C: ClaimSource>(asked: Asked<'_>, claims: &mut C) -> Result<Vec<String>, QueryError<C::Error>> {
    let Asked { query, text, known, filter, .. } = asked;
    let mapped = Mapped::new(known, filter, claims);
    match bind::plan(query, text, &mapped) {
        Ok(plan) => Ok(explain(&plan, &mapped)),
        Err(fault) => Err(QueryError::Refused(fault.diagnostic(text))),
    }
}

/// What a reader should know beside the rows.
fn notes(plan: &Plan, answer: &Answer) -> Vec<String> {
    let mut notes: Vec<String> =
        plan.unknown.iter().map(|name| format!("nothing here is of the kind `{name}`")).collect();
    let doubtful = answer.graph.edge_weights().filter(|edge| edge.truth == Truth::May).count();
    if doubtful > 0 {
        notes.push(format!("{doubtful} of the links only may hold in the time asked for"));
    }
    notes
}

/// An answer that is being put together.
struct Drawing<'a> {
    graph: &'a Graph,
    filter: &'a LinkFilter,
    answer: Answer,
    nodes: HashMap<EntityNo, NodeIndex>,
    edges: HashMap<u32, EdgeIndex>,
}

impl Drawing<'_> {
    fn node(&mut self, entity: EntityNo) -> NodeIndex {
        let (graph, drawn) = (self.graph, &mut self.answer.graph);
        *self.nodes.entry(entity).or_insert_with(|| drawn.add_node(graph.show_node(entity)))
    }

    fn edge(&mut self, link: u32) -> Option<EdgeIndex> {
        if let Some(edge) = self.edges.get(&link) {
            return Some(*edge);
        }
        let view = self.graph.link(link)?;
        let weigh = self.filter.weighs_claims(self.graph);
        let shown = self.graph.show_link(link, self.filter.admits(self.graph, view.tie, weigh, || link))?;
        let (from, to) = (self.node(view.from), self.node(view.to));
        let edge = self.answer.graph.add_edge(from, to, shown);
        self.edges.insert(link, edge);
        Some(edge)
    }

    fn cell(&mut self, value: &Value) -> Cell {
        match value {
            Value::Null => Cell::Null,
            Value::Bool(value) => Cell::Bool(*value),
            Value::Int(value) => Cell::Int(*value),
            Value::Float(value) => Cell::Float(*value),
            Value::Text(text) => Cell::Text(text.to_string()),
            Value::List(items) => Cell::List(items.iter().map(|item| self.cell(item)).collect()),
            Value::Map(entries) => {
                Cell::Map(entries.iter().map(|(key, value)| (key.to_string(), self.cell(value))).collect())
            }
            Value::Node(entity) => Cell::Node(self.node(*entity)),
            Value::Link(link) => self.edge(*link).map_or(Cell::Null, Cell::Edge),
            Value::Path(path) => {
                let nodes = path.nodes.iter().map(|entity| self.node(*entity)).collect();
                Cell::Path(nodes, path.links.iter().filter_map(|link| self.edge(*link)).collect())
            }
        }
    }
}
