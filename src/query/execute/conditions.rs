//! What a path search asks of nodes, links and repetitions on its way.

use super::paths::Walk;
use super::{Executor, differs};
use crate::query::diagnostics::Fault;
use crate::query::graph::{Link, PropertyGraph};
use crate::query::plan::Ex;
use crate::query::search::{Check, Every, LinkTest, NodeTest, One, Search, Way};
use crate::query::value::Value;

/// A step of a plain search, in the order of the search.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    pub from: u32,
    pub link: u32,
    pub to: u32,
}

/// Whether a plain search asks nothing of a step beyond kind and direction of its link.
pub(super) fn is_free(search: &Search, one: &One) -> bool {
    let automaton = &search.automaton;
    let asks_nothing = |test: &NodeTest| test.labels.is_none() && test.filters.is_empty() && test.same.is_none();
    search.every_node.is_empty()
        && search.every_link.is_empty()
        && search.differs.is_empty()
        && automaton.links.get(one.link).is_some_and(|test| test.filters.is_empty() && test.group.is_none())
        && automaton.nodes.iter().all(asks_nothing)
}

impl<G: PropertyGraph> Executor<'_, G> {
    /// Whether a link may be walked in a hop, and its end entered.
    pub(super) fn link_holds(
        &mut self,
        search: &Search,
        test: &LinkTest,
        link: &Link,
        row: &mut [Value],
    ) -> Result<bool, Fault> {
        if !self.walks(search, test, link.link, row)? || !self.enters(search, link.node, row)? {
            return Ok(false);
        }
        let Some(group) = test.group else { return Ok(true) };
        let (start, end) = self.graph.ends(link.link);
        let from = if start == link.node { end } else { start };
        self.group_holds(search, group, &[from, link.node], &[link.link], row)
    }

    /// Whether a link may be walked, in whichever direction, as far as the link itself decides.
    pub(super) fn walks(
        &mut self,
        search: &Search,
        test: &LinkTest,
        link: u32,
        row: &mut [Value],
    ) -> Result<bool, Fault> {
        if !test.filters.is_empty() {
            row[test.slot] = Value::Link(link);
        }
        Ok(self.all_hold(&test.filters, row)?
            && self.each_holds(&search.every_link, Value::Link(link), row, |_| true)?)
    }

    /// Whether a step of a plain search may be taken, as far as link, repetition and the nodes of the repetition decide.
    pub(super) fn may_step(
        &mut self,
        search: &Search,
        one: &One,
        step: Step,
        row: &mut [Value],
    ) -> Result<bool, Fault> {
        let automaton = &search.automaton;
        for (node, tests) in [(step.from, &one.before), (step.to, &one.after)] {
            for test in tests {
                if !self.node_fits(&automaton.nodes[*test], node, row)? {
                    return Ok(false);
                }
            }
        }
        if !differs(step.link, &search.differs, row)
            || !self.walks(search, &automaton.links[one.link], step.link, row)?
        {
            return Ok(false);
        }
        match automaton.links[one.link].group {
            Some(group) => self.group_holds(search, group, &[step.from, step.to], &[step.link], row),
            None => Ok(true),
        }
    }

    /// What is asked of every node, for those conditions that `which` picks.
    pub(super) fn node_holds(
        &mut self,
        search: &Search,
        node: u32,
        row: &mut [Value],
        which: impl Fn(&Every) -> bool,
    ) -> Result<bool, Fault> {
        self.each_holds(&search.every_node, Value::Node(node), row, which)
    }

    /// Whether a path may go to a node: what is asked of the last node too.
    pub(super) fn enters(&mut self, search: &Search, node: u32, row: &mut [Value]) -> Result<bool, Fault> {
        self.node_holds(search, node, row, |every| every.last)
    }

    /// Whether a path may go on from a node: what is asked of all but the last.
    pub(super) fn leaves(&mut self, search: &Search, node: u32, first: bool, row: &mut [Value]) -> Result<bool, Fault> {
        self.node_holds(search, node, row, |every| !every.last && (!first || every.first))
    }

    fn each_holds(
        &mut self,
        conditions: &[Every],
        of: Value,
        row: &mut [Value],
        which: impl Fn(&Every) -> bool,
    ) -> Result<bool, Fault> {
        for every in conditions.iter().filter(|every| which(every)) {
            row[every.slot] = of.clone();
            if self.evaluate(&every.ex, row)?.as_bool() != Some(every.wanted) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether a node is what a node of the pattern asks for.
    pub(super) fn node_fits(&mut self, test: &NodeTest, node: u32, row: &mut [Value]) -> Result<bool, Fault> {
        let known = test.same.is_none_or(|slot| matches!(row[slot], Value::Node(same) if same == node));
        if !known || test.labels.as_ref().is_some_and(|labels| !self.node_has(node, labels)) {
            return Ok(false);
        }
        if !test.filters.is_empty() {
            row[test.slot] = Value::Node(node);
        }
        self.all_hold(&test.filters, row)
    }

    /// Whether a repetition is what its group asks for.
    pub(super) fn group_holds(
        &mut self,
        search: &Search,
        group: usize,
        nodes: &[u32],
        links: &[u32],
        row: &mut [Value],
    ) -> Result<bool, Fault> {
        let group = &search.automaton.groups[group];
        for (node, tests) in nodes.iter().zip(&group.nodes) {
            tests.iter().for_each(|test| row[search.automaton.nodes[*test].slot] = Value::Node(*node));
        }
        for (link, test) in links.iter().zip(&group.links) {
            row[search.automaton.links[*test].slot] = Value::Link(*link);
        }
        self.holds(&group.filter, row)
    }

    /// Whether a way on from the end of a walk is open.
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
                Check::Node(index) => self.node_fits(&search.automaton.nodes[index], node, row)?,
                Check::Group(index) => {
                    let (nodes, links) = walk.tail(search.automaton.groups[index].links.len());
                    self.group_holds(search, index, &nodes, &links, row)?
                }
            };
            if !holds {
                return Ok(false);
            }
        }
        Ok(way.hop.is_none() || self.leaves(search, node, walk.length() == 0, row)?)
    }

    fn all_hold(&mut self, filters: &[Ex], row: &mut [Value]) -> Result<bool, Fault> {
        for filter in filters {
            if !self.holds(filter, row)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether a path may end at a node.
    pub(super) fn ends(&self, search: &Search, start: u32, end: u32) -> bool {
        (!search.open || start != end) && search.end_labels.iter().all(|labels| self.node_has(end, labels))
    }
}
