//! Bound path patterns, and how they become automata in either direction.

use super::order::Pending;
use crate::query::ast::{Mode, Selector};
use crate::query::plan::{Ex, Slot};
use crate::query::search::{self, Automaton, Check, Cost, GroupTest, LinkTest, NodeTest, One, Search, Way};

/// The most hops of an automaton.
const MOST_HOPS: usize = 100_000;

/// A path pattern between two nodes, bound.
#[derive(Debug)]
pub(super) struct SearchSpec {
    pub nodes: Vec<NodeTest>,
    pub links: Vec<LinkTest>,
    pub groups: Vec<GroupTest>,
    /// What stands between the two ends.
    pub shape: Vec<Part>,
    pub selector: Selector,
    pub cost: Option<Cost>,
    pub mode: Mode,
    pub path: Slot,
    /// Whether anything may use the path.
    pub path_wanted: bool,
    /// The places, besides the path, that it fills.
    pub outputs: Vec<Slot>,
    /// The places that must be filled before.
    pub needs: Vec<Slot>,
    pub conditions: Vec<PathCondition>,
    pub longest: Option<u32>,
    pub once: bool,
    /// The variable of its list of links, if it is one repeated link.
    pub list_name: Option<Box<str>>,
}

/// A part of a path pattern; numbers are places in the lists of the specification.
#[derive(Clone, Debug)]
pub(super) enum Part {
    Node(usize),
    Link(usize),
    Repeat { inner: Vec<Part>, min: u32, max: Option<u32>, group: Option<usize> },
}

/// A condition on the path.
#[derive(Debug)]
pub(super) struct PathCondition {
    /// What it asks of each node or link, if it asks just that.
    pub every: Option<Every>,
    /// The condition itself, if nothing else tests it.
    pub whole: Option<Pending>,
}

/// A condition on each node, or each link, of a path.
#[derive(Debug)]
pub(super) struct Every {
    pub nodes: bool,
    pub slot: Slot,
    pub wanted: bool,
    /// Whether it is asked of the first and of the last one too.
    pub first: bool,
    pub last: bool,
    pub pending: Pending,
}

/// A state from which a pattern goes on, and what has to be checked there first.
type Open = Vec<(usize, Vec<Check>)>;

impl SearchSpec {
    pub fn new(path: Slot, selector: Selector, mode: Mode) -> Self {
        Self {
            nodes: Vec::new(),
            links: Vec::new(),
            groups: Vec::new(),
            shape: Vec::new(),
            selector,
            cost: None,
            mode,
            path,
            path_wanted: false,
            outputs: Vec::new(),
            needs: Vec::new(),
            conditions: Vec::new(),
            longest: None,
            once: false,
            list_name: None,
        }
    }

    pub fn is_unbounded(&self) -> bool {
        self.shape.iter().any(|part| matches!(part, Part::Repeat { max: None, .. }))
    }

    /// The repetition that it is, if it is one link over and over, at least zero times or once.
    fn one(&self, reversed: bool) -> Option<One> {
        let [Part::Repeat { inner, min: min @ (0 | 1), .. }] = self.shape.as_slice() else { return None };
        let mut links = inner.iter().filter_map(|part| match part {
            Part::Link(link) => Some(*link),
            _ => None,
        });
        let (Some(link), None) = (links.next(), links.next()) else { return None };
        let place = inner.iter().position(|part| matches!(part, Part::Link(_)))?;
        let nodes = |parts: &[Part]| {
            let node = |part: &Part| match part {
                Part::Node(node) => Some(*node),
                _ => None,
            };
            parts.iter().filter_map(node).collect::<Vec<_>>()
        };
        let (mut before, mut after) = (nodes(&inner[..place]), nodes(&inner[place..]));
        if reversed {
            std::mem::swap(&mut before, &mut after);
        }
        Some(One { link, before, after, may_be_empty: *min == 0 })
    }

    /// The search from one of its ends. `bound` tells which places are filled then; conditions that cannot be tested
    /// during the search come back.
    pub fn search(
        self,
        from: Slot,
        to: Slot,
        reversed: bool,
        bound: &dyn Fn(Slot) -> bool,
        differs: Vec<Slot>,
    ) -> (Search, Vec<Pending>) {
        let one = self.one(reversed);
        let plain = one.is_some();
        let longest = match self.shape.as_slice() {
            [Part::Repeat { max: Some(max), .. }] if plain => Some(self.longest.map_or(*max, |known| known.min(*max))),
            _ => self.longest,
        };
        let mut automaton =
            Automaton { nodes: self.nodes, links: self.links, groups: self.groups, ..Automaton::default() };
        let mut shape = if reversed { turned(&self.shape) } else { self.shape };
        if let (true, [Part::Repeat { max, .. }]) = (plain, shape.as_mut_slice()) {
            // The length of the path says as much, and so one hop is enough.
            *max = None;
        }
        if reversed {
            for link in &mut automaton.links {
                link.direction = link.direction.turned();
            }
        }
        let mut builder = Builder { automaton, hops: 0 };
        let open = builder.sequence(&shape, vec![(0, Vec::new())]);
        builder.ways(open, None);
        let mut search = Search {
            from,
            to,
            to_bound: bound(to) || from == to,
            reversed,
            selector: self.selector,
            cost: self.cost,
            mode: self.mode,
            automaton: builder.automaton,
            every_node: Vec::new(),
            every_link: Vec::new(),
            filter: None,
            differs,
            path: self.path,
            longest,
            plain,
            one,
            open: false,
            end_labels: Vec::new(),
            bare: false,
            ends: false,
            once: self.once && self.selector != Selector::All,
        };
        let mut filters = Vec::new();
        let mut later = Vec::new();
        let fills = |slot: Slot| bound(slot) || slot == self.path || slot == to || self.outputs.contains(&slot);
        for PathCondition { every, whole } in self.conditions {
            if let Some(every) = every
                && every.pending.needs.iter().all(|need| bound(*need))
            {
                let Every { nodes, slot, wanted, first, last, pending } = every;
                let (first, last) = if reversed { (last, first) } else { (first, last) };
                let list = if nodes { &mut search.every_node } else { &mut search.every_link };
                list.push(search::Every { slot, ex: pending.ex, wanted, first, last });
                continue;
            }
            match whole {
                Some(whole) if whole.needs.iter().all(|need| fills(*need)) => filters.push(whole.ex),
                Some(whole) => later.push(whole),
                None => {}
            }
        }
        search.bare = !self.path_wanted && self.outputs.is_empty() && filters.is_empty() && !search.once;
        search.filter = match filters.len() {
            0 => None,
            1 => filters.pop(),
            _ => Some(Ex::And(filters, Default::default())),
        };
        (search, later)
    }
}

/// A shape against its order.
fn turned(shape: &[Part]) -> Vec<Part> {
    let turn = |part: &Part| match part {
        Part::Repeat { inner, min, max, group } => {
            Part::Repeat { inner: turned(inner), min: *min, max: *max, group: *group }
        }
        other => other.clone(),
    };
    shape.iter().rev().map(turn).collect()
}

struct Builder {
    automaton: Automaton,
    hops: usize,
}

impl Builder {
    /// Adds ways on from open states.
    fn ways(&mut self, open: Open, hop: Option<usize>) {
        for (state, checks) in open {
            if self.automaton.ways.len() <= state {
                self.automaton.ways.resize(state + 1, Vec::new());
            }
            self.automaton.ways[state].push(Way { checks, hop });
        }
    }

    fn hop(&mut self, open: Open, link: usize) -> Open {
        let hop = self.automaton.hops.len();
        self.automaton.hops.push(link);
        self.ways(open, Some(hop));
        vec![(hop + 1, Vec::new())]
    }

    fn sequence(&mut self, shape: &[Part], mut open: Open) -> Open {
        for part in shape {
            open = match part {
                Part::Node(node) => {
                    open.iter_mut().for_each(|(_, checks)| checks.push(Check::Node(*node)));
                    open
                }
                Part::Link(link) => self.hop(open, *link),
                Part::Repeat { inner, min, max, group } => self.repeat(inner, *min, *max, *group, open),
            };
        }
        open
    }

    fn repeat(&mut self, inner: &[Part], min: u32, max: Option<u32>, group: Option<usize>, open: Open) -> Open {
        let group = self.describe(inner, group);
        let mut exits = if min == 0 { open.clone() } else { Vec::new() };
        let copies = max.unwrap_or(min.max(1));
        let mut last = open;
        let mut first_hop = 0;
        for copy in 1..=copies {
            if self.hops > MOST_HOPS {
                break;
            }
            first_hop = self.automaton.hops.len();
            last = self.sequence(inner, last);
            self.hops += self.automaton.hops.len() - first_hop;
            if let Some(group) = group {
                last.iter_mut().for_each(|(_, checks)| checks.push(Check::Group(group)));
            }
            if copy >= min {
                exits.extend(last.iter().cloned());
            }
        }
        if max.is_none() {
            // Back to the first hop of the last copy, by what stands before its first link.
            let before = inner.iter().map_while(|part| match part {
                Part::Node(node) => Some(Check::Node(*node)),
                _ => None,
            });
            let before: Vec<Check> = before.collect();
            last.iter_mut().for_each(|(_, checks)| checks.extend(&before));
            self.ways(last, Some(first_hop));
        }
        exits
    }

    /// Says which nodes and links one repetition of a group has. The group comes back if it has several links: what is
    /// asked of one link is tested with it.
    fn describe(&mut self, inner: &[Part], group: Option<usize>) -> Option<usize> {
        let number = group?;
        let test = self.automaton.groups.get_mut(number)?;
        test.nodes = vec![Vec::new()];
        for part in inner {
            match part {
                Part::Node(node) => test.nodes.last_mut().into_iter().for_each(|nodes| nodes.push(*node)),
                Part::Link(link) => {
                    test.links.push(*link);
                    test.nodes.push(Vec::new());
                }
                Part::Repeat { .. } => {}
            }
        }
        match test.links.as_slice() {
            [link] => {
                self.automaton.links[*link].group = group;
                None
            }
            _ => group,
        }
    }
}
