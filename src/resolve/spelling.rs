//! The words of names as keys, and how much it tells that two entities share one.

use std::collections::HashMap;

use foldhash::fast::RandomState;
use xxhash_rust::xxh3::xxh3_64;

use super::facts::Facts;
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

/// How many entities have each word among their names. O(names).
pub fn rarity(facts: &Facts) -> Rarity {
    let keys: Vec<Box<[Key]>> = facts.all_names().iter().map(|name| words(facts.text(name))).collect();
    rarity_of(facts, &keys)
}

/// The same, where the words of each name are at hand.
pub fn rarity_of(facts: &Facts, keys: &[Box<[Key]>]) -> Rarity {
    let mut counts: HashMap<Key, u32, RandomState> = HashMap::default();
    let mut seen: Vec<Key> = Vec::new();
    let mut population = 0;
    let mut keys = keys.iter();
    for group in facts.all_names().chunk_by(|a, b| a.entity == b.entity) {
        population += 1;
        seen.clear();
        seen.extend(keys.by_ref().take(group.len()).flat_map(|keys| keys.iter().copied()));
        seen.sort_unstable();
        seen.dedup();
        for &key in &seen {
            *counts.entry(key).or_insert(0) += 1;
        }
    }
    Rarity::new(counts, population)
}

/// What the words of two names tell, in bits.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Agreement {
    /// The words that they share, nearly or wholly.
    pub common: f64,
    /// The words in whose place the other has another.
    pub conflict: f64,
}

/// Words that are so alike are one word, for this much of what it tells.
const LIKE: f64 = 0.7;
const NEARLY: f64 = 0.6;
/// The same for the consonants alone, where one name is written without its vowels.
const LIKE_BARE: f64 = 0.5;
const NEARLY_BARE: f64 = 0.4;

/// The words of a name, made ready to be held against others.
#[derive(Clone, Debug)]
pub struct Spelled {
    words: String,
    /// Whether it is in a script that leaves the vowels out.
    bare: bool,
}

impl Spelled {
    /// The words of a name.
    pub fn of(name: &str) -> Self {
        let bare = |c: char| matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}');
        Self { words: words_of(name), bare: name.chars().any(bare) }
    }

    /// The words, with a space between each two.
    pub fn words(&self) -> &str {
        &self.words
    }

    fn split(&self) -> impl Iterator<Item = &str> {
        self.words.split(' ').filter(|word| !word.is_empty())
    }
}

/// A word without its vowels.
fn consonants(word: &str) -> String {
    word.chars().filter(|c| !matches!(c, 'a' | 'e' | 'i' | 'o' | 'u')).collect()
}

impl Rarity {
    /// What two names tell by their words.
    ///
    /// # Complexity
    /// Product of the numbers of words.
    pub fn agreement(&self, left: &Spelled, right: &Spelled) -> Agreement {
        let bits = |word: &str| self.bits(key(word));
        let mut rest: Vec<&str> = right.split().collect();
        let mut unmatched: Vec<&str> = Vec::new();
        let mut common = 0.0;
        for word in left.split() {
            match rest.iter().position(|other| *other == word) {
                Some(at) => {
                    rest.remove(at);
                    common += bits(word);
                }
                None => unmatched.push(word),
            }
        }
        unmatched.retain(|word| {
            let like = |other: &&str| names::similarity(word, other) >= LIKE;
            let found = rest.iter().position(like).map(|at| rest.remove(at));
            common += found.map_or(0.0, |other| NEARLY * bits(word).min(bits(other)));
            found.is_none()
        });
        if left.bare != right.bare {
            unmatched.retain(|word| {
                let own = consonants(word);
                let like = |other: &&str| names::similarity(&own, &consonants(other)) >= LIKE_BARE;
                let found = rest.iter().position(like).map(|at| rest.remove(at));
                common += found.map_or(0.0, |other| NEARLY_BARE * bits(word).min(bits(other)));
                found.is_none()
            });
        }
        let sum = |words: &[&str]| words.iter().map(|word| bits(word)).sum::<f64>();
        let conflict = sum(&unmatched).min(sum(&rest));
        if names::similarity(&unmatched.concat(), &rest.concat()) >= LIKE {
            // The same words, written apart.
            return Agreement { common: common + NEARLY * conflict, conflict: 0.0 };
        }
        Agreement { common, conflict }
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
    fn words_agree_nearly_or_are_in_conflict() {
        let rarity = Rarity::new(HashMap::from_iter([(key("ali"), 2_500)]), 10_000);
        let rare = rarity.prior();
        let of = |left: &str, right: &str| rarity.agreement(&Spelled::of(left), &Spelled::of(right));
        assert_eq!(of("ali aweys", "aweys ali"), Agreement { common: rare + 2.0, conflict: 0.0 });
        assert_eq!(of("ali aweys", "ali"), Agreement { common: 2.0, conflict: 0.0 });
        assert_eq!(of("ali aweys", "ali zarkavi"), Agreement { common: 2.0, conflict: rare });
        assert_eq!(of("zarkavi", "zarkamavi"), Agreement { common: NEARLY * rare, conflict: 0.0 });
        let bare = of("حسن", "hasan");
        assert!(bare.conflict == 0.0 && bare.common >= NEARLY_BARE * rare && bare.common < rare, "{bare:?}");
        assert_eq!(of("ahund zada", "ahundzada"), Agreement { common: NEARLY * rare, conflict: 0.0 });
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
