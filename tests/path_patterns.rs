//! Path queries against a slow, obviously right oracle: every walk of a small graph is made, those that fit the pattern,
//! the mode and the conditions are kept, and the selector is applied to them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use tieline::query::Budget;
use tieline::query::execute::Parameters;
use tieline::query::scratch::ScratchGraph;
use tieline::query::value::Value;

/// The longest walk that the oracle makes; longer paths are not compared.
const LONGEST: usize = 7;

#[derive(Clone, Debug)]
struct SmallGraph {
    /// The property `v` of each node.
    nodes: Vec<i64>,
    /// From, to, kind and property `w`.
    links: Vec<(usize, usize, &'static str, i64)>,
}

#[derive(Clone, Copy, Debug)]
enum Toward {
    Out,
    In,
    Either,
}

/// A link of a pattern: its direction and kind.
#[derive(Clone, Copy, Debug)]
struct Hop {
    toward: Toward,
    kind: Option<&'static str>,
}

#[derive(Clone, Debug)]
enum Part {
    One(Hop),
    /// A link with a repetition after it.
    Repeated(Hop, usize, Option<usize>),
    /// A group of one or two links, with the condition that `v` does not fall from its first to its last node.
    Group(Vec<Hop>, bool, usize, Option<usize>),
}

#[derive(Clone, Debug)]
struct Case {
    graph: SmallGraph,
    parts: Vec<Part>,
    selector: &'static str,
    mode: &'static str,
    start: Option<usize>,
    end: Option<usize>,
    condition: &'static str,
    /// What the cheapest paths are cheapest by.
    cost: &'static str,
}

type Walk = (Vec<usize>, Vec<usize>);

impl SmallGraph {
    fn scratch(&self) -> ScratchGraph {
        let mut graph = ScratchGraph::default();
        for (number, v) in self.nodes.iter().enumerate() {
            let properties = vec![("v".to_owned(), Value::Int(*v)), ("n".to_owned(), Value::Int(number as i64))];
            graph.add_node(["N"], properties);
        }
        for (from, to, kind, w) in &self.links {
            graph.add_link(*from as u32, kind, *to as u32, vec![("w".to_owned(), Value::Int(*w))]);
        }
        graph
    }

    fn steps(&self, node: usize, hop: Hop) -> Vec<(usize, usize)> {
        let mut steps = Vec::new();
        for (link, (from, to, kind, _)) in self.links.iter().enumerate() {
            if hop.kind.is_some_and(|wanted| wanted != *kind) {
                continue;
            }
            if *from == node && matches!(hop.toward, Toward::Out | Toward::Either) {
                steps.push((link, *to));
            }
            let loops = from == to && matches!(hop.toward, Toward::Either);
            if *to == node && matches!(hop.toward, Toward::In | Toward::Either) && !loops {
                steps.push((link, *from));
            }
        }
        steps
    }

    fn along(&self, walk: &Walk, hops: &[Hop]) -> Vec<Walk> {
        let mut walks = vec![walk.clone()];
        for hop in hops {
            walks = walks
                .into_iter()
                .filter(|(_, links)| links.len() < LONGEST)
                .flat_map(|(nodes, links)| {
                    let steps = self.steps(nodes[nodes.len() - 1], *hop);
                    steps.into_iter().map(move |(link, node)| {
                        let (mut nodes, mut links) = (nodes.clone(), links.clone());
                        nodes.push(node);
                        links.push(link);
                        (nodes, links)
                    })
                })
                .collect();
        }
        walks
    }

    fn repeated(&self, start: &Walk, hops: &[Hop], rises: bool, min: usize, max: Option<usize>) -> Vec<Walk> {
        let mut all = Vec::new();
        let mut level = vec![start.clone()];
        for count in 0..=max.unwrap_or(LONGEST).min(LONGEST) {
            if count >= min {
                all.extend(level.iter().cloned());
            }
            let mut next = Vec::new();
            for walk in level {
                let from = self.nodes[walk.0[walk.0.len() - 1]];
                let longer = self.along(&walk, hops).into_iter();
                next.extend(longer.filter(|(nodes, _)| !rises || from <= self.nodes[nodes[nodes.len() - 1]]));
            }
            level = next;
        }
        all
    }

    fn walks(&self, start: usize, parts: &[Part]) -> Vec<Walk> {
        let mut walks = vec![(vec![start], Vec::new())];
        for part in parts {
            walks = walks
                .iter()
                .flat_map(|walk| match part {
                    Part::One(hop) => self.along(walk, &[*hop]),
                    Part::Repeated(hop, min, max) => self.repeated(walk, &[*hop], false, *min, *max),
                    Part::Group(hops, rises, min, max) => self.repeated(walk, hops, *rises, *min, *max),
                })
                .collect();
        }
        walks
    }
}

fn allowed(mode: &str, (nodes, links): &Walk) -> bool {
    let distinct = |list: &[usize]| list.iter().collect::<BTreeSet<_>>().len() == list.len();
    match mode {
        "walk" => true,
        "acyclic" => distinct(nodes),
        "simple" => distinct(nodes) || (distinct(&nodes[1..]) && nodes[0] == nodes[nodes.len() - 1]),
        _ => distinct(links),
    }
}

fn meets(case: &Case, (nodes, links): &Walk) -> bool {
    let graph = &case.graph;
    match case.condition {
        "none(n in nodes(p) where n.v = 2)" => nodes.iter().all(|node| graph.nodes[*node] != 2),
        "all(r in relationships(p) where r.w > 1)" => links.iter().all(|link| graph.links[*link].3 > 1),
        "length(p) > 2" => links.len() > 2,
        "any(n in nodes(p) where n.v = 2)" => nodes.iter().any(|node| graph.nodes[*node] == 2),
        "none(n in nodes(p)[1..-1] where n.v = 2)" => {
            nodes.len() < 3 || nodes[1..nodes.len() - 1].iter().all(|node| graph.nodes[*node] != 2)
        }
        "all(n in nodes(p)[1..] where n.v <> 2)" => nodes[1..].iter().all(|node| graph.nodes[*node] != 2),
        "not any(n in nodes(p)[..-1] where n.v = 2)" => {
            nodes[..nodes.len() - 1].iter().all(|node| graph.nodes[*node] != 2)
        }
        "a <> b" => nodes[0] != nodes[nodes.len() - 1],
        _ => true,
    }
}

/// The costs that are tried; `l` is the first link of each repetition.
const COSTS: [&str; 6] = [
    "by l.w",
    "by weakest l.w",
    "by weakest case l.w when 1 then 0.5 when 2 then null else l.w end",
    "by case l.w when 1 then 0 when 2 then null else l.w / 2.0 end",
    "by 0",
    "by weakest 1",
];

/// What a path costs, and its length; nothing, if it cannot be used.
fn price(case: &Case, (_, links): &Walk) -> Option<(f64, usize)> {
    let every = match case.parts.as_slice() {
        [Part::Group(hops, ..)] if case.cost.contains("l.w") => hops.len(),
        _ => 1,
    };
    let mut total = 0.0_f64;
    for link in links.iter().step_by(every) {
        let w = case.graph.links[*link].3 as f64;
        let cost = match case.cost {
            cost if cost.ends_with('0') => 0.0,
            cost if cost.ends_with('1') => 1.0,
            _ if case.cost.contains("null") && w == 2.0 => return None,
            cost if cost.contains("0.5") && w == 1.0 => 0.5,
            cost if cost.contains("then 0 ") => {
                if w == 1.0 {
                    0.0
                } else {
                    w / 2.0
                }
            }
            _ => w,
        };
        total = if case.cost.contains("weakest") { total.max(cost) } else { total + cost };
    }
    Some((total, links.len()))
}

fn written_hop(hop: Hop, variable: &str) -> String {
    let kind = hop.kind.map_or(String::new(), |kind| format!(":{kind}"));
    match hop.toward {
        Toward::Out => format!("-[{variable}{kind}]->"),
        Toward::In => format!("<-[{variable}{kind}]-"),
        Toward::Either => format!("-[{variable}{kind}]-"),
    }
}

fn written_times(min: usize, max: Option<usize>) -> String {
    match (min, max) {
        (0, None) => "*".into(),
        (1, None) => "+".into(),
        (min, None) => format!("{{{min},}}"),
        (min, Some(max)) => format!("{{{min},{max}}}"),
    }
}

impl Case {
    fn query(&self) -> String {
        let end = |variable: &str, node: Option<usize>| match node {
            Some(node) => format!("({variable} {{n: {node}}})"),
            None => format!("({variable})"),
        };
        let mut pattern = end("a", self.start);
        let link = if self.cost.contains("l.w") { "l" } else { "" };
        for (place, part) in self.parts.iter().enumerate() {
            match part {
                Part::One(hop) => pattern += &written_hop(*hop, link),
                Part::Repeated(hop, min, max) => {
                    pattern += &(written_hop(*hop, link) + &written_times(*min, *max));
                }
                Part::Group(hops, rises, min, max) => {
                    let mut group = if *rises { format!("(x{place})") } else { "()".into() };
                    for (at, hop) in hops.iter().enumerate() {
                        let last = if *rises && at + 1 == hops.len() { format!("(y{place})") } else { "()".into() };
                        group += &(written_hop(*hop, if at == 0 { link } else { "" }) + &last);
                    }
                    if *rises {
                        group += &format!(" where x{place}.v <= y{place}.v");
                    }
                    pattern += &format!("({group}){}", written_times(*min, *max));
                    continue;
                }
            }
            if place + 1 < self.parts.len() {
                pattern += "()";
            }
        }
        pattern += &end("b", self.end);
        let condition = if self.condition.is_empty() { String::new() } else { format!("where {} ", self.condition) };
        format!(
            "match p = {} {} {pattern} {} {condition}return [n in nodes(p) | n.n], [l in relationships(p) | id(l)], a.n, b.n",
            self.selector, self.mode, self.cost
        )
    }

    /// All paths that count before the selector, by their ends.
    fn paths(&self) -> BTreeMap<(usize, usize), BTreeSet<Walk>> {
        let mut found: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for start in 0..self.graph.nodes.len() {
            for walk in self.graph.walks(start, &self.parts) {
                let end = walk.0[walk.0.len() - 1];
                if self.start.is_none_or(|node| node == start)
                    && self.end.is_none_or(|node| node == end)
                    && allowed(self.mode, &walk)
                    && meets(self, &walk)
                    && price(self, &walk).is_some()
                {
                    found.entry((start, end)).or_default().insert(walk);
                }
            }
        }
        found
    }

    /// The ends alone, each two once, are those of the paths.
    fn check_ends(&self, right: &BTreeSet<(usize, usize)>) {
        let query = self.query();
        let (before, _) = query.split_once("return").unwrap();
        let query = format!("{before} return distinct a.n, b.n");
        let (table, cut) = self.graph.scratch().query(&query, &Parameters::new(), Budget::default()).unwrap();
        assert_eq!(cut, None, "{query}");
        let given: BTreeSet<(usize, usize)> =
            table.rows.iter().map(|row| (numbers(&row[0])[0], numbers(&row[1])[0])).collect();
        let context = format!("{query}\n{:?}", self.graph);
        assert_eq!(given.len(), table.rows.len(), "{context}");
        // Some walks are longer than those of the oracle.
        assert!(given.is_superset(right) && (self.mode == "walk" || given == *right), "{context}\n{given:?} {right:?}");
    }

    fn check(&self) {
        let query = self.query();
        let budget = Budget { rows: 1_000_000, ..Budget::default() };
        let (table, cut) = match self.graph.scratch().query(&query, &Parameters::new(), budget) {
            Ok(answer) => answer,
            Err(fault) => panic!("{query}: {fault:?}"),
        };
        assert_eq!(cut, None, "{query}");
        let mut answers: BTreeMap<(usize, usize), Vec<Walk>> = BTreeMap::new();
        for row in &table.rows {
            let walk = (numbers(&row[0]), numbers(&row[1]));
            let ends = (numbers(&row[2])[0], numbers(&row[3])[0]);
            assert_eq!((walk.0[0], walk.0[walk.0.len() - 1]), ends, "{query}");
            answers.entry(ends).or_default().push(walk);
        }
        let paths = self.paths();
        self.check_ends(&paths.keys().copied().collect());
        let (none, empty) = (BTreeSet::new(), Vec::new());
        for ends in paths.keys().chain(answers.keys()) {
            let right = paths.get(ends).unwrap_or(&none);
            let given = answers.get(ends).unwrap_or(&empty);
            let unique: BTreeSet<Walk> = given.iter().filter(|(_, links)| links.len() <= LONGEST).cloned().collect();
            let context = format!("{query}\n{:?}\n{ends:?}: {given:?}\nof {right:?}", self.graph);
            assert!(unique.is_subset(right), "{context}");
            let mut lengths: Vec<usize> = right.iter().map(|(_, links)| links.len()).collect();
            lengths.sort_unstable();
            let mut given_lengths: Vec<usize> = given.iter().map(|(_, links)| links.len()).collect();
            given_lengths.sort_unstable();
            let groups = |k: usize| {
                let mut least = lengths.clone();
                least.dedup();
                least.truncate(k);
                right.iter().filter(|(_, links)| least.contains(&links.len())).cloned().collect::<BTreeSet<_>>()
            };
            match self.selector {
                "" | "all" => assert_eq!(&unique, right, "{context}"),
                "all shortest" | "shortest 1 groups" => assert_eq!(unique, groups(1), "{context}"),
                // With fewer lengths than asked for in the oracle's reach, longer ones may be given.
                "shortest 2 groups" => {
                    assert!(groups(2).is_subset(&unique) && unique.len() == groups(2).len(), "{context}")
                }
                cheapest if cheapest.starts_with("cheapest") => {
                    let k = if cheapest.ends_with('3') { 3 } else { 1 };
                    let prices = |walks: &mut dyn Iterator<Item = &Walk>| -> Vec<(f64, usize)> {
                        walks.filter_map(|walk| price(self, walk)).collect()
                    };
                    let mut cheapest = prices(&mut right.iter());
                    cheapest.sort_by(|a, b| a.partial_cmp(b).unwrap());
                    cheapest.truncate(k);
                    let beyond = given.iter().any(|(_, links)| links.len() > LONGEST);
                    assert!(beyond || prices(&mut given.iter()) == cheapest, "{context}");
                    assert_eq!(given.iter().collect::<BTreeSet<_>>().len(), given.len(), "{context}");
                }
                any => {
                    let k = if any.ends_with('3') { 3 } else { 1 };
                    let distinct: BTreeSet<&Walk> = given.iter().collect();
                    assert_eq!(distinct.len(), given.len(), "{context}");
                    assert!(given.len() <= k && given.len() >= lengths.len().min(k), "{context}");
                    if any.contains("shortest") {
                        let wanted = lengths.len().min(k);
                        assert_eq!(given_lengths[..wanted], lengths[..wanted], "{context}");
                    }
                }
            }
        }
    }
}

fn numbers(value: &Value) -> Vec<usize> {
    match value {
        Value::List(items) => items.iter().flat_map(numbers).collect(),
        Value::Int(number) => vec![*number as usize],
        other => panic!("{other:?}"),
    }
}

fn graphs() -> impl Strategy<Value = SmallGraph> {
    (2_usize..5).prop_flat_map(|count| {
        let link = (0..count, 0..count, prop_oneof![Just("X"), Just("Y")], 1_i64..4);
        let nodes = prop::collection::vec(0_i64..4, count);
        (nodes, prop::collection::vec(link, 0..6)).prop_map(|(nodes, links)| SmallGraph { nodes, links })
    })
}

fn hops() -> impl Strategy<Value = Hop> {
    let toward = prop_oneof![Just(Toward::Out), Just(Toward::In), Just(Toward::Either)];
    (toward, prop_oneof![Just(None), Just(Some("X")), Just(Some("Y"))]).prop_map(|(toward, kind)| Hop { toward, kind })
}

fn times(unbounded: bool) -> impl Strategy<Value = (usize, Option<usize>)> {
    (0_usize..3, 0_usize..3, any::<bool>()).prop_map(move |(min, more, open)| {
        if open && unbounded { (min, None) } else { (min, Some((min + more).max(1))) }
    })
}

fn parts(unbounded: bool) -> impl Strategy<Value = Vec<Part>> {
    let part = prop_oneof![
        1 => hops().prop_map(Part::One),
        3 => (hops(), times(unbounded)).prop_map(|(hop, (min, max))| Part::Repeated(hop, min, max)),
        2 => (prop::collection::vec(hops(), 1..3), any::<bool>(), times(unbounded))
            .prop_map(|(hops, rises, (min, max))| Part::Group(hops, rises, min, max)),
    ];
    // Named parts of which two can divide one path make several answers of it; the oracle counts paths.
    prop::collection::vec(part, 1..3).prop_map(|mut parts| {
        let several = parts.len() > 1;
        for part in &mut parts {
            if let Part::Group(_, rises, ..) = part {
                *rises &= !several;
            }
        }
        parts
    })
}

fn cases() -> impl Strategy<Value = Case> {
    let selector = prop::sample::select(vec![
        "all",
        "any",
        "any 3",
        "any shortest",
        "all shortest",
        "shortest 3",
        "shortest 1 groups",
        "shortest 2 groups",
    ]);
    let mode = prop::sample::select(vec!["", "walk", "trail", "acyclic", "simple"]);
    let condition = prop::sample::select(vec![
        "",
        "",
        "",
        "none(n in nodes(p) where n.v = 2)",
        "all(r in relationships(p) where r.w > 1)",
        "length(p) > 2",
        "any(n in nodes(p) where n.v = 2)",
        "none(n in nodes(p)[1..-1] where n.v = 2)",
        "all(n in nodes(p)[1..] where n.v <> 2)",
        "not any(n in nodes(p)[..-1] where n.v = 2)",
        "a <> b",
    ]);
    (graphs(), selector, mode, condition).prop_flat_map(|(graph, selector, mode, condition)| {
        // Walks are without end, and with a condition that looks at the whole of them so is their search.
        let unbounded = mode != "walk";
        let end = prop::option::of(0..graph.nodes.len());
        (Just(graph), parts(unbounded), end.clone(), end).prop_map(move |(graph, parts, start, end)| Case {
            graph,
            parts,
            selector,
            mode,
            start,
            end,
            condition,
            cost: "",
        })
    })
}

fn cheapest_cases() -> impl Strategy<Value = Case> {
    let selector = prop::sample::select(vec!["cheapest", "cheapest 3"]);
    (cases(), selector, prop::sample::select(COSTS.to_vec()), any::<bool>()).prop_map(
        |(case, selector, cost, plain)| {
            let mut case = Case { selector, cost, ..case };
            if plain && case.mode != "walk" {
                case.parts = vec![Part::Repeated(Hop { toward: Toward::Either, kind: None }, 1, None)];
            }
            // One link has the name that the cost speaks of; where it is repeated beside others, one path has several answers.
            if cost.contains("l.w") {
                case.parts.truncate(1);
            }
            case
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, ..ProptestConfig::default() })]

    #[test]
    fn paths_are_those_of_the_oracle(case in cases()) {
        case.check();
    }

    #[test]
    fn cheapest_paths_are_those_of_the_oracle(case in cheapest_cases()) {
        case.check();
    }
}

/// A graph in which two searches meet far from both ends, and the ends of a path in it.
fn larger() -> impl Strategy<Value = (SmallGraph, usize, usize)> {
    (20_usize..40).prop_flat_map(|count| {
        let link = (0..count, 0..count, prop_oneof![Just("X"), Just("Y")], 0_i64..9);
        let links = prop::collection::vec(link, count..3 * count);
        (links, 0..count, 0..count)
            .prop_map(move |(links, start, end)| (SmallGraph { nodes: vec![0; count], links }, start, end))
    })
}

/// The least price of a path by rounds over all links (Bellman 1958): what it costs, and its length.
fn least(
    graph: &SmallGraph,
    hop: Hop,
    (start, end): (usize, usize),
    weakest: bool,
    most: usize,
) -> Option<(i64, usize)> {
    // Reached by walks of a number of links: the least cost.
    let mut level = vec![None; graph.nodes.len()];
    level[start] = Some(0);
    let mut best = level[end].map(|cost| (cost, 0));
    for length in 1..=most {
        let mut next: Vec<Option<i64>> = vec![None; graph.nodes.len()];
        for (node, cost) in level.iter().enumerate().filter_map(|(node, cost)| Some((node, (*cost)?))) {
            for (link, to) in graph.steps(node, hop) {
                let w = graph.links[link].3;
                let total = if weakest { cost.max(w) } else { cost + w };
                next[to] = Some(next[to].map_or(total, |known: i64| known.min(total)));
            }
        }
        level = next;
        let found = level[end].map(|cost| (cost, length));
        best = [best, found].into_iter().flatten().min();
    }
    best
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn cheapest_paths_of_larger_graphs_are_those_of_the_oracle(
        (graph, start, end) in larger(),
        hop in hops(),
        weakest in any::<bool>(),
        mode in prop::sample::select(vec!["", "walk", "acyclic"]),
        most in prop_oneof![Just(None), (1_usize..7).prop_map(Some)],
    ) {
        let text = format!(
            "match p = cheapest 3 {mode} (a {{n: {start}}}){}{}(b {{n: {end}}}) by {}l.w return [l in relationships(p) | l.w]",
            written_hop(hop, "l"),
            written_times(0, most),
            if weakest { "weakest " } else { "" }
        );
        let (table, _) = graph.scratch().query(&text, &Parameters::new(), Budget::default()).unwrap();
        let prices: Vec<(i64, usize)> = table
            .rows
            .iter()
            .map(|row| {
                let costs = numbers(&row[0]).into_iter().map(|cost| cost as i64);
                let length = costs.len();
                (if weakest { costs.max().unwrap_or(0) } else { costs.sum() }, length)
            })
            .collect();
        // The cheapest walk repeats nothing, so that it is the cheapest path in every mode.
        let right = least(&graph, hop, (start, end), weakest, most.unwrap_or(graph.nodes.len()));
        prop_assert_eq!(prices.first().copied(), right, "{}\n{:?}", text, graph);
        prop_assert!(prices.is_sorted(), "{}\n{:?}\n{:?}", text, graph, prices);
    }
}

#[test]
fn unbounded_walks_are_found_by_their_selector() {
    let graph = SmallGraph { nodes: vec![0, 1, 2], links: vec![(0, 1, "X", 1), (1, 0, "X", 1), (1, 2, "Y", 1)] };
    for selector in ["any", "any 3", "any shortest", "all shortest", "shortest 3", "shortest 2 groups"] {
        for (start, end) in [(Some(0), Some(2)), (Some(0), None), (None, Some(2)), (Some(1), Some(1))] {
            let hop = Hop { toward: Toward::Either, kind: None };
            let parts = vec![Part::Repeated(hop, 1, None)];
            Case { graph: graph.clone(), parts, selector, mode: "walk", start, end, condition: "", cost: "" }.check();
        }
    }
}

#[test]
fn the_weakest_link_tells_which_of_several_paths_comes_next() {
    let first = vec![(1, 0, "X", 2), (2, 0, "X", 1), (1, 2, "Y", 3), (0, 1, "X", 1)];
    let second = vec![(1, 0, "Y", 2), (0, 0, "Y", 3), (0, 1, "Y", 2), (0, 1, "X", 3)];
    let hop = Hop { toward: Toward::Either, kind: None };
    for (links, mode) in [first, second].iter().flat_map(|l| ["", "walk", "acyclic", "simple"].map(|mode| (l, mode))) {
        let graph = SmallGraph { nodes: vec![0, 0, 0], links: links.clone() };
        for (cost, max) in COSTS.into_iter().flat_map(|cost| [(cost, Some(2)), (cost, Some(5)), (cost, None)]) {
            for (start, end) in
                [(Some(2), Some(1)), (Some(0), Some(1)), (Some(2), None), (Some(2), Some(2)), (None, Some(0))]
            {
                let (graph, parts) = (graph.clone(), vec![Part::Repeated(hop, 1, max)]);
                Case { graph, parts, selector: "cheapest 3", mode, start, end, condition: "", cost }.check();
            }
        }
    }
}
