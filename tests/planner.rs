//! What a plan looks at: links are counted here, not time.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

#[path = "common/small.rs"]
mod small;

use std::collections::BTreeSet;

use proptest::prelude::*;
use small::{ask, graph, outcome};
use tieline::graph::{Answer, Cell, Graph};

/// A hub with many links, and a few entities beside it: e0 is the hub, e1 to e3 are tied to it and to each other.
fn hub() -> Graph {
    let few = [(1, 0, 2, 0), (2, 0, 3, 0), (3, 1, 1, 0), (1, 0, 0, 0), (2, 0, 0, 0), (3, 0, 0, 0)];
    let many = (4..2_000).map(|other| (0, 1, other, 0));
    graph(2_000, &few.into_iter().chain(many).collect::<Vec<_>>())
}

fn number(answer: &Answer) -> i64 {
    match &answer.rows[0][0] {
        Cell::Int(number) => *number,
        other => panic!("{other:?}"),
    }
}

/// The first value of the first row, and how many links were looked at.
fn work(graph: &Graph, text: &str) -> (i64, u64) {
    let outcome = outcome(graph, text);
    assert_eq!(outcome.cut, None, "{text}");
    (number(&outcome.found.answer(graph)), outcome.visited)
}

#[test]
fn a_circle_is_closed_where_there_are_the_fewest_links() {
    let graph = hub();
    for (text, count, most) in [
        // Both ends are known: the links of the one that has few are looked at.
        ("match (a @e0), (b @e1), (a)-[l]-(b) return count(*)", 1, 10),
        ("match (a @e1), (b @e0), (a)-[l]->(b) return count(*)", 1, 10),
        // What e1 and the hub share is found at e1.
        ("match (a @e0)-[]-(x)-[]-(b @e1) return count(x)", 2, 30),
        ("match (a @e1)-[]-(x)-[]-(b @e0), (x)-[]-(c @e2) return count(x)", 1, 40),
        ("match (a @e1)-[]-(b)-[]-(c)-[]-(a) where b.id = 'e2' return count(*)", 2, 60),
        ("common @e0, @e1 | count", 2, 30),
    ] {
        let (found, visited) = work(&graph, text);
        assert_eq!(found, count, "{text}");
        assert!(visited <= most, "{text}: {visited}");
    }
}

#[test]
fn what_is_only_counted_is_not_walked() {
    let graph = hub();
    for (text, count, most) in [
        ("match (a @e0)-[l]-() return count(l)", 1_999, 3),
        ("match (a @e0)-[l]->() return count(*)", 1_996, 3),
        ("match (a @e0)<-[l:supports]-() return count(l)", 3, 3),
        ("match (a @e0)-[:!supports]-(b) return count(b)", 1_996, 3),
        ("match (a @e1)-[]-(b)-[]-(c) return count(*)", 2_002, 10),
        ("match (a @e1) where count { (a)-[:supports]-() } = 2 return count(*)", 1, 3),
        ("match (a:Organisation)-[r]->() return count(r)", 3_999, 4_100),
    ] {
        let (found, visited) = work(&graph, text);
        assert_eq!(found, count, "{text}");
        assert!(visited <= most, "{text}: {visited}");
    }
    let (_, visited) = work(&graph, "match (a @e0)-[l]-() return count(l) as of 2014");
    assert!(visited >= 1_999, "under a scope each link has to be looked at");
}

#[test]
fn the_node_of_which_there_are_fewest_is_found_first() {
    let graph = hub();
    let (found, visited) = work(&graph, "match (a)-[:supports]->(b)-[:supports]->(c @e0) return count(*)");
    assert_eq!(found, 2);
    assert!(visited < 2_100, "{visited}");
    let plan = ask(&graph, "explain match (a:Person)-[l]-(b:Organisation) return a, b");
    assert!(matches!(&plan.rows[0][0], Cell::Text(line) if line.starts_with("find a among")), "{:?}", plan.rows);
}

#[test]
fn searches_that_ask_only_for_ends_look_at_each_node_once() {
    let links: Vec<_> = (0..60).flat_map(|a| (0..60).filter(move |b| a < *b).map(move |b| (a, 0, b, 0))).collect();
    let graph = graph(60, &links);
    for text in [
        "match (a @e0)-[]-+(b) where a <> b return count(distinct b)",
        "match (a @e0)-[*1..9]-(b) where a <> b return count(distinct b)",
        "match (a @e0)((x)-[]-(y))+(b) where a <> b return count(distinct b)",
        "match p = (a @e0)-[r]-{1,7}(b) where a <> b return count(distinct b)",
        "neighbours @e0 within 5 | count",
    ] {
        let (found, visited) = work(&graph, text);
        assert_eq!(found, 59, "{text}");
        assert!(visited < 4 * 60 * 60, "{text}: {visited}");
    }
    let (found, visited) = work(&graph, "match p = any shortest (a @e0)-[]-+(b @e59) return length(p)");
    assert_eq!((found, visited < 200), (1, true), "{visited}");
}

/// The ids in the rows.
fn ids(answer: &Answer) -> BTreeSet<Vec<String>> {
    let id = |cell: &Cell| match cell {
        Cell::Node(node) => answer.graph[*node].id.clone(),
        Cell::Edge(edge) => answer.graph[*edge].id.clone(),
        other => format!("{other:?}"),
    };
    answer.rows.iter().map(|row| row.iter().map(id).collect()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// What is found in one go is what is found when conditions come later, where no plan can make use of them.
    #[test]
    fn plans_that_save_work_answer_the_same(
        links in prop::collection::vec((0u32..6, 0u8..2, 0u32..6, prop_oneof![Just(0u16), Just(2014), Just(1999)]), 0..9),
        kinds in prop::sample::select(vec!["", ":supports", ":allied_with", ":!supports"]),
        toward in prop::sample::select(vec![("-", "-"), ("-", "->"), ("<-", "-")]),
        dated in any::<bool>(),
        most in 1u32..5,
    ) {
        let graph = graph(6, &links);
        let link = |name: &str| format!("{}[{name}{kinds}]{}", toward.0, toward.1);
        let scope = if dated { " as of 2014" } else { "" };
        let (l, m) = (link("l"), link("m"));
        let k = link("");
        for (saving, plain) in [
            (
                format!("match (a @e0){l}(x)-[m]-(b @e1) return l, x, m"),
                format!("match (a @e0){l}(x) match (x)-[m]-(b) where b.id = 'e1' and l <> m return l, x, m"),
            ),
            (
                format!("match (a){l}(b){m}(c)-[n]-(a) return a, b, c, l, m, n"),
                format!(
                    "match (a){l}(b) match (b){m}(c) match (c)-[n]-(d)
                     where d = a and l <> m and n <> m and n <> l return a, b, c, l, m, n"
                ),
            ),
            (
                format!("match (a @e0), (b @e1), (a){l}(b) return l"),
                format!("match (a @e0){l}(b) where b.id = 'e1' return l"),
            ),
            (
                format!("match (a){l}() return a, count(l)"),
                format!("match (a){l}(b) with a, l, b where b.id <> '' return a, count(l)"),
            ),
            (
                format!("match (a){l}(){m}() return count(*)"),
                format!("match (a){l}(b){m}(c) where c.id <> '' return count(*)"),
            ),
            (
                format!("match (a {{id: 'e0'}}){k}{{1,{most}}}(b) return distinct b"),
                format!("match p = (a {{id: 'e0'}}){k}{{1,{most}}}(b) where length(p) > 0 return distinct b"),
            ),
            (
                format!("match (a {{id: 'e0'}}){k}{{0,{most}}}(b) return distinct b"),
                format!("match p = (a {{id: 'e0'}}){k}{{0,{most}}}(b) where length(p) >= 0 return distinct b"),
            ),
            (
                format!("match (a)((x){k}(y))*(b) return distinct a, b"),
                format!("match p = (a)((){k}())*(b) where length(p) >= 0 return distinct a, b"),
            ),
            (
                format!("match (a @e0), (b) where exists {{ (a){k}{{1,{most}}}(b) }} return b"),
                format!("match p = (a @e0){k}{{1,{most}}}(b) return distinct b"),
            ),
        ] {
            prop_assert_eq!(ids(&ask(&graph, &(saving.clone() + scope))), ids(&ask(&graph, &(plain + scope))), "{}", saving);
        }
    }
}
