//! `timeline`: what is dated about an entity, in the order of time.

use super::Verbs;
use crate::model::{Bounds, Period, Says, Truth};
use crate::query::ast::EntityRef;
use crate::query::claims::ClaimSource;
use crate::query::found::{Found, Item};
use crate::query::run::QueryError;

impl<C: ClaimSource> Verbs<'_, '_, '_, C> {
    pub(super) fn timeline(
        &mut self,
        entity: &EntityRef,
        range: Option<Period>,
    ) -> Result<Found, QueryError<C::Error>> {
        let entity = self.context.entity(entity)?;
        let graph = self.context.graph;
        let mut found = Found::new(&["when", "what", "with", "modality", "grade", "source", "#"]);
        found.focus.push(entity);
        let range = range.map(Period::bounds);
        let falls_in = |bounds: &Bounds| {
            range.as_ref().is_none_or(|range| bounds.holds_between(range.start_earliest, range.end_latest) > Truth::No)
        };

        // Dated claims: those of links by their evidence, those about the entity itself by reading them.
        let ties = graph.ties(entity);
        self.core.meter.visit(ties.len());
        let mut dated = Vec::new();
        let mut undated = 0;
        for (place, neighbour, tie) in ties.iter() {
            let link = ties.link(place);
            let reading = graph
                .link_kind(tie.kind)
                .map_or("", |kind| if place < ties.outgoing() { &kind.forward } else { &kind.backward });
            for evidence in graph.evidence(link) {
                let truth = self.core.filter.weigh(&evidence);
                if truth == Truth::No {
                    continue;
                }
                match evidence.when.map(|when| (when, when.bounds())) {
                    Some((when, bounds)) if falls_in(&bounds) => {
                        dated.push((order(&bounds), when, evidence.claim, Some((link, truth, neighbour, reading))));
                    }
                    Some(_) => {}
                    None => undated += 1,
                }
            }
        }
        let about = graph.claims_of(entity).to_vec();
        for cited in self.cited(&about)? {
            let Says::Attribute { value, .. } = &cited.claim.says else { continue };
            let when = cited.claim.when.or_else(|| value.parse().ok());
            if let Some((when, bounds)) = when.map(|when| (when, when.bounds()))
                && falls_in(&bounds)
            {
                dated.push((order(&bounds), when, cited.number, None));
            }
        }
        dated.sort_by_key(|(order, when, claim, _)| (*order, *when, *claim));
        dated.truncate(self.core.meter.budget().rows + 1);

        let numbers: Vec<_> = dated.iter().map(|(_, _, claim, _)| *claim).collect();
        let cited = self.cited(&numbers)?;
        for ((_, when, _, link), cited) in dated.into_iter().zip(cited) {
            if !self.core.meter.fits(found.len()) {
                return Ok(found);
            }
            let (what, with, link) = match (link, &cited.claim.says) {
                (Some((link, truth, neighbour, reading)), _) => {
                    (reading.to_owned(), Item::Entity(neighbour), Item::Link(link, truth))
                }
                (None, Says::Attribute { key, value, .. }) => {
                    (self.core.claims.word(*key).replace('_', " "), Item::Text(value.to_string()), Item::Null)
                }
                (None, _) => continue,
            };
            found.push([
                Item::Text(when.to_string()),
                Item::Text(what),
                with,
                Item::Text(cited.claim.modality.to_string()),
                Item::Text(cited.grade()),
                Item::Text(cited.citation()),
                link,
            ]);
        }
        if undated > 0 {
            found.notes.push(format!("{undated} claims about its ties have no date and are not shown"));
        }
        Ok(found)
    }
}

/// Where something stands in the order of time: by its start if that is known, else by its end.
fn order(bounds: &Bounds) -> (i32, i32) {
    if bounds.start_earliest == i32::MIN {
        (bounds.end_latest, i32::MAX)
    } else {
        (bounds.start_earliest, bounds.start_latest)
    }
}
