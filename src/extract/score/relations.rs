//! Sentences about pairs of groups, each with the type of their relation: how often the links found have that type.

use std::fmt;
use std::path::Path;

use serde_json::{Value, json};

use super::super::{Document, DocumentMeta, Extraction, Rules, Said, extract};
use crate::model::{Lookup, Modality};
use crate::names;
use crate::schema::Schema;

/// How many relations were told right.
#[derive(Clone, Debug, Default)]
pub struct RelationReport {
    /// Sentences with a relation.
    pub sentences: usize,
    /// Those of which any relation was found.
    pub answered: usize,
    /// Those whose relation was found to be of the right type.
    pub right: usize,
    /// For each type: its name, how many there are, how many were told right.
    pub types: Vec<(String, usize, usize)>,
    /// What was told wrong: the row, the type, the type that was found, the sentence.
    pub wrong: Vec<String>,
}

/// A table of relations that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the table of relations cannot be read: {0}")]
pub struct TableError(String);

/// The types, and the link kinds that speak for each, the most telling first.
const TYPES: [(&str, &[&str]); 5] = [
    ("spl", &["split_from"]),
    ("mer", &["merged_into", "successor_of"]),
    ("riv", &["rival_of", "fought_against", "opposes", "wages_jihad_against", "seeks_to_expel"]),
    (
        "aff",
        &["affiliated_with", "member_of", "part_of", "umbrella_of", "finances", "supports", "arms", "designated_by"],
    ),
    (
        "all",
        &[
            "allied_with",
            "supports",
            "trained",
            "shares_ideology_with",
            "made_agreement_with",
            "symbiotic_with",
            "provides_haven_to",
            "provides_logistical_support_to",
            "linked_to",
            "led_by",
            "founded_by",
        ],
    ),
];

/// Reads a table with the columns `type`, `description`, `group1_name` and `group2_name`, and tells the type of each row
/// from its description.
///
/// # Errors
/// The table is no CSV or has not these columns.
pub fn relations(
    table: &str,
    schema: &Schema,
    rules: &Rules,
    lookup: &dyn Lookup,
) -> Result<RelationReport, TableError> {
    let mut reader = csv::Reader::from_reader(table.trim_start_matches('\u{feff}').as_bytes());
    let header = reader.headers().map_err(|error| TableError(error.to_string()))?.clone();
    let column = |name: &str| {
        header.iter().position(|found| found == name).ok_or_else(|| TableError(format!("it has no column {name:?}")))
    };
    let (kind, text, first, second) =
        (column("type")?, column("description")?, column("group1_name")?, column("group2_name")?);
    let mut report = RelationReport::default();
    for (row, record) in reader.records().enumerate() {
        let record = record.map_err(|error| TableError(error.to_string()))?;
        let field = |at: usize| record.get(at).unwrap_or_default();
        let description = field(text).replace("\\'", "'").replace("\\&#039;", "'");
        let Ok(document) = Document::read(description.as_bytes(), Path::new("row.txt"), DocumentMeta::default()) else {
            continue;
        };
        let extraction = extract(&document, schema, rules, lookup);
        let told = tell(&extraction, field(first), field(second));
        report.sentences += 1;
        report.answered += usize::from(told.is_some());
        let right = told == Some(field(kind));
        report.right += usize::from(right);
        let place = report.types.iter().position(|(name, ..)| name == field(kind));
        match place.and_then(|place| report.types.get_mut(place)) {
            Some((_, all, rights)) => {
                *all += 1;
                *rights += usize::from(right);
            }
            None => report.types.push((field(kind).to_owned(), 1, usize::from(right))),
        }
        if !right {
            report.wrong.push(format!(
                "row {}: {} told as {}: {}",
                row + 2,
                field(kind),
                told.unwrap_or("nothing"),
                description.trim()
            ));
        }
    }
    report.types.sort();
    Ok(report)
}

/// The type of the relation between two groups: that of the links between the two if there are some, otherwise that of
/// all links between groups of the text.
fn tell(extraction: &Extraction, first: &str, second: &str) -> Option<&'static str> {
    let names: Vec<(String, Vec<String>)> = extraction
        .proposals
        .iter()
        .filter_map(|proposal| match &proposal.says {
            Said::Entity { entity, names, .. } => {
                Some((entity.to_string(), names.iter().map(|name| name.name.clone()).collect()))
            }
            _ => None,
        })
        .collect();
    let is = |id: &str, group: &str| {
        let known = names.iter().find(|(other, _)| other == id).map(|(_, names)| names.as_slice()).unwrap_or_default();
        let own = id.trim_start_matches("new:").trim_start_matches('@').replace('-', " ");
        known.iter().chain([&own]).any(|name| same_group(name, group))
    };
    // Leaders and members speak and act for their bodies.
    let mut bodies: std::collections::BTreeMap<String, String> = std::collections::BTreeMap::new();
    for proposal in &extraction.proposals {
        if let Said::Link { from, kind, to } = &proposal.says {
            let (from, to) = (from.to_string(), to.to_string());
            let persons = |id: &str| {
                extraction.proposals.iter().any(|other| matches!(&other.says, Said::Entity { entity, kind, .. } if entity.to_string() == id && kind != "Organisation"))
            };
            match kind.as_str() {
                "led_by" | "founded_by" if persons(&to) => {
                    bodies.entry(to).or_insert(from);
                }
                "member_of" | "holds_role_at" if persons(&from) => {
                    bodies.entry(from).or_insert(to);
                }
                _ => {}
            }
        }
    }
    let body = |id: String| bodies.get(&id).cloned().unwrap_or(id);
    let mut scores: [(f64, f64); TYPES.len()] = [(0.0, 0.0); TYPES.len()];
    let mut events: Vec<(String, String, bool)> = Vec::new();
    let mut together: Vec<(String, String)> = Vec::new();
    for proposal in &extraction.proposals {
        let Said::Link { from, kind, to } = &proposal.says else { continue };
        let (from, to) = (body(from.to_string()), body(to.to_string()));
        if from == to {
            continue;
        }
        if kind == "took_part_in" || kind == "claimed_responsibility_for" || kind == "party_to" {
            together.push((to, from));
            continue;
        }
        if kind == "perpetrator_of" {
            together.push((to.clone(), from.clone()));
            events.push((to, from, true));
            continue;
        }
        if kind == "targeted" {
            events.push((from, to, false));
            continue;
        }
        let Some(place) = TYPES.iter().position(|(_, kinds)| kinds.contains(&kind.as_str())) else { continue };
        let pair = is(&from, first) && is(&to, second) || is(&from, second) && is(&to, first);
        let mut weight = proposal.confidence;
        if proposal.modality == Modality::Denied {
            weight *= 0.2;
        }
        // What kinds are told by is not equally telling: a split or a merger is rarely said by chance.
        weight *= match TYPES.get(place).map(|(name, _)| *name) {
            Some("spl") => 2.0,
            Some("mer") => 1.8,
            _ if matches!(kind.as_str(), "led_by" | "founded_by" | "part_of" | "designated_by" | "linked_to") => 0.4,
            _ => 1.0,
        };
        if let Some((with, without)) = scores.get_mut(place) {
            *with += if pair { weight } else { 0.0 };
            *without += weight;
        }
    }
    // Who did a thing together are allies.
    for (at, (event, one)) in together.iter().enumerate() {
        for (_, other) in together.iter().skip(at + 1).filter(|(same, other)| same == event && other != one) {
            let pair = is(one, first) && is(other, second) || is(one, second) && is(other, first);
            if let Some((with, without)) = scores.get_mut(4) {
                *with += if pair { 0.5 } else { 0.0 };
                *without += 0.25;
            }
        }
    }
    // Who carried out an attack on somebody is his rival.
    for (event, attacker, _) in events.iter().filter(|(.., attacks)| *attacks) {
        for (_, victim, _) in events.iter().filter(|(other, _, attacks)| other == event && !attacks) {
            let pair = is(attacker, first) && is(victim, second) || is(attacker, second) && is(victim, first);
            if let Some((with, without)) = scores.get_mut(2) {
                *with += if pair { 0.6 } else { 0.0 };
                *without += 0.3;
            }
        }
    }
    let best = |pick: fn(&(f64, f64)) -> f64| {
        let found = scores.iter().zip(TYPES).map(|(score, (name, _))| (pick(score), name));
        found.filter(|(score, _)| *score > 0.0).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, name)| name)
    };
    best(|(with, _)| *with).or_else(|| best(|(_, without)| *without))
}

/// Whether a name in a text may be that of a group: alike in letters, or its acronym.
fn same_group(name: &str, group: &str) -> bool {
    let group = group.split('(').next().unwrap_or(group).trim();
    let (name_key, group_key) = (names::skeleton(&names::fold(name)), names::skeleton(&names::fold(group)));
    if name_key == group_key || names::similarity(name, group) >= 0.8 {
        return true;
    }
    let initials: String = group
        .split(|c: char| !c.is_alphanumeric())
        .filter_map(|word| word.chars().next())
        .filter(|c| c.is_uppercase())
        .collect();
    let short = name.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    short.len() >= 2 && short.eq_ignore_ascii_case(&initials)
}

impl RelationReport {
    /// The report as one JSON object.
    pub fn json(&self) -> Value {
        let types: serde_json::Map<String, Value> =
            self.types.iter().map(|(name, all, right)| (name.clone(), json!({ "right": right, "of": all }))).collect();
        json!({
            "accuracy": super::share(self.right, self.sentences), "right": self.right, "of": self.sentences,
            "answered": self.answered, "types": types, "wrong": self.wrong,
        })
    }
}

impl fmt::Display for RelationReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let share = |part: usize, whole: usize| super::share(part, whole);
        writeln!(
            f,
            "relation types: {} of {} right ({:.3}), {} answered",
            self.right,
            self.sentences,
            share(self.right, self.sentences),
            self.answered
        )?;
        for (name, all, right) in &self.types {
            writeln!(f, "  {name:<5} {right} of {all} ({:.3})", share(*right, *all))?;
        }
        for line in &self.wrong {
            writeln!(f, "{line}")?;
        }
        Ok(())
    }
}
