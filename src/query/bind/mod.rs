//! From the syntax tree to a plan: every name gets its place in a row, what cannot make sense is refused, and each
//! `match` is put in the order in which it is carried out.

mod automaton;
mod condition;
mod cost;
mod expression;
mod once;
mod order;
mod pattern;
mod projection;
mod types;
mod used;

use std::borrow::Cow;

use super::ast::{Clause, Name, Query};
use super::diagnostics::{Code, Fault};
use super::graph::PropertyGraph;
use super::lexer::Span;
use super::plan::{Part, Plan, QueryPlan, Segment, Slot, Step};
use crate::schema::nearest;
use projection::Gathering;
use types::Type;

/// Plans a query for a graph.
///
/// # Arguments
/// `text` is the text that the query was parsed from: columns are named after their part of it.
///
/// # Errors
/// The query makes no sense: a variable that is not defined, a value of the wrong sort, an aggregation where none can be.
pub fn plan<G: PropertyGraph>(query: &Query, text: &str, graph: &G) -> Result<Plan, Fault> {
    let mut binder = Binder {
        text,
        graph,
        slots: 0,
        scope: Vec::new(),
        touched: Vec::new(),
        aggregation: None,
        depth: 0,
        names: Vec::new(),
        unknown: Vec::new(),
    };
    let mut query = binder.query(query, true)?;
    used::drop_unused(&mut query);
    once::mark(&mut query, true);
    once::count_tails(&mut query, false);
    Ok(Plan { query, slots: binder.slots, names: binder.names, unknown: binder.unknown })
}

/// A variable that can be used.
#[derive(Clone, Debug)]
struct Variable {
    name: Box<str>,
    slot: Slot,
    kind: Type,
}

/// The most steps of one part of a query: each runs inside the one before, on the stack.
const MOST_STEPS: usize = 200;

struct Binder<'a, G> {
    text: &'a str,
    graph: &'a G,
    /// How many places have been given out.
    slots: usize,
    /// The variables that can be used; of equal names the last one counts.
    scope: Vec<Variable>,
    /// The places that expressions have used, in the order of use.
    touched: Vec<Slot>,
    /// Where aggregations are gathered, if they may stand here.
    aggregation: Option<Box<Gathering>>,
    /// How many steps run inside each other here.
    depth: usize,
    /// The names of variables, by place.
    names: Vec<(Slot, Cow<'static, str>)>,
    /// Labels and kinds of links that the graph does not know.
    unknown: Vec<Box<str>>,
}

type Bound<T> = Result<T, Fault>;

impl<G: PropertyGraph> Binder<'_, G> {
    fn slot(&mut self) -> Slot {
        self.slots += 1;
        self.slots - 1
    }

    fn declare(&mut self, name: &str, kind: Type) -> Slot {
        let slot = self.slot();
        self.names.push((slot, Cow::Owned(name.to_owned())));
        self.scope.push(Variable { name: name.into(), slot, kind });
        slot
    }

    fn find(&self, name: &str) -> Option<&Variable> {
        self.scope.iter().rev().find(|variable| *variable.name == *name)
    }

    fn undefined(&self, name: &str, span: Span) -> Fault {
        let fault = Fault::syntax(Code::UndefinedVariable, span, format!("the variable `{name}` is not defined"));
        match nearest(name, self.scope.iter().map(|variable| &*variable.name)) {
            Some(near) if near != name => fault.help(format!("did you mean `{near}`?")),
            _ => fault,
        }
    }

    fn already_bound(name: &Name) -> Fault {
        let message = format!("the variable `{}` is defined already", name.value);
        Fault::syntax(Code::VariableAlreadyBound, name.span, message)
    }

    /// A query; a whole one has columns, a part of an expression need not.
    fn query(&mut self, query: &Query, whole: bool) -> Bound<QueryPlan> {
        if let Some(span) = query.mixed_union {
            let message = "`union` and `union all` cannot be mixed";
            return Err(Fault::syntax(Code::InvalidClauseComposition, span, message));
        }
        let outer = self.scope.clone();
        let mut parts = Vec::new();
        let mut columns: Option<Vec<Box<str>>> = None;
        for clauses in &query.parts {
            self.scope.clone_from(&outer);
            let (part, names) = self.part(clauses)?;
            match &columns {
                Some(first) if *first != names => {
                    let span = clauses.iter().find_map(projection_span).unwrap_or_default();
                    let message = format!(
                        "both sides of `union` must have the same columns, not {} and {}",
                        first.join(", "),
                        names.join(", ")
                    );
                    return Err(Fault::syntax(Code::DifferentColumnsInUnion, span, message));
                }
                _ => columns = Some(names),
            }
            parts.push(part);
        }
        if !whole {
            self.scope = outer;
        }
        Ok(QueryPlan { parts, all: query.all, columns: columns.unwrap_or_default() })
    }

    fn part(&mut self, clauses: &[Clause]) -> Bound<(Part, Vec<Box<str>>)> {
        let outside = self.depth;
        self.deepen(clauses.iter().map(weight).sum(), clauses.iter().find_map(projection_span))?;
        let part = self.clauses(clauses);
        self.depth = outside;
        part
    }

    /// Counts steps that run inside those counted so far.
    fn deepen(&mut self, steps: usize, span: Option<Span>) -> Bound<()> {
        self.depth += steps;
        if self.depth > MOST_STEPS {
            let message = format!("the query has more than {MOST_STEPS} clauses, nodes and links in a row");
            return Err(Fault::syntax(Code::TooLong, span.unwrap_or_default(), message));
        }
        Ok(())
    }

    fn clauses(&mut self, clauses: &[Clause]) -> Bound<(Part, Vec<Box<str>>)> {
        let mut segments = Vec::new();
        let mut steps = Vec::new();
        let (mut output, mut names) = (Vec::new(), Vec::new());
        for clause in clauses {
            match clause {
                Clause::Match { optional, patterns, filter, .. } => {
                    let known = self.scope.len();
                    let inner = self.match_steps(patterns, filter.as_ref(), true)?;
                    if *optional {
                        let nulls = self.scope[known..].iter().map(|variable| variable.slot).collect();
                        steps.push(Step::Optional(inner, nulls));
                    } else {
                        steps.extend(inner);
                    }
                }
                Clause::Unwind { list, variable } => {
                    let (list, kind) = self.expression(list)?;
                    if self.find(&variable.value).is_some() {
                        return Err(Self::already_bound(variable));
                    }
                    let slot = self.declare(&variable.value, kind.element());
                    steps.push(Step::Unwind(list, slot));
                }
                Clause::Create { patterns, .. } => steps.push(Step::Create(self.creations(patterns)?)),
                Clause::With(projection) => {
                    let (projected, columns) = self.projection(projection, true)?;
                    segments.push(Segment { steps: std::mem::take(&mut steps), projection: Some(projected) });
                    self.scope = columns;
                }
                Clause::Return(projection) => {
                    let (projected, columns) = self.projection(projection, false)?;
                    segments.push(Segment { steps: std::mem::take(&mut steps), projection: Some(projected) });
                    (output, names) = columns.into_iter().map(|column| (column.slot, column.name)).unzip();
                }
            }
        }
        if !steps.is_empty() {
            segments.push(Segment { steps, projection: None });
        }
        Ok((Part { segments, output }, names))
    }
}

/// About how many steps a clause becomes.
fn weight(clause: &Clause) -> usize {
    match clause {
        // A projection is several calls deep.
        Clause::With(_) | Clause::Return(_) => 3,
        // The elements of patterns are counted where they are bound.
        Clause::Match { .. } | Clause::Unwind { .. } | Clause::Create { .. } => 1,
    }
}

fn projection_span(clause: &Clause) -> Option<Span> {
    match clause {
        Clause::Return(projection) => Some(projection.span),
        _ => None,
    }
}
