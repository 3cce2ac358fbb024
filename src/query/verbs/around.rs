//! `neighbours` and `common`: what is tied to entities.

use super::Verbs;
use crate::graph::LinkNo;
use crate::model::{EntityNo, Truth};
use crate::query::ast::{EntityRef, Name};
use crate::query::claims::ClaimSource;
use crate::query::context::Avoided;
use crate::query::found::{Around, Found, Item, Step};
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

        let marks = self.scratch.marks(graph);
        marks.note(centre, 0);
        let mut reached: Vec<(EntityNo, u32)> = vec![(centre, 0)];
        let mut steps: Vec<Step> = Vec::new();
        let meter = &mut *self.meter;
        let mut level = 0..1;
        'levels: for hops in 1..=verb.within {
            let next = level.end as u32;
            for at in level {
                let (entity, _) = reached[at];
                let more = walker.each_step(meter, entity, Way::Forward, |neighbour, place, truth| {
                    let number = reached.len() as u32;
                    let known = marks.note(neighbour, number);
                    if known == number {
                        reached.push((neighbour, hops));
                    }
                    if known >= next {
                        steps.push(Step { row: known, from: entity, place: place as u32, truth });
                    }
                    true
                });
                if !more {
                    break 'levels;
                }
            }
            level = next as usize..reached.len();
            if level.is_empty() {
                break;
            }
        }

        // The centre is no row, and neither is what the question does not ask for.
        let mut rows = vec![u32::MAX; reached.len()];
        let mut kept: Vec<(EntityNo, u32)> = Vec::with_capacity(reached.len());
        for (at, &(entity, hops)) in reached.iter().enumerate().skip(1) {
            if kinds.keeps(graph, entity) {
                if kept.len() >= limit || !meter.fits(kept.len()) {
                    break;
                }
                rows[at] = kept.len() as u32;
                kept.push((entity, hops));
            }
        }
        steps.retain_mut(|step| {
            step.row = rows[step.row as usize];
            step.row != u32::MAX
        });
        let mut found = Found::around(Around { reached: kept, steps, timed: self.filter.time.is_some() });
        found.focus.push(centre);
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
            walker.each_step(self.meter, entities[at], Way::Forward, |neighbour, place, truth| {
                if turn == 0 || candidates.binary_search(&neighbour).is_ok() {
                    new.push((neighbour, at, ties.link(place), truth));
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
                Item::holds(self.filter.time.is_some(), links.iter().map(|link| link.1).max()),
            ]);
        }
        Ok(found)
    }
}
