//! The subjects of verbs, and what auxiliaries, adverbs and governing verbs make of what they say.

use super::super::lexicon::Tags;
use super::super::mentions::Kind;
use super::Part;
use super::frames::{Argument, Finder, Head, REACH, Role};
use crate::model::Modality;

impl Finder<'_, '_, '_> {
    /// The subject of a verb that has none of its own, and the verb that it depends on.
    pub fn controlled(
        &self,
        start: usize,
        at: usize,
        part: Part,
        infinitive: bool,
        governor: &mut Option<usize>,
    ) -> (Option<usize>, bool) {
        let before = start.checked_sub(1).map(|at| self.parts[at]);
        // "the group operating in", "factions comprised of"
        let reduced = !infinitive && matches!(before, Some(Part::Noun | Part::Name(_) | Part::Close));
        if reduced && let Some(phrase) = self.phrase_before(start) {
            *governor = self.verb_before(start);
            return (Some(phrase), false);
        }
        *governor = self.verb_before(start);
        if part == Part::Participle && matches!(before, Some(Part::Comma)) {
            // ", founded by X," is said of the name before the comma.
            if let Some(phrase) = self.phrase_before(start - 1).filter(|_| start > 1) {
                return (Some(self.named(phrase)), false);
            }
        }
        let Some(verb) = *governor else { return (None, false) };
        let frame = &self.frames[verb];
        let object = frame.roles.iter().find_map(|(role, argument)| match argument {
            Argument::Phrase(phrase) if *role == Role::Object => Some(*phrase),
            _ => None,
        });
        let subject = self.subject_of(verb);
        let lemma = match frame.head {
            Head::Verb(Some(lemma)) => self.clause.rules.lexicon().text(lemma),
            _ => "",
        };
        let object_does = [
            "accuse",
            "suspect",
            "convict",
            "arrest",
            "charge",
            "ask",
            "urge",
            "force",
            "allow",
            "encourage",
            "order",
            "tell",
            "help",
            "send",
            "train",
            "recruit",
            "blame",
            "sentence",
            "direct",
            "instruct",
            "list",
            "designate",
            "include",
            "believe",
            "think",
            "say",
            "report",
            "condemn",
            "praise",
            "criticise",
            "criticize",
            "prevent",
            "stop",
            "sanction",
            "lead",
        ]
        .contains(&lemma);
        let close = object.is_some_and(|object| frame.passive || self.phrases.list[object].words.end <= at);
        if object_does && close { (object, false) } else { (subject.or(object), false) }
    }

    /// The subject of a finite verb, and the object that a relative pronoun stands for.
    pub fn finite(
        &self,
        start: usize,
        at: usize,
        none: Option<usize>,
        governor: &mut Option<usize>,
    ) -> (Option<usize>, Option<usize>) {
        let Some(before) = start.checked_sub(1) else { return (none, None) };
        match self.parts[before] {
            Part::Relative => {
                let word = self.clause.word(before);
                if word.is("who") || word.is("which") || word.is("that") {
                    return (self.antecedent(before), None);
                }
            }
            Part::Conjunction => {
                if let Some(verb) = self.verb_before(before) {
                    *governor = self.frames[verb].governor;
                    return (self.subject_of(verb), None);
                }
            }
            _ => {}
        }
        let mut here = before as isize;
        let stop = start.saturating_sub(REACH) as isize;
        let mut skipped_verb = None;
        while here >= stop {
            let now = here as usize;
            match self.parts[now] {
                Part::Subordinator => break,
                Part::Stop
                    if !self.clause.word(now).is_sign('-')
                        && !self.clause.word(now).is_sign('–')
                        && !self.clause.word(now).is_sign('—') =>
                {
                    break;
                }
                Part::Relative => {
                    // "which they used": the pronoun was taken; here the relative clause is another's.
                    here -= 1;
                    continue;
                }
                part if part.is_verb() || matches!(part, Part::Be | Part::Have) => {
                    let verb =
                        (0..3).find_map(|step| self.verb_at.get(now + step).copied().flatten()).or(self.verb_at[now]);
                    match verb {
                        // A relative clause or a participle stands between subject and verb.
                        Some(verb) if self.is_aside(verb) => {
                            here = self.frames[verb].reach.0.min(now) as isize - 1;
                            if let Some(relative) = self.relative_before(verb) {
                                here = relative as isize - 1;
                            }
                            skipped_verb = Some(verb);
                            continue;
                        }
                        Some(verb) => {
                            *governor = self.frames[verb].governor;
                            return (self.subject_of(verb), None);
                        }
                        None => {
                            here -= 1;
                            continue;
                        }
                    }
                }
                _ => {}
            }
            if let Some(phrase) = self.phrases.of_word[now] {
                let first = self.phrases.list[phrase].words.start;
                let end = self.phrases.list[phrase].words.end;
                let apart = (end..start).any(|at| matches!(self.parts[at], Part::Comma | Part::Conjunction));
                let whole = self.phrases.list[self.named(self.phrases.list[phrase].list)].list;
                let free = self.phrases.list[phrase].preposition.is_none()
                    && self.phrases.list[whole].preposition.is_none()
                    && !self.is_time(phrase)
                    && !(apart && self.is_object(phrase));
                if free {
                    let phrase = self.named(self.phrases.list[phrase].list);
                    let phrase = self.phrases.list[phrase].list;
                    // "whose members hold", "which they used"
                    let relative = first.checked_sub(1).filter(|&at| {
                        self.parts[at] == Part::Relative
                            && !self.clause.word(at).is("whose")
                            && !self.clause.word(at).is("where")
                    });
                    let object = relative.and_then(|at| self.antecedent(at));
                    return (Some(phrase), object);
                }
                here = first as isize - 1;
                continue;
            }
            here -= 1;
        }
        // "... ," said X
        let speech = self.clause.word(at).has(Tags::SPEECH);
        if speech && let Some(phrase) = self.phrases.of_word.get(at + 1).copied().flatten() {
            return (Some(self.named(phrase)), None);
        }
        (skipped_verb.and_then(|verb| self.subject_of(verb)), None)
    }

    /// Whether a phrase, or the list that it stands in, is the object of a verb that was read.
    fn is_object(&self, phrase: usize) -> bool {
        let list = self.phrases.list[phrase].list;
        self.frames.iter().rev().take(6).any(|frame| {
            !frame.passive && frame.roles.iter().any(|(role, argument)| {
                *role == Role::Object && matches!(argument, Argument::Phrase(object) if *object == phrase || self.phrases.list[*object].list == list)
            }) && frame.at < self.phrases.list[phrase].words.start
        })
    }

    /// Whether a verb belongs to a relative clause or is a participle after a noun.
    pub fn is_aside(&self, verb: usize) -> bool {
        self.relative_before(verb).is_some()
            || matches!(self.parts[self.frames[verb].at], Part::Participle | Part::Ing | Part::Infinitive) && {
                let start = self.group(self.frames[verb].at);
                !(start..self.frames[verb].at).any(|at| matches!(self.parts[at], Part::Be | Part::Have | Part::Modal))
            }
    }

    /// The relative pronoun that a verb's clause begins with.
    pub fn relative_before(&self, verb: usize) -> Option<usize> {
        let start = self.group(self.frames[verb].at);
        let from = start.saturating_sub(8);
        (from..start)
            .rev()
            .take_while(|&at| !matches!(self.parts[at], Part::Verb | Part::Stop | Part::Comma))
            .find(|&at| self.parts[at] == Part::Relative)
    }

    /// The phrase that a relative pronoun stands for.
    pub fn antecedent(&self, relative: usize) -> Option<usize> {
        let mut end = relative;
        while end > 0 && matches!(self.parts[end - 1], Part::Comma | Part::Close | Part::Quote | Part::Preposition(_)) {
            end -= 1;
        }
        self.phrase_before(end).map(|phrase| {
            // "a bombing in Gao, Mali, which killed 14": places kill nobody.
            let kills = self.parts.get(relative + 1).is_some_and(|part| part.is_verb())
                && ["killed", "kills", "wounded", "injured", "left", "claimed"]
                    .iter()
                    .any(|word| self.clause.word(relative + 1).is(word));
            if kills {
                let place = |phrase: usize| {
                    let mention = self.phrases.list[phrase].mention;
                    mention.is_some_and(|mention| self.clause.mentions[mention].votes.best() == Some(Kind::Place))
                };
                if let Some(event) = (0..=phrase).rev().take(5).find(|&phrase| !place(phrase)) {
                    return event;
                }
            }
            // "the leader of X, who": a person rather than what he leads.
            let word = self.clause.word(relative);
            if word.is("who")
                && let Some(before) = phrase.checked_sub(1)
                && self.phrases.list[phrase].preposition.is_some()
                && self.phrases.list[before].same_as.is_some()
            {
                return self.named(before);
            }
            self.named(phrase)
        })
    }

    pub fn phrase_before(&self, end: usize) -> Option<usize> {
        let mut at = end.checked_sub(1)?;
        for _ in 0..3 {
            if let Some(phrase) = self.phrases.of_word[at] {
                return Some(phrase);
            }
            if !matches!(self.parts[at], Part::Close | Part::Quote | Part::Comma | Part::Possessive) {
                return None;
            }
            at = at.checked_sub(1)?;
        }
        None
    }

    /// The phrase itself, or the name that it is another word for.
    pub fn named(&self, phrase: usize) -> usize {
        let mut phrase = phrase;
        for _ in 0..4 {
            match self.phrases.list[phrase].same_as {
                Some(other) if other < phrase || self.phrases.list[phrase].mention.is_none() => phrase = other,
                _ => break,
            }
        }
        phrase
    }

    /// The last verb before a word, within reach.
    pub fn verb_before(&self, at: usize) -> Option<usize> {
        self.verb_at[at.saturating_sub(REACH)..at].iter().rev().find_map(|verb| *verb)
    }

    /// The grammatical subject of a verb.
    pub fn subject_of(&self, verb: usize) -> Option<usize> {
        let wanted = if self.frames[verb].passive { Role::Object } else { Role::Subject };
        self.frames[verb].roles.iter().find_map(|(role, argument)| match argument {
            Argument::Phrase(phrase) if *role == wanted => Some(*phrase),
            _ => None,
        })
    }

    /// Whether a phrase only says when: "last week", "Tuesday".
    pub fn is_time(&self, phrase: usize) -> bool {
        let phrase = &self.phrases.list[phrase];
        if phrase.mention.is_some() {
            return false;
        }
        let head = self.clause.word(phrase.head);
        head.has(Tags::MONTH.or(Tags::WEEKDAY))
            || ["week", "month", "year", "day", "morning", "night", "evening", "decade", "time"]
                .iter()
                .any(|word| head.is(word))
            || self.parts[phrase.head] == Part::Number && head.text.len() == 4 && head.text.starts_with(['1', '2'])
    }

    /// Verbs at the start of a sentence take the subject of the main clause: "Founded in 2007, the group ...".
    pub fn late_subjects(&mut self) {
        let first = (0..self.parts.len()).find(|&at| self.verb_at[at].is_some());
        let Some(first) = first else { return };
        let verb = self.verb_at[first].unwrap_or(0);
        let start = self.group(first);
        let leads = (0..start).all(|at| !self.parts[at].is_nominal())
            && matches!(self.parts[first], Part::Participle | Part::Ing);
        if !leads || self.subject_of(verb).is_some() {
            return;
        }
        // The main clause begins after the comma.
        let Some(comma) = (first..self.parts.len().min(first + REACH)).find(|&at| self.parts[at] == Part::Comma) else {
            return;
        };
        let after = (comma..self.parts.len().min(comma + 8))
            .find_map(|at| self.phrases.of_word[at].filter(|&phrase| self.phrases.list[phrase].preposition.is_none()));
        if let Some(phrase) = after {
            let role = if self.frames[verb].passive { Role::Object } else { Role::Subject };
            let subject = self.headed(phrase);
            let subject = self.phrases.list[subject].list;
            self.frames[verb].roles.push((role, Argument::Phrase(subject)));
        }
    }

    /// What auxiliaries, adverbs and the governing verb make of a clause.
    pub fn modality(&self, start: usize, at: usize, governor: Option<usize>) -> Modality {
        let group = start.saturating_sub(1)..(at + 2).min(self.parts.len());
        let mut found = Modality::Asserted;
        for here in group {
            let word = self.clause.word(here);
            if self.parts[here] == Part::Negation {
                return Modality::Denied;
            }
            if self.parts[here] == Part::Modal && word.has(Tags::POSSIBLE)
                || here < at && self.parts[here] == Part::Adverb && word.has(Tags::POSSIBLE)
            {
                found = Modality::Possible;
            }
            if word.has(Tags::ALLEGED) && self.parts[here] == Part::Adverb {
                found = Modality::Alleged;
            }
            if self.parts[here] == Part::Modal
                && (word.is("will") || word.is("would") || word.is("should") || word.is("must"))
                && found == Modality::Asserted
                && here + 1 == at
            {
                found = Modality::Aim;
            }
        }
        if found != Modality::Asserted {
            return found;
        }
        let Some(verb) = governor else { return found };
        let frame = &self.frames[verb];
        let close = at.saturating_sub(frame.at) < 40;
        let word = self.clause.word(frame.at);
        let infinitive = self.parts[at] == Part::Infinitive
            || self.parts[at] == Part::Participle
            || self.parts[at] == Part::Be
            || self.parts[at] == Part::Have;
        let after = self.parts[at] == Part::Ing;
        if close && infinitive && word.has(Tags::AIM) && !frame.passive {
            return Modality::Aim;
        }
        if close && infinitive && frame.passive && word.has(Tags::ALLEGING) {
            return Modality::Alleged;
        }
        let of = start.checked_sub(1).is_some_and(|at| {
            matches!(self.parts[at], Part::Preposition(_))
                && (self.clause.word(at).is("of") || self.clause.word(at).is("for") || self.clause.word(at).is("with"))
        });
        let charge = word.is("accused")
            || word.is("accuses")
            || word.is("suspected")
            || word.is("blamed")
            || word.is("charged")
            || word.is("accusing")
            || word.is("alleged");
        if close && after && of && charge {
            return Modality::Alleged;
        }
        if close
            && after
            && word.has(Tags::DENYING)
            && matches!(self.parts.get(start.wrapping_sub(1)), Some(part) if part.is_verb() || matches!(part, Part::Preposition(_)))
        {
            return Modality::Denied;
        }
        // "its goal was to target"
        if close && infinitive && self.parts[frame.at] == Part::Be {
            let aim = frame.roles.iter().any(|(role, argument)| {
                *role == Role::Subject && matches!(argument, Argument::Phrase(phrase) if self.clause.word(self.phrases.list[*phrase].head).has(Tags::AIM_NOUN))
            });
            if aim {
                return Modality::Aim;
            }
        }
        // What depends on an aim is an aim: "seeks to expel ..., wage ... and establish ...".
        if infinitive && matches!(frame.modality, Modality::Aim | Modality::Possible | Modality::Denied) {
            return frame.modality;
        }
        found
    }
}
