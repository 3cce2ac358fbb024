//! The path search: what both of its orders share, and the depth-first order, which gives every path.

use std::collections::HashSet;
use std::sync::Arc;

use super::meeting::can_meet;
use super::{Executor, Flow, Ran, Sink, differs};
use crate::query::ast::{Mode, Selector};
use crate::query::diagnostics::Fault;
use crate::query::graph::{Link, PropertyGraph};
use crate::query::plan::Ex;
use crate::query::search::{Check, LinkTest, Search, Way};
use crate::query::value::{Key, Path, Value};

/// Where a search stands in the links of one node.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cursor {
    way: usize,
    entered: bool,
    side: usize,
    place: u32,
}

/// What a search finds next at a node.
pub(super) enum Found {
    /// The pattern can end here.
    End,
    /// A link that fits a hop.
    Hop(usize, Link),
}

/// The walk to where a search stands, the last step first.
pub(super) trait Walk {
    /// Its last node, and the state there.
    fn end(&self) -> (u32, usize);
    /// The last `count` links, in their order, and the nodes at their ends, one more.
    fn tail(&self, count: usize) -> (Vec<u32>, Vec<u32>);
    /// Whether the walk contains a link.
    fn has_link(&self, link: u32) -> bool;
    /// Whether the walk contains a node, not counting the start if `inner`.
    fn has_node(&self, node: u32, inner: bool) -> bool;
    /// How many links it has.
    fn length(&self) -> u32;
    /// Its first node.
    fn start(&self) -> u32;
}

/// A whole path with its hops.
pub(super) struct Run {
    pub nodes: Vec<u32>,
    pub links: Vec<u32>,
    pub hops: Vec<usize>,
}

impl<'g, G: PropertyGraph> Executor<'g, G> {
    /// Gives on a row for each path that a search finds.
    pub(super) fn search(&mut self, search: &Search, row: &mut [Value], on: &mut Sink<'_, 'g, G>) -> Ran {
        let Value::Node(start) = row[search.from] else { return Ok(Flow::More) };
        let target = match row[search.to] {
            _ if !search.to_bound => None,
            Value::Node(node) => Some(node),
            _ => return Ok(Flow::More),
        };
        if !self.every_node_holds(search, start, row)? {
            return Ok(Flow::More);
        }
        match search.selector {
            Selector::All => self.depth_first(search, start, target, row, on),
            Selector::Cheapest(count) => self.cheapest(search, start, target, count, row, on),
            _ => match target {
                Some(target) if target != start && can_meet(search) => self.meeting(search, start, target, row, on),
                _ => self.shortest(search, start, target, row, on),
            },
        }
    }

    fn depth_first(
        &mut self,
        search: &Search,
        start: u32,
        target: Option<u32>,
        row: &mut [Value],
        on: &mut Sink<'_, 'g, G>,
    ) -> Ran {
        let mut stack = Stack { nodes: vec![start], links: Vec::new(), hops: Vec::new() };
        let mut cursors = vec![Cursor::default()];
        let mut seen = HashSet::new();
        while let Some(mut cursor) = cursors.pop() {
            let found = self.next_at(search, &stack, &mut cursor, row)?;
            match found {
                _ if !self.goes_on() => return Ok(Flow::Enough),
                None => {
                    stack.pop();
                    continue;
                }
                Some(Found::End) => {
                    cursors.push(cursor);
                    let end = stack.end().0;
                    if target.is_some_and(|target| target != end) {
                        continue;
                    }
                    let counts = if search.bare {
                        row[search.to] = Value::Node(end);
                        true
                    } else {
                        let (nodes, links, hops) = (stack.nodes.clone(), stack.links.clone(), stack.hops.clone());
                        self.accept(search, &Run { nodes, links, hops }, row, &mut seen)?
                    };
                    if counts && on(self, row)? == Flow::Enough {
                        return Ok(Flow::Enough);
                    }
                }
                Some(Found::Hop(hop, link)) => {
                    cursors.push(cursor);
                    cursors.push(Cursor::default());
                    stack.push(hop, link);
                }
            }
        }
        Ok(Flow::More)
    }

    /// What is next at the end of a walk; nothing when all has been tried.
    pub(super) fn next_at(
        &mut self,
        search: &Search,
        walk: &impl Walk,
        cursor: &mut Cursor,
        row: &mut [Value],
    ) -> Result<Option<Found>, Fault> {
        let (node, state) = walk.end();
        let ways = search.automaton.ways.get(state).map_or(&[][..], |ways| ways);
        while let Some(way) = ways.get(cursor.way) {
            if !cursor.entered {
                if !self.way_is_open(search, way, node, walk, row)? {
                    cursor.way += 1;
                    continue;
                }
                let Some(_) = way.hop else {
                    cursor.way += 1;
                    return Ok(Some(Found::End));
                };
                *cursor = Cursor { entered: true, side: 0, place: 0, ..*cursor };
            }
            let hop = way.hop.unwrap_or_default();
            if search.longest.is_none_or(|longest| walk.length() < longest)
                && let Some(link) = self.next_link(search, hop, node, walk, cursor, row)?
            {
                return Ok(Some(Found::Hop(hop, link)));
            }
            cursor.way += 1;
            cursor.entered = false;
        }
        Ok(None)
    }

    fn next_link(
        &mut self,
        search: &Search,
        hop: usize,
        node: u32,
        walk: &impl Walk,
        cursor: &mut Cursor,
        row: &mut [Value],
    ) -> Result<Option<Link>, Fault> {
        let test = &search.automaton.links[search.automaton.hops[hop]];
        let sides = self.sides(test.direction, test.kind.as_ref());
        while let Some(side) = sides.get(cursor.side) {
            let ties = self.graph.ties(node, *side);
            let places = self.graph.places(ties);
            while cursor.place < places {
                let place = cursor.place;
                cursor.place += 1;
                if !self.meter.visit(1) {
                    return Ok(None);
                }
                let Some(link) = self.graph.link_at(ties, place) else { continue };
                if self.points(&link, node, *side, test.direction)
                    && self.link_is(&link, test.kind.as_ref())
                    && may_follow(search.mode, walk, &link)
                    && differs(link.link, &search.differs, row)
                    && self.link_holds(search, test, &link, row)?
                {
                    return Ok(Some(link));
                }
            }
            cursor.side += 1;
            cursor.place = 0;
        }
        Ok(None)
    }

    pub(super) fn link_holds(
        &mut self,
        search: &Search,
        test: &LinkTest,
        link: &Link,
        row: &mut [Value],
    ) -> Result<bool, Fault> {
        if !test.filters.is_empty() {
            row[test.slot] = Value::Link(link.link);
            for filter in &test.filters {
                if !self.holds(filter, row)? {
                    return Ok(false);
                }
            }
        }
        for (slot, condition, wanted) in &search.every_link {
            row[*slot] = Value::Link(link.link);
            if self.evaluate(condition, row)?.as_bool() != Some(*wanted) {
                return Ok(false);
            }
        }
        self.every_node_holds(search, link.node, row)
    }

    pub(super) fn every_node_holds(&mut self, search: &Search, node: u32, row: &mut [Value]) -> Result<bool, Fault> {
        for (slot, condition, wanted) in &search.every_node {
            row[*slot] = Value::Node(node);
            if self.evaluate(condition, row)?.as_bool() != Some(*wanted) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    pub(super) fn way_is_open(
        &mut self,
        search: &Search,
        way: &Way,
        node: u32,
        walk: &impl Walk,
        row: &mut [Value],
    ) -> Result<bool, Fault> {
        for check in &way.checks {
            let holds = match *check {
                Check::Node(index) => {
                    let test = &search.automaton.nodes[index];
                    let known = test.same.is_none_or(|slot| matches!(row[slot], Value::Node(same) if same == node));
                    if !known || test.labels.as_ref().is_some_and(|labels| !self.node_has(node, labels)) {
                        return Ok(false);
                    }
                    if !test.filters.is_empty() {
                        row[test.slot] = Value::Node(node);
                    }
                    self.all_hold(&test.filters, row)?
                }
                Check::Group(index) => {
                    let group = &search.automaton.groups[index];
                    let (nodes, links) = walk.tail(group.links.len());
                    for (node, tests) in nodes.iter().zip(&group.nodes) {
                        tests.iter().for_each(|test| row[search.automaton.nodes[*test].slot] = Value::Node(*node));
                    }
                    for (link, test) in links.iter().zip(&group.links) {
                        row[search.automaton.links[*test].slot] = Value::Link(*link);
                    }
                    self.holds(&group.filter, row)?
                }
            };
            if !holds {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn all_hold(&mut self, filters: &[Ex], row: &mut [Value]) -> Result<bool, Fault> {
        for filter in filters {
            if !self.holds(filter, row)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Puts a path and its variables into the row; whether the path counts.
    pub(super) fn accept(
        &mut self,
        search: &Search,
        run: &Run,
        row: &mut [Value],
        seen: &mut HashSet<Key>,
    ) -> Result<bool, Fault> {
        let automaton = &search.automaton;
        let mut node_lists: Vec<Vec<u32>> = vec![Vec::new(); automaton.nodes.len()];
        let mut link_lists: Vec<Vec<u32>> = vec![Vec::new(); automaton.links.len()];
        let mut state = 0;
        for (place, node) in run.nodes.iter().enumerate() {
            let hop = run.hops.get(place).copied();
            let ways = automaton.ways.get(state).map_or(&[][..], |ways| ways);
            for check in ways.iter().find(|way| way.hop == hop).map_or(&[][..], |way| &way.checks) {
                if let Check::Node(index) = *check {
                    node_lists[index].push(*node);
                }
            }
            if let Some(hop) = hop {
                link_lists[automaton.hops[hop]].push(run.links[place]);
                state = hop + 1;
            }
        }
        let mut variables = Vec::new();
        for (test, mut list) in automaton.nodes.iter().zip(node_lists) {
            let value = match test.list {
                Some(slot) => {
                    if search.reversed {
                        list.reverse();
                    }
                    Some((slot, Value::list(list.into_iter().map(Value::Node).collect())))
                }
                None if test.named => list.first().map(|node| (test.slot, Value::Node(*node))),
                None => None,
            };
            variables.extend(value);
        }
        for (test, mut list) in automaton.links.iter().zip(link_lists) {
            if search.reversed {
                list.reverse();
            }
            let value = match test.list {
                Some(slot) => Some((slot, Value::list(list.into_iter().map(Value::Link).collect()))),
                None if test.named && !test.repeated => list.first().map(|link| (test.slot, Value::Link(*link))),
                None => None,
            };
            variables.extend(value);
        }
        let mut path = Path { nodes: run.nodes.clone(), links: run.links.clone() };
        let end = path.nodes.last().copied().unwrap_or_default();
        if search.reversed {
            path.nodes.reverse();
            path.links.reverse();
        }
        let path = Value::Path(Arc::new(path));
        if search.once {
            let parts = variables.iter().map(|(_, value)| value.clone()).chain([path_key(&path)]);
            if !seen.insert(Key(Value::list(parts.collect()))) {
                return Ok(false);
            }
        }
        for (slot, value) in variables {
            row[slot] = value;
        }
        if !search.to_bound {
            row[search.to] = Value::Node(end);
        }
        row[search.path] = path;
        match &search.filter {
            Some(filter) => self.holds(filter, row),
            None => Ok(true),
        }
    }
}

/// A path as a list, for which direction matters.
fn path_key(path: &Value) -> Value {
    match path {
        Value::Path(path) => {
            let nodes = path.nodes.iter().copied().map(Value::Node);
            Value::list(nodes.chain(path.links.iter().copied().map(Value::Link)).collect())
        }
        _ => Value::Null,
    }
}

/// Whether a link may be walked next under a mode.
pub(super) fn may_follow(mode: Mode, walk: &impl Walk, link: &Link) -> bool {
    match mode {
        Mode::Walk => true,
        Mode::Default | Mode::Trail => !walk.has_link(link.link),
        Mode::Acyclic => !walk.has_node(link.node, false),
        Mode::Simple => {
            let closed = walk.length() > 0 && walk.end().0 == walk.start();
            !closed && !walk.has_node(link.node, true)
        }
    }
}

/// The walk of a depth-first search.
struct Stack {
    nodes: Vec<u32>,
    links: Vec<u32>,
    hops: Vec<usize>,
}

impl Stack {
    fn push(&mut self, hop: usize, link: Link) {
        self.nodes.push(link.node);
        self.links.push(link.link);
        self.hops.push(hop);
    }

    fn pop(&mut self) {
        self.nodes.pop();
        self.links.pop();
        self.hops.pop();
    }
}

impl Walk for Stack {
    fn end(&self) -> (u32, usize) {
        (self.nodes.last().copied().unwrap_or_default(), self.hops.last().map_or(0, |hop| hop + 1))
    }

    fn tail(&self, count: usize) -> (Vec<u32>, Vec<u32>) {
        let from = self.links.len().saturating_sub(count);
        (self.nodes[from..].to_vec(), self.links[from..].to_vec())
    }

    fn has_link(&self, link: u32) -> bool {
        self.links.contains(&link)
    }

    fn has_node(&self, node: u32, inner: bool) -> bool {
        self.nodes[usize::from(inner)..].contains(&node)
    }

    fn length(&self) -> u32 {
        self.links.len() as u32
    }

    fn start(&self) -> u32 {
        self.nodes.first().copied().unwrap_or_default()
    }
}
