//! Holding an extraction against its own text, the schema and the database, whoever made it.

use std::collections::{BTreeMap, HashMap};

use super::claims::{EVENT, Fault, Who, claims};
use super::{EntityRef, Extraction, Named, Proposal, Said, Span, digest};
use crate::model::{Entity, Lookup, Period};
use crate::schema::{ID_SHAPE, Schema, nearest};

/// The longest name, in bytes.
const MOST_NAME: usize = 1_000;
/// The longest value of an attribute, note or field of a document, in bytes.
const MOST_TEXT: usize = 1_000;
/// The most faults that are told: what is wrong in one line is wrong in a hundred thousand.
const MOST_FAULTS: usize = 1_000;

/// What stops a text from being a name, a value or a note.
fn unclean(text: &str, most: usize) -> Option<String> {
    if text.trim().is_empty() {
        return Some("this is empty".to_owned());
    }
    if text.len() > most {
        return Some(format!("this has {} bytes; {most} is the most", text.len()));
    }
    let control = text.chars().find(|c| c.is_control());
    control.map(|c| format!("this has the control character U+{:04X}", u32::from(c)))
}

impl Extraction {
    /// Everything that is wrong with the document or a proposal: places that are none, sentences that are not the text
    /// at their place, entities that nobody knows, and what the schema does not allow. A thousand faults at most.
    ///
    /// O(text + proposals).
    pub fn check(&self, schema: &Schema, known: &dyn Lookup) -> Vec<Fault> {
        let mut faults = self.check_document();
        let declared = self.declared(&mut faults);
        for (at, proposal) in self.proposals.iter().enumerate() {
            if faults.len() >= MOST_FAULTS {
                break;
            }
            self.check_place(at, proposal, &mut faults);
            check_words(at, proposal, &mut faults);
            check_entities(at, proposal, &declared, known, &mut faults);
        }
        if faults.is_empty() {
            let who = |entity: &EntityRef| self.known_as(entity, &declared, known);
            faults = claims(&self.document, &self.proposals, &who, schema, false).err().unwrap_or_default();
        }
        faults.truncate(MOST_FAULTS);
        faults
    }

    /// What is wrong with one proposal of this document, or with one that was made of it by editing: what
    /// [`Extraction::check`] finds without asking the schema.
    ///
    /// `declared` are the places of the proposals that add an entity, by its id.
    pub fn check_one(&self, proposal: &Proposal, declared: &HashMap<String, usize>, known: &dyn Lookup) -> Vec<Fault> {
        let mut faults = Vec::new();
        self.check_place(0, proposal, &mut faults);
        check_words(0, proposal, &mut faults);
        check_entities(0, proposal, declared, known, &mut faults);
        faults
    }

    /// Who a reference stands for before anything is decided: a new entity goes by `new:ID`.
    fn known_as(&self, entity: &EntityRef, declared: &Declared, known: &dyn Lookup) -> Option<Who> {
        match entity {
            EntityRef::Known(id) => known.entity(id).map(|(kind, finer)| Who { id: id.clone(), kind, finer }),
            EntityRef::New(id) => {
                let (kind, finer) = match &self.proposals.get(*declared.get(id.as_str())?)?.says {
                    Said::Entity { kind, finer, .. } => (kind.clone(), finer.clone()),
                    Said::Event { finer, .. } => (EVENT.to_owned(), finer.clone()),
                    _ => return None,
                };
                Some(Who { id: entity.to_string(), kind, finer })
            }
        }
    }

    fn check_document(&self) -> Vec<Fault> {
        let document = &self.document;
        let mut faults = Vec::new();
        let mut fault = |key, value: &str, message: String| faults.push(Fault::new(None, key, value, message));
        if !Entity::is_id(&document.id) {
            fault("id", &document.id, format!("{:?} is no id: {ID_SHAPE}", document.id));
        }
        let fields = [
            ("title", Some(&document.title)),
            ("publisher", document.publisher.as_ref()),
            ("published", document.published.as_ref()),
            ("retrieved", document.retrieved.as_ref()),
            ("address", document.address.as_ref()),
            ("language", document.language.as_ref()),
            ("licence", document.licence.as_ref()),
        ];
        for (key, value) in fields {
            let Some(value) = value else { continue };
            if let Some(message) = unclean(value, MOST_TEXT) {
                fault(key, value, message);
            } else if let ("published" | "retrieved", Err(error)) = (key, value.parse::<Period>()) {
                fault(key, value, format!("{value:?} is no date: {error}"));
            }
        }
        if let Some(given) = document.digest.as_ref().filter(|given| **given != digest(&self.text)) {
            fault("digest", given, "this is the digest of another text than this one".to_owned());
        }
        faults
    }

    /// The proposals that add an entity, by its id. Adding one twice is a fault.
    fn declared(&self, faults: &mut Vec<Fault>) -> Declared {
        let mut declared = HashMap::new();
        for (at, proposal) in self.proposals.iter().enumerate() {
            let Some(EntityRef::New(id)) = proposal.says.proposes() else { continue };
            if declared.contains_key(id.as_str()) {
                let help = "add it once, at its first mention, and give what else is said of it as name or attribute";
                let key = if matches!(proposal.says, Said::Event { .. }) { "event" } else { "entity" };
                let message = format!("new:{id} is added twice");
                faults.push(Fault::new(Some(at), key, format!("new:{id}"), message).help(Some(help)));
            } else {
                declared.insert(id.clone(), at);
            }
        }
        declared
    }

    fn check_place(&self, at: usize, proposal: &Proposal, faults: &mut Vec<Fault>) {
        let place = proposal.at;
        let mut fault = |key, message: String| faults.push(Fault::new(Some(at), key, "", message));
        for (key, number) in [("paragraph", place.paragraph), ("sentence", place.sentence)] {
            if number == 0 {
                fault(key, format!("a {key} has a number from 1"));
            }
        }
        match self.part(place.span) {
            Err(message) => fault("span", message),
            Ok(there) if there != proposal.text => fault(
                "text",
                format!("the sentence is not the text at {}-{}, which is {}", place.span.0, place.span.1, short(there)),
            ),
            Ok(_) => {}
        }
        if let Some(evidence) = place.evidence {
            match self.part(evidence) {
                Err(message) => fault("evidence", message),
                Ok(_) if !place.span.holds(evidence) => {
                    fault("evidence", format!("{}-{} is outside the sentence", evidence.0, evidence.1));
                }
                Ok(_) => {}
            }
        }
        for mention in &proposal.mentions {
            if let Err(message) = self.part(mention.span) {
                fault("mentions", message);
            }
        }
    }

    fn part(&self, span: Span) -> Result<&str, String> {
        let Span(from, to) = span;
        match span.of(&self.text) {
            _ if from >= to => Err(format!("{from}-{to} is no part of a text")),
            Some(part) => Ok(part),
            None if to as usize > self.text.len() => {
                Err(format!("{from}-{to} is outside the text, which has {} bytes", self.text.len()))
            }
            None => Err(format!("{from}-{to} cuts a letter in two: places are counted in bytes of UTF-8")),
        }
    }
}

/// The proposals that add an entity, by its id.
type Declared = HashMap<String, usize>;

fn check_words(at: usize, proposal: &Proposal, faults: &mut Vec<Fault>) {
    let mut fault = |key, value: &str, message: String| faults.push(Fault::new(Some(at), key, value, message));
    if !(0.0..=1.0).contains(&proposal.confidence) {
        fault("confidence", "", "a confidence is a number from 0 to 1".to_owned());
    }
    let mut texts: Vec<(&'static str, &str, usize)> = vec![("rule", &proposal.rule, MOST_NAME)];
    texts.extend(proposal.note.as_deref().map(|note| ("note", note, MOST_TEXT)));
    if !proposal.why.is_empty() {
        texts.push(("why", &proposal.why, MOST_TEXT));
    }
    let named = |names: &'_ [Named]| names.iter().map(|named| ("name", named.name.clone(), MOST_NAME)).collect();
    let inside: Vec<(&'static str, String, usize)> = match &proposal.says {
        Said::Entity { names, .. } | Said::Event { names, .. } => named(names),
        Said::Name { name, .. } => vec![("name", name.clone(), MOST_NAME)],
        Said::Attribute { value, .. } => vec![("value", value.clone(), MOST_TEXT)],
        Said::Link { .. } | Said::SameAs { .. } => Vec::new(),
    };
    texts.extend(inside.iter().map(|(key, text, most)| (*key, text.as_str(), *most)));
    for (key, text, most) in texts {
        if let Some(message) = unclean(text, most) {
            fault(key, text, message);
        }
    }
    match &proposal.says {
        Said::Entity { entity: EntityRef::Known(id), .. } => {
            fault("entity", &format!("@{id}"), format!("@{id} is known to the database and is not to be added"));
        }
        Said::Link { from, to, .. } if from == to => {
            fault("to", &to.to_string(), "this joins an entity to itself".into())
        }
        Said::SameAs { entity, other } if entity == other => {
            fault("other", &other.to_string(), "an entity is always the same as itself".into());
        }
        _ => {}
    }
}

/// Whether everybody whom a proposal rests on is known or added.
fn check_entities(at: usize, proposal: &Proposal, declared: &Declared, known: &dyn Lookup, faults: &mut Vec<Fault>) {
    let mentioned = proposal.mentions.iter().map(|mention| &mention.entity);
    let mut missing = BTreeMap::new();
    for entity in proposal.entities().into_iter().chain(mentioned) {
        match entity {
            EntityRef::Known(id) if known.entity(id).is_none() => {
                let near = known.near(id).into_iter().next().map(|near| format!("did you mean @{near}?"));
                let help = near.or_else(|| {
                    declared.contains_key(id.as_str()).then(|| format!("new:{id} is added by this document"))
                });
                missing.insert(entity, (format!("the database has no entity {entity}"), help));
            }
            EntityRef::New(id) if !declared.contains_key(id.as_str()) => {
                let mut ids: Vec<&str> = declared.keys().map(String::as_str).collect();
                ids.sort_unstable();
                let near = nearest(id, ids).map(|near| format!("did you mean new:{near}?"));
                let help = near.or_else(|| known.entity(id).map(|_| format!("the database has @{id}")));
                missing.insert(entity, (format!("no proposal of this document adds {entity}"), help));
            }
            _ => {}
        }
    }
    for (entity, (message, help)) in missing {
        faults.push(Fault::new(Some(at), "", entity.to_string(), message).help(help));
    }
}

/// The beginning of a text, in quotes.
fn short(text: &str) -> String {
    const MOST: usize = 60;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{:?} and more", text.get(..end).unwrap_or_default()),
        None => format!("{text:?}"),
    }
}
