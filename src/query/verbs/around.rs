//! `neighbours` and `common`: what is tied to entities.

use super::{Verbs, holds};
use crate::graph::LinkNo;
use crate::model::{EntityNo, Truth};
use crate::query::ast::{EntityRef, Name};
use crate::query::claims::ClaimSource;
use crate::query::context::Avoided;
use crate::query::found::{Found, Item};
use crate::query::paths::{Walker, Way};
use crate::query::run::QueryError;

/// The arguments of `neighbours`.
pub(super) struct Neighbours<'s> {
    pub entity: &'s EntityRef,
    pub within: u32,
    pub via: &'s [Name],
    pub of: &'s [Name],
    pub directed: bool,
    pub limit: Option<u32>,
}

impl<C: ClaimSource> Verbs<'_, '_, C> {
    /// Breadth-first from the entity: a row for each entity reached, with all links that reach it from the level
    /// before. O(links of the entities reached).
    pub(super) fn neighbours(&mut self, verb: &Neighbours<'_>) -> Result<Found, QueryError<C::Error>> {
        let centre = self.context.entity(verb.entity)?;
        self.filter.kinds = self.context.link_kinds(verb.via)?;
        let kinds = self.context.kinds(verb.of)?;
        let graph = self.context.graph;
        let avoided = Avoided::default();
        let walker = Walker::new(graph, &self.filter, &avoided, verb.directed);
        let limit = verb.limit.map_or(usize::MAX, |limit| limit as usize);

        // Reached entities in their order, and the steps that reach them: (reached, from, place).
        let marks = self.scratch.marks(graph);
        marks.insert(centre, 0);
        let mut reached: Vec<EntityNo> = vec![centre];
        let mut steps: Vec<(u32, u32, u32)> = Vec::new();
        let mut levels = vec![0, 1];
        let meter = &mut *self.meter;
        'levels: for _ in 0..verb.within {
            let level = levels[levels.len() - 2]..levels[levels.len() - 1];
            let next = level.end as u32;
            for at in level {
                let entity = reached[at];
                let more = walker.each_step(meter, entity, Way::Forward, |neighbour, place| {
                    let number = reached.len() as u32;
                    let known = match marks.get(neighbour) {
                        Some(known) => known,
                        None => {
                            marks.insert(neighbour, number);
                            reached.push(neighbour);
                            number
                        }
                    };
                    if known >= next {
                        steps.push((known, at as u32, place as u32));
                    }
                    true
                });
                if !more {
                    break 'levels;
                }
            }
            if reached.len() == next as usize {
                break;
            }
            levels.push(reached.len());
        }
        if levels.last() != Some(&reached.len()) {
            levels.push(reached.len());
        }

        steps.sort_unstable();
        let mut found = Found::new(&["entity", "kind", "hops", "links", "holds"]);
        found.focus.push(centre);
        let mut step = 0;
        for (hops, level) in levels.windows(2).enumerate() {
            for at in level[0]..level[1] {
                let own = steps[step..].iter().take_while(|(known, _, _)| *known as usize == at).count();
                let own = &steps[step..step + own];
                step += own.len();
                if at == 0 || !kinds.keeps(graph, reached[at]) {
                    continue;
                }
                if found.len() >= limit || !meter.fits(found.len()) {
                    return Ok(found);
                }
                let mut links: Vec<(LinkNo, Truth)> = own
                    .iter()
                    .map(|&(_, from, place)| {
                        let from = reached[from as usize];
                        (graph.ties(from).link(place as usize), walker.admits(from, place as usize))
                    })
                    .collect();
                links.dedup();
                let holds = holds(&self.filter, links.iter().map(|link| link.1).max());
                found.push([
                    Item::Entity(reached[at]),
                    Item::Text(graph.kind_of(reached[at]).map_or("", |kind| graph.kind_name(kind)).to_owned()),
                    Item::Int(hops as i64),
                    Item::Links(links),
                    holds,
                ]);
            }
        }
        Ok(found)
    }

    /// Entities tied to all of several. O(links of the given entities).
    pub(super) fn common(
        &mut self,
        named: &[EntityRef],
        via: &[Name],
        of: &[Name],
    ) -> Result<Found, QueryError<C::Error>> {
        let entities = self.context.entities(named)?;
        self.filter.kinds = self.context.link_kinds(via)?;
        let kinds = self.context.kinds(of)?;
        let graph = self.context.graph;
        let avoided = Avoided::default();
        let walker = Walker::new(graph, &self.filter, &avoided, false);
        let mut found = Found::new(&["entity", "kind", "links", "holds"]);
        found.focus.clone_from(&entities);
        // The least connected entity decides what can be common at all.
        let Some(rarest) = (0..entities.len()).min_by_key(|&at| graph.degree(entities[at])) else { return Ok(found) };
        let mut tied: Vec<(EntityNo, usize, LinkNo, Truth)> = Vec::new();
        for turn in 0..entities.len() {
            let at = (rarest + turn) % entities.len();
            let candidates: Vec<EntityNo> = tied.iter().map(|tie| tie.0).collect();
            let ties = graph.ties(entities[at]);
            let mut new = Vec::new();
            walker.each_step(self.meter, entities[at], Way::Forward, |neighbour, place| {
                if turn == 0 || candidates.binary_search(&neighbour).is_ok() {
                    new.push((neighbour, at, ties.link(place), walker.admits(entities[at], place)));
                }
                true
            });
            let mut kept: Vec<EntityNo> = new.iter().map(|tie| tie.0).collect();
            kept.sort_unstable();
            tied.retain(|tie| kept.binary_search(&tie.0).is_ok());
            tied.extend(new);
            tied.sort_unstable_by_key(|tie| (tie.0, tie.1, tie.2));
        }
        tied.dedup_by_key(|tie| (tie.0, tie.2));
        for group in tied.chunk_by(|a, b| a.0 == b.0) {
            let entity = group[0].0;
            if entities.contains(&entity) || !kinds.keeps(graph, entity) {
                continue;
            }
            if !self.meter.fits(found.len()) {
                break;
            }
            let links: Vec<(LinkNo, Truth)> = group.iter().map(|tie| (tie.2, tie.3)).collect();
            found.push([
                Item::Entity(entity),
                Item::Text(graph.kind_of(entity).map_or("", |kind| graph.kind_name(kind)).to_owned()),
                Item::Links(links.clone()),
                holds(&self.filter, links.iter().map(|link| link.1).max()),
            ]);
        }
        Ok(found)
    }
}
