//! Mentions: the words of a text that name somebody, something or some place.
//!
//! [`spans`] finds names by their shape, [`known`] asks who they are, [`people`] takes titles and roles off persons,
//! [`kinds`] decides what each is, and [`clusters`] joins the mentions of one entity.

#![allow(clippy::needless_range_loop, reason = "mentions and the sets of them are walked side by side")]
#![allow(clippy::indexing_slicing, reason = "indices of words and mentions are made here, from the lists they index")]

mod around;
mod capitals;
mod clusters;
mod kinds;
mod known;
mod people;
mod spans;

use std::collections::HashMap;
use std::ops::Range;

use super::lexicon::{Form, Lexicon, Tags};
use super::rules::Rules;
use super::sentences::Sentence;
use super::tokens::{Class, Token, tokens_into};
pub(super) use clusters::{Cluster, clusters};
use kinds::Votes;
pub(super) use known::Known;

use crate::model::Lookup;

/// A word of the text with what it may be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word<'t> {
    pub token: Token,
    pub text: &'t str,
    pub form: Form,
}

impl Word<'_> {
    /// Whether it is this word in any case.
    pub fn is(&self, word: &str) -> bool {
        self.text.eq_ignore_ascii_case(word)
    }

    pub fn has(&self, tags: Tags) -> bool {
        self.form.tags.has(tags)
    }

    pub fn is_sign(&self, sign: char) -> bool {
        self.token.is(sign)
    }

    pub fn is_word(&self) -> bool {
        self.token.class == Class::Word
    }
}

/// A document as words.
pub(super) struct Reading<'t> {
    pub text: &'t str,
    pub words: Vec<Word<'t>>,
    /// The words of each sentence.
    pub sentences: Vec<Range<usize>>,
}

impl<'t> Reading<'t> {
    /// The words of the sentences of a text. O(n).
    pub fn new(text: &'t str, sentences: &[Sentence], lexicon: &Lexicon) -> Self {
        let mut forms: HashMap<&'t str, Form> = HashMap::new();
        let mut tokens = Vec::new();
        let mut words = Vec::new();
        let mut ranges = Vec::with_capacity(sentences.len());
        for sentence in sentences {
            tokens.clear();
            tokens_into(text, sentence.start, sentence.end, &mut tokens);
            let first = words.len();
            words.extend(tokens.iter().map(|&token| {
                let word = token.text(text);
                let form = *forms.entry(word).or_insert_with(|| {
                    if matches!(token.class, Class::Word) {
                        lexicon.form(&word.trim_end_matches('.').to_lowercase())
                    } else {
                        Form::default()
                    }
                });
                Word { token, text: word, form }
            }));
            ranges.push(first..words.len());
        }
        Self { text, words, sentences: ranges }
    }

    /// The text of these words as it stands.
    pub fn span(&self, range: &Range<usize>) -> (usize, usize) {
        let start = self.words.get(range.start).map_or(0, |word| word.token.start as usize);
        let end = range
            .end
            .checked_sub(1)
            .and_then(|last| self.words.get(last))
            .map_or(start, |word| word.token.end as usize);
        (start, end.max(start))
    }

    /// The text of these words as it stands.
    pub fn words_text(&self, range: &Range<usize>) -> &'t str {
        let (start, end) = self.span(range);
        self.text.get(start..end).unwrap_or_default()
    }
}

/// What an entity is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Kind {
    Organisation,
    Person,
    Group,
    Place,
    Event,
    Work,
    Status,
}

impl Kind {
    /// The name of the kind in the schema.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Organisation => "Organisation",
            Kind::Person => "Person",
            Kind::Group => "Group",
            Kind::Place => "Place",
            Kind::Event => "Event",
            Kind::Work => "Work",
            Kind::Status => "Status",
        }
    }

    /// The kind of this name.
    pub fn of(word: &str) -> Option<Self> {
        [Kind::Organisation, Kind::Person, Kind::Group, Kind::Place, Kind::Event, Kind::Work, Kind::Status]
            .into_iter()
            .find(|kind| kind.word() == word)
    }
}

/// Words that name an entity.
#[derive(Clone, Debug)]
pub(super) struct Mention {
    /// The words.
    pub words: Range<usize>,
    /// The sentence.
    pub sentence: usize,
    /// What it is by itself.
    pub votes: Votes,
    /// The finer type, where the words tell.
    pub finer: Option<Box<str>>,
    /// The rule that found it.
    pub rule: &'static str,
    /// The title before a person's name.
    pub title: Option<Range<usize>>,
    /// The role before a person's name, capitalised as a part of it.
    pub role: Option<Range<usize>>,
    /// The entity of the database or of the list of bodies that it is.
    pub known: Option<usize>,
    /// The mention that it is an acronym or another name of, by its own words.
    pub defines: Option<usize>,
    /// Whether it stands inside the name of another.
    pub inside: Option<usize>,
    /// The demonym or name that a group or a body is named by: "Pakistani officials", "al-Qaeda members".
    pub of: Option<usize>,
    /// The cluster, once it is known.
    pub cluster: usize,
}

/// Everything that is named in a document.
pub(super) struct Named {
    /// In the order of the text; what stands inside another comes after it.
    pub mentions: Vec<Mention>,
    pub clusters: Vec<Cluster>,
}

/// Finds the names of a document and joins those of one entity. O(n) but for look-ups in the database.
pub(super) fn names(reading: &Reading<'_>, headings: &[bool], rules: &Rules, known: &mut Known<'_>) -> Named {
    let mut mentions = Vec::new();
    let body_words = capitals::capitals(reading, headings);
    for (number, range) in reading.sentences.iter().enumerate() {
        let shouted = capitals::is_title_case(reading, range);
        spans::find(reading, number, range, shouted, &body_words, rules, known, &mut mentions);
    }
    kinds::by_context(reading, rules, &mut mentions);
    clusters(reading, rules, known, mentions)
}

/// What a name is looked up in.
pub(super) fn known<'l>(rules: &'l Rules, lookup: &'l dyn Lookup) -> Known<'l> {
    Known::new(rules, lookup)
}
