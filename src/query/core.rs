//! The core on Tieline's graph: plans are bound, shown and carried out, whoever asks.

use super::ast::Query;
use super::bind;
use super::budget::Meter;
use super::claims::ClaimSource;
use super::diagnostics::Fault;
use super::execute::{Executor, Parameters, Whole, Work};
use super::explain::operators;
use super::found::{Found, Item, Rows};
use super::known::Known;
use super::mapped::Mapped;
use super::marks::Scratch;
use super::parameters::check;
use super::plan::Plan;
use super::run::QueryError;
use crate::graph::LinkFilter;

/// What plans are carried out with.
pub struct Core<'a, 'm, C: ClaimSource> {
    /// The graph and its schema.
    pub known: Known<'a>,
    /// Which links are there.
    pub filter: &'a LinkFilter,
    /// The values of the parameters.
    pub parameters: &'a Parameters,
    /// Where claims are read.
    pub claims: &'a mut C,
    /// Kept between statements.
    pub scratch: &'a mut Scratch,
    /// Counts what is used, and ends it.
    pub meter: Meter<'m>,
    /// The lines of the plans that were carried out, if accounts are kept of what their operators do.
    pub accounts: Option<Vec<Profiled>>,
}

/// A line of a plan, with what its operator did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profiled {
    /// The line, as `explain` shows it.
    pub line: String,
    /// What the operator that begins with it did, without those after it; nothing for lines that say more of it.
    pub work: Option<Work>,
}

impl<C: ClaimSource> Core<'_, '_, C> {
    /// Answers a query.
    ///
    /// # Arguments
    /// `text` is the statement that the query was parsed from.
    ///
    /// # Errors
    /// The query makes no sense or fails, or claims cannot be read. Running into a budget is no error: the meter knows.
    pub fn answer(&mut self, query: &Query, text: &str) -> Result<Found, QueryError<C::Error>> {
        let plan = self.plan(query, text)?;
        let rows = match self.carry_out(&plan, text, |executor| executor.whole(&plan))? {
            Whole::Values(values) => Rows::Values(values, self.filter.clone()),
            Whole::Reached(reached) => Rows::Nodes(reached.into_ends()),
        };
        let mut found = Found::chosen(&plan.query.columns, rows);
        found.notes = notes(&plan);
        Ok(found)
    }

    /// The plan of a query.
    ///
    /// # Errors
    /// The query makes no sense.
    pub fn plan(&mut self, query: &Query, text: &str) -> Result<Plan, QueryError<C::Error>> {
        let mapped = Mapped::new(self.known, self.filter, self.claims);
        let planned = check(text, self.parameters).and_then(|()| bind::plan(query, text, &mapped));
        planned.map_err(|fault| QueryError::Refused(fault.diagnostic(text)))
    }

    /// Carries out a plan in whatever way `work` does.
    ///
    /// # Errors
    /// The plan fails, or claims cannot be read.
    pub fn carry_out<T>(
        &mut self,
        plan: &Plan,
        text: &str,
        work: impl FnOnce(&mut Executor<'_, Mapped<'_, C>>) -> Result<T, Fault>,
    ) -> Result<T, QueryError<C::Error>> {
        let mapped = Mapped::new(self.known, self.filter, self.claims);
        let mut executor = Executor::new(&mapped, self.parameters, self.meter.clone()).with(self.scratch);
        if self.accounts.is_some() {
            executor.keep_accounts();
        }
        let done = work(&mut executor);
        if let Some(lines) = &mut self.accounts {
            let accounts = executor.accounts();
            let work = |operator| accounts.get(&operator).copied().unwrap_or_default();
            let operators = operators(plan, &mapped).into_iter();
            lines.extend(operators.map(|(line, operator)| Profiled { line, work: operator.map(work) }));
        }
        let (meter, scratch) = executor.finish();
        self.meter.settle(meter);
        *self.scratch = scratch;
        if let Some(error) = mapped.failure() {
            return Err(QueryError::Claims(error));
        }
        done.map_err(|fault| QueryError::Refused(fault.diagnostic(text)))
    }

    /// A plan as `explain` shows it, a line a row.
    pub fn explained(&mut self, plan: &Plan) -> Found {
        let mapped = Mapped::new(self.known, self.filter, self.claims);
        let mut found = Found::new(&["plan"]);
        for (line, _) in operators(plan, &mapped) {
            found.push([Item::Text(line)]);
        }
        found
    }

    /// What the operators did of which accounts were kept, a line a row.
    pub fn profiled(&mut self) -> Found {
        let mut found = Found::new(&["operator", "rows", "visited", "microseconds"]);
        for Profiled { line, work } in self.accounts.take().unwrap_or_default() {
            let [rows, visited, time] = work.map_or([Item::Null, Item::Null, Item::Null], |work| {
                let micros = work.time.as_nanos() as f64 / 1000.0;
                [Item::Int(work.rows as i64), Item::Int(work.visited as i64), Item::Int(micros.round() as i64)]
            });
            found.push([Item::Text(line), rows, visited, time]);
        }
        found
    }
}

/// What a reader should know beside the rows.
fn notes(plan: &Plan) -> Vec<String> {
    plan.unknown.iter().map(|name| format!("nothing here is of the kind `{name}`")).collect()
}
