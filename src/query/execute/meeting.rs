//! Shortest paths between two known nodes, searched from both ends: the usual case, and the one that must be fast.
//!
//! Each half holds the nodes that it has reached, with all the steps by which a shortest path can reach them. The half
//! with less work ahead goes one level on, until it reaches a node of the other half. Every shortest path then goes through
//! one of the nodes that were reached in this level, and is put together from both halves.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

use super::paths::Run;
use super::{Executor, Flow, Ran, Sink};
use crate::query::ast::{Direction, Selector};
use crate::query::diagnostics::Fault;
use crate::query::graph::{PropertyGraph, Side};
use crate::query::search::Search;
use crate::query::value::Value;

/// A hasher for node numbers: one multiplication (Fibonacci hashing, Knuth, volume 3).
#[derive(Default)]
pub(super) struct Mix(u64);

impl Hasher for Mix {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64(u64::from(*byte)));
    }

    fn write_u32(&mut self, number: u32) {
        self.write_u64(u64::from(number));
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = (self.0 ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(26);
    }
}

/// No step.
const NONE: u32 = u32::MAX;

/// A step by which a node is reached, and the next one that reaches the same node.
#[derive(Clone, Copy, Debug)]
struct Reach {
    from: u32,
    link: u32,
    next: u32,
}

/// The search from one end.
struct Half {
    direction: Direction,
    sides: &'static [Side],
    /// How far each node is, and the first of the steps that reach it.
    seen: HashMap<u32, (u32, u32), BuildHasherDefault<Mix>>,
    reaches: Vec<Reach>,
    frontier: Vec<u32>,
    depth: u32,
}

impl Half {
    fn new(node: u32, direction: Direction, sides: &'static [Side]) -> Self {
        let mut seen = HashMap::default();
        seen.insert(node, (0, NONE));
        Self { direction, sides, seen, reaches: Vec::new(), frontier: vec![node], depth: 0 }
    }

    /// How many links the next level has to look at.
    fn work(&self, graph: &impl PropertyGraph) -> u64 {
        let degree = |node: &u32| self.sides.iter().map(|side| u64::from(graph.degree(*node, *side))).sum::<u64>();
        self.frontier.iter().map(degree).sum()
    }
}

/// The ways by which one node was reached, one after the other.
struct Trace<'h> {
    half: &'h Half,
    steps: Vec<u32>,
}

impl<'h> Trace<'h> {
    fn new(half: &'h Half, node: u32) -> Self {
        let mut trace = Self { half, steps: Vec::new() };
        trace.descend(node);
        trace
    }

    fn descend(&mut self, mut node: u32) {
        while let Some((_, step)) = self.half.seen.get(&node)
            && let Some(reach) = self.half.reaches.get(*step as usize)
        {
            self.steps.push(*step);
            node = reach.from;
        }
    }

    /// Goes on to the next way; whether there is one.
    fn advance(&mut self) -> bool {
        while let Some(step) = self.steps.pop() {
            let next = self.half.reaches[step as usize].next;
            if let Some(reach) = self.half.reaches.get(next as usize) {
                self.steps.push(next);
                self.descend(reach.from);
                return true;
            }
        }
        false
    }

    /// The steps from the node back to the end that the half started from.
    fn walked(&self) -> impl DoubleEndedIterator<Item = Reach> + '_ {
        self.steps.iter().map(|step| self.half.reaches[*step as usize])
    }
}

/// Whether a search can be run from both ends: one link over and over, nothing asked of its nodes as a group, and only the
/// shortest wanted.
pub(super) fn can_meet(search: &Search) -> bool {
    let automaton = &search.automaton;
    let shortest = matches!(
        search.selector,
        Selector::Any(1)
            | Selector::AnyShortest
            | Selector::AllShortest
            | Selector::Shortest(1)
            | Selector::ShortestGroups(1)
    );
    let plain_nodes =
        automaton.nodes.iter().all(|node| node.labels.is_none() && node.filters.is_empty() && node.same.is_none());
    shortest && search.plain && search.filter.is_none() && automaton.groups.is_empty() && plain_nodes
}

impl<'g, G: PropertyGraph> Executor<'g, G> {
    /// Gives on the shortest paths between two different nodes.
    pub(super) fn meeting(
        &mut self,
        search: &Search,
        start: u32,
        target: u32,
        row: &mut [Value],
        on: &mut Sink<'_, 'g, G>,
    ) -> Ran {
        let Some(test) = search.automaton.links.first() else { return Ok(Flow::More) };
        let direction = test.direction;
        let back = match direction {
            Direction::Out => Direction::In,
            Direction::In => Direction::Out,
            Direction::Either => Direction::Either,
        };
        if !self.every_node_holds(search, target, row)? {
            return Ok(Flow::More);
        }
        let all = matches!(search.selector, Selector::AllShortest | Selector::ShortestGroups(_));
        let half = |node, direction| Half::new(node, direction, self.sides(direction, test.kind.as_ref()));
        let (mut there, mut here) = (half(start, direction), half(target, back));
        let mut meets = Vec::new();
        while meets.is_empty() {
            let length = there.depth + here.depth;
            if there.frontier.is_empty()
                || here.frontier.is_empty()
                || search.longest.is_some_and(|longest| length >= longest)
            {
                return Ok(Flow::More);
            }
            meets = if there.work(self.graph) <= here.work(self.graph) {
                self.level(search, &mut there, &here, all, row)?
            } else {
                self.level(search, &mut here, &there, all, row)?
            };
            if !self.goes_on() {
                return Ok(Flow::Enough);
            }
        }
        let mut seen = HashSet::new();
        for node in meets {
            let mut first = Trace::new(&there, node);
            loop {
                let mut second = Trace::new(&here, node);
                loop {
                    let run = joined(search, &first, &second, node);
                    if !self.meter.visit(run.links.len()) {
                        return Ok(Flow::Enough);
                    }
                    if self.accept(search, &run, row, &mut seen)? && on(self, row)? == Flow::Enough {
                        return Ok(Flow::Enough);
                    }
                    if !all {
                        return Ok(Flow::More);
                    }
                    if !second.advance() {
                        break;
                    }
                }
                if !first.advance() {
                    break;
                }
            }
        }
        Ok(Flow::More)
    }

    /// One half goes one level on; the nodes where it meets the other.
    fn level(
        &mut self,
        search: &Search,
        half: &mut Half,
        other: &Half,
        all: bool,
        row: &mut [Value],
    ) -> Result<Vec<u32>, Fault> {
        let test = &search.automaton.links[0];
        let depth = half.depth + 1;
        let mut meets = Vec::new();
        let mut next = Vec::new();
        for from in std::mem::take(&mut half.frontier) {
            for side in half.sides {
                let ties = self.graph.ties(from, *side);
                for place in 0..self.graph.places(ties) {
                    if !self.meter.visit(1) {
                        return Ok(Vec::new());
                    }
                    let Some(link) = self.graph.link_at(ties, place) else { continue };
                    let before = half.seen.get(&link.node).copied();
                    if before.is_some_and(|(known, _)| !all || known < depth)
                        || !self.points(&link, from, *side, half.direction)
                        || !self.link_is(&link, test.kind.as_ref())
                        || !super::differs(link.link, &search.differs, row)
                        || !self.link_holds(search, test, &link, row)?
                    {
                        continue;
                    }
                    let step = half.reaches.len() as u32;
                    half.reaches.push(Reach { from, link: link.link, next: before.map_or(NONE, |(_, next)| next) });
                    half.seen.insert(link.node, (depth, step));
                    if before.is_none() {
                        next.push(link.node);
                        if other.seen.contains_key(&link.node) {
                            meets.push(link.node);
                            if !all {
                                return Ok(meets);
                            }
                        }
                    }
                }
            }
        }
        half.frontier = next;
        half.depth = depth;
        Ok(meets)
    }
}

/// The path that is made of both halves.
fn joined(search: &Search, there: &Trace, here: &Trace, node: u32) -> Run {
    let mut run = Run { nodes: Vec::new(), links: Vec::new(), hops: Vec::new() };
    for reach in there.walked().rev() {
        run.nodes.push(reach.from);
        run.links.push(reach.link);
    }
    run.nodes.push(node);
    for reach in here.walked() {
        run.nodes.push(reach.from);
        run.links.push(reach.link);
    }
    let last = search.automaton.hops.len().saturating_sub(1);
    run.hops = (0..run.links.len()).map(|place| place.min(last)).collect();
    run
}
