//! `path` and `between`: how entities are joined.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::Verbs;
use super::plan::{Walk, entering, link_kinds, plan};
use crate::graph::{KindSet, LinkNo};
use crate::model::{Diagnostic, EntityNo, Truth};
use crate::query::ast::{Avoid, EntityRef, Mode, Name, PathSelector, PathVerb, Selector};
use crate::query::claims::ClaimSource;
use crate::query::execute::{Barred, Between, Reached, Whole};
use crate::query::found::{Found, Item};
use crate::query::plan::Plan;
use crate::query::run::QueryError;
use crate::query::value::{Path, Value};

/// The longest path that is looked for unless the statement says.
pub const DEFAULT_MAX: u32 = 32;
/// The most entities that a path goes through.
const MOST_STOPS: usize = 4;

/// Where paths start and end, what they go through, and what they may go by.
type Ways = ((EntityNo, EntityNo), Vec<EntityNo>, Walk);

impl<C: ClaimSource> Verbs<'_, '_, '_, C> {
    /// What a path may go by.
    fn walk(&self, via: &[Name], avoid: &[Avoid], max: Option<u32>) -> Result<Walk, Diagnostic> {
        self.context.link_kinds(via)?;
        let mut left = KindSet::ALL;
        let avoided = self.context.avoided(avoid, &mut left)?;
        let kind = link_kinds(&self.context, via, left)?;
        Ok(Walk { avoided, ..Walk::new(kind, max.unwrap_or(DEFAULT_MAX)) })
    }

    /// Where the paths of `path` start and end, what they go through, and what they may go by.
    fn ways(&self, verb: &PathVerb) -> Result<Ways, Diagnostic> {
        let ends = (self.context.entity(&verb.from)?, self.context.entity(&verb.to)?);
        let stops = self.context.entities(&verb.through)?;
        let walk = Walk { directed: verb.directed, ..self.walk(&verb.via, &verb.avoid, verb.max)? };
        Ok((ends, stops, walk))
    }

    /// The plan of `path`.
    pub(super) fn path_plan(&self, verb: &PathVerb) -> Result<Plan, Diagnostic> {
        let (ends, _, walk) = self.ways(verb)?;
        Ok(paths_plan(&walk, ends, verb.selector))
    }

    /// The plan of `between`: of the one search that it needs, or of each.
    pub(super) fn between_plan(
        &self,
        named: &[EntityRef],
        max: Option<u32>,
        via: &[Name],
        avoid: &[Avoid],
    ) -> Result<Option<Plan>, Diagnostic> {
        let entities = self.context.entities(named)?;
        let walk = self.walk(via, avoid, max)?;
        Ok(match entities[..] {
            [] | [_] => None,
            [one, two, three] => Some(tree_plan(&walk, [one, two, three])),
            [one, other, ..] => Some(paths_plan(&walk, (one, other), PathSelector::AnyShortest)),
        })
    }

    pub(super) fn path(&mut self, verb: &PathVerb) -> Result<Found, QueryError<C::Error>> {
        let context = self.context;
        let (ends, stops, walk) = self.ways(verb)?;
        let mut found = Found::new(&["path", "length", "holds"]);
        found.focus.extend([ends.0, ends.1]);
        let paths = if stops.is_empty() {
            self.paths(&walk, ends, verb.selector)?
        } else {
            if !matches!(verb.selector, PathSelector::AnyShortest) {
                let place = verb.through[0].span;
                let message = "`through` gives one path: leave out the number of paths";
                return Err(context.refuse(place, message).into());
            }
            if stops.len() > MOST_STOPS {
                let place = verb.through[MOST_STOPS].span;
                return Err(context.refuse(place, "a path can go through four entities at most").into());
            }
            found.notes.push("each part between two named entities is a shortest one; the whole may not be".to_owned());
            self.through(&walk, ends, &stops)?.into_iter().collect()
        };
        for path in paths {
            if !self.core.meter.fits(found.len()) {
                break;
            }
            let links: Vec<(LinkNo, Truth)> = path.links.iter().map(|&link| (link, self.truth(link))).collect();
            let holds = Item::holds(self.core.filter.time.is_some(), links.iter().map(|link| link.1).min());
            found.push([Item::Path(path.nodes, links.clone()), Item::Int(links.len() as i64), holds]);
            for (link, truth) in links {
                if truth == Truth::May {
                    found.notes.push(format!("only may hold in that time: {}", self.reads(link)));
                }
            }
        }
        found.notes.sort();
        found.notes.dedup();
        if found.is_empty() && self.core.meter.goes_on() {
            let unlimited = *self.core.filter == Default::default() && walk.is_free();
            let wider = if unlimited { "there is no path" } else { "there is no path under these conditions" };
            found.notes.push(format!("{wider} of at most {} links", walk.max));
        }
        Ok(found)
    }

    /// Whether a link holds in the scope's time.
    pub(super) fn truth(&self, link: LinkNo) -> Truth {
        let (graph, filter) = (self.context.graph, self.core.filter);
        graph.link(link).map_or(Truth::No, |view| filter.admits(graph, view.tie, filter.weighs_claims(graph), || link))
    }

    /// The paths between two entities that a selector takes.
    fn paths(
        &mut self,
        walk: &Walk,
        ends: (EntityNo, EntityNo),
        selector: PathSelector,
    ) -> Result<Vec<Path>, QueryError<C::Error>> {
        let plan = paths_plan(walk, ends, selector);
        let whole = self.core.carry_out(&plan, self.context.text, |executor| executor.whole(&plan))?;
        let Whole::Values(values) = whole else { return Ok(Vec::new()) };
        let path = |value: Value| match value {
            Value::Path(path) => Some(Arc::unwrap_or_clone(path)),
            _ => None,
        };
        let mut paths: Vec<Path> = values.into_iter().filter_map(path).collect();
        if selector == PathSelector::AllShortest {
            paths.sort_unstable_by(|a, b| (&a.nodes, &a.links).cmp(&(&b.nodes, &b.links)));
        }
        Ok(paths)
    }

    /// A short path that goes through all of some entities, in whatever order is shortest: its legs are shortest paths
    /// that do not cross each other.
    ///
    /// Each leg is the shortest that earlier legs leave, so that the whole may be longer than it has to be, and is `None`
    /// where earlier legs block later ones. O(orders of the entities) searches.
    fn through(
        &mut self,
        walk: &Walk,
        (from, to): (EntityNo, EntityNo),
        stops: &[EntityNo],
    ) -> Result<Option<Path>, QueryError<C::Error>> {
        let plan = paths_plan(walk, (from, to), PathSelector::AnyShortest);
        self.core.carry_out(&plan, self.context.text, |executor| {
            let mut best: Option<Path> = None;
            for order in orders(stops) {
                let stops: Vec<EntityNo> = order.into_iter().chain([to]).collect();
                let mut path = Path { nodes: vec![from], links: Vec::new() };
                let mut start = from;
                for (at, &target) in stops.iter().enumerate() {
                    let mut nodes: HashSet<u32> = path.nodes.iter().chain(&stops[at + 1..]).copied().collect();
                    nodes.remove(&start);
                    let barred = Barred { nodes, links: HashSet::new() };
                    let longest = walk.max.saturating_sub(path.links.len() as u32);
                    let between = Between { start, target, longest, one: true, barred: Some(&barred) };
                    let Some(leg) = executor.leg(&plan, between)? else { break };
                    path.nodes.extend(leg.nodes.into_iter().skip(1));
                    path.links.extend(leg.links);
                    start = target;
                }
                let whole = path.nodes.last() == Some(&to);
                if whole && best.as_ref().is_none_or(|best| path.links.len() < best.links.len()) {
                    best = Some(path);
                }
            }
            Ok(best)
        })
    }

    /// A link as a sentence.
    fn reads(&self, link: LinkNo) -> String {
        let graph = self.context.graph;
        let Some(view) = graph.link(link) else { return String::new() };
        let name = |entity| graph.node(entity).map_or("", |node| node.name);
        let reading = graph.link_kind(view.tie.kind).map_or("", |kind| &kind.forward);
        format!("{} {reading} {}", name(view.from), name(view.to))
    }

    /// The smallest tree that joins entities: exact for two and three of them, at most twice too large for more
    /// (L. Kou, G. Markowsky and L. Berman, "A fast algorithm for Steiner trees", Acta Informatica 15, 1981).
    pub(super) fn between(
        &mut self,
        named: &[EntityRef],
        max: Option<u32>,
        via: &[Name],
        avoid: &[Avoid],
    ) -> Result<Found, QueryError<C::Error>> {
        let entities = self.context.entities(named)?;
        let walk = self.walk(via, avoid, max)?;
        let mut tree: Vec<LinkNo> = match entities[..] {
            [] | [_] => Vec::new(),
            [one, other] => {
                let paths = self.paths(&walk, (one, other), PathSelector::AnyShortest)?;
                paths.into_iter().flat_map(|path| path.links).collect()
            }
            [one, two, three] => self.star(&walk, [one, two, three])?,
            _ => self.spanning(&walk, &entities)?,
        };
        tree.sort_unstable();
        tree.dedup();
        let mut found = Found::new(&["link", "holds"]);
        if entities.len() > 3 {
            found.notes.push(
                "for more than three entities the subgraph may be up to twice as large as the smallest".to_owned(),
            );
        }
        if tree.is_empty() && entities.len() > 1 && self.core.meter.goes_on() {
            found.notes.push("nothing joins all of them under these conditions".to_owned());
        }
        for link in tree {
            let truth = self.truth(link);
            found.push([Item::Link(link, truth), Item::holds(self.core.filter.time.is_some(), Some(truth))]);
        }
        found.focus = entities;
        Ok(found)
    }

    /// The smallest tree for three entities: shortest paths from all three to the entity where they meet best. A meeting
    /// point is never farther from an end than the farthest other end.
    fn star(&mut self, walk: &Walk, ends: [EntityNo; 3]) -> Result<Vec<LinkNo>, QueryError<C::Error>> {
        let plan = tree_plan(walk, ends);
        self.core.carry_out(&plan, self.context.text, |executor| {
            let mut reaches = Vec::new();
            for end in ends {
                let (reached, steps) = executor.tree(&plan, end, &ends)?;
                let places: HashMap<EntityNo, usize> = reached.nodes.iter().copied().zip(0..).collect();
                reaches.push((reached, steps, places));
            }
            let distance = |(reached, _, places): &(Reached, Vec<(usize, u32)>, HashMap<EntityNo, usize>), centre| {
                let place = places.get(&centre)?;
                Some(reached.levels.partition_point(|end| end <= place))
            };
            let smallest = reaches.iter().min_by_key(|(reached, ..)| reached.nodes.len());
            let centres = smallest.into_iter().flat_map(|(reached, ..)| reached.nodes.iter().copied());
            let best = centres
                .filter_map(|centre| {
                    let sum: Option<usize> = reaches.iter().map(|reach| distance(reach, centre)).sum();
                    Some((sum?, centre))
                })
                .min();
            let mut tree = Vec::new();
            if let Some((_, centre)) = best {
                for (_, steps, places) in &reaches {
                    let mut at = places.get(&centre).copied().unwrap_or(0);
                    while at > 0 {
                        let (before, link) = steps[at];
                        tree.push(link);
                        at = before;
                    }
                }
            }
            Ok(tree)
        })
    }

    /// A spanning tree of the shortest paths between the entities, joined greedily by the nearest pair.
    fn spanning(&mut self, walk: &Walk, entities: &[EntityNo]) -> Result<Vec<LinkNo>, QueryError<C::Error>> {
        let plan = paths_plan(walk, (entities[0], entities[1]), PathSelector::AnyShortest);
        let mut pairs = self.core.carry_out(&plan, self.context.text, |executor| {
            let mut pairs = Vec::new();
            for (at, &start) in entities.iter().enumerate() {
                for (other, &target) in entities.iter().enumerate().skip(at + 1) {
                    let between = Between { start, target, longest: walk.max, one: true, barred: None };
                    pairs.extend(executor.leg(&plan, between)?.map(|path| (at, other, path.links)));
                }
            }
            Ok(pairs)
        })?;
        pairs.sort_by_key(|(at, other, links)| (links.len(), *at, *other));
        let mut part: Vec<usize> = (0..entities.len()).collect();
        let mut tree = Vec::new();
        for (at, other, links) in pairs {
            let (one, two) = (part[at], part[other]);
            if one != two {
                tree.extend(links);
                part.iter_mut().filter(|part| **part == two).for_each(|part| *part = one);
            }
        }
        let joined = part.iter().all(|&number| number == part[0]);
        Ok(if joined { tree } else { Vec::new() })
    }
}

/// The plan of the paths between two entities.
fn paths_plan(walk: &Walk, (from, to): (EntityNo, EntityNo), selector: PathSelector) -> Plan {
    let (selector, mode) = match selector {
        PathSelector::AnyShortest => (Selector::AnyShortest, Mode::Default),
        PathSelector::AllShortest => (Selector::AllShortest, Mode::Default),
        PathSelector::Shortest(count) => (Selector::Shortest(count), Mode::Acyclic),
    };
    plan(from, Some(to), walk.search(selector, mode, true, true))
}

/// The plan of a search from one of three entities, which goes on until the other two are reached.
fn tree_plan(walk: &Walk, ends: [EntityNo; 3]) -> Plan {
    let mut search = walk.search(Selector::AnyShortest, Mode::Default, true, false);
    entering(&mut search, &ends);
    plan(ends[0], None, search)
}

/// All orders of some entities.
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
