//! Who says it: quotation marks across sentences, "said", "according to", "claimed that", "believes".

#![allow(clippy::indexing_slicing, reason = "indices of words and phrases are made here, from the lists they index")]

use std::ops::Range;

use super::clause::{Argument, Clause, Frame, Head, Part, Phrases, Role};
use super::lexicon::Tags;
use super::mentions::Reading;
use super::tokens::Class;
use crate::model::Modality;

/// A part of a sentence that somebody says, by the numbers of its words in the sentence.
#[derive(Clone, Debug)]
pub(super) struct Voice {
    pub words: Range<usize>,
    /// The phrase that names the speaker.
    pub speaker: Option<usize>,
    /// What the manner of saying makes of it.
    pub modality: Option<Modality>,
    /// The verb's frame.
    pub frame: Option<usize>,
}

/// For each word of a document whether it stands between quotation marks. A quotation ends with its paragraph at the latest.
pub(super) fn quoted(reading: &Reading<'_>, paragraphs: &[u32]) -> Vec<bool> {
    let mut found = vec![false; reading.words.len()];
    let mut open: Option<char> = None;
    let mut paragraph = 0;
    for (number, range) in reading.sentences.iter().enumerate() {
        let here = paragraphs.get(number).copied().unwrap_or(0);
        if here != paragraph {
            open = None;
            paragraph = here;
        }
        for at in range.clone() {
            let sign = match reading.words[at].token.class {
                Class::Sign(sign) => sign,
                _ => ' ',
            };
            match (open, sign) {
                (None, '“' | '«' | '„') => open = Some(sign),
                (None, '"') => open = Some('"'),
                (Some('“' | '„'), '”' | '“') | (Some('«'), '»') | (Some('"'), '"') => open = None,
                _ => {}
            }
            found[at] = open.is_some();
        }
    }
    found
}

/// The parts of a sentence that are said by somebody, outside of quotation marks; the later ones count first.
pub(super) fn voices(
    clause: &Clause<'_, '_>,
    parts: &[Part],
    phrases: &Phrases,
    frames: &[Frame],
    quoted: &[bool],
) -> Vec<Voice> {
    let mut found = Vec::new();
    let is_quoted = |at: usize| quoted.get(clause.range.start + at).copied().unwrap_or(false);
    for (number, phrase) in phrases.list.iter().enumerate() {
        if let Some((at, length)) = phrase.preposition
            && length == 2
            && clause.word(at).is("according")
            && !is_quoted(at)
        {
            found.push(Voice { words: 0..clause.len(), speaker: Some(number), modality: None, frame: None });
        }
    }
    for (number, frame) in frames.iter().enumerate() {
        let Head::Verb(_) = frame.head else { continue };
        let word = clause.word(frame.at);
        let opinion = word.has(Tags::OPINION) && !word.has(Tags::SPEECH);
        if !(word.has(Tags::SPEECH) || opinion || word.has(Tags::DENYING))
            || is_quoted(frame.at)
            || frame.passive
            || clause.is_joined(frame.at)
        {
            continue;
        }
        let speaker = frame.roles.iter().find_map(|(role, argument)| match argument {
            Argument::Phrase(phrase) if *role == Role::Subject => Some(*phrase),
            _ => None,
        });
        // What is said is a clause: a verb of its own must be there.
        let after = frame.at + 1..clause.len();
        let verb_in = |words: Range<usize>| {
            words.clone().any(|at| {
                matches!(parts[at], Part::Verb | Part::Be | Part::Have | Part::Modal | Part::Participle | Part::Ing)
            })
        };
        let ends = after
            .clone()
            .find(|&at| !matches!(parts[at], Part::Adverb | Part::Quote))
            .is_none_or(|at| matches!(parts[at], Part::Stop | Part::Comma));
        let time_only = !verb_in(after.clone()) && !parts[after.clone()].contains(&Part::Subordinator);
        let inverted = speaker.is_some_and(|phrase| phrases.list[phrase].words.start > frame.at);
        let subject_start = speaker.map_or(frame.at, |phrase| phrases.list[phrase].words.start);
        let before = 0..subject_start.min(frame.at);
        let words = if (ends || time_only || inverted) && verb_in(before.clone()) {
            before
        } else if verb_in(after.clone()) {
            after
        } else {
            continue;
        };
        let modality = if opinion {
            Some(Modality::Opinion)
        } else if word.has(Tags::DENYING) {
            Some(Modality::Denied)
        } else if word.text.starts_with("claim") || word.text.starts_with("alleg") {
            Some(Modality::Alleged)
        } else {
            None
        };
        // "claimed responsibility for" says nothing of a clause.
        if word.text.starts_with("claim")
            && frame.roles.iter().any(|(role, _)| *role == Role::Object)
            && !after_that(clause, frame.at)
        {
            continue;
        }
        found.push(Voice { words, speaker, modality, frame: Some(number) });
    }
    found
}

/// Whether "that" follows a verb.
fn after_that(clause: &Clause<'_, '_>, at: usize) -> bool {
    (at + 1..clause.len().min(at + 4)).any(|at| clause.word(at).is("that"))
}
