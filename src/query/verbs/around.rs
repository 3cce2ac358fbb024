//! `neighbours` and `common`: what is tied to entities.

use super::Verbs;
use super::plan::{Walk, common, link_kinds, plan};
use crate::graph::{KindSet, LinkNo};
use crate::model::{Diagnostic, EntityNo, Truth};
use crate::query::ast::{EntityRef, Mode, Name, Selector};
use crate::query::claims::ClaimSource;
use crate::query::execute::Whole;
use crate::query::found::{Around, Found, Item};
use crate::query::mapped::kinds_of;
use crate::query::plan::Plan;
use crate::query::run::QueryError;
use crate::query::steps::Hop;
use crate::query::value::Value;

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
    /// The plan of `neighbours`.
    pub(super) fn neighbours_plan(&self, verb: &Neighbours<'_>) -> Result<(Walk, Plan), Diagnostic> {
        let context = self.context;
        let centre = context.entity(verb.entity)?;
        let kind = link_kinds(&context, verb.via, KindSet::ALL)?;
        let of = context.kinds(verb.of)?;
        let walk = Walk { directed: verb.directed, of, ..Walk::new(kind, verb.within) };
        let plan = plan(centre, None, walk.search(Selector::AllShortest, Mode::Default, false, false));
        Ok((walk, plan))
    }

    /// Breadth-first from the entity: a row for each entity reached, with all links that reach it from the level
    /// before. O(links of the entities reached).
    pub(super) fn neighbours(&mut self, verb: &Neighbours<'_>) -> Result<Found, QueryError<C::Error>> {
        let (walk, plan) = self.neighbours_plan(verb)?;
        let (graph, filter, kinds) = (self.context.graph, self.core.filter, &walk.of);
        let text = self.context.text;
        let reached = self.core.carry_out(&plan, text, |executor| executor.around(&plan))?.unwrap_or_default();

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
        let hop = Hop::new(graph, filter, walk.direction(), kinds_of(graph, walk.kind.as_ref()));
        let centre = reached.nodes.first().copied();
        let mut found = Found::around(Around { reached, rows, hop, filter: filter.clone() });
        found.focus.extend(centre);
        Ok(found)
    }

    /// The plan of `common`, and the entities.
    pub(super) fn common_plan(
        &self,
        named: &[EntityRef],
        via: &[Name],
        of: &[Name],
    ) -> Result<(Vec<EntityNo>, Plan), Diagnostic> {
        let context = self.context;
        let entities = context.entities(named)?;
        let kind = link_kinds(&context, via, KindSet::ALL)?;
        let plan = common(&entities, kind.as_ref(), &context.kinds(of)?);
        Ok((entities, plan))
    }

    /// Entities tied to all of several. O(links of the least connected of them · others · log links).
    pub(super) fn common(
        &mut self,
        named: &[EntityRef],
        via: &[Name],
        of: &[Name],
    ) -> Result<Found, QueryError<C::Error>> {
        let context = self.context;
        let (entities, plan) = self.common_plan(named, via, of)?;
        let mut found = Found::new(&["entity", "kind", "links", "holds"]);
        found.focus.clone_from(&entities);
        let whole = self.core.carry_out(&plan, context.text, |executor| executor.whole(&plan))?;
        let Whole::Values(values) = whole else { return Ok(found) };
        // Each row has the common entity, and a link to each of those that were given.
        let mut tied: Vec<(EntityNo, usize, LinkNo)> = Vec::new();
        for row in values.chunks(entities.len() + 1) {
            let Some((Value::Node(entity), links)) = row.split_first() else { continue };
            let links = links.iter().enumerate().filter_map(|(at, link)| match link {
                Value::Link(link) => Some((*entity, at, *link)),
                _ => None,
            });
            tied.extend(links);
        }
        tied.sort_unstable();
        tied.dedup();
        let (graph, timed) = (context.graph, self.core.filter.time.is_some());
        for group in tied.chunk_by(|a, b| a.0 == b.0) {
            if !self.core.meter.fits(found.len()) {
                break;
            }
            let links: Vec<(LinkNo, Truth)> = group.iter().map(|&(_, _, link)| (link, self.truth(link))).collect();
            let entity = group[0].0;
            found.push([
                Item::Entity(entity),
                Item::Text(graph.kind_of(entity).map_or("", |kind| graph.kind_name(kind)).to_owned()),
                Item::Links(links.clone()),
                Item::holds(timed, links.iter().map(|link| link.1).max()),
            ]);
        }
        Ok(found)
    }
}
