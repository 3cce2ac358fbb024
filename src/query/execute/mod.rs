//! The executor: carries out the steps of a plan, depth first.
//!
//! A row is one array with a place for every variable of the query. Each step writes the places of its own variables and
//! hands the row on, so that going back to an earlier step costs nothing. Where rows must be gathered (order, grouping),
//! they are copied.

mod aggregate;
mod cheapest;
mod conditions;
mod expand;
mod meeting;
mod paths;
mod product;
mod profile;
mod project;
mod reach;
mod shortest;
mod whole;

use std::collections::{HashMap, HashSet};

use super::budget::Meter;
use super::diagnostics::Fault;
use super::graph::PropertyGraph;
use super::marks::Scratch;
use super::measured::unless_stopped;
use super::plan::{Creation, Plan, QueryPlan, Slot, Source, Step};
use super::value::{Key, Value};

pub use meeting::{Barred, Between};
pub use paths::Run;
pub use profile::{Operator, Work};
pub use reach::Reached;
pub(super) use reach::reaches;
pub use whole::Whole;

use expand::differs;

/// The values of parameters by name, without `$`.
pub type Parameters = HashMap<String, Value>;

/// Whether more rows are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Yes.
    More,
    /// No.
    Enough,
}

/// What comes out of a step: whether more rows are wanted, or what went wrong.
pub(super) type Ran = Result<Flow, Fault>;

/// What takes the rows that come out of steps.
pub(super) type Sink<'s, 'g, G> = dyn FnMut(&mut Executor<'g, G>, &mut [Value]) -> Ran + 's;

/// What takes the rows that come out of a query, with the places of its columns.
pub(super) type Output<'s, 'g, G> = dyn FnMut(&mut Executor<'g, G>, &mut [Value], &[Slot]) -> Ran + 's;

/// The most values, and ends of walks, that a query may keep at one time: half a gigabyte.
const MOST_KEPT: usize = 20_000_000;

/// A table of values.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// The names of the columns.
    pub columns: Vec<Box<str>>,
    /// The rows.
    pub rows: Vec<Vec<Value>>,
}

/// A node or a link that a query made.
#[derive(Clone, Debug)]
pub struct Made {
    /// Labels, or the one kind.
    pub labels: Vec<Box<str>>,
    /// Properties.
    pub properties: Vec<(String, Value)>,
    /// The ends of a link.
    pub ends: Option<(u32, u32)>,
}

/// Carries out a plan on a graph.
pub struct Executor<'g, G> {
    pub(super) graph: &'g G,
    pub(super) parameters: &'g Parameters,
    pub(super) meter: Meter<'g>,
    /// What `create` made, and the number of links that were there before.
    made: Vec<Made>,
    links_before: u32,
    kept: usize,
    /// Values and bytes of text that the expression at work has made.
    pub(super) built: u64,
    full: bool,
    /// How many rows the row at work stands for.
    pub(super) times: u64,
    random: u64,
    scratch: Scratch,
    profile: Option<Box<profile::Profile>>,
}

impl<'g, G: PropertyGraph> Executor<'g, G> {
    /// An executor on a graph. What it uses is counted by `meter`, and ends it.
    pub fn new(graph: &'g G, parameters: &'g Parameters, meter: Meter<'g>) -> Self {
        Self {
            graph,
            parameters,
            meter,
            made: Vec::new(),
            links_before: 0,
            kept: 0,
            built: 0,
            full: false,
            times: 1,
            random: 0,
            scratch: Scratch::default(),
            profile: None,
        }
    }

    /// Lets the executor use what was kept of earlier searches, which saves it to make that anew.
    pub fn with(mut self, scratch: &mut Scratch) -> Self {
        self.scratch = std::mem::take(scratch);
        self
    }

    /// Gives back what counted, and what is kept for later searches.
    pub fn finish(mut self) -> (Meter<'g>, Scratch) {
        if let Some(cut) = self.cut() {
            self.meter.end(cut);
        }
        (self.meter, self.scratch)
    }

    /// Carries out a plan and gathers its rows.
    ///
    /// # Errors
    /// What goes wrong while it runs. Running into a budget is no error: see [`Executor::cut`].
    pub fn table(&mut self, plan: &Plan) -> Result<Table, Fault> {
        let values = match self.whole(plan)? {
            Whole::Values(values) => values,
            Whole::Reached(reached) => reached.ends().iter().map(|node| Value::Node(*node)).collect(),
        };
        let rows = values.chunks(plan.query.columns.len().max(1)).map(<[Value]>::to_vec).collect();
        Ok(Table { columns: plan.query.columns.clone(), rows })
    }

    /// The values of all rows, one row after the other.
    fn values(&mut self, plan: &Plan) -> Result<Vec<Value>, Fault> {
        let most = self.meter.budget().rows;
        let (mut values, mut rows) = (Vec::new(), 0);
        let mut row = vec![Value::Null; plan.slots];
        let ran = self.run_query(&plan.query, &mut row, &mut |executor, row, output| {
            if rows >= most {
                executor.meter.fits(rows);
                return Ok(Flow::Enough);
            }
            rows += 1;
            values.extend(output.iter().map(|slot| row[*slot].clone()));
            executor.keep(output.len())
        });
        unless_stopped(ran)?;
        Ok(values)
    }

    /// How many links and nodes have been looked at.
    pub fn visited(&self) -> u64 {
        self.meter.visited()
    }

    /// Which budget ended the run, if one did.
    pub fn cut(&self) -> Option<String> {
        let full = || self.full.then(|| format!("the budget of {MOST_KEPT} values kept at one time"));
        self.meter.cut().map(str::to_owned).or_else(full)
    }

    /// Carries out a plan that creates, numbering new links from `links_before` on, and gives what it made.
    pub(super) fn creating(&mut self, plan: &Plan, links_before: u32) -> Result<Vec<Made>, Fault> {
        self.links_before = links_before;
        let mut row = vec![Value::Null; plan.slots];
        self.run_query(&plan.query, &mut row, &mut |_, _, _| Ok(Flow::More))?;
        Ok(std::mem::take(&mut self.made))
    }

    fn goes_on(&self) -> bool {
        self.meter.goes_on() && !self.full
    }

    /// Counts rows or values that are gathered.
    pub(super) fn keep(&mut self, count: usize) -> Ran {
        self.kept += count;
        self.full |= self.kept > MOST_KEPT;
        Ok(if self.goes_on() { Flow::More } else { Flow::Enough })
    }

    /// A number from 0 to 1, 1 excluded (xorshift64*, Vigna 2014).
    pub(super) fn random(&mut self) -> f64 {
        if self.random == 0 {
            // It need not be good, but it must differ from run to run.
            self.random = std::time::UNIX_EPOCH.elapsed().map_or(1, |time| time.as_nanos() as u64) | 1;
        }
        self.random ^= self.random >> 12;
        self.random ^= self.random << 25;
        self.random ^= self.random >> 27;
        (self.random.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Runs the parts of a query from a row; `sink` learns where the columns stand.
    pub(super) fn run_query(&mut self, query: &QueryPlan, row: &mut [Value], sink: &mut Output<'_, 'g, G>) -> Ran {
        let mut seen = HashSet::new();
        let distinct = query.parts.len() > 1 && !query.all;
        for part in &query.parts {
            let flow = self.run_segments(&part.segments, row, &mut |executor, row| {
                if distinct {
                    let key = Key(Value::list(part.output.iter().map(|slot| row[*slot].clone()).collect()));
                    if !seen.insert(key) {
                        return Ok(Flow::More);
                    }
                }
                sink(executor, row, &part.output)
            })?;
            if flow == Flow::Enough {
                return Ok(Flow::Enough);
            }
        }
        Ok(Flow::More)
    }

    /// Runs steps from a row and gives each row that comes out to `sink`.
    pub(super) fn run_steps(&mut self, steps: &[Step], row: &mut [Value], sink: &mut Sink<'_, 'g, G>) -> Ran {
        let Some((step, rest)) = steps.split_first() else { return sink(self, row) };
        if self.profile.is_some() {
            return self.within(Operator::of(step), |executor| executor.step(step, rest, row, sink));
        }
        self.step(step, rest, row, sink)
    }

    /// Gives on a row that the step at work has made.
    pub(super) fn pass_on(&mut self, rest: &[Step], row: &mut [Value], sink: &mut Sink<'_, 'g, G>) -> Ran {
        self.count_row();
        self.run_steps(rest, row, sink)
    }

    fn step(&mut self, step: &Step, rest: &[Step], row: &mut [Value], sink: &mut Sink<'_, 'g, G>) -> Ran {
        match step {
            Step::Scan(slot, source) => self.scan(*slot, source, rest, row, sink),
            Step::Expand(expand) => self.expand(expand, rest, row, sink),
            Step::Intersect(arms) => self.intersect(arms, rest, row, sink),
            Step::Search(search) => self.search(search, row, &mut |executor, row| executor.pass_on(rest, row, sink)),
            Step::Filter(condition) => {
                let before = self.goes_on();
                let holds = self.holds(condition, row)?;
                if before && !self.goes_on() {
                    // What was tested may have been cut short, so that its result means nothing.
                    return Ok(Flow::Enough);
                }
                if holds { self.pass_on(rest, row, sink) } else { Ok(Flow::More) }
            }
            Step::Path(slot, parts) => {
                row[*slot] = self.path(parts, row);
                self.pass_on(rest, row, sink)
            }
            Step::Optional(inner, nulls) => {
                let mut found = false;
                let flow = self.run_steps(inner, row, &mut |executor, row| {
                    found = true;
                    executor.within(Operator::of(step), |executor| executor.pass_on(rest, row, sink))
                })?;
                if found || flow == Flow::Enough {
                    return Ok(flow);
                }
                nulls.iter().for_each(|slot| row[*slot] = Value::Null);
                self.pass_on(rest, row, sink)
            }
            Step::Unwind(list, slot) => {
                let list = self.evaluate(list, row)?;
                self.unwind(list, *slot, rest, row, sink)
            }
            Step::Create(creations) => {
                for creation in creations {
                    self.create(creation, row)?;
                }
                self.pass_on(rest, row, sink)
            }
        }
    }

    fn unwind(&mut self, list: Value, slot: Slot, rest: &[Step], row: &mut [Value], sink: &mut Sink<'_, 'g, G>) -> Ran {
        match list {
            Value::Null => return Ok(Flow::More),
            Value::List(items) => {
                for item in items.iter() {
                    row[slot] = item.clone();
                    if self.pass_on(rest, row, sink)? == Flow::Enough || !self.meter.visit(1) {
                        return Ok(Flow::Enough);
                    }
                }
            }
            single => {
                row[slot] = single;
                return self.pass_on(rest, row, sink);
            }
        }
        Ok(Flow::More)
    }

    fn scan(
        &mut self,
        slot: Slot,
        source: &Source,
        rest: &[Step],
        row: &mut [Value],
        sink: &mut Sink<'_, 'g, G>,
    ) -> Ran {
        if let Source::Nodes(nodes) = source {
            for node in nodes {
                row[slot] = Value::Node(*node);
                if !self.meter.visit(1) || self.pass_on(rest, row, sink)? == Flow::Enough {
                    return Ok(Flow::Enough);
                }
            }
            return Ok(Flow::More);
        }
        let label = match source {
            Source::Label(None) => return Ok(Flow::More),
            Source::Label(label) => *label,
            _ => None,
        };
        let mut from = 0;
        while let Some(node) = self.graph.next_node(label, from) {
            row[slot] = Value::Node(node);
            if !self.meter.visit(1) || self.pass_on(rest, row, sink)? == Flow::Enough {
                return Ok(Flow::Enough);
            }
            from = node + 1;
        }
        Ok(Flow::More)
    }

    fn create(&mut self, creation: &Creation, row: &mut [Value]) -> Result<(), Fault> {
        let properties = match creation.properties.as_ref().map(|map| self.evaluate(map, row)).transpose()? {
            Some(Value::Map(entries)) => entries
                .iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(key, value)| (key.to_string(), value.clone()))
                .collect(),
            _ => Vec::new(),
        };
        let made_before = |links: bool| self.made.iter().filter(|made| made.ends.is_some() == links).count() as u32;
        let ends = match creation.ends {
            None => None,
            Some((from, to)) => match (&row[from], &row[to]) {
                (Value::Node(from), Value::Node(to)) => Some((*from, *to)),
                _ => return Ok(()),
            },
        };
        row[creation.slot] = match ends {
            None => Value::Node(self.graph.node_count() + made_before(false)),
            Some(_) => Value::Link(self.links_before + made_before(true)),
        };
        self.made.push(Made { labels: creation.labels.clone(), properties, ends });
        Ok(())
    }
}
