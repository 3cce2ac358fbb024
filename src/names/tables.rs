//! What is known of words: titles, particles, legal forms, numbers, places, and which words stand for each other.
//!
//! The tables are the files in `schema/names/`, built into the program and read once, when names are first compared.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use foldhash::fast::FixedState;
use serde::Deserialize;

const PEOPLE: &str = include_str!("../../schema/names/people.toml");
const ORGANISATIONS: &str = include_str!("../../schema/names/organisations.toml");
const PLACES: &str = include_str!("../../schema/names/places.toml");
const NUMBERS: &str = include_str!("../../schema/names/numbers.toml");

/// A form of address, an office, an honour.
pub(super) const TITLE: u16 = 1;
/// A title that is a name as well.
pub(super) const HONOUR: u16 = 1 << 14;
/// A small word inside of names.
pub(super) const PARTICLE: u16 = 1 << 1;
/// A name that very many people bear.
pub(super) const COMMON: u16 = 1 << 2;
/// One of several forms of a given name.
pub(super) const GIVEN: u16 = 1 << 3;
/// A legal form.
pub(super) const FORM: u16 = 1 << 4;
/// A legal form of bodies without owners.
pub(super) const CIVIL: u16 = 1 << 5;
/// A word that many organisations have in their names.
pub(super) const WORD: u16 = 1 << 6;
/// A place.
pub(super) const PLACE: u16 = 1 << 7;
/// A number written in letters.
pub(super) const NUMBER: u16 = 1 << 8;

/// What is known of a word or a phrase.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Known {
    /// The flags above.
    pub flags: u16,
    /// Groups of words that stand for each other, 0 for none.
    pub groups: [u16; 2],
    /// The value of a number.
    pub value: u32,
    /// The most words of a phrase that begins with this word.
    pub phrase: u8,
}

/// All that is known, by word or phrase (words with one space between them).
pub(super) struct Tables {
    known: HashMap<Box<str>, Known, FixedState>,
}

/// The tables that are built in.
pub(super) fn tables() -> &'static Tables {
    static TABLES: LazyLock<Tables> = LazyLock::new(Tables::builtin);
    &TABLES
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct People {
    titles: Vec<String>,
    honours: Vec<String>,
    particles: Vec<String>,
    common: Vec<Vec<String>>,
    given: Forms,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Forms {
    forms: Vec<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Organisations {
    forms: BTreeMap<String, Vec<String>>,
    words: Words,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    common: Vec<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Places {
    places: Vec<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Numbers {
    words: BTreeMap<String, Vec<String>>,
}

impl Tables {
    /// Reads the files. One that cannot be read (a test sees to it that all can) is as if it were empty.
    fn builtin() -> Self {
        let mut tables = Self { known: HashMap::default() };
        let mut group = 0;
        if let Ok(people) = toml::from_str::<People>(PEOPLE) {
            people.titles.iter().for_each(|word| tables.add(word, TITLE, 0));
            people.honours.iter().for_each(|word| tables.add(word, HONOUR, 0));
            people.particles.iter().for_each(|word| tables.add(word, PARTICLE, 0));
            tables.add_groups(&people.common, COMMON, &mut group);
            tables.add_groups(&people.given.forms, GIVEN, &mut group);
        }
        if let Ok(organisations) = toml::from_str::<Organisations>(ORGANISATIONS) {
            for (family, words) in &organisations.forms {
                let flags = FORM | if family == "civil" { CIVIL } else { 0 };
                words.iter().for_each(|word| tables.add(word, flags, 0));
            }
            tables.add_groups(&organisations.words.common, WORD, &mut group);
        }
        if let Ok(places) = toml::from_str::<Places>(PLACES) {
            tables.add_groups(&places.places, PLACE, &mut group);
        }
        if let Ok(numbers) = toml::from_str::<Numbers>(NUMBERS) {
            for (value, words) in &numbers.words {
                for word in words {
                    tables.add(word, NUMBER, 0);
                    if let (Some(known), Ok(value)) = (tables.known.get_mut(word.as_str()), value.parse()) {
                        known.value = value;
                    }
                }
            }
        }
        tables
    }

    fn add_groups(&mut self, groups: &[Vec<String>], flags: u16, number: &mut u16) {
        for words in groups {
            *number += 1;
            words.iter().for_each(|word| self.add(word, flags, *number));
        }
    }

    fn add(&mut self, phrase: &str, flags: u16, group: u16) {
        let known = self.known.entry(phrase.into()).or_default();
        known.flags |= flags;
        if let Some(free) = known.groups.iter_mut().find(|known| **known == 0 || **known == group) {
            *free = group;
        }
        let words = phrase.split(' ').count();
        if let (Some(first), 2..) = (phrase.split(' ').next(), words) {
            let first = self.known.entry(first.into()).or_default();
            first.phrase = first.phrase.max(words as u8);
        }
    }

    /// What is known of a word or phrase; nothing is all zero.
    pub(super) fn get(&self, phrase: &str) -> Known {
        self.known.get(phrase).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_are_read_whole() {
        toml::from_str::<People>(PEOPLE).unwrap();
        toml::from_str::<Organisations>(ORGANISATIONS).unwrap();
        toml::from_str::<Places>(PLACES).unwrap();
        for number in toml::from_str::<Numbers>(NUMBERS).unwrap().words.keys() {
            number.parse::<u32>().unwrap();
        }
    }

    #[test]
    fn all_words_are_folded() {
        for phrase in tables().known.keys() {
            // A leading "the" is dropped by folding.
            assert!(&**phrase == "the" || super::super::fold(phrase) == **phrase, "{phrase}");
        }
    }

    #[test]
    fn words_that_stand_for_each_other_share_a_group() {
        let group = |word: &str| tables().get(word).groups[0];
        assert_eq!(group("banco"), group("bank"));
        assert_eq!(group("william"), group("bill"));
        assert_ne!(group("bank"), group("trust"));
        assert_eq!(tables().get("forty").value, 40);
        assert_eq!(tables().get("limited").phrase, 3);
        assert_ne!(tables().get("limited liability company").flags & FORM, 0);
        assert_eq!(tables().get("unheard of"), Known::default());
    }
}
