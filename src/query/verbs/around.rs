//! `neighbours` and `common`: what is tied to entities.

use super::Verbs;
use super::plan::{Walk, link_kinds, plan};
use crate::graph::{KindSet, LinkNo};
use crate::model::{EntityNo, Truth};
use crate::query::ast::{Direction, EntityRef, Mode, Name, Selector};
use crate::query::claims::ClaimSource;
use crate::query::found::{Around, Found, Item};
use crate::query::mapped::kinds_of;
use crate::query::run::QueryError;
use crate::query::steps::Hop;

/// The arguments of `neighbours`.
pub(super) struct Neighbours<'s> {
    pub entity: &'s EntityRef,
    pub within: u32,
    pub via: &'s [Name],
    pub of: &'s [Name],
    pub directed: bool,
    pub limit: Option<u32>,
}

impl<C: ClaimSource> Verbs<'_, '_, '_, C> {
    /// Breadth-first from the entity: a row for each entity reached, with all links that reach it from the level
    /// before. O(links of the entities reached).
    pub(super) fn neighbours(&mut self, verb: &Neighbours<'_>) -> Result<Found, QueryError<C::Error>> {
        let context = self.context;
        let centre = context.entity(verb.entity)?;
        let kind = link_kinds(&context, verb.via, KindSet::ALL)?;
        let kinds = context.kinds(verb.of)?;
        let walk = Walk { directed: verb.directed, of: kinds.clone(), ..Walk::new(kind, verb.within) };
        let (graph, filter) = (context.graph, self.core.filter);
        let hop = Hop::new(graph, filter, walk.direction(), kinds_of(graph, walk.kind.as_ref()));
        let plan = plan(centre, None, walk.search(Selector::AllShortest, Mode::Default, false, false));
        let reached = self.core.carry_out(&plan, context.text, |executor| executor.around(&plan))?.unwrap_or_default();

        // The centre is no row, and neither is what the question does not ask for.
        let limit = verb.limit.map_or(usize::MAX, |limit| limit as usize);
        let most = limit.min(self.core.meter.budget().rows);
        let mut rows = None;
        if !kinds.is_trivial() || reached.nodes.len() - 1 > most {
            let wanted = |at: &usize| reached.nodes.get(*at).is_some_and(|entity| kinds.keeps(graph, *entity));
            let mut places = (1..reached.nodes.len()).filter(wanted);
            rows = Some(places.by_ref().take(most).collect());
            if most < limit && places.next().is_some() {
                self.core.meter.fits(most);
            }
        }
        let mut found = Found::around(Around { reached, rows, hop, filter: filter.clone() });
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
        let linked = self.context.link_kinds(via)?;
        let kinds = self.context.kinds(of)?;
        let (graph, filter) = (self.context.graph, self.core.filter);
        let hop = Hop::new(graph, filter, Direction::Either, linked);
        let weigh = filter.weighs_claims(graph);
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
            let looked = hop.each(graph, filter, entities[at], |neighbour, place| {
                let place = place as usize;
                if (turn == 0 || candidates.binary_search(&neighbour).is_ok())
                    && let Some((_, tie)) = ties.at(place)
                {
                    let link = ties.link(place);
                    new.push((neighbour, at, link, filter.admits(graph, tie, weigh, || link)));
                }
                true
            });
            self.core.meter.visit(looked);
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
            if !self.core.meter.fits(found.len()) {
                break;
            }
            let links: Vec<(LinkNo, Truth)> = group.iter().map(|tie| (tie.2, tie.3)).collect();
            found.push([
                Item::Entity(entity),
                Item::Text(graph.kind_of(entity).map_or("", |kind| graph.kind_name(kind)).to_owned()),
                Item::Links(links.clone()),
                Item::holds(filter.time.is_some(), links.iter().map(|link| link.1).max()),
            ]);
        }
        Ok(found)
    }
}
