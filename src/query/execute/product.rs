//! Shortest paths between two known nodes for any pattern, searched from both ends over the product of graph and
//! automaton: a key is a node and a state of the automaton there.
//!
//! What is found are the shortest walks. Every trail is a walk, so that where some of the shortest walks are what the mode
//! allows, they are the shortest that it allows; where none is, the search from one end has to find longer ones.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

use super::paths::{Run, allowed};
use super::{Executor, Flow, Ran, Sink, differs};
use crate::query::ast::{Mode, Selector};
use crate::query::diagnostics::Fault;
use crate::query::graph::{Link, PropertyGraph};
use crate::query::search::{Check, Search};
use crate::query::value::Value;

/// A hasher for keys: one multiplication (Fibonacci hashing, Knuth, volume 3).
#[derive(Default)]
struct Mix(u64);

impl Hasher for Mix {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u32(u32::from(*byte)));
    }

    fn write_u32(&mut self, number: u32) {
        self.0 = (self.0 ^ u64::from(number)).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(26);
    }
}

/// A node and a state.
type Key = (u32, u32);

/// A step between two keys of one side: the place of the one that it starts from, the link, and the next step to the same.
#[derive(Clone, Copy, Debug)]
struct Reach {
    from: u32,
    link: u32,
    next: u32,
}

/// Takes the steps of one way; returns whether it wants more.
type See<'s> = dyn FnMut(&[(Key, u32)]) -> Ran + 's;

const NONE: u32 = u32::MAX;
/// After so many shortest walks that the mode does not allow, and none that it does, the search from one end is better.
const MOST_REFUSED: usize = 10_000;

/// One side of the search.
#[derive(Default)]
struct Half {
    places: HashMap<Key, u32, BuildHasherDefault<Mix>>,
    keys: Vec<Key>,
    /// For each key the first step that reaches it.
    heads: Vec<u32>,
    reaches: Vec<Reach>,
    /// Where the outermost level starts.
    level: usize,
    depth: u32,
}

impl Half {
    fn root(&mut self, key: Key) {
        if self.places.insert(key, self.keys.len() as u32).is_none() {
            self.keys.push(key);
            self.heads.push(NONE);
        }
    }

    /// Adds a step from a key of the level before to a key of the level that is being made.
    fn add(&mut self, from: u32, link: u32, key: Key, level: usize, all: bool) {
        let next = self.keys.len() as u32;
        let place = *self.places.entry(key).or_insert(next);
        if place == next {
            self.keys.push(key);
            self.heads.push(NONE);
        } else if !all || (place as usize) < level {
            return;
        }
        let head = self.heads[place as usize];
        // A link from a node to itself may come twice.
        let loops = self.keys[from as usize].0 == key.0;
        let chain = std::iter::successors(self.reaches.get(head as usize), |last| self.reaches.get(last.next as usize));
        if loops && chain.into_iter().any(|last| (last.from, last.link) == (from, link)) {
            return;
        }
        self.heads[place as usize] = self.reaches.len() as u32;
        self.reaches.push(Reach { from, link, next: head });
    }

    /// About how many links the next level has to look at.
    fn work(&self, graph: &impl PropertyGraph) -> usize {
        self.keys[self.level..].iter().map(|(node, _)| graph.around(*node)).sum()
    }

    /// All ways to a key: its steps, the last first, with the keys that they start from.
    fn each_way(&self, place: u32, see: &mut See) -> Ran {
        let (mut trail, mut taken) = (Vec::new(), Vec::new());
        let mut step = self.heads[place as usize];
        loop {
            while let Some(reach) = self.reaches.get(step as usize) {
                trail.push((self.keys[reach.from as usize], reach.link));
                taken.push(step);
                step = self.heads[reach.from as usize];
            }
            if see(&trail)? == Flow::Enough {
                return Ok(Flow::Enough);
            }
            loop {
                let Some(last) = taken.pop() else { return Ok(Flow::More) };
                trail.pop();
                step = self.reaches[last as usize].next;
                if step != NONE {
                    break;
                }
            }
        }
    }
}

/// Whether a search between two known nodes can be run from both ends over the product.
pub(super) fn can_multiply(search: &Search) -> bool {
    let shortest = matches!(
        search.selector,
        Selector::Any(1)
            | Selector::AnyShortest
            | Selector::AllShortest
            | Selector::Shortest(1)
            | Selector::ShortestGroups(1)
    );
    // What is asked of all nodes but the ends depends on more than node and state.
    let everywhere = search.every_node.iter().all(|every| every.first && every.last);
    shortest && everywhere && search.automaton.forgets() && search.filter.is_none()
}

impl<'g, G: PropertyGraph> Executor<'g, G> {
    /// Gives on the shortest paths between two nodes; nothing, where only a search from one end can tell.
    pub(super) fn product(
        &mut self,
        search: &Search,
        (start, target): (u32, u32),
        row: &mut [Value],
        on: &mut Sink<'_, 'g, G>,
    ) -> Result<Option<Flow>, Fault> {
        if !self.ends(search, start, target) || !self.enters(search, target, row)? {
            return Ok(Some(Flow::More));
        }
        let kept = self.kept;
        let (mut forward, mut backward) = (Half::default(), Half::default());
        let meets = self.meets(search, (start, target), (&mut forward, &mut backward), row)?;
        self.kept = kept;
        if meets.is_empty() {
            return Ok(Some(if self.goes_on() { Flow::More } else { Flow::Enough }));
        }
        let all = matches!(search.selector, Selector::AllShortest | Selector::ShortestGroups(_));
        let mut seen = HashSet::new();
        let (mut given, mut refused, mut downstream) = (false, 0, Flow::More);
        for key in meets {
            let (Some(&there), Some(&here)) = (forward.places.get(&key), backward.places.get(&key)) else { continue };
            let flow = forward.each_way(there, &mut |before| {
                backward.each_way(here, &mut |after| {
                    let run = joined(key, before, after);
                    if !self.meter.visit(run.links.len() + 1) {
                        return Ok(Flow::Enough);
                    }
                    if search.mode != Mode::Walk && !allowed(search.mode, &run) {
                        refused += 1;
                        return Ok(if !given && refused > MOST_REFUSED { Flow::Enough } else { Flow::More });
                    }
                    if !self.accept(search, &run, row, &mut seen)? {
                        return Ok(Flow::More);
                    }
                    given = true;
                    downstream = on(self, row)?;
                    Ok(if all { downstream } else { Flow::Enough })
                })
            })?;
            if flow == Flow::Enough {
                break;
            }
        }
        if !self.goes_on() {
            return Ok(Some(Flow::Enough));
        }
        Ok(given.then_some(downstream))
    }

    /// Searches from both ends until they meet; the keys where they do.
    fn meets(
        &mut self,
        search: &Search,
        (start, target): (u32, u32),
        (forward, backward): (&mut Half, &mut Half),
        row: &mut [Value],
    ) -> Result<Vec<Key>, Fault> {
        let automaton = &search.automaton;
        let all = matches!(search.selector, Selector::AllShortest | Selector::ShortestGroups(_));
        forward.root((start, 0));
        for (state, ways) in (0..).zip(&automaton.ways) {
            for way in ways.iter().filter(|way| way.hop.is_none()) {
                if self.checks_hold(search, &way.checks, target, row)? {
                    backward.root((target, state));
                }
            }
        }
        let mut meets: Vec<Key> =
            backward.keys.iter().copied().filter(|key| forward.places.contains_key(key)).collect();
        while meets.is_empty() {
            let length = forward.depth.saturating_add(backward.depth);
            let empty = |half: &Half| half.level == half.keys.len();
            if empty(forward) || empty(backward) || search.longest.is_some_and(|longest| length >= longest) {
                break;
            }
            let ahead = forward.work(self.graph) <= backward.work(self.graph);
            let (half, other) = if ahead { (&mut *forward, &*backward) } else { (&mut *backward, &*forward) };
            let level = half.level..half.keys.len();
            half.level = level.end;
            half.depth += 1;
            for at in level.clone() {
                if ahead {
                    self.step_on(search, half, (at, level.end), all, row)?;
                } else {
                    self.step_back(search, half, (at, level.end), (start, all), row)?;
                }
                if !self.goes_on() {
                    return Ok(Vec::new());
                }
            }
            self.keep(half.keys.len() - level.end)?;
            meets.extend(half.keys[level.end..].iter().filter(|key| other.places.contains_key(key)));
        }
        Ok(meets)
    }

    fn checks_hold(&mut self, search: &Search, checks: &[Check], node: u32, row: &mut [Value]) -> Result<bool, Fault> {
        for check in checks {
            if let Check::Node(test) = *check
                && !self.node_fits(&search.automaton.nodes[test], node, row)?
            {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// All steps from a key in the order of the pattern.
    fn step_on(
        &mut self,
        search: &Search,
        half: &mut Half,
        (at, level): (usize, usize),
        all: bool,
        row: &mut [Value],
    ) -> Result<(), Fault> {
        let (graph, automaton) = (self.graph, &search.automaton);
        let (node, state) = half.keys[at];
        for way in automaton.ways.get(state as usize).map_or(&[][..], |ways| ways) {
            let Some(hop) = way.hop else { continue };
            if !self.checks_hold(search, &way.checks, node, row)? {
                continue;
            }
            let test = &automaton.links[automaton.hops[hop]];
            let mut failed = None;
            let looked = graph.each_step(&graph.hop(test.direction, test.kind.as_ref()), node, |to, place| {
                let number = graph.stepped(node, place);
                let link = Link { link: number, node: to, kind: 0 };
                let holds = differs(number, &search.differs, row)
                    && self.link_holds(search, test, &link, row).unwrap_or_else(|fault| {
                        failed = Some(fault);
                        false
                    });
                if holds {
                    half.add(at as u32, number, (to, hop as u32 + 1), level, all);
                }
                failed.is_none()
            });
            self.meter.visit(looked + 1);
            if let Some(fault) = failed {
                return Err(fault);
            }
        }
        Ok(())
    }

    /// All steps to a key against the order of the pattern.
    fn step_back(
        &mut self,
        search: &Search,
        half: &mut Half,
        (at, level): (usize, usize),
        (start, all): (u32, bool),
        row: &mut [Value],
    ) -> Result<(), Fault> {
        let (graph, automaton) = (self.graph, &search.automaton);
        let (node, state) = half.keys[at];
        let Some(hop) = (state as usize).checked_sub(1) else { return Ok(()) };
        let test = &automaton.links[automaton.hops[hop]];
        let mut before = Vec::new();
        let back = graph.hop(test.direction.turned(), test.kind.as_ref());
        let looked = graph.each_step(&back, node, |from, place| {
            before.push((from, graph.stepped(node, place)));
            true
        });
        self.meter.visit(looked + 1);
        for (from, number) in before {
            let link = Link { link: number, node, kind: 0 };
            if !differs(number, &search.differs, row)
                || !self.link_holds(search, test, &link, row)?
                || (from != start && !self.enters(search, from, row)?)
            {
                continue;
            }
            for (state, ways) in (0..).zip(&automaton.ways) {
                for way in ways.iter().filter(|way| way.hop == Some(hop)) {
                    if self.checks_hold(search, &way.checks, from, row)? {
                        half.add(at as u32, number, (from, state), level, all);
                    }
                }
            }
        }
        Ok(())
    }
}

/// The walk that is made of both halves.
fn joined(key: Key, before: &[(Key, u32)], after: &[(Key, u32)]) -> Run {
    let mut run = Run { nodes: Vec::new(), links: Vec::new(), hops: Vec::new() };
    let ends = before.iter().map(|((_, state), _)| *state);
    let states: Vec<u32> = std::iter::once(key.1).chain(ends).take(before.len()).collect();
    for (((node, _), link), state) in before.iter().zip(states).rev() {
        run.nodes.push(*node);
        run.links.push(*link);
        run.hops.push((state as usize).saturating_sub(1));
    }
    run.nodes.push(key.0);
    for ((node, state), link) in after {
        run.nodes.push(*node);
        run.links.push(*link);
        run.hops.push((*state as usize).saturating_sub(1));
    }
    run
}
