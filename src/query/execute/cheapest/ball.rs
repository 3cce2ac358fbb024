//! What is left to the end at least: Dijkstra's search from the end against the links, a node at a time.
//!
//! It looks at links and at conditions on every node only, not at the nodes of the pattern, so that its prices are bounds
//! and need not be those of paths. A bound never falls by more than a link costs, which is what a search by bounds (Hart,
//! Nilsson and Raphael 1968) needs in order to take up each node once; and as the ball grows while the search goes on, the
//! two meet in the middle.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::Price;
use super::costs::Costs;
use crate::query::ast::Direction;
use crate::query::diagnostics::Fault;
use crate::query::execute::{Executor, differs};
use crate::query::graph::PropertyGraph;
use crate::query::search::Search;
use crate::query::value::Value;

/// What the nodes of a ball are measured by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Measure {
    /// The costs of the links together, then how many they are.
    Sum,
    /// The cost of the dearest link.
    Weakest,
    /// How many links there are.
    Links,
}

#[derive(Clone, Copy)]
struct Spot {
    node: u32,
    price: Price,
    settled: bool,
}

/// What a ball keeps off.
#[derive(Clone, Default)]
pub(super) struct Barred {
    pub nodes: Vec<u32>,
    pub links: Vec<u32>,
    /// Links that may not be walked first, from the centre; the centre may be come by again.
    pub first: Vec<u32>,
}

/// The nodes from which an end is reached, or that are reached from a start, the nearest first.
pub(super) struct Ball {
    measure: Measure,
    /// Whether links are walked from their far side, towards the start of the search.
    against: bool,
    /// Links that cost more are not used.
    limit: f64,
    /// What it keeps off.
    barred: Barred,
    spots: Vec<Spot>,
    /// For each node its place in `spots` and 1; 0 if it has none.
    places: Vec<u32>,
    open: BinaryHeap<Reverse<(Price, u32)>>,
    /// Links looked at.
    pub work: u64,
}

impl Ball {
    pub fn new(nodes: u32, centre: u32, measure: Measure, against: bool, limit: f64) -> Self {
        let mut ball = Self {
            measure,
            against,
            limit,
            barred: Default::default(),
            spots: Vec::new(),
            places: vec![0; nodes as usize],
            open: BinaryHeap::new(),
            work: 0,
        };
        ball.reach(centre, Price::default());
        ball
    }

    /// The same, keeping off some nodes and links.
    pub fn without(mut self, barred: Barred) -> Self {
        self.barred = barred;
        self
    }

    fn bars(&self, node: u32, link: u32, first: bool) -> bool {
        self.barred.nodes.contains(&node)
            || self.barred.links.contains(&link)
            || (first && self.barred.first.contains(&link))
    }

    /// Whether a node is reached for less than before, or for the first time.
    fn reach(&mut self, node: u32, price: Price) -> bool {
        let Some(place) = self.places.get_mut(node as usize) else { return false };
        let at = match *place {
            0 => {
                self.spots.push(Spot { node, price, settled: false });
                *place = self.spots.len() as u32;
                *place - 1
            }
            known => {
                let spot = &mut self.spots[known as usize - 1];
                if spot.settled || spot.price <= price {
                    return false;
                }
                spot.price = price;
                known - 1
            }
        };
        self.open.push(Reverse((price, at)));
        true
    }

    fn spot(&self, node: u32) -> Option<&Spot> {
        let place = self.places.get(node as usize)?.checked_sub(1)?;
        self.spots.get(place as usize)
    }

    /// The price of a node as far as it is known.
    pub fn price(&self, node: u32) -> Option<Price> {
        self.spot(node).map(|spot| spot.price)
    }

    /// The price of a node that is known for certain.
    pub fn settled(&self, node: u32) -> Option<Price> {
        self.spot(node).filter(|spot| spot.settled).map(|spot| spot.price)
    }

    /// What the next node costs at least; no cost is as great when there is none.
    pub fn next(&self) -> f64 {
        self.open.peek().map_or(f64::INFINITY, |Reverse((price, _))| price.cost)
    }

    /// What is left from a node at least; nothing, if the centre cannot be reached from it.
    pub fn bound(&self, node: u32) -> Option<Price> {
        self.settled(node).or_else(|| self.open.peek().map(|Reverse((price, _))| *price))
    }

    /// Whether all that can be reached has been.
    pub fn is_done(&self) -> bool {
        self.open.is_empty()
    }
}

impl<'g, G: PropertyGraph> Executor<'g, G> {
    /// Makes one more node of a ball certain, and gives it; nothing, if none was, or a budget is used up.
    ///
    /// Only nodes that are certain in `within` are reached, if it is given.
    pub(super) fn grow(
        &mut self,
        ball: &mut Ball,
        within: Option<&Ball>,
        search: &Search,
        costs: &mut Costs<'_>,
        row: &mut [Value],
    ) -> Result<Option<u32>, Fault> {
        let Some(Reverse((price, at))) = ball.open.pop() else { return Ok(None) };
        ball.work += 1;
        let Some(spot) = ball.spots.get_mut(at as usize).filter(|spot| !spot.settled) else { return Ok(None) };
        spot.settled = true;
        let node = spot.node;
        let first = at == 0 && !ball.barred.first.is_empty();
        if first {
            ball.places.get_mut(node as usize).into_iter().for_each(|place| *place = 0);
        }
        for test in &search.automaton.links {
            let direction = match test.direction {
                Direction::Out if ball.against => Direction::In,
                Direction::In if ball.against => Direction::Out,
                same => same,
            };
            for side in self.sides(direction, test.kind.as_ref()) {
                let ties = self.graph.ties(node, *side);
                let places = self.graph.places(ties);
                ball.work += u64::from(places);
                if !self.meter.visit(places as usize) {
                    return Ok(None);
                }
                for place in 0..places {
                    let Some(link) = self.graph.link_at(ties, place) else { continue };
                    if ball.settled(link.node).is_some()
                        || within.is_some_and(|within| within.settled(link.node).is_none())
                        || ball.bars(link.node, link.link, first)
                        || !self.points(&link, node, *side, direction)
                        || !self.link_is(&link, test.kind.as_ref())
                        || !differs(link.link, &search.differs, row)
                        || !self.walks(search, test, link.link, row)?
                        // A ball that grows against the paths must not ask more than they do: neither the condition of
                        // a repetition, which has a direction, nor what is not asked of the first and the last node.
                        || !self.node_holds(search, link.node, row, |every| every.first && every.last)?
                    {
                        continue;
                    }
                    let Some(cost) = self.cost_of(costs, test, (ties, place), link.link, row)? else { continue };
                    let length = price.length + 1;
                    let reached = match ball.measure {
                        _ if cost > ball.limit => continue,
                        Measure::Sum => Price { cost: price.cost + cost, length },
                        Measure::Weakest => Price { cost: price.cost.max(cost), length: 0 },
                        Measure::Links => Price { cost: 0.0, length },
                    };
                    if ball.reach(link.node, reached) {
                        self.keep(1)?;
                    }
                }
            }
        }
        Ok(Some(node))
    }
}
