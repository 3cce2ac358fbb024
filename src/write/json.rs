//! JSON: one object an answer, or one object a row.

use std::io;

use petgraph::graph::{EdgeIndex, NodeIndex};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use super::Options;
use crate::graph::{Answer, Cell, Edge, Node, Subgraph};
use crate::model::Truth;

/// One object: `columns`, `rows`, `nodes`, `edges`, and `statement`, `notes`, `cut`, `timing` where there are any.
///
/// Numbers that JSON does not know (not a number, infinities) are `null`.
pub fn write(answer: &Answer, options: &Options<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &Document { answer, options })?;
    writeln!(out)
}

/// One object a row: its columns, and `statement` first where several statements are answered.
pub fn write_lines(answer: &Answer, options: &Options<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    for cells in &answer.rows {
        serde_json::to_writer(&mut *out, &Row { answer, cells, statement: options.statement })?;
        writeln!(out)?;
    }
    Ok(())
}

struct Document<'a> {
    answer: &'a Answer,
    options: &'a Options<'a>,
}

impl Serialize for Document<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Answer { columns, rows, graph, notes, cut, chosen: _ } = self.answer;
        let rows: Vec<Vec<_>> = rows.iter().map(|row| row.iter().map(|cell| Value { graph, cell }).collect()).collect();
        let mut map = serializer.serialize_map(None)?;
        if let Some(statement) = self.options.statement {
            map.serialize_entry("statement", &statement)?;
        }
        map.serialize_entry("columns", columns)?;
        map.serialize_entry("rows", &rows)?;
        map.serialize_entry("nodes", &graph.node_weights().map(NodeObject::new).collect::<Vec<_>>())?;
        let edges: Vec<_> = graph.edge_indices().filter_map(|edge| EdgeObject::new(graph, edge)).collect();
        map.serialize_entry("edges", &edges)?;
        if !notes.is_empty() {
            map.serialize_entry("notes", notes)?;
        }
        if let Some(cut) = cut {
            map.serialize_entry("cut", cut)?;
        }
        if let Some(timing) = &self.options.timing {
            map.serialize_entry("timing", timing)?;
        }
        map.end()
    }
}

struct Row<'a> {
    answer: &'a Answer,
    cells: &'a [Cell],
    statement: Option<usize>,
}

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(statement) = self.statement {
            map.serialize_entry("statement", &statement)?;
        }
        for (column, cell) in self.answer.columns.iter().zip(self.cells) {
            map.serialize_entry(column, &Value { graph: &self.answer.graph, cell })?;
        }
        map.end()
    }
}

struct Value<'a> {
    graph: &'a Subgraph,
    cell: &'a Cell,
}

impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let graph = self.graph;
        match self.cell {
            Cell::Null => serializer.serialize_unit(),
            Cell::Bool(value) => serializer.serialize_bool(*value),
            Cell::Int(value) => serializer.serialize_i64(*value),
            Cell::Float(value) => serializer.serialize_f64(*value),
            Cell::Text(text) => serializer.serialize_str(text),
            Cell::Node(node) => graph.node_weight(*node).map(NodeObject::new).serialize(serializer),
            Cell::Edge(edge) => EdgeObject::new(graph, *edge).serialize(serializer),
            Cell::List(list) => {
                let mut seq = serializer.serialize_seq(Some(list.len()))?;
                for cell in list {
                    seq.serialize_element(&Value { graph, cell })?;
                }
                seq.end()
            }
            Cell::Map(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for (key, cell) in entries {
                    map.serialize_entry(key, &Value { graph, cell })?;
                }
                map.end()
            }
            Cell::Path(nodes, edges) => PathObject::new(graph, nodes, edges).serialize(serializer),
        }
    }
}

#[derive(serde::Serialize)]
struct NodeObject<'a> {
    id: &'a str,
    kind: &'a str,
    name: &'a str,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    finer: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    focus: bool,
}

impl<'a> NodeObject<'a> {
    fn new(Node { id, name, kind, finer, focus }: &'a Node) -> Self {
        Self { id, kind, name, finer: finer.as_deref(), focus: *focus }
    }
}

#[derive(serde::Serialize)]
struct EdgeObject<'a> {
    id: &'a str,
    kind: &'a str,
    from: &'a str,
    to: &'a str,
    since: Option<&'a str>,
    until: Option<&'a str>,
    when: Option<&'a str>,
    grade: &'a str,
    sources: u32,
    claims: u32,
    modality: &'static str,
    holds: &'static str,
    symmetric: bool,
    reading: &'a str,
    citation: &'a str,
}

impl<'a> EdgeObject<'a> {
    fn new(graph: &'a Subgraph, edge: EdgeIndex) -> Option<Self> {
        let (from, to) = graph.edge_endpoints(edge)?;
        let Edge {
            id,
            kind,
            reading,
            symmetric,
            since,
            until,
            when,
            grade,
            sources,
            claims,
            modality,
            truth,
            citation,
        } = graph.edge_weight(edge)?;
        Some(Self {
            id,
            kind,
            from: &graph.node_weight(from)?.id,
            to: &graph.node_weight(to)?.id,
            since: since.as_deref(),
            until: until.as_deref(),
            when: when.as_deref(),
            grade,
            sources: *sources,
            claims: *claims,
            modality: modality.word(),
            holds: match truth {
                Truth::Yes => "yes",
                Truth::May => "may",
                Truth::No => "no",
            },
            symmetric: *symmetric,
            reading,
            citation,
        })
    }
}

#[derive(serde::Serialize)]
struct PathObject<'a> {
    nodes: Vec<NodeObject<'a>>,
    edges: Vec<EdgeObject<'a>>,
}

impl<'a> PathObject<'a> {
    fn new(graph: &'a Subgraph, nodes: &[NodeIndex], edges: &[EdgeIndex]) -> Self {
        Self {
            nodes: nodes.iter().filter_map(|&node| graph.node_weight(node)).map(NodeObject::new).collect(),
            edges: edges.iter().filter_map(|&edge| EdgeObject::new(graph, edge)).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::write::sample;

    #[test]
    fn document() {
        let mut out = Vec::new();
        let options = Options { statement: Some(2), ..Options::default() };
        write(&sample::answer(), &options, &mut out).unwrap();
        assert_eq!(out.iter().filter(|byte| **byte == b'\n').count(), 1);
        let value: serde_json::Value = serde_json::from_slice(&out).unwrap();
        insta::assert_snapshot!(serde_json::to_string_pretty(&value).unwrap(), @r#"
        {
          "columns": [
            "value",
            "what",
            "who"
          ],
          "cut": "rows: 5",
          "edges": [
            {
              "citation": "cep, paragraph 1, sentence 2",
              "claims": 3,
              "from": "ttp",
              "grade": "B2",
              "holds": "may",
              "id": "l1",
              "kind": "affiliated_with",
              "modality": "asserted",
              "reading": "is affiliated with",
              "since": "2007-12",
              "sources": 2,
              "symmetric": true,
              "to": "al-qaeda",
              "until": null,
              "when": null
            },
            {
              "citation": "cep, paragraph 1, sentence 2",
              "claims": 1,
              "from": "zawahiri",
              "grade": "B2",
              "holds": "yes",
              "id": "l2",
              "kind": "claimed_to_lead",
              "modality": "denied",
              "reading": "is claimed to lead",
              "since": null,
              "sources": 1,
              "symmetric": false,
              "to": "al-qaeda",
              "until": null,
              "when": null
            }
          ],
          "nodes": [
            {
              "focus": true,
              "id": "ttp",
              "kind": "Organisation",
              "name": "TTP",
              "type": "militant_group"
            },
            {
              "id": "al-qaeda",
              "kind": "Organisation",
              "name": "al-Qaeda"
            },
            {
              "id": "zawahiri",
              "kind": "Person",
              "name": "Айман аз-Завахири"
            },
            {
              "id": "haqqani-network",
              "kind": "Organisation",
              "name": "شبكة حقاني"
            }
          ],
          "notes": [
            "1 hop may hold"
          ],
          "rows": [
            [
              -5,
              "a whole number",
              {
                "id": "haqqani-network",
                "kind": "Organisation",
                "name": "شبكة حقاني"
              }
            ],
            [
              2.0,
              true,
              {
                "id": "haqqani-network",
                "kind": "Organisation",
                "name": "شبكة حقاني"
              }
            ],
            [
              null,
              "=1+\"1\", \u001b[31m|\n<東京>",
              {
                "id": "haqqani-network",
                "kind": "Organisation",
                "name": "شبكة حقاني"
              }
            ],
            [
              {
                "citation": "cep, paragraph 1, sentence 2",
                "claims": 3,
                "from": "ttp",
                "grade": "B2",
                "holds": "may",
                "id": "l1",
                "kind": "affiliated_with",
                "modality": "asserted",
                "reading": "is affiliated with",
                "since": "2007-12",
                "sources": 2,
                "symmetric": true,
                "to": "al-qaeda",
                "until": null,
                "when": null
              },
              [
                1,
                null,
                "x"
              ],
              {
                "id": "haqqani-network",
                "kind": "Organisation",
                "name": "شبكة حقاني"
              }
            ],
            [
              {
                "edges": [
                  {
                    "citation": "cep, paragraph 1, sentence 2",
                    "claims": 3,
                    "from": "ttp",
                    "grade": "B2",
                    "holds": "may",
                    "id": "l1",
                    "kind": "affiliated_with",
                    "modality": "asserted",
                    "reading": "is affiliated with",
                    "since": "2007-12",
                    "sources": 2,
                    "symmetric": true,
                    "to": "al-qaeda",
                    "until": null,
                    "when": null
                  },
                  {
                    "citation": "cep, paragraph 1, sentence 2",
                    "claims": 1,
                    "from": "zawahiri",
                    "grade": "B2",
                    "holds": "yes",
                    "id": "l2",
                    "kind": "claimed_to_lead",
                    "modality": "denied",
                    "reading": "is claimed to lead",
                    "since": null,
                    "sources": 1,
                    "symmetric": false,
                    "to": "al-qaeda",
                    "until": null,
                    "when": null
                  }
                ],
                "nodes": [
                  {
                    "focus": true,
                    "id": "ttp",
                    "kind": "Organisation",
                    "name": "TTP",
                    "type": "militant_group"
                  },
                  {
                    "id": "al-qaeda",
                    "kind": "Organisation",
                    "name": "al-Qaeda"
                  },
                  {
                    "id": "zawahiri",
                    "kind": "Person",
                    "name": "Айман аз-Завахири"
                  }
                ]
              },
              {
                "k": {
                  "focus": true,
                  "id": "ttp",
                  "kind": "Organisation",
                  "name": "TTP",
                  "type": "militant_group"
                }
              },
              {
                "id": "haqqani-network",
                "kind": "Organisation",
                "name": "شبكة حقاني"
              }
            ]
          ],
          "statement": 2
        }
        "#);
    }

    #[test]
    fn lines() {
        let mut out = Vec::new();
        let options = Options { statement: Some(7), ..Options::default() };
        write_lines(&sample::answer(), &options, &mut out).unwrap();
        insta::assert_snapshot!(String::from_utf8(out).unwrap(), @r#"
        {"statement":7,"value":-5,"what":"a whole number","who":{"id":"haqqani-network","kind":"Organisation","name":"شبكة حقاني"}}
        {"statement":7,"value":2.0,"what":true,"who":{"id":"haqqani-network","kind":"Organisation","name":"شبكة حقاني"}}
        {"statement":7,"value":null,"what":"=1+\"1\", \u001b[31m|\n<東京>","who":{"id":"haqqani-network","kind":"Organisation","name":"شبكة حقاني"}}
        {"statement":7,"value":{"id":"l1","kind":"affiliated_with","from":"ttp","to":"al-qaeda","since":"2007-12","until":null,"when":null,"grade":"B2","sources":2,"claims":3,"modality":"asserted","holds":"may","symmetric":true,"reading":"is affiliated with","citation":"cep, paragraph 1, sentence 2"},"what":[1,null,"x"],"who":{"id":"haqqani-network","kind":"Organisation","name":"شبكة حقاني"}}
        {"statement":7,"value":{"nodes":[{"id":"ttp","kind":"Organisation","name":"TTP","type":"militant_group","focus":true},{"id":"al-qaeda","kind":"Organisation","name":"al-Qaeda"},{"id":"zawahiri","kind":"Person","name":"Айман аз-Завахири"}],"edges":[{"id":"l1","kind":"affiliated_with","from":"ttp","to":"al-qaeda","since":"2007-12","until":null,"when":null,"grade":"B2","sources":2,"claims":3,"modality":"asserted","holds":"may","symmetric":true,"reading":"is affiliated with","citation":"cep, paragraph 1, sentence 2"},{"id":"l2","kind":"claimed_to_lead","from":"zawahiri","to":"al-qaeda","since":null,"until":null,"when":null,"grade":"B2","sources":1,"claims":1,"modality":"denied","holds":"yes","symmetric":false,"reading":"is claimed to lead","citation":"cep, paragraph 1, sentence 2"}]},"what":{"k":{"id":"ttp","kind":"Organisation","name":"TTP","type":"militant_group","focus":true}},"who":{"id":"haqqani-network","kind":"Organisation","name":"شبكة حقاني"}}
        "#);
    }

    #[test]
    fn numbers_that_json_does_not_know_are_null() {
        let answer = Answer {
            columns: vec!["n".into()],
            rows: [f64::NAN, f64::INFINITY, 1.5].map(|n| vec![Cell::Float(n)]).to_vec(),
            ..Answer::default()
        };
        let mut out = Vec::new();
        write_lines(&answer, &Options::default(), &mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "{\"n\":null}\n{\"n\":null}\n{\"n\":1.5}\n");
    }
}
