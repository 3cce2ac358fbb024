//! Queries on a small graph of groups and people, and what no query may do.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::time::{Duration, Instant};

use tieline::query::Budget;
use tieline::query::diagnostics::Code;
use tieline::query::execute::Parameters;
use tieline::query::scratch::ScratchGraph;
use tieline::query::value::Value;

fn ties() -> ScratchGraph {
    let mut graph = ScratchGraph::default();
    graph
        .create(
            "create (ttp:Organisation:Group {id: 'ttp', name: 'TTP', founded: 2007}),
                    (hn:Organisation:Group {id: 'hn', name: 'Haqqani Network', founded: 1980}),
                    (aq:Organisation {id: 'aq', name: 'al-Qaeda', founded: 1988}),
                    (af:Organisation {id: 'af', name: 'Afghan Taliban', founded: 1994}),
                    (nm:Person {id: 'nm', name: 'Noor Wali Mehsud'}),
                    (sh:Person {id: 'sh', name: 'Sirajuddin Haqqani'}),
                    (pk:Place {id: 'pk', name: 'Pakistan'}),
                    (ttp)-[:led_by {grade: 'B2', weight: 2}]->(nm),
                    (hn)-[:led_by {grade: 'A1', weight: 1}]->(sh),
                    (ttp)-[:allied_with {grade: 'C3', weight: 5}]->(hn),
                    (hn)-[:allied_with {grade: 'A1', weight: 1}]->(aq),
                    (ttp)-[:allied_with {grade: 'B2', weight: 1}]->(af),
                    (af)-[:allied_with {grade: 'B2', weight: 1}]->(aq),
                    (hn)-[:part_of {grade: 'A2', weight: 1}]->(af),
                    (ttp)-[:located_in {grade: 'A1', weight: 1}]->(pk),
                    (hn)-[:located_in {grade: 'A1', weight: 1}]->(pk)",
        )
        .unwrap();
    graph
}

fn show(value: &Value) -> String {
    match value {
        Value::Text(text) => text.to_string(),
        Value::List(items) => format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(" ")),
        Value::Map(entries) => {
            entries.iter().map(|(key, value)| format!("{key}={}", show(value))).collect::<Vec<_>>().join(" ")
        }
        Value::Null => "null".into(),
        Value::Int(number) => number.to_string(),
        other => format!("{other:?}"),
    }
}

/// The rows of a query, sorted, values separated by blanks.
fn rows(query: &str) -> Vec<String> {
    let (table, cut) = ties()
        .query(query, &Parameters::new(), Budget::default())
        .unwrap_or_else(|fault| panic!("{query}: {}: {fault:?}", fault.message));
    assert_eq!(cut, None);
    let mut rows: Vec<String> =
        table.rows.iter().map(|row| row.iter().map(show).collect::<Vec<_>>().join(" ")).collect();
    rows.sort();
    rows
}

fn check(query: &str, expected: &[&str]) {
    assert_eq!(rows(query), expected, "{query}");
}

fn code(query: &str) -> Code {
    match ties().query(query, &Parameters::new(), Budget::default()) {
        Err(fault) => fault.code,
        Ok((table, _)) => panic!("{query}: {:?}", table.rows),
    }
}

const WALK: &str = "[n in nodes(p) | n.id]";

#[test]
fn a_condition_on_a_path_is_applied_during_the_search() {
    for pattern in [
        "shortestPath((a)-[*]-(b))",
        "any shortest (a)-[]-+(b)",
        "any shortest (a)-[*]-(b)",
        "shortest 1 (a)-[]-{1,}(b)",
        "all shortest (a)((x)-[r]-(y))+(b)",
    ] {
        for condition in [
            "none(n in nodes(p) where n.id in ['hn', 'pk'])",
            "not any(n in nodes(p) where n.id in ['hn', 'pk'])",
            "all(n in nodes(p) where not n.id in ['hn', 'pk'])",
            "all(r in relationships(p) where not r.grade in ['C3', 'A1'])",
            "size([n in nodes(p) where n.id = 'af']) = 1 and length(p) < 3",
        ] {
            check(
                &format!("match (a {{id: 'ttp'}}), (b {{id: 'aq'}}), p = {pattern} where {condition} return {WALK}"),
                &["[ttp af aq]"],
            );
        }
    }
    check(
        "match (a @ttp), (b @aq), (c @af) match p = allShortestPaths((a)-[*..4]-(b)) where not c in nodes(p)
         return [n in nodes(p) | n.id]",
        &["[ttp hn aq]"],
    );
    check(
        "match p = shortestPath((a @nm)-[*]-(b @sh)) where length(p) > 3 return [n in nodes(p) | n.id]",
        &["[nm ttp af hn sh]"],
    );
}

#[test]
fn the_cheapest_path_is_that_of_the_least_sum_or_of_the_best_weakest_link() {
    let ask = |pattern: &str| format!("match {pattern} return {WALK}");
    // Of A1 or better only; then the shortest of them.
    check(&ask("cheapest p = (@ttp)-[l]-+(@aq) by weakest gradeRank(l)"), &["[ttp pk hn aq]"]);
    check(&ask("cheapest p = (@ttp)-[l:allied_with]->+(@aq) by weakest gradeRank(l)"), &["[ttp af aq]"]);
    check(&ask("p = cheapest (@ttp)-[l:allied_with]->+(b @aq) by l.weight"), &["[ttp af aq]"]);
    check(
        &ask("cheapest 2 acyclic paths p = (@ttp)((x)-[l:allied_with]->(y))+(@aq) by l.weight"),
        &["[ttp af aq]", "[ttp hn aq]"],
    );
    check(&ask("cheapest p = (@ttp)-[l]-{1,2}(@sh) by l.weight + 0.5"), &["[ttp hn sh]"]);
    check(&ask("cheapest 2 p = (@ttp)-[l]-+(@sh) by l.weight"), &["[ttp af hn sh]", "[ttp pk hn sh]"]);
    // Only the links of the variable cost something; a link without a cost cannot be used.
    check(
        &ask("cheapest p = (@nm)<-[]-()-[l]->(:Organisation) by l.weight where p is not null"),
        &["[nm ttp af]", "[nm ttp hn]"],
    );
    check(&ask("cheapest p = (@ttp)-[l]->+(@aq) by case when l.grade = 'B2' then null else 1 end"), &["[ttp hn aq]"]);
    // What is asked of the path is asked during the search.
    check(
        &(ask("cheapest p = (@ttp)-[l]-+(@sh) by l.weight where none(n in nodes(p) where n:Place)")),
        &["[ttp af hn sh]"],
    );
    check("match (a @ttp) match cheapest p = (a)-[l]-+(b:Person) by l.weight * a.founded return b.id", &["nm", "sh"]);
    check("return [g in ['A1', 'b1', 'F6', 'x'] | gradeRank(g)]", &["[1 7 36 null]"]);
}

#[test]
fn a_cost_is_a_number_from_0_on_of_one_link() {
    assert_eq!(code("match cheapest p = (@ttp)-[l]-+(@aq) return p"), Code::UnexpectedSyntax);
    assert_eq!(code("match cheapest 0 p = (@ttp)-[l]-+(@aq) by 1 return p"), Code::InvalidArgumentType);
    assert_eq!(code("match cheapest p = (@ttp)-[l]-+(@aq) by 'x' return p"), Code::InvalidArgumentType);
    assert_eq!(code("match cheapest p = (@ttp)-[l]-+(@aq) by l.grade return p"), Code::InvalidArgumentType);
    assert_eq!(code("match cheapest p = (@ttp)-[l]-+(@aq) by -l.weight return p"), Code::NumberOutOfRange);
    assert_eq!(code("match cheapest p = (@ttp)-[l]-+(@aq) by 0.0 / 0.0 return p"), Code::NumberOutOfRange);
    assert_eq!(
        code("match cheapest p = (@ttp)-[l]-()-[m]-(@aq) by l.weight + m.weight return p"),
        Code::InvalidArgumentType
    );
    assert_eq!(code("match cheapest p = (@ttp)-[]-(x)-[m]-(@aq) by x.founded return p"), Code::InvalidArgumentType);
    assert_eq!(code("match cheapest p = (@ttp)-[l]-+(@aq) by q.weight return p"), Code::UndefinedVariable);
    check("match cheapest = (@nm)--() return length(cheapest)", &["1"]);
}

#[test]
fn repetitions_bind_lists() {
    check(
        "match (a @ttp)((x)-[r:allied_with]->(y)){2}(b) return [n in x | n.id], [l in r | l.weight], [n in y | n.id], b.id",
        &["[ttp af] [1 1] [af aq] aq", "[ttp hn] [5 1] [hn aq] aq"],
    );
    check(
        "match (a @ttp)((x)-[r:allied_with]->(y) where x.founded > y.founded){1,2}(b) return b.id, size(r)",
        &["af 1", "aq 2", "hn 1"],
    );
    check("match (a @ttp)((x)-[r:allied_with where r.weight < 3]->(y))+(b) return b.id", &["af", "aq"]);
    check("match (a @ttp)-[r:allied_with]->{0,1}(b) return b.id, size(r)", &["af 1", "hn 1", "ttp 0"]);
    check("match (b @aq)<-[:allied_with]-{,1}(a) return a.id", &["af", "aq", "hn"]);
    check("match ((a:Person)<-[:led_by]-(b))((c)-[:allied_with]->(d)){2} return a.id", &["nm", "nm"]);
}

#[test]
fn labels_combine() {
    check("match (a:Organisation&!Group) return a.id", &["af", "aq"]);
    check("match (a:Person|Place) return a.id", &["nm", "pk", "sh"]);
    check("match (a:!%) return a.id", &[]);
    check(
        "match (a:Group)-[r:!allied_with&!located_in]->(b:%) return type(r), b.id",
        &["led_by nm", "led_by sh", "part_of af"],
    );
    check("match (a) where a:(Person|Place)&!Place return a.id", &["nm", "sh"]);
    check("match (a where a.founded < 1990)-[:located_in]->() return a.id", &["hn"]);
}

#[test]
fn modes_and_selectors_are_read_in_any_place() {
    check("match p = trail (a @nm)-[]-{2}(b) return b.id", &["af", "hn", "pk"]);
    check("match all shortest p = (a @ttp)-[]->+(b @aq) return length(p)", &["2", "2"]);
    check("match p = shortest 2 acyclic paths (a @ttp)-[]->+(b @aq) return length(p)", &["2", "2"]);
    check("match p = shortest 2 path groups (a @ttp)-[]->+(b @aq) return length(p)", &["2", "2", "3"]);
    check("match p = any 2 simple (a @ttp)-[]->+(b @aq) return length(p) > 1", &["Bool(true)", "Bool(true)"]);
    check("match p = (a @ttp)-[*3]->(b @aq) return [n in nodes(p) | n.id]", &["[ttp hn af aq]"]);
    check("match (a @ttp), (b @aq) return length(shortestPath((a)-[*]->(b)))", &["2"]);
    assert_eq!(code("match p = walk (a)-[]->+(b) return p"), Code::UnboundedWalk);
    check("match p = walk (a @nm)-[]-{2}(b) return b.id", &["af", "hn", "nm", "pk"]);
}

#[test]
fn entities_are_named_by_id_or_name() {
    check("match (a \"Haqqani Network\")-[:led_by]->(b) return b.name", &["Sirajuddin Haqqani"]);
    check("match (a:Organisation @ttp)-[:led_by]->(b) return b.id", &["nm"]);
    assert_eq!(code("match (a @nobody) return a"), Code::UnknownEntity);
}

#[test]
fn counts_and_texts() {
    check("match (a:Organisation) where count { (a)--() } > 3 return a.id", &["hn", "ttp"]);
    check("match (a) where a.name =~ '(?i).*haqqani.*' return a.id", &["hn", "sh"]);
    check("match (a:Person) where exists { (a)<-[:led_by]-(:Group {name: 'TTP'}) } return a.id", &["nm"]);
    check("return reduce(sum = 0, x in [1, 2, 3] | sum + x)", &["6"]);
}

#[test]
fn every_explosion_ends_in_its_budget() {
    let mut graph = ScratchGraph::default();
    graph.create("unwind range(1, 50) as i create (:N {n: i})").unwrap();
    let links: Vec<(u32, u32)> = (0..50).flat_map(|a| (0..50).map(move |b| (a, b))).collect();
    links.into_iter().filter(|(a, b)| a != b).for_each(|(a, b)| {
        graph.add_link(a, "T", b, Vec::new());
    });
    let budget = Budget { rows: 1000, visited: 2_000_000, time: Duration::from_millis(500) };
    for query in [
        "match p = (a)-[*]->(b) return p",
        "match p = (a)-[*]->(b) return count(*)",
        "match p = acyclic (a {n: 1})-[]-+(b {n: 2}) return count(*)",
        "match p = shortest 100000 (a {n: 1})-[]-+(b {n: 2}) return count(p)",
        "match p = all shortest walk (a {n: 1})-[]-{9}(b {n: 2}) return count(p)",
        "match p = cheapest 100000 (a {n: 1})-[]-+(b {n: 2}) by 1 return count(p)",
        "match p = cheapest (a {n: 1})-[]-+()-[]-+(b {n: -2}) by 1 return count(p)",
        "match (a), (b), (c), (d), (e) return count(*)",
        "unwind range(1, 1000000) as x unwind range(1, 1000000) as y return count(*)",
        "unwind range(1, 1000000) as x unwind range(1, 1000000) as y return x, y",
        "match (a) where exists { (a)-[*2..]->({n: -1}) } return a",
        "match (a {n: 1})-[*2..]->(b {n: -1}) return distinct b",
    ] {
        let started = Instant::now();
        let (_, cut) = graph.query(query, &Parameters::new(), budget).unwrap();
        assert!(cut.is_some(), "{query}");
        assert!(started.elapsed() < Duration::from_secs(20), "{query}: {:?}", started.elapsed());
    }
    let shortest = "match p = all shortest (a {n: 1})-[]->+(b {n: 2}) return length(p)";
    let (table, cut) = graph.query(shortest, &Parameters::new(), budget).unwrap();
    assert_eq!((table.rows.len(), cut), (1, None));
    // What only asks which nodes are reached does not make the paths to them.
    for (query, rows) in [
        ("match (a) where exists { (a)-[*]->({n: -1}) } return a", 0),
        ("match (a {n: 1})-[*]->(b) return distinct b", 50),
        ("match (a {n: 1})-[]->+(b) where a <> b return count(distinct b)", 1),
        ("match p = any shortest (a {n: 1})-[]->+(b) where none(n in nodes(p)[1..-1] where n.n > 40) return b", 50),
        ("match p = all shortest (a {n: 1})-[]-+(b {n: 3}) where none(n in nodes(p)[1..-1] where n.n < 9) return p", 2),
    ] {
        let (table, cut) = graph.query(query, &Parameters::new(), Budget::default()).unwrap();
        assert_eq!((table.rows.len(), cut), (rows, None), "{query}");
    }
}

#[test]
fn no_selector_and_no_mode_runs_away_on_a_complete_graph() {
    let mut graph = ScratchGraph::default();
    (0..50).for_each(|number| {
        graph.add_node(["N"], vec![("n".to_owned(), Value::Int(number))]);
    });
    (0..50).flat_map(|a| (0..50).map(move |b| (a, b))).filter(|(a, b)| a < b).for_each(|(a, b)| {
        graph.add_link(a, "T", b, Vec::new());
    });
    let budget = Budget { rows: 500, visited: 40_000, time: Duration::from_secs(5) };
    let selectors = [
        "all",
        "any",
        "any 3",
        "any shortest",
        "all shortest",
        "shortest 3",
        "shortest 100",
        "shortest 2 groups",
        "cheapest 2",
    ];
    let patterns = [
        "(a {n: 1})-[l]-+(b {n: 2})",
        "(a {n: 1})-[l]->{2,}(b)",
        "(a)-[l]-*(b {n: 7})",
        "(a {n: 3})-[l]-+()-[]-{0,9}(b {n: 4})",
        "(a {n: 3})(()-[l]-()-[]->(x))+(b)",
        "(a {n: 1})-[l]-+(a)",
    ];
    for selector in selectors {
        for mode in ["walk", "trail", "acyclic", "simple"] {
            for pattern in patterns {
                for condition in ["", "where none(n in nodes(p)[1..-1] where n.n = 5)", "where length(p) > 3"] {
                    if selector == "all" && mode == "walk" {
                        continue;
                    }
                    let by = if selector.starts_with("cheapest") { "by 1" } else { "" };
                    let query = format!("match p = {selector} {mode} {pattern} {by} {condition} return p");
                    let started = Instant::now();
                    let (table, cut) = graph.query(&query, &Parameters::new(), budget).unwrap();
                    assert!(table.rows.len() <= 500 && (cut.is_some() || table.rows.len() < 500), "{query}");
                    assert!(started.elapsed() < Duration::from_secs(30), "{query}: {:?}", started.elapsed());
                }
            }
        }
    }
}

#[test]
fn what_cannot_be_computed_is_an_error() {
    assert_eq!(code("return 1 / 0"), Code::DivisionByZero);
    assert_eq!(code("return 9223372036854775807 + 1"), Code::IntegerOverflow);
    assert_eq!(code("return -(-9223372036854775808)"), Code::IntegerOverflow);
    assert_eq!(code("return abs(-9223372036854775807 - 1)"), Code::IntegerOverflow);
    assert_eq!(code("return -9223372036854775808 / -1"), Code::IntegerOverflow);
    assert_eq!(code("return range(1, 9223372036854775807)"), Code::NumberOutOfRange);
    assert_eq!(code("return 'a' =~ '('"), Code::InvalidArgumentValue);
    assert_eq!(code("return $nobody"), Code::MissingParameter);
}

#[test]
fn long_queries_are_refused_or_run_without_running_out_of_stack() {
    let many = |count: usize, text: &str| text.repeat(count);
    for count in [100, 10_000] {
        for query in [
            format!("match (){} return count(*)", many(count, "-->()")),
            format!("match (){} return 1", many(count, ", ()")),
            format!("{} return 1", many(count, "unwind [1] as x with 1 as y ")),
            format!("{} return 1", many(count, "with 1 as y ")),
            format!("{} return 1", many(count, "optional match () ")),
            format!("match p = any shortest (){} return p", many(count, "-[]->{1,2}()")),
            format!("match p = any shortest ()-[]->{{1,{count}}}() return count(p)"),
            format!("return 1 as a{}", many(count, " union return 1 as a")),
            format!("return [{}1]", many(count, "1, ")),
            format!(
                "match (a) where {}true{} return 1",
                many(count / 3, "exists { match (a)--(b) where "),
                many(count / 3, "}")
            ),
            format!("match (a) where {}true return 1", many(count, "(a)--() or ")),
            format!("return {}1", many(count.min(99), "-(1 + abs(")) + &many(count.min(99), "))"),
        ] {
            let budget = Budget { visited: 100_000, ..Budget::default() };
            let _ = ties().query(&query, &Parameters::new(), budget);
        }
    }
}

#[test]
fn a_plan_says_what_it_does() {
    let graph = ties();
    let text = "match p = any shortest (a {id: 'ttp'})-[:allied_with]-+(b @aq)
                where none(n in nodes(p) where n.id = 'hn') and a.founded > 2000
                return b.name, count(*) order by b.name limit 3";
    let query = tieline::query::parser::scratch_query(text).unwrap();
    let plan = tieline::query::bind::plan(&query, text, &graph).unwrap();
    assert_eq!(
        tieline::query::explain::explain(&plan, &graph),
        [
            "find b among 1 known nodes",
            "find a among 1 known nodes",
            "where a.id = \"ttp\"",
            "where a.founded > 2000",
            "reach (b) from (a), which is known, 1 hops",
            "  along allied_with",
            "  no node where n.id = \"hn\"",
            "gather count by b.name",
            "project b.name, count(*)",
            "order by b.name",
            "limit 3",
        ]
    );
}
