//! A small answer with every kind of value in it, for the writers' tests.

use crate::graph::{Answer, Cell, Edge, Node, Subgraph};
use crate::model::{Modality, Truth};
use crate::write::KindLook;

pub fn looks() -> Vec<KindLook> {
    let look = |kind: &str, shape: &str, colour: &str| KindLook {
        kind: kind.into(),
        shape: shape.into(),
        colour: colour.into(),
    };
    vec![look("Organisation", "box", "#dbe7f5"), look("Person", "ellipse", "#fdebc8")]
}

pub fn node(id: &str, name: &str, kind: &str) -> Node {
    Node { id: id.into(), name: name.into(), kind: kind.into(), finer: None, focus: false }
}

pub fn edge(id: &str, kind: &str, modality: Modality) -> Edge {
    Edge {
        id: id.into(),
        kind: kind.into(),
        reading: format!("is {}", kind.replace('_', " ")),
        symmetric: false,
        since: None,
        until: None,
        when: None,
        grade: "B2".into(),
        sources: 1,
        claims: 1,
        modality,
        truth: Truth::Yes,
        citation: "cep, paragraph 1, sentence 2".into(),
    }
}

pub fn answer() -> Answer {
    let mut graph = Subgraph::new();
    let ttp = graph.add_node(Node {
        finer: Some("militant_group".into()),
        focus: true,
        ..node("ttp", "TTP", "Organisation")
    });
    let qaeda = graph.add_node(node("al-qaeda", "al-Qaeda", "Organisation"));
    let zawahiri = graph.add_node(node("zawahiri", "Айман аз-Завахири", "Person"));
    let haqqani = graph.add_node(node("haqqani-network", "شبكة حقاني", "Organisation"));
    let tied = graph.add_edge(
        ttp,
        qaeda,
        Edge {
            symmetric: true,
            since: Some("2007-12".into()),
            truth: Truth::May,
            sources: 2,
            claims: 3,
            ..edge("l1", "affiliated_with", Modality::Asserted)
        },
    );
    let leads = graph.add_edge(zawahiri, qaeda, edge("l2", "claimed_to_lead", Modality::Denied));
    let row = |value: Cell, what: Cell| vec![value, what, Cell::Node(haqqani)];
    Answer {
        chosen: false,
        columns: vec!["value".into(), "what".into(), "who".into()],
        rows: vec![
            row(Cell::Int(-5), Cell::Text("a whole number".into())),
            row(Cell::Float(2.0), Cell::Bool(true)),
            row(Cell::Null, Cell::Text("=1+\"1\", \u{1b}[31m|\n<東京>".into())),
            row(Cell::Edge(tied), Cell::List(vec![Cell::Int(1), Cell::Null, Cell::Text("x".into())])),
            row(
                Cell::Path(vec![ttp, qaeda, zawahiri], vec![tied, leads]),
                Cell::Map(vec![("k".into(), Cell::Node(ttp))]),
            ),
        ],
        graph,
        notes: vec!["1 hop may hold".into()],
        cut: Some("rows: 5".into()),
    }
}
