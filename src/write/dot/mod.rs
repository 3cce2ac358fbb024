//! DOT, the language of Graphviz: the picture of an answer.
//!
//! The text is the same for the same answer whatever the order in which it was found: entities are sorted by id, links
//! by their ends, kind and id, one a line, so that two exports can be compared line by line. What is drawn:
//!
//! - an entity: shape and colour by kind, its name (bold and framed strongly if the question was about it);
//! - a link: its kind, period and grade; dashed if only alleged or an aim, dotted if only possible or an opinion, crossed
//!   out if only denied, pale if it only may hold; no arrow head if its kind has no direction; what it rests on as the
//!   tooltip;
//! - a caption: the question, the notes, and a legend of the kinds and styles that occur. It is the graph's label and
//!   not a cluster of sample nodes, so that a program that reads the file finds the answer's nodes in it and no others.

mod caption;
mod escape;
mod style;

use std::io;

use petgraph::graph::{EdgeIndex, NodeIndex};
use petgraph::visit::EdgeRef;

use self::escape::{html, label, quoted, tooltip};
use self::style::{Look, MarkLook, Stroke};
use super::Options;
use super::text::{doubts, kind_words, period};
use crate::graph::{Answer, Edge, Node, Subgraph};
use crate::model::Modality;

/// Families for every text: metrics alike on most systems, then whatever the system has for a script.
const FONTS: &str = "Helvetica,Arial,Noto Sans,DejaVu Sans,sans-serif";
/// What Graphviz knows as a bold font by name; a list of families cannot be made bold.
const BOLD: &str = "Helvetica-Bold";

/// The most neighbours of one entity that are drawn side by side.
const WIDEST: usize = 10;

pub fn write(answer: &Answer, options: &Options<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let graph = &answer.graph;
    writeln!(out, "digraph tieline {{")?;
    writeln!(
        out,
        "  graph [charset=\"UTF-8\", fontname=\"{FONTS}\", fontsize=10, rankdir={}, nodesep=0.3, ranksep=0.5, \
         pad=0.2, bgcolor=white, labelloc=b, label=<{}>];",
        direction(graph),
        caption::html(answer, options)
    )?;
    writeln!(
        out,
        "  node [fontname=\"{FONTS}\", fontsize=12, fontcolor=\"#1f2933\", style=filled, margin=\"0.14,0.07\"];"
    )?;
    writeln!(out, "  edge [fontname=\"{FONTS}\", fontsize=9, arrowsize=0.7];")?;
    let mut nodes: Vec<&Node> = graph.node_weights().collect();
    nodes.sort_by(|a, b| a.id.cmp(&b.id));
    if !nodes.is_empty() {
        writeln!(out)?;
    }
    for node in nodes {
        write_node(node, options, out)?;
    }
    let mut edges: Vec<Line<'_>> = graph.edge_references().filter_map(|edge| Line::new(graph, edge.id())).collect();
    edges.sort_by_key(Line::key);
    if !edges.is_empty() {
        writeln!(out)?;
    }
    for edge in &edges {
        edge.write(options, out)?;
    }
    writeln!(out, "}}")
}

/// Downwards, unless so many neighbours of one entity would stand side by side that the picture gets too wide.
fn direction(graph: &Subgraph) -> &'static str {
    let hub = graph.node_indices().any(|node| {
        let mut neighbours: Vec<NodeIndex> = graph.neighbors_undirected(node).collect();
        neighbours.sort_unstable();
        neighbours.dedup();
        neighbours.len() > WIDEST
    });
    if hub { "LR" } else { "TB" }
}

fn write_node(node: &Node, options: &Options<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let Look { shape, fill, line } = Look::of_kind(&node.kind, options.looks);
    let (width, font) = if node.focus { (2.6, format!(", fontname=\"{BOLD}\"")) } else { (1.0, String::new()) };
    let name = if node.name.trim().is_empty() { &node.id } else { &node.name };
    let kind = match &node.finer {
        Some(finer) => format!("{}, {}", node.kind, kind_words(finer)),
        None => node.kind.clone(),
    };
    let mark = options.marks.and_then(|marks| marks.entities.get(&node.id)).map(|mark| MarkLook::of(*mark));
    let about = match mark {
        Some(mark) => format!("{name} ({kind}) @{}\n{}", node.id, mark.word),
        None => format!("{name} ({kind}) @{}", node.id),
    };
    let (fill, line) = mark.map_or((fill, line), |mark| (mark.fill, mark.line.to_owned()));
    let style = if mark.is_some_and(|mark| mark.style == "dashed") { ", style=\"filled,dashed\"" } else { "" };
    writeln!(
        out,
        "  {} [label={}, shape={}, fillcolor={}, color=\"{line}\"{style}, penwidth={width:.1}{font}, tooltip={}];",
        quoted(&node.id),
        label(name),
        quoted(shape),
        quoted(fill),
        tooltip(&about),
    )
}

/// A link with its ends, ready to be sorted and written.
struct Line<'a> {
    from: &'a Node,
    to: &'a Node,
    edge: &'a Edge,
}

impl<'a> Line<'a> {
    fn new(graph: &'a Subgraph, edge: EdgeIndex) -> Option<Self> {
        let (from, to) = graph.edge_endpoints(edge)?;
        let node = |index: NodeIndex| graph.node_weight(index);
        Some(Self { from: node(from)?, to: node(to)?, edge: graph.edge_weight(edge)? })
    }

    fn key(&self) -> (&'a str, &'a str, &'a str, &'a str) {
        (&self.from.id, &self.edge.kind, &self.to.id, &self.edge.id)
    }

    fn write(&self, options: &Options<'_>, out: &mut dyn io::Write) -> io::Result<()> {
        let mark = options.marks.and_then(|marks| marks.links.get(&self.edge.id)).map(|mark| MarkLook::of(*mark));
        let Stroke { style, line, text } = match mark {
            Some(MarkLook { style, line, .. }) => Stroke { style, line, text: line },
            None => Stroke::of(self.edge),
        };
        let denied = self.edge.modality == Modality::Denied;
        let heads = match (self.edge.symmetric, denied) {
            (true, false) => ", dir=none",
            (true, true) => ", dir=both, arrowhead=tee, arrowtail=tee",
            (false, true) => ", arrowhead=tee",
            (false, false) => "",
        };
        let tooltip = tooltip(&match mark {
            Some(mark) => format!("{}\n{}", self.about(), mark.word),
            None => self.about(),
        });
        writeln!(
            out,
            "  {} -> {} [label={}, style={style}, color=\"{line}\", fontcolor=\"{text}\"{heads}, tooltip={tooltip}, \
             labeltooltip={tooltip}];",
            quoted(&self.from.id),
            quoted(&self.to.id),
            self.label(denied),
        )
    }

    fn label(&self, denied: bool) -> String {
        let kind = kind_words(&self.edge.kind);
        let below: Vec<String> = period(self.edge)
            .into_iter()
            .chain(Some(self.edge.grade.clone()))
            .filter(|part| !part.is_empty())
            .collect();
        let doubts = doubts(self.edge).join(", ");
        if denied {
            // Only an HTML label can be struck through; outside it the cross says the same without a font for it.
            let below = [doubts].into_iter().chain(below).collect::<Vec<_>>().join(" · ");
            return format!("< ✗ <s>{}</s> <br/> {} >", html(&kind), html(&below));
        }
        let above = if doubts.is_empty() { kind } else { format!("{kind} ({doubts})") };
        // The spaces keep the text clear of the line.
        let lines = [above, below.join(" · ")].into_iter().filter(|line| !line.is_empty());
        quoted(&lines.map(|line| format!(" {line} ")).collect::<Vec<_>>().join("\n"))
    }

    fn about(&self) -> String {
        let Edge { grade, sources, claims, citation, .. } = self.edge;
        let mut said = doubts(self.edge);
        if self.edge.modality == Modality::Asserted {
            said.insert(0, "asserted");
        }
        let reading =
            if self.edge.reading.is_empty() { kind_words(&self.edge.kind) } else { self.edge.reading.clone() };
        let sentence = format!("{} {reading} {}", self.from.name, self.to.name);
        let count = |n: u32, word: &str| format!("{n} {word}{}", if n == 1 { "" } else { "s" });
        let mut facts = vec![said.join(", ")];
        facts.extend(period(self.edge));
        facts.push(grade.clone());
        if *claims > 0 {
            facts.push(format!("{} from {}", count(*claims, "claim"), count(*sources, "source")));
        }
        let facts = facts.into_iter().filter(|fact| !fact.is_empty()).collect::<Vec<_>>().join("; ");
        let lines: Vec<String> =
            [sentence, facts, citation.clone()].into_iter().filter(|line| !line.is_empty()).collect();
        lines.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::write::sample;

    fn drawn(answer: &Answer) -> String {
        let mut out = Vec::new();
        let looks = sample::looks();
        let options = Options { title: Some("path \"TTP\" to \"al-Qaeda\""), looks: &looks, ..Options::default() };
        write(answer, &options, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn dot() {
        insta::assert_snapshot!(drawn(&sample::answer()), @r##"
        digraph tieline {
          graph [charset="UTF-8", fontname="Helvetica,Arial,Noto Sans,DejaVu Sans,sans-serif", fontsize=10, rankdir=TB, nodesep=0.3, ranksep=0.5, pad=0.2, bgcolor=white, labelloc=b, label=<<table border="0" cellspacing="2" cellpadding="2"><tr><td><b>path &quot;TTP&quot; to &quot;al-Qaeda&quot;</b></td></tr><tr><td>1 hop may hold</td></tr><tr><td><font color="#b42318">Incomplete: rows: 5</font></td></tr><tr><td><table border="0" cellspacing="4" cellpadding="3"><tr><td border="1" color="#4b74b9" bgcolor="#dbe7f5"><font color="#4b74b9">■</font> Organisation</td><td border="1" color="#ef8525" bgcolor="#fdebc8"><font color="#ef8525">●</font> Person</td></tr></table></td></tr><tr><td><table border="0" cellspacing="4" cellpadding="3"><tr><td><table border="0" cellspacing="0"><tr><td border="1" sides="b" style="solid" color="#3e4c59" width="30" height="8"></td></tr><tr><td height="8"></td></tr></table></td><td>asserted</td><td><table border="0" cellspacing="0"><tr><td border="1" sides="b" style="solid" color="#e0a09a" width="30" height="8"></td></tr><tr><td height="8"></td></tr></table></td><td><font color="#b42318">✗ <s>denied</s></font></td><td><table border="0" cellspacing="0"><tr><td border="1" sides="b" style="solid" color="#b8c1cb" width="30" height="8"></td></tr><tr><td height="8"></td></tr></table></td><td>may hold</td></tr></table></td></tr></table>>];
          node [fontname="Helvetica,Arial,Noto Sans,DejaVu Sans,sans-serif", fontsize=12, fontcolor="#1f2933", style=filled, margin="0.14,0.07"];
          edge [fontname="Helvetica,Arial,Noto Sans,DejaVu Sans,sans-serif", fontsize=9, arrowsize=0.7];

          "al-qaeda" [label="al-Qaeda", shape="box", fillcolor="#dbe7f5", color="#4b74b9", penwidth=1.0, tooltip="al-Qaeda (Organisation) @al-qaeda"];
          "haqqani-network" [label="شبكة حقاني", shape="box", fillcolor="#dbe7f5", color="#4b74b9", penwidth=1.0, tooltip="شبكة حقاني (Organisation) @haqqani-network"];
          "ttp" [label="TTP", shape="box", fillcolor="#dbe7f5", color="#4b74b9", penwidth=2.6, fontname="Helvetica-Bold", tooltip="TTP (Organisation, militant group) @ttp"];
          "zawahiri" [label="Айман аз-Завахири", shape="ellipse", fillcolor="#fdebc8", color="#ef8525", penwidth=1.0, tooltip="Айман аз-Завахири (Person) @zawahiri"];

          "ttp" -> "al-qaeda" [label=" affiliated with (may hold) \n 2007-12 – ? · B2 ", style=solid, color="#b8c1cb", fontcolor="#7a8591", dir=none, tooltip="TTP is affiliated with al-Qaeda\nasserted, may hold; 2007-12 – ?; B2; 3 claims from 2 sources\ncep, paragraph 1, sentence 2", labeltooltip="TTP is affiliated with al-Qaeda\nasserted, may hold; 2007-12 – ?; B2; 3 claims from 2 sources\ncep, paragraph 1, sentence 2"];
          "zawahiri" -> "al-qaeda" [label=< ✗ <s>claimed to lead</s> <br/> denied · B2 >, style=solid, color="#e0a09a", fontcolor="#b42318", arrowhead=tee, tooltip="Айман аз-Завахири is claimed to lead al-Qaeda\ndenied; B2; 1 claim from 1 source\ncep, paragraph 1, sentence 2", labeltooltip="Айман аз-Завахири is claimed to lead al-Qaeda\ndenied; B2; 1 claim from 1 source\ncep, paragraph 1, sentence 2"];
        }
        "##);
    }

    #[test]
    fn the_order_in_which_things_were_found_does_not_show() {
        let answer = sample::answer();
        let mut backwards = Answer { rows: Vec::new(), graph: Subgraph::new(), ..answer.clone() };
        let mut numbers = vec![NodeIndex::end(); answer.graph.node_count()];
        for node in answer.graph.node_indices().rev() {
            numbers[node.index()] = backwards.graph.add_node(answer.graph[node].clone());
        }
        for edge in answer.graph.edge_references().rev() {
            let ends = [edge.source(), edge.target()].map(|node| numbers[node.index()]);
            backwards.graph.add_edge(ends[0], ends[1], edge.weight().clone());
        }
        assert_eq!(drawn(&answer), drawn(&backwards));
    }
}
