//! Gold lists: what a document says, written down by hand.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::super::Span;
use super::super::proposal::digest;
use crate::schema::Schema;

/// A gold list.
#[derive(Debug)]
pub struct Gold {
    /// Its entities and events.
    pub(super) entities: Vec<GoldEntity>,
    /// Its links.
    pub(super) links: Vec<GoldLink>,
    attributes: Vec<RawAttribute>,
}

/// A gold list that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GoldError {
    /// It is no gold list.
    #[error("the gold list cannot be read: {0}")]
    Json(#[from] serde_json::Error),
    /// It was made for another text.
    #[error("the gold list was made for another text: it wants {wanted}, the document has {found}")]
    Digest {
        /// The digest in the list.
        wanted: String,
        /// The digest of the document.
        found: String,
    },
    /// An offset of it does not lie in the text, or other words stand there.
    #[error(
        "the gold list does not fit its document: {what} is to be {wanted:?} at bytes {start} to {end}, where the document has {found:?}"
    )]
    Offset {
        /// What the offset is of.
        what: String,
        /// What is to stand there.
        wanted: String,
        /// From where.
        start: usize,
        /// To where.
        end: usize,
        /// What stands there.
        found: String,
    },
    /// A link or an attribute speaks of an entity that the list does not have.
    #[error("the gold list has no entity {id:?}, of which {place} speaks")]
    Unknown {
        /// The entity.
        id: String,
        /// The link or the attribute.
        place: String,
    },
}

/// An entity or an event of a gold list.
#[derive(Debug)]
pub(super) struct GoldEntity {
    pub id: String,
    pub kind: String,
    pub names: Vec<String>,
    pub spans: Vec<(u32, u32)>,
    pub event: bool,
    pub sentences: BTreeSet<u32>,
    pub date: Option<String>,
}

/// A link of a gold list.
#[derive(Debug, Deserialize)]
pub struct GoldLink {
    /// Its id.
    #[serde(default)]
    pub id: String,
    /// Its type, in the words of the list.
    #[serde(rename = "type")]
    pub kind: String,
    /// Where it goes out from.
    pub source: String,
    /// Where it goes to; `None` if nothing is named.
    #[serde(default)]
    pub target: Option<String>,
    /// Whether it has a direction.
    #[serde(default = "yes")]
    pub directed: bool,
    /// Its date.
    #[serde(default)]
    pub date_edtf: Option<String>,
    /// Who says it.
    #[serde(default)]
    pub said_by: String,
    /// In which modality.
    #[serde(default)]
    pub modality: String,
    /// In which sentence.
    #[serde(default)]
    pub sentence: u32,
    #[serde(default)]
    byte_start: Option<usize>,
    #[serde(default)]
    byte_end: Option<usize>,
    #[serde(default)]
    evidence: Option<String>,
}

fn yes() -> bool {
    true
}

impl GoldLink {
    /// Whether its evidence stands in these bytes.
    pub(super) fn stands_in(&self, span: Span) -> bool {
        match (self.byte_start, self.byte_end) {
            (Some(start), Some(end)) => (span.0 as usize) < end && start < span.1 as usize,
            _ => false,
        }
    }

    /// The link in one line.
    pub(super) fn shown(&self) -> String {
        format!(
            "{}: {} {} {} (sentence {})",
            self.id,
            self.source,
            self.kind,
            self.target.as_deref().unwrap_or("-"),
            self.sentence
        )
    }
}

#[derive(Deserialize)]
struct Raw {
    #[serde(default)]
    doc: RawDoc,
    #[serde(default)]
    entities: Vec<RawEntity>,
    #[serde(default)]
    events: Vec<RawEvent>,
    #[serde(default)]
    links: Vec<GoldLink>,
    #[serde(default)]
    attributes: Vec<RawAttribute>,
}

#[derive(Default, Deserialize)]
struct RawDoc {
    #[serde(default)]
    sha256: Option<String>,
    #[serde(default)]
    bytes: Option<usize>,
}

#[derive(Deserialize)]
struct RawEntity {
    id: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    aliases: Vec<String>,
    #[serde(default)]
    mentions: Vec<RawMention>,
}

#[derive(Deserialize)]
struct RawMention {
    text: String,
    #[serde(default)]
    sentence: u32,
    byte_start: usize,
    byte_end: usize,
}

#[derive(Deserialize)]
struct RawEvent {
    id: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    sentence: u32,
    byte_start: Option<usize>,
    byte_end: Option<usize>,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    date_edtf: Option<String>,
}

#[derive(Debug, Deserialize)]
struct RawAttribute {
    #[serde(default)]
    id: String,
    entity: String,
    #[serde(default)]
    date_edtf: Option<String>,
}

impl Gold {
    /// Reads a gold list and holds it against the text that it was made for.
    ///
    /// # Errors
    /// It is no gold list, or it does not fit: another digest, other words at its offsets, ids that it does not have.
    pub fn read(json: &str, text: &str) -> Result<Self, GoldError> {
        let raw: Raw = serde_json::from_str(json)?;
        if let Some(wanted) = &raw.doc.sha256 {
            let found = digest(text);
            if !found.ends_with(wanted.trim_start_matches("sha256:")) {
                return Err(GoldError::Digest { wanted: wanted.clone(), found });
            }
        }
        let _ = raw.doc.bytes;
        let check = |what: String, start: usize, end: usize, wanted: &str| {
            let found = text.get(start..end).unwrap_or_default();
            if found == wanted {
                return Ok(());
            }
            let found = found.chars().take(80).collect();
            Err(GoldError::Offset { what, wanted: wanted.to_owned(), start, end, found })
        };
        let mut entities = Vec::new();
        for entity in raw.entities {
            let mut spans = Vec::new();
            let mut sentences = BTreeSet::new();
            let mut names = vec![entity.name];
            names.extend(entity.aliases);
            for mention in entity.mentions {
                check(format!("a mention of {}", entity.id), mention.byte_start, mention.byte_end, &mention.text)?;
                spans.push((mention.byte_start as u32, mention.byte_end as u32));
                sentences.insert(mention.sentence);
                names.push(mention.text);
            }
            entities.push(GoldEntity {
                id: entity.id,
                kind: entity.kind,
                names,
                spans,
                event: false,
                sentences,
                date: None,
            });
        }
        for event in raw.events {
            let mut spans = Vec::new();
            if let (Some(start), Some(end)) = (event.byte_start, event.byte_end) {
                if let Some(text) = &event.text {
                    check(format!("the event {}", event.id), start, end, text)?;
                }
                spans.push((start as u32, end as u32));
            }
            entities.push(GoldEntity {
                id: event.id,
                kind: event.kind,
                names: vec![event.name],
                spans,
                event: true,
                sentences: BTreeSet::from([event.sentence]),
                date: event.date_edtf,
            });
        }
        let known = |id: &str, place: &str| {
            if entities.iter().any(|entity| entity.id == id) || id == "narrator" {
                return Ok(());
            }
            Err(GoldError::Unknown { id: id.to_owned(), place: place.to_owned() })
        };
        for link in &raw.links {
            known(&link.source, &link.id)?;
            if let Some(target) = &link.target {
                known(target, &link.id)?;
            }
            if let (Some(start), Some(end), Some(evidence)) = (link.byte_start, link.byte_end, &link.evidence) {
                check(format!("the evidence of {}", link.id), start, end, evidence)?;
            }
        }
        for attribute in &raw.attributes {
            known(&attribute.entity, &attribute.id)?;
        }
        Ok(Self { entities, links: raw.links, attributes: raw.attributes })
    }

    /// Every date that the list gives, with the entities that it is a date of; each once.
    pub(super) fn dates(&self) -> Vec<(Vec<String>, String)> {
        let mut found: BTreeSet<(Vec<String>, String)> = BTreeSet::new();
        for link in &self.links {
            if let (Some(date), Some(target)) = (&link.date_edtf, &link.target) {
                found.insert((vec![link.source.clone(), target.clone()], date.clone()));
            }
        }
        for entity in &self.entities {
            if let Some(date) = &entity.date {
                found.insert((vec![entity.id.clone()], date.clone()));
            }
        }
        for attribute in &self.attributes {
            if let Some(date) = &attribute.date_edtf {
                found.insert((vec![attribute.entity.clone()], date.clone()));
            }
        }
        found.into_iter().collect()
    }
}

/// Our link kinds for the words of gold lists, and whether ours go the other way.
const KINDS: [(&str, &str, bool); 44] = [
    ("affiliate_of", "affiliated_with", false),
    ("associated_with", "affiliated_with", false),
    ("former_role_at", "held_role_at", false),
    ("brokered_with_help_of", "brokered_by", false),
    ("leaders_of", "led_by", true),
    ("leader_of", "led_by", true),
    ("leads", "led_by", true),
    ("commander_of", "led_by", true),
    ("commands", "led_by", true),
    ("founder_of", "founded_by", true),
    ("members_hold_posts_in", "has_members_in_posts_of", false),
    ("willing_to_agree_with", "open_to_deals_with_affiliates_of", false),
    ("symbiotic_relationship", "symbiotic_with", false),
    ("said", "comments_on", false),
    ("established", "established_at", false),
    ("founded", "established_at", false),
    ("expulsion_from", "faces_expulsion_from", false),
    ("seeks_islamic_state_in", "seeks_state_in", false),
    ("haven_located_in", "provides_haven_in", false),
    ("used_as_training_center_for", "training_centre_for", false),
    ("used_as_meeting_site_for", "meeting_site_for", false),
    ("claimed", "claimed_responsibility_for", false),
    ("claimed_by", "claimed_responsibility_for", true),
    ("responsible_for", "perpetrator_of", false),
    ("carried_out", "perpetrator_of", false),
    ("carried_out_by", "perpetrator_of", true),
    ("perpetrated_by", "perpetrator_of", true),
    ("target_of", "targeted", true),
    ("funded", "finances", false),
    ("financed", "finances", false),
    ("funded_by", "finances", true),
    ("supported_by", "supports", true),
    ("trained_by", "trained", true),
    ("listed_by", "sanctioned_by", false),
    ("sanctioned", "sanctioned_by", true),
    ("designated", "designated_by", true),
    ("national_of", "citizen_of", false),
    ("nationality", "citizen_of", false),
    ("born_at", "born_in", false),
    ("role_at", "holds_role_at", false),
    ("works_for", "holds_role_at", false),
    ("spokesman_of", "holds_role_at", false),
    ("allied", "allied_with", false),
    ("rival", "rival_of", false),
];

/// Our link kind for a word of a gold list.
pub(super) fn kind_of(kind: &str) -> &str {
    KINDS.iter().find(|(theirs, ..)| *theirs == kind).map_or(kind, |(_, ours, _)| ours)
}

/// Whether a kind of ours goes the other way than the word of a gold list: by the list above, or because the word is how
/// the kind reads backwards.
pub(super) fn is_turned(theirs: &str, ours: &str, schema: &Schema) -> bool {
    if let Some((_, kind, turned)) = KINDS.iter().find(|(word, ..)| *word == theirs)
        && *kind == ours
    {
        return *turned;
    }
    let Some(kind) = schema.link(ours).filter(|_| theirs != ours) else { return false };
    let plain = |text: &str| {
        text.trim_start_matches("is ").trim_start_matches("was ").trim_start_matches("has ").replace(' ', "_")
    };
    plain(&kind.backward) == theirs && plain(&kind.forward) != theirs
}

/// Whether a word of a gold list holds both ways.
pub(super) fn is_symmetric(kind: &str, schema: &Schema) -> bool {
    schema.link(kind_of(kind)).is_some_and(|kind| kind.symmetric)
}

/// The modality in our words.
pub(super) fn modality_of(modality: &str) -> &str {
    match modality {
        // What a name implies and what a group claims are told as facts.
        "implied by name" | "claimed-by-group (reported by narrator)" | "" => "asserted",
        "claimed-by-group" | "claimed" | "allegation" | "reported" => "alleged",
        "possibility" => "possible",
        other => other,
    }
}

/// The class of an event in the words of either side.
pub(super) fn event_kind(kind: &str) -> &str {
    match kind {
        "ceasefire" | "agreement" | "truce" => "agreement",
        "negotiation" | "talks" | "negotiations" | "meeting" => "talks",
        "bombing" | "shooting" | "raid" | "kidnapping" | "killing" | "attack" | "battle" | "assassination"
        | "clash" => "attack",
        "listing" | "sanction" | "designation" => "designation",
        other => other,
    }
}

/// Whether a kind of a gold list may be ours.
pub(super) fn kind_fits(theirs: &str, ours: &str) -> bool {
    let theirs = theirs.to_lowercase();
    match ours {
        "Organisation" => {
            ["organisation", "organization", "country", "government", "company", "state"].contains(&theirs.as_str())
        }
        "Person" => theirs == "person",
        "Group" => theirs.contains("group") || theirs.contains("persons"),
        "Place" => ["place", "facility", "country", "location", "city", "region"].contains(&theirs.as_str()),
        "Work" => theirs == "work" || theirs == "document",
        "Status" => theirs.contains("status"),
        _ => false,
    }
}
