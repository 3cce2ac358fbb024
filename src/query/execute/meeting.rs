//! Shortest paths between two known nodes, searched from both ends: the usual case, and the one that must be fast.
//!
//! Breadth-first from both ends, the cheaper side next (I. Pohl, "Bi-directional search", Machine Intelligence 6, 1971).
//! Each side keeps what it has reached, and all the steps by which a shortest path can reach it; the first level that
//! meets the other side gives all shortest paths. O(links within half the distance of either end) on graphs without hubs.

use std::collections::HashSet;

use super::conditions::{Step, is_free};
use super::paths::Run;
use super::{Executor, Flow, Operator, Ran, Sink};
use crate::query::ast::Selector;
use crate::query::diagnostics::Fault;
use crate::query::graph::PropertyGraph;
use crate::query::plan::Plan;
use crate::query::search::{One, Search};
use crate::query::value::Value;

/// Nodes and links that a search leaves out.
#[derive(Clone, Debug, Default)]
pub struct Barred {
    /// Nodes.
    pub nodes: HashSet<u32>,
    /// Links.
    pub links: HashSet<u32>,
}

/// Paths between two nodes: where they start and end, how many links they have at most, whether one is enough, and what
/// is left out.
#[derive(Clone, Copy)]
pub struct Between<'b> {
    /// Where they start.
    pub start: u32,
    /// Where they end: another node.
    pub target: u32,
    /// How many links they have at most.
    pub longest: u32,
    /// Whether one is enough.
    pub one: bool,
    /// What is left out.
    pub barred: Option<&'b Barred>,
}

/// Takes a path; what it gives says whether more are wanted.
pub(super) type Take<'t, 'g, G> = dyn FnMut(&mut Executor<'g, G>, &mut [Value], Run) -> Ran + 't;

/// Takes the nodes and steps of one way; returns whether it wants more.
type See<'s> = dyn FnMut(&[(u32, u32)]) -> Ran + 's;

/// One side of a search from both ends.
struct Side {
    /// Reached nodes, in the order of reaching.
    reached: Vec<u32>,
    /// For each reached node the first entry in `steps`, or `NONE`.
    heads: Vec<u32>,
    /// How a node was reached: from which reached node, by which place of its links, and the next such entry.
    steps: Vec<(u32, u32, u32)>,
    /// Where the outermost level starts in `reached`.
    level: usize,
    depth: u32,
}

const NONE: u32 = u32::MAX;
/// Marks the notes of the nodes that the backward side reached.
const BACKWARD: u32 = 1 << 31;
/// A level of so many times more nodes costs more whatever their degrees.
const MUCH: usize = 16;

impl Side {
    fn new(root: u32) -> Self {
        Self { reached: vec![root], heads: vec![NONE], steps: Vec::new(), level: 0, depth: 0 }
    }

    /// Whether the next level of this side costs less than that of the other: by the links to look at, unless the
    /// numbers of nodes alone decide.
    fn is_cheaper_than(&self, other: &Side, graph: &impl PropertyGraph) -> bool {
        let (own, others) = (&self.reached[self.level..], &other.reached[other.level..]);
        if own.len() > MUCH * others.len() || others.len() > MUCH * own.len() {
            return own.len() < others.len();
        }
        let links = |level: &[u32]| level.iter().map(|node| graph.around(*node)).sum::<usize>();
        links(own) <= links(others)
    }

    /// All ways from the root to a reached node, as places of nodes and of links, the last first, each given to `see`.
    fn each_way(&self, reached: u32, see: &mut See) -> Ran {
        let (mut trail, mut taken) = (Vec::new(), Vec::new());
        let mut at = reached;
        loop {
            let mut step = self.heads[at as usize];
            while step != NONE {
                let (from, place, _) = self.steps[step as usize];
                trail.push((from, place));
                taken.push(step);
                step = self.heads[from as usize];
            }
            if see(&trail)? == Flow::Enough {
                return Ok(Flow::Enough);
            }
            // Back to the last step that has another one beside it.
            loop {
                let Some(step) = taken.pop() else { return Ok(Flow::More) };
                trail.pop();
                let (_, _, next) = self.steps[step as usize];
                if next != NONE {
                    let (from, place, _) = self.steps[next as usize];
                    trail.push((from, place));
                    taken.push(next);
                    at = from;
                    break;
                }
            }
        }
    }

    /// The node at a place and the link that a step from it takes.
    fn stepped(&self, graph: &impl PropertyGraph, at: u32, place: u32) -> (u32, u32) {
        let node = self.reached[at as usize];
        (node, graph.stepped(node, place))
    }
}

/// Where the two sides of a search met: by a step from a reached node of one side to one of the other.
struct Meeting {
    forward: u32,
    backward: u32,
    /// The place of the step's link, at the node of the side that took it.
    place: u32,
    by_forward: bool,
}

/// Whether a search can be run from both ends: one link over and over, and only the shortest wanted, or one path at all.
pub(super) fn can_meet(search: &Search) -> Option<&One> {
    let shortest = match search.selector {
        Selector::Any(1)
        | Selector::AnyShortest
        | Selector::AllShortest
        | Selector::Shortest(1)
        | Selector::ShortestGroups(1) => true,
        Selector::All => search.ends && search.bare,
        _ => false,
    };
    search.one.as_ref().filter(|_| shortest && search.filter.is_none())
}

impl<'g, G: PropertyGraph> Executor<'g, G> {
    /// Gives on the shortest paths between two different nodes.
    pub(super) fn meeting(
        &mut self,
        search: &Search,
        one: &One,
        (start, target): (u32, u32),
        row: &mut [Value],
        on: &mut Sink<'_, 'g, G>,
    ) -> Ran {
        let all = matches!(search.selector, Selector::AllShortest | Selector::ShortestGroups(_)) && !search.ends;
        let longest = search.longest.unwrap_or(u32::MAX);
        let between = Between { start, target, longest, one: !all, barred: None };
        let mut seen = HashSet::new();
        self.meet(search, one, between, row, &mut |executor, row, run| {
            if !executor.meter.visit(run.links.len()) {
                return Ok(Flow::Enough);
            }
            if search.bare || executor.accept(search, &run, row, &mut seen)? {
                on(executor, row)
            } else {
                Ok(Flow::More)
            }
        })
    }

    /// Gives the shortest paths between two different nodes to `take`, whatever the selector. Parallel links make
    /// different paths.
    pub(super) fn meet(
        &mut self,
        search: &Search,
        one: &One,
        between: Between<'_>,
        row: &mut [Value],
        take: &mut Take<'_, 'g, G>,
    ) -> Ran {
        let Between { start, target, .. } = between;
        if !self.ends(search, start, target)
            || !self.node_holds(search, start, row, |every| every.first)?
            || !self.node_holds(search, target, row, |every| every.last)?
        {
            return Ok(Flow::More);
        }
        let (mut forward, mut backward) = (Side::new(start), Side::new(target));
        let meetings = self.meetings(search, one, between, (&mut forward, &mut backward), row)?;
        let graph = self.graph;
        let last = search.automaton.hops.len().saturating_sub(1);
        let mut downstream = Flow::More;
        for meeting in meetings {
            let flow = forward.each_way(meeting.forward, &mut |before| {
                backward.each_way(meeting.backward, &mut |after| {
                    let length = before.len() + after.len() + 1;
                    let mut run = Run {
                        nodes: Vec::with_capacity(length + 1),
                        links: Vec::with_capacity(length),
                        hops: (0..length).map(|place| place.min(last)).collect(),
                    };
                    for &(at, place) in before.iter().rev() {
                        let (node, link) = forward.stepped(graph, at, place);
                        run.nodes.push(node);
                        run.links.push(link);
                    }
                    run.nodes.push(forward.reached[meeting.forward as usize]);
                    let (side, at) =
                        if meeting.by_forward { (&forward, meeting.forward) } else { (&backward, meeting.backward) };
                    run.links.push(side.stepped(graph, at, meeting.place).1);
                    run.nodes.push(backward.reached[meeting.backward as usize]);
                    for &(at, place) in after {
                        let (node, link) = backward.stepped(graph, at, place);
                        run.nodes.push(node);
                        run.links.push(link);
                    }
                    downstream = take(self, row, run)?;
                    Ok(if between.one { Flow::Enough } else { downstream })
                })
            })?;
            if flow == Flow::Enough {
                break;
            }
        }
        Ok(if self.goes_on() { downstream } else { Flow::Enough })
    }

    /// One shortest path between two different nodes by the search of a plan.
    ///
    /// # Errors
    /// What goes wrong while it runs.
    pub fn leg(&mut self, plan: &Plan, between: Between<'_>) -> Result<Option<Run>, Fault> {
        let mut found = None;
        let Some((step, search)) = plan.search() else { return Ok(None) };
        if let Some(one) = &search.one
            && between.start != between.target
        {
            let mut row = vec![Value::Null; plan.slots];
            self.within(Operator::of(step), |executor| {
                executor.meet(search, one, Between { one: true, ..between }, &mut row, &mut |executor, _, run| {
                    executor.count_rows(1);
                    found = Some(run);
                    Ok(Flow::More)
                })
            })?;
        }
        Ok(found)
    }

    /// Searches from both ends until they meet.
    fn meetings(
        &mut self,
        search: &Search,
        one: &One,
        between: Between<'_>,
        (forward, backward): (&mut Side, &mut Side),
        row: &mut [Value],
    ) -> Result<Vec<Meeting>, Fault> {
        let Between { start, target, longest, .. } = between;
        let graph = self.graph;
        let test = &search.automaton.links[one.link];
        let hops =
            [graph.hop(test.direction, test.kind.as_ref()), graph.hop(test.direction.turned(), test.kind.as_ref())];
        let free = between.barred.is_none() && is_free(search, one);
        let mut marks = std::mem::take(&mut self.scratch.marks);
        marks.clear(graph.node_count() as usize);
        marks.note(start, 0);
        marks.note(target, BACKWARD);
        let mut meetings: Vec<Meeting> = Vec::new();
        let mut failed = None;
        while meetings.is_empty() && forward.depth.saturating_add(backward.depth) < longest {
            let by_forward = forward.is_cheaper_than(backward, graph);
            let (side, own, hop) =
                if by_forward { (&mut *forward, 0, &hops[0]) } else { (&mut *backward, BACKWARD, &hops[1]) };
            let level = side.level..side.reached.len();
            side.level = level.end;
            for at in level {
                let from = side.reached[at];
                let mut goes_on = true;
                let looked = graph.each_step(hop, from, |to, place| {
                    let next = side.reached.len() as u32 | own;
                    let known = marks.get(to);
                    // Once the sides have met, only more meetings matter.
                    if known.is_none() && !meetings.is_empty() {
                        return true;
                    }
                    if known.is_some_and(|known| {
                        known & BACKWARD == own && (between.one || ((known & !BACKWARD) as usize) < side.level)
                    }) {
                        return true;
                    }
                    if !free {
                        let link = graph.stepped(from, place);
                        let step = if by_forward { Step { from, link, to } } else { Step { from: to, link, to: from } };
                        let entered = to == start || to == target;
                        let taken = self.may_pass(between.barred, to, link)
                            && match self
                                .may_step(search, one, step, row)
                                .and_then(|may| Ok(may && (entered || self.node_holds(search, to, row, |_| true)?)))
                            {
                                Ok(taken) => taken,
                                Err(fault) => {
                                    failed = Some(fault);
                                    goes_on = false;
                                    return false;
                                }
                            };
                        if !taken {
                            return true;
                        }
                    }
                    let known = known.unwrap_or_else(|| marks.note(to, next));
                    let number = known & !BACKWARD;
                    if known & BACKWARD != own {
                        let (forward, backward) = if by_forward { (at as u32, number) } else { (number, at as u32) };
                        meetings.push(Meeting { forward, backward, place, by_forward });
                        goes_on = !between.one;
                        return goes_on;
                    }
                    if known == next {
                        side.reached.push(to);
                        side.heads.push(side.steps.len() as u32);
                        side.steps.push((at as u32, place, NONE));
                    } else {
                        let head = &mut side.heads[number as usize];
                        side.steps.push((at as u32, place, *head));
                        *head = side.steps.len() as u32 - 1;
                    }
                    true
                });
                if !self.meter.visit(looked + 1) || !goes_on {
                    break;
                }
            }
            side.depth += 1;
            if failed.is_some() || !self.goes_on() || (meetings.is_empty() && side.level == side.reached.len()) {
                break;
            }
        }
        self.scratch.marks = marks;
        failed.map_or(Ok(meetings), Err)
    }

    fn may_pass(&self, barred: Option<&Barred>, node: u32, link: u32) -> bool {
        barred.is_none_or(|barred| !barred.nodes.contains(&node) && !barred.links.contains(&link))
    }

    /// Gives the `count` shortest paths without a repeated node between two different nodes to `take`, the shortest first.
    ///
    /// J. Y. Yen, "Finding the k shortest loopless paths in a network", Management Science 17 (1971), with breadth-first
    /// search for the spurs: O(count · length) searches.
    pub(super) fn shortest_acyclic(
        &mut self,
        search: &Search,
        one: &One,
        (start, target): (u32, u32),
        count: usize,
        row: &mut [Value],
        take: &mut Take<'_, 'g, G>,
    ) -> Ran {
        let longest = search.longest.unwrap_or(u32::MAX);
        let mut best: Vec<Run> = Vec::new();
        let mut candidates: Vec<Run> = Vec::new();
        let first = Between { start, target, longest, one: true, barred: None };
        self.meet(search, one, first, row, &mut |_, _, run| {
            candidates.push(run);
            Ok(Flow::More)
        })?;
        let mut flow = Flow::More;
        while let Some(next) = (0..candidates.len())
            .min_by_key(|&at| (candidates[at].links.len(), &candidates[at].nodes, &candidates[at].links))
        {
            let last = candidates.swap_remove(next);
            best.push(last.clone());
            flow = take(self, row, last.clone())?;
            if flow == Flow::Enough || best.len() >= count || !self.goes_on() {
                break;
            }
            for spur in 0..last.links.len() {
                let barred = Barred {
                    nodes: last.nodes[..spur].iter().copied().collect(),
                    links: best
                        .iter()
                        .chain(&candidates)
                        .filter(|run| run.links.get(..spur) == Some(&last.links[..spur]))
                        .filter_map(|run| run.links.get(spur).copied())
                        .collect(),
                };
                let room = longest.saturating_sub(spur as u32);
                let rest = Between { start: last.nodes[spur], target, longest: room, one: true, barred: Some(&barred) };
                let last = &last;
                self.meet(search, one, rest, row, &mut |_, _, run| {
                    let nodes = last.nodes[..spur].iter().copied().chain(run.nodes).collect();
                    let links: Vec<u32> = last.links[..spur].iter().copied().chain(run.links).collect();
                    let most = search.automaton.hops.len().saturating_sub(1);
                    let hops = (0..links.len()).map(|place| place.min(most)).collect();
                    candidates.push(Run { nodes, links, hops });
                    Ok(Flow::More)
                })?;
            }
        }
        Ok(if self.goes_on() { flow } else { Flow::Enough })
    }
}
