//! Which nodes a search reaches, each once: where nothing depends on how many paths there are.
//!
//! For one link over and over, a shortest walk to another node repeats nothing by itself, whatever the mode; so
//! breadth-first levels tell all, and no path is made. Only for the way back to the start a trail needs more.

use std::collections::{HashMap, HashSet};

use super::conditions::{Step, is_free};
use super::{Executor, Flow, Operator, Ran, Sink};
use crate::query::ast::{Mode, Selector};
use crate::query::diagnostics::Fault;
use crate::query::graph::PropertyGraph;
use crate::query::plan::Plan;
use crate::query::search::{One, Search};
use crate::query::value::Value;

/// The nodes that a search reached.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reached {
    /// The start, and then the others in the order of reaching.
    pub nodes: Vec<u32>,
    /// Where each level ends in `nodes`; the first is the start alone.
    pub levels: Vec<usize>,
    /// Whether a path may end where it starts.
    pub start: bool,
}

impl Reached {
    /// The nodes at which a path ends.
    pub fn ends(&self) -> &[u32] {
        self.nodes.get(usize::from(!self.start)..).unwrap_or_default()
    }

    /// The same, by themselves.
    pub fn into_ends(mut self) -> Vec<u32> {
        if !self.start && !self.nodes.is_empty() {
            self.nodes.remove(0);
        }
        self.nodes
    }
}

/// Whether a search can be answered by what it reaches.
pub(in crate::query) fn reaches(search: &Search) -> Option<&One> {
    let each_end_once = match search.selector {
        Selector::All => search.ends,
        Selector::Any(1) | Selector::AnyShortest | Selector::Shortest(1) => true,
        Selector::AllShortest | Selector::ShortestGroups(1) => search.ends,
        _ => false,
    };
    search.one.as_ref().filter(|_| each_end_once && search.bare && search.filter.is_none())
}

impl<'g, G: PropertyGraph> Executor<'g, G> {
    /// Gives on each node that a search reaches.
    pub(super) fn reaching(
        &mut self,
        search: &Search,
        one: &One,
        start: u32,
        row: &mut [Value],
        on: &mut Sink<'_, 'g, G>,
    ) -> Ran {
        let reached = self.reached(search, one, start, row)?;
        for end in reached.ends() {
            row[search.to] = Value::Node(*end);
            if !self.meter.visit(1) || on(self, row)? == Flow::Enough {
                return Ok(Flow::Enough);
            }
        }
        Ok(Flow::More)
    }

    /// The nodes at which a path can end.
    pub(super) fn reached(
        &mut self,
        search: &Search,
        one: &One,
        start: u32,
        row: &mut [Value],
    ) -> Result<Reached, Fault> {
        let mut reached = self.levels(search, one, start, row, |_, _| {}, |_| false)?;
        reached.start = !search.open && (one.may_be_empty || self.returns(search, one, start, row)?);
        if !search.end_labels.is_empty() {
            reached.start &= self.ends(search, start, start);
            let mut place = 0;
            reached.nodes.retain(|node| {
                place += 1;
                place == 1 || self.ends(search, start, *node)
            });
            reached.levels.clear();
        }
        Ok(reached)
    }

    /// The levels that the search of a plan reaches from a node until all of `wanted` are reached, and for each node after
    /// the start the place of the node that it was reached from and the link.
    ///
    /// # Errors
    /// What goes wrong while it runs.
    pub fn tree(&mut self, plan: &Plan, start: u32, wanted: &[u32]) -> Result<(Reached, Vec<(usize, u32)>), Fault> {
        let mut steps = vec![(0, u32::MAX)];
        let Some((step, search)) = plan.search() else { return Ok((Reached::default(), steps)) };
        let Some(one) = &search.one else { return Ok((Reached::default(), steps)) };
        let mut missing: HashSet<u32> = wanted.iter().copied().filter(|node| *node != start).collect();
        let mut row = vec![Value::Null; plan.slots];
        let reached = self.within(Operator::of(step), |executor| {
            let found = |at, place| steps.push((at, place));
            let reached = executor.levels(search, one, start, &mut row, found, |level| {
                level.iter().for_each(|node| {
                    missing.remove(node);
                });
                missing.is_empty()
            })?;
            executor.count_rows(reached.nodes.len());
            Ok(reached)
        })?;
        for (at, place) in steps.iter_mut().skip(1) {
            *place = self.graph.stepped(reached.nodes[*at], *place);
        }
        Ok((reached, steps))
    }

    /// Breadth-first levels from a node. `found` learns, for each node after the start, the place in the order of reaching
    /// of the node from which it was reached and the place of the link; `done` says, after each level, whether what has
    /// been reached is enough. O(links of the nodes reached).
    pub(super) fn levels(
        &mut self,
        search: &Search,
        one: &One,
        start: u32,
        row: &mut [Value],
        mut found: impl FnMut(usize, u32),
        mut done: impl FnMut(&[u32]) -> bool,
    ) -> Result<Reached, Fault> {
        let graph = self.graph;
        let test = &search.automaton.links[one.link];
        let hop = graph.hop(test.direction, test.kind.as_ref());
        let free = is_free(search, one);
        let mut seen = std::mem::take(&mut self.scratch.seen);
        seen.ready(graph.node_count() as usize);
        seen.add(start);
        let mut nodes = vec![start];
        let mut levels = vec![1];
        let mut failed = None;
        let mut level = 0..1;
        'search: while !level.is_empty() && search.longest.is_none_or(|longest| levels.len() as u64 <= longest.into()) {
            for at in level {
                let from = nodes[at];
                let looked = if free {
                    graph.each_step(&hop, from, |to, place| {
                        if seen.add(to) {
                            nodes.push(to);
                            found(at, place);
                        }
                        true
                    })
                } else {
                    match self.leaves(search, from, at == 0, row) {
                        Ok(true) => graph.each_step(&hop, from, |to, place| {
                            if seen.has(to) {
                                return true;
                            }
                            let step = Step { from, link: graph.stepped(from, place), to };
                            let taken = self
                                .may_step(search, one, step, row)
                                .and_then(|may| Ok(may && self.enters(search, to, row)?));
                            match taken {
                                Ok(true) => {
                                    seen.add(to);
                                    nodes.push(to);
                                    found(at, place);
                                }
                                Ok(false) => {}
                                Err(fault) => failed = Some(fault),
                            }
                            failed.is_none()
                        }),
                        Ok(false) => 0,
                        Err(fault) => {
                            failed = Some(fault);
                            0
                        }
                    }
                };
                if failed.is_some() || !self.meter.visit(looked + 1) {
                    break 'search;
                }
            }
            level = levels[levels.len() - 1]..nodes.len();
            levels.push(nodes.len());
            if done(&nodes[level.clone()]) {
                break;
            }
        }
        if levels.last() != Some(&nodes.len()) {
            levels.push(nodes.len());
        }
        seen.forget(&nodes);
        self.scratch.seen = seen;
        match failed {
            Some(fault) => Err(fault),
            None => Ok(Reached { nodes, levels, start: false }),
        }
    }

    /// Whether a path with a link in it can end where it starts.
    ///
    /// The shortest that does, and that comes back by another link than it left by, repeats no link: what lies between
    /// two passages of a link could be left out. So each node needs no more than two walks to it, of different first
    /// links. O(links of the nodes less than the bound minus one away).
    pub(super) fn returns(&mut self, search: &Search, one: &One, start: u32, row: &mut [Value]) -> Result<bool, Fault> {
        let longest = search.longest.unwrap_or(u32::MAX);
        if longest == 0
            || search.mode == Mode::Acyclic
            || !self.enters(search, start, row)?
            || !self.leaves(search, start, true, row)?
        {
            return Ok(false);
        }
        // What is simple may go back by the link that it came by.
        let by_any_link = matches!(search.mode, Mode::Walk | Mode::Simple);
        let graph = self.graph;
        let test = &search.automaton.links[one.link];
        let mut back: Vec<(u32, u32)> = Vec::new();
        let looked = graph.each_step(&graph.hop(test.direction.turned(), test.kind.as_ref()), start, |from, place| {
            back.push((from, graph.stepped(start, place)));
            true
        });
        self.meter.visit(looked);
        let mut closing: HashMap<u32, Vec<u32>> = HashMap::new();
        for (from, link) in back {
            let step = Step { from, link, to: start };
            if self.may_step(search, one, step, row)? && self.leaves(search, from, from == start, row)? {
                closing.entry(from).or_default().push(link);
            }
        }
        let closes = |node: u32, first: u32| {
            closing.get(&node).is_some_and(|links| links.iter().any(|link| by_any_link || *link != first))
        };
        if closing.is_empty() || closes(start, u32::MAX) {
            return Ok(!closing.is_empty());
        }
        let hop = graph.hop(test.direction, test.kind.as_ref());
        let mut known: HashMap<u32, (u32, u32)> = HashMap::new();
        let mut level = vec![(start, u32::MAX)];
        for length in 1..longest {
            let mut next = Vec::new();
            for (from, first) in level {
                let mut steps = Vec::new();
                let looked = graph.each_step(&hop, from, |to, place| {
                    if to != start {
                        steps.push((to, place));
                    }
                    true
                });
                if !self.meter.visit(looked + 1) {
                    return Ok(false);
                }
                for (to, place) in steps {
                    let link = graph.stepped(from, place);
                    let first = if length == 1 { link } else { first };
                    let closed = closes(to, first);
                    let entry = known.get(&to).copied();
                    let news = length + 1 < longest
                        && entry.is_none_or(|(one, other)| one != first && other == u32::MAX && !by_any_link);
                    if (closed || news)
                        && self.may_step(search, one, Step { from, link, to }, row)?
                        && self.enters(search, to, row)?
                        && self.leaves(search, to, false, row)?
                    {
                        if closed {
                            return Ok(true);
                        }
                        known.insert(to, entry.map_or((first, u32::MAX), |(one, _)| (one, first)));
                        next.push((to, first));
                    }
                }
            }
            if next.is_empty() {
                break;
            }
            level = next;
        }
        Ok(false)
    }
}
