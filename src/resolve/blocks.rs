//! Blocking: which pairs of entities are worth comparing, without looking at all of them.
//!
//! Two entities are compared if names of theirs share a rare part. A part that many have makes no block by itself: those
//! who share it are gathered by two parts together, then by three, then by the whole name. What even the whole name leaves
//! together in too large a block (`Muhammad Ali`, a hundred times) is not compared, and that is said.

use std::collections::HashSet;

use foldhash::fast::RandomState;

use super::spelling::{Key, together};
use crate::model::EntityNo;

/// The most entities of a block that are compared with each other.
pub const MOST_IN_BLOCK: usize = 64;
/// The most pairs that are made.
const MOST_PAIRS: u64 = 12_000_000;
/// The most frequent parts of one name that are put together.
const MOST_PARTS: usize = 10;

/// Pairs to compare, and what was left out.
#[derive(Debug, Default)]
pub struct Blocks {
    /// The pairs, each once, in ascending order.
    pub pairs: Vec<(EntityNo, EntityNo)>,
    /// Names that more entities bear than are compared with each other, by their place in the list that was given, each with
    /// the number of its bearers; the most frequent first.
    pub cut: Vec<(usize, usize)>,
}

/// Gathers the pairs of entities that share names. `names` are the words of each name with its entity, `marks` other keys
/// that gather entities by themselves: coarse keys of names, passports.
///
/// # Complexity
/// O(k log k) in the number of keys, and the pairs, of which there are at most some twelve million: blocks are made smaller
/// until there are no more.
pub fn pairs(names: &[(EntityNo, Box<[Key]>)], marks: Vec<(Key, EntityNo)>) -> Blocks {
    let mut sets = Sets::default();
    sets.add(marks);
    let singles = names.iter().flat_map(|(entity, keys)| keys.iter().map(|&key| (key, *entity)));
    let frequent = sets.add(singles.collect());

    // Names all of whose parts are frequent are gathered by what they have together.
    let frequent_of = |keys: &[Key], frequent: &HashSet<Key, RandomState>| -> Vec<Key> {
        keys.iter().copied().filter(|key| frequent.contains(key)).take(MOST_PARTS).collect()
    };
    let mut twos = Vec::new();
    for (entity, keys) in names {
        let keys = frequent_of(keys, &frequent);
        for (at, &one) in keys.iter().enumerate() {
            for &other in keys.iter().skip(at + 1) {
                twos.push((together(&[one, other]), *entity));
            }
        }
    }
    let frequent_twos = sets.add(twos);
    let mut threes = Vec::new();
    for (entity, keys) in names {
        let keys = frequent_of(keys, &frequent);
        for (at, &one) in keys.iter().enumerate() {
            for (at, &two) in keys.iter().enumerate().skip(at + 1) {
                if !frequent_twos.contains(&together(&[one, two])) {
                    continue;
                }
                for &three in keys.iter().skip(at + 1) {
                    threes.push((together(&[one, two, three]), *entity));
                }
            }
        }
    }
    sets.add(threes);
    let all_frequent = |keys: &[Key]| !keys.is_empty() && keys.iter().all(|key| frequent.contains(key));
    let whole: Vec<(Key, EntityNo)> = names
        .iter()
        .filter(|(_, keys)| all_frequent(keys))
        .map(|(entity, keys)| (together(keys).rotate_left(1), *entity))
        .collect();
    let too_many = sets.add(whole);

    let mut cut: Vec<(usize, usize)> = Vec::new();
    let mut seen: HashSet<Key, RandomState> = HashSet::default();
    for (at, (_, keys)) in names.iter().enumerate().filter(|(_, (_, keys))| all_frequent(keys)) {
        let key = together(keys).rotate_left(1);
        if too_many.contains(&key) && seen.insert(key) {
            cut.push((at, sets.size(key)));
        }
    }
    cut.sort_by_key(|&(at, count)| (std::cmp::Reverse(count), at));
    Blocks { pairs: sets.pairs(), cut }
}

/// Sets of entities that share something.
#[derive(Default)]
struct Sets {
    /// The entities of each set, one set after the other.
    members: Vec<EntityNo>,
    /// Where the sets end.
    ends: Vec<usize>,
    /// The keys of the sets that were too large in the last round, with their sizes.
    large: Vec<(Key, usize)>,
    pairs: u64,
}

impl Sets {
    /// Makes a set of the entities of each key, and returns the keys of those that are too large.
    fn add(&mut self, mut keyed: Vec<(Key, EntityNo)>) -> HashSet<Key, RandomState> {
        keyed.sort_unstable();
        keyed.dedup();
        let mut sizes = [0u64; MOST_IN_BLOCK + 1];
        let blocks = || keyed.chunk_by(|a, b| a.0 == b.0);
        for block in blocks() {
            if let Some(count) = sizes.get_mut(block.len()) {
                *count += 1;
            }
        }
        // The largest size at which there are not too many pairs: rarer sets tell more.
        let mut most = 2;
        let mut sum = self.pairs;
        for (size, count) in sizes.iter().enumerate().skip(2) {
            sum += count * (size as u64 * (size as u64 - 1) / 2);
            if sum > MOST_PAIRS && size > 2 {
                break;
            }
            most = size;
            self.pairs = sum;
        }
        self.large.clear();
        for block in blocks() {
            match block.len() {
                0 | 1 => {}
                size if size <= most => {
                    self.members.extend(block.iter().map(|(_, entity)| entity));
                    self.ends.push(self.members.len());
                }
                size => self.large.extend(block.first().map(|(key, _)| (*key, size))),
            }
        }
        self.large.iter().map(|(key, _)| *key).collect()
    }

    /// The size of a set that was too large in the last round.
    fn size(&self, key: Key) -> usize {
        // The keys were ascending when they were gathered.
        self.large.binary_search_by_key(&key, |(key, _)| *key).ok().and_then(|at| self.large.get(at)).map_or(0, |l| l.1)
    }

    /// The pairs of all sets, each once.
    fn pairs(&self) -> Vec<(EntityNo, EntityNo)> {
        let mut pairs = Vec::new();
        let mut start = 0;
        for &end in &self.ends {
            let set = self.members.get(start..end).unwrap_or_default();
            for (at, &one) in set.iter().enumerate() {
                pairs.extend(set.iter().skip(at + 1).map(|&other| (one, other)));
            }
            start = end;
        }
        pairs.sort_unstable();
        pairs.dedup();
        pairs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(all: &[(u32, &[Key])]) -> Vec<(EntityNo, Box<[Key]>)> {
        all.iter().map(|(entity, keys)| (*entity, (*keys).into())).collect()
    }

    #[test]
    fn who_shares_a_rare_part_is_a_pair() {
        let found = pairs(&names(&[(0, &[1, 2]), (1, &[2, 3]), (2, &[4]), (0, &[3])]), vec![(9, 2), (9, 0)]);
        assert_eq!(found.pairs, [(0, 1), (0, 2)]);
        assert_eq!(found.cut, []);
    }

    #[test]
    fn a_frequent_part_makes_pairs_only_together_with_another() {
        let count = MOST_IN_BLOCK as u32 + 10;
        // All have 1 and 2, two have 3 as well, and each has a part of its own but the last two.
        let mut all: Vec<(EntityNo, Box<[Key]>)> =
            (0..count).map(|entity| (entity, vec![1, 2, 1000 + u64::from(entity)].into())).collect();
        assert_eq!(pairs(&all, Vec::new()).pairs, []);
        all.extend((0..count).map(|entity| (count + entity, Box::from([1, 5000 + u64::from(entity)]))));
        all.push((500, [1, 7].into()));
        all.push((501, [1, 7].into()));
        assert_eq!(pairs(&all, Vec::new()).pairs, [(500, 501)]);
    }

    #[test]
    fn a_name_that_too_many_bear_is_cut_and_that_is_said() {
        let count = MOST_IN_BLOCK + 5;
        let all: Vec<(EntityNo, Box<[Key]>)> = (0..count as u32).map(|entity| (entity, [1, 2].into())).collect();
        let found = pairs(&all, Vec::new());
        assert_eq!((found.pairs.len(), found.cut), (0, vec![(0, count)]));
    }
}
