//! Entities and links as answers show them.

use super::answer::{Edge, Node};
use super::graph::{Graph, LinkNo};
use crate::model::{EntityNo, Grade, Modality, Period, Truth};

impl Graph {
    /// An entity as answers show it. A number that stands for nothing gives an empty node.
    pub fn show_node(&self, entity: EntityNo) -> Node {
        let Some(view) = self.node(entity) else {
            return Node { id: String::new(), name: String::new(), kind: String::new(), finer: None, focus: false };
        };
        Node {
            id: view.id.to_owned(),
            name: if view.name.is_empty() { view.id } else { view.name }.to_owned(),
            kind: self.kind_name(view.kind).to_owned(),
            finer: self.finer_name(view.finer).map(str::to_owned),
            focus: false,
        }
    }

    /// A link as answers show it: the fold of its live claims. Where its best claim stands is cited by source only;
    /// paragraph and sentence are in the store.
    pub fn show_link(&self, link: LinkNo, truth: Truth) -> Option<Edge> {
        let view = self.link(link)?;
        let kind = self.link_kind(view.tie.kind);
        let evidence = self.evidence(link);
        let mut sources: Vec<_> = evidence.iter().map(|evidence| evidence.source).collect();
        sources.sort_unstable();
        sources.dedup();
        let narrowest = self.period(view.tie.period);
        let best = evidence.iter().min_by_key(|evidence| (evidence.modality.strength(), evidence.grade.to_byte()));
        Some(Edge {
            id: self.link_id(link),
            kind: kind.map_or_else(String::new, |kind| kind.name.clone()),
            reading: kind.map_or_else(String::new, |kind| kind.forward.clone()),
            symmetric: kind.is_some_and(|kind| kind.symmetric),
            since: narrowest.and_then(Period::since),
            until: narrowest.and_then(Period::until),
            when: periods(evidence.iter().filter_map(|evidence| evidence.when)),
            grade: Grade::from_byte(view.tie.grade).map_or_else(String::new, |grade| grade.to_string()),
            sources: sources.len() as u32,
            claims: evidence.len() as u32,
            modality: Modality::from_number(view.tie.modality).unwrap_or_default(),
            truth,
            citation: best
                .and_then(|best| self.sources().get(best.source as usize))
                .map_or_else(String::new, |source| source.id.clone()),
        })
    }
}

/// Distinct periods as text; one that another refines is left out.
fn periods(all: impl Iterator<Item = Period>) -> Option<String> {
    let mut distinct: Vec<Period> = all.collect();
    distinct.sort_by_key(|period| (period.bounds().start_earliest, *period));
    distinct.dedup();
    let texts: Vec<String> = distinct
        .iter()
        .filter(|&coarse| !distinct.iter().any(|fine| fine != coarse && fine.refines(*coarse)))
        .map(Period::to_string)
        .collect();
    (!texts.is_empty()).then(|| texts.join("; "))
}
