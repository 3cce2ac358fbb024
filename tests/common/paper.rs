//! An invented document and what another program proposes of it, as JSON lines.

use serde_json::{Value, json};

/// The text. Curly quotes and an accent make bytes and characters differ.
pub const TEXT: &str = "Truce in Port Éxample\n\n\
    The “Harbour Front” (HF) agreed to a week's truce with the Port Front, Dana Doe said. \
    According to Dana Doe, the Harbour Front may have ties to Ansar Example.\n\n\
    The Port Front was founded in 1998. It is led by Dana Doe.\n";

/// The sentences with their paragraphs.
const SENTENCES: [(u32, &str); 5] = [
    (1, "Truce in Port Éxample"),
    (2, "The “Harbour Front” (HF) agreed to a week's truce with the Port Front, Dana Doe said."),
    (2, "According to Dana Doe, the Harbour Front may have ties to Ansar Example."),
    (3, "The Port Front was founded in 1998."),
    (3, "It is led by Dana Doe."),
];

/// A file of proposals: the document and its proposals, to be changed before it is written.
#[derive(Clone, Debug)]
pub struct Paper {
    /// The first line.
    pub head: Value,
    /// The other lines.
    pub proposals: Vec<Value>,
}

impl Paper {
    /// The document `harbour-report` with eight proposals: three groups and a person, a truce, a link in her voice, an
    /// attribute, a link that is not sure.
    pub fn new() -> Self {
        let head = json!({
            "document": {
                "id": "harbour-report", "title": "Truce in Port Éxample", "publisher": "Example Monitor",
                "published": "2020-06", "licence": "CC BY 4.0", "reliability": "B"
            },
            "text": TEXT
        });
        let link = |from: &str, kind: &str, to: &str| json!({"link": {"from": from, "kind": kind, "to": to}});
        let party = |entity: &str| json!({"entity": entity, "kind": "party_to"});
        let names = json!([{"name": "Harbour Front", "role": "primary"}, {"name": "HF", "role": "acronym"}]);
        let front = json!({"entity": {
            "entity": "new:harbour-front", "kind": "Organisation", "type": "militant_group", "names": names
        }});
        let truce = json!({"event": {
            "event": "new:truce", "type": "ceasefire", "names": [{"name": "truce in Port Éxample", "role": "primary"}],
            "participants": [party("new:harbour-front"), party("new:port-front")]
        }});
        let founded = json!({"attribute": {"entity": "new:port-front", "key": "founded", "value": "1998"}});
        let mut proposals = vec![
            proposal(2, front, "Harbour Front", 0.9),
            proposal(2, added("port-front", "Port Front", "Organisation"), "Port Front", 0.9),
            proposal(2, added("dana-doe", "Dana Doe", "Person"), "Dana Doe", 0.9),
            proposal(2, truce, "agreed to a week's truce", 0.85),
            proposal(3, added("ansar-example", "Ansar Example", "Organisation"), "Ansar Example", 0.6),
            proposal(3, link("new:harbour-front", "affiliated_with", "new:ansar-example"), "may have ties to", 0.8),
            proposal(4, founded, "founded in 1998", 0.95),
            proposal(5, link("new:port-front", "led_by", "new:dana-doe"), "led by", 0.3),
        ];
        proposals[3]["when"] = json!("2020-05");
        proposals[3]["speaker"] = json!("new:dana-doe");
        proposals[5]["speaker"] = json!("new:dana-doe");
        proposals[5]["modality"] = json!("possible");
        proposals[5]["mentions"] = json!([
            {"span": span_in(3, "Harbour Front"), "entity": "new:harbour-front"},
            {"span": span_in(3, "Ansar Example"), "entity": "new:ansar-example"}
        ]);
        Self { head, proposals }
    }

    /// The same about another text of the same words, as another document.
    pub fn named(id: &str) -> Self {
        let mut paper = Self::new();
        paper.head["document"]["id"] = json!(id);
        paper
    }

    /// The file.
    pub fn lines(&self) -> String {
        let lines = std::iter::once(&self.head).chain(&self.proposals).map(Value::to_string);
        lines.map(|line| line + "\n").collect()
    }
}

/// What says that there is a new entity.
pub fn added(id: &str, name: &str, kind: &str) -> Value {
    json!({"entity": {"entity": format!("new:{id}"), "kind": kind, "names": [{"name": name, "role": "primary"}]}})
}

/// A proposal of sentence `number`, carried by the words `evidence`.
pub fn proposal(number: usize, says: Value, evidence: &str, confidence: f64) -> Value {
    let (paragraph, sentence) = SENTENCES[number - 1];
    json!({
        "says": says,
        "at": {"paragraph": paragraph, "sentence": number, "span": span(number), "evidence": span_in(number, evidence)},
        "text": sentence, "rule": "test.rule", "why": "the test says so", "confidence": confidence
    })
}

fn span(number: usize) -> [usize; 2] {
    let sentence = SENTENCES[number - 1].1;
    let start = TEXT.find(sentence).unwrap();
    [start, start + sentence.len()]
}

fn span_in(number: usize, words: &str) -> [usize; 2] {
    let start = span(number)[0] + SENTENCES[number - 1].1.find(words).unwrap();
    [start, start + words.len()]
}
