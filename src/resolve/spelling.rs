//! The words of names as keys, and how much it tells that two entities share one.

use std::collections::HashMap;

use foldhash::fast::RandomState;
use xxhash_rust::xxh3::xxh3_64;

use crate::names::{self, NameKind};

/// Fewer entities than this are taken to be a sample of so many: in a small database no name is frequent, though it may be
/// frequent in the world.
const LEAST_POPULATION: usize = 10_000;

/// A hash of a part of a name, by which names are gathered for comparison.
pub type Key = u64;

/// The distinct keys of a spelling, in ascending order.
pub fn distinct(keys: impl Iterator<Item = Key>) -> Box<[Key]> {
    let mut keys: Vec<Key> = keys.collect();
    keys.sort_unstable();
    keys.dedup();
    keys.into()
}

/// The words of a name, whatever their romanisation, with a space between each two.
pub fn words_of(name: &str) -> String {
    names::skeleton(&names::fold(name))
}

/// The keys of the words of a name.
pub fn words(name: &str) -> Box<[Key]> {
    distinct(words_of(name).split_whitespace().map(key))
}

/// What bears the names of an entity of a kind.
pub fn name_kind(kind: &str) -> NameKind {
    match kind {
        "Person" => NameKind::Person,
        "Organisation" => NameKind::Organisation,
        "Group" => NameKind::Unknown,
        _ => NameKind::Other,
    }
}

/// The key of a text.
pub fn key(text: &str) -> Key {
    xxh3_64(text.as_bytes())
}

/// A key for several keys together.
pub fn together(keys: &[Key]) -> Key {
    keys.iter().fold(0x9e37_79b9_7f4a_7c15, |sum, key| (sum ^ key).wrapping_mul(0xff51_afd7_ed55_8ccd).rotate_left(29))
}

/// How many entities share each key: what tells `Aweys` from `Muhammad`.
#[derive(Debug, Default)]
pub struct Rarity {
    counts: HashMap<Key, u32, RandomState>,
    population: usize,
}

impl Rarity {
    /// Of `population` entities, with the number of those that have each key.
    pub fn new(counts: HashMap<Key, u32, RandomState>, population: usize) -> Self {
        Self { counts, population: population.max(LEAST_POPULATION) }
    }

    /// How many entities have a key.
    pub fn count(&self, key: Key) -> u32 {
        self.counts.get(&key).copied().unwrap_or(0)
    }

    /// How much it tells to share a key, in bits: the logarithm of the number of entities for each one that has it.
    pub fn bits(&self, key: Key) -> f64 {
        (self.population as f64 / f64::from(self.count(key).max(1))).log2()
    }

    /// The bits of one entity among all: what evidence must outweigh.
    pub fn prior(&self) -> f64 {
        (self.population as f64).log2()
    }

    /// How much it tells to share all of these keys.
    pub fn sum(&self, keys: &[Key]) -> f64 {
        keys.iter().map(|&key| self.bits(key)).sum()
    }
}

/// The keys that two ascending lists share.
pub fn shared<'k>(left: &'k [Key], right: &'k [Key]) -> impl Iterator<Item = Key> + 'k {
    let mut right = right.iter().copied().peekable();
    left.iter().copied().filter(move |&key| {
        while right.next_if(|&other| other < key).is_some() {}
        right.peek() == Some(&key)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shared_keys_are_those_of_both() {
        let both: Vec<Key> = shared(&[1, 3, 5, 9], &[0, 3, 4, 9, 11]).collect();
        assert_eq!(both, [3, 9]);
        assert_eq!(distinct([3, 1, 3].into_iter()).as_ref(), [1, 3]);
        assert_ne!(together(&[1, 2]), together(&[2, 1]));
    }

    #[test]
    fn what_is_rare_tells_more() {
        let counts = HashMap::from_iter([(1, 1), (2, 5_000)]);
        let rarity = Rarity::new(counts, 20_000);
        assert_eq!(rarity.bits(2), 2.0);
        assert!(rarity.bits(1) > 14.0);
        assert!(rarity.bits(3) > 14.0);
    }
}
