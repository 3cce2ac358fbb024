//! From a statement's text to what it found.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use super::ast::{Body, Explain, Pipe, ScopeAst, Statement};
use super::budget::{Budget, Meter};
use super::claims::ClaimSource;
use super::context::Context;
use super::core::{Core, Profiled};
use super::execute::{Parameters, Work};
use super::found::{Found, Item};
use super::known::Known;
use super::marks::Scratch;
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
    /// The values of the parameters that the statement names.
    pub parameters: &'a Parameters,
}

/// What a statement found, and what ended it early.
pub struct Outcome {
    /// What it found.
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
        let notes = RefCell::default();
        let context = Context { graph: self.graph, schema: self.schema, text, notes: &notes };
        let filter = context.filter(scope)?;
        let plan_us = micros(started);
        let known = Known { graph: self.graph, schema: self.schema, notes: &notes };
        let started = Instant::now();
        let counted = statement.pipes.iter().any(|pipe| matches!(pipe.value, Pipe::Count | Pipe::CountByKind));
        // What is only counted takes no room in the answer.
        let rows = if counted { usize::MAX } else { self.budget.rows };
        let meter = Meter::new(Budget { rows, ..self.budget }, self.stop);
        let accounts = (statement.explain == Some(Explain::Profile)).then(Vec::new);
        let (claims, scratch) = (&mut *self.claims, &mut *self.scratch);
        let parameters = self.parameters;
        let mut core = Core { known, filter: &filter, parameters, claims, scratch, meter, accounts };
        let mut found = match (&statement.body, statement.explain) {
            (Body::Query(query), Some(Explain::Explain)) => {
                let plan = core.plan(query, text)?;
                core.explained(&plan)
            }
            (Body::Query(query), _) => core.answer(query, text)?,
            (Body::Verb(verb), explain) => {
                let mut verbs = Verbs { context, core: &mut core, last: self.last };
                match explain {
                    Some(Explain::Explain) => {
                        let mut found = super::desugar::table(verb, scope, self.schema);
                        if let Some(plan) = verbs::plan(&verbs, verb)? {
                            found.append(core.explained(&plan));
                        }
                        found
                    }
                    _ => verbs::answer(&mut verbs, verb)?,
                }
            }
        };
        found.notes.append(&mut notes.borrow_mut());
        let rows = found.len();
        if let Some(lines) = &mut core.accounts {
            if lines.is_empty() {
                let work = Work { rows: rows as u64, visited: core.meter.visited(), time: started.elapsed() };
                lines.push(Profiled { line: "an operator of its own".to_owned(), work: Some(work) });
            }
            found = Found { notes: found.notes, ..core.profiled() };
        }
        for pipe in &statement.pipes {
            reduce(&mut found, &pipe.value, self.graph);
        }
        let (visited, run_us) = (core.meter.visited(), micros(started));
        let rows = if statement.explain == Some(Explain::Profile) { rows } else { found.len() };
        if statement.explain == Some(Explain::Profile) {
            found.notes.push(format!("{rows} rows, {visited} links visited, {run_us:.0} microseconds"));
        }
        let timing = Timing { parse_us: 0.0, plan_us, run_us, rows };
        Ok(Outcome { found, cut: core.meter.cut().map(str::to_owned), visited, timing })
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
            for kind in found.entities(graph).into_iter().filter_map(|entity| graph.kind_of(entity)) {
                if let Some(count) = counts.get_mut(usize::from(kind)) {
                    *count += 1;
                }
            }
            let counts = (0..=u8::MAX).zip(counts).filter(|(_, count)| *count > 0);
            let counted: BTreeMap<&str, i64> = counts.map(|(kind, count)| (graph.kind_name(kind), count)).collect();
            let mut reduced = Found::new(&["kind", "count"]);
            for (kind, count) in counted {
                reduced.push([Item::Text(kind.to_owned()), Item::Int(count)]);
            }
            reduced
        }
        Pipe::Ids => {
            let mut reduced = Found::new(&["id"]);
            for entity in found.entities(graph) {
                reduced.push([Item::Text(graph.node(entity).map_or("", |node| node.id).to_owned())]);
            }
            reduced
        }
    };
    reduced.notes = std::mem::take(&mut found.notes);
    *found = reduced;
}
