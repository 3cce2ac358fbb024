//! Values as text for people.

use std::borrow::Cow;
use std::collections::HashSet;

use petgraph::graph::{EdgeIndex, NodeIndex};

use crate::graph::{Cell, Edge, Subgraph};
use crate::model::{Modality, Truth};

/// `text` without characters that steer a terminal or hide what is written: control characters become their pictures
/// (`␛`, `␊`), C1 controls, bidirectional overrides, line separators and noncharacters become `\u{..}`.
///
/// Marks that scripts need (joiners, left-to-right and right-to-left marks) stay.
///
/// ```
/// assert_eq!(tieline::write::safe("a\u{1b}[31mb\u{202e}c"), "a␛[31mb\\u{202e}c");
/// ```
pub fn safe(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            _ if !is_unsafe(c) => out.push(c),
            '\u{7f}' => out.push('\u{2421}'),
            '\0'..='\u{1f}' => out.extend(char::from_u32(0x2400 + c as u32)),
            _ => out.extend(c.escape_unicode()),
        }
    }
    Cow::Owned(out)
}

fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
        || c as u32 & 0xfffe == 0xfffe
}

/// A link kind as words: `affiliated_with` reads `affiliated with`.
pub fn kind_words(kind: &str) -> String {
    kind.replace('_', " ")
}

/// The period of a link as people write it: `2001–2014`, `2001–?` where the end is not known, `since 2001` where it goes
/// on, `until 2014` where it has always been so.
pub fn period(edge: &Edge) -> Option<String> {
    if let Some(when) = edge.when.as_deref().filter(|when| when.contains(';')) {
        return Some(when.to_owned());
    }
    let known = |date: &'_ Option<String>| date.clone().filter(|date| !date.is_empty());
    Some(match (known(&edge.since), known(&edge.until)) {
        (None, None) => return known(&edge.when),
        (Some(since), Some(until)) if since == until => since,
        (Some(since), Some(until)) if until == ".." => format!("since {since}"),
        (Some(since), Some(until)) if since == ".." => format!("until {until}"),
        (since, until) => {
            let [since, until] = [since, until].map(|date| date.unwrap_or_else(|| "?".to_owned()));
            // A dash between dates with hyphens needs room to be seen.
            let dash = if since.contains('-') || until.contains('-') { " – " } else { "–" };
            format!("{since}{dash}{until}")
        }
    })
}

/// What must be said of a link that is not simply asserted to hold.
pub fn doubts(edge: &Edge) -> Vec<&'static str> {
    let modality = (edge.modality != Modality::Asserted).then(|| edge.modality.word());
    let truth = match edge.truth {
        Truth::Yes => None,
        Truth::May => Some("may hold"),
        Truth::No => Some("does not hold"),
    };
    modality.into_iter().chain(truth).collect()
}

/// Puts an answer's values into words.
///
/// An entity is shown by its name, followed by `@id` where the name alone does not say which entity is meant; a link
/// and a path read as chains: `TTP —affiliated with→ al-Qaeda ←led by— ...`.
pub struct Phrases<'a> {
    graph: &'a Subgraph,
    shared: HashSet<&'a str>,
    /// The one entity that was asked about, if it is one.
    centre: Option<NodeIndex>,
    numbered: bool,
}

impl<'a> Phrases<'a> {
    /// For the values of an answer with this graph. Takes time in proportion to its entities.
    pub fn new(graph: &'a Subgraph) -> Self {
        let mut seen = HashSet::new();
        let shared = graph.node_weights().map(|node| node.name.as_str()).filter(|name| !seen.insert(*name)).collect();
        let mut asked = graph.node_indices().filter(|&node| graph.node_weight(node).is_some_and(|node| node.focus));
        let centre = asked.next().filter(|_| asked.next().is_none());
        Self { graph, shared, centre, numbered: false }
    }

    /// Whether links carry the numbers that `why 3` takes: `TTP —affiliated with [3]→ al-Qaeda`.
    pub fn numbered(self, numbered: bool) -> Self {
        Self { numbered, ..self }
    }

    /// The number of a link, from 1.
    pub fn number(edge: EdgeIndex) -> usize {
        edge.index() + 1
    }

    /// An entity.
    pub fn node(&self, node: NodeIndex) -> String {
        match self.graph.node_weight(node) {
            None => String::new(),
            Some(node) if node.name.trim().is_empty() => format!("@{}", node.id),
            Some(node) if self.shared.contains(node.name.as_str()) => format!("{} @{}", node.name, node.id),
            Some(node) => node.name.clone(),
        }
    }

    /// A link with its ends and its period.
    pub fn edge(&self, edge: EdgeIndex) -> String {
        let (Some(weight), Some((from, to))) = (self.graph.edge_weight(edge), self.graph.edge_endpoints(edge)) else {
            return String::new();
        };
        let chain = self.path(&[from, to], &[edge]);
        match period(weight) {
            Some(period) => format!("{chain} ({period})"),
            None => chain,
        }
    }

    /// A path.
    pub fn path(&self, nodes: &[NodeIndex], edges: &[EdgeIndex]) -> String {
        let mut out = nodes.first().map_or_else(String::new, |&first| self.node(first));
        for (&edge, ends) in edges.iter().zip(nodes.windows(2)) {
            out.push_str(&self.hop(edge, ends));
            out.extend(ends.last().map(|&end| self.node(end)));
        }
        out
    }

    /// A link as what leads to an entity that is named beside it: `—led by→`, or `al-Qaeda —led by→` where it does not
    /// come from the one entity that was asked about.
    fn lead(&self, edge: EdgeIndex, here: NodeIndex) -> Option<String> {
        let (from, to) = self.graph.edge_endpoints(edge).filter(|(from, to)| *from == here || *to == here)?;
        let other = if from == here { to } else { from };
        let hop = self.hop(edge, &[other, here]);
        let start = if Some(other) == self.centre { String::new() } else { self.node(other) };
        let lead = format!("{start}{}", hop.trim_end());
        Some(match self.graph.edge_weight(edge).and_then(period) {
            Some(period) => format!("{} ({period})", lead.trim_start()),
            None => lead.trim_start().to_owned(),
        })
    }

    /// A list of links, one a line, beside the entity of its row.
    pub fn links_in_row(&self, list: &[Cell], row: &[Cell]) -> Option<Vec<String>> {
        let here = row.iter().find_map(|cell| match cell {
            Cell::Node(node) => Some(*node),
            _ => None,
        })?;
        let line = |cell: &Cell| match cell {
            Cell::Edge(edge) => Some(self.lead(*edge, here).unwrap_or_else(|| self.edge(*edge))),
            _ => None,
        };
        list.iter().map(line).collect()
    }

    fn hop(&self, edge: EdgeIndex, ends: &[NodeIndex]) -> String {
        let (Some(weight), Some((from, to))) = (self.graph.edge_weight(edge), self.graph.edge_endpoints(edge)) else {
            return " — ".to_owned();
        };
        let doubts = doubts(weight);
        let mut words = kind_words(&weight.kind);
        if !doubts.is_empty() {
            words = format!("{words} ({})", doubts.join(", "));
        }
        if self.numbered {
            words = format!("{words} [{}]", Self::number(edge));
        }
        let forward = ends == [from, to];
        match (weight.symmetric, forward) {
            (true, _) => format!(" —{words}— "),
            (false, true) => format!(" —{words}→ "),
            (false, false) => format!(" ←{words}— "),
        }
    }

    /// Any value; nothing for `Null`.
    pub fn cell(&self, cell: &Cell) -> String {
        match cell {
            Cell::Null => String::new(),
            Cell::Bool(value) => value.to_string(),
            Cell::Int(value) => value.to_string(),
            Cell::Float(value) => format!("{value:?}"),
            Cell::Text(text) => text.clone(),
            Cell::Node(node) => self.node(*node),
            Cell::Edge(edge) => self.edge(*edge),
            Cell::Path(nodes, edges) => self.path(nodes, edges),
            Cell::List(list) => format!("[{}]", self.joined(list.iter().map(|item| self.inner(item)))),
            Cell::Map(map) => {
                format!("{{{}}}", self.joined(map.iter().map(|(key, value)| format!("{key}: {}", self.inner(value)))))
            }
        }
    }

    fn inner(&self, cell: &Cell) -> String {
        match cell {
            Cell::Null => "null".to_owned(),
            other => self.cell(other),
        }
    }

    fn joined(&self, items: impl Iterator<Item = String>) -> String {
        items.collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::write::sample;

    #[test]
    fn nothing_steers_the_terminal() {
        assert_eq!(safe("شبكة حقاني 東 🜲\u{200c}"), "شبكة حقاني 東 🜲\u{200c}");
        assert_eq!(safe("a\nb\tc\0\u{7f}"), "a␊b␉c␀␡");
        assert_eq!(safe("\u{9b}1m\u{2067}\u{fffe}"), "\\u{9b}1m\\u{2067}\\u{fffe}");
    }

    #[test]
    fn a_path_reads_as_a_chain() {
        let answer = sample::answer();
        let phrases = Phrases::new(&answer.graph);
        let paths: Vec<_> = answer
            .rows
            .iter()
            .flatten()
            .filter(|cell| matches!(cell, Cell::Path(..)))
            .map(|c| phrases.cell(c))
            .collect();
        assert_eq!(
            paths,
            ["TTP —affiliated with (may hold)— al-Qaeda ←claimed to lead (denied)— Айман аз-Завахири".to_owned()]
        );
    }

    #[test]
    fn links_lead_to_the_entity_of_their_row() {
        let answer = sample::answer();
        let phrases = Phrases::new(&answer.graph).numbered(true);
        let edges: Vec<Cell> = answer.graph.edge_indices().map(Cell::Edge).collect();
        let row = [Cell::Node(NodeIndex::new(1))];
        assert_eq!(
            phrases.links_in_row(&edges, &row).unwrap()[..2],
            ["—affiliated with (may hold) [1]— (2007-12 – ?)", "Айман аз-Завахири —claimed to lead (denied) [2]→"]
        );
        assert_eq!(phrases.links_in_row(&[Cell::Int(1)], &row), None);
        assert_eq!(phrases.links_in_row(&edges, &[]), None);
    }

    #[test]
    fn names_that_two_entities_share_carry_their_ids() {
        let mut graph = Subgraph::new();
        let first = graph.add_node(sample::node("a", "Taliban", "Organisation"));
        let second = graph.add_node(sample::node("b", "Taliban", "Organisation"));
        let nameless = graph.add_node(sample::node("c", " ", "Organisation"));
        let phrases = Phrases::new(&graph);
        assert_eq!([first, second, nameless].map(|n| phrases.node(n)), ["Taliban @a", "Taliban @b", "@c"]);
    }

    #[test]
    fn periods_say_what_is_known() {
        let mut edge = sample::edge("1", "led_by", Modality::Asserted);
        for (since, until, when, expect) in [
            (None, None, None, None),
            (Some("2001"), None, None, Some("2001–?")),
            (Some("2001"), Some(".."), None, Some("since 2001")),
            (Some(".."), Some("2001"), None, Some("until 2001")),
            (Some("2001-02"), None, None, Some("2001-02 – ?")),
            (None, Some("2014"), None, Some("?–2014")),
            (Some("2014"), Some("2014"), None, Some("2014")),
            (Some("2001"), Some("2014"), Some("2001/2003; 2010/2014"), Some("2001/2003; 2010/2014")),
        ] {
            edge.since = since.map(str::to_owned);
            edge.until = until.map(str::to_owned);
            edge.when = when.map(str::to_owned);
            assert_eq!(period(&edge).as_deref(), expect);
        }
    }
}
