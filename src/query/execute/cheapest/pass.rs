//! One pass over the graph in the order of price: what the walks that begin with a trunk come to, the cheapest first.

use std::cmp::Reverse;
use std::collections::hash_map::Entry;
use std::collections::{BinaryHeap, HashMap};

use foldhash::fast::RandomState;

use super::ball::{Ball, Barred, Measure};
use super::bounds::Bounds;
use super::costs::Costs;
use super::{Drop, NONE, Price, Priced, Trunk};
use crate::query::ast::Mode;
use crate::query::diagnostics::Fault;
use crate::query::execute::paths::{Run, Walk, may_follow};
use crate::query::execute::{Executor, Flow, Ran, differs};
use crate::query::graph::{Link, PropertyGraph};
use crate::query::search::Search;
use crate::query::value::Value;

/// A walk: its last step, and the walk before it.
#[derive(Clone, Copy)]
struct Label {
    before: u32,
    node: u32,
    link: u32,
    hop: u32,
    /// Its first link after the trunk.
    first: u32,
    /// Another walk to the same node and state.
    next: u32,
    price: Price,
    /// Whether it has been taken up.
    taken: bool,
    /// Whether a walk that is no dearer makes it needless.
    needless: bool,
}

/// What the next walk to be taken up is chosen by: the least it comes to in all; of equal ones, what has come farthest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Turn {
    whole: Price,
    length: Reverse<u32>,
    at: u32,
}

/// The walks that have reached each node and state, as lists through [`Label::next`].
enum Heads {
    /// By node, where there is one state: places in the labels and 1, or 0.
    Nodes(Vec<u32>),
    States(HashMap<(u32, u32), u32, RandomState>),
}

impl Heads {
    /// The first of a list: a place, or [`NONE`].
    fn get(&self, node: u32, state: u32) -> u32 {
        match self {
            Heads::Nodes(list) => list.get(node as usize).copied().unwrap_or(0).wrapping_sub(1),
            Heads::States(map) => map.get(&(node, state)).copied().unwrap_or(NONE),
        }
    }

    fn set(&mut self, node: u32, state: u32, first: u32) {
        match self {
            Heads::Nodes(list) => {
                list.get_mut(node as usize).into_iter().for_each(|place| *place = first.wrapping_add(1))
            }
            Heads::States(map) => match map.entry((node, state)) {
                Entry::Occupied(mut known) => *known.get_mut() = first,
                Entry::Vacant(new) => drop(new.insert(first)),
            },
        }
    }
}

/// What the passes of one search have in common.
pub(super) struct Passes<'s> {
    pub search: &'s Search,
    pub costs: Costs<'s>,
    /// The end, where it is known, and what is left to it.
    pub end: Option<(u32, Bounds)>,
    heads: Heads,
}

/// What takes the paths of a pass.
pub(super) type Taker<'t, 'g, G> = dyn FnMut(&mut Executor<'g, G>, &mut [Value], Priced) -> Ran + 't;

/// The walks of a pass.
struct Walks<'p> {
    trunk: &'p Trunk,
    drop: Option<Drop>,
    labels: Vec<Label>,
    open: BinaryHeap<Reverse<Turn>>,
    root: u32,
    /// Links looked at.
    work: u64,
    /// What the end can be reached from without the trunk, once the search takes long: nothing may be left.
    escape: Option<Ball>,
}

/// How many links a pass looks at before it asks whether the trunk has cut the end off.
const LONG: u64 = 1 << 8;

impl<'s> Passes<'s> {
    pub fn new<G: PropertyGraph>(graph: &G, search: &'s Search, costs: Costs<'s>) -> Self {
        let heads = if search.plain {
            Heads::Nodes(vec![0; graph.node_count() as usize])
        } else {
            Heads::States(HashMap::default())
        };
        Self { search, costs, end: None, heads }
    }

    /// The state that a walk is in after a hop. In one link over and over, all states allow the same.
    fn state(&self, hop: u32) -> u32 {
        if self.search.plain { 0 } else { hop.wrapping_add(1) }
    }

    /// Forgets the walks of a pass.
    fn clear(&mut self, labels: &[Label]) {
        match &mut self.heads {
            Heads::Nodes(list) => {
                labels
                    .iter()
                    .for_each(|label| list.get_mut(label.node as usize).into_iter().for_each(|place| *place = 0));
            }
            Heads::States(map) => map.clear(),
        }
    }

    /// What a walk comes to in all at least; nothing, if it leads nowhere.
    fn whole(&self, price: Price, node: u32) -> Option<Price> {
        match &self.end {
            None => Some(price),
            Some((_, bounds)) => bounds.whole(price, node, self.search.longest),
        }
    }
}

impl Walks<'_> {
    fn line(&self, at: u32) -> Line<'_> {
        let label = self.labels.get(at as usize);
        Line { labels: &self.labels, at, length: label.map_or(0, |label| label.price.length) }
    }

    /// Whether a walk is not needed beside those that have reached the same, `but` for itself.
    fn is_needless(&self, mut at: u32, price: Price, first: u32, but: u32) -> bool {
        let Some(drop) = self.drop else { return false };
        let mut other = None;
        while let Some(known) = self.labels.get(at as usize) {
            let counts = at != but && drop.covers(known.price, price);
            at = known.next;
            if counts {
                if !drop.two || known.first == first {
                    return true;
                }
                if known.taken && *other.get_or_insert(known.first) != known.first {
                    return true;
                }
            }
        }
        false
    }

    /// Takes out of a list the walks that a new one makes needless, and gives its new beginning.
    fn without_dearer(&mut self, head: u32, price: Price, first: u32) -> u32 {
        let Some(drop) = self.drop else { return head };
        let mut kept = NONE;
        let mut at = head;
        while let Some(label) = self.labels.get_mut(at as usize) {
            let next = label.next;
            if drop.covers(price, label.price) && (!drop.two || label.first == first) {
                label.needless = true;
            } else {
                label.next = kept;
                kept = at;
            }
            at = next;
        }
        kept
    }

    /// Whether the mode allows a link after a walk.
    fn may_follow(&self, mode: Mode, at: u32, link: &Link) -> bool {
        if self.drop.is_none_or(|drop| drop.two) {
            return may_follow(mode, &self.line(at), link);
        }
        // A walk that repeats something of its own is dearer than one that was there before.
        let run = &self.trunk.run;
        match mode {
            Mode::Walk => true,
            Mode::Default | Mode::Trail => !run.links.contains(&link.link),
            Mode::Acyclic => !run.nodes.contains(&link.node),
            Mode::Simple => {
                let node = self.labels.get(at as usize).map(|label| (label.node, label.price.length));
                let closed = node.is_some_and(|(node, length)| length > 0 && run.nodes.first() == Some(&node));
                !closed && !run.nodes.iter().skip(1).any(|node| *node == link.node)
            }
        }
    }

    fn priced(&self, at: u32) -> Priced {
        let line = self.line(at);
        let mut along: Vec<f64> = line.labels().map(|label| label.price.cost).collect();
        along.reverse();
        Priced { run: line.run(), costs: along }
    }
}

impl<'g, G: PropertyGraph> Executor<'g, G> {
    /// Gives the paths that begin with a trunk to `take`, in the order of their price.
    pub(super) fn by_price(
        &mut self,
        passes: &mut Passes<'_>,
        trunk: &Trunk,
        drop: Option<Drop>,
        row: &mut [Value],
        take: &mut Taker<'_, 'g, G>,
    ) -> Ran {
        let kept = self.kept;
        let mut walks = Walks {
            trunk,
            drop,
            labels: Vec::with_capacity(trunk.run.nodes.len()),
            open: BinaryHeap::new(),
            root: 0,
            work: 0,
            escape: None,
        };
        let flow = self.walk(passes, &mut walks, row, take);
        passes.clear(&walks.labels);
        // The walks of this pass are gone; what is known of the way to the end stays.
        self.kept = kept;
        flow
    }

    fn walk(
        &mut self,
        passes: &mut Passes<'_>,
        walks: &mut Walks<'_>,
        row: &mut [Value],
        take: &mut Taker<'_, 'g, G>,
    ) -> Ran {
        let search = passes.search;
        let trunk = walks.trunk;
        for (place, (node, cost)) in trunk.run.nodes.iter().zip(&trunk.costs).enumerate() {
            let step = place.checked_sub(1);
            let link = step.and_then(|step| trunk.run.links.get(step)).map_or(NONE, |link| *link);
            let hop = step.and_then(|step| trunk.run.hops.get(step)).map_or(NONE, |hop| *hop as u32);
            let price = Price { cost: *cost, length: place as u32 };
            let before = step.map_or(NONE, |step| step as u32);
            walks.labels.push(Label {
                before,
                node: *node,
                link,
                hop,
                first: NONE,
                next: NONE,
                price,
                taken: true,
                needless: false,
            });
        }
        let Some(root) = walks.labels.len().checked_sub(1) else { return Ok(Flow::More) };
        walks.root = root as u32;
        if let Some((_, bounds)) = &passes.end {
            // No path costs less, so that what is cheaper on the way makes no difference.
            let cost = &mut walks.labels[root].price.cost;
            *cost = cost.max(bounds.least());
        }
        let Label { node, hop, price, .. } = walks.labels[root];
        if trunk.is_whole && passes.end.as_ref().is_some_and(|(end, _)| *end != node) {
            // Nothing that comes back to where it started can be needed.
            passes.heads.set(node, passes.state(hop), walks.root);
        }
        // Bounds that keep off the trunk say nothing of its own end.
        walks.open.push(Reverse(Turn { whole: price, length: Reverse(price.length), at: walks.root }));
        let mut steps = Vec::new();
        while let Some(Reverse(turn)) = walks.open.pop() {
            let at = turn.at;
            let label = walks.labels[at as usize];
            if label.needless {
                continue;
            }
            if at != walks.root {
                match passes.whole(label.price, label.node) {
                    None => continue,
                    // More is known of the rest than when its turn was set.
                    Some(whole) if whole > turn.whole => {
                        walks.open.push(Reverse(Turn { whole, ..turn }));
                        continue;
                    }
                    Some(_) => {}
                }
                if walks.escape.as_ref().is_some_and(|escape| escape.bound(label.node).is_none()) {
                    continue;
                }
                let head = passes.heads.get(label.node, passes.state(label.hop));
                if drop_two(walks.drop) && walks.is_needless(head, label.price, label.first, at) {
                    continue;
                }
                walks.labels[at as usize].taken = true;
            }
            let (ends, work) = self.steps(passes, walks, at, row, &mut steps)?;
            if !self.goes_on() {
                return Ok(Flow::Enough);
            }
            let may_end = at != walks.root || trunk.may_end;
            if ends && may_end && passes.end.as_ref().is_none_or(|(end, _)| *end == label.node) {
                let path = walks.priced(at);
                if take(self, row, path)? == Flow::Enough {
                    return Ok(Flow::Enough);
                }
            }
            for (hop, link, cost) in steps.drain(..) {
                if self.go_on(passes, walks, at, (hop, link, cost)) == Flow::Enough {
                    return Ok(Flow::Enough);
                }
            }
            if let Some((end, bounds)) = &mut passes.end {
                self.keep_up(bounds, search, &mut passes.costs, work, row)?;
                self.look_for_escape(walks, *end, search, &mut passes.costs, work, row)?;
                if !self.goes_on() {
                    return Ok(Flow::Enough);
                }
            }
        }
        Ok(Flow::More)
    }

    /// Lets the search from the end that keeps off the trunk grow as fast as this one.
    fn look_for_escape(
        &mut self,
        walks: &mut Walks<'_>,
        end: u32,
        search: &Search,
        costs: &mut Costs<'_>,
        work: u64,
        row: &mut [Value],
    ) -> Result<(), Fault> {
        walks.work += work;
        if walks.work < LONG || walks.trunk.is_whole || search.mode == Mode::Walk {
            return Ok(());
        }
        let escape = walks.escape.get_or_insert_with(|| {
            let barred = walks.trunk.barred_for(search);
            let ball = Ball::new(self.graph.node_count(), end, Measure::Links, true, f64::INFINITY);
            ball.without(Barred { first: Vec::new(), ..barred })
        });
        while escape.work < walks.work && !escape.is_done() && self.goes_on() {
            self.grow(escape, None, search, costs, row)?;
        }
        Ok(())
    }

    /// Whether the condition on a repetition of one link holds: a walk for which it does not must not displace another.
    fn repetition_holds(
        &mut self,
        search: &Search,
        hop: usize,
        (from, link): (u32, &Link),
        row: &mut [Value],
    ) -> Result<bool, Fault> {
        let automaton = &search.automaton;
        let walked = automaton.hops[hop];
        for group in automaton.groups.iter().filter(|group| group.links == [walked]) {
            for (node, tests) in [from, link.node].into_iter().zip(&group.nodes) {
                tests.iter().for_each(|test| row[automaton.nodes[*test].slot] = Value::Node(node));
            }
            row[automaton.links[walked].slot] = Value::Link(link.link);
            if !self.holds(&group.filter, row)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Adds a walk that goes on from another, unless it is needless.
    fn go_on(
        &mut self,
        passes: &mut Passes<'_>,
        walks: &mut Walks<'_>,
        at: u32,
        (hop, link, cost): (u32, Link, f64),
    ) -> Flow {
        let before = walks.labels[at as usize];
        let first = if at == walks.root { link.link } else { before.first };
        let total = if passes.costs.cost.weakest { before.price.cost.max(cost) } else { before.price.cost + cost };
        let price = Price { cost: total, length: before.price.length + 1 };
        let state = passes.state(hop);
        let head = passes.heads.get(link.node, state);
        if walks.is_needless(head, price, first, NONE) {
            return Flow::More;
        }
        let Some(whole) = passes.whole(price, link.node) else { return Flow::More };
        if walks.labels.len() >= NONE as usize || self.keep(1) != Ok(Flow::More) {
            return Flow::Enough;
        }
        let next = walks.without_dearer(head, price, first);
        let new = walks.labels.len() as u32;
        if walks.drop.is_some() {
            passes.heads.set(link.node, state, new);
        }
        walks.labels.push(Label {
            before: at,
            node: link.node,
            link: link.link,
            hop,
            first,
            next,
            price,
            taken: false,
            needless: false,
        });
        walks.open.push(Reverse(Turn { whole, length: Reverse(price.length), at: new }));
        Flow::More
    }

    /// Whether a walk can end where it is; its ways on come into `steps`. Also how many links were looked at.
    fn steps(
        &mut self,
        passes: &mut Passes<'_>,
        walks: &Walks<'_>,
        at: u32,
        row: &mut [Value],
        steps: &mut Vec<(u32, Link, f64)>,
    ) -> Result<(bool, u64), Fault> {
        let search = passes.search;
        let line = walks.line(at);
        let (node, state) = line.end();
        let (mut ends, mut work) = (false, 1);
        for way in search.automaton.ways.get(state).map_or(&[][..], |ways| ways) {
            if !self.way_is_open(search, way, node, &line, row)? {
                continue;
            }
            let Some(hop) = way.hop else {
                ends = true;
                continue;
            };
            if search.longest.is_some_and(|longest| line.length >= longest) {
                continue;
            }
            let test = &search.automaton.links[search.automaton.hops[hop]];
            for side in self.sides(test.direction, test.kind.as_ref()) {
                let ties = self.graph.ties(node, *side);
                let places = self.graph.places(ties);
                work += u64::from(places);
                if !self.meter.visit(places as usize) {
                    return Ok((false, work));
                }
                for place in 0..places {
                    let Some(link) = self.graph.link_at(ties, place) else { continue };
                    if self.points(&link, node, *side, test.direction)
                        && self.link_is(&link, test.kind.as_ref())
                        && !(at == walks.root && walks.trunk.barred.contains(&(hop, link.link)))
                        && walks.may_follow(search.mode, at, &link)
                        && differs(link.link, &search.differs, row)
                        && self.link_holds(search, test, &link, row)?
                        && (walks.drop.is_none() || self.repetition_holds(search, hop, (node, &link), row)?)
                        && let Some(cost) = self.cost_of(&mut passes.costs, test, (ties, place), link.link, row)?
                    {
                        steps.push((hop as u32, link, cost));
                    }
                }
            }
        }
        Ok((ends, work))
    }
}

fn drop_two(drop: Option<Drop>) -> bool {
    drop.is_some_and(|drop| drop.two)
}

/// A walk, read from its last step on.
struct Line<'w> {
    labels: &'w [Label],
    at: u32,
    length: u32,
}

impl Line<'_> {
    /// Its steps, the last first.
    fn labels(&self) -> impl Iterator<Item = &Label> {
        let mut at = self.at;
        std::iter::from_fn(move || {
            let label = self.labels.get(at as usize)?;
            at = label.before;
            Some(label)
        })
    }

    fn run(&self) -> Run {
        let (nodes, links) = self.tail(self.length as usize);
        let mut hops: Vec<usize> = self.labels().take(self.length as usize).map(|label| label.hop as usize).collect();
        hops.reverse();
        Run { nodes, links, hops }
    }
}

impl Walk for Line<'_> {
    fn end(&self) -> (u32, usize) {
        self.labels.get(self.at as usize).map_or((0, 0), |label| (label.node, label.hop.wrapping_add(1) as usize))
    }

    fn tail(&self, count: usize) -> (Vec<u32>, Vec<u32>) {
        let mut nodes: Vec<u32> = self.labels().take(count + 1).map(|label| label.node).collect();
        let mut links: Vec<u32> = self.labels().take(count).map(|label| label.link).collect();
        nodes.reverse();
        links.reverse();
        (nodes, links)
    }

    fn has_link(&self, link: u32) -> bool {
        self.labels().take(self.length as usize).any(|label| label.link == link)
    }

    fn has_node(&self, node: u32, inner: bool) -> bool {
        self.labels().any(|label| label.node == node && !(inner && label.before == NONE))
    }

    fn length(&self) -> u32 {
        self.length
    }

    fn start(&self) -> u32 {
        self.labels.first().map_or(0, |label| label.node)
    }
}
