//! The same query with what the planner knows of the graph and with what it is told wrongly: other plans, the same rows.
//!
//! Queries and graphs are put together from the bytes, so that nearly all of them mean something; only such are made whose
//! rows the language fixes.
#![no_main]

use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use tieline::query::execute::{Executor, Parameters};
use tieline::query::graph::{LabelNo, Link, PropertyGraph, Side};
use tieline::query::scratch::ScratchGraph;
use tieline::query::value::Value;
use tieline::query::{Budget, Meter, bind, parser};

/// A graph about which the planner knows nothing, or the opposite of the truth.
struct Misled<'g> {
    graph: &'g ScratchGraph,
    turned: bool,
}

impl PropertyGraph for Misled<'_> {
    type Ties<'t>
        = <ScratchGraph as PropertyGraph>::Ties<'t>
    where
        Self: 't;

    fn node_count(&self) -> u32 {
        self.graph.node_count()
    }
    fn label(&self, name: &str) -> Option<LabelNo> {
        self.graph.label(name)
    }
    fn link_kind(&self, name: &str) -> Option<LabelNo> {
        self.graph.link_kind(name)
    }
    fn link_kind_name(&self, kind: LabelNo) -> &str {
        self.graph.link_kind_name(kind)
    }
    fn has_label(&self, node: u32, label: LabelNo) -> bool {
        self.graph.has_label(node, label)
    }
    fn labels(&self, node: u32) -> Vec<&str> {
        self.graph.labels(node)
    }
    fn label_count(&self, label: LabelNo) -> u32 {
        if self.turned { self.node_count() - self.graph.label_count(label) } else { self.node_count() }
    }
    fn next_node(&self, label: Option<LabelNo>, from: u32) -> Option<u32> {
        self.graph.next_node(label, from)
    }
    fn ties(&self, node: u32, side: Side) -> &[Link] {
        self.graph.ties(node, side)
    }
    fn places(&self, ties: &[Link]) -> u32 {
        self.graph.places(ties)
    }
    fn link_at(&self, ties: &[Link], place: u32) -> Option<Link> {
        self.graph.link_at(ties, place)
    }
    fn ends(&self, link: u32) -> (u32, u32) {
        self.graph.ends(link)
    }
    fn kind_of(&self, link: u32) -> LabelNo {
        self.graph.kind_of(link)
    }
    fn node_property(&self, node: u32, key: &str) -> Value {
        self.graph.node_property(node, key)
    }
    fn link_property(&self, link: u32, key: &str) -> Value {
        self.graph.link_property(link, key)
    }
    fn node_properties(&self, node: u32) -> Vec<(String, Value)> {
        self.graph.node_properties(node)
    }
    fn link_properties(&self, link: u32) -> Vec<(String, Value)> {
        self.graph.link_properties(link)
    }
    fn named(&self, text: &str, by_name: bool) -> Vec<u32> {
        self.graph.named(text, by_name)
    }
    fn indexed(&self, _: &str, _: &str) -> Option<Vec<u32>> {
        None
    }
    fn claims(&self, link: u32) -> Vec<Value> {
        self.graph.claims(link)
    }
}

/// Choices, one a byte; the first ones when there are no more bytes.
struct Choices<'b>(std::slice::Iter<'b, u8>);

impl Choices<'_> {
    fn number(&mut self, below: usize) -> usize {
        self.0.next().map_or(0, |byte| usize::from(*byte) % below)
    }

    fn of<'t>(&mut self, options: &[&'t str]) -> &'t str {
        options[self.number(options.len())]
    }

    fn graph(&mut self) -> ScratchGraph {
        let mut graph = ScratchGraph::default();
        let nodes = 2 + self.number(5);
        for node in 0..nodes {
            let labels: &[&str] = [&["A"][..], &["B"], &["A", "B"], &[]][self.number(4)];
            let properties = [("id", Value::text(format!("n{node}"))), ("v", Value::Int(self.number(4) as i64))];
            graph.add_node(labels.iter().copied(), properties.map(|(key, value)| (key.to_owned(), value)).to_vec());
        }
        for _ in 0..self.number(10) {
            let (from, to) = (self.number(nodes) as u32, self.number(nodes) as u32);
            let weight = vec![("w".to_owned(), Value::Int(self.number(4) as i64))];
            graph.add_link(from, self.of(&["X", "Y"]), to, weight);
        }
        graph
    }

    fn node(&mut self, names: &mut Vec<String>, variable: bool) -> String {
        let name = match self.number(4) {
            0 if variable && !names.is_empty() => names[self.number(names.len())].clone(),
            1 | 2 if variable => {
                names.push(format!("n{}", names.len()));
                names[names.len() - 1].clone()
            }
            _ => String::new(),
        };
        let label = self.of(&["", "", ":A", ":B", ":!A", ":A&B", ":A|B", ":%", ":C"]);
        let properties = self.of(&["", "", "", " {id: 'n1'}", " {v: 1}", " {v: 2, id: 'n0'}"]);
        format!("({name}{label}{properties})")
    }

    fn pattern(&mut self, names: &mut Vec<String>) -> String {
        let mut text = String::new();
        let selected = self.of(&[
            "",
            "",
            "",
            "all shortest ",
            "shortest 1 groups ",
            "shortest 2 groups ",
            "acyclic ",
            "simple ",
            "trail ",
        ]);
        // Inside a selected path, names would be lists or must be the same: only the ends have them.
        text += selected;
        text += &self.node(names, true);
        let length = 1 + self.number(3);
        for link in 0..length {
            let kind = self.of(&["", "", ":X", ":Y", ":!X", ":Z"]);
            let repeat = self.of(&["", "", "", "{1,2}", "{0,2}", "{2}", "+", "*", "{2,3}"]);
            let condition = self.of(&["", "", "", " {w: 1}"]);
            let (left, right) = [("-[", "]-"), ("-[", "]->"), ("<-[", "]-")][self.number(3)];
            text += &format!("{left}{kind}{condition}{right}{repeat}");
            text += &self.node(names, link + 1 == length || selected.is_empty());
        }
        text
    }

    fn condition(&mut self, names: &[String]) -> String {
        let mut name = || names.get(self.number(names.len().max(1))).cloned().unwrap_or_else(|| "null".into());
        let (a, b) = (name(), name());
        match self.number(9) {
            0 => format!("{a}.v > 1"),
            1 => format!("{a}.v = {b}.v"),
            2 => format!("{a} <> {b}"),
            3 if a != "null" => format!("({a})-->()"),
            4 if a != "null" => format!("not exists {{ ({a})-[:X]->(z) where z.v < 2 }}"),
            5 => format!("{a}.id in ['n0', 'n1', 'n2']"),
            6 if a != "null" => format!("{a}:A"),
            7 => format!("{a}.id = 'n1' or {b}.v is null"),
            8 if a != "null" => format!("count {{ ({a})--() }} > 1"),
            _ => "true".into(),
        }
    }

    fn query(&mut self) -> String {
        let mut names = Vec::new();
        let mut text = String::new();
        for clause in 0..1 + self.number(2) {
            text += if clause > 0 { self.of(&["match ", "optional match "]) } else { "match " };
            text += &self.pattern(&mut names);
            if self.number(3) == 0 {
                text += ", ";
                text += &self.pattern(&mut names);
            }
            if self.number(2) == 0 {
                text += &format!(" where {}", self.condition(&names));
            }
            text += " ";
        }
        names.dedup();
        let all = names.join(", ");
        match self.number(5) {
            _ if names.is_empty() => text + "return count(*)",
            0 => text + "return distinct " + &all,
            1 => format!("{text}return {}, count(*), sum({}.v)", names[0], names[names.len() - 1]),
            2 => format!("{text}with distinct {all} match ({})-->(last) return last.id, count(*)", names[0]),
            3 => format!("{text}return {all} order by {}.id limit 100000", names[0]),
            _ => text + "return " + &all,
        }
    }
}

/// The rows in the order of values; nothing, if the query is refused or a budget is used up.
fn rows<G: PropertyGraph>(graph: &G, text: &str) -> Option<Result<Vec<Vec<Value>>, String>> {
    let query = parser::scratch_query(text).expect(text);
    let (parameters, stop) = (Parameters::new(), false.into());
    let budget = Budget { rows: 20_000, visited: 200_000, time: Duration::from_secs(2) };
    let plan = match bind::plan(&query, text, graph) {
        Ok(plan) => plan,
        Err(fault) => return Some(Err(format!("{:?}", fault.code))),
    };
    let mut executor = Executor::new(graph, &parameters, Meter::new(budget, &stop));
    let table = executor.table(&plan);
    if executor.cut().is_some() {
        return None;
    }
    let mut rows = match table {
        Ok(table) => table.rows,
        Err(fault) => return Some(Err(format!("{:?}", fault.code))),
    };
    rows.sort_by(|a, b| {
        a.iter().zip(b).map(|(a, b)| a.order(b)).find(|order| order.is_ne()).unwrap_or(a.len().cmp(&b.len()))
    });
    Some(Ok(rows))
}

fuzz_target!(|bytes: &[u8]| {
    let mut choices = Choices(bytes.iter());
    let graph = choices.graph();
    let text = choices.query();
    let Some(right) = rows(&graph, &text) else { return };
    for turned in [false, true] {
        let Some(misled) = rows(&Misled { graph: &graph, turned }, &text) else { continue };
        let same = match (&right, &misled) {
            (Ok(a), Ok(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.iter().zip(b).all(|(a, b)| a.equivalent(b)))
            }
            (a, b) => a.is_err() == b.is_err(),
        };
        assert!(same, "{text}\n{graph:?}\n{right:?}\n{misled:?}");
    }
});
