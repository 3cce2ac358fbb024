//! Any text as a statement, and as a query on a small graph: an answer or an error, within the budget.
//!
//! `cargo +nightly fuzz run query`
#![no_main]

use std::sync::OnceLock;
use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use tieline::query::Budget;
use tieline::query::execute::Parameters;
use tieline::query::scratch::ScratchGraph;

static GRAPH: OnceLock<ScratchGraph> = OnceLock::new();

fn graph() -> &'static ScratchGraph {
    GRAPH.get_or_init(|| {
        let mut graph = ScratchGraph::default();
        let made = graph.create(
            "create (a:A {n: 1, name: 'a'})-[:X {w: 1}]->(b:B {n: 2})-[:Y]->(c:A:B {n: 3})-[:X]->(a), (c)-[:Y]->(c), (b)-[:X]->(a)",
        );
        assert!(made.is_ok());
        graph
    })
}

fuzz_target!(|text: &str| {
    let _ = tieline::query::parse(text);
    let budget = Budget { rows: 1_000, visited: 100_000, time: Duration::from_millis(200) };
    let _ = graph().query(text, &Parameters::new(), budget);
});
