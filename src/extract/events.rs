//! The events of a document: made of nouns and verbs, and joined to those that were spoken of before.

#![allow(
    clippy::indexing_slicing,
    reason = "indices of words, phrases and frames are made here, from the lists they index"
)]

use super::clause::{Argument, Frame, Head, Part, Role};
use super::coreference::event_type;
use super::lexicon::Tags;
use super::mentions::Kind;
use super::reader::{Analysis, Reader};
use super::tokens::Class;
use super::world::Statement;
use crate::model::Modality;

impl<'a, 't> Reader<'a, 't> {
    /// Finds the events of a sentence and joins them to those that were spoken of before.
    pub(super) fn events(&mut self, analysis: &Analysis<'a, 't>) {
        // Nouns first: verbs may be about them.
        let nouns: Vec<usize> =
            (0..analysis.frames.len()).filter(|&frame| matches!(analysis.frames[frame].head, Head::Noun(..))).collect();
        for &number in &nouns {
            let Head::Noun(lemma, phrase) = analysis.frames[number].head else { continue };
            let head = analysis.clause.lemma(analysis.phrases.list[phrase].head);
            let made = lemma.and_then(|lemma| {
                self.rules
                    .triggered(false, lemma)
                    .find(|rule| rule.event.is_some() && self.fits(analysis, number, rule))
                    .and_then(|rule| rule.event.clone())
            });
            let noun = &analysis.phrases.list[phrase];
            let back = noun.definite || noun.words.len() == 1 || noun.pronoun_possessor;
            let again =
                event_type(&head).filter(|_| back).and_then(|finer| self.discourse.event(finer, analysis.sentence, 6));
            // The headline and the first sentences speak of one event.
            let again = again.or_else(|| {
                let title = self.discourse.event(made.as_deref().unwrap_or_default(), analysis.sentence, 2)?;
                let in_title = self
                    .world
                    .entity(title)
                    .and_then(|event| event.places.first())
                    .is_some_and(|(sentence, _)| *sentence == 0);
                (in_title && analysis.sentence > 0 && made.is_some()).then_some(title)
            });
            let generic = noun.words.len() == 1
                && analysis.clause.word(noun.head).form.noun.is_some_and(|(_, plural)| plural)
                && head != "talk"
                && head != "negotiation";
            let event = match (again, made.clone()) {
                (Some(event), _) => event,
                (None, Some(finer)) if !generic => {
                    let offset = analysis.clause.range.start;
                    let words = offset + noun.words.start..offset + noun.words.end;
                    let name = self.event_name(analysis, phrase);
                    let event = self.world.describe(
                        Kind::Event,
                        Some(&finer),
                        name,
                        analysis.sentence,
                        words,
                        "events.noun",
                        0.8,
                        &head,
                    );
                    self.event_details(analysis, phrase, event);
                    event
                }
                _ => continue,
            };
            let finer = self.world.entity(event).and_then(|entity| entity.finer.clone()).unwrap_or_default();
            self.discourse.note_event(event, &finer, analysis.sentence);
            self.event_of_phrase.insert(phrase, event);
            self.event_of_frame.insert(number, event);
            if let (Some(_), Some(made)) = (again, &made) {
                // What the text itself calls it says more than the headline.
                let name = self.event_name(analysis, phrase);
                let better = self.world.entity(event).is_some_and(|event| {
                    event.places.first().is_some_and(|(sentence, _)| *sentence == 0)
                        && name.len() > event.name.len()
                        && event.places.len() == 1
                });
                if better {
                    if let Some(entity) = self.world.entities.get_mut(event) {
                        entity.name = name;
                        entity.finer = Some(made.clone());
                    }
                    self.event_details(analysis, phrase, event);
                }
            }
            if again.is_some() {
                let offset = analysis.clause.range.start;
                let words = offset + noun.words.start..offset + noun.words.end;
                if let Some(entity) = self.world.entities.get_mut(event) {
                    entity.places.push((analysis.sentence, words));
                }
            }
        }
        for number in 0..analysis.frames.len() {
            let Head::Verb(Some(lemma)) = analysis.frames[number].head else { continue };
            let rule = self
                .rules
                .triggered(true, lemma)
                .find(|rule| rule.event.is_some() && self.fits(analysis, number, rule));
            let Some(finer) = rule.and_then(|rule| rule.event.clone()) else { continue };
            let name: &str = rule.map_or("", |rule| &rule.name);
            if let Some(event) = self.verb_event(analysis, number, &finer, name) {
                self.event_of_frame.insert(number, event);
                self.discourse.note_event(event, &finer, analysis.sentence);
            }
        }
    }

    /// The event that a verb is about.
    pub(super) fn verb_event(
        &mut self,
        analysis: &Analysis<'a, 't>,
        number: usize,
        finer: &str,
        rule: &str,
    ) -> Option<usize> {
        let frame = &analysis.frames[number];
        for (role, argument) in &frame.roles {
            if let Argument::Phrase(phrase) = argument
                && matches!(role, Role::Subject | Role::Object)
                && let Some(&event) = self.event_of_phrase.get(phrase)
            {
                return Some(event);
            }
        }
        if finer == "founding" {
            let body = frame
                .roles
                .iter()
                .find(|(role, _)| *role == Role::Object)
                .and_then(|(_, argument)| self.argument(analysis, *argument).first().map(|(entity, _)| *entity))?;
            if self.world.kind(body) != Kind::Organisation {
                return None;
            }
            if let Some(&event) = self.foundings.get(&body) {
                return Some(event);
            }
            let name = format!("founding of {}", self.world.entity(body).map_or("", |entity| entity.name.as_str()));
            let event = self.new_event(analysis, frame, finer, name);
            self.foundings.insert(body, event);
            return Some(event);
        }
        // "carried out an attack, killing 30": the same event.
        let mut before = frame.governor;
        for _ in 0..4 {
            let Some(governor) = before else { break };
            if let Some(&event) = self.event_of_frame.get(&governor) {
                return Some(event);
            }
            for (_, argument) in &analysis.frames[governor].roles {
                if let Argument::Phrase(phrase) = argument
                    && let Some(&event) = self.event_of_phrase.get(phrase)
                {
                    return Some(event);
                }
            }
            before = analysis.frames[governor].governor;
        }
        let about = matches!(rule, "attack.killed" | "attack.wounded" | "attack.means");
        let bare = matches!(analysis.parts[frame.at], Part::Ing | Part::Participle);
        if about || bare {
            let same: Vec<usize> = self.event_of_frame.values().chain(self.event_of_phrase.values()).copied().collect();
            let mut same: Vec<usize> = same
                .into_iter()
                .filter(|&event| {
                    self.world.entity(event).is_some_and(|entity| entity.finer.as_deref() == Some("attack"))
                })
                .collect();
            same.sort_unstable();
            if let Some(&event) = same.first() {
                return Some(event);
            }
        }
        if about && let Some(event) = self.discourse.event("attack", analysis.sentence, 2) {
            return Some(event);
        }
        if rule == "attack.wounded" {
            return None;
        }
        let verb = analysis.clause.word(frame.at).text;
        let object = frame.roles.iter().find_map(|(role, argument)| match argument {
            Argument::Phrase(phrase) if *role == Role::Object => Some(*phrase),
            _ => None,
        });
        let what = object.map_or(String::new(), |phrase| {
            let offset = analysis.clause.range.start;
            let words = &analysis.phrases.list[phrase].words;
            format!(" of {}", self.reading.words_text(&(offset + words.start..offset + words.end)))
        });
        let noun = match finer {
            "arrest" => "arrest",
            _ if verb.starts_with("kill") || verb.starts_with("murder") => "killing",
            _ if verb.starts_with("kidnap") || verb.starts_with("abduct") => "kidnapping",
            _ if verb.starts_with("assassin") => "assassination",
            _ if verb.starts_with("bomb") => "bombing",
            _ => "attack",
        };
        Some(self.new_event(analysis, frame, finer, format!("{noun}{what}")))
    }

    pub(super) fn new_event(&mut self, analysis: &Analysis<'a, 't>, frame: &Frame, finer: &str, name: String) -> usize {
        let offset = analysis.clause.range.start;
        let words = offset + frame.reach.0..offset + frame.reach.1.min(analysis.clause.len());
        self.world.describe(Kind::Event, Some(finer), name, analysis.sentence, words, "events.verb", 0.7, finer)
    }

    /// "missile attack in Afrin": the noun with what stands before it and the place after it.
    pub(super) fn event_name(&self, analysis: &Analysis<'a, 't>, phrase: usize) -> String {
        let noun = &analysis.phrases.list[phrase];
        let clause = &analysis.clause;
        let offset = clause.range.start;
        let mut start = noun.words.start;
        while start < noun.head && analysis.parts[start] == Part::Determiner {
            start += 1;
        }
        let mut name = self.reading.words_text(&(offset + start..offset + noun.words.end)).replace(['\n', '\r'], " ");
        let end = noun.words.end;
        let place = (end + 1 < clause.len()
            && (clause.word(end).is("in") || clause.word(end).is("of") || clause.word(end).is("on")))
        .then(|| analysis.phrases.of_word[end + 1])
        .flatten()
        .filter(|&next| analysis.phrases.list[next].mention.is_some());
        if let Some(place) = place {
            let words = &analysis.phrases.list[place].words;
            name.push_str(&format!(
                " {} {}",
                clause.word(end).text,
                self.reading.words_text(&(offset + words.start..offset + words.end)).replace(['\n', '\r'], " ")
            ));
        }
        name
    }

    /// What a noun tells of its event: the weapon, how long it is to last.
    pub(super) fn event_details(&mut self, analysis: &Analysis<'a, 't>, phrase: usize, event: usize) {
        let noun = analysis.phrases.list[phrase].clone();
        for at in noun.words.clone().filter(|&at| at != noun.head) {
            let word = analysis.clause.word(at);
            let attribute = if word.has(Tags::WEAPON) && word.token.class == Class::Word {
                Some(("weapon", word.text.to_lowercase()))
            } else {
                word.text
                    .rsplit_once('-')
                    .filter(|(_, unit)| matches!(*unit, "month" | "day" | "week" | "year" | "hour"))
                    .map(|(count, unit)| ("duration", format!("{count} {unit}")))
            };
            if let Some((key, value)) = attribute {
                let says = Statement::Attribute { entity: event, key: key.into(), value };
                let why = format!("{:?} stands before the event", word.text);
                self.say(
                    analysis,
                    says,
                    at,
                    None,
                    noun.words.clone(),
                    Modality::Asserted,
                    "events.details",
                    why,
                    0.8,
                    None,
                );
            }
        }
    }
}
