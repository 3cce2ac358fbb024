//! How much of a gold list was found, and how much of what was found is in it.
//!
//! Entities are held against each other by where they are mentioned and what they are called; links by their ends, then
//! by their direction and kind; dates and attribution on the links that are right.

mod gold;
mod relations;
mod report;

use std::collections::{BTreeMap, BTreeSet};

pub use gold::{Gold, GoldError, GoldLink};
pub use relations::{RelationReport, relations};
pub use report::Report;

use super::{EntityRef, Extraction, Proposal, Said};
use crate::names;
use crate::schema::Schema;

/// How many were right, found in all, and wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Found and wanted.
    pub right: usize,
    /// Found.
    pub found: usize,
    /// Wanted, and found or not.
    pub wanted: usize,
    /// Wanted and found; differs from `right` where several found ones are of one that is wanted.
    pub recalled: usize,
}

impl Count {
    /// The share of what was found that is right.
    pub fn precision(&self) -> f64 {
        share(self.right, self.found)
    }

    /// The share of what is wanted that was found.
    pub fn recall(&self) -> f64 {
        share(self.recalled, self.wanted)
    }

    /// The harmonic mean of precision and recall.
    pub fn f1(&self) -> f64 {
        let (precision, recall) = (self.precision(), self.recall());
        if precision + recall == 0.0 { 0.0 } else { 2.0 * precision * recall / (precision + recall) }
    }
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// An entity as the extractor proposed it.
struct Found {
    id: String,
    kind: String,
    names: Vec<String>,
    spans: BTreeSet<(u32, u32)>,
    event: bool,
    /// Whether a proposal of its own introduces it, or it is known to the database.
    sentence: u32,
}

/// Compares an extraction with a gold list. O(entities^2 + links^2).
pub fn score(gold: &Gold, extraction: &Extraction, schema: &Schema) -> Report {
    let found = entities(extraction);
    let pairs = align(gold, &found);
    let mut report = Report::default();
    let of_gold: BTreeMap<&str, usize> = pairs.iter().map(|(gold, found)| (gold.as_str(), *found)).collect();
    let of_found: BTreeMap<usize, &str> = pairs.iter().map(|(gold, found)| (*found, gold.as_str())).collect();
    for entity in &gold.entities {
        let count = if entity.event { &mut report.events } else { &mut report.entities };
        count.wanted += 1;
        if of_gold.contains_key(entity.id.as_str()) {
            count.recalled += 1;
        } else {
            report.missed.push(format!(
                "{} {}: {}",
                if entity.event { "event" } else { "entity" },
                entity.id,
                entity.names.first().map_or("", String::as_str)
            ));
        }
    }
    for (number, entity) in found.iter().enumerate() {
        let matched = of_found.get(&number);
        let event = matched.map_or(entity.event, |id| gold.entities.iter().any(|gold| gold.id == *id && gold.event));
        let count = if event { &mut report.events } else { &mut report.entities };
        count.found += 1;
        if matched.is_some() {
            count.right += 1;
        } else {
            let what = if entity.event { "event" } else { "entity" };
            report.false_hits.push(format!(
                "{what} {}: {} ({})",
                entity.id,
                entity.names.first().map_or("", String::as_str),
                entity.kind
            ));
        }
    }
    links(gold, extraction, schema, &found, &of_found, &mut report);
    dates(gold, extraction, &found, &of_found, &mut report);
    report
}

/// A link that was proposed.
struct FoundLink<'e> {
    proposal: &'e Proposal,
    kind: &'e str,
    from: Option<String>,
    to: Option<String>,
    shown: String,
}

fn links(
    gold: &Gold,
    extraction: &Extraction,
    schema: &Schema,
    found: &[Found],
    of_found: &BTreeMap<usize, &str>,
    report: &mut Report,
) {
    let gold_of = |id: &str| {
        let number = found.iter().position(|entity| entity.id == id)?;
        of_found.get(&number).map(|id| (*id).to_owned())
    };
    let mut proposed: Vec<FoundLink<'_>> = Vec::new();
    let mut seen = BTreeSet::new();
    for proposal in &extraction.proposals {
        let stated: Vec<(&EntityRef, &str, &EntityRef)> = match &proposal.says {
            Said::Link { from, kind, to } => vec![(from, kind, to)],
            Said::Event { event, participants, .. } => {
                participants.iter().map(|it| (&it.entity, it.kind.as_str(), event)).collect()
            }
            _ => Vec::new(),
        };
        for (from, kind, to) in stated {
            // The same link said again is a second citation and not a second link.
            let speaker = proposal.speaker.as_ref().map(ToString::to_string);
            let modality = proposal.modality.word();
            if seen.insert((from.to_string(), kind.to_owned(), to.to_string(), modality, speaker)) {
                proposed.push(FoundLink {
                    proposal,
                    kind,
                    from: gold_of(&from.to_string()),
                    to: gold_of(&to.to_string()),
                    shown: format!("{from} {kind} {to} (sentence {}, {})", proposal.at.sentence, proposal.rule),
                });
            }
        }
    }
    let wanted: Vec<&GoldLink> = gold.links.iter().filter(|link| link.target.is_some()).collect();
    // A link of the right kind is held against its gold before one that only joins the same two.
    let mut hit: Vec<Option<usize>> = vec![None; wanted.len()];
    let mut used: Vec<bool> = vec![false; proposed.len()];
    for with_kind in [true, false] {
        for (place, link) in wanted.iter().enumerate() {
            if hit.get(place).is_some_and(Option::is_some) {
                continue;
            }
            let best = proposed
                .iter()
                .enumerate()
                .filter(|(at, _)| !used.get(*at).copied().unwrap_or(true))
                .filter(|(_, found)| {
                    joins(link, found, schema) && (!with_kind || gold::kind_of(&link.kind) == found.kind)
                })
                .max_by_key(|(_, found)| {
                    (
                        link.stands_in(found.proposal.at.span),
                        gold::modality_of(&link.modality) == found.proposal.modality.word(),
                    )
                });
            if let Some((at, found)) = best {
                if let Some(hit) = hit.get_mut(place) {
                    *hit = Some(at);
                }
                if let Some(used) = used.get_mut(at) {
                    *used = true;
                }
                report.kinds.right += usize::from(with_kind);
                report.kinds.recalled += usize::from(with_kind);
                let speaker = found.proposal.speaker.as_ref().and_then(|speaker| gold_of(&speaker.to_string()));
                let right_speaker = match link.said_by.as_str() {
                    "narrator" | "" => found.proposal.speaker.is_none(),
                    said_by => speaker.as_deref() == Some(said_by),
                };
                let right_modality = gold::modality_of(&link.modality) == found.proposal.modality.word();
                report.speaker.wanted += 1;
                report.modality.wanted += 1;
                report.attribution.wanted += 1;
                report.speaker.recalled += usize::from(right_speaker);
                report.modality.recalled += usize::from(right_modality);
                report.attribution.recalled += usize::from(right_speaker && right_modality);
                if !(right_speaker && right_modality) {
                    report.misattributed.push(format!(
                        "{} said by {} ({}): found {} ({})",
                        link.shown(),
                        link.said_by,
                        link.modality,
                        found.proposal.speaker.as_ref().map_or("narrator".to_owned(), ToString::to_string),
                        found.proposal.modality
                    ));
                }
            }
        }
    }
    // What joins two that the gold joins already, in another word, is right as a pair.
    let doubled: Vec<usize> = (0..proposed.len())
        .filter(|&at| {
            !used.get(at).copied().unwrap_or(true)
                && proposed.get(at).is_some_and(|found| wanted.iter().any(|link| joins(link, found, schema)))
        })
        .collect();
    report.links.wanted = wanted.len();
    report.links.recalled = hit.iter().filter(|hit| hit.is_some()).count();
    report.links.found = proposed.len();
    report.links.right = report.links.recalled + doubled.len();
    report.kinds.wanted = wanted.len();
    report.kinds.found = proposed.len();
    for (link, hit) in wanted.iter().zip(&hit) {
        if hit.is_none() {
            report.missed.push(format!("link {}", link.shown()));
        }
    }
    for (at, found) in proposed.iter().enumerate() {
        if !used.get(at).copied().unwrap_or(true) && !doubled.contains(&at) {
            report.false_hits.push(format!("link {}", found.shown));
        }
    }
}

/// Whether a proposed link joins the two of a gold link, in its direction.
fn joins(link: &GoldLink, found: &FoundLink<'_>, schema: &Schema) -> bool {
    let (Some(from), Some(to), Some(target)) = (&found.from, &found.to, &link.target) else { return false };
    let kind = schema.link(found.kind);
    let symmetric = kind.is_some_and(|kind| kind.symmetric) || !link.directed || gold::is_symmetric(&link.kind, schema);
    let straight = *from == link.source && to == target;
    let turned = *to == link.source && from == target;
    let other_way = gold::is_turned(&link.kind, found.kind, schema);
    if symmetric {
        straight || turned
    } else if other_way {
        turned
    } else {
        straight
    }
}

/// Dates of links and attributes: a date that the gold gives is found if a proposal about the same thing has it.
fn dates(gold: &Gold, extraction: &Extraction, found: &[Found], of_found: &BTreeMap<usize, &str>, report: &mut Report) {
    let gold_of = |id: &str| {
        found
            .iter()
            .position(|entity| entity.id == id)
            .and_then(|number| of_found.get(&number).map(|id| (*id).to_owned()))
    };
    let mut stated: BTreeSet<(String, String)> = BTreeSet::new();
    for proposal in &extraction.proposals {
        let mut ids: Vec<String> =
            proposal.says.entities().iter().filter_map(|entity| gold_of(&entity.to_string())).collect();
        ids.dedup();
        if let Some(when) = proposal.when {
            stated.extend(ids.iter().map(|id| (id.clone(), when.to_string())));
        }
        if let Said::Attribute { value, .. } = &proposal.says
            && value.parse::<crate::model::Period>().is_ok()
            && value.len() >= 4
        {
            stated.extend(ids.iter().map(|id| (id.clone(), value.clone())));
        }
    }
    let mut wanted: BTreeSet<(String, String)> = BTreeSet::new();
    for (ids, date) in gold.dates() {
        report.dates.wanted += 1;
        let hit = ids.iter().any(|id| stated.contains(&(id.clone(), date.clone())));
        report.dates.recalled += usize::from(hit);
        if !hit {
            report.missed.push(format!("date {date} of {}", ids.join(", ")));
        }
        wanted.extend(ids.iter().map(|id| (id.clone(), date.clone())));
    }
    for (id, date) in &stated {
        report.dates.found += 1;
        let right = wanted.contains(&(id.clone(), date.clone()));
        report.dates.right += usize::from(right);
        if !right {
            report.false_hits.push(format!("date {date} of {id}"));
        }
    }
}

/// The entities of an extraction with their names and the places where they are mentioned.
fn entities(extraction: &Extraction) -> Vec<Found> {
    let mut found: BTreeMap<String, Found> = BTreeMap::new();
    let mut order: Vec<String> = Vec::new();
    let mut note = |id: String, sentence: u32, order: &mut Vec<String>| {
        found.entry(id.clone()).or_insert_with(|| {
            order.push(id.clone());
            Found { id, kind: String::new(), names: Vec::new(), spans: BTreeSet::new(), event: false, sentence }
        });
    };
    for proposal in &extraction.proposals {
        for entity in proposal.entities() {
            note(entity.to_string(), proposal.at.sentence, &mut order);
        }
    }
    for proposal in &extraction.proposals {
        match &proposal.says {
            Said::Entity { entity, kind, names, .. } => {
                if let Some(known) = found.get_mut(&entity.to_string()) {
                    known.kind = kind.clone();
                    known.names.extend(names.iter().map(|name| name.name.clone()));
                    known.spans.extend(proposal.at.evidence.map(|span| (span.0, span.1)));
                }
            }
            Said::Event { event, finer, names, .. } => {
                if let Some(known) = found.get_mut(&event.to_string()) {
                    known.kind = finer.clone().unwrap_or_else(|| "Event".to_owned());
                    known.event = true;
                    known.names.extend(names.iter().map(|name| name.name.clone()));
                    known.spans.extend(proposal.at.evidence.map(|span| (span.0, span.1)));
                }
            }
            Said::Name { entity, name, .. } => {
                if let Some(known) = found.get_mut(&entity.to_string()) {
                    known.names.push(name.clone());
                }
            }
            _ => {}
        }
        for mention in &proposal.mentions {
            if let Some(known) = found.get_mut(&mention.entity.to_string()) {
                known.spans.insert((mention.span.0, mention.span.1));
                if let Some(text) = mention.span.of(&extraction.text)
                    && known.names.len() < 16
                    && !known.names.iter().any(|name| name == text)
                {
                    known.names.push(text.to_owned());
                }
            }
        }
    }
    order.into_iter().filter_map(|id| found.remove(&id)).collect()
}

/// Which found entity is which of the gold: the pairs that agree best, each used once.
fn align(gold: &Gold, found: &[Found]) -> Vec<(String, usize)> {
    let mut scores: Vec<(u32, usize, usize)> = Vec::new();
    for (at, wanted) in gold.entities.iter().enumerate() {
        for (number, entity) in found.iter().enumerate() {
            let score = likeness(wanted, entity);
            if score > 0 {
                scores.push((score, at, number));
            }
        }
    }
    scores.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)));
    let (mut golds, mut founds) = (BTreeSet::new(), BTreeSet::new());
    let mut pairs = Vec::new();
    for (_, at, number) in scores {
        if golds.contains(&at) || founds.contains(&number) {
            continue;
        }
        golds.insert(at);
        founds.insert(number);
        if let Some(wanted) = gold.entities.get(at) {
            pairs.push((wanted.id.clone(), number));
        }
    }
    pairs
}

/// How much speaks for two being one: mentions at the same place, names that are alike. 0 for nothing.
fn likeness(wanted: &gold::GoldEntity, found: &Found) -> u32 {
    if wanted.event != found.event {
        return 0;
    }
    let covers = |&(start, end): &(u32, u32), other: &(u32, u32)| {
        let shared = end.min(other.1).saturating_sub(start.max(other.0));
        let longer = (end - start).max(other.1.saturating_sub(other.0));
        // Words of the same place: the one is the most of the other.
        if longer > 0 && shared * 2 > longer { 1 + u32::from(shared == longer) } else { 0 }
    };
    let at_one_place: u32 =
        wanted.spans.iter().map(|span| found.spans.iter().map(|other| covers(span, other)).max().unwrap_or(0)).sum();
    let keys = |names: &[String]| -> BTreeSet<String> {
        names.iter().map(|name| names::skeleton(&names::fold(name))).collect()
    };
    let (ours, theirs) = (keys(&found.names), keys(&wanted.names));
    let named = ours.intersection(&theirs).count() as u32;
    if wanted.event {
        // Events have no names of their own: the same type, or words in common, in the same sentence.
        let near = wanted.sentences.contains(&found.sentence);
        let kind = gold::event_kind(&wanted.kind) == gold::event_kind(&found.kind);
        let overlap =
            wanted.spans.iter().any(|span| found.spans.iter().any(|other| span.0 < other.1 && other.0 < span.1));
        return match (kind, overlap, near) {
            (true, true, _) => 8 + at_one_place,
            (true, false, true) => 5,
            (true, false, false) => 2,
            (false, true, _) => 1,
            _ => 0,
        };
    }
    if at_one_place == 0 && named == 0 {
        return 0;
    }
    let kind = gold::kind_fits(&wanted.kind, &found.kind);
    if at_one_place == 0 && !kind {
        return 0;
    }
    at_one_place * 4 + named * 3 + u32::from(kind) * 5
}
