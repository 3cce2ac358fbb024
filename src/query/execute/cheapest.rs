//! The path search in the order of cost, for the cheapest paths.
//!
//! One pass over the graph is Dijkstra's: walks are taken up in the order of their price, and one that reaches a node
//! dearer than another has is dropped where no answer could need it. Where the end is known, a second search comes to meet
//! the first from there, and walks are taken up in the order of what they come to in all at least. The `k` cheapest paths
//! to a node are found by the method of Yen (1971) with the partition of Lawler (1972): every path found is left at each of
//! its nodes in turn, and the cheapest way on by another link is a candidate.
//!
//! What may be dropped depends on the mode. For `acyclic` and `simple` the cheapest walk that keeps off the nodes of the
//! trunk repeats nothing by itself. A `trail` can come back to the node where it left the trunk, and then it needs a
//! first link that it has not used yet: so each node keeps two walks of different first links. Where a price does not
//! tell all (a bound on the length, or the weakest link, which a later one may outdo), a dearer walk stays if it is shorter.

mod ball;
mod bounds;
mod costs;
mod pass;

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap, HashSet};

use super::paths::Run;
use super::{Executor, Flow, Ran, Sink};
use crate::query::ast::Mode;
use crate::query::diagnostics::Fault;
use crate::query::graph::PropertyGraph;
use crate::query::search::Search;
use crate::query::value::Value;
use ball::Barred;
use costs::Costs;
use pass::Passes;

/// The place of no walk.
const NONE: u32 = u32::MAX;

/// What a walk costs; of equal costs, the shorter walk is cheaper.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Price {
    cost: f64,
    length: u32,
}

impl Eq for Price {}

impl PartialOrd for Price {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Price {
    fn cmp(&self, other: &Self) -> Ordering {
        self.cost.total_cmp(&other.cost).then(self.length.cmp(&other.length))
    }
}

/// A walk from which a pass goes on.
struct Trunk {
    run: Run,
    /// What it has cost at each of its nodes.
    costs: Vec<f64>,
    /// The hops and links that may not follow it.
    barred: Vec<(usize, u32)>,
    /// Whether it may itself be an answer.
    may_end: bool,
    /// Whether it is where all walks start, so that nothing is barred yet.
    is_whole: bool,
}

impl Trunk {
    /// The start alone.
    fn root(start: u32) -> Self {
        let run = Run { nodes: vec![start], links: Vec::new(), hops: Vec::new() };
        Self { run, costs: vec![0.0], barred: Vec::new(), may_end: true, is_whole: true }
    }

    /// The first `length` links of a path, to be left by other links than `barred`.
    fn of(path: &Priced, length: usize, barred: Vec<(usize, u32)>) -> Self {
        let run = Run {
            nodes: path.run.nodes.iter().take(length + 1).copied().collect(),
            links: path.run.links.iter().take(length).copied().collect(),
            hops: path.run.hops.iter().take(length).copied().collect(),
        };
        Self {
            run,
            costs: path.costs.iter().take(length + 1).copied().collect(),
            barred,
            may_end: false,
            is_whole: false,
        }
    }
}

impl Trunk {
    /// What a walk that goes on from it keeps off.
    fn barred_for(&self, search: &Search) -> Barred {
        if self.is_whole {
            return Barred::default();
        }
        let (nodes, links) = match search.mode {
            Mode::Walk => (Vec::new(), Vec::new()),
            Mode::Default | Mode::Trail => (Vec::new(), self.run.links.clone()),
            Mode::Acyclic => (self.run.nodes.clone(), Vec::new()),
            // It may come back to its start, and then it ends there.
            Mode::Simple => (self.run.nodes.iter().skip(1).copied().collect(), Vec::new()),
        };
        // In one link over and over, a link can follow by one hop only.
        let first = if search.plain { self.barred.iter().map(|(_, link)| *link).collect() } else { Vec::new() };
        Barred { nodes, links, first }
    }
}

/// A path with what it has cost at each of its nodes.
struct Priced {
    run: Run,
    costs: Vec<f64>,
}

impl Priced {
    fn price(&self) -> Price {
        Price { cost: self.costs.last().copied().unwrap_or_default(), length: self.run.links.len() as u32 }
    }
}

/// A path, the place where it left an earlier one, and what may not follow there.
struct Candidate {
    path: Priced,
    left: usize,
    barred: Vec<(usize, u32)>,
}

/// What a pass may drop.
#[derive(Clone, Copy, Debug)]
struct Drop {
    /// Whether a node keeps walks of two different first links.
    two: bool,
    /// Whether a dearer walk stays if it is shorter.
    shorter: bool,
}

impl Drop {
    /// Whether what a walk may lead to is led to for no more by one of the first price.
    fn covers(self, known: Price, price: Price) -> bool {
        if self.shorter { known.cost <= price.cost && known.length <= price.length } else { known <= price }
    }
}

impl<'g, G: PropertyGraph> Executor<'g, G> {
    /// Gives on the `count` cheapest paths to each end.
    pub(super) fn cheapest(
        &mut self,
        search: &Search,
        start: u32,
        target: Option<u32>,
        count: u32,
        row: &mut [Value],
        on: &mut Sink<'_, 'g, G>,
    ) -> Ran {
        let Some(cost) = &search.cost else { return Ok(Flow::More) };
        let kept = self.kept;
        let mut passes = Passes::new(self.graph, search, Costs::new(self.graph, cost));
        let flow = self.cheapest_by(&mut passes, start, target, count, row, on);
        self.kept = kept;
        flow
    }

    fn cheapest_by(
        &mut self,
        passes: &mut Passes<'_>,
        start: u32,
        target: Option<u32>,
        count: u32,
        row: &mut [Value],
        on: &mut Sink<'_, 'g, G>,
    ) -> Ran {
        let search = passes.search;
        let trail = matches!(search.mode, Mode::Default | Mode::Trail);
        let forgets = search.automaton.forgets() && search.filter.is_none() && !search.once;
        if !forgets || !(search.plain || search.mode == Mode::Walk) {
            return self.each_by_cost(passes, start, target, count, row, on);
        }
        let drop = Drop { two: trail, shorter: passes.costs.cost.weakest || search.longest.is_some() };
        if let Some(target) = target {
            return self.yen(passes, drop, start, target, count, row, on);
        }
        let mut ends = Vec::new();
        let mut known = HashSet::new();
        let flow = self.by_price(passes, &Trunk::root(start), Some(drop), row, &mut |executor, row, path| {
            let end = path.run.nodes.last().copied().unwrap_or(start);
            if !known.insert(end) {
                return Ok(Flow::More);
            }
            if count > 1 {
                ends.push(end);
                return Ok(Flow::More);
            }
            if executor.accept(search, &path.run, row, &mut HashSet::new())? {
                on(executor, row)
            } else {
                Ok(Flow::More)
            }
        })?;
        if flow == Flow::Enough {
            return Ok(flow);
        }
        for end in ends {
            if self.yen(passes, drop, start, end, count, row, on)? == Flow::Enough {
                return Ok(Flow::Enough);
            }
        }
        Ok(Flow::More)
    }

    /// Sets the end of all further passes; whether there may be a way to it.
    fn toward(&mut self, passes: &mut Passes<'_>, trunk: &Trunk, end: u32, row: &mut [Value]) -> Result<bool, Fault> {
        let bounds = self.bounds(passes.search, &mut passes.costs, trunk, end, row)?;
        passes.end = bounds.map(|bounds| (end, bounds));
        Ok(passes.end.is_some())
    }

    /// The same where every walk matters: all are made in the order of price until every end has enough.
    fn each_by_cost(
        &mut self,
        passes: &mut Passes<'_>,
        start: u32,
        target: Option<u32>,
        count: u32,
        row: &mut [Value],
        on: &mut Sink<'_, 'g, G>,
    ) -> Ran {
        let search = passes.search;
        if let Some(target) = target
            && !self.toward(passes, &Trunk::root(start), target, row)?
        {
            return Ok(if self.goes_on() { Flow::More } else { Flow::Enough });
        }
        let mut given: HashMap<u32, u32> = HashMap::new();
        let mut seen = HashSet::new();
        let mut downstream = Flow::More;
        let flow = self.by_price(passes, &Trunk::root(start), None, row, &mut |executor, row, path| {
            let end = path.run.nodes.last().copied().unwrap_or(start);
            let given = given.entry(end).or_default();
            if *given >= count || !executor.accept(search, &path.run, row, &mut seen)? {
                return Ok(Flow::More);
            }
            *given += 1;
            downstream = on(executor, row)?;
            Ok(if target.is_some() && *given >= count { Flow::Enough } else { downstream })
        })?;
        Ok(if flow == Flow::Enough && self.goes_on() { downstream } else { flow })
    }

    /// The `count` cheapest paths to one node.
    #[expect(clippy::too_many_arguments, reason = "what every search has, and the end and how many")]
    fn yen(
        &mut self,
        passes: &mut Passes<'_>,
        drop: Drop,
        start: u32,
        target: u32,
        count: u32,
        row: &mut [Value],
        on: &mut Sink<'_, 'g, G>,
    ) -> Ran {
        let search = passes.search;
        let mut candidates: BTreeMap<(Price, u32), Candidate> = BTreeMap::new();
        let mut number = 0;
        let mut wanted = vec![(Trunk::root(start), 0)];
        for given in 1..=count {
            for (trunk, left) in wanted.drain(..) {
                // Until something is barred, a cheapest walk to another node repeats nothing by itself.
                let two = drop.two && !(trunk.is_whole && target != start);
                let afresh = trunk.is_whole || passes.costs.cost.weakest;
                let leads_there = !afresh || self.toward(passes, &trunk, target, row)?;
                let path =
                    if leads_there { self.cheapest_on(passes, Drop { two, ..drop }, &trunk, row)? } else { None };
                if !self.goes_on() {
                    return Ok(Flow::Enough);
                }
                if let Some(path) = path {
                    candidates.insert((path.price(), number), Candidate { path, left, barred: trunk.barred });
                    number += 1;
                }
            }
            let Some((_, Candidate { path, left, barred })) = candidates.pop_first() else { break };
            if self.accept(search, &path.run, row, &mut HashSet::new())? && on(self, row)? == Flow::Enough {
                return Ok(Flow::Enough);
            }
            if given == count {
                break;
            }
            // Where no node may be passed twice, nothing follows the end, but where that is the start.
            let links = path.run.links.len();
            let goes_on = match search.mode {
                Mode::Acyclic => false,
                Mode::Simple => links == 0,
                _ => true,
            };
            let last = links + usize::from(goes_on);
            wanted.extend((left..last).map(|length| {
                let mut barred = if length == left { barred.clone() } else { Vec::new() };
                barred.extend(path.run.hops.get(length).copied().zip(path.run.links.get(length).copied()));
                (Trunk::of(&path, length, barred), length)
            }));
        }
        Ok(Flow::More)
    }

    /// The cheapest path to the end that begins with a trunk.
    fn cheapest_on(
        &mut self,
        passes: &mut Passes<'_>,
        drop: Drop,
        trunk: &Trunk,
        row: &mut [Value],
    ) -> Result<Option<Priced>, Fault> {
        let mut found = None;
        self.by_price(passes, trunk, Some(drop), row, &mut |_, _, path| {
            found = Some(path);
            Ok(Flow::Enough)
        })?;
        Ok(found)
    }
}
