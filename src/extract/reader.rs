//! Reads a document sentence by sentence: analyses each, resolves who is meant, and lets the rules speak.

#![allow(
    clippy::indexing_slicing,
    reason = "indices of words, phrases and frames are made here, from the lists they index"
)]

use std::collections::HashMap;
use std::ops::Range;

use super::attribution::{Voice, voices};
use super::clause::{Argument, Clause, Frame, Head, NounPhrase, Part, Phrases, Role, frames, parts, phrases};
use super::coreference::{Discourse, slice};
use super::dates::{DateMention, dates};
use super::lexicon::Tags;
use super::mentions::{Kind, Mention, Named, Reading};
use super::rules::Rules;
use super::tokens::{Case, Class};
use super::world::{Claim, Statement, World};
use crate::model::{Modality, Period};
use crate::names;
use crate::schema::Schema;

/// One sentence with everything that was found in it.
pub(super) struct Analysis<'a, 't> {
    pub sentence: usize,
    pub clause: Clause<'a, 't>,
    pub parts: Vec<Part>,
    pub phrases: Phrases,
    pub frames: Vec<Frame>,
    /// For each frame the date of its clause.
    pub when: Vec<Option<Period>>,
    pub voices: Vec<Voice>,
}

/// The state of reading.
pub(super) struct Reader<'a, 't> {
    pub reading: &'a Reading<'t>,
    pub rules: &'a Rules,
    pub schema: &'a Schema,
    pub named: &'a Named,
    pub quoted: &'a [bool],
    pub world: World,
    pub discourse: Discourse,
    /// Who speaks in the quotation that goes on.
    pub quoting: Option<usize>,
    /// The events of the sentence by their phrases.
    pub event_of_phrase: HashMap<usize, usize>,
    /// The events of the sentence by their frames.
    pub event_of_frame: HashMap<usize, usize>,
    /// What phrases without a name were found to mean.
    pub meant: HashMap<usize, Vec<usize>>,
    /// The founding of each body.
    pub foundings: HashMap<usize, usize>,
    /// What a description in the title stands for.
    pub described: Option<usize>,
}

impl<'a, 't> Reader<'a, 't> {
    /// Analyses a sentence. `own` are its mentions.
    pub fn analyse(&self, sentence: usize, own: Range<usize>, day: Option<jiff::civil::Date>) -> Analysis<'a, 't> {
        let whole = self.reading.sentences[sentence].clone();
        // Where and by whom a report was filed is no part of its first sentence.
        let range = dateline(self.reading, &whole).map_or(whole.clone(), |dash| dash + 1..whole.end);
        let clause = Clause::new(self.reading, self.rules, range.clone(), &self.named.mentions, own);
        let parts = parts(&clause);
        let phrases = phrases(&clause, &parts);
        let frames = frames(&clause, &parts, &phrases);
        let dates = dates(self.reading, &range, day);
        let when = when(&clause, &frames, &phrases, &dates);
        let voices = voices(&clause, &parts, &phrases, &frames, self.quoted);
        Analysis { sentence, clause, parts, phrases, frames, when, voices }
    }

    /// Reads a paragraph whose sentences were analysed.
    pub fn paragraph(&mut self, analyses: &[Analysis<'a, 't>], sections: &[u32]) {
        self.event_of_phrase.clear();
        self.meant.clear();
        self.quoting = self.quoted_speaker(analyses);
        for analysis in analyses {
            self.discourse.sentence(sections.get(analysis.sentence).copied().unwrap_or(0));
            self.sentence(analysis);
        }
    }

    /// Who is quoted in a paragraph: the subject of its first "said", or who was quoted before if it says none.
    fn quoted_speaker(&mut self, analyses: &[Analysis<'a, 't>]) -> Option<usize> {
        let quotes =
            analyses.iter().any(|analysis| self.reading.sentences[analysis.sentence].clone().any(|at| self.quoted[at]));
        if !quotes {
            return None;
        }
        for analysis in analyses {
            for frame in &analysis.frames {
                let speech = matches!(frame.head, Head::Verb(_))
                    && analysis.clause.word(frame.at).has(Tags::SPEECH)
                    && !frame.passive;
                if !speech || self.quoted[analysis.clause.range.start + frame.at] {
                    continue;
                }
                let subject = frame.roles.iter().find_map(|(role, argument)| match argument {
                    Argument::Phrase(phrase) if *role == Role::Subject => Some(*phrase),
                    _ => None,
                });
                if let Some(subject) = subject
                    && let Some(&speaker) = self.who(analysis, subject).first()
                {
                    return Some(speaker);
                }
            }
        }
        self.quoting.filter(|_| {
            analyses.first().is_some_and(|first| {
                self.reading.sentences[first.sentence].clone().next().is_some_and(|at| self.quoted[at])
            })
        })
    }

    fn sentence(&mut self, analysis: &Analysis<'a, 't>) {
        self.event_of_phrase.clear();
        self.event_of_frame.clear();
        self.meant.clear();
        for phrase in 0..analysis.phrases.list.len() {
            self.mean(analysis, phrase);
        }
        self.copulas(analysis);
        self.events(analysis);
        self.structure(analysis);
        self.apply(analysis);
        self.comments(analysis);
        self.notice(analysis);
    }

    /// Notes who was spoken of, for the sentences that follow.
    fn notice(&mut self, analysis: &Analysis<'a, 't>) {
        let mut subjects: Vec<usize> = Vec::new();
        for frame in &analysis.frames {
            let role = if frame.passive { Role::Object } else { Role::Subject };
            for (_, argument) in frame.roles.iter().filter(|(found, _)| *found == role) {
                if let Argument::Phrase(phrase) = argument {
                    subjects.push(*phrase);
                }
            }
        }
        for (number, phrase) in analysis.phrases.list.iter().enumerate() {
            let list = phrase.list;
            let subject = subjects.contains(&number) || subjects.contains(&list);
            for entity in self.who(analysis, number) {
                self.discourse.note(&self.world, entity, analysis.sentence, subject);
            }
            for &mention in &phrase.modifiers {
                self.discourse.note(&self.world, self.named.mentions[mention].cluster, analysis.sentence, false);
            }
            if list == number {
                let together: Vec<usize> =
                    analysis.phrases.listed(number).into_iter().flat_map(|phrase| self.who(analysis, phrase)).collect();
                self.discourse.note_pair(&together, analysis.sentence);
            }
        }
    }

    /// Finds out who a phrase without a name of its own means.
    fn mean(&mut self, analysis: &Analysis<'a, 't>, number: usize) {
        let phrase = &analysis.phrases.list[number];
        if phrase.mention.is_some() {
            return;
        }
        let clause = &analysis.clause;
        let head = clause.lemma(phrase.head);
        let words = slice(
            &self.reading.words,
            &(clause.range.start + phrase.words.start..clause.range.start + phrase.words.end),
        );
        let mut found = self.discourse.resolve(&self.world, words, &head, phrase.definite, analysis.sentence);
        if head == "country" && phrase.definite {
            found = self.country(analysis, phrase.words.start).map_or(found, |country| vec![country]);
        }
        if found.is_empty() && words.len() <= 2 && words.iter().any(|word| word.is("two") || word.is("both")) {
            found = self.pair(analysis, number);
        }
        if found.is_empty() && phrase.pronoun_possessor && clause.word(phrase.head).has(Tags::FIGHTERS) {
            let owner = self.discourse.possessive(&self.world, &words[0], analysis.sentence);
            found.extend(owner.or_else(|| self.within(analysis, number, false)));
        }
        if found.is_empty()
            && words.len() == 1
            && (words[0].is("they") || words[0].is("it") || words[0].is("he") || words[0].is("she"))
        {
            found.extend(self.within(analysis, number, words[0].is("he") || words[0].is("she")));
        }
        if found.is_empty()
            && phrase.words.len() == 2
            && phrase.definite
            && matches!(head.as_str(), "group" | "organization" | "organisation" | "movement")
        {
            found.extend(self.within(analysis, number, false));
        }
        if found.is_empty() && phrase.words.len() == 2 && phrase.definite && (head == "region") {
            found.push(self.vague(analysis, phrase));
        }
        if !found.is_empty() {
            if let Some(entity) = found.first().and_then(|&entity| self.world.entities.get_mut(entity)) {
                let words = clause.range.start + phrase.words.start..clause.range.start + phrase.words.end;
                if found.len() == 1 && words.len() > 1 && !entity.places.iter().any(|(_, place)| *place == words) {
                    entity.places.push((analysis.sentence, words));
                }
            }
            self.meant.insert(number, found);
        }
    }

    /// "X is a group", "X, a group": the phrase stands for X, so that what is said of "a group operating in Y" is said of it.
    fn copulas(&mut self, analysis: &Analysis<'a, 't>) {
        for frame in &analysis.frames {
            let Head::Noun(_, phrase) = frame.head else { continue };
            if analysis.phrases.list[phrase].mention.is_some() || self.meant.contains_key(&phrase) {
                continue;
            }
            let own = frame
                .roles
                .iter()
                .find(|(role, _)| *role == Role::Own)
                .map(|(_, argument)| self.argument(analysis, *argument))
                .unwrap_or_default();
            if let [(entity, _)] = own.as_slice()
                && frame.modality == Modality::Asserted
            {
                self.meant.insert(phrase, vec![*entity]);
            }
        }
    }

    /// The country that the sentence spoke of last, by its name or that of its people.
    fn country(&self, analysis: &Analysis<'a, 't>, before: usize) -> Option<usize> {
        let places = self.rules.gazetteer();
        let start = analysis.clause.range.start;
        (start..start + before).rev().find_map(|at| {
            let folded = names::fold(self.reading.words[at].text);
            let country = places.demonym(&folded).or_else(|| places.country_of(&folded))?;
            self.world.entities.iter().position(|entity| entity.kind == Kind::Place && entity.name == country)
        })
    }

    /// A pronoun that points back inside its sentence: to the first phrase that names one of its sort.
    fn within(&self, analysis: &Analysis<'a, 't>, number: usize, person: bool) -> Option<usize> {
        let wanted = if person { Kind::Person } else { Kind::Organisation };
        let first = analysis.phrases.list[..number].iter().filter(|phrase| phrase.preposition.is_none());
        let mut named = first
            .flat_map(|phrase| phrase.mention.into_iter().chain(phrase.modifiers.iter().copied()))
            .map(|mention| self.named.mentions[mention].cluster);
        named.find(|&cluster| self.world.kind(cluster) == wanted)
    }

    /// "the two": those that the sentence listed before.
    fn pair(&self, analysis: &Analysis<'a, 't>, number: usize) -> Vec<usize> {
        let lists = (0..number).rev().filter(|&phrase| analysis.phrases.list[phrase].list == phrase);
        lists
            .map(|phrase| {
                analysis
                    .phrases
                    .listed(phrase)
                    .into_iter()
                    .flat_map(|phrase| self.who(analysis, phrase))
                    .collect::<Vec<_>>()
            })
            .find(|found| found.len() == 2)
            .unwrap_or_default()
    }

    /// "the region": a place that is not said.
    fn vague(&mut self, analysis: &Analysis<'a, 't>, phrase: &NounPhrase) -> usize {
        let known = self.world.entities.iter().position(|entity| entity.finer.as_deref() == Some("vague_area"));
        let words = analysis.clause.range.start + phrase.words.start..analysis.clause.range.start + phrase.words.end;
        known.unwrap_or_else(|| {
            let name = self.reading.words_text(&words).to_lowercase();
            self.world.describe(
                Kind::Place,
                Some("vague_area"),
                name,
                analysis.sentence,
                words,
                "names.vague-place",
                0.5,
                "region",
            )
        })
    }

    /// Who a phrase stands for by itself, without those that are listed with it.
    pub fn who(&self, analysis: &Analysis<'a, 't>, number: usize) -> Vec<usize> {
        let phrase = &analysis.phrases.list[number];
        if let Some(&event) = self.event_of_phrase.get(&number) {
            return vec![event];
        }
        if let Some(mention) = phrase.mention {
            return vec![self.named.mentions[mention].cluster];
        }
        if let Some(found) = self.meant.get(&number) {
            return found.clone();
        }
        if let Some(other) = phrase.same_as
            && other != number
            && analysis.phrases.list[other].mention.is_some()
        {
            return self.who(analysis, other);
        }
        let clause = &analysis.clause;
        let head = clause.word(phrase.head);
        // "parts of Pakistan": what is said of a part may be said of the whole.
        let end = phrase.words.end;
        let part = [
            "part",
            "parts",
            "area",
            "areas",
            "outskirts",
            "swathes",
            "much",
            "most",
            "town",
            "city",
            "village",
            "province",
            "district",
            "state",
            "island",
        ]
        .iter()
        .any(|word| head.is(word));
        if part
            && end + 1 < clause.len()
            && clause.word(end).is("of")
            && let Some(next) = analysis.phrases.of_word[end + 1]
        {
            return self
                .who(analysis, next)
                .into_iter()
                .filter(|&place| self.world.kind(place) == Kind::Place)
                .collect();
        }
        // "Hizbul Islam fighters", "al-Qaeda networks": what they do, the body does. Not "X-affiliated groups".
        let compound = phrase.words.clone().any(|at| clause.is_joined(at));
        let affiliate = phrase.words.clone().any(|at| {
            ["affiliate", "affiliated", "splinter", "linked", "allied"].iter().any(|word| clause.word(at).is(word))
        });
        if head.has(Tags::FIGHTERS.or(Tags::MEMBERS).or(Tags::ROLE)) && !compound && !affiliate {
            let mut bodies: Vec<usize> =
                phrase.modifiers.iter().map(|&mention| self.named.mentions[mention].cluster).collect();
            if let Some(owner) = phrase.possessor {
                bodies.extend(self.who(analysis, owner));
            }
            if bodies.is_empty() {
                // "members of the Red Brigades", "leaders of the Taliban and al-Qaeda networks"
                let end = phrase.words.end;
                let of = clause.len() > end && (clause.word(end).is("of") || clause.word(end).is("from"));
                if of && let Some(next) = analysis.phrases.of_word.get(end + 1).copied().flatten() {
                    bodies = analysis
                        .phrases
                        .listed(analysis.phrases.list[next].list)
                        .into_iter()
                        .filter(|&other| other > number)
                        .flat_map(|other| self.who(analysis, other))
                        .collect();
                }
            }
            bodies.retain(|&body| matches!(self.world.kind(body), Kind::Organisation));
            return bodies;
        }
        Vec::new()
    }

    /// Who an argument stands for, with those that are listed with it.
    pub fn argument(&self, analysis: &Analysis<'a, 't>, argument: Argument) -> Vec<(usize, Range<usize>)> {
        let offset = analysis.clause.range.start;
        match argument {
            Argument::Mention(mention) => {
                vec![(self.named.mentions[mention].cluster, self.named.mentions[mention].words.clone())]
            }
            Argument::Phrase(phrase) => {
                let list = analysis.phrases.list[phrase].list;
                let mut found: Vec<(usize, Range<usize>)> = Vec::new();
                for number in if list == phrase { analysis.phrases.listed(phrase) } else { vec![phrase] } {
                    let words = &analysis.phrases.list[number].words;
                    let words = offset + words.start..offset + words.end;
                    for entity in self.who(analysis, number) {
                        if !found.iter().any(|(other, _)| *other == entity) {
                            found.push((entity, words.clone()));
                        }
                    }
                }
                found
            }
        }
    }

    /// The modality and the speaker of what stands at a word.
    pub fn voice(
        &self,
        analysis: &Analysis<'a, 't>,
        at: usize,
        frame: Option<usize>,
    ) -> (Option<usize>, Option<Modality>) {
        if self.quoted[analysis.clause.range.start + at] {
            return (self.quoting, None);
        }
        let said = analysis
            .voices
            .iter()
            .rev()
            .filter(|voice| voice.words.contains(&at) && (voice.frame.is_none() || voice.frame != frame));
        let mut speaker = None;
        let mut modality = None;
        for voice in said {
            if speaker.is_none()
                && let Some(phrase) = voice.speaker
            {
                speaker = self
                    .who(analysis, phrase)
                    .into_iter()
                    .find(|&who| matches!(self.world.kind(who), Kind::Person | Kind::Organisation | Kind::Group));
            }
            modality = modality.or(voice.modality);
        }
        (speaker, modality)
    }

    /// Adds a claim about what stands at a word of a frame.
    #[allow(clippy::too_many_arguments, reason = "the fields of a claim")]
    pub fn say(
        &mut self,
        analysis: &Analysis<'a, 't>,
        says: Statement,
        at: usize,
        frame: Option<usize>,
        evidence: Range<usize>,
        modality: Modality,
        rule: &str,
        why: String,
        confidence: f64,
        when: Option<Period>,
    ) {
        let (speaker, manner) = self.voice(analysis, at, frame);
        let modality = match (modality, manner) {
            (Modality::Asserted, Some(manner)) => manner,
            (modality, _) => modality,
        };
        let offset = analysis.clause.range.start;
        let evidence = offset + evidence.start..offset + evidence.end.min(analysis.clause.len());
        self.world.claim(Claim {
            says,
            when,
            sentence: analysis.sentence,
            evidence,
            speaker,
            modality,
            rule: rule.into(),
            why,
            confidence,
            note: None,
        });
    }

    /// Speakers who comment on an event: "believes the agreement should be viewed with alarm".
    fn comments(&mut self, analysis: &Analysis<'a, 't>) {
        let event_in = |reader: &Self, words: &Range<usize>| {
            analysis
                .phrases
                .list
                .iter()
                .enumerate()
                .filter(|(_, phrase)| words.contains(&phrase.words.start))
                .take(1)
                .find_map(|(number, _)| {
                    reader.who(analysis, number).into_iter().find(|&entity| reader.world.kind(entity) == Kind::Event)
                })
        };
        let mut found: Vec<(usize, usize, usize, Modality)> = Vec::new();
        for voice in analysis.voices.iter().filter(|voice| voice.frame.is_some()) {
            let Some(speaker) = voice.speaker.and_then(|phrase| self.who(analysis, phrase).first().copied()) else {
                continue;
            };
            if self.world.kind(speaker) == Kind::Person
                && let Some(event) = event_in(self, &voice.words)
            {
                let at = voice.frame.map_or(voice.words.start, |frame| analysis.frames[frame].at);
                found.push((speaker, event, at, voice.modality.unwrap_or_default()));
            }
        }
        let first = analysis.clause.range.start;
        let opens = (0..analysis.clause.len()).find(|&at| self.quoted[first + at]);
        if let (Some(opens), Some(speaker)) = (opens, self.quoting)
            && self.world.kind(speaker) == Kind::Person
            && let Some(event) = event_in(self, &(opens..analysis.clause.len()))
        {
            found.push((speaker, event, opens, Modality::Asserted));
        }
        for (speaker, event, at, modality) in found {
            let says = Statement::Link { from: speaker, kind: "comments_on".into(), to: event };
            let evidence = 0..analysis.clause.len();
            let offset = analysis.clause.range.start;
            let teller = if modality == Modality::Opinion { Some(speaker) } else { None };
            let claim = Claim {
                says,
                when: None,
                sentence: analysis.sentence,
                evidence: offset + evidence.start..offset + evidence.end,
                speaker: teller,
                modality,
                rule: "attribution.comment".into(),
                why: format!("{:?} is followed or preceded by words about the event", analysis.clause.word(at).text),
                confidence: 0.8,
                note: None,
            };
            self.world.claim(claim);
        }
    }

    /// The mention of a phrase.
    pub fn mention(&self, analysis: &Analysis<'a, 't>, phrase: usize) -> Option<&'a Mention> {
        analysis.phrases.list[phrase].mention.map(|mention| &self.named.mentions[mention])
    }
}

/// The dash after a dateline: "KABUL, Afghanistan, March 3 (Reuters) —", "(New York) –".
pub(super) fn dateline(reading: &Reading<'_>, range: &Range<usize>) -> Option<usize> {
    let dash =
        range.clone().take(18).find(|&at| matches!(reading.words[at].token.class, Class::Sign('—' | '–' | '-')))?;
    let before = &reading.words[range.start..dash];
    let place = before.iter().find(|word| word.is_word())?;
    let names = before.iter().all(|word| !word.is_word() || word.token.is_capital() || word.is("on") || word.is("of"));
    let spaced = reading.words.get(dash + 1).is_some_and(|next| next.token.start > reading.words[dash].token.end);
    let shown = before.first().is_some_and(|word| word.is_sign('('))
        || place.token.case == Case::Upper
        || before.last().is_some_and(|word| word.is_sign(')'));
    (names && spaced && shown && before.len() > 1 || names && spaced && place.token.case == Case::Upper).then_some(dash)
}

/// The date of each frame: that which stands after its verb and before the next, or at the head of the sentence.
fn when(clause: &Clause<'_, '_>, frames: &[Frame], phrases: &Phrases, dates: &[DateMention]) -> Vec<Option<Period>> {
    let mut found = vec![None; frames.len()];
    let verbs: Vec<usize> = (0..frames.len()).filter(|&frame| matches!(frames[frame].head, Head::Verb(_))).collect();
    for date in dates {
        let at = date.words.start - clause.range.start;
        if date.inside {
            // The year in "the 2001 invasion" belongs to the noun.
            if let Some(phrase) = phrases.of_word.get(at).copied().flatten() {
                for (number, frame) in frames.iter().enumerate() {
                    if matches!(frame.head, Head::Noun(_, other) if other == phrase) {
                        found[number] = date.period;
                    }
                }
            }
        }
        let outer = if date.inside && date.with_relation == date.period { None } else { date.with_relation };
        let Some(period) = outer else { continue };
        let place = verbs.partition_point(|&verb| frames[verb].at < at);
        match place.checked_sub(1).map(|place| verbs[place]) {
            Some(owner) if at - frames[owner].at < 40 => {
                found[owner] = found[owner].or(Some(period));
                // "killed 30 and wounded 45 on Monday": one day for both.
                let subject =
                    |frame: &Frame| frame.roles.iter().find(|(role, _)| *role == Role::Subject).map(|(_, who)| *who);
                for &verb in verbs[..place - 1].iter().rev().take(2) {
                    let between = frames[verb].at..frames[owner].at;
                    let joined = between.len() < 20
                        && !between.clone().any(|at| matches!(clause.word(at).token.class, Class::Sign(_)));
                    if joined && subject(&frames[verb]).is_some() && subject(&frames[verb]) == subject(&frames[owner]) {
                        found[verb] = found[verb].or(Some(period));
                    }
                }
            }
            _ => {
                for &verb in &verbs {
                    found[verb] = found[verb].or(Some(period));
                }
            }
        }
    }
    // Nouns and verbs without a date of their own have that of the verb that they depend on.
    for number in 0..frames.len() {
        if found[number].is_none()
            && let Some(governor) = frames[number].governor
        {
            found[number] = found.get(governor).copied().flatten();
        }
    }
    found
}
