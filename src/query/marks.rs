//! What a search remembers of the nodes that it has come by, kept between searches so that it need not be made anew.

use crate::model::EntityNo;

/// Notes a number for entities of a graph. Forgetting all notes is O(1), so that one value serves many questions.
///
/// Most questions reach few entities: their notes stay in a table that fits into the processor's cache. Beyond that, a
/// cell for every entity of the graph is used.
#[derive(Debug, Default)]
pub struct Marks {
    few: Vec<Slot>,
    used: usize,
    /// Round in the high half, note in the low half.
    many: Vec<u64>,
    entities: usize,
    round: u32,
}

#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    round: u32,
    entity: EntityNo,
    note: u32,
}

/// Slots of the small table: a power of two.
const SLOTS: usize = 1 << SLOT_BITS;
const SLOT_BITS: u32 = 13;
/// Notes that the small table takes.
const FEW: usize = SLOTS / 2;

impl Marks {
    /// Forgets all notes and makes ready for a graph of `entities` entities.
    pub fn clear(&mut self, entities: usize) {
        self.round = self.round.wrapping_add(1);
        if self.few.is_empty() || self.round == 0 {
            *self = Self { few: vec![Slot::default(); SLOTS], round: 1, ..Self::default() };
        }
        self.entities = entities;
        self.used = 0;
    }

    /// The note of an entity.
    #[inline]
    pub fn get(&self, entity: EntityNo) -> Option<u32> {
        if self.used > FEW {
            let cell = *self.many.get(entity as usize)?;
            return ((cell >> 32) as u32 == self.round).then_some(cell as u32);
        }
        let slot = self.few.get(self.slot(entity))?;
        (slot.round == self.round).then_some(slot.note)
    }

    /// Notes `note` for an entity that has no note yet, and gives the note that it has now.
    #[inline]
    pub fn note(&mut self, entity: EntityNo, note: u32) -> u32 {
        if self.used >= FEW {
            return self.note_many(entity, note);
        }
        let at = self.slot(entity);
        let round = self.round;
        match self.few.get_mut(at) {
            Some(slot) if slot.round != round => {
                *slot = Slot { round, entity, note };
                self.used += 1;
                note
            }
            Some(slot) => slot.note,
            None => note,
        }
    }

    /// Where the note of an entity is, or would be put.
    #[inline]
    fn slot(&self, entity: EntityNo) -> usize {
        // Fibonacci hashing: consecutive numbers, which neighbours often have, are spread.
        let mut at = (entity.wrapping_mul(0x9e37_79b9) >> (32 - SLOT_BITS)) as usize;
        while let Some(slot) = self.few.get(at) {
            if slot.round != self.round || slot.entity == entity {
                break;
            }
            at = (at + 1) & (SLOTS - 1);
        }
        at
    }

    fn note_many(&mut self, entity: EntityNo, note: u32) -> u32 {
        let round = u64::from(self.round) << 32;
        if self.used == FEW {
            if self.many.len() < self.entities {
                self.many = vec![0; self.entities];
            }
            for slot in self.few.iter().filter(|slot| slot.round == self.round) {
                if let Some(cell) = self.many.get_mut(slot.entity as usize) {
                    *cell = round | u64::from(slot.note);
                }
            }
            self.used += 1;
        }
        match self.many.get_mut(entity as usize) {
            Some(cell) if *cell >> 32 != round >> 32 => {
                *cell = round | u64::from(note);
                note
            }
            Some(cell) => *cell as u32,
            None => note,
        }
    }
}

/// Which nodes have been seen: a bit for each, so that a million of them fit into the processor's cache.
#[derive(Debug, Default)]
pub struct Seen(Vec<u64>);

impl Seen {
    /// Makes ready for nodes below `count`.
    pub fn ready(&mut self, count: usize) {
        let words = count.div_ceil(64);
        if self.0.len() < words {
            self.0.resize(words, 0);
        }
    }

    /// Sees a node; whether it has not been seen before.
    #[inline]
    pub fn add(&mut self, node: u32) -> bool {
        let bit = 1 << (node & 63);
        match self.0.get_mut((node >> 6) as usize) {
            Some(word) if *word & bit == 0 => {
                *word |= bit;
                true
            }
            _ => false,
        }
    }

    /// Whether a node has been seen.
    #[inline]
    pub fn has(&self, node: u32) -> bool {
        self.0.get((node >> 6) as usize).is_some_and(|word| word >> (node & 63) & 1 == 1)
    }

    /// Forgets everything; `nodes` are all that were seen.
    pub fn forget(&mut self, nodes: &[u32]) {
        // One sweep over all words costs less than finding many of them.
        if nodes.len() > self.0.len() / 8 {
            self.0.fill(0);
            return;
        }
        for node in nodes {
            if let Some(word) = self.0.get_mut((node >> 6) as usize) {
                *word = 0;
            }
        }
    }
}

/// What searches keep between them.
#[derive(Debug, Default)]
pub struct Scratch {
    /// For searches that note something of each node.
    pub(super) marks: Marks,
    /// For searches that only ask whether a node is new.
    pub(super) seen: Seen,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_seen_is_forgotten() {
        for count in [3, 4_000] {
            let mut seen = Seen::default();
            for _ in 0..2 {
                seen.ready(10_000);
                let nodes: Vec<u32> = (0..count).map(|at| at * 2).collect();
                assert!(nodes.iter().all(|node| seen.add(*node)), "nothing is left of the time before");
                assert!(nodes.iter().all(|node| !seen.add(*node) && seen.has(*node) && !seen.has(node + 1)));
                assert!(!seen.add(1 << 20), "what cannot be is not new");
                seen.forget(&nodes);
            }
        }
    }

    #[test]
    fn few_and_many_notes_last_until_they_are_cleared() {
        let mut marks = Marks::default();
        for (round, count) in [10, FEW as u32 - 1, FEW as u32 + 1, 3 * SLOTS as u32, 10].into_iter().enumerate() {
            marks.clear(4 * SLOTS);
            for entity in 0..count {
                assert_eq!(marks.get(entity * 4 / 3), None, "{entity} of {count}");
                assert_eq!(marks.note(entity * 4 / 3, entity + round as u32), entity + round as u32);
                assert_eq!(marks.note(entity * 4 / 3, 0), entity + round as u32, "the first note stays");
            }
            for entity in 0..count {
                assert_eq!(marks.get(entity * 4 / 3), Some(entity + round as u32));
            }
        }
    }
}
