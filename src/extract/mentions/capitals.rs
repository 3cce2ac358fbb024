//! What capitals tell: which words of a document are written with one inside sentences, and which sentences are titles.

use std::collections::HashSet;
use std::ops::Range;

use super::super::rules::Rules;
use super::super::tokens::{Case, Class};
use super::{Reading, Word};

/// Words that are written with a capital inside sentences, and words that are written without.
pub(super) struct Capitals {
    pub inside: HashSet<String>,
    pub lower: HashSet<String>,
}

impl Capitals {
    /// Whether a word with a capital at the start of a sentence is a name: it is one elsewhere too, or it is no word.
    pub fn is_name(&self, word: &Word<'_>, rules: &Rules) -> bool {
        let lower = word.text.to_lowercase();
        self.inside.contains(&lower) || !self.lower.contains(&lower) && !rules.lexicon().is_common(&lower)
    }
}

/// Looks through a document for how its words are written. O(n).
pub(super) fn capitals(reading: &Reading<'_>, headings: &[bool]) -> Capitals {
    let mut found = Capitals { inside: HashSet::new(), lower: HashSet::new() };
    for (number, range) in reading.sentences.iter().enumerate() {
        let shouted = headings.get(number).copied().unwrap_or(false) || is_title_case(reading, range);
        for at in range.clone() {
            let word = &reading.words[at];
            match word.token.case {
                Case::Lower if !found.lower.contains(word.text) => {
                    found.lower.insert(word.text.to_owned());
                }
                Case::Title | Case::Upper | Case::Mixed if !shouted && !begins(reading, range, at) => {
                    found.inside.insert(word.text.to_lowercase());
                }
                _ => {}
            }
        }
    }
    found
}

/// Whether most words of a sentence have a capital, so that a capital tells nothing.
pub(super) fn is_title_case(reading: &Reading<'_>, range: &Range<usize>) -> bool {
    let mut long = 0;
    let mut capital = 0;
    let words = &reading.words[range.clone()];
    for word in words.iter().filter(|word| word.is_word() && word.text.len() > 3) {
        long += 1;
        capital += usize::from(word.token.is_capital());
    }
    let all_upper =
        words.iter().filter(|word| word.is_word() && word.text.len() > 3).all(|word| word.token.case == Case::Upper);
    let stopped = words.last().is_some_and(|word| word.is_sign('.'));
    // Of a heading of two or three words nothing can be told by counting.
    let every = words.iter().filter(|word| word.is_word() && word.text.len() > 3).all(|word| word.token.is_capital());
    let slogan = long >= 1
        && words.len() <= 7
        && every
        && words.iter().filter(|word| word.is_word()).count() >= 2
        && words.iter().all(|word| !word.is_word() || word.token.is_capital() || word.text.len() <= 3);
    slogan || long >= 4 && capital * 10 >= long * 8 && (!stopped || all_upper && long >= 6)
}

/// Whether a word begins a sentence, a quotation or what follows a colon.
pub(super) fn begins(reading: &Reading<'_>, range: &Range<usize>, at: usize) -> bool {
    let mut before = at;
    while before > range.start {
        before -= 1;
        match reading.words[before].token.class {
            Class::Sign('"' | '“' | '‘' | '(' | '[' | '«' | '-' | '•' | '*' | '#' | '„') => {}
            Class::Sign(':' | '.' | '?' | '!' | '–' | '—') => return true,
            _ => return false,
        }
    }
    true
}
