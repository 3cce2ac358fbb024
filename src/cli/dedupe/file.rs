//! Decisions in files: pairs written with a place for a decision, and read again when somebody has filled it in.

use std::path::Path;

use serde::Deserialize;
use toml::Spanned;

use super::{reasons, rounded};
use crate::cli::Failure;
use crate::database::{DatabaseError, Decision};
use crate::graph::Graph;
use crate::model::{Diagnostic, EntityNo};
use crate::resolve::{Proposal, Verdict};
use crate::write::safe;

/// The words of decisions, and of pairs that are left for later.
const WORDS: [&str; 4] = ["same", "different", "unsure", "skip"];

/// The pairs as TOML, with a place for a decision at each.
pub(super) fn toml(graph: &Graph, pairs: &[Proposal]) -> String {
    let mut out =
        String::from("# Write same, different, unsure or skip as the decision of each pair; a note is kept with it.\n");
    for pair in pairs {
        let side = |entity: EntityNo| graph.show_node(entity);
        let (one, other) = (side(pair.one), side(pair.other));
        out.push_str("\n[[pair]]\n");
        for (key, node) in [("one", one), ("other", other)] {
            out.push_str(&format!("{key} = {}  # {} ({})\n", quoted(&node.id), safe(&node.name), node.kind));
        }
        out.push_str(&format!("score = {:.4}\n", rounded(pair)));
        let reasons: Vec<String> = reasons(pair).map(|reason| format!("    {},\n", quoted(&reason))).collect();
        out.push_str(&format!("reasons = [\n{}]\ndecision = \"\"\nnote = \"\"\n", reasons.concat()));
    }
    out
}

/// A text as a TOML string.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// Reads a file of decisions; pairs without one, or to be skipped, are left out.
///
/// # Errors
/// The file cannot be read, or something in it is not understood: everything that is wrong is told.
pub(super) fn read(path: &Path) -> Result<Vec<Decision>, Failure> {
    let bytes = std::fs::read(path).map_err(|error| Failure::Read { path: path.to_owned(), error })?;
    let file = path.display().to_string();
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let text = String::from_utf8_lossy(error.as_bytes());
        Failure::Refused(Box::new(Diagnostic::new(&text, at..at + 1, "this is not UTF-8 text").in_file(file.clone())))
    })?;
    let is_toml = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("toml"));
    let read = if is_toml { of_toml(&text) } else { of_csv(&text) };
    read.map_err(|problems| {
        let problems = problems.into_iter().map(|problem| problem.in_file(file.clone()));
        DatabaseError::Refused(problems.collect()).into()
    })
    .map(|decisions| {
        let mut decisions = decisions;
        for place in decisions.iter_mut().filter_map(|decision| decision.place.as_mut()) {
            place.file = Some(file.clone().into());
        }
        decisions
    })
}

#[derive(Deserialize)]
struct Pairs {
    #[serde(default)]
    pair: Vec<Pair>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pair {
    one: Spanned<String>,
    other: Spanned<String>,
    #[serde(default)]
    decision: Option<Spanned<String>>,
    #[serde(default)]
    note: Option<String>,
    #[serde(default)]
    score: Option<f64>,
    #[serde(default)]
    reasons: Vec<String>,
}

fn of_toml(text: &str) -> Result<Vec<Decision>, Vec<Diagnostic>> {
    let pairs: Pairs = toml::from_str(text).map_err(|error| {
        vec![Diagnostic::new(text, error.span().unwrap_or(0..0), error.message().trim().to_owned())]
    })?;
    let mut problems = Vec::new();
    let mut decisions = Vec::new();
    for pair in pairs.pair {
        let Some(word) = pair.decision else { continue };
        match word_of(word.get_ref()) {
            Err(message) => problems.push(Diagnostic::new(text, word.span(), message)),
            Ok(None) => {}
            Ok(Some(verdict)) => decisions.push(Decision {
                place: Some(Box::new(Diagnostic::new(text, pair.one.span().start..pair.other.span().end, ""))),
                one: id(pair.one.get_ref()),
                other: id(pair.other.get_ref()),
                verdict,
                note: noted(
                    pair.note.as_deref().unwrap_or(""),
                    &pair.score.map_or_else(String::new, |score| score.to_string()),
                    &pair.reasons.join("; "),
                ),
            }),
        }
    }
    if problems.is_empty() { Ok(decisions) } else { Err(problems) }
}

fn of_csv(text: &str) -> Result<Vec<Decision>, Vec<Diagnostic>> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let broken = |error: csv::Error| {
        let at = error.position().map_or(0, |position| position.byte() as usize);
        vec![Diagnostic::new(text, at..at, "this is not a table of comma-separated values")]
    };
    let header = reader.headers().map_err(broken)?.clone();
    let column = |names: &[&str]| {
        let is = |cell: &str| names.iter().any(|name| cell.trim_start_matches('\u{feff}').trim() == *name);
        header.iter().position(is)
    };
    let missing = |name: &str| {
        let first = text.find('\n').unwrap_or(text.len());
        vec![Diagnostic::new(text, 0..first, format!("there is no column {name}")).help(
            "the columns one.id, other.id and decision are expected, as `tieline dedupe --format csv` writes them",
        )]
    };
    let one = column(&["one.id"]).or_else(|| column(&["one"])).ok_or_else(|| missing("one.id"))?;
    let other = column(&["other.id"]).or_else(|| column(&["other"])).ok_or_else(|| missing("other.id"))?;
    let decision = column(&["decision"]).ok_or_else(|| missing("decision"))?;
    let (note, score, reasons) = (column(&["note"]), column(&["score"]), column(&["reasons"]));
    let mut problems = Vec::new();
    let mut decisions = Vec::new();
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                problems.extend(broken(error));
                break;
            }
        };
        let start = record.position().map_or(0, |position| position.byte() as usize);
        let end = text.get(start..).and_then(|rest| rest.find('\n')).map_or(text.len(), |length| start + length);
        let place = |message: String| Diagnostic::new(text, start..end, message);
        let cell = |at: usize| record.get(at).unwrap_or("").trim();
        match word_of(cell(decision)) {
            Err(message) => problems.push(place(message)),
            Ok(None) => {}
            Ok(Some(verdict)) => decisions.push(Decision {
                one: id(cell(one)),
                other: id(cell(other)),
                verdict,
                note: noted(note.map_or("", cell), score.map_or("", cell), reasons.map_or("", cell)),
                place: Some(Box::new(place(String::new()))),
            }),
        }
    }
    if problems.is_empty() { Ok(decisions) } else { Err(problems) }
}

/// The note of a decision: what was written, and what the proposal said.
fn noted(note: &str, score: &str, reasons: &str) -> Option<String> {
    let found = match (score, reasons) {
        ("", _) => String::new(),
        (score, "") => format!("score {score}"),
        (score, reasons) => format!("score {score}: {reasons}"),
    };
    match (note.trim(), found.as_str()) {
        ("", "") => None,
        ("", found) => Some(found.to_owned()),
        (note, "") => Some(note.to_owned()),
        (note, found) => Some(format!("{note} ({found})")),
    }
}

/// An id as it may be written, also behind an `@`, and behind the apostrophe that keeps a spreadsheet from running it.
fn id(text: &str) -> String {
    text.trim().trim_start_matches('\'').trim_start_matches('@').to_owned()
}

fn word_of(text: &str) -> Result<Option<Verdict>, String> {
    match text.trim().to_lowercase().as_str() {
        "" | "skip" => Ok(None),
        "same" => Ok(Some(Verdict::Same)),
        "different" => Ok(Some(Verdict::Different)),
        "unsure" => Ok(Some(Verdict::Unsure)),
        _ => Err(format!("{:?} is no decision; it is one of {}", text.trim(), WORDS.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decisions_are_read_from_both_forms() {
        let table = "score,one,one.id,other,other.id,reasons,decision,note\n\
                     0.9,\"A, B\",a,C,'@c,x,same,he says so\n0.8,A,a,D,d,x,,\n0.7,A,a,E,e,x,Different,\n";
        let toml = "[[pair]]\none = \"a\" # A\nother = \"c\"\nscore = 0.9\nreasons = [\"x\"]\ndecision = \"same\"\n\
                    note = \"he says so\"\n[[pair]]\none = \"a\"\nother = \"d\"\ndecision = \"skip\"\n\
                    [[pair]]\none = \"a\"\nother = \"e\"\nscore = 0.7\nreasons = [\"x\"]\ndecision = \"different\"\n";
        for read in [of_csv(table).unwrap(), of_toml(toml).unwrap()] {
            let plain: Vec<_> = read.iter().map(|d| (&*d.one, &*d.other, d.verdict, d.note.as_deref())).collect();
            let (said, found) = (Some("he says so (score 0.9: x)"), Some("score 0.7: x"));
            assert_eq!(plain, [("a", "c", Verdict::Same, said), ("a", "e", Verdict::Different, found)]);
        }
    }

    #[test]
    fn what_is_not_understood_is_told_with_its_place() {
        let problems = of_csv("one,other,decision\na,b,same\na,c,perhaps\na,d,no\n").unwrap_err();
        let lines: Vec<usize> = problems.iter().map(|problem| problem.line).collect();
        assert_eq!(lines, [3, 4]);
        assert_eq!(of_csv("one,other\na,b\n").unwrap_err().first().unwrap().message, "there is no column decision");
        assert_eq!(of_toml("[[pair]]\none = \"a\"\n").unwrap_err().first().unwrap().line, 1);
        assert_eq!(
            of_toml("[[pair]]\none = \"a\"\nother = \"b\"\ndecision = \"x\"").unwrap_err().first().unwrap().line,
            4
        );
    }
}
