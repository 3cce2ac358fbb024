//! How long the questions of the language take on a generated graph.

#![allow(clippy::expect_used)]

mod common;

use std::time::Duration;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use tieline::graph::Cell;
use tieline::query::Budget;
use tieline::{Database, Session};

/// Asks the statements one after the other, a statement an iteration.
fn ask(criterion: &mut Criterion, database: &mut Database, group: &str, what: &str, statements: &[String]) {
    let budget = Budget { rows: usize::MAX, visited: u64::MAX, time: Duration::from_secs(600) };
    let session = Session { budget, ..Session::default() };
    let mut group = criterion.benchmark_group(group);
    group.sample_size(20).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    let mut next = statements.iter().cycle();
    group.bench_function(BenchmarkId::from_parameter(what), |bencher| {
        bencher.iter(|| database.run(next.next().expect("a statement"), &session).expect("an answer"));
    });
    group.finish();
}

/// The name of an entity.
fn name(database: &Database, id: &str) -> String {
    let graph = database.graph();
    let entity = graph.by_id(id).and_then(|entity| graph.node(entity));
    entity.expect("the entity").name.to_owned()
}

fn questions(criterion: &mut Criterion) {
    let generated = common::Generated::new();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut database = generated.import(&folder.path().join("db"));
    // Three of five entities are people: these ids are spread over all of them.
    let people: Vec<String> = (0..50).map(|at| format!("p{}", at * 7919 % (generated.entities * 3 / 5))).collect();
    let names: Vec<String> = people.iter().map(|id| name(&database, id)).collect();

    let of = |make: fn(&str) -> String, from: &[String]| from.iter().map(|item| make(item)).collect::<Vec<_>>();
    let exact = of(|name| format!("find {name:?}"), &names);
    ask(criterion, &mut database, "find", "exact", &exact);
    let misspelt: Vec<String> = names.iter().map(|name| format!("find {:?}", name.replacen('a', "e", 1))).collect();
    ask(criterion, &mut database, "find", "misspelt", &misspelt);
    for hops in 1..=3 {
        let statements: Vec<String> =
            people.iter().map(|id| format!("neighbours @{id} within {hops} | count")).collect();
        ask(criterion, &mut database, "neighbours", &hops.to_string(), &statements);
    }
    let whole = of(|id| format!("neighbours @{id} within 2"), &people);
    ask(criterion, &mut database, "neighbours", "2, with all rows", &whole);
    let scoped = of(|id| format!("neighbours @{id} within 2 via member_of, took_part_in as of 2014 | count"), &people);
    ask(criterion, &mut database, "neighbours", "2, filtered", &scoped);
    let pairs: Vec<(&String, &String)> = people.iter().zip(people.iter().skip(1)).collect();
    let paths: Vec<String> = pairs.iter().map(|(from, to)| format!("path @{from} to @{to}")).collect();
    ask(criterion, &mut database, "path", "shortest", &paths);
    let paths: Vec<String> = pairs.iter().map(|(from, to)| format!("path @{from} to @{to} all shortest")).collect();
    ask(criterion, &mut database, "path", "all shortest", &paths);

    let found = database.run(&exact[0], &Session::default()).expect("an answer").answer;
    assert!(matches!(found.rows[0][0], Cell::Node(_)), "the benches ask for what is there");
}

criterion_group!(benches, questions);
criterion_main!(benches);
