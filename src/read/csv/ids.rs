//! Entities by short ids, at one cache miss a look-up.
//!
//! A large table of links looks up two ids a row, in no order. `Changes` finds an id in three misses: its map's control
//! bytes, the entry and the text. Here the text of an id of up to 15 bytes stands in the entry itself, beside the number,
//! in an open-addressed table (linear probing, at most half full). Longer ids are left to `Changes`.

use std::hash::{BuildHasher, RandomState};

use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::model::EntityNo;

/// A map from ids of up to 15 bytes to entities.
#[derive(Debug)]
pub struct ShortIds {
    /// A power of two of places. A key of zeros is an empty one.
    places: Vec<(Key, EntityNo)>,
    len: usize,
    /// Not known outside, so that no file can be made whose ids all collide.
    seed: u64,
}

/// The bytes of the id, and its length in the last byte.
type Key = [u8; 16];

const NO_KEY: Key = [0; 16];

impl ShortIds {
    /// An empty map.
    pub fn new() -> Self {
        Self { places: vec![(NO_KEY, 0); 1024], len: 0, seed: RandomState::new().hash_one(0) }
    }

    /// The entity of an id; `None` if it is not here or too long to be.
    pub fn get(&self, id: &str) -> Option<EntityNo> {
        let key = key(id)?;
        self.places.get(self.place(&key)).filter(|(found, _)| *found == key).map(|(_, entity)| *entity)
    }

    /// Adds an id; one that is too long is not added.
    pub fn insert(&mut self, id: &str, entity: EntityNo) {
        let Some(key) = key(id) else { return };
        if self.len * 2 >= self.places.len() {
            let larger = vec![(NO_KEY, 0); self.places.len() * 2];
            for (key, entity) in std::mem::replace(&mut self.places, larger) {
                if key != NO_KEY {
                    self.put(key, entity);
                }
            }
        }
        self.len += usize::from(self.put(key, entity));
    }

    /// Returns whether the key is new.
    fn put(&mut self, key: Key, entity: EntityNo) -> bool {
        let place = self.place(&key);
        match self.places.get_mut(place) {
            Some(found) => std::mem::replace(found, (key, entity)).0 == NO_KEY,
            None => false,
        }
    }

    /// Where the key is, or the empty place where it would be.
    fn place(&self, key: &Key) -> usize {
        let mask = self.places.len() - 1;
        let mut place = xxh3_64_with_seed(key, self.seed) as usize & mask;
        while self.places.get(place).is_some_and(|(found, _)| found != key && *found != NO_KEY) {
            place = (place + 1) & mask;
        }
        place
    }
}

fn key(id: &str) -> Option<Key> {
    let mut key = NO_KEY;
    key.get_mut(..id.len()).filter(|_| (1..16).contains(&id.len()))?.copy_from_slice(id.as_bytes());
    key[15] = id.len() as u8;
    Some(key)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::ShortIds;

    proptest! {
        #[test]
        fn it_is_a_map_of_short_ids(ids in prop::collection::vec("[a-c]{1,3}|[a-z0-9-]{0,18}", 0..3000)) {
            let (mut map, mut slow) = (ShortIds::new(), HashMap::new());
            for (number, id) in (0..).zip(&ids) {
                prop_assert_eq!(map.get(id), slow.get(id.as_str()).copied());
                map.insert(id, number);
                if (1..16).contains(&id.len()) {
                    slow.insert(id.as_str(), number);
                }
            }
            for id in &ids {
                prop_assert_eq!(map.get(id), slow.get(id.as_str()).copied());
            }
        }
    }
}
