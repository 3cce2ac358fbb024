//! Verbs and nouns with what stands in which role to them.

use super::super::lexicon::Tags;
use super::{Clause, Part, Phrases};
use crate::model::{Modality, Word};

/// A verb or a noun with its arguments.
#[derive(Clone, Debug)]
pub(in super::super) struct Frame {
    pub head: Head,
    /// The word of the verb or of the noun.
    pub at: usize,
    pub roles: Vec<(Role, Argument)>,
    /// What the clause makes of what is said.
    pub modality: Modality,
    /// Whether a verb is in the passive.
    pub passive: bool,
    /// Whether it is a finite verb or a verb that shares one's subject.
    pub governor: Option<usize>,
    /// The words that it reaches over.
    pub reach: (usize, usize),
}

/// What a frame is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Head {
    /// A verb of this lemma.
    Verb(Option<Word>),
    /// A noun of this lemma, in this phrase.
    Noun(Option<Word>, usize),
}

/// In which way an argument belongs to its frame.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Who does it; in the passive, after `by`.
    Subject,
    /// Who it is done to; in the passive, the grammatical subject.
    Object,
    /// Who a noun is said of: "X is the leader", "X, the leader", "leader X".
    Own,
    /// Who stands before a noun: "al-Qaeda's leader", "al-Qaeda leader".
    Modifier,
    /// Who has, makes or does what a noun names.
    Holder,
    /// The event that the rule makes or that the phrase is.
    Event,
    /// After a preposition.
    After(Box<str>),
    /// Who stands before the noun after a preposition: "with al-Qaeda affiliates".
    Within(Box<str>),
    /// Who stands in a role to the verb that governs this one: "split from X to form Y".
    Governor(Box<Role>),
}

/// What stands in a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Argument {
    /// A phrase and all that is listed with it.
    Phrase(usize),
    /// A mention inside a phrase.
    Mention(usize),
}

/// How far an argument is looked for, in words: what is further away belongs to something else.
pub(super) const REACH: usize = 70;

/// The frames of a sentence, verbs first. O(n): each verb and noun looks a bounded number of words around.
pub(in super::super) fn frames(clause: &Clause<'_, '_>, parts: &[Part], phrases: &Phrases) -> Vec<Frame> {
    let mut finder = Finder { clause, parts, phrases, frames: Vec::new(), verb_at: vec![None; parts.len()] };
    for at in 0..parts.len() {
        if parts[at].is_verb()
            || parts[at] == Part::Be && finder.is_copula(at)
            || parts[at] == Part::Have && finder.is_main_have(at)
        {
            finder.verb(at);
        } else if finder.is_compound(at) {
            finder.compound(at);
        }
    }
    finder.late_subjects();
    let verbs = finder.frames.len();
    for phrase in 0..phrases.list.len() {
        finder.noun(phrase, verbs);
    }
    finder.frames
}

pub(super) struct Finder<'a, 'c, 't> {
    pub clause: &'a Clause<'c, 't>,
    pub parts: &'a [Part],
    pub phrases: &'a Phrases,
    pub frames: Vec<Frame>,
    /// For each word the frame of the verb that it is.
    pub verb_at: Vec<Option<usize>>,
}

impl Finder<'_, '_, '_> {
    /// Whether a form of `be` is the verb itself.
    fn is_copula(&self, at: usize) -> bool {
        let next = (at + 1..self.parts.len().min(at + 6))
            .map(|at| self.parts[at])
            .find(|part| !matches!(part, Part::Adverb | Part::Negation | Part::Quote));
        !matches!(next, Some(Part::Participle | Part::Ing | Part::Be)) && next.is_some()
    }

    fn is_main_have(&self, at: usize) -> bool {
        let next = (at + 1..self.parts.len().min(at + 6))
            .map(|at| self.parts[at])
            .find(|part| !matches!(part, Part::Adverb | Part::Negation));
        !matches!(next, Some(Part::Participle | Part::Be | Part::Verb)) && next.is_some()
    }

    /// Whether this is the participle of "al-Qaida-linked group".
    fn is_compound(&self, at: usize) -> bool {
        self.clause.is_joined(at)
            && self.clause.word(at).form.verb.is_some()
            && matches!(self.parts.get(at - 1), Some(Part::Name(_)))
    }

    /// Where the words that belong to a verb begin: auxiliaries, `to`, adverbs.
    pub fn group(&self, at: usize) -> usize {
        let mut start = at;
        while start > 0
            && matches!(
                self.parts[start - 1],
                Part::Be | Part::Have | Part::Modal | Part::To | Part::Adverb | Part::Negation
            )
        {
            start -= 1;
        }
        start
    }

    fn verb(&mut self, at: usize) {
        let start = self.group(at);
        let words = start..at;
        let has = |part: Part| words.clone().any(|at| self.parts[at] == part);
        let lemma = match self.parts[at] {
            Part::Be => self.clause.rules.lexicon().lemma("be"),
            Part::Have => self.clause.rules.lexicon().lemma("have"),
            _ => self.clause.word(at).form.verb.map(|verb| verb.lemma),
        };
        let part = self.parts[at];
        let aux_be =
            words.clone().rev().map(|at| self.parts[at]).find(|part| !matches!(part, Part::Adverb | Part::Negation))
                == Some(Part::Be);
        let passive = part == Part::Participle && (aux_be || !has(Part::Have));
        let bare = part == Part::Participle && !aux_be && !has(Part::Have) || part == Part::Ing && !aux_be;
        // "as being associated with"
        let gerund = words.clone().any(|at| self.clause.word(at).is("being") || self.clause.word(at).is("having"))
            && !words.clone().any(|at| self.parts[at] == Part::Be && !self.clause.word(at).is("being"));
        let bare = bare || gerund;
        let infinitive = has(Part::To) || part == Part::Infinitive && !has(Part::Modal);
        let mut governor = None;
        let mut surface = None;
        let mut relative_object = None;
        if infinitive || bare {
            let (subject, by) = self.controlled(start, at, part, infinitive, &mut governor);
            surface = subject;
            let _ = by;
        } else {
            (surface, relative_object) = self.finite(start, at, surface, &mut governor);
        }
        let mut roles = Vec::new();
        let mut reach = (start, at + 1);
        self.after(at, passive, &mut roles, &mut reach);
        if !infinitive && !bare && self.frames.iter().all(|frame| frame.governor.is_some() || frame.passive) {
            self.fronted(start, &mut roles);
        }
        if let Some(subject) = surface {
            roles.push((if passive { Role::Object } else { Role::Subject }, Argument::Phrase(subject)));
            reach.0 = reach.0.min(self.phrases.list[subject].words.start);
        }
        if let Some(object) = relative_object
            && !roles.iter().any(|(role, _)| *role == Role::Object)
        {
            roles.push((Role::Object, Argument::Phrase(object)));
        }
        if part == Part::Be
            && let Some(complement) =
                roles.iter().find_map(|(role, argument)| (*role == Role::Object).then_some(*argument))
        {
            roles.retain(|(role, _)| *role != Role::Object);
            roles.push((Role::Own, complement));
        }
        let modality = self.modality(start, at, governor);
        self.verb_at[at] = Some(self.frames.len());
        self.frames.push(Frame { head: Head::Verb(lemma), at, roles, modality, passive, governor, reach });
    }

    /// "In Waziristan, they run a school": where it is stands before the subject.
    fn fronted(&self, start: usize, roles: &mut Vec<(Role, Argument)>) {
        if let Some(Part::Preposition(length)) = self.parts.first().copied()
            && let Some(phrase) = self
                .phrases
                .of_word
                .get(length)
                .copied()
                .flatten()
                .filter(|&phrase| self.phrases.list[phrase].mention.is_some())
            && self.phrases.list[phrase].words.end < start
            && self.parts.get(self.phrases.list[phrase].words.end) == Some(&Part::Comma)
        {
            let words: Vec<String> = (0..length).map(|at| self.clause.word(at).text.to_lowercase()).collect();
            roles.push((Role::After(words.join(" ").into()), Argument::Phrase(phrase)));
        }
    }

    /// "al-Qaida-linked group": linked to al-Qaida; "U.S.-designated organization": designated by the U.S.
    fn compound(&mut self, at: usize) {
        let (Some(Part::Name(mention)), Some(phrase)) = (self.parts.get(at - 1).copied(), self.phrases.of_word[at])
        else {
            return;
        };
        let lemma = self.clause.word(at).form.verb.map(|verb| verb.lemma);
        let whole = Argument::Phrase(phrase);
        let name = Argument::Mention(mention);
        let roles = vec![
            (Role::Object, whole),
            (Role::Subject, name),
            (Role::After("with".into()), name),
            (Role::After("to".into()), name),
        ];
        let reach = (self.phrases.list[phrase].words.start, self.phrases.list[phrase].words.end);
        self.frames.push(Frame {
            head: Head::Verb(lemma),
            at,
            roles,
            modality: Modality::Asserted,
            passive: true,
            governor: None,
            reach,
        });
    }

    /// Objects and what follows prepositions.
    fn after(&self, at: usize, passive: bool, roles: &mut Vec<(Role, Argument)>, reach: &mut (usize, usize)) {
        let mut here = at + 1;
        let mut object = false;
        while here < self.parts.len().min(at + REACH) {
            match self.parts[here] {
                Part::Adverb | Part::Negation | Part::Quote | Part::Open | Part::Close | Part::Possessive => here += 1,
                Part::Preposition(length) => {
                    let phrase = self.phrases.of_word.get(here + length).copied().flatten();
                    match phrase {
                        Some(phrase) if self.phrases.list[phrase].preposition.is_some() => {
                            let words: Vec<String> =
                                (here..here + length).map(|at| self.clause.word(at).text.to_lowercase()).collect();
                            let preposition = words.join(" ");
                            let target = self.headed(phrase);
                            let direct = here == at + 1;
                            if preposition != "of" || direct || !object {
                                let role = if passive && preposition == "by" && !self.is_time(phrase) {
                                    Role::Subject
                                } else {
                                    Role::After(preposition.into())
                                };
                                if !roles.iter().any(|(known, _)| *known == role && role == Role::Subject) {
                                    roles.push((role, Argument::Phrase(target)));
                                }
                            }
                            here = self.phrases.list[phrase].words.end;
                            reach.1 = here;
                        }
                        // "for killing", "in attacking": the next verb's.
                        _ => {
                            here += length;
                            if self.parts.get(here).is_some_and(|part| part.is_verb()) {
                                break;
                            }
                        }
                    }
                }
                Part::Comma => {
                    // What goes on after a comma is a preposition or the rest of a list.
                    let next = self.parts.get(here + 1);
                    let listed = self.phrases.of_word.get(here + 1).copied().flatten().is_some_and(|phrase| {
                        self.phrases.list[phrase].list != phrase || self.phrases.list[phrase].same_as.is_some()
                    });
                    let place = |at: usize| {
                        let mention = self
                            .parts
                            .get(at)
                            .and_then(|part| if let Part::Name(mention) = part { Some(*mention) } else { None });
                        mention.is_some_and(|mention| {
                            self.clause.mentions[mention].votes.best() == Some(super::super::mentions::Kind::Place)
                        })
                    };
                    // "in Derwan, Libya in 2009 by X": the larger place goes with the smaller.
                    if place(here + 1) && here > 0 && place(here - 1) {
                        here = self.phrases.of_word[here + 1]
                            .map_or(here + 2, |phrase| self.phrases.list[phrase].words.end);
                        continue;
                    }
                    if matches!(next, Some(Part::Preposition(_)))
                        || listed
                        || matches!(next, Some(Part::Conjunction)) && self.list_follows(here + 2)
                    {
                        here += 1;
                    } else {
                        break;
                    }
                }
                Part::Conjunction => {
                    if self.list_follows(here + 1) {
                        here += 1;
                    } else {
                        break;
                    }
                }
                part if part.is_nominal() => {
                    let Some(phrase) = self.phrases.of_word[here] else {
                        here += 1;
                        continue;
                    };
                    let noun = &self.phrases.list[phrase];
                    let listed = noun.list != phrase || noun.same_as.is_some_and(|other| other < phrase);
                    if !listed && !object && !self.is_time(phrase) && noun.preposition.is_none() {
                        let target = self.headed(phrase);
                        if !passive {
                            roles.push((Role::Object, Argument::Phrase(target)));
                        } else {
                            roles.push((Role::After("".into()), Argument::Phrase(target)));
                        }
                        object = true;
                    } else if !listed
                        && object
                        && noun.preposition.is_none()
                        && noun.possessor.is_none()
                        && !self.is_time(phrase)
                        && noun.same_as.is_none()
                        && self.phrases.list[phrase.saturating_sub(1)].same_as != Some(phrase)
                        && !matches!(
                            self.parts.get(here.saturating_sub(1)),
                            Some(Part::Close | Part::Open | Part::Possessive)
                        )
                    {
                        break;
                    }
                    here = noun.words.end.max(here + 1);
                    reach.1 = here;
                }
                Part::Relative | Part::Subordinator | Part::Stop => break,
                _ => break,
            }
        }
    }

    /// Whether the phrase at a word goes on a list.
    fn list_follows(&self, at: usize) -> bool {
        let phrase = (at..at + 2).find_map(|at| self.phrases.of_word.get(at).copied().flatten());
        phrase.is_some_and(|phrase| self.phrases.list[phrase].list != phrase)
    }

    /// "the group’s leader X", "leader X": the name; the owner of a possessive is not what is meant.
    pub fn headed(&self, phrase: usize) -> usize {
        // The first word of a possessive stands in the phrase of the owner.
        let mut phrase = phrase;
        while let Some(next) = self.phrases.list.get(phrase + 1).filter(|next| next.possessor == Some(phrase)) {
            let _ = next;
            phrase += 1;
        }
        self.named(phrase)
    }

    /// The frame of a noun phrase.
    fn noun(&mut self, phrase: usize, verbs: usize) {
        let noun = &self.phrases.list[phrase];
        let head = self.clause.word(noun.head);
        let mention_group = noun.mention.is_some_and(|mention| {
            let mention = &self.clause.mentions[mention];
            mention.of.is_some()
                || mention.rule == "names.body-of"
                || matches!(mention.rule, "names.listing-body" | "names.group")
        });
        if noun.mention.is_some() && !mention_group || !head.is_word() {
            return;
        }
        let lemma = head
            .form
            .noun
            .map(|(lemma, _)| lemma)
            .or_else(|| self.clause.rules.lexicon().lemma(&head.text.to_lowercase()));
        let mut roles: Vec<(Role, Argument)> =
            noun.modifiers.iter().map(|&mention| (Role::Modifier, Argument::Mention(mention))).collect();
        if let Some(mention) = noun.mention
            && let Some(of) = self.clause.mentions[mention].of
        {
            roles.push((Role::Modifier, Argument::Mention(of)));
        }
        if mention_group {
            roles.push((Role::Own, Argument::Phrase(phrase)));
        }
        if let Some(owner) = noun.possessor {
            roles.push((Role::Modifier, Argument::Phrase(self.named(owner))));
        }
        let mut reach = (noun.words.start, noun.words.end);
        // What the noun is said of.
        let list = noun.list;
        if let Some(name) = noun.same_as {
            roles.push((Role::Own, Argument::Phrase(name)));
            reach.0 = reach.0.min(self.phrases.list[name].words.start);
            reach.1 = reach.1.max(self.phrases.list[name].words.end);
        }
        let mut modality = Modality::Asserted;
        let mut governor = None;
        let words = &noun.words;
        let first = self.frames[..verbs].partition_point(|frame| frame.at + REACH < words.start);
        let last = self.frames[..verbs].partition_point(|frame| frame.at <= words.start + REACH);
        for number in first..last {
            let verb = &self.frames[number];
            for (role, argument) in &verb.roles {
                let Argument::Phrase(target) = argument else { continue };
                if self.phrases.list[*target].list != list && *target != phrase {
                    continue;
                }
                let is_as = matches!(role, Role::After(preposition) if matches!(&**preposition, "as" | ""));
                let copula = *role == Role::Own || is_as || *role == Role::Object && self.is_becoming(verb);
                if copula {
                    let said_of = if is_as {
                        self.object_of(number).or_else(|| self.subject_of(number))
                    } else {
                        self.subject_of(number)
                    };
                    if let Some(subject) = said_of.filter(|&subject| subject != phrase) {
                        roles.push((Role::Own, Argument::Phrase(subject)));
                        reach.0 = reach.0.min(self.phrases.list[subject].words.start);
                    }
                } else if *role == Role::Object
                    || matches!(role, Role::After(p) if &**p == "to" || &**p == "into")
                    || matches!(role, Role::After(p) if matches!(&**p, "in" | "for" | "on" | "after" | ""))
                {
                    let who = self.frames[number]
                        .roles
                        .iter()
                        .find(|(role, _)| *role == Role::Subject)
                        .map(|(_, argument)| *argument);
                    let light =
                        *role == Role::Object || matches!(role, Role::After(p) if &**p == "to" || &**p == "into");
                    let verb_word = self.clause.word(self.frames[number].at);
                    let light =
                        light && (verb_word.has(Tags::LIGHT) || self.parts[self.frames[number].at] == Part::Have);
                    if light && let Some(who) = who {
                        roles.push((Role::Holder, who));
                        if let Argument::Phrase(who) = who {
                            reach.0 = reach.0.min(self.phrases.list[who].words.start);
                        }
                    }
                } else {
                    continue;
                }
                modality = verb.modality;
                if !verb.passive
                    && self.clause.word(verb.at).has(Tags::AIM)
                    && modality == Modality::Asserted
                    && *role == Role::Object
                {
                    modality = Modality::Aim;
                }
                if self.clause.word(verb.at).has(Tags::DENYING)
                    && *role == Role::Object
                    && modality == Modality::Asserted
                {
                    modality = Modality::Denied;
                }
                governor = Some(number);
            }
        }
        self.prepositions(phrase, &mut roles, &mut reach);
        // What the verb has besides: "launched an attack on X in Y", where Y may belong to either.
        if let Some(verb) = governor {
            for (role, argument) in &self.frames[verb].roles {
                if matches!(role, Role::After(_))
                    && *argument != Argument::Phrase(phrase)
                    && !roles.iter().any(|(known, _)| known == role)
                {
                    roles.push((role.clone(), *argument));
                }
            }
        }
        let at = noun.head;
        self.frames.push(Frame {
            head: Head::Noun(lemma, phrase),
            at,
            roles,
            modality,
            passive: false,
            governor,
            reach,
        });
    }

    fn object_of(&self, verb: usize) -> Option<usize> {
        self.frames[verb].roles.iter().find_map(|(role, argument)| match argument {
            Argument::Phrase(phrase) if *role == Role::Object => Some(*phrase),
            _ => None,
        })
    }

    fn is_becoming(&self, verb: &Frame) -> bool {
        matches!(verb.head, Head::Verb(Some(lemma)) if matches!(self.clause.rules.lexicon().text(lemma), "become" | "remain" | "form" | "constitute" | "represent"))
    }

    /// The phrases that follow a noun with prepositions.
    fn prepositions(&self, phrase: usize, roles: &mut Vec<(Role, Argument)>, reach: &mut (usize, usize)) {
        let mut end = self.phrases.list[phrase].words.end;
        for step in 0..5 {
            if step == 0 && self.parts.get(end) == Some(&Part::Open) {
                // A remark in brackets.
                if let Some(close) = (end..self.parts.len().min(end + 10)).find(|&at| self.parts[at] == Part::Close) {
                    end = close + 1;
                }
            }
            let Some(Part::Preposition(length)) = self.parts.get(end).copied() else { break };
            let Some(next) = self.phrases.of_word.get(end + length).copied().flatten() else { break };
            let words: Vec<String> = (end..end + length).map(|at| self.clause.word(at).text.to_lowercase()).collect();
            let preposition = words.join(" ");
            let target = self.headed(next);
            if !self.is_time(next) && (preposition != "of" || step == 0) {
                roles.push((Role::After(preposition.into()), Argument::Phrase(target)));
            }
            // A list belongs to its preposition as a whole.
            let last = self.phrases.listed(self.phrases.list[next].list).last().copied().unwrap_or(next);
            end = self.phrases.list[last.max(target)].words.end;
            while matches!(self.parts.get(end), Some(Part::Close)) {
                end += 1;
            }
            reach.1 = reach.1.max(end);
        }
    }
}
