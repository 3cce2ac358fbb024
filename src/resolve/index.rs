//! Names by their blocking keys, for many look-ups in turn.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::spelling::Key;

/// The most entries that one look-up walks to gather names: rare keys go first, and what only frequent keys lead to counts only
/// for names that a rarer one has led to as well.
const MOST_WALKED: usize = 4_000;

/// Names that share less than this part of what the best one shares are left out.
const LEAST: f32 = 0.25;

/// The keys of names, and the names that have them.
#[derive(Debug, Default)]
pub struct KeyIndex {
    /// For each key where its names start, and how many there are.
    keys: HashMap<Key, (u32, u32), RandomState>,
    postings: Vec<u32>,
    names: usize,
}

/// What one look-up needs, kept for the next.
#[derive(Debug, Default)]
pub struct Walk {
    sums: Vec<f32>,
    touched: Vec<u32>,
}

impl KeyIndex {
    /// Of the keys of each name. O(n log n) in the number of keys.
    pub fn new(names: impl Iterator<Item = Vec<Key>>) -> Self {
        let mut pairs: Vec<(Key, u32)> = Vec::new();
        let mut count = 0;
        for keys in names {
            pairs.extend(keys.into_iter().map(|key| (key, count)));
            count += 1;
        }
        pairs.sort_unstable();
        pairs.dedup();
        let mut keys = HashMap::default();
        let mut start = 0;
        for group in pairs.chunk_by(|a, b| a.0 == b.0) {
            if let Some((key, _)) = group.first() {
                keys.insert(*key, (start, group.len() as u32));
            }
            start += group.len() as u32;
        }
        Self { keys, postings: pairs.iter().map(|(_, name)| *name).collect(), names: count as usize }
    }

    /// The names that share most with some keys, by how rare the keys are; the best first, at most `limit`.
    ///
    /// # Complexity
    /// O(entries of the keys), of which some four thousand are walked in full.
    pub fn look_up(&self, keys: &[Key], limit: usize, walk: &mut Walk) -> Vec<u32> {
        walk.sums.resize(self.names, 0.0);
        let list = |&(start, count): &(u32, u32)| {
            self.postings.get(start as usize..start as usize + count as usize).unwrap_or_default()
        };
        let mut lists: Vec<&[u32]> = keys.iter().filter_map(|key| self.keys.get(key)).map(list).collect();
        lists.sort_by_key(|names| names.len());
        let mut walked = 0;
        for names in lists {
            let bits = (self.names.max(2) as f32 / names.len().max(1) as f32).log2().max(0.1);
            if walked == 0 || walked + names.len() <= MOST_WALKED {
                for &name in names {
                    let Some(sum) = walk.sums.get_mut(name as usize) else { continue };
                    if *sum == 0.0 {
                        walk.touched.push(name);
                    }
                    *sum += bits;
                }
            } else {
                for &name in &walk.touched {
                    if names.binary_search(&name).is_ok()
                        && let Some(sum) = walk.sums.get_mut(name as usize)
                    {
                        *sum += bits;
                    }
                }
            }
            walked += names.len();
        }
        let sum = |name: u32| walk.sums.get(name as usize).copied().unwrap_or(0.0);
        let best = |a: &u32, b: &u32| sum(*b).total_cmp(&sum(*a)).then(a.cmp(b));
        let most = walk.touched.iter().map(|&name| sum(name)).fold(0.0, f32::max);
        let mut found: Vec<u32> = walk.touched.iter().copied().filter(|&name| sum(name) >= LEAST * most).collect();
        if found.len() > limit {
            found.select_nth_unstable_by(limit, best);
            found.truncate(limit);
        }
        found.sort_unstable_by(best);
        for &name in &walk.touched {
            if let Some(sum) = walk.sums.get_mut(name as usize) {
                *sum = 0.0;
            }
        }
        walk.touched.clear();
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_share_most_come_first_and_nothing_is_left_of_a_look_up() {
        let names = [vec![1, 2, 3], vec![1, 2], vec![1], vec![9]];
        let index = KeyIndex::new(names.into_iter());
        let mut walk = Walk::default();
        for _ in 0..2 {
            // What shares little beside the best is left out.
            assert_eq!(index.look_up(&[1, 2, 3, 7], 10, &mut walk), [0, 1]);
            assert_eq!(index.look_up(&[1, 2, 3, 7], 1, &mut walk), [0]);
            assert_eq!(index.look_up(&[7], 10, &mut walk), Vec::<u32>::new());
        }
        assert_eq!(KeyIndex::default().look_up(&[1], 10, &mut walk), Vec::<u32>::new());
    }

    #[test]
    fn a_frequent_key_does_not_hide_a_rare_one() {
        let mut names = vec![vec![1_u64]; 2 * MOST_WALKED];
        names.push(vec![1, 2]);
        let index = KeyIndex::new(names.into_iter());
        assert_eq!(index.look_up(&[1, 2], 10, &mut Walk::default()), [2 * MOST_WALKED as u32]);
    }
}
