//! Walking along single links: to new nodes, between known ones, and to those that several known nodes share.

use super::{Executor, Flow, Ran, Sink};
use crate::query::ast::Direction;
use crate::query::graph::{Link, PropertyGraph, Side};
use crate::query::plan::{Arm, Expand, LabelTest, Slot, Step};
use crate::query::value::Value;

impl<'g, G: PropertyGraph> Executor<'g, G> {
    pub(super) fn expand(
        &mut self,
        expand: &Expand,
        rest: &[Step],
        row: &mut [Value],
        sink: &mut Sink<'_, 'g, G>,
    ) -> Ran {
        let Value::Node(from) = row[expand.from] else { return Ok(Flow::More) };
        let target = match row[expand.to] {
            _ if !expand.to_bound => None,
            Value::Node(node) => Some(node),
            _ => return Ok(Flow::More),
        };
        if expand.link_bound {
            return self.expand_known(expand, from, target, rest, row, sink);
        }
        if let Some(target) = target {
            return self.close(expand, (from, target), row, &mut |executor, row| executor.pass_on(rest, row, sink));
        }
        if expand.only_counted
            && let Some(times) = self.count_links(expand, from, row)
        {
            // Nothing looks at them but to see that they are there.
            (row[expand.link], row[expand.to]) = (Value::Link(u32::MAX), Value::Node(u32::MAX));
            return self.pass_on_times(times, rest, row, sink);
        }
        self.each_link(expand, from, row, &mut |executor, row| executor.pass_on(rest, row, sink))
    }

    /// Gives on a row for each link of a node and the node at its other end.
    fn each_link(&mut self, expand: &Expand, from: u32, row: &mut [Value], on: &mut Sink<'_, 'g, G>) -> Ran {
        for side in self.sides(expand.direction, expand.kind.as_ref()) {
            let ties = self.graph.ties(from, *side);
            for place in 0..self.graph.places(ties) {
                if !self.meter.visit(1) {
                    return Ok(Flow::Enough);
                }
                let Some(link) = self.graph.link_at(ties, place) else { continue };
                if !self.points(&link, from, *side, expand.direction)
                    || !self.link_is(&link, expand.kind.as_ref())
                    || !differs(link.link, &expand.differs, row)
                {
                    continue;
                }
                row[expand.link] = Value::Link(link.link);
                row[expand.to] = Value::Node(link.node);
                if on(self, row)? == Flow::Enough {
                    return Ok(Flow::Enough);
                }
            }
        }
        Ok(Flow::More)
    }

    /// Gives on a row for each link between two known nodes, found at the one that has fewer.
    fn close(
        &mut self,
        expand: &Expand,
        (from, target): (u32, u32),
        row: &mut [Value],
        on: &mut Sink<'_, 'g, G>,
    ) -> Ran {
        let graph = self.graph;
        let turned = graph.around(target) < graph.around(from);
        let (near, far) = if turned { (target, from) } else { (from, target) };
        let direction = if turned { expand.direction.turned() } else { expand.direction };
        let mut links = Vec::new();
        let sides = self.sides(direction, expand.kind.as_ref());
        for at in 0..sides.len() {
            // Whichever node is looked at, links come in the order of the first one.
            let side = &sides[if turned { sides.len() - 1 - at } else { at }];
            let ties = graph.ties(near, *side);
            let looked = graph.each_between(ties, far, |place| {
                links.extend(graph.link_at(ties, place).filter(|link| self.points(link, near, *side, direction)));
                true
            });
            if !self.meter.visit(looked as usize) {
                return Ok(Flow::Enough);
            }
        }
        for link in links {
            if !self.link_is(&link, expand.kind.as_ref()) || !differs(link.link, &expand.differs, row) {
                continue;
            }
            row[expand.link] = Value::Link(link.link);
            if on(self, row)? == Flow::Enough {
                return Ok(Flow::Enough);
            }
        }
        Ok(Flow::More)
    }

    /// A node that several known nodes have links to: the links of the node that has the fewest are walked, and those
    /// between the others and the ends of these are looked up. O(fewest links · other nodes · log links).
    pub(super) fn intersect(
        &mut self,
        arms: &[Arm],
        rest: &[Step],
        row: &mut [Value],
        sink: &mut Sink<'_, 'g, G>,
    ) -> Ran {
        let mut order = Vec::with_capacity(arms.len());
        for (at, arm) in arms.iter().enumerate() {
            let Value::Node(from) = row[arm.expand.from] else { return Ok(Flow::More) };
            let sides = self.sides(arm.expand.direction, arm.expand.kind.as_ref());
            let links: u32 = sides.iter().map(|side| self.graph.degree(from, *side)).sum();
            order.push((links, at));
        }
        order.sort_unstable();
        let order: Vec<usize> = order.into_iter().map(|(_, at)| at).collect();
        self.arm(arms, &order, 0, row, &mut |executor, row| executor.pass_on(rest, row, sink))
    }

    /// Goes on from the arms before `next` in their order.
    fn arm(&mut self, arms: &[Arm], order: &[usize], next: usize, row: &mut [Value], on: &mut Sink<'_, 'g, G>) -> Ran {
        let Some(at) = order.get(next) else { return on(self, row) };
        let Arm { expand, peers } = &arms[*at];
        let Value::Node(from) = row[expand.from] else { return Ok(Flow::More) };
        let before: Vec<Slot> = order
            .iter()
            .take(next)
            .filter(|other| peers.contains(other))
            .map(|other| arms[*other].expand.link)
            .collect();
        let on: &mut Sink<'_, 'g, G> = &mut |executor, row| match &row[expand.link] {
            Value::Link(link) if differs(*link, &before, row) => executor.arm(arms, order, next + 1, row, on),
            _ => Ok(Flow::More),
        };
        match row[expand.to] {
            Value::Node(target) if next > 0 => self.close(expand, (from, target), row, on),
            _ => self.each_link(expand, from, row, on),
        }
    }

    /// How many links there are, if the graph can tell without looking at each of them.
    fn count_links(&mut self, expand: &Expand, from: u32, row: &[Value]) -> Option<u64> {
        let graph = self.graph;
        let mut count = graph.count_links(from, expand.direction, expand.kind.as_ref())?;
        let mut taken = Vec::new();
        for slot in &expand.differs {
            // A link that was walked to get here is among those of the node, unless its kind or direction is another.
            let Value::Link(number) = row[*slot] else { return None };
            let (start, end) = graph.ends(number);
            let (side, node) = if start == from { (Side::Out, end) } else { (Side::In, start) };
            let link = Link { link: number, node, kind: graph.kind_of(number) };
            let is_there = (start == from || end == from)
                && self.points(&link, from, side, expand.direction)
                && self.link_is(&link, expand.kind.as_ref());
            if is_there && !taken.contains(&number) {
                taken.push(number);
                count = count.saturating_sub(1);
            }
        }
        self.meter.visit(1);
        Some(count)
    }

    /// Gives on a row that stands for several.
    fn pass_on_times(&mut self, times: u64, rest: &[Step], row: &mut [Value], sink: &mut Sink<'_, 'g, G>) -> Ran {
        if times == 0 {
            return Ok(Flow::More);
        }
        let before = std::mem::replace(&mut self.times, times);
        let flow = self.pass_on(rest, row, sink);
        self.times = before;
        flow
    }

    /// Along a link that is known already.
    fn expand_known(
        &mut self,
        expand: &Expand,
        from: u32,
        target: Option<u32>,
        rest: &[Step],
        row: &mut [Value],
        sink: &mut Sink<'_, 'g, G>,
    ) -> Ran {
        let Value::Link(number) = row[expand.link] else { return Ok(Flow::More) };
        let (start, end) = self.graph.ends(number);
        let kind = self.graph.kind_of(number);
        let ways = [(Side::Out, start, end), (Side::In, end, start)];
        for (side, near, far) in ways {
            let link = Link { link: number, node: far, kind };
            if near != from
                || target.is_some_and(|target| target != far)
                || !self.points(&link, from, side, expand.direction)
                || !self.link_is(&link, expand.kind.as_ref())
                || !differs(number, &expand.differs, row)
            {
                continue;
            }
            if !expand.to_bound {
                row[expand.to] = Value::Node(far);
            }
            if self.pass_on(rest, row, sink)? == Flow::Enough {
                return Ok(Flow::Enough);
            }
        }
        Ok(Flow::More)
    }

    /// The sides on which links of a direction and a kind are found.
    pub(super) fn sides(&self, direction: Direction, kind: Option<&LabelTest>) -> &'static [Side] {
        let symmetric = match kind {
            Some(LabelTest::Is(kind)) => kind.is_some_and(|kind| self.graph.is_symmetric(kind)),
            _ => self.graph.has_symmetric(),
        };
        match direction {
            Direction::Out if !symmetric => &[Side::Out],
            Direction::In if !symmetric => &[Side::In],
            _ => &[Side::Out, Side::In],
        }
    }

    /// Whether a link that is found on a side points in a direction; one from a node to itself counts once.
    pub(super) fn points(&self, link: &Link, from: u32, side: Side, direction: Direction) -> bool {
        match direction {
            Direction::Either => side == Side::Out || link.node != from,
            Direction::Out => side == Side::Out || (self.graph.is_symmetric(link.kind) && link.node != from),
            Direction::In => side == Side::In || (self.graph.is_symmetric(link.kind) && link.node != from),
        }
    }

    pub(super) fn link_is(&self, link: &Link, test: Option<&LabelTest>) -> bool {
        match test {
            None => true,
            Some(LabelTest::Is(kind)) => *kind == Some(link.kind),
            Some(test) => test.holds(&|label| label == link.kind, &|| true),
        }
    }

    pub(in crate::query) fn node_has(&self, node: u32, test: &LabelTest) -> bool {
        test.holds(&|label| self.graph.has_label(node, label), &|| !self.graph.labels(node).is_empty())
    }
}

/// Whether a link is none of those in these places of a row.
pub(super) fn differs(link: u32, slots: &[Slot], row: &[Value]) -> bool {
    slots.iter().all(|slot| match &row[*slot] {
        Value::Link(other) => *other != link,
        Value::Path(path) => !path.links.contains(&link),
        Value::List(items) => !items.iter().any(|item| matches!(item, Value::Link(other) if *other == link)),
        _ => true,
    })
}
