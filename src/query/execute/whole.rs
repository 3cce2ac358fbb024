//! A plan that ends with a search and asks for no more than the nodes that it reaches, or for their number, is carried
//! out as a whole: no row is made for what would only be gathered again.

use super::reach::{Reached, reaches};
use super::{Executor, Operator};
use crate::query::diagnostics::Fault;
use crate::query::functions::Aggregate;
use crate::query::graph::PropertyGraph;
use crate::query::plan::{Ex, Grouping, Plan, Projected, Slot, Source, Step};
use crate::query::search::{One, Search};
use crate::query::value::Value;

/// What a plan asks of the nodes that a search reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    /// The nodes.
    Nodes,
    /// How many there are.
    Count,
}

/// What a plan finds.
#[derive(Clone, Debug)]
pub enum Whole {
    /// Rows, one after the other.
    Values(Vec<Value>),
    /// What a search reached; each end is a row.
    Reached(Reached),
}

/// A plan that finds one node and searches from it.
struct Plain<'p> {
    scan: &'p Step,
    start: u32,
    search: &'p Search,
    one: &'p One,
    step: &'p Step,
    projected: &'p Projected,
    wanted: Wanted,
}

/// The scan for one node, the node, and the search from it, if a plan begins with them.
fn from_one(plan: &Plan) -> Option<(&Step, u32, &Step, &Search)> {
    let [part] = plan.query.parts.as_slice() else { return None };
    let [segment] = part.segments.as_slice() else { return None };
    let [scan @ Step::Scan(from, Source::Nodes(nodes)), step @ Step::Search(search)] = segment.steps.as_slice() else {
        return None;
    };
    let [start] = nodes.as_slice() else { return None };
    (search.from == *from && !search.to_bound).then_some((scan, *start, step, search))
}

fn plain(plan: &Plan) -> Option<Plain<'_>> {
    let (scan, start, step, search) = from_one(plan)?;
    let projected = plan.query.parts.first()?.segments.first()?.projection.as_ref()?;
    let (one, wanted) = (reaches(search)?, wanted(projected, search.to)?);
    Some(Plain { scan, start, search, one, step, projected, wanted })
}

fn wanted(projected: &Projected, end: Slot) -> Option<Wanted> {
    let Projected { items, grouping, order, skip, limit, filter, .. } = projected;
    if !order.is_empty() || skip.is_some() || limit.is_some() || filter.is_some() {
        return None;
    }
    let [(_, Ex::Slot(item))] = items.as_slice() else { return None };
    match grouping {
        None => (*item == end).then_some(Wanted::Nodes),
        Some(Grouping { keys, calls }) => {
            let [call] = calls.as_slice() else { return None };
            let counts = call.function == Aggregate::Count && matches!(call.value, None | Some(Ex::Slot(_)));
            let of_end = call.value.as_ref().is_none_or(|value| matches!(value, Ex::Slot(slot) if *slot == end));
            (keys.is_empty() && counts && of_end && *item == call.slot).then_some(Wanted::Count)
        }
    }
}

impl<G: PropertyGraph> Executor<'_, G> {
    /// Carries out a plan and gives what it finds.
    ///
    /// # Errors
    /// What goes wrong while it runs. Running into a budget is no error: see [`Executor::cut`].
    pub fn whole(&mut self, plan: &Plan) -> Result<Whole, Fault> {
        let Some(plain) = plain(plan) else { return Ok(Whole::Values(self.values(plan)?)) };
        self.within(Operator::of(plain.scan), |executor| {
            executor.meter.visit(1);
            executor.count_rows(1);
        });
        let mut reached = self.within(Operator::of(plain.step), |executor| {
            let mut row = vec![Value::Null; plan.slots];
            let reached = executor.all_reached(plain.search, plain.one, plain.start, &mut row)?;
            executor.count_rows(reached.ends().len());
            Ok(reached)
        })?;
        self.within(Operator::of(plain.projected), |executor| match plain.wanted {
            Wanted::Count => executor.count_rows(1),
            Wanted::Nodes => executor.count_rows(reached.ends().len()),
        });
        if plain.wanted == Wanted::Count {
            return Ok(Whole::Values(vec![Value::Int(reached.ends().len() as i64)]));
        }
        let most = self.meter.budget().rows;
        if reached.ends().len() > most {
            self.meter.fits(most);
            reached.nodes.truncate(most + usize::from(!reached.start));
        }
        Ok(Whole::Reached(reached))
    }

    /// Carries out a plan that finds one node and searches from it, and gives all that is reached, by levels, with those
    /// nodes at which no path may end. Nothing, if the plan is another one.
    ///
    /// # Errors
    /// What goes wrong while it runs.
    pub fn around(&mut self, plan: &Plan) -> Result<Option<Reached>, Fault> {
        let Some((_, start, step, search)) = from_one(plan) else { return Ok(None) };
        let Some(one) = &search.one else { return Ok(None) };
        self.within(Operator::of(step), |executor| {
            let mut row = vec![Value::Null; plan.slots];
            let reached = executor.levels(search, one, start, &mut row, |_, _| {}, |_| false)?;
            executor.count_rows(reached.nodes.len().saturating_sub(1));
            Ok(Some(reached))
        })
    }

    /// What a search reaches from a node, with all that is asked of the node itself.
    fn all_reached(&mut self, search: &Search, one: &One, start: u32, row: &mut [Value]) -> Result<Reached, Fault> {
        row[search.from] = Value::Node(start);
        if !self.node_holds(search, start, row, |every| every.first && every.last)? {
            return Ok(Reached { nodes: vec![start], ..Reached::default() });
        }
        self.reached(search, one, start, row)
    }
}
