//! The path search in order of length, for the selectors that take the shortest.
//!
//! Walks are kept as a tree: each entry knows the one before it, and a level holds the walks of one length. Where it makes
//! no difference how a node was reached, a walk that reaches a node and a state later or more often than any answer could
//! need is dropped; otherwise every walk that the mode allows is followed, within the budgets.

use std::collections::{HashMap, HashSet};

use super::paths::{Cursor, Found, Run, Walk};
use super::{Executor, Flow, Ran, Sink};
use crate::query::ast::{Direction, Mode, Selector};
use crate::query::graph::PropertyGraph;
use crate::query::search::Search;
use crate::query::value::Value;

/// The end of a walk, and the walk before it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub before: u32,
    pub node: u32,
    pub link: u32,
    pub hop: u32,
}

/// The entry before the first.
pub(super) const NONE: u32 = u32::MAX;

/// A walk in the tree.
pub(super) struct Branch<'t> {
    pub tree: &'t [Entry],
    pub at: u32,
    pub length: u32,
}

/// How often something may be reached: at most `count` times, and at most `lengths` different lengths.
#[derive(Clone, Copy, Debug)]
struct Quota {
    count: u32,
    lengths: u32,
}

/// How often it has been reached.
#[derive(Clone, Copy, Debug, Default)]
struct Reached {
    count: u32,
    lengths: u32,
    last: u32,
}

impl Reached {
    /// Counts one more time at a length that does not decrease; whether the quota allows it.
    fn once_more(&mut self, length: u32, quota: Quota) -> bool {
        let longer = self.count == 0 || length > self.last;
        if self.count >= quota.count || (longer && self.lengths >= quota.lengths) {
            return false;
        }
        self.count += 1;
        self.lengths += u32::from(longer);
        self.last = length;
        true
    }

    /// Whether nothing of this or a greater length can be allowed any more.
    fn is_done(self, length: u32, quota: Quota) -> bool {
        self.count >= quota.count || (self.lengths >= quota.lengths && length > self.last)
    }
}

/// Which ends a pass over the graph gives.
#[derive(Clone, Copy, Debug)]
struct Pass {
    target: Option<u32>,
    /// Whether paths that end where they start are left to another pass.
    open_only: bool,
    /// What may be dropped; nothing, where every walk matters.
    drop: Option<Quota>,
}

impl<'g, G: PropertyGraph> Executor<'g, G> {
    pub(super) fn shortest(
        &mut self,
        search: &Search,
        start: u32,
        target: Option<u32>,
        row: &mut [Value],
        on: &mut Sink<'_, 'g, G>,
    ) -> Ran {
        let quota = match search.selector {
            Selector::All | Selector::AnyShortest => Quota { count: 1, lengths: 1 },
            Selector::Any(k) | Selector::Shortest(k) | Selector::Cheapest(k) => Quota { count: k, lengths: u32::MAX },
            Selector::AllShortest => Quota { count: u32::MAX, lengths: 1 },
            Selector::ShortestGroups(k) => Quota { count: u32::MAX, lengths: k },
        };
        let forgets = search.automaton.forgets() && search.filter.is_none() && !search.once;
        let least = quota.count.min(quota.lengths) == 1;
        let drop = match search.mode {
            Mode::Walk if forgets => Some(quota),
            // A shortest path over links of one sort repeats nothing by itself.
            _ if forgets && least && search.plain => Some(quota),
            _ => None,
        };
        // Unless it returns to where it started: then it can need what a shorter one has passed.
        let undirected = search.automaton.links.iter().any(|link| link.direction == Direction::Either);
        let returns = search.mode != Mode::Walk && drop.is_some() && undirected && target.is_none_or(|to| to == start);
        if !returns {
            return self.pass(search, start, Pass { target, open_only: false, drop }, quota, row, on);
        }
        if target.is_none()
            && self.pass(search, start, Pass { target, open_only: true, drop }, quota, row, on)? == Flow::Enough
        {
            return Ok(Flow::Enough);
        }
        self.pass(search, start, Pass { target: Some(start), open_only: false, drop: None }, quota, row, on)
    }

    fn pass(
        &mut self,
        search: &Search,
        start: u32,
        pass: Pass,
        quota: Quota,
        row: &mut [Value],
        on: &mut Sink<'_, 'g, G>,
    ) -> Ran {
        let kept = self.kept;
        let flow = self.levels_of(search, start, pass, quota, row, on);
        // The walks of this pass are gone.
        self.kept = kept;
        flow
    }

    fn levels_of(
        &mut self,
        search: &Search,
        start: u32,
        pass: Pass,
        quota: Quota,
        row: &mut [Value],
        on: &mut Sink<'_, 'g, G>,
    ) -> Ran {
        let mut tree = vec![Entry { before: NONE, node: start, link: NONE, hop: NONE }];
        let mut level = vec![0_u32];
        let mut passed: HashMap<(u32, u32), Reached> = HashMap::new();
        let mut ends: HashMap<u32, Reached> = HashMap::new();
        let mut seen = HashSet::new();
        for length in 0.. {
            let mut next = Vec::new();
            for at in level {
                let mut cursor = Cursor::default();
                loop {
                    let walk = Branch { tree: &tree, at, length };
                    let found = self.next_at(search, &walk, &mut cursor, row)?;
                    if !self.goes_on() {
                        return Ok(Flow::Enough);
                    }
                    match found {
                        None => break,
                        Some(Found::End) => {
                            let end = walk.end().0;
                            let elsewhere = pass.target.is_some_and(|target| target != end);
                            if elsewhere || (pass.open_only && end == start) || !self.ends(search, start, end) {
                                continue;
                            }
                            let reached = ends.entry(end).or_default();
                            if reached.is_done(length, quota) || !self.accept(search, &walk.run(), row, &mut seen)? {
                                continue;
                            }
                            if reached.once_more(length, quota) && on(self, row)? == Flow::Enough {
                                return Ok(Flow::Enough);
                            }
                            if pass.target.is_some() && reached.count >= quota.count {
                                return Ok(Flow::More);
                            }
                        }
                        Some(Found::Hop(hop, link)) => {
                            if let Some(quota) = pass.drop {
                                let state = if search.plain { 0 } else { hop as u32 + 1 };
                                let reached = passed.entry((link.node, state)).or_default();
                                if !reached.once_more(length + 1, quota) {
                                    continue;
                                }
                            }
                            if tree.len() >= NONE as usize || self.keep(1)? == Flow::Enough {
                                return Ok(Flow::Enough);
                            }
                            next.push(tree.len() as u32);
                            tree.push(Entry { before: at, node: link.node, link: link.link, hop: hop as u32 });
                        }
                    }
                }
            }
            let done = pass.target.and_then(|target| ends.get(&target));
            if next.is_empty() || done.is_some_and(|reached| reached.is_done(length + 1, quota)) {
                break;
            }
            level = next;
        }
        Ok(Flow::More)
    }
}

impl Branch<'_> {
    fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.places().filter_map(|place| self.tree.get(place))
    }

    /// The places of its entries in the tree, the last first.
    pub fn places(&self) -> impl Iterator<Item = usize> + '_ {
        let mut at = self.at;
        std::iter::from_fn(move || {
            let place = at as usize;
            at = self.tree.get(place)?.before;
            Some(place)
        })
    }

    pub fn run(&self) -> Run {
        let mut nodes: Vec<u32> = self.entries().map(|entry| entry.node).collect();
        let walked = || self.entries().take(self.length as usize);
        let mut links: Vec<u32> = walked().map(|entry| entry.link).collect();
        let mut hops: Vec<usize> = walked().map(|entry| entry.hop as usize).collect();
        nodes.reverse();
        links.reverse();
        hops.reverse();
        Run { nodes, links, hops }
    }
}

impl Walk for Branch<'_> {
    fn end(&self) -> (u32, usize) {
        self.tree.get(self.at as usize).map_or((0, 0), |entry| (entry.node, entry.hop.wrapping_add(1) as usize))
    }

    fn tail(&self, count: usize) -> (Vec<u32>, Vec<u32>) {
        let mut nodes: Vec<u32> = self.entries().take(count + 1).map(|entry| entry.node).collect();
        let mut links: Vec<u32> = self.entries().take(count).map(|entry| entry.link).collect();
        nodes.reverse();
        links.reverse();
        (nodes, links)
    }

    fn has_link(&self, link: u32) -> bool {
        self.entries().take(self.length as usize).any(|entry| entry.link == link)
    }

    fn has_node(&self, node: u32, inner: bool) -> bool {
        self.entries().any(|entry| entry.node == node && !(inner && entry.before == NONE))
    }

    fn length(&self) -> u32 {
        self.length
    }

    fn start(&self) -> u32 {
        self.tree.first().map_or(0, |entry| entry.node)
    }
}
