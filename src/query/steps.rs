//! The steps that a search may take on the mapped graph: which links, and which way.

use super::ast::Direction;
use crate::graph::{Graph, KindSet, LinkFilter};
use crate::model::{EntityNo, Truth};

/// What a link must be for a step, made ready once for many steps.
#[derive(Clone, Debug)]
pub struct Hop {
    direction: Direction,
    kinds: KindSet,
    symmetric: KindSet,
    /// Whether claims have to be looked at.
    weigh: bool,
    /// Whether every link passes, either way.
    free: bool,
}

impl Hop {
    /// Steps along links that `filter` admits and that are of one of `kinds`. Symmetric links go both ways whatever the
    /// direction.
    pub fn new(graph: &Graph, filter: &LinkFilter, direction: Direction, kinds: KindSet) -> Self {
        let free = direction == Direction::Either && kinds == KindSet::ALL && filter.is_trivial(graph);
        let mut symmetric = KindSet::NONE;
        if direction != Direction::Either {
            let kinds = (0..=u8::MAX).zip(&graph.meta().link_kinds);
            kinds.filter(|(_, kind)| kind.symmetric).for_each(|(code, _)| symmetric.insert(code));
        }
        Self { direction, kinds, symmetric, weigh: filter.weighs_claims(graph), free }
    }

    /// Calls `see` with the neighbour and the place of each step that may be taken from `entity`, until it returns
    /// `false`. A link from an entity to itself comes twice. Returns how many links were looked at.
    #[inline]
    pub fn each(
        &self,
        graph: &Graph,
        filter: &LinkFilter,
        entity: EntityNo,
        mut see: impl FnMut(EntityNo, u32) -> bool,
    ) -> usize {
        if self.free {
            let around = graph.around(entity);
            for (place, &neighbour) in (0..).zip(around) {
                if !see(neighbour, place) {
                    break;
                }
            }
            return around.len();
        }
        let ties = graph.ties(entity);
        for (place, neighbour, tie) in ties.iter() {
            let along = match self.direction {
                Direction::Either => true,
                Direction::Out => place < ties.outgoing() || self.symmetric.has(tie.kind),
                Direction::In => place >= ties.outgoing() || self.symmetric.has(tie.kind),
            };
            let walks = along
                && self.kinds.has(tie.kind)
                && filter.admits(graph, tie, self.weigh, || ties.link(place)) > Truth::No;
            if walks && !see(neighbour, place as u32) {
                break;
            }
        }
        ties.len()
    }
}
