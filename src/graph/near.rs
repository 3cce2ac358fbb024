//! Words within a few edits of a word, as an automaton over the index of words.
//!
//! The automaton is simulated and not built: a state is one machine word a number of edits, of which bit *i* says that the
//! first *i* letters were read with so many edits (Wu and Manber, "Fast text searching allowing errors", 1992). Building a
//! table of states for each word that is looked up costs more than the whole search.

use fst::Automaton;

/// The most edits.
const MOST: usize = 2;
/// The longest word that is looked up, in bytes; a longer one is cut.
const LONGEST: usize = 60;

/// Accepts the words that become the given one by at most so many letters changed, added or left out.
pub(super) struct Near {
    /// For each byte where in the word it stands.
    places: [u64; 256],
    /// The bit behind the last letter.
    end: u64,
    edits: usize,
}

impl Near {
    /// Words at most `edits` (0 to 2) letters away from `word`. O(length of the word).
    pub(super) fn new(word: &str, edits: usize) -> Self {
        let mut places = [0; 256];
        let bytes = word.as_bytes();
        let length = bytes.len().min(LONGEST);
        for (at, byte) in bytes.iter().take(length).enumerate() {
            if let Some(place) = places.get_mut(usize::from(*byte)) {
                *place |= 1 << at;
            }
        }
        Self { places, end: 1 << length, edits: edits.min(MOST) }
    }
}

impl Automaton for Near {
    /// Bit *i* of the word at *k*: the first *i* letters were read with at most *k* edits.
    type State = [u64; MOST + 1];

    fn start(&self) -> Self::State {
        // Letters at the beginning may be left out.
        let mut state = [0; MOST + 1];
        state.iter_mut().take(self.edits + 1).fold(1, |read, bits| {
            *bits = read;
            read << 1 | 1
        });
        state
    }

    fn is_match(&self, state: &Self::State) -> bool {
        state.iter().any(|bits| bits & self.end != 0)
    }

    fn can_match(&self, state: &Self::State) -> bool {
        // No bit stands behind the end, so what is left can still be read.
        state.iter().any(|bits| *bits != 0)
    }

    fn accept(&self, state: &Self::State, byte: u8) -> Self::State {
        let here = self.places.get(usize::from(byte)).copied().unwrap_or(0);
        let within = self.end << 1;
        let mut next = [0; MOST + 1];
        let (mut fewer_before, mut fewer_now) = (0, 0);
        for (bits, &before) in next.iter_mut().zip(state).take(self.edits + 1) {
            // The letter is the next one; or, with an edit less: added, another one, or one was left out before it.
            let read = (before & here) << 1 | fewer_before | fewer_before << 1 | fewer_now << 1;
            *bits = read & (within - 1);
            (fewer_before, fewer_now) = (before, *bits);
        }
        next
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The textbook recurrence, without a table.
    fn distance(a: &[u8], b: &[u8]) -> usize {
        let (Some((x, shorter_a)), Some((y, shorter_b))) = (a.split_last(), b.split_last()) else {
            return a.len().max(b.len());
        };
        (distance(shorter_a, shorter_b) + usize::from(x != y))
            .min(distance(shorter_a, b) + 1)
            .min(distance(a, shorter_b) + 1)
    }

    proptest! {
        #[test]
        fn it_accepts_what_is_near(word in "[abc]{0,6}", other in "[abc]{0,6}", edits in 0..3_usize) {
            let near = Near::new(&word, edits);
            let mut state = near.start();
            for byte in other.bytes() {
                if !near.can_match(&state) {
                    break;
                }
                state = near.accept(&state, byte);
            }
            let accepted = near.is_match(&state) && near.can_match(&state);
            prop_assert_eq!(accepted, distance(word.as_bytes(), other.as_bytes()) <= edits);
        }

        #[test]
        fn long_words_are_cut(word in "\\PC{0,200}") {
            let near = Near::new(&word, 2);
            let state = word.bytes().take(LONGEST).fold(near.start(), |state, byte| near.accept(&state, byte));
            prop_assert!(near.is_match(&state));
        }
    }
}
