//! Rules applied: frames to links and attributes.

#![allow(
    clippy::indexing_slicing,
    reason = "indices of words, phrases and frames are made here, from the lists they index"
)]

use std::ops::Range;

use super::clause::{Argument, Head, NounPhrase, Part, Role};
use super::dates::count_of;
use super::lexicon::Tags;
use super::mentions::Kind;
use super::reader::{Analysis, Reader};
use super::rules::{LinkRule, Rule, Value};
use super::tokens::Class;
use super::world::{Statement, World};
use crate::model::Modality;

/// A link that a rule would make.
struct Found {
    from: usize,
    kind: Box<str>,
    to: usize,
    rule: Box<str>,
    confidence: f64,
    modality: Modality,
    evidence: Range<usize>,
    frame: usize,
}

/// Who stands in a role, and the words that say so.
type Standing = (usize, Range<usize>);

/// A link and the words of its ends.
type Ends = (usize, usize, Range<usize>, Range<usize>);

impl<'a, 't> Reader<'a, 't> {
    /// Whether a rule's conditions hold for a frame.
    pub(super) fn fits(&self, analysis: &Analysis<'a, 't>, number: usize, rule: &Rule) -> bool {
        let frame = &analysis.frames[number];
        if matches!(frame.head, Head::Verb(_)) && rule.passive.is_some_and(|passive| passive != frame.passive) {
            return false;
        }
        if rule.clause.is_some_and(|clause| clause != frame.modality) {
            return false;
        }
        if !rule.governors.is_empty() {
            let governor = frame.governor.and_then(|governor| analysis.frames.get(governor)).map(|frame| frame.head);
            if !matches!(governor, Some(Head::Verb(Some(lemma))) if rule.governors.contains(&lemma)) {
                return false;
            }
        }
        let is_verb = matches!(frame.head, Head::Verb(_));
        let lemma = match frame.head {
            Head::Verb(lemma) | Head::Noun(lemma, _) => lemma,
        };
        let triggered = rule.triggers.iter().any(|trigger| {
            trigger.verb == is_verb && Some(trigger.lemma) == lemma && self.follows(analysis, frame.at, &trigger.more)
        });
        triggered
            && rule.requires.iter().all(|(roles, words)| self.holds(analysis, number, roles, words))
            && !rule.excludes.iter().any(|(roles, words)| self.holds(analysis, number, roles, words))
    }

    /// Whether the further words of a trigger follow it: "away" in "broke away".
    pub(super) fn follows(&self, analysis: &Analysis<'a, 't>, at: usize, more: &[Box<str>]) -> bool {
        more.iter().all(|word| (at + 1..analysis.clause.len().min(at + 4)).any(|at| analysis.clause.word(at).is(word)))
    }

    /// Whether one of the words stands in one of the roles. No words at all ask only that the role is filled.
    pub(super) fn holds(&self, analysis: &Analysis<'a, 't>, number: usize, roles: &[Role], words: &[Box<str>]) -> bool {
        let frame = &analysis.frames[number];
        let within = |range: Range<usize>| {
            range.clone().any(|at| {
                let word = analysis.clause.word(at);
                words.iter().any(|wanted| {
                    word.is(wanted)
                        || &**wanted == "#" && (word.token.class == Class::Number || word.has(Tags::NUMBER))
                        || word.form.noun.is_some_and(|(lemma, _)| self.rules.lexicon().text(lemma) == &**wanted)
                })
            })
        };
        for role in roles {
            if *role == Role::Event {
                // The words of the trigger itself: its phrase, or the verb with what stands around it.
                let range = match frame.head {
                    Head::Noun(_, phrase) => analysis.phrases.list[phrase].words.clone(),
                    Head::Verb(_) => frame.at.saturating_sub(3)..(frame.at + 4).min(analysis.clause.len()),
                };
                if words.is_empty() || within(range) {
                    return true;
                }
                continue;
            }
            for (_, argument) in frame.roles.iter().filter(|(found, _)| found == role) {
                if words.is_empty() {
                    return true;
                }
                if let Argument::Phrase(phrase) = argument {
                    let list = analysis.phrases.list[*phrase].list;
                    let listed = if list == *phrase { analysis.phrases.listed(*phrase) } else { vec![*phrase] };
                    if listed.into_iter().any(|phrase| within(analysis.phrases.list[phrase].words.clone())) {
                        return true;
                    }
                }
            }
        }
        false
    }

    /// Lets all rules speak about all frames of a sentence. Of several rules that join the same two in one clause the
    /// surest is heard.
    pub(super) fn apply(&mut self, analysis: &Analysis<'a, 't>) {
        let rules = self.rules;
        let mut found: Vec<Found> = Vec::new();
        for number in 0..analysis.frames.len() {
            let frame = &analysis.frames[number];
            let (is_verb, lemma) = match frame.head {
                Head::Verb(lemma) => (true, lemma),
                Head::Noun(lemma, _) => (false, lemma),
            };
            let Some(lemma) = lemma else { continue };
            for rule in rules.triggered(is_verb, lemma) {
                if !self.fits(analysis, number, rule) {
                    continue;
                }
                for link in &rule.links {
                    self.link(analysis, number, rule, link, &mut found);
                }
                self.attributes(analysis, number, rule);
            }
        }
        for at in 0..found.len() {
            let this = &found[at];
            // In one clause two are joined once, but for an event, whose participants may have several parts.
            let better = found.iter().enumerate().any(|(other, that)| {
                other != at
                    && that.frame == this.frame
                    && (that.from == this.from && that.to == this.to || that.from == this.to && that.to == this.from)
                    && (that.confidence > this.confidence || that.confidence == this.confidence && other < at)
            });
            if better {
                continue;
            }
            let frame = &analysis.frames[this.frame];
            let why = format!(
                "{:?} joins them",
                self.reading
                    .words_text(&(analysis.clause.range.start + frame.at..analysis.clause.range.start + frame.at + 1))
            );
            let says = Statement::Link { from: this.from, kind: this.kind.clone(), to: this.to };
            let when = match (self.world.kind(this.from), self.world.kind(this.to)) {
                // What is said of an event holds when the event happened.
                (Kind::Event, _) | (_, Kind::Event) => analysis.when[this.frame],
                _ => analysis.when[this.frame],
            };
            let (frame_number, at, evidence, modality, rule, confidence) =
                (this.frame, frame.at, this.evidence.clone(), this.modality, this.rule.clone(), this.confidence);
            self.say(analysis, says, at, Some(frame_number), evidence, modality, &rule, why, confidence, when);
        }
    }

    fn link(
        &mut self,
        analysis: &Analysis<'a, 't>,
        number: usize,
        rule: &Rule,
        link: &LinkRule,
        found: &mut Vec<Found>,
    ) {
        let frame = &analysis.frames[number];
        let schema = self.schema;
        let Some(kind) = schema.link(&link.kind) else { return };
        let together = link.from == link.to;
        for (from, to, from_words, to_words) in self.pairs(analysis, number, link, together) {
            let Some((from, to)) = self.fit(kind, from, to, analysis, &from_words, &to_words) else { continue };
            let offset = analysis.clause.range.start;
            let start = from_words.start.min(to_words.start).saturating_sub(offset).min(frame.at);
            let end = (from_words.end.max(to_words.end)).saturating_sub(offset).max(frame.at + 1);
            let mut confidence = rule.confidence;
            for entity in [from, to] {
                confidence *=
                    self.world.entity(entity).map_or(1.0, |entity| if entity.confidence < 0.5 { 0.7 } else { 1.0 });
            }
            found.push(Found {
                from,
                kind: link.kind.clone(),
                to,
                rule: rule.name.clone(),
                confidence,
                modality: rule.modality.unwrap_or(frame.modality),
                evidence: start..end,
                frame: number,
            });
        }
    }

    /// The pairs that a link of a rule may join.
    pub(super) fn pairs(
        &mut self,
        analysis: &Analysis<'a, 't>,
        number: usize,
        link: &LinkRule,
        together: bool,
    ) -> Vec<Ends> {
        let mut found = Vec::new();
        if together {
            for role in &link.from {
                let all = self.role(analysis, number, role);
                for (at, (from, from_words)) in all.iter().enumerate() {
                    for (to, to_words) in all.iter().skip(at + 1).take(24) {
                        found.push((*from, *to, from_words.clone(), to_words.clone()));
                    }
                }
                if !found.is_empty() {
                    break;
                }
            }
            return found;
        }
        let mut used: Option<(Vec<Standing>, &Role)> = None;
        for role in &link.from {
            let all = self.role(analysis, number, role);
            if !all.is_empty() {
                used = Some((all, role));
                break;
            }
        }
        let Some((from, from_role)) = used else { return found };
        for role in &link.to {
            let all = self.role(analysis, number, role);
            if role == from_role {
                for (at, (one, one_words)) in all.iter().enumerate() {
                    for (other, other_words) in all.iter().skip(at + 1).take(24) {
                        found.push((*one, *other, one_words.clone(), other_words.clone()));
                    }
                }
            } else {
                for (one, one_words) in from.iter().take(24) {
                    for (other, other_words) in all.iter().take(24) {
                        if one != other {
                            found.push((*one, *other, one_words.clone(), other_words.clone()));
                        }
                    }
                }
            }
            if !found.is_empty() {
                break;
            }
        }
        found
    }

    /// Who stands in a role.
    pub(super) fn role(
        &mut self,
        analysis: &Analysis<'a, 't>,
        number: usize,
        role: &Role,
    ) -> Vec<(usize, Range<usize>)> {
        let frame = &analysis.frames[number];
        let offset = analysis.clause.range.start;
        if *role == Role::Event {
            return self
                .event_of_frame
                .get(&number)
                .map(|&event| (event, offset + frame.at..offset + frame.at + 1))
                .into_iter()
                .collect();
        }
        if let Role::Governor(role) = role {
            return frame.governor.map(|governor| self.role(analysis, governor, role)).unwrap_or_default();
        }
        if let Role::Within(preposition) = role {
            let phrase = self.phrase_in(analysis, number, &[Role::After(preposition.clone())]);
            let modifiers = phrase.map(|phrase| analysis.phrases.list[phrase].modifiers.clone()).unwrap_or_default();
            return modifiers
                .into_iter()
                .flat_map(|mention| self.argument(analysis, Argument::Mention(mention)))
                .collect();
        }
        let arguments: Vec<Argument> =
            frame.roles.iter().filter(|(found, _)| found == role).map(|(_, argument)| *argument).collect();
        let pronoun = *role == Role::Modifier
            && matches!(frame.head, Head::Noun(_, phrase) if analysis.phrases.list[phrase].pronoun_possessor);
        if arguments.is_empty()
            && pronoun
            && let Head::Noun(_, phrase) = frame.head
        {
            let first = analysis.phrases.list[phrase].words.start;
            let owner = self
                .discourse
                .possessive(&self.world, analysis.clause.word(first), analysis.sentence)
                .or_else(|| self.own_subject(analysis, phrase));
            return owner.map(|owner| (owner, offset + first..offset + first + 1)).into_iter().collect();
        }
        let mut found: Vec<(usize, Range<usize>)> = Vec::new();
        // What the title calls somebody.
        if arguments.is_empty()
            && matches!(role, Role::Own)
            && analysis.sentence == 0
            && let (Some(described), Head::Noun(_, phrase)) = (self.described, frame.head)
            && !analysis.phrases.list[phrase].modifiers.is_empty()
        {
            let words = analysis.phrases.list[phrase].words.clone();
            return vec![(described, offset + words.start..offset + words.end)];
        }
        for argument in arguments {
            let mut all = self.argument(analysis, argument);
            if all.is_empty()
                && let Argument::Phrase(phrase) = argument
            {
                all = self.described(analysis, phrase);
            }
            for (entity, words) in all {
                if !found.iter().any(|(other, _)| *other == entity) {
                    found.push((entity, words));
                }
            }
        }
        // "posted a video declaring allegiance": a video declares nothing, who posted it does.
        if found.is_empty()
            && *role == Role::Subject
            && analysis.parts[frame.at] == Part::Ing
            && let Some(governor) = frame.governor.filter(|&governor| governor != number)
        {
            return self.role(analysis, governor, role);
        }
        found
    }

    /// The subject of the sentence, for "its" and "their" that point inside the sentence.
    pub(super) fn own_subject(&self, analysis: &Analysis<'a, 't>, phrase: usize) -> Option<usize> {
        let named = |other: &NounPhrase| other.preposition.is_none() && other.mention.is_some();
        // "After its split from X, Y ...": the subject may follow.
        let list = &analysis.phrases.list;
        let first = list[..phrase].iter().position(named).or_else(|| list.iter().position(named))?;
        self.who(analysis, first).first().copied().filter(|&entity| self.world.kind(entity) == Kind::Organisation)
    }

    /// What a phrase describes without naming it: facilities that are hit, what the title calls somebody.
    pub(super) fn described(&mut self, analysis: &Analysis<'a, 't>, phrase: usize) -> Vec<(usize, Range<usize>)> {
        let mut found = Vec::new();
        let list = analysis.phrases.list[phrase].list;
        let listed = if list == phrase { analysis.phrases.listed(phrase) } else { vec![phrase] };
        let offset = analysis.clause.range.start;
        for number in listed {
            let noun = analysis.phrases.list[number].clone();
            let head = *analysis.clause.word(noun.head);
            let words = offset + noun.words.start..offset + noun.words.end;
            if noun.mention.is_some() {
                continue;
            }
            if let Some(known) = self.meant.get(&number) {
                found.extend(known.iter().map(|&entity| (entity, words.clone())));
                continue;
            }
            if let Some(described) = self.described.filter(|_| analysis.sentence == 0 && !noun.modifiers.is_empty()) {
                found.push((described, words));
                continue;
            }
            if head.has(Tags::FACILITY) && !noun.definite && noun.words.len() <= 5 {
                let lemma = analysis.clause.lemma(noun.head);
                // The headline and the text speak of one mosque.
                let known = self.world.entities.iter().position(|entity| {
                    entity.rule == "names.facility"
                        && entity.head == lemma
                        && entity.places.iter().any(|(at, _)| *at == 0 && analysis.sentence <= 3)
                });
                if let Some(place) = known {
                    if let Some(entity) = self.world.entities.get_mut(place) {
                        entity.places.push((analysis.sentence, words.clone()));
                    }
                    self.meant.insert(number, vec![place]);
                    found.push((place, words));
                    continue;
                }
                let name = self.reading.words_text(&words).replace(['\n', '\r'], " ");
                let place = self.world.describe(
                    Kind::Place,
                    Some("facility"),
                    name,
                    analysis.sentence,
                    words.clone(),
                    "names.facility",
                    0.6,
                    &lemma,
                );
                self.meant.insert(number, vec![place]);
                found.push((place, words));
            }
        }
        found
    }

    /// The ends of a link as its kind allows them: a country that acts is a state, a group of people acts for its body.
    pub(super) fn fit(
        &mut self,
        kind: &crate::schema::LinkKind,
        from: usize,
        to: usize,
        analysis: &Analysis<'a, 't>,
        from_words: &Range<usize>,
        to_words: &Range<usize>,
    ) -> Option<(usize, usize)> {
        let schema = self.schema;
        let joins = |world: &super::world::World, from: usize, to: usize| {
            schema.joins(kind, world.kind(from).word(), world.kind(to).word())
        };
        // A country acts as a state wherever the link may join states.
        let state = |reader: &mut Self, entity: usize, ends: &[Box<str>], words: &Range<usize>| {
            let country = reader
                .world
                .entity(entity)
                .is_some_and(|found| found.kind == Kind::Place && found.finer.as_deref() == Some("country"));
            let may = ends.iter().any(|end| &**end == "Organisation");
            let place = ends.iter().any(|end| &**end == "Place");
            if country && may && !place {
                reader.world.state_of(entity, reader.rules, analysis.sentence, words).unwrap_or(entity)
            } else {
                entity
            }
        };
        let (from, to) = (state(self, from, &kind.from, from_words), state(self, to, &kind.to, to_words));
        if from == to {
            return None;
        }
        if joins(&self.world, from, to) {
            return Some((from, to));
        }
        // Members of a body that act where only bodies can, and names whose kind is no more than a guess.
        let body = |world: &World, entity: usize| {
            world
                .entity(entity)
                .filter(|found| found.kind == Kind::Group)
                .and_then(|found| found.other)
                .unwrap_or(entity)
        };
        let (from, to) = (body(&self.world, from), body(&self.world, to));
        if from != to && joins(&self.world, from, to) {
            return Some((from, to));
        }
        for (one, other) in [(true, false), (false, true), (true, true)] {
            let kinds = [from, to].map(|entity| self.world.kind(entity));
            for (entity, turned) in [(from, one), (to, other)] {
                if let Some(found) = self
                    .world
                    .entities
                    .get_mut(entity)
                    .filter(|found| turned && !found.firm && found.kind != Kind::Organisation)
                {
                    found.kind = Kind::Organisation;
                }
            }
            if from != to && joins(&self.world, from, to) {
                return Some((from, to));
            }
            for (entity, kind) in [from, to].into_iter().zip(kinds) {
                if let Some(found) = self.world.entities.get_mut(entity) {
                    found.kind = kind;
                }
            }
        }
        None
    }

    pub(super) fn attributes(&mut self, analysis: &Analysis<'a, 't>, number: usize, rule: &Rule) {
        let schema = self.schema;
        let rules: Vec<_> = rule.attributes.clone();
        for attribute in &rules {
            let owner = attribute.of.iter().find_map(|role| self.role(analysis, number, role).into_iter().next());
            let Some((entity, _)) = owner else { continue };
            let fits = schema.attribute(&attribute.key).is_some_and(|key| {
                key.of.iter().any(|kind| &**kind == self.world.kind(entity).word() || &**kind == "any")
            });
            let frame = &analysis.frames[number];
            let value = match &attribute.value {
                Value::Date => analysis.when[number].map(|when| when.to_string()),
                Value::Fixed(value) => Some(value.to_string()),
                Value::Number(roles) => self
                    .phrase_in(analysis, number, roles)
                    .and_then(|phrase| self.count(analysis, phrase))
                    .map(|count| count.to_string()),
                Value::Words(roles) => {
                    self.phrase_in(analysis, number, roles).map(|phrase| self.phrase_text(analysis, phrase))
                }
            };
            let event_known = attribute.key.as_ref() == "claimed_responsibility_for"
                && self
                    .phrase_in(analysis, number, &[Role::After("for".into())])
                    .is_some_and(|phrase| self.event_of_phrase.contains_key(&phrase));
            if let Some(value) = value.filter(|_| fits && !event_known) {
                let says = Statement::Attribute { entity, key: attribute.key.clone(), value };
                let why = format!("{:?} says so", analysis.clause.word(frame.at).text);
                let (at, reach, modality) =
                    (frame.at, frame.reach.0..frame.reach.1, rule.modality.unwrap_or(frame.modality));
                self.say(analysis, says, at, Some(number), reach, modality, &rule.name, why, rule.confidence, None);
            }
        }
    }

    pub(super) fn phrase_in(&self, analysis: &Analysis<'a, 't>, number: usize, roles: &[Role]) -> Option<usize> {
        roles.iter().find_map(|role| {
            analysis.frames[number].roles.iter().find_map(|(found, argument)| match argument {
                Argument::Phrase(phrase) if found == role => Some(*phrase),
                _ => None,
            })
        })
    }

    pub(super) fn phrase_text(&self, analysis: &Analysis<'a, 't>, phrase: usize) -> String {
        let offset = analysis.clause.range.start;
        let noun = &analysis.phrases.list[phrase];
        let mut end = noun.words.end;
        // "tens of thousands of deaths"
        while end + 1 < analysis.clause.len() && analysis.clause.word(end).is("of") {
            match analysis.phrases.of_word[end + 1] {
                Some(next) => end = analysis.phrases.list[next].words.end,
                None => break,
            }
        }
        self.reading.words_text(&(offset + noun.words.start..offset + end)).replace(['\n', '\r'], " ")
    }

    /// The number in a phrase: "30 people", "at least seven others".
    pub(super) fn count(&self, analysis: &Analysis<'a, 't>, phrase: usize) -> Option<u64> {
        let noun = &analysis.phrases.list[phrase];
        noun.words.clone().find_map(|at| {
            let word = analysis.clause.word(at);
            (word.token.class == Class::Number || word.has(Tags::NUMBER)).then(|| count_of(word.text)).flatten()
        })
    }
}
