//! How far every entity is from a designated organisation, found once for all.

use std::collections::VecDeque;

use super::facts::{FactKind, Facts};
use crate::graph::{Graph, LinkFilter, LinkNo};
use crate::model::{EntityNo, Truth};
use crate::schema::Schema;

/// A step on the way to a designated organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The link that it takes.
    pub link: LinkNo,
    /// Where it leads.
    pub to: EntityNo,
    /// Whether the link holds in the time that was asked for.
    pub truth: Truth,
}

/// For each entity the way to the nearest designated organisation.
///
/// Designated is what a link says so of whose kind the schema counts as a sanction (`designated_by`, `sanctioned_by`,
/// `has_status`), and what a list says it has taken up. Ways lead over the links that the filter admits, in both
/// directions, but not over designations themselves, nor through places: two who were born in one town are not tied by it,
/// and neither are two whom one government has listed.
#[derive(Debug)]
pub struct Reach {
    /// The step towards the nearest, for each entity; its own number for a designated organisation, and nothing for what
    /// is not tied to any.
    steps: Vec<Option<Step>>,
    designated: Vec<bool>,
    law: Vec<bool>,
    filter: LinkFilter,
    weigh: bool,
}

/// Kinds of entity that no way leads through.
const GROUND: [&str; 2] = ["Place", "Status"];

impl Reach {
    /// Of a graph, over the links that `filter` admits.
    ///
    /// Breadth-first search from all designated organisations at once. O(entities + links).
    pub fn new(graph: &Graph, schema: &Schema, facts: &Facts, filter: &LinkFilter) -> Self {
        let count = graph.entity_count();
        let law = graph
            .meta()
            .link_kinds
            .iter()
            .map(|kind| schema.link(&kind.name).is_some_and(|link| &*link.ftm.schema == "Sanction"));
        let law: Vec<bool> = law.collect();
        let weigh = filter.weighs_claims(graph);
        let mut reach =
            Self { steps: vec![None; count], designated: vec![false; count], law, filter: filter.clone(), weigh };
        for fact in facts.all_facts().iter().filter(|fact| fact.kind == FactKind::Listed) {
            reach.designate(fact.entity);
        }
        for entity in graph.entities() {
            if !reach.designations(graph, entity).is_empty() {
                reach.designate(entity);
            }
        }
        let organisation = graph.meta().kinds.iter().position(|kind| kind == "Organisation").map(|code| code as u8);
        let ground: Vec<bool> = graph.meta().kinds.iter().map(|kind| GROUND.contains(&kind.as_str())).collect();
        let mut queue: VecDeque<EntityNo> = graph
            .entities()
            .filter(|&entity| reach.is_designated(entity) && graph.kind_of(entity) == organisation)
            .collect();
        let mut seen = vec![false; count];
        for &start in &queue {
            mark(&mut seen, start);
        }
        while let Some(entity) = queue.pop_front() {
            let kind = graph.kind_of(entity).unwrap_or(0);
            if ground.get(usize::from(kind)).copied().unwrap_or(false) {
                continue;
            }
            let ties = graph.ties(entity);
            for (place, neighbour, tie) in ties.iter() {
                if reach.is_law(tie.kind) || seen.get(neighbour as usize).copied().unwrap_or(true) {
                    continue;
                }
                let truth = filter.admits(graph, tie, weigh, || ties.link(place));
                if truth > Truth::No {
                    mark(&mut seen, neighbour);
                    if let Some(step) = reach.steps.get_mut(neighbour as usize) {
                        *step = Some(Step { link: ties.link(place), to: entity, truth });
                    }
                    queue.push_back(neighbour);
                }
            }
        }
        reach
    }

    fn designate(&mut self, entity: EntityNo) {
        mark(&mut self.designated, entity);
    }

    fn is_law(&self, kind: u8) -> bool {
        self.law.get(usize::from(kind)).copied().unwrap_or(false)
    }

    /// Whether an entity is itself designated.
    pub fn is_designated(&self, entity: EntityNo) -> bool {
        self.designated.get(entity as usize).copied().unwrap_or(false)
    }

    /// The links by which an entity is designated, in the order of its ties.
    pub fn designations(&self, graph: &Graph, entity: EntityNo) -> Vec<Step> {
        let ties = graph.ties(entity);
        let links = ties.iter().take(ties.outgoing()).filter(|(_, _, tie)| self.is_law(tie.kind));
        links
            .filter_map(|(place, to, tie)| {
                let truth = self.filter.admits(graph, tie, self.weigh, || ties.link(place));
                (truth > Truth::No).then(|| Step { link: ties.link(place), to, truth })
            })
            .collect()
    }

    /// The way from an entity to the nearest designated organisation: no step if it is one, `None` if no way leads to
    /// any.
    pub fn way(&self, entity: EntityNo) -> Vec<Step> {
        let mut way = Vec::new();
        let mut at = entity;
        while let Some(Some(step)) = self.steps.get(at as usize) {
            way.push(*step);
            at = step.to;
        }
        way
    }
}

fn mark(marks: &mut [bool], entity: EntityNo) {
    if let Some(mark) = marks.get_mut(entity as usize) {
        *mark = true;
    }
}
