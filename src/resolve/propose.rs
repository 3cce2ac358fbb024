//! Proposals: pairs of entities that may be one, the most probable first.

use std::collections::HashSet;

use super::blocks;
use super::decided::Sameness;
use super::facts::{FactKind, Facts};
use super::spelling::{Key, key};
use super::weigh::{Weighed, Weigher};
use crate::graph::Graph;
use crate::model::{EntityNo, SourceNo};
use crate::names::{self, Prepared};
use crate::schema::Schema;

/// Which pairs are wanted.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    /// One of the two is spoken of by one of these sources; any if empty.
    pub sources: Vec<SourceNo>,
    /// Whether both are spoken of by one source, or by none together.
    pub between: Between,
    /// Code of the kind of both; any if `None`.
    pub kind: Option<u8>,
    /// The least score.
    pub threshold: f64,
}

/// Whether the two of a pair stand in one source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Between {
    /// Either.
    #[default]
    Any,
    /// No source speaks of both.
    Across,
    /// A source speaks of both.
    Within,
}

/// A pair of entities that may be one.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    /// The one: the entity with the smaller number, which would stand for both.
    pub one: EntityNo,
    /// The other.
    pub other: EntityNo,
    /// What speaks for it and against it.
    pub weighed: Weighed,
}

/// Pairs, and what is to be known of how they were found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Proposals {
    /// The pairs, the most probable first; of equals, that of the smaller ids.
    pub list: Vec<Proposal>,
    /// How many pairs were compared.
    pub compared: usize,
    /// How many pairs have been decided before.
    pub decided: usize,
    /// Names that too many entities bear for them to be compared with each other, each with their number.
    pub cut: Vec<(String, usize)>,
}

/// Finds pairs of entities that may be one and have not been decided. `said` are pairs that a source proposes.
/// `progress` is told how many of how many pairs have been compared.
///
/// # Complexity
/// O(n log n) in the number of names for the blocks, and the comparison of the pairs that share one: see
/// [`blocks::pairs`].
pub fn propose(
    graph: &Graph,
    schema: &Schema,
    facts: &Facts,
    sameness: &Sameness,
    said: &[(EntityNo, EntityNo)],
    wanted: &Wanted,
    progress: &mut dyn FnMut(usize, usize),
) -> Proposals {
    let weigher = Weigher::new(graph, schema, facts);
    let is_kind = |entity: EntityNo| wanted.kind.is_none_or(|kind| graph.kind_of(entity) == Some(kind));
    let places: Vec<usize> =
        (0..).zip(facts.all_names()).filter(|(_, name)| is_kind(name.entity)).map(|(place, _)| place).collect();
    let name_of = |place: usize| facts.all_names().get(place);
    let names: Vec<(EntityNo, Box<[Key]>)> =
        places.iter().filter_map(|&place| Some((name_of(place)?.entity, weigher.keys().get(place)?.clone()))).collect();
    let numbers = facts.all_facts().iter().filter(|fact| fact.kind == FactKind::Identifier && is_kind(fact.entity));
    let mut marks: Vec<(Key, EntityNo)> = numbers.map(|fact| (key(&fact.value), fact.entity)).collect();
    for name in places.iter().filter_map(|&place| name_of(place)) {
        let prepared = Prepared::of(facts.text(name), weigher.name_kind(name.entity));
        marks.extend(names::keys(&prepared).into_iter().map(|key| (key, name.entity)));
    }
    let blocks = blocks::pairs(&names, marks);
    let text = |at: usize| places.get(at).and_then(|&place| Some(facts.text(name_of(place)?).to_owned()));
    let cut = blocks.cut.iter().filter_map(|&(at, count)| Some((text(at)?, count))).collect();

    let mut pairs = blocks.pairs;
    let known: HashSet<(EntityNo, EntityNo)> = pairs.iter().copied().collect();
    let stands = |entity: EntityNo| graph.representative(entity);
    let proposed = said.iter().map(|&(one, other)| (stands(one), stands(other)));
    let ordered = proposed.map(|(one, other)| (one.min(other), one.max(other)));
    pairs.extend(ordered.filter(|pair| pair.0 != pair.1 && is_kind(pair.0) && !known.contains(pair)));

    let mut proposals = Proposals { cut, ..Proposals::default() };
    let total = pairs.len();
    for (at, (one, other)) in pairs.into_iter().enumerate() {
        if at.is_multiple_of(1024) {
            progress(at, total);
        }
        if graph.kind_of(one) != graph.kind_of(other) || !wanted.fits(facts, one, other) {
            continue;
        }
        if sameness.verdict(one, other).is_some() {
            proposals.decided += 1;
            continue;
        }
        proposals.compared += 1;
        let Some(weighed) = weigher.weigh_plausible(one, other) else { continue };
        if weighed.score() >= wanted.threshold {
            proposals.list.push(Proposal { one, other, weighed });
        }
    }
    let ids = |proposal: &Proposal| [proposal.one, proposal.other].map(|entity| graph.node(entity).map(|node| node.id));
    proposals.list.sort_by(|a, b| b.weighed.bits.total_cmp(&a.weighed.bits).then_with(|| ids(a).cmp(&ids(b))));
    proposals
}

impl Wanted {
    fn fits(&self, facts: &Facts, one: EntityNo, other: EntityNo) -> bool {
        let of = |entity: EntityNo| facts.sources(entity).collect::<Vec<_>>();
        if self.sources.is_empty() && self.between == Between::Any {
            return true;
        }
        let (left, right) = (of(one), of(other));
        let share =
            |among: &dyn Fn(&SourceNo) -> bool| left.iter().any(|source| among(source) && right.contains(source));
        let named = |sources: &[SourceNo]| sources.iter().any(|source| self.sources.contains(source));
        let wanted = |source: &SourceNo| self.sources.is_empty() || self.sources.contains(source);
        match self.between {
            Between::Any => named(&left) || named(&right),
            Between::Within => share(&wanted),
            Between::Across => !share(&|_| true) && (self.sources.is_empty() || named(&left) || named(&right)),
        }
    }
}
