//! `rank`: entities by a measure of their place in the graph.

use super::Verbs;
use crate::graph::{Graph, LinkFilter};
use crate::model::EntityNo;
use crate::query::ast::{Direction, Measure, Name};
use crate::query::budget::Meter;
use crate::query::claims::ClaimSource;
use crate::query::found::{Found, Item};
use crate::query::run::QueryError;
use crate::query::steps::Hop;

/// How many entities are shown unless the statement says.
pub const DEFAULT_RANKS: u32 = 10;
/// The damping factor of PageRank, as in the paper.
const DAMPING: f64 = 0.85;
/// PageRank has settled when no round changes the ranks by more than this in all.
const SETTLED: f64 = 1e-9;
/// The most rounds of PageRank.
const MOST_ROUNDS: usize = 100;

impl<C: ClaimSource> Verbs<'_, '_, '_, C> {
    pub(super) fn rank(
        &mut self,
        measure: Measure,
        of: &[Name],
        via: &[Name],
        limit: Option<u32>,
    ) -> Result<Found, QueryError<C::Error>> {
        let kinds = self.context.kinds(of)?;
        let linked = self.context.link_kinds(via)?;
        let (graph, filter) = (self.context.graph, self.core.filter);
        let steps = Steps { graph, filter, hop: Hop::new(graph, filter, Direction::Either, linked) };
        let meter = &mut self.core.meter;
        let mut found = Found::new(&["rank", "entity", "kind", "score"]);
        let scores = match measure {
            Measure::Degree => degrees(&steps, meter),
            Measure::PageRank => pagerank(&steps, meter),
            Measure::Betweenness => {
                let (scores, done, all) = betweenness(&steps, meter);
                if done < all {
                    found.notes.push(format!("estimated from the shortest paths of {done} of {all} entities"));
                }
                scores
            }
        };
        let mut ranked: Vec<(f64, EntityNo)> = graph
            .entities()
            .filter(|&entity| kinds.keeps(graph, entity))
            .map(|entity| (scores[entity as usize], entity))
            .collect();
        ranked.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        for (rank, (score, entity)) in ranked.into_iter().take(limit.unwrap_or(DEFAULT_RANKS) as usize).enumerate() {
            if rank >= self.core.meter.budget().rows {
                self.core.meter.fits(rank);
                break;
            }
            let score = match measure {
                Measure::Degree => Item::Int(score as i64),
                _ => Item::Float((score * 1e6).round() / 1e6),
            };
            let kind = graph.kind_of(entity).map_or("", |kind| graph.kind_name(kind));
            found.push([Item::Int(rank as i64 + 1), Item::Entity(entity), Item::Text(kind.to_owned()), score]);
        }
        Ok(found)
    }
}

/// The links that a measure counts.
struct Steps<'g> {
    graph: &'g Graph,
    filter: &'g LinkFilter,
    hop: Hop,
}

impl Steps<'_> {
    /// Calls `see` with the neighbour at each link of an entity. Returns whether the work may go on.
    fn each(&self, meter: &mut Meter<'_>, entity: EntityNo, mut see: impl FnMut(EntityNo)) -> bool {
        let looked = self.hop.each(self.graph, self.filter, entity, |neighbour, _| {
            see(neighbour);
            true
        });
        meter.visit(looked + 1)
    }
}

/// The number of links of each entity. O(entities + links).
fn degrees(steps: &Steps<'_>, meter: &mut Meter<'_>) -> Vec<f64> {
    let mut scores = vec![0.0; steps.graph.entity_count()];
    for entity in steps.graph.entities() {
        let score = &mut scores[entity as usize];
        let more = steps.each(meter, entity, |_| {
            *score += 1.0;
        });
        if !more {
            break;
        }
    }
    scores
}

/// The share of time that a random walk along links, in either direction, spends at each entity; the shares of all
/// live entities sum to 1.
///
/// L. Page, S. Brin, R. Motwani, T. Winograd, "The PageRank citation ranking" (1999), by power iteration; a walk that
/// is stuck goes anywhere. O(rounds · (entities + links)).
fn pagerank(steps: &Steps<'_>, meter: &mut Meter<'_>) -> Vec<f64> {
    let graph = steps.graph;
    let live: Vec<EntityNo> = graph.entities().collect();
    let count = live.len() as f64;
    let (targets, starts) = adjacency(steps, meter, &live);
    let mut ranks = vec![0.0; graph.entity_count()];
    live.iter().for_each(|&entity| ranks[entity as usize] = 1.0 / count);
    let mut next = vec![0.0; graph.entity_count()];
    for _ in 0..MOST_ROUNDS {
        let mut stuck = 0.0;
        next.iter_mut().for_each(|rank| *rank = 0.0);
        for (at, &entity) in live.iter().enumerate() {
            let out = &targets[starts[at]..starts[at + 1]];
            let rank = ranks[entity as usize];
            if out.is_empty() {
                stuck += rank;
            }
            let share = rank / out.len() as f64;
            out.iter().for_each(|&target| next[target as usize] += share);
            if !meter.visit(out.len()) {
                return ranks;
            }
        }
        let base = (1.0 - DAMPING + DAMPING * stuck) / count;
        let mut change = 0.0;
        for &entity in &live {
            let rank = base + DAMPING * next[entity as usize];
            change += (rank - ranks[entity as usize]).abs();
            ranks[entity as usize] = rank;
        }
        if change < SETTLED {
            break;
        }
    }
    ranks
}

/// The admitted steps of each of `live`, one after the other, and where each entity's start.
fn adjacency(steps: &Steps<'_>, meter: &mut Meter<'_>, live: &[EntityNo]) -> (Vec<EntityNo>, Vec<usize>) {
    let mut targets = Vec::new();
    let mut starts = vec![0];
    for &entity in live {
        steps.each(meter, entity, |neighbour| {
            targets.push(neighbour);
        });
        starts.push(targets.len());
    }
    (targets, starts)
}

/// On how large a share of the shortest paths between others each entity lies, with how many entities the paths
/// started from and how many there are: when the budget ends the work early, the scores are an estimate from those.
///
/// U. Brandes, "A faster algorithm for betweenness centrality", Journal of Mathematical Sociology 25 (2001), from
/// sources spread evenly over the numbers. O(entities · links) in all. Written here because no library's can be
/// stopped by a budget.
fn betweenness(steps: &Steps<'_>, meter: &mut Meter<'_>) -> (Vec<f64>, usize, usize) {
    let graph: &Graph = steps.graph;
    let live: Vec<EntityNo> = graph.entities().collect();
    let bound = graph.entity_count();
    let mut scores = vec![0.0; bound];
    let mut distance = vec![u32::MAX; bound];
    let mut paths = vec![0.0f64; bound];
    let mut lean = vec![0.0f64; bound];
    let mut done = 0;
    for source in spread(live.len()).map(|at| live[at]) {
        let mut order: Vec<EntityNo> = vec![source];
        distance[source as usize] = 0;
        paths[source as usize] = 1.0;
        let mut at = 0;
        while at < order.len() {
            let entity = order[at];
            at += 1;
            steps.each(meter, entity, |neighbour| {
                let next = distance[entity as usize] + 1;
                if distance[neighbour as usize] == u32::MAX {
                    distance[neighbour as usize] = next;
                    order.push(neighbour);
                }
                if distance[neighbour as usize] == next {
                    paths[neighbour as usize] += paths[entity as usize];
                }
            });
        }
        if meter.goes_on() {
            for &entity in order.iter().rev() {
                let share = (1.0 + lean[entity as usize]) / paths[entity as usize];
                steps.each(meter, entity, |neighbour| {
                    if distance[neighbour as usize].wrapping_add(1) == distance[entity as usize] {
                        lean[neighbour as usize] += paths[neighbour as usize] * share;
                    }
                });
                if entity != source {
                    scores[entity as usize] += lean[entity as usize];
                }
            }
        }
        for &entity in &order {
            distance[entity as usize] = u32::MAX;
            paths[entity as usize] = 0.0;
            lean[entity as usize] = 0.0;
        }
        if !meter.goes_on() {
            break;
        }
        done += 1;
    }
    let pairs = (live.len().saturating_sub(1) * live.len().saturating_sub(2)) as f64;
    let scale = if done == 0 || pairs == 0.0 { 0.0 } else { live.len() as f64 / done as f64 / pairs };
    scores.iter_mut().for_each(|score| *score *= scale);
    (scores, done, live.len())
}

/// All numbers below `count`, each once, so that any first part of them is spread over the whole.
fn spread(count: usize) -> impl Iterator<Item = usize> {
    // A step near the golden section that has no divisor in common with the count visits every number.
    let divides = |mut a: usize, mut b: usize| {
        while b != 0 {
            (a, b) = (b, a % b);
        }
        a
    };
    let mut step = (count as f64 * 0.618_034) as usize;
    while count > 1 && (step == 0 || divides(count, step) != 1) {
        step += 1;
    }
    (0..count).map(move |at| (at as u128 * step as u128 % count.max(1) as u128) as usize)
}

#[cfg(test)]
mod tests {
    #[test]
    fn spreading_visits_every_number_once() {
        for count in 0..50 {
            let mut all: Vec<usize> = super::spread(count).collect();
            all.sort_unstable();
            assert_eq!(all, (0..count).collect::<Vec<_>>());
        }
    }
}
