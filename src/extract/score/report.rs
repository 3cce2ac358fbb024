//! A score as text and as JSON.

use std::fmt;

use serde_json::{Value, json};

use super::Count;

/// How an extraction compares with a gold list.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Entities.
    pub entities: Count,
    /// Events.
    pub events: Count,
    /// Links by their ends and direction.
    pub links: Count,
    /// Links by their ends, direction and kind.
    pub kinds: Count,
    /// Dates of entities, events and links.
    pub dates: Count,
    /// Of the links that are right, those whose speaker is.
    pub speaker: Count,
    /// Of the links that are right, those whose modality is.
    pub modality: Count,
    /// Of the links that are right, those whose speaker and modality are.
    pub attribution: Count,
    /// What the gold has and was not found.
    pub missed: Vec<String>,
    /// What was found and the gold does not have.
    pub false_hits: Vec<String>,
    /// Links whose speaker or modality is another.
    pub misattributed: Vec<String>,
}

impl Report {
    fn counts(&self) -> [(&'static str, &Count); 5] {
        [
            ("entities", &self.entities),
            ("events", &self.events),
            ("links (pair, direction)", &self.links),
            ("links with kind", &self.kinds),
            ("dates", &self.dates),
        ]
    }

    fn shares(&self) -> [(&'static str, &Count); 3] {
        [("speaker", &self.speaker), ("modality", &self.modality), ("speaker and modality", &self.attribution)]
    }

    /// The report as one JSON object.
    pub fn json(&self) -> Value {
        let count = |count: &Count| {
            json!({
                "precision": rounded(count.precision()), "recall": rounded(count.recall()), "f1": rounded(count.f1()),
                "right": count.right, "found": count.found, "wanted": count.wanted, "recalled": count.recalled,
            })
        };
        let share =
            |count: &Count| json!({ "share": rounded(count.recall()), "right": count.recalled, "of": count.wanted });
        json!({
            "entities": count(&self.entities),
            "events": count(&self.events),
            "links": count(&self.links),
            "links_with_kind": count(&self.kinds),
            "dates": count(&self.dates),
            "speaker": share(&self.speaker),
            "modality": share(&self.modality),
            "attribution": share(&self.attribution),
            "missed": self.missed,
            "false_hits": self.false_hits,
            "misattributed": self.misattributed,
        })
    }
}

fn rounded(share: f64) -> f64 {
    (share * 10_000.0).round() / 10_000.0
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<24} {:>9} {:>9} {:>9}   right/found, found of wanted", "", "precision", "recall", "F1")?;
        for (name, count) in self.counts() {
            writeln!(
                f,
                "{name:<24} {:>9.3} {:>9.3} {:>9.3}   {}/{}, {} of {}",
                count.precision(),
                count.recall(),
                count.f1(),
                count.right,
                count.found,
                count.recalled,
                count.wanted
            )?;
        }
        for (name, count) in self.shares() {
            writeln!(
                f,
                "{name:<24} {:>29.3}   {} of {} links that are right",
                count.recall(),
                count.recalled,
                count.wanted
            )?;
        }
        for (title, list) in [
            ("missed", &self.missed),
            ("found, and not in the gold list", &self.false_hits),
            ("said by another, or otherwise", &self.misattributed),
        ] {
            if !list.is_empty() {
                writeln!(f, "\n{title}:")?;
                for line in list {
                    writeln!(f, "  {line}")?;
                }
            }
        }
        Ok(())
    }
}
