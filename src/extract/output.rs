//! What was found as proposals.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::document::Document;
use super::mentions::{Kind, Known, Reading};
use super::proposal::slug;
use super::world::{Entity, Statement, World};
use super::{EntityRef, Extraction, Mention, Named, Place, Proposal, Said, Span};
use crate::model::NameRole;
use crate::names;

/// Turns the entities and claims of a document into proposals, in the order of the text.
pub(super) fn proposals(document: &Document, reading: &Reading<'_>, known: &Known<'_>, world: &World) -> Extraction {
    let refs = refs(known, world);
    let mut mentions: HashMap<usize, Vec<Mention>> = HashMap::new();
    for (entity, reference) in world.entities.iter().zip(&refs) {
        for (sentence, words) in &entity.places {
            let (start, end) = reading.span(words);
            let mention = Mention { span: Span(start as u32, end as u32), entity: reference.clone() };
            let list = mentions.entry(*sentence).or_default();
            if !list.contains(&mention) {
                list.push(mention);
            }
        }
    }
    for list in mentions.values_mut() {
        list.sort_by(|a, b| (a.span.0, b.span.1, &a.entity).cmp(&(b.span.0, a.span.1, &b.entity)));
    }
    let output = Output { document, reading, refs, mentions };
    let mut found: Vec<(usize, u8, u32, Proposal)> = Vec::new();
    for (number, entity) in world.entities.iter().enumerate() {
        if let Some(proposal) = output.entity(number, entity) {
            let sentence = proposal.at.sentence as usize;
            found.push((sentence, 0, proposal.at.evidence.map_or(0, |span| span.0), proposal));
        }
        for proposal in output.other_names(number, entity) {
            let sentence = proposal.at.sentence as usize;
            found.push((sentence, 1, proposal.at.evidence.map_or(0, |span| span.0), proposal));
        }
    }
    for claim in &world.claims {
        let says = match &claim.says {
            Statement::Link { from, kind, to } => {
                Said::Link { from: output.of(*from), kind: kind.to_string(), to: output.of(*to) }
            }
            Statement::Attribute { entity, key, value } => {
                Said::Attribute { entity: output.of(*entity), key: key.to_string(), value: value.clone() }
            }
        };
        let mut proposal =
            output.proposal(says, claim.sentence, &claim.evidence, &claim.rule, &claim.why, claim.confidence);
        proposal.when = claim.when;
        proposal.speaker = claim.speaker.map(|speaker| output.of(speaker));
        proposal.modality = claim.modality;
        proposal.note = claim.note.clone();
        found.push((claim.sentence + 1, 2, proposal.at.evidence.map_or(0, |span| span.0), proposal));
    }
    found.sort_by_key(|(sentence, sort, at, _)| (*sentence, *sort, *at));
    let proposals = found.into_iter().map(|(.., proposal)| proposal).collect();
    Extraction::new(document.meta.clone(), document.text.clone(), proposals, document.notes.clone())
}

/// How each entity is referred to. Two new entities have two ids, whatever they are called.
fn refs(known: &Known<'_>, world: &World) -> Vec<EntityRef> {
    let mut taken: HashSet<String> = HashSet::new();
    let mut found = Vec::with_capacity(world.entities.len());
    for entity in &world.entities {
        if let Some(id) = entity.known.and_then(|number| known.entity(number)).and_then(|known| known.id.clone()) {
            found.push(EntityRef::Known(id));
            continue;
        }
        let base = slug(&entity.name);
        let mut id = base.clone();
        let mut number = 2;
        while !taken.insert(id.clone()) {
            let kind = entity.kind.word().to_lowercase();
            id = if number == 2 { format!("{base}-{kind}") } else { format!("{base}-{kind}-{number}") };
            number += 1;
        }
        found.push(EntityRef::New(id));
    }
    found
}

struct Output<'a, 't> {
    document: &'a Document,
    reading: &'a Reading<'t>,
    refs: Vec<EntityRef>,
    mentions: HashMap<usize, Vec<Mention>>,
}

impl Output<'_, '_> {
    fn of(&self, number: usize) -> EntityRef {
        self.refs.get(number).cloned().unwrap_or_else(|| EntityRef::New("unnamed".to_owned()))
    }

    fn bytes(&self, words: &Range<usize>) -> Span {
        let (start, end) = self.reading.span(words);
        Span(start as u32, end as u32)
    }

    fn place(&self, sentence: usize, words: &Range<usize>) -> (Place, String) {
        let Some(found) = self.document.sentences.get(sentence) else { return (Place::default(), String::new()) };
        let span = Span(found.start as u32, found.end as u32);
        let evidence = self.bytes(words);
        let evidence = (evidence.1 > evidence.0 && span.holds(evidence)).then_some(evidence);
        let text = self.document.text.get(found.start..found.end).unwrap_or_default().to_owned();
        (Place { paragraph: found.paragraph, sentence: sentence as u32 + 1, span, evidence }, text)
    }

    fn proposal(
        &self,
        says: Said,
        sentence: usize,
        words: &Range<usize>,
        rule: &str,
        why: &str,
        confidence: f64,
    ) -> Proposal {
        let (at, text) = self.place(sentence, words);
        let mut proposal = Proposal::new(says, at, &text, rule, why, (confidence * 100.0).round() / 100.0);
        proposal.mentions = self.mentions.get(&sentence).cloned().unwrap_or_default();
        proposal
    }

    /// The proposal of a new entity. What is only guessed and rests on nothing else is not proposed.
    fn entity(&self, number: usize, entity: &Entity) -> Option<Proposal> {
        let reference = self.of(number);
        if !reference.is_new() {
            return None;
        }
        let (sentence, words) = entity.places.first()?;
        let mut names = vec![Named::primary(&entity.name)];
        for spelling in &entity.names {
            if spelling.text != entity.name && !names.iter().any(|name| name.name == spelling.text) {
                let role = if spelling.role == NameRole::Primary { NameRole::Alias } else { spelling.role };
                names.push(Named { name: spelling.text.clone(), role, language: None });
            }
        }
        let finer = entity.finer.as_ref().map(ToString::to_string);
        let says = match entity.kind {
            Kind::Event => Said::Event { event: reference, finer, names, participants: Vec::new() },
            kind => Said::Entity { entity: reference, kind: kind.word().to_owned(), finer, names },
        };
        let why = match entity.rule {
            "names.known" => "a body of the list of known bodies",
            "names.place" => "a place of the gazetteer",
            "names.title" => "a title or a role stands before the name",
            "names.body-of" => "the noun after the name makes a body, a group or a place of it",
            "names.state" => "a country that acts",
            "events.noun" | "events.verb" => "a word for something that happens",
            _ => "words with capital letters",
        };
        Some(self.proposal(says, *sentence, words, entity.rule, why, entity.confidence))
    }

    /// Further names of an entity that is known.
    fn other_names(&self, number: usize, entity: &Entity) -> Vec<Proposal> {
        let reference = self.of(number);
        if reference.is_new() {
            return Vec::new();
        }
        let own = names::fold(&entity.name);
        entity
            .names
            .iter()
            .filter(|spelling| spelling.defined && names::fold(&spelling.text) != own)
            .map(|spelling| {
                let says = Said::Name {
                    entity: reference.clone(),
                    name: spelling.text.clone(),
                    role: spelling.role,
                    language: None,
                };
                self.proposal(
                    says,
                    spelling.sentence,
                    &spelling.words,
                    "names.definition",
                    "the name is given in brackets or after \"also known as\"",
                    0.85,
                )
            })
            .collect()
    }
}
