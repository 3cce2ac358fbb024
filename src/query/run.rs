//! From a statement's text to what it found.

use std::sync::atomic::AtomicBool;
use std::time::Instant;

use super::ast::{Body, Explain, Pipe, ScopeAst, Statement};
use super::budget::{Budget, Meter};
use super::claims::ClaimSource;
use super::context::Context;
use super::found::{Found, Item};
use super::paths::Scratch;
use super::verbs::{self, Verbs};
use crate::graph::Graph;
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
}

/// What a statement found, and what ended it early.
pub struct Outcome {
    /// The table.
    pub found: Found,
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
        let context = Context { graph: self.graph, schema: self.schema, text };
        let filter = context.filter(scope)?;
        let plan_us = micros(started);
        let started = Instant::now();
        let counted = statement.pipes.iter().any(|pipe| matches!(pipe.value, Pipe::Count | Pipe::CountByKind));
        // What is only counted takes no room in the answer.
        let rows = if counted { usize::MAX } else { self.budget.rows };
        let mut meter = Meter::new(Budget { rows, ..self.budget }, self.stop);
        let mut found = match (&statement.body, statement.explain) {
            (Body::Verb(verb), None | Some(Explain::Profile)) => {
                let mut verbs = Verbs {
                    context,
                    filter,
                    scratch: self.scratch,
                    meter: &mut meter,
                    claims: self.claims,
                    last: self.last,
                };
                verbs::answer(&mut verbs, verb)?
            }
            (Body::Verb(verb), Some(Explain::Explain)) => super::desugar::table(verb, scope),
            (Body::Query(_), _) => {
                return Err(Diagnostic::new(text, 0..text.len().min(5), "`match` is not a verb of this version")
                    .help("the verbs are find, show, neighbours, path, between, common, timeline, why and rank")
                    .into());
            }
        };
        for pipe in &statement.pipes {
            reduce(&mut found, &pipe.value, self.graph);
        }
        let run_us = micros(started);
        let cut = meter.cut().map(str::to_owned);
        if statement.explain == Some(Explain::Profile) {
            found.notes.push(format!(
                "{} rows, {} links visited, {run_us:.0} microseconds",
                found.len(),
                meter.visited()
            ));
        }
        let timing = Timing { parse_us: 0.0, plan_us, run_us, rows: found.len() };
        Ok(Outcome { found, cut, visited: meter.visited(), timing })
    }
}

/// Microseconds since `started`.
pub fn micros(started: Instant) -> f64 {
    started.elapsed().as_nanos() as f64 / 1000.0
}

/// Applies `| count`, `| count by kind` and `| ids`; renderings are left to the faces.
fn reduce(found: &mut Found, pipe: &Pipe, graph: &Graph) {
    let mut reduced = match pipe {
        Pipe::Render(_) => return,
        Pipe::Count => {
            let mut reduced = Found::new(&["count"]);
            reduced.push([Item::Int(found.len() as i64)]);
            reduced
        }
        Pipe::CountByKind => {
            let mut counts = [0i64; 256];
            for kind in found.entities().into_iter().filter_map(|entity| graph.kind_of(entity)) {
                if let Some(count) = counts.get_mut(usize::from(kind)) {
                    *count += 1;
                }
            }
            let counted = (0..=u8::MAX).zip(counts).filter(|(_, count)| *count > 0);
            let mut counted: Vec<(&str, i64)> = counted.map(|(kind, count)| (graph.kind_name(kind), count)).collect();
            counted.sort_unstable();
            let mut reduced = Found::new(&["kind", "count"]);
            for (kind, count) in counted {
                reduced.push([Item::Text(kind.to_owned()), Item::Int(count)]);
            }
            reduced
        }
        Pipe::Ids => {
            let mut reduced = Found::new(&["id"]);
            for entity in found.entities() {
                reduced.push([Item::Text(graph.node(entity).map_or("", |node| node.id).to_owned())]);
            }
            reduced
        }
    };
    reduced.notes = std::mem::take(&mut found.notes);
    *found = reduced;
}
