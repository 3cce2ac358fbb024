//! What the rest of a walk to a known end comes to at least.

use super::ball::{Ball, Barred, Measure};
use super::costs::Costs;
use super::{Price, Trunk};
use crate::query::diagnostics::Fault;
use crate::query::execute::Executor;
use crate::query::graph::PropertyGraph;
use crate::query::search::Search;
use crate::query::value::Value;

/// Bounds on the way to an end. They grow as the search goes on.
pub(super) struct Bounds {
    /// By cost.
    cost: Ball,
    /// For the weakest link: what no path can do without, and the lengths by links that cost no more.
    floor: Option<(f64, Ball)>,
    /// The lengths, where a path may have so many links only.
    lengths: Option<Ball>,
    /// Links that the search itself has looked at.
    work: u64,
}

impl Bounds {
    /// What no path costs less than.
    pub fn least(&self) -> f64 {
        self.floor.as_ref().map_or(0.0, |(floor, _)| *floor)
    }

    /// What a walk to a node comes to in all at least; nothing, if it cannot reach the end.
    pub fn whole(&self, price: Price, node: u32, longest: Option<u32>) -> Option<Price> {
        if let (Some(lengths), Some(longest)) = (&self.lengths, longest)
            && price.length + lengths.bound(node)?.length > longest
        {
            return None;
        }
        let rest = self.cost.bound(node)?;
        let Some((floor, near)) = &self.floor else {
            return Some(Price { cost: price.cost + rest.cost, length: price.length + rest.length });
        };
        let cost = price.cost.max(rest.cost);
        if cost > *floor {
            return Some(Price { cost, length: price.length });
        }
        Some(match near.bound(node) {
            Some(rest) => Price { cost, length: price.length + rest.length },
            // It cannot do without a dearer link.
            None => Price { cost: floor.next_up(), length: price.length },
        })
    }
}

impl<'g, G: PropertyGraph> Executor<'g, G> {
    /// Bounds on the way from the end of a trunk to `end`; nothing, if there is none.
    pub(super) fn bounds(
        &mut self,
        search: &Search,
        costs: &mut Costs<'_>,
        trunk: &Trunk,
        end: u32,
        row: &mut [Value],
    ) -> Result<Option<Bounds>, Fault> {
        let nodes = self.graph.node_count();
        let lengths = search.longest.map(|_| Ball::new(nodes, end, Measure::Links, true, f64::INFINITY));
        if !costs.cost.weakest {
            let cost = Ball::new(nodes, end, Measure::Sum, true, f64::INFINITY);
            return Ok(Some(Bounds { cost, floor: None, lengths, work: 0 }));
        }
        // Two balls that grow by their cheapest links touch where the dearest link is the cheapest that can be.
        let barred = trunk.barred_for(search);
        let start = trunk.run.nodes.last().copied().unwrap_or(end);
        let mut near = Ball::new(nodes, start, Measure::Weakest, false, f64::INFINITY).without(barred.clone());
        let barred = Barred { first: Vec::new(), ..barred };
        let mut far = Ball::new(nodes, end, Measure::Weakest, true, f64::INFINITY).without(barred.clone());
        self.grow(&mut far, None, search, costs, row)?;
        let mut floor = f64::INFINITY;
        loop {
            // A path that has not been met yet uses a link that neither ball has walked. What may follow a trunk at once is
            // known to the ball around its end only.
            let ahead = if trunk.is_whole { near.next().max(far.next()) } else { near.next() };
            if near.is_done() || floor.is_finite() && floor <= ahead || !self.goes_on() {
                break;
            }
            // When all that leads to the end is known, a path can lead through nothing else.
            let (node, ball, other) = if far.is_done() {
                (self.grow(&mut near, Some(&far), search, costs, row)?, &near, &far)
            } else if near.work <= far.work {
                (self.grow(&mut near, None, search, costs, row)?, &near, &far)
            } else {
                (self.grow(&mut far, None, search, costs, row)?, &far, &near)
            };
            let met = node.and_then(|node| Some(ball.price(node)?.cost.max(other.price(node)?.cost)));
            floor = met.map_or(floor, |met| floor.min(met));
        }
        if floor.is_infinite() {
            return Ok(None);
        }
        let floor = trunk.costs.last().map_or(floor, |cost| floor.max(*cost));
        let within = Ball::new(nodes, end, Measure::Links, true, floor).without(barred);
        Ok(Some(Bounds { cost: far, floor: Some((floor, within)), lengths, work: 0 }))
    }

    /// Lets the bounds grow as fast as the search, which has looked at so many more links.
    pub(super) fn keep_up(
        &mut self,
        bounds: &mut Bounds,
        search: &Search,
        costs: &mut Costs<'_>,
        work: u64,
        row: &mut [Value],
    ) -> Result<(), Fault> {
        bounds.work += work;
        // The bound by the dearest link has grown until the two ends met; more of it would tell little.
        let cost = bounds.floor.is_none().then_some(&mut bounds.cost);
        let balls = cost.into_iter().chain(bounds.floor.as_mut().map(|(_, near)| near)).chain(&mut bounds.lengths);
        for ball in balls {
            while ball.work < bounds.work && !ball.is_done() && self.goes_on() {
                self.grow(ball, None, search, costs, row)?;
            }
        }
        Ok(())
    }
}
