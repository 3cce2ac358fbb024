//! In which order a `match` is carried out: from the cheapest node along the links, conditions as soon as they can be
//! tested.

use std::collections::{HashMap, HashSet};

use super::automaton::SearchSpec;
use crate::query::ast::{Direction, Mode, Selector};
use crate::query::expression_ast::Comparison;
use crate::query::graph::{LabelNo, PropertyGraph};
use crate::query::lexer::Span;
use crate::query::plan::{Arm, Ex, Expand, LabelTest, Slot, Source, Step};
use crate::query::search::Search;
use crate::query::value::Value;

/// A condition and the places that must be filled before it can be tested.
#[derive(Debug)]
pub(super) struct Pending {
    pub ex: Ex,
    pub needs: Vec<Slot>,
}

/// A node of a `match`.
#[derive(Debug)]
pub(super) struct NodeSpec {
    pub slot: Slot,
    pub labels: Vec<LabelTest>,
    /// The node that it must be.
    pub entity: Option<u32>,
    /// The nodes that an index gives for one of its properties.
    pub chosen: Option<Vec<u32>>,
}

impl NodeSpec {
    /// About how many nodes it can be.
    fn count<G: PropertyGraph>(&self, graph: &G) -> u32 {
        let labels = self.labels.iter().filter_map(|test| match test {
            LabelTest::Is(Some(label)) => Some(graph.label_count(*label)),
            LabelTest::Is(None) => Some(0),
            _ => None,
        });
        match self {
            NodeSpec { entity: Some(_), .. } => 0,
            NodeSpec { chosen: Some(chosen), .. } => chosen.len() as u32,
            _ => labels.min().unwrap_or_else(|| graph.node_count()),
        }
    }

    /// Whether it is one node at most, so that finding it makes no more rows.
    fn is_single(&self) -> bool {
        self.entity.is_some() || self.chosen.as_ref().is_some_and(|chosen| chosen.len() <= 1)
    }

    /// The label by which it is found, if it has one.
    fn label(&self) -> Option<LabelNo> {
        self.labels.iter().find_map(|test| match test {
            LabelTest::Is(label) => *label,
            _ => None,
        })
    }
}

/// What joins two nodes of a `match`.
#[derive(Debug)]
pub(super) struct Edge {
    pub left: Slot,
    pub right: Slot,
    pub kind: EdgeKind,
}

#[derive(Debug)]
pub(super) enum EdgeKind {
    Link { slot: Slot, known: bool, direction: Direction, kind: Option<LabelTest> },
    Search(Box<SearchSpec>),
}

/// A `match`, bound and not yet in order.
#[derive(Debug, Default)]
pub(super) struct Pattern {
    /// The places that are filled before.
    pub known: HashSet<Slot>,
    pub nodes: Vec<NodeSpec>,
    pub edges: Vec<Edge>,
    pub filters: Vec<Pending>,
    /// Path variables and the places of their parts.
    pub paths: Vec<(Slot, Vec<Slot>)>,
    /// Whether there is more than one edge, so that the links of one matter to another.
    pub several: bool,
    /// One label of each node that has any.
    pub labels: HashMap<Slot, LabelNo>,
}

impl Pattern {
    /// The steps, in order.
    pub fn steps<G: PropertyGraph>(mut self, graph: &G) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut walked: Vec<(Slot, Option<LabelTest>)> = Vec::new();
        for node in &mut self.nodes {
            let condition = |ex| Pending { ex, needs: vec![node.slot] };
            for labels in std::mem::take(&mut node.labels) {
                let tests = Box::new((labels.clone(), LabelTest::Is(None)));
                self.filters.push(condition(Ex::Labels(Box::new(Ex::Slot(node.slot)), tests, Span::default())));
                node.labels.push(labels);
            }
            if let Some(entity) = node.entity {
                let entity = Ex::Constant(Value::Node(entity));
                let same = Ex::Compare(Box::new(Ex::Slot(node.slot)), vec![(Comparison::Equal, entity)]);
                self.filters.push(condition(same));
            }
        }
        self.several = self.edges.len() > 1;
        self.labels = self.nodes.iter().filter_map(|node| Some((node.slot, node.label()?))).collect();
        loop {
            self.ready(&mut steps);
            let single = self.next_node(graph).filter(|at| self.nodes[*at].is_single());
            if let Some(at) = self.next_edge(graph).filter(|_| single.is_none()) {
                let edge = self.edges.remove(at);
                if !self.intersect(&edge, &mut walked, &mut steps) {
                    self.walk(edge, &mut walked, &mut steps);
                }
            } else if let Some(at) = single.or_else(|| self.next_node(graph)) {
                let node = self.nodes.remove(at);
                let source = self.source(&node);
                self.filters.retain(|pending| !says(&source, node.slot, &pending.ex));
                steps.push(Step::Scan(node.slot, source));
                self.known.insert(node.slot);
            } else {
                break;
            }
        }
        // Conditions that need what nothing fills cannot be, but must not be lost.
        steps.extend(self.filters.into_iter().map(|pending| Step::Filter(pending.ex)));
        steps
    }

    /// Paths and conditions whose places are filled.
    fn ready(&mut self, steps: &mut Vec<Step>) {
        let known = &mut self.known;
        self.paths.retain_mut(|(slot, parts)| {
            let ready = parts.iter().all(|part| known.contains(part));
            if ready {
                steps.push(Step::Path(*slot, std::mem::take(parts)));
                known.insert(*slot);
            }
            !ready
        });
        let mut later = Vec::new();
        for pending in self.filters.drain(..) {
            if pending.needs.iter().all(|need| known.contains(need)) {
                steps.push(Step::Filter(pending.ex));
            } else {
                later.push(pending);
            }
        }
        self.filters = later;
    }

    /// The edge that a filled place leads to and that makes the fewest rows of one, as far as can be foreseen; searches
    /// come last, and are worth waiting for their other end.
    fn next_edge<G: PropertyGraph>(&self, graph: &G) -> Option<usize> {
        let cost = |edge: &Edge| {
            let (near, far) = match (self.known.contains(&edge.left), self.known.contains(&edge.right)) {
                (false, false) => return None,
                (true, true) => (edge.left, None),
                (true, false) => (edge.left, Some(edge.right)),
                (false, true) => (edge.right, Some(edge.left)),
            };
            match &edge.kind {
                EdgeKind::Link { known: true, .. } => Some((0, 0.0)),
                EdgeKind::Link { .. } if far.is_none() => Some((0, 1.0)),
                EdgeKind::Link { direction, kind, .. } => {
                    let direction = if near == edge.left { *direction } else { direction.turned() };
                    let degree = graph.mean_degree(self.labels.get(&near).copied(), direction, kind.as_ref());
                    let open = far.and_then(|far| self.nodes.iter().find(|node| node.slot == far));
                    let share =
                        open.map_or(1.0, |node| node.count(graph) as f64 / f64::from(graph.node_count().max(1)));
                    Some((1, degree * share))
                }
                EdgeKind::Search(search) if search.needs.iter().all(|need| self.known.contains(need)) => {
                    Some((if far.is_none() { 2 } else { 3 }, 0.0))
                }
                EdgeKind::Search(_) => None,
            }
        };
        let is_open = |edge: &&Edge| self.known.contains(&edge.left) || self.known.contains(&edge.right);
        let only = self.edges.iter().filter(is_open).count() <= 1;
        let cost = |edge: &Edge| match edge.kind {
            // Where there is no choice, nothing has to be foreseen.
            EdgeKind::Link { .. } if only && is_open(&edge) => Some((0, 0.0)),
            _ => cost(edge),
        };
        let costs = self.edges.iter().enumerate().filter_map(|(at, edge)| Some((cost(edge)?, at)));
        let cheapest = costs.min_by(|((a, b), at), ((c, d), other)| a.cmp(c).then(b.total_cmp(d)).then(at.cmp(other)));
        cheapest.map(|(_, at)| at).filter(|at| {
            // Before a search with one open end, a node that can be found by itself.
            !matches!(self.edges[*at].kind, EdgeKind::Search(_)) || !self.other_end_is_cheap(*at)
        })
    }

    /// Whether the open end of a search is better found first: it is one known node, or text.
    fn other_end_is_cheap(&self, at: usize) -> bool {
        let edge = &self.edges[at];
        let open = [edge.left, edge.right].into_iter().find(|end| !self.known.contains(end));
        open.and_then(|open| self.nodes.iter().find(|node| node.slot == open))
            .is_some_and(|node| node.entity.is_some() || node.chosen.is_some())
    }

    /// The node that is cheapest to start from.
    fn next_node<G: PropertyGraph>(&mut self, graph: &G) -> Option<usize> {
        let known = &self.known;
        self.nodes.retain(|node| !known.contains(&node.slot));
        let costs = self.nodes.iter().enumerate().map(|(at, node)| (node.count(graph), at));
        costs.min().map(|(_, at)| at)
    }

    fn source(&self, node: &NodeSpec) -> Source {
        if let Some(entity) = node.entity {
            return Source::Nodes(vec![entity]);
        }
        if let Some(chosen) = &node.chosen {
            return Source::Nodes(chosen.clone());
        }
        let label = node.labels.iter().find_map(|test| match test {
            LabelTest::Is(label) => Some(*label),
            _ => None,
        });
        label.map_or(Source::All, Source::Label)
    }

    /// A walk along one link, whose direction is that in the pattern.
    fn expand(
        &self,
        (from, to): (Slot, Slot),
        link: Slot,
        link_bound: bool,
        direction: Direction,
        kind: Option<LabelTest>,
        walked: &mut Vec<(Slot, Option<LabelTest>)>,
    ) -> Expand {
        let others = walked.iter().filter(|(_, other)| !apart(other.as_ref(), kind.as_ref()));
        let differs = others.map(|(slot, _)| *slot).collect();
        walked.push((link, kind.clone()));
        let to_bound = self.known.contains(&to);
        Expand { from, link, link_bound, to, to_bound, direction, kind, differs, only_counted: false }
    }

    /// Walks to a node that several known nodes have links to, along all of these links at once, beginning with that node
    /// which has the fewest. Whether there are several.
    fn intersect(&mut self, edge: &Edge, walked: &mut Vec<(Slot, Option<LabelTest>)>, steps: &mut Vec<Step>) -> bool {
        let open = match (self.known.contains(&edge.left), self.known.contains(&edge.right)) {
            (true, false) => edge.right,
            (false, true) => edge.left,
            _ => return false,
        };
        let is_arm = |known: &HashSet<Slot>, edge: &Edge| {
            let other = if edge.left == open { edge.right } else { edge.left };
            (edge.left == open || edge.right == open)
                && known.contains(&other)
                && matches!(edge.kind, EdgeKind::Link { known: false, .. })
        };
        if !is_arm(&self.known, edge) || !self.edges.iter().any(|other| is_arm(&self.known, other)) {
            return false;
        }
        let (others, rest): (Vec<Edge>, Vec<Edge>) =
            std::mem::take(&mut self.edges).into_iter().partition(|other| is_arm(&self.known, other));
        self.edges = rest;
        let first = walked.len();
        let mut arms: Vec<Arm> = Vec::new();
        let mut filled = Vec::new();
        for edge in std::iter::once(edge).chain(&others) {
            let EdgeKind::Link { slot, direction, kind, .. } = &edge.kind else { continue };
            let forward = edge.right == open;
            let near = if forward { edge.left } else { edge.right };
            let direction = if forward { *direction } else { direction.turned() };
            let mut expand = self.expand((near, open), *slot, false, direction, kind.clone(), walked);
            let own: Vec<Slot> = walked[first..].iter().map(|(slot, _)| *slot).collect();
            expand.differs.retain(|slot| !own.contains(slot));
            let peers = (0..arms.len()).filter(|at| !apart(arms[*at].expand.kind.as_ref(), kind.as_ref())).collect();
            filled.push(*slot);
            arms.push(Arm { expand, peers });
        }
        for at in 0..arms.len() {
            for peer in arms[at].peers.clone() {
                if peer < at {
                    arms[peer].peers.push(at);
                }
            }
        }
        self.known.extend(filled);
        self.known.insert(open);
        steps.push(Step::Intersect(arms));
        true
    }

    fn walk(&mut self, edge: Edge, walked: &mut Vec<(Slot, Option<LabelTest>)>, steps: &mut Vec<Step>) {
        let forward = self.known.contains(&edge.left);
        let (from, to) = if forward { (edge.left, edge.right) } else { (edge.right, edge.left) };
        match edge.kind {
            EdgeKind::Link { slot, known, direction, kind } => {
                let direction = if forward { direction } else { direction.turned() };
                let expand = self.expand((from, to), slot, known, direction, kind, walked);
                self.known.insert(slot);
                steps.push(Step::Expand(expand));
            }
            EdgeKind::Search(mut spec) => {
                spec.path_wanted |= self.several || self.paths.iter().any(|(_, parts)| parts.contains(&spec.path));
                let mut differs = Vec::new();
                if spec.selector == Selector::All && spec.mode == Mode::Default {
                    differs.extend(walked.iter().map(|(slot, _)| *slot));
                    walked.push((spec.path, None));
                }
                let filled: Vec<Slot> = spec.outputs.iter().copied().chain([spec.path]).collect();
                let (mut search, later) = spec.search(from, to, !forward, &|slot| self.known.contains(&slot), differs);
                self.filters.extend(later);
                self.end_where(&mut search);
                self.known.extend(filled);
                steps.push(Step::Search(Box::new(search)));
            }
        }
        self.known.insert(to);
    }

    /// Hands to a search the conditions that only say where its paths end. Of each two ends, a selector chooses among
    /// their own paths, so that it makes no difference whether ends are left out before or after.
    fn end_where(&mut self, search: &mut Search) {
        if matches!(search.selector, Selector::Cheapest(_)) {
            return;
        }
        let (from, to) = (search.from, search.to);
        self.filters.retain(|pending| match &pending.ex {
            Ex::Compare(left, right) => {
                let other = match (&**left, right.as_slice()) {
                    (Ex::Slot(left), [(Comparison::NotEqual, Ex::Slot(right))]) => [*left, *right],
                    _ => return true,
                };
                let is_open = from != to && (other == [from, to] || other == [to, from]);
                search.open |= is_open;
                !is_open
            }
            Ex::Labels(of, tests, _) if matches!(**of, Ex::Slot(slot) if slot == to) && !search.to_bound => {
                search.end_labels.push(tests.0.clone());
                false
            }
            _ => true,
        });
    }
}

/// Whether a source gives only nodes of which a condition holds.
fn says(source: &Source, slot: Slot, condition: &Ex) -> bool {
    let is_slot = |ex: &Ex| matches!(ex, Ex::Slot(other) if *other == slot);
    match (source, condition) {
        (Source::Nodes(nodes), Ex::Compare(left, right)) => {
            is_slot(left)
                && matches!(right.as_slice(), [(Comparison::Equal, Ex::Constant(Value::Node(other)))] if nodes == &[*other])
        }
        (Source::Label(label), Ex::Labels(of, tests, _)) => is_slot(of) && tests.0 == LabelTest::Is(*label),
        _ => false,
    }
}

/// Whether no link can be of both kinds.
fn apart(a: Option<&LabelTest>, b: Option<&LabelTest>) -> bool {
    matches!((a, b), (Some(LabelTest::Is(a)), Some(LabelTest::Is(b))) if a != b)
}
