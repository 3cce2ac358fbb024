//! The path search in the order of cost, for the cheapest paths.
//!
//! One pass over the graph is Dijkstra's: walks are taken up in the order of their price, and one that reaches a node
//! dearer than another has is dropped where no answer could need it. The `k` cheapest paths to a node are found by the
//! method of Yen (1971) with the partition of Lawler (1972): every path found is left at each of its nodes in turn, and
//! the cheapest way on by another link is a candidate.
//!
//! What may be dropped depends on the mode. For `acyclic` and `simple` the cheapest walk that keeps off the nodes of the
//! trunk repeats nothing by itself. A `trail` can come back to the node where it left the trunk, and then it needs a
//! first link that it has not used yet: so each node keeps two walks of different first links. Where a price does not
//! tell all (a bound on the length, or the weakest link, which a later one may outdo), a dearer walk stays if it is shorter.

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BinaryHeap, HashMap, HashSet};

use super::paths::{Cursor, Found, Run};
use super::shortest::{Branch, Entry, NONE};
use super::{Executor, Flow, Ran, Sink};
use crate::query::ast::Mode;
use crate::query::diagnostics::{Class, Code, Fault};
use crate::query::graph::PropertyGraph;
use crate::query::search::{Cost, LinkTest, Search};
use crate::query::value::Value;

/// What a walk costs; of equal costs, the shorter walk is cheaper.
#[derive(Clone, Copy, Debug, PartialEq)]
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
}

impl Trunk {
    fn root(start: u32) -> Self {
        let run = Run { nodes: vec![start], links: Vec::new(), hops: Vec::new() };
        Self { run, costs: vec![0.0], barred: Vec::new(), may_end: true }
    }

    /// The first `length` links of a path, to be left by other links than `barred`.
    fn of(path: &Priced, length: usize, barred: Vec<(usize, u32)>) -> Self {
        let run = Run {
            nodes: path.run.nodes.iter().take(length + 1).copied().collect(),
            links: path.run.links.iter().take(length).copied().collect(),
            hops: path.run.hops.iter().take(length).copied().collect(),
        };
        Self { run, costs: path.costs.iter().take(length + 1).copied().collect(), barred, may_end: false }
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
    /// Whether a walk is not needed beside those, of first link and length, that have reached the same for no more.
    fn drops(self, kept: &[(u32, u32)], first: u32, length: u32) -> bool {
        let mut other = None;
        kept.iter()
            .filter(|(_, known)| !self.shorter || *known <= length)
            .any(|(known, _)| !self.two || *known == first || *other.get_or_insert(*known) != *known)
    }
}

/// What takes the paths of a pass.
type Taker<'t, 'g, G> = dyn FnMut(&mut Executor<'g, G>, &mut [Value], Priced) -> Ran + 't;

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
        let trail = matches!(search.mode, Mode::Default | Mode::Trail);
        let forgets = search.automaton.forgets() && search.filter.is_none() && !search.once;
        if !forgets || !(search.plain || search.mode == Mode::Walk) {
            return self.each_by_cost(search, start, target, count, row, on);
        }
        let weakest = search.cost.as_ref().is_some_and(|cost| cost.weakest);
        let drop = Drop { two: trail, shorter: weakest || search.longest.is_some() };
        if let Some(target) = target {
            return self.yen(search, drop, start, target, count, row, on);
        }
        let mut ends = Vec::new();
        let mut known = HashSet::new();
        let flow = self.by_cost(search, &Trunk::root(start), Some(drop), row, &mut |executor, row, path| {
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
            if self.yen(search, drop, start, end, count, row, on)? == Flow::Enough {
                return Ok(Flow::Enough);
            }
        }
        Ok(Flow::More)
    }

    /// The same where every walk matters: all are made in the order of price until every end has enough.
    fn each_by_cost(
        &mut self,
        search: &Search,
        start: u32,
        target: Option<u32>,
        count: u32,
        row: &mut [Value],
        on: &mut Sink<'_, 'g, G>,
    ) -> Ran {
        let mut given: HashMap<u32, u32> = HashMap::new();
        let mut seen = HashSet::new();
        let mut downstream = Flow::More;
        let flow = self.by_cost(search, &Trunk::root(start), None, row, &mut |executor, row, path| {
            let end = path.run.nodes.last().copied().unwrap_or(start);
            let given = given.entry(end).or_default();
            if *given >= count
                || target.is_some_and(|target| target != end)
                || !executor.accept(search, &path.run, row, &mut seen)?
            {
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
        search: &Search,
        drop: Drop,
        start: u32,
        target: u32,
        count: u32,
        row: &mut [Value],
        on: &mut Sink<'_, 'g, G>,
    ) -> Ran {
        let mut candidates: BTreeMap<(Price, u32), Candidate> = BTreeMap::new();
        let mut number = 0;
        let mut wanted = vec![(Trunk::root(start), 0)];
        for given in 1..=count {
            for (trunk, left) in wanted.drain(..) {
                let path = self.cheapest_on(search, drop, &trunk, target, row)?;
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
            wanted.extend((left..=path.run.links.len()).map(|length| {
                let mut barred = if length == left { barred.clone() } else { Vec::new() };
                barred.extend(path.run.hops.get(length).copied().zip(path.run.links.get(length).copied()));
                (Trunk::of(&path, length, barred), length)
            }));
        }
        Ok(Flow::More)
    }

    /// The cheapest path to a node that begins with a trunk.
    fn cheapest_on(
        &mut self,
        search: &Search,
        drop: Drop,
        trunk: &Trunk,
        target: u32,
        row: &mut [Value],
    ) -> Result<Option<Priced>, Fault> {
        let mut found = None;
        self.by_cost(search, trunk, Some(drop), row, &mut |_, _, path| {
            if path.run.nodes.last() != Some(&target) {
                return Ok(Flow::More);
            }
            found = Some(path);
            Ok(Flow::Enough)
        })?;
        Ok(found)
    }

    /// Gives the paths that begin with a trunk to `take`, in the order of their price.
    fn by_cost(
        &mut self,
        search: &Search,
        trunk: &Trunk,
        drop: Option<Drop>,
        row: &mut [Value],
        take: &mut Taker<'_, 'g, G>,
    ) -> Ran {
        let kept = self.kept;
        let flow = self.taken_up(search, trunk, drop, row, take);
        // The walks of this pass are gone.
        self.kept = kept;
        flow
    }

    fn taken_up(
        &mut self,
        search: &Search,
        trunk: &Trunk,
        drop: Option<Drop>,
        row: &mut [Value],
        take: &mut Taker<'_, 'g, G>,
    ) -> Ran {
        let Some(cost) = &search.cost else { return Ok(Flow::More) };
        let mut tree = Vec::with_capacity(trunk.run.nodes.len());
        for (place, node) in trunk.run.nodes.iter().enumerate() {
            let step = place.checked_sub(1);
            let link = step.and_then(|step| trunk.run.links.get(step)).map_or(NONE, |link| *link);
            let hop = step.and_then(|step| trunk.run.hops.get(step)).map_or(NONE, |hop| *hop as u32);
            tree.push(Entry { before: step.map_or(NONE, |step| step as u32), node: *node, link, hop });
        }
        let mut costs = trunk.costs.clone();
        // The first link after the trunk, of each walk.
        let mut firsts = vec![NONE; tree.len()];
        let root = tree.len() as u32 - 1;
        let mut open = BinaryHeap::new();
        let price = Price { cost: costs.last().copied().unwrap_or_default(), length: root };
        open.push(Reverse((price, root)));
        let mut reached: HashMap<(u32, u32), Vec<(u32, u32)>> = HashMap::new();
        while let Some(Reverse((price, at))) = open.pop() {
            let place = at as usize;
            let first = firsts[place];
            if let Some(drop) = drop
                && at != root
            {
                let entry = tree[place];
                let kept = reached.entry((entry.node, state(search, entry.hop))).or_default();
                if drop.drops(kept, first, price.length) {
                    continue;
                }
                kept.push((first, price.length));
            }
            let mut cursor = Cursor::default();
            loop {
                let walk = Branch { tree: &tree, at, length: price.length };
                let found = self.next_at(search, &walk, &mut cursor, row)?;
                if !self.goes_on() {
                    return Ok(Flow::Enough);
                }
                match found {
                    None => break,
                    Some(Found::End) => {
                        if at == root && !trunk.may_end {
                            continue;
                        }
                        let run = walk.run();
                        let mut along: Vec<f64> = walk.places().map(|place| costs[place]).collect();
                        along.reverse();
                        if take(self, row, Priced { run, costs: along })? == Flow::Enough {
                            return Ok(Flow::Enough);
                        }
                    }
                    Some(Found::Hop(hop, link)) => {
                        if at == root && trunk.barred.contains(&(hop, link.link)) {
                            continue;
                        }
                        let first = if at == root { link.link } else { first };
                        let length = price.length + 1;
                        let known = || reached.get(&(link.node, state(search, hop as u32)));
                        if drop.is_some_and(|drop| known().is_some_and(|kept| drop.drops(kept, first, length))) {
                            continue;
                        }
                        let test = &search.automaton.links[search.automaton.hops[hop]];
                        let Some(more) = self.cost_of(cost, test, link.link, row)? else { continue };
                        let total = if cost.weakest { price.cost.max(more) } else { price.cost + more };
                        if tree.len() >= NONE as usize || self.keep(1)? == Flow::Enough {
                            return Ok(Flow::Enough);
                        }
                        open.push(Reverse((Price { cost: total, length }, tree.len() as u32)));
                        tree.push(Entry { before: at, node: link.node, link: link.link, hop: hop as u32 });
                        costs.push(total);
                        firsts.push(first);
                    }
                }
            }
        }
        Ok(Flow::More)
    }

    /// The cost of a link; nothing, if it is null: then the link cannot be used.
    fn cost_of(&mut self, cost: &Cost, test: &LinkTest, link: u32, row: &mut [Value]) -> Result<Option<f64>, Fault> {
        if cost.link.is_some_and(|slot| slot != test.slot) {
            return Ok(Some(0.0));
        }
        row[test.slot] = Value::Link(link);
        let number = match self.evaluate(&cost.ex, row)? {
            Value::Null => return Ok(None),
            Value::Int(number) => number as f64,
            Value::Float(number) => number,
            other => {
                let message = format!("the cost of a link is a number, not {}", other.sort());
                return Err(Fault::new(Class::TypeError, Code::InvalidArgumentType, cost.span, message));
            }
        };
        if number.is_finite() && number >= 0.0 {
            // A negative zero would come before zero.
            return Ok(Some(number.abs()));
        }
        let message = format!("the cost of a link cannot be {number}; it is a number from 0 on");
        Err(Fault::new(Class::ArgumentError, Code::NumberOutOfRange, cost.span, message))
    }
}

/// The state that a walk is in after a hop. In one link over and over, all states allow the same.
fn state(search: &Search, hop: u32) -> u32 {
    if search.plain { 0 } else { hop.wrapping_add(1) }
}
