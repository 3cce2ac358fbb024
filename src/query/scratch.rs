//! A small graph in memory that `create` can fill: for tests and the conformance run.

use std::collections::HashMap;
use std::sync::atomic::AtomicBool;

use super::ast::Direction;
use super::budget::{Budget, Meter};
use super::diagnostics::Fault;
use super::execute::{Executor, Parameters, Table};
use super::graph::{LabelNo, Link, PropertyGraph, Side};
use super::plan::LabelTest;
use super::value::Value;
use super::{bind, parser};

/// A property graph in memory.
#[derive(Debug, Default)]
pub struct ScratchGraph {
    names: Vec<Box<str>>,
    numbers: HashMap<Box<str>, LabelNo>,
    nodes: Vec<Node>,
    links: Vec<Tie>,
}

#[derive(Debug, Default)]
struct Node {
    labels: Vec<LabelNo>,
    properties: Vec<(String, Value)>,
    out: Vec<Link>,
    into: Vec<Link>,
}

#[derive(Debug)]
struct Tie {
    kind: LabelNo,
    from: u32,
    to: u32,
    properties: Vec<(String, Value)>,
}

impl ScratchGraph {
    /// Carries out a query that may create.
    ///
    /// # Errors
    /// The query is none, makes no sense or fails; then nothing is created.
    pub fn create(&mut self, text: &str) -> Result<(), Fault> {
        let query = parser::scratch_query(text)?;
        let plan = bind::plan(&query, text, self)?;
        let (parameters, stop) = (Parameters::new(), AtomicBool::new(false));
        let meter = Meter::new(Budget::default(), &stop);
        let made = Executor::new(self, &parameters, meter).creating(&plan, self.links.len() as u32)?;
        for made in made {
            match made.ends {
                None => self.add_node(made.labels.iter().map(|label| &**label), made.properties),
                Some((from, to)) => {
                    self.add_link(from, made.labels.first().map_or("", |kind| kind), to, made.properties)
                }
            };
        }
        Ok(())
    }

    /// Answers a query, with what ended it if a budget did.
    ///
    /// # Errors
    /// The query is none, makes no sense or fails.
    pub fn query(&self, text: &str, parameters: &Parameters, budget: Budget) -> Result<(Table, Option<String>), Fault> {
        let query = parser::scratch_query(text)?;
        let plan = bind::plan(&query, text, self)?;
        let stop = AtomicBool::new(false);
        let meter = Meter::new(budget, &stop);
        let mut executor = Executor::new(self, parameters, meter);
        let table = executor.table(&plan)?;
        let cut = executor.cut();
        Ok((table, cut))
    }

    /// Adds a node and gives its number.
    pub fn add_node<'a>(&mut self, labels: impl IntoIterator<Item = &'a str>, properties: Vec<(String, Value)>) -> u32 {
        let mut labels: Vec<LabelNo> = labels.into_iter().map(|label| self.number(label)).collect();
        labels.dedup();
        self.nodes.push(Node { labels, properties, ..Node::default() });
        self.nodes.len() as u32 - 1
    }

    /// Adds a link between two nodes and gives its number; nothing is added for a node that is not there.
    pub fn add_link(&mut self, from: u32, kind: &str, to: u32, properties: Vec<(String, Value)>) -> u32 {
        let (kind, link) = (self.number(kind), self.links.len() as u32);
        if from.max(to) as usize >= self.nodes.len() {
            return link;
        }
        self.links.push(Tie { kind, from, to, properties });
        self.nodes[from as usize].out.push(Link { link, node: to, kind });
        self.nodes[to as usize].into.push(Link { link, node: from, kind });
        link
    }

    fn number(&mut self, name: &str) -> LabelNo {
        if let Some(&number) = self.numbers.get(name) {
            return number;
        }
        let number = self.names.len() as LabelNo;
        self.names.push(name.into());
        self.numbers.insert(name.into(), number);
        number
    }
}

fn property(properties: &[(String, Value)], key: &str) -> Value {
    properties.iter().find(|(known, _)| known == key).map_or(Value::Null, |(_, value)| value.clone())
}

impl PropertyGraph for ScratchGraph {
    type Ties<'t> = &'t [Link];
    type Hop = (Direction, Option<LabelTest>);

    fn node_count(&self) -> u32 {
        self.nodes.len() as u32
    }

    fn label(&self, name: &str) -> Option<LabelNo> {
        self.numbers.get(name).copied()
    }

    fn link_kind(&self, name: &str) -> Option<LabelNo> {
        self.numbers.get(name).copied()
    }

    fn link_kind_name(&self, kind: LabelNo) -> &str {
        self.names.get(kind as usize).map_or("", |name| name)
    }

    fn has_label(&self, node: u32, label: LabelNo) -> bool {
        self.nodes.get(node as usize).is_some_and(|node| node.labels.contains(&label))
    }

    fn labels(&self, node: u32) -> Vec<&str> {
        let labels = self.nodes.get(node as usize).map_or(&[][..], |node| &node.labels);
        labels.iter().map(|label| self.link_kind_name(*label)).collect()
    }

    fn label_count(&self, label: LabelNo) -> u32 {
        self.nodes.iter().filter(|node| node.labels.contains(&label)).count() as u32
    }

    fn next_node(&self, label: Option<LabelNo>, from: u32) -> Option<u32> {
        (from..self.node_count()).find(|node| label.is_none_or(|label| self.has_label(*node, label)))
    }

    fn ties(&self, node: u32, side: Side) -> &[Link] {
        self.nodes.get(node as usize).map_or(&[], |node| match side {
            Side::Out => &node.out,
            Side::In => &node.into,
        })
    }

    fn places(&self, ties: &[Link]) -> u32 {
        ties.len() as u32
    }

    fn link_at(&self, ties: &[Link], place: u32) -> Option<Link> {
        ties.get(place as usize).copied()
    }

    fn mean_degree(&self, _: Option<LabelNo>, direction: Direction, kind: Option<&LabelTest>) -> f64 {
        let fits = |link: &&Tie| kind.is_none_or(|kind| kind.holds(&|label| label == link.kind, &|| true));
        let links = self.links.iter().filter(fits).count() as f64 / self.nodes.len().max(1) as f64;
        if direction == Direction::Either { 2.0 * links } else { links }
    }

    fn hop(&self, direction: Direction, kind: Option<&LabelTest>) -> Self::Hop {
        (direction, kind.cloned())
    }

    fn each_step(&self, (direction, kind): &Self::Hop, node: u32, mut see: impl FnMut(u32, u32) -> bool) -> usize {
        let (out, into) = (self.ties(node, Side::Out), self.ties(node, Side::In));
        let along = |place: usize| match direction {
            Direction::Either => true,
            Direction::Out => place < out.len(),
            Direction::In => place >= out.len(),
        };
        for (place, link) in out.iter().chain(into).enumerate() {
            let fits = || kind.as_ref().is_none_or(|kind| kind.holds(&|label| label == link.kind, &|| true));
            if along(place) && fits() && !see(link.node, place as u32) {
                break;
            }
        }
        out.len() + into.len()
    }

    fn stepped(&self, node: u32, place: u32) -> u32 {
        let (out, into) = (self.ties(node, Side::Out), self.ties(node, Side::In));
        out.iter().chain(into).nth(place as usize).map_or(u32::MAX, |link| link.link)
    }

    fn ends(&self, link: u32) -> (u32, u32) {
        self.links.get(link as usize).map_or((0, 0), |tie| (tie.from, tie.to))
    }

    fn kind_of(&self, link: u32) -> LabelNo {
        self.links.get(link as usize).map_or(LabelNo::MAX, |tie| tie.kind)
    }

    fn node_property(&self, node: u32, key: &str) -> Value {
        self.nodes.get(node as usize).map_or(Value::Null, |node| property(&node.properties, key))
    }

    fn link_property(&self, link: u32, key: &str) -> Value {
        self.links.get(link as usize).map_or(Value::Null, |tie| property(&tie.properties, key))
    }

    fn node_properties(&self, node: u32) -> Vec<(String, Value)> {
        self.nodes.get(node as usize).map_or_else(Vec::new, |node| node.properties.clone())
    }

    fn link_properties(&self, link: u32) -> Vec<(String, Value)> {
        self.links.get(link as usize).map_or_else(Vec::new, |tie| tie.properties.clone())
    }

    fn named(&self, text: &str, by_name: bool) -> Vec<u32> {
        let key = if by_name { "name" } else { "id" };
        let is = |node: &Node| matches!(property(&node.properties, key), Value::Text(known) if *known == *text);
        (0..).zip(&self.nodes).filter(|(_, node)| is(node)).map(|(number, _)| number).collect()
    }

    fn indexed(&self, key: &str, text: &str) -> Option<Vec<u32>> {
        (key == "id").then(|| self.named(text, false))
    }

    fn claims(&self, _: u32) -> Vec<Value> {
        Vec::new()
    }
}
