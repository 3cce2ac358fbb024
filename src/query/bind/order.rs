//! In which order a `match` is carried out: from the cheapest node along the links, conditions as soon as they can be
//! tested.

use std::collections::HashSet;

use super::automaton::SearchSpec;
use crate::query::ast::{Direction, Mode, Selector};
use crate::query::expression_ast::Comparison;
use crate::query::graph::PropertyGraph;
use crate::query::lexer::Span;
use crate::query::plan::{Ex, Expand, LabelTest, Slot, Source, Step};
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
        loop {
            self.ready(&mut steps);
            if let Some(at) = self.next_edge() {
                let edge = self.edges.remove(at);
                self.walk(edge, &mut walked, &mut steps);
            } else if let Some(at) = self.next_node(graph) {
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

    /// The cheapest edge that a filled place leads to.
    fn next_edge(&self) -> Option<usize> {
        let cost = |edge: &Edge| {
            let ends = [edge.left, edge.right].iter().filter(|end| self.known.contains(end)).count();
            let searches = match &edge.kind {
                EdgeKind::Link { known: true, .. } => 0,
                EdgeKind::Link { kind: Some(_), .. } => 1,
                EdgeKind::Link { .. } => 2,
                EdgeKind::Search(search) if search.needs.iter().all(|need| self.known.contains(need)) => 4,
                EdgeKind::Search(_) => return None,
            };
            // Closing a circle is cheaper than going on, and a search is worth waiting for its other end.
            (ends > 0).then_some(searches * 2 + (2 - ends) * if searches == 4 { 3 } else { 1 })
        };
        let costs = self.edges.iter().enumerate().filter_map(|(at, edge)| Some((cost(edge)?, at)));
        costs.min().map(|(_, at)| at).filter(|at| {
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
        let cost = |node: &NodeSpec| {
            let labels = node.labels.iter().filter_map(|test| match test {
                LabelTest::Is(Some(label)) => Some(graph.label_count(*label)),
                LabelTest::Is(None) => Some(0),
                _ => None,
            });
            let count = labels.min().unwrap_or_else(|| graph.node_count());
            match node {
                NodeSpec { entity: Some(_), .. } => 0,
                NodeSpec { chosen: Some(chosen), .. } => chosen.len() as u32,
                _ => count,
            }
        };
        let costs = self.nodes.iter().enumerate().map(|(at, node)| (cost(node), at));
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

    fn walk(&mut self, edge: Edge, walked: &mut Vec<(Slot, Option<LabelTest>)>, steps: &mut Vec<Step>) {
        let forward = self.known.contains(&edge.left);
        let (from, to) = if forward { (edge.left, edge.right) } else { (edge.right, edge.left) };
        match edge.kind {
            EdgeKind::Link { slot, known, direction, kind } => {
                let differs = walked
                    .iter()
                    .filter(|(_, other)| !apart(other.as_ref(), kind.as_ref()))
                    .map(|(slot, _)| *slot)
                    .collect();
                walked.push((slot, kind.clone()));
                let direction = match direction {
                    Direction::Out if !forward => Direction::In,
                    Direction::In if !forward => Direction::Out,
                    other => other,
                };
                let to_bound = self.known.contains(&to);
                self.known.insert(slot);
                steps.push(Step::Expand(Expand {
                    from,
                    link: slot,
                    link_bound: known,
                    to,
                    to_bound,
                    direction,
                    kind,
                    differs,
                }));
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
