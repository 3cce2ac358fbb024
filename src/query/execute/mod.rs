//! The executor: carries out the steps of a plan, depth first.
//!
//! A row is one array with a place for every variable of the query. Each step writes the places of its own variables and
//! hands the row on, so that going back to an earlier step costs nothing. Where rows must be gathered (order, grouping),
//! they are copied.

mod aggregate;
mod cheapest;
mod meeting;
mod paths;
mod profile;
mod project;
mod shortest;

use std::collections::{HashMap, HashSet};

use super::ast::Direction;
use super::budget::Meter;
use super::diagnostics::Fault;
use super::graph::{Link, PropertyGraph, Side};
use super::measured::unless_stopped;
use super::plan::{Creation, Expand, LabelTest, Plan, QueryPlan, Slot, Source, Step};
use super::value::{Key, Value};

pub use profile::{Operator, Work};

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

/// The most rows and values that a query may gather at one time.
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
    random: u64,
    profile: Option<Box<profile::Profile>>,
}

impl<'g, G: PropertyGraph> Executor<'g, G> {
    /// An executor on a graph. What it uses is counted by `meter`, and ends it.
    pub fn new(graph: &'g G, parameters: &'g Parameters, meter: Meter<'g>) -> Self {
        // Only `rand` needs it; it need not be good, but it must differ from run to run.
        let random = std::time::UNIX_EPOCH.elapsed().map_or(1, |time| time.as_nanos() as u64) | 1;
        Self {
            graph,
            parameters,
            meter,
            made: Vec::new(),
            links_before: 0,
            kept: 0,
            built: 0,
            full: false,
            random,
            profile: None,
        }
    }

    /// Carries out a plan and gathers its rows.
    ///
    /// # Errors
    /// What goes wrong while it runs. Running into a budget is no error: see [`Executor::cut`].
    pub fn table(&mut self, plan: &Plan) -> Result<Table, Fault> {
        let mut table = Table { columns: plan.query.columns.clone(), rows: Vec::new() };
        let most = self.meter.budget().rows;
        let mut row = vec![Value::Null; plan.slots];
        let ran = self.run_query(&plan.query, &mut row, &mut |executor, row, output| {
            if table.rows.len() >= most {
                executor.meter.fits(table.rows.len());
                return Ok(Flow::Enough);
            }
            table.rows.push(output.iter().map(|slot| row[*slot].clone()).collect());
            Ok(Flow::More)
        });
        unless_stopped(ran)?;
        Ok(table)
    }

    /// How many links and nodes have been looked at.
    pub fn visited(&self) -> u64 {
        self.meter.visited()
    }

    /// Which budget ended the run, if one did.
    pub fn cut(&self) -> Option<String> {
        let full = || self.full.then(|| format!("the budget of {MOST_KEPT} gathered rows"));
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
    fn pass_on(&mut self, rest: &[Step], row: &mut [Value], sink: &mut Sink<'_, 'g, G>) -> Ran {
        self.count_row();
        self.run_steps(rest, row, sink)
    }

    fn step(&mut self, step: &Step, rest: &[Step], row: &mut [Value], sink: &mut Sink<'_, 'g, G>) -> Ran {
        match step {
            Step::Scan(slot, source) => self.scan(*slot, source, rest, row, sink),
            Step::Expand(expand) => self.expand(expand, rest, row, sink),
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

    fn expand(&mut self, expand: &Expand, rest: &[Step], row: &mut [Value], sink: &mut Sink<'_, 'g, G>) -> Ran {
        let Value::Node(from) = row[expand.from] else { return Ok(Flow::More) };
        let target = match row[expand.to] {
            _ if !expand.to_bound => None,
            Value::Node(node) => Some(node),
            _ => return Ok(Flow::More),
        };
        if expand.link_bound {
            return self.expand_known(expand, from, target, rest, row, sink);
        }
        for side in self.sides(expand.direction, expand.kind.as_ref()) {
            let ties = self.graph.ties(from, *side);
            for place in 0..self.graph.places(ties) {
                if !self.meter.visit(1) {
                    return Ok(Flow::Enough);
                }
                let Some(link) = self.graph.link_at(ties, place) else { continue };
                if target.is_some_and(|target| target != link.node)
                    || !self.points(&link, from, *side, expand.direction)
                    || !self.link_is(&link, expand.kind.as_ref())
                    || !differs(link.link, &expand.differs, row)
                {
                    continue;
                }
                row[expand.link] = Value::Link(link.link);
                if !expand.to_bound {
                    row[expand.to] = Value::Node(link.node);
                }
                if self.pass_on(rest, row, sink)? == Flow::Enough {
                    return Ok(Flow::Enough);
                }
            }
        }
        Ok(Flow::More)
    }

    /// Along a link that is known already.
    fn expand_known(
        &mut self,
        expand: &Expand,
        from: u32,
        target: Option<u32>,
        rest: &[Step],
        row: &mut [Value],
        sink: &mut Sink<'_, 'g, G>,
    ) -> Ran {
        let Value::Link(number) = row[expand.link] else { return Ok(Flow::More) };
        let (start, end) = self.graph.ends(number);
        let kind = self.graph.kind_of(number);
        let ways = [(Side::Out, start, end), (Side::In, end, start)];
        for (side, near, far) in ways {
            let link = Link { link: number, node: far, kind };
            if near != from
                || target.is_some_and(|target| target != far)
                || !self.points(&link, from, side, expand.direction)
                || !self.link_is(&link, expand.kind.as_ref())
                || !differs(number, &expand.differs, row)
            {
                continue;
            }
            if !expand.to_bound {
                row[expand.to] = Value::Node(far);
            }
            if self.pass_on(rest, row, sink)? == Flow::Enough {
                return Ok(Flow::Enough);
            }
        }
        Ok(Flow::More)
    }

    /// The sides on which links of a direction and a kind are found.
    fn sides(&self, direction: Direction, kind: Option<&LabelTest>) -> &'static [Side] {
        let symmetric = match kind {
            Some(LabelTest::Is(kind)) => kind.is_some_and(|kind| self.graph.is_symmetric(kind)),
            _ => self.graph.has_symmetric(),
        };
        match direction {
            Direction::Out if !symmetric => &[Side::Out],
            Direction::In if !symmetric => &[Side::In],
            _ => &[Side::Out, Side::In],
        }
    }

    /// Whether a link that is found on a side points in a direction; one from a node to itself counts once.
    fn points(&self, link: &Link, from: u32, side: Side, direction: Direction) -> bool {
        match direction {
            Direction::Either => side == Side::Out || link.node != from,
            Direction::Out => side == Side::Out || (self.graph.is_symmetric(link.kind) && link.node != from),
            Direction::In => side == Side::In || (self.graph.is_symmetric(link.kind) && link.node != from),
        }
    }

    pub(super) fn link_is(&self, link: &Link, test: Option<&LabelTest>) -> bool {
        match test {
            None => true,
            Some(LabelTest::Is(kind)) => *kind == Some(link.kind),
            Some(test) => test.holds(&|label| label == link.kind, &|| true),
        }
    }

    pub(super) fn node_has(&self, node: u32, test: &LabelTest) -> bool {
        test.holds(&|label| self.graph.has_label(node, label), &|| !self.graph.labels(node).is_empty())
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

/// Whether a link is none of those in these places of a row.
fn differs(link: u32, slots: &[Slot], row: &[Value]) -> bool {
    slots.iter().all(|slot| match &row[*slot] {
        Value::Link(other) => *other != link,
        Value::Path(path) => !path.links.contains(&link),
        Value::List(items) => !items.iter().any(|item| matches!(item, Value::Link(other) if *other == link)),
        _ => true,
    })
}
