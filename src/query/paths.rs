//! Path search: shortest paths by breadth-first search from both ends, with every condition applied during the search.

use std::collections::HashSet;

use super::budget::Meter;
use super::context::Avoided;
use super::marks::Marks;
use crate::graph::{Graph, LinkFilter, LinkNo};
use crate::model::{EntityNo, Truth};

/// Which steps a search may take.
pub struct Walker<'a> {
    graph: &'a Graph,
    filter: &'a LinkFilter,
    avoided: &'a Avoided,
    directed: bool,
    weigh: bool,
    /// Every link passes in both directions, and no entity is avoided.
    free: bool,
    barred_entities: HashSet<EntityNo>,
    barred_links: HashSet<LinkNo>,
}

/// Which way a search goes along directed links.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// From start to end.
    Forward,
    /// From end to start.
    Backward,
}

/// A walk through the graph: an entity more than links.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Path {
    /// Entities from the start to the end.
    pub entities: Vec<EntityNo>,
    /// The links between them.
    pub links: Vec<LinkNo>,
}

impl<'a> Walker<'a> {
    /// A walker over the links that `filter` admits and the entities that are not `avoided`. `directed` follows links
    /// in their direction only; symmetric links go both ways.
    pub fn new(graph: &'a Graph, filter: &'a LinkFilter, avoided: &'a Avoided, directed: bool) -> Self {
        Self {
            graph,
            filter,
            avoided,
            directed,
            weigh: filter.weighs_claims(graph),
            free: !directed && avoided.is_empty() && filter.is_trivial(graph),
            barred_entities: HashSet::new(),
            barred_links: HashSet::new(),
        }
    }

    /// The graph.
    pub fn graph(&self) -> &'a Graph {
        self.graph
    }

    /// Whether a link holds in the scope's time.
    pub fn truth(&self, link: LinkNo) -> Truth {
        self.graph.link(link).map_or(Truth::No, |view| self.filter.admits(self.graph, view.tie, self.weigh, || link))
    }

    /// Calls `step` with the neighbour, the place and the truth of each step that may be taken from `entity`, until it
    /// returns `false`. Returns whether the search may go on.
    #[inline]
    pub fn each_step(
        &self,
        meter: &mut Meter<'_>,
        entity: EntityNo,
        way: Way,
        mut step: impl FnMut(EntityNo, usize, Truth) -> bool,
    ) -> bool {
        if self.free && self.barred_entities.is_empty() && self.barred_links.is_empty() {
            let around = self.graph.around(entity);
            for (place, &neighbour) in around.iter().enumerate() {
                if !step(neighbour, place, Truth::Yes) {
                    return false;
                }
            }
            return meter.visit(around.len() + 1);
        }
        let ties = self.graph.ties(entity);
        for (place, neighbour, tie) in ties.iter() {
            if self.directed {
                let along = (place < ties.outgoing()) == (way == Way::Forward);
                if !along && !self.graph.link_kind(tie.kind).is_some_and(|kind| kind.symmetric) {
                    continue;
                }
            }
            let truth = self.filter.admits(self.graph, tie, self.weigh, || ties.link(place));
            if truth == Truth::No
                || self.barred_entities.contains(&neighbour)
                || (!self.barred_links.is_empty() && self.barred_links.contains(&ties.link(place)))
            {
                continue;
            }
            if !step(neighbour, place, truth) {
                return false;
            }
        }
        meter.visit(ties.len() + 1)
    }

    fn enters(&self, entity: EntityNo, from: EntityNo, to: EntityNo) -> bool {
        self.avoided.is_empty() || entity == from || entity == to || !self.avoided.bars(self.graph, entity)
    }
}

/// Takes the entities and steps of one way; returns whether it wants more.
type See<'s> = dyn FnMut(&[(u32, u32)]) -> bool + 's;

/// One side of a search from both ends.
struct Side {
    root: EntityNo,
    way: Way,
    /// Reached entities, in the order of reaching.
    reached: Vec<EntityNo>,
    /// For each reached entity the first entry in `steps`, or `NONE`.
    heads: Vec<u32>,
    /// How an entity was reached: from which reached entity, by which place of its ties, and the next such entry.
    steps: Vec<(u32, u32, u32)>,
    /// Where the outermost level starts in `reached`.
    level: usize,
    depth: u32,
}

const NONE: u32 = u32::MAX;
/// A level of so many times more entities costs more whatever their degrees.
const MUCH: usize = 16;

impl Side {
    fn new(root: EntityNo, way: Way) -> Self {
        Self { root, way, reached: vec![root], heads: vec![NONE], steps: Vec::new(), level: 0, depth: 0 }
    }

    /// Whether the next level of this side costs less than that of the other: by the links to look at, unless the
    /// numbers of entities alone decide.
    fn is_cheaper_than(&self, other: &Side, graph: &Graph) -> bool {
        let (own, others) = (&self.reached[self.level..], &other.reached[other.level..]);
        if own.len() > MUCH * others.len() || others.len() > MUCH * own.len() {
            return own.len() < others.len();
        }
        let links = |level: &[EntityNo]| level.iter().map(|&entity| graph.degree(entity)).sum::<usize>();
        links(own) <= links(others)
    }

    /// All ways from the root to a reached entity, as entities and steps of the search, each given to `see`, which
    /// returns whether it wants more.
    fn each_way(&self, reached: u32, see: &mut See) -> bool {
        fn go(side: &Side, at: u32, trail: &mut Vec<(u32, u32)>, see: &mut See) -> bool {
            let mut step = side.heads[at as usize];
            if step == NONE {
                return see(trail);
            }
            while step != NONE {
                let (from, place, next) = side.steps[step as usize];
                trail.push((from, place));
                let more = go(side, from, trail, see);
                trail.pop();
                if !more {
                    return false;
                }
                step = next;
            }
            true
        }
        go(self, reached, &mut Vec::new(), see)
    }
}

/// The notes of a search; kept between searches so that they need not be made anew.
#[derive(Debug, Default)]
pub struct Scratch(Marks);

impl Scratch {
    /// Notes for a search in a graph, cleared.
    pub fn marks(&mut self, graph: &Graph) -> &mut Marks {
        self.0.clear(graph.entity_count());
        &mut self.0
    }
}

/// In a search from both ends, marks the notes of the entities that the backward side reached.
const BACKWARD: u32 = 1 << 31;

/// Where the two sides of a search met: by a step from a reached entity of one side to one of the other.
struct Meeting {
    forward: u32,
    backward: u32,
    /// The step, from the side that took it.
    place: u32,
    by_forward: bool,
}

/// All shortest paths from `from` to `to` of at most `max` links, each given to `see`, which returns whether it wants
/// more. With `one`, only one of them is looked for.
///
/// Breadth-first from both ends, the cheaper side next (I. Pohl, "Bi-directional search", Machine Intelligence 6,
/// 1971): the first level that meets the other side gives all shortest paths. O(links within half the distance of
/// either end) on graphs without hubs. Parallel links make different paths.
pub fn shortest(
    walker: &Walker<'_>,
    scratch: &mut Scratch,
    meter: &mut Meter<'_>,
    (from, to): (EntityNo, EntityNo),
    max: u32,
    one: bool,
    see: &mut dyn FnMut(Path) -> bool,
) {
    let graph = walker.graph;
    if from == to {
        see(Path { entities: vec![from], links: Vec::new() });
        return;
    }
    let marks = scratch.marks(graph);
    marks.note(from, 0);
    marks.note(to, BACKWARD);
    let mut forward = Side::new(from, Way::Forward);
    let mut backward = Side::new(to, Way::Backward);
    let mut meetings: Vec<Meeting> = Vec::new();
    while meetings.is_empty() && forward.depth + backward.depth < max {
        let by_forward = forward.is_cheaper_than(&backward, graph);
        let (side, own) = if by_forward { (&mut forward, 0) } else { (&mut backward, BACKWARD) };
        let level = side.level..side.reached.len();
        side.level = level.end;
        for at in level {
            let entity = side.reached[at];
            let mut goes_on = true;
            let stepped = walker.each_step(meter, entity, side.way, |neighbour, place, _| {
                let next = side.reached.len() as u32 | own;
                let enters = meetings.is_empty() && walker.enters(neighbour, from, to);
                let known = match (enters, marks.get(neighbour)) {
                    (_, Some(known)) => known,
                    (true, None) => marks.note(neighbour, next),
                    (false, None) => return true,
                };
                let number = known & !BACKWARD;
                if known & BACKWARD != own {
                    let (forward, backward) = if by_forward { (at as u32, number) } else { (number, at as u32) };
                    meetings.push(Meeting { forward, backward, place: place as u32, by_forward });
                    goes_on = !one;
                    return goes_on;
                }
                if known == next {
                    side.reached.push(neighbour);
                    side.heads.push(side.steps.len() as u32);
                    side.steps.push((at as u32, place as u32, NONE));
                } else if !one && number as usize >= side.level {
                    let head = &mut side.heads[number as usize];
                    side.steps.push((at as u32, place as u32, *head));
                    *head = side.steps.len() as u32 - 1;
                }
                true
            });
            if !goes_on || !stepped {
                break;
            }
        }
        side.depth += 1;
        if !meter.goes_on() || (meetings.is_empty() && side.level == side.reached.len()) {
            break;
        }
    }
    for meeting in meetings {
        let join = |before: &[(u32, u32)], after: &[(u32, u32)]| {
            let mut path = Path { entities: vec![from], links: Vec::new() };
            let mut add = |entity: EntityNo, link: LinkNo| {
                path.entities.push(entity);
                path.links.push(link);
            };
            let stepped = |side: &Side, at: u32, place: u32| {
                let ties = graph.ties(side.reached[at as usize]);
                let neighbour = ties.at(place as usize).map_or(side.root, |(neighbour, _)| neighbour);
                (neighbour, ties.link(place as usize))
            };
            for &(at, place) in before.iter().rev() {
                let (neighbour, link) = stepped(&forward, at, place);
                add(neighbour, link);
            }
            if meeting.by_forward {
                let (neighbour, link) = stepped(&forward, meeting.forward, meeting.place);
                add(neighbour, link);
            } else {
                let (_, link) = stepped(&backward, meeting.backward, meeting.place);
                add(backward.reached[meeting.backward as usize], link);
            }
            for &(at, place) in after {
                let (_, link) = stepped(&backward, at, place);
                add(backward.reached[at as usize], link);
            }
            path
        };
        let more = forward.each_way(meeting.forward, &mut |before| {
            backward.each_way(meeting.backward, &mut |after| see(join(before, after)) && !one)
        });
        if !more {
            return;
        }
    }
}

/// The `count` shortest paths without a repeated entity, the shortest first.
///
/// J. Y. Yen, "Finding the k shortest loopless paths in a network", Management Science 17 (1971), with breadth-first
/// search for the spurs: O(count · length) searches.
pub fn k_shortest(
    walker: &mut Walker<'_>,
    scratch: &mut Scratch,
    meter: &mut Meter<'_>,
    ends: (EntityNo, EntityNo),
    max: u32,
    count: usize,
) -> Vec<Path> {
    let mut best: Vec<Path> = Vec::new();
    shortest(walker, scratch, meter, ends, max, true, &mut |path| {
        best.push(path);
        false
    });
    let mut candidates: Vec<Path> = Vec::new();
    while !best.is_empty() && best.len() < count && meter.goes_on() {
        let last = best[best.len() - 1].clone();
        for spur in 0..last.links.len() {
            walker.barred_entities = last.entities[..spur].iter().copied().collect();
            walker.barred_links = best
                .iter()
                .chain(&candidates)
                .filter(|path| path.links.get(..spur) == Some(&last.links[..spur]))
                .filter_map(|path| path.links.get(spur).copied())
                .collect();
            let room = max.saturating_sub(spur as u32);
            shortest(walker, scratch, meter, (last.entities[spur], ends.1), room, true, &mut |path| {
                let mut whole = Path { entities: last.entities[..spur].to_vec(), links: last.links[..spur].to_vec() };
                whole.entities.extend(path.entities);
                whole.links.extend(path.links);
                candidates.push(whole);
                false
            });
        }
        let Some(next) = (0..candidates.len())
            .min_by_key(|&at| (candidates[at].links.len(), &candidates[at].entities, &candidates[at].links))
        else {
            break;
        };
        best.push(candidates.swap_remove(next));
    }
    walker.barred_entities.clear();
    walker.barred_links.clear();
    best
}

/// A short path that goes through all of `through`, in whatever order is shortest: its legs are shortest paths that do
/// not cross each other.
///
/// Each leg is the shortest that earlier legs leave, so that the whole may be longer than it has to be, and is `None`
/// where earlier legs block later ones. O(orders of `through`) searches.
pub fn through(
    walker: &mut Walker<'_>,
    scratch: &mut Scratch,
    meter: &mut Meter<'_>,
    (from, to): (EntityNo, EntityNo),
    through: &[EntityNo],
    max: u32,
) -> Option<Path> {
    let mut best: Option<Path> = None;
    for order in orders(through) {
        let mut path = Path { entities: vec![from], links: Vec::new() };
        let stops: Vec<EntityNo> = order.into_iter().chain([to]).collect();
        for (at, &stop) in stops.iter().enumerate() {
            let start = path.entities[path.entities.len() - 1];
            walker.barred_entities = path.entities.iter().chain(&stops[at + 1..]).copied().collect();
            walker.barred_entities.remove(&start);
            let room = max.saturating_sub(path.links.len() as u32);
            let before = path.links.len();
            shortest(walker, scratch, meter, (start, stop), room, true, &mut |leg| {
                path.entities.extend(&leg.entities[1..]);
                path.links.extend(&leg.links);
                false
            });
            if path.links.len() == before {
                break;
            }
        }
        if path.entities.last() == Some(&to) && best.as_ref().is_none_or(|best| path.links.len() < best.links.len()) {
            best = Some(path);
        }
    }
    walker.barred_entities.clear();
    best
}

fn orders(entities: &[EntityNo]) -> Vec<Vec<EntityNo>> {
    match entities {
        [] => vec![Vec::new()],
        _ => (0..entities.len())
            .flat_map(|first| {
                let mut rest = entities.to_vec();
                let first = rest.remove(first);
                orders(&rest).into_iter().map(move |mut order| {
                    order.insert(0, first);
                    order
                })
            })
            .collect(),
    }
}
