//! `path` and `between`: how entities are joined.

use super::Verbs;
use crate::graph::LinkNo;
use crate::model::{EntityNo, Truth};
use crate::query::ast::{Avoid, EntityRef, Name, PathSelector, PathVerb};
use crate::query::claims::ClaimSource;
use crate::query::context::Avoided;
use crate::query::found::{Found, Item};
use crate::query::paths::{Path, Walker, Way, k_shortest, shortest, through};
use crate::query::run::QueryError;

/// The longest path that is looked for unless the statement says.
pub const DEFAULT_MAX: u32 = 32;

impl<C: ClaimSource> Verbs<'_, '_, C> {
    pub(super) fn path(&mut self, verb: &PathVerb) -> Result<Found, QueryError<C::Error>> {
        let ends = (self.context.entity(&verb.from)?, self.context.entity(&verb.to)?);
        let stops = self.context.entities(&verb.through)?;
        self.filter.kinds = self.context.link_kinds(&verb.via)?;
        let avoided = self.context.avoided(&verb.avoid, &mut self.filter.kinds)?;
        let graph = self.context.graph;
        let mut walker = Walker::new(graph, &self.filter, &avoided, verb.directed);
        let max = verb.max.unwrap_or(DEFAULT_MAX);
        let mut found = Found::new(&["path", "length", "holds"]);
        found.focus.extend([ends.0, ends.1]);
        let mut paths: Vec<Path> = Vec::new();
        if !stops.is_empty() {
            if !matches!(verb.selector, PathSelector::AnyShortest) {
                let place = verb.through[0].span;
                return Err(self
                    .context
                    .refuse(place, "`through` gives one path: leave out the number of paths")
                    .into());
            }
            if stops.len() > 4 {
                return Err(self
                    .context
                    .refuse(verb.through[4].span, "a path can go through four entities at most")
                    .into());
            }
            paths.extend(through(&mut walker, self.scratch, self.meter, ends, &stops, max));
            found.notes.push("each part between two named entities is a shortest one; the whole may not be".to_owned());
        } else {
            match verb.selector {
                PathSelector::Shortest(count) => {
                    paths = k_shortest(&mut walker, self.scratch, self.meter, ends, max, count as usize);
                }
                selector => {
                    let one = selector == PathSelector::AnyShortest;
                    let rows = self.meter.budget().rows;
                    shortest(&walker, self.scratch, self.meter, ends, max, one, &mut |path| {
                        paths.push(path);
                        paths.len() <= rows
                    });
                    paths.sort_unstable_by(|a, b| (&a.entities, &a.links).cmp(&(&b.entities, &b.links)));
                    paths.dedup();
                }
            }
        }
        for path in paths {
            if !self.meter.fits(found.len()) {
                break;
            }
            let links: Vec<(LinkNo, Truth)> = path.links.iter().map(|&link| (link, walker.truth(link))).collect();
            let holds = Item::holds(self.filter.time.is_some(), links.iter().map(|link| link.1).min());
            found.push([Item::Path(path.entities, links.clone()), Item::Int(links.len() as i64), holds]);
            for (link, truth) in links {
                if truth == Truth::May {
                    found.notes.push(format!("only may hold in that time: {}", self.reads(link)));
                }
            }
        }
        found.notes.sort();
        found.notes.dedup();
        if found.is_empty() && self.meter.goes_on() {
            let wider = if self.filter == Default::default() && avoided.is_empty() && !verb.directed {
                "there is no path"
            } else {
                "there is no path under these conditions"
            };
            found.notes.push(format!("{wider} of at most {max} links"));
        }
        Ok(found)
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
        self.filter.kinds = self.context.link_kinds(via)?;
        let avoided = self.context.avoided(avoid, &mut self.filter.kinds)?;
        let graph = self.context.graph;
        let filter = self.filter.clone();
        let walker = Walker::new(graph, &filter, &avoided, false);
        let max = max.unwrap_or(DEFAULT_MAX);
        let mut tree: Vec<LinkNo> = Vec::new();
        match entities[..] {
            [] | [_] => {}
            [one, other] => {
                shortest(&walker, self.scratch, self.meter, (one, other), max, true, &mut |path| {
                    tree = path.links;
                    false
                });
            }
            [one, two, three] => tree = self.star(&walker, &avoided, [one, two, three], max),
            _ => tree = self.spanning(&walker, &entities, max),
        }
        tree.sort_unstable();
        tree.dedup();
        let mut found = Found::new(&["link", "holds"]);
        if entities.len() > 3 {
            found.notes.push(
                "for more than three entities the subgraph may be up to twice as large as the smallest".to_owned(),
            );
        }
        if tree.is_empty() && entities.len() > 1 && self.meter.goes_on() {
            found.notes.push("nothing joins all of them under these conditions".to_owned());
        }
        for link in tree {
            let truth = walker.truth(link);
            found.push([Item::Link(link, truth), Item::holds(self.filter.time.is_some(), Some(truth))]);
        }
        found.focus = entities;
        Ok(found)
    }

    /// The smallest tree for three entities: shortest paths from all three to the entity where they meet best.
    fn star(&mut self, walker: &Walker<'_>, avoided: &Avoided, ends: [EntityNo; 3], max: u32) -> Vec<LinkNo> {
        let mut reaches: Vec<Reach> = Vec::new();
        for &end in &ends {
            reaches.push(self.reach(walker, avoided, end, &ends, max));
        }
        let smallest = reaches.iter().min_by_key(|reach| reach.len());
        let Some(smallest) = smallest else { return Vec::new() };
        let best = smallest
            .keys()
            .filter_map(|&centre| {
                let sum: Option<u32> = reaches.iter().map(|reach| reach.get(&centre).map(|step| step.0)).sum();
                Some((sum?, centre))
            })
            .min();
        let Some((_, centre)) = best else { return Vec::new() };
        let mut tree = Vec::new();
        for reach in &reaches {
            let mut at = centre;
            while let Some(&(_, Some((from, link)))) = reach.get(&at) {
                tree.push(link);
                at = from;
            }
        }
        tree
    }

    /// What is reached from an entity by breadth-first search until all of `ends` are, and one level more than half
    /// way beyond: a meeting point is never farther from an end than the farthest other end.
    fn reach(&mut self, walker: &Walker<'_>, avoided: &Avoided, from: EntityNo, ends: &[EntityNo], max: u32) -> Reach {
        let graph = self.context.graph;
        let mut reach = Reach::from([(from, (0, None))]);
        let mut level = vec![from];
        let mut depth = 0;
        let mut missing = ends.iter().filter(|&&end| end != from).count();
        while !level.is_empty() && missing > 0 && depth < max {
            depth += 1;
            let mut next = Vec::new();
            for entity in std::mem::take(&mut level) {
                let ties = graph.ties(entity);
                walker.each_step(self.meter, entity, Way::Forward, |neighbour, place, _| {
                    let enters = ends.contains(&neighbour) || avoided.is_empty() || !avoided.bars(graph, neighbour);
                    if enters && !reach.contains_key(&neighbour) {
                        reach.insert(neighbour, (depth, Some((entity, ties.link(place)))));
                        missing -= usize::from(ends.contains(&neighbour));
                        next.push(neighbour);
                    }
                    true
                });
                if !self.meter.goes_on() {
                    return reach;
                }
            }
            level = next;
        }
        reach
    }

    /// A spanning tree of the shortest paths between the entities, joined greedily by the nearest pair.
    fn spanning(&mut self, walker: &Walker<'_>, entities: &[EntityNo], max: u32) -> Vec<LinkNo> {
        let mut pairs: Vec<(usize, usize, Path)> = Vec::new();
        for (at, &one) in entities.iter().enumerate() {
            for (other_at, &other) in entities.iter().enumerate().skip(at + 1) {
                shortest(walker, self.scratch, self.meter, (one, other), max, true, &mut |path| {
                    pairs.push((at, other_at, path));
                    false
                });
            }
        }
        pairs.sort_by_key(|(at, other, path)| (path.links.len(), *at, *other));
        let mut part: Vec<usize> = (0..entities.len()).collect();
        let mut tree = Vec::new();
        for (at, other, path) in pairs {
            let (one, two) = (part[at], part[other]);
            if one != two {
                tree.extend(path.links);
                part.iter_mut().filter(|part| **part == two).for_each(|part| *part = one);
            }
        }
        let joined = part.iter().all(|&number| number == part[0]);
        if joined { tree } else { Vec::new() }
    }
}

/// Entities reached, with their distance and the step that reached them.
type Reach = std::collections::HashMap<EntityNo, (u32, Option<(EntityNo, LinkNo)>)>;
