//! What readers may ask of the database.

use crate::graph::Graph;
use crate::model::{Lookup, Match};

/// The database as readers see it.
pub(super) struct Known<'g>(pub &'g Graph);

impl Lookup for Known<'_> {
    fn entity(&self, id: &str) -> Option<(String, Option<String>)> {
        let node = self.0.node(self.0.any_by_id(id)?)?;
        Some((self.0.kind_name(node.kind).to_owned(), self.0.finer_name(node.finer).map(str::to_owned)))
    }

    fn named(&self, name: &str) -> Vec<Match> {
        let hits = self.0.named(name);
        hits.into_iter()
            .filter_map(|hit| {
                let node = self.0.node(hit.entity)?;
                Some(Match {
                    id: node.id.to_owned(),
                    kind: self.0.kind_name(node.kind).to_owned(),
                    name: hit.name,
                    role: hit.role,
                })
            })
            .collect()
    }

    fn near(&self, text: &str) -> Vec<String> {
        let hits = self.0.find(&text.replace(['-', '_', '.', ':'], " "), 3);
        hits.iter().filter_map(|hit| Some(self.0.node(hit.entity)?.id.to_owned())).collect()
    }
}
