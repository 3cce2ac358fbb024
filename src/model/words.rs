//! Interned words: kinds, link kinds, attribute names, languages, scripts.

use std::collections::HashMap;

/// The number of a word in a [`Words`] table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Word(pub u32);

/// A table of distinct words in the order of their first use.
#[derive(Clone, Debug, Default)]
pub struct Words {
    list: Vec<Box<str>>,
    numbers: HashMap<Box<str>, u32>,
}

impl Words {
    /// The number of `text`, given to it now if it is new.
    pub fn intern(&mut self, text: &str) -> Word {
        if let Some(&number) = self.numbers.get(text) {
            return Word(number);
        }
        let number = self.list.len() as u32;
        self.list.push(text.into());
        self.numbers.insert(text.into(), number);
        Word(number)
    }

    /// The number of `text`, if it is known.
    pub fn get(&self, text: &str) -> Option<Word> {
        self.numbers.get(text).copied().map(Word)
    }

    /// The text of a word; empty for a number that this table never gave.
    pub fn text(&self, word: Word) -> &str {
        self.list.get(word.0 as usize).map_or("", |text| text)
    }

    /// How many words there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there is no word yet.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// All words in the order of their numbers.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.list.iter().map(|text| &**text)
    }
}
