//! What is meant by words that name nobody: "the group", "this agreement", "the two", "it".
//!
//! Only what is certain enough is resolved: an entity of the right sort, spoken of shortly before, in the same part of the
//! document.

use std::ops::Range;

use super::lexicon::Tags;
use super::mentions::{Kind, Word};
use super::world::World;

/// What was spoken of so far.
#[derive(Default)]
pub(super) struct Discourse {
    section: u32,
    /// Entities in the order of their last mention, with the sentence and whether they were a subject.
    recent: Vec<(usize, usize, bool)>,
    /// Events, in order, with their type and sentence.
    events: Vec<(usize, Box<str>, usize)>,
    /// The last two that were spoken of together.
    pair: Option<(Vec<usize>, usize)>,
    /// The first body of the section: what it is about.
    topic: Option<usize>,
}

/// How many sentences back "the group" may point.
const BACK: usize = 3;
/// How many entities are kept in mind.
const KEPT: usize = 48;

impl Discourse {
    /// Begins a sentence; a new part of the document forgets what was said in the one before.
    pub fn sentence(&mut self, section: u32) {
        if section != self.section {
            *self = Self { section, ..Self::default() };
        }
    }

    /// Notes that an entity was spoken of.
    pub fn note(&mut self, world: &World, entity: usize, sentence: usize, subject: bool) {
        // Who is a subject and is named again beside it stays the subject.
        let was = self.recent.iter().any(|(other, at, subject)| *other == entity && *at == sentence && *subject);
        self.recent.retain(|(other, ..)| *other != entity);
        self.recent.push((entity, sentence, subject || was));
        if self.recent.len() > KEPT {
            self.recent.remove(0);
        }
        if self.topic.is_none() && is_group(world, entity) {
            self.topic = Some(entity);
        }
    }

    /// Notes an event.
    pub fn note_event(&mut self, entity: usize, finer: &str, sentence: usize) {
        self.events.retain(|(other, ..)| *other != entity);
        self.events.push((entity, finer.into(), sentence));
        if self.events.len() > KEPT {
            self.events.remove(0);
        }
    }

    /// Notes that several were spoken of together.
    pub fn note_pair(&mut self, entities: &[usize], sentence: usize) {
        if entities.len() == 2 {
            self.pair = Some((entities.to_vec(), sentence));
        }
    }

    /// The last event of such a type, within some sentences.
    pub fn event(&self, finer: &str, sentence: usize, back: usize) -> Option<usize> {
        let class = class(finer);
        self.events
            .iter()
            .rev()
            .find(|(_, other, at)| self::class(other) == class && sentence.saturating_sub(*at) <= back)
            .map(|(entity, ..)| *entity)
    }

    /// Who a phrase without a name stands for: its words, its head, the sentence it stands in.
    pub fn resolve(
        &self,
        world: &World,
        words: &[Word<'_>],
        head: &str,
        definite: bool,
        sentence: usize,
    ) -> Vec<usize> {
        let Some(first) = words.first() else { return Vec::new() };
        let two = words.iter().any(|word| word.is("two") || word.is("both"));
        if two
            && matches!(
                head,
                "two"
                    | "both"
                    | "group"
                    | "side"
                    | "organisation"
                    | "organization"
                    | "party"
                    | "movement"
                    | "militia"
                    | "faction"
            )
        {
            return self
                .pair
                .as_ref()
                .filter(|(_, at)| sentence - at <= 2)
                .map(|(pair, _)| pair.clone())
                .unwrap_or_default();
        }
        if words.len() == 1 && first.has(Tags::PRONOUN) {
            return self.pronoun(world, first, sentence).into_iter().collect();
        }
        if !definite || words.len() > 3 {
            return Vec::new();
        }
        match head {
            "group" | "organisation" | "organization" | "movement" | "militia" | "outfit" | "network" | "faction" => {
                // A word that tells which one stands between ("the umbrella group") points to nobody for certain.
                let told = words.get(1).is_some_and(|word| {
                    !["militant", "terror", "terrorist", "armed", "extremist", "jihadist", "insurgent", "rebel"]
                        .iter()
                        .any(|sort| word.is(sort))
                });
                if words.len() > 2 && told {
                    return Vec::new();
                }
                self.group(world, sentence).into_iter().collect()
            }
            "country" => self.last(sentence, |entity| {
                world.entity(entity).is_some_and(|entity| {
                    entity.finer.as_deref() == Some("country") || entity.finer.as_deref() == Some("state")
                })
            }),
            "madrassa" | "school" | "camp" | "mosque" | "hotel" | "base" | "prison" | "church" | "market"
            | "hospital" | "compound" => self.last(sentence, |entity| {
                world.entity(entity).is_some_and(|entity| entity.kind == Kind::Place && entity.head == head)
            }),
            _ => Vec::new(),
        }
    }

    fn pronoun(&self, world: &World, word: &Word<'_>, sentence: usize) -> Option<usize> {
        let recent = |wanted: &dyn Fn(usize) -> bool, subject: bool, back: usize| {
            let found: Vec<usize> = self
                .recent
                .iter()
                .rev()
                .filter(|(entity, at, was)| sentence - at <= back && (!subject || *was) && wanted(*entity))
                .map(|(entity, ..)| *entity)
                .collect();
            found.first().copied()
        };
        if word.is("he") || word.is("she") || word.is("him") || word.is("himself") {
            return recent(&|entity| world.kind(entity) == Kind::Person, false, 2);
        }
        if word.is("it") || word.is("they") || word.is("them") || word.is("itself") || word.is("themselves") {
            // Only the subject of the sentence before, or of this one, and only a body.
            return recent(&|entity| is_group(world, entity), true, 1);
        }
        None
    }

    /// Whose "its" and "their" are.
    pub fn possessive(&self, world: &World, word: &Word<'_>, sentence: usize) -> Option<usize> {
        if word.is("his") || word.is("her") {
            return self.last(sentence, |entity| world.kind(entity) == Kind::Person).first().copied();
        }
        self.recent
            .iter()
            .rev()
            .find(|(entity, at, subject)| sentence - at <= 1 && *subject && is_group(world, *entity))
            .map(|(entity, ..)| *entity)
    }

    fn group(&self, world: &World, sentence: usize) -> Option<usize> {
        let near = |subject: bool| {
            self.recent
                .iter()
                .rev()
                .find(|(entity, at, was)| sentence - at <= BACK && (!subject || *was) && is_group(world, *entity))
                .map(|(entity, ..)| *entity)
        };
        near(true).or_else(|| near(false)).or(self.topic)
    }

    fn last(&self, sentence: usize, wanted: impl Fn(usize) -> bool) -> Vec<usize> {
        self.recent
            .iter()
            .rev()
            .filter(|(_, at, _)| sentence.saturating_sub(*at) <= BACK)
            .map(|(entity, ..)| *entity)
            .find(|entity| wanted(*entity))
            .into_iter()
            .collect()
    }
}

/// Whether an entity is a body that "the group" may stand for.
fn is_group(world: &World, entity: usize) -> bool {
    world.entity(entity).is_some_and(|entity| {
        entity.kind == Kind::Organisation
            && !matches!(
                entity.finer.as_deref(),
                Some("government" | "military" | "agency" | "un_body" | "intergovernmental" | "media_outlet" | "state")
            )
    })
}

/// Types of events that are spoken of by each other's words.
fn class(finer: &str) -> &str {
    match finer {
        "ceasefire" | "agreement" => "agreement",
        "battle" | "attack" => "attack",
        other => other,
    }
}

/// The type of the event that a noun speaks of again: "the bombing", "this agreement", "the missiles".
pub(super) fn event_type(head: &str) -> Option<&'static str> {
    Some(match head {
        "attack" | "bombing" | "assault" | "shooting" | "raid" | "strike" | "explosion" | "blast" | "ambush"
        | "massacre" | "assassination" | "kidnapping" | "abduction" | "killing" | "siege" | "missile" | "rocket"
        | "bomb" | "incident" | "murder" | "stabbing" => "attack",
        "ceasefire" | "truce" | "agreement" | "deal" | "accord" | "treaty" | "pact" => "agreement",
        "talk" | "negotiation" => "talks",
        "invasion" => "invasion",
        _ => return None,
    })
}

/// The words of a range as a list.
pub(super) fn slice<'w, 't>(words: &'w [Word<'t>], range: &Range<usize>) -> &'w [Word<'t>] {
    words.get(range.clone()).unwrap_or_default()
}
