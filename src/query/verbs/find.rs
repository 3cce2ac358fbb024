//! `find`: entities by name, ranked, in any script.

use super::Verbs;
use crate::query::ast::Name;
use crate::query::claims::ClaimSource;
use crate::query::found::{Found, Item};
use crate::query::run::QueryError;

/// How many entities are shown unless the statement says.
const DEFAULT_LIMIT: u32 = 20;

impl<C: ClaimSource> Verbs<'_, '_, '_, C> {
    pub(super) fn find(&mut self, text: &str, of: &[Name], limit: Option<u32>) -> Result<Found, QueryError<C::Error>> {
        let kinds = self.context.kinds(of)?;
        let limit = limit.unwrap_or(DEFAULT_LIMIT) as usize;
        let graph = self.context.graph;
        let mut found = Found::new(&["entity", "kind", "matched", "role", "score", "why"]);
        // Kinds are filtered after ranking, so that more has to be ranked than is shown, and who has just that name may be
        // of another kind.
        let ranked =
            if kinds.is_trivial() { graph.find(text, limit) } else { graph.find_like(text, limit.saturating_mul(50)) };
        for hit in ranked {
            if found.len() >= limit || !self.core.meter.fits(found.len()) {
                break;
            }
            if kinds.keeps(graph, hit.entity) {
                let kind = graph.node(hit.entity).map_or("", |node| graph.kind_name(node.kind));
                found.push([
                    Item::Entity(hit.entity),
                    Item::Text(kind.to_owned()),
                    Item::Text(hit.name),
                    Item::Text(hit.role.to_string()),
                    Item::Float((hit.score * 1000.0).round() / 1000.0),
                    Item::Text(hit.why),
                ]);
            }
        }
        Ok(found)
    }
}
