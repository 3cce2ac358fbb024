//! A light analysis of clauses: what is a noun phrase, what a verb, and what stands in which role to which verb or noun.
//!
//! No full parse: one pass for the parts of speech ([`parts`]), one for noun phrases with their coordination and
//! apposition ([`phrases`]), one for verbs and nouns with their arguments ([`frames`]). Each looks a bounded number of
//! words ahead or goes over a sentence once, so that long sentences cost no more than many short ones.

#![allow(clippy::needless_range_loop, reason = "several lists are walked side by side")]
#![allow(
    clippy::indexing_slicing,
    reason = "indices of words, parts and phrases are made here, from the lists they index"
)]

mod frames;
mod parts;
mod phrases;
mod verbs;

pub(super) use frames::{Argument, Frame, Head, Role, frames};
pub(super) use parts::{Part, parts};
pub(super) use phrases::{NounPhrase, Phrases, phrases};

use std::ops::Range;

use super::mentions::{Mention, Reading, Word};
use super::rules::Rules;

/// A sentence to analyse.
pub(super) struct Clause<'a, 't> {
    pub reading: &'a Reading<'t>,
    pub rules: &'a Rules,
    /// The words of the sentence.
    pub range: Range<usize>,
    /// For each word of the sentence the outermost mention that it belongs to.
    pub mention_of: Vec<Option<usize>>,
    pub mentions: &'a [Mention],
}

impl<'a, 't> Clause<'a, 't> {
    /// The sentence of these words with its mentions, which are given by number.
    pub fn new(
        reading: &'a Reading<'t>,
        rules: &'a Rules,
        range: Range<usize>,
        mentions: &'a [Mention],
        own: Range<usize>,
    ) -> Self {
        let mut mention_of = vec![None; range.len()];
        for number in own {
            let mention = &mentions[number];
            if mention.inside.is_none() {
                for at in mention.words.clone() {
                    if let Some(place) = at.checked_sub(range.start).and_then(|at| mention_of.get_mut(at)) {
                        *place = Some(number);
                    }
                }
            }
        }
        Self { reading, rules, range, mention_of, mentions }
    }

    /// How many words there are.
    pub fn len(&self) -> usize {
        self.range.len()
    }

    /// A word by its number in the sentence.
    pub fn word(&self, at: usize) -> &Word<'t> {
        &self.reading.words[self.range.start + at]
    }

    /// The lemma of a noun, or the word in lower case.
    pub fn lemma(&self, at: usize) -> String {
        let word = self.word(at);
        match word.form.noun {
            Some((lemma, _)) => self.rules.lexicon().text(lemma).to_owned(),
            None => word.text.to_lowercase(),
        }
    }

    /// Whether this word is joined to the one before by a hyphen: `linked` in `al-Qaida-linked`.
    pub fn is_joined(&self, at: usize) -> bool {
        at > 0 && {
            let (before, here) = (self.word(at - 1).token.end as usize, self.word(at).token.start as usize);
            here == before + 1 && self.reading.text.as_bytes().get(before) == Some(&b'-')
        }
    }
}
