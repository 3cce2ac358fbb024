//! What a name is the name of: votes by its own words and by what stands around it.

use super::super::lexicon::Tags;
use super::super::rules::Rules;
use super::super::tokens::Class;
use super::{Kind, Mention, Reading, Word};

/// Votes for each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in super::super) struct Votes([i32; 7]);

impl Votes {
    /// Adds votes for a kind.
    pub fn add(&mut self, kind: Kind, votes: i32) {
        if let Some(count) = self.0.get_mut(kind as usize) {
            *count += votes;
        }
    }

    /// Adds the votes of another mention of the same entity.
    pub fn join(&mut self, other: &Votes) {
        for (mine, theirs) in self.0.iter_mut().zip(other.0) {
            *mine += theirs;
        }
    }

    /// The votes for a kind.
    pub fn of(&self, kind: Kind) -> i32 {
        self.0.get(kind as usize).copied().unwrap_or(0)
    }

    /// The kind with the most votes, if any has some.
    pub fn best(&self) -> Option<Kind> {
        const KINDS: [Kind; 7] =
            [Kind::Organisation, Kind::Person, Kind::Group, Kind::Place, Kind::Event, Kind::Work, Kind::Status];
        KINDS
            .into_iter()
            .zip(self.0)
            .filter(|(_, votes)| *votes > 0)
            .max_by_key(|(kind, votes)| (*votes, -(*kind as i32)))
            .map(|(kind, _)| kind)
    }
}

/// Lets the words around each mention vote.
pub(super) fn by_context(reading: &Reading<'_>, rules: &Rules, mentions: &mut [Mention]) {
    for mention in mentions.iter_mut().filter(|mention| mention.known.is_none()) {
        let sentence = &reading.sentences[mention.sentence];
        let before = |back: usize| {
            mention.words.start.checked_sub(back).filter(|at| sentence.contains(at)).map(|at| &reading.words[at])
        };
        let after =
            |on: usize| Some(mention.words.end + on).filter(|at| sentence.contains(at)).map(|at| &reading.words[at]);
        let mut votes = mention.votes;
        if let Some(word) = before(1) {
            if ["in", "near", "across", "throughout", "outside", "inside", "around"].iter().any(|place| word.is(place))
            {
                votes.add(Kind::Place, if word.is("in") || word.is("near") { 4 } else { 3 });
            }
            if word.is("of")
                && let Some(noun) = before(2)
            {
                let town = [
                    "city",
                    "town",
                    "village",
                    "province",
                    "district",
                    "state",
                    "island",
                    "region",
                    "port",
                    "outskirts",
                    "capital",
                    "north",
                    "south",
                    "east",
                    "west",
                    "governorate",
                    "suburb",
                ];
                if town.iter().any(|town| noun.is(town)) {
                    votes.add(Kind::Place, 7);
                }
                if noun.has(Tags::MEMBERS.or(Tags::FIGHTERS)) {
                    votes.add(Kind::Organisation, 3);
                }
            }
            let lower = word.token.case == super::super::tokens::Case::Lower;
            if lower && word.has(Tags::ROLE.or(Tags::TITLE)) && !word.has(Tags::FIGHTERS) && !word.is("general") {
                votes.add(Kind::Person, 7);
            }
            if word.is("capital") || word.is("city") || word.is("town") || word.is("village") {
                votes.add(Kind::Place, 5);
            }
            if word.is("group")
                || word.is("organisation")
                || word.is("organization")
                || word.is("militia")
                || word.is("movement")
                || word.is("party")
            {
                votes.add(Kind::Organisation, 6);
            }
            if word.is("the") && mention.words.len() > 1 {
                votes.add(Kind::Organisation, 2);
                votes.add(Kind::Person, -4);
            } else if word.is("the") {
                votes.add(Kind::Organisation, 2);
                votes.add(Kind::Person, -6);
            }
        }
        if let Some(word) = after(0) {
            match word.token.class {
                Class::Possessive => {
                    let members = |noun: &Word<'_>| noun.has(Tags::MEMBERS.or(Tags::ROLE)) && !noun.has(Tags::PEOPLE);
                    votes.add(Kind::Organisation, if after(1).is_some_and(members) { 3 } else { 0 });
                }
                Class::Word if word.has(Tags::SPEECH) => votes.add(Kind::Person, 2),
                Class::Word if plural_people(word) => votes.add(Kind::Organisation, 5),
                Class::Word if word.has(Tags::ROLE) && !word.has(Tags::VERB) => votes.add(Kind::Organisation, 5),
                Class::Sign(',') => {
                    let next = after(1);
                    let the = usize::from(next.is_some_and(|word| word.is("the") || word.is("a") || word.is("an")));
                    let noun = (1 + the..5 + the)
                        .filter_map(&after)
                        .take_while(|word| word.is_word())
                        .find(|word| word.form.noun.is_some() || word.has(Tags::ROLE));
                    if let Some(noun) = noun {
                        if noun.has(Tags::ROLE) && !noun.has(Tags::ORGANISATION) {
                            votes.add(Kind::Person, 5);
                        } else if the > 0 && noun.has(Tags::ORGANISATION) {
                            votes.add(Kind::Organisation, 5);
                        }
                    }
                    // "Maiduguri, Nigeria"
                    if let Some(next) = next.filter(|word| word.token.is_capital()) {
                        let country = rules.gazetteer().is_place(next.text);
                        if country && before(1).is_some_and(|word| word.has(Tags::PREPOSITION)) {
                            votes.add(Kind::Place, 3);
                        }
                    }
                }
                _ => {}
            }
        }
        mention.votes = votes;
    }
}

/// Whether a word is the plural of people who act for a body.
fn plural_people(word: &Word<'_>) -> bool {
    word.has(Tags::FIGHTERS.or(Tags::MEMBERS)) && word.form.noun.is_some_and(|(_, plural)| plural)
}
