//! The caption under a picture: the question, the notes, and a legend of what occurs.

use std::collections::BTreeSet;

use super::Options;
use super::escape::{html as text, wrapped};
use super::style::{Look, MarkLook, Stroke};
use crate::graph::Answer;
use crate::model::{Modality, Truth};
use crate::write::{Mark, Marks};

/// Width of the caption's lines, in columns.
const WIDTH: usize = 100;

/// The caption as the inside of an HTML-like label.
pub fn html(answer: &Answer, options: &Options<'_>) -> String {
    let mut rows: Vec<String> = Vec::new();
    rows.extend(options.title.and_then(lines).map(|title| row(&format!("<b>{title}</b>"))));
    if answer.graph.node_count() == 0 {
        rows.push(row("Nothing to draw: the answer has no entities."));
    }
    rows.extend(answer.notes.iter().filter_map(|note| lines(note)).map(|note| row(&note)));
    if let Some(cut) = &answer.cut {
        rows.extend(
            lines(&format!("Incomplete: {cut}")).map(|cut| row(&format!("<font color=\"#b42318\">{cut}</font>"))),
        );
    }
    rows.extend(legend(kinds(answer, options)));
    rows.extend(match options.marks {
        Some(marks) => legend(changes(marks)),
        None => legend(strokes(answer)),
    });
    format!("<table border=\"0\" cellspacing=\"2\" cellpadding=\"2\">{}</table>", rows.concat())
}

fn row(inside: &str) -> String {
    format!("<tr><td>{inside}</td></tr>")
}

fn lines(long: &str) -> Option<String> {
    let lines: Vec<String> = wrapped(long, WIDTH).iter().map(|line| text(line)).collect();
    (!lines.is_empty()).then(|| lines.join("<br/>"))
}

fn legend(cells: Vec<String>) -> Option<String> {
    (!cells.is_empty()).then(|| {
        row(&format!("<table border=\"0\" cellspacing=\"4\" cellpadding=\"3\"><tr>{}</tr></table>", cells.concat()))
    })
}

fn kinds(answer: &Answer, options: &Options<'_>) -> Vec<String> {
    let kinds: BTreeSet<&str> = answer.graph.node_weights().map(|node| node.kind.as_str()).collect();
    let cell = |kind: &str| {
        let look = Look::of_kind(kind, options.looks);
        let (sign, fill, line) = (look.sign(), text(look.fill), &look.line);
        let kind = if kind.trim().is_empty() { "no kind".to_owned() } else { text(kind) };
        format!("<td border=\"1\" color=\"{line}\" bgcolor=\"{fill}\"><font color=\"{line}\">{sign}</font> {kind}</td>")
    };
    kinds.into_iter().map(cell).collect()
}

/// What the colours of changes mean.
fn changes(marks: &Marks) -> Vec<String> {
    let marks: BTreeSet<Mark> = marks.entities.values().chain(marks.links.values()).copied().collect();
    let cell = |mark: Mark| {
        let MarkLook { style, line, fill, word } = MarkLook::of(mark);
        format!(
            "<td border=\"1\" style=\"{style}\" color=\"{line}\" bgcolor=\"{fill}\"><font color=\"{line}\">{word}</font></td>"
        )
    };
    marks.into_iter().map(cell).collect()
}

fn strokes(answer: &Answer) -> Vec<String> {
    let edges = || answer.graph.edge_weights();
    let occurs = |modality: &Modality| edges().any(|edge| edge.modality == *modality);
    let mut modalities: Vec<Modality> = Modality::ALL.iter().copied().filter(occurs).collect();
    modalities.sort_by_key(|modality| modality.strength());
    let mut cells: Vec<String> = modalities
        .into_iter()
        .map(|modality| {
            let name = match modality {
                Modality::Denied => "<font color=\"#b42318\">✗ <s>denied</s></font>",
                other => other.word(),
            };
            sample(Stroke::of_modality(modality), name)
        })
        .collect();
    for (truth, name) in [(Truth::May, "may hold"), (Truth::No, "does not hold")] {
        if edges().any(|edge| edge.truth == truth) {
            cells.push(sample(Stroke::PALE, name));
        }
    }
    cells
}

/// A short line in the style, and what it means.
fn sample(Stroke { style, line, .. }: Stroke, name: &str) -> String {
    format!(
        "<td><table border=\"0\" cellspacing=\"0\"><tr><td border=\"1\" sides=\"b\" style=\"{style}\" color=\"{line}\" \
         width=\"30\" height=\"8\"></td></tr><tr><td height=\"8\"></td></tr></table></td><td>{name}</td>"
    )
}
